//! The campaign of verification that a list follows, and what of it was open when the list was frozen.

use asuh_store::{DistrictId, Id, Query, StoreError};

use super::kind::Kind;
use crate::identity::undecided;
use crate::verification::{Campaign, campaigns, standing};

/// What of a campaign nobody has finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unfinished {
    /// Villages without a signed record.
    pub(super) villages: i64,
    /// Kecamatan that have not checked.
    pub(super) checks: i64,
    /// Families whose last visit is a cadre's that nobody has settled.
    pub(super) waiting: i64,
    /// Families without a result.
    pub(super) unvisited: i64,
    /// Pairs of records that may be one person, which nobody has decided: a family may stand on the list twice.
    pub(super) pairs: i64,
}

impl Unfinished {
    /// Each with the code of its words: `frozen.unfinished.<code>`; those that are not nothing.
    pub(super) fn parts(&self) -> Vec<(&'static str, i64)> {
        let mut parts = vec![
            ("villages", self.villages),
            ("checks", self.checks),
            ("waiting", self.waiting),
            ("unvisited", self.unvisited),
            ("pairs", self.pairs),
        ];
        parts.retain(|(_, n)| *n > 0);
        parts
    }

    /// Whether anything is.
    pub(super) fn is_some(&self) -> bool {
        *self != Unfinished::default()
    }
}

/// Where the rows of a part of what is unfinished are worked on.
pub(super) fn leads_to(campaign: &Id, part: &str) -> String {
    match part {
        "checks" => format!("/verifikasi/putaran/{campaign}/belum?tampil=periksa"),
        "waiting" => format!("/verifikasi/putaran/{campaign}/belum/keluarga?tampil=kunjungan"),
        "unvisited" => format!("/verifikasi/putaran/{campaign}/belum/keluarga"),
        "pairs" => "/data-ganda".to_owned(),
        _ => format!("/verifikasi/putaran/{campaign}/belum"),
    }
}

/// The campaign that a list frozen now follows.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) is_open: bool,
    pub(super) unfinished: Unfinished,
}

/// The campaign that is open, or the newest; none for a kind that no visit fills, or before the first one.
/// Indexes: `verification_campaign_by_day`, those of the campaign's standing.
pub(super) async fn followed<K: Kind>(
    db: &impl Query,
    district: DistrictId,
) -> Result<Option<Followed>, StoreError> {
    if !K::FOLLOWS_CAMPAIGN {
        return Ok(None);
    }
    let all = campaigns(db, district).await?;
    let Some(campaign) = all.iter().find(|one| one.is_open()).or(all.first()) else { return Ok(None) };
    let Campaign { id, name, .. } = campaign;
    let Some(standing) = standing(db, district, *id).await? else { return Ok(None) };
    Ok(Some(Followed {
        id: *id,
        name: name.clone(),
        is_open: campaign.is_open(),
        unfinished: Unfinished {
            villages: standing.villages - standing.villages_closed,
            checks: standing.subdistricts - standing.subdistricts_checked,
            waiting: standing.waiting,
            unvisited: standing.families - standing.visited,
            pairs: undecided(db, district).await?,
        },
    }))
}
