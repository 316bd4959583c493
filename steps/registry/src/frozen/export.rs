//! A list, and the differences of two, as files. KK and NIK stand masked unless the reader may open them and asks.

use std::sync::Arc;

use asuh_documents::sheet::{Column, Kind as ColumnKind};
use asuh_store::{DistrictId, Store};
use axum::extract::State;
use futures_util::StreamExt;

use super::change;
use super::changes::{self, Filter};
use super::kind::Kind;
use super::pages::found;
use super::query::{self, Line, Selection};
use super::rules::{self, COLUMNS, UNMEASURED};
use super::shown::KindWords;
use crate::rights::{OpenPersonal, SeeFrozenLists};
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::web::{AT_ONCE, Book, Cell, Error, FileKind, Form, Page, Path, Shell, workbook};

/// Differences in one file at most.
const MOST: usize = 100_000;

/// The caller's reach for reading names of this kind.
fn reader<K: Kind>(shell: &Shell) -> Result<(Arc<Actor>, SeeFrozenLists), Error> {
    let actor = shell.actor.clone().ok_or(Error::SignInFirst)?;
    let scope = actor.scope(K::Read::ROLES);
    Ok((actor.clone(), SeeFrozenLists::hold(actor, scope)))
}

/// The rows of a list within the reader's territories.
pub(super) async fn rows<K: Kind>(
    _cap: Cap<K::Read>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    form: Form,
) -> Page {
    let (actor, sees) = reader::<K>(&shell)?;
    let list = found::<K>(&app, &sees, &id).await?;
    let district = actor.district;
    let wants_numbers = form.ticked("angka");
    let mut selection = Selection::default();
    if wants_numbers {
        selection.also = Some(OpenPersonal::of(&actor).ok_or(Error::Forbidden)?.scope().clone());
    }
    let what = if wants_numbers { "frozen_list_numbers" } else { "frozen_list" };
    let detail = format!("{what} {} {}", list.kind, list.number);
    audit::opened(&app, &actor, "export", Some(("frozen_list", list.id)), &detail);
    let kind = KindWords::of::<K>(&shell.text());
    // What the hash is over comes first, under names that no language changes.
    let hashed = if K::IS_MEASURED { COLUMNS.len() } else { UNMEASURED };
    let mut columns: Vec<Column> = COLUMNS
        .iter()
        .take(hashed)
        .map(|name| {
            let kind = match *name {
                "nomor" | "versi" | "nilai_z_x100" => ColumnKind::Integer,
                "tanggal_ukur" => ColumnKind::Date,
                _ => ColumnKind::Text,
            };
            Column::new(*name, kind)
        })
        .collect();
    columns.push(Column::new(shell.t("registry.field.village"), ColumnKind::Text));
    columns.push(Column::new(K::NUMBER, ColumnKind::Text));
    columns.extend(kind.factors.iter().map(|words| Column::new(words.clone(), ColumnKind::Text)));
    let (sql, args) = query::rows_sql::<K>(district, Some(sees.scope()), list.id, &selection, query::ALL);
    let store = app.store.clone();
    let yes = shell.t("web.form.yes").into_owned();
    let name = format!("data-tetap-{}-{}", kind.home.rsplit('/').next().unwrap_or_default(), list.number);
    let sheet = shell.t1("frozen.called", "n", list.number);
    let mut book = Book::begin_as(FileKind::parse(form.get("bentuk")), &app, sheet, columns)?;
    let mut lines = app.store.reader().stream::<Line>(&sql, args).await?.chunks(AT_ONCE);
    while let Some(some) = lines.next().await {
        let mut rows = Vec::with_capacity(some.len());
        for line in some {
            rows.push(cells::<K>(&store, district, &line?, wants_numbers, &yes)?);
        }
        book.rows(rows).await?;
    }
    book.send(&name).await
}

/// The cells of a row, in the order of the columns.
fn cells<K: Kind>(
    store: &Store,
    district: DistrictId,
    line: &Line,
    wants_numbers: bool,
    yes: &str,
) -> Result<Vec<Cell>, Error> {
    let number = match &line.number_sealed {
        Some(sealed) => store.secrets().open_text(district, sealed)?,
        None => String::new(),
    };
    let mut cells: Vec<Cell> = vec![
        Cell::Number(line.nth),
        line.subject_id.to_string().into(),
        line.village_code.to_string().into(),
        line.rw.clone().into(),
        line.name.clone().unwrap_or_default().into(),
        Cell::Number(line.version),
        rules::factor_words(line.factors, K::FACTORS).into(),
    ];
    if K::IS_MEASURED {
        cells.push(line.evidence_on.map_or(Cell::Empty, Cell::Day));
        cells.push(line.score.map_or(Cell::Empty, Cell::Number));
    }
    cells.push(line.village_name.clone().unwrap_or_else(|| territory::dotted(line.village_code)).into());
    cells.push(if wants_numbers { number } else { K::masked(&number) }.into());
    let bit = |nth: usize| line.factors >> nth & 1 == 1;
    cells.extend((0..K::FACTORS.len()).map(|nth| if bit(nth) { Cell::from(yes) } else { Cell::Empty }));
    Ok(cells)
}

/// The differences within the reader's territories.
pub(super) async fn changes<K: Kind>(
    _cap: Cap<K::Read>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    form: Form,
) -> Page {
    let (actor, sees) = reader::<K>(&shell)?;
    let newer = found::<K>(&app, &sees, &id).await?;
    let filter = Filter::of_form(&form);
    let older = filter.older::<K>(&app, &sees, &newer).await?;
    let db = app.store.reader();
    let lists = (&older, &newer);
    let found =
        change::page::<K>(db, actor.district, sees.scope(), lists, &filter.selection(), (None, MOST)).await?;
    let detail = format!("frozen_changes {} {} {}", newer.kind, older.number, newer.number);
    audit::opened(&app, &actor, "export", Some(("frozen_list", newer.id)), &detail);
    let text = shell.text();
    let column = |key: &str| Column::new(shell.t(key), ColumnKind::Text);
    let columns = vec![
        column("frozen.field.what"),
        Column::new("id", ColumnKind::Text),
        column("registry.field.name"),
        column("registry.field.village"),
        Column::new("RW", ColumnKind::Text),
        column("frozen.field.why"),
    ];
    let rows = found
        .into_iter()
        .map(|row| {
            let line = changes::in_words::<K>(&text, row);
            let change = &line.change;
            vec![
                text.t(&format!("frozen.what.{}", change.what().code())).into_owned().into(),
                change.subject_id.to_string().into(),
                change.name.clone().unwrap_or_default().into(),
                change.village_name.clone().unwrap_or_else(|| territory::dotted(change.village_code)).into(),
                change.rw.clone().into(),
                line.why.join("; ").into(),
            ]
        })
        .collect();
    let sheet = shell.t2("frozen.compared", "older", older.number, "newer", newer.number);
    let name = format!("perubahan-data-tetap-{}-{}", older.number, newer.number);
    workbook(&app, &name, sheet, columns, rows).await
}
