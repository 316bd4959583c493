//! What changes when a referral is sent, answered and taken back.

use asuh_ground::papers;
use asuh_ground::settings::{self, documents};
use asuh_step_registry::{Reach, families};
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::query::{self, Referral};
use super::rules::{Reason, State};
use crate::reached;

/// Sends a person to the puskesmas.
///
/// Refused without a reason, for somebody who is no member of the family, and while another referral of him is open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendReferral {
    /// The territories of whoever sends.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// The family.
    pub family: Id,
    /// The person.
    pub person: Id,
    /// The puskesmas; `None`: the one of the village.
    pub institution: Option<Id>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the puskesmas should know, at most 500 characters; may be empty.
    pub note: String,
}

impl Command for SendReferral {
    const KIND: &'static str = "mentoring.send_referral";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        reached::family(tx, district, &self.reach.scope(), self.family)
            .await?
            .ok_or_else(Refusal::not_found)?;
        let members = families::members(tx, district, self.family, self.today).await?;
        let member = members.iter().find(|one| one.id == self.person && one.ended_reason.is_none());
        member.ok_or_else(Refusal::not_found)?;
        if self.reasons.is_empty() {
            return Err(Refusal::new("mentoring.referral.refused.reason").field("alasan").into());
        }
        if self.reasons.contains(&Reason::Other) && self.note.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("catatan").into());
        }
        if let Some(institution) = self.institution {
            let sql = "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2 AND kind = 'puskesmas'";
            if tx.number(sql, args![district, institution]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("puskesmas").into());
            }
        }
        let open = "SELECT COUNT(*) AS n FROM referral WHERE district_id = $1 AND person_id = $2 AND answer_by IS NOT NULL";
        if tx.number(open, args![district, self.person]).await? > 0 {
            return Err(Refusal::new("mentoring.referral.refused.open").into());
        }
        let days: i64 = settings::get_typed(tx, district, "mentoring.referral_days").await?;
        let urgent = self.reasons.iter().any(|reason| reason.is_urgent());
        let answer_by = self.today + Duration::days(if urgent { 1 } else { days });
        let number = documents::next_number(tx, "mentoring.referral", self.today).await?;
        let id = tx.new_id();
        tx.subject("family", self.family);
        let written = tx
            .execute(
                "INSERT INTO referral (district_id, id, number, family_id, person_id, institution_id, reasons, \
                 note_sealed, sent_on, sent_by, state, answer_by, recorded_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
                args![
                    district,
                    id,
                    number,
                    self.family,
                    self.person,
                    self.institution,
                    Reason::stored(&self.reasons),
                    sealed(tx, &self.note)?,
                    self.today,
                    tx.actor(),
                    State::Sent.code(),
                    answer_by,
                    tx.now(),
                ],
            )
            .await?;
        if written == 0 {
            return Err(Refusal::new("mentoring.referral.refused.open").into());
        }
        event(tx, id, State::Sent, self.today, "").await?;
        Ok(id)
    }
}

/// What the puskesmas says to a referral, or that whoever sent it takes it back.
///
/// Refused when that may not follow, and without words where words belong to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerReferral {
    /// Which.
    pub referral: Id,
    /// The territories of whoever answers.
    pub reach: Reach,
    /// The present day.
    pub today: Date,
    /// What becomes of it.
    pub state: State,
    /// The day on which the person was seen; else the present one.
    pub on: Date,
    /// The reason, or what was found, at most 1,000 characters.
    pub words: String,
    /// When the person is to come again.
    pub again_on: Option<Date>,
}

impl Command for AnswerReferral {
    const KIND: &'static str = "mentoring.answer_referral";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found: Option<Referral> =
            query::one(tx, tx.district(), &self.reach.scope(), self.referral).await?;
        let found = found.ok_or_else(Refusal::not_found)?;
        let state = State::parse(&found.state).ok_or_else(Refusal::not_found)?;
        if !state.may_become(self.state) {
            return Err(Refusal::new("mentoring.referral.refused.state").into());
        }
        if self.state.needs_words() && self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kata").into());
        }
        if self.on > self.today || self.on < found.sent_on {
            return Err(Refusal::new("mentoring.referral.refused.day").field("hari").into());
        }
        if self.again_on.is_some_and(|again| again <= self.on) {
            return Err(Refusal::new("mentoring.referral.refused.again").field("kembali").into());
        }
        tx.subject("family", found.family_id);
        let open = if self.state.is_open() { found.answer_by } else { None };
        // Where two answer at once the second finds another state.
        let changed = tx
            .execute(
                "UPDATE referral SET state = $3, answer_by = $4, again_on = $5 \
                 WHERE district_id = $1 AND id = $2 AND state = $6",
                args![tx.district(), self.referral, self.state.code(), open, self.again_on, state.code()],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::new("mentoring.referral.refused.state").into());
        }
        if self.state == State::Withdrawn {
            papers::withdraw_of(tx, self.referral, self.today).await?;
        }
        event(tx, self.referral, self.state, self.on, &self.words).await?;
        Ok(())
    }
}

fn sealed(tx: &Tx<'_>, text: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { tx.seal(text).map(Some) }
}

async fn event(tx: &Tx<'_>, referral: Id, state: State, on: Date, words: &str) -> Result<(), StoreError> {
    let nth = tx
        .number(
            "SELECT COUNT(*) AS n FROM referral_event WHERE district_id = $1 AND referral_id = $2",
            args![tx.district(), referral],
        )
        .await?;
    tx.execute(
        "INSERT INTO referral_event (district_id, referral_id, nth, state, on_day, words_sealed, recorded_by, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            tx.district(),
            referral,
            nth + 1,
            state.code(),
            on,
            sealed(tx, words)?,
            tx.actor(),
            tx.now(),
        ],
    )
    .await?;
    Ok(())
}
