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
