"""How long flags stay ahead of trouble that becomes loud: the curve, the single cases, and what may be said of them."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.exploring.markdown_table import markdown_table
from flows.exploring.time_axis import BAND, BLACK, INK, SOFT, dressed, heading, layer
from flows.language import Language
from models.lead_time import ESCALATIONS, LeadTime
from models.weeks import week_name

LEAST_ESCALATIONS = 10
"""With fewer, every step of the curve is one complex: they are shown one by one."""
WIDTH, HEIGHT = 460, 240
_PER = 100


def lead_time_in_words(found: LeadTime, followed: pl.DataFrame, language: Language) -> str:
    """What was counted, and the middle with its interval where there is one.

    Args:
        found: The lead time.
        followed: As `models.lead_time.followed_flags` gives them.
        language: Of the words.
    """
    say = language.say
    already = followed.filter(pl.col("weeks") == 0, pl.col("end").is_in(ESCALATIONS)).height
    late = [say("right.lead.already", count=already)] if already else []
    if not found.n_flags:
        return " ".join([say("right.lead.none"), *late])
    ends = followed.filter(pl.col("weeks") > 0)["end"].value_counts()
    n_of = dict(ends.rows())
    said = [
        say(
            "right.lead.counted",
            count=found.n_flags,
            escalated=found.n_escalated,
            taken_up=n_of.get("taken_up", 0),
            closed=n_of.get("closed", 0),
            running=n_of.get("running", 0),
        ),
        *late,
    ]
    if not found.n_escalated:
        said.append(say("right.lead.no_loud"))
    elif found.n_escalated < LEAST_ESCALATIONS:
        said.append(say("right.lead.few", least=LEAST_ESCALATIONS))
    elif found.median is None:
        said.append(say("right.lead.no_median", count=int(found.curve["weeks"].max() or 0)))  # type: ignore[arg-type]
    elif found.median_high is None:
        said.append(say("right.lead.median_open", count=found.median, low=found.median_low or 0))
    else:
        said.append(say("right.lead.median", count=found.median, low=found.median_low or 0, high=found.median_high))
    return " ".join(said)


def escalations_in_words(history: VerdictHistory, language: Language) -> str:
    """The flags whose trouble became loud, the longest lead first; empty if there are none.

    Whether it was a safety matter is not told per complex.
    """
    say = language.say
    names = dict(history.open_week.table("complexes").select("complex_id", "name").rows())
    loud = history.followed.filter(pl.col("end").is_in(ESCALATIONS)).sort(-pl.col("weeks"), "complex_id")
    if loud.is_empty():
        return ""
    headings = [say("right.column.complex"), say("right.column.team"), say("right.column.first_week")]
    headings += [say("right.column.lead"), say("right.column.how")]
    rows = [
        (
            f"{names.get(row['complex_id'], row['complex_id'])} ({row['complex_id']})",
            row["area_team"],
            week_name(row["first_week"]),
            row["weeks"],
            say(f"right.lead.how.{row['end']}"),
        )
        for row in loud.to_dicts()
    ]
    return markdown_table(headings, rows, language)


def lead_time_chart(found: LeadTime, language: Language) -> Any:
    """Of every 100 flags where nobody went, how many are not loud yet, by weeks since the flag.

    Args:
        found: The lead time, with at least `LEAST_ESCALATIONS` escalations.
        language: Of the words.
    """
    say = language.say
    steps = found.curve.select(
        "weeks",
        "n_at_risk",
        *(pl.col(name) * _PER for name in ("still", "low", "high")),
    ).to_dicts()
    rows = [{"weeks": 0, "still": _PER, "low": _PER, "high": _PER}, *steps]
    last = rows[-1]
    x = alt.X("weeks:Q", title=say("right.chart.weeks_since"), scale=alt.Scale(zero=True, nice=False), axis=_axis())
    y = alt.Y("still:Q", title=say("right.chart.not_loud"), scale=alt.Scale(domain=[0, _PER]), axis=_axis(tickCount=5))
    layers = [
        layer(rows).mark_area(interpolate="step-after", color=BAND).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        layer(rows).mark_line(interpolate="step-after", color=BLACK, strokeWidth=2).encode(x=x, y=y),
    ]
    if found.median is not None:
        middle = [{"weeks": found.median, "still": _PER / 2, "text": say("right.chart.half", count=found.median)}]
        layers += [
            layer([{"still": _PER / 2}]).mark_rule(strokeDash=[4, 3], color=SOFT).encode(y=y),
            layer(middle).mark_point(filled=True, size=70, color=BLACK, opacity=1).encode(x=x, y=y),
            layer(middle)
            .mark_text(align="left", dx=8, dy=-9, fontSize=11.5, color=INK)
            .encode(x=x, y=y, text="text:N"),
        ]
    told = [f"{row['weeks']}: {language.fixed(row['still'], 0)}" for row in rows[1:]]
    title = heading(say("right.chart.lead"), say("right.chart.lead_under", count=last.get("n_at_risk", 0)))
    return dressed(alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=title), "; ".join(told))


def _axis(**more: Any) -> alt.Axis:
    # Whole weeks and whole flags need no decimals.
    return alt.Axis(format="d", titleFontWeight="normal", titleFontSize=12, gridColor="#ececec", tickMinStep=1, **more)
