-- The Monday: a drive, a roll per unit, what was brought, counted, handed over and deposited.

CREATE TABLE drive (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  held_on {int} NOT NULL,
  -- 'open', 'closed', 'cancelled'
  state {text} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, campaign_id, held_on)
) {table};

CREATE TABLE roll (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  drive_id {bytes} NOT NULL,
  unit_id {bytes} NOT NULL,
  -- 'open', 'closed'
  state {text} NOT NULL,
  people {int} NOT NULL,
  givers {int} NOT NULL,
  opened_at {int} NOT NULL,
  closed_at {int},
  closed_by {bytes},
  cash_witness {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, drive_id, unit_id),
  FOREIGN KEY (district_id, drive_id) REFERENCES drive (district_id, id)
) {table};
CREATE INDEX roll_by_unit ON roll (district_id, unit_id, drive_id);

-- One line per person with a promise for that day (janji), or who gave without one.
CREATE TABLE contribution (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  pledge_id {bytes},
  -- 'open', 'full', 'partial', 'nothing', 'away'
  state {text} NOT NULL,
  -- The Monday that a make-up (susulan) is for, when it is not this one.
  makes_up_for {int},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, roll_id, sponsor_id),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};
CREATE INDEX contribution_by_sponsor ON contribution (district_id, sponsor_id, roll_id);

-- Per person and commodity: what was promised and what came, in the smallest unit; damaged is part of brought.
CREATE TABLE contribution_item (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  expected {int} NOT NULL,
  brought {int} NOT NULL,
  damaged {int} NOT NULL,
  PRIMARY KEY (district_id, roll_id, sponsor_id, commodity),
  FOREIGN KEY (district_id, roll_id, sponsor_id) REFERENCES contribution (district_id, roll_id, sponsor_id)
) {table};

-- What was really on the table when the roll was closed.
CREATE TABLE count_item (
  district_id {int} NOT NULL,
  roll_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  ticked {int} NOT NULL,
  counted {int} NOT NULL,
  damaged {int} NOT NULL,
  weighed_g {int},
  difference_reason {text} NOT NULL,
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
  received_at {int},
  received_by {bytes},
  receiver_name {text},
  note {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};
CREATE INDEX hand_over_by_roll ON hand_over (district_id, roll_id);
CREATE INDEX hand_over_by_receiver ON hand_over (district_id, to_institution_id, state);

CREATE TABLE hand_over_item (
  district_id {int} NOT NULL,
  hand_over_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  sent {int} NOT NULL,
  received {int},
  damaged {int},
  weighed_g {int},
  PRIMARY KEY (district_id, hand_over_id, commodity),
  FOREIGN KEY (district_id, hand_over_id) REFERENCES hand_over (district_id, id)
) {table};

-- Cash from a unit to the fund holder, by slip, before a day.
CREATE TABLE deposit (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  roll_id {bytes} NOT NULL,
  fund_holder_id {bytes} NOT NULL,
  amount {int} NOT NULL,
  due_on {int} NOT NULL,
  -- 'due', 'announced', 'confirmed'
  state {text} NOT NULL,
  slip_number {text} NOT NULL,
  slip_attachment_id {bytes},
  deposited_on {int},
  announced_by {bytes},
  confirmed_at {int},
  confirmed_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number),
  UNIQUE (district_id, roll_id),
  FOREIGN KEY (district_id, roll_id) REFERENCES roll (district_id, id)
) {table};
CREATE INDEX deposit_open ON deposit (district_id, state, due_on);
