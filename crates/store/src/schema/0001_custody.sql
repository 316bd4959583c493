-- What leaves or enters stock without being handed over: asked for by one, approved by another.

CREATE TABLE stock_change (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  -- 'write_off', 'stock_take'
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
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX stock_change_by_state ON stock_change (district_id, state, requested_at, id);
