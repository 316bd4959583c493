//! What a home page says about promises.

use std::sync::Arc;

use asuh_store::{Instant, Query, StoreError, args};

use crate::campaign::query as campaigns;
use crate::sponsor::endings;
use crate::{ManageCampaigns, PledgeForSponsor, PledgeForUnit};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::{Task, TaskState, Text};

/// The tasks of the caller: the admin begins a first campaign, a coordinator records the promises of his units.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let reader = app.store.reader();
    let mut tasks = Vec::new();
    let managing = actor.has_any(ManageCampaigns::ROLES);
    let promising = PledgeForUnit::of(actor).filter(|cap| !cap.scope().units.is_empty());
    if !managing && promising.is_none() {
        return Ok(tasks);
    }
    let open = campaigns::open(reader, actor.district, app.today(actor)).await?;
    if managing && open.is_empty() {
        tasks.push(Task {
            title: text.t("sponsors.task.first_campaign").into_owned(),
            path: "/gerakan/baru".into(),
            state: TaskState::NotStarted,
        });
    }
    if PledgeForSponsor::of(actor).is_some() {
        let (soon, left) = endings::count(reader, actor.district, app.today(actor)).await?;
        for (key, n) in [("sponsors.task.ends_soon", soon), ("sponsors.task.ended_left", left)] {
            if n > 0 {
                tasks.push(Task {
                    title: text.t1(key, "n", text.number(n)),
                    path: "/orang-tua-asuh/berakhir".into(),
                    state: TaskState::NeedsAction,
                });
            }
        }
    }
    if let Some(cap) = promising {
        // What asks anybody asks no office in particular.
        for campaign in open.into_iter().filter(|campaign| campaign.contributor_scope == "asn").take(2) {
            // Indexes: sponsor_version_by_unit, pledge_by_sponsor.
            let mut args = args![actor.district, Instant::NEVER, campaign.id, app.today(actor)];
            let reached = cap.scope().unit_condition("v.unit_id", &mut args);
            let promised = reader
                .number(
                    &format!(
                        "SELECT COUNT(DISTINCT v.sponsor_id) AS n FROM sponsor_version v \
                         JOIN pledge p ON p.district_id = v.district_id AND p.sponsor_id = v.sponsor_id \
                         AND p.campaign_id = $3 AND (p.ends_on IS NULL OR (p.ends_on >= $4 AND p.ends_on >= p.starts_on)) \
                         WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.status = 'active' AND {reached}"
                    ),
                    args,
                )
                .await?;
            let state = if promised == 0 { TaskState::NotStarted } else { TaskState::Done };
            tasks.push(Task {
                title: text.t2(
                    "sponsors.task.pledges",
                    "campaign",
                    &campaign.name,
                    "n",
                    text.number(promised),
                ),
                path: "/janji/unit".into(),
                state,
            });
        }
    }
    Ok(tasks)
}
