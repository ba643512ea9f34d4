"""What may never be read is refused by its name, however that is written; what is ours is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.contract import contracts
from data_contracts.forbidden import FORBIDDEN_WORDS, forbidden_names, forbidden_reason

# Reason → names as registers write them, one word apart from the next.
REFUSED = {
    "employee": [
        "medewerker", "behandelaar id", "behandeld door", "employee", "opzichter", "uitvoerder", "medew",
        "aangemaakt door", "user name", "naam monteur", "wijkagent",
    ],
    "name": [
        "naam melder", "huurder naam", "roepnaam", "achternaam", "huurder", "bewoner", "contactpersoon", "client naam",
        "naam van de huurder", "tenant", "gemeld door", "first name",
    ],
    "birth": [
        "geboortedatum", "geboorte datum klant", "geb datum", "datum geboorte", "date of birth", "leeftijd",
        "leeftijd huurder",
    ],
    "origin": ["nationaliteit code", "land van herkomst", "herkomst", "religie"],
    "health": ["diagnose", "medische indicatie", "gezondheid"],
    "identity": ["bsn", "bsn nummer", "burgerservicenummer huurder", "iban", "kenteken"],
    "contact": ["e mail", "e mail adres", "telefoon nr", "mobiel", "phone number", "tel"],
}  # fmt: skip
EVERY_REFUSED = [(reason, name) for reason, names in REFUSED.items() for name in names]


@pytest.mark.parametrize(("reason", "name"), EVERY_REFUSED)
def test_a_personal_column_is_refused_with_its_reason(reason: str, name: str) -> None:
    assert forbidden_reason(name) == reason


def accented(written: str) -> str:
    """The name with its first vowel accented, as a letter and a mark."""
    place = next((place for place, each in enumerate(written.lower()) if each in "aeiou"), len(written))
    return written[: place + 1] + "\u0301" + written[place + 1 :]


@given(
    refused=st.sampled_from(EVERY_REFUSED),
    apart=st.sampled_from(["_", "-", " ", ".", "  ", "__", " - ", "/", ": ", "\u00a0"]),
    case=st.sampled_from(["lower", "upper", "title", "camel"]),
    before=st.sampled_from(["", " ", "_", "1 ", "(", "\ufeff"]),
    behind=st.sampled_from(["", " ", "_", "1", "_2", ".", ")", "?", "*"]),
    accent=st.sampled_from(["", "NFD", "NFC"]),
)
def test_no_way_of_writing_it_lets_it_through(
    refused: tuple[str, str], apart: str, case: str, before: str, behind: str, accent: str
) -> None:
    reason, name = refused
    words = name.split()
    written = "".join(map(str.title, words)) if case == "camel" else getattr(str, case)(apart.join(words))
    if accent:
        written = unicodedata.normalize(accent, accented(written))
    assert forbidden_reason(f"{before}{written}{behind}") == reason


@pytest.mark.parametrize(
    "column",
    [
        "name", "naam", "complexnaam", "straatnaam", "agenda", "voltage", "stage", "image", "contract", "", "123", "é",
        "bouwjaar", "leeftijd_gebouw", "LeeftijdInstallatie", "building_age", "herkomst melding", "origin_channel",
        "beheerder_organisatie", "uitvoerder bedrijf", "huurdernummer", "huurder_id", "klantnummer", "verhuurder",
        "aantal_bewoners", "gemiddelde_leeftijd", "aantal medewerkers", "voornaamste_reden", "hotel", "teller",
        "huurprijs", "gebruiksoppervlakte", "zorgwoning", "bewonersavond", "tenant_type", "terras", "usage",
    ],
)  # fmt: skip
def test_an_innocent_column_is_not(column: str) -> None:
    assert forbidden_reason(column) is None


def test_no_contract_has_a_column_that_it_would_refuse() -> None:
    every = [*contracts("inputs").values(), *contracts("published").values(), *contracts("shared").values()]
    assert [(each.name, name) for each in every for name in each.column_names if forbidden_reason(name)] == []


@pytest.mark.parametrize("reason", FORBIDDEN_WORDS)
def test_every_word_on_a_list_is_refused_by_itself(reason: str) -> None:
    assert {word for word in FORBIDDEN_WORDS[reason] if forbidden_reason(word) is None} == set()


def test_what_excuses_a_word_is_no_word_about_a_person() -> None:
    beside = {word for listed in forbidden_names().excused.values() for word in listed} | forbidden_names().counting
    assert {word for word in beside if forbidden_reason(word)} == set()
