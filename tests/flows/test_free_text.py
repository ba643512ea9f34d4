"""What people typed: cleaned before the warehouse's file has it, also where a row is broken or a source stops."""

import re
from pathlib import Path

import pytest
from small_town import HEADER, SmallTown, complaints

from data_contracts.note_cleaning import LONGEST, WITHHELD
from flows import ingest
from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.language import Language

SIGNALS = "signal_id,complex_id,observed_on,source,finding,note\n"
NAMES = (b"Yilmaz", b"YILMAZ", b"0612345678", b"NL02ABNA", b"voorbeeld.nl", b"Beatrixstraat 14")
ABOUT = "Fatima Yilmaz (0612345678) van Beatrixstraat 14 klaagt"


@pytest.fixture(autouse=True)
def quick_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "check_table", counted_by_predicate)


def signal(number: int, note: str, source: str = "caretaker") -> str:
    return f"S{number},C1,2026-11-09,{source},concern,{note}\n"


def written_names(town: SmallTown) -> set[bytes]:
    """Which of the names stand in any file of the home folder."""
    files = b"".join(each.read_bytes() for each in town.home.rglob("*") if each.is_file())
    return {name for name in NAMES if name in files}


def test_a_note_is_kept_without_the_person_and_nothing_of_them_is_on_disk(town: SmallTown) -> None:
    town.write(
        "field_signals.csv", SIGNALS + "".join(signal(number, ABOUT) for number in range(3)) + signal(9, "Lift stuk")
    )
    _, signals = town.take_in("complexes", "field_signals")
    assert (signals.rows_kept, signals.changed) == (4, ())
    notes = town.ask("select note, count(*) from raw.field_signals group by note order by 2 desc")
    assert notes == [("[naam] ([telefoon]) van [adres] klaagt", 3), ("Lift stuk", 1)]
    assert written_names(town) == set()


def test_a_second_reading_knows_the_note_again(town: SmallTown) -> None:
    town.write("field_signals.csv", SIGNALS + signal(1, ABOUT))
    assert town.take_in("complexes", "field_signals")[1].rows_kept == 1
    (again,) = town.take_in("field_signals")
    assert (again.rows_kept, again.rows_already_known) == (0, 1)


def test_a_note_that_cannot_be_cleaned_is_withheld_counted_and_said(town: SmallTown) -> None:
    long = "Yilmaz " * LONGEST
    town.write("field_signals.csv", SIGNALS + signal(1, long) + signal(2, "Alles rustig") + signal(3, long))
    _, signals = town.take_in("complexes", "field_signals")
    assert signals.rows_kept == 3
    assert town.ask("select note from raw.field_signals order by signal_id") == [
        (WITHHELD,),
        ("Alles rustig",),
        (WITHHELD,),
    ]
    outcome = "select breaches, rows from checks.rule_outcomes where rule_id = 'note.cleaned'"
    assert town.ask(outcome) == [(2, 3)]
    (said,) = (Language("en").tell(each) for each in signals.changed)
    assert said.startswith("note: 2 texts could not be cleaned and were not kept")
    assert written_names(town) == set()


def test_a_broken_row_is_set_apart_without_the_person_wherever_they_stand(town: SmallTown) -> None:
    shifted = "".join(
        [
            f"Y1,C1,2026-11-09 10:00:00,{ABOUT}\n",
            "Fatima Yilmaz,C1,2026-11-09 10:00:00,XYZ\n",
            "Y3,f.yilmaz@voorbeeld.nl,2026-11-09 10:00:00,SOC.GEL\n",
            "Y4,C1,Beatrixstraat 14,SOC.GEL\n",
            "Y5,NL02ABNA0123456789,0612345678\n",
        ]
    )
    town.write("complaints.csv", HEADER + complaints(400) + shifted)
    _, told = town.take_in("complexes", "complaints")
    assert (told.rows_kept, told.rows_quarantined) == (400, 5)
    kept = [original for (original,) in town.ask("select original from checks.quarantine order by original")]
    assert any('"category":"[naam]' in each or "[telefoon]" in each for each in kept)
    assert written_names(town) == set()


def test_a_source_that_stops_does_not_tell_who_broke_it(town: SmallTown) -> None:
    bad = "".join(f"Y{number},C1,2026-11-09 10:00:00,mevr. Yilmaz\n" for number in range(30))
    town.write("complaints.csv", HEADER + complaints(40) + bad + "Y99,C1,2026-11-09 10:00:00,XYZ\n")
    _, told = town.take_in("complexes", "complaints")
    assert told.state == "stopped"
    ((reason,),) = town.ask("select reason from checks.accounts where source = 'complaints'")
    assert "MEVR. [naam] (30×)" in reason
    assert "XYZ (1×)" in reason
    assert written_names(town) == set()


@pytest.mark.parametrize(("key", "withdrawn"), [("Y1", 1), ("Fatima Yilmaz", 0)])
def test_a_row_of_which_the_key_was_cleaned_withdraws_nothing(town: SmallTown, key: str, withdrawn: int) -> None:
    town.write("mapping.yaml", "contracts: {complaints: {delivery: full}}\n")
    town.take_in("complexes", "complaints")
    town.write("complaints.csv", HEADER + complaints(29) + f"{key},C1,2026-11-09 10:00:00,XYZ\n")
    (told,) = town.take_in("complaints")
    assert (told.rows_quarantined, told.rows_withdrawn) == (1, withdrawn)


def test_no_published_table_asks_for_free_text() -> None:
    queries = Path(__file__).parents[2] / "flows" / "published"
    asked = {
        each.name for each in queries.glob("*.sql") if re.search(r"\bnote\b", re.sub("--.*", "", each.read_text()))
    }
    assert asked == set()
