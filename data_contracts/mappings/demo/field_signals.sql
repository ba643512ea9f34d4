-- What caretakers, technicians and others saw, from the workbook that they share.
--
-- Grain:  one row per observation; observations of one round share "Rondenr".
-- Units:  severity = 1 (light) to 3 (grave).
-- Source: veldsignalen.xlsx, first sheet.
--
-- Who looked is a role, never a person. A row without "Rondenr" came in by itself (police, intake): nobody knows how
-- often they look, so it is shown as evidence and never counted as a visit.

select
  "Nr" as signal_id,
  "Complex" as complex_id,
  "Rondenr" as visit_key,
  coalesce(
    -- Excel keeps a date as the number of days since 30 December 1899 ...
    strftime(date '1899-12-30' + try_cast(try_cast("Datum" as double) as integer), '%Y-%m-%d'),
    -- ... unless somebody typed it as text.
    strftime(try_strptime("Datum", '%d-%m-%Y'), '%Y-%m-%d'),
    "Datum"
  ) as observed_on,
  case "Wie keek"
    when 'Wijkbeheerder' then 'caretaker'
    when 'Monteur' then 'technician'
    when 'Aannemer' then 'contractor'
    when 'Keuring' then 'inspection'
    when 'Intake' then 'intake'
    when 'Politie' then 'police'
    when 'Gemeente' then 'municipality'
    when 'Bewoners' then 'residents'
    else "Wie keek"
  end as source,
  case "Aanleiding"
    when 'Vaste ronde' then 'routine'
    when 'Loting' then 'draw'
    when 'Luisterpost' then 'flag'
    when 'Klacht' then 'complaint'
    else "Aanleiding"
  end as occasion,
  -- "Niets bijzonders" is worth as much as a worry: it tells calm from not looked at.
  case "Bevinding"
    when 'Zorg' then 'concern'
    when 'Niets bijzonders' then 'nothing_special'
    when 'Iets goeds' then 'positive'
    else "Bevinding"
  end as finding,
  "Soort" as kind,
  "Ernst" as severity,
  -- Read and counted, not kept.
  "Opmerking" as note
-- Without `stop_at_empty = false` all that follows an empty row would be dropped.
from read_xlsx(
  getvariable('inbox') || '/veldsignalen.xlsx',
  header = true, all_varchar = true, stop_at_empty = false)
