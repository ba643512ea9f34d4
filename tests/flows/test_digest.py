"""The page of an area team: short, safe, escaped, and made from published results only."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import polars as pl
import pytest
from story import MONDAY_MORNING, tell_story, write_town

from flows.digest import Digest, Entry, _heard, _worries, digests, folder_name, render
from flows.language import LANGUAGES, Language
from flows.quarters import Quarter
from flows.results import PublishedWeek
from flows.run import make_run

MOST_WORDS = 280


class Words(HTMLParser):
    """What a reader reads: no styles, no title."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.read = 0, []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "title")

    def handle_data(self, text: str) -> None:
        if not self.hidden:
            self.read += text.split()


def words(page: str) -> list[str]:
    reader = Words()
    reader.feed(page)
    return reader.read


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    folder = tmp_path_factory.mktemp("digest")
    town = write_town(folder / "town", n_complexes=120)
    return PublishedWeek(tell_story(make_run(folder / "home", str(town), None, None, MONDAY_MORNING, "nl"))[0])


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_is_read_in_two_minutes(published: PublishedWeek, code: str) -> None:
    pages = [render(digest, Language(code)) for digest in digests(published, Language(code))]
    assert len(pages) == 4
    for page in pages:
        assert 30 < len(words(page)) <= MOST_WORDS


def test_no_exact_count_no_probability_and_no_small_complex_leaves(published: PublishedWeek) -> None:
    small = published.table("complexes").filter(pl.col("homes") < 10)["name"].to_list()
    assert small, "the town has small complexes to hide"
    for digest in digests(published, Language("nl")):
        page = render(digest, Language("nl"))
        body = page[page.index("<body>") :]
        for name in small:
            assert f">{name} <" not in body
        assert not re.search(r"0,\d|\d %", body)
        for seen in re.findall(r"hoorden we ongeveer (\d+) keer", body):
            assert int(seen) % 5 == 0


def test_what_came_from_a_source_is_escaped() -> None:
    entry = Entry("<script>alert(1)</script>", 40, True, ("<b>",), "?", "→")
    digest = Digest("<i>Noord</i>", "2026-W46", ("<u>",), (entry,), (), (), None)
    page = render(digest, Language("nl"))
    for tag in ("<script>", "<b>", "<i>", "<u>"):
        assert tag not in page
    assert "&lt;script&gt;" in page


def test_of_a_safety_matter_only_the_name_is_said() -> None:
    page = render(Digest("Noord", "2026-W46", ("De Lier",), (), (), (), None), Language("nl"))
    told = " ".join(words(page))
    assert "De Lier: overleg eerst met wie bij jullie over veiligheid gaat; ga niet alleen." in told
    assert "rondje" not in told


@pytest.mark.parametrize("team", ["../../etc", "a/b", "Noord & Zuid", "", "." * 3, "x" * 300, "Ward 1: O'Brien", "北"])
def test_a_team_becomes_one_safe_folder(team: str) -> None:
    name = folder_name(team)
    assert re.fullmatch(r"[\w-]{1,80}", name)


def test_two_teams_never_share_a_folder() -> None:
    teams = ["a b", "a-b", "a/b", "a  b", "A b"]
    assert len({folder_name(team) for team in teams}) == len(teams)


def test_pages_are_for_their_owner_only(published: PublishedWeek) -> None:
    home = published.folder.parents[2]
    for page in (home / "shared").glob("*/*/digest.html"):
        assert page.stat().st_mode & 0o077 == 0
    for file in published.folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_a_page_needs_no_network(published: PublishedWeek) -> None:
    for digest in digests(published, Language("nl")):
        assert not re.search(r"https?://|src=|@import|url\(", render(digest, Language("nl")))


def test_a_worry_holds_in_the_period_that_is_spoken_of() -> None:
    rows = [
        ("A", "urgent_repairs", 27, 10.8, 2.6),
        ("A", "vandalism_repairs", 3, 0.5, 0.9),
        ("A", "concerns", 0, 0.0, 0.6),
        ("A", "bad_condition", 2, 0.6, 0.2),
        ("A", "complaints", 9, 1.0, 3.0),
        ("B", "concerns", 0, 0.4, 0.6),
        ("C", "concerns", 3, 0.4, 0.1),
    ]
    reasons = pl.DataFrame(rows, ["complex_id", "stream", "seen", "expected", "log_odds"], orient="row")
    assert _worries(reasons) == {"A": ["urgent_repairs", "vandalism_repairs"], "B": ["earlier"]}
    said = Language("nl").say("worry.vandalism_repairs")
    assert said == "Er was vaker iets vernield of verbrand dan bij vergelijkbare complexen."


@pytest.mark.parametrize(
    ("seen", "expected", "is_less"),
    [(2, 9.0, True), (2, 4.0, False), (4, 5.4, False), (10, 8.0, False), (10, 20, True)],
)
def test_a_number_that_is_not_low_is_not_left_to_speak_for_silence(seen: int, expected: float, is_less: bool) -> None:
    told = _heard({"seen": seen, "expected": expected}, Quarter(2026, 3), Language("nl"))
    assert ("Dat alleen zegt weinig" not in told) == is_less
