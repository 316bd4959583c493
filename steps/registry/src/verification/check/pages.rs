//! `/verifikasi/kecamatan/{code}/periksa`: the second visits of a kecamatan.

use std::collections::HashMap;

use askama::Template;
use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::{Command, Id};
use axum::extract::State;

use super::command::{CloseCheck, DrawSample, RecordRecheck};
use super::query::{self, Check, Sampled};
use crate::family::{Opening, opened};
use crate::rights::{CheckVillages, Reach, ReadFamilies, ReadRecords};
use crate::territory;
use crate::verification::campaign::{Campaign, open_campaign, progress};
use crate::verification::rules::{Agreement, VisitResult, agreement, agrees};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::get_typed;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// A family of the sample, and the id of its own form.
struct Line {
    family: Sampled,
    village: String,
    form_id: String,
}

impl Line {
    /// Whether both visits found the same; none while the second is missing.
    fn agrees(&self) -> Option<bool> {
        Some(agrees(&self.family.first_result, self.family.result.as_deref()?))
    }
}

#[derive(Template)]
#[template(path = "verification/check/check.html")]
struct CheckPage {
    shell: Shell,
    form: FormView,
    code: i64,
    name: String,
    campaign: Campaign,
    /// Villages of the kecamatan, and those that have closed.
    villages: usize,
    closed: usize,
    check: Option<Check>,
    lines: Vec<Line>,
    agreement: Option<Agreement>,
    least: i64,
    results: Vec<(String, String)>,
    checks: bool,
    /// Whether the caller may see the families of the sample.
    names: bool,
}

impl CheckPage {
    /// Whether fewer agree than the district asks for.
    fn is_low(&self) -> bool {
        self.agreement.is_some_and(|one| one.agreed * 100 < one.compared * self.least)
    }

    /// Whether all of the sample was visited.
    fn is_whole(&self) -> bool {
        self.lines.iter().all(|line| line.family.result.is_some())
    }
}

fn subdistrict(code: i64) -> Result<TerritoryCode, Error> {
    let code = TerritoryCode::from_i64(code).map_err(|_| Error::NotFound)?;
    if code.level() == Level::Subdistrict { Ok(code) } else { Err(Error::NotFound) }
}

/// The sample with what both visits found.
pub(super) async fn show(
    cap: Cap<ReadRecords>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<i64>,
) -> Page {
    let form = Form::empty(&shell);
    check_page(&cap, &app, shell, code, &form).await
}

async fn check_page(cap: &ReadRecords, app: &App, shell: Shell, code: i64, form: &Form) -> Page {
    let db = app.store.reader();
    let code = subdistrict(code)?;
    // A village's verifier does not see which families are visited again.
    if !cap.scope().reaches(code, "") {
        return Err(Error::NotFound);
    }
    let campaign = open_campaign(db, cap.district()).await?.ok_or(Error::NotFound)?;
    let villages = progress(db, cap.district(), &Reach::whole(code).scope(), campaign.id).await?;
    let check = query::check_of(db, cap.district(), campaign.id, code.as_i64()).await?;
    let check = check.filter(|check| check.voided_at.is_none());
    let names = ReadFamilies::of(cap.actor()).is_some_and(|cap| cap.scope().reaches(code, ""));
    let sample = match &check {
        Some(check) => query::sample(db, cap.district(), cap.scope(), campaign.id, check).await?,
        None => Vec::new(),
    };
    if !sample.is_empty() && names {
        opened(app, cap.actor(), Opening::Sheet(code.as_i64(), sample.len()));
    }
    let codes = sample.iter().map(|one| one.village_code).chain([code.as_i64()]);
    let called: HashMap<i64, String> = territory::names(db, cap.district(), codes).await?;
    let lines: Vec<Line> = sample
        .into_iter()
        .map(|family| Line {
            village: called.get(&family.village_code).cloned().unwrap_or_default(),
            form_id: app.store.new_id().to_string(),
            family,
        })
        .collect();
    let agreed = lines.iter().filter(|line| line.agrees() == Some(true)).count() as i64;
    let compared = lines.iter().filter(|line| line.family.result.is_some()).count() as i64;
    let results = VisitResult::ALL
        .iter()
        .filter(|result| **result != VisitResult::NewlyFound)
        .map(|result| {
            let words = shell.t(&format!("registry.result.{}", result.code())).into_owned();
            (result.code().to_owned(), words)
        })
        .collect();
    let template = CheckPage {
        form: form.view(),
        name: called.get(&code.as_i64()).cloned().unwrap_or_default(),
        villages: villages.len(),
        closed: villages.iter().filter(|one| one.closed).count(),
        least: get_typed(db, cap.district(), "verification.least_agreement").await?,
        agreement: agreement(agreed, compared),
        checks: CheckVillages::of(cap.actor()).is_some_and(|cap| cap.scope().reaches(code, "")),
        code: code.as_i64(),
        campaign,
        check,
        lines,
        results,
        names,
        shell,
    };
    page_with(form.status(), &template)
}

async fn submitted<C: Command>(
    cap: &CheckVillages,
    app: &App,
    shell: Shell,
    code: i64,
    mut form: Form,
    command: Option<C>,
) -> Page {
    if let Some(command) = command.filter(|_| form.is_valid()) {
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/verifikasi/kecamatan/{code}/periksa")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let Some(reads) = ReadRecords::of(cap.actor()) else { return Err(Error::Forbidden) };
    check_page(&reads, app, shell, code, &form).await
}

/// Draws the sample.
pub(super) async fn draw(
    cap: Cap<CheckVillages>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<i64>,
    form: Form,
) -> Page {
    let draw = DrawSample { subdistrict: subdistrict(code)?.as_i64(), reach: Reach::of(cap.scope()) };
    submitted(&cap, &app, shell, code, form, Some(draw)).await
}

/// Records a second visit.
pub(super) async fn record(
    cap: Cap<CheckVillages>,
    State(app): State<App>,
    shell: Shell,
    Path((code, family)): Path<(i64, Id)>,
    mut form: Form,
) -> Page {
    let result = form.read("hasil", |code| VisitResult::parse(code).ok_or("web.error.choose"));
    let note = form.optional("catatan", 300);
    let visited_on = form.day_optional("kunjungan").unwrap_or(shell.today);
    let here = subdistrict(code)?.as_i64();
    let record = result.map(|result| RecordRecheck {
        subdistrict: here,
        reach: Reach::of(cap.scope()),
        family,
        result,
        note,
        visited_on,
        today: shell.today,
    });
    submitted(&cap, &app, shell, code, form, record).await
}

/// Closes the check.
pub(super) async fn close(
    cap: Cap<CheckVillages>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<i64>,
    mut form: Form,
) -> Page {
    let reason = form.optional("alasan", 300);
    let close =
        CloseCheck { subdistrict: subdistrict(code)?.as_i64(), reach: Reach::of(cap.scope()), reason };
    submitted(&cap, &app, shell, code, form, Some(close)).await
}
