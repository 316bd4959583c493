//! `/verifikasi`: progress in numbers, the visiting list of a village, the result of a visit, the work sheet.

use std::collections::HashMap;

use askama::Template;
use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, ToVisit, Visited};
use super::{RecordVerification, VisitResult};
use crate::ground::App;
use crate::ground::access::{Cap, Capability};
use crate::ground::settings::Letterhead;
use crate::ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};
use crate::steps::registry::family::{Opening, opened, targets};
use crate::steps::registry::rights::{
    ConfirmVisits, KeepFamilies, Reach, ReadFamilies, SeeProgress, VerifyFamilies,
};
use crate::steps::registry::rules::FamilyStatus;
use crate::steps::registry::territory;
use crate::steps::registry::words::target_words;

/// A village, or the sum of a kecamatan.
struct Progress {
    code: i64,
    name: String,
    families: i64,
    open: i64,
    is_village: bool,
}

impl Progress {
    fn done(&self) -> i64 {
        self.families - self.open
    }
}

#[derive(Template)]
#[template(path = "steps/registry/verification/progress.html")]
struct ProgressPage {
    shell: Shell,
    lines: Vec<Progress>,
    families: i64,
    open: i64,
    verifies: bool,
    /// Whether the caller may open the families behind the counts.
    names: bool,
}

/// How far verification is, per kecamatan and village within the caller's reach.
pub(in crate::steps::registry) async fn progress(
    cap: Cap<SeeProgress>,
    State(app): State<App>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let mut counts: Vec<_> =
        territory::counts(db, cap.district(), cap.scope()).await?.into_values().collect();
    counts.sort_by_key(|count| count.village_code);
    let subdistrict = |code: i64| {
        let code = TerritoryCode::from_i64(code).ok();
        code.and_then(|code| code.ancestor(Level::Subdistrict)).map_or(0, TerritoryCode::as_i64)
    };
    let codes = counts.iter().flat_map(|count| [count.village_code, subdistrict(count.village_code)]);
    let names = territory::names(db, cap.district(), codes).await?;
    let name = |code: i64| names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
    let mut lines = Vec::new();
    for group in counts.chunk_by(|one, two| subdistrict(one.village_code) == subdistrict(two.village_code)) {
        let Some(first) = group.first() else { continue };
        let code = subdistrict(first.village_code);
        lines.push(Progress {
            code,
            name: name(code),
            families: group.iter().map(|count| count.families).sum(),
            open: group.iter().map(|count| count.open).sum(),
            is_village: false,
        });
        lines.extend(group.iter().map(|count| Progress {
            code: count.village_code,
            name: name(count.village_code),
            families: count.families,
            open: count.open,
            is_village: true,
        }));
    }
    page(&ProgressPage {
        shell,
        families: counts.iter().map(|count| count.families).sum(),
        open: counts.iter().map(|count| count.open).sum(),
        lines,
        verifies: VerifyFamilies::of(cap.actor()).is_some(),
        names: ReadFamilies::of(cap.actor()).is_some(),
    })
}

/// A family of the visiting list with what makes it a target, and the id of its own form.
struct VisitLine {
    family: ToVisit,
    targets: Vec<String>,
    form_id: String,
}

#[derive(Template)]
#[template(path = "steps/registry/verification/village.html")]
struct VillagePage {
    shell: Shell,
    code: i64,
    name: String,
    families: i64,
    open: i64,
    lines: Vec<VisitLine>,
    next: Option<Id>,
    stored: Option<Visited>,
    /// Whether the caller may add a family that the list does not hold.
    adds: bool,
    /// Whether what he records counts at once.
    settles: bool,
}

/// Where the list goes on, and what was just stored; ids only.
#[derive(Debug, Deserialize)]
pub(in crate::steps::registry) struct At {
    #[serde(default)]
    setelah: String,
    #[serde(default)]
    tersimpan: String,
}

/// The families of a village that are still to be visited.
pub(in crate::steps::registry) async fn village(
    cap: Cap<VerifyFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
    Params(at): Params<At>,
) -> Page {
    let db = app.store.reader();
    let (code, name) = reached_village(&cap, &app, &code).await?;
    let (families, open) = counted(&cap, &app, code).await?;
    let settles = settles(&cap, code, "");
    let after = at.setelah.parse().ok();
    let (found, more) = query::to_visit(db, cap.district(), cap.scope(), code, after, false, settles).await?;
    let next = if more { found.last().map(|line| line.family_id) } else { None };
    let lines = with_targets(&cap, &app, &shell, found).await?;
    let stored = match at.tersimpan.parse() {
        Ok(id) => query::visited(db, cap.district(), cap.scope(), id).await?,
        Err(_) => None,
    };
    let adds = KeepFamilies::of(cap.actor()).is_some();
    page(&VillagePage { shell, code, name, families, open, lines, next, stored, adds, settles })
}

#[derive(Template)]
#[template(path = "steps/registry/verification/sheet.html")]
struct SheetPage {
    shell: Shell,
    code: i64,
    name: String,
    letterhead: Letterhead,
    lines: Vec<VisitLine>,
    results: Vec<String>,
}

/// The work sheet of a village, with blank boxes, for those who visit with paper.
pub(in crate::steps::registry) async fn sheet(
    cap: Cap<VerifyFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
) -> Page {
    let db = app.store.reader();
    let (code, name) = reached_village(&cap, &app, &code).await?;
    let (found, _) = query::to_visit(db, cap.district(), cap.scope(), code, None, true, false).await?;
    opened(&app, cap.actor(), Opening::Sheet(code, found.len()));
    let lines = with_targets(&cap, &app, &shell, found).await?;
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    let results = VisitResult::ALL
        .iter()
        .filter(|result| **result != VisitResult::NewlyFound)
        .enumerate()
        .map(|(nth, result)| format!("{} {}", nth + 1, words(&shell, *result)))
        .collect();
    page(&SheetPage { shell, code, name, letterhead, lines, results })
}

/// Whether what the caller records in a village (and RW) counts at once.
fn settles(cap: &VerifyFamilies, village: i64, rw: &str) -> bool {
    let code = TerritoryCode::from_i64(village).ok();
    ConfirmVisits::of(cap.actor()).zip(code).is_some_and(|(settles, code)| settles.scope().reaches(code, rw))
}

fn words(shell: &Shell, result: VisitResult) -> String {
    shell.t(&format!("registry.result.{}", result.code())).into_owned()
}

async fn reached_village(cap: &VerifyFamilies, app: &App, code: &str) -> Result<(i64, String), Error> {
    let code = TerritoryCode::parse(code).map_err(|_| Error::NotFound)?;
    // Out of reach and unknown look the same.
    if code.level() != Level::Village || !cap.scope().areas.iter().any(|area| area.code.contains(code)) {
        return Err(Error::NotFound);
    }
    let mut names = territory::names(app.store.reader(), cap.district(), [code.as_i64()]).await?;
    let name = names.remove(&code.as_i64()).ok_or(Error::NotFound)?;
    Ok((code.as_i64(), name))
}

async fn counted(cap: &VerifyFamilies, app: &App, village: i64) -> Result<(i64, i64), Error> {
    let counts = territory::counts(app.store.reader(), cap.district(), cap.scope()).await?;
    Ok(counts.get(&village).map_or((0, 0), |count| (count.families, count.open)))
}

async fn with_targets(
    cap: &VerifyFamilies,
    app: &App,
    shell: &Shell,
    found: Vec<ToVisit>,
) -> Result<Vec<VisitLine>, Error> {
    let ids = found.iter().map(|line| line.family_id);
    let mut targets: HashMap<_, _> = targets(app.store.reader(), cap.district(), ids, shell.today).await?;
    Ok(found
        .into_iter()
        .map(|family| VisitLine {
            targets: targets
                .remove(&family.family_id)
                .unwrap_or_default()
                .iter()
                .map(|target| target_words(shell, target, shell.today))
                .collect(),
            form_id: app.store.new_id().to_string(),
            family,
        })
        .collect())
}

#[derive(Template)]
#[template(path = "steps/registry/verification/visit.html")]
struct VisitPage {
    shell: Shell,
    family: Visited,
    village: String,
    targets: Vec<String>,
    results: Vec<(String, String)>,
    form: FormView,
}

/// The form for the result of a visit.
pub(in crate::steps::registry) async fn visit(
    cap: Cap<VerifyFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    query::visited(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    opened(&app, cap.actor(), Opening::File(id));
    let day = shell.today;
    let form = Form::with(
        &shell,
        [
            ("kunjungan_tanggal", day.day().to_string()),
            ("kunjungan_bulan", u8::from(day.month()).to_string()),
            ("kunjungan_tahun", day.year().to_string()),
        ],
    );
    visit_page(&cap, &app, shell, id, &form).await
}

async fn visit_page(cap: &VerifyFamilies, app: &App, shell: Shell, id: Id, form: &Form) -> Page {
    let db = app.store.reader();
    let family = query::visited(db, cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let mut names = territory::names(db, cap.district(), [family.village_code]).await?;
    let village = names.remove(&family.village_code).unwrap_or_default();
    let targets = targets(db, cap.district(), [id], shell.today)
        .await?
        .remove(&id)
        .unwrap_or_default()
        .iter()
        .map(|target| target_words(&shell, target, shell.today))
        .collect();
    let typed = matches!(family.source.as_str(), "field" | "form");
    let results = VisitResult::ALL
        .iter()
        .filter(|result| typed || **result != VisitResult::NewlyFound)
        .map(|result| (result.code().to_owned(), words(&shell, *result)))
        .collect();
    let template = VisitPage { shell, family, village, targets, results, form: form.view() };
    page_with(form.status(), &template)
}

/// Stores the result of a visit, from its form or from the quick button of the list.
pub(in crate::steps::registry) async fn record(
    cap: Cap<VerifyFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let family =
        query::visited(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let result = form.read("hasil", |code| VisitResult::parse(code).ok_or("web.error.choose"));
    let reason = form.optional("alasan", 200);
    let note = form.optional("catatan", 500);
    let visited_on = if form.ticked("cepat") { Some(shell.today) } else { form.day("kunjungan") };
    if let (true, Some(result), Some(visited_on)) = (form.is_valid(), result, visited_on) {
        let command = RecordVerification {
            family: id,
            reach: Reach::of(cap.scope()),
            result,
            reason,
            note,
            visited_on,
            confirms: settles(&cap, family.village_code, &family.rw),
            today: shell.today,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => {
                return redirect(&format!("/verifikasi/{}?tersimpan={id}", family.village_code));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    visit_page(&cap, &app, shell, id, &form).await
}

/// The tone of a result's tag.
fn tone(result: &str) -> &'static str {
    VisitResult::parse(result).map_or("", |result| match result.status() {
        FamilyStatus::Verified => "good",
        _ => "warn",
    })
}
