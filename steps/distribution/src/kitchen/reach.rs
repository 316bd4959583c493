//! Which kitchens and villages a caller reaches: by his kitchen, or by where he works.

use asuh_ground::access::{Actor, Capability, Role, Scope};
use asuh_store::Args;
use serde::{Deserialize, Serialize};

/// How far a caller reaches. The right to a kitchen reaches the villages that it cooks for, the right to a village the
/// kitchen that cooks for it; neither says anything of the other's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    kitchens: Scope,
    villages: Scope,
}

/// Who works in kitchens, or over all of them.
const AT_KITCHENS: &[Role] = &[Role::Kitchen, Role::DistrictAdmin, Role::Auditor];
/// Who works in villages, or over all of them.
const IN_VILLAGES: &[Role] = &[
    Role::DistrictAdmin,
    Role::NutritionOfficer,
    Role::FieldOfficer,
    Role::Cadre,
    Role::VillageVerifier,
    Role::Auditor,
];

impl Reach {
    /// What the caller reaches by the roles that hold a right: what he may read elsewhere gives him nothing to change here.
    pub fn by<C: Capability>(actor: &Actor) -> Reach {
        let of = |known: &[Role]| {
            let held: Vec<Role> = known.iter().copied().filter(|role| C::ROLES.contains(role)).collect();
            actor.scope(&held)
        };
        Reach { kitchens: of(AT_KITCHENS), villages: of(IN_VILLAGES) }
    }

    /// What the caller reaches by all of his roles: for the program itself.
    pub fn of(actor: &Actor) -> Reach {
        Reach { kitchens: actor.scope(AT_KITCHENS), villages: actor.scope(IN_VILLAGES) }
    }

    /// Of it only what is reached by the kitchen that he works in.
    pub fn cooks(actor: &Actor) -> Reach {
        Reach { kitchens: actor.scope(&[Role::Kitchen]), villages: Scope::default() }
    }

    /// What is reached by these kitchens and these villages.
    #[cfg(test)]
    pub(crate) fn near(kitchens: Scope, villages: Scope) -> Reach {
        Reach { kitchens, villages }
    }

    /// The kitchens alone.
    pub(super) fn kitchens(&self) -> &Scope {
        &self.kitchens
    }

    /// The condition that a kitchen is reached: `column` holds its institution.
    pub(super) fn kitchen(&self, column: &str, args: &mut Args) -> String {
        let own = self.kitchens.unit_condition(column, args);
        // A cadre of one RW sees the kitchen of her village.
        let mut whole = self.villages.clone();
        for area in &mut whole.areas {
            area.rw.clear();
        }
        let near = whole.territory_condition("kv.village_code", None, args);
        format!(
            "({own} OR EXISTS (SELECT 1 FROM kitchen_village kv WHERE kv.district_id = $1 AND kv.kitchen_id = {column} \
             AND {near}))"
        )
    }

    /// The condition that a place is reached: columns with its village's code and its RW.
    pub(super) fn village(&self, code: &str, rw: &str, args: &mut Args) -> String {
        let near = self.villages.territory_condition(code, Some(rw), args);
        let own = self.kitchens.unit_condition("kv.kitchen_id", args);
        format!(
            "({near} OR {code} IN (SELECT kv.village_code FROM kitchen_village kv WHERE kv.district_id = $1 AND {own}))"
        )
    }
}
