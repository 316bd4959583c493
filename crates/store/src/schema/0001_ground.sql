-- What every step stands on: who may do what, what was done, settings, jobs, staged files, consent.
-- Days are yyyymmdd, instants milliseconds since 1970 UTC, booleans 0 and 1, ids 16 bytes.
-- Columns named *_sealed hold values encrypted with the district's key; *_hash the keyed hash of the same value.

CREATE TABLE schema_version (
  version {int} NOT NULL PRIMARY KEY,
  applied_at {int} NOT NULL
) {table};

CREATE TABLE installation (
  name {text} NOT NULL PRIMARY KEY,
  value {text} NOT NULL
) {table};

-- District 0 is the national reference list of territories; it has no users and no families.
CREATE TABLE district (
  id {int} NOT NULL PRIMARY KEY,
  code {int} NOT NULL UNIQUE,
  name {text} NOT NULL,
  zone {text} NOT NULL,
  created_at {int} NOT NULL
) {table};

CREATE TABLE setting (
  district_id {int} NOT NULL,
  name {text} NOT NULL,
  value {text} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, name)
) {table};

CREATE TABLE app_user (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  login {text} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL DEFAULT '',
  password_hash {text},
  totp_sealed {bytes},
  totp_confirmed_at {int},
  totp_last_step {int} NOT NULL,
  grants_version {int} NOT NULL,
  language {text} NOT NULL,
  created_at {int} NOT NULL,
  activated_at {int},
  disabled_at {int},
  -- The roster entry of a civil servant or the sponsor that this user is, if any.
  sponsor_id {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, login)
) {table};

CREATE INDEX app_user_by_name ON app_user (district_id, name_search, id);

CREATE TABLE user_grant (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  user_id {bytes} NOT NULL,
  role {text} NOT NULL,
  granted_at {int} NOT NULL,
  granted_by {bytes} NOT NULL,
  valid_until {int},
  revoked_at {int},
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, user_id) REFERENCES app_user (district_id, id)
) {table};
CREATE INDEX user_grant_by_user ON user_grant (district_id, user_id);

-- A grant reaches a set of territories (whole district: its own code) and of institution units.
CREATE TABLE grant_territory (
  district_id {int} NOT NULL,
  grant_id {bytes} NOT NULL,
  territory_code {int} NOT NULL,
  rw {text} NOT NULL,
  PRIMARY KEY (district_id, grant_id, territory_code, rw),
  FOREIGN KEY (district_id, grant_id) REFERENCES user_grant (district_id, id)
) {table};

CREATE TABLE grant_unit (
  district_id {int} NOT NULL,
  grant_id {bytes} NOT NULL,
  institution_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, grant_id, institution_id),
  FOREIGN KEY (district_id, grant_id) REFERENCES user_grant (district_id, id)
) {table};
CREATE INDEX grant_unit_by_unit ON grant_unit (district_id, institution_id, grant_id);

CREATE TABLE session (
  district_id {int} NOT NULL,
  token_hash {bytes} NOT NULL,
  user_id {bytes} NOT NULL,
  created_at {int} NOT NULL,
  seen_at {int} NOT NULL,
  expires_at {int} NOT NULL,
  -- 1 once the second factor was given, or is not asked of this user.
  complete {int} NOT NULL,
  browser {text} NOT NULL,
  PRIMARY KEY (district_id, token_hash),
  FOREIGN KEY (district_id, user_id) REFERENCES app_user (district_id, id)
) {table};
CREATE INDEX session_by_user ON session (district_id, user_id);

CREATE TABLE activation_code (
  district_id {int} NOT NULL,
  code_hash {bytes} NOT NULL,
  user_id {bytes} NOT NULL,
  created_at {int} NOT NULL,
  expires_at {int} NOT NULL,
  used_at {int},
  PRIMARY KEY (district_id, code_hash),
  FOREIGN KEY (district_id, user_id) REFERENCES app_user (district_id, id)
) {table};

-- Spare codes for the day the telephone with the second factor is lost; each works once.
CREATE TABLE recovery_code (
  district_id {int} NOT NULL,
  user_id {bytes} NOT NULL,
  code_hash {bytes} NOT NULL,
  created_at {int} NOT NULL,
  used_at {int},
  PRIMARY KEY (district_id, user_id, code_hash),
  FOREIGN KEY (district_id, user_id) REFERENCES app_user (district_id, id)
) {table};

-- Failed sign-ins per account and per address (both hashed) within a window.
CREATE TABLE sign_in_counter (
  district_id {int} NOT NULL,
  subject_hash {bytes} NOT NULL,
  window_from {int} NOT NULL,
  failures {int} NOT NULL,
  blocked_until {int} NOT NULL,
  PRIMARY KEY (district_id, subject_hash)
) {table};

-- Every change: the audit trail, and what makes a repeated command answer with its first receipt.
CREATE TABLE command_log (
  district_id {int} NOT NULL,
  actor_id {bytes} NOT NULL,
  id {bytes} NOT NULL,
  kind {text} NOT NULL,
  version {int} NOT NULL,
  device_id {bytes},
  captured_at {int} NOT NULL,
  recorded_at {int} NOT NULL,
  subject_kind {text},
  subject_id {bytes},
  body_hash {bytes} NOT NULL,
  -- Removed when its retention time is over; hash and receipt stay.
  body_sealed {bytes},
  receipt {text} NOT NULL,
  sealed_seq {int},
  PRIMARY KEY (district_id, actor_id, id)
) {table};
CREATE INDEX command_log_by_time ON command_log (district_id, recorded_at, id);
CREATE INDEX command_log_by_subject ON command_log (district_id, subject_id, recorded_at);
CREATE INDEX command_log_unsealed ON command_log (district_id, recorded_at, id) WHERE sealed_seq IS NULL;
CREATE INDEX command_log_by_seal ON command_log (district_id, sealed_seq) WHERE sealed_seq IS NOT NULL;

-- Every opening of a family's file, export of names, and refusal: who, when, what.
CREATE TABLE access_log (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  at {int} NOT NULL,
  user_id {bytes} NOT NULL,
  action {text} NOT NULL,
  subject_kind {text},
  subject_id {bytes},
  detail {text} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX access_log_by_time ON access_log (district_id, at, id);
CREATE INDEX access_log_by_subject ON access_log (district_id, subject_id, at);

-- A batch of sealed rows of one stream ('audit', 'ledger'): their Merkle root and the chained head.
CREATE TABLE seal_batch (
  district_id {int} NOT NULL,
  stream {text} NOT NULL,
  batch {int} NOT NULL,
  first_seq {int} NOT NULL,
  last_seq {int} NOT NULL,
  root {bytes} NOT NULL,
  head {bytes} NOT NULL,
  sealed_at {int} NOT NULL,
  PRIMARY KEY (district_id, stream, batch)
) {table};

CREATE INDEX seal_batch_by_time ON seal_batch (district_id, stream, sealed_at, batch);
CREATE INDEX seal_batch_by_seq ON seal_batch (district_id, stream, last_seq, first_seq);

CREATE TABLE seal_leaf (
  district_id {int} NOT NULL,
  stream {text} NOT NULL,
  seq {int} NOT NULL,
  entry_id {bytes} NOT NULL,
  leaf {bytes} NOT NULL,
  PRIMARY KEY (district_id, stream, seq)
) {keyed};
CREATE INDEX seal_leaf_by_entry ON seal_leaf (district_id, stream, entry_id);

CREATE TABLE job (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  kind {text} NOT NULL,
  subject_id {bytes},
  -- 'waiting', 'running', 'done', 'failed'
  state {text} NOT NULL,
  payload_sealed {bytes},
  done {int} NOT NULL,
  total {int} NOT NULL,
  message {text} NOT NULL,
  attempts {int} NOT NULL,
  run_at {int} NOT NULL,
  lease_until {int} NOT NULL,
  created_by {bytes} NOT NULL,
  created_at {int} NOT NULL,
  finished_at {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_by_subject ON job (district_id, subject_id);
CREATE INDEX job_by_kind ON job (district_id, kind, id);

-- Gapless numbers of documents (BAST, receipts, slips), one row per series and year.
CREATE TABLE document_number (
  district_id {int} NOT NULL,
  series {text} NOT NULL,
  year {int} NOT NULL,
  last {int} NOT NULL,
  PRIMARY KEY (district_id, series, year)
) {table};

-- Photos, signatures, scans.
CREATE TABLE attachment (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  media_type {text} NOT NULL,
  size {int} NOT NULL,
  sha256 {bytes} NOT NULL,
  content_sealed {bytes} NOT NULL,
  created_at {int} NOT NULL,
  created_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};

-- A spreadsheet on its way in.
CREATE TABLE import_batch (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  kind {text} NOT NULL,
  file_name {text} NOT NULL,
  file_size {int} NOT NULL,
  file_sha256 {bytes} NOT NULL,
  format {text} NOT NULL,
  -- Whose list it is, and of which day.
  source_name {text} NOT NULL,
  as_of {int} NOT NULL,
  -- 'receiving', 'queued', 'checking', 'unmapped', 'ready', 'committing', 'committed', 'refused', 'failed', 'undoing',
  -- 'undone'
  state {text} NOT NULL,
  -- How far its uploader reaches, as JSON.
  scope {text} NOT NULL,
  error_code {text},
  error_detail {text},
  header_row {int},
  -- Headings that mean nothing to the kind, as JSON.
  unknown_columns {text} NOT NULL,
  -- The first rows of the file as JSON, encrypted, until the file is removed: what a mapping is chosen from.
  layout_sealed {bytes},
  -- The mapping by which the columns were read.
  mapping_id {bytes},
  -- How many messages there are of each sentence, as JSON.
  message_counts {text} NOT NULL,
  rows {int} NOT NULL,
  rows_new {int} NOT NULL,
  rows_changed {int} NOT NULL,
  rows_same {int} NOT NULL,
  rows_error {int} NOT NULL,
  warnings {int} NOT NULL,
  -- Saving has come to this place, and to this row of the sheet within it.
  saved_place {int} NOT NULL,
  saved_to {int} NOT NULL,
  saved_new {int} NOT NULL,
  saved_changed {int} NOT NULL,
  saved_same {int} NOT NULL,
  saved_error {int} NOT NULL,
  undo_steps {int} NOT NULL,
  undo_next {text},
  undone {int} NOT NULL,
  kept {int} NOT NULL,
  uploaded_at {int} NOT NULL,
  uploaded_by {bytes} NOT NULL,
  decided_at {int},
  decided_by {bytes},
  finished_at {int},
  -- When file and rows were removed; the counts stay.
  cleared_at {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX import_batch_by_time ON import_batch (district_id, uploaded_at, id);

CREATE TABLE import_file (
  district_id {int} NOT NULL,
  batch_id {bytes} NOT NULL,
  part {int} NOT NULL,
  content_sealed {bytes} NOT NULL,
  PRIMARY KEY (district_id, batch_id, part),
  FOREIGN KEY (district_id, batch_id) REFERENCES import_batch (district_id, id)
) {table};

CREATE TABLE import_row (
  district_id {int} NOT NULL,
  batch_id {bytes} NOT NULL,
  row_number {int} NOT NULL,
  -- 'new', 'changed', 'same', 'error'
  verdict {text} NOT NULL,
  -- What the step understood, as JSON: encrypted, or open where it is not personal.
  record_sealed {bytes},
  record_open {bytes},
  -- What stands in columns that the kind does not know, as JSON, encrypted.
  extra_sealed {bytes},
  -- The object the row was matched with or made.
  subject_id {bytes},
  -- Rows of one place (a village's code) are saved together.
  place {int} NOT NULL,
  PRIMARY KEY (district_id, batch_id, row_number),
  FOREIGN KEY (district_id, batch_id) REFERENCES import_batch (district_id, id)
) {table};
CREATE INDEX import_row_by_place ON import_row (district_id, batch_id, place, row_number);

CREATE TABLE import_message (
  district_id {int} NOT NULL,
  batch_id {bytes} NOT NULL,
  row_number {int} NOT NULL,
  nth {int} NOT NULL,
  column_name {text} NOT NULL,
  severity {text} NOT NULL,
  code {text} NOT NULL,
  -- Values for the sentence, as JSON: nothing personal.
  args {text} NOT NULL,
  value_sealed {bytes},
  PRIMARY KEY (district_id, batch_id, row_number, nth),
  FOREIGN KEY (district_id, batch_id) REFERENCES import_batch (district_id, id)
) {table};

-- Which column of a file is what, as a person chose it for headings that the program does not know.
CREATE TABLE import_mapping (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  kind {text} NOT NULL,
  -- SHA-256 of the headings as they are compared.
  headings_sha256 {bytes} NOT NULL,
  -- The headings as they are written, as JSON, encrypted: somebody may take a row of persons for them.
  headings_sealed {bytes} NOT NULL,
  -- Field and column (from 0), as JSON.
  fields {text} NOT NULL,
  used {int} NOT NULL,
  used_at {int},
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX import_mapping_once ON import_mapping (district_id, kind, headings_sha256);

-- Consent of a guardian, one row per purpose; withdrawal ends it and stays visible.
CREATE TABLE consent (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  person_id {bytes},
  -- 'record', 'mentoring', 'shown_to_sponsor', 'visited', 'photo', 'payment', 'publication'
  purpose {text} NOT NULL,
  guardian_name {text} NOT NULL,
  relation {text} NOT NULL,
  method {text} NOT NULL,
  witness {text} NOT NULL,
  text_version {text} NOT NULL,
  given_on {int} NOT NULL,
  attachment_id {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  withdrawn_on {int},
  withdrawn_reason {text},
  withdrawn_at {int},
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX consent_by_family ON consent (district_id, family_id, purpose);
CREATE INDEX consent_by_time ON consent (district_id, recorded_at, id);

CREATE TABLE data_request (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  family_id {bytes},
  -- 'access', 'correction', 'erasure', 'withdrawal', 'objection'
  kind {text} NOT NULL,
  requester_name {text} NOT NULL,
  requester_relation {text} NOT NULL,
  contact_sealed {bytes},
  detail_sealed {bytes} NOT NULL,
  received_at {int} NOT NULL,
  due_at {int} NOT NULL,
  -- 'open', 'done', 'refused'
  state {text} NOT NULL,
  answer_sealed {bytes},
  closed_at {int},
  closed_by {bytes},
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX data_request_open ON data_request (district_id, state, due_at);
CREATE INDEX data_request_by_family ON data_request (district_id, family_id) WHERE family_id IS NOT NULL;

CREATE TABLE incident (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  title {text} NOT NULL,
  happened_from {int} NOT NULL,
  happened_to {int} NOT NULL,
  known_at {int} NOT NULL,
  notice_due_at {int} NOT NULL,
  -- How it happened, and which kinds of data it touches: what the notice must say.
  description_sealed {bytes} NOT NULL,
  data_sealed {bytes} NOT NULL,
  -- The account through which it happened, if known: the touched families are read from the logs.
  account_id {bytes},
  measures_sealed {bytes},
  noticed_at {int},
  closed_at {int},
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
