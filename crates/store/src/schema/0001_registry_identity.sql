-- Who is who: by what two records are found to be alike, the pairs that somebody decides about, and what was merged.

-- Blocking keys of the persons who stand on the list, at most six each: who shares one is compared.
CREATE TABLE match_key (
  district_id {int} NOT NULL,
  block {int} NOT NULL,
  person_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, block, person_id)
) {table};

-- The keys of a person in one value, eight bytes each, ascending: what match_key is to hold of him.
CREATE TABLE person_blocks (
  district_id {int} NOT NULL,
  person_id {bytes} NOT NULL,
  blocks {bytes} NOT NULL,
  PRIMARY KEY (district_id, person_id)
) {table};

-- Two records that may be one person. Found once, and asked again only when a fact of one of them has changed.
CREATE TABLE match_pair (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- The smaller id first.
  one_id {bytes} NOT NULL,
  two_id {bytes} NOT NULL,
  -- 'same': proposed as one person; 'ask': somebody has to look.
  verdict {text} NOT NULL,
  -- Evidence in tenths of a bit, and the facts it comes of: 'birth:same:120 name:similar:85'
  score {int} NOT NULL,
  findings {text} NOT NULL,
  -- The rule that stands above the sum; empty where none does.
  rule {text} NOT NULL,
  -- Of the facts that were compared.
  digest {int} NOT NULL,
  found_at {int} NOT NULL,
  -- The job or the command that found it.
  found_by {bytes} NOT NULL,
  -- The import that brought the newer of the two records; NULL when a form did.
  batch_id {bytes},
  -- 'open', 'postponed', 'same', 'different'
  state {text} NOT NULL,
  decided_by {bytes},
  decided_at {int},
  reason {text} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX match_pair_once ON match_pair (district_id, one_id, two_id);
CREATE INDEX match_pair_by_two ON match_pair (district_id, two_id);
CREATE INDEX match_pair_by_batch ON match_pair (district_id, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX match_pair_by_state ON match_pair (district_id, state, id);

-- What a decision "same" did, so that it can be taken back.
CREATE TABLE merge_effect (
  district_id {int} NOT NULL,
  pair_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- 'person_merged', 'family_merged': the subject became an alias, its version was closed; 'person_repointed',
  -- 'family_repointed': it was an alias before, of `into_id`; 'person_moved', 'person_filled', 'family_filled': it got
  -- the version after `version`; 'maternity_begun': the subject was made; 'campaign_left_base', '..._found', '..._joined':
  -- the alias left the open campaign `into_id`, where its village was `version`; 'campaign_let_in': the subject came in.
  kind {text} NOT NULL,
  subject_id {bytes} NOT NULL,
  into_id {bytes},
  version {int} NOT NULL,
  PRIMARY KEY (district_id, pair_id, nth)
) {table};
