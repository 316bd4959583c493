//! The form of a new list: what it would hold now, what is still open, and the number to be typed.

use std::marker::PhantomData;

use askama::Template;
use asuh_nusantara::date;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::{Date, Month};

use super::campaign::{self, Followed};
use super::command::{Decree, Freeze};
use super::kind::{Kind, Period};
use super::query::{self, FrozenList};
use super::shown::{CountLine, Counts, KindWords};
use crate::rights::FreezeLists;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Shell, page_with, redirect};

/// Months of measurement that are offered, the present one first.
const MONTHS: i32 = 12;

/// The choice of the month, `2026-10`, and of the kecamatan that is shown in detail.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    bulan: String,
    #[serde(default)]
    kecamatan: String,
}

#[derive(Template)]
#[template(path = "frozen/new.html")]
struct NewPage {
    shell: Shell,
    kind: KindWords,
    number: i64,
    /// The list that this one follows.
    before: Option<FrozenList>,
    /// The campaign that it follows, with what of it is open.
    followed: Option<Followed>,
    months: Vec<(String, String)>,
    month: String,
    lines: Vec<CountLine>,
    total: CountLine,
    f: FormView,
}

impl NewPage {
    /// Whether anything is open, so that a reason is needed.
    fn needs_reason(&self) -> bool {
        self.total.open > 0 || self.followed.as_ref().is_some_and(|one| one.unfinished.is_some())
    }
}

/// The month so many before the present one, as a period and a code.
fn month(today: Date, back: i32) -> Option<(Period, String)> {
    let nth = today.year() * 12 + i32::from(u8::from(today.month())) - 1 - back;
    let month = Month::try_from(u8::try_from(nth.rem_euclid(12) + 1).ok()?).ok()?;
    let year = nth.div_euclid(12);
    let from = Date::from_calendar_date(year, month, 1).ok()?;
    let to = Date::from_calendar_date(year, month, month.length(year)).ok()?;
    Some((Period { from, to }, format!("{year}-{:02}", u8::from(month))))
}

/// The period of a kind: the month with this code, or the present one.
fn period<K: Kind>(code: &str, today: Date) -> (Option<Period>, String) {
    if !K::IS_MEASURED {
        return (None, String::new());
    }
    let offered = || (0..MONTHS).filter_map(|back| month(today, back));
    offered()
        .find(|(_, known)| known == code)
        .or_else(|| offered().next())
        .map_or((None, String::new()), |(period, code)| (Some(period), code))
}

/// A list is of the whole district: whoever holds the right for a part of it freezes nothing.
fn for_all(cap: &FreezeLists) -> Result<(), Error> {
    let whole = |area: &asuh_ground::access::Area| {
        area.rw.is_empty() && area.code.contains(cap.actor().district_code)
    };
    if cap.scope().areas.iter().any(whole) { Ok(()) } else { Err(Error::Forbidden) }
}

/// The form.
pub(super) async fn form<K: Kind>(
    cap: Cap<FreezeLists>,
    State(app): State<App>,
    shell: Shell,
    Params(choice): Params<Choice>,
) -> Page {
    for_all(&cap)?;
    let form = Form::empty(&shell);
    show::<K>(&cap, &app, shell, &form, &choice).await
}

async fn show<K: Kind>(cap: &FreezeLists, app: &App, shell: Shell, form: &Form, choice: &Choice) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let (period, month_code) = period::<K>(&choice.bulan, shell.today);
    let open = query::open::<K>(db, district, period).await?;
    let counted = query::preview::<K>(db, district, period).await?;
    let counts = Counts::of::<K>(db, district, &shell.text(), counted, &open).await?;
    let months = match K::IS_MEASURED {
        true => (0..MONTHS).filter_map(|back| month(shell.today, back)).collect(),
        false => Vec::new(),
    };
    let page_of = NewPage {
        kind: KindWords::of::<K>(&shell.text()),
        number: query::next_number::<K>(db, district).await?,
        before: query::current_list(db, district, K::CODE).await?,
        followed: campaign::followed::<K>(db, district).await?,
        months: months
            .into_iter()
            .map(|(period, code)| (code, date::month_year(shell.language, period.from)))
            .collect(),
        month: month_code,
        lines: counts.lines(choice.kecamatan.parse().unwrap_or(0)),
        total: counts.total,
        f: form.view(),
        shell,
    };
    page_with(form.status(), &page_of)
}

/// Freezes.
pub(super) async fn freeze<K: Kind>(
    cap: Cap<FreezeLists>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    for_all(&cap)?;
    let choice = Choice { bulan: form.get("bulan").to_owned(), kecamatan: String::new() };
    let number = form.count("nomor", 1..=100_000);
    let title = form.optional("judul", 120);
    let reason = form.optional("alasan", 300);
    let decree_number = form.optional("sk", 80);
    let decided_on = form.day_optional("sk_hari");
    let decree = match (decree_number.is_empty(), decided_on) {
        (false, Some(decided_on)) => Some(Decree { number: decree_number, decided_on }),
        (false, None) => {
            form.error("sk_hari", "web.error.required");
            None
        }
        (true, Some(_)) => {
            form.error("sk", "web.error.required");
            None
        }
        (true, None) => None,
    };
    if let (true, Some(number)) = (form.is_valid(), number) {
        let (period, _) = period::<K>(&choice.bulan, shell.today);
        let kind = PhantomData::<fn() -> K>;
        let closes_campaign = form.ticked("tutup_putaran");
        let today = shell.today;
        let command = Freeze { number, title, period, reason, decree, closes_campaign, today, kind };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => {
                return redirect(&format!("{}/{}?ditetapkan=1", K::PATHS.home, receipt.value.list));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show::<K>(&cap, &app, shell, &form, &choice).await
}
