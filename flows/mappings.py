"""Where an organisation's own files become the contracts' tables: the folder given as `--sources`.

For each contract `CONTRACT.sql` if it is there, else `CONTRACT.parquet`, `.csv` or `.xlsx`. A `mapping.yaml` beside
them may say what no SELECT can: the attribution, the timezone, how each source is delivered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml

import data_contracts
from data_contracts.contract import contracts
from data_contracts.problem import Problem
from flows.settings import check_known, check_timezone

SHIPPED = Path(data_contracts.__file__).parent / "mappings"
ENDINGS = (".sql", ".parquet", ".csv", ".xlsx")
SAID = ("title", "attribution", "timezone", "contracts", "backtest")
SAID_OF_BACKTEST = ("bad_below", "worse_by")
SAID_OF_SOURCE = ("delivery", "tolerance_percent", "gaps", "not_observed_before")
BEGINNING = date(1, 1, 1)
Delivery = Literal["full", "increment"]


@dataclass(frozen=True)
class SourceTerms:
    """What the mapping says of one source.

    Attributes:
        delivery: `full` (a row that is gone was withdrawn) or `increment` (only news is delivered).
        tolerances: Shares of broken rows that override the contract's, by rule id [0-1].
        gaps: Days, both inclusive, in which the source was not observed.
    """

    delivery: Delivery = "increment"
    tolerances: dict[str, float] = field(default_factory=dict)
    gaps: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class BacktestTerms:
    """What a bad score of a later visit is, and a worse one.

    Attributes:
        bad_below: Below this score a visit found it bad [score].
        worse_by: This many points below the previous score is clearly worse [score].
    """

    bad_below: float
    worse_by: float


@dataclass(frozen=True)
class Mapping:
    """One folder of sources.

    Attributes:
        folder: Where the mapping stands.
        inbox: Where the files lie.
        attribution: A line that must stand with every result, or None.
        timezone: Zone of the organisation, or None.
        terms: What is said per contract.
        backtest: What a bad later visit is, or None where nothing is said.
    """

    folder: Path
    inbox: Path
    attribution: str | None
    timezone: str | None
    terms: dict[str, SourceTerms]
    backtest: BacktestTerms | None = None

    def terms_of(self, name: str) -> SourceTerms:
        """The terms of one source; increments, unless said otherwise."""
        return self.terms.get(name, SourceTerms())

    def source_file(self, name: str) -> Path | None:
        """The file that gives this contract, or None if the mapping has none."""
        return next(iter(self.source_files(name)), None)

    def source_files(self, name: str) -> tuple[Path, ...]:
        """All files of this contract, a SELECT in front; capitals make no difference, as some programs write `.CSV`."""
        return _files_of(self.folder, name)


def find_mapping(sources: str, inbox: Path | None) -> Mapping:
    """Finds the mapping that `--sources` names.

    Args:
        sources: A folder, or the name of a shipped mapping.
        inbox: Folder with the files; the mapping's own folder where None.

    Raises:
        Problem: `sources.*`: no such folder, no files in it, or a mapping.yaml with a mistake.
    """
    folder = _find_folder(sources, inbox)
    if inbox is not None and not inbox.is_dir():
        raise Problem("sources.no_inbox", inbox=inbox)
    if not _has_sources(folder):
        raise Problem("sources.nothing_found", folder=folder, wanted=f"{next(iter(contracts('inputs')))}.csv")
    return read_mapping(folder, inbox)


def read_mapping(folder: Path, inbox: Path | None) -> Mapping:
    """Reads a folder of sources, also one in which no source stands yet.

    Args:
        folder: The folder; it need not exist.
        inbox: Folder with the files; the mapping's own folder where None.

    Raises:
        Problem: A mapping.yaml with a mistake.
    """
    said = _read_said(folder / "mapping.yaml")
    return Mapping(
        folder=folder.resolve(),
        inbox=(inbox or folder).resolve(),
        attribution=said.get("attribution"),
        timezone=said.get("timezone"),
        terms={name: _terms(name, terms, folder / "mapping.yaml") for name, terms in said["contracts"].items()},
        backtest=_backtest(_table(said, "backtest", folder / "mapping.yaml"), folder / "mapping.yaml"),
    )


def _find_folder(sources: str, inbox: Path | None) -> Path:
    """A folder with sources in it, else the shipped mapping of that name."""
    folder = Path(sources)
    shipped = sorted(each.name for each in SHIPPED.iterdir() if each.is_dir())
    # `--sources demo --inbox demo`: a folder of exports may bear the name of the mapping that reads it.
    if sources in shipped and not _has_sources(folder):
        if inbox is None:
            raise Problem("sources.no_inbox_given", sources=sources)
        return SHIPPED / sources
    if not folder.is_dir():
        raise Problem("sources.no_folder", sources=sources, shipped=shipped)
    return folder


def _has_sources(folder: Path) -> bool:
    return any(_files_of(folder, name) for name in contracts("inputs"))


def _files_of(folder: Path, name: str) -> tuple[Path, ...]:
    wanted = [f"{name}{ending}" for ending in ENDINGS]
    try:
        found = sorted(each.name for each in folder.iterdir() if each.name.lower() in wanted)
    except OSError:
        # A folder that may not be listed may still be read.
        found = [each for each in wanted if (folder / each).exists()]
    return tuple(folder / each for each in sorted(found, key=lambda each: wanted.index(each.lower())))


def _read_said(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"contracts": {}, "backtest": {}}
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    # A day that does not exist, such as 30 February, is a bare ValueError of the YAML reader.
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise Problem("settings.unreadable", file=file, why=" ".join(str(error).split())) from error
    if not isinstance(said, dict):
        raise Problem("settings.unreadable", file=file, why="key: value")
    for key in said:
        check_known(str(key), SAID, file)
    for key in ("title", "attribution"):
        if not isinstance(said.get(key), str | None):
            raise Problem("settings.wrong_type", file=file, key=key, wanted=f"{key}: ...")
    if said.get("timezone") is not None:
        check_timezone(said["timezone"], file)
    said["contracts"] = _table(said, "contracts", file)
    return said


def _terms(name: str, written: Any, file: Path) -> SourceTerms:
    name = str(name)
    check_known(name, tuple(contracts("inputs")), file)
    rules = [rule.id for rule in contracts("inputs")[name].rules]
    written = _table({name: written}, name, file)
    for key in written:
        check_known(str(key), SAID_OF_SOURCE, file)
    delivery = written.get("delivery", "increment")
    if delivery not in ("full", "increment"):
        raise Problem("settings.wrong_type", file=file, key=f"{name}.delivery", wanted="full, increment")
    tolerances = {}
    for rule, percent in _table(written, "tolerance_percent", file).items():
        check_known(str(rule), tuple(rules), file)
        if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
            raise Problem("settings.out_of_range", file=file, key=rule, least=0, most=100)
        tolerances[rule] = percent / 100
    gaps = []
    said_gaps = written.get("gaps") or []
    for gap in said_gaps if isinstance(said_gaps, list) else [said_gaps]:
        is_gap = isinstance(gap, dict) and _is_day(gap.get("from")) and _is_day(gap.get("until"))
        if not is_gap or gap["from"] > gap["until"]:
            raise Problem("settings.wrong_type", file=file, key=f"{name}.gaps", wanted="from: 2025-07-10, until: ...")
        gaps.append((gap["from"], gap["until"]))
    begins = written.get("not_observed_before")
    if begins is not None:
        if not _is_day(begins) or begins == BEGINNING:
            raise Problem("settings.wrong_type", file=file, key=f"{name}.not_observed_before", wanted="2025-12-01")
        gaps.append((BEGINNING, begins - timedelta(days=1)))
    return SourceTerms(delivery=delivery, tolerances=tolerances, gaps=tuple(gaps))


def _backtest(written: dict[str, Any], file: Path) -> BacktestTerms | None:
    if not written:
        return None
    for key in written:
        check_known(str(key), SAID_OF_BACKTEST, file)
    for key in SAID_OF_BACKTEST:
        value = written.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Problem("settings.wrong_type", file=file, key=f"backtest.{key}", wanted=f"{key}: 5")
    return BacktestTerms(float(written["bad_below"]), float(written["worse_by"]))


def _table(written: dict[str, Any], name: str, file: Path) -> dict[str, Any]:
    table = written.get(name) or {}
    if not isinstance(table, dict):
        raise Problem("settings.wrong_type", file=file, key=name, wanted=f"{name}: {{key: value}}")
    return table


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
