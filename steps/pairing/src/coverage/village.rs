//! The targets of a village by name, on a page and as a file.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_nusantara::{TerritoryCode, age};
use asuh_step_registry::{Reach, territories};
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use axum::extract::State;
use time::Date;

use super::moved::{Moved, moved};
use super::query::{codes, coverage};
use crate::ReadCovered;
use crate::facts::subdistrict;
use crate::programme::{Programme, programme_or_404, unit_rupiah};
use crate::rules::Covered;
use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::audit;
use asuh_ground::web::{BookOf, Books, Cell, Error, Form, Page, Path, Shell, page, workbook};

asuh_store::row_struct! {
    struct NameRow { person_id: Id, name: String, birth_date: Option<Date>, head_name: String, rt: String }
}

/// A target by name.
struct Line {
    target: Covered,
    code: String,
    name: String,
    birth_date: Option<Date>,
    head_name: String,
    rt: String,
    /// Rupiah that its family received this month; nothing where that cannot be told.
    received: Option<i64>,
}

/// The names of persons. Indexes: person_version_current, family_version_current.
async fn named(
    db: &impl Query,
    district: DistrictId,
    persons: impl IntoIterator<Item = Id>,
) -> Result<Vec<NameRow>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(persons);
    db.all(
        &format!(
            "SELECT p.person_id, p.name, p.birth_date, f.head_name, f.rt FROM person_version p \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 \
             WHERE p.district_id = $1 AND p.superseded_at = $2 AND p.person_id IN ({list}) \
             ORDER BY f.rw, f.rt, f.head_search, p.name_search, p.person_id"
        ),
        args,
    )
    .await
}

/// The name of a village within the reader's reach, and what of it he reaches; one beyond it is not found.
async fn reached(cap: &ReadCovered, app: &App, village: i64) -> Result<(String, Scope), Error> {
    let code = TerritoryCode::from_i64(village).map_err(|_| Error::NotFound)?;
    let reached = cap.scope().areas.iter().any(|area| area.code.contains(code));
    let names = territories::names(app.store.reader(), cap.district(), [village]).await?;
    let name = names.get(&village).filter(|_| reached && village % 10_000 != 0).ok_or(Error::NotFound)?;
    let mut scope = Reach::whole(code).scope();
    // A cadre of one RW reads her RW.
    for area in cap.scope().areas.iter().filter(|area| !area.rw.is_empty() && area.code == code) {
        scope.areas = vec![area.clone()];
    }
    Ok((name.clone(), scope))
}

/// The present coverage within a scope, and what moved.
async fn present(
    cap: &ReadCovered,
    app: &App,
    programme: &Programme,
    scope: &Scope,
    shell: &Shell,
) -> Result<(Vec<Covered>, Option<Moved>), Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let when = (shell.today, shell.today, cap.actor().zone);
    let covered = coverage(db, district, programme, Some(scope), when).await?;
    let unit = unit_rupiah(db, district, programme.campaign_id, shell.today).await?;
    let moved = match &covered {
        Some(covered) => moved(app, district, programme, covered, unit).await?,
        None => None,
    };
    Ok((covered.map(|covered| covered.targets).unwrap_or_default(), moved))
}

/// Targets by name, in the order of RW, RT and head of family.
async fn lines(
    db: &impl Query,
    district: DistrictId,
    targets: Vec<Covered>,
    moved: Option<&Moved>,
) -> Result<Vec<Line>, StoreError> {
    let mut targets: HashMap<Id, Covered> = targets.into_iter().map(|one| (one.person, one)).collect();
    let persons: Vec<Id> = targets.keys().copied().collect();
    let known = codes(db, district, persons.iter().copied()).await?;
    let rows = named(db, district, persons).await?;
    let lines = rows.into_iter().filter_map(|row| {
        let target = targets.remove(&row.person_id)?;
        Some(Line {
            received: moved.map(|moved| moved.received_by(target.family)),
            target,
            code: known.get(&row.person_id).cloned().unwrap_or_default(),
            name: row.name,
            birth_date: row.birth_date,
            head_name: row.head_name,
            rt: row.rt,
        })
    });
    Ok(lines.collect())
}

#[derive(Template)]
#[template(path = "coverage/village.html")]
struct VillagePage {
    shell: Shell,
    programme: Programme,
    village: i64,
    name: String,
    lines: Vec<Line>,
}

/// The page.
pub(super) async fn page_of(
    cap: Cap<ReadCovered>,
    State(app): State<App>,
    Path((id, village)): Path<(Id, i64)>,
    shell: Shell,
) -> Page {
    let programme = programme_or_404(&app, cap.district(), id).await?;
    let (name, scope) = reached(&cap, &app, village).await?;
    let (targets, moved) = present(&cap, &app, &programme, &scope, &shell).await?;
    let lines = lines(app.store.reader(), cap.district(), targets, moved.as_ref()).await?;
    page(&VillagePage { shell, programme, village, name, lines })
}

fn columns(shell: &Shell) -> Vec<Column> {
    let column = |key: &str, kind| Column::new(shell.t(key), kind);
    vec![
        Column::new("RW", Kind::Text),
        Column::new("RT", Kind::Text),
        column("pairing.head", Kind::Text),
        column("pairing.name", Kind::Text),
        column("pairing.code", Kind::Text),
        column("pairing.months", Kind::Integer),
        column("pairing.need.units", Kind::Integer),
        column("pairing.promised", Kind::Integer),
        column("pairing.lacking", Kind::Integer),
        column("pairing.count.family", Kind::Integer),
    ]
}

fn row(line: Line, today: Date) -> Vec<Cell> {
    let months = line.birth_date.and_then(|birth| age::completed_months(birth, today));
    vec![
        line.target.rw.clone().into(),
        line.rt.into(),
        line.head_name.into(),
        line.name.into(),
        line.code.into(),
        months.map_or(Cell::Empty, |months| Cell::Number(i64::from(months))),
        Cell::Number(line.target.need),
        Cell::Number(line.target.promised),
        Cell::Number(line.target.gap()),
        line.received.map_or(Cell::Empty, Cell::Number),
    ]
}

/// The file: names, so every time is on the access log.
pub(super) async fn file(
    cap: Cap<ReadCovered>,
    State(app): State<App>,
    Path((id, village)): Path<(Id, i64)>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let programme = programme_or_404(&app, cap.district(), id).await?;
    let (name, scope) = reached(&cap, &app, village).await?;
    let (targets, moved) = present(&cap, &app, &programme, &scope, &shell).await?;
    let lines = lines(app.store.reader(), cap.district(), targets, moved.as_ref()).await?;
    let detail = format!("covered_targets {village}");
    audit::opened(&app, cap.actor(), "export", Some(("programme", id)), &detail);
    let rows = lines.into_iter().map(|line| row(line, shell.today));
    workbook(&app, &format!("pasangan-{village}"), name, columns(&shell), rows.collect()).await
}

/// A name as it may stand in the name of a file.
fn plain(name: &str) -> String {
    let words = asuh_nusantara::name::search_key(name);
    words.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// The lists of all villages that the reader reaches, a workbook each, in folders by kecamatan: so each village gets its
/// own, and no other's names. Read and written village by village; on the access log with how many they were.
pub(super) async fn all_files(
    cap: Cap<ReadCovered>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(&app, district, id).await?;
    let (targets, moved) = present(&cap, &app, &programme, cap.scope(), &shell).await?;
    let all = targets.len();
    let mut villages: BTreeMap<i64, Vec<Covered>> = BTreeMap::new();
    for target in targets {
        villages.entry(target.village).or_default().push(target);
    }
    let detail = format!("covered_targets {} villages {all}", villages.len());
    audit::opened(&app, cap.actor(), "export", Some(("programme", id)), &detail);
    let codes = villages.keys().flat_map(|code| [*code, subdistrict(*code)]);
    let names = territories::names(db, district, codes).await?;
    let called = |code: i64| names.get(&code).cloned().unwrap_or_else(|| code.to_string());
    let mut books = Books::begin(&app)?;
    for (village, targets) in villages {
        let lines = lines(db, district, targets, moved.as_ref()).await?;
        let sheet = called(village);
        let book = BookOf {
            name: format!("{}/{}-{village}", plain(&called(subdistrict(village))), plain(&sheet)),
            sheet,
            columns: columns(&shell),
            rows: lines.into_iter().map(|line| row(line, shell.today)).collect(),
        };
        books.book(book).await?;
    }
    books.send("pasangan-per-desa").await
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn names_are_found_by_their_keys(db: TestDatabase) {
        let db = Plans::of(&db).await;
        named(&db, D, [I, I]).await.expect("a plan");
        no_walks(&db);
    }
}
