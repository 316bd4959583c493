//! What changes mappings.

use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::Fields;
use crate::jobs;
use crate::staging::batch;
use crate::staging::command::turn;

/// Says which column of a waiting file is what, remembers it, and has the file checked again by it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::staging) struct MapColumns {
    /// The batch.
    pub(in crate::staging) batch: Id,
    /// SHA-256 of the headings.
    pub(in crate::staging) print: [u8; 32],
    /// The headings as the file writes them.
    pub(in crate::staging) headings: Vec<String>,
    /// Field and column.
    pub(in crate::staging) fields: Fields,
    /// Kinds that the caller may handle.
    pub(in crate::staging) kinds: Vec<String>,
    /// The caller reaches the whole district; else only his own batches.
    pub(in crate::staging) whole: bool,
}

impl Command for MapColumns {
    const KIND: &'static str = "staging.map_columns";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = batch::load(tx, tx.district(), self.batch).await?.ok_or_else(Refusal::not_found)?;
        if !self.kinds.contains(&found.kind) || !(self.whole || found.uploaded_by == tx.actor()) {
            return Err(Refusal::not_found().into());
        }
        tx.subject("import", self.batch);
        let waits = found.saved_to == 0 && found.cleared_at.is_none();
        if !waits || !turn(tx, self.batch, &["unmapped", "ready", "failed"], "queued").await? {
            return Err(Refusal::new("staging.refused.state").into());
        }
        let headings = serde_json::to_string(&self.headings).unwrap_or_default();
        // import_mapping_once: the same headings again are another choice for them.
        tx.execute(
            "INSERT INTO import_mapping (district_id, id, kind, headings_sha256, headings_sealed, fields, used, \
             changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8) \
             ON CONFLICT (district_id, kind, headings_sha256) DO UPDATE SET headings_sealed = EXCLUDED.headings_sealed, \
             fields = EXCLUDED.fields, changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by",
            args![
                tx.district(),
                tx.new_id(),
                &found.kind,
                self.print,
                tx.seal(&headings)?,
                serde_json::to_string(&self.fields).unwrap_or_default(),
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        tx.execute(
            "UPDATE import_batch SET error_code = NULL, error_detail = NULL, finished_at = NULL, \
             rows = 0, rows_new = 0, rows_changed = 0, rows_same = 0, rows_error = 0, warnings = 0, \
             mapping_id = (SELECT m.id FROM import_mapping m WHERE m.district_id = $1 AND m.kind = $3 \
                           AND m.headings_sha256 = $4) \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.batch, &found.kind, self.print],
        )
        .await?;
        jobs::start(tx, crate::staging::CHECK.kind, Some(self.batch)).await?;
        Ok(())
    }
}

/// Changes what a remembered mapping says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::staging) struct EditMapping {
    /// The mapping.
    pub(in crate::staging) mapping: Id,
    /// Field and column.
    pub(in crate::staging) fields: Fields,
    /// Kinds that the caller may handle.
    pub(in crate::staging) kinds: Vec<String>,
}

impl Command for EditMapping {
    const KIND: &'static str = "staging.edit_mapping";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let mut args = args![
            tx.district(),
            self.mapping,
            serde_json::to_string(&self.fields).unwrap_or_default(),
            tx.now(),
            tx.actor(),
        ];
        let kinds = args.push_list(self.kinds.iter());
        tx.subject("import_mapping", self.mapping);
        let changed = tx
            .execute(
                &format!(
                    "UPDATE import_mapping SET fields = $3, changed_at = $4, changed_by = $5 \
                     WHERE district_id = $1 AND id = $2 AND kind IN ({kinds})"
                ),
                args,
            )
            .await?;
        if changed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Forgets a mapping. Files that were read by it stay as they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::staging) struct ForgetMapping {
    /// The mapping.
    pub(in crate::staging) mapping: Id,
    /// Kinds that the caller may handle.
    pub(in crate::staging) kinds: Vec<String>,
}

impl Command for ForgetMapping {
    const KIND: &'static str = "staging.forget_mapping";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let mut args = args![tx.district(), self.mapping];
        let kinds = args.push_list(self.kinds.iter());
        tx.subject("import_mapping", self.mapping);
        let gone = tx
            .execute(
                &format!(
                    "DELETE FROM import_mapping WHERE district_id = $1 AND id = $2 AND kind IN ({kinds})"
                ),
                args,
            )
            .await?;
        if gone == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}
