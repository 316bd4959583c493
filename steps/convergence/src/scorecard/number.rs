//! `/capaian/{indikator}`: one number, by place and over time, as of any past day, and the people behind it.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::svg::{LineChart, Series, Width};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::audit;
use asuh_ground::web::{Error, Page, Path, Shell, cut, page};
use asuh_nusantara::{Level, TerritoryCode, date};
use asuh_step_registry::{ReadFamilies, territories};
use asuh_store::{DistrictId, Id, Instant, Query};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::matrix::{reached, summed};
use super::rows::{self, Line, Shown};
use super::rules::Standing;
use crate::indicator::cells::KEPT;
use crate::indicator::computation::Asked;
use crate::indicator::pages::{goal_words, value_words};
use crate::indicator::rules::{Grain, Group, Period};
use crate::indicator::{
    self, Computation, Each, Indicator, Member, Value, parts, target_for, together, values_of,
};
use crate::places;
use crate::rights::SeeIndicators;

/// What is shown: codes and ids alone.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    wilayah: String,
    #[serde(default)]
    periode: String,
    /// As of the end of this day.
    #[serde(default)]
    per: String,
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
}

impl Choice {
    fn address(&self, id: Id, changes: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("wilayah", self.wilayah.as_str()),
            ("periode", self.periode.as_str()),
            ("per", self.per.as_str()),
            ("tampil", self.tampil.as_str()),
            ("setelah", ""),
        ];
        for (name, value) in fields {
            let value = changes.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, to)| *to);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/capaian/{id}?{}", query.finish())
    }
}

/// A place with its part of the number.
struct PlaceLine {
    name: String,
    address: String,
    words: String,
    unknown: i64,
    standing: Standing,
}

asuh_store::row_struct! {
    /// Who entered a number, and when.
    struct Entry {
        id: Id,
        territory_code: i64,
        numerator: i64,
        denominator: Option<i64>,
        note: String,
        evidence_id: Option<Id>,
        state: String,
        by_name: Option<String>,
        recorded_at: Instant,
        superseded_at: Instant,
    }
}

/// A step of the trend.
struct Past {
    period: String,
    words: String,
}

#[derive(Template)]
#[template(path = "scorecard/number.html")]
struct NumberPage {
    shell: Shell,
    one: Indicator,
    members: Vec<Member>,
    choice: Choice,
    place: String,
    above: Option<(String, String)>,
    period: String,
    before: String,
    next: Option<String>,
    value: Option<Value>,
    as_of: Option<Date>,
    bad_day: bool,
    target: Option<String>,
    standing: Standing,
    chart: [String; 2],
    past: Vec<Past>,
    places: Vec<PlaceLine>,
    /// The people behind the number, for whoever may read families.
    people: Option<Vec<Line>>,
    hidden: bool,
    next_people: Option<String>,
    shown: Vec<(String, String, bool)>,
    entries: Vec<Entry>,
}

impl NumberPage {
    /// The word of its standing.
    fn standing_key(&self) -> &'static str {
        match self.standing {
            Standing::Reached => "reached",
            Standing::Near => "near",
            Standing::Far | Standing::Open | Standing::Nothing => "far",
        }
    }
}

/// How many people a number counts: all, for whom it holds, for whom it does not, of whom nothing is recorded.
fn heads(one: &Indicator, value: &Value) -> [i64; 4] {
    let with_unknown = Computation::parse(&one.computation).is_some_and(Computation::counts_unknown);
    let known = value.denominator - if with_unknown { value.unknown } else { 0 };
    [known + value.unknown, value.numerator, known - value.numerator, value.unknown]
}

/// The last moment of a day.
fn end_of(day: Date, shell: &Shell) -> Instant {
    let next = day.next_day().unwrap_or(day);
    Instant(Instant::from(shell.text().zone.start_of_day(next)).0 - 1)
}

/// One number.
pub(super) async fn show(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = indicator::by_id(db, district, id).await?.ok_or(Error::NotFound)?;
    let whole = cap.actor().district_code;
    let own = || cap.scope().areas.first().map_or(whole, |area| area.code);
    let place = places::asked(cap.actor(), cap.scope(), &choice.wilayah)?.unwrap_or_else(own);
    if !cap.scope().reaches(place, "") {
        return Err(Error::NotFound);
    }
    let period =
        Period::parse(one.period_kind(), &choice.periode).unwrap_or_else(|| one.period_of(shell.today));
    let as_of = date::parse(&choice.per).ok().filter(|day| *day < shell.today);
    let bad_day = !choice.per.is_empty() && as_of.is_none();
    let at = as_of.map(|day| end_of(day, &shell));
    let now = (shell.today, app.store.clock().now());
    let is_village = place.level() == Level::Village;
    // Of a village the number is that of this moment, as the people below it are.
    let mut values: BTreeMap<(Id, i64), Value> = if at.is_some() || is_village {
        let found = parts(db, district, &one, place, period, now, at).await?;
        found.into_iter().map(|(code, value)| ((one.id, code), value)).collect()
    } else {
        let one = std::slice::from_ref(&one);
        values_of(db, district, (place, Each::Smallest), one, period.last, now).await?
    };
    values.retain(|(_, code), _| reached(&cap, *code));
    let value = together(values.values());
    let members = indicator::memberships(db, district, id).await?;
    let targets = indicator::targets(db, district, id).await?;
    let set = members.iter().map(|member| member.set_code.as_str());
    let goal = |place: TerritoryCode| {
        set.clone().find_map(|set| target_for(&targets, set, i64::from(period.first.year()), place.as_i64()))
    };
    let names = place_names(&app, district, place, whole, &cap).await?;
    let choice = Choice { wilayah: place.as_i64().to_string(), periode: period.code(), ..choice };
    let inside = names.inside.iter().filter(|(code, _)| reached(&cap, code.as_i64())).map(|(code, name)| {
        let value = summed(&values, one.id, *code);
        let hundredths = value.as_ref().and_then(|value| value.hundredths(one.unit()));
        PlaceLine {
            name: name.clone(),
            address: choice.address(id, &[("wilayah", &code.as_i64().to_string()), ("tampil", "")]),
            words: value.as_ref().map_or("–".to_owned(), |value| value_words(&shell, &one, value)),
            unknown: value.map_or(0, |value| value.unknown),
            standing: Standing::of(one.better(), hundredths, goal(*code)),
        }
    });
    // Numbers of smaller places than the indicator has are not asked for.
    let finest = Grain::of(place) == Some(one.grain()) || one.grain() == Grain::District;
    let places: Vec<PlaceLine> = if finest { Vec::new() } else { inside.collect() };
    // What was known on a past day is not set beside what is known now.
    let (past, chart) = match at {
        Some(_) => Default::default(),
        None => trend(&app, &cap, &one, place, period, &shell).await?,
    };
    let counts_people = one.is_computed() && one.group() != Group::Village && is_village;
    let scope = ReadFamilies::of(cap.actor()).map(|right| right.scope().clone());
    let asked =
        Asked { district, villages: place.range(), period, until: period.until(shell.today), as_of: at };
    let shown = Shown::parse(&choice.tampil);
    let mut people = None;
    let mut next_people = None;
    if let (true, Some(scope)) = (counts_people, &scope) {
        let mut found = rows::page(db, &one, &asked, scope, shown, choice.setelah.parse().ok()).await?;
        let next = cut(&mut found, rows::PAGE, |line| line.person_id);
        next_people = next.map(|after| choice.address(id, &[("setelah", &after.to_string())]));
        audit::opened(&app, cap.actor(), "list", Some(("indicator", id)), "people of an indicator");
        people = Some(found);
    }
    // Who reads one RW of the village alone sees fewer than the village's number counts.
    let counts = value.as_ref().filter(|_| scope.as_ref().is_some_and(|scope| scope.reaches(place, "")));
    let counts = counts.map(|value| heads(&one, value));
    let tabs = [("", "all"), ("ya", "holds"), ("belum", "holds_not"), ("tanpa-data", "unknown")];
    let tabs = tabs.iter().enumerate().map(|(nth, (word, key))| {
        let address = choice.address(id, &[("tampil", word)]);
        let mut words = shell.t(&format!("convergence.people.{key}")).into_owned();
        if let Some(counts) = counts {
            words.push_str(&format!(" ({})", shell.number(counts[nth])));
        }
        (address, words, choice.tampil == *word)
    });
    let tabs: Vec<(String, String, bool)> = tabs.collect();
    let entries = if one.is_computed() {
        Vec::new()
    } else {
        entries(&app, district, &cap, &one, place, period, at).await?
    };
    let hundredths = value.as_ref().and_then(|value| value.hundredths(one.unit()));
    let next = period.next();
    let template = NumberPage {
        standing: Standing::of(one.better(), hundredths, goal(place)),
        target: goal(place).map(|target| goal_words(&shell, &one, target)),
        place: names.own,
        above: names.above.map(|(code, name)| {
            (choice.address(id, &[("wilayah", &code.as_i64().to_string()), ("tampil", "")]), name)
        }),
        period: period.words(&shell),
        before: choice.address(id, &[("periode", &period.before().code())]),
        next: (next.first <= shell.today).then(|| choice.address(id, &[("periode", &next.code())])),
        hidden: counts_people && scope.is_none(),
        shown: tabs,
        members,
        value,
        as_of,
        bad_day,
        chart,
        past,
        places,
        people,
        next_people,
        entries,
        choice,
        one,
        shell,
    };
    page(&template)
}

/// The names around a place.
struct Names {
    own: String,
    above: Option<(TerritoryCode, String)>,
    inside: Vec<(TerritoryCode, String)>,
}

async fn place_names(
    app: &App,
    district: DistrictId,
    place: TerritoryCode,
    whole: TerritoryCode,
    cap: &SeeIndicators,
) -> Result<Names, Error> {
    let db = app.store.reader();
    let coded = |code: i64| TerritoryCode::from_i64(code).ok();
    let own = places::name_of(db, cap.actor(), place).await?;
    let above = place.parent().filter(|above| place != whole && cap.scope().reaches(*above, ""));
    let above = match above {
        Some(code) => Some((code, places::name_of(db, cap.actor(), code).await?)),
        None => None,
    };
    let inside = match place.level() {
        Level::Regency => territories::subdistricts(db, district).await?,
        Level::Subdistrict => territories::villages(db, district, place).await?,
        _ => Vec::new(),
    };
    let inside = inside.into_iter().filter(|one| one.valid_to.is_none());
    let inside = inside.filter_map(|one| Some((coded(one.code)?, one.name))).collect();
    Ok(Names { own, above, inside })
}

/// The last periods up to one, and their line for wide and narrow screens.
async fn trend(
    app: &App,
    cap: &SeeIndicators,
    one: &Indicator,
    place: TerritoryCode,
    period: Period,
    shell: &Shell,
) -> Result<(Vec<Past>, [String; 2]), Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let now = (shell.today, app.store.clock().now());
    let mut periods = vec![period];
    while let Some(first) = periods.last().copied().filter(|_| periods.len() < KEPT) {
        periods.push(first.before());
    }
    periods.reverse();
    let mut past = Vec::new();
    let mut line = Vec::new();
    for period in &periods {
        let some = std::slice::from_ref(one);
        let mut values = values_of(db, district, (place, Each::Smallest), some, period.last, now).await?;
        values.retain(|(_, code), _| reached(cap, *code));
        let value = together(values.values());
        line.push(value.as_ref().and_then(|value| value.hundredths(one.unit())));
        past.push(Past {
            period: period.words(shell),
            words: value.map_or("–".to_owned(), |value| value_words(shell, one, &value)),
        });
    }
    if line.iter().flatten().count() < 2 {
        return Ok((past, [String::new(), String::new()]));
    }
    let chart = LineChart {
        title: one.name_in(shell).to_owned(),
        description: String::new(),
        x_labels: periods.iter().map(|period| period.short(shell)).collect(),
        series: vec![Series { name: shell.t("convergence.value.number").into_owned(), values: line }],
    };
    let words = |value: i64| goal_words(shell, one, value);
    Ok((past, [chart.render(Width::Wide, words), chart.render(Width::Narrow, words)]))
}

/// What was entered for the places within one, with who and when; also what was corrected since. Index:
/// indicator_value_by_place.
async fn entries(
    app: &App,
    district: DistrictId,
    cap: &SeeIndicators,
    one: &Indicator,
    place: TerritoryCode,
    period: Period,
    at: Option<Instant>,
) -> Result<Vec<Entry>, Error> {
    if Grain::of(place) != Some(one.grain()) {
        return Ok(Vec::new());
    }
    let mut args = asuh_store::args![district, one.id, period.first, place.as_i64()];
    let whole = Scope::clone(cap.scope());
    let within = whole.territory_condition("v.territory_code", None, &mut args);
    let known = at.map(|at| format!(" AND v.recorded_at <= {}", args.push(at))).unwrap_or_default();
    let found = app
        .store
        .reader()
        .all(
            &format!(
                "SELECT v.id, v.territory_code, v.numerator, v.denominator, v.note, v.evidence_id, r.state, \
                 u.name AS by_name, v.recorded_at, v.superseded_at FROM indicator_value v \
                 JOIN indicator_report r ON r.district_id = v.district_id AND r.id = v.report_id \
                 LEFT JOIN app_user u ON u.district_id = v.district_id AND u.id = v.recorded_by \
                 WHERE v.district_id = $1 AND v.indicator_id = $2 AND v.starts_on = $3 AND v.territory_code = $4 \
                 AND {within}{known} ORDER BY v.recorded_at DESC, v.id"
            ),
            args,
        )
        .await?;
    Ok(found)
}
