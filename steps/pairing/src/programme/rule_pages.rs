//! The rule of who comes first: published for everyone, printed, changed.

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::SetRule;
use super::pages::found;
use super::query::{self, Programme, Rule};
use crate::rules::{Factor, Point};
use crate::{ManagePairing, SeeCoverage};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::{self, District, Letterhead};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// Rows that are offered empty.
const SPARE: usize = 3;

/// A row of the rule in words.
pub(crate) fn point_words(shell: &Shell, point: &Point) -> String {
    let key = format!("pairing.factor.{}", point.factor.code());
    let bound = match point.factor {
        Factor::HazBelow => shell.fixed(point.bound, 2),
        _ => shell.number(point.bound),
    };
    shell.t1(&key, "n", bound)
}

#[derive(Template)]
#[template(path = "programme/rule.html")]
struct RulePage {
    shell: Shell,
    programme: Programme,
    rule: Rule,
    lines: Vec<(String, i64)>,
    letterhead: Letterhead,
    may_manage: bool,
}

/// The rule as it is published: it names nobody.
pub(super) async fn show(
    cap: Cap<SeeCoverage>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = found(&app, district, id).await?;
    let rule = query::rule(db, district, id, None).await?.ok_or(Error::NotFound)?;
    let lines = rule.points.iter().map(|point| (point_words(&shell, point), point.points)).collect();
    let letterhead = Letterhead::load(&app.store, district).await?;
    let may_manage = ManagePairing::of(cap.actor()).is_some();
    page(&RulePage { shell, programme, rule, lines, letterhead, may_manage })
}

/// The rule of a programme as anybody may read it.
struct Published {
    name: String,
    rule: Rule,
    lines: Vec<(String, i64)>,
}

#[derive(Template)]
#[template(path = "programme/rule_public.html")]
struct PublicPage {
    shell: Shell,
    districts: Vec<District>,
    district: Option<District>,
    published: Vec<Published>,
}

/// Of which district; nothing where there is but one.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Of {
    kabupaten: Option<i64>,
}

/// The rules of a district's programmes, for everyone: the same for who is signed in.
pub(super) async fn public(State(app): State<App>, Params(of): Params<Of>, mut shell: Shell) -> Page {
    (shell.actor, shell.menu) = (None, Vec::new());
    let db = app.store.reader();
    let districts = settings::all(db).await?;
    let district = match of.kabupaten {
        Some(code) => {
            let found = districts.iter().find(|district| district.code.as_i64() == code);
            Some(found.ok_or(Error::NotFound)?.clone())
        }
        None => districts.first().filter(|_| districts.len() == 1).cloned(),
    };
    let mut published = Vec::new();
    if let Some(district) = &district {
        for programme in query::all(db, district.id).await? {
            let Some(rule) = query::rule(db, district.id, programme.id, None).await? else { continue };
            let lines = rule.points.iter().map(|point| (point_words(&shell, point), point.points)).collect();
            published.push(Published { name: programme.name, rule, lines });
        }
    }
    page(&PublicPage { shell, districts, district, published })
}

#[derive(Template)]
#[template(path = "programme/rule_edit.html")]
struct EditPage {
    shell: Shell,
    f: FormView,
    programme: Programme,
    rows: usize,
    factors: Vec<(String, String)>,
}

/// The places of the rows, for the template.
impl EditPage {
    fn places(&self) -> std::ops::Range<usize> {
        0..self.rows
    }
}

async fn edit_page(cap: &ManagePairing, app: &App, shell: Shell, id: Id, form: Option<Form>) -> Page {
    let programme = found(app, cap.district(), id).await?;
    let rule = query::rule(app.store.reader(), cap.district(), id, None).await?.ok_or(Error::NotFound)?;
    let factors = Factor::ALL.into_iter().map(|factor| {
        let words = shell.t(&format!("pairing.factor_name.{}", factor.code())).into_owned();
        (factor.code().to_owned(), words)
    });
    let form = form.unwrap_or_else(|| {
        let mut values =
            vec![("versi".to_owned(), rule.version.to_string()), ("undian".to_owned(), rule.seed.clone())];
        for (nth, point) in rule.points.iter().enumerate() {
            values.push((format!("faktor_{nth}"), point.factor.code().to_owned()));
            values.push((format!("batas_{nth}"), point.bound.to_string()));
            values.push((format!("poin_{nth}"), point.points.to_string()));
        }
        Form::with(&shell, values)
    });
    let template = EditPage {
        f: form.view(),
        rows: rule.points.len() + SPARE,
        factors: factors.collect(),
        programme,
        shell,
    };
    page_with(form.status(), &template)
}

/// The form of the rule.
pub(super) async fn edit(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    edit_page(&cap, &app, shell, id, None).await
}

/// Reads the rows that have a factor; the others are taken out.
fn read_points(form: &mut Form) -> Vec<Point> {
    let rows: Vec<(String, Factor)> = form
        .starting_with("faktor_")
        .filter_map(|(nth, code)| Some((nth.to_owned(), Factor::parse(code)?)))
        .collect();
    let mut points = Vec::new();
    for (nth, factor) in rows {
        let bound = match factor.bounds() {
            bounds if bounds.start() == bounds.end() => Some(*bounds.start()),
            bounds => {
                let field = format!("batas_{nth}");
                let number = form.read(&field, |text| {
                    text.replace('−', "-").trim().parse::<i64>().map_err(|_| "web.error.not_a_number")
                });
                if number.is_some_and(|number| !bounds.contains(&number)) {
                    let values = [("from", bounds.start().to_string()), ("to", bounds.end().to_string())];
                    form.error_with(&field, "web.error.out_of_range", &values);
                }
                number
            }
        };
        let amount = form.count(&format!("poin_{nth}"), 1..=100);
        if let (Some(bound), Some(points_of)) = (bound, amount) {
            points.push(Point { factor, bound, points: points_of });
        }
    }
    points
}

/// Decides the rule anew.
pub(super) async fn put(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    found(&app, cap.district(), id).await?;
    let points = read_points(&mut form);
    let seed = form.required("undian", 200);
    let basis = form.required("dasar", 200);
    let after = form.count("versi", 0..=1_000_000);
    if let (Some(after), true) = (after, form.is_valid()) {
        let command = SetRule { programme: id, after, points, seed, basis, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pasangan/{id}/aturan")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    edit_page(&cap, &app, shell, id, Some(form)).await
}
