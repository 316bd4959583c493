//! The one writer of visits: a form's single visit, a village's many, and the rows of a sheet that comes back.

use std::collections::{BTreeMap, HashMap, HashSet};

use asuh_store::{DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::family::next_status;
use crate::rights::Reach;
use crate::verification::campaign::{Campaign, open_campaign};
use crate::verification::rules::{VisitResult, agrees};

/// What a visit to a family found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The family visited.
    pub family: Id,
    /// What was found.
    pub result: VisitResult,
    /// Why no longer at risk, where to, which other family; at most 200 characters.
    pub reason: String,
    /// Anything else, at most 500 characters.
    pub note: String,
    /// The day of the visit.
    pub visited_on: Date,
}

/// In whose name visits are written.
pub(in crate::verification) struct How<'a> {
    /// The territories of whoever visited.
    pub(in crate::verification) reach: &'a Reach,
    /// Whether they count at once.
    pub(in crate::verification) confirms: bool,
    /// The present day; a visit does not lie after it.
    pub(in crate::verification) today: Date,
    /// The sheet that brought them.
    pub(in crate::verification) batch: Option<Id>,
}

asuh_store::row_struct! {
    /// A family as it stands before the visit.
    struct Known {
        family_id: Id,
        status: String,
        source: String,
        village_code: i64,
        rw: String,
        head_search: String,
        /// Whether it is of the open campaign, and what counts there.
        member: bool,
        settled: Option<String>,
        settled_on: Option<Date>,
    }
}

/// What writing a visit would do.
pub(in crate::verification) struct Judged {
    /// Why it cannot be recorded.
    pub(in crate::verification) refusal: Option<Refusal>,
    /// Whether the open campaign has a result of the family already.
    pub(in crate::verification) known: bool,
    /// Whether that result is this one, of the same day.
    pub(in crate::verification) same: bool,
    /// The name of the family's head as it is searched for; none when the family is not within reach.
    pub(in crate::verification) head_search: Option<String>,
}

/// Looks at visits as [`write`] would: one answer each, in their order. Indexes: as there.
pub(in crate::verification) async fn judge(
    db: &impl Query,
    district: DistrictId,
    how: &How<'_>,
    visits: &[Visit],
) -> Result<Vec<Judged>, StoreError> {
    let campaign = open_campaign(db, district).await?;
    let known = load(db, district, how.reach, campaign.as_ref(), visits).await?;
    let closed: Vec<(i64,)> = db
        .all(
            "SELECT village_code FROM campaign_village \
             WHERE district_id = $1 AND campaign_id = $2 AND state = 'closed'",
            args![district, campaign.as_ref().map(|campaign| campaign.id)],
        )
        .await?;
    let closed = closed.into_iter().map(|row| row.0).collect();
    let judged = visits.iter().map(|visit| match known.get(&visit.family) {
        None => Judged { refusal: Some(Refusal::not_found()), known: false, same: false, head_search: None },
        Some(family) => {
            let result = family.settled.as_deref();
            Judged {
                refusal: check(visit, family, how.today, campaign.as_ref(), &closed),
                known: result.is_some(),
                same: result == Some(visit.result.code()) && family.settled_on == Some(visit.visited_on),
                head_search: Some(family.head_search.clone()),
            }
        }
    });
    Ok(judged.collect())
}

/// Writes visits: one answer each, in their order. Where they count, the family's status follows as a new version, and
/// the open campaign counts the result; what a cadre records is evidence, and the family stands as before until
/// a verifier has seen it. A family that the campaign does not have yet joins it as found. A constant number of
/// statements, whatever the number of visits; no family stands twice among them.
pub(in crate::verification) async fn write(
    tx: &Tx<'_>,
    how: &How<'_>,
    visits: &[Visit],
) -> Result<Vec<Result<Id, Refusal>>, Fault> {
    let campaign = open_campaign(tx, tx.district()).await?;
    let known = load(tx, tx.district(), how.reach, campaign.as_ref(), visits).await?;
    let closed = hold_villages(tx, campaign.as_ref(), known.values().map(|one| one.village_code)).await?;
    let mut answers = Vec::with_capacity(visits.len());
    let (mut rows, mut counted, mut joining) = (Vec::new(), Vec::new(), Vec::new());
    let mut statuses: BTreeMap<(&'static str, Date), Vec<Id>> = BTreeMap::new();
    for visit in visits {
        let family = match known.get(&visit.family).ok_or_else(Refusal::not_found) {
            Ok(family) => match check(visit, family, how.today, campaign.as_ref(), &closed) {
                None => family,
                Some(refusal) => {
                    answers.push(Err(refusal));
                    continue;
                }
            },
            Err(refusal) => {
                answers.push(Err(refusal));
                continue;
            }
        };
        let id = tx.new_id();
        answers.push(Ok(id));
        let campaign = campaign.as_ref().filter(|_| family.member || !closed.contains(&family.village_code));
        let status = visit.result.status().code();
        let stands = match campaign {
            Some(_) if family.member => {
                family.settled.as_deref().is_some_and(|settled| agrees(settled, visit.result.code()))
            }
            _ => family.status == status,
        };
        rows.push(args![
            tx.district(),
            id,
            visit.family,
            campaign.map(|campaign| campaign.id),
            how.batch,
            visit.result.code(),
            visit.reason.trim(),
            visit.note.trim(),
            visit.visited_on,
            tx.actor(),
            // What says the same as what stands needs nobody to settle it.
            how.confirms || stands,
            tx.now(),
        ]);
        if let Some(campaign) = campaign {
            let place = args![tx.district(), campaign.id, visit.family, family.village_code, &family.rw];
            match how.confirms {
                true => {
                    counted
                        .push(place.with(visit.result.code()).with(id).with(visit.visited_on).with("found"));
                }
                false => joining.push(place.with("found")),
            }
        }
        if how.confirms && family.status != status {
            statuses.entry((status, visit.visited_on)).or_default().push(visit.family);
        }
    }
    tx.insert_many(
        "INSERT INTO verification (district_id, id, family_id, campaign_id, batch_id, result, reason, note, \
         visited_on, verified_by, counts, recorded_at) VALUES",
        "",
        rows,
    )
    .await?;
    count(tx, counted).await?;
    join(tx, joining).await?;
    for ((status, on), families) in statuses {
        next_status(tx, &families, status, on, how.batch).await?;
    }
    Ok(answers)
}

/// Why a visit cannot be recorded.
fn check(
    visit: &Visit,
    family: &Known,
    today: Date,
    campaign: Option<&Campaign>,
    closed: &HashSet<i64>,
) -> Option<Refusal> {
    if visit.result.needs_reason() && visit.reason.trim().is_empty() {
        return Some(Refusal::new("registry.refused.reason_needed").field("alasan"));
    }
    if visit.visited_on > today {
        return Some(Refusal::new("registry.error.future_day").field("kunjungan"));
    }
    if visit.result == VisitResult::NewlyFound && !matches!(family.source.as_str(), "field" | "form") {
        return Some(Refusal::new("registry.refused.not_new").field("hasil"));
    }
    let campaign = campaign?;
    if closed.contains(&family.village_code) {
        // What joined nothing can still be visited: it waits for no record.
        return family.member.then(|| Refusal::new("verification.refused.village_closed"));
    }
    (visit.visited_on < campaign.opens_on)
        .then(|| Refusal::new("verification.refused.before_campaign").field("kunjungan"))
}

/// The families of the visits that the reach holds. Indexes: `family_version_current`, `campaign_family`'s key.
async fn load(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    campaign: Option<&Campaign>,
    visits: &[Visit],
) -> Result<HashMap<Id, Known>, StoreError> {
    if visits.is_empty() {
        return Ok(HashMap::new());
    }
    let mut args = args![district, Instant::NEVER, campaign.map(|campaign| campaign.id)];
    let within = reach.scope().territory_condition("v.village_code", Some("v.rw"), &mut args);
    let families = args.push_list(visits.iter().map(|visit| visit.family));
    let rows: Vec<Known> = db
        .all(
            &format!(
                "SELECT v.family_id, v.status, v.source, v.village_code, v.rw, v.head_search, c.result AS settled, \
                 c.visited_on AS settled_on, \
                 CAST(CASE WHEN c.family_id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS member FROM family_version v \
                 LEFT JOIN campaign_family c ON c.district_id = v.district_id AND c.campaign_id = $3 \
                 AND c.family_id = v.family_id \
                 WHERE v.district_id = $1 AND v.superseded_at = $2 AND {within} AND v.family_id IN ({families})"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.family_id, row)).collect())
}

/// Takes hold of the rows of villages until the command ends, so that none closes meanwhile; those that have closed.
pub(crate) async fn hold_villages(
    tx: &Tx<'_>,
    campaign: Option<&Campaign>,
    villages: impl Iterator<Item = i64>,
) -> Result<HashSet<i64>, Fault> {
    let Some(campaign) = campaign else { return Ok(HashSet::new()) };
    asuh_store::row_struct! {
        struct Row { village_code: i64, state: String }
    }
    // Always in the same order: two commands never wait for each other.
    let villages: std::collections::BTreeSet<i64> = villages.collect();
    let mut closed = HashSet::new();
    for village in villages {
        let row: Option<Row> = tx
            .first(
                "INSERT INTO campaign_village (district_id, campaign_id, village_code, state, touched_at) \
                 VALUES ($1, $2, $3, 'open', $4) ON CONFLICT (district_id, campaign_id, village_code) \
                 DO UPDATE SET touched_at = excluded.touched_at RETURNING village_code, state",
                args![tx.district(), campaign.id, village, tx.now()],
            )
            .await?;
        closed.extend(row.filter(|row| row.state == "closed").map(|row| row.village_code));
    }
    // Whoever closes the campaign touches all its villages: seen here, after waiting for him.
    if open_campaign(tx, tx.district()).await?.is_none_or(|open| open.id != campaign.id) {
        return Err(Refusal::new("verification.refused.campaign_closed").into());
    }
    Ok(closed)
}

/// Lets the campaign count results; a family that it did not have joins it as found.
async fn count(tx: &Tx<'_>, rows: Vec<asuh_store::Args>) -> Result<(), Fault> {
    tx.insert_many(
        "INSERT INTO campaign_family (district_id, campaign_id, family_id, village_code, rw, result, visit_id, \
         visited_on, origin) VALUES",
        "ON CONFLICT (district_id, campaign_id, family_id) DO UPDATE SET \
         village_code = excluded.village_code, rw = excluded.rw, result = excluded.result, \
         visit_id = excluded.visit_id, visited_on = excluded.visited_on",
        rows,
    )
    .await?;
    Ok(())
}

/// Lets families join the campaign that it does not have.
async fn join(tx: &Tx<'_>, rows: Vec<asuh_store::Args>) -> Result<(), Fault> {
    tx.insert_many(
        "INSERT INTO campaign_family (district_id, campaign_id, family_id, village_code, rw, origin) VALUES",
        "ON CONFLICT (district_id, campaign_id, family_id) DO NOTHING",
        rows,
    )
    .await?;
    Ok(())
}

/// Within the command that adds a family: while a campaign is open and its village has not closed, the family belongs to
/// it, as found.
///
/// # Errors
/// The store fails.
pub(crate) async fn joined(tx: &Tx<'_>, family: Id, village: i64, rw: &str) -> Result<(), Fault> {
    let Some(campaign) = open_campaign(tx, tx.district()).await? else { return Ok(()) };
    let closed = hold_villages(tx, Some(&campaign), std::iter::once(village)).await?;
    if closed.is_empty() {
        join(tx, vec![args![tx.district(), campaign.id, family, village, rw, "found"]]).await?;
    }
    Ok(())
}

/// After visits were taken back: what counts in a campaign for these families is again their newest visit that
/// counts and stands. Index: `verification_by_family`.
pub(crate) async fn recount(tx: &Tx<'_>, campaign: Id, families: &[Id]) -> Result<(), Fault> {
    let mut args = args![tx.district(), campaign];
    let list = args.push_list(families.iter().copied());
    let newest = |column: &str| {
        format!(
            "(SELECT l.{column} FROM verification l WHERE l.district_id = campaign_family.district_id \
             AND l.family_id = campaign_family.family_id AND l.campaign_id = campaign_family.campaign_id \
             AND l.counts = 1 AND l.retracted_at IS NULL ORDER BY l.recorded_at DESC, l.id DESC LIMIT 1)"
        )
    };
    tx.execute(
        &format!(
            "UPDATE campaign_family SET result = {}, visit_id = {}, visited_on = {} \
             WHERE district_id = $1 AND campaign_id = $2 AND family_id IN ({list})",
            newest("result"),
            newest("id"),
            newest("visited_on")
        ),
        args,
    )
    .await?;
    Ok(())
}
