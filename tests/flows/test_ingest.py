"""Every row that was read is kept, set apart or already known; and nothing of a person gets in on the way."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_town import COMPLEXES, HEADER, MONDAY, NEXT_MONDAY, SmallTown, complaints

from data_contracts.contract import Contract, contract
from data_contracts.expectations import RuleOutcome
from data_contracts.problem import Problem
from flows import ingest, merging
from flows.home import SECRET_VARIABLE
from flows.ingest import Account, take_in, take_in_delivery
from flows.reading import read_delivery
from flows.run import Run
from flows.warehouse import open_warehouse

BOTH = ("complexes", "complaints")
LATER = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def figures(account: Account) -> tuple[str, int, int, int, int]:
    return (
        account.state,
        account.rows_read,
        account.rows_kept,
        account.rows_quarantined,
        account.rows_already_known,
    )


def raw(town: SmallTown, name: str = "complaints") -> list[Any]:
    return town.ask(f"from raw.{name} order by all")


def stopped(account: Account) -> str:
    assert account.state == "stopped"
    assert account.problem is not None
    assert account.rows_read == account.rows_kept == account.rows_quarantined == 0
    return account.problem.message


def counted(
    con: duckdb.DuckDBPyConnection, promised: Contract, schema: str, table: str, tolerances: dict[str, float]
) -> Any:
    """What Great Expectations counts (test_expectations holds the two equal), without its third of a second."""
    cells = ", ".join(f"count(*) filter (where not ({rule.predicate}))" for rule in promised.rules)
    rows, *breaches = con.execute(f"select count(*), {cells} from {schema}.{table}").fetchone() or ()
    return tuple(
        RuleOutcome(rule.id, found, rows, tolerances.get(rule.id, rule.tolerance))
        for rule, found in zip(promised.rules, breaches, strict=True)
    )


@pytest.fixture
def with_great_expectations() -> None:
    """For the tests that run the suite itself."""


@pytest.fixture(autouse=True)
def quick_counts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "with_great_expectations" not in request.fixturenames:
        monkeypatch.setattr(ingest, "check_table", counted)


# --- What goes in, and stays -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("with_great_expectations")
def test_reading_the_same_delivery_again_keeps_nothing_new_and_changes_no_row(town: SmallTown) -> None:
    town.write("complaints.csv", HEADER + complaints(30) + "M1,C2,2026-11-02 10:00:00,SOC.GEL\nX1,C9,9-11-2026,GEL\n")
    first = town.take_in(*BOTH)
    before = (
        raw(town, "complexes"),
        raw(town),
        town.ask("select source, rules, original, copies from checks.quarantine"),
    )
    again = town.take_in(*BOTH, read_at=NEXT_MONDAY)
    assert [figures(each) for each in first] == [("taken", 3, 3, 0, 0), ("taken", 32, 30, 1, 1)]
    assert [figures(each) for each in again] == [("taken", 3, 0, 0, 3), ("taken", 32, 0, 1, 31)]
    assert [each.fingerprint for each in again] == [each.fingerprint for each in first]
    after = raw(town, "complexes"), raw(town), town.ask("select source, rules, original, copies from checks.quarantine")
    assert after == before


def test_the_order_of_rows_and_columns_makes_no_other_delivery(town: SmallTown) -> None:
    first = town.take_in(*BOTH)[1]
    rows = [line.split(",") for line in (HEADER + complaints(30)).splitlines()]
    turned = [rows[0], *reversed(rows[1:])]
    town.write("complaints.csv", "".join(";".join(reversed(row)) + "\r\n" for row in turned))
    again = town.take_in("complaints", read_at=NEXT_MONDAY)[0]
    assert figures(again) == ("taken", 30, 0, 0, 30)
    assert again.fingerprint == first.fingerprint


def test_a_corrected_row_replaces_and_a_late_row_lands_in_its_own_week(town: SmallTown) -> None:
    town.take_in(*BOTH)
    town.write("complaints.csv", HEADER + "M1,C2,2026-11-02 10:00:00,SOC.HEN\nL1,C1,2026-03-04 10:00:00,SOC.GEL\n")
    assert figures(town.take_in("complaints", read_at=NEXT_MONDAY)[0]) == ("taken", 2, 2, 0, 0)
    told = town.ask(
        "select complaint_id, category, _week, _first_seen_at from raw.complaints "
        "where complaint_id in ('L1', 'M1') order by 1"
    )
    assert told == [
        ("L1", "SOC.GEL", date(2026, 3, 2), NEXT_MONDAY.replace(tzinfo=None)),
        ("M1", "SOC.HEN", date(2026, 11, 2), MONDAY.replace(tzinfo=None)),
    ]
    assert town.ask("select count(*), count(distinct complaint_id) from raw.complaints") == [(31, 31)]


def test_complexes_are_dated(town: SmallTown) -> None:
    town.take_in("complexes")
    town.write("complexes.csv", COMPLEXES.replace("Noord,40", "Noord,38"))
    assert figures(town.take_in("complexes", read_at=NEXT_MONDAY)[0]) == ("taken", 3, 1, 0, 2)
    versions = "select homes, _valid_from, _valid_until from raw.complexes where complex_id = 'C1' order by 2"
    assert town.ask(versions) == [(40, date(1, 1, 1), date(2026, 11, 16)), (38, date(2026, 11, 16), None)]
    # A slip that is mended within the week leaves no version of its own.
    town.write("complexes.csv", COMPLEXES.replace("Noord,40", "Noord,39"))
    town.take_in("complexes", read_at=NEXT_MONDAY.replace(hour=9))
    assert town.ask(versions) == [(40, date(1, 1, 1), date(2026, 11, 16)), (39, date(2026, 11, 16), None)]


# --- Full deliveries -------------------------------------------------------------------------------------------------

FULL = "contracts: {complexes: {delivery: full}, complaints: {delivery: full}}"
WITHDRAWN = "select distinct complaint_id from raw.complaints where _withdrawn_at is not null order by 1"


def test_what_a_full_delivery_no_longer_has_is_withdrawn_and_comes_back(town: SmallTown) -> None:
    town.write("mapping.yaml", FULL)
    town.take_in(*BOTH)
    town.write("complaints.csv", HEADER + complaints(28))
    gone = town.take_in("complaints", read_at=LATER)[0]
    assert (*figures(gone), gone.rows_withdrawn) == ("taken", 28, 0, 0, 28, 2)
    assert town.ask(WITHDRAWN) == [("M28",), ("M29",)]
    again = town.take_in("complaints", read_at=NEXT_MONDAY)[0]
    assert (again.rows_already_known, again.rows_withdrawn) == (28, 0)
    town.write("complaints.csv", HEADER + complaints(30))
    back = town.take_in("complaints", read_at=NEXT_MONDAY)[0]
    assert (*figures(back), back.rows_withdrawn) == ("taken", 30, 2, 0, 28, 0)
    assert town.ask(WITHDRAWN) == []
    assert town.ask("select count(distinct _first_seen_at) from raw.complaints") == [(1,)]


@pytest.mark.parametrize(("n_left", "state"), [(24, "taken"), (23, "stopped"), (1, "stopped")])
def test_a_full_delivery_that_was_cut_off_is_not_believed(town: SmallTown, n_left: int, state: str) -> None:
    """Of 30 rows, 6 may go in one week (a fifth); with more gone nothing changes at all."""
    town.write("mapping.yaml", "contracts: {complaints: {delivery: full}}\n")
    town.take_in(*BOTH)
    before = raw(town)
    town.write("complaints.csv", HEADER + complaints(n_left))
    account = town.take_in("complaints", read_at=NEXT_MONDAY)[0]
    assert account.state == state
    if state == "stopped":
        assert stopped(account) == "ingest.too_many_gone"
        assert raw(town) == before
    else:
        assert account.rows_withdrawn == 6


def test_a_delivery_without_one_good_row_stops(town: SmallTown) -> None:
    """Each row breaks another rule, so no rule is above its tolerance; still nothing came."""
    rows = "A1,C9,2026-11-02 10:00:00,SOC.GEL\nA2,C1,gisteren,SOC.GEL\nA3,C1,2026-11-02 10:00:00,NIX\n"
    town.write("complaints.csv", HEADER + rows)
    assert stopped(town.take_in(*BOTH)[1]) == "ingest.nothing_good"


def test_an_increment_withdraws_nothing(town: SmallTown) -> None:
    town.take_in(*BOTH)
    town.write("complaints.csv", HEADER + complaints(1))
    assert town.take_in("complaints")[0].rows_withdrawn == 0
    assert town.ask(WITHDRAWN) == []


@pytest.mark.parametrize(
    "line",
    [
        "M29,C9,2026-11-02 10:00:00,SOC.GEL",  # breaks a rule
        "M29,C1,gisteren,SOC.GEL",  # does not cast
        "M29,C1",  # is no row at all
        ",C1,2026-11-02 10:00:00,SOC.GEL",  # does not say which row it is
    ],
)
def test_a_row_that_came_broken_is_not_withdrawn(town: SmallTown, line: str) -> None:
    town.write("mapping.yaml", FULL)
    town.take_in(*BOTH)
    town.write("complaints.csv", HEADER + complaints(29) + line + "\n")
    account = town.take_in("complaints", read_at=NEXT_MONDAY)[0]
    assert (*figures(account), account.rows_withdrawn) == ("taken", 30, 0, 1, 29, 0)
    assert town.ask(WITHDRAWN) == []


def test_a_complex_that_was_gone_for_a_week_keeps_its_past(town: SmallTown) -> None:
    town.write("mapping.yaml", FULL)
    town.take_in("complexes")
    town.write("complexes.csv", "\n".join(COMPLEXES.splitlines()[:3]) + "\n")
    assert town.take_in("complexes", read_at=LATER)[0].rows_withdrawn == 1
    town.write("complexes.csv", COMPLEXES)
    town.take_in("complexes", read_at=NEXT_MONDAY)
    versions = "select _valid_from, _valid_until, _withdrawn_at from raw.complexes where complex_id = 'C3' order by 1"
    assert town.ask(versions) == [(date(1, 1, 1), date(2026, 11, 16), None), (date(2026, 11, 16), None, None)]


def test_a_complaint_about_a_withdrawn_complex_still_has_a_place(town: SmallTown) -> None:
    town.write("mapping.yaml", FULL)
    town.take_in("complexes")
    town.write("complexes.csv", "\n".join(COMPLEXES.splitlines()[:3]) + "\n")
    town.take_in("complexes", read_at=LATER)
    assert figures(town.take_in("complaints", read_at=LATER)[0]) == ("taken", 30, 30, 0, 0)


# --- Bad files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "reading.empty_file"),
        (HEADER.encode(), "ingest.no_rows"),
        (HEADER.replace("category", "kind").encode() + complaints(30).encode(), "reading.column_missing"),
        ((HEADER + complaints(30)).encode("utf-16"), "reading.nul_bytes"),
        ((HEADER + complaints(30).replace(":00,", ":00;")).encode(), "ingest.bad_lines"),
        ((HEADER + complaints(30).replace("2026-11", "9999-99")).encode(), "ingest.column_retyped"),
        ((HEADER + complaints(30).replace(",C", ",D")).encode(), "ingest.too_many_broken"),
        ((HEADER + complaints(30).replace("SOC.GEL", "NIX")).encode(), "ingest.too_many_broken"),
    ],
)
def test_a_broken_file_stops_its_source_and_the_rows_of_last_week_stay(
    town: SmallTown, content: bytes, problem: str
) -> None:
    town.take_in(*BOTH)
    before = raw(town)
    town.write("complaints.csv", content)
    complexes, broken = town.take_in(*BOTH, read_at=NEXT_MONDAY)
    assert complexes.state == "taken"
    assert stopped(broken) == problem
    assert broken.has_earlier_rows
    assert raw(town) == before
    told = town.ask(
        "select state, reason from checks.accounts where source = 'complaints' order by run_id desc limit 1"
    )
    assert told[0][0] == "stopped"
    assert "complaints.csv" in told[0][1]
    town.write("complaints.csv", HEADER + complaints(31))
    assert figures(town.take_in("complaints", read_at=NEXT_MONDAY)[0]) == ("taken", 31, 1, 0, 30)


def test_a_source_that_is_not_there_is_missing_and_an_empty_optional_one_is_fine_once(town: SmallTown) -> None:
    town.take_in("complexes")
    header = "repair_id,complex_id,requested_at,urgency\n"
    assert figures(town.take_in("repairs")[0]) == ("missing", 0, 0, 0, 0)
    town.write("repairs.csv", header)
    assert figures(town.take_in("repairs")[0]) == ("taken", 0, 0, 0, 0)
    town.write("repairs.csv", header + "R1,C1,2026-11-09 10:00,spoed\n")
    assert figures(town.take_in("repairs")[0]) == ("taken", 1, 1, 0, 0)
    town.write("repairs.csv", header)
    assert stopped(town.take_in("repairs", read_at=NEXT_MONDAY)[0]) == "ingest.no_rows"
    assert len(raw(town, "repairs")) == 1


def test_a_mapping_that_returns_nothing_stops_its_source(town: SmallTown) -> None:
    town.write("complaints.sql", "select null as complaint_id, null as complex_id, null as category where false")
    assert stopped(town.take_in(*BOTH)[1]) == "ingest.no_rows"


@pytest.mark.usefixtures("with_great_expectations")
def test_bad_rows_of_every_kind_are_set_apart_with_their_rule_and_their_text(town: SmallTown) -> None:
    town.take_in("complexes")
    bad = {
        "X1,C1,1900-01-01,SOC.GEL": ["reported_at.range"],
        "X2,C1,2099-01-01,SOC.GEL": ["reported_at.past"],
        "X3,C1,31-2-2026,SOC.GEL": ["reported_at.type"],
        "X4,C9,2026-11-09,SOC.GEL": ["complex_id.known"],
        "X5,,2026-11-09,NIX": ["complex_id.known", "category.valid_code"],
        "X6,C1,2026-11-09,FIN.BET": ["category.in_scope"],
    }
    town.write(
        "complaints.csv", HEADER + complaints(100) + "".join(f"{line}\n" for line in bad) + "X7,C1,9-11-2026,GEL\n"
    )
    account = town.take_in("complaints")[0]
    assert figures(account) == ("taken", 107, 101, 6, 0)
    told = town.ask(
        "select original->>'complaint_id', original->>'reported_at', rules from checks.quarantine order by 1"
    )
    assert told == [(line.split(",")[0], line.split(",")[2], rules) for line, rules in bad.items()]
    assert account.rules == {
        "reported_at.type": 1,
        "reported_at.range": 1,
        "reported_at.past": 1,
        "complex_id.known": 2,
        "category.in_scope": 1,
        "category.valid_code": 1,
    }


def test_rows_set_apart_come_in_once_they_are_mended(town: SmallTown) -> None:
    town.write("complaints.csv", HEADER + complaints(30) + "X1,C4,2026-11-09,SOC.GEL\n")
    assert figures(town.take_in(*BOTH)[1]) == ("taken", 31, 30, 1, 0)
    town.write("complexes.csv", COMPLEXES + "C4,Wilg,Zuid,12\n")
    assert [figures(each) for each in town.take_in(*BOTH, read_at=NEXT_MONDAY)] == [
        ("taken", 4, 1, 0, 3),
        ("taken", 31, 1, 0, 30),
    ]


@pytest.mark.parametrize(("percent", "state"), [(None, "stopped"), (30, "stopped"), (40, "taken")])
def test_a_mapping_may_set_its_own_tolerance(town: SmallTown, percent: int | None, state: str) -> None:
    if percent is not None:
        town.write("mapping.yaml", f"contracts: {{complaints: {{tolerance_percent: {{complex_id.known: {percent}}}}}}}")
    town.write("complaints.csv", HEADER + complaints(30).replace(",C3,", ",D3,"))
    assert town.take_in(*BOTH)[1].state == state


def test_negative_half_and_spelt_homes_of_many_complexes_stop_and_of_one_do_not(town: SmallTown) -> None:
    many = "complex_id,name,area_team,homes\n" + "".join(f"D{number},Linde,Noord,12\n" for number in range(200))
    town.write("complexes.csv", many + "E1,Eik,Zuid,-3\nE2,Eik,Zuid,1.7\nE3,Eik,Zuid,\n")
    account = town.take_in("complexes")[0]
    assert figures(account) == ("taken", 203, 200, 3, 0)
    assert account.rules == {"homes.type": 1, "homes.present": 1, "homes.range": 1}
    town.write("complexes.csv", many + "".join(f"E{number},Eik,Zuid,-3\n" for number in range(3)))
    assert stopped(town.take_in("complexes", read_at=NEXT_MONDAY)[0]) == "ingest.too_many_broken"


@pytest.mark.usefixtures("with_great_expectations")
def test_an_injection_in_an_id_is_an_id(town: SmallTown) -> None:
    ids = ["'; drop table raw.complaints; --", '"', "a'b", "{batch}", "%s", "☂"]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([each, "C1", "2026-11-09", "SOC.GEL"] for each in ids)
    town.write("complaints.csv", HEADER + text.getvalue())
    assert figures(town.take_in(*BOTH)[1]) == ("taken", len(ids), len(ids), 0, 0)
    assert {row[0] for row in raw(town)} == set(ids)


# --- What is personal ------------------------------------------------------------------------------------------------


def everything_written(town: SmallTown) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(town.home.rglob("*")) if file.is_file())


@pytest.mark.usefixtures("with_great_expectations")
def test_no_personal_value_is_anywhere_in_the_home_folder(town: SmallTown) -> None:
    header = HEADER.replace("category", "category,reporter_key,leverancier")
    good = "".join(f"{line},huurder-81723,geheim81723\n" for line in complaints(40).splitlines())
    broken = "X1,C9,2026-11-09,SOC.GEL,huurder-81723,x\nX2,C1,9999,SOC.GEL,huurder-81723,x\nX3,C1,huurder-81723\n"
    town.write("complaints.csv", header + good + broken)
    town.write(
        "field_signals.csv",
        "signal_id,complex_id,observed_on,source,finding,kind,note\n"
        + "".join(f"S{number},C1,2026-11-09,caretaker,concern,ONE.VER,bij Jansen81723\n" for number in range(40))
        + "S98,C1,2026-11-09,caretaker,boos,,bij Jansen81723\n"
        + "S99,C1,2026-11-09,caretaker,concern,SEU,bij Jansen81723\n",
    )
    told = [figures(each) for each in town.take_in(*BOTH, "field_signals")]
    assert told[1:] == [("taken", 43, 40, 3, 0), ("taken", 42, 40, 2, 0)]
    assert town.ask("select count(distinct reporter_key), min(length(reporter_key)) from raw.complaints") == [(1, 16)]
    # A source that stops tells the value that broke it, and a mapping that fails the error: neither may be a person.
    town.write("complaints.csv", header + broken + "X4,C9,2026-11-09,SOC.GEL,huurder-81723,x\n")
    town.write("tenancies.sql", "select 'huurder-81723'::int as tenancy_id, 'C1' as complex_id")
    town.write("repairs.csv", "repair_id,complex_id,requested_at,urgency,BSN\nR1,C1,2026-11-09,spoed,81723\n")
    assert {each.state for each in town.take_in("complaints", "tenancies", "repairs", read_at=NEXT_MONDAY)} == {
        "stopped"
    }
    assert b"81723" not in everything_written(town)
    assert b"SEU" not in str(town.ask("from checks.quarantine")).encode()
    assert town.ask("select count(*) from checks.quarantine where rules = ['kind.not_refused']") == [(1,)]


def test_with_another_secret_the_same_reporter_is_another(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    town.write(
        "complaints.csv", HEADER.replace("category", "category,reporter_key") + "M1,C1,2026-11-09,SOC.GEL,anna\n"
    )
    key = "select reporter_key from raw.complaints"
    town.take_in(*BOTH)
    first = town.ask(key)
    assert figures(town.take_in("complaints")[0]) == ("taken", 1, 0, 0, 1)
    monkeypatch.setenv(SECRET_VARIABLE, "another, made by somebody else")
    assert figures(town.take_in("complaints", read_at=NEXT_MONDAY)[0]) == ("taken", 1, 1, 0, 0)
    assert town.ask(key) != first


@pytest.mark.parametrize("ending", ["csv", "sql"])
def test_a_forbidden_column_stops_its_source(town: SmallTown, ending: str) -> None:
    header = HEADER.replace("category", "category,geboortedatum")
    town.write("complaints.csv", header + "M1,C1,2026-11-09,SOC.GEL,1970-01-01\n")
    if ending == "sql":
        town.write("complaints.sql", "from read_csv(getvariable('inbox') || '/complaints.csv', all_varchar = true)")
    assert stopped(town.take_in(*BOTH)[1]) == "reading.forbidden_column"


# --- Crashes ---------------------------------------------------------------------------------------------------------


def test_a_merge_that_fails_half_way_leaves_everything_as_it_was(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.take_in(*BOTH)
    before = raw(town), town.ask("from checks.quarantine")
    town.write("complaints.csv", HEADER + complaints(60) + "X1,C9,2026-11-09,SOC.GEL\n")

    def fail(*args: object) -> int:
        raise RuntimeError("the power fails")

    with monkeypatch.context() as broken:
        broken.setattr(merging, "_withdraw", fail)
        with pytest.raises(RuntimeError, match="power"):
            town.take_in("complaints", read_at=NEXT_MONDAY)
    assert (raw(town), town.ask("from checks.quarantine")) == before
    assert figures(town.take_in("complaints", read_at=NEXT_MONDAY)[0]) == ("taken", 61, 30, 1, 30)


def test_an_account_is_written_once_per_run(town: SmallTown) -> None:
    town.take_in(*BOTH)
    town.take_in(*BOTH)
    sums = (
        "select count(*), bool_and(rows_read = rows_kept + rows_quarantined + rows_already_known + rows_forgotten) "
        "from checks.accounts"
    )
    assert town.ask(sums) == [(2, True)]
    town.take_in(*BOTH, read_at=NEXT_MONDAY)
    assert town.ask(sums) == [(4, True)]


# --- Anything at all -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def open_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallTown, duckdb.DuckDBPyConnection, Run]]:
    folder = tmp_path_factory.mktemp("any")
    town = SmallTown(folder / "sources", folder / "home")
    town.sources.mkdir()
    town.write("complexes.csv", COMPLEXES)
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv(SECRET_VARIABLE, raising=False)
        patched.setattr(ingest, "check_table", counted)
        with town.warehouse() as (con, run):
            take_in(con, run, "complexes")
            yield town, con, run


SMALL = (HEADER + complaints(6) + '"M7",C1,9-11-2026,"SOC.GEL"\n').encode()
PIECES = (
    b"\n", b"\r\n", b"\r", b",", b";", b'"', b'""', b"\t", b"'", b"\\", b" ", b"\xef\xbb\xbf", b"0", b"-", b"M1", b"C9",
    b"NULL", b"9999-99-99", b"294247-01-10 04:00:54", b"infinity", b"x" * 300, b"{", b"%", b"complex_id",
)  # fmt: skip
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "drop", "double", "swap"]), st.integers(0, 400), st.sampled_from(PIECES)
    ),
    min_size=1,
    max_size=6,
)


def mutated(changes: list[tuple[str, int, bytes]]) -> bytes:
    content = SMALL
    for how, place, piece in changes:
        at = place % (len(content) + 1)
        match how:
            case "insert":
                content = content[:at] + piece + content[at:]
            case "replace":
                content = content[:at] + piece + content[at + len(piece) :]
            case "drop":
                content = content[:at] + content[at + place % 40 :]
            case _:
                lines = content.splitlines(keepends=True)
                if lines:
                    one, other = place % len(lines), (place * 7) % len(lines)
                    lines[one], lines[other] = lines[other], lines[one] if how == "swap" else lines[other]
                    content = b"".join(lines)
    return content


# With Great Expectations; `make mutations` tries some thousands without it, on every input.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_whatever_is_delivered_there_is_a_problem_or_the_sum_is_right(
    open_town: tuple[SmallTown, duckdb.DuckDBPyConnection, Run], changes: list[tuple[str, int, bytes]]
) -> None:
    town, con, run = open_town
    content = mutated(changes)
    town.write("complaints.csv", content)
    promised = contract("inputs", "complaints")
    held = con.execute("select count(*) from raw.complaints").fetchone()
    try:
        delivery = read_delivery(promised, run.mapping)
        assert delivery is not None
        account = take_in_delivery(con, run, promised, delivery)
    except Problem:
        assert con.execute("select count(*) from raw.complaints").fetchone() == held
        return
    told = account.rows_kept + account.rows_quarantined + account.rows_already_known + account.rows_forgotten
    assert account.rows_read == told
    if b'"' not in content.replace(b'"M7"', b"").replace(b'"SOC.GEL"', b""):
        # Without loose quotes each line that is not empty is one row, so nothing was dropped on the way either.
        assert account.rows_read == sum(1 for line in content.splitlines()[1:] if line)
    found = con.execute("select count(*), count(distinct complaint_id) from raw.complaints").fetchone()
    assert found is not None
    assert found[0] == found[1]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(min_size=0, max_size=200))
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "sql"])
def test_junk_is_a_problem_and_nothing_else(tmp_path: Path, ending: str, junk: bytes) -> None:
    town = SmallTown(tmp_path, tmp_path / "home")
    town.write(f"complaints.{ending}", junk)
    with pytest.raises(Problem):
        read_delivery(contract("inputs", "complaints"), town.run().mapping)


def test_the_warehouse_of_a_run_is_in_its_home(town: SmallTown) -> None:
    with open_warehouse(town.run().home):
        assert (town.home / "warehouse.duckdb").exists()
