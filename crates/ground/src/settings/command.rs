//! Changing settings: one group at a time, checked again inside.

use std::collections::BTreeMap;

use asuh_store::{Command, Fault, Id, Refusal, Tx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::kind::{Kind, rows};
use super::table::{self, Group};
use super::{district, put};
use crate::{attachments, books};

/// Sets the settings of a group. What is not named stays; what is the same is not written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutSettings {
    /// Code of the group.
    pub group: String,
    /// New values by name.
    pub values: BTreeMap<String, String>,
}

/// The id under which the changes of a group stand in the audit trail: groups have no rows of their own.
pub(super) fn subject(group: Group) -> Id {
    let digest = Sha256::digest(format!("asuh settings {}", group.code()));
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    Id::from_bytes(id)
}

/// A value of the table in its stored form.
///
/// # Errors
/// It is empty and may not be, or not of its kind; the refusal names the field.
pub(super) fn checked(spec: &table::Spec, value: &str) -> Result<String, Refusal> {
    if spec.required && value.trim().is_empty() {
        return Err(Refusal::new("web.error.required").field(spec.name));
    }
    spec.kind.check(spec.name, value)
}

impl Command for PutSettings {
    const KIND: &'static str = "settings.put";
    /// The names of the settings that changed.
    type Receipt = Vec<String>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Vec<String>, Fault> {
        let group = Group::parse(&self.group).ok_or_else(Refusal::not_found)?;
        tx.subject("settings", subject(group));
        let present = district::values(tx, tx.district()).await?;
        let mut changed = Vec::new();
        for (name, value) in &self.values {
            let spec = table::find(name)
                .filter(|spec| spec.group == group && spec.own_form.is_none())
                .ok_or_else(|| Refusal::new("settings.refused.unknown").field(name))?;
            let value = checked(spec, value)?;
            if present.get(spec.name) == Some(&value) {
                continue;
            }
            match spec.kind {
                Kind::Image => own_image(tx, spec.name, &value).await?,
                Kind::List(_) if spec.name == "prices" => known_commodities(tx, &value).await?,
                _ => {}
            }
            put(tx, spec.name, &value).await?;
            changed.push(spec.name.to_owned());
        }
        Ok(changed)
    }
}

/// Only a picture that the sender himself has just stored can become a setting: nobody shows a scan of
/// somebody else's by its id.
async fn own_image(tx: &Tx<'_>, name: &str, value: &str) -> Result<(), Fault> {
    let Ok(id) = value.parse::<Id>() else { return Ok(()) };
    if attachments::is_own(tx, tx.district(), id, tx.actor()).await? {
        Ok(())
    } else {
        Err(Refusal::new("settings.refused.image").field(name).into())
    }
}

async fn known_commodities(tx: &Tx<'_>, value: &str) -> Result<(), Fault> {
    let known = books::commodities(tx, tx.district()).await?;
    for (nth, row) in rows(value).iter().enumerate() {
        let code = row.get("commodity").map_or("", String::as_str);
        if !known.iter().any(|line| line.code == code && line.kind == "goods") {
            return Err(Refusal::new("web.error.choose").field(format!("prices.{nth}.commodity")).into());
        }
    }
    Ok(())
}
