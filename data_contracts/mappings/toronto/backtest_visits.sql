-- What officers saw on their evaluations since 2023, as the city's own score: what a backtest holds scores against.
--
-- Grain:  one row per building (RSN) and day of evaluation.
-- Units:  score 0 (all items bad) to 100 (all items good).
-- Source: evaluations/evaluations_DATE.csv.
--
-- PROACTIVE BUILDING SCORE only: what was seen on the visit. CURRENT BUILDING EVAL SCORE adds the points lost for
-- orders, most of which begin with a complaint, so it would prove whatever complaints say: not used anywhere.
-- The evaluations of 2017-2023 are left out: their score is of another scale.
select
  RSN as complex_id,
  "EVALUATION COMPLETED ON" as observed_on,
  "PROACTIVE BUILDING SCORE" as score
from read_csv(
  getvariable('inbox') || '/evaluations/evaluations_????-??-??.csv*',
  header = true, delim = ',', quote = '"', all_varchar = true, union_by_name = true, filename = true)
-- Without a date the evaluation is still under way.
where nullif(trim("EVALUATION COMPLETED ON"), 'N/A') is not null
  and nullif(trim("PROACTIVE BUILDING SCORE"), 'N/A') is not null
  and not contains(coalesce("SITE ADDRESS", ''), 'CREATED IN ERROR')
-- The weekly files repeat every evaluation. The first copy stands: what was corrected later was not known then.
qualify row_number() over (partition by RSN, "EVALUATION COMPLETED ON" order by filename) = 1
order by complex_id, observed_on
