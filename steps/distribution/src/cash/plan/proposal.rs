//! What the children of a programme are due in a month from a holder's fund, from the pairs that act.

use std::collections::{BTreeSet, HashMap};

use asuh_ground::books::Fund;
use asuh_ground::settings;
use asuh_step_pairing::{Share, programmes, shares};
use asuh_step_registry::identity;
use asuh_store::{DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::cash::rules;

/// Families or persons that are read at once.
const CHUNK: usize = 500;

/// Where the money of a plan comes from, and for which month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The programme.
    pub programme: Id,
    /// Who holds the money.
    pub fund_holder: Id,
    /// The fund.
    pub fund: String,
    /// First day of the month.
    pub month: Date,
}

asuh_store::row_struct! {
    /// A campaign whose promises are money.
    pub(super) struct CashPool {
        pub(super) programme_id: Id,
        pub(super) programme: String,
        pub(super) campaign_id: Id,
        pub(super) fund_holder_id: Id,
        pub(super) fund_holder: String,
        pub(super) fund: String,
        /// Rupiah of a basket, and as how many units of the programme it counts.
        pub(super) rupiah: i64,
        pub(super) units_per_basket: i64,
    }
}

/// The campaigns of the programmes whose baskets hold money and nothing else: what can be paid out. Zakat is none of them:
/// Baznas alone gives it. Indexes: primary keys, programme_pool_by_programme (a handful).
pub(super) async fn cash_pools(db: &impl Query, district: DistrictId) -> Result<Vec<CashPool>, StoreError> {
    db.all(
        "SELECT g.id AS programme_id, f.name AS programme, p.campaign_id, c.fund_holder_id, i.name AS fund_holder, c.fund, \
         b.quantity AS rupiah, p.units_per_basket FROM programme g \
         JOIN campaign f ON f.district_id = g.district_id AND f.id = g.campaign_id \
         JOIN programme_pool p ON p.district_id = g.district_id AND p.programme_id = g.id \
         JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
         JOIN institution i ON i.district_id = c.district_id AND i.id = c.fund_holder_id \
         JOIN campaign_item b ON b.district_id = c.district_id AND b.campaign_id = c.id AND b.commodity = 'cash' \
         WHERE g.district_id = $1 AND c.fund <> $2 AND p.units_per_basket > 0 AND NOT EXISTS (SELECT 1 FROM fund z \
         WHERE z.district_id = c.district_id AND z.code = c.fund AND z.kind = 'zakat') \
         AND NOT EXISTS (SELECT 1 FROM campaign_item o WHERE o.district_id = c.district_id AND o.campaign_id = c.id \
         AND o.commodity <> 'cash') ORDER BY f.name, g.id, i.name, c.fund, p.campaign_id",
        args![district, Fund::ZAKAT.as_str()],
    )
    .await
}

/// What a child is to receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) person: Id,
    pub(super) family: Id,
    pub(super) need: i64,
    pub(super) units: i64,
    pub(super) amount: i64,
    /// Its shares: units and rupiah.
    pub(super) shares: Vec<(Share, i64, i64)>,
    pub(super) facts: Facts,
    /// Why it is left out: 'target_left', 'undecided'; ''.
    pub(super) left_out: &'static str,
}

asuh_store::row_struct! {
    /// What is known of a child and its family now.
    #[derive(PartialEq, Eq)]
    pub(super) struct Facts {
        pub(super) person_id: Id,
        pub(super) person_version: i64,
        pub(super) child_name: String,
        pub(super) gone: i64,
        pub(super) family_id: Id,
        pub(super) family_version: i64,
        pub(super) village_code: i64,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) hamlet: String,
        pub(super) head_name: String,
        pub(super) head_search: String,
        pub(super) code: Option<String>,
    }
}

/// What is known of these children. Indexes: primary keys, person_version_current, family_version_current.
async fn facts(
    db: &impl Query,
    district: DistrictId,
    persons: &[Id],
) -> Result<HashMap<Id, Facts>, StoreError> {
    let mut found = HashMap::with_capacity(persons.len());
    for some in persons.chunks(CHUNK) {
        let mut args = args![district, Instant::NEVER];
        let list = args.push_list(some.iter().copied());
        let rows: Vec<Facts> = db
            .all(
                &format!(
                    "SELECT m.person_id, m.version AS person_version, m.name AS child_name, \
                     CAST(CASE WHEN m.ended_reason IS NOT NULL OR v.retracted_by IS NOT NULL \
                     OR v.status IN ('moved', 'deceased', 'not_found', 'duplicate', 'refused') THEN 1 ELSE 0 END AS BIGINT) AS gone, \
                     m.family_id, v.version AS family_version, v.village_code, v.rw, v.rt, v.hamlet, v.head_name, \
                     v.head_search, t.code FROM person_version m \
                     JOIN family_version v ON v.district_id = m.district_id AND v.family_id = m.family_id \
                     AND v.superseded_at + 0 = $2 \
                     LEFT JOIN target_code t ON t.district_id = m.district_id AND t.person_id = m.person_id \
                     WHERE m.district_id = $1 AND m.superseded_at + 0 = $2 AND m.person_id IN ({list})"
                ),
                args,
            )
            .await?;
        found.extend(rows.into_iter().map(|row| (row.person_id, row)));
    }
    Ok(found)
}

asuh_store::row_struct! {
    struct Taken { person_id: Id, fund_holder_id: Id, fund: String, plan_id: Id, units: i64 }
}

/// What the children of a source are due, in the order of the list; those whom another plan of the same source pays are
/// left out. `but`: a plan that does not count, because it is being worked out anew.
///
/// # Errors
/// The source gives no money (refused), or the store fails.
pub(super) async fn due(
    tx: &Tx<'_>,
    source: &Source,
    today: Date,
    but: Option<Id>,
) -> Result<Vec<Due>, Fault> {
    let district = tx.district();
    let pools: Vec<CashPool> = cash_pools(tx, district).await?;
    let worth: HashMap<Id, (i64, i64)> = pools
        .iter()
        .filter(|pool| pool.programme_id == source.programme)
        .filter(|pool| pool.fund_holder_id == source.fund_holder && pool.fund == source.fund)
        .map(|pool| (pool.campaign_id, (pool.rupiah, pool.units_per_basket)))
        .collect();
    if worth.is_empty() {
        return Err(Refusal::new("cash.refused.source").field("sumber").into());
    }
    let programme = programmes(tx, district).await?.into_iter().find(|one| one.id == source.programme);
    let programme = programme.ok_or_else(Refusal::not_found)?;
    let zone = settings::one(tx, district).await?.ok_or_else(Refusal::not_found)?.zone;
    let Some((coverage, all)) = shares(tx, district, &programme, (source.month, today, zone)).await? else {
        return Err(Refusal::new("cash.refused.no_list").field("bulan").into());
    };
    let mut by_person: HashMap<Id, Vec<Share>> = HashMap::new();
    for share in all {
        by_person.entry(share.person).or_default().push(share);
    }
    let taken: Vec<Taken> = tx
        .all(
            "SELECT person_id, fund_holder_id, fund, plan_id, units FROM cash_payment WHERE district_id = $1 \
             AND programme_id = $2 AND month = $3 AND state <> 'excluded' AND state <> 'cancelled'",
            args![district, source.programme, source.month],
        )
        .await?;
    let mut elsewhere: HashMap<Id, i64> = HashMap::new();
    let mut done: BTreeSet<Id> = BTreeSet::new();
    for row in taken.into_iter().filter(|row| Some(row.plan_id) != but) {
        match row.fund_holder_id == source.fund_holder && row.fund == source.fund {
            true => drop(done.insert(row.person_id)),
            false => *elsewhere.entry(row.person_id).or_default() += row.units,
        }
    }
    let targets: Vec<_> = coverage
        .targets
        .iter()
        .filter(|target| target.promised > 0 && !done.contains(&target.person))
        .collect();
    let persons: Vec<Id> = targets.iter().map(|target| target.person).collect();
    let mut known = facts(tx, district, &persons).await?;
    let families: BTreeSet<Id> = known.values().map(|facts| facts.family_id).collect();
    let waiting: BTreeSet<Id> =
        identity::waiting(tx, district, &families).await?.into_iter().map(|one| one.family).collect();
    let mut dues = Vec::with_capacity(targets.len());
    for target in targets {
        let Some(facts) = known.remove(&target.person) else { continue };
        let shares = by_person.remove(&target.person).unwrap_or_default();
        let promised: Vec<i64> = shares.iter().map(|share| share.units).collect();
        // Of all funds together no more than is needed; then of this one no more than the others left.
        let all = rules::due(target.need, 0, &promised);
        let own: Vec<(Share, i64)> = shares
            .into_iter()
            .zip(all)
            .filter(|(share, units)| *units > 0 && worth.contains_key(&share.campaign))
            .collect();
        let units: Vec<i64> = own.iter().map(|(_, units)| *units).collect();
        let already = elsewhere.get(&target.person).copied().unwrap_or(0);
        let paid = rules::due(target.need, already, &units);
        let shares: Vec<(Share, i64, i64)> = own
            .into_iter()
            .zip(paid)
            .filter(|(_, units)| *units > 0)
            .map(|((share, _), units)| {
                let (rupiah, per) = worth.get(&share.campaign).copied().unwrap_or((0, 1));
                (share, units, units * rupiah / per.max(1))
            })
            .filter(|(.., amount)| *amount > 0)
            .collect();
        if shares.is_empty() {
            continue;
        }
        let left_out = match (facts.gone, waiting.contains(&facts.family_id)) {
            (0, false) => "",
            (0, true) => "undecided",
            _ => "target_left",
        };
        dues.push(Due {
            person: target.person,
            family: facts.family_id,
            need: target.need,
            units: shares.iter().map(|share| share.1).sum(),
            amount: shares.iter().map(|share| share.2).sum(),
            shares,
            facts,
            left_out,
        });
    }
    dues.sort_by(|one, two| {
        let place = |due: &Due| (due.facts.village_code, due.facts.head_search.clone(), due.person);
        place(one).cmp(&place(two))
    });
    Ok(dues)
}
