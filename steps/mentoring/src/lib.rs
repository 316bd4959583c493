//! Somebody looks after the child: visits, what is due today, referrals.
//!
//! A **visit** ([`RecordVisit`]) is what a cadre, a member of a TPK, an officer or an approved visiting sponsor saw and
//! advised: answers to the questions of the district's **checklist** ([`checklist`]) by the ages of the family's targets,
//! a next date, a photo only with consent. A correction is a visit of its own that takes the place of the first, which
//! stays beside it. Measurements go through the growth step's own entry; nothing of them is kept here.
//!
//! What is **due** is never stored: the page *Hari ini* ([`today`]) works it out of birthdays, visits, measurements,
//! pregnancies and referrals each time it is opened, by the pure rules of [`today::rules`].
//!
//! A **referral** ([`SendReferral`]) goes to the puskesmas, which accepts it or returns it with a reason, and tells what it
//! found ([`AnswerReferral`]); every step stands beside it.

pub mod checklist;
mod home;
mod reached;
mod referral;
mod rights;
pub mod today;
mod visit;

pub use referral::{AnswerReferral, SendReferral, rules as referrals};
pub use rights::{AnswerReferrals, ReadReferrals, ReadVisits, RecordVisits, SendReferrals, VisitAsSponsor};
pub use visit::{Answer, Answered, CorrectVisit, Facts, RecordVisit, TakeBackVisit, Whose};

use asuh_ground::access::Capability;
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

fn routes() -> Routes {
    today::routes().and(visit::routes()).and(referral::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.mentoring",
    menu: &[
        MenuItem { path: "/pendampingan", label: "mentoring.today.title", roles: ReadVisits::ROLES },
        MenuItem { path: "/rujukan", label: "mentoring.referral.title", roles: ReadReferrals::ROLES },
    ],
    tasks: Some(|app, actor| Box::pin(home::tasks(app, actor))),
    family_panel: Some(|app, actor, family| Box::pin(home::family_panel(app, actor, family))),
    subject_export: Some(|app, district, subject, text| Box::pin(home::copy(app, district, subject, text))),
    sponsor_panels: &[|app, actor, sponsor| Box::pin(visit::sponsor::panel(app, actor, sponsor))],
    references: &[
        Reference::id("visit", "family_id", "family")
            .work("mentoring.depends.visit", "r.retracted_at IS NULL"),
        Reference::id("visit", "sponsor_id", "sponsor"),
        Reference::id("visit", "photo_id", "attachment"),
        Reference::user("visit", "recorded_by"),
        Reference::id("visit_answer", "person_id", "person"),
        Reference::id("referral", "family_id", "family"),
        Reference::id("referral", "person_id", "person").work("mentoring.depends.referral", ""),
        Reference::id("referral", "institution_id", "institution"),
        Reference::user("referral", "sent_by"),
        Reference::user("referral_event", "recorded_by"),
    ],
    ..Part::named("mentoring")
};
