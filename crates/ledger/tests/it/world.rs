//! A small made-up district: the accounts of each kind for a few funds and commodities.

use asuh_ledger::{
    Account, AccountId, AccountKind, Books, Commodity, Fund, Line, Quantity, Transfer, TransferId,
};

/// The account of this kind, by number, for eggs from civil servants.
pub(crate) fn eggs(kind: AccountKind, number: u8) -> Account {
    account(kind, number, Fund::ASN, Commodity::EGG)
}

/// An account whose id says all of it.
pub(crate) fn account(kind: AccountKind, number: u8, fund: Fund, commodity: Commodity) -> Account {
    let mut id = [0; 16];
    id[0] = AccountKind::ALL.into_iter().position(|each| each == kind).unwrap_or_default() as u8;
    id[1] = number;
    for (byte, c) in id[2..].iter_mut().zip(fund.as_str().bytes().take(5).chain(commodity.as_str().bytes())) {
        *byte = c;
    }
    Account { id: AccountId::new(id), kind, fund, commodity }
}

/// Transfer ids by number.
pub(crate) fn id(number: u64) -> TransferId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    TransferId::new(bytes)
}

pub(crate) fn line(from: Account, to: Account, amount: i64) -> Line {
    Line { from: from.id, to: to.id, amount: Quantity::new(amount).expect("tests move amounts above zero") }
}

pub(crate) fn transfer(number: u64, lines: impl Into<Vec<Line>>) -> Transfer {
    Transfer { id: id(number), day: 20_000, reverses: None, lines: lines.into() }
}

/// Books with these accounts.
pub(crate) fn books(accounts: impl IntoIterator<Item = Account>) -> Books {
    let mut books = Books::new();
    for account in accounts {
        books.open(account).expect("accounts of one district differ");
    }
    books
}

/// The seeds of a run: `usual` of them, as many as `variable` says, or only the one that `ASUH_SEED` names, to look at
/// what broke.
pub(crate) fn seeds(variable: &str, usual: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("ASUH_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number(variable).unwrap_or(usual),
    }
}
