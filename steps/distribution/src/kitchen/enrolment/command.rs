//! Enrolling.

use asuh_nusantara::age;
use asuh_step_collection::local_today;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::super::Reach;
use super::super::rules::Age;
use super::query::{self, Facts};
use super::rules::beside_target;

/// Days ahead of which feeding may begin.
const AHEAD: i64 = 31;
/// Days after which feeding that began may still be entered.
const LATE: i64 = 120;

/// A child or a pregnant woman is fed from a day on, for the days of the programme.
///
/// Refused for gizi buruk (which is for the puskesmas, not for a kitchen), under six months, without a measurement, for
/// whom the programme is not, and for who is fed already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolPerson {
    /// The programme.
    pub programme: Id,
    /// Who.
    pub person: Id,
    /// The first day.
    pub starts_on: Date,
    /// Grams, where no measurement says so: of a pregnant woman.
    pub weight_g: Option<i64>,
    /// Millimetres of the arm, where no measurement says so.
    pub arm_mm: Option<i64>,
    /// Why, in words.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

/// What enrolling made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The enrolment.
    pub id: Id,
    /// The last day planned.
    pub ends_on: Date,
}

asuh_store::row_struct! {
    struct Programme { target: String, days: i64 }
}

/// Why a person cannot be enrolled, if so.
pub(super) fn refusal(target: &str, facts: &Facts, arm_mm: Option<i64>, starts_on: Date) -> Option<Refusal> {
    if facts.severe {
        return Some(Refusal::new("kitchen.refused.severe"));
    }
    if facts.active {
        return Some(Refusal::new("kitchen.refused.active"));
    }
    let months = facts.birth_date.and_then(|birth| age::completed_months(birth, starts_on));
    let child = months.and_then(Age::of_months);
    if target == "pregnant_thin" || (target == "other" && child.is_none() && facts.pregnant) {
        if !facts.pregnant {
            return Some(Refusal::new("kitchen.refused.not_pregnant"));
        }
    } else {
        match (months, child) {
            (None, _) => return Some(Refusal::new("kitchen.refused.no_birthday")),
            (Some(..6), _) => return Some(Refusal::new("kitchen.refused.under_six")),
            (_, None) => return Some(Refusal::new("kitchen.refused.over_age")),
            _ => {}
        }
        if facts.measured_on.is_none() {
            return Some(Refusal::new("kitchen.refused.not_measured"));
        }
    }
    let mut stand = facts.stand();
    stand.arm_mm = arm_mm.or(stand.arm_mm);
    let key = beside_target(target, &stand, facts.gain.as_deref())?;
    let refusal = Refusal::new(key);
    Some(if key == "kitchen.refused.arm" { refusal.field("lila") } else { refusal })
}

impl Command for EnrolPerson {
    const KIND: &'static str = "kitchen.enrol";
    type Receipt = Enrolled;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Enrolled, Fault> {
        let district = tx.district();
        let programme: Option<Programme> = tx
            .first(
                "SELECT target, days FROM meal_programme WHERE district_id = $1 AND id = $2 AND closed_at IS NULL",
                args![district, self.programme],
            )
            .await?;
        let programme = programme.ok_or_else(Refusal::not_found)?;
        let today = local_today(tx).await?;
        let facts = query::facts(tx, district, &self.reach, self.person, today).await?;
        let facts = facts.ok_or_else(Refusal::not_found)?;
        tx.subject("person", self.person);
        if self.starts_on > today + Duration::days(AHEAD) || self.starts_on < today - Duration::days(LATE) {
            return Err(Refusal::new("kitchen.refused.start").field("mulai").into());
        }
        for (field, value, range) in
            [("berat", self.weight_g, 2_000..=200_000), ("lila", self.arm_mm, 80..=500)]
        {
            if value.is_some_and(|value| !range.contains(&value)) {
                return Err(Refusal::new("kitchen.refused.measure").field(field).into());
            }
        }
        if let Some(refusal) = refusal(&programme.target, &facts, self.arm_mm, self.starts_on) {
            return Err(refusal.into());
        }
        let id = tx.new_id();
        let ends_on = self.starts_on + Duration::days(programme.days - 1);
        let row = args![
            district,
            id,
            self.programme,
            self.person,
            facts.family_id,
            facts.village_code,
            &facts.rw,
            self.starts_on,
            ends_on,
            self.reason.trim(),
            self.weight_g.or(facts.weight_g),
            facts.height_mm,
            self.arm_mm.or(facts.arm_mm),
            facts.waz,
            facts.whz,
            facts.measured_on,
            "active",
            None::<i64>,
            None::<i64>,
            None::<i64>,
            None::<i64>,
            "",
            None::<i64>,
            tx.now(),
            tx.actor(),
            None::<i64>,
            None::<Id>,
        ];
        // Two who enrol the same child at once: the second finds her there.
        let made = tx
            .insert_many(
                "INSERT INTO meal_enrolment (district_id, id, programme_id, person_id, family_id, village_code, rw, \
                 starts_on, ends_on, reason, weight_g, height_mm, arm_mm, waz, whz, measured_on, state, end_weight_g, \
                 end_arm_mm, end_waz, end_whz, end_reason, ended_on, enrolled_at, enrolled_by, ended_at, ended_by) VALUES",
                "ON CONFLICT DO NOTHING",
                vec![row],
            )
            .await?;
        if made == 0 {
            return Err(Refusal::new("kitchen.refused.active").into());
        }
        Ok(Enrolled { id, ends_on })
    }
}
