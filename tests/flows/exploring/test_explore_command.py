"""`luisterpost explore`: what is served, what is said, and that nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from flows import cli
from flows.exploring import browser, command
from flows.exploring.browser import one_time_link
from flows.exploring.serving_notebooks import Server, Serving
from flows.home import Home


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Serving]:
    """Nothing is started; somebody presses Ctrl-C at once."""
    found: list[Serving] = []

    @contextmanager
    def at_once(serving: Serving) -> Iterator[Server]:
        found.append(serving)
        process = SimpleNamespace(wait=lambda: os.kill(os.getpid(), signal.SIGINT), returncode=None)
        yield Server(process, serving.port, "the-key")  # type: ignore[arg-type]

    monkeypatch.setattr(command, "served", at_once)
    return found


def publish(home: Path) -> None:
    folder = home / "published" / "weeks" / "2026-W46.1"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"week": "2026-W46", "contracts": {}}))
    (home / "published" / "latest").symlink_to(folder)


def typed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = cli.run(["explore", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def address_in(out: str) -> str:
    return next(word for word in out.split() if word.startswith("http://"))


def test_the_gallery_of_a_published_week(
    served: list[Serving], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path)
    code, out, err = typed(["--home", str(tmp_path), "--no-browser", "--language", "en"], capsys)
    assert (code, err) == (cli.DONE, "")
    assert f"Week 2026-W46, from {tmp_path}." in out
    assert "Ctrl-C" in out
    assert out.endswith("The notebooks are closed.\n")
    assert served[0].arguments == {"home": str(tmp_path), "language": "en"}
    assert not served[0].is_edit
    shown = urlsplit(address_in(out))
    assert shown.hostname == "127.0.0.1"
    assert parse_qs(shown.query) == {"access_token": ["the-key"]}


def test_one_complex_keeps_the_noughts_of_its_number(
    served: list[Serving], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path)
    for named in ([], ["one-complex"]):
        _, out, _ = typed([*named, "--complex", "0042 A&B", "--home", str(tmp_path), "--no-browser"], capsys)
        query = parse_qs(urlsplit(address_in(out)).query)
        assert (query["file"], query["complex"]) == (["one_complex.py"], ["0042 A&B"])


def test_a_week_and_the_code_may_be_asked_for(
    served: list[Serving], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path)
    typed(["--edit", "--week", "2026-W46", "--home", str(tmp_path), "--no-browser"], capsys)
    assert served[0].is_edit
    assert served[0].arguments["week"] == "2026-W46"


def test_the_demo_is_made_once_for_all_and_is_gone_afterwards(
    served: list[Serving], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[Path] = []

    def make(folder: Path, _language: str) -> Home:
        made.append(folder)
        publish(folder / "home")
        return Home(folder / "home")

    monkeypatch.setattr(command, "make_demo", make)
    nowhere = tmp_path / "nothing"
    code, out, err = typed(["--home", str(nowhere), "--no-browser"], capsys)
    assert code == cli.DONE
    assert "verzonnen corporatie" in out
    assert str(nowhere) in err, "it is said why one has to wait"
    assert served[0].arguments["demo"] == str(made[0] / "home")
    assert served[0].arguments["home"] == str(nowhere), "the notebooks say which home is empty"
    assert not made[0].exists()
    assert not nowhere.exists()
    typed(["connect_your_data", "--home", str(nowhere), "--no-browser"], capsys)
    assert len(made) == 1, "connecting one's data is not about a week"


@pytest.mark.parametrize("is_swallowed", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_leaves_nothing_behind_either(
    number: signal.Signals,
    is_swallowed: bool,
    served: list[Serving],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made: list[Path] = []

    def interrupted(folder: Path, _language: str) -> Home:
        made.append(folder)
        publish(folder / "home")
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt:
            # As libraries do in the middle of their work.
            if not is_swallowed:
                raise RuntimeError("Query interrupted") from None
        return Home(folder / "home")

    monkeypatch.setattr(command, "make_demo", interrupted)
    before = signal.getsignal(number)
    code, _, err = typed(["--home", str(tmp_path / "nothing"), "--no-browser"], capsys)
    assert code == cli.INTERRUPTED
    assert "Traceback" not in err
    assert served == []
    assert not made[0].exists()
    assert signal.getsignal(number) == before


def test_a_taken_port_is_told_with_a_free_one_or_passed_by(
    served: list[Serving], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = typed(["--port", str(port), "--home", str(tmp_path), "--no-browser"], capsys)
        assert (code, out) == (cli.NOTHING_DONE, "")
        assert err.count("\n") == 1
        assert f"Poort {port} is al in gebruik" in err
        monkeypatch.setattr("flows.exploring.serving_notebooks.FIRST_PORT", port)
        assert typed(["--home", str(tmp_path), "--no-browser"], capsys)[0] == cli.DONE
        assert served[0].port > port


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["one_complx"], cli.NOTHING_DONE, "one_complex"),
        (["--week", "2020-W01"], cli.NOTHING_DONE, "2026-W46"),
        (["--week", "soon"], cli.NOTHING_DONE, "soon"),
        (["--home", "nowhere", "--week", "2026-W46"], cli.NOTHING_DONE, "luisterpost weekly"),
        (["--port", "70000"], cli.USAGE, "--port"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str],
    code: int,
    told: str,
    served: list[Serving],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish(tmp_path)
    found, out, err = typed(["--home", str(tmp_path), *arguments], capsys)
    assert (found, out) == (code, "")
    assert told in err
    assert len(err.strip().splitlines()) == 1
    assert served == []


def test_without_marimo_it_is_said_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda _name: None)
    code, out, err = typed(["--home", str(tmp_path / "nothing")], capsys)
    assert (code, out) == (cli.NOTHING_DONE, "")
    assert "make explore" in err


def test_a_marimo_that_cannot_start_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path)
    monkeypatch.setattr("flows.exploring.serving_notebooks.sys.executable", "/bin/false")
    code, _, err = typed(["--home", str(tmp_path), "--no-browser"], capsys)
    assert code == cli.NOTHING_DONE
    assert "--debug" in err
    assert len(err.strip().splitlines()) == 1


def asked(link: str) -> tuple[int, str | None]:
    parts = urlsplit(link)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location")
    finally:
        connection.close()


def test_the_browser_gets_a_link_that_works_once(monkeypatch: pytest.MonkeyPatch) -> None:
    link = one_time_link("http://127.0.0.1:1/?access_token=k")
    assert "access_token" not in link
    assert asked(f"{link}x")[0] == 404
    assert asked(link) == (302, "http://127.0.0.1:1/?access_token=k")
    with pytest.raises(OSError, match=r"."):
        asked(link)
    opened: list[str] = []
    monkeypatch.setattr(browser.webbrowser, "open", opened.append)
    monkeypatch.setattr(browser, "_has_screen", lambda: False)
    browser.open_once("http://127.0.0.1:1/")
    assert opened == [], "no browser for terminals takes this one over"
