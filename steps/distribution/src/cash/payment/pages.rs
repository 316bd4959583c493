//! A payment and what became of it: leaving a child out, handing cash over with proof, trying again, taking back.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::date::month_year;
use asuh_store::{Id, Refusal};
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;

use super::outcome::{HandOut, TakeBackOutcome};
use super::query::{self, Attempt, CashLine, Payment, ShareLine};
use super::release::RetryPayment;
use crate::cash::plan::ExcludePayment;
use crate::cash::{DraftCash, HandCash, OpenPayment, Reach, ReadCash, ReleaseCash};
use crate::delivery::signature;
use crate::spending;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::attachments::{self, Content, MediaType};
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Most bytes of a photo.
const PHOTO_BYTES: u64 = 5 * 1024 * 1024;
/// What a receiver can be to the family.
const RELATIONS: [&str; 4] = ["head", "wife", "member", "official"];

#[derive(Template)]
#[template(path = "cash/payment/cash.html")]
struct CashPage {
    shell: Shell,
    lines: Vec<CashLine>,
    next: Option<Id>,
}

/// Cash that waits to be handed over within reach.
pub(super) async fn cash(
    cap: Cap<HandCash>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let after = url.get("setelah").and_then(|text| text.parse().ok());
    let mut lines =
        query::cash(app.store.reader(), cap.district(), &Reach::hands(cap.actor()), after).await?;
    let next = cut(&mut lines, query::PAGE, |last| last.id);
    page(&CashPage { shell, lines, next })
}

#[derive(Template)]
#[template(path = "cash/payment/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    payment: Payment,
    funds: Funds,
    month: String,
    attempts: Vec<Attempt>,
    shares: Vec<ShareLine>,
    relations: Vec<(String, String)>,
    sees_plan: bool,
    may_exclude: bool,
    may_hand: bool,
    may_retry: bool,
    may_take_back: bool,
    receipt: bool,
    spending: bool,
}

impl ShowPage {
    fn by(&self) -> String {
        match self.payment.way.as_str() {
            "transfer" => crate::cash::account::masked(&self.payment.bank, &self.payment.number_end),
            _ => self.shell.t("cash.way.cash").into_owned(),
        }
    }

    fn place(&self) -> String {
        let parts = [("", &self.payment.hamlet), ("RW ", &self.payment.rw), ("RT ", &self.payment.rt)];
        let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
        std::iter::once(self.payment.village.clone())
            .chain(parts.map(|(word, value)| format!("{word}{value}")))
            .collect::<Vec<_>>()
            .join(" · ")
    }

    fn evidence(&self, attempt: &Attempt) -> bool {
        attempt.signature_id.is_some() || attempt.photo_id.is_some()
    }
}

async fn show_page(app: &App, actor: &std::sync::Arc<Actor>, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let payment = query::payment(db, district, id, &Reach::opens(actor)).await?.ok_or(Error::NotFound)?;
    audit::opened(app, actor, "open", Some(("family", payment.family_id)), "payment");
    let attempts = query::attempts(db, district, id).await?;
    let holds = ReleaseCash::of(actor).is_some_and(|cap| cap.scope().reaches_unit(payment.fund_holder_id));
    let open = matches!(payment.plan_state.as_str(), "released" | "reconciled");
    let may_hand = payment.state == "sent"
        && payment.way == "cash"
        && match HandCash::of(actor) {
            Some(_) => query::payment(db, district, id, &Reach::hands(actor)).await?.is_some(),
            None => false,
        };
    let template = ShowPage {
        f: form.view(),
        funds: Funds::load(db, district).await?,
        month: month_year(shell.text().language, payment.month),
        shares: query::shares(db, district, id).await?,
        relations: RELATIONS
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("distribution.relation.{code}")).into_owned()))
            .collect(),
        sees_plan: ReadCash::of(actor).is_some(),
        may_exclude: payment.plan_state == "draft" && DraftCash::of(actor).is_some(),
        may_hand,
        may_retry: open && holds && matches!(payment.state.as_str(), "failed" | "partial"),
        may_take_back: open && holds && attempts.first().is_some_and(|last| last.state != "sent"),
        spending: payment.paid > 0 && spending::ReadSpending::of(actor).is_some(),
        receipt: payment.way == "cash" && matches!(payment.state.as_str(), "sent" | "paid"),
        attempts,
        payment,
        shell,
    };
    page_with(form.status(), &template)
}

/// A payment.
pub(super) async fn show(
    cap: Cap<OpenPayment>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("hubungan", "head")]);
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Leaves a child of a draft out, or takes it in again.
pub(super) async fn exclude(
    cap: Cap<DraftCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = match form.get("aksi") {
        "lagi" => None,
        _ => Some(form.required("alasan", 200)),
    };
    if form.is_valid() {
        let command = ExcludePayment { payment: id, reason };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/bantuan-uang/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

fn noted(form: &mut Form, field: &str, read: Option<Result<Content, Refusal>>) -> Option<Content> {
    match read? {
        Ok(content) => Some(content),
        Err(refusal) => {
            form.refuse(&refusal.field(field));
            None
        }
    }
}

/// Cash was handed over, or was not (`aksi`: `belum`).
pub(super) async fn hand(
    cap: Cap<HandCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let not = form.get("aksi") == "belum";
    let not_because = not.then(|| form.required("alasan", 200));
    let receiver_name = form.optional("penerima", 80);
    let relation = form.optional("hubungan", 20);
    let witness = form.optional("saksi", 80);
    let day = form.day_optional("hari").unwrap_or(shell.today);
    if day > shell.today || day < shell.today - time::Duration::days(60) {
        form.error("hari", "distribution.error.day");
    }
    if !not && !RELATIONS.contains(&relation.as_str()) {
        form.error("hubungan", "web.error.choose");
    }
    let drawn = form.get("tanda_tangan").to_owned();
    let drawn = (!drawn.is_empty() && !not).then(|| signature(&drawn));
    let photo = form.file("foto").filter(|_| !not);
    let photo = photo.map(|upload| attachments::read(upload, MediaType::PICTURES, PHOTO_BYTES));
    let (drawn, photo) = (noted(&mut form, "tanda_tangan", drawn), noted(&mut form, "foto", photo));
    // Nobody leaves a file on a payment that is not his.
    let reach = Reach::hands(cap.actor());
    let found = query::payment(app.store.reader(), cap.district(), id, &reach).await?;
    found.ok_or(Error::NotFound)?;
    if form.is_valid() {
        let form_id = form.command_id()?;
        let keep = async |content: Option<Content>| match content {
            Some(content) => attachments::store(&app, cap.actor(), form_id, content).await.map(Some),
            None => Ok(None),
        };
        let command = HandOut {
            payment: id,
            not_because,
            receiver_name,
            relation,
            witness,
            signature: keep(drawn).await?,
            photo: keep(photo).await?,
            day,
            reach,
        };
        match app.submit(cap.actor(), form_id, command).await {
            Ok(_) => return redirect(&format!("/pembayaran/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Tries again what came back.
pub(super) async fn retry(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let cash = form.get("cara") == "tunai";
    let command = RetryPayment { payment: id, cash, day: shell.today, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/pembayaran/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_page(&app, cap.actor(), shell, &form, id).await
        }
    }
}

/// Takes back what was noted wrongly.
pub(super) async fn take_back(
    cap: Cap<ReleaseCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("keliru", 200);
    if form.is_valid() {
        let command = TakeBackOutcome { payment: id, reason, day: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pembayaran/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// The signature (`tanda-tangan`) or the photo (`foto`) of the last time cash was handed over.
pub(super) async fn evidence(
    cap: Cap<OpenPayment>,
    State(app): State<App>,
    Path((id, kind)): Path<(Id, String)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::payment(db, district, id, &Reach::opens(cap.actor())).await?.ok_or(Error::NotFound)?;
    let attempts = query::attempts(db, district, id).await?;
    let last = attempts.into_iter().find(|one| one.paid > 0).ok_or(Error::NotFound)?;
    let attachment = match kind.as_str() {
        "tanda-tangan" => last.signature_id,
        "foto" => last.photo_id,
        _ => None,
    };
    let content = attachments::open(&app.store, district, attachment.ok_or(Error::NotFound)?).await?;
    let content = content.ok_or(Error::NotFound)?;
    let name = content.media_type.name();
    let mut response = content.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(name));
    Ok(response)
}
