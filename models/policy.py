"""Everything that a person may want to argue about: thresholds, windows and capacities, each with unit and reason.

`HOME/luisterpost.toml` overrides any of them in its `[policy]` part. Nothing else in the models is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _value(default: Any, unit: str, reason: str, least: float, most: float) -> Any:
    return field(default=default, metadata={"unit": unit, "reason": reason, "least": least, "most": most})


def _words(default: tuple[str, ...], unit: str, reason: str, allowed: tuple[str, ...] | None = None) -> Any:
    known = {"unit": unit, "reason": reason, "least": None, "most": None, "allowed": allowed}
    return field(default=default, metadata=known)


# Without complaints there is no silence to ask about.
MAY_BE_LEFT_OUT = ("repairs", "tenancies", "field_signals")


@dataclass(frozen=True)
class Policy:
    """The values in force for one run."""

    # What is looked at
    history_weeks: int = _value(
        208, "weeks", "four years: season and building age show, old habits no longer count", 26, 520
    )
    short_window_weeks: int = _value(
        26, "weeks", "half a year: the shortest in which an ordinary complex says enough to be heard", 4, 104
    )
    long_window_weeks: int = _value(52, "weeks", "a whole year: every season counts once", 8, 208)
    backfill_weeks: int = _value(52, "weeks", "a first run shows a year of scores at once", 0, 208)
    relearn_weeks: int = _value(
        4, "weeks", "like complexes change slowly; learned every week, all earlier scores would move every week", 1, 26
    )
    sources_left_out: tuple[str, ...] = _words(
        (),
        "sources",
        "a source that is not trusted for now is taken in and kept, but nothing is believed of it; safety still is",
        MAY_BE_LEFT_OUT,
    )

    # What counts as quiet and as worrying
    quiet_below: float = _value(
        0.6, "ratio to peers", "four in ten fewer reports than like complexes; smaller gaps are common habit", 0.1, 1
    )
    decline_above: float = _value(1.4, "ratio to peers", "four in ten more trouble than like complexes", 1, 5)
    clear_from: float = _value(0.5, "probability", "a state is named once it is more likely than not", 0, 1)

    calm_below: float = _value(
        0.1, "probability", "calm is said only where fewer than one in ten such places would be getting worse", 0, 0.5
    )
    memory_weeks: int = _value(
        104, "weeks", "quiet for two years is how it always was for most who live and work there", 26, 520
    )

    # When a complex says too little
    smallest_shown_homes: int = _value(
        10, "homes", "below this a count can point at one household; safety matters only", 1, 100
    )
    silence_by_chance: float = _value(
        0.05, "probability", "if one ordinary complex in twenty is as silent, silence proves nothing here", 0.001, 0.5
    )
    enough_information: float = _value(
        0.15,
        "share of the prior variance",
        "less than this learned from the reports and we do not know, whatever the estimate says",
        0,
        1,
    )
    habit_dispersion: float = _value(
        0.1,
        "variance of the log ratio",
        "real complexes have lasting habits per stream: 0.08 in Chicago's 26-week sums; never taken as news",
        0.01,
        2,
    )
    silent_feed_expected: float = _value(
        7.0,
        "expected reports",
        "a run of zeros over all report streams with more due than this at its own pace is a broken feed, not silence",
        1,
        100,
    )
    feed_false_alarm_years: float = _value(
        10.0,
        "years",
        "one false alarm in ten years, over all feeds together: an alarm takes a team's flags away and asks people to"
        " call somebody",
        0.1,
        1000,
    )
    least_lost_share: float = _value(
        0.15,
        "share of a stream",
        "a channel of which less is lost makes nobody look quiet: complexes differ more than that by habit",
        0,
        1,
    )
    trusted_feeds: tuple[str, ...] = _words(
        (),
        "SOURCE/TEAM",
        "after asking: this feed works, so what changed is people; `complaints/Noord`, or `complaints/all` everywhere",
    )
    least_evening_share: float = _value(
        0.1,
        "share of reports",
        "where people can report at any hour, four in ten do so in the evening or at night; under one in ten is office"
        " hours",
        0.01,
        0.5,
    )
    emptied_share: float = _value(
        0.5, "share of homes", "with more than half the homes out of use the complex is being emptied", 0, 1
    )

    # What a delivery may do
    source_patience_minutes: float = _value(
        30.0,
        "minutes",
        "the largest source is read in a few; one that takes longer hangs, and the others must go on",
        0.01,
        600,
    )
    most_withdrawn_share: float = _value(
        0.2,
        "share of rows",
        "a full delivery that lacks more than one in five was cut off rather than cleaned up",
        0,
        1,
    )

    keep_rows_weeks: int = _value(
        208,
        "weeks",
        "as long as the history; rows of before it are counted by nothing any more, and what serves nothing must go",
        26,
        1040,
    )

    # What the streams mean
    bad_condition_from: int = _value(
        4, "condition score", "NEN 2767: 4 is moderate, 5 poor, 6 very poor; 1 to 3 need no action", 2, 6
    )
    incident_days: int = _value(
        28, "days", "the same defect later than this is a new incident, repaired or not", 1, 365
    )
    honest_source_weeks: int = _value(
        13,
        "weeks",
        "a source that never says 'nothing special' in a quarter tells of worries only: its visits are no exposure",
        4,
        104,
    )
    chance_gap_rows: float = _value(
        5.0,
        "rows",
        "a team without rows where fewer than this were due is silent by chance (1 in 150), not unobserved",
        0,
        50,
    )

    # Who gets a flag
    false_discovery_rate: float = _value(
        0.2, "share of the list", "four in five of those on the list should truly be quiet and declining", 0.01, 0.9
    )
    enter_weeks: int = _value(3, "weeks", "one week on top may be chance; three of four are not", 1, 12)
    of_weeks: int = _value(4, "weeks", "about a month is as long as one would wait before asking", 1, 12)
    leave_below: float = _value(
        0.3, "probability", "less than one in three: nobody is asked for this, and after a month a flag ends", 0, 1
    )
    leave_weeks: int = _value(4, "weeks", "a month below: a flag that goes and comes back is trusted by nobody", 1, 26)
    flags_per_team: int = _value(
        2, "new flags a week", "two new complexes is what a team can visit with attention beside its other work", 0, 20
    )
    in_hand_per_team: int = _value(
        5, "flags", "new, open and drawn together; with more in hand none of them is looked at well", 1, 100
    )
    drawn_per_team: int = _value(
        1, "complexes a week", "one complex by lot honours walks without cause and tells whether we are right", 0, 5
    )
    attention_share: float = _value(
        0.10,
        "share of complexes",
        "more than one in ten is no choice any more; the teams' lots are taken off first",
        0.01,
        1,
    )
    safety_weeks: int = _value(4, "weeks", "a threat of a month ago still decides whether one goes there alone", 1, 26)
    arson_codes: tuple[str, ...] = _words(("AGR.BRA",), "VERA codes", "one sign of arson is enough: it can cost lives")
    professional_sources: tuple[str, ...] = _words(
        ("police", "municipality"), "sources", "they know a threat from a quarrel, so one of them is enough"
    )
    seed: int = _value(2017, "number", "the lot is drawn again alike when a week is run twice", 0, 2**31 - 1)

    # What leaves the analysts' hands
    shown_quarters: int = _value(
        8, "quarters", "two years: beside each season stands the same season of the year before", 1, 40
    )
    quarter_settles_weeks: int = _value(
        2, "weeks", "what comes in late is in by then; once told, a quarter's figure never changes", 0, 13
    )
    told_anew_weeks: int = _value(
        4, "weeks", "what is told of a chance each week would tell in which week somebody reported; once a month", 1, 13
    )
    smallest_peer_group: int = _value(
        10, "complexes", "with fewer, what is expected of a complex is mostly its own past, and would tell it", 1, 1000
    )
    worth_saying: float = _value(
        0.3, "log-odds", "a third more likely by this stream alone: less would not change anybody's mind", 0, 10
    )
    weighs_heavily: float = _value(1.0, "log-odds", "nearly three times as likely by this stream alone", 0, 10)
    nearly_sure_from: float = _value(
        0.8, "probability", "four in five: as sure as the list as a whole means to be", 0.5, 1
    )

    # What the answers teach
    known_rest_weeks: int = _value(13, "weeks", "who knew already is not asked again for a quarter of a year", 0, 104)
    least_answered_draws: int = _value(
        100, "answered draws", "with fewer, two or three positives decide, and any figure would be chance", 30, 10_000
    )
    least_answered_in_group: int = _value(
        30, "answered draws", "of a group with fewer, nothing found would still leave one in nine open", 10, 10_000
    )
    least_cases_in_group: int = _value(
        10, "answered draws", "with fewer, one answer more would move a group's precision by ten points", 5, 10_000
    )
    smallest_audited_group: int = _value(
        20, "complexes", "with fewer, a single flag is five in a hundred; such groups are taken together", 2, 10_000
    )

    # The life of a flag
    impasse_weeks: int = _value(
        8, "weeks", "two months without a new step after one was agreed on: then it is stuck, whoever leads", 2, 52
    )
    closed_told_weeks: int = _value(
        8, "weeks", "what was closed is told of for two months, so that a team sees what its answers did", 1, 52
    )
    voice_least_weeks: int = _value(
        4, "weeks", "a month after contact is the first in which people may have tried whether calling helps", 1, 26
    )
    voice_most_weeks: int = _value(
        13, "weeks", "a quarter on either side of the contact: longer, and other things have changed too", 4, 52
    )
    voice_by_chance: float = _value(
        0.05, "probability", "good news is told when a rise as large would come by chance once in twenty", 0.001, 0.5
    )
