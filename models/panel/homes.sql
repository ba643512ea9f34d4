-- Homes in use per complex and week.
-- Grain: complex_id, week. Unit: homes. Source: raw.complexes, in the version then valid.
with weeks as (
  select unnest(generate_series(
    getvariable('first_week')::timestamp, getvariable('last_week')::timestamp, interval 7 day
  ))::date as week
)
select
  complexes.complex_id,
  weeks.week,
  complexes.area_team,
  complexes.homes,
  -- Empty homes cannot report: exposure is what is lived in, not what is owned.
  greatest(complexes.homes - coalesce(complexes.homes_out_of_use, 0), 0) as homes_in_use
from weeks
join raw.complexes
  on weeks.week >= complexes._valid_from
  and (complexes._valid_until is null or weeks.week < complexes._valid_until)
  -- A complex counts from its first whole week in use up to the last.
  and (complexes.in_use_from is null or weeks.week >= complexes.in_use_from)
  and (complexes.in_use_until is null or weeks.week + 6 <= complexes.in_use_until)
where complexes._withdrawn_at is null
