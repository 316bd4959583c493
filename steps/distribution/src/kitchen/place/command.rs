//! Saying what a kitchen is.

use asuh_step_collection::local_today;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::super::Reach;

/// What people do in a kitchen.
pub(super) const PARTS: [&str; 4] = ["cook", "pkk", "cadre", "carrier"];
/// People of a kitchen at most.
const MOST_PEOPLE: usize = 60;

/// Somebody who works in a kitchen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// The name.
    pub name: String,
    /// `cook`, `pkk`, `cadre` or `carrier`.
    pub part: String,
}

/// Says for which villages a kitchen cooks, who works there and when its hygiene was looked after last. What it is called
/// and where it lies stands with the institution.
///
/// Refused for a village that another kitchen cooks for: it is taken from that one first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutKitchen {
    /// The institution, of kind kitchen.
    pub kitchen: Id,
    /// Its villages.
    pub villages: Vec<i64>,
    /// Who works there.
    pub people: Vec<Hand>,
    /// Portions at once; 0: not said.
    pub capacity: i64,
    /// When its hygiene was looked after.
    pub hygiene_on: Option<Date>,
    /// Anything else.
    pub note: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for PutKitchen {
    const KIND: &'static str = "kitchen.put";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let known = super::query::kitchen(tx, district, self.kitchen, &self.reach).await?;
        known.ok_or_else(Refusal::not_found)?;
        tx.subject("institution", self.kitchen);
        if let Some(day) = self.hygiene_on
            && day > local_today(tx).await?
        {
            return Err(Refusal::new("kitchen.refused.future").field("higienis").into());
        }
        if self.people.len() > MOST_PEOPLE
            || self.people.iter().any(|one| !PARTS.contains(&one.part.as_str()))
        {
            return Err(Refusal::new("kitchen.refused.people").field("orang").into());
        }
        let mut wanted = args![district];
        let codes = wanted.push_list(self.villages.iter().copied());
        let there = tx
            .number(
                &format!("SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND level = 'village' AND code IN ({codes})"),
                wanted,
            )
            .await?;
        if there != self.villages.len() as i64 {
            return Err(Refusal::new("web.error.choose").field("desa").into());
        }
        tx.execute(
            "INSERT INTO kitchen (district_id, institution_id, capacity, hygiene_on, note, changed_at, changed_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id, institution_id) DO UPDATE SET \
             capacity = excluded.capacity, hygiene_on = excluded.hygiene_on, note = excluded.note, \
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
            args![district, self.kitchen, self.capacity, self.hygiene_on, &self.note, tx.now(), tx.actor()],
        )
        .await?;
        tx.execute(
            "DELETE FROM kitchen_person WHERE district_id = $1 AND kitchen_id = $2",
            args![district, self.kitchen],
        )
        .await?;
        let people = self.people.iter().enumerate();
        let people = people
            .map(|(nth, one)| args![district, self.kitchen, nth as i64, one.name.trim(), &one.part])
            .collect();
        tx.insert_many(
            "INSERT INTO kitchen_person (district_id, kitchen_id, nth, name, part) VALUES",
            "",
            people,
        )
        .await?;
        tx.execute(
            "DELETE FROM kitchen_village WHERE district_id = $1 AND kitchen_id = $2",
            args![district, self.kitchen],
        )
        .await?;
        let villages = self.villages.iter().map(|village| args![district, *village, self.kitchen]).collect();
        let taken = tx
            .insert_many(
                "INSERT INTO kitchen_village (district_id, village_code, kitchen_id) VALUES",
                "ON CONFLICT (district_id, village_code) DO NOTHING",
                villages,
            )
            .await?;
        if taken != self.villages.len() as u64 {
            return Err(Refusal::new("kitchen.refused.village").field("desa").into());
        }
        Ok(())
    }
}
