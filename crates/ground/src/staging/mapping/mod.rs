//! Which column of a file is what, where a person says so: chosen once for a row of headings, remembered for the
//! district, the kind and those headings, and used by itself whenever they come again.

mod command;
mod pages;

use std::collections::HashSet;

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use super::ImportKind;
use super::batch::Batch;
use crate::App;

pub(super) use command::{EditMapping, ForgetMapping, MapColumns};
pub(super) use pages::{choose, edit, forget, keep, list, put};

/// Field and column (from 0).
pub(super) type Fields = Vec<(String, usize)>;

/// What the reading thread needs of the mappings: the headings' fingerprints with their fields, and their keys.
#[derive(Debug, Default)]
pub(super) struct Mappings {
    pub(super) known: Vec<([u8; 32], Fields)>,
    pub(super) ids: Vec<Id>,
}

asuh_store::row_struct! {
    /// A mapping as it is kept.
    pub(super) struct Mapping {
        pub(super) id: Id,
        pub(super) kind: String,
        pub(super) headings_sha256: Vec<u8>,
        pub(super) headings_sealed: Vec<u8>,
        pub(super) fields: String,
        pub(super) used: i64,
        pub(super) used_at: Option<Instant>,
        pub(super) changed_at: Instant,
        pub(super) changer: Option<String>,
    }
}

const MAPPING: &str = "SELECT m.id, m.kind, m.headings_sha256, m.headings_sealed, m.fields, m.used, m.used_at, m.changed_at, \
     u.name AS changer FROM import_mapping m \
     LEFT JOIN app_user u ON u.district_id = m.district_id AND u.id = m.changed_by";

impl Mapping {
    /// Field and column.
    pub(super) fn fields(&self) -> Fields {
        serde_json::from_str(&self.fields).unwrap_or_default()
    }

    /// The headings as the file writes them.
    pub(super) fn headings(&self, app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
        let text = app.store.secrets().open_text(district, &self.headings_sealed)?;
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

/// The mappings of a batch's kind: a handful. The one that the batch names comes first. Index:
/// import_mapping_once.
pub(super) async fn of_kind(app: &App, batch: &Batch) -> Result<Mappings, StoreError> {
    let mut found: Vec<Mapping> = app
        .store
        .reader()
        .all(
            &format!("{MAPPING} WHERE m.district_id = $1 AND m.kind = $2 ORDER BY m.id"),
            args![batch.district_id, &batch.kind],
        )
        .await?;
    found.sort_by_key(|mapping| Some(mapping.id) != batch.mapping_id);
    let mut mappings = Mappings::default();
    for mapping in found {
        let Ok(print) = <[u8; 32]>::try_from(mapping.headings_sha256.as_slice()) else { continue };
        mappings.known.push((print, mapping.fields()));
        mappings.ids.push(mapping.id);
    }
    Ok(mappings)
}

/// The mappings of these kinds, by kind and time: people make few.
pub(super) async fn all(app: &App, district: DistrictId, kinds: &[&str]) -> Result<Vec<Mapping>, StoreError> {
    let mut args = args![district];
    let list = args.push_list(kinds.iter().copied());
    // import_mapping_once
    app.store
        .reader()
        .all(
            &format!(
                "{MAPPING} WHERE m.district_id = $1 AND m.kind IN ({list}) \
                 ORDER BY m.kind, m.changed_at DESC, m.id LIMIT 500"
            ),
            args,
        )
        .await
}

/// A mapping of one of these kinds, by its key.
pub(super) async fn one(
    app: &App,
    district: DistrictId,
    id: Id,
    kinds: &[&str],
) -> Result<Option<Mapping>, StoreError> {
    let mut args = args![district, id];
    let list = args.push_list(kinds.iter().copied());
    app.store
        .reader()
        .first(&format!("{MAPPING} WHERE m.district_id = $1 AND m.id = $2 AND m.kind IN ({list})"), args)
        .await
}

/// Why a choice of columns cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// Two fields have the same column: the later field.
    Twice(&'static str),
    /// Nothing was chosen for what the kind needs: its titles.
    Missing(Vec<&'static str>),
}

/// Checks a choice: which column (from 0) was taken for which field. Fields of other kinds and columns that are
/// not there are left out.
pub(super) fn checked(
    kind: &dyn ImportKind,
    headings: usize,
    chosen: &[(String, usize)],
) -> Result<Fields, Vec<Problem>> {
    let (mut fields, mut problems) = (Fields::new(), Vec::new());
    let (mut taken, mut found) = (HashSet::new(), HashSet::new());
    for column in kind.columns() {
        let Some((_, place)) = chosen.iter().find(|(field, _)| field == column.field) else { continue };
        if *place >= headings {
            continue;
        }
        if !taken.insert(*place) {
            problems.push(Problem::Twice(column.field));
        }
        found.insert(column.field);
        fields.push((column.field.to_owned(), *place));
    }
    let missing = kind.missing(&found);
    if !missing.is_empty() {
        problems.push(Problem::Missing(missing));
    }
    if problems.is_empty() { Ok(fields) } else { Err(problems) }
}

/// A column's name as spreadsheets write it: 0 is `A`, 26 is `AA`.
pub(super) fn letter(place: usize) -> String {
    let mut rest = place + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let letters: Vec<String> = [0, 25, 26, 51, 52, 701, 702].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
