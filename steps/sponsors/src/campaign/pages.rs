//! The pages of campaigns: list, page of one, the form with its check page, the end.

use askama::Template;
use asuh_nusantara::{Rupiah, date, number};
use asuh_store::Id;
use axum::extract::{Query as Params, State};

use super::command::{CreateCampaign, EndCampaign, offered};
use super::query::{self, Campaign, Item};
use super::rules::{BasketItem, DESTINATIONS, HELP, NewCommodity, Obligation, Rhythm};
use super::{nature, patterns};
use crate::pledge;
use crate::{ManageCampaigns, ReadCampaigns, SeeParticipation};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::access::Capability;
use asuh_ground::books::{self, CommodityLine, Funds};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// A campaign with its basket in words.
struct Card {
    campaign: Campaign,
    basket: String,
    rhythm: String,
    next: Option<time::Date>,
    /// "31 Jan 2027, 62 hari lagi", where there is an end.
    deadline: Option<String>,
}

fn card(shell: &Shell, campaign: Campaign, items: &[Item]) -> Card {
    let own: Vec<&Item> = items.iter().filter(|item| item.campaign_id == campaign.id).collect();
    Card {
        basket: basket_words(shell, own, 1),
        rhythm: rhythm_words(shell, &campaign),
        next: campaign.calendar().next_drive(shell.today),
        deadline: campaign.ends_on.map(|end| pledge::pages::deadline(shell, end)),
        campaign,
    }
}

fn district_of(shell: &Shell) -> Result<asuh_store::DistrictId, Error> {
    shell.actor.as_ref().map(|actor| actor.district).ok_or(Error::SignInFirst)
}

/// "1 kaleng Beras, 1 butir Telur, Rp2.000", `times` the basket.
pub(crate) fn basket_words<'a>(
    shell: &Shell,
    items: impl IntoIterator<Item = &'a Item>,
    times: i64,
) -> String {
    let words: Vec<String> = items
        .into_iter()
        .map(|item| amount_words(shell, &item.name, &item.unit, item.quantity * times))
        .collect();
    words.join(", ")
}

fn amount_words(shell: &Shell, name: &str, unit: &str, quantity: i64) -> String {
    let amount = shell.quantity(unit, quantity);
    if unit == "rupiah" { amount } else { format!("{name}: {amount}") }
}

/// "setiap hari Senin", "setiap tanggal 17", "sekali, 17 Agustus 2026".
pub(crate) fn rhythm_words(shell: &Shell, campaign: &Campaign) -> String {
    match campaign.calendar().rhythm {
        Rhythm::Weekly(day) => shell.t1("sponsors.rhythm.every_week", "day", weekday_name(shell, day)),
        Rhythm::Monthly(day) => shell.t1("sponsors.rhythm.every_month", "day", day),
        Rhythm::Once => shell.t1("sponsors.rhythm.on", "day", shell.day(campaign.starts_on)),
    }
}

fn weekday_name(shell: &Shell, day: u8) -> &'static str {
    let monday = time::macros::date!(2026 - 11 - 02);
    let weekday = (monday + time::Duration::days(i64::from(day.clamp(1, 7)) - 1)).weekday();
    date::weekday_name(shell.language, weekday)
}

#[derive(Template)]
#[template(path = "campaign/list.html")]
struct ListPage {
    shell: Shell,
    cards: Vec<Card>,
    may_create: bool,
}

/// All campaigns.
pub(crate) async fn list(cap: Cap<ReadCampaigns>, State(app): State<App>, shell: Shell) -> Page {
    let items = query::all_items(app.store.reader(), cap.district()).await?;
    let campaigns = query::all(app.store.reader(), cap.district()).await?;
    let cards = campaigns.into_iter().map(|campaign| card(&shell, campaign, &items)).collect();
    let may_create = cap.actor().has_any(ManageCampaigns::ROLES);
    page(&ListPage { shell, cards, may_create })
}

#[derive(Template)]
#[template(path = "campaign/show.html")]
struct ShowPage {
    shell: Shell,
    funds: Funds,
    card: Card,
    items: Vec<Item>,
    participation: Option<Vec<pledge::rules::OfficeLine>>,
    may_end: bool,
    /// Every decision about its nature in words, the last one first, with when and by whom it was logged.
    decisions: Vec<(String, String)>,
    f: FormView,
}

/// One campaign, with how many take part.
pub(crate) async fn show(
    cap: Cap<ReadCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    show_with(&cap, &app, shell, id, &form).await
}

async fn show_with(cap: &ReadCampaigns, app: &App, shell: Shell, id: Id, form: &Form) -> Page {
    let reader = app.store.reader();
    let campaign = query::by_id(reader, cap.district(), id).await?.ok_or(Error::NotFound)?;
    let items = query::items(reader, cap.district(), id).await?;
    let participation = if cap.actor().has_any(SeeParticipation::ROLES) {
        let offices = pledge::query::offices(reader, cap.district(), id, shell.today).await?;
        Some(pledge::rules::shown(offices))
    } else {
        None
    };
    let may_end =
        cap.actor().has_any(ManageCampaigns::ROLES) && campaign.ends_on.is_none_or(|end| end >= shell.today);
    let decisions = query::decisions(reader, cap.district(), id)
        .await?
        .iter()
        .map(|line| {
            let decision = (line.decided_by.as_str(), line.document.as_str(), line.decided_on);
            let logged = shell.instant(line.recorded_at);
            let logged = line.recorder.iter().fold(logged, |words, name| format!("{words} · {name}"));
            (nature::words(&shell, line.voluntary, decision), logged)
        })
        .collect();
    let funds = Funds::load(reader, cap.district()).await?;
    let card = card(&shell, campaign, &items);
    page_with(
        form.status(),
        &ShowPage { decisions, shell, funds, card, items, participation, may_end, f: form.view() },
    )
}

/// Ends a campaign.
pub(crate) async fn end(
    cap: Cap<ManageCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(campaign): Path<Id>,
    mut form: Form,
) -> Page {
    if let Some(last_day) = form.day("selesai") {
        let command = EndCampaign { campaign, last_day, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/gerakan/{campaign}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reading = ReadCampaigns::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_with(&reading, &app, shell, campaign, &form).await
}

/// A commodity as the form asks for it.
struct Ask {
    field: String,
    label: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "campaign/form.html")]
struct FormPage {
    shell: Shell,
    f: FormView,
    asks: Vec<Ask>,
    fund_holders: Vec<(String, String)>,
    warehouses: Vec<(String, String)>,
    weekdays: Vec<(String, String)>,
    rhythms: Vec<(String, String)>,
    scopes: Vec<(String, String)>,
    helps: Vec<(String, String)>,
    destinations: Vec<(String, String)>,
    funds: Vec<(String, String)>,
    natures: Vec<(String, String)>,
    patterns: Vec<(&'static str, String)>,
}

async fn form_page(app: &App, shell: Shell, form: &Form) -> Page {
    let district = district_of(&shell)?;
    let reader = app.store.reader();
    let asks = offered(books::commodities(reader, district).await?)
        .into_iter()
        .map(|line| Ask {
            field: format!("jumlah_{}", line.code),
            label: shell.t1("sponsors.campaign.quantity_of", "name", &line.name),
            hint: match (line.unit.as_str(), line.grams_per_unit) {
                ("rupiah", _) => shell.t("sponsors.campaign.cash_hint").into_owned(),
                ("gram", _) => shell.t("sponsors.campaign.gram_hint").into_owned(),
                (unit, Some(grams)) => shell.t2("sponsors.campaign.estimate", "unit", unit, "grams", grams),
                (unit, None) => shell.t1("sponsors.campaign.in_unit", "unit", unit),
            },
        })
        .collect();
    let choices = |found: Vec<query::Choice>| {
        found.into_iter().map(|choice| (choice.id.to_string(), choice.name)).collect::<Vec<_>>()
    };
    let fund_holders = choices(query::institutions(reader, district, ["fund_holder", "fund_holder"]).await?);
    let warehouses = choices(query::institutions(reader, district, ["warehouse", "depot"]).await?);
    let options = |prefix: &str, codes: &[&str]| {
        codes
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("sponsors.{prefix}.{code}")).into_owned()))
            .collect::<Vec<_>>()
    };
    let template = FormPage {
        f: form.view(),
        asks,
        fund_holders,
        warehouses,
        weekdays: (1..=7).map(|day| (day.to_string(), weekday_name(&shell, day).to_owned())).collect(),
        rhythms: options("rhythm", &["weekly", "monthly", "once"]),
        scopes: options("scope", &["asn", "anyone"]),
        helps: options("help", &HELP),
        destinations: options("destination", &DESTINATIONS),
        funds: Funds::load(reader, district).await?.collecting(),
        natures: options("nature", &["sukarela", "wajib"]),
        patterns: patterns::PATTERNS
            .iter()
            .map(|one| (one.code, shell.t(&format!("sponsors.pattern.{}", one.code)).into_owned()))
            .collect(),
        shell,
    };
    page_with(form.status(), &template)
}

/// Which pattern fills in the form.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Begin {
    /// Its code.
    #[serde(default)]
    pola: String,
}

/// The form for a new campaign, filled in by a pattern where one was chosen.
pub(crate) async fn new(
    _cap: Cap<ManageCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Params(begin): Params<Begin>,
) -> Page {
    let (day, month, year) =
        (shell.today.day().to_string(), u8::from(shell.today.month()).to_string(), shell.today.year());
    if let Some(pattern) = patterns::PATTERNS.iter().find(|pattern| pattern.code == begin.pola) {
        let name = shell.t(&format!("sponsors.pattern.name.{}", pattern.code)).into_owned();
        let form = Form::with(&shell, pattern.fields(name, shell.today));
        return form_page(&app, shell, &form).await;
    }
    let form = Form::with(
        &shell,
        [
            ("irama", "weekly".to_owned()),
            ("hari", "1".to_owned()),
            ("cakupan", "asn".to_owned()),
            ("bantuan", "nutrition".to_owned()),
            ("tujuan", "families".to_owned()),
            ("dana", "asn".to_owned()),
            ("sifat", "sukarela".to_owned()),
            ("batas_setor", "3".to_owned()),
            ("mulai_tanggal", day),
            ("mulai_bulan", month),
            ("mulai_tahun", year.to_string()),
        ],
    );
    form_page(&app, shell, &form).await
}

#[derive(Template)]
#[template(path = "campaign/check.html")]
struct CheckPage {
    shell: Shell,
    facts: Vec<(String, String)>,
    sent: Vec<(String, String)>,
    obligatory: bool,
}

/// "Periksa jawaban": what was filled in, before it is saved. With `ubah`, back to the form.
pub(crate) async fn check(
    _cap: Cap<ManageCampaigns>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    if form.ticked("ubah") {
        return form_page(&app, shell, &form).await;
    }
    let district = district_of(&shell)?;
    let known = offered(books::commodities(app.store.reader(), district).await?);
    let Some(command) = read(&mut form, &known) else { return form_page(&app, shell, &form).await };
    let funds = Funds::load(app.store.reader(), district).await?;
    let institution = |id: Id| {
        let app = app.clone();
        async move {
            let found: Option<(String,)> = asuh_store::Query::first(
                app.store.reader(),
                "SELECT name FROM institution WHERE district_id = $1 AND id = $2",
                asuh_store::args![district, id],
            )
            .await?;
            found.map(|row| row.0).ok_or(Error::NotFound)
        }
    };
    let rhythm = match command.rhythm {
        Rhythm::Weekly(day) => shell.t1("sponsors.rhythm.every_week", "day", weekday_name(&shell, day)),
        Rhythm::Monthly(day) => shell.t1("sponsors.rhythm.every_month", "day", day),
        Rhythm::Once => shell.t1("sponsors.rhythm.on", "day", shell.day(command.starts_on)),
    };
    let mut basket: Vec<String> = command
        .items
        .iter()
        .filter_map(|item| {
            let line = known.iter().find(|line| line.code == item.commodity)?;
            Some(amount_words(&shell, &line.name, &line.unit, item.quantity))
        })
        .collect();
    if let Some(new) = &command.new_commodity {
        basket.push(amount_words(&shell, &new.name, &new.unit, new.quantity));
    }
    let word = |key: &str| shell.t(&format!("sponsors.{key}")).into_owned();
    let mut facts = vec![
        (word("campaign.name"), command.name.clone()),
        (word("campaign.slogan"), command.slogan.clone()),
        (word("campaign.rhythm"), rhythm),
        (word("campaign.basket"), basket.join(", ")),
        (word("campaign.scope"), word(if command.only_asn { "scope.asn" } else { "scope.anyone" })),
        (word("campaign.help"), word(&format!("help.{}", command.help))),
        (word("campaign.destination"), word(&format!("destination.{}", command.destination))),
        (word("campaign.fund_holder"), institution(command.fund_holder).await?),
        (word("campaign.warehouse"), institution(command.warehouse).await?),
        (word("campaign.fund"), funds.name(&command.fund).to_owned()),
        (word("campaign.deposit_days"), shell.number(command.deposit_days)),
        (word("campaign.starts"), shell.long_day(command.starts_on)),
    ];
    if let Some(end) = command.ends_on {
        facts.push((word("campaign.ends"), shell.long_day(end)));
    }
    let nature = match &command.obligation {
        None => word("nature.sukarela"),
        Some(o) => shell.t3(
            "sponsors.campaign.obligation_by",
            ("by", &o.decided_by),
            ("document", &o.document),
            ("day", shell.day(o.on)),
        ),
    };
    facts.push((word("campaign.nature"), nature));
    let sent = form
        .starting_with("")
        .filter(|(name, _)| *name != "_id" && *name != "ubah")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    page(&CheckPage { shell, facts, sent, obligatory: command.obligation.is_some() })
}

/// Saves the campaign.
pub(crate) async fn create(
    cap: Cap<ManageCampaigns>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let known = offered(books::commodities(app.store.reader(), cap.district()).await?);
    if let Some(command) = read(&mut form, &known) {
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/gerakan/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_page(&app, shell, &form).await
}

/// Reads the form; nothing when something is wrong with it.
fn read(form: &mut Form, known: &[CommodityLine]) -> Option<CreateCampaign> {
    let name = form.required("nama", 80);
    let slogan = form.optional("slogan", 200);
    let rhythm = match form.get("irama") {
        "weekly" => form.count("hari", 1..=7).map(|day| Rhythm::Weekly(day as u8)),
        "monthly" => form.count("tanggal", 1..=28).map(|day| Rhythm::Monthly(day as u8)),
        "once" => Some(Rhythm::Once),
        _ => {
            form.error("irama", "web.error.choose");
            None
        }
    };
    let starts_on = form.day("mulai");
    let ends_on = form.day_optional("selesai");
    let only_asn = form.get("cakupan") != "anyone";
    let help = form.required("bantuan", 20);
    let destination = form.required("tujuan", 20);
    let fund_holder = form.id("pemegang_dana");
    let warehouse = form.id("gudang");
    let fund = form.required("dana", 24);
    let deposit_days = form.count("batas_setor", 0..=30);
    let obligation = if form.get("sifat") == "wajib" {
        let decided_by = form.required("wajib_oleh", 120);
        let document = form.required("wajib_dokumen", 120);
        form.day("wajib").map(|on| Obligation { decided_by, document, on })
    } else {
        None
    };
    let mut items = Vec::new();
    for line in known {
        let field = format!("jumlah_{}", line.code);
        let quantity = form.read_optional(&field, |text| read_quantity(&line.kind, text));
        if let Some(quantity) = quantity.filter(|quantity| *quantity != 0) {
            items.push(BasketItem { commodity: line.code.clone(), quantity });
        }
    }
    let new_commodity = if form.get("barang_nama").is_empty() {
        None
    } else {
        let name = form.optional("barang_nama", 40);
        let unit = form.required("barang_satuan", 20);
        let quantity = form.count("barang_jumlah", 1..=super::rules::MOST_OF_ONE);
        let grams_per_unit = form.read_optional("barang_gram", |text| read_quantity("goods", text));
        quantity.map(|quantity| NewCommodity { name, unit, grams_per_unit, quantity })
    };
    if items.is_empty() && new_commodity.is_none() && form.is_valid() {
        form.error("isi", "sponsors.refused.empty_basket");
    }
    if !form.is_valid() {
        return None;
    }
    Some(CreateCampaign {
        name,
        slogan,
        rhythm: rhythm?,
        starts_on: starts_on?,
        ends_on,
        only_asn,
        help,
        destination,
        fund_holder: fund_holder?,
        warehouse: warehouse?,
        fund,
        obligation,
        deposit_days: deposit_days?,
        items,
        new_commodity,
    })
}

fn read_quantity(kind: &str, text: &str) -> Result<i64, &'static str> {
    if kind == "cash" {
        Rupiah::parse(text).map(Rupiah::get).map_err(|_| "sponsors.refused.not_money")
    } else {
        number::parse_count(text).map_err(|_| "web.error.not_a_number")
    }
}
