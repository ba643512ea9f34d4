"""The simulated towns and the notebooks of other rooms, for the tests of this one."""

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]
sys.path += [str(_TESTS / room) for room in ("flows", "flows/answers", "notebooks", "privacy")]
