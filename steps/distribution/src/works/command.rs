//! Ordering a work, changing what was ordered, beginning it, cancelling it.

use asuh_ground::access::Scope;
use asuh_ground::books::is_zakat;
use asuh_ground::{papers, settings};
use asuh_ledger::Fund;
use asuh_step_pairing::needs;
use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::query;
use super::rules::{KINDS, SOURCES, State, campaign_help};

/// Longest time between the first and the last day of a plan.
const LONGEST: Duration = Duration::days(730);

/// What is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// What is to be done, in words.
    pub words: String,
    /// Who builds it, in words.
    pub worker: String,
    /// One of [`SOURCES`].
    pub source: String,
    /// Who holds the money, in words; empty where the pool pays.
    pub held_by: String,
    /// Holder and fund of the pool; elsewhere none.
    pub pool: Option<(Id, String)>,
    /// What it is thought to cost, rupiah.
    pub estimated: i64,
    /// From when to when it is to be built.
    pub days: (Date, Date),
}

impl Ordered {
    /// What can be wrong with it.
    async fn examine(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for (field, value) in [("uraian", &self.words), ("pelaksana", &self.worker)] {
            if value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if self.estimated <= 0 {
            return Err(Refusal::new("works.refused.nothing").field("perkiraan").into());
        }
        let (from, to) = self.days;
        if to < from || to - from > LONGEST {
            return Err(Refusal::new("works.refused.days").field("sampai").into());
        }
        if !SOURCES.contains(&self.source.as_str()) {
            return Err(Refusal::new("web.error.choose").field("sumber").into());
        }
        let Some((holder, fund)) = self.pool.as_ref().filter(|_| self.source == "pool") else {
            return match (self.source.as_str(), self.held_by.trim()) {
                ("pool", _) => Err(Refusal::new("web.error.choose").field("dana").into()),
                (_, "") => Err(Refusal::new("works.refused.held_by").field("pemegang").into()),
                _ => Ok(()),
            };
        };
        let holders = tx
            .number(
                "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2 AND kind = 'fund_holder' \
                 AND valid_to IS NULL",
                args![tx.district(), *holder],
            )
            .await?;
        let fund: Option<Fund> = fund.parse().ok();
        match fund {
            Some(fund) if holders > 0 && !is_zakat(tx, tx.district(), &fund).await? => Ok(()),
            _ => Err(Refusal::new("web.error.choose").field("dana").into()),
        }
    }

    /// Holder and fund as stored.
    fn fund(&self) -> (Option<Id>, &str) {
        match &self.pool {
            Some((holder, fund)) if self.source == "pool" => (Some(*holder), fund),
            _ => (None, ""),
        }
    }

    fn held_by(&self) -> &str {
        if self.source == "pool" { "" } else { self.held_by.trim() }
    }
}

/// Orders a work for a family.
///
/// Refused for a family out of reach, a need of another kind or one that was met, a second order for a need, a promise that
/// does not hold or helps with something else, and for what is wrong with what is ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderWork {
    /// The family.
    pub family: Id,
    /// One of [`KINDS`].
    pub kind: String,
    /// What the family needs once, where that was noted.
    pub need: Option<Id>,
    /// The promise behind it.
    pub pledge: Option<Id>,
    /// What is ordered.
    pub ordered: Ordered,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct Place { village_code: i64, rw: String }
}

asuh_store::row_struct! {
    struct Promise { campaign_id: Id, sponsor_id: Id, name: String }
}

impl Command for OrderWork {
    const KIND: &'static str = "works.order_work";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let mut args = args![district, self.family, Instant::NEVER];
        let reached = self.scope.territory_condition("village_code", Some("rw"), &mut args);
        let place: Option<Place> = tx
            .first(
                &format!(
                    "SELECT village_code, rw FROM family_version WHERE district_id = $1 AND family_id = $2 \
                     AND superseded_at = $3 AND {reached}"
                ),
                args,
            )
            .await?;
        let place = place.ok_or_else(Refusal::not_found)?;
        tx.subject("family", self.family);
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(Refusal::new("web.error.choose").field("jenis").into());
        }
        self.ordered.examine(tx).await?;
        let promise = self.promise(tx).await?;
        let by_whom = match &promise {
            Some(promise) => promise.name.clone(),
            None => self.ordered.held_by().to_owned(),
        };
        if let Some(need) = self.need {
            let kind = needs::promise_need(tx, need, self.family, &by_whom, self.today).await?;
            if kind != self.kind {
                return Err(Refusal::new("works.refused.other_need").field("jenis").into());
            }
        }
        let id = tx.new_id();
        let number = settings::documents::next_number(tx, "works.order", self.today).await?;
        let ordered = &self.ordered;
        let (holder, fund) = ordered.fund();
        let made = tx
            .execute(
                "INSERT INTO help_work (district_id, id, number, kind, family_id, village_code, rw, need_id, pledge_id, \
                 sponsor_id, campaign_id, words_sealed, worker_sealed, source, held_by, fund_holder_id, fund, estimated, \
                 actual, planned_from, planned_to, state, started_on, handed_on, receiver_sealed, relation, proof, \
                 witness_sealed, signature_id, reason_sealed, ordered_at, ordered_by, handed_by, changed_at, changed_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, NULL, $19, $20, \
                 'planned', NULL, NULL, NULL, '', '', NULL, NULL, NULL, $21, $22, NULL, $21, $22) ON CONFLICT DO NOTHING",
                args![
                    district,
                    id,
                    &number,
                    &self.kind,
                    self.family,
                    place.village_code,
                    &place.rw,
                    self.need,
                    self.pledge,
                    promise.as_ref().map(|promise| promise.sponsor_id),
                    promise.as_ref().map(|promise| promise.campaign_id),
                    tx.seal(ordered.words.trim())?,
                    tx.seal(ordered.worker.trim())?,
                    &ordered.source,
                    ordered.held_by(),
                    holder,
                    fund,
                    ordered.estimated,
                    ordered.days.0,
                    ordered.days.1,
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        match made {
            0 => Err(Refusal::new("works.refused.need_ordered").into()),
            _ => Ok(id),
        }
    }
}

impl OrderWork {
    /// The promise behind the work: it holds today, and its campaign helps with this.
    async fn promise(&self, tx: &Tx<'_>) -> Result<Option<Promise>, Fault> {
        let Some(pledge) = self.pledge else { return Ok(None) };
        let found: Option<Promise> = tx
            .first(
                "SELECT p.campaign_id, p.sponsor_id, c.name FROM pledge p JOIN campaign c ON c.district_id = p.district_id \
                 AND c.id = p.campaign_id AND c.help = $3 WHERE p.district_id = $1 AND p.id = $2 AND p.starts_on <= $4 \
                 AND (p.ends_on IS NULL OR p.ends_on >= $4)",
                args![tx.district(), pledge, campaign_help(&self.kind), self.today],
            )
            .await?;
        match found {
            None => Err(Refusal::new("works.refused.pledge").field("janji").into()),
            found => Ok(found),
        }
    }
}

asuh_store::row_struct! {
    /// A work that a command holds.
    pub(super) struct Held {
        pub(super) id: Id,
        pub(super) number: String,
        pub(super) family_id: Id,
        pub(super) village_code: i64,
        pub(super) rw: String,
        pub(super) need_id: Option<Id>,
        pub(super) source: String,
        pub(super) held_by: String,
        pub(super) fund_holder_id: Option<Id>,
        pub(super) fund: String,
        pub(super) estimated: i64,
        pub(super) state: String,
        pub(super) started_on: Option<Date>,
        pub(super) handed_on: Option<Date>,
        pub(super) ordered_by: Id,
        pub(super) handed_by: Option<Id>,
    }
}

impl Held {
    /// Refuses what the work's state does not allow.
    pub(super) fn becomes(&self, next: State) -> Result<(), Refusal> {
        match State::parse(&self.state) {
            Some(state) if state.may_become(next) => Ok(()),
            _ => Err(Refusal::new("works.refused.state")),
        }
    }

    /// Whether it is still to be built.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "planned" | "in_work")
    }
}

/// Takes hold of a work within reach; another's looks as if it were not there.
pub(super) async fn held(tx: &Tx<'_>, work: Id, reached: (&str, asuh_store::Args)) -> Result<Held, Fault> {
    let (condition, args) = reached;
    let hold =
        format!("UPDATE help_work SET state = state WHERE district_id = $1 AND id = $2 AND {condition}");
    if tx.execute(&hold, args).await? == 0 {
        return Err(Refusal::not_found().into());
    }
    let held: Option<Held> = tx
        .first(
            "SELECT id, number, family_id, village_code, rw, need_id, source, held_by, fund_holder_id, fund, estimated, \
             state, started_on, handed_on, ordered_by, handed_by FROM help_work WHERE district_id = $1 AND id = $2",
            args![tx.district(), work],
        )
        .await?;
    let held = held.ok_or_else(Refusal::not_found)?;
    tx.subject("family", held.family_id);
    Ok(held)
}

/// As [`held`], where the caller reaches by territory.
pub(super) async fn held_near(tx: &Tx<'_>, work: Id, scope: &Scope) -> Result<Held, Fault> {
    let mut args = args![tx.district(), work];
    let reached = scope.territory_condition("village_code", Some("rw"), &mut args);
    held(tx, work, (&reached, args)).await
}

/// Changes what was ordered, with the reason: the plan, the sum, who pays.
///
/// Refused when it is handed over or cancelled, as [`OrderWork`] for what is wrong with it, and when a fund of ours has paid:
/// then for another source and for less than was paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeWork {
    /// The work.
    pub work: Id,
    /// What is ordered from now on.
    pub ordered: Ordered,
    /// Why.
    pub reason: String,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for ChangeWork {
    const KIND: &'static str = "works.change_work";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        if !held.is_open() {
            return Err(Refusal::new("works.refused.state").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let ordered = &self.ordered;
        ordered.examine(tx).await?;
        let (holder, fund) = ordered.fund();
        let paid = query::paid(tx, tx.district(), held.id).await?;
        if paid > 0 && (holder, fund) != (held.fund_holder_id, held.fund.as_str()) {
            return Err(Refusal::new("works.refused.paid").field("sumber").into());
        }
        if paid > ordered.estimated {
            let paid = asuh_nusantara::Rupiah::new(paid);
            return Err(Refusal::new("works.refused.less_than_paid")
                .arg("paid", paid)
                .field("perkiraan")
                .into());
        }
        tx.execute(
            "UPDATE help_work SET words_sealed = $3, worker_sealed = $4, source = $5, held_by = $6, fund_holder_id = $7, \
             fund = $8, estimated = $9, planned_from = $10, planned_to = $11, reason_sealed = $12, changed_at = $13, \
             changed_by = $14 WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                held.id,
                tx.seal(ordered.words.trim())?,
                tx.seal(ordered.worker.trim())?,
                &ordered.source,
                ordered.held_by(),
                holder,
                fund,
                ordered.estimated,
                ordered.days.0,
                ordered.days.1,
                tx.seal(self.reason.trim())?,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(())
    }
}

/// The builders have begun.
///
/// Refused when it is not planned, and for a day that has not come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StartWork {
    /// The work.
    pub work: Id,
    /// The day.
    pub on: Date,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for StartWork {
    const KIND: &'static str = "works.start_work";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        if held.state != State::Planned.code() {
            return Err(Refusal::new("works.refused.state").into());
        }
        if self.on > self.today {
            return Err(Refusal::new("works.refused.future").field("mulai").into());
        }
        tx.execute(
            "UPDATE help_work SET state = 'in_work', started_on = $3, changed_at = $4, changed_by = $5 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), held.id, self.on, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}

/// The work is not built, for a reason; what the family needs is open again.
///
/// Refused when it was handed over, without a reason, and while money of ours is in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelWork {
    /// The work.
    pub work: Id,
    /// Why.
    pub reason: String,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for CancelWork {
    const KIND: &'static str = "works.cancel_work";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        held.becomes(State::Cancelled)?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let paid = query::paid(tx, tx.district(), held.id).await?;
        if paid > 0 {
            let paid = asuh_nusantara::Rupiah::new(paid);
            return Err(Refusal::new("works.refused.money_in_it").arg("paid", paid).field("alasan").into());
        }
        tx.execute(
            "UPDATE help_work SET state = 'cancelled', reason_sealed = $3, changed_at = $4, changed_by = $5 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), held.id, tx.seal(self.reason.trim())?, tx.now(), tx.actor()],
        )
        .await?;
        papers::withdraw_of(tx, held.id, self.today).await?;
        if let Some(need) = held.need_id {
            needs::reopen_need(tx, need, self.today).await?;
        }
        Ok(())
    }
}
