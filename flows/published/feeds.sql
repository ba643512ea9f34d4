-- How the feed of each source stands at the end of the week, per area team and channel.
-- Grain: source, area_team, channel. Unit: rows. Source: checks.feeds, as the watch over feeds left it.
--
-- How often one team goes and looks is nobody's figure: of its signals only the state is told, not the count.
with told as (
  from checks.feeds
  select *, source = 'field_signals' and area_team <> 'all' as is_of_people
)
select * exclude (is_of_people) replace (
  case when not is_of_people then seen_recently end as seen_recently,
  case when not is_of_people then due_recently end as due_recently,
  case when not is_of_people then seen end as seen,
  case when not is_of_people then expected end as expected
)
from told
