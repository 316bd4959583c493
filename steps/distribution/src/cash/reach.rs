//! Which payments a caller reaches: by the holder of the money, or by where the family lives.

use asuh_ground::access::{Actor, Role, Scope};
use asuh_store::Args;
use serde::{Deserialize, Serialize};

/// How far a caller reaches payments. A field officer's right over villages says nothing of holders, and a treasurer's of
/// a holder nothing of villages: each counts for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The holders of money.
    pub holders: Scope,
    /// The villages.
    pub villages: Scope,
}

const FIELD: &[Role] = &[Role::FieldOfficer, Role::Cadre, Role::VillageVerifier];

impl Reach {
    /// What the caller may look at.
    pub fn opens(actor: &Actor) -> Reach {
        let holders = actor.scope(&[Role::DistrictAdmin, Role::Treasurer, Role::Auditor]);
        Reach { holders, villages: actor.scope(FIELD) }
    }

    /// What the caller may hand over.
    pub fn hands(actor: &Actor) -> Reach {
        Reach { holders: actor.scope(&[Role::Treasurer]), villages: actor.scope(FIELD) }
    }

    /// The condition that the payment `p` is reached.
    pub(super) fn condition(&self, args: &mut Args) -> String {
        let holds = self.holders.unit_condition("p.fund_holder_id", args);
        let near = self.villages.territory_condition("p.village_code", Some("p.rw"), args);
        format!("({holds} OR {near})")
    }
}
