"""A source that never answers stops alone, and what is written while it is read is not believed."""

import os
import threading
import time
from pathlib import Path

import pytest
from small_town import COMPLEXES, HEADER, SmallTown, complaints

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows import reading_in_time
from flows.mappings import read_mapping
from flows.reading import SourceUnavailable, read_delivery
from flows.reading_in_time import read_in_time

AN_INSTANT = 0.01
ENDLESS = """
with recursive n(i) as (select 1::bigint union all select i + 1 from n)
select i::varchar complaint_id, 'C1' complex_id, '2026-11-02' reported_at, 'SOC.GEL' category from n
"""
FROM_A_FILE = "select * from read_csv(getvariable('inbox') || '/export.csv', all_varchar = true)"


def problem_of(town: SmallTown, minutes: float = AN_INSTANT) -> Problem:
    with pytest.raises(Problem) as found:
        read_in_time(contract("inputs", "complaints"), read_mapping(town.sources, None), minutes)
    return found.value


def readers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "reading complaints"]


def test_what_is_read_in_time_is_what_is_read(town: SmallTown) -> None:
    town.write("complaints.csv", HEADER + complaints(5))
    mapping = read_mapping(town.sources, None)
    promised = contract("inputs", "complaints")
    found, plain = read_in_time(promised, mapping, 1), read_delivery(promised, mapping)
    assert found is not None
    assert plain is not None
    assert found.rows.equals(plain.rows)
    assert read_in_time(contract("inputs", "repairs"), mapping, 1) is None


def test_a_select_that_never_ends_is_interrupted(town: SmallTown) -> None:
    town.write("complaints.sql", ENDLESS)
    assert problem_of(town).message == "reading.too_slow"
    deadline = time.monotonic() + 20
    while readers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not readers()


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(town: SmallTown) -> None:
    file = town.sources / "complaints.csv"
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    assert problem_of(town, 1).message == "reading.no_plain_file"


def test_a_select_over_a_pipe_stops_that_source_alone(town: SmallTown) -> None:
    town.write("complexes.csv", COMPLEXES)
    town.write("complaints.sql", FROM_A_FILE)
    pipe = town.sources / "export.csv"
    os.mkfifo(pipe)
    town.home.mkdir(exist_ok=True)
    (town.home / "luisterpost.toml").write_text(f"[policy]\nsource_patience_minutes = {AN_INSTANT}\n")
    complexes, stopped = town.take_in("complexes", "complaints")
    assert (complexes.state, stopped.state) == ("taken", "stopped")
    assert stopped.problem is not None
    assert stopped.problem.message == "reading.too_slow"
    # Lets the reader end, so that it does not outlive this test.
    os.close(os.open(pipe, os.O_RDWR))


@pytest.mark.parametrize("source", ["complaints.csv", "export.csv"])
def test_a_file_that_is_written_while_it_is_read_is_worth_another_try(
    town: SmallTown, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = town.write(source, HEADER + complaints(5))
    if source == "export.csv":
        town.write("complaints.sql", FROM_A_FILE)

    def slow(*asked: object) -> object:
        found = read_delivery(*asked)  # type: ignore[arg-type]
        with file.open("a") as opened:
            opened.write(complaints(1, 900))
        return found

    monkeypatch.setattr(reading_in_time, "read_delivery", slow)
    problem = problem_of(town, 1)
    assert isinstance(problem, SourceUnavailable)
    assert (problem.message, problem.figures["file"]) == ("reading.changed", file)


def test_another_file_beside_it_may_be_written(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    town.write("export.csv", HEADER + complaints(5))
    town.write("complaints.sql", FROM_A_FILE)

    def slow(*asked: object) -> object:
        Path(town.sources / "other.csv").write_text("x")
        return read_delivery(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(reading_in_time, "read_delivery", slow)
    assert read_in_time(contract("inputs", "complaints"), read_mapping(town.sources, None), 1) is not None
