//! Which rows of a plan somebody looks at: as an address says it, and of a row whether it is among them.

use asuh_nusantara::TerritoryCode;
use asuh_store::Id;
use serde::Deserialize;

use super::hand::Owner;
use super::query::Item;
use super::rules::Fault;

/// Of indicator and source: the rows that name none.
pub(super) const NONE: &str = "-";
/// Of villages: the rows of all of them.
pub(super) const ALL_VILLAGES: &str = "semua";

/// Which rows: codes and ids alone.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) tahun: String,
    #[serde(default)]
    pub(super) opd: String,
    #[serde(default)]
    pub(super) desa: String,
    #[serde(default)]
    pub(super) indikator: String,
    #[serde(default)]
    pub(super) sumber: String,
    /// The place where something is done.
    #[serde(default)]
    pub(super) wilayah: String,
    #[serde(default)]
    pub(super) masalah: String,
    #[serde(default)]
    pub(super) setelah: String,
}

impl Choice {
    /// The place where something is done, if one is chosen.
    pub(super) fn place(&self) -> Option<TerritoryCode> {
        TerritoryCode::from_i64(self.wilayah.parse().ok()?).ok()
    }

    /// Whether a row with these faults is among the chosen ones.
    pub(super) fn takes(&self, item: &Item, faults: &[Fault]) -> bool {
        let named = |asked: &str, held: &str| match asked {
            "" => true,
            NONE => held.is_empty(),
            asked => asked == held,
        };
        let village = match self.desa.as_str() {
            ALL_VILLAGES => item.village_code.is_some(),
            code => code.parse::<i64>().map_or(true, |code| item.by() == Owner::Village(code)),
        };
        village
            && self.opd.parse::<Id>().map_or(true, |office| item.by() == Owner::Office(office))
            && named(&self.indikator, &item.indicator)
            && named(&self.sumber, &item.source)
            && self.place().is_none_or(|place| item.touches(place))
            && Fault::parse(&self.masalah).is_none_or(|fault| faults.contains(&fault))
    }

    /// Whether not all rows are asked for.
    pub(super) fn is_some(&self) -> bool {
        [&self.opd, &self.desa, &self.indikator, &self.sumber, &self.wilayah, &self.masalah]
            .iter()
            .any(|field| !field.is_empty())
    }

    /// The choice as the end of an address, without where the list goes on.
    pub(super) fn address(&self, year: i64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("tahun", &year.to_string());
        for (name, value) in [
            ("opd", &self.opd),
            ("desa", &self.desa),
            ("indikator", &self.indikator),
            ("sumber", &self.sumber),
            ("wilayah", &self.wilayah),
            ("masalah", &self.masalah),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// The end of the address of an owner's rows.
pub(super) fn of_owner(item: &Item) -> String {
    match item.by() {
        Owner::Office(office) => format!("opd={office}"),
        Owner::Village(code) => format!("desa={code}"),
    }
}

/// A code for an address: of none its sign.
pub(super) fn code_or_none(code: &str) -> String {
    let code = if code.is_empty() { NONE } else { code };
    form_urlencoded::byte_serialize(code.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item {
            id: Id::SYSTEM,
            year: 2026,
            office_id: Some(Id::SYSTEM),
            village_code: None,
            owner: "Dinkes".into(),
            version: 1,
            removed: false,
            indicator: "krs".into(),
            activity: "x".into(),
            subactivity: String::new(),
            places: "1501010000 1501022001".into(),
            target: 1,
            unit: String::new(),
            budget: Some(10),
            source: String::new(),
            from_quarter: 1,
            to_quarter: 1,
            person_in_charge: String::new(),
            evidence: String::new(),
        }
    }

    #[test]
    fn a_choice_takes_the_rows_that_it_names() {
        let nobody = Id::SYSTEM.to_string();
        for (name, value, takes) in [
            ("wilayah", "1501012001", true),
            ("wilayah", "1501000000", true),
            ("wilayah", "1501022001", true),
            ("wilayah", "1501022002", false),
            ("indikator", "krs", true),
            ("indikator", "-", false),
            ("sumber", "-", true),
            ("sumber", "apbd", false),
            ("opd", nobody.as_str(), true),
            ("desa", "semua", false),
            ("desa", "1501012001", false),
            ("masalah", "late", true),
            ("masalah", "no_budget", false),
        ] {
            let query = format!("tahun=2026&{name}={value}");
            let choice: Choice = serde_json::from_value(serde_json::json!({ name: value })).unwrap();
            assert_eq!(choice.takes(&item(), &[Fault::Late]), takes, "{query}");
            assert_eq!(choice.address(2026), query);
            assert!(choice.is_some());
        }
    }
}
