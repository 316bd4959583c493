-- Zakat as Baznas reports it: said by somebody else, held by somebody else, in none of our books.

CREATE TABLE zakat_report (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- Who reports: Baznas, a LAZ or a UPZ, as a holder of funds.
  reporter_id {bytes} NOT NULL,
  -- The number on its paper.
  number {text} NOT NULL,
  reported_on {int} NOT NULL,
  -- First day of the month that it is about.
  month {int} NOT NULL,
  -- Rupiah, and how many families received it, as the paper says.
  amount {int} NOT NULL,
  families {int} NOT NULL,
  document_id {bytes} NOT NULL,
  note {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  -- Why it counts no more; ''.
  withdrawn_reason {text} NOT NULL,
  withdrawn_at {int},
  withdrawn_by {bytes},
  PRIMARY KEY (district_id, id)
) {table};
CREATE UNIQUE INDEX zakat_report_once ON zakat_report (district_id, reporter_id, number) WHERE withdrawn_at IS NULL;
CREATE INDEX zakat_report_newest ON zakat_report (district_id, reported_on, id);

-- The families that Baznas found eligible as an asnaf.
CREATE TABLE zakat_family (
  district_id {int} NOT NULL,
  report_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  -- 'fakir', 'miskin', 'gharim', 'mualaf', 'ibnu_sabil', 'fisabilillah'
  asnaf {text} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  removed_at {int},
  removed_by {bytes},
  PRIMARY KEY (district_id, report_id, family_id),
  FOREIGN KEY (district_id, report_id) REFERENCES zakat_report (district_id, id)
) {table};
CREATE INDEX zakat_family_by_family ON zakat_family (district_id, family_id);
