"""What a weekly run leaves behind; apart from the flow, so that showing it does not need Prefect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.ingest import Account
from flows.run import Run


@dataclass(frozen=True)
class Published:
    """What a weekly run leaves behind.

    Attributes:
        week: Monday of the published week.
        folder: The published tables.
        accounts: What became of each source.
        digests: One folder per area team, with its digest in every form.
        run: The run itself.
    """

    week: date
    folder: Path
    accounts: tuple[Account, ...]
    digests: tuple[Path, ...]
    run: Run
