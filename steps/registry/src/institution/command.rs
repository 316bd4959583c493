//! What changes institutions.

use asuh_nusantara::name;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::by_id;
use super::rules::{InstitutionKind, tidy_tags};

/// An office with units of units is at most this deep; a deeper chain of parents is a ring.
const DEEPEST: usize = 8;

/// Adds an institution, or corrects one. What it was before is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutInstitution {
    /// The one to correct; `None` adds.
    pub id: Option<Id>,
    /// What it is.
    pub kind: InstitutionKind,
    /// What it stands below.
    pub parent: Option<Id>,
    /// Its name, at most 200 characters.
    pub name: String,
    /// Tags such as `opd_kb`, separated by spaces.
    pub tags: String,
    /// Where it lies: a code of the district's territories.
    pub territory: Option<i64>,
    /// The first day on which it is so.
    pub valid_from: Date,
}

impl Command for PutInstitution {
    const KIND: &'static str = "registry.put_institution";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let name = name::tidy(&self.name);
        if name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if let Some(id) = self.id {
            by_id(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?;
        }
        let mut above = None;
        if let Some(parent) = self.parent {
            let found = by_id(tx, tx.district(), parent)
                .await?
                .ok_or_else(|| Refusal::new("registry.refused.no_parent").field("induk"))?;
            if found.valid_to.is_some() {
                return Err(Refusal::new("registry.refused.parent_closed").field("induk").into());
            }
            above = InstitutionKind::parse(&found.kind);
        }
        if !self.kind.fits_below(above) {
            return Err(Refusal::new("registry.refused.wrong_parent").field("induk").into());
        }
        if let Some(code) = self.territory {
            let known = tx
                .number(
                    "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2",
                    args![tx.district(), code],
                )
                .await?;
            if known == 0 {
                return Err(Refusal::new("registry.refused.unknown_territory").field("wilayah").into());
            }
        }
        let id = match self.id {
            Some(id) => {
                self.check_no_ring(tx, id).await?;
                keep_former(tx, id).await?;
                id
            }
            None => tx.new_id(),
        };
        tx.subject("institution", id);
        tx.execute(
            "INSERT INTO institution (district_id, id, kind, parent_id, name, name_search, tags, territory_code, \
             valid_from, valid_to, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10) \
             ON CONFLICT (district_id, id) DO UPDATE SET kind = excluded.kind, parent_id = excluded.parent_id, \
             name = excluded.name, name_search = excluded.name_search, tags = excluded.tags, \
             territory_code = excluded.territory_code, valid_from = excluded.valid_from, \
             recorded_at = excluded.recorded_at",
            args![
                tx.district(),
                id,
                self.kind.code(),
                self.parent,
                &name,
                name::search_key(&name),
                tidy_tags(&self.tags),
                self.territory,
                self.valid_from,
                tx.now(),
            ],
        )
        .await?;
        Ok(id)
    }
}

impl PutInstitution {
    /// Nothing may stand below itself.
    async fn check_no_ring(&self, tx: &Tx<'_>, id: Id) -> Result<(), Fault> {
        let mut above = self.parent;
        for _ in 0..DEEPEST {
            let Some(one) = above else { return Ok(()) };
            if one == id {
                break;
            }
            above = by_id(tx, tx.district(), one).await?.and_then(|found| found.parent_id);
        }
        match above {
            None => Ok(()),
            Some(_) => Err(Refusal::new("registry.refused.parent_ring").field("induk").into()),
        }
    }
}

/// Keeps the row as it stands before it is changed.
async fn keep_former(tx: &Tx<'_>, id: Id) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO institution_history (district_id, institution_id, superseded_at, command_id, kind, parent_id, \
         name, tags, territory_code, valid_from, valid_to, recorded_at) \
         SELECT district_id, id, CAST($3 AS BIGINT), $4, kind, parent_id, name, tags, territory_code, valid_from, valid_to, \
         recorded_at FROM institution WHERE district_id = $1 AND id = $2",
        args![tx.district(), id, tx.now(), tx.command_id()],
    )
    .await?;
    Ok(())
}

/// Closes an institution: it stays with everything it did, and is no longer offered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseInstitution {
    /// Which one.
    pub id: Id,
    /// Its last day.
    pub on: Date,
}

impl Command for CloseInstitution {
    const KIND: &'static str = "registry.close_institution";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = by_id(tx, tx.district(), self.id).await?.ok_or_else(Refusal::not_found)?;
        if found.valid_to.is_some() {
            return Err(Refusal::new("registry.refused.already_closed").into());
        }
        if self.on < found.valid_from {
            return Err(Refusal::new("registry.refused.closed_before_open").field("sampai").into());
        }
        let open = tx
            .number(
                "SELECT COUNT(*) AS n FROM institution \
                 WHERE district_id = $1 AND parent_id = $2 AND valid_to IS NULL",
                args![tx.district(), self.id],
            )
            .await?;
        if open > 0 {
            return Err(Refusal::new("registry.refused.units_open").arg("units", open).into());
        }
        tx.subject("institution", self.id);
        keep_former(tx, self.id).await?;
        tx.execute(
            "UPDATE institution SET valid_to = $3, recorded_at = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.id, self.on, tx.now()],
        )
        .await?;
        Ok(())
    }
}
