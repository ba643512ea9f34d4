"""A warehouse of an older version, and a damaged one that is made again from the published weeks and the sources."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
from attempts import Attempt, judged, survived, wrong_now
from fault_towns import LANGUAGE, SECRET
from may_differ import REBUILT, UPGRADED
from nursery import begin, end
from stage import Scenario, Stage, ran, typed

from data_contracts.row_rules import quoted

OLDER, DAMAGED = "a warehouse of an older version", "a damaged warehouse file"
# What versions after the first one brought; a warehouse without it is one of version 1.
BROUGHT = (
    "alter table checks.accounts drop column rows_forgotten",
    "drop table checks.forgotten_weeks",
    "drop table checks.forgotten_reporters",
    "drop table checks.to_compact",
    "update checks.version set version = 1",
)
DONE, NOTHING_DONE = 0, 1
PAGE = 4096


def make_older(home: Path) -> None:
    """Makes the warehouse of a home one of version 1."""
    with duckdb.connect(":memory:") as con:
        con.execute(f"attach {quoted(home / 'warehouse.duckdb')} as warehouse")
        con.execute("use warehouse")
        for statement in BROUGHT:
            con.execute(statement)


def older(stage: Stage, scenario: Scenario) -> Attempt:
    """The next week in a home of an older version."""
    home = stage.home(scenario, "older")
    make_older(home)
    attempt = survived(OLDER, "version 1", home, replace(scenario, allowed=(UPGRADED,)))
    kept = sorted(each.name for each in home.glob("warehouse.before-*"))
    wrong = attempt.wrong if kept else (*attempt.wrong, "no copy of the older one was kept")
    return replace(attempt, wrong=wrong, seen=(f"upgraded by the next run; kept: {', '.join(kept)}",))


def older_scenario(stage: Stage, scenario: Scenario) -> Scenario:
    """The same week in a home of version 1, to be killed while it is upgraded."""
    before = stage.folder / "older"
    if not before.exists():
        make_older(stage.home(scenario, "../older"))
    return replace(scenario, name="older version", before=before, allowed=(UPGRADED,))


def _cut_in_half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _first_page_gone(file: Path) -> None:
    _overwrite(file, 0, bytes(3 * PAGE))


def _rot(file: Path) -> None:
    """Every twentieth page is noise, as on a disk that fails."""
    for start in range(3 * PAGE, file.stat().st_size, 20 * PAGE):
        _overwrite(file, start, bytes(range(256)) * (PAGE // 256))


def _overwrite(file: Path, start: int, content: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(start)
        opened.write(content)


def _emptied(file: Path) -> None:
    os.truncate(file, 0)


def _gone(file: Path) -> None:
    file.unlink()


def _no_warehouse(file: Path) -> None:
    file.write_bytes(b"This is no warehouse.\n" * 1000)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut in half": _cut_in_half,
    "its first pages gone": _first_page_gone,
    "every twentieth page noise": _rot,
    "emptied": _emptied,
    "gone": _gone,
    "another file in its place": _no_warehouse,
}


def damaged(stage: Stage, scenario: Scenario, damage: str) -> Attempt:
    """The next week with a damaged warehouse: refused with a sentence, made again, run again."""
    home = stage.home(scenario, f"damaged {damage}")
    wrong, said = made_again(stage, home, scenario, damage)
    try:
        problems = ran(home, scenario.sources, scenario.again_at)
        wrong += [f"{source} stopped: {problem}" for source, problem in problems.items() if problem]
    except AssertionError as error:
        wrong.append(f"the next run: {error}")
    return judged(DAMAGED, damage, home, replace(scenario, allowed=(REBUILT,)), wrong, (said,))


def made_again(stage: Stage, home: Path, scenario: Scenario, damage: str) -> tuple[list[str], str]:
    """Damages a warehouse, types `weekly`, and makes it again: what is wrong, and what was said."""
    DAMAGES[damage](home / "warehouse.duckdb")
    code, said = typed(home, scenario.sources, scenario.moment, stage.folder / "printed-of-damage.txt")
    wrong = []
    if code != NOTHING_DONE or len(said.strip().splitlines()) != 1 or "Traceback" in said:
        wrong.append(f"the run was not refused with one sentence but left with {code}: {said[-300:]}")
    # Published results stand beside the warehouse and are read without it.
    wrong += wrong_now(home, scenario, has_warehouse=False)
    told = stage.folder / "made-again.json"
    told.unlink(missing_ok=True)
    if end(begin(make_again, home, scenario.moment, told)) != DONE:
        return [*wrong, "it could not be made again"], said
    return wrong, f"{said.strip().replace(str(home), 'HOME')} Then {json.loads(told.read_text(encoding='utf-8'))}"


def make_again(home: Path, moment: datetime, told: Path) -> None:
    """Makes the warehouse again from the published weeks. To be run in a child."""
    from flows.home import Home
    from flows.keeping.rebuild import rebuild
    from flows.language import Language

    os.environ["LUISTERPOST_SECRET"] = SECRET
    done = rebuild(Home(home), moment, Language(LANGUAGE), sets_aside=False)
    rows = ", ".join(f"{n} {name}" for name, n in done.rows.items())
    told.write_text(json.dumps(f"{done.n_weeks} weeks: {rows}"), encoding="utf-8")
