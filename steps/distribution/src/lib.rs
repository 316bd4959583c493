//! Sharing out the pool of a week, packing, and delivery with proof.
//!
//! A district has fewer eggs than families: 5,000 eggs a week for 7,000 families. So everybody on the list is
//! credited a share every week, and villages take turns: a **run** ([`PlanRun`]) takes what lies in the
//! campaign's warehouse, proposes the villages whose families got least so far, and shares out by the stated
//! rule ([`rules`]). What a family did not get stays its claim. A second step ([`ApproveRun`]) freezes the run
//! into **packages**, one per family, campaign and week (a key of the database). The warehouse packs a village
//! ([`PackVillage`]: the goods pass to the courier), who delivers with receiver, time and proof
//! ([`DeliverVillage`], [`DeliverPackage`]) or says why not ([`Undeliverable`]: the goods go back and the
//! family keeps its claim). [`CloseRun`] takes back what is still on the way.
//!
//! Rows: `allocation_*` and `share_*` (the plan and the claims), `package*` and `delivery`; goods move through
//! `ground::books` alone: warehouse, courier (its place is the run), household (its place is the family).

mod delivery;
mod home;
mod plan;
pub mod rules;

pub use delivery::{DeliverPackage, DeliverVillage, Delivered, DeliveryLine, PackVillage, Undeliverable};
pub use plan::{
    ApproveRun, Approved, Campaign, CloseRun, Closed, DiscardRun, EligibleFamily, GoodChoice, PlanRun,
    Proposal, ProposedVillage, RunLine, campaigns, eligible_families, propose,
};

use asuh_ground::access::{Role, capability};
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

/// Who sees runs at all; each within its reach.
const READERS: &[Role] = &[
    Role::DistrictAdmin,
    Role::WarehouseKeeper,
    Role::FieldOfficer,
    Role::Cadre,
    Role::VillageVerifier,
    Role::SubdistrictVerifier,
    Role::Auditor,
];

capability! {
    /// Plans, approves, discards and closes runs.
    pub struct PlanDistribution = "distribution.plan": [Role::DistrictAdmin];
    /// Sees runs, villages and packages within reach.
    pub struct ReadDistribution = "distribution.read": [
        Role::DistrictAdmin, Role::WarehouseKeeper, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier,
        Role::SubdistrictVerifier, Role::Auditor,
    ];
    /// Packs the packages of a village in the warehouse he keeps.
    pub struct PackPackages = "distribution.pack": [Role::WarehouseKeeper];
    /// Delivers packages within his villages.
    pub struct DeliverPackages = "distribution.deliver": [Role::FieldOfficer, Role::Cadre, Role::VillageVerifier];
    /// Reads the names on packing lists and recipients' lists within reach.
    pub struct ReadRecipients = "distribution.read_recipients": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::Auditor,
    ];
}

fn routes() -> Routes {
    plan::routes().and(delivery::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.distribution",
    menu: &[MenuItem { path: "/penyaluran", label: "distribution.menu", roles: READERS }],
    tasks: Some(|app, actor| Box::pin(home::tasks(app, actor))),
    family_panel: Some(|app, actor, family| Box::pin(home::family_panel(app, actor, family))),
    family_gaps: Some(|app, actor, family| Box::pin(home::family_gaps(app, actor, family))),
    help_received: Some(|app, district, family, text| {
        Box::pin(home::help_received(app, district, family, text))
    }),
    help_moved: Some(|app, district, campaign, weeks| {
        Box::pin(delivery::help_moved(app, district, campaign, weeks))
    }),
    check: Some(|app, district| Box::pin(home::check(app, district))),
    subject_export: Some(|app, district, subject, text| Box::pin(home::copy(app, district, subject, text))),
    references: &[
        Reference::id("account", "place_id", "allocation_run").when("r.kind = 'courier'"),
        Reference::id("allocation_run", "campaign_id", "campaign"),
        Reference::id("allocation_run", "warehouse_id", "institution"),
        Reference::id("allocation_run", "fund_holder_id", "institution"),
        Reference::code("allocation_stock", "commodity", "commodity"),
        Reference::code("allocation_village", "village_code", "territory"),
        Reference::id("allocation_waiting", "family_id", "family"),
        Reference::id("allocation_waiting", "helped_id", "family"),
        Reference::id("allocation_waiting", "pair_id", "match_pair"),
        Reference::id("share_balance", "family_id", "family"),
        Reference::id("share_account", "campaign_id", "campaign"),
        Reference::id("share_account", "family_id", "family").work("distribution.depends.share", ""),
        Reference::id("package", "campaign_id", "campaign"),
        Reference::id("package", "family_id", "family").work("distribution.depends.package", ""),
        Reference::code("package", "village_code", "territory"),
        Reference::code("package_item", "commodity", "commodity"),
        Reference::id("delivery", "signature_id", "attachment"),
        Reference::id("delivery", "photo_id", "attachment"),
        Reference::user("delivery", "recorded_by"),
    ],
    ..Part::named("distribution")
};
