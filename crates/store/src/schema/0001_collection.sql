-- The Monday: a drive, a roll per unit, what was brought, counted, handed over and deposited.

CREATE TABLE drive (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  held_on {int} NOT NULL,
  -- 'open', 'cancelled'
  state {text} NOT NULL,
  -- The day of the rhythm that it stands for, when a holiday moved it.
  moved_from {int},
  -- Why it was moved or cancelled.
  reason {text} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, campaign_id, held_on)
) {table};
CREATE INDEX drive_by_day ON drive (district_id, held_on, id);

CREATE TABLE roll (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  drive_id {bytes} NOT NULL,
  unit_id {bytes} NOT NULL,
  -- 'open', 'closed'
  state {text} NOT NULL,
  -- Set when it is closed: who had promised or gave, and who gave.
  people {int} NOT NULL,
  givers {int} NOT NULL,
  opened_at {int} NOT NULL,
  -- The last change of any of its lines; changing it first is what keeps counters apart.
  touched_at {int} NOT NULL,
  closed_at {int},
  closed_by {bytes},
  -- The second person of the cash count: the name, the user when he counted on a device of his own (NULL: he signed on
  -- paper), and then where that paper is.
  cash_witness {text} NOT NULL,
  cash_witness_id {bytes},
  cash_paper {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, drive_id, unit_id),
  FOREIGN KEY (district_id, drive_id) REFERENCES drive (district_id, id)
) {table};
CREATE INDEX roll_by_unit ON roll (district_id, unit_id, drive_id);

-- What a second person counted of an open roll's cash, on a device of his own and without seeing the first count.
CREATE TABLE cash_count (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  user_id {bytes} NOT NULL,
  -- Rupiah.
  amount {int} NOT NULL,
  counted_at {int} NOT NULL,
  PRIMARY KEY (district_id, roll_id, user_id),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};

-- One line per person and day of the rhythm: with a promise (janji) for it, or given without one.
CREATE TABLE contribution (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  -- The drive's own day; an earlier one is a make-up (susulan) brought on this drive.
  for_day {int} NOT NULL,
  pledge_id {bytes},
  -- 'open', 'full', 'partial', 'nothing', 'away'
  state {text} NOT NULL,
  -- Grows with every change: a counter that saw an older one does not overwrite it.
  version {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, roll_id, sponsor_id, for_day),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};
CREATE INDEX contribution_by_sponsor ON contribution (district_id, sponsor_id, for_day, roll_id);

-- Per line and commodity: what was promised and what came, in the smallest unit; damaged is part of brought.
CREATE TABLE contribution_item (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  for_day {int} NOT NULL,
  commodity {text} NOT NULL,
  expected {int} NOT NULL,
  brought {int} NOT NULL,
  damaged {int} NOT NULL,
  PRIMARY KEY (district_id, roll_id, sponsor_id, for_day, commodity),
  FOREIGN KEY (district_id, roll_id, sponsor_id, for_day)
    REFERENCES contribution (district_id, roll_id, sponsor_id, for_day)
) {table};

-- Goods that are counted on a roll though they are in no basket and on nobody's line.
CREATE TABLE roll_found (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, roll_id, commodity),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};

-- What was really on the table when the roll was closed.
CREATE TABLE count_item (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  -- What the roll's promises add up to, what its lines say came, what was there.
  expected {int} NOT NULL,
  ticked {int} NOT NULL,
  counted {int} NOT NULL,
  damaged {int} NOT NULL,
  weighed_g {int},
  difference_reason {text} NOT NULL,
  lot_id {bytes},
  PRIMARY KEY (district_id, roll_id, commodity),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};

-- Goods from a unit to the warehouse or a depot, signed by two sides (BAST).
CREATE TABLE hand_over (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  roll_id {bytes} NOT NULL,
  to_institution_id {bytes} NOT NULL,
  -- 'announced', 'received', 'cancelled'
  state {text} NOT NULL,
  announced_at {int} NOT NULL,
  announced_by {bytes} NOT NULL,
  giver_name {text} NOT NULL,
  -- How each side signed: 'account' (he himself, signed in) or 'paper' (somebody else, on the printed sheet).
  giver_way {text} NOT NULL,
  received_at {int},
  received_by {bytes},
  receiver_name {text},
  receiver_way {text},
  -- What the giver wrote; what the receiver wrote about damage and gaps, or why it was cancelled.
  note {text} NOT NULL,
  receipt_note {text} NOT NULL,
  transfer_id {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};
CREATE INDEX hand_over_by_roll ON hand_over (district_id, roll_id);
CREATE INDEX hand_over_by_receiver ON hand_over (district_id, to_institution_id, state);
CREATE INDEX hand_over_by_state ON hand_over (district_id, state, id);

CREATE TABLE hand_over_item (
  district_id {int} NOT NULL,
  hand_over_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  sent {int} NOT NULL,
  lot_id {bytes},
  received {int},
  damaged {int},
  weighed_g {int},
  PRIMARY KEY (district_id, hand_over_id, commodity),
  FOREIGN KEY (district_id, hand_over_id) REFERENCES hand_over (district_id, id)
) {table};
-- Of which not all arrived in good order.
CREATE INDEX hand_over_item_short ON hand_over_item (district_id, hand_over_id, commodity, sent, received)
  WHERE received < sent;

-- Photos and scans of what was signed on paper: the count sheet of a roll, or a hand-over's protocol. None is replaced.
CREATE TABLE signed_sheet (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'roll', 'hand_over', and which.
  paper {text} NOT NULL,
  paper_id {bytes} NOT NULL,
  attachment_id {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX signed_sheet_by_paper ON signed_sheet (district_id, paper_id, id);

-- Goods of a closed roll that are not handed on: broken or spoiled at the post, or given back to who brought them. One
-- person asks, another decides.
CREATE TABLE post_loss (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  roll_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  amount {int} NOT NULL,
  -- 'written_off', 'given_back'
  kind {text} NOT NULL,
  reason {text} NOT NULL,
  -- 'requested', 'approved', 'refused'
  state {text} NOT NULL,
  requested_at {int} NOT NULL,
  requested_by {bytes} NOT NULL,
  decided_at {int},
  decided_by {bytes},
  decision_note {text} NOT NULL,
  transfer_id {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};
CREATE INDEX post_loss_by_roll ON post_loss (district_id, roll_id, commodity, state);
CREATE INDEX post_loss_by_state ON post_loss (district_id, state, requested_at, id);

-- Cash from a unit to the fund holder, by slip, before a day.
CREATE TABLE deposit (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  roll_id {bytes} NOT NULL,
  fund_holder_id {bytes} NOT NULL,
  amount {int} NOT NULL,
  -- Rupiah of it that are at the fund holder: several lines of a statement may pay it, and all of it is there once it is
  -- confirmed.
  paid {int} NOT NULL,
  due_on {int} NOT NULL,
  -- 'due', 'announced', 'confirmed'
  state {text} NOT NULL,
  slip_number {text} NOT NULL,
  slip_attachment_id {bytes},
  deposited_on {int},
  announced_by {bytes},
  confirmed_at {int},
  confirmed_by {bytes},
  -- Why the treasurer sent it back, the last time.
  note {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number),
  UNIQUE (district_id, roll_id),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};
CREATE INDEX deposit_open ON deposit (district_id, state, due_on, id);
CREATE INDEX deposit_by_holder ON deposit (district_id, fund_holder_id, id);
