"""Takes the pictures of the overview and of a digest that stand in the README, in headless Chromium.

python tests/flows/sharing/overview/take_pictures.py luisterpost-home/published/latest docs/images
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from chromium import chromium
from playwright.sync_api import Page

from flows.language import Language
from flows.results import PublishedWeek
from flows.sharing.overview import overview_page
from flows.sharing.team_folder import write_digests
from flows.sharing.tier import SharedWeek, shared_week

WIDTH = 1280
# High enough for the quadrant, the map and the first rows of the list.
HEIGHT = 1560
# About as wide as the text of a mail.
DIGEST_WIDTH = 700


def take_pictures(page: Page, shared: SharedWeek, folder: Path, language: Language) -> tuple[Path, Path, Path]:
    """Writes `overview.png`, and of the first complex on the list that no lot brought there its page as `complex.png`
    and the digest of its team as `digest.png`.

    Args:
        page: Of a browser; its size is changed.
        shared: The week; at least one complex is on its list.
        folder: Where to; it exists.
        language: Of what stands on them.
    """
    listed = shared.flags.filter(pl.col("is_listed")).sort(pl.col("why") == "random_draw", "area_team", "rank")
    overview, of_one, digest = (folder / f"{name}.png" for name in ("overview", "complex", "digest"))
    with TemporaryDirectory() as place:
        written = {each.team: each.folder for each in write_digests(shared, Path(place), language)}
        page.set_viewport_size({"width": DIGEST_WIDTH, "height": 200})
        page.goto((written[listed["area_team"][0]] / "digest.html").as_uri())
        page.screenshot(path=digest, full_page=True)
        file = Path(place) / "overview.html"
        file.write_text(overview_page(shared, language), encoding="utf-8")
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]")
        page.screenshot(path=overview)
        page.goto(f"{file.as_uri()}#complex={listed['complex_id'][0]}")
        page.wait_for_selector("#complex h1:focus")
        page.screenshot(path=of_one, full_page=True)
    return overview, of_one, digest


if __name__ == "__main__":
    week = PublishedWeek(Path(sys.argv[1]).resolve())
    with chromium() as browser:
        taken = take_pictures(browser.new_page(offline=True), shared_week(week), Path(sys.argv[2]), Language("nl"))
    print(*taken, sep="\n")
