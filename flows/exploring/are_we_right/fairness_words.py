"""Who comes on the list, in a table and in sentences: what is counted, what is estimated, and what cannot be told yet.

Groups stand in a fixed order and in one colour: they are held against what was found, not against each other.
"""

from __future__ import annotations

from flows.exploring.are_we_right.fairness_groups import By
from flows.exploring.markdown_table import markdown_table
from flows.language import Language
from models.answers import Share
from models.fairness import OTHER, UNKNOWN, Audit, Gap, Group
from models.policy import Policy


def group_name(by: By, name: str, language: Language) -> str:
    """What a group is called: words for an audience, the code of a district."""
    if name in (OTHER, UNKNOWN):
        return language.say(f"right.fair.{by}.{name}")
    return language.say(f"right.fair.audience.{name}") if by == "audience" else name


def counted_table(by: By, found: Audit, language: Language) -> str:
    """Per group what is counted, and what the lot found there as far as it can be told."""
    say, share = language.say, language.share
    headings = [say(f"right.fair.by.{by}"), say("right.fair.column.complexes"), say("right.fair.column.homes")]
    headings += [say("right.fair.column.in_year"), say("right.fair.column.now"), say("right.fair.column.answered")]
    rows = [
        (
            group_name(by, each.name, language),
            each.n_complexes,
            each.n_homes,
            share(each.flagged_in_year),
            share(each.listed),
            each.n_answered,
        )
        for each in found.groups
    ]
    return markdown_table(headings, rows, language)


def found_table(by: By, found: Audit, language: Language) -> str:
    """Per group the estimates with their intervals; empty while nothing can be estimated."""
    say = language.say
    told = [each for each in found.groups if each.prevalence]
    if not told:
        return ""
    headings = [say(f"right.fair.by.{by}"), say("right.fair.column.on_list"), say("right.fair.column.found")]
    headings += [say("right.fair.column.gap"), say("right.fair.column.precision"), say("right.fair.column.recall")]
    rows = [
        (
            group_name(by, each.name, language),
            None if each.on_list is None else language.chance(each.on_list),
            share_in_words(each.prevalence, language),
            points_in_words(each.gap, language),
            share_in_words(each.precision, language),
            share_in_words(each.recall, language),
        )
        for each in told
    ]
    return markdown_table(headings, rows, language)


def fairness_in_words(by: By, found: Audit, policy: Policy, language: Language) -> str:
    """Whether the list falls short of one group by more than of the others, or why that cannot be told yet."""
    say = language.say
    said = []
    if found.not_yet:
        said.append(say("right.fair.not_yet", answered=found.not_yet.n_answered, needed=found.not_yet.n_needed))
    else:
        few = [group_name(by, each.name, language) for each in found.groups if not each.prevalence]
        if few:
            said.append(say("right.fair.few", count=len(few), groups=few, needed=policy.least_answered_in_group))
        if found.n_compared:
            said.append(_compared(by, found, language))
        else:
            said.append(say("right.fair.nothing_to_compare"))
        if any(each.prevalence and not (each.precision and each.recall) for each in found.groups):
            said.append(say("right.fair.few_cases", needed=policy.least_cases_in_group))
    if found.n_left_out:
        said.append(say("right.fair.left_out", count=found.n_left_out))
    if any(each.name == OTHER for each in found.groups):
        said.append(say(f"right.fair.together.{by}", least=policy.smallest_audited_group))
    return " ".join(said)


def _compared(by: By, found: Audit, language: Language) -> str:
    say = language.say
    clear = [each for each in found.groups if each.apart and each.apart.is_clear]
    said = [say(_direction(each), group=group_name(by, each.name, language)) for each in clear]
    many = say("right.fair.many", groups=found.n_compared) if found.n_compared > 2 else ""
    return " ".join([*(said or [say("right.fair.even")]), *([many] if many else [])])


def _direction(group: Group) -> str:
    assert group.apart is not None, "only groups that were compared"
    return "right.fair.less" if group.apart.value < 0 else "right.fair.more"


def share_in_words(found: Share | None, language: Language) -> str | None:
    """Such as "4,0 % (2,1 % tot 7,4 %)"; nothing where it cannot be told."""
    if found is None:
        return None
    chance = language.chance
    return language.say(
        "right.chart.interval", share=chance(found.value), low=chance(found.low), high=chance(found.high)
    )


def points_in_words(found: Gap | None, language: Language) -> str | None:
    """A difference in points of a per cent, such as "-1,2 (-4,6 tot 0,7)"; nothing where it cannot be told."""
    if found is None:
        return None
    value, low, high = (language.fixed(100 * each, 1) for each in (found.value, found.low, found.high))
    return language.say("right.chart.interval", share=value, low=low, high=high)
