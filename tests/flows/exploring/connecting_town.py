"""A folder of small exports, each untidy in its own way, and a workbench on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from data_contracts.contract import Contract, contract
from data_contracts.problem import Problem
from flows.exploring.connect_your_data.workbench import Workbench, workbench

READ_AT = datetime(2026, 11, 16, 5, tzinfo=UTC)
COMPLEXES: Contract = contract("inputs", "complexes")
COMPLAINTS: Contract = contract("inputs", "complaints")
HOUSES = "complex_id;name;area_team;homes\nC1;Linde;Noord;40\nC2;Beuk;Noord;25\nC3;Eik;Zuid;60\n"
REPORTS = (
    "Zaaknr;Complexnr;Ontvangen op;Soort;Relatienr\n"
    "M1;C1;9-11-2026 9:05;SOC.GEL;p100\n"
    "M1;C1;9-11-2026 9:05;SOC.GEL;p100\n"
    "M2;C9;10-11-2026 10:00;SOC.GEL;p200\n"
    "M3;C2;31-2-2026 10:00;SOC.GEL;p200\n"
    "M4;C3;10-11-2026 11:00;FIN.HUR;\n"
    "M5;C8;10-11-2026 12:00;SOC.GEL;p300\n"
)
READ_REPORTS = """
select "Zaaknr" as complaint_id, "Complexnr" as complex_id, "Ontvangen op" as reported_at, "Soort" as category,
  "Relatienr" as reporter_key
from read_csv(getvariable('inbox') || '/meldingen.csv', header = true, delim = ';', all_varchar = true)
"""


def opened(inbox: Path, sources: Path | str = "") -> Workbench:
    found = workbench(str(inbox), str(sources), READ_AT)
    assert not isinstance(found, Problem), found
    return found
