-- Papers that were issued with a number, as they were: what stood on them, the file, and scans of what was signed.

CREATE TABLE issued_paper (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- 'report', 'invitation', 'record', 'minutes', 'commitment', 'analysis', ...: a kind of number, and a word on the screen.
  kind {text} NOT NULL,
  number {text} NOT NULL,
  -- 0: numbered here and found in the register; n: the nth printing under a number that its own row carries, found on the
  -- page of that row alone.
  printing {int} NOT NULL,
  day {int} NOT NULL,
  -- The district, kecamatan or village that it is about.
  territory_code {int} NOT NULL,
  -- What it is, in words that anybody may read.
  title {text} NOT NULL,
  -- The office that issued it, as in its head.
  office {text} NOT NULL,
  -- What it was made of: a meeting, a month's report.
  subject_id {bytes},
  -- What stands on it, with the address of the page of verification.
  content_sealed {bytes} NOT NULL,
  -- SHA-256 of what stands on it: printed at its foot.
  content_sha256 {bytes} NOT NULL,
  -- 'numbered' (its file is not made yet), 'issued', 'withdrawn'
  state {text} NOT NULL,
  pdf_id {bytes},
  pdf_sha256 {bytes},
  issued_at {int} NOT NULL,
  issued_by {bytes} NOT NULL,
  -- The one that it takes the place of, and the one that took its place.
  replaces_id {bytes},
  replaced_by_id {bytes},
  withdrawn_on {int},
  withdrawn_reason {text},
  withdrawn_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, kind, number, printing)
) {table};
CREATE INDEX issued_paper_by_day ON issued_paper (district_id, day, id) WHERE printing = 0;
CREATE INDEX issued_paper_by_subject ON issued_paper (district_id, subject_id, day) WHERE subject_id IS NOT NULL;
CREATE INDEX issued_paper_by_print ON issued_paper (district_id, content_sha256);
CREATE INDEX issued_paper_by_file ON issued_paper (district_id, pdf_sha256) WHERE pdf_sha256 IS NOT NULL;

-- A paper signed with ink and scanned, or signed outside with a certified electronic signature. Added, never replaced.
CREATE TABLE paper_scan (
  district_id {int} NOT NULL,
  paper_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- 'ink', 'certified'
  way {text} NOT NULL,
  attachment_id {bytes} NOT NULL,
  sha256 {bytes} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, paper_id, nth),
  FOREIGN KEY (district_id, paper_id) REFERENCES issued_paper (district_id, id)
) {table};
CREATE INDEX paper_scan_by_file ON paper_scan (district_id, sha256);
