//! The pages of promises: one's own, and a unit's on one page.

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::change::StopPledge;
use super::command::{Pledge, PledgeUnit};
use super::query::{self, OwnPledge, PEOPLE, PersonLine};
use super::rules::{HowFar, MOST_BASKETS, PublicName};
use crate::campaign::pages::{basket_words, rhythm_words};
use crate::campaign::query::{self as campaigns, Campaign, Item};
use crate::roster::query::{self as roster, UNITS, UnitLine};
use crate::{OwnPledges, PledgeForUnit, Reach};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// One's own promise, with its basket in words.
struct Mine {
    pledge: OwnPledge,
    basket: String,
    holds: bool,
}

#[derive(Template)]
#[template(path = "pledge/own.html")]
struct OwnPage {
    shell: Shell,
    f: FormView,
    is_sponsor: bool,
    mine: Vec<Mine>,
    campaigns: Vec<(String, String)>,
    names: Vec<(String, String)>,
}

/// The public names that a form offers.
fn name_options(shell: &Shell, names: &[PublicName]) -> Vec<(String, String)> {
    names
        .iter()
        .map(|name| {
            (name.code().to_owned(), shell.t(&format!("sponsors.public_name.{}", name.code())).into_owned())
        })
        .collect()
}

/// "SECANTING: setiap hari Senin, Beras (kaleng): 1 kaleng, ..."
fn campaign_options(shell: &Shell, open: &[Campaign], items: &[Item]) -> Vec<(String, String)> {
    open.iter()
        .map(|campaign| {
            let own = items.iter().filter(|item| item.campaign_id == campaign.id);
            let words = format!(
                "{}: {}, {}",
                campaign.name,
                rhythm_words(shell, campaign),
                basket_words(shell, own, 1)
            );
            (campaign.id.to_string(), words)
        })
        .collect()
}

/// What a form for a promise begins with: today, or the campaign's first day when that lies ahead.
fn beginning(shell: &Shell, campaign: Option<&Campaign>) -> Form {
    let day = campaign.map_or(shell.today, |campaign| campaign.starts_on.max(shell.today));
    Form::with(
        shell,
        [
            ("gerakan", campaign.map(|campaign| campaign.id.to_string()).unwrap_or_default()),
            ("paket", "1".to_owned()),
            ("sebutan", PublicName::Anonymous.code().to_owned()),
            ("mulai_tanggal", day.day().to_string()),
            ("mulai_bulan", u8::from(day.month()).to_string()),
            ("mulai_tahun", day.year().to_string()),
        ],
    )
}

/// Baskets, first day and public name of a sent form.
fn read(form: &mut Form, today: time::Date) -> Option<(i64, time::Date, PublicName)> {
    let baskets = form.count("paket", 1..=MOST_BASKETS);
    let starts_on = form.day("mulai");
    if starts_on.is_some_and(|day| day < today) {
        form.error("mulai", "sponsors.refused.starts_in_past");
    }
    let public_name = form.read("sebutan", |code| PublicName::parse(code).ok_or("web.error.choose"));
    if form.is_valid() { Some((baskets?, starts_on?, public_name?)) } else { None }
}

async fn own_with(cap: &OwnPledges, app: &App, shell: Shell, form: Option<Form>) -> Page {
    let reader = app.store.reader();
    let (mut mine, mut options) = (Vec::new(), Vec::new());
    let mut first = None;
    if let Some(sponsor) = cap.actor().sponsor {
        let items = campaigns::all_items(reader, cap.district()).await?;
        mine = query::of_sponsor(reader, cap.district(), sponsor)
            .await?
            .into_iter()
            .map(|pledge| Mine {
                basket: basket_words(
                    &shell,
                    items.iter().filter(|item| item.campaign_id == pledge.campaign_id),
                    pledge.baskets,
                ),
                holds: pledge.ends_on.is_none_or(|end| end >= shell.today && end >= pledge.starts_on),
                pledge,
            })
            .collect();
        let open = campaigns::open(reader, cap.district(), shell.today).await?;
        options = campaign_options(&shell, &open, &items);
        first = open.into_iter().next();
    }
    let form = form.unwrap_or_else(|| beginning(&shell, first.as_ref()));
    let template = OwnPage {
        f: form.view(),
        is_sponsor: cap.actor().sponsor.is_some(),
        mine,
        campaigns: options,
        names: name_options(&shell, &PublicName::ALL),
        shell,
    };
    page_with(form.status(), &template)
}

/// My promises.
pub(crate) async fn own(cap: Cap<OwnPledges>, State(app): State<App>, shell: Shell) -> Page {
    own_with(&cap, &app, shell, None).await
}

/// I promise.
pub(crate) async fn promise(
    cap: Cap<OwnPledges>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    // The page says that this user is not linked to anyone who gives.
    let Some(sponsor) = cap.actor().sponsor else { return redirect("/janji") };
    let campaign = form.id("gerakan");
    let what = read(&mut form, shell.today);
    if let (Some(campaign), Some((baskets, starts_on, public_name))) = (campaign, what) {
        let reach = Reach::Own(sponsor);
        let command = Pledge {
            campaign,
            sponsor,
            baskets,
            starts_on,
            ends_on: None,
            public_name,
            how_far: HowFar::District,
            document: None,
            reach,
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
    State(app): State<App>,
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

#[derive(Template)]
#[template(path = "pledge/units.html")]
struct UnitsPage {
    shell: Shell,
    units: Vec<UnitLine>,
    next: Option<Id>,
}

/// Where a list goes on, and the campaign shown.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Place {
    /// The last one shown before.
    #[serde(default)]
    pub setelah: String,
    /// The campaign.
    #[serde(default)]
    pub gerakan: String,
    /// New promises just made.
    pub baru: Option<i64>,
    /// People who had promised already.
    pub tetap: Option<i64>,
}

/// The units whose promises the caller may record.
pub(crate) async fn units(
    cap: Cap<PledgeForUnit>,
    State(app): State<App>,
    shell: Shell,
    Params(place): Params<Place>,
) -> Page {
    let after = place.setelah.parse().ok();
    let mut units = roster::units(app.store.reader(), cap.district(), cap.scope(), after).await?;
    let next = cut(&mut units, UNITS, |unit| unit.id);
    page(&UnitsPage { shell, units, next })
}

#[derive(Template)]
#[template(path = "pledge/unit.html")]
struct UnitPage {
    shell: Shell,
    f: FormView,
    unit: UnitLine,
    campaigns: Vec<(String, String)>,
    campaign: Option<Campaign>,
    basket: String,
    people: Vec<PersonLine>,
    next: Option<Id>,
    names: Vec<(String, String)>,
    /// Whether somebody on this page may still be asked.
    open: bool,
    made: Option<i64>,
    kept: i64,
}

async fn unit_with(
    cap: &PledgeForUnit,
    app: &App,
    shell: Shell,
    id: Id,
    place: Place,
    form: Option<Form>,
) -> Page {
    let reader = app.store.reader();
    let unit = roster::unit(reader, cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let open_campaigns = campaigns::open(reader, cap.district(), shell.today).await?;
    let items = campaigns::all_items(reader, cap.district()).await?;
    let options = campaign_options(&shell, &open_campaigns, &items);
    let chosen = place.gerakan.parse::<Id>().ok();
    let campaign = match chosen {
        Some(id) => {
            Some(open_campaigns.into_iter().find(|campaign| campaign.id == id).ok_or(Error::NotFound)?)
        }
        None => open_campaigns.into_iter().next(),
    };
    let mut people = match &campaign {
        Some(campaign) => {
            let after = place.setelah.parse().ok();
            query::people(reader, cap.district(), id, campaign.id, shell.today, after).await?
        }
        None => Vec::new(),
    };
    let next = cut(&mut people, PEOPLE, |person| person.sponsor_id);
    let form = form.unwrap_or_else(|| beginning(&shell, campaign.as_ref()));
    let basket = campaign.as_ref().map_or(String::new(), |campaign| {
        basket_words(&shell, items.iter().filter(|item| item.campaign_id == campaign.id), 1)
    });
    let template = UnitPage {
        f: form.view(),
        unit,
        campaigns: options,
        open: people.iter().any(|person| person.pledge_id.is_none()),
        campaign,
        basket,
        people,
        next,
        names: name_options(&shell, &[PublicName::Anonymous, PublicName::Office]),
        made: place.baru,
        kept: place.tetap.unwrap_or(0),
        shell,
    };
    page_with(form.status(), &template)
}

/// The people of a unit with their promises: the coordinator's own page, seen by nobody above him but the admin
/// who enters for him.
pub(crate) async fn unit(
    cap: Cap<PledgeForUnit>,
    State(app): State<App>,
    shell: Shell,
    Path(unit): Path<Id>,
    Params(place): Params<Place>,
) -> Page {
    unit_with(&cap, &app, shell, unit, place, None).await
}

/// Records promises of those ticked, or of all.
pub(crate) async fn promise_unit(
    cap: Cap<PledgeForUnit>,
    State(app): State<App>,
    shell: Shell,
    Path(unit): Path<Id>,
    mut form: Form,
) -> Page {
    let campaign = form.id("gerakan");
    let what = read(&mut form, shell.today);
    let everyone = form.ticked("semua");
    let chosen: Vec<Id> = form.all("orang").into_iter().filter_map(|text| text.parse().ok()).collect();
    if !everyone && chosen.is_empty() {
        form.error("orang", "sponsors.refused.nobody");
    }
    if let (Some(campaign), Some((baskets, starts_on, public_name)), true) = (campaign, what, form.is_valid())
    {
        let command = PledgeUnit {
            campaign,
            unit,
            below: everyone && form.ticked("bawahan"),
            chosen: (!everyone).then_some(chosen),
            baskets,
            starts_on,
            ends_on: None,
            public_name,
            reach: Reach::of(cap.scope()),
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => {
                let done = receipt.value;
                return redirect(&format!(
                    "/janji/unit/{unit}?gerakan={campaign}&baru={}&tetap={}",
                    done.made, done.kept
                ));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let place = Place { gerakan: form.get("gerakan").to_owned(), ..Place::default() };
    unit_with(&cap, &app, shell, unit, place, Some(form)).await
}

/// Stops a promise for somebody who asked his coordinator, from today on.
pub(crate) async fn stop_for(
    cap: Cap<PledgeForUnit>,
    State(app): State<App>,
    shell: Shell,
    Path(unit): Path<Id>,
    form: Form,
) -> Page {
    let pledge: Id = form.get("janji").parse().map_err(|_| Error::NotFound)?;
    let last_day = shell.today.previous_day().unwrap_or(shell.today);
    let command = StopPledge { pledge, last_day, reach: Reach::of(cap.scope()) };
    app.submit(cap.actor(), form.command_id()?, command).await?;
    let campaign = form.get("gerakan").parse::<Id>().map(|id| format!("?gerakan={id}")).unwrap_or_default();
    redirect(&format!("/janji/unit/{unit}{campaign}"))
}
