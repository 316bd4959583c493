//! A promise that the admin records for a sponsor, with the letter or MoU behind it; and the sponsor's report.

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as Params, State};

use crate::campaign::query as campaigns;
use crate::pledge::command::Pledge;
use crate::pledge::own::{Year, report};
use crate::pledge::pages::{beginning, campaign_options, far_options, name_options, read};
use crate::pledge::rules::{PublicName, most_baskets};
use crate::roster::query::{self as roster, SponsorLine};
use crate::{PledgeForSponsor, Reach};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "sponsor/pledge.html")]
struct PledgePage {
    shell: Shell,
    f: FormView,
    sponsor: SponsorLine,
    campaigns: Vec<(String, String)>,
    pairs: bool,
    names: Vec<(String, String)>,
    fars: Vec<(String, String)>,
    names_hint: String,
}

async fn show(
    cap: &PledgeForSponsor,
    app: &App,
    shell: Shell,
    sponsor: SponsorLine,
    form: Option<Form>,
) -> Page {
    let db = app.store.reader();
    let mut open = campaigns::open(db, cap.district(), shell.today).await?;
    open.retain(|campaign| sponsor.kind == "asn" || campaign.contributor_scope != "asn");
    let items = campaigns::all_items(db, cap.district()).await?;
    let form = form.unwrap_or_else(|| beginning(&shell, open.first()));
    let template = PledgePage {
        f: form.view(),
        campaigns: campaign_options(&shell, &open, &items),
        pairs: open.iter().any(|campaign| campaign.destination == "pairs"),
        names: name_options(&shell, &PublicName::ALL, &sponsor.kind),
        fars: far_options(&shell),
        names_hint: shell.t("sponsors.pledge.public_name_sponsor").into_owned(),
        sponsor,
        shell,
    };
    page_with(form.status(), &template)
}

async fn of_path(cap: &PledgeForSponsor, app: &App, id: Id) -> Result<SponsorLine, Error> {
    roster::sponsor(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)
}

/// The form.
pub(crate) async fn new(
    cap: Cap<PledgeForSponsor>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let sponsor = of_path(&cap, &app, id).await?;
    show(&cap, &app, shell, sponsor, None).await
}

/// Records the promise.
pub(crate) async fn create(
    cap: Cap<PledgeForSponsor>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let sponsor = of_path(&cap, &app, id).await?;
    let campaign = form.id("gerakan");
    let what = read(&mut form, shell.today, most_baskets(&sponsor.kind));
    if let (Some(campaign), Some(sent)) = (campaign, what) {
        let command = Pledge {
            campaign,
            sponsor: id,
            baskets: sent.baskets,
            starts_on: sent.starts_on,
            ends_on: sent.ends_on,
            public_name: sent.public_name,
            how_far: sent.how_far,
            document: sent.document,
            reach: Reach::All,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/orang-tua-asuh/{id}/janji/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(&cap, &app, shell, sponsor, Some(form)).await
}

/// The sponsor's report of a year, to print for him.
pub(crate) async fn year(
    cap: Cap<PledgeForSponsor>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(year): Params<Year>,
) -> Page {
    let sponsor = of_path(&cap, &app, id).await?;
    let back = format!("/orang-tua-asuh/{id}");
    report(&app, shell, sponsor, &year, format!("{back}/laporan"), back).await
}
