// How quiet × how worrying, five steps of certainty each. Those of whom nobody can say stand apart, below.

const STEPS = [1, 2, 3, 4, 5];
const WIDE_ENOUGH = 520;
const LARGEST_GAP = 14;
const MOST_STRIP = 84;

function drawQuadrant(found, width) {
    const isWide = width >= WIDE_ENOUGH;
    const apart = found.filter((each) => !each.isJudged);
    const frame = quadrantFrame(width, isWide, apart.length);
    const judged = found.filter((each) => each.isJudged);
    const cells = grouped(judged, ({ quiet, worry }) => `${quiet} ${worry}`);
    const ground = [corner(frame), ...axisWords(frame, isWide)];
    const placed = [];
    for (const worry of [...STEPS].reverse()) {
        for (const quiet of [...STEPS].reverse()) {
            const inside = cells.get(`${quiet} ${worry}`) ?? [];
            const cell = cellAt(frame, quiet, worry);
            ground.push(...cellGround(cell, inside.length));
            placed.push(...spread(inside, { ...cell, y: cell.y + 20, height: cell.height - 24 }));
        }
    }
    const strip = { x: frame.left, y: frame.bottom, width: width - frame.left - 8, height: frame.strip };
    ground.push(...stripGround(strip, apart.length, isWide));
    const lines = isWide ? 1 : 2;
    placed.push(...spread(apart, { ...strip, y: strip.y + 8 + 16 * lines, height: strip.height - 12 - 16 * lines }));
    showPlot(byId("quadrant"), {
        width,
        height: frame.height,
        placed,
        ground,
        title: say("overview.quadrant_title"),
        prefix: "quadrant",
    });
    tellApart(apart);
}

// The strip for those apart is as high as its marks need, up to a limit beyond which they lie closer.
function quadrantFrame(width, isWide, countApart = 0) {
    const [left, top] = [isWide ? 106 : 40, isWide ? 54 : 46];
    const rows = Math.ceil(countApart / Math.floor((width - left - 20) / LARGEST_GAP));
    const strip = (isWide ? 30 : 46) + Math.min(LARGEST_GAP * rows, MOST_STRIP);
    const size = { width: (width - left - 8) / 5, height: isWide ? 86 : 74 };
    const grid = top + 5 * size.height;
    return { left, top, size, strip, grid, bottom: grid + 14, height: grid + 14 + strip + 10 };
}

function cellAt({ left, top, size }, quiet, worry) {
    return { x: left + (quiet - 1) * size.width, y: top + (5 - worry) * size.height, ...size };
}

function cellGround(cell, count) {
    const words = { x: cell.x + 6, y: cell.y + 15, class: count ? "count" : "soft" };
    return [
        drawn("rect", { x: cell.x, y: cell.y, width: cell.width, height: cell.height, class: "cell" }),
        drawn("text", words, written(count)),
    ];
}

// Where both are at least likely: there the silence does not fit.
function corner(frame) {
    const { x, y, width, height } = cellAt(frame, 4, 5);
    return drawn("rect", { x, y, width: 2 * width, height: 2 * height, class: "corner" });
}

function axisWords(frame, isWide) {
    const { left, top, size, grid } = frame;
    const middle = top + (grid - top) / 2;
    const words = [
        drawn("text", { x: left, y: 16, class: "count" }, say("overview.quiet_axis")),
        drawn(
            "text",
            { class: "count", "text-anchor": "end", transform: `translate(14 ${top}) rotate(-90)` },
            say("overview.worry_axis"),
        ),
    ];
    for (const level of isWide ? STEPS : [1, 3, 5]) {
        const x = left + (level - 0.5) * size.width;
        const y = top + (5.5 - level) * size.height;
        if (isWide) {
            words.push(...inLines(step(level), { x, y: top - 22, class: "soft", "text-anchor": "middle" }));
            words.push(...inLines(step(level), { x: left - 8, y: y - 2, class: "soft", "text-anchor": "end" }));
        } else {
            const at = { 1: [left, "start"], 3: [x, "middle"], 5: [left + 5 * size.width, "end"] }[level];
            words.push(drawn("text", { x: at[0], y: top - 8, class: "soft", "text-anchor": at[1] }, step(level)));
            const up = { 1: [grid, "start"], 3: [middle, "middle"], 5: [top, "end"] }[level];
            words.push(
                drawn(
                    "text",
                    { class: "soft", "text-anchor": up[1], transform: `translate(${left - 8} ${up[0]}) rotate(-90)` },
                    step(level),
                ),
            );
        }
    }
    return words;
}

// "waarschijnlijk niet" takes two lines, "haast zeker" one.
function inLines(text, { x, y, ...rest }) {
    const at = text.lastIndexOf(" ");
    const lines = at < 0 || text.length < 13 ? [text] : [text.slice(0, at), text.slice(at + 1)];
    return lines.map((line, number) =>
        drawn("text", { x, y: y + 14 * (number + (2 - lines.length) / 2), ...rest }, line),
    );
}

function stripGround(strip, count, isWide) {
    const text = say("overview.unjudged", { count });
    const at = text.indexOf(":") + 1;
    const lines = isWide ? [text] : [text.slice(0, at), text.slice(at).trim()];
    return [
        drawn("rect", { x: strip.x, y: strip.y, width: strip.width, height: strip.height, class: "cell" }),
        ...lines.map((line, number) =>
            drawn("text", { x: strip.x + 6, y: strip.y + 17 + 16 * number, class: number ? "soft" : "count" }, line),
        ),
    ];
}

function tellApart(apart) {
    const counts = new Map();
    for (const { state } of apart) counts.set(state, (counts.get(state) ?? 0) + 1);
    const parts = [...counts].map(([state, count]) =>
        say("overview.part", { name: say(`explain.name.${state}`), count }),
    );
    // Too little evidence and nothing else: the total said it already.
    const isSaid = [...counts.keys()].every((state) => state === "not_enough_evidence");
    byId("unjudged-parts").textContent = isSaid
        ? ""
        : say("overview.unjudged_parts", { parts: together.format(parts) });
}

// Marks in rows inside a box, listed ones first: the same complexes always lie alike. Many lie closer and get smaller.
function spread(inside, box) {
    const [width, height] = [box.width - 12, box.height];
    const ordered = [...inside].sort((one, other) => rank(one) - rank(other) || one.place - other.place);
    let gap = Math.min(LARGEST_GAP, Math.sqrt((width * height) / Math.max(1, ordered.length)));
    while (gap > 1 && Math.floor(width / gap) * Math.floor(height / gap) < ordered.length) gap *= 0.97;
    const perRow = Math.max(1, Math.floor(width / gap));
    return ordered.map((complex, number) => ({
        complex,
        x: round(box.x + 6 + gap * ((number % perRow) + 0.5)),
        y: round(box.y + gap * (Math.floor(number / perRow) + 0.5)),
        r: round(gap * 0.36),
    }));
}

function rank({ mark }) {
    return mark === "listed" ? 0 : mark === "drawn" ? 1 : 2;
}

function round(value) {
    return Math.round(value * 10) / 10;
}
