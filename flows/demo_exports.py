"""What a Dutch corporation's own systems would export of a simulated town: own columns, own words, own mistakes.

The mapping `data_contracts/mappings/demo` reads every word and every habit that stands here.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from models.simulation import Simulation

TIMEZONE = "Europe/Amsterdam"

# Letters that break where an encoding is guessed wrongly; the simulator's own names have none of them.
SPELLED_NAMES = ("’t Carré", "Citéhof 2-48", "De €-flat")

# The corporation's own words; the mapping translates them back.
BUILDINGS = {"single_family": "TUS", "porch": "POF", "gallery": "GAL", "lift_flat": "GAL", "other": "BEN"}
AUDIENCES = {
    "general": "Regulier", "seniors": "Senioren", "care": "Zorg", "students": "Studenten", "youth": "Jongeren",
}  # fmt: skip
CHANNELS = {
    "TEL": "Telefoon", "EMA": "E-mail", "BAL": "Balie", "BEZ": "Huisbezoek", "APP": "Whatsapp", "INT": "Klantportaal",
    "INS": "Inspectie", "BRI": "Brief", "SMS": "Sms",
}  # fmt: skip
PLACES = {"home": "Woning", "common": "Gedeelde ruimte", "surroundings": "Omgeving"}
URGENCIES = {"urgent": "Spoed", "normal": "Regulier"}
CAUSES = {"wear": "SLT", "vandalism": "VAN", "fire": "BRA", "storm": "STO", "water": "WAT", "resident": "BEW"}
SOURCES = {
    "caretaker": "Wijkbeheerder", "technician": "Monteur", "contractor": "Aannemer", "inspection": "Keuring",
    "intake": "Intake", "police": "Politie", "municipality": "Gemeente", "residents": "Bewoners",
}  # fmt: skip
OCCASIONS = {"routine": "Vaste ronde", "draw": "Loting", "flag": "Luisterpost", "complaint": "Klacht"}
FINDINGS = {"concern": "Zorg", "nothing_special": "Niets bijzonders", "positive": "Iets goeds"}
ACTIONS = {
    "letter": "Brief", "door_round": "Alle deuren langs", "residents_evening": "Bewonersavond", "cameras": "Camera’s",
    "lighting": "Verlichting", "guards": "Beveiliging", "app_group": "Groepsapp", "other": "Anders",
}  # fmt: skip
TABLES = {
    "complaints": "Meldingen", "repairs": "Reparaties", "tenancies": "Huurcontracten", "field_signals": "Veldsignalen",
}  # fmt: skip
EFFECTS = {"fewer": "Minder", "more": "Meer", "other_channel": "Ander kanaal"}

LEFT_OUT = ("FIN.BET", "FIN.HUA", "FIN.HUR", "ORG.KME")
"""Complaints that are not about how one lives; ingest leaves them out and counts them."""

UNKNOWN_COMPLEX = "OUD-0017"

# Cells that break one rule each, put into a copy of a good row. One row a rule: any tolerance allows that.
BROKEN_ROWS: dict[str, tuple[dict[str, Any], ...]] = {
    "complexes": ({"Complexnr": "TEST", "Complexnaam": "Testcomplex", "Aantal VHE": "-12", "Buiten gebruik": None},),
    "complaints": (
        {"Complexnr": UNKNOWN_COMPLEX},
        {"Ontvangen op": "31-2-2025 10:15"},
        {"Ontvangen op": "9-11-2099 8:30", "Afgehandeld op": None},
        {"Afgehandeld op": "3-1-2011 9:00"},
    ),
    "repairs": ({"complexnummer": UNKNOWN_COMPLEX}, {"urgentie": "Onbekend"}),
    "tenancies": ({"Complexnr": None}, {"Einddatum": "30-2-2025"}, {"Conditie": "-1,0"}),
    "field_signals": ({"Complex": UNKNOWN_COMPLEX}, {"Ernst": -1}, {"Soort": "BEW"}),
    "interventions": ({"Eind": "1-6-2011"},),
}


def export(town: Simulation, on: date) -> dict[str, pl.DataFrame]:
    """What each system would export at the end of a day, by contract: own columns, own words, own mistakes."""
    tables = town.delivered(on, with_duplicates=True)
    tables["complexes"] = _spelled(tables["complexes"])
    tables["complaints"] = _with_other_cases(tables["complaints"])
    tables["complexes"] = pl.concat([tables["complexes"], tables["complexes"].head(1)])
    return {name: _with_broken_rows(tables[name].select(_cells(name)), BROKEN_ROWS.get(name, ())) for name in tables}


def _spelled(complexes: pl.DataFrame) -> pl.DataFrame:
    names = complexes["name"].to_list()
    return complexes.with_columns(pl.Series("name", [*SPELLED_NAMES, *names[len(SPELLED_NAMES) :]][: len(names)]))


def _with_other_cases(complaints: pl.DataFrame) -> pl.DataFrame:
    """Complaints, and between them cases about money and about the corporation itself."""
    others = complaints.unique("complaint_id", maintain_order=True).gather_every(30, 15)
    category = pl.Series("category", [LEFT_OUT[row % len(LEFT_OUT)] for row in range(others.height)], dtype=pl.String)
    others = others.with_columns(category, pl.format("F{}", pl.col("complaint_id").str.slice(1)).alias("complaint_id"))
    return pl.concat([complaints, others]).sort("reported_at", maintain_order=True)


def _with_broken_rows(table: pl.DataFrame, broken: tuple[dict[str, Any], ...]) -> pl.DataFrame:
    if table.is_empty():
        return table
    key = table.columns[0]
    for number, cells in enumerate(broken, start=1):
        row = {**table.row(table.height // 2, named=True), key: f"X{number:04}", **cells}
        table = pl.concat([table, pl.DataFrame([row], schema=table.schema)])
    return table


def _cells(name: str) -> list[pl.Expr]:
    """The exported columns of one table, in order."""
    same = pl.col
    columns: dict[str, dict[str, pl.Expr]] = {
        "complexes": {
            "Complexnr": same("complex_id"), "Complexnaam": same("name"), "Gebiedsteam": same("area_team"),
            "Aantal VHE": _text("homes"), "Woningtype": _word("building_type", BUILDINGS),
            "Lift": pl.when(same("building_type") == "lift_flat").then(pl.lit("J")).otherwise(pl.lit("N")),
            "Bouwjaar": _text("built_year"), "Doelgroep": _word("audience", AUDIENCES),
            "Breedtegraad": _text("latitude"), "Lengtegraad": _text("longitude"),
            "In exploitatie": _day("in_use_from"),
            # A system that must have an end date gets this one.
            "Uit exploitatie": _day("in_use_until").fill_null("31-12-9999"),
            "Buiten gebruik": _text("homes_out_of_use"), "CBS-buurt": same("neighbourhood_code"),
        },
        "complaints": {
            "Zaaknr": same("complaint_id"), "Complexnr": same("complex_id"), "Ontvangen op": _minute("reported_at"),
            "Zaaksoort": same("category").str.slice(0, 3), "Detailsoort": _detail(),
            "Kanaal": _word("channel", CHANNELS), "Plek": _word("location", PLACES),
            "Relatienr": same("reporter_key"), "Hoofdzaak": same("incident_key"),
            "Afgehandeld op": _minute("resolved_at"),
        },
        "repairs": {
            "verzoeknummer": same("repair_id"), "complexnummer": same("complex_id"),
            "gemeld_op": _local("requested_at"), "gereed_op": _local("completed_at"),
            "urgentie": _word("urgency", URGENCIES), "plek": _word("location", PLACES),
            "defectsoort": same("defect").str.slice(0, 3), "defectlocatie": same("defect").str.slice(4),
            "oorzaak": _word("cause", CAUSES),
            "relatienummer": same("reporter_key"), "storingsnummer": same("incident_key"),
        },
        "tenancies": {
            "Contractnr": same("tenancy_id"), "Complexnr": same("complex_id"), "VHE-nr": same("home_key"),
            "Ingangsdatum": _day("started_on"), "Einddatum": _day("ended_on"), "Reden einde": same("end_reason"),
            "Conditie": pl.format("{},0", "found_condition"),
        },
        "field_signals": {
            "Nr": same("signal_id"), "Complex": same("complex_id"), "Rondenr": same("visit_key"),
            "Datum": same("observed_on"), "Wie keek": _word("source", SOURCES),
            "Aanleiding": _word("occasion", OCCASIONS), "Bevinding": _word("finding", FINDINGS), "Soort": same("kind"),
            "Ernst": same("severity"), "Opmerking": same("note"),
        },
        "interventions": {
            "Actienr": same("intervention_id"), "Complexnr": same("complex_id"), "Gebied": same("area_team"),
            "Begin": _day("starts_on"), "Eind": _day("ends_on"), "Soort actie": _word("kind", ACTIONS),
        },
        "registration_changes": {
            "Nr": same("change_id"), "Tabel": _word("contract", TABLES), "Gebied": same("area_team"),
            "Kanaal": _word("source", CHANNELS), "Vanaf": _day("starts_on"),
            "Effect": _word("expected_effect", EFFECTS), "Wat veranderde er": same("description"),
        },
        # Nobody has answered a flag yet: the sheet lies ready.
        "outcomes": {
            "Vlagnr": same("flag_id"), "Beantwoord op": _day("reviewed_on"), "Wat trof je aan": same("verdict"),
            "Weten bewoners ons te vinden": same("do_residents_report"), "Wie leidt": same("lead"),
            "Wie beslist": same("mandate"), "Fase": _text("phase"), "Volgende stap": same("next_step"),
            "Rust tot en met": _day("snooze_until"), "Anders besloten": _text("is_overruled"), "Notitie": same("note"),
        },
    }  # fmt: skip
    return [cell.alias(heading) for heading, cell in columns[name].items()]


def _word(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, return_dtype=pl.String)


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.replace(".", ",", literal=True)


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%-d-%-m-%Y")


def _local(column: str) -> pl.Expr:
    return pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(TIMEZONE)


def _minute(column: str) -> pl.Expr:
    return _local(column).dt.strftime("%-d-%-m-%Y %-H:%M")


def _detail() -> pl.Expr:
    """Some of the other social cases came in under a code about health, which ingest must not keep."""
    last = pl.col("complaint_id").str.slice(-1)
    health = pl.when(last == "3").then(pl.lit("PSY")).when(last == "7").then(pl.lit("VER"))
    return (
        pl.when(pl.col("category") == "SOC.OVE")
        .then(health.otherwise(pl.lit("OVE")))
        .otherwise(pl.col("category").str.slice(4))
    )
