//! Accounts: who or what holds one commodity of one fund.

use crate::id::AccountId;
use crate::quantity::{Commodity, code};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

code! {
    /// Whose purpose the goods serve, by its code. Funds never mix: zakat is collected and given out by
    /// Baznas, LAZ and their UPZ alone (UU 23/2011, Pasal 38), and each giver's purpose is kept.
    ///
    /// Money of a government's budget has its own official books (PP 12/2019) and is never held here, only named as a source
    /// in plans: its codes are no funds.
    Fund {
        /// What civil servants (ASN) give.
        ASN = "asn",
        /// Infak and sedekah.
        INFAK = "infak",
        /// Zakat, as reported by Baznas.
        ZAKAT = "zakat",
        /// Companies' social responsibility.
        CSR = "csr",
    }
    never ["apbn", "apbd", "apbd_prov", "apbdes", "dana_desa", "add", "dak", "dau", "dbh", "bok", "banprov"]
}

/// Where an account stands on the way of the goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// Those who give: the source, outside the books.
    Giver,
    /// An office's collection post, until the hand-over.
    OfficePost,
    /// On the way from an office, by a hand-over.
    Transit,
    /// On the way between two places of custody, by a shipment.
    Carriage,
    /// A small store in a kecamatan or village.
    Depot,
    /// The district's store.
    Warehouse,
    /// Who holds money: a treasurer, UPZ or bank account.
    FundHolder,
    /// A kitchen that turns ingredients into portions.
    Kitchen,
    /// Who carries packages to families.
    Courier,
    /// Money that left its holder for families, until the bank or a receipt says that it arrived.
    Payout,
    /// The family: the final destination.
    Household,
    /// Shops and suppliers, outside the books: money goes there and goods come back.
    Market,
    /// The pot: ingredients go in and portions come out. Outside the books, because neither is counted in the other's
    /// unit.
    Cooking,
    /// What broke, spoiled or was lost, outside the books.
    Waste,
    /// What was there before the books began, outside the books.
    Opening,
}

impl AccountKind {
    /// All kinds, in the order of the way.
    pub const ALL: [Self; 15] = [
        Self::Giver,
        Self::OfficePost,
        Self::Transit,
        Self::Carriage,
        Self::Depot,
        Self::Warehouse,
        Self::FundHolder,
        Self::Kitchen,
        Self::Courier,
        Self::Payout,
        Self::Household,
        Self::Market,
        Self::Cooking,
        Self::Waste,
        Self::Opening,
    ];

    /// The stable code, as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Giver => "giver",
            Self::OfficePost => "office_post",
            Self::Transit => "transit",
            Self::Carriage => "carriage",
            Self::Depot => "depot",
            Self::Warehouse => "warehouse",
            Self::FundHolder => "fund_holder",
            Self::Kitchen => "kitchen",
            Self::Courier => "courier",
            Self::Payout => "payout",
            Self::Household => "household",
            Self::Market => "market",
            Self::Cooking => "cooking",
            Self::Waste => "waste",
            Self::Opening => "opening",
        }
    }

    /// Whether somebody of the programme holds the goods and answers for them: its balance is the stock,
    /// and never negative.
    pub const fn is_custody(self) -> bool {
        !self.is_outside() && !matches!(self, Self::Household)
    }

    /// Whether it stands for the world outside the programme; its balance may be of either sign.
    ///
    /// A household is neither custody nor outside: what it has received is no longer stock, but it can
    /// return no more than that, so it is never negative.
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Giver | Self::Market | Self::Cooking | Self::Waste | Self::Opening)
    }
}

impl fmt::Display for AccountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// The text is no kind of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such kind of account")]
pub struct KindError;

impl FromStr for AccountKind {
    type Err = KindError;

    /// Reads the stable code.
    fn from_str(text: &str) -> Result<Self, KindError> {
        Self::ALL.into_iter().find(|kind| kind.code() == text).ok_or(KindError)
    }
}

/// An account: one place, one fund, one commodity. It never changes after it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub id: AccountId,
    /// Where it stands.
    pub kind: AccountKind,
    /// The only fund it holds.
    pub fund: Fund,
    /// The only commodity it holds.
    pub commodity: Commodity,
}

impl Account {
    /// What the rules need to know of it.
    pub const fn reference(&self) -> AccountRef {
        AccountRef { kind: self.kind, fund: self.fund, commodity: self.commodity }
    }
}

/// What the rules need to know of an account whose id they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountRef {
    /// Where it stands.
    pub kind: AccountKind,
    /// The only fund it holds.
    pub fund: Fund,
    /// The only commodity it holds.
    pub commodity: Commodity,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_custody_or_outside_or_the_household() {
        for kind in AccountKind::ALL {
            assert_eq!(kind.code().parse(), Ok(kind));
            assert!(!(kind.is_custody() && kind.is_outside()), "{kind}");
            assert_eq!(!kind.is_custody() && !kind.is_outside(), kind == AccountKind::Household, "{kind}");
        }
        assert_eq!("gudang".parse::<AccountKind>(), Err(KindError));
    }

    #[test]
    fn budget_money_is_no_fund() {
        for code in ["apbd", "apbn", "dana_desa", "bok"] {
            assert!(code.parse::<Fund>().is_err(), "{code}");
        }
        assert_eq!("wakaf".parse::<Fund>().map(|fund| fund.to_string()), Ok("wakaf".to_owned()));
    }

    #[test]
    fn the_code_in_json_is_the_code_in_the_database() {
        struct Shown(AccountKind);
        impl fmt::Display for Shown {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.serialize(f)
            }
        }
        for kind in AccountKind::ALL {
            assert_eq!(Shown(kind).to_string(), kind.code());
        }
    }
}
