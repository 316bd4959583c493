//! The indicators that rows of a plan speak of, and those below their target for which nobody does anything.

use std::collections::{BTreeMap, BTreeSet};

use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::web::Text;
use asuh_store::{DistrictId, Fault, Id, Query, Refusal, StoreError, Tx};
use time::{Date, Month};

use crate::indicator::pages::value_words;
use crate::indicator::{self, Better, Each, Indicator, Unit};

/// The indicators of a district that are used, by code.
pub(crate) struct Indicators {
    all: Vec<Indicator>,
    names: BTreeMap<String, String>,
}

/// An indicator that has not reached its target.
pub(crate) struct Gap {
    pub(crate) id: Id,
    /// Its code.
    pub(crate) code: String,
    /// Its name.
    pub(crate) name: String,
    /// "61 dari 95 (64,2 %)"
    pub(crate) value: String,
    /// The code of the value's period.
    pub(crate) period: String,
    /// "80,00 %"
    pub(crate) target: String,
}

impl Indicators {
    /// All that are used: some hundred.
    pub(crate) async fn load(db: &impl Query, district: DistrictId) -> Result<Indicators, StoreError> {
        let all = indicator::all(db, district).await?;
        let names = all.iter().map(|one| (one.code.clone(), one.name.clone())).collect();
        Ok(Indicators { all, names })
    }

    /// Whether one of them has this code.
    pub(crate) fn knows(&self, code: &str) -> bool {
        self.names.contains_key(code)
    }

    /// Its name; of one that is not used any more its code.
    pub(crate) fn name(&self, code: &str) -> String {
        self.names.get(code).cloned().unwrap_or_else(|| code.to_owned())
    }

    /// All as (code, name) for a form, by name.
    pub(crate) fn choices(&self) -> Vec<(String, String)> {
        let mut choices: Vec<(String, String)> =
            self.names.iter().map(|(code, name)| (code.clone(), name.clone())).collect();
        choices.sort_by(|one, two| one.1.cmp(&two.1));
        choices
    }

    /// Those of the whole district that are below a target of theirs in a year, with their last value by then.
    pub(crate) async fn below(
        &self,
        app: &App,
        actor: &Actor,
        year: i64,
        text: &Text,
    ) -> Result<Vec<Gap>, StoreError> {
        let (db, district, whole) = (app.store.reader(), actor.district, actor.district_code);
        let mut targets: BTreeMap<Id, Vec<indicator::Target>> = BTreeMap::new();
        for target in indicator::all_targets(db, district).await? {
            targets.entry(target.indicator_id).or_default().push(target);
        }
        let aimed: Vec<Indicator> =
            self.all.iter().filter(|one| targets.contains_key(&one.id)).cloned().collect();
        let (today, now) = (app.today(actor), app.store.clock().now());
        let end =
            i32::try_from(year).ok().and_then(|y| Date::from_calendar_date(y, Month::December, 31).ok());
        let day = end.unwrap_or(today).min(today);
        let values =
            indicator::values_of(db, district, (whole, Each::Subdistrict), &aimed, day, (today, now)).await?;
        let mut gaps = Vec::new();
        for one in &aimed {
            let parts = values.iter().filter(|((id, _), _)| *id == one.id).map(|(_, value)| value);
            let Some(value) = indicator::together(parts) else { continue };
            let unit = Unit::parse(&one.unit).unwrap_or(Unit::Percent);
            let better = Better::parse(&one.better).unwrap_or(Better::Higher);
            let Some(hundredths) = value.hundredths(unit) else { continue };
            let of = &targets[&one.id];
            let sets: BTreeSet<&str> = of.iter().map(|target| target.set_code.as_str()).collect();
            let missed = sets
                .into_iter()
                .filter_map(|set| indicator::target_for(of, set, year, whole.as_i64()))
                .find(|target| !indicator::reached(better, hundredths, *target));
            let words = |hundredths: i64| match unit {
                Unit::Percent => format!("{} %", text.fixed(hundredths, 2)),
                Unit::Count => text.number(hundredths / 100),
            };
            if let Some(target) = missed {
                gaps.push(Gap {
                    id: one.id,
                    code: one.code.clone(),
                    name: one.name.clone(),
                    value: value_words(text, one, &value),
                    period: one.period_of(day).code(),
                    target: words(target),
                });
            }
        }
        Ok(gaps)
    }
}

/// Refuses the code of an indicator that there is none of; an empty one is none.
pub(crate) async fn known(tx: &Tx<'_>, code: &str) -> Result<(), Fault> {
    if !code.is_empty() && indicator::by_code(tx, tx.district(), code).await?.is_none() {
        return Err(Refusal::new("web.error.choose").field("indikator").into());
    }
    Ok(())
}
