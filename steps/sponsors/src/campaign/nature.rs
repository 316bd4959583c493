//! The page on which a decision about a campaign's nature is logged: obligatory, or voluntary again.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_store::Id;
use axum::extract::State;

use super::command::DecideNature;
use super::query::{self, Campaign};
use super::rules::Obligation;
use crate::ManageCampaigns;

#[derive(Template)]
#[template(path = "campaign/nature.html")]
struct NaturePage {
    shell: Shell,
    f: FormView,
    campaign: Campaign,
    natures: Vec<(String, String)>,
    /// The decision in words, when it is to be looked over.
    checked: Option<String>,
}

/// A decision in words: "Ditetapkan wajib oleh Bupati dengan SE 1/2026, 26 Jan 2026."
pub(super) fn words(
    shell: &Shell,
    voluntary: bool,
    (decided_by, document, on): (&str, &str, time::Date),
) -> String {
    let key = match voluntary {
        true => "sponsors.campaign.voluntary_by",
        false => "sponsors.campaign.obligation_by",
    };
    shell.t3(key, ("by", decided_by), ("document", document), ("day", shell.day(on)))
}

async fn nature_page(
    app: &App,
    cap: &ManageCampaigns,
    shell: Shell,
    id: Id,
    form: &Form,
    checked: Option<String>,
) -> Page {
    let campaign = query::by_id(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    let natures = ["wajib", "sukarela"]
        .map(|code| (code.to_owned(), shell.t(&format!("sponsors.nature.{code}")).into_owned()))
        .into();
    page_with(form.status(), &NaturePage { f: form.view(), campaign, natures, checked, shell })
}

/// The form.
pub(crate) async fn new(
    cap: Cap<ManageCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    nature_page(&app, &cap, shell, id, &form, None).await
}

/// Looks it over, and at the second press logs the decision.
pub(crate) async fn decide(
    cap: Cap<ManageCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(campaign): Path<Id>,
    mut form: Form,
) -> Page {
    let voluntary = form.read("sifat", |text| match text {
        "sukarela" => Ok(true),
        "wajib" => Ok(false),
        _ => Err("web.error.choose"),
    });
    let decided_by = form.required("oleh", 120);
    let document = form.required("dokumen", 120);
    let on = form.day("tanggal");
    let (Some(voluntary), Some(on), true) = (voluntary, on, form.is_valid()) else {
        return nature_page(&app, &cap, shell, campaign, &form, None).await;
    };
    match form.get("aksi") {
        "kirim" => {}
        action => {
            let checked = (action != "ubah").then(|| words(&shell, voluntary, (&decided_by, &document, on)));
            return nature_page(&app, &cap, shell, campaign, &form, checked).await;
        }
    }
    let decision = Obligation { decided_by, document, on };
    let command = DecideNature { campaign, voluntary, decision, today: shell.today };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/gerakan/{campaign}")),
        Err(rejection) => {
            form.reject(rejection)?;
            nature_page(&app, &cap, shell, campaign, &form, None).await
        }
    }
}
