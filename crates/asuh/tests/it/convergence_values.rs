//! Every computed indicator is what the rows add up to: reckoned a second time in Rust, over a district of invented
//! families; and what a number was on a past day. On both engines.

use std::collections::BTreeMap;

use asuh_ground::access::Role;
use asuh_ground::settings;
use asuh_nusantara::TerritoryCode;
use asuh_nusantara::age::completed_months;
use asuh_step_convergence::indicator::{self, Each, Indicator, Period, TakeShipped, Value};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Arg, Args, Command, Id, Instant, Value as Sql, args};
use time::macros::date;
use time::{Date, Duration, Month};

use crate::support::{KERINCI, TestApp, VILLAGES};

const TODAY: Date = date!(2026 - 11 - 02);
/// Rows recorded later than this are not known as of it.
const THEN: Instant = Instant(1_793_000_000_000);
const EARLY: Instant = Instant(1_780_000_000_000);
const LATE: Instant = Instant(1_793_300_000_000);

/// The columns of a table that are not said get nothing, or where they may not be empty zero and an empty text.
pub async fn put(test: &TestApp, table: &str, said: Vec<(&str, Sql)>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src/schema");
    let head = format!("CREATE TABLE {table} (");
    let text = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    let text =
        text.into_iter().find(|text| text.contains(&head)).unwrap_or_else(|| panic!("no table {table}"));
    let body = text.split(&head).nth(1).unwrap().split(") {table}").next().unwrap().to_owned();
    let mut columns = Vec::new();
    let mut args = Args::new();
    for line in body.lines().filter(|line| line.contains(" {") && !line.trim().starts_with("--")) {
        let (column, rest) = line.trim().split_once(" {").unwrap();
        let needed = rest.contains("NOT NULL");
        let value = match said.iter().find(|(name, _)| *name == column) {
            Some((_, value)) => value.clone(),
            None if column == "district_id" => KERINCI.value(),
            None if !needed => continue,
            None if rest.starts_with("int") => 0_i64.value(),
            None if rest.starts_with("text") => "".value(),
            None => Id::SYSTEM.value(),
        };
        columns.push((column.to_owned(), args.push(Raw(value))));
    }
    for (name, _) in &said {
        assert!(columns.iter().any(|(column, _)| column == name), "{table} has no column {name}");
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<&str> = columns.iter().map(|(_, place)| place.as_str()).collect();
    test.sql(&format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", ")), args)
        .await;
}

struct Raw(Sql);

impl Arg for Raw {
    fn value(self) -> Sql {
        self.0
    }
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn day(&mut self, from: Date, days: u64) -> Date {
        from + Duration::days(i64::try_from(self.roll(days)).unwrap())
    }

    fn recorded(&mut self) -> Instant {
        if self.one_in(3) { LATE } else { EARLY }
    }
}

#[derive(Clone)]
struct Visit {
    on: Date,
    at: Instant,
    back: bool,
    advice: bool,
    /// Question, person (None: the household), answer.
    answers: Vec<(String, Option<Id>, &'static str)>,
}

#[derive(Clone)]
struct Measured {
    on: Date,
    at: Instant,
    height: bool,
    haz: Option<i64>,
    waz: Option<i64>,
    whz: Option<i64>,
    oedema: bool,
    gain: Option<&'static str>,
    eppgbm: bool,
    file: Option<(i64, i64, i64)>,
}

#[derive(Clone, Default)]
struct Person {
    id: Option<Id>,
    birth: Option<Date>,
    pregnant: Option<(Date, Option<Date>)>,
    breastfeeding: Option<(Date, Option<Date>)>,
    measured: Vec<Measured>,
    referred: Option<(Date, &'static str, bool, Instant)>,
    ate: Option<(Date, &'static str, Instant)>,
    fed_until: Option<(Date, &'static str, Instant)>,
    fostered: Option<(Date, Option<Date>, Instant)>,
}

#[derive(Clone)]
struct Family {
    id: Id,
    village: i64,
    status: &'static str,
    krs: Option<i64>,
    water: Option<i64>,
    latrine: Option<i64>,
    persons: Vec<Person>,
    visits: Vec<Visit>,
    package: Option<(Date, &'static str, Instant)>,
    cash: Option<(Date, i64, Instant)>,
}

/// The families of four villages, in the database and beside it.
async fn world(test: &TestApp) -> Vec<Family> {
    let mut dice = Dice(20_261_102);
    let questions: Vec<String> = settings::list(test.app.store.reader(), KERINCI, "mentoring.checklist")
        .await
        .unwrap()
        .iter()
        .map(|row| row["question"].clone())
        .collect();
    let parents = [
        ("allocation_run", vec![("id", Id::SYSTEM.value()), ("number", "R-1".value())]),
        ("programme", vec![("id", Id::SYSTEM.value())]),
        ("meal_programme", vec![("id", Id::SYSTEM.value())]),
        ("menu", vec![("id", Id::SYSTEM.value())]),
        ("kitchen_run", vec![("id", Id::SYSTEM.value()), ("number", "M-1".value())]),
        (
            "cash_plan",
            vec![("id", Id::SYSTEM.value()), ("number", "P-1".value()), ("released_at", EARLY.value())],
        ),
    ];
    for (table, said) in parents {
        put(test, table, said).await;
    }
    let mut families = Vec::new();
    for nth in 0..48_i64 {
        let flag = |dice: &mut Dice| match dice.roll(4) {
            0 => None,
            1 => Some(1),
            _ => Some(0),
        };
        let mut family = Family {
            id: test.app.store.new_id(),
            village: VILLAGES[usize::try_from(nth % 4).unwrap()],
            status: ["listed", "verified", "verified", "verified", "moved", "not_at_risk"]
                [usize::try_from(dice.roll(6)).unwrap()],
            krs: [Some(1), Some(1), Some(0), None][usize::try_from(dice.roll(4)).unwrap()],
            water: flag(&mut dice),
            latrine: flag(&mut dice),
            persons: Vec::new(),
            visits: Vec::new(),
            package: None,
            cash: None,
        };
        let mut mother = Person { id: Some(test.app.store.new_id()), ..Person::default() };
        mother.birth = Some(date!(1995 - 01 - 01));
        match dice.roll(3) {
            0 => mother.pregnant = Some((dice.day(date!(2026 - 02 - 01), 300), None)),
            1 => {
                mother.breastfeeding =
                    Some((date!(2026 - 01 - 01), dice.one_in(2).then_some(date!(2026 - 10 - 15))))
            }
            _ => {}
        }
        if dice.one_in(4) {
            mother.ate = Some((dice.day(date!(2026 - 09 - 15), 60), "all", dice.recorded()));
        }
        family.persons.push(mother);
        for _ in 0..dice.roll(3) {
            let mut child = Person { id: Some(test.app.store.new_id()), ..Person::default() };
            child.birth = Some(dice.day(date!(2021 - 09 - 01), 1_880));
            for _ in 0..dice.roll(6) {
                let eppgbm = dice.one_in(3);
                let z = |dice: &mut Dice| dice.roll(900) as i64 - 600;
                let some = |dice: &mut Dice| (!dice.one_in(5)).then(|| dice.roll(1_500) as i64 - 800);
                child.measured.push(Measured {
                    on: dice.day(date!(2025 - 10 - 01), 395),
                    at: dice.recorded(),
                    height: !dice.one_in(3),
                    haz: some(&mut dice),
                    waz: some(&mut dice),
                    whz: some(&mut dice),
                    oedema: dice.one_in(9),
                    gain: [Some("N"), Some("T"), Some("O"), None][usize::try_from(dice.roll(4)).unwrap()],
                    eppgbm,
                    file: (eppgbm && !dice.one_in(4)).then(|| (z(&mut dice), z(&mut dice), z(&mut dice))),
                });
            }
            child.measured.sort_by_key(|one| one.on);
            child.measured.dedup_by_key(|one| one.on);
            if dice.one_in(3) {
                let state = ["sent", "seen", "withdrawn"][usize::try_from(dice.roll(3)).unwrap()];
                child.referred =
                    Some((dice.day(date!(2026 - 08 - 01), 95), state, state == "sent", dice.recorded()));
            }
            if dice.one_in(2) {
                let mark = ["all", "half", "refused"][usize::try_from(dice.roll(3)).unwrap()];
                child.ate = Some((dice.day(date!(2026 - 09 - 15), 60), mark, dice.recorded()));
            }
            if dice.one_in(3) {
                let state = ["recovered", "gaining", "not_gaining"][usize::try_from(dice.roll(3)).unwrap()];
                child.fed_until = Some((dice.day(date!(2026 - 09 - 15), 48), state, dice.recorded()));
            }
            if dice.one_in(2) {
                let ends = dice.one_in(2).then(|| dice.day(date!(2026 - 09 - 15), 60));
                child.fostered = Some((dice.day(date!(2026 - 07 - 01), 140), ends, dice.recorded()));
            }
            family.persons.push(child);
        }
        for _ in 0..dice.roll(7) {
            let mut answers = Vec::new();
            for question in &questions {
                for who in [None].into_iter().chain(family.persons.iter().map(|person| person.id)) {
                    if dice.one_in(2) {
                        let answer = ["yes", "yes", "no", "unknown", "not_applicable"]
                            [usize::try_from(dice.roll(5)).unwrap()];
                        answers.push((question.clone(), who, answer));
                    }
                }
            }
            family.visits.push(Visit {
                on: dice.day(date!(2026 - 07 - 20), 106),
                at: dice.recorded(),
                back: dice.one_in(7),
                advice: dice.one_in(2),
                answers,
            });
        }
        family.visits.sort_by_key(|visit| visit.on);
        family.visits.dedup_by_key(|visit| visit.on);
        if dice.one_in(2) {
            let state = ["planned", "packed", "delivered"][usize::try_from(dice.roll(3)).unwrap()];
            family.package = Some((dice.day(date!(2026 - 09 - 20), 50), state, dice.recorded()));
        }
        if dice.one_in(3) {
            family.cash =
                Some((dice.day(date!(2026 - 09 - 20), 40), (dice.roll(2) * 450_000) as i64, dice.recorded()));
        }
        store(test, &family, nth).await;
        families.push(family);
    }
    families
}

async fn store(test: &TestApp, family: &Family, nth: i64) {
    let never = Instant::NEVER;
    put(test, "family", vec![("id", family.id.value())]).await;
    put(
        test,
        "family_version",
        vec![
            ("family_id", family.id.value()),
            ("version", 1_i64.value()),
            ("recorded_at", EARLY.value()),
            ("superseded_at", never.value()),
            ("village_code", family.village.value()),
            ("head_name", format!("Keluarga {nth}").value()),
            ("status", family.status.value()),
            ("krs", family.krs.value()),
            ("poor_water", family.water.value()),
            ("poor_latrine", family.latrine.value()),
        ],
    )
    .await;
    for (place, person) in family.persons.iter().enumerate() {
        let id = person.id.unwrap();
        put(test, "person", vec![("id", id.value())]).await;
        put(
            test,
            "person_version",
            vec![
                ("person_id", id.value()),
                ("version", 1_i64.value()),
                ("recorded_at", EARLY.value()),
                ("superseded_at", never.value()),
                ("family_id", family.id.value()),
                ("name", format!("Orang {nth} {place}").value()),
                ("birth_date", person.birth.value()),
            ],
        )
        .await;
        for (kind, period) in [("pregnancy", person.pregnant), ("breastfeeding", person.breastfeeding)] {
            if let Some((starts, ends)) = period {
                let said = vec![
                    ("id", test.app.store.new_id().value()),
                    ("person_id", id.value()),
                    ("kind", kind.value()),
                    ("starts_on", starts.value()),
                    ("ends_on", ends.value()),
                    ("recorded_at", EARLY.value()),
                ];
                put(test, "maternity", said).await;
            }
        }
        for one in &person.measured {
            let file = |z: fn(&(i64, i64, i64)) -> i64| one.file.as_ref().map(z);
            let said = vec![
                ("id", test.app.store.new_id().value()),
                ("person_id", id.value()),
                ("measured_on", one.on.value()),
                ("weight_g", 9_000_i64.value()),
                ("height_mm", one.height.then_some(800_i64).value()),
                ("haz", one.haz.value()),
                ("waz", one.waz.value()),
                ("whz", one.whz.value()),
                ("oedema", i64::from(one.oedema).value()),
                ("own_gain", one.gain.value()),
                ("file_haz", file(|z| z.0).value()),
                ("file_waz", file(|z| z.1).value()),
                ("file_whz", file(|z| z.2).value()),
                ("source", if one.eppgbm { "eppgbm" } else { "posyandu" }.value()),
                ("recorded_at", one.at.value()),
            ];
            put(test, "measurement", said).await;
        }
        if let Some((on, state, open, at)) = person.referred {
            let said = vec![
                ("id", test.app.store.new_id().value()),
                ("number", format!("RJ-{nth}-{place}").value()),
                ("family_id", family.id.value()),
                ("person_id", id.value()),
                ("sent_on", on.value()),
                ("state", state.value()),
                ("answer_by", open.then_some(on).value()),
                ("recorded_at", at.value()),
            ];
            put(test, "referral", said).await;
        }
        let enrolment = test.app.store.new_id();
        if person.ate.is_some() || person.fed_until.is_some() {
            let (ended, state, at) = match person.fed_until {
                Some((on, state, at)) => (Some(on), state, Some(at)),
                None => (None, "active", None),
            };
            let said = vec![
                ("id", enrolment.value()),
                ("person_id", id.value()),
                ("family_id", family.id.value()),
                ("state", state.value()),
                ("ended_on", ended.value()),
                ("ended_at", at.value()),
            ];
            put(test, "meal_enrolment", said).await;
        }
        if let Some((on, mark, at)) = person.ate {
            let said = vec![
                ("enrolment_id", enrolment.value()),
                ("person_id", id.value()),
                ("family_id", family.id.value()),
                ("for_day", on.value()),
                ("mark", mark.value()),
                ("marked_at", at.value()),
            ];
            put(test, "meal_serving", said).await;
        }
        if let Some((from, to, at)) = person.fostered {
            let said = vec![
                ("id", test.app.store.new_id().value()),
                ("person_id", id.value()),
                ("valid_from", from.value()),
                ("valid_to", to.value()),
                ("made_at", at.value()),
            ];
            put(test, "sponsor_pair", said).await;
        }
    }
    for visit in &family.visits {
        let id = test.app.store.new_id();
        let said = vec![
            ("id", id.value()),
            ("family_id", family.id.value()),
            ("visited_on", visit.on.value()),
            ("advice_sealed", visit.advice.then(|| vec![1_u8]).value()),
            ("recorded_at", visit.at.value()),
            ("retracted_at", visit.back.then_some(Instant(visit.at.0 + 1)).value()),
        ];
        put(test, "visit", said).await;
        let mut rows = Vec::new();
        for (nth, (question, person, answer)) in visit.answers.iter().enumerate() {
            let mut row = args![KERINCI, id, i64::try_from(nth).unwrap(), *person, question, *answer];
            let places: Vec<String> = (1..=6).map(|place| format!("${place}")).collect();
            let _ = &mut row;
            rows.push((places.join(", "), row));
        }
        for (places, row) in rows {
            let sql = format!(
                "INSERT INTO visit_answer (district_id, visit_id, nth, person_id, question, answer) VALUES ({places})"
            );
            test.sql(&sql, row).await;
        }
    }
    if let Some((on, state, at)) = family.package {
        let said = vec![
            ("id", test.app.store.new_id().value()),
            ("family_id", family.id.value()),
            ("week_of", on.value()),
            ("state", state.value()),
            ("delivered_on", (state == "delivered").then_some(on).value()),
            ("changed_at", at.value()),
        ];
        put(test, "package", said).await;
    }
    if let Some((on, paid, at)) = family.cash {
        let payment = test.app.store.new_id();
        let said = vec![
            ("id", payment.value()),
            ("family_id", family.id.value()),
            ("person_id", family.persons[0].id.value()),
            ("month", on.value()),
            ("nth", nth.value()),
            ("state", "paid".value()),
        ];
        put(test, "cash_payment", said).await;
        let said = vec![
            ("id", test.app.store.new_id().value()),
            ("payment_id", payment.value()),
            ("reference", format!("T-{nth}").value()),
            ("paid", paid.value()),
            ("state", "paid".value()),
            ("sent_on", on.value()),
            ("decided_on", on.value()),
            ("decided_at", at.value()),
        ];
        put(test, "cash_attempt", said).await;
    }
}

/// What is reckoned in Rust, of a period and as of an instant.
struct Model<'a> {
    families: &'a [Family],
    first: Date,
    until: Date,
    months: usize,
    as_of: Instant,
}

/// Whether it holds (1), not (0), is not asked (2); none: nobody knows.
type Fact = Option<i64>;

impl Model<'_> {
    fn visits<'b>(&'b self, family: &'b Family) -> impl DoubleEndedIterator<Item = &'b Visit> {
        family.visits.iter().filter(|visit| {
            let back = visit.back && visit.at.0 < self.as_of.0;
            visit.at <= self.as_of && !back && visit.on <= self.until
        })
    }

    fn within<'b>(&'b self, family: &'b Family) -> impl DoubleEndedIterator<Item = &'b Visit> {
        self.visits(family).filter(|visit| visit.on >= self.first)
    }

    fn measured<'b>(&'b self, person: &'b Person, from: Date) -> Vec<&'b Measured> {
        let fits = |one: &&Measured| one.at <= self.as_of && (from..=self.until).contains(&one.on);
        person.measured.iter().filter(fits).collect()
    }

    fn answer(&self, family: &Family, person: Option<Id>, questions: &str, within: bool) -> Fact {
        let visits = self.visits(family).filter(|visit| !within || visit.on >= self.first);
        for visit in visits.rev() {
            let said = visit.answers.iter().rev().find(|(question, who, answer)| {
                questions.lines().any(|line| line == question) && *who == person && *answer != "unknown"
            });
            match said.map(|said| said.2) {
                Some("yes") => return Some(1),
                Some("no") => return Some(0),
                Some(_) => return Some(2),
                None => {}
            }
        }
        None
    }

    /// Whether visits of a kind were there in every month that has begun.
    fn monthly<'b>(&self, visits: impl Iterator<Item = &'b Visit>) -> i64 {
        let mut months: Vec<(i32, Month)> = visits.map(|visit| (visit.on.year(), visit.on.month())).collect();
        months.sort_unstable_by_key(|one| (one.0, u8::from(one.1)));
        months.dedup();
        i64::from(months.len() >= self.months)
    }

    fn fact(&self, one: &Indicator, family: &Family, person: Option<&Person>) -> Fact {
        let child = person.cloned().unwrap_or_default();
        let id = child.id;
        let last = |can: fn(&Measured) -> bool| {
            self.measured(&child, self.first).into_iter().rev().find(|one| can(one)).cloned()
        };
        let z = |value: Option<i64>, low: i64, high: i64| value.filter(|z| (low..=high).contains(z));
        match one.computation.as_str() {
            "krs_share" => Some(i64::from(family.krs == Some(1))),
            "water" => family.water.map(|poor| 1 - poor),
            "latrine" => family.latrine.map(|poor| 1 - poor),
            "mentored" => Some(i64::from(self.within(family).next().is_some())),
            "advised_monthly" => Some(self.monthly(self.within(family).filter(|visit| visit.advice))),
            "visited_monthly_thin" => match self.answer(family, id, &one.question, false) {
                Some(0) => Some(self.monthly(self.within(family))),
                _ => Some(2),
            },
            "visited_monthly_ill" => {
                let latest = self.measured(&child, date!(2000 - 01 - 01)).into_iter().rev();
                let latest =
                    latest.into_iter().find(|one| one.haz.is_some() || one.whz.is_some() || one.oedema);
                let ill = latest.is_some_and(|one| {
                    one.haz < Some(-200) && one.haz.is_some()
                        || one.whz.is_some_and(|z| z < -200)
                        || one.oedema
                });
                Some(if ill { self.monthly(self.within(family)) } else { 2 })
            }
            "weighed" => Some(i64::from(!self.measured(&child, self.first).is_empty())),
            "measured" => Some(i64::from(self.measured(&child, self.first).iter().any(|one| one.height))),
            "measured_twice" => {
                let year = self.until.replace_day(1).unwrap();
                let year = (0..11).fold(year, |month, _| (month - Duration::DAY).replace_day(1).unwrap());
                Some(i64::from(self.measured(&child, year).iter().filter(|one| one.height).count() >= 2))
            }
            "weighed_monthly" => {
                let month = |day: Date| day.year() * 12 + i32::from(u8::from(day.month()));
                let born = month(child.birth.unwrap());
                let needed = (month(self.first)..=month(self.until)).filter(|month| *month >= born).count();
                let mut months: Vec<i32> =
                    self.measured(&child, self.first).iter().map(|one| month(one.on)).collect();
                months.dedup();
                Some(i64::from(months.len() >= needed))
            }
            "gained" => {
                last(|one| matches!(one.gain, Some("N" | "T"))).map(|one| i64::from(one.gain == Some("N")))
            }
            "stunted" => last(|one| one.haz.is_some_and(|z| (-600..=600).contains(&z)))
                .map(|one| i64::from(one.haz < Some(-200))),
            "underweight" => last(|one| one.waz.is_some_and(|z| (-600..=500).contains(&z)))
                .map(|one| i64::from(one.waz < Some(-200))),
            "wasted" => last(|one| one.oedema || one.whz.is_some_and(|z| (-500..=500).contains(&z)))
                .map(|one| i64::from(one.oedema || z(one.whz, -9_999, -201).is_some())),
            "stunted_file" => last(|one| one.file.is_some()).map(|one| i64::from(one.file.unwrap().0 < -200)),
            "underweight_file" => {
                last(|one| one.file.is_some()).map(|one| i64::from(one.file.unwrap().1 < -200))
            }
            "wasted_file" => last(|one| one.file.is_some()).map(|one| i64::from(one.file.unwrap().2 < -200)),
            "severe_treated" => {
                let severe = last(|one| one.whz.is_some() || one.oedema)
                    .is_some_and(|one| one.oedema || one.whz.is_some_and(|z| z < -300));
                if !severe {
                    return Some(2);
                }
                let sent = child.referred.is_some_and(|(on, state, open, at)| {
                    at <= self.as_of && on <= self.until && (on >= self.first || open) && state != "withdrawn"
                });
                Some(i64::from(sent))
            }
            "fed" => {
                let thin = last(|one| one.whz.is_some())
                    .is_some_and(|one| !one.oedema && one.whz.is_some_and(|z| (-300..-200).contains(&z)));
                Some(if thin { i64::from(self.ate(&child)) } else { 2 })
            }
            "fed_thin" => match self.answer(family, id, &one.question, false) {
                Some(0) => Some(i64::from(self.ate(&child))),
                _ => Some(2),
            },
            "fed_finished" => match child.fed_until {
                Some((on, state, at)) if at <= self.as_of && (self.first..=self.until).contains(&on) => {
                    Some(i64::from(state != "not_gaining"))
                }
                _ => Some(2),
            },
            "answer" => self.answer(family, id, &one.question, false),
            "answer_period" => self.answer(family, id, &one.question, true),
            "answer_household" => self.answer(family, None, &one.question, false),
            "answer_monthly" => {
                let yes = |visit: &&Visit| {
                    visit.answers.iter().any(|(question, who, answer)| {
                        one.question.lines().any(|line| line == question) && *who == id && *answer == "yes"
                    })
                };
                Some(self.monthly(self.within(family).filter(yes)))
            }
            "fostered" => Some(i64::from(child.fostered.is_some_and(|(from, to, at)| {
                at <= self.as_of && from <= self.until && to.is_none_or(|to| to >= self.until)
            }))),
            "released" => {
                let packed = family.package.is_some_and(|(on, state, at)| {
                    at <= self.as_of && state != "planned" && (self.first..=self.until).contains(&on)
                });
                let sent = family.cash.is_some_and(|(on, ..)| (self.first..=self.until).contains(&on));
                Some(i64::from(packed || sent))
            }
            "received" => {
                let delivered = family.package.is_some_and(|(on, state, at)| {
                    at <= self.as_of && state == "delivered" && (self.first..=self.until).contains(&on)
                });
                let paid = family.cash.is_some_and(|(on, paid, at)| {
                    at <= self.as_of && paid > 0 && (self.first..=self.until).contains(&on)
                });
                Some(i64::from(delivered || paid))
            }
            other => panic!("{other} is not reckoned here"),
        }
    }

    fn ate(&self, person: &Person) -> bool {
        person.ate.is_some_and(|(on, mark, at)| {
            at <= self.as_of && (self.first..=self.until).contains(&on) && mark != "refused"
        })
    }

    /// Numerator, denominator and unknown by village.
    fn values(&self, one: &Indicator, counts_unknown: bool) -> BTreeMap<i64, (i64, i64, i64)> {
        let mut sums: BTreeMap<i64, (i64, i64, i64)> = BTreeMap::new();
        let mut add = |village: i64, fact: Fact| {
            let sum = sums.entry(village).or_default();
            sum.0 += i64::from(fact == Some(1));
            sum.1 += match fact {
                None => i64::from(counts_unknown),
                Some(2) => 0,
                Some(_) => 1,
            };
            sum.2 += i64::from(fact.is_none());
        };
        if one.target_group == "village" {
            for village in VILLAGES {
                let visited = self
                    .families
                    .iter()
                    .any(|family| family.village == village && self.within(family).next().is_some());
                add(village, Some(i64::from(visited)));
            }
            return sums;
        }
        for family in self.families {
            let here = !["moved", "deceased", "duplicate"].contains(&family.status);
            match one.target_group.as_str() {
                "household" if here => add(family.village, self.fact(one, family, None)),
                "family_at_risk"
                    if family.krs == Some(1) && ["listed", "verified"].contains(&family.status) =>
                {
                    add(family.village, self.fact(one, family, None));
                }
                "pregnant" | "breastfeeding" if here => {
                    for person in &family.persons {
                        let period = if one.target_group == "pregnant" {
                            person.pregnant
                        } else {
                            person.breastfeeding
                        };
                        let is = period.is_some_and(|(from, to)| {
                            from <= self.until && to.is_none_or(|to| to >= self.first)
                        });
                        if is {
                            add(family.village, self.fact(one, family, Some(person)));
                        }
                    }
                }
                "child" if here => {
                    for person in &family.persons {
                        let age = completed_months(person.birth.unwrap(), self.until).map(i64::from);
                        let (from, to) = (one.age_from.unwrap(), one.age_to.unwrap());
                        if age.is_some_and(|age| (from..=to).contains(&age)) {
                            add(family.village, self.fact(one, family, Some(person)));
                        }
                    }
                }
                _ => {}
            }
        }
        sums
    }
}

async fn take(test: &TestApp) {
    let taken = test.app.submit(&test.system(), test.app.store.new_id(), TakeShipped {}).await.unwrap();
    assert!(taken.value > 60, "{}", taken.value);
    let again = test.app.submit(&test.system(), test.app.store.new_id(), TakeShipped {}).await.unwrap();
    assert_eq!(again.value, 0, "what is there is not taken twice");
}

#[db_test]
async fn every_computed_indicator_is_what_its_rows_add_up_to(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    let families = world(&test).await;
    let db = test.app.store.reader();
    let whole = TerritoryCode::from_i64(1_501_000_000).unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let (mut compared, mut silent) = (0, Vec::new());
    for one in indicator::all(db, KERINCI).await.unwrap().iter().filter(|one| one.is_computed()) {
        let how = indicator::Computation::parse(&one.computation).unwrap();
        let mut told = false;
        for day in [TODAY, date!(2026 - 10 - 31), date!(2026 - 08 - 15)] {
            let period = one.period_of(day);
            for as_of in [None, Some(THEN)] {
                let model = Model {
                    families: &families,
                    first: period.first,
                    until: period.until(TODAY),
                    months: period.months_until(period.until(TODAY)).len(),
                    as_of: as_of.unwrap_or(Instant(i64::MAX)),
                };
                let found = indicator::parts(db, KERINCI, one, whole, period, now, as_of).await.unwrap();
                let found: BTreeMap<i64, (i64, i64, i64)> =
                    found.into_iter().map(|(code, value)| (code, figures(&value))).collect();
                let wanted = model.values(one, how.counts_unknown());
                assert_eq!(found, wanted, "{} in {} as of {as_of:?}", one.code, period.code());
                compared += 1;
                let sum = wanted.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
                told |= sum.0 > 0 && sum.0 < sum.1;
            }
        }
        if !told {
            silent.push(one.code.clone());
        }
    }
    assert!(compared > 200, "{compared}");
    // Services that hardly anybody gets every month may be got by nobody here.
    assert!(
        silent.len() <= 16,
        "for each there is somebody for whom it holds and somebody for whom not: {silent:?}"
    );
}

fn figures(value: &Value) -> (i64, i64, i64) {
    (value.numerator, value.denominator, value.unknown)
}

#[db_test]
async fn the_cells_are_the_rows_and_are_made_again_when_something_was_recorded(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    let families = world(&test).await;
    let district = settings::one(test.app.store.reader(), KERINCI).await.unwrap().unwrap();
    let (reader, whole) = (test.app.store.reader(), district.code);
    let all = indicator::all(reader, KERINCI).await.unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let before =
        indicator::values_of(reader, KERINCI, (whole, Each::Smallest), &all, TODAY, now).await.unwrap();
    indicator::refresh(&test.app, &district).await.unwrap();
    assert!(test.number("SELECT COUNT(*) AS n FROM indicator_cell", args![]).await > 500);
    let after =
        indicator::values_of(reader, KERINCI, (whole, Each::Smallest), &all, TODAY, now).await.unwrap();
    let told = |values: &BTreeMap<(Id, i64), Value>| {
        values.iter().map(|(key, value)| (*key, figures(value))).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(told(&before), told(&after), "read from cells and from rows");
    let check = asuh_step_convergence::STEP.check.unwrap();
    assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
    // A cell that somebody changed is found.
    test.sql("UPDATE indicator_cell SET numerator = numerator + 1 WHERE district_id = $1", args![KERINCI])
        .await;
    assert!(!check(&test.app, KERINCI).await.unwrap().is_empty());
    // Five minutes after something was recorded the present period is made again.
    let families_there = families.iter().filter(|family| family.status != "moved").count() as i64;
    test.app.submit(&test.system(), test.app.store.new_id(), Touch {}).await.unwrap();
    test.db.clock.advance(301);
    indicator::refresh(&test.app, &district).await.unwrap();
    let krs = all.iter().find(|one| one.code == "krs").unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let values =
        indicator::values_of(reader, KERINCI, (whole, Each::Smallest), std::slice::from_ref(krs), TODAY, now)
            .await
            .unwrap();
    let sum = indicator::together(values.values()).unwrap();
    assert_eq!(sum.denominator, families_there, "made anew from the rows");
    assert_eq!(sum.places, 4);
}

/// Something that is recorded and changes nothing here.
#[derive(serde::Serialize, serde::Deserialize)]
struct Touch {}

impl Command for Touch {
    const KIND: &'static str = "test.touch";
    type Receipt = ();

    async fn apply(&self, _tx: &asuh_store::Tx<'_>) -> Result<(), asuh_store::Fault> {
        Ok(())
    }
}

#[db_test]
async fn a_past_day_has_the_number_of_that_day(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    let family = Family {
        id: test.app.store.new_id(),
        village: VILLAGES[0],
        status: "verified",
        krs: Some(1),
        water: Some(1),
        latrine: None,
        persons: Vec::new(),
        visits: Vec::new(),
        package: None,
        cash: None,
    };
    store(&test, &family, 1).await;
    // On the day after its water became safe and it moved to the next village.
    let moved = Instant(THEN.0 + 86_400_000);
    test.sql("UPDATE family_version SET superseded_at = $2 WHERE district_id = $1", args![KERINCI, moved])
        .await;
    put(
        &test,
        "family_version",
        vec![
            ("family_id", family.id.value()),
            ("version", 2_i64.value()),
            ("recorded_at", moved.value()),
            ("superseded_at", Instant::NEVER.value()),
            ("village_code", VILLAGES[1].value()),
            ("status", "verified".value()),
            ("krs", Some(1_i64).value()),
            ("poor_water", Some(0_i64).value()),
        ],
    )
    .await;
    let db = test.app.store.reader();
    let water = indicator::by_code(db, KERINCI, "air-minum").await.unwrap().unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let period: Period = water.period_of(TODAY);
    let whole = TerritoryCode::from_i64(1_501_000_000).unwrap();
    for (as_of, village, holds) in
        [(Some(THEN), VILLAGES[0], 0), (Some(moved), VILLAGES[1], 1), (None, VILLAGES[1], 1)]
    {
        let found = indicator::parts(db, KERINCI, &water, whole, period, now, as_of).await.unwrap();
        let found: Vec<_> = found.iter().map(|(code, value)| (*code, figures(value))).collect();
        assert_eq!(found, [(village, (holds, 1, 0))], "{as_of:?}");
    }
}

#[db_test]
async fn the_people_behind_a_number_are_those_it_counts_and_shown_to_who_reads_families(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    world(&test).await;
    let reader = test.app.store.reader();
    let village = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    let place = TerritoryCode::from_i64(VILLAGES[0]).unwrap();
    let now = (TODAY, test.app.store.clock().now());
    for code in ["balita-dipantau", "stunting", "krs-didampingi", "bumil-anc6", "sk-kunjungan-anak"] {
        let one = indicator::by_code(reader, KERINCI, code).await.unwrap().unwrap();
        let period = one.period_of(TODAY);
        let value = indicator::value_of(reader, KERINCI, place, &one, period, now, None).await.unwrap();
        let value = value.unwrap_or_else(|| panic!("{code} counts nobody"));
        let path = format!("/capaian/{}?wilayah={}&periode={}", one.id, VILLAGES[0], period.code());
        let shown = |page: &str| page.matches("<a href=\"/sasaran/").count() as i64;
        for (tab, wanted) in [("&tampil=ya", value.numerator), ("&tampil=tanpa-data", value.unknown)] {
            assert_eq!(shown(&village.get(&format!("{path}{tab}")).await.ok()), wanted, "{code} {tab}");
        }
        let both = indicator::Computation::parse(&one.computation).unwrap().counts_unknown();
        let all = if both { value.denominator } else { value.denominator + value.unknown };
        assert_eq!(shown(&village.get(&path).await.ok()), all, "{code}");
        // Who plans sees the same number and no names; the next village is nobody's but its own.
        let page = planner.get(&path).await.ok();
        assert!(
            shown(&page) == 0 && page.contains("hanya untuk petugas yang membaca data keluarga"),
            "{page}"
        );
        assert!(page.contains(&format!("{} dari {}", value.numerator, value.denominator)), "{page}");
    }
    let scores = planner.get("/skor-konvergensi?periode=2026-10").await.ok();
    assert!(scores.contains("Gunung Raya") && scores.contains("Tingkat konvergensi"), "{scores}");
    let heat = planner.get("/capaian?kelompok=lokal&kecamatan=1501010000").await.ok();
    assert!(heat.contains("Selam Paung") && !heat.contains("Sanggaran Agung"), "{heat}");
    assert_eq!(village.get("/capaian?kecamatan=1501020000").await.status, axum::http::StatusCode::NOT_FOUND);
}
