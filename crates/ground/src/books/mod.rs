//! The ledger's door: accounts, posting transfers, balances, lots.
//!
//! Collection, custody and distribution all post through [`post`]; nothing else writes these tables. A
//! transfer is immutable, of one fund, balanced by construction, and either moves everything or nothing; the rules are
//! those of the pure crate `asuh-ledger`. Balances are kept by the same transaction and proved equal to the
//! fold by `asuh check` ([`check`]).
//!
//! What comes in from outside is a lot, and every line takes from lots: table `take` says which lot gave how much,
//! `lot_rest` what is left of it where. So an office's eggs can be followed to the families, and back.

mod balances;
mod check;
mod funds;
mod lots;
mod periods;
mod post;

pub use asuh_ledger::quantity::MAX_CODE;
pub use asuh_ledger::{AccountKind, Commodity, Fund};
pub use balances::{
    Balance, CommodityLine, balance, balances, commodities, define_commodity, place_balances,
};
pub use check::check;
pub use funds::{FUND_KINDS, FundLine, Funds, define_fund, is_budget, is_zakat};
pub use lots::{LotOrigin, NEVER_EXPIRES};
pub use periods::{close_period, closed_through};
pub use post::{
    Holding, Move, Spot, Transfer, TransferKind, account_id, number_sealed, post, post_many, reverse,
};

use super::audit::Reference;
use super::part::Part;

/// The ground's books, for the gates.
pub const PART: Part = Part {
    check: Some(|app, district| Box::pin(check(app, district))),
    references: &[
        Reference::code("account", "commodity", "commodity"),
        Reference::code("lot", "commodity", "commodity"),
        Reference::id("transfer", "reverses", "transfer"),
        Reference::user("transfer", "actor_id"),
    ],
    ..Part::named("books")
};
