//! What changes in aims.

use asuh_store::{Args, Command, Fault, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::rules::{Kind, Level, NATIONAL, Source};

/// Records what is aimed at or was found in a year, or says it anew; the trail keeps what stood before.
///
/// Refused for a year out of reason, a percentage out of range, an interval around something else, and without its source in
/// words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutAim {
    /// Aimed at or found.
    pub kind: Kind,
    /// Whose.
    pub level: Level,
    /// By which source.
    pub source: Source,
    /// From 2010 to 2060.
    pub year: i64,
    /// Percent times 100.
    pub percent: i64,
    /// The confidence interval as it was published.
    pub interval: Option<(i64, i64)>,
    /// Which paper says so, at most 160 characters.
    pub basis: String,
}

fn row(tx: &Tx<'_>, one: &PutAim) -> Args {
    args![
        tx.district(),
        one.kind.code(),
        one.level.code(),
        one.source.code(),
        one.year,
        one.percent,
        one.interval.map(|interval| interval.0),
        one.interval.map(|interval| interval.1),
        one.basis.trim(),
        tx.actor(),
        tx.now(),
    ]
}

const INSERT: &str = "INSERT INTO aim (district_id, kind, level, source, year, percent, low, high, basis, recorded_by, \
     recorded_at) VALUES";

impl Command for PutAim {
    const KIND: &'static str = "aim.put";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if !(2010..=2060).contains(&self.year) {
            let refusal = Refusal::new("web.error.out_of_range").field("tahun");
            return Err(refusal.arg("from", 2010).arg("to", 2060).into());
        }
        if !(0..=10_000).contains(&self.percent) {
            return Err(Refusal::new("aim.refused.percent").field("persen").into());
        }
        let fits = |(low, high): (i64, i64)| {
            0 <= low && low <= self.percent && self.percent <= high && high <= 10_000
        };
        if !self.interval.is_none_or(fits) {
            return Err(Refusal::new("aim.refused.interval").field("bawah").into());
        }
        if self.basis.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("dasar").into());
        }
        tx.insert_many(
            INSERT,
            "ON CONFLICT (district_id, kind, level, source, year) DO UPDATE SET percent = excluded.percent, \
             low = excluded.low, high = excluded.high, basis = excluded.basis, recorded_by = excluded.recorded_by, \
             recorded_at = excluded.recorded_at",
            vec![row(tx, self)],
        )
        .await?;
        Ok(())
    }
}

/// Takes in the national targets that laws name; those that are there stay as they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeNational {}

impl Command for TakeNational {
    const KIND: &'static str = "aim.take_national";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let of = |(year, percent, basis): &(i64, i64, &str)| {
            let one = PutAim {
                kind: Kind::Target,
                level: Level::National,
                source: Source::Ssgi,
                year: *year,
                percent: *percent,
                interval: None,
                basis: (*basis).to_owned(),
            };
            row(tx, &one)
        };
        tx.insert_many(INSERT, "ON CONFLICT DO NOTHING", NATIONAL.iter().map(of).collect()).await?;
        Ok(())
    }
}

/// Takes a row away that was recorded by mistake; the trail keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropAim {
    /// Aimed at or found.
    pub kind: Kind,
    /// Whose.
    pub level: Level,
    /// By which source.
    pub source: Source,
    /// The year.
    pub year: i64,
}

impl Command for DropAim {
    const KIND: &'static str = "aim.drop";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let gone = tx
            .execute(
                "DELETE FROM aim WHERE district_id = $1 AND kind = $2 AND level = $3 AND source = $4 AND year = $5",
                args![tx.district(), self.kind.code(), self.level.code(), self.source.code(), self.year],
            )
            .await?;
        if gone == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}
