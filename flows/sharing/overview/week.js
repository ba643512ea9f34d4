// The week as it stands in the page: packed by packed.py, unpacked here, with the words that people read.

const week = JSON.parse(byId("week").textContent);
const locale = week.language === "nl" ? "nl-NL" : "en-GB";
const numbers = new Intl.NumberFormat(locale);
const dates = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const inOrder = new Intl.Collator(locale, { numeric: true });
const together = new Intl.ListFormat(locale);

function say(message, figures = {}) {
    const forms = week.messages[message];
    const text = Array.isArray(forms) ? forms[figures.count === 1 ? 0 : 1] : forms;
    return text.replace(/\{(\w+)\}/g, (_, name) => written(figures[name]));
}

function written(value) {
    return typeof value === "number" ? numbers.format(value) : String(value);
}

function day(iso) {
    return dates.format(new Date(iso));
}

function quarterName(iso) {
    const month = Number(iso.slice(5, 7));
    return say(`overview.quarter.${(month + 2) / 3}`, { year: iso.slice(0, 4) });
}

// Searching must not depend on accents or capitals: "cafe" finds "Café".
function plain(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function unpacked() {
    const columns = week.complexes;
    const flags = new Map(week.flags.map((flag) => [flag.complex, flag]));
    return columns.id.map((id, place) => {
        const complex = { place, flag: flags.get(place) ?? null };
        for (const [name, values] of Object.entries(columns)) complex[name] = values[place];
        complex.teamName = week.teams[complex.team];
        complex.isJudged = complex.quiet !== null && complex.worry !== null;
        complex.isListed = complex.flag?.is_listed ?? false;
        complex.key = plain(`${complex.name} ${id}`);
        complex.mark = markOf(complex);
        return complex;
    });
}

// How a complex is drawn, everywhere alike.
function markOf(complex) {
    if (complex.isListed) return complex.flag.is_lot ? "drawn" : "listed";
    if (!complex.isJudged) return "unjudged";
    return complex.quiet >= 4 && complex.worry >= 4 ? "both" : "other";
}

const complexes = unpacked();
const byNumber = new Map(complexes.map((complex) => [complex.id, complex]));

// One row per stream: [seen, expected, low, high] for each quarter, or null where nothing is told.
function toldOf(complex) {
    const { values, places } = week.told;
    const wide = week.quarters.length;
    return week.streams.map((stream, row) =>
        week.quarters.map(
            (_, column) => values[places[(complex.place * week.streams.length + row) * wide + column]] ?? null,
        ),
    );
}

// Per stream [weight, compared], or null.
function reasonsOf(complex) {
    const { values, places } = week.reasons;
    return week.streams.map((_, row) => values[places[complex.place * week.streams.length + row]] ?? null);
}

// Its own events, those of its whole area and those of everybody, oldest first.
function eventsOf(complex) {
    const holds = ([own, team]) => own === complex.place || (own === null && (team === null || team === complex.team));
    return week.events.rows.filter(holds).map(([, , on, text]) => {
        const [kind, sentence] = week.events.texts[text];
        return { on, kind, sentence };
    });
}
