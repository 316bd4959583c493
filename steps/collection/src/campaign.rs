//! What the collection reads of campaigns, promises and institutions, which earlier steps keep.

use std::collections::{BTreeMap, BTreeSet};

use asuh_ledger::{Commodity, Fund};
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use super::drive::rules::Rhythm;
use super::reach::Reach;
use asuh_step_sponsors::pledges;

asuh_store::row_struct! {
    /// A campaign as a Monday needs it.
    pub(crate) struct Campaign {
        /// Key.
        pub(crate) id: Id,
        /// Name.
        pub(crate) name: String,
        /// 'weekly', 'monthly', 'once'.
        pub(crate) rhythm: String,
        /// Day of the week (1 = Monday) or of the month.
        pub(crate) rhythm_day: i64,
        /// First day.
        pub(crate) starts_on: time::Date,
        /// Last day.
        pub(crate) ends_on: Option<time::Date>,
        /// Who holds the money.
        pub(crate) fund_holder_id: Id,
        /// Who keeps the goods.
        pub(crate) warehouse_id: Id,
        /// The fund of its gifts.
        pub(crate) fund: String,
        /// 'asn': every unit is asked; 'anyone': those units where somebody promised.
        pub(crate) contributor_scope: String,
        /// Days until the cash of a roll is to be deposited.
        pub(crate) deposit_days: i64,
    }
}

impl Campaign {
    /// Its rhythm.
    pub(crate) fn rhythm(&self) -> Rhythm {
        Rhythm::of(&self.rhythm, self.rhythm_day, self.starts_on, self.ends_on)
    }

    /// Its fund in the ledger.
    ///
    /// # Errors
    /// The stored code is none.
    pub(crate) fn fund(&self) -> Result<Fund, StoreError> {
        self.fund.parse().map_err(|_| StoreError::Shape(format!("campaign fund {}", self.fund)))
    }
}

/// A commodity's code for the ledger.
///
/// # Errors
/// The stored code is none.
pub(crate) fn commodity(code: &str) -> Result<Commodity, StoreError> {
    code.parse().map_err(|_| StoreError::Shape(format!("commodity {code}")))
}

const COLUMNS: &str = "id, name, rhythm, rhythm_day, starts_on, ends_on, fund_holder_id, warehouse_id, fund, \
                       contributor_scope, deposit_days";

/// A campaign by key. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Campaign>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM campaign WHERE district_id = $1 AND id = $2");
    db.first(&sql, args![district, id]).await
}

/// The campaigns, also those that ended, whose last rolls may still be open: a handful. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Campaign>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM campaign WHERE district_id = $1 ORDER BY name, id");
    db.all(&sql, args![district]).await
}

asuh_store::row_struct! {
    /// One thing of a campaign's basket.
    pub(crate) struct BasketItem {
        /// Its commodity.
        pub(crate) commodity: String,
        /// The commodity's name.
        pub(crate) name: String,
        /// The word for its smallest unit.
        pub(crate) unit: String,
        /// 'goods' or 'cash'.
        pub(crate) kind: String,
        /// Estimated grams of one unit.
        pub(crate) grams_per_unit: Option<i64>,
        /// Days after which it should be eaten.
        pub(crate) keeps_days: Option<i64>,
        /// What one basket holds.
        pub(crate) quantity: i64,
    }
}

impl BasketItem {
    /// Whether it is money.
    pub(crate) fn is_cash(&self) -> bool {
        self.kind == "cash"
    }
}

/// A campaign's basket in its order. Index: primary key of `campaign_item`.
///
/// # Errors
/// The store fails.
pub(crate) async fn basket(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<Vec<BasketItem>, StoreError> {
    db.all(
        "SELECT i.commodity, c.name, c.unit, c.kind, c.grams_per_unit, c.keeps_days, i.quantity \
         FROM campaign_item i JOIN commodity c ON c.district_id = i.district_id AND c.code = i.commodity \
         WHERE i.district_id = $1 AND i.campaign_id = $2 ORDER BY i.nth",
        args![district, campaign],
    )
    .await
}

/// The goods of the district that a campaign's basket does not have, with `quantity` 0: what may be brought beside it.
/// Index: primary key of `commodity` and `campaign_item`; a handful.
///
/// # Errors
/// The store fails.
pub(crate) async fn beside_basket(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<Vec<BasketItem>, StoreError> {
    db.all(
        "SELECT c.code AS commodity, c.name, c.unit, c.kind, c.grams_per_unit, c.keeps_days, CAST(0 AS BIGINT) AS quantity \
         FROM commodity c WHERE c.district_id = $1 AND c.kind = 'goods' AND NOT EXISTS (SELECT 1 FROM campaign_item i \
         WHERE i.district_id = c.district_id AND i.campaign_id = $2 AND i.commodity = c.code) ORDER BY c.nth, c.code",
        args![district, campaign],
    )
    .await
}

/// The civil servant with this NIP, of whatever unit. Index: `sponsor_version_by_nip`.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_nip(
    db: &impl Query,
    district: DistrictId,
    hash: &[u8],
) -> Result<Option<Named>, StoreError> {
    db.first(BY_NIP, args![district, hash.to_vec()]).await
}

/// The SQL of [`by_nip`]. The end of all time stands in it as a number ([`Instant::NEVER`]): SQLite uses an index with a
/// condition only where the statement says that condition.
const BY_NIP: &str = "SELECT sponsor_id AS id, name FROM sponsor_version WHERE district_id = $1 AND nip_hash = $2 \
    AND nip_hash IS NOT NULL AND superseded_at = 9223372036854775807 AND status = 'active'";

/// The units that a campaign asks for a roll on a day; `None` = every one. What anybody may join, a firm or a person,
/// is nothing to a unit where nobody did.
///
/// # Errors
/// The store fails.
pub(crate) async fn asked_units(
    db: &impl Query,
    district: DistrictId,
    campaign: &Campaign,
    day: time::Date,
) -> Result<Option<BTreeSet<Id>>, StoreError> {
    if campaign.contributor_scope == "asn" {
        return Ok(None);
    }
    let promised = pledges::of_units(db, district, campaign.id, day).await?;
    Ok(Some(promised.into_iter().map(|unit| unit.unit_id).collect()))
}

/// A promise (janji) that holds on a day.
pub(crate) struct Promise {
    /// Who promised.
    pub(crate) sponsor_id: Id,
    /// The promise.
    pub(crate) pledge_id: Id,
    /// How many baskets.
    pub(crate) baskets: i64,
}

/// The promises of a unit's people that hold on a day, one per person: several are added up.
///
/// # Errors
/// The store fails.
pub(crate) async fn promises(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    unit: Id,
    day: time::Date,
) -> Result<Vec<Promise>, StoreError> {
    let mut found: BTreeMap<Id, Promise> = BTreeMap::new();
    for line in pledges::in_force(db, district, campaign, unit, day).await? {
        found.entry(line.sponsor_id).and_modify(|promise| promise.baskets += line.baskets).or_insert(
            Promise { sponsor_id: line.sponsor_id, pledge_id: line.pledge_id, baskets: line.baskets },
        );
    }
    Ok(found.into_values().collect())
}

asuh_store::row_struct! {
    /// A person or an institution by name.
    pub(crate) struct Named {
        /// Key.
        pub(crate) id: Id,
        /// Name.
        pub(crate) name: String,
    }
}

/// The people of a unit's roster, by name. Index: `sponsor_version_by_unit`.
///
/// # Errors
/// The store fails.
pub(crate) async fn roster(
    db: &impl Query,
    district: DistrictId,
    unit: Id,
) -> Result<Vec<Named>, StoreError> {
    db.all(
        "SELECT sponsor_id AS id, name FROM sponsor_version WHERE district_id = $1 AND unit_id = $2 \
         AND superseded_at = $3 AND status = 'active' ORDER BY name_search, sponsor_id",
        args![district, unit, Instant::NEVER],
    )
    .await
}

/// Whether somebody is on a unit's roster. Index: primary key of `sponsor_version`.
///
/// # Errors
/// The store fails.
pub(crate) async fn is_on_roster(
    db: &impl Query,
    district: DistrictId,
    unit: Id,
    sponsor: Id,
) -> Result<bool, StoreError> {
    let found = db
        .number(
            "SELECT COUNT(*) AS n FROM sponsor_version WHERE district_id = $1 AND sponsor_id = $2 \
             AND unit_id = $3 AND superseded_at = $4 AND status = 'active'",
            args![district, sponsor, unit, Instant::NEVER],
        )
        .await?;
    Ok(found > 0)
}

asuh_store::row_struct! {
    struct Unit { unit_id: Option<Id> }
}

/// The unit on whose roster somebody is. Index: primary key of `sponsor_version`.
///
/// # Errors
/// The store fails.
pub(crate) async fn unit_of(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
) -> Result<Option<Id>, StoreError> {
    let found: Option<Unit> = db
        .first(
            "SELECT unit_id FROM sponsor_version WHERE district_id = $1 AND sponsor_id = $2 AND superseded_at = $3 \
             AND status = 'active'",
            args![district, sponsor, Instant::NEVER],
        )
        .await?;
    Ok(found.and_then(|found| found.unit_id))
}

/// The reached units that have people on the roster. Index: `institution_by_name`, `sponsor_version_by_unit`.
///
/// # Errors
/// The store fails.
pub(crate) async fn units(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<Vec<Named>, StoreError> {
    let mut args = Args::new().with(district).with(Instant::NEVER);
    let reached = reach.condition("i.id", &mut args);
    let sql = format!(
        "SELECT i.id, i.name FROM institution i WHERE i.district_id = $1 AND {reached} AND i.valid_to IS NULL \
         AND EXISTS (SELECT 1 FROM sponsor_version v WHERE v.district_id = i.district_id AND v.unit_id = i.id \
         AND v.superseded_at = $2 AND v.status = 'active') ORDER BY i.name_search, i.id"
    );
    db.all(&sql, args).await
}

/// The day it is now in the district, within a command.
///
/// # Errors
/// The store fails.
pub async fn local_today(tx: &asuh_store::Tx<'_>) -> Result<time::Date, StoreError> {
    asuh_store::row_struct! {
        struct Zone { zone: String }
    }
    let row: Option<Zone> = tx.first("SELECT zone FROM district WHERE id = $1", args![tx.district()]).await?;
    let zone =
        row.and_then(|row| asuh_nusantara::Zone::parse(&row.zone)).unwrap_or(asuh_nusantara::Zone::Wib);
    Ok(zone.local_date(tx.now().utc()))
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};

    use super::*;

    #[test]
    fn the_end_of_all_time_is_that_of_the_statement() {
        assert!(BY_NIP.contains(&Instant::NEVER.0.to_string()));
    }

    #[db_test]
    async fn a_nip_is_looked_up(db: TestDatabase) {
        let store = db.open().await;
        let args = args![DistrictId(1), vec![7_u8; 32]];
        let plan = store.reader().plan(BY_NIP, args).await.expect("a plan");
        if store.engine() == Engine::Sqlite {
            assert!(plan.contains("sponsor_version_by_nip"), "{plan}");
        }
    }
}
