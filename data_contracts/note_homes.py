"""The address of one home in a note: street and number, a postcode, "nr 14", "3 hoog", "de buurman van 14".

A home can point at a household, so its number goes. A street or block without one stays, and so do a range of numbers
and the number of a lift, a lamp post or a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from data_contracts.note_patterns import Span

# A range wider than this is a block, not a home.
WIDEST_HOME = 5

_POSTCODE = re.compile(r"(?<![\w\-.,€])[1-9]\d{3}(?:\s?(?!SA|SD|SS)[A-Z]{2}|(?!sa|sd|ss)[a-z]{2})(?![\w\-])")
# What may follow a house number: a letter, a floor in Roman figures, a Dutch word for the part of the house.
_ADDED = r"(?:[ \-/]?(?:\d{1,4}|[IVX]{1,4}|hs|huis|bis|ter|zw|rd|sous|[A-Za-z])(?![\w]))?"
_NUMBER = rf"\d{{1,5}}{_ADDED}"
_RANGE = re.compile(r"(\d+) ?- ?(\d+)$")
_STREET_ENDS = (
    "straat|str|laan|weg|plein|kade|gracht|singel|dreef|dijk|steeg|plantsoen|boulevard|gaarde|pad|hof|park|baan|markt"
)
# These end many other words too, so they count with a capital only.
_STREET_ENDS_OF_NAMES = (
    "wal|ring|kamp|weide|akker|oord|erf|hoek|horst|burg|veld|berg|poort|tuin|waard|donk|zoom|rode|meent|drift|brink|"
    "flat|staete|haven|hove|hoven|land|laar|stein|rijk|schans|zijde|zicht|veste|wijk|dam|sluis|brug|werf|toren|heuvel"
)
_STREET = re.compile(
    rf"(?<![\w\-])(?:[^\W\d_][\w'’.\-]+(?:(?i:{_STREET_ENDS}))|[A-Z][\w'’\-]*(?:{_STREET_ENDS_OF_NAMES}))\.?"
    rf",? ?(?:(?i:nr|nummer|no)\.? ?)?(?P<number>{_NUMBER})(?!\w)(?![.,]\d)(?! ?(?:%|€|euro|uur|x\b))"
)
# A number of something that is no home.
_NO_HOME = (
    "lift|portiek|blok|trap|container|ticket|melding|zaak|bon|order|factuur|kraan|paal|lantaarnpaal|mast|ingang|gang|"
    "berging|box|kelderbox|lijn|bus|tram|ronde|punt|bijlage|foto|camera|deur|groep|ploeg|team|dag|week|dossier|storings"
)
_SAID_NUMBER = re.compile(
    rf"(?i)(?<![\w\-])(?P<before>\w+[ \-])?(?P<it>(?:huis ?)?(?:nr|nummer|nmr|no|num)s?[.:]? ?{_NUMBER}"
    rf"(?:\s(?:en|of|&)\s{_NUMBER})*)"
    r"(?!\w)(?![.,]\d)(?!\s?/\s?\d)"
)
_NO_HOME_BEFORE = re.compile(rf"(?i)(?:{_NO_HOME}|\w*(?:nummer|nr))[ \-]?$")
_HOME = re.compile(
    rf"(?i)(?<![\w\-])(?:woning|flat|app(?:artement)?|studio|kamer|vhe|adres|huis|huisnummer|huisnr|bel)\b\.? ?"
    rf"(?P<it>(?!0){_NUMBER})(?!\w)(?![.,]\d)(?! ?(?:%|€|keer|x\b|jaar|uur|minuten|dagen|weken|m2))"
)
_FLOOR = re.compile(
    r"(?i)(?<![\w\-])(?:\d|één|een|twee|drie|vier|vijf)[ \-]?hoog\b(?: ?(?:links|rechts|voor|achter)\b)?"
)
_PEOPLE = (
    r"\w*(?:buurman|buurvrouw|buren|buur|buurjongen|buurmeisje|bewoners?|bewoonster|huurders?|huurster|mevrouw|mevr|mw|"
    r"meneer|dhr|heer|jongens?|man|vrouw|gezin|familie|melders?|meldster|dochter|zoon|kinderen|hond|oudere|student|"
    r"mensen|iemand|die|dat|dame|stel)"
)
_AT = r"(?:van|op|uit|in|bij|naast|boven|onder|tegenover)"
# What may follow when the number stands for a home: the end, or a word that says what its people do.
_GOES_ON = (
    r"(?=\s*(?:[.,;:!?)\"'/]?\s*$|[,;:!?)\"'/]|\.(?:\s|$)|\s(?:en|maar|of|die|dat|is|zijn|was|waren|heeft|hebben|had|wil|"
    r"willen|kan|kunnen|doet|doen|gaat|komt|komen|zegt|zeggen|belt|belde|klaagt|klagen|gooit|gooien|zet|zetten|staat|staan|"
    r"woont|wonen|maakt|maken|hoort|horen|ruikt|stinkt|schreeuwt|schreeuwen|slaat|blaft|rookt|draait|heet|laat|houdt|"
    r"ligt|zit|zitten|geeft|vraagt|weigert|dealt|verkoopt|stookt|bonkt|weer|nog|ook|niet|al|alweer|steeds|elke|aan|"
    r"vanwege|om|met|omdat|waar|wordt|werd|reageert|opent|doen|opnieuw|vertrekt|ruziet|ruzie|laten|steekt)\b))"
)
_PERSON_AT = re.compile(
    rf"(?<!\w)(?i:{_PEOPLE})\s(?i:{_AT})\s(?!(?:19|20)\d\d\b)(?P<it>{_NUMBER})(?!\w)(?![.,]\d){_GOES_ON}"
)
_AT_NUMBER = re.compile(rf"(?i)(?<!\w){_AT}\s(?!(?:19|20)\d\d\b)(?P<it>{_NUMBER})(?!\w)(?![.,:]\d)(?! ?[%€]){_GOES_ON}")
_NO_STREET = rf"(?:{_NO_HOME}|gebouw|complex|toren|fase|noord|zuid|oost|west|verdieping|etage|kamer|week|maandag)"
_AT_STREET = re.compile(
    rf"(?<!\w)(?i:op|aan|in|van|bij|naar|adres)\b:? (?:(?i:de|het) )?(?!(?i:{_NO_STREET})\b)"
    rf"(?P<it>[A-Z][a-zà-ÿ]{{3,}}(?: [A-Z][a-zà-ÿ]+)? (?P<number>{_NUMBER}))(?!\w)(?![.,:]\d)(?! ?[%€]){_GOES_ON}"
)


def home_spans(text: str) -> Iterator[Span]:
    """Every address of one home in a text; spans may overlap."""
    for found in _POSTCODE.finditer(text):
        yield Span(*found.span(), "adres")
    for found in _STREET.finditer(text):
        if not _is_block(found["number"]):
            yield Span(*found.span(), "adres")
    for found in _SAID_NUMBER.finditer(text):
        if not _NO_HOME_BEFORE.search(found["before"] or ""):
            yield Span(*found.span("it"), "adres")
    for found in _AT_STREET.finditer(text):
        if not _is_block(found["number"]):
            yield Span(*found.span("it"), "adres")
    for found in _FLOOR.finditer(text):
        yield Span(*found.span(), "adres")
    for found in _HOME.finditer(text):
        if not _is_block(found["it"]):
            yield Span(*found.span(), "adres")
    for shape in (_PERSON_AT, _AT_NUMBER):
        for found in shape.finditer(text):
            if not _is_block(found["it"]):
                yield Span(*found.span("it"), "adres")


def _is_block(number: str) -> bool:
    found = _RANGE.search(number)
    return bool(found and int(found[2]) - int(found[1]) > WIDEST_HOME)
