-- Measurements of children, as taken or as read from a file.

CREATE TABLE measurement (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  -- Whom it was recorded for, where that one was merged with `person_id` since; NULL as long as it is the same.
  recorded_for {bytes},
  measured_on {int} NOT NULL,
  weight_g {int},
  height_mm {int},
  -- 'lying', 'standing', NULL = not said
  position {text},
  arm_mm {int},
  head_mm {int},
  -- Pitting oedema of both feet: 0 none, 1 to 3 its grade.
  oedema {int} NOT NULL DEFAULT 0,
  -- As printed in the file: status words and z-scores times 100.
  file_waz {int},
  file_haz {int},
  file_whz {int},
  file_weight_status {text},
  file_height_status {text},
  file_wasting_status {text},
  -- 'N', 'T', 'O', 'B' as the cadre or the file says.
  gain {text},
  -- Our own reading, computed from the child's sex, birthday and earlier measurements whenever one of them
  -- changes: days of age, WHO's z-scores times 100, what is doubtful ('haz waz whz baz posture shrunk'), the letter.
  age_days {int},
  haz {int},
  waz {int},
  whz {int},
  baz {int},
  implausible {text} NOT NULL DEFAULT '',
  own_gain {text},
  -- Where our z-scores and the file's differ: the largest difference times 100, and its likely cause
  -- ('completed_months', 'posture', ..., 'unknown'); NULL where nothing but rounding lies between them.
  difference {int},
  difference_cause {text},
  posyandu {text} NOT NULL,
  source {text} NOT NULL,
  batch_id {bytes},
  command_id {bytes} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  -- The measurement that this one corrects.
  replaces_id {bytes},
  retracted_at {int},
  -- The command that took it back, and why where a person did it.
  retracted_by {bytes},
  retracted_reason {text},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX measurement_by_alias ON measurement (district_id, recorded_for) WHERE recorded_for IS NOT NULL;
CREATE INDEX measurement_by_person ON measurement (district_id, person_id, measured_on);
-- A child is measured once a day as far as one source is concerned.
CREATE UNIQUE INDEX measurement_once ON measurement (district_id, person_id, measured_on, source)
  WHERE retracted_at IS NULL;
CREATE INDEX measurement_by_day ON measurement (district_id, measured_on, id) WHERE retracted_at IS NULL;
CREATE INDEX measurement_differing ON measurement (district_id, measured_on, id)
  WHERE difference_cause IS NOT NULL AND retracted_at IS NULL;
CREATE INDEX measurement_by_batch ON measurement (district_id, batch_id) WHERE batch_id IS NOT NULL;

-- How every measured child stands: derived from its measurements, never written by hand.
CREATE TABLE child_growth (
  district_id {int} NOT NULL,
  person_id {bytes} NOT NULL,
  -- What the registry knew of the child when this was computed.
  sex {text},
  birth_date {int},
  -- The latest measurement.
  measured_on {int} NOT NULL,
  measurement_id {bytes} NOT NULL,
  source {text} NOT NULL,
  posyandu {text} NOT NULL,
  -- The last plausible z-scores times 100, with the measurements that they are of.
  haz {int},
  haz_from {bytes},
  waz {int},
  waz_from {bytes},
  whz {int},
  whz_from {bytes},
  baz {int},
  baz_from {bytes},
  -- Categories of Permenkes 2/2020.
  height_status {text},
  weight_status {text},
  wasting_status {text},
  bmi_status {text},
  -- What is doubtful about the latest measurement, as in measurement.implausible.
  implausible {text} NOT NULL,
  -- Our letter of the last weighing.
  gain {text},
  gain_from {bytes},
  -- Why the child is sent on, the gravest first: 'oedema severely_wasted thin_arm below_red_line ...'
  reasons {text} NOT NULL,
  -- The measurement because of which it is sent on today.
  refer_from {bytes},
  refer_today {int} NOT NULL,
  stunted {int} NOT NULL,
  newly_stunted {int} NOT NULL,
  twice_not_gained {int} NOT NULL,
  below_red_line {int} NOT NULL,
  PRIMARY KEY (district_id, person_id)
) {table};
CREATE INDEX child_growth_newly_stunted ON child_growth (district_id, person_id) WHERE newly_stunted = 1;
CREATE INDEX child_growth_twice_not_gained ON child_growth (district_id, person_id) WHERE twice_not_gained = 1;
CREATE INDEX child_growth_below_red_line ON child_growth (district_id, person_id) WHERE below_red_line = 1;
CREATE INDEX child_growth_refer_today ON child_growth (district_id, person_id) WHERE refer_today = 1;
CREATE INDEX child_growth_implausible ON child_growth (district_id, person_id) WHERE implausible <> '';
