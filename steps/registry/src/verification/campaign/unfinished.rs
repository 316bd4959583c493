//! `/verifikasi/putaran/{id}/belum`: what of a campaign nobody has finished, as rows: villages without a record,
//! kecamatan that have not checked, families without a result, visits of cadres that nobody has settled.

use std::collections::HashMap;

use askama::Template;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::pages::progress::{Region, regions};
use super::query::{self, Campaign, Progress};
use crate::rights::{ReadFamilies, SeeProgress, VerifyFamilies};
use crate::territory;
use crate::verification::check::checks;
use crate::verification::visit::EVIDENCE;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::web::{Error, Page, Path, Shell, cut, page};

/// Families of one page.
const PAGE: usize = 50;

/// What is asked for, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    desa: String,
    #[serde(default)]
    setelah: String,
}

/// A village without a record.
struct Line {
    progress: Progress,
    name: String,
    subdistrict: String,
}

#[derive(Template)]
#[template(path = "verification/campaign/unfinished.html")]
struct UnfinishedPage {
    shell: Shell,
    campaign: Campaign,
    /// `villages`, `checks`, `unvisited` or `waiting`.
    tab: &'static str,
    villages: Vec<Line>,
    checks: Vec<Region>,
    families: Vec<FamilyLine>,
    names: HashMap<i64, String>,
    /// The village to which the families are narrowed.
    village: Option<i64>,
    next: Option<Id>,
    reads: bool,
    verifies: bool,
}

impl UnfinishedPage {
    fn name(&self, code: &i64) -> String {
        self.names.get(code).cloned().unwrap_or_else(|| territory::dotted(*code))
    }

    fn is_empty(&self) -> bool {
        self.villages.is_empty() && self.checks.is_empty() && self.families.is_empty()
    }

    /// Where a village is worked on: its visits, for those who visit in the open campaign.
    fn leads_to(&self, village: &i64) -> String {
        match self.verifies && self.campaign.is_open() {
            true => format!("/verifikasi/{village}"),
            false => {
                format!("/verifikasi/kecamatan/{}?putaran={}", village / 10_000 * 10_000, self.campaign.id)
            }
        }
    }

    /// Where a family is: its visit, for those who visit in the open campaign.
    fn family(&self, id: &Id) -> String {
        match self.verifies && self.campaign.is_open() {
            true => format!("/verifikasi/keluarga/{id}"),
            false => format!("/sasaran/{id}"),
        }
    }

    fn next_page(&self, next: &Id) -> String {
        let village = self.village.map(|code| format!("&desa={code}")).unwrap_or_default();
        let which = if self.tab == "waiting" { "kunjungan" } else { "" };
        format!(
            "/verifikasi/putaran/{}/belum/keluarga?tampil={which}{village}&setelah={next}",
            self.campaign.id
        )
    }
}

async fn campaign(app: &App, district: DistrictId, id: Id) -> Result<Campaign, Error> {
    query::campaign_by_id(app.store.reader(), district, id).await?.ok_or(Error::NotFound)
}

/// Villages without a record, or kecamatan that have not checked.
pub(super) async fn villages(
    cap: Cap<SeeProgress>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(which): Params<Which>,
) -> Page {
    let db = app.store.reader();
    let campaign = campaign(&app, cap.district(), id).await?;
    let progress = query::progress(db, cap.district(), cap.scope(), id).await?;
    let codes = progress.iter().flat_map(|one| [one.village, one.village / 10_000 * 10_000]);
    let names = territory::names(db, cap.district(), codes).await?;
    let name = |code: i64| names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
    let tab = if which.tampil == "periksa" { "checks" } else { "villages" };
    let (mut villages, mut unchecked) = (Vec::new(), Vec::new());
    if tab == "checks" && campaign.sample > 0 {
        let done = checks(db, cap.district(), id).await?;
        unchecked = regions(&progress, &names, &done);
        unchecked.retain(|region| region.check.as_ref().is_none_or(|check| check.closed_at.is_none()));
    } else if tab == "villages" {
        let open = progress.iter().filter(|one| !one.closed);
        villages = open
            .map(|one| Line {
                progress: one.clone(),
                name: name(one.village),
                subdistrict: name(one.village / 10_000 * 10_000),
            })
            .collect();
    }
    page(&UnfinishedPage {
        campaign,
        tab,
        villages,
        checks: unchecked,
        families: Vec::new(),
        names,
        village: None,
        next: None,
        reads: ReadFamilies::of(cap.actor()).is_some(),
        verifies: VerifyFamilies::of(cap.actor()).is_some(),
        shell,
    })
}

/// Families without a result, or those whose last visit is a cadre's that nobody has settled.
pub(super) async fn families(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(which): Params<Which>,
) -> Page {
    let db = app.store.reader();
    let campaign = campaign(&app, cap.district(), id).await?;
    let waiting = which.tampil == "kunjungan";
    let village: Option<i64> = which.desa.parse().ok();
    let after = which.setelah.parse().ok();
    let mut families = open_families(db, cap.district(), cap.scope(), id, waiting, village, after).await?;
    let next = cut(&mut families, PAGE, |line| line.family_id);
    let codes = families.iter().map(|one| one.village_code).chain(village);
    let names = territory::names(db, cap.district(), codes).await?;
    page(&UnfinishedPage {
        campaign,
        tab: if waiting { "waiting" } else { "unvisited" },
        villages: Vec::new(),
        checks: Vec::new(),
        families,
        names,
        village,
        next,
        reads: true,
        verifies: VerifyFamilies::of(cap.actor()).is_some(),
        shell,
    })
}

asuh_store::row_struct! {
    /// A family of a campaign that nobody has finished.
    struct FamilyLine {
        family_id: Id,
        head_name: String,
        village_code: i64,
        rw: String,
        rt: String,
        /// What a cadre's visit found, where that is what waits.
        found: Option<String>,
        found_on: Option<Date>,
        found_reason: Option<String>,
    }
}

/// A page of the families of a campaign without a result, or with a visit that nobody has settled, within a scope, in
/// the order of village, RW, RT and name; one more than a page if there are more. Indexes: `campaign_family_progress`
/// or `campaign_family`'s key, `family_version_current`, `verification_by_family`.
async fn open_families(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    campaign: Id,
    waiting: bool,
    village: Option<i64>,
    after: Option<Id>,
) -> Result<Vec<FamilyLine>, StoreError> {
    asuh_store::row_struct! {
        struct Last { village_code: i64, rw: String, rt: String, head_search: String, family_id: Id }
    }
    let mut args = args![district, Instant::NEVER, campaign];
    let mut conditions = vec![scope.territory_condition("v.village_code", Some("v.rw"), &mut args)];
    if let Some(village) = village {
        conditions.push(format!("v.village_code = {}", args.push(village)));
    }
    if let Some(after) = after {
        // family_version_current
        let last: Option<Last> = db
            .first(
                "SELECT village_code, rw, rt, head_search, family_id FROM family_version \
                 WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3",
                args![district, after, Instant::NEVER],
            )
            .await?;
        if let Some(last) = last {
            let place = [
                args.push(last.village_code),
                args.push(last.rw),
                args.push(last.rt),
                args.push(last.head_search),
                args.push(last.family_id),
            ];
            conditions.push(format!(
                "(v.village_code, v.rw, v.rt, v.head_search, v.family_id) > ({})",
                place.join(", ")
            ));
        }
    }
    let (evidence, open) = match waiting {
        true => (EVIDENCE.replacen("LEFT JOIN", "JOIN", 1), ""),
        false => (EVIDENCE.to_owned(), "AND c.result IS NULL"),
    };
    db.all(
        &format!(
            "SELECT v.family_id, v.head_name, v.village_code, v.rw, v.rt, r.result AS found, \
             r.visited_on AS found_on, r.reason AS found_reason FROM campaign_family c \
             JOIN family_version v ON v.district_id = c.district_id AND v.family_id = c.family_id \
             AND v.superseded_at = $2 {evidence} \
             WHERE c.district_id = $1 AND c.campaign_id = $3 {open} AND {} \
             ORDER BY v.village_code, v.rw, v.rt, v.head_search, v.family_id LIMIT {}",
            conditions.join(" AND "),
            PAGE + 1
        ),
        args,
    )
    .await
}
