//! Which subdistricts border on one another: rows that the district keeps.

use std::collections::BTreeSet;

use asuh_store::{Command, DistrictId, Fault, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

asuh_store::row_struct! {
    /// Two subdistricts that border on one another, the smaller code first.
    pub(crate) struct NeighbourRow {
        pub(crate) one_code: i64,
        pub(crate) other_code: i64,
    }
}

/// All of them. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn neighbours(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<NeighbourRow>, StoreError> {
    db.all(
        "SELECT one_code, other_code FROM subdistrict_neighbour WHERE district_id = $1 \
         ORDER BY one_code, other_code",
        args![district],
    )
    .await
}

/// Says which subdistricts border on one.
///
/// Refused when one of them is no subdistrict of the district.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetNeighbours {
    /// The subdistrict.
    pub subdistrict: i64,
    /// All that border on it.
    pub neighbours: BTreeSet<i64>,
}

impl Command for SetNeighbours {
    const KIND: &'static str = "pairing.set_neighbours";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let known = asuh_step_registry::territories::subdistricts(tx, tx.district()).await?;
        let is_known = |code: &i64| known.iter().any(|one| one.code == *code);
        if !is_known(&self.subdistrict) || !self.neighbours.iter().all(is_known) {
            return Err(Refusal::not_found().into());
        }
        tx.execute(
            "DELETE FROM subdistrict_neighbour WHERE district_id = $1 AND (one_code = $2 OR other_code = $2)",
            args![tx.district(), self.subdistrict],
        )
        .await?;
        let others = self.neighbours.iter().copied().filter(|code| *code != self.subdistrict);
        let rows = others.map(|code| {
            let (one, other) = (code.min(self.subdistrict), code.max(self.subdistrict));
            args![tx.district(), one, other]
        });
        tx.insert_many(
            "INSERT INTO subdistrict_neighbour (district_id, one_code, other_code) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        Ok(())
    }
}
