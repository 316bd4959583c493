-- Sharing out the pool of a week, and the way of every package to a family.

CREATE TABLE allocation_run (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  campaign_id {bytes} NOT NULL,
  -- Monday of the week that is shared out.
  week_of {int} NOT NULL,
  -- Where the goods and the money lie and whose purpose they serve, as the campaign said when the run was planned.
  warehouse_id {bytes} NOT NULL,
  fund_holder_id {bytes} NOT NULL,
  fund {text} NOT NULL,
  -- 'equal' (every family counts alike) or 'targets' (by its pregnant, breastfeeding and under five)
  weight {text} NOT NULL,
  -- 'draft', 'approved', 'closed', 'discarded'
  state {text} NOT NULL,
  -- Runs of the campaign that were approved when this one was planned: more since then make the draft stale.
  earlier_runs {int} NOT NULL,
  -- Seed of the public lottery that breaks ties.
  lottery_seed {int} NOT NULL,
  families {int} NOT NULL,
  -- Of these in the villages on the route, those that neither have had this week's package nor wait for a decision
  -- whether they are another family.
  on_route {int} NOT NULL,
  planned_at {int} NOT NULL,
  planned_by {bytes} NOT NULL,
  approved_at {int},
  approved_by {bytes},
  closed_at {int},
  closed_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE INDEX allocation_run_by_week ON allocation_run (district_id, campaign_id, week_of);

CREATE TABLE allocation_stock (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  -- What lay ready, what a family gets at most, and the smallest amount handed over, in the commodity's smallest unit.
  pool {int} NOT NULL,
  per_family {int} NOT NULL,
  step {int} NOT NULL,
  -- Whole packs of so much went out and nothing smaller; 0: single steps.
  pack {int} NOT NULL,
  -- Steps that earlier runs credited and nobody has received, and steps credited by this run.
  already_credited {int} NOT NULL,
  credited {int} NOT NULL,
  planned {int} NOT NULL,
  PRIMARY KEY (district_id, run_id, commodity),
  FOREIGN KEY (district_id, run_id) REFERENCES allocation_run (district_id, id)
) {table};

-- What either way of handing over a good that is eaten every day does in a run, as whoever planned it saw it: single
-- units to as many as they reach, or whole packs to those who are owed most.
CREATE TABLE allocation_way (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  -- Whole packs of so much and nothing smaller; 0: single units.
  pack {int} NOT NULL,
  -- Families on the list; of these on the route; of these that get some, and a full pack.
  families {int} NOT NULL,
  on_route {int} NOT NULL,
  receiving {int} NOT NULL,
  full_pack {int} NOT NULL,
  planned {int} NOT NULL,
  -- Weeks until everybody on the list has had some, when every week is like this one; NULL when nobody gets any.
  weeks {int},
  PRIMARY KEY (district_id, run_id, commodity, pack),
  FOREIGN KEY (district_id, run_id) REFERENCES allocation_run (district_id, id)
) {table};

-- The villages that this week's teams reach.
CREATE TABLE allocation_village (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  families {int} NOT NULL,
  PRIMARY KEY (district_id, run_id, village_code),
  FOREIGN KEY (district_id, run_id) REFERENCES allocation_run (district_id, id)
) {table};

-- Families that wait in this run, because it is not decided whether they are the one that is helped: they are credited
-- their share and get it once they turn out to be another family.
CREATE TABLE allocation_waiting (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  helped_id {bytes} NOT NULL,
  pair_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, run_id, family_id),
  FOREIGN KEY (district_id, run_id) REFERENCES allocation_run (district_id, id)
) {table};

-- What a run credits and gives to each family per commodity, in 1/1000 of the smallest unit; `given` in whole units.
CREATE TABLE share_balance (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  village_code {int} NOT NULL,
  before {int} NOT NULL,
  entitled {int} NOT NULL,
  given {int} NOT NULL,
  after {int} NOT NULL,
  PRIMARY KEY (district_id, run_id, family_id, commodity),
  FOREIGN KEY (district_id, run_id) REFERENCES allocation_run (district_id, id)
) {table};

-- A family's running claim of a campaign per commodity, in 1/1000 of the smallest unit: everything credited by
-- approved runs less everything packed for it that did not come back. The fold of share_balance and package_item,
-- kept by the same transactions; `asuh check` proves them equal.
CREATE TABLE share_account (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  balance {int} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, family_id, commodity)
) {table};

CREATE TABLE package (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  run_id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  week_of {int} NOT NULL,
  family_id {bytes} NOT NULL,
  -- Its place on the village's packing list.
  nth {int} NOT NULL,
  -- As they were when the run was approved.
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  rt {text} NOT NULL,
  hamlet {text} NOT NULL,
  head_name {text} NOT NULL,
  -- 'planned', 'packed', 'delivered', 'undeliverable', 'cancelled'
  state {text} NOT NULL,
  delivered_on {int},
  changed_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, campaign_id, week_of, family_id),
  FOREIGN KEY (district_id, run_id) REFERENCES allocation_run (district_id, id)
) {table};
CREATE INDEX share_account_by_family ON share_account (district_id, family_id);
CREATE INDEX package_by_run ON package (district_id, run_id, village_code, nth);
CREATE INDEX package_by_family ON package (district_id, family_id, week_of);
CREATE INDEX package_by_village ON package (district_id, village_code, state);
CREATE INDEX package_by_change ON package (district_id, changed_at);

CREATE TABLE package_item (
  district_id {int} NOT NULL,
  package_id {bytes} NOT NULL,
  commodity {text} NOT NULL,
  quantity {int} NOT NULL,
  PRIMARY KEY (district_id, package_id, commodity),
  FOREIGN KEY (district_id, package_id) REFERENCES package (district_id, id)
) {table};

CREATE TABLE delivery (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  package_id {bytes} NOT NULL,
  -- 'delivered', 'undeliverable'
  outcome {text} NOT NULL,
  -- Why not: 'not_home', 'moved', 'refused', 'not_found', 'other'
  reason {text} NOT NULL,
  note {text} NOT NULL,
  receiver_name {text} NOT NULL,
  receiver_relation {text} NOT NULL,
  happened_at {int} NOT NULL,
  signature_id {bytes},
  photo_id {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, package_id),
  FOREIGN KEY (district_id, package_id) REFERENCES package (district_id, id)
) {table};

-- The signed list of receipts of a village as it came back; the newest holds.
CREATE TABLE receipt_list (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  run_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  is_current {int} NOT NULL,
  signed {int} NOT NULL,
  thumbprints {int} NOT NULL,
  -- Who saw the thumbprints.
  witness_sealed {bytes} NOT NULL,
  -- Packages on record as received when it came back.
  delivered {int} NOT NULL,
  note {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, run_id) REFERENCES allocation_run (district_id, id)
) {table};
CREATE UNIQUE INDEX receipt_list_current ON receipt_list (district_id, run_id, village_code) WHERE is_current = 1;

-- Photos of its sheets.
CREATE TABLE receipt_sheet (
  district_id {int} NOT NULL,
  list_id {bytes} NOT NULL,
  -- From 1.
  nth {int} NOT NULL,
  attachment_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, list_id, nth),
  FOREIGN KEY (district_id, list_id) REFERENCES receipt_list (district_id, id)
) {table};

-- Cards of families: a number, and the signature in their QR code.
CREATE TABLE family_card (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  family_id {bytes} NOT NULL,
  -- The signature as it was printed: keys that change later leave cards valid.
  token_sealed {bytes} NOT NULL,
  issued_at {int} NOT NULL,
  issued_by {bytes} NOT NULL,
  -- Since when it opens nothing any more, and why.
  voided_at {int},
  voided_by {bytes},
  reason {text} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number)
) {table};
CREATE UNIQUE INDEX family_card_once ON family_card (district_id, family_id) WHERE voided_at IS NULL;
