//! What changes while a batch is saved or taken back: one chunk, one command.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::batch::{self, ROW, StoredRow};
use super::command::{Counts, turn};
use super::{BatchContext, ImportKind};

/// What a chunk did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ChunkDone {
    /// The last row it handled; none when no row was left.
    pub(super) last: Option<i64>,
    /// Rows it handled.
    pub(super) rows: i64,
}

/// Saves the next chunk of rows.
#[derive(Serialize)]
pub(super) struct SaveChunk {
    pub(super) batch: Id,
    /// The rows after this one.
    pub(super) after: i64,
    #[serde(skip)]
    pub(super) kind: &'static dyn ImportKind,
    #[serde(skip)]
    pub(super) context: std::sync::Arc<BatchContext>,
}

impl Command for SaveChunk {
    const KIND: &'static str = "staging.save_chunk";
    type Receipt = ChunkDone;

    async fn apply(&self, tx: &Tx<'_>) -> Result<ChunkDone, Fault> {
        tx.subject("import", self.batch);
        // import_row's key
        let stored: Vec<StoredRow> = tx
            .all(
                &format!(
                    "SELECT {ROW} FROM import_row WHERE district_id = $1 AND batch_id = $2 AND row_number > $3 \
                     AND verdict IN ('new', 'changed') ORDER BY row_number LIMIT {}",
                    self.kind.chunk()
                ),
                args![tx.district(), self.batch, self.after],
            )
            .await?;
        if stored.is_empty() {
            return Ok(ChunkDone::default());
        }
        let mut rows = stored
            .into_iter()
            .map(|row| row.open(tx.secrets(), tx.district()))
            .collect::<Result<Vec<_>, _>>()?;
        let last = rows.last().map_or(self.after, |row| i64::from(row.number));
        // The batch's own row says whether this chunk is still to be done, and holds others off.
        let due = tx
            .execute(
                "UPDATE import_batch SET saved_to = $4 \
                 WHERE district_id = $1 AND id = $2 AND saved_to = $3 AND state = 'committing'",
                args![tx.district(), self.batch, self.after, last],
            )
            .await?;
        if due == 0 {
            return Err(Refusal::new("staging.refused.state").into());
        }
        self.kind.commit(tx, &self.context, &mut rows).await?;
        let mut counts = Counts::default();
        for row in &rows {
            counts.add(row.verdict);
        }
        tx.execute(
            "UPDATE import_batch SET saved_new = saved_new + $3, saved_changed = saved_changed + $4, \
             saved_same = saved_same + $5, saved_error = saved_error + $6 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.batch, counts.new, counts.changed, counts.same, counts.error],
        )
        .await?;
        Ok(ChunkDone { last: Some(last), rows: counts.rows })
    }
}

/// The last step of saving.
#[derive(Serialize)]
pub(super) struct EndSave {
    pub(super) batch: Id,
    #[serde(skip)]
    pub(super) kind: &'static dyn ImportKind,
    #[serde(skip)]
    pub(super) context: std::sync::Arc<BatchContext>,
}

impl Command for EndSave {
    const KIND: &'static str = "staging.end_save";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("import", self.batch);
        if !turn(tx, self.batch, &["committing"], "committed").await? {
            return Ok(());
        }
        self.kind.finish(tx, &self.context).await?;
        tx.execute(
            "UPDATE import_batch SET finished_at = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.batch, tx.now()],
        )
        .await?;
        Ok(())
    }
}

/// Takes back the next piece.
#[derive(Serialize)]
pub(super) struct UndoChunk {
    pub(super) batch: Id,
    pub(super) step: i64,
    #[serde(skip)]
    pub(super) kind: &'static dyn ImportKind,
    #[serde(skip)]
    pub(super) context: std::sync::Arc<BatchContext>,
}

impl Command for UndoChunk {
    const KIND: &'static str = "staging.undo_chunk";
    /// Whether more is to be taken back.
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        tx.subject("import", self.batch);
        let due = tx
            .execute(
                "UPDATE import_batch SET undo_steps = undo_steps + 1 \
                 WHERE district_id = $1 AND id = $2 AND undo_steps = $3 AND state = 'undoing'",
                args![tx.district(), self.batch, self.step],
            )
            .await?;
        if due == 0 {
            return Err(Refusal::new("staging.refused.state").into());
        }
        let found = batch::load(tx, tx.district(), self.batch).await?.ok_or_else(Refusal::not_found)?;
        let done = self.kind.undo(tx, &self.context, found.undo_next.as_deref()).await?;
        let more = done.next.is_some();
        tx.execute(
            "UPDATE import_batch SET undo_next = $3, undone = undone + $4, kept = kept + $5, state = $6, \
             finished_at = $7 WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.batch,
                done.next,
                done.undone,
                done.kept,
                if more { "undoing" } else { "undone" },
                tx.now(),
            ],
        )
        .await?;
        Ok(more)
    }
}
