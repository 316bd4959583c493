-- What leaves or enters stock without being handed over: asked for by one, approved by another.

CREATE TABLE stock_change (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- 'write_off', 'stock_take', 'opening', 'to_giver', 'to_supplier' (given back)
  kind {text} NOT NULL,
  -- The account: 'warehouse', 'depot', 'transit' and its place, fund and commodity.
  account_kind {text} NOT NULL,
  place_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  commodity {text} NOT NULL,
  -- What the books said when it was asked for, and what was counted (stock-take alone).
  book {int} NOT NULL,
  counted {int},
  -- Added to the stock when approved; below zero: taken out of it.
  difference {int} NOT NULL,
  reason {text} NOT NULL,
  -- 'requested', 'approved', 'refused'
  state {text} NOT NULL,
  requested_at {int} NOT NULL,
  requested_by {bytes} NOT NULL,
  decided_at {int},
  decided_by {bytes},
  decision_note {text} NOT NULL,
  transfer_id {bytes},
  -- The stock-take that found it.
  stock_take_id {bytes},
  -- To whom it is given back; empty otherwise.
  party {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX stock_change_by_take ON stock_change (district_id, stock_take_id) WHERE stock_take_id IS NOT NULL;
CREATE INDEX stock_change_by_state ON stock_change (district_id, state, requested_at, id);

-- Goods of one fund on their way from one place of custody to another, signed by both sides.
CREATE TABLE shipment (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- 'warehouse', 'depot', 'kitchen'
  from_kind {text} NOT NULL,
  from_place_id {bytes} NOT NULL,
  to_place_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  carrier {text} NOT NULL,
  sent_on {int} NOT NULL,
  -- The day by which it should be there.
  due_on {int} NOT NULL,
  -- 'sent' (as long as anything of it is open), 'received', 'cancelled'
  state {text} NOT NULL,
  note {text} NOT NULL,
  sent_at {int} NOT NULL,
  sent_by {bytes} NOT NULL,
  -- The last time that something of it arrived.
  received_at {int},
  received_by {bytes},
  receiver_name {text} NOT NULL,
  -- What the receiver said, or why it was cancelled.
  receipt_note {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX shipment_by_state ON shipment (district_id, state, due_on, id);
CREATE INDEX shipment_by_receiver ON shipment (district_id, to_place_id, id);

CREATE TABLE shipment_item (
  district_id {int} NOT NULL,
  shipment_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  sent {int} NOT NULL CHECK (sent > 0),
  received {int} NOT NULL CHECK (received >= 0),
  -- Written off on the way, with a second person's approval.
  lost {int} NOT NULL CHECK (lost >= 0),
  PRIMARY KEY (district_id, shipment_id, commodity),
  FOREIGN KEY (district_id, shipment_id) REFERENCES shipment (district_id, id),
  CHECK (received + lost <= sent)
) {table};

-- Cash that became goods of the same fund.
CREATE TABLE purchase (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  fund {text} NOT NULL,
  holder_id {bytes} NOT NULL,
  place_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  quantity {int} NOT NULL CHECK (quantity > 0),
  paid {int} NOT NULL CHECK (paid > 0),
  shop {text} NOT NULL,
  bought_on {int} NOT NULL,
  receipt_id {bytes},
  -- Percent away from the price list; NULL = it had no price.
  percent_off {int},
  -- Why the price was far off.
  note {text} NOT NULL,
  transfer_id {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};

-- What a commodity costs from a day on: so many rupiah for so much of its smallest unit.
CREATE TABLE price (
  district_id {int} NOT NULL,
  commodity {text} NOT NULL,
  since {int} NOT NULL,
  rupiah {int} NOT NULL CHECK (rupiah > 0),
  per {int} NOT NULL CHECK (per > 0),
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, commodity, since)
) {table};

-- Ingredients that became portions of the same fund.
CREATE TABLE cooking (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  kitchen_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  commodity {text} NOT NULL,
  portions {int} NOT NULL CHECK (portions > 0),
  cooked_on {int} NOT NULL,
  menu {text} NOT NULL,
  transfer_id {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};

-- A place was counted whole, a store or the cash of a fund holder; what differed is asked for in stock_change, and once it is agreed to the days before the
-- count are closed.
CREATE TABLE stock_take (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  place_id {bytes} NOT NULL,
  counted_on {int} NOT NULL,
  -- Who counted together with the keeper.
  witness {text} NOT NULL,
  -- 'waiting' (for the approval of its differences), 'closed', 'refused'
  state {text} NOT NULL,
  taken_at {int} NOT NULL,
  taken_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX stock_take_by_place ON stock_take (district_id, place_id, id);

-- What was counted: every commodity of every fund at the place, also where nothing differs.
CREATE TABLE stock_take_item (
  district_id {int} NOT NULL,
  stock_take_id {bytes} NOT NULL,
  account_kind {text} NOT NULL,
  fund {text} NOT NULL,
  commodity {text} NOT NULL,
  book {int} NOT NULL,
  counted {int} NOT NULL,
  -- Why it differs; empty where it does not.
  reason {text} NOT NULL,
  PRIMARY KEY (district_id, stock_take_id, account_kind, fund, commodity),
  FOREIGN KEY (district_id, stock_take_id) REFERENCES stock_take (district_id, id)
) {table};

-- The notes and coins of a fund that were counted, and what its account at the bank says.
CREATE TABLE cash_piece (
  district_id {int} NOT NULL,
  stock_take_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  -- The worth of one piece in rupiah; 0: at the bank, where each piece is one rupiah.
  worth {int} NOT NULL,
  pieces {int} NOT NULL CHECK (pieces > 0),
  PRIMARY KEY (district_id, stock_take_id, fund, worth),
  FOREIGN KEY (district_id, stock_take_id) REFERENCES stock_take (district_id, id)
) {table};
