"""A folder of sheets and mails: each file is read or says in one sentence why not, and its rows add up."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from answer_desk import DUTCH, ENGLISH, FLAGS, THURSDAY, WEDNESDAY, blank, filled, mail
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.answers.folder import ReadAnswers, answers_folder, read_answers
from flows.answers.sheets_out import sheet_csv
from flows.reading import SourceUnavailable
from flows.run import make_run

ZONE = "Europe/Amsterdam"


def put(folder: Path, name: str, content: bytes, at: datetime = WEDNESDAY) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (at.timestamp(), at.timestamp()))
    return file


def read(folder: Path) -> ReadAnswers:
    found = read_answers(folder, ZONE)
    counted = Counter[str]()
    for each in found.files:
        for name in ("n_rows", "n_completing", "n_copies", "n_replaced", "n_empty"):
            counted[name] += getattr(each, name)
    rest = counted["n_completing"] + counted["n_copies"] + counted["n_replaced"] + counted["n_empty"]
    assert counted["n_rows"] == len(found.rows) + rest
    return found


def states(found: ReadAnswers) -> dict[str, str]:
    return {each.name: each.state for each in found.files}


def said(found: ReadAnswers) -> list[tuple[Any, ...]]:
    return [(row.flag_id, row.day, dict(row.values)) for row in found.rows]


def problems(found: ReadAnswers) -> dict[str, str]:
    told = {}
    for each in found.files:
        for problem in each.problems:
            told[each.name] = problem.message
            # Both languages name the file.
            assert each.name in DUTCH.tell(problem)
            assert each.name in ENGLISH.tell(problem)
    return told


def test_sheets_and_mails_count_the_same(tmp_path: Path) -> None:
    put(tmp_path, "Antwoord [EXTERN] (1).xlsx", filled({0: {"verdict": "zorgen"}}))
    table = sheet_csv(FLAGS, DUTCH).decode().replace('zie je?";""', 'zie je?";"in orde"', 2).replace("in orde", "", 1)
    put(tmp_path, "noord/blad.CSV", table.encode())
    put(tmp_path, "antwoord.eml", mail("2026-W46-C3", value="other"))
    found = read(tmp_path)
    assert said(found) == [
        ("2026-W46-C1", "2026-11-18", {"verdict": "worry"}),
        ("2026-W46-C2", "2026-11-18", {"verdict": "fine"}),
        ("2026-W46-C3", "2026-11-18", {"verdict": "other"}),
    ]
    assert [(each.n_rows, each.n_empty) for each in found.files] == [(3, 2), (1, 0), (3, 2)]
    assert read(tmp_path) == found, "next week the same files say the same"


def test_a_mail_answers_one_question_and_the_other_comes_from_elsewhere(tmp_path: Path) -> None:
    put(tmp_path, "a.eml", mail(column="do_residents_report", value="no", sent_at=THURSDAY))
    assert said(read(tmp_path)) == [("2026-W46-C1", "2026-11-19", {"do_residents_report": "no"})]
    put(tmp_path, "b.eml", mail(value="worry"))
    found = read(tmp_path)
    assert said(found) == [("2026-W46-C1", "2026-11-18", {"verdict": "worry", "do_residents_report": "no"})]
    assert [each.n_completing for each in found.files] == [1, 0]


def test_a_sheet_that_was_returned_twice_counts_as_it_was_last(tmp_path: Path) -> None:
    put(tmp_path, "oud.xlsx", filled({0: {"verdict": "zorgen"}, 1: {"verdict": "anders"}}))
    put(tmp_path, "kopie van oud.xlsx", filled({0: {"verdict": "zorgen"}, 1: {"verdict": "anders"}}))
    later = WEDNESDAY + timedelta(hours=3)
    put(tmp_path, "a nieuw.xlsx", filled({0: {"verdict": "in orde"}, 1: {"verdict": "anders"}}, later))
    found = read(tmp_path)
    assert said(found) == [
        ("2026-W46-C1", "2026-11-18", {"verdict": "fine"}),
        ("2026-W46-C2", "2026-11-18", {"verdict": "other"}),
    ]
    assert [(each.n_replaced, each.n_copies, each.n_empty) for each in found.files] == [(0, 0, 1), (1, 1, 1), (1, 1, 1)]


def test_the_day_is_the_one_filled_in_else_that_of_the_file_or_mail(tmp_path: Path) -> None:
    days = filled({0: {"verdict": "zorgen"}, 1: {"verdict": "zorgen", "reviewed_on": "16-11-2026"}}, THURSDAY)
    put(tmp_path, "a.xlsx", days, at=WEDNESDAY)
    put(tmp_path, "b.eml", mail("2026-W46-C3"), at=THURSDAY)
    put(tmp_path, "c.csv", b"Vlagnummer;Wat trof je aan?\r\nC4;anders\r\n", at=THURSDAY)
    no_date = mail("C5").replace(b"Date: ", b"X-Date: ")
    put(tmp_path, "d.eml", no_date, at=THURSDAY)
    found = {flag: day for flag, day, _ in said(read(tmp_path))}
    assert found == {
        "2026-W46-C1": "2026-11-19",
        "2026-W46-C2": "2026-11-16",
        "2026-W46-C3": "2026-11-18",
        "C4": "2026-11-19",
        "C5": "2026-11-19",
    }


def test_only_a_date_is_no_answer(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", filled({0: {"reviewed_on": "16-11-2026"}}))
    found = read(tmp_path)
    assert found.rows == ()
    assert found.files[0].n_empty == 3


def test_a_sheet_attached_to_a_mail_is_the_sheet_on_the_day_of_the_mail(tmp_path: Path) -> None:
    sheet = filled({1: {"verdict": "wist ik al"}}, WEDNESDAY)
    put(tmp_path, "a.eml", mail(subject="Blad van deze week", sent_at=THURSDAY, sheet=sheet))
    found = read(tmp_path)
    assert said(found) == [("2026-W46-C2", "2026-11-19", {"verdict": "known_already"})]
    assert (found.files[0].state, found.files[0].n_rows, found.files[0].n_empty) == ("read", 3, 2)
    put(tmp_path, "a.eml", mail("2026-W46-C1", sheet=b"foto"))
    assert [flag for flag, _, _ in said(read(tmp_path))] == ["2026-W46-C1"]
    assert problems(read(tmp_path)) == {"a.eml": "answers.unreadable"}


def test_a_forwarded_answer_is_the_answer(tmp_path: Path) -> None:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    outer = EmailMessage()
    outer["Subject"] = "Doorgestuurd"
    outer["Date"] = "Thu, 19 Nov 2026 11:00:00 +0100"
    outer.set_content("zie bijlage")
    outer.add_attachment(message_from_bytes(mail(), policy=policy.default))
    put(tmp_path, "a.eml", outer.as_bytes())
    assert said(read(tmp_path)) == [("2026-W46-C1", "2026-11-19", {"verdict": "worry"})]


def test_each_file_that_is_no_answer_says_why_and_the_others_go_on(tmp_path: Path) -> None:
    put(tmp_path, "goed.xlsx", filled({0: {"verdict": "zorgen"}}))
    put(tmp_path, "afwezig.eml", mail(subject="Automatisch antwoord: Luisterpost week 46"))
    put(tmp_path, "woord.eml", mail(subject="Re: Luisterpost [2026-W46-C1] hmm"))
    put(tmp_path, "foto.jpg", b"x")
    put(tmp_path, "oud.xls", b"x")
    put(tmp_path, "leeg.xlsx", b"")
    put(tmp_path, "leeg.eml", b"")
    put(tmp_path, "kapot.xlsx", blank()[:-900])
    put(tmp_path, "~$goed.xlsx", b"x")
    put(tmp_path, ".verborgen.csv", b"x")
    put(tmp_path, "Thumbs.db", b"x")
    put(tmp_path, ".git/x.csv", b"x")
    put(tmp_path, "rij\n[bold].csv", b"a;b\r\n1;2\r\n")
    found = read(tmp_path)
    assert [flag for flag, _, _ in said(found)] == ["2026-W46-C1"]
    assert states(found) == {
        "goed.xlsx": "read",
        "afwezig.eml": "no_answer",
        "woord.eml": "unreadable",
        "foto.jpg": "unreadable",
        "oud.xls": "unreadable",
        "leeg.xlsx": "unreadable",
        "leeg.eml": "unreadable",
        "kapot.xlsx": "unreadable",
        "~$goed.xlsx": "ignored",
        ".verborgen.csv": "ignored",
        "Thumbs.db": "ignored",
        "rij?[bold].csv": "unreadable",
    }
    assert problems(found) == {
        "woord.eml": "answers.unknown_word",
        "foto.jpg": "answers.other_kind",
        "oud.xls": "answers.other_kind",
        "leeg.xlsx": "answers.empty_file",
        "leeg.eml": "answers.empty_file",
        "kapot.xlsx": "answers.unreadable",
        "rij?[bold].csv": "answers.no_sheet",
    }


def test_a_file_too_big_to_be_an_answer_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.answers.folder.MOST_BYTES", 10)
    put(tmp_path, "film.eml", b"x" * 11)
    assert problems(read(tmp_path)) == {"film.eml": "answers.too_big"}


def test_no_folder_and_an_empty_one_hold_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == ReadAnswers(tmp_path / "none", is_there=False)
    assert read(tmp_path) == ReadAnswers(tmp_path, is_there=True)


def test_a_file_or_folder_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.eml", mail())

    def gone(*_: object) -> Iterator[Any]:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_bytes", gone)
        assert problems(read(tmp_path)) == {"a.eml": "answers.unreadable"}
    monkeypatch.setattr(os, "scandir", gone)
    with pytest.raises(SourceUnavailable, match="Permission denied"):
        read_answers(tmp_path, ZONE)


def test_a_file_is_kept_without_its_name(tmp_path: Path) -> None:
    put(tmp_path, "Luisterpost zorgen - Geheim Persoon.EML", mail())
    put(tmp_path, "blad Persoon.xlsx", blank())
    put(tmp_path, "Geheim Persoon/antwoord.docx", b"x")
    put(tmp_path, "antwoord.Persoon", b"x")
    assert [each.kept_name for each in read(tmp_path).files] == ["*.eml", "*", "*.xlsx", "*.docx"]


def test_a_link_to_a_folder_is_told_and_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "terug/goed.eml", mail())
    put(tmp_path.parent / "elders", "meer.eml", mail("2026-W46-C2"))
    (tmp_path / "terug" / "rond").symlink_to(tmp_path)
    (tmp_path / "week 46.csv").symlink_to(tmp_path.parent / "elders")
    (tmp_path / "weg.csv").symlink_to(tmp_path / "niets")
    found = read(tmp_path)
    assert [flag for flag, _, _ in said(found)] == ["2026-W46-C1"]
    assert problems(found) == {
        "week 46.csv": "answers.linked_folder",
        "weg.csv": "answers.unreadable",
        "terug/rond": "answers.linked_folder",
    }
    assert states(found) == {**dict.fromkeys(problems(found), "unreadable"), "terug/goed.eml": "read"}


def test_the_folder_is_the_one_in_the_settings_else_one_in_the_home(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "complexes.csv").write_text("x")
    home = tmp_path / "home"
    run = make_run(home, str(tmp_path / "sources"), None, None, WEDNESDAY, "nl")
    assert answers_folder(run) == home / "answers"
    assert (home / "answers").stat().st_mode & 0o777 == 0o700
    (home / "luisterpost.toml").write_text('[delivery]\nanswers_folder = "terug"\n')
    run = make_run(home, str(tmp_path / "sources"), None, None, WEDNESDAY, "nl")
    assert answers_folder(run) == home / "terug"


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 3_000), junk=st.binary(min_size=1, max_size=30))
def test_a_damaged_mail_is_read_or_told_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    at = place % len(SOUND)
    put(folder, "a.eml", SOUND[:at] + junk + SOUND[at + len(junk) :])
    assert states(read(folder))["a.eml"] in ("read", "no_answer", "unreadable")


SOUND = mail(before="Antw: ", sheet=b"Vlagnummer;Wat trof je aan?\r\nF1;anders\r\n")
