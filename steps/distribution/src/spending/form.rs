//! The form of a spending report, filled in beside the family on a phone.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::date::month_year;
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::WriteSpending;
use super::command::{Advice, NewAdvice, PutSpendingReport};
use super::pages::{AdviceShown, advices};
use super::query::{self, Paid};
use super::rules::{BESIDE, FIELDS, GIVERS, KINDS, RECEIPTS, Spent};
use asuh_ground::App;
use asuh_ground::access::{Cap, Role};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Most bytes of a photo.
const PHOTO_BYTES: u64 = 5 * 1024 * 1024;
/// Photos that one sending can add.
const PHOTOS: [&str; 3] = ["nota1", "nota2", "nota3"];

#[derive(Template)]
#[template(path = "spending/form.html")]
struct FormPage {
    shell: Shell,
    f: FormView,
    paid: Paid,
    month: String,
    /// The version that is corrected; 0: none.
    version: i64,
    kinds: Vec<(&'static str, &'static str)>,
    beside: Vec<(String, String)>,
    advice: Vec<(String, String)>,
    givers: Vec<(String, String)>,
    /// Photos that are there, as (id, number).
    kept: Vec<(String, String)>,
}

async fn form_page(app: &App, cap: &WriteSpending, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let paid = query::paid(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "open", Some(("family", paid.family_id)), "spending");
    let choices = |stem: &str, codes: &[&str]| -> Vec<(String, String)> {
        codes
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("{stem}.{code}")).into_owned()))
            .collect()
    };
    let known: Vec<AdviceShown> = advices(app, cap.actor(), paid.person_id).await?;
    let mut advice: Vec<(String, String)> =
        known.iter().map(|one| (one.id.to_string(), one.label(&shell.text()))).collect();
    advice.push(("baru".into(), shell.t("spending.advice.new").into_owned()));
    advice.push(("belum".into(), shell.t("spending.advice.none").into_owned()));
    let version = query::versions(db, district, id).await?.first().map_or(0, |report| report.version);
    let kept = form.all("simpan_nota").into_iter().zip(1..);
    let kept = kept.map(|(photo, nth)| (photo.to_owned(), shell.t1("spending.receipt_n", "n", nth)));
    let template = FormPage {
        f: form.view(),
        month: month_year(shell.text().language, paid.month),
        version,
        kinds: FIELDS.into_iter().zip(KINDS).collect(),
        beside: choices("spending.beside", &BESIDE),
        givers: choices("spending.giver", &GIVERS),
        advice,
        kept: kept.collect(),
        paid,
        shell,
    };
    page_with(form.status(), &template)
}

/// The form: empty, or with the version that is to be corrected.
pub(super) async fn new(
    cap: Cap<WriteSpending>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let paid = query::paid(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let mut values: Vec<(String, String)> = Vec::new();
    match query::versions(db, district, id).await?.first() {
        Some(report) => {
            let words =
                app.store.secrets().open_text(district, &report.words_sealed).map_err(StoreError::from)?;
            for (field, amount) in FIELDS.iter().zip(report.spent().0) {
                values.push(((*field).to_owned(), amount.to_string()));
            }
            let advice = report.advice_id.map_or_else(|| "belum".to_owned(), |id| id.to_string());
            values.extend([
                ("kata".to_owned(), words),
                ("bersama".to_owned(), report.beside.clone()),
                ("saran".to_owned(), advice),
            ]);
            for photo in query::receipts(db, district, report.id).await? {
                values.push(("simpan_nota".to_owned(), photo.to_string()));
            }
        }
        None => {
            let officer = cap.actor().has_any(&[Role::FieldOfficer]);
            values.push(("bersama".to_owned(), if officer { "officer" } else { "cadre" }.to_owned()));
            let last = query::advices(db, district, paid.person_id).await?;
            let last = last.first().map_or_else(|| "belum".to_owned(), |advice| advice.id.to_string());
            values.push(("saran".to_owned(), last));
        }
    }
    let form = Form::with(&shell, values);
    form_page(&app, &cap, shell, &form, id).await
}

/// Which advice was followed.
fn advice(form: &mut Form) -> Option<Advice> {
    match form.get("saran").to_owned().as_str() {
        "belum" => None,
        "baru" => {
            let given_on = form.day("saran_hari");
            let giver = form.required("pemberi", 20);
            let giver_name = form.required("nama_pemberi", 80);
            let place = form.optional("tempat", 80);
            let words = form.required("isi", 600);
            Some(Advice::New(NewAdvice { given_on: given_on?, giver, giver_name, place, words }))
        }
        known => match known.parse() {
            Ok(id) => Some(Advice::Known(id)),
            Err(_) => {
                form.error("saran", "web.error.choose");
                None
            }
        },
    }
}

/// Keeps the photos that came, each at once, so that a page that is shown again has lost none of them.
async fn photos(app: &App, cap: &WriteSpending, form: &mut Form) -> Result<(), Error> {
    let mut came = Vec::new();
    for field in PHOTOS {
        match form.file(field).map(|upload| attachments::read(upload, MediaType::PICTURES, PHOTO_BYTES)) {
            None => {}
            Some(Ok(content)) => came.push(content),
            Some(Err(refusal)) => form.refuse(&refusal.field(field)),
        }
    }
    if !came.is_empty() && !form.ticked("nota_saja") {
        form.error("nota_saja", "spending.refused.only_receipts");
        return Ok(());
    }
    if came.len() + form.all("simpan_nota").len() > RECEIPTS {
        form.error_with("nota1", "spending.refused.receipts", &[("most", RECEIPTS.to_string())]);
        return Ok(());
    }
    for content in came {
        let id = attachments::store(app, cap.actor(), form.command_id()?, content).await?;
        form.set("simpan_nota", id.to_string());
    }
    Ok(())
}

/// Writes the report down, or corrects it.
pub(super) async fn put(
    cap: Cap<WriteSpending>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    // Nobody leaves a photo on a payment that is not in his villages.
    let found = query::paid(app.store.reader(), cap.district(), id, cap.scope()).await?;
    found.ok_or(Error::NotFound)?;
    let mut amounts: BTreeMap<usize, i64> = BTreeMap::new();
    for (place, field) in FIELDS.iter().enumerate() {
        let amount = match form.get(field) {
            "" => Some(0),
            _ => form.count(field, 0..=100_000_000),
        };
        amounts.insert(place, amount.unwrap_or(0));
    }
    let spent = Spent(std::array::from_fn(|place| amounts.get(&place).copied().unwrap_or(0)));
    let words = form.optional("kata", 300);
    let told_on = form.day_optional("hari").unwrap_or(shell.today);
    let beside = form.required("bersama", 20);
    let followed = advice(&mut form);
    let after = form.get("versi").parse().unwrap_or(0);
    let reason = if after > 0 { form.required("alasan", 300) } else { String::new() };
    photos(&app, &cap, &mut form).await?;
    if form.is_valid() {
        let receipts = form.all("simpan_nota").iter().filter_map(|photo| photo.parse().ok()).collect();
        let command = PutSpendingReport {
            payment: id,
            after,
            spent,
            words,
            told_on,
            beside,
            advice: followed,
            receipts,
            reason,
            today: shell.today,
            scope: cap.scope().clone(),
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/laporan-belanja/pembayaran/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_page(&app, &cap, shell, &form, id).await
}
