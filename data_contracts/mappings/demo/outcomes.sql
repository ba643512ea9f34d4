-- What area teams answered to a flag, from the answer sheet.
--
-- Grain:  one row per flag and day of the answer.
-- Units:  none.
-- Source: antwoorden.csv; UTF-8 with a mark in front (BOM), `;`, d-m-yyyy. Empty as long as nobody answered.
--
-- The contract reads the words of the Dutch sheet (zorgen, in orde, wist ik al, ja, nee, gemeente) by itself.

select
  "Vlagnr" as flag_id,
  coalesce(strftime(try_strptime("Beantwoord op", '%d-%m-%Y'), '%Y-%m-%d'), "Beantwoord op") as reviewed_on,
  "Wat trof je aan" as verdict,
  "Weten bewoners ons te vinden" as do_residents_report,
  -- Organisations, never persons.
  "Wie leidt" as lead,
  "Wie beslist" as mandate,
  "Fase" as phase,
  -- This sheet does not ask it; where one does: "Stap afgesproken" as is_step_agreed.
  null as is_step_agreed,
  "Volgende stap" as next_step,
  coalesce(strftime(try_strptime("Rust tot en met", '%d-%m-%Y'), '%Y-%m-%d'), "Rust tot en met") as snooze_until,
  "Anders besloten" as is_overruled,
  "Notitie" as note
from read_csv(
  getvariable('inbox') || '/antwoorden.csv',
  header = true, skip = 0, delim = ';', quote = '"', escape = '"', encoding = 'utf-8', all_varchar = true)
