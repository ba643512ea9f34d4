"""The settings of a simulated town: every figure that shapes it, with unit and origin.

"docs/domain.md" marks a figure of that page, its assumptions included; "assumed" marks one of our own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

WEEKS_A_YEAR = 365.25 / 7

STREAMS = ("complaints", "normal_repairs", "urgent_repairs", "follow_ups", "concerns", "bad_condition")
"""The six streams of evidence, in the order of every array with a stream axis."""

CLASSES = (
    "ordinary",
    "loud_declining",
    "quiet_decline",
    "went_quiet",
    "afraid",
    "calm",
    "cannot_report",
    "not_looked_at",
    "recovering",
    "emptied",
)
"""What can be planted in a complex; a code in an array is the position in this tuple."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How often things happen in a complex like all others (r = d = 0).

    Attributes:
        complaints: Nuisance reports [per home and week].
        normal_repairs: Repair requests that can wait, inside homes [per home and week].
        urgent_repairs: Repair requests that cannot wait, inside homes [per home and week].
        incidents: Common-area incidents, reported or not [per home and week].
        incident_reports: Reports of a live incident at 60 homes and r = 0 [per day]; grows with the root of
            homes.
        routine_visits: Visits without an occasion, at 60 homes [per complex and week].
        visit_size_power: Routine visits grow with (homes / 60) to this power.
        concern_share: Share of routine visits that find a concern at d = 0 [0-1].
        loose_signals: Field signals outside any visit (police, intake, ...) [per home and week].
        turnover: Tenancies ended by leaving [per home and week].
        name_changes: Tenancies ended by a name change or a swap, which is no turnover [per home and week].
        bad_condition_share: Share of turnover inspections that score 4 or worse at d = 0 [0-1].
    """

    complaints: float
    normal_repairs: float
    urgent_repairs: float
    incidents: float
    incident_reports: float
    routine_visits: float
    visit_size_power: float
    concern_share: float
    loose_signals: float
    turnover: float
    name_changes: float
    bad_condition_share: float


DOMAIN_RATES = Rates(
    complaints=0.038 / WEEKS_A_YEAR,  # docs/domain.md: 0.02-0.06 a home and year
    normal_repairs=1.13 / WEEKS_A_YEAR,  # docs/domain.md: all repair requests together 1.3-1.8 a home and year
    urgent_repairs=0.34 / WEEKS_A_YEAR,  # assumed: a good fifth of the repair requests
    incidents=0.03 / WEEKS_A_YEAR,  # assumed: 2 % of the repair requests
    incident_reports=0.12,  # as in the richer figures: no source of its own at domain rates
    routine_visits=2.5 / WEEKS_A_YEAR,  # docs/domain.md: with the other signals 0.03-0.10 a home and year
    visit_size_power=0.5,  # assumed: a caretaker goes more often where more people live, not in proportion
    concern_share=0.10,  # assumed
    loose_signals=0.010 / WEEKS_A_YEAR,  # assumed: a sixth of all field signals
    turnover=0.057 / WEEKS_A_YEAR,  # docs/domain.md: 5.5-5.8 % a year
    name_changes=0.006 / WEEKS_A_YEAR,  # assumed: a tenth of the ended tenancies
    bad_condition_share=0.15,  # assumed
)
"""The figures of docs/domain.md: what a Dutch corporation has."""

RICH_RATES = Rates(
    complaints=0.004,
    normal_repairs=0.02,
    urgent_repairs=0.006,
    incidents=0.0015,
    incident_reports=0.12,
    routine_visits=0.4,
    visit_size_power=0.0,  # one figure for every complex
    concern_share=0.06,
    loose_signals=0.010 / WEEKS_A_YEAR,
    turnover=0.057 / WEEKS_A_YEAR,
    name_changes=0.006 / WEEKS_A_YEAR,
    bad_condition_share=0.15,
)
"""Richer figures, for asking what a model could do with more evidence; the rest is as in DOMAIN_RATES."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Which part of the complexes gets each planted class; the rest is ordinary [0-1].

    Together with those of `cannot_report` that decline too, 2-4 % are truly quiet and declining (docs/domain.md).
    How it is split is assumed. A share plants round(share × complexes), so small towns have few or none.
    """

    loud_declining: float = 0.04
    quiet_decline: float = 0.008
    went_quiet: float = 0.012
    afraid: float = 0.008
    calm: float = 0.05
    cannot_report: float = 0.025
    not_looked_at: float = 0.02
    recovering: float = 0.01
    emptied: float = 0.01


@dataclass(frozen=True, slots=True)
class Loadings:
    """How strongly each stream moves with reporting (a) and condition (b); by default docs/model.md's table.

    Attributes:
        reporting: a, in the order of STREAMS.
        condition: b, in the order of STREAMS.
    """

    reporting: tuple[float, ...] = (1.0, 0.7, 0.15, 1.0, 0.0, 0.0)
    condition: tuple[float, ...] = (0.8, 0.6, 0.7, 0.0, 1.0, 0.8)


@dataclass(frozen=True, slots=True)
class Town:
    """Everything that a simulated corporation depends on, apart from the seed.

    Attributes:
        n_complexes: Complexes [>= 1].
        n_area_teams: Area teams [>= 1].
        n_weeks: Weeks of events [>= 1].
        last_week: Monday of the last week; a setting, since nothing here knows the date.
        median_homes: Median of the lognormal size; docs/domain.md's 35 [homes].
        large_share: Share of complexes above 200 homes; docs/domain.md's 5 % [0-1].
        max_homes: Largest complex, assumed [homes].
        rates: How often things happen.
        shares: What is planted.
        loadings: Mean loadings of the streams.
        loading_sd: Sd of the town's own departure from `loadings`; zeros stay zero. Assumed.
        reporting_sd: Sd of the lasting reporting of ordinary complexes [log]. Assumed.
        condition_sd: Sd of the lasting condition of ordinary complexes [log]. Assumed.
        drift_sd: Sd of the slow waves in reporting and in condition [log]. Assumed.
        habit_sd: Sd of the lasting unit × stream noise; real towns have about .28 (docs/model.md) [log].
        habit_drift_sd: Sd of the slow waves in that noise [log]. Assumed.
        dispersion: Weekly negative-binomial dispersion; docs/model.md's base case.
        week_sd: Sd of a shared good or bad week, per stream and area team [log]. Assumed.
        shock_ratio: Complaints during a town-wide shock, as a ratio; docs/domain.md's lockdown: 1.2.
        shock_weeks: How long that lasts, at a week drawn by lot [weeks]. Assumed.
        visit_echo: Passing rise in reporting after a visit nobody expected [log per visit]. Assumed.
        intervention_echo: The same after an intervention [log]. Assumed.
        visit_unevenness: Shape of the gamma that spreads visits over complexes (lower is less even). Assumed.
        draws_per_team: Visits drawn by lot [per area team and week]; none before Luisterpost came.
        hunch_visits: Visits because somebody had a hunch, going where d is high [per complex and week].
            Assumed.
        complaint_visit_share: Share of complaints that lead to a visit [0-1]. Assumed.
        fear_incidents: Vandalism and fire on top, where residents are afraid [per home and week]. Assumed.
        fear_signals: Signals of threats on top, where residents are afraid [per complex and week]. Assumed.
        quiet_share: Share of other complexes whose reporting is lower by .8 [0-1]; a stress case of docs/model.md.
        quiet_team_share: Share of area teams in which it is, for every complex [0-1]; a stress case.
        team_outages: Area teams whose reports go missing for some weeks, unannounced.
        outage_share: Share of single complexes to which that happens [0-1]. Assumed.
        rule_changes: Area teams that stop registering most nuisance from some week on, announced.
        rule_kept_share: Share of complaints still registered then [0-1]. Assumed.
        late_share: Share of rows that arrive clearly late [0-1]. Assumed.
        late_days: Mean delay of those [days]. Assumed.
        duplicate_share: Share of rows that a raw delivery holds twice, if asked for [0-1]. Assumed.
    """

    n_complexes: int = 300
    n_area_teams: int = 12
    n_weeks: int = 156
    last_week: date = date(2026, 11, 9)
    median_homes: float = 35.0
    large_share: float = 0.05
    max_homes: int = 900
    rates: Rates = DOMAIN_RATES
    shares: Shares = field(default_factory=Shares)
    loadings: Loadings = field(default_factory=Loadings)
    loading_sd: float = 0.1
    reporting_sd: float = 0.25
    condition_sd: float = 0.20
    drift_sd: float = 0.08
    habit_sd: float = 0.25
    habit_drift_sd: float = 0.08
    dispersion: float = 0.3
    week_sd: float = 0.04
    shock_ratio: float = 1.2
    shock_weeks: int = 10
    visit_echo: float = 0.08
    intervention_echo: float = 0.25
    visit_unevenness: float = 1.5
    draws_per_team: float = 0.0
    hunch_visits: float = 0.004
    complaint_visit_share: float = 0.15
    fear_incidents: float = 0.002
    fear_signals: float = 0.06
    quiet_share: float = 0.0
    quiet_team_share: float = 0.0
    team_outages: int = 1
    outage_share: float = 0.005
    rule_changes: int = 1
    rule_kept_share: float = 0.45
    late_share: float = 0.08
    late_days: float = 12.0
    duplicate_share: float = 0.002

    def __post_init__(self) -> None:
        """Refuse settings that no town can have.

        Raises:
            ValueError: If a size is below 1, the last week is not a Monday, or the shares exceed 1.
        """
        if min(self.n_complexes, self.n_area_teams, self.n_weeks) < 1:
            raise ValueError("A town needs at least one complex, one area team and one week.")
        if self.last_week.weekday() != 0:
            raise ValueError(f"last_week must be a Monday; {self.last_week} is not.")
        if self.max_homes > 1023:
            raise ValueError("max_homes may be 1023 at most: reporter keys reserve ten bits for the home.")
        if sum(getattr(self.shares, name) for name in CLASSES[1:]) > 1 + 1e-9:
            raise ValueError("The shares of the planted classes add up to more than 1.")
