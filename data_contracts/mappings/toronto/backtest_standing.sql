-- Points that a building loses for orders still open, in the newest snapshot: what a backtest compares a score with.
--
-- Grain:  one row per building (RSN) with an evaluation in the newest snapshot.
-- Units:  points lost (0 = nothing open).
-- Source: evaluations/evaluations_DATE.csv.
--
-- An order from before the first snapshot never shows as a drop, so the complaints alone would call such a building
-- quiet. In the snapshot of July 2025 that is every twelfth one.
with
snapshot as (
  select
    RSN as complex_id,
    "EVALUATION COMPLETED ON" as evaluated_on,
    "SITE ADDRESS" as address,
    regexp_extract(filename, 'evaluations_(\d{4}-\d{2}-\d{2})', 1) as seen_on,
    try_cast("CURRENT REACTIVE SCORE" as integer) as score
  from read_csv(
    getvariable('inbox') || '/evaluations/evaluations_????-??-??.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true, union_by_name = true, filename = true)
  where nullif(trim("EVALUATION COMPLETED ON"), 'N/A') is not null
)
select
  complex_id,
  greatest(-score, 0)::varchar as weight
from snapshot
where seen_on = (select max(seen_on) from snapshot)
  and score is not null
  and not contains(coalesce(address, ''), 'CREATED IN ERROR')
-- A newer evaluation has taken the open orders of the older one over.
qualify row_number() over (partition by complex_id order by evaluated_on desc) = 1
order by complex_id
