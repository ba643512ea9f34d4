"""A change of our own intake rules, told and drawn: what was seen and expected around it, and who became quiet then."""

from __future__ import annotations

from typing import Any

import altair as alt

from flows.exploring.are_we_right.intake_silence import IntakeChange, StreamAround
from flows.exploring.markdown_table import markdown_table
from flows.exploring.plain_text import capital, plain
from flows.exploring.time_axis import BAND, BLACK, INK, WHITE, dressed, heading, layer
from flows.language import Language
from models.weeks import week_name

NOTICEABLE = 0.05
"""A factor this near to 1 is no change that the model expects."""
WIDTH, _ROW = 420, 30


def change_name(change: IntakeChange, language: Language) -> str:
    """What changed, where and when, in one line."""
    say = language.say
    where = plain(change.area_team) if change.area_team else say("right.intake.everywhere")
    effect = say(f"right.intake.effect.{change.effect}")
    source = capital(say(f"source.{change.contract}"))
    return say("right.intake.name", source=source, where=where, day=language.day(change.starts_on), effect=effect)


def change_in_words(change: IntakeChange, n_weeks: int, language: Language) -> str:
    """What happened around one change.

    Args:
        change: The change.
        n_weeks: Weeks on either side that were asked for.
        language: Of the words.
    """
    say = language.say
    said = [_model_in_words(change, language)]
    if 0 < change.weeks_each_side < n_weeks:
        said.append(say("right.intake.shorter", count=change.weeks_each_side))
    if change.has_blocks:
        said.append(say("right.intake.blocks"))
    quiet = {"there": change.n_complexes, "weeks": n_weeks}
    if change.n_fell_quiet:
        said.append(say("right.intake.quiet", count=change.n_fell_quiet, **quiet))
    else:
        said.append(say("right.intake.no_quiet", **quiet))
    if change.n_elsewhere:
        said.append(say("right.intake.elsewhere", count=change.n_fell_quiet_elsewhere, elsewhere=change.n_elsewhere))
    if change.flags.height:
        said.append(say("right.intake.flags", count=change.flags.height, weeks=n_weeks))
    else:
        said.append(say("right.intake.no_flags", weeks=n_weeks))
    return " ".join(said)


def around_in_words(change: IntakeChange, language: Language) -> str:
    """The figures before and after as a table; empty where nothing can be compared."""
    say = language.say
    if not change.streams:
        return ""
    headings = [say("right.column.stream"), say("right.column.seen_before"), say("right.column.due_before")]
    headings += [say("right.column.seen_after"), say("right.column.due_after"), say("right.column.due_without")]
    rows = [
        (
            capital(say(f"stream.{each.stream}")),
            each.seen_before,
            round(each.expected_before, 1),
            each.seen_after,
            round(each.expected_after, 1),
            None if each.expected_without_rule is None else round(each.expected_without_rule, 1),
        )
        for each in change.streams
    ]
    return markdown_table(headings, rows, language)


def flags_after_in_words(change: IntakeChange, language: Language) -> str:
    """The flags that began there soon after; empty where there are none."""
    say = language.say
    if change.flags.is_empty():
        return ""
    headings = [say("right.column.complex"), say("right.column.team"), say("right.column.first_week")]
    headings += [say("right.column.weeks_after"), say("right.column.kind")]
    rows = [
        (
            f"{row['name']} ({row['complex_id']})",
            row["area_team"],
            week_name(row["first_week"]),
            row["weeks_after"],
            say(f"kind.{row['silence_kind']}"),
        )
        for row in change.flags.to_dicts()
    ]
    return "\n\n".join([say("right.intake.own"), markdown_table(headings, rows, language)])


def change_chart(change: IntakeChange, language: Language) -> Any:
    """Seen as bars, expected as marks on them, before and after the change, per stream.

    Args:
        change: A change with streams.
        language: Of the words.
    """
    panels = [_panel(each, language) for each in change.streams]
    title = heading(
        language.say("right.chart.intake", count=change.weeks_each_side), language.say("right.chart.intake_under")
    )
    told = around_in_words(change, language)
    return dressed(alt.vconcat(*panels, spacing=14).properties(title=title), told)


def _panel(each: StreamAround, language: Language) -> Any:
    say = language.say
    before, after = say("right.chart.before"), say("right.chart.after")
    bars = [
        {"side": before, "seen": each.seen_before, "told": language.write(each.seen_before)},
        {"side": after, "seen": each.seen_after, "told": language.write(each.seen_after)},
    ]
    due = [{"side": before, "due": each.expected_before}, {"side": after, "due": each.expected_after}]
    without = each.expected_without_rule
    is_moved = each.factor is not None and abs(each.factor - 1) >= NOTICEABLE
    most = max(each.seen_before, each.seen_after, each.expected_before, each.expected_after, without or 0.0, 1.0)
    x = alt.Scale(domain=[0, most * 1.15], nice=False)
    axis = alt.Axis(title=None, labels=False, ticks=False, domain=False, grid=False)
    y = alt.Y(
        "side:N",
        sort=[before, after],
        axis=alt.Axis(title=None, ticks=False, domain=False, labelFontSize=12, labelPadding=6),
    )
    layers = [
        layer(bars).mark_bar(color=BAND, size=18).encode(y=y, x=alt.X("seen:Q", scale=x, axis=axis)),
        layer(bars).mark_text(align="left", dx=4, fontSize=12, color=BLACK).encode(y=y, x=alt.value(0), text="told:N"),
        layer(due).mark_tick(color=BLACK, thickness=3, size=24).encode(y=y, x=alt.X("due:Q", scale=x, axis=axis)),
    ]
    if is_moved and without is not None:
        moved = [{"side": after, "due": without}]
        layers.append(
            layer(moved)
            .mark_point(shape="diamond", size=80, filled=True, fill=WHITE, stroke=BLACK, opacity=1)
            .encode(y=y, x=alt.X("due:Q", scale=x, axis=axis))
        )
    name = alt.TitleParams(capital(say(f"stream.{each.stream}")), fontSize=12, fontWeight="normal", color=INK, offset=2)
    return alt.layer(*layers).properties(width=WIDTH, height=2 * _ROW, title=name)


def _model_in_words(change: IntakeChange, language: Language) -> str:
    say = language.say
    if not change.weeks_each_side:
        return say("right.intake.too_far")
    known = [each.factor for each in change.streams if each.factor is not None]
    if not known:
        return say("right.intake.unknown")
    moved = [factor for factor in known if abs(factor - 1) >= NOTICEABLE]
    if not moved:
        return say("right.intake.not_expected")
    # Of several streams the one that moved most says what the rule did.
    most = max(moved, key=lambda factor: abs(factor - 1))
    if most > 1:
        return say("right.intake.expects_more", factor=language.fixed(most, 1))
    return say("right.intake.expects_less", factor=language.fixed(most, 2))
