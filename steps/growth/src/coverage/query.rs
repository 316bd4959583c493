//! The figures of a month, in one query.

use asuh_growth::Indicator;
use asuh_store::{Args, DistrictId, FromRow, Instant, Query, Row, StoreError, args};
use time::Date;

use super::rules::Figures;
use crate::lists::GONE;
use crate::rules::born_after;
use asuh_ground::access::Scope;

/// A month and a source of measurements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    /// The first day of the month.
    pub(crate) first: Date,
    /// The last day that counts: of the month, or today.
    pub(crate) last: Date,
    /// The source; `None`: of every child the measurement recorded last, whatever its source.
    pub(crate) source: Option<String>,
}

impl Period {
    /// The condition that a person `p` of a family `f` is a known child under 60 months at the end of the period;
    /// `$2` is [`Instant::NEVER`].
    pub(crate) fn known(&self, args: &mut Args) -> String {
        format!(
            "p.superseded_at = $2 AND p.ended_reason IS NULL AND p.birth_date > {} AND p.birth_date <= {} \
             AND f.superseded_at = $2 AND f.status NOT IN {GONE}",
            args.push(born_after(self.last)),
            args.push(self.last),
        )
    }

    /// The last measurement of a person `p` in the period, as the condition for `m`. Index: measurement_by_person.
    pub(crate) fn measurement(&self, args: &mut Args) -> String {
        let source = self.source.as_ref().map(|source| format!(" AND x.source = {}", args.push(source)));
        format!(
            "m.district_id = p.district_id AND m.id = (SELECT x.id FROM measurement x \
             WHERE x.district_id = $1 AND x.person_id = p.person_id AND x.measured_on BETWEEN {} AND {} \
             AND x.retracted_at IS NULL{} ORDER BY x.measured_on DESC, x.recorded_at DESC, x.id DESC LIMIT 1)",
            args.push(self.first),
            args.push(self.last),
            source.unwrap_or_default(),
        )
    }
}

/// A village with its figures.
#[derive(Debug, Clone)]
pub(super) struct Village {
    pub(super) code: i64,
    pub(super) name: String,
    pub(super) inside: String,
    pub(super) newest: Option<Date>,
    pub(super) figures: Figures,
}

impl FromRow for Village {
    fn from_row(row: &Row) -> Result<Village, StoreError> {
        Ok(Village {
            code: row.get("code")?,
            name: row.get("name")?,
            inside: row.get("inside")?,
            newest: row.get("newest")?,
            figures: Figures::from_row(row)?,
        })
    }
}

/// The villages within reach that have children under 60 months, by code. Indexes: family_version_list,
/// person_version_by_family, measurement_by_person, primary key of measurement.
///
/// # Errors
/// The store fails.
pub(super) async fn villages(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    period: &Period,
) -> Result<Vec<Village>, StoreError> {
    let (sql, args) = villages_sql(district, scope, period);
    db.all(&sql, args).await
}

/// The statement; by itself so that a test can ask the engine for its plan.
pub(super) fn villages_sql(district: DistrictId, scope: &Scope, period: &Period) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let known = period.known(&mut args);
    let measurement = period.measurement(&mut args);
    let reached = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    // A score beyond WHO's limits judges nobody.
    let mut plausible = |column: &str, indicator: Indicator| {
        let limits = indicator.limits();
        let hundredfold = |z: f64| (z * 100.0) as i64;
        format!(
            "m.{column} BETWEEN {} AND {}",
            args.push(hundredfold(limits.low)),
            args.push(hundredfold(limits.high))
        )
    };
    let haz = plausible("haz", Indicator::LengthForAge);
    let waz = plausible("waz", Indicator::WeightForAge);
    let whz = plausible("whz", Indicator::WeightForLength);
    let count = |condition: &str| format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT)");
    let figures = [
        ("known", "COUNT(*)".to_owned()),
        ("weighed", count("m.weight_g > 0")),
        ("compared", count("m.own_gain IN ('N', 'T')")),
        ("gained", count("m.own_gain = 'N'")),
        ("by_length", count(&haz)),
        ("stunted", count(&format!("{haz} AND m.haz < -200"))),
        // Oedema is severe wasting whatever the weight.
        ("by_both", count(&format!("({whz}) OR m.oedema = 1"))),
        ("wasted", count(&format!("({whz} AND m.whz < -200) OR m.oedema = 1"))),
        ("by_weight", count(&waz)),
        ("underweight", count(&format!("{waz} AND m.waz < -200"))),
    ];
    let figures: Vec<String> = figures.iter().map(|(name, sql)| format!("{sql} AS {name}")).collect();
    let sql = format!(
        "SELECT g.*, COALESCE(t.name, '') AS name, COALESCE(k.name, '') AS inside FROM ( \
             SELECT f.village_code AS code, MAX(m.measured_on) AS newest, {} FROM family_version f \
             JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id \
             LEFT JOIN measurement m ON {measurement} \
             WHERE f.district_id = $1 AND {known} AND {reached} GROUP BY f.village_code) g \
         LEFT JOIN territory t ON t.district_id = $1 AND t.code = g.code \
         LEFT JOIN territory k ON k.district_id = $1 AND k.code = g.code - (g.code % 10000) ORDER BY g.code",
        figures.join(", ")
    );
    (sql, args)
}

asuh_store::row_struct! {
    /// A source of measurements.
    pub(crate) struct SourceLine {
        /// Its code.
        pub(crate) source: String,
        /// The day of its newest measurement.
        pub(crate) newest: Date,
    }
}

/// The sources that children's latest measurements come from, the one of most children first. Reads `child_growth`
/// of the district whole.
///
/// # Errors
/// The store fails.
pub(crate) async fn sources(db: &impl Query, district: DistrictId) -> Result<Vec<SourceLine>, StoreError> {
    db.all(
        "SELECT source, MAX(measured_on) AS newest FROM child_growth WHERE district_id = $1 \
         GROUP BY source ORDER BY COUNT(*) DESC, source",
        args![district],
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_ground::access::Area;
    use asuh_nusantara::TerritoryCode;
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};
    use time::macros::date;

    #[db_test]
    async fn a_month_reads_the_last_measurement_of_each_child(db: TestDatabase) {
        let store = db.open().await;
        let code = TerritoryCode::parse("15.01.01").expect("a code");
        let scope = Scope { areas: vec![Area { code, rw: String::new() }], ..Scope::default() };
        let period = Period {
            first: date!(2026 - 10 - 01),
            last: date!(2026 - 10 - 31),
            source: Some("eppgbm".into()),
        };
        let (sql, args) = villages_sql(DistrictId(1), &scope, &period);
        let plan = store.reader().plan(&sql, args).await.expect("a plan");
        if store.engine() == Engine::Sqlite {
            assert!(plan.contains("measurement_by_person") || plan.contains("measurement_once"), "{plan}");
            assert!(
                !plan.contains("SCAN p") && !plan.contains("SCAN m") && !plan.contains("SCAN f"),
                "{plan}"
            );
        }
    }
}
