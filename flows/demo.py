"""An inbox as a Dutch corporation would fill it: the simulated town in the files of its own systems.

Everything in it is made up. The files are as untidy as real ones: several encodings, d-m-yyyy, decimal commas, words
of its own, rows that come twice and a few that are broken. `data_contracts/mappings/demo` reads them. What was planted
in the town (who is quiet, who declines) is never written here.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from flows.demo_exports import export
from flows.extensions import load_extension
from models.simulation import Simulation, Town, simulate

SEED = 17
COMPLEXES_PER_TEAM = 25
README = "LEESMIJ.md"

# File of each contract, and how text files are encoded: as a Windows program, a web export and a query tool do it.
FILES = {
    "complexes": ("complexen.csv", "cp1252"),
    "complaints": ("meldingen.csv", "utf-8-sig"),
    "repairs": ("reparaties.parquet", ""),
    "tenancies": ("huurcontracten.csv", "cp1252"),
    "field_signals": ("veldsignalen.xlsx", ""),
    "interventions": ("acties.csv", "utf-8-sig"),
    "registration_changes": ("registratie.csv", "cp1252"),
    "outcomes": ("antwoorden.csv", "utf-8-sig"),
}
NULL_WORD = {"tenancies": "NULL"}  # what some query tools write into an empty cell


def write_demo(folder: Path, last_week: date, n_complexes: int = 300, seed: int = SEED) -> dict[str, int]:
    """Writes the inbox, whole or not at all; an earlier demo in its place is replaced.

    Args:
        folder: The inbox to be.
        last_week: Monday of the last week with events; nothing that arrived after its Sunday is in the files.
        n_complexes: Size of the town; 300 have about 18,000 homes.
        seed: The same week, size and seed always give the same files.

    Returns:
        Rows per file.

    Raises:
        Problem: `demo.folder_not_empty` if something else stands there, `demo.cannot_write`.
    """
    folder = folder.resolve()
    _refuse_other_content(folder)
    exports = export(simulated_town(last_week, n_complexes, seed), last_week + timedelta(days=6))
    making, old = (folder.with_name(f".{folder.name}.{part}") for part in ("making", "old"))
    try:
        for left_by_a_kill in (making, old):
            shutil.rmtree(left_by_a_kill, ignore_errors=True)
        making.mkdir(parents=True)
        for name, table in exports.items():
            _write(making / FILES[name][0], table, FILES[name][1], NULL_WORD.get(name, ""))
        (making / README).write_text(_readme(last_week, seed), encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        making.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise Problem("demo.cannot_write", folder=folder, why=error.strerror or type(error).__name__) from error
    return {FILES[name][0]: table.height for name, table in exports.items()}


def simulated_town(last_week: date, n_complexes: int = 300, seed: int = SEED) -> Simulation:
    """The town behind the demo: the simulator's default, with as many area teams as its size asks for."""
    teams = max(1, round(n_complexes / COMPLEXES_PER_TEAM))
    return simulate(Town(n_complexes=n_complexes, n_area_teams=teams, last_week=last_week), seed)


def _write(file: Path, table: pl.DataFrame, encoding: str, null_word: str) -> None:
    match file.suffix:
        case ".parquet":
            table.write_parquet(file)
        case ".xlsx":
            with duckdb.connect() as con:
                load_extension(con, "excel")
                # In one piece: the extension loses values of a column that is delivered in single rows.
                con.register("sheet", table.rechunk().to_arrow())
                con.execute(f"copy (from sheet) to {quoted(file)} (format xlsx, header true)")
        case _:
            text = table.write_csv(separator=";", line_terminator="\r\n", null_value=null_word)
            file.write_bytes(text.encode(encoding))


def _refuse_other_content(folder: Path) -> None:
    """A demo may be made again; anything else in its place is somebody's work."""
    ours = {README, *(file for file, _ in FILES.values())}
    if folder.exists() and not (folder.is_dir() and {each.name for each in folder.iterdir()} <= ours):
        raise Problem("demo.folder_not_empty", folder=folder)


def _readme(last_week: date, seed: int) -> str:
    sunday = last_week + timedelta(days=6)
    return f"""# Alles in deze map is verzonnen

Luisterpost heeft deze bestanden zelf gemaakt. Geen complex, melding of bewoner bestaat echt. De plaats op de kaart ligt
in het Markermeer. Laatste dag: zondag {sunday.day}-{sunday.month}-{sunday.year}. Zaad van het toeval: {seed}.

De bestanden lijken op wat een corporatie uit haar eigen systemen haalt, met de rommel die daarbij hoort: andere
tekensets, komma's in getallen, eigen woorden, dubbele rijen en een paar rijen die niet kloppen. Luisterpost zet die
rijen apart en telt ze. Zo lees je de map in:

    luisterpost weekly --sources demo --inbox DEZE_MAP

`antwoorden.csv` is nog leeg: vul er antwoorden op vlaggen in en kijk wat er de volgende keer mee gebeurt. Maak je de
demo opnieuw in deze map, dan worden alle bestanden vervangen.
"""
