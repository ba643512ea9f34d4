"""Why a complex is asked about now: one sentence with one figure, read off the counts that may be told.

The figure is normally a report that comes in less than expected. Where reports look normal but there is more trouble
than expected, that is the figure: with so much trouble one expects to hear more.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from flows.language import Language
from models.quarters import ROUNDED_TO, SMALL, Quarter
from models.streams import STREAMS

TELLS_OF = {stream.name: stream.tells_of for stream in STREAMS}
# What people would call less, or more, than what is expected.
CLEARLY_LESS = 0.8
CLEARLY_MORE = 1.25
# What convinces most comes first: outside the band of what is ordinary before inside it, and what is heard before what
# is seen.
_WORTH_TELLING = (("report", "less"), ("condition", "more"), ("report", "bit_less"), ("condition", "bit_more"))
_WEIGHTS = ("heavy", "light", "none", "against")


@dataclass(frozen=True)
class Count:
    """What may be told of one stream in one quarter.

    Attributes:
        stream: Name of the stream.
        quarter: Which quarter.
        seen: Rounded to fives; None for fewer than five [counts].
        expected: What is expected; None for fewer than five, where no finer figure may be told [counts].
        low: Where the ordinary begins [counts].
        high: Where the ordinary ends [counts].
    """

    stream: str
    quarter: Quarter
    seen: int | None
    expected: int | None
    low: int
    high: int

    @classmethod
    def of(cls, row: dict[str, Any]) -> Count:
        """From a row of `models.quarters.TOLD`."""
        quarter = Quarter.of(row["quarter_starts_on"])
        return cls(row["stream"], quarter, row["seen"], row["expected"], row["low"], row["high"])

    @property
    def least(self) -> int:
        """The smallest count that it may stand for."""
        return 0 if self.seen is None else max(SMALL, self.seen - ROUNDED_TO // 2)

    @property
    def most(self) -> int:
        """The largest count that it may stand for."""
        return SMALL - 1 if self.seen is None else self.seen + ROUNDED_TO // 2

    @property
    def due(self) -> int:
        """What is expected, at most."""
        return SMALL - 1 if self.expected is None else self.expected

    @property
    def compared(self) -> str:
        """`less`, `bit_less`, `more`, `bit_more` or `alike`.

        Decided on what is told, so that a word tells nothing that the figure does not. Inside the band of what is
        ordinary it is "a bit": a chart that shows a bar in the band must not be called remarkable.
        """
        if self.seen is None:
            # Beside "fewer than 5", an expected 5 would convince nobody.
            if self.due <= SMALL:
                return "alike"
            return "less" if self.low >= SMALL else "bit_less"
        if self.most < self.due and self.seen <= CLEARLY_LESS * self.due:
            return "less" if self.seen < self.low else "bit_less"
        if self.least > self.due and self.seen > CLEARLY_MORE * self.due:
            return "more" if self.seen > self.high else "bit_more"
        return "alike"

    @property
    def distance(self) -> float:
        """How far seen lies from expected, in steps that chance would take."""
        middle = (self.least + self.most) / 2
        return abs(middle - self.due) / sqrt(max(self.due, 1))


@dataclass(frozen=True)
class WhyNow:
    """The sentence, and the stream that its chart shows; None where nothing was told."""

    sentence: str
    stream: str | None


def why_now(counts: list[Count], reasons: dict[str, dict[str, str]], last: Quarter, language: Language) -> WhyNow:
    """Why this complex, in one sentence.

    Args:
        counts: What may be told of the complex.
        reasons: Per stream `weight` and `compared` (`models.disclosure.shared_reasons`).
        last: The last settled quarter.
        language: Of the sentence.
    """
    now = [each for each in counts if each.quarter == last]
    for tells_of, compared in _WORTH_TELLING:
        fitting = [each for each in now if TELLS_OF[each.stream] == tells_of and each.compared == compared]
        if fitting:
            found = max(fitting, key=lambda each: (each.distance, each.stream))
            return WhyNow(_sentence(_message(found, now), found, language), found.stream)
    told = {each.stream for each in counts}
    year = {reason["compared"] for stream, reason in reasons.items() if TELLS_OF[stream] == "report"}
    is_less = "less" in year and "more" not in year
    sentence = language.say("team.less_in_year") if is_less else language.say("team.less_than_fits")
    return WhyNow(sentence, _heaviest(reasons, told))


def _message(found: Count, now: list[Count]) -> str:
    """The sentence that is true of a count, given the others of its quarter."""
    if TELLS_OF[found.stream] == "report":
        return f"team.heard.{found.stream}"
    reports = [each for each in now if TELLS_OF[each.stream] == "report"]
    is_not_more = bool(reports) and all(each.least <= each.due for each in reports)
    return f"team.not_more.{found.stream}" if is_not_more else f"team.fits.{found.stream}"


def _sentence(message: str, count: Count, language: Language) -> str:
    return language.say(
        message,
        period=language.say(f"quarter.{count.quarter.number}", year=str(count.quarter.year)),
        seen=seen_in_words(count, language),
        expected=expected_in_words(count.expected, language),
    )


def seen_in_words(count: Count, language: Language) -> str:
    """Such as "ongeveer 25" or "minder dan 5"."""
    if count.seen is None:
        return language.say("team.fewer_than", number=SMALL)
    return language.say("team.about", number=count.seen)


def expected_in_words(expected: int | None, language: Language) -> str:
    """Such as "ongeveer 9"; less than a half is told as fewer than one, and None as fewer than five."""
    if expected is None:
        return language.say("team.fewer_than", number=SMALL)
    if expected == 0:
        return language.say("team.fewer_than", number=1)
    return language.say("team.about", number=expected)


def _heaviest(reasons: dict[str, dict[str, str]], told: set[str]) -> str | None:
    """The report that weighs most in the judgement, of those that were told."""
    reports = [each.name for each in STREAMS if each.tells_of == "report" and each.name in told]
    if not reports:
        return None
    weight = {stream: reasons.get(stream, {}).get("weight", "none") for stream in reports}
    return min(reports, key=lambda stream: _WEIGHTS.index(weight[stream]))
