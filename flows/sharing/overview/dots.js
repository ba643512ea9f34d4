// Complexes as marks in a picture: drawn, pointed at and walked through by keyboard, alike in quadrant and map.
//
// A picture is one stop for the Tab key. Inside it the arrow keys go from mark to mark; a screen reader hears each one
// as an option of a list box. Five thousand stops would lock out who has no mouse.

const NEAR = 14;

// One mark at x, y [units of the picture], r its half width.
function dot(complex, x, y, r, prefix) {
    const shape = complex.isListed ? diamond(x, y, r * 1.35) : drawn("circle", { cx: x, cy: y, r });
    filled(
        shape,
        {
            class: `dot ${complex.mark}`,
            id: `${prefix}-${complex.place}`,
            role: "option",
            "aria-label": dotName(complex),
        },
        [],
    );
    return shape;
}

function diamond(x, y, r) {
    return drawn("path", { d: `M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z` });
}

function dotName(complex) {
    const figures = { name: isolated(complex.name), id: isolated(complex.id), team: isolated(complex.teamName) };
    if (!complex.isJudged) {
        return say("overview.dot_unjudged", { ...figures, state: say(`explain.name.${complex.state}`) });
    }
    return say("overview.dot", { ...figures, quiet: step(complex.quiet), worry: step(complex.worry) });
}

function step(level) {
    return say(`overview.step.${level}`);
}

// Lays a picture with its marks into a box and makes it answer to pointer and keyboard.
//
// placed: [{complex, x, y, r}] in units of the picture; ground: what is drawn beneath, hidden from screen readers.
function showPlot(box, { width, height, placed, ground, title, prefix }) {
    const marks = placed.map(({ complex, x, y, r }) => dot(complex, x, y, r, prefix));
    // A list box must hold an option: without any there is only the picture.
    const list = placed.length
        ? drawn("g", { role: "listbox", tabindex: "0", "aria-label": title }, ...marks)
        : drawn("g");
    const ring = drawn("circle", { class: "here", r: 8, visibility: "hidden" });
    const picture = drawn(
        "svg",
        { viewBox: `0 0 ${width} ${height}` },
        drawn("g", { "aria-hidden": "true" }, ...ground),
        list,
        ring,
    );
    const card = element("div", { class: "card", hidden: "", "aria-hidden": "true" });
    box.replaceChildren(picture, card);
    answer({ box, picture, list, ring, card, placed, width, height, prefix });
}

function answer(plot) {
    const { list, picture } = plot;
    // By keyboard one begins where it matters.
    const begin = plot.placed.find(({ complex }) => complex.mark === "listed") ?? plot.placed[0];
    let at = null;
    const point = (place) => {
        at = place;
        showCard(plot, place);
    };
    picture.addEventListener("pointermove", (event) => point(nearest(plot, event)));
    picture.addEventListener("pointerleave", () => point(null));
    picture.addEventListener("click", (event) => {
        const place = nearest(plot, event);
        if (place) openComplex(place.complex, plot.box);
    });
    list.addEventListener("focus", () => list.matches(":focus-visible") && point(at ?? begin));
    list.addEventListener("blur", () => point(null));
    list.addEventListener("keydown", (event) => {
        const next = walked(plot, at ?? begin, event.key);
        if (event.key === "Enter" && at) openComplex(at.complex, plot.box);
        else if (event.key === "Escape") point(null);
        else if (next) point(next);
        else return;
        event.preventDefault();
    });
}

// The mark nearest to the pointer, so that a mark of three pixels can be hit.
function nearest({ picture, placed, width }, event) {
    const area = picture.getBoundingClientRect();
    const scale = width / area.width;
    const x = (event.clientX - area.left) * scale;
    const y = (event.clientY - area.top) * scale;
    return closest(placed, (mark) => Math.hypot(mark.x - x, mark.y - y), NEAR * scale);
}

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Where a key leads: the nearest mark in that direction, a sideways step counting double.
function walked({ placed }, from, key) {
    if (key === "Home") return placed[0];
    if (key === "End") return placed.at(-1);
    if (!(key in DIRECTIONS)) return null;
    const [right, down] = DIRECTIONS[key];
    return closest(placed, (mark) => {
        const [x, y] = [mark.x - from.x, mark.y - from.y];
        const ahead = x * right + y * down;
        return ahead > 0.01 ? ahead + 2 * Math.abs(x * down + y * right) : Infinity;
    });
}

function closest(placed, distance, most = Infinity) {
    let [best, least] = [null, most];
    for (const mark of placed) {
        const far = distance(mark);
        if (far < least) [best, least] = [mark, far];
    }
    return best;
}

function showCard({ box, list, ring, card, width, prefix }, place) {
    card.hidden = place === null;
    ring.setAttribute("visibility", place ? "visible" : "hidden");
    for (const old of list.querySelectorAll("[aria-selected]")) old.removeAttribute("aria-selected");
    if (!place) {
        list.removeAttribute("aria-activedescendant");
        return;
    }
    const mark = byId(`${prefix}-${place.complex.place}`);
    mark.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", mark.id);
    filled(ring, { cx: place.x, cy: place.y, r: place.r + 5 }, []);
    card.replaceChildren(...cardLines(place.complex));
    const scale = box.clientWidth / width;
    // To the side where there is room, so that the card never hangs outside the page.
    const isRight = place.x * scale > box.clientWidth / 2;
    card.style.left = isRight ? "auto" : `${place.x * scale + 14}px`;
    card.style.right = isRight ? `${box.clientWidth - place.x * scale + 14}px` : "auto";
    card.style.top = `${Math.max(0, place.y * scale - 24)}px`;
}

function cardLines(complex) {
    const line = (...parts) => element("div", {}, ...parts);
    const levels = complex.isJudged
        ? [
              line(`${say("overview.column.quiet")} ${step(complex.quiet)}`),
              line(`${say("overview.column.worry")} ${step(complex.worry)}`),
          ]
        : [line(say(`explain.name.${complex.state}`))];
    return [
        element("b", {}, named(complex.name)),
        line(named(complex.id), " · ", named(complex.teamName), " · ", say("overview.homes", { count: complex.homes })),
        ...levels,
        ...(complex.kind ? [line(`${say("overview.kind")}: ${say(`kind.${complex.kind}`)}`)] : []),
        ...(complex.isListed ? [line(initial(`${say("overview.mark.listed")}: ${complex.flag.why}`))] : []),
    ];
}
