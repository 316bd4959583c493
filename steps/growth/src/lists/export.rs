//! A list as a spreadsheet: NIK as text, masked unless the caller may open it and asks for it.

use asuh_documents::sheet::{Column, Kind};
use asuh_nusantara::Nik;
use axum::extract::State;

use super::pages::{self, Filter};
use super::query::{self, Line};
use crate::ReadGrowth;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::web::{AT_ONCE, Book, Cell, Error, Form, Page, Shell, cut};
use asuh_step_registry::OpenPersonal;

/// The list that the form names, with all its pages.
pub(crate) async fn export(cap: Cap<ReadGrowth>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let filter = Filter::of_form(&form);
    let (list, mut selection) = (filter.list(), filter.selection(form.get("cari")));
    let wants_numbers = form.ticked("nik");
    if wants_numbers {
        let opens = OpenPersonal::of(cap.actor()).ok_or(Error::Forbidden)?;
        selection.also = Some(opens.scope().clone());
    }
    let db = app.store.reader();
    let district = cap.district();
    let title = |key: &str| Column::new(shell.t(key), Kind::Text);
    let columns = vec![
        Column::new("NIK", Kind::Text),
        title("growth.name"),
        Column::new("L/P", Kind::Text),
        Column::new(shell.t("registry.field.birth"), Kind::Date),
        title("growth.list.age"),
        title("growth.list.parents"),
        title("growth.village"),
        Column::new("RW", Kind::Text),
        Column::new("RT", Kind::Text),
        Column::new("Posyandu", Kind::Text),
        title("growth.list.found"),
        Column::new(shell.t("growth.day"), Kind::Date),
        title("growth.list.source"),
    ];
    let text = shell.text();
    let day = |day: Option<time::Date>| day.map_or(Cell::Empty, Cell::Day);
    let row = |line: Line| -> Result<Vec<Cell>, Error> {
        let number = match &line.nik_sealed {
            Some(sealed) => app.store.secrets().open_text(district, sealed)?,
            None => String::new(),
        };
        let number = match Nik::parse(&number) {
            Ok(nik) if !wants_numbers => nik.masked(),
            Ok(_) => number,
            Err(_) => String::new(),
        };
        let source =
            line.source.as_ref().map(|source| text.t(&format!("growth.source.{source}")).into_owned());
        let row = pages::row(&text, list, line, shell.today);
        Ok(vec![
            number.into(),
            row.line.name.into(),
            row.line.sex.unwrap_or_default().into(),
            day(row.line.birth_date),
            row.age.into(),
            row.line.parents.into(),
            row.line.village.into(),
            row.line.rw.into(),
            row.line.rt.into(),
            row.line.posyandu.into(),
            row.facts.join("; ").into(),
            day(row.line.measured_on),
            source.unwrap_or_default().into(),
        ])
    };
    let mut book = Book::begin(&app, shell.t(&format!("growth.list.{}", list.code())).into_owned(), columns)?;
    let (mut after, mut count) = (None, 0);
    loop {
        let page = (after, AT_ONCE);
        let mut lines = query::page(db, district, cap.scope(), list, &selection, page, shell.today).await?;
        after = cut(&mut lines, AT_ONCE, |line| line.person_id);
        count += lines.len();
        book.rows(lines.into_iter().map(row).collect::<Result<_, _>>()?).await?;
        if after.is_none() {
            break;
        }
    }
    let what = if wants_numbers { "growth_list_nik" } else { "growth_list" };
    audit::opened(&app, cap.actor(), "export", None, &format!("{what} {} {count}", list.code()));
    book.send(&format!("daftar-{}", list.code().replace('_', "-"))).await
}
