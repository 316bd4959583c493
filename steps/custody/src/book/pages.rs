//! The books on the screen, on paper (A4 or F4) and as spreadsheets.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Role};
use asuh_ground::books::Funds;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{AT_ONCE, Book, Cell, Error, Page, Path, Shell, cut, page};
use asuh_step_collection::Reach;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::ReadBooks;
use super::super::rules::{place as place_words, reason, side};
use super::query::{self, Account, BookLine, Flow, Place};

/// Lines of one printed page of a book.
const LINES: i64 = 200;
/// Accounts of one page.
const ACCOUNTS: i64 = 100;

/// What the caller reads books of: treasurers and keepers their own, admin and auditor all.
fn reach(actor: &Actor) -> Reach {
    let mut scope = actor.scope(&[Role::Treasurer, Role::WarehouseKeeper, Role::Kitchen]);
    scope.join(&actor.scope(&[Role::DistrictAdmin, Role::Auditor]));
    Reach::of(&scope)
}

/// The first and last day of the month that the address names; of the present one without.
fn month(url: &BTreeMap<String, String>, today: time::Date) -> (time::Date, time::Date) {
    let named = url.get("bulan").and_then(|text| {
        let (year, month) = text.split_once('-')?;
        let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
        time::Date::from_calendar_date(
            year.parse().ok().filter(|year| (1900..3000).contains(year))?,
            month,
            1,
        )
        .ok()
    });
    let first = named.or_else(|| today.replace_day(1).ok()).unwrap_or(today);
    let last = first.replace_day(first.month().length(first.year())).unwrap_or(first);
    (first, last)
}

fn month_key(day: time::Date) -> String {
    format!("{:04}-{:02}", day.year(), u8::from(day.month()))
}

/// The months before and after, as the address names them.
fn beside((first, last): (time::Date, time::Date)) -> (String, String) {
    let key = |day: Option<time::Date>| day.map(month_key).unwrap_or_default();
    (key(first.previous_day()), key(last.next_day()))
}

#[derive(Template)]
#[template(path = "book/list.html")]
struct ListPage {
    shell: Shell,
    funds: Funds,
    accounts: Vec<Account>,
    next: Option<Id>,
    may_all: bool,
}

/// What each holder has: one line a book.
pub(crate) async fn list(
    cap: Cap<ReadBooks>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (db, district, reach) = (app.store.reader(), cap.district(), reach(cap.actor()));
    let after = url.get("sesudah").and_then(|id| id.parse().ok());
    let may_all = cap.actor().has_any(&[Role::DistrictAdmin, Role::Auditor]);
    if url.contains_key("xlsx") {
        return holders(&app, &shell, district, &reach).await;
    }
    let mut accounts = query::accounts(db, district, &reach, after, ACCOUNTS + 1).await?;
    let next = cut(&mut accounts, ACCOUNTS as usize, |last| last.id);
    let funds = Funds::load(app.store.reader(), cap.district()).await?;
    page(&ListPage { funds, accounts, next, may_all, shell })
}

async fn holders(app: &App, shell: &Shell, district: asuh_store::DistrictId, reach: &Reach) -> Page {
    let columns = ["custody.holder", "custody.fund", "custody.commodity", "custody.unit"]
        .map(|key| Column::new(shell.t(key), Kind::Text))
        .into_iter()
        .chain([Column::new(shell.t("custody.amount"), Kind::Integer)])
        .collect();
    let mut book = Book::begin(app, shell.t("custody.books").into_owned(), columns)?;
    let funds = Funds::load(app.store.reader(), district).await?;
    let mut after = None;
    loop {
        let db = app.store.reader();
        let mut accounts = query::accounts(db, district, reach, after, AT_ONCE as i64 + 1).await?;
        after = cut(&mut accounts, AT_ONCE, |last| last.id);
        let rows = accounts
            .into_iter()
            .map(|line| {
                let kind = shell.t(&format!("custody.place.{}", line.kind)).into_owned();
                vec![
                    Cell::Text(place_words(&kind, &line.place)),
                    funds.name(&line.fund).into(),
                    line.name.into(),
                    line.unit.into(),
                    Cell::Number(line.amount),
                ]
            })
            .collect();
        book.rows(rows).await?;
        if after.is_none() {
            return book.send("saldo-pemegang").await;
        }
    }
}

/// A line with what is held after it.
struct Held {
    line: BookLine,
    held: i64,
}

#[derive(Template)]
#[template(path = "book/account.html")]
struct AccountPage {
    shell: Shell,
    funds: Funds,
    letterhead: Letterhead,
    account: Account,
    month: String,
    beside: (String, String),
    first: time::Date,
    last: time::Date,
    opening: i64,
    came: i64,
    went: i64,
    closing: i64,
    lines: Vec<Held>,
    next: Option<String>,
}

fn in_words(shell: &Shell, line: &BookLine) -> String {
    let kind = shell.t(&format!("books.kind.{}", line.kind));
    let mut words = format!("{kind}: {}", side(shell, &line.other_kind, &line.other));
    if !line.reason.is_empty() {
        words.push_str(&format!(" ({})", reason(shell, &line.reason)));
    }
    words
}

impl AccountPage {
    fn words(&self, held: &Held) -> String {
        in_words(&self.shell, &held.line)
    }

    fn came(&self, held: &Held) -> String {
        self.side(held.line.amount)
    }

    fn went(&self, held: &Held) -> String {
        self.side(-held.line.amount)
    }

    fn side(&self, amount: i64) -> String {
        if amount > 0 { self.shell.quantity(&self.account.unit, amount) } else { String::new() }
    }
}

fn place(url: &BTreeMap<String, String>) -> Option<Place> {
    let mut parts = url.get("sesudah")?.splitn(4, '_');
    Some(Place {
        moved_on: asuh_nusantara::date::parse(parts.next()?).ok()?,
        recorded_at: asuh_store::Instant(parts.next()?.parse().ok()?),
        id: parts.next()?.parse().ok()?,
        nth: parts.next()?.parse().ok()?,
    })
}

/// The book of one account in a month: opening, each movement with what is held after it, closing. For money the cash
/// book of donations (buku kas donasi), for goods the stock card (kartu stok).
pub(crate) async fn account(
    cap: Cap<ReadBooks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let account = query::account(db, district, &reach(cap.actor()), id).await?.ok_or(Error::NotFound)?;
    let (first, last) = month(&url, shell.today);
    if url.contains_key("xlsx") {
        return book(&app, &shell, district, &account, (first, last)).await;
    }
    let after = place(&url);
    let opening = query::held(db, district, id, first, after).await?;
    let mut lines = query::lines(db, district, id, (first, last), after, LINES + 1).await?;
    let month = month_key(first);
    let next = cut(&mut lines, LINES as usize, |line| {
        format!("bulan={month}&sesudah={}_{}_{}_{}", line.moved_on, line.recorded_at.0, line.id, line.nth)
    });
    let (mut held, mut came, mut went) = (opening, 0, 0);
    let lines = lines
        .into_iter()
        .map(|line| {
            held += line.amount;
            came += line.amount.max(0);
            went += (-line.amount).max(0);
            Held { line, held }
        })
        .collect();
    page(&AccountPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        funds: Funds::load(app.store.reader(), district).await?,
        beside: beside((first, last)),
        closing: held,
        month,
        account,
        first,
        last,
        opening,
        came,
        went,
        lines,
        next,
        shell,
    })
}

/// The same as a spreadsheet, written as it is read.
async fn book(
    app: &App,
    shell: &Shell,
    district: asuh_store::DistrictId,
    account: &Account,
    (first, last): (time::Date, time::Date),
) -> Page {
    let columns = vec![
        Column::new(shell.t("custody.day"), Kind::Date),
        Column::new(shell.t("custody.book.words"), Kind::Text),
        Column::new(shell.t("custody.book.in"), Kind::Integer),
        Column::new(shell.t("custody.book.out"), Kind::Integer),
        Column::new(shell.t("custody.book.held"), Kind::Integer),
    ];
    let db = app.store.reader();
    let mut held = query::held(db, district, account.id, first, None).await?;
    let mut book = Book::begin(app, shell.t("custody.book.sheet").into_owned(), columns)?;
    let opening = shell.t("custody.book.opening").into_owned();
    book.rows(vec![vec![Cell::Day(first), opening.into(), Cell::Empty, Cell::Empty, Cell::Number(held)]])
        .await?;
    let mut after = None;
    loop {
        let mut lines =
            query::lines(db, district, account.id, (first, last), after, AT_ONCE as i64 + 1).await?;
        after = cut(&mut lines, AT_ONCE, Place::after);
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            held += line.amount;
            let side = |amount: i64| if amount > 0 { Cell::Number(amount) } else { Cell::Empty };
            rows.push(vec![
                Cell::Day(line.moved_on),
                in_words(shell, &line).into(),
                side(line.amount),
                side(-line.amount),
                Cell::Number(held),
            ]);
        }
        book.rows(rows).await?;
        if after.is_none() {
            let closing = shell.t("custody.book.closing").into_owned();
            let row = vec![Cell::Day(last), closing.into(), Cell::Empty, Cell::Empty, Cell::Number(held)];
            book.rows(vec![row]).await?;
            return book.send(&format!("buku-{}-{}", account.commodity, month_key(first))).await;
        }
    }
}

/// A fund's commodity in a month.
#[derive(Debug, Default)]
struct Statement {
    fund: String,
    name: String,
    unit: String,
    opening: i64,
    given: i64,
    /// Bought, cooked or spent: in less out.
    turned: i64,
    other: i64,
    delivered: i64,
    wasted: i64,
}

impl Statement {
    fn closing(&self) -> i64 {
        self.opening + self.given + self.turned + self.other - self.delivered - self.wasted
    }

    /// Adds a flow. What is held is everything between the outside and the families: what is held now without what moved
    /// since the first day is the opening.
    fn add(&mut self, flow: &Flow) {
        if flow.from_kind == "held" {
            self.opening += flow.within;
            return;
        }
        for (kind, sign) in [(&flow.from_kind, 1), (&flow.to_kind, -1)] {
            let moved = sign * flow.within;
            match kind.as_str() {
                "giver" => self.given += moved,
                "market" | "cooking" => self.turned += moved,
                "opening" => self.other += moved,
                "household" => self.delivered -= moved,
                "waste" => self.wasted -= moved,
                _ => continue,
            }
            self.opening -= moved + sign * flow.after;
        }
    }
}

fn statements(flows: &[Flow]) -> Vec<Statement> {
    let mut statements: Vec<(String, Statement)> = Vec::new();
    for flow in flows {
        let key = format!("{} {}", flow.fund, flow.commodity);
        if statements.last().is_none_or(|(last, _)| *last != key) {
            let (fund, name, unit) = (flow.fund.clone(), flow.name.clone(), flow.unit.clone());
            statements.push((key, Statement { fund, name, unit, ..Statement::default() }));
        }
        if let Some((_, statement)) = statements.last_mut() {
            statement.add(flow);
        }
    }
    statements.into_iter().map(|(_, statement)| statement).collect()
}

#[derive(Template)]
#[template(path = "book/funds.html")]
struct FundsPage {
    shell: Shell,
    funds: Funds,
    letterhead: Letterhead,
    month: String,
    beside: (String, String),
    first: time::Date,
    last: time::Date,
    lines: Vec<Statement>,
}

/// The statement of every fund in a month: opening + given + bought or cooked - delivered - written off = closing.
pub(crate) async fn funds(
    cap: Cap<super::super::ReadFunds>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let names = Funds::load(app.store.reader(), cap.district()).await?;
    let (first, last) = month(&url, shell.today);
    let lines = statements(&query::flows(app.store.reader(), cap.district(), (first, last)).await?);
    if url.contains_key("xlsx") {
        let columns = ["custody.fund", "custody.commodity", "custody.unit"]
            .map(|key| Column::new(shell.t(key), Kind::Text))
            .into_iter()
            .chain(
                ["opening", "given", "turned", "other", "delivered", "wasted", "closing"]
                    .map(|key| Column::new(shell.t(&format!("custody.book.{key}")), Kind::Integer)),
            )
            .collect();
        let rows = lines
            .into_iter()
            .map(|line| {
                let figures = [
                    line.opening,
                    line.given,
                    line.turned,
                    line.other,
                    line.delivered,
                    line.wasted,
                    line.closing(),
                ];
                let mut row: Vec<Cell> =
                    vec![names.name(&line.fund).into(), line.name.into(), line.unit.into()];
                row.extend(figures.map(Cell::Number));
                row
            })
            .collect();
        let (name, sheet) = (format!("dana-{}", month_key(first)), shell.t("custody.funds").into_owned());
        return asuh_ground::web::workbook(&app, &name, sheet, columns, rows).await;
    }
    page(&FundsPage {
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        funds: names,
        month: month_key(first),
        beside: beside((first, last)),
        first,
        last,
        lines,
        shell,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(from: &str, to: &str, within: i64, after: i64) -> Flow {
        Flow {
            fund: "asn".into(),
            commodity: "egg".into(),
            name: "Telur".into(),
            unit: "butir".into(),
            from_kind: from.into(),
            to_kind: to.into(),
            after,
            within,
        }
    }

    #[test]
    fn a_fund_opens_with_what_is_held_now_without_what_moved_since() {
        let flows = [
            flow("held", "", 151, 0),
            flow("giver", "office_post", 40, 100),
            flow("office_post", "giver", 5, 0),
            flow("market", "warehouse", 30, 0),
            flow("courier", "household", 50, 1),
            flow("household", "courier", 2, 0),
            flow("office_post", "waste", 4, 0),
            flow("waste", "warehouse", 1, 1),
        ];
        let all = statements(&flows);
        let [line] = all.as_slice() else { panic!("{all:?}") };
        let figures = [line.opening, line.given, line.turned, line.delivered, line.wasted, line.closing()];
        assert_eq!(figures, [37, 35, 30, 48, 3, 51]);
    }

    #[test]
    fn the_address_names_a_month() {
        let today = time::macros::date!(2026 - 11 - 22);
        let url = |text: &str| BTreeMap::from([("bulan".to_owned(), text.to_owned())]);
        let days = |from, to| (from, to);
        let november = days(time::macros::date!(2026 - 11 - 01), time::macros::date!(2026 - 11 - 30));
        assert_eq!(month(&BTreeMap::new(), today), november);
        assert_eq!(month(&url("2026-13"), today), november);
        assert_eq!(
            month(&url("2024-02"), today),
            days(time::macros::date!(2024 - 02 - 01), time::macros::date!(2024 - 02 - 29))
        );
        assert_eq!(beside(november), ("2026-10".to_owned(), "2026-12".to_owned()));
    }
}
