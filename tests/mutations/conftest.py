"""One warehouse for all mutations of a file of tests: each of them puts back what stood before."""

from collections.abc import Iterator

import pytest
from bench import Bench, open_bench

from flows.home import SECRET_VARIABLE


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv(SECRET_VARIABLE, raising=False)
        with open_bench(tmp_path_factory.mktemp("mutations")) as opened:
            yield opened
