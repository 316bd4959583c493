//! The one way in which measurements are written, corrected and taken back.
//!
//! A measurement is never changed: what was wrong is taken back and stays, what is right stands beside it.

use asuh_store::{Args, Id, Instant, StoreError, Tx, args};
use time::Date;

use super::entry::Measures;
use super::reading::{Doubt, FilePrint, Taken};
use super::standing::{self, New, Said};

/// A measurement on its way into the table.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) id: Id,
    pub(super) person: Id,
    pub(super) on: Date,
    pub(super) measures: Measures,
    pub(super) printed: FilePrint,
    /// May be empty.
    pub(super) posyandu: String,
    pub(super) source: &'static str,
    pub(super) batch: Option<Id>,
    /// The measurement that this one corrects.
    pub(super) replaces: Option<Id>,
}

impl Fact {
    /// What was measured of a child on a day, without posyandu or batch.
    pub(super) fn of(id: Id, person: Id, on: Date, measures: Measures, source: &'static str) -> Fact {
        Fact {
            id,
            person,
            on,
            measures,
            printed: FilePrint::default(),
            posyandu: String::new(),
            source,
            batch: None,
            replaces: None,
        }
    }

    /// As the child's reading takes it.
    fn new_one(&self, tx: &Tx<'_>) -> New {
        let taken = self.measures.taken(self.id, self.on, tx.now(), self.source);
        let taken = Taken { posyandu: self.posyandu.clone(), ..taken };
        New { person: self.person, taken, printed: self.printed.clone() }
    }

    fn row(self, tx: &Tx<'_>, (said, difference): Said) -> Args {
        let [waz, haz, whz] = self.printed.z;
        let [weight_word, height_word, wasting_word] = self.printed.words;
        let measures = self.measures;
        args![
            tx.district(),
            self.id,
            self.person,
            self.on,
            measures.weight_g,
            measures.height_mm,
            measures.position.map(|position| position.code()),
            measures.arm_mm,
            measures.head_mm,
            measures.oedema,
            waz,
            haz,
            whz,
            weight_word,
            height_word,
            wasting_word,
            measures.gain,
            self.posyandu,
            self.source,
            self.batch,
            tx.command_id(),
            tx.actor(),
            tx.now(),
            self.replaces,
            said.scores.age_days,
            said.scores.haz,
            said.scores.waz,
            said.scores.whz,
            said.scores.baz,
            Doubt::stored(&said.scores.doubts),
            said.gain.map(|letter| letter.to_string()),
            difference.map(|difference| difference.by),
            difference.map(|difference| difference.cause.code()),
        ]
    }
}

/// Writes measurements and computes their children anew.
///
/// # Errors
/// The store fails, or the source holds one of the child and day already.
pub(super) async fn insert(tx: &Tx<'_>, facts: Vec<Fact>) -> Result<(), StoreError> {
    let new = facts.iter().map(|fact| fact.new_one(tx)).collect();
    let mut said = standing::refresh_with(tx, new).await?;
    let rows = facts.into_iter().map(|fact| {
        let of_it = said.remove(&fact.id).unwrap_or_default();
        fact.row(tx, of_it)
    });
    tx.insert_many(
        "INSERT INTO measurement (district_id, id, person_id, measured_on, weight_g, height_mm, position, arm_mm, \
         head_mm, oedema, file_waz, file_haz, file_whz, file_weight_status, file_height_status, \
         file_wasting_status, gain, posyandu, source, batch_id, command_id, recorded_by, recorded_at, \
         replaces_id, age_days, haz, waz, whz, baz, implausible, own_gain, difference, difference_cause) VALUES",
        "",
        rows.collect(),
    )
    .await?;
    Ok(())
}

/// Takes measurements back, and says why where a person did it. Whoever calls it computes the children anew.
///
/// # Errors
/// The store fails.
pub(super) async fn retract(tx: &Tx<'_>, ids: &[Id], reason: &str) -> Result<u64, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut args =
        args![tx.district(), tx.now(), tx.command_id(), Some(reason).filter(|text| !text.is_empty())];
    let list = args.push_list(ids.iter().copied());
    tx.execute(
        &format!(
            "UPDATE measurement SET retracted_at = $2, retracted_by = $3, retracted_reason = $4 \
             WHERE district_id = $1 AND id IN ({list})"
        ),
        args,
    )
    .await
}

/// Lets measurements hold again that were taken back. Whoever calls it computes the children anew.
///
/// # Errors
/// The store fails.
pub(super) async fn restore(tx: &Tx<'_>, ids: &[Id]) -> Result<u64, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut args = args![tx.district(), None::<Instant>, None::<Id>, None::<String>];
    let list = args.push_list(ids.iter().copied());
    tx.execute(
        &format!(
            "UPDATE measurement SET retracted_at = $2, retracted_by = $3, retracted_reason = $4 \
             WHERE district_id = $1 AND id IN ({list})"
        ),
        args,
    )
    .await
}
