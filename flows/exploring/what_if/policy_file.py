"""The `[policy]` part of the settings file: read, compared with other values, and written when it is asked for.

Nothing else in the file is touched, comments included, and nothing is written that the weekly run would refuse.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from difflib import unified_diff
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from data_contracts.problem import Problem
from flows.exploring.owner_only import write_whole
from flows.home import Home
from flows.settings import read_policy, read_settings
from models.policy import Policy


@dataclass(frozen=True)
class InForce:
    """What the next weekly run would go by.

    Attributes:
        file: The settings file; it need not exist. None where there is no home to write in, as for the demo.
        text: What stands in it.
        policy: Its values; those of the published week where the file cannot be used.
        capacity: New flags a week per team that it names [flags].
        trouble: What the weekly run would refuse about it.
    """

    file: Path | None
    text: str
    policy: Policy
    capacity: dict[str, int] = field(default_factory=dict)
    trouble: Problem | None = None


def policy_in_force(home: Home | None, published: Policy) -> InForce:
    """Reads the settings file of a home.

    Args:
        home: The home; None for the demo, which has no file.
        published: The values of the published week.
    """
    if home is None:
        return InForce(None, "", published)
    file = home.settings
    try:
        settings = read_settings(file)
        text = _text(file)
    except Problem as problem:
        return InForce(file, "", published, trouble=problem)
    return InForce(file, text, settings.policy, settings.capacity)


def text_with(text: str, policy: Policy) -> str:
    """The text of a settings file with other values of the policy in it.

    A value that is its default leaves the file; one that stands there as it is stays as it was written.

    Args:
        text: A settings file that can be read; may be empty.
        policy: The values.
    """
    document = tomlkit.parse(text)
    stands: dict[str, Any] = document.get("policy", {}).unwrap() if "policy" in document else {}
    wanted = {each.name: _written(getattr(policy, each.name)) for each in fields(Policy)}
    defaults = {each.name: _written(each.default) for each in fields(Policy)}
    changed = {name: value for name, value in wanted.items() if stands.get(name, defaults[name]) != value}
    if not changed:
        return text
    if "policy" not in document:
        # Settings without a heading stand before the first heading, or they would be read as part of it.
        document.append("policy", tomlkit.table())
    table: Any = document["policy"]
    for name, value in changed.items():
        if value == defaults[name]:
            del table[name]
        else:
            table[name] = value
    return tomlkit.dumps(document)


def differences(before: str, after: str, name: str) -> str:
    """What differs between two texts of the settings file, as a unified diff; empty where nothing does."""
    return "\n".join(unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=1))


def draft(in_force: InForce, policy: Policy) -> str:
    """The text that saving would write: whatever way the file is written in, the weekly run reads these values from it.

    Raises:
        Problem: `trying.too_intricate`, if it is written in a way that cannot be changed here.
    """
    try:
        text = text_with(in_force.text, policy)
        before, after = (tomllib.loads(each) for each in (in_force.text, text))
        said, _ = after.pop("policy", {}), before.pop("policy", {})
        if after == before and read_policy(said, Path("luisterpost.toml")) == policy:
            return text
    except (TOMLKitError, tomllib.TOMLDecodeError, AttributeError, KeyError):
        # Tables that are spread over the file have no hands to be changed by.
        pass
    raise Problem("trying.too_intricate", file=in_force.file or "luisterpost.toml")


def save_policy(in_force: InForce, policy: Policy) -> Path:
    """Writes the values into the settings file they were held against.

    Returns:
        The file.

    Raises:
        Problem: `trying.no_file` for the demo; what is wrong with the file or with a value; `trying.changed_meanwhile`;
            `trying.too_intricate`; `trying.cannot_save`.
    """
    if in_force.file is None:
        raise Problem("trying.no_file")
    if in_force.trouble:
        raise in_force.trouble
    file = in_force.file
    read_policy({each.name: _written(getattr(policy, each.name)) for each in fields(Policy)}, file)
    try:
        if _text(file) != in_force.text:
            raise Problem("trying.changed_meanwhile", file=file)
        # A link that an administrator put there stays one.
        write_whole(file.resolve(), draft(in_force, policy))
    except (OSError, UnicodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise Problem("trying.cannot_save", file=file, why=why) from error
    return file


def _text(file: Path) -> str:
    # With the ends of its lines as they are.
    return file.read_bytes().decode("utf-8") if file.exists() else ""


def _written(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
