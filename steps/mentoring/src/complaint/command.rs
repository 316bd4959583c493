//! What changes when a complaint comes in, is acted on and answered.

use asuh_ground::settings::{self, documents};
use asuh_store::{
    Command, DistrictId, Fault, Id, Query, Refusal, Secrets, SecretsError, StoreError, Tx, args,
};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::query;
use super::rules::{self, State};

/// Characters of a complaint.
pub(super) const TEXT: usize = 4_000;

/// The code by which a complaint is followed, made from the form that sent it: the same form sent twice gives the same.
///
/// # Errors
/// The keys cannot be used.
pub fn code_of_form(secrets: &Secrets, district: DistrictId, form: Id) -> Result<String, SecretsError> {
    Ok(rules::code(&secrets.lookup(district, "complaint/code", &form.to_string())?))
}

/// Takes a complaint in. The id of the command is the form's: the code follows from it and is nowhere in the clear.
///
/// Refused for a kind that the district does not have, or a village that is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordComplaint {
    /// The present day.
    pub today: Date,
    /// `page`, or one of [`rules::CHANNELS`].
    pub channel: String,
    /// The kind, in the words of the district.
    pub kind: String,
    /// Where it happened, if that was said.
    pub village: Option<i64>,
    /// What is complained of, at most 4,000 characters.
    pub text: String,
    /// Who complains; may be empty.
    pub name: String,
    /// How to reach him; may be empty.
    pub contact: String,
}

impl Command for RecordComplaint {
    const KIND: &'static str = "mentoring.record_complaint";
    /// Its number.
    type Receipt = String;

    async fn apply(&self, tx: &Tx<'_>) -> Result<String, Fault> {
        let district = tx.district();
        let kinds = query::kinds(tx, district).await?;
        let kind = kinds.into_iter().find(|kind| kind.name == self.kind);
        let kind = kind.ok_or_else(|| Refusal::new("web.error.choose").field("jenis"))?;
        if self.text.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("isi").into());
        }
        if let Some(village) = self.village {
            let sql = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2 AND level = 'village'";
            if tx.number(sql, args![district, village]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("desa").into());
            }
        }
        let number = documents::next_number(tx, "mentoring.complaint", self.today).await?;
        let code = code_of_form(tx.secrets(), district, tx.command_id()).map_err(StoreError::from)?;
        let id = tx.new_id();
        tx.subject("complaint", id);
        tx.execute(
            "INSERT INTO complaint (district_id, id, number, channel, kind, sensitive, village_code, text_sealed, \
             name_sealed, contact_sealed, code_hash, received_on, answer_by, state, recorded_by, recorded_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            args![
                district,
                id,
                &number,
                &self.channel,
                &self.kind,
                kind.sensitive,
                self.village,
                tx.seal(self.text.trim())?,
                sealed(tx, &self.name)?,
                sealed(tx, &self.contact)?,
                rules::code_hash(&number, &code),
                self.today,
                self.today + Duration::days(kind.days),
                State::New.code(),
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        event(tx, id, State::New, "", false).await?;
        Ok(number)
    }
}

/// What somebody did about a complaint: took it up, answered it, closed it.
///
/// Refused when that may not follow, or an answer has no words. A sensitive one is not there for whoever is not named.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerComplaint {
    /// Which.
    pub complaint: Id,
    /// Whether it is given as one of those who are named for sensitive ones.
    pub sensitive: bool,
    /// What becomes of it.
    pub state: State,
    /// What was done, or the answer; at most 2,000 characters.
    pub words: String,
}

impl Command for AnswerComplaint {
    const KIND: &'static str = "mentoring.answer_complaint";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        if self.sensitive && !query::is_named(tx, district, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        let found = query::one(tx, district, self.complaint, self.sensitive).await?;
        let found = found.ok_or_else(Refusal::not_found)?;
        let state = State::parse(&found.state).ok_or_else(Refusal::not_found)?;
        if !state.may_become(self.state) {
            return Err(Refusal::new("mentoring.complaint.refused.state").into());
        }
        if self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kata").into());
        }
        tx.subject("complaint", self.complaint);
        let days = query::kinds(tx, district).await?.into_iter().find(|kind| kind.name == found.kind);
        let by = match (self.state, found.answer_by) {
            (State::Answered | State::Closed, _) => None,
            (_, Some(by)) => Some(by),
            // Opened again: the time begins anew.
            (_, None) => {
                let zone = settings::one(tx, district).await?.map(|one| one.zone);
                let today = zone.map(|zone| zone.local_date(tx.now().utc()));
                today.map(|today| today + Duration::days(days.map_or(7, |kind| kind.days)))
            }
        };
        let changed = tx
            .execute(
                "UPDATE complaint SET state = $3, answer_by = $4 WHERE district_id = $1 AND id = $2 AND state = $5",
                args![district, self.complaint, self.state.code(), by, state.code()],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::new("mentoring.complaint.refused.state").into());
        }
        event(tx, self.complaint, self.state, &self.words, self.state == State::Answered).await?;
        Ok(())
    }
}

fn sealed(tx: &Tx<'_>, text: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { tx.seal(text).map(Some) }
}

async fn event(tx: &Tx<'_>, complaint: Id, state: State, words: &str, shown: bool) -> Result<(), StoreError> {
    let nth = tx
        .number(
            "SELECT COUNT(*) AS n FROM complaint_event WHERE district_id = $1 AND complaint_id = $2",
            args![tx.district(), complaint],
        )
        .await?;
    tx.execute(
        "INSERT INTO complaint_event (district_id, complaint_id, nth, state, words_sealed, shown, recorded_by, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            tx.district(),
            complaint,
            nth + 1,
            state.code(),
            sealed(tx, words)?,
            shown,
            tx.actor(),
            tx.now(),
        ],
    )
    .await?;
    Ok(())
}
