-- Version 2: an account says how many delivered rows are left out because somebody asked to be forgotten.
-- Nobody could ask before, so older runs left out none.
alter table checks.accounts add column rows_forgotten bigint;
update checks.accounts set rows_forgotten = 0;
-- What was set apart, and the reasons why a source stopped, were not cleaned of names and numbers before. A broken row
-- that still stands in its source is set apart again, cleaned, the next time it is read.
delete from checks.quarantine;
update checks.accounts set reason = null;
