-- The ledger: accounts, immutable balanced transfers, lots, and balances derived from them.

CREATE TABLE commodity (
  district_id {int} NOT NULL,
  code {text} NOT NULL,
  name {text} NOT NULL,
  -- The word for one of its smallest units: 'butir', 'gram', 'kaleng', 'rupiah'
  unit {text} NOT NULL,
  -- 'goods', 'cash'
  kind {text} NOT NULL,
  -- Estimated grams of one unit, shown as an estimate only; NULL where weighing makes no sense.
  grams_per_unit {int},
  -- Days after which it should be eaten; NULL = keeps.
  keeps_days {int},
  nth {int} NOT NULL,
  PRIMARY KEY (district_id, code)
) {table};

-- The funds that a district added or renamed; four are there without a row.
CREATE TABLE fund (
  district_id {int} NOT NULL,
  code {text} NOT NULL,
  name {text} NOT NULL,
  -- 'asn', 'infak', 'zakat', 'csr', 'other'
  kind {text} NOT NULL,
  -- 0: nothing new is collected for it
  is_open {int} NOT NULL,
  PRIMARY KEY (district_id, code)
) {table};

CREATE TABLE account (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'giver', 'office_post', 'transit', 'carriage', 'depot', 'warehouse', 'fund_holder', 'kitchen', 'courier', 'payout', 'household', 'market', 'cooking', 'waste', 'opening'
  kind {text} NOT NULL,
  -- The institution, family or hand-over that the account stands for.
  place_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  commodity {text} NOT NULL,
  opened_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, kind, place_id, fund, commodity)
) {table};

CREATE TABLE transfer (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'collected', 'handed_over', 'received', 'deposited', 'packed', 'released', 'delivered', 'returned', 'written_off', 'moved', 'reversal', 'opening', 'purchased', 'cooked', 'sent',
  -- 'counted'
  kind {text} NOT NULL,
  moved_on {int} NOT NULL,
  reverses {bytes},
  -- The roll, hand-over, deposit, package or run that caused it.
  cause_id {bytes} NOT NULL,
  reason {text} NOT NULL,
  command_id {bytes} NOT NULL,
  actor_id {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  sealed_seq {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX transfer_by_time ON transfer (district_id, recorded_at, id);
CREATE INDEX transfer_by_day ON transfer (district_id, moved_on, id);
CREATE INDEX transfer_by_cause ON transfer (district_id, cause_id);
CREATE INDEX transfer_reversals ON transfer (district_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX transfer_unsealed ON transfer (district_id, recorded_at, id) WHERE sealed_seq IS NULL;
CREATE INDEX transfer_by_seal ON transfer (district_id, sealed_seq) WHERE sealed_seq IS NOT NULL;

CREATE TABLE transfer_line (
  district_id {int} NOT NULL,
  transfer_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  from_account {bytes} NOT NULL,
  to_account {bytes} NOT NULL,
  amount {int} NOT NULL CHECK (amount > 0),
  -- The transfer's day: a book is read by account and day.
  moved_on {int} NOT NULL,
  PRIMARY KEY (district_id, transfer_id, nth),
  FOREIGN KEY (district_id, transfer_id) REFERENCES transfer (district_id, id),
  FOREIGN KEY (district_id, from_account) REFERENCES account (district_id, id),
  FOREIGN KEY (district_id, to_account) REFERENCES account (district_id, id)
) {keyed};
CREATE INDEX transfer_line_from ON transfer_line (district_id, from_account, moved_on, transfer_id);
CREATE INDEX transfer_line_to ON transfer_line (district_id, to_account, moved_on, transfer_id);

-- The fold of the lines, kept by the same transaction that adds them; `asuh check` proves them equal.
CREATE TABLE balance (
  district_id {int} NOT NULL,
  account_id {bytes} NOT NULL,
  amount {int} NOT NULL,
  PRIMARY KEY (district_id, account_id),
  FOREIGN KEY (district_id, account_id) REFERENCES account (district_id, id)
) {keyed};

-- What came in from outside at one time: of one commodity of one fund, from one place, such as an office's Monday.
CREATE TABLE lot (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'gift', 'purchase', 'cooking', 'opening', 'found'
  origin {text} NOT NULL,
  -- Where it came from: the office, the place that bought or cooked it, the place where it was found.
  place_id {bytes} NOT NULL,
  -- The roll, purchase, cooking or stock-take.
  cause_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  commodity {text} NOT NULL,
  quantity {int} NOT NULL CHECK (quantity > 0),
  since {int} NOT NULL,
  -- The day by which it should be eaten; NULL = keeps.
  use_by {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX lot_by_cause ON lot (district_id, cause_id);
CREATE INDEX lot_by_place ON lot (district_id, place_id, since, id);
CREATE INDEX lot_by_day ON lot (district_id, since, id);

-- Of which lots a lot was bought or cooked, and how much of them went into it, in their own unit.
CREATE TABLE lot_origin (
  district_id {int} NOT NULL,
  lot_id {bytes} NOT NULL,
  from_lot_id {bytes} NOT NULL,
  amount {int} NOT NULL CHECK (amount > 0),
  PRIMARY KEY (district_id, lot_id, from_lot_id),
  FOREIGN KEY (district_id, lot_id) REFERENCES lot (district_id, id),
  FOREIGN KEY (district_id, from_lot_id) REFERENCES lot (district_id, id)
) {table};
CREATE INDEX lot_origin_from ON lot_origin (district_id, from_lot_id);

-- How much of which lot a line moved: the lots of a line add up to it.
CREATE TABLE take (
  district_id {int} NOT NULL,
  transfer_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  lot_id {bytes} NOT NULL,
  amount {int} NOT NULL CHECK (amount > 0),
  PRIMARY KEY (district_id, transfer_id, nth, lot_id),
  FOREIGN KEY (district_id, transfer_id, nth) REFERENCES transfer_line (district_id, transfer_id, nth),
  FOREIGN KEY (district_id, lot_id) REFERENCES lot (district_id, id)
) {keyed};
CREATE INDEX take_by_lot ON take (district_id, lot_id, transfer_id, nth);

-- What is left of a lot at a place: the fold of the takes, kept by the same transaction that adds them.
CREATE TABLE lot_rest (
  district_id {int} NOT NULL,
  account_id {bytes} NOT NULL,
  lot_id {bytes} NOT NULL,
  -- As the lot says, for the order in which it is given out; 99991231 = keeps.
  use_by {int} NOT NULL,
  since {int} NOT NULL,
  amount {int} NOT NULL CHECK (amount >= 0),
  -- 1: with somebody of the programme who answers for it; 0: with a family, or outside.
  held {int} NOT NULL,
  PRIMARY KEY (district_id, account_id, lot_id),
  FOREIGN KEY (district_id, account_id) REFERENCES account (district_id, id),
  FOREIGN KEY (district_id, lot_id) REFERENCES lot (district_id, id)
) {keyed};
CREATE INDEX lot_rest_in_order ON lot_rest (district_id, account_id, use_by, since, lot_id, amount) WHERE amount > 0;
-- All that the programme holds now, however long its history is.
CREATE INDEX lot_rest_held ON lot_rest (district_id, account_id, lot_id, amount) WHERE amount > 0 AND held = 1;
CREATE INDEX lot_rest_by_lot ON lot_rest (district_id, lot_id, account_id);

-- The last day that a place has closed, by a stock-take: nothing is posted on it or before.
CREATE TABLE book_period (
  district_id {int} NOT NULL,
  place_id {bytes} NOT NULL,
  closed_through {int} NOT NULL,
  stock_take_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, place_id)
) {table};
