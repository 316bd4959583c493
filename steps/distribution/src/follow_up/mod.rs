//! Conversations with families that go on until they are settled: help in money that was not spent yet or was spent on
//! something else, help that an after-check did not find.
//!
//! A conversation has a day on which it began, notes of what was said, perhaps the day of the next one, and an end. It is no
//! sanction: nothing that plans, pays, packs or counts reads these rows.

mod command;
mod pages;
mod query;

pub use command::{Act, NoteFollowUp};
pub(crate) use command::{Opening, open};
#[cfg(test)]
pub(crate) use query::plans;
pub(crate) use query::{Line, due, of_family, of_subject};

use asuh_ground::access::{Actor, Capability, Role, Scope, capability};
use asuh_ground::web::Routes;
use asuh_store::Args;
use serde::{Deserialize, Serialize};

capability! {
    /// Reads conversations with families, each within its reach.
    pub struct ReadFollowUps = "follow_up.read": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::Auditor,
    ];
    /// Notes what was said, and ends them.
    pub struct KeepFollowUps = "follow_up.keep": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier,
    ];
}

/// Who answers for what a check found: never those who work in the village, because one of them may have delivered.
const CHECKERS: &[Role] = &[Role::DistrictAdmin, Role::Auditor];

/// How far a caller reaches conversations: those about spending where he works, those of a check in the whole district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The villages whose conversations about spending he reaches.
    pub spending: Scope,
    /// The territories whose findings of checks he reaches.
    pub checks: Scope,
}

impl Reach {
    /// What the caller may look at.
    pub fn reads(actor: &Actor) -> Reach {
        Reach { spending: actor.scope(ReadFollowUps::ROLES), checks: actor.scope(CHECKERS) }
    }

    /// What the caller may add to.
    pub fn keeps(actor: &Actor) -> Reach {
        Reach { spending: actor.scope(KeepFollowUps::ROLES), checks: actor.scope(&[Role::DistrictAdmin]) }
    }

    /// The condition that the conversation `f` is reached.
    fn condition(&self, args: &mut Args) -> String {
        let near = self.spending.territory_condition("f.village_code", Some("f.rw"), args);
        let checked = self.checks.territory_condition("f.village_code", Some("f.rw"), args);
        format!("((f.kind = 'spending' AND {near}) OR (f.kind = 'check' AND {checked}))")
    }
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadFollowUps, _>("/tindak-lanjut", pages::list)
        .get::<ReadFollowUps, _>("/tindak-lanjut/{id}", pages::show)
        .post::<KeepFollowUps, _>("/tindak-lanjut/{id}", pages::note)
}
