-- Every repair request for a common area.
-- Grain: repair_id. Units: timestamps in UTC. Source: raw.repairs.
--
-- Only repairs: a second complaint with the same key is mostly the same home asking again, and a complaint has no
-- moment at which nothing is left to complain about.
select repair_id, complex_id, incident_key, coalesce(defect, '') as defect, requested_at, reporter_key,
  _week as week,
  -- Known only later is not yet completed: a week counted again must say what it said then.
  case when repairs.completed_at < getvariable('after_last_week')::timestamp then repairs.completed_at end
    as completed_at,
  -- Until when another report of the same defect is about the same incident, should this one open it.
  least(
    coalesce(repairs.completed_at, 'infinity'::timestamp),
    requested_at + getvariable('incident_days')::int * interval 1 day
  ) as open_until
from raw.repairs
where location = 'common' and _week between getvariable('first_week') and getvariable('last_week')
  and _withdrawn_at is null and _valid_until is null
