"""What the draws say, in sentences: how many there are, whether the list is right, whether its chances are.

Below the least number of answered draws no percentage is said at all, only counts.
"""

from __future__ import annotations

import numpy as np

from flows.exploring.are_we_right.verdict_counts import verdict_counts
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.exploring.markdown_table import markdown_table
from flows.language import Language
from models.answers import Estimates, NotYet, Recalibration, Share
from models.calibration import Calibration
from models.policy import Policy
from models.response import Pace
from models.weeks import week_name

# Chances of which it is told what they became: low, middle and high.
TOLD_CHANCES = (0.05, 0.2, 0.5, 0.8)


def weeks_in_words(history: VerdictHistory, language: Language) -> str:
    """Which weeks were read, and what could not be."""
    say, (first, last) = language.say, history.mondays
    said = [say("right.weeks", count=len(history.weeks), first=week_name(first), last=week_name(last))]
    if history.unreadable:
        said.append(say("right.unreadable", count=len(history.unreadable), weeks=list(history.unreadable)))
    if history.missing_draws:
        said.append(say("right.missing_draws", count=history.missing_draws))
    return "\n\n".join([say("right.intro"), " ".join(said)])


def draws_in_words(found: Estimates | NotYet, pace: Pace, policy: Policy, language: Language) -> str:
    """How many draws there are, how many were answered, and how long until there are enough."""
    say = language.say
    if not found.n_drawn:
        return say("right.nothing_drawn")
    said = say("right.counted", count=found.n_drawn, answered=found.n_answered)
    if isinstance(found, Estimates):
        if found.n_undecided:
            said += " " + say("right.undecided", count=found.n_undecided)
        return said + " " + say("right.enough", needed=policy.least_answered_draws)
    said += "\n\n" + say("right.too_few", needed=found.n_needed, missing=pace.n_missing)
    if pace.weeks is None:
        return said + " " + say("right.no_pace", count=pace.weeks_if_all or 0)
    return said + " " + say("right.pace", count=pace.weeks, if_all=pace.weeks_if_all)


def verdicts_in_words(history: VerdictHistory, language: Language) -> str:
    """The table of what was found, and how to read it."""
    say = language.say
    headings = [say("right.column.finding"), say("right.column.drawn"), say("right.column.chosen")]
    rows = [(say(f"right.finding.{name}"), drawn, chosen) for name, drawn, chosen in verdict_counts(history).rows()]
    return markdown_table(headings, rows, language) + "\n\n" + say("right.chosen_is_no_sample")


def estimates_in_words(found: Estimates | NotYet, policy: Policy, language: Language) -> str:
    """Prevalence, precision and recall with their intervals; with too few answers only that it cannot be said."""
    say = language.say
    if isinstance(found, NotYet):
        return say("right.list_not_yet")
    said = [say("right.prevalence", **_figures(found.prevalence, language))]
    if found.precision:
        said.append(say("right.precision", count=found.precision.n, **_figures(found.precision, language)))
        said.append(_against_aim(found.precision, 1 - policy.false_discovery_rate, language))
    else:
        said.append(say("right.no_precision"))
    if found.recall:
        said.append(say("right.recall", count=found.recall.n, **_figures(found.recall, language)))
    else:
        said.append(say("right.no_recall"))
    return "\n\n".join([" ".join(said), say("right.intervals")])


def recalibration_in_words(used: Recalibration | None, policy: Policy, language: Language) -> str:
    """What a few of the model's chances became on the list of the week; `used` is what the run wrote down."""
    say = language.say
    if used is None:
        return say("right.recalibration.unknown")
    if not used.is_used:
        return say("right.recalibration.off", needed=policy.least_answered_draws)
    now = used.probability(np.array(TOLD_CHANCES))
    pairs = [
        say("right.recalibration.pair", before=language.share(before), now=language.share(float(after)))
        for before, after in zip(TOLD_CHANCES, now, strict=True)
    ]
    return say("right.recalibration.on", pairs=pairs, answered=used.n_answered)


def calibration_in_words(found: Calibration | NotYet, language: Language) -> str:
    """How to read the chart, and what it shows."""
    say = language.say
    if isinstance(found, NotYet):
        return say("right.calibration.raw") if found.n_answered else say("right.calibration.nothing")
    off = sum(group.is_off for group in found.groups)
    said = [
        say("right.calibration.read"),
        say("right.calibration.mean", said=language.chance(found.probability), **_figures(found.prevalence, language)),
        say("right.calibration.off", count=off, all=len(found.groups)) if off else say("right.calibration.fits"),
    ]
    return " ".join(said)


def _against_aim(precision: Share, aim: float, language: Language) -> str:
    told = {"aim": language.share(aim)}
    if precision.high < aim:
        return language.say("right.aim.not_reached", **told)
    if precision.low > aim:
        return language.say("right.aim.passed", **told)
    return language.say("right.aim.possible", **told)


def _figures(share: Share, language: Language) -> dict[str, str]:
    return {
        name: language.chance(getattr(share, of)) for name, of in (("share", "value"), ("low", "low"), ("high", "high"))
    }
