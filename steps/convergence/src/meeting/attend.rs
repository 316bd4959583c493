//! `/hadir`: somebody in the hall or online notes that he is there, by the meeting's code, without signing in.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Origin, Scope, public_form};
use asuh_ground::settings::{self, District};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_store::{DistrictId, Envelope, Id};
use axum::extract::State;

use super::command::Attend;
use super::pages;
use super::query::{self, Meeting};
use super::rules;

/// A hall shares one address: so many may note themselves in a quarter of an hour, and try codes.
const SENDING: i64 = 600;
const LOOKING: i64 = 60;

#[derive(Template)]
#[template(path = "meeting/code.html")]
struct CodePage {
    shell: Shell,
    form: FormView,
}

/// Asks for the code.
pub(super) async fn ask(shell: Shell) -> Page {
    let form = Form::empty(&shell);
    page_with(form.status(), &CodePage { form: form.view(), shell })
}

/// The running meeting with a code, in whichever district it is.
async fn found(app: &App, code: &str) -> Result<Option<(District, Meeting)>, Error> {
    for district in settings::all(app.store.reader()).await? {
        let meeting = query::by_code(app.store.reader(), district.id, code).await?;
        if let Some(meeting) = meeting.filter(is_running) {
            return Ok(Some((district, meeting)));
        }
    }
    Ok(None)
}

/// Leads to the meeting of a typed code.
pub(super) async fn look(State(app): State<App>, origin: Origin, shell: Shell, mut form: Form) -> Page {
    let code = rules::typed_code(&form.required("kode", 20));
    if form.is_valid() {
        let districts = settings::all(app.store.reader()).await?;
        if let Some(first) = districts.first() {
            public_form(&app, first.id, "meeting/code", &origin, LOOKING).await?;
        }
        match found(&app, &code).await? {
            Some((district, meeting)) => {
                return redirect(&format!("/hadir/{}/{}", district.id, meeting.code));
            }
            None => form.error("kode", "meeting.refused.code"),
        }
    }
    page_with(form.status(), &CodePage { form: form.view(), shell })
}

#[derive(Template)]
#[template(path = "meeting/attend.html")]
struct AttendPage {
    shell: Shell,
    district: DistrictId,
    one: Meeting,
    sexes: Vec<(String, String)>,
    ways: Vec<(String, String)>,
    done: bool,
    form: FormView,
}

/// The meeting behind an address. Its pages are shown only while it runs, so that an old code leads nowhere.
async fn behind(app: &App, district: i64, code: &str) -> Result<(District, Meeting), Error> {
    let districts = settings::all(app.store.reader()).await?;
    let district = districts.into_iter().find(|one| one.id == DistrictId(district)).ok_or(Error::NotFound)?;
    let meeting = query::by_code(app.store.reader(), district.id, &rules::typed_code(code)).await?;
    Ok((district, meeting.ok_or(Error::NotFound)?))
}

fn is_running(meeting: &Meeting) -> bool {
    meeting.state == "running"
}

fn shown(mut shell: Shell, district: DistrictId, one: Meeting, form: &Form, done: bool) -> Page {
    shell.actor = None;
    shell.menu = Vec::new();
    let [sexes, ways] = pages::choices(&shell);
    page_with(form.status(), &AttendPage { district, one, sexes, ways, done, form: form.view(), shell })
}

/// The form.
pub(super) async fn form(
    State(app): State<App>,
    Path((district, code)): Path<(i64, String)>,
    shell: Shell,
) -> Page {
    let (district, meeting) = behind(&app, district, &code).await?;
    if !is_running(&meeting) {
        return Err(Error::NotFound);
    }
    let form = Form::empty(&shell);
    shown(shell, district.id, meeting, &form, false)
}

/// What a form says of somebody; `None` when something is wrong, which then stands in the form.
pub(super) fn read(form: &mut Form, meeting: Id, scope: Option<Scope>) -> Option<Attend> {
    let name = form.required("nama", 120);
    let position = form.optional("jabatan", 120);
    let institution = form.required("lembaga", 120);
    let sex = form.read("kelamin", |code| {
        ["male", "female"].into_iter().find(|one| *one == code).map(str::to_owned).ok_or("web.error.choose")
    });
    let way = form.read("cara", |code| {
        ["hall", "online"].into_iter().find(|one| *one == code).map(str::to_owned).ok_or("web.error.choose")
    });
    let phone = form.optional("telepon", 30);
    Some(Attend { meeting, scope, name, position, institution, sex: sex?, phone, way: way? })
}

/// Notes somebody who typed the form himself. Who sends his form again after the meeting was closed, because the answer was
/// lost, is told that he stands on the list; anybody else finds nothing there.
pub(super) async fn send(
    State(app): State<App>,
    Path((district, code)): Path<(i64, String)>,
    origin: Origin,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (district, meeting) = behind(&app, district, &code).await?;
    let command_id = form.command_id()?;
    let command = read(&mut form, meeting.id, None);
    if let (Some(command), true) = (command, form.is_valid()) {
        public_form(&app, district.id, "meeting/attend", &origin, SENDING).await?;
        let envelope = Envelope { id: command_id, ..app.bookkeeping(district.id) };
        match app.store.submit(envelope, command).await {
            Ok(_) => return shown(shell, district.id, meeting, &form, true),
            Err(_) if !is_running(&meeting) => {}
            Err(rejection) => form.reject(rejection)?,
        }
    }
    if !is_running(&meeting) {
        return Err(Error::NotFound);
    }
    shown(shell, district.id, meeting, &form, false)
}
