//! Reading campaigns and how far they are.

use std::collections::BTreeMap;

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use crate::territory;
use crate::verification::visit::waiting_of;
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A campaign of verification.
    pub struct Campaign {
        /// Its id.
        pub id: Id,
        /// Its name: "Verifikasi KRS 2026".
        pub name: String,
        /// The statuses of the families it began with, as codes separated by spaces.
        pub statuses: String,
        /// The import whose families it began with, when only those.
        pub batch_id: Option<Id>,
        /// Whether only families with BKKBN's own flag.
        pub flagged_only: bool,
        /// The first day on which a visit belongs to it.
        pub opens_on: Date,
        /// The day by which the villages are to close.
        pub deadline: Date,
        /// Families that each kecamatan visits a second time.
        pub sample: i64,
        /// `open` or `closed`; what is closed changes only when it is opened again.
        pub state: String,
        /// When it was closed.
        pub closed_at: Option<Instant>,
        /// Why it was closed although something was missing; empty when nothing was.
        pub closing_reason: String,
        /// When it was last opened again after it had closed.
        pub reopened_at: Option<Instant>,
        /// Why; empty when it never was.
        pub reopening_reason: String,
    }
}

impl Campaign {
    /// Whether visits are still recorded in it.
    pub fn is_open(&self) -> bool {
        self.state == "open"
    }
}

const CAMPAIGN: &str = "SELECT c.id, c.name, c.statuses, c.batch_id, c.flagged_only, c.opens_on, c.deadline, c.sample, c.state, \
     c.closed_at, c.closing_reason, c.reopened_at, c.reopening_reason FROM verification_campaign c";

/// The campaigns of a district, the newest first: a few a year. Index: `verification_campaign_by_day`.
///
/// # Errors
/// The store fails.
pub async fn campaigns(db: &impl Query, district: DistrictId) -> Result<Vec<Campaign>, StoreError> {
    let sql = format!("{CAMPAIGN} WHERE c.district_id = $1 ORDER BY c.opens_on DESC, c.id DESC LIMIT 200");
    db.all(&sql, args![district]).await
}

/// One campaign. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn campaign_by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Campaign>, StoreError> {
    db.first(&format!("{CAMPAIGN} WHERE c.district_id = $1 AND c.id = $2"), args![district, id]).await
}

/// The open campaign, if there is one. Index: `verification_campaign_open`.
pub(crate) async fn open_campaign(
    db: &impl Query,
    district: DistrictId,
) -> Result<Option<Campaign>, StoreError> {
    db.first(&format!("{CAMPAIGN} WHERE c.district_id = $1 AND c.state = 'open'"), args![district]).await
}

/// How far a village of a campaign is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::verification) struct Progress {
    /// The village.
    pub(in crate::verification) village: i64,
    /// Its families.
    pub(in crate::verification) families: i64,
    /// Those that were found in the field.
    pub(in crate::verification) found: i64,
    /// Those with a result, by its code.
    pub(in crate::verification) results: BTreeMap<String, i64>,
    /// Whether it is closed.
    pub(in crate::verification) closed: bool,
}

impl Progress {
    /// Families with a result.
    pub(in crate::verification) fn done(&self) -> i64 {
        self.results.values().sum()
    }

    /// Families without one.
    pub(in crate::verification) fn open(&self) -> i64 {
        self.families - self.done()
    }
}

/// How far every village within a scope is, in the order of their codes. A family without a result is counted where
/// it lives now, one with a result where it was visited. Indexes: `campaign_family_progress`, from which alone
/// the results are answered; `family_version_current` for the families without one.
pub(in crate::verification) async fn progress(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    campaign: Id,
) -> Result<Vec<Progress>, StoreError> {
    asuh_store::row_struct! {
        struct Row { village_code: i64, result: Option<String>, origin: String, n: i64 }
    }
    let mut done = args![district, campaign];
    let within = scope.territory_condition("c.village_code", Some("c.rw"), &mut done);
    let mut rows: Vec<Row> = db
        .all(
            &format!(
                "SELECT c.village_code, c.result, c.origin, COUNT(*) AS n FROM campaign_family c \
                 WHERE c.district_id = $1 AND c.campaign_id = $2 AND c.result IS NOT NULL AND {within} \
                 GROUP BY c.village_code, c.result, c.origin"
            ),
            done,
        )
        .await?;
    let mut open = args![district, campaign, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut open);
    let left: Vec<Row> = db
        .all(
            &format!(
                "SELECT v.village_code, NULL AS result, c.origin, COUNT(*) AS n FROM campaign_family c \
                 JOIN family_version v ON v.district_id = c.district_id AND v.family_id = c.family_id \
                 AND v.superseded_at = $3 \
                 WHERE c.district_id = $1 AND c.campaign_id = $2 AND c.result IS NULL AND {within} \
                 GROUP BY v.village_code, c.origin"
            ),
            open,
        )
        .await?;
    rows.extend(left);
    let states: Vec<(i64,)> = db
        .all(
            "SELECT village_code FROM campaign_village \
             WHERE district_id = $1 AND campaign_id = $2 AND state = 'closed'",
            args![district, campaign],
        )
        .await?;
    let mut villages: BTreeMap<i64, Progress> = BTreeMap::new();
    for row in rows {
        let village = villages
            .entry(row.village_code)
            .or_insert_with(|| Progress { village: row.village_code, ..Progress::default() });
        village.families += row.n;
        if row.origin == "found" {
            village.found += row.n;
        }
        if let Some(result) = row.result {
            *village.results.entry(result).or_default() += row.n;
        }
    }
    for (village,) in states {
        if let Some(village) = villages.get_mut(&village) {
            village.closed = true;
        }
    }
    Ok(villages.into_values().collect())
}

/// How a campaign stands: what decides whether a frozen list may be made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignStanding {
    /// Its families.
    pub families: i64,
    /// Those found in the field, beside the base list.
    pub found: i64,
    /// Those with a result that counts.
    pub visited: i64,
    /// Those whose last visit is a cadre's that nobody has settled.
    pub waiting: i64,
    /// Villages with families of the campaign.
    pub villages: i64,
    /// Villages closed by a signed record.
    pub villages_closed: i64,
    /// Kecamatan with such villages.
    pub subdistricts: i64,
    /// Kecamatan whose second visits are done and closed.
    pub subdistricts_checked: i64,
    /// Whether the campaign itself is closed.
    pub closed: bool,
}

impl CampaignStanding {
    /// Whether every village has closed and every kecamatan has checked.
    pub fn is_complete(&self) -> bool {
        self.villages_closed == self.villages && self.subdistricts_checked == self.subdistricts
    }
}

/// How a campaign of a district stands, over all its villages; none when there is no such campaign.
/// Indexes: those of the progress, `subdistrict_check`'s key.
///
/// # Errors
/// The store fails.
pub async fn standing(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<CampaignStanding>, StoreError> {
    let Some(campaign) = campaign_by_id(db, district, id).await? else { return Ok(None) };
    let everywhere = Scope { areas: Vec::new(), ..Scope::default() };
    let code = db.number("SELECT code AS n FROM district WHERE id = $1", args![district]).await?;
    let scope = asuh_nusantara::TerritoryCode::from_i64(code).map_or(everywhere, Scope::whole);
    let villages = progress(db, district, &scope, id).await?;
    let checked: Vec<(i64,)> = db
        .all(
            "SELECT subdistrict_code FROM subdistrict_check \
             WHERE district_id = $1 AND campaign_id = $2 AND voided_at IS NULL AND closed_at IS NOT NULL",
            args![district, id],
        )
        .await?;
    let mut subdistricts: Vec<i64> = villages.iter().map(|one| one.village / 10_000 * 10_000).collect();
    subdistricts.dedup();
    Ok(Some(CampaignStanding {
        families: villages.iter().map(|one| one.families).sum(),
        found: villages.iter().map(|one| one.found).sum(),
        visited: villages.iter().map(Progress::done).sum(),
        waiting: waiting_of(db, district, id).await?,
        villages: villages.len() as i64,
        villages_closed: villages.iter().filter(|one| one.closed).count() as i64,
        subdistricts_checked: subdistricts
            .iter()
            .filter(|code| campaign.sample == 0 || checked.iter().any(|(found,)| found == *code))
            .count() as i64,
        subdistricts: subdistricts.len() as i64,
        closed: !campaign.is_open(),
    }))
}

/// How far every village is: in the campaign, or outside one by how families stand (then a result has no code).
/// Indexes: those of [`progress`], `family_version_progress`.
pub(in crate::verification) async fn villages(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    campaign: Option<&Campaign>,
) -> Result<Vec<Progress>, StoreError> {
    if let Some(campaign) = campaign {
        return progress(db, district, scope, campaign.id).await;
    }
    let mut villages: Vec<Progress> = territory::counts(db, district, scope)
        .await?
        .into_values()
        .map(|count| Progress {
            village: count.village_code,
            families: count.families,
            results: BTreeMap::from([(String::new(), count.families - count.open)]),
            ..Progress::default()
        })
        .collect();
    villages.sort_by_key(|one| one.village);
    Ok(villages)
}

asuh_store::row_struct! {
    /// An import that brought or changed families.
    pub(super) struct Batch {
        pub(super) id: Id,
        pub(super) kind: String,
        pub(super) uploaded_at: Instant,
    }
}

/// The last imports of families: what a campaign can begin with. Indexes: `import_batch_by_time`,
/// `family_version_by_batch`.
pub(super) async fn batches(db: &impl Query, district: DistrictId) -> Result<Vec<Batch>, StoreError> {
    db.all(
        "SELECT b.id, b.kind, b.uploaded_at FROM import_batch b \
         WHERE b.district_id = $1 AND b.state = 'committed' AND EXISTS (SELECT 1 FROM family_version v \
         WHERE v.district_id = b.district_id AND v.batch_id = b.id) \
         ORDER BY b.uploaded_at DESC, b.id DESC LIMIT 20",
        args![district],
    )
    .await
}
