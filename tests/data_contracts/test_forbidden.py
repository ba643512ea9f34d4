"""What may never be read is refused by its name, however that is written; what is ours is not."""

import pytest

from data_contracts.contract import contracts
from data_contracts.forbidden import forbidden_reason


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("medewerker", "employee"),
        ("Behandelaar_ID", "employee"),
        ("behandeldDoor", "employee"),
        ("EMPLOYEE2", "employee"),
        ("naam_melder", "name"),
        ("Naam Melder", "name"),
        ("huurderNaam", "name"),
        ("HUURDERNAAM", "name"),
        ("roepnaam", "name"),
        ("geboortedatum", "birth"),
        ("GeboorteDatum", "birth"),
        ("geboorte-datum", "birth"),
        ("geb.datum", "birth"),
        ("date_of_birth", "birth"),
        ("leeftijd", "birth"),
        ("nationaliteit_code", "origin"),
        ("diagnose", "health"),
        ("BSN", "identity"),
        ("bsn-nummer", "identity"),
        ("IBAN", "identity"),
        ("e-mail", "contact"),
        ("E-mail adres", "contact"),
        ("telefoonNr", "contact"),
        ("mobiel", "contact"),
    ],
)
def test_a_personal_column_is_refused_however_it_is_written(column: str, reason: str) -> None:
    assert forbidden_reason(column) == reason


@pytest.mark.parametrize(
    "column", ["name", "naam", "complexnaam", "agenda", "voltage", "stage", "contract", "", "123", "é"]
)
def test_an_innocent_column_is_not(column: str) -> None:
    assert forbidden_reason(column) is None


def test_no_contract_has_a_column_that_it_would_refuse() -> None:
    every = [*contracts("inputs").values(), *contracts("published").values()]
    assert [(each.name, name) for each in every for name in each.column_names if forbidden_reason(name)] == []
