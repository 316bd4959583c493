//! Reading what is aimed at and found.

use asuh_store::{DistrictId, Query, StoreError, args};
use time::{Date, Month};

asuh_store::row_struct! {
    /// A prevalence that is aimed at or was found, percent times 100.
    pub(crate) struct Aim {
        pub(crate) kind: String,
        pub(crate) level: String,
        pub(crate) source: String,
        pub(crate) year: i64,
        pub(crate) percent: i64,
        pub(crate) low: Option<i64>,
        pub(crate) high: Option<i64>,
        pub(crate) basis: String,
    }
}

/// All of them, year by year: some dozens. Index: primary key.
pub(crate) async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Aim>, StoreError> {
    db.all(
        "SELECT kind, level, source, year, percent, low, high, basis FROM aim WHERE district_id = $1 \
         ORDER BY year, kind, level, source",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// Children measured in a month.
    pub(crate) struct Measured {
        pub(crate) measured: i64,
        pub(crate) stunted: i64,
    }
}

/// Children with a plausible length in a month, and those of them who were stunted: our own reading, any source. Index:
/// measurement_by_day.
pub(crate) async fn measured(
    db: &impl Query,
    district: DistrictId,
    (from, to): (Date, Date),
) -> Result<Measured, StoreError> {
    let found: Option<Measured> = db
        .first(
            "SELECT COUNT(DISTINCT m.person_id) AS measured, \
             COUNT(DISTINCT CASE WHEN m.haz < -200 THEN m.person_id ELSE NULL END) AS stunted FROM measurement m \
             WHERE m.district_id = $1 AND m.measured_on BETWEEN $2 AND $3 AND m.retracted_at IS NULL \
             AND m.haz BETWEEN -600 AND 600",
            args![district, from, to],
        )
        .await?;
    Ok(found.unwrap_or(Measured { measured: 0, stunted: 0 }))
}

/// The first and last day of a month.
pub(crate) fn month(year: i32, month: Month) -> Option<(Date, Date)> {
    let first = Date::from_calendar_date(year, month, 1).ok()?;
    Some((first, Date::from_calendar_date(year, month, month.length(year)).ok()?))
}
