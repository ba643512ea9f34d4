-- Everything counted, side by side: one row per complex and week in use.
-- Grain: complex_id, week. Units: as in the steps before. Sources: panel.*, checks.gaps, checks.feed_alarms.
--
-- A count is NULL where its source could not be observed: masked, which is something else than zero.
-- Whether a source was observed is a matter of area team and week: few pairs, looked up once.
with team_weeks as (
  select distinct area_team, week from panel.homes
),
-- Weeks in which a feed may be broken: what it delivered then is not believed, be it too little or too much.
suspect as (
  select distinct team_weeks.area_team, team_weeks.week, feed_alarms.source
  from team_weeks
  join checks.feed_alarms
    on feed_alarms.is_masking and feed_alarms.area_team in (team_weeks.area_team, 'all')
    and team_weeks.week >= feed_alarms.from_week
    and team_weeks.week <= coalesce(feed_alarms.until_week, getvariable('last_week'))
),
-- Without the voices of a team nobody there is called quiet, whatever the other streams say.
deaf as (
  select distinct area_team, week, true as is_feed_suspect from suspect where source in ('complaints', 'repairs')
),
seen as (
  select team_weeks.area_team, team_weeks.week,
    bool_or(observed.source = 'complaints') as has_complaints,
    bool_or(observed.source = 'repairs') as has_repairs,
    bool_or(observed.source = 'tenancies') as has_tenancies,
    bool_or(observed.source = 'field_signals') as has_field_signals
  from team_weeks
  join panel.observed
    on observed.area_team = team_weeks.area_team
    and team_weeks.week between observed.first_week and observed.last_week
  -- Weeks that a mapping declares unobserved (between two snapshots, an outage) are masked whole.
  anti join checks.gaps
    on gaps.source = observed.source and team_weeks.week + 6 >= gaps.from_on and team_weeks.week <= gaps.until_on
  anti join suspect
    on suspect.source = observed.source and suspect.area_team = team_weeks.area_team and suspect.week = team_weeks.week
  group by all
)
select
  homes.complex_id, homes.week, homes.area_team, homes.homes, homes.homes_in_use,
  case when has_complaints then coalesce(reports, 0) end as complaints,
  case when has_repairs then coalesce(normal_repairs, 0) end as normal_repairs,
  case when has_repairs then coalesce(urgent_repairs, 0) end as urgent_repairs,
  case when has_repairs then coalesce(vandalism_repairs, 0) end as vandalism_repairs,
  case when has_repairs then coalesce(incidents, 0) end as incidents,
  case when has_repairs then coalesce(follow_up_reports, 0) end as follow_up_reports,
  case when has_repairs then coalesce(incident_days_open, 0) end as incident_days_open,
  case when has_tenancies then coalesce(tenancies_ended, 0) end as tenancies_ended,
  case when has_tenancies then coalesce(homes_inspected, 0) end as homes_inspected,
  case when has_tenancies then coalesce(bad_condition, 0) end as bad_condition,
  case when has_field_signals then coalesce(visits, 0) end as visits,
  case when has_field_signals then coalesce(concerns, 0) end as concerns,
  case when has_field_signals then coalesce(concern_signals, 0) end as concern_signals,
  case when has_field_signals then coalesce(threat_signals, 0) end as threat_signals,
  coalesce(is_feed_suspect, false) as is_feed_suspect
from panel.homes
left join seen using (area_team, week)
left join deaf using (area_team, week)
left join panel.reports using (complex_id, week)
left join panel.repairs using (complex_id, week)
left join panel.follow_ups using (complex_id, week)
left join panel.tenancies using (complex_id, week)
left join panel.visits using (complex_id, week)
