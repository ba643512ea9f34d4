"""What is said of files and trials: letter for letter, in both languages, and nothing in a file is obeyed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from connecting_town import COMPLAINTS, COMPLEXES, HOUSES, READ_REPORTS, REPORTS, opened

from data_contracts.contract import contracts
from flows.exploring.connect_your_data.file_look import look_at
from flows.exploring.connect_your_data.mapping_trial import try_select
from flows.exploring.connect_your_data.mapping_words import (
    columns_in_words,
    contract_in_words,
    contract_options,
    file_options,
    look_in_words,
    missing_in_words,
    trial_in_words,
)
from flows.exploring.connect_your_data.workbench import Workbench
from flows.exploring.plain_text import plain
from flows.language import Language


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    inbox = tmp_path_factory.mktemp("inbox")
    (inbox / "huizen.csv").write_text(HOUSES)
    (inbox / "meldingen.csv").write_text(REPORTS)
    nasty = "Nr\tNaam <b> | ![x](http://x.test)\tAchternaam\n1\t<script>alert(1)</script> **x** | y\tJansen\n"
    (inbox / "raar.csv").write_text(nasty)
    return opened(inbox)


@pytest.fixture(params=["nl", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    return Language(request.param)


def test_nothing_in_a_file_is_obeyed(bench: Workbench, language: Language) -> None:
    told = look_in_words(look_at(bench.mapping.inbox / "raar.csv", bench.sandboxes), language)
    # Apart from our own table, no mark stands in it.
    bare = re.sub(r"</?(div|table|thead|tbody|tr|th|td)( style=\"[\w:; -]+\")?>", "", told)
    assert "<" not in bare
    assert "](" not in bare
    assert "Jansen" not in bare


def test_a_file_is_described(bench: Workbench) -> None:
    told = look_in_words(look_at(bench.mapping.inbox / "huizen.csv", bench.sandboxes), Language("nl"))
    assert plain("Een CSV-bestand in UTF-8, met ; tussen de 4 kolommen. Er staan 3 rijen in.") in told
    assert f"| {plain('complex_id')} | {plain('0 %')} | 3 |" in told


def test_files_and_sources_are_offered_under_their_names(bench: Workbench, language: Language) -> None:
    assert [each.file.name for each in file_options(bench, language).values()] == [
        "huizen.csv",
        "meldingen.csv",
        "raar.csv",
    ]
    assert list(contract_options(tuple(contracts("inputs")), language).values()) == list(contracts("inputs"))


def test_every_source_says_what_it_is_for(language: Language) -> None:
    for name, promised in contracts("inputs").items():
        told = contract_in_words(promised, language)
        assert all(plain(column.name) in told for column in promised.columns if column.is_required), name
        assert columns_in_words(promised, language).count("\n") == len(promised.columns) + 1


def test_a_trial_adds_up_and_says_how_to_mend(bench: Workbench) -> None:
    told = trial_in_words(try_select(COMPLAINTS, READ_REPORTS, bench), COMPLAINTS, Language("nl"))
    # Without complexes every named complex is lent, so none is unknown.
    assert plain("6 gelezen = 3 bewaard + 2 apart gezet + 1 al bekend") in told
    assert plain("reported_at is niet te lezen: 1 rij van de 6") in told
    assert plain("31-2-2026 10:00 (1×)") in told
    assert plain("try_strptime") in told


def test_a_trial_without_rows_says_so(bench: Workbench, language: Language) -> None:
    promised = contracts("inputs")["outcomes"]
    select = "select 'a' as flag_id, '1-1-2026' as reviewed_on, 'x' as verdict where false"
    assert trial_in_words(try_select(promised, select, bench), promised, language)
    broken = try_select(COMPLEXES, "select", bench)
    assert trial_in_words(broken, COMPLEXES, language) == ""


def test_what_is_missing_says_what_nobody_will_see(bench: Workbench, language: Language, tmp_path: Path) -> None:
    told = missing_in_words(bench, language)
    assert told.count("\n- ") == len(contracts("inputs")) - 1
    assert bench.is_blind
    for name in contracts("inputs"):
        (tmp_path / f"{name}.csv").write_text(HOUSES)
    whole = opened(tmp_path)
    assert (whole.missing, whole.is_blind) == ((), False)
    assert missing_in_words(whole, language) == plain(language.say("connect.nothing_missing"))
