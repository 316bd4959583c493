//! Sessions: the list, a plan, one session, inviting, and who came.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use asuh_step_registry::families::{Named, by_name};
use asuh_step_registry::territories;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::command::{
    CancelSession, HoldSession, InviteFamilies, PlanSession, Planned, UninviteFamily, village,
};
use super::query::{self, FamilyLine, Material, PAGE, Session};
use super::{HoldSessions, ReadAttendance, ReadSessions};
use crate::works::rules::SOURCES;

/// Empty rows at the end of a printed list, for those who come without being invited.
const EMPTY: usize = 10;

#[derive(Template)]
#[template(path = "session/list.html")]
struct ListPage {
    shell: Shell,
    sessions: Vec<Session>,
    next: Option<String>,
    words: String,
    holds: bool,
}

/// The sessions, the newest day first; `topik` holds words of the topic.
pub(super) async fn list(
    cap: Cap<ReadSessions>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let words: String =
        url.get("topik").map(|words| words.trim().chars().take(60).collect()).unwrap_or_default();
    let before = url.get("sebelum").and_then(|place| {
        let (day, id) = place.split_once('.')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse().ok()?))
    });
    let mut sessions = query::list(app.store.reader(), cap.district(), cap.scope(), (&words, before)).await?;
    let next = cut(&mut sessions, PAGE, |last| format!("{}.{}", last.held_on, last.id));
    page(&ListPage { holds: HoldSessions::of(cap.actor()).is_some(), shell, sessions, next, words })
}

#[derive(Template)]
#[template(path = "session/plan.html")]
struct PlanPage {
    shell: Shell,
    f: FormView,
    path: String,
    number: Option<String>,
    villages: Vec<(String, String)>,
    campaigns: Vec<(String, String)>,
    sources: Vec<(String, String)>,
}

async fn plan_page(
    app: &App,
    cap: &HoldSessions,
    shell: Shell,
    form: &Form,
    changed: Option<Session>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let near = village(cap.scope());
    let villages = territories::villages_within(db, district, &near).await?;
    let sources: Vec<&str> = SOURCES.into_iter().filter(|source| *source != "pool").collect();
    let template = PlanPage {
        f: form.view(),
        path: changed
            .as_ref()
            .map_or("/edukasi/baru".to_owned(), |session| format!("/edukasi/{}/ubah", session.id)),
        number: changed.map(|session| session.number),
        villages: villages.into_iter().map(|village| (village.code.to_string(), village.name)).collect(),
        campaigns: query::campaigns(db, district).await?,
        sources: crate::works::options(&shell, "works.source", &sources),
        shell,
    };
    page_with(form.status(), &template)
}

/// The form of a new session.
pub(super) async fn new(cap: Cap<HoldSessions>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::with(&shell, [("sumber", "community"), ("perkiraan", "0")]);
    plan_page(&app, &cap, shell, &form, None).await
}

/// What the form plans; what is wrong stands at its fields.
fn planned(form: &mut Form) -> Option<Planned> {
    let topic = form.required("topik", 120);
    let plan = form.required("rencana", 1_500);
    let village = form.read("desa", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let place = form.required("tempat", 120);
    let held_on = form.day("hari");
    let starts_at = form.optional("jam", 20);
    let speaker = form.required("pemateri", 120);
    let campaign = match form.get("gerakan") {
        "" => None,
        _ => form.id("gerakan"),
    };
    let source = form.required("sumber", 20);
    let held_by = form.optional("pemegang", 120);
    let estimated = match form.get("perkiraan") {
        "" => Some(0),
        _ => form.count("perkiraan", 0..=10_000_000_000),
    };
    Some(Planned {
        topic,
        plan,
        village: village?,
        place,
        held_on: held_on?,
        starts_at,
        speaker,
        campaign,
        source,
        held_by,
        estimated: estimated?,
    })
}

/// Plans a session.
pub(super) async fn plan(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let planned = planned(&mut form);
    if let (Some(planned), true) = (planned, form.is_valid()) {
        let command = PlanSession { session: None, planned, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/edukasi/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    plan_page(&app, &cap, shell, &form, None).await
}

/// The form to change a plan.
pub(super) async fn edit(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let found = query::one(app.store.reader(), cap.district(), id, cap.scope()).await?;
    let session = found.ok_or(Error::NotFound)?;
    let mut values = vec![
        ("topik", session.topic.clone()),
        ("rencana", session.plan.clone()),
        ("desa", session.village_code.to_string()),
        ("tempat", session.place.clone()),
        ("jam", session.starts_at.clone()),
        ("pemateri", session.speaker.clone()),
        ("sumber", session.source.clone()),
        ("pemegang", session.held_by.clone()),
        ("perkiraan", session.estimated.to_string()),
        ("hari_tanggal", session.held_on.day().to_string()),
        ("hari_bulan", u8::from(session.held_on.month()).to_string()),
        ("hari_tahun", session.held_on.year().to_string()),
    ];
    if let Some(campaign) = session.campaign_id {
        values.push(("gerakan", campaign.to_string()));
    }
    let form = Form::with(&shell, values);
    plan_page(&app, &cap, shell, &form, Some(session)).await
}

/// Changes a plan.
pub(super) async fn change(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let found = query::one(app.store.reader(), cap.district(), id, cap.scope()).await?;
    let session = found.ok_or(Error::NotFound)?;
    let planned = planned(&mut form);
    if let (Some(planned), true) = (planned, form.is_valid()) {
        let command =
            PlanSession { session: Some(id), planned, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/edukasi/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    plan_page(&app, &cap, shell, &form, Some(session)).await
}

#[derive(Template)]
#[template(path = "session/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    session: Session,
    materials: Vec<Material>,
    /// Nothing where the caller may not know them.
    families: Option<Vec<FamilyLine>>,
    holds: bool,
    /// Whether its day has come.
    due: bool,
}

/// A session, with the form that came back.
pub(super) async fn show_page(app: &App, actor: &Arc<Actor>, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let reads = actor.scope(ReadSessions::ROLES);
    let session = query::one(db, district, id, &reads).await?.ok_or(Error::NotFound)?;
    let families = match ReadAttendance::of(actor) {
        Some(names) => Some(query::families(db, district, id, names.scope()).await?),
        None => None,
    };
    if families.is_some() {
        audit::opened(app, actor, "open", Some(("education_session", id)), "");
    }
    let holds = actor.scope(HoldSessions::ROLES);
    let template = ShowPage {
        f: form.view(),
        materials: query::materials(db, district, id).await?,
        holds: query::one(db, district, id, &holds).await?.is_some(),
        due: session.held_on <= shell.today,
        families,
        session,
        shell,
    };
    page_with(form.status(), &template)
}

/// A session.
pub(super) async fn show(
    cap: Cap<ReadSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, cap.actor(), shell, &form, id).await
}

/// Does not take place.
pub(super) async fn cancel(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        let command = CancelSession { session: id, reason, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/edukasi/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

#[derive(Template)]
#[template(path = "session/invite.html")]
struct InvitePage {
    shell: Shell,
    f: FormView,
    session: Session,
    lines: Vec<FamilyLine>,
    next: Option<Id>,
}

async fn invite_page(
    app: &App,
    cap: &HoldSessions,
    shell: Shell,
    form: &Form,
    (id, after): (Id, Option<Id>),
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let session = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let place = (id, session.village_code);
    let mut lines = query::to_invite(db, district, place, cap.scope(), after).await?;
    let next = cut(&mut lines, PAGE, |last| last.family_id);
    audit::opened(app, cap.actor(), "open", Some(("education_session", id)), "invite");
    page_with(form.status(), &InvitePage { f: form.view(), shell, session, lines, next })
}

/// The families of the village that may be invited.
pub(super) async fn invite_form(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let after = url.get("setelah").and_then(|id| id.parse().ok());
    let form = Form::empty(&shell);
    invite_page(&app, &cap, shell, &form, (id, after)).await
}

/// Invites them.
pub(super) async fn invite(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let families = form.all("keluarga").into_iter().filter_map(|id| id.parse().ok()).collect();
    let after: Option<Id> = form.get("setelah").parse().ok();
    let command = InviteFamilies { session: id, families, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => match after {
            Some(after) => redirect(&format!("/edukasi/{id}/undang?setelah={after}")),
            None => redirect(&format!("/edukasi/{id}")),
        },
        Err(rejection) => {
            form.reject(rejection)?;
            invite_page(&app, &cap, shell, &form, (id, None)).await
        }
    }
}

/// Takes a family off the list.
pub(super) async fn uninvite(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let family = form.id("keluarga");
    if let (Some(family), true) = (family, form.is_valid()) {
        let command = UninviteFamily { session: id, family, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/edukasi/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), shell, &form, id).await
}

#[derive(Template)]
#[template(path = "session/attendance.html")]
struct AttendancePage {
    shell: Shell,
    f: FormView,
    session: Session,
    lines: Vec<FamilyLine>,
    /// Who came without being invited and was ticked before.
    others: Vec<Named>,
    /// Who answers the name that is searched for.
    found: Vec<Named>,
    searched: bool,
}

async fn attendance_page(
    app: &App,
    cap: &HoldSessions,
    shell: Shell,
    form: &Form,
    (id, searched): (Id, bool),
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let session = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let lines = query::families(db, district, id, cap.scope()).await?;
    audit::opened(app, cap.actor(), "open", Some(("education_session", id)), "attendance");
    let known: BTreeSet<Id> = lines.iter().map(|line| line.family_id).collect();
    let mut others = Vec::new();
    for family in form.all("hadir").into_iter().filter_map(|id| id.parse::<Id>().ok()) {
        if !known.contains(&family) {
            others.extend(query::named(db, district, family, cap.scope()).await?);
        }
    }
    let found = match searched {
        true => by_name(db, district, cap.scope(), form.get("cari")).await?,
        false => Vec::new(),
    };
    let shown: BTreeSet<Id> = known.into_iter().chain(others.iter().map(|one| one.family)).collect();
    let found = found.into_iter().filter(|one| !shown.contains(&one.family)).collect();
    let template = AttendancePage { f: form.view(), shell, session, lines, others, found, searched };
    page_with(form.status(), &template)
}

/// The form of who came: those of the list, ticked as they stand.
pub(super) async fn attendance(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let session = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let mut values = Vec::new();
    for line in query::families(db, district, id, cap.scope()).await? {
        if line.came == Some(1) {
            values.push(("hadir".to_owned(), line.family_id.to_string()));
        }
    }
    values.push(("biaya".to_owned(), session.actual.unwrap_or(session.estimated).to_string()));
    let form = Form::with(&shell, values);
    attendance_page(&app, &cap, shell, &form, (id, false)).await
}

/// Notes who came; with `aksi` `cari` it looks for a family that came without being invited.
pub(super) async fn hold(
    cap: Cap<HoldSessions>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    if form.get("aksi") == "cari" {
        audit::opened(&app, cap.actor(), "search_families", None, "");
        return attendance_page(&app, &cap, shell, &form, (id, true)).await;
    }
    let came = form.all("hadir").into_iter().filter_map(|id| id.parse().ok()).collect();
    let actual = match form.get("biaya") {
        "" => Some(0),
        _ => form.count("biaya", 0..=10_000_000_000),
    };
    if let (Some(actual), true) = (actual, form.is_valid()) {
        let command =
            HoldSession { session: id, came, actual, today: shell.today, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/edukasi/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    attendance_page(&app, &cap, shell, &form, (id, false)).await
}

#[derive(Template)]
#[template(path = "session/sheet.html")]
struct Sheet {
    shell: Shell,
    letterhead: Letterhead,
    session: Session,
    lines: Vec<FamilyLine>,
    empty: Vec<usize>,
}

/// The list to be signed.
pub(super) async fn sheet(
    cap: Cap<ReadAttendance>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let session = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    let lines = query::families(db, district, id, cap.scope()).await?;
    audit::opened(&app, cap.actor(), "open", Some(("education_session", id)), "sheet");
    let empty = (lines.len() + 1..=lines.len() + EMPTY).collect();
    let letterhead = Letterhead::load(&app.store, district).await?;
    page(&Sheet { shell, letterhead, session, lines, empty })
}
