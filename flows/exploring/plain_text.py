"""A text as Markdown shows it letter for letter: names and notes come from sources, and nothing in them is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable


def plain(text: object) -> str:
    """The text in which every sign but letters, figures and spaces is written by its number; lines stay lines."""
    # Two spaces before the end of a line are a line's end in Markdown.
    written = re.sub(r"[^\w\s]|_", lambda sign: f"&#{ord(sign[0])};", str(text))
    # A figure and its per cent stay on one line.
    written = re.sub(r"(?<=\d) (?=&#37;)", "&nbsp;", written)
    return re.sub(r"[ \t]*\n\s*", "  \n", written.strip())


def capital(text: str) -> str:
    """The text with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def bullets(texts: Iterable[object]) -> str:
    """The texts as a list in Markdown, letter for letter."""
    return "\n".join(f"- {plain(each)}" for each in texts)
