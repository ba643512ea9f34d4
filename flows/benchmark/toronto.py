"""The thinning test on a real city: the buildings of Toronto, of which only complaints can be thinned.

Read as every source is read, into a home that is thrown away afterwards.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from data_contracts.contract import contracts
from flows.benchmark.jobs import TOWN, Row, event_figures, thinning_figures
from flows.benchmark.methods import Method, needs_labels
from flows.benchmark.run import long_rows
from flows.benchmark.town_panel import panel_evidence
from flows.estimate import choose_week, count_panel, current_complexes
from flows.ingest import take_in
from flows.run import make_run
from flows.warehouse import open_warehouse, prepare_warehouse
from models.evidence import Evidence

CASE = "Toronto"
RATES = "as it is"
ATTRIBUTION = "Contains information licensed under the Open Government Licence – Toronto"


def toronto_evidence(inbox: Path, read_at: datetime) -> Evidence:
    """What a method may see of Toronto's buildings.

    Args:
        inbox: Folder with the city's files; see `data_contracts/mappings/toronto/README.md`.
        read_at: The moment of reading.

    Raises:
        Problem: If the files cannot be read, or a source was stopped.
    """
    with TemporaryDirectory() as folder:
        run = make_run(Path(folder) / "home", CASE.lower(), inbox, None, read_at, "en")
        with open_warehouse(run.home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            for name in contracts("inputs"):
                account = take_in(con, run, name)
                if account.problem is not None and account.state == "stopped":
                    raise account.problem
            week = choose_week(con, run)
            count_panel(con, run, week)
            weekly = con.execute("from panel.weekly order by complex_id, week").pl()
            complexes = current_complexes(con, week)
    in_use = complexes.join(weekly, on="complex_id", how="semi", maintain_order="left")
    return panel_evidence(weekly, in_use, run.settings.policy)


def thin_city(evidence: Evidence, methods: list[Method], seeds: tuple[int, ...]) -> pl.DataFrame:
    """The thinning test on a city, in all weeks in which complaints could be observed.

    Args:
        evidence: From `toronto_evidence`.
        methods: What to judge; those that need labels are left out.
        seeds: Seeds of the lot that says which buildings are thinned.

    Returns:
        Long rows, as `run.SCHEMA`; of the city itself the complaints per building and the observed weeks too.
    """
    complaints = evidence.series[evidence.place("complaints")]
    eligible = np.asarray((~complaints.is_masked).any(axis=1))
    blind = [method for method in methods if not needs_labels(method)]
    observed = float((~complaints.is_masked[eligible]).sum(axis=1).mean())
    city = event_figures(evidence) | {"n_complexes": float(np.count_nonzero(eligible)), "observed_weeks": observed}
    rows: list[Row] = []
    for seed in seeds:
        rows += [(CASE, RATES, seed, TOWN, metric, value) for metric, value in city.items()]
        found = thinning_figures(evidence, blind, eligible, evidence.n_weeks, seed)
        rows += [
            (CASE, RATES, seed, name, metric, value)
            for name, figures in found.items()
            for metric, value in figures.items()
        ]
    return long_rows(rows)
