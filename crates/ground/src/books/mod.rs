//! The ledger's door: accounts, posting transfers, balances, lots.
//!
//! Collection, custody and distribution all post through [`post`]; nothing else writes these tables. A
//! transfer is immutable, balanced by construction, and either moves everything or nothing; the rules are
//! those of the pure crate `asuh-ledger`. Balances are kept by the same transaction and proved equal to the
//! fold by `asuh check` ([`check`]).

mod balances;
mod check;
mod post;

pub use asuh_ledger::{AccountKind, Commodity, Fund};
pub use balances::{
    Balance, CommodityLine, balance, balances, commodities, define_commodity, place_balances,
};
pub use check::check;
pub use post::{
    Holding, Move, Transfer, TransferKind, account_id, new_lot, number_sealed, post, post_many, reverse,
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
        Reference::id("transfer_line", "lot_id", "lot"),
    ],
    ..Part::named("books")
};
