//! What all families together spent, by month and kind: whole for the office, with small numbers hidden for whoever else.

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_nusantara::date::month_year;
use axum::extract::State;

use super::ReadSpendingSums;
use super::query::{self, MonthLine};
use super::rules::KINDS;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::disclosure::{self, Cell as Hidden, SMALLEST};
use asuh_ground::web::{Cell, Page, Shell, Text, page, workbook};

/// A month as it may leave the office.
struct SharedMonth {
    families: Hidden,
    /// Rupiah by kind, then what is not spent yet.
    amounts: Vec<Hidden>,
    total: Hidden,
}

/// Hides of a month what few families are behind: with fewer than [`SMALLEST`] families the whole of it, else each kind on
/// which fewer than that spent anything, and what would give such a sum away.
fn shared(month: &MonthLine) -> SharedMonth {
    let amounts = month.amounts();
    if month.families < SMALLEST {
        let families = if month.families == 0 { Hidden::Shown(0) } else { Hidden::Small };
        return SharedMonth { families, amounts: vec![Hidden::Hidden; amounts.len()], total: Hidden::Hidden };
    }
    let few = month.behind().map(|families| (1..SMALLEST).contains(&families));
    let column = disclosure::column(&amounts, &few);
    SharedMonth { families: Hidden::Shown(month.families), amounts: column.cells, total: column.total }
}

#[derive(Template)]
#[template(path = "spending/sums.html")]
struct SumsPage {
    shell: Shell,
    months: Vec<MonthLine>,
    kinds: Vec<&'static str>,
}

/// The columns of rupiah: the kinds, then what is not spent yet.
fn columns() -> Vec<&'static str> {
    KINDS.into_iter().chain(["unspent"]).collect()
}

impl SumsPage {
    fn name(&self, line: &MonthLine) -> String {
        month_year(self.shell.text().language, line.month)
    }

    fn cells(&self, line: &MonthLine) -> Vec<(&'static str, i64)> {
        self.kinds.iter().copied().zip(line.amounts()).collect()
    }

    fn total(&self, line: &MonthLine) -> i64 {
        line.amounts().iter().sum()
    }
}

/// The sums, for the office itself.
pub(super) async fn show(cap: Cap<ReadSpendingSums>, State(app): State<App>, shell: Shell) -> Page {
    let months = query::sums(app.store.reader(), cap.district(), cap.scope()).await?;
    page(&SumsPage { shell, months, kinds: columns() })
}

fn cell(hidden: Hidden, text: &Text) -> Cell {
    match hidden {
        Hidden::Shown(value) => Cell::Number(value),
        Hidden::Small => "<5".into(),
        Hidden::Hidden => text.t("spending.hidden").into_owned().into(),
    }
}

/// The same as a workbook that may leave the office.
pub(super) async fn download(cap: Cap<ReadSpendingSums>, State(app): State<App>, shell: Shell) -> Page {
    let text = shell.text();
    let months = query::sums(app.store.reader(), cap.district(), cap.scope()).await?;
    audit::opened(&app, cap.actor(), "export", None, "spending_sums");
    let heading = |key: &str| text.t(key).into_owned();
    let mut headings = vec![
        Column::new(heading("cash.month"), Kind::Text),
        Column::new(heading("spending.families"), Kind::Integer),
    ];
    for kind in columns() {
        headings.push(Column::new(heading(&format!("spending.kind.{kind}")), Kind::Integer));
    }
    headings.push(Column::new(heading("spending.received"), Kind::Integer));
    let rows = months.iter().map(|line| {
        let month = shared(line);
        let mut row = vec![month_year(text.language, line.month).into(), cell(month.families, &text)];
        row.extend(month.amounts.into_iter().map(|amount| cell(amount, &text)));
        row.push(cell(month.total, &text));
        row
    });
    workbook(&app, "belanja-keluarga", heading("spending.sums"), headings, rows.collect()).await
}
