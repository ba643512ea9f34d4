"""Nothing personal is left of a note as far as it is recognised, and nothing else goes."""

import os
import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import iban
from stdnum.nl import bsn

from data_contracts.contract import contracts
from data_contracts.note_cleaning import LONGEST, PLACEHOLDERS, WITHHELD, clean_notes, clean_values
from data_contracts.note_evaluation import PAGE, Share, cleaning_page, judged_notes, marked_notes, precision, recall

MARK = re.compile("|".join(re.escape(mark) for mark in PLACEHOLDERS.values()))


def cleaned(text: str) -> str:
    (kept,) = clean_notes([text])
    assert kept is not None
    return kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Gesproken met mevr. v.d. Berg.", "Gesproken met mevr. [naam]."),
        ("dhr jansen belde", "dhr [naam] belde"),
        ("Roos zegt dat het stil is.", "[naam] zegt dat het stil is."),
        ("karim en fatima stonden buiten", "[naam] en [naam] stonden buiten"),
        ("Jan van der Meer van boven", "[naam] van boven"),
        ("JANSEN, J. heeft de sleutel", "[naam] heeft de sleutel"),
        ("De zoon van Priya is bang", "De zoon van [naam] is bang"),
        ("BEWONER FATIMA KOWALSKI EN HAAR ZOON", "BEWONER [naam] EN HAAR ZOON"),
        ("bel 06-12 34 56 78 na vijven", "bel [telefoon] na vijven"),
        ("terug op NL02 abna 0123 4567 89.", "terug op [rekening]."),
        ("bsn 1234.56.782", "bsn [bsn]"),
        ("via j.devries@voorbeeld.nl!", "via [e-mail]!"),
        ("zie www.voorbeeld.nl/klacht, en @portiek_026", "zie [link], en [link]"),
        ("Busje 12-ABC-3 staat er weer", "Busje [kenteken] staat er weer"),
        ("geb. 14-03-1987", "geb. [datum]"),
        ("De buurman van 14 zet vuil buiten", "De buurman van [adres] zet vuil buiten"),
        ("op Kastanjelaan 7-II, 1234 AB", "op [adres], [adres]"),
        ("3 hoog en nr. 12a", "[adres] en [adres]"),
    ],
)
def test_a_note_loses_what_is_personal_and_keeps_the_rest(text: str, kept: str) -> None:
    assert cleaned(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Storm heeft dakpannen losgemaakt.",
        "Bij De Horst staat de achterdeur open.",
        "Op 14 november, week 46, tussen 14:00 en 16:00 uur.",
        "Brievenbussen 1 tot en met 40, blok 2, portiek 3, lift 2.",
        "Wilgenhof 12-88 is stil.",
        "De bewoners van 14 woningen klagen, kosten € 1.250,00.",
        "Melding M-2026-004512, SOC.GEL, NEN 2767, vervangen op 17-11-2026.",
        "Mevrouw op de begane grond wil niets zeggen, meneer is boos.",
        "Afspraak met de wijkagent, de GGD en Stichting Welzijn.",
        "Eén galerij is schoon; vóór de deur ligt vuil.",
    ],
)
def test_a_note_without_a_person_stays_as_it_is(text: str) -> None:
    assert cleaned(text) == text


def test_as_many_come_back_in_the_same_order_and_what_is_empty_stays_empty() -> None:
    assert clean_notes([]) == []
    assert clean_notes(["Fatima belde.", None, "", "  ", "Alles rustig.", "Fatima belde."]) == [
        "[naam] belde.", None, "", "  ", "Alles rustig.", "[naam] belde.",
    ]  # fmt: skip


def test_a_letter_that_nobody_sees_hides_no_name() -> None:
    assert cleaned("mevr. Jan\u200bsen en Fa\u00adtima") == "mevr. [naam] en [naam]"
    assert cleaned("O\u0308zlem") == "[naam]"


def test_what_cannot_be_cleaned_is_withheld() -> None:
    assert clean_notes(["Jansen " * LONGEST, "Jansen"]) == [WITHHELD, "[naam]"]


@pytest.mark.parametrize("missing", ["deduce", "spellchecker", "stdnum"])
def test_without_a_library_nothing_is_kept_but_codes(missing: str) -> None:
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from data_contracts.note_cleaning import clean_notes, clean_values\n"
        "print(clean_notes(['Jansen', None]), clean_values(['Alles rustig', 'SOC.GEL', 'M-2026-004512']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert ran.stdout.strip() == f"[{WITHHELD!r}, None] [{WITHHELD!r}, 'SOC.GEL', 'M-2026-004512']"


def test_starting_the_library_changes_nothing_for_the_others() -> None:
    program = (
        "import logging, warnings, numpy\n"
        "root = logging.root\n"
        "before = root.level, root.handlers[:], root.manager.disable, warnings.filters[:]\n"
        "from data_contracts.note_cleaning import clean_notes; clean_notes(['Jansen'])\n"
        "print(before == (root.level, root.handlers[:], root.manager.disable, warnings.filters[:]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"


AROUND = st.sampled_from(
    ["Bel {} terug.", "{}", "({})", "zie {}, graag vandaag", "nummer: {}", "is {} van hem?", "\n{}\n"]
)
DIGITS = st.text("0123456789", min_size=8, max_size=8)


@given(
    around=AROUND,
    front=st.sampled_from(["06", "06-", "06 ", "06 - ", "+316", "+31 6 ", "00316", "0031 6 ", "(06) ", "+31(0)6"]),
    digits=DIGITS,
    apart=st.sampled_from(["", " ", "-", "."]),
    size=st.sampled_from([2, 4, 8]),
)
def test_a_mobile_number_is_found_however_it_is_written(
    around: str, front: str, digits: str, apart: str, size: int
) -> None:
    written = front + apart.join(digits[place : place + size] for place in range(0, 8, size))
    left = cleaned(around.format(written))
    assert not re.search(r"\d", left), written
    assert MARK.search(left)


@given(
    around=AROUND,
    bank=st.sampled_from(["ABNA", "INGB", "RABO", "TRIO"]),
    digits=DIGITS,
    apart=st.sampled_from(["", " ", "."]),
)
def test_an_account_number_is_found_and_one_that_is_not_valid_as_well(
    around: str, bank: str, digits: str, apart: str
) -> None:
    number = f"{bank}00{digits}"
    check = iban.calc_check_digits(f"NL00{number}")
    for pair in (check, f"{(int(check) + 1) % 97:02}"):
        groups = re.findall(".{1,4}", f"NL{pair}{number}")
        assert cleaned(around.format(apart.join(groups))) == around.format("[rekening]")


@given(around=AROUND, digits=DIGITS, apart=st.sampled_from(["", " ", ".", "-"]))
def test_a_citizen_number_is_told_by_its_digits(around: str, digits: str, apart: str) -> None:
    last = next((each for each in "0123456789" if bsn.is_valid(digits + each)), None)
    if last is None:
        return
    written = apart.join((digits[:3], digits[3:6], digits[6:] + last))
    # One in eleven numbers passes for a BSN; that it may be a telephone number as well takes nothing away.
    assert not re.search(r"\d", cleaned(around.format(written)))


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cf")), max_size=120)
WORDS = st.lists(
    st.sampled_from(
        ["Fatima", "jansen", "de", "van", "14", "nr", "06-12345678", "lift", "Storm", ".", "galerij", "[naam]", "H.",
         "De", "Horst", "\n", "12-88", "'t", "el", "mevr", "Beatrixstraat", "stuk", "-", "@x", "NL02ABNA0123456789"]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@given(TEXTS | WORDS)
@example("[naam] [bsn]")
@settings(max_examples=300, deadline=None)
def test_nothing_is_added_moved_or_lost_but_what_is_replaced(text: str) -> None:
    for clean in (clean_notes, clean_values):
        (kept,) = clean([text])
        assert kept is not None
        assert kept != WITHHELD
        composed = unicodedata.normalize("NFC", text)
        place = 0
        for piece in MARK.split(kept):
            found = composed.find(piece, place)
            assert found >= 0
            place = found + len(piece)


@given(WORDS)
def test_a_familiar_name_is_found_among_anything(text: str) -> None:
    for clean in (clean_notes, clean_values):
        (once,) = clean([text])
        (twice,) = clean([once])
        assert not re.search("fatima|06-12345678|nl02abna", str(once).lower())
        assert len(MARK.findall(str(twice))) >= len(MARK.findall(str(once)))


def test_the_page_is_fresh_so_that_no_change_finds_less_unseen() -> None:
    assert PAGE.read_text(encoding="utf-8") == cleaning_page(), "run `make docs`"


@pytest.mark.parametrize("part", ["tuned_on", "measured_on"])
def test_the_figures_are_those_of_a_plain_count(part: str) -> None:
    """A marked text that still stands in what is kept was surely missed, and none is counted as found that was not."""
    judged = judged_notes(marked_notes(part))
    marked = [(each, span) for each in judged for span in each.note.marked]
    stands = [each.note.text[span.start : span.end] in each.cleaned for each, span in marked]
    counted = recall(judged)
    assert counted.total == len(marked)
    assert sum(stands) <= counted.total - counted.hits
    n_marks = sum(len(MARK.findall(each.cleaned)) for each in judged)
    assert precision(judged).total == n_marks
    assert sum(len(each.needless) for each in judged) == precision(judged).total - precision(judged).hits


def test_half_of_the_notes_have_nobody_in_them() -> None:
    notes = [each for part in ("tuned_on", "measured_on") for each in marked_notes(part) if not each.is_bare]
    assert len(notes) >= 150
    assert sum(not each.marked for each in notes) == len(notes) / 2
    assert {span.kind for each in notes for span in each.marked} <= PLACEHOLDERS.keys()


def test_an_interval_is_wilsons() -> None:
    # Worked by hand: 9 of 10, z = 1.96.
    assert Share(9, 10).ends == pytest.approx((0.5958, 0.9821), abs=1e-3)
    assert str(Share(0, 0)) == "–"


def test_no_table_that_leaves_the_warehouse_has_free_text() -> None:
    inputs = contracts("inputs").values()
    kept = {(each.name, column.name) for each in inputs for column in each.columns if column.treatment == "clean"}
    assert kept == {("field_signals", "note"), ("outcomes", "note"), ("registration_changes", "description")}
    left = {
        (each.name, column.name)
        for room in ("published", "shared")
        for each in contracts(room).values()
        for column in each.columns
        if column.name in {name for _, name in kept}
    }
    # What `events` calls a description is a word of ours for a kind of event, not the text of a change.
    assert left <= {("events", "description")}
