//! The list of deposits, one deposit with its slip, and the receipt to print (kuitansi).

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::{Rupiah, terbilang_rupiah};
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};
use axum::http::header;
use axum::response::IntoResponse;

use super::super::reach::Sides;
use super::super::receipts::is_stamped;
use super::super::{ConfirmDeposits, Reach, ReadDeposits, ReadStatements, RecordRolls, account};
use super::command::{AnnounceDeposit, ConfirmDeposit, SendDepositBack};
use super::query::{self, Deposit};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Role};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::audit::PaperProof;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

const PAGE: i64 = 50;

/// The largest photo of a slip: 5 MB.
const MOST_BYTES: u64 = 5 << 20;

/// What the caller sees: his units' deposits as a coordinator, his fund holders' as a treasurer.
pub(in super::super) fn sides(actor: &Actor) -> Sides {
    let readers = [Role::DistrictAdmin, Role::Auditor];
    let mut giving = actor.scope(&[Role::UnitCoordinator]);
    let mut receiving = actor.scope(&[Role::Treasurer]);
    giving.join(&actor.scope(&readers));
    receiving.join(&actor.scope(&readers));
    Sides { giving: Reach::of(&giving), receiving: Reach::of(&receiving) }
}

#[derive(Template)]
#[template(path = "deposit/list.html")]
struct ListPage {
    shell: Shell,
    title: &'static str,
    open: bool,
    lines: Vec<Deposit>,
    late: i64,
    next: Option<String>,
}

/// Deposits that wait, the most urgent first; with `?selesai=ya` those that are confirmed.
pub(crate) async fn list(
    cap: Cap<ReadDeposits>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let sides = sides(cap.actor());
    let open = !url.contains_key("selesai");
    let place = url.get("dari");
    let mut lines = if open {
        let after = place.and_then(|place| {
            let (day, id) = place.split_once('_')?;
            Some((asuh_nusantara::date::parse(day).ok()?, id.parse::<Id>().ok()?))
        });
        query::open(db, cap.district(), &sides, after, PAGE + 1).await?
    } else {
        let before = place.and_then(|place| place.parse().ok());
        query::confirmed(db, cap.district(), &sides, before, PAGE + 1).await?
    };
    let next = cut(&mut lines, PAGE as usize, |last| {
        if open {
            format!("dari={}_{}", last.due_on, last.id)
        } else {
            format!("selesai=ya&dari={}", last.id)
        }
    });
    let late = query::waiting(db, cap.district(), &sides, shell.today).await?.late;
    let title = if open { "collection.deposits" } else { "collection.deposits.confirmed" };
    page(&ListPage { title, open, lines, late, next, shell })
}

#[derive(Template)]
#[template(path = "deposit/deposit.html")]
struct DepositPage {
    shell: Shell,
    f: FormView,
    deposit: Deposit,
    may_announce: bool,
    may_confirm: bool,
    /// The account whose statement has to show it.
    account: Option<Id>,
    reads_statements: bool,
    checked: bool,
}

impl DepositPage {
    fn check_words(&self) -> String {
        self.shell.t3(
            "collection.deposit.check",
            ("amount", self.shell.rupiah(self.deposit.amount)),
            ("unit", &self.deposit.unit),
            ("slip", &self.deposit.slip_number),
        )
    }
}

/// A deposit.
pub(crate) async fn get(
    cap: Cap<ReadDeposits>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    deposit_page(&app, cap.actor(), shell, &form, id, false).await
}

async fn deposit_page(app: &App, actor: &Actor, shell: Shell, form: &Form, id: Id, checked: bool) -> Page {
    let deposit =
        query::by_id(app.store.reader(), actor.district, &sides(actor), id).await?.ok_or(Error::NotFound)?;
    let day = deposit.deposited_on.unwrap_or(shell.today);
    let holder = (deposit.fund_holder_id, deposit.fund.as_str());
    let account = account::query::in_use(app.store.reader(), actor.district, holder, day).await?;
    let template = DepositPage {
        f: form.view(),
        account: account.map(|account| account.id),
        reads_statements: actor.scope(ReadStatements::ROLES).reaches_unit(deposit.fund_holder_id),
        may_announce: deposit.state == "due"
            && actor.scope(&[Role::UnitCoordinator]).reaches_unit(deposit.unit_id),
        may_confirm: deposit.state == "announced"
            && actor.scope(&[Role::Treasurer]).reaches_unit(deposit.fund_holder_id),
        deposit,
        checked: checked && form.is_valid(),
        shell,
    };
    page_with(form.status(), &template)
}

/// The coordinator enters the slip.
pub(crate) async fn announce(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let slip_number = form.required("bukti", 60);
    let deposited_on = form.day("hari");
    let photo = match form.file("foto").map(|upload| attachments::read(upload, MediaType::SCANS, MOST_BYTES))
    {
        Some(Ok(content)) => Some(content),
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("foto"));
            None
        }
        None => None,
    };
    if let (Some(deposited_on), true) = (deposited_on, form.is_valid()) {
        let slip = match photo {
            Some(content) => Some(attachments::store(&app, cap.actor(), form.command_id()?, content).await?),
            None => None,
        };
        let reach = Reach::of(cap.scope());
        let command = AnnounceDeposit { deposit: id, slip_number, deposited_on, slip, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/setor-uang/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    deposit_page(&app, cap.actor(), shell, &form, id, false).await
}

/// The treasurer confirms, after a check page.
pub(crate) async fn confirm(
    cap: Cap<ConfirmDeposits>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    if form.get("aksi") != "konfirmasi" {
        return deposit_page(&app, cap.actor(), shell, &form, id, true).await;
    }
    let command = ConfirmDeposit { deposit: id, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/setor-uang/{id}/kuitansi")),
        Err(rejection) => {
            form.reject(rejection)?;
            deposit_page(&app, cap.actor(), shell, &form, id, false).await
        }
    }
}

/// The treasurer sends a deposit back.
pub(crate) async fn send_back(
    cap: Cap<ConfirmDeposits>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    if form.is_valid() {
        let command = SendDepositBack { deposit: id, reason, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/setor-uang/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    deposit_page(&app, cap.actor(), shell, &form, id, false).await
}

/// The photo of the slip, as a download: never shown as part of our own pages.
pub(crate) async fn photo(cap: Cap<ReadDeposits>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let db = app.store.reader();
    let deposit = query::by_id(db, cap.district(), &sides(cap.actor()), id).await?.ok_or(Error::NotFound)?;
    let attachment = deposit.slip_attachment_id.ok_or(Error::NotFound)?;
    let photo = attachments::open(&app.store, cap.district(), attachment).await?.ok_or(Error::NotFound)?;
    let ending = photo.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, photo.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"bukti-setor.{ending}\"")),
    ];
    Ok((headers, photo.bytes).into_response())
}

#[derive(Template)]
#[template(path = "deposit/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    deposit: Deposit,
    words: String,
    stamp: bool,
    letterhead: Letterhead,
    /// The proof of the books.
    proof: Option<PaperProof>,
}

impl ReceiptPage {
    fn announced_by(&self) -> &str {
        self.deposit.announced_by_name.as_deref().unwrap_or_default()
    }

    fn confirmed_by(&self) -> &str {
        self.deposit.confirmed_by_name.as_deref().unwrap_or_default()
    }

    fn confirmed_at(&self) -> String {
        self.deposit.confirmed_at.map(|at| self.shell.instant(at)).unwrap_or_default()
    }
}

/// The receipt of a confirmed deposit (kuitansi).
pub(crate) async fn receipt(
    cap: Cap<ReadDeposits>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let deposit = query::by_id(db, cap.district(), &sides(cap.actor()), id).await?.ok_or(Error::NotFound)?;
    if deposit.state != "confirmed" {
        return redirect(&format!("/setor-uang/{id}"));
    }
    page(&ReceiptPage {
        words: terbilang_rupiah(Rupiah::new(deposit.amount)),
        stamp: is_stamped(deposit.amount),
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        proof: PaperProof::of_cause(&app, &shell, cap.district(), id).await?,
        deposit,
        shell,
    })
}
