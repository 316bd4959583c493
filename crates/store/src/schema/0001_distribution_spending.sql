-- What families spent help in money on, on whose advice, and what is talked over with them until it is settled.

-- What a doctor, a nutritionist or a midwife advised for a child.
CREATE TABLE diet_advice (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  given_on {int} NOT NULL,
  -- Who gave it: 'doctor', 'nutritionist', 'midwife'
  giver {text} NOT NULL,
  giver_name_sealed {bytes} NOT NULL,
  -- Where: the puskesmas, the hospital.
  place {text} NOT NULL,
  words_sealed {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX diet_advice_by_person ON diet_advice (district_id, person_id, given_on);

-- What a family says it spent a payment on. A correction is a new version; the one before is kept.
CREATE TABLE spending_report (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  payment_id {bytes} NOT NULL,
  -- From 1; the newest one holds.
  version {int} NOT NULL,
  is_current {int} NOT NULL,
  -- Of the payment.
  month {int} NOT NULL,
  person_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  told_on {int} NOT NULL,
  -- With whom the family wrote it down: 'mentor', 'officer', 'cadre'
  beside {text} NOT NULL,
  -- What the household had received when it was written, and what of it went where, rupiah. `elsewhere`: for something
  -- that was not for the child. What is left of the sum has not been spent yet.
  received {int} NOT NULL,
  food {int} NOT NULL,
  vitamins {int} NOT NULL,
  milk {int} NOT NULL,
  health {int} NOT NULL,
  other {int} NOT NULL,
  elsewhere {int} NOT NULL,
  -- What `other` and `elsewhere` were; empty where both are 0.
  words_sealed {bytes} NOT NULL,
  -- The advice that was followed; NULL: none yet.
  advice_id {bytes},
  -- Why it was corrected; empty in the first version.
  reason_sealed {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, payment_id, version),
  FOREIGN KEY (district_id, payment_id) REFERENCES cash_payment (district_id, id)
) {table};
CREATE UNIQUE INDEX spending_report_current ON spending_report (district_id, payment_id) WHERE is_current = 1;
CREATE INDEX spending_report_by_month ON spending_report (district_id, month, village_code) WHERE is_current = 1;
CREATE INDEX spending_report_by_family ON spending_report (district_id, family_id, month);

-- Photos of receipts.
CREATE TABLE spending_receipt (
  district_id {int} NOT NULL,
  report_id {bytes} NOT NULL,
  -- From 1.
  nth {int} NOT NULL,
  attachment_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, report_id, nth),
  FOREIGN KEY (district_id, report_id) REFERENCES spending_report (district_id, id)
) {table};

-- A conversation with a family, until it is settled. Nothing that plans, pays or packs reads it.
CREATE TABLE follow_up (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'spending' (its subject is a payment), 'check' (a line of an after-check)
  kind {text} NOT NULL,
  subject_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  -- Of spending: 'left', 'elsewhere', 'both'; of a check: 'not_received', 'other_amount', 'problem'
  about {text} NOT NULL,
  -- 'open', 'closed'
  state {text} NOT NULL,
  opened_on {int} NOT NULL,
  -- When somebody speaks with the family next; NULL: no day was said.
  next_on {int},
  closed_on {int},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, kind, subject_id)
) {table};
CREATE INDEX follow_up_open ON follow_up (district_id, state, opened_on, id);
CREATE INDEX follow_up_by_family ON follow_up (district_id, family_id);

-- What was said, in order; the last one of a closed conversation says how it ended.
CREATE TABLE follow_up_note (
  district_id {int} NOT NULL,
  follow_up_id {bytes} NOT NULL,
  -- From 1.
  nth {int} NOT NULL,
  -- 'opened', 'noted', 'closed', 'reopened'
  act {text} NOT NULL,
  day {int} NOT NULL,
  words_sealed {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, follow_up_id, nth),
  FOREIGN KEY (district_id, follow_up_id) REFERENCES follow_up (district_id, id)
) {table};
