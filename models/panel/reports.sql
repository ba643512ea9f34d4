-- Complaints per complex and week.
-- Grain: complex_id, week. Unit: reports. Source: raw.complaints.
with voices as (
  select complex_id, _week as week,
    -- One home about one matter is one voice, however often it has to ask again.
    row_number() over (
      partition by complex_id, incident_key, coalesce(reporter_key, complaint_id) order by reported_at, complaint_id
    ) as time_asked,
    incident_key
  from raw.complaints
  where _week between getvariable('first_week') and getvariable('last_week')
    and _withdrawn_at is null and _valid_until is null
)
select complex_id, week, count(*) as reports
from voices
where incident_key is null or time_asked = 1
group by all
