"""The free text of a delivery is cleaned, and only that."""

import pyarrow as pa

from data_contracts.contract import contract
from data_contracts.note_cleaning import LONGEST, WITHHELD
from data_contracts.note_columns import with_clean_notes

SIGNALS = contract("inputs", "field_signals")
NOTES = ["Fatima belde.", None, "Alles rustig.", "Fatima belde.", "Jansen " * LONGEST]


def delivered(**columns: list[str | None]) -> pa.Table:
    rows = max(map(len, columns.values()))
    return pa.table(
        {"_row": list(range(rows)), **{name: pa.array(each, pa.string()) for name, each in columns.items()}}
    )


def test_each_note_is_cleaned_in_its_place_and_nothing_else_is_touched() -> None:
    came = delivered(signal_id=["Jansen", "2", "3", "4", "5"], note=NOTES)
    kept, withheld = with_clean_notes(SIGNALS, came)
    assert kept["note"].to_pylist() == ["[naam] belde.", None, "Alles rustig.", "[naam] belde.", WITHHELD]
    assert withheld == {"note": 1}
    assert kept.drop_columns("note").equals(came.drop_columns("note"))
    assert kept.column_names == came.column_names


def test_several_chunks_and_no_rows_are_cleaned_as_well() -> None:
    chunked = pa.chunked_array([["Fatima belde."], [None, "Kees ook."]], pa.string())
    kept, withheld = with_clean_notes(SIGNALS, pa.table({"_row": [1, 2, 3], "note": chunked}))
    assert kept["note"].to_pylist() == ["[naam] belde.", None, "[naam] ook."]
    assert withheld == {}
    empty = delivered(note=[])
    assert with_clean_notes(SIGNALS, empty)[0].num_rows == 0


def test_a_delivery_without_notes_comes_back_as_it_is() -> None:
    came = delivered(complaint_id=["Jansen"])
    assert with_clean_notes(contract("inputs", "complaints"), came) == (came, {})
