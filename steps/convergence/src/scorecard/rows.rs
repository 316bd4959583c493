//! The people behind a computed number: the rows that it is the sum of, within the reader's rights.

use asuh_ground::access::Scope;
use asuh_store::{Id, Query, StoreError};

use crate::indicator::Indicator;
use crate::indicator::computation::{self, Asked};

/// People on a page.
pub(super) const PAGE: usize = 50;

asuh_store::row_struct! {
    /// Somebody who is counted.
    pub(crate) struct Line {
        pub(crate) village_code: i64,
        pub(crate) rw: String,
        pub(crate) rt: String,
        pub(crate) family_id: Id,
        pub(crate) person_id: Id,
        pub(crate) head_name: String,
        pub(crate) name: String,
        pub(crate) fact: Option<i64>,
    }
}

/// Which of them are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All that count, and those of whom nothing is recorded.
    All,
    /// For whom it holds.
    Holds,
    /// For whom it does not.
    HoldsNot,
    /// Of whom nothing is recorded.
    Unknown,
}

impl Shown {
    /// By its word in an address.
    pub(super) fn parse(word: &str) -> Shown {
        match word {
            "ya" => Shown::Holds,
            "belum" => Shown::HoldsNot,
            "tanpa-data" => Shown::Unknown,
            _ => Shown::All,
        }
    }
}

/// A page of the rows within the scope; one more when there are more. The same statement as the number itself: see
/// [`computation::rows`] for its indexes.
pub(crate) async fn page(
    db: &impl Query,
    one: &Indicator,
    asked: &Asked,
    scope: &Scope,
    shown: Shown,
    after: Option<Id>,
) -> Result<Vec<Line>, StoreError> {
    let Some((rows, mut args)) = computation::rows(one, asked) else { return Ok(Vec::new()) };
    let within = scope.territory_condition("r.village_code", Some("r.rw"), &mut args);
    let which = match shown {
        Shown::All => "(r.fact IS NULL OR r.fact <> 2)",
        Shown::Holds => "r.fact = 1",
        Shown::HoldsNot => "r.fact = 0",
        Shown::Unknown => "r.fact IS NULL",
    };
    let after = after.map(|id| format!(" AND r.person_id > {}", args.push(id))).unwrap_or_default();
    db.all(
        &format!(
            "SELECT r.village_code, r.rw, r.rt, r.family_id, r.person_id, r.head_name, r.name, \
             CAST(r.fact AS BIGINT) AS fact FROM ({rows}) r WHERE {which} AND {within}{after} \
             ORDER BY r.person_id LIMIT {}",
            PAGE + 1
        ),
        args,
    )
    .await
}
