"""Delivered text becomes typed rows, and every row has exactly one fate."""

from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from data_contracts.contract import Contract, contract
from data_contracts.staging import fate_select, original_select, staging_select
from data_contracts.tables import create_table

COMPLEXES = contract("inputs", "complexes")
COMPLAINTS = contract("inputs", "complaints")
SIGNALS = contract("inputs", "field_signals")
OUTCOMES = contract("inputs", "outcomes")
GOOD = {
    "complexes": {"complex_id": "C1", "name": "Linde", "area_team": "Noord", "homes": "40"},
    "complaints": {
        "complaint_id": "M1",
        "complex_id": "C1",
        "reported_at": "2026-11-09 21:40:00",
        "category": "SOC.GEL",
    },
    "field_signals": {
        "signal_id": "S1",
        "complex_id": "C1",
        "observed_on": "2026-11-09",
        "source": "caretaker",
        "finding": "concern",
    },
    "outcomes": {"flag_id": "F1", "reviewed_on": "2026-11-09", "verdict": "worry"},
}


class Staged:
    """One delivery, staged and judged in memory; each row is the good one with some cells changed."""

    def __init__(self, promised: Contract, *changes: dict[str, str | None], timezone: str = "Europe/Amsterdam") -> None:
        rows = [{**GOOD[promised.name], **change} for change in changes]
        names = list(dict.fromkeys(name for row in rows for name in row))
        self.promised = promised
        self.con = duckdb.connect()
        self.con.execute("set timezone = 'UTC'")
        self.con.execute(f"create table delivery (_row bigint, {', '.join(f'{name} varchar' for name in names)})")
        for number, row in enumerate(rows, 1):
            values = [number, *(row.get(name) for name in names)]
            self.con.execute(f"insert into delivery values ({', '.join('?' * len(values))})", values)
        self.con.execute("create table known_complexes as select 'C1' as complex_id")
        self.con.execute("create table known_flags as select unnest(['F1', 'F2']) as flag_id")
        self.con.execute("set variable read_at = timestamp '2026-11-16 05:00'")
        self.con.execute("set variable secret = 'a secret'")
        self.con.execute(f"create table staged as {staging_select(promised, set(names), timezone)}")
        self.con.execute(create_table(promised, "taken"))
        self.originals = original_select(promised, set(names), "select _row from delivery")

    def column(self, name: str) -> list[Any]:
        return [row[0] for row in self.con.execute(f"select {name} from staged order by _row").fetchall()]

    def fates(self) -> list[tuple[str, list[str]]]:
        query = f"select _fate, _rules from ({fate_select(self.promised, 'staged', 'taken')}) order by _row"
        return [(fate, rules) for fate, rules in self.con.execute(query).fetchall()]


@pytest.mark.parametrize(
    ("text", "homes", "rule"),
    [
        ("40", 40, None),
        (" 40 ", 40, None),
        ("40,0", 40, None),
        ("40.00", 40, None),
        ("+40", 40, None),
        ("-3", -3, "homes.range"),
        ("0", 0, "homes.range"),
        ("20001", 20001, "homes.range"),
        ("1.7", None, "homes.type"),
        ("1,7", None, "homes.type"),
        ("1.234", None, "homes.type"),
        ("1e2", None, "homes.type"),
        ("0x10", None, "homes.type"),
        ("veertig", None, "homes.type"),
        ("99999999999", None, "homes.type"),
        ("४०", None, "homes.type"),
        ("", None, "homes.present"),
        ("NULL", None, "homes.present"),
        (None, None, "homes.present"),
    ],
)
def test_a_whole_number_is_one_or_is_not(text: str | None, homes: int | None, rule: str | None) -> None:
    staged = Staged(COMPLEXES, {"homes": text})
    assert staged.column("homes") == [homes]
    assert staged.fates() == [("quarantined", [rule]) if rule else ("kept", [])]


@pytest.mark.parametrize(
    ("text", "latitude", "rule"),
    [
        ("52.0907", 52.0907, None),
        ("52,0907", 52.0907, None),
        ("-91", -91, "latitude.range"),
        ("1.234,5", None, "latitude.type"),
        ("nan", None, "latitude.type"),
        ("inf", None, "latitude.type"),
        ("1e999", None, "latitude.type"),
        ("noord", None, "latitude.type"),
    ],
)
def test_a_number_may_have_a_comma_but_must_be_one(text: str, latitude: float | None, rule: str | None) -> None:
    staged = Staged(COMPLEXES, {"latitude": text})
    assert staged.column("latitude") == [latitude]
    assert staged.fates() == [("quarantined", [rule]) if rule else ("kept", [])]


@pytest.mark.parametrize(
    ("text", "utc", "rules"),
    [
        ("2026-11-09 21:40:00", datetime(2026, 11, 9, 20, 40), []),
        ("2026-11-09T21:40", datetime(2026, 11, 9, 20, 40), []),
        ("2026-07-09 21:40:00", datetime(2026, 7, 9, 19, 40), []),
        ("2026-11-09 21:40:00Z", datetime(2026, 11, 9, 21, 40), []),
        ("2026-11-09T21:40:00+05:00", datetime(2026, 11, 9, 16, 40), []),
        ("9-11-2026", datetime(2026, 11, 8, 23, 0), []),
        ("09-11-2026 21:40", datetime(2026, 11, 9, 20, 40), []),
        ("2026-11-09", datetime(2026, 11, 8, 23, 0), []),
        ("31-2-2026", None, ["reported_at.type"]),
        ("11/9/2026", None, ["reported_at.type"]),
        ("gisteren", None, ["reported_at.type"]),
        ("20261109", None, ["reported_at.type"]),
        ("1900-01-01", datetime(1899, 12, 31, 23, 40, 28), ["reported_at.range"]),
        ("2099-01-01", datetime(2098, 12, 31, 23, 0), ["reported_at.past"]),
        ("5000000-01-01", None, ["reported_at.type"]),
    ],
)
def test_a_moment_without_a_zone_is_local(text: str, utc: datetime | None, rules: list[str]) -> None:
    staged = Staged(COMPLAINTS, {"reported_at": text})
    assert staged.fates() == [("quarantined" if rules else "kept", rules)]
    if rules != ["reported_at.range"]:  # Before 1937 Amsterdam had a time of its own.
        assert staged.column("reported_at") == [utc]


@pytest.mark.parametrize(
    "text", ["294247-01-10 04:00:54.775806", "290309-12-22 (BC) 00:00:00", "infinity", "-infinity"]
)
def test_the_ends_of_time_break_a_row_and_not_the_run(text: str) -> None:
    for promised, column in ((COMPLAINTS, "reported_at"), (SIGNALS, "observed_on"), (COMPLEXES, "in_use_until")):
        assert [fate for fate, _ in Staged(promised, {column: text}).fates()] == ["quarantined"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-09", date(2026, 11, 9)),
        ("9-11-2026", date(2026, 11, 9)),
        ("9-11-2026 10:30", date(2026, 11, 9)),
        ("2026-11-09 23:30:00", date(2026, 11, 9)),
        ("2026-11-09T00:30:00+02:00", date(2026, 11, 9)),
        ("2026-11-09 maandag", None),
        ("2026-11-09 25:00", None),
        ("5000000-01-01", None),
        ("2026-02-30", None),
    ],
)
def test_a_day_is_a_day_and_nothing_more(text: str, day: date | None) -> None:
    staged = Staged(SIGNALS, {"observed_on": text})
    assert staged.column("observed_on") == [day]
    assert staged.fates() == [("kept", []) if day else ("quarantined", ["observed_on.type"])]


def test_the_week_is_the_local_one() -> None:
    sunday_night_in_utc = {"reported_at": "2026-11-08 23:30:00Z"}
    assert Staged(COMPLAINTS, sunday_night_in_utc).column("_week") == [date(2026, 11, 9)]
    assert Staged(COMPLAINTS, sunday_night_in_utc, timezone="America/Toronto").column("_week") == [date(2026, 11, 2)]
    assert Staged(SIGNALS, {"observed_on": "2026-11-08"}).column("_week") == [date(2026, 11, 2)]
    assert Staged(COMPLAINTS, {"reported_at": None}).column("_week") == [None]


@pytest.mark.parametrize(
    ("text", "said"),
    [("ja", True), ("NEE", False), ("1", True), ("false", False), ("misschien", None), ("2", None)],
)
def test_a_yes_or_no_in_either_language(text: str, said: bool | None) -> None:
    staged = Staged(OUTCOMES, {"is_overruled": text})
    assert staged.column("is_overruled") == [said]
    assert [fate for fate, _ in staged.fates()] == ["kept" if said is not None else "quarantined"]


def test_the_same_row_twice_is_kept_once() -> None:
    assert Staged(COMPLAINTS, {}, {}, {}).fates() == [("kept", []), ("already_known", []), ("already_known", [])]


def test_rows_that_contradict_each_other_are_all_set_apart() -> None:
    fates = Staged(COMPLAINTS, {}, {"category": "SOC.HEN"}, {}).fates()
    assert fates == [("quarantined", ["key.unique"])] * 3


def test_a_copy_of_a_broken_row_is_no_copy_of_a_good_one() -> None:
    # Once typed both moments are empty; the good row must not pass for known because the broken one came first.
    fates = Staged(COMPLAINTS, {"reported_at": "gisteren"}, {"reported_at": None}).fates()
    assert fates == [("quarantined", ["reported_at.type", "key.unique"]), ("quarantined", ["key.unique"])]


def test_rows_without_a_key_do_not_make_each_other_known() -> None:
    assert (
        Staged(COMPLAINTS, {"complaint_id": None}, {"complaint_id": ""}).fates()
        == [("quarantined", ["complaint_id.present"])] * 2
    )


def test_an_answer_to_a_flag_that_is_not_ours_is_set_apart_unless_there_are_no_flags_to_hold_it_against() -> None:
    staged = Staged(OUTCOMES, {}, {"flag_id": "F9"}, {"flag_id": None})
    assert staged.fates() == [("kept", [])] + [("quarantined", ["flag_id.known"])] * 2
    staged.con.execute("delete from known_flags")
    staged.con.execute(f"create or replace table staged as {staging_select(OUTCOMES, set(GOOD['outcomes']), 'UTC')}")
    assert staged.fates() == [("kept", []), ("kept", []), ("quarantined", ["flag_id.known"])]


def test_a_key_of_two_columns_is_one_key() -> None:
    fates = Staged(OUTCOMES, {}, {"reviewed_on": "2026-11-10"}, {"flag_id": "F2"}).fates()
    assert fates == [("kept", [])] * 3


def test_a_personal_value_is_hashed_and_a_note_withheld_also_in_what_is_set_apart() -> None:
    staged = Staged(COMPLAINTS, {"reporter_key": "huurder-81723", "complex_id": "C9"}, {"reporter_key": None})
    first, second = staged.column("reporter_key")
    assert len(first) == 16
    assert second is None
    assert staged.fates()[0][0] == "quarantined"
    original = staged.con.execute(f"select original from ({staged.originals}) order by _row").fetchall()[0][0]
    assert first in original
    assert "81723" not in original
    noted = Staged(OUTCOMES, {"next_step": "Jansen bellen", "verdict": "boos"})
    assert noted.column("next_step") == [None]
    assert "Jansen" not in str(noted.con.execute(noted.originals).fetchall())


def test_another_secret_gives_another_key() -> None:
    staged = Staged(COMPLAINTS, {"reporter_key": "huurder-81723"})
    before = staged.column("reporter_key")
    staged.con.execute("set variable secret = 'another secret'")
    select = staging_select(COMPLAINTS, {*GOOD["complaints"], "reporter_key"}, "Europe/Amsterdam")
    after = staged.con.execute(f"select reporter_key from ({select})").fetchone()
    assert after != (before[0],)


@pytest.mark.parametrize("code", ["BEW", "SEU", "agr.seu", "OVE.RAC", "cur"])
def test_a_refused_code_is_nowhere(code: str) -> None:
    staged = Staged(SIGNALS, {"kind": code})
    assert staged.column("kind") == ["REFUSED"]
    assert staged.fates() == [("quarantined", ["kind.not_refused"])]
    assert code not in str(staged.con.execute(staged.originals).fetchall())


@pytest.mark.parametrize(
    ("delivered", "kept"),
    [("GEL", "SOC.GEL"), ("psy", "SOC.OVE"), ("SOC.VER", "SOC.OVE"), ("Soc.Hen", "SOC.HEN"), ("BET", "FIN.BET")],
)
def test_a_code_is_read_as_vera_does(delivered: str, kept: str) -> None:
    assert Staged(COMPLAINTS, {"category": delivered}).column("category") == [kept]


@pytest.mark.parametrize("text", ["'; drop table taken; --", '"', "a'b", "\\", "{batch}", "%s", "$1", "a\nb", "☂"])
def test_an_injection_is_only_a_text(text: str) -> None:
    staged = Staged(COMPLAINTS, {"complaint_id": text, "incident_key": text})
    assert staged.column("complaint_id") == [text]
    assert staged.fates() == [("kept", [])]


def test_an_unknown_complex_is_counted_and_a_very_long_key_is_refused() -> None:
    fates = Staged(
        COMPLAINTS, {"complex_id": "C2"}, {"complaint_id": "M2", "complex_id": " "}, {"complaint_id": "x" * 101}
    ).fates()
    assert [rules for _, rules in fates] == [["complex_id.known"], ["complex_id.known"], ["complaint_id.range"]]
