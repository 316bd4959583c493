//! Looking, months later, whether what was built still serves.

use asuh_ground::access::Scope;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::held_near;
use super::rules::OUTCOMES;
use crate::follow_up::{self, Opening};

/// Notes how a work stands that was handed over. Where it does not work, or nobody uses it, a conversation begins.
///
/// Refused when it is not handed over, by whoever handed it over, on a day before that or that has not come, twice on a day,
/// and without words for what does not serve.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckWork {
    /// The work.
    pub work: Id,
    /// The day.
    pub on: Date,
    /// One of [`OUTCOMES`].
    pub outcome: String,
    /// What was seen.
    pub words: String,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for CheckWork {
    const KIND: &'static str = "works.check_work";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        let Some(handed_on) = held.handed_on.filter(|_| held.state == "handed_over") else {
            return Err(Refusal::new("works.refused.state").into());
        };
        if held.handed_by == Some(tx.actor()) {
            return Err(Refusal::new("works.refused.own_check").into());
        }
        if self.on > self.today || self.on < handed_on {
            return Err(Refusal::new("works.refused.check_day").field("hari_cek").into());
        }
        if !OUTCOMES.contains(&self.outcome.as_str()) {
            return Err(Refusal::new("web.error.choose").field("hasil").into());
        }
        if self.outcome != "working" && self.words.trim().is_empty() {
            return Err(Refusal::new("works.refused.check_words").field("keterangan").into());
        }
        let noted = tx
            .execute(
                "INSERT INTO work_check (district_id, work_id, checked_on, outcome, words_sealed, recorded_at, recorded_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                args![
                    tx.district(),
                    held.id,
                    self.on,
                    &self.outcome,
                    tx.seal(self.words.trim())?,
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        if noted == 0 {
            return Err(Refusal::new("works.refused.checked").field("hari_cek").into());
        }
        if self.outcome != "working" {
            let opening = Opening {
                kind: "check",
                subject: held.id,
                family: held.family_id,
                village: held.village_code,
                rw: &held.rw,
                about: "problem",
                day: self.on,
            };
            follow_up::open(tx, opening).await?;
        }
        Ok(())
    }
}

asuh_store::row_struct! {
    /// A look at a work, sealed as it is stored.
    pub(super) struct CheckRow {
        pub(super) checked_on: Date,
        pub(super) outcome: String,
        pub(super) words_sealed: Vec<u8>,
        pub(super) recorder: Option<String>,
    }
}

/// The looks at a work, the newest first. Index: primary key.
pub(super) async fn of_work(
    db: &impl Query,
    district: asuh_store::DistrictId,
    work: Id,
) -> Result<Vec<CheckRow>, asuh_store::StoreError> {
    db.all(
        "SELECT c.checked_on, c.outcome, c.words_sealed, u.name AS recorder FROM work_check c \
         LEFT JOIN app_user u ON u.district_id = c.district_id AND u.id = c.recorded_by \
         WHERE c.district_id = $1 AND c.work_id = $2 ORDER BY c.checked_on DESC",
        args![district, work],
    )
    .await
}
