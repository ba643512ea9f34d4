"""A town that was scored, for trying other values on what would be published of it."""

from __future__ import annotations

from counted_town import ONE, POLICY, QUIET, WORSE, changed, panel, since, town

from models.lesson import Lesson
from models.policy import Policy
from models.rests import NO_ANSWERS
from models.scores import Scored, score_weeks
from models.what_if.past import Past
from models.what_if.rejudging import Grounds

# Told as many weeks as by default; judged again, fewer: the first of these rest on weeks that must be told one by one.
TOLD_WEEKS, N_WEEKS = 53, 37
REGISTER = town(16, homes=80)
# One goes quiet and worse within the told weeks, so that thresholds have something to part.
PANEL = changed(panel(REGISTER, 150), ONE & since(118), **QUIET, **WORSE)


def scored(policy: Policy = POLICY, lesson: Lesson | None = None) -> Scored:
    """The town's last weeks."""
    return score_weeks(PANEL, REGISTER, policy, TOLD_WEEKS, lesson=lesson)


def grounds(of: Scored) -> Grounds:
    """What is published of it, to judge by."""
    return Grounds.of(of.streams, of.history, of.lesson.learned, POLICY)


def past(of: Scored) -> Past:
    """What is published of it, to choose by."""
    return Past.of(of.scores, of.streams, NO_ANSWERS, POLICY)
