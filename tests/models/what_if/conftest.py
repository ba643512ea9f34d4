"""The town is scored once for all tests of a file."""

import pytest
from threadpoolctl import threadpool_limits
from tried_town import scored

from models.scores import Scored


@pytest.fixture(scope="session")
def town() -> Scored:
    with threadpool_limits(1):
        return scored()
