"""What stands in the overview is what may be told, all of it and nothing else; and it stays small."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from shared_town import HOSTILE, shared_town

from flows.language import LANGUAGES, Language, catalogue
from flows.sharing.overview import overview_page
from flows.sharing.overview.packed import packed_week
from flows.sharing.overview.page import HERE, embeddable
from models.streams import STREAMS

NL = Language("nl")
TOWN = shared_town(40, 3, names=HOSTILE)
# A mail server passes two megabytes and a phone opens them at once. The 56 told figures of a complex take four to five
# characters each, name, place and reasons the rest: under 400 bytes a complex.
MOST_BYTES = 2_000_000


def told(packed: dict[str, Any]) -> dict[tuple[str, str, str], list[int | None]]:
    """The figures as the page unpacks them."""
    ids, streams, quarters = packed["complexes"]["id"], packed["streams"], packed["quarters"]
    keys = [(one, stream, each["from"]) for one in ids for stream in streams for each in quarters]
    places, values = packed["told"]["places"], packed["told"]["values"]
    return {key: values[place] for key, place in zip(keys, places, strict=True) if place >= 0}


def test_every_told_count_is_in_it_as_it_was_told_and_no_other() -> None:
    holes = TOWN.quarters.filter(~((pl.col("complex_id") == "C0003") & (pl.col("stream") == "concerns")))
    wanted = {
        (row["complex_id"], row["stream"], row["quarter_starts_on"].isoformat()): [
            row[name] for name in ("seen", "expected", "low", "high")
        ]
        for row in holes.to_dicts()
    }
    assert told(packed_week(replace(TOWN, quarters=holes), NL)) == wanted


def test_years_before_the_data_began_make_no_axis() -> None:
    late = TOWN.quarters.filter(pl.col("quarter_starts_on") >= TOWN.settled[5].first_day)
    packed = packed_week(replace(TOWN, quarters=late), NL)
    assert [each["from"] for each in packed["quarters"]] == [each.first_day.isoformat() for each in TOWN.settled[5:]]
    assert len(told(packed)) == late.height


def test_reasons_and_complexes_are_those_of_the_shared_week() -> None:
    packed = packed_week(TOWN, NL)
    said = {(row["complex_id"], row["stream"]): [row["weight"], row["compared"]] for row in TOWN.reasons.to_dicts()}
    keys = [(one, stream.name) for one in packed["complexes"]["id"] for stream in STREAMS]
    values, places = packed["reasons"]["values"], packed["reasons"]["places"]
    assert {key: values[place] for key, place in zip(keys, places, strict=True)} == said
    columns = packed["complexes"]
    for place, row in enumerate(TOWN.complexes.to_dicts()):
        assert columns["id"][place] == row["complex_id"]
        assert packed["teams"][columns["team"][place]] == row["area_team"]
        assert (columns["quiet"][place], columns["worry"][place]) == (row["quiet_level"], row["worry_level"])
    assert set(columns) == {
        "id", "name", "team", "homes", "latitude", "longitude", "quiet", "worry", "state", "kind", "since", "small",
        "missing",
    }  # fmt: skip


def test_nothing_of_a_complex_that_is_not_shown_is_in_it() -> None:
    kept = TOWN.complexes.filter(pl.col("complex_id") != "C0005")
    own = TOWN.events.filter(pl.col("complex_id") == "C0005").height
    assert own > 0
    packed = packed_week(replace(TOWN, complexes=kept), NL)
    assert len(packed["events"]["rows"]) == TOWN.events.height - own, "nor as if it held for all"
    assert len(told(packed)) == TOWN.quarters.filter(pl.col("complex_id") != "C0005").height
    assert len(packed["flags"]) == TOWN.flags.filter(pl.col("complex_id") != "C0005").height


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_of_safety_stands_on_the_page(code: str) -> None:
    page = overview_page(TOWN, Language(code))
    for row in TOWN.safety.to_dicts():
        assert row["name"] not in page
    assert TOWN.terms.safety_role not in page  # type: ignore[operator]
    assert Language(code).say("why.safety") not in page


def test_no_text_ends_the_element_that_it_stands_in() -> None:
    page = overview_page(TOWN, NL)
    assert page.count("</script>") == 2
    hostile = ["</script><script>alert(1)</script>", "<!--", "&lt;", "\u2028", '"\\']
    assert json.loads(embeddable(hostile)) == hostile
    assert not set(embeddable(hostile)) & set("<>&\u2028")


def test_a_team_and_an_attribution_are_escaped_in_the_template_too() -> None:
    page = overview_page(replace(TOWN, attribution="<b>Open data</b>"), NL)
    assert "&lt;b&gt;Open data&lt;/b&gt;" in page


def test_a_whole_organisation_stays_small_and_the_same_week_gives_the_same_bytes() -> None:
    large = shared_town(5_000, 60)
    page = overview_page(large, NL)
    assert len(page.encode()) < MOST_BYTES
    assert overview_page(large, NL) == page


def test_the_scripts_ask_only_for_messages_that_exist_and_all_of_ours_are_asked_for() -> None:
    sources = "".join(
        file.read_text(encoding="utf-8") for file in sorted(HERE.iterdir()) if file.suffix in (".js", ".py", ".html")
    )
    written = re.findall(r"""(?<=[`"'])(overview\.(?:[\w.]|\$?\{[^}]*\})+)(?=[`"'])""", sources)
    asked = {re.sub(r"\$?\{[^}]*\}", "*", name) for name in written} - {"overview.", "overview.css", "overview.html"}
    known = {str(each.id if isinstance(each.id, str) else each.id[0]) for each in catalogue("nl") if each.id}
    own = {name for name in known if name.startswith("overview.")}

    def fits(pattern: str, name: str) -> bool:
        return re.fullmatch(re.escape(pattern).replace(r"\*", r"\w+"), name) is not None

    assert len(asked) > 60, "the pattern finds the messages"
    assert [pattern for pattern in sorted(asked) if not any(fits(pattern, name) for name in own)] == []
    assert [name for name in sorted(own) if not any(fits(pattern, name) for pattern in asked)] == []
