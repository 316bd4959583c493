-- Whom each promise helps: programmes of pairing, their rules, runs of the optimiser, and the pairs that hold.

-- What a campaign whose destination is 'pairs' gives to whom. One basket of the campaign is one unit.
CREATE TABLE programme (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  -- Kind of the frozen lists that it works on: 'families_at_risk', 'stunted_children'
  list_kind {text} NOT NULL,
  -- What a unit costs that goes to another village of the subdistrict, a neighbouring subdistrict, or anywhere else
  -- in the district: only their order and differences count.
  cost_subdistrict {int} NOT NULL,
  cost_neighbours {int} NOT NULL,
  cost_district {int} NOT NULL,
  -- How often its pairs were changed. Who changes them takes hold of this row first.
  changes {int} NOT NULL,
  created_at {int} NOT NULL,
  created_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, campaign_id)
) {table};

-- The campaigns whose promises a programme gives to its targets: the one that it was set up for, and others. A promise
-- belongs to one programme alone.
CREATE TABLE programme_pool (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  programme_id {bytes} NOT NULL,
  -- As how many units of the programme a basket of the campaign counts.
  units_per_basket {int} NOT NULL,
  added_at {int} NOT NULL,
  added_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, campaign_id),
  FOREIGN KEY (district_id, programme_id) REFERENCES programme (district_id, id)
) {table};
CREATE INDEX programme_pool_by_programme ON programme_pool (district_id, programme_id);

-- The frozen list that a programme works on from the first day of a month on.
CREATE TABLE programme_list (
  district_id {int} NOT NULL,
  programme_id {bytes} NOT NULL,
  from_month {int} NOT NULL,
  list_id {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, programme_id, from_month),
  FOREIGN KEY (district_id, programme_id) REFERENCES programme (district_id, id)
) {table};

-- What a target needs from the first day of a month on: units a month, and visits of a mentor.
CREATE TABLE programme_need (
  district_id {int} NOT NULL,
  programme_id {bytes} NOT NULL,
  -- 'child_under_two', 'child_two_to_five', 'pregnant', 'breastfeeding'
  target {text} NOT NULL,
  from_month {int} NOT NULL,
  units {int} NOT NULL,
  mentor_visits {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, programme_id, target, from_month),
  FOREIGN KEY (district_id, programme_id) REFERENCES programme (district_id, id)
) {table};

-- The rule of who comes first, with the public seed of its lottery. The newest version holds; a run names its own.
CREATE TABLE priority_rule (
  district_id {int} NOT NULL,
  programme_id {bytes} NOT NULL,
  version {int} NOT NULL,
  -- Public text that decides between equals: SHA-256(seed | person id). '' = not drawn yet, no run is possible.
  seed {text} NOT NULL,
  -- Who decided, by which document.
  basis {text} NOT NULL,
  recorded_on {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, programme_id, version),
  FOREIGN KEY (district_id, programme_id) REFERENCES programme (district_id, id)
) {table};

CREATE TABLE priority_point (
  district_id {int} NOT NULL,
  programme_id {bytes} NOT NULL,
  version {int} NOT NULL,
  nth {int} NOT NULL,
  -- 'haz_below' (z-score times 100), 'age_below' (months), 'desil_up_to', 'pregnant', 'breastfeeding'. Of several rows
  -- of one factor that hold, the one with most points counts.
  factor {text} NOT NULL,
  bound {int} NOT NULL,
  points {int} NOT NULL,
  PRIMARY KEY (district_id, programme_id, version, nth),
  FOREIGN KEY (district_id, programme_id, version) REFERENCES priority_rule (district_id, programme_id, version)
) {table};

-- Subdistricts that border on one another; the smaller code first.
CREATE TABLE subdistrict_neighbour (
  district_id {int} NOT NULL,
  one_code {int} NOT NULL,
  other_code {int} NOT NULL,
  PRIMARY KEY (district_id, one_code, other_code)
) {table};

-- The name by which sponsors know a target: drawn once, says nothing, stays.
CREATE TABLE target_code (
  district_id {int} NOT NULL,
  person_id {bytes} NOT NULL,
  code {text} NOT NULL,
  PRIMARY KEY (district_id, person_id),
  UNIQUE (district_id, code)
) {table};

-- A sponsor and a family that are related, as somebody said; ended_at: it turned out not to be so.
CREATE TABLE declared_relative (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- How they are related, and why it was taken back; ''.
  reason {text} NOT NULL,
  ended_reason {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  ended_at {int},
  ended_by {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX declared_relative_once ON declared_relative (district_id, sponsor_id, family_id)
  WHERE ended_at IS NULL;
CREATE INDEX declared_relative_by_sponsor ON declared_relative (district_id, sponsor_id);
CREATE INDEX declared_relative_by_family ON declared_relative (district_id, family_id);

-- Targets that are kept for somebody who is still deciding. It ends by itself after its last day.
CREATE TABLE pairing_hold (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  programme_id {bytes} NOT NULL,
  -- 'deciding' (a firm that has not signed yet), 'replacement' (an office looks for somebody else), 'other'
  kind {text} NOT NULL,
  for_whom {text} NOT NULL,
  -- Who decides, where it is a sponsor that is known: those whom he may not help were left out.
  sponsor_id {bytes},
  placed_on {int} NOT NULL,
  until {int} NOT NULL,
  placed_at {int} NOT NULL,
  placed_by {bytes} NOT NULL,
  released_at {int},
  released_by {bytes},
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, programme_id) REFERENCES programme (district_id, id)
) {table};
CREATE INDEX pairing_hold_running ON pairing_hold (district_id, programme_id, until) WHERE released_at IS NULL;

CREATE TABLE hold_child (
  district_id {int} NOT NULL,
  hold_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  units {int} NOT NULL,
  PRIMARY KEY (district_id, hold_id, person_id),
  FOREIGN KEY (district_id, hold_id) REFERENCES pairing_hold (district_id, id)
) {table};
CREATE INDEX hold_child_by_person ON hold_child (district_id, person_id);

-- A run of the optimiser: computed once, approved or refused by somebody else, never changed.
CREATE TABLE pairing_run (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  programme_id {bytes} NOT NULL,
  -- Within the programme, from 1.
  number {int} NOT NULL,
  -- 'full', 'intake' (who is new joins one by one)
  kind {text} NOT NULL,
  -- 'lock', 'soft'
  stability {text} NOT NULL,
  list_id {bytes} NOT NULL,
  -- The day that the facts are of.
  on_day {int} NOT NULL,
  rule_version {int} NOT NULL,
  -- 'computing', 'draft', 'approved', 'refused', 'failed'
  state {text} NOT NULL,
  -- Why it failed or was refused; ''.
  reason {text} NOT NULL,
  -- SHA-256 over everything that decides about it: facts that change make the draft stale.
  facts_sha256 {bytes},
  children {int} NOT NULL,
  sponsors {int} NOT NULL,
  -- Sponsors left out because nobody knows where they live, though they wish to help nearby.
  homeless {int} NOT NULL,
  needed_units {int} NOT NULL,
  offered_units {int} NOT NULL,
  held_units {int} NOT NULL,
  before_units {int} NOT NULL,
  -- Units promised by pairs of pools that the run left alone.
  besides_units {int} NOT NULL,
  served_units {int} NOT NULL,
  kept_units {int} NOT NULL,
  geo_cost {int} NOT NULL,
  -- A whole number wider than a column.
  rank_objective {text} NOT NULL,
  -- Flow and prices: whoever doubts the run checks it again without solving it. NULL for an intake, which was
  -- proven when it was computed.
  certificate {bytes},
  asked_at {int} NOT NULL,
  asked_by {bytes} NOT NULL,
  computed_at {int},
  decided_at {int},
  decided_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, programme_id, number),
  FOREIGN KEY (district_id, programme_id) REFERENCES programme (district_id, id)
) {table};

-- The pools of its programme that a run gives. Pairs of the others go on beside it.
CREATE TABLE run_pool (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  campaign_id {bytes} NOT NULL,
  -- Promises of the pool that held on the day of the run, and what they offered.
  pledges {int} NOT NULL,
  units {int} NOT NULL,
  PRIMARY KEY (district_id, run_id, campaign_id),
  FOREIGN KEY (district_id, run_id) REFERENCES pairing_run (district_id, id)
) {table};

-- What a run says of every target of its list.
CREATE TABLE run_child (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  -- From 0, the first in the public order.
  rank {int} NOT NULL,
  person_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  target {text} NOT NULL,
  points {int} NOT NULL,
  haz {int},
  age_months {int},
  desil {int},
  need {int} NOT NULL,
  held {int} NOT NULL,
  before_units {int} NOT NULL,
  -- Units promised by pairs of pools that the run left alone.
  besides {int} NOT NULL,
  units {int} NOT NULL,
  -- What stands in the way of the rest: so many sponsors with so many units, all of them given to so many targets, the
  -- last of them with this rank; and units bound in pairs that were kept. NULL where nothing lacks.
  cut_sponsors {int},
  cut_units {int},
  cut_children {int},
  cut_rank {int},
  cut_kept {int},
  PRIMARY KEY (district_id, run_id, rank),
  UNIQUE (district_id, run_id, person_id),
  FOREIGN KEY (district_id, run_id) REFERENCES pairing_run (district_id, id)
) {table};

CREATE TABLE run_pair (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  rank {int} NOT NULL,
  pledge_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  units {int} NOT NULL,
  -- Units of it that ran before.
  kept {int} NOT NULL,
  -- 0 same village, 1 same subdistrict, 2 neighbouring, 3 elsewhere.
  tier {int} NOT NULL,
  -- Where the sponsor lives: a village's or subdistrict's code, 0 where nobody knows.
  home_code {int} NOT NULL,
  -- Why nobody nearer, for each nearer tier: 'tier:code:sponsors:units:excluded', code n nobody, g all given, k kept.
  not_nearer {text} NOT NULL,
  PRIMARY KEY (district_id, run_id, rank, pledge_id),
  FOREIGN KEY (district_id, run_id) REFERENCES pairing_run (district_id, id)
) {table};

-- What the same facts would have given under another rule.
CREATE TABLE run_option (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- 'chosen', 'lock', 'soft', 'price_<ranks>', 'own_village', 'own_subdistrict'
  code {text} NOT NULL,
  served_units {int} NOT NULL,
  fully {int} NOT NULL,
  partly {int} NOT NULL,
  none {int} NOT NULL,
  kept_units {int} NOT NULL,
  geo_cost {int} NOT NULL,
  -- Units that the most urgent tenth of the targets lack.
  urgent_lacking {int} NOT NULL,
  PRIMARY KEY (district_id, run_id, nth),
  FOREIGN KEY (district_id, run_id) REFERENCES pairing_run (district_id, id)
) {table};

-- A promise that helps a target. It acts from its first to its last day, as long as the promise holds and the target
-- is one; nothing of it is changed but its end.
CREATE TABLE sponsor_pair (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  programme_id {bytes} NOT NULL,
  pledge_id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  units {int} NOT NULL,
  valid_from {int} NOT NULL,
  -- Last day; NULL = open. Before valid_from: it never acted.
  valid_to {int},
  -- 'run', 'hand'
  origin {text} NOT NULL,
  run_id {bytes},
  -- Why it was made by hand; ''.
  reason {text} NOT NULL,
  made_at {int} NOT NULL,
  made_by {bytes} NOT NULL,
  -- 'run' (a run gave the units elsewhere), 'hand', 'related' (they turned out to be), 'graduated',
  -- 'left_list', 'target_left', 'sponsor_stopped'
  ended_reason {text},
  ended_words {text},
  ended_at {int},
  ended_by {bytes},
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, programme_id) REFERENCES programme (district_id, id)
) {table};
CREATE INDEX sponsor_pair_by_programme ON sponsor_pair (district_id, programme_id, valid_from);
CREATE INDEX sponsor_pair_by_run ON sponsor_pair (district_id, run_id, sponsor_id) WHERE run_id IS NOT NULL;
CREATE INDEX sponsor_pair_by_person ON sponsor_pair (district_id, person_id, valid_from);
CREATE INDEX sponsor_pair_by_sponsor ON sponsor_pair (district_id, sponsor_id, valid_from);
CREATE INDEX sponsor_pair_by_pledge ON sponsor_pair (district_id, pledge_id, valid_from);

-- A sponsor who may know name and address of a target while they are a pair; only with the guardian's consent.
CREATE TABLE visitor (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  sponsor_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  approved_at {int} NOT NULL,
  approved_by {bytes} NOT NULL,
  ended_at {int},
  ended_by {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX visitor_once ON visitor (district_id, sponsor_id, person_id) WHERE ended_at IS NULL;

-- What a mentor passes on from a family to those who help its child. They read it when somebody else has read it.
CREATE TABLE child_news (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  -- 'news', 'thanks'
  kind {text} NOT NULL,
  words_sealed {bytes} NOT NULL,
  written_on {int} NOT NULL,
  written_at {int} NOT NULL,
  written_by {bytes} NOT NULL,
  -- 'waiting', 'passed', 'held_back' (reason says why), 'withdrawn' (by the writer)
  state {text} NOT NULL,
  reason {text} NOT NULL,
  decided_at {int},
  decided_by {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX child_news_by_person ON child_news (district_id, person_id, written_on);
CREATE INDEX child_news_by_state ON child_news (district_id, state, id);

-- What a family needs once.
CREATE TABLE family_need (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- 'water', 'latrine', 'house', 'education'
  kind {text} NOT NULL,
  detail {text} NOT NULL,
  noted_on {int} NOT NULL,
  noted_at {int} NOT NULL,
  noted_by {bytes} NOT NULL,
  -- 'open', 'promised', 'met', 'withdrawn'
  state {text} NOT NULL,
  -- Who promised it or met it, in words.
  by_whom {text} NOT NULL,
  changed_on {int} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX family_need_by_family ON family_need (district_id, family_id);
CREATE INDEX family_need_by_state ON family_need (district_id, state, kind, id);
