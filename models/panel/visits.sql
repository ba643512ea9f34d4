-- Visits, and those on which something gave concern, per complex and week.
-- Grain: complex_id, week. Unit: visits. Sources: raw.field_signals, panel.honest_weeks.
--
-- No visit is no information, never "fine". A visit because of a complaint or a flag would feed itself, so only
-- routine and drawn visits count; where the source does not say why somebody went there, we do not guess.
with signals as (
  select *, date_trunc('week', observed_on)::date as week
  from raw.field_signals
  where _week between getvariable('first_week') and getvariable('last_week')
    and _withdrawn_at is null and _valid_until is null
),
counted as (
  select signals.complex_id, signals.week, signals.visit_key, signals.finding
  from signals
  -- A source that never says "nothing special" tells of what stood out, good or bad: we do not know how often it looked.
  asof join panel.honest_weeks
    on signals.source = honest_weeks.source and signals.week >= honest_weeks.week
  where signals.visit_key is not null
    and signals.occasion in ('routine', 'draw')
    and signals.week - honest_weeks.week < 7 * getvariable('honest_source_weeks')::int
),
visits as (
  select complex_id, week, visit_key, bool_or(finding = 'concern') as has_concern
  from counted group by all
),
rates as (
  select complex_id, week, count(*) as visits, count(*) filter (has_concern) as concerns
  from visits group by all
),
-- Every signal is shown as evidence, also those that can be no rate.
shown as (
  select complex_id, week,
    count(*) filter (finding = 'concern') as concern_signals,
    -- AGR holds threats, arson and vandalism; VERA has no finer code that every corporation uses.
    count(*) filter (finding = 'concern' and kind like 'AGR%') as threat_signals
  from signals group by all
)
select complex_id, week,
  coalesce(visits, 0) as visits,
  coalesce(concerns, 0) as concerns,
  coalesce(concern_signals, 0) as concern_signals,
  coalesce(threat_signals, 0) as threat_signals
from rates full join shown using (complex_id, week)
