-- How many weeks after a week had ended its rows were first read; only of weeks that the source was read live.
-- Grain: source, week, delay [weeks]. Unit: rows. Sources: raw.complaints, raw.repairs, raw.tenancies,
-- raw.field_signals.
--
-- The first delivery brings years at once, and says nothing of how long a row takes.
with read_rows as (
  select 'complaints' as source, _week as week, _first_seen_at::date as read_on from raw.complaints
  where _withdrawn_at is null and _valid_until is null
  union all
  select 'repairs', _week, _first_seen_at::date from raw.repairs where _withdrawn_at is null and _valid_until is null
  union all
  select 'tenancies', _week, _first_seen_at::date from raw.tenancies
  where _withdrawn_at is null and _valid_until is null
  union all
  select 'field_signals', _week, _first_seen_at::date from raw.field_signals
  where _withdrawn_at is null and _valid_until is null
),
first_read as (
  select source, min(read_on) as first_read_on from read_rows group by source
)
select source, week, greatest((read_on - week - 7) // 7, 0)::int as delay, count(*) as row_count
from read_rows join first_read using (source)
where week + 7 > first_read_on and week <= getvariable('last_week')
group by all
