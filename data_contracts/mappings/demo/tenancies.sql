-- Tenancies, running and ended, from the rental system.
--
-- Grain:  one row per tenancy.
-- Units:  found_condition = NEN 2767, 1 (good) to 6 (bad).
-- Source: huurcontracten.csv; out of a query tool, so `;`, Windows-1252, d-m-yyyy, and NULL in empty cells.
--
-- NULL as a word needs no care: Luisterpost reads it as an empty cell. No column about the tenant is exported.

select
  "Contractnr" as tenancy_id,
  "Complexnr" as complex_id,
  -- Made unrecognisable on the way in.
  "VHE-nr" as home_key,
  coalesce(strftime(try_strptime("Ingangsdatum", '%d-%m-%Y'), '%Y-%m-%d'), "Ingangsdatum") as started_on,
  coalesce(strftime(try_strptime("Einddatum", '%d-%m-%Y'), '%Y-%m-%d'), "Einddatum") as ended_on,
  -- VERA codes already. Another name on the contract (WIJ) and a swap (WON) stay in: Luisterpost knows they are no
  -- departure.
  "Reden einde" as end_reason,
  -- Written as 3,0 here.
  replace("Conditie", ',', '.') as found_condition
from read_csv(
  getvariable('inbox') || '/huurcontracten.csv',
  header = true, skip = 0, delim = ';', quote = '"', escape = '"', encoding = 'CP1252', all_varchar = true)
