"""Takes the pictures of the notebooks that stand in the docs, in headless Chromium.

PYTHONPATH=tests/flows/sharing/overview python tests/notebooks/take_notebook_pictures.py luisterpost-home docs/images
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from chromium import chromium
from driven import Explored, driven, explored
from playwright.sync_api import Browser

from flows.exploring.gallery import notebook_names
from flows.exploring.what_if.controls import LEADING
from flows.results import PublishedWeek

# So much that the answer and its first picture are on it.
HEIGHT = 1400
# Where folders stand on this machine is nobody's business; charts draw what they say themselves.
WITHOUT_PATH = """([path, name]) => {
  const clean = root => {
    for (const field of root.querySelectorAll('input'))
      field.value = field.value.replace(/^.*luisterpost-demo-[^/]*[/]/, 'demo-');
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.shadowRoot) clean(node.shadowRoot);
      if (node.nodeType === Node.TEXT_NODE && node.data.includes(path)) node.data = node.data.replace(path, name);
    }
  };
  clean(document.body);
}"""
READY = "() => document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 300))))"


def take_pictures(browser: Browser, server: Explored, home: Path, folder: Path, names: Sequence[str]) -> list[Path]:
    """Writes `notebook-NAME.png` of notebooks; the one of one complex shows the heaviest flag.

    Args:
        browser: Headless Chromium.
        server: Where the notebooks are served.
        home: The home folder that they are about.
        folder: Where to; it exists.
        names: Of the notebooks.
    """
    chosen = _heaviest_flag(PublishedWeek(home / "published" / "latest"))
    written = []
    for name in names:
        query = {"complex": chosen} if chosen and name == "one_complex" else {}
        with driven(browser, server.of(name, **query), HEIGHT) as notebook:
            if name == "what_if":
                # Moved, so that there is something to see.
                slider = notebook.page.get_by_role("slider").nth(LEADING.index("false_discovery_rate"))
                for _ in range(3):
                    notebook.after(lambda slider=slider: slider.press("PageUp"))
            notebook.page.evaluate(WITHOUT_PATH, [str(home.resolve()), home.name])
            notebook.page.evaluate(READY)
            written.append(folder / f"notebook-{name.replace('_', '-')}.png")
            notebook.page.screenshot(path=written[-1])
    return written


def _heaviest_flag(week: PublishedWeek) -> str | None:
    chosen = week.table("flags").filter(pl.col("why") != "random_draw").sort("p_quiet_decline", descending=True)
    return None if chosen.is_empty() else str(chosen["complex_id"][0])


if __name__ == "__main__":
    place = Path(sys.argv[1]).resolve()
    with explored(place) as started, chromium() as opened:
        print(*take_pictures(opened, started, place, Path(sys.argv[2]), notebook_names()), sep="\n")
