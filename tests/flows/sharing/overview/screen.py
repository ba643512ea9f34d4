"""A page in the browser that shows overviews, and remembers what they asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from playwright.sync_api import Page

from flows.language import Language
from flows.sharing.overview import overview_page
from flows.sharing.tier import SharedWeek

Show = Callable[..., Page]


@dataclass
class Screen:
    """A page in the browser, and all that it asked for or complained of.

    Attributes:
        page: The page.
        folder: Where overviews are written for it.
        requests: Addresses that were asked for, the file itself left out.
        complaints: What the browser wrote on its console, and dialogs that were opened.
    """

    page: Page
    folder: Path
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def show(self, shared: SharedWeek, code: str = "nl", width: int = 1280, route: str = "") -> Page:
        """The overview of a week, drawn and ready."""
        file = self.folder / f"{next(self.numbers)}.html"
        file.write_text(overview_page(shared, Language(code)), encoding="utf-8")
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(f"{file.as_uri()}{route}")
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def note(self, address: str) -> None:
        """Remembers a request for anything but the file."""
        if not address.startswith(self.folder.as_uri()):
            self.requests.append(address)
