-- Money that comes through a bank: accounts of fund holders, their statements, gifts that were announced, and what
-- became of every line.

-- Where a fund holder keeps the money of one fund. The program is never a payment account.
CREATE TABLE fund_account (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  fund_holder_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  bank {text} NOT NULL,
  number_sealed {bytes} NOT NULL,
  number_hash {bytes} NOT NULL,
  -- Its last four digits, by which people tell accounts apart.
  number_end {text} NOT NULL,
  -- The name on the account.
  holder_name {text} NOT NULL,
  -- The holder's own payment code as it was issued; empty where there is none.
  qris {text} NOT NULL,
  -- From this day on payments count only when a statement shows them.
  since {int} NOT NULL,
  until {int},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number_hash)
) {table};
CREATE INDEX fund_account_by_holder ON fund_account (district_id, fund_holder_id, fund);

-- How a bank writes its statements, chosen once by a person for a row of headings.
CREATE TABLE bank_layout (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- Of the headings by their letters and digits.
  headings_sha256 {bytes} NOT NULL,
  bank {text} NOT NULL,
  layout_sealed {bytes} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, headings_sha256)
) {table};

CREATE TABLE bank_statement (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  account_id {bytes} NOT NULL,
  file_sha256 {bytes} NOT NULL,
  -- 'draft' (read, to be looked at), 'taken', 'dropped'
  state {text} NOT NULL,
  -- The rows of a draft; empty afterwards.
  rows_sealed {bytes},
  -- What it says of itself, once taken: sen.
  bank {text} NOT NULL,
  first_day {int},
  last_day {int},
  opening {int},
  closing {int},
  credits {int} NOT NULL,
  debits {int} NOT NULL,
  -- By what it was believed: 'totals', 'balances', 'person' (who typed the sum that the bank shows)
  proof {text} NOT NULL,
  lines {int} NOT NULL,
  lines_new {int} NOT NULL,
  uploaded_at {int} NOT NULL,
  uploaded_by {bytes} NOT NULL,
  taken_at {int},
  taken_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, account_id, file_sha256),
  FOREIGN KEY (district_id, account_id) REFERENCES fund_account (district_id, id)
) {table};
CREATE INDEX bank_statement_by_day ON bank_statement (district_id, account_id, state, last_day);

CREATE TABLE bank_line (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  account_id {bytes} NOT NULL,
  statement_id {bytes} NOT NULL,
  -- Account, day, amount, text, balance and which of several alike: what tells it from every other line.
  line_sealed {bytes} NOT NULL,
  line_hash {bytes} NOT NULL,
  booked_on {int} NOT NULL,
  -- Sen; negative for what went.
  amount {int} NOT NULL,
  -- 'open', 'matched', 'other' (no gift of ours)
  state {text} NOT NULL,
  -- What else it is: 'interest', 'fee', 'spent', 'moved', 'foreign', 'sent_back'; empty when it is not.
  reason {text} NOT NULL,
  note {text} NOT NULL,
  decided_at {int},
  decided_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, line_hash),
  FOREIGN KEY (district_id, account_id) REFERENCES fund_account (district_id, id),
  FOREIGN KEY (district_id, statement_id) REFERENCES bank_statement (district_id, id)
) {table};
CREATE INDEX bank_line_by_state ON bank_line (district_id, account_id, state, booked_on, id);

-- A gift by transfer or payment code: announced by its giver, or found on a statement without that.
CREATE TABLE gift (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- Of its receipt; empty until the statement shows it.
  number {text} NOT NULL,
  -- What the giver types into the message of his transfer.
  code {text} NOT NULL,
  campaign_id {bytes} NOT NULL,
  account_id {bytes} NOT NULL,
  -- NULL: whoever it is did not say so.
  sponsor_id {bytes},
  -- 'transfer', 'qris', 'unannounced'
  way {text} NOT NULL,
  -- Rupiah that were announced.
  amount {int} NOT NULL,
  -- 'waiting', 'received', 'cancelled'
  state {text} NOT NULL,
  announced_on {int} NOT NULL,
  -- The last day on which it is waited for; a later payment still counts.
  expires_on {int} NOT NULL,
  -- What the statement shows: rupiah and day.
  received {int},
  received_on {int},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, code),
  FOREIGN KEY (district_id, account_id) REFERENCES fund_account (district_id, id)
) {table};
CREATE INDEX gift_by_amount ON gift (district_id, account_id, state, amount);
CREATE INDEX gift_by_day ON gift (district_id, state, expires_on, id);
CREATE INDEX gift_by_sponsor ON gift (district_id, sponsor_id, announced_on) WHERE sponsor_id IS NOT NULL;

-- Which deposit or gift a line pays. Taken back it stays, with who and why.
CREATE TABLE bank_match (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  line_id {bytes} NOT NULL,
  deposit_id {bytes},
  gift_id {bytes},
  -- Rupiah of the line that pay it.
  amount {int} NOT NULL,
  transfer_id {bytes},
  matched_at {int} NOT NULL,
  matched_by {bytes} NOT NULL,
  undone_at {int},
  undone_by {bytes},
  undone_reason {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, line_id) REFERENCES bank_line (district_id, id)
) {table};
CREATE INDEX bank_match_by_line ON bank_match (district_id, line_id);
CREATE INDEX bank_match_deposit ON bank_match (district_id, deposit_id)
  WHERE deposit_id IS NOT NULL AND undone_at IS NULL;
CREATE UNIQUE INDEX bank_match_gift ON bank_match (district_id, gift_id)
  WHERE gift_id IS NOT NULL AND undone_at IS NULL;
