-- What became of each source this week; state and last day are judged beside it (freshness).
-- Grain: source. Unit: rows. Sources: checks.accounts, checks.runs.
--
-- Rows read = kept + quarantined + already known + forgotten.
-- Reading the same delivery a second time finds every row already known. The account that counts for the week is the
-- one of its first reading, else a second run would change what was published.
with this_run as (from checks.accounts where run_id = getvariable('run_id')),
first_reading as (
  select earlier.* from checks.accounts as earlier
  join checks.runs as reading on reading.run_id = earlier.run_id
  join this_run
    on this_run.source = earlier.source and this_run.fingerprint = earlier.fingerprint and earlier.state = this_run.state
    and this_run.rows_read = earlier.rows_read and this_run.rows_quarantined = earlier.rows_quarantined
  -- What was forgotten on purpose since is told as forgotten, not as it was first read.
  where earlier.state = 'taken' and reading.started_at >= coalesce(
    (select max(started_at) from checks.runs where starts_with(run_id, 'forget-')), timestamp '0001-01-01'
  ) and (
    reading.week = getvariable('week')
    -- Killed before it chose its week: it read for the week that was chosen next.
    or reading.week is null and not exists (
      from checks.runs as other
      where other.run_id > earlier.run_id and other.run_id < getvariable('run_id') and other.week <> getvariable('week')
    )
  )
  qualify row_number() over (partition by earlier.source order by earlier.run_id) = 1
)
select this_run.source, this_run.state, left(this_run.reason, 1000) as reason,
  coalesce(first_reading.rows_read, this_run.rows_read) as rows_read,
  coalesce(first_reading.rows_kept, this_run.rows_kept) as rows_kept,
  coalesce(first_reading.rows_quarantined, this_run.rows_quarantined) as rows_quarantined,
  coalesce(first_reading.rows_already_known, this_run.rows_already_known) as rows_already_known,
  coalesce(first_reading.rows_forgotten, this_run.rows_forgotten) as rows_forgotten,
  coalesce(first_reading.rows_withdrawn, this_run.rows_withdrawn) as rows_withdrawn
from this_run left join first_reading using (source)
