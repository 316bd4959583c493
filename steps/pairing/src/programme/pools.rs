//! The pools of a programme: the campaigns whose promises it gives to its targets. The first is the one that it was set
//! up for, which also says what a unit is worth; a basket of another counts as so many of these units.

use std::collections::HashSet;

use asuh_step_sponsors::pledges::{PromisedEnd, Supply, promised_ends, supply};
use asuh_store::{Command, DistrictId, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::held;
use super::query::{unit_rupiah, without_programme};

/// Most units that a basket of a pool may count as.
pub(crate) const MOST_PER_BASKET: i64 = 1_000;

asuh_store::row_struct! {
    /// A campaign whose promises a programme gives to its targets.
    pub(crate) struct Pool {
        pub(crate) campaign_id: Id,
        pub(crate) name: String,
        pub(crate) units_per_basket: i64,
        /// Whether the programme was set up for it.
        pub(crate) is_first: bool,
    }
}

/// The pools of a programme, its first one first. Index: programme_pool_by_programme.
///
/// # Errors
/// The store fails.
pub(crate) async fn pools(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
) -> Result<Vec<Pool>, StoreError> {
    db.all(
        "SELECT p.campaign_id, c.name, p.units_per_basket, \
         CAST(CASE WHEN g.campaign_id = p.campaign_id THEN 1 ELSE 0 END AS BIGINT) AS is_first FROM programme_pool p \
         JOIN programme g ON g.district_id = p.district_id AND g.id = p.programme_id \
         JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
         WHERE p.district_id = $1 AND p.programme_id = $2 ORDER BY is_first DESC, c.name, p.campaign_id",
        args![district, programme],
    )
    .await
}

/// What promises to these pools offer on a day, in units of the programme, by promise.
///
/// # Errors
/// The store fails.
pub(crate) async fn offered(
    db: &impl Query,
    district: DistrictId,
    pools: &[Pool],
    day: Date,
) -> Result<Vec<(Id, Supply)>, StoreError> {
    let mut all = Vec::new();
    for pool in pools {
        let promises = supply(db, district, pool.campaign_id, day).await?.into_iter();
        all.extend(promises.map(|one| {
            (pool.campaign_id, Supply { units: one.units.saturating_mul(pool.units_per_basket), ..one })
        }));
    }
    all.sort_by_key(|(_, one)| one.pledge_id);
    Ok(all)
}

/// The promises to these pools that do not hold on a day any more, or rest on it; see [`promised_ends`].
///
/// # Errors
/// The store fails.
pub(crate) async fn ends(
    db: &impl Query,
    district: DistrictId,
    pools: &[Pool],
    since: Date,
    day: Date,
) -> Result<Vec<PromisedEnd>, StoreError> {
    let mut all = Vec::new();
    for pool in pools {
        all.extend(promised_ends(db, district, pool.campaign_id, since, day).await?);
    }
    Ok(all)
}

/// The pools with these campaigns, in their order.
pub(crate) fn chosen(pools: &[Pool], campaigns: &HashSet<Id>) -> Vec<Pool> {
    pools.iter().filter(|pool| campaigns.contains(&pool.campaign_id)).cloned().collect()
}

/// As how many units of a programme a basket of a campaign counts by its worth on a day: `None` where that is no whole
/// number, or where one of them is worth nothing.
///
/// # Errors
/// The store fails.
pub(crate) async fn units_by_worth(
    db: &impl Query,
    district: DistrictId,
    (programme, campaign): (Id, Id),
    day: Date,
) -> Result<Option<i64>, StoreError> {
    let unit = unit_rupiah(db, district, programme, day).await?;
    let basket = unit_rupiah(db, district, campaign, day).await?;
    Ok((unit > 0 && basket >= unit && basket % unit == 0).then(|| basket / unit))
}

/// Lets a programme give the promises of another campaign too.
///
/// Refused when the campaign does not go to pairs or belongs to a programme already, when a basket counts as less than 1
/// or more than 1,000 units, and when both have a worth in rupiah and the basket is worth another amount than these units.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddPool {
    /// The programme.
    pub programme: Id,
    /// The campaign.
    pub campaign: Id,
    /// As how many units of the programme a basket of it counts: 1 to 1,000.
    pub units_per_basket: i64,
    /// The present day.
    pub today: Date,
}

impl Command for AddPool {
    const KIND: &'static str = "pairing.add_pool";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let programme = held(tx, self.programme).await?;
        let free = without_programme(tx, tx.district()).await?;
        if !free.iter().any(|campaign| campaign.id == self.campaign) {
            return Err(Refusal::new("pairing.refused.pool_taken").field("gerakan").into());
        }
        if !(1..=MOST_PER_BASKET).contains(&self.units_per_basket) {
            return Err(Refusal::new("pairing.refused.per_basket").field("satuan_per_paket").into());
        }
        let unit = unit_rupiah(tx, tx.district(), programme.campaign_id, self.today).await?;
        let basket = unit_rupiah(tx, tx.district(), self.campaign, self.today).await?;
        if unit > 0 && basket > 0 && basket != unit * self.units_per_basket {
            let rupiah = |value| asuh_nusantara::Rupiah::new(value).to_string();
            return Err(Refusal::new("pairing.refused.pool_worth")
                .field("satuan_per_paket")
                .arg("basket", rupiah(basket))
                .arg("unit", rupiah(unit))
                .into());
        }
        match put(tx, self.programme, self.campaign, self.units_per_basket).await? {
            0 => Err(Refusal::new("pairing.refused.pool_taken").field("gerakan").into()),
            _ => Ok(()),
        }
    }
}

/// Takes a pool out of a programme again.
///
/// Refused when the programme was set up for it, and when pairs were made of its promises: they go on, and somebody has to
/// answer for them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemovePool {
    /// The programme.
    pub programme: Id,
    /// The campaign.
    pub campaign: Id,
}

impl Command for RemovePool {
    const KIND: &'static str = "pairing.remove_pool";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let programme = held(tx, self.programme).await?;
        let used = tx
            .number(
                "SELECT COUNT(*) AS n FROM sponsor_pair p JOIN pledge l ON l.district_id = p.district_id \
                 AND l.id = p.pledge_id WHERE p.district_id = $1 AND p.programme_id = $2 AND l.campaign_id = $3",
                args![tx.district(), self.programme, self.campaign],
            )
            .await?;
        if programme.campaign_id == self.campaign || used > 0 {
            return Err(Refusal::new("pairing.refused.pool_used").into());
        }
        let removed = tx
            .execute(
                "DELETE FROM programme_pool WHERE district_id = $1 AND programme_id = $2 AND campaign_id = $3",
                args![tx.district(), self.programme, self.campaign],
            )
            .await?;
        match removed {
            0 => Err(Refusal::not_found().into()),
            _ => Ok(()),
        }
    }
}

/// Writes a pool; 0 where the campaign has one already.
///
/// # Errors
/// The store fails.
pub(super) async fn put(tx: &Tx<'_>, programme: Id, campaign: Id, units: i64) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO programme_pool (district_id, campaign_id, programme_id, units_per_basket, added_at, added_by) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district_id, campaign_id) DO NOTHING",
        args![tx.district(), campaign, programme, units, tx.now(), tx.actor()],
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn what_pools_offer_is_read_from_their_promises(db: TestDatabase) {
        let db = Plans::of(&db).await;
        pools(&db, D, I).await.expect("a plan");
        let pool = Pool { campaign_id: I, name: String::new(), units_per_basket: 1, is_first: true };
        offered(&db, D, std::slice::from_ref(&pool), DAY).await.expect("a plan");
        ends(&db, D, &[pool], DAY, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
