//! Those who are fed, handed to Sigizi in its own upload template (PMT): a row for each week of each of them.
//!
//! The columns come from one posyandu application's exporter, not from the Ministry; a puskesmas compares them with a
//! template downloaded from Sigizi before its first upload. What is not known here stays empty.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use axum::extract::State;
use time::{Date, Duration};

use super::enrolment::MEASURED;
use super::programme::{self, ProgrammeLine};
use super::{HandPmtToSigizi, Reach};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{Cell, Error, Form, FormView, Page, Path, Routes, Shell, page_with, workbook};

/// The columns of the template, in its order.
const TEMPLATE: [&str; 24] = [
    "nik",
    "nama",
    "tanggal_pemberian_pertama",
    "siklus_ke",
    "jenis_pmt",
    "sumber_anggaran",
    "mitra",
    "mitra_lain",
    "pmt_sesuai_juknis",
    "alasan_pemberian",
    "minggu_ke",
    "tanggal_pemantauan",
    "hari_1",
    "hari_2",
    "hari_3",
    "hari_4",
    "hari_5",
    "hari_6",
    "hari_7",
    "bb",
    "tb",
    "cara_ukur",
    "pemantauan_kesehatan",
    "tindak_lanjut",
];

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<HandPmtToSigizi, _>("/pmt/{id}/sigizi", ask)
        .post::<HandPmtToSigizi, _>("/pmt/{id}/sigizi", hand_over)
}

asuh_store::row_struct! {
    /// Somebody who is or was fed.
    struct Fed {
        id: Id, person_id: Id, name: String, nik_sealed: Option<Vec<u8>>, birth_date: Option<Date>, starts_on: Date,
        ends_on: Date, ended_on: Option<Date>, state: String
    }
}

asuh_store::row_struct! {
    struct Eaten { enrolment_id: Id, for_day: Date, mark: String }
}

asuh_store::row_struct! {
    struct Weighed { enrolment_id: Id, weighed_on: Date, weight_g: Option<i64>, height_mm: Option<i64> }
}

/// All who were fed by a programme within reach: a file that ends early would leave some out unsaid. Index:
/// meal_enrolment_by_programme.
async fn fed(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    programme: Id,
) -> Result<Vec<Fed>, StoreError> {
    let mut args = args![district, Instant::NEVER, programme];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    db.all(
        &format!(
            "SELECT e.id, e.person_id, p.name, p.nik_sealed, p.birth_date, e.starts_on, e.ends_on, e.ended_on, e.state \
             FROM meal_enrolment e JOIN person_version p ON p.district_id = e.district_id \
             AND p.person_id = e.person_id AND p.superseded_at = $2 WHERE e.district_id = $1 AND e.programme_id = $3 \
             AND {reached} ORDER BY e.village_code, e.id"
        ),
        args,
    )
    .await
}

/// The portions of a programme's people. Indexes: meal_enrolment_by_programme, meal_serving_by_enrolment.
async fn eaten(db: &impl Query, district: DistrictId, programme: Id) -> Result<Vec<Eaten>, StoreError> {
    db.all(
        "SELECT x.enrolment_id, x.for_day, x.mark FROM meal_serving x WHERE x.district_id = $1 AND x.enrolment_id IN \
         (SELECT e.id FROM meal_enrolment e WHERE e.district_id = $1 AND e.programme_id = $2)",
        args![district, programme],
    )
    .await
}

/// The weighings of a programme's people, those of a day in the order in which they were recorded. Indexes:
/// meal_enrolment_by_programme, primary key, measurement_once.
async fn weighed(db: &impl Query, district: DistrictId, programme: Id) -> Result<Vec<Weighed>, StoreError> {
    let sql = format!(
        "SELECT e.id AS enrolment_id, x.weighed_on, x.weight_g, x.height_mm, x.recorded_at FROM meal_enrolment e \
         JOIN meal_weight x ON x.district_id = e.district_id AND x.enrolment_id = e.id \
         WHERE e.district_id = $1 AND e.programme_id = $2 UNION ALL \
         SELECT e.id, m.measured_on, m.weight_g, m.height_mm, m.recorded_at FROM meal_enrolment e JOIN {MEASURED} \
         WHERE e.district_id = $1 AND e.programme_id = $2 ORDER BY recorded_at"
    );
    db.all(&sql, args![district, programme]).await
}

#[derive(Template)]
#[template(path = "kitchen/sigizi.html")]
struct AskPage {
    shell: Shell,
    f: FormView,
    programme: ProgrammeLine,
}

async fn found(app: &App, cap: &HandPmtToSigizi, id: Id) -> Result<ProgrammeLine, Error> {
    let found = programme::programme(
        app.store.reader(),
        cap.district(),
        &Reach::by::<HandPmtToSigizi>(cap.actor()),
        id,
    )
    .await?;
    found.ok_or(Error::NotFound)
}

/// What will be in the file.
async fn ask(cap: Cap<HandPmtToSigizi>, State(app): State<App>, Path(id): Path<Id>, shell: Shell) -> Page {
    let programme = found(&app, &cap, id).await?;
    page_with(axum::http::StatusCode::OK, &AskPage { f: Form::empty(&shell).view(), programme, shell })
}

/// The reason as the template codes it.
fn reason(target: &str) -> Cell {
    match target {
        "wasted" => Cell::Number(1),
        "underweight" => Cell::Number(2),
        "not_gaining" => Cell::Number(3),
        _ => Cell::Empty,
    }
}

/// What follows: 1 goes on, 2 is over, 3 is sent on. Who dropped out or was lost has no code of its own.
fn follow_up(state: &str, last: bool) -> (Cell, &'static str) {
    match (state, last) {
        ("active", _) | (_, false) => (Cell::Number(1), ""),
        ("recovered" | "gaining", _) => (Cell::Number(2), ""),
        ("not_gaining", _) => (Cell::Number(3), ""),
        ("dropped_out", _) => (Cell::Empty, "berhenti"),
        ("moved", _) => (Cell::Empty, "pindah"),
        _ => (Cell::Empty, "hilang kontak"),
    }
}

/// The file.
async fn hand_over(
    cap: Cap<HandPmtToSigizi>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let programme = found(&app, &cap, id).await?;
    let (db, district) = (app.store.reader(), cap.district());
    let people = fed(db, district, &Reach::by::<HandPmtToSigizi>(cap.actor()), id).await?;
    let with_nik: Vec<Fed> = people.into_iter().filter(|one| one.nik_sealed.is_some()).collect();
    if with_nik.is_empty() {
        form.error("", "kitchen.sigizi.none");
        return page_with(form.status(), &AskPage { f: form.view(), programme, shell });
    }
    let eaten = eaten(db, district, id).await?;
    let weighed = weighed(db, district, id).await?;
    let ate: BTreeMap<(Id, Date), bool> =
        eaten.iter().filter(|one| !one.mark.is_empty()).fold(BTreeMap::new(), |mut days, one| {
            let day: &mut bool = days.entry((one.enrolment_id, one.for_day)).or_default();
            *day |= matches!(one.mark.as_str(), "all" | "half");
            days
        });
    audit::opened(
        &app,
        cap.actor(),
        "export",
        Some(("meal_programme", id)),
        &format!("sigizi pmt {}", with_nik.len()),
    );
    let mut rows = Vec::new();
    for one in with_nik {
        let nik = match &one.nik_sealed {
            Some(sealed) => app.store.secrets().open_text(district, sealed).map_err(StoreError::from)?,
            None => String::new(),
        };
        let until = one.ended_on.unwrap_or(one.ends_on).min(one.ends_on).min(shell.today);
        let weeks = ((until - one.starts_on).whole_days() / 7 + 1).max(1);
        for week in 0..weeks {
            let first = one.starts_on + Duration::days(week * 7);
            let last = first + Duration::days(6);
            let weight = weighed
                .iter()
                .filter(|w| w.enrolment_id == one.id && (first..=last).contains(&w.weighed_on))
                .max_by_key(|w| w.weighed_on);
            let (follows, note) = follow_up(&one.state, week + 1 == weeks);
            let years = one.birth_date.and_then(|birth| asuh_nusantara::age::completed_months(birth, first));
            let posture = match (weight.and_then(|w| w.height_mm), years) {
                (Some(_), Some(..24)) => Cell::Number(2),
                (Some(_), _) => Cell::Number(1),
                _ => Cell::Empty,
            };
            let mut row: Vec<Cell> = vec![
                nik.clone().into(),
                one.name.clone().into(),
                Cell::Day(one.starts_on),
                Cell::Number(1),
                // Local food, cooked in a kitchen.
                Cell::Number(2),
                Cell::Number(programme.budget),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                reason(&programme.target),
                Cell::Number(week + 1),
                weight.map_or(Cell::Empty, |w| Cell::Day(w.weighed_on)),
            ];
            for day in 0..7 {
                let noted = ate.get(&(one.id, first + Duration::days(day)));
                row.push(noted.map_or(Cell::Empty, |ate| Cell::Number(i64::from(*ate))));
            }
            row.push(
                weight.and_then(|w| w.weight_g).map_or(Cell::Empty, |g| Cell::Decimal(g as f64 / 1000.0)),
            );
            row.push(
                weight.and_then(|w| w.height_mm).map_or(Cell::Empty, |mm| Cell::Decimal(mm as f64 / 10.0)),
            );
            row.extend([posture, note.into(), follows]);
            rows.push(row);
        }
    }
    let kind = |title: &str| match title {
        "tanggal_pemberian_pertama" | "tanggal_pemantauan" => Kind::Date,
        "nik" | "nama" | "mitra" | "mitra_lain" | "pemantauan_kesehatan" | "keterangan" => Kind::Text,
        "bb" => Kind::Decimal(2),
        "tb" => Kind::Decimal(1),
        _ => Kind::Integer,
    };
    let columns = TEMPLATE.iter().map(|title| Column::new(*title, kind(title))).collect();
    workbook(&app, &format!("sigizi-pmt-{}", programme.year), "PMT".to_owned(), columns, rows).await
}

#[cfg(test)]
pub(super) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    reach: &Reach,
    programme: Id,
) {
    fed(db, district, reach, programme).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_programme"]);
    eaten(db, district, programme).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_programme", "meal_serving_by_enrolment"]);
    weighed(db, district, programme).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_programme", "measurement_once"]);
}
