//! The pools of a programme on a page.

use askama::Template;
use asuh_store::Id;
use axum::extract::State;

use super::pages::found;
use super::pools::{AddPool, MOST_PER_BASKET, Pool, RemovePool, pools, units_by_worth};
use super::query::{self, Programme};
use crate::ManagePairing;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "programme/pools.html")]
struct PoolsPage {
    shell: Shell,
    f: FormView,
    programme: Programme,
    unit: i64,
    pools: Vec<Pool>,
    free: Vec<(String, String)>,
}

async fn pools_page(cap: &ManagePairing, app: &App, shell: Shell, id: Id, form: Option<Form>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = found(app, district, id).await?;
    let mut free = Vec::new();
    let mut first = None;
    for campaign in query::without_programme(db, district).await? {
        let both = (programme.campaign_id, campaign.id);
        let units = units_by_worth(db, district, both, shell.today).await?;
        first = first.or_else(|| units.map(|units| (campaign.id, units)));
        let words = match units {
            Some(units) => shell.t2("pairing.pool.option", "name", &campaign.name, "n", shell.number(units)),
            None => campaign.name,
        };
        free.push((campaign.id.to_string(), words));
    }
    let form = form.unwrap_or_else(|| match first {
        Some((campaign, units)) => {
            Form::with(&shell, [("gerakan", campaign.to_string()), ("satuan_per_paket", units.to_string())])
        }
        None => Form::empty(&shell),
    });
    let template = PoolsPage {
        f: form.view(),
        unit: query::unit_rupiah(db, district, programme.campaign_id, shell.today).await?,
        pools: pools(db, district, id).await?,
        free,
        programme,
        shell,
    };
    page_with(form.status(), &template)
}

/// The pools, and the form of another one.
pub(super) async fn list(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    pools_page(&cap, &app, shell, id, None).await
}

/// Adds one.
pub(super) async fn add(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    found(&app, cap.district(), id).await?;
    let (campaign, units) = (form.id("gerakan"), form.count("satuan_per_paket", 1..=MOST_PER_BASKET));
    if let (Some(campaign), Some(units_per_basket)) = (campaign, units) {
        let command = AddPool { programme: id, campaign, units_per_basket, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pasangan/{id}/kumpulan")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    pools_page(&cap, &app, shell, id, Some(form)).await
}

/// Takes one out again.
pub(super) async fn remove(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path((id, campaign)): Path<(Id, Id)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    found(&app, cap.district(), id).await?;
    match app.submit(cap.actor(), form.command_id()?, RemovePool { programme: id, campaign }).await {
        Ok(_) => redirect(&format!("/pasangan/{id}/kumpulan")),
        Err(rejection) => {
            form.reject(rejection)?;
            pools_page(&cap, &app, shell, id, Some(form)).await
        }
    }
}
