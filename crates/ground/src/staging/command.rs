//! What changes a batch: every step of its way is a command. Those of its rows stand in [`staged`](super::staged).

use asuh_store::{Command, Fault, Id, Query, Recording, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::batch;
use crate::jobs;

/// Files that wait to be checked at most, in one district.
const WAITING: i64 = 20;

/// Announces a file: its batch waits for the parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OpenBatch {
    /// Code of the kind.
    pub(super) kind: String,
    /// The name the browser gave.
    pub(super) file_name: String,
    /// Bytes.
    pub(super) size: i64,
    /// SHA-256 of the file.
    pub(super) sha256: [u8; 32],
    /// Reach of the uploader, as JSON.
    pub(super) scope: String,
    /// Whose list it is.
    pub(super) source_name: String,
    /// The day that it describes.
    pub(super) as_of: time::Date,
}

impl Command for OpenBatch {
    const KIND: &'static str = "staging.open_batch";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let waiting = tx
            .number(
                "SELECT COUNT(*) AS n FROM import_batch WHERE district_id = $1 AND state = 'queued'",
                args![tx.district()],
            )
            .await?;
        if waiting >= WAITING {
            return Err(Refusal::new("staging.refused.queue_full").field("berkas").into());
        }
        let id = tx.new_id();
        tx.subject("import", id);
        tx.execute(
            "INSERT INTO import_batch (district_id, id, kind, file_name, file_size, file_sha256, format, source_name, \
             as_of, state, scope, unknown_columns, message_counts, rows, rows_new, rows_changed, rows_same, rows_error, \
             warnings, saved_place, saved_to, saved_new, saved_changed, saved_same, saved_error, undo_steps, undone, kept, \
             uploaded_at, uploaded_by) VALUES ($1, $2, $3, $4, $5, $6, '', $10, $11, 'receiving', $7, '[]', '[]', \
             0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, $8, $9)",
            args![
                tx.district(),
                id,
                &self.kind,
                &self.file_name,
                self.size,
                self.sha256,
                &self.scope,
                tx.now(),
                tx.actor(),
                &self.source_name,
                self.as_of,
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Keeps a piece of the file, encrypted.
#[derive(Serialize)]
pub(super) struct KeepPart {
    pub(super) batch: Id,
    pub(super) part: i64,
    #[serde(skip)]
    pub(super) bytes: Vec<u8>,
}

impl Command for KeepPart {
    const KIND: &'static str = "staging.keep_part";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let sealed = tx.secrets().seal(tx.district(), &self.bytes)?;
        tx.execute(
            "INSERT INTO import_file (district_id, batch_id, part, content_sealed) \
             SELECT $1, $2, $3, $4 FROM import_batch WHERE district_id = $1 AND id = $2 AND state = 'receiving' \
             ON CONFLICT (district_id, batch_id, part) DO NOTHING",
            args![tx.district(), self.batch, self.part, sealed],
        )
        .await?;
        Ok(())
    }
}

/// The file is there: it waits to be checked.
#[derive(Serialize)]
pub(super) struct Queue {
    pub(super) batch: Id,
}

impl Command for Queue {
    const KIND: &'static str = "staging.queue";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if turn(tx, self.batch, &["receiving"], "queued").await? {
            jobs::start(tx, super::CHECK.kind, Some(self.batch)).await?;
        }
        Ok(())
    }
}

/// Moves a batch on, if it stands in one of these states; whether it did.
pub(super) async fn turn(tx: &Tx<'_>, batch: Id, from: &[&str], to: &str) -> Result<bool, StoreError> {
    let mut args = args![tx.district(), batch, to];
    let states = args.push_list(from.iter().copied());
    let moved = tx
        .execute(
            &format!("UPDATE import_batch SET state = $3 WHERE district_id = $1 AND id = $2 AND state IN ({states})"),
            args,
        )
        .await?;
    Ok(moved == 1)
}

/// What becomes of a batch by a person's or the engine's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Save what is new or changed; also goes on after a failure.
    Save,
    /// Save nothing.
    Refuse,
    /// Take back what was saved.
    Undo,
    /// Check the file again after a failure.
    Check,
}

/// Decides about a batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decide {
    /// The batch.
    pub batch: Id,
    /// What is to happen.
    pub decision: Decision,
    /// Kinds that the caller may handle.
    pub kinds: Vec<String>,
    /// The caller reaches the whole district; else only his own batches.
    pub whole: bool,
    /// The caller's reach, as JSON: his own batches are saved as far as he reaches today.
    pub scope: String,
}

impl Command for Decide {
    const KIND: &'static str = "staging.decide";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = batch::load(tx, tx.district(), self.batch).await?.ok_or_else(Refusal::not_found)?;
        let own = found.uploaded_by == tx.actor();
        if !self.kinds.contains(&found.kind) || !(self.whole || own) {
            return Err(Refusal::not_found().into());
        }
        tx.subject("import", self.batch);
        let saved = found.saved_to > 0;
        let (from, to, job): (&[&str], _, _) = match self.decision {
            Decision::Save if saved => (&["failed"], "committing", Some(super::COMMIT)),
            Decision::Save => (&["ready"], "committing", Some(super::COMMIT)),
            Decision::Refuse if saved => (&[], "refused", None),
            Decision::Refuse => (&["ready", "unmapped", "failed"], "refused", Some(super::CLEAR)),
            Decision::Undo if saved => (&["committed", "failed"], "undoing", Some(super::UNDO)),
            Decision::Undo => (&["committed"], "undoing", Some(super::UNDO)),
            Decision::Check if saved => (&[], "queued", None),
            Decision::Check => (&["failed"], "queued", Some(super::CHECK)),
        };
        let readable = found.cleared_at.is_none() || self.decision == Decision::Undo;
        if !readable || from.is_empty() || !turn(tx, self.batch, from, to).await? {
            return Err(Refusal::new("staging.refused.state").into());
        }
        tx.execute(
            "UPDATE import_batch SET decided_at = $3, decided_by = $4, error_code = NULL, error_detail = NULL, \
             finished_at = CASE WHEN state = 'refused' THEN $3 ELSE NULL END, \
             scope = CASE WHEN uploaded_by = $4 THEN $5 ELSE scope END \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.batch, tx.now(), tx.actor(), &self.scope],
        )
        .await?;
        if let Some(job) = job {
            jobs::start(tx, job.kind, Some(self.batch)).await?;
        }
        Ok(())
    }
}

/// The work on a batch broke off for good.
#[derive(Serialize)]
pub(super) struct Fail {
    pub(super) batch: Id,
    pub(super) code: String,
    pub(super) detail: String,
}

impl Command for Fail {
    const KIND: &'static str = "staging.fail";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let busy = ["queued", "checking", "committing", "undoing"];
        if turn(tx, self.batch, &busy, "failed").await? {
            tx.execute(
                "UPDATE import_batch SET error_code = $3, error_detail = $4, finished_at = $5 \
                 WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.batch, &self.code, &self.detail, tx.now()],
            )
            .await?;
        }
        Ok(())
    }
}

/// Removes a piece of what was staged: file, rows and messages up to a row.
#[derive(Serialize)]
pub(super) struct ClearPiece {
    pub(super) batch: Id,
    /// Also the file, and the batch says that it was cleared: the last piece.
    pub(super) last: bool,
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Command for ClearPiece {
    const KIND: &'static str = "staging.clear_piece";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for table in ["import_message", "import_row"] {
            tx.execute(
                &format!(
                    "DELETE FROM {table} WHERE district_id = $1 AND batch_id = $2 AND row_number BETWEEN $3 AND $4"
                ),
                args![tx.district(), self.batch, self.from, self.to],
            )
            .await?;
        }
        if self.last {
            tx.execute(
                "DELETE FROM import_file WHERE district_id = $1 AND batch_id = $2",
                args![tx.district(), self.batch],
            )
            .await?;
            tx.execute(
                "UPDATE import_batch SET cleared_at = $3, layout_sealed = NULL WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.batch, tx.now()],
            )
            .await?;
        }
        Ok(())
    }
}

/// A file that nobody decided about, or that never came whole, is over.
#[derive(Serialize)]
pub(super) struct Expire {
    pub(super) batch: Id,
}

impl Command for Expire {
    const KIND: &'static str = "staging.expire";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if turn(tx, self.batch, &["ready", "unmapped", "receiving"], "refused").await? {
            tx.execute(
                "UPDATE import_batch SET error_code = 'staging.refused.expired', error_detail = '[]', finished_at = $3 \
                 WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.batch, tx.now()],
            )
            .await?;
        }
        Ok(())
    }
}
