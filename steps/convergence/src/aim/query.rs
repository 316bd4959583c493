//! Reading what is aimed at and found.

use asuh_step_growth::rules::born_after;
use asuh_store::{DistrictId, Instant, Query, StoreError, args};
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

/// Children under five with a plausible length in a month, and those of them who were stunted by the last one: as the
/// indicator `stunting` counts them. Indexes: measurement_by_day, person_version_current, family_version_current.
pub(crate) async fn measured(
    db: &impl Query,
    district: DistrictId,
    (from, to): (Date, Date),
) -> Result<Measured, StoreError> {
    let found: Option<Measured> = db
        .first(
            "SELECT COUNT(*) AS measured, CAST(COALESCE(SUM(CASE WHEN x.haz < -200 THEN 1 ELSE 0 END), 0) AS BIGINT) \
             AS stunted FROM (SELECT m.haz, ROW_NUMBER() OVER (PARTITION BY m.person_id \
                 ORDER BY m.measured_on DESC, m.recorded_at DESC, m.id DESC) AS nth FROM measurement m \
                 JOIN person_version p ON p.district_id = m.district_id AND p.person_id = m.person_id \
                 AND p.superseded_at = $4 AND p.ended_reason IS NULL AND p.birth_date > $5 AND p.birth_date <= $3 \
                 JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
                 AND f.superseded_at = $4 AND f.status NOT IN ('moved', 'deceased', 'duplicate') \
                 WHERE m.district_id = $1 AND m.measured_on BETWEEN $2 AND $3 AND m.retracted_at IS NULL \
                 AND m.haz BETWEEN -600 AND 600) x WHERE x.nth = 1",
            args![district, from, to, Instant::NEVER, born_after(to)],
        )
        .await?;
    Ok(found.unwrap_or(Measured { measured: 0, stunted: 0 }))
}

/// The first and last day of a month.
pub(crate) fn month(year: i32, month: Month) -> Option<(Date, Date)> {
    let first = Date::from_calendar_date(year, month, 1).ok()?;
    Some((first, Date::from_calendar_date(year, month, month.length(year)).ok()?))
}
