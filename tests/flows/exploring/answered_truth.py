"""A town of which the truth is known: who is quiet and declining in every week, whom the lot chose, what was answered.

Complexes are static but for one thing: some of those that are quiet and declining become loud at some moment. So every
estimate can be held against what is so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from models.policy import Policy
from models.weeks import WEEK, week_name

LAST = date(2026, 11, 16)
POLICY = Policy()
RULE_ID, RULE_TEAM, RULE_FACTOR = "V-2026-04", "Waterlanden", 0.4
SILENT_TEAM = "Zonneveld"
TEAMS = ("Dijkzijde", "De Kolken", "Havenrand", "Hoge Akkers", "Lage Weiden", "Molenkwartier", "Oude Kade", "Vogelhoek")
TEAMS = (*TEAMS, "Het Binnenveld", "Stationsbuurt-West", RULE_TEAM, SILENT_TEAM)


@dataclass(frozen=True)
class Plan:
    """What kind of town.

    Attributes:
        n_weeks: Published weeks, the open one last.
        answering: Chance that a draw gets an answer; one team never answers.
        n_answered: Exactly so many answered draws, if given.
        shift: The truth's log-odds above those of the published probabilities.
        undecided: Chance that a team cannot say whether residents report.
        loud_after: Mean weeks from flag to loud trouble, where it is truly quiet and declining and nobody went.
        rule_weeks_ago: When a team stopped registering some complaints; None for never.
        seed: Of the random numbers.
    """

    n_weeks: int = 60
    answering: float = 0.75
    n_answered: int | None = None
    shift: float = 0.0
    undecided: float = 0.05
    loud_after: float = 20.0
    rule_weeks_ago: int | None = 26
    seed: int = 5


@dataclass(frozen=True)
class Town:
    """The town as it truly is; arrays are (n_complexes,) or (n_complexes, n_weeks).

    Attributes:
        plan: What was asked for.
        weeks: Mondays.
        ids: Numbers of the complexes.
        team: Their teams.
        size: Complexes in the team of each.
        probability: What the model says, per week.
        is_positive: Truly quiet and declining, per week.
        is_flagged: On the list for its scores, per week.
        first: Place of the week of the first flag; -1 for never.
        loud: Place of the week in which trouble becomes loud; far away for never.
        would_be_loud: The same, had nobody gone there.
        reviewed: Place of the week in which the team went there because of the flag; far away for never.
        left: Place of the week in which the norm was met; far away for never.
    """

    plan: Plan
    weeks: tuple[date, ...]
    ids: tuple[str, ...]
    team: NDArray[np.str_]
    size: NDArray[np.int64]
    probability: NDArray[np.float64]
    is_positive: NDArray[np.bool_]
    is_flagged: NDArray[np.bool_]
    first: NDArray[np.int64]
    loud: NDArray[np.int64]
    would_be_loud: NDArray[np.int64]
    reviewed: NDArray[np.int64]
    left: NDArray[np.int64]

    @property
    def truth(self) -> dict[str, float]:
        """Prevalence, precision and recall over the weeks of the draws, all but the open one."""
        positive, flagged = self.is_positive[:, :-1], self.is_flagged[:, :-1]
        both = (positive & flagged).sum()
        return {
            "prevalence": positive.mean(),
            "precision": both / flagged.sum(),
            "recall": both / positive.sum(),
        }

    def share_between(self, low: float, high: float) -> float:
        """Share of truly quiet and declining among complex-weeks with a probability between two edges."""
        is_in = (self.probability[:, :-1] >= low) & (self.probability[:, :-1] < high)
        return float(self.is_positive[:, :-1][is_in].mean())


FAR = 10_000


def true_town(plan: Plan) -> Town:
    """A town with its truth."""
    rng = np.random.default_rng(plan.seed)
    per_team = rng.integers(20, 45, len(TEAMS))
    team = np.repeat(np.array(TEAMS), per_team)
    n = len(team)
    weeks = tuple(LAST - WEEK * back for back in reversed(range(plan.n_weeks)))
    chance = expit(rng.normal(0, 1.5, n) - 4.4)
    chosen = np.argsort(-chance)[: n // 12]
    chance[chosen] = rng.uniform(0.5, 0.95, len(chosen))
    is_true = rng.random(n) < expit(plan.shift + logit(chance))
    first = np.full(n, -1)
    first[chosen] = np.sort(rng.integers(0, max(1, plan.n_weeks - 4), len(chosen)))
    lasts = np.ceil(rng.exponential(plan.loud_after, n)).astype(np.int64)
    would_be_loud = np.where((first >= 0) & is_true, first + lasts, FAR)
    # A team goes there after some weeks, or not at all in this time.
    goes = (rng.random(n) < 0.45) & (team != SILENT_TEAM)
    reviewed = np.where((first >= 0) & goes, first + 1 + rng.geometric(0.08, n), FAR)
    loud = np.where(would_be_loud <= reviewed, would_be_loud, FAR)
    left = np.where((first >= 0) & ~is_true, first + 5 + rng.geometric(0.05, n), FAR)
    place = np.arange(plan.n_weeks)
    is_loud = place >= loud[:, None]
    is_listed = (first >= 0)[:, None] & (place >= first[:, None]) & ~is_loud & (place < left[:, None])
    return Town(
        plan=plan,
        weeks=weeks,
        ids=tuple(f"C{number:04}" for number in range(n)),
        team=team,
        size=np.repeat(per_team, per_team),
        probability=np.where(is_loud | (place >= left[:, None]), 0.01, chance[:, None]).round(6),
        is_positive=is_true[:, None] & ~is_loud,
        is_flagged=is_listed,
        first=first,
        loud=loud,
        would_be_loud=would_be_loud,
        reviewed=reviewed,
        left=left,
    )


def lists_of(town: Town) -> list[list[dict[str, Any]]]:
    """Per week the list: those chosen for their scores, and one complex of each team by lot."""
    rng = np.random.default_rng(town.plan.seed + 1)
    lists = []
    for place, monday in enumerate(town.weeks):
        drawn = {rng.choice(np.flatnonzero(town.team == team)) for team in TEAMS}
        rows = []
        for number in sorted(drawn | set(np.flatnonzero(town.is_flagged[:, place]))):
            is_chosen = bool(town.is_flagged[number, place])
            first = town.weeks[town.first[number]] if is_chosen else monday
            rows.append(
                {
                    "flag_id": f"{week_name(first)}-{town.ids[number]}",
                    "week": monday,
                    "first_week": first,
                    "complex_id": town.ids[number],
                    "area_team": str(town.team[number]),
                    "rank": 1,
                    "why": ("went_quiet" if number % 3 else "quiet_decline") if is_chosen else "random_draw",
                    "inclusion_probability": round(1 / int(town.size[number]), 6) if number in drawn else None,
                    "silence_kind": "unknown",
                    "p_quiet_decline": float(town.probability[number, place]),
                    "evidence": [],
                    "question": "Hoe is het hier?",
                    "first_step": "Loop eens een rondje.",
                    "status": "new" if first == monday else "open",
                    "missing_sources": [],
                }
            )
        lists.append(rows)
    return lists


def answers_of(town: Town, flags: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What teams answered: on draws as the plan says, on chosen flags when somebody went there."""
    plan = town.plan
    rng = np.random.default_rng(plan.seed + 2)
    number_of = {each: number for number, each in enumerate(town.ids)}
    drawn = [row for week in flags[:-1] for row in week if row["inclusion_probability"] is not None]
    if plan.n_answered is None:
        likely = [0.0 if row["area_team"] == SILENT_TEAM else plan.answering for row in drawn]
        answered = [row for row, chance in zip(drawn, likely, strict=True) if rng.random() < chance]
    else:
        # A flag that is drawn twice has one answer for both: here each is drawn once.
        once = list({row["flag_id"]: row for row in drawn if row["why"] == "random_draw"}.values())
        answered = [once[at] for at in rng.choice(len(once), plan.n_answered, replace=False)]
    found = [_verdict(row, row["week"] + timedelta(days=8), town, number_of, rng) for row in answered]
    if plan.n_answered is None:
        for number in np.flatnonzero(town.reviewed < np.minimum(np.minimum(town.loud, town.left), plan.n_weeks - 1)):
            row = {
                "flag_id": f"{week_name(town.weeks[town.first[number]])}-{town.ids[number]}",
                "complex_id": town.ids[number],
                "area_team": str(town.team[number]),
                "week": town.weeks[town.reviewed[number]],
            }
            found.append(_verdict(row, row["week"] + timedelta(days=2), town, number_of, rng))
    kept = {(each["flag_id"], each["reviewed_on"]): each for each in found}
    return sorted(kept.values(), key=lambda each: (each["reviewed_on"], each["flag_id"]))


def _verdict(
    row: dict[str, Any], day: date, town: Town, number_of: dict[str, int], rng: np.random.Generator
) -> dict[str, Any]:
    is_positive = bool(town.is_positive[number_of[row["complex_id"]], town.weeks.index(row["week"])])
    is_worry = is_positive or rng.random() < 0.08
    report = "unknown" if rng.random() < town.plan.undecided else ("no" if is_positive else "yes")
    return {
        "flag_id": row["flag_id"],
        "reviewed_on": day,
        "verdict": "worry" if is_worry else ("fine" if rng.random() < 0.9 else "known_already"),
        "do_residents_report": report,
        "complex_id": row["complex_id"],
        "area_team": row["area_team"],
    }
