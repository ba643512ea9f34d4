"""One browser and one page for the tests of a file; without Chromium on the machine they are skipped.

A browser that stays open keeps an event loop at work, and then nothing else on that core can have one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import CHROMIUM, chromium
from screen import Screen, Show


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with chromium() as browser:
        page = browser.new_page(offline=True)
        made = Screen(page, tmp_path_factory.mktemp("overview"))
        page.on("request", lambda request: made.note(request.url))
        page.on("console", lambda message: made.complaints.append(message.text))
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (made.complaints.append(dialog.message), dialog.dismiss()))
        yield made


@pytest.fixture
def show(screen: Screen) -> Iterator[Show]:
    """Shows a week. Nothing may have been asked for but the file, and nothing may have gone wrong."""
    screen.requests.clear()
    screen.complaints.clear()
    yield screen.show
    assert (screen.requests, screen.complaints) == ([], [])
