-- Of how many of a quarter's reports the time of day is known, and how many of those came in the evening or at night.
-- Grain: source, area_team. Unit: rows. Sources: raw.complaints, raw.repairs, raw.complexes.
--
-- Local time decides. A row at exactly 00:00 has a day and no time: hardly anybody reports on the stroke of midnight.
with told as (
  select 'complaints' as source, complex_id, _week as week,
    timezone(getvariable('timezone'), timezone('UTC', reported_at))::time as local_time
  from raw.complaints
  where _withdrawn_at is null and _valid_until is null and _week between getvariable('since') and getvariable('until')
  union all
  select 'repairs', complex_id, _week, timezone(getvariable('timezone'), timezone('UTC', requested_at))::time
  from raw.repairs
  where _withdrawn_at is null and _valid_until is null and _week between getvariable('since') and getvariable('until')
)
select source, area_team, count(*) filter (local_time != time '00:00') as rows_timed,
  count(*) filter (local_time != time '00:00' and (local_time >= time '18:00' or local_time < time '07:00'))
    as rows_evening
from told
join raw.complexes
  on complexes.complex_id = told.complex_id
  and told.week >= complexes._valid_from
  and (complexes._valid_until is null or told.week < complexes._valid_until)
where complexes._withdrawn_at is null
group by all
