-- What officers saw on the spot: evaluations of RentSafeTO and fire inspections of high-rise buildings.
--
-- Grain:  one row per visit (building or street address, and day); for 2019-2023 fire one per inspection with
--         violations. One and not one per bad item: the model counts concerns out of visits.
-- Units:  severity 1 (some) to 3 (much); shares below are of the items that the officer scored on that visit.
-- Source: evaluations/evaluations_DATE.csv (since June 2023), evaluations_2017_2023.csv,
--         fire/highrise_inspections_2017_2019.csv, fire/highrise_violations_2019_2023.csv;
--         addresses of the buildings from these and registrations.csv.
--
-- A visit is a concern when a tenth or more of its scored items is bad. Measured, that is 23 % of the visits
-- since 2023 and 21 % of those before: two scales, one meaning. It is positive when nothing is bad and less
-- than a tenth is middling. CURRENT REACTIVE SCORE and CURRENT BUILDING EVAL SCORE are not looked at: they
-- contain the complaints, and evidence made of complaints could never show what complaints leave out.

with
-- ----------------------------------------------------------------------------------------------- evaluations
-- The weekly files repeat every evaluation; its items never change between them, so the newest copy will do.
evaluation_since_2023 as (
  select
    -- A record that the city itself calls a mistake is no complex; its visits stay, without a place.
    case when not contains(coalesce("SITE ADDRESS", ''), 'CREATED IN ERROR') then RSN end as complex_id,
    RSN as building,
    "EVALUATION COMPLETED ON" as observed_on,
    -- 1 bad, 2 middling, 3 good. Nine of the fifty items are left out: logs, plans and notices on a board
    -- tell how an owner keeps papers, not how a building is doing, and they are the items with the most bad
    -- scores.
    unnest([
      {'item': 'NUMBERING OF PROPERTY', 'score': "NUMBERING OF PROPERTY"},
      {'item': 'EXTERIOR GROUNDS', 'score': "EXTERIOR GROUNDS"},
      {'item': 'FENCING', 'score': "FENCING"},
      {'item': 'RETAINING WALLS', 'score': "RETAINING WALLS"},
      {'item': 'CATCH BASINS / STORM DRAINAGE', 'score': "CATCH BASINS / STORM DRAINAGE"},
      {'item': 'BUILDING EXTERIOR', 'score': "BUILDING EXTERIOR"},
      {'item': 'BALCONY GUARDS', 'score': "BALCONY GUARDS"},
      {'item': 'WINDOWS', 'score': "WINDOWS"},
      {'item': 'EXT. RECEPTACLE STORAGE AREA', 'score': "EXT. RECEPTACLE STORAGE AREA"},
      {'item': 'EXTERIOR WALKWAYS', 'score': "EXTERIOR WALKWAYS"},
      {'item': 'CLOTHING DROP BOXES', 'score': "CLOTHING DROP BOXES"},
      {'item': 'ACCESSORY BUILDINGS', 'score': "ACCESSORY BUILDINGS"},
      {'item': 'INTERCOM', 'score': "INTERCOM"},
      {'item': 'LOBBY - WALLS AND CEILING', 'score': "LOBBY - WALLS AND CEILING"},
      {'item': 'LOBBY FLOORS', 'score': "LOBBY FLOORS"},
      {'item': 'LAUNDRY ROOM', 'score': "LAUNDRY ROOM"},
      {'item': 'INT. RECEPTACLE STORAGE AREA', 'score': "INT. RECEPTACLE STORAGE AREA"},
      {'item': 'MAIL RECEPTACLES', 'score': "MAIL RECEPTACLES"},
      {'item': 'EXTERIOR DOORS', 'score': "EXTERIOR DOORS"},
      {'item': 'STORAGE AREAS/LOCKERS MAINT.', 'score': "STORAGE AREAS/LOCKERS MAINT."},
      {'item': 'POOLS', 'score': "POOLS"},
      {'item': 'OTHER AMENITIES', 'score': "OTHER AMENITIES"},
      {'item': 'PARKING AREAS', 'score': "PARKING AREAS"},
      {'item': 'ABANDONED EQUIP./DERELICT VEH.', 'score': "ABANDONED EQUIP./DERELICT VEH."},
      {'item': 'GARBAGE/COMPACTOR ROOM', 'score': "GARBAGE/COMPACTOR ROOM"},
      {'item': 'ELEVATOR MAINTENANCE', 'score': "ELEVATOR MAINTENANCE"},
      {'item': 'ELEVATOR COSMETICS', 'score': "ELEVATOR COSMETICS"},
      {'item': 'INT. HALLWAY - WALLS / CEILING', 'score': "INT. HALLWAY - WALLS / CEILING"},
      {'item': 'INTERIOR HALLWAY FLOORS', 'score': "INTERIOR HALLWAY FLOORS"},
      {'item': 'INT. LOBBY / HALLWAY LIGHTING', 'score': "INT. LOBBY / HALLWAY LIGHTING"},
      {'item': 'COMMON AREA VENTILATION', 'score': "COMMON AREA VENTILATION"},
      {'item': 'ELECTRICAL SERVICES / OUTLETS', 'score': "ELECTRICAL SERVICES / OUTLETS"},
      {'item': 'CHUTE ROOMS - MAINTENANCE', 'score': "CHUTE ROOMS - MAINTENANCE"},
      {'item': 'STAIRWELL - WALLS AND CEILING', 'score': "STAIRWELL - WALLS AND CEILING"},
      {'item': 'STAIRWELL - LANDING AND STEPS', 'score': "STAIRWELL - LANDING AND STEPS"},
      {'item': 'STAIRWELL LIGHTING', 'score': "STAIRWELL LIGHTING"},
      {'item': 'INT. HANDRAIL / GUARD - SAFETY', 'score': "INT. HANDRAIL / GUARD - SAFETY"},
      {'item': 'INT. HANDRAIL / GUARD - MAINT.', 'score': "INT. HANDRAIL / GUARD - MAINT."},
      {'item': 'GRAFFITI', 'score': "GRAFFITI"},
      {'item': 'BUILDING CLEANLINESS', 'score': "BUILDING CLEANLINESS"},
      {'item': 'COMMON AREA PESTS', 'score': "COMMON AREA PESTS"}
    ], recursive := true)
  from (
    select *
    from read_csv(
      getvariable('inbox') || '/evaluations/evaluations_????-??-??.csv*',
      header = true, delim = ',', quote = '"', all_varchar = true, union_by_name = true, filename = true)
    -- Without a date the evaluation is still under way and has no scored item yet: nobody has seen anything.
    where nullif(trim("EVALUATION COMPLETED ON"), 'N/A') is not null
    qualify row_number() over (partition by RSN, "EVALUATION COMPLETED ON" order by filename desc) = 1
  )
),

evaluation_until_2023 as (
  select
    _id as row_number,
    case when not contains(coalesce(SITE_ADDRESS, ''), 'CREATED IN ERROR') then RSN end as complex_id,
    RSN as building,
    EVALUATION_COMPLETED_ON as observed_on,
    -- 1 and 2 bad, 3 middling, 4 and 5 good.
    unnest([
      {'item': 'ENTRANCE LOBBY', 'score': ENTRANCE_LOBBY},
      {'item': 'ENTRANCE DOORS WINDOWS', 'score': ENTRANCE_DOORS_WINDOWS},
      {'item': 'SECURITY', 'score': SECURITY},
      {'item': 'STAIRWELLS', 'score': STAIRWELLS},
      {'item': 'LAUNDRY ROOMS', 'score': LAUNDRY_ROOMS},
      {'item': 'INTERNAL GUARDS HANDRAILS', 'score': INTERNAL_GUARDS_HANDRAILS},
      {'item': 'GARBAGE CHUTE ROOMS', 'score': GARBAGE_CHUTE_ROOMS},
      {'item': 'GARBAGE BIN STORAGE AREA', 'score': GARBAGE_BIN_STORAGE_AREA},
      {'item': 'ELEVATORS', 'score': ELEVATORS},
      {'item': 'STORAGE AREAS LOCKERS', 'score': STORAGE_AREAS_LOCKERS},
      {'item': 'INTERIOR WALL CEILING FLOOR', 'score': INTERIOR_WALL_CEILING_FLOOR},
      {'item': 'INTERIOR LIGHTING LEVELS', 'score': INTERIOR_LIGHTING_LEVELS},
      {'item': 'GRAFFITI', 'score': GRAFFITI},
      {'item': 'EXTERIOR CLADDING', 'score': EXTERIOR_CLADDING},
      {'item': 'EXTERIOR GROUNDS', 'score': EXTERIOR_GROUNDS},
      {'item': 'EXTERIOR WALKWAYS', 'score': EXTERIOR_WALKWAYS},
      {'item': 'BALCONY GUARDS', 'score': BALCONY_GUARDS},
      {'item': 'WATER PEN EXT BLDG ELEMENTS', 'score': WATER_PEN_EXT_BLDG_ELEMENTS},
      {'item': 'PARKING AREA', 'score': PARKING_AREA},
      {'item': 'OTHER FACILITIES', 'score': OTHER_FACILITIES}
    ], recursive := true)
  from read_csv(
    getvariable('inbox') || '/evaluations_2017_2023.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true)
),

-- Both scales as one: 1 bad, 2 middling, 3 good, empty where not applicable ('N/A', at times with a blank
-- before it).
scored as (
  select
    complex_id, building, observed_on, '' as row_number, item,
    -- 0 occurs too and is the worst: the city's own score counts it as an item with no points at all.
    case
      when trim(score) in ('0', '1') then 1
      when trim(score) = '2' then 2
      when trim(score) = '3' then 3
    end as grade
  from evaluation_since_2023
  union all by name
  select
    complex_id, building, observed_on, row_number, item,
    case
      when trim(score) in ('1', '2') then 1
      when trim(score) = '3' then 2
      when trim(score) in ('4', '5') then 3
    end as grade
  from evaluation_until_2023
),

evaluated as (
  select
    complex_id, building, observed_on,
    count(grade) as items,
    count(*) filter (grade = 1) as bad_items,
    count(*) filter (grade = 2) as middling_items,
    array_to_string(list(item order by item) filter (grade = 1)[:5], ', ') as some_bad_items,
    bool_or(item = 'BUILDING CLEANLINESS' and grade = 1) as is_filthy
  from scored
  group by complex_id, building, observed_on, row_number
  -- A record with a date and not one scored item says nothing, not even that it was calm (two in our files).
  having items > 0
  -- Typed in twice or three times on one day is one visit; the worst version stands.
  qualify row_number() over (
    partition by building, observed_on order by bad_items / items desc, row_number) = 1
),

-- ------------------------------------------------------------------------------------------ fire inspections
fire_row as (
  select
    propertyAddress as address,
    "inspections.OpenedDate"[:10] as observed_on,
    "violations.violationDescription" as violation,
    null as inspection,
    true as is_visit
  from read_csv(
    getvariable('inbox') || '/fire/highrise_inspections_2017_2019.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true)
  union all by name
  select
    property_address as address,
    inspections_opendate[:10] as observed_on,
    violation_description as violation,
    inspection_thread as inspection,
    -- This file lists violations only: a missing row does not tell a good visit from none. What stands in it
    -- is evidence to show, and no part of a rate.
    false as is_visit
  from read_csv(
    getvariable('inbox') || '/fire/highrise_violations_2019_2023.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true)
),

building_address as (
  select RSN as complex_id, SITE_ADDRESS as address
  from read_csv(
    getvariable('inbox') || '/registrations.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true)
  union
  -- Former addresses of a building too: the fire files are older than today's numbering.
  select RSN as complex_id, "SITE ADDRESS" as address
  from read_csv(
    getvariable('inbox') || '/evaluations/evaluations_????-??-??.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true, union_by_name = true)
  union
  select RSN as complex_id, SITE_ADDRESS as address
  from read_csv(
    getvariable('inbox') || '/evaluations_2017_2023.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true)
  where not contains(coalesce(SITE_ADDRESS, ''), 'CREATED IN ERROR')
),

-- '1131  O'Connor Dr - BLDG A <<ROLL# CHG>>' becomes '1131 OCONNOR DR'. A hyphen between two numbers is a
-- range and stays. Nothing fuzzier than this: the nearest miss of '30 CHARLES ST W' is '30 CHARLES ST E',
-- another building.
normalised as (
  select address, trim(upper(address)
    .regexp_replace('<<.*>>', '')
    .regexp_replace('(\s-|-\s|--|#).*$', '')
    .regexp_replace('[^A-Z0-9 -]', '', 'g')
    .regexp_replace('\bSTREET\b', 'ST', 'g')
    .regexp_replace('\s+', ' ', 'g')
  ) as street_address
  from (select address from building_address union select address from fire_row)
),

-- Two buildings on one address cannot be told apart, so neither gets the inspection.
placed as (
  select street_address, min(complex_id) as complex_id
  from building_address join normalised using (address)
  group by street_address
  having count(distinct complex_id) = 1
),

inspected as (
  select
    coalesce(street_address, 'no address') as street_address, inspection, is_visit,
    min(observed_on) as observed_on,
    count(violation) as violations,
    array_to_string(list(distinct violation order by violation) filter (violation is not null)[:3], '; ')
      as some_violations
  from fire_row left join normalised using (address)
  -- The older file has no number of the inspection: there it is an address and a day. In the newer one it is
  -- the number, whatever the days.
  group by street_address, inspection, is_visit, case when inspection is null then observed_on end
),

-- ---------------------------------------------------------------------------------------------- all together
visit as (
  select
    'evaluation' as program,
    program || '|' || building || '|' || observed_on as signal_id,
    complex_id,
    building as visited,
    true as is_visit,
    observed_on,
    case
      when 10 * bad_items >= items then 'concern'
      when bad_items = 0 and 10 * middling_items < items then 'positive'
      else 'nothing_special'
    end as finding,
    -- Of the VERA codes only filth in or around the home (ONE.VER) is an item here. Graffiti is one too, but
    -- AGR (damage to property) would ring the bell for safety in every twentieth building.
    case when is_filthy then 'ONE.VER' end as kind,
    case
      when 10 * bad_items >= 3 * items then 3
      when 10 * bad_items >= 2 * items then 2
      else 1
    end as severity,
    bad_items || ' of ' || items || ' items bad' || coalesce(': ' || some_bad_items, '') as note
  from evaluated
  union all by name
  select
    'fire' as program,
    program || '|' || street_address || '|' || coalesce(inspection, observed_on) as signal_id,
    placed.complex_id,
    street_address as visited,
    is_visit,
    observed_on,
    case when violations > 0 then 'concern' else 'nothing_special' end as finding,
    -- No code for a blocked stairwell or a broken alarm; BRA would be arson, which no inspection says.
    null as kind,
    case when violations >= 10 then 3 when violations >= 5 then 2 else 1 end as severity,
    violations || ' fire code violations' || coalesce(': ' || some_violations, '') as note
  from inspected
  left join placed using (street_address)
)

select
  signal_id,
  complex_id,
  case when is_visit then signal_id end as visit_key,
  observed_on,
  'inspection' as source,
  -- Evaluations are cyclical (every two years; until 2023 one to three) and high-rises are inspected by fire
  -- officers on a cycle as well. A second visit within half a year is neither: somebody had a reason to come
  -- back, which the files do not tell, so it stays empty and does not inform the estimate of the condition.
  case
    when not is_visit then null
    when date_diff('day', lag(day) over earlier, day) < 180 then null
    else 'routine'
  end as occasion,
  finding,
  case when finding = 'concern' then kind end as kind,
  case when finding = 'concern' then severity::varchar end as severity,
  case when finding = 'concern' then note end as note
from (select *, try_cast(observed_on as date) as day from visit)
window earlier as (partition by program, visited, is_visit order by day)
order by signal_id
