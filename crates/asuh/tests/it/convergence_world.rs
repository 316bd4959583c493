//! A district of invented families for indicators: in the database, and beside it for reckoning a second time.

use std::path::Path;

use asuh_ground::settings;
use asuh_store::{Arg, Args, Id, Instant, Value as Sql, args};
use time::macros::date;
use time::{Date, Duration};

use crate::support::{KERINCI, TestApp, VILLAGES};

/// Rows recorded later than this are not known as of it.
pub const THEN: Instant = Instant(1_793_000_000_000);
const EARLY: Instant = Instant(1_780_000_000_000);
const LATE: Instant = Instant(1_793_300_000_000);

/// The columns of a table that are not said get nothing, or where they may not be empty zero and an empty text.
pub async fn put(test: &TestApp, table: &str, said: Vec<(&str, Sql)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src/schema");
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

/// A visit and what was asked.
#[derive(Clone)]
pub struct Visit {
    pub on: Date,
    pub at: Instant,
    pub back: bool,
    pub advice: bool,
    /// Question, person (None: the household), answer.
    pub answers: Vec<(String, Option<Id>, &'static str)>,
}

/// A measurement.
#[derive(Clone)]
pub struct Measured {
    pub on: Date,
    pub at: Instant,
    pub height: bool,
    pub haz: Option<i64>,
    pub waz: Option<i64>,
    pub whz: Option<i64>,
    pub oedema: bool,
    pub gain: Option<&'static str>,
    pub eppgbm: bool,
    pub file: Option<(i64, i64, i64)>,
}

/// Somebody of a family.
#[derive(Clone, Default)]
pub struct Person {
    pub id: Option<Id>,
    pub birth: Option<Date>,
    pub pregnant: Option<(Date, Option<Date>)>,
    pub breastfeeding: Option<(Date, Option<Date>)>,
    pub measured: Vec<Measured>,
    pub referred: Option<(Date, &'static str, bool, Instant)>,
    pub ate: Option<(Date, &'static str, Instant)>,
    pub fed_until: Option<(Date, &'static str, Instant)>,
    pub fostered: Option<(Date, Option<Date>, Instant)>,
}

/// A family and what happened to it.
#[derive(Clone)]
pub struct Family {
    pub id: Id,
    pub village: i64,
    pub status: &'static str,
    pub krs: Option<i64>,
    pub water: Option<i64>,
    pub latrine: Option<i64>,
    pub persons: Vec<Person>,
    pub visits: Vec<Visit>,
    pub package: Option<(Date, &'static str, Instant)>,
    pub cash: Option<(Date, i64, Instant)>,
}

/// The families of four villages, in the database and beside it.
pub async fn world(test: &TestApp) -> Vec<Family> {
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

/// Writes a family.
pub async fn store(test: &TestApp, family: &Family, nth: i64) {
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
