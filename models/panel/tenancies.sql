-- Tenancies ended and the condition in which homes were found, per complex and week.
-- Grain: complex_id, week. Unit: tenancies. Source: raw.tenancies.
select complex_id, _week as week,
  count(*) as tenancies_ended,
  count(found_condition) as homes_inspected,
  count(*) filter (found_condition >= getvariable('bad_condition_from')) as bad_condition
from raw.tenancies
where _week between getvariable('first_week') and getvariable('last_week')
  -- A change of name (WIJ) or a swap (WON) is paper: nobody left the complex.
  and coalesce(end_reason, '') not in ('WIJ', 'WON')
  and _withdrawn_at is null and _valid_until is null
group by all
