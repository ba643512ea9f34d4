"""A trial says what the weekly run would make of a SELECT, to the row; whatever is wrong is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from connecting_town import COMPLAINTS, COMPLEXES, HOUSES, READ_AT, READ_REPORTS, REPORTS, opened

from data_contracts.contract import contracts
from data_contracts.expectations import check_table
from flows import ingest
from flows.checking import CheckReport, check_sources
from flows.exploring.connect_your_data import mapping_trial
from flows.exploring.connect_your_data.broken_rules import mended
from flows.exploring.connect_your_data.mapping_trial import (
    Trial,
    counted_by_predicate,
    known_complexes,
    trial_warehouse,
    try_select,
)
from flows.exploring.connect_your_data.workbench import Workbench
from flows.ingest import take_in_delivery
from flows.language import Language
from flows.reading import read_source

HOUSE_FILE = "read_csv(getvariable('inbox') || '/huizen.csv', header = true, delim = ';', all_varchar = true)"


def laid_out(folder: Path) -> Workbench:
    inbox, sources = folder / "inbox", folder / "sources"
    inbox.mkdir()
    sources.mkdir()
    (inbox / "huizen.csv").write_text(HOUSES)
    (inbox / "meldingen.csv").write_text(REPORTS)
    (sources / "complexes.sql").write_text(f"from {HOUSE_FILE}")
    (sources / "complaints.sql").write_text(READ_REPORTS)
    return known_complexes(COMPLEXES, opened(inbox, sources))


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return laid_out(tmp_path)


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """For tests that change nothing."""
    return laid_out(tmp_path_factory.mktemp("lent"))


@pytest.fixture(scope="module")
def reports(lent: Workbench) -> Trial:
    return try_select(COMPLAINTS, READ_REPORTS, lent)


def told(trial: Trial) -> str:
    assert trial.trouble is not None
    for code in ("nl", "en"):
        assert "\n" not in Language(code).tell(trial.trouble)
    return trial.trouble.message


def test_a_trial_gives_what_the_check_gives_to_the_row(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    # That both count the same is the next test but one.
    monkeypatch.setattr(ingest, "check_table", counted_by_predicate)
    yaml = "contracts: {complaints: {tolerance_percent: {complex_id.known: 50}}}"
    (bench.mapping.folder / "mapping.yaml").write_text(yaml)
    bench = known_complexes(COMPLEXES, opened(bench.mapping.inbox, bench.mapping.folder))
    report: CheckReport = check_sources(str(bench.folder), bench.mapping.inbox, READ_AT, "nl")
    for account in report.accounts[:2]:
        promised = COMPLEXES if account.source == "complexes" else COMPLAINTS
        select = (bench.mapping.folder / f"{account.source}.sql").read_text()
        trial = try_select(promised, select, bench)
        assert (trial.trouble, account.problem) == (None, None)
        figures = account.rows_read, account.rows_kept, account.rows_quarantined, account.rows_already_known
        assert (trial.rows_read, trial.rows_kept, trial.rows_set_apart, trial.rows_known) == figures
        assert {each.outcome.rule_id: each.outcome.breaches for each in trial.broken} == account.rules


def test_rows_add_up_and_each_broken_rule_names_its_rows(reports: Trial) -> None:
    trial = reports
    assert (trial.rows_read, trial.rows_kept, trial.rows_set_apart, trial.rows_known) == (6, 1, 4, 1)
    broken = {each.outcome.rule_id: each for each in trial.broken}
    assert set(broken) == {"complex_id.known", "reported_at.type", "category.in_scope"}
    assert broken["complex_id.known"].examples.rows() == [(3, "M2", "C9"), (6, "M5", "C8")]
    assert not broken["complex_id.known"].outcome.is_within_tolerance
    assert broken["reported_at.type"].outcome.is_within_tolerance, "of a small file one row may break a rule"
    assert broken["reported_at.type"].values == (("31-2-2026 10:00", 1),)
    assert broken["reported_at.type"].mend.message == "connect.mend.type_timestamp"


def test_great_expectations_counts_the_same(bench: Workbench, tmp_path: Path) -> None:
    file = bench.mapping.folder / "complaints.sql"
    delivery = read_source(COMPLAINTS, bench.mapping, file)
    with trial_warehouse(tmp_path / "home", bench) as (con, run):
        con.execute("insert into raw.complexes (complex_id) values ('C1'), ('C2'), ('C3')")
        with pytest.raises(Exception, match="too_many_broken"):
            take_in_delivery(con, run, COMPLAINTS, delivery, counted_by_predicate)
        by_library = check_table(con, COMPLAINTS, "staging", "complaints", {"complex_id.known": 0.5})
        assert counted_by_predicate(con, COMPLAINTS, "staging", "complaints", {"complex_id.known": 0.5}) == by_library
    assert sum(each.breaches for each in by_library) == 4


def test_a_tolerance_that_the_mapping_sets_holds_in_a_trial(bench: Workbench) -> None:
    assert told(try_select(COMPLAINTS, READ_REPORTS, bench)) == "ingest.too_many_broken"
    yaml = "contracts: {complaints: {tolerance_percent: {complex_id.known: 50}}}"
    (bench.mapping.folder / "mapping.yaml").write_text(yaml)
    again = known_complexes(COMPLEXES, opened(bench.mapping.inbox, bench.mapping.folder))
    assert try_select(COMPLAINTS, READ_REPORTS, again).trouble is None


def test_personal_columns_are_shown_hashed_or_not_at_all(reports: Trial, lent: Workbench) -> None:
    broken = try_select(COMPLAINTS, READ_REPORTS.replace('"Soort" as', "null as"), lent)
    assert not any(f"p{number}00" in repr(each) for number in (1, 2, 3) for each in (reports, broken))
    keys = reports.first_rows["reporter_key"].drop_nulls()
    assert all(len(key) == 16 for key in keys)
    assert keys[0] == keys[1] != keys[2]


def test_times_are_shown_in_the_organisations_own_zone(reports: Trial) -> None:
    assert reports.first_rows["reported_at"][0].startswith("2026-11-09 09:05")


def test_without_complexes_a_trial_says_what_it_could_not_see(bench: Workbench) -> None:
    (bench.mapping.folder / "complexes.sql").unlink()
    trial = try_select(COMPLAINTS, READ_REPORTS, known_complexes(COMPLEXES, bench))
    assert trial.caution is not None
    assert trial.caution.message == "connect.no_complexes_yet"
    assert "complex_id.known" not in {each.outcome.rule_id for each in trial.broken}


def test_complexes_that_cannot_be_read_are_told(bench: Workbench) -> None:
    (bench.mapping.folder / "complexes.sql").write_text(f"select complexid from {HOUSE_FILE}")
    caution = known_complexes(COMPLEXES, bench).no_complexes
    assert caution is not None
    assert caution.message == "connect.complexes_stopped"
    assert "complex_id" in Language("nl").tell(caution), "the nearest name"


def test_only_the_first_rows_are_tried_unless_all_are_asked_for(lent: Workbench) -> None:
    many = "select i as complex_id, 'n' as name, 'a' as area_team, 5 as homes from range(30) t(i)"
    first, every = (try_select(COMPLEXES, many, lent, limit) for limit in (10, None))
    assert (first.rows_read, first.has_more_rows) == (10, True)
    assert (every.rows_read, every.has_more_rows) == (30, False)


@pytest.mark.parametrize(
    ("select", "message"),
    [
        (" \n", "connect.no_select"),
        ("-- nothing", "reading.mapping_many_statements"),
        ("select 1; select 2", "reading.mapping_many_statements"),
        ("select 1 as complex_id); drop table x; --", "reading.mapping_not_select"),
        ("copy (select 1) to 'x.csv'", "reading.mapping_not_select"),
        ("create table x as select 1", "reading.mapping_not_select"),
        ("attach 'x.db'", "reading.mapping_not_select"),
        ("selec", "reading.mapping_not_select"),
        ("select '\ud800'", "reading.mapping_not_utf8"),
        ("select * from read_text('/etc/hostname')", "connect.outside"),
        ("select * from glob('/etc/*')", "connect.outside"),
        ("select * from read_csv(getvariable('inbox') || '/../sources.csv')", "connect.outside"),
        ("select * from read_csv(getvariable('inbox') || '/gone.csv')", "reading.mapping_failed"),
        (f"select complex, name from {HOUSE_FILE}", "reading.no_such_column"),
        (f"select complex_id, name, area_team from {HOUSE_FILE}", "reading.column_missing"),
        (f"select complex_id, name, area_team, homes as home from {HOUSE_FILE}", "reading.column_renamed"),
        (f"select *, 'x' as voornaam from {HOUSE_FILE}", "reading.forbidden_column"),
        (f"from {HOUSE_FILE} where name::integer > 1", "reading.mapping_failed"),
        (f"from {HOUSE_FILE} where false", "ingest.no_rows"),
        (f"select 'x' as homes, * exclude (homes) from {HOUSE_FILE}", "ingest.column_retyped"),
        ("select chr(0) as complex_id, 1 as name, 1 as area_team, 1 as homes", "reading.nul_bytes"),
    ],
)
def test_whatever_is_wrong_with_a_select_is_one_sentence(lent: Workbench, select: str, message: str) -> None:
    assert told(try_select(COMPLEXES, select, lent)) == message


def test_the_nearest_name_of_a_misspelt_column_is_told(lent: Workbench) -> None:
    trouble = try_select(COMPLEXES, f"select complexid from {HOUSE_FILE}", lent).trouble
    assert trouble is not None
    assert (trouble.figures["column"], trouble.figures["nearest"]) == ("complexid", "complex_id")


def test_a_select_that_never_ends_is_stopped(lent: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping_trial, "SLOWEST", 0.2)
    endless = (
        "select count(*) as complex_id, 1 as name, 1 as area_team, 1 as homes from range(10**13) t(x) where x % 7 = 3"
    )
    assert told(try_select(COMPLEXES, endless.replace("10**13", str(10**13)), lent)) == "connect.too_slow"


def test_a_damaged_workbook_is_not_read_by_a_select_either(bench: Workbench) -> None:
    (bench.mapping.inbox / "b.xlsx").write_bytes(b"PK\x03\x04 and no more")
    again = opened(bench.mapping.inbox, bench.mapping.folder)
    trial = try_select(COMPLEXES, "select * from read_xlsx(getvariable('inbox') || '/b.xlsx')", again)
    assert told(trial) == "reading.unreadable"


def test_nothing_is_left_behind(bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = sorted(tmp_path.rglob("*"))
    try_select(COMPLAINTS, READ_REPORTS, bench)
    try_select(COMPLAINTS, "select", bench)
    assert sorted(tmp_path.rglob("*")) == before


def test_every_rule_of_every_input_can_be_told_and_mended() -> None:
    for promised in contracts("inputs").values():
        for rule in promised.rules:
            for code in ("nl", "en"):
                assert Language(code).tell(mended(promised, rule))
