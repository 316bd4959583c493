//! What is promised to a campaign as a whole: the supply side of pairing, and what of it has gone.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::query::{baskets_on, holds_on};

asuh_store::row_struct! {
    /// What one promise offers on a day.
    pub struct Supply {
        /// The promise; the same one for as long as it holds, whatever becomes of its amount.
        pub pledge_id: Id,
        /// Who promised.
        pub sponsor_id: Id,
        /// His name.
        pub name: String,
        /// 'asn', 'person', 'institution'.
        pub kind: String,
        /// As the GENTING tally counts him; see [`Category`](crate::sponsors::Category).
        pub category: String,
        /// Baskets that hold on that day: 1 to 10,000.
        pub units: i64,
        /// How far he wishes to help; see [`HowFar`](super::rules::HowFar).
        pub reach: String,
        /// His home or seat: the ten-digit code of a village or subdistrict.
        pub home_code: Option<i64>,
        /// The unit where a civil servant works.
        pub unit_id: Option<Id>,
        /// The keyed hash of his own family card, as that of families; if he told it.
        pub kk_hash: Option<Vec<u8>>,
    }
}

/// All promises to a campaign that hold on this day and are not paused, by key: the order says nothing about who came
/// first. Indexes: pledge_by_campaign, primary keys of `sponsor_version`, `pledge_amount`, `pledge_pause`.
///
/// # Errors
/// The store fails.
pub async fn supply(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    day: Date,
) -> Result<Vec<Supply>, StoreError> {
    // Sorted here: asked for in the order of keys, SQLite would walk through the promises of all campaigns.
    let mut found: Vec<Supply> = db
        .all(
        &format!(
            "SELECT p.id AS pledge_id, p.sponsor_id, v.name, s.kind, v.category, {} AS units, p.reach, v.home_code, \
             v.unit_id, v.kk_hash FROM pledge p \
             JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
             JOIN sponsor s ON s.district_id = p.district_id AND s.id = p.sponsor_id \
             JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
             AND v.superseded_at = $4 \
             WHERE p.district_id = $1 AND p.campaign_id = $2 AND {} \
             AND c.starts_on <= $3 AND (c.ends_on IS NULL OR c.ends_on >= $3)",
            baskets_on("$3"),
            holds_on("$3")
        ),
        args![district, campaign, day, Instant::NEVER],
    )
    .await?;
    found.sort_by_key(|one| one.pledge_id);
    Ok(found)
}

/// Why a promise does not hold on a day though it held before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// Its time, as promised, is over; or that of the campaign.
    Over,
    /// The sponsor stopped; why is not asked.
    Stopped,
    /// The sponsor left: retired, moved, died, closed.
    Left,
    /// It had been entered by mistake.
    Undone,
    /// It rests for a while.
    Paused,
}

/// A promise that held before a day and does not hold on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromisedEnd {
    /// The promise.
    pub pledge_id: Id,
    /// Whose it is.
    pub sponsor_id: Id,
    /// Why.
    pub gone: Gone,
    /// The first day without it.
    pub from: Date,
    /// The last day of a pause, where one is said; `None` for what has ended.
    pub until: Option<Date>,
}

asuh_store::row_struct! {
    struct Row { pledge_id: Id, sponsor_id: Id, end_reason: Option<String>, last_on: Date }
}

asuh_store::row_struct! {
    struct Rest { pledge_id: Id, sponsor_id: Id, starts_on: Date, ends_on: Option<Date> }
}

/// The promises to a campaign that do not hold on `day` any more, or rest on it: those that ended on or after
/// `since`, those undone, and every pause that holds on `day`. By promise. Indexes: pledge_by_campaign, primary key
/// of `pledge_pause`.
///
/// # Errors
/// The store fails.
pub async fn promised_ends(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    since: Date,
    day: Date,
) -> Result<Vec<PromisedEnd>, StoreError> {
    let before = since.previous_day().unwrap_or(since);
    // A promise without an end of its own ends with its campaign.
    let last_on = "CASE WHEN c.ends_on IS NULL THEN p.ends_on WHEN p.ends_on IS NULL THEN c.ends_on \
                   WHEN c.ends_on < p.ends_on THEN c.ends_on ELSE p.ends_on END";
    let ended: Vec<Row> = db
        .all(
            &format!(
                "SELECT e.pledge_id, e.sponsor_id, e.end_reason, e.last_on FROM ( \
                     SELECT p.id AS pledge_id, p.sponsor_id, p.end_reason, {last_on} AS last_on FROM pledge p \
                     JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
                     WHERE p.district_id = $1 AND p.campaign_id = $2 AND p.starts_on <= $4) e \
                 WHERE e.last_on < $4 AND (e.last_on >= $3 OR e.end_reason = 'undone')"
            ),
            args![district, campaign, before, day],
        )
        .await?;
    let resting: Vec<Rest> = db
        .all(
            "SELECT p.id AS pledge_id, p.sponsor_id, z.starts_on, z.ends_on FROM pledge p \
             JOIN pledge_pause z ON z.district_id = p.district_id AND z.pledge_id = p.id \
             WHERE p.district_id = $1 AND p.campaign_id = $2 AND p.starts_on <= $3 \
             AND (p.ends_on IS NULL OR p.ends_on >= $3) AND z.starts_on <= $3 \
             AND (z.ends_on IS NULL OR z.ends_on >= $3)",
            args![district, campaign, day],
        )
        .await?;
    let mut found: Vec<PromisedEnd> = ended
        .into_iter()
        .map(|row| PromisedEnd {
            pledge_id: row.pledge_id,
            sponsor_id: row.sponsor_id,
            gone: match row.end_reason.as_deref() {
                Some("stopped") => Gone::Stopped,
                Some("left") => Gone::Left,
                Some("undone") => Gone::Undone,
                _ => Gone::Over,
            },
            from: row.last_on.next_day().unwrap_or(row.last_on),
            until: None,
        })
        .chain(resting.into_iter().map(|rest| PromisedEnd {
            pledge_id: rest.pledge_id,
            sponsor_id: rest.sponsor_id,
            gone: Gone::Paused,
            from: rest.starts_on,
            until: rest.ends_on,
        }))
        .collect();
    found.sort_by_key(|end| (end.pledge_id, end.from));
    // A pause of what has ended says nothing more.
    found.dedup_by_key(|end| end.pledge_id);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn what_is_promised_to_a_campaign_is_read_from_its_promises(db: TestDatabase) {
        let db = Plans::of(&db).await;
        supply(&db, D, I, DAY).await.expect("a plan");
        promised_ends(&db, D, I, DAY, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
