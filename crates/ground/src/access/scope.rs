//! How far a permission reaches, as a condition that every query carries.

use asuh_nusantara::TerritoryCode;
use asuh_store::{Args, Id};
use serde::{Deserialize, Serialize};

/// A territory, or one RW of a village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// The territory; everything inside it is reached.
    pub code: TerritoryCode,
    /// Only this RW of it (a cadre's), when not empty.
    pub rw: String,
}

/// A set of territories and a set of institution units (with the units below them).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The areas.
    pub areas: Vec<Area>,
    /// The units, with all units below them.
    pub units: Vec<Id>,
    /// All units of the district (roles that are not bound to one).
    pub all_units: bool,
}

impl Scope {
    /// The whole of a territory and all units.
    pub fn whole(code: TerritoryCode) -> Scope {
        Scope { areas: vec![Area { code, rw: String::new() }], units: Vec::new(), all_units: true }
    }

    /// The condition that a row's territory is reached: `code` is a column with a ten-digit code, `rw` the
    /// column with the RW (or `None` where rows have none: then an RW scope reaches nothing).
    pub fn territory_condition(&self, code: &str, rw: Option<&str>, args: &mut Args) -> String {
        let parts: Vec<String> = self
            .areas
            .iter()
            .filter_map(|area| {
                let (from, to) = area.code.range();
                let inside = format!("{code} BETWEEN {} AND {}", args.push(from), args.push(to));
                match (area.rw.is_empty(), rw) {
                    (true, _) => Some(format!("({inside})")),
                    (false, Some(rw)) => Some(format!("({inside} AND {rw} = {})", args.push(&area.rw))),
                    (false, None) => None,
                }
            })
            .collect();
        if parts.is_empty() { "(1 = 0)".to_owned() } else { format!("({})", parts.join(" OR ")) }
    }

    /// The condition that a row's unit is reached.
    pub fn unit_condition(&self, unit: &str, args: &mut Args) -> String {
        if self.all_units {
            return "(1 = 1)".to_owned();
        }
        if self.units.is_empty() {
            return "(1 = 0)".to_owned();
        }
        format!("({unit} IN ({}))", args.push_list(self.units.iter().copied()))
    }

    /// Whether a village (and RW) is reached.
    pub fn reaches(&self, code: TerritoryCode, rw: &str) -> bool {
        self.areas.iter().any(|area| area.code.contains(code) && (area.rw.is_empty() || area.rw == rw))
    }

    /// Whether a unit is reached.
    pub fn reaches_unit(&self, unit: Id) -> bool {
        self.all_units || self.units.contains(&unit)
    }

    /// Adds what another scope reaches.
    pub fn join(&mut self, other: &Scope) {
        for area in &other.areas {
            if !self.areas.contains(area) {
                self.areas.push(area.clone());
            }
        }
        for unit in &other.units {
            if !self.units.contains(unit) {
                self.units.push(*unit);
            }
        }
        self.all_units |= other.all_units;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(code: &str, rw: &str) -> Area {
        Area { code: TerritoryCode::parse(code).unwrap(), rw: rw.into() }
    }

    #[test]
    fn a_scope_reaches_what_lies_inside() {
        let scope =
            Scope { areas: vec![area("15.01.01", ""), area("15.01.02.2001", "003")], ..Scope::default() };
        let village = |code| TerritoryCode::parse(code).unwrap();
        assert!(scope.reaches(village("15.01.01.2001"), "001"));
        assert!(scope.reaches(village("15.01.02.2001"), "003"));
        assert!(!scope.reaches(village("15.01.02.2001"), "001"));
        assert!(!scope.reaches(village("15.01.02.2002"), "003"));
    }

    #[test]
    fn an_empty_scope_finds_nothing() {
        let mut args = Args::new();
        let scope = Scope::default();
        assert_eq!(scope.territory_condition("v.village_code", None, &mut args), "(1 = 0)");
        assert_eq!(scope.unit_condition("r.unit_id", &mut args), "(1 = 0)");
    }
}
