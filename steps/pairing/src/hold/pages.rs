//! The holds of a programme.

use askama::Template;
use asuh_step_registry::territories;
use asuh_step_sponsors::staff::{SponsorLine, sponsor};
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::{Date, Duration};

use super::command::{KINDS, PlaceHold, ReleaseHold};
use crate::ManagePairing;
use crate::programme::{Programme, programme_or_404};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Holds that are shown, the newest.
const SHOWN: i64 = 50;

asuh_store::row_struct! {
    struct HoldLine {
        id: Id,
        kind: String,
        for_whom: String,
        placed_on: Date,
        until: Date,
        released_at: Option<Instant>,
        targets: i64,
        units: i64,
    }
}

impl HoldLine {
    /// Whether it still keeps anything on a day.
    fn acts(&self, today: &Date) -> bool {
        self.released_at.is_none() && self.until >= *today
    }
}

/// The newest holds of a programme. Index: pairing_hold_running serves those that act; a district has a few a month.
async fn holds(db: &impl Query, district: DistrictId, programme: Id) -> Result<Vec<HoldLine>, StoreError> {
    db.all(
        &format!(
            "SELECT h.id, h.kind, h.for_whom, h.placed_on, h.until, h.released_at, COUNT(*) AS targets, \
             CAST(SUM(c.units) AS BIGINT) AS units FROM pairing_hold h \
             JOIN hold_child c ON c.district_id = h.district_id AND c.hold_id = h.id \
             WHERE h.district_id = $1 AND h.programme_id = $2 \
             GROUP BY h.id, h.kind, h.for_whom, h.placed_on, h.until, h.released_at, h.placed_at \
             ORDER BY h.placed_at DESC, h.id LIMIT {SHOWN}"
        ),
        args![district, programme],
    )
    .await
}

#[derive(Template)]
#[template(path = "hold/list.html")]
struct ListPage {
    shell: Shell,
    f: FormView,
    programme: Programme,
    lines: Vec<HoldLine>,
    kinds: Vec<(String, String)>,
    places: Vec<(String, String)>,
    /// The sponsor whom it is for, where it is one that is known.
    sponsor: Option<SponsorLine>,
}

/// The page, with a form that was sent or one for a sponsor.
async fn list_page(
    cap: &ManagePairing,
    app: &App,
    shell: Shell,
    id: Id,
    form: Result<Form, Option<Id>>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(app, district, id).await?;
    let known = match &form {
        Ok(form) => form.get("orang_tua_asuh").parse().ok(),
        Err(known) => *known,
    };
    let sponsor = match known {
        Some(known) => Some(sponsor(db, district, known).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    let form = form.unwrap_or_else(|_| {
        let until = shell.today + Duration::days(14);
        Form::with(
            &shell,
            [
                ("untuk", sponsor.as_ref().map(|one| one.name.clone()).unwrap_or_default()),
                ("jenis", KINDS[0].to_owned()),
                ("jumlah", "1".to_owned()),
                ("sampai_tanggal", until.day().to_string()),
                ("sampai_bulan", u8::from(until.month()).to_string()),
                ("sampai_tahun", until.year().to_string()),
            ],
        )
    });
    let kinds = KINDS
        .iter()
        .map(|kind| ((*kind).to_owned(), shell.t(&format!("pairing.hold.kind.{kind}")).into_owned()));
    let places = territories::subdistricts(db, district).await?;
    let template = ListPage {
        f: form.view(),
        lines: holds(db, district, id).await?,
        kinds: kinds.collect(),
        sponsor,
        places: places.into_iter().map(|place| (place.code.to_string(), place.name)).collect(),
        programme,
        shell,
    };
    page_with(form.status(), &template)
}

/// For which sponsor the form is filled in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct For {
    #[serde(default)]
    untuk: String,
}

/// The holds, and the form of a new one.
pub(super) async fn list(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(chosen): Params<For>,
    shell: Shell,
) -> Page {
    list_page(&cap, &app, shell, id, Err(chosen.untuk.parse().ok())).await
}

/// Keeps targets for somebody.
pub(super) async fn place(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    programme_or_404(&app, cap.district(), id).await?;
    let kind = form.read("jenis", |code| match KINDS.contains(&code) {
        true => Ok(code.to_owned()),
        false => Err("web.error.choose"),
    });
    let for_whom = form.required("untuk", 120);
    let targets = form.count("jumlah", 1..=500);
    let until = form.day("sampai");
    let territory = form.get("kecamatan").parse().ok();
    let sponsor = form.get("orang_tua_asuh").parse().ok();
    if let (Some(kind), Some(targets), Some(until), true) = (kind, targets, until, form.is_valid()) {
        let today = shell.today;
        let command = PlaceHold { programme: id, kind, for_whom, sponsor, targets, territory, until, today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pasangan/{id}/tahan")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    list_page(&cap, &app, shell, id, Ok(form)).await
}

/// Lets go of them.
pub(super) async fn release(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(hold): Path<Id>,
    form: Form,
) -> Page {
    let programme: Option<(Id,)> = app
        .store
        .reader()
        .first(
            "SELECT programme_id FROM pairing_hold WHERE district_id = $1 AND id = $2",
            args![cap.district(), hold],
        )
        .await?;
    let programme = programme.ok_or(Error::NotFound)?.0;
    app.submit(cap.actor(), form.command_id()?, ReleaseHold { hold }).await?;
    redirect(&format!("/pasangan/{programme}/tahan"))
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn holds_are_found_by_their_programme(db: TestDatabase) {
        let db = Plans::of(&db).await;
        holds(&db, D, I).await.expect("a plan");
        no_walks(&db);
    }
}
