-- How many rows of each source fell in each week, per area team and channel; nothing is said of what they tell.
-- Grain: area_team, source, channel, week. Unit: rows. Sources: raw.complaints, raw.repairs, raw.tenancies,
-- raw.field_signals, raw.complexes.
--
-- A channel is how a complaint came in, or who saw a field signal; the other sources have one channel, `all`.
with rows_of_sources as (
  select 'complaints' as source, coalesce(channel, 'unknown') as channel, complex_id, _week as week,
    reported_at::date as happened_on
  from raw.complaints where _withdrawn_at is null and _valid_until is null
  union all
  select 'repairs', 'all', complex_id, _week, requested_at::date
  from raw.repairs where _withdrawn_at is null and _valid_until is null
  union all
  select 'tenancies', 'all', complex_id, _week, ended_on
  from raw.tenancies where _withdrawn_at is null and _valid_until is null
  union all
  select 'field_signals', source, complex_id, _week, observed_on
  from raw.field_signals where _withdrawn_at is null and _valid_until is null
)
select complexes.area_team, rows_of_sources.source, rows_of_sources.channel, rows_of_sources.week,
  count(*) as row_count, max(happened_on) as last_row_on
from rows_of_sources
-- The team of that week, as in `homes.sql`: with today's teams, one that was renamed would lose its whole past.
join raw.complexes
  on complexes.complex_id = rows_of_sources.complex_id
  and rows_of_sources.week >= complexes._valid_from
  and (complexes._valid_until is null or rows_of_sources.week < complexes._valid_until)
where complexes._withdrawn_at is null
  -- Terminations are known ahead: a date after the last week proves nothing about this week's feed.
  and rows_of_sources.week between getvariable('first_week') and getvariable('last_week')
group by all
