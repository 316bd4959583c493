//! Papers that come with what is recorded in this step: read from a form, stored sealed, given away as a download.

use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::web::{Error, Form, Page};
use asuh_store::{DistrictId, Fault, Id, Refusal, Tx};
use axum::http::header;
use axum::response::IntoResponse;

/// The largest scan: 10 MB.
const MOST_BYTES: u64 = 10 << 20;

/// What somebody sent in a field, stored; nothing where no file came, or where it cannot be used (the form then says so).
///
/// # Errors
/// The store fails.
pub(crate) async fn keep(
    app: &App,
    actor: &Actor,
    form: &mut Form,
    field: &str,
) -> Result<Option<Id>, Error> {
    let read = match form.file(field) {
        None => return Ok(None),
        Some(upload) => attachments::read(upload, MediaType::SCANS, MOST_BYTES),
    };
    match read {
        Ok(content) => Ok(Some(attachments::store(app, actor, form.command_id()?, content).await?)),
        Err(refusal) => {
            form.refuse(&refusal.field(field));
            Ok(None)
        }
    }
}

/// Refuses a paper that somebody else stored.
pub(crate) async fn own(tx: &Tx<'_>, paper: Option<Id>, field: &str) -> Result<(), Fault> {
    match paper {
        Some(id) if !attachments::is_own(tx, tx.district(), id, tx.actor()).await? => {
            Err(Refusal::new("web.error.choose").field(field).into())
        }
        _ => Ok(()),
    }
}

/// A paper as a download; the caller has asked whether the reader may see it.
pub(crate) async fn send(app: &App, district: DistrictId, paper: Id, name: &str) -> Page {
    let content = attachments::open(&app.store, district, paper).await?.ok_or(Error::NotFound)?;
    let ending = content.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, content.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
    ];
    Ok((headers, content.bytes).into_response())
}
