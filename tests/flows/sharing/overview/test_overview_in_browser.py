"""The overview in real Chromium: what one sees, finds, reads, prints and reaches without a mouse."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pypdf import PdfReader
from screen import Screen, Show
from shared_town import HOSTILE, shared_town
from take_pictures import take_pictures

from flows.language import Language
from flows.sharing.tier import SharedWeek
from models.streams import STREAMS

NL = Language("nl")
TOWN = shared_town(60, 3)
SMALL = shared_town(24, 2, names=HOSTILE)


def names(page: Page) -> list[str]:
    return page.locator("#list tbody a").all_inner_texts()


def marks(page: Page, picture: str) -> int:
    return page.locator(f"#{picture} .dot").count()


def follow(page: Page, link: str) -> None:
    page.click(link)
    page.wait_for_selector("#complex h1:focus")


def complex_of(shared: SharedWeek, complex_id: str) -> dict[str, object]:
    return shared.complexes.row(by_predicate=pl.col("complex_id") == complex_id, named=True)


def test_a_search_narrows_list_quadrant_and_map(show: Show) -> None:
    page = show(TOWN)
    assert (marks(page, "quadrant"), marks(page, "map")) == (60, 60)
    page.fill("#search", "LÍNDEHOF 1")
    wanted = [f"Lindehof {number}" for number in (1, *range(10, 20))]
    assert sorted(names(page)) == sorted(wanted)
    assert (marks(page, "quadrant"), marks(page, "map")) == (11, 11)
    assert page.inner_text("#found") == "Complexen: 11 van 60"
    page.fill("#search", "c0042")
    assert names(page) == ["Lindehof 42"], "also by its number"
    page.fill("#search", "bestaat niet")
    assert page.inner_text("#found") == "Geen enkel complex past bij deze keuze."
    page.click("button[type=reset]")
    page.wait_for_function("() => document.querySelectorAll('#quadrant .dot').length === 60")


def test_area_kind_state_and_list_choose_together(show: Show) -> None:
    page = show(TOWN)
    page.select_option("#team", label="Team 01")
    assert marks(page, "map") == 20
    page.check("#only-listed")
    listed = TOWN.flags.filter(pl.col("is_listed"), pl.col("area_team") == "Team 01")["name"]
    assert sorted(names(page)) == sorted(listed)
    page.click("button[type=reset]")
    quiet = TOWN.complexes.filter(pl.col("silence_kind") == "afraid", pl.col("state") == "went_quiet")
    page.select_option("#kind", label="weinig gehoord, wel schade gezien")
    page.select_option("#state", label="stil geworden")
    assert sorted(names(page)) == sorted(quiet["name"])


def test_the_quadrant_counts_every_cell_and_sets_apart_what_nobody_can_judge(show: Show) -> None:
    page = show(TOWN)
    shown = [int(text) for text in page.locator("#quadrant .cell + text").all_text_contents()[:25]]
    counted = TOWN.complexes.group_by("quiet_level", "worry_level").len()
    cells = {(row["quiet_level"], row["worry_level"]): row["len"] for row in counted.to_dicts()}
    wanted = [cells.get((quiet, worry), 0) for worry in range(5, 0, -1) for quiet in range(5, 0, -1)]
    assert shown == wanted
    apart = TOWN.complexes["quiet_level"].null_count()
    assert page.locator("#quadrant").get_by_text(f"{apart} met te weinig bewijs").count() == 1


def test_sorting_puts_what_is_unknown_before_what_is_probably_fine(show: Show) -> None:
    page = show(TOWN)
    page.click("#sort-worry")
    assert page.get_attribute("#list th:nth-child(5)", "aria-sort") == "descending"
    levels = page.locator("#list tbody td:nth-child(5)").all_inner_texts()
    page.click("nav.pages button:last-child")
    levels += page.locator("#list tbody td:nth-child(5)").all_inner_texts()
    assert page.inner_text("nav.pages p") == "26 tot en met 50 van 60"
    assert "–" in levels
    assert levels.index("–") < levels.index("waarschijnlijk niet")


def test_a_complex_shows_what_is_told_and_nothing_finer(show: Show) -> None:
    page = show(TOWN)
    follow(page, "text=Lindehof 12")
    told = TOWN.quarters.filter(pl.col("complex_id") == "C0012")
    assert told["seen"].null_count() > 0, "there is a small count to hide"
    figures = {(row["stream"], row["quarter_starts_on"]): row for row in told.to_dicts()}
    rows = page.locator("#complex table tbody tr")
    for place, stream in enumerate(STREAMS):
        cells = [text.strip() for text in rows.nth(place).locator("td").all_text_contents()]
        for quarter, cell in zip(TOWN.settled, cells, strict=True):
            row = figures[stream.name, quarter.first_day]
            seen = "minder dan 5" if row["seen"] is None else NL.write(row["seen"])
            due = "minder dan 5" if row["expected"] is None else f"ongeveer {row['expected']}"
            assert cell == f"{seen}, verwacht {due}"
    drawn = page.locator("#complex svg .figure").all_text_contents()
    exact = told.filter(pl.col("seen").is_not_null())["seen"].to_list()
    assert sorted(text for text in drawn if text.isdigit()) == sorted(map(str, exact))
    assert set(drawn) - set(map(str, exact)) <= {"minder dan 5", "<5"}


def test_a_complex_tells_its_own_events_those_of_its_area_and_those_of_all(show: Show) -> None:
    page = show(TOWN, route="#complex=C0015")
    assert complex_of(TOWN, "C0015")["area_team"] == "Team 00"
    assert page.locator("ol.events li > span:last-child").all_inner_texts() == [
        "Wij legden klachten en meldingen anders vast; daardoor komt er minder binnen, in alle gebieden",
        "Actie: beveiligers, in het hele gebied van Team 00",
        "Actie: een bewonersavond",
    ]
    assert page.locator("#complex .streams path.marker").count() == 3
    page = show(TOWN, route="#complex=C0001")
    assert page.locator("ol.events li").count() == 1, "nothing of another area"


def test_a_complex_tells_how_its_flag_stands(show: Show) -> None:
    stuck = TOWN.flags.filter(pl.col("status") == "impasse").row(0, named=True)
    page = show(TOWN, route=f"#complex={stuck['complex_id']}")
    said = page.inner_text(".flag")
    assert "Op de lijst van deze week" in said
    assert "Impasse sinds 9 november 2026: er is nog geen volgende stap afgesproken." in said
    assert "Voortouw: de gemeente." in said
    assert "Mag beslissen: de politie." in said


def test_frightened_residents_are_never_called_so(show: Show) -> None:
    afraid = TOWN.complexes.filter(pl.col("silence_kind") == "afraid").row(0, named=True)
    page = show(TOWN, route=f"#complex={afraid['complex_id']}")
    assert "weinig gehoord, wel schade gezien" in page.inner_text("#complex").lower()
    assert " bang" not in page.content().lower()


def test_without_a_mouse_one_comes_to_a_complex_and_back(show: Show) -> None:
    page = show(TOWN)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "listbox":
            break
    first = page.get_attribute("#quadrant [role=listbox]", "aria-activedescendant")
    page.keyboard.press("ArrowDown")
    second = page.get_attribute("#quadrant [role=listbox]", "aria-activedescendant")
    assert None not in (first, second)
    assert first != second
    label = page.get_attribute(f"#{second}", "aria-label") or ""
    page.keyboard.press("Enter")
    page.wait_for_selector("#complex h1:focus")
    assert page.inner_text("h1:focus") in label
    assert page.title().startswith(page.inner_text("h1:focus"))
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.go_back()
    page.wait_for_selector("#quadrant [role=listbox]:focus")
    link = page.locator("#list tbody a").nth(3)
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#complex h1:focus")
    page.click("a.back")
    page.wait_for_selector("#list tbody tr:nth-child(4) a:focus")


@pytest.mark.parametrize("route", ["", "#complex=C0005"])
def test_a_phone_never_scrolls_sideways(show: Show, route: str) -> None:
    page = show(SMALL, width=375, route=route)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_on_paper_stand_what_was_chosen_and_the_complex(show: Show) -> None:
    page = show(TOWN)
    page.select_option("#team", label="Team 02")
    paper = " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf())).pages)
    assert "Gekozen: Team 02" in paper
    assert "Zoek op naam" not in paper
    for row in TOWN.complexes.to_dicts():
        assert (f"{row['complex_id']} · Team" in paper) == (row["area_team"] == "Team 02")
    assert names(page), "and the screen is as it was"
    follow(page, "text=Lindehof 11")
    sheets = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    assert len(sheets) == 2
    text = "".join(sheet.extract_text() for sheet in sheets)
    assert "Gezien en verwacht, per kwartaal" in text
    assert "Terug naar het overzicht" not in text


@pytest.mark.parametrize("code", ["nl", "en"])
@pytest.mark.parametrize("route", ["", "#complex=C0003"])
def test_axe_finds_nothing(show: Show, code: str, route: str) -> None:
    page = show(SMALL, code, route=route)
    if route:
        page.click("summary")
    assert Axe().run(page).response["violations"] == []


def test_hostile_names_are_text(show: Show) -> None:
    page = show(SMALL)
    shown = names(page)
    assert set(HOSTILE) <= set(shown)
    for number, name in enumerate(HOSTILE):
        page.evaluate(f"location.hash = '#complex=C{number:04}'")
        page.wait_for_function("name => document.querySelector('#complex h1')?.textContent === name", arg=name)
        assert page.locator("h1:visible bdi *").count() == 0


def test_only_its_own_script_may_run_and_nothing_may_be_fetched(screen: Screen, show: Show) -> None:
    page = show(SMALL)
    page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.textContent = "window.wasRun = true";
            document.body.append(script);
            const picture = new Image();
            picture.src = "https://example.com/picture.png";
            document.body.append(picture);
            await fetch("https://example.com/").catch(() => { window.wasRefused = true; });
        }"""
    )
    assert page.evaluate("[window.wasRun, window.wasRefused]") == [None, True]
    refused = screen.complaints
    assert all("Content Security Policy" in complaint for complaint in refused)
    assert len(refused) >= 3
    refused.clear()
    screen.requests.clear()


def test_without_coordinates_there_is_one_sentence_and_no_map(show: Show) -> None:
    page = show(shared_town(12, 2, has_coordinates=False))
    assert page.locator("#map svg").count() == 0
    assert page.inner_text("#map-intro") == "Van geen enkel complex is bekend waar het ligt, dus er is geen kaart."
    assert marks(page, "quadrant") == 12


def test_what_has_no_place_or_lies_far_away_is_counted(show: Show) -> None:
    town = shared_town(30, 2)
    latitude = (
        pl.when(pl.col("complex_id") == "C0001").then(None).when(pl.col("complex_id") == "C0002").then(0.0)
    ).otherwise("latitude")
    page = show(replace(town, complexes=town.complexes.with_columns(latitude=latitude)))
    assert marks(page, "map") == 28
    assert page.inner_text("#map-outside") == (
        "1 complex heeft geen plek en staat alleen in de lijst. 1 complex ligt ver buiten dit beeld."
    )


def test_one_complex_without_anything_said_of_it_is_a_page_too(show: Show) -> None:
    town = shared_town(1, 1)
    page = show(
        replace(
            town,
            flags=town.flags.clear(),
            events=town.events.clear(),
            reasons=town.reasons.clear(),
            quarters=town.quarters.clear(),
        ),
        "en",
    )
    assert page.inner_text("#found") == "Complexes: 1 of 1"
    assert (marks(page, "quadrant"), marks(page, "map")) == (1, 1)
    follow(page, "#list tbody a")
    said = page.inner_text("#complex")
    assert "There is no closed quarter yet of which we may tell." in said
    assert "No actions, changes or flags are known here." in said


def test_the_pictures_of_the_readme_are_taken(screen: Screen, tmp_path: Path) -> None:
    for picture in take_pictures(screen.page, TOWN, tmp_path, NL):
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert screen.page.locator("#complex .flag").count() == 1, "of a complex that is on the list"


def test_a_complex_that_is_not_in_it_is_said_so(show: Show) -> None:
    page = show(TOWN, route="#complex=%E0%A4%A")
    assert "niet in het overzicht" in page.inner_text("#complex h1")
    page.click("a.back")
    page.wait_for_selector("#overview h1:focus")
    assert page.inner_text("#overview h1") == "Waar is het stil, en zou dat niet moeten zijn?"
