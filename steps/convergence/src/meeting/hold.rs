//! Holding a meeting: beginning it, who is there, what is said and decided, the page for the projector, closing it.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};
use asuh_store::{Command, Id};
use axum::extract::State;

use super::command::{Attend, CloseMeeting, MoveMeeting, NoteSummary, RemoveAttendance};
use super::query::{self, Agenda, Meeting};
use super::rules::State as At;
use super::{KeepMeetings, ReadMeetings, pages};
use crate::commitment::query::{self as commitments, Commitment};
use crate::commitment::{Decide, Tie, Undecide};

/// Sends a command about a meeting within reach and goes back to it; what is refused stands on its page.
async fn done<C: Command>(
    app: &App,
    cap: &KeepMeetings,
    shell: Shell,
    id: Id,
    mut form: Form,
    command: Option<C>,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    if let (Some(command), true) = (command, form.is_valid()) {
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/rapat/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    pages::shown(app, &pages::reader(cap)?, shell, id, "", &form).await
}

/// Begins it.
pub(super) async fn start(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let command = MoveMeeting { meeting: id, scope: cap.scope().clone(), to: At::Running };
    done(&app, &cap, shell, id, form, Some(command)).await
}

/// Says that it is not held.
pub(super) async fn cancel(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let command = MoveMeeting { meeting: id, scope: cap.scope().clone(), to: At::Cancelled };
    done(&app, &cap, shell, id, form, Some(command)).await
}

/// Writes somebody down at the desk.
pub(super) async fn attend(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let command = super::attend::read(&mut form, id, Some(cap.scope().clone()));
    done::<Attend>(&app, &cap, shell, id, form, command).await
}

/// Takes somebody off the list.
pub(super) async fn remove(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path((id, person)): Path<(Id, Id)>,
    form: Form,
) -> Page {
    let command = RemoveAttendance { meeting: id, scope: cap.scope().clone(), person };
    done(&app, &cap, shell, id, form, Some(command)).await
}

/// Keeps what was said.
pub(super) async fn summary(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let words = form.optional("notulen", 20_000).replace("\r\n", "\n");
    let before = form.get("sebelumnya").replace("\r\n", "\n");
    let command = NoteSummary { meeting: id, scope: cap.scope().clone(), words, before };
    done(&app, &cap, shell, id, form, Some(command)).await
}

/// Writes down what was agreed.
pub(super) async fn decide(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let what = form.required("apa", 300);
    let office = form.required("kantor", 120);
    let quantity = form.optional("berapa", 120);
    let due_on = form.day("batas");
    let place = form.read_optional("tempat", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let (scope, tie) = (cap.scope().clone(), Tie::read(&mut form));
    let decide = |due_on| Decide { meeting: id, scope, what, office, quantity, due_on, place, tie };
    let command = due_on.map(decide);
    done(&app, &cap, shell, id, form, command).await
}

/// Takes back what was written down by mistake.
pub(super) async fn undecide(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path((id, commitment)): Path<(Id, Id)>,
    form: Form,
) -> Page {
    let command = Undecide { meeting: id, scope: cap.scope().clone(), commitment };
    done(&app, &cap, shell, id, form, Some(command)).await
}

#[derive(Template)]
#[template(path = "meeting/screen.html")]
struct ScreenPage {
    shell: Shell,
    one: Meeting,
    agenda: Vec<Agenda>,
    decided: Vec<Commitment>,
    before: Vec<Commitment>,
    hall: usize,
    online: usize,
    address: String,
    qr: String,
}

/// The page for the projector: the code, who is there in numbers, the agenda, what was decided. It loads itself anew.
pub(super) async fn screen(
    cap: Cap<ReadMeetings>,
    State(app): State<App>,
    mut shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let present = query::present(db, district, id).await?;
    let hall = present.iter().filter(|one| one.way == "hall").count();
    let address = shell.address(&format!("/hadir/{district}/{}", one.code));
    let qr = asuh_documents::qr::svg(&address).unwrap_or_default();
    // Nothing of the reader's own stands on the wall.
    shell.menu = Vec::new();
    shell.actor = None;
    page(&ScreenPage {
        agenda: query::agenda(db, district, id).await?,
        decided: commitments::of_meeting(db, district, id).await?,
        before: commitments::open_before(db, district, id).await?,
        hall,
        online: present.len() - hall,
        address: shell.address("/hadir"),
        qr,
        one,
        shell,
    })
}

#[derive(Template)]
#[template(path = "meeting/close.html")]
struct ClosePage {
    shell: Shell,
    one: Meeting,
    hall: usize,
    online: usize,
    women: usize,
    decided: Vec<Commitment>,
    form: FormView,
}

async fn closing(app: &App, cap: &KeepMeetings, shell: Shell, id: Id, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let present = query::present(db, district, id).await?;
    let hall = present.iter().filter(|one| one.way == "hall").count();
    let women = present.iter().filter(|one| one.sex == "female").count();
    let decided = commitments::of_meeting(db, district, id).await?;
    let online = present.len() - hall;
    page_with(form.status(), &ClosePage { shell, one, hall, online, women, decided, form: form.view() })
}

/// What will stand, before it is closed.
pub(super) async fn check(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    closing(&app, &cap, shell, id, &form).await
}

/// Closes it.
pub(super) async fn close(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command = CloseMeeting { meeting: id, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/rapat/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            closing(&app, &cap, shell, id, &form).await
        }
    }
}
