//! The cells of computed indicators: what each comes to in each village, kept so that a matrix of the district is read and
//! not counted. They are sums of the rows, made anew and never counted up; `asuh check` makes the present ones again.

use asuh_ground::App;
use asuh_ground::jobs::JobError;
use asuh_ground::settings;
use asuh_nusantara::TerritoryCode;
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Recording, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Indicator};
use super::rules::Period;
use super::value::{self, Value};

/// Seconds after which a period's cells are made again when something was recorded since: the present one, the one before,
/// and those before that.
const AGES: [i64; 3] = [300, 3_600, 86_400];
/// Periods that are kept for the trend, with the present one.
pub(crate) const KEPT: usize = 6;

/// Writes the cells of an indicator and period.
#[derive(Debug, Serialize, Deserialize)]
struct PutCells {
    indicator: Id,
    first: Date,
    last: Date,
    definition: String,
    at: Instant,
    /// Village, numerator, denominator, unknown.
    cells: Vec<(i64, i64, i64, i64)>,
}

impl Command for PutCells {
    const KIND: &'static str = "convergence.put_cells";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        // The row is taken hold of first: who makes the same cells at once waits.
        tx.execute(
            "INSERT INTO indicator_computed (district_id, starts_on, indicator_id, ends_on, definition, computed_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district_id, starts_on, indicator_id) \
             DO UPDATE SET ends_on = excluded.ends_on, definition = excluded.definition, computed_at = excluded.computed_at",
            args![district, self.first, self.indicator, self.last, &self.definition, self.at],
        )
        .await?;
        tx.execute(
            "DELETE FROM indicator_cell WHERE district_id = $1 AND starts_on = $2 AND indicator_id = $3",
            args![district, self.first, self.indicator],
        )
        .await?;
        let rows = self.cells.iter().map(|(village, numerator, denominator, unknown)| {
            args![district, self.first, self.indicator, *village, *numerator, *denominator, *unknown]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            tx.insert_many(
                "INSERT INTO indicator_cell (district_id, starts_on, indicator_id, village_code, numerator, denominator, \
                 unknown) VALUES",
                "",
                rows,
            )
            .await?;
        }
        Ok(())
    }
}

asuh_store::row_struct! {
    struct Computed { starts_on: Date, indicator_id: Id, definition: String, computed_at: Instant }
}

/// Makes those cells of a district that are missing, of another definition, or older than what was recorded since.
///
/// # Errors
/// The store fails.
pub async fn refresh(app: &App, district: &settings::District) -> Result<(), JobError> {
    let db = app.store.reader();
    let now = app.store.clock().now();
    let today = district.zone.local_date(now.utc());
    // command_log_by_time
    let newest: Option<(Instant,)> = db
        .first(
            "SELECT recorded_at FROM command_log WHERE district_id = $1 ORDER BY recorded_at DESC, id DESC LIMIT 1",
            args![district.id],
        )
        .await?;
    let newest = newest.map_or(Instant(0), |row| row.0);
    let computed: Vec<Computed> = db
        .all(
            "SELECT starts_on, indicator_id, definition, computed_at FROM indicator_computed WHERE district_id = $1",
            args![district.id],
        )
        .await?;
    for one in query::all(db, district.id).await?.iter().filter(|one| one.is_computed()) {
        let mut period = one.period_of(today);
        for nth in 0..KEPT {
            let held =
                computed.iter().find(|row| row.indicator_id == one.id && row.starts_on == period.first);
            let age = AGES.get(nth).or(AGES.last()).copied().unwrap_or(86_400);
            let fresh = held.is_some_and(|held| {
                let old = held.computed_at.plus_seconds(age) <= now;
                let other_day = nth == 0 && district.zone.local_date(held.computed_at.utc()) != today;
                held.definition == one.definition() && !other_day && !(old && newest > held.computed_at)
            });
            if !fresh {
                make(app, district, one, period, today).await?;
            }
            period = period.before();
        }
    }
    Ok(())
}

async fn make(
    app: &App,
    district: &settings::District,
    one: &Indicator,
    period: Period,
    today: Date,
) -> Result<(), JobError> {
    // What is recorded while the rows are read belongs to the next time.
    let at = app.store.clock().now();
    let parts =
        value::parts(app.store.reader(), district.id, one, district.code, period, (today, at), None).await?;
    let cell = |(code, value): (i64, Value)| (code, value.numerator, value.denominator, value.unknown);
    let put = PutCells {
        indicator: one.id,
        first: period.first,
        last: period.last,
        definition: one.definition(),
        at,
        cells: parts.into_iter().map(cell).collect(),
    };
    app.store.submit(app.bookkeeping(district.id), put).await?;
    Ok(())
}

/// Keeps the cells of all districts fresh until the program stops: for `asuh serve`.
pub async fn keep_fresh(app: App) {
    loop {
        match settings::all(app.store.reader()).await {
            Ok(districts) => {
                for district in districts {
                    if let Err(error) = refresh(&app, &district).await {
                        tracing::warn!(district = %district.id, %error, "the indicators were not computed");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the districts cannot be read"),
        }
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    }
}

asuh_store::row_struct! {
    struct Stored { indicator_id: Id, starts_on: Date, numerator: i64, denominator: i64, unknown: i64 }
}

/// That cells of today which nothing was recorded after are what the rows add up to: for `asuh check`.
pub(crate) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let Some(of) = settings::one(db, district).await? else { return Ok(Vec::new()) };
    let now = app.store.clock().now();
    let today = of.zone.local_date(now.utc());
    let newest = "SELECT COALESCE(MAX(recorded_at), 0) AS n FROM command_log WHERE district_id = $1";
    let newest = db.number(newest, args![district]).await?;
    // Those of another day were made when the present period had come less far.
    let since = newest.max(Instant::from(of.zone.start_of_day(today)).0);
    let stored: Vec<Stored> = db
        .all(
            "SELECT c.indicator_id, c.starts_on, CAST(SUM(c.numerator) AS BIGINT) AS numerator, \
             CAST(SUM(c.denominator) AS BIGINT) AS denominator, CAST(SUM(c.unknown) AS BIGINT) AS unknown \
             FROM indicator_cell c JOIN indicator_computed k ON k.district_id = c.district_id \
             AND k.starts_on = c.starts_on AND k.indicator_id = c.indicator_id \
             WHERE c.district_id = $1 AND k.computed_at >= $2 GROUP BY c.indicator_id, c.starts_on",
            args![district, since],
        )
        .await?;
    let code: TerritoryCode = of.code;
    let mut findings = Vec::new();
    for one in query::all(db, district).await? {
        let period = one.period_of(today);
        let cells = stored.iter().find(|row| row.indicator_id == one.id && row.starts_on == period.first);
        let Some(cells) = cells else { continue };
        let found = value::value_of(db, district, code, &one, period, (today, now), None).await?;
        let rows = found.map_or((0, 0, 0), |value| (value.numerator, value.denominator, value.unknown));
        let kept = (cells.numerator, cells.denominator, cells.unknown);
        if rows != kept {
            findings.push(format!("indicator {}: cells {kept:?}, rows {rows:?}", one.code));
        }
    }
    Ok(findings)
}
