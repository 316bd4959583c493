//! How far a command may reach, carried inside it.

use asuh_store::{Args, Id};
use serde::{Deserialize, Serialize};

use asuh_ground::access::Scope;

/// The units a command may touch: what the caller's capability reached when he sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    all: bool,
    units: Vec<Id>,
}

impl Reach {
    /// What a capability reaches.
    pub fn of(scope: &Scope) -> Reach {
        Reach { all: scope.all_units, units: scope.units.clone() }
    }

    /// One unit.
    pub fn unit(unit: Id) -> Reach {
        Reach { all: false, units: vec![unit] }
    }

    /// Nothing.
    pub fn none() -> Reach {
        Reach { all: false, units: Vec::new() }
    }

    /// Every unit of the district.
    pub fn everywhere() -> Reach {
        Reach { all: true, units: Vec::new() }
    }

    /// The condition that a row's unit is reached.
    pub fn condition(&self, column: &str, args: &mut Args) -> String {
        self.scope().unit_condition(column, args)
    }

    /// Whether a unit is reached.
    pub fn covers(&self, unit: Id) -> bool {
        self.all || self.units.contains(&unit)
    }

    fn scope(&self) -> Scope {
        Scope { areas: Vec::new(), units: self.units.clone(), all_units: self.all }
    }
}

/// Who may see what passes between a unit and another place: the unit's coordinator, and the treasurer or
/// keeper of the receiving place.
#[derive(Debug, Clone)]
pub(crate) struct Sides {
    /// Units whose side is seen.
    pub(crate) giving: Reach,
    /// Fund holders, warehouses and depots whose side is seen.
    pub(crate) receiving: Reach,
}

impl Sides {
    /// The condition that one side is reached: the roll `r` gives, `receiving` is the column of the place that
    /// receives.
    pub(crate) fn condition(&self, receiving: &str, args: &mut Args) -> String {
        let giving = self.giving.condition("r.unit_id", args);
        let receiving = self.receiving.condition(receiving, args);
        format!("({giving} OR {receiving})")
    }
}
