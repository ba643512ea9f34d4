// Every kind of data of one complex as a small picture on the shared axis: seen against what is ordinary.

const HIGH = 46;
const ROW = 92;
const LANE = 26;
const GROUP = 26;
// The highest count that "fewer than five" may stand for.
const FEW = 4;
// The least that a row is high: one report more or less must not look like a mountain.
const LEAST_TOP = 10;

function drawStreams(complex, events, width) {
    const axis = axisOf(width);
    const laned = eventLanes(axis, events);
    const lanes = Math.max(0, ...laned.map(({ lane }) => (lane ?? -1) + 1));
    const top = 8 + lanes * LANE + 34;
    const parts = [];
    let y = top;
    let group = null;
    toldOf(complex).forEach((told, place) => {
        if (week.tells_of[place] !== group) {
            group = week.tells_of[place];
            parts.push(drawn("text", { x: axis.left, y: y + 18, class: "group" }, say(`overview.group.${group}`)));
            y += GROUP;
        }
        parts.push(...streamRow(axis, week.streams[place], told, y));
        y += ROW;
    });
    const height = y + 40;
    return drawn(
        "svg",
        { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": say("overview.streams_alt") },
        runningGround(axis, top, y),
        ...laned
            .filter(({ lane }) => lane !== null)
            .map(({ x, lane }) =>
                drawn("line", { x1: round(x), x2: round(x), y1: 20 + lane * LANE, y2: y, class: "event" }),
            ),
        ...axisWordsAt(axis, top - 22),
        ...parts,
        ...axisWordsAt(axis, y + 16),
        ...laned.filter(({ lane }) => lane !== null).flatMap((event) => marker(event, event.x, 20 + event.lane * LANE)),
    );
}

function streamRow(axis, stream, told, y) {
    const known = told.filter(Boolean);
    const words = [drawn("text", { x: axis.left, y: y + 14, class: "name" }, initial(say(`stream.${stream}`)))];
    if (!known.length) {
        words.push(drawn("text", { x: axis.left, y: y + 38, class: "soft" }, say("overview.not_told_stream")));
        return words;
    }
    // Beside the name, so that nobody has to look for what the grey means.
    words[0].append(drawn("tspan", { class: "soft", dx: 8 }, expectedText(told.findLast(Boolean)[1])));
    const most = Math.max(LEAST_TOP, ...known.flatMap(([seen, expected, , high]) => [seen ?? FEW, expected, high]));
    const floor = y + 34 + HIGH;
    const up = (count) => round(floor - (count / most) * HIGH);
    const bands = told.flatMap((figures, place) => (figures ? band(axis.quarters[place], figures, up) : []));
    return [...bands, ...rules(axis, floor), ...runs(told).flatMap((run) => seenMarks(axis, told, run, up)), ...words];
}

function expectedText(count) {
    if (count === null) return say("overview.expected_few");
    return count ? say("overview.expected_now", { count }) : say("overview.expected_none");
}

// Where quarters meet, heavier where a year begins; only beside what is drawn, so that words stand free.
function rules(axis, floor) {
    const lines = axis.quarters.map(({ x, number }) => [x, number === 1]);
    lines.push([axis.running.x, axis.quarters.at(-1).number === 4]);
    return [
        drawn("line", { x1: axis.left, x2: axis.running.x, y1: floor, y2: floor, class: "year" }),
        ...lines.map(([x, isYear]) =>
            drawn("line", { x1: x, x2: x, y1: floor - HIGH, y2: floor, class: isYear ? "year" : "rule" }),
        ),
    ];
}

function band({ x, width }, [, expected, low, high], up) {
    const area = drawn("rect", {
        x: round(x),
        y: up(high),
        width: round(width),
        height: Math.max(1, up(low) - up(high)),
        class: "band",
    });
    // Of fewer than five nobody is told how many, so there is no line to draw.
    if (expected === null) return [area];
    const middle = { x1: round(x), x2: round(x + width), y1: up(expected), y2: up(expected), class: "expected" };
    return [area, drawn("line", middle)];
}

// Quarters in a row of which the same kind of thing is told, so that "fewer than five" is said once.
function runs(told) {
    const found = [];
    told.forEach((figures, place) => {
        const kind = figures === null ? "untold" : figures[0] === null ? "few" : "seen";
        const last = found.at(-1);
        if (last?.kind === kind) last.until = place;
        else found.push({ kind, from: place, until: place });
    });
    return found;
}

function seenMarks(axis, told, { kind, from, until }, up) {
    const [first, last] = [axis.quarters[from], axis.quarters[until]];
    const [left, right] = [first.x, last.x + last.width];
    const centre = (left + right) / 2;
    const isWide = right - left > 90;
    if (kind === "untold") {
        return [
            drawn(
                "text",
                { x: centre, y: up(0) - 8, class: "soft", "text-anchor": "middle" },
                isWide ? say("overview.not_told") : "–",
            ),
        ];
    }
    if (kind === "few") {
        const text = say(isWide ? "overview.fewer_than_five" : "overview.fewer_than_five_short");
        // Strong ink only where every count that it may stand for lies below what is ordinary.
        const isTelling = told.slice(from, until + 1).some(([, , low]) => low > FEW);
        return [
            drawn("rect", {
                x: round(left + 3),
                y: up(FEW),
                width: round(right - left - 6),
                height: up(0) - up(FEW),
                class: isTelling ? "few telling" : "few",
            }),
            drawn("text", { x: round(centre), y: up(FEW) - 5, class: isTelling ? "figure telling" : "figure" }, text),
        ];
    }
    const points = axis.quarters.slice(from, until + 1).map(({ x, width }, place) => {
        const [seen, , low, high] = told[from + place];
        return [round(x + width / 2), seen, seen < low || seen > high ? "telling" : ""];
    });
    const line = points.map(([x, count], place) => `${place ? "L" : "M"}${x} ${up(count)}`).join("");
    return [
        drawn("path", { d: line, class: "through" }),
        ...points.map(([x, count, how]) => drawn("circle", { cx: x, cy: up(count), r: 4.5, class: `seen ${how}` })),
        ...points.map(([x, count, how]) =>
            drawn("text", { x, y: up(count) - 8, class: `figure ${how}` }, written(count)),
        ),
    ];
}

function initial(text) {
    return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

// The same figures for who cannot see the picture, or wants to copy them.
function streamsTable(complex) {
    const head = week.quarters.map(({ from }) => element("th", { scope: "col" }, quarterName(from)));
    const rows = toldOf(complex).map((told, place) =>
        element(
            "tr",
            {},
            element("th", { scope: "row" }, initial(say(`stream.${week.streams[place]}`))),
            ...told.map((figures) => element("td", {}, cellText(figures))),
        ),
    );
    return element(
        "table",
        {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, say("overview.table_corner")), ...head)),
        element("tbody", {}, ...rows),
    );
}

function cellText(figures) {
    if (!figures) return say("overview.not_told");
    const [seen, expected] = figures;
    const few = say("overview.fewer_than_five");
    if (expected === null) return say("overview.cell_few", { seen: seen ?? few });
    return say("overview.cell", { seen: seen ?? few, expected });
}
