"""The command line: help worth reading, and mistakes told in one sentence with the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import cli
from flows.language import LANGUAGE_VARIABLE, LANGUAGES

COMMANDS = (
    "demo",
    "init",
    "weekly",
    "check",
    "status",
    "send",
    "replay",
    "explain",
    "explore",
    "papers",
    "backup",
    "restore",
    "forget",
    "renew-secret",
    "backtest",
    "benchmark",
    "serve",
)


def typed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = cli.run(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = typed([command, "--help", "--language", language], capsys)
    assert (code, err) == (cli.DONE, "")
    assert f"luisterpost {command}" in out
    heading = "Opties" if language == "nl" else "Options"
    assert heading in out
    assert "None" not in out


def test_help_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(["--help"], capsys)
    assert code == cli.DONE
    for command in COMMANDS:
        assert f"  {command} " in out
    assert "130" in out


def test_dutch_unless_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Gebruik" in typed(["--help"], capsys)[1]
    monkeypatch.setenv(LANGUAGE_VARIABLE, "en")
    assert "Usage" in typed(["--help"], capsys)[1]
    assert "Gebruik" in typed(["--language=nl", "--help"], capsys)[1]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "told"),
    [
        (["weekly"], cli.USAGE, "--sources"),
        (["weekely"], cli.USAGE, "weekely"),
        (["weekly", "--sources", "demo", "--colour"], cli.USAGE, "--colour"),
        (["weekly", "--sources", "nowhere"], cli.NOTHING_DONE, "nowhere"),
        (["weekly", "--sources", "demo"], cli.NOTHING_DONE, "--inbox"),
        (["weekly", "--sources", "demo", "--inbox", "nowhere"], cli.NOTHING_DONE, "nowhere"),
        (["check", "--sources", "demo", "--inbox", "nowhere"], cli.NOTHING_DONE, "nowhere"),
        (["status"], cli.NOTHING_DONE, "weekly"),
        (["send"], cli.NOTHING_DONE, "weekly"),
        (["send", "--week", "soon"], cli.NOTHING_DONE, "2026-W46"),
        (["send", "--week", "2026-W46", "--for-real"], cli.NOTHING_DONE, "weekly"),
        (["explain"], cli.USAGE, "COMPLEX"),
        (["forget", "--before", "01-03-2026"], cli.USAGE, "2024-01-01"),
        (["forget", "--before", "2026-03-01", "p4648019891"], cli.USAGE, "forget --help"),
        (["forget", "--for-real=yes"], cli.USAGE, "--for-real"),
        (["weekly", "--home"], cli.USAGE, "--home"),
        (["explain", "C1"], cli.NOTHING_DONE, "weekly"),
        (["explain", "C1", "--week", "soon"], cli.NOTHING_DONE, "2026-W46"),
        (["weekly", "--sources", "demo", "--inbox", ".", "--week", "soon"], cli.NOTHING_DONE, "2026-W46"),
        (["weekly", "--sources", "demo", "--inbox", ".", "--week", "2025-W53"], cli.NOTHING_DONE, "2025-W53"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str],
    exit_code: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = typed(arguments, capsys)
    assert (code, out) == (exit_code, "")
    assert told in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert "p4648019891" not in err, "what was typed may be the key of a reporter"


def test_a_folder_without_sources_is_told_with_the_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = typed(["weekly", "--sources", str(tmp_path)], capsys)
    assert code == cli.NOTHING_DONE
    assert "complexes.csv" in err


def test_a_wrong_setting_is_told_before_anything_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "luisterpost.toml").write_text("[policy]\nquiet_bellow = 0.5\n")
    (tmp_path / "complexes.csv").write_text("complex_id\n")
    arguments = ["weekly", "--sources", str(tmp_path), "--home", str(tmp_path / "home")]
    code, _, err = typed(arguments, capsys)
    assert code == cli.NOTHING_DONE
    assert "quiet_bellow" in err
    assert "quiet_below" in err


def test_debug_shows_where_it_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match="none_yet"):
        cli.run(["status", "--debug"])


def test_a_fault_of_ours_is_said_to_be_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("flows.results.latest_week", broken)
    code, _, err = typed(["status", "--home", str(tmp_path)], capsys)
    assert code == cli.OUR_FAULT
    assert "ZeroDivisionError" in err
