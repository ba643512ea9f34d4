-- The complexes of the corporation, from its property system.
--
-- Grain:  one row per complex.
-- Units:  homes = homes to live in, latitude and longitude = WGS 84 degrees.
-- Source: complexen.csv; an export of a Windows program, so `;`, Windows-1252, decimal commas and d-m-yyyy.
--
-- Everything goes out as text, as it came. Luisterpost turns it into numbers and dates itself, and sets a row that
-- does not fit aside with the words it came with.

select
  "Complexnr" as complex_id,
  "Complexnaam" as name,
  "Gebiedsteam" as area_team,
  "Aantal VHE" as homes,
  -- The VERA code of most homes in the complex. VERA knows no flat with a lift, but this system does.
  case when "Lift" = 'J' then 'lift_flat' else "Woningtype" end as building_type,
  "Bouwjaar" as built_year,
  -- A word that is not in the list goes on as it is: the contract then counts it. `else null` would hide it.
  case "Doelgroep"
    when 'Regulier' then 'general'
    when 'Senioren' then 'seniors'
    when 'Zorg' then 'care'
    when 'Studenten' then 'students'
    when 'Jongeren' then 'youth'
    else "Doelgroep"
  end as audience,
  replace("Breedtegraad", ',', '.') as latitude,
  replace("Lengtegraad", ',', '.') as longitude,
  -- A date that cannot be read goes on as it is, so that it is set aside and not lost.
  coalesce(strftime(try_strptime("In exploitatie", '%d-%m-%Y'), '%Y-%m-%d'), "In exploitatie") as in_use_from,
  -- The system wants an end date; the year 9999 is its way to say that there is none.
  case
    when "Uit exploitatie" <> '31-12-9999'
    then coalesce(strftime(try_strptime("Uit exploitatie", '%d-%m-%Y'), '%Y-%m-%d'), "Uit exploitatie")
  end as in_use_until,
  "Buiten gebruik" as homes_out_of_use,
  "CBS-buurt" as neighbourhood_code
-- Nothing about the file is left to guesses: a reader that guesses skips lines that do not fit, and tells nobody.
-- `skip = 0` is part of that; without it, lines above the header are passed over in silence.
from read_csv(
  getvariable('inbox') || '/complexen.csv',
  header = true, skip = 0, delim = ';', quote = '"', escape = '"', encoding = 'CP1252', all_varchar = true)
