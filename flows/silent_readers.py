"""What in a SELECT would leave rows of a file out without a word; it is refused before a row is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# A row that does not fit is passed over where one of these is on.
PASSING_OVER = ("ignore_errors", "store_rejects")
OFF = ("f", "false", "False", "0")


def silent_reader(parsed: Any) -> tuple[str, str] | None:
    """The first reader that would leave rows out, and what to write instead; None where there is none.

    Args:
        parsed: A SELECT as DuckDB's `json_serialize_sql` gives it.
    """
    for node in _nodes(parsed):
        reader = str(node.get("function_name") or node.get("table_name") or "").lower()
        options = _options(node)
        # By default the reader of workbooks stops at the first empty row, and drops all that follow.
        if reader == "read_xlsx" and not {"stop_at_empty", "range"} & options.keys():
            return "read_xlsx", "stop_at_empty = false"
        if node.get("type") == "BASE_TABLE" and reader.endswith(".xlsx"):
            return "from '….xlsx'", "read_xlsx(…, stop_at_empty = false)"
        for option in PASSING_OVER:
            if reader.startswith("read_csv") and options.get(option, False):
                return f"{option} = true", f"{option} = false"
    return None


def _nodes(parsed: Any) -> Iterator[dict[str, Any]]:
    if isinstance(parsed, dict):
        yield parsed
        parsed = list(parsed.values())
    if isinstance(parsed, list):
        for each in parsed:
            yield from _nodes(each)


def _options(node: dict[str, Any]) -> dict[str, bool]:
    """The named options of a call, and whether each is on; DuckDB takes `name = value` and `name := value`."""
    found = {}
    for each in node.get("children") or ():
        if not isinstance(each, dict):
            continue
        said = each.get("right") if each.get("type") == "COMPARE_EQUAL" else each
        name = each["left"].get("column_names", [""])[0] if said is not each else each.get("alias")
        if name and isinstance(said, dict):
            found[str(name).lower()] = _is_on(said.get("child", said))
    return found


def _is_on(said: Any) -> bool:
    constant = said.get("value") if isinstance(said, dict) else None
    return str(constant.get("value") if isinstance(constant, dict) else None) not in OFF
