//! The families and children that a caller reaches, as this step's pages name them.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

asuh_store::row_struct! {
    /// A family within reach.
    pub(crate) struct Family {
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) village_code: i64,
        pub(crate) village: Option<String>,
        pub(crate) hamlet: String,
        pub(crate) rw: String,
        pub(crate) rt: String,
    }
}

impl Family {
    /// "Dusun Atas, RW 002, RT 001, Selam Paung"
    pub(crate) fn place(&self) -> String {
        let parts = [
            self.hamlet.clone(),
            format!("RW {}", self.rw),
            format!("RT {}", self.rt),
            self.village.clone().unwrap_or_default(),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// A family within the scope. Indexes: family_version_current, primary key of territory.
pub(crate) async fn family(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Family>, StoreError> {
    let mut args = args![district, id, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.first(
        &format!(
            "SELECT v.family_id, v.head_name, v.village_code, t.name AS village, v.hamlet, v.rw, v.rt \
             FROM family_version v \
             LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE v.district_id = $1 AND v.family_id = $2 AND v.superseded_at = $3 AND {within}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// The family of a person within the scope.
    pub(crate) struct Whom {
        pub(crate) family_id: Id,
        pub(crate) name: String,
        pub(crate) birth_date: Option<Date>,
    }
}

/// A person within the scope. Indexes: person_version_current, family_version_current.
pub(crate) async fn person(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Whom>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.first(
        &format!(
            "SELECT f.family_id, p.name, p.birth_date FROM person_version p \
             JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
             AND f.superseded_at = $2 \
             WHERE p.district_id = $1 AND p.person_id = $3 AND p.superseded_at = $2 AND p.ended_reason IS NULL \
             AND {within}"
        ),
        args,
    )
    .await
}
