//! `/pengukuran/selisih`: where ours and the file's differ, why, and what to do.

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_nusantara::TerritoryCode;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Duration;

use super::query::{self, Line, PAGE, Selection};
use super::rules::Cause;
use crate::ReadGrowth;
use crate::words;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{AT_ONCE, Book, Cell, Error, Form, Page, Shell, Text, cut, page};
use asuh_step_registry::territories;

/// Differences of so many days are shown.
const DAYS: i64 = 366;

/// What the address chooses.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    kecamatan: String,
    #[serde(default)]
    desa: String,
    #[serde(default)]
    sebab: String,
    #[serde(default)]
    setelah: String,
}

/// A place to choose.
struct Choice {
    code: String,
    name: String,
}

/// One index of a measurement: ours, the file's, how far apart.
struct Pair {
    index: &'static str,
    ours: String,
    theirs: String,
    differs: bool,
}

/// A measurement of the list.
struct Row {
    line: Line,
    age: String,
    figures: String,
    pairs: Vec<Pair>,
    cause: String,
}

/// A cause with how often it is there.
struct Group {
    code: &'static str,
    count: i64,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "differences/list.html")]
struct ListPage {
    shell: Shell,
    filter: Filter,
    kecamatan: Vec<Choice>,
    villages: Vec<Choice>,
    groups: Vec<Group>,
    total: i64,
    limit: String,
    rows: Vec<Row>,
    next: Option<Id>,
}

/// The list.
pub(super) async fn list(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Params(filter): Params<Filter>,
) -> Page {
    let selection = selection(&cap, &app, &shell, &filter).await?;
    let db = app.store.reader();
    let counts = query::counts(db, cap.district(), cap.scope(), &selection).await?;
    let mut lines = query::page(db, cap.district(), cap.scope(), &selection, PAGE).await?;
    let next = cut(&mut lines, PAGE, |line| line.id);
    let groups: Vec<Group> = Cause::ALL
        .into_iter()
        .filter_map(|cause| {
            let count = counts.iter().find(|count| count.cause == cause.code())?.count;
            Some(Group { code: cause.code(), count, chosen: selection.cause == Some(cause) })
        })
        .collect();
    let text = shell.text();
    let template = ListPage {
        kecamatan: kecamatan(&cap, &app).await?,
        villages: villages(&cap, &app, &filter).await?,
        total: groups.iter().map(|group| group.count).sum(),
        groups,
        limit: text.fixed(selection.limit, 2),
        rows: lines.into_iter().map(|line| row(text, line, selection.limit)).collect(),
        next,
        filter,
        shell,
    };
    page(&template)
}

/// The same list as a spreadsheet. By POST, since names leave the program.
pub(super) async fn export(cap: Cap<ReadGrowth>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let filter = Filter {
        kecamatan: form.get("kecamatan").to_owned(),
        desa: form.get("desa").to_owned(),
        sebab: form.get("sebab").to_owned(),
        setelah: String::new(),
    };
    let mut selection = selection(&cap, &app, &shell, &filter).await?;
    let text = shell.text();
    let column = |key: &str, kind| Column::new(text.t(key), kind);
    let mut columns = vec![
        column("growth.name", Kind::Text),
        column("growth.sex", Kind::Text),
        column("growth.differences.born", Kind::Date),
        column("growth.subdistrict", Kind::Text),
        column("growth.village", Kind::Text),
        column("growth.day", Kind::Date),
        column("growth.differences.kilograms", Kind::Decimal(2)),
        column("growth.differences.centimetres", Kind::Decimal(1)),
        column("growth.differences.posture", Kind::Text),
    ];
    for index in INDICES {
        columns.push(Column::new(text.t1("growth.differences.ours_of", "index", index), Kind::Decimal(2)));
        columns.push(Column::new(text.t1("growth.differences.file_of", "index", index), Kind::Decimal(2)));
        columns.push(Column::new(text.t1("growth.differences.word_of", "index", index), Kind::Text));
    }
    columns.push(column("growth.differences.cause", Kind::Text));
    columns.push(column("growth.differences.what", Kind::Text));
    let mut book = Book::begin(&app, text.t("growth.differences.title").into_owned(), columns)?;
    let mut count = 0;
    loop {
        let db = app.store.reader();
        let mut lines = query::page(db, cap.district(), cap.scope(), &selection, AT_ONCE).await?;
        let next = cut(&mut lines, AT_ONCE, |line| line.id);
        count += lines.len();
        book.rows(lines.into_iter().map(|line| sheet_row(text, line)).collect()).await?;
        if next.is_none() {
            break;
        }
        selection.after = next;
    }
    audit::opened(&app, cap.actor(), "export", None, &format!("growth_differences {count}"));
    book.send("selisih-z-score").await
}

/// The indices that files print, in their order; officers abbreviate them so in every language.
const INDICES: [&str; 3] = ["BB/U", "TB/U", "BB/TB"];

async fn selection(cap: &ReadGrowth, app: &App, shell: &Shell, filter: &Filter) -> Result<Selection, Error> {
    let limit = super::limit(app.store.reader(), cap.district()).await?;
    let read = |code: &str| match code {
        "" => Ok(None),
        code => code
            .parse()
            .ok()
            .and_then(|code| TerritoryCode::from_i64(code).ok())
            .map(Some)
            .ok_or(Error::NotFound),
    };
    let (kecamatan, village) = (read(&filter.kecamatan)?, read(&filter.desa)?);
    // Another kecamatan was chosen: the village of the one before no longer counts.
    let village = village.filter(|village| kecamatan.is_none_or(|kecamatan| kecamatan.contains(*village)));
    Ok(Selection {
        since: shell.today - Duration::days(DAYS),
        limit,
        within: village.or(kecamatan),
        cause: Cause::parse(&filter.sebab),
        after: filter.setelah.parse().ok(),
    })
}

/// The kecamatan that the caller reaches, or parts of.
async fn kecamatan(cap: &ReadGrowth, app: &App) -> Result<Vec<Choice>, Error> {
    let all = territories::subdistricts(app.store.reader(), cap.district()).await?;
    Ok(all.into_iter().filter_map(|one| choice(cap, one.code, one.name)).collect())
}

/// The villages of the chosen kecamatan that the caller reaches.
async fn villages(cap: &ReadGrowth, app: &App, filter: &Filter) -> Result<Vec<Choice>, Error> {
    let Some(code) = filter.kecamatan.parse().ok().and_then(|code| TerritoryCode::from_i64(code).ok()) else {
        return Ok(Vec::new());
    };
    let all = territories::villages(app.store.reader(), cap.district(), code).await?;
    Ok(all.into_iter().filter_map(|one| choice(cap, one.code, one.name)).collect())
}

fn choice(cap: &ReadGrowth, code: i64, name: String) -> Option<Choice> {
    let territory = TerritoryCode::from_i64(code).ok()?;
    let mut areas = cap.scope().areas.iter();
    let reached = areas.any(|area| area.code.contains(territory) || territory.contains(area.code));
    reached.then(|| Choice { code: code.to_string(), name })
}

fn row(text: Text, line: Line, limit: i64) -> Row {
    let pair = |index, ours: Option<i64>, theirs: Option<i64>, word: &Option<String>| {
        let z = |z: Option<i64>| z.map_or_else(|| "–".to_owned(), |z| text.fixed(z, 2));
        let word = word.as_ref().map(|word| format!(" {word}")).unwrap_or_default();
        let apart = ours.zip(theirs).map_or(0, |(ours, theirs)| (ours - theirs).abs());
        Pair { index, ours: z(ours), theirs: format!("{}{word}", z(theirs)), differs: apart > limit }
    };
    let figures = [
        line.weight_g.map(|grams| words::kilograms(text, grams)),
        line.height_mm.map(|mm| words::centimetres(text, mm)),
        line.position.as_deref().map(|code| text.t(&format!("growth.{code}")).into_owned()),
    ];
    Row {
        age: line.birth_date.map(|birth| text.age(birth, line.measured_on)).unwrap_or_default(),
        figures: figures.into_iter().flatten().collect::<Vec<_>>().join(", "),
        pairs: vec![
            pair(INDICES[0], line.waz, line.file_waz, &line.file_weight_status),
            pair(INDICES[1], line.haz, line.file_haz, &line.file_height_status),
            pair(INDICES[2], line.whz, line.file_whz, &line.file_wasting_status),
        ],
        cause: text.t(&format!("growth.cause.{}", line.difference_cause)).into_owned(),
        line,
    }
}

fn sheet_row(text: Text, line: Line) -> Vec<Cell> {
    let z = |z: Option<i64>| z.map_or(Cell::Empty, |z| Cell::Decimal(z as f64 / 100.0));
    let words = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    let position = line.position.map(|code| text.t(&format!("growth.{code}")).into_owned());
    let cause = &line.difference_cause;
    vec![
        line.name.into(),
        words(line.sex),
        line.birth_date.map_or(Cell::Empty, Cell::Day),
        words(line.subdistrict),
        words(line.village),
        Cell::Day(line.measured_on),
        line.weight_g.map_or(Cell::Empty, |grams| Cell::Decimal(grams as f64 / 1000.0)),
        line.height_mm.map_or(Cell::Empty, |mm| Cell::Decimal(mm as f64 / 10.0)),
        words(position),
        z(line.waz),
        z(line.file_waz),
        words(line.file_weight_status),
        z(line.haz),
        z(line.file_haz),
        words(line.file_height_status),
        z(line.whz),
        z(line.file_whz),
        words(line.file_wasting_status),
        text.t(&format!("growth.cause.{cause}")).into_owned().into(),
        text.t(&format!("growth.cause.{cause}.do")).into_owned().into(),
    ]
}
