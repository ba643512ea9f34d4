"""A secret is renewed without losing who is who; a lost one is taken over; killed at any moment, nothing is mixed."""

from __future__ import annotations

from pathlib import Path

import pytest
from every_byte import found_in
from small_town import COMPLEXES, HEADER, MONDAY, NEXT_MONDAY, SmallTown

from data_contracts.problem import Problem
from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.home import SECRET_VARIABLE, Home
from flows.ingest import Account
from flows.keeping.forgetting import forget_reporter
from flows.keeping.secret import renew_secret
from flows.warehouse import check_secret, open_warehouse

ROWS = "".join(
    f"M{number},C1,2026-11-{1 + number:02} 10:00:00,{'FIN.BET' if number == 5 else 'SOC.GEL'},{key}\n"
    for number, key in enumerate(["anna-1", "anna-1", "bert-2", "", "carl-3", "anna-1"])
)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    monkeypatch.setattr("flows.ingest.check_table", counted_by_predicate)
    made = SmallTown(tmp_path / "sources", tmp_path / "home")
    made.sources.mkdir()
    made.write("complexes.csv", COMPLEXES)
    made.write("complaints.csv", HEADER.strip() + ",reporter_key\n" + ROWS)
    take_in(made)
    return made


def take_in(town: SmallTown) -> Account:
    with town.warehouse() as (con, run):
        check_secret(con, run.home)
    return town.take_in("complexes", "complaints", read_at=NEXT_MONDAY)[1]


def figures(account: Account) -> tuple[int, int, int, int]:
    return account.rows_kept, account.rows_quarantined, account.rows_already_known, account.rows_forgotten


def keys(town: SmallTown) -> list[str | None]:
    asked = "select reporter_key from raw.complaints order by complaint_id"
    broken = "select original->>'reporter_key' from checks.quarantine"
    return [key for (key,) in [*town.ask(asked), *town.ask(broken)]]


def renew(town: SmallTown) -> None:
    renew_secret(Home(town.home), MONDAY, is_for_real=True)


def test_a_renewed_secret_changes_every_hash_and_loses_nobody(town: SmallTown) -> None:
    home, before = Home(town.home), keys(town)
    old = {key for key in before if key}
    assert set(found_in(home, old)) == old
    rehearsed = renew_secret(home, MONDAY, is_for_real=False)
    assert (keys(town), rehearsed.is_taken_over, rehearsed.n_reporters) == (before, False, 3)
    for n_secrets in (2, 3):
        renew(town)
        assert len(home.secrets()) == n_secrets
    assert found_in(home, old) == {}
    after = keys(town)
    assert [before.index(key) for key in before] == [after.index(key) for key in after]
    # Read again, everybody is who they were: nothing is new, and the broken row is the same broken row.
    assert figures(take_in(town)) == (0, 1, 5, 0)
    assert town.ask("select count(*) from checks.quarantine") == [(1,)]
    assert home.secret_file.stat().st_mode & 0o777 == 0o600
    assert {file.name for file in home.folder.glob("secret*")} == {"secret.key"}


def test_who_was_forgotten_stays_so_when_the_secret_is_renewed(town: SmallTown) -> None:
    forget_reporter(Home(town.home), "anna-1", MONDAY, is_for_real=True)
    renew(town)
    assert figures(take_in(town)) == (0, 0, 3, 3)


@pytest.mark.parametrize(
    ("step", "is_told"),
    [("_write_next", False), ("_hash_all_again", False), ("put_in_place", True), ("write_anew", False)],
)
def test_killed_at_any_moment_nothing_is_mixed_and_the_mend_is_named(
    town: SmallTown, step: str, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"flows.keeping.secret.{step}", kill)
        with pytest.raises(KeyboardInterrupt):
            renew(town)
    before = keys(town)
    if is_told:
        with pytest.raises(Problem, match=r"home\.half_renewed"):
            take_in(town)
    else:
        assert figures(take_in(town)) == (0, 1, 5, 0)
    assert keys(town) == before
    renew(town)
    assert figures(take_in(town)) == (0, 1, 5, 0)
    assert found_in(Home(town.home), {key for key in before if key} - set(keys(town))) == {}
    assert town.ask("from checks.to_compact") == []


def test_what_stood_ready_for_another_secret_is_no_half_way(town: SmallTown) -> None:
    home = Home(town.home)
    home.next_secret_file.write_text("left behind long ago\n")
    assert figures(take_in(town)) == (0, 1, 5, 0)
    home.secret_file.write_text("of another installation\n")
    with pytest.raises(Problem, match=r"home\.other_secret"):
        take_in(town)
    renew(town)
    assert not home.next_secret_file.exists()


def test_a_lost_secret_is_taken_over_only_when_asked(town: SmallTown) -> None:
    home, before = Home(town.home), keys(town)
    forget_reporter(home, "carl-3", MONDAY, is_for_real=True)
    home.secret_file.unlink()
    with pytest.raises(Problem, match=r"home\.no_secret"):
        take_in(town)
    with pytest.raises(Problem, match=r"home\.no_secret"):
        forget_reporter(home, "anna-1", MONDAY, is_for_real=True)
    assert renew_secret(home, MONDAY, is_for_real=False).is_taken_over
    assert not home.secret_file.exists(), "none is made in its place by looking"
    renewal = renew_secret(home, MONDAY, is_for_real=True)
    assert (renewal.is_taken_over, renewal.n_forgotten) == (True, 1)
    after = keys(town)
    assert after[0] == after[1]
    assert len({*after, *before} - {None}) == 5
    # A full delivery brings the rows again, and with them who is who; nobody can say any more who was forgotten.
    assert figures(take_in(town)) == (4, 1, 1, 0)
    assert len(set(keys(town)[:3])) == 2


def test_a_secret_in_the_environment_is_renewed_there(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, Home(town.home).secret())
    with pytest.raises(Problem, match=r"secret\.in_environment"):
        renew(town)
    monkeypatch.setenv(SECRET_VARIABLE, "another, with words in it\nthen some")
    with pytest.raises(Problem, match=r"home\.other_secret"):
        take_in(town)
    renew(town)
    assert figures(take_in(town)) == (4, 1, 1, 0)
    with open_warehouse(Home(town.home)) as con:
        check_secret(con, Home(town.home))


def test_a_warehouse_of_before_the_renewal_is_brought_up_to_it(town: SmallTown) -> None:
    home = Home(town.home)
    backup = home.warehouse.read_bytes()
    renew(town)
    after = keys(town)
    home.warehouse.write_bytes(backup)
    with pytest.raises(Problem, match=r"home\.other_secret"):
        take_in(town)
    renewal = renew_secret(home, MONDAY, is_for_real=True)
    assert (renewal.is_taken_over, len(home.secrets()), keys(town)) == (False, 2, after)
    assert figures(take_in(town)) == (0, 1, 5, 0)


def test_without_anything_hashed_there_is_nothing_to_renew(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"secret\.nothing_yet"):
        renew_secret(Home(tmp_path / "none"), MONDAY, is_for_real=True)
    assert not (tmp_path / "none").exists()


def test_no_secret_and_no_key_is_in_what_is_told(town: SmallTown) -> None:
    home = Home(town.home)
    secret = home.secret()
    told = repr(renew_secret(home, MONDAY, is_for_real=True)) + repr(
        forget_reporter(home, "anna-1", MONDAY, is_for_real=False)
    )
    with pytest.raises(Problem) as problem:
        forget_reporter(home, "nobody-known", MONDAY, is_for_real=True)
    told += str(problem.value) + repr(problem.value)
    assert problem.value.message == "forget.unknown_reporter"
    assert not any(word in told for word in (*home.secrets(), secret, "nobody-known", "anna-1"))


def test_a_renewed_secret_may_stand_in_the_environment(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(town.home)
    forget_reporter(home, "anna-1", MONDAY, is_for_real=True)
    renew(town)
    expected = take_in(town)
    # As `$(cat secret.key)` gives it, or with a line too many.
    monkeypatch.setenv(SECRET_VARIABLE, home.secret_file.read_text() + "\n")
    assert figures(take_in(town)) == figures(expected)
    assert expected.rows_forgotten == 3
    home.secret_file.unlink()
    assert figures(take_in(town)) == figures(expected)


def test_half_way_nothing_is_said_to_be_lost(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("flows.keeping.secret.put_in_place", kill)
        with pytest.raises(KeyboardInterrupt):
            renew(town)
    assert not renew_secret(Home(town.home), MONDAY, is_for_real=False).is_taken_over
