"""How soon a broken feed is told, how often a sound one is called broken, and whether a flag ever comes of it.

python tests/benchmarks/feeds.py delay     # weeks until told, beside an oracle that knows start, kind and usual
python tests/benchmarks/feeds.py alarms    # false alarms in simulated towns without a fault
python tests/benchmarks/feeds.py flags     # flags with and without a fault, week by week (slow)
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "flows"), str(TESTS / "models" / "feed_watch")]

from broken_feeds import FAULTS, WEEK, JudgedTown, broken  # noqa: E402
from steady_feeds import BREAKS, LEFT, steady  # noqa: E402
from steady_feeds import broken as broken_series  # noqa: E402

from models.feed_watch.sequential import KINDS, threshold, watched  # noqa: E402
from models.policy import Policy  # noqa: E402
from models.simulation import DOMAIN_RATES, RICH_RATES, Shares, Simulation, Town, simulate  # noqa: E402
from models.streams import Floats  # noqa: E402

RATES = (1, 2, 5, 10, 20, 50, 100)
PER_RATE, DISPERSION, N_WEEKS = 200, 0.03, 180
YEARS = Policy().feed_false_alarm_years
# More that is quiet and getting worse than any town has, so that there are lists to look at.
TROUBLED = Shares(quiet_decline=0.04, went_quiet=0.05, afraid=0.03)


def delay() -> None:
    """Prints the median wait of ours and of the oracle, which has the same chance of a false alarm per start."""
    n_series = len(RATES) * PER_RATE
    print(f"{n_series} feeds, weekly dispersion {DISPERSION}; to reach: {threshold(n_series, YEARS):.1f}")
    print("| kind | rows a week | oracle | ours | told within half a year | told as another kind | start off by |")
    for kind in KINDS:
        rates = np.repeat(RATES, PER_RATE).astype(float)
        series = broken_series(steady(rates.tolist(), N_WEEKS, DISPERSION), kind)
        found = watched(series, YEARS)
        first = {}
        for change in found.changes:
            if change.found >= BREAKS:
                first.setdefault(change.row, change)
        for number, rate in enumerate(RATES):
            rows = range(number * PER_RATE, (number + 1) * PER_RATE)
            told = [first[row] for row in rows if row in first]
            waited = np.array([first[row].found - BREAKS + 1 if row in first else np.inf for row in rows])
            known = _oracle(series.seen[list(rows), BREAKS:], rate, kind, 1 / (n_series * 52 * YEARS))
            print(
                f"| {kind} | {rate} | {np.median(known):.0f} | {np.median(waited):.0f} | {np.mean(waited <= 26):.0%} "
                f"| {np.mean([each.kind != kind for each in told] or [0]):.0%} "
                f"| {np.median([each.first - BREAKS for each in told] or [0]):.0f} |"
            )


def _oracle(seen: Floats, rate: float, kind: str, by_chance: float) -> Floats:
    """Weeks until a test of this one start and kind reaches what a sound feed reaches with that chance in half a year.

    The chance is so small that it is measured where the feed is broken, each run weighed by how much rarer it is where
    it is not (importance sampling).
    """
    size, left = 1 / DISPERSION, max(LEFT[kind], KINDS["died"])

    def summed(counts: Floats) -> Floats:
        likelier = counts * np.log(left * (size + rate) / (size + left * rate))
        return np.cumsum(likelier - size * np.log((size + left * rate) / (size + rate)), axis=1)

    rng = np.random.default_rng(1)
    runs = summed(rng.poisson(left * rate * rng.gamma(size, 1 / size, (4000, 26))).astype(float))
    low, high = 0.0, 25.0
    for _ in range(40):
        middle = (low + high) / 2
        reached = runs >= middle
        at = runs[np.arange(len(runs)), reached.argmax(axis=1)]
        chance = np.where(reached.any(axis=1), np.exp(-at), 0.0).mean()
        low, high = (middle, high) if chance > by_chance else (low, middle)
    reached = summed(seen) >= high
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, np.inf)


def alarms(seeds: tuple[int, ...] = tuple(range(1, 21))) -> None:
    """Counts the alarms of towns in which no feed breaks."""
    for name, rates in (("domain", DOMAIN_RATES), ("rich", RICH_RATES)):
        n_alarms, n_years = 0, 0.0
        for seed in seeds:
            town = Town(n_complexes=400, n_area_teams=8, n_weeks=208, rates=rates, **_SOUND)
            simulation = simulate(town, seed)
            found = JudgedTown(simulation, simulation.tables).alarms(town.last_week)
            n_alarms, n_years = n_alarms + found.height, n_years + (town.n_weeks - 8) / 52
            print(name, seed, found.select("source", "area_team", "channel", "kind", "is_masking").rows(), flush=True)
        print(f"{name}: {n_alarms} alarms in {n_years:.0f} years; the budget allows {n_years / YEARS:.1f}")


_SOUND = {"team_outages": 0, "outage_share": 0.0, "rule_changes": 0}


def flags(seed: int = 101, sources: tuple[str, ...] = ("complaints", "repairs")) -> None:
    """Prints, per fault, when it was found and which flags are new because of it, before and after that."""
    town = Town(n_complexes=240, n_area_teams=6, n_weeks=130, rates=RICH_RATES, shares=TROUBLED, **_SOUND)
    simulation = simulate(town, seed)
    first = town.last_week - 13 * WEEK
    since = first + 4 * WEEK
    sizes = simulation.tables["complexes"]["area_team"].value_counts().sort("count", "area_team")
    sound = _lists(simulation, JudgedTown(simulation, simulation.tables), first)
    ever = set().union(*(listed for listed, _ in sound.values()))
    print("sound: on the list each week", [len(listed) for listed, _ in sound.values()], flush=True)
    print("| where | source | fault | told after [weeks] | new flags before | after | on the list each week |")
    for team in (str(sizes["area_team"][-1]), None):
        for source in sources:
            for fault in (*FAULTS, "copied"):
                tables = broken(simulation.tables, source, fault, since, team)
                found = _lists(simulation, JudgedTown(simulation, tables), first)
                told = next((week for week, (_, suspect) in found.items() if week >= since and source in suspect), None)
                new = {False: set(), True: set()}
                for week, (listed, _) in found.items():
                    if week >= since:
                        new[told is not None and week >= told] |= listed - ever
                waited = "-" if told is None else (told - since).days // 7 + 1
                n_listed = [len(listed) for listed, _ in found.values()]
                where = team or "everywhere"
                print(
                    f"| {where} | {source} | {fault} | {waited} | {sorted(new[False])} | {sorted(new[True])} "
                    f"| {n_listed} |",
                    flush=True,
                )


def _lists(simulation: Simulation, town: JudgedTown, first: object) -> dict[object, tuple[set[str], set[str]]]:
    """Per week, who is on the list and which sources are masked somewhere by an alarm that goes on."""
    return {
        week: (
            set(listed["complex_id"]),
            set(told.filter(told["is_masking"] & told["until_week"].is_null())["source"]),
        )
        for week, listed, told in town.lists(first, simulation.town.last_week)  # type: ignore[arg-type]
    }


if __name__ == "__main__":
    asked, *more = sys.argv[1:] or ["delay"]
    if asked == "flags" and more:
        flags(int(more[0]))
    else:
        {"delay": delay, "alarms": alarms, "flags": flags}[asked]()
