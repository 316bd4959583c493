//! The list of hand-overs, announcing, receiving, cancelling, and the page to print.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::number;
use asuh_store::{Id, Instant};
use axum::extract::{Query as UrlQuery, State};

use super::super::paper::{self, query::SignedSheet};
use super::super::reach::Sides;
use super::super::roll::query::{self as rolls, Roll};
use super::super::{Reach, ReadHandOvers, ReceiveGoods, RecordRolls, campaign, count};
use super::command::{AnnounceHandOver, CancelHandOver, ReceiveHandOver};
use super::query::{self, HandOver, HandOverItem};
use super::rules::{ACCOUNT, Arrival, Signer, check};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Role};
use asuh_ground::audit::PaperProof;
use asuh_ground::papers;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

const PAGE: i64 = 50;

/// What the caller sees: his units' hand-overs as a coordinator, his places' as a keeper.
pub(in super::super) fn sides(actor: &Actor) -> Sides {
    let readers = [Role::DistrictAdmin, Role::Auditor];
    let mut giving = actor.scope(&[Role::UnitCoordinator]);
    let mut receiving = actor.scope(&[Role::WarehouseKeeper]);
    giving.join(&actor.scope(&readers));
    receiving.join(&actor.scope(&readers));
    Sides { giving: Reach::of(&giving), receiving: Reach::of(&receiving) }
}

#[derive(Template)]
#[template(path = "hand_over/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<HandOver>,
    /// Only those of which something is on the road.
    open: bool,
    next: Option<String>,
}

/// The hand-overs of the caller's units and places, newest first; with `?belum=ya` those of which something is on the road,
/// the oldest first.
pub(crate) async fn list(
    cap: Cap<ReadHandOvers>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let before = url.get("sebelum").and_then(|id| id.parse().ok());
    let sides = sides(cap.actor());
    let (db, district, open) = (app.store.reader(), cap.district(), url.contains_key("belum"));
    let mut lines = match open {
        true => query::on_the_road(db, district, &sides, before, PAGE + 1).await?,
        false => query::newest(db, district, &sides, before, PAGE + 1).await?,
    };
    let which = if open { "belum=ya&" } else { "" };
    let next = cut(&mut lines, PAGE as usize, |last| format!("{which}sebelum={}", last.id));
    page(&ListPage { lines, open, next, shell })
}

#[derive(Template)]
#[template(path = "hand_over/announce.html")]
struct AnnouncePage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    goods: Vec<count::query::CountLine>,
    receivers: Vec<(String, String)>,
    checked: Option<String>,
}

impl AnnouncePage {
    fn ways(&self) -> Vec<(String, String)> {
        ways(&self.shell)
    }

    /// Who signs, in words.
    fn giver(&self) -> String {
        match self.f.value("cara") {
            ACCOUNT => self.shell.t1("collection.sign_by.account", "name", self.shell.actor_name()),
            _ => self.shell.t1("collection.signed.paper_by", "name", self.f.value("pemberi")),
        }
    }
}

/// The form for announcing the goods of a closed roll.
pub(crate) async fn announce(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(roll): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("cara", ACCOUNT.to_owned())]);
    announce_page(&app, &cap, shell, &form, roll, false).await
}

async fn announce_page(
    app: &App,
    cap: &RecordRolls,
    shell: Shell,
    form: &Form,
    roll: Id,
    checked: bool,
) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let roll = rolls::by_id(db, cap.district(), &reach, roll).await?.ok_or(Error::NotFound)?;
    if roll.state != "closed" {
        return redirect(&format!("/setoran/{}", roll.id));
    }
    if let (true, Some(there)) = (form.is_valid(), query::of_roll(db, cap.district(), roll.id).await?) {
        return redirect(&format!("/serah-terima/{}", there.id));
    }
    let campaign = campaign::by_id(db, cap.district(), roll.campaign_id).await?.ok_or(Error::NotFound)?;
    let receivers = query::receivers(db, cap.district(), campaign.warehouse_id).await?;
    let counts = count::query::of_roll(db, cap.district(), roll.id).await?;
    let chosen = receivers.iter().find(|receiver| receiver.id.to_string() == form.get("tujuan"));
    let template = AnnouncePage {
        f: form.view(),
        goods: counts.into_iter().filter(|line| line.kind != "cash" && line.good() > 0).collect(),
        checked: chosen.filter(|_| checked && form.is_valid()).map(|receiver| receiver.name.clone()),
        receivers: receivers.into_iter().map(|r| (r.id.to_string(), r.name)).collect(),
        roll,
        shell,
    };
    page_with(form.status(), &template)
}

/// Checks, and at the second press announces.
pub(crate) async fn announce_post(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(roll): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let to = form.id("tujuan");
    let giver = signer(&mut form, "pemberi");
    let note = form.optional("catatan", 300);
    let Some(to) = to.filter(|_| form.is_valid() && form.get("aksi") != "ubah") else {
        return announce_page(&app, &cap, shell, &form, roll, false).await;
    };
    if form.get("aksi") != "kirim" {
        return announce_page(&app, &cap, shell, &form, roll, true).await;
    }
    let command = AnnounceHandOver { roll, to, giver, note, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/serah-terima/{}", receipt.value.id)),
        Err(rejection) => {
            form.reject(rejection)?;
            announce_page(&app, &cap, shell, &form, roll, false).await
        }
    }
}

/// Who signs this side: the caller, or whom the paper names.
fn signer(form: &mut Form, field: &str) -> Signer {
    match form.get("cara") {
        ACCOUNT => Signer::Account,
        "paper" => Signer::Paper(form.required(field, 100)),
        _ => {
            form.error("cara", "web.error.choose");
            Signer::Account
        }
    }
}

/// The two ways to sign.
fn ways(shell: &Shell) -> Vec<(String, String)> {
    [ACCOUNT, "paper"]
        .map(|way| {
            let words = shell.t1(&format!("collection.sign_by.{way}"), "name", shell.actor_name());
            (way.to_owned(), words)
        })
        .into()
}

#[derive(Template)]
#[template(path = "hand_over/hand_over.html")]
struct HandOverPage {
    shell: Shell,
    f: FormView,
    hand_over: HandOver,
    items: Vec<HandOverItem>,
    letterhead: Letterhead,
    may_receive: bool,
    may_cancel: bool,
    checked: bool,
    sheets: Vec<SignedSheet>,
    may_add: bool,
    /// The proof of the books, for a printed sheet.
    proof: Option<PaperProof>,
}

impl HandOverPage {
    fn ways(&self) -> Vec<(String, String)> {
        ways(&self.shell)
    }

    fn at(&self) -> String {
        format!("/serah-terima/{}/lembar", self.hand_over.id)
    }

    /// Where its PDF is printed.
    fn pdf(&self) -> String {
        format!("/serah-terima/{}/pdf", self.hand_over.id)
    }

    /// How a side signed, for below its name; nothing while it has not.
    fn signed(&self, way: &str, at: Instant) -> String {
        match way {
            ACCOUNT => self.shell.t1("collection.signed.account", "at", self.shell.instant(at)),
            _ => self.shell.t("collection.signed.paper").into_owned(),
        }
    }

    fn giver_signed(&self) -> String {
        self.signed(&self.hand_over.giver_way, self.hand_over.announced_at)
    }

    fn receiver_signed(&self) -> String {
        let hand_over = &self.hand_over;
        match (&hand_over.receiver_way, hand_over.received_at) {
            (Some(way), Some(at)) => self.signed(way, at),
            _ => String::new(),
        }
    }

    /// Somebody signed on paper, and no photo of it is here yet.
    fn lacks_sheet(&self) -> bool {
        let paper = |way: &str| way == "paper";
        self.sheets.is_empty()
            && self.hand_over.state != "cancelled"
            && (paper(&self.hand_over.giver_way) || self.hand_over.receiver_way.as_deref().is_some_and(paper))
    }

    /// Who signs the receipt, in words, for the check.
    fn signs(&self) -> String {
        match self.f.value("cara") {
            ACCOUNT => self.shell.t1("collection.sign_by.account", "name", self.shell.actor_name()),
            _ => self.shell.t1("collection.signed.paper_by", "name", self.f.value("penerima")),
        }
    }

    /// What was received short and is still on the road, in words; nothing when all is accounted for.
    fn on_the_road(&self) -> String {
        let rest =
            self.items.iter().filter(|item| self.hand_over.state == "received" && item.on_the_road > 0);
        let words: Vec<String> = rest
            .map(|item| {
                format!("{} {}", item.name.to_lowercase(), self.shell.quantity(&item.unit, item.on_the_road))
            })
            .collect();
        words.join(", ")
    }

    fn receiver(&self) -> &str {
        self.hand_over.receiver_name.as_deref().unwrap_or_default()
    }

    /// The sentence of the protocol: what is handed over, from whom to whom.
    fn words(&self) -> String {
        self.shell.with(
            "collection.bast.words",
            &[
                ("campaign", self.hand_over.campaign.clone()),
                ("day", self.shell.long_day(self.hand_over.held_on)),
                ("from", self.hand_over.unit.clone()),
                ("to", self.hand_over.to_name.clone()),
            ],
        )
    }

    /// What is handed over once more in words, as official papers have it: a figure alone is easily changed by a
    /// pen. Always in Indonesian, as the paper is.
    fn in_words(&self) -> String {
        let goods = self.items.iter().map(|item| (item.name.as_str(), item.sent, item.unit.as_str()));
        self.shell.t1("collection.bast.in_words", "goods", papers::goods_in_words(goods))
    }

    /// What a box holds: what was typed, or what was sent.
    fn value(&self, part: &str, item: &HandOverItem) -> String {
        let name = format!("{part}.{}", item.commodity);
        let typed = self.f.value(&name);
        match part {
            _ if !typed.is_empty() || self.f.has(&name, "") => typed.to_owned(),
            "terima" => item.sent.to_string(),
            "rusak" => "0".to_owned(),
            _ => String::new(),
        }
    }

    fn error(&self, part: &str, item: &HandOverItem) -> String {
        self.f.error(&format!("{part}.{}", item.commodity))
    }
}

/// A hand-over: its state, its print page, and what its two sides can do.
pub(crate) async fn get(
    cap: Cap<ReadHandOvers>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("cara", ACCOUNT.to_owned())]);
    hand_over_page(&app, cap.actor(), shell, &form, id, false).await
}

/// The hand-over again, with what is wrong with the form.
pub(in super::super) async fn again(app: &App, actor: &Actor, shell: Shell, form: &Form, id: Id) -> Page {
    hand_over_page(app, actor, shell, form, id, false).await
}

async fn hand_over_page(app: &App, actor: &Actor, shell: Shell, form: &Form, id: Id, checked: bool) -> Page {
    let db = app.store.reader();
    let hand_over = query::by_id(db, actor.district, &sides(actor), id).await?.ok_or(Error::NotFound)?;
    let items = query::items(db, actor.district, id).await?;
    let waits = hand_over.state == "announced";
    let template = HandOverPage {
        f: form.view(),
        may_receive: waits && actor.scope(&[Role::WarehouseKeeper]).reaches_unit(hand_over.to_id),
        may_cancel: waits && actor.scope(&[Role::UnitCoordinator]).reaches_unit(hand_over.unit_id),
        letterhead: Letterhead::load(&app.store, actor.district).await?,
        sheets: paper::query::of(db, actor.district, id).await?,
        may_add: hand_over.state != "cancelled"
            && (actor.scope(&[Role::UnitCoordinator]).reaches_unit(hand_over.unit_id)
                || actor.scope(&[Role::WarehouseKeeper]).reaches_unit(hand_over.to_id)),
        proof: PaperProof::of_cause(app, &shell, actor.district, id).await?,
        hand_over,
        items,
        checked: checked && form.is_valid(),
        shell,
    };
    page_with(form.status(), &template)
}

/// Checks what arrived, and at the second press receives it.
pub(crate) async fn receive(
    cap: Cap<ReceiveGoods>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reach = Reach::of(cap.scope());
    let only_receiving = Sides { giving: Reach::none(), receiving: reach.clone() };
    let db = app.store.reader();
    query::by_id(db, cap.district(), &only_receiving, id).await?.ok_or(Error::NotFound)?;
    let items = query::items(db, cap.district(), id).await?;
    let mut arrivals = Vec::with_capacity(items.len());
    for item in &items {
        let name = |part: &str| format!("{part}.{}", item.commodity);
        let whole = |text: &str| number::parse_count(text).map_err(|_| "web.error.not_a_number");
        let received = form.read(&name("terima"), whole);
        let damaged = form.read_optional(&name("rusak"), whole);
        let weighed_g = form.read_optional(&name("timbang"), |text| {
            number::parse_decimal(text, 3).map_err(|_| "collection.error.kilograms")
        });
        arrivals.push(Arrival {
            commodity: item.commodity.clone(),
            received: received.unwrap_or_default(),
            damaged: damaged.unwrap_or_default(),
            weighed_g,
        });
    }
    let receiver = signer(&mut form, "penerima");
    let note = form.optional("catatan", 300);
    if form.is_valid() {
        let sent: Vec<(String, i64)> = items.iter().map(|item| (item.commodity.clone(), item.sent)).collect();
        if let Err(refusal) = check(&sent, &arrivals, &note) {
            form.refuse(&refusal);
        }
    }
    match form.get("aksi") {
        "ubah" => return hand_over_page(&app, cap.actor(), shell, &form, id, false).await,
        "terima" if form.is_valid() => {}
        _ => return hand_over_page(&app, cap.actor(), shell, &form, id, true).await,
    }
    let command = ReceiveHandOver { hand_over: id, arrivals, receiver, note, reach };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/serah-terima/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            hand_over_page(&app, cap.actor(), shell, &form, id, false).await
        }
    }
}

/// Cancels an announced hand-over.
pub(crate) async fn cancel(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        let command = CancelHandOver { hand_over: id, reason, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/serah-terima/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    hand_over_page(&app, cap.actor(), shell, &form, id, false).await
}
