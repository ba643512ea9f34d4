"""What was forgotten is in no byte of the home any more, and no source brings it back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from every_byte import found_in
from story import LAST_WEEK, MONDAY_MORNING, quick_checks, write_town

from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.home import SECRET_VARIABLE, Home
from flows.ingest import Account, take_in
from flows.keeping.forgetting import forget_before, forget_reporter
from flows.plain_week import plain_week
from flows.publishing import sources_table
from flows.run import Run, make_run
from flows.warehouse import open_warehouse, prepare_warehouse, set_variables, settle_week

CUT = date(2026, 6, 1)
OLD, RECENT = datetime(2026, 5, 27, 3, 17, 23, 456_789), datetime(2026, 9, 16, 2, 41, 57, 654_321)
KEY, OTHER_KEY = "huurder-zwartebes-81723", "huurder-aalbes-55120"
# By what each planted row would be known.
OLD_WORDS = {
    "complaint": "M-oud-kruisbes-4512",
    "moment": "03:17:23.456789",
    "repair": "R-oud-kruisbes-7781",
    "tenancy": "H-oud-kruisbes-9031",
    "visit": "V-oud-kruisbes-1204",
    "signal": "S-oud-kruisbes-6675",
    "broken": "M-stuk-kruisbes-3310",
    "mail": "kruisbessenjam-op-de-galerij",
    "file": "van-mevrouw-kruisbes",
    "record": "kruisbes@voorbeeld.nl",
    "published": "gepubliceerd-kruisbes-9918",
}
RECENT_WORDS = ("M-nieuw-framboos-4513", "R-nieuw-framboos-7782", "02:41:57.654321")


@dataclass(frozen=True)
class Planted:
    """A home after one week, with rows that are known by odd words, and what would bring them back."""

    home: Home
    sources: Path

    def run(self, hours: int = 1) -> Run:
        return make_run(self.home.folder, str(self.sources), None, None, MONDAY_MORNING + timedelta(hours=hours), "en")

    def copy(self, folder: Path) -> Planted:
        shutil.copytree(self.home.folder, folder, symlinks=True)
        return Planted(Home(folder), self.sources)

    def hashes(self) -> dict[str, str]:
        """The hash of the reporter of each planted complaint."""
        with open_warehouse(self.home) as con:
            query = "select complaint_id, reporter_key from raw.complaints where contains(complaint_id, 'M-')"
            return dict(con.execute(query).fetchall())

    def take_in_again(self) -> dict[str, Account]:
        """Every source once more, as the next run would."""
        run = self.run(hours=3)
        with open_warehouse(self.home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            settle_week(con, run.run_id, LAST_WEEK)
            accounts = {
                name: take_in(con, run, name)
                for name in ("complexes", "complaints", "repairs", "tenancies", "field_signals")
            }
            set_variables(con, {"run_id": run.run_id, "week": LAST_WEEK})
            told = sources_table(con, LAST_WEEK).sort("source")
        read = told["rows_read"].to_list()
        parts = ("rows_kept", "rows_quarantined", "rows_already_known", "rows_forgotten")
        assert told.select(pl.sum_horizontal(*parts)).to_series().to_list() == read
        for each in accounts.values():
            assert each.rows_read == sum(getattr(each, part) for part in parts)
        return accounts


@pytest.fixture(scope="module")
def planted_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("planted")
    sources = write_town(folder / "sources", n_complexes=12, n_weeks=40)
    for name, rows in _planted_rows().items():
        table = pl.read_parquet(sources / f"{name}.parquet")
        complex_id = table["complex_id"][0]
        new = pl.DataFrame([{"complex_id": complex_id, **row} for row in rows], infer_schema_length=None)
        pl.concat([table.cast(pl.String), new.cast(pl.String)], how="diagonal").write_parquet(
            sources / f"{name}.parquet"
        )
    with pytest.MonkeyPatch.context() as patched, quick_checks():
        patched.delenv(SECRET_VARIABLE, raising=False)
        planted = Planted(Home(folder / "home"), sources)
        plain_week(planted.run(hours=0))
        _plant_files(planted.home)
        yield planted


@pytest.fixture
def planted(planted_once: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Planted:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    monkeypatch.setattr("flows.ingest.check_table", counted_by_predicate)
    return planted_once.copy(tmp_path / "home")


def _planted_rows() -> dict[str, list[dict[str, object]]]:
    old, recent = str(OLD), str(RECENT)
    complaint = {"category": "SOC.GEL", "reporter_key": KEY}
    repair = {"urgency": "normal", "location": "home", "reporter_key": KEY}
    return {
        "complaints": [
            {"complaint_id": OLD_WORDS["complaint"], "reported_at": old, **complaint, "reporter_key": OTHER_KEY},
            {"complaint_id": OLD_WORDS["broken"], "reported_at": old, **complaint, "category": "FIN.BET"},
            {"complaint_id": RECENT_WORDS[0], "reported_at": recent, **complaint},
            {"complaint_id": "M-stuk-framboos-1", "reported_at": recent, **complaint, "category": "FIN.BET"},
        ],
        "repairs": [
            {"repair_id": OLD_WORDS["repair"], "requested_at": old, **repair},
            {"repair_id": RECENT_WORDS[1], "requested_at": recent, **repair},
        ],
        "tenancies": [{"tenancy_id": OLD_WORDS["tenancy"], "ended_on": str(OLD.date())}],
        "field_signals": [
            {
                "signal_id": OLD_WORDS["signal"],
                "visit_key": OLD_WORDS["visit"],
                "observed_on": str(OLD.date()),
                "source": "caretaker",
                "occasion": "routine",
                "finding": "concern",
            }
        ],
    }


def _plant_files(home: Home) -> None:
    mail = home.answers / "noord" / f"{OLD_WORDS['file']}.eml"
    mail.parent.mkdir()
    mail.write_text(f"Subject: iets anders\n\n{OLD_WORDS['mail']}\n", encoding="utf-8")
    os.utime(mail, (OLD.replace(tzinfo=UTC).timestamp(),) * 2)
    (home.answers / "nieuw.eml").write_text("Subject: iets anders\n\nframboos\n", encoding="utf-8")
    os.utime(home.answers / "nieuw.eml", (RECENT.replace(tzinfo=UTC).timestamp(),) * 2)
    home.sent.mkdir()
    (home.sent / "2026-W20.jsonl").write_text(f'{{"address": "{OLD_WORDS["record"]}"}}\n', encoding="utf-8")
    for folder in (
        home.published / "weeks" / "2026-W20.RUN",
        home.shared / "2026-W20",
        home.folder / "replayed/2026-W20",
    ):
        folder.mkdir(parents=True)
        pl.DataFrame({"value": [OLD_WORDS["published"]] * 3}).write_parquet(folder / "flags.parquet")


def test_weeks_that_are_forgotten_are_in_no_byte_and_do_not_come_back(planted: Planted) -> None:
    hashes = planted.hashes()
    words = [*OLD_WORDS.values(), hashes[OLD_WORDS["complaint"]]]
    before = found_in(planted.home, [*words, *RECENT_WORDS])
    assert set(before) == {*words, *RECENT_WORDS}, "the search must find them all while they are there"
    rehearsed = forget_before(planted.home, CUT + timedelta(days=3), MONDAY_MORNING, is_for_real=False)
    assert found_in(planted.home, [*words, *RECENT_WORDS]) == before
    done = forget_before(planted.home, CUT + timedelta(days=3), MONDAY_MORNING, is_for_real=True)
    assert (done.rows, done.files, done.before) == (rehearsed.rows, rehearsed.files, CUT)
    assert min(*done.rows.by_source.values(), done.rows.quarantined, done.files.n_weeks) >= 1
    assert set(found_in(planted.home, [*words, *RECENT_WORDS])) == set(RECENT_WORDS)
    accounts = planted.take_in_again()
    assert {name: each.rows_forgotten for name, each in accounts.items()} == {
        # A lease that goes on was first seen this week: it stays. The broken row is left out as well.
        name: done.rows.by_source.get(name, 0) + (done.rows.quarantined if name == "complaints" else 0)
        for name in accounts
    }
    assert all(each.rows_kept == 0 for each in accounts.values())
    assert set(found_in(planted.home, [*words, *RECENT_WORDS])) == set(RECENT_WORDS), "not even in passing"
    again = forget_before(planted.home, CUT, MONDAY_MORNING + timedelta(days=1), is_for_real=True)
    assert (again.rows.total, again.files.all) == (0, ())


def test_a_reporter_who_is_forgotten_is_in_no_byte_and_does_not_come_back(planted: Planted) -> None:
    hashes = planted.hashes()
    theirs = [
        hashes[RECENT_WORDS[0]],
        RECENT_WORDS[0],
        RECENT_WORDS[1],
        RECENT_WORDS[2],
        OLD_WORDS["repair"],
        "M-stuk-framboos-1",
    ]
    others = [OLD_WORDS["complaint"], hashes[OLD_WORDS["complaint"]]]
    assert set(found_in(planted.home, [*theirs, *others, KEY])) == {*theirs, *others}
    done = forget_reporter(planted.home, f" {KEY} ", MONDAY_MORNING, is_for_real=True)
    assert (done.rows.by_source, done.rows.quarantined) == ({"complaints": 1, "repairs": 2}, 2)
    assert set(found_in(planted.home, [*theirs, *others, KEY])) == set(others)
    accounts = planted.take_in_again()
    assert {name: each.rows_forgotten for name, each in accounts.items() if each.rows_forgotten} == {
        "complaints": 3,
        "repairs": 2,
    }
    assert set(found_in(planted.home, [*theirs, *others, KEY])) == set(others)
    # Who is forgotten already can be asked for again: it ends what a kill left undone.
    assert forget_reporter(planted.home, KEY, MONDAY_MORNING + timedelta(days=1), is_for_real=True).rows.total == 0
