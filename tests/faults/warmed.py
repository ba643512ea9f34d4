"""What a run needs, imported and parsed once: every child of the nursery begins with it.

Nothing here is used before the fork. The thread pools of polars and DuckDB would not come along to the child.
"""

import duckdb
import great_expectations
import polars
import pyarrow
import scipy.stats
import sklearn.linear_model
import sklearn.pipeline
import typst
import vl_convert
import xlsxwriter

import __main__
import flows.checkpoints
import flows.plain_week
import flows.sharing.writing
import models.answers
import models.flag_life
import models.scores
import models.selection
import models.voice
from data_contracts.contract import contracts
from data_contracts.note_deduce import findings

NEEDED = (
    duckdb,
    great_expectations,
    polars,
    pyarrow,
    scipy.stats,
    sklearn.linear_model,
    sklearn.pipeline,
    typst,
    vl_convert,
    xlsxwriter,
    flows.checkpoints,
    flows.plain_week,
    flows.sharing.writing,
    models.answers,
    models.flag_life,
    models.scores,
    models.selection,
    models.voice,
)
for room in ("inputs", "published", "shared"):
    contracts(room)
# Its lists of names, read once.
findings("")
# Where the main module has no file DuckDB takes a person to be typing, and draws a bar on the screen.
__main__.__file__ = __file__
