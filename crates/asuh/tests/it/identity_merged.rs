//! What was merged is one everywhere: addresses, lists of visits, what was seen and said, searches, plans of a week.

use asuh_ground::access::Role;
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::VisitResult;
use asuh_step_registry::families::{Change, PutFamily};
use asuh_step_registry::rules::FamilyStatus;
use asuh_step_registry::verifications::{self, Base, OpenCampaign, RecordVisits, Visit};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::distribution::Scene;
use crate::identity::{AGAIN, SPELLED, TODAY, between, check, done, everywhere, family};
use crate::support::{Client, KERINCI, TestApp, VILLAGES};

/// Two records of one family, the first of which stands after a merge.
struct Twice {
    kept: Id,
    gone: Id,
    /// Head, wife and child of each.
    kept_persons: [Id; 3],
    gone_persons: [Id; 3],
}

impl Twice {
    async fn write(test: &TestApp, village: i64) -> Twice {
        Twice::named(test, [village, village], [SPELLED, AGAIN]).await
    }

    async fn named(test: &TestApp, villages: [i64; 2], names: [[&str; 3]; 2]) -> Twice {
        let (first, one) = family(test, villages[0], names[0]).await;
        let (second, two) = family(test, villages[1], names[1]).await;
        if first < second {
            Twice { kept: first, gone: second, kept_persons: one, gone_persons: two }
        } else {
            Twice { kept: second, gone: first, kept_persons: two, gone_persons: one }
        }
    }

    /// The pair of the heads.
    async fn pair(&self, test: &TestApp) -> Id {
        between(test, self.kept_persons[0], self.gone_persons[0]).await
    }

    /// Decides that they are one, and runs what follows.
    async fn merge(&self, test: &TestApp, keeper: &Client) -> Id {
        let pair = self.pair(test).await;
        let same = [("putusan", "sama"), ("alasan", "KK dicek")];
        keeper.post(&format!("/data-ganda/{pair}/putuskan"), &same).await.to();
        test.run_jobs().await;
        check(test).await;
        pair
    }
}

async fn part(test: &TestApp, keeper: &Client, pair: Id) {
    keeper.post(&format!("/data-ganda/{pair}/batalkan"), &[]).await.to();
    test.run_jobs().await;
    check(test).await;
}

async fn visit(test: &TestApp, family: Id, result: VisitResult, note: &str) {
    let visit = Visit { family, result, reason: "x".into(), note: note.into(), visited_on: TODAY };
    let all = RecordVisits { reach: everywhere(), visits: vec![visit], confirms: true, today: TODAY };
    done(test, all).await;
}

#[db_test]
async fn addresses_of_merged_records_lead_to_the_one_who_stands(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let twice = Twice::named(&test, [VILLAGES[0], VILLAGES[2]], [SPELLED, AGAIN]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let pair = twice.merge(&test, &keeper).await;
    let Twice { kept, gone, kept_persons, gone_persons } = &twice;
    let (kept_child, gone_child) = (kept_persons[2], gone_persons[2]);
    let nutrition = test.with_role(Role::NutritionOfficer).await;
    for (who, from, to) in [
        (&keeper, format!("/sasaran/{gone}"), format!("/sasaran/{kept}")),
        (&keeper, format!("/sasaran/{gone}/riwayat"), format!("/sasaran/{kept}/riwayat")),
        (&keeper, format!("/sasaran/{gone}/ubah"), format!("/sasaran/{kept}/ubah")),
        (
            &keeper,
            format!("/sasaran/{gone}/anggota/{gone_child}"),
            format!("/sasaran/{kept}/anggota/{kept_child}"),
        ),
        (&nutrition, format!("/pengukuran/anak/{gone_child}"), format!("/pengukuran/anak/{kept_child}")),
        (
            &nutrition,
            format!("/pengukuran/anak/{gone_child}/kms"),
            format!("/pengukuran/anak/{kept_child}/kms"),
        ),
    ] {
        let answer = who.get(&from).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{from}");
        assert_eq!(answer.to(), to);
        assert_eq!(who.get(&to).await.status, StatusCode::OK, "{to}");
    }
    // Only what was shown is in the log.
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE action = 'open' AND subject_id = $1";
    asuh_ground::audit::flush(&test.app).await.unwrap();
    assert_eq!(test.number(opened, args![*gone]).await, 0);
    assert!(test.number(opened, args![*kept]).await > 0);
    // Whoever does not reach the one who stands learns nothing, not even that there is one.
    let outside = [VILLAGES[2], VILLAGES[0]][usize::from(standing_in(&test, *kept).await == VILLAGES[2])];
    let near = test.user(Role::ListKeeper, &[outside], &[]).await;
    for path in [format!("/sasaran/{gone}"), format!("/sasaran/{gone}/anggota/{gone_child}")] {
        assert_eq!(near.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        keeper.get(&format!("/sasaran/{}", test.app.store.new_id())).await.status,
        StatusCode::NOT_FOUND
    );

    part(&test, &keeper, pair).await;
    assert_eq!(keeper.get(&format!("/sasaran/{gone}")).await.status, StatusCode::OK);
}

async fn standing_in(test: &TestApp, family: Id) -> i64 {
    let sql = "SELECT village_code AS n FROM family_version WHERE family_id = $1 AND superseded_at = $2";
    test.number(sql, args![family, Instant::NEVER]).await
}

#[db_test]
async fn what_was_seen_and_said_of_both_stands_on_one_page(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let twice = Twice::write(&test, VILLAGES[0]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    visit(&test, twice.kept, VisitResult::AsListed, "rumah papan").await;
    visit(&test, twice.gone, VisitResult::AsListed, "pagar hijau").await;
    let desil = [
        ("desil", "3"),
        ("sumber", "DTSEN"),
        ("per", "2026-07-01"),
        ("per_tanggal", "1"),
        ("per_bulan", "7"),
        ("per_tahun", "2026"),
    ];
    keeper.post(&format!("/sasaran/{}/desil", twice.gone), &desil).await.to();
    test.sql(
        "INSERT INTO consent (district_id, id, family_id, person_id, purpose, guardian_name, relation, method, witness, \
         text_version, given_on, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, 'photo', 'Wali Rekaan', 'mother', 'form', '', '1', 20261001, 0, $5)",
        args![KERINCI, test.app.store.new_id(), twice.gone, twice.gone_persons[2], Id::SYSTEM],
    )
    .await;
    let pair = twice.merge(&test, &keeper).await;

    let page = keeper.get(&format!("/sasaran/{}", twice.kept)).await.ok();
    assert!(page.contains("rumah papan") && page.contains("pagar hijau"), "{page}");
    assert!(page.contains("DTSEN"), "{page}");
    let history = keeper.get(&format!("/sasaran/{}/riwayat", twice.kept)).await.ok();
    for name in [SPELLED[0], AGAIN[0], "yang digabung ke keluarga ini"] {
        assert!(history.contains(name), "{name}: {history}");
    }
    let admin = test.with_role(Role::DistrictAdmin).await;
    let consents = admin.get(&format!("/persetujuan/keluarga/{}", twice.kept)).await.ok();
    assert!(consents.contains("Wali Rekaan") && consents.contains("Kezia"), "{consents}");

    part(&test, &keeper, pair).await;
    let page = keeper.get(&format!("/sasaran/{}", twice.kept)).await.ok();
    assert!(page.contains("rumah papan") && !page.contains("pagar hijau"), "{page}");
}

#[db_test]
async fn a_search_remembers_the_names_and_numbers_of_merged_records(db: TestDatabase) {
    let test = TestApp::start(db).await;
    // The second list knows the husband by what the village calls him.
    let called = ["Ujang Junaidi", AGAIN[1], AGAIN[2]];
    let twice = Twice::named(&test, [VILLAGES[0]; 2], [SPELLED, called]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let put = PutFamily {
        family: Some((twice.gone, 1)),
        rw: "1".into(),
        rt: "2".into(),
        kk: Change::Set("1501011504150007".into()),
        ..PutFamily::new(everywhere(), VILLAGES[0], "Amang Tingang", TODAY)
    };
    done(&test, put).await;
    let put = PutFamily {
        family: Some((twice.kept, 1)),
        rw: "1".into(),
        rt: "2".into(),
        kk: Change::Set("1501011504150008".into()),
        ..PutFamily::new(everywhere(), VILLAGES[0], "Djoenaidi Salampak", TODAY)
    };
    done(&test, put).await;
    let same = [("putusan", "sama"), ("alasan", "KK dicek")];
    let pair = between(&test, twice.kept_persons[1], twice.gone_persons[1]).await;
    keeper.post(&format!("/data-ganda/{pair}/putuskan"), &same).await.to();
    test.run_jobs().await;
    check(&test).await;
    let link = format!("href=\"/sasaran/{}\"", twice.kept);
    for sought in ["amang tingang", "tingang", "1501011504150007", "1501011504150008", "junaidi salampak"] {
        let page = keeper.post("/sasaran/cari", &[("cari", sought), ("desa", "")]).await.ok();
        assert!(page.contains(&link), "{sought}: {page}");
    }
    part(&test, &keeper, pair).await;
    let page = keeper.post("/sasaran/cari", &[("cari", "1501011504150007"), ("desa", "")]).await.ok();
    assert!(page.contains(&format!("href=\"/sasaran/{}\"", twice.gone)) && !page.contains(&link), "{page}");
}

async fn standing(test: &TestApp, campaign: Id) -> (i64, i64) {
    let standing =
        verifications::standing(test.app.store.reader(), KERINCI, campaign).await.unwrap().unwrap();
    (standing.families, standing.visited)
}

#[db_test]
async fn an_open_campaign_visits_a_merged_family_once(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let twice = Twice::write(&test, VILLAGES[0]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let open = OpenCampaign {
        name: "Verifikasi KRS 2026".into(),
        base: Base { statuses: vec![FamilyStatus::Listed], batch: None, flagged_only: false },
        opens_on: TODAY,
        deadline: date!(2026 - 11 - 20),
        sample: 3,
    };
    let campaign = done(&test, open).await;
    assert_eq!(standing(&test, campaign).await, (2, 0));
    let pair = twice.merge(&test, &keeper).await;
    assert_eq!(standing(&test, campaign).await, (1, 0));
    part(&test, &keeper, pair).await;
    assert_eq!(standing(&test, campaign).await, (2, 0));

    // What a visit found of the alias comes back with it.
    visit(&test, twice.kept, VisitResult::AsListed, "").await;
    visit(&test, twice.gone, VisitResult::AsListed, "").await;
    let pair = twice.merge(&test, &keeper).await;
    assert_eq!(standing(&test, campaign).await, (1, 1));
    part(&test, &keeper, pair).await;
    assert_eq!(standing(&test, campaign).await, (2, 2));
}

#[db_test]
async fn a_family_that_only_its_merged_record_brought_into_a_campaign_is_visited(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let twice = Twice::write(&test, VILLAGES[0]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let open = OpenCampaign {
        name: "Verifikasi KRS 2026".into(),
        base: Base { statuses: vec![FamilyStatus::Listed], batch: None, flagged_only: false },
        opens_on: TODAY,
        deadline: date!(2026 - 11 - 20),
        sample: 3,
    };
    let campaign = done(&test, open).await;
    let row = "DELETE FROM campaign_family WHERE district_id = $1 AND family_id = $2";
    test.sql(row, args![KERINCI, twice.kept]).await;
    let pair = twice.merge(&test, &keeper).await;
    assert_eq!(standing(&test, campaign).await, (1, 0));
    visit(&test, twice.kept, VisitResult::AsListed, "").await;
    assert_eq!(standing(&test, campaign).await, (1, 1));
    part(&test, &keeper, pair).await;
    assert_eq!(standing(&test, campaign).await, (2, 1));
}

const WEEK: Date = date!(2026 - 11 - 02);
const NEXT: Date = date!(2026 - 11 - 09);
const THIRD: Date = date!(2026 - 11 - 16);

/// Eggs in the packages of a family in a week; none where it has no package.
async fn given(scene: &Scene, family: Id, week: Date) -> i64 {
    let sql = "SELECT CAST(COALESCE(SUM(i.quantity), 0) AS BIGINT) AS n FROM package p JOIN package_item i \
               ON i.district_id = p.district_id AND i.package_id = p.id \
               WHERE p.district_id = $1 AND p.family_id = $2 AND p.week_of = $3";
    scene.test.number(sql, args![KERINCI, family, week]).await
}

/// Two records of one family, verified in this order, and a neighbour, in a district with eggs.
async fn shared(scene: &Scene) -> (Twice, Id) {
    scene.stock(1_000, 0).await;
    let twice = Twice::write(&scene.test, VILLAGES[0]).await;
    visit(&scene.test, twice.kept, VisitResult::AsListed, "").await;
    visit(&scene.test, twice.gone, VisitResult::AsListed, "").await;
    (twice, scene.family(VILLAGES[0], "001", "Tetangga").await)
}

async fn week(scene: &Scene, monday: Date) -> Id {
    let run = scene.plan(monday, &[VILLAGES[0]]).await;
    scene.approve(run).await;
    run
}

#[db_test]
async fn in_doubt_a_plan_helps_once_and_after_different_both(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let (twice, neighbour) = shared(&scene).await;
    let run = week(&scene, WEEK).await;
    let of = async |family| given(&scene, family, WEEK).await;
    assert_eq!((of(twice.kept).await, of(twice.gone).await, of(neighbour).await), (5, 0, 5));
    // Whoever plans sees who waits and why, and who decides finds the pair.
    let keeper = scene.test.with_role(Role::ListKeeper).await;
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    let page = admin.get(&format!("/penyaluran/{run}")).await.ok();
    assert!(page.contains("Menunggu keputusan data ganda"), "{page}");
    // Two of the three receive, and the page counts no more.
    assert_eq!(scene.test.number("SELECT on_route FROM allocation_run WHERE id = $1", args![run]).await, 2);
    for (one, two) in twice.kept_persons.into_iter().zip(twice.gone_persons) {
        let pair = between(&scene.test, one, two).await;
        let different = [("putusan", "beda"), ("alasan", "")];
        keeper.post(&format!("/data-ganda/{pair}/putuskan"), &different).await.to();
    }
    week(&scene, NEXT).await;
    let of = async |family| given(&scene, family, NEXT).await;
    // The claim of the week that it waited has not been lost: nothing is left of it below a full package.
    assert_eq!((of(twice.kept).await, of(twice.gone).await, of(neighbour).await), (5, 5, 5));
    scene.check().await;
}

#[db_test]
async fn after_same_a_plan_helps_one_who_claims_once(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let (twice, neighbour) = shared(&scene).await;
    week(&scene, WEEK).await;
    let keeper = scene.test.with_role(Role::ListKeeper).await;
    let pair = twice.merge(&scene.test, &keeper).await;
    week(&scene, NEXT).await;
    let of = async |family| given(&scene, family, NEXT).await;
    assert_eq!((of(twice.kept).await, of(twice.gone).await, of(neighbour).await), (5, 0, 5));
    // What the merged record was credited while it waited is nobody's second share.
    let before = "SELECT before AS n FROM share_balance b JOIN allocation_run r ON r.district_id = b.district_id \
                  AND r.id = b.run_id WHERE b.family_id = $1 AND r.week_of = $2 AND b.commodity = 'egg'";
    let claims = [twice.kept, neighbour].map(|family| (family, NEXT));
    let mut held = Vec::new();
    for (family, week) in claims {
        held.push(scene.test.number(before, args![family, week]).await);
    }
    // Claims are kept in thousandths of an egg, of which one may be left over.
    assert!(held[0].abs_diff(held[1]) <= 1 && held[0] > 0, "{held:?}");
    scene.check().await;
    // Parted again, each has its own claim.
    part(&scene.test, &keeper, pair).await;
    week(&scene, THIRD).await;
    let of = async |family| given(&scene, family, THIRD).await;
    assert_eq!((of(twice.kept).await, of(twice.gone).await), (5, 0));
    scene.check().await;
}

#[db_test]
async fn a_family_that_had_its_package_under_another_record_gets_no_second(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let (twice, neighbour) = shared(&scene).await;
    let first = scene.plan(WEEK, &[VILLAGES[0]]).await;
    scene.approve(first).await;
    // The package of the week went to the record that turns out to be the other one.
    scene
        .test
        .sql("UPDATE package SET family_id = $2 WHERE family_id = $1", args![twice.kept, twice.gone])
        .await;
    let keeper = scene.test.with_role(Role::ListKeeper).await;
    let pair = twice.pair(&scene.test).await;
    let same = [("putusan", "sama"), ("alasan", "KK dicek")];
    keeper.post(&format!("/data-ganda/{pair}/putuskan"), &same).await.to();
    scene.family(VILLAGES[0], "001", "Tetangga Baru").await;
    week(&scene, WEEK).await;
    assert_eq!(given(&scene, twice.kept, WEEK).await, 0);
    assert_eq!(given(&scene, neighbour, WEEK).await, 5);
    // The page of the family shows it.
    let page = keeper.get(&format!("/sasaran/{}", twice.kept)).await.ok();
    assert!(page.contains("SECANTING"), "{page}");
    let code = TerritoryCode::from_i64(VILLAGES[0]).unwrap();
    assert_eq!(standing_in(&scene.test, twice.kept).await, code.as_i64());
}
