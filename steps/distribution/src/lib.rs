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
//! The step's second way of helping is money ([`cash`]): a plan of each month for the children of a programme of pairs. What
//! families spent it on stands in [`spending`], what is talked over with them in [`follow_up`]; whether what is on record
//! arrived is asked of a sample afterwards ([`check`]). What Baznas reports of zakat stands beside all of it ([`zakat`]).
//!
//! The third way is meals ([`kitchen`]): cooked out of the goods in the books for those who are fed for a while. The fourth is
//! what is built once and stays ([`works`]): clean water, a latrine, a better house; the fifth are sessions of education
//! ([`session`]).
//!
//! Rows: `allocation_*` and `share_*` (the plan and the claims), `package*` and `delivery`, `cash_*`, `spending_*` and
//! `diet_advice`, `follow_up*`, `after_check*`, `zakat_*`, `kitchen*`, `food`, `menu*`,
//! `meal_*`, `help_work`, `work_*`, `education_session` and `session_*`; goods and money move through `ground::books` alone: warehouse, courier (its place is the run), household (its place is the family).

mod card;
pub mod cash;
pub mod check;
mod delivery;
pub mod follow_up;
mod helped;
mod home;
pub mod kitchen;
mod plan;
#[cfg(test)]
mod plans;
mod references;
pub mod rules;
pub mod session;
pub mod spending;
pub mod works;
pub mod zakat;

pub use card::{IssueCards, ReplaceCard};
pub use delivery::{
    DeliverPackage, DeliverVillage, Delivered, DeliveryLine, PackVillage, TakeBackReceipts, Undeliverable,
    UndoDelivery,
};
pub use helped::{CHANGED_SQL, helped_sql};
pub use plan::{
    ApproveRun, Approved, Campaign, CloseRun, Closed, DiscardRun, EligibleFamily, GoodChoice, PlanRun,
    Proposal, ProposedVillage, RunLine, Way, campaigns, eligible_families, propose, ways,
};

use asuh_ground::access::{Capability, Role, capability};
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
    plan::routes()
        .and(card::routes())
        .and(delivery::routes())
        .and(cash::routes())
        .and(spending::routes())
        .and(follow_up::routes())
        .and(check::routes())
        .and(zakat::routes())
        .and(kitchen::routes())
        .and(works::routes())
        .and(session::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.distribution",
    menu: &[
        MenuItem { path: "/penyaluran", label: "distribution.menu", roles: READERS },
        MenuItem { path: "/kartu", label: "cards.title", roles: card::OpenCards::ROLES },
        MenuItem { path: "/pmt", label: "kitchen.pmt.title", roles: kitchen::ReadMeals::ROLES },
        MenuItem { path: "/masak-dapur", label: "kitchen.run.title", roles: kitchen::ReadMeals::ROLES },
        MenuItem { path: "/dapur", label: "kitchen.title", roles: kitchen::ReadKitchens::ROLES },
        MenuItem { path: "/pekerjaan", label: "works.title", roles: works::ReadWorks::ROLES },
        MenuItem { path: "/edukasi", label: "education.title", roles: session::ReadSessions::ROLES },
        MenuItem { path: "/pekerjaan-dana", label: "works.funds.title", roles: works::PayWorks::ROLES },
        MenuItem { path: "/bantuan-uang", label: "cash.title", roles: cash::ReadCash::ROLES },
        MenuItem { path: "/bantuan-uang/tunai", label: "cash.hand.title", roles: cash::HandCash::ROLES },
        MenuItem { path: "/laporan-belanja", label: "spending.title", roles: spending::ReadSpending::ROLES },
        MenuItem { path: "/cek-penerimaan", label: "after_check.title", roles: check::ReadChecks::ROLES },
        MenuItem {
            path: "/cek-penerimaan/tugas",
            label: "after_check.own",
            roles: check::AnswerChecks::ROLES,
        },
        MenuItem { path: "/zakat", label: "zakat.title", roles: zakat::ReadZakat::ROLES },
        MenuItem { path: "/tindak-lanjut", label: "follow_up.title", roles: follow_up::ReadFollowUps::ROLES },
    ],
    tasks: Some(|app, actor| Box::pin(home::tasks(app, actor))),
    family_panel: Some(|app, actor, family| Box::pin(home::family_panel(app, actor, family))),
    sponsor_panels: &[
        |app, actor, sponsor| Box::pin(cash::sponsor_panel(app, actor, sponsor)),
        |app, actor, sponsor| Box::pin(works::sponsor_panel(app, actor, sponsor)),
    ],
    gifts_given: Some(|app, district, sponsor, days, text| {
        Box::pin(works::gifts(app, district, sponsor, days, text))
    }),
    family_gaps: Some(|app, actor, family| Box::pin(home::family_gaps(app, actor, family))),
    help_received: Some(|app, district, family, text| {
        Box::pin(home::help_received(app, district, family, text))
    }),
    help_moved: Some(|app, district, campaign, days| {
        Box::pin(home::help_moved(app, district, campaign, days))
    }),
    check: Some(|app, district| Box::pin(home::check(app, district))),
    subject_export: Some(|app, district, subject, text| Box::pin(home::copy(app, district, subject, text))),
    references: references::ALL,
    ..Part::named("distribution")
};
