//! Consent of guardians, requests of data subjects, incidents: the registers that the law on personal data asks for.
//!
//! - [`guardian`]: what a child's parent or guardian allows, each purpose apart (UU 27/2022, articles 20 to 25).
//!   Help is never tied to a photo or to publication. Withdrawal ends a consent and stays visible.
//! - [`requests`]: what people ask about their own data, with the clock of 3 x 24 hours (articles 30, 32, 40).
//! - [`incidents`]: what went wrong, whom it touches, and the notice within 3 x 24 hours (article 46).

mod guardian;
mod incidents;
mod noted;
mod requests;
mod rights;
mod rules;

pub use guardian::{RecordConsent, WithdrawConsent, holds};
pub use incidents::{CloseIncident, RecordIncident, UpdateIncident};
pub use requests::{AnswerRequest, RecordRequest, Section, copy_for, subject_export};
pub use rights::KeepRequests;
pub use rules::{Method, Purpose, Relation, RequestKind};

use super::access::Role;
use super::audit::Reference;
use super::part::Part;
use super::web::{MenuItem, Routes};

fn routes() -> Routes {
    guardian::routes().and(requests::routes()).and(incidents::routes())
}

/// The part, for the gates.
pub const PART: Part = Part {
    routes,
    heading: "web.menu.protection",
    menu: &[
        MenuItem {
            path: "/persetujuan",
            label: "consent.title",
            roles: &[
                Role::DistrictAdmin,
                Role::ListKeeper,
                Role::VillageVerifier,
                Role::FieldOfficer,
                Role::Cadre,
                Role::Auditor,
            ],
        },
        MenuItem {
            path: "/permintaan-data",
            label: "consent.requests.title",
            roles: &[Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem {
            path: "/insiden",
            label: "consent.incidents.title",
            roles: &[Role::DistrictAdmin, Role::Auditor],
        },
    ],
    tasks: Some(|app, actor| Box::pin(requests::tasks(app, actor))),
    family_panel: Some(|app, actor, family| Box::pin(guardian::panel(app, actor, family))),
    subject_export: Some(|app, district, subject, text| {
        Box::pin(requests::own_part(app, district, subject, text))
    }),
    references: &[
        Reference::id("consent", "attachment_id", "attachment"),
        Reference::user("consent", "recorded_by"),
        Reference::user("data_request", "recorded_by"),
        Reference::user("data_request", "closed_by"),
        Reference::user("incident", "recorded_by"),
        Reference::user("incident", "account_id"),
    ],
    ..Part::named("consent")
};
