"""Ids, names and teams that want to be a path, a query, a formula or a script, through a whole week."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import marimo as mo
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story import LAST_WEEK, MONDAY_MORNING, quick_checks

from data_contracts.problem import Problem
from flows.exploring.gallery import FOLDER
from flows.home import Home
from flows.language import LANGUAGES, Language
from flows.mappings import read_mapping
from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import make_run
from flows.settings import read_settings
from flows.sharing.shown_names import folder_name
from flows.warehouse import open_warehouse
from models.weeks import parse_week

SCRIPT = "<img src=x onerror=alert(1)>"
TEAMS = (
    "../../uit", "..", ".", "/etc/passwd", "C:\\Windows", "CON", "con", "Noord", "noord", "Noord.", " Noord",
    "Ｎｏｏｒｄ",
    "Caf\u00e9", "Cafe\u0301", "a/b", "a\\b", "'; drop table raw.complaints; --", '"; drop schema raw cascade; --',
    "$(touch GEKRAAKT)", "`touch GEKRAAKT`", "%s%n{x}{0.__class__}", "\u202egnp.exe", SCRIPT, "=cmd|'/c calc'!A0",
    "x" * 100, "☂" * 100, "teams.json", "overview.html", "latest",
)  # fmt: skip
"""What a source may call an area team."""
# Spaces around a name and marks that turn text around are left out on the way in, as of every text.
KNOWN = {team.replace("\u202e", "").strip() for team in TEAMS}


def as_any_system_sees_it(name: str) -> str:
    """What a file system makes of a name that folds case and forms, and drops dots and spaces at the end."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).rstrip(" .")


def write_sources(folder: Path) -> None:
    """One complex a team, each with such a name and number too."""
    folder.mkdir()
    ids = [f"{team}|{number}"[-100:] for number, team in enumerate(TEAMS)]
    homes = [40 + number for number in range(len(TEAMS))]
    pl.DataFrame({"complex_id": ids, "name": TEAMS, "area_team": TEAMS, "homes": homes}).write_parquet(
        folder / "complexes.parquet"
    )
    rows = [
        {
            "complaint_id": f"'; drop table raw.complaints; --{number}",
            "complex_id": ids[number % len(ids)],
            "reported_at": datetime(2026, 11, 9, 12) - timedelta(days=number % 300),
            "category": "SOC.GEL",
            "reporter_key": f"../{number}",
            "channel": "TEL",
        }
        for number in range(600)
    ]
    pl.DataFrame(rows).write_parquet(folder / "complaints.parquet")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("hostile") / """it's "100%" [odd] {a,b};--"""
    folder.mkdir()
    write_sources(folder / "sources")
    # As careless as a machine may be, and without the command line, which is careful by itself.
    before = os.umask(0o022)
    made = Home((folder / "home").resolve())
    made.create()
    teams = "\n".join(f"[teams.{json.dumps(team)}]\nflags_per_team = 1" for team in TEAMS[:9])
    made.settings.write_text(f"[policy]\nbackfill_weeks = 2\n\n{teams}\n", encoding="utf-8")
    try:
        with quick_checks():
            plain_week(make_run(made.folder, str(folder / "sources"), None, LAST_WEEK, MONDAY_MORNING, "nl"))
    finally:
        os.umask(before)
    return made


def test_every_team_has_a_folder_of_its_own_inside_the_week(home: Home) -> None:
    week = next(each for each in home.shared.iterdir() if each.is_dir())
    teams = json.loads((week / "teams.json").read_text(encoding="utf-8"))
    assert {each["team"] for each in teams} == KNOWN
    for each in teams:
        place = week / each["folder"]
        assert place.parent.resolve() == week.resolve()
        assert re.fullmatch(r"[\w-]+", each["folder"])
        assert (place / "digest.html").is_file()
    names = [as_any_system_sees_it(each.name) for each in week.iterdir()]
    assert len(names) == len(set(names)), "no two of them are one on another system"


def test_nothing_is_written_beside_the_home_and_the_sources(home: Home) -> None:
    assert {each.name for each in home.folder.parent.iterdir()} == {"home", "sources"}
    everything = [path.name for path in home.folder.parent.parent.rglob("*")]
    assert "GEKRAAKT" not in everything
    assert not Path("GEKRAAKT").exists()


def test_all_that_a_week_leaves_is_for_its_owner_only(home: Home) -> None:
    for path in [home.folder, *home.folder.rglob("*")]:
        if path != home.settings and not path.is_symlink():
            assert path.stat().st_mode & 0o077 == 0, path


def test_no_statement_in_a_name_was_run(home: Home) -> None:
    with open_warehouse(home) as con:
        assert con.execute("select count(*) from raw.complaints").fetchone() == (600,)
        assert con.execute("select count(distinct area_team) from raw.complexes").fetchone() == (len(KNOWN),)
    published = PublishedWeek(home.latest)
    assert set(published.table("complexes")["name"]) == KNOWN


def test_no_page_has_a_name_for_a_tag(home: Home) -> None:
    pages = list(home.shared.rglob("*.html"))
    assert len(pages) >= 2 * len(KNOWN)
    for page in pages:
        assert SCRIPT not in page.read_text(encoding="utf-8"), page.name


HOSTILE_ARGUMENTS = (
    "../../etc/passwd",
    "'; drop table x; --",
    SCRIPT,
    "\x00",
    "x" * 5000,
    "${jndi:ldap://x}",
    "\u202e",
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *(("complex", each) for each in HOSTILE_ARGUMENTS),
        *((name, each) for name in ("week", "home") for each in HOSTILE_ARGUMENTS[:4]),
        ("language", SCRIPT),
    ],
)
def test_what_the_address_of_a_notebook_says_is_obeyed_by_nobody(home: Home, name: str, said: str) -> None:
    file = FOLDER / "one_complex.py"
    spec = spec_from_file_location("one_complex", file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    before = sorted(home.folder.rglob("*"))
    # Where nothing was published it would make a demo, which takes long.
    known = {"home": str(home.folder), "demo": str(home.folder), "language": "nl"}
    outputs, _ = module.app.run(defs={"arguments": known | {name: said}})
    # As the browser gets it, escapes and all.
    shown = "\n".join(mo.as_html(each).text for each in outputs if each is not None)
    assert SCRIPT not in shown
    assert "Traceback" not in shown
    assert sorted(home.folder.rglob("*")) == before


@pytest.mark.parametrize(
    "said", ["../../x", "2026-W46/../..", "2026-W46; ls", "2026-W99", "２０２６-W46x", "", "\0", "9" * 999]
)
def test_a_week_is_a_week_and_no_path(said: str) -> None:
    with pytest.raises(Problem, match=r"week\.unreadable"):
        parse_week(said)


@pytest.mark.parametrize(
    "written",
    [
        "title: !!python/object/apply:os.system ['touch GEKRAAKT']",
        "contracts: {../../x: {delivery: full}}",
        "contracts: {complaints: {gaps: [{from: '../x', until: 1}]}}",
        'contracts: {complaints: {tolerance_percent: {"\'; drop table x; --": 1}}}',
        "attribution: [1, 2]",
        "timezone: '../../etc/localtime'",
        "a: &a [*a]",
        "\x00",
    ],
)
def test_a_mapping_yaml_is_read_as_words_only(tmp_path: Path, written: str) -> None:
    (tmp_path / "mapping.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(Problem) as told:
        read_mapping(tmp_path, None)
    for code in LANGUAGES:
        assert Language(code).tell(told.value)
    assert not Path("GEKRAAKT").exists()


@pytest.mark.parametrize("team", TEAMS)
def test_a_team_in_the_settings_may_be_called_anything(tmp_path: Path, team: str) -> None:
    file = tmp_path / "luisterpost.toml"
    file.write_text(f"[teams.{json.dumps(team)}]\nflags_per_team = 1\n", encoding="utf-8")
    assert read_settings(file).capacity == {team: 1}


LOOKS_ALIKE = st.sampled_from(
    [
        "Noord",
        "noord",
        "NOORD",
        "Ｎｏｏｒｄ",
        "Noord.",
        "Noord ",
        "e\u0301",
        "\u00e9",
        "ß",
        "SS",
        "ﬁ",
        "fi",
        "İ",
        "i",
        ".",
    ]
)


@given(st.lists(st.lists(LOOKS_ALIKE, min_size=1, max_size=3).map("".join), unique=True, min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_teams_that_look_alike_never_share_a_folder_on_any_system(teams: list[str]) -> None:
    names = [folder_name(team, teams) for team in teams]
    assert len({as_any_system_sees_it(name) for name in names}) == len(teams)
    assert all(re.fullmatch(r"[\w-]{1,80}", name) and len(name.encode()) <= 255 for name in names)
