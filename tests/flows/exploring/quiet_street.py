"""A published week of six complexes, written by hand: one of everything that a page of one complex must be able to say.

Nothing is run, so it is there at once, and every figure in it is known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from data_contracts.contract import contract, contracts
from data_contracts.tables import create_table
from flows.home import Home
from flows.results import PublishedWeek
from models.streams import STREAMS
from models.weeks import WEEK, week_name

MONDAY = date(2026, 11, 9)
N_WEEKS = 53
MONDAYS = [MONDAY - back * WEEK for back in reversed(range(N_WEEKS))]
FLAGGED, DRAWN, SMALL, GONE, SUSPECT, NEVER = "C01", "C02", "C03", "C04", "C05", "C06"
"""On the list, drawn, under ten homes, out of use since half a year, with a broken feed, and never in use."""
HOSTILE = "Hof *De Brug* | <script>alert(1)</script> $x$ `y` [z](q) _w_"
IN_USE_UNTIL = MONDAY - 26 * WEEK
FEED_BROKE = MONDAY - 7 * WEEK
START = -3.385
WEIGHTS = {
    FLAGGED: {"complaints": 0.4124, "normal_repairs": 1.9336, "urgent_repairs": 2.2501, "vandalism_repairs": -0.1204},
    DRAWN: {"complaints": 0.0512, "normal_repairs": -1.4449},
    SMALL: {"complaints": -0.2},
    SUSPECT: {"urgent_repairs": -0.9},
}
DUE = {"complaints": 0.1, "normal_repairs": 1.0, "urgent_repairs": 0.3, "vandalism_repairs": 0.02}
STATES = {FLAGGED: "went_quiet", DRAWN: "ordinary", SMALL: "ordinary", GONE: "ordinary", SUSPECT: "feed_suspect"}


def write_street(folder: Path, *, has_flags: bool = True) -> PublishedWeek:
    """Writes the week into `folder`, a home, and gives it.

    Args:
        folder: A folder of its own.
        has_flags: Whether anything is on the list or drawn.
    """
    tables = {
        "complexes": _complexes(),
        "scores": _scores(),
        "streams": _streams(),
        "reasons": _reasons(),
        "flags": _flags() if has_flags else [],
        "lives": _lives() if has_flags else [],
        "events": _events(),
        "answers": _answers() if has_flags else [],
        "sources": [
            {"source": name, "channel": "all", "state": "missing" if name == "tenancies" else "fresh", "rows_read": 1}
            for name in ("complaints", "repairs", "tenancies", "field_signals")
        ],
    }
    made = folder / "published" / "weeks" / f"{week_name(MONDAY)}.20261116T050000000000Z"
    made.mkdir(parents=True)
    for name in contracts("published"):
        as_promised(name, tables.get(name, [])).write_parquet(made / f"{name}.parquet")
    versions = {name: promised.version for name, promised in contracts("published").items()}
    manifest = {"week": week_name(MONDAY), "run_id": "r", "attribution": None, "policy": {}, "contracts": versions}
    (made / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    Home(folder).latest.symlink_to(made.relative_to(folder / "published"))
    return PublishedWeek(made)


def as_promised(name: str, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Rows as the published table of that name; columns that are not given are empty."""
    schema = _schema(name)
    return pl.DataFrame([{each: row.get(each) for each in schema} for row in rows], schema=schema)


def chance(complex_id: str) -> float:
    """The published chance: what the sum of the weights becomes [0-1]."""
    return 1 / (1 + math.exp(-(START + sum(WEIGHTS.get(complex_id, {}).values()))))


def is_masked(complex_id: str, stream: str, monday: date) -> bool:
    """Whether a week had no sight: tenancies were never delivered, and one feed broke."""
    if stream == "bad_condition":
        return True
    is_report = stream in ("complaints", "normal_repairs", "follow_up_reports")
    return complex_id == SUSPECT and is_report and monday >= FEED_BROKE


def seen(complex_id: str, stream: str, place: int) -> int:
    """What was counted in the week at a place; on the list it became quiet halfway."""
    is_quiet = complex_id == FLAGGED and place >= 26
    every = {"complaints": 9, "normal_repairs": 1, "urgent_repairs": 4, "vandalism_repairs": 40, "concerns": 13}
    if stream not in every or (is_quiet and stream in ("complaints", "normal_repairs")):
        return 0
    return int(place % every[stream] == 0)


@cache
def _schema(name: str) -> dict[str, pl.DataType]:
    con = duckdb.connect()
    con.execute(create_table(contract("published", name), name))
    return dict(con.execute(f"from {name}").pl().schema)


def _complexes() -> list[dict[str, Any]]:
    names = {FLAGGED: HOSTILE, DRAWN: "Aalhof", SMALL: "Klein Hofje", GONE: "Oud Werf", SUSPECT: "Zandpad", NEVER: "Nw"}
    return [
        {
            "complex_id": complex_id,
            "name": name,
            "area_team": "Noord",
            "homes": 4 if complex_id == SMALL else 40,
            "audience": "seniors",
            "homes_in_use": 0 if complex_id in (GONE, NEVER) else 40,
            "is_in_use": complex_id not in (GONE, NEVER),
        }
        for complex_id, name in names.items()
    ]


def _weeks_of(complex_id: str) -> list[tuple[int, date]]:
    return [(n, each) for n, each in enumerate(MONDAYS) if complex_id != GONE or each < IN_USE_UNTIL]


def _scores() -> list[dict[str, Any]]:
    return [
        {
            "complex_id": complex_id,
            "week": monday,
            "area_team": "Noord",
            "homes": 4 if complex_id == SMALL else 40,
            "reports_seen": 3,
            "reports_expected": 11.4,
            "reports_low": 5.0,
            "reports_high": 19.0,
            "reporting_ratio": 0.45,
            "condition_ratio": 1.6,
            "r_mean": -0.8,
            "r_sd": 0.3,
            "d_mean": 0.47,
            "d_sd": 0.25,
            "rd_corr": -0.2,
            "p_quiet": 0.91,
            "p_decline": 0.83,
            "p_quiet_decline": round(chance(complex_id), 6),
            "state": STATES[complex_id],
            "since_week": MONDAYS[26] if complex_id == FLAGGED else None,
            "since_earliest": MONDAYS[22] if complex_id == FLAGGED else None,
            "since_latest": MONDAYS[30] if complex_id == FLAGGED else None,
            "silence_kind": {FLAGGED: "cannot", SUSPECT: "not_registered"}.get(complex_id),
            "is_private_small": complex_id == SMALL,
            "is_too_small_to_know": False,
            "missing_sources": ["tenancies"],
            "window_weeks": 52,
        }
        for complex_id in STATES
        for _, monday in _weeks_of(complex_id)
    ]


def _streams() -> list[dict[str, Any]]:
    rows = []
    for complex_id in STATES:
        for place, monday in _weeks_of(complex_id):
            for stream in STREAMS:
                row: dict[str, Any] = {"complex_id": complex_id, "week": monday, "stream": stream.name}
                if is_masked(complex_id, stream.name, monday):
                    rows.append(row | {"is_masked": True})
                    continue
                # One visit a quarter; no case was ever open.
                visits = float(place % 13 == 0)
                exposure = {"concerns": visits, "follow_up_reports": 0.0}.get(stream.name, 40.0)
                due = {"concerns": 0.2 * visits, "follow_up_reports": 0.0}.get(stream.name) or DUE.get(stream.name, 0.0)
                count = seen(complex_id, stream.name, place)
                rows.append(row | {"is_masked": False, "seen": count, "expected": due, "exposure": exposure})
    return rows


def _reasons() -> list[dict[str, Any]]:
    return [
        {
            "complex_id": complex_id,
            "week": MONDAY,
            "stream": stream,
            "seen": 3,
            "expected": 6.2,
            "log_odds": weight,
            "period_weeks": 0 if stream == "vandalism_repairs" else 52,
            "start_log_odds": START,
        }
        for complex_id, weights in WEIGHTS.items()
        for stream, weight in weights.items()
    ]


def _flags() -> list[dict[str, Any]]:
    common = {"week": MONDAY, "area_team": "Noord", "rank": 1, "silence_kind": "unknown", "question": "?"}
    common |= {"evidence": [], "first_step": ".", "missing_sources": []}
    first = MONDAY - 3 * WEEK
    return [
        common
        | {"flag_id": f"{week_name(MONDAY)}-{DRAWN}", "first_week": MONDAY, "complex_id": DRAWN, "why": "random_draw"}
        | {"inclusion_probability": 0.2, "p_quiet_decline": chance(DRAWN), "status": "new"},
        common
        | {"flag_id": f"{week_name(first)}-{FLAGGED}", "first_week": first, "complex_id": FLAGGED}
        | {"why": "quiet_decline", "p_quiet_decline": chance(FLAGGED), "status": "open"},
    ]


def _lives() -> list[dict[str, Any]]:
    first = MONDAY - 3 * WEEK
    return [
        {
            "flag_id": f"{week_name(first)}-{FLAGGED}",
            "week": MONDAY,
            "complex_id": FLAGGED,
            "area_team": "Noord",
            "why": "quiet_decline",
            "first_week": first,
            "last_listed_week": MONDAY,
            "weeks_open": 3,
            "status": "open",
            "status_since": first + WEEK,
            "lead": "municipality",
            "phase": 2,
            "is_voice_back": True,
            "norm_weeks_met": 0,
        }
    ]


def _answers() -> list[dict[str, Any]]:
    answer = {"flag_id": f"{week_name(MONDAY - 3 * WEEK)}-{FLAGGED}", "complex_id": FLAGGED, "area_team": "Noord"}
    return [
        answer | {"reviewed_on": date(2026, 10, 28), "verdict": "worry", "do_residents_report": "no"},
        answer | {"reviewed_on": date(2026, 11, 4), "verdict": "other", "next_step": "Een *rondje* lopen."},
    ]


def _events() -> list[dict[str, Any]]:
    def event(number: int, complex_id: str | None, team: str | None, day: date, kind: str, what: str) -> dict[str, Any]:
        return {
            "event_id": f"{kind}|{number}",
            "complex_id": complex_id,
            "area_team": team,
            "occurred_on": day,
            "kind": kind,
            "description": what,
        }

    return [
        event(1, FLAGGED, None, MONDAY + timedelta(days=2), "visit", "caretaker"),
        event(2, FLAGGED, None, MONDAYS[13], "visit", "inspection"),
        event(3, FLAGGED, None, MONDAYS[20], "intervention", "residents_evening"),
        event(4, None, "Noord", MONDAYS[20] + timedelta(days=1), "intake_change", "complaints: fewer"),
        event(5, None, None, MONDAYS[30], "intake_change", "repairs: other_channel"),
        event(6, FLAGGED, "Noord", MONDAY - 3 * WEEK, "flag", "quiet_decline"),
        event(7, None, "Zuid", MONDAYS[31], "intervention", "cameras"),
        event(8, DRAWN, None, MONDAYS[32], "intervention", "letter"),
        event(9, FLAGGED, None, date(2024, 1, 8), "intervention", "lighting"),
    ]
