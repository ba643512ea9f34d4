"""The digest as mail: HTML that common mail clients draw alike, and plain text for who reads that.

Styles stand on every element and the layout is made of tables, because clients drop style sheets. Charts are images
that travel along (`cid:`): images from elsewhere are blocked, and would tell who reads when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.language import Language
from flows.sharing.digest import Digest
from flows.sharing.page import templates


def mail_html(digest: Digest, images: Sequence[str], language: Language) -> str:
    """The mail as HTML. Where nothing is new it is two sentences, after what was done with the answers.

    Args:
        digest: What it says.
        images: Names of the chart images of the new complexes, in their order; "" where there is none.
        language: Of the mail.
    """
    made = templates().get_template("team_mail.html").render(digest=digest, images=images, language=language)
    return made.lstrip()


def mail_text(digest: Digest) -> str:
    """The mail as plain text, with the same words; a chart is in the sentence above it."""
    return "\n".join(_lines(digest)).strip() + "\n"


def _lines(digest: Digest) -> Iterator[str]:
    yield digest.kicker
    yield digest.shown_team
    for part in (digest.safety, digest.answered):
        yield from _part(part.title, part.lines)
    if digest.short:
        yield from ("", *digest.short)
        yield from _rows(digest)
    else:
        yield from _news(digest)
        if digest.asked.on_sheet:
            yield from _part(digest.answer_title, (digest.answer_how, *_bare_questions(digest)))
            yield from _rows(digest)
    yield from ("", "--", digest.footer)
    if digest.attribution:
        yield digest.attribution


def _news(digest: Digest) -> Iterator[str]:
    yield from _part(digest.new_title, ("",) if digest.new else digest.new_lines)
    for entry in digest.new:
        yield from (f"{entry.name} ({entry.homes})", entry.why, entry.question, entry.first_step, "")
    if digest.new:
        yield from digest.new_lines
    if digest.drawn or digest.drawn_lines:
        named = (f"{name} ({homes})" for name, homes in digest.drawn)
        yield from _part(digest.drawn_title, (*named, *digest.drawn_lines))
    running = (" ".join(each for each in (_before(line.name), line.text, line.news) if each) for line in digest.running)
    yield from _part(digest.running_title, tuple(running))
    yield from _part(digest.unseen.title, digest.unseen.lines)


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", title.upper(), *lines)


def _before(name: str) -> str:
    return f"{name}." if name else ""


def _bare_questions(digest: Digest) -> Iterator[str]:
    """Without links the questions stand alone, for the sheet."""
    if not digest.asked.rows:
        yield from (digest.asked.found_question, digest.asked.report_question)


def _rows(digest: Digest) -> Iterator[str]:
    """A link per answer; its end is the answer, so it needs no word before it."""
    for place, row in enumerate(digest.asked.rows):
        yield from ("", row.name)
        for question, choices in (
            (digest.asked.found_question, row.found),
            (digest.asked.report_question, row.report),
        ):
            # Asked once, as on the page.
            yield from (question,) if place == 0 else ()
            yield from (f"  {choice.link}" for choice in choices)
