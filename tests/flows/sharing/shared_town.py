"""A shared week of any size without running anything: for digests, sheets and the overview, and for their cost."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from flows.sharing.tier import SharedWeek, Terms
from models.policy import Policy
from models.quarters import TOLD, settled_quarters
from models.streams import STREAMS

MONDAY = date(2026, 11, 9)
WEEK = timedelta(weeks=1)
STATES = ("ordinary",) * 12 + ("calm_seen", "always_quiet", "went_quiet", "loud_declining", "not_enough_evidence")
DUE = {
    "complaints": 0.5,
    "normal_repairs": 18,
    "urgent_repairs": 4,
    "follow_up_reports": 3,
    "concerns": 2,
    "bad_condition": 0.6,
    "vandalism_repairs": 0.7,
}
# What a source may call a complex.
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("https://example.com";"klik")',
    "+31 6 12345678",
    "@SUM(A1)",
    "-2+3",
    "De Lange Naam " * 21 + "einde",
    "Zonnehof 🌻🏚️",
    "برج الأمل",
    'Hof "De Brug" & \'t Zand',
    "#let x = 1; $a$ *b* _c_ @d <e>",
)


def shared_town(
    n_complexes: int = 60,
    n_teams: int = 3,
    seed: int = 1,
    names: tuple[str, ...] = (),
    has_coordinates: bool = True,
) -> SharedWeek:
    """A shared week in which everything occurs: new and running flags, impasse, rest, closure, answers, safety.

    Args:
        n_complexes: How many complexes; they are dealt to the teams in turn.
        n_teams: How many area teams.
        seed: Of the random numbers.
        names: Names for the first complexes; the first ones are on the lists.
        has_coordinates: Whether the complexes have a place on the map.
    """
    random_ = random.Random(seed)
    policy = Policy()
    settled = settled_quarters(MONDAY, policy)
    complexes = []
    for number in range(n_complexes):
        state = random_.choice(STATES)
        is_judged = state != "not_enough_evidence"
        is_quiet = state in ("always_quiet", "went_quiet", "calm_seen")
        complexes.append(
            {
                "complex_id": f"C{number:04}",
                "name": names[number] if number < len(names) else f"Lindehof {number}",
                "area_team": f"Team {number % n_teams:02}",
                "homes": random_.randint(10, 200),
                "latitude": random_.gauss(52.1, 0.03) if has_coordinates else None,
                "longitude": random_.gauss(5.1, 0.05) if has_coordinates else None,
                "quiet_level": (random_.randint(4, 5) if is_quiet else random_.randint(1, 3)) if is_judged else None,
                "worry_level": random_.randint(1, 5) if is_judged else None,
                "state": state,
                "silence_kind": random_.choice(("afraid", "cannot", "not_looked_at", "unknown")) if is_quiet else None,
                "since_quarter": random_.choice(settled).first_day if is_quiet else None,
                "is_too_small_to_know": False,
                "missing_sources": [],
            }
        )
    counts, reasons = [], []
    for each in complexes:
        for stream in STREAMS:
            due = DUE[stream.name] * each["homes"] / 48
            factor = 0.4 if each["silence_kind"] and stream.tells_of == "report" else 1.2
            reasons.append(
                {
                    "complex_id": each["complex_id"],
                    "stream": stream.name,
                    "weight": random_.choice(("heavy", "light", "none", "none", "against")),
                    "compared": random_.choice(("more", "less", "alike", "unknown")),
                }
            )
            for quarter in settled:
                n = max(0, round(random_.gauss(due * factor, due**0.5)))
                counts.append(
                    {
                        "complex_id": each["complex_id"],
                        "quarter_starts_on": quarter.first_day,
                        "stream": stream.name,
                        "seen": 5 * ((n + 2) // 5) if n >= 5 else None,
                        **_due(due, is_own=not stream.has_physics),
                    }
                )
    made = _frame(complexes, _COMPLEXES).sort("area_team", "name", "complex_id")
    teams = made.select(area_team=pl.col("area_team").unique().sort())
    flags = _flags(complexes, n_teams)
    return SharedWeek(
        week=MONDAY,
        run_id="20261116T050000000000Z",
        attribution=None,
        policy=policy,
        stands_of=MONDAY,
        terms=Terms(safety_role="de coördinator veiligheid", answers_to="luisterpost@example.nl"),
        is_blind=False,
        complexes=made,
        quarters=_frame(counts, TOLD),
        reasons=_frame(reasons, dict.fromkeys(("complex_id", "stream", "weight", "compared"), pl.String)),
        events=_frame(_events(complexes), _EVENTS).sort("occurred_on"),
        flags=flags,
        answers=_answers(flags),
        sources=_frame(
            [
                {"source": "complaints", "state": "fresh", "last_row_on": date(2026, 11, 14)},
                {"source": "repairs", "state": "fresh", "last_row_on": date(2026, 11, 15)},
                {"source": "tenancies", "state": "old", "last_row_on": date(2026, 9, 30)},
                {"source": "field_signals", "state": "missing", "last_row_on": None},
            ],
            {"source": pl.String, "state": pl.String, "last_row_on": pl.Date},
        ),
        channels=_frame(
            [{"area_team": "Team 00", "channel": "technician", "last_on": date(2026, 6, 2)}],
            {"area_team": pl.String, "channel": pl.String, "last_on": pl.Date},
        ),
        suspect=_frame(
            [
                {
                    "source": "complaints",
                    "area_team": "Team 00",
                    "channel": "all",
                    "state": "halved",
                    "from_week": date(2026, 10, 5),
                    "is_masking": True,
                }
            ],
            {
                "source": pl.String,
                "area_team": pl.String,
                "channel": pl.String,
                "state": pl.String,
                "from_week": pl.Date,
                "is_masking": pl.Boolean,
            },
        ),
        dark=_frame([{"area_team": "Team 00", "reason": "none_seen"}], {"area_team": pl.String, "reason": pl.String}),
        teams=teams.with_columns(
            n_complexes=pl.lit(n_complexes // n_teams, pl.Int64),
            n_unvisited=pl.lit(3, pl.Int64),
            n_fell_off=pl.lit(1, pl.Int64),
        ),
        safety=_frame(
            [
                {"area_team": "Team 00", "name": "De Lier", "is_private_small": False},
                {"area_team": "Team 00", "name": "Klein Hofje", "is_private_small": True},
            ],
            {"area_team": pl.String, "name": pl.String, "is_private_small": pl.Boolean},
        ),
    )


def _due(due: float, *, is_own: bool) -> dict[str, int | None]:
    """What is expected, and its band; as coarse as the count where it rests on a handful of events of the place."""
    if is_own and due < 4.5:
        return {"expected": None, "low": 0, "high": 4}
    told = 5 * round(due / 5) if is_own else round(due)
    return {"expected": told, "low": max(0, round(told - 1.3 * told**0.5)), "high": round(told + 1.3 * told**0.5)}


def without_flags(shared: SharedWeek, team: str) -> SharedWeek:
    """The same week, in which one team has nothing to look at but its lot."""
    is_other = (pl.col("area_team") != team) | pl.col("is_drawn")
    return replace(
        shared, flags=shared.flags.filter(is_other), answers=shared.answers.filter(pl.col("area_team") != team)
    )


def _flags(complexes: list[dict[str, object]], n_teams: int) -> pl.DataFrame:
    rows = []
    for team in range(n_teams):
        own = complexes[team::n_teams][:8]
        # Two new ones, one drawn, then what runs: open with a voice that came back, impasse, rest, closed.
        stories = [
            ("new", "quiet_decline", True, {}),
            ("new", "went_quiet", True, {}),
            ("new", "random_draw", True, {"is_drawn": True}),
            (
                "open",
                "quiet_decline",
                True,
                {"lead": "corporation", "mandate": "corporation", "phase": 1, "is_voice_back": True},
            ),
            ("impasse", "quiet_decline", True, {"lead": "municipality", "mandate": "police", "phase": 2}),
            ("snoozed", "went_quiet", False, {"rests_until": date(2027, 1, 31)}),
            ("closed", "quiet_decline", False, {"closed_because": "norm_met"}),
            ("closed", "quiet_decline", False, {"closed_because": "fine"}),
        ]
        for place, (each, (status, why, is_listed, more)) in enumerate(zip(own, stories, strict=False)):
            first = MONDAY if status == "new" else MONDAY - (4 + place) * WEEK
            year, week, _ = first.isocalendar()
            rows.append(
                {
                    "flag_id": f"{year}-W{week:02}-{each['complex_id']}",
                    **{name: each[name] for name in ("complex_id", "area_team", "name", "homes")},
                    "is_listed": is_listed,
                    "rank": place + 1 if is_listed else None,
                    "why": why,
                    "silence_kind": each["silence_kind"] or "unknown",
                    "is_drawn": False,
                    "status": status,
                    "status_since": MONDAY,
                    "first_week": first,
                    "closed_because": None,
                    "rests_until": None,
                    "lead": None,
                    "mandate": None,
                    "phase": None,
                    "is_voice_back": False,
                    **more,
                }
            )
    return _frame(rows, _FLAGS).sort("area_team", ~pl.col("is_listed"), "rank", "first_week", "flag_id")


def _answers(flags: pl.DataFrame) -> pl.DataFrame:
    answered = flags.filter(pl.col("status").is_in(["open", "impasse", "snoozed", "closed"]))
    verdict = {"open": "worry", "impasse": "other", "snoozed": "known_already", "closed": "fine"}
    return answered.filter(pl.col("closed_because").fill_null("") != "norm_met").select(
        "flag_id",
        "complex_id",
        "area_team",
        "name",
        reviewed_on=pl.lit(date(2026, 11, 12)),
        verdict=pl.col("status").replace_strict(verdict),
        do_residents_report=pl.lit("no"),
    )


def _events(complexes: list[dict[str, object]]) -> list[dict[str, object]]:
    day = date(2026, 3, 2)
    return [
        {
            "complex_id": None,
            "area_team": None,
            "occurred_on": date(2025, 9, 1),
            "kind": "intake_change",
            "description": "complaints: fewer",
        },
        {
            "complex_id": None,
            "area_team": "Team 00",
            "occurred_on": day,
            "kind": "intervention",
            "description": "guards",
        },
        *(
            {
                "complex_id": each["complex_id"],
                "area_team": None,
                "occurred_on": day + timedelta(days=number % 90),
                "kind": "intervention",
                "description": "residents_evening",
            }
            for number, each in enumerate(complexes[::5])
        ),
        *(
            {
                "complex_id": each["complex_id"],
                "area_team": each["area_team"],
                "occurred_on": date(2026, 10, 5),
                "kind": "flag",
                "description": "quiet_decline",
            }
            for each in complexes[::11]
        ),
    ]


_COMPLEXES = {
    "complex_id": pl.String,
    "name": pl.String,
    "area_team": pl.String,
    "homes": pl.Int32,
    "latitude": pl.Float64,
    "longitude": pl.Float64,
    "quiet_level": pl.Int32,
    "worry_level": pl.Int32,
    "state": pl.String,
    "silence_kind": pl.String,
    "since_quarter": pl.Date,
    "is_too_small_to_know": pl.Boolean,
    "missing_sources": pl.List(pl.String),
}
_EVENTS = {
    "complex_id": pl.String,
    "area_team": pl.String,
    "occurred_on": pl.Date,
    "kind": pl.String,
    "description": pl.String,
}
_FLAGS = {
    "flag_id": pl.String,
    "complex_id": pl.String,
    "area_team": pl.String,
    "name": pl.String,
    "homes": pl.Int32,
    "is_listed": pl.Boolean,
    "rank": pl.Int32,
    "why": pl.String,
    "silence_kind": pl.String,
    "is_drawn": pl.Boolean,
    "status": pl.String,
    "status_since": pl.Date,
    "first_week": pl.Date,
    "closed_because": pl.String,
    "rests_until": pl.Date,
    "lead": pl.String,
    "mandate": pl.String,
    "phase": pl.Int32,
    "is_voice_back": pl.Boolean,
}


def _frame(rows: list[dict[str, object]], schema: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema)  # type: ignore[arg-type]
