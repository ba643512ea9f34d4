"""The settings file `HOME/luisterpost.toml`: policy, teams, delivery, timezone. Nothing else is configuration."""

from __future__ import annotations

import tomllib
import zoneinfo
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from data_contracts.problem import Problem
from flows.delivery import (
    DELIVERY_SETTINGS,
    TEAM_DELIVERY_SETTINGS,
    Delivery,
    TeamDelivery,
    read_delivery,
    read_team_delivery,
)
from models.policy import Policy

SECTIONS = ("policy", "teams", "delivery", "timezone")
TEAM_SETTINGS = ("flags_per_team", *TEAM_DELIVERY_SETTINGS)


@dataclass(frozen=True)
class Settings:
    """What one installation set for itself.

    Attributes:
        policy: The values in force.
        timezone: Zone of its weeks and of timestamps without a zone; None where the mapping decides.
        capacity: New flags a week per team that the settings name [flags].
        delivery: What is handed out and taken back, for all teams together.
        teams: Where the digest goes, per team that the settings name.
    """

    policy: Policy = field(default_factory=Policy)
    timezone: str | None = None
    capacity: dict[str, int] = field(default_factory=dict)
    delivery: Delivery = field(default_factory=Delivery)
    teams: dict[str, TeamDelivery] = field(default_factory=dict)


def read_settings(file: Path) -> Settings:
    """Reads the settings, or the defaults where the file does not exist.

    Raises:
        Problem: `settings.*`, naming the key, the mistake and the nearest right one.
    """
    if not file.exists():
        return Settings()
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Problem("settings.unreadable", file=file, why=error) from error
    for key in written:
        check_known(key, SECTIONS, file)
    timezone = written.get("timezone")
    if timezone is not None:
        check_timezone(timezone, file)
    policy = read_policy(_table(written, "policy", file), file)
    delivery = _table(written, "delivery", file)
    for key in delivery:
        check_known(key, DELIVERY_SETTINGS, file)
    teams = _table(written, "teams", file)
    return Settings(
        policy=policy,
        timezone=timezone,
        capacity={team: _capacity(team, said, policy, file) for team, said in teams.items()},
        delivery=read_delivery(delivery, file),
        teams={team: read_team_delivery(team, said, file) for team, said in teams.items()},
    )


def read_policy(written: dict[str, Any], file: Path) -> Policy:
    """The default policy with the written values in place.

    Raises:
        Problem: `settings.unknown_key`, `settings.wrong_type`, `settings.unknown_word` or `settings.out_of_range`.
    """
    known = {each.name: each for each in fields(Policy)}
    values: dict[str, Any] = {}
    for name, value in written.items():
        check_known(name, tuple(known), file)
        values[name] = _policy_value(name, value, known[name], file)
    return replace(Policy(), **values)


def check_timezone(timezone: object, file: Path) -> None:
    """Holds a timezone against the ones that exist.

    Raises:
        Problem: `settings.unknown_timezone`.
    """
    # What this machine calls its own is unknown to DuckDB, and another elsewhere.
    if not isinstance(timezone, str) or timezone not in zoneinfo.available_timezones() - {"localtime", "Factory"}:
        raise Problem("settings.unknown_timezone", file=file, timezone=timezone)


def _policy_value(name: str, value: Any, known: Any, file: Path) -> Any:
    default, limits = known.default, known.metadata
    if isinstance(default, tuple):
        if not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            raise Problem("settings.wrong_type", file=file, key=name, wanted=list(default or limits["allowed"]))
        for word in value if limits["allowed"] else ():
            if word not in limits["allowed"]:
                raise Problem("settings.unknown_word", file=file, key=name, word=word, allowed=list(limits["allowed"]))
        return tuple(value)
    right = isinstance(value, int) if isinstance(default, int) else isinstance(value, int | float)
    if isinstance(value, bool) or not right:
        raise Problem("settings.wrong_type", file=file, key=name, wanted=default)
    if not limits["least"] <= value <= limits["most"]:
        raise Problem("settings.out_of_range", file=file, key=name, least=limits["least"], most=limits["most"])
    return value


def _capacity(team: str, said: Any, policy: Policy, file: Path) -> int:
    if not isinstance(said, dict):
        raise Problem("settings.wrong_type", file=file, key=f"teams.{team}", wanted="flags_per_team = 2")
    for key in said:
        check_known(key, TEAM_SETTINGS, file)
    # A team that only set an address has the number of all.
    given = said.get("flags_per_team", policy.flags_per_team)
    return read_policy({"flags_per_team": given}, file).flags_per_team


def _table(written: dict[str, Any], name: str, file: Path) -> dict[str, Any]:
    table = written.get(name, {})
    if not isinstance(table, dict):
        raise Problem("settings.wrong_type", file=file, key=name, wanted=f"[{name}]")
    return table


def check_known(key: str, known: tuple[str, ...], file: Path) -> None:
    """Holds a key against the ones that there are.

    Raises:
        Problem: `settings.unknown_key`, with the nearest right one.
    """
    if key not in known:
        nearest = get_close_matches(key, known, 1, 0.4) or [known[0]]
        raise Problem("settings.unknown_key", file=file, key=key, nearest=nearest[0])
