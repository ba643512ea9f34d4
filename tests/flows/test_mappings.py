"""Which folder is meant, which file gives which contract, and what a mapping.yaml may say."""

from datetime import date
from pathlib import Path

import pytest
from small_town import SmallTown

from data_contracts.problem import Problem
from flows.mappings import SHIPPED, Mapping, SourceTerms, find_mapping


def said(town: SmallTown, text: str | bytes) -> Mapping:
    town.write("mapping.yaml", text)
    return find_mapping(str(town.sources), None)


def test_without_a_mapping_yaml_everything_is_an_increment(town: SmallTown) -> None:
    for mapping in (find_mapping(str(town.sources), None), said(town, ""), said(town, "contracts:\n")):
        assert mapping.terms_of("complexes") == SourceTerms("increment", {}, ())
        assert (mapping.inbox, mapping.attribution, mapping.timezone) == (town.sources, None, None)


def test_sql_goes_before_parquet_before_csv_before_xlsx(town: SmallTown) -> None:
    mapping = find_mapping(str(town.sources), None)
    found = []
    for ending in ("csv", "xlsx", "parquet", "sql"):
        town.write(f"repairs.{ending}", "x")
        file = mapping.source_file("repairs")
        found.append(file and file.suffix)
    assert found == [".csv", ".csv", ".parquet", ".sql"]
    assert mapping.source_file("tenancies") is None


def test_what_is_said_holds(town: SmallTown) -> None:
    mapping = said(
        town,
        """
        attribution: "Nationale dataset"
        timezone: America/Toronto
        contracts:
          complaints:
            delivery: full
            tolerance_percent: {complex_id.known: 30, homes.x: 1}
        """.replace(", homes.x: 1", "")
        + """
            gaps: [{from: 2025-07-10, until: 2025-11-30}]
            not_observed_before: 2025-01-01
          complexes:
        """,
    )
    assert (mapping.attribution, mapping.timezone) == ("Nationale dataset", "America/Toronto")
    terms = mapping.terms_of("complaints")
    assert (terms.delivery, terms.tolerances) == ("full", {"complex_id.known": 0.3})
    assert terms.gaps == ((date(2025, 7, 10), date(2025, 11, 30)), (date(1, 1, 1), date(2024, 12, 31)))
    assert mapping.terms_of("complexes") == SourceTerms()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b: c", "settings.unreadable"),
        (b"\xff\xfe\x00", "settings.unreadable"),
        ("!!python/object/apply:os.system ['true']", "settings.unreadable"),
        ("- complaints", "settings.unreadable"),
        ("complaints", "settings.unreadable"),
        ("contracts: {complaints: {gaps: [{from: 2026-02-30, until: 2026-03-01}]}}", "settings.unreadable"),
        ("contract: {}", "settings.unknown_key"),
        ("1: 2", "settings.unknown_key"),
        ("contracts: {complaint: {}}", "settings.unknown_key"),
        ("contracts: {complaints: {deliver: full}}", "settings.unknown_key"),
        ("contracts: {complaints: {tolerance_percent: {complex.known: 5}}}", "settings.unknown_key"),
        ("contracts: [complaints]", "settings.wrong_type"),
        ("contracts: {complaints: full}", "settings.wrong_type"),
        ("contracts: {complaints: {delivery: Full}}", "settings.wrong_type"),
        ("contracts: {complaints: {delivery: [full]}}", "settings.wrong_type"),
        ("contracts: {complaints: {tolerance_percent: 5}}", "settings.wrong_type"),
        ("contracts: {complaints: {gaps: 2026-01-01}}", "settings.wrong_type"),
        ("contracts: {complaints: {gaps: [2026-01-01]}}", "settings.wrong_type"),
        ("contracts: {complaints: {gaps: [{from: 2026-01-01}]}}", "settings.wrong_type"),
        ("contracts: {complaints: {gaps: [{from: 2026-02-01, until: 2026-01-01}]}}", "settings.wrong_type"),
        ("contracts: {complaints: {gaps: [{from: 2026-01-01 10:00:00, until: 2026-02-01}]}}", "settings.wrong_type"),
        ("contracts: {complaints: {not_observed_before: 2026}}", "settings.wrong_type"),
        ("contracts: {complaints: {not_observed_before: 0001-01-01}}", "settings.wrong_type"),
        ("attribution: [a, b]", "settings.wrong_type"),
        ("contracts: {complaints: {tolerance_percent: {complex_id.known: 101}}}", "settings.out_of_range"),
        ("contracts: {complaints: {tolerance_percent: {complex_id.known: -1}}}", "settings.out_of_range"),
        ("contracts: {complaints: {tolerance_percent: {complex_id.known: .nan}}}", "settings.out_of_range"),
        ("contracts: {complaints: {tolerance_percent: {complex_id.known: yes}}}", "settings.out_of_range"),
        ("contracts: {complaints: {tolerance_percent: {complex_id.known: 5%}}}", "settings.out_of_range"),
        ("timezone: Amsterdam", "settings.unknown_timezone"),
        ("timezone: [Europe/Amsterdam]", "settings.unknown_timezone"),
    ],
)
def test_a_mistake_is_told(town: SmallTown, text: str | bytes, problem: str) -> None:
    with pytest.raises(Problem) as told:
        said(town, text)
    assert told.value.message == problem


def test_a_folder_that_is_not_there_or_has_nothing_is_told(tmp_path: Path, town: SmallTown) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "complaint.csv").write_text("a near miss\n")
    for sources, inbox, problem in (
        (str(tmp_path / "absent"), None, "sources.no_folder"),
        (str(town.sources / "complaints.csv"), None, "sources.no_folder"),
        ("../mappings/toronto", None, "sources.no_folder"),
        ("toronto'; --", None, "sources.no_folder"),
        (str(empty), None, "sources.nothing_found"),
        (str(town.sources), tmp_path / "absent", "sources.no_inbox"),
        ("toronto", None, "sources.no_inbox_given"),
        ("toronto", tmp_path / "absent", "sources.no_inbox"),
    ):
        with pytest.raises(Problem) as told:
            find_mapping(sources, inbox)
        assert told.value.message == problem, sources


@pytest.mark.parametrize("name", sorted(each.name for each in SHIPPED.iterdir() if each.is_dir()))
def test_a_shipped_mapping_is_in_order(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mapping = find_mapping(name, tmp_path)
    assert (mapping.folder, mapping.inbox) == (SHIPPED / name, tmp_path)
    for required in ("complexes", "complaints"):
        assert mapping.source_file(required) == SHIPPED / name / f"{required}.sql"
