//! Under which headings a bank writes what.

use serde::{Deserialize, Serialize};

/// The form of a bank's statement. Headings are compared by their letters and digits alone; of several that are given
/// for one thing the first that is there is taken, of texts all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The bank, as people call it.
    pub bank: String,
    /// The day of booking.
    pub date: Vec<String>,
    /// What the movement is, and who sent it: joined by a blank.
    pub text: Vec<String>,
    /// The money.
    pub money: Money,
    /// The balance afterwards; may be empty.
    #[serde(default)]
    pub balance: Vec<String>,
    /// The number of the account on every line; may be empty, then it stands above.
    #[serde(default)]
    pub account: Vec<String>,
}

/// How a statement says whether money came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Money {
    /// Two columns; one of them is empty or zero.
    Split {
        /// What came.
        credit: Vec<String>,
        /// What went.
        debit: Vec<String>,
    },
    /// One column with its sign, or with `CR`/`DB` behind the number.
    Signed {
        /// The amount.
        amount: Vec<String>,
    },
    /// One column without a sign, and `CR`/`DB` in another.
    Marked {
        /// The amount.
        amount: Vec<String>,
        /// The mark; empty for the column that follows the amount and has no heading.
        mark: Vec<String>,
    },
}

fn all(headings: &[&str]) -> Vec<String> {
    headings.iter().map(|heading| (*heading).to_owned()).collect()
}

/// The layouts that are known beforehand, as public programs for these banks' files read them. None was compared with a
/// file of 2026 from the bank itself: a treasurer whose file is another chooses its columns once.
pub fn shipped() -> Vec<Layout> {
    vec![
        Layout {
            bank: "BCA".into(),
            date: all(&["Tanggal Transaksi", "Tanggal", "Tgl"]),
            text: all(&["Keterangan"]),
            money: Money::Marked { amount: all(&["Jumlah", "Mutasi"]), mark: Vec::new() },
            balance: all(&["Saldo"]),
            account: Vec::new(),
        },
        Layout {
            bank: "Mandiri".into(),
            date: all(&["PostDate", "Post Date", "Posting Date", "Tanggal Posting"]),
            text: all(&["Remarks", "AdditionalDesc", "Additional Desc", "Description"]),
            money: Money::Split {
                credit: all(&["Credit Amount", "Credit", "Kredit"]),
                debit: all(&["Debit Amount", "Debit", "Debet"]),
            },
            balance: all(&["Close Balance", "Closing Balance", "Balance", "Saldo"]),
            account: all(&["AccountNo", "Account No", "Nomor Rekening"]),
        },
        Layout {
            bank: "BRI".into(),
            date: all(&["TGL_TRAN", "Tanggal Transaksi"]),
            text: all(&["TRREMK", "REMARK_CUSTOM", "Uraian Transaksi", "Keterangan"]),
            money: Money::Split {
                credit: all(&["MUTASI_KREDIT", "Kredit"]),
                debit: all(&["MUTASI_DEBET", "Debet", "Debit"]),
            },
            balance: all(&["SALDO_AKHIR_MUTASI", "Saldo"]),
            account: all(&["NOREK", "Nomor Rekening"]),
        },
        Layout {
            bank: "BSI".into(),
            date: all(&["Tanggal", "Transaction Date", "Tanggal Transaksi"]),
            text: all(&["Keterangan", "Deskripsi", "Description", "Uraian"]),
            money: Money::Split {
                credit: all(&["Kredit", "Credit", "Uang Masuk"]),
                debit: all(&["Debit", "Debet", "Uang Keluar"]),
            },
            balance: all(&["Saldo", "Balance"]),
            account: Vec::new(),
        },
    ]
}

/// A heading by its letters and digits.
pub(crate) fn plain(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Where the columns of a layout stand in a row of headings.
pub(crate) struct Places {
    pub(crate) date: usize,
    pub(crate) text: Vec<usize>,
    pub(crate) money: MoneyPlaces,
    pub(crate) balance: Option<usize>,
    pub(crate) account: Option<usize>,
}

pub(crate) enum MoneyPlaces {
    Split { credit: usize, debit: usize },
    Signed(usize),
    Marked { amount: usize, mark: usize },
}

impl Layout {
    /// Where its columns stand, when this row has their headings.
    pub(crate) fn places(&self, row: &[String]) -> Option<Places> {
        let headings: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
        let place = |wanted: &[String]| {
            wanted.iter().find_map(|one| headings.iter().position(|heading| *heading == plain(one)))
        };
        let mut text: Vec<usize> = Vec::new();
        for one in &self.text {
            let found = headings.iter().position(|heading| *heading == plain(one));
            text.extend(found.filter(|found| !text.contains(found)));
        }
        let money = match &self.money {
            Money::Split { credit, debit } => {
                MoneyPlaces::Split { credit: place(credit)?, debit: place(debit)? }
            }
            Money::Signed { amount } => MoneyPlaces::Signed(place(amount)?),
            Money::Marked { amount, mark } => {
                let amount = place(amount)?;
                let follows = (mark.is_empty() && headings.get(amount + 1).is_some_and(String::is_empty))
                    .then_some(amount + 1);
                MoneyPlaces::Marked { amount, mark: follows.or_else(|| place(mark))? }
            }
        };
        let date = place(&self.date)?;
        let (balance, account) = (place(&self.balance), place(&self.account));
        (!text.is_empty()).then_some(Places { date, text, money, balance, account })
    }
}
