"""What the organisation itself changed is read off, and is not taken for a change in people."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from counted_town import (
    POLICY,
    QUIET,
    REPORTS,
    WORSE,
    changed,
    intake_changes,
    interventions,
    panel,
    since,
    thinned,
    town,
    week,
)
from threadpoolctl import threadpool_limits

from models.breaks import ECHO_HALF_LIFE, Breaks, KnownChanges, known_changes, learned_breaks, with_breaks
from models.scores import Scored, score_weeks
from models.streams import STREAMS, Floats, StreamSeries

N, N_WEEKS = 20, 156
MONDAYS = [week(number) for number in range(N_WEEKS)]
COMPLEXES = town(N)
NORTH, SOUTH = np.arange(0, N, 2), np.arange(1, N, 2)
PLACE = {each.name: place for place, each in enumerate(STREAMS)}
VOICES = [i for i, each in enumerate(STREAMS) if each.tells_of == "report"]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


def due(a_week: float = 1.0) -> list[Floats]:
    return [np.full((N, N_WEEKS), a_week) for _ in STREAMS]


def counted(mean: list[Floats], seed: int = 4) -> list[StreamSeries]:
    rng = np.random.default_rng(seed)
    nothing = np.zeros((N, N_WEEKS), dtype=np.bool_)
    return [
        StreamSeries(stream, rng.poisson(each).astype(np.float64), np.ones((N, N_WEEKS)), nothing)
        for stream, each in zip(STREAMS, mean, strict=True)
    ]


def of_changes(*rows: tuple[str, str, str | None, date, str]) -> KnownChanges:
    return known_changes(COMPLEXES, MONDAYS, intake_changes(*rows), None)


def test_the_factor_of_an_announced_change_is_read_off() -> None:
    mean = due(3.0)
    mean[PLACE["complaints"]][NORTH, 80:] *= 0.5
    known = of_changes(("V1", "complaints", "Noord", week(80), "fewer"))
    found = learned_breaks(counted(mean), due(3.0), known)
    assert found.factors == {"V1|complaints": pytest.approx(0.5, abs=0.06)}
    # A habit of the team itself is no work of the rule.
    mean[PLACE["complaints"]][NORTH] *= 0.6
    found = learned_breaks(counted(mean), due(3.0), known)
    assert found.factors == {"V1|complaints": pytest.approx(0.5, abs=0.08)}


def test_a_change_moves_all_streams_of_its_contract_and_no_others() -> None:
    for contract in ("complaints", "repairs", "tenancies", "field_signals"):
        found = learned_breaks(counted(due()), due(), of_changes(("V", contract, None, week(80), "other_channel")))
        assert set(found.factors) == {f"V|{each.name}" for each in STREAMS if each.source == contract}


@pytest.mark.parametrize(
    ("effect", "planted", "found"),
    [("fewer", 0.5, 0.5), ("fewer", 2.0, 1.0), ("more", 2.0, 2.0), ("more", 0.5, 1.0), ("other_channel", 0.5, 0.5),
     ("other_channel", 2.0, 2.0), ("fewer", 0.0, 0.05)],
)  # fmt: skip
def test_a_change_goes_in_the_direction_that_was_announced(effect: str, planted: float, found: float) -> None:
    mean = due(5.0)
    mean[PLACE["complaints"]][:, 80:] *= planted
    series = counted(mean)
    breaks = learned_breaks(series, due(5.0), of_changes(("V", "complaints", None, week(80), effect)))
    assert breaks.factors["V|complaints"] == pytest.approx(found, rel=0.05)


def test_two_changes_of_one_team_are_told_apart() -> None:
    mean = due(3.0)
    mean[PLACE["complaints"]][NORTH, 60:] *= 0.5
    mean[PLACE["complaints"]][:, 110:] *= 0.4
    known = of_changes(
        ("V2", "complaints", None, week(110), "fewer"),
        ("V1", "complaints", "Noord", week(60), "fewer"),
        ("V3", "repairs", "Noord", week(70), "fewer"),
    )
    found = learned_breaks(counted(mean), due(3.0), known)
    assert found.factors["V1|complaints"] == pytest.approx(0.5, abs=0.05)
    assert found.factors["V2|complaints"] == pytest.approx(0.4, abs=0.05)
    assert found.factors["V3|normal_repairs"] == pytest.approx(1, abs=0.05)


def test_a_change_that_was_written_down_twice_counts_once() -> None:
    mean = due(3.0)
    mean[PLACE["complaints"]][:, 80:] *= 0.5
    known = of_changes(*((name, "complaints", None, week(80), "fewer") for name in ("A", "B")))
    found = learned_breaks(counted(mean), due(3.0), known)
    assert found.factors["A|complaints"] * found.factors["B|complaints"] == pytest.approx(0.5, abs=0.05)


def test_a_quiet_team_without_a_past_is_not_the_work_of_a_rule() -> None:
    mean = due(3.0)
    mean[PLACE["complaints"]][NORTH] *= 0.3
    series = counted(mean)
    known = of_changes(("V", "complaints", "Noord", week(80), "fewer"))
    begun_late = due(3.0)
    for each in begun_late:
        each[NORTH, :80] = 0
    series[PLACE["complaints"]].seen[NORTH, :80] = 0
    found = learned_breaks(series, begun_late, known).factors["V|complaints"]
    assert found == pytest.approx(1, abs=0.02)


def test_a_rule_that_touched_few_reports_teaches_little() -> None:
    few = due(0.001)
    known = of_changes(("V", "complaints", "Noord", week(80), "fewer"))
    mean = due(0.0)
    found = learned_breaks(counted(mean), few, known).factors["V|complaints"]
    assert 0.85 < found <= 1
    # A single week after it neither.
    mean = due(0.5)
    mean[PLACE["complaints"]][NORTH, N_WEEKS - 1] = 0
    known = of_changes(("V", "complaints", "Noord", week(N_WEEKS - 1), "fewer"))
    assert learned_breaks(counted(mean), due(0.5), known).factors["V|complaints"] > 0.6


def test_changes_are_placed_by_their_week_and_team() -> None:
    thursday = timedelta(days=3)
    rows = [
        ("later", "complaints", "Zuid", week(30) + thursday, "fewer"),
        ("all", "repairs", None, week(20), "more"),
        ("elsewhere", "repairs", "Oost", week(20), "more"),
        ("to come", "complaints", None, week(N_WEEKS), "fewer"),
        ("long ago", "complaints", "Noord", week(-300), "fewer"),
    ]
    found = of_changes(*rows).intake
    assert [(name, begin) for name, _, _, begin, _ in found] == [("long ago", 0), ("all", 20), ("later", 30)]
    hits = {name: rows.tolist() for name, _, _, _, rows in found}
    assert hits == {"long ago": NORTH.tolist(), "all": list(range(N)), "later": SOUTH.tolist()}


def test_a_change_older_than_the_panel_still_counts_with_what_was_learned_of_it() -> None:
    known = of_changes(("V", "complaints", "Noord", week(-10), "fewer"))
    assert learned_breaks(counted(due()), due(), known).factors == {}
    found = with_breaks(due(), counted(due()), known, Breaks({"V|complaints": 0.5}))
    assert (found[PLACE["complaints"]][NORTH] == 0.5).all()
    assert (found[PLACE["complaints"]][SOUTH] == 1).all()


def test_expectations_follow_the_changes_from_their_week_on() -> None:
    known = of_changes(
        ("V1", "complaints", "Noord", week(50), "fewer"), ("V2", "complaints", None, week(90), "fewer"),
        ("V3", "complaints", None, week(95), "fewer"),
    )  # fmt: skip
    plain = due()
    found = with_breaks(plain, counted(due()), known, Breaks({"V1|complaints": 0.5, "V2|complaints": 0.2}))
    complaints = found[PLACE["complaints"]]
    assert complaints[0, [49, 50, 89, 90, 155]].tolist() == pytest.approx([1, 0.5, 0.5, 0.1, 0.1])
    assert complaints[1, [49, 50, 89, 90, 155]].tolist() == pytest.approx([1, 1, 1, 0.2, 0.2])
    for each, before in zip(found[1:], plain[1:], strict=True):
        assert np.array_equal(each, before)
    assert (plain[PLACE["complaints"]] == 1).all()


def echo_of(*rows: tuple[str | None, str | None, date]) -> Floats:
    return known_changes(COMPLEXES, MONDAYS, None, interventions(*rows)).echo


def test_an_echo_begins_the_week_after_halves_in_a_quarter_and_ends_after_a_year() -> None:
    echo = echo_of(("C003", None, week(40) + timedelta(days=2)))
    assert (np.delete(echo, 3, axis=0) == 0).all()
    assert (echo[3, :41] == 0).all()
    assert echo[3, 41 : 41 + 4 * ECHO_HALF_LIFE : ECHO_HALF_LIFE] == pytest.approx([1, 0.5, 0.25, 0.125])
    assert (echo[3, 94:] == 0).all()
    assert (np.diff(echo[3, 41:94]) < 0).all()


def test_two_letters_in_one_quarter_are_heard_once() -> None:
    echo = echo_of(("C003", None, week(40)), ("C003", None, week(45)), (None, "Zuid", week(45)))
    assert echo[3].max() == 1
    assert echo[3, [41, 46, 59]] == pytest.approx([1, 1, 0.5])


def test_where_an_intervention_counts() -> None:
    assert np.flatnonzero(echo_of((None, "Noord", week(9))).any(axis=1)).tolist() == NORTH.tolist()
    # One that names a complex is for that complex; one without a place, or of another town, counts nowhere.
    assert np.flatnonzero(echo_of(("C004", "Zuid", week(9))).any(axis=1)).tolist() == [4]
    assert not echo_of((None, None, week(9)), ("X", None, week(9)), (None, "Oost", week(9))).any()
    assert not echo_of(("C004", None, week(N_WEEKS - 1)), ("C004", None, week(-60))).any()


def test_of_an_intervention_before_the_panel_the_rest_is_heard() -> None:
    """The history slides: what is expected of a week must not jump when an intervention falls off its edge."""
    longer = [week(number) for number in range(-30, N_WEEKS)]
    for done in (interventions(("C004", None, week(-20))), interventions((None, "Zuid", week(-1)))):
        whole = known_changes(COMPLEXES, longer, None, done).echo[:, 30:]
        assert whole.any()
        assert known_changes(COMPLEXES, MONDAYS, None, done).echo == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("planted", [0.0, 0.2, 0.4])
def test_the_echo_of_interventions_is_read_off(planted: float) -> None:
    done = interventions(*((f"C{number:03d}", None, week(20 + 5 * number)) for number in range(N)))
    known = known_changes(COMPLEXES, MONDAYS, None, done)
    mean = due(2.0)
    for i in VOICES:
        mean[i] *= np.exp(STREAMS[i].loads_on[0] * planted * known.echo)
    # Quiet complexes are visited more: their own other weeks are the measure, not their peers.
    quiet = [each * 0.5 for each in mean]
    for series in (counted(mean), counted(quiet)):
        assert learned_breaks(series, due(2.0), known).echo == pytest.approx(planted, abs=0.09)


def test_an_echo_is_never_below_nothing_nor_beyond_belief() -> None:
    done = interventions(*((f"C{number:03d}", None, week(60)) for number in range(N)))
    known = known_changes(COMPLEXES, MONDAYS, None, done)
    for rise, found in ((-2.0, 0.0), (3.0, 0.7)):
        mean = [each * np.exp(rise * known.echo) for each in due()]
        assert learned_breaks(counted(mean), due(), known).echo == found
    assert learned_breaks(counted(due()), due(0.0), known).echo == 0
    assert learned_breaks(counted(due()), due(), KnownChanges([], np.zeros((N, N_WEEKS)))).echo == 0


def test_only_voices_echo() -> None:
    known = known_changes(COMPLEXES, MONDAYS, None, interventions(("C003", None, week(40))))
    found = with_breaks(due(), counted(due()), known, Breaks({}, 0.3))
    for i, (each, stream) in enumerate(zip(found, STREAMS, strict=True)):
        rise = 0.3 * stream.loads_on[0] if i in VOICES else 0.0
        assert each[3, 41] == pytest.approx(np.exp(rise))
        assert (np.delete(each, 3, axis=0) == 1).all()


def test_breaks_can_be_kept() -> None:
    breaks = Breaks({"V1|complaints": 1 / 3, "V 2|normal_repairs": 0.9}, 0.1)
    assert Breaks.from_dict(json.loads(json.dumps(asdict(breaks)))) == breaks


# And what becomes of it in the scores.
REGISTER = town(30, homes=80)
PANEL = panel(REGISTER, 130)
IS_NORTH = pl.col("area_team") == "Noord"


def of_team(scored: Scored, team: str, column: str) -> float:
    return float(scored.scores.filter(pl.col("area_team") == team)[column].mean())  # type: ignore[arg-type]


def test_a_team_with_a_new_rule_is_not_called_quiet_and_without_announcement_it_shows() -> None:
    halved = thinned(PANEL, IS_NORTH & since(70), 0.45, *REPORTS)
    announced = intake_changes(
        ("V1", "complaints", "Noord", week(70), "fewer"), ("V2", "repairs", "Noord", week(70), "fewer")
    )
    before, silent, told = (
        score_weeks(weekly, REGISTER, POLICY, 1, changes=changes)
        for weekly, changes in ((PANEL, None), (halved, None), (halved, announced))
    )
    # Measured .32 against .08, and a ratio of .60 against 1.07.
    assert of_team(silent, "Noord", "p_quiet") > of_team(before, "Noord", "p_quiet") + 0.15
    assert of_team(silent, "Noord", "reporting_ratio") < 0.75 * of_team(before, "Noord", "reporting_ratio")
    assert of_team(told, "Noord", "p_quiet") < of_team(before, "Noord", "p_quiet") + 0.1
    assert of_team(told, "Noord", "reporting_ratio") == pytest.approx(
        of_team(before, "Noord", "reporting_ratio"), abs=0.25
    )
    assert told.lesson.breaks.factors["V1|complaints"] == pytest.approx(0.45, abs=0.12)
    assert told.lesson.breaks.factors["V2|urgent_repairs"] == pytest.approx(1, abs=0.15)


def test_a_complex_that_falls_more_than_its_rule_still_stands_out() -> None:
    is_one = pl.col("complex_id") == "C000"
    halved = thinned(PANEL, IS_NORTH & since(70), 0.5, *REPORTS)
    silent = changed(halved, is_one & since(90), **(QUIET | WORSE))
    announced = intake_changes(
        ("V1", "complaints", "Noord", week(70), "fewer"), ("V2", "repairs", "Noord", week(70), "fewer")
    )
    scores = score_weeks(silent, REGISTER, POLICY, 1, changes=announced).scores
    assert scores.filter(is_one)["p_quiet"].item() > 0.9
    assert scores.filter(is_one)["state"].item() == "went_quiet"


def test_the_voices_after_interventions_do_not_hide_the_quiet_before() -> None:
    """A door-to-door round makes a team louder for a while: its loud weeks are expected to be so."""
    done = interventions(*((name, None, week(112)) for name in REGISTER.filter(IS_NORTH)["complex_id"]))
    known = score_weeks(PANEL, REGISTER, POLICY, 1, interventions=done)
    assert known.lesson.breaks.echo < 0.15
    rng = np.random.default_rng(5)
    louder = PANEL.with_columns(
        pl.when(IS_NORTH & since(113))
        .then(pl.col(name) + pl.Series(rng.poisson(0.8 * PANEL[name].to_numpy())))
        .otherwise(name)
        .alias(name)
        for name in REPORTS
    )
    unknown, told = (score_weeks(louder, REGISTER, POLICY, 1, interventions=each) for each in (None, done))
    assert told.lesson.breaks.echo > 0.4
    assert of_team(told, "Noord", "reporting_ratio") < of_team(unknown, "Noord", "reporting_ratio") - 0.1
