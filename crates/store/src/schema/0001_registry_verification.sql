-- Verification: its campaigns, what visits found, how villages close, what kecamatan check.

-- A round of verification: which families are to be visited, and until when. At most one is open.
CREATE TABLE verification_campaign (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  name {text} NOT NULL,
  -- The base list: families of these statuses (codes, separated by spaces), of one import when it is named,
  -- and only those with BKKBN's own flag when flagged_only is 1.
  statuses {text} NOT NULL,
  batch_id {bytes},
  flagged_only {int} NOT NULL,
  opens_on {int} NOT NULL,
  deadline {int} NOT NULL,
  -- Families that each kecamatan visits a second time.
  sample {int} NOT NULL,
  -- 'open', 'closed'
  state {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  closed_at {int},
  closed_by {bytes},
  -- Why it was closed although something was missing; empty when nothing was.
  closing_reason {text} NOT NULL,
  -- The last time that it was opened again after it had closed, and why; empty when it never was.
  reopened_at {int},
  reopened_by {bytes},
  reopening_reason {text} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX verification_campaign_by_day ON verification_campaign (district_id, opens_on, id);
CREATE UNIQUE INDEX verification_campaign_open ON verification_campaign (district_id) WHERE state = 'open';

-- The denominator: every family that a campaign must visit, with the result that counts.
CREATE TABLE campaign_family (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  -- 'base' when the campaign opened, 'found' by a visit since, 'joined' by the district since (campaign_joining)
  origin {text} NOT NULL,
  -- As verification.result; NULL while no visit counts.
  result {text},
  visit_id {bytes},
  visited_on {int},
  PRIMARY KEY (district_id, campaign_id, family_id)
) {table};
CREATE INDEX campaign_family_progress ON campaign_family (district_id, campaign_id, village_code, rw, result);
CREATE INDEX campaign_family_by_family ON campaign_family (district_id, family_id, campaign_id);

-- Families that came onto a list after the campaign had opened and were let into it: how many more it has to visit
-- since then, and why.
CREATE TABLE campaign_joining (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- NULL: of all villages that had not closed.
  village_code {int},
  families {int} NOT NULL,
  reason {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, nth)
) {table};

-- A village of a campaign. Visits and the closing take hold of its row, so that no visit slips in behind the count.
CREATE TABLE campaign_village (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  -- 'open', 'closed'
  state {text} NOT NULL,
  touched_at {int} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, village_code)
) {table};

-- Who visits in a village, or in one RW of it.
CREATE TABLE campaign_verifier (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  -- Empty: the whole village.
  rw {text} NOT NULL,
  name {text} NOT NULL,
  phone_sealed {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  removed_at {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX campaign_verifier_by_village ON campaign_verifier (district_id, campaign_id, village_code);

-- A village's berita acara: what was counted when it closed, and who signs. One that was opened again stays.
CREATE TABLE village_record (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  number {text} NOT NULL,
  signed_on {int} NOT NULL,
  -- Names and offices as JSON, in the order in which they sign.
  signers {text} NOT NULL,
  families {int} NOT NULL,
  found {int} NOT NULL,
  -- Families by result as JSON.
  results {text} NOT NULL,
  -- Why families remained without a result; empty when none did.
  unvisited_reason {text} NOT NULL,
  -- The signed paper, or the file with its electronic signature.
  attachment_id {bytes},
  attached_at {int},
  closed_at {int} NOT NULL,
  closed_by {bytes} NOT NULL,
  reopened_at {int},
  reopened_by {bytes},
  reopening_reason {text} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX village_record_by_village ON village_record (district_id, campaign_id, village_code, closed_at);

-- A kecamatan's check of its villages: a sample is visited a second time. A new round begins when a village was
-- opened again.
CREATE TABLE subdistrict_check (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  subdistrict_code {int} NOT NULL,
  round {int} NOT NULL,
  drawn_at {int} NOT NULL,
  drawn_by {bytes} NOT NULL,
  closed_at {int},
  closed_by {bytes},
  -- How many second visits agreed when it was closed, and why it was closed although too few did.
  agreed {int},
  closing_reason {text} NOT NULL,
  voided_at {int},
  PRIMARY KEY (district_id, campaign_id, subdistrict_code, round)
) {table};

-- A family of the sample, and what the second visit found.
CREATE TABLE recheck (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  subdistrict_code {int} NOT NULL,
  round {int} NOT NULL,
  family_id {bytes} NOT NULL,
  -- What counted when the sample was drawn.
  first_result {text} NOT NULL,
  result {text},
  note {text} NOT NULL,
  visited_on {int},
  checked_by {bytes},
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, subdistrict_code, round, family_id)
) {table};

CREATE INDEX recheck_by_family ON recheck (district_id, family_id);

-- What a visit found. The newest row of a family that counts is how it stands; earlier ones stay.
CREATE TABLE verification (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- NULL: outside a campaign.
  campaign_id {bytes},
  batch_id {bytes},
  -- 'as_listed', 'changed', 'not_at_risk', 'moved', 'deceased', 'not_found', 'duplicate', 'refused', 'newly_found'
  result {text} NOT NULL,
  reason {text} NOT NULL,
  note {text} NOT NULL,
  visited_on {int} NOT NULL,
  verified_by {bytes} NOT NULL,
  -- 1: it counts; 0: evidence of a cadre that a verifier has still to settle.
  counts {int} NOT NULL,
  recorded_at {int} NOT NULL,
  retracted_at {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX verification_by_family ON verification (district_id, family_id, recorded_at);
CREATE INDEX verification_by_batch ON verification (district_id, batch_id, family_id) WHERE batch_id IS NOT NULL;
