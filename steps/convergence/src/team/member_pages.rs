//! The forms of a team's member.

use askama::Template;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_ground::{App, audit};
use asuh_nusantara::Phone;
use asuh_step_registry::Reach;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::KeepTeams;
use super::command::{LeaveTeam, MemberFacts, PutMember};
use super::pages::{called, label};
use super::query::{self, Member, Team};
use crate::boxes;

#[derive(Template)]
#[template(path = "team/member.html")]
struct MemberPage {
    shell: Shell,
    team: Team,
    called: String,
    /// Whom the form corrects, with his number masked.
    member: Option<(Id, String)>,
    /// The whole number, opened a moment ago, and the address that opens WhatsApp.
    opened: Option<(String, String)>,
    positions: Vec<(String, String)>,
    form: FormView,
}

/// Which position.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    kedudukan: String,
}

async fn shown(
    app: &App,
    cap: &KeepTeams,
    shell: Shell,
    id: Id,
    member: Option<Member>,
    (form, opens): (&Form, bool),
) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let team = query::one(db, district, cap.scope(), id, shell.today).await?.ok_or(Error::NotFound)?;
    let positions = query::positions(db, district, id).await?;
    let label = label(app, district).await?;
    let sealed = member.as_ref().and_then(|member| member.contact_sealed.as_deref());
    let phone = sealed.map(|sealed| app.store.secrets().open_text(district, sealed)).transpose()?;
    let phone = phone.and_then(|phone| Phone::parse(&phone).ok());
    let masked = phone.as_ref().map(Phone::masked).unwrap_or_default();
    let opened = phone.filter(|_| opens).map(|phone| (phone.to_string(), phone.wa_me("")));
    let template = MemberPage {
        called: called(&text, &label, &team),
        member: member.map(|member| (member.id, masked)),
        opened,
        positions: positions.into_iter().map(|one| (one.nth.to_string(), one.name)).collect(),
        form: form.view(),
        team,
        shell,
    };
    page_with(form.status(), &template)
}

async fn found(app: &App, cap: &KeepTeams, shell: &Shell, id: Id, member: Id) -> Result<Member, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    query::one(db, district, cap.scope(), id, shell.today).await?.ok_or(Error::NotFound)?;
    let found = query::members(db, district, id).await?.into_iter().find(|one| one.id == member);
    found.ok_or(Error::NotFound)
}

/// A form for somebody new.
pub(super) async fn new(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let mut values = boxes("mulai", Some(shell.today));
    values.push(("kedudukan".to_owned(), choice.kedudukan));
    let form = Form::with(&shell, values);
    shown(&app, &cap, shell, id, None, (&form, false)).await
}

/// A form with what is known of a member. A number is not filled in: what stays empty stays as it is.
pub(super) async fn edit(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path((id, member)): Path<(Id, Id)>,
) -> Page {
    let known = found(&app, &cap, &shell, id, member).await?;
    let form = filled(&shell, &known);
    shown(&app, &cap, shell, id, Some(known), (&form, false)).await
}

fn filled(shell: &Shell, known: &Member) -> Form {
    Form::with(shell, values(known))
}

/// What is known of a member, as the form has it; never the number.
fn values(known: &Member) -> Vec<(String, String)> {
    let mut values = boxes("mulai", Some(known.starts_on));
    values.extend(boxes("sampai", known.ends_on));
    values.extend([
        ("kedudukan".to_owned(), known.position_nth.to_string()),
        ("nama".to_owned(), known.name.clone()),
        ("instansi".to_owned(), known.institution.clone()),
        ("jabatan".to_owned(), known.job.clone()),
    ]);
    values
}

/// Opens the number of a member; the opening is logged.
pub(super) async fn contact(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path((id, member)): Path<(Id, Id)>,
    _form: Form,
) -> Page {
    let known = found(&app, &cap, &shell, id, member).await?;
    audit::opened(&app, cap.actor(), "open", Some(("team", id)), "contact");
    let form = filled(&shell, &known);
    shown(&app, &cap, shell, id, Some(known), (&form, true)).await
}

/// The facts of the form, and the position.
fn read(form: &mut Form) -> Option<(i64, MemberFacts)> {
    let position = form.read("kedudukan", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let name = form.required("nama", 120);
    let institution = form.optional("instansi", 120);
    let job = form.optional("jabatan", 120);
    let phone = form.read_optional("hp", |text| {
        Phone::parse(text).map(|phone| phone.as_str().to_owned()).map_err(|_| "team.refused.phone")
    });
    let starts_on = form.day("mulai");
    let ends_on = form.day_optional("sampai");
    let facts = MemberFacts { name, institution, job, phone, starts_on: starts_on?, ends_on };
    Some((position?, facts)).filter(|_| form.is_valid())
}

/// Appoints somebody.
pub(super) async fn add(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    if let Some((position, facts)) = read(&mut form) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = PutMember { team: id, reach, today, replaces: None, position, facts, batch: None };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/tim/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(&app, &cap, shell, id, None, (&form, false)).await
}

/// Corrects what was recorded of a member.
pub(super) async fn correct(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path((id, member)): Path<(Id, Id)>,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    if let Some((position, mut facts)) = read(&mut form) {
        // Sent twice, the row may have been replaced already: then the first receipt answers.
        if facts.phone.is_none()
            && let Ok(known) = found(&app, &cap, &shell, id, member).await
            && let Some(sealed) = known.contact_sealed.as_deref().filter(|_| !form.ticked("tanpa_hp"))
        {
            facts.phone = Some(
                app.store
                    .secrets()
                    .open_text(cap.district(), sealed)
                    .map_err(|error| Error::Internal(error.to_string()))?,
            );
        }
        let (reach, today, replaces) = (Reach::of(cap.scope()), shell.today, Some(member));
        let command = PutMember { team: id, reach, today, replaces, position, facts, batch: None };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/tim/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let known = found(&app, &cap, &shell, id, member).await?;
    shown(&app, &cap, shell, id, Some(known), (&form, false)).await
}

/// Somebody leaves.
pub(super) async fn leave(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path((id, member)): Path<(Id, Id)>,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let on = form.day("hari");
    let reason = form.required("alasan", 200);
    if let (Some(on), true) = (on, form.is_valid()) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        match app
            .submit(cap.actor(), command_id, LeaveTeam { team: id, member, reach, today, on, reason })
            .await
        {
            Ok(_) => return redirect(&format!("/tim/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let known = found(&app, &cap, &shell, id, member).await?;
    for (field, value) in values(&known) {
        form.set(&field, value);
    }
    shown(&app, &cap, shell, id, Some(known), (&form, false)).await
}
