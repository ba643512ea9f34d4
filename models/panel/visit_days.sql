-- Every visit with the day of its first signal, without the source's own number of it: for the time axis.
-- Grain: one visit. Source: raw.field_signals.
select complex_id, date_trunc('week', min(observed_on))::date as week, min(observed_on) as visited_on,
  min(source) as source
from raw.field_signals
where visit_key is not null
  and _week between getvariable('first_week') and getvariable('last_week')
  and _withdrawn_at is null and _valid_until is null
group by complex_id, visit_key
