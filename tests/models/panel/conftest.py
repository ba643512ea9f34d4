"""One warehouse in memory for the whole folder, empty at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_warehouse import SmallWarehouse


@pytest.fixture(scope="session")
def only_warehouse() -> Iterator[SmallWarehouse]:
    opened = SmallWarehouse()
    yield opened
    opened.con.close()


@pytest.fixture
def warehouse(only_warehouse: SmallWarehouse) -> SmallWarehouse:
    only_warehouse.clear()
    return only_warehouse
