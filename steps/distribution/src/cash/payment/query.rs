//! What is read of payments.

use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

use crate::cash::Reach;

asuh_store::row_struct! {
    /// A payment with its plan.
    pub(in crate::cash) struct Payment {
        pub(in crate::cash) id: Id,
        pub(in crate::cash) plan_id: Id,
        pub(in crate::cash) number: String,
        pub(in crate::cash) plan_state: String,
        pub(in crate::cash) programme: String,
        pub(in crate::cash) fund_holder: String,
        pub(in crate::cash) fund_holder_id: Id,
        pub(in crate::cash) fund: String,
        pub(in crate::cash) month: Date,
        pub(in crate::cash) person_id: Id,
        pub(in crate::cash) family_id: Id,
        pub(in crate::cash) nth: i64,
        pub(in crate::cash) village: String,
        pub(in crate::cash) rw: String,
        pub(in crate::cash) rt: String,
        pub(in crate::cash) hamlet: String,
        pub(in crate::cash) head_name: String,
        pub(in crate::cash) child_name: String,
        pub(in crate::cash) need: i64,
        pub(in crate::cash) units: i64,
        pub(in crate::cash) amount: i64,
        pub(in crate::cash) paid: i64,
        pub(in crate::cash) way: String,
        pub(in crate::cash) bank: String,
        pub(in crate::cash) number_end: String,
        pub(in crate::cash) state: String,
        pub(in crate::cash) reason: String,
        pub(in crate::cash) words: String,
    }
}

/// A payment whose holder or family the caller reaches. Index: primary keys.
pub(in crate::cash) async fn payment(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    reach: &Reach,
) -> Result<Option<Payment>, StoreError> {
    let mut args = args![district, id];
    let reached = reach.condition(&mut args);
    db.first(
        &format!(
            "SELECT p.id, p.plan_id, c.number, c.state AS plan_state, g.name AS programme, i.name AS fund_holder, \
             p.fund_holder_id, p.fund, p.month, p.person_id, p.family_id, p.nth, t.name AS village, p.rw, p.rt, p.hamlet, \
             p.head_name, p.child_name, p.need, p.units, p.amount, p.paid, p.way, p.bank, p.number_end, p.state, \
             p.reason, p.words FROM cash_payment p \
             JOIN cash_plan c ON c.district_id = p.district_id AND c.id = p.plan_id \
             JOIN programme m ON m.district_id = p.district_id AND m.id = p.programme_id \
             JOIN campaign g ON g.district_id = m.district_id AND g.id = m.campaign_id \
             JOIN institution i ON i.district_id = p.district_id AND i.id = p.fund_holder_id \
             JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             WHERE p.district_id = $1 AND p.id = $2 AND {reached}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A try to pay.
    pub(super) struct Attempt {
        pub(super) nth: i64,
        pub(super) way: String,
        pub(super) reference: String,
        pub(super) amount: i64,
        pub(super) paid: i64,
        pub(super) state: String,
        pub(super) reason: String,
        pub(super) sent_on: Date,
        pub(super) decided_on: Option<Date>,
        pub(super) receiver_name: String,
        pub(super) receiver_relation: String,
        pub(super) witness: String,
        pub(super) signature_id: Option<Id>,
        pub(super) photo_id: Option<Id>,
        pub(super) decider: Option<String>,
    }
}

/// The tries of a payment, the newest first. Index: unique key of payment and place.
pub(super) async fn attempts(
    db: &impl Query,
    district: DistrictId,
    payment: Id,
) -> Result<Vec<Attempt>, StoreError> {
    db.all(
        "SELECT a.nth, a.way, a.reference, a.amount, a.paid, a.state, a.reason, a.sent_on, a.decided_on, a.receiver_name, \
         a.receiver_relation, a.witness, a.signature_id, a.photo_id, u.name AS decider FROM cash_attempt a \
         LEFT JOIN app_user u ON u.district_id = a.district_id AND u.id = a.decided_by \
         WHERE a.district_id = $1 AND a.payment_id = $2 ORDER BY a.nth DESC",
        args![district, payment],
    )
    .await
}

asuh_store::row_struct! {
    /// What a promise gives to a payment.
    pub(super) struct ShareLine { pub(super) campaign: String, pub(super) units: i64, pub(super) amount: i64 }
}

/// What a payment is made of, without the names of those who give. Index: primary key.
pub(super) async fn shares(
    db: &impl Query,
    district: DistrictId,
    payment: Id,
) -> Result<Vec<ShareLine>, StoreError> {
    db.all(
        "SELECT c.name AS campaign, s.units, s.amount FROM cash_share s \
         JOIN campaign c ON c.district_id = s.district_id AND c.id = s.campaign_id \
         WHERE s.district_id = $1 AND s.payment_id = $2 ORDER BY s.amount DESC, s.pair_id",
        args![district, payment],
    )
    .await
}

asuh_store::row_struct! {
    /// Cash that waits to be handed over.
    pub(super) struct CashLine {
        pub(super) id: Id,
        pub(super) nth: i64,
        pub(super) number: String,
        pub(super) head_name: String,
        pub(super) child_name: String,
        pub(super) village: String,
        pub(super) amount: i64,
    }
}

/// Lines of the list of cash.
pub(super) const PAGE: usize = 100;

/// The condition of the cash on its way that the caller reaches, by its holder or by the family's place.
fn waiting(reach: &Reach, args: &mut asuh_store::Args) -> String {
    let reached = reach.condition(args);
    format!("p.district_id = $1 AND p.state = 'sent' AND p.way = 'cash' AND {reached}")
}

/// Cash that waits to be handed over, by village, one more than a page. Index: cash_payment_by_village.
pub(super) async fn cash(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    after: Option<Id>,
) -> Result<Vec<CashLine>, StoreError> {
    let mut args = args![district];
    let waiting = waiting(reach, &mut args);
    let after = after.map_or(String::new(), |id| {
        let id = args.push(id);
        format!(
            " AND (p.village_code, p.month, p.id) > (SELECT x.village_code, x.month, x.id FROM cash_payment x \
             WHERE x.district_id = $1 AND x.id = {id})"
        )
    });
    let most = PAGE + 1;
    db.all(
        &format!(
            "SELECT p.id, p.nth, c.number, p.head_name, p.child_name, t.name AS village, p.amount - p.paid AS amount \
             FROM cash_payment p JOIN cash_plan c ON c.district_id = p.district_id AND c.id = p.plan_id \
             JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             WHERE {waiting}{after} ORDER BY p.village_code, p.month, p.id LIMIT {most}"
        ),
        args,
    )
    .await
}

/// How much cash waits to be handed over by the caller. Index: cash_payment_by_village.
pub(in crate::cash) async fn cash_waiting(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<i64, StoreError> {
    let mut args = args![district];
    let waiting = waiting(reach, &mut args);
    db.number(&format!("SELECT COUNT(*) AS n FROM cash_payment p WHERE {waiting}"), args).await
}

asuh_store::row_struct! {
    /// A payment on the page of its family.
    pub(in crate::cash) struct FamilyPayment {
        pub(in crate::cash) id: Id,
        pub(in crate::cash) month: Date,
        pub(in crate::cash) programme: String,
        pub(in crate::cash) amount: i64,
        pub(in crate::cash) paid: i64,
        pub(in crate::cash) way: String,
        pub(in crate::cash) bank: String,
        pub(in crate::cash) number_end: String,
        pub(in crate::cash) state: String,
        pub(in crate::cash) child_name: String,
        pub(in crate::cash) decided_on: Option<Date>,
        pub(in crate::cash) receiver_name: Option<String>,
    }
}

/// The payments of a family from the moment they left their holder, the newest first. Index: cash_payment_by_family.
pub(in crate::cash) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<FamilyPayment>, StoreError> {
    db.all(
        &format!(
            "SELECT p.id, p.month, g.name AS programme, p.amount, p.paid, p.way, p.bank, p.number_end, p.state, \
             p.child_name, (SELECT MAX(a.decided_on) FROM cash_attempt a WHERE a.district_id = p.district_id \
             AND a.payment_id = p.id AND a.paid > 0) AS decided_on, (SELECT MAX(a.receiver_name) FROM cash_attempt a \
             WHERE a.district_id = p.district_id AND a.payment_id = p.id AND a.paid > 0) AS receiver_name \
             FROM cash_payment p JOIN programme m ON m.district_id = p.district_id AND m.id = p.programme_id \
             JOIN campaign g ON g.district_id = m.district_id AND g.id = m.campaign_id \
             WHERE p.district_id = $1 AND p.family_id IN {FAMILY_AND_ALIASES} \
             AND p.state IN ('sent', 'paid', 'partial', 'failed') ORDER BY p.month DESC, p.id LIMIT 120"
        ),
        args![district, family],
    )
    .await
}

asuh_store::row_struct! {
    /// What a family received on a day.
    pub(crate) struct Received { pub(crate) on: Date, pub(crate) paid: i64 }
}

/// The money that a family received, by day, the newest first. Index: cash_payment_by_family.
pub(crate) async fn received_by(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Received>, StoreError> {
    db.all(
        &format!(
            "SELECT a.decided_on AS \"on\", CAST(SUM(a.paid) AS BIGINT) AS paid FROM cash_payment p \
             JOIN cash_attempt a ON a.district_id = p.district_id AND a.payment_id = p.id AND a.paid > 0 \
             WHERE p.district_id = $1 AND p.family_id IN {FAMILY_AND_ALIASES} AND a.decided_on IS NOT NULL \
             GROUP BY a.decided_on ORDER BY a.decided_on DESC LIMIT 240"
        ),
        args![district, family],
    )
    .await
}

asuh_store::row_struct! {
    /// A transfer for the bank's file.
    pub(in crate::cash) struct FileLine {
        pub(in crate::cash) attempt_id: Id,
        pub(in crate::cash) nth: i64,
        pub(in crate::cash) reference: String,
        pub(in crate::cash) amount: i64,
        pub(in crate::cash) bank_code: String,
        pub(in crate::cash) bank: String,
        pub(in crate::cash) number_sealed: Option<Vec<u8>>,
        pub(in crate::cash) holder_sealed: Option<Vec<u8>>,
    }
}

/// The transfers of a plan that are on their way, in the order of the list, a page of them. Index: cash_attempt_by_plan,
/// cash_payment_by_plan.
pub(in crate::cash) async fn file_lines(
    db: &impl Query,
    district: DistrictId,
    plan: Id,
    after: i64,
    most: usize,
) -> Result<Vec<FileLine>, StoreError> {
    db.all(
        &format!(
            "SELECT a.id AS attempt_id, p.nth, a.reference, a.amount, p.bank_code, p.bank, p.number_sealed, \
             p.holder_sealed FROM cash_payment p JOIN cash_attempt a ON a.district_id = p.district_id \
             AND a.payment_id = p.id AND a.state = 'sent' AND a.way = 'transfer' \
             WHERE p.district_id = $1 AND p.plan_id = $2 AND p.nth > $3 ORDER BY p.nth LIMIT {most}"
        ),
        args![district, plan, after],
    )
    .await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(in crate::cash) async fn plans_of(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    (any, reach): (Id, &Reach),
) {
    payment(db, district, any, reach).await.expect("an answer");
    db.take().walks_only(&[]);
    attempts(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["sqlite_autoindex_cash_attempt"]);
    shares(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_share"]);
    cash(db, district, reach, Some(any)).await.expect("an answer");
    cash_waiting(db, district, reach).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_by_village"]);
    of_family(db, district, any).await.expect("an answer");
    received_by(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_by_family"]);
    file_lines(db, district, any, 0, 100).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_by_plan"]);
}
