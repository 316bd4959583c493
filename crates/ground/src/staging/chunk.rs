//! What changes while a batch is saved or taken back: one chunk, one command.

use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::batch::{self, Batch, ROW, StoredRow};
use super::command::turn;
use super::staged::{Counts, left_out};
use super::{BatchContext, ImportKind, StagedRow};
use crate::App;

/// Where saving stands: rows are saved place by place, and within a place in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) place: i64,
    pub(super) row: i64,
}

/// Reads the next chunk of rows to save, at most `most`. Index: import_row_by_place.
pub(super) async fn next_rows(
    app: &App,
    found: &Batch,
    after: Cursor,
    most: usize,
) -> Result<Vec<StagedRow>, StoreError> {
    let reader = app.store.reader();
    let stored: Vec<StoredRow> = reader
        .all(
            &format!(
                "SELECT {ROW} FROM import_row WHERE district_id = $1 AND batch_id = $2 \
                 AND (place, row_number) > ($3, $4) AND verdict IN ('new', 'changed') \
                 ORDER BY place, row_number LIMIT {most}"
            ),
            args![found.district_id, found.id, after.place, after.row],
        )
        .await?;
    stored.into_iter().map(|row| row.open(app.store.secrets(), found.district_id)).collect()
}

/// Saves a chunk of rows: `rows` are those after `after`, read and unsealed beforehand, since no transaction is
/// needed for it and a batch that is being saved does not change.
#[derive(Serialize)]
pub(super) struct SaveChunk {
    pub(super) batch: Id,
    /// The rows after this one.
    pub(super) after: Cursor,
    #[serde(skip)]
    pub(super) rows: Vec<StagedRow>,
    #[serde(skip)]
    pub(super) kind: &'static dyn ImportKind,
    #[serde(skip)]
    pub(super) context: std::sync::Arc<BatchContext>,
}

impl Command for SaveChunk {
    const KIND: &'static str = "staging.save_chunk";
    /// Rows it handled.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        tx.subject("import", self.batch);
        let Some(last) = self.rows.last() else { return Ok(0) };
        // The batch's own row says whether this chunk is still to be done, and holds others off.
        let due = tx
            .execute(
                "UPDATE import_batch SET saved_place = $5, saved_to = $6 WHERE district_id = $1 AND id = $2 \
                 AND saved_place = $3 AND saved_to = $4 AND state = 'committing'",
                args![tx.district(), self.batch, self.after.place, self.after.row, last.place, last.number],
            )
            .await?;
        if due == 0 {
            return Err(Refusal::new("staging.refused.state").into());
        }
        let mut rows = self.rows.clone();
        self.kind.commit(tx, &self.context, &mut rows).await?;
        left_out(tx, self.batch, self.kind, &mut rows).await?;
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
        Ok(counts.rows)
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
