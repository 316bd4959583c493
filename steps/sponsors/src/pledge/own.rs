//! The sponsor's own page: what he promised and how it stands, what later steps show him, and his report to print.

use askama::Template;
use asuh_nusantara::{FamilyCardNumber, wa_me_text};
use asuh_store::Id;
use axum::extract::{Query as Params, State as Shared};
use serde::Deserialize;
use time::Date;

use super::change::StopPledge;
use super::command::Pledge;
use super::pages::{asn_first, beginning, campaign_options, deadline, far_options, name_options, read};
use super::rules::{PublicName, most_baskets};
use super::state::{self, Standing, State};
use crate::campaign::pages::basket_words;
use crate::campaign::query as campaigns;
use crate::roster::query::{self as roster, SponsorLine};
use crate::sponsor::command::DeclareCard;
use crate::{OwnPledges, Reach};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::app::GiftDay;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// Days before its end from which a promise says so.
pub(crate) const NOTICE_DAYS: i64 = 30;

/// A promise with its basket in words.
pub(crate) struct Mine {
    pub(crate) standing: Standing,
    pub(crate) basket: String,
    /// "31 Jan 2027, 62 hari lagi", where an end is near or said.
    pub(crate) deadline: Option<String>,
    /// Whether the end is near enough to ask whether he goes on.
    pub(crate) near: bool,
}

/// The promises of a sponsor, told.
pub(crate) async fn told(
    app: &App,
    shell: &Shell,
    district: asuh_store::DistrictId,
    sponsor: Id,
) -> Result<Vec<Mine>, Error> {
    let db = app.store.reader();
    let items = campaigns::all_items(db, district).await?;
    let found = state::of_sponsor(db, district, sponsor, shell.today, app.store.clock().now()).await?;
    Ok(found
        .into_iter()
        .map(|standing| {
            let own = items.iter().filter(|item| item.campaign_id == standing.pledge.campaign_id);
            let last = standing.pledge.last_day().filter(|_| standing.open);
            Mine {
                basket: basket_words(shell, own, standing.pledge.baskets),
                deadline: last.map(|last| deadline(shell, last)),
                near: last.is_some_and(|last| (last - shell.today).whole_days() <= NOTICE_DAYS),
                standing,
            }
        })
        .collect())
}

/// What later steps show of a sponsor to the caller.
pub(crate) async fn panels(app: &App, shell: &Shell, sponsor: Id) -> Result<Vec<String>, Error> {
    let mut panels = Vec::new();
    if let Some(actor) = &shell.actor {
        for panel in &app.registry.sponsor_panels {
            panels.extend(panel(app, actor, sponsor).await?);
        }
    }
    Ok(panels)
}

#[derive(Template)]
#[template(path = "pledge/own.html")]
struct OwnPage {
    shell: Shell,
    f: FormView,
    sponsor: Option<SponsorLine>,
    mine: Vec<Mine>,
    campaigns: Vec<(String, String)>,
    pairs: bool,
    names: Vec<(String, String)>,
    fars: Vec<(String, String)>,
    names_hint: String,
    panels: Vec<String>,
    share: String,
}

async fn own_with(cap: &OwnPledges, app: &App, shell: Shell, form: Option<Form>) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let sponsor = match cap.actor().sponsor {
        Some(id) => roster::sponsor(db, district, id).await?,
        None => None,
    };
    let (mut mine, mut options, mut shown, mut first, mut pairs) =
        (Vec::new(), Vec::new(), Vec::new(), None, false);
    if let Some(sponsor) = &sponsor {
        mine = told(app, &shell, district, sponsor.id).await?;
        shown = panels(app, &shell, sponsor.id).await?;
        let mut open = campaigns::open(db, district, shell.today).await?;
        open.retain(|campaign| sponsor.kind == "asn" || campaign.contributor_scope != "asn");
        asn_first(&mut open);
        pairs = open.iter().any(|campaign| campaign.destination == "pairs");
        options = campaign_options(&shell, &open, &campaigns::all_items(db, district).await?);
        first = open.into_iter().next();
    }
    let form = form.unwrap_or_else(|| beginning(&shell, first.as_ref()));
    let kind = sponsor.as_ref().map_or("asn", |sponsor| sponsor.kind.as_str());
    let share = wa_me_text(&shell.t1("sponsors.share", "district", shell.district_name()));
    let template = OwnPage {
        f: form.view(),
        names: name_options(&shell, &PublicName::ALL, kind),
        fars: far_options(&shell),
        names_hint: shell.t("sponsors.pledge.public_name_hint").into_owned(),
        sponsor,
        mine,
        campaigns: options,
        pairs,
        panels: shown,
        share,
        shell,
    };
    page_with(form.status(), &template)
}

/// My promises.
pub(crate) async fn own(cap: Cap<OwnPledges>, Shared(app): Shared<App>, shell: Shell) -> Page {
    own_with(&cap, &app, shell, None).await
}

/// I promise.
pub(crate) async fn promise(
    cap: Cap<OwnPledges>,
    Shared(app): Shared<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    // The page says that this user is not linked to anyone who gives.
    let Some(sponsor) = cap.actor().sponsor else { return redirect("/janji") };
    let held = roster::sponsor(app.store.reader(), cap.district(), sponsor).await?;
    let most = most_baskets(held.as_ref().map_or("", |held| held.kind.as_str()));
    let campaign = form.id("gerakan");
    let what = read(&mut form, shell.today, most);
    if let (Some(campaign), Some(sent)) = (campaign, what) {
        let command = Pledge {
            campaign,
            sponsor,
            baskets: sent.baskets,
            starts_on: sent.starts_on,
            ends_on: sent.ends_on,
            public_name: sent.public_name,
            how_far: sent.how_far,
            document: None,
            reach: Reach::Own(sponsor),
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/janji"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    own_with(&cap, &app, shell, Some(form)).await
}

/// I stop, from today on, without a reason.
pub(crate) async fn stop(
    cap: Cap<OwnPledges>,
    Shared(app): Shared<App>,
    shell: Shell,
    Path(pledge): Path<Id>,
    form: Form,
) -> Page {
    let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
    let last_day = shell.today.previous_day().unwrap_or(shell.today);
    let command = StopPledge { pledge, last_day, reach: Reach::Own(sponsor) };
    app.submit(cap.actor(), form.command_id()?, command).await?;
    redirect("/janji")
}

/// I tell my own family card, or take it back.
pub(crate) async fn card(
    cap: Cap<OwnPledges>,
    Shared(app): Shared<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
    let kk = if form.get("aksi") == "hapus" {
        None
    } else {
        form.read("kk", |text| FamilyCardNumber::parse(text).map_err(|_| "sponsors.refused.kk"))
            .map(|kk| kk.as_str().to_owned())
    };
    if form.is_valid() {
        let command = DeclareCard { sponsor, kk, day: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/janji"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    own_with(&cap, &app, shell, Some(form)).await
}

/// Which year a report is of.
#[derive(Debug, Deserialize)]
pub(crate) struct Year {
    /// 2026
    tahun: Option<i32>,
}

/// The last report that can be asked for lies this many years back.
const YEARS: i32 = 10;

#[derive(Template)]
#[template(path = "pledge/report.html")]
struct ReportPage {
    shell: Shell,
    path: String,
    back: String,
    year: i32,
    /// Years to choose, and whether it is this one.
    years: Vec<(i32, bool)>,
    sponsor: SponsorLine,
    mine: Vec<Mine>,
    gifts: Vec<GiftDay>,
    rupiah: i64,
    letterhead: Letterhead,
}

/// What a sponsor promised and gave in a year, for his tax return or CSR report. Of children it holds nothing.
pub(crate) async fn report(
    app: &App,
    shell: Shell,
    sponsor: SponsorLine,
    year: &Year,
    path: String,
    back: String,
) -> Page {
    let this_year = shell.today.year();
    let year = year.tahun.unwrap_or(this_year);
    if !(this_year - YEARS..=this_year).contains(&year) {
        return Err(Error::NotFound);
    }
    let district = shell.actor.as_ref().map(|actor| actor.district).ok_or(Error::SignInFirst)?;
    let day = |month, day| Date::from_calendar_date(year, month, day).map_err(|_| Error::NotFound);
    let (from, to) = (day(time::Month::January, 1)?, day(time::Month::December, 31)?);
    let mut mine = told(app, &shell, district, sponsor.id).await?;
    mine.retain(|one| {
        let pledge = &one.standing.pledge;
        one.standing.state != State::Undone
            && pledge.starts_on <= to
            && pledge.last_day().is_none_or(|last| last >= from && last >= pledge.starts_on)
    });
    let mut gifts = Vec::new();
    for given in &app.registry.gifts_given {
        gifts.extend(given(app, district, sponsor.id, (from, to), shell.text()).await?);
    }
    gifts.sort_by_key(|gift| gift.on);
    let letterhead = Letterhead::load(&app.store, district).await?;
    page(&ReportPage {
        rupiah: gifts.iter().map(|gift| gift.rupiah).sum(),
        years: (this_year - YEARS..=this_year).rev().map(|one| (one, one == year)).collect(),
        path,
        back,
        year,
        sponsor,
        mine,
        gifts,
        letterhead,
        shell,
    })
}

/// My report.
pub(crate) async fn own_report(
    cap: Cap<OwnPledges>,
    Shared(app): Shared<App>,
    shell: Shell,
    Params(year): Params<Year>,
) -> Page {
    let id = cap.actor().sponsor.ok_or(Error::NotFound)?;
    let sponsor = roster::sponsor(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    report(&app, shell, sponsor, &year, "/janji/laporan".into(), "/janji".into()).await
}
