//! Freezing a list, and recording the decree that names it. Nothing else changes these tables, and nothing changes
//! a row of them.

use std::marker::PhantomData;

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::campaign;
use super::kind::{Kind, Period};
use super::query::{self, Selection};
use super::rules::{self, Hasher, Missing};
use crate::verification::close_campaign;

/// A decree (SK) that names a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decree {
    /// Its number as it is written on it, at most 80 characters.
    pub number: String,
    /// Its day.
    pub decided_on: Date,
}

/// Freezes the list of a kind as it stands at this moment. It cannot be taken back: a wrong list is followed by the
/// next one.
///
/// Refused when the number is not the next one (somebody froze meanwhile, or typed wrongly), when nobody would
/// stand on it, and when something is open and no reason is given.
#[derive(Debug, Clone, Serialize)]
pub struct Freeze<K> {
    /// The number that it is to have.
    pub number: i64,
    /// What it is called besides, at most 120 characters; may be empty.
    pub title: String,
    /// The days of measurement, for kinds that are about them.
    pub period: Option<Period>,
    /// Why, though something is open; or why the list before is replaced. At most 300 characters.
    pub reason: String,
    /// The decree, if it is signed already.
    pub decree: Option<Decree>,
    /// Closes the campaign that the list follows, where that is still open.
    pub closes_campaign: bool,
    /// The present day.
    pub today: Date,
    /// The kind.
    #[serde(skip)]
    pub kind: PhantomData<fn() -> K>,
}

/// What was frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// The list.
    pub list: Id,
    /// Its number.
    pub number: i64,
    /// Its rows.
    pub rows: i64,
    /// SHA-256 over them, in hexadecimal digits. The audit trail seals this receipt: so the list is sealed too.
    pub sha256: String,
    /// SHA-256 over the rows without names.
    pub rows_sha256: String,
}

impl<K: Kind> Command for Freeze<K> {
    const KIND: &'static str = K::COMMAND_KIND;
    type Receipt = Frozen;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Frozen, Fault> {
        let district = tx.district();
        let next = query::next_number::<K>(tx, district).await?;
        let open = query::open::<K>(tx, district, self.period).await?;
        let open: i64 = open.iter().map(|(_, n)| n).sum();
        let followed = campaign::followed::<K>(tx, district).await?;
        if let Some(followed) = followed.as_ref().filter(|one| self.closes_campaign && one.is_open) {
            close_campaign(tx, followed.id, self.reason.trim()).await?;
        }
        let unfinished = followed.as_ref().map(|one| one.unfinished).unwrap_or_default();
        let list = tx.new_id();
        let mut args = args![district, list];
        let selection = K::selection(&mut args, district, self.period);
        let count = tx
            .execute(
                &format!(
                    "INSERT INTO frozen_row (district_id, list_id, nth, subject_id, family_id, village_code, rw, \
                     version, factors, evidence_id, evidence_on, score) \
                     SELECT $1, $2, ROW_NUMBER() OVER (ORDER BY s.village_code, s.rw, s.rt, s.name_search, s.subject_id), \
                     s.subject_id, s.family_id, s.village_code, s.rw, s.version, s.factors, s.evidence_id, \
                     s.evidence_on, s.score FROM ({selection}) s"
                ),
                args,
            )
            .await? as i64;
        let is_open = open > 0 || unfinished.is_some();
        rules::may_freeze(self.number, next, is_open, &self.reason, count).map_err(
            |missing| match missing {
                Missing::Number => Refusal::new("frozen.refused.number").field("nomor").arg("n", next),
                Missing::Reason => Refusal::new("frozen.refused.reason").field("alasan"),
                Missing::Nobody => Refusal::new("frozen.refused.nobody"),
            },
        )?;
        let (villages, content, rows) = hashes::<K>(tx, list).await?;
        let hashed = villages.iter().map(|one| args![district, list, one.code, one.rows, one.sha256]);
        tx.insert_many(
            "INSERT INTO frozen_village (district_id, list_id, village_code, row_count, sha256) VALUES",
            "",
            hashed.collect(),
        )
        .await?;
        // The number is the lock: of two who freeze at the same time the later is told so.
        let written = tx
            .execute(
                "INSERT INTO frozen_list (district_id, id, kind, number, title, taken_on, period_from, period_to, \
                 open_count, reason, campaign_id, villages_open, checks_open, visits_waiting, unvisited, pairs_open, \
                 row_count, content_sha256, rows_sha256, frozen_at, frozen_by, command_id) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
                 $20, $21, $22) \
                 ON CONFLICT (district_id, kind, number) DO NOTHING",
                args![
                    district,
                    list,
                    K::CODE,
                    self.number,
                    self.title.trim(),
                    self.today,
                    self.period.map(|period| period.from),
                    self.period.map(|period| period.to),
                    open,
                    self.reason.trim(),
                    followed.as_ref().map(|one| one.id),
                    unfinished.villages,
                    unfinished.checks,
                    unfinished.waiting,
                    unfinished.unvisited,
                    unfinished.pairs,
                    count,
                    content,
                    rows,
                    tx.now(),
                    tx.actor(),
                    tx.command_id(),
                ],
            )
            .await?;
        if written == 0 {
            return Err(Refusal::new("frozen.refused.number").field("nomor").arg("n", next + 1).into());
        }
        if let Some(decree) = &self.decree {
            record(tx, list, decree, self.today).await?;
        }
        tx.subject("frozen_list", list);
        let (sha256, rows_sha256) = (rules::hex(&content), rules::hex(&rows));
        Ok(Frozen { list, number: self.number, rows: count, sha256, rows_sha256 })
    }
}

/// The hashes of the rows just written: of each village and of all with their names, and of all without.
async fn hashes<K: Kind>(
    tx: &Tx<'_>,
    list: Id,
) -> Result<(Vec<rules::VillageHash>, [u8; 32], [u8; 32]), Fault> {
    let (mut named, mut bare) = (Hasher::default(), Hasher::default());
    let all = Selection::default();
    let lines = query::rows::<K>(tx, tx.district(), None, list, &all, query::ALL).await?;
    for line in &lines {
        let factors = rules::factor_words(line.factors, K::FACTORS);
        named.add(line.village_code, &line.said(&factors, true).line(K::IS_MEASURED));
        bare.add(line.village_code, &line.said(&factors, false).line(K::IS_MEASURED));
    }
    let (villages, content) = named.finish();
    Ok((villages, content, bare.finish().1))
}

/// Records the decree that names a list. An earlier one stays, and the newer counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordDecree {
    /// The list.
    pub list: Id,
    /// The decree.
    pub decree: Decree,
    /// The present day; a decree does not lie after it.
    pub today: Date,
}

impl Command for RecordDecree {
    const KIND: &'static str = "registry.record_decree";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let there = "SELECT COUNT(*) AS n FROM frozen_list WHERE district_id = $1 AND id = $2";
        if tx.number(there, args![tx.district(), self.list]).await? == 0 {
            return Err(Refusal::not_found().into());
        }
        tx.subject("frozen_list", self.list);
        record(tx, self.list, &self.decree, self.today).await
    }
}

async fn record(tx: &Tx<'_>, list: Id, decree: &Decree, today: Date) -> Result<(), Fault> {
    if decree.number.trim().is_empty() {
        return Err(Refusal::new("web.error.required").field("sk").into());
    }
    if decree.decided_on > today {
        return Err(Refusal::new("registry.error.future_day").field("sk_hari").into());
    }
    let last = "SELECT MAX(nth) AS n FROM frozen_decree WHERE district_id = $1 AND list_id = $2";
    let nth = tx.number(last, args![tx.district(), list]).await? + 1;
    let written = tx
        .execute(
            "INSERT INTO frozen_decree (district_id, list_id, nth, number, decided_on, recorded_by, recorded_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id, list_id, nth) DO NOTHING",
            args![tx.district(), list, nth, decree.number.trim(), decree.decided_on, tx.actor(), tx.now()],
        )
        .await?;
    if written == 0 {
        return Err(Refusal::new("registry.refused.changed_meanwhile").into());
    }
    Ok(())
}
