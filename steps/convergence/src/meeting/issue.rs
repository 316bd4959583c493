//! The papers of a meeting: the page of the invitation, papers that go with it, drafts and issuing.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::papers::{self, Draft, IssuedPaper, Numbering};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, redirect};
use asuh_nusantara::{Phone, wa_me_text};
use asuh_store::Id;
use axum::extract::State;

use super::command::{LeavePaper, TakePaper};
use super::paper::{Matter, Which};
use super::query::{self, Meeting};
use super::{KeepMeetings, pages};

/// One who is invited, with the link that sends him the text.
struct Invited {
    institution: String,
    position: String,
    whatsapp: String,
    has_phone: bool,
}

#[derive(Template)]
#[template(path = "meeting/invitation.html")]
struct InvitationPage {
    shell: Shell,
    one: Meeting,
    invited: Vec<Invited>,
    words: String,
    issued: Vec<IssuedPaper>,
    form: FormView,
}

/// The invitation: the letter, and for each guest the text for WhatsApp.
pub(super) async fn invitation(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let values = [
        ("title", one.title.clone()),
        ("day", shell.long_day(one.held_on)),
        ("time", one.starts.clone()),
        ("zone", shell.zone.code().to_owned()),
        ("place", one.place.clone()),
        ("link", one.link.clone()),
    ];
    let key = if one.link.is_empty() { "meeting.whatsapp" } else { "meeting.whatsapp_link" };
    let words = shell.with(key, &values);
    let mut invited = Vec::new();
    for guest in query::guests(db, district, id).await? {
        let phone = match &guest.phone_sealed {
            Some(sealed) => Phone::parse(&app.store.secrets().open_text(district, sealed)?).ok(),
            None => None,
        };
        invited.push(Invited {
            has_phone: phone.is_some(),
            whatsapp: phone.map_or_else(|| wa_me_text(&words), |phone| phone.wa_me(&words)),
            institution: guest.institution,
            position: guest.position,
        });
    }
    let issued = papers::of_subject(db, district, id).await?;
    let form = Form::empty(&shell).view();
    page(&InvitationPage { shell, one, invited, words, issued, form })
}

/// Puts a paper to those that go with the invitation, or takes it away.
pub(super) async fn attach(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let (command_id, scope) = (form.command_id()?, cap.scope().clone());
    let leaves = form.get("lepas").parse::<Id>().ok();
    let sent = match leaves {
        Some(paper) => {
            app.submit(cap.actor(), command_id, LeavePaper { meeting: id, scope, paper }).await.map(|_| ())
        }
        None => {
            let Some(paper) = form.id("dokumen") else {
                return pages::shown(&app, &pages::reader(&cap)?, shell, id, "", &form).await;
            };
            // Only what he himself finds in the register.
            if !query::offered(db, district, cap.scope()).await?.iter().any(|one| one.id == paper) {
                return Err(Error::NotFound);
            }
            app.submit(cap.actor(), command_id, TakePaper { meeting: id, scope, paper }).await.map(|_| ())
        }
    };
    match sent {
        Ok(()) => redirect(&format!("/rapat/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            pages::shown(&app, &pages::reader(&cap)?, shell, id, "", &form).await
        }
    }
}

/// The matter of a meeting within reach, and which paper is asked for.
async fn matter(app: &App, cap: &KeepMeetings, id: Id, word: &str) -> Result<(Matter, Which), Error> {
    let which = Which::ALL.into_iter().find(|one| one.word() == word).ok_or(Error::NotFound)?;
    let found = query::one(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let meeting = found.filter(|one| which.fits(&one.state)).ok_or(Error::NotFound)?;
    Ok((Matter::of(app, cap.district(), cap.actor().zone, meeting).await?, which))
}

/// A draft of a paper.
pub(super) async fn preview(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path((id, word)): Path<(Id, String)>,
) -> Page {
    let (matter, which) = matter(&app, &cap, id, &word).await?;
    papers::preview(&app, shell.text(), matter.paper(which, shell.today)).await
}

/// Issues a paper; one of its kind that was issued before is replaced by it.
pub(super) async fn issue(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path((id, word)): Path<(Id, String)>,
    form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let (matter, which) = matter(&app, &cap, id, &word).await?;
    let draft = Draft {
        kind: which.kind(),
        number: Numbering::Next,
        territory: matter.meeting.territory_code,
        day: if which == Which::Invitation { shell.today } else { matter.meeting.held_on },
        title: matter.title(which),
        subject: Some(id),
        replaces: true,
        paper: matter.paper(which, shell.today),
    };
    papers::issue(&app, cap.actor(), &shell, command_id, draft).await.map_err(Error::from)?;
    redirect(&format!("/rapat/{id}"))
}
