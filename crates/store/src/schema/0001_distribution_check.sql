-- Asking a sample of families, afterwards and by somebody else, whether they received what is on record.

CREATE TABLE after_check (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- 'packages' (its subject is a run), 'cash' (a plan)
  kind {text} NOT NULL,
  subject_id {bytes} NOT NULL,
  -- What was drawn with: with it and the ids of the population the sample can be drawn again.
  seed {text} NOT NULL,
  -- Percent; percentage points.
  confidence {int} NOT NULL,
  margin {int} NOT NULL,
  -- What is on record as received: packages or payments, and their rupiah (0 of packages).
  population {int} NOT NULL,
  official {int} NOT NULL,
  size {int} NOT NULL,
  -- 'open', 'closed'
  state {text} NOT NULL,
  drawn_at {int} NOT NULL,
  drawn_by {bytes} NOT NULL,
  closed_at {int},
  closed_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE UNIQUE INDEX after_check_open ON after_check (district_id, kind, subject_id) WHERE state = 'open';
CREATE INDEX after_check_newest ON after_check (district_id, drawn_at, id);

-- How many of its population a village has.
CREATE TABLE after_check_village (
  district_id {int} NOT NULL,
  check_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  population {int} NOT NULL,
  PRIMARY KEY (district_id, check_id, village_code),
  FOREIGN KEY (district_id, check_id) REFERENCES after_check (district_id, id)
) {table};

-- A family of the sample.
CREATE TABLE after_check_line (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  check_id {bytes} NOT NULL,
  -- Its place on the list.
  nth {int} NOT NULL,
  -- The package or the payment.
  item_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- As they were on record.
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  rt {text} NOT NULL,
  hamlet {text} NOT NULL,
  head_name {text} NOT NULL,
  -- Rupiah on record; 0 of packages.
  amount {int} NOT NULL,
  assigned_to {bytes},
  -- 'phone', 'visit'; '' before it is assigned
  channel {text} NOT NULL,
  -- 'received', 'not_received', 'other_amount', 'problem', 'unreachable'; '' = not asked yet
  outcome {text} NOT NULL,
  -- The rupiah that the family says it received, where that is another sum.
  said {int},
  note_sealed {bytes},
  answered_on {int},
  answered_at {int},
  answered_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, check_id, nth),
  UNIQUE (district_id, check_id, item_id),
  FOREIGN KEY (district_id, check_id) REFERENCES after_check (district_id, id)
) {table};
CREATE INDEX after_check_line_by_village ON after_check_line (district_id, check_id, village_code, nth);
CREATE INDEX after_check_line_by_person ON after_check_line (district_id, assigned_to, check_id, nth);
CREATE INDEX after_check_line_by_family ON after_check_line (district_id, family_id);
