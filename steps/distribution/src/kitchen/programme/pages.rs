//! The programmes with what came of them, and the form.

use std::borrow::Borrow;

use askama::Template;
use asuh_store::Id;
use axum::extract::State;

use super::super::{EnrolMeals, KeepMealProgrammes, Reach, ReadMeals};
use super::command::{AddUsualProgrammes, BUDGETS, CloseMealProgramme, PutMealProgramme, TARGETS};
use super::query::{self, ProgrammeLine};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

#[derive(Template)]
#[template(path = "kitchen/programme/list.html")]
struct ListPage {
    shell: Shell,
    programmes: Vec<ProgrammeLine>,
    may_keep: bool,
    may_enrol: bool,
}

impl ListPage {
    fn target(&self, one: &ProgrammeLine) -> String {
        self.shell.t(&format!("kitchen.target.{}", one.target)).into_owned()
    }

    /// "12 dari 40": of those whose feeding came to its end.
    fn of(&self, part: impl Borrow<i64>, whole: impl Borrow<i64>) -> String {
        self.shell.t2("kitchen.pmt.of", "part", self.shell.number(part), "whole", self.shell.number(whole))
    }
}

/// The programmes.
pub(super) async fn list(cap: Cap<ReadMeals>, State(app): State<App>, shell: Shell) -> Page {
    let programmes =
        query::programmes(app.store.reader(), cap.district(), &Reach::by::<ReadMeals>(cap.actor())).await?;
    let may_keep = KeepMealProgrammes::of(cap.actor()).is_some();
    let may_enrol = EnrolMeals::of(cap.actor()).is_some();
    page(&ListPage { shell, programmes, may_keep, may_enrol })
}

/// Sets the usual ones up.
pub(super) async fn usual(
    cap: Cap<KeepMealProgrammes>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    let names = ["wasted", "underweight", "not_gaining", "pregnant_thin"]
        .map(|target| format!("PMT {}", shell.t(&format!("kitchen.target.{target}"))));
    app.submit(cap.actor(), form.command_id()?, AddUsualProgrammes { names }).await?;
    redirect("/pmt")
}

#[derive(Template)]
#[template(path = "kitchen/programme/edit.html")]
struct EditPage {
    shell: Shell,
    f: FormView,
    title: String,
    action: String,
    /// The programme that may be closed.
    closes: Option<Id>,
    targets: Vec<(String, String)>,
    budgets: Vec<(String, String)>,
    campaigns: Vec<(String, String)>,
}

async fn edit_page(
    app: &App,
    cap: &KeepMealProgrammes,
    old: Option<&ProgrammeLine>,
    shell: Shell,
    form: &Form,
) -> Page {
    let of = |stem: &str, code: &str| (code.to_owned(), shell.t(&format!("{stem}{code}")).into_owned());
    let template = EditPage {
        f: form.view(),
        title: old.map_or_else(
            || shell.t("kitchen.pmt.new").into_owned(),
            |old| format!("{}: {}", shell.t("kitchen.pmt.edit"), old.name),
        ),
        action: old.map_or("/pmt/baru".into(), |old| format!("/pmt/{}/ubah", old.id)),
        closes: old.map(|old| old.id),
        targets: TARGETS.map(|code| of("kitchen.target.", code)).to_vec(),
        budgets: BUDGETS.map(|code| of("kitchen.budget.", &code.to_string())).to_vec(),
        campaigns: query::campaigns(app.store.reader(), cap.district()).await?,
        shell,
    };
    page_with(form.status(), &template)
}

/// A new programme.
pub(super) async fn new(cap: Cap<KeepMealProgrammes>, State(app): State<App>, shell: Shell) -> Page {
    let year = shell.today.year().to_string();
    let form = Form::with(&shell, [("tahun", year.as_str()), ("timbang", "ya"), ("anggaran", "3")]);
    edit_page(&app, &cap, None, shell, &form).await
}

async fn open(app: &App, cap: &KeepMealProgrammes, id: Id) -> Result<ProgrammeLine, Error> {
    let found = query::programme(
        app.store.reader(),
        cap.district(),
        &Reach::by::<KeepMealProgrammes>(cap.actor()),
        id,
    )
    .await?;
    found.filter(|one| !one.closed).ok_or(Error::NotFound)
}

/// A programme as it is.
pub(super) async fn edit(
    cap: Cap<KeepMealProgrammes>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let old = open(&app, &cap, id).await?;
    let mut filled = vec![
        ("nama", old.name.clone()),
        ("sasaran", old.target.clone()),
        ("tahun", old.year.to_string()),
        ("hari", old.days.to_string()),
        ("harga", old.price_ceiling.to_string()),
        ("anggaran", old.budget.to_string()),
        ("gerakan", old.campaign_id.map(|id| id.to_string()).unwrap_or_default()),
    ];
    if old.weekly_weight {
        filled.push(("timbang", "ya".into()));
    }
    let form = Form::with(&shell, filled);
    edit_page(&app, &cap, Some(&old), shell, &form).await
}

async fn save(
    app: &App,
    cap: &KeepMealProgrammes,
    old: Option<&ProgrammeLine>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let name = form.required("nama", 80);
    let target = form.required("sasaran", 20);
    let year = form.count("tahun", 2_000..=2_100);
    let days = form.count("hari", 1..=366);
    let price_ceiling = match form.get("harga") {
        "" => Some(0),
        _ => form.count("harga", 0..=1_000_000),
    };
    let campaign = form.read_optional("gerakan", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let budget = form.count("anggaran", 1..=4);
    let weekly_weight = form.ticked("timbang");
    if let (Some(year), Some(days), Some(price_ceiling), Some(budget), true) =
        (year, days, price_ceiling, budget, form.is_valid())
    {
        let command = PutMealProgramme {
            programme: old.map(|old| old.id),
            name,
            target,
            year,
            days,
            price_ceiling,
            weekly_weight,
            campaign,
            budget,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/pmt/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    edit_page(app, cap, old, shell, &form).await
}

/// Sets one up.
pub(super) async fn create(
    cap: Cap<KeepMealProgrammes>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    save(&app, &cap, None, shell, form).await
}

/// Changes one.
pub(super) async fn put(
    cap: Cap<KeepMealProgrammes>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let old = open(&app, &cap, id).await?;
    save(&app, &cap, Some(&old), shell, form).await
}

/// Closes one.
pub(super) async fn close(
    cap: Cap<KeepMealProgrammes>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    app.submit(cap.actor(), form.command_id()?, CloseMealProgramme { programme: id }).await?;
    redirect(&format!("/pmt/{id}"))
}
