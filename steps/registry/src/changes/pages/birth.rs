//! `/sasaran/kehamilan`: who expects a child, and the one confirmation with which a birth is recorded.

use askama::Template;
use asuh_nusantara::Sex;
use asuh_store::Id;
use axum::extract::State;
use time::Date;

use super::super::query::{self, Expecting};
use super::super::tasks::overdue_before;
use super::super::{Newborn, RecordBirth};
use super::usual_posyandu;
use crate::family::{Member, Opening, Source, family_within, members, opened};
use crate::rights::{KeepFamilies, Reach};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// Pregnancies of one page: a kecamatan has some hundred.
const MOST: usize = 500;

/// A pregnancy of the list.
struct Line {
    one: Expecting,
    overdue: bool,
}

#[derive(Template)]
#[template(path = "changes/expecting.html")]
struct ExpectingPage {
    shell: Shell,
    lines: Vec<Line>,
    overdue: i64,
}

/// The open pregnancies within reach, those overdue first.
pub(in crate::changes) async fn expecting(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
) -> Page {
    let (due, known) = overdue_before(shell.today);
    let found = query::expecting(app.store.reader(), cap.district(), cap.scope(), MOST).await?;
    let is_overdue = |one: &Expecting| match one.due_on {
        Some(on) => on < due,
        None => one.starts_on < known,
    };
    let mut lines: Vec<Line> = found.into_iter().map(|one| Line { overdue: is_overdue(&one), one }).collect();
    lines.sort_by_key(|line| !line.overdue);
    let overdue = lines.iter().filter(|line| line.overdue).count() as i64;
    page(&ExpectingPage { shell, lines, overdue })
}

#[derive(Template)]
#[template(path = "changes/birth.html")]
struct BirthPage {
    shell: Shell,
    family: Id,
    mother: Id,
    name: String,
    due_on: Option<Date>,
    months: i64,
    f: FormView,
    ends: Vec<(String, String)>,
    sexes: Vec<(String, String)>,
}

/// A member who is pregnant as far as anybody has recorded; anything else is not found.
async fn found(
    cap: &KeepFamilies,
    app: &App,
    shell: &Shell,
    family: Id,
    person: Id,
) -> Result<(Member, Option<Date>), Error> {
    let db = app.store.reader();
    family_within(db, cap.district(), cap.scope(), family).await?.ok_or(Error::NotFound)?;
    let found = members(db, cap.district(), family, shell.today).await?;
    let member = found.into_iter().find(|member| member.id == person).ok_or(Error::NotFound)?;
    let open = member.maternity.iter().find(|one| one.kind == "pregnancy" && one.ends_on.is_none());
    let due_on = open.ok_or(Error::NotFound)?.due_on;
    Ok((member, due_on))
}

/// The form, filled in as far as it can be.
pub(in crate::changes) async fn form(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path((family, person)): Path<(Id, Id)>,
) -> Page {
    let (mother, due_on) = found(&cap, &app, &shell, family, person).await?;
    opened(&app, cap.actor(), Opening::File(family));
    let on = due_on.filter(|due| *due <= shell.today).unwrap_or(shell.today);
    let posyandu = usual_posyandu(&app, cap.actor(), family).await?;
    let values = [
        ("akhir", "lahir".to_owned()),
        ("hari_tanggal", on.day().to_string()),
        ("hari_bulan", u8::from(on.month()).to_string()),
        ("hari_tahun", on.year().to_string()),
        ("nama", shell.t1("registry.birth.baby_of", "name", &mother.name)),
        ("posyandu", posyandu),
        ("menyusui", "ya".to_owned()),
    ];
    let form = Form::with(&shell, values);
    render(&cap, &app, shell, family, &mother, due_on, &form).await
}

async fn render(
    cap: &KeepFamilies,
    app: &App,
    shell: Shell,
    family: Id,
    mother: &Member,
    due_on: Option<Date>,
    form: &Form,
) -> Page {
    let months =
        settings::get_typed(app.store.reader(), cap.district(), "registry.breastfeeding_months").await?;
    let words = |key: &str| shell.t(key).into_owned();
    let template = BirthPage {
        family,
        mother: mother.id,
        name: mother.name.clone(),
        due_on,
        months,
        f: form.view(),
        ends: vec![
            ("lahir".to_owned(), words("registry.birth.alive")),
            ("berakhir".to_owned(), words("registry.birth.ended")),
        ],
        sexes: Sex::ALL
            .iter()
            .map(|sex| (sex.code().to_owned(), words(&format!("registry.sex.{}", sex.code()))))
            .collect(),
        shell,
    };
    page_with(form.status(), &template)
}

/// Records how the pregnancy ended.
pub(in crate::changes) async fn record(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path((family, person)): Path<(Id, Id)>,
    mut form: Form,
) -> Page {
    let (mother, due_on) = found(&cap, &app, &shell, family, person).await?;
    let alive = form.read("akhir", |text| match text {
        "lahir" => Ok(true),
        "berakhir" => Ok(false),
        _ => Err("web.error.choose"),
    });
    let on = form.day("hari");
    let child = if alive == Some(true) {
        let name = form.required("nama", 100);
        let sex = form.read("jk", |code| Sex::parse(code).map_err(|_| "web.error.choose"));
        let nik = Some(form.get("nik").to_owned()).filter(|nik| !nik.is_empty());
        let posyandu = form.optional("posyandu", 80);
        sex.map(|sex| Newborn { name, sex, nik, posyandu })
    } else {
        None
    };
    if let (true, Some(on)) = (form.is_valid(), on) {
        let command = RecordBirth {
            mother: mother.id,
            reach: Reach::of(cap.scope()),
            source: Source::Field,
            today: shell.today,
            on,
            child,
            breastfeeding: form.ticked("menyusui"),
            of_pregnancy: true,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/sasaran/{family}?tersimpan=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    render(&cap, &app, shell, family, &mother, due_on, &form).await
}
