//! Everything that is kept about a family, for the family itself (UU 27/2022, articles 7 and 32), with the
//! record of who looked at it.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use serde_json::{Map, Value, json};

use crate::ground::App;

/// What all parts keep about a family: an object with one member per part, in the order of the data's path.
/// Each part brings its own through `Part::subject_export`.
///
/// # Errors
/// The store fails, or a value cannot be opened.
pub async fn subject_export(app: &App, district: DistrictId, family: Id) -> Result<Value, StoreError> {
    let mut whole = Map::new();
    for (name, export) in &app.registry.subject_exports {
        whole.insert((*name).to_owned(), export(app, district, family).await?);
    }
    Ok(Value::Object(whole))
}

/// What these registers and the logs keep: consents, requests, and who opened or changed the family's file.
///
/// # Errors
/// The store fails, or a value cannot be opened.
pub(in crate::ground::consent) async fn own_part(
    app: &App,
    district: DistrictId,
    family: Id,
) -> Result<Value, StoreError> {
    let db = app.store.reader();
    let consents: Vec<Value> = super::super::guardian::exported(db, district, family).await?;
    Ok(json!({
        "consents": consents,
        "requests": requests(app, district, family).await?,
        "opened": opened(db, district, family).await?,
        "changed": changed(db, district, family).await?,
    }))
}

fn iso(at: Instant) -> String {
    at.utc().format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

async fn requests(app: &App, district: DistrictId, family: Id) -> Result<Vec<Value>, StoreError> {
    asuh_store::row_struct! {
        struct Row {
            number: String, kind: String, requester_name: String, detail_sealed: Vec<u8>, received_at: Instant,
            state: String, answer_sealed: Option<Vec<u8>>, closed_at: Option<Instant>,
        }
    }
    // Index: data_request_by_family.
    let rows: Vec<Row> = app
        .store
        .reader()
        .all(
            "SELECT number, kind, requester_name, detail_sealed, received_at, state, answer_sealed, closed_at \
             FROM data_request WHERE district_id = $1 AND family_id = $2 ORDER BY received_at, id",
            args![district, family],
        )
        .await?;
    let secrets = app.store.secrets();
    rows.into_iter()
        .map(|row| {
            let answer = row.answer_sealed.map(|sealed| secrets.open_text(district, &sealed)).transpose()?;
            Ok(json!({
                "number": row.number,
                "kind": row.kind,
                "requester": row.requester_name,
                "detail": secrets.open_text(district, &row.detail_sealed)?,
                "received_at": iso(row.received_at),
                "state": row.state,
                "answer": answer,
                "closed_at": row.closed_at.map(iso),
            }))
        })
        .collect()
}

asuh_store::row_struct! {
    struct Trace { at: Instant, who: Option<String>, action: String }
}

fn traces(rows: Vec<Trace>) -> Vec<Value> {
    rows.into_iter()
        .map(|row| json!({ "at": iso(row.at), "by": row.who.unwrap_or_else(|| "asuh".into()), "action": row.action }))
        .collect()
}

/// Who opened the family's file. Index: `access_log_by_subject`.
async fn opened(db: &impl Query, district: DistrictId, family: Id) -> Result<Vec<Value>, StoreError> {
    let rows: Vec<Trace> = db
        .all(
            "SELECT l.at, u.name AS who, l.action FROM access_log l \
             LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.user_id \
             WHERE l.district_id = $1 AND l.subject_id = $2 ORDER BY l.at, l.id",
            args![district, family],
        )
        .await?;
    Ok(traces(rows))
}

/// Who changed what of it. Index: `command_log_by_subject`.
async fn changed(db: &impl Query, district: DistrictId, family: Id) -> Result<Vec<Value>, StoreError> {
    let rows: Vec<Trace> = db
        .all(
            "SELECT l.recorded_at AS at, u.name AS who, l.kind AS action FROM command_log l \
             LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.actor_id \
             WHERE l.district_id = $1 AND l.subject_id = $2 ORDER BY l.recorded_at, l.id",
            args![district, family],
        )
        .await?;
    Ok(traces(rows))
}
