-- Territories, institutions, families and persons. Verification stands in 0001_registry_verification.sql.

-- Codes as ten-digit integers (15.01.01.2001 = 1501012001), so that the inside of a territory is a number range.
CREATE TABLE territory (
  district_id {int} NOT NULL,
  code {int} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  -- 'province', 'regency', 'subdistrict', 'village'
  level {text} NOT NULL,
  valid_from {int} NOT NULL,
  valid_to {int},
  PRIMARY KEY (district_id, code)
) {table};
CREATE INDEX territory_by_level ON territory (district_id, level, code);

-- Offices (OPD), their units, schools, puskesmas, villages' halls, fund holders, warehouses, companies.
CREATE TABLE institution (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'opd', 'unit', 'school', 'puskesmas', 'posyandu', 'kitchen', 'warehouse', 'depot', 'fund_holder', 'company', 'community', 'other'
  kind {text} NOT NULL,
  parent_id {bytes},
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  -- Tags such as 'opd_kb', 'dinkes', separated by spaces.
  tags {text} NOT NULL,
  territory_code {int},
  valid_from {int} NOT NULL,
  valid_to {int},
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX institution_by_parent ON institution (district_id, parent_id);
CREATE INDEX institution_by_name ON institution (district_id, name_search, id);
CREATE INDEX institution_by_kind ON institution (district_id, kind, name_search);

-- What an institution was called, and where it stood, before it was changed.
CREATE TABLE institution_history (
  district_id {int} NOT NULL,
  institution_id {bytes} NOT NULL,
  superseded_at {int} NOT NULL,
  command_id {bytes} NOT NULL,
  kind {text} NOT NULL,
  parent_id {bytes},
  name {text} NOT NULL,
  tags {text} NOT NULL,
  territory_code {int},
  valid_from {int} NOT NULL,
  valid_to {int},
  recorded_at {int} NOT NULL,
  PRIMARY KEY (district_id, institution_id, superseded_at, command_id)
) {table};

CREATE TABLE family (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- Set when the family turned out to be another one; reversible, no key is rewritten.
  canonical_id {bytes},
  created_at {int} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};

CREATE INDEX family_by_canonical ON family (district_id, canonical_id) WHERE canonical_id IS NOT NULL;

-- What was known of a family, and from when to when it was held true (superseded_at = 9223372036854775807: still).
CREATE TABLE family_version (
  district_id {int} NOT NULL,
  family_id {bytes} NOT NULL,
  version {int} NOT NULL,
  recorded_at {int} NOT NULL,
  superseded_at {int} NOT NULL,
  valid_from {int} NOT NULL,
  command_id {bytes} NOT NULL,
  batch_id {bytes},
  retracted_by {bytes},
  -- Where the facts come from: 'krs', 'eppgbm', 'field', 'form'
  source {text} NOT NULL,
  village_code {int} NOT NULL,
  hamlet {text} NOT NULL,
  rw {text} NOT NULL,
  rt {text} NOT NULL,
  head_name {text} NOT NULL,
  head_search {text} NOT NULL,
  kki {text},
  kk_sealed {bytes},
  kk_hash {bytes},
  address_sealed {bytes},
  phone_sealed {bytes},
  -- 'listed', 'verified', 'not_at_risk', 'moved', 'deceased', 'not_found', 'duplicate', 'refused'
  status {text} NOT NULL,
  -- BKKBN's own flag and the raw risk columns; NULL = not said.
  krs {int},
  poor_water {int},
  poor_latrine {int},
  too_young {int},
  too_old {int},
  too_close {int},
  too_many {int},
  no_modern_contraception {int},
  pregnant {int},
  has_under_two {int},
  has_two_to_five {int},
  PRIMARY KEY (district_id, family_id, version)
) {table};
CREATE INDEX family_version_list ON family_version (district_id, superseded_at, village_code, head_search, family_id, status);
CREATE INDEX family_version_progress ON family_version (district_id, superseded_at, village_code, rw, status);
CREATE INDEX family_version_by_name ON family_version (district_id, superseded_at, head_search, family_id);
CREATE INDEX family_version_by_kk ON family_version (district_id, kk_hash) WHERE kk_hash IS NOT NULL;
CREATE INDEX family_version_by_kki ON family_version (district_id, kki) WHERE kki IS NOT NULL;
CREATE INDEX family_version_by_batch ON family_version (district_id, batch_id, family_id) WHERE batch_id IS NOT NULL;
CREATE INDEX family_version_current ON family_version (district_id, family_id, superseded_at, village_code);

-- Whether a family is at risk by our own computation, and as what it is counted (family_tally): derived from its version
-- that holds, its members and the district's rules, never written by hand.
CREATE TABLE family_risk (
  district_id {int} NOT NULL,
  family_id {bytes} NOT NULL,
  -- Whether it belongs to the programme, and whether it is at risk; NULL = too little is known.
  in_programme {int},
  at_risk {int},
  -- The factors that hold: 'poor_water too_old'
  factors {text} NOT NULL,
  -- Of the version that holds: its village, its status, and whether BKKBN flags it.
  village_code {int} NOT NULL,
  status {text} NOT NULL,
  flagged {int} NOT NULL,
  -- What its members are on the day: 1 pregnant, 2 breastfeeding, 4 child under two, 8 child of two to five, added.
  targets {int} NOT NULL,
  computed_on {int} NOT NULL,
  -- The first day on which time alone may change it.
  changes_on {int},
  PRIMARY KEY (district_id, family_id)
) {table};
CREATE INDEX family_risk_changing ON family_risk (district_id, changes_on, family_id) WHERE changes_on IS NOT NULL;

-- The rows of family_risk counted, for each village and again for each kecamatan: so many families of it stand so. A cell
-- that is empty may have a row.
CREATE TABLE family_tally (
  district_id {int} NOT NULL,
  -- 'village', 'subdistrict'; '': the row that who changes the counts of the district takes hold of
  level {text} NOT NULL,
  territory_code {int} NOT NULL,
  status {text} NOT NULL,
  targets {int} NOT NULL,
  flagged {int} NOT NULL,
  -- 2: too little is known.
  at_risk {int} NOT NULL,
  families {int} NOT NULL,
  PRIMARY KEY (district_id, level, territory_code, status, targets, flagged, at_risk)
) {table};

-- The words of the names in a family as they sound, so that a search finds any spelling: derived from the versions that
-- hold, of the head and of members who belong to it. Whatever holds no longer has no row here.
CREATE TABLE name_key (
  district_id {int} NOT NULL,
  family_id {bytes} NOT NULL,
  -- Lower case, a to z.
  word {text} NOT NULL,
  village_code {int} NOT NULL,
  PRIMARY KEY (district_id, family_id, word)
) {table};
CREATE INDEX name_key_by_word ON name_key (district_id, word, village_code, family_id);

-- A selection of the list of families under a name: codes and ids only, never a name that somebody searched for.
CREATE TABLE saved_filter (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  owner_id {bytes} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  -- What is chosen; NULL and '' choose nothing.
  territory_code {int},
  status {text} NOT NULL,
  target {text} NOT NULL,
  risk {text} NOT NULL,
  list_id {bytes},
  -- 1: everybody who reads families finds it.
  shared {int} NOT NULL,
  recorded_at {int} NOT NULL,
  -- Its owner may still bring it back.
  removed_at {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX saved_filter_by_owner ON saved_filter (district_id, owner_id, name_search, id);
CREATE INDEX saved_filter_shared ON saved_filter (district_id, name_search, id) WHERE shared = 1 AND removed_at IS NULL;

-- Welfare ranks of a family, 1 (poorest) to 10: of a source, as of a day, several over time.
CREATE TABLE family_desil (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  desil {int} NOT NULL,
  -- 'krs', or as it was typed: 'DTSEN'
  source {text} NOT NULL,
  as_of {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  command_id {bytes} NOT NULL,
  batch_id {bytes},
  retracted_at {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX family_desil_by_family ON family_desil (district_id, family_id, as_of, recorded_at, id);
CREATE INDEX family_desil_by_batch ON family_desil (district_id, batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE person (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  canonical_id {bytes},
  created_at {int} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX person_by_canonical ON person (district_id, canonical_id) WHERE canonical_id IS NOT NULL;

CREATE TABLE person_version (
  district_id {int} NOT NULL,
  person_id {bytes} NOT NULL,
  version {int} NOT NULL,
  recorded_at {int} NOT NULL,
  superseded_at {int} NOT NULL,
  valid_from {int} NOT NULL,
  command_id {bytes} NOT NULL,
  batch_id {bytes},
  retracted_by {bytes},
  source {text} NOT NULL,
  family_id {bytes} NOT NULL,
  -- 'head', 'wife', 'child', 'other'
  relation {text} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  sex {text},
  birth_date {int},
  nik_sealed {bytes},
  nik_hash {bytes},
  parents_name {text} NOT NULL,
  posyandu {text} NOT NULL,
  -- NULL while the person belongs to the family; else 'died', 'moved', 'lost', 'over_age', 'error'
  ended_reason {text},
  ended_on {int},
  PRIMARY KEY (district_id, person_id, version)
) {table};
CREATE INDEX person_version_by_family ON person_version (district_id, family_id, superseded_at);
CREATE INDEX person_version_by_name ON person_version (district_id, superseded_at, name_search, person_id);
CREATE INDEX person_version_by_nik ON person_version (district_id, nik_hash) WHERE nik_hash IS NOT NULL;
CREATE INDEX person_version_by_birth ON person_version (district_id, superseded_at, birth_date);
CREATE INDEX person_version_by_batch ON person_version (district_id, batch_id, person_id) WHERE batch_id IS NOT NULL;
CREATE INDEX person_version_current ON person_version (district_id, person_id, superseded_at);

-- A pregnancy or a breastfeeding period of a person: a target from one day to another.
CREATE TABLE maternity (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  -- 'pregnancy', 'breastfeeding'
  kind {text} NOT NULL,
  starts_on {int} NOT NULL,
  due_on {int},
  ends_on {int},
  source {text} NOT NULL,
  recorded_at {int} NOT NULL,
  retracted_at {int},
  batch_id {bytes},
  -- The import that ended it.
  ended_batch_id {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX maternity_ended_by_batch ON maternity (district_id, ended_batch_id) WHERE ended_batch_id IS NOT NULL;
CREATE INDEX maternity_by_person ON maternity (district_id, person_id);
CREATE INDEX maternity_by_kind ON maternity (district_id, kind, starts_on);
CREATE INDEX maternity_open ON maternity (district_id, kind, due_on) WHERE ends_on IS NULL AND retracted_at IS NULL;
