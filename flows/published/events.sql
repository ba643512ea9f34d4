-- What happened around a complex, with its date: to be drawn on the same axis as its streams.
-- Grain: event_id. Sources: raw.field_signals, raw.interventions, raw.registration_changes, flags.flags.
--
-- A visit is an event, not what was noted on it: no note, no reporter and no time of day leaves the warehouse.
select 'visit|' || complex_id || '|' || visit_key as event_id, complex_id, null as area_team,
  min(observed_on) as occurred_on, 'visit' as kind, min(source) as description
from raw.field_signals
where visit_key is not null and _withdrawn_at is null
  and _week > getvariable('week') - 7 * getvariable('event_weeks')::int and _week <= getvariable('week')
group by complex_id, visit_key
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
