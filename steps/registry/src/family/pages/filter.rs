//! What is chosen of the list of families, as it stands in addresses, in forms and in words.

use std::collections::HashMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, Id, Query, StoreError};
use serde::Deserialize;

use crate::family::list::Selection;
use crate::frozen::{self, FamiliesAtRisk, FrozenList, Kind};
use crate::risk::RiskFilter;
use crate::rules::{FamilyStatus, Target};
use crate::territory;
use asuh_ground::web::{Form, Text};

/// The filters of the list; codes and ids only, so that they may stand in an address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    pub(super) kecamatan: String,
    #[serde(default)]
    pub(super) desa: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) sasaran: String,
    /// The frozen list that is asked.
    #[serde(default)]
    pub(super) menurut: String,
    #[serde(default)]
    pub(super) krs: String,
    #[serde(default)]
    pub(super) setelah: String,
}

impl Filter {
    /// What a form says in hidden fields; only what the program knows, so that it may be written back.
    pub(super) fn of_form(form: &Form) -> Filter {
        let field = |name| form.get(name).to_owned();
        Filter {
            kecamatan: field("kecamatan"),
            desa: field("desa"),
            status: field("status"),
            sasaran: field("sasaran"),
            menurut: field("menurut"),
            krs: field("krs"),
            setelah: String::new(),
        }
    }

    /// As it says what a selection chooses.
    pub(super) fn of(selection: &Selection) -> Filter {
        let within = selection.within.map(TerritoryCode::as_i64);
        let village = within.filter(|code| code % 10_000 != 0);
        Filter {
            kecamatan: within.map(|code| (code - code % 10_000).to_string()).unwrap_or_default(),
            desa: village.map(|code| code.to_string()).unwrap_or_default(),
            status: selection.status.map_or("", FamilyStatus::code).to_owned(),
            sasaran: selection.target.map_or("", Target::code).to_owned(),
            menurut: selection.list.map(|id| id.to_string()).unwrap_or_default(),
            krs: selection.risk.map_or("", RiskFilter::code).to_owned(),
            setelah: String::new(),
        }
    }

    /// What it chooses; what is not known chooses nothing. A frozen list is one of these.
    pub(super) fn selection(&self, lists: &[FrozenList]) -> Selection {
        let code = |text: &str| TerritoryCode::from_i64(text.parse().ok()?).ok();
        Selection {
            within: code(&self.desa).or_else(|| code(&self.kecamatan)),
            status: FamilyStatus::parse(&self.status),
            target: Target::parse(&self.sasaran),
            list: lists.iter().map(|one| one.id).find(|id| id.to_string() == self.menurut),
            risk: RiskFilter::parse(&self.krs),
            after: self.setelah.parse().ok(),
        }
    }

    /// What is chosen, as names and values of fields; what chooses nothing is left out.
    pub(super) fn fields(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("kecamatan", &self.kecamatan),
            ("desa", &self.desa),
            ("status", &self.status),
            ("sasaran", &self.sasaran),
            ("menurut", &self.menurut),
            ("krs", &self.krs),
        ];
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }

    /// The query of an address that says what is chosen.
    pub(super) fn address(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.fields());
        if !self.setelah.is_empty() {
            query.append_pair("setelah", &self.setelah);
        }
        query.finish()
    }

    /// The address of what is chosen with another status, from its first page on.
    pub(super) fn with_status(&self, status: &str) -> String {
        Filter { status: status.to_owned(), setelah: String::new(), ..self.clone() }.address()
    }

    /// The address of what is chosen with another target, from its first page on.
    pub(super) fn with_target(&self, target: &str) -> String {
        Filter { sasaran: target.to_owned(), setelah: String::new(), ..self.clone() }.address()
    }

    /// The address of the page after a family.
    pub(super) fn next(&self, last: Id) -> String {
        Filter { setelah: last.to_string(), ..self.clone() }.address()
    }
}

/// The frozen lists that may be asked: only those of families, for who stands on a list of children is not this
/// page's to tell.
pub(super) async fn lists(db: &impl Query, district: DistrictId) -> Result<Vec<FrozenList>, StoreError> {
    frozen::lists(db, district, FamiliesAtRisk::CODE).await
}

/// The names of the territories that selections name.
pub(super) async fn places<'a>(
    db: &impl Query,
    district: DistrictId,
    selections: impl Iterator<Item = &'a Selection>,
) -> Result<HashMap<i64, String>, StoreError> {
    let codes: Vec<i64> = selections.filter_map(|one| Some(one.within?.as_i64())).collect();
    if codes.is_empty() { Ok(HashMap::new()) } else { territory::names(db, district, codes).await }
}

/// What a selection chooses, in words: "Selam Paung", "Terverifikasi", "Ibu hamil".
pub(super) fn in_words(
    text: &Text,
    selection: &Selection,
    places: &HashMap<i64, String>,
    lists: &[FrozenList],
) -> Vec<String> {
    let place = selection.within.map(|within| {
        let code = within.as_i64();
        let name = places.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
        if code % 10_000 == 0 { text.t1("registry.territories.of_subdistrict", "name", name) } else { name }
    });
    let words = |key: String| text.t(&key).into_owned();
    [
        place,
        selection.status.map(|one| words(format!("registry.status.{}", one.code()))),
        selection.target.map(|one| words(format!("registry.target.{}", one.code()))),
        selection.risk.map(|one| words(format!("registry.krs.filter.{}", one.code()))),
        selection
            .list
            .and_then(|id| Some(frozen::as_of_words(text, lists.iter().find(|list| list.id == id)?))),
    ]
    .into_iter()
    .flatten()
    .collect()
}
