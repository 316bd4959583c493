//! The rules of a district: what a circular can change, kept as settings with BKKBN's values until it decides.

use std::collections::BTreeMap;

use asuh_nusantara::Zone;
use asuh_store::{Command, DistrictId, Fault, Query, Refusal, StoreError, Tx};
use serde::{Deserialize, Serialize};
use time::Date;

use super::job::RECOMPUTE;
use super::rules::{Contraception, Factor, Programme, RiskRules};
use asuh_ground::jobs;
use asuh_ground::settings::{self, SettingValue};

/// The settings, in the order of the page.
pub(super) const NAMES: [&str; 10] = [
    "registry.risk_programme",
    "registry.risk_fertile_from",
    "registry.risk_fertile_to",
    "registry.risk_factors",
    "registry.risk_young_below",
    "registry.risk_old_from",
    "registry.risk_old_to",
    "registry.risk_spacing_months",
    "registry.risk_many_from",
    "registry.risk_contraception",
];

/// The rules of a district, and its zone: days are the district's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Norms {
    pub(super) rules: RiskRules,
    pub(super) zone: Zone,
}

/// The rules of a district. Index: primary key of `setting`.
///
/// # Errors
/// The store fails.
pub(super) async fn load(db: &impl Query, district: DistrictId) -> Result<Norms, StoreError> {
    Ok(of_values(&settings::values(db, district).await?))
}

fn of_values(values: &BTreeMap<&'static str, String>) -> Norms {
    let text = |name: &str| values.get(name).map_or("", String::as_str);
    let number = |name: &str| {
        let stored = i64::read(text(name)).or_else(|| i64::read(settings::find(name)?.default));
        stored.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
    };
    let codes = |name: &str| Vec::<String>::read(text(name)).unwrap_or_default();
    let programme = codes("registry.risk_programme");
    let belongs = |code: &str| programme.iter().any(|one| one == code);
    let usual = RiskRules::default();
    let rules = RiskRules {
        programme: Programme {
            couple: belongs("couple"),
            pregnant: belongs("pregnant"),
            under_two: belongs("under_two"),
            two_to_five: belongs("two_to_five"),
        },
        fertile: (number("registry.risk_fertile_from"), number("registry.risk_fertile_to")),
        factors: codes("registry.risk_factors").iter().filter_map(|code| Factor::parse(code)).collect(),
        young_below: number("registry.risk_young_below"),
        // Zero: no upper end.
        old: (number("registry.risk_old_from"), Some(number("registry.risk_old_to")).filter(|to| *to > 0)),
        spacing_months: number("registry.risk_spacing_months"),
        many_from: number("registry.risk_many_from"),
        contraception: Contraception::parse(text("registry.risk_contraception"))
            .unwrap_or(usual.contraception),
    };
    Norms { rules, zone: Zone::parse(text(settings::DISTRICT_ZONE)).unwrap_or(Zone::Wib) }
}

impl Norms {
    /// The present day in the district.
    pub(super) fn today(&self, tx: &Tx<'_>) -> Date {
        self.zone.local_date(tx.now().utc())
    }
}

/// Sets rules, and has every family computed anew where anything is different.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutRiskRules {
    /// New values by the name of the setting; what is not named stays.
    pub values: BTreeMap<String, String>,
}

impl Command for PutRiskRules {
    const KIND: &'static str = "registry.put_risk_rules";
    /// Whether anything is different.
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let mut present = settings::values(tx, tx.district()).await?;
        let mut changed = false;
        for (name, value) in &self.values {
            let spec = settings::find(name)
                .filter(|spec| NAMES.contains(&spec.name))
                .ok_or_else(|| Refusal::new("settings.refused.unknown").field(name))?;
            if spec.required && value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(spec.name).into());
            }
            let value = spec.kind.check(spec.name, value)?;
            if present.get(spec.name) != Some(&value) {
                settings::put(tx, spec.name, &value).await?;
                present.insert(spec.name, value);
                changed = true;
            }
        }
        let rules = of_values(&present).rules;
        if rules.fertile.0 > rules.fertile.1 {
            return Err(Refusal::new("registry.krs.refused.range").field("registry.risk_fertile_to").into());
        }
        if rules.old.1.is_some_and(|to| to < rules.old.0) {
            return Err(Refusal::new("registry.krs.refused.range").field("registry.risk_old_to").into());
        }
        if changed {
            jobs::start(tx, RECOMPUTE, None).await?;
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_bkkbns() {
        let values = NAMES.map(|name| (name, settings::find(name).unwrap().default.to_owned()));
        assert_eq!(of_values(&values.into_iter().collect()).rules, RiskRules::default());
    }
}
