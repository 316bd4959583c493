//! `/skor-konvergensi`: what services families received of those that they should have, per kecamatan and village, and the
//! sheet of a village.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Page, Shell, page};
use asuh_nusantara::TerritoryCode;
use asuh_store::Instant;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::matrix::{Choice as At, Places, address_of, reached, summed};
use super::rules::Level;
use crate::indicator::rules::{Period, PeriodKind};
use crate::indicator::{self, Indicator, values_of};
use crate::rights::SeeIndicators;

/// The set that the scorecard is made of.
const SET: &str = "skor-konvergensi";

/// What is shown: codes alone.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    periode: String,
    #[serde(default)]
    kecamatan: String,
    #[serde(default)]
    desa: String,
}

impl Choice {
    fn address(&self, changes: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("periode", &self.periode), ("kecamatan", &self.kecamatan), ("desa", &self.desa)]
        {
            let value =
                changes.iter().find(|(changed, _)| *changed == name).map_or(value.as_str(), |(_, to)| *to);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/skor-konvergensi?{}", query.finish())
    }
}

/// The part of a number before its digits: 'H' of pregnant women, 'A' of young children, 'P' of those at preschool.
fn group(number: &str) -> usize {
    match number.chars().next() {
        Some('H') => 0,
        Some('A') => 1,
        _ => 2,
    }
}

struct Line {
    name: String,
    address: String,
    /// Of pregnant women, young children, children at preschool, and all together.
    levels: [Level; 4],
}

struct Service {
    number: String,
    one: Indicator,
    received: i64,
    due: i64,
    unknown: i64,
    /// The page of its number, for whoever reaches the place.
    address: Option<String>,
}

impl Service {
    /// Where the people of a count are listed: in a village, where there is anybody.
    fn people_of(&self, in_village: &bool, count: &i64) -> Option<&str> {
        self.address.as_deref().filter(|_| *in_village && *count > 0)
    }
}

#[derive(Template)]
#[template(path = "scorecard/village.html")]
struct ScorePage {
    shell: Shell,
    period: String,
    before: String,
    next: Option<String>,
    place: String,
    back: Option<String>,
    is_empty: bool,
    lines: Vec<Line>,
    /// The names of places where nobody is due anything.
    empty: Vec<String>,
    total: [Level; 4],
    /// Whether a village is shown: its numbers open the people behind them.
    in_village: bool,
    /// The services of the place that is shown, in their order.
    services: Vec<Service>,
    at: Option<Instant>,
    letterhead: Letterhead,
}

impl ScorePage {
    /// "12 dari 40 (30 %)"; of nobody nothing.
    fn level(&self, level: &Level) -> String {
        if level.due == 0 {
            return "–".to_owned();
        }
        self.shell.t3(
            "convergence.value.of",
            ("n", self.shell.number(level.received)),
            ("m", self.shell.number(level.due)),
            ("share", self.shell.percent(level.received, level.due)),
        )
    }
}

/// The scorecard.
pub(super) async fn show(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    Params(mut choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let members = indicator::of_set(db, district, SET).await?;
    let day = At { periode: choice.periode.clone(), ..At::default() }.day(shell.today);
    let period = Period::containing(PeriodKind::Quarter, day);
    let places = Places::of(&app, cap.actor(), &cap, &choice.kecamatan).await?;
    let whole = cap.actor().district_code;
    let in_district = places.inside == whole;
    choice.periode = period.code();
    choice.kecamatan = if in_district { String::new() } else { places.inside.as_i64().to_string() };
    let indicators: Vec<Indicator> = members.iter().map(|(_, one)| one.clone()).collect();
    let now = (shell.today, app.store.clock().now());
    let mut values = values_of(db, district, places.asked(), &indicators, day, now).await?;
    values.retain(|(_, code), _| reached(&cap, *code));
    let levels = |place: TerritoryCode| {
        let mut levels = [Level::default(); 4];
        for (number, one) in &members {
            let Some(value) = summed(&values, one.id, place) else { continue };
            levels[group(number)].add(value.numerator, value.denominator);
            levels[3].add(value.numerator, value.denominator);
        }
        levels
    };
    let chosen =
        places.lines.iter().find(|(code, _)| !in_district && code.as_i64().to_string() == choice.desa);
    // Whoever works in one village begins with it.
    let chosen = chosen.or(places.alone());
    let (shown, name) = match chosen {
        Some((code, name)) => (*code, name.clone()),
        None => places.summed_as(&shell),
    };
    let opens = cap.scope().reaches(shown, "");
    let services = members.iter().map(|(number, one)| {
        let value = summed(&values, one.id, shown);
        Service {
            number: number.clone(),
            received: value.as_ref().map_or(0, |value| value.numerator),
            due: value.as_ref().map_or(0, |value| value.denominator),
            unknown: value.as_ref().map_or(0, |value| value.unknown),
            address: opens.then(|| address_of(one, shown, day)),
            one: one.clone(),
        }
    });
    let services: Vec<Service> = services.collect();
    let field = if in_district { "kecamatan" } else { "desa" };
    let lines = places.lines.iter().filter(|_| chosen.is_none()).map(|(code, name)| Line {
        name: name.clone(),
        address: choice.address(&[(field, &code.as_i64().to_string())]),
        levels: levels(*code),
    });
    let (lines, empty): (Vec<Line>, Vec<Line>) = lines.partition(|line| line.levels[3].due > 0);
    let next = period.next();
    let back = match (chosen, in_district) {
        (Some(_), _) if places.alone().is_none() => Some(choice.address(&[("desa", "")])),
        (None, false) if cap.scope().reaches(whole, "") => Some(choice.address(&[("kecamatan", "")])),
        _ => None,
    };
    let template = ScorePage {
        period: period.words(&shell),
        before: choice.address(&[("periode", &period.before().code())]),
        next: (next.first <= shell.today).then(|| choice.address(&[("periode", &next.code())])),
        total: levels(shown),
        at: values.values().map(|value| value.at).max(),
        letterhead: Letterhead::load(&app.store, district).await?,
        in_village: chosen.is_some(),
        is_empty: members.is_empty(),
        place: name,
        back,
        empty: empty.into_iter().map(|line| line.name).collect(),
        lines,
        services,
        shell,
    };
    page(&template)
}
