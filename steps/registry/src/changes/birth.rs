//! A birth: the pregnancy ends, the child is a member, breastfeeding begins; in one confirmation. A pregnancy that
//! ends without a living child ends too, and nothing more is asked.

use asuh_nusantara::Sex;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::derived;
use crate::family::{Change, PutPerson, Source, current_person};
use crate::rights::Reach;
use crate::rules::{Ending, MaternityKind, Relation, completes};
use asuh_ground::settings;

/// A child that was born alive.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Newborn {
    /// Its name, or what it is called until it has one ("Bayi Siti").
    pub name: String,
    /// Its sex.
    pub sex: Sex,
    /// Its NIK, where it has one already.
    pub nik: Option<String>,
    /// The posyandu that will weigh it.
    pub posyandu: String,
}

/// Records how a pregnancy ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordBirth {
    /// The mother.
    pub mother: Id,
    /// The territories of whoever sends it.
    pub reach: Reach,
    /// Where it is known from.
    pub source: Source,
    /// The present day.
    pub today: Date,
    /// The day of the birth, or of the end.
    pub on: Date,
    /// The child; `None`: the pregnancy ended without a living child.
    pub child: Option<Newborn>,
    /// Whether she breastfeeds.
    pub breastfeeding: bool,
    /// Whether a pregnancy must be on record: a form about one that somebody has ended meanwhile is refused.
    pub of_pregnancy: bool,
}

/// What a birth changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Birth {
    /// The child's person.
    pub child: Option<Id>,
    /// The pregnancy that ended.
    pub ended: Option<Id>,
    /// The breastfeeding period that began.
    pub begun: Option<Id>,
}

impl Command for RecordBirth {
    const KIND: &'static str = "registry.record_birth";
    type Receipt = Birth;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Birth, Fault> {
        asuh_store::row_struct! { struct Open { id: Id, starts_on: Date } }
        let mother = current_person(tx, &self.reach, self.mother).await?;
        if self.on > self.today {
            return Err(Refusal::new("registry.error.future_day").field("hari").into());
        }
        // maternity_by_person
        let open: Option<Open> = tx
            .first(
                "SELECT id, starts_on FROM maternity WHERE district_id = $1 AND person_id = $2 \
                 AND kind || '' = 'pregnancy' AND ends_on IS NULL AND retracted_at IS NULL \
                 ORDER BY starts_on DESC, id DESC LIMIT 1",
                args![tx.district(), self.mother],
            )
            .await?;
        if open.is_none() && self.of_pregnancy {
            return Err(Refusal::new("registry.birth.refused.no_pregnancy").into());
        }
        let mut birth = Birth::default();
        if let Some(open) = &open {
            // A list says "pregnant" of the day it was made: the birth may lie before it.
            tx.execute(
                "UPDATE maternity SET ends_on = $3 WHERE district_id = $1 AND id = $2",
                args![tx.district(), open.id, self.on.max(open.starts_on)],
            )
            .await?;
            birth.ended = Some(open.id);
        }
        if let Some(child) = &self.child {
            let put = PutPerson {
                person: None,
                family: mother.family_id,
                reach: self.reach.clone(),
                source: self.source,
                today: self.today,
                relation: Relation::Child,
                name: child.name.clone(),
                sex: Some(child.sex),
                birth_date: Some(self.on),
                nik: child.nik.clone().map_or(Change::Keep, Change::Set),
                parents_name: mother.name.clone(),
                posyandu: child.posyandu.clone(),
                ended: None,
            };
            birth.child = Some(put.apply(tx).await?);
            if self.breastfeeding {
                birth.begun = self.begin_breastfeeding(tx).await?;
            }
        }
        derived::refresh(tx, &[mother.family_id]).await?;
        tx.subject("family", mother.family_id);
        Ok(birth)
    }
}

impl RecordBirth {
    /// Begins the breastfeeding period, up to as many months as the district counts, unless one runs already.
    async fn begin_breastfeeding(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let running = tx
            .number(
                "SELECT COUNT(*) AS n FROM maternity WHERE district_id = $1 AND person_id = $2 \
                 AND kind || '' = 'breastfeeding' AND retracted_at IS NULL AND starts_on = $3",
                args![tx.district(), self.mother, self.on],
            )
            .await?;
        if running > 0 {
            return Ok(None);
        }
        let months: i64 = settings::get_typed(tx, tx.district(), "registry.breastfeeding_months").await?;
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO maternity (district_id, id, person_id, kind, starts_on, due_on, ends_on, source, \
             recorded_at, retracted_at, batch_id) VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, $8, NULL, NULL)",
            args![
                tx.district(),
                id,
                self.mother,
                MaternityKind::Breastfeeding.code(),
                self.on,
                completes(self.on, u32::try_from(months).unwrap_or(24)),
                self.source.code(),
                tx.now(),
            ],
        )
        .await?;
        Ok(Some(id))
    }
}

/// Takes a birth back: the child's entry was a mistake, the pregnancy runs on.
///
/// # Errors
/// The store fails, or the child was changed since.
pub(super) async fn take_back_child(tx: &Tx<'_>, reach: &Reach, child: Id, today: Date) -> Result<(), Fault> {
    let current = current_person(tx, reach, child).await?;
    let mut put = PutPerson::of(&current, child, reach.clone(), today);
    put.ended = Some((Ending::Error, today));
    put.apply(tx).await?;
    Ok(())
}
