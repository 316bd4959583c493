//! What is read of campaigns. They are few: the primary key is index enough.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::{Calendar, Rhythm};

asuh_store::row_struct! {
    /// A campaign (gerakan).
    pub struct Campaign {
        /// Key.
        pub id: Id,
        /// Name.
        pub name: String,
        /// Slogan; may be empty.
        pub slogan: String,
        /// 'weekly', 'monthly', 'once'; see [`Campaign::calendar`].
        pub rhythm: String,
        /// Day of the rhythm.
        pub rhythm_day: i64,
        /// First day.
        pub starts_on: Date,
        /// Last day.
        pub ends_on: Option<Date>,
        /// 'asn', 'anyone'.
        pub contributor_scope: String,
        /// 'nutrition', 'water', 'sanitation', 'education', 'mentoring'.
        pub help: String,
        /// 'families', 'kitchens', 'pairs'.
        pub destination: String,
        /// Holds the money.
        pub fund_holder_id: Id,
        /// Its name.
        pub fund_holder: String,
        /// Holds the goods.
        pub warehouse_id: Id,
        /// Its name.
        pub warehouse: String,
        /// Fund of all gifts.
        pub fund: String,
        /// Whether giving is voluntary.
        pub voluntary: bool,
        /// Who decided otherwise.
        pub obligation_basis: String,
        /// By which document.
        pub obligation_document: Option<String>,
        /// Of which day.
        pub obligation_on: Option<Date>,
        /// Days within which cash is deposited.
        pub deposit_days: i64,
        /// When it was made.
        pub created_at: Instant,
    }
}

impl Campaign {
    /// When its drives are.
    pub fn calendar(&self) -> Calendar {
        let rhythm = Rhythm::from_row(&self.rhythm, self.rhythm_day).unwrap_or(Rhythm::Once);
        Calendar { rhythm, starts_on: self.starts_on, ends_on: self.ends_on }
    }
}

asuh_store::row_struct! {
    /// What one giver is asked to bring of one commodity.
    pub struct Item {
        /// The campaign.
        pub campaign_id: Id,
        /// The commodity's code.
        pub commodity: String,
        /// Its name.
        pub name: String,
        /// The word for its smallest unit.
        pub unit: String,
        /// 'goods', 'cash'.
        pub kind: String,
        /// Estimated grams of one.
        pub grams_per_unit: Option<i64>,
        /// How much, in that unit.
        pub quantity: i64,
    }
}

const SELECT: &str = "SELECT c.id, c.name, c.slogan, c.rhythm, c.rhythm_day, c.starts_on, c.ends_on, \
     c.contributor_scope, c.help, c.destination, c.fund_holder_id, COALESCE(f.name, '') AS fund_holder, c.warehouse_id, \
     COALESCE(w.name, '') AS warehouse, c.fund, c.voluntary, c.obligation_basis, c.obligation_document, \
     c.obligation_on, c.deposit_days, c.created_at FROM campaign c \
     LEFT JOIN institution f ON f.district_id = c.district_id AND f.id = c.fund_holder_id \
     LEFT JOIN institution w ON w.district_id = c.district_id AND w.id = c.warehouse_id";

/// A campaign. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn by_id(db: &impl Query, district: DistrictId, id: Id) -> Result<Option<Campaign>, StoreError> {
    db.first(&format!("{SELECT} WHERE c.district_id = $1 AND c.id = $2"), args![district, id]).await
}

/// All campaigns, those that still run first.
///
/// # Errors
/// The store fails.
pub async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Campaign>, StoreError> {
    db.all(
        &format!(
            "{SELECT} WHERE c.district_id = $1 \
             ORDER BY (c.ends_on IS NOT NULL), c.starts_on DESC, c.name, c.id"
        ),
        args![district],
    )
    .await
}

/// The campaigns that run on this day.
///
/// # Errors
/// The store fails.
pub async fn active(db: &impl Query, district: DistrictId, day: Date) -> Result<Vec<Campaign>, StoreError> {
    db.all(
        &format!(
            "{SELECT} WHERE c.district_id = $1 AND c.starts_on <= $2 \
             AND (c.ends_on IS NULL OR c.ends_on >= $2) ORDER BY c.name, c.id"
        ),
        args![district, day],
    )
    .await
}

/// The campaigns that have not ended on this day: those that can be promised for.
///
/// # Errors
/// The store fails.
pub async fn open(db: &impl Query, district: DistrictId, day: Date) -> Result<Vec<Campaign>, StoreError> {
    db.all(
        &format!(
            "{SELECT} WHERE c.district_id = $1 AND (c.ends_on IS NULL OR c.ends_on >= $2) ORDER BY c.name, c.id"
        ),
        args![district, day],
    )
    .await
}

const ITEMS: &str = "SELECT i.campaign_id, i.commodity, k.name, k.unit, k.kind, k.grams_per_unit, i.quantity \
     FROM campaign_item i JOIN commodity k ON k.district_id = i.district_id AND k.code = i.commodity";

/// A campaign's basket, in order. Index: primary key of campaign_item.
///
/// # Errors
/// The store fails.
pub async fn items(db: &impl Query, district: DistrictId, campaign: Id) -> Result<Vec<Item>, StoreError> {
    db.all(
        &format!("{ITEMS} WHERE i.district_id = $1 AND i.campaign_id = $2 ORDER BY i.nth"),
        args![district, campaign],
    )
    .await
}

/// The baskets of all campaigns, each in order.
///
/// # Errors
/// The store fails.
pub(crate) async fn all_items(db: &impl Query, district: DistrictId) -> Result<Vec<Item>, StoreError> {
    db.all(&format!("{ITEMS} WHERE i.district_id = $1 ORDER BY i.campaign_id, i.nth"), args![district]).await
}

asuh_store::row_struct! {
    /// An institution to choose.
    pub struct Choice {
        /// Key.
        pub id: Id,
        /// Name.
        pub name: String,
    }
}

/// The institutions of a kind that can be chosen. The district has some hundreds of institutions.
///
/// # Errors
/// The store fails.
pub(crate) async fn institutions(
    db: &impl Query,
    district: DistrictId,
    kinds: [&str; 2],
) -> Result<Vec<Choice>, StoreError> {
    db.all(
        "SELECT id, name FROM institution WHERE district_id = $1 AND kind IN ($2, $3) AND valid_to IS NULL \
         ORDER BY name_search, id",
        args![district, kinds[0], kinds[1]],
    )
    .await
}

/// All institutions of the district that are there. It has some hundreds.
///
/// # Errors
/// The store fails.
pub(crate) async fn all_institutions(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<Choice>, StoreError> {
    db.all(
        "SELECT id, name FROM institution WHERE district_id = $1 AND valid_to IS NULL ORDER BY name_search, id",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// A decision about whether giving is voluntary.
    pub(crate) struct DecisionLine {
        /// Key.
        pub(crate) id: Id,
        /// Whether it is voluntary since.
        pub(crate) voluntary: bool,
        /// Who decided.
        pub(crate) decided_by: String,
        /// By which document.
        pub(crate) document: String,
        /// Of which day.
        pub(crate) decided_on: Date,
        /// When it was logged.
        pub(crate) recorded_at: Instant,
        /// By whom; nobody for one who is not there any more.
        pub(crate) recorder: Option<String>,
    }
}

/// The decisions about a campaign, the last one first. Indexes: primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn decisions(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<Vec<DecisionLine>, StoreError> {
    db.all(
        "SELECT d.id, d.voluntary, d.decided_by, d.document, d.decided_on, d.recorded_at, u.name AS recorder \
         FROM campaign_decision d LEFT JOIN app_user u ON u.district_id = d.district_id AND u.id = d.recorded_by \
         WHERE d.district_id = $1 AND d.campaign_id = $2 ORDER BY d.id DESC",
        args![district, campaign],
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn decisions_are_found_by_their_campaign(db: TestDatabase) {
        let db = Plans::of(&db).await;
        decisions(&db, D, I).await.expect("a plan");
        no_walks(&db);
    }
}
