//! What the pages of frozen lists have in common: a kind's words, and counts as tables of kecamatan and villages.

use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::{DistrictId, Query, StoreError};

use super::kind::Kind;
use super::query::Counted;
use crate::territory;
use asuh_ground::web::Text;

/// A kind in the reader's words, with its addresses.
#[derive(Debug, Clone)]
pub(super) struct KindWords {
    pub(super) code: &'static str,
    pub(super) home: &'static str,
    pub(super) title: String,
    /// What its rows are called: "keluarga", "anak".
    pub(super) rows: String,
    pub(super) is_measured: bool,
    /// Its factors, in the order of their bits.
    pub(super) factors: Vec<String>,
}

impl KindWords {
    pub(super) fn of<K: Kind>(text: &Text) -> KindWords {
        let t = |key: String| text.t(&key).into_owned();
        KindWords {
            code: K::CODE,
            home: K::PATHS.home,
            title: t(format!("frozen.kind.{}", K::CODE)),
            rows: t(format!("frozen.rows.{}", K::CODE)),
            is_measured: K::IS_MEASURED,
            factors: K::FACTORS.iter().map(|code| t(format!("frozen.factor.{code}"))).collect(),
        }
    }

    /// A text of this kind: `frozen.<key>.<kind>`.
    pub(super) fn key(&self, key: &str) -> String {
        format!("frozen.{key}.{}", self.code)
    }
}

/// A line of a table of counts: a village, a kecamatan or all.
#[derive(Debug, Clone)]
pub(super) struct CountLine {
    pub(super) code: i64,
    pub(super) name: String,
    pub(super) rows: i64,
    pub(super) factors: Vec<i64>,
    /// What was open there; for the preview.
    pub(super) open: i64,
    pub(super) is_village: bool,
}

impl CountLine {
    /// The count of a factor.
    pub(super) fn factor(&self, nth: impl std::borrow::Borrow<usize>) -> i64 {
        self.factors.get(*nth.borrow()).copied().unwrap_or_default()
    }
}

/// The kecamatan of a village's code.
pub(super) fn subdistrict(code: i64) -> i64 {
    TerritoryCode::from_i64(code)
        .ok()
        .and_then(|code| code.ancestor(Level::Subdistrict))
        .map_or(0, TerritoryCode::as_i64)
}

fn sum(code: i64, name: String, of: &[&CountLine], factors: usize) -> CountLine {
    CountLine {
        code,
        name,
        rows: of.iter().map(|line| line.rows).sum(),
        factors: (0..factors).map(|nth| of.iter().filter_map(|line| line.factors.get(nth)).sum()).collect(),
        open: of.iter().map(|line| line.open).sum(),
        is_village: false,
    }
}

/// Counts as tables: the villages of each kecamatan below its sum, and the sum of all.
pub(super) struct Counts {
    /// Each kecamatan with its villages.
    pub(super) groups: Vec<(CountLine, Vec<CountLine>)>,
    pub(super) total: CountLine,
}

impl Counts {
    /// Out of counts by village, ordered by code, and what is open in each.
    pub(super) async fn of<K: Kind>(
        db: &impl Query,
        district: DistrictId,
        text: &Text,
        counted: Vec<Counted>,
        open: &[(i64, i64)],
    ) -> Result<Counts, StoreError> {
        let mut counted = counted;
        for (code, _) in open {
            if !counted.iter().any(|village| village.village_code == *code) {
                counted.push(Counted { village_code: *code, ..Counted::default() });
            }
        }
        counted.sort_by_key(|village| village.village_code);
        let codes = counted.iter().flat_map(|one| [one.village_code, subdistrict(one.village_code)]);
        let names = territory::names(db, district, codes).await?;
        let name = |code: i64| names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
        let width = K::FACTORS.len();
        let villages: Vec<CountLine> = counted
            .into_iter()
            .map(|one| CountLine {
                code: one.village_code,
                name: name(one.village_code),
                rows: one.rows,
                factors: (0..width).map(|nth| one.factors.get(nth).copied().unwrap_or_default()).collect(),
                open: open.iter().find(|(code, _)| *code == one.village_code).map_or(0, |(_, n)| *n),
                is_village: true,
            })
            .collect();
        let total = sum(0, text.t("frozen.total").into_owned(), &villages.iter().collect::<Vec<_>>(), width);
        let groups =
            villages.chunk_by(|one, two| subdistrict(one.code) == subdistrict(two.code)).map(|group| {
                let code = group.first().map_or(0, |first| subdistrict(first.code));
                let called = text.t1("registry.territories.of_subdistrict", "name", name(code));
                (sum(code, called, &group.iter().collect::<Vec<_>>(), width), group.to_vec())
            });
        Ok(Counts { groups: groups.collect(), total })
    }

    /// The lines that a page shows: the villages of the chosen kecamatan; without one every kecamatan, or, where
    /// the reader reaches but one, its villages.
    pub(super) fn lines(&self, chosen: i64) -> Vec<CountLine> {
        let only = if self.groups.len() == 1 { self.groups.first() } else { None };
        let found = self.groups.iter().find(|(sum, _)| sum.code == chosen).or(only);
        match found {
            Some((_, villages)) => villages.clone(),
            None => self.groups.iter().map(|(sum, _)| sum.clone()).collect(),
        }
    }
}
