//! What is read of programmes.

use asuh_store::{DistrictId, Id, Query, StoreError, args};

use super::super::Reach;

asuh_store::row_struct! {
    /// A programme, with how those stand whom the reader reaches.
    pub(in super::super) struct ProgrammeLine {
        pub(in super::super) id: Id,
        pub(in super::super) name: String,
        pub(in super::super) target: String,
        pub(in super::super) year: i64,
        pub(in super::super) days: i64,
        pub(in super::super) price_ceiling: i64,
        pub(in super::super) weekly_weight: bool,
        pub(in super::super) campaign_id: Option<Id>,
        pub(in super::super) budget: i64,
        pub(in super::super) closed: bool,
        pub(in super::super) enrolled: i64,
        pub(in super::super) active: i64,
        pub(in super::super) recovered: i64,
        pub(in super::super) gaining: i64,
        pub(in super::super) not_gaining: i64,
        pub(in super::super) dropped_out: i64,
        pub(in super::super) moved: i64,
        pub(in super::super) lost: i64,
    }
}

impl ProgrammeLine {
    /// Those whose feeding came to its end, so that an outcome is known: the whole for shares of success.
    pub(in super::super) fn finished(&self) -> i64 {
        self.recovered + self.gaining + self.not_gaining
    }
}

/// The programmes, the newest year first. Indexes: meal_programme's unique key, meal_enrolment_by_programme.
pub(in super::super) async fn programmes(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<Vec<ProgrammeLine>, StoreError> {
    lines(db, district, reach, None).await
}

/// One of them. Index: primary key.
pub(in super::super) async fn programme(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<ProgrammeLine>, StoreError> {
    Ok(lines(db, district, reach, Some(id)).await?.pop())
}

async fn lines(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Option<Id>,
) -> Result<Vec<ProgrammeLine>, StoreError> {
    let mut args = args![district];
    let reached = reach.village("e.village_code", "e.rw", &mut args);
    let only = id.map(|id| format!(" AND p.id = {}", args.push(id))).unwrap_or_default();
    let count = |state: &str| {
        format!("CAST(SUM(CASE WHEN e.state = '{state}' THEN 1 ELSE 0 END) AS BIGINT) AS {state}")
    };
    let counts: Vec<String> =
        ["active", "recovered", "gaining", "not_gaining", "dropped_out", "moved", "lost"]
            .into_iter()
            .map(count)
            .collect();
    db.all(
        &format!(
            "SELECT p.id, p.name, p.target, p.year, p.days, p.price_ceiling, p.weekly_weight, p.campaign_id, p.budget, \
             CAST(CASE WHEN p.closed_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS closed, COUNT(e.id) AS enrolled, {} \
             FROM meal_programme p LEFT JOIN meal_enrolment e ON e.district_id = p.district_id \
             AND e.programme_id = p.id AND {reached} WHERE p.district_id = $1{only} \
             GROUP BY p.id, p.name, p.target, p.year, p.days, p.price_ceiling, p.weekly_weight, p.campaign_id, p.budget, \
             p.closed_at ORDER BY p.year DESC, p.target, p.name, p.id",
            counts.join(", ")
        ),
        args,
    )
    .await
}

/// Campaigns that a programme can be the help of: (id, name).
pub(super) async fn campaigns(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<(String, String)>, StoreError> {
    asuh_store::row_struct! { struct Campaign { id: Id, name: String } }
    let rows: Vec<Campaign> = db
        .all("SELECT id, name FROM campaign WHERE district_id = $1 ORDER BY name, id", args![district])
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.to_string(), row.name)).collect())
}

#[cfg(test)]
pub(in super::super) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    reach: &Reach,
    any: Id,
) {
    // Programmes are a handful.
    programmes(db, district, reach).await.expect("an answer");
    db.take().walks_only(&["p.*"]).uses(&["meal_enrolment_by_programme"]);
    programme(db, district, reach, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_programme"]);
    campaigns(db, district).await.expect("an answer");
    db.take().walks_only(&["campaign.*"]);
}
