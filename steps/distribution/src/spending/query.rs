//! What is read of spending reports.

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::Spent;

asuh_store::row_struct! {
    /// A payment that a report belongs to.
    pub(super) struct Paid {
        pub(super) id: Id,
        pub(super) month: Date,
        pub(super) programme: String,
        pub(super) person_id: Id,
        pub(super) family_id: Id,
        pub(super) village: String,
        pub(super) head_name: String,
        pub(super) child_name: String,
        pub(super) paid: i64,
    }
}

const PAID: &str = "SELECT p.id, p.month, g.name AS programme, p.person_id, p.family_id, t.name AS village, p.head_name, \
     p.child_name, p.paid FROM cash_payment p \
     JOIN programme m ON m.district_id = p.district_id AND m.id = p.programme_id \
     JOIN campaign g ON g.district_id = m.district_id AND g.id = m.campaign_id \
     JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code WHERE p.district_id = $1";

/// A payment of which something arrived, where the caller works. Index: primary key.
pub(super) async fn paid(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<Paid>, StoreError> {
    let mut args = args![district, id];
    let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    db.first(&format!("{PAID} AND p.id = $2 AND p.paid > 0 AND {reached}"), args).await
}

asuh_store::row_struct! {
    /// A version of a report.
    pub(super) struct Report {
        pub(super) id: Id,
        pub(super) version: i64,
        pub(super) told_on: Date,
        pub(super) beside: String,
        pub(super) received: i64,
        food: i64,
        vitamins: i64,
        milk: i64,
        health: i64,
        other: i64,
        elsewhere: i64,
        pub(super) words_sealed: Vec<u8>,
        pub(super) advice_id: Option<Id>,
        pub(super) reason_sealed: Vec<u8>,
        pub(super) recorded_at: Instant,
        pub(super) recorder: Option<String>,
        pub(super) receipts: i64,
    }
}

impl Report {
    /// Rupiah by kind.
    pub(super) fn spent(&self) -> Spent {
        Spent([self.food, self.vitamins, self.milk, self.health, self.other, self.elsewhere])
    }
}

const REPORT: &str = "SELECT r.id, r.version, r.told_on, r.beside, r.received, r.food, r.vitamins, r.milk, r.health, \
     r.other, r.elsewhere, r.words_sealed, r.advice_id, r.reason_sealed, r.recorded_at, u.name AS recorder, \
     (SELECT COUNT(*) FROM spending_receipt x WHERE x.district_id = r.district_id AND x.report_id = r.id) AS receipts \
     FROM spending_report r LEFT JOIN app_user u ON u.district_id = r.district_id AND u.id = r.recorded_by \
     WHERE r.district_id = $1";

/// The versions of a payment's report, the one that holds first. Index: unique key of payment and version.
pub(super) async fn versions(
    db: &impl Query,
    district: DistrictId,
    payment: Id,
) -> Result<Vec<Report>, StoreError> {
    db.all(&format!("{REPORT} AND r.payment_id = $2 ORDER BY r.version DESC"), args![district, payment]).await
}

/// The photos of a report, in order. Index: primary key.
pub(super) async fn receipts(
    db: &impl Query,
    district: DistrictId,
    report: Id,
) -> Result<Vec<Id>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all(
            "SELECT attachment_id FROM spending_receipt WHERE district_id = $1 AND report_id = $2 ORDER BY nth",
            args![district, report],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// A photo of a receipt.
    pub(super) struct Photo { pub(super) attachment_id: Id, pub(super) family_id: Id }
}

/// A photo of a report, where the caller works. Indexes: primary keys.
pub(super) async fn receipt(
    db: &impl Query,
    district: DistrictId,
    (report, nth): (Id, i64),
    scope: &Scope,
) -> Result<Option<Photo>, StoreError> {
    let mut args = args![district, report, nth];
    let reached = scope.territory_condition("r.village_code", Some("r.rw"), &mut args);
    db.first(
        &format!(
            "SELECT x.attachment_id, r.family_id FROM spending_report r JOIN spending_receipt x \
             ON x.district_id = r.district_id AND x.report_id = r.id AND x.nth = $3 \
             WHERE r.district_id = $1 AND r.id = $2 AND {reached}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// An advice that was given for a child.
    pub(super) struct AdviceLine {
        pub(super) id: Id,
        pub(super) given_on: Date,
        pub(super) giver: String,
        pub(super) giver_name_sealed: Vec<u8>,
        pub(super) place: String,
        pub(super) words_sealed: Vec<u8>,
    }
}

/// The advices for a child, the newest first. Index: diet_advice_by_person.
pub(super) async fn advices(
    db: &impl Query,
    district: DistrictId,
    person: Id,
) -> Result<Vec<AdviceLine>, StoreError> {
    db.all(
        "SELECT id, given_on, giver, giver_name_sealed, place, words_sealed FROM diet_advice WHERE district_id = $1 \
         AND person_id = $2 ORDER BY given_on DESC, id LIMIT 24",
        args![district, person],
    )
    .await
}

/// The months of which something was released, the newest first. A handful of plans each.
pub(super) async fn months(db: &impl Query, district: DistrictId) -> Result<Vec<Date>, StoreError> {
    let rows: Vec<(Date,)> = db
        .all(
            "SELECT DISTINCT month FROM cash_plan WHERE district_id = $1 AND released_on IS NOT NULL \
             ORDER BY month DESC LIMIT 24",
            args![district],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// The payments of a village that arrived in a month, and what their families told.
    pub(super) struct VillageLine {
        pub(super) code: i64,
        pub(super) village: String,
        pub(super) paid: i64,
        pub(super) reported: i64,
        pub(super) received: i64,
        pub(super) spent: i64,
    }
}

/// Villages on a page.
pub(super) const VILLAGES: usize = 25;

/// A month by village, within reach, one more than a page. Indexes: cash_payment_in_month, spending_report_current.
pub(super) async fn villages(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (month, after): (Date, i64),
) -> Result<Vec<VillageLine>, StoreError> {
    let mut args = args![district, month, after];
    let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    let most = VILLAGES + 1;
    db.all(
        &format!(
            "SELECT p.village_code AS code, t.name AS village, COUNT(*) AS paid, COUNT(r.id) AS reported, \
             CAST(SUM(p.paid) AS BIGINT) AS received, \
             CAST(COALESCE(SUM(r.food + r.vitamins + r.milk + r.health + r.other + r.elsewhere), 0) AS BIGINT) AS spent \
             FROM cash_payment p JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             LEFT JOIN spending_report r ON r.district_id = p.district_id AND r.payment_id = p.id AND r.is_current = 1 \
             WHERE p.district_id = $1 AND p.month = $2 AND p.village_code > $3 AND p.paid > 0 AND {reached} \
             GROUP BY p.village_code, t.name ORDER BY p.village_code LIMIT {most}"
        ),
        args,
    )
    .await
}

/// Payments on a page of those without a report.
pub(super) const PAGE: usize = 50;

/// The payments of a month that arrived and have no report yet, within reach, by village, one more than a page. Indexes:
/// cash_payment_in_month, spending_report_current.
pub(super) async fn missing(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (month, village, after): (Date, Option<i64>, Option<(i64, Id)>),
) -> Result<Vec<MissingLine>, StoreError> {
    let mut args = args![district, month];
    let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    let mut conditions = String::new();
    if let Some(village) = village {
        conditions.push_str(&format!(" AND p.village_code = {}", args.push(village)));
    }
    if let Some((code, id)) = after {
        conditions.push_str(&format!(
            " AND (p.village_code, p.id) > ({}, {})",
            args.push(code),
            args.push(id)
        ));
    }
    let most = PAGE + 1;
    db.all(
        &format!(
            "SELECT p.id, p.village_code, t.name AS village, p.head_name, p.child_name, p.paid FROM cash_payment p \
             JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             WHERE p.district_id = $1 AND p.month = $2 AND p.paid > 0{conditions} AND NOT EXISTS (SELECT 1 \
             FROM spending_report r WHERE r.district_id = p.district_id AND r.payment_id = p.id AND r.is_current = 1) \
             AND {reached} ORDER BY p.village_code, p.id LIMIT {most}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A payment without a report.
    pub(super) struct MissingLine {
        pub(super) id: Id,
        pub(super) village_code: i64,
        pub(super) village: String,
        pub(super) head_name: String,
        pub(super) child_name: String,
        pub(super) paid: i64,
    }
}

/// How many payments of these months arrived where somebody works and have no report yet. Indexes: as [`missing`].
pub(super) async fn count_missing(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (Date, Date),
) -> Result<i64, StoreError> {
    let mut args = args![district, from, to];
    let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM cash_payment p WHERE p.district_id = $1 AND p.month BETWEEN $2 AND $3 AND p.paid > 0 \
         AND NOT EXISTS (SELECT 1 FROM spending_report r WHERE r.district_id = p.district_id AND r.payment_id = p.id \
         AND r.is_current = 1) AND {reached}"
    );
    db.number(&sql, args).await
}

asuh_store::row_struct! {
    /// What families spent in a month: rupiah by kind, and how many families spent anything on it.
    pub(super) struct MonthLine {
        pub(super) month: Date,
        pub(super) families: i64,
        food: i64,
        vitamins: i64,
        milk: i64,
        health: i64,
        other: i64,
        elsewhere: i64,
        pub(super) unspent: i64,
        with_food: i64,
        with_vitamins: i64,
        with_milk: i64,
        with_health: i64,
        with_other: i64,
        with_elsewhere: i64,
        with_unspent: i64,
    }
}

impl MonthLine {
    /// Rupiah by kind, then what is not spent yet.
    pub(super) fn amounts(&self) -> [i64; 7] {
        [self.food, self.vitamins, self.milk, self.health, self.other, self.elsewhere, self.unspent]
    }

    /// The families behind each of them.
    pub(super) fn behind(&self) -> [i64; 7] {
        [
            self.with_food,
            self.with_vitamins,
            self.with_milk,
            self.with_health,
            self.with_other,
            self.with_elsewhere,
            self.with_unspent,
        ]
    }
}

/// The sums of up to 24 months within reach, the newest first. A family with two children counts once. Index:
/// spending_report_by_month.
pub(super) async fn sums(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<MonthLine>, StoreError> {
    let mut args = args![district];
    let reached = scope.territory_condition("r.village_code", Some("r.rw"), &mut args);
    let kinds = super::rules::KINDS;
    let rupiah = kinds.map(|kind| format!("CAST(SUM(r.{kind}) AS BIGINT) AS {kind}")).join(", ");
    let behind = kinds
        .map(|kind| format!("COUNT(DISTINCT CASE WHEN r.{kind} > 0 THEN r.family_id END) AS with_{kind}"))
        .join(", ");
    let left = "r.received - r.food - r.vitamins - r.milk - r.health - r.other - r.elsewhere";
    db.all(
        &format!(
            "SELECT r.month, COUNT(DISTINCT r.family_id) AS families, {rupiah}, CAST(SUM({left}) AS BIGINT) AS unspent, \
             {behind}, COUNT(DISTINCT CASE WHEN {left} > 0 THEN r.family_id END) AS with_unspent \
             FROM spending_report r WHERE r.district_id = $1 AND r.is_current = 1 AND {reached} \
             GROUP BY r.month ORDER BY r.month DESC LIMIT 24"
        ),
        args,
    )
    .await
}

/// Which of a family's payments have a report, for the panel on its page. Index: spending_report_by_family.
pub(crate) async fn reported(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Id>, StoreError> {
    let rows: Vec<(Id,)> = db
        .all(
            &format!(
                "SELECT payment_id FROM spending_report WHERE district_id = $1 AND family_id IN {FAMILY_AND_ALIASES} \
                 AND is_current = 1 ORDER BY payment_id LIMIT 240"
            ),
            args![district, family],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// A version of a report, or an advice, as the family's copy tells it.
    pub(super) struct CopyLine {
        pub(super) month: Date,
        pub(super) told_on: Date,
        pub(super) version: i64,
        food: i64,
        vitamins: i64,
        milk: i64,
        health: i64,
        other: i64,
        elsewhere: i64,
        pub(super) words_sealed: Vec<u8>,
        pub(super) given_on: Option<Date>,
        pub(super) giver_name_sealed: Option<Vec<u8>>,
        pub(super) advice_sealed: Option<Vec<u8>>,
    }
}

impl CopyLine {
    /// Rupiah by kind.
    pub(super) fn spent(&self) -> Spent {
        Spent([self.food, self.vitamins, self.milk, self.health, self.other, self.elsewhere])
    }
}

/// What is kept of a family's spending, every version. Index: spending_report_by_family.
pub(super) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<CopyLine>, StoreError> {
    db.all(
        &format!(
            "SELECT r.month, r.told_on, r.version, r.food, r.vitamins, r.milk, r.health, r.other, r.elsewhere, \
             r.words_sealed, a.given_on, a.giver_name_sealed, a.words_sealed AS advice_sealed FROM spending_report r \
             LEFT JOIN diet_advice a ON a.district_id = r.district_id AND a.id = r.advice_id \
             WHERE r.district_id = $1 AND r.family_id IN {FAMILY_AND_ALIASES} ORDER BY r.month DESC, r.id LIMIT 240"
        ),
        args![district, family],
    )
    .await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, scope: &Scope, month: Date) {
    const ANY: Id = Id::SYSTEM;
    paid(db, district, ANY, scope).await.expect("an answer");
    versions(db, district, ANY).await.expect("an answer");
    receipts(db, district, ANY).await.expect("an answer");
    receipt(db, district, (ANY, 1), scope).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["spending_receipt"]);
    advices(db, district, ANY).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["diet_advice_by_person"]);
    villages(db, district, scope, (month, 0)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_in_month", "spending_report_current"]);
    missing(db, district, scope, (month, Some(1_501_012_001), Some((1, ANY)))).await.expect("an answer");
    count_missing(db, district, scope, (month, month)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_in_month", "spending_report_current"]);
    sums(db, district, scope).await.expect("an answer");
    // Every report counts, in the order of months.
    db.take().walks_only(&["r.*"]).uses(&["spending_report_by_month"]);
    reported(db, district, ANY).await.expect("an answer");
    of_family(db, district, ANY).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["spending_report_by_family"]);
}
