"""A renamed column is recognised by its English, Dutch or VERA name, and nothing far-fetched is."""

from time import process_time

import pytest

from data_contracts.column_names import is_another_header, nearest_names
from data_contracts.contract import contract

COMPLAINTS = contract("inputs", "complaints")


def nearest(missing: str, *found: str) -> str | None:
    return nearest_names([COMPLAINTS.column(missing)], found).get(missing)


@pytest.mark.parametrize(
    ("missing", "found"),
    [
        ("reported_at", "reported_on"),
        ("reported_at", "Reported At"),
        ("reported_at", "reportedat"),
        ("reported_at", "Melddatum"),
        ("reported_at", "meld_datum"),
        ("complaint_id", "Meldingnr"),
        ("complaint_id", "complaintid"),
        ("complex_id", "Complexnummer"),
        ("complex_id", "Complexnr."),
        ("category", "catagory"),
        ("category", "Soort melding"),
        ("channel", "Kanaal"),
        ("resolved_at", "Afgehandeld op"),
    ],
)
def test_a_column_is_recognised_by_any_of_its_names(missing: str, found: str) -> None:
    assert nearest(missing, "Opmerkingen", found, "VHE") == found


@pytest.mark.parametrize(
    "found", ["Opmerkingen", "x", "", "   ", "☂", "123", "M1", "huurder-81723", "=cmd|' /C calc'!A0"]
)
def test_what_is_far_fetched_is_not_guessed(found: str) -> None:
    assert [name for name in COMPLAINTS.column_names if nearest(name, found)] in ([], ["reporter_key"])
    assert nearest("complaint_id", found) is None


def test_each_name_is_used_once_and_the_nearest_pair_first() -> None:
    two = [COMPLAINTS.column("reported_at"), COMPLAINTS.column("resolved_at")]
    assert nearest_names(two, ["reported"]) == {"reported_at": "reported"}
    assert nearest_names(two, ["resolvd_at", "reportd_at"]) == {
        "reported_at": "reportd_at",
        "resolved_at": "resolvd_at",
    }
    assert nearest_names([], ["reported_at"]) == nearest_names(two, []) == {}


def test_a_header_without_end_takes_no_time() -> None:
    started = process_time()
    found = nearest_names(COMPLAINTS.columns, ["x" * 1_000_000, "Melddatum", *map(str, range(100_000))])
    assert found == {"reported_at": "Melddatum"}
    assert process_time() - started < 5


def test_a_first_row_is_not_taken_for_a_header() -> None:
    missing = COMPLAINTS.columns
    header = ["Meldingnr", "Complexnr", "Melddatum", "Soort melding"]
    assert is_another_header(nearest_names(missing, header), header)
    for row in (["M1", "C1", "huurder-81723", "SOC.GEL"], ["Jansen", "Linde", "melder", "bel mij"], ["Melding"]):
        assert not is_another_header(nearest_names(missing, row), row)
