-- Incidents opened, reports after the first, and how long incidents stood open, per complex and week.
-- Grain: complex_id, week. Units: incidents, reports, incident-days. Source: panel.incidents.
--
-- The rate of follow-up reports while an incident is open depends on willingness to report alone, not on how much
-- breaks: Liu, Bhandaram & Garg (2023). Two traps: the first report must not count (it is the incident), and the
-- incident's own open time is the exposure, never a fixed window.
with opened as (
  select complex_id, week, count(*) as incidents from panel.incidents where report_number = 1 group by all
),
-- One neighbour who calls five times is one voice. Without a reporter's key, all reports of one day are one voice.
voices as (
  select complex_id, incident_id, coalesce(reporter_key, 'day ' || requested_at::date) as voice,
    min(report_number) as report_number, min(requested_at) as requested_at, min(week) as week, any_value(closed_at) as closed_at
  from panel.incidents group by complex_id, incident_id, voice
),
-- Whoever was first reported the incident; only the others say something about the will to report.
followed as (
  select complex_id, week from voices where report_number > 1 and requested_at <= closed_at
),
follow_ups as (
  select complex_id, week, count(*) as follow_up_reports from followed group by all
),
spans as (
  -- Only the exposure ends with the last week: west of Greenwich its last reports come after Monday in UTC.
  select complex_id, opened_at, least(closed_at, getvariable('after_last_week')::timestamp) as closed_at
  from panel.incidents where report_number = 1
),
open_weeks as (
  select complex_id, opened_at, closed_at,
    unnest(generate_series(
      date_trunc('week', opened_at), date_trunc('week', closed_at), interval 7 day
    ))::date as week
  -- Cut at Monday in UTC: the hours until local Monday are nothing against days of open time.
  from spans where closed_at > opened_at
),
open_days as (
  select complex_id, week,
    sum(epoch(least(closed_at, (week + 7)::timestamp)) - epoch(greatest(opened_at, week::timestamp))) / 86400
      as incident_days_open
  from open_weeks group by all
)
select complex_id, week,
  coalesce(incidents, 0) as incidents,
  coalesce(follow_up_reports, 0) as follow_up_reports,
  coalesce(incident_days_open, 0) as incident_days_open
from opened full join follow_ups using (complex_id, week) full join open_days using (complex_id, week)
