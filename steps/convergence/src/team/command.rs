//! What changes in teams.

use asuh_ground::settings;
use asuh_nusantara::{Phone, TerritoryCode, name};
use asuh_step_registry::Reach;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Team};
use super::rules::{self, Kind};

/// A team within reach.
async fn reached(tx: &Tx<'_>, reach: &Reach, team: Id, today: Date) -> Result<Team, Fault> {
    let found = query::one(tx, tx.district(), &reach.scope(), team, today).await?;
    tx.subject("team", team);
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// Makes a team with the positions that the settings name for its level; one that was closed begins again.
///
/// Refused where no such team can be (companions above a village), and for a second team of a place; companions are
/// numbered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutTeam {
    /// The territories of whoever makes it.
    pub reach: Reach,
    /// What it is.
    pub kind: Kind,
    /// Of the district, a kecamatan or a village.
    pub territory: i64,
    /// Within a village: three digits, or empty.
    pub rw: String,
    /// Within an RW: three digits, or empty.
    pub rt: String,
    /// Its number; 0: the next one (of companions), or the only one.
    pub nth: i64,
    /// The import that makes it.
    pub batch: Option<Id>,
}

impl Command for PutTeam {
    const KIND: &'static str = "team.put";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if !self.reach.reaches(self.territory, &self.rw) {
            return Err(Refusal::not_found().into());
        }
        let place = TerritoryCode::from_i64(self.territory).map_err(|_| Refusal::not_found())?;
        let known = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2";
        if tx.number(known, args![tx.district(), self.territory]).await? == 0 {
            return Err(Refusal::not_found().into());
        }
        let level = rules::level(self.kind, place, &self.rw)
            .filter(|_| self.rt.is_empty() || !self.rw.is_empty())
            .ok_or_else(|| Refusal::new("team.refused.level").field("jenis"))?;
        let nth = match (self.nth, self.kind) {
            (0, Kind::Tpk) => {
                let sql = "SELECT COALESCE(MAX(nth), 0) AS n FROM team WHERE district_id = $1 AND territory_code = $2 \
                           AND kind = $3 AND rw = $4 AND rt = $5 AND closed_on IS NULL";
                let args = args![tx.district(), self.territory, self.kind.code(), &self.rw, &self.rt];
                tx.number(sql, args).await? + 1
            }
            (0, Kind::Tpps) => 1,
            (nth, _) => nth,
        };
        let id = tx.new_id();
        let written = tx
            .execute(
                "INSERT INTO team (district_id, id, kind, territory_code, rw, rt, nth, closed_on, batch_id, recorded_by, \
                 recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9, $10) ON CONFLICT DO NOTHING",
                args![
                    tx.district(),
                    id,
                    self.kind.code(),
                    self.territory,
                    &self.rw,
                    &self.rt,
                    nth,
                    self.batch,
                    tx.actor(),
                    tx.now(),
                ],
            )
            .await?;
        if written == 0 {
            return self.begin_again(tx, nth).await;
        }
        tx.subject("team", id);
        let rows = settings::list(tx, tx.district(), "convergence.team_structure").await?;
        let positions = rules::structure(&rows, level).into_iter().zip(1_i64..);
        let positions = positions.map(|((name, seats), nth)| args![tx.district(), id, nth, name, seats]);
        tx.insert_many(
            "INSERT INTO team_position (district_id, team_id, nth, name, seats) VALUES",
            "",
            positions.collect(),
        )
        .await?;
        Ok(id)
    }
}

impl PutTeam {
    /// Opens the team of this place again, if it was closed.
    async fn begin_again(&self, tx: &Tx<'_>, nth: i64) -> Result<Id, Fault> {
        let found: Option<(Id,)> = tx
            .first(
                "SELECT id FROM team WHERE district_id = $1 AND territory_code = $2 AND kind = $3 AND rw = $4 AND rt = $5 \
                 AND nth = $6 AND closed_on IS NOT NULL",
                args![tx.district(), self.territory, self.kind.code(), &self.rw, &self.rt, nth],
            )
            .await?;
        let Some((id,)) = found else {
            return Err(Refusal::new("team.refused.there").field("jenis").into());
        };
        tx.execute(
            "UPDATE team SET closed_on = NULL WHERE district_id = $1 AND id = $2",
            args![tx.district(), id],
        )
        .await?;
        tx.subject("team", id);
        Ok(id)
    }
}

/// Closes a team in which nobody is any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseTeam {
    /// Which.
    pub team: Id,
    /// The territories of whoever closes it.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
}

impl Command for CloseTeam {
    const KIND: &'static str = "team.close";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        reached(tx, &self.reach, self.team, self.today).await?;
        let members = format!(
            "SELECT COUNT(*) AS n FROM team_member m WHERE m.district_id = $1 AND m.team_id = $3 AND {}",
            query::holds("$2")
        );
        if tx.number(&members, args![tx.district(), self.today, self.team]).await? > 0 {
            return Err(Refusal::new("team.refused.members").into());
        }
        tx.execute(
            "UPDATE team SET closed_on = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.team, self.today],
        )
        .await?;
        Ok(())
    }
}

/// Adds a position, renames one or changes its seats; none seats take it away.
///
/// Refused without a name, beyond 60 positions, and where somebody holds what is taken away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutPosition {
    /// Which team.
    pub team: Id,
    /// The territories of whoever keeps it.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// Which position; none: a new one.
    pub nth: Option<i64>,
    /// What it is called, at most 80 characters.
    pub name: String,
    /// How many people it needs, up to 50; 0 takes it away.
    pub seats: i64,
}

impl Command for PutPosition {
    const KIND: &'static str = "team.put_position";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        reached(tx, &self.reach, self.team, self.today).await?;
        if self.name.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if !(0..=50).contains(&self.seats) {
            let refusal = Refusal::new("web.error.out_of_range").field("kursi");
            return Err(refusal.arg("from", 0).arg("to", 50).into());
        }
        // Two who add at once wait here for each other.
        tx.execute(
            "UPDATE team SET recorded_at = recorded_at WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.team],
        )
        .await?;
        let Some(nth) = self.nth else {
            let sql = "SELECT COALESCE(MAX(nth), 0) AS n FROM team_position WHERE district_id = $1 AND team_id = $2";
            let last = tx.number(sql, args![tx.district(), self.team]).await?;
            if last >= 60 || self.seats == 0 {
                return Err(Refusal::new("team.refused.positions").field("nama").into());
            }
            tx.execute(
                "INSERT INTO team_position (district_id, team_id, nth, name, seats) VALUES ($1, $2, $3, $4, $5)",
                args![tx.district(), self.team, last + 1, self.name.trim(), self.seats],
            )
            .await?;
            return Ok(());
        };
        let held = format!(
            "SELECT COUNT(*) AS n FROM team_member m WHERE m.district_id = $1 AND m.team_id = $3 AND m.position_nth = $4 \
             AND {}",
            query::holds("$2")
        );
        if self.seats == 0 && tx.number(&held, args![tx.district(), self.today, self.team, nth]).await? > 0 {
            return Err(Refusal::new("team.refused.held").field("kursi").into());
        }
        let closed = (self.seats == 0).then_some(self.today);
        let changed = tx
            .execute(
                "UPDATE team_position SET name = $4, seats = $5, closed_on = $6 \
                 WHERE district_id = $1 AND team_id = $2 AND nth = $3 AND closed_on IS NULL",
                args![tx.district(), self.team, nth, self.name.trim(), self.seats, closed],
            )
            .await?;
        if changed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Records the paper that appoints a team, with its scan if there is one.
///
/// Refused without a number, of a day to come, when it ends before it was signed, and with somebody else's scan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddDecree {
    /// Which team.
    pub team: Id,
    /// The territories of whoever keeps it.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// "440/112/KPTS/2026", at most 120 characters.
    pub number: String,
    /// The day on it.
    pub signed_on: Date,
    /// Until when it holds.
    pub ends_on: Option<Date>,
    /// The attachment.
    pub scan: Option<Id>,
}

impl Command for AddDecree {
    const KIND: &'static str = "team.add_decree";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        reached(tx, &self.reach, self.team, self.today).await?;
        if self.number.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("nomor").into());
        }
        if self.signed_on > self.today {
            return Err(Refusal::new("team.refused.future").field("tanggal").into());
        }
        if self.ends_on.is_some_and(|end| end < self.signed_on) {
            return Err(Refusal::new("team.refused.term").field("sampai").into());
        }
        crate::paper::own(tx, self.scan, "berkas").await?;
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO team_decree (district_id, id, team_id, number, signed_on, ends_on, scan_id, recorded_by, \
             recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                tx.district(),
                id,
                self.team,
                self.number.trim(),
                self.signed_on,
                self.ends_on,
                self.scan,
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// What is known of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFacts {
    /// With titles, at most 120 characters.
    pub name: String,
    /// Where the person comes from.
    pub institution: String,
    /// The office held there.
    pub job: String,
    /// Telephone as [`Phone`] reads it; none: not known.
    pub phone: Option<String>,
    /// The first day of the term.
    pub starts_on: Date,
    /// The last one.
    pub ends_on: Option<Date>,
}

/// Appoints somebody, or corrects what was recorded of him; the row before stays, taken back.
///
/// Refused without a name, for a position that there is none of, a term that ends before it begins, and a telephone that is
/// none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutMember {
    /// Which team.
    pub team: Id,
    /// The territories of whoever keeps it.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// Whose row is corrected.
    pub replaces: Option<Id>,
    /// Which position.
    pub position: i64,
    /// Who.
    pub facts: MemberFacts,
    /// The import that says so.
    pub batch: Option<Id>,
}

impl Command for PutMember {
    const KIND: &'static str = "team.put_member";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        reached(tx, &self.reach, self.team, self.today).await?;
        let facts = &self.facts;
        if facts.name.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if facts.ends_on.is_some_and(|end| end < facts.starts_on) {
            return Err(Refusal::new("team.refused.term").field("sampai").into());
        }
        let phone = match &facts.phone {
            None => None,
            Some(text) => {
                Some(Phone::parse(text).map_err(|_| Refusal::new("team.refused.phone").field("hp"))?)
            }
        };
        let contact = phone.map(|phone| tx.seal(phone.as_str())).transpose()?;
        let there = "SELECT COUNT(*) AS n FROM team_position WHERE district_id = $1 AND team_id = $2 AND nth = $3 \
                     AND closed_on IS NULL";
        if tx.number(there, args![tx.district(), self.team, self.position]).await? == 0 {
            return Err(Refusal::new("web.error.choose").field("kedudukan").into());
        }
        let mut left = (None, String::new());
        if let Some(before) = self.replaces {
            asuh_store::row_struct! { struct Left { left_on: Option<Date>, left_reason: String } }
            let found: Option<Left> = tx
                .first(
                    "SELECT left_on, left_reason FROM team_member WHERE district_id = $1 AND id = $2 AND team_id = $3 \
                     AND retracted_at IS NULL",
                    args![tx.district(), before, self.team],
                )
                .await?;
            let found = found.ok_or_else(Refusal::not_found)?;
            left = (found.left_on, found.left_reason);
            tx.execute(
                "UPDATE team_member SET retracted_at = $3 WHERE district_id = $1 AND id = $2",
                args![tx.district(), before, tx.now()],
            )
            .await?;
        }
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO team_member (district_id, id, team_id, position_nth, name, name_search, institution, job, \
             contact_sealed, starts_on, ends_on, left_on, left_reason, replaces_id, batch_id, recorded_by, recorded_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            args![
                tx.district(),
                id,
                self.team,
                self.position,
                facts.name.trim(),
                name::search_key(&facts.name),
                facts.institution.trim(),
                facts.job.trim(),
                contact,
                facts.starts_on,
                facts.ends_on,
                left.0,
                left.1,
                self.replaces,
                self.batch,
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Somebody leaves before the term ends.
///
/// Refused without a reason, before the first day of the term, and in the future.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeaveTeam {
    /// Which team.
    pub team: Id,
    /// Who.
    pub member: Id,
    /// The territories of whoever keeps it.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// The first day on which he is no member.
    pub on: Date,
    /// Why, at most 200 characters.
    pub reason: String,
}

impl Command for LeaveTeam {
    const KIND: &'static str = "team.leave";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        reached(tx, &self.reach, self.team, self.today).await?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        if self.on > self.today {
            return Err(Refusal::new("team.refused.future").field("hari").into());
        }
        let changed = tx
            .execute(
                "UPDATE team_member SET left_on = $4, left_reason = $5 WHERE district_id = $1 AND id = $2 AND team_id = $3 \
                 AND left_on IS NULL AND retracted_at IS NULL AND starts_on <= $4",
                args![tx.district(), self.member, self.team, self.on, self.reason.trim()],
            )
            .await?;
        if changed == 0 { Err(Refusal::new("team.refused.left").field("hari").into()) } else { Ok(()) }
    }
}
