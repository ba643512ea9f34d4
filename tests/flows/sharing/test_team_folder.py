"""What stands in a team's folder, in every form: escaped, whole, the same bytes each time, and nothing about safety."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html import escape, unescape
from itertools import pairwise
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from pypdf import PdfReader
from reading import text_of
from shared_town import HOSTILE, shared_town, without_flags

from flows.language import Language
from flows.sending.rendered import read_posts, read_safety
from flows.sharing.shown_names import LONGEST, shown_name
from flows.sharing.team_folder import TeamFolder, write_digests
from flows.sharing.tier import Terms

NL = Language("nl")
TOLD = {"digest.html", "mail.html", "mail.txt", "digest.pdf", "list.xlsx", "list.csv", "answers.xlsx", "answers.csv"}
A4 = (595, 842)
# The threat is in "De Lier"; "Klein Hofje" has fewer than ten homes.
THREATENED, SMALL = "De Lier", "Klein Hofje"
CHART_TEXT = re.compile(r"<svg.*?</svg>", re.DOTALL)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[TeamFolder]:
    return write_digests(shared_town(names=HOSTILE), tmp_path_factory.mktemp("hostile"), NL)


def listed(teams: list[TeamFolder]) -> list[dict[str, object]]:
    return json.loads((teams[0].folder.parent / "teams.json").read_text(encoding="utf-8"))


def test_every_form_is_there_for_its_owner_only(written: list[TeamFolder]) -> None:
    for team in written:
        names = {file.name for file in team.folder.iterdir()}
        assert names == TOLD | {"chart-1.png", "chart-2.png"}
        assert {file.name for file in team.files} == names
    for path in written[0].folder.parent.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_same_week_gives_the_same_bytes(written: list[TeamFolder], tmp_path: Path) -> None:
    again = write_digests(shared_town(names=HOSTILE), tmp_path, NL)
    for one, other in zip(written, again, strict=True):
        for file in one.files:
            assert file.read_bytes() == (other.folder / file.name).read_bytes(), file.name


def test_names_from_a_source_are_text_in_every_form(written: list[TeamFolder]) -> None:
    """Each hostile name stands where it belongs, and is obeyed by nothing."""
    shared = shared_town(names=HOSTILE)
    for team in written:
        names = shared.flags.filter(pl.col("area_team") == team.team, "is_listed")["name"].to_list()
        page, mail = (team.folder / name for name in ("digest.html", "mail.html"))
        for file in (page, mail):
            html = CHART_TEXT.sub("", file.read_text(encoding="utf-8"))
            assert "<script" not in html
            assert not re.search(r'(?:src|href)="(?!cid:|mailto:)', html), "nothing is fetched"
            assert not re.search(r"javascript:|\son\w+=", html)
        rows = list(openpyxl.load_workbook(team.folder / "list.xlsx").active.iter_rows(min_row=2))
        assert {row[0].value for row in rows} >= set(names), "the list has them whole"
        assert all(cell.data_type != "f" for row in rows for cell in row)
        for line in csv.reader((team.folder / "list.csv").read_text("utf-8").splitlines(), delimiter=";"):
            assert not [cell for cell in line if cell.startswith(("=", "+", "-", "@"))]


def test_a_hostile_name_is_shown_as_it_is(written: list[TeamFolder]) -> None:
    first = written[0].folder
    tag = shown_name(HOSTILE[0], 30)
    assert f"<bdi>{escape(tag)}</bdi>" in (first / "digest.html").read_text("utf-8")
    assert f"<bdi>{escape(tag)}</bdi>" in (first / "mail.html").read_text("utf-8")
    assert tag in (first / "mail.txt").read_text("utf-8")
    assert tag in text_of(first / "digest.pdf")
    assert "@SUM(A1)" in text_of(first / "digest.pdf")
    assert "Zonnehof" in text_of(first / "digest.pdf")
    sheets = "".join(text_of(team.folder / "list.xlsx") for team in written)
    assert all(" ".join(name.split()) in " ".join(sheets.split()) for name in HOSTILE)


def test_a_long_name_is_cut_on_the_page_and_whole_in_the_list(written: list[TeamFolder]) -> None:
    long = next(name for name in HOSTILE if len(name) > LONGEST)
    holder = next(team for team in written if long in text_of(team.folder / "list.xlsx"))
    for name in ("digest.html", "mail.html", "mail.txt", "digest.pdf"):
        assert long[: LONGEST + 1] not in unescape(text_of(holder.folder / name)), name


def test_every_image_in_the_mail_travels_along_and_says_what_it_shows(written: list[TeamFolder]) -> None:
    for team, said in zip(written, listed(written), strict=True):
        html = (team.folder / "mail.html").read_text("utf-8")
        shown = re.findall(r'<img src="cid:([^"]+)" width="\d+" alt="([^"]{40,})"', html)
        assert html.count("<img") == len(shown)
        assert [name for name, _ in shown] == said["files"]["images"]  # type: ignore[index]
        assert all((team.folder / name).read_bytes().startswith(b"\x89PNG") for name, _ in shown)


def test_the_paper_is_one_a4_page_with_the_text_in_it(written: list[TeamFolder]) -> None:
    for team in written:
        pdf = PdfReader(team.folder / "digest.pdf")
        assert len(pdf.pages) == 1
        assert tuple(round(float(side)) for side in pdf.pages[0].mediabox[2:]) == A4
        text = " ".join(pdf.pages[0].extract_text().split())
        for said in ("Nieuw: opvallend stil", "Loop een rondje", "Wat trof je aan?", "Een naam hier is een vraag"):
            assert said in text
        assert "mailto" not in text


def test_the_fullest_paper_with_long_names_is_still_one_page(tmp_path: Path) -> None:
    shared = shared_town(names=("Woonzorgcomplexdelangenaamzonderspaties" * 7, *("De Lange Naam " * 21,) * 59))
    flag = shared.flags.to_dicts()[4]
    more = [flag | {"flag_id": f"2026-W40-X{n}", "complex_id": f"X{n}"} for n in range(30)]
    flags = pl.concat([shared.flags, pl.DataFrame(more, schema=shared.flags.schema)])
    for team in write_digests(replace(shared, flags=flags), tmp_path, NL):
        pdf = PdfReader(team.folder / "digest.pdf")
        assert len(pdf.pages) == 1
        assert "Over veiligheid staat nooit iets op papier." in pdf.pages[0].extract_text()


def test_the_document_bears_the_day_of_the_list_and_no_clock(written: list[TeamFolder]) -> None:
    about = PdfReader(written[0].folder / "digest.pdf").metadata
    assert about is not None
    assert about.title == "Luisterpost Team 00, week 2026-W46"
    assert str(about.get("/CreationDate")).startswith("D:20261116")
    for name in ("list.xlsx", "answers.xlsx"):
        book = openpyxl.load_workbook(written[0].folder / name)
        assert book.properties.created.year == 2026
        assert book.properties.created.month == 11


def test_the_list_has_one_row_per_flag_in_plain_columns(written: list[TeamFolder]) -> None:
    shared = shared_town(names=HOSTILE)
    rows = list(csv.reader((written[0].folder / "list.csv").read_text("utf-8").splitlines(), delimiter=";"))
    flags = shared.flags.filter(pl.col("area_team") == "Team 00")
    assert [row[rows[0].index("Vlagnummer")] for row in rows[1:]] == flags["flag_id"].to_list()
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows[0])) == len(rows[0])
    assert not any(re.search(r"\d\.\d", cell) for row in rows[1:] for cell in row), "no decimals to write with a comma"


def test_a_mark_for_old_versions_of_excel_is_there_on_request(tmp_path: Path) -> None:
    shared = shared_town(n_complexes=16, n_teams=1)
    plain = write_digests(shared, tmp_path / "plain", NL)[0].folder
    marked = write_digests(replace(shared, terms=Terms(csv_bom=True)), tmp_path / "marked", NL)[0].folder
    for name in ("list.csv", "answers.csv"):
        assert not (plain / name).read_bytes().startswith(b"\xef\xbb\xbf")
        assert (marked / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_sheet_asks_what_is_new_in_hand_or_drawn(written: list[TeamFolder]) -> None:
    shared = shared_town(names=HOSTILE)
    for team in written:
        sheet = text_of(team.folder / "answers.xlsx")
        for flag in shared.flags.filter(pl.col("area_team") == team.team).to_dicts():
            is_asked = flag["status"] in ("new", "open", "impasse") or flag["is_drawn"]
            assert (flag["flag_id"] in sheet) == is_asked, flag["status"]


def test_what_is_sent_is_read_whole(written: list[TeamFolder]) -> None:
    folder = written[0].folder.parent
    posts = read_posts(folder)
    assert [post.problem for post in posts] == [None] * 3
    assert [post.subject for post in posts] == [f"Luisterpost week 46, Team 0{n}: 2 nieuwe complexen" for n in range(3)]
    assert posts[0].notice == "De lijst van Team 00 voor week 46 staat klaar."
    assert [file.name for file in posts[0].attachments] == [
        "Luisterpost 2026-W46 Team 00.pdf",
        "Antwoorden 2026-W46 Team 00.xlsx",
    ]
    assert all(post.is_news and len(post.images) == 2 for post in posts)
    for post in posts:
        for name in HOSTILE:
            assert shown_name(name) not in post.subject + post.notice, "a subject is read in passing"


def test_of_a_safety_matter_only_the_agreed_sentence_stands_anywhere(written: list[TeamFolder]) -> None:
    agreed = "De Lier: overleg eerst met de coördinator veiligheid; ga niet alleen."
    folder = written[0].folder.parent
    for file in [each for each in folder.rglob("*") if each.is_file() and each.name != "safety.json"]:
        text = unescape(text_of(file))
        assert SMALL not in text, file.name
        is_told = file.parent.name == written[0].folder.name and file.name in ("digest.html", "mail.html", "mail.txt")
        assert text.count(THREATENED) == is_told, file.name
        assert (agreed in text) == is_told, file.name


def test_paper_says_the_same_about_safety_whether_there_is_a_matter_or_not(written: list[TeamFolder]) -> None:
    for team in written:
        assert "Over veiligheid staat nooit iets op papier." in text_of(team.folder / "digest.pdf")
    page = (written[0].folder / "digest.html").read_text("utf-8")
    printed = page[page.index("@media print") : page.index("</style>")]
    assert ".safety { display: none; }" in printed


def test_the_word_to_the_safety_role_has_names_and_nothing_else(written: list[TeamFolder]) -> None:
    folder = written[0].folder.parent
    post = read_safety(folder)
    assert post is not None
    said = json.loads((folder / "safety.json").read_text("utf-8"))
    assert said["teams"] == ["Team 00"]
    assert f"Team 00: {THREATENED} en {SMALL}" in post.text
    without_names = post.text.replace("Team 00", "")
    assert not re.search(r"\d|brand|dreig|politie|melding", without_names)
    assert THREATENED not in post.subject


def test_without_a_role_the_sentence_still_says_to_consult(tmp_path: Path) -> None:
    shared = replace(shared_town(n_complexes=16, n_teams=1), terms=Terms())
    shared = replace(shared, safety=shared.safety.with_columns(area_team=pl.lit("Team 00")))
    text = (write_digests(shared, tmp_path, NL)[0].folder / "mail.txt").read_text("utf-8")
    assert "De Lier: overleg eerst met wie bij jullie over veiligheid gaat; ga niet alleen." in text


def test_teams_that_differ_only_in_case_each_have_their_folder(tmp_path: Path) -> None:
    shared = shared_town(n_complexes=4, n_teams=2)
    renamed = {"area_team": pl.col("area_team").replace({"Team 00": "noord", "Team 01": "Noord"})}
    tables = {name: table.with_columns(**renamed) for name, table in vars(shared).items() if _has_teams(table)}
    made = write_digests(replace(shared, **tables), tmp_path, NL)
    assert {team.team for team in made} == {"Noord", "noord"}
    assert len({team.folder.name.casefold() for team in made}) == 2
    assert [each["folder"] for each in listed(made)] == [team.folder.name for team in made]


def _has_teams(table: object) -> bool:
    return isinstance(table, pl.DataFrame) and "area_team" in table.columns


def test_folders_of_teams_that_are_gone_and_old_files_are_removed(tmp_path: Path) -> None:
    three = write_digests(shared_town(n_complexes=24), tmp_path, NL)
    assert (tmp_path / "safety.json").exists()
    one = shared_town(n_complexes=8, n_teams=1)
    quiet = without_flags(replace(one, safety=one.safety.clear()), "Team 00")
    assert [team.is_news for team in write_digests(quiet, tmp_path, NL)] == [False]
    assert [each for each in three if each.folder.exists()] == three[:1]
    assert not (tmp_path / "safety.json").exists(), "a matter of before is not told again"
    assert not list(three[0].folder.glob("chart-*")), "no chart of a complex that is no longer new"
    assert not list(tmp_path.rglob("*.making"))


def test_a_team_with_nothing_new_is_no_news(tmp_path: Path) -> None:
    teams = write_digests(without_flags(shared_town(n_complexes=24), "Team 01"), tmp_path, NL)
    said = listed(teams)[1]
    assert said["is_news"] is False
    assert said["subject"] == "Luisterpost week 46, Team 01: de lijst van deze week"
    assert said["files"]["images"] == []  # type: ignore[index]
    assert "answers.xlsx" in said["files"]["attachments"], "the lot is asked about"  # type: ignore[index]


def test_a_team_with_nothing_to_ask_gets_no_sheet(tmp_path: Path) -> None:
    shared = shared_town(n_complexes=16, n_teams=1)
    team = write_digests(replace(shared, flags=shared.flags.clear(), answers=shared.answers.clear()), tmp_path, NL)[0]
    assert not (team.folder / "answers.xlsx").exists()
    assert PdfReader(team.folder / "digest.pdf").pages[0].extract_text()
    assert len((team.folder / "list.csv").read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize("team", ['../../e"tc', "Noord: West/Oost", "<b>Zuid</b>", "برج", "=1+1", "x" * 100])
def test_any_team_name_makes_a_folder_a_mail_and_attachments(team: str, tmp_path: Path) -> None:
    one = shared_town(n_complexes=8, n_teams=1)
    rename = pl.lit(team).alias("area_team")
    renamed = replace(
        one,
        **{
            name: getattr(one, name).with_columns(rename)
            for name in ("complexes", "flags", "answers", "teams", "safety")
        },
    )
    made = write_digests(renamed, tmp_path, NL)[0]
    assert made.folder.parent == tmp_path
    post = read_posts(tmp_path)[0]
    assert post.problem is None
    assert post.team == team
    assert "<b>" not in CHART_TEXT.sub("", (made.folder / "digest.html").read_text("utf-8")).split("<main>")[0]
    for file in post.attachments:
        assert not set(file.name) & set('\\/:*?"<>|')


def test_the_page_is_accessible_in_what_can_be_read_off(written: list[TeamFolder]) -> None:
    page = (written[0].folder / "digest.html").read_text("utf-8")
    assert '<html lang="nl">' in page
    assert re.findall(r"<h(\d)", page)[0] == "1"
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no level is skipped"
    assert page.count('role="img" aria-label="') == 2
    for tag in re.findall(r"<ul aria-label=\"([^\"]+)\"", page):
        assert tag in ("Wat trof je aan?", "Weten bewoners ons te vinden?")
    for html in (page, (written[0].folder / "mail.html").read_text("utf-8")):
        for colour in set(re.findall(r"color: ?(#[0-9a-f]{3,6})", CHART_TEXT.sub("", html))) - {"#fff", "#ffffff"}:
            assert contrast_on_white(colour) >= 4.5, colour


def contrast_on_white(colour: str) -> float:
    """Contrast of a text on white, as WCAG reckons it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
