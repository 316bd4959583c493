//! Reading gifts by transfer.

use asuh_store::{Args, DistrictId, Id, Query, StoreError, args};

use super::super::reach::Reach;

asuh_store::row_struct! {
    /// A gift with what stands around it.
    pub(crate) struct Gift {
        /// Key.
        pub(crate) id: Id,
        /// Of its receipt; empty until it came.
        pub(crate) number: String,
        /// What the giver types.
        pub(crate) code: String,
        /// The campaign's name.
        pub(crate) campaign: String,
        /// Where it is paid to.
        pub(crate) account_id: Id,
        /// The bank of that account.
        pub(crate) bank: String,
        /// Its number, sealed.
        pub(crate) number_sealed: Vec<u8>,
        /// Its last digits.
        pub(crate) number_end: String,
        /// The name on it.
        pub(crate) holder_name: String,
        /// Its payment code.
        pub(crate) qris: String,
        /// Who holds the money.
        pub(crate) fund_holder: String,
        /// Who gives; none: he did not say so.
        pub(crate) sponsor_id: Option<Id>,
        /// His name.
        pub(crate) giver: Option<String>,
        /// 'transfer', 'qris', 'unannounced'.
        pub(crate) way: String,
        /// Rupiah, announced.
        pub(crate) amount: i64,
        /// 'waiting', 'received', 'cancelled'.
        pub(crate) state: String,
        /// The day it was announced.
        pub(crate) announced_on: time::Date,
        /// The last day on which it is waited for.
        pub(crate) expires_on: time::Date,
        /// Rupiah that came.
        pub(crate) received: Option<i64>,
        /// The day on which it came.
        pub(crate) received_on: Option<time::Date>,
    }
}

impl Gift {
    /// How it stands on a day: the stored state, or that nobody waits for it any more.
    pub(crate) fn standing(&self, today: &time::Date) -> &str {
        if self.state == "waiting" && self.expires_on < *today { "expired" } else { &self.state }
    }

    /// Days until nobody waits for it any more.
    pub(crate) fn days_left(&self, today: &time::Date) -> i64 {
        (self.expires_on - *today).whole_days()
    }

    /// What came, or what was announced.
    pub(crate) fn worth(&self) -> i64 {
        self.received.unwrap_or(self.amount)
    }
}

pub(in super::super) const FROM: &str = "SELECT g.id, g.number, g.code, c.name AS campaign, g.account_id, a.bank, a.number_sealed, a.number_end, \
    a.holder_name, a.qris, i.name AS fund_holder, g.sponsor_id, v.name AS giver, g.way, g.amount, g.state, \
    g.announced_on, g.expires_on, g.received, g.received_on FROM gift g \
    JOIN fund_account a ON a.district_id = g.district_id AND a.id = g.account_id \
    JOIN institution i ON i.district_id = a.district_id AND i.id = a.fund_holder_id \
    JOIN campaign c ON c.district_id = g.district_id AND c.id = g.campaign_id \
    LEFT JOIN sponsor_version v ON v.district_id = g.district_id AND v.sponsor_id = g.sponsor_id \
    AND v.superseded_at = 9223372036854775807 WHERE g.district_id = $1";

/// A sponsor's own gift. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn own(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    id: Id,
) -> Result<Option<Gift>, StoreError> {
    db.first(&format!("{FROM} AND g.id = $2 AND g.sponsor_id = $3"), args![district, id, sponsor]).await
}

/// A gift to a reached holder. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Gift>, StoreError> {
    let mut args = Args::new().with(district).with(id);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    db.first(&format!("{FROM} AND g.id = $2 AND {reached}"), args).await
}

/// A sponsor's gifts since a day, newest first. Index: `gift_by_sponsor`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_sponsor(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    since: time::Date,
) -> Result<Vec<Gift>, StoreError> {
    let sql = format!(
        "{FROM} AND g.sponsor_id = $2 AND g.announced_on >= $3 ORDER BY g.announced_on DESC, g.id DESC LIMIT 500"
    );
    db.all(&sql, args![district, sponsor, since]).await
}

/// The gifts that reached holders wait for, those soonest given up first. Index: `gift_by_day`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    after: Option<(time::Date, Id)>,
    limit: i64,
) -> Result<Vec<Gift>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    let page = match after {
        Some((day, id)) => format!("AND (g.expires_on, g.id) > ({}, {})", args.push(day), args.push(id)),
        None => String::new(),
    };
    let limit = args.push(limit);
    let sql = format!(
        "{FROM} AND g.state = 'waiting' AND {reached} {page} ORDER BY g.expires_on, g.id LIMIT {limit}"
    );
    db.all(&sql, args).await
}
