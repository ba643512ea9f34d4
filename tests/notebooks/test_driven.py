"""Notebooks in real Chromium, served by `luisterpost explore`: somebody chooses, and sees the right numbers change."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import psutil
import pytest
from chromium import CHROMIUM, chromium
from driven import Explored, driven, explored
from homes import Published
from playwright.sync_api import Browser, Page
from take_notebook_pictures import take_pictures

from flows.explaining import explain
from flows.exploring.gallery import FOLDER, notebook_names, title
from flows.exploring.serving_notebooks import Serving, free_port, served
from flows.exploring.what_if.controls import LEADING, controls
from flows.exploring.what_if.trial import Ground, prepare, tried
from flows.exploring.what_if.words import list_rows, summary
from flows.language import Language
from flows.results import PublishedWeek
from models.what_if.lists import Lists

NL = Language("nl")
WRONG = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    return (mo,)


@app.cell
def _(mo):
    mo.stop(True, mo.md("stopped on purpose"))
    after = 1
    return (after,)


@app.cell
def _(after):
    after
    return


@app.cell
def _():
    1 / 0
    return


@app.cell
def _(mo):
    mo.Html("<img src='https://example.org/pixel.png'>")
    return
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def town(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Explored, PublishedWeek]]:
    """The town's notebooks; started in another folder than the checkout. Ctrl-C ends them, and nothing stays."""
    home = published("town")
    with explored(home, cwd=tmp_path_factory.mktemp("elsewhere")) as server:
        yield server, PublishedWeek(home / "published" / "latest")


def opened(address: str) -> tuple[int, str]:
    """Status, and where one ends up."""
    ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    try:
        with ask(address, timeout=10) as answer:
            return answer.status, answer.url
    except urllib.error.HTTPError as refused:
        return refused.code, refused.url


def test_who_has_no_key_sees_nothing(town: tuple[Explored, PublishedWeek]) -> None:
    server, week = town
    assert week.week_name in server.said
    parts = urlsplit(server.address)
    for query in ("", "file=one_complex.py", "access_token=wrong"):
        status, shown = opened(parts._replace(query=query).geturl())
        assert "/auth/login" in shown or status == 401
    assert opened(server.address)[0] == 200
    for child in psutil.Process(server.process.pid).children(recursive=True):
        assert {each.laddr.ip for each in child.net_connections("tcp") if each.status == "LISTEN"} <= {"127.0.0.1"}
        assert parts.query.split("=")[1] not in " ".join(child.cmdline()), "others can read a command line"


def test_choose_a_complex_and_see_its_numbers(town: tuple[Explored, PublishedWeek], browser: Browser) -> None:
    server, week = town
    scores = week.table("scores").filter(pl.col("week") == pl.col("week").max()).sort("p_quiet_decline")
    least, most = scores["complex_id"][0], scores["complex_id"][-1]
    with driven(browser, server.of("one_complex", complex=least)) as notebook:
        assert_shows(notebook.page, week, least)
        notebook.page.get_by_label(NL.say("one.choose")).click()
        notebook.page.keyboard.type(most)
        notebook.page.get_by_role("option", name=most).wait_for()
        notebook.after(lambda: notebook.page.keyboard.press("Enter"))
        assert_shows(notebook.page, week, most)


def assert_shows(page: Page, week: PublishedWeek, complex_id: str) -> None:
    """The page names the complex, its chance, and what was counted for what weighs most."""
    found = explain(week, complex_id)
    page.get_by_text(f"{complex_id} · {found.complex['area_team']}").wait_for()
    # A figure is not parted from its unit at the end of a line.
    shown = page.inner_text("body").replace("\xa0", " ")
    assert NL.chance(found.chance) in shown
    for step in sorted(found.steps[1:], key=lambda each: -abs(each.weight))[:3]:
        if step.period_weeks:
            assert f"{NL.write(step.seen)} gezien" in shown
            assert NL.fixed(abs(step.weight), 3) in shown


def test_move_a_slider_and_see_the_list_change(town: tuple[Explored, PublishedWeek], browser: Browser) -> None:
    server, week = town
    ground = prepare(week)
    now = tried(ground, week.policy)
    name = "quiet_below"
    least = next(each for each in controls(week.policy, week.policy, can_judge=True) if each.name == name).steps[0]
    then = tried(ground, replace(week.policy, **{name: least}))
    assert summary(now, then, NL)[1] != summary(now, now, NL)[1], "somebody is on the list and leaves it"
    with driven(browser, server.of("what_if")) as notebook:
        assert_told(notebook.page, ground, now, now)
        slider = notebook.page.get_by_role("slider").nth(LEADING.index(name))
        notebook.after(lambda: slider.press("Home"))
        assert_told(notebook.page, ground, now, then)
        notebook.page.get_by_text(f"{name} = {least}").wait_for()
        notebook.after(lambda: notebook.page.get_by_text(NL.say("trying.reset")).click())
        assert_told(notebook.page, ground, now, now)


def assert_told(page: Page, ground: Ground, now: Lists, then: Lists) -> None:
    """The page tells how long the lists are, and names who comes, goes and stays."""
    page.get_by_text(summary(now, then, NL)[0]).wait_for()
    rows = list_rows(ground, now, then, NL)
    shown = [row.inner_text() for row in page.get_by_role("row").all()[1:]]
    assert len(shown) == len(rows)
    for row, text in zip(rows, shown, strict=True):
        assert text.replace("\xa0", " ").split("\t") == [str(cell).replace("\xa0", " ") for cell in row.values()]


def test_the_gallery_shows_every_question(town: tuple[Explored, PublishedWeek], browser: Browser) -> None:
    page = browser.contexts[0].new_page() if browser.contexts else browser.new_page()
    page.goto(town[0].address)
    for name in notebook_names():
        question = title(FOLDER / f"{name}.py", NL)
        assert question is not None
        page.get_by_text(question).first.wait_for()
    page.close()


def test_the_pictures_of_the_docs_are_taken(
    town: tuple[Explored, PublishedWeek], browser: Browser, tmp_path: Path
) -> None:
    server, week = town
    names = ("what_if",)
    for picture in take_pictures(browser, server, week.folder.parents[1], tmp_path, names):
        # A page without anything on it is far smaller.
        assert picture.stat().st_size > 20_000


def test_a_cell_that_fails_and_a_picture_from_elsewhere_are_seen(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(WRONG)
    with (
        served(Serving(tmp_path, free_port(None), False, {}, "nl", tmp_path / "log")) as server,
        pytest.raises(AssertionError) as seen,
        driven(browser, server.address("wrong")),
    ):
        pass
    told = str(seen.value)
    assert "'internal'" in told, "the cell that divides by zero"
    assert "https://example.org/pixel.png" in told
    assert "stopped" not in told, "to stop is no failure"


def test_killed_from_outside_it_leaves_no_server(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder of it does stay, as of any program that is killed.
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(AssertionError), explored(published("town")) as server:  # noqa: PT012 - it cannot leave in order
        family = psutil.Process(server.process.pid).children(recursive=True)
        server.process.kill()
        server.process.wait()
        _, alive = psutil.wait_procs(family, timeout=20)
        assert family
        assert alive == []
        raise AssertionError
