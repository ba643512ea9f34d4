"""Another contract, another policy, other figures: another paper."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from shutil import copyfile
from typing import Any, get_args, get_type_hints

import polars as pl
import pytest
import yaml

from data_contracts.contract import HERE, Column, Contract, read_contract
from data_contracts.personal import SOMEBODYS
from flows.language import Language
from flows.papers.facts import Facts, measured_facts, project_facts
from flows.papers.measured import DOCS, backtest_figures, benchmark_figures, note_cleaning_figures
from flows.papers.rendering import rendered, words
from flows.papers.writing import papers
from models.policy import Policy
from models.streams import STREAMS

TEMPLATES = Path(__file__).parents[3] / "flows" / "templates" / "papers"
NL = Language("nl")
# What a sentence names that no value of ours can change: laws, standards, levels, names of things, times on a clock.
NO_FIGURE_OF_OURS = re.compile(
    r"""
    ^\#+\ \d+\.\ .*$                    # a numbered heading
    | ^\|\ R?\d+\ \|                    # a row by its number
    | ^\d+\.\                           # an item by its number
    | \b[Aa]rtikel\ \d+(\ lid\ \d+)?    # an article of a law
    | \(deel\ \d+\) | deel\ \d+         # a part of the same page
    | \bR\d+\b(\ en\ R\d+)?             # a risk by its number
    | `[^`]*` | https?://\S+            # names of files, tests, settings
    """,
    re.VERBOSE | re.MULTILINE,
)
FIGURE = re.compile(r"\d+")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return project_facts()


def changed(name: str, room: str, folder: Path, change: Any) -> Contract:
    """A contract of which something was changed in a copy of its file."""
    file = folder / room / f"{name}.odcs.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    copyfile(HERE / room / file.name, file)
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(written)
    file.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    return read_contract(file)


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*/*.md")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_figure_is_typed_into_a_sentence(file: Path) -> None:
    text = re.sub(r"\{[{%#].*?[}%#]\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [line for line in NO_FIGURE_OF_OURS.sub("", text).splitlines() if FIGURE.search(line)]
    assert found == []


# Every value that a paper quotes in a sentence, and where. The table of the model card has all of them.
QUOTED = {
    "flags_per_team": ("algoritmeregister.json", "model-card.md"),
    "drawn_per_team": ("algoritmeregister.json", "model-card.md"),
    "in_hand_per_team": ("dpia.md",),
    "smallest_shown_homes": ("wat-wij-niet-doen.md", "algoritmeregister.json", "dpia.md", "verwerkingsregister.md"),
    "attention_share": ("algoritmeregister.json", "dpia.md"),
    "false_discovery_rate": ("algoritmeregister.json", "dpia.md", "model-card.md"),
    "least_answered_draws": ("algoritmeregister.json",),
    "known_rest_weeks": ("algoritmeregister.json", "dpia.md"),
    "quarter_settles_weeks": ("dpia.md",),
    "quiet_below": ("algoritmeregister.json", "model-card.md"),
    "decline_above": ("algoritmeregister.json", "model-card.md"),
    "enter_weeks": ("algoritmeregister.json", "dpia.md"),
    "of_weeks": ("algoritmeregister.json", "dpia.md"),
    "leave_below": ("dpia.md",),
    "leave_weeks": ("dpia.md",),
    "history_weeks": ("algoritmeregister.json", "dpia.md", "model-card.md"),
    "keep_rows_weeks": ("dpia.md", "verwerkingsregister.md", "verwerkingsregister.csv"),
    "relearn_weeks": ("algoritmeregister.json",),
}


@pytest.mark.parametrize("name", QUOTED)
def test_another_value_of_the_policy_gives_another_paper(name: str, facts: Facts) -> None:
    value = getattr(facts.policy, name)
    other = replace(facts, policy=replace(facts.policy, **{name: value + (7 if isinstance(value, int) else 0.07)}))
    before, after = papers(facts, NL), papers(other, NL)
    for paper in QUOTED[name]:
        assert before[paper] != after[paper], (name, paper)
    assert f"`{name} = {value}`" in before["model-card.md"]
    assert f"`{name} = {value}`" not in after["model-card.md"]


def test_every_value_of_the_policy_stands_in_the_model_card_in_either_language(facts: Facts) -> None:
    for code in ("nl", "en"):
        card = rendered(f"{code}/model-card.md", facts, Language(code))
        assert [each.name for each in fields(Policy) if f"`{each.name} = " not in card] == []


def test_how_long_rows_are_kept_is_told_wherever_they_are(facts: Facts) -> None:
    made = papers(replace(facts, policy=replace(facts.policy, keep_rows_weeks=137)), NL)
    for name in ("dpia.md", "verwerkingsregister.md", "verwerkingsregister.csv"):
        assert "137 weken" in made[name], name
    for name, promised in facts.inputs.items():
        record = made["verwerkingsregister.md"].split(f"| Tabel | `{name}`", 1)[1].split("\n### ", 1)[0]
        term = re.search(r"\| Bewaartermijn \| (.*) \|", record)
        assert term is not None
        assert (term[1] == "137 weken") == (name in SOMEBODYS), promised.name


@pytest.mark.parametrize(
    "treatment", [each for each in get_args(get_type_hints(Column)["treatment"]) if get_args(each)]
)
def test_every_treatment_has_its_words(treatment: Any) -> None:
    told = words(NL).treatment_words
    assert set(get_args(treatment)) == set(told)


def test_every_hashed_column_says_whose_it_is(facts: Facts) -> None:
    hashed = {column.name for columns in facts.personal.values() for column in columns if column.treatment == "hash"}
    assert hashed == set(words(NL).hashed_subjects)


def test_a_personal_column_that_is_added_to_a_contract_is_told(facts: Facts, tmp_path: Path) -> None:
    def add(written: dict[str, Any]) -> None:
        column = {
            "name": "home_key",
            "businessName": "kenmerk van de melderwoning",
            "description": "Uit welke woning de melding kwam.",
            "logicalType": "string",
            "physicalType": "VARCHAR",
            "classification": "personal",
            "customProperties": [{"property": "treatment", "value": "hash"}],
        }
        written["schema"][0]["properties"].append(column)

    other = replace(facts, inputs=facts.inputs | {"complaints": changed("complaints", "inputs", tmp_path, add)})
    before, after = papers(facts, NL), papers(other, NL)
    for name in ("dpia.md", "verwerkingsregister.md", "verwerkingsregister.csv", "algoritmeregister.json"):
        assert "kenmerk van de melderwoning" not in before[name]
        assert "kenmerk van de melderwoning" in after[name]
    record = after["verwerkingsregister.md"].split("### Klachten", 1)[1].split("\n### ", 1)[0]
    assert "huurders en oud-huurders" in record


def test_another_purpose_and_another_version_are_told(facts: Facts, tmp_path: Path) -> None:
    def change(written: dict[str, Any]) -> None:
        written["version"] = "9.8.7"
        written["description"]["purpose"] = "Een heel ander doel."

    for room in ("inputs", "published", "shared"):
        contracts = getattr(facts, room)
        other = changed("complexes", room, tmp_path, change)
        after = papers(replace(facts, **{room: contracts | {"complexes": other}}), NL)
        for name in ("verwerkingsregister.md", "verwerkingsregister.csv"):
            assert "9.8.7" in after[name], (room, name)
            assert "Een heel ander doel." in after[name], (room, name)


def test_every_contract_stands_in_the_record(facts: Facts) -> None:
    made = papers(facts, NL)
    n_contracts = len(facts.inputs) + len(facts.published) + len(facts.shared)
    assert made["verwerkingsregister.csv"].count("\r\n") == n_contracts + 1
    for promised in (*facts.inputs.values(), *facts.published.values(), *facts.shared.values()):
        assert promised.purpose in made["verwerkingsregister.md"]
    for name, columns in facts.personal.items():
        for column in columns:
            assert f"`{column.name}`" in made["dpia.md"], name


def test_every_stream_stands_in_the_model_card(facts: Facts) -> None:
    card = papers(facts, NL)["model-card.md"]
    assert [each.name for each in STREAMS if f"| {NL.say(f'stream.{each.name}')} |" not in card] == []


def test_figures_of_the_benchmark_are_those_that_it_kept(facts: Facts, tmp_path: Path) -> None:
    kept = pl.read_parquet(DOCS / "benchmark.parquet").filter(
        pl.col("case") == "base (noise .3)", pl.col("method") == "Luisterpost", pl.col("metric") == "fdr@0.2"
    )
    for town in facts.towns:
        values = kept.filter(pl.col("rates") == town.rates)["value"].to_list()
        assert town.wrong is not None
        assert town.wrong.mean == pytest.approx(sum(values) / len(values))
        assert NL.share(town.wrong.mean) in papers(facts, NL)["model-card.md"]
    assert benchmark_figures(tmp_path, Policy()) == []


def test_a_rate_that_was_not_measured_has_no_figure() -> None:
    facts = measured_facts(replace(Policy(), false_discovery_rate=0.15))
    assert facts.towns[0].wrong is None
    card = papers(facts, NL)["model-card.md"]
    assert "Een streepje: bij deze grens is niet gemeten." in card
    assert "| van wat het noemt bij een grens van 15 %: onterecht | – | – |" in card
    assert "dan de grens belooft" not in card


def test_figures_of_the_backtest_are_those_of_its_page(tmp_path: Path) -> None:
    found = backtest_figures(DOCS)
    assert found is not None
    page = (DOCS / "backtest.md").read_text(encoding="utf-8")
    assert f"{int(found.n_comparisons):,} comparisons of {int(found.n_complexes):,} buildings" in page
    for overall, _ in found.rows.values():
        assert overall.split(" ")[0] in page
    assert backtest_figures(tmp_path) is None
    (tmp_path / "backtest.md").write_text("# Something else\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no longer where they were"):
        backtest_figures(tmp_path)


def test_figures_of_note_cleaning_are_those_of_its_page(facts: Facts, tmp_path: Path) -> None:
    found = note_cleaning_figures(DOCS)
    assert found is not None
    page = (DOCS / "note-cleaning.md").read_text(encoding="utf-8")
    for each in (found.personal, found.names):
        assert f"{each.hits} of {each.total}: {each.share:.0%}".replace("%", " %") in page
        assert each.low <= 100 * each.share <= each.high
    other = replace(found, names=replace(found.names, hits=41, total=1000))
    for name in ("model-card.md", "dpia.md"):
        assert NL.share(found.names.share) in papers(facts, NL)[name]
        assert NL.share(other.names.share) in papers(replace(facts, notes=other), NL)[name]
    assert note_cleaning_figures(tmp_path) is None
    (tmp_path / "note-cleaning.md").write_text("# Something else\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no longer where it was"):
        note_cleaning_figures(tmp_path)


def test_without_any_evaluation_the_model_card_says_so(facts: Facts) -> None:
    bare = replace(facts, towns=[], backtest=None, notes=None)
    for code, said in (("nl", "geen uitslag"), ("en", "No figures")):
        assert rendered(f"{code}/model-card.md", bare, Language(code)).count(said) == 3
    assert "moet nog worden gemeten" in papers(bare, NL)["dpia.md"]
