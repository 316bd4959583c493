//! What is told of a statement that cannot be read, and what a stored line says.

use asuh_nusantara::date;
use asuh_statement::{Sen, Statement, StatementError, Total, Wanted};
use asuh_store::{Id, Refusal};
use time::Date;

/// Rows of a statement at most: a year of a very busy account.
pub(crate) const MOST_ROWS: u32 = 20_000;

/// Why a file is not believed, with the place and how to mend it.
pub(crate) fn refusal(error: &StatementError) -> Refusal {
    let refused = |code: &str| Refusal::new(format!("money.refused.file_{code}"));
    match error {
        StatementError::NoHeadings => refused("headings"),
        StatementError::NoLines => refused("lines"),
        StatementError::Cell { row, column, value, wanted } => {
            let code = match wanted {
                Wanted::Day => "day",
                Wanted::Amount => "amount",
                Wanted::OneAmount => "one_amount",
                Wanted::Mark => "mark",
            };
            refused(code).arg("row", row).arg("column", column).arg("value", value)
        }
        StatementError::NoYear { row } => refused("year").arg("row", row),
        StatementError::OtherAccount { row } => refused("other_account").arg("row", row),
        StatementError::Balance { row, said, computed } => {
            refused("balance").arg("row", row).arg("said", said).arg("computed", computed)
        }
        StatementError::Total { total, said, computed } => {
            let code = match total {
                Total::Opening => "opening",
                Total::Closing => "closing",
                Total::Credits => "credits",
                Total::Debits => "debits",
            };
            refused(code).arg("said", said).arg("computed", computed)
        }
    }
}

/// Whether a file is of this account: it says nothing of it, or the same number. Some banks leave out leading zeros or
/// cover the first digits.
pub(crate) fn is_of(statement: &Statement, digits: &str) -> bool {
    let (said, own) = (statement.account.trim_start_matches('0'), digits.trim_start_matches('0'));
    said.is_empty() || said == own || (said.len() >= 4 && own.ends_with(said))
}

/// What a line is stored as: its account before what tells it from others there.
pub(crate) fn stored(account: Id, identity: &str) -> String {
    format!("{account}|{identity}")
}

/// What a stored line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// The day of booking.
    pub(crate) on: Date,
    /// What came; negative for what went.
    pub(crate) amount: Sen,
    /// The bank's words.
    pub(crate) text: String,
    /// The balance afterwards.
    pub(crate) balance: Option<Sen>,
}

/// Reads a stored line: account, day, amount, text, balance, number. The text may hold anything.
pub(crate) fn said(stored: &str) -> Option<Said> {
    let mut front = stored.splitn(4, '|');
    let (_, on, amount, rest) = (front.next()?, front.next()?, front.next()?, front.next()?);
    let mut back = rest.rsplitn(3, '|');
    let (_, balance, text) = (back.next()?, back.next()?, back.next()?);
    Some(Said {
        on: date::parse(on).ok()?,
        amount: Sen(amount.parse().ok()?),
        text: text.to_owned(),
        balance: balance.parse().ok().map(Sen),
    })
}

/// The row that most likely holds the headings: the first of the widest text rows that has a row of the same width
/// below.
pub(crate) fn likely_headings(rows: &[Vec<String>]) -> usize {
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let is_text = |row: &Vec<String>| {
        let words = row.iter().filter(|cell| cell.chars().any(char::is_alphabetic)).count();
        words * 2 > filled(row)
    };
    let mut best = (0, 0);
    for (nth, row) in rows.iter().take(60).enumerate() {
        let width = filled(row);
        let below = rows.get(nth + 1).map_or(0, filled);
        if is_text(row) && below >= 3 && width > best.1 {
            best = (nth, width);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_statement::{read, shipped};

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(';').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_stored_line_says_what_the_bank_wrote() {
        let file = "Tanggal;Keterangan;Debit;Kredit;Saldo\n2026-11-02;TRF | DARI A|B;0;450000,50;450000,50";
        let statement = read(&rows(file), &shipped()).unwrap();
        let line = &statement.lines[0];
        let told = said(&stored(Id::SYSTEM, &line.identity())).unwrap();
        assert_eq!((told.on, told.amount, told.text.as_str()), (line.on, line.amount, "TRF | DARI A|B"));
        assert_eq!(told.balance, line.balance);
    }

    #[test]
    fn a_file_of_another_account_is_noticed() {
        let of = |account: &str| {
            let file =
                format!("No Rekening;{account}\nTanggal;Keterangan;Debit;Kredit;Saldo\n2026-11-02;A;0;5;5");
            read(&rows(&file), &shipped()).unwrap()
        };
        assert!(is_of(&of("012301004321503"), "12301004321503"));
        assert!(is_of(&of("*******1503"), "012301004321503"));
        assert!(!is_of(&of("012301004321504"), "012301004321503"));
        assert!(!is_of(&of("503"), "012301004321503"));
    }

    #[test]
    fn headings_are_found_below_what_banks_write_above() {
        let file = rows("BANK JAMBI\nRekening;123456\n\nTgl;Uraian;Masuk;Keluar;Sisa\n2026-11-02;A;5;;5\n");
        assert_eq!(likely_headings(&file), 3);
    }
}
