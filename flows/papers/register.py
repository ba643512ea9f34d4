"""The entry for the Dutch Algoritmeregister, by publication standard 1.0: made, and checked before it is written.

Source:
    Publication standard 1.0 of the Algoritmeregister (Ministry of the Interior), fields, choices and lengths as in
    github.com/MinBZK/Algoritmeregister, `backend/app/schemas/config/v1_0.json` at commit
    559218f55d46e2fa89a3f97a36d1cb1414494409.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from flows.language import Language
from flows.papers.facts import Facts
from flows.papers.rendering import rendered

TEMPLATE = "nl/algoritmeregister.md"
SCHEMA = Path(__file__).parent / "algoritmeregister.schema.json"
Entry = dict[str, Any]
# What is the same for every organisation, and where a choice must be made, the more careful one.
CHOSEN: Entry = {
    "category": ["Wonen"],
    "publication_category": "Impactvolle algoritmes",
    "lawful_basis_grouping": [
        {"title": "Woningwet", "link": "https://wetten.overheid.nl/BWBR0005181"},
        {"title": "Algemene verordening gegevensbescherming", "link": "https://eur-lex.europa.eu/eli/reg/2016/679/oj"},
    ],
    "lang": "nld",
    "standard_version": "1.0",
    "source_id": "luisterpost",
}
# A field of the register with room for nothing but the thing itself, so no placeholder fits.
NOT_WRITTEN = {"begin_date": "maand waarin het gebruik begon (jjjj-mm)"}
TO_CONFIRM = {"publication_category": "categorie", "status": "stand"}
_FIELD = re.compile(r"^## (\w+)\n", re.MULTILINE)


def register_entry(facts: Facts) -> Entry:
    """The entry, in Dutch; what only the organisation knows stands in it as a placeholder.

    Raises:
        ValueError: If it is not what the register takes: a fault of ours.
    """
    _, *parts = _FIELD.split(rendered(TEMPLATE, facts, Language("nl")))
    told = {name: _unwrapped(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}
    status = "In gebruik" if facts.installation else "In ontwikkeling"
    made = told | CHOSEN | {"status": status}
    entry = {name: made[name] for name in _schema()["properties"] if name in made}
    if set(made) - set(entry):
        raise ValueError(f"the register has no field {', '.join(sorted(set(made) - set(entry)))}")
    check_entry(entry)
    return entry


def check_entry(entry: Entry) -> None:
    """Holds an entry against the standard.

    Raises:
        ValueError: With every field that is wrong, and why.
    """
    from jsonschema import Draft202012Validator

    wrong = sorted(Draft202012Validator(_schema()).iter_errors(entry), key=lambda error: list(map(str, error.path)))
    if wrong:
        told = "; ".join(f"{'/'.join(map(str, error.path)) or 'entry'}: {error.message[:200]}" for error in wrong)
        raise ValueError(f"not an entry for the register: {told}")


def field_titles() -> dict[str, str]:
    """How the register itself calls each field, in its order."""
    return {name: about["title"] for name, about in _schema()["properties"].items()}


def register_page(entry: Entry) -> str:
    """The same entry as a page to read and to talk about before it is sent in."""
    titles = field_titles()
    parts = [
        "# Inschrijving in het Algoritmeregister",
        "Dit is een concept. Het staat ook in `algoritmeregister.json`, in de velden van publicatiestandaard "
        f"{entry['standard_version']}. De organisatie vult aan wat tussen haken staat en bevestigt haar keuzes: "
        + ", ".join(f"{word} ({entry[name]})" for name, word in TO_CONFIRM.items())
        + ".",
    ]
    for name, value in entry.items():
        parts += [f"## {titles[name]}", _shown(value)]
    return "\n\n".join(parts) + "\n"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "\n".join(
        f"- {each['title']}: <{each['link']}>" if isinstance(each, dict) else f"- {each}" for each in value
    )


def _unwrapped(text: str) -> str:
    """Paragraphs and list items on one line each, as a form takes them."""
    parts = []
    for part in re.split(r"\n{2,}", text.strip()):
        lines = re.split(r"\n(?=- )", part)
        parts.append("\n".join(" ".join(line.split()) for line in lines))
    return "\n\n".join(parts)


@cache
def _schema() -> Any:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))
