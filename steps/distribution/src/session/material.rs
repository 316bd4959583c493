//! Leaflets and slides of a session.

use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::web::{Error, Form, Page, Path, Shell, redirect};
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use super::command::held;
use super::pages::show_page;
use super::query;
use super::{HoldSessions, ReadSessions};

/// Papers of one session at most.
const MOST: i64 = 5;
/// Most bytes of one.
const BYTES: u64 = 10 * 1024 * 1024;

/// Adds a paper to a session.
///
/// Refused for somebody else's file, without a title, and for too many.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddMaterial {
    /// The session.
    pub session: Id,
    /// What it is.
    pub title: String,
    /// The file, stored by the sender.
    pub file: Id,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for AddMaterial {
    const KIND: &'static str = "education.add_material";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, self.session, &self.scope).await?;
        if self.title.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("judul").into());
        }
        if !attachments::is_own(tx, tx.district(), self.file, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        let count = "SELECT COUNT(*) AS n FROM session_material WHERE district_id = $1 AND session_id = $2";
        if tx.number(count, args![tx.district(), self.session]).await? >= MOST {
            return Err(Refusal::new("education.refused.material").arg("most", MOST).field("berkas").into());
        }
        let nth = tx
            .number(
                "SELECT COALESCE(MAX(nth), 0) + 1 AS n FROM session_material WHERE district_id = $1 AND session_id = $2",
                args![tx.district(), self.session],
            )
            .await?;
        tx.execute(
            "INSERT INTO session_material (district_id, session_id, nth, title, attachment_id, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                tx.district(),
                self.session,
                nth,
                self.title.trim(),
                self.file,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(())
    }
}

/// Takes a paper off a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemoveMaterial {
    /// The session.
    pub session: Id,
    /// Which of its papers.
    pub nth: i64,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for RemoveMaterial {
    const KIND: &'static str = "education.remove_material";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, self.session, &self.scope).await?;
        let gone = tx
            .execute(
                "DELETE FROM session_material WHERE district_id = $1 AND session_id = $2 AND nth = $3",
                args![tx.district(), self.session, self.nth],
            )
            .await?;
        if gone == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Adds a paper.
pub(super) async fn add(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let title = form.required("judul", 80);
    let read = form.file("berkas").map(|upload| attachments::read(upload, MediaType::SCANS, BYTES));
    let content = match read {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("berkas"));
            None
        }
        None => {
            form.error("berkas", "web.error.required");
            None
        }
    };
    if let (Some(content), true) = (content, form.is_valid()) {
        let file = attachments::store(&app, cap.actor(), form.command_id()?, content).await?;
        let command = AddMaterial { session: id, title, file, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/edukasi/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Takes one off.
pub(super) async fn remove(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path((id, nth)): Path<(Id, i64)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = RemoveMaterial { session: id, nth, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/edukasi/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_page(&app, cap.actor(), shell, &form, id).await
        }
    }
}

/// A paper, as a download.
pub(super) async fn show(
    cap: Cap<ReadSessions>,
    State(app): State<App>,
    Path((id, nth)): Path<(Id, i64)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let file = query::material(db, district, id, nth).await?.ok_or(Error::NotFound)?;
    let content = attachments::open(&app.store, district, file).await?.ok_or(Error::NotFound)?;
    let ending = content.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, content.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"materi-edukasi.{ending}\"")),
    ];
    Ok((headers, content.bytes).into_response())
}
