//! Recording and withdrawing consents.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::Serialize;
use time::Date;

use super::super::rules::{Method, Purpose, Relation, TEXT_VERSION};
use super::query;
use crate::access::Scope;
use crate::{attachments, settings};

/// Records what a guardian allows: one row per purpose.
#[derive(Debug, Clone, Serialize)]
pub struct RecordConsent {
    /// The family.
    pub family: Id,
    /// The person it is for; nothing: everybody of the family.
    pub person: Option<Id>,
    /// The purposes that are allowed, at least one.
    pub purposes: Vec<Purpose>,
    /// Who allows it.
    pub guardian_name: String,
    /// What he is to the child.
    pub relation: Relation,
    /// How.
    pub method: Method,
    /// Who saw it; must be named when the method is [`Method::Witness`].
    pub witness: String,
    /// The day it was given.
    pub given_on: Date,
    /// The scan, stored before by the same sender.
    pub scan: Option<Id>,
    /// The territories of the sender; the family must lie within.
    #[serde(skip)]
    pub scope: Scope,
}

async fn today(tx: &Tx<'_>) -> Result<Date, Fault> {
    let district = settings::one(tx, tx.district()).await?.ok_or_else(Refusal::not_found)?;
    Ok(district.zone.local_date(tx.now().utc()))
}

impl Command for RecordConsent {
    const KIND: &'static str = "consent.record";
    type Receipt = Vec<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Vec<Id>, Fault> {
        let district = tx.district();
        if query::family(tx, district, self.family, &self.scope).await?.is_none() {
            return Err(Refusal::not_found().into());
        }
        tx.subject("family", self.family);
        if let Some(person) = self.person {
            let members = query::members(tx, district, self.family).await?;
            if !members.iter().any(|member| member.id == person) {
                return Err(Refusal::not_found().into());
            }
        }
        if self.purposes.is_empty() {
            return Err(Refusal::new("consent.refused.no_purpose").field("tujuan").into());
        }
        if self.guardian_name.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("wali").into());
        }
        if self.method == Method::Witness && self.witness.trim().is_empty() {
            return Err(Refusal::new("consent.refused.no_witness").field("saksi").into());
        }
        if self.given_on > today(tx).await? {
            return Err(Refusal::new("consent.refused.future").field("tanggal").into());
        }
        match self.scan {
            Some(scan) if !attachments::is_own(tx, district, scan, tx.actor()).await? => {
                return Err(Refusal::not_found().into());
            }
            None if self.method == Method::Scan => {
                return Err(Refusal::new("consent.refused.no_scan").field("berkas").into());
            }
            _ => {}
        }
        let mut ids = Vec::new();
        for purpose in &self.purposes {
            // The same consent is not recorded twice while it holds; after a withdrawal it may be given anew.
            let mut args = args![district, self.family, purpose.code()];
            let of_person = match self.person {
                Some(person) => format!("person_id = {}", args.push(person)),
                None => "person_id IS NULL".to_owned(),
            };
            let held = tx
                .number(
                    &format!(
                        "SELECT COUNT(*) AS n FROM consent WHERE district_id = $1 AND family_id = $2 \
                         AND purpose = $3 AND withdrawn_on IS NULL AND {of_person}"
                    ),
                    args,
                )
                .await?;
            if held > 0 {
                return Err(Refusal::new(format!("consent.refused.already.{}", purpose.code()))
                    .field("tujuan")
                    .into());
            }
            let id = tx.new_id();
            tx.execute(
                "INSERT INTO consent (district_id, id, family_id, person_id, purpose, guardian_name, relation, \
                 method, witness, text_version, given_on, attachment_id, recorded_at, recorded_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                args![
                    district,
                    id,
                    self.family,
                    self.person,
                    purpose.code(),
                    self.guardian_name.trim(),
                    self.relation.code(),
                    self.method.code(),
                    self.witness.trim(),
                    TEXT_VERSION,
                    self.given_on,
                    self.scan,
                    tx.now(),
                    tx.actor(),
                ],
            )
            .await?;
            ids.push(id);
        }
        Ok(ids)
    }
}

/// Ends a consent. It stays visible with the day and, if one was given, the reason.
#[derive(Debug, Clone, Serialize)]
pub struct WithdrawConsent {
    /// The consent.
    pub id: Id,
    /// From this day it does not hold any more.
    pub on: Date,
    /// In the guardian's words; nobody must give one.
    pub reason: String,
    /// The territories of the sender.
    #[serde(skip)]
    pub scope: Scope,
}

impl Command for WithdrawConsent {
    const KIND: &'static str = "consent.withdraw";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let found = query::one(tx, tx.district(), self.id, &self.scope).await?;
        let found = found.ok_or_else(Refusal::not_found)?;
        tx.subject("family", found.family_id);
        if found.withdrawn_on.is_some() {
            return Err(Refusal::new("consent.refused.withdrawn").into());
        }
        if self.on < found.given_on || self.on > today(tx).await? {
            return Err(Refusal::new("consent.refused.withdrawn_day").field("tanggal").into());
        }
        tx.execute(
            "UPDATE consent SET withdrawn_on = $3, withdrawn_reason = $4, withdrawn_at = $5 \
             WHERE district_id = $1 AND id = $2 AND withdrawn_on IS NULL",
            args![tx.district(), self.id, self.on, self.reason.trim(), tx.now()],
        )
        .await?;
        Ok(found.family_id)
    }
}
