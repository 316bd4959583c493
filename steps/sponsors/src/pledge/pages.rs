//! The pages of promises of units, and what all forms for a promise share.

use askama::Template;
use asuh_store::{Id, Instant};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::change::{StopPledge, UndoUnit};
use super::command::PledgeUnit;
use super::query::{self, PEOPLE, PersonLine};
use super::rules::{Document, HowFar, MOST_BASKETS, PublicName};
use crate::campaign::pages::{basket_words, rhythm_words};
use crate::campaign::query::{self as campaigns, Campaign, Item};
use crate::roster::query::{self as roster, UNITS, UnitLine};
use crate::{PledgeForUnit, Reach};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// The public names that a form offers; only who has an office can be named as one of it.
pub(crate) fn name_options(shell: &Shell, names: &[PublicName], kind: &str) -> Vec<(String, String)> {
    names
        .iter()
        .filter(|name| kind == "asn" || **name != PublicName::Office)
        .map(|name| {
            (name.code().to_owned(), shell.t(&format!("sponsors.public_name.{}", name.code())).into_owned())
        })
        .collect()
}

/// How far from home, as a form offers it.
pub(crate) fn far_options(shell: &Shell) -> Vec<(String, String)> {
    HowFar::ALL
        .iter()
        .map(|far| (far.code().to_owned(), shell.t(&format!("sponsors.far.{}", far.code())).into_owned()))
        .collect()
}

/// "SECANTING: setiap hari Senin, Beras (kaleng): 1 kaleng, ..."
pub(crate) fn campaign_options(shell: &Shell, open: &[Campaign], items: &[Item]) -> Vec<(String, String)> {
    open.iter()
        .map(|campaign| {
            let own = items.iter().filter(|item| item.campaign_id == campaign.id);
            let mut words = format!(
                "{}: {}, {}",
                campaign.name,
                rhythm_words(shell, campaign),
                basket_words(shell, own, 1)
            );
            if let Some(end) = campaign.ends_on {
                let until = shell.t1("sponsors.campaign.until", "deadline", deadline(shell, end));
                words.push_str(&format!(" ({until})"));
            }
            (campaign.id.to_string(), words)
        })
        .collect()
}

/// "31 Jan 2027, 62 hari lagi"
pub(crate) fn deadline(shell: &Shell, end: time::Date) -> String {
    let days = (end - shell.today).whole_days();
    match days {
        ..0 => shell.t1("sponsors.campaign.ended_on", "day", shell.day(end)),
        0 => shell.t1("sponsors.campaign.last_day_today", "day", shell.day(end)),
        _ => shell.t2("sponsors.campaign.days_left", "day", shell.day(end), "n", shell.number(days)),
    }
}

/// What asks civil servants comes before what asks anybody.
pub(super) fn asn_first(campaigns: &mut [Campaign]) {
    campaigns.sort_by_key(|campaign| campaign.contributor_scope != "asn");
}

/// What a form for a promise begins with: today, or the campaign's first day when that lies ahead.
pub(crate) fn beginning(shell: &Shell, campaign: Option<&Campaign>) -> Form {
    let day = campaign.map_or(shell.today, |campaign| campaign.starts_on.max(shell.today));
    Form::with(
        shell,
        [
            ("gerakan", campaign.map(|campaign| campaign.id.to_string()).unwrap_or_default()),
            ("paket", "1".to_owned()),
            ("sebutan", PublicName::Anonymous.code().to_owned()),
            ("jangkauan", HowFar::District.code().to_owned()),
            ("mulai_tanggal", day.day().to_string()),
            ("mulai_bulan", u8::from(day.month()).to_string()),
            ("mulai_tahun", day.year().to_string()),
        ],
    )
}

/// What a sent form promises.
pub(crate) struct Sent {
    pub(crate) baskets: i64,
    pub(crate) starts_on: time::Date,
    pub(crate) ends_on: Option<time::Date>,
    pub(crate) public_name: PublicName,
    pub(crate) how_far: HowFar,
    pub(crate) document: Option<Document>,
}

/// Reads it; nothing when something is wrong with it.
pub(crate) fn read(form: &mut Form, today: time::Date, most: i64) -> Option<Sent> {
    let baskets = form.count("paket", 1..=most);
    let starts_on = form.day("mulai");
    if starts_on.is_some_and(|day| day < today) {
        form.error("mulai", "sponsors.refused.starts_in_past");
    }
    let ends_on = form.day_optional("selesai");
    let public_name = form.read("sebutan", |code| PublicName::parse(code).ok_or("web.error.choose"));
    let how_far = read_far(form).unwrap_or(HowFar::District);
    let document = read_document(form);
    if !form.is_valid() {
        return None;
    }
    Some(Sent {
        baskets: baskets?,
        starts_on: starts_on?,
        ends_on,
        public_name: public_name?,
        how_far,
        document,
    })
}

/// How far from home; nothing where the form did not ask.
pub(super) fn read_far(form: &mut Form) -> Option<HowFar> {
    form.read_optional("jangkauan", |code| HowFar::parse(code).ok_or("web.error.choose"))
}

/// The letter or MoU; nothing where none is named.
pub(super) fn read_document(form: &mut Form) -> Option<Document> {
    let number = form.optional("surat_nomor", 80);
    if number.is_empty() {
        return None;
    }
    form.day("surat").map(|on| Document { number, on })
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
    /// When they were made.
    pub saat: Option<i64>,
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
    at: Option<i64>,
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
    let mut open_campaigns = campaigns::open(reader, cap.district(), shell.today).await?;
    asn_first(&mut open_campaigns);
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
        names: name_options(&shell, &[PublicName::Anonymous, PublicName::Office], "asn"),
        made: place.baru,
        at: place.saat,
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
    let what = read(&mut form, shell.today, MOST_BASKETS);
    let everyone = form.ticked("semua");
    let chosen: Vec<Id> = form.all("orang").into_iter().filter_map(|text| text.parse().ok()).collect();
    if !everyone && chosen.is_empty() {
        form.error("orang", "sponsors.refused.nobody");
    }
    if let (Some(campaign), Some(sent), true) = (campaign, what, form.is_valid()) {
        let command = PledgeUnit {
            campaign,
            unit,
            below: everyone && form.ticked("bawahan"),
            chosen: (!everyone).then_some(chosen),
            baskets: sent.baskets,
            starts_on: sent.starts_on,
            ends_on: sent.ends_on,
            public_name: sent.public_name,
            reach: Reach::of(cap.scope()),
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => {
                let done = receipt.value;
                return redirect(&format!(
                    "/janji/unit/{unit}?gerakan={campaign}&saat={}&baru={}&tetap={}",
                    done.at.0, done.made, done.kept
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

/// Takes back what was just recorded by mistake for many at once.
pub(crate) async fn undo_unit(
    cap: Cap<PledgeForUnit>,
    State(app): State<App>,
    shell: Shell,
    Path(unit): Path<Id>,
    mut form: Form,
) -> Page {
    let campaign: Id = form.get("gerakan").parse().map_err(|_| Error::NotFound)?;
    let at = form.get("saat").parse().map(Instant).map_err(|_| Error::NotFound)?;
    match app.submit(cap.actor(), form.command_id()?, UndoUnit { campaign, at }).await {
        Ok(_) => redirect(&format!("/janji/unit/{unit}?gerakan={campaign}")),
        Err(rejection) => {
            form.reject(rejection)?;
            let place = Place { gerakan: campaign.to_string(), ..Place::default() };
            unit_with(&cap, &app, shell, unit, place, Some(form)).await
        }
    }
}
