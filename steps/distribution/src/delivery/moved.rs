//! What of a campaign's packages moved towards families: the second and third count of coverage.

use asuh_ground::settings::{price_on, prices};
use asuh_ground::{App, HelpMoved};
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

asuh_store::row_struct! {
    struct Row { family_id: Id, week_of: Date, commodity: String, released: i64, received: i64 }
}

/// The goods of packages that were packed, and of those that were delivered, by family and week. A package belongs to
/// the week that was shared out, however late it arrives: so no more can be received than was released. Index: the
/// unique key of campaign, week and family.
async fn goods(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    (from, to): (Date, Date),
) -> Result<Vec<Row>, StoreError> {
    db.all(
        "SELECT COALESCE(f.canonical_id, f.id) AS family_id, p.week_of, i.commodity, \
         CAST(SUM(i.quantity) AS BIGINT) AS released, \
         CAST(SUM(CASE WHEN p.state = 'delivered' THEN i.quantity ELSE 0 END) AS BIGINT) AS received FROM package p \
         JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
         JOIN family f ON f.district_id = p.district_id AND f.id = p.family_id \
         WHERE p.district_id = $1 AND p.campaign_id = $2 AND p.week_of BETWEEN $3 AND $4 \
         AND p.state IN ('packed', 'delivered') \
         GROUP BY COALESCE(f.canonical_id, f.id), p.week_of, i.commodity \
         ORDER BY COALESCE(f.canonical_id, f.id), p.week_of, i.commodity",
        args![district, campaign, from, to],
    )
    .await
}

/// What of a campaign moved in the weeks that begin from a day to a day, worth what the price list said in that week.
///
/// # Errors
/// The store fails.
pub(crate) async fn help_moved(
    app: &App,
    district: DistrictId,
    campaign: Id,
    weeks: (Date, Date),
) -> Result<Vec<HelpMoved>, StoreError> {
    let db = app.store.reader();
    let rows = goods(db, district, campaign, weeks).await?;
    let prices = prices(db, district).await?;
    let mut moved: Vec<HelpMoved> = Vec::new();
    for row in rows {
        let price = match row.commodity.as_str() {
            "cash" => Some(1),
            other => price_on(&prices, other, row.week_of),
        };
        let one = HelpMoved {
            family: row.family_id,
            released: row.released.saturating_mul(price.unwrap_or(0)),
            received: row.received.saturating_mul(price.unwrap_or(0)),
            unpriced: price.is_none(),
        };
        match moved.last_mut().filter(|last| last.family == one.family) {
            None => moved.push(one),
            Some(last) => {
                last.released += one.released;
                last.received += one.received;
                last.unpriced |= one.unpriced;
            }
        }
    }
    Ok(moved)
}
