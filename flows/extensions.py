"""DuckDB's extensions, loaded from the Python packages that carry them: nothing is downloaded at run time."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import duckdb

from data_contracts.row_rules import quoted

# `encodings` (Windows-1252 in CSV files) takes a second to load, so it is asked for only where it is needed.
Extension = Literal["encodings", "excel"]


def load_extension(con: duckdb.DuckDBPyConnection, name: Extension) -> None:
    """Loads an extension into a connection. Needs no network and no home folder of the user."""
    con.execute(f"load {quoted(_path(name))}")


@cache
def _path(name: Extension) -> Path:
    package = f"duckdb_extension_{name}"
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the package {package} is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "extensions" / f"v{duckdb.__version__}"
    return next(folder.rglob("*.duckdb_extension"))
