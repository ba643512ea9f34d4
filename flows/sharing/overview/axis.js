// One time axis for everything that is told of a complex: settled quarters, then the part that still runs.

const ONE_DAY = 86_400_000;

function axisOf(width) {
    const starts = week.quarters.map((quarter) => Date.parse(quarter.from));
    // The last settled quarter ends where the next calendar quarter begins.
    const last = week.quarters.at(-1);
    const settledUntil = Date.UTC(last.year, 3 * last.number, 1);
    const end = Math.max(Date.parse(week.read_on), settledUntil + 14 * ONE_DAY);
    const [left, right] = [12, width - 12];
    const at = (moment) => left + ((moment - starts[0]) / (end - starts[0])) * (right - left);
    const edges = [...starts, settledUntil];
    return {
        left,
        right,
        quarters: week.quarters.map((quarter, place) => ({
            ...quarter,
            x: at(edges[place]),
            width: at(edges[place + 1]) - at(edges[place]),
        })),
        running: { x: at(settledUntil), width: right - at(settledUntil) },
        // Null for what lies outside, so that nothing is drawn on an edge as if it happened there.
        place: (iso) => (Date.parse(iso) < starts[0] || Date.parse(iso) > end ? null : at(Date.parse(iso))),
    };
}

// A pale ground under what still runs: nothing is told of it yet.
function runningGround({ running }, top, bottom) {
    return drawn("rect", { x: running.x, y: top, width: running.width, height: bottom - top, class: "running" });
}

function axisWordsAt(axis, y) {
    const words = [];
    axis.quarters.forEach(({ x, width, year, number }, place) => {
        const middleX = x + width / 2;
        words.push(
            drawn(
                "text",
                { x: middleX, y, class: "soft halo", "text-anchor": "middle" },
                say("overview.quarter_short", { number }),
            ),
        );
        if (number === 1 || place === 0) {
            words.push(drawn("text", { x: middleX, y: y + 14, class: "halo", "text-anchor": "middle" }, String(year)));
        }
    });
    if (axis.running.width > 55) {
        const x = axis.running.x + axis.running.width / 2;
        words.push(drawn("text", { x, y, class: "soft", "text-anchor": "middle" }, say("overview.running")));
    }
    return words;
}

// Events as numbered marks above the axis; those that would touch lie one lane higher.
function eventLanes(axis, events) {
    const ends = [];
    return events.map((event, number) => {
        const x = axis.place(event.on);
        if (x === null) return { ...event, number: number + 1, x, lane: null };
        let lane = ends.findIndex((end) => x - end > 20);
        if (lane < 0) lane = ends.length;
        ends[lane] = x;
        return { ...event, number: number + 1, x, lane };
    });
}

const MARKERS = {
    intervention: { d: "M0-10 11 9H-11Z", down: 6 },
    intake_change: { d: "M-9-9H9V9H-9Z", down: 4 },
    flag: { d: "M0-12 12 0 0 12-12 0Z", down: 4 },
};

// A shape for each kind of event: triangle for an action, square for our own change, diamond for the list.
function marker(event, x, y) {
    const { d, down } = MARKERS[event.kind] ?? MARKERS.intake_change;
    return [
        drawn("path", { d, class: "marker", transform: `translate(${round(x)} ${y})` }),
        drawn("text", { x: round(x), y: y + down, class: "marker-number" }, String(event.number)),
    ];
}
