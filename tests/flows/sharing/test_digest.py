"""What an area team is told: short, true, and in its order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import words
from shared_town import HOSTILE, MONDAY, shared_town, without_flags

from data_contracts.contract import contracts
from flows.language import LANGUAGES, Language
from flows.sharing.charts import drawing
from flows.sharing.composing import digests
from flows.sharing.digest import Digest
from flows.sharing.mail import mail_html, mail_text
from flows.sharing.page import digest_page
from flows.sharing.room import MOST_WORDS
from flows.sharing.tier import SharedWeek, Terms

NL = Language("nl")
TOWN = shared_town()
LONG_ROLE = "de coördinator veiligheid en zorg van de gemeente, samen met de wijkteams van west"


def digest_of(shared: SharedWeek, team: int = 0, language: Language = NL) -> Digest:
    return digests(shared, language)[team]


def with_flags(shared: SharedWeek, *rows: dict[str, object]) -> SharedWeek:
    """The same week, in which the first flags of the first team are changed, and the others are gone."""
    first = shared.flags.filter(pl.col("area_team") == "Team 00").to_dicts()
    made = [flag | row for flag, row in zip(first, rows, strict=False)]
    return replace(shared, flags=pl.DataFrame(made, schema=shared.flags.schema), answers=shared.answers.clear())


def read(digest: Digest) -> str:
    return "\n".join(digest.read())


def in_every_form(digest: Digest, language: Language) -> dict[str, int]:
    """How many words each form has that is read on a screen."""
    drawings = [drawing(entry.chart) if entry.chart else "" for entry in digest.new]
    return {
        "page": len(words(digest_page(digest, drawings, language))),
        "mail": len(words(mail_html(digest, ["chart.png"] * len(drawings), language))),
        "text": len(mail_text(digest).split()),
    }


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("names", [(), HOSTILE], ids=["plain", "hostile"])
def test_the_fullest_digest_is_read_in_two_minutes(code: str, names: tuple[str, ...]) -> None:
    """Two new, one drawn, four running, answers, sources, a channel, a safety matter: in every form that is read."""
    for digest in digests(shared_town(names=names), Language(code)):
        counted = in_every_form(digest, Language(code))
        assert all(150 < n <= MOST_WORDS for n in counted.values()), counted
        assert counted["page"] == digest.n_words, "what fits was counted on what is read"
        assert len(digest.new) == 2, "no new complex has to go"


@pytest.mark.parametrize("code", LANGUAGES)
def test_long_names_a_long_role_and_a_line_that_must_stand_there_still_fit(code: str) -> None:
    shared = shared_town(names=("De Lange Naam " * 21,) * 60)
    shared = replace(
        shared,
        attribution="Contains information licensed under the Open Government Licence – Toronto",
        terms=replace(shared.terms, safety_role=LONG_ROLE[:80]),
        safety=pl.concat([shared.safety] * 3),
    )
    for digest in digests(shared, Language(code)):
        assert max(in_every_form(digest, Language(code)).values()) <= MOST_WORDS
        assert digest.n_new == 2
        assert digest.attribution in mail_text(digest)


def test_a_usual_digest_is_told_in_full() -> None:
    shared = shared_town()
    calm = replace(
        shared,
        safety=shared.safety.clear(),
        sources=shared.sources.head(2),
        channels=shared.channels.clear(),
        suspect=shared.suspect.clear(),
        dark=shared.dark.clear(),
    )
    told = read(digest_of(replace(calm, flags=calm.flags.filter("is_listed"), answers=calm.answers.clear())))
    assert "Loop eens een rondje en maak een praatje." in told
    assert "Fase 1; voortouw en besluit: de corporatie." in told
    assert "Fase 2; voortouw: de gemeente, besluit: de politie." in told
    assert "…" not in told


def test_the_page_follows_its_order() -> None:
    page = digest_page(digest_of(shared_town()), ["", ""], NL)
    titles = ["Dank voor", "Nieuw: opvallend stil", "Door het lot", "Loopt nog", "Wat we niet", "Jouw antwoord"]
    places = [page.index(f"<h2>{title}") for title in titles]
    assert places == sorted(places)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_exact_count_and_no_probability_is_told(code: str) -> None:
    n_told = 0
    for digest in digests(shared_town(), Language(code)):
        for entry in digest.new:
            assert entry.why.count(".") == 1, "one sentence"
            figures = re.findall(r"(minder dan|ongeveer|fewer than|about) (\d+)", entry.why)
            # The year, and the two sides of the one figure.
            assert len(re.findall(r"\d+", entry.why)) in (0, 1 + len(figures))
            if figures:
                assert int(figures[0][1]) % 5 == 0
                n_told += 1
        text = read(digest)
        assert not re.search(r"\d[.,]\d|%|procent|kans|probab|percent", text)
    assert n_told > 3


def test_what_was_done_with_each_answer_is_said_once() -> None:
    shared = shared_town()
    flags = [
        {"status": "closed", "is_listed": False, "closed_because": "fine"},
        {"status": "snoozed", "is_listed": False, "rests_until": date(2027, 2, 9)},
        {"status": "open", "why": "quiet_decline", "is_drawn": False},
        {"status": "open"},
        {"status": "closed", "is_listed": False, "closed_because": "overruled"},
    ]
    week = with_flags(shared, *flags)
    verdicts = ("fine", "known_already", "worry", "not_looked", "other")
    said = [
        {name: flag[name] for name in ("flag_id", "complex_id", "area_team", "name")}
        | {"reviewed_on": date(2026, 11, 10), "verdict": verdict, "do_residents_report": "no"}
        for flag, verdict in zip(week.flags.sort("complex_id").to_dicts(), verdicts, strict=True)
    ]
    # Who did not look the second time has not taken back what was found.
    said.append(said[2] | {"reviewed_on": date(2026, 11, 12), "verdict": "not_looked"})
    digest = digest_of(replace(week, answers=pl.DataFrame(said, schema=shared.answers.schema)))
    assert digest.answered.lines == (
        "In orde, van de lijst: Lindehof 0.",
        "Anders besloten, van de lijst: Lindehof 12.",
        "Wist je al, rust t/m 9 februari 2027: Lindehof 3.",
        "Zorgen, loopt: Lindehof 6.",
        "Niet gekeken, blijft staan: Lindehof 9.",
    )
    assert [line.name for line in digest.running] == ["Lindehof 9", "Lindehof 6"]
    assert "dank" in digest.answered.title.lower()


def test_a_month_later_a_rest_is_told_with_what_goes_on() -> None:
    week = with_flags(shared_town(), {"status": "snoozed", "is_listed": False, "rests_until": date(2027, 2, 9)})
    assert [line.text for line in digest_of(week).running] == ["Rust t/m 9 februari 2027."]


def test_what_is_closed_by_the_norm_and_a_voice_that_is_back_are_good_news() -> None:
    week = with_flags(
        shared_town(),
        {"status": "closed", "is_listed": False, "closed_because": "norm_met"},
        {"status": "open", "is_voice_back": True},
        {"status": "closed", "is_listed": False, "closed_because": "drawn_once"},
    )
    news = {line.name: line.news for line in digest_of(week).running}
    assert news == {
        "Lindehof 0": "Goed nieuws.",
        "Lindehof 3": "Stem terug: bewoners melden weer meer. Goed nieuws.",
    }


def test_nothing_counts_weeks_or_answers_of_a_team() -> None:
    for code in LANGUAGES:
        for digest in digests(shared_town(), Language(code)):
            told = read(digest)
            assert not re.search(r"\d+ (weken|weeks|antwoorden|answers|dagen|days)|te laat|overdue", told)
            assert not re.search(r"\b(20\d\d-W|W\d\d)", told), "no flag with the week from which it is open"


def test_what_was_answered_lately_is_not_asked_again_in_the_mail() -> None:
    shared = shared_town()
    week = with_flags(shared, {"status": "open", "why": "quiet_decline"}, {"status": "open"}, {"is_drawn": True})
    flag = week.flags["flag_id"].to_list()
    answered = pl.DataFrame(
        [
            {
                **{name: week.flags[name][0] for name in ("flag_id", "complex_id", "area_team", "name")},
                "reviewed_on": date(2026, 11, 10),
                "verdict": "worry",
                "do_residents_report": None,
            }
        ],
        schema=shared.answers.schema,
    )
    asked = digest_of(replace(week, answers=answered)).asked
    assert [row.flag_id for row in asked.rows] == flag[1:]
    assert len(asked.on_sheet) == 3
    assert [len(row.found) + len(row.report) for row in asked.rows] == [8, 8]
    assert all("C0" in choice.link for row in asked.rows for choice in row.found)


def test_without_a_mailbox_there_are_no_links_and_the_sheet_is_named() -> None:
    digest = digest_of(replace(shared_town(), terms=Terms()))
    assert digest.asked.rows == ()
    assert digest.answer_how == "Op het antwoordblad staan twee vragen; vul het in en geef het terug."
    for made in (digest_page(digest, ["", ""], NL), mail_html(digest, ["", ""], NL), mail_text(digest)):
        assert "mailto:" not in made
        assert "Wat trof je aan?" in made


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_mail_without_news_is_two_sentences(code: str) -> None:
    language = Language(code)
    digest = digest_of(without_flags(shared_town(), "Team 01"), 1, language)
    assert digest.n_new == 0
    assert len(digest.short) == 2
    assert all(re.fullmatch(r"[^.?!]*\.", each) for each in digest.short)
    text = mail_text(digest)
    before_answers = text.split("\n\n")[1]
    assert before_answers == "\n".join(digest.short)
    assert "Lindehof 7" in digest.short[1]
    page = mail_html(digest, [], language)
    assert digest.unseen.title not in page
    assert digest.unseen.title not in text
    assert digest.unseen.title in digest_page(digest, [], language), "the page tells the rest"


def test_nothing_new_is_not_said_of_a_list_that_was_full() -> None:
    shared = without_flags(shared_town(), "Team 01")
    none_left = replace(shared, teams=shared.teams.with_columns(n_fell_off=pl.lit(0, pl.Int64)))
    assert "1 complex paste niet op de lijst" in digest_of(shared, 1).short[0]
    assert digest_of(shared, 1).new_lines == ("Nog 1 paste niet; zie het overzicht.",)
    assert "we zagen geen nieuw complex" in digest_of(none_left, 1).short[0]
    assert "we zagen geen nieuw complex" in digest_of(none_left, 1).new_lines[0]


def test_a_blind_week_does_not_say_that_all_is_well() -> None:
    shared = replace(without_flags(shared_town(), "Team 01"), is_blind=True)
    digest = digest_of(shared, 1)
    assert "zagen geen nieuw complex" not in read(digest) + "".join(digest.short)
    assert "kunnen we zonder deze bronnen niet zien" in read(digest)
    assert "konden we niet zien" in digest.short[0]


def test_a_first_week_has_nothing_to_look_back_on() -> None:
    shared = shared_town()
    week = with_flags(shared, {}, {}, {})
    digest = digest_of(replace(week, quarters=shared.quarters.clear(), reasons=shared.reasons.clear()))
    assert digest.answered.lines == ()
    assert digest.running == ()
    assert [entry.chart for entry in digest.new] == [None, None]
    assert {entry.why for entry in digest.new} == {
        "Over langere tijd horen we hier minder dan past bij wat we verder zien."
    }
    assert "Loopt nog" not in mail_text(digest)


def test_a_team_without_a_complex_that_may_be_named_is_told_so() -> None:
    shared = without_flags(shared_town(), "Team 01")
    empty = replace(
        shared,
        flags=shared.flags.filter(pl.col("area_team") != "Team 01"),
        complexes=shared.complexes.filter(pl.col("area_team") != "Team 01"),
        teams=shared.teams.with_columns(
            pl.when(pl.col("area_team") == "Team 01")
            .then(0)
            .otherwise("n_complexes")
            .cast(pl.Int64)
            .alias("n_complexes")
        ),
    )
    digest = digest_of(empty, 1)
    assert digest.short == (
        "Team 01 heeft geen complexen van 10 woningen of meer, en kleinere noemen we nooit apart.",
        "Daarom is er geen lijst.",
    )
    assert digest.asked.on_sheet == ()
    assert "10 woningen of meer" in read(digest)


def test_a_new_complex_that_is_also_drawn_stands_once() -> None:
    digest = digest_of(with_flags(shared_town(), {"is_drawn": True}))
    assert digest.drawn == ()
    assert digest.drawn_lines == ("Het lot viel op een complex dat al op deze lijst staat: Lindehof 0.",)
    assert [entry.name for entry in digest.new] == ["Lindehof 0"]


def test_the_drawn_one_is_a_walk_and_never_a_visit_at_the_door() -> None:
    for code, walk, door in (("nl", "rondje", "bel niet aan"), ("en", "Walk around", "ring no doorbells")):
        for digest in digests(shared_town(), Language(code)):
            assert walk in digest.drawn_lines[0]
            assert door in digest.drawn_lines[0]
    assert "geen aanleiding, gewoon eens kijken" in digest_of(shared_town()).drawn_title


def test_a_team_with_more_new_ones_than_are_read_gets_their_names() -> None:
    shared = shared_town(n_complexes=90)
    flag = shared.flags.to_dicts()[0]
    more = [
        flag | {"flag_id": f"2026-W46-X{n}", "complex_id": f"C{3 * n:04}", "name": f"Extra {n}", "rank": n}
        for n in range(10, 20)
    ]
    digest = digest_of(replace(shared, flags=pl.DataFrame([flag, *more], schema=shared.flags.schema)))
    assert digest.n_new == 11
    told = read(digest)
    assert all(f"Extra {n}" in told for n in range(10, 20)), "nobody is dropped silently"


def test_what_the_lot_chose_is_not_without_cause_where_the_team_knows_it() -> None:
    shared = shared_town()
    lot = shared.flags.filter("is_drawn", pl.col("area_team") == "Team 00").row(0, named=True)
    answered = shared.answers.head(1).with_columns(
        pl.lit(lot["complex_id"]).alias("complex_id"),
        pl.lit("2026-W44-X").alias("flag_id"),
        area_team=pl.lit("Team 00"),
    )
    known = replace(shared, answers=pl.concat([shared.answers, answered]), safety=shared.safety.clear())
    assert "geen aanleiding" in digest_of(shared).drawn_title
    assert digest_of(known).drawn_title == "Door het lot"
    assert digest_of(known).drawn_lines[0] == "Jullie kennen het al; kijk alleen als het uitkomt."
    quiet = replace(known, flags=known.flags.filter((pl.col("status") != "new") | pl.col("is_drawn")))
    assert "jullie kennen het al" in digest_of(quiet).short[1]


def test_what_could_not_be_seen_is_told_by_name() -> None:
    shared = with_flags(shared_town(), {})
    assert digest_of(replace(shared, safety=shared.safety.clear())).unseen.lines == (
        "Vraag na bij wie levert: klachten en meldingen (de helft).",
        "We krijgen geen signalen uit de wijk.",
        "Niet van deze week: huurcontracten (laatste: 30 september 2026).",
        "We krijgen niets meer door van monteurs.",
        "Over de avond en nacht weten we hier niets.",
        "Een jaar geen bezoek genoteerd bij 3 complexen.",
    )
    fresh = replace(
        shared,
        sources=shared.sources.head(2),
        channels=shared.channels.clear(),
        suspect=shared.suspect.clear(),
        dark=shared.dark.clear(),
        teams=shared.teams.with_columns(n_unvisited=pl.lit(0, pl.Int64)),
    )
    assert digest_of(fresh).unseen.lines == ("Alle bronnen waren er.",)


def test_the_monday_is_the_one_of_the_week() -> None:
    assert digest_of(shared_town()).kicker == f"Luisterpost, week {MONDAY.isocalendar().week}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_word_that_a_week_may_need_can_be_said(code: str) -> None:
    parties = ("corporation", "municipality", "police", "welfare", "residents")
    signals = {rule.id: rule.predicate for rule in contracts("inputs")["field_signals"].rules}
    channels = re.findall(r"'(\w+)'", signals["source.valid_values"])
    assert "technician" in channels
    kinds = ("good", "afraid", "cannot", "not_registered", "not_looked_at", "emptied", "unknown")
    needed = {"party": parties, "channel": channels, "ask": kinds, "step": kinds}
    needed["because"] = ("norm_met", "fine", "overruled", "gone", "drawn_once")
    missing = [f"team.{group}.{each}" for group, all_ in needed.items() for each in all_]
    assert [name for name in missing if not Language(code).has(name)] == []


STATUS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["new", "open", "impasse", "snoozed", "closed"]),
        "why": st.sampled_from(["quiet_decline", "went_quiet"]),
        "closed_because": st.sampled_from(["norm_met", "gone", "fine", "overruled"]),
        "rests_until": st.sampled_from([None, date(2027, 1, 31)]),
        "lead": st.sampled_from([None, "municipality", "residents"]),
        "mandate": st.sampled_from([None, "municipality", "police"]),
        "phase": st.sampled_from([None, 1, 3]),
        "is_voice_back": st.booleans(),
        "silence_kind": st.sampled_from(["afraid", "cannot", "not_registered", "unknown"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(STATUS, max_size=8), code=st.sampled_from(LANGUAGES))
def test_whatever_is_in_hand_it_is_read_in_two_minutes_and_nobody_is_dropped(
    rows: list[dict[str, object]], code: str
) -> None:
    new = 0
    for row in rows:
        # A team gets two new ones a week, and what does not rest or end is on its list.
        new += row["status"] == "new"
        row["status"] = "open" if row["status"] == "new" and new > 2 else row["status"]
        row["is_listed"] = row["status"] in ("new", "open", "impasse")
        row["is_drawn"] = False
    week = with_flags(TOWN, *rows)
    digest = digest_of(week, 0, Language(code))
    assert digest.n_words <= MOST_WORDS
    assert len(mail_text(digest).split()) <= MOST_WORDS
    told = read(digest)
    for flag in week.flags.to_dicts():
        is_told_of = flag["status"] in ("new", "open", "impasse", "snoozed") or flag["closed_because"] in (
            "norm_met",
            "gone",
        )
        is_counted = re.search(r"En nog \d|And \d+ more|nog \d\b|\d more", told)
        assert flag["name"] in told or not is_told_of or is_counted
