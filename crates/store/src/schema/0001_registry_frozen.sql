-- Frozen lists ("data tetap"): numbered, of one kind each, never changed. Nothing of these tables is ever updated;
-- they name the versions of families and persons that were true on the day and copy no name, so that what the law
-- wants removed from those can be removed there alone.

CREATE TABLE frozen_list (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'families_at_risk', 'stunted_children'
  kind {text} NOT NULL,
  -- Without gaps within the kind.
  number {int} NOT NULL,
  title {text} NOT NULL,
  taken_on {int} NOT NULL,
  -- The days of measurement that it is about, where it is about measurements.
  period_from {int},
  period_to {int},
  -- What was still open on that day (families not visited, children not measured), and why it was frozen all the same.
  open_count {int} NOT NULL,
  reason {text} NOT NULL,
  -- The campaign of verification that it follows, and what of that was open: villages without a record, kecamatan that
  -- had not checked, families whose last visit nobody had settled, families of it without a result; and pairs of records
  -- that may be one person, of any family.
  campaign_id {bytes},
  villages_open {int} NOT NULL,
  checks_open {int} NOT NULL,
  visits_waiting {int} NOT NULL,
  unvisited {int} NOT NULL,
  pairs_open {int} NOT NULL,
  row_count {int} NOT NULL,
  -- SHA-256 over the rows with their names, as an exported file gives them again.
  content_sha256 {bytes} NOT NULL,
  -- SHA-256 over the rows as they stand here: it holds also after names were removed.
  rows_sha256 {bytes} NOT NULL,
  frozen_at {int} NOT NULL,
  frozen_by {bytes} NOT NULL,
  command_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX frozen_list_number ON frozen_list (district_id, kind, number);

CREATE TABLE frozen_row (
  district_id {int} NOT NULL,
  list_id {bytes} NOT NULL,
  -- The number on paper: by village, RW, RT, name.
  nth {int} NOT NULL,
  -- The family, or the child.
  subject_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  -- The version of the family, or of the child, that was true then.
  version {int} NOT NULL,
  -- The factors that were true, as bits in the order that the kind's code names them.
  factors {int} NOT NULL,
  -- The measurement that says so, its day and its z-score times 100 as it was read then.
  evidence_id {bytes},
  evidence_on {int},
  score {int},
  PRIMARY KEY (district_id, list_id, nth)
) {table};
CREATE UNIQUE INDEX frozen_row_by_subject ON frozen_row (district_id, list_id, subject_id);
CREATE INDEX frozen_row_by_family ON frozen_row (district_id, family_id, list_id);

CREATE TABLE frozen_village (
  district_id {int} NOT NULL,
  list_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  row_count {int} NOT NULL,
  -- SHA-256 over the village's rows with their names: what a village holds can be proved without the others.
  sha256 {bytes} NOT NULL,
  PRIMARY KEY (district_id, list_id, village_code)
) {table};

-- The decrees (SK) that name a list: often signed after it was frozen. The last one counts, the others stay.
CREATE TABLE frozen_decree (
  district_id {int} NOT NULL,
  list_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  number {text} NOT NULL,
  decided_on {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, list_id, nth)
) {table};
