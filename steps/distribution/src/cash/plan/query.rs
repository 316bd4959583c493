//! What is read of plans and of the payments on them.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use time::Date;

use super::proposal::Source;
use crate::cash::rules::{self, Change, Month, State};

asuh_store::row_struct! {
    /// A plan.
    pub(in crate::cash) struct PlanLine {
        pub(in crate::cash) id: Id,
        pub(in crate::cash) number: String,
        pub(in crate::cash) programme_id: Id,
        pub(in crate::cash) programme: String,
        pub(in crate::cash) fund_holder_id: Id,
        pub(in crate::cash) fund_holder: String,
        pub(in crate::cash) fund: String,
        pub(in crate::cash) month: Date,
        pub(in crate::cash) state: String,
        pub(in crate::cash) round: i64,
        pub(in crate::cash) payments: i64,
        pub(in crate::cash) total: i64,
        pub(in crate::cash) returned_reason: String,
        pub(in crate::cash) returned_at: Option<Instant>,
        pub(in crate::cash) returner: Option<String>,
        pub(in crate::cash) drafted_at: Instant,
        pub(in crate::cash) drafted_by: Id,
        pub(in crate::cash) drafter: Option<String>,
        pub(in crate::cash) locked_at: Option<Instant>,
        pub(in crate::cash) locked_by: Option<Id>,
        pub(in crate::cash) locker: Option<String>,
        pub(in crate::cash) released_on: Option<Date>,
        pub(in crate::cash) released_at: Option<Instant>,
        pub(in crate::cash) releaser: Option<String>,
        pub(in crate::cash) format_code: String,
        pub(in crate::cash) closed_at: Option<Instant>,
    }
}

impl PlanLine {
    /// How far it is.
    pub(in crate::cash) fn state(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Closed)
    }

    /// Where its money comes from.
    pub(super) fn source(&self) -> Source {
        Source {
            programme: self.programme_id,
            fund_holder: self.fund_holder_id,
            fund: self.fund.clone(),
            month: self.month,
        }
    }

    /// The class of its tag.
    pub(in crate::cash) fn tag(&self) -> &'static str {
        match self.state() {
            State::Draft | State::Locked | State::Approved | State::Authorised => "needs_action",
            State::Released => "in_progress",
            State::Reconciled | State::Closed => "done",
            State::Discarded => "",
        }
    }
}

const PLAN: &str = "SELECT p.id, p.number, p.programme_id, c.name AS programme, p.fund_holder_id, i.name AS fund_holder, \
     p.fund, p.month, p.state, p.round, p.payments, p.total, p.returned_reason, p.returned_at, b.name AS returner, \
     p.drafted_at, p.drafted_by, d.name AS drafter, p.locked_at, p.locked_by, l.name AS locker, p.released_on, \
     p.released_at, r.name AS releaser, p.format_code, p.closed_at FROM cash_plan p \
     JOIN programme g ON g.district_id = p.district_id AND g.id = p.programme_id \
     JOIN campaign c ON c.district_id = g.district_id AND c.id = g.campaign_id \
     JOIN institution i ON i.district_id = p.district_id AND i.id = p.fund_holder_id \
     LEFT JOIN app_user b ON b.district_id = p.district_id AND b.id = p.returned_by \
     LEFT JOIN app_user d ON d.district_id = p.district_id AND d.id = p.drafted_by \
     LEFT JOIN app_user l ON l.district_id = p.district_id AND l.id = p.locked_by \
     LEFT JOIN app_user r ON r.district_id = p.district_id AND r.id = p.released_by WHERE p.district_id = $1";

/// A plan within a command. Index: primary key.
pub(in crate::cash) async fn plan_in(tx: &Tx<'_>, id: Id) -> Result<PlanLine, Fault> {
    let found: Option<PlanLine> =
        tx.first(&format!("{PLAN} AND p.id = $2"), args![tx.district(), id]).await?;
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// A plan whose money is with a holder that the caller reaches. Index: primary key.
pub(in crate::cash) async fn plan(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<PlanLine>, StoreError> {
    let mut args = args![district, id];
    let reached = scope.unit_condition("p.fund_holder_id", &mut args);
    db.first(&format!("{PLAN} AND p.id = $2 AND {reached}"), args).await
}

/// Plans on a page.
pub(super) const PAGE: usize = 30;

/// The plans of the reached holders, the newest first, one more than a page. Index: cash_plan_newest.
pub(super) async fn plans(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    before: Option<(Instant, Id)>,
) -> Result<Vec<PlanLine>, StoreError> {
    let mut args = args![district];
    let reached = scope.unit_condition("p.fund_holder_id", &mut args);
    let before = before.map_or(String::new(), |(at, id)| {
        format!(" AND (p.drafted_at, p.id) < ({}, {})", args.push(at), args.push(id))
    });
    let most = PAGE + 1;
    db.all(&format!("{PLAN} AND {reached}{before} ORDER BY p.drafted_at DESC, p.id DESC LIMIT {most}"), args)
        .await
}

/// The plans in these states, the oldest first, at most five. Index: cash_plan_by_state.
pub(in crate::cash) async fn in_states(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    states: &[State],
) -> Result<Vec<PlanLine>, StoreError> {
    let mut args = args![district];
    let reached = scope.unit_condition("p.fund_holder_id", &mut args);
    let states = args.push_list(states.iter().map(|state| state.code()));
    db.all(&format!("{PLAN} AND p.state IN ({states}) AND {reached} ORDER BY p.month, p.id LIMIT 5"), args)
        .await
}

asuh_store::row_struct! {
    /// Who signed.
    pub(super) struct Signature {
        pub(super) act: String,
        pub(super) user_id: Id,
        pub(super) name: Option<String>,
        pub(super) signed_at: Instant,
    }
}

/// The signatures of a plan's present round. Index: primary key.
pub(super) async fn signatures(
    db: &impl Query,
    district: DistrictId,
    plan: &PlanLine,
) -> Result<Vec<Signature>, StoreError> {
    db.all(
        "SELECT s.act, s.user_id, u.name, s.signed_at FROM cash_signature s \
         LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.user_id \
         WHERE s.district_id = $1 AND s.plan_id = $2 AND s.round = $3 ORDER BY s.signed_at, s.user_id",
        args![district, plan.id, plan.round],
    )
    .await
}

asuh_store::row_struct! {
    /// Payments of a plan that stand alike.
    pub(in crate::cash) struct Sum {
        pub(in crate::cash) state: String,
        pub(in crate::cash) way: String,
        pub(in crate::cash) children: i64,
        pub(in crate::cash) amount: i64,
        pub(in crate::cash) paid: i64,
    }
}

/// What the payments of a plan add up to. Index: cash_payment_by_plan.
pub(in crate::cash) async fn sums(
    db: &impl Query,
    district: DistrictId,
    plan: Id,
) -> Result<Vec<Sum>, StoreError> {
    db.all(
        "SELECT state, way, COUNT(*) AS children, CAST(SUM(amount) AS BIGINT) AS amount, \
         CAST(SUM(paid) AS BIGINT) AS paid FROM cash_payment WHERE district_id = $1 AND plan_id = $2 \
         GROUP BY state, way ORDER BY state, way",
        args![district, plan],
    )
    .await
}

asuh_store::row_struct! {
    /// A payment of a plan.
    pub(in crate::cash) struct PaymentLine {
        pub(in crate::cash) id: Id,
        pub(in crate::cash) nth: i64,
        pub(in crate::cash) person_id: Id,
        pub(in crate::cash) head_name: String,
        pub(in crate::cash) child_name: String,
        pub(in crate::cash) code: String,
        pub(in crate::cash) village: String,
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
        pub(in crate::cash) before_need: Option<i64>,
        pub(in crate::cash) before_units: Option<i64>,
        pub(in crate::cash) before_amount: Option<i64>,
    }
}

impl PaymentLine {
    /// What changed since the month before.
    pub(super) fn change(&self) -> Option<Change> {
        if self.state == "excluded" {
            return None;
        }
        let before = match (self.before_need, self.before_units, self.before_amount) {
            (Some(need), Some(units), Some(amount)) => Some(Month { need, units, amount }),
            _ => None,
        };
        rules::change(before, Month { need: self.need, units: self.units, amount: self.amount })
    }

    /// How it is paid: the account, masked, or in cash.
    pub(in crate::cash) fn by(&self, text: &asuh_ground::web::Text) -> String {
        match self.way.as_str() {
            "transfer" => crate::cash::account::masked(&self.bank, &self.number_end),
            _ => text.t("cash.way.cash").into_owned(),
        }
    }
}

/// Payments on a page: on a phone each takes a dozen lines.
pub(super) const PAYMENTS: usize = 20;

/// Which payments of a plan are shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// In this state; '' = all. 'changed': those that differ from the month before.
    pub(super) state: String,
    /// Whose name or code contains this, in small letters.
    pub(super) words: String,
    /// After this place.
    pub(super) after: i64,
}

/// The payments of a plan beside those of the month before, in the order of its list, at most so many. Indexes:
/// cash_payment_by_plan, cash_payment_once.
pub(in crate::cash) async fn payments(
    db: &impl Query,
    district: DistrictId,
    plan: &PlanLine,
    shown: &Shown,
    most: usize,
) -> Result<Vec<PaymentLine>, StoreError> {
    let mut args = args![district, plan.id, shown.after, month_before(plan.month)];
    let mut conditions = String::new();
    match shown.state.as_str() {
        "" => {}
        "changed" => {
            conditions.push_str(" AND p.state <> 'excluded' AND (b.id IS NULL OR b.amount <> p.amount)")
        }
        state => conditions.push_str(&format!(" AND p.state = {}", args.push(state))),
    }
    if !shown.words.is_empty() {
        let like = args.push(format!("%{}%", shown.words.replace(['%', '_'], "")));
        conditions.push_str(&format!(
            " AND (LOWER(p.head_name) LIKE {like} OR LOWER(p.child_name) LIKE {like} OR LOWER(p.code) LIKE {like})"
        ));
    }
    db.all(
        &format!(
            "SELECT p.id, p.nth, p.person_id, p.head_name, p.child_name, p.code, t.name AS village, p.need, p.units, \
             p.amount, p.paid, p.way, p.bank, p.number_end, p.state, p.reason, p.words, b.need AS before_need, \
             b.units AS before_units, b.amount AS before_amount FROM cash_payment p \
             JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             LEFT JOIN cash_payment b ON b.district_id = p.district_id AND b.person_id = p.person_id AND b.month = $4 \
             AND b.programme_id = p.programme_id AND b.fund_holder_id = p.fund_holder_id AND b.fund = p.fund \
             AND b.state <> 'excluded' AND b.state <> 'cancelled' \
             WHERE p.district_id = $1 AND p.plan_id = $2 AND p.nth > $3{conditions} ORDER BY p.nth LIMIT {most}"
        ),
        args,
    )
    .await
}

/// The first day of the month before.
pub(super) fn month_before(month: Date) -> Date {
    let last = month - time::Duration::days(1);
    last.replace_day(1).unwrap_or(last)
}

asuh_store::row_struct! {
    /// How a plan compares with the month before.
    pub(super) struct Compared { pub(super) new: i64, pub(super) changed: i64, pub(super) same: i64 }
}

impl Compared {
    /// "20 baru, 3 berubah, 92 tetap"
    pub(super) fn words(&self, text: &asuh_ground::web::Text) -> String {
        text.t3("cash.compared_n", ("new", self.new), ("changed", self.changed), ("same", self.same))
    }
}

/// How many of a plan's children are new, changed, the same. Indexes: as [`payments`].
pub(super) async fn compared(
    db: &impl Query,
    district: DistrictId,
    plan: &PlanLine,
) -> Result<Compared, StoreError> {
    let found: Option<Compared> = db
        .first(
            "SELECT COUNT(CASE WHEN b.id IS NULL THEN 1 END) AS new, \
             COUNT(CASE WHEN b.amount <> p.amount THEN 1 END) AS changed, \
             COUNT(CASE WHEN b.amount = p.amount THEN 1 END) AS same FROM cash_payment p \
             LEFT JOIN cash_payment b ON b.district_id = p.district_id AND b.person_id = p.person_id AND b.month = $3 \
             AND b.programme_id = p.programme_id AND b.fund_holder_id = p.fund_holder_id AND b.fund = p.fund \
             AND b.state <> 'excluded' AND b.state <> 'cancelled' \
             WHERE p.district_id = $1 AND p.plan_id = $2 AND p.state <> 'excluded'",
            args![district, plan.id, month_before(plan.month)],
        )
        .await?;
    Ok(found.unwrap_or(Compared { new: 0, changed: 0, same: 0 }))
}

asuh_store::row_struct! {
    /// A child that was paid in the month before and is not in this one.
    pub(super) struct Gone {
        pub(super) head_name: String,
        pub(super) code: String,
        pub(super) village: String,
        pub(super) amount: i64,
        /// Why it was left out of this plan; NULL where it is not on it.
        pub(super) reason: Option<String>,
        pub(super) words: Option<String>,
        /// Why the last pair that helped it ended; NULL: it has not.
        pub(super) ended_reason: Option<String>,
    }
}

impl Gone {
    /// Why, as a key of the texts.
    pub(super) fn why(&self) -> String {
        match (&self.reason, &self.ended_reason) {
            (Some(reason), _) => format!("cash.left_out.{reason}"),
            (None, Some(reason)) => format!("cash.gone.{reason}"),
            (None, None) => "cash.gone.no_promise".to_owned(),
        }
    }
}

/// The children who were paid by the same source in the month before and are in no plan of this month, at most a hundred
/// and one. Indexes: cash_payment_once, sponsor_pair_by_programme.
pub(super) async fn gone(
    db: &impl Query,
    district: DistrictId,
    plan: &PlanLine,
) -> Result<Vec<Gone>, StoreError> {
    db.all(
        "SELECT b.head_name, b.code, t.name AS village, b.amount, x.reason, x.words, \
         (SELECT s.ended_reason FROM sponsor_pair s WHERE s.district_id = b.district_id AND s.person_id = b.person_id \
         AND s.programme_id = b.programme_id ORDER BY s.valid_from DESC, s.id DESC LIMIT 1) AS ended_reason \
         FROM cash_payment b JOIN territory t ON t.district_id = b.district_id AND t.code = b.village_code \
         LEFT JOIN cash_payment x ON x.district_id = b.district_id AND x.plan_id = $2 AND x.person_id = b.person_id \
         AND x.state = 'excluded' \
         WHERE b.district_id = $1 AND b.programme_id = $3 AND b.month = $4 AND b.fund_holder_id = $5 AND b.fund = $6 \
         AND b.state <> 'excluded' AND b.state <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM cash_payment n \
         WHERE n.district_id = b.district_id AND n.programme_id = b.programme_id AND n.month = $7 \
         AND n.person_id = b.person_id AND n.fund_holder_id = b.fund_holder_id AND n.fund = b.fund \
         AND n.state <> 'excluded' AND n.state <> 'cancelled') ORDER BY b.nth LIMIT 101",
        args![
            district,
            plan.id,
            plan.programme_id,
            month_before(plan.month),
            plan.fund_holder_id,
            &plan.fund,
            plan.month
        ],
    )
    .await
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(in crate::cash) async fn plans_of(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    (any, month): (Id, Date),
) {
    let scope = Scope { units: vec![any], ..Scope::default() };
    plan(db, district, any, &scope).await.expect("an answer");
    plans(db, district, &scope, Some((Instant::NEVER, any))).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_plan_newest"]);
    in_states(db, district, &scope, &[State::Locked, State::Approved]).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_plan_by_state"]);
    let line = PlanLine {
        id: any,
        number: String::new(),
        programme_id: any,
        programme: String::new(),
        fund_holder_id: any,
        fund_holder: String::new(),
        fund: "csr".into(),
        month,
        state: "draft".into(),
        round: 0,
        payments: 0,
        total: 0,
        returned_reason: String::new(),
        returned_at: None,
        returner: None,
        drafted_at: Instant::NEVER,
        drafted_by: any,
        drafter: None,
        locked_at: None,
        locked_by: None,
        locker: None,
        released_on: None,
        released_at: None,
        releaser: None,
        format_code: String::new(),
        closed_at: None,
    };
    signatures(db, district, &line).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_signature"]);
    sums(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_by_plan"]);
    for state in ["", "changed", "paid"] {
        let shown = Shown { state: state.into(), words: "ani".into(), after: 50 };
        payments(db, district, &line, &shown, PAYMENTS).await.expect("an answer");
    }
    compared(db, district, &line).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_by_plan", "cash_payment_once"]);
    gone(db, district, &line).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["cash_payment_once", "sponsor_pair_by_programme"]);
}
