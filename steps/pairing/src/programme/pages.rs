//! The programmes, setting one up, and what it needs.

use askama::Template;
use asuh_nusantara::date;
use asuh_step_registry::frozen;
use asuh_step_registry::rules::Target;
use asuh_store::{DistrictId, Id};
use axum::extract::State;
use time::{Date, Month};

use super::command::{MOST_UNITS, Need, SetList, SetNeeds, StartProgramme};
use super::query::{self, ListRow, NeedRow, Programme};
use crate::coverage::coverage;
use crate::coverage::moved::{CountLine, moved, three};
use crate::rules::Counts;
use crate::{ManagePairing, SeeCoverage};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// A programme with its coverage of the present month within the reader's reach.
struct Line {
    programme: Programme,
    counts: Option<Counts>,
    /// The three counts as shares of what is needed.
    three: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "programme/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
    may_manage: bool,
    may_start: bool,
}

/// All programmes; a district has a handful.
pub(super) async fn list(cap: Cap<SeeCoverage>, State(app): State<App>, shell: Shell) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let mut lines = Vec::new();
    for programme in query::all(db, district).await? {
        let when = (shell.today, shell.today, cap.actor().zone);
        let covered = coverage(db, district, &programme, Some(cap.scope()), when).await?;
        let mut shares = Vec::new();
        if let Some(covered) = &covered {
            let unit = query::unit_rupiah(db, district, programme.campaign_id, shell.today).await?;
            let moved = moved(&app, district, &programme, covered, unit).await?;
            let need = covered.counts().need * unit;
            let share = |line: CountLine| (line.code, shell.percent(line.reached.rupiah, need));
            shares.extend(three(&covered.targets, unit, moved.as_ref()).into_iter().map(share));
        }
        lines.push(Line { counts: covered.map(|covered| covered.counts()), three: shares, programme });
    }
    let may_manage = ManagePairing::of(cap.actor()).is_some();
    let may_start = may_manage && !query::without_programme(db, district).await?.is_empty();
    page(&ListPage { shell, lines, may_manage, may_start })
}

/// The programme with this id, or no such page.
pub(crate) async fn found(app: &App, district: DistrictId, id: Id) -> Result<Programme, Error> {
    query::by_id(app.store.reader(), district, id).await?.ok_or(Error::NotFound)
}

/// The frozen lists of these kinds, as options.
async fn list_options(
    app: &App,
    shell: &Shell,
    district: DistrictId,
    kinds: &[&str],
) -> Result<Vec<(String, String)>, Error> {
    let mut options = Vec::new();
    for kind in kinds {
        for list in frozen::lists(app.store.reader(), district, kind).await? {
            let name = shell.t(&format!("frozen.kind.{kind}"));
            let words = format!("{name}: {}", frozen::as_of_words(&shell.text(), &list));
            options.push((list.id.to_string(), words));
        }
    }
    Ok(options)
}

/// The fields of a target's need.
fn need_fields(target: Target) -> [String; 2] {
    [format!("satuan_{}", target.code()), format!("kunjungan_{}", target.code())]
}

/// The needs of a sent form.
fn read_needs(form: &mut Form) -> Vec<(Target, Need)> {
    let mut needs = Vec::new();
    for target in Target::ALL {
        let [units, visits] = need_fields(target);
        let units = form.count(&units, 0..=MOST_UNITS);
        let visits = form.count(&visits, 0..=31);
        if let (Some(units), Some(mentor_visits)) = (units, visits) {
            needs.push((target, Need { units, mentor_visits }));
        }
    }
    needs
}

/// The values of a form of needs.
fn written(needs: &[NeedRow]) -> Vec<(String, String)> {
    let of = |target: Target| {
        let known = needs.iter().find(|row| row.target == target.code());
        let [units, visits] = need_fields(target);
        let number = |value: Option<i64>| value.unwrap_or(0).to_string();
        [(units, number(known.map(|row| row.units))), (visits, number(known.map(|row| row.mentor_visits)))]
    };
    Target::ALL.into_iter().flat_map(of).collect()
}

#[derive(Template)]
#[template(path = "programme/new.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    campaigns: Vec<(String, String)>,
    lists: Vec<(String, String)>,
    targets: Vec<&'static str>,
}

async fn new_page(cap: &ManagePairing, app: &App, shell: Shell, form: Option<Form>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let campaigns = query::without_programme(db, district).await?;
    let campaigns: Vec<_> = campaigns.into_iter().map(|one| (one.id.to_string(), one.name)).collect();
    let kinds: Vec<&str> = frozen::KINDS.iter().map(|(kind, _)| *kind).collect();
    let lists = list_options(app, &shell, district, &kinds).await?;
    let form = form.unwrap_or_else(|| {
        let mut values = written(&[]);
        values.extend(campaigns.first().map(|one| ("gerakan".to_owned(), one.0.clone())));
        values.extend(lists.first().map(|one| ("daftar".to_owned(), one.0.clone())));
        Form::with(&shell, values)
    });
    let targets = Target::ALL.map(Target::code).to_vec();
    page_with(form.status(), &NewPage { f: form.view(), campaigns, lists, targets, shell })
}

/// The form of a new programme.
pub(super) async fn new(cap: Cap<ManagePairing>, State(app): State<App>, shell: Shell) -> Page {
    new_page(&cap, &app, shell, None).await
}

/// Sets a programme up.
pub(super) async fn start(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (campaign, list) = (form.id("gerakan"), form.id("daftar"));
    let needs = read_needs(&mut form);
    if let (Some(campaign), Some(list), true) = (campaign, list, form.is_valid()) {
        let command = StartProgramme { campaign, list, needs, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/pasangan/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&cap, &app, shell, Some(form)).await
}

#[derive(Template)]
#[template(path = "programme/settings.html")]
struct SettingsPage {
    shell: Shell,
    f: FormView,
    programme: Programme,
    list: Option<ListRow>,
    lists: Vec<(String, String)>,
    months: Vec<(String, String)>,
    needs: Vec<NeedRow>,
    targets: Vec<&'static str>,
    unit: i64,
}

/// The present month and the two that follow.
fn months(shell: &Shell) -> Vec<(String, String)> {
    let first = query::month_of(shell.today);
    let next = |month: Date| {
        let after: Month = month.month().next();
        let year = if after == Month::January { month.year() + 1 } else { month.year() };
        Date::from_calendar_date(year, after, 1).unwrap_or(month)
    };
    let all = [first, next(first), next(next(first))];
    all.into_iter().map(|month| (month.to_string(), date::month_year(shell.language, month))).collect()
}

async fn settings_page(cap: &ManagePairing, app: &App, shell: Shell, id: Id, form: Option<Form>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = found(app, district, id).await?;
    let needs = query::needs_on(db, district, id, shell.today).await?;
    let form = form.unwrap_or_else(|| Form::with(&shell, written(&needs)));
    let template = SettingsPage {
        f: form.view(),
        list: query::list_on(db, district, id, shell.today).await?,
        lists: list_options(app, &shell, district, &[programme.list_kind.as_str()]).await?,
        months: months(&shell),
        needs,
        targets: Target::ALL.map(Target::code).to_vec(),
        unit: query::unit_rupiah(db, district, programme.campaign_id, shell.today).await?,
        programme,
        shell,
    };
    page_with(form.status(), &template)
}

/// The list and the needs of a programme.
pub(super) async fn settings(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    settings_page(&cap, &app, shell, id, None).await
}

/// Gives it another list.
pub(super) async fn set_list(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    found(&app, cap.district(), id).await?;
    let (list, from) = (form.id("daftar"), form.day("mulai"));
    if let (Some(list), Some(from)) = (list, from) {
        let command = SetList { programme: id, list, from, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pasangan/{id}/pengaturan")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    settings_page(&cap, &app, shell, id, Some(form)).await
}

/// Changes its needs.
pub(super) async fn set_needs(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    found(&app, cap.district(), id).await?;
    let needs = read_needs(&mut form);
    if let (Some(from), true) = (form.day("bulan"), form.is_valid()) {
        let command = SetNeeds { programme: id, needs, from, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pasangan/{id}/pengaturan")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    settings_page(&cap, &app, shell, id, Some(form)).await
}
