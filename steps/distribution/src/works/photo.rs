//! Photos of a work: the place before and after, how it stands later, and the signed paper.

use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::audit;
use asuh_ground::consent::{self, Purpose};
use asuh_ground::web::{Error, Form, Page, Path, Shell, redirect};
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::held_near;
use super::pages::show_page;
use super::query;
use super::rules::{MOMENTS, PHOTOS};
use super::{DoWorks, ReadWorks};

/// Most bytes of a photo.
const PHOTO_BYTES: u64 = 5 * 1024 * 1024;

/// Writes a photo to a work that the caller holds.
pub(super) async fn put(
    tx: &Tx<'_>,
    work: Id,
    (moment, photo): (&str, Id),
    taken_on: Date,
) -> Result<(), Fault> {
    let nth = tx
        .number(
            "SELECT COALESCE(MAX(nth), 0) + 1 AS n FROM work_photo WHERE district_id = $1 AND work_id = $2",
            args![tx.district(), work],
        )
        .await?;
    if nth > PHOTOS as i64 {
        return Err(Refusal::new("works.refused.photos").arg("most", PHOTOS).field("foto").into());
    }
    tx.execute(
        "INSERT INTO work_photo (district_id, work_id, nth, moment, attachment_id, taken_on, recorded_at, recorded_by, \
         removed_at, removed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL)",
        args![tx.district(), work, nth, moment, photo, taken_on, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}

/// Adds a photo of the place, taken with the guardian's consent.
///
/// Refused without consent on that day, for a day that has not come, and for too many of them. A cancelled work gets none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddWorkPhoto {
    /// The work.
    pub work: Id,
    /// 'before', 'after' or 'check'.
    pub moment: String,
    /// The photo, stored by the sender.
    pub photo: Id,
    /// The day.
    pub taken_on: Date,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for AddWorkPhoto {
    const KIND: &'static str = "works.add_photo";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        if held.state == "cancelled" {
            return Err(Refusal::new("works.refused.state").into());
        }
        if self.moment == "paper" || !MOMENTS.contains(&self.moment.as_str()) {
            return Err(Refusal::new("web.error.choose").field("saat").into());
        }
        if self.taken_on > self.today {
            return Err(Refusal::new("works.refused.future").field("hari_foto").into());
        }
        if !attachments::is_own(tx, tx.district(), self.photo, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        if !consent::holds(tx, tx.district(), held.family_id, None, Purpose::Photo, self.taken_on).await? {
            return Err(Refusal::new("works.refused.consent").field("foto").into());
        }
        put(tx, held.id, (&self.moment, self.photo), self.taken_on).await
    }
}

/// Takes a photo off a work: it shows somebody, or another place. It is opened by nobody any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemoveWorkPhoto {
    /// The work.
    pub work: Id,
    /// Which of its photos.
    pub nth: i64,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for RemoveWorkPhoto {
    const KIND: &'static str = "works.remove_photo";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        let removed = tx
            .execute(
                "UPDATE work_photo SET removed_at = $4, removed_by = $5 WHERE district_id = $1 AND work_id = $2 \
                 AND nth = $3 AND moment <> 'paper' AND removed_at IS NULL",
                args![tx.district(), held.id, self.nth, tx.now(), tx.actor()],
            )
            .await?;
        if removed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Adds a photo. Without consent it is stored nowhere.
pub(super) async fn add(
    cap: Cap<DoWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let work = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let moment = form.required("saat", 10);
    let taken_on = form.day_optional("hari_foto").unwrap_or(shell.today);
    let read = form.file("foto").map(|upload| attachments::read(upload, MediaType::PICTURES, PHOTO_BYTES));
    let content = match read {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("foto"));
            None
        }
        None => {
            form.error("foto", "web.error.required");
            None
        }
    };
    let allowed = consent::holds(db, district, work.family_id, None, Purpose::Photo, taken_on).await?;
    if !allowed {
        form.error("foto", "works.refused.consent");
    }
    if let (Some(content), true) = (content, form.is_valid()) {
        let photo = attachments::store(&app, cap.actor(), form.command_id()?, content).await?;
        let (today, scope) = (shell.today, cap.scope().clone());
        let command = AddWorkPhoto { work: id, moment, photo, taken_on, today, scope };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Takes a photo off.
pub(super) async fn remove(
    cap: Cap<DoWorks>,
    State(app): State<App>,
    Path((id, nth)): Path<(Id, i64)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = RemoveWorkPhoto { work: id, nth, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/pekerjaan/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_page(&app, cap.actor(), shell, &form, id).await
        }
    }
}

/// A photo, or the scan of the paper.
pub(super) async fn show(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    Path((id, nth)): Path<(Id, i64)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let work = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let photo = query::photo(db, district, id, nth).await?.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("family", work.family_id)), "work_photo");
    let content = attachments::open(&app.store, district, photo).await?.ok_or(Error::NotFound)?;
    let name = content.media_type.name();
    let mut response = content.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(name));
    let inline = if name == "application/pdf" { "attachment" } else { "inline" };
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(inline));
    Ok(response)
}
