// Which complexes are looked at. Quadrant, map and list all follow it.

const FIELDS = { search: "search", team: "team", state: "state", kind: "kind", onlyListed: "only-listed" };

function fillChoices() {
    options(
        "team",
        week.teams.map((name, place) => [place, name]),
    );
    options(
        "state",
        occurring("state").map((state) => [state, say(`explain.name.${state}`)]),
    );
    options(
        "kind",
        occurring("kind").map((kind) => [kind, say(`kind.${kind}`)]),
    );
}

function occurring(column) {
    return [...new Set(complexes.map((complex) => complex[column]))].filter(Boolean).sort();
}

function options(id, choices) {
    const made = choices.map(([value, text]) => element("option", { value }, text));
    byId(id).replaceChildren(element("option", { value: "" }, say("overview.all")), ...made);
}

function currentChoice() {
    return {
        search: plain(byId(FIELDS.search).value).trim(),
        team: byId(FIELDS.team).value,
        state: byId(FIELDS.state).value,
        kind: byId(FIELDS.kind).value,
        onlyListed: byId(FIELDS.onlyListed).checked,
    };
}

function chosen({ search, team, state, kind, onlyListed }) {
    return complexes.filter(
        (complex) =>
            (team === "" || complex.team === Number(team)) &&
            (state === "" || complex.state === state) &&
            (kind === "" || complex.kind === kind) &&
            (!onlyListed || complex.isListed) &&
            complex.key.includes(search),
    );
}

function tellChoice(choice, found) {
    byId("found").textContent = found.length
        ? say("overview.found", { count: found.length, all: complexes.length })
        : say("overview.none_found");
    // On paper the fields are gone, so what was chosen is said in words.
    const parts = [
        byId(FIELDS.search).value.trim(),
        ...["team", "state", "kind"].map((name) =>
            choice[name] === "" ? "" : byId(name).selectedOptions[0].textContent,
        ),
        choice.onlyListed ? say("overview.only_listed") : "",
    ].filter(Boolean);
    byId("chosen-by").textContent = parts.length ? say("overview.chosen_by", { what: together.format(parts) }) : "";
}
