//! How far a command may reach, carried inside it.

use asuh_store::{Args, Id};
use serde::{Deserialize, Serialize};

use crate::ground::access::Scope;

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
