-- Indicators as data, what they come to, and how what was entered is reported.

-- A list of indicators that somebody asks for: Perpres 72/2021, the 31 of 2025, the scorecard, the district's own.
CREATE TABLE indicator_set (
  district_id {int} NOT NULL,
  code {text} NOT NULL,
  name {text} NOT NULL,
  -- Where the list comes from, and what is not certain about it.
  source {text} NOT NULL,
  -- How many indicators it should have; 0: as many as there are.
  slots {int} NOT NULL,
  position {int} NOT NULL,
  -- 1: villages and offices report what of it is entered.
  asked {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, code)
) {table};

CREATE TABLE indicator (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- Lower case letters, digits and hyphens; never changes.
  code {text} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  -- In English, where it is shipped; ''.
  name_en {text} NOT NULL,
  -- 'household', 'family_at_risk', 'pregnant', 'breastfeeding', 'child', 'adolescent', 'couple', 'village', 'other'
  target_group {text} NOT NULL,
  -- Completed months of life of children who are meant, from and to.
  age_from {int},
  age_to {int},
  -- In words.
  numerator {text} NOT NULL,
  denominator {text} NOT NULL,
  -- 'percent', 'count'
  unit {text} NOT NULL,
  -- 'higher', 'lower': which is better.
  better {text} NOT NULL,
  -- Code of a Computation; '': an office enters it.
  computation {text} NOT NULL,
  -- The question of the checklist that it is computed from; ''.
  question {text} NOT NULL,
  -- Who answers for it; NULL: nobody yet, then the tag by which the office is looked for ('dinkes').
  office_id {bytes},
  office_tag {text} NOT NULL,
  -- Where the numbers come from, in words.
  source {text} NOT NULL,
  -- 'month', 'quarter', 'semester', 'year'
  period {text} NOT NULL,
  -- 'village', 'subdistrict', 'district'
  grain {text} NOT NULL,
  -- 'direct', 'indirect', 'support', ''
  kind {text} NOT NULL,
  -- What is to be confirmed about its words or numbers; '': nothing.
  confirm {text} NOT NULL,
  batch_id {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  retired_at {int},
  retired_reason {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, code)
) {table};
CREATE INDEX indicator_by_name ON indicator (district_id, name_search, id);
CREATE INDEX indicator_by_batch ON indicator (district_id, batch_id, id) WHERE batch_id IS NOT NULL;

-- What an indicator was before it was changed.
CREATE TABLE indicator_history (
  district_id {int} NOT NULL,
  indicator_id {bytes} NOT NULL,
  superseded_at {int} NOT NULL,
  command_id {bytes} NOT NULL,
  name {text} NOT NULL,
  numerator {text} NOT NULL,
  denominator {text} NOT NULL,
  computation {text} NOT NULL,
  -- All of it with its targets, as JSON: what an undone import brings back.
  facts {text} NOT NULL,
  -- The import that changed it.
  batch_id {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, indicator_id, superseded_at, command_id)
) {table};

CREATE TABLE indicator_member (
  district_id {int} NOT NULL,
  set_code {text} NOT NULL,
  indicator_id {bytes} NOT NULL,
  -- As the list numbers it: '1', 'S1'.
  number {text} NOT NULL,
  position {int} NOT NULL,
  PRIMARY KEY (district_id, set_code, indicator_id),
  FOREIGN KEY (district_id, set_code) REFERENCES indicator_set (district_id, code),
  FOREIGN KEY (district_id, indicator_id) REFERENCES indicator (district_id, id)
) {table};
CREATE INDEX indicator_member_by_indicator ON indicator_member (district_id, indicator_id);

-- What an indicator of a set is to reach in a year; a later number stands beside the one before.
CREATE TABLE indicator_target (
  district_id {int} NOT NULL,
  indicator_id {bytes} NOT NULL,
  set_code {text} NOT NULL,
  year {int} NOT NULL,
  -- The district's code, or that of a kecamatan or village with a target of its own.
  territory_code {int} NOT NULL,
  recorded_at {int} NOT NULL,
  -- 9223372036854775807: it holds.
  superseded_at {int} NOT NULL,
  -- Hundredths: 80 percent = 8000; NULL: there is none any more.
  target {int},
  recorded_by {bytes} NOT NULL,
  command_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, indicator_id, set_code, year, territory_code, superseded_at),
  FOREIGN KEY (district_id, indicator_id) REFERENCES indicator (district_id, id)
) {table};

-- What a computed indicator came to in a village: sums of the rows of the steps, made anew and never counted up.
CREATE TABLE indicator_cell (
  district_id {int} NOT NULL,
  starts_on {int} NOT NULL,
  indicator_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  numerator {int} NOT NULL,
  denominator {int} NOT NULL,
  -- Of whom nothing is recorded.
  unknown {int} NOT NULL,
  PRIMARY KEY (district_id, starts_on, indicator_id, village_code)
) {table};

-- As of when the cells of an indicator and period were made.
CREATE TABLE indicator_computed (
  district_id {int} NOT NULL,
  starts_on {int} NOT NULL,
  indicator_id {bytes} NOT NULL,
  ends_on {int} NOT NULL,
  -- Of what defines it: cells of another definition are not shown.
  definition {text} NOT NULL,
  computed_at {int} NOT NULL,
  PRIMARY KEY (district_id, starts_on, indicator_id)
) {table};

-- What one office is told by one village, kecamatan or the district about a set in a period.
CREATE TABLE indicator_report (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  set_code {text} NOT NULL,
  -- The office whose form it is; NULL: indicators that no office answers for.
  office_id {bytes},
  -- The office and the length of the period: a form has one row.
  form {text} NOT NULL,
  territory_code {int} NOT NULL,
  starts_on {int} NOT NULL,
  ends_on {int} NOT NULL,
  -- 'draft', 'sent', 'verified', 'checked', 'accepted', 'returned'
  state {text} NOT NULL,
  -- When it was sent for the first time: what timeliness goes by.
  first_sent_at {int},
  changed_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, set_code, starts_on, territory_code, form)
) {table};
CREATE INDEX indicator_report_waiting ON indicator_report (district_id, state, territory_code, id) WHERE state <> 'accepted';

CREATE TABLE indicator_report_event (
  district_id {int} NOT NULL,
  report_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- As indicator_report.state.
  state {text} NOT NULL,
  words {text} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, report_id, nth),
  FOREIGN KEY (district_id, report_id) REFERENCES indicator_report (district_id, id)
) {table};

-- What was entered for an indicator; a correction stands beside what it replaces.
CREATE TABLE indicator_value (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  indicator_id {bytes} NOT NULL,
  territory_code {int} NOT NULL,
  starts_on {int} NOT NULL,
  ends_on {int} NOT NULL,
  report_id {bytes} NOT NULL,
  -- Of a count the number itself, and then no denominator.
  numerator {int} NOT NULL,
  denominator {int},
  note {text} NOT NULL,
  evidence_id {bytes},
  batch_id {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  command_id {bytes} NOT NULL,
  -- 9223372036854775807: it holds.
  superseded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, report_id) REFERENCES indicator_report (district_id, id)
) {table};
CREATE UNIQUE INDEX indicator_value_once ON indicator_value (district_id, indicator_id, starts_on, territory_code)
  WHERE superseded_at = 9223372036854775807;
CREATE INDEX indicator_value_by_place ON indicator_value (district_id, indicator_id, starts_on, territory_code, recorded_at);
CREATE INDEX indicator_value_by_report ON indicator_value (district_id, report_id, superseded_at);
CREATE INDEX indicator_value_by_batch ON indicator_value (district_id, batch_id, id) WHERE batch_id IS NOT NULL;

-- A period of a set that is closed for entries. Opening it again ends the row, with a reason.
CREATE TABLE indicator_lock (
  district_id {int} NOT NULL,
  set_code {text} NOT NULL,
  starts_on {int} NOT NULL,
  ends_on {int} NOT NULL,
  locked_at {int} NOT NULL,
  locked_by {bytes} NOT NULL,
  unlocked_at {int},
  unlocked_by {bytes},
  unlocked_reason {text} NOT NULL,
  PRIMARY KEY (district_id, set_code, starts_on, ends_on, locked_at)
) {table};
CREATE UNIQUE INDEX indicator_lock_once ON indicator_lock (district_id, set_code, starts_on, ends_on) WHERE unlocked_at IS NULL;
