//! Spending reports: a month by village, the families without one, and one report with its versions.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::date::month_year;
use asuh_store::{Id, StoreError};
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use time::Date;

use super::query::{self, MissingLine, Paid, Report, VillageLine};
use super::rules::{KINDS, Spent};
use super::{ReadSpending, ReadSpendingSums, WriteSpending};
use crate::cash::read_month;
use crate::follow_up;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::attachments;
use asuh_ground::audit;
use asuh_ground::web::{Error, Page, Path, Shell, Text, cut, page};

/// The month that a link names, else the newest one of which something was released; with all that can be chosen.
async fn chosen(
    app: &App,
    cap: &ReadSpending,
    url: &BTreeMap<String, String>,
) -> Result<(Option<Date>, Vec<Date>), StoreError> {
    let months = query::months(app.store.reader(), cap.district()).await?;
    let named = url.get("bulan").and_then(|text| read_month(text)).filter(|month| months.contains(month));
    Ok((named.or_else(|| months.first().copied()), months))
}

/// "2026-11", as links name a month.
fn month_code(month: Date) -> String {
    format!("{:04}-{:02}", month.year(), u8::from(month.month()))
}

#[derive(Template)]
#[template(path = "spending/overview.html")]
struct OverviewPage {
    shell: Shell,
    month: Option<Date>,
    months: Vec<Date>,
    villages: Vec<VillageLine>,
    next: Option<i64>,
    sums: bool,
}

impl OverviewPage {
    fn name(&self, month: &Date) -> String {
        month_year(self.shell.text().language, *month)
    }

    fn code(&self, month: &Date) -> String {
        month_code(*month)
    }
}

/// A month by village: how many payments arrived, of how many it is told what they were spent on.
pub(super) async fn overview(
    cap: Cap<ReadSpending>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (month, months) = chosen(&app, &cap, &url).await?;
    let after = url.get("setelah").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut villages = match month {
        Some(month) => {
            query::villages(app.store.reader(), cap.district(), cap.scope(), (month, after)).await?
        }
        None => Vec::new(),
    };
    let next = cut(&mut villages, query::VILLAGES, |last| last.code);
    let sums = ReadSpendingSums::of(cap.actor()).is_some();
    page(&OverviewPage { shell, month, months, villages, next, sums })
}

#[derive(Template)]
#[template(path = "spending/missing.html")]
struct MissingPage {
    shell: Shell,
    month: Date,
    lines: Vec<MissingLine>,
    village: Option<i64>,
    next: Option<(i64, Id)>,
    writes: bool,
}

impl MissingPage {
    fn name(&self) -> String {
        month_year(self.shell.text().language, self.month)
    }

    fn code(&self) -> String {
        month_code(self.month)
    }
}

/// The families of a month, or of one of its villages, that nobody has sat down with yet.
pub(super) async fn missing(
    cap: Cap<ReadSpending>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (month, _) = chosen(&app, &cap, &url).await?;
    let month = month.ok_or(Error::NotFound)?;
    let village = url.get("desa").and_then(|code| code.parse().ok());
    let after = url.get("setelah").and_then(|place| {
        let (code, id) = place.split_once('.')?;
        Some((code.parse().ok()?, id.parse().ok()?))
    });
    let (db, district) = (app.store.reader(), cap.district());
    let mut lines = query::missing(db, district, cap.scope(), (month, village, after)).await?;
    let next = cut(&mut lines, query::PAGE, |last| (last.village_code, last.id));
    let writes = WriteSpending::of(cap.actor()).is_some();
    page(&MissingPage { shell, month, lines, village, next, writes })
}

/// An advice, opened.
pub(super) struct AdviceShown {
    pub(super) id: Id,
    pub(super) given_on: Date,
    pub(super) giver: String,
    pub(super) giver_name: String,
    pub(super) place: String,
    pub(super) words: String,
}

impl AdviceShown {
    /// "12 Okt 2026, dokter Ani, Puskesmas Rekaan"
    pub(super) fn label(&self, text: &Text) -> String {
        let giver = format!("{} {}", text.t(&format!("spending.giver.{}", self.giver)), self.giver_name);
        let parts = [text.day(self.given_on), giver, self.place.clone()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// The advices for a child, opened.
pub(super) async fn advices(app: &App, actor: &Actor, person: Id) -> Result<Vec<AdviceShown>, StoreError> {
    let open =
        |sealed: &[u8]| app.store.secrets().open_text(actor.district, sealed).map_err(StoreError::from);
    let mut shown = Vec::new();
    for line in query::advices(app.store.reader(), actor.district, person).await? {
        shown.push(AdviceShown {
            id: line.id,
            given_on: line.given_on,
            giver_name: open(&line.giver_name_sealed)?,
            words: open(&line.words_sealed)?,
            giver: line.giver,
            place: line.place,
        });
    }
    Ok(shown)
}

/// A version, opened.
struct Version {
    report: Report,
    words: String,
    reason: String,
}

impl Version {
    fn spent(&self) -> Spent {
        self.report.spent()
    }

    fn left(&self) -> i64 {
        self.spent().left(self.report.received)
    }

    /// Kind and rupiah of what was spent at all.
    fn lines(&self) -> Vec<(&'static str, i64)> {
        KINDS.iter().copied().zip(self.spent().0).filter(|(_, amount)| *amount > 0).collect()
    }
}

#[derive(Template)]
#[template(path = "spending/show.html")]
struct ShowPage {
    shell: Shell,
    paid: Paid,
    month: String,
    versions: Vec<Version>,
    advices: Vec<AdviceShown>,
    talk: Option<follow_up::Line>,
    writes: bool,
}

impl ShowPage {
    fn advice(&self, version: &Version) -> Option<&AdviceShown> {
        self.advices.iter().find(|advice| Some(advice.id) == version.report.advice_id)
    }

    fn bar(&self, amount: impl std::borrow::Borrow<i64>) -> i64 {
        if self.paid.paid > 0 { (amount.borrow() * 100 / self.paid.paid).clamp(0, 100) } else { 0 }
    }
}

/// What a payment was spent on: the version that holds, those before it, the advice, the conversation.
pub(super) async fn show(
    cap: Cap<ReadSpending>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let paid = query::paid(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("family", paid.family_id)), "spending");
    let open = |sealed: &[u8]| app.store.secrets().open_text(district, sealed).map_err(StoreError::from);
    let mut versions = Vec::new();
    for report in query::versions(db, district, id).await? {
        let (words, reason) = (open(&report.words_sealed)?, open(&report.reason_sealed)?);
        versions.push(Version { report, words, reason });
    }
    let writes = match WriteSpending::of(cap.actor()) {
        Some(write) => query::paid(db, district, id, write.scope()).await?.is_some(),
        None => false,
    };
    page(&ShowPage {
        month: month_year(shell.text().language, paid.month),
        advices: advices(&app, cap.actor(), paid.person_id).await?,
        talk: follow_up::of_subject(db, district, ("spending", id)).await?,
        versions,
        paid,
        writes,
        shell,
    })
}

/// A photo of a receipt.
pub(super) async fn receipt(
    cap: Cap<ReadSpending>,
    State(app): State<App>,
    Path((report, nth)): Path<(Id, i64)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let found = query::receipt(db, district, (report, nth), cap.scope()).await?;
    let photo = found.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("family", photo.family_id)), "spending_receipt");
    let content =
        attachments::open(&app.store, district, photo.attachment_id).await?.ok_or(Error::NotFound)?;
    let name = content.media_type.name();
    let mut response = content.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(name));
    Ok(response)
}
