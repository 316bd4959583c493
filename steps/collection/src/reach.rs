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

    /// Whether every unit of the district is reached.
    pub fn is_everywhere(&self) -> bool {
        self.all
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
    /// receives. For a row that was found already.
    pub(crate) fn condition(&self, receiving: &str, args: &mut Args) -> String {
        let giving = self.giving.condition("r.unit_id", args);
        let receiving = self.receiving.condition(receiving, args);
        format!("({giving} OR {receiving})")
    }

    /// The same for the rows of a table, read as `alias`, that are few because of their state: each is asked whose it is.
    pub(crate) fn of_few(&self, alias: &str, receiving: &str, args: &mut Args) -> String {
        if self.giving.is_everywhere() || self.receiving.is_everywhere() {
            return "(1 = 1)".to_owned();
        }
        let gives = self.giving.condition("x.unit_id", args);
        let receives = self.receiving.condition(&format!("{alias}.{receiving}"), args);
        format!(
            "({receives} OR EXISTS (SELECT 1 FROM roll x WHERE x.district_id = {alias}.district_id \
             AND x.id = {alias}.roll_id AND {gives}))"
        )
    }

    /// The same for the history of `table`, read as `alias`, with `receiving` its column: the rows of single places are
    /// looked up by their side, instead of asking every row of the district whose it is.
    pub(crate) fn of_history(&self, alias: &str, table: &str, receiving: &str, args: &mut Args) -> String {
        if self.giving.is_everywhere() || self.receiving.is_everywhere() {
            return "(1 = 1)".to_owned();
        }
        let gives = self.giving.condition("x.unit_id", args);
        let receives = self.receiving.condition(&format!("z.{receiving}"), args);
        format!(
            "({alias}.id IN (SELECT y.id FROM roll x JOIN {table} y ON y.district_id = x.district_id \
             AND y.roll_id = x.id WHERE x.district_id = $1 AND {gives} \
             UNION ALL SELECT z.id FROM {table} z WHERE z.district_id = $1 AND {receives}))"
        )
    }
}
