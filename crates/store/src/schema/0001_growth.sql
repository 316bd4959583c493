-- Measurements of children, as taken or as read from a file.

CREATE TABLE measurement (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  measured_on {int} NOT NULL,
  weight_g {int},
  height_mm {int},
  -- 'lying', 'standing', NULL = not said
  position {text},
  arm_mm {int},
  head_mm {int},
  -- As printed in the file: status words and z-scores times 100.
  file_waz {int},
  file_haz {int},
  file_whz {int},
  file_weight_status {text},
  file_height_status {text},
  file_wasting_status {text},
  -- 'N', 'T', 'O', 'B'
  gain {text},
  posyandu {text} NOT NULL,
  source {text} NOT NULL,
  batch_id {bytes},
  command_id {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  retracted_at {int},
  retracted_by {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX measurement_by_person ON measurement (district_id, person_id, measured_on);
-- A child is measured once a day as far as one source is concerned.
CREATE UNIQUE INDEX measurement_once ON measurement (district_id, person_id, measured_on, source)
  WHERE retracted_at IS NULL;
CREATE INDEX measurement_by_batch ON measurement (district_id, batch_id) WHERE batch_id IS NOT NULL;
