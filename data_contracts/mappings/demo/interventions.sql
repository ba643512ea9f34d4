-- What the corporation did in a complex or an area, from a list kept by hand.
--
-- Grain:  one row per action, in one complex or in one whole area.
-- Units:  none.
-- Source: acties.csv; UTF-8 with a mark in front (BOM), `;`, d-m-yyyy.

select
  "Actienr" as intervention_id,
  "Complexnr" as complex_id,
  "Gebied" as area_team,
  coalesce(strftime(try_strptime("Begin", '%d-%m-%Y'), '%Y-%m-%d'), "Begin") as starts_on,
  coalesce(strftime(try_strptime("Eind", '%d-%m-%Y'), '%Y-%m-%d'), "Eind") as ends_on,
  -- Camera’s has a curly apostrophe in the file, so it has one here.
  case "Soort actie"
    when 'Brief' then 'letter'
    when 'Alle deuren langs' then 'door_round'
    when 'Bewonersavond' then 'residents_evening'
    when 'Camera’s' then 'cameras'
    when 'Verlichting' then 'lighting'
    when 'Beveiliging' then 'guards'
    when 'Groepsapp' then 'app_group'
    when 'Anders' then 'other'
    else "Soort actie"
  end as kind
from read_csv(
  getvariable('inbox') || '/acties.csv',
  header = true, skip = 0, delim = ';', quote = '"', escape = '"', encoding = 'utf-8', all_varchar = true)
