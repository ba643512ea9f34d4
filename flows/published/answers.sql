-- What area teams answered on flags, without their notes.
-- Grain: flag_id, reviewed_on. Sources: raw.outcomes, flags.flags.
select outcomes.flag_id, reviewed_on, verdict, do_residents_report, outcomes.lead, outcomes.mandate, outcomes.phase,
  is_step_agreed, next_step, snooze_until, is_overruled, flagged.complex_id, flagged.area_team
from raw.outcomes
join (select flag_id, min(complex_id) as complex_id, min(area_team) as area_team from flags.flags group by all) as flagged
  using (flag_id)
where _withdrawn_at is null and reviewed_on < getvariable('week') + 7
