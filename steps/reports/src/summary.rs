//! The figures of the dashboard: cells computed from the rows of the steps, per campaign, week and territory.
//!
//! The steps know nothing of this. [`refresh`] looks at what they recorded since the last look, marks the weeks
//! that it touches, and computes the marked weeks anew from the rows: never a counter that is counted up. The
//! marks are rows, so that a crash loses none.

use std::collections::BTreeMap;

use asuh_nusantara::date::monday_of;
use asuh_store::{
    Command, DistrictId, Fault, Id, Instant, Query, Recording, Rejection, StoreError, Tx, args,
};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use asuh_ground::App;
use asuh_ground::settings;
use asuh_step_distribution::{CHANGED_SQL, helped_sql};
use asuh_step_registry as registry;

/// Looks overlap by this much: a row may be committed a moment after the instant that it carries.
const OVERLAP_SECONDS: i64 = 120;
/// Weeks that are computed at most, from the present one backwards.
const WEEKS: i64 = 60;

/// Measures of a week. Those of goods have a commodity; those of a village stand under its code, all others
/// under the district's.
pub mod measure {
    /// Promised for the week's drive (district, per commodity).
    pub const PROMISED: &str = "promised";
    /// Brought to the offices' tables (district, per commodity).
    pub const BROUGHT: &str = "brought";
    /// Received by warehouse, depots and fund holder (district, per commodity).
    pub const RECEIVED: &str = "received";
    /// Planned for families and not taken back (village, per commodity).
    pub const PLANNED: &str = "planned";
    /// On the way to families (village, per commodity).
    pub const TRANSIT: &str = "transit";
    /// Delivered (village, per commodity).
    pub const DELIVERED: &str = "delivered";
    /// Packages delivered (village).
    pub const PACKAGES: &str = "packages";
    /// Families that may be helped in that week (village).
    pub const FAMILIES: &str = "families";
    /// Those of them that were helped at least once by then (village).
    pub const HELPED: &str = "helped";
    /// People who gave that week (district).
    pub const GIVERS: &str = "givers";
    /// Different people who ever gave by then (district).
    pub const GIVERS_SO_FAR: &str = "givers_so_far";
    /// 1: the week has been computed (district).
    pub const COMPUTED: &str = "computed";
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Figure {
    /// Village, or the district.
    pub territory: i64,
    /// One of [`measure`].
    pub measure: String,
    /// Commodity, or empty.
    pub commodity: String,
    /// The number.
    pub value: i64,
}

fn figure(territory: i64, measure: &str, commodity: &str, value: i64) -> Figure {
    Figure { territory, measure: measure.into(), commodity: commodity.into(), value }
}

/// The figures of a campaign's week, computed from the rows. Indexes: drive's and package's unique keys,
/// roll's and contribution_item's keys, and those of the registry's rule.
///
/// # Errors
/// The store fails.
pub async fn compute(
    db: &impl Query,
    district: &settings::District,
    campaign: Id,
    week: Date,
) -> Result<Vec<Figure>, StoreError> {
    let mut figures = vec![figure(district.code.as_i64(), measure::COMPUTED, "", 1)];
    collected(db, district, campaign, week, &mut figures).await?;
    given(db, district.id, campaign, week, &mut figures).await?;
    reached(db, district.id, campaign, week, &mut figures).await?;
    figures.retain(|figure| figure.value != 0);
    figures.sort();
    Ok(figures)
}

asuh_store::row_struct! { struct Promised { commodity: String, expected: i64, brought: i64 } }
asuh_store::row_struct! { struct Amount { commodity: String, amount: i64 } }

/// What was promised, brought and received, and how many gave.
async fn collected(
    db: &impl Query,
    district: &settings::District,
    campaign: Id,
    week: Date,
    figures: &mut Vec<Figure>,
) -> Result<(), StoreError> {
    let code = district.code.as_i64();
    let of_week = || args![district.id, campaign, week, week + Duration::days(6)];
    let rows: Vec<Promised> = db
        .all(
            "SELECT i.commodity, CAST(SUM(i.expected) AS BIGINT) AS expected, CAST(SUM(i.brought) AS BIGINT) AS brought \
             FROM drive d JOIN roll r ON r.district_id = d.district_id AND r.drive_id = d.id \
             JOIN contribution_item i ON i.district_id = r.district_id AND i.roll_id = r.id \
             WHERE d.district_id = $1 AND d.campaign_id = $2 AND d.held_on BETWEEN $3 AND $4 AND d.state <> 'cancelled' \
             GROUP BY i.commodity",
            of_week(),
        )
        .await?;
    for row in rows {
        figures.push(figure(code, measure::PROMISED, &row.commodity, row.expected));
        figures.push(figure(code, measure::BROUGHT, &row.commodity, row.brought));
    }
    let received: Vec<Amount> = db
        .all(
            "SELECT x.commodity, CAST(SUM(x.amount) AS BIGINT) AS amount FROM ( \
               SELECT i.commodity, COALESCE(i.received, 0) AS amount FROM drive d \
               JOIN roll r ON r.district_id = d.district_id AND r.drive_id = d.id \
               JOIN hand_over h ON h.district_id = r.district_id AND h.roll_id = r.id AND h.state = 'received' \
               JOIN hand_over_item i ON i.district_id = h.district_id AND i.hand_over_id = h.id \
               WHERE d.district_id = $1 AND d.campaign_id = $2 AND d.held_on BETWEEN $3 AND $4 \
               UNION ALL \
               SELECT 'cash' AS commodity, p.amount FROM drive d \
               JOIN roll r ON r.district_id = d.district_id AND r.drive_id = d.id \
               JOIN deposit p ON p.district_id = r.district_id AND p.roll_id = r.id AND p.state = 'confirmed' \
               WHERE d.district_id = $1 AND d.campaign_id = $2 AND d.held_on BETWEEN $3 AND $4 \
             ) x GROUP BY x.commodity",
            of_week(),
        )
        .await?;
    for row in received {
        figures.push(figure(code, measure::RECEIVED, &row.commodity, row.amount));
    }
    for (name, from) in
        [(measure::GIVERS, week), (measure::GIVERS_SO_FAR, Date::MIN.replace_year(1).unwrap_or(week))]
    {
        let givers = db
            .number(
                "SELECT COUNT(DISTINCT c.sponsor_id) AS n FROM drive d \
                 JOIN roll r ON r.district_id = d.district_id AND r.drive_id = d.id \
                 JOIN contribution c ON c.district_id = r.district_id AND c.roll_id = r.id \
                 WHERE d.district_id = $1 AND d.campaign_id = $2 AND d.held_on BETWEEN $3 AND $4 \
                 AND d.state <> 'cancelled' AND c.state IN ('full', 'partial')",
                args![district.id, campaign, from, week + Duration::days(6)],
            )
            .await?;
        figures.push(figure(code, name, "", givers));
    }
    Ok(())
}

/// What was planned, is on its way and was delivered, per village.
async fn given(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    week: Date,
    figures: &mut Vec<Figure>,
) -> Result<(), StoreError> {
    asuh_store::row_struct! {
        struct Given { village_code: i64, commodity: String, planned: i64, transit: i64, delivered: i64 }
    }
    asuh_store::row_struct! { struct Packages { village_code: i64, packages: i64 } }
    let rows: Vec<Given> = db
        .all(
            "SELECT p.village_code, i.commodity, \
             CAST(SUM(CASE WHEN p.state IN ('planned', 'packed', 'delivered') THEN i.quantity ELSE 0 END) AS BIGINT) AS planned, \
             CAST(SUM(CASE WHEN p.state = 'packed' THEN i.quantity ELSE 0 END) AS BIGINT) AS transit, \
             CAST(SUM(CASE WHEN p.state = 'delivered' THEN i.quantity ELSE 0 END) AS BIGINT) AS delivered \
             FROM package p JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
             WHERE p.district_id = $1 AND p.campaign_id = $2 AND p.week_of = $3 GROUP BY p.village_code, i.commodity",
            args![district, campaign, week],
        )
        .await?;
    for row in rows {
        for (name, value) in [
            (measure::PLANNED, row.planned),
            (measure::TRANSIT, row.transit),
            (measure::DELIVERED, row.delivered),
        ] {
            figures.push(figure(row.village_code, name, &row.commodity, value));
        }
    }
    let packages: Vec<Packages> = db
        .all(
            "SELECT village_code, COUNT(*) AS packages FROM package \
             WHERE district_id = $1 AND campaign_id = $2 AND week_of = $3 AND state = 'delivered' GROUP BY village_code",
            args![district, campaign, week],
        )
        .await?;
    for row in packages {
        figures.push(figure(row.village_code, measure::PACKAGES, "", row.packages));
    }
    Ok(())
}

/// How many families may be helped, and how many of them the campaign helped by then in whichever way, per village.
async fn reached(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    week: Date,
    figures: &mut Vec<Figure>,
) -> Result<(), StoreError> {
    asuh_store::row_struct! { struct Reached { village_code: i64, families: i64, helped: i64 } }
    let statuses = registry::eligible_statuses(db, district).await?;
    let mut args = asuh_store::Args::new();
    let bounds = registry::rules::Bounds::of_week(week);
    let eligible = registry::rules::eligible_sql(&mut args, district, &bounds, &statuses);
    let helped = helped_sql(&mut args, district, Some(campaign), week + Duration::days(6));
    let district = args.push(district);
    let rows: Vec<Reached> = db
        .all(
            &format!(
                "WITH {eligible}, helped AS ({helped}) SELECT e.village_code, COUNT(*) AS families, COUNT(h.family_id) AS helped FROM eligible e \
                 JOIN family f ON f.district_id = {district} AND f.id = e.family_id AND f.canonical_id IS NULL \
                 LEFT JOIN helped h ON h.family_id = e.family_id GROUP BY e.village_code"
            ),
            args,
        )
        .await?;
    for row in rows {
        figures.push(figure(row.village_code, measure::FAMILIES, "", row.families));
        figures.push(figure(row.village_code, measure::HELPED, "", row.helped));
    }
    Ok(())
}

asuh_store::row_struct! { struct Touched { campaign_id: Id, day: Date } }
asuh_store::row_struct! { struct Mark { campaign_id: Id, week_of: Date, marked_at: Instant } }

/// When the rows of the steps were last looked through.
///
/// # Errors
/// The store fails.
pub async fn looked_at(db: &impl Query, district: DistrictId) -> Result<Option<Instant>, StoreError> {
    let row: Option<(Instant,)> = db
        .first(
            "SELECT looked_at FROM summary_look WHERE district_id = $1 AND name = 'summary'",
            args![district],
        )
        .await?;
    Ok(row.map(|row| row.0))
}

/// Brings the figures of a district up to date.
///
/// # Errors
/// The store fails; what was marked stays marked.
pub async fn refresh(app: &App, district: DistrictId) -> Result<(), Rejection> {
    let failed = |error: StoreError| Rejection::Unavailable(error.to_string());
    let db = app.store.reader();
    let Some(district) = settings::one(db, district).await.map_err(failed)? else { return Ok(()) };
    let now = app.store.clock().now();
    let this_week = monday_of(district.zone.local_date(now.utc()));
    let since = looked_at(db, district.id).await.map_err(failed)?;
    let since = since.map_or(Instant(0), |at| at.plus_seconds(-OVERLAP_SECONDS));
    let weeks = changed(db, district.id, since, this_week).await.map_err(failed)?;
    app.store.submit(app.bookkeeping(district.id), Look { looked_at: now, weeks }).await?;
    let marks: Vec<Mark> = db
        .all(
            "SELECT campaign_id, week_of, marked_at FROM summary_mark WHERE district_id = $1 ORDER BY week_of DESC",
            args![district.id],
        )
        .await
        .map_err(failed)?;
    for mark in marks {
        let figures = compute(db, &district, mark.campaign_id, mark.week_of).await.map_err(failed)?;
        let put = PutFigures {
            campaign: mark.campaign_id,
            week_of: mark.week_of,
            marked_at: mark.marked_at,
            figures,
        };
        app.store.submit(app.bookkeeping(district.id), put).await?;
    }
    Ok(())
}

/// Keeps the figures of all districts fresh until the program stops: for `asuh serve`.
pub async fn keep_fresh(app: App) {
    loop {
        match settings::all(app.store.reader()).await {
            Ok(districts) => {
                for district in districts {
                    if let Err(error) = refresh(&app, district.id).await {
                        tracing::warn!(district = %district.id, %error, "the figures were not computed");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the districts cannot be read"),
        }
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    }
}

/// The campaigns and weeks that rows recorded since an instant have touched. A change in a week touches all
/// later ones too ("helped by then"); a change of families touches the present week alone, as past weeks keep
/// what was true of them.
async fn changed(
    db: &impl Query,
    district: DistrictId,
    since: Instant,
    this_week: Date,
) -> Result<Vec<(Id, Date)>, StoreError> {
    let touched: Vec<Touched> = db
        .all(
            &format!(
                "SELECT DISTINCT d.campaign_id, d.held_on AS day FROM contribution c \
               JOIN roll r ON r.district_id = c.district_id AND r.id = c.roll_id \
               JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
               WHERE c.district_id = $1 AND c.recorded_at >= $2 \
             UNION SELECT d.campaign_id, d.held_on FROM hand_over h \
               JOIN roll r ON r.district_id = h.district_id AND r.id = h.roll_id \
               JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
               WHERE h.district_id = $1 AND h.received_at >= $2 \
             UNION SELECT d.campaign_id, d.held_on FROM deposit p \
               JOIN roll r ON r.district_id = p.district_id AND r.id = p.roll_id \
               JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
               WHERE p.district_id = $1 AND p.confirmed_at >= $2 \
             UNION SELECT campaign_id, held_on FROM drive WHERE district_id = $1 AND recorded_at >= $2 \
             UNION {CHANGED_SQL}"
            ),
            args![district, since],
        )
        .await?;
    let mut first: BTreeMap<Id, Date> = BTreeMap::new();
    for row in touched {
        let week = monday_of(row.day);
        let earliest = first.entry(row.campaign_id).or_insert(week);
        *earliest = week.min(*earliest);
    }
    let families = db
        .number(
            "SELECT COUNT(*) AS n FROM ( \
               SELECT 1 AS one FROM family_version WHERE district_id = $1 AND recorded_at >= $2 \
               UNION ALL SELECT 1 FROM person_version WHERE district_id = $1 AND recorded_at >= $2 \
               UNION ALL SELECT 1 FROM maternity WHERE district_id = $1 AND recorded_at >= $2 LIMIT 1 \
             ) x",
            args![district, since],
        )
        .await?;
    let campaigns: Vec<(Id,)> =
        db.all("SELECT id FROM campaign WHERE district_id = $1", args![district]).await?;
    let computed: Vec<(Id,)> = db
        .all(
            "SELECT campaign_id FROM summary_cell WHERE district_id = $1 AND week_of = $2 AND measure = $3",
            args![district, this_week, measure::COMPUTED],
        )
        .await?;
    for (campaign,) in campaigns {
        if families > 0 || !computed.iter().any(|(known,)| *known == campaign) {
            first.entry(campaign).or_insert(this_week);
        }
    }
    let oldest = this_week - Duration::weeks(WEEKS);
    let mut weeks = Vec::new();
    for (campaign, from) in first {
        let mut week = from.max(oldest);
        while week <= this_week {
            weeks.push((campaign, week));
            week += Duration::WEEK;
        }
    }
    Ok(weeks)
}

#[derive(Serialize, Deserialize)]
struct Look {
    looked_at: Instant,
    weeks: Vec<(Id, Date)>,
}

impl Command for Look {
    const KIND: &'static str = "reports.look";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let marks = self
            .weeks
            .iter()
            .map(|(campaign, week)| args![tx.district(), *campaign, *week, self.looked_at])
            .collect();
        tx.insert_many(
            "INSERT INTO summary_mark (district_id, campaign_id, week_of, marked_at) VALUES",
            "ON CONFLICT (district_id, campaign_id, week_of) DO UPDATE SET marked_at = excluded.marked_at",
            marks,
        )
        .await?;
        tx.execute(
            "INSERT INTO summary_look (district_id, name, looked_at) VALUES ($1, 'summary', $2) \
             ON CONFLICT (district_id, name) DO UPDATE SET looked_at = excluded.looked_at",
            args![tx.district(), self.looked_at],
        )
        .await?;
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct PutFigures {
    campaign: Id,
    week_of: Date,
    marked_at: Instant,
    figures: Vec<Figure>,
}

impl Command for PutFigures {
    const KIND: &'static str = "reports.put_figures";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let taken = tx
            .execute(
                "DELETE FROM summary_mark WHERE district_id = $1 AND campaign_id = $2 AND week_of = $3 AND marked_at = $4",
                args![tx.district(), self.campaign, self.week_of, self.marked_at],
            )
            .await?;
        // Another one was faster, or the week was touched again and will be computed once more.
        if taken == 0 {
            return Ok(());
        }
        tx.execute(
            "DELETE FROM summary_cell WHERE district_id = $1 AND campaign_id = $2 AND week_of = $3",
            args![tx.district(), self.campaign, self.week_of],
        )
        .await?;
        let rows = self
            .figures
            .iter()
            .map(|figure| {
                args![
                    tx.district(),
                    self.campaign,
                    self.week_of,
                    figure.territory,
                    &figure.measure,
                    &figure.commodity,
                    figure.value,
                    tx.now(),
                ]
            })
            .collect();
        tx.insert_many(
            "INSERT INTO summary_cell (district_id, campaign_id, week_of, territory_code, measure, commodity, value, \
             computed_at) VALUES",
            "",
            rows,
        )
        .await?;
        Ok(())
    }
}
