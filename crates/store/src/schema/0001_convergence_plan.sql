-- Who works against stunting (teams), what the scheme asks for in a year (actions), what offices and villages intend and do
-- (plans), where it is worst (analyses), and where it is to go (aims).

-- A team of a place: TPPS/TP3S from the district down to an RT, and the companions of families (TPK) of a village.
CREATE TABLE team (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'tpps', 'tpk'
  kind {text} NOT NULL,
  -- The district, a kecamatan or a village.
  territory_code {int} NOT NULL,
  -- Of an RW or an RT within the village; ''.
  rw {text} NOT NULL,
  rt {text} NOT NULL,
  -- Its number where a place has several.
  nth {int} NOT NULL,
  closed_on {int},
  -- The import that made it.
  batch_id {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX team_by_place ON team (district_id, territory_code, kind, rw, rt, nth);

CREATE TABLE team_position (
  district_id {int} NOT NULL,
  team_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  name {text} NOT NULL,
  -- How many people it needs.
  seats {int} NOT NULL,
  closed_on {int},
  PRIMARY KEY (district_id, team_id, nth),
  FOREIGN KEY (district_id, team_id) REFERENCES team (district_id, id)
) {table};

-- The paper that appoints a team.
CREATE TABLE team_decree (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  team_id {bytes} NOT NULL,
  number {text} NOT NULL,
  signed_on {int} NOT NULL,
  -- Until when it holds; NULL: it does not say.
  ends_on {int},
  scan_id {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  retracted_at {int},
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, team_id) REFERENCES team (district_id, id)
) {table};
CREATE INDEX team_decree_by_team ON team_decree (district_id, team_id, signed_on);
CREATE INDEX team_decree_ending ON team_decree (district_id, ends_on, id) WHERE ends_on IS NOT NULL AND retracted_at IS NULL;

-- Somebody in a position. A correction is a row in the place of another, which stays.
CREATE TABLE team_member (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  team_id {bytes} NOT NULL,
  position_nth {int} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  -- Where the person comes from, and the office held there.
  institution {text} NOT NULL,
  job {text} NOT NULL,
  -- The telephone number.
  contact_sealed {bytes},
  starts_on {int} NOT NULL,
  -- The last day of the term; NULL: until somebody says so.
  ends_on {int},
  -- The last day, where it was before the end of the term, and why.
  left_on {int},
  left_reason {text} NOT NULL,
  replaces_id {bytes},
  retracted_at {int},
  batch_id {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, team_id, position_nth) REFERENCES team_position (district_id, team_id, nth)
) {table};
CREATE INDEX team_member_by_team ON team_member (district_id, team_id, position_nth, starts_on);
CREATE INDEX team_member_by_batch ON team_member (district_id, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX team_member_ending ON team_member (district_id, ends_on, id)
  WHERE ends_on IS NOT NULL AND left_on IS NULL AND retracted_at IS NULL;

-- A year worked by a scheme, and the class that the province gave.
CREATE TABLE action_year (
  district_id {int} NOT NULL,
  year {int} NOT NULL,
  -- 'eight' (2018 to 2024), 'six' (from 2025)
  scheme {text} NOT NULL,
  -- 'tumbuh', 'berkembang', 'berdaya'; ''
  class {text} NOT NULL,
  class_basis {text} NOT NULL,
  class_on {int},
  opened_by {bytes} NOT NULL,
  opened_at {int} NOT NULL,
  PRIMARY KEY (district_id, year, scheme)
) {table};

-- A step of an action in a year, of the district or a kecamatan, as the district's own list said when the year was opened.
CREATE TABLE action (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  year {int} NOT NULL,
  scheme {text} NOT NULL,
  territory_code {int} NOT NULL,
  -- '1' to '8', 'U1' to 'U4', 'PA', 'PB'
  code {text} NOT NULL,
  nth {int} NOT NULL,
  name {text} NOT NULL,
  lead {text} NOT NULL,
  inputs {text} NOT NULL,
  outputs {text} NOT NULL,
  -- From the first of a month to the last day of a month: of this year, or the next (13 = January of the next year).
  from_month {int} NOT NULL,
  to_month {int} NOT NULL,
  -- The last day of that month.
  due_on {int} NOT NULL,
  -- 'open', 'running', 'done', 'dropped'
  state {text} NOT NULL,
  done_on {int},
  changed_by {bytes} NOT NULL,
  changed_at {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, year, scheme) REFERENCES action_year (district_id, year, scheme)
) {table};
CREATE UNIQUE INDEX action_by_place ON action (district_id, year, territory_code, scheme, nth);
CREATE INDEX action_late ON action (district_id, due_on, territory_code) WHERE state IN ('open', 'running');

CREATE TABLE action_event (
  district_id {int} NOT NULL,
  action_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- As action.state, or 'moved' (its months), 'document'
  what {text} NOT NULL,
  on_day {int} NOT NULL,
  words {text} NOT NULL,
  -- The paper that came with it.
  document_id {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, action_id, nth),
  FOREIGN KEY (district_id, action_id) REFERENCES action (district_id, id)
) {table};

-- The plan of a year: draft, then agreed (at the rembuk), then locked.
CREATE TABLE plan (
  district_id {int} NOT NULL,
  year {int} NOT NULL,
  -- 'draft', 'agreed', 'locked'
  state {text} NOT NULL,
  changed_on {int} NOT NULL,
  -- What it was agreed or locked by, or why it was opened again.
  basis {text} NOT NULL,
  changed_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, year)
) {table};

-- A row of a plan keeps its id; what it says stands in plan_version.
CREATE TABLE plan_item (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  year {int} NOT NULL,
  -- The office that answers for it; NULL: a village's own (APBDes).
  office_id {bytes},
  -- The village that answers for it; NULL: an office.
  village_code {int},
  version {int} NOT NULL,
  -- 1: taken out of the plan.
  removed {int} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, year) REFERENCES plan (district_id, year)
) {table};
CREATE INDEX plan_item_by_year ON plan_item (district_id, year, removed, id);

CREATE TABLE plan_version (
  district_id {int} NOT NULL,
  item_id {bytes} NOT NULL,
  version {int} NOT NULL,
  -- Code of an indicator; ''.
  indicator {text} NOT NULL,
  activity {text} NOT NULL,
  -- The government's code of the sub-activity: 1.02.02.2.02.0015; ''.
  subactivity {text} NOT NULL,
  -- Codes of territories with spaces between; '' means nowhere is named.
  places {text} NOT NULL,
  -- How much of what.
  target {int} NOT NULL,
  unit {text} NOT NULL,
  -- Rupiah; NULL: not known yet.
  budget {int},
  -- Code of a source of money in the settings; ''.
  source {text} NOT NULL,
  from_quarter {int} NOT NULL,
  to_quarter {int} NOT NULL,
  -- A position, not a person.
  person_in_charge {text} NOT NULL,
  evidence {text} NOT NULL,
  -- 1: the row was taken out by this version.
  removed {int} NOT NULL,
  -- Why, where the plan was agreed already.
  reason {text} NOT NULL,
  -- 'draft', 'agreed', 'locked': how the plan stood.
  plan_state {text} NOT NULL,
  batch_id {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, item_id, version),
  FOREIGN KEY (district_id, item_id) REFERENCES plan_item (district_id, id)
) {table};
CREATE INDEX plan_version_by_batch ON plan_version (district_id, batch_id, item_id) WHERE batch_id IS NOT NULL;

-- The places of the version that holds, for looking rows up by place.
CREATE TABLE plan_place (
  district_id {int} NOT NULL,
  territory_code {int} NOT NULL,
  item_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, territory_code, item_id),
  FOREIGN KEY (district_id, item_id) REFERENCES plan_item (district_id, id)
) {table};
CREATE INDEX plan_place_by_item ON plan_place (district_id, item_id);

-- What was done in a quarter, as it was told; told again it is another row and the last one counts.
CREATE TABLE plan_report (
  district_id {int} NOT NULL,
  item_id {bytes} NOT NULL,
  quarter {int} NOT NULL,
  nth {int} NOT NULL,
  -- Since the beginning of the year: of the target, in its unit; rupiah.
  reached {int} NOT NULL,
  spent {int} NOT NULL,
  words {text} NOT NULL,
  evidence_id {bytes},
  told_on {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, item_id, quarter, nth),
  FOREIGN KEY (district_id, item_id) REFERENCES plan_item (district_id, id)
) {table};

-- A situation analysis (Aksi 1) of a year. A draft is reckoned anew; a decided one keeps its figures.
CREATE TABLE analysis (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  year {int} NOT NULL,
  nth {int} NOT NULL,
  -- 'draft', 'decided'
  state {text} NOT NULL,
  -- The month of the measurements, yyyymm.
  month {int} NOT NULL,
  -- The criteria with their weights as JSON, as they were when it was reckoned.
  criteria {text} NOT NULL,
  reckoned_at {int} NOT NULL,
  decided_on {int},
  -- The paper by which the priority villages were fixed.
  decree {text} NOT NULL,
  document_id {bytes},
  decided_by {bytes},
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX analysis_by_year ON analysis (district_id, year, nth);

CREATE TABLE analysis_village (
  district_id {int} NOT NULL,
  analysis_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  -- Children under five who are known, who were measured, who are stunted, and who are severely so.
  children {int} NOT NULL,
  measured {int} NOT NULL,
  stunted {int} NOT NULL,
  severely {int} NOT NULL,
  -- Families on the list, and those at risk.
  families {int} NOT NULL,
  at_risk {int} NOT NULL,
  -- Families at risk with each factor: bad water, bad latrine, of age, spacing and number of children.
  poor_water {int} NOT NULL,
  poor_latrine {int} NOT NULL,
  four_too {int} NOT NULL,
  -- Families at risk of desil 1 and 2.
  poor {int} NOT NULL,
  -- Families at risk that nobody visited in the three months before.
  unvisited {int} NOT NULL,
  -- Rupiah planned for the village in the year, as its share of the rows that name it.
  budget {int} NOT NULL,
  -- Points of the table, times 100, and the place that they give.
  points {int} NOT NULL,
  place {int} NOT NULL,
  -- 1: proposed by the table; 1: chosen by people, with the reason where they differ.
  proposed {int} NOT NULL,
  chosen {int} NOT NULL,
  reason {text} NOT NULL,
  PRIMARY KEY (district_id, analysis_id, village_code),
  FOREIGN KEY (district_id, analysis_id) REFERENCES analysis (district_id, id)
) {table};

-- The families at risk that an analysis counted: its numbers of families are these rows, whatever becomes of them later.
CREATE TABLE analysis_family (
  district_id {int} NOT NULL,
  analysis_id {bytes} NOT NULL,
  -- Where it stood then.
  village_code {int} NOT NULL,
  family_id {bytes} NOT NULL,
  -- What was true of it: 1 bad water, 2 bad latrine, 4 age, spacing or number of children, 8 desil 1 or 2, 16 not visited,
  -- added.
  marks {int} NOT NULL,
  PRIMARY KEY (district_id, analysis_id, village_code, family_id),
  FOREIGN KEY (district_id, analysis_id) REFERENCES analysis (district_id, id)
) {table};

-- What stands in the way, in words, of the district, a kecamatan or a village.
CREATE TABLE analysis_obstacle (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  analysis_id {bytes} NOT NULL,
  territory_code {int} NOT NULL,
  words {text} NOT NULL,
  proposal {text} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  retracted_at {int},
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, analysis_id) REFERENCES analysis (district_id, id)
) {table};
CREATE INDEX analysis_obstacle_by_analysis ON analysis_obstacle (district_id, analysis_id, territory_code);

-- A prevalence of stunting that somebody aims at, or that was found. Two sources are never mixed.
CREATE TABLE aim (
  district_id {int} NOT NULL,
  -- 'target', 'found'
  kind {text} NOT NULL,
  -- 'national', 'province', 'district'
  level {text} NOT NULL,
  -- 'ssgi', 'eppgbm'
  source {text} NOT NULL,
  year {int} NOT NULL,
  -- Percent times 100.
  percent {int} NOT NULL,
  -- The confidence interval as it was published; NULL.
  low {int},
  high {int},
  basis {text} NOT NULL,
  recorded_by {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, kind, level, source, year)
) {table};
