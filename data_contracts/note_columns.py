"""The free-text columns of a delivery, cleaned before any table of the warehouse sees them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Contract
from data_contracts.note_cleaning import WITHHELD, clean_notes


def with_clean_notes(contract: Contract, rows: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """The rows with the columns cleaned that the contract says so of; each distinct text once.

    Args:
        contract: An input contract.
        rows: What was delivered, as text.

    Returns:
        The rows, and per column the texts that could not be cleaned and are withheld, where there are any [rows].
    """
    withheld = {}
    for column in contract.columns:
        if column.treatment != "clean" or column.name not in rows.column_names:
            continue
        coded = pc.dictionary_encode(rows[column.name].combine_chunks())
        cleaned = pa.array(clean_notes(coded.dictionary.to_pylist()), pa.string())
        texts = cleaned.take(coded.indices)
        rows = rows.set_column(rows.column_names.index(column.name), column.name, texts)
        n_withheld = pc.sum(pc.equal(texts, WITHHELD)).as_py()
        if n_withheld:
            withheld[column.name] = int(n_withheld)
    return rows, withheld
