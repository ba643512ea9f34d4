-- Everything counted, side by side: one row per complex and week in use.
-- Grain: complex_id, week. Units: as in the steps before. Sources: panel.*, checks.gaps.
--
-- A count is NULL where its source could not be observed: masked, which is something else than zero.
-- Whether a source was observed is a matter of area team and week: few pairs, looked up once.
with team_weeks as (
  select distinct area_team, week from panel.homes
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
  case when has_field_signals then coalesce(threat_signals, 0) end as threat_signals
from panel.homes
left join seen using (area_team, week)
left join panel.reports using (complex_id, week)
left join panel.repairs using (complex_id, week)
left join panel.follow_ups using (complex_id, week)
left join panel.tenancies using (complex_id, week)
left join panel.visits using (complex_id, week)
