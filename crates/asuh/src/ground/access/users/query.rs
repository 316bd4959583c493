//! What is read of users and their grants.

use std::collections::BTreeMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use crate::ground::web::Text;

/// Users and entries of one page.
pub(super) const PAGE: usize = 50;

/// A grant as it is shown: the role and its reach in words.
#[derive(Debug, Clone)]
pub(in super::super) struct GrantLine {
    /// Its key.
    pub(in super::super) id: Id,
    /// The role's code.
    pub(in super::super) role: String,
    /// Until when it holds.
    pub(in super::super) valid_until: Option<Instant>,
    places: Vec<(String, String)>,
    units: Vec<String>,
}

impl GrantLine {
    /// Translation key of the role.
    pub(in super::super) fn role_key(&self) -> String {
        format!("role.{}", self.role)
    }

    /// Its reach in words: "Selam Paung RW 003, Air Mumu; SDN 1; sampai 2 Feb 2027".
    pub(in super::super) fn reach(&self, text: &Text) -> String {
        let mut parts: Vec<String> = Vec::new();
        if !self.places.is_empty() {
            let places = self
                .places
                .iter()
                .map(|(name, rw)| if rw.is_empty() { name.clone() } else { format!("{name} RW {rw}") });
            parts.push(places.collect::<Vec<_>>().join(", "));
        }
        if !self.units.is_empty() {
            parts.push(self.units.join(", "));
        }
        if let Some(until) = self.valid_until {
            parts.push(text.t1("access.grant.until", "at", text.instant(until)));
        }
        if parts.is_empty() { text.t("access.grant.nowhere").into_owned() } else { parts.join("; ") }
    }
}

/// The grants of a user that hold, with their reach. Index: user_grant_by_user, then primary keys.
pub(in super::super) async fn grants_of(
    db: &impl Query,
    district: DistrictId,
    user: Id,
    now: Instant,
) -> Result<Vec<GrantLine>, StoreError> {
    Ok(grants_of_all(db, district, &[user], now).await?.remove(&user).unwrap_or_default())
}

/// The grants of several users in one statement.
pub(super) async fn grants_of_all(
    db: &impl Query,
    district: DistrictId,
    users: &[Id],
    now: Instant,
) -> Result<BTreeMap<Id, Vec<GrantLine>>, StoreError> {
    asuh_store::row_struct! {
        struct Line {
            user_id: Id, id: Id, role: String, valid_until: Option<Instant>, granted_at: Instant,
            code: Option<i64>, rw: Option<String>, place: Option<String>, unit: Option<String>,
        }
    }
    let mut args = args![district, now];
    let list = args.push_list(users.iter().copied());
    let held = format!(
        "SELECT user_id, id, role, valid_until, granted_at FROM user_grant WHERE district_id = $1 \
         AND user_id IN ({list}) AND revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $2)"
    );
    let lines: Vec<Line> = db
        .all(
            &format!(
                "WITH held AS ({held}) \
                 SELECT h.user_id, h.id, h.role, h.valid_until, h.granted_at, gt.territory_code AS code, gt.rw, \
                 t.name AS place, NULL AS unit FROM held h \
                 LEFT JOIN grant_territory gt ON gt.district_id = $1 AND gt.grant_id = h.id \
                 LEFT JOIN territory t ON t.district_id = $1 AND t.code = gt.territory_code \
                 UNION ALL \
                 SELECT h.user_id, h.id, h.role, h.valid_until, h.granted_at, NULL AS code, NULL AS rw, \
                 NULL AS place, i.name AS unit FROM held h \
                 JOIN grant_unit gu ON gu.district_id = $1 AND gu.grant_id = h.id \
                 JOIN institution i ON i.district_id = $1 AND i.id = gu.institution_id \
                 ORDER BY 5, 2, 6, 9"
            ),
            args,
        )
        .await?;
    let mut found: BTreeMap<Id, Vec<GrantLine>> = BTreeMap::new();
    for line in lines {
        let grants = found.entry(line.user_id).or_default();
        let place = match grants.iter().position(|grant| grant.id == line.id) {
            Some(place) => place,
            None => {
                grants.push(GrantLine {
                    id: line.id,
                    role: line.role,
                    valid_until: line.valid_until,
                    places: Vec::new(),
                    units: Vec::new(),
                });
                grants.len() - 1
            }
        };
        if let Some(code) = line.code {
            let name = line.place.unwrap_or_else(|| {
                TerritoryCode::from_i64(code).map_or_else(|_| code.to_string(), |code| code.to_string())
            });
            grants[place].places.push((name, line.rw.unwrap_or_default()));
        }
        grants[place].units.extend(line.unit);
    }
    Ok(found)
}
