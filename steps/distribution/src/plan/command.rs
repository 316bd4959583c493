//! What changes a run: planning, discarding, approving, closing.

use asuh_nusantara::date::monday_of;
use asuh_step_registry::eligible_statuses;
use asuh_step_registry::rules::{Bounds, eligible_sql};
use asuh_store::{Args, Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::choice::{self, Way};
use super::proposal::{self, Campaign, Candidates};
use super::query::{self, RunLine};
use crate::delivery;
use crate::rules::{self, Family, Good, Plan};

/// How much of a good a family gets at most, as the planner decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodChoice {
    /// Commodity code.
    pub commodity: String,
    /// Most per family in the smallest unit, a multiple of the step; 0 leaves the good out this week.
    pub per_family: i64,
    /// Whole packs to those who are owed most, and nothing smaller to anybody.
    pub in_packs: bool,
}

/// Plans the share-out of what lies in a campaign's warehouse among the families of the list. The result is
/// a draft that [`ApproveRun`] makes real or [`DiscardRun`] puts away.
///
/// Refused when the campaign is not known, the day is no Monday or lies ahead, no village is chosen, an
/// amount is no multiple of its step, there is nothing to share, or nobody to share it among.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanRun {
    /// The campaign.
    pub campaign: Id,
    /// Monday of the week.
    pub week_of: Date,
    /// The amounts per family; goods of the pool that are not named keep the district's amount.
    pub goods: Vec<GoodChoice>,
    /// The villages reached this week.
    pub villages: Vec<i64>,
    /// The present day in the district.
    pub today: Date,
}

impl Command for PlanRun {
    const KIND: &'static str = "distribution.plan_run";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let campaign = self.campaign(tx).await?;
        let goods = self.goods(tx, &campaign).await?;
        if self.week_of != monday_of(self.week_of) || self.week_of > self.today {
            return Err(Refusal::new("distribution.refused.week").field("minggu").into());
        }
        let Candidates { families, waiting } =
            proposal::candidates(tx, tx.district(), campaign.id, self.week_of, &goods).await?;
        if families.is_empty() {
            return Err(Refusal::new("distribution.refused.nobody").into());
        }
        let weight = proposal::weight(tx, tx.district()).await?;
        let route = self.villages.iter().copied().collect();
        let on_route = || families.iter().filter(|family| self.villages.contains(&family.village));
        if on_route().next().is_none() {
            return Err(Refusal::new("distribution.refused.no_village").field("desa").into());
        }
        let receiving = on_route().filter(|family| !family.served).count();
        let seed = rules::seed_of(tx.command_id());
        let refused = |error| Refusal::new("distribution.refused.share").arg("reason", error);
        let plan = rules::share_out(&goods, &families, &route, seed).map_err(refused)?;
        if plan.goods.iter().all(|good| good.planned == 0) {
            return Err(Refusal::new("distribution.refused.nothing").into());
        }
        let run = tx.new_id();
        tx.subject("run", run);
        self.store_run(tx, run, &campaign, weight.code(), seed, families.len(), receiving).await?;
        store_plan(tx, run, &goods, &families, &plan).await?;
        for (place, good) in goods.iter().enumerate() {
            let ways = choice::ways(&goods, place, &families, &route, seed).map_err(refused)?;
            store_ways(tx, run, &good.commodity, &ways).await?;
        }
        let rows =
            waiting.iter().map(|one| args![tx.district(), run, one.family, one.helped, one.pair]).collect();
        tx.insert_many(
            "INSERT INTO allocation_waiting (district_id, run_id, family_id, helped_id, pair_id) VALUES",
            "",
            rows,
        )
        .await?;
        Ok(run)
    }
}

impl PlanRun {
    async fn campaign(&self, tx: &Tx<'_>) -> Result<Campaign, Fault> {
        let campaigns = proposal::campaigns(tx, tx.district()).await?;
        let found = campaigns.into_iter().find(|campaign| campaign.id == self.campaign);
        Ok(found.ok_or_else(Refusal::not_found)?)
    }

    /// The goods of the pool with the amounts chosen; those with amount 0 stay out of the week altogether.
    async fn goods(&self, tx: &Tx<'_>, campaign: &Campaign) -> Result<Vec<Good>, Fault> {
        let mut goods = proposal::goods(tx, tx.district(), campaign).await?;
        for good in &mut goods {
            let Some(choice) = self.goods.iter().find(|choice| choice.commodity == good.commodity) else {
                continue;
            };
            if choice.per_family < 0 || choice.per_family % good.step != 0 {
                return Err(Refusal::new("distribution.refused.step")
                    .field(format!("jumlah_{}", good.commodity))
                    .arg("step", good.step)
                    .into());
            }
            good.per_family = choice.per_family;
            good.in_packs = choice.in_packs && good.per_family > 0;
            if good.in_packs && (good.pack == 0 || good.per_family < good.pack) {
                return Err(Refusal::new("distribution.refused.pack")
                    .field(format!("jumlah_{}", good.commodity))
                    .arg("pack", good.pack)
                    .into());
            }
        }
        goods.retain(|good| good.per_family > 0);
        if goods.is_empty() {
            return Err(Refusal::new("distribution.refused.nothing").into());
        }
        Ok(goods)
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of one row")]
    async fn store_run(
        &self,
        tx: &Tx<'_>,
        run: Id,
        campaign: &Campaign,
        weight: &str,
        seed: i64,
        families: usize,
        receiving: usize,
    ) -> Result<(), Fault> {
        let week = self.week_of;
        let number = format!("PNY-{}{:02}{:02}-{seed:06}", week.year(), u8::from(week.month()), week.day());
        let stored = tx
            .execute(
                "INSERT INTO allocation_run (district_id, id, number, campaign_id, week_of, warehouse_id, fund_holder_id, \
                 fund, weight, state, earlier_runs, lottery_seed, families, on_route, planned_at, planned_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
                args![
                    tx.district(),
                    run,
                    number,
                    campaign.id,
                    week,
                    campaign.warehouse_id,
                    campaign.fund_holder_id,
                    &campaign.fund,
                    weight,
                    query::approved_runs(tx, tx.district(), campaign.id).await?,
                    seed,
                    families as i64,
                    receiving as i64,
                    tx.now(),
                    tx.actor(),
                ],
            )
            .await?;
        // The seed is part of the number: two equal ones in a week are one chance in a million.
        if stored == 0 {
            return Err(Refusal::new("distribution.refused.again").into());
        }
        Ok(())
    }
}

async fn store_plan(
    tx: &Tx<'_>,
    run: Id,
    goods: &[Good],
    families: &[Family],
    plan: &Plan,
) -> Result<(), Fault> {
    let stock = goods
        .iter()
        .zip(&plan.goods)
        .map(|(good, result)| {
            args![
                tx.district(),
                run,
                &good.commodity,
                good.pool,
                good.per_family,
                good.step,
                if good.in_packs { good.pack } else { 0 },
                result.already_credited,
                result.credited,
                result.planned,
            ]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO allocation_stock (district_id, run_id, commodity, pool, per_family, step, pack, already_credited, \
         credited, planned) VALUES",
        "",
        stock,
    )
    .await?;
    let mut shares = Vec::with_capacity(families.len() * goods.len());
    let mut villages: std::collections::BTreeMap<i64, i64> = std::collections::BTreeMap::new();
    for (family, lines) in families.iter().zip(&plan.families) {
        if lines.iter().any(|share| share.given > 0) {
            *villages.entry(family.village).or_default() += 1;
        }
        for (good, share) in goods.iter().zip(lines) {
            shares.push(args![
                tx.district(),
                run,
                family.id,
                &good.commodity,
                family.village,
                share.before,
                share.entitled,
                share.given,
                share.after,
            ]);
        }
    }
    tx.insert_many(
        "INSERT INTO share_balance (district_id, run_id, family_id, commodity, village_code, before, entitled, given, \
         after) VALUES",
        "",
        shares,
    )
    .await?;
    let villages =
        villages.into_iter().map(|(code, families)| args![tx.district(), run, code, families]).collect();
    tx.insert_many(
        "INSERT INTO allocation_village (district_id, run_id, village_code, families) VALUES",
        "",
        villages,
    )
    .await?;
    Ok(())
}

/// Keeps what either way of handing over a good does: what whoever planned saw, computed again.
async fn store_ways(tx: &Tx<'_>, run: Id, commodity: &str, ways: &[Way]) -> Result<(), Fault> {
    let rows = ways
        .iter()
        .map(|way| {
            args![
                tx.district(),
                run,
                commodity,
                way.pack,
                way.families,
                way.on_route,
                way.receiving,
                way.full,
                way.planned,
                way.weeks,
            ]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO allocation_way (district_id, run_id, commodity, pack, families, on_route, receiving, full_pack, \
         planned, weeks) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(())
}

/// The run, which must be in this state.
async fn run_in(tx: &Tx<'_>, id: Id, state: &str) -> Result<RunLine, Fault> {
    let run = query::run(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?;
    if run.state != state {
        return Err(Refusal::new(format!("distribution.refused.not_{state}")).into());
    }
    Ok(run)
}

/// Moves a run from one state to the next; of two that try at the same time one is refused.
async fn step(tx: &Tx<'_>, id: Id, from: &str, sql: &str) -> Result<(), Fault> {
    let moved = tx.execute(sql, args![tx.district(), id, tx.now(), tx.actor()]).await?;
    if moved == 0 {
        return Err(Refusal::new(format!("distribution.refused.not_{from}")).into());
    }
    Ok(())
}

/// Puts a draft away. Its rows stay, without effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiscardRun {
    /// The draft.
    pub run: Id,
}

impl Command for DiscardRun {
    const KIND: &'static str = "distribution.discard_run";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        run_in(tx, self.run, "draft").await?;
        tx.subject("run", self.run);
        step(
            tx,
            self.run,
            "draft",
            "UPDATE allocation_run SET state = 'discarded', closed_at = $3, closed_by = $4 \
             WHERE district_id = $1 AND id = $2 AND state = 'draft'",
        )
        .await
    }
}

/// What an approval made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Packages to be packed.
    pub packages: i64,
    /// Families of the draft that are no longer on the list, or have no target in its week any more, and get none; they keep
    /// their claim.
    pub left_out: i64,
}

/// Makes a draft real: freezes each family as it is now into a package, credits every family, and takes what
/// is planned off the claims. One package per family, campaign and week.
///
/// Refused when another run of the campaign was approved since the draft was made (its claims are no longer
/// true), when a family has a package of that week, or when the stock is no longer there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApproveRun {
    /// The draft.
    pub run: Id,
}

impl Command for ApproveRun {
    const KIND: &'static str = "distribution.approve_run";
    type Receipt = Approved;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Approved, Fault> {
        let run = run_in(tx, self.run, "draft").await?;
        tx.subject("run", self.run);
        step(
            tx,
            self.run,
            "draft",
            "UPDATE allocation_run SET state = 'approved', approved_at = $3, approved_by = $4 \
             WHERE district_id = $1 AND id = $2 AND state = 'draft'",
        )
        .await?;
        refuse_stale(tx, &run).await?;
        refuse_short(tx, &run).await?;
        let planned = recipients(tx, &run).await?;
        let packages = planned.len() as i64;
        store_packages(tx, &run, &planned).await?;
        let wanted = tx
            .number(
                "SELECT COUNT(DISTINCT family_id) AS n FROM share_balance \
                 WHERE district_id = $1 AND run_id = $2 AND given > 0",
                args![tx.district(), run.id],
            )
            .await?;
        credit(tx, &run).await?;
        Ok(Approved { packages, left_out: wanted - packages })
    }
}

/// A draft whose claims another run has changed since says something that is no longer true.
async fn refuse_stale(tx: &Tx<'_>, run: &RunLine) -> Result<(), Fault> {
    // This run itself was just approved.
    let others = query::approved_runs(tx, tx.district(), run.campaign_id).await? - 1;
    if others != run.earlier_runs {
        return Err(Refusal::new("distribution.refused.stale").into());
    }
    Ok(())
}

async fn refuse_short(tx: &Tx<'_>, run: &RunLine) -> Result<(), Fault> {
    let campaign = Campaign {
        id: run.campaign_id,
        name: String::new(),
        warehouse_id: run.warehouse_id,
        fund_holder_id: run.fund_holder_id,
        fund: run.fund.clone(),
    };
    let pool = proposal::pool(tx, tx.district(), &campaign).await?;
    for line in query::stock(tx, tx.district(), run.id).await? {
        let left = pool.get(&line.commodity).copied().unwrap_or(0) - line.planned;
        if left < 0 {
            return Err(Refusal::new("distribution.refused.short")
                .arg("name", &line.name)
                .arg("missing", -left)
                .arg("unit", &line.unit)
                .into());
        }
    }
    Ok(())
}

asuh_store::row_struct! {
    struct Recipient { family_id: Id, village_code: i64, rw: String, rt: String, hamlet: String, head_name: String }
}

/// The families of the draft that get something and may still receive in its week, as they are today, in the order
/// of the packing list; not those that turned out to be one that has its package of the week. Indexes: those of
/// [`eligible_sql`], `share_balance`'s key, family_by_canonical.
async fn recipients(tx: &Tx<'_>, run: &RunLine) -> Result<Vec<Recipient>, Fault> {
    let statuses = eligible_statuses(tx, tx.district()).await?;
    let mut args = args![tx.district(), run.id];
    let eligible = eligible_sql(&mut args, tx.district(), &Bounds::of_week(run.week_of), &statuses);
    let (campaign, week) = (args.push(run.campaign_id), args.push(run.week_of));
    Ok(tx
        .all(
            &format!(
                "WITH {eligible} SELECT e.family_id, s.village_code, e.rw, e.rt, e.hamlet, e.head_name FROM ( \
                   SELECT family_id, village_code FROM share_balance \
                   WHERE district_id = $1 AND run_id = $2 AND given > 0 GROUP BY family_id, village_code \
                 ) s JOIN eligible e ON e.family_id = s.family_id \
                 WHERE NOT EXISTS (SELECT 1 FROM family a JOIN package p ON p.district_id = a.district_id \
                 AND p.campaign_id = {campaign} AND p.week_of = {week} AND p.family_id = a.id \
                 WHERE a.district_id = $1 AND a.canonical_id = e.family_id) \
                 ORDER BY s.village_code, e.hamlet, e.rw, e.rt, e.head_search, e.family_id"
            ),
            args,
        )
        .await?)
}

async fn store_packages(tx: &Tx<'_>, run: &RunLine, recipients: &[Recipient]) -> Result<(), Fault> {
    let mut rows: Vec<Args> = Vec::with_capacity(recipients.len());
    let mut nth = 0;
    let mut village = 0;
    for recipient in recipients {
        nth = if recipient.village_code == village { nth + 1 } else { 1 };
        village = recipient.village_code;
        rows.push(args![
            tx.district(),
            tx.new_id(),
            run.id,
            run.campaign_id,
            run.week_of,
            recipient.family_id,
            nth,
            recipient.village_code,
            &recipient.rw,
            &recipient.rt,
            &recipient.hamlet,
            &recipient.head_name,
            "planned",
            None::<Date>,
            tx.now(),
        ]);
    }
    let wanted = rows.len() as u64;
    let stored = tx
        .insert_many(
            "INSERT INTO package (district_id, id, run_id, campaign_id, week_of, family_id, nth, village_code, rw, rt, \
             hamlet, head_name, state, delivered_on, changed_at) VALUES",
            "ON CONFLICT (district_id, campaign_id, week_of, family_id) DO NOTHING",
            rows,
        )
        .await?;
    if stored < wanted {
        return Err(Refusal::new("distribution.refused.served").arg("families", wanted - stored).into());
    }
    // By the campaign's week, not by the run: a server that has not counted this run's rows yet takes them for a handful
    // and would compare each share with each package.
    tx.execute(
        "INSERT INTO package_item (district_id, package_id, commodity, quantity) \
         SELECT s.district_id, p.id, s.commodity, s.given FROM share_balance s \
         JOIN package p ON p.district_id = s.district_id AND p.campaign_id = $3 AND p.week_of = $4 \
         AND p.family_id = s.family_id \
         WHERE s.district_id = $1 AND s.run_id = $2 AND s.given > 0",
        args![tx.district(), run.id, run.campaign_id, run.week_of],
    )
    .await?;
    Ok(())
}

/// Adds what the run credits to the running claims, and takes off what its packages hold.
async fn credit(tx: &Tx<'_>, run: &RunLine) -> Result<(), Fault> {
    for source in [
        "SELECT s.district_id, r.campaign_id, s.family_id, s.commodity, s.entitled FROM share_balance s \
         JOIN allocation_run r ON r.district_id = s.district_id AND r.id = s.run_id \
         WHERE s.district_id = $1 AND s.run_id = $2",
        "SELECT p.district_id, p.campaign_id, p.family_id, i.commodity, -1000 * i.quantity FROM package p \
         JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
         WHERE p.district_id = $1 AND p.run_id = $2",
    ] {
        tx.execute(
            &format!(
                "INSERT INTO share_account (district_id, campaign_id, family_id, commodity, balance) {source} \
                 ON CONFLICT (district_id, campaign_id, family_id, commodity) \
                 DO UPDATE SET balance = share_account.balance + excluded.balance"
            ),
            args![tx.district(), run.id],
        )
        .await?;
    }
    Ok(())
}

/// What closing a run took back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Packages that were on their way and went back to the warehouse.
    pub returned: i64,
    /// Packages that had never been packed.
    pub cancelled: i64,
}

/// Ends a run: what is left with the courier goes back to the warehouse, what was never packed is cancelled,
/// and the families keep their claims.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseRun {
    /// The run.
    pub run: Id,
    /// The day on which the goods are back.
    pub day: Date,
}

impl Command for CloseRun {
    const KIND: &'static str = "distribution.close_run";
    type Receipt = Closed;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Closed, Fault> {
        let run = run_in(tx, self.run, "approved").await?;
        tx.subject("run", self.run);
        step(
            tx,
            self.run,
            "approved",
            "UPDATE allocation_run SET state = 'closed', closed_at = $3, closed_by = $4 \
             WHERE district_id = $1 AND id = $2 AND state = 'approved'",
        )
        .await?;
        let (returned, cancelled) = delivery::take_back_rest(tx, &run, self.day).await?;
        Ok(Closed { returned, cancelled })
    }
}
