-- Visits to families: what a mentor saw and advised. What is due is worked out, never stored.

CREATE TABLE visit (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  visited_on {int} NOT NULL,
  -- The sponsor who came, where it was an approved visitor who told of his own visit; NULL: a mentor.
  sponsor_id {bytes},
  advice_sealed {bytes},
  -- When the mentor comes again.
  next_on {int},
  photo_id {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  command_id {bytes} NOT NULL,
  -- The visit in whose place this one stands.
  replaces_id {bytes},
  retracted_at {int},
  -- The command that took it back, and why.
  retracted_by {bytes},
  retracted_reason {text},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX visit_by_family ON visit (district_id, family_id, visited_on);

-- What was asked at a visit, in the words in which it was asked, and the answer.
CREATE TABLE visit_answer (
  district_id {int} NOT NULL,
  visit_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- The member whom the question is about; NULL: the household.
  person_id {bytes},
  question {text} NOT NULL,
  -- 'yes', 'no', 'unknown', 'not_applicable'
  answer {text} NOT NULL,
  note_sealed {bytes},
  PRIMARY KEY (district_id, visit_id, nth),
  FOREIGN KEY (district_id, visit_id) REFERENCES visit (district_id, id)
) {table};

-- A person sent to the puskesmas: sent -> accepted or returned -> seen; every step stands in referral_event.
CREATE TABLE referral (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  family_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  -- The puskesmas; NULL: the one of the village.
  institution_id {bytes},
  -- Codes of rules::Reason, separated by spaces.
  reasons {text} NOT NULL,
  note_sealed {bytes},
  sent_on {int} NOT NULL,
  sent_by {bytes} NOT NULL,
  -- 'sent', 'accepted', 'returned', 'seen', 'withdrawn'
  state {text} NOT NULL,
  -- Until when an answer is waited for; NULL once it is settled.
  answer_by {int},
  -- When the puskesmas wants to see the person again.
  again_on {int},
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX referral_by_family ON referral (district_id, family_id, sent_on);
CREATE INDEX referral_by_day ON referral (district_id, sent_on, id);
CREATE INDEX referral_open ON referral (district_id, answer_by, id) WHERE answer_by IS NOT NULL;
-- One person is not sent twice for what is still open.
CREATE UNIQUE INDEX referral_once ON referral (district_id, person_id) WHERE answer_by IS NOT NULL;

CREATE TABLE referral_event (
  district_id {int} NOT NULL,
  referral_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- As referral.state.
  state {text} NOT NULL,
  on_day {int} NOT NULL,
  words_sealed {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, referral_id, nth),
  FOREIGN KEY (district_id, referral_id) REFERENCES referral (district_id, id)
) {table};

-- What families and the public complain of; every step stands in complaint_event.
CREATE TABLE complaint (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- 'page', 'phone', 'paper', 'spoken'
  channel {text} NOT NULL,
  -- The kind in the words of the district on that day.
  kind {text} NOT NULL,
  -- 1: read by the people whom the setting names, and nobody else.
  sensitive {int} NOT NULL,
  village_code {int},
  text_sealed {bytes} NOT NULL,
  -- Who complained and how to reach him; NULL: he did not say.
  name_sealed {bytes},
  contact_sealed {bytes},
  -- Of number and code by which he follows it.
  code_hash {bytes} NOT NULL,
  received_on {int} NOT NULL,
  -- Until when it is to be answered; NULL once it is closed.
  answer_by {int},
  -- 'new', 'in_hand', 'answered', 'closed'
  state {text} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX complaint_open ON complaint (district_id, sensitive, answer_by, id) WHERE answer_by IS NOT NULL;
CREATE INDEX complaint_by_day ON complaint (district_id, sensitive, received_on, id);

CREATE TABLE complaint_event (
  district_id {int} NOT NULL,
  complaint_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- As complaint.state.
  state {text} NOT NULL,
  words_sealed {bytes},
  -- Whether who complained reads the words.
  shown {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, complaint_id, nth),
  FOREIGN KEY (district_id, complaint_id) REFERENCES complaint (district_id, id)
) {table};

-- A stunted child whose case is audited (AKS): chosen with a reason, reviewed by experts, followed up, looked at again.
CREATE TABLE case_audit (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  family_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  reason_sealed {bytes} NOT NULL,
  selected_on {int} NOT NULL,
  selected_by {bytes} NOT NULL,
  -- 'selected', 'reviewed', 'closed'
  state {text} NOT NULL,
  reviewed_on {int},
  -- Who reviewed it, as it was typed.
  reviewers {text} NOT NULL,
  finding_sealed {bytes},
  -- Groups of causes in the words of the district on that day, one in a line.
  causes {text} NOT NULL,
  -- When it is looked at again; then when it was, and what was found.
  again_on {int},
  looked_on {int},
  -- 'better', 'same', 'worse', 'gone'
  outcome {text},
  outcome_sealed {bytes},
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX case_audit_by_day ON case_audit (district_id, selected_on, id);
CREATE INDEX case_audit_by_family ON case_audit (district_id, family_id);
-- A child has one audit at a time.
CREATE UNIQUE INDEX case_audit_once ON case_audit (district_id, person_id) WHERE state <> 'closed';

-- What somebody is to do about a case, until when.
CREATE TABLE case_plan (
  district_id {int} NOT NULL,
  audit_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  what_sealed {bytes} NOT NULL,
  who {text} NOT NULL,
  due_on {int} NOT NULL,
  done_on {int},
  evidence_sealed {bytes},
  done_by {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, audit_id, nth),
  FOREIGN KEY (district_id, audit_id) REFERENCES case_audit (district_id, id)
) {table};
CREATE INDEX case_plan_open ON case_plan (district_id, due_on, audit_id, nth) WHERE done_on IS NULL;
