"""The record of processing as a list, one row per contract, for the organisation's own register."""

from __future__ import annotations

from collections.abc import Iterator

from data_contracts.contract import Column
from flows.csv_cells import csv_text
from flows.language import Language
from flows.papers.facts import Facts
from flows.papers.rendering import words

HEAD = (
    "tabel",
    "soort",
    "versie",
    "doel",
    "betrokkenen",
    "gegevens over personen",
    "overige gegevens",
    "ontvangers",
    "bewaartermijn",
    "beveiliging",
)
# How each room is called, who gets what is in it, and how long that stays.
ROOMS = {
    "inputs": ("invoer", "beheerder van de installatie"),
    "published": ("gepubliceerd", "analisten"),
    "shared": ("gedeeld", "gebiedsteams en de organisatie"),
}
NOBODY, NOTHING = "niemand rechtstreeks", "geen"


def record_csv(facts: Facts) -> str:
    """The list as CSV, in Dutch, with `;` between the cells."""
    return csv_text([HEAD, *_rows(facts)])


def _rows(facts: Facts) -> Iterator[tuple[str, ...]]:
    told = words(Language("nl"))
    for room, contracts in (("inputs", facts.inputs), ("published", facts.published), ("shared", facts.shared)):
        kind, receivers = ROOMS[room]
        for name, promised in contracts.items():
            personal = [column for column in promised.columns if column.treatment]
            yield (
                name,
                kind,
                promised.version,
                promised.purpose,
                "; ".join(dict.fromkeys(str(told.subject_of(each)) for each in personal)) or NOBODY,
                "; ".join(_treated(each, told.treatment_words) for each in personal) or NOTHING,
                "; ".join(each.business_name for each in promised.columns if not each.treatment),
                receivers,
                str(told.kept(name, facts)).strip() if room == "inputs" else f"{facts.policy.keep_rows_weeks} weken",
                told.what_keeps_it_safe,
            )


def _treated(column: Column, treatments: dict[str, str]) -> str:
    return f"{column.business_name} ({treatments[str(column.treatment)]})"
