//! `/sasaran/krs`: our computation beside BKKBN's flag, village by village, and the families on which they differ.

pub(crate) mod desil;
pub(crate) mod norms;

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use axum::extract::State;

use super::factor_words;
use super::query::{self, Compared};
use crate::rights::ReadFamilies;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{Cell, Form, Page, Shell, page, workbook};

/// Families of one file at most.
const MOST: usize = 50_000;

/// A village, or the sum of a kecamatan.
struct Line {
    name: String,
    counts: Compared,
    /// The filter of the list of families behind the counts.
    place: String,
    is_village: bool,
}

#[derive(Template)]
#[template(path = "risk/comparison.html")]
struct ComparisonPage {
    shell: Shell,
    lines: Vec<Line>,
    total: Compared,
}

impl ComparisonPage {
    fn lead(&self) -> String {
        let number = |value: i64| self.shell.number(value);
        self.shell.t3(
            "registry.krs.lead",
            ("ours", number(self.total.ours)),
            ("bkkbn", number(self.total.bkkbn)),
            ("differing", number(self.total.only_bkkbn + self.total.only_ours)),
        )
    }
}

/// The comparison within the caller's reach.
pub(crate) async fn comparison(cap: Cap<ReadFamilies>, State(app): State<App>, shell: Shell) -> Page {
    let db = app.store.reader();
    let villages = query::compared(db, cap.district(), cap.scope()).await?;
    let subdistrict = |code: i64| code - code % 10_000;
    let codes = villages.iter().flat_map(|one| [one.village_code, subdistrict(one.village_code)]);
    let names = territory::names(db, cap.district(), codes).await?;
    let name = |code: i64| names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
    let (mut lines, mut total) = (Vec::new(), Compared::default());
    for group in villages.chunk_by(|one, two| subdistrict(one.village_code) == subdistrict(two.village_code))
    {
        let Some(first) = group.first() else { continue };
        let code = subdistrict(first.village_code);
        let mut sum = Compared { village_code: code, ..Compared::default() };
        group.iter().for_each(|one| sum.add(one));
        total.add(&sum);
        let heading = shell.t1("registry.territories.of_subdistrict", "name", name(code));
        lines.push(Line {
            name: heading,
            counts: sum,
            place: format!("kecamatan={code}"),
            is_village: false,
        });
        lines.extend(group.iter().map(|one| Line {
            name: name(one.village_code),
            counts: one.clone(),
            place: format!("desa={}", one.village_code),
            is_village: true,
        }));
    }
    page(&ComparisonPage { shell, lines, total })
}

/// The families on which the two differ, as a spreadsheet; every time is logged.
pub(crate) async fn export(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    _form: Form,
) -> Page {
    let found = query::differing(app.store.reader(), cap.district(), cap.scope(), MOST).await?;
    audit::opened(&app, cap.actor(), "export", None, &format!("krs_differences {}", found.len()));
    let title = |key: &str| Column::new(shell.t(key), Kind::Text);
    let columns = vec![
        title("registry.field.village"),
        title("registry.field.rw"),
        title("registry.field.rt"),
        title("registry.field.head"),
        Column::new("KKI", Kind::Text),
        title("registry.krs.by_bkkbn"),
        title("registry.krs.by_us"),
        title("registry.krs.factors"),
        title("registry.field.status"),
        Column::new(shell.t("registry.field.desil"), Kind::Integer),
    ];
    let said = |said: Option<bool>| match said {
        Some(said) => shell.t(if said { "web.form.yes" } else { "web.form.no" }).into_owned(),
        None => String::new(),
    };
    let rows = found.into_iter().map(|one| {
        vec![
            one.village.into(),
            one.rw.into(),
            one.rt.into(),
            one.head_name.into(),
            one.kki.unwrap_or_default().into(),
            said(one.krs).into(),
            said(one.at_risk).into(),
            factor_words(&shell, &one.factors).into(),
            shell.t(&format!("registry.status.{}", one.status)).into_owned().into(),
            one.desil.map_or(Cell::Empty, Cell::Number),
        ]
    });
    let name = format!("beda-krs-{}", shell.today);
    workbook(&app, &name, shell.t("registry.krs.title").into_owned(), columns, rows.collect()).await
}
