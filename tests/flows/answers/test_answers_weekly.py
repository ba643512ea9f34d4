"""From the sheet that goes out to `raw.outcomes`: one delivery with one account, whatever teams send back."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from answer_desk import DUTCH, FLAGS, THURSDAY, WEDNESDAY, blank, filled, mail, saved_on
from small_town import MONDAY, NEXT_MONDAY, SmallTown

from data_contracts.expectations import RuleOutcome
from flows import ingest
from flows.answers.account import AnswerFile
from flows.answers.answers_terminal import answer_lines
from flows.answers.sheets_out import AskedFlag
from flows.ingest import Account

HEADER = "flag_id,reviewed_on,verdict,note\n"
KEPT = """
    select flag_id, reviewed_on, verdict, do_residents_report, lead from raw.outcomes
    where _withdrawn_at is null order by all
"""
WITHDRAWN = "select flag_id from raw.outcomes where _withdrawn_at is not null order by all"


def counted(con: Any, promised: Any, schema: str, table: str, tolerances: dict[str, float]) -> Any:
    """What Great Expectations counts (test_expectations holds the two equal), without its third of a second."""
    cells = ", ".join(f"count(*) filter (where not ({rule.predicate}))" for rule in promised.rules)
    rows, *breaches = con.execute(f"select count(*), {cells} from {schema}.{table}").fetchone()
    return tuple(
        RuleOutcome(rule.id, found, rows, tolerances.get(rule.id, rule.tolerance))
        for rule, found in zip(promised.rules, breaches, strict=True)
    )


@pytest.fixture
def with_great_expectations() -> None:
    """For the test that runs the suite itself."""


@pytest.fixture(autouse=True)
def quick_counts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "with_great_expectations" not in request.fixturenames:
        monkeypatch.setattr(ingest, "check_table", counted)


@pytest.fixture
def asked(town: SmallTown) -> SmallTown:
    """The town, where three flags were raised, and one in an earlier week."""
    with town.warehouse() as (con, _):
        for flag_id in (*(each.flag_id for each in FLAGS), "2026-W40-C2"):
            con.execute("insert into flags.flags by name select ? as flag_id, date '2026-11-09' as week", [flag_id])
    return town


def put(town: SmallTown, name: str, content: bytes, at: datetime = WEDNESDAY) -> Path:
    file = town.home / "answers" / name
    file.write_bytes(content)
    os.utime(file, (at.timestamp(), at.timestamp()))
    return file


def take_in(town: SmallTown, read_at: datetime = NEXT_MONDAY) -> Account:
    """Takes the answers in, and holds their files against the sums that must always be right."""
    account = town.take_in("outcomes", read_at=read_at)[0]
    if account.answers and account.state == "taken":
        for each in account.answers.files:
            assert each.n_rows == (
                each.n_answers + each.n_completing + each.n_copies + each.n_replaced + each.n_set_apart + each.n_empty
            )
    return account


def figures(account: Account) -> tuple[str, int, int, int, int]:
    return (
        account.state, account.rows_read, account.rows_kept, account.rows_quarantined, account.rows_already_known,
    )  # fmt: skip


def files(account: Account) -> tuple[AnswerFile, ...]:
    assert account.answers is not None
    return account.answers.files


def lines(account: Account) -> list[str]:
    return list(answer_lines((account,), DUTCH))


@pytest.mark.usefixtures("with_great_expectations")
def test_a_filled_sheet_and_a_mail_become_outcomes_and_next_week_nothing_changes(asked: SmallTown) -> None:
    put(asked, "noord.xlsx", filled({0: {"verdict": "zorgen", "lead": "gemeente"}, 2: {"verdict": "Wist ik al"}}))
    put(asked, "mail.eml", mail(column="do_residents_report", value="no"))
    account = take_in(asked)
    assert figures(account) == ("taken", 2, 2, 0, 0)
    wanted = [
        ("2026-W46-C1", date(2026, 11, 18), "worry", "no", "municipality"),
        ("2026-W46-C3", date(2026, 11, 18), "known_already", None, None),
    ]
    assert asked.ask(KEPT) == wanted
    assert lines(account) == [
        "Antwoordenmap: 2 antwoorden uit 1 bestand; 1 regel nog leeg; 1 vult een ander antwoord aan."
    ]
    again = take_in(asked, datetime.fromisoformat("2026-11-30T05:00:00Z"))
    assert figures(again) == ("taken", 2, 0, 0, 2)
    assert again.fingerprint == account.fingerprint
    assert asked.ask(KEPT) == wanted
    kept = "select file, state, n_rows, n_answers, n_empty, reason from checks.answer_files order by all"
    assert asked.ask(kept) == [
        ("*.eml", "read", 1, 0, 0, None), ("*.eml", "read", 1, 0, 0, None),
        ("*.xlsx", "read", 3, 2, 1, None), ("*.xlsx", "read", 3, 2, 1, None),
    ]  # fmt: skip


def test_an_empty_folder_changes_nothing(asked: SmallTown) -> None:
    assert figures(take_in(asked)) == ("missing", 0, 0, 0, 0)
    put(asked, "leeg.xlsx", blank())
    account = take_in(asked)
    assert figures(account) == ("missing", 0, 0, 0, 0)
    assert lines(account) == ["Antwoordenmap: 0 antwoorden uit 0 bestanden; 3 regels nog leeg."]
    asked.write("outcomes.csv", HEADER + "2026-W46-C1,2026-11-17,in orde,\n")
    assert figures(take_in(asked)) == ("taken", 1, 1, 0, 0)


def test_the_mapping_and_the_folder_are_one_delivery(asked: SmallTown) -> None:
    asked.write("outcomes.csv", HEADER + "2026-W46-C1,18-11-2026,in orde,gezien\n2026-W40-C2,2026-11-17,anders,\n")
    put(asked, "blad.xlsx", filled({0: {"verdict": "zorgen"}, 1: {"verdict": "niet gekeken"}}))
    account = take_in(asked)
    assert figures(account) == ("taken", 3, 3, 0, 0)
    # On one flag and day the organisation's own source has the word, and that is said.
    assert [row[0::2] for row in asked.ask(KEPT)] == [
        ("2026-W40-C2", "other", None), ("2026-W46-C1", "fine", None), ("2026-W46-C2", "not_looked", None),
    ]  # fmt: skip
    assert files(account)[0].n_replaced == 1


def test_a_sheet_of_an_older_week_works_and_an_unknown_flag_is_set_apart_with_its_reason(asked: SmallTown) -> None:
    older = [AskedFlag("2026-W40-C2", "Beuk", 25, "x"), AskedFlag("2025-W01-C9", "Weg", 25, "x")]
    put(asked, "oud.xlsx", filled({0: {"verdict": "anders"}, 1: {"verdict": "zorgen"}}, content=blank(older)))
    account = take_in(asked)
    assert figures(account) == ("taken", 2, 1, 1, 0)
    assert account.rules == {"flag_id.known": 1}
    assert asked.ask("select rules, original->>'flag_id' from checks.quarantine") == [
        (["flag_id.known"], "2025-W01-C9")
    ]
    assert lines(account)[1:] == [
        "oud.xlsx: 1 regel is apart gezet (het vlagnummer ontbreekt of is onbekend); verbeter het bestand en laat het "
        "in de map staan."
    ]


@pytest.mark.parametrize("n_good", [0, 1])
def test_slips_of_one_team_never_silence_the_answers_of_another(asked: SmallTown, n_good: int) -> None:
    put(asked, "zuid.csv", b"Vlagnummer;Wat trof je aan?\r\n2026-W46-C1;mevrouw Jansen81723\r\nX;zrgen\r\n;fine\r\n")
    for number in range(n_good):
        put(asked, f"{number}.eml", mail(f"2026-W46-C{number + 2}"))
    account = take_in(asked)
    assert figures(account) == ("taken", 3 + n_good, n_good, 3, 0)
    assert len(asked.ask(KEPT)) == n_good
    assert "iets dat niet op de lijst staat" in lines(account)[-1]
    # What somebody typed is nowhere in the home, and neither is who wrote.
    written = b"".join(file.read_bytes() for file in asked.home.glob("warehouse*"))
    assert b"81723" not in written
    assert "81723" not in " ".join(lines(account))


def test_one_slip_in_few_rows_of_the_mapping_is_set_apart_and_many_stop_it(asked: SmallTown) -> None:
    good = "2026-W46-C1,2026-11-17,in orde,\n2026-W46-C2,2026-11-17,zorgen,\n"
    asked.write("outcomes.csv", HEADER + good + "2026-W46-C3,2026-11-17,zrgen,\n")
    assert figures(take_in(asked)) == ("taken", 3, 2, 1, 0)
    asked.write("outcomes.csv", HEADER + "2026-W46-C3,2026-11-17,zrgen,\n")
    assert figures(take_in(asked)) == ("taken", 1, 0, 1, 0)
    asked.write("outcomes.csv", HEADER + "".join(f"F{number},2026-11-17,in orde,\n" for number in range(20)))
    account = take_in(asked)
    assert (figures(account), account.rules) == (("taken", 20, 0, 20, 0), {"flag_id.known": 20})
    asked.write("outcomes.csv", HEADER + "".join(f"2026-W46-C1,2026-11-{day},goed,\n" for day in range(10, 16)))
    put(asked, "a.eml", mail())
    account = take_in(asked)
    assert account.state == "stopped"
    assert account.problem is not None
    assert account.problem.message == "ingest.too_many_broken"
    assert lines(account) == ["Antwoordenmap: 1 bestand wacht tot de bron weer goed is."]
    asked.write("outcomes.csv", HEADER + good)
    assert figures(take_in(asked)) == ("taken", 3, 1, 0, 2)


def test_a_warehouse_without_flags_holds_no_answer_against_them(town: SmallTown) -> None:
    town.write("outcomes.csv", HEADER + "F1,2026-11-17,in orde,\n")
    assert figures(take_in(town)) == ("taken", 1, 1, 0, 0)


def test_a_mapping_that_delivers_everything_withdraws_its_own_rows_only(asked: SmallTown) -> None:
    asked.write("mapping.yaml", "contracts: {outcomes: {delivery: full}}\n")
    asked.write("outcomes.csv", HEADER + "2026-W40-C2,2026-11-17,in orde,\n2026-W46-C2,2026-11-17,anders,\n")
    file = put(asked, "a.eml", mail("2026-W46-C3"))
    assert figures(take_in(asked)) == ("taken", 3, 3, 0, 0)
    file.unlink()
    asked.write("outcomes.csv", HEADER + "2026-W46-C2,2026-11-17,anders,\n")
    assert take_in(asked).rows_withdrawn == 1
    assert asked.ask(WITHDRAWN) == [("2026-W40-C2",)]
    # And the folder alone is never all there is.
    (asked.sources / "outcomes.csv").unlink()
    put(asked, "b.eml", mail("2026-W46-C1"))
    assert take_in(asked).rows_withdrawn == 0


def test_a_mapping_that_never_delivered_a_row_may_go_on_so_when_the_folder_is_emptied(asked: SmallTown) -> None:
    asked.write("outcomes.csv", HEADER)
    file = put(asked, "a.csv", b"Vlagnummer;Wat trof je aan?\n2026-W46-C1;in orde\n")
    assert figures(take_in(asked)) == ("taken", 1, 1, 0, 0)
    file.unlink()
    assert figures(take_in(asked)) == ("taken", 0, 0, 0, 0)
    assert len(asked.ask(KEPT)) == 1
    asked.write("outcomes.csv", HEADER + "2026-W46-C2,2026-11-17,in orde,\n")
    assert figures(take_in(asked)) == ("taken", 1, 1, 0, 0)
    asked.write("outcomes.csv", HEADER)
    account = take_in(asked)
    assert account.problem is not None
    assert (account.state, account.problem.message) == ("stopped", "ingest.no_rows")


def test_who_answered_is_told_to_who_mends_it_and_kept_nowhere(asked: SmallTown) -> None:
    put(asked, "Geheim Persoon antwoord.docx", b"x")
    put(asked, "Geheim Persoon.xlsx", filled({0: {"verdict": "zorgen"}, 1: {"lead": "gemeente"}}))
    (asked.home / "answers" / "Geheim Persoon").mkdir()
    put(asked, "Geheim Persoon/leeg.csv", b"")
    account = take_in(asked)
    assert sum("Geheim Persoon" in line for line in lines(account)) == 3
    kept = asked.ask("select file, state, reason from checks.answer_files order by all")
    assert [row[:2] for row in kept] == [("*.csv", "unreadable"), ("*.docx", "unreadable"), ("*.xlsx", "read")]
    assert [reason.split()[0].rstrip(":") for _, _, reason in kept] == ["*.csv", "*.docx", "*.xlsx"]
    assert b"Geheim" not in b"".join(file.read_bytes() for file in asked.home.glob("warehouse*"))


def test_a_late_verdict_brings_in_the_half_that_was_set_apart(asked: SmallTown) -> None:
    put(asked, "a.eml", mail(column="do_residents_report", value="no"))
    account = take_in(asked)
    assert figures(account) == ("taken", 1, 0, 1, 0)
    assert "nog geen antwoord op wat je aantrof" in lines(account)[1]
    put(asked, "b.xlsx", filled({0: {"verdict": "in orde"}}, THURSDAY))
    assert figures(take_in(asked)) == ("taken", 1, 1, 0, 0)
    assert asked.ask(KEPT) == [("2026-W46-C1", date(2026, 11, 19), "fine", "no", None)]


def test_a_workbook_that_is_filled_in_bit_by_bit_answers_once(asked: SmallTown) -> None:
    sheet = filled({0: {"verdict": "wist ik al"}}, WEDNESDAY)
    put(asked, "blad.xlsx", sheet)
    take_in(asked)
    more = filled({1: {"verdict": "zorgen"}}, None, content=sheet)
    put(asked, "blad.xlsx", saved_on(more, datetime.fromisoformat("2026-11-25T10:00:00Z")))
    assert figures(take_in(asked, datetime.fromisoformat("2026-11-30T05:00:00Z"))) == ("taken", 2, 1, 0, 1)
    assert [row[:2] for row in asked.ask(KEPT)] == [
        ("2026-W46-C1", date(2026, 11, 18)), ("2026-W46-C2", date(2026, 11, 25)),
    ]  # fmt: skip


def test_an_answer_from_the_future_and_a_rest_that_is_over_are_told(asked: SmallTown) -> None:
    rest = {"verdict": "zorgen", "snooze_until": date(2026, 11, 1)}
    put(asked, "a.xlsx", filled({0: {"verdict": "zorgen", "reviewed_on": date(2027, 1, 1)}, 1: rest}))
    account = take_in(asked)
    assert figures(account) == ("taken", 2, 0, 2, 0)
    assert lines(account)[1] == (
        "a.xlsx: 2 regels zijn apart gezet (het antwoord ligt in de toekomst en de rust eindigt voordat het antwoord "
        "is gegeven); verbeter het bestand en laat het in de map staan."
    )


def test_a_folder_that_the_settings_name_and_is_not_there_is_told(asked: SmallTown) -> None:
    (asked.home / "luisterpost.toml").write_text('[delivery]\nanswers_folder = "terug"\n')
    account = take_in(asked, MONDAY)
    assert account.state == "missing"
    assert len(lines(account)) == 1
    assert "bestaat niet" in lines(account)[0]
