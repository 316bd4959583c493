//! Adding the photo of a signed sheet, and fetching it.

use asuh_store::Id;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::super::reach::Sides;
use super::super::{Reach, ReadHandOvers, ReadRolls, SignSheets, hand_over, roll};
use super::command::{AddSignedSheet, Paper};
use super::query;
use asuh_ground::App;
use asuh_ground::access::{Cap, Role};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::web::{Error, Form, Page, Path, Shell, redirect};

/// The largest photo of a sheet: 5 MB.
const MOST_BYTES: u64 = 5 << 20;

/// Stores the photo and adds it; what is wrong with it comes back in the form.
async fn add(app: &App, cap: &SignSheets, form: &mut Form, paper: Paper) -> Result<bool, Error> {
    let giving = Reach::of(&cap.actor().scope(&[Role::UnitCoordinator]));
    let receiving = Reach::of(&cap.actor().scope(&[Role::WarehouseKeeper]));
    // Before anything is stored: whose sheet it is.
    let db = app.store.reader();
    let there = match paper {
        Paper::Roll(id) => roll::query::by_id(db, cap.district(), &giving, id).await?.is_some(),
        Paper::HandOver(id) => {
            let sides = Sides { giving: giving.clone(), receiving: receiving.clone() };
            hand_over::query::by_id(db, cap.district(), &sides, id).await?.is_some()
        }
    };
    if !there {
        return Err(Error::NotFound);
    }
    let content =
        match form.file("foto").map(|upload| attachments::read(upload, MediaType::SCANS, MOST_BYTES)) {
            Some(Ok(content)) => content,
            Some(Err(refusal)) => {
                form.refuse(&refusal.field("foto"));
                return Ok(false);
            }
            None => {
                form.error("foto", "web.error.required");
                return Ok(false);
            }
        };
    let scan = attachments::store(app, cap.actor(), form.command_id()?, content).await?;
    let command = AddSignedSheet { paper, scan, giving, receiving };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => Ok(true),
        Err(rejection) => {
            form.reject(rejection)?;
            Ok(false)
        }
    }
}

/// Adds the photo of a signed count sheet.
pub(crate) async fn add_to_roll(
    cap: Cap<SignSheets>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    if add(&app, &cap, &mut form, Paper::Roll(id)).await? {
        return redirect(&format!("/setoran/{id}/lembar"));
    }
    roll::sheet::again(&app, cap.actor(), shell, &form, id).await
}

/// Adds the photo of a signed protocol.
pub(crate) async fn add_to_hand_over(
    cap: Cap<SignSheets>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    if add(&app, &cap, &mut form, Paper::HandOver(id)).await? {
        return redirect(&format!("/serah-terima/{id}"));
    }
    hand_over::pages::again(&app, cap.actor(), shell, &form, id).await
}

/// A signed count sheet.
pub(crate) async fn of_roll(
    cap: Cap<ReadRolls>,
    State(app): State<App>,
    Path((id, sheet)): Path<(Id, Id)>,
) -> Page {
    let reach = Reach::of(cap.scope());
    roll::query::by_id(app.store.reader(), cap.district(), &reach, id).await?.ok_or(Error::NotFound)?;
    send(&app, cap.district(), id, sheet, "lembar-hitung").await
}

/// A signed protocol.
pub(crate) async fn of_hand_over(
    cap: Cap<ReadHandOvers>,
    State(app): State<App>,
    Path((id, sheet)): Path<(Id, Id)>,
) -> Page {
    let sides = hand_over::pages::sides(cap.actor());
    hand_over::query::by_id(app.store.reader(), cap.district(), &sides, id).await?.ok_or(Error::NotFound)?;
    send(&app, cap.district(), id, sheet, "bast").await
}

/// A sheet as a download: never shown as part of our own pages.
async fn send(app: &App, district: asuh_store::DistrictId, paper: Id, sheet: Id, name: &str) -> Page {
    let sheets = query::of(app.store.reader(), district, paper).await?;
    let sheet = sheets.into_iter().find(|one| one.id == sheet).ok_or(Error::NotFound)?;
    let photo = attachments::open(&app.store, district, sheet.attachment_id).await?.ok_or(Error::NotFound)?;
    let ending = photo.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, photo.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
    ];
    Ok((headers, photo.bytes).into_response())
}
