//! What changes of a meeting, up to its record.

use asuh_ground::access::Scope;
use asuh_nusantara::{Phone, TerritoryCode};
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Meeting};
use super::rules::{self, AgendaLine, GuestLine, SignatoryLine, State};

/// People of one meeting at most.
const PEOPLE: i64 = 2_000;
/// Characters of what was said.
const SUMMARY: usize = 20_000;

/// The facts of a meeting, as its form holds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// A name of the district's list of kinds.
    pub kind: String,
    /// Its title, at most 160 characters.
    pub title: String,
    /// Who meets: ten digits of a district, kecamatan or village.
    pub territory: i64,
    /// The day.
    pub held_on: Date,
    /// "08.30"
    pub starts: String,
    /// Where.
    pub place: String,
    /// Where others join, or nothing.
    pub link: String,
    /// Who leads it, as an office.
    pub leader: String,
    /// On which ground, or nothing.
    pub basis: String,
    /// The meeting that it follows.
    pub previous: Option<Id>,
    /// The agenda.
    pub agenda: Vec<AgendaLine>,
    /// Who is invited.
    pub guests: Vec<GuestLine>,
    /// Who signs.
    pub signatories: Vec<SignatoryLine>,
}

/// Prepares a meeting, or changes one that has not been held.
///
/// Refused outside the territories of whoever prepares, for kinds that the district does not have, and once it has begun
/// (then agenda and guests stand; signatories may change until it is closed).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PrepareMeeting {
    /// The territories of whoever prepares.
    pub scope: Scope,
    /// The meeting that is changed; none: a new one.
    pub meeting: Option<Id>,
    /// Its facts.
    pub facts: Facts,
}

impl Command for PrepareMeeting {
    const KIND: &'static str = "convergence.prepare_meeting";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let (district, facts) = (tx.district(), &self.facts);
        let code = TerritoryCode::from_i64(facts.territory).map_err(|_| Refusal::not_found())?;
        if !self.scope.reaches(code, "") {
            return Err(Refusal::new("web.error.choose").field("wilayah").into());
        }
        let kinds = asuh_ground::settings::list(tx, district, "meeting.kinds").await?;
        if !kinds.iter().any(|row| row.get("name") == Some(&facts.kind)) {
            return Err(Refusal::new("web.error.choose").field("jenis").into());
        }
        for (field, text) in [("judul", &facts.title), ("tempat", &facts.place), ("pemimpin", &facts.leader)]
        {
            if text.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if rules::time(&facts.starts).as_ref() != Some(&facts.starts) {
            return Err(Refusal::new("meeting.refused.time").field("jam").into());
        }
        if let Some(previous) = facts.previous {
            let found =
                query::one(tx, district, &self.scope, previous).await?.ok_or_else(Refusal::not_found)?;
            if Some(found.id) == self.meeting || found.held_on > facts.held_on {
                return Err(Refusal::new("meeting.refused.previous").field("sebelum").into());
            }
        }
        let id = match self.meeting {
            Some(id) => {
                self.change(tx, id).await?;
                id
            }
            None => self.create(tx).await?,
        };
        tx.subject("meeting", id);
        self.lists(tx, id).await?;
        Ok(id)
    }
}

impl PrepareMeeting {
    async fn create(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let (id, facts) = (tx.new_id(), &self.facts);
        let code = rules::code(&tx.new_id().as_bytes()[6..]);
        tx.execute(
            "INSERT INTO meeting (district_id, id, kind, title, territory_code, held_on, starts, place, link, leader, basis, \
             previous_id, state, code, summary, started_at, closed_at, closed_by, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'prepared', $13, '', NULL, NULL, NULL, $14, $15)",
            args![
                tx.district(),
                id,
                &facts.kind,
                facts.title.trim(),
                facts.territory,
                facts.held_on,
                &facts.starts,
                facts.place.trim(),
                facts.link.trim(),
                facts.leader.trim(),
                facts.basis.trim(),
                facts.previous,
                code,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(id)
    }

    async fn change(&self, tx: &Tx<'_>, id: Id) -> Result<(), Fault> {
        let facts = &self.facts;
        let found = query::one(tx, tx.district(), &self.scope, id).await?.ok_or_else(Refusal::not_found)?;
        if found.state != State::Prepared.code() {
            return Err(Refusal::new("meeting.refused.begun").into());
        }
        tx.execute(
            "UPDATE meeting SET kind = $3, title = $4, territory_code = $5, held_on = $6, starts = $7, place = $8, \
             link = $9, leader = $10, basis = $11, previous_id = $12 WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                id,
                &facts.kind,
                facts.title.trim(),
                facts.territory,
                facts.held_on,
                &facts.starts,
                facts.place.trim(),
                facts.link.trim(),
                facts.leader.trim(),
                facts.basis.trim(),
                facts.previous,
            ],
        )
        .await?;
        Ok(())
    }

    /// Writes the lists anew, each by one statement.
    async fn lists(&self, tx: &Tx<'_>, id: Id) -> Result<(), Fault> {
        let (district, facts) = (tx.district(), &self.facts);
        for table in ["meeting_agenda", "meeting_guest", "meeting_signatory"] {
            let sql = format!("DELETE FROM {table} WHERE district_id = $1 AND meeting_id = $2");
            tx.execute(&sql, args![district, id]).await?;
        }
        if [facts.agenda.len(), facts.guests.len(), facts.signatories.len()].iter().any(|n| *n > rules::LINES)
        {
            return Err(Refusal::new("meeting.refused.lines").into());
        }
        for (nth, line) in (1_i64..).zip(&facts.agenda) {
            tx.execute(
                "INSERT INTO meeting_agenda (district_id, meeting_id, nth, starts, item, speaker) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                args![district, id, nth, &line.starts, &line.item, &line.speaker],
            )
            .await?;
        }
        for (nth, line) in (1_i64..).zip(&facts.guests) {
            let phone = sealed_phone(tx, &line.phone, "undangan")?;
            tx.execute(
                "INSERT INTO meeting_guest (district_id, meeting_id, nth, institution, position, phone_sealed) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                args![district, id, nth, &line.institution, &line.position, phone],
            )
            .await?;
        }
        for (nth, line) in (1_i64..).zip(&facts.signatories) {
            tx.execute(
                "INSERT INTO meeting_signatory (district_id, meeting_id, nth, name, position) VALUES ($1, $2, $3, $4, $5)",
                args![district, id, nth, &line.name, &line.position],
            )
            .await?;
        }
        Ok(())
    }
}

/// A telephone number in one spelling, sealed; nothing for nothing.
fn sealed_phone(tx: &Tx<'_>, written: &str, field: &str) -> Result<Option<Vec<u8>>, Fault> {
    if written.trim().is_empty() {
        return Ok(None);
    }
    let phone = Phone::parse(written).map_err(|_| Refusal::new("meeting.refused.phone").field(field))?;
    Ok(Some(tx.seal(phone.as_str())?))
}

/// A meeting within reach, held so that two commands at once follow each other.
pub(crate) async fn held(tx: &Tx<'_>, scope: &Scope, id: Id, state: State) -> Result<Meeting, Fault> {
    tx.execute(
        "UPDATE meeting SET state = state WHERE district_id = $1 AND id = $2",
        args![tx.district(), id],
    )
    .await?;
    let found = query::one(tx, tx.district(), scope, id).await?.ok_or_else(Refusal::not_found)?;
    tx.subject("meeting", id);
    if found.state != state.code() {
        let key =
            if state == State::Running { "meeting.refused.not_running" } else { "meeting.refused.begun" };
        return Err(Refusal::new(key).into());
    }
    Ok(found)
}

/// Begins a meeting, or says that it is not held.
///
/// Refused unless it is prepared.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveMeeting {
    /// Which.
    pub meeting: Id,
    /// The territories of whoever does it.
    pub scope: Scope,
    /// `Running` or `Cancelled`.
    pub to: State,
}

impl Command for MoveMeeting {
    const KIND: &'static str = "convergence.move_meeting";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, &self.scope, self.meeting, State::Prepared).await?;
        if !matches!(self.to, State::Running | State::Cancelled) {
            return Err(Refusal::not_found().into());
        }
        tx.execute(
            "UPDATE meeting SET state = $3, started_at = CASE WHEN $3 = 'running' THEN $4 ELSE started_at END \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.meeting, self.to.code(), tx.now()],
        )
        .await?;
        Ok(())
    }
}

/// Notes that somebody is there: he himself by the code, or the desk for him.
///
/// Refused unless the meeting is running, without name or institution, and beyond 2,000 people.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attend {
    /// Which meeting.
    pub meeting: Id,
    /// The territories of whoever writes it at the desk; none: he himself, who typed the meeting's code.
    pub scope: Option<Scope>,
    /// Name, at most 120 characters.
    pub name: String,
    /// The office held.
    pub position: String,
    /// The institution.
    pub institution: String,
    /// 'male', 'female'.
    pub sex: String,
    /// Telephone, or nothing.
    pub phone: String,
    /// 'hall', 'online'.
    pub way: String,
}

impl Command for Attend {
    const KIND: &'static str = "convergence.attend";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let whole;
        let scope = match &self.scope {
            Some(scope) => scope,
            None => {
                whole = Scope::whole(
                    asuh_ground::settings::one(tx, district).await?.ok_or_else(Refusal::not_found)?.code,
                );
                &whole
            }
        };
        held(tx, scope, self.meeting, State::Running).await?;
        for (field, text) in [("nama", &self.name), ("lembaga", &self.institution)] {
            if text.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        for (field, text, codes) in
            [("kelamin", &self.sex, ["male", "female"]), ("cara", &self.way, ["hall", "online"])]
        {
            if !codes.contains(&text.as_str()) {
                return Err(Refusal::new("web.error.choose").field(field).into());
            }
        }
        let phone = sealed_phone(tx, &self.phone, "telepon")?;
        let sql = "SELECT COUNT(*) AS n FROM attendance WHERE district_id = $1 AND meeting_id = $2";
        if tx.number(sql, args![district, self.meeting]).await? >= PEOPLE {
            return Err(Refusal::new("meeting.refused.many").arg("most", PEOPLE).into());
        }
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO attendance (district_id, meeting_id, id, name_sealed, position, institution, sex, phone_sealed, way, \
             recorded_at, recorded_by, removed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)",
            args![
                district,
                self.meeting,
                id,
                tx.seal(self.name.trim())?,
                self.position.trim(),
                self.institution.trim(),
                &self.sex,
                phone,
                &self.way,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Takes somebody off the list of who was there: entered twice, or in jest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemoveAttendance {
    /// Which meeting.
    pub meeting: Id,
    /// The territories of whoever does it.
    pub scope: Scope,
    /// Whom.
    pub person: Id,
}

impl Command for RemoveAttendance {
    const KIND: &'static str = "convergence.remove_attendance";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, &self.scope, self.meeting, State::Running).await?;
        let changed = tx
            .execute(
                "UPDATE attendance SET removed_at = $4 WHERE district_id = $1 AND meeting_id = $2 AND id = $3 \
                 AND removed_at IS NULL",
                args![tx.district(), self.meeting, self.person, tx.now()],
            )
            .await?;
        if changed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Keeps what was said, for the minutes. Kept again it takes the place of what stood there; the trail keeps both.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteSummary {
    /// Which meeting.
    pub meeting: Id,
    /// The territories of whoever notes.
    pub scope: Scope,
    /// What was said, at most 20,000 characters.
    pub words: String,
    /// What stood there when he began to type: somebody else's words are never overwritten unseen.
    pub before: String,
}

impl Command for NoteSummary {
    const KIND: &'static str = "convergence.note_summary";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = held(tx, &self.scope, self.meeting, State::Running).await?;
        if found.summary != self.before && found.summary != self.words {
            return Err(Refusal::new("meeting.refused.changed").field("notulen").into());
        }
        if self.words.chars().count() > SUMMARY {
            return Err(Refusal::new("web.error.too_long").field("notulen").arg("most", SUMMARY).into());
        }
        tx.execute(
            "UPDATE meeting SET summary = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.meeting, &self.words],
        )
        .await?;
        Ok(())
    }
}

/// Closes a meeting: who was there, what was said and decided stands.
///
/// Refused unless it is running, and where nobody is on the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseMeeting {
    /// Which.
    pub meeting: Id,
    /// The territories of whoever closes it.
    pub scope: Scope,
}

impl Command for CloseMeeting {
    const KIND: &'static str = "convergence.close_meeting";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, &self.scope, self.meeting, State::Running).await?;
        let sql = "SELECT COUNT(*) AS n FROM attendance WHERE district_id = $1 AND meeting_id = $2 AND removed_at IS NULL";
        if tx.number(sql, args![tx.district(), self.meeting]).await? == 0 {
            return Err(Refusal::new("meeting.refused.nobody").into());
        }
        tx.execute(
            "UPDATE meeting SET state = 'closed', closed_at = $3, closed_by = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.meeting, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}

/// Puts a paper of the register to those that go with the invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakePaper {
    /// Which meeting.
    pub meeting: Id,
    /// The territories of whoever does it.
    pub scope: Scope,
    /// Which paper: one that he may read.
    pub paper: Id,
}

impl Command for TakePaper {
    const KIND: &'static str = "convergence.take_paper";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, &self.scope, self.meeting, State::Prepared).await?;
        tx.execute(
            "INSERT INTO meeting_paper (district_id, meeting_id, paper_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            args![tx.district(), self.meeting, self.paper],
        )
        .await?;
        Ok(())
    }
}

/// Takes a paper away from those that go with the invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeavePaper {
    /// Which meeting.
    pub meeting: Id,
    /// The territories of whoever does it.
    pub scope: Scope,
    /// Which paper.
    pub paper: Id,
}

impl Command for LeavePaper {
    const KIND: &'static str = "convergence.leave_paper";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, &self.scope, self.meeting, State::Prepared).await?;
        tx.execute(
            "DELETE FROM meeting_paper WHERE district_id = $1 AND meeting_id = $2 AND paper_id = $3",
            args![tx.district(), self.meeting, self.paper],
        )
        .await?;
        Ok(())
    }
}
