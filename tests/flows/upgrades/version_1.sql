-- The tables of a warehouse of version 1, as the release of that version made them.
-- Frozen: whoever changes a table writes a step in flows/upgrades, and this file stays as it is.
create schema raw;
create schema staging;
create schema panel;
create schema scores;
create schema flags;
create schema checks;
create schema publish;
create table checks.accounts (
  run_id VARCHAR, source VARCHAR, state VARCHAR, reason VARCHAR, fingerprint VARCHAR, file VARCHAR, ignored
  VARCHAR[], rows_read BIGINT, rows_kept BIGINT, rows_quarantined BIGINT, rows_already_known BIGINT, rows_withdrawn
  BIGINT
);
create table checks.answer_files (
  run_id VARCHAR, file VARCHAR, state VARCHAR, n_rows BIGINT, n_answers BIGINT, n_completing BIGINT, n_copies
  BIGINT, n_replaced BIGINT, n_set_apart BIGINT, n_empty BIGINT, reason VARCHAR
);
create table checks.fell_off (
  week DATE, area_team VARCHAR, n_fell_off BIGINT
);
create table checks.folder_answers (
  flag_id VARCHAR, reviewed_on DATE
);
create table checks.gaps (
  source VARCHAR, from_on DATE, until_on DATE
);
create table checks.quarantine (
  source VARCHAR, rules VARCHAR[], original VARCHAR, copies BIGINT, first_seen_at TIMESTAMP, last_seen_at TIMESTAMP
);
create table checks.rule_outcomes (
  run_id VARCHAR, source VARCHAR, rule_id VARCHAR, breaches BIGINT, rows BIGINT, tolerance DOUBLE
);
create table checks.runs (
  run_id VARCHAR, week DATE, started_at TIMESTAMP, is_published BOOLEAN
);
create table checks.secret (
  secret_check VARCHAR
);
create table checks.version (
  version INTEGER
);
create table flags.flags (
  flag_id VARCHAR, week DATE, first_week DATE, complex_id VARCHAR, area_team VARCHAR, rank INTEGER, why VARCHAR,
  inclusion_probability DOUBLE, silence_kind VARCHAR, p_quiet_decline DOUBLE, evidence STRUCT(stream VARCHAR, seen
  BIGINT, expected DOUBLE, period_weeks INTEGER)[], question VARCHAR, first_step VARCHAR, status VARCHAR, lead
  VARCHAR, mandate VARCHAR, phase INTEGER, missing_sources VARCHAR[]
);
create table flags.lives (
  flag_id VARCHAR, week DATE, complex_id VARCHAR, area_team VARCHAR, why VARCHAR, first_week DATE, last_listed_week
  DATE, weeks_open INTEGER, status VARCHAR, status_since DATE, closed_on DATE, closed_because VARCHAR, rests_until
  DATE, lead VARCHAR, mandate VARCHAR, phase INTEGER, is_step_agreed BOOLEAN, step_agreed_on DATE, verdict VARCHAR,
  do_residents_report VARCHAR, reviewed_on DATE, is_voice_back BOOLEAN, norm_weeks_met INTEGER
);
create table panel.common_reports (
  repair_id VARCHAR, complex_id VARCHAR, incident_key VARCHAR, defect VARCHAR, requested_at TIMESTAMP, reporter_key
  VARCHAR, week DATE, completed_at TIMESTAMP, open_until TIMESTAMP
);
create table panel.follow_ups (
  complex_id VARCHAR, week DATE, incidents BIGINT, follow_up_reports BIGINT, incident_days_open DOUBLE
);
create table panel.homes (
  complex_id VARCHAR, week DATE, area_team VARCHAR, homes INTEGER, homes_in_use INTEGER
);
create table panel.incidents (
  repair_id VARCHAR, complex_id VARCHAR, incident_id VARCHAR, requested_at TIMESTAMP, week DATE, reporter_key
  VARCHAR, opened_at TIMESTAMP, closed_at TIMESTAMP, report_number BIGINT
);
create table panel.next_openings (
  complex_id VARCHAR, defect VARCHAR, requested_at TIMESTAMP, next_requested_at TIMESTAMP
);
create table panel.observed (
  area_team VARCHAR, source VARCHAR, first_week DATE, last_week DATE
);
create table panel.repairs (
  complex_id VARCHAR, week DATE, urgent_repairs BIGINT, normal_repairs BIGINT, vandalism_repairs BIGINT
);
create table panel.reports (
  complex_id VARCHAR, week DATE, reports BIGINT
);
create table panel.safety (
  complex_id VARCHAR
);
create table panel.tenancies (
  complex_id VARCHAR, week DATE, tenancies_ended BIGINT, homes_inspected BIGINT, bad_condition BIGINT
);
create table panel.visits (
  complex_id VARCHAR, week DATE, visits BIGINT, concerns BIGINT, concern_signals BIGINT, threat_signals BIGINT
);
create table panel.weekly (
  complex_id VARCHAR, week DATE, area_team VARCHAR, homes INTEGER, homes_in_use INTEGER, complaints BIGINT,
  normal_repairs BIGINT, urgent_repairs BIGINT, vandalism_repairs BIGINT, incidents BIGINT, follow_up_reports
  BIGINT, incident_days_open DOUBLE, tenancies_ended BIGINT, homes_inspected BIGINT, bad_condition BIGINT, visits
  BIGINT, concerns BIGINT, concern_signals BIGINT, threat_signals BIGINT
);
create table raw.complaints (
  complaint_id VARCHAR, complex_id VARCHAR, reported_at TIMESTAMP, category VARCHAR, channel VARCHAR, location
  VARCHAR, reporter_key VARCHAR, incident_key VARCHAR, resolved_at TIMESTAMP, _first_seen_at TIMESTAMP, _week DATE,
  _withdrawn_at TIMESTAMP, _valid_from DATE, _valid_until DATE
);
create table raw.complexes (
  complex_id VARCHAR, name VARCHAR, area_team VARCHAR, homes INTEGER, building_type VARCHAR, built_year INTEGER,
  audience VARCHAR, latitude DOUBLE, longitude DOUBLE, in_use_from DATE, in_use_until DATE, homes_out_of_use
  INTEGER, neighbourhood_code VARCHAR, _first_seen_at TIMESTAMP, _week DATE, _withdrawn_at TIMESTAMP, _valid_from
  DATE, _valid_until DATE
);
create table raw.field_signals (
  signal_id VARCHAR, complex_id VARCHAR, visit_key VARCHAR, observed_on DATE, source VARCHAR, occasion VARCHAR,
  finding VARCHAR, kind VARCHAR, severity INTEGER, note VARCHAR, _first_seen_at TIMESTAMP, _week DATE, _withdrawn_at
  TIMESTAMP, _valid_from DATE, _valid_until DATE
);
create table raw.interventions (
  intervention_id VARCHAR, complex_id VARCHAR, area_team VARCHAR, starts_on DATE, ends_on DATE, kind VARCHAR,
  _first_seen_at TIMESTAMP, _week DATE, _withdrawn_at TIMESTAMP, _valid_from DATE, _valid_until DATE
);
create table raw.outcomes (
  flag_id VARCHAR, reviewed_on DATE, verdict VARCHAR, do_residents_report VARCHAR, lead VARCHAR, mandate VARCHAR,
  phase INTEGER, is_step_agreed BOOLEAN, next_step VARCHAR, snooze_until DATE, is_overruled BOOLEAN, note VARCHAR,
  _first_seen_at TIMESTAMP, _week DATE, _withdrawn_at TIMESTAMP, _valid_from DATE, _valid_until DATE
);
create table raw.registration_changes (
  change_id VARCHAR, contract VARCHAR, area_team VARCHAR, source VARCHAR, starts_on DATE, expected_effect VARCHAR,
  description VARCHAR, _first_seen_at TIMESTAMP, _week DATE, _withdrawn_at TIMESTAMP, _valid_from DATE, _valid_until
  DATE
);
create table raw.repairs (
  repair_id VARCHAR, complex_id VARCHAR, requested_at TIMESTAMP, completed_at TIMESTAMP, urgency VARCHAR, location
  VARCHAR, defect VARCHAR, cause VARCHAR, reporter_key VARCHAR, incident_key VARCHAR, _first_seen_at TIMESTAMP,
  _week DATE, _withdrawn_at TIMESTAMP, _valid_from DATE, _valid_until DATE
);
create table raw.tenancies (
  tenancy_id VARCHAR, complex_id VARCHAR, home_key VARCHAR, started_on DATE, ended_on DATE, end_reason VARCHAR,
  found_condition INTEGER, _first_seen_at TIMESTAMP, _week DATE, _withdrawn_at TIMESTAMP, _valid_from DATE,
  _valid_until DATE
);
create table scores.checkpoint (
  lesson_run_id VARCHAR, week DATE, complex_ids VARCHAR[], week_numbers BIGINT[], digests VARCHAR[]
);
create table scores.history (
  complex_id VARCHAR, stream VARCHAR, starts_on DATE, n_weeks INTEGER, weeks_seen INTEGER, seen BIGINT, expected
  DOUBLE
);
create table scores.lessons (
  learned_on DATE, run_id VARCHAR, terms VARCHAR, changes VARCHAR, sight VARCHAR, lesson VARCHAR
);
create table scores.quarters (
  complex_id VARCHAR, quarter_starts_on DATE, stream VARCHAR, seen INTEGER, expected INTEGER, low INTEGER, high
  INTEGER, told_week DATE
);
create table scores.reasons (
  complex_id VARCHAR, week DATE, stream VARCHAR, seen BIGINT, expected DOUBLE, log_odds DOUBLE, period_weeks
  INTEGER, start_log_odds DOUBLE
);
create table scores.scores (
  complex_id VARCHAR, week DATE, area_team VARCHAR, homes INTEGER, reports_seen BIGINT, reports_expected DOUBLE,
  reports_low DOUBLE, reports_high DOUBLE, reporting_ratio DOUBLE, condition_ratio DOUBLE, r_mean DOUBLE, r_sd
  DOUBLE, d_mean DOUBLE, d_sd DOUBLE, rd_corr DOUBLE, p_quiet DOUBLE, p_decline DOUBLE, p_quiet_decline DOUBLE,
  state VARCHAR, since_week DATE, since_earliest DATE, since_latest DATE, silence_kind VARCHAR, is_private_small
  BOOLEAN, is_too_small_to_know BOOLEAN, missing_sources VARCHAR[], window_weeks INTEGER
);
create table scores.streams (
  complex_id VARCHAR, week DATE, stream VARCHAR, seen BIGINT, expected DOUBLE, exposure DOUBLE, is_masked BOOLEAN
);
insert into checks.version values (1);
