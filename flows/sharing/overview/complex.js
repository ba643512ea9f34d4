// The page of one complex: what we think and since when, why, what was seen, and what happened.

const WEIGHTS = ["heavy", "light", "against"];

function drawComplex(complex, width) {
    const events = eventsOf(complex);
    const title = element(
        "h1",
        { tabindex: "-1", class: complex.name.length > 80 ? "long" : null },
        named(complex.name),
    );
    const facts = [
        named(complex.id),
        " · ",
        named(complex.teamName),
        " · ",
        say("overview.homes", { count: complex.homes }),
    ];
    const streams = week.quarters.length
        ? element("div", { class: "streams" }, drawStreams(complex, events, width))
        : element("p", {}, say("overview.no_quarters"));
    byId("complex").replaceChildren(
        backLink(),
        title,
        element("p", { class: "facts" }, ...facts),
        element(
            "div",
            { class: "two" },
            element("div", {}, thinking(complex), question()),
            element("div", {}, flagBox(complex), reasonBox(complex)),
        ),
        whole(
            "overview.streams_title",
            week.quarters.length ? element("p", { class: "quiet" }, say("overview.streams_key")) : null,
            streams,
        ),
        part("overview.events_title", ...eventList(events)),
        ...(week.quarters.length ? [tableBox(complex)] : []),
    );
}

function backLink() {
    return element("a", { class: "back", href: "#" }, say("overview.back"));
}

function drawUnknown() {
    byId("complex").replaceChildren(backLink(), element("h1", { tabindex: "-1" }, say("overview.unknown_complex")));
}

function part(title, ...inside) {
    return element("section", {}, element("h2", {}, say(title)), ...inside);
}

// A part that is not torn apart on paper.
function whole(title, ...inside) {
    return filled(part(title, ...inside), { class: "whole" }, []);
}

function thinking(complex) {
    const lines = [
        [
            say("overview.now"),
            element("b", {}, initial(stateText(complex))),
            ". ",
            say(`overview.state_says.${complex.state}`),
        ],
    ];
    if (complex.kind) {
        lines.push([
            say("overview.kind"),
            element("b", {}, initial(say(`kind.${complex.kind}`))),
            ". ",
            say(`overview.kind_says.${complex.kind}`),
        ]);
    }
    if (complex.since) {
        lines.push([say("overview.since"), say("overview.since_quarter", { quarter: quarterName(complex.since) })]);
    }
    if (complex.isJudged) {
        lines.push([say("overview.column.quiet"), step(complex.quiet), " ", certainty(complex.quiet)]);
        lines.push([say("overview.column.worry"), step(complex.worry), " ", certainty(complex.worry)]);
    }
    if (complex.missing.length) {
        const sources = together.format(complex.missing.map((source) => say(`source.${source}`)));
        lines.push([say("overview.missing"), say("overview.missing_says", { sources })]);
    }
    const small = complex.small ? element("p", {}, say("overview.too_small")) : null;
    const list = element(
        "dl",
        {},
        ...lines.flatMap(([term, ...text]) => [element("dt", {}, term), element("dd", {}, ...text)]),
    );
    return part("overview.think", list, small);
}

// Five steps as filled and open dots: the words beside it say the same.
function certainty(value) {
    return element("span", { class: "steps", "aria-hidden": "true" }, "●".repeat(value) + "○".repeat(5 - value));
}

function question() {
    return element("p", { class: "ask" }, say("overview.question"));
}

function flagBox({ flag }) {
    if (!flag) return null;
    const title = flag.is_listed ? "overview.on_list" : "overview.off_list";
    const box = part(title, ...flag.sentences.map((sentence) => element("p", {}, sentence)));
    box.className = flag.is_listed ? "flag" : "flag past";
    return box;
}

function reasonBox(complex) {
    // Where nobody can say how quiet it is, nothing was weighed either.
    if (!complex.isJudged) return part("overview.reasons_title", element("p", {}, say("overview.reasons_unjudged")));
    const said = reasonsOf(complex).map(
        (reason, place) => reason && { stream: week.streams[place], weight: reason[0], compared: reason[1] },
    );
    const telling = WEIGHTS.flatMap((weight) => said.filter((reason) => reason?.weight === weight));
    if (!telling.length) return part("overview.reasons_title", element("p", {}, say("overview.reasons_none")));
    const list = element(
        "ul",
        { class: "reasons" },
        ...telling.map((reason) => element("li", {}, reasonSentence(reason))),
    );
    return part("overview.reasons_title", list, element("p", { class: "quiet" }, say("overview.reasons_note")));
}

function reasonSentence({ stream, weight, compared }) {
    const figures = { stream: initial(say(`stream.${stream}`)), weight: say(`overview.weight.${weight}`) };
    if (compared === "unknown") return say("overview.reason_only_weight", figures);
    return say("overview.reason", { ...figures, compared: say(`overview.compared.${compared}`) });
}

function eventList(events) {
    if (!events.length) return [element("p", {}, say("overview.events_none"))];
    const lines = events.map((event, place) => {
        const picture = drawn(
            "svg",
            { viewBox: "-13 -13 26 26", "aria-hidden": "true" },
            ...marker({ ...event, number: place + 1 }, 0, 0),
        );
        return element(
            "li",
            {},
            picture,
            element("span", {}, day(event.on)),
            element("span", {}, initial(event.sentence), outside(event)),
        );
    });
    return [element("ol", { class: "events" }, ...lines)];
}

// What lies left of the axis has no mark in the picture.
function outside({ on }) {
    const isBefore = week.quarters.length && on < week.quarters[0].from;
    return isBefore ? element("span", { class: "quiet" }, ` (${say("overview.event_before")})`) : null;
}

function tableBox(complex) {
    // A wide table scrolls in its own frame, which the keyboard must be able to reach.
    const frame = element(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": say("overview.table_title") },
        streamsTable(complex),
    );
    return element("details", {}, element("summary", {}, say("overview.table_title")), frame);
}
