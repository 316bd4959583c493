//! The welfare rank of a family (desil, 1 the poorest tenth): of a source, as of a day, several over time. A list
//! refreshed every quarter (DTSEN) adds a value; nothing is overwritten.

use std::collections::HashMap;

use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::family::current_family;
use crate::identity::FAMILY_AND_ALIASES;
use crate::rights::Reach;

asuh_store::row_struct! {
    /// A rank as recorded.
    pub(crate) struct Desil {
        pub(crate) desil: i64,
        pub(crate) source: String,
        pub(crate) as_of: Date,
        pub(crate) recorded_at: Instant,
        pub(crate) by_name: Option<String>,
    }
}

/// The ranks of a family, the one that holds first: the latest day, and of one day what was recorded last. The
/// caller has found the family within his scope before. Index: `family_desil_by_family`.
///
/// # Errors
/// The store fails.
pub(crate) async fn desils(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Desil>, StoreError> {
    let sql = format!(
        "SELECT d.desil, d.source, d.as_of, d.recorded_at, u.name AS by_name FROM family_desil d \
         LEFT JOIN app_user u ON u.district_id = d.district_id AND u.id = d.recorded_by \
         WHERE d.district_id = $1 AND d.family_id IN {FAMILY_AND_ALIASES} AND d.retracted_at IS NULL \
         ORDER BY d.as_of DESC, d.recorded_at DESC, d.id DESC LIMIT 40"
    );
    db.all(&sql, args![district, family]).await
}

/// What each source last said of these families. Index: `family_desil_by_family`.
///
/// # Errors
/// The store fails.
pub(crate) async fn kept(
    db: &impl Query,
    district: DistrictId,
    families: impl IntoIterator<Item = Id>,
) -> Result<HashMap<(Id, String), i64>, StoreError> {
    asuh_store::row_struct! { struct Row { family_id: Id, source: String, desil: i64 } }
    let mut args = args![district];
    let list = args.push_list(families);
    let rows: Vec<Row> = db
        .all(
            &format!(
                "SELECT family_id, source, desil FROM family_desil WHERE district_id = $1 \
                 AND family_id IN ({list}) AND retracted_at IS NULL ORDER BY as_of, recorded_at, id"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| ((row.family_id, row.source), row.desil)).collect())
}

/// A rank to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewDesil {
    /// Whose.
    pub(crate) family: Id,
    /// 1 to 10.
    pub(crate) desil: i64,
    /// `krs`, or as it was typed: `DTSEN`.
    pub(crate) source: String,
}

/// Records ranks as of a day, within a command.
///
/// # Errors
/// The store fails.
pub(crate) async fn put(
    tx: &Tx<'_>,
    as_of: Date,
    batch: Option<Id>,
    new: &[NewDesil],
) -> Result<(), StoreError> {
    let rows = new.iter().map(|one| {
        args![
            tx.district(),
            tx.new_id(),
            one.family,
            one.desil,
            &one.source,
            as_of,
            tx.now(),
            tx.actor(),
            tx.command_id(),
            batch,
        ]
    });
    tx.insert_many(
        "INSERT INTO family_desil (district_id, id, family_id, desil, source, as_of, recorded_at, recorded_by, \
         command_id, batch_id) VALUES",
        "",
        rows.collect(),
    )
    .await?;
    Ok(())
}

/// Records the rank of a family.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutDesil {
    /// The family.
    pub family: Id,
    /// The territories of whoever sends it.
    pub reach: Reach,
    /// 1 (poorest) to 10.
    pub desil: i64,
    /// Who says so, at most 40 characters: `DTSEN`.
    pub source: String,
    /// The day for which it was said.
    pub as_of: Date,
    /// The present day.
    pub today: Date,
}

impl Command for PutDesil {
    const KIND: &'static str = "registry.put_desil";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        current_family(tx, &self.reach, self.family).await?;
        tx.subject("family", self.family);
        let source = self.source.trim();
        if source.is_empty() {
            return Err(Refusal::new("web.error.required").field("sumber").into());
        }
        if !(1..=10).contains(&self.desil) {
            let refusal = Refusal::new("web.error.out_of_range").field("desil");
            return Err(refusal.arg("from", 1).arg("to", 10).into());
        }
        if self.as_of > self.today {
            return Err(Refusal::new("registry.error.future_day").field("per").into());
        }
        let new = NewDesil { family: self.family, desil: self.desil, source: source.to_owned() };
        Ok(put(tx, self.as_of, None, &[new]).await?)
    }
}
