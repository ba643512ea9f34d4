"""Columns that no table may have: they are refused by name, before a single value is read into the warehouse.

Luisterpost knows complexes, not persons. A source that carries one of these columns is stopped with a sentence
that says which column, so that the mapping can leave it out. The list is deliberately short of cleverness: parts of
names, in Dutch and English.
"""

from __future__ import annotations

import re
from itertools import pairwise

# Reason → words of a column name. A name is split at everything that is no letter, and at camelCase.
FORBIDDEN_WORDS: dict[str, frozenset[str]] = {
    "employee": frozenset(
        [
            "employee",
            "staff",
            "medewerker",
            "medewerkers",
            "behandelaar",
            "caretaker_name",
            "beheerder",
            "wijkbeheerder",
            "huismeester",
            "monteur",
            "inspecteur",
            "personeel",
            "personeelsnummer",
            "behandeld_door",
            "worker",
            "officer",
        ]
    ),
    "name": frozenset(
        [
            "voornaam",
            "roepnaam",
            "achternaam",
            "familienaam",
            "voorletters",
            "initialen",
            "tussenvoegsel",
            "surname",
            "firstname",
            "lastname",
            "tenant_name",
            "huurdernaam",
            "huurder_naam",
            "naam_huurder",
            "naam_melder",
            "meldernaam",
            "reporter_name",
            "melder_naam",
        ]
    ),
    "birth": frozenset(
        [
            "geboortedatum",
            "geboortedag",
            "geboortejaar",
            "gebdatum",
            "birth",
            "birthdate",
            "birthday",
            "dob",
            "leeftijd",
            "age",
        ]
    ),
    "origin": frozenset(
        [
            "nationaliteit",
            "nationality",
            "herkomst",
            "origin",
            "ethnicity",
            "etniciteit",
            "geboorteland",
            "birthplace",
            "religion",
            "religie",
            "geloof",
            "migratieachtergrond",
        ]
    ),
    "health": frozenset(
        ["gezondheid", "health", "diagnose", "diagnosis", "ziekte", "disability", "handicap", "medisch", "medical"]
    ),
    "identity": frozenset(
        ["bsn", "bsnnummer", "burgerservicenummer", "sofinummer", "iban", "rekeningnummer", "paspoort"]
    ),
    "contact": frozenset(
        [
            "telefoon",
            "telefoonnummer",
            "telefoonnr",
            "telnr",
            "phone",
            "mobiel",
            "email",
            "e_mail",
            "emailadres",
            "mailadres",
        ]
    ),
}


def forbidden_reason(column: str) -> str | None:
    """Why a column of this name may not be read, or None if it may.

    Args:
        column: Column name as delivered.

    Returns:
        `employee`, `name`, `birth`, `origin`, `health`, `identity`, `contact`, or None.
    """
    apart = re.sub(r"([a-z])([A-Z])", r"\1_\2", column).lower()
    words = [word for word in re.split(r"[^a-z]+", apart) if word]
    pairs = ["_".join(pair) for pair in pairwise(words)]
    joined = ["".join(pair) for pair in pairwise(words)]
    for reason, forbidden in FORBIDDEN_WORDS.items():
        if forbidden.intersection([*words, *pairs, *joined]):
            return reason
    return None
