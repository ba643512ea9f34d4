-- Points lost between two weekly snapshots of the city's evaluation table, as complaints.
--
-- Grain:  one row per drop of CURRENT REACTIVE SCORE between two consecutive snapshots of one evaluation row.
-- Units:  none; how many points were lost is not a number of complaints, so one drop is one event.
-- Source: evaluations/evaluations_DATE.csv; the city publishes only its present table, so a file is a week.
--
-- CURRENT REACTIVE SCORE (0 or less) is what a building loses for orders outstanding outside the regular
-- evaluation, and most of those orders begin with a tenant who complained. It drops when an order is added
-- and rises when one is complied with. CURRENT BUILDING EVAL SCORE contains it together with what officers
-- saw: not used anywhere.

with
snapshot as (
  select
    RSN as complex_id,
    "EVALUATION COMPLETED ON" as evaluated_on,
    try_cast(regexp_extract(filename, 'evaluations_(\d{4}-\d{2}-\d{2})', 1) as date) as seen_on,
    try_cast("CURRENT REACTIVE SCORE" as integer) as score
  from read_csv(
    getvariable('inbox') || '/evaluations/evaluations_????-??-??.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true, union_by_name = true, filename = true)
  -- A row without this date is an evaluation still under way: whether its score moved because of an order or
  -- because of the evaluation itself cannot be told (in the files known to us two rows, with one drop each).
  where nullif(trim("EVALUATION COMPLETED ON"), 'N/A') is not null
),

-- Compared within one evaluation row (same building, same evaluation date), so that a new evaluation, which
-- starts a row with a score of its own, is never mistaken for a complaint.
compared as (
  select
    *,
    lag(score) over evaluation as score_before,
    lag(seen_on) over evaluation as seen_before_on,
    -- Is this row, in this snapshot, still the newest evaluation of its building?
    evaluated_on = max(evaluated_on) over (partition by complex_id, seen_on) as is_current
  from snapshot
  window evaluation as (partition by complex_id, evaluated_on order by seen_on)
),

dropped as (
  select * from compared where score < score_before
),

-- Resolved: the first later snapshot in which the score is back at the level from before the drop, or above
-- it. Once a newer evaluation has taken the open orders over, the rise of the old row says nothing about the
-- trouble.
resolved as (
  select dropped.complex_id, dropped.evaluated_on, dropped.seen_on, min(later.seen_on) as resolved_on
  from dropped
  join compared as later
    on later.complex_id = dropped.complex_id
    and later.evaluated_on = dropped.evaluated_on
    and later.seen_on > dropped.seen_on
    and later.score >= dropped.score_before
    and later.is_current
  group by all
)

select
  -- Nothing in it depends on snapshots that come later, so the same event keeps its name.
  complex_id || '|' || evaluated_on || '|' || seen_on as complaint_id,
  complex_id,
  -- Over more than ten days nobody knows in which week the order came: kept, without a date, in no week at
  -- all. Ten and not seven, because a snapshot that is fetched on a Tuesday instead of a Sunday is still a
  -- weekly one.
  case
    when date_diff('day', seen_before_on, seen_on) <= 10 then strftime(seen_on, '%Y-%m-%d')
  end as reported_at,
  -- No VERA code says "a maintenance order": WOO is fraud by a resident, ORG a complaint about the
  -- corporation itself, which is left out on the way in. OVE, other reports, claims the least.
  'SOC.OVE' as category,
  strftime(resolved_on, '%Y-%m-%d') as resolved_at
from dropped
left join resolved using (complex_id, evaluated_on, seen_on)
order by complaint_id
