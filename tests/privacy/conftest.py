"""The simulated town of the flows stands in a room beside this one."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "flows"))
