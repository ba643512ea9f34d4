"""Every value of the policy stands on its page, once, under the heading that it has in the source."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

from flows.reference.policy_page import policy_groups, policy_page, written
from flows.settings import read_policy
from models.policy import Policy

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == policy_page(), "run `make docs`"


def test_every_value_stands_on_the_page_once_with_its_reason() -> None:
    page = policy_page()
    for each in fields(Policy):
        rows = [line for line in page.splitlines() if line.startswith(f"| `{each.name}` |")]
        assert len(rows) == 1, each.name
        assert each.metadata["reason"] in rows[0]
        assert each.metadata["unit"] in rows[0]
        assert rows[0].count("|") == 6, "five cells"


def test_groups_are_the_comments_of_the_source_and_hold_every_value() -> None:
    groups = policy_groups()
    assert [name for names in groups.values() for name in names] == [each.name for each in fields(Policy)]
    assert "Values" not in groups, "every value stands under a comment"
    assert "flags_per_team" in groups["Who gets a flag"]


def test_every_default_as_it_is_written_is_a_setting(tmp_path: Path) -> None:
    text = "\n".join(f"{each.name} = {written(each.default)}" for each in fields(Policy))
    assert read_policy(tomllib.loads(text), tmp_path) == Policy()


def test_the_example_of_the_page_is_a_setting(tmp_path: Path) -> None:
    example = policy_page().split("```toml\n", 1)[1].split("```", 1)[0]
    assert read_policy(tomllib.loads(example)["policy"], tmp_path).flags_per_team == 3
