-- One row per report of a common-area matter, with the incident that it belongs to.
-- Grain: repair_id. Units: timestamps in UTC. Sources: panel.common_reports, panel.next_openings.
--
-- A dead lift reported by nine neighbours is one incident and eight follow-up reports. Where the source says which
-- reports belong together (incident_key) we follow it. Few do: else the same defect in the same complex, reported
-- before the first one was repaired and within `incident_days`, is the same incident.
with recursive opened as (
  select complex_id, defect, min(requested_at) as requested_at from panel.next_openings group by complex_id, defect
  union all
  select opened.complex_id, opened.defect, next_openings.next_requested_at
  from opened
  join panel.next_openings
    on next_openings.complex_id = opened.complex_id and next_openings.defect = opened.defect
    and next_openings.requested_at = opened.requested_at
  where next_openings.next_requested_at is not null
),
derived as (
  select reports.* exclude (incident_key, open_until), true as is_derived,
    'derived|' || reports.defect || '|' || epoch_us(opened.requested_at) as incident_id
  from (from panel.common_reports where incident_key is null) as reports
  asof join opened
    on reports.complex_id = opened.complex_id and reports.defect = opened.defect
    and reports.requested_at >= opened.requested_at
),
placed as (
  select * exclude (incident_key, open_until), false as is_derived, 'key|' || incident_key as incident_id
  from panel.common_reports where incident_key is not null
  union all by name
  from derived
),
openings as (
  select complex_id, incident_id, is_derived, min(requested_at) as opened_at from placed group by all
),
spans as (
  select complex_id, incident_id, is_derived, opened_at,
    -- A later report is often closed at once as a duplicate: that says nothing about the lift.
    min(completed_at) filter (requested_at = opened_at) as first_completed_at,
    -- But where a source puts the completion on another of its reports only, that is when it was.
    min(completed_at) filter (not is_derived) as any_completed_at
  from placed join openings using (complex_id, incident_id, is_derived)
  group by complex_id, incident_id, is_derived, opened_at
)
select placed.repair_id, placed.complex_id, placed.incident_id, placed.requested_at, placed.week, placed.reporter_key,
  spans.opened_at,
  -- Over when its first report was dealt with: nobody reports a lift that works again. Never before it began, whatever
  -- the source says; and what nobody closed is taken as closed after `incident_days`. A derived incident is never
  -- longer: a report after that opens another one, so the time after it could bring no follow-up report.
  greatest(
    least(
      coalesce(first_completed_at, any_completed_at, opened_at + getvariable('incident_days')::int * interval 1 day),
      case when is_derived then opened_at + getvariable('incident_days')::int * interval 1 day else 'infinity' end
    ),
    spans.opened_at
  ) as closed_at,
  row_number() over (
    partition by placed.complex_id, placed.incident_id order by placed.requested_at, placed.repair_id
  ) as report_number
from placed join spans using (complex_id, incident_id, is_derived)
