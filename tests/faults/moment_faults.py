"""Two weekly runs at once, and a clock that was set back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from attempts import Attempt, survived
from fault_towns import type_weekly
from nursery import begin, end
from stage import Scenario, Stage

AT_ONCE, SET_BACK = "two weekly runs at once", "clock set back"
DONE, NOTHING_DONE = 0, 1


def at_once(stage: Stage, scenario: Scenario, number: int) -> Attempt:
    """Begins two runs of one home in the same instant."""
    home = stage.home(scenario, f"at once {number}")
    wrong, said = begun_twice(stage, home, scenario.sources, scenario.moment)
    attempt = survived(AT_ONCE, f"{number}", home, scenario, seen=(said,))
    return replace(attempt, wrong=(*wrong, *attempt.wrong))


def begun_twice(
    stage: Stage, home: Path, sources: Path, moment: datetime, ends_with: int = DONE
) -> tuple[list[str], str]:
    """Types `weekly` twice at once: one ends well, the other is told who was first. What is wrong, and said."""
    printed = [stage.folder / f"at-once-{which}.txt" for which in range(2)]
    both = [begin(type_weekly, home, sources, moment + timedelta(seconds=which), printed[which]) for which in range(2)]
    codes = [end(child) for child in both]
    said = [each.read_text(encoding="utf-8").strip() for each in printed]
    wrong = []
    if set(codes) != {ends_with, NOTHING_DONE}:
        wrong.append(f"they left with {codes}: {said}")
    told = said[codes.index(NOTHING_DONE)] if NOTHING_DONE in codes else ""
    if len(told.splitlines()) != 1 or "Traceback" in told:
        wrong.append(f"no single sentence: {told[-300:]}")
    return wrong, f"exit codes {ends_with} and {NOTHING_DONE}: {told.replace(str(home), 'HOME')}"


def set_back(stage: Stage, scenario: Scenario, back: timedelta) -> Attempt:
    """Runs a week with a clock that is behind, and again with the right one."""
    home = stage.home(scenario, f"back {back.days}")
    printed = stage.folder / "set-back.txt"
    code = end(begin(type_weekly, home, scenario.sources, scenario.moment - back, printed))
    said = printed.read_text(encoding="utf-8").strip()
    may_be = code == DONE or (code == NOTHING_DONE and len(said.splitlines()) == 1)
    wrong = [] if may_be and "Traceback" not in said else [f"left with {code}: {said[-300:]}"]
    seen = "ran" if code == DONE else f"exit code {code}: {said}"
    seen = f"{back} back: {seen}".replace(str(home), "HOME")
    attempt = survived(SET_BACK, f"{back}", home, scenario, seen=(seen,), is_as_it_was=False)
    return replace(attempt, wrong=(*wrong, *attempt.wrong))
