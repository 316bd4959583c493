//! Reading requests: open ones first, those over their time before all others.

use std::sync::Arc;

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use super::super::rights::KeepRequests;
use crate::App;
use crate::access::{Actor, Capability};
use crate::web::{Task, TaskState, Text};

/// Requests on a page.
pub(super) const PAGE: i64 = 50;

asuh_store::row_struct! {
    /// A request.
    pub(super) struct RequestLine {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) family_id: Option<Id>,
        pub(super) kind: String,
        pub(super) requester_name: String,
        pub(super) requester_relation: String,
        pub(super) contact_sealed: Option<Vec<u8>>,
        pub(super) detail_sealed: Vec<u8>,
        pub(super) received_at: Instant,
        pub(super) due_at: Instant,
        pub(super) state: String,
        pub(super) answer_sealed: Option<Vec<u8>>,
        pub(super) closed_at: Option<Instant>,
    }
}

const COLUMNS: &str = "id, number, family_id, kind, requester_name, requester_relation, contact_sealed, \
     detail_sealed, received_at, due_at, state, answer_sealed, closed_at";

/// All open requests, the most urgent first (they are few: each has a clock of days). Index:
/// `data_request_open`.
pub(super) async fn open(db: &impl Query, district: DistrictId) -> Result<Vec<RequestLine>, StoreError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM data_request WHERE district_id = $1 AND state = 'open' ORDER BY due_at, id"
        ),
        args![district],
    )
    .await
}

/// Closed requests, newest first, one more than a page when there are more. Index: `data_request_open`.
pub(super) async fn closed(
    db: &impl Query,
    district: DistrictId,
    after: Option<(Instant, Id)>,
) -> Result<Vec<RequestLine>, StoreError> {
    let (at, id) = after.unwrap_or((Instant::NEVER, Id::SYSTEM));
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM data_request WHERE district_id = $1 AND state IN ('done', 'refused') \
             AND (due_at, id) < ($2, $3) ORDER BY due_at DESC, id DESC LIMIT $4"
        ),
        args![district, at, id, PAGE + 1],
    )
    .await
}

/// One request. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<RequestLine>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM data_request WHERE district_id = $1 AND id = $2"),
        args![district, id],
    )
    .await
}

/// The row on the home page of whoever answers requests, while one is open.
///
/// # Errors
/// The store fails.
pub(in crate::consent) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    if KeepRequests::of(actor).is_none() {
        return Ok(Vec::new());
    }
    let open = open(app.store.reader(), actor.district).await?.len();
    if open == 0 {
        return Ok(Vec::new());
    }
    let text = Text::new(actor.language, actor.zone);
    Ok(vec![Task {
        title: text.t1("consent.requests.task", "n", open),
        path: "/permintaan-data".to_owned(),
        state: TaskState::NeedsAction,
    }])
}

impl RequestLine {
    /// The translation of its kind.
    pub(super) fn kind_key(&self) -> String {
        format!("consent.request_kind.{}", self.kind)
    }

    /// The translation of its state.
    pub(super) fn state_key(&self) -> String {
        format!("consent.request_state.{}", self.state)
    }
}
