"""Sentences and words of a Dutch page, as a reader meets them: without tables, headings, marks and file names."""

from __future__ import annotations

import re


def sentences(page: str) -> list[str]:
    text = re.sub(r"^(\||#).*$", "", page, flags=re.MULTILINE)
    text = re.sub(r"`[^`]*`", "bestand", text).replace("**", "").replace("*", "")
    found = []
    for paragraph in re.split(r"\n{2,}|\n(?=- |\d+\. )", text):
        plain = re.sub(r"^(- |\d+\. )", "", " ".join(paragraph.split()))
        # What is still to be filled in is asked of somebody who reads forms.
        plain = re.sub(r"\[in te vullen: [^\]]+\]", "", plain)
        found += [each for each in re.split(r"(?<=[.!?:;])\s+", plain) if words(each)]
    return found


def words(sentence: str) -> list[str]:
    return re.findall(r"[\w'’-]*\w", sentence)
