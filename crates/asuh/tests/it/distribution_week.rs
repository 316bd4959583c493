//! Who is in the plan of a week: what happened since its Monday counts, what only the calendar ends does not yet.

use std::collections::BTreeSet;

use asuh_ground::access::Role;
use asuh_nusantara::{Sex, TerritoryCode, Zone};
use asuh_step_distribution::eligible_families;
use asuh_step_registry::families::{Change, PutMaternity, PutPerson, Source};
use asuh_step_registry::rules::{Ending, MaternityKind, Relation};
use asuh_step_registry::{Reach, RecordVerification, VisitResult, risk};
use asuh_step_reports::{measure, refresh};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Id, Instant, Query, args};
use time::macros::date;
use time::{Date, Duration};

use crate::distribution::{MONDAY, Scene};
use crate::support::{KERINCI, VILLAGES};

const TUESDAY: Date = date!(2026 - 11 - 03);
const WEDNESDAY: Date = date!(2026 - 11 - 04);
const FRIDAY: Date = date!(2026 - 11 - 06);

fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

/// It is nine o'clock of a day in the district, and its round has been.
async fn clock(scene: &Scene, day: Date) {
    let nine = Instant::from(Zone::Wib.start_of_day(day)).plus_seconds(9 * 3600);
    scene.test.db.clock.set(nine);
    risk::renew(&scene.test.app).await.expect("the risk");
}

async fn done<C: Command>(scene: &Scene, command: C) -> C::Receipt {
    let test = &scene.test;
    test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("the command").value
}

/// The one child of a family of the scene, as it is corrected once.
async fn child(scene: &Scene, family: Id, whom: (&str, Date), today: Date) -> PutPerson {
    let sql = "SELECT person_id FROM person_version WHERE district_id = $1 AND family_id = $2";
    let found: Option<(Id,)> =
        scene.test.app.store.reader().first(sql, args![KERINCI, family]).await.unwrap();
    let person = found.map(|row| (row.0, 1));
    PutPerson { person, ..member(family, whom, Relation::Child, today) }
}

/// The child is this one instead.
async fn child_is(scene: &Scene, family: Id, whom: (&str, Date)) {
    let put = child(scene, family, whom, MONDAY).await;
    done(scene, put).await;
}

/// A family whose child is at school.
async fn grown(scene: &Scene, name: &str, whom: (&str, Date)) -> Id {
    let family = scene.family(VILLAGES[0], "001", name).await;
    child_is(scene, family, whom).await;
    family
}

fn member(family: Id, (name, birth): (&str, Date), relation: Relation, today: Date) -> PutPerson {
    PutPerson {
        person: None,
        family,
        reach: everywhere(),
        source: Source::Field,
        today,
        relation,
        name: name.into(),
        sex: Some(Sex::Female),
        birth_date: Some(birth),
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    }
}

/// Her mother was noticed to be pregnant on a day.
fn pregnancy(mother: Id, starts_on: Date) -> PutMaternity {
    PutMaternity {
        replaces: None,
        person: mother,
        reach: everywhere(),
        source: Source::Field,
        today: starts_on,
        kind: Some(MaternityKind::Pregnancy),
        starts_on,
        due_on: None,
        ends_on: None,
    }
}

/// The mother of a family, and her pregnancy since a day.
async fn pregnant(scene: &Scene, family: Id, mother: (&str, Date), since: Date) -> (Id, Id) {
    let mother = done(scene, member(family, mother, Relation::Wife, since)).await;
    (mother, done(scene, pregnancy(mother, since)).await.expect("a period"))
}

/// The child of a family died on Wednesday.
async fn dies(scene: &Scene, family: Id) {
    let child = child(scene, family, ("Anak", date!(2024 - 10 - 01)), WEDNESDAY).await;
    done(scene, PutPerson { ended: Some((Ending::Died, WEDNESDAY)), ..child }).await;
}

async fn may_receive(scene: &Scene, week_of: Date) -> BTreeSet<Id> {
    let found = eligible_families(scene.test.app.store.reader(), KERINCI, week_of).await.unwrap();
    found.into_iter().map(|family| family.family_id).collect()
}

async fn packages(scene: &Scene, run: Id) -> BTreeSet<Id> {
    let sql = "SELECT family_id FROM package WHERE district_id = $1 AND run_id = $2";
    let found: Vec<(Id,)> = scene.test.app.store.reader().all(sql, args![KERINCI, run]).await.unwrap();
    found.into_iter().map(|row| row.0).collect()
}

#[db_test]
async fn a_plan_of_friday_counts_what_was_noted_since_monday(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.stock(50, 0).await;
    let stays = scene.family(VILLAGES[0], "001", "Ani").await;
    let loses = scene.family(VILLAGES[0], "001", "Budi").await;
    let moves = scene.family(VILLAGES[0], "001", "Citra").await;
    let expects = grown(&scene, "Dewi", ("Raka", date!(2018 - 01 - 05))).await;
    let turns_five = scene.family(VILLAGES[0], "001", "Eko").await;
    child_is(&scene, turns_five, ("Anak", date!(2021 - 11 - 04))).await;
    let ends = grown(&scene, "Fitri", ("Salsabila", date!(2017 - 06 - 11))).await;
    let (mother, period) =
        pregnant(&scene, ends, ("Sumarni", date!(1994 - 03 - 02)), date!(2026 - 08 - 03)).await;
    let bears = grown(&scene, "Gita", ("Yusuf", date!(2016 - 09 - 23))).await;
    let later = grown(&scene, "Hani", ("Nadia", date!(2015 - 02 - 14))).await;
    let next_week = grown(&scene, "Irma", ("Galih", date!(2014 - 12 - 03))).await;
    assert_eq!(may_receive(&scene, MONDAY).await, BTreeSet::from([stays, loses, moves, turns_five, ends]));

    clock(&scene, TUESDAY).await;
    pregnant(&scene, expects, ("Kartika", date!(1999 - 07 - 15)), TUESDAY).await;
    clock(&scene, WEDNESDAY).await;
    dies(&scene, loses).await;
    let moved = RecordVerification {
        family: moves,
        reach: everywhere(),
        result: VisitResult::Moved,
        reason: "pindah ke Jambi".into(),
        note: String::new(),
        visited_on: WEDNESDAY,
        confirms: true,
        today: WEDNESDAY,
    };
    done(&scene, moved).await;
    let over = PutMaternity {
        replaces: Some(period),
        today: WEDNESDAY,
        ends_on: Some(WEDNESDAY),
        ..pregnancy(mother, date!(2026 - 08 - 03))
    };
    done(&scene, over).await;
    done(&scene, member(bears, ("Bayi Gita", WEDNESDAY), Relation::Child, WEDNESDAY)).await;

    // On Friday the page, the figures, the list of those who wait and the plan say the same.
    clock(&scene, FRIDAY).await;
    let now = BTreeSet::from([stays, expects, turns_five, bears]);
    assert_eq!(may_receive(&scene, MONDAY).await, now);
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/penyaluran/baru").await.ok();
    assert!(page.contains("untuk 4 keluarga") && page.contains("2 Nov 2026–8 Nov 2026"), "{page}");
    refresh(&scene.test.app, KERINCI).await.unwrap();
    let figure =
        "SELECT CAST(SUM(value) AS BIGINT) AS n FROM summary_cell WHERE measure = $1 AND week_of = $2";
    assert_eq!(scene.test.number(figure, args![measure::FAMILIES, MONDAY]).await, 4);
    let waiting = admin.get("/dasbor/belum").await.ok();
    assert!(waiting.contains("Dewi") && waiting.contains("Gita") && waiting.contains("Eko"), "{waiting}");
    for gone in ["Budi", "Citra", "Fitri"] {
        assert!(!waiting.contains(gone), "{gone}: {waiting}");
    }
    let run = scene.plan(MONDAY, &[VILLAGES[0]]).await;
    scene.approve(run).await;
    assert_eq!(packages(&scene, run).await, now);
    let credited = "SELECT COUNT(DISTINCT family_id) AS n FROM share_account";
    assert_eq!(scene.test.number(credited, args![]).await, 4, "who is not in the week gains no claim");

    // What is approved stays; who is noted on Saturday is in the next plan of the same week.
    clock(&scene, date!(2026 - 11 - 07)).await;
    pregnant(&scene, later, ("Wulandari", date!(2001 - 11 - 20)), date!(2026 - 11 - 07)).await;
    assert_eq!(packages(&scene, run).await, now);
    let admin = scene.test.sign_in(admin.user).await;
    let page = admin.get(&format!("/penyaluran/{run}")).await.ok();
    assert!(page.contains("<dt>Keluarga dalam daftar</dt><dd>4</dd>"), "{page}");
    scene.stock(20, 0).await;
    let second = scene.plan(MONDAY, &[VILLAGES[0]]).await;
    scene.approve(second).await;
    assert_eq!(packages(&scene, second).await, BTreeSet::from([later]));

    // Looked at a week later the week is the same: neither a later pregnancy nor the fifth birthday moves it.
    let next = MONDAY + Duration::WEEK;
    clock(&scene, next).await;
    pregnant(&scene, next_week, ("Rohayati", date!(1990 - 05 - 28)), next).await;
    let was: BTreeSet<Id> = now.iter().copied().chain([later]).collect();
    assert_eq!(may_receive(&scene, MONDAY).await, was);
    assert_eq!(
        may_receive(&scene, next).await,
        BTreeSet::from([stays, expects, bears, later, next_week]),
        "five years old before that Monday, and pregnant since it"
    );
    scene.check().await;
}

#[db_test]
async fn who_left_between_draft_and_approval_gets_no_package_and_a_birthday_takes_none(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.stock(30, 0).await;
    let stays = scene.family(VILLAGES[0], "001", "Ani").await;
    let loses = scene.family(VILLAGES[0], "001", "Budi").await;
    let turns_five = scene.family(VILLAGES[0], "001", "Eko").await;
    child_is(&scene, turns_five, ("Anak", date!(2021 - 11 - 04))).await;
    let run = scene.plan(MONDAY, &[VILLAGES[0]]).await;
    clock(&scene, WEDNESDAY).await;
    dies(&scene, loses).await;
    clock(&scene, date!(2026 - 11 - 10)).await;
    scene.approve(run).await;
    assert_eq!(packages(&scene, run).await, BTreeSet::from([stays, turns_five]));
    let claim = "SELECT balance AS n FROM share_account WHERE family_id = $1 AND commodity = 'egg'";
    assert_eq!(scene.test.number(claim, args![loses]).await, 10_000, "the claim of the week is kept");
    scene.check().await;
}
