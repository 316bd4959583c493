//! What the pages read.

use asuh_store::{Args, Id, Instant, Query, StoreError, args};

use super::batch::{BATCH, Batch, ROW, StoredRow};
use super::run::{MESSAGE, StoredMessage};
use super::{ImportKind, StagedRow};
use crate::App;
use crate::access::Actor;

/// Lines of a page.
pub(super) const PAGE: usize = 50;
/// Rows shown as a sample.
const SAMPLE: usize = 10;

/// The batches that a caller sees: of the kinds of his roles; all of them where a role reaches the whole
/// district, else his own.
fn visible(app: &App, actor: &Actor, args: &mut Args) -> String {
    let parts: Vec<String> = super::run::kinds_of(app, actor)
        .map(|kind: &dyn ImportKind| {
            let code = args.push(kind.code());
            match super::run::is_whole(actor, &actor.scope(kind.roles())) {
                true => format!("b.kind = {code}"),
                false => format!("(b.kind = {code} AND b.uploaded_by = {})", args.push(actor.user)),
            }
        })
        .collect();
    if parts.is_empty() { "(1 = 0)".to_owned() } else { format!("({})", parts.join(" OR ")) }
}

/// Which batches are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Of this kind alone.
    pub(super) kind: Option<String>,
    /// In these states alone.
    pub(super) states: &'static [&'static str],
}

/// A page of batches, newest first; `before` is the last one of the page before. One more than a page, when
/// there is more.
pub(super) async fn list(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    before: Option<(Instant, Id)>,
) -> Result<Vec<Batch>, StoreError> {
    let mut args = args![actor.district];
    let mut seen = visible(app, actor, &mut args);
    if let Some(kind) = &filter.kind {
        seen.push_str(&format!(" AND b.kind = {}", args.push(kind)));
    }
    if !filter.states.is_empty() {
        seen.push_str(&format!(" AND b.state IN ({})", args.push_list(filter.states.iter().copied())));
    }
    let from = match before {
        None => String::new(),
        Some((at, id)) => {
            let (at, id) = (args.push(at), args.push(id));
            format!("AND (b.uploaded_at, b.id) < ({at}, {id})")
        }
    };
    // import_batch_by_time
    let sql = format!(
        "{BATCH} WHERE b.district_id = $1 AND {seen} {from} ORDER BY b.uploaded_at DESC, b.id DESC LIMIT {}",
        PAGE + 1
    );
    app.store.reader().all(&sql, args).await
}

/// A batch that the caller sees.
pub(super) async fn one(app: &App, actor: &Actor, id: Id) -> Result<Option<Batch>, StoreError> {
    let mut args = args![actor.district, id];
    let seen = visible(app, actor, &mut args);
    app.store
        .reader()
        .first(&format!("{BATCH} WHERE b.district_id = $1 AND b.id = $2 AND {seen}"), args)
        .await
}

/// How many batches that the caller sees wait for a decision.
pub(super) async fn waiting(app: &App, actor: &Actor) -> Result<i64, StoreError> {
    let mut args = args![actor.district];
    let seen = visible(app, actor, &mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM import_batch b WHERE b.district_id = $1 AND b.state IN ('ready', 'unmapped') AND {seen}"
    );
    app.store.reader().number(&sql, args).await
}

/// A page of messages after (row, nth), of one sentence or of all, by import_message's key. One more than a page,
/// when there is more.
pub(super) async fn messages(
    app: &App,
    batch: &Batch,
    code: Option<&str>,
    after: Option<(i64, i64)>,
) -> Result<Vec<StoredMessage>, StoreError> {
    let (row, nth) = after.unwrap_or((-1, 0));
    let mut args = args![batch.district_id, batch.id, row, nth];
    let only = match code {
        Some(code) => format!("AND code = {}", args.push(code)),
        None => String::new(),
    };
    app.store
        .reader()
        .all(
            &format!(
                "SELECT {MESSAGE} FROM import_message WHERE district_id = $1 AND batch_id = $2 {only} \
                 AND (row_number, nth) > ($3, $4) ORDER BY row_number, nth LIMIT {}",
                PAGE + 1
            ),
            args,
        )
        .await
}

/// The statement for every message about a row of a batch, in the order of the rows: for a stream, by
/// import_message's key. Errors alone, where those are asked for.
pub(super) fn all_messages(errors: bool) -> String {
    let only = if errors { "AND severity = 'error'" } else { "" };
    format!(
        "SELECT {MESSAGE} FROM import_message WHERE district_id = $1 AND batch_id = $2 AND row_number > 0 {only} \
         ORDER BY row_number, nth"
    )
}

/// The first rows that are no errors.
pub(super) async fn sample(app: &App, batch: &Batch) -> Result<Vec<StagedRow>, StoreError> {
    let rows: Vec<StoredRow> = app
        .store
        .reader()
        .all(
            &format!(
                "SELECT {ROW} FROM import_row WHERE district_id = $1 AND batch_id = $2 AND verdict <> 'error' \
                 ORDER BY row_number LIMIT {SAMPLE}"
            ),
            args![batch.district_id, batch.id],
        )
        .await?;
    rows.into_iter().map(|row| row.open(app.store.secrets(), batch.district_id)).collect()
}
