//! Weighing those who are fed, and the end of their feeding.

use asuh_growth::Sex;
use asuh_nusantara::age;
use asuh_step_collection::local_today;
use asuh_step_growth::entry::{Entry, Measures, RecordMeasurements};
use asuh_step_growth::norms;
use asuh_step_growth::rules::Position;
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::super::Reach;
use super::query::{self, EnrolmentLine};
use super::rules::{PREGNANT_GAIN, Stand, least_gain, outcome};

/// Weighs somebody who is fed. Of a child it is a measurement like any other: it stands with the child's growth and is read
/// from there, as what the posyandu weighed meanwhile is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeighEnrolled {
    /// The enrolment.
    pub enrolment: Id,
    /// The day.
    pub on: Date,
    /// Grams.
    pub weight_g: i64,
    /// Length or height in millimetres.
    pub height_mm: Option<i64>,
    /// Upper arm in millimetres.
    pub arm_mm: Option<i64>,
    /// What the caller reaches of those who are fed ...
    pub reach: Reach,
    /// ... and as one who may record measurements.
    pub growth: asuh_step_registry::Reach,
}

/// Grams that nobody above five years weighs less than: below it a comma slipped.
const GROWN: i64 = 8_000;

impl WeighEnrolled {
    /// What this measures of a child below five years, born on a day: lying below two years, standing from then on.
    pub(super) fn of_child(&self, birth: Option<Date>) -> Option<Measures> {
        let months =
            birth.and_then(|birth| age::completed_months(birth, self.on)).filter(|months| *months < 60)?;
        let position = self.height_mm.map(|_| match months {
            ..24 => Position::Lying,
            _ => Position::Standing,
        });
        let (weight_g, arm_mm) = (Some(self.weight_g), self.arm_mm);
        Some(Measures { weight_g, height_mm: self.height_mm, position, arm_mm, ..Measures::default() })
    }
}

impl Command for WeighEnrolled {
    const KIND: &'static str = "kitchen.weigh";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let line = query::one(tx, district, &self.reach, self.enrolment).await?;
        let line = line.ok_or_else(Refusal::not_found)?;
        tx.subject("person", line.person_id);
        let today = local_today(tx).await?;
        if line.state != "active" {
            return Err(Refusal::new("kitchen.refused.ended").into());
        }
        if self.on > today {
            return Err(Refusal::new("kitchen.refused.future").field("hari").into());
        }
        if self.on < line.starts_on {
            return Err(Refusal::new("kitchen.refused.before_start").field("hari").into());
        }
        if !(2_000..=200_000).contains(&self.weight_g) {
            return Err(Refusal::new("kitchen.refused.measure").field("berat").into());
        }
        let measures = self.of_child(line.birth_date);
        if measures.is_none() && self.weight_g < GROWN {
            return Err(Refusal::new("kitchen.refused.measure").field("berat").into());
        }
        if let Some(measures) = measures {
            let entry = Entry { child: line.person_id, on: self.on, posyandu: String::new(), measures };
            RecordMeasurements { reach: self.growth.clone(), today, entries: vec![entry] }.apply(tx).await?;
            return Ok(());
        }
        tx.execute(
            "INSERT INTO meal_weight (district_id, enrolment_id, weighed_on, weight_g, height_mm, arm_mm, recorded_at, \
             recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (district_id, enrolment_id, weighed_on) \
             DO UPDATE SET weight_g = excluded.weight_g, height_mm = excluded.height_mm, arm_mm = excluded.arm_mm, \
             recorded_at = excluded.recorded_at, recorded_by = excluded.recorded_by",
            args![
                district,
                self.enrolment,
                self.on,
                self.weight_g,
                self.height_mm,
                self.arm_mm,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(())
    }
}

asuh_ground::codes! {
    /// How feeding ends.
    pub enum Ending {
        /// Its days are over: what came of it follows from the measurements.
        Finished = "finished",
        /// Stopped before, for a reason.
        DroppedOut = "dropped_out",
        /// Moved away.
        Moved = "moved",
        /// Nobody knows where she is.
        Lost = "lost",
    }
}

/// Ends the feeding of somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndEnrolment {
    /// The enrolment.
    pub enrolment: Id,
    /// How it ends.
    pub ending: Ending,
    /// Why; needed where it stops before its days are over.
    pub reason: String,
    /// What the caller reaches.
    pub reach: Reach,
}

/// How somebody stands now, as far as it was measured since feeding began.
async fn stands_now(tx: &Tx<'_>, line: &EnrolmentLine, reach: &Reach, today: Date) -> Result<Stand, Fault> {
    let mut stand = Stand::default();
    let facts = query::facts(tx, tx.district(), reach, line.person_id, today).await?;
    if let Some(facts) = facts.filter(|facts| facts.measured_on.is_some_and(|on| on > line.starts_on)) {
        stand = facts.stand();
    }
    for weight in query::weights(tx, tx.district(), line.id).await? {
        if weight.weighed_on > line.starts_on {
            stand.weight_g = weight.weight_g.or(stand.weight_g);
            stand.arm_mm = weight.arm_mm.or(stand.arm_mm);
        }
    }
    Ok(stand)
}

/// Grams that she should have gained.
async fn should_gain(tx: &Tx<'_>, line: &EnrolmentLine, today: Date) -> Result<i64, Fault> {
    let days = (today.min(line.ends_on) - line.starts_on).whole_days() + 1;
    let month = match (line.birth_date, line.target.as_str()) {
        (Some(birth), target) if target != "pregnant_thin" => {
            let months = age::completed_months(birth, line.ends_on).unwrap_or(0);
            let sex = if line.sex.as_deref() == Some("P") { Sex::Female } else { Sex::Male };
            let norms = norms::load(tx, tx.district()).await?;
            norms.gain.at(sex, months).map_or(0, i64::from)
        }
        _ => PREGNANT_GAIN,
    };
    Ok(least_gain(month, days))
}

impl Command for EndEnrolment {
    const KIND: &'static str = "kitchen.end_enrolment";
    /// The state it has now.
    type Receipt = String;

    async fn apply(&self, tx: &Tx<'_>) -> Result<String, Fault> {
        let district = tx.district();
        let line = query::one(tx, district, &self.reach, self.enrolment).await?;
        let line = line.ok_or_else(Refusal::not_found)?;
        tx.subject("person", line.person_id);
        if line.state != "active" {
            return Err(Refusal::new("kitchen.refused.ended").into());
        }
        let today = local_today(tx).await?;
        let stand = stands_now(tx, &line, &self.reach, today).await?;
        let state = match self.ending {
            Ending::Finished if today < line.ends_on => {
                let refusal = Refusal::new("kitchen.refused.not_over").field("akhir");
                let days = (line.ends_on - today).whole_days();
                return Err(refusal.arg("days", days).into());
            }
            Ending::Finished => {
                let start =
                    Stand { weight_g: line.weight_g, arm_mm: line.arm_mm, waz: line.waz, whz: line.whz };
                let least = should_gain(tx, &line, today).await?;
                let found = outcome(&line.target, &start, &stand, least);
                found.ok_or_else(|| Refusal::new("kitchen.refused.weigh_first").field("akhir"))?.code()
            }
            _ if self.reason.trim().is_empty() => {
                return Err(Refusal::new("web.error.required").field("alasan").into());
            }
            other => other.code(),
        };
        tx.execute(
            "UPDATE meal_enrolment SET state = $3, end_weight_g = $4, end_arm_mm = $5, end_waz = $6, end_whz = $7, \
             end_reason = $8, ended_on = $9, ended_at = $10, ended_by = $11 WHERE district_id = $1 AND id = $2 \
             AND state = 'active'",
            args![
                district,
                self.enrolment,
                state,
                stand.weight_g,
                stand.arm_mm,
                stand.waz,
                stand.whz,
                self.reason.trim(),
                today,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(state.to_owned())
    }
}

/// An end that was a mistake: the feeding goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeBackEnding {
    /// The enrolment.
    pub enrolment: Id,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for TakeBackEnding {
    const KIND: &'static str = "kitchen.take_back_ending";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let line = query::one(tx, district, &self.reach, self.enrolment).await?;
        let line = line.filter(|line| line.state != "active").ok_or_else(Refusal::not_found)?;
        tx.subject("person", line.person_id);
        let taken = tx
            .execute(
                "UPDATE meal_enrolment SET state = 'active', end_weight_g = NULL, end_arm_mm = NULL, end_waz = NULL, \
                 end_whz = NULL, end_reason = '', ended_on = NULL, ended_at = NULL, ended_by = NULL \
                 WHERE district_id = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM meal_enrolment o \
                 WHERE o.district_id = $1 AND o.person_id = $3 AND o.state = 'active')",
                args![district, self.enrolment, line.person_id],
            )
            .await?;
        if taken == 0 {
            return Err(Refusal::new("kitchen.refused.active").into());
        }
        Ok(())
    }
}
