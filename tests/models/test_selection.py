"""Who gets a flag: few, reproducible, and one by lot from all."""

import math
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.contract import contract
from data_contracts.tables import create_table
from models.episodes import episodes
from models.lot import drawn_by_lot
from models.policy import Policy
from models.rests import ANSWER_COLUMNS, NO_ANSWERS
from models.selection import Selection, select_flags

MONDAY = date(2026, 11, 9)
WEEK = timedelta(weeks=1)
POLICY = Policy()
# Both are added in words by the flows.
SAID_LATER = ("question", "first_step", "lead", "mandate", "phase")
FLAG_COLUMNS = [name for name in contract("published", "flags").column_names if name not in SAID_LATER]
NO_SAFETY = pl.Series([], dtype=pl.String)
NO_EARLIER = pl.DataFrame(
    schema={"flag_id": pl.String, "complex_id": pl.String, "week": pl.Date, "first_week": pl.Date, "why": pl.String}
)
ROW: dict[str, Any] = {
    "area_team": "Noord",
    "week": MONDAY,
    "homes": 60,
    "p_quiet_decline": 0.01,
    "state": "ordinary",
    "silence_kind": None,
    "is_private_small": False,
    "is_too_small_to_know": False,
    "missing_sources": ["tenancies"],
}


def loose(**values: Any) -> Policy:
    """A policy that lists whatever is above a tenth this week, so that the other limits show."""
    return Policy(
        **{
            "false_discovery_rate": 0.9,
            "leave_below": 0.1,
            "enter_weeks": 1,
            "of_weeks": 1,
            "leave_weeks": 1,
            **values,
        }
    )


LOOSE = loose()


def scored(rows: dict[str, dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [ROW | {"complex_id": name} | row for name, row in rows.items()], schema_overrides={"silence_kind": pl.String}
    )


def answers(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Answers as (complex, verdict, days after the first Monday, days of rest)."""
    return pl.DataFrame(
        [
            {
                "flag_id": f"2026-W40-{name}",
                "complex_id": name,
                "reviewed_on": MONDAY + timedelta(days=day),
                "verdict": verdict,
                "snooze_until": MONDAY + timedelta(days=day + rest[0]) if rest else None,
            }
            for name, verdict, day, *rest in rows
        ],
        schema=ANSWER_COLUMNS,
    )


def team(name: str, *chances: float) -> dict[str, dict[str, Any]]:
    """A team with one complex per chance of being quiet and declining."""
    return {f"{name}{i:02d}": {"area_team": name, "p_quiet_decline": p} for i, p in enumerate(chances)}


def reasons_of(scores: pl.DataFrame) -> pl.DataFrame:
    streams = pl.DataFrame(
        {
            "stream": ["complaints", "urgent_repairs", "concerns"],
            "seen": [3, 14, 0],
            "expected": [11.4, 6.2, 0.0],
            "log_odds": [1.3, 0.9, 0.0],
            "period_weeks": pl.Series([26, 26, 26], dtype=pl.Int32),
        }
    )
    return scores.select("complex_id", "week").join(streams, how="cross")


def selected(
    scores: pl.DataFrame,
    safety: pl.Series = NO_SAFETY,
    earlier: pl.DataFrame = NO_EARLIER,
    policy: Policy = LOOSE,
    capacity: dict[str, int] | None = None,
    answers: pl.DataFrame = NO_ANSWERS,
) -> Selection:
    this_week = scores.filter(pl.col("week") == pl.col("week").max())
    return select_flags(scores, reasons_of(this_week), safety, earlier, policy, capacity, answers)


def chosen(scores: pl.DataFrame, *args: Any, **others: Any) -> pl.DataFrame:
    return selected(scores, *args, **others).flags


def listed(flags: pl.DataFrame) -> list[str]:
    """Ids chosen by their scores, in order of team and rank."""
    return (
        flags.filter(pl.col("why").is_in(["quiet_decline", "went_quiet"]))
        .sort("area_team", "rank")["complex_id"]
        .to_list()
    )


def random_town(seed: int, n_teams: int = 6, each: int = 25) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return scored(
        {
            f"{name}{i:02d}": {
                "area_team": f"team {name}",
                "p_quiet_decline": round(float(rng.beta(1, 6)), 6),
                "state": str(rng.choice(["ordinary", "went_quiet", "emptied", "feed_suspect"], p=[0.7, 0.1, 0.1, 0.1])),
                "is_private_small": bool(rng.random() < 0.2),
                "is_too_small_to_know": bool(rng.random() < 0.2),
            }
            for name in "ABCDEFGHIJ"[:n_teams]
            for i in range(each)
        }
    )


def assert_keeps_the_contract(flags: pl.DataFrame) -> None:
    assert flags.columns == FLAG_COLUMNS
    promised = contract("published", "flags")
    whole = flags.with_columns(
        question=pl.lit("Weten bewoners hier bij wie zij terechtkunnen?"),
        first_step=pl.lit("Loop eens een rondje."),
        lead=pl.lit(None, pl.String),
        mandate=pl.lit(None, pl.String),
        phase=pl.lit(None, pl.Int32),
    ).select(promised.column_names)
    con = duckdb.connect()
    con.execute(create_table(promised, "flags"))
    con.register("found", whole.to_arrow())
    con.execute("insert into flags from found")
    for rule in promised.rules:
        assert con.execute(f"from flags where not ({rule.predicate})").fetchall() == [], rule.id
    assert flags["flag_id"].is_unique().all()


@pytest.mark.parametrize("k", [0, 1, 2, 5])
def test_never_more_than_k_a_team_and_the_most_probable_first(k: int) -> None:
    scores = scored(team("Noord", 0.2, 0.9, 0.5, 0.7, 0.0) | team("Zuid", 0.05, 0.3, 0.0))
    wanted = ["Noord01", "Noord03", "Noord02", "Noord00"][:k] + ["Zuid01"][:k]
    assert listed(chosen(scores, policy=loose(flags_per_team=k, attention_share=1))) == wanted


@pytest.mark.parametrize("seed", range(5))
def test_a_random_town_keeps_every_limit(seed: int) -> None:
    scores = random_town(seed)
    flags = chosen(scores)
    assert_keeps_the_contract(flags)
    by_scores = flags.filter(pl.col("why").is_in(["quiet_decline", "went_quiet"]))
    assert by_scores.group_by("area_team").len()["len"].max() <= LOOSE.flags_per_team
    assert by_scores.height <= LOOSE.attention_share * scores.height
    assert (by_scores["p_quiet_decline"] >= LOOSE.leave_below).all()
    drawn = flags.filter(pl.col("inclusion_probability").is_not_null())
    assert drawn.group_by("area_team").len()["len"].to_list() == [1] * 6
    ranks = flags.group_by("area_team").agg(pl.col("rank").sort())["rank"].to_list()
    assert all(each == list(range(1, len(each) + 1)) for each in ranks)


def test_a_team_may_set_its_own_capacity() -> None:
    scores = scored(team("Noord", 0.5, 0.6, 0.7) | team("Oost", 0.5, 0.6, 0.7) | team("Zuid", 0.5, 0.6, 0.7))
    flags = chosen(scores, capacity={"Noord": 0, "Zuid": 3, "Nergens": 9}, policy=loose(attention_share=1))
    assert listed(flags) == ["Oost02", "Oost01", "Zuid02", "Zuid01", "Zuid00"]
    # A team without room for flags still has its lot.
    assert flags.filter(pl.col("area_team") == "Noord")["inclusion_probability"].to_list() == [pytest.approx(1 / 3)]


def test_attention_is_kept_for_the_most_probable_of_all_teams() -> None:
    scores = scored(team("Noord", 0.3, 0.4, *[0.0] * 18) | team("Zuid", 0.8, 0.9, *[0.0] * 18))
    assert listed(chosen(scores, policy=loose(attention_share=0.125))) == ["Noord01", "Zuid01", "Zuid00"]
    assert listed(chosen(scores, policy=loose(attention_share=0.1))) == ["Zuid01", "Zuid00"]
    # The two lots count as attention too; and one complex is always some attention.
    assert listed(chosen(scores, policy=loose(attention_share=0.01))) == ["Zuid01"]


def test_only_from_the_policys_probability_on() -> None:
    scores = scored(team("Noord", 0.0999, 0.1, 0.05))
    assert listed(chosen(scores, policy=loose(attention_share=1))) == ["Noord01"]


@pytest.mark.parametrize(
    "reason", [{"is_private_small": True, "homes": 9}, {"state": "emptied"}, {"state": "feed_suspect"}]
)
def test_what_cannot_be_judged_is_neither_listed_nor_drawn(reason: dict[str, Any]) -> None:
    scores = scored(
        {"A": {"p_quiet_decline": 0.99} | reason, "B": {"p_quiet_decline": 0.98} | reason, "C": {}, "D": {}}
    )
    for number in range(30):
        flags = chosen(scores.with_columns(week=pl.lit(MONDAY + number * WEEK)), policy=loose(attention_share=1))
        assert flags["complex_id"].to_list() in (["C"], ["D"])
        assert flags["inclusion_probability"].to_list() == [0.5]


@pytest.mark.parametrize("reason", [{"is_private_small": True, "homes": 3}, {"state": "emptied"}, {}])
def test_safety_passes_ahead_of_all_statistics(reason: dict[str, Any]) -> None:
    scores = scored(team("Noord", 0.9, 0.8) | {"brand": {"p_quiet_decline": 0.0} | reason})
    flags = chosen(scores, safety=pl.Series(["brand"]), capacity={"Noord": 0}, policy=loose(drawn_per_team=0))
    assert flags.select("complex_id", "why", "rank").rows() == [("brand", "safety", 1)]


def test_a_safety_matter_takes_nobodys_place() -> None:
    scores = scored(team("Noord", 0.9, 0.8, 0.7, 0.6))
    flags = chosen(scores, safety=pl.Series(["Noord00"]), policy=loose(attention_share=1, drawn_per_team=0))
    assert flags.sort("rank").select("complex_id", "why").rows() == [
        ("Noord00", "safety"),
        ("Noord01", "quiet_decline"),
        ("Noord02", "quiet_decline"),
    ]


def test_a_safety_matter_of_an_unknown_complex_is_no_row() -> None:
    flags = chosen(scored(team("Noord", 0.0, 0.0)), safety=pl.Series(["weg"]))
    assert "weg" not in flags["complex_id"]
    assert flags["why"].to_list() == ["random_draw"]


def test_gone_quiet_is_said_as_such() -> None:
    scores = scored({"A": {"p_quiet_decline": 0.9, "state": "went_quiet"}, "B": {"p_quiet_decline": 0.8}, "C": {}})
    flags = chosen(scores, policy=loose(attention_share=1))
    assert dict(flags.select("complex_id", "why").rows()) == {"A": "went_quiet", "B": "quiet_decline"}


def lots(scores: pl.DataFrame, n_weeks: int, policy: Policy = LOOSE) -> pl.DataFrame:
    return pl.concat(
        chosen(scores.with_columns(week=pl.lit(MONDAY + number * WEEK)), policy=policy).filter(
            pl.col("inclusion_probability").is_not_null()
        )
        for number in range(n_weeks)
    )


def test_neither_the_list_nor_an_answer_weighs_on_the_lot() -> None:
    scores = scored(team("Noord", 0.9, 0.8, *[0.0] * 10) | team("Zuid", *[0.0] * 8))
    off = answers(("Noord00", "known_already", 0), ("Noord01", "fine", 0), ("Zuid00", "worry", 0, 900))
    for number in range(30):
        week = pl.lit(MONDAY + number * WEEK)
        flags = chosen(scores.with_columns(week=week), answers=off)
        drawn = flags.filter(pl.col("inclusion_probability").is_not_null()).select(
            "complex_id", "inclusion_probability"
        )
        assert drawn.sort("complex_id").equals(drawn_by_lot(scores, MONDAY + number * WEEK, LOOSE).sort("complex_id"))


def test_the_lot_is_the_same_when_a_week_is_run_twice_and_another_with_another_seed() -> None:
    scores = scored(team("Noord", *[0.0] * 30))
    assert lots(scores, 5).equals(lots(scores, 5))
    assert lots(scores, 5)["complex_id"].n_unique() > 1
    assert not lots(scores, 5)["complex_id"].equals(lots(scores, 5, loose(seed=1))["complex_id"])


@pytest.mark.parametrize("n_drawn", [0, 1, 3, 5])
def test_the_chance_of_the_lot_is_its_share(n_drawn: int) -> None:
    drawn = lots(scored(team("Noord", *[0.0] * 4)), 1, loose(drawn_per_team=n_drawn))
    assert drawn.height == min(n_drawn, 4)
    assert drawn["inclusion_probability"].to_list() == [min(n_drawn / 4, 1)] * drawn.height


def test_a_flag_that_is_also_drawn_is_one_row_with_both() -> None:
    flags = chosen(scored(team("Noord", 0.9)), policy=loose(attention_share=1))
    assert flags.select("complex_id", "why", "inclusion_probability").rows() == [("Noord00", "quiet_decline", 1.0)]
    # A team whose lot fell on a matter of safety would be the team without a lot.
    both = chosen(scored(team("Noord", 0.9, 0.0)), safety=pl.Series(["Noord00"]))
    assert both.select("complex_id", "why", "inclusion_probability").rows() == [
        ("Noord00", "safety", None),
        ("Noord01", "random_draw", 1.0),
    ]


def test_a_team_without_anything_to_choose_from_has_no_row() -> None:
    small = {name: row | {"is_private_small": True} for name, row in team("Klein", 0.9, 0.9).items()}
    flags = chosen(scored(team("Noord", 0.5) | small))
    assert flags["area_team"].to_list() == ["Noord"]
    nothing = chosen(scored(small))
    assert nothing.is_empty()
    assert nothing.columns == FLAG_COLUMNS


def continued(
    weeks: list[pl.DataFrame], policy: Policy = LOOSE, safety: dict[int, list[str]] | None = None
) -> pl.DataFrame:
    """The flags of some weeks, each knowing those before it; weeks follow each other by their own dates."""
    earlier = NO_EARLIER
    for number in range(len(weeks)):
        matters = pl.Series((safety or {}).get(number, []), dtype=pl.String)
        flags = chosen(pl.concat(weeks[: number + 1]), earlier=earlier, policy=policy, safety=matters)
        earlier = flags if earlier.is_empty() else pl.concat([earlier, flags])
    return earlier


def test_a_flag_that_goes_on_keeps_its_number_and_is_open() -> None:
    weeks = [
        scored(team("Noord", p, 0.0)).with_columns(week=pl.lit(MONDAY + number * WEEK))
        for number, p in enumerate([0.0, 0.5, 0.6, 0.0, 0.7])
    ]
    flags = continued(weeks, loose(attention_share=1, drawn_per_team=0)).sort("week")
    assert flags["first_week"].to_list() == [MONDAY + WEEK, MONDAY + WEEK, MONDAY + 4 * WEEK]
    assert flags["status"].to_list() == ["new", "open", "new"]
    one, same, other = flags["flag_id"]
    assert one == same != other


def test_a_safety_matter_has_a_number_of_its_own() -> None:
    """The number of a question would else say since when there was a matter."""
    scores = scored(team("Noord", 0.5, 0.0))
    weeks = [scores.with_columns(week=pl.lit(MONDAY + number * WEEK)) for number in range(2)]
    flags = continued(weeks, loose(attention_share=1, drawn_per_team=0), safety={0: ["Noord00"]}).sort("week")
    assert flags["why"].to_list() == ["safety", "quiet_decline"]
    assert flags["flag_id"].n_unique() == 2


def test_what_was_only_drawn_does_not_go_on() -> None:
    towns = [scored(team("Noord", p)) for p in (0.0, 0.0, 0.5)]
    weeks = [scores.with_columns(week=pl.lit(MONDAY + number * WEEK)) for number, scores in enumerate(towns)]
    flags = continued(weeks, loose(attention_share=1)).sort("week")
    assert flags["why"].to_list() == ["random_draw", "random_draw", "quiet_decline"]
    assert flags["status"].to_list() == ["new"] * 3
    assert flags["flag_id"].n_unique() == 3


def test_a_drawn_complex_that_was_a_flag_last_week_is_a_new_question() -> None:
    weeks = [scored(team("Noord", p)).with_columns(week=pl.lit(MONDAY + i * WEEK)) for i, p in enumerate([0.5, 0.0])]
    flags = continued(weeks, loose(attention_share=1)).sort("week")
    assert flags.select("why", "status").rows() == [("quiet_decline", "new"), ("random_draw", "new")]
    assert flags["flag_id"].n_unique() == 2


def test_numbers_are_unique_over_a_year() -> None:
    towns = [random_town(seed, n_teams=3, each=40) for seed in range(52)]
    weeks = [scores.with_columns(week=pl.lit(MONDAY + number * WEEK)) for number, scores in enumerate(towns)]
    flags = continued(weeks)
    assert flags.group_by("flag_id", "week").len()["len"].max() == 1
    spells = flags.group_by("flag_id").agg(
        pl.col("complex_id", "first_week").n_unique(), until=pl.col("week").max(), rows=pl.len(),
        since=pl.col("first_week").min(), by_lot=(pl.col("why") == "random_draw").any(), id=pl.col("complex_id").min(),
    )  # fmt: skip
    assert (spells["complex_id"] == 1).all()
    assert (spells["first_week"] == 1).all()
    assert (spells.filter("by_lot")["rows"] == 1).all()
    # One number never stands for two spells: its episode ran in every week from its first list to its last.
    running = episodes(pl.concat(weeks), LOOSE).filter("is_running")
    within = spells.join(running, left_on="id", right_on="complex_id").filter(
        ~pl.col("by_lot"), pl.col("week").is_between("since", "until")
    )
    n_weeks = within.group_by("flag_id").agg(
        pl.len(), wanted=((pl.col("until") - pl.col("since")).dt.total_days() // 7 + 1).first()
    )
    assert (n_weeks["len"] == n_weeks["wanted"]).all()
    assert n_weeks.height == spells.filter(~pl.col("by_lot")).height
    # A week without a place, or with a suspect feed, is no end.
    assert (spells["rows"] > 1).any()
    assert (n_weeks.join(spells, on="flag_id").filter(pl.col("rows") < pl.col("wanted"))).height > 0


def test_equal_chances_go_by_number_whatever_the_order_of_rows() -> None:
    scores = scored(team("Noord", *[0.5] * 8) | team("Zuid", *[0.5] * 8))
    first = chosen(scores)
    assert listed(first) == ["Noord00"]
    assert listed(chosen(scores, policy=loose(attention_share=1))) == ["Noord00", "Noord01", "Zuid00", "Zuid01"]
    for seed in range(5):
        assert chosen(scores.sample(fraction=1, shuffle=True, seed=seed)).equals(first)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    scores = random_town(seed)
    safety = pl.Series([scores["complex_id"][3], scores["complex_id"][77]])
    earlier = chosen(scores.with_columns(week=pl.lit(MONDAY - WEEK)))
    first = chosen(scores, safety, earlier)
    assert (first["status"] == "open").any()
    mixed = [each.sample(fraction=1, shuffle=True, seed=seed) for each in (scores, earlier)]
    assert chosen(mixed[0], safety.reverse(), mixed[1]).equals(first)


def test_evidence_is_what_could_be_seen() -> None:
    flags = chosen(scored(team("Noord", 0.9)))
    assert flags["evidence"].to_list() == [
        [
            {"stream": "complaints", "seen": 3, "expected": 11.4, "period_weeks": 26},
            {"stream": "urgent_repairs", "seen": 14, "expected": 6.2, "period_weeks": 26},
        ]
    ]
    assert flags["missing_sources"].to_list() == [["tenancies"]]
    assert flags["silence_kind"].to_list() == ["unknown"]


def test_where_nothing_could_be_seen_the_evidence_is_an_empty_list() -> None:
    scores = scored(team("Noord", 0.0, 0.0))
    flags = select_flags(scores, reasons_of(scores).clear(), NO_SAFETY, NO_EARLIER, LOOSE).flags
    assert flags["evidence"].to_list() == [[]]
    assert_keeps_the_contract(flags)


def test_a_number_says_complex_and_week() -> None:
    (flag_id,) = chosen(scored(team("Noord", 0.9)))["flag_id"]
    assert "Noord00" in flag_id
    assert "2026-W46" in flag_id


def test_chances_are_finite() -> None:
    assert all(math.isfinite(p) for p in chosen(random_town(1))["inclusion_probability"].drop_nulls())


def weekly_history(chances: dict[str, list[float]], **columns: Any) -> pl.DataFrame:
    """Scores of several weeks of one team, one list of chances per complex."""
    n_weeks = len(next(iter(chances.values())))
    return pl.concat(
        scored({name: {"p_quiet_decline": each[i], **columns} for name, each in chances.items()}).with_columns(
            week=pl.lit(MONDAY + i * WEEK)
        )
        for i in range(n_weeks)
    )


NO_LOT = Policy(attention_share=1, drawn_per_team=0)


def weeks_on_the_list(scores: pl.DataFrame, said: pl.DataFrame = NO_ANSWERS, policy: Policy = NO_LOT) -> list[int]:
    """Numbers of the weeks in which complex A stood on the list."""
    earlier, found = NO_EARLIER, []
    for number, week in enumerate(scores["week"].unique().sort()):
        flags = chosen(scores.filter(pl.col("week") <= week), earlier=earlier, policy=policy, answers=said)
        earlier = flags if earlier.is_empty() else pl.concat([earlier, flags])
        found += [number] * ("A" in flags["complex_id"])
    return found


def test_with_the_policy_as_it_is_one_week_on_top_is_no_flag() -> None:
    assert weeks_on_the_list(weekly_history({"A": [0.0] * 4 + [0.9] + [0.0] * 3})) == []
    assert weeks_on_the_list(weekly_history({"A": [0.0] * 4 + [0.9] * 3 + [0.0] * 7})) == list(range(6, 10))


def test_who_waited_for_a_place_until_the_probability_had_gone_is_not_asked_about() -> None:
    chances = {"A": [0.85] * 4 + [0.5] * 6, "B": [0.9] * 4 + [0.0] * 6}
    one = Policy(attention_share=1, drawn_per_team=0, in_hand_per_team=1, flags_per_team=1)
    assert weeks_on_the_list(weekly_history(chances), policy=one) == []
    assert weeks_on_the_list(weekly_history(chances | {"B": [0.0] * 10}), policy=one) == list(range(10))


def test_known_already_gives_a_quarter_of_rest_and_the_flag_comes_back() -> None:
    scores = weekly_history({"A": [0.9] * 18})
    # Answered in the third week; the page of a week is read on the Monday after it.
    assert weeks_on_the_list(scores, answers(("A", "known_already", 15))) == [0, 1, 15, 16, 17]
    # The rest lasts up to and including its last day.
    assert weeks_on_the_list(scores, answers(("A", "worry", 15, 13))) == [0, 1, 4, *range(5, 18)]
    assert weeks_on_the_list(scores, answers(("A", "worry", 15, 12))) == [0, 1, *range(3, 18)]


def test_fine_closes_the_flag_until_something_new_begins() -> None:
    lasting = weekly_history({"A": [0.9] * 12})
    assert weeks_on_the_list(lasting, answers(("A", "fine", 15))) == [0, 1]
    again = weekly_history({"A": [0.9] * 4 + [0.0] * 4 + [0.9] * 5})
    assert weeks_on_the_list(again, answers(("A", "fine", 15))) == [0, 1, 10, 11, 12]


def test_an_answer_holds_nothing_back_before_it_was_given() -> None:
    scores = weekly_history({"A": [0.9] * 4})
    assert weeks_on_the_list(scores, answers(("A", "fine", 28))) == [0, 1, 2, 3]
    assert weeks_on_the_list(scores, answers(("A", "fine", 27))) == [0, 1, 2]


def test_the_last_answer_of_a_flag_counts_and_not_looked_is_none() -> None:
    scores = weekly_history({"A": [0.9] * 6})
    assert weeks_on_the_list(scores, answers(("A", "fine", 8), ("A", "worry", 22))) == [0, 3, 4, 5]
    assert weeks_on_the_list(scores, answers(("A", "fine", 8), ("A", "not_looked", 22))) == [0]
    assert weeks_on_the_list(scores, answers(("A", "not_looked", 8))) == list(range(6))
    assert weeks_on_the_list(scores, answers(("A", "not_looked", 8, 14))) == [0, 3, 4, 5]


def test_a_flag_older_than_the_scores_is_closed_by_the_answer_to_it() -> None:
    """The first weeks of the scores go as new ones come; a flag closed then stays closed, an open one stays open."""
    scores = weekly_history({"A": [0.9] * 12})
    late = scores.filter(pl.col("week") >= MONDAY + 6 * WEEK)
    said = answers(("A", "fine", 15))
    assert chosen(late, policy=NO_LOT, answers=said).is_empty()
    held = chosen(scores.filter(pl.col("week") < MONDAY + 11 * WEEK), policy=NO_LOT)
    since = held.with_columns(first_week=pl.lit(MONDAY + 3 * WEEK))
    assert chosen(late, earlier=since, policy=NO_LOT, answers=said)["complex_id"].to_list() == ["A"]


def numbers(
    scores: pl.DataFrame, said: pl.DataFrame = NO_ANSWERS, safety: dict[int, list[str]] | None = None
) -> dict[int, int]:
    """By number of the week: in which week the flag of complex A began that was on its list."""
    earlier = NO_EARLIER
    for number, week in enumerate(scores["week"].unique().sort()):
        matters = pl.Series((safety or {}).get(number, []), dtype=pl.String)
        flags = chosen(scores.filter(pl.col("week") <= week), matters, earlier, NO_LOT, answers=said)
        earlier = flags if earlier.is_empty() else pl.concat([earlier, flags])
    rows = earlier.filter(pl.col("complex_id") == "A").with_columns(
        (pl.col("week", "first_week") - MONDAY).dt.total_days() // 7
    )
    return dict(rows.select("week", "first_week").rows())


def test_a_flag_keeps_its_number_through_a_rest() -> None:
    scores = weekly_history({"A": [0.9] * 18})
    found = numbers(scores, answers(("A", "known_already", 15)))
    assert found == dict.fromkeys((0, 1, 15, 16, 17), 0)


def test_a_flag_keeps_its_number_where_a_feed_was_suspect() -> None:
    scores = weekly_history({"A": [0.9] * 12}).with_columns(
        state=pl.when(pl.col("week").is_between(MONDAY + 3 * WEEK, MONDAY + 7 * WEEK))
        .then(pl.lit("feed_suspect"))
        .otherwise("state")
    )
    assert numbers(scores) == dict.fromkeys((0, 1, 2, 8, 9, 10, 11), 0)


def test_a_flag_that_comes_back_takes_no_new_place_and_is_open() -> None:
    scores = weekly_history({"A": [0.8] * 8, "B": [0.9] * 8, "C": [0.85] * 8})
    one = Policy(attention_share=1, drawn_per_team=0, flags_per_team=1)
    earlier, seen = NO_EARLIER, []
    for week in scores["week"].unique().sort():
        said = answers(("A", "worry", 23, 11))
        flags = chosen(scores.filter(pl.col("week") <= week), earlier=earlier, policy=one, answers=said)
        earlier = flags if earlier.is_empty() else pl.concat([earlier, flags])
        seen.append(flags.sort("complex_id").select(pl.concat_str("complex_id", "status"))["complex_id"].to_list())
    assert seen[:3] == [["Bnew"], ["Bopen", "Cnew"], ["Anew", "Bopen", "Copen"]]
    assert [len(each) for each in seen] == [1, 2, 3, 2, 3, 3, 3, 3]
    assert seen[4] == ["Aopen", "Bopen", "Copen"]


def test_a_new_episode_and_what_an_answer_closed_get_a_new_number() -> None:
    again = weekly_history({"A": [0.9] * 4 + [0.0] * 4 + [0.9] * 5})
    assert numbers(again) == dict.fromkeys(range(7), 0) | dict.fromkeys((10, 11, 12), 10)
    assert numbers(again, answers(("A", "fine", 15))) == {0: 0, 1: 0} | dict.fromkeys((10, 11, 12), 10)
    # The episode runs on, and something dangerous comes in: not under the number that was closed.
    lasting = weekly_history({"A": [0.9] * 7})
    found = numbers(lasting, answers(("A", "fine", 15)), {4: ["A"], 5: ["A"], 6: ["A"]})
    assert found == {0: 0, 1: 0} | dict.fromkeys((4, 5, 6), 4)
    assert numbers(lasting, answers(("A", "worry", 15, 40)), {4: ["A"]}) == {0: 0, 1: 0, 4: 4}


def test_a_matter_of_safety_keeps_its_number_from_week_to_week_without_any_episode() -> None:
    quiet = weekly_history({"A": [0.0] * 6})
    assert numbers(quiet, safety={i: ["A"] for i in (1, 2, 3, 5)}) == {1: 1, 2: 1, 3: 1, 5: 5}


def test_what_the_team_overrules_is_off_the_list_until_something_new_begins() -> None:
    def overruled(*row: Any) -> pl.DataFrame:
        return answers(row).with_columns(is_overruled=pl.lit(value=True))

    lasting = weekly_history({"A": [0.9] * 8})
    assert weeks_on_the_list(lasting, overruled("A", "worry", 15)) == [0, 1]
    assert weeks_on_the_list(lasting, overruled("A", "not_looked", 15)) == [0, 1]
    assert weeks_on_the_list(lasting, overruled("A", "worry", 15, 12)) == [0, 1, 3, 4, 5, 6, 7]
    again = weekly_history({"A": [0.9] * 4 + [0.0] * 4 + [0.9] * 5})
    assert weeks_on_the_list(again, overruled("A", "worry", 15)) == [0, 1, 10, 11, 12]


def test_an_older_week_that_is_run_later_changes_no_number() -> None:
    scores = weekly_history({"A": [0.9] * 8, "B": [0.8] * 8})
    weeks = [MONDAY + i * WEEK for i in range(8)]
    held = chosen(scores.filter(pl.col("week") <= weeks[5]), policy=NO_LOT)
    assert held["first_week"].unique().to_list() == [weeks[5]]
    older = chosen(scores.filter(pl.col("week") <= weeks[2]), policy=NO_LOT)
    both = pl.concat([held, older])
    again = chosen(scores.filter(pl.col("week") <= weeks[5]), earlier=both, policy=NO_LOT)
    assert again.equals(held)
    later = chosen(scores.filter(pl.col("week") <= weeks[7]), earlier=both, policy=NO_LOT)
    assert later["flag_id"].sort().equals(held["flag_id"].sort())


def test_a_week_that_is_run_again_with_an_answer_taken_back_knows_the_old_number() -> None:
    scores = weekly_history({"A": [0.9] * 6})
    earlier = NO_EARLIER
    for week in scores["week"].unique().sort():
        said = answers(("A", "known_already", 15))
        flags = chosen(scores.filter(pl.col("week") <= week), earlier=earlier, policy=NO_LOT, answers=said)
        earlier = flags if earlier.is_empty() else pl.concat([earlier, flags])
    # Somebody else is on the list of the last week, so it was run.
    other = earlier.tail(1).with_columns(complex_id=pl.lit("B"), flag_id=pl.lit("B"), week=pl.lit(MONDAY + 5 * WEEK))
    found = chosen(scores, earlier=pl.concat([earlier, other]), policy=NO_LOT)
    assert found.select("complex_id", "first_week").rows() == [("A", MONDAY)]


def test_a_safety_matter_is_kept_off_by_no_answer() -> None:
    said = answers(("A", "known_already", 0))
    flags = chosen(weekly_history({"A": [0.9]}), pl.Series(["A"]), policy=NO_LOT, answers=said)
    assert flags["why"].to_list() == ["safety"]


def test_what_is_in_hand_goes_on_and_what_has_no_place_is_counted() -> None:
    n_weeks = 6
    scores = weekly_history({f"C{i}": [0.8 + i / 100] * n_weeks for i in range(9)})
    earlier, seen = NO_EARLIER, []
    for week in scores["week"].unique().sort():
        said = selected(scores.filter(pl.col("week") <= week), earlier=earlier, policy=NO_LOT)
        earlier = said.flags if earlier.is_empty() else pl.concat([earlier, said.flags])
        seen.append((said.flags.height, (said.flags["status"] == "new").sum(), said.fell_off.rows()))
    assert seen == [(n, new, [("Noord", 9 - n)]) for n, new in ((2, 2), (4, 2), (5, 1), (5, 0), (5, 0), (5, 0))]
    # The most probable first, and then they stay.
    assert set(earlier.filter(pl.col("week") == week)["complex_id"]) == {"C4", "C5", "C6", "C7", "C8"}


def test_the_lot_is_in_hand_too_unless_the_team_asked_for_more() -> None:
    scores = scored(team("Noord", *[0.9] * 9))
    for k, hand, n in ((9, 5, 7), (4, 5, 4), (3, 5, 3), (2, 2, 2), (0, 5, 0)):
        policy = loose(attention_share=1, drawn_per_team=2, flags_per_team=k, in_hand_per_team=hand)
        assert len(listed(chosen(scores, policy=policy))) == n
    week = [scores.with_columns(week=pl.lit(MONDAY + i * WEEK)) for i in range(4)]
    flags = continued(week, loose(attention_share=1, drawn_per_team=2))
    assert len(listed(flags.filter(pl.col("week") == pl.col("week").max()))) == 3


def test_a_week_run_twice_counts_its_new_flags_once() -> None:
    scores = weekly_history({f"C{i}": [0.9] * 2 for i in range(9)})
    first = continued([scores.filter(pl.col("week") == week) for week in scores["week"].unique().sort()], NO_LOT)
    again = chosen(scores, earlier=first, policy=NO_LOT)
    assert again.equals(first.filter(pl.col("week") == pl.col("week").max()))


@settings(max_examples=12, deadline=None)
@given(
    chances=st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=2, max_size=14),
    k=st.integers(0, 4),
    hand=st.integers(1, 6),
    order=st.randoms(),
)
def test_never_more_than_there_is_room_for_and_never_another_list_for_another_order(
    chances: list[list[int]], k: int, hand: int, order: Any
) -> None:
    policy = loose(flags_per_team=k, in_hand_per_team=hand, attention_share=0.5)
    scores = weekly_history({f"C{i:02d}": [p / 100 for p in each] for i, each in enumerate(chances)})
    scores = scores.with_columns(
        area_team=pl.when(pl.col("complex_id") < "C05").then(pl.lit("A")).otherwise(pl.lit("B"))
    )
    earlier = NO_EARLIER
    for week in scores["week"].unique().sort():
        past = scores.filter(pl.col("week") <= week)
        found = selected(past, earlier=earlier, policy=policy)
        rows = past.rows()
        order.shuffle(rows)
        mixed = selected(pl.DataFrame(rows, schema=past.schema, orient="row"), earlier=earlier, policy=policy)
        assert mixed.flags.equals(found.flags)
        assert mixed.fell_off.equals(found.fell_off)
        by_scores = (
            found.flags.filter(pl.col("why") != "random_draw")
            .group_by("area_team")
            .agg(pl.len(), new=(pl.col("status") == "new").sum())
        )
        assert (by_scores["new"] <= k).all()
        assert (by_scores["len"] <= max(hand - 1, k)).all()
        assert by_scores["len"].sum() <= max(1, len(chances) // 2)
        earlier = found.flags if earlier.is_empty() else pl.concat([earlier, found.flags])
