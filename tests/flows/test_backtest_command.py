"""`luisterpost backtest`: nothing of later weeks reaches a score, and what is missing is told in one sentence."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from small_town import HEADER, SmallTown

from data_contracts.problem import Problem
from flows import cli
from flows.backtest import LEAST_VISITS_AFTER, LookBack, backtest, choose_cutoffs, look_back
from flows.backtest_terminal import show_backtest
from flows.language import LANGUAGES, Language
from flows.mappings import BacktestTerms, find_mapping
from models.backtest import PREDICTORS

REAL_INBOX = Path(__file__).parents[3] / "shared" / "data" / "toronto"
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
CUTOFF = date(2026, 6, 1)
TERMS = "backtest: {bad_below: 85, worse_by: 5}\n"
N = 24
pytestmark = pytest.mark.usefixtures("checked_quickly")


def week(number: int) -> date:
    """A day in a week before (negative) or after the cut-off."""
    return CUTOFF + timedelta(weeks=number, days=2)


def made(town: SmallTown, later: str = "as it was") -> SmallTown:
    """Two years of complaints and visits; what lies after the cut-off is `as it was`, `removed` or `shuffled`."""
    ids = [f"C{number}" for number in range(N)]
    homes = "".join(f"{each},Huis {each},Noord,{20 + 3 * number}\n" for number, each in enumerate(ids))
    town.write("complexes.csv", "complex_id,name,area_team,homes\n" + homes)
    complaints, visits, signals = [], [], []
    for number in range(-60, 20):
        is_later = number >= 0
        if is_later and later == "removed":
            continue
        for place in range(0, N, 2):
            # Shuffled: the same weeks, other complexes.
            shown = (place + 7 * number) % N if is_later and later == "shuffled" else place
            complaints.append(f"M{number}-{place},C{shown},{week(number)} 10:00:00,SOC.GEL\n")
    for number, step in ((-50, 0), (10, 1)):
        if number > 0 and later == "removed":
            continue
        for place in range(N):
            shown = N - 1 - place if number > 0 and later == "shuffled" else place
            score = 95 - shown - 8 * step * (shown % 3 == 0)
            visits.append(f"C{place},{week(number)},{score}\n")
            finding = "concern" if score < 85 else "nothing_special"
            signals.append(
                f"S{number}-{place},C{place},V{number}-{place},{week(number)},inspection,routine,{finding}\n"
            )
    town.write("complaints.csv", HEADER + "".join(complaints))
    town.write("backtest_visits.csv", "complex_id,observed_on,score\n" + "".join(visits))
    header = "signal_id,complex_id,visit_key,observed_on,source,occasion,finding\n"
    town.write("field_signals.csv", header + "".join(signals))
    town.write("mapping.yaml", TERMS)
    return town


def looked_back(town: SmallTown) -> LookBack:
    return look_back(town.run(NOW), CUTOFF)


def test_what_comes_after_the_cutoff_changes_no_score(town: SmallTown) -> None:
    as_it_was, removed, shuffled = (looked_back(made(town, each)) for each in ("as it was", "removed", "shuffled"))
    assert as_it_was.scores.height == N
    assert as_it_was.scores["p_quiet"].n_unique() > 5, "the scores do tell complexes apart"
    for other in (removed, shuffled):
        assert other.scores.equals(as_it_was.scores)
        assert other.known.equals(as_it_was.known)
        assert other.reports.equals(as_it_was.reports)
        assert other.event_weeks == as_it_was.event_weeks
    assert as_it_was.known["observed_on"].max() < CUTOFF


def test_what_came_before_the_cutoff_does_change_scores(town: SmallTown) -> None:
    before = looked_back(made(town))
    rows = (town.sources / "complaints.csv").read_text().splitlines(keepends=True)
    town.write("complaints.csv", "".join(row for row in rows if ",C4," not in row))
    assert not looked_back(town).scores.equals(before.scores)


def test_a_file_whose_name_says_that_it_came_later_is_not_even_opened(town: SmallTown, tmp_path: Path) -> None:
    made(town)
    inbox = tmp_path / "inbox" / "deep"
    inbox.mkdir(parents=True)
    (inbox / "visits_2026-05-31.csv").write_text(f"complex_id,observed_on,score\nC1,{week(-30)},70\n")
    (town.sources / "backtest_visits.csv").unlink()
    town.write("backtest_visits.sql", "from read_csv(getvariable('inbox') || '/deep/visits_*.csv', all_varchar = true)")
    run = town.run(NOW)
    asked = type(run)(run.home, find_mapping(str(town.sources), inbox.parent), run.settings, None, NOW, "en")
    without = look_back(asked, CUTOFF).known
    for day in ("2026-06-01", "2026-06-08"):
        (inbox / f"visits_{day}.csv").write_bytes(gzip.compress(b"no table at all"))
    assert look_back(asked, CUTOFF).known.equals(without)
    assert without.to_dicts() == [{"complex_id": "C1", "observed_on": week(-30), "score": 70}]


def test_a_made_up_town_gives_a_table_in_both_languages(
    town: SmallTown, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.backtest.RESAMPLES", 100)
    found = backtest(str(made(town).sources), None, town.home, 26, NOW, "en")
    assert found.rows.height == 2 * 2 * 2 * 2 * len(PREDICTORS)
    assert found.cutoffs["n_visits_after"].min() >= LEAST_VISITS_AFTER
    assert found.pairs.filter(pl.col("next_on") < pl.col("cutoff")).is_empty()
    assert found.pairs.filter(pl.col("previous_on") >= pl.col("cutoff")).is_empty()
    for language in LANGUAGES:
        show_backtest(found, Language(language))
        shown = capsys.readouterr().out
        for predictor in PREDICTORS:
            assert Language(language).say(f"backtest.predictor.{predictor}")[:9] in shown


def test_cutoffs_go_back_from_the_last_monday_with_enough_visits_after_it() -> None:
    days = [date(2026, 6, 10)] * (LEAST_VISITS_AFTER - 1) + [date(2026, 6, 3), date(2026, 1, 7)]
    visits = pl.DataFrame({"observed_on": days})
    assert choose_cutoffs(visits, [], 8)[-2:] == [date(2026, 4, 6), date(2026, 6, 1)]
    # With dated files a Monday on which nothing new was known asks the same question again.
    files = [date(2026, 1, 4), date(2026, 5, 31), date(2026, 6, 1)]
    assert choose_cutoffs(visits, files, 4) == [date(2026, 1, 12), date(2026, 6, 1)]
    assert choose_cutoffs(visits.head(3), [], 4) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_without_scores_of_visits_are_told_in_one_sentence(
    town: SmallTown, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.run(["backtest", "--sources", str(town.sources), "--home", str(town.home), "--language", language])
    told = capsys.readouterr().err
    assert code == cli.NOTHING_DONE
    assert "backtest_visits.csv" in told
    assert str(town.sources) in told
    assert not town.home.exists()


def test_the_demo_has_none_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["backtest", "--sources", "demo", "--inbox", str(tmp_path)]) == cli.NOTHING_DONE
    assert "backtest_visits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "backtest.no_terms"),
        ("backtest: {bad_below: 85}", "settings.wrong_type"),
        ("backtest: {bad_below: 85, worse_by: yes}", "settings.wrong_type"),
        ("backtest: {bad_under: 85, worse_by: 5}", "settings.unknown_key"),
        ("backtest: 85", "settings.wrong_type"),
    ],
)
def test_a_mapping_that_does_not_say_what_bad_is(town: SmallTown, text: str, problem: str) -> None:
    made(town).write("mapping.yaml", text)
    with pytest.raises(Problem) as told:
        backtest(str(town.sources), None, town.home, 4, NOW, "en")
    assert told.value.message == problem


def test_what_the_mapping_says_of_bad_holds(town: SmallTown) -> None:
    assert find_mapping(str(made(town).sources), None).backtest == BacktestTerms(85.0, 5.0)
    assert find_mapping("toronto", town.sources).backtest == BacktestTerms(85.0, 5.0)


def test_visits_too_few_or_never_twice_are_told(town: SmallTown) -> None:
    made(town)
    header = "complex_id,observed_on,score\n"
    for rows, problem in (
        (f"C1,{week(1)},80\n", "backtest.nothing_after"),
        ("".join(f"C{place},{week(1)},80\n" for place in range(N)), "backtest.no_pairs"),
    ):
        earlier = f"C1,{week(-9)},80\n" if problem == "backtest.no_pairs" else ""
        town.write("backtest_visits.csv", header + rows + earlier)
        with pytest.raises(Problem) as told:
            backtest(str(town.sources), None, town.home, 4, NOW, "en")
        assert told.value.message == problem


@pytest.mark.parametrize("every", ["0", "soon"])
def test_an_impossible_step_is_a_wrong_word_on_the_command_line(every: str) -> None:
    assert cli.run(["backtest", "--sources", "demo", "--every", every]) == cli.USAGE


@pytest.mark.skipif(not REAL_INBOX.is_dir(), reason=f"the city's own files are not in {REAL_INBOX}")
def test_the_real_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A third of the time went to cleaning what is about buildings; test_toronto.py does it.
    monkeypatch.setattr("data_contracts.note_cleaning._cleaned", lambda text, *, is_bare: text)
    found = backtest("toronto", REAL_INBOX, tmp_path, 4, NOW, "en")
    assert found.cutoffs["cutoff"].to_list() == [date(2025, 7, 21), date(2025, 12, 8)]
    assert found.cutoffs["n_pairs"].to_list() == [1400, 22]
    assert found.cutoffs["event_weeks"].to_list() == [0, 1]
    assert len(found.event_weeks) == 22
    assert (found.pairs["next_on"] >= found.pairs["cutoff"]).all()

    def auc(question: str, predictor: str, column: str = "auc") -> float:
        rows = found.rows.filter(known="all", question=question, buildings="all", is_same_previous=False)
        return rows.filter(predictor=predictor)[column].item()

    # Baselines that know nothing of our model, worked out apart on the same files.
    assert auc("bad", "previous") == pytest.approx(0.757, abs=0.002)
    assert auc("bad", "standing") == pytest.approx(0.534, abs=0.002)
    assert auc("worse", "previous") == pytest.approx(0.397, abs=0.002)
    assert all(auc("bad", predictor, "shuffled") == pytest.approx(0.5, abs=0.01) for predictor in PREDICTORS)
