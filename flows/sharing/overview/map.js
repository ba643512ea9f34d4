// Where the complexes lie: no tiles, so nothing is asked of anybody. A degree east is shortened by the latitude.

const KM_PER_DEGREE = 111.2;
const LEAST_KM = 0.8;

function drawMap(found, width, height) {
    const placeless = (all) => all.filter((each) => each.latitude === null || each.longitude === null);
    const nowhere = placeless(complexes).length === complexes.length;
    byId("map").hidden = byId("map-outside").hidden = nowhere;
    if (nowhere) {
        byId("map-intro").textContent = say("overview.map_none");
        return;
    }
    const missing = placeless(found).length;
    const known = found.filter((each) => each.latitude !== null && each.longitude !== null);
    byId("map-intro").textContent = known.length ? say("overview.map_intro") : say("overview.map_none_chosen");
    const { near, far } = nearby(known);
    const view = viewOf(near, width, height);
    // Ordinary ones below, listed ones on top: what matters is never covered.
    const order = ["other", "unjudged", "both", "drawn", "listed"];
    const r = near.length > 1500 ? 2.4 : near.length > 300 ? 3.2 : 4.6;
    const placed = near
        .map((complex) => ({
            complex,
            ...view.at(complex),
            r: complex.mark === "other" || complex.mark === "unjudged" ? r : r + 0.8,
        }))
        .sort((one, other) => order.indexOf(one.complex.mark) - order.indexOf(other.complex.mark));
    // Beneath the marks: a name may be covered in part, a complex never.
    const ground = near.length ? [...teamNames(placed, width), ...scaleBar(view, width, height)] : [];
    showPlot(byId("map"), { width, height, placed, ground, title: say("overview.map_title"), prefix: "map" });
    byId("map-outside").textContent = [
        missing ? say("overview.map_placeless", { count: missing }) : "",
        far ? say("overview.map_far", { count: far }) : "",
    ]
        .filter(Boolean)
        .join(" ");
}

// One wrong coordinate must not shrink a town to a point: what lies far from the middle eight in ten is counted apart.
function nearby(known) {
    const fence = (name) => {
        const sorted = known.map((each) => each[name]).sort((one, other) => one - other);
        const [low, high] = [sorted[Math.floor(sorted.length * 0.1)], sorted[Math.ceil(sorted.length * 0.9) - 1]];
        const reach = 2 * Math.max(high - low, 10 / KM_PER_DEGREE);
        return (each) => each[name] >= low - reach && each[name] <= high + reach;
    };
    const [inLatitude, inLongitude] = [fence("latitude"), fence("longitude")];
    const near = known.filter((each) => inLatitude(each) && inLongitude(each));
    return { near, far: known.length - near.length };
}

// Equirectangular around the middle latitude, the whole picture filled as far as one scale allows.
function viewOf(near, width, height) {
    const span = (name) => {
        const values = near.map((each) => each[name]);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        return { middle: (low + high) / 2, wide: high - low };
    };
    const [north, east] = [span("latitude"), span("longitude")];
    const shortening = Math.max(0.01, Math.cos((north.middle * Math.PI) / 180));
    const [kmHigh, kmWide] = [north.wide * KM_PER_DEGREE, east.wide * KM_PER_DEGREE * shortening];
    const scale = Math.min((width - 60) / Math.max(kmWide, LEAST_KM), (height - 90) / Math.max(kmHigh, LEAST_KM));
    return {
        scale,
        at: ({ latitude, longitude }) => ({
            x: round(width / 2 + (longitude - east.middle) * KM_PER_DEGREE * shortening * scale),
            y: round((height - 20) / 2 - (latitude - north.middle) * KM_PER_DEGREE * scale),
        }),
    };
}

// A round distance of about a fifth of the picture.
function scaleBar({ scale }, width, height) {
    const wanted = width / 5 / scale;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const km = power * [5, 2, 1].find((times) => times * power <= wanted);
    const [x, y] = [16, height - 16];
    const text =
        km >= 1
            ? say("overview.kilometres", { distance: km })
            : say("overview.metres", { distance: Math.round(km * 1000) });
    return [
        drawn("path", {
            d: `M${x} ${y - 5}v5h${round(km * scale)}v-5`,
            fill: "none",
            stroke: "#55616c",
            "stroke-width": 1.5,
        }),
        drawn("text", { x: x + 4, y: y - 6, class: "soft" }, text),
    ];
}

// Without tiles the names of the teams tell where one is. A name is left out where it would cover another, and where the
// team's complexes lie all over, so that it would name nothing.
function teamNames(placed, width) {
    const teams = grouped(placed, (mark) => mark.complex.team);
    const most = teams.size > 1 ? 0.6 * spreadOf(placed) : Infinity;
    const taken = [];
    const names = [];
    for (const [team, marks] of [...teams].sort(([, one], [, other]) => other.length - one.length)) {
        const text = shortened(week.teams[team], 24);
        const half = text.length * 3.4 + 6;
        const x = Math.min(Math.max(median(marks.map((mark) => mark.x)), half), width - half);
        const y = Math.max(14, Math.min(...marks.map((mark) => mark.y)) - 10);
        if (spreadOf(marks) > most) continue;
        if (taken.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < 18)) continue;
        taken.push({ x, y, half });
        names.push(drawn("text", { x: round(x), y: round(y), class: "place" }, text));
    }
    return names;
}

// The middle distance of marks from their middle.
function spreadOf(marks) {
    const [x, y] = [median(marks.map((mark) => mark.x)), median(marks.map((mark) => mark.y))];
    return median(marks.map((mark) => Math.hypot(mark.x - x, mark.y - y)));
}

function median(values) {
    return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
