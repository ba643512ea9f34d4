-- From which week to which week each source could be observed, per area team.
-- Grain: area_team, source. Unit: Mondays, both inclusive. Sources: raw.complaints, raw.repairs, raw.tenancies, raw.field_signals.
--
-- Outside these weeks a zero means "not delivered", and the stream is masked. A source is observed from its first to
-- its last week with any row. A team may have begun later; but a small team has weeks without any row by plain
-- chance, so its own first and last week only count where too many rows are missing for chance.
with rows_of_sources as (
  select 'complaints' as source, complex_id, _week as week from raw.complaints
  where _withdrawn_at is null and _valid_until is null
  union all
  select 'repairs', complex_id, _week from raw.repairs where _withdrawn_at is null and _valid_until is null
  union all
  select 'tenancies', complex_id, _week from raw.tenancies
  where _withdrawn_at is null and _valid_until is null
  union all
  select 'field_signals', complex_id, _week from raw.field_signals
  where _withdrawn_at is null and _valid_until is null
),
teams as (
  select distinct complex_id, area_team from raw.complexes where _withdrawn_at is null and _valid_until is null
),
in_span as (
  -- Terminations are known ahead: a date after the last week proves nothing about this week's feed.
  select * from rows_of_sources join teams using (complex_id)
  where week between getvariable('first_week') and getvariable('last_week')
),
per_team as (
  select area_team, source, min(week) as first_week, max(week) as last_week, count(*) as row_count
  from in_span group by all
),
per_source as (
  select source, min(week) as source_first_week, max(week) as source_last_week,
    count(*) / (select count(*) from teams) as rows_a_complex
  from in_span group by all
),
paced as (
  select team_sizes.area_team, per_source.*, per_team.first_week, per_team.last_week,
    -- Its own pace, so that a whole district falling silent stays visible instead of being masked.
    per_team.row_count / (1 + (per_team.last_week - per_team.first_week) / 7) as rows_a_week,
    per_source.rows_a_complex * team_sizes.complexes as rows_due
  from (select area_team, count(*) as complexes from teams group by all) as team_sizes
  cross join per_source
  left join per_team using (area_team, source)
)
select area_team, source,
  case when first_week is null or rows_a_week * (first_week - source_first_week) / 7 < getvariable('chance_gap_rows')
    then source_first_week else first_week end as first_week,
  case when last_week is null or rows_a_week * (source_last_week - last_week) / 7 < getvariable('chance_gap_rows')
    then source_last_week else last_week end as last_week
from paced
-- A team that never had a row is observed only if so few were due that none may be chance.
where first_week is not null or rows_due < getvariable('chance_gap_rows')
