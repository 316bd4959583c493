-- Who gives, in which campaign, and how much they promise.

-- A giver: a civil servant of the roster, a person, or an institution.
CREATE TABLE sponsor (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'asn', 'person', 'institution'
  kind {text} NOT NULL,
  -- Of an institution that the district lists too: which one. Who works there or below has no child of it.
  institution_id {bytes},
  created_at {int} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX sponsor_by_institution ON sponsor (district_id, institution_id) WHERE institution_id IS NOT NULL;

CREATE TABLE sponsor_version (
  district_id {int} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  version {int} NOT NULL,
  recorded_at {int} NOT NULL,
  superseded_at {int} NOT NULL,
  valid_from {int} NOT NULL,
  command_id {bytes} NOT NULL,
  batch_id {bytes},
  retracted_by {bytes},
  source {text} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  nip_sealed {bytes},
  nip_hash {bytes},
  phone_sealed {bytes},
  -- The unit (institution) where a civil servant works; NULL for others.
  unit_id {bytes},
  home_code {int},
  -- 'active', 'left'
  status {text} NOT NULL,
  -- Why he left: 'retired', 'moved', 'died', 'closed' (an institution that is no more), 'other'; NULL while active.
  leaving {text},
  -- As the GENTING tally counts givers: 'individual' (a civil servant too), 'community', 'private', 'soe' (BUMN),
  -- 'roe' (BUMD), 'university', 'zakat_fund' (Baznas, UPZ), 'government', 'ngo', 'media'.
  category {text} NOT NULL,
  -- His own family card, if he told it: only to keep relatives apart when children are given. The hash is made as
  -- that of families.
  kk_sealed {bytes},
  kk_hash {bytes},
  PRIMARY KEY (district_id, sponsor_id, version)
) {table};
CREATE INDEX sponsor_version_list ON sponsor_version (district_id, superseded_at, name_search, sponsor_id);
CREATE INDEX sponsor_version_by_unit ON sponsor_version (district_id, unit_id, superseded_at);
-- One person per NIP, however often his facts changed.
CREATE UNIQUE INDEX sponsor_version_by_nip ON sponsor_version (district_id, nip_hash)
  WHERE nip_hash IS NOT NULL AND superseded_at = 9223372036854775807;
-- Who works where, of those who told their family card: whether a family's member works for its sponsor.
CREATE INDEX sponsor_version_by_card ON sponsor_version (district_id, kk_hash, superseded_at) WHERE kk_hash IS NOT NULL;
CREATE INDEX sponsor_version_by_batch ON sponsor_version (district_id, batch_id) WHERE batch_id IS NOT NULL;

-- Whom to speak to at an institution or a community.
CREATE TABLE sponsor_contact (
  district_id {int} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  id {bytes} NOT NULL,
  name {text} NOT NULL,
  -- 'Manajer CSR'; may be empty.
  position {text} NOT NULL,
  phone_sealed {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  -- Since when he is not spoken to any more.
  ended_at {int},
  ended_by {bytes},
  PRIMARY KEY (district_id, sponsor_id, id),
  FOREIGN KEY (district_id, sponsor_id) REFERENCES sponsor (district_id, id)
) {table};

CREATE TABLE campaign (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  name {text} NOT NULL,
  slogan {text} NOT NULL,
  -- 'weekly' (rhythm_day 1 = Monday .. 7), 'monthly' (rhythm_day 1 .. 28), 'once' (starts_on)
  rhythm {text} NOT NULL,
  rhythm_day {int} NOT NULL,
  starts_on {int} NOT NULL,
  ends_on {int},
  -- 'asn', 'anyone'
  contributor_scope {text} NOT NULL,
  -- What it helps with: 'nutrition', 'water', 'sanitation' (latrine and house), 'education' as GENTING counts, and
  -- 'mentoring'.
  help {text} NOT NULL,
  -- 'families' (the weekly pool), 'kitchens', 'pairs' (every basket is one unit that goes to a chosen target)
  destination {text} NOT NULL,
  -- The institution that holds the money, and the warehouse that holds the goods.
  fund_holder_id {bytes} NOT NULL,
  warehouse_id {bytes} NOT NULL,
  -- The fund all gifts of the campaign belong to: 'asn', 'infak', 'csr', ...
  fund {text} NOT NULL,
  voluntary {int} NOT NULL,
  -- Where a district decides otherwise: who decided (empty while voluntary), which document, of which day; as the
  -- last row of campaign_decision.
  obligation_basis {text} NOT NULL,
  obligation_document {text},
  obligation_on {int},
  deposit_days {int} NOT NULL,
  -- 'active', 'ended' (ends_on says when)
  state {text} NOT NULL,
  created_at {int} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};

-- Every decision about whether giving is voluntary; nothing is changed here.
CREATE TABLE campaign_decision (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  id {bytes} NOT NULL,
  -- 1 = giving is voluntary (again).
  voluntary {int} NOT NULL,
  -- Who decided, by which document of which day.
  decided_by {text} NOT NULL,
  document {text} NOT NULL,
  decided_on {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, id),
  FOREIGN KEY (district_id, campaign_id) REFERENCES campaign (district_id, id)
) {table};

CREATE TABLE campaign_item (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  commodity {text} NOT NULL,
  -- What one giver is asked to bring, in the commodity's smallest unit.
  quantity {int} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, nth),
  UNIQUE (district_id, campaign_id, commodity),
  FOREIGN KEY (district_id, campaign_id) REFERENCES campaign (district_id, id)
) {table};

CREATE TABLE pledge (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  -- Times the campaign's basket, at first; pledge_amount says what became of it.
  baskets {int} NOT NULL,
  starts_on {int} NOT NULL,
  -- Last day on which it holds; NULL = open. Set when the sponsor stops, without a reason.
  ends_on {int},
  -- The last day that was promised in the beginning; NULL = until stopped.
  planned_end {int},
  -- Why it ends before that: 'stopped', 'left' (the sponsor left), 'undone' (entered by mistake); NULL = it does not.
  end_reason {text},
  -- 'self', 'unit' (entered for the whole office by its coordinator), 'admin'
  origin {text} NOT NULL,
  -- How the sponsor may be named in public: 'name', 'office', 'anonymous'
  public_name {text} NOT NULL,
  -- How far from his home the sponsor wishes to help: 'village', 'subdistrict', 'neighbours' (subdistricts), 'district'
  reach {text} NOT NULL,
  -- Number and day of the letter or MoU, where there is one.
  document {text},
  document_on {int},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  stopped_at {int},
  stopped_by {bytes},
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, campaign_id) REFERENCES campaign (district_id, id),
  FOREIGN KEY (district_id, sponsor_id) REFERENCES sponsor (district_id, id)
) {table};
CREATE INDEX pledge_by_sponsor ON pledge (district_id, sponsor_id, campaign_id);
CREATE INDEX pledge_by_campaign ON pledge (district_id, campaign_id, starts_on);
CREATE INDEX pledge_by_end ON pledge (district_id, ends_on) WHERE ends_on IS NOT NULL;

-- Days on which a promise rests.
CREATE TABLE pledge_pause (
  district_id {int} NOT NULL,
  pledge_id {bytes} NOT NULL,
  id {bytes} NOT NULL,
  starts_on {int} NOT NULL,
  -- Last day of rest; NULL = until he goes on. Before starts_on: taken back before it began.
  ends_on {int},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  ended_at {int},
  ended_by {bytes},
  PRIMARY KEY (district_id, pledge_id, id),
  FOREIGN KEY (district_id, pledge_id) REFERENCES pledge (district_id, id)
) {table};

-- How many baskets a promise holds from a day on, where that is not what it held at first.
CREATE TABLE pledge_amount (
  district_id {int} NOT NULL,
  pledge_id {bytes} NOT NULL,
  starts_on {int} NOT NULL,
  baskets {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, pledge_id, starts_on),
  FOREIGN KEY (district_id, pledge_id) REFERENCES pledge (district_id, id)
) {table};
