//! Reading a bank's answer: what became of each transfer, and what is wrong with the file, by row and column.

use std::collections::HashMap;

use asuh_nusantara::Rupiah;
use asuh_store::Refusal;

use super::format::{Answer, plain};
use crate::cash::payment::Known;

/// Rows of an answer at most.
pub(super) const MOST_ROWS: u32 = 20_000;
/// Rows among which the headings are looked for.
const HEADINGS_WITHIN: usize = 60;

/// What the file says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) known: Known,
    pub(super) paid: i64,
    pub(super) reason: String,
}

/// A cell that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) row: usize,
    pub(super) column: String,
    pub(super) value: String,
    /// Its words are `cash.answer.<code>`, how to mend it `cash.answer.<code>.fix`.
    pub(super) code: &'static str,
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// News of attempts that are on their way.
    pub(super) said: Vec<Said>,
    /// Rows that say what is known already.
    pub(super) known: usize,
    /// Rows of transfers that the bank has not decided.
    pub(super) waiting: usize,
    pub(super) problems: Vec<Problem>,
}

impl Reading {
    pub(super) fn count(&self, of: impl Fn(&Said) -> bool) -> i64 {
        self.said.iter().filter(|said| of(said)).count() as i64
    }

    pub(super) fn paid(&self) -> i64 {
        self.count(|said| said.paid >= said.known.amount)
    }

    pub(super) fn failed(&self) -> i64 {
        self.count(|said| said.paid == 0)
    }

    pub(super) fn partial(&self) -> i64 {
        self.count(|said| said.paid > 0 && said.paid < said.known.amount)
    }

    /// Rupiah that arrived.
    pub(super) fn rupiah(&self) -> i64 {
        self.said.iter().map(|said| said.paid).sum()
    }
}

/// Where the columns are.
struct Places {
    row: usize,
    reference: usize,
    status: usize,
    amount: Option<usize>,
    reason: Option<usize>,
}

fn places(rows: &[Vec<String>], answer: &Answer) -> Option<Places> {
    let find = |row: &[String], title: &str| {
        let wanted = plain(title);
        (!wanted.is_empty()).then(|| row.iter().position(|cell| plain(cell) == wanted)).flatten()
    };
    rows.iter().take(HEADINGS_WITHIN).enumerate().find_map(|(nth, row)| {
        Some(Places {
            row: nth,
            reference: find(row, &answer.reference)?,
            status: find(row, &answer.status)?,
            amount: find(row, &answer.amount),
            reason: find(row, &answer.reason),
        })
    })
}

/// Reads the rows of an answer by its form. `known`: the transfers of the plan by reference.
///
/// # Errors
/// No row holds the headings for reference and status.
pub(super) fn read(
    rows: &[Vec<String>],
    answer: &Answer,
    known: &HashMap<String, Known>,
) -> Result<Reading, Refusal> {
    let Some(places) = places(rows, answer) else {
        return Err(Refusal::new("cash.refused.answer_headings")
            .field("berkas")
            .arg("reference", &answer.reference)
            .arg("status", &answer.status));
    };
    let mut reading = Reading::default();
    let mut seen: HashMap<&str, (usize, i64)> = HashMap::new();
    for (nth, row) in rows.iter().enumerate().skip(places.row + 1) {
        let cell = |at: usize| row.get(at).map_or("", |text| text.trim());
        let reference = cell(places.reference);
        // Blank rows, and the sum below a list.
        if reference.is_empty() && cell(places.status).is_empty() {
            continue;
        }
        let mut problem = |column: &str, value: &str, code| {
            let (column, value) = (column.to_owned(), value.chars().take(60).collect());
            reading.problems.push(Problem { row: nth + 1, column, value, code });
        };
        let Some((reference, known)) = known.get_key_value(reference) else {
            problem(&answer.reference, reference, "reference");
            continue;
        };
        let word = plain(cell(places.status));
        let paid = if answer.paid.contains(&word) {
            match places.amount.map(cell).filter(|text| !text.is_empty()) {
                None => known.amount,
                Some(text) => match Rupiah::parse(text).map(Rupiah::get) {
                    Ok(paid) if paid > known.amount => {
                        problem(&answer.amount, text, "too_much");
                        continue;
                    }
                    Ok(paid) if paid > 0 => paid,
                    _ => {
                        problem(&answer.amount, text, "amount");
                        continue;
                    }
                },
            }
        } else if answer.failed.contains(&word) {
            0
        } else if answer.waiting.contains(&word) {
            reading.waiting += 1;
            continue;
        } else {
            problem(&answer.status, cell(places.status), "status");
            continue;
        };
        if let Some((_, before)) = seen.get(reference.as_str()) {
            match *before == paid {
                true => reading.known += 1,
                false => problem(&answer.reference, reference, "twice"),
            }
            continue;
        }
        seen.insert(reference, (nth + 1, paid));
        match known.state.as_str() {
            "sent" => {
                let reason = places.reason.map_or("", cell);
                let reason = match (paid >= known.amount, reason) {
                    (true, _) => "",
                    (false, "") => cell(places.status),
                    (false, reason) => reason,
                };
                let reason = reason.chars().take(200).collect();
                reading.said.push(Said { known: known.clone(), paid, reason });
            }
            _ if known.paid == paid => reading.known += 1,
            _ => problem(&answer.status, cell(places.status), "contradicts"),
        }
    }
    if reading.said.is_empty() && reading.known + reading.waiting == 0 && reading.problems.is_empty() {
        return Err(Refusal::new("cash.refused.answer_empty").field("berkas"));
    }
    Ok(reading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cash::transfer::format;
    use asuh_store::Id;

    fn answer() -> Answer {
        format::answer(
            "rujukan = No Referensi\nstatus = Status\njumlah = Dibayar\nalasan = Keterangan\n\
             berhasil = Berhasil, Sukses\ngagal = Gagal\nmenunggu = Proses",
        )
        .unwrap()
    }

    fn known() -> HashMap<String, Known> {
        let one = |nth: u8, state: &str, paid| Known {
            attempt: Id::from_bytes([nth; 16]),
            payment: Id::from_bytes([nth; 16]),
            family: Id::from_bytes([nth; 16]),
            amount: 450_000,
            paid,
            state: state.to_owned(),
        };
        [("AAA", one(1, "sent", 0)), ("BBB", one(2, "sent", 0)), ("CCC", one(3, "paid", 450_000))]
            .map(|(reference, known)| (reference.to_owned(), known))
            .into()
    }

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(';').map(str::to_owned).collect()).collect()
    }

    fn of(body: &str) -> Reading {
        let file = format!("BANK REKAAN\n\nNO REFERENSI;STATUS;DIBAYAR;KETERANGAN\n{body}");
        read(&rows(&file), &answer(), &known()).unwrap()
    }

    #[test]
    fn the_bank_says_paid_failed_and_in_part() {
        let reading = of("AAA;sukses;;\nBBB;GAGAL;;Rekening tutup\n;;900000;");
        assert_eq!((reading.paid(), reading.failed(), reading.problems.len()), (1, 1, 0));
        assert_eq!(reading.said[1].reason, "Rekening tutup");
        let reading = of("AAA;Berhasil;400.000;saldo dipotong\nBBB;Proses;;");
        assert_eq!((reading.partial(), reading.waiting, reading.rupiah()), (1, 1, 400_000));
        assert_eq!(reading.said[0].reason, "saldo dipotong");
    }

    #[test]
    fn what_is_known_is_no_news() {
        let reading = of("CCC;Berhasil;450000;\nAAA;Berhasil;;\nAAA;Berhasil;;");
        assert_eq!((reading.known, reading.said.len(), reading.problems.len()), (2, 1, 0));
    }

    #[test]
    fn every_wrong_cell_is_named_by_row_and_column() {
        let cases = [
            ("XYZ;Berhasil;;", "No Referensi", "XYZ", "reference"),
            ("AAA;Mungkin;;", "Status", "Mungkin", "status"),
            ("AAA;;;", "Status", "", "status"),
            ("AAA;Berhasil;banyak;", "Dibayar", "banyak", "amount"),
            ("AAA;Berhasil;0;", "Dibayar", "0", "amount"),
            ("AAA;Berhasil;450.001;", "Dibayar", "450.001", "too_much"),
            ("CCC;Gagal;;", "Status", "Gagal", "contradicts"),
        ];
        for (line, column, value, code) in cases {
            let problem = Problem { row: 4, column: column.into(), value: value.into(), code };
            assert_eq!(of(line).problems, [problem], "{line}");
        }
        assert_eq!(of("AAA;Berhasil;;\nAAA;Gagal;;").problems[0].code, "twice");
    }

    #[test]
    fn a_file_without_headings_says_which_it_lacks() {
        let refusal = read(&rows("A;B\n1;2"), &answer(), &known()).unwrap_err();
        assert_eq!(refusal.code, "cash.refused.answer_headings");
        let empty = read(&rows("No Referensi;Status"), &answer(), &known()).unwrap_err();
        assert_eq!(empty.code, "cash.refused.answer_empty");
    }
}
