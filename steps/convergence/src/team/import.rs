//! The import of teams (kind `team`): who holds which position where, since when and until when.
//!
//! A member is found by team, position and name. Teams and positions that are not known are made. Somebody who is missing
//! from the sheet stays: leaving has a day and a reason.

use asuh_ground::App;
use asuh_ground::access::{Role, Scope};
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, ImportKind, ReadContext, Reading, RowCells, StagedRow, Stake, UndoStep,
    Verdict,
};
use asuh_ground::web::Text;
use asuh_nusantara::{TerritoryCode, name};
use asuh_step_registry::Reach;
use asuh_store::{Command, DistrictId, Fault, Id, Query, Secrets, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{MemberFacts, PutMember, PutPosition, PutTeam};
use super::rules::{self, Kind};
use crate::places::Places;

/// The kind.
pub(crate) struct TeamImport;

/// The titles of the sheet, and which hold a day: the same ones that are downloaded.
pub(super) const TITLES: &[(&str, bool)] = &[
    ("Tim", false),
    ("Kecamatan", false),
    ("Desa/Kelurahan", false),
    ("RW", false),
    ("RT", false),
    ("Nomor Tim", false),
    ("Kedudukan", false),
    ("Nama", false),
    ("Instansi", false),
    ("Jabatan", false),
    ("Nomor HP", false),
    ("Mulai", true),
    ("Sampai", true),
];

const COLUMNS: &[Column] = &[
    Column::required("kind", &["Tim", "Jenis Tim", "Nama Tim"]),
    Column::optional("kecamatan", &["Kecamatan", "Kec"]),
    Column::optional("village", &["Desa/Kelurahan", "Desa", "Kelurahan", "Desa/Kel"]),
    Column::optional("rw", &["RW"]),
    Column::optional("rt", &["RT"]),
    Column::optional("nth", &["Nomor Tim", "No Tim", "Tim Ke"]),
    Column::required("position", &["Kedudukan", "Kedudukan dalam Tim", "Jabatan dalam Tim", "Peran"]),
    Column::required("name", &["Nama", "Nama Lengkap", "Nama Anggota"]),
    Column::optional("institution", &["Instansi", "Asal Instansi", "Unsur", "OPD"]),
    Column::optional("job", &["Jabatan", "Jabatan Dinas", "Jabatan di Instansi"]),
    Column::optional("phone", &["Nomor HP", "No HP", "HP", "Telepon", "WhatsApp", "No WA"]),
    Column::optional("starts", &["Mulai", "Mulai Menjabat", "TMT", "Sejak"]),
    Column::optional("ends", &["Sampai", "Sampai Dengan", "Berakhir", "Akhir Masa Jabatan"]),
];

/// What a row says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    kind: Kind,
    kecamatan: Option<String>,
    village: Option<String>,
    rw: String,
    rt: String,
    nth: i64,
    position: String,
    name: String,
    institution: String,
    job: String,
    phone: Option<String>,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
}

asuh_store::row_struct! {
    #[derive(PartialEq)]
    struct Known {
        id: Id,
        team_id: Id,
        position_nth: i64,
        territory_code: i64,
        kind: String,
        rw: String,
        rt: String,
        nth: i64,
        position: String,
        name_search: String,
        institution: String,
        job: String,
        contact_sealed: Option<Vec<u8>>,
        starts_on: Date,
        ends_on: Option<Date>,
    }
}

impl Known {
    /// Whether a row speaks of this member.
    fn is(&self, place: i64, record: &Record) -> bool {
        self.territory_code == place
            && self.kind == record.kind.code()
            && self.rw == record.rw
            && self.rt == record.rt
            && self.nth == record.nth
            && self.position.to_lowercase() == record.position.to_lowercase()
            && self.name_search == name::search_key(&record.name)
    }
}

/// The members of the teams of these places who have not left, the latest term first. Indexes: team_by_place,
/// team_member_by_team.
async fn known(db: &impl Query, district: DistrictId, places: &[i64]) -> Result<Vec<Known>, StoreError> {
    let mut args = args![district];
    let places = args.push_list(places.iter().copied());
    db.all(
        &format!(
            "SELECT m.id, m.team_id, m.position_nth, t.territory_code, t.kind, t.rw, t.rt, t.nth, p.name AS position, \
             m.name_search, m.institution, m.job, m.contact_sealed, m.starts_on, m.ends_on FROM team t \
             JOIN team_position p ON p.district_id = t.district_id AND p.team_id = t.id AND p.closed_on IS NULL \
             JOIN team_member m ON m.district_id = p.district_id AND m.team_id = p.team_id AND m.position_nth = p.nth \
             WHERE t.district_id = $1 AND t.territory_code IN ({places}) AND t.closed_on IS NULL \
             AND m.retracted_at IS NULL AND m.left_on IS NULL ORDER BY m.starts_on DESC, m.id"
        ),
        args,
    )
    .await
}

/// The rows of a chunk whose place is known and reached, with that place; the others have their error noted.
fn placed(
    places: &Places,
    scope: &Scope,
    rows: &mut [StagedRow],
) -> Result<Vec<(usize, i64, Record)>, StoreError> {
    let mut found = Vec::with_capacity(rows.len());
    for (nth, row) in rows.iter_mut().enumerate() {
        let record: Record = row.get()?;
        if let Some(code) = place(places, scope, &record, row) {
            found.push((nth, code, record));
        }
    }
    Ok(found)
}

/// What a row makes of somebody: what it leaves blank stays as it was.
fn facts(
    secrets: &Secrets,
    district: DistrictId,
    record: &Record,
    known: Option<&Known>,
    as_of: Date,
) -> Result<(MemberFacts, bool), StoreError> {
    let held = match known.and_then(|known| known.contact_sealed.as_deref()) {
        Some(sealed) => Some(secrets.open_text(district, sealed)?),
        None => None,
    };
    let or = |said: &str, held: Option<&str>| match said {
        "" => held.unwrap_or_default().to_owned(),
        said => said.to_owned(),
    };
    let facts = MemberFacts {
        name: record.name.clone(),
        institution: or(&record.institution, known.map(|known| known.institution.as_str())),
        job: or(&record.job, known.map(|known| known.job.as_str())),
        phone: record.phone.clone().or_else(|| held.clone()),
        starts_on: record.starts_on.or(known.map(|known| known.starts_on)).unwrap_or(as_of),
        ends_on: record.ends_on.or(known.and_then(|known| known.ends_on)),
    };
    let same = known.is_some_and(|known| {
        known.institution == facts.institution
            && known.job == facts.job
            && held == facts.phone
            && known.starts_on == facts.starts_on
            && known.ends_on == facts.ends_on
    });
    Ok((facts, same))
}

impl ImportKind for TeamImport {
    fn code(&self) -> &'static str {
        "team"
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::DistrictAdmin, Role::DistrictPlanner]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn read(&self, _cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        let kind = row.required("kind").and_then(|text| {
            let key = name::search_key(&text);
            let found = match key.split(' ').next().unwrap_or_default() {
                "tpk" => Some(Kind::Tpk),
                "tpps" | "tp3s" => Some(Kind::Tpps),
                _ if key.contains("pendamping keluarga") => Some(Kind::Tpk),
                _ if key.contains("percepatan") => Some(Kind::Tpps),
                _ => None,
            };
            if found.is_none() {
                row.error("kind", "team.import.kind");
            }
            found
        });
        let (position, person) = (row.required("position"), row.required("name"));
        let (Some(kind), Some(position), Some(person)) = (kind, position, person) else {
            return Reading::nothing();
        };
        let cut = |text: String, most: usize| text.chars().take(most).collect::<String>();
        let record = Record {
            kind,
            kecamatan: row.text("kecamatan"),
            village: row.text("village"),
            rw: row.rt_rw("rw").unwrap_or_default(),
            rt: row.rt_rw("rt").unwrap_or_default(),
            nth: row.count("nth").filter(|nth| (1..=99).contains(nth)).unwrap_or(1),
            position: cut(position, 80),
            name: cut(person, 120),
            institution: cut(row.text("institution").unwrap_or_default(), 120),
            job: cut(row.text("job").unwrap_or_default(), 120),
            phone: row.phone("phone").map(|phone| phone.as_str().to_owned()),
            starts_on: row.day("starts"),
            ends_on: row.day("ends"),
        };
        if let (Some(start), Some(end)) = (record.starts_on, record.ends_on)
            && end < start
        {
            row.error("ends", "team.import.term");
        }
        let place = [record.kecamatan.clone(), record.village.clone()].map(Option::unwrap_or_default);
        let key = [
            kind.code(),
            &place[0],
            &place[1],
            &record.rw,
            &record.rt,
            &record.nth.to_string(),
            &record.position,
            &record.name,
        ];
        let key = key.map(name::search_key).join("|");
        Reading::of(&record, Some(key))
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let (db, secrets) = (app.store.reader(), app.store.secrets());
            let Some(code) = cx.read.district_code else { return Ok(()) };
            let places = Places::load(db, cx.district(), code).await?;
            let placed = placed(&places, &cx.scope, rows)?;
            let codes: Vec<i64> = placed.iter().map(|(_, code, _)| *code).collect();
            let members = known(db, cx.district(), &codes).await?;
            for (nth, place, record) in placed {
                let row = &mut rows[nth];
                let known = members.iter().find(|one| one.is(place, &record));
                let (_, same) = facts(secrets, cx.district(), &record, known, cx.as_of)?;
                row.subject = known.map(|known| known.id);
                row.verdict = match (known.is_some(), same) {
                    (false, _) => Verdict::New,
                    (true, true) => Verdict::Same,
                    (true, false) => Verdict::Changed,
                };
            }
            Ok(())
        })
    }

    fn commit<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Changing<'a, ()> {
        Box::pin(async move {
            let Some(code) = cx.read.district_code else { return Ok(()) };
            let places = Places::load(tx, cx.district(), code).await?;
            let placed = placed(&places, &cx.scope, rows)?;
            let codes: Vec<i64> = placed.iter().map(|(_, code, _)| *code).collect();
            let members = known(tx, cx.district(), &codes).await?;
            for (nth, place, record) in placed {
                let row = &mut rows[nth];
                let known = members.iter().find(|one| one.is(place, &record));
                let (facts, same) = facts(tx.secrets(), cx.district(), &record, known, cx.as_of)?;
                if same {
                    row.verdict = Verdict::Same;
                    continue;
                }
                row.verdict = if known.is_some() { Verdict::Changed } else { Verdict::New };
                let (team, position) = match known {
                    Some(known) => (known.team_id, known.position_nth),
                    None => seat(tx, cx, place, &record).await?,
                };
                let put = PutMember {
                    team,
                    reach: Reach::of(&cx.scope),
                    today: cx.today(),
                    replaces: known.map(|known| known.id),
                    position,
                    facts,
                    batch: Some(cx.batch),
                };
                row.subject = Some(put.apply(tx).await?);
            }
            Ok(())
        })
    }

    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        Box::pin(undo(tx, cx, after, self.chunk()))
    }

    fn stakes<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<Stake>> {
        Box::pin(async move {
            let count = |which: &str| {
                format!(
                    "SELECT COUNT(*) AS n FROM team_member WHERE district_id = $1 AND batch_id = $2 AND {which}"
                )
            };
            let db = app.store.reader();
            let args = || args![cx.district(), cx.batch];
            let back = db.number(&count("retracted_at IS NULL AND left_on IS NULL"), args()).await?;
            let stays =
                db.number(&count("(retracted_at IS NOT NULL OR left_on IS NOT NULL)"), args()).await?;
            let kept = if stays > 0 { vec![("team.depends.changed", stays)] } else { Vec::new() };
            Ok(vec![Stake { what: "team.stake.members", back, stays, kept }])
        })
    }

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(&format!("team.{key}")).into_owned();
        let place = [record.village, record.kecamatan].into_iter().flatten().collect::<Vec<_>>().join(", ");
        vec![
            (title("team"), format!("{} {place}", record.kind.code().to_uppercase())),
            (title("position"), record.position),
            (title("member"), record.name),
            (title("institution"), record.institution),
        ]
    }
}

/// The place of a row within reach where there can be such a team; what is wrong is noted.
fn place(places: &Places, scope: &Scope, record: &Record, row: &mut StagedRow) -> Option<i64> {
    let found = places.find(record.kecamatan.as_deref(), record.village.as_deref());
    let said = record.village.clone().or(record.kecamatan.clone()).unwrap_or_default();
    let Some(code) = found.and_then(|code| TerritoryCode::from_i64(code).ok()) else {
        row.error("village", "team.import.place", said);
        return None;
    };
    if !scope.reaches(code, &record.rw) {
        row.error("village", "team.import.outside", said);
        return None;
    }
    let possible =
        rules::level(record.kind, code, &record.rw).filter(|_| record.rt.is_empty() || !record.rw.is_empty());
    if possible.is_none() {
        row.error("kind", "team.import.level", said);
        return None;
    }
    Some(code.as_i64())
}

/// The team and position of a row, made where there are none.
async fn seat(tx: &Tx<'_>, cx: &BatchContext, place: i64, record: &Record) -> Result<(Id, i64), Fault> {
    let reach = Reach::of(&cx.scope);
    let found: Option<(Id,)> = tx
        .first(
            "SELECT id FROM team WHERE district_id = $1 AND territory_code = $2 AND kind = $3 AND rw = $4 AND rt = $5 \
             AND nth = $6 AND closed_on IS NULL",
            args![tx.district(), place, record.kind.code(), &record.rw, &record.rt, record.nth],
        )
        .await?;
    let team = match found {
        Some((team,)) => team,
        None => {
            let put = PutTeam {
                reach: reach.clone(),
                kind: record.kind,
                territory: place,
                rw: record.rw.clone(),
                rt: record.rt.clone(),
                nth: record.nth,
                batch: Some(cx.batch),
            };
            put.apply(tx).await?
        }
    };
    let sql = "SELECT nth FROM team_position WHERE district_id = $1 AND team_id = $2 AND LOWER(name) = $3 \
               AND closed_on IS NULL ORDER BY nth";
    let of_name = || args![tx.district(), team, record.position.to_lowercase()];
    if let Some((nth,)) = tx.first::<(i64,)>(sql, of_name()).await? {
        return Ok((team, nth));
    }
    let put =
        PutPosition { team, reach, today: cx.today(), nth: None, name: record.position.clone(), seats: 1 };
    put.apply(tx).await?;
    let made = tx.first::<(i64,)>(sql, of_name()).await?;
    Ok((team, made.map_or(1, |row| row.0)))
}

asuh_store::row_struct! {
    struct Written { id: Id, replaces_id: Option<Id>, stays: i64 }
}

/// Takes back a piece: who was corrected or left since stays; whose row was replaced is as before. Teams that the import
/// made and in which nobody is left are closed. Index: team_member_by_batch.
async fn undo(tx: &Tx<'_>, cx: &BatchContext, after: Option<&str>, most: usize) -> Result<UndoStep, Fault> {
    let from = after.and_then(|after| after.parse().ok()).unwrap_or(Id::SYSTEM);
    let written: Vec<Written> = tx
        .all(
            &format!(
                "SELECT id, replaces_id, CASE WHEN left_on IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END AS stays \
                 FROM team_member WHERE district_id = $1 AND batch_id = $2 AND id > $3 AND retracted_at IS NULL \
                 ORDER BY id LIMIT {most}"
            ),
            args![tx.district(), cx.batch, from],
        )
        .await?;
    let next = if written.len() == most { written.last().map(|row| row.id.to_string()) } else { None };
    let mut step = UndoStep { undone: 0, kept: 0, next };
    for row in written {
        if row.stays > 0 {
            step.kept += 1;
            continue;
        }
        step.undone += 1;
        let sql = "UPDATE team_member SET retracted_at = $3 WHERE district_id = $1 AND id = $2";
        tx.execute(sql, args![tx.district(), row.id, tx.now()]).await?;
        if let Some(before) = row.replaces_id {
            let sql = "UPDATE team_member SET retracted_at = NULL WHERE district_id = $1 AND id = $2";
            tx.execute(sql, args![tx.district(), before]).await?;
        }
    }
    if step.next.is_none() {
        tx.execute(
            "UPDATE team SET closed_on = $3 WHERE district_id = $1 AND batch_id = $2 AND closed_on IS NULL AND NOT EXISTS ( \
             SELECT 1 FROM team_member m WHERE m.district_id = team.district_id AND m.team_id = team.id \
             AND m.retracted_at IS NULL)",
            args![tx.district(), cx.batch, cx.today()],
        )
        .await?;
    }
    Ok(step)
}
