//! The signed-in caller.

use asuh_nusantara::{Language, TerritoryCode, Zone};
use asuh_store::{DistrictId, Id};

use super::{Role, Scope};

/// One grant of a user: a role and how far it reaches.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Its reach.
    pub scope: Scope,
}

/// Who sends this request, as the session says, with everything a page needs to know about him.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The district he belongs to.
    pub district: DistrictId,
    /// Its Kemendagri code.
    pub district_code: TerritoryCode,
    /// Its name.
    pub district_name: String,
    /// Its time zone.
    pub zone: Zone,
    /// His user id; [`Id::SYSTEM`] for the program itself.
    pub user: Id,
    /// His name.
    pub name: String,
    /// The sponsor he is, if any.
    pub sponsor: Option<Id>,
    /// The language he reads.
    pub language: Language,
    /// His grants that hold today.
    pub grants: Vec<Grant>,
    /// The version of his grants: a command is refused when it has changed since the request came.
    pub grants_version: i64,
    /// Hash of his session's token; empty for the program itself.
    pub session: Vec<u8>,
}

impl Actor {
    /// Whether he holds one of these roles anywhere.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.grants.iter().any(|grant| roles.contains(&grant.role))
    }

    /// Where he holds one of these roles.
    pub fn scope(&self, roles: &[Role]) -> Scope {
        let mut scope = Scope::default();
        for grant in self.grants.iter().filter(|grant| roles.contains(&grant.role)) {
            scope.join(&grant.scope);
        }
        scope
    }

    /// The program itself (jobs, console, demo) with every role over the whole district.
    pub fn system(
        district: DistrictId,
        district_code: TerritoryCode,
        district_name: impl Into<String>,
        zone: Zone,
    ) -> Actor {
        Actor {
            district,
            district_code,
            district_name: district_name.into(),
            zone,
            user: Id::SYSTEM,
            name: "asuh".into(),
            sponsor: None,
            language: Language::Indonesian,
            grants: Role::ALL
                .iter()
                .map(|role| Grant { role: *role, scope: Scope::whole(district_code) })
                .collect(),
            grants_version: 0,
            session: Vec::new(),
        }
    }
}
