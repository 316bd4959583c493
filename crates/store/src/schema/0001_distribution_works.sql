-- Help that is given once: clean water, a latrine, a better house, built by order and handed over; and sessions of
-- education with who came.

CREATE TABLE help_work (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- 'water', 'latrine', 'house'
  kind {text} NOT NULL,
  family_id {bytes} NOT NULL,
  -- Where the family lived when it was ordered.
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  -- What the family needed once; NULL: it was ordered without one.
  need_id {bytes},
  -- The promise behind it with its sponsor and campaign; NULL: nobody's of ours.
  pledge_id {bytes},
  sponsor_id {bytes},
  campaign_id {bytes},
  -- What is to be done, and by whom.
  words_sealed {bytes} NOT NULL,
  worker_sealed {bytes} NOT NULL,
  -- Whose money it is: 'giver', 'holder' (an institution outside our books), 'government', 'community', or 'pool': a fund
  -- of ours, which a treasurer pays from.
  source {text} NOT NULL,
  -- Who holds the money, in words; '' where the pool pays.
  held_by {text} NOT NULL,
  fund_holder_id {bytes},
  fund {text} NOT NULL,
  -- Rupiah; what it really cost is known when it is handed over.
  estimated {int} NOT NULL CHECK (estimated > 0),
  actual {int},
  planned_from {int} NOT NULL,
  planned_to {int} NOT NULL,
  -- 'planned', 'in_work', 'handed_over', 'cancelled'
  state {text} NOT NULL,
  started_on {int},
  handed_on {int},
  -- Who received it for the family: 'head', 'wife', 'member'; how it is proven: 'signature', 'thumbprint' (with a witness),
  -- 'paper' (a scan of the signed one); ''.
  receiver_sealed {bytes},
  relation {text} NOT NULL,
  proof {text} NOT NULL,
  witness_sealed {bytes},
  signature_id {bytes},
  -- Why it was cancelled or taken up again.
  reason_sealed {bytes},
  ordered_at {int} NOT NULL,
  ordered_by {bytes} NOT NULL,
  handed_by {bytes},
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
-- One order for a need.
CREATE UNIQUE INDEX help_work_once ON help_work (district_id, need_id) WHERE state <> 'cancelled';
CREATE INDEX help_work_by_state ON help_work (district_id, state, ordered_at, id);
CREATE INDEX help_work_by_family ON help_work (district_id, family_id);
CREATE INDEX help_work_by_campaign ON help_work (district_id, campaign_id, state, started_on);
CREATE INDEX help_work_by_sponsor ON help_work (district_id, sponsor_id);
CREATE INDEX help_work_by_change ON help_work (district_id, changed_at);

-- Photos of a work: taken with the guardian's consent alone; one that was added wrongly is taken off.
CREATE TABLE work_photo (
  district_id {int} NOT NULL,
  work_id {bytes} NOT NULL,
  -- From 1.
  nth {int} NOT NULL,
  -- 'before', 'after', 'check', 'paper' (the signed protocol)
  moment {text} NOT NULL,
  attachment_id {bytes} NOT NULL,
  taken_on {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  removed_at {int},
  removed_by {bytes},
  PRIMARY KEY (district_id, work_id, nth),
  FOREIGN KEY (district_id, work_id) REFERENCES help_work (district_id, id)
) {table};

-- What a fund of ours paid for a work.
CREATE TABLE work_payment (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  work_id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- Rupiah.
  amount {int} NOT NULL CHECK (amount > 0),
  paid_on {int} NOT NULL,
  -- To whom: the builder, the shop.
  payee_sealed {bytes} NOT NULL,
  transfer_id {bytes} NOT NULL,
  -- The money came back.
  reversed_id {bytes},
  reason {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  reversed_at {int},
  reversed_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number),
  FOREIGN KEY (district_id, work_id) REFERENCES help_work (district_id, id)
) {table};
CREATE INDEX work_payment_by_work ON work_payment (district_id, work_id, recorded_at);

-- Whether what was handed over still serves.
CREATE TABLE work_check (
  district_id {int} NOT NULL,
  work_id {bytes} NOT NULL,
  checked_on {int} NOT NULL,
  -- 'working', 'broken', 'unused'
  outcome {text} NOT NULL,
  words_sealed {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, work_id, checked_on),
  FOREIGN KEY (district_id, work_id) REFERENCES help_work (district_id, id)
) {table};

-- A session of education in a village.
CREATE TABLE education_session (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- Whose help it is; NULL: no campaign's.
  campaign_id {bytes},
  topic {text} NOT NULL,
  topic_search {text} NOT NULL,
  -- What is told, shown and practised.
  plan {text} NOT NULL,
  village_code {int} NOT NULL,
  place {text} NOT NULL,
  held_on {int} NOT NULL,
  starts_at {text} NOT NULL,
  speaker {text} NOT NULL,
  -- As help_work, without the pool.
  source {text} NOT NULL,
  held_by {text} NOT NULL,
  -- Rupiah; 0: it costs nothing.
  estimated {int} NOT NULL,
  actual {int},
  -- 'planned', 'held', 'cancelled'
  state {text} NOT NULL,
  reason {text} NOT NULL,
  planned_at {int} NOT NULL,
  planned_by {bytes} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX education_session_newest ON education_session (district_id, held_on, id);
CREATE INDEX education_session_by_campaign ON education_session (district_id, campaign_id, held_on);
CREATE INDEX education_session_by_change ON education_session (district_id, changed_at);

-- Who was invited, and who came.
CREATE TABLE session_family (
  district_id {int} NOT NULL,
  session_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- 1: came, 0: did not; NULL: not noted yet.
  came {int},
  noted_at {int} NOT NULL,
  noted_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, session_id, family_id),
  FOREIGN KEY (district_id, session_id) REFERENCES education_session (district_id, id)
) {table};
CREATE INDEX session_family_by_family ON session_family (district_id, family_id);

-- Leaflets and slides of a session.
CREATE TABLE session_material (
  district_id {int} NOT NULL,
  session_id {bytes} NOT NULL,
  -- From 1.
  nth {int} NOT NULL,
  title {text} NOT NULL,
  attachment_id {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, session_id, nth),
  FOREIGN KEY (district_id, session_id) REFERENCES education_session (district_id, id)
) {table};
