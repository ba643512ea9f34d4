-- How many rows of a week came a second time: as the week before had them, day and time alike, or twice in the week.
-- Grain: source, area_team, week. Unit: rows. Sources: raw.complaints, raw.repairs, raw.tenancies, raw.field_signals,
-- raw.complexes.
--
-- Two and three weeks back show how often rows are alike by chance, or by habit: a round that is walked every Tuesday.
with told as (
  -- `moment` is seconds since the Monday, in local time: a delivery that is a week late keeps its hour when the clocks
  -- change. `what` is all that a second row about the same would share; of a visit on which nothing was seen, nothing.
  select 'complaints' as source, complex_id, _week as week,
    epoch(timezone(getvariable('timezone'), timezone('UTC', reported_at)))::bigint - epoch(_week)::bigint as moment,
    hash(category, channel, location) as what
  from raw.complaints
  where _withdrawn_at is null and _valid_until is null and _week between getvariable('since') and getvariable('until')
  union all
  select 'repairs', complex_id, _week,
    epoch(timezone(getvariable('timezone'), timezone('UTC', requested_at)))::bigint - epoch(_week)::bigint,
    hash(urgency, location, defect, cause)
  from raw.repairs
  where _withdrawn_at is null and _valid_until is null and _week between getvariable('since') and getvariable('until')
  union all
  select 'tenancies', complex_id, _week, epoch(ended_on)::bigint - epoch(_week)::bigint,
    hash(end_reason, found_condition, started_on)
  from raw.tenancies
  where _withdrawn_at is null and _valid_until is null and _week between getvariable('since') and getvariable('until')
  union all
  select 'field_signals', complex_id, _week, epoch(observed_on)::bigint - epoch(_week)::bigint,
    hash(source, finding, kind, severity, note)
  from raw.field_signals
  where _withdrawn_at is null and _valid_until is null and _week between getvariable('since') and getvariable('until')
    and (kind is not null or note is not null)
),
-- Counted by a number: at scale the names of complexes would be moved about three times.
alike as (
  select source, week, hash(source, complex_id, moment, what) as row_hash, any_value(complex_id) as complex_id,
    count(*) as copies, any_value(moment) % 86400 != 0 as has_time
  from told group by source, week, row_hash
),
-- Hardly any row is like one of another week: only those are held against each other.
in_more_weeks as (
  select alike.* from alike
  semi join (select row_hash from alike group by row_hash having count(*) > 1) as again using (row_hash)
),
held as (
  select now.week, now.row_hash,
    least(now.copies, coalesce(one.copies, 0)) as as_last_week,
    least(now.copies, coalesce(two.copies, 0)) + least(now.copies, coalesce(three.copies, 0)) as as_before
  from in_more_weeks as now
  left join in_more_weeks as one on one.row_hash = now.row_hash and one.week = now.week - 7
  left join in_more_weeks as two on two.row_hash = now.row_hash and two.week = now.week - 14
  left join in_more_weeks as three on three.row_hash = now.row_hash and three.week = now.week - 21
),
compared as (
  select alike.*, coalesce(as_last_week, 0) as as_last_week, coalesce(as_before, 0) as as_before
  from alike left join held using (row_hash, week)
)
select compared.source, complexes.area_team, compared.week,
  sum(copies)::bigint as row_count,
  sum(as_last_week)::bigint as as_last_week,
  sum(as_before)::bigint as as_before,
  -- Of rows without a time of day, ten about one lift on one day are no copies.
  sum(copies) filter (has_time)::bigint as timed,
  sum(copies - 1) filter (has_time)::bigint as copies
from compared
join raw.complexes
  on complexes.complex_id = compared.complex_id
  and compared.week >= complexes._valid_from
  and (complexes._valid_until is null or compared.week < complexes._valid_until)
where complexes._withdrawn_at is null
group by all
