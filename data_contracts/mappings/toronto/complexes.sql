-- Every building that the City of Toronto registers or has ever evaluated, as a complex.
--
-- Grain:  one row per building (RSN, the city's building key).
-- Units:  homes = rental units, latitude and longitude = WGS 84 degrees.
-- Source: registrations.csv, the weekly evaluations/evaluations_DATE.csv, evaluations_2017_2023.csv.
--
-- The registration alone is not enough: it is today's list, and buildings that have left it were visited and
-- drew complaints before. A signal without its complex could not be placed, so the set is the union of all
-- three tables; what has left is kept with the last date that the city's tables prove it (in_use_until).
-- audience is left out: the city says who owns a building, not for whom it is.

with
-- 'N/A' is how these tables write an empty cell.
registered as (
  select
    RSN as complex_id,
    nullif(trim(SITE_ADDRESS), 'N/A') as address,
    nullif(trim(WARD), 'N/A') as ward,
    -- The newer twin NO_OF_UNITS (and NO_OF_STOREYS) stands in the file as well, but is empty in every row.
    nullif(trim(CONFIRMED_UNITS), 'N/A') as homes,
    nullif(trim(YEAR_BUILT), 'N/A') as built_year,
    try_cast(CONFIRMED_STOREYS as integer) as storeys,
    try_cast(NO_OF_ELEVATORS as integer) as lifts
  from read_csv(
    getvariable('inbox') || '/registrations.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true)
  -- One row per building in the files we know; a copy beside the original must not double a complex.
  qualify row_number() over (partition by RSN order by CONFIRMED_UNITS desc) = 1
),

evaluation as (
  select
    RSN as complex_id,
    regexp_extract(filename, 'evaluations_(\d{4}-\d{2}-\d{2})', 1) as seen_on,
    "EVALUATION COMPLETED ON" as evaluated_on,
    nullif(trim("SITE ADDRESS"), 'N/A') as address,
    nullif(trim(WARD), 'N/A') as ward,
    nullif(trim(WARDNAME), 'N/A') as ward_name,
    nullif(trim("CONFIRMED UNITS"), 'N/A') as homes,
    nullif(trim("YEAR BUILT"), 'N/A') as built_year,
    nullif(trim(LATITUDE), 'N/A') as latitude,
    nullif(trim(LONGITUDE), 'N/A') as longitude
  from read_csv(
    getvariable('inbox') || '/evaluations/evaluations_????-??-??.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true, union_by_name = true, filename = true)
  union all by name
  -- A row of the closed table proves the building on the day of the visit, no later.
  select
    RSN as complex_id,
    EVALUATION_COMPLETED_ON as seen_on,
    EVALUATION_COMPLETED_ON as evaluated_on,
    nullif(trim(SITE_ADDRESS), 'N/A') as address,
    nullif(trim(WARD), 'N/A') as ward,
    nullif(trim(WARDNAME), 'N/A') as ward_name,
    nullif(trim(CONFIRMED_UNITS), 'N/A') as homes,
    nullif(trim(YEAR_BUILT), 'N/A') as built_year,
    nullif(trim(LATITUDE), 'N/A') as latitude,
    nullif(trim(LONGITUDE), 'N/A') as longitude
  from read_csv(
    getvariable('inbox') || '/evaluations_2017_2023.csv*',
    header = true, delim = ',', quote = '"', all_varchar = true)
),

-- A snapshot holds a building once per evaluation: the later evaluation of the later snapshot is the newest
-- row.
dated as (
  select *, seen_on || '|' || coalesce(evaluated_on, '') as version from evaluation
),

-- Per column the newest cell that is filled: arg_max skips empty ones, and many rows lack coordinates.
evaluated as (
  select
    complex_id,
    arg_max(address, version) as address,
    arg_max(ward, version) as ward,
    arg_max(homes, version) as homes,
    -- A year with two digits of a month behind it (202510) is a typing error: the next best year is taken.
    arg_max(built_year, version) filter (regexp_full_match(built_year, '[0-9]{4}')) as built_year,
    arg_max(latitude, version) as latitude,
    arg_max(longitude, version) as longitude,
    max(seen_on) as last_seen_on
  from dated
  group by complex_id
),

newest as (
  select max(seen_on) as snapshot_on from evaluation
),

-- Only the evaluations name the wards; the registration knows their number.
ward_names as (
  select ward, arg_max(ward_name, version) as ward_name from dated group by ward
),

building as (
  select
    complex_id,
    regexp_replace(coalesce(registered.address, evaluated.address), '\s+', ' ', 'g') as name,
    coalesce(registered.ward, evaluated.ward) as ward,
    -- The snapshot first: it is fetched every week, and the known 326,558 homes are counted on it.
    coalesce(evaluated.homes, registered.homes) as homes,
    -- Lifts are the one thing about the type that the source really says. A building of 7 storeys or more
    -- without a lift is a typing error; one without lifts may be a porch or a gallery flat, which nobody
    -- wrote down.
    case
      when registered.lifts >= 1 then 'lift_flat'
      when registered.lifts = 0 and registered.storeys < 7 then 'other'
    end as building_type,
    coalesce(
      case when regexp_full_match(registered.built_year, '[0-9]{4}') then registered.built_year end,
      evaluated.built_year
    ) as built_year,
    evaluated.latitude,
    evaluated.longitude,
    -- Neither registered nor in the newest snapshot: gone, else it would count as a quiet building for ever.
    case
      when registered.complex_id is null and evaluated.last_seen_on < newest.snapshot_on
      then evaluated.last_seen_on
    end as in_use_until
  from registered
  full join evaluated using (complex_id)
  cross join newest
)

select
  complex_id,
  name,
  'Ward ' || ward || coalesce(' ' || ward_name, '') as area_team,
  -- A registration not yet confirmed has 0 homes. It goes on as it is: the contract sets it aside and counts
  -- it.
  homes,
  building_type,
  built_year,
  latitude,
  longitude,
  in_use_until
from building
left join ward_names using (ward)
-- A record that the city itself calls a mistake is no building (one, of an office where no tenant lives).
where not contains(coalesce(name, ''), 'CREATED IN ERROR')
order by complex_id
