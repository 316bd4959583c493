//! The yearly review (aksi 8, penilaian hasil): what was intended against what was done, written by itself from the plan, the
//! reports, the actions of the year and what arrived from foster parents.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind as Holds};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Cell, Error, Form, Page, Shell, Text, page, workbook};
use asuh_store::Id;
use axum::extract::{Query as Params, State};

use super::choice::{Choice, code_or_none, of_owner};
use super::hand::Sight;
use super::pages::{Words, Year};
use super::query::{Item, Plan};
use super::rules::{Fault, Row};
use super::{SeePlans, gifts, private};
use crate::action::{self, rules as actions};

/// Rows added up: of an office, of an indicator, of a source.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Rows.
    pub(crate) rows: i64,
    /// Of these reached.
    pub(crate) done: i64,
    /// Of these late.
    pub(crate) late: i64,
    /// Of these never told of.
    pub(crate) untold: i64,
    /// Percent reached of the rows that have a target, added up, and how many those are.
    physical: (i64, i64),
    /// Rupiah planned and spent.
    pub(crate) budget: i64,
    pub(crate) spent: i64,
}

impl Sum {
    fn add(&mut self, row: &Row, faults: &[Fault]) {
        let told = row.latest();
        self.rows += 1;
        self.done += i64::from(row.target > 0 && told.is_some_and(|told| told.reached >= row.target));
        self.late += i64::from(faults.contains(&Fault::Late));
        self.untold += i64::from(told.is_none());
        if let Some(percent) = row.physical() {
            self.physical.0 += percent;
            self.physical.1 += 1;
        }
        self.budget += row.budget.unwrap_or(0);
        self.spent += told.map_or(0, |told| told.spent);
    }

    /// The mean of what was reached, percent.
    pub(crate) fn physical(&self) -> Option<i64> {
        (self.physical.1 > 0).then(|| (self.physical.0 + self.physical.1 / 2) / self.physical.1)
    }

    fn physical_words(&self) -> String {
        self.physical().map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
    }
}

/// A group of rows in the review.
pub(super) struct Line {
    name: String,
    /// The end of the address of its rows.
    address: String,
    sum: Sum,
    physical: String,
    share: String,
}

/// What arrived of a programme in one way in half a year.
struct Private {
    semester: i64,
    name: String,
    way: &'static str,
    address: String,
    families: i64,
    rupiah: i64,
}

#[derive(Template)]
#[template(path = "plan/review.html")]
struct ReviewPage {
    shell: Shell,
    letterhead: Letterhead,
    plan: Plan,
    /// By who answers, by indicator, by source of money: the heading's key and the lines.
    groups: Vec<(&'static str, Vec<Line>)>,
    /// Rows that are late, as "office: activity".
    late: Vec<(Id, String)>,
    /// Programmes of foster parents by half year: name, families, rupiah.
    private: Vec<Private>,
    sentences: Vec<String>,
}

/// Rows added up by a name and the end of the address of its rows, in its order.
fn grouped<'a>(
    text: &Text,
    year: &'a Year,
    rows: &[Row],
    name: impl Fn(&'a Item) -> (String, String),
) -> Vec<Line> {
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for (item, row) in year.items.iter().zip(rows) {
        let faults = year.faults.get(&item.id).map(Vec::as_slice).unwrap_or_default();
        sums.entry(name(item)).or_default().add(row, faults);
    }
    let of = |address: String| format!("tahun={}&{address}", year.plan.year);
    sums.into_iter().map(|((name, address), sum)| line(text, name, of(address), sum)).collect()
}

fn line(text: &Text, name: String, address: String, sum: Sum) -> Line {
    Line { name, address, physical: sum.physical_words(), share: text.percent(sum.spent, sum.budget), sum }
}

fn whole(text: &Text, year: &Year, rows: &[Row]) -> Line {
    let mut sum = Sum::default();
    for row in rows {
        sum.add(row, year.faults.get(&row.id).map(Vec::as_slice).unwrap_or_default());
    }
    line(text, text.t("plan.review.all").into_owned(), format!("tahun={}", year.plan.year), sum)
}

/// What the figures say, in sentences.
fn sentences(text: &Text, year: i64, whole: &Line, actions: (i64, i64, i64)) -> Vec<String> {
    let sum = &whole.sum;
    let values = [
        ("year", year.to_string()),
        ("rows", text.number(sum.rows)),
        ("done", text.number(sum.done)),
        ("late", text.number(sum.late)),
        ("untold", text.number(sum.untold)),
        ("physical", whole.physical.clone()),
        ("budget", text.rupiah(sum.budget)),
        ("spent", text.rupiah(sum.spent)),
        ("share", whole.share.clone()),
        ("actions", text.number(actions.0)),
        ("all", text.number(actions.2)),
    ];
    let mut sentences = vec![
        text.with("plan.review.sentence.rows", &values),
        text.with("plan.review.sentence.money", &values),
    ];
    if sum.late > 0 {
        sentences.push(text.with("plan.review.sentence.late", &values));
    }
    if sum.untold > 0 {
        sentences.push(text.with("plan.review.sentence.untold", &values));
    }
    if actions.2 > 0 {
        sentences.push(text.with("plan.review.sentence.actions", &values));
    }
    sentences
}

/// Actions of the district in a year: done, late, all.
async fn actions_of(app: &App, actor: &Actor, year: i64) -> Result<(i64, i64, i64), Error> {
    let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
    let scope = asuh_ground::access::Scope::whole(actor.district_code);
    let mut sum = (0, 0, 0);
    for opened in action::query::years(db, district).await?.into_iter().filter(|one| one.year == year) {
        for one in action::query::of_year(db, district, &scope, year, &opened.scheme).await? {
            sum.0 += i64::from(one.state() == actions::State::Done);
            sum.1 += i64::from(matches!(one.lateness(today), actions::Lateness::Late(_)));
            sum.2 += 1;
        }
    }
    Ok(sum)
}

/// The review of a year.
pub(super) async fn show(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (text, actor) = (shell.text(), cap.actor());
    let (_, year) = Year::load(&app, actor, &choice.tahun).await?;
    let year = year.ok_or(Error::NotFound)?;
    let words = Words::load(&app, actor).await?;
    let rows = year.rows();
    let whole = whole(&text, &year, &rows);
    let sees_all = matches!(Sight::of(actor), Sight::Whole);
    let actions = if sees_all { actions_of(&app, actor, year.plan.year).await? } else { (0, 0, 0) };
    let mut private = Vec::new();
    let halves: &[i64] = if sees_all { &[1, 2] } else { &[] };
    for semester in halves.iter().copied() {
        let Some(span) = gifts::half(year.plan.year, semester) else { continue };
        let scope = asuh_ground::access::Scope::whole(actor.district_code);
        // A family counts once for each programme and way.
        let mut sums: BTreeMap<(String, &str), Private> = BTreeMap::new();
        for one in gifts::arrived(app.store.reader(), cap.district(), &scope, span).await? {
            let name = private::called(&shell, &one.programme);
            let address =
                private::rows_of((year.plan.year, semester), (one.way, one.of), actor.district_code.as_i64());
            let sum = sums.entry((name.clone(), one.way.code())).or_insert_with(|| Private {
                semester,
                name,
                way: one.way.code(),
                address,
                families: 0,
                rupiah: 0,
            });
            sum.families += one.families;
            sum.rupiah += one.rupiah;
        }
        private.extend(sums.into_values());
    }
    let owners = grouped(&text, &year, &rows, |item| (item.owner.clone(), of_owner(item)));
    let indicators = grouped(&text, &year, &rows, |item| {
        let name = match item.indicator.as_str() {
            "" => text.t("plan.no_indicator").into_owned(),
            code => words.indicator(code),
        };
        (name, format!("indikator={}", code_or_none(&item.indicator)))
    });
    let sources = grouped(&text, &year, &rows, |item| {
        let name = match item.source.as_str() {
            "" => text.t("plan.no_source").into_owned(),
            code => words.source(code),
        };
        (name, format!("sumber={}", code_or_none(&item.source)))
    });
    let late = year
        .items
        .iter()
        .filter(|item| year.faults.get(&item.id).is_some_and(|faults| faults.contains(&Fault::Late)));
    let late = late.map(|item| (item.id, format!("{}: {}", item.owner, item.activity))).collect();
    let template = ReviewPage {
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        sentences: sentences(&text, year.plan.year, &whole, actions),
        plan: year.plan.clone(),
        groups: vec![("plan.owner", owners), ("plan.indicator", indicators), ("plan.source", sources)],
        late,
        private,
        shell,
    };
    page(&template)
}

/// The review as a sheet: a row for each row of the plan.
pub(super) async fn export(cap: Cap<SeePlans>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let (text, actor) = (shell.text(), cap.actor());
    let (_, year) = Year::load(&app, actor, form.get("tahun")).await?;
    let year = year.ok_or(Error::NotFound)?;
    let words = Words::load(&app, actor).await?;
    let rows = year.items.iter().zip(year.rows()).map(|(item, row)| {
        let told = row.latest();
        let faults = year.faults.get(&item.id).cloned().unwrap_or_default();
        let faults = faults.iter().map(|fault| text.t(&format!("plan.fault.{}", fault.code())).into_owned());
        vec![
            Cell::from(item.owner.clone()),
            words.indicator(&item.indicator).into(),
            item.activity.clone().into(),
            words.source(&item.source).into(),
            Cell::Number(item.target),
            told.map_or(Cell::Empty, |told| Cell::Number(told.reached)),
            row.physical().map_or(Cell::Empty, Cell::Number),
            item.budget.map_or(Cell::Empty, Cell::Number),
            told.map_or(Cell::Empty, |told| Cell::Number(told.spent)),
            faults.collect::<Vec<_>>().join("; ").into(),
        ]
    });
    let rows = rows.collect();
    let columns = [
        ("plan.owner", Holds::Text),
        ("plan.indicator", Holds::Text),
        ("plan.activity", Holds::Text),
        ("plan.source", Holds::Text),
        ("plan.target", Holds::Integer),
        ("plan.reached", Holds::Integer),
        ("plan.review.physical", Holds::Integer),
        ("plan.budget", Holds::Integer),
        ("plan.spent", Holds::Integer),
        ("plan.faults", Holds::Text),
    ];
    let columns = columns.map(|(key, holds)| Column::new(text.t(key).into_owned(), holds));
    let name = format!("reviu-{}", year.plan.year);
    workbook(&app, &name, text.t("plan.review.title").into_owned(), columns.into(), rows).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::rules::Told;

    #[test]
    fn rows_are_added_up_without_those_that_have_no_target() {
        let row = |target, reached: Option<i64>, budget| Row {
            id: Id::SYSTEM,
            owner: "Dinkes".into(),
            indicator: String::new(),
            activity: "x".into(),
            subactivity: String::new(),
            places: Vec::new(),
            target,
            budget,
            quarters: (1, 4),
            told: [reached.map(|reached| Told { reached, spent: reached * 10 }), None, None, None],
        };
        let mut sum = Sum::default();
        sum.add(&row(100, Some(120), Some(1_000)), &[]);
        sum.add(&row(100, Some(50), None), &[Fault::Late]);
        sum.add(&row(0, None, Some(500)), &[]);
        assert_eq!((sum.rows, sum.done, sum.late, sum.untold), (3, 1, 1, 1));
        assert_eq!((sum.budget, sum.spent), (1_500, 1_700));
        assert_eq!(sum.physical(), Some(75), "more than the target is the target");
        assert_eq!(Sum::default().physical(), None);
    }
}
