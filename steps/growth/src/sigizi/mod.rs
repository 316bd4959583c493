//! Measurements of a month handed to Sigizi, in its own upload template.
//!
//! Sigizi knows children by NIK alone, so only those who may see a NIK may make the file; every making of it is
//! in the access log. What comes back by the import `sigizi` changes nothing.

mod query;

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_store::{Id, StoreError};
use axum::extract::State;
use time::{Date, Month};

use self::query::Handed;
use super::HandToSigizi;
use super::entry;
use super::import::TEMPLATE;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{Cell, Error, Form, FormView, Page, Routes, Shell, page_with, workbook};

/// Months that can be chosen.
const MONTHS: i32 = 12;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<HandToSigizi, _>("/pengukuran/sigizi", choose)
        .post::<HandToSigizi, _>("/pengukuran/sigizi", hand_over)
}

#[derive(Template)]
#[template(path = "sigizi/choose.html")]
struct ChoosePage {
    shell: Shell,
    months: Vec<(String, String)>,
    which: Vec<(String, String)>,
    form: FormView,
}

/// Which month, and which measurements.
async fn choose(_cap: Cap<HandToSigizi>, shell: Shell) -> Page {
    let last = format!("{:04}-{:02}", shell.today.year(), u8::from(shell.today.month()));
    let form = Form::with(&shell, [("bulan", last), ("asal", "form".to_owned())]);
    choose_page(shell, &form)
}

fn choose_page(shell: Shell, form: &Form) -> Page {
    let now = shell.today.year() * 12 + i32::from(u8::from(shell.today.month())) - 1;
    let months = (0..=MONTHS)
        .map(|back| {
            let (year, number) = ((now - back).div_euclid(12), (now - back).rem_euclid(12) + 1);
            let month = Month::try_from(u8::try_from(number).unwrap_or(1)).unwrap_or(Month::January);
            let name = asuh_nusantara::date::month_name(shell.text().language, month);
            (format!("{year:04}-{number:02}"), format!("{name} {year}"))
        })
        .collect();
    let which = ["form", "all"]
        .map(|code| (code.to_owned(), shell.t(&format!("growth.sigizi.which.{code}")).into_owned()))
        .to_vec();
    page_with(form.status(), &ChoosePage { months, which, form: form.view(), shell })
}

/// The file.
async fn hand_over(cap: Cap<HandToSigizi>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let month = form.read("bulan", |text| month(text).ok_or("web.error.choose"));
    let own = match form.get("asal") {
        "form" => true,
        "all" => false,
        _ => {
            form.error("asal", "web.error.choose");
            true
        }
    };
    let Some((from, to)) = month.filter(|_| form.is_valid()) else { return choose_page(shell, &form) };
    let mut found = query::measured(app.store.reader(), cap.district(), cap.scope(), from, to, own).await?;
    once_a_day(&mut found);
    let (with_nik, without): (Vec<Handed>, Vec<Handed>) =
        found.into_iter().partition(|one| one.nik_sealed.is_some());
    if with_nik.is_empty() {
        let key = if without.is_empty() { "growth.sigizi.none" } else { "growth.sigizi.no_nik" };
        form.error("bulan", key);
        return choose_page(shell, &form);
    }
    let detail = format!("sigizi {}-{:02} {}", from.year(), u8::from(from.month()), with_nik.len());
    audit::opened(&app, cap.actor(), "export", None, &detail);
    let secrets = app.store.secrets();
    let rows = with_nik.into_iter().enumerate().map(|(nth, one)| {
        let nik = match &one.nik_sealed {
            Some(sealed) => secrets.open_text(cap.district(), sealed).map_err(StoreError::from)?,
            None => String::new(),
        };
        Ok::<_, StoreError>(row(nth, nik, one))
    });
    let rows = rows.collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
    let columns = TEMPLATE.iter().map(|title| Column::new(*title, kind(title))).collect();
    let name = format!("sigizi-pengukuran-{}-{:02}", from.year(), u8::from(from.month()));
    workbook(&app, &name, "Pengukuran".to_owned(), columns, rows).await
}

/// The first and last day of `2026-11`.
fn month(text: &str) -> Option<(Date, Date)> {
    let (year, month) = text.split_once('-')?;
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let year: i32 = year.parse().ok().filter(|year| (2000..=2100).contains(year))?;
    let first = Date::from_calendar_date(year, month, 1).ok()?;
    let last = Date::from_calendar_date(year, month, month.length(year)).ok()?;
    Some((first, last))
}

/// Keeps one measurement of each child and day: what was entered here before what a file brought.
fn once_a_day(found: &mut Vec<Handed>) {
    let rank = |one: &Handed| match one.source.as_str() {
        entry::SOURCE => 0,
        "sigizi" => 1,
        _ => 2,
    };
    let key = |one: &Handed| (one.village_code, one.name.clone(), one.person_id, one.measured_on);
    found.sort_by(|one, other| key(one).cmp(&key(other)).then(rank(one).cmp(&rank(other))));
    let place = |one: &Handed| -> (Id, Date) { (one.person_id, one.measured_on) };
    found.dedup_by(|later, kept| place(later) == place(kept));
}

fn kind(title: &str) -> Kind {
    match title {
        "No" => Kind::Integer,
        "TANGGALUKUR" => Kind::Date,
        "BERAT" => Kind::Decimal(2),
        "TINGGI" | "LILA" | "lingkar_kepala" => Kind::Decimal(1),
        // NIK among them: Excel keeps 15 digits of a number.
        _ => Kind::Text,
    }
}

/// A row of the template. What is not kept here (vitamin A, breastfeeding, classes, MBG) stays empty.
fn row(nth: usize, nik: String, one: Handed) -> Vec<Cell> {
    let tenths = |mm: Option<i64>| mm.map_or(Cell::Empty, |mm| Cell::Decimal(mm as f64 / 10.0));
    let oedema = match one.oedema {
        0 => "tidak".to_owned(),
        grade => grade.to_string(),
    };
    let position = match one.position.as_deref() {
        Some("lying") => Cell::from("terlentang"),
        Some("standing") => Cell::from("berdiri"),
        _ => Cell::Empty,
    };
    vec![
        Cell::Number(nth as i64 + 1),
        nik.into(),
        one.name.into(),
        Cell::Day(one.measured_on),
        one.weight_g.map_or(Cell::Empty, |grams| Cell::Decimal(grams as f64 / 1000.0)),
        tenths(one.height_mm),
        tenths(one.arm_mm),
        tenths(one.head_mm),
        oedema.into(),
        position,
    ]
}
