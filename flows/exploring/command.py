"""`luisterpost explore`: the notebooks on a published week, or on the demo where there is none yet."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from data_contracts.problem import Problem
from flows.exploring.browser import open_once
from flows.exploring.demo_week import make_demo
from flows.exploring.gallery import FOLDER, asks_for_week, known_notebook, notebook_names
from flows.exploring.opening import asked_home, find_week
from flows.exploring.serving_notebooks import Serving, free_port, served
from flows.language import Language
from flows.progress import progress

log = logging.getLogger("luisterpost")
OF_ONE_COMPLEX = "one_complex"


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line.

    Attributes:
        notebook: Name of one notebook; None opens the gallery.
        home: Home folder.
        week: ISO name of a published week; None opens the latest.
        complex_id: Complex to begin with, in the notebook of one complex.
        is_edit: Whether the notebooks may be changed.
        port: Port; None takes the first free one.
        has_browser: Whether a browser is opened on it.
        is_debug: Whether what marimo says is shown.
    """

    notebook: str | None
    home: Path
    week: str | None = None
    complex_id: str | None = None
    is_edit: bool = False
    port: int | None = None
    has_browser: bool = True
    is_debug: bool = False


def explore(asked: Asked, language: Language, tell: Callable[[str], None]) -> None:
    """Serves the notebooks until somebody interrupts it.

    Args:
        asked: What was asked for.
        language: Of what is said, here and in the notebooks.
        tell: Prints a sentence.

    Raises:
        Problem: `explore.*`, or about the home folder or the week.
        KeyboardInterrupt: Where it is interrupted before anything is served.
    """
    named = asked.notebook or (OF_ONE_COMPLEX if asked.complex_id else None)
    notebook = known_notebook(named) if named else None
    notebook_names()
    if find_spec("marimo") is None:
        raise Problem("explore.no_marimo")
    port = free_port(asked.port)
    with _interrupted_by_any_signal() as heard, TemporaryDirectory(prefix="luisterpost-explore-") as place:
        arguments = {"home": str(asked.home.absolute()), "week": asked.week or "", "language": language.code}
        if notebook is None or asks_for_week(notebook):
            arguments |= _demo_where_needed(arguments, asked, language, Path(place))
            if heard:
                # A library let it pass while the demo was made.
                raise KeyboardInterrupt
            tell(find_week(arguments, ()).notice)
        arguments = {name: value for name, value in arguments.items() if value}
        log_file = None if asked.is_debug else Path(place) / "marimo.log"
        serving = Serving(FOLDER, port, asked.is_edit, arguments, language.code, log_file)
        with served(serving) as server:
            # A number such as 0123 would lose its nought among the arguments of a notebook.
            query = {"complex": asked.complex_id} if asked.complex_id else {}
            address = server.address(notebook, **query)
            tell(language.say("explore.open_for_change" if asked.is_edit else "explore.open", address=address))
            if asked.has_browser:
                open_once(address)
            try:
                server.process.wait()
            except KeyboardInterrupt:
                tell(language.say("explore.closed"))
                return
        raise Problem("explore.marimo_failed", why=server.process.returncode)


def _demo_where_needed(arguments: dict[str, str], asked: Asked, language: Language, place: Path) -> dict[str, str]:
    """The demo, made here once for all notebooks, where there is no week yet."""
    home, is_demo = asked_home(arguments)
    if not is_demo:
        return {}
    with progress(language, is_debug=asked.is_debug, has_known_steps=False):
        log.info(language.say("explore.making_demo", home=home.folder))
        return {"demo": str(make_demo(place, language.code).folder)}


@contextmanager
def _interrupted_by_any_signal() -> Iterator[list[int]]:
    """A closed terminal and a shutdown are an interrupt as well, so that no process and no folder stays behind.

    Gives the signals that were heard.
    """
    heard: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield heard
    except Exception as error:
        if heard:
            # DuckDB makes an error of its own of it.
            raise KeyboardInterrupt from error
        raise
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
