-- Change requests from below: what a cadre or field officer proposes and a verifier or list keeper decides.

CREATE TABLE change_request (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'family_moved', 'person_moved', 'lost', 'died', 'born', 'split', 'nik'
  kind {text} NOT NULL,
  family_id {bytes} NOT NULL,
  -- Whom it is about, where it is about one member.
  person_id {bytes},
  -- What is proposed.
  proposal_sealed {bytes} NOT NULL,
  happened_on {int} NOT NULL,
  reason {text} NOT NULL,
  evidence_id {bytes},
  -- 'waiting', 'approved', 'refused', 'withdrawn', 'reversed'
  state {text} NOT NULL,
  proposed_by {bytes} NOT NULL,
  proposed_at {int} NOT NULL,
  decided_by {bytes},
  decided_at {int},
  decision_note {text} NOT NULL,
  -- The approved request that this one takes back.
  counter_of {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX change_request_by_state ON change_request (district_id, state, proposed_at, id);
CREATE INDEX change_request_by_family ON change_request (district_id, family_id, proposed_at);

-- What an approved request did, so that it can be taken back: versions before and after, periods begun and ended.
CREATE TABLE change_effect (
  district_id {int} NOT NULL,
  request_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- 'family', 'person', 'maternity_ended', 'maternity_begun'
  kind {text} NOT NULL,
  subject_id {bytes} NOT NULL,
  -- 0: it was made.
  before_version {int} NOT NULL,
  after_version {int} NOT NULL,
  PRIMARY KEY (district_id, request_id, nth)
) {table};
