//! The works, one of them, and what happens to it: begun, handed over, cancelled, taken up again, looked after.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::consent::{self, Purpose};
use asuh_ground::settings;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_step_registry::families::by_name;
use asuh_store::{DistrictId, Id, StoreError};
use axum::extract::{Query as UrlQuery, State};
use time::Date;

use super::check::{CheckWork, of_work};
use super::command::{CancelWork, StartWork};
use super::hand_over::{HandOverWork, ReopenWork};
use super::query::{self, Filter, PAGE, Payment, Photo, Work};
use super::rules::{KINDS, OUTCOMES, PROOFS, RELATIONS, State as Stands, look_again};
use super::{DoWorks, OrderWorks, ReadWorks};
use crate::delivery::signature;

/// Most bytes of a scan.
const SCAN_BYTES: u64 = 5 * 1024 * 1024;

/// Codes with their words.
pub(crate) fn options(shell: &Shell, stem: &str, codes: &[&str]) -> Vec<(String, String)> {
    codes.iter().map(|code| ((*code).to_owned(), shell.t(&format!("{stem}.{code}")).into_owned())).collect()
}

/// What stands sealed, opened.
pub(super) fn open(app: &App, district: DistrictId, sealed: &[u8]) -> Result<String, StoreError> {
    app.store.secrets().open_text(district, sealed).map_err(StoreError::from)
}

/// The same of what may be absent.
pub(super) fn open_some(
    app: &App,
    district: DistrictId,
    sealed: Option<&Vec<u8>>,
) -> Result<String, StoreError> {
    sealed.map_or(Ok(String::new()), |sealed| open(app, district, sealed))
}

#[derive(Template)]
#[template(path = "works/list.html")]
struct ListPage {
    shell: Shell,
    works: Vec<Work>,
    next: Option<Id>,
    state: &'static str,
    kind: String,
    states: Vec<(&'static str, String, i64)>,
    kinds: Vec<(String, String)>,
    /// What is searched for; `None`: the list of a state.
    searched: Option<String>,
    orders: bool,
}

async fn list_page(
    app: &App,
    cap: &ReadWorks,
    shell: Shell,
    (state, kind): (&'static str, String),
    (works, next): (Vec<Work>, Option<Id>),
    searched: Option<String>,
) -> Page {
    let counts = query::counts(app.store.reader(), cap.district(), cap.scope()).await?;
    let count = |code: &str| counts.iter().find(|(known, _)| known == code).map_or(0, |(_, n)| *n);
    let states = Stands::ALL.map(|state| {
        (state.code(), shell.t(&format!("works.state.{}", state.code())).into_owned(), count(state.code()))
    });
    page(&ListPage {
        states: states.into(),
        kinds: options(&shell, "works.kind", &KINDS),
        orders: OrderWorks::of(cap.actor()).is_some(),
        shell,
        works,
        next,
        state,
        kind,
        searched,
    })
}

/// The works of a state, the newest first.
pub(super) async fn list(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let state = url.get("status").and_then(|code| Stands::parse(code)).unwrap_or(Stands::Planned).code();
    let kind = url.get("jenis").filter(|kind| KINDS.contains(&kind.as_str())).cloned().unwrap_or_default();
    let before: Option<Id> = url.get("sebelum").and_then(|id| id.parse().ok());
    let before = match before {
        Some(id) => query::ordered_at(db, district, id).await?.map(|at| (at, id)),
        None => None,
    };
    let filter = Filter { state, kind: &kind, before };
    let mut works = query::list(db, district, cap.scope(), filter).await?;
    let next = cut(&mut works, PAGE, |last| last.id);
    list_page(&app, &cap, shell, (state, kind), (works, next), None).await
}

/// The works of families with a name; the words go into no address.
pub(super) async fn search(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let words = form.optional("cari", 60);
    let (db, district) = (app.store.reader(), cap.district());
    audit::opened(&app, cap.actor(), "search_families", None, "");
    let mut works = Vec::new();
    for family in by_name(db, district, cap.scope(), &words).await? {
        for work in query::of_family(db, district, family.family).await? {
            // A family that moved here: its earlier works stay where they were built.
            if query::one(db, district, work.id, cap.scope()).await?.is_some() {
                works.push(work);
            }
        }
    }
    let of = (Stands::Planned.code(), String::new());
    list_page(&app, &cap, shell, of, (works, None), Some(words)).await
}

/// A look at a work, opened.
pub(super) struct Look {
    pub(super) on: Date,
    pub(super) outcome: String,
    pub(super) words: String,
    pub(super) recorder: Option<String>,
}

/// A payment, opened.
pub(super) struct Paid {
    pub(super) line: Payment,
    pub(super) payee: String,
}

/// The payments of a work, opened.
pub(super) async fn payments(app: &App, district: DistrictId, work: Id) -> Result<Vec<Paid>, StoreError> {
    let mut shown = Vec::new();
    for line in query::payments(app.store.reader(), district, work).await? {
        shown.push(Paid { payee: open(app, district, &line.payee_sealed)?, line });
    }
    Ok(shown)
}

#[derive(Template)]
#[template(path = "works/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    work: Work,
    words: String,
    worker: String,
    receiver: String,
    witness: String,
    reason: String,
    photos: Vec<Photo>,
    payments: Vec<Paid>,
    looks: Vec<Look>,
    funds: Funds,
    outcomes: Vec<(String, String)>,
    /// The day from which somebody should look again.
    look_on: Option<Date>,
    /// Whether the guardian agreed to photos.
    consents: bool,
    acts: bool,
    orders: bool,
    /// Whether the caller may look after it: not whoever handed it over.
    looks_after: bool,
}

impl ShowPage {
    fn paid(&self) -> i64 {
        self.payments.iter().filter(|one| one.line.reversed_at.is_none()).map(|one| one.line.amount).sum()
    }

    fn is_open(&self) -> bool {
        matches!(self.work.state.as_str(), "planned" | "in_work")
    }

    fn moments(&self) -> &'static [&'static str] {
        match self.work.state.as_str() {
            "planned" => &["before"],
            "in_work" => &["before", "after"],
            _ => &["after", "check"],
        }
    }

    fn has(&self, moment: &str) -> bool {
        self.photos.iter().any(|photo| photo.moment == moment)
    }
}

/// A work, with the form that came back.
pub(super) async fn show_page(app: &App, actor: &Arc<Actor>, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let reads = actor.scope(ReadWorks::ROLES);
    let work = query::one(db, district, id, &reads).await?.ok_or(Error::NotFound)?;
    audit::opened(app, actor, "open", Some(("family", work.family_id)), "work");
    let mut looks = Vec::new();
    for row in of_work(db, district, id).await? {
        let words = open(app, district, &row.words_sealed)?;
        looks.push(Look { on: row.checked_on, outcome: row.outcome, words, recorder: row.recorder });
    }
    let days: i64 = settings::get_typed(db, district, "works.check_days").await?;
    let last = looks.first().map(|look| (look.on, look.outcome.as_str()));
    let reached = |scope: asuh_ground::access::Scope| {
        asuh_nusantara::TerritoryCode::from_i64(work.village_code)
            .is_ok_and(|code| scope.reaches(code, &work.rw))
    };
    let acts = reached(actor.scope(DoWorks::ROLES));
    let template = ShowPage {
        f: form.view(),
        words: open(app, district, &work.words_sealed)?,
        worker: open(app, district, &work.worker_sealed)?,
        receiver: open_some(app, district, work.receiver_sealed.as_ref())?,
        witness: open_some(app, district, work.witness_sealed.as_ref())?,
        reason: open_some(app, district, work.reason_sealed.as_ref())?,
        photos: query::photos(db, district, id).await?,
        payments: payments(app, district, id).await?,
        look_on: work.handed_on.and_then(|on| look_again(on, last, days)),
        funds: Funds::load(db, district).await?,
        outcomes: options(&shell, "works.outcome", &OUTCOMES),
        consents: consent::holds(db, district, work.family_id, None, Purpose::Photo, shell.today).await?,
        orders: reached(actor.scope(OrderWorks::ROLES)),
        looks_after: acts && work.state == "handed_over" && work.handed_by != Some(actor.user),
        acts,
        looks,
        work,
        shell,
    };
    page_with(form.status(), &template)
}

/// A work.
pub(super) async fn show(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// The builders have begun.
pub(super) async fn start(
    cap: Cap<DoWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (today, scope) = (shell.today, cap.scope().clone());
    let on = form.day_optional("mulai").unwrap_or(today);
    if form.is_valid() {
        let command = StartWork { work: id, on, today, scope };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Not built.
pub(super) async fn cancel(
    cap: Cap<DoWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        let command = CancelWork { work: id, reason, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Handed over by mistake.
pub(super) async fn reopen(
    cap: Cap<OrderWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        let command = ReopenWork { work: id, reason, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Whether it still serves.
pub(super) async fn check(
    cap: Cap<DoWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let on = form.day_optional("hari_cek").unwrap_or(shell.today);
    let outcome = form.required("hasil", 20);
    let words = form.optional("keterangan", 300);
    if form.is_valid() {
        let command =
            CheckWork { work: id, on, outcome, words, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

#[derive(Template)]
#[template(path = "works/hand_over.html")]
struct HandOverPage {
    shell: Shell,
    f: FormView,
    work: Work,
    relations: Vec<(String, String)>,
    proofs: Vec<(String, String)>,
    /// What the pool paid; `None`: the money is not ours.
    paid: Option<i64>,
}

async fn hand_over_page(app: &App, cap: &DoWorks, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let work = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "open", Some(("family", work.family_id)), "work");
    let paid = match work.source.as_str() {
        "pool" => Some(query::paid(db, district, id).await?),
        _ => None,
    };
    let template = HandOverPage {
        f: form.view(),
        relations: options(&shell, "works.relation", &RELATIONS),
        proofs: options(&shell, "works.proof", &PROOFS),
        paid,
        work,
        shell,
    };
    page_with(form.status(), &template)
}

/// The form of the hand-over.
pub(super) async fn hand_over_form(
    cap: Cap<DoWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let work =
        query::one(app.store.reader(), cap.district(), id, cap.scope()).await?.ok_or(Error::NotFound)?;
    if work.state != "in_work" {
        return redirect(&format!("/pekerjaan/{id}"));
    }
    let mut values = vec![("hubungan", "head".to_owned()), ("bukti", "signature".to_owned())];
    values.push(("penerima", work.head_name));
    if work.source == "pool" {
        let paid = query::paid(app.store.reader(), cap.district(), id).await?;
        values.push(("biaya", paid.to_string()));
    }
    let form = Form::with(&shell, values);
    hand_over_page(&app, &cap, shell, &form, id).await
}

/// Keeps the scan that came at once, so that a page that is shown again has not lost it.
async fn scan(app: &App, cap: &DoWorks, form: &mut Form) -> Result<Option<Id>, Error> {
    let read = form.file("naskah").map(|upload| attachments::read(upload, MediaType::SCANS, SCAN_BYTES));
    match read {
        Some(Ok(content)) => {
            let kept = attachments::store(app, cap.actor(), form.command_id()?, content).await?;
            form.set("naskah_id", kept.to_string());
        }
        Some(Err(refusal)) => form.refuse(&refusal.field("naskah")),
        None => {}
    }
    Ok(form.get("naskah_id").parse().ok())
}

/// Hands it over.
pub(super) async fn hand_over(
    cap: Cap<DoWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    // Nobody leaves a file on a work that is not in his villages.
    query::one(app.store.reader(), cap.district(), id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let on = form.day_optional("hari").unwrap_or(shell.today);
    let actual = form.count("biaya", 1..=10_000_000_000);
    let receiver = form.required("penerima", 80);
    let relation = form.required("hubungan", 20);
    let proof = form.required("bukti", 20);
    let witness = if proof == "thumbprint" { form.required("saksi", 80) } else { String::new() };
    let drawn = form.get("tanda_tangan").to_owned();
    let signed = match proof.as_str() {
        "signature" if !drawn.is_empty() => match signature(&drawn) {
            Ok(content) => Some(content),
            Err(refusal) => {
                form.refuse(&refusal.field("tanda_tangan"));
                None
            }
        },
        _ => None,
    };
    let paper = scan(&app, &cap, &mut form).await?.filter(|_| proof == "paper");
    if let (Some(actual), true) = (actual, form.is_valid()) {
        let signature = match signed {
            Some(content) => Some(attachments::store(&app, cap.actor(), form.command_id()?, content).await?),
            None => None,
        };
        let command = HandOverWork {
            work: id,
            on,
            actual,
            receiver,
            relation,
            proof,
            witness,
            signature,
            paper,
            today: shell.today,
            scope: cap.scope().clone(),
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pekerjaan/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    hand_over_page(&app, &cap, shell, &form, id).await
}
