"""Made-up Dutch names for complexes and area teams, and the short sentences of field notes.

All from our own word lists; nothing refers to an existing place, building or person.
"""

from __future__ import annotations

import numpy as np

_WITH_ARTICLE = (
    "De Meerpaal", "Het Anker", "De Klaproos", "De Wissel", "Het Baken", "De Kiekendief", "De Schakel",
    "De Vuurdoorn", "Het Weefgetouw", "De Zandloper", "De Sluiswachter", "Het Korenhuis", "De Leeuwerik",
    "De Parelduiker", "De Smidse", "Het Kompas", "De Spinaker", "De Bongerd", "De Wielewaal", "Het Zonnewiel",
    "De Kastanje", "De Lakenhal", "De Grutto", "Het Veerhuis", "De Blauwe Reiger", "De Ratelaar",
    "De Touwslager", "Het Lichtschip", "De Egelantier", "De Korenmaat",
)  # fmt: skip
_STEMS = (
    "Linden", "Beuken", "Elzen", "Hazel", "Meidoorn", "Wilgen", "Essen", "Berken", "Iepen", "Vlier",
    "Lisdodde", "Kers", "Zwanen", "Reiger", "Kieviten", "Valken", "Merel", "Ooievaar", "Haven", "Molen",
    "Dijk", "Kade", "Brug", "Sluis", "Zonne", "Wester", "Ooster", "Noorder", "Zuider", "Polder", "Weide",
    "Duin", "Heide", "Riet", "Klaver", "Graan",
)  # fmt: skip
_SUFFIXES = (
    "hof", "burg", "staete", "weide", "oord", "hoek", "horst", "kamp", "rode", "zicht", "plein", "laan",
    "steeg", "veste", "wal", "waard", "akker", "gaarde", "schans", "dreef",
)  # fmt: skip
_TEAMS = (
    "Molenkwartier", "Oude Kade", "Waterlanden", "Zonneveld", "De Kolken", "Hoge Akkers",
    "Stationsbuurt-West", "Lage Weiden", "Vogelhoek", "Havenrand", "Het Binnenveld", "Dijkzijde",
    "Elzenbroek", "Nieuwe Erven", "Sluisoord", "De Boomgaarden", "Rietlanden-Zuid", "Kleipolder",
    "Marktzijde", "Ringvaart", "Steenoven", "Tuinstad", "Werfplein", "Zandhoogte",
)  # fmt: skip

CONCERN_NOTES = {
    "ONE.VER": (
        "Veel zwerfvuil bij de ingang.",
        "Grof vuil in het trappenhuis, al weken.",
        "Containers lopen over.",
    ),
    "OVE.GEL": ("Harde muziek te horen op de galerij.", "Bewoners noemen lawaai, vooral 's nachts."),
    "ONE.DRU": ("Loop naar één portiek, korte bezoekjes.", "Lege lachgastanks achter het gebouw."),
    "ONE.HEN": ("Ramen afgeplakt en sterke geur.",),
    "ONE.OND": ("Veel wisselende namen op de bellen.", "Matrassen in de berging, lijkt bewoond."),
    "AGR": (
        "Lift opnieuw vernield.",
        "Ruiten van de entree kapot, deur hangt los.",
        "Brievenbussen opengebroken.",
    ),
    "AGR.BRA": ("Brandplekken in de berging.", "Container uitgebrand naast de entree."),
    "AGR.AGS": ("Bewoners praten niet als er anderen bij staan.", "Groep in de hal, mensen lopen om."),
    "AGR.VEB": ("Er wordt geschreeuwd op de galerij.", "Dreigende woorden gehoord bij de ingang."),
    "OVE": (
        "Verwaarloosde indruk, weinig mensen buiten.",
        "Verlichting doet het al lang niet.",
        "Sfeer is gespannen.",
    ),
}
"""Sentences by kind of concern: VERA SIGNALERINGSOORT, with its SIGNALERINGDETAILSOORT where one fits."""

NOTHING_NOTES = (
    "Gezien, niets bijzonders.",
    "Rondje gelopen, alles rustig.",
    "Trappenhuis schoon, verlichting goed.",
)
POSITIVE_NOTES = (
    "Bewoners houden samen de tuin bij.",
    "Nieuwe plantenbakken, mensen maken een praatje.",
    "Koffieochtend goed bezocht.",
)


def complex_names(rng: np.random.Generator, n: int) -> list[str]:
    """`n` different names such as "De Meerpaal" or "Lindenhof 12-88".

    The first draws are plain; once the words run out, house numbers tell complexes apart.
    """
    plain = list(_WITH_ARTICLE) + [stem + suffix for stem in _STEMS for suffix in _SUFFIXES]
    order = rng.permutation(len(plain))
    first = rng.integers(1, 40, size=n)
    length = rng.integers(6, 60, size=n)
    is_numbered = rng.random(n) < 0.5
    named = []
    for position in range(n):
        streets, word = divmod(position, len(plain))
        name = plain[order[word]]
        has_numbers = streets > 0 or (is_numbered[position] and not name.startswith(("De ", "Het ")))
        # A hundred numbers per round keep the ranges of one street apart.
        start = 2 * int(first[position]) + 200 * streets
        named.append(f"{name} {start}-{start + 2 * int(length[position])}" if has_numbers else name)
    return named


def team_names(n: int) -> list[str]:
    """`n` different area-team names, always in the same order."""
    rounds = range(-(-n // len(_TEAMS)))
    return [name if each == 0 else f"{name} {each + 1}" for each in rounds for name in _TEAMS][:n]
