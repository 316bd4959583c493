//! Everything that is kept about a family or a giver, for the people themselves (UU 27/2022, articles 7 and 32), with
//! the record of who looked at it: one page in words, to print or to send.

use std::sync::Arc;

use askama::Template;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use axum::http::header;
use axum::response::IntoResponse;

use super::super::noted::noted;
use crate::App;
use crate::access::Actor;
use crate::settings::Letterhead;
use crate::web::{Page, Shell, Text};

/// A table of the copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// What the rows are.
    pub title: String,
    /// Headings.
    pub columns: Vec<String>,
    /// Values in words, as many per row as there are headings.
    pub rows: Vec<Vec<String>>,
}

impl Section {
    /// An empty table with the title and headings of these translation keys.
    pub fn titled(text: &Text, title: &str, columns: &[&str]) -> Section {
        let words = |key: &str| text.t(key).into_owned();
        Section {
            title: words(title),
            columns: columns.iter().map(|key| words(key)).collect(),
            rows: Vec::new(),
        }
    }

    /// The table with these rows; nothing when there are none.
    pub fn filled(self, rows: Vec<Vec<String>>) -> Option<Section> {
        (!rows.is_empty()).then_some(Section { rows, ..self })
    }
}

/// What all parts keep about a family or a sponsor, in the order of the data's path. Each part brings its own through
/// `Part::subject_export`.
///
/// # Errors
/// The store fails, or a value cannot be opened.
pub async fn subject_export(
    app: &App,
    district: DistrictId,
    subject: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let mut whole = Vec::new();
    for export in &app.registry.subject_exports {
        whole.extend(export(app, district, subject, text).await?);
    }
    Ok(whole)
}

#[derive(Template)]
#[template(path = "consent/requests/copy.html")]
struct Copy {
    shell: Shell,
    letterhead: Letterhead,
    title: String,
    at: Instant,
    sections: Vec<Section>,
}

/// The copy as a file to hand over, noted in the access log before it is made. `number` is the letter's, or words of
/// ours.
///
/// # Errors
/// The log cannot be written, the store fails, or a value cannot be opened.
pub async fn copy_for(
    app: &App,
    actor: &Arc<Actor>,
    shell: Shell,
    subject: (&'static str, Id),
    number: &str,
) -> Page {
    noted(app, actor, "export", Some(subject), "copy for the family").await?;
    let name = number.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let copy = Copy {
        letterhead: Letterhead::load(&app.store, actor.district).await?,
        title: shell.t1("consent.copy.title", "number", number),
        at: app.store.clock().now(),
        sections: subject_export(app, actor.district, subject.1, shell.text()).await?,
        shell,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.html\"")),
    ];
    Ok((headers, copy.render()?).into_response())
}

/// What these registers and the logs keep: consents, requests, and who opened or changed the file.
///
/// # Errors
/// The store fails, or a value cannot be opened.
pub(in crate::consent) async fn own_part(
    app: &App,
    district: DistrictId,
    subject: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let consents = Section::titled(
        &text,
        "consent.copy.consents",
        &[
            "consent.copy.purpose",
            "consent.copy.person",
            "consent.copy.guardian",
            "consent.copy.method",
            "consent.copy.given",
            "consent.copy.withdrawn",
        ],
    );
    let consents = consents.filled(super::super::guardian::exported(db, district, subject, &text).await?);
    let requests = Section::titled(
        &text,
        "consent.copy.requests",
        &["consent.copy.number", "consent.copy.asked", "consent.copy.received", "consent.copy.answer"],
    );
    let requests = requests.filled(requests_of(app, district, subject, &text).await?);
    let columns = ["audit.field.at", "audit.field.who", "audit.field.what"];
    let opened = Section::titled(&text, "consent.copy.opened", &columns);
    let opened = opened.filled(opened_by(db, district, subject, &text).await?);
    let changed = Section::titled(&text, "consent.copy.changed", &columns);
    let changed = changed.filled(changed_by(db, district, subject, &text).await?);
    Ok([consents, requests, opened, changed].into_iter().flatten().collect())
}

async fn requests_of(
    app: &App,
    district: DistrictId,
    family: Id,
    text: &Text,
) -> Result<Vec<Vec<String>>, StoreError> {
    asuh_store::row_struct! {
        struct Row {
            number: String, kind: String, requester_name: String, detail_sealed: Vec<u8>, received_at: Instant,
            answer_sealed: Option<Vec<u8>>, closed_at: Option<Instant>,
        }
    }
    // Index: data_request_by_family.
    let rows: Vec<Row> = app
        .store
        .reader()
        .all(
            "SELECT number, kind, requester_name, detail_sealed, received_at, answer_sealed, closed_at \
             FROM data_request WHERE district_id = $1 AND family_id = $2 ORDER BY received_at, id",
            args![district, family],
        )
        .await?;
    let secrets = app.store.secrets();
    rows.into_iter()
        .map(|row| {
            let answer = row.answer_sealed.map(|sealed| secrets.open_text(district, &sealed)).transpose()?;
            let closed = row.closed_at.map(|at| text.instant(at)).unwrap_or_default();
            let detail = secrets.open_text(district, &row.detail_sealed)?;
            let kind = text.t(&format!("consent.request_kind.{}", row.kind));
            Ok(vec![
                row.number,
                format!("{kind}: {detail} ({})", row.requester_name),
                text.instant(row.received_at),
                format!("{} {closed}", answer.unwrap_or_default()).trim().to_owned(),
            ])
        })
        .collect()
}

asuh_store::row_struct! {
    struct Trace { at: Instant, who: Option<String>, action: String }
}

fn traces(rows: Vec<Trace>, text: &Text, words: &str) -> Vec<Vec<String>> {
    let told = |row: Trace| {
        let key = format!("audit.{words}.{}", row.action);
        let what = text.t(&key);
        let what = if what == key.as_str() { row.action } else { what.into_owned() };
        vec![text.instant(row.at), row.who.unwrap_or_else(|| "asuh".into()), what]
    };
    rows.into_iter().map(told).collect()
}

/// Who opened the file. Index: `access_log_by_subject`.
async fn opened_by(
    db: &impl Query,
    district: DistrictId,
    subject: Id,
    text: &Text,
) -> Result<Vec<Vec<String>>, StoreError> {
    let rows: Vec<Trace> = db
        .all(
            "SELECT l.at, u.name AS who, l.action FROM access_log l \
             LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.user_id \
             WHERE l.district_id = $1 AND l.subject_id = $2 ORDER BY l.at, l.id",
            args![district, subject],
        )
        .await?;
    Ok(traces(rows, text, "action"))
}

/// Who changed what of it. Index: `command_log_by_subject`.
async fn changed_by(
    db: &impl Query,
    district: DistrictId,
    subject: Id,
    text: &Text,
) -> Result<Vec<Vec<String>>, StoreError> {
    let rows: Vec<Trace> = db
        .all(
            "SELECT l.recorded_at AS at, u.name AS who, l.kind AS action FROM command_log l \
             LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.actor_id \
             WHERE l.district_id = $1 AND l.subject_id = $2 ORDER BY l.recorded_at, l.id",
            args![district, subject],
        )
        .await?;
    Ok(traces(rows, text, "command"))
}
