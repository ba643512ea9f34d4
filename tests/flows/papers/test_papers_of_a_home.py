"""The papers of an installation tell its own policy, sources and answers; a folder that is none is one sentence."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import pytest

from data_contracts.contract import contract, contracts
from data_contracts.problem import Problem
from data_contracts.tables import create_table
from flows.home import Home
from flows.language import Language
from flows.papers.facts import home_facts
from flows.papers.papers_terminal import papers_lines
from flows.papers.rendering import TO_FILL_IN
from flows.papers.writing import papers, write_home_papers
from models.answers import Estimates, NotYet, Share

DAY = date(2026, 11, 16)
NL, EN = Language("nl"), Language("en")
TOO_FEW = NotYet(n_drawn=12, n_answered=7, n_needed=100)
ENOUGH = Estimates(
    n_drawn=300,
    n_answered=240,
    n_undecided=3,
    prevalence=Share(0.04, 0.02, 0.07, 240),
    precision=Share(0.81, 0.55, 0.94, 21),
    recall=None,
)


def published(folder: Path, states: dict[str, str], draws: NotYet | Estimates) -> None:
    """What a week has of which the papers read anything, in the shape that a run writes."""
    week = folder / "weeks" / "2026-W46.1"
    week.mkdir(parents=True)
    promised = contract("published", "sources")
    with duckdb.connect(":memory:") as con:
        con.execute(create_table(promised, "sources"))
        for source, state in states.items():
            con.execute(
                "insert into sources (source, channel, state) values (?, 'all', ?), (?, 'TEL', 'old')",
                [source, state, source],
            )
        con.execute(f"copy sources to '{week / 'sources.parquet'}'")
    manifest = {"week": "2026-W46", "contracts": {"sources": promised.version}, "answered_draws": asdict(draws)}
    (week / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "latest").symlink_to(week)


def made_home(folder: Path, draws: NotYet | Estimates = TOO_FEW) -> Home:
    """A home of which one source is missing."""
    home = Home(folder / "home")
    states = dict.fromkeys(contracts("inputs"), "fresh") | {"tenancies": "missing"}
    published(home.published, states, draws)
    home.settings.write_text(
        "[policy]\nsmallest_shown_homes = 23\n[teams.Noord]\nflags_per_team = 9\n", encoding="utf-8"
    )
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made_home(tmp_path_factory.mktemp("papers"))


def test_its_policy_its_week_and_its_day_are_told(home: Home, tmp_path: Path) -> None:
    written = write_home_papers(tmp_path / "papers", home, DAY, NL)
    made = {file.name: file.read_text(encoding="utf-8") for file in written.files}
    assert written.week == "2026-W46"
    for name in ("dpia.md", "verwerkingsregister.md", "model-card.md"):
        assert "Gemaakt op 16 november 2026, over de installatie die week 2026-W46 publiceerde." in made[name]
    assert "minder dan 23 woningen" in made["wat-wij-niet-doen.md"]
    assert "`smallest_shown_homes = 23` (standaard 10)" in made["model-card.md"]
    assert "hoogstens 9 nieuwe complexen" in " ".join(made["model-card.md"].split())
    assert json.loads(made["algoritmeregister.json"])["status"] == "In gebruik"


def test_what_is_not_delivered_is_told(home: Home) -> None:
    made = papers(home_facts(home, DAY), NL)
    record = made["verwerkingsregister.md"].split("### Huurovereenkomsten", 1)[1].split("\n## ", 1)[0]
    assert "| In week 2026-W46 | niet geleverd |" in record
    assert "- reparatieverzoeken: wordt gelezen" in made["dpia.md"]
    assert "- huurovereenkomsten en opzeggingen: wordt niet geleverd" in made["dpia.md"]


@pytest.mark.parametrize(
    ("draws", "nl", "en"),
    [
        (TOO_FEW, "7 van de 100 antwoorden", "7 of the 100 answers"),
        (ENOUGH, "| van de lijst: terecht | 81 % | 55 % | 94 % |", "| of the list: right | 81% | 55% | 94% |"),
    ],
)
def test_what_answers_on_draws_say_is_told(tmp_path: Path, draws: NotYet | Estimates, nl: str, en: str) -> None:
    facts = home_facts(made_home(tmp_path, draws), DAY)
    cards = [papers(facts, language)["model-card.md"] for language in (NL, EN)]
    assert nl in " ".join(cards[0].split())
    assert en in " ".join(cards[1].split())
    assert "Made on 16 November 2026, of the installation that published week 2026-W46." in cards[1]
    # Of what nobody found there is no figure.
    assert "van alle echte gevallen: op de lijst" not in cards[0]


def test_what_is_left_open_is_listed_word_for_word(home: Home, tmp_path: Path) -> None:
    written = write_home_papers(tmp_path / "papers", home, DAY, NL)
    lines = "\n".join(papers_lines(written, tmp_path / "papers", NL))
    for file in written.files:
        assert file.name in lines
        if file.suffix == ".md":
            for question in TO_FILL_IN.findall(file.read_text(encoding="utf-8")):
                assert " ".join(question.split()) in lines


def test_a_home_without_a_week_tells_its_settings_or_the_defaults(tmp_path: Path) -> None:
    empty = Home(tmp_path / "home")
    written = write_home_papers(tmp_path / "papers", empty, DAY, EN)
    assert written.week is None
    assert "no published week" in "\n".join(papers_lines(written, tmp_path / "papers", EN))
    assert "# Model card of Luisterpost" in (tmp_path / "papers" / "model-card.md").read_text(encoding="utf-8")
    assert not empty.folder.exists(), "nothing is made there"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "papers").write_text("a file", encoding="utf-8")
    with pytest.raises(Problem) as caught:
        write_home_papers(tmp_path / "papers", Home(tmp_path / "home"), DAY, NL)
    assert caught.value.message == "papers.cannot_write"
    assert "--out" in NL.tell(caught.value)
