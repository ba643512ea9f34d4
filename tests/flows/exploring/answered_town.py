"""A home with many published weeks and answered draws, made from a known truth: nothing is run, so it is fast."""

from __future__ import annotations

import atexit
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import polars as pl
from answered_truth import LAST, POLICY, RULE_FACTOR, RULE_ID, RULE_TEAM, Plan, Town, answers_of, lists_of, true_town
from numpy.typing import NDArray

from data_contracts.contract import contract, contracts
from data_contracts.tables import create_table
from flows.exploring.are_we_right.verdict_history import READ
from flows.home import Home
from models.answers import estimates, recalibrate
from models.streams import STREAMS
from models.verdicts import draws_with_answers
from models.weeks import WEEK, week_name

PER_100_HOMES = {"complaints": 0.08, "normal_repairs": 2.4, "urgent_repairs": 0.7, "vandalism_repairs": 0.02}
NAMES = ("Lindeflat", "Meidoornrode", "Dijkwaard", "Hazelakker", "De Schakel", "Korenbloem", "Zonnehof", "Beukenstede")


def write_town(folder: Path, plan: Plan) -> Town:
    """Writes the published weeks of a town into `folder`, a home, and gives its truth."""
    town = true_town(plan)
    flags = lists_of(town)
    answers = answers_of(town, flags)
    for place, monday in enumerate(town.weeks):
        is_last = place == plan.n_weeks - 1
        known = [each for each in answers if each["reviewed_on"] < monday + WEEK]
        tables = {
            "flags": flags[place],
            "answers": known if is_last else [],
            "lives": _lives(town, flags[: place + 1], known, place),
            "scores": _scores(town, place),
            "streams": _streams(town) if is_last else [],
            "events": _events(town, monday),
            "complexes": _complexes(town) if is_last else [],
        }
        made = folder / "published" / "weeks" / f"{week_name(monday)}.{monday:%Y%m%d}T050000000000Z"
        made.mkdir(parents=True)
        # Of an older week only what a history is made of is read.
        for name in contracts("published") if is_last else READ:
            as_promised(name, tables.get(name, [])).write_parquet(made / f"{name}.parquet")
        past = [row for week in flags[:place] for row in week]
        learned = _learned(past, known) if is_last else {}
        (made / "run.json").write_text(json.dumps(_manifest(monday, learned)), encoding="utf-8")
    Home(folder).latest.symlink_to(made.relative_to(folder / "published"))
    return town


def as_promised(name: str, rows: Iterable[dict[str, Any]] | pl.DataFrame) -> pl.DataFrame:
    """Rows as the published table of that name, with its own columns and types; what is not given is empty."""
    schema = _schema(name)
    given = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(list(rows), infer_schema_length=None)
    columns = [
        pl.col(each).cast(kind) if each in given.columns else pl.lit(None, kind).alias(each)
        for each, kind in schema.items()
    ]
    return given.select(columns) if given.height else pl.DataFrame(schema=schema)


@cache
def _schema(name: str) -> dict[str, pl.DataType]:
    con = duckdb.connect()
    con.execute(create_table(contract("published", name), name))
    return dict(con.execute(f"from {name}").pl().schema)


def _lives(
    town: Town, flags: list[list[dict[str, Any]]], answers: list[dict[str, Any]], place: int
) -> list[dict[str, Any]]:
    """How each flag stands: a draw ends with the week after, a chosen one when it is loud, or was found fine."""
    monday = town.weeks[place]
    fine = {each["flag_id"]: each["reviewed_on"] for each in answers if each["verdict"] == "fine"}
    looked = {each["flag_id"]: each for each in answers}
    asked = {row["flag_id"]: row for week in flags for row in week}
    rows = []
    for flag_id, row in asked.items():
        is_drawn = row["why"] == "random_draw"
        weeks_open = (monday - row["first_week"]).days // 7
        ended, because = row["first_week"] + timedelta(days=13), "drawn_once"
        if not is_drawn:
            left = town.left[int(row["complex_id"][1:])]
            met = town.weeks[left] + timedelta(days=6) if left <= place else None
            ended, because = min(
                ((day, why) for day, why in ((met, "norm_met"), (fine.get(flag_id), "fine")) if day), default=(None, "")
            )
        if ended is not None and (monday + timedelta(days=6) - ended).days > 7 * POLICY.closed_told_weeks:
            continue
        is_closed = ended is not None and weeks_open > 0
        rows.append(
            {
                "flag_id": flag_id,
                "week": monday,
                "complex_id": row["complex_id"],
                "area_team": row["area_team"],
                "why": row["why"],
                "first_week": row["first_week"],
                "last_listed_week": row["week"],
                "weeks_open": (ended - row["first_week"]).days // 7 if is_closed else weeks_open,
                "status": "new" if not weeks_open else "closed" if is_closed else "open",
                "status_since": ended if is_closed else row["first_week"],
                "closed_on": ended if is_closed else None,
                "closed_because": because if is_closed else None,
                "verdict": looked.get(flag_id, {}).get("verdict"),
                "is_voice_back": False,
                "norm_weeks_met": 0,
            }
        )
    return rows


def _scores(town: Town, place: int) -> pl.DataFrame:
    """The row of the week itself; earlier weeks stand in the folders of those weeks."""
    monday, plan = town.weeks[place], town.plan
    is_loud = place >= town.loud
    since = np.where((town.first >= 0) & ~is_loud, np.maximum(town.first - 6, 0), -1)
    if plan.rule_weeks_ago is not None:
        fell = np.flatnonzero(town.team == RULE_TEAM)[:6]
        since[fell] = np.where(since[fell] < 0, plan.n_weeks - 1 - plan.rule_weeks_ago + 3, since[fell])
    since_week = [town.weeks[at] if 0 <= at <= place else None for at in since]
    return pl.DataFrame(
        {
            "complex_id": town.ids,
            "week": monday,
            "area_team": town.team,
            "homes": _homes(town),
            "p_quiet_decline": town.probability[:, place],
            "state": np.where(is_loud, "loud_declining", np.where(town.first >= 0, "went_quiet", "ordinary")),
            "since_week": pl.Series(since_week, dtype=pl.Date),
            "is_private_small": False,
            "is_too_small_to_know": False,
            "missing_sources": [[]] * len(town.ids),
            "window_weeks": POLICY.long_window_weeks,
        }
    )


def _homes(town: Town) -> NDArray[np.int64]:
    return np.random.default_rng(town.plan.seed + 3).integers(20, 120, len(town.ids))


def _streams(town: Town) -> pl.DataFrame:
    """The last year: as expected, but where a rule changed, which the model has learned."""
    rng = np.random.default_rng(town.plan.seed + 4)
    weeks = [LAST - WEEK * back for back in reversed(range(POLICY.backfill_weeks + 1))]
    homes, shape = _homes(town), (len(town.ids), len(weeks))
    season = 1 + 0.2 * np.sin(np.arange(len(weeks)) / 52 * 2 * np.pi)
    tables = []
    for stream in STREAMS:
        rate = PER_100_HOMES.get(stream.name)
        exposure = np.broadcast_to(homes[:, None] * 1.0, shape) if rate else rng.poisson(0.1, shape) * 1.0
        due = exposure * (rate / 100 * season if rate else 0.3)
        if stream.source == "complaints" and town.plan.rule_weeks_ago is not None:
            is_under = (town.team == RULE_TEAM)[:, None] & (
                np.arange(len(weeks)) >= len(weeks) - 1 - town.plan.rule_weeks_ago
            )
            due = np.where(is_under, due * RULE_FACTOR, due)
        tables.append(
            pl.DataFrame(
                {
                    "complex_id": np.repeat(np.array(town.ids), len(weeks)),
                    "week": pl.Series(weeks * len(town.ids), dtype=pl.Date),
                    "stream": stream.name,
                    "seen": rng.poisson(due).ravel(),
                    "expected": due.ravel(),
                    "exposure": np.ascontiguousarray(exposure).ravel(),
                    "is_masked": False,
                }
            )
        )
    return pl.concat(tables)


def _events(town: Town, monday: date) -> list[dict[str, Any]]:
    day = None if town.plan.rule_weeks_ago is None else LAST - town.plan.rule_weeks_ago * WEEK
    rows: list[dict[str, Any]] = [
        {
            "event_id": "visit|V1",
            "complex_id": town.ids[0],
            "area_team": None,
            "occurred_on": town.weeks[0],
            "kind": "visit",
            "description": "caretaker",
        }
    ]
    if day and day < monday + WEEK:
        rows.append(
            {
                "event_id": f"intake_change|{RULE_ID}",
                "complex_id": None,
                "area_team": RULE_TEAM,
                "occurred_on": day,
                "kind": "intake_change",
                "description": "complaints: fewer",
            }
        )
    return rows


def _complexes(town: Town) -> pl.DataFrame:
    n = len(town.ids)
    rng = np.random.default_rng(town.plan.seed + 5)
    audience = rng.choice(["general", "seniors", "care", "youth"], n, p=(0.6, 0.25, 0.1, 0.05))
    district = np.unique(town.team, return_inverse=True)[1] // 2 + 1
    return pl.DataFrame(
        {
            "complex_id": town.ids,
            "audience": audience,
            "neighbourhood_code": [f"BU9991{each:02d}{number % 4:02d}" for number, each in enumerate(district)],
            "name": [f"{NAMES[number % len(NAMES)]} {number + 1}" for number in range(n)],
            "area_team": town.team,
            "homes": _homes(town),
            "homes_in_use": _homes(town),
            "is_in_use": True,
        }
    )


def _learned(past: list[dict[str, Any]], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """What a run writes down of the draws before its week (`flows.answered_draws`)."""
    draws = draws_with_answers(as_promised("flags", past), as_promised("answers", answers))
    return asdict(estimates(draws, POLICY)) | {"recalibration": asdict(recalibrate(draws, POLICY))}


def _manifest(monday: date, learned: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_id": f"{monday:%Y%m%d}T050000000000Z",
        "week": week_name(monday),
        "week_starts_on": str(monday),
        "attribution": None,
        "language": "nl",
        "policy": asdict(POLICY),
        "answered_draws": learned,
        "contracts": {name: each.version for name, each in contracts("published").items()},
    }


@cache
def made_town(plan: Plan) -> tuple[Home, Town]:
    """The home of a town, made once for all tests that only read it, and its truth."""
    folder = TemporaryDirectory(prefix="answered-town-")
    atexit.register(folder.cleanup)
    place = Path(folder.name).resolve()
    return Home(place), write_town(place, plan)
