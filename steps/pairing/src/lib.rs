//! Whom each promise helps.
//!
//! A **programme** gives the promises of a campaign whose destination is 'pairs' to the targets of a frozen list: it
//! says what a target needs a month, in units of the campaign's basket, and by which public rule the most urgent come
//! first. A **run** ([`OrderRun`]) lets the optimiser (`asuh_pairing`) work out who helps whom; it is a draft, with its
//! reasons and its proof, until somebody else approves it ([`ApproveRun`]). Only then there are **pairs**. Pairs are made
//! and ended by hand under the same rules ([`PairByHand`], [`EndPair`]); targets are kept for somebody who is still
//! deciding by **holds** ([`PlaceHold`]), which end by themselves.
//!
//! Nothing has to be closed on the day for a figure to be right: what a pair promises ([`rules::promised()`]) follows from
//! its days, from the promise behind it, and from whether the target is one. So **coverage** ([`coverage()`]) is worked out
//! from rows whenever it is asked for, and whoever lost its sponsor stands on the list of those who wait.
//!
//! Sponsors know a target by its code name; name and address open only to one who was approved as a **visitor**, with the
//! guardian's consent, and every opening is on the access log. What a mentor writes of the family for them ([`WriteNews`])
//! goes on when somebody else has read it.

mod coverage;
mod decide;
mod facts;
mod hold;
mod home;
mod need;
mod news;
mod pair;
mod programme;
mod relative;
pub mod rules;
mod run;
mod sponsor;

pub use coverage::{Coverage, Share, coverage, shares};
pub use facts::SetNeighbours;
pub use hold::{PlaceHold, ReleaseHold};

/// What families need once, for the steps that meet it.
pub mod needs {
    pub use super::need::{meet_need, promise_need, reopen_need};
}
pub use need::{ChangeNeed, NoteNeed};
pub use news::{DecideNews, WithdrawNews, WriteNews};
pub use pair::{EndPair, PairByHand};
pub use programme::{
    AddPool, Need, Programme, RemovePool, SetList, SetNeeds, SetRule, StartProgramme, programmes, unit_rupiah,
};
pub use relative::{DeclareRelative, EndRelative};
pub use run::{Ahead, ApproveRun, Approved, OrderRun, RefuseRun, RunKind, RunLine};
pub use sponsor::{ApproveVisitor, EndVisitor, VisitedChild, visited_children};

use asuh_ground::access::{Capability, Role, capability};
use asuh_ground::audit::Reference;
use asuh_ground::jobs::JobKind;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

capability! {
    /// Sets programmes up, orders runs, keeps targets for somebody, pairs by hand.
    pub struct ManagePairing = "pairing.manage": [Role::DistrictAdmin];
    /// Approves or refuses runs that somebody else ordered.
    pub struct ApproveRuns = "pairing.approve": [Role::DistrictAdmin, Role::Leader];
    /// Reads runs with their reasons: code names and sponsors, no names of families.
    pub struct ReadRuns = "pairing.read_runs": [Role::DistrictAdmin, Role::Leader, Role::Auditor];
    /// Sees coverage in numbers within one's territories, and the public rule.
    pub struct SeeCoverage = "pairing.see_coverage": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::Cadre, Role::OfficePlanner, Role::DistrictPlanner, Role::Leader, Role::Auditor,
    ];
    /// Reads who is covered and who waits, by name, within one's territories.
    pub struct ReadCovered = "pairing.read_covered": [
        Role::DistrictAdmin, Role::VillageVerifier, Role::SubdistrictVerifier, Role::FieldOfficer, Role::Cadre,
        Role::Auditor,
    ];
    /// Notes what a family needs once (water, latrine, house, education), and what became of it.
    pub struct KeepNeeds = "pairing.keep_needs": [
        Role::DistrictAdmin, Role::VillageVerifier, Role::FieldOfficer, Role::Cadre,
    ];
    /// Writes news of a family for those who help its child; the admin passes them on.
    pub struct TellSponsors = "pairing.tell_sponsors": [Role::VillageVerifier, Role::FieldOfficer, Role::Cadre];
    /// Opens name and address of a child that one may visit: whoever is signed in and is a sponsor.
    pub struct OwnPairs = "pairing.own": [];
}

fn routes() -> Routes {
    programme::routes()
        .and(facts::routes())
        .and(coverage::routes())
        .and(run::routes())
        .and(decide::routes())
        .and(hold::routes())
        .and(pair::routes())
        .and(need::routes())
        .and(news::routes())
        .and(relative::routes())
        .and(sponsor::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.givers",
    menu: &[
        MenuItem { path: "/pasangan", label: "pairing.menu", roles: SeeCoverage::ROLES },
        MenuItem { path: "/kabar", label: "pairing.news.menu", roles: ManagePairing::ROLES },
        MenuItem { path: "/kebutuhan-keluarga", label: "pairing.once.title", roles: KeepNeeds::ROLES },
    ],
    tasks: Some(|app, actor| Box::pin(home::tasks(app, actor))),
    family_panel: Some(|app, actor, family| Box::pin(coverage::panel(app, actor, family))),
    sponsor_panels: &[
        |app, actor, sponsor| Box::pin(sponsor::panel(app, actor, sponsor)),
        |app, actor, sponsor| Box::pin(sponsor::news_panel(app, actor, sponsor)),
        |app, actor, sponsor| Box::pin(relative::panel(app, actor, sponsor)),
    ],
    jobs: &[JobKind { kind: run::JOB, run: run::work }],
    check: Some(|app, district| Box::pin(home::check(app, district))),
    subject_export: Some(|app, district, subject, text| Box::pin(home::copy(app, district, subject, text))),
    references: &[
        Reference::id("programme", "campaign_id", "campaign"),
        Reference::user("programme", "created_by"),
        Reference::id("programme_pool", "programme_id", "programme"),
        Reference::id("programme_pool", "campaign_id", "campaign"),
        Reference::user("programme_pool", "added_by"),
        Reference::id("programme_list", "programme_id", "programme"),
        Reference::id("programme_list", "list_id", "frozen_list"),
        Reference::user("programme_list", "recorded_by"),
        Reference::id("programme_need", "programme_id", "programme"),
        Reference::user("programme_need", "recorded_by"),
        Reference::user("priority_rule", "recorded_by"),
        Reference::code("subdistrict_neighbour", "one_code", "territory"),
        Reference::code("subdistrict_neighbour", "other_code", "territory"),
        Reference::id("target_code", "person_id", "person"),
        Reference::id("declared_relative", "sponsor_id", "sponsor"),
        Reference::id("declared_relative", "family_id", "family").work("pairing.depends.relative", ""),
        Reference::user("declared_relative", "recorded_by"),
        Reference::user("declared_relative", "ended_by"),
        Reference::id("pairing_hold", "programme_id", "programme"),
        Reference::id("pairing_hold", "sponsor_id", "sponsor"),
        Reference::user("pairing_hold", "placed_by"),
        Reference::user("pairing_hold", "released_by"),
        Reference::id("hold_child", "person_id", "person"),
        Reference::id("pairing_run", "programme_id", "programme"),
        Reference::id("pairing_run", "list_id", "frozen_list"),
        Reference::user("pairing_run", "asked_by"),
        Reference::user("pairing_run", "decided_by"),
        Reference::id("run_pool", "campaign_id", "campaign"),
        Reference::id("run_child", "person_id", "person"),
        Reference::id("run_child", "family_id", "family"),
        Reference::code("run_child", "village_code", "territory"),
        Reference::id("run_pair", "pledge_id", "pledge"),
        Reference::id("run_pair", "sponsor_id", "sponsor"),
        Reference::id("run_pair", "person_id", "person"),
        Reference::id("sponsor_pair", "programme_id", "programme"),
        Reference::id("sponsor_pair", "pledge_id", "pledge"),
        Reference::id("sponsor_pair", "sponsor_id", "sponsor"),
        Reference::id("sponsor_pair", "person_id", "person").work("pairing.depends.pair", ""),
        Reference::id("sponsor_pair", "run_id", "pairing_run"),
        Reference::user("sponsor_pair", "made_by"),
        Reference::user("sponsor_pair", "ended_by"),
        Reference::id("visitor", "sponsor_id", "sponsor"),
        Reference::id("visitor", "person_id", "person"),
        Reference::user("visitor", "approved_by"),
        Reference::user("visitor", "ended_by"),
        Reference::id("child_news", "person_id", "person").work("pairing.depends.news", ""),
        Reference::user("child_news", "written_by"),
        Reference::user("child_news", "decided_by"),
        Reference::id("family_need", "family_id", "family").work("pairing.depends.need", ""),
        Reference::user("family_need", "noted_by"),
        Reference::user("family_need", "changed_by"),
    ],
    ..Part::named("pairing")
};

/// What tests of plans share.
#[cfg(test)]
mod plans {
    use asuh_store::testing::Plans;
    use asuh_store::{DistrictId, Id};
    use time::Date;
    use time::macros::date;

    pub(crate) const D: DistrictId = DistrictId(1);
    pub(crate) const I: Id = Id::SYSTEM;
    pub(crate) const DAY: Date = date!(2026 - 11 - 02);

    /// Tables of which a district has some hundred rows at most; and mothers, who are read as a whole on purpose: the
    /// targets of a list are worked out from all there are.
    const SMALL: [&str; 15] = [
        "declared_relative",
        "maternity",
        "campaign",
        "campaign_item",
        "commodity",
        "institution",
        "territory",
        "programme",
        "programme_pool",
        "programme_list",
        "programme_need",
        "subdistrict_neighbour",
        "frozen_list",
        "pairing_hold",
        "pairing_run",
    ];

    /// None of the statements walks through a table that grows.
    #[track_caller]
    pub(crate) fn no_walks(plans: &Plans) {
        plans.take().walks_no_table_but(&SMALL);
    }
}
