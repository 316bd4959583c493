//! `/perubahan`: the requests that wait, and one of them with old and new side by side. The forms that make one stand
//! in [`propose`], births in [`birth`].

pub(super) mod birth;
pub(super) mod propose;

use askama::Template;
use asuh_nusantara::{FamilyCardNumber, Nik, TerritoryCode};
use asuh_store::{Id, Query, StoreError, args};
use axum::extract::{Query as Params, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::query::{self, PAGE, Request};
use super::rules::{Place, Proposal};
use super::{DecideChange, ReverseChange, WithdrawChange};
use crate::family::{FamilyVersion, Member, Opening, family_within, members, opened};
use crate::rights::{DecideChanges, OpenPersonal, ProposeChanges, Reach, SeeChanges};
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Scope};
use asuh_ground::attachments;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

#[derive(Template)]
#[template(path = "changes/queue.html")]
struct QueuePage {
    shell: Shell,
    lines: Vec<Request>,
    next: Option<Id>,
    waiting: bool,
    decides: bool,
}

/// Which requests, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
    #[serde(default)]
    tersimpan: String,
}

/// The requests within reach.
pub(super) async fn queue(
    cap: Cap<SeeChanges>,
    State(app): State<App>,
    shell: Shell,
    Params(which): Params<Which>,
) -> Page {
    let waiting = which.tampil != "selesai";
    let after = which.setelah.parse().ok();
    let mut lines = query::queue(app.store.reader(), cap.district(), cap.scope(), waiting, after).await?;
    let next = cut(&mut lines, PAGE, |line| line.id);
    let decides = DecideChanges::of(cap.actor()).is_some();
    page(&QueuePage { shell, lines, next, waiting, decides })
}

/// A field of the comparison: before and after.
struct Row {
    label: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "changes/show.html")]
struct ShowPage {
    shell: Shell,
    request: Request,
    rows: Vec<Row>,
    f: FormView,
    may_decide: bool,
    is_own: bool,
    may_reverse: bool,
    may_reveal: bool,
    revealed: bool,
    stored: bool,
}

/// One request.
pub(super) async fn show(
    cap: Cap<SeeChanges>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(which): Params<Which>,
) -> Page {
    let form = Form::empty(&shell);
    render(&cap, &app, shell, id, &form, false, !which.tersimpan.is_empty()).await
}

/// One request with its numbers open, to compare them with the evidence; logged as an opening of the family's.
pub(super) async fn reveal(
    cap: Cap<OpenPersonal>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let seer = SeeChanges::hold(cap.actor().clone(), cap.scope().clone());
    render(&seer, &app, shell, id, &form, true, false).await
}

async fn render(
    cap: &SeeChanges,
    app: &App,
    shell: Shell,
    id: Id,
    form: &Form,
    revealed: bool,
    stored: bool,
) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let request = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let family = family_within(db, district, cap.scope(), request.family_id).await?.ok_or(Error::NotFound)?;
    let opening =
        if revealed { Opening::Numbers(request.family_id) } else { Opening::File(request.family_id) };
    opened(app, cap.actor(), opening);
    let proposal = app.store.secrets().open_text(district, &request.proposal_sealed)?;
    let proposal: Proposal =
        serde_json::from_str(&proposal).map_err(|error| StoreError::Shape(error.to_string()))?;
    let members = members(db, district, request.family_id, shell.today).await?;
    let known = Compared { app, shell: &shell, family: &family, members: &members, revealed };
    let rows = known.rows(cap.actor(), &proposal, &request).await?;
    let reaches = |scope: &Scope| {
        TerritoryCode::from_i64(request.village_code).is_ok_and(|code| scope.reaches(code, &request.rw))
    };
    let decides = DecideChanges::of(cap.actor()).is_some_and(|cap| reaches(cap.scope()));
    let is_own = request.proposed_by == cap.actor().user;
    let has_numbers = matches!(proposal, Proposal::Nik { .. } | Proposal::Born { nik: Some(_), .. })
        || matches!(proposal, Proposal::Split { kk: Some(_), .. });
    let template = ShowPage {
        rows,
        f: form.view(),
        may_decide: decides && !is_own && request.state == "waiting",
        may_reverse: decides && request.state == "approved" && request.counter_of.is_none(),
        may_reveal: has_numbers && OpenPersonal::of(cap.actor()).is_some_and(|cap| reaches(cap.scope())),
        is_own,
        revealed,
        stored,
        request,
        shell,
    };
    page_with(form.status(), &template)
}

/// What a proposal is compared with.
struct Compared<'a> {
    app: &'a App,
    shell: &'a Shell,
    family: &'a FamilyVersion,
    members: &'a [Member],
    revealed: bool,
}

impl Compared<'_> {
    fn row(&self, key: &str, before: impl Into<String>, after: impl Into<String>) -> Row {
        Row { label: self.shell.t(key).into_owned(), before: before.into(), after: after.into() }
    }

    fn name(&self, person: Id) -> String {
        self.members.iter().find(|one| one.id == person).map(|one| one.name.clone()).unwrap_or_default()
    }

    fn nik(&self, nik: &str) -> String {
        if self.revealed {
            return nik.to_owned();
        }
        Nik::parse(nik).map_or_else(|_| "••••".to_owned(), |nik| nik.masked())
    }

    fn place(&self, names: &std::collections::HashMap<i64, String>, place: &Place) -> String {
        let village = names.get(&place.village).cloned().unwrap_or_default();
        let hamlet = if place.hamlet.is_empty() { String::new() } else { format!(", {}", place.hamlet) };
        format!("{village}{hamlet}, RW {}, RT {}", place.rw, place.rt)
    }

    async fn rows(&self, actor: &Actor, proposal: &Proposal, request: &Request) -> Result<Vec<Row>, Error> {
        let shell = self.shell;
        let day = shell.day(request.happened_on);
        let here = Place {
            village: self.family.village_code,
            hamlet: self.family.hamlet.clone(),
            rw: self.family.rw.clone(),
            rt: self.family.rt.clone(),
        };
        let mut codes = vec![here.village];
        if let Proposal::FamilyMoved { place: Some(place), .. } | Proposal::Split { place, .. } = proposal {
            codes.push(place.village);
        }
        let names = territory::names(self.app.store.reader(), actor.district, codes).await?;
        let still = shell.t("registry.member.still");
        let relation = |code: &str| shell.t(&format!("registry.relation.{code}")).into_owned();
        let ended = |key: &str, to: &str| {
            let words = format!("{}, {day}", shell.t(key));
            if to.is_empty() { words } else { format!("{words} ({to})") }
        };
        Ok(match proposal {
            Proposal::FamilyMoved { place: Some(place), .. } => {
                vec![self.row("registry.copy.place", self.place(&names, &here), self.place(&names, place))]
            }
            Proposal::FamilyMoved { place: None, to } => {
                let status = shell.t(&format!("registry.status.{}", self.family.status)).into_owned();
                vec![self.row("registry.field.status", status, ended("registry.status.moved", to))]
            }
            Proposal::PersonMoved { person, to } => {
                let mut row =
                    self.row("registry.field.name", still.into_owned(), ended("registry.ending.moved", to));
                row.label = self.name(*person);
                vec![row]
            }
            Proposal::Lost { person } | Proposal::Died { person } => {
                let key = match proposal {
                    Proposal::Lost { .. } => "registry.ending.lost",
                    _ => "registry.ending.died",
                };
                let mut row = self.row("registry.field.name", still.into_owned(), ended(key, ""));
                row.label = self.name(*person);
                vec![row]
            }
            Proposal::Born { mother, name, sex, nik } => {
                let mut rows = vec![
                    self.row("registry.field.name", "–", name.clone()),
                    self.row("registry.field.sex", "–", shell.t(&format!("registry.sex.{}", sex.code()))),
                    self.row("registry.field.birth", "–", day.clone()),
                ];
                if let Some(nik) = nik {
                    rows.push(self.row("registry.copy.nik", "–", self.nik(nik)));
                }
                if let Some(mother) = mother {
                    rows.push(self.row("registry.change.mother", "–", self.name(*mother)));
                }
                rows
            }
            Proposal::Nik { person, nik } => {
                let held = self.members.iter().find(|one| one.id == *person);
                let before = match held.and_then(|one| one.nik_sealed.as_ref()) {
                    Some(sealed) => self.nik(&self.app.store.secrets().open_text(actor.district, sealed)?),
                    None => "–".to_owned(),
                };
                vec![
                    self.row("registry.field.name", self.name(*person), self.name(*person)),
                    self.row("registry.copy.nik", before, self.nik(nik)),
                ]
            }
            Proposal::Split { place, kk, members } => {
                let mut rows = vec![self.row(
                    "registry.change.new_family",
                    self.place(&names, &here),
                    self.place(&names, place),
                )];
                if let Some(kk) = kk {
                    let shown = if self.revealed {
                        kk.clone()
                    } else {
                        FamilyCardNumber::parse(kk).map_or_else(|_| "••••".to_owned(), |kk| kk.masked())
                    };
                    rows.push(self.row("registry.field.kk", "–", shown));
                }
                for (member, new) in members {
                    let held = self.members.iter().find(|one| one.id == *member);
                    let before = held.map(|one| relation(&one.relation)).unwrap_or_default();
                    let mut row = self.row("registry.field.name", before, relation(new.code()));
                    row.label = self.name(*member);
                    rows.push(row);
                }
                rows
            }
        })
    }
}

/// The evidence, as a download: never shown as part of our own pages.
pub(super) async fn evidence(cap: Cap<SeeChanges>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let request =
        query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    opened(&app, cap.actor(), Opening::Numbers(request.family_id));
    let evidence = request.evidence_id.ok_or(Error::NotFound)?;
    let file = attachments::open(&app.store, cap.district(), evidence).await?.ok_or(Error::NotFound)?;
    let ending = file.media_type.name().rsplit('/').next().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, file.media_type.name().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"bukti-perubahan.{ending}\"")),
    ];
    Ok((headers, file.bytes).into_response())
}

/// Approves or refuses.
pub(super) async fn decide(
    cap: Cap<DecideChanges>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let approve = form.read("putusan", |text| match text {
        "setuju" => Ok(true),
        "tolak" => Ok(false),
        _ => Err("web.error.choose"),
    });
    let note = form.optional("catatan", 300);
    if let (true, Some(approve)) = (form.is_valid(), approve) {
        let reach = Reach::of(cap.scope());
        let command = DecideChange { request: id, reach, approve, note, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/perubahan/{id}?tersimpan=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let seer = SeeChanges::hold(cap.actor().clone(), cap.scope().clone());
    render(&seer, &app, shell, id, &form, false, false).await
}

/// Withdraws one's own request.
pub(super) async fn withdraw(
    cap: Cap<ProposeChanges>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let own = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    own.filter(|request| request.proposed_by == cap.actor().user).ok_or(Error::NotFound)?;
    match app.submit(cap.actor(), form.command_id()?, WithdrawChange { request: id }).await {
        Ok(_) => redirect(&format!("/perubahan/{id}?tersimpan=1")),
        Err(rejection) => {
            form.reject(rejection)?;
            let seer = SeeChanges::hold(cap.actor().clone(), cap.scope().clone());
            render(&seer, &app, shell, id, &form, false, false).await
        }
    }
}

/// Takes an approved request back.
pub(super) async fn reverse(
    cap: Cap<DecideChanges>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        let reach = Reach::of(cap.scope());
        let command = ReverseChange { request: id, reach, reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/perubahan/{}?tersimpan=1", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let seer = SeeChanges::hold(cap.actor().clone(), cap.scope().clone());
    render(&seer, &app, shell, id, &form, false, false).await
}

/// The posyandu that weighs the family's youngest child that has one.
async fn usual_posyandu(app: &App, actor: &Actor, family: Id) -> Result<String, StoreError> {
    let found: Option<(String,)> = app
        .store
        .reader()
        .first(
            "SELECT posyandu FROM person_version WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3 \
             AND posyandu <> '' ORDER BY (birth_date IS NULL), birth_date DESC, person_id LIMIT 1",
            args![actor.district, family, asuh_store::Instant::NEVER],
        )
        .await?;
    Ok(found.map(|row| row.0).unwrap_or_default())
}
