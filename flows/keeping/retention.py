"""What a weekly run removes by itself: rows and files of weeks that are older than the policy keeps them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta

from flows.keeping.carried import write_down
from flows.keeping.forgetting import write_anew
from flows.keeping.forgotten import forgotten_before
from flows.keeping.old_files import OldFiles, files_before, remove_files
from flows.keeping.removing import Rows, is_to_compact, remove_before
from flows.run import Run
from flows.warehouse import open_warehouse

log = logging.getLogger("luisterpost")


@dataclass(frozen=True)
class LetGo:
    """What a run removed because it had been kept long enough.

    Attributes:
        before: Monday before which nothing is kept.
        rows: Out of the tables.
        files: Out of the home.
    """

    before: date
    rows: Rows
    files: OldFiles


def let_go(run: Run, week: date) -> LetGo:
    """Removes what is older than `keep_rows_weeks`, tells how much that was, and keeps the counts.

    It also ends what a `forget` that was killed left undone.

    Args:
        run: The run, whose week was published; no connection to its warehouse is open.
        week: Monday of that week, the last one that counts.
    """
    settings = run.settings
    before = week - timedelta(weeks=settings.policy.keep_rows_weeks - 1)
    with open_warehouse(run.home) as con:
        # A week of long ago that is run again brings nothing back.
        before = max(before, forgotten_before(con) or before)
        rows = remove_before(con, settings.policy, week, before, run.timezone, is_counted=True)
        is_due = is_to_compact(con)
        # Each week, so that what a killed forgetting or renewal left undone is done now.
        write_down(con, run.home)
    files = files_before(run.home, before, settings.delivery.answers_folder)
    remove_files(files)
    if is_due:
        write_anew(run.home)
    if rows.total or files.all:
        said = {"rows": rows.total, "weeks": files.n_weeks, "answers": len(files.answers)}
        log.warning(run.language.say("retention.let_go", before=before, **said))
    return LetGo(before, rows, files)
