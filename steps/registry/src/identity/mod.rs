//! Who is who: records that may be one person, the decision about them, and what it does.
//!
//! `asuh_matching` says of two records that they are the same, different, or that somebody has to be asked. A job
//! searches the whole list after an import ([`search`]), a person who comes in by a form is looked for at once; what is
//! found becomes a *pair* that a person decides ([`decide`]). "Same" merges ([`merge`]): the alias leaves the list and
//! keeps its history, and can be brought back. Families between whom a pair is undecided are helped once ([`waiting`]).

mod campaign;
mod check;
mod decide;
mod leads;
mod merge;
pub(super) mod pages;
mod pairs;
mod query;
mod read;
mod search;
mod tasks;
mod undecided;
mod waiting;

pub(super) use check::check;
pub use decide::{DecidePair, DecideProposed, Decision, ReopenPair};
pub(crate) use leads::{any_merged, former_names};
pub use leads::{family_stands_for, person_stands_for};
pub(super) use search::{JOB, search, search_one};
pub use search::{SearchPairs, search_later};
pub(super) use tasks::tasks;
pub(crate) use undecided::undecided;
pub use waiting::{Waiting, waiting};

use super::rights::{DecidePairs, SeePairs};
use asuh_ground::web::Routes;

/// The ids of a family (`$2`) of a district (`$1`) and of those merged into it, for `IN`: what was done for an alias
/// was done for the family. Indexes: the key of `family`, `family_by_canonical`.
pub const FAMILY_AND_ALIASES: &str =
    "(SELECT f.id FROM family f WHERE f.district_id = $1 AND (f.id = $2 OR f.canonical_id = $2))";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeePairs, _>("/data-ganda", pages::list)
        .post::<DecidePairs, _>("/data-ganda/cari", pages::search)
        .post::<DecidePairs, _>("/data-ganda/sama", pages::all_same)
        .get::<SeePairs, _>("/data-ganda/{id}", pages::show)
        .post::<DecidePairs, _>("/data-ganda/{id}/putuskan", pages::decide)
        .post::<DecidePairs, _>("/data-ganda/{id}/batalkan", pages::reopen)
}
