-- Complexes with a safety matter in the last weeks: these pass ahead of all statistics.
-- Grain: complex_id. Sources: raw.field_signals, raw.complaints.
--
-- Arson is enough by itself. A threat shares its VERA code with quarrels, so it needs a professional who saw it, or
-- two sources that do not know of each other; neighbours who complain are one source, however many they are.
with threats as (
  select complex_id, source, kind
  from raw.field_signals
  where finding = 'concern' and kind like 'AGR%'
    and _week > getvariable('last_week') - 7 * getvariable('safety_weeks')::int and _week <= getvariable('last_week')
    and _withdrawn_at is null and _valid_until is null
  union all
  select complex_id, 'residents', category
  from raw.complaints
  where category = 'SOC.AGR'
    and _week > getvariable('last_week') - 7 * getvariable('safety_weeks')::int and _week <= getvariable('last_week')
    and _withdrawn_at is null and _valid_until is null
)
select complex_id
from threats
group by complex_id
-- The casts are for a policy that names none: an empty list has no type of its own.
having bool_or(list_contains(getvariable('arson_codes')::varchar[], kind))
  or bool_or(list_contains(getvariable('professional_sources')::varchar[], source))
  or count(distinct source) >= 2
