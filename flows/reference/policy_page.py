"""Every value of the policy as one page, `docs/policy.md`, grouped as in `models/policy.py`."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from models.policy import Policy

# In the class a comment line above a field begins a group; a field begins with its name and a colon.
_LINE = re.compile(r"^    (?:# (?P<group>\S.*)|(?P<name>[a-z]\w*): )")


def policy_page() -> str:
    """The page, in English, made from the policy alone."""
    parts = [
        "# The policy: every threshold, window and capacity",
        "This page is made from [models/policy.py](../models/policy.py); change it there. Beside each default "
        "stands its reason, to be argued with.",
        "An installation sets its own value in `HOME/luisterpost.toml`, by the same name; what is not there keeps its "
        "default. A name that does not exist, a value of another kind or one outside the limits is refused with a "
        "sentence that says so, before anything is read.",
        f"```toml\n[policy]\n{_setting('flags_per_team', 3)}\n{_setting('leave_below', 0.25)}\n```",
        "`flags_per_team` can also be set for one team: `[teams.Waterlanden]`. Which list other values would give is "
        "shown by the notebook `what_if`: [try a threshold](howto/try-a-threshold.md).",
    ]
    known = {each.name: each for each in fields(Policy)}
    for group, names in policy_groups().items():
        parts += [f"## {group}", _table([known[name] for name in names])]
    return "\n\n".join(parts) + "\n"


def policy_groups() -> dict[str, list[str]]:
    """Names of the values under the comment that heads them in the source, in its order."""
    groups: dict[str, list[str]] = {}
    group = "Values"
    for line in inspect.getsource(Policy).splitlines():
        found = _LINE.match(line)
        if found and found["group"]:
            group = found["group"]
        elif found:
            groups.setdefault(group, []).append(found["name"])
    return groups


def written(value: Any) -> str:
    """A value as TOML has it."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _setting(name: str, value: Any) -> str:
    return f"{name} = {written(value)}"


def _table(values: list[Field[Any]]) -> str:
    lines = ["| name | default | unit | limits | reason |", "| --- | --- | --- | --- | --- |"]
    for each in values:
        about = each.metadata
        cells = [f"`{each.name}`", f"`{written(each.default)}`", about["unit"], _limits(about), about["reason"]]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _limits(about: Mapping[str, Any]) -> str:
    if about["least"] is not None:
        return f"{_plain(about['least'])} – {_plain(about['most'])}"
    return ", ".join(f"`{word}`" for word in about.get("allowed") or ())


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"
