//! Drawing a sample, assigning villages, noting answers, closing a check.

use std::collections::BTreeMap;

use asuh_ground::access::{Capability, Scope};
use asuh_ground::sampling::{Confidence, Drawable, draw, size};
use asuh_ground::settings::documents;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::AnswerChecks;
use super::query::{self, Frame};
use super::rules::{CHANNELS, MARGINS, OUTCOMES, about};
use crate::follow_up::{self, Opening};

/// Draws the sample of a check. Its receipt is the check.
///
/// Refused for an unknown kind, confidence or margin; for a run that delivered nothing, a plan that is not closed, or one out
/// of reach; while another check of the same is open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DrawCheck {
    /// 'packages' or 'cash'.
    pub kind: String,
    /// The run or the plan.
    pub subject: Id,
    /// Percent: 80, 90, 95 or 99.
    pub confidence: i64,
    /// Percentage points, one of [`MARGINS`].
    pub margin: i64,
    /// The present day in the district.
    pub today: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for DrawCheck {
    const KIND: &'static str = "after_check.draw";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let confidence = Confidence::of_percent(self.confidence)
            .ok_or_else(|| Refusal::new("web.error.choose").field("keyakinan"))?;
        if !MARGINS.contains(&self.margin) {
            return Err(Refusal::new("web.error.choose").field("selisih").into());
        }
        let frame = query::frame(tx, tx.district(), (&self.kind, self.subject), &self.scope).await?;
        if frame.is_empty() {
            return Err(Refusal::new("after_check.refused.nothing").field("sumber").into());
        }
        let id = tx.new_id();
        tx.subject("after_check", id);
        let seed = tx.new_id().to_string();
        let wanted = size(frame.len() as i64, confidence, self.margin);
        let items: Vec<Drawable> =
            frame.iter().map(|one| Drawable { stratum: one.village_code, id: one.item_id }).collect();
        let drawn = draw(seed.as_bytes(), usize::try_from(wanted).unwrap_or(usize::MAX), &items);
        let number = documents::next_number(tx, "distribution.check", self.today).await?;
        let opened = tx
            .execute(
                "INSERT INTO after_check (district_id, id, number, kind, subject_id, seed, confidence, margin, population, \
                 official, size, state, drawn_at, drawn_by, closed_at, closed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
                 $9, $10, $11, 'open', $12, $13, NULL, NULL) ON CONFLICT DO NOTHING",
                args![
                    tx.district(),
                    id,
                    number,
                    &self.kind,
                    self.subject,
                    &seed,
                    self.confidence,
                    self.margin,
                    frame.len() as i64,
                    frame.iter().map(|one| one.amount).sum::<i64>(),
                    drawn.len() as i64,
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        if opened == 0 {
            return Err(Refusal::new("after_check.refused.open").field("sumber").into());
        }
        let mut villages: BTreeMap<i64, i64> = BTreeMap::new();
        for one in &frame {
            *villages.entry(one.village_code).or_default() += 1;
        }
        tx.insert_many(
            "INSERT INTO after_check_village (district_id, check_id, village_code, population) VALUES",
            "",
            villages.into_iter().map(|(code, count)| args![tx.district(), id, code, count]).collect(),
        )
        .await?;
        let facts: BTreeMap<Id, &Frame> = frame.iter().map(|one| (one.item_id, one)).collect();
        let rows = drawn.iter().filter_map(|one| facts.get(&one.id)).zip(1_i64..).map(|(one, nth)| {
            args![
                tx.district(),
                tx.new_id(),
                id,
                nth,
                one.item_id,
                one.family_id,
                one.village_code,
                &one.rw,
                &one.rt,
                &one.hamlet,
                &one.head_name,
                one.amount,
                None::<Id>,
                "",
                "",
                None::<i64>,
                None::<Vec<u8>>,
                None::<Date>,
                None::<i64>,
                None::<Id>
            ]
        });
        tx.insert_many(
            "INSERT INTO after_check_line (district_id, id, check_id, nth, item_id, family_id, village_code, rw, rt, \
             hamlet, head_name, amount, assigned_to, channel, outcome, said, note_sealed, answered_on, answered_at, \
             answered_by) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        Ok(id)
    }
}

asuh_store::row_struct! {
    struct Held { kind: String, subject_id: Id, state: String }
}

/// Takes hold of an open check.
async fn held(tx: &Tx<'_>, check: Id) -> Result<Held, Fault> {
    tx.subject("after_check", check);
    tx.execute(
        "UPDATE after_check SET state = state WHERE district_id = $1 AND id = $2",
        args![tx.district(), check],
    )
    .await?;
    let held: Option<Held> = tx
        .first(
            "SELECT kind, subject_id, state FROM after_check WHERE district_id = $1 AND id = $2",
            args![tx.district(), check],
        )
        .await?;
    let held = held.ok_or_else(Refusal::not_found)?;
    if held.state != "open" {
        return Err(Refusal::new("after_check.refused.closed").into());
    }
    Ok(held)
}

/// Assigns the families of a village that have not answered to somebody who delivered and paid nothing of what is checked.
///
/// Refused when the check is closed, has nobody there, or for somebody who works elsewhere or delivered or paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AssignCheck {
    /// The check.
    pub check: Id,
    /// The village.
    pub village: i64,
    /// Who asks.
    pub to: Id,
    /// 'phone' or 'visit'.
    pub channel: String,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for AssignCheck {
    const KIND: &'static str = "after_check.assign";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let held = held(tx, self.check).await?;
        if !CHANNELS.contains(&self.channel.as_str()) {
            return Err(Refusal::new("web.error.choose").field("cara").into());
        }
        let district = tx.district();
        if query::took_part(tx, district, (&held.kind, held.subject_id), self.to).await? {
            return Err(Refusal::new("after_check.refused.took_part").field("petugas").into());
        }
        let able = query::able(tx, district, (self.village, tx.now()), Some(self.to)).await?;
        if able.is_empty() {
            return Err(Refusal::new("after_check.refused.elsewhere").field("petugas").into());
        }
        let mut args = args![district, self.check, self.village, self.to, &self.channel];
        let reached = self.scope.territory_condition("village_code", Some("rw"), &mut args);
        let assigned = tx
            .execute(
                &format!(
                    "UPDATE after_check_line SET assigned_to = $4, channel = $5 WHERE district_id = $1 AND check_id = $2 \
                     AND village_code = $3 AND outcome IN ('', 'unreachable') AND {reached}"
                ),
                args,
            )
            .await?;
        match assigned {
            0 => Err(Refusal::new("after_check.refused.nobody").into()),
            lines => Ok(i64::try_from(lines).unwrap_or(i64::MAX)),
        }
    }
}

/// Notes what a family said. While the check is open an answer can be noted anew; the trail keeps both.
///
/// Refused for a line that is not one's own, of a closed check, on a day that has not come; another amount without its sum
/// (of money), a problem or another amount without words; for whoever delivered or paid of what is checked meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerCheck {
    /// The family's line.
    pub line: Id,
    /// One of [`OUTCOMES`].
    pub outcome: String,
    /// The rupiah that it says it received, where that is another sum.
    pub said: Option<i64>,
    /// In words.
    pub note: String,
    /// The day on which it was asked.
    pub day: Date,
    /// The present day in the district.
    pub today: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct Asked { check_id: Id, family_id: Id, village_code: i64, rw: String, amount: i64 }
}

impl Command for AnswerCheck {
    const KIND: &'static str = "after_check.answer";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let mut args = args![district, self.line, tx.actor()];
        let reached = self.scope.territory_condition("l.village_code", Some("l.rw"), &mut args);
        let asked: Option<Asked> = tx
            .first(
                &format!(
                    "SELECT l.check_id, l.family_id, l.village_code, l.rw, l.amount FROM after_check_line l \
                     WHERE l.district_id = $1 AND l.id = $2 AND l.assigned_to = $3 AND {reached}"
                ),
                args,
            )
            .await?;
        let asked = asked.ok_or_else(Refusal::not_found)?;
        let held = held(tx, asked.check_id).await?;
        tx.subject("family", asked.family_id);
        if !OUTCOMES.contains(&self.outcome.as_str()) {
            return Err(Refusal::new("web.error.choose").field("hasil").into());
        }
        if self.day > self.today || self.day < self.today - time::Duration::days(60) {
            return Err(Refusal::new("after_check.refused.day").field("hari").into());
        }
        let other = self.outcome == "other_amount";
        if other && asked.amount > 0 && self.said.is_none_or(|said| said <= 0 || said == asked.amount) {
            return Err(Refusal::new("after_check.refused.said").field("jumlah").into());
        }
        if matches!(self.outcome.as_str(), "other_amount" | "problem") && self.note.trim().is_empty() {
            return Err(Refusal::new("after_check.refused.note").field("catatan").into());
        }
        if query::took_part(tx, district, (&held.kind, held.subject_id), tx.actor()).await? {
            return Err(Refusal::new("after_check.refused.took_part").into());
        }
        tx.execute(
            "UPDATE after_check_line SET outcome = $3, said = $4, note_sealed = $5, answered_on = $6, answered_at = $7, \
             answered_by = $8 WHERE district_id = $1 AND id = $2",
            args![
                district,
                self.line,
                &self.outcome,
                self.said.filter(|_| other && asked.amount > 0),
                Some(tx.seal(self.note.trim())?),
                Some(self.day),
                Some(tx.now()),
                Some(tx.actor())
            ],
        )
        .await?;
        if let Some(about) = about(&self.outcome) {
            let opening = Opening {
                kind: "check",
                subject: self.line,
                family: asked.family_id,
                village: asked.village_code,
                rw: &asked.rw,
                about,
                day: self.day,
            };
            follow_up::open(tx, opening).await?;
        }
        Ok(asked.check_id)
    }
}

/// Ends a check: its answers stay as they are.
///
/// Refused before anybody has answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseCheck {
    /// The check.
    pub check: Id,
}

impl Command for CloseCheck {
    const KIND: &'static str = "after_check.close";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, self.check).await?;
        let answered = tx
            .number(
                "SELECT COUNT(*) AS n FROM after_check_line WHERE district_id = $1 AND check_id = $2 \
                 AND outcome NOT IN ('', 'unreachable')",
                args![tx.district(), self.check],
            )
            .await?;
        if answered == 0 {
            return Err(Refusal::new("after_check.refused.unanswered").into());
        }
        tx.execute(
            "UPDATE after_check SET state = 'closed', closed_at = $3, closed_by = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.check, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}

/// The roles that may ask, for conditions on grants.
pub(super) fn askers() -> impl Iterator<Item = &'static str> {
    AnswerChecks::ROLES.iter().map(|role| role.code())
}
