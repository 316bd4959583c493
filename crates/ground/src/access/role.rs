//! The roles of the programme (domain: actors and what each may see).

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($(#[$meta:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// What a person does in the programme. The same person may hold several, in several places.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$meta])* $name),+ }

        impl Role {
            /// All roles, in the order in which they are offered.
            pub const ALL: &'static [Role] = &[$(Role::$name),+];

            /// Its stable code, also its translation key `role.<code>`.
            pub fn code(self) -> &'static str {
                match self { $(Role::$name => $code),+ }
            }
        }
    };
}

roles! {
    /// Runs the installation for the leading office (OPD-KB): users, settings, everything of the programme.
    DistrictAdmin = "district_admin",
    /// Takes lists in and keeps them.
    ListKeeper = "list_keeper",
    /// Verifies the families of a village.
    VillageVerifier = "village_verifier",
    /// Checks what the villages of a kecamatan verified.
    SubdistrictVerifier = "subdistrict_verifier",
    /// PLKB: family-planning field officer of several villages.
    FieldOfficer = "field_officer",
    /// Nutrition officer of a puskesmas, for its part of a kecamatan.
    NutritionOfficer = "nutrition_officer",
    /// Cadre or member of a TPK, for an RW or a village.
    Cadre = "cadre",
    /// Collects in a unit on Mondays.
    UnitCoordinator = "unit_coordinator",
    /// Holds and confirms cash for the fund holder.
    Treasurer = "treasurer",
    /// Holds goods.
    WarehouseKeeper = "warehouse_keeper",
    /// Cooks.
    Kitchen = "kitchen",
    /// Gives.
    Sponsor = "sponsor",
    /// Plans for an office.
    OfficePlanner = "office_planner",
    /// Plans for the district (Bappeda).
    DistrictPlanner = "district_planner",
    /// Regent, vice regent, secretary: reads figures.
    Leader = "leader",
    /// Reads everything and the logs, for a limited time.
    Auditor = "auditor",
}

impl Role {
    /// The role with this code.
    pub fn parse(code: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.code() == code)
    }

    /// Whether the role must give a second factor (TOTP): those that approve or see many families.
    pub fn needs_second_factor(self) -> bool {
        !matches!(self, Role::Cadre | Role::UnitCoordinator | Role::Sponsor | Role::Kitchen)
    }
}

/// Two roles that one person may not hold together. A district edits the list (setting
/// `access.incompatible_roles`); it ships with treasurer and warehouse keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolePair(pub Role, pub Role);

impl RolePair {
    /// Reads the setting: `treasurer+warehouse_keeper, auditor+district_admin`.
    ///
    /// # Errors
    /// The first part that is not a pair of roles.
    pub fn parse_list(text: &str) -> Result<Vec<RolePair>, String> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (one, two) = part.split_once('+').ok_or_else(|| part.to_owned())?;
                match (Role::parse(one.trim()), Role::parse(two.trim())) {
                    (Some(one), Some(two)) if one != two => Ok(RolePair(one, two)),
                    _ => Err(part.to_owned()),
                }
            })
            .collect()
    }

    /// Whether a person with `held` may not receive `new`.
    pub fn forbids(&self, held: Role, new: Role) -> bool {
        (held == self.0 && new == self.1) || (held == self.1 && new == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.code()), Some(*role));
        }
    }

    #[test]
    fn incompatible_roles_are_read_from_data() {
        let pairs = RolePair::parse_list("treasurer+warehouse_keeper, auditor + district_admin").unwrap();
        assert!(pairs[0].forbids(Role::WarehouseKeeper, Role::Treasurer));
        assert!(!pairs[0].forbids(Role::Treasurer, Role::Auditor));
        assert_eq!(RolePair::parse_list("treasurer+treasurer"), Err("treasurer+treasurer".to_owned()));
        assert!(RolePair::parse_list("").unwrap().is_empty());
    }
}
