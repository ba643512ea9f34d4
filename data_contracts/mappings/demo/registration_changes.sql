-- What the corporation itself changed about registering: rules and systems that make silence.
--
-- Grain:  one row per change.
-- Units:  none.
-- Source: registratie.csv, kept by hand; `;`, Windows-1252, d-m-yyyy.

select
  "Nr" as change_id,
  case "Tabel"
    when 'Meldingen' then 'complaints'
    when 'Reparaties' then 'repairs'
    when 'Huurcontracten' then 'tenancies'
    when 'Veldsignalen' then 'field_signals'
    else "Tabel"
  end as contract,
  "Gebied" as area_team,
  -- Empty: the whole table changes. The words are those of complaints.sql and field_signals.sql.
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
  end as source,
  coalesce(strftime(try_strptime("Vanaf", '%d-%m-%Y'), '%Y-%m-%d'), "Vanaf") as starts_on,
  case "Effect"
    when 'Minder' then 'fewer'
    when 'Meer' then 'more'
    when 'Ander kanaal' then 'other_channel'
    else "Effect"
  end as expected_effect,
  "Wat veranderde er" as description
from read_csv(
  getvariable('inbox') || '/registratie.csv',
  header = true, skip = 0, delim = ';', quote = '"', escape = '"', encoding = 'CP1252', all_varchar = true)
