"""The overview as one HTML file: template, style, scripts and the packed week.

The file carries a security policy that lets only its own style and its own script run, each by its hash, and nothing
be fetched. Whatever a source says reaches the page as JSON and is written as text.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.language import Language
from flows.sharing.overview.packed import packed_week
from flows.sharing.tier import SharedWeek
from flows.sharing.unseen import unseen_feeds, unseen_sources
from models.weeks import week_name

HERE = Path(__file__).parent
SCRIPTS = (
    "elements.js",
    "week.js",
    "choice.js",
    "dots.js",
    "quadrant.js",
    "map.js",
    "list.js",
    "axis.js",
    "streams.js",
    "complex.js",
    "start.js",
)
"""In this order they make one module."""


def overview_page(shared: SharedWeek, language: Language) -> str:
    """The overview of the organisation, as one HTML file without any link to elsewhere.

    Args:
        shared: All that may be told of the week; nothing else is read, and its safety matters are not.
        language: Of what people read.
    """
    # The attribute asks for a hash of the very bytes between the tags, line ends included.
    style, script = _read("overview.css"), "\n".join(_read(name) for name in SCRIPTS)
    blind = [language.say("unseen.condition")] if shared.is_blind else []
    pages = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return pages.get_template("overview.html").render(
        shared=shared,
        last_day=shared.week + timedelta(days=6),
        n_listed=shared.flags["is_listed"].sum(),
        unseen=[
            *blind,
            *unseen_sources(shared.sources, language),
            *unseen_feeds(shared.suspect, shared.dark, language),
        ],
        policy=_security_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        packed=Markup(embeddable(packed_week(shared, language))),
        say=language.say,
        week_name=week_name,
        language=language,
    )


def embeddable(value: Any) -> str:
    """JSON that may stand inside a script element: whatever a text holds, it cannot end the element."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def _security_policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
