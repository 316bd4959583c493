//! Recording, following and closing incidents.

use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::Serialize;

use crate::settings::{self, documents};

/// Records an incident; the clock of the notice begins when it became known.
#[derive(Debug, Clone, Serialize)]
pub struct RecordIncident {
    /// What it is called in the register; no names of persons.
    pub title: String,
    /// From when ...
    pub happened_from: Instant,
    /// ... to when (exclusive).
    pub happened_to: Instant,
    /// When the office came to know.
    pub known_at: Instant,
    /// How it happened; sealed.
    pub description: String,
    /// Which kinds of data; sealed.
    pub data: String,
    /// The login of the account through which it happened; empty: not known.
    pub login: String,
}

impl Command for RecordIncident {
    const KIND: &'static str = "consent.record_incident";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = settings::one(tx, tx.district()).await?.ok_or_else(Refusal::not_found)?;
        for (field, value) in [("judul", &self.title), ("uraian", &self.description), ("data", &self.data)] {
            if value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if self.happened_from >= self.happened_to {
            return Err(Refusal::new("consent.refused.period").field("sampai").into());
        }
        if self.happened_from > tx.now() || self.known_at > tx.now() {
            return Err(Refusal::new("consent.refused.future").field("dari").into());
        }
        if self.known_at < self.happened_from {
            return Err(Refusal::new("consent.refused.known").field("diketahui").into());
        }
        let login = self.login.trim().to_lowercase();
        let account: Option<(Id,)> = tx
            .first(
                "SELECT id FROM app_user WHERE district_id = $1 AND login = $2",
                args![tx.district(), &login],
            )
            .await?;
        if account.is_none() && !login.is_empty() {
            return Err(Refusal::new("consent.refused.no_account").field("akun").into());
        }
        let id = tx.new_id();
        tx.subject("incident", id);
        let day = district.zone.local_date(tx.now().utc());
        let number = documents::next_number(tx, "consent.incident", day).await?;
        let hours: i64 = settings::get_typed(tx, tx.district(), "consent.notice_hours").await?;
        tx.execute(
            "INSERT INTO incident (district_id, id, number, title, happened_from, happened_to, known_at, \
             notice_due_at, description_sealed, data_sealed, account_id, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            args![
                tx.district(),
                id,
                number,
                self.title.trim(),
                self.happened_from,
                self.happened_to,
                self.known_at,
                self.known_at.plus_seconds(hours * 3600),
                tx.seal(self.description.trim())?,
                tx.seal(self.data.trim())?,
                account.map(|row| row.0),
                tx.actor(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Writes down the measures and, once, that notice was given.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateIncident {
    /// The incident.
    pub id: Id,
    /// What was and will be done; sealed.
    pub measures: String,
    /// Whether those touched and the authority have been told by now.
    pub noticed: bool,
}

impl Command for UpdateIncident {
    const KIND: &'static str = "consent.update_incident";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        open(tx, self.id).await?;
        if self.measures.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("tindakan").into());
        }
        // The instant of the notice is the first one: it is what the law asks about.
        tx.execute(
            "UPDATE incident SET measures_sealed = $3, \
             noticed_at = CASE WHEN noticed_at IS NULL AND $4 = CAST(1 AS BIGINT) THEN $5 ELSE noticed_at END \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.id, tx.seal(self.measures.trim())?, self.noticed, tx.now()],
        )
        .await?;
        Ok(self.id)
    }
}

/// Closes an incident: measures are written down and notice was given.
#[derive(Debug, Clone, Serialize)]
pub struct CloseIncident {
    /// The incident.
    pub id: Id,
}

impl Command for CloseIncident {
    const KIND: &'static str = "consent.close_incident";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let (measures, noticed) = open(tx, self.id).await?;
        if !measures || !noticed {
            return Err(Refusal::new("consent.refused.not_ready").into());
        }
        tx.execute(
            "UPDATE incident SET closed_at = $3 WHERE district_id = $1 AND id = $2 AND closed_at IS NULL",
            args![tx.district(), self.id, tx.now()],
        )
        .await?;
        Ok(self.id)
    }
}

/// Whether measures are written down and notice was given, of an incident that is open.
async fn open(tx: &Tx<'_>, id: Id) -> Result<(bool, bool), Fault> {
    asuh_store::row_struct! {
        struct Row { measures_sealed: Option<Vec<u8>>, noticed_at: Option<Instant>, closed_at: Option<Instant> }
    }
    let row: Option<Row> = tx
        .first(
            "SELECT measures_sealed, noticed_at, closed_at FROM incident WHERE district_id = $1 AND id = $2",
            args![tx.district(), id],
        )
        .await?;
    let row = row.ok_or_else(Refusal::not_found)?;
    tx.subject("incident", id);
    if row.closed_at.is_some() {
        return Err(Refusal::new("consent.refused.closed").into());
    }
    Ok((row.measures_sealed.is_some(), row.noticed_at.is_some()))
}
