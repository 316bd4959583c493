//! The second and third count of coverage: what was released to the families of the targets in a month, and what they
//! received with proof. Later steps know of it; here it is held against what is needed.

use std::collections::{HashMap, HashSet};

use asuh_ground::App;
use asuh_step_sponsors::campaigns;
use asuh_store::{DistrictId, Id, StoreError};

use super::query::Coverage;
use crate::programme::Programme;
use crate::programme::pools::pools;
use crate::rules::{Counts, Covered, Reached};

/// A campaign that something of moved.
pub(crate) struct Way {
    pub(crate) campaign: String,
    pub(crate) released: i64,
    pub(crate) received: i64,
}

/// What moved to the families of a coverage in its month, from whichever campaign: a child has eaten the egg of Monday
/// whoever promised it. In rupiah.
pub(crate) struct Moved {
    /// The campaigns that it came from.
    pub(crate) ways: Vec<Way>,
    /// Whether nothing of the programme's own campaigns is known to have moved: its gifts go ways that nobody records
    /// here yet, which is not the same as that they did not go.
    pub(crate) own_unknown: bool,
    /// Whether goods without a price were among it.
    pub(crate) unpriced: bool,
    unit: i64,
    released: HashMap<Id, i64>,
    received: HashMap<Id, i64>,
}

impl Moved {
    /// What was released to these targets.
    pub(crate) fn released<'a>(&self, targets: impl IntoIterator<Item = &'a Covered>) -> Reached {
        Reached::of(targets, self.unit, &self.released)
    }

    /// What these targets received.
    pub(crate) fn received<'a>(&self, targets: impl IntoIterator<Item = &'a Covered>) -> Reached {
        Reached::of(targets, self.unit, &self.received)
    }

    /// What a family received, all of it.
    pub(crate) fn received_by(&self, family: Id) -> i64 {
        self.received.get(&family).copied().unwrap_or(0)
    }
}

/// Reads it; `None` where a unit is worth nothing (its goods have no price), because then nothing can be compared.
///
/// # Errors
/// The store fails.
pub(crate) async fn moved(
    app: &App,
    district: DistrictId,
    programme: &Programme,
    coverage: &Coverage,
    unit: i64,
) -> Result<Option<Moved>, StoreError> {
    if unit <= 0 {
        return Ok(None);
    }
    let families: HashSet<Id> = coverage.targets.iter().map(|target| target.family).collect();
    let mut all = Moved {
        ways: Vec::new(),
        own_unknown: true,
        unpriced: false,
        unit,
        released: HashMap::new(),
        received: HashMap::new(),
    };
    let own: HashSet<Id> = pools(app.store.reader(), district, programme.id)
        .await?
        .into_iter()
        .map(|pool| pool.campaign_id)
        .collect();
    for campaign in campaigns::all(app.store.reader(), district).await? {
        let mut way = Way { campaign: campaign.name, released: 0, received: 0 };
        let mut any = false;
        for step in &app.registry.help_moved {
            for one in step(app, district, campaign.id, (coverage.month, coverage.on)).await? {
                if own.contains(&campaign.id) {
                    all.own_unknown = false;
                }
                if !families.contains(&one.family) {
                    continue;
                }
                any = true;
                way.released += one.released;
                way.received += one.received;
                all.unpriced |= one.unpriced;
                *all.released.entry(one.family).or_default() += one.released;
                *all.received.entry(one.family).or_default() += one.received;
            }
        }
        if any {
            all.ways.push(way);
        }
    }
    Ok(Some(all))
}

/// One of the three counts.
pub(crate) struct CountLine {
    /// Its words are `pairing.count.<code>`.
    pub(crate) code: &'static str,
    pub(crate) reached: Reached,
}

/// What is promised, as the other two counts are written.
fn promised(counts: &Counts, unit: i64) -> Reached {
    Reached { fully: counts.fully, partly: counts.partly, none: counts.none, rupiah: counts.promised * unit }
}

/// The three counts of targets; only the first where nothing can be compared.
pub(crate) fn three(targets: &[Covered], unit: i64, moved: Option<&Moved>) -> Vec<CountLine> {
    let mut lines = vec![CountLine { code: "promised", reached: promised(&Counts::of(targets), unit) }];
    if let Some(moved) = moved {
        lines.push(CountLine { code: "released", reached: moved.released(targets) });
        lines.push(CountLine { code: "received", reached: moved.received(targets) });
    }
    lines
}
