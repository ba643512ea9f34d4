"""The digest as one self-contained page: nothing is fetched, nothing runs, and it prints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.language import Language
from flows.sharing.digest import Digest


@cache
def templates() -> Environment:
    """One set of templates for all teams; every text in them is escaped."""
    return Environment(
        loader=PackageLoader("flows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def digest_page(digest: Digest, drawings: Sequence[str], language: Language) -> str:
    """The page as HTML.

    Args:
        digest: What it says.
        drawings: The charts of the new complexes as SVG, in their order; "" where there is none.
        language: Of the page.
    """
    # The drawings are ours: no name from a source stands in them.
    drawn = [Markup(each) for each in drawings]
    return templates().get_template("team_page.html").render(digest=digest, drawings=drawn, language=language)
