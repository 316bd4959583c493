//! Frozen lists, "data tetap": who was on it on the day it was decided. Numbered without gaps within its kind, named
//! by a decree, proved by a hash, never changed; the next list shows what came, went and changed, and why.
//!
//! There are two kinds, and they are never mixed: families at risk (BKKBN's, found by verification; here) and
//! stunted children (Dinkes', found by a round of measurement; the growth step brings it as a [`Kind`]). The
//! machinery is one: a row names the version of a family or person that was true, so no name is copied. A name that
//! the law wants removed is removed from the version alone; the rows still prove themselves without it.
//!
//! What a frozen list is *signed* with is the sealed audit trail: the receipt of freezing says the hashes, and is a
//! leaf of the chain ([`seal`](asuh_ground::audit::seal)), which needs no key and outlives every rotation of keys.

mod asof;
mod campaign;
mod change;
mod changes;
mod command;
mod export;
mod families;
mod kind;
mod pages;
mod paper;
mod print;
mod proof;
mod query;
mod rules;
mod shown;
mod start;

pub use asof::as_of_words;
pub use change::difference_counts;
pub use command::{Decree, Freeze, Frozen, RecordDecree};
pub use families::FamiliesAtRisk;
pub use kind::{Kind, Moment, Paths, Period, Reasons, Versions};
pub use proof::{FileProof, check, check_file};
pub use query::{FrozenList, current_list, in_list, lists, lists_of_family};

use super::rights::{FreezeLists, SeeFrozenLists};
use asuh_ground::web::Routes;

/// The kinds that there are, in the order in which pages show them, with where their pages are.
pub const KINDS: [(&str, &str); 2] =
    [("families_at_risk", "/data-tetap/keluarga"), ("stunted_children", "/data-tetap/anak")];

/// The page that shows all lists, and those of the kind that is this step's own.
pub(super) fn own_routes() -> Routes {
    Routes::new().get::<SeeFrozenLists, _>("/data-tetap", pages::index).and(routes::<FamiliesAtRisk>())
}

/// The pages of a kind.
pub fn routes<K: Kind>() -> Routes {
    const { assert!(K::FACTORS.len() <= query::MOST_FACTORS, "a row has twelve bits for factors") };
    let paths = K::PATHS;
    Routes::new()
        .get::<FreezeLists, _>(paths.new, start::form::<K>)
        .post::<FreezeLists, _>(paths.new, start::freeze::<K>)
        .get::<SeeFrozenLists, _>(paths.one, pages::one::<K>)
        .get::<K::Read, _>(paths.rows, pages::rows::<K>)
        .post::<K::Read, _>(paths.file, export::rows::<K>)
        .get::<SeeFrozenLists, _>(paths.changes, changes::page::<K>)
        .post::<K::Read, _>(paths.changes_file, export::changes::<K>)
        .get::<SeeFrozenLists, _>(paths.paper, paper::page::<K>)
        .get::<SeeFrozenLists, _>(paths.paper_file, print::file::<K>)
        .post::<SeeFrozenLists, _>(paths.paper_file, print::print::<K>)
        .post::<SeeFrozenLists, _>(paths.proof, paper::prove::<K>)
        .post::<FreezeLists, _>(paths.decree, pages::decree::<K>)
}
