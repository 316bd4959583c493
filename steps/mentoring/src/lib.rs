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
//!
//! A **complaint** ([`RecordComplaint`]) comes by the public page, by telephone or on paper; sensitive ones are read by named
//! people alone. An **audit of a case** ([`SelectCase`]) makes a stunted child's sheet from the rows, keeps the experts'
//! review and what follows from it. The page *Apakah membantu?* compares helped children with comparable ones.

mod case;
pub mod checklist;
mod complaint;
mod effect;
mod home;
#[cfg(test)]
mod plans;
mod reached;
mod referral;
mod rights;
pub mod today;
mod visit;

pub use case::{CloseCase, FinishPlan, PlanCase, ReviewCase, SelectCase, rules as cases};
pub use complaint::{
    AnswerComplaint, RecordComplaint, by_state as complaints_by_state, code_of_form, rules as complaints,
};
pub use effect::rules as effects;
pub use referral::{AnswerReferral, SendReferral, rules as referrals};
pub use rights::{
    AnswerComplaints, AnswerReferrals, FollowCases, KeepCases, ReadCases, ReadComplaints, ReadReferrals,
    ReadVisits, RecordComplaints, RecordVisits, SeeEffect, SendReferrals, SensitiveComplaints,
    VisitAsSponsor,
};
pub use visit::{Answer, Answered, CorrectVisit, Facts, RecordVisit, TakeBackVisit, Whose};

use asuh_ground::access::{Capability, Role};
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

fn routes() -> Routes {
    today::routes()
        .and(visit::routes())
        .and(referral::routes())
        .and(complaint::routes())
        .and(case::routes())
        .and(effect::routes())
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.mentoring",
    menu: &[
        MenuItem { path: "/pendampingan", label: "mentoring.today.title", roles: ReadVisits::ROLES },
        MenuItem { path: "/rujukan", label: "mentoring.referral.title", roles: ReadReferrals::ROLES },
        MenuItem { path: "/audit-kasus", label: "mentoring.case.title", roles: ReadCases::ROLES },
        MenuItem { path: "/pengaduan", label: "mentoring.complaint.title", roles: ReadComplaints::ROLES },
        MenuItem {
            path: "/pengaduan/baru",
            label: "mentoring.complaint.new",
            roles: &[Role::FieldOfficer, Role::NutritionOfficer],
        },
        MenuItem { path: "/pendampingan/hasil", label: "mentoring.effect.title", roles: SeeEffect::ROLES },
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
        Reference::code("complaint", "village_code", "territory"),
        Reference::user("complaint", "recorded_by"),
        Reference::user("complaint_event", "recorded_by"),
        Reference::id("case_audit", "family_id", "family"),
        Reference::id("case_audit", "person_id", "person").work("mentoring.depends.case", ""),
        Reference::user("case_audit", "selected_by"),
        Reference::user("case_plan", "done_by"),
        Reference::user("case_plan", "recorded_by"),
    ],
    ..Part::named("mentoring")
};
