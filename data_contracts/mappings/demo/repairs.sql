-- Repair requests of residents, from the maintenance system's data warehouse.
--
-- Grain:  one row per request, also where neighbours report the same defect.
-- Units:  none.
-- Source: reparaties.parquet; large, so Parquet. Its times carry their zone and are cast to text with it.

select
  verzoeknummer as repair_id,
  complexnummer as complex_id,
  cast(gemeld_op as varchar) as requested_at,
  cast(gereed_op as varchar) as completed_at,
  -- Spoed and Regulier: the contract reads these Dutch words, and the VERA codes for causes, by itself.
  urgentie as urgency,
  case plek
    when 'Woning' then 'home'
    when 'Gedeelde ruimte' then 'common'
    else plek
  end as location,
  -- STA alone may be a lift or a gutter: VERA wants kind and place together.
  defectsoort || '.' || defectlocatie as defect,
  oorzaak as cause,
  relatienummer as reporter_key,
  storingsnummer as incident_key
from read_parquet(getvariable('inbox') || '/reparaties.parquet')
