// Where one is in the page, and drawing it anew when the choice, the width or the paper changes.

// The width of a sheet of A4 between its margins, and of each of the two pictures that stand side by side on it
// [CSS pixels].
const PAPER = 680;
const HALF_PAPER = 332;
const overviewTitle = document.title;
// What was left for the page of a complex: what had the focus, found anew because it may be drawn anew, and the height.
const left = { find: () => null, at: 0 };
let isDrawn = false;

function address(complex) {
    return `#complex=${encodeURIComponent(complex.id)}`;
}

// From a mark in a picture; links in the list go by themselves.
function openComplex(complex, box) {
    leave(() => box.querySelector("[role=listbox]"));
    location.hash = address(complex);
}

function leave(find) {
    Object.assign(left, { find, at: window.scrollY });
}

// undefined: the overview is asked for; null: a complex that is not in it.
function asked() {
    const found = /^#complex=(.*)$/.exec(location.hash);
    if (!found) return undefined;
    try {
        return byNumber.get(decodeURIComponent(found[1])) ?? null;
    } catch {
        return null;
    }
}

function drawOverview({ isPaper = false } = {}) {
    const choice = currentChoice();
    const found = chosen(choice);
    tellChoice(choice, found);
    drawQuadrant(found, isPaper ? HALF_PAPER : byId("quadrant").clientWidth);
    const across = isPaper ? HALF_PAPER : byId("map-section").clientWidth;
    drawMap(found, across, across < WIDE_ENOUGH ? Math.round(across * 1.2) : quadrantFrame(across, true, 1).height);
    drawList(found, { isPaper });
    isDrawn = !isPaper;
}

function draw({ isPaper = false } = {}) {
    const complex = asked();
    byId("overview").hidden = complex !== undefined;
    byId("complex").hidden = complex === undefined;
    if (complex) drawComplex(complex, isPaper ? PAPER : byId("complex").clientWidth);
    else if (complex === null) drawUnknown();
    else if (!isDrawn || isPaper) drawOverview({ isPaper });
    document.title = complex ? say("overview.complex_title", { name: complex.name, week: week.week }) : overviewTitle;
}

// Focus and height follow: to the heading of a complex, and back to where one came from.
function go() {
    const wasAway = byId("overview").hidden;
    draw();
    if (byId("overview").hidden) {
        window.scrollTo(0, 0);
        byId("complex").querySelector("h1").focus({ preventScroll: true });
    } else if (wasAway) {
        window.scrollTo(0, left.at);
        (left.find() ?? document.querySelector("#overview h1")).focus({ preventScroll: true });
    }
}

function drawAgain() {
    isDrawn = false;
    draw();
}

function listen() {
    const form = document.querySelector(".choice");
    const choose = () => {
        order.page = 0;
        drawAgain();
    };
    form.addEventListener("input", choose);
    form.addEventListener("submit", (event) => event.preventDefault());
    // The fields are emptied only after this event.
    form.addEventListener("reset", () => setTimeout(choose));
    byId("list").addEventListener("click", ({ target }) => {
        const link = target.closest("a");
        if (link) leave(() => byId(link.id));
    });
    window.addEventListener("hashchange", go);
    window.addEventListener("beforeprint", () => draw({ isPaper: true }));
    window.addEventListener("afterprint", drawAgain);
    followWidth();
}

function followWidth() {
    let drawnFor = document.body.clientWidth;
    new ResizeObserver(() => {
        if (document.body.clientWidth === drawnFor || matchMedia("print").matches) return;
        drawnFor = document.body.clientWidth;
        drawAgain();
    }).observe(document.body);
}

fillChoices();
listen();
draw();
document.documentElement.dataset.ready = "yes";
