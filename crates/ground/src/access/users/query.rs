//! What is read of users and their grants.

use std::collections::BTreeMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use crate::web::Text;

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

asuh_store::row_struct! {
    /// A user in the list.
    pub(super) struct UserLine {
        pub(super) id: Id,
        pub(super) login: String,
        pub(super) name: String,
        pub(super) activated_at: Option<Instant>,
        pub(super) disabled_at: Option<Instant>,
    }
}

impl UserLine {
    /// Translation key of how the account stands, and the class of its tag.
    pub(super) fn state(&self) -> (&'static str, &'static str) {
        match (self.disabled_at, self.activated_at) {
            (Some(_), _) => ("access.users.disabled", "bad"),
            (None, None) => ("access.users.waiting", "warn"),
            (None, Some(_)) => ("access.users.active", "good"),
        }
    }
}

/// A page of users by name, after the user `after`, whose name or login contains `search`; one more than a page
/// when there is a next one. Index: app_user_by_name.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    search: &str,
    after: Option<Id>,
) -> Result<Vec<UserLine>, StoreError> {
    let mut args = args![district];
    let mut conditions = String::new();
    if !search.is_empty() {
        let plain: String =
            search.to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
        let place = args.push(format!("%{plain}%"));
        conditions.push_str(&format!(" AND (name_search LIKE {place} OR login LIKE {place})"));
    }
    if let Some(after) = after {
        let place = args.push(after);
        conditions.push_str(&format!(
            " AND (name_search, id) > (SELECT name_search, id FROM app_user WHERE district_id = $1 AND id = {place})"
        ));
    }
    let sql = format!(
        "SELECT id, login, name, activated_at, disabled_at FROM app_user WHERE district_id = $1{conditions} \
         ORDER BY name_search, id LIMIT {}",
        PAGE + 1
    );
    db.all(&sql, args).await
}

/// One user. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<UserLine>, StoreError> {
    db.first(
        "SELECT id, login, name, activated_at, disabled_at FROM app_user WHERE district_id = $1 AND id = $2",
        args![district, id],
    )
    .await
}

/// Most users whose codes are made at once.
pub(super) const MOST_CODES: usize = 5_000;

/// Users who have not activated their account and are not disabled: those with a grant in a unit or below it,
/// or all. Index: grant_unit by its primary key through user_grant_by_user.
pub(super) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    unit: Option<Id>,
) -> Result<Vec<UserLine>, StoreError> {
    let columns = "u.id, u.login, u.name, u.activated_at, u.disabled_at";
    let open = "u.district_id = $1 AND u.activated_at IS NULL AND u.disabled_at IS NULL";
    let Some(unit) = unit else {
        let sql = format!(
            "SELECT {columns} FROM app_user u WHERE {open} ORDER BY u.name_search, u.id LIMIT {MOST_CODES}"
        );
        return db.all(&sql, args![district]).await;
    };
    let sql = format!(
        "WITH RECURSIVE below AS ( \
             SELECT id FROM institution WHERE district_id = $1 AND id = $2 \
             UNION SELECT i.id FROM below b JOIN institution i ON i.district_id = $1 AND i.parent_id = b.id \
         ) \
         SELECT {columns} FROM app_user u WHERE {open} AND u.id IN ( \
             SELECT g.user_id FROM user_grant g \
             JOIN grant_unit gu ON gu.district_id = $1 AND gu.grant_id = g.id \
             JOIN below b ON b.id = gu.institution_id \
             WHERE g.district_id = $1 AND g.revoked_at IS NULL \
         ) ORDER BY u.name_search, u.id LIMIT {MOST_CODES}"
    );
    db.all(&sql, args![district, unit]).await
}

/// The kecamatan of the district, or the villages of one: (code, name). Index: territory_by_level.
pub(super) async fn places(
    db: &impl Query,
    district: DistrictId,
    inside: Option<TerritoryCode>,
) -> Result<Vec<(String, String)>, StoreError> {
    asuh_store::row_struct! { struct Line { code: i64, name: String } }
    let (level, from, to) = match inside {
        None => ("subdistrict", 0, i64::MAX),
        Some(code) => ("village", code.range().0, code.range().1),
    };
    let rows: Vec<Line> = db
        .all(
            "SELECT code, name FROM territory WHERE district_id = $1 AND level = $2 AND code BETWEEN $3 AND $4 \
             AND valid_to IS NULL ORDER BY code",
            args![district, level, from, to],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.code.to_string(), row.name)).collect())
}

/// Institutions without a parent, or the units of one: (id, name). Index: institution_by_parent.
pub(super) async fn institutions(
    db: &impl Query,
    district: DistrictId,
    parent: Option<Id>,
) -> Result<Vec<(String, String)>, StoreError> {
    asuh_store::row_struct! { struct Line { id: Id, name: String } }
    let (condition, args) = match parent {
        None => ("parent_id IS NULL", args![district]),
        Some(parent) => ("(parent_id = $2 OR id = $2)", args![district, parent]),
    };
    let sql = format!(
        "SELECT id, name FROM institution WHERE district_id = $1 AND {condition} AND valid_to IS NULL \
         ORDER BY name_search, id LIMIT 2000"
    );
    let rows: Vec<Line> = db.all(&sql, args).await?;
    Ok(rows.into_iter().map(|row| (row.id.to_string(), row.name)).collect())
}
