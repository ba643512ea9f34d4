-- Weeks in which a source said "nothing special" of some place.
-- Grain: source, week. Source: raw.field_signals.
select distinct source, date_trunc('week', observed_on)::date as week
from raw.field_signals
where finding = 'nothing_special'
  and _week between getvariable('first_week') and getvariable('last_week')
  and _withdrawn_at is null and _valid_until is null
