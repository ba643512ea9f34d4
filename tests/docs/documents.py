"""The documents, and what stands in them: fenced blocks, command lines, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("[A-Z]*.md"), ROOT / "notebooks/README.md"])
# Its usage lines have brackets, and a test of its own.
GENERATED = {"commands.md"}
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(luisterpost [a-z][^`]*)`")
_TYPED = re.compile(r"(?:[A-Z_]+=\S+ +)*(luisterpost|make) +[a-z-]")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        document: Where it stands.
        language: What follows the fence; empty for a shell and for output.
        text: What is in it, without the indent of a list.
    """

    document: Path
    language: str
    text: str


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def blocks(document: Path, language: str | None = None) -> Iterator[Block]:
    for indent, found, text in _FENCE.findall(document.read_text(encoding="utf-8")):
        plain = "\n".join(line.removeprefix(indent) for line in text.splitlines())
        if language is None or found == language:
            yield Block(document, found, plain)


def typed_lines(document: Path, program: str) -> list[list[str]]:
    """What is typed in the blocks, as words, the program first; what is left out or shown as output is not."""
    found = []
    for block in blocks(document, ""):
        for line in block.text.splitlines():
            if _TYPED.match(line) and "…" not in line:
                words = [each for each in shlex.split(line, comments=True) if "=" not in each.split("-")[0]]
                if words[0] == program:
                    found.append(words)
    return found


def named_commands(document: Path) -> list[list[str]]:
    """Commands that are named in a sentence."""
    return [shlex.split(each) for each in _INLINE.findall(document.read_text(encoding="utf-8")) if "…" not in each]


def links(document: Path) -> list[str]:
    """Links and pictures within the repository."""
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    found = [next(filter(None, each)) for each in _LINK.findall(text)]
    return [each for each in found if "://" not in each and not each.startswith("mailto:")]


def anchors(document: Path) -> set[str]:
    """Headings as the parts of an address that GitHub makes of them."""
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }
