-- Repair requests per complex and week, urgent and normal apart.
-- Grain: complex_id, week. Unit: requests. Source: raw.repairs.
--
-- Urgent repairs are hardly a choice: water through the ceiling is reported by the frightened too. Normal ones wait
-- on somebody's willingness to call. That difference is what makes silence visible.
select repairs.complex_id, repairs._week as week,
  count(*) filter (repairs.urgency = 'urgent' and not is_damage) as urgent_repairs,
  count(*) filter (repairs.urgency = 'normal' and not is_damage) as normal_repairs,
  -- Damage done on purpose: with few complaints beside it, a sign of fear. Counted here only, or the damage of a place
  -- where nobody dares to speak would make its residents look talkative.
  count(*) filter (is_damage) as vandalism_repairs
from (select *, coalesce(cause in ('vandalism', 'fire'), false) as is_damage from raw.repairs) as repairs
-- Nine calls about one lift are one request and eight follow-up reports: counted there, not twice.
left join panel.incidents as follow_up
  on follow_up.repair_id = repairs.repair_id and follow_up.report_number > 1
where repairs._week between getvariable('first_week') and getvariable('last_week')
  and repairs._withdrawn_at is null and repairs._valid_until is null
  and follow_up.repair_id is null
group by all
