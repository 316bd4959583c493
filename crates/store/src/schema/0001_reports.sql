-- Figures computed from the rows of the steps by a job, never counted up.

-- One cell of the dashboard: a territory (village, or the district itself for what has no village) and a week.
CREATE TABLE summary_cell (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  week_of {int} NOT NULL,
  territory_code {int} NOT NULL,
  -- The measures of reports/summary.rs: 'promised', 'brought', 'received', 'delivered', 'families', 'helped', ...
  measure {text} NOT NULL,
  commodity {text} NOT NULL,
  value {int} NOT NULL,
  computed_at {int} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, week_of, territory_code, measure, commodity)
) {table};

-- Cells that a write has touched and that the job has yet to compute again.
CREATE TABLE summary_mark (
  district_id {int} NOT NULL,
  campaign_id {bytes} NOT NULL,
  week_of {int} NOT NULL,
  marked_at {int} NOT NULL,
  PRIMARY KEY (district_id, campaign_id, week_of)
) {table};

-- When the rows of the steps were last looked through for changes ('summary').
CREATE TABLE summary_look (
  district_id {int} NOT NULL,
  name {text} NOT NULL,
  looked_at {int} NOT NULL,
  PRIMARY KEY (district_id, name)
) {table};
