"""A published week of a town of twenty complexes in which every standing occurs, written by hand: nothing is run."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.contract import contracts
from flows.results import PublishedWeek
from models.policy import Policy
from models.streams import STREAMS

MONDAY = date(2026, 11, 16)
LISTED, THREATENED, DRAWN, SAFETY, RESTING, SMALL, TOO_SMALL, EMPTIED, PLACELESS, FAR = (
    f"C{number:02}" for number in range(1, 11)
)
GONE = "C21"
HOSTILE = "<b>Hof</b> *de* [a](b) $x$"
START = -3.4


def listed_town(folder: Path, policy: Policy | None = None, **changes: Any) -> PublishedWeek:
    """Writes the week.

    Args:
        folder: New folder.
        policy: The values in force.
        **changes: `is_blind`; `has_flags`; `fell_off` per team; `missing` sources.
    """
    folder.mkdir()
    tables = {
        "complexes": _complexes(),
        "scores": _scores(),
        "flags": _flags() if changes.get("has_flags", True) else _flags().clear(),
        "lives": _lives(),
        "streams": _streams(is_blind=changes.get("is_blind", False)),
        "reasons": _reasons(),
        "sources": _sources(changes.get("missing", ())),
    }
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    manifest = {
        "week": "2026-W47",
        "language": "nl",
        "attribution": None,
        "policy": asdict(policy or replace(Policy(), drawn_per_team=1)),
        "fell_off": {"Noord": 0, "Zuid": 0} | changes.get("fell_off", {}),
        "contracts": {name: each.version for name, each in contracts("published").items()},
    }
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    return PublishedWeek(folder)


def _ids() -> list[str]:
    return [f"C{number:02}" for number in range(1, 21)]


def _team(complex_id: str) -> str:
    return "Noord" if int(complex_id[1:]) % 2 else "Zuid"


def _homes(complex_id: str) -> int:
    return {SMALL: 7, TOO_SMALL: 11}.get(complex_id, 40)


def _complexes() -> pl.DataFrame:
    rows = []
    for number, complex_id in enumerate([*_ids(), GONE]):
        latitude: float | None = 52.0 + 0.01 * (number % 5)
        longitude: float | None = 5.0 + 0.01 * (number // 5)
        if complex_id == PLACELESS:
            latitude = longitude = None
        if complex_id == FAR:
            latitude, longitude = 0.0, 0.0
        rows.append(
            {
                "complex_id": complex_id,
                "name": HOSTILE if complex_id == LISTED else f"Lindehof {number}",
                "area_team": _team(complex_id),
                "homes": _homes(complex_id),
                "audience": "general",
                "latitude": latitude,
                "longitude": longitude,
                "homes_in_use": _homes(complex_id),
                "is_in_use": complex_id != GONE,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"homes": pl.Int32, "homes_in_use": pl.Int32})


def _scores() -> pl.DataFrame:
    rows = []
    for number, complex_id in enumerate(_ids()):
        is_quiet = complex_id in (LISTED, THREATENED)
        chance = {LISTED: 0.88, THREATENED: 0.81}.get(complex_id, 0.001 * (1 + number))
        row = {
            "complex_id": complex_id,
            "area_team": _team(complex_id),
            "homes": _homes(complex_id),
            "reports_seen": 8,
            "reports_expected": 18.54,
            "reports_low": 10.0,
            "reports_high": 27.0,
            "reporting_ratio": 0.3 if is_quiet else 0.8 + 0.03 * number,
            "condition_ratio": 2.3 + 0.2 * number if is_quiet else 0.7 + 0.03 * number,
            "r_mean": -1.2 if is_quiet else 0.0,
            "r_sd": 0.3,
            "d_mean": 0.8 if is_quiet else 0.0,
            "d_sd": 0.3,
            "p_quiet": 0.9 if is_quiet else 0.1,
            "p_decline": 0.9 if is_quiet else 0.1,
            "p_quiet_decline": chance,
            "state": {EMPTIED: "emptied"}.get(complex_id, "always_quiet" if is_quiet else "ordinary"),
            "since_week": date(2025, 3, 3) if is_quiet else None,
            "since_earliest": date(2025, 2, 3) if is_quiet else None,
            "since_latest": date(2025, 4, 7) if is_quiet else None,
            "silence_kind": "afraid" if is_quiet else None,
            "is_private_small": complex_id == SMALL,
            "is_too_small_to_know": complex_id in (SMALL, TOO_SMALL),
            "missing_sources": ["tenancies"] if complex_id == THREATENED else [],
            "window_weeks": 52,
        }
        # An earlier week, which says something else and is not to be shown.
        rows += [row | {"week": MONDAY}, row | {"week": MONDAY - timedelta(weeks=1), "p_quiet_decline": 0.5}]
    return pl.DataFrame(rows, schema_overrides={"missing_sources": pl.List(pl.String)})


def _flags() -> pl.DataFrame:
    told = [
        (LISTED, 1, "quiet_decline", None, "open"),
        (THREATENED, 2, "went_quiet", 0.1, "new"),
        (DRAWN, 2, "random_draw", 0.1, "new"),
        (SAFETY, 1, "safety", None, "new"),
    ]
    rows = [
        {
            "flag_id": f"2026-W47-{complex_id}",
            "week": MONDAY,
            "first_week": MONDAY,
            "complex_id": complex_id,
            "area_team": _team(complex_id),
            "rank": rank,
            "why": why,
            "inclusion_probability": drawn,
            "silence_kind": "afraid" if why in ("quiet_decline", "went_quiet") else "unknown",
            "p_quiet_decline": 0.8,
            "status": status,
            "missing_sources": ["tenancies"] if complex_id == THREATENED else [],
        }
        for complex_id, rank, why, drawn, status in told
    ]
    overrides = {"missing_sources": pl.List(pl.String), "inclusion_probability": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=overrides, infer_schema_length=None)


def _lives() -> pl.DataFrame:
    told: list[dict[str, Any]] = [
        {"complex_id": LISTED, "status": "open", "weeks_open": 3, "verdict": "worry", "is_voice_back": True},
        {"complex_id": THREATENED, "status": "new", "weeks_open": 0, "verdict": None, "is_voice_back": False},
        {"complex_id": DRAWN, "status": "new", "weeks_open": 0, "verdict": None, "is_voice_back": False},
        {"complex_id": RESTING, "status": "snoozed", "weeks_open": 9, "verdict": "known_already"},
    ]
    common = {"lead": None, "rests_until": None, "is_voice_back": False}
    rows = [common | row | {"flag_id": f"2026-W47-{row['complex_id']}"} for row in told]
    rows[0]["lead"], rows[3]["rests_until"] = "municipality", date(2027, 1, 31)
    return pl.DataFrame(rows, infer_schema_length=None)


def _streams(*, is_blind: bool) -> pl.DataFrame:
    rows = []
    for complex_id in _ids():
        for stream in STREAMS:
            is_masked = is_blind and stream.tells_of == "condition"
            # Damage only in one of the two that are called afraid.
            is_damaged = stream.name == "vandalism_repairs" and complex_id == LISTED
            seen = 4 if is_damaged else 0
            told = {"seen": None if is_masked else seen, "expected": 0.5, "exposure": 40.0, "is_masked": is_masked}
            rows.append({"complex_id": complex_id, "week": MONDAY, "stream": stream.name} | told)
    return pl.DataFrame(rows, infer_schema_length=None)


def _reasons() -> pl.DataFrame:
    told = [
        ("urgent_repairs", 9, 5.5, 2.2, 52),
        ("normal_repairs", 8, 17.6, 1.9, 52),
        ("concerns", 0, 0.0, 0.4, 52),
        ("complaints", 2, 1.0, -0.35, 52),
        ("bad_condition", 1, 0.6, 0.05, 52),
    ]
    rows = [
        {
            "complex_id": complex_id,
            "week": MONDAY,
            "stream": stream,
            "seen": seen,
            "expected": expected,
            "log_odds": weight,
            "period_weeks": weeks,
            "start_log_odds": START,
        }
        for complex_id in _ids()
        for stream, seen, expected, weight, weeks in told
    ]
    return pl.DataFrame(rows)


def _sources(missing: tuple[str, ...]) -> pl.DataFrame:
    names = ("complexes", "complaints", "repairs", "tenancies", "field_signals")
    rows = [
        {"source": name, "channel": "all", "last_row_on": None, "state": "missing" if name in missing else "fresh"}
        for name in names
    ]
    return pl.DataFrame(rows, schema_overrides={"last_row_on": pl.Date})
