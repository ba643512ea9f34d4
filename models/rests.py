"""What an answer keeps off the list: a rest that was agreed, a matter that was known, a flag that the team closed.

The lot and safety matters never look here.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.policy import Policy

ANSWER_COLUMNS = {
    "flag_id": pl.String,
    "complex_id": pl.String,
    "reviewed_on": pl.Date,
    "verdict": pl.String,
    "snooze_until": pl.Date,
    "is_overruled": pl.Boolean,
}
NO_ANSWERS = pl.DataFrame(schema=ANSWER_COLUMNS)
READ_AFTER = timedelta(weeks=1)
"""The list of a week is read on the Monday after it."""

LOOKED = pl.col("verdict") != "not_looked"
OVERRULED = pl.col("is_overruled").fill_null(value=False)


def kept_off(spells: pl.DataFrame, answers: pl.DataFrame, week: date, policy: Policy) -> pl.Series:
    """The complexes that an answer keeps off the list of a week.

    A rest lasts up to and including its last day. A closing answer closes the spell that was running on that day: the
    complex comes back only with a spell that begins later.

    Args:
        spells: `complex_id` and `spell_start` (the Monday on which the spell began; empty where it is older than what
            is known, so that an earlier answer closes it).
        answers: The columns of `ANSWER_COLUMNS`; what was answered after the week is left out.
        week: Monday of the list.
        policy: The values in force.

    Returns:
        Ids, sorted.
    """
    if answers.is_empty():
        # Most weeks of most towns; a list that is tried again for half a year asks this of each of them.
        return pl.Series("complex_id", [], dtype=pl.String)
    resting = rests(answers, week, policy).filter(pl.col("rests_until") >= week + READ_AFTER)
    closed = spells.join(closings(answers, week), on="complex_id").filter(
        pl.col("spell_start").is_null() | (pl.col("spell_start") <= pl.col("closed_on"))
    )
    return pl.concat([resting["complex_id"], closed["complex_id"]]).unique().sort()


def rests(answers: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """The rest that the last answer on each flag agreed on, over or not.

    "Not looked" is no answer, unless it agrees on a rest. `known_already` gives `known_rest_weeks` from the day of the
    answer.

    Args:
        answers: The columns of `ANSWER_COLUMNS`; what was answered after the week is left out.
        week: Monday of the list.
        policy: The values in force.

    Returns:
        `flag_id`, `complex_id`, `agreed_on`, `rests_until` (its last day), of flags with a rest.
    """
    known = pl.col("verdict") == "known_already"
    return (
        _last_of_each_flag(answers, week, LOOKED | pl.col("snooze_until").is_not_null())
        .with_columns(known_until=pl.when(known).then(pl.col("reviewed_on") + timedelta(weeks=policy.known_rest_weeks)))
        .select(
            "flag_id",
            "complex_id",
            agreed_on="reviewed_on",
            rests_until=pl.max_horizontal("snooze_until", "known_until"),
        )
        .filter(pl.col("rests_until").is_not_null())
    )


def closings(answers: pl.DataFrame, week: date) -> pl.DataFrame:
    """The last answers on each flag that close the matter: it was fine, or the team decides otherwise.

    "Not looked" is no answer. An overruling answer that agrees on a rest gives that rest, and closes nothing.

    Args:
        answers: The columns of `ANSWER_COLUMNS`; what was answered after the week is left out.
        week: Monday of the list.

    Returns:
        `flag_id`, `complex_id`, `closed_on`, `closed_because` (fine, overruled).
    """
    rests_instead = (pl.col("verdict") == "known_already") | pl.col("snooze_until").is_not_null()
    because = (
        pl.when(pl.col("verdict") == "fine")
        .then(pl.lit("fine"))
        .when(OVERRULED & ~rests_instead)
        .then(pl.lit("overruled"))
    )
    return (
        _last_of_each_flag(answers, week, LOOKED | OVERRULED)
        .select("flag_id", "complex_id", closed_on="reviewed_on", closed_because=because)
        .filter(pl.col("closed_because").is_not_null())
    )


def _last_of_each_flag(answers: pl.DataFrame, week: date, counts: pl.Expr) -> pl.DataFrame:
    said = answers.filter(pl.col("reviewed_on") < week + READ_AFTER, counts)
    return said.sort("flag_id", "reviewed_on").unique("flag_id", keep="last", maintain_order=True)
