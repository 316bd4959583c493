//! What foster parents and partners brought about in half a year ("swadaya/swasta"), as the scheme of 2025 asks for it: worked
//! out of what arrived at families, place by place, down to the rows.
//!
//! Meals paid by a government's budget are left out. A package, a payment or a portion counts in the half year of its week, month or day once somebody said that it arrived;
//! goods are worth what the district's price list said in their week. Families are counted once for each programme.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind as Holds};
use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::settings::{Letterhead, Price, price_on, prices};
use asuh_ground::web::{Cell, Error, Form, Page, Shell, page, workbook};
use asuh_nusantara::{Level, TerritoryCode};
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Query, StoreError, args};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::{Date, Month};

use super::SeePlans;
use super::hand::Sight;

asuh_store::row_struct! {
    /// What arrived of a programme in a village.
    #[derive(PartialEq, Eq)]
    pub(crate) struct Arrived {
        /// 'goods', 'money', 'meals'
        pub(crate) way: String,
        pub(crate) programme: String,
        pub(crate) help: String,
        pub(crate) village_code: i64,
        pub(crate) families: i64,
        pub(crate) times: i64,
        /// Rupiah, of money alone.
        pub(crate) rupiah: i64,
    }
}

asuh_store::row_struct! {
    struct Goods { programme: String, village_code: i64, week_of: Date, commodity: String, quantity: i64 }
}

/// From the first to the last day of a half year.
pub(crate) fn half(year: i64, semester: i64) -> Option<(Date, Date)> {
    let year = i32::try_from(year).ok()?;
    let (from, to, last) = match semester {
        1 => (Month::January, Month::June, 30),
        2 => (Month::July, Month::December, 31),
        _ => return None,
    };
    Some((Date::from_calendar_date(year, from, 1).ok()?, Date::from_calendar_date(year, to, last).ok()?))
}

fn month(day: Date) -> i64 {
    i64::from(day.year()) * 100 + i64::from(u8::from(day.month()))
}

/// What arrived within a scope from a day to a day, by programme and village. Indexes: the unique key of package by campaign
/// and week, cash_payment_in_month, meal_serving_by_village.
pub(crate) async fn arrived(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (from, to): (Date, Date),
) -> Result<Vec<(Arrived, i64)>, StoreError> {
    let mut args = args![district, from, to];
    let within = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    let packages: Vec<Arrived> = db
        .all(
            &format!(
                "SELECT 'goods' AS way, c.name AS programme, c.help, p.village_code, \
                 CAST(COUNT(DISTINCT p.family_id) AS BIGINT) AS families, COUNT(*) AS times, CAST(0 AS BIGINT) AS rupiah \
                 FROM campaign c JOIN package p ON p.district_id = c.district_id AND p.campaign_id = c.id \
                 AND p.week_of BETWEEN $2 AND $3 AND p.state = 'delivered' \
                 WHERE c.district_id = $1 AND {within} GROUP BY c.name, c.help, p.village_code"
            ),
            args,
        )
        .await?;
    let mut args = args![district, from, to];
    let within = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    let goods: Vec<Goods> = db
        .all(
            &format!(
                "SELECT c.name AS programme, p.village_code, p.week_of, i.commodity, \
                 CAST(SUM(i.quantity) AS BIGINT) AS quantity FROM campaign c \
                 JOIN package p ON p.district_id = c.district_id AND p.campaign_id = c.id \
                 AND p.week_of BETWEEN $2 AND $3 AND p.state = 'delivered' \
                 JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
                 WHERE c.district_id = $1 AND {within} GROUP BY c.name, p.village_code, p.week_of, i.commodity"
            ),
            args,
        )
        .await?;
    let mut args = args![district, month(from), month(to)];
    let within = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    let payments: Vec<Arrived> = db
        .all(
            &format!(
                "SELECT 'money' AS way, c.name AS programme, c.help, p.village_code, \
                 CAST(COUNT(DISTINCT p.family_id) AS BIGINT) AS families, COUNT(*) AS times, \
                 CAST(SUM(p.paid) AS BIGINT) AS rupiah FROM cash_payment p \
                 JOIN programme g ON g.district_id = p.district_id AND g.id = p.programme_id \
                 JOIN campaign c ON c.district_id = g.district_id AND c.id = g.campaign_id \
                 WHERE p.district_id = $1 AND p.month BETWEEN $2 AND $3 AND p.paid > 0 AND {within} \
                 GROUP BY c.name, c.help, p.village_code"
            ),
            args,
        )
        .await?;
    let mut args = args![district, from, to];
    let within = scope.territory_condition("s.village_code", None, &mut args);
    let meals: Vec<Arrived> = db
        .all(
            &format!(
                "SELECT 'meals' AS way, m.name AS programme, 'nutrition' AS help, s.village_code, \
                 CAST(COUNT(DISTINCT s.family_id) AS BIGINT) AS families, COUNT(*) AS times, CAST(0 AS BIGINT) AS rupiah \
                 FROM meal_serving s \
                 JOIN meal_enrolment e ON e.district_id = s.district_id AND e.id = s.enrolment_id \
                 JOIN meal_programme m ON m.district_id = e.district_id AND m.id = e.programme_id \
                 AND (m.campaign_id IS NOT NULL OR m.budget = 3) \
                 WHERE s.district_id = $1 AND s.for_day BETWEEN $2 AND $3 AND s.mark IN ('all', 'half') AND {within} \
                 GROUP BY m.name, s.village_code"
            ),
            args,
        )
        .await?;
    let prices = prices(db, district).await?;
    let mut worth: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for row in goods {
        let value = row.quantity.saturating_mul(price(&prices, &row.commodity, row.week_of));
        *worth.entry((row.programme, row.village_code)).or_default() += value;
    }
    let with_worth = |one: Arrived| {
        let rupiah = match one.way.as_str() {
            "goods" => worth.get(&(one.programme.clone(), one.village_code)).copied().unwrap_or(0),
            _ => one.rupiah,
        };
        (one, rupiah)
    };
    let mut all: Vec<(Arrived, i64)> =
        packages.into_iter().chain(payments).chain(meals).map(with_worth).collect();
    all.sort_by(|(one, _), (two, _)| {
        (&one.programme, one.village_code).cmp(&(&two.programme, two.village_code))
    });
    Ok(all)
}

/// What a unit of goods was worth in a week; nothing where the list has no price.
fn price(prices: &[Price], commodity: &str, week: Date) -> i64 {
    match commodity {
        "cash" => 1,
        other => price_on(prices, other, week).unwrap_or(0),
    }
}

/// Which half year, of which place.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tahun: String,
    #[serde(default)]
    semester: String,
    #[serde(default)]
    wilayah: String,
}

/// A programme or a place with what arrived.
pub(super) struct Line {
    code: i64,
    name: String,
    help: String,
    way: String,
    families: i64,
    times: i64,
    rupiah: i64,
}

#[derive(Template)]
#[template(path = "plan/private.html")]
struct PrivatePage {
    shell: Shell,
    letterhead: Letterhead,
    year: i64,
    semester: i64,
    place_name: String,
    above: Option<(i64, String)>,
    programmes: Vec<Line>,
    places: Vec<Line>,
    /// Whether the places are kecamatan, which lead on.
    leads_on: bool,
    rupiah: i64,
    /// Half years to choose from, the latest first.
    halves: Vec<(i64, i64)>,
}

fn chosen(choice: &Choice, today: Date) -> Result<(i64, i64), Error> {
    let year = match choice.tahun.parse::<i64>() {
        Ok(year) => year,
        Err(_) => i64::from(today.year()),
    };
    let now = if u8::from(today.month()) <= 6 { 1 } else { 2 };
    let semester = choice.semester.parse::<i64>().unwrap_or(now);
    half(year, semester).map(|_| (year, semester)).ok_or(Error::NotFound)
}

/// The part of the caller's reach that lies in a place.
fn reach(cap: &SeePlans, place: TerritoryCode) -> Scope {
    match Sight::of(cap.actor()) {
        Sight::Whole => Scope::whole(place),
        Sight::Places(scope) => {
            let inside = scope.areas.into_iter().filter_map(|area| match area.code.contains(place) {
                true => Some(asuh_ground::access::Area { code: place, rw: area.rw }),
                false => place.contains(area.code).then_some(area),
            });
            Scope { areas: inside.collect(), ..Scope::default() }
        }
    }
}

/// What arrived in half a year, by programme and by place.
pub(super) async fn show(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let whole = cap.actor().district_code;
    let (year, semester) = chosen(&choice, shell.today)?;
    let span = half(year, semester).ok_or(Error::NotFound)?;
    let place = match choice.wilayah.parse::<i64>() {
        Ok(code) => TerritoryCode::from_i64(code).map_err(|_| Error::NotFound)?,
        Err(_) => whole,
    };
    if !whole.contains(place) {
        return Err(Error::NotFound);
    }
    let names = territories::names(db, district, [place.as_i64()]).await?;
    let place_name = names.get(&place.as_i64()).cloned().ok_or(Error::NotFound)?;
    let all = arrived(db, district, &reach(&cap, place), span).await?;
    let step = if place.level() == Level::Regency { 10_000 } else { 1 };
    let mut programmes: BTreeMap<(String, String, String), (i64, i64, i64)> = BTreeMap::new();
    let mut places: BTreeMap<i64, (i64, i64, i64)> = BTreeMap::new();
    for (one, rupiah) in &all {
        let add = |sum: &mut (i64, i64, i64)| {
            // A family lives in one village: sums over villages count it once for each programme.
            sum.0 += one.families;
            sum.1 += one.times;
            sum.2 += rupiah;
        };
        let key = (one.programme.clone(), one.help.clone(), one.way.clone());
        add(programmes.entry(key).or_default());
        add(places.entry(one.village_code - one.village_code % step).or_default());
    }
    let names = territories::names(db, district, places.keys().copied()).await?;
    let line = |code, name, help, way, (families, times, rupiah)| Line {
        code,
        name,
        help,
        way,
        families,
        times,
        rupiah,
    };
    let above = place.parent().filter(|parent| whole.contains(*parent));
    let above = match above {
        Some(parent) => territories::names(db, district, [parent.as_i64()])
            .await?
            .remove(&parent.as_i64())
            .map(|name| (parent.as_i64(), name)),
        None => None,
    };
    let this_year = i64::from(shell.today.year());
    let template = PrivatePage {
        letterhead: Letterhead::load(&app.store, district).await?,
        rupiah: all.iter().map(|(_, rupiah)| rupiah).sum(),
        programmes: programmes
            .into_iter()
            .map(|((name, help, way), sum)| line(0, name, help, way, sum))
            .collect(),
        places: places
            .into_iter()
            .map(|(code, sum)| {
                let name = names.get(&code).cloned().unwrap_or_else(|| code.to_string());
                line(code, name, String::new(), String::new(), sum)
            })
            .collect(),
        leads_on: step > 1,
        halves: (this_year - 1..=this_year).rev().flat_map(|year| [(year, 2), (year, 1)]).collect(),
        year,
        semester,
        place_name,
        above,
        shell,
    };
    page(&template)
}

/// The same by programme and village, for the form of the ministry.
pub(super) async fn export(cap: Cap<SeePlans>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let choice = Choice {
        tahun: form.get("tahun").to_owned(),
        semester: form.get("semester").to_owned(),
        wilayah: String::new(),
    };
    let (year, semester) = chosen(&choice, shell.today)?;
    let span = half(year, semester).ok_or(Error::NotFound)?;
    let all = arrived(db, district, &reach(&cap, cap.actor().district_code), span).await?;
    let codes: Vec<i64> = all
        .iter()
        .flat_map(|(one, _)| [one.village_code, one.village_code - one.village_code % 10_000])
        .collect();
    let names = territories::names(db, district, codes).await?;
    let name = |code: i64| names.get(&code).cloned().unwrap_or_default();
    let rows = all.into_iter().map(|(one, rupiah)| {
        vec![
            Cell::from(name(one.village_code - one.village_code % 10_000)),
            name(one.village_code).into(),
            one.village_code.to_string().into(),
            one.programme.into(),
            text.t(&format!("plan.private.help.{}", one.help)).into_owned().into(),
            text.t(&format!("plan.private.way.{}", one.way)).into_owned().into(),
            Cell::Number(one.families),
            Cell::Number(one.times),
            Cell::Number(rupiah),
        ]
    });
    let words = ["subdistrict", "village", "code", "programme", "kind", "how"];
    let numbers = ["families", "times", "rupiah"];
    let word = |key: &str| text.t(&format!("plan.private.{key}")).into_owned();
    let columns = words.iter().map(|key| Column::new(word(key), Holds::Text));
    let columns = columns.chain(numbers.iter().map(|key| Column::new(word(key), Holds::Integer))).collect();
    workbook(&app, &format!("swadaya-swasta-{year}-{semester}"), word("title"), columns, rows.collect()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_year_has_two_halves() {
        assert_eq!(half(2026, 1), Some((date!(2026 - 01 - 01), date!(2026 - 06 - 30))));
        assert_eq!(half(2026, 2), Some((date!(2026 - 07 - 01), date!(2026 - 12 - 31))));
        assert_eq!(half(2026, 3), None);
        assert_eq!((month(date!(2026 - 07 - 01)), month(date!(2026 - 12 - 31))), (202_607, 202_612));
    }
}
