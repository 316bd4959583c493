//! `/capaian`: territory by indicator, as numbers, words and colours; what moved most.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Cell, Error, Form, Page, Shell, page, workbook};
use asuh_nusantara::{Level, TerritoryCode};
use asuh_step_registry::territories;
use asuh_store::{Id, Instant, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::rules::{FEW, Moved, Standing, moved_most};
use crate::indicator::pages::{goal_words, value_words};
use crate::indicator::rules::{Better, Period, PeriodKind};
use crate::indicator::{self, Each, Indicator, Set, Target, Unit, Value, target_for, together, values_of};
use crate::rights::SeeIndicators;

/// Changes of each direction that are named.
const MOST: usize = 5;

/// What is shown: codes alone.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) kelompok: String,
    /// A month, "2026-10": every indicator in its own period that this month lies in.
    #[serde(default)]
    pub(super) periode: String,
    #[serde(default)]
    pub(super) kecamatan: String,
}

impl Choice {
    /// The day that periods are looked up by: the last of the chosen month, or today.
    pub(super) fn day(&self, today: Date) -> Date {
        Period::parse(PeriodKind::Month, &self.periode).map_or(today, |month| month.until(today))
    }
}

/// The places of a page: kecamatan of the district, or the villages of one.
pub(super) struct Places {
    /// The place that they lie in.
    pub(super) inside: TerritoryCode,
    pub(super) name: String,
    pub(super) lines: Vec<(TerritoryCode, String)>,
    /// Whether the caller reaches some of its villages only: their sum is not the kecamatan's.
    pub(super) is_part: bool,
}

impl Places {
    /// Those that the caller reaches: whoever reaches less than the district begins with his own kecamatan.
    pub(super) async fn of(
        app: &App,
        actor: &Actor,
        cap: &SeeIndicators,
        kecamatan: &str,
    ) -> Result<Places, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let whole = actor.district_code;
        let all = territories::subdistricts(db, district).await?;
        let reached = cap.scope().reaches(whole, "");
        let code = |code: i64| TerritoryCode::from_i64(code).ok();
        let chosen = match kecamatan.parse::<i64>().ok().and_then(code) {
            Some(chosen) => Some(chosen),
            None if reached => None,
            None => cap.scope().areas.first().and_then(|area| code(area.code.as_i64() / 10_000 * 10_000)),
        };
        let Some(chosen) = chosen else {
            let lines = all.into_iter().filter(|one| one.valid_to.is_none());
            let lines = lines.filter_map(|one| Some((code(one.code)?, one.name))).collect();
            return Ok(Places { inside: whole, name: actor.district_name.clone(), lines, is_part: !reached });
        };
        let found = all.iter().find(|one| one.code == chosen.as_i64()).ok_or(Error::NotFound)?;
        let villages = territories::villages(db, district, chosen).await?;
        let lines: Vec<(TerritoryCode, String)> = villages
            .into_iter()
            .filter(|one| one.valid_to.is_none())
            .filter_map(|one| Some((code(one.code)?, one.name)))
            .filter(|(code, _)| cap.scope().reaches(*code, ""))
            .collect();
        if lines.is_empty() {
            return Err(Error::NotFound);
        }
        let is_part = !cap.scope().reaches(chosen, "");
        Ok(Places { inside: chosen, name: found.name.clone(), lines, is_part })
    }

    /// The one village that a caller works in.
    pub(super) fn alone(&self) -> Option<&(TerritoryCode, String)> {
        self.lines.first().filter(|_| self.is_part && self.lines.len() == 1)
    }

    /// What the sums of the page are of: the one village, the kecamatan or the district; of several villages of a kecamatan
    /// their sum, which is said so and has no page of its own.
    pub(super) fn summed_as(&self, shell: &Shell) -> (TerritoryCode, String) {
        match self.alone() {
            Some((code, name)) => (*code, name.clone()),
            None if self.is_part => {
                (self.inside, shell.t1("convergence.value.own_villages", "place", self.name.as_str()))
            }
            None => (self.inside, self.name.clone()),
        }
    }

    /// Of what values are read: who sees the district sees all its villages, and is shown kecamatan.
    pub(super) fn asked(&self) -> (TerritoryCode, Each) {
        let each = if self.inside.level() == Level::Regency { Each::Subdistrict } else { Each::Smallest };
        (self.inside, each)
    }
}

/// Whether the caller reaches a place by its code.
pub(super) fn reached(cap: &SeeIndicators, code: i64) -> bool {
    TerritoryCode::from_i64(code).is_ok_and(|code| cap.scope().reaches(code, ""))
}

/// Values of a place and all within it, added up by indicator.
pub(super) fn summed(values: &BTreeMap<(Id, i64), Value>, one: Id, place: TerritoryCode) -> Option<Value> {
    let (from, to) = place.range();
    together(values.range((one, from)..=(one, to)).map(|(_, value)| value))
}

/// A number of the matrix.
struct Number {
    address: String,
    words: String,
    /// "5/40"; of a count nothing.
    of: String,
    title: String,
    standing: Standing,
}

struct Line {
    name: String,
    address: Option<String>,
    numbers: Vec<Number>,
}

/// What stands over a column, and is explained below.
struct Head {
    number: String,
    one: Indicator,
    period: String,
    target: String,
    whole: String,
    /// The page of the number of the whole place, for whoever reaches it.
    address: Option<String>,
    id: Id,
}

struct Change {
    place: String,
    name: String,
    from: String,
    to: String,
    address: String,
}

#[derive(Template)]
#[template(path = "scorecard/matrix.html")]
struct MatrixPage {
    shell: Shell,
    sets: Vec<Set>,
    choice: Choice,
    month: String,
    before: String,
    next: Option<String>,
    place: String,
    back: bool,
    heads: Vec<Head>,
    lines: Vec<Line>,
    better: Vec<Change>,
    worse: Vec<Change>,
    at: Option<Instant>,
    letterhead: Letterhead,
}

/// Everything that a matrix is made of.
struct Facts {
    choice: Choice,
    sets: Vec<Set>,
    day: Date,
    members: Vec<(String, Indicator)>,
    targets: BTreeMap<Id, Vec<Target>>,
    places: Places,
    values: BTreeMap<(Id, i64), Value>,
}

async fn facts(app: &App, cap: &SeeIndicators, mut choice: Choice, today: Date) -> Result<Facts, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let sets = indicator::sets(db, district).await?;
    if !sets.iter().any(|set| set.code == choice.kelompok) {
        // Most districts look at what is computed from their own rows first.
        let own = sets.iter().find(|set| set.code == "lokal").or(sets.first());
        choice.kelompok = own.map(|set| set.code.clone()).unwrap_or_default();
    }
    let members = indicator::of_set(db, district, &choice.kelompok).await?;
    let places = Places::of(app, cap.actor(), cap, &choice.kecamatan).await?;
    if places.inside != cap.actor().district_code {
        choice.kecamatan = places.inside.as_i64().to_string();
    }
    let day = choice.day(today);
    let indicators: Vec<Indicator> = members.iter().map(|(_, one)| one.clone()).collect();
    let now = (today, app.store.clock().now());
    let mut values = values_of(db, district, places.asked(), &indicators, day, now).await?;
    values.retain(|(_, code), _| reached(cap, *code));
    let mut targets: BTreeMap<Id, Vec<Target>> = BTreeMap::new();
    for target in indicator::all_targets(db, district).await? {
        targets.entry(target.indicator_id).or_default().push(target);
    }
    Ok(Facts { choice, sets, day, members, targets, places, values })
}

impl Facts {
    fn target(&self, one: &Indicator, place: TerritoryCode) -> Option<i64> {
        let own = self.targets.get(&one.id)?;
        target_for(own, &self.choice.kelompok, i64::from(self.day.year()), place.as_i64())
    }

    fn address(&self, changes: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("kelompok", &self.choice.kelompok),
            ("periode", &self.choice.periode),
            ("kecamatan", &self.choice.kecamatan),
        ];
        for (name, value) in fields {
            let value =
                changes.iter().find(|(changed, _)| *changed == name).map_or(value.as_str(), |(_, to)| *to);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/capaian?{}", query.finish())
    }
}

/// The page of an indicator's number at a place.
pub(super) fn address_of(one: &Indicator, place: TerritoryCode, day: Date) -> String {
    format!("/capaian/{}?wilayah={}&periode={}", one.id, place.as_i64(), one.period_of(day).code())
}

/// "82", "82,4": a share in a narrow cell.
fn short(shell: &Shell, value: i64) -> String {
    shell.fixed((value + 5) / 10, 1)
}

/// "5/40": numerator and denominator in a narrow cell; of a count, or of nobody, nothing.
fn parts_of(shell: &Shell, one: &Indicator, value: &Value) -> String {
    match one.unit() {
        Unit::Percent if value.denominator > 0 => {
            format!("{}/{}", shell.number(value.numerator), shell.number(value.denominator))
        }
        _ => String::new(),
    }
}

/// The heat map.
pub(super) async fn show(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let facts = facts(&app, &cap, choice, shell.today).await?;
    let month = Period::containing(PeriodKind::Month, facts.day);
    let whole = cap.actor().district_code;
    let in_district = facts.places.inside == whole;
    let (place, name) = facts.places.summed_as(&shell);
    let opens = cap.scope().reaches(place, "");
    let heads = facts.members.iter().map(|(number, one)| {
        let value = summed(&facts.values, one.id, place);
        Head {
            number: number.clone(),
            period: one.period_of(facts.day).words(&shell),
            target: facts
                .target(one, place)
                .map(|target| goal_words(&shell, one, target))
                .unwrap_or_default(),
            whole: value.map(|value| value_words(&shell, one, &value)).unwrap_or_default(),
            address: opens.then(|| address_of(one, place, facts.day)),
            id: one.id,
            one: one.clone(),
        }
    });
    let heads: Vec<Head> = heads.collect();
    let lines = facts.places.lines.iter().map(|(code, name)| {
        let numbers = facts.members.iter().map(|(_, one)| {
            let value = summed(&facts.values, one.id, *code);
            let hundredths = value.as_ref().and_then(|value| value.hundredths(one.unit()));
            Number {
                address: address_of(one, *code, facts.day),
                words: hundredths.map_or("–".to_owned(), |value| short(&shell, value)),
                of: value.as_ref().map(|value| parts_of(&shell, one, value)).unwrap_or_default(),
                title: value.map(|value| value_words(&shell, one, &value)).unwrap_or_default(),
                standing: Standing::of(one.better(), hundredths, facts.target(one, *code)),
            }
        });
        let inside = in_district.then(|| facts.address(&[("kecamatan", &code.as_i64().to_string())]));
        Line { name: name.clone(), address: inside, numbers: numbers.collect() }
    });
    let lines: Vec<Line> = lines.collect();
    let (better, worse) = moved(&app, &cap, &shell, &facts).await?;
    let next = month.next();
    let template = MatrixPage {
        month: month.words(&shell),
        before: facts.address(&[("periode", &month.before().code())]),
        next: (next.first <= shell.today).then(|| facts.address(&[("periode", &next.code())])),
        at: facts.values.values().map(|value| value.at).max(),
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        place: name,
        back: !in_district && cap.scope().reaches(whole, ""),
        sets: facts.sets,
        choice: facts.choice,
        shell,
        heads,
        lines,
        better,
        worse,
    };
    page(&template)
}

/// The places and indicators whose shares changed most since the period before, among those of twenty and more.
async fn moved(
    app: &App,
    cap: &SeeIndicators,
    shell: &Shell,
    facts: &Facts,
) -> Result<(Vec<Change>, Vec<Change>), StoreError> {
    let (db, district) = (app.store.reader(), cap.district());
    let mut all = Vec::new();
    let now = (shell.today, app.store.clock().now());
    let kinds = [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Semester, PeriodKind::Year];
    for kind in kinds {
        let some: Vec<Indicator> = facts
            .members
            .iter()
            .map(|(_, one)| one)
            .filter(|one| one.period_kind() == kind)
            .cloned()
            .collect();
        if some.is_empty() {
            continue;
        }
        let earlier = Period::containing(kind, facts.day).before().last;
        let mut before = values_of(db, district, facts.places.asked(), &some, earlier, now).await?;
        before.retain(|(_, code), _| reached(cap, *code));
        for one in &some {
            for (code, name) in &facts.places.lines {
                let pair = summed(&before, one.id, *code).zip(summed(&facts.values, one.id, *code));
                let Some((then, now)) =
                    pair.filter(|(then, now)| then.denominator.min(now.denominator) >= FEW)
                else {
                    continue;
                };
                let shares = then.hundredths(one.unit()).zip(now.hundredths(one.unit()));
                let Some((from, to)) = shares else { continue };
                let good = (to > from) == (one.better() == Better::Higher);
                all.push(Moved { what: (one.clone(), *code, name.clone()), from, to, good });
            }
        }
    }
    let words = |moved: Moved<(Indicator, TerritoryCode, String)>| {
        let (one, code, place) = moved.what;
        Change {
            name: one.name_in(shell).to_owned(),
            from: goal_words(shell, &one, moved.from / 10 * 10),
            to: goal_words(shell, &one, moved.to / 10 * 10),
            address: address_of(&one, code, facts.day),
            place,
        }
    };
    let (better, worse) = moved_most(all, MOST);
    Ok((better.into_iter().map(words).collect(), worse.into_iter().map(words).collect()))
}

/// The matrix as a spreadsheet: numerator, denominator and share of every cell.
pub(super) async fn export(
    cap: Cap<SeeIndicators>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let get = |name: &str| form.get(name).to_owned();
    let choice = Choice { kelompok: get("kelompok"), periode: get("periode"), kecamatan: get("kecamatan") };
    let facts = facts(&app, &cap, choice, shell.today).await?;
    let mut rows = Vec::new();
    for (code, name) in &facts.places.lines {
        for (number, one) in &facts.members {
            let value = summed(&facts.values, one.id, *code);
            let share = value.as_ref().and_then(|value| value.hundredths(one.unit()));
            let decimal = |hundredths: Option<i64>| {
                hundredths.map_or(Cell::Empty, |hundredths| Cell::Decimal(hundredths as f64 / 100.0))
            };
            rows.push(vec![
                Cell::from(code.as_i64().to_string()),
                Cell::from(name.clone()),
                Cell::from(number.clone()),
                Cell::from(one.name_in(&shell)),
                Cell::from(one.period_of(facts.day).words(&shell)),
                value.as_ref().map_or(Cell::Empty, |value| Cell::Number(value.numerator)),
                value.as_ref().map_or(Cell::Empty, |value| Cell::Number(value.denominator)),
                value.as_ref().map_or(Cell::Empty, |value| Cell::Number(value.unknown)),
                decimal(share),
                decimal(facts.target(one, *code)),
            ]);
        }
    }
    let word = |key: &str| shell.t(key).into_owned();
    let columns = vec![
        Column::new(word("convergence.value.code"), Kind::Text),
        Column::new(word("convergence.value.place"), Kind::Text),
        Column::new(word("convergence.indicator.number"), Kind::Text),
        Column::new(word("convergence.indicator.name"), Kind::Text),
        Column::new(word("convergence.indicator.period"), Kind::Text),
        Column::new(word("convergence.indicator.numerator"), Kind::Integer),
        Column::new(word("convergence.indicator.denominator"), Kind::Integer),
        Column::new(word("convergence.value.unknown"), Kind::Integer),
        Column::new(word("convergence.value.share"), Kind::Decimal(2)),
        Column::new(word("convergence.target.title"), Kind::Decimal(2)),
    ];
    let name = format!("capaian-{}", facts.choice.kelompok);
    workbook(&app, &name, word("convergence.value.title"), columns, rows).await
}
