-- Meetings: prepared, held, closed; and what was promised there.

CREATE TABLE meeting (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  -- The name of its kind in the district's list when it was prepared.
  kind {text} NOT NULL,
  title {text} NOT NULL,
  -- The district, kecamatan or village that meets.
  territory_code {int} NOT NULL,
  held_on {int} NOT NULL,
  -- '08.30'
  starts {text} NOT NULL,
  place {text} NOT NULL,
  -- Where those who are not in the hall join; ''.
  link {text} NOT NULL,
  -- Who leads it, as an office: 'Wakil Bupati'.
  leader {text} NOT NULL,
  -- What it is about and on which ground; ''.
  basis {text} NOT NULL,
  -- The meeting that it follows: its open commitments are looked at first.
  previous_id {bytes},
  -- 'prepared', 'running', 'closed', 'cancelled'
  state {text} NOT NULL,
  -- By which people in the hall and online note that they are there.
  code {text} NOT NULL,
  -- What was said, for the minutes; ''.
  summary {text} NOT NULL,
  started_at {int},
  closed_at {int},
  closed_by {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, code)
) {table};
CREATE INDEX meeting_by_day ON meeting (district_id, held_on, id);

CREATE TABLE meeting_agenda (
  district_id {int} NOT NULL,
  meeting_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  -- '09.00'; ''.
  starts {text} NOT NULL,
  item {text} NOT NULL,
  -- Who speaks, as an office; ''.
  speaker {text} NOT NULL,
  PRIMARY KEY (district_id, meeting_id, nth),
  FOREIGN KEY (district_id, meeting_id) REFERENCES meeting (district_id, id)
) {table};

-- Who is invited: offices, not persons.
CREATE TABLE meeting_guest (
  district_id {int} NOT NULL,
  meeting_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  institution {text} NOT NULL,
  -- 'Kepala'; ''.
  position {text} NOT NULL,
  -- To which the text of the invitation is sent.
  phone_sealed {bytes},
  PRIMARY KEY (district_id, meeting_id, nth),
  FOREIGN KEY (district_id, meeting_id) REFERENCES meeting (district_id, id)
) {table};

-- Who signs the record and the joint commitment.
CREATE TABLE meeting_signatory (
  district_id {int} NOT NULL,
  meeting_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  name {text} NOT NULL,
  position {text} NOT NULL,
  PRIMARY KEY (district_id, meeting_id, nth),
  FOREIGN KEY (district_id, meeting_id) REFERENCES meeting (district_id, id)
) {table};

-- Who was there.
CREATE TABLE attendance (
  district_id {int} NOT NULL,
  meeting_id {bytes} NOT NULL,
  id {bytes} NOT NULL,
  name_sealed {bytes} NOT NULL,
  position {text} NOT NULL,
  institution {text} NOT NULL,
  -- 'male', 'female'
  sex {text} NOT NULL,
  phone_sealed {bytes},
  -- 'hall', 'online'
  way {text} NOT NULL,
  recorded_at {int} NOT NULL,
  -- Nobody's user: he noted it himself.
  recorded_by {bytes} NOT NULL,
  -- Taken off: entered twice, or in jest.
  removed_at {int},
  PRIMARY KEY (district_id, meeting_id, id),
  FOREIGN KEY (district_id, meeting_id) REFERENCES meeting (district_id, id)
) {table};

-- Papers that go with the invitation.
CREATE TABLE meeting_paper (
  district_id {int} NOT NULL,
  meeting_id {bytes} NOT NULL,
  paper_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, meeting_id, paper_id),
  FOREIGN KEY (district_id, meeting_id) REFERENCES meeting (district_id, id)
) {table};

-- What an office promised: who, what, how much, until when, where.
CREATE TABLE commitment (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  meeting_id {bytes} NOT NULL,
  -- Its number in the record of the meeting.
  nth {int} NOT NULL,
  -- The meeting's territory: who works there follows it.
  territory_code {int} NOT NULL,
  what {text} NOT NULL,
  -- The office that is responsible.
  office {text} NOT NULL,
  -- 'Rp250 juta dari APBD', '12 desa'; ''.
  quantity {text} NOT NULL,
  due_on {int} NOT NULL,
  -- The village or kecamatan where it is done; NULL: the whole territory.
  place_code {int},
  -- The row of a plan that it is part of; NULL: none yet.
  plan_item_id {bytes},
  -- Code of the indicator that it serves; ''.
  indicator {text} NOT NULL,
  -- 'open', 'done', 'dropped'
  state {text} NOT NULL,
  changed_on {int} NOT NULL,
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, meeting_id) REFERENCES meeting (district_id, id)
) {table};
CREATE INDEX commitment_by_meeting ON commitment (district_id, meeting_id, nth);
CREATE INDEX commitment_by_due ON commitment (district_id, state, due_on, id);
CREATE INDEX commitment_by_plan ON commitment (district_id, plan_item_id, due_on) WHERE plan_item_id IS NOT NULL;

CREATE TABLE commitment_progress (
  district_id {int} NOT NULL,
  commitment_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  on_day {int} NOT NULL,
  -- As commitment.state, after it.
  state {text} NOT NULL,
  words {text} NOT NULL,
  -- A photo or scan that shows it.
  evidence_id {bytes},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, commitment_id, nth),
  FOREIGN KEY (district_id, commitment_id) REFERENCES commitment (district_id, id)
) {table};
