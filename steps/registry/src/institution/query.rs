//! Reading institutions.

use std::collections::HashMap;

use asuh_nusantara::name;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::InstitutionKind;

const PAGE: usize = 50;
const COLUMNS: &str = "i.id, i.kind, i.parent_id, i.name, i.tags, i.territory_code, i.valid_from, i.valid_to";

asuh_store::row_struct! {
    /// An office, a unit, a warehouse...
    pub struct Institution {
        /// Its key.
        pub id: Id,
        /// Code of its [`InstitutionKind`].
        pub kind: String,
        /// What it stands below.
        pub parent_id: Option<Id>,
        /// Its name.
        pub name: String,
        /// Tags, separated by spaces.
        pub tags: String,
        /// Where it lies.
        pub territory_code: Option<i64>,
        /// The first day on which it is so.
        pub valid_from: Date,
        /// Its last day, when it is closed.
        pub valid_to: Option<Date>,
    }
}

/// An institution of the district. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn by_id(db: &impl Query, district: DistrictId, id: Id) -> Result<Option<Institution>, StoreError> {
    db.first(
        &format!("SELECT {COLUMNS} FROM institution i WHERE i.district_id = $1 AND i.id = $2"),
        args![district, id],
    )
    .await
}

/// The open units directly below an institution, by name. Index: `institution_by_parent`.
///
/// # Errors
/// The store fails.
pub async fn units_of(
    db: &impl Query,
    district: DistrictId,
    parent: Id,
) -> Result<Vec<Institution>, StoreError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM institution i WHERE i.district_id = $1 AND i.parent_id = $2 \
             AND i.valid_to IS NULL ORDER BY i.name_search, i.id"
        ),
        args![district, parent],
    )
    .await
}

/// The open institutions of one kind, by name. Index: `institution_by_kind`.
///
/// # Errors
/// The store fails.
pub async fn of_kind(
    db: &impl Query,
    district: DistrictId,
    kind: InstitutionKind,
) -> Result<Vec<Institution>, StoreError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM institution i WHERE i.district_id = $1 AND i.kind = $2 \
             AND i.valid_to IS NULL ORDER BY i.name_search, i.id"
        ),
        args![district, kind.code()],
    )
    .await
}

/// The names of institutions by id; ids that the district does not know are missing. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn names(
    db: &impl Query,
    district: DistrictId,
    ids: impl IntoIterator<Item = Id>,
) -> Result<HashMap<Id, String>, StoreError> {
    asuh_store::row_struct! { struct Named { id: Id, name: String } }
    let mut args = args![district];
    let ids = args.push_list(ids);
    let rows: Vec<Named> = db
        .all(&format!("SELECT id, name FROM institution WHERE district_id = $1 AND id IN ({ids})"), args)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

asuh_store::row_struct! {
    /// An institution in a list.
    pub(super) struct Line {
        pub(super) id: Id,
        pub(super) kind: String,
        pub(super) name: String,
        pub(super) tags: String,
        pub(super) parent_name: Option<String>,
        pub(super) units: i64,
        pub(super) valid_to: Option<Date>,
    }
}

/// What a list shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// Directly below this one; with nothing else set, `None` lists the top.
    pub(super) parent: Option<Id>,
    /// Of this kind.
    pub(super) kind: Option<InstitutionKind>,
    /// The name contains this.
    pub(super) text: String,
    /// After this one.
    pub(super) after: Option<Id>,
    /// Closed ones too.
    pub(super) closed: bool,
}

/// A page of institutions by name, and whether there are more. Indexes: `institution_by_parent` for a level
/// of the tree, `institution_by_name` for a search.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    selection: &Selection,
) -> Result<(Vec<Line>, bool), StoreError> {
    let mut args = args![district];
    let mut conditions = vec!["i.district_id = $1".to_owned()];
    let key = name::search_key(&selection.text);
    if let Some(parent) = selection.parent {
        conditions.push(format!("i.parent_id = {}", args.push(parent)));
    } else if key.is_empty() && selection.kind.is_none() {
        conditions.push("i.parent_id IS NULL".to_owned());
    }
    if let Some(kind) = selection.kind {
        conditions.push(format!("i.kind = {}", args.push(kind.code())));
    }
    if !key.is_empty() {
        conditions.push(format!("i.name_search LIKE {}", args.push(format!("%{key}%"))));
    }
    if !selection.closed {
        conditions.push("i.valid_to IS NULL".to_owned());
    }
    if let Some(after) = selection.after {
        asuh_store::row_struct! { struct Place { name_search: String } }
        let place: Option<Place> = db
            .first(
                "SELECT name_search FROM institution WHERE district_id = $1 AND id = $2",
                args![district, after],
            )
            .await?;
        if let Some(place) = place {
            let (name, id) = (args.push(place.name_search), args.push(after));
            conditions.push(format!("(i.name_search, i.id) > ({name}, {id})"));
        }
    }
    let limit = args.push(PAGE as i64 + 1);
    let mut lines: Vec<Line> = db
        .all(
            &format!(
                "SELECT i.id, i.kind, i.name, i.tags, p.name AS parent_name, i.valid_to, \
                 (SELECT COUNT(*) FROM institution u WHERE u.district_id = i.district_id AND u.parent_id = i.id \
                 AND u.valid_to IS NULL) AS units \
                 FROM institution i LEFT JOIN institution p ON p.district_id = i.district_id AND p.id = i.parent_id \
                 WHERE {} ORDER BY i.name_search, i.id LIMIT {limit}",
                conditions.join(" AND ")
            ),
            args,
        )
        .await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}

asuh_store::row_struct! {
    /// What an institution was before a change.
    pub(super) struct Former {
        pub(super) name: String,
        pub(super) kind: String,
        pub(super) superseded_at: Instant,
    }
}

/// What an institution was before, newest first. Index: primary key.
pub(super) async fn history(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Vec<Former>, StoreError> {
    db.all(
        "SELECT name, kind, superseded_at FROM institution_history \
         WHERE district_id = $1 AND institution_id = $2 ORDER BY superseded_at DESC LIMIT 50",
        args![district, id],
    )
    .await
}
