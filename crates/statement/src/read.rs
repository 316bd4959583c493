//! From the rows of a sheet to a statement that agrees with itself.

use std::collections::HashMap;

use asuh_nusantara::date;
use time::{Date, Month};

use crate::amount::Sen;
use crate::layout::{Layout, MoneyPlaces, Places, plain};

/// Rows within which the headings are looked for.
const HEADINGS_WITHIN: usize = 60;

/// A movement of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Row of the file, from 1.
    pub row: u32,
    /// The day of booking.
    pub on: Date,
    /// What came; negative for what went. Never zero.
    pub amount: Sen,
    /// What the bank writes about it, on one line.
    pub text: String,
    /// The balance afterwards, where the bank says it.
    pub balance: Option<Sen>,
    /// Which of several lines that are alike in all of this, from 1.
    pub nth: u32,
}

impl Line {
    /// What tells the line from all others of its account, in every file that has it: hash it with the account.
    pub fn identity(&self) -> String {
        let balance = self.balance.map(|balance| balance.0.to_string()).unwrap_or_default();
        format!("{}|{}|{}|{balance}|{}", self.on, self.amount.0, self.text, self.nth)
    }
}

/// By what a statement was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Its opening and closing balance, and what lies between.
    Totals,
    /// The balances of its lines, each by the one before.
    Balances,
    /// Nothing: the file has neither. Whoever takes it in has to compare the sums himself.
    Nothing,
}

/// A statement that was read and agrees with itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The bank of the layout.
    pub bank: String,
    /// The account's number as the file has it, digits only; empty where it does not say.
    pub account: String,
    /// First and last day: those that the file names, else of its lines.
    pub days: Option<(Date, Date)>,
    /// Balance before the first line.
    pub opening: Option<Sen>,
    /// Balance after the last line.
    pub closing: Option<Sen>,
    /// Oldest first.
    pub lines: Vec<Line>,
    /// Lines that the bank has not booked yet; they come with a later statement.
    pub pending: usize,
    /// By what it was checked.
    pub proof: Proof,
}

impl Statement {
    /// The sum of what came.
    pub fn credits(&self) -> Sen {
        self.lines.iter().map(|line| line.amount).filter(|amount| amount.0 > 0).sum()
    }

    /// The sum of what went, as a positive amount.
    pub fn debits(&self) -> Sen {
        -self.lines.iter().map(|line| line.amount).filter(|amount| amount.0 < 0).sum::<Sen>()
    }
}

/// Why a sheet is not a statement, or not one to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// No layout finds its headings among the first rows.
    #[error("no known headings among the first rows")]
    NoHeadings,
    /// Headings, and nothing below them.
    #[error("the statement has no movements")]
    NoLines,
    /// A cell that cannot be read.
    #[error("row {row}, column {column}: {value}")]
    Cell {
        /// Row of the file, from 1.
        row: u32,
        /// Its heading.
        column: String,
        /// What stands there.
        value: String,
        /// What was wanted.
        wanted: Wanted,
    },
    /// Days without a year, and no period above from which it can be taken.
    #[error("row {row}: the day has no year and the statement names no period")]
    NoYear {
        /// Row of the file, from 1.
        row: u32,
    },
    /// Lines of another account in the same file.
    #[error("row {row}: another account than above")]
    OtherAccount {
        /// Row of the file, from 1.
        row: u32,
    },
    /// A balance does not follow from the one before: a line is missing or was changed.
    #[error("row {row}: the balance is {said}, but {computed} follows from the line before")]
    Balance {
        /// Row of the file, from 1.
        row: u32,
        /// What the file says.
        said: Sen,
        /// What it should be.
        computed: Sen,
    },
    /// A total does not fit the lines.
    #[error("{total:?}: the statement says {said}, its lines make {computed}")]
    Total {
        /// Which one.
        total: Total,
        /// What the file says.
        said: Sen,
        /// What its lines make.
        computed: Sen,
    },
}

/// What a cell should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A day.
    Day,
    /// An amount of money.
    Amount,
    /// An amount in one of two columns, in one only.
    OneAmount,
    /// `CR` or `DB`.
    Mark,
}

/// A total that banks write above or below the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Balance before the first line ("saldo awal").
    Opening,
    /// Balance after the last line ("saldo akhir").
    Closing,
    /// Sum of what came ("mutasi kredit").
    Credits,
    /// Sum of what went ("mutasi debet").
    Debits,
}

/// What stands above and below the lines.
#[derive(Default)]
struct Margins {
    account: String,
    days: Option<(Date, Date)>,
    totals: Vec<(Total, Sen)>,
}

/// Reads a statement by the first of the layouts whose headings it has. Rows are numbered from 1 in the order given.
///
/// # Errors
/// [`StatementError`]: the first thing that is wrong, with its place. Nothing is guessed or left out but what is not
/// booked yet.
pub fn read(rows: &[Vec<String>], layouts: &[Layout]) -> Result<Statement, StatementError> {
    let (at, layout, places) = rows
        .iter()
        .take(HEADINGS_WITHIN)
        .enumerate()
        .find_map(|(at, row)| layouts.iter().find_map(|layout| Some((at, layout, layout.places(row)?))))
        .ok_or(StatementError::NoHeadings)?;
    let mut margins = Margins::default();
    for row in &rows[..at] {
        margins.learn(row);
    }
    let headings = &rows[at];
    let (mut lines, mut pending) = (Vec::new(), 0);
    for (nth, row) in rows.iter().enumerate().skip(at + 1) {
        let place = Place { row: nth as u32 + 1, headings, cells: row };
        let day = place.cell(places.date);
        if row.iter().all(|cell| cell.trim().is_empty()) || margins.learn(row) || row == headings {
            continue;
        }
        if is_pending(day) {
            pending += 1;
            continue;
        }
        if let Some(account) = places.account {
            margins.same_account(&place, account)?;
        }
        lines.push(line(&place, &places, margins.days)?);
    }
    if lines.is_empty() {
        return Err(StatementError::NoLines);
    }
    in_order(&mut lines);
    let (opening, closing, proof) = prove(&lines, &margins.totals)?;
    number(&mut lines);
    let of_lines = lines.first().zip(lines.last()).map(|(first, last)| (first.on, last.on));
    let Margins { account, days, .. } = margins;
    let bank = layout.bank.clone();
    Ok(Statement { bank, account, days: days.or(of_lines), opening, closing, lines, pending, proof })
}

impl Margins {
    /// Whether the row is one of the margin and not a line: then what it says is kept.
    fn learn(&mut self, row: &[String]) -> bool {
        let mut cells = row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        let Some(first) = cells.next() else { return false };
        let (label, own) = first.split_once(':').unwrap_or((first, ""));
        let rest: Vec<&str> =
            std::iter::once(own).chain(cells).map(tidy).filter(|cell| !cell.is_empty()).collect();
        match plain(label).as_str() {
            "norekening" | "nomorrekening" | "norek" | "accountno" | "accountnumber" | "rekening" => {
                self.account =
                    rest.iter().map(|cell| digits(cell)).find(|cell| !cell.is_empty()).unwrap_or_default();
            }
            "periode" | "period" | "tanggalperiode" => self.days = days(&rest.join(" ")).or(self.days),
            "saldoawal" | "openingbalance" => self.total(Total::Opening, &rest),
            "saldoakhir" | "closingbalance" | "endingbalance" => self.total(Total::Closing, &rest),
            "mutasikredit" | "totalkredit" | "totalcredit" => self.total(Total::Credits, &rest),
            "mutasidebet" | "mutasidebit" | "totaldebet" | "totaldebit" => self.total(Total::Debits, &rest),
            _ => return false,
        }
        !rest.is_empty()
    }

    /// The first amount of the row; a count of lines may follow it.
    fn total(&mut self, total: Total, cells: &[&str]) {
        self.totals.extend(cells.iter().find_map(|cell| Sen::parse(cell).ok()).map(|amount| (total, amount)));
    }

    fn same_account(&mut self, place: &Place<'_>, column: usize) -> Result<(), StatementError> {
        let account = digits(place.cell(column));
        if account.is_empty() || account == self.account {
            return Ok(());
        }
        if !self.account.is_empty() {
            return Err(StatementError::OtherAccount { row: place.row });
        }
        self.account = account;
        Ok(())
    }
}

/// Without the colons and apostrophes that some exports put before a value.
fn tidy(cell: &str) -> &str {
    cell.trim_start_matches([':', '\'', ' ']).trim()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Two days in a text such as `01/09/2026 - 30/09/2026`.
fn days(text: &str) -> Option<(Date, Date)> {
    let parts = [" - ", " s/d ", " s.d. ", " sampai ", " to "];
    let (from, to) = parts.iter().find_map(|part| text.split_once(part))?;
    let (from, to) = (date::parse(tidy(from)).ok()?, date::parse(tidy(to)).ok()?);
    (from <= to).then_some((from, to))
}

fn is_pending(day: &str) -> bool {
    plain(day).starts_with("pend")
}

/// A row of the file, to be read and to be named in an error.
struct Place<'a> {
    row: u32,
    headings: &'a [String],
    cells: &'a [String],
}

impl Place<'_> {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| tidy(cell))
    }

    fn wrong(&self, column: usize, wanted: Wanted) -> StatementError {
        StatementError::Cell {
            row: self.row,
            column: self.headings.get(column).cloned().unwrap_or_default(),
            value: self.cell(column).to_owned(),
            wanted,
        }
    }

    fn amount(&self, column: usize) -> Result<Sen, StatementError> {
        Sen::parse(self.cell(column)).map_err(|_| self.wrong(column, Wanted::Amount))
    }

    /// An amount, where an empty cell or a dash is nothing.
    fn amount_or_nothing(&self, column: usize) -> Result<Sen, StatementError> {
        match self.cell(column) {
            "" | "-" => Ok(Sen(0)),
            _ => self.amount(column),
        }
    }
}

fn line(place: &Place<'_>, places: &Places, days: Option<(Date, Date)>) -> Result<Line, StatementError> {
    let on = day(place, places.date, days)?;
    let amount = match places.money {
        MoneyPlaces::Split { credit, debit } => {
            let (came, went) = (place.amount_or_nothing(credit)?, place.amount_or_nothing(debit)?);
            // Some banks write what went with a minus.
            match (came.0, went.0.saturating_abs()) {
                (1.., 0) => came,
                (0, went @ 1..) => Sen(-went),
                _ => return Err(place.wrong(credit, Wanted::OneAmount)),
            }
        }
        MoneyPlaces::Signed(column) => signed(place, column)?,
        MoneyPlaces::Marked { amount, mark } => {
            let comes = direction(place.cell(mark)).ok_or_else(|| place.wrong(mark, Wanted::Mark))?;
            let amount = place.amount(amount)?;
            if comes { amount } else { -amount }
        }
    };
    if amount == Sen(0) {
        let column = match places.money {
            MoneyPlaces::Split { credit, .. } => credit,
            MoneyPlaces::Signed(amount) | MoneyPlaces::Marked { amount, .. } => amount,
        };
        return Err(place.wrong(column, Wanted::Amount));
    }
    let text: Vec<&str> =
        places.text.iter().flat_map(|column| place.cell(*column).split_whitespace()).collect();
    let balance = match places.balance {
        Some(column) if !place.cell(column).is_empty() => Some(signed(place, column)?),
        _ => None,
    };
    Ok(Line { row: place.row, on, amount, text: text.join(" "), balance, nth: 1 })
}

/// An amount with a sign, or with `CR` or `DB` behind it.
fn signed(place: &Place<'_>, column: usize) -> Result<Sen, StatementError> {
    let cell = place.cell(column);
    let at = cell.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let (number, mark) = match cell.is_char_boundary(at) {
        true => cell.split_at(at),
        false => (cell, ""),
    };
    match (mark, direction(mark)) {
        ("", _) => place.amount(column),
        (_, Some(comes)) => {
            let amount = Sen::parse(number).map_err(|_| place.wrong(column, Wanted::Amount))?;
            Ok(if comes { amount } else { -amount })
        }
        (_, None) => Err(place.wrong(column, Wanted::Amount)),
    }
}

/// Whether money came; none for a mark that nobody knows.
fn direction(mark: &str) -> Option<bool> {
    match mark.trim().to_uppercase().as_str() {
        "CR" | "C" | "K" | "KR" | "KREDIT" | "CREDIT" | "+" => Some(true),
        "DB" | "DR" | "D" | "DEBET" | "DEBIT" | "-" => Some(false),
        _ => None,
    }
}

fn day(place: &Place<'_>, column: usize, days: Option<(Date, Date)>) -> Result<Date, StatementError> {
    let cell = place.cell(column);
    if let Ok(day) = date::parse(cell) {
        return Ok(day);
    }
    let wrong = || place.wrong(column, Wanted::Day);
    let parts: Vec<&str> = cell.split(['/', '-']).collect();
    let number = |text: &str| text.trim().parse::<u8>().ok();
    let (day, month, year) = match parts.as_slice() {
        [day, month] => (number(day), number(month), None),
        // Two digits of a year: a statement is of this century.
        [day, month, year] if year.len() == 2 => {
            (number(day), number(month), Some(2000 + i32::from(number(year).ok_or_else(wrong)?)))
        }
        _ => return Err(wrong()),
    };
    let (Some(day), Some(month)) = (day, month.and_then(|month| Month::try_from(month).ok())) else {
        return Err(wrong());
    };
    let year = match (year, days) {
        (Some(year), _) => year,
        (None, None) => return Err(StatementError::NoYear { row: place.row }),
        // From December to January the month tells the year.
        (None, Some((from, to))) if month >= from.month() || from.year() == to.year() => from.year(),
        (None, Some((_, to))) => to.year(),
    };
    Date::from_calendar_date(year, month, day).map_err(|_| wrong())
}

/// Oldest first: banks that write the newest first are turned round.
fn in_order(lines: &mut [Line]) {
    let falls = lines.windows(2).any(|pair| matches!(pair, [one, two] if one.on > two.on));
    let rises = lines.windows(2).any(|pair| matches!(pair, [one, two] if one.on < two.on));
    // All of one day: the balances tell.
    let turned = || broken(lines.iter()).is_some() && broken(lines.iter().rev()).is_none();
    let newest_first = if falls || rises { !rises } else { turned() };
    if newest_first {
        lines.reverse();
    }
}

/// The first line whose balance does not follow from the one before, with what should be there.
fn broken<'a>(lines: impl Iterator<Item = &'a Line>) -> Option<(&'a Line, Sen, Sen)> {
    let mut before: Option<Sen> = None;
    for line in lines {
        if let (Some(before), Some(said)) = (before, line.balance) {
            let computed = Sen(before.0.saturating_add(line.amount.0));
            if computed != said {
                return Some((line, said, computed));
            }
        }
        before = line.balance.or_else(|| before?.checked_add(line.amount));
    }
    None
}

type Proved = (Option<Sen>, Option<Sen>, Proof);

fn prove(lines: &[Line], totals: &[(Total, Sen)]) -> Result<Proved, StatementError> {
    if let Some((line, said, computed)) = broken(lines.iter()) {
        return Err(StatementError::Balance { row: line.row, said, computed });
    }
    let said = |wanted: Total| totals.iter().find(|(total, _)| *total == wanted).map(|(_, amount)| *amount);
    let sum = |sign: i64| -> Sen {
        lines.iter().map(|line| line.amount).filter(|amount| amount.0.signum() == sign).sum()
    };
    let (came, went) = (sum(1), -sum(-1));
    for (total, computed) in [(Total::Credits, came), (Total::Debits, went)] {
        match said(total) {
            Some(said) if said.0.saturating_abs() != computed.0 => {
                return Err(StatementError::Total { total, said, computed });
            }
            _ => {}
        }
    }
    let all: Sen = lines.iter().map(|line| line.amount).sum();
    let first = lines.first().and_then(|line| Some(Sen(line.balance?.0.saturating_sub(line.amount.0))));
    let last = lines.last().and_then(|line| line.balance);
    let (opening, closing) = (said(Total::Opening), said(Total::Closing));
    for (total, said, computed) in [(Total::Opening, opening, first), (Total::Closing, closing, last)] {
        match (said, computed) {
            (Some(said), Some(computed)) if said != computed => {
                return Err(StatementError::Total { total, said, computed });
            }
            _ => {}
        }
    }
    let (opened, closed) = (opening.or(first), closing.or(last));
    if let (Some(opened), Some(closed)) = (opened, closed) {
        let computed = Sen(opened.0.saturating_add(all.0));
        if computed != closed {
            return Err(StatementError::Total { total: Total::Closing, said: closed, computed });
        }
    }
    let has_totals = opening.is_some() && closing.is_some()
        || said(Total::Credits).is_some() && said(Total::Debits).is_some();
    let proof = match has_totals {
        true => Proof::Totals,
        false if lines.iter().all(|line| line.balance.is_some()) => Proof::Balances,
        false => Proof::Nothing,
    };
    Ok((opened, closed, proof))
}

/// Numbers lines that are alike in everything.
fn number(lines: &mut [Line]) {
    let mut alike: HashMap<String, u32> = HashMap::new();
    for line in lines {
        let nth = alike.entry(line.identity()).or_insert(0);
        *nth += 1;
        line.nth = *nth;
    }
}
