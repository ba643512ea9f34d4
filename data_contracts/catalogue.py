"""The catalogue of contracts as one page, `docs/contracts.md`; a test holds it fresh.

Run `python -m data_contracts.catalogue` (or `make docs`) to write it.
"""

from __future__ import annotations

from pathlib import Path

from data_contracts.contract import Column, Contract, Room, contracts

PAGE = Path(__file__).parent.parent / "docs" / "contracts.md"
ROOMS: dict[Room, tuple[str, str]] = {
    "inputs": ("Wat Luisterpost leest", "Alleen `complexes` en `complaints` zijn verplicht; de rest mag ontbreken."),
    "published": ("Wat Luisterpost publiceert", "Voor analisten; alleen leesbaar voor de eigenaar van de map."),
    "shared": (
        "Wat gedeeld mag worden",
        "Voor gebiedsteams en hun rapporten, in `HOME/shared/`: afgerond en in woorden.",
    ),
}


def catalogue_page() -> str:
    """The page, in Dutch, made from the contracts alone."""
    parts = [
        "# Catalogus van contracten",
        "Deze pagina is gemaakt uit de contracten in `data_contracts/`; verander haar daar. "
        "\\* = sleutel, ? = mag leeg zijn.",
    ]
    for room, (title, remark) in ROOMS.items():
        parts += [f"## {title}", remark]
        for contract in contracts(room).values():
            parts += _contract_part(contract)
    return "\n\n".join(parts) + "\n"


def _contract_part(contract: Contract) -> list[str]:
    facts = [f"versie {contract.version}", contract.grain.rstrip(".").lower()]
    if contract.vera:
        facts.append(f"VERA: {contract.vera}")
    if contract.room == "inputs":
        facts.append("verplicht" if contract.is_required else "mag ontbreken")
        facts.append(f"hoogstens {contract.tolerance:.0%} rijen mag breken".replace("%", " %"))
    if contract.max_age_days:
        facts.append(f"oud na {contract.max_age_days} dagen zonder rij")
    parts = [f"### {contract.name}: {contract.title}", "; ".join(facts) + ".", contract.purpose]
    parts += [text for text in (contract.usage, contract.limitations) if text]
    parts.append(_columns_table(contract))
    parts.append(_rules_list(contract))
    return parts


def _columns_table(contract: Contract) -> str:
    lines = ["| kolom | type | term | betekenis | VERA | voorbeeld |", "| --- | --- | --- | --- | --- | --- |"]
    for column in contract.columns:
        mark = "\\*" if column.is_key else "" if column.is_required else "?"
        cells = [
            f"`{column.name}`{mark}",
            f"`{column.physical_type}`",
            column.business_name,
            _meaning(column),
            column.vera or "",
            f"`{column.example}`" if column.example else "",
        ]
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _meaning(column: Column) -> str:
    treatments = {
        "hash": " **Wordt onherkenbaar gemaakt bij het inlezen.**",
        "clean": " **Namen, nummers en adressen gaan er bij het inlezen uit, voor zover zij worden herkend.**",
        "withhold": " **Wordt gelezen en geteld, maar niet bewaard.**",
    }
    return column.description + (treatments[column.treatment] if column.treatment else "")


def _rules_list(contract: Contract) -> str:
    plain = [f"`{rule.id}`" for rule in contract.rules if not rule.description]
    lines = [f"Regels per rij: {', '.join(plain)}."] if plain else []
    told = [f"- `{rule.id}`: {rule.description}" for rule in contract.rules if rule.description]
    return "\n".join([*lines, "", *told] if told else lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(catalogue_page(), encoding="utf-8")
    print(f"{PAGE.name}: {sum(len(contracts(room)) for room in ROOMS)} contracts")
