-- What happened around a complex, with its date: to be drawn on the same axis as its streams.
-- Grain: event_id. Sources: panel.visit_days, raw.interventions, raw.registration_changes, flags.flags.
--
-- A visit is an event, not what was noted on it: no note, no reporter and no time of day leaves the warehouse.
select 'visit|' || complex_id || '|' || visited_on || '|' || visit_number as event_id, complex_id, null as area_team,
  visited_on as occurred_on, 'visit' as kind, source as description
from (
  -- The number that the source itself gave a visit stays with its rows: it must go when they go.
  select *, row_number() over (partition by complex_id, visited_on order by source) as visit_number
  from panel.visit_days
  where week > getvariable('week') - 7 * getvariable('event_weeks')::int and week <= getvariable('week')
)
union all
select 'intervention|' || intervention_id, complex_id, area_team, starts_on, 'intervention', kind
from raw.interventions
where _withdrawn_at is null and starts_on < getvariable('week') + 7
union all
select 'intake_change|' || change_id, null, area_team, starts_on, 'intake_change', contract || ': ' || expected_effect
from raw.registration_changes
where _withdrawn_at is null and starts_on < getvariable('week') + 7
union all
select 'flag|' || flag_id, complex_id, area_team, min(first_week), 'flag', min(why)
from flags.flags
where week <= getvariable('week') and why != 'safety'
group by flag_id, complex_id, area_team
