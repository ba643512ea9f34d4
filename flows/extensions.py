"""DuckDB's extensions, loaded from the Python packages that carry them: nothing is downloaded at run time."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import duckdb

from data_contracts.row_rules import quoted

# Windows-1252 in CSV files, and Excel workbooks.
PACKAGES = ("duckdb_extension_encodings", "duckdb_extension_excel")


def load_extensions(con: duckdb.DuckDBPyConnection) -> None:
    """Loads the extensions into a connection. Needs no network and no home folder of the user."""
    for path in _paths():
        con.execute(f"load {quoted(path)}")


@cache
def _paths() -> tuple[Path, ...]:
    found = []
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError(f"the package {package} is not installed")
        folder = Path(spec.submodule_search_locations[0]) / "extensions" / f"v{duckdb.__version__}"
        found += sorted(folder.rglob("*.duckdb_extension"))
    return tuple(found)
