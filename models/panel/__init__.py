"""The panel: how often what happened, per complex and week. Counting is SQL, one SELECT per file.

Where do I go to see …

- how many homes were in use: `homes.sql`
- what counts as one incident, and what as a report after the first: `common_reports.sql`,
  `next_openings.sql`, `incidents.sql`, `follow_ups.sql`
- complaints and repairs: `reports.sql`, `repairs.sql`
- tenancies ended and the condition found: `tenancies.sql`
- visits and what was seen, and which sources say it when nothing is wrong: `visits.sql`, `honest_weeks.sql`;
  on which days: `visit_days.sql`
- how many rows each source delivered, and which weeks a stream could be observed at all: `feed_rows.sql`,
  `observed.sql`
- what is a matter of safety: `safety.sql`
- all of it side by side, one row per complex and week: `weekly.sql`

The SELECTs read the tables of `raw` and the earlier steps in `panel`, and the session variables of
`panel_variables`. They never look at the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from models.policy import Policy

HERE = Path(__file__).parent


@dataclass(frozen=True)
class PanelStep:
    """One table of the panel and the file that counts it."""

    name: str

    @property
    def select(self) -> str:
        """The SELECT of this step."""
        return _read(self.name)


# In this order: each may use the ones before it.
STEPS = tuple(
    PanelStep(name)
    for name in (
        "homes",
        "common_reports",
        "next_openings",
        "incidents",
        "follow_ups",
        "reports",
        "repairs",
        "tenancies",
        "honest_weeks",
        "visits",
        "visit_days",
        "feed_rows",
        "observed",
        "weekly",
        "safety",
    )
)

KEPT_STEPS = ("follow_ups", "reports", "repairs", "tenancies", "honest_weeks", "visits", "visit_days", "feed_rows")
"""Steps by `week` that read what is somebody's: their counts stay when the rows behind them go, and hold no person."""


def panel_variables(policy: Policy, last_week: date) -> dict[str, object]:
    """The session variables that the SELECTs read.

    Args:
        policy: The values in force.
        last_week: Monday of the last week to count.

    Returns:
        `first_week`, `last_week` and the day after it, and the policy values that counting depends on.
    """
    return {
        "first_week": last_week - timedelta(weeks=policy.history_weeks - 1),
        "last_week": last_week,
        "after_last_week": last_week + timedelta(weeks=1),
        "incident_days": policy.incident_days,
        "bad_condition_from": policy.bad_condition_from,
        "honest_source_weeks": policy.honest_source_weeks,
        "chance_gap_rows": policy.chance_gap_rows,
        "safety_weeks": policy.safety_weeks,
        "arson_codes": list(policy.arson_codes),
        "professional_sources": list(policy.professional_sources),
    }


@cache
def _read(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
