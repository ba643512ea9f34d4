"""What an answer keeps off the list: a rest that was agreed, a matter that was known, a complex that was fine.

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
}
NO_ANSWERS = pl.DataFrame(schema=ANSWER_COLUMNS)
READ_AFTER = timedelta(weeks=1)
"""The list of a week is read on the Monday after it."""


def kept_off(spells: pl.DataFrame, answers: pl.DataFrame, week: date, policy: Policy) -> pl.Series:
    """The complexes that an answer keeps off the list of a week.

    Of each flag the last answer counts; "not looked" is no answer, unless it agrees on a rest. A rest lasts up to and
    including its last day. `known_already` gives `known_rest_weeks` from the day of the answer. `fine` closes the
    spell that was running on that day: the complex comes back only with a spell that begins later.

    Args:
        spells: `complex_id` and `spell_start` (the Monday on which the spell began; empty where it is older than what
            is known, so that an earlier `fine` closes it).
        answers: The columns of `ANSWER_COLUMNS`; what was answered after the week is left out.
        week: Monday of the list.
        policy: The values in force.

    Returns:
        Ids, sorted.
    """
    read_on = week + READ_AFTER
    said = answers.filter(pl.col("reviewed_on") < read_on)
    looked = pl.col("verdict") != "not_looked"
    rests = (
        _last_of_each_flag(said.filter(looked | pl.col("snooze_until").is_not_null()))
        .with_columns(
            known_until=pl.when(pl.col("verdict") == "known_already").then(
                pl.col("reviewed_on") + timedelta(weeks=policy.known_rest_weeks)
            )
        )
        .filter(pl.max_horizontal("snooze_until", "known_until") >= read_on)
    )
    fine = (
        _last_of_each_flag(said.filter(looked))
        .filter(pl.col("verdict") == "fine")
        .group_by("complex_id")
        .agg(pl.col("reviewed_on").max())
    )
    closed = spells.join(fine, on="complex_id").filter(
        pl.col("spell_start").is_null() | (pl.col("spell_start") <= pl.col("reviewed_on"))
    )
    return pl.concat([rests["complex_id"], closed["complex_id"]]).unique().sort()


def _last_of_each_flag(answers: pl.DataFrame) -> pl.DataFrame:
    return answers.sort("flag_id", "reviewed_on").unique("flag_id", keep="last", maintain_order=True)
