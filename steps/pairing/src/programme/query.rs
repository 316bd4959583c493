//! What is read of programmes: their lists, needs and rules.

use std::collections::{HashMap, HashSet};

use asuh_pairing::pairing::Stability;
use asuh_step_registry::rules::Target;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::pools::{chosen, pools};
use crate::facts::Terms;
use crate::rules::{Factor, Point};
use asuh_ground::settings;

asuh_store::row_struct! {
    /// A programme of pairing.
    pub struct Programme {
        /// Its key.
        pub id: Id,
        /// The campaign whose promises it gives to targets.
        pub campaign_id: Id,
        /// The campaign's name.
        pub name: String,
        /// Kind of the frozen lists that it works on.
        pub list_kind: String,
        pub(crate) cost_subdistrict: i64,
        pub(crate) cost_neighbours: i64,
        pub(crate) cost_district: i64,
    }
}

impl Programme {
    /// What a unit costs by tier.
    pub(crate) fn tier_cost(&self) -> [u32; 4] {
        let cost = |cost: i64| u32::try_from(cost).unwrap_or(0);
        [0, cost(self.cost_subdistrict), cost(self.cost_neighbours), cost(self.cost_district)]
    }
}

const PROGRAMME: &str = "SELECT p.id, p.campaign_id, c.name, p.list_kind, p.cost_subdistrict, p.cost_neighbours, \
     p.cost_district FROM programme p JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
     WHERE p.district_id = $1";

/// The programmes of a district, the newest first; a handful. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Programme>, StoreError> {
    db.all(&format!("{PROGRAMME} ORDER BY p.created_at DESC, p.id"), args![district]).await
}

/// A programme. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Programme>, StoreError> {
    db.first(&format!("{PROGRAMME} AND p.id = $2"), args![district, id]).await
}

asuh_store::row_struct! {
    /// A campaign for which no programme was set up yet.
    pub(crate) struct Free {
        pub(crate) id: Id,
        pub(crate) name: String,
    }
}

/// The campaigns whose destination is 'pairs' and that belong to no programme. Index: primary key of campaign (a handful).
pub(crate) async fn without_programme(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<Free>, StoreError> {
    db.all(
        "SELECT c.id, c.name FROM campaign c WHERE c.district_id = $1 AND c.destination = 'pairs' \
         AND NOT EXISTS (SELECT 1 FROM programme_pool p WHERE p.district_id = c.district_id AND p.campaign_id = c.id) \
         ORDER BY c.created_at DESC, c.id",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// The frozen list that a programme works on.
    pub struct ListRow {
        /// Its key.
        pub list_id: Id,
        /// Its number within its kind.
        pub number: i64,
        /// The day on which it was frozen.
        pub taken_on: Date,
        /// The instant.
        pub frozen_at: Instant,
        /// How many rows it has.
        pub row_count: i64,
        /// Since which month the programme works on it.
        pub from_month: Date,
    }
}

/// The list that a programme works on in the month of a day: the last one that was set from that month or earlier.
/// Index: primary key of programme_list.
///
/// # Errors
/// The store fails.
pub(crate) async fn list_on(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    day: Date,
) -> Result<Option<ListRow>, StoreError> {
    db.first(
        "SELECT m.list_id, l.number, l.taken_on, l.frozen_at, l.row_count, m.from_month FROM programme_list m \
         JOIN frozen_list l ON l.district_id = m.district_id AND l.id = m.list_id \
         WHERE m.district_id = $1 AND m.programme_id = $2 AND m.from_month <= $3 ORDER BY m.from_month DESC LIMIT 1",
        args![district, programme, month_of(day)],
    )
    .await
}

/// The first day of a day's month.
pub(crate) fn month_of(day: Date) -> Date {
    day.replace_day(1).unwrap_or(day)
}

asuh_store::row_struct! {
    /// What a kind of target needs a month.
    pub(crate) struct NeedRow {
        pub(crate) target: String,
        pub(crate) from_month: Date,
        pub(crate) units: i64,
        pub(crate) mentor_visits: i64,
    }
}

/// The needs in the month of a day, in the order of targets. Index: primary key of programme_need.
///
/// # Errors
/// The store fails.
pub(crate) async fn needs_on(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    day: Date,
) -> Result<Vec<NeedRow>, StoreError> {
    let rows: Vec<NeedRow> = db
        .all(
            "SELECT target, from_month, units, mentor_visits FROM programme_need \
             WHERE district_id = $1 AND programme_id = $2 AND from_month <= $3 ORDER BY from_month DESC",
            args![district, programme, month_of(day)],
        )
        .await?;
    let newest = |target: Target| rows.iter().find(|row| row.target == target.code()).cloned();
    Ok(Target::ALL.into_iter().filter_map(newest).collect())
}

/// The rule of who comes first.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) version: i64,
    pub(crate) seed: String,
    pub(crate) basis: String,
    pub(crate) recorded_on: Date,
    pub(crate) points: Vec<Point>,
}

asuh_store::row_struct! {
    struct RuleRow { version: i64, seed: String, basis: String, recorded_on: Date }
}
asuh_store::row_struct! {
    struct PointRow { factor: String, bound: i64, points: i64 }
}

/// A version of a programme's rule; without one the newest. Indexes: primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn rule(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    version: Option<i64>,
) -> Result<Option<Rule>, StoreError> {
    let found: Option<RuleRow> = db
        .first(
            "SELECT version, seed, basis, recorded_on FROM priority_rule WHERE district_id = $1 AND programme_id = $2 \
             AND version <= $3 ORDER BY version DESC LIMIT 1",
            args![district, programme, version.unwrap_or(i64::MAX)],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let points: Vec<PointRow> = db
        .all(
            "SELECT factor, bound, points FROM priority_point WHERE district_id = $1 AND programme_id = $2 \
             AND version = $3 ORDER BY nth",
            args![district, programme, row.version],
        )
        .await?;
    let point = |row: PointRow| {
        Some(Point { factor: Factor::parse(&row.factor)?, bound: row.bound, points: row.points })
    };
    Ok(Some(Rule {
        version: row.version,
        seed: row.seed,
        basis: row.basis,
        recorded_on: row.recorded_on,
        points: points.into_iter().filter_map(point).collect(),
    }))
}

/// The terms of a programme on a day with the list of its month, or with another one and another version of the rule: so
/// that a run can be read again as it was asked for; `campaigns` are the pools that it gives, all where none are named. `None` where the programme has no list, rule or need.
///
/// # Errors
/// The store fails.
pub(crate) async fn terms(
    db: &impl Query,
    district: DistrictId,
    programme: &Programme,
    on: Date,
    stability: Stability,
    as_asked: Option<(Id, i64)>,
    campaigns: Option<&HashSet<Id>>,
) -> Result<Option<Terms>, StoreError> {
    let list = match as_asked {
        Some((list, _)) => Some(list),
        None => list_on(db, district, programme.id, on).await?.map(|list| list.list_id),
    };
    let rule = rule(db, district, programme.id, as_asked.map(|(_, version)| version)).await?;
    let needs = needs_on(db, district, programme.id, on).await?;
    let (Some(list), Some(rule), false) = (list, rule, needs.is_empty()) else { return Ok(None) };
    let needs: HashMap<String, i64> = needs.into_iter().map(|row| (row.target, row.units)).collect();
    let pools = pools(db, district, programme.id).await?;
    Ok(Some(Terms {
        programme: programme.id,
        chosen: match campaigns {
            Some(campaigns) => chosen(&pools, campaigns),
            None => pools.clone(),
        },
        pools,
        list: (list, programme.list_kind.clone()),
        on,
        tier_cost: programme.tier_cost(),
        stability,
        needs,
        points: rule.points,
        seed: rule.seed,
        rule_version: rule.version,
    }))
}

asuh_store::row_struct! {
    struct BasketRow { commodity: String, quantity: i64 }
}

/// What one unit is worth on a day, in rupiah: the money of a basket, and its goods by the district's price list; goods
/// without a price are worth nothing here. Index: primary key of campaign_item.
///
/// # Errors
/// The store fails.
pub async fn unit_rupiah(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    day: Date,
) -> Result<i64, StoreError> {
    let basket: Vec<BasketRow> = db
        .all(
            "SELECT commodity, quantity FROM campaign_item WHERE district_id = $1 AND campaign_id = $2 ORDER BY nth",
            args![district, campaign],
        )
        .await?;
    let prices = settings::prices(db, district).await?;
    let worth = |item: BasketRow| match item.commodity.as_str() {
        "cash" => item.quantity,
        other => item.quantity * settings::price_on(&prices, other, day).unwrap_or(0),
    };
    Ok(basket.into_iter().map(worth).sum())
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn a_programme_is_read_by_its_key(db: TestDatabase) {
        let db = Plans::of(&db).await;
        all(&db, D).await.expect("a plan");
        by_id(&db, D, I).await.expect("a plan");
        without_programme(&db, D).await.expect("a plan");
        list_on(&db, D, I, DAY).await.expect("a plan");
        needs_on(&db, D, I, DAY).await.expect("a plan");
        rule(&db, D, I, None).await.expect("a plan");
        unit_rupiah(&db, D, I, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
