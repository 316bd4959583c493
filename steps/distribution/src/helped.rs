//! Whom a campaign has helped, in whichever way: the one definition that dashboards and lists of those who wait share.

use asuh_store::{Args, DistrictId, Id};
use time::Date;

/// SQL: `SELECT family_id` of the families that received something with proof until a day: a package, money, a meal, what was
/// built for them, a session that they came to. Of a campaign; or of any, also of none. A family that was merged stands under
/// its canonical record. Values are pushed to `args`, so that it may stand anywhere in a statement.
///
/// Indexes: package's unique key, cash_share_by_campaign, meal_enrolment_by_programme, meal_serving_by_enrolment,
/// help_work_by_campaign, education_session_by_campaign, primary keys.
pub fn helped_sql(args: &mut Args, district: DistrictId, campaign: Option<Id>, until: Date) -> String {
    let district = args.push(district);
    let until = args.push(until);
    let campaign = campaign.map(|campaign| args.push(campaign));
    let of = |column: &str| {
        campaign.as_ref().map_or_else(String::new, |campaign| format!(" AND {column} = {campaign}"))
    };
    format!(
        "SELECT DISTINCT COALESCE(f.canonical_id, f.id) AS family_id FROM ( \
           SELECT p.family_id FROM package p WHERE p.district_id = {district}{} AND p.week_of <= {until} \
             AND p.state = 'delivered' \
           UNION ALL SELECT p.family_id FROM cash_share s \
             JOIN cash_payment p ON p.district_id = s.district_id AND p.id = s.payment_id AND p.paid > 0 \
             JOIN cash_attempt a ON a.district_id = p.district_id AND a.payment_id = p.id AND a.paid > 0 \
             AND a.decided_on <= {until} WHERE s.district_id = {district}{} \
           UNION ALL SELECT m.family_id FROM meal_programme r CROSS JOIN meal_enrolment e CROSS JOIN meal_serving m \
             WHERE r.district_id = {district}{} AND e.district_id = r.district_id AND e.programme_id = r.id \
             AND m.district_id = e.district_id AND m.enrolment_id = e.id AND m.transfer_id IS NOT NULL \
             AND m.for_day <= {until} \
           UNION ALL SELECT w.family_id FROM help_work w WHERE w.district_id = {district}{} \
             AND w.state = 'handed_over' AND w.handed_on <= {until} \
           UNION ALL SELECT c.family_id FROM education_session s \
             JOIN session_family c ON c.district_id = s.district_id AND c.session_id = s.id AND c.came = 1 \
             WHERE s.district_id = {district}{} AND s.state = 'held' AND s.held_on <= {until} \
         ) x CROSS JOIN family f WHERE f.district_id = {district} AND f.id = x.family_id",
        of("p.campaign_id"),
        of("s.campaign_id"),
        of("r.campaign_id"),
        of("w.campaign_id"),
        of("s.campaign_id"),
    )
}

/// SQL: `campaign_id, day` of whatever of a campaign's help was recorded since an instant; the day is the first on which it
/// may count. `$1` is the district, `$2` the instant.
///
/// Indexes: package_by_change, cash_payment_by_change, meal_serving_by_mark, help_work_by_change,
/// education_session_by_change.
pub const CHANGED_SQL: &str = "SELECT DISTINCT campaign_id, day FROM ( \
     SELECT campaign_id, week_of AS day FROM package WHERE district_id = $1 AND changed_at >= $2 \
     UNION ALL SELECT s.campaign_id, a.sent_on FROM cash_payment p \
       JOIN cash_attempt a ON a.district_id = p.district_id AND a.payment_id = p.id \
       JOIN cash_share s ON s.district_id = p.district_id AND s.payment_id = p.id \
       WHERE p.district_id = $1 AND p.changed_at >= $2 \
     UNION ALL SELECT r.campaign_id, m.for_day FROM meal_serving m \
       JOIN meal_enrolment e ON e.district_id = m.district_id AND e.id = m.enrolment_id \
       JOIN meal_programme r ON r.district_id = e.district_id AND r.id = e.programme_id AND r.campaign_id IS NOT NULL \
       WHERE m.district_id = $1 AND m.marked_at >= $2 \
     UNION ALL SELECT w.campaign_id, w.started_on FROM help_work w WHERE w.district_id = $1 AND w.changed_at >= $2 \
       AND w.campaign_id IS NOT NULL AND w.started_on IS NOT NULL \
     UNION ALL SELECT s.campaign_id, s.held_on FROM education_session s WHERE s.district_id = $1 AND s.changed_at >= $2 \
       AND s.campaign_id IS NOT NULL AND s.state = 'held') x";

/// Asks both, so that a test sees how they are answered.
#[cfg(test)]
pub(crate) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, (any, day): (Id, Date)) {
    use asuh_store::{Instant, Query, args};
    let mut args = Args::new();
    let sql = helped_sql(&mut args, district, Some(any), day);
    let _: Vec<(Id,)> = db.all(&sql, args).await.expect("an answer");
    // Programmes of feeding are a handful.
    db.take().walks_only(&["r.*"]).uses(&[
        "cash_share_by_campaign",
        "meal_enrolment_by_programme",
        "meal_serving_by_enrolment",
        "help_work_by_campaign",
        "education_session_by_campaign",
    ]);
    asuh_store::row_struct! { struct Touched { campaign_id: Id, day: Date } }
    let touched: Vec<Touched> = db.all(CHANGED_SQL, args![district, Instant(0)]).await.expect("an answer");
    assert!(touched.iter().all(|one| one.campaign_id == any && one.day == day));
    db.take().walks_only(&[]).uses(&[
        "package_by_change",
        "cash_payment_by_change",
        "meal_serving_by_mark",
        "help_work_by_change",
        "education_session_by_change",
    ]);
}
