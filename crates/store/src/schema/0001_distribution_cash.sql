-- Help in money: where caregivers receive it, the plan of a month, its payments, what the bank made of them.

-- The account of the caregiver of a family; without one, or without consent, money is handed over in cash.
CREATE TABLE receiver_account (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- The bank's code for transfers between banks (three digits; '' = not known) and its name.
  bank_code {text} NOT NULL,
  bank {text} NOT NULL,
  number_sealed {bytes} NOT NULL,
  number_hash {bytes} NOT NULL,
  -- Its last four digits.
  number_end {text} NOT NULL,
  -- The name on the account.
  holder_sealed {bytes} NOT NULL,
  -- What its holder is to the child: 'mother', 'father', 'grandparent', 'guardian', 'self'
  relation {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  -- Why it is used no more; ''.
  ended_reason {text} NOT NULL,
  ended_at {int},
  ended_by {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX receiver_account_once ON receiver_account (district_id, family_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX receiver_account_number ON receiver_account (district_id, number_hash) WHERE ended_at IS NULL;
CREATE INDEX receiver_account_by_family ON receiver_account (district_id, family_id, recorded_at);

-- The columns of a bank's file of transfers and of its answer, as the district changed them; those that are known
-- beforehand stand in code.
CREATE TABLE transfer_format (
  district_id {int} NOT NULL,
  code {text} NOT NULL,
  name {text} NOT NULL,
  -- 'xlsx', 'csv'
  kind {text} NOT NULL,
  -- A line for each column: its heading, an equals sign, and its content with names of fields in braces.
  columns {text} NOT NULL,
  -- Headings and words of the answer, a line each: 'rujukan = No Referensi'.
  answer {text} NOT NULL,
  -- The day on which the bank took a file of this form; NULL: to be confirmed.
  confirmed_on {int},
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, code)
) {table};

-- Who changes what the children of a programme receive for a month takes hold of its row first.
CREATE TABLE cash_month (
  district_id {int} NOT NULL,
  programme_id {bytes} NOT NULL,
  month {int} NOT NULL,
  changes {int} NOT NULL,
  PRIMARY KEY (district_id, programme_id, month)
) {table};

-- Who receives how much of a holder's fund for a month. Several plans of a month are possible: who joined later stands
-- in another one.
CREATE TABLE cash_plan (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  programme_id {bytes} NOT NULL,
  fund_holder_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  -- First day of the month.
  month {int} NOT NULL,
  -- 'draft', 'locked', 'approved', 'authorised', 'released', 'reconciled', 'closed', 'discarded'
  state {text} NOT NULL,
  -- How often it was returned: signatures of an earlier round count no more.
  round {int} NOT NULL,
  -- Children who are to receive, and rupiah; as they were locked, once it is.
  payments {int} NOT NULL,
  total {int} NOT NULL,
  -- Why it was returned last; ''.
  returned_reason {text} NOT NULL,
  returned_at {int},
  returned_by {bytes},
  drafted_at {int} NOT NULL,
  drafted_by {bytes} NOT NULL,
  locked_at {int},
  locked_by {bytes},
  -- The day under which the release stands in the books.
  released_on {int},
  released_at {int},
  released_by {bytes},
  -- The form of the file that the bank was given.
  format_code {text} NOT NULL,
  closed_at {int},
  closed_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX cash_plan_by_month ON cash_plan (district_id, programme_id, month);
CREATE INDEX cash_plan_by_state ON cash_plan (district_id, state, month);
CREATE INDEX cash_plan_newest ON cash_plan (district_id, drafted_at, id);

CREATE TABLE cash_signature (
  district_id {int} NOT NULL,
  plan_id {bytes} NOT NULL,
  round {int} NOT NULL,
  -- 'approve', 'authorise'
  act {text} NOT NULL,
  user_id {bytes} NOT NULL,
  signed_at {int} NOT NULL,
  PRIMARY KEY (district_id, plan_id, round, act, user_id),
  FOREIGN KEY (district_id, plan_id) REFERENCES cash_plan (district_id, id)
) {table};

-- What a child is to receive of a plan. It counts in the child's month until it is excluded or cancelled; what the bank
-- sent back is tried again as another attempt of the same payment.
CREATE TABLE cash_payment (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  plan_id {bytes} NOT NULL,
  programme_id {bytes} NOT NULL,
  fund_holder_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  month {int} NOT NULL,
  person_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- Its place on the plan's list.
  nth {int} NOT NULL,
  -- The versions of family and child, and their names and place, as they were when the plan was locked; before that as
  -- they were when it was drafted.
  family_version {int} NOT NULL,
  person_version {int} NOT NULL,
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  rt {text} NOT NULL,
  hamlet {text} NOT NULL,
  head_name {text} NOT NULL,
  child_name {text} NOT NULL,
  -- The child's code name; '' where it has none.
  code {text} NOT NULL,
  -- Units needed a month, units that it is paid, rupiah.
  need {int} NOT NULL,
  units {int} NOT NULL,
  amount {int} NOT NULL,
  -- What the household has received of it.
  paid {int} NOT NULL,
  -- 'transfer', 'cash'
  way {text} NOT NULL,
  -- The account as it was when the plan was locked; empty for cash.
  bank_code {text} NOT NULL,
  bank {text} NOT NULL,
  number_sealed {bytes},
  number_end {text} NOT NULL,
  holder_sealed {bytes},
  -- 'planned', 'excluded', 'sent', 'paid', 'partial', 'failed', 'cancelled'
  state {text} NOT NULL,
  -- Why it was excluded or cancelled: 'target_left', 'hand', 'closed'; ''. In words.
  reason {text} NOT NULL,
  words {text} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, plan_id) REFERENCES cash_plan (district_id, id)
) {table};
-- One payment for a child, a programme and a month from a holder's fund. What several funds give to one child is together
-- never more than the child needs: `asuh check`.
CREATE UNIQUE INDEX cash_payment_once ON cash_payment (district_id, programme_id, month, person_id, fund_holder_id, fund)
  WHERE state <> 'excluded' AND state <> 'cancelled';
CREATE UNIQUE INDEX cash_payment_by_plan ON cash_payment (district_id, plan_id, nth);
CREATE INDEX cash_payment_by_change ON cash_payment (district_id, changed_at);
CREATE INDEX cash_payment_by_family ON cash_payment (district_id, family_id, month);
CREATE INDEX cash_payment_by_person ON cash_payment (district_id, person_id, month);
CREATE INDEX cash_payment_by_month ON cash_payment (district_id, programme_id, month, state);
CREATE INDEX cash_payment_in_month ON cash_payment (district_id, month, village_code, id);
CREATE INDEX cash_payment_by_village ON cash_payment (district_id, village_code, state, month);

-- Whose promises a payment is made of.
CREATE TABLE cash_share (
  district_id {int} NOT NULL,
  payment_id {bytes} NOT NULL,
  pair_id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  units {int} NOT NULL,
  amount {int} NOT NULL,
  PRIMARY KEY (district_id, payment_id, pair_id),
  FOREIGN KEY (district_id, payment_id) REFERENCES cash_payment (district_id, id)
) {table};
CREATE INDEX cash_share_by_sponsor ON cash_share (district_id, sponsor_id, payment_id);
CREATE INDEX cash_share_by_campaign ON cash_share (district_id, campaign_id, payment_id);

-- A try to pay: a row of the bank's file, or money that is handed over.
CREATE TABLE cash_attempt (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  payment_id {bytes} NOT NULL,
  plan_id {bytes} NOT NULL,
  -- From 1.
  nth {int} NOT NULL,
  -- 'transfer', 'cash'
  way {text} NOT NULL,
  -- By which the bank's answer is known; on a receipt too.
  reference {text} NOT NULL,
  amount {int} NOT NULL,
  paid {int} NOT NULL,
  -- 'sent', 'paid', 'partial', 'failed'
  state {text} NOT NULL,
  -- Why it failed, in the bank's words or those of who brought it; ''.
  reason {text} NOT NULL,
  sent_on {int} NOT NULL,
  decided_on {int},
  -- The bank's answer that said so; NULL for cash.
  result_id {bytes},
  -- Of money that was handed over.
  receiver_name {text} NOT NULL,
  receiver_relation {text} NOT NULL,
  witness {text} NOT NULL,
  signature_id {bytes},
  photo_id {bytes},
  decided_at {int},
  decided_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, payment_id, nth),
  UNIQUE (district_id, reference),
  FOREIGN KEY (district_id, payment_id) REFERENCES cash_payment (district_id, id)
) {table};
CREATE UNIQUE INDEX cash_attempt_open ON cash_attempt (district_id, payment_id) WHERE state = 'sent';
CREATE INDEX cash_attempt_by_plan ON cash_attempt (district_id, plan_id, state);

-- An answer of a bank: kept until somebody has looked at it, then only counted.
CREATE TABLE cash_result (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  plan_id {bytes} NOT NULL,
  file_sha256 {bytes} NOT NULL,
  file_name {text} NOT NULL,
  -- 'draft', 'taken', 'dropped'
  state {text} NOT NULL,
  rows_sealed {bytes},
  paid {int} NOT NULL,
  partial {int} NOT NULL,
  failed {int} NOT NULL,
  uploaded_at {int} NOT NULL,
  uploaded_by {bytes} NOT NULL,
  taken_at {int},
  taken_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, plan_id, file_sha256),
  FOREIGN KEY (district_id, plan_id) REFERENCES cash_plan (district_id, id)
) {table};
