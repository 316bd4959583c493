//! The list of rolls, a roll, and adding somebody to it.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::wa_me_text;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::Reach;
use super::super::campaign::{self, BasketItem, Campaign};
use super::super::drive;
use super::super::{ReadRolls, RecordRolls};
use super::command::{AllBroughtEverything, RecordRoll, Recorded, key};
use super::form::{LineView, changes, refill, views};
use super::open::OpenRoll;
use super::query::{self, Roll, RollLine};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::{self, Holidays};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, cut, page_with, redirect};

const PAGE: i64 = 50;

/// A day that a unit may collect on, without a roll yet.
struct ToOpen {
    campaign: Id,
    campaign_name: String,
    unit: Id,
    unit_name: String,
    day: time::Date,
    whatsapp: String,
}

#[derive(Template)]
#[template(path = "roll/list.html")]
struct ListPage {
    shell: Shell,
    f: FormView,
    to_open: Vec<ToOpen>,
    rolls: Vec<RollLine>,
    units: Vec<(String, String)>,
    days: Vec<(String, String)>,
    next: Option<Id>,
    may_record: bool,
}

/// The caller's rolls: this day's first.
pub(crate) async fn list(
    cap: Cap<ReadRolls>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    list_page(&app, &cap, shell, &form, url.get("sebelum").map(String::as_str)).await
}

async fn list_page(app: &App, cap: &ReadRolls, shell: Shell, form: &Form, before: Option<&str>) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let before = before.and_then(|id| id.parse().ok());
    let mut rolls = query::newest(db, cap.district(), &reach, before, PAGE + 1).await?;
    let next = cut(&mut rolls, PAGE as usize, |last| last.id);
    let units = campaign::units(db, cap.district(), &reach).await?;
    let campaigns = campaign::all(db, cap.district()).await?;
    let since = shell.today - time::Duration::days(drive::rules::WEEKS_BACK * 7 + 7);
    let drives = drive::query::since(db, cap.district(), since).await?;
    let holidays = settings::holidays(db, cap.district()).await?;
    let mut to_open = Vec::new();
    let mut days = Vec::new();
    for campaign in &campaigns {
        let open_days = days_of(campaign, &drives, &holidays, shell.today);
        days.extend(open_days.iter().map(|day| {
            (format!("{}_{day}", campaign.id), format!("{} · {}", shell.long_day(*day), campaign.name))
        }));
        let Some(day) = open_days.first().filter(|_| before.is_none()) else { continue };
        let basket = campaign::basket(db, cap.district(), campaign.id).await?;
        let asked = campaign::asked_units(db, cap.district(), campaign, *day).await?;
        for unit in units.iter().filter(|unit| asked.as_ref().is_none_or(|asked| asked.contains(&unit.id))) {
            let there = rolls.iter().any(|roll| {
                roll.unit_id == unit.id && roll.campaign_id == campaign.id && roll.held_on == *day
            });
            if !there {
                to_open.push(ToOpen {
                    campaign: campaign.id,
                    campaign_name: campaign.name.clone(),
                    unit: unit.id,
                    unit_name: unit.name.clone(),
                    day: *day,
                    whatsapp: reminder(&shell, *day, &campaign.name, &unit.name, &basket),
                });
            }
        }
    }
    let template = ListPage {
        f: form.view(),
        to_open,
        rolls,
        units: units.iter().map(|unit| (unit.id.to_string(), unit.name.clone())).collect(),
        days,
        next,
        may_record: shell.has_role("unit_coordinator"),
        shell,
    };
    page_with(form.status(), &template)
}

/// The days a campaign collects on, newest first: those of its rhythm, without cancelled ones, moved ones
/// under their new day.
pub(in super::super) fn days_of(
    campaign: &Campaign,
    drives: &[drive::query::Held],
    holidays: &Holidays,
    today: time::Date,
) -> Vec<time::Date> {
    let of_campaign = || drives.iter().filter(|drive| drive.campaign_id == campaign.id);
    let mut days: Vec<time::Date> = campaign
        .rhythm()
        .recent(today)
        .into_iter()
        .filter(|day| !of_campaign().any(|d| d.held_on == *day && d.state != "open"))
        .filter(|day| !of_campaign().any(|d| d.moved_from == Some(*day) && d.state == "open"))
        .map(|day| match of_campaign().any(|d| d.held_on == day) {
            true => day,
            false => drive::rules::held_on(day, holidays),
        })
        .filter(|day| *day <= today && !of_campaign().any(|d| d.held_on == *day && d.state != "open"))
        .chain(of_campaign().filter(|d| d.state == "open" && d.held_on <= today).map(|d| d.held_on))
        .collect();
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.dedup();
    days
}

/// The prepared WhatsApp text of a unit's day: day, basket, place; no names.
pub(in super::super) fn reminder(
    text: &Text,
    day: time::Date,
    campaign: &str,
    unit: &str,
    basket: &[BasketItem],
) -> String {
    let words = text.with(
        "collection.whatsapp",
        &[
            ("day", text.long_day(day)),
            ("campaign", campaign.to_owned()),
            ("unit", unit.to_owned()),
            ("basket", basket_words(text, basket)),
        ],
    );
    wa_me_text(&words)
}

/// "beras 1 kaleng, telur 1 butir, Rp2.000"
pub(in super::super) fn basket_words(text: &Text, basket: &[BasketItem]) -> String {
    let parts: Vec<String> = basket
        .iter()
        .map(|item| {
            let amount = text.quantity(&item.unit, item.quantity);
            if item.is_cash() { amount } else { format!("{} {amount}", item.name.to_lowercase()) }
        })
        .collect();
    parts.join(", ")
}

/// Opens a roll.
pub(crate) async fn open(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let chosen = form.get("hari").to_owned();
    let unit = form.id("unit");
    let Some((campaign, day)) = chosen.split_once('_').and_then(|(campaign, day)| {
        Some((campaign.parse::<Id>().ok()?, asuh_nusantara::date::parse(day).ok()?))
    }) else {
        form.error("hari", "web.error.choose");
        return list_again(&app, &cap, shell, &form).await;
    };
    let Some(unit) = unit else { return list_again(&app, &cap, shell, &form).await };
    let command = OpenRoll { campaign, unit, day, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/setoran/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            list_again(&app, &cap, shell, &form).await
        }
    }
}

async fn list_again(app: &App, cap: &RecordRolls, shell: Shell, form: &Form) -> Page {
    use asuh_ground::access::Capability;
    let read = ReadRolls::of(cap.actor()).ok_or(Error::Forbidden)?;
    list_page(app, &read, shell, form, None).await
}

#[derive(Template)]
#[template(path = "roll/roll.html")]
struct RollPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    lines: Vec<LineView>,
    basket: String,
    whatsapp: String,
    total: usize,
    answered: usize,
    givers: usize,
    saved: Option<String>,
    kept: Vec<String>,
}

impl RollPage {
    fn progress(&self) -> String {
        self.shell.t3(
            "collection.roll.progress",
            ("n", self.answered),
            ("all", self.total),
            ("givers", self.givers),
        )
    }
}

/// A roll: while it is open every line, afterwards who gave.
pub(crate) async fn get(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    roll_page(&app, &cap, shell, &form, id, &url).await
}

async fn roll_page(
    app: &App,
    cap: &RecordRolls,
    shell: Shell,
    form: &Form,
    id: Id,
    url: &BTreeMap<String, String>,
) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let roll = query::by_id(db, cap.district(), &reach, id).await?.ok_or(Error::NotFound)?;
    if roll.state == "closed" {
        return redirect(&format!("/setoran/{id}/lembar"));
    }
    let rows = query::lines(db, cap.district(), id, false).await?;
    let basket = campaign::basket(db, cap.district(), roll.campaign_id).await?;
    let mut lines = views(roll.held_on, &rows);
    let of_day = |line: &&LineView| !line.make_up;
    let total = lines.iter().filter(of_day).count();
    let answered = lines.iter().filter(of_day).filter(|line| line.state != "open").count();
    let givers = lines.iter().filter(|line| matches!(line.state.as_str(), "full" | "partial")).count();
    let kept_keys: Vec<&str> = url.get("tetap").map(|keys| keys.split(',').collect()).unwrap_or_default();
    let kept = lines
        .iter()
        .filter(|line| kept_keys.contains(&line.key.as_str()))
        .map(|line| line.name.clone())
        .collect();
    refill(&mut lines, form);
    let template = RollPage {
        f: form.view(),
        whatsapp: reminder(&shell, roll.held_on, &roll.campaign, &roll.unit, &basket),
        basket: basket_words(&shell, &basket),
        roll,
        lines,
        total,
        answered,
        givers,
        saved: url.get("disimpan").filter(|n| n.parse::<u32>().is_ok()).cloned(),
        kept,
        shell,
    };
    page_with(form.status(), &template)
}

/// Saves what the page changed; the button "all brought everything" ticks the rest.
pub(crate) async fn post(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let lines = changes(&mut form);
    let reach = Reach::of(cap.scope());
    if form.is_valid() {
        let command_id = form.command_id()?;
        let done = if form.get("aksi") == "semua" {
            let command = AllBroughtEverything { roll: id, exceptions: lines, reach };
            app.submit(cap.actor(), command_id, command).await
        } else {
            app.submit(cap.actor(), command_id, RecordRoll { roll: id, lines, reach }).await
        };
        match done {
            Ok(receipt) => {
                let count = form.get("aksi") == "hitung" && receipt.value.kept.is_empty();
                let then = if count { "/hitung" } else { "" };
                return redirect(&format!("/setoran/{id}{then}?{}", result(&receipt.value)));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    roll_page(&app, &cap, shell, &form, id, &BTreeMap::new()).await
}

/// What the next page says: how many lines were changed, and which stayed as another counter left them.
fn result(recorded: &Recorded) -> String {
    let mut text = format!("disimpan={}", recorded.changed);
    if !recorded.kept.is_empty() {
        let keys: Vec<String> =
            recorded.kept.iter().take(20).map(|(sponsor, day)| key(*sponsor, *day)).collect();
        text.push_str("&tetap=");
        text.push_str(&keys.join(","));
    }
    text
}
