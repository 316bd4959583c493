//! A sponsor's transfers: announcing one, how to pay it, its receipt; and what the treasurer waits for.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_nusantara::{Qris, Rupiah, terbilang_rupiah};
use asuh_store::{Id, StoreError};
use axum::extract::{Query as UrlQuery, State};

use super::super::receipts::{OfGift, OfOwnGift, is_stamped};
use super::super::{OwnGifts, Reach, ReadStatements, account};
use super::command::{AMOUNTS, AnnounceGift, CancelGift, Way};
use super::query::{self, Gift};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap};
use asuh_ground::audit::PaperProof;
use asuh_ground::papers::RowPaper;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{
    Error, Form, FormView, Page, Path, Shell, Task, TaskState, Text, cut, page, page_with, redirect,
};
use asuh_step_sponsors::{campaigns, pledges, staff};

const PAGE: i64 = 50;

/// A campaign that can be given to by transfer.
struct Open {
    id: Id,
    name: String,
    /// Rupiah promised there for now; 0: nothing.
    promised: i64,
    has_code: bool,
}

#[derive(Template)]
#[template(path = "gift/own.html")]
struct OwnPage {
    shell: Shell,
    f: FormView,
    is_giver: bool,
    open: Vec<Open>,
    campaigns: Vec<(String, String)>,
    gifts: Vec<Gift>,
}

impl OwnPage {
    fn ways(&self) -> Vec<(String, String)> {
        [Way::Transfer, Way::Qris]
            .map(|way| {
                let words = self.shell.t(&format!("money.way.{}", way.code())).into_owned();
                (way.code().to_owned(), words)
            })
            .into()
    }

    fn has_code(&self) -> bool {
        self.open.iter().any(|one| one.has_code)
    }
}

/// The campaigns that a sponsor can give to by transfer, those that he promised to first.
async fn open(app: &App, actor: &Actor, sponsor: Id) -> Result<Vec<Open>, StoreError> {
    let db = app.store.reader();
    let today = app.today(actor);
    let Some(known) = staff::sponsor(db, actor.district, sponsor).await? else { return Ok(Vec::new()) };
    let promises = pledges::of_sponsor_on(db, actor.district, sponsor, today).await?;
    let mut found = Vec::new();
    for campaign in campaigns::open(db, actor.district, today).await? {
        if known.kind != "asn" && campaign.contributor_scope == "asn" {
            continue;
        }
        let holder = (campaign.fund_holder_id, campaign.fund.as_str());
        let Some(account) = account::query::in_use(db, actor.district, holder, today).await? else {
            continue;
        };
        let baskets: i64 =
            promises.iter().filter(|one| one.campaign_id == campaign.id).map(|one| one.baskets).sum();
        let items = campaigns::items(db, actor.district, campaign.id).await?;
        let cash: i64 = items.iter().filter(|item| item.kind == "cash").map(|item| item.quantity).sum();
        found.push(Open {
            id: campaign.id,
            name: campaign.name,
            promised: baskets * cash,
            has_code: !account.qris.is_empty(),
        });
    }
    found.sort_by_key(|one| one.promised == 0);
    Ok(found)
}

async fn own_page(app: &App, cap: &OwnGifts, shell: Shell, form: Option<Form>) -> Page {
    let Some(sponsor) = cap.actor().sponsor else {
        let f = FormView::default();
        return page(&OwnPage {
            shell,
            f,
            is_giver: false,
            open: Vec::new(),
            campaigns: Vec::new(),
            gifts: Vec::new(),
        });
    };
    let db = app.store.reader();
    let since = shell.today - time::Duration::days(366);
    let gifts = query::of_sponsor(db, cap.district(), sponsor, since).await?;
    let open = open(app, cap.actor(), sponsor).await?;
    let form = form.unwrap_or_else(|| {
        let first = open.first();
        let promised = first.map(|one| one.promised).filter(|amount| *amount > 0);
        Form::with(
            &shell,
            [
                ("gerakan", first.map(|one| one.id.to_string()).unwrap_or_default()),
                ("jumlah", promised.map(|amount| shell.number(amount)).unwrap_or_default()),
                ("cara", "transfer".to_owned()),
            ],
        )
    });
    let template = OwnPage {
        f: form.view(),
        is_giver: true,
        campaigns: open.iter().map(|one| (one.id.to_string(), one.name.clone())).collect(),
        open,
        gifts,
        shell,
    };
    page_with(form.status(), &template)
}

/// My transfers, and announcing one.
pub(crate) async fn own(cap: Cap<OwnGifts>, State(app): State<App>, shell: Shell) -> Page {
    own_page(&app, &cap, shell, None).await
}

/// I announce a transfer.
pub(crate) async fn announce(
    cap: Cap<OwnGifts>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let Some(sponsor) = cap.actor().sponsor else { return redirect("/transfer") };
    let campaign = form.id("gerakan");
    let amount = form.read("jumlah", |text| {
        let text = text.trim_start_matches("Rp").trim();
        asuh_nusantara::number::parse_count(text).map_err(|_| "money.refused.not_money")
    });
    if amount.is_some_and(|amount| !AMOUNTS.contains(&amount)) {
        form.error("jumlah", "money.refused.amount");
    }
    let way = form.read("cara", |code| Way::parse(code).ok_or("web.error.choose"));
    if let (Some(campaign), Some(amount), Some(way), true) = (campaign, amount, way, form.is_valid()) {
        let command = AnnounceGift { campaign, sponsor, amount, way };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/transfer/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    own_page(&app, &cap, shell, Some(form)).await
}

#[derive(Template)]
#[template(path = "gift/show.html")]
struct ShowPage {
    shell: Shell,
    gift: Gift,
    number: String,
    code: Option<Qris>,
    picture: String,
}

/// One transfer: whom to pay, how much exactly, with which message.
pub(crate) async fn show(
    cap: Cap<OwnGifts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
    let db = app.store.reader();
    let gift = query::own(db, cap.district(), sponsor, id).await?.ok_or(Error::NotFound)?;
    let number =
        app.store.secrets().open_text(cap.district(), &gift.number_sealed).map_err(StoreError::from)?;
    let code = Some(&gift).filter(|gift| gift.way == "qris").and_then(|gift| Qris::parse(&gift.qris).ok());
    let picture = code.as_ref().map(account::pages::picture).unwrap_or_default();
    page(&ShowPage { number: in_fours(&number), gift, code, picture, shell })
}

/// `0123 0100 4321 503`: as a number is typed from a page without losing one's place.
fn in_fours(digits: &str) -> String {
    digits.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join(" ")
}

/// I take an announcement back.
pub(crate) async fn cancel(
    cap: Cap<OwnGifts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
    match app.submit(cap.actor(), form.command_id()?, CancelGift { gift: id, sponsor }).await {
        // Its money came meanwhile: the page says so.
        Ok(_) | Err(asuh_store::Rejection::Refused(asuh_store::Refusal { not_found: false, .. })) => {
            redirect(&format!("/transfer/{id}"))
        }
        Err(rejection) => Err(rejection.into()),
    }
}

#[derive(Template)]
#[template(path = "gift/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    gift: Gift,
    words: String,
    stamp: bool,
    back: &'static str,
    /// The address of this page, and whether the caller sees what was signed of it: the giver does not.
    at: String,
    is_own: bool,
    letterhead: Letterhead,
    /// The proof of the books.
    proof: Option<PaperProof>,
}

async fn receipt(app: &App, shell: Shell, actor: &Actor, gift: Gift, is_own: bool) -> Page {
    if gift.state != "received" {
        return Err(Error::NotFound);
    }
    page(&ReceiptPage {
        words: terbilang_rupiah(Rupiah::new(gift.worth())),
        stamp: is_stamped(gift.worth()),
        letterhead: Letterhead::load(&app.store, actor.district).await?,
        proof: PaperProof::of_cause(app, &shell, actor.district, gift.id).await?,
        back: if is_own { "/transfer" } else { "/mutasi-bank" },
        at: if is_own { OfOwnGift::page(gift.id) } else { OfGift::page(gift.id) },
        is_own,
        gift,
        shell,
    })
}

/// The receipt of my transfer.
pub(crate) async fn own_receipt(
    cap: Cap<OwnGifts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
    let found = query::own(app.store.reader(), cap.district(), sponsor, id).await?;
    receipt(&app, shell, cap.actor(), found.ok_or(Error::NotFound)?, true).await
}

/// The receipt of any transfer to the caller's holders.
pub(crate) async fn any_receipt(
    cap: Cap<ReadStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let found = query::by_id(app.store.reader(), cap.district(), &Reach::of(cap.scope()), id).await?;
    receipt(&app, shell, cap.actor(), found.ok_or(Error::NotFound)?, false).await
}

#[derive(Template)]
#[template(path = "gift/waiting.html")]
struct WaitingPage {
    shell: Shell,
    gifts: Vec<Gift>,
    next: Option<String>,
}

/// The announced gifts that no statement shows yet.
pub(crate) async fn waiting(
    cap: Cap<ReadStatements>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let after = url.get("dari").and_then(|place| {
        let (day, id) = place.split_once('_')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse::<Id>().ok()?))
    });
    let reach = Reach::of(cap.scope());
    let mut gifts = query::waiting(app.store.reader(), cap.district(), &reach, after, PAGE + 1).await?;
    let next = cut(&mut gifts, PAGE as usize, |last| format!("{}_{}", last.expires_on, last.id));
    page(&WaitingPage { gifts, next, shell })
}

/// What a sponsor is reminded of: transfers that no statement shows yet.
pub(in super::super) async fn tasks(
    app: &App,
    actor: &Arc<Actor>,
    text: &Text,
) -> Result<Vec<Task>, StoreError> {
    let Some(sponsor) = actor.sponsor else { return Ok(Vec::new()) };
    let today = app.today(actor);
    let since = today - time::Duration::days(70);
    let gifts = query::of_sponsor(app.store.reader(), actor.district, sponsor, since).await?;
    let waiting = gifts.iter().filter(|gift| gift.standing(&today) == "waiting").take(2);
    Ok(waiting
        .map(|gift| Task {
            title: text.with(
                "money.task.gift",
                &[
                    ("amount", text.rupiah(gift.amount)),
                    ("campaign", gift.campaign.clone()),
                    ("n", gift.days_left(&today).to_string()),
                ],
            ),
            path: format!("/transfer/{}", gift.id),
            state: TaskState::InProgress,
        })
        .collect())
}
