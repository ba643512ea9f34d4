-- For each moment at which a report without a key came: should it open an incident, when could the next one open?
-- Grain: complex_id, defect, requested_at. Units: timestamps in UTC. Source: panel.common_reports.
with moments as (
  -- Of several at one instant the first one completed ends it, as in `incidents.sql`: what comes later would else be lost.
  select complex_id, defect, requested_at, min(open_until) as open_until
  from panel.common_reports where incident_key is null group by all
)
select opening.complex_id, opening.defect, opening.requested_at, next_opening.requested_at as next_requested_at
from moments as opening
-- A report at the very moment of the repair is a new incident; two at one instant are not two incidents.
asof left join moments as next_opening
  on opening.complex_id = next_opening.complex_id and opening.defect = next_opening.defect
  and greatest(opening.open_until, opening.requested_at + interval 1 microsecond) <= next_opening.requested_at
