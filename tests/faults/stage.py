"""The stage of a trial: a town, its homes before and after, a run that is disturbed, and runs in children."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from fault_towns import MINUTE, SECOND_WEEK, Town, answer_flags, copy_home, make_town, run_week, settle, type_weekly
from nursery import begin, end
from striking import COMMIT, INSIDE, note_points

AT_A_BOUNDARY = (
    "before a step",
    "a step done",
    "before share_with_all",
    "after share_with_all",
    "before let_go",
    "after let_go",
)
EVERY_ONE = ("point_latest_at", "to_disk", "tidy", "put_in_place", "note_week")


@dataclass(frozen=True)
class Scenario:
    """A run that is disturbed, and what would stand there if it were not.

    Attributes:
        name: Which run.
        before: The home before it.
        sources: What is delivered.
        moment: When the disturbed run begins.
        undisturbed: The home after the same run, undisturbed.
        allowed: What must differ from it (`may_differ.ALLOWED`).
        undisturbed_twice: The home after the same run was done twice, where the first one removes rows that are too old
            and the second finds them gone. A run that is done again after a fault is one or the other.
    """

    name: str
    before: Path
    sources: Path
    moment: datetime
    undisturbed: Path
    allowed: tuple[str, ...] = ()
    undisturbed_twice: Path | None = None

    @property
    def again_at(self) -> datetime:
        """When the run is done again."""
        return self.moment + 10 * MINUTE


@dataclass(frozen=True)
class Points:
    """The points of a run at which it can kill itself, by number, and how long the run took [s]."""

    names: tuple[str, ...]
    seconds: float

    @classmethod
    def of(cls, home: Path, sources: Path, moment: datetime) -> Points:
        """What an undisturbed run passes; it is run."""
        noted = Path(f"{home}.points.json")
        began = time.monotonic()
        assert end(begin(note_points, home, sources, moment, noted)) == 0
        return cls(tuple(json.loads(noted.read_text(encoding="utf-8"))), time.monotonic() - began)

    @property
    def boundaries(self) -> list[int]:
        """Begin and end of every task; at the end, with the warehouse still open."""
        return [number for number, name in enumerate(self.names) if name.startswith(AT_A_BOUNDARY)]

    def removing(self, chance: random.Random, n_inside: int) -> list[int]:
        """From where rows that are too old are removed; inside transactions so many."""
        every = range(self.names.index("before let_go"), len(self.names))
        inside = [number for number in every if self.names[number] == INSIDE]
        return sorted(set(every) - set(inside) | set(chance.sample(inside, min(n_inside, len(inside)))))

    def in_transactions(self, chance: random.Random) -> list[int]:
        """One statement of each transaction, before which some were made and after which others are to come."""
        ends = [number for number, name in enumerate(self.names) if name == COMMIT]
        begins = [0, *ends[:-1]]
        inside = [[n for n in range(*pair) if self.names[n] == INSIDE] for pair in zip(begins, ends, strict=True)]
        return [chance.choice(each) for each in inside if each]

    def putting_out(self, chance: random.Random, n_others: int) -> list[int]:
        """Around the link to the week and what must be whole; of all other points so many."""
        always = [number for number, name in enumerate(self.names) if any(each in name for each in EVERY_ONE)]
        known = {*always, *self.boundaries, *(n for n, name in enumerate(self.names) if name == INSIDE)}
        others = sorted(set(range(len(self.names))) - known)
        return sorted([*always, *chance.sample(others, min(n_others, len(others)))])


@dataclass
class Stage:
    """A folder in which a town, its homes and all attempts stand.

    Attributes:
        folder: The folder.
        second_week: Monday of the week of which the run is disturbed.
        is_forgetful: Whether rows grow too old in every week, so that a run removes some and writes its warehouse anew.
        town: The deliveries.
        next_week: The second run of a home.
        first_run: The very first run.
        points: What the second run passes.
    """

    folder: Path
    second_week: date = SECOND_WEEK
    is_forgetful: bool = False
    town: Town = field(init=False)
    next_week: Scenario = field(init=False)
    first_run: Scenario = field(init=False)
    points: Points = field(init=False)

    def __post_init__(self) -> None:
        self.town = make_town(self.folder / "town", self.second_week)
        empty, first, answered, second = (self.folder / name for name in ("empty", "first", "answered", "second"))
        settle(empty, is_forgetful=self.is_forgetful)
        ran(copy_home(empty, first), self.town.first, self.town.first_morning)
        assert answer_flags(copy_home(first, answered), self.second_week) > 0, "some flags are asked about"
        self.points = Points.of(copy_home(answered, second), self.town.second, self.town.second_morning)
        self.first_run = Scenario("first run", empty, self.town.first, self.town.first_morning, first)
        self.next_week = Scenario("next week", answered, self.town.second, self.town.second_morning, second)
        if self.is_forgetful:
            twice = copy_home(second, self.folder / "twice")
            ran(twice, self.town.second, self.next_week.again_at)
            self.next_week = replace(self.next_week, undisturbed_twice=twice)

    def home(self, scenario: Scenario, name: str) -> Path:
        """A home of its own for one attempt."""
        return copy_home(scenario.before, self.folder / "homes" / name)


def ran(home: Path, sources: Path, moment: datetime) -> dict[str, str]:
    """Runs a week in a child of its own, and gives the problem of each source, or "".

    Raises:
        AssertionError: If it did not end well.
    """
    told = Path(f"{home}.told.json")
    told.unlink(missing_ok=True)
    code = end(begin(run_week, home, sources, moment, told))
    assert code == 0, f"the run ended with {code}"
    said = json.loads(told.read_text(encoding="utf-8"))
    assert "accounts" in said, said["sentence"]
    accounts: dict[str, str] = said["accounts"]
    return accounts


def typed(home: Path, sources: Path, moment: datetime, printed: Path) -> tuple[int | None, str]:
    """What the command `weekly` leaves with and prints (to that file), where its steps are run without Prefect."""
    code = end(begin(type_weekly, home, sources, moment, printed))
    return code, printed.read_text(encoding="utf-8")
