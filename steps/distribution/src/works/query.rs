//! What is read of works.

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::campaign_help;

asuh_store::row_struct! {
    /// A work, with what stands sealed of it.
    pub(super) struct Work {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) kind: String,
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village_code: i64,
        pub(super) village: String,
        pub(super) rw: String,
        pub(super) need_id: Option<Id>,
        pub(super) campaign: Option<String>,
        pub(super) sponsor: Option<String>,
        pub(super) words_sealed: Vec<u8>,
        pub(super) worker_sealed: Vec<u8>,
        pub(super) source: String,
        pub(super) held_by: String,
        pub(super) fund_holder_id: Option<Id>,
        pub(super) fund_holder: Option<String>,
        pub(super) fund: String,
        pub(super) estimated: i64,
        pub(super) actual: Option<i64>,
        pub(super) planned_from: Date,
        pub(super) planned_to: Date,
        pub(super) state: String,
        pub(super) started_on: Option<Date>,
        pub(super) handed_on: Option<Date>,
        pub(super) receiver_sealed: Option<Vec<u8>>,
        pub(super) relation: String,
        pub(super) proof: String,
        pub(super) witness_sealed: Option<Vec<u8>>,
        pub(super) signature_id: Option<Id>,
        pub(super) reason_sealed: Option<Vec<u8>>,
        pub(super) ordered_at: Instant,
        pub(super) orderer: Option<String>,
        pub(super) handed_by: Option<Id>,
        pub(super) hander: Option<String>,
    }
}

/// `$2` is [`Instant::NEVER`]. A family that was merged is shown under the name of its canonical one.
const WORK: &str = "SELECT w.id, w.number, w.kind, w.family_id, COALESCE(v.head_name, '') AS head_name, w.village_code, \
     t.name AS village, w.rw, w.need_id, c.name AS campaign, s.name AS sponsor, w.words_sealed, w.worker_sealed, \
     w.source, w.held_by, w.fund_holder_id, i.name AS fund_holder, w.fund, w.estimated, w.actual, w.planned_from, \
     w.planned_to, w.state, w.started_on, w.handed_on, w.receiver_sealed, w.relation, w.proof, w.witness_sealed, \
     w.signature_id, w.reason_sealed, w.ordered_at, o.name AS orderer, w.handed_by, h.name AS hander FROM help_work w \
     JOIN territory t ON t.district_id = w.district_id AND t.code = w.village_code \
     JOIN family y ON y.district_id = w.district_id AND y.id = w.family_id \
     LEFT JOIN family_version v ON v.district_id = w.district_id AND v.family_id = COALESCE(y.canonical_id, y.id) \
     AND v.superseded_at + 0 = $2 \
     LEFT JOIN campaign c ON c.district_id = w.district_id AND c.id = w.campaign_id \
     LEFT JOIN sponsor_version s ON s.district_id = w.district_id AND s.sponsor_id = w.sponsor_id \
     AND s.superseded_at + 0 = $2 \
     LEFT JOIN institution i ON i.district_id = w.district_id AND i.id = w.fund_holder_id \
     LEFT JOIN app_user o ON o.district_id = w.district_id AND o.id = w.ordered_by \
     LEFT JOIN app_user h ON h.district_id = w.district_id AND h.id = w.handed_by WHERE w.district_id = $1";

/// A work within reach. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<Work>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let reached = scope.territory_condition("w.village_code", Some("w.rw"), &mut args);
    db.first(&format!("{WORK} AND w.id = $3 AND {reached}"), args).await
}

/// Works on a page.
pub(super) const PAGE: usize = 40;

/// Which works.
pub(super) struct Filter<'a> {
    /// One of the states.
    pub(super) state: &'a str,
    /// One of the kinds; empty: all.
    pub(super) kind: &'a str,
    /// Those ordered before this one.
    pub(super) before: Option<(Instant, Id)>,
}

/// Works of a state within reach, the newest first, one more than a page. Index: help_work_by_state.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    filter: Filter<'_>,
) -> Result<Vec<Work>, StoreError> {
    let mut args = args![district, Instant::NEVER, filter.state];
    let mut condition = scope.territory_condition("w.village_code", Some("w.rw"), &mut args);
    if !filter.kind.is_empty() {
        condition.push_str(&format!(" AND w.kind = {}", args.push(filter.kind)));
    }
    if let Some((at, id)) = filter.before {
        condition.push_str(&format!(" AND (w.ordered_at, w.id) < ({}, {})", args.push(at), args.push(id)));
    }
    let most = PAGE + 1;
    let sql =
        format!("{WORK} AND w.state = $3 AND {condition} ORDER BY w.ordered_at DESC, w.id DESC LIMIT {most}");
    db.all(&sql, args).await
}

/// How many works within reach stand in each state. Index: help_work_by_state.
pub(super) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<(String, i64)>, StoreError> {
    let mut args = args![district];
    let reached = scope.territory_condition("w.village_code", Some("w.rw"), &mut args);
    asuh_store::row_struct! { struct Count { state: String, n: i64 } }
    let sql = format!(
        "SELECT w.state, COUNT(*) AS n FROM help_work w WHERE w.district_id = $1 AND {reached} GROUP BY w.state"
    );
    let counts: Vec<Count> = db.all(&sql, args).await?;
    Ok(counts.into_iter().map(|count| (count.state, count.n)).collect())
}

/// The works of a family, the newest first. The caller has found it within his reach. Index: help_work_by_family.
pub(super) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Work>, StoreError> {
    // `FAMILY_AND_ALIASES` takes the family as $2.
    let sql = WORK.replace("$2", "$3");
    db.all(
        &format!("{sql} AND w.family_id IN {FAMILY_AND_ALIASES} ORDER BY w.ordered_at DESC, w.id LIMIT 100"),
        args![district, family, Instant::NEVER],
    )
    .await
}

asuh_store::row_struct! {
    /// A photo of a work.
    pub(super) struct Photo {
        pub(super) nth: i64,
        pub(super) moment: String,
        pub(super) taken_on: Date,
    }
}

/// The photos of a work that were not taken off. Index: primary key.
pub(super) async fn photos(
    db: &impl Query,
    district: DistrictId,
    work: Id,
) -> Result<Vec<Photo>, StoreError> {
    db.all(
        "SELECT nth, moment, taken_on FROM work_photo WHERE district_id = $1 AND work_id = $2 AND removed_at IS NULL \
         ORDER BY nth",
        args![district, work],
    )
    .await
}

/// The attachment of one of them. Index: primary key.
pub(super) async fn photo(
    db: &impl Query,
    district: DistrictId,
    work: Id,
    nth: i64,
) -> Result<Option<Id>, StoreError> {
    let found: Option<(Id,)> = db
        .first(
            "SELECT attachment_id FROM work_photo WHERE district_id = $1 AND work_id = $2 AND nth = $3 \
             AND removed_at IS NULL",
            args![district, work, nth],
        )
        .await?;
    Ok(found.map(|row| row.0))
}

/// What funds of ours paid for a work and did not get back, rupiah. Index: work_payment_by_work.
pub(super) async fn paid(db: &impl Query, district: DistrictId, work: Id) -> Result<i64, StoreError> {
    db.number(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS n FROM work_payment WHERE district_id = $1 AND work_id = $2 \
         AND reversed_at IS NULL",
        args![district, work],
    )
    .await
}

asuh_store::row_struct! {
    /// What a fund of ours paid.
    pub(super) struct Payment {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) amount: i64,
        pub(super) paid_on: Date,
        pub(super) payee_sealed: Vec<u8>,
        pub(super) transfer_id: Id,
        pub(super) reason: String,
        pub(super) reversed_at: Option<Instant>,
        pub(super) payer: Option<String>,
    }
}

/// The payments for a work, in order. Index: work_payment_by_work.
pub(super) async fn payments(
    db: &impl Query,
    district: DistrictId,
    work: Id,
) -> Result<Vec<Payment>, StoreError> {
    db.all(
        "SELECT p.id, p.number, p.amount, p.paid_on, p.payee_sealed, p.transfer_id, p.reason, p.reversed_at, \
         u.name AS payer FROM work_payment p LEFT JOIN app_user u ON u.district_id = p.district_id \
         AND u.id = p.recorded_by WHERE p.district_id = $1 AND p.work_id = $2 ORDER BY p.recorded_at, p.id",
        args![district, work],
    )
    .await
}

asuh_store::row_struct! {
    /// What a family needs once and nobody has been told to build.
    pub(super) struct NeedLine {
        pub(super) id: Id,
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village_code: i64,
        pub(super) kind: String,
        pub(super) detail: String,
        pub(super) noted_on: Date,
        pub(super) state: String,
    }
}

/// Columns of [`NeedLine`]; `$2` is [`Instant::NEVER`]. The need of a merged family stays with the record that it was noted
/// for, and is met there.
const NEED: &str = "SELECT n.id, n.family_id, f.head_name, f.village_code, n.kind, n.detail, n.noted_on, n.state \
     FROM family_need n JOIN family_version f ON f.district_id = n.district_id AND f.family_id = n.family_id \
     AND f.superseded_at = $2 WHERE n.district_id = $1 AND n.kind IN ('water', 'latrine', 'house') \
     AND n.state IN ('open', 'promised') AND NOT EXISTS (SELECT 1 FROM help_work w WHERE w.district_id = n.district_id \
     AND w.need_id = n.id AND w.state <> 'cancelled')";

/// What families within reach need once and is not ordered, one more than a page. Indexes: family_need_by_state,
/// help_work_once.
pub(super) async fn needs(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    after: Option<Id>,
) -> Result<Vec<NeedLine>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let mut condition = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    if let Some(after) = after {
        condition.push_str(&format!(" AND n.id > {}", args.push(after)));
    }
    db.all(&format!("{NEED} AND {condition} ORDER BY n.id LIMIT {}", PAGE + 1), args).await
}

/// The same of one family. Index: family_need_by_family.
pub(super) async fn needs_of(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<NeedLine>, StoreError> {
    db.all(
        &format!("{NEED} AND n.family_id = $3 ORDER BY n.noted_on, n.id"),
        args![district, Instant::NEVER, family],
    )
    .await
}

/// The head of a family within reach. Index: family_version_current.
pub(super) async fn head(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let mut args = args![district, family, Instant::NEVER];
    let reached = scope.territory_condition("village_code", Some("rw"), &mut args);
    let found: Option<(String,)> = db
        .first(
            &format!(
                "SELECT head_name FROM family_version WHERE district_id = $1 AND family_id = $2 \
                 AND superseded_at = $3 AND {reached}"
            ),
            args,
        )
        .await?;
    Ok(found.map(|row| row.0))
}

asuh_store::row_struct! {
    /// A promise that a work may come from.
    pub(super) struct PledgeChoice {
        pub(super) id: Id,
        pub(super) sponsor: String,
        pub(super) campaign: String,
        /// Whether it is given to somebody of this family.
        pub(super) paired: i64,
    }
}

/// The promises that hold today and help with such a work, those given to this family first; CROSS JOIN keeps SQLite from
/// walking all promises. Indexes: pledge_by_campaign,
/// sponsor_pair_by_person.
pub(super) async fn pledges(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    kind: &str,
    today: Date,
) -> Result<Vec<PledgeChoice>, StoreError> {
    db.all(
        "SELECT p.id, s.name AS sponsor, c.name AS campaign, CAST(CASE WHEN p.id IN (SELECT r.pledge_id FROM person_version v \
         JOIN sponsor_pair r ON r.district_id = v.district_id AND r.person_id = v.person_id \
         AND (r.valid_to IS NULL OR r.valid_to >= $4) WHERE v.district_id = $1 AND v.family_id = $5 \
         AND v.superseded_at = $2) THEN 1 ELSE 0 END AS BIGINT) AS paired \
         FROM campaign c CROSS JOIN pledge p JOIN sponsor_version s ON s.district_id = p.district_id \
         AND s.sponsor_id = p.sponsor_id AND s.superseded_at + 0 = $2 WHERE c.district_id = $1 AND c.help = $3 \
         AND c.state = 'active' AND p.district_id = c.district_id AND p.campaign_id = c.id AND p.starts_on <= $4 \
         AND (p.ends_on IS NULL OR p.ends_on >= $4) \
         ORDER BY paired DESC, s.name_search, p.id LIMIT 300",
        args![district, Instant::NEVER, campaign_help(kind), today, family],
    )
    .await
}

/// The holders of funds. A handful. Index: institution_by_kind.
pub(super) async fn holders(db: &impl Query, district: DistrictId) -> Result<Vec<(Id, String)>, StoreError> {
    asuh_store::row_struct! { struct Holder { id: Id, name: String } }
    let holders: Vec<Holder> = db
        .all(
            "SELECT i.id, i.name FROM institution i WHERE i.district_id = $1 AND i.kind = 'fund_holder' \
             AND i.valid_to IS NULL ORDER BY i.name, i.id",
            args![district],
        )
        .await?;
    Ok(holders.into_iter().map(|holder| (holder.id, holder.name)).collect())
}

asuh_store::row_struct! {
    /// A work as its payer sees it: no family.
    pub(super) struct FundedLine {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) kind: String,
        pub(super) village: String,
        pub(super) fund_holder_id: Id,
        pub(super) fund_holder: String,
        pub(super) fund: String,
        pub(super) estimated: i64,
        pub(super) paid: i64,
        pub(super) state: String,
        pub(super) ordered_by: Id,
    }
}

const FUNDED: &str = "SELECT w.id, w.number, w.kind, t.name AS village, w.fund_holder_id, i.name AS fund_holder, w.fund, \
     w.estimated, (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM work_payment p \
     WHERE p.district_id = w.district_id AND p.work_id = w.id AND p.reversed_at IS NULL) AS paid, w.state, w.ordered_by \
     FROM help_work w JOIN territory t ON t.district_id = w.district_id AND t.code = w.village_code \
     JOIN institution i ON i.district_id = w.district_id AND i.id = w.fund_holder_id \
     WHERE w.district_id = $1 AND w.source = 'pool'";

/// Works of a state that the reached holders pay for, the newest first, one more than a page. Index: help_work_by_state.
pub(super) async fn funded(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (state, before): (&str, Option<(Instant, Id)>),
) -> Result<Vec<FundedLine>, StoreError> {
    let mut args = args![district, state];
    let mut condition = scope.unit_condition("w.fund_holder_id", &mut args);
    if let Some((at, id)) = before {
        condition.push_str(&format!(" AND (w.ordered_at, w.id) < ({}, {})", args.push(at), args.push(id)));
    }
    let sql = format!(
        "{FUNDED} AND w.state = $2 AND {condition} ORDER BY w.ordered_at DESC, w.id DESC LIMIT {}",
        PAGE + 1
    );
    db.all(&sql, args).await
}

/// One of them. Index: primary key.
pub(super) async fn funded_one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<FundedLine>, StoreError> {
    let mut args = args![district, id];
    let reached = scope.unit_condition("w.fund_holder_id", &mut args);
    db.first(&format!("{FUNDED} AND w.id = $2 AND {reached}"), args).await
}

/// The instant at which a work was ordered: where its page of the list begins. Index: primary key.
pub(super) async fn ordered_at(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Instant>, StoreError> {
    let found: Option<(Instant,)> = db
        .first("SELECT ordered_at FROM help_work WHERE district_id = $1 AND id = $2", args![district, id])
        .await?;
    Ok(found.map(|row| row.0))
}

asuh_store::row_struct! {
    /// A work that was handed over, and the last look at it.
    pub(super) struct Standing {
        pub(super) id: Id,
        pub(super) handed_on: Date,
        pub(super) checked_on: Option<Date>,
        pub(super) outcome: Option<String>,
    }
}

/// Works within reach that were handed over until a day and not by this user, and have not been found working. Indexes:
/// help_work_by_state, primary key of work_check.
pub(super) async fn unchecked(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (user, until): (Id, Date),
) -> Result<Vec<Standing>, StoreError> {
    let mut args = args![district, until, user];
    let reached = scope.territory_condition("w.village_code", Some("w.rw"), &mut args);
    db.all(
        &format!(
            "SELECT w.id, w.handed_on, c.checked_on, c.outcome FROM help_work w \
             LEFT JOIN work_check c ON c.district_id = w.district_id AND c.work_id = w.id AND c.checked_on = \
             (SELECT MAX(l.checked_on) FROM work_check l WHERE l.district_id = w.district_id AND l.work_id = w.id) \
             WHERE w.district_id = $1 AND w.state = 'handed_over' AND w.handed_on <= $2 AND w.handed_by <> $3 \
             AND {reached} ORDER BY w.handed_on, w.id LIMIT 500"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A work of a sponsor's promise, without its family.
    pub(super) struct GivenLine {
        pub(super) kind: String,
        pub(super) campaign: String,
        pub(super) subdistrict: String,
        pub(super) state: String,
        pub(super) source: String,
        pub(super) handed_on: Option<Date>,
        pub(super) actual: Option<i64>,
        pub(super) estimated: i64,
    }
}

/// The works of a sponsor's promises, the newest first. Index: help_work_by_sponsor.
pub(super) async fn of_sponsor(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
) -> Result<Vec<GivenLine>, StoreError> {
    db.all(
        "SELECT w.kind, c.name AS campaign, t.name AS subdistrict, w.state, w.source, w.handed_on, w.actual, w.estimated \
         FROM help_work w JOIN campaign c ON c.district_id = w.district_id AND c.id = w.campaign_id \
         JOIN territory t ON t.district_id = w.district_id AND t.code = w.village_code - w.village_code % 10000 \
         WHERE w.district_id = $1 AND w.sponsor_id = $2 AND w.state <> 'cancelled' \
         ORDER BY w.ordered_at DESC, w.id LIMIT 100",
        args![district, sponsor],
    )
    .await
}

asuh_store::row_struct! {
    /// What a campaign's works are worth to a family.
    pub(super) struct MovedRow {
        pub(super) family_id: Id,
        pub(super) released: i64,
        pub(super) received: i64,
    }
}

/// What of a campaign was begun for families from a day to a day, and what of that they have: a work belongs to the day on
/// which it was begun, however late it is handed over, so no more can be received than was released. Index:
/// help_work_by_campaign.
pub(super) async fn moved(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    (from, to): (Date, Date),
) -> Result<Vec<MovedRow>, StoreError> {
    db.all(
        "SELECT COALESCE(f.canonical_id, f.id) AS family_id, \
         CAST(SUM(COALESCE(w.actual, w.estimated)) AS BIGINT) AS released, \
         CAST(SUM(CASE WHEN w.state = 'handed_over' THEN w.actual ELSE 0 END) AS BIGINT) AS received FROM help_work w \
         JOIN family f ON f.district_id = w.district_id AND f.id = w.family_id \
         WHERE w.district_id = $1 AND w.campaign_id = $2 AND w.started_on BETWEEN $3 AND $4 \
         AND w.state IN ('in_work', 'handed_over') GROUP BY COALESCE(f.canonical_id, f.id) ORDER BY 1",
        args![district, campaign, from, to],
    )
    .await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    scope: &Scope,
    (any, day): (Id, Date),
) {
    one(db, district, any, scope).await.expect("an answer");
    for (kind, before) in [("", None), ("water", Some((Instant(0), any)))] {
        let filter = Filter { state: "planned", kind, before };
        list(db, district, scope, filter).await.expect("an answer");
        db.take().walks_only(&[]).uses(&["help_work_by_state"]);
        funded(db, district, scope, ("planned", before)).await.expect("an answer");
        db.take().walks_only(&[]).uses(&["help_work_by_state", "work_payment_by_work"]);
    }
    counts(db, district, scope).await.expect("an answer");
    // Works are some hundred in a year.
    db.take().walks_only(&["w.*"]).uses(&["help_work_by_state"]);
    of_family(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["help_work_by_family"]);
    photos(db, district, any).await.expect("an answer");
    photo(db, district, any, 1).await.expect("an answer");
    paid(db, district, any).await.expect("an answer");
    payments(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["work_payment_by_work"]);
    needs(db, district, scope, Some(any)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["help_work_once"]);
    needs_of(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["family_need_by_family"]);
    pledges(db, district, any, "water", day).await.expect("an answer");
    db.take().walks_only(&["c.*"]).uses(&["pledge_by_campaign", "person_version_by_family"]);
    head(db, district, scope, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["family_version"]);
    holders(db, district).await.expect("an answer");
    funded_one(db, district, any, scope).await.expect("an answer");
    ordered_at(db, district, any).await.expect("an answer");
    unchecked(db, district, scope, (any, day)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["help_work_by_state", "work_check"]);
    of_sponsor(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["help_work_by_sponsor"]);
    moved(db, district, any, (day, day)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["help_work_by_campaign"]);
    super::check::of_work(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["work_check"]);
}
