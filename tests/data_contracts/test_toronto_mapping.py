"""The shipped mapping `toronto`, held against values worked out by hand and against the city's own files."""

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
MAPPING = REPOSITORY / "data_contracts" / "mappings" / "toronto"
REAL_INBOX = REPOSITORY.parent / "shared" / "data" / "toronto"
CONTRACTS = ("complexes", "complaints", "field_signals")

Rows = list[dict[str, str | None]]

# The city's columns are many: a test names only those that it is about. All items are good unless it says so.
ITEMS = re.findall(r"'score': \"([^\"]+)\"", (MAPPING / "field_signals.sql").read_text(encoding="utf-8"))
OLD_ITEMS = re.findall(r"'score': ([A-Z_]+)\}", (MAPPING / "field_signals.sql").read_text(encoding="utf-8"))
PAPERS = ("PEST CONTROL LOG", "ELECTRICAL SAFETY PLAN", "TENANT NOTIFICATION BOARD")
EVALUATION = {
    "RSN": "1",
    "YEAR BUILT": "1960",
    "WARD": "01",
    "WARDNAME": "Etobicoke North",
    "SITE ADDRESS": "1 ELM ST",
    "CONFIRMED UNITS": "20",
    "EVALUATION COMPLETED ON": "2024-05-06",
    "CURRENT BUILDING EVAL SCORE": "90",
    "PROACTIVE BUILDING SCORE": "90",
    "CURRENT REACTIVE SCORE": "0",
    "LATITUDE": "43.7",
    "LONGITUDE": "-79.4",
    **dict.fromkeys((*ITEMS, *PAPERS), "3"),
}
OLD_EVALUATION = {
    "_id": "1",
    "RSN": "1",
    "YEAR_BUILT": "1960",
    "WARD": "01",
    "WARDNAME": "Etobicoke North",
    "SITE_ADDRESS": "1 ELM ST",
    "CONFIRMED_UNITS": "20",
    "EVALUATION_COMPLETED_ON": "2021-05-06",
    "LATITUDE": "43.7",
    "LONGITUDE": "-79.4",
    **dict.fromkeys(OLD_ITEMS, "5"),
}
REGISTRATION = {
    "RSN": "1",
    "SITE_ADDRESS": "1  ELM ST",
    "WARD": "01",
    "CONFIRMED_UNITS": "20",
    "CONFIRMED_STOREYS": "12",
    "NO_OF_ELEVATORS": "2",
    "YEAR_BUILT": "1960",
}
INSPECTION = {
    "_id": "1",
    "Inspections.ClosedDate": "2017-02-01T00:00:00",
    "inspections.OpenedDate": "2017-01-02T00:00:00",
    "propertyAddress": "1 Elm St",
    "violations.violationDescription": "",
    "violations.violationFireCode": "",
}
VIOLATION = {
    "id": "1",
    "property_address": "1 Elm St",
    "inspection_thread": "_a",
    "inspections_opendate": "2020-03-04 10:00:00",
    "violation_description": "2.2.3.2 Maintenance of closures",
}
FILES = {
    "evaluations/evaluations_2025-12-07.csv.gz": EVALUATION,
    "evaluations_2017_2023.csv.gz": OLD_EVALUATION,
    "registrations.csv.gz": REGISTRATION,
    "fire/highrise_inspections_2017_2019.csv.gz": INSPECTION,
    "fire/highrise_violations_2019_2023.csv.gz": VIOLATION,
}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox with every file of the layout and not one row."""
    for file in FILES:
        write(tmp_path, file)
    return tmp_path


def write(inbox: Path, file: str, *rows: dict[str, str]) -> None:
    """One CSV in the city's layout; a row gives only what differs from the default."""
    default = EVALUATION if file.startswith("evaluations/") else FILES[file]
    path = inbox / file
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as handle:
        table = csv.DictWriter(handle, default)
        table.writeheader()
        table.writerows({**default, **row} for row in rows)


def select(contract: str, inbox: Path) -> Rows:
    """What the mapping makes of an inbox, run as locked down as ingest runs it."""
    with duckdb.connect() as connection:
        connection.execute(f"set allowed_directories = ['{inbox}']")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        connection.execute(f"set variable inbox = '{inbox}'")
        return connection.execute(sql(contract)).to_arrow_table().to_pylist()


def sql(contract: str) -> str:
    return (MAPPING / f"{contract}.sql").read_text(encoding="utf-8")


def read_yaml(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def keyed(rows: Rows, key: str, *columns: str) -> dict[str | None, Any]:
    """Rows as a dictionary; of one column the value, of more a tuple."""
    assert len({row[key] for row in rows}) == len(rows), f"{key} is not unique"
    if len(columns) == 1:
        return {row[key]: row[columns[0]] for row in rows}
    return {row[key]: tuple(row[column] for column in columns) for row in rows}


# --------------------------------------------------------------------------------------------------- the form


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_is_exactly_one_select(contract: str) -> None:
    with duckdb.connect() as connection:
        (answer,) = connection.execute("select json_serialize_sql($1)", [sql(contract)]).fetchone()
    parsed = json.loads(answer)
    assert parsed["error"] is False
    assert len(parsed["statements"]) == 1


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_returns_text_in_columns_of_its_contract(contract: str, inbox: Path) -> None:
    declared = read_yaml(REPOSITORY / "data_contracts" / "inputs" / f"{contract}.odcs.yaml")
    promised = {column["name"] for column in declared["schema"][0]["properties"]}
    with duckdb.connect() as connection:
        connection.execute(f"set variable inbox = '{inbox}'")
        described = connection.execute(f"describe {sql(contract)}").fetchall()
    assert {type_ for _, type_, *_ in described} == {"VARCHAR"}
    assert {name for name, *_ in described} <= promised


def test_no_score_that_contains_the_complaints_is_evidence() -> None:
    code = re.sub("--.*", "", sql("field_signals"))
    assert "REACTIVE" not in code
    assert "EVAL SCORE" not in code


def test_settings_name_contracts_and_carry_the_licence_line() -> None:
    settings = read_yaml(MAPPING / "mapping.yaml")
    licence = "Contains information licensed under the Open Government Licence – Toronto"
    assert settings["attribution"] == licence
    assert licence in (MAPPING / "README.md").read_text(encoding="utf-8")
    assert settings["timezone"] == "America/Toronto"
    deliveries = {name: contract["delivery"] for name, contract in settings["contracts"].items()}
    assert deliveries == {"complexes": "full", "complaints": "increment", "field_signals": "increment"}


# ------------------------------------------------------------------------------------------------- complaints

DAYS = ("2025-07-06", "2025-07-09", "2025-11-30", "2025-12-07", "2025-12-14", "2025-12-21")

# CURRENT REACTIVE SCORE of an evaluation row on each of the DAYS; None where the row is not in the snapshot.
SCORES: dict[tuple[str, str], tuple[int | None, ...]] = {
    ("drop and rise", "2024-05-06"): (0, 0, 0, -1, -1, 0),
    ("four points at once", "2024-05-06"): (0, 0, 0, -4, -4, -4),
    ("in the gap", "2024-05-06"): (0, 0, -2, -2, -1, 0),
    ("three days", "2024-05-06"): (0, -1, -1, -1, -1, -1),
    ("reverted", "2024-05-06"): (0, 0, 0, -1, 0, 0),
    ("two steps", "2024-05-06"): (0, 0, 0, -1, -2, -1),
    ("only better", "2024-05-06"): (-2, -2, -2, -1, 0, 0),
    ("away for three weeks", "2024-05-06"): (0, 0, 0, None, None, -1),
    # The new evaluation starts at -4: that is no complaint, and neither does it resolve one on the old row.
    ("evaluated anew", "2024-05-06"): (0, 0, 0, -1, 0, 0),
    ("evaluated anew", "2025-12-10"): (None, None, None, None, -4, -4),
    ("no date yet", ""): (0, 0, 0, -1, -1, -1),
}

EVENTS = {
    "drop and rise|2024-05-06|2025-12-07": ("drop and rise", "2025-12-07", "2025-12-21"),
    "four points at once|2024-05-06|2025-12-07": ("four points at once", "2025-12-07", None),
    "in the gap|2024-05-06|2025-11-30": ("in the gap", None, "2025-12-21"),
    "three days|2024-05-06|2025-07-09": ("three days", "2025-07-09", None),
    "reverted|2024-05-06|2025-12-07": ("reverted", "2025-12-07", "2025-12-14"),
    "two steps|2024-05-06|2025-12-07": ("two steps", "2025-12-07", None),
    "two steps|2024-05-06|2025-12-14": ("two steps", "2025-12-14", "2025-12-21"),
    "away for three weeks|2024-05-06|2025-12-21": ("away for three weeks", None, None),
    "evaluated anew|2024-05-06|2025-12-07": ("evaluated anew", "2025-12-07", None),
}


def write_snapshots(inbox: Path, days: tuple[str, ...]) -> None:
    for day in days:
        write(
            inbox,
            f"evaluations/evaluations_{day}.csv.gz",
            *(
                {
                    "RSN": building,
                    "EVALUATION COMPLETED ON": evaluated_on,
                    "CURRENT REACTIVE SCORE": str(scores[DAYS.index(day)]),
                }
                for (building, evaluated_on), scores in SCORES.items()
                if scores[DAYS.index(day)] is not None
            ),
        )


def test_a_drop_between_two_snapshots_is_one_complaint(inbox: Path) -> None:
    write_snapshots(inbox, DAYS)
    complaints = select("complaints", inbox)
    assert keyed(complaints, "complaint_id", "complex_id", "reported_at", "resolved_at") == EVENTS
    assert {row["category"] for row in complaints} == {"SOC.OVE"}


def test_a_complaint_keeps_its_id_and_date_when_snapshots_are_added(inbox: Path) -> None:
    write_snapshots(inbox, DAYS[:4])
    before = keyed(select("complaints", inbox), "complaint_id", "reported_at")
    write_snapshots(inbox, DAYS[4:])
    after = keyed(select("complaints", inbox), "complaint_id", "reported_at")
    assert len(before) == 7
    assert before.items() <= after.items()


# -------------------------------------------------------------------------------------------------- complexes


def test_buildings_are_those_registered_and_those_ever_evaluated(inbox: Path) -> None:
    write(
        inbox,
        "registrations.csv.gz",
        {"RSN": "both"},
        {"RSN": "new", "CONFIRMED_UNITS": "0", "NO_OF_ELEVATORS": "", "SITE_ADDRESS": "2 NEW RD"},
    )
    present = {
        "2025-11-30": ("both", "left", "stays"),
        "2025-12-07": ("both", "stays"),
    }
    for day, buildings in present.items():
        write(inbox, f"evaluations/evaluations_{day}.csv.gz", *({"RSN": building} for building in buildings))
    write(
        inbox,
        "evaluations_2017_2023.csv.gz",
        {"RSN": "demolished", "EVALUATION_COMPLETED_ON": "2019-01-02"},
        {"RSN": "demolished", "EVALUATION_COMPLETED_ON": "2021-05-06"},
        {"RSN": "mistake", "SITE_ADDRESS": "** CREATED IN ERROR ** 399 THE WEST MALL"},
    )
    complexes = select("complexes", inbox)
    assert keyed(complexes, "complex_id", "name", "area_team", "homes", "in_use_until") == {
        "both": ("1 ELM ST", "Ward 01 Etobicoke North", "20", None),
        "new": ("2 NEW RD", "Ward 01 Etobicoke North", "0", None),
        "left": ("1 ELM ST", "Ward 01 Etobicoke North", "20", "2025-11-30"),
        "stays": ("1 ELM ST", "Ward 01 Etobicoke North", "20", None),
        "demolished": ("1 ELM ST", "Ward 01 Etobicoke North", "20", "2021-05-06"),
    }


def test_the_newest_filled_cell_describes_a_building(inbox: Path) -> None:
    write(
        inbox,
        "registrations.csv.gz",
        {"RSN": "a", "CONFIRMED_UNITS": "59", "YEAR_BUILT": "202510"},
        {"RSN": "b", "CONFIRMED_UNITS": "7", "YEAR_BUILT": "1805"},
    )
    write(
        inbox,
        "evaluations/evaluations_2025-12-07.csv.gz",
        {"RSN": "a", "CONFIRMED UNITS": "100", "YEAR BUILT": "1990", "EVALUATION COMPLETED ON": "2023-08-01"},
        {"RSN": "a", "CONFIRMED UNITS": "128", "YEAR BUILT": "202510", "LATITUDE": "N/A", "LONGITUDE": ""},
    )
    described = select("complexes", inbox)
    assert keyed(described, "complex_id", "homes", "built_year", "latitude", "longitude") == {
        "a": ("128", "1990", "43.7", "-79.4"),
        "b": ("7", "1805", None, None),
    }


def test_a_building_type_is_said_only_where_lifts_say_it(inbox: Path) -> None:
    storeys_and_lifts = {
        "tower": ("20", "3"),
        "low with a lift": ("3", "1"),
        "walk-up": ("4", "0"),
        "mistyped": ("12", "0"),
        "unknown": ("4", ""),
    }
    write(
        inbox,
        "registrations.csv.gz",
        *(
            {"RSN": building, "CONFIRMED_STOREYS": storeys, "NO_OF_ELEVATORS": lifts}
            for building, (storeys, lifts) in storeys_and_lifts.items()
        ),
    )
    assert keyed(select("complexes", inbox), "complex_id", "building_type") == {
        "tower": "lift_flat",
        "low with a lift": "lift_flat",
        "walk-up": "other",
        "mistyped": None,
        "unknown": None,
    }


# ---------------------------------------------------------------------------------------------- field signals


def scored(**counts: int) -> dict[str, str]:
    """Items since 2023, the first ones scored as asked: so many `bad`, `zero`, `middling`, `absent`."""
    values = {"bad": "1", "zero": "0", "middling": " 2", "absent": " N/A"}
    asked = [values[name] for name, count in counts.items() for _ in range(count)]
    return dict(zip(ITEMS, asked, strict=False))


def old_scored(*values: str) -> dict[str, str]:
    return dict(zip(OLD_ITEMS, values, strict=False))


def test_a_visit_is_a_concern_from_a_tenth_of_bad_items(inbox: Path) -> None:
    assert (len(ITEMS), len(OLD_ITEMS)) == (41, 20)
    write(
        inbox,
        "evaluations/evaluations_2025-12-07.csv.gz",
        {"RSN": "4 of 41", **scored(bad=4)},
        {"RSN": "5 of 41", **scored(bad=5)},
        {"RSN": "4 of 40", **scored(bad=4, absent=1)},
        {"RSN": "8 of 40", **scored(bad=4, zero=4, absent=1)},
        {"RSN": "12 of 40", **scored(zero=12, absent=1)},
        {"RSN": "good", **scored(middling=4)},
        {"RSN": "fair", **scored(middling=5)},
        {"RSN": "bad papers", **dict.fromkeys(PAPERS, "1")},
        {"RSN": "filthy", **scored(bad=4), "BUILDING CLEANLINESS": "1"},
        {"RSN": "filthy, else good", "BUILDING CLEANLINESS": "0"},
        {"RSN": "nothing scored", **dict.fromkeys(ITEMS, "N/A")},
        {"RSN": "under way", "EVALUATION COMPLETED ON": ""},
    )
    signals = select("field_signals", inbox)
    assert keyed(signals, "complex_id", "finding", "severity", "kind") == {
        "4 of 41": ("nothing_special", None, None),
        "5 of 41": ("concern", "1", None),
        "4 of 40": ("concern", "1", None),
        "8 of 40": ("concern", "2", None),
        "12 of 40": ("concern", "3", None),
        "good": ("positive", None, None),
        "fair": ("nothing_special", None, None),
        "bad papers": ("positive", None, None),
        "filthy": ("concern", "1", "ONE.VER"),
        "filthy, else good": ("nothing_special", None, None),
    }
    assert keyed(signals, "complex_id", "note")["5 of 41"] == (
        "5 of 41 items bad: CATCH BASINS / STORM DRAINAGE, EXTERIOR GROUNDS, FENCING, NUMBERING OF PROPERTY, "
        "RETAINING WALLS"
    )


def test_the_older_scale_is_read_in_its_own_terms(inbox: Path) -> None:
    write(
        inbox,
        "evaluations_2017_2023.csv.gz",
        {"RSN": "1 of 20", **old_scored("1")},
        {"RSN": "2 of 20", **old_scored("1", "2")},
        {"RSN": "2 of 19", **old_scored("2", "2", "N/A")},
        {"RSN": "good", **old_scored("4", "3")},
        {"RSN": "fair", **old_scored("3", "3")},
        {"RSN": "mistake", "SITE_ADDRESS": "** CREATED IN ERROR ** 399 THE WEST MALL"},
        # Typed in twice on one day: one visit, of which the worse version stands.
        {"RSN": "twice", "_id": "7"},
        {"RSN": "twice", "_id": "8", **old_scored("1", "1", "1", "1")},
    )
    signals = select("field_signals", inbox)
    day = "2021-05-06"
    assert keyed(signals, "signal_id", "complex_id", "finding", "severity", "visit_key") == {
        f"evaluation|{building}|{day}": (*said, f"evaluation|{building}|{day}")
        for building, said in {
            "1 of 20": ("1 of 20", "nothing_special", None),
            "2 of 20": ("2 of 20", "concern", "1"),
            "2 of 19": ("2 of 19", "concern", "1"),
            "good": ("good", "positive", None),
            "fair": ("fair", "nothing_special", None),
            "mistake": (None, "positive", None),
            "twice": ("twice", "concern", "2"),
        }.items()
    }


def test_a_visit_soon_after_another_has_no_known_occasion(inbox: Path) -> None:
    # 180 days after 2023-05-30 is 2023-11-26.
    write(inbox, "evaluations_2017_2023.csv.gz", {"EVALUATION_COMPLETED_ON": "2023-05-30"})
    visits = ("2023-11-25", "2024-05-23", "2026-05-23")
    for snapshot in ("2026-05-31", "2026-06-07"):
        write(
            inbox,
            f"evaluations/evaluations_{snapshot}.csv.gz",
            *({"EVALUATION COMPLETED ON": day} for day in visits),
        )
    signals = select("field_signals", inbox)
    assert keyed(signals, "observed_on", "occasion", "source") == {
        "2023-05-30": ("routine", "inspection"),
        "2023-11-25": (None, "inspection"),
        "2024-05-23": ("routine", "inspection"),
        "2026-05-23": ("routine", "inspection"),
    }


def violations(count: int, **said: str) -> list[dict[str, str]]:
    column = "violation_description" if "inspection_thread" in said else "violations.violationDescription"
    return [{**said, column: f"rule {number}"} for number in range(count)]


def test_fire_inspections_are_visits_placed_by_street_address(inbox: Path) -> None:
    write(
        inbox,
        "registrations.csv.gz",
        {"RSN": "elm", "SITE_ADDRESS": "1  ELM ST"},
        {"RSN": "oconnor", "SITE_ADDRESS": "1131  O'CONNOR DR - BLDG A"},
        {"RSN": "west", "SITE_ADDRESS": "30 CHARLES STREET W"},
        {"RSN": "pair 1", "SITE_ADDRESS": "7 OAK RD"},
        {"RSN": "pair 2", "SITE_ADDRESS": "7 OAK RD"},
        {"RSN": "range", "SITE_ADDRESS": "2-12 KINGSTON RD"},
    )
    # What an address was called before finds the building too.
    former = {"RSN": "range", "SITE_ADDRESS": "2 KINGSTON RD <<ROLL# CHG>>"}
    write(inbox, "evaluations_2017_2023.csv.gz", former)
    opened = "inspections.OpenedDate"
    later = "inspections_opendate"
    write(
        inbox,
        "fire/highrise_inspections_2017_2019.csv.gz",
        # Two rows without a violation on one day are one visit.
        {"propertyAddress": "1 Elm St"},
        {"propertyAddress": "1 Elm St", opened: "2017-01-02T15:00:00"},
        *violations(4, **{"propertyAddress": "1 Elm St.", opened: "2018-01-02T10:00:00"}),
        *violations(5, **{"propertyAddress": "1131 Oconnor Dr", opened: "2018-01-02T10:00:00"}),
        *violations(10, **{"propertyAddress": "30 Charles St W", opened: "2018-01-02T10:00:00"}),
        {"propertyAddress": "30 Charles St E"},
        {"propertyAddress": "7 Oak Rd"},
        {"propertyAddress": "2 Kingston Rd - 904"},
        {"propertyAddress": ""},
    )
    write(
        inbox,
        "fire/highrise_violations_2019_2023.csv.gz",
        *violations(1, property_address="1 Elm St", inspection_thread="_a"),
        *violations(1, property_address="1 Elm St", inspection_thread="_a", **{later: "2020-03-05 09:00:00"}),
        *violations(1, property_address="9 Nowhere Ave", inspection_thread="_b"),
    )
    signals = [row for row in select("field_signals", inbox) if str(row["signal_id"]).startswith("fire")]
    assert keyed(signals, "signal_id", "complex_id", "finding", "severity") == {
        "fire|1 ELM ST|2017-01-02": ("elm", "nothing_special", None),
        "fire|1 ELM ST|2018-01-02": ("elm", "concern", "1"),
        "fire|1131 OCONNOR DR|2018-01-02": ("oconnor", "concern", "2"),
        "fire|30 CHARLES ST W|2018-01-02": ("west", "concern", "3"),
        "fire|30 CHARLES ST E|2017-01-02": (None, "nothing_special", None),
        "fire|7 OAK RD|2017-01-02": (None, "nothing_special", None),
        "fire|2 KINGSTON RD|2017-01-02": ("range", "nothing_special", None),
        "fire|no address|2017-01-02": (None, "nothing_special", None),
        "fire|1 ELM ST|_a": ("elm", "concern", "1"),
        "fire|9 NOWHERE AVE|_b": (None, "concern", "1"),
    }
    # A list of violations alone says nothing about how often somebody looked.
    assert {row["signal_id"] for row in signals if row["visit_key"] is None} == {
        "fire|1 ELM ST|_a",
        "fire|9 NOWHERE AVE|_b",
    }
    assert keyed(signals, "signal_id", "observed_on", "occasion")["fire|1 ELM ST|_a"] == ("2020-03-04", None)


# --------------------------------------------------------------------------------------------- the real files

City = Callable[[str], Rows]


@pytest.fixture(scope="module")
def city() -> City:
    """What the mapping makes of the city's files, each table read once."""
    if not (REAL_INBOX / "registrations.csv.gz").exists():
        pytest.skip("no files of the city in ../shared/data/toronto; the mapping's README says where to get them")
    return cache(lambda contract: select(contract, REAL_INBOX))


def rows_of(file: str) -> Iterator[dict[str, str]]:
    with gzip.open(REAL_INBOX / file, "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def test_complexes_of_the_city(city: City) -> None:
    newest = list(rows_of("evaluations/evaluations_2026-04-30.csv.gz"))
    evaluated = {row["RSN"] for row in newest}
    registered = {row["RSN"] for row in rows_of("registrations.csv.gz")}
    assert (len(newest), len(evaluated), len(evaluated & registered)) == (5340, 3591, 3589)

    complexes = city("complexes")
    assert len(complexes) == 3669
    assert registered <= {row["complex_id"] for row in complexes}
    known = [row for row in complexes if row["complex_id"] in evaluated]
    assert (len(known), sum(int(str(row["homes"])) for row in known)) == (3591, 326_558)
    assert len({row["area_team"] for row in known}) == 25
    assert sum(row["in_use_until"] is not None for row in complexes) == 56
    assert sum(row["homes"] == "0" for row in complexes) == 6


def test_complaints_of_the_city(city: City) -> None:
    complaints = city("complaints")
    dated = {row["reported_at"] for row in complaints} - {None}
    assert len({row["complaint_id"] for row in complaints}) == len(complaints) == 927
    assert sum(row["reported_at"] is None for row in complaints) == 133
    undated = {str(row["complaint_id"])[-10:] for row in complaints if row["reported_at"] is None}
    assert undated == {"2025-11-30"}
    assert (len(dated), min(map(str, dated)), max(map(str, dated))) == (22, "2025-12-07", "2026-04-30")
    assert sum(row["resolved_at"] is not None for row in complaints) == 570
    assert worsened_buildings() == {str(row["complaint_id"]) for row in complaints}


def worsened_buildings() -> set[str]:
    """The same events counted the other way: per building instead of per evaluation row, in plain Python."""
    events, before = set(), {}
    for path in sorted((REAL_INBOX / "evaluations").iterdir()):
        # The newest evaluation of each building on that day.
        now: dict[str, tuple[str, int]] = {}
        for row in rows_of(f"evaluations/{path.name}"):
            evaluated = (row["EVALUATION COMPLETED ON"], int(row["CURRENT REACTIVE SCORE"]))
            now[row["RSN"]] = max(evaluated, now.get(row["RSN"], ("", 0)))
        for building, (evaluated_on, score) in now.items():
            evaluated_before, score_before = before.get(building, ("", 0))
            if evaluated_on == evaluated_before and score < score_before:
                events.add(f"{building}|{evaluated_on}|{path.name[12:22]}")
        before = now
    return events


def test_field_signals_of_the_city(city: City) -> None:
    signals = city("field_signals")
    assert len({row["signal_id"] for row in signals}) == len(signals) == 31_599

    def programme(row: dict[str, str | None]) -> str:
        if str(row["signal_id"]).startswith("fire"):
            return "violations only" if row["visit_key"] is None else "fire"
        return "until 2023" if str(row["observed_on"]) < "2023-06-01" else "since 2023"

    counted = {name: [0, 0, 0] for name in ("since 2023", "until 2023", "fire", "violations only")}
    for row in signals:
        count = counted[programme(row)]
        count[0] += 1
        count[1] += row["finding"] == "concern"
        count[2] += row["complex_id"] is None
    # Signals, concerns, without a complex.
    assert counted == {
        "since 2023": [5348, 1208, 0],
        "until 2023": [11_754, 2465, 4],
        "fire": [9317, 3527, 3912],
        "violations only": [5180, 5180, 2643],
    }

    settings = read_yaml(MAPPING / "mapping.yaml")
    tolerance = settings["contracts"]["field_signals"]["tolerance_percent"]["complex_id.known"]
    without_complex = 100 * sum(row["complex_id"] is None for row in signals) / len(signals)
    assert tolerance / 2 < without_complex < tolerance

    places = {row["complex_id"] for row in city("complexes")} | {None}
    assert {row["complex_id"] for row in signals} <= places


def test_nine_of_ten_high_rises_have_a_fire_inspection(city: City) -> None:
    inspected = {
        row["complex_id"]
        for row in city("field_signals")
        if row["visit_key"] is not None and str(row["signal_id"]).startswith("fire")
    }
    high = {row["RSN"] for row in rows_of("registrations.csv.gz") if int(row["CONFIRMED_STOREYS"]) >= 7}
    assert (len(high), round(100 * len(high & inspected) / len(high))) == (1399, 89)
