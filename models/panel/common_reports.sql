-- Every repair request for a common area.
-- Grain: repair_id. Units: timestamps in UTC. Source: raw.repairs.
--
-- Only repairs: a second complaint with the same key is mostly the same home asking again, and a complaint has no
-- moment at which nothing is left to complain about.
select repair_id, complex_id, incident_key, coalesce(defect, '') as defect, requested_at, completed_at, reporter_key,
  _week as week,
  -- Until when another report of the same defect is about the same incident, should this one open it.
  least(
    coalesce(completed_at, 'infinity'::timestamp),
    requested_at + getvariable('incident_days')::int * interval 1 day
  ) as open_until
from raw.repairs
where location = 'common' and _week between getvariable('first_week') and getvariable('last_week')
  and _withdrawn_at is null and _valid_until is null
