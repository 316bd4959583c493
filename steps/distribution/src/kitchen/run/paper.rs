//! The list of a village: who ate today, and the week on paper.

use askama::Template;
use asuh_nusantara::date;
use asuh_step_registry::territories;
use asuh_store::Id;
use axum::extract::State;
use time::{Date, Duration};

use super::super::enrolment::shown_name;
use super::super::food::words;
use super::super::{MarkServings, Reach, ReadMealNames, ReadMeals};
use super::mark::{MARKS, MarkMeals, ServingMark};
use super::query::{self, Listed, Run, RunVillage, ServingRow};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

#[derive(Template)]
#[template(path = "kitchen/run/village.html")]
struct VillagePage {
    shell: Shell,
    f: FormView,
    run: Run,
    village: RunVillage,
    rows: Vec<ServingRow>,
    marks: Vec<(String, String)>,
    whole: bool,
}

impl VillagePage {
    fn name(&self, row: &ServingRow) -> String {
        shown_name(&row.name, &row.code, self.whole)
    }

    fn age(&self, row: &ServingRow) -> String {
        row.birth_date.map(|birth| self.shell.age(birth, row.for_day)).unwrap_or_default()
    }

    fn allergens(&self, row: &ServingRow) -> String {
        let codes: Vec<String> = row.allergens.split_whitespace().map(str::to_owned).collect();
        words(&self.shell, "kitchen.allergen.", &codes)
    }

    fn field(&self, stem: &str, row: &ServingRow) -> String {
        format!("{stem}.{}", row.enrolment_id)
    }
}

async fn village_page(
    app: &App,
    cap: &MarkServings,
    (id, code): (Id, i64),
    shell: Shell,
    form: Option<&Form>,
) -> Page {
    let (db, district, reach) = (app.store.reader(), cap.district(), Reach::by::<MarkServings>(cap.actor()));
    let run = query::run(db, district, &reach, id).await?.ok_or(Error::NotFound)?;
    let rows = query::servings(db, district, &reach, id, Some(code)).await?;
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let village =
        query::run_villages(db, district, id).await?.into_iter().find(|one| one.village_code == code);
    let village = village.ok_or(Error::NotFound)?;
    // By exception: everybody ate, unless it was noted otherwise.
    let filled = rows.iter().filter(|row| row.menu.is_some()).flat_map(|row| {
        let mark = if row.mark.is_empty() { "all" } else { row.mark.as_str() };
        [
            (format!("tanda.{}", row.enrolment_id), mark.to_owned()),
            (format!("pembawa.{}", row.enrolment_id), row.taken_by.clone()),
        ]
    });
    let fresh = Form::with(&shell, filled);
    let form = form.unwrap_or(&fresh);
    let marks = MARKS.map(|code| (code.to_owned(), shell.t(&format!("kitchen.mark.{code}")).into_owned()));
    let whole = ReadMealNames::of(cap.actor()).is_some();
    page_with(
        form.status(),
        &VillagePage { f: form.view(), run, village, rows, marks: marks.to_vec(), whole, shell },
    )
}

/// The list of a village for a meal.
pub(super) async fn village(
    cap: Cap<MarkServings>,
    State(app): State<App>,
    Path(place): Path<(Id, i64)>,
    shell: Shell,
) -> Page {
    village_page(&app, &cap, place, shell, None).await
}

/// Notes who ate, all at once.
pub(super) async fn mark(
    cap: Cap<MarkServings>,
    State(app): State<App>,
    Path((id, code)): Path<(Id, i64)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let said: Vec<(Id, String)> = form
        .starting_with("tanda.")
        .filter(|(_, mark)| !mark.is_empty())
        .filter_map(|(id, mark)| Some((id.parse().ok()?, mark.to_owned())))
        .collect();
    let marks = said.into_iter().map(|(enrolment, mark)| {
        let taken_by = form.optional(&format!("pembawa.{enrolment}"), 80);
        ServingMark { enrolment, mark, taken_by }
    });
    let marks: Vec<ServingMark> = marks.collect();
    if marks.is_empty() {
        form.error("", "kitchen.refused.nobody_marked");
    }
    if form.is_valid() {
        let command =
            MarkMeals { run: id, village: code, marks, reach: Reach::by::<MarkServings>(cap.actor()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/masak-dapur/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    village_page(&app, &cap, (id, code), shell, Some(&form)).await
}

/// A person's week on paper.
struct SheetLine {
    name: String,
    age: String,
    allergens: String,
    /// What is noted of each day; empty where nothing is.
    days: Vec<String>,
}

#[derive(Template)]
#[template(path = "kitchen/run/sheet.html")]
struct SheetPage {
    shell: Shell,
    letterhead: Letterhead,
    village: String,
    code: i64,
    days: Vec<Date>,
    lines: Vec<SheetLine>,
    before: Date,
    after: Date,
}

/// The week of a village, to be ticked by hand on F4.
pub(super) async fn sheet(
    cap: Cap<ReadMeals>,
    State(app): State<App>,
    Path((code, week)): Path<(i64, String)>,
    shell: Shell,
) -> Page {
    let (db, district, reach) = (app.store.reader(), cap.district(), Reach::by::<ReadMeals>(cap.actor()));
    let day = date::parse(&week).map_err(|_| Error::NotFound)?;
    let monday = date::monday_of(day);
    let span = (monday, monday + Duration::days(6));
    let people = query::listed(db, district, &reach, code, span).await?;
    let village = territories::names(db, district, [code]).await?.remove(&code).ok_or(Error::NotFound)?;
    // A village out of reach shows nothing, not even that it is there.
    if people.is_empty() && !super::super::place::serves(db, district, &reach, code).await? {
        return Err(Error::NotFound);
    }
    let served = query::week(db, district, &reach, code, span).await?;
    let days: Vec<Date> = (0..7).map(|nth| monday + Duration::days(nth)).collect();
    let whole = ReadMealNames::of(cap.actor()).is_some();
    let line = |one: &Listed| {
        let codes: Vec<String> = one.allergens.split_whitespace().map(str::to_owned).collect();
        let noted = |day: &Date| {
            let own = served.iter().filter(|row| row.enrolment_id == one.enrolment_id && row.for_day == *day);
            let marks = own.filter(|row| !row.mark.is_empty());
            let marks = marks.map(|row| shell.t(&format!("kitchen.mark.short.{}", row.mark)).into_owned());
            marks.collect::<Vec<_>>().join(" ")
        };
        SheetLine {
            name: shown_name(&one.name, &one.code, whole),
            age: one.birth_date.map(|birth| shell.age(birth, monday)).unwrap_or_default(),
            allergens: words(&shell, "kitchen.allergen.", &codes),
            days: days.iter().map(noted).collect(),
        }
    };
    let lines = people.iter().map(line).collect();
    audit::opened(&app, cap.actor(), "print", None, "kitchen_sheet");
    page(&SheetPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        before: monday - Duration::days(7),
        after: monday + Duration::days(7),
        village,
        code,
        days,
        lines,
        shell,
    })
}
