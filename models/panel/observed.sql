-- From which week to which week each source could be observed, per area team.
-- Grain: area_team, source. Unit: Mondays, both inclusive.
-- Sources: panel.feed_rows, panel.homes, checks.gaps.
--
-- Outside these weeks a zero means "not delivered", and the stream is masked. A source is observed from its first to
-- its last week with any row. A team may have begun later; but a small team has weeks without any row by plain
-- chance, so its own first and last week only count where too many rows are missing for chance.
with per_team as (
  select area_team, source, min(week) as first_week, max(week) as last_week, sum(row_count) as row_count
  from panel.feed_rows group by all
),
per_source as (
  select source, min(week) as source_first_week, max(week) as source_last_week, sum(row_count) as row_count
  from panel.feed_rows group by all
),
team_weeks as (
  select area_team, week, count(*) as complexes from panel.homes group by all
),
-- When a team had complexes in use while the source was delivered at all: only then rows are due.
due as (
  select team_weeks.area_team, per_source.source,
    min(team_weeks.week) as due_from, max(team_weeks.week) as due_until, sum(team_weeks.complexes) as complex_weeks
  from team_weeks
  join per_source on team_weeks.week between per_source.source_first_week and per_source.source_last_week
  group by all
),
paced as (
  select due.area_team, due.source, due.due_from, due.due_until, per_team.first_week, per_team.last_week,
    -- Its own pace, so that a whole district falling silent stays visible instead of being masked.
    per_team.row_count / (1 + (per_team.last_week - per_team.first_week) / 7) as rows_a_week,
    per_source.row_count / sum(due.complex_weeks) over (partition by due.source) * due.complex_weeks as rows_due
  from due
  join per_source using (source)
  left join per_team using (area_team, source)
),
-- A mapping that says from when a source was observed (a gap since always) vouches for the weeks after it.
declared as (
  select source, max(until_on) as not_observed_until
  from checks.gaps where from_on = date '0001-01-01' group by source
)
select paced.area_team, paced.source,
  case
    when not_observed_until is not null then greatest(due_from, date_trunc('week', not_observed_until + 7)::date)
    when first_week is null or rows_a_week * (first_week - due_from) / 7 < getvariable('chance_gap_rows')
      then due_from
    else first_week
  end as first_week,
  case when last_week is null or rows_a_week * (due_until - last_week) / 7 < getvariable('chance_gap_rows')
    then due_until else last_week end as last_week
from paced left join declared using (source)
-- A team that never had a row is observed only if so few were due that none may be chance, or the mapping says so.
where first_week is not null or rows_due < getvariable('chance_gap_rows') or not_observed_until is not null
