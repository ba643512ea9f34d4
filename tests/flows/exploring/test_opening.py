"""A notebook opens a published week or the demo, and says in one sentence why it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from data_contracts.contract import contract
from flows.exploring import demo_week
from flows.exploring.opening import open_week
from flows.home import Home

NEEDS = ("flags", "scores")


def publish(home: Path, week: str = "2026-W46") -> Path:
    """A published week without rows."""
    folder = home / "published" / "weeks" / f"{week}.20261116T050000000000Z"
    folder.mkdir(parents=True)
    versions = {name: contract("published", name).version for name in NEEDS}
    (folder / "run.json").write_text(json.dumps({"week": week, "contracts": versions, "policy": {}}))
    for name in NEEDS:
        columns = contract("published", name).column_names
        pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).write_parquet(folder / f"{name}.parquet")
    latest = home / "published" / "latest"
    latest.unlink(missing_ok=True)
    latest.symlink_to(folder)
    return folder


@pytest.fixture
def made_demos(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Remembers each demo that is made; it is a week without rows."""
    made: list[Path] = []

    def make(folder: Path, _language: str) -> Home:
        made.append(folder)
        publish(folder / "home", "2026-W40")
        return Home(folder / "home")

    demo_week.demo_home.cache_clear()
    monkeypatch.setattr(demo_week, "make_demo", make)
    yield made
    demo_week.demo_home.cache_clear()


def test_the_latest_week_or_the_one_asked_for(tmp_path: Path) -> None:
    for week in ("2026-W45", "2026-W46"):
        publish(tmp_path, week)
    latest = open_week({"home": str(tmp_path)}, NEEDS)
    assert latest.notice == f"Week 2026-W46, uit {tmp_path}."
    assert not latest.is_demo
    earlier = open_week({"home": str(tmp_path), "week": "2026-W45", "language": "en"}, NEEDS)
    assert earlier.notice == f"Week 2026-W45, from {tmp_path}."


def test_the_demo_is_made_once_where_nothing_was_published(tmp_path: Path, made_demos: list[Path]) -> None:
    for _ in range(2):
        opened = open_week({"home": str(tmp_path / "nothing")}, NEEDS)
        assert opened.is_demo
        assert str(tmp_path / "nothing") in opened.notice
        assert "2026-W40" in opened.notice
    assert len(made_demos) == 1


def test_a_demo_that_stands_ready_is_not_made_again(tmp_path: Path, made_demos: list[Path]) -> None:
    publish(tmp_path / "demo", "2026-W41")
    opened = open_week({"home": str(tmp_path / "nothing"), "demo": str(tmp_path / "demo")}, NEEDS)
    assert opened.is_demo
    assert "2026-W41" in opened.notice
    assert made_demos == []


def test_a_week_that_was_asked_for_is_never_the_demo(tmp_path: Path, made_demos: list[Path]) -> None:
    opened = open_week({"home": str(tmp_path), "week": "2026-W46"}, NEEDS)
    assert opened.week is None
    assert "luisterpost weekly" in opened.notice
    assert made_demos == []


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "3", "null", '{"week": "2026-W46"}', '{"week": 3, "contracts": {}}', '{"contracts": []}']
)
def test_a_run_that_cannot_be_read_is_one_sentence(tmp_path: Path, said: str) -> None:
    folder = publish(tmp_path)
    (folder / "run.json").write_text(said)
    for week in ("", "2026-W46"):
        assert_told(open_week({"home": str(tmp_path), "week": week}, NEEDS).notice, "niet te lezen")
    # Which week is the latest stands in it as well.
    assert_told(open_week({"home": str(tmp_path), "week": "2026-W40"}, NEEDS).notice)


def test_tables_that_are_damaged_are_named(tmp_path: Path) -> None:
    file = publish(tmp_path) / "scores.parquet"
    for content in (b"", b"PAR1 and then nothing", file.read_bytes()[:-9]):
        file.write_bytes(content)
        assert_told(open_week({"home": str(tmp_path)}, NEEDS).notice, "scores.parquet")
    pl.DataFrame({"complex_id": ["C1"]}).write_parquet(file)
    assert_told(open_week({"home": str(tmp_path)}, NEEDS).notice, "scores.parquet", "kolom")
    file.unlink()
    assert_told(open_week({"home": str(tmp_path)}, NEEDS).notice, "scores.parquet")
    assert open_week({"home": str(tmp_path)}, ("flags",)).trouble is None, "who does not read it is not bothered"


def test_a_link_to_a_week_that_is_gone_is_no_reason_for_the_demo(tmp_path: Path, made_demos: list[Path]) -> None:
    folder = publish(tmp_path)
    folder.rename(tmp_path / "elsewhere")
    assert_told(open_week({"home": str(tmp_path)}, NEEDS).notice, str(tmp_path))
    assert made_demos == []


def test_a_home_of_nobody_is_one_sentence() -> None:
    assert_told(open_week({"home": "~nobody_of_that_name/home"}, NEEDS).notice, "~nobody_of_that_name")


def assert_told(sentence: str, *parts: str) -> None:
    assert sentence
    for part in parts:
        assert part in sentence
    assert len(sentence.splitlines()) == 1
    assert "Error" not in sentence.split("(")[0]
