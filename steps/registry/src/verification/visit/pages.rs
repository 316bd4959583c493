//! `/verifikasi/{village}`: the visiting list of a village, and the result of a visit.

use std::borrow::Borrow;
use std::collections::HashMap;

use askama::Template;
use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::RecordVerification;
use super::query::{self, ToVisit, Visited, Wanted};
use crate::family::{Opening, opened, targets};
use crate::rights::{CloseVillages, ConfirmVisits, KeepFamilies, NameVerifiers, Reach, VerifyFamilies};
use crate::rules::FamilyStatus;
use crate::territory;
use crate::verification::campaign::{Campaign, Progress, open_campaign, villages};
use crate::verification::rules::VisitResult;
use crate::verification::village::{Record, records_of};
use crate::words::target_words;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::staging::UseImports;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// A family of the visiting list with what makes it a target, and the id of its own form.
pub(super) struct VisitLine {
    pub(super) family: ToVisit,
    pub(super) targets: Vec<String>,
    form_id: String,
}

#[derive(Template)]
#[template(path = "verification/visit/village.html")]
struct VillagePage {
    shell: Shell,
    code: i64,
    name: String,
    campaign: Option<Campaign>,
    progress: Progress,
    /// The record that holds, where the village has closed.
    record: Option<Record>,
    /// The last record that was opened again, where the village is open.
    reopened: Option<Record>,
    rws: Vec<String>,
    rw: String,
    done: bool,
    lines: Vec<VisitLine>,
    next: Option<Id>,
    stored: Option<Visited>,
    /// Whether the caller may add a family that the list does not hold.
    adds: bool,
    /// Whether what he records counts at once.
    settles: bool,
    closes: bool,
    names_verifiers: bool,
    sends_sheets: bool,
}

impl VillagePage {
    /// The address of this list with another RW or the other families.
    fn address(&self, rw: &str, done: impl Borrow<bool>) -> String {
        let mut parts = Vec::new();
        if !rw.is_empty() {
            parts.push(format!("rw={}", form_urlencoded::byte_serialize(rw.as_bytes()).collect::<String>()));
        }
        if *done.borrow() {
            parts.push("tampil=sudah".to_owned());
        }
        let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
        format!("/verifikasi/{}{query}", self.code)
    }

    /// The address of the page after this one.
    fn next_page(&self, after: &Id) -> String {
        let here = self.address(&self.rw, self.done);
        format!("{here}{}setelah={after}", if here.contains('?') { "&" } else { "?" })
    }

    /// The address of a sheet, of the RW shown.
    fn sheet(&self, which: &str) -> String {
        let rw = self.address(&self.rw, false);
        let rw = rw.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        format!("/verifikasi/{}/{which}{rw}", self.code)
    }
}

/// Where the list goes on, and what was just stored: ids, an RW, and no names.
#[derive(Debug, Deserialize)]
pub(super) struct At {
    #[serde(default)]
    setelah: String,
    #[serde(default)]
    tersimpan: String,
    #[serde(default)]
    rw: String,
    #[serde(default)]
    tampil: String,
}

/// The families of a village that are still to be visited, or those that were.
pub(super) async fn village(
    cap: Cap<VerifyFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
    Params(at): Params<At>,
) -> Page {
    let db = app.store.reader();
    let (code, name) = reached_village(cap.scope(), &app, cap.district(), &code).await?;
    let campaign = open_campaign(db, cap.district()).await?;
    let mine = whole_village(cap.scope(), code);
    let progress = villages(db, cap.district(), &mine, campaign.as_ref()).await?.pop();
    let settles = settles(&cap, code, "");
    let done = at.tampil == "sudah";
    let id = campaign.as_ref().map(|campaign| campaign.id);
    let wanted = Wanted { village: code, rw: &at.rw, campaign: id, done, settles };
    let after = at.setelah.parse().ok();
    let (found, more) = query::page_of(db, cap.district(), cap.scope(), wanted, after).await?;
    let next = if more { found.last().map(|line| line.family_id) } else { None };
    let lines = with_targets(&cap, &app, &shell, found).await?;
    let stored = match at.tersimpan.parse() {
        Ok(id) => query::visited(db, cap.district(), cap.scope(), id).await?,
        Err(_) => None,
    };
    let mut records = match id {
        Some(id) => records_of(db, cap.district(), &mine, id).await?,
        None => Vec::new(),
    };
    records.truncate(1);
    let last = records.pop();
    let closes = CloseVillages::of(cap.actor()).is_some_and(|cap| reaches(cap.scope(), code));
    let names_verifiers = NameVerifiers::of(cap.actor()).is_some_and(|cap| reaches(cap.scope(), code));
    let (record, reopened) = last.into_iter().partition(|record| record.reopened_at.is_none());
    let (record, reopened): (Vec<Record>, Vec<Record>) = (record, reopened);
    page(&VillagePage {
        progress: progress.unwrap_or_else(|| Progress { village: code, ..Progress::default() }),
        record: record.into_iter().next(),
        reopened: reopened.into_iter().next(),
        rws: query::neighbourhoods(db, cap.district(), cap.scope(), code).await?,
        rw: at.rw,
        adds: KeepFamilies::of(cap.actor()).is_some(),
        closes: closes && campaign.is_some(),
        names_verifiers: names_verifiers && campaign.is_some(),
        sends_sheets: settles && UseImports::of(cap.actor()).is_some(),
        campaign,
        code,
        name,
        done,
        lines,
        next,
        stored,
        settles,
        shell,
    })
}

/// The part of a village within a scope.
fn whole_village(scope: &Scope, village: i64) -> Scope {
    let mut mine = scope.clone();
    mine.areas.retain(|area| TerritoryCode::from_i64(village).is_ok_and(|code| area.code.contains(code)));
    if let Ok(code) = TerritoryCode::from_i64(village) {
        for area in &mut mine.areas {
            area.code = code;
        }
    }
    mine
}

fn reaches(scope: &Scope, village: i64) -> bool {
    TerritoryCode::from_i64(village).is_ok_and(|code| scope.reaches(code, ""))
}

/// Whether what the caller records in a village (and RW) counts at once.
pub(super) fn settles(cap: &VerifyFamilies, village: i64, rw: &str) -> bool {
    let code = TerritoryCode::from_i64(village).ok();
    ConfirmVisits::of(cap.actor()).zip(code).is_some_and(|(settles, code)| settles.scope().reaches(code, rw))
}

/// A result in words.
pub(super) fn words(shell: &Shell, result: &str) -> String {
    shell.t(&format!("registry.result.{result}")).into_owned()
}

/// The village of an address with its name, where the scope reaches it or an RW of it.
pub(in crate::verification) async fn reached_village(
    scope: &Scope,
    app: &App,
    district: DistrictId,
    code: &str,
) -> Result<(i64, String), Error> {
    let code = TerritoryCode::parse(code).map_err(|_| Error::NotFound)?;
    // Out of reach and unknown look the same.
    if code.level() != Level::Village || !scope.areas.iter().any(|area| area.code.contains(code)) {
        return Err(Error::NotFound);
    }
    let mut names = territory::names(app.store.reader(), district, [code.as_i64()]).await?;
    let name = names.remove(&code.as_i64()).ok_or(Error::NotFound)?;
    Ok((code.as_i64(), name))
}

/// The families with what makes them targets.
pub(super) async fn with_targets(
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
#[template(path = "verification/visit/visit.html")]
struct VisitPage {
    shell: Shell,
    family: Visited,
    village: String,
    targets: Vec<String>,
    results: Vec<(String, String)>,
    form: FormView,
}

/// The form for the result of a visit.
pub(super) async fn visit(
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
        .map(|result| (result.code().to_owned(), words(&shell, result.code())))
        .collect();
    let template = VisitPage { shell, family, village, targets, results, form: form.view() };
    page_with(form.status(), &template)
}

/// Stores the result of a visit, from its form or from the quick button of the list.
pub(super) async fn record(
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
pub(in crate::verification) fn tone(result: &str) -> &'static str {
    VisitResult::parse(result).map_or("", |result| match result.status() {
        FamilyStatus::Verified => "good",
        _ => "warn",
    })
}
