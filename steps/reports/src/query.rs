//! What the dashboard and the public page read: summary cells, and the families not helped yet.

use std::collections::{BTreeMap, HashMap};

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::{Date, Duration};

use super::summary::measure;
use asuh_ground::access::Scope;
use asuh_step_distribution::helped_sql;
use asuh_step_registry as registry;

asuh_store::row_struct! {
    /// A campaign.
    pub(super) struct Campaign {
        pub(super) id: Id,
        pub(super) name: String,
        pub(super) slogan: String,
        /// Its days of collection so far.
        pub(super) drives: i64,
    }
}

/// The campaigns, those of food first, the newest of them before others. Index: primary key; unique key of `drive`.
pub(super) async fn campaigns(db: &impl Query, district: DistrictId) -> Result<Vec<Campaign>, StoreError> {
    db.all(
        "SELECT c.id, c.name, c.slogan, (SELECT COUNT(*) FROM drive d WHERE d.district_id = c.district_id \
         AND d.campaign_id = c.id AND d.state = 'open') AS drives \
         FROM campaign c WHERE c.district_id = $1 \
         ORDER BY CASE WHEN c.help = 'nutrition' THEN 0 ELSE 1 END, c.created_at DESC, c.id",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// One measure of one week, over the whole district.
    pub(super) struct WeekFigure {
        pub(super) week_of: Date,
        pub(super) measure: String,
        pub(super) commodity: String,
        pub(super) value: i64,
    }
}

/// The measures of a campaign's weeks, over the whole district. Index: primary key.
pub(super) async fn weeks(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    from: Date,
    to: Date,
) -> Result<Vec<WeekFigure>, StoreError> {
    db.all(
        "SELECT week_of, measure, commodity, CAST(SUM(value) AS BIGINT) AS value FROM summary_cell \
         WHERE district_id = $1 AND campaign_id = $2 AND week_of BETWEEN $3 AND $4 \
         GROUP BY week_of, measure, commodity ORDER BY week_of, measure, commodity",
        args![district, campaign, from, to],
    )
    .await
}

asuh_store::row_struct! {
    /// A measure over all weeks of a campaign.
    pub(super) struct TotalFigure {
        pub(super) measure: String,
        pub(super) commodity: String,
        pub(super) value: i64,
    }
}

/// What was brought and delivered over all weeks. Index: primary key.
pub(super) async fn totals(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<Vec<TotalFigure>, StoreError> {
    db.all(
        "SELECT measure, commodity, CAST(SUM(value) AS BIGINT) AS value FROM summary_cell \
         WHERE district_id = $1 AND campaign_id = $2 AND measure IN ('brought', 'delivered', 'packages') \
         GROUP BY measure, commodity",
        args![district, campaign],
    )
    .await
}

/// The newest computed week of a campaign up to a day, and when it was computed. Index: primary key.
pub(super) async fn newest_week(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    to: Date,
) -> Result<Option<(Date, Instant)>, StoreError> {
    asuh_store::row_struct! { struct Newest { week_of: Date, computed_at: Instant } }
    let newest: Option<Newest> = db
        .first(
            "SELECT week_of, computed_at FROM summary_cell WHERE district_id = $1 AND campaign_id = $2 \
             AND week_of <= $3 AND measure = $4 ORDER BY week_of DESC LIMIT 1",
            args![district, campaign, to, measure::COMPUTED],
        )
        .await?;
    Ok(newest.map(|newest| (newest.week_of, newest.computed_at)))
}

/// How far a territory is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    pub(super) code: i64,
    pub(super) name: String,
    pub(super) families: i64,
    pub(super) helped: i64,
    pub(super) packages: i64,
}

impl Coverage {
    /// Families that may be helped and were not yet.
    pub(super) fn waiting(&self) -> i64 {
        self.families - self.helped
    }
}

/// Families and helped families of a week per village within reach; packages over all weeks. Index: primary key.
pub(super) async fn villages(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    week: Date,
    scope: &Scope,
) -> Result<Vec<Coverage>, StoreError> {
    asuh_store::row_struct! { struct Row { territory_code: i64, measure: String, value: i64 } }
    let mut args = args![district, campaign, week];
    let reached = scope.territory_condition("territory_code", None, &mut args);
    let rows: Vec<Row> = db
        .all(
            &format!(
                "SELECT territory_code, measure, CAST(SUM(value) AS BIGINT) AS value FROM summary_cell \
                 WHERE district_id = $1 AND campaign_id = $2 \
                 AND ((week_of = $3 AND measure IN ('families', 'helped')) OR (week_of <= $3 AND measure = 'packages')) \
                 AND {reached} GROUP BY territory_code, measure"
            ),
            args,
        )
        .await?;
    let names = territory_names(db, district).await?;
    let mut found: BTreeMap<i64, Coverage> = BTreeMap::new();
    for row in rows {
        let line = found.entry(row.territory_code).or_insert_with(|| Coverage {
            code: row.territory_code,
            name: names.get(&row.territory_code).cloned().unwrap_or_default(),
            ..Coverage::default()
        });
        match row.measure.as_str() {
            measure::FAMILIES => line.families = row.value,
            measure::HELPED => line.helped = row.value,
            _ => line.packages = row.value,
        }
    }
    Ok(found.into_values().collect())
}

/// The kecamatan of villages, with their sums.
pub(super) async fn by_subdistrict(
    db: &impl Query,
    district: DistrictId,
    villages: &[Coverage],
) -> Result<Vec<Coverage>, StoreError> {
    let names = territory_names(db, district).await?;
    let mut found: BTreeMap<i64, Coverage> = BTreeMap::new();
    for village in villages {
        let code = village.code - village.code % 10_000;
        let line = found.entry(code).or_insert_with(|| Coverage {
            code,
            name: names.get(&code).cloned().unwrap_or_default(),
            ..Coverage::default()
        });
        line.families += village.families;
        line.helped += village.helped;
        line.packages += village.packages;
    }
    Ok(found.into_values().collect())
}

/// Names of kecamatan and villages by code. Index: territory_by_level.
pub(super) async fn territory_names(
    db: &impl Query,
    district: DistrictId,
) -> Result<HashMap<i64, String>, StoreError> {
    asuh_store::row_struct! { struct Named { code: i64, name: String } }
    let rows: Vec<Named> = db
        .all(
            "SELECT code, name FROM territory WHERE district_id = $1 AND level IN ('subdistrict', 'village')",
            args![district],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name)).collect())
}

asuh_store::row_struct! {
    /// A family that may be helped and was not yet.
    pub(super) struct Waiting {
        pub(super) family_id: Id,
        pub(super) village_code: i64,
        pub(super) village: String,
        pub(super) hamlet: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) head_name: String,
        pub(super) targets: i64,
    }
}

/// Which of the waiting families are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct WaitingFilter {
    /// The campaign whose help they have not received; none: that of nobody.
    pub(super) campaign: Option<Id>,
    /// Monday of the week in which they may be helped.
    pub(super) week_of: Date,
    /// Only inside this range of codes.
    pub(super) inside: Option<(i64, i64)>,
    /// After this family, in the order of the list.
    pub(super) after: Option<Id>,
    /// How many.
    pub(super) limit: i64,
}

/// Families within reach that may be helped and have received nothing of the campaign (or of anybody) yet, by village and
/// name. Indexes: those of the registry's rule and of [`helped_sql`].
pub(super) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    filter: WaitingFilter,
) -> Result<Vec<Waiting>, StoreError> {
    let statuses = registry::eligible_statuses(db, district).await?;
    let mut args = Args::new();
    let bounds = registry::rules::Bounds::of_week(filter.week_of);
    let eligible = registry::rules::eligible_sql(&mut args, district, &bounds, &statuses);
    let reached = scope.territory_condition("e.village_code", Some("e.rw"), &mut args);
    let helped = helped_sql(&mut args, district, filter.campaign, filter.week_of + Duration::days(6));
    let district = args.push(district);
    let mut conditions = reached;
    if let Some((from, to)) = filter.inside {
        conditions.push_str(&format!(
            " AND e.village_code BETWEEN {} AND {}",
            args.push(from),
            args.push(to)
        ));
    }
    if let Some(after) = filter.after {
        conditions.push_str(&format!(
            " AND (e.village_code, e.head_search, e.family_id) > \
             (SELECT l.village_code, l.head_search, l.family_id FROM eligible l WHERE l.family_id = {})",
            args.push(after)
        ));
    }
    let limit = args.push(filter.limit);
    db.all(
        &format!(
            "WITH {eligible}, helped AS ({helped}) SELECT e.family_id, e.village_code, t.name AS village, e.hamlet, e.rw, e.rt, e.head_name, \
             e.targets FROM eligible e \
             JOIN family f ON f.district_id = {district} AND f.id = e.family_id AND f.canonical_id IS NULL \
             JOIN territory t ON t.district_id = {district} AND t.code = e.village_code \
             LEFT JOIN helped h ON h.family_id = e.family_id WHERE {conditions} AND h.family_id IS NULL \
             ORDER BY e.village_code, e.head_search, e.family_id LIMIT {limit}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A good of a village in a week.
    pub(super) struct VillageGood {
        pub(super) territory_code: i64,
        pub(super) measure: String,
        pub(super) commodity: String,
        pub(super) value: i64,
    }
}

/// What villages within reach were to get and got in a week. Index: primary key.
pub(super) async fn village_goods(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    week: Date,
    scope: &Scope,
) -> Result<Vec<VillageGood>, StoreError> {
    let mut args = args![district, campaign, week];
    let reached = scope.territory_condition("territory_code", None, &mut args);
    db.all(
        &format!(
            "SELECT territory_code, measure, commodity, value FROM summary_cell \
             WHERE district_id = $1 AND campaign_id = $2 AND week_of = $3 \
             AND measure IN ('planned', 'transit', 'delivered') AND {reached} \
             ORDER BY territory_code, measure DESC, commodity"
        ),
        args,
    )
    .await
}
