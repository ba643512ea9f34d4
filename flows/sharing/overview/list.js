// The list: everything that the pictures show, in words, sorted and in pages.

const PER_PAGE = 25;
const MOST_ON_PAPER = 400;
const order = { by: null, isUp: true, page: 0 };

const COLUMNS = [
    { name: "name", title: "overview.column.name", compare: (a, b) => inOrder.compare(a.name, b.name) },
    { name: "homes", title: "overview.column.homes", compare: (a, b) => a.homes - b.homes, isNumber: true },
    { name: "state", title: "overview.state", compare: (a, b) => inOrder.compare(stateText(a), stateText(b)) },
    { name: "quiet", title: "overview.column.quiet", compare: (a, b) => certain(a.quiet) - certain(b.quiet) },
    { name: "worry", title: "overview.column.worry", compare: (a, b) => certain(a.worry) - certain(b.worry) },
    { name: "listed", title: "overview.column.listed", compare: (a, b) => a.isListed - b.isListed },
];

// What nobody can judge stands between "probably not" and "perhaps": unknown is never put last, as if it were fine.
function certain(value) {
    return value ?? 2.5;
}

function stateText(complex) {
    return say(`explain.name.${complex.state}`);
}

// On the list first, those by lot after those with a cause; then where both the silence and the worry are likely.
function firstOrder(a, b) {
    const least = (each) => Math.min(certain(each.quiet), certain(each.worry));
    const sum = (each) => certain(each.quiet) + certain(each.worry);
    const place = (each) => (each.isListed ? (each.flag.is_lot ? 1 : 2) : 0);
    return place(b) - place(a) || least(b) - least(a) || sum(b) - sum(a);
}

function inListOrder(found) {
    const column = COLUMNS.find((each) => each.name === order.by);
    const compare = column ? (a, b) => (order.isUp ? column.compare(a, b) : column.compare(b, a)) : firstOrder;
    return [...found].sort((a, b) => compare(a, b) || inOrder.compare(a.name, b.name) || a.place - b.place);
}

function drawList(found, { isPaper = false } = {}) {
    if (!found.length) {
        byId("list").replaceChildren(element("p", {}, say("overview.none_found")));
        return;
    }
    const rows = inListOrder(found);
    const pages = Math.ceil(rows.length / PER_PAGE);
    order.page = Math.min(order.page, pages - 1);
    const first = isPaper ? 0 : order.page * PER_PAGE;
    const shown = rows.slice(first, isPaper ? MOST_ON_PAPER : first + PER_PAGE);
    // Roles are said because cards on a small screen would otherwise be no table any more.
    const table = element(
        "table",
        { role: "table", "aria-labelledby": "list-title", "aria-describedby": "list-caption" },
        element(
            "thead",
            { role: "rowgroup" },
            element("tr", { role: "row" }, ...COLUMNS.map((column) => heading(column, found))),
        ),
        element("tbody", { role: "rowgroup" }, ...shown.map(tableRow)),
    );
    const after = [];
    if (!isPaper && pages > 1) after.push(pager(found, first, shown.length, pages));
    if (isPaper && rows.length > shown.length) {
        after.push(
            element(
                "p",
                { class: "only-print" },
                say("overview.printed_part", { count: shown.length, all: rows.length }),
            ),
        );
    }
    byId("list").replaceChildren(table, ...after);
}

function heading(column, found) {
    const button = element("button", { type: "button", id: `sort-${column.name}` }, say(column.title));
    button.addEventListener("click", () => {
        // Homes and levels are asked for from the top, names from the A.
        const isText = column.name === "name" || column.name === "state";
        order.isUp = order.by === column.name ? !order.isUp : isText;
        Object.assign(order, { by: column.name, page: 0 });
        drawList(found);
        byId(`sort-${column.name}`).focus();
    });
    const way = order.by === column.name ? (order.isUp ? "ascending" : "descending") : "none";
    const attributes = {
        role: "columnheader",
        scope: "col",
        "aria-sort": way,
        class: column.isNumber ? "number" : null,
    };
    return element("th", attributes, button);
}

function tableRow(complex) {
    const cell = (column, ...inside) =>
        element(
            "td",
            { role: "cell", "data-name": say(column.title), class: column.isNumber ? "number" : null },
            element("span", {}, ...inside),
        );
    const [name, homes, state, quiet, worry, listed] = COLUMNS;
    const link = element("a", { href: address(complex), id: `row-${complex.place}` }, named(complex.name));
    const kind = complex.kind ? element("span", { class: "quiet" }, say(`kind.${complex.kind}`)) : null;
    const levels = complex.isJudged ? [step(complex.quiet), step(complex.worry)] : ["–", "–"];
    return element(
        "tr",
        { role: "row" },
        cell(
            name,
            element("span", { class: "title" }, symbol(complex), link),
            element("span", { class: "quiet" }, named(complex.id), " · ", named(complex.teamName)),
        ),
        cell(homes, written(complex.homes)),
        cell(state, stateText(complex), kind),
        cell(quiet, levels[0]),
        cell(worry, levels[1]),
        complex.isListed
            ? cell(listed, complex.flag.status, element("span", { class: "quiet" }, complex.flag.why))
            : element("td", { role: "cell" }),
    );
}

function symbol(complex) {
    const shape = complex.isListed ? diamond(0, 0, 6) : drawn("circle", { r: 4.5 });
    return drawn(
        "svg",
        { viewBox: "-8 -8 16 16", "aria-hidden": "true" },
        filled(shape, { class: `dot ${complex.mark}` }, []),
    );
}

function pager(found, first, count, pages) {
    const turn = (by, text, isPossible) => {
        const button = element("button", { type: "button", disabled: isPossible ? null : "" }, text);
        button.addEventListener("click", () => {
            order.page += by;
            drawList(found);
            byId("list-title").scrollIntoView();
            // The button itself may be gone or closed now; the list begins anew.
            byId("list").querySelector("tbody a").focus();
        });
        return button;
    };
    return element(
        "nav",
        { class: "pages", "aria-label": say("overview.pages") },
        turn(-1, say("overview.page_before"), order.page > 0),
        element("p", {}, say("overview.page", { first: first + 1, last: first + count, all: found.length })),
        turn(1, say("overview.page_after"), order.page < pages - 1),
    );
}
