"""The panel counted a second time, in plain Python: row after row, slowly, from the texts and not from the SQL.

The texts are docs/model.md, the contracts' descriptions and the reasons in `models/policy.py`. Where they leave a
choice open, the docstring says which one is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from models.policy import Policy
from models.weeks import week_of

Row = dict[str, Any]
Place = tuple[str, date]
"""A complex and a Monday."""

WEEK = timedelta(weeks=1)
REPORTING_SOURCES = ("complaints", "repairs", "tenancies", "field_signals")


@dataclass
class World:
    """What the oracle counts from.

    Attributes:
        rows: Rows per table, as they stand in `raw`.
        gaps: Source, first and last day that were not observed.
        policy: The values in force.
        last_week: Monday of the last week to count.
    """

    rows: dict[str, list[Row]]
    gaps: list[tuple[str, date, date]]
    policy: Policy
    last_week: date

    @property
    def weeks(self) -> list[date]:
        """Every Monday that is counted."""
        return [self.last_week - n * WEEK for n in reversed(range(self.policy.history_weeks))]

    @property
    def end(self) -> datetime:
        """Midnight after the last week."""
        return datetime.combine(self.last_week + WEEK, time())

    def events(self, name: str) -> Iterator[Row]:
        """Rows that stand today and fall in a counted week."""
        for row in self.rows[name]:
            stands = row["_withdrawn_at"] is None and row["_valid_until"] is None
            if stands and row["_week"] in self.weeks:
                yield row


@dataclass
class Incident:
    """One matter in a common area.

    Attributes:
        complex_id: Where.
        opened_at: The moment of its first report.
        reports: Its reports, in order of time and then of number.
        is_derived: Whether we put the reports together, because the source gave no key.
    """

    complex_id: str
    opened_at: datetime
    is_derived: bool
    reports: list[Row] = field(default_factory=list)


# ---------------------------------------------------------------------------------------------------- homes in use


def version_then(world: World, complex_id: str, week: date) -> Row | None:
    """The row of a complex that is valid in a week."""
    for row in world.rows["complexes"]:
        if row["complex_id"] != complex_id or row["_withdrawn_at"] is not None:
            continue
        if row["_valid_from"] <= week and (row["_valid_until"] is None or week < row["_valid_until"]):
            return row
    return None


def homes(world: World) -> dict[Place, Row]:
    """Homes in use of each complex, in each week that it is in use from the first day to the last."""
    found = {}
    for complex_id in {row["complex_id"] for row in world.rows["complexes"]}:
        for week in world.weeks:
            row = version_then(world, complex_id, week)
            if row is None:
                continue
            days = [week + timedelta(days=n) for n in range(7)]
            begin, end = row["in_use_from"] or date.min, row["in_use_until"] or date.max
            if all(begin <= day <= end for day in days):
                found[complex_id, week] = {
                    "area_team": row["area_team"],
                    "homes": row["homes"],
                    "homes_in_use": max(0, row["homes"] - (row["homes_out_of_use"] or 0)),
                }
    return found


# ------------------------------------------------------------------------------------------------------- incidents


def completion(world: World, row: Row) -> datetime | None:
    """When a repair was done, as known at the end of the last week (later is "not yet completed")."""
    done = row["completed_at"]
    return done if done is not None and done < world.end else None


def common_reports(world: World) -> list[Row]:
    """Repair requests for a common area, in order of time; of two at one instant, the lower number first."""
    rows = [row for row in world.events("repairs") if row["location"] == "common"]
    return sorted(rows, key=lambda row: (row["requested_at"], row["repair_id"]))


def incidents(world: World) -> list[Incident]:
    """Reports put together: by the source's key, else by complex, defect and time.

    Without a key a report joins the incident of the same defect that is still open: its first report is not
    completed and it is at most `incident_days` old. A report at the very moment of the repair is a new incident; two
    reports at one instant are one, over at the first of their completions. Unknown defects count as one defect.
    """
    found: list[Incident] = []
    keyed: dict[tuple[str, str], Incident] = {}
    latest: dict[tuple[str, str | None], tuple[Incident, datetime]] = {}
    longest = timedelta(days=world.policy.incident_days)
    for row in common_reports(world):
        place, moment = row["complex_id"], row["requested_at"]
        if row["incident_key"] is not None:
            key = place, row["incident_key"]
            if key not in keyed:
                keyed[key] = Incident(place, moment, is_derived=False)
                found.append(keyed[key])
            keyed[key].reports.append(row)
            continue
        matter = place, row["defect"]
        over = min(completion(world, row) or datetime.max, moment + longest)
        incident, open_until = latest.get(matter, (None, datetime.min))
        if incident is not None and moment == incident.opened_at:
            latest[matter] = incident, min(over, open_until)
        elif incident is None or moment >= open_until:
            incident = Incident(place, moment, is_derived=True)
            found.append(incident)
            latest[matter] = incident, over
        incident.reports.append(row)
    return found


def closed_at(world: World, incident: Incident) -> datetime:
    """When nobody could report it any more: its first report was dealt with (docs/model.md).

    With a key the completion may stand on another of its reports only. What nobody closed is taken as closed after
    `incident_days`; an incident that we put together ourselves is never longer than that, since a later report would
    have been another incident.
    """
    latest = incident.opened_at + timedelta(days=world.policy.incident_days)
    first = [row for row in incident.reports if row["requested_at"] == incident.opened_at]
    for reports in (first,) if incident.is_derived else (first, incident.reports):
        done = [each for each in (completion(world, row) for row in reports) if each is not None]
        if done:
            break
    over = min(done) if done else latest
    if incident.is_derived:
        over = min(over, latest)
    return max(over, incident.opened_at)


def voice(row: Row) -> Any:
    """Who speaks: the reporter, or where nobody knows, the day (in UTC) on which somebody did."""
    return row["reporter_key"] or row["requested_at"].date()


def follow_ups(world: World) -> dict[Place, Row]:
    """Incidents, further voices while they stood open, and days open, per complex and week (UTC Mondays for days)."""
    found: dict[Place, Row] = defaultdict(lambda: {"incidents": 0, "follow_up_reports": 0, "incident_days_open": 0.0})
    for incident in incidents(world):
        first, *later = incident.reports
        over = closed_at(world, incident)
        found[incident.complex_id, first["_week"]]["incidents"] += 1
        heard = {voice(first)}
        for row in later:
            if voice(row) not in heard and row["requested_at"] <= over:
                found[incident.complex_id, row["_week"]]["follow_up_reports"] += 1
            heard.add(voice(row))
        for week in world.weeks:
            begin = max(incident.opened_at, datetime.combine(week, time()))
            end = min(over, datetime.combine(week + WEEK, time()))
            if begin < end:
                found[incident.complex_id, week]["incident_days_open"] += (end - begin) / timedelta(days=1)
    return dict(found)


def follow_up_ids(world: World) -> set[str]:
    """Repair requests that are no request of their own: all of an incident but the first."""
    return {row["repair_id"] for incident in incidents(world) for row in incident.reports[1:]}


# ---------------------------------------------------------------------------------------------------- other counts


def reports(world: World) -> dict[Place, Row]:
    """Complaints: one home about one matter is one voice, heard in the week in which it first spoke."""
    found: dict[Place, Row] = defaultdict(lambda: {"reports": 0})
    heard = set()
    for row in sorted(world.events("complaints"), key=lambda row: (row["reported_at"], row["complaint_id"])):
        if row["incident_key"] is not None and row["reporter_key"] is not None:
            matter = row["complex_id"], row["incident_key"], row["reporter_key"]
            if matter in heard:
                continue
            heard.add(matter)
        found[row["complex_id"], row["_week"]]["reports"] += 1
    return dict(found)


def repairs(world: World) -> dict[Place, Row]:
    """Repair requests by urgency, and damage done on purpose; further reports of an incident are left out."""
    found: dict[Place, Row] = defaultdict(lambda: {"urgent_repairs": 0, "normal_repairs": 0, "vandalism_repairs": 0})
    further = follow_up_ids(world)
    for row in world.events("repairs"):
        if row["repair_id"] not in further:
            kind = "vandalism" if row["cause"] in ("vandalism", "fire") else row["urgency"]
            found[row["complex_id"], row["_week"]][f"{kind}_repairs"] += 1
    return dict(found)


def tenancies(world: World) -> dict[Place, Row]:
    """Tenancies that ended because somebody left, and the condition found where somebody looked."""
    found: dict[Place, Row] = defaultdict(lambda: {"tenancies_ended": 0, "homes_inspected": 0, "bad_condition": 0})
    for row in world.events("tenancies"):
        if row["end_reason"] in ("WIJ", "WON"):
            continue
        place = found[row["complex_id"], row["_week"]]
        place["tenancies_ended"] += 1
        if row["found_condition"] is not None:
            place["homes_inspected"] += 1
            place["bad_condition"] += row["found_condition"] >= world.policy.bad_condition_from
    return dict(found)


def visits(world: World) -> dict[Place, Row]:
    """Routine and drawn visits of sources that also say "nothing special", and all signals as evidence."""
    names = ("visits", "concerns", "concern_signals", "threat_signals")
    found: dict[Place, Row] = defaultdict(lambda: dict.fromkeys(names, 0))
    signals = list(world.events("field_signals"))
    worried: dict[tuple[Place, str], bool] = {}
    for row in signals:
        place = row["complex_id"], row["_week"]
        found[place]["concern_signals"] += row["finding"] == "concern"
        is_threat = row["finding"] == "concern" and (row["kind"] or "").startswith("AGR")
        found[place]["threat_signals"] += is_threat
        said_nothing_special = any(
            other["source"] == row["source"]
            and other["finding"] == "nothing_special"
            and timedelta(0) <= row["_week"] - other["_week"] < world.policy.honest_source_weeks * WEEK
            for other in signals
        )
        if row["visit_key"] is not None and row["occasion"] in ("routine", "draw") and said_nothing_special:
            visit = place, row["visit_key"]
            worried[visit] = worried.get(visit, False) or row["finding"] == "concern"
    for (place, _), is_worried in worried.items():
        found[place]["visits"] += 1
        found[place]["concerns"] += is_worried
    return dict(found)


# ---------------------------------------------------------------------------------------------------------- masks


def feed_rows(world: World) -> dict[tuple[str, str, str, date], int]:
    """Rows per area team, source, channel and week, of the team that the complex's row of that week names."""
    found: dict[tuple[str, str, str, date], int] = defaultdict(int)
    for source in REPORTING_SOURCES:
        for row in world.events(source):
            version = version_then(world, row["complex_id"], row["_week"])
            if version is not None:
                channel = {"complaints": row.get("channel") or "unknown", "field_signals": row.get("source")}
                found[version["area_team"], source, channel.get(source, "all"), row["_week"]] += 1
    return dict(found)


def observed(world: World) -> dict[tuple[str, str], tuple[date, date]]:
    """First and last observed week per area team and source; a pair that is not there was never observed.

    Observed from the first to the last week with any row; but where so few rows are due before or after them that
    none may be chance (`chance_gap_rows`), a team goes with the source as a whole. A complex is of the team that its
    row of that week names, and a team is there from its first to its last week with a complex in use.
    """
    in_use = homes(world)
    found = {}
    for source in REPORTING_SOURCES:
        own_weeks: dict[str, list[date]] = defaultdict(list)
        for row in world.events(source):
            version = version_then(world, row["complex_id"], row["_week"])
            if version is not None:
                own_weeks[version["area_team"]].append(row["_week"])
        if not own_weeks:
            continue
        all_weeks = [week for weeks in own_weeks.values() for week in weeks]
        due_weeks: dict[str, list[date]] = defaultdict(list)
        for (_, week), row in in_use.items():
            if min(all_weeks) <= week <= max(all_weeks):
                due_weeks[row["area_team"]].append(week)
        complex_weeks = sum(map(len, due_weeks.values()))
        # A gap since always: the mapping says from when the source was observed, so zeros after it are zeros.
        vouched = [until for name, begin, until in world.gaps if name == source and begin == date.min]
        for team, due in due_weeks.items():
            own = own_weeks[team]
            begins = max(min(due), week_of(max(vouched) + timedelta(days=7))) if vouched else None
            if not own:
                if begins is not None:
                    found[team, source] = begins, max(due)
                elif len(all_weeks) / complex_weeks * len(due) < world.policy.chance_gap_rows:
                    found[team, source] = min(due), max(due)
                continue
            pace = len(own) / (1 + (max(own) - min(own)).days / 7)
            missing_before = pace * (min(own) - min(due)).days / 7
            missing_after = pace * (max(due) - max(own)).days / 7
            found[team, source] = (
                begins or (min(own) if missing_before >= world.policy.chance_gap_rows else min(due)),
                max(own) if missing_after >= world.policy.chance_gap_rows else max(due),
            )
    return found


def is_seen(world: World, seen: dict[tuple[str, str], tuple[date, date]], team: str, source: str, week: date) -> bool:
    """Whether a source could be observed in a team and week: within its span, and on no day of a declared gap."""
    first, last = seen.get((team, source), (date.max, date.min))
    days = [week + timedelta(days=n) for n in range(7)]
    in_gap = any(name == source and any(begin <= day <= end for day in days) for name, begin, end in world.gaps)
    return first <= week <= last and not in_gap


def weekly(world: World) -> dict[Place, Row]:
    """Everything side by side, None where the source could not be observed."""
    parts = (
        ("complaints", reports(world), {"reports": "complaints"}),
        ("repairs", repairs(world), ("normal_repairs", "urgent_repairs", "vandalism_repairs")),
        ("repairs", follow_ups(world), ("incidents", "follow_up_reports", "incident_days_open")),
        ("tenancies", tenancies(world), ("tenancies_ended", "homes_inspected", "bad_condition")),
        ("field_signals", visits(world), ("visits", "concerns", "concern_signals", "threat_signals")),
    )
    seen = observed(world)
    found = {}
    for (complex_id, week), row in homes(world).items():
        # The watch over feeds has its own tests; here it has found nothing.
        told = dict(row, is_feed_suspect=False)
        for source, counted, names in parts:
            for name in names:
                shown = names[name] if isinstance(names, dict) else name
                count = counted.get((complex_id, week), {}).get(name, 0)
                told[shown] = count if is_seen(world, seen, row["area_team"], source, week) else None
        found[complex_id, week] = told
    return found


# --------------------------------------------------------------------------------------------------------- safety


def safety(world: World) -> set[str]:
    """Complexes with arson, a threat that a professional saw, or one that two kinds of people speak of."""
    recent = [world.last_week - n * WEEK for n in range(world.policy.safety_weeks)]
    sources: dict[str, set[str]] = defaultdict(set)
    certain = set()
    for row in world.events("field_signals"):
        if row["_week"] in recent and row["finding"] == "concern" and (row["kind"] or "").startswith("AGR"):
            sources[row["complex_id"]].add(row["source"])
            if row["kind"] in world.policy.arson_codes or row["source"] in world.policy.professional_sources:
                certain.add(row["complex_id"])
    for row in world.events("complaints"):
        if row["_week"] in recent and row["category"] == "SOC.AGR":
            sources[row["complex_id"]].add("residents")
    return certain | {complex_id for complex_id, said in sources.items() if len(said) > 1}
