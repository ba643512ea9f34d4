-- Complaints and reports of nuisance, from the case system.
--
-- Grain:  one row per report, also where the same matter is reported again.
-- Units:  times are local (Europe/Amsterdam); Luisterpost stores them as UTC.
-- Source: meldingen.csv; a web export, so UTF-8 with a mark in front (BOM), `;` and d-m-yyyy H:MM.
--
-- Cases about money (FIN) and about the corporation itself (ORG) are in this file too. They need no WHERE: the
-- contract leaves them out and counts them, and the same goes for a row whose complex nobody knows.

select
  "Zaaknr" as complaint_id,
  "Complexnr" as complex_id,
  coalesce(strftime(try_strptime("Ontvangen op", '%d-%m-%Y %H:%M'), '%Y-%m-%d %H:%M'), "Ontvangen op") as reported_at,
  -- VERA codes are unique only within their kind, so both parts are given: SOC.GEL.
  "Zaaksoort" || '.' || "Detailsoort" as category,
  case "Kanaal"
    when 'Telefoon' then 'TEL'
    when 'E-mail' then 'EMA'
    when 'Balie' then 'BAL'
    when 'Huisbezoek' then 'BEZ'
    when 'Whatsapp' then 'APP'
    when 'Klantportaal' then 'INT'
    when 'Inspectie' then 'INS'
    when 'Brief' then 'BRI'
    when 'Sms' then 'SMS'
    else "Kanaal"
  end as channel,
  case "Plek"
    when 'Woning' then 'home'
    when 'Gedeelde ruimte' then 'common'
    when 'Omgeving' then 'surroundings'
    else "Plek"
  end as location,
  -- Made unrecognisable on the way in; the number itself is kept nowhere. A name must not even be in the file.
  "Relatienr" as reporter_key,
  "Hoofdzaak" as incident_key,
  coalesce(strftime(try_strptime("Afgehandeld op", '%d-%m-%Y %H:%M'), '%Y-%m-%d %H:%M'), "Afgehandeld op")
    as resolved_at
from read_csv(
  getvariable('inbox') || '/meldingen.csv',
  header = true, skip = 0, delim = ';', quote = '"', escape = '"', encoding = 'utf-8', all_varchar = true)
