//! registry: changes proposed from below and decided on, births, the history of the data, and who leaves the ages that
//! are helped; as users meet them, on both engines.

use asuh_ground::access::Role;
use asuh_nusantara::{Sex, TerritoryCode};
use asuh_step_registry as registry;
use asuh_step_registry::families::{Change, PutFamily, PutMaternity, PutPerson, Source};
use asuh_step_registry::rules::{Ending, MaternityKind, Relation};
use asuh_step_registry::{Reach, RecordVerification, VisitResult};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, Query, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const TODAY: Date = date!(2026 - 11 - 02);
const NIK: &str = "9901015508250003";
const OTHER_NIK: &str = "9901015508250004";

fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

async fn done<C: asuh_store::Command>(test: &TestApp, command: C) -> C::Receipt {
    test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("the command").value
}

async fn family(test: &TestApp, village: i64, name: &str) -> Id {
    let new =
        PutFamily { rw: "1".into(), rt: "2".into(), ..PutFamily::new(everywhere(), village, name, TODAY) };
    done(test, new).await
}

async fn member(test: &TestApp, family: Id, name: &str, relation: Relation, birth: Option<Date>) -> Id {
    let put = PutPerson {
        person: None,
        family,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        relation,
        name: name.into(),
        sex: Some(if relation == Relation::Head { Sex::Male } else { Sex::Female }),
        birth_date: birth,
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: "Melati".into(),
        ended: None,
    };
    done(test, put).await
}

/// Ahmad, his wife Siti, their child Budi of 14 months and their grown son Eko: of Selam Paung.
struct Household {
    id: Id,
    siti: Id,
    budi: Id,
    eko: Id,
}

async fn household(test: &TestApp) -> Household {
    let id = family(test, VILLAGES[0], "Ahmad").await;
    member(test, id, "Ahmad", Relation::Head, Some(date!(1985 - 02 - 03))).await;
    let siti = member(test, id, "Siti", Relation::Wife, Some(date!(1990 - 02 - 03))).await;
    let budi = member(test, id, "Budi", Relation::Child, Some(date!(2025 - 09 - 01))).await;
    let eko = member(test, id, "Eko", Relation::Other, Some(date!(2003 - 09 - 01))).await;
    Household { id, siti, budi, eko }
}

async fn pregnancy(test: &TestApp, person: Id, starts_on: Date, due_on: Option<Date>) {
    let put = PutMaternity {
        replaces: None,
        person,
        reach: everywhere(),
        source: Source::Field,
        today: TODAY,
        kind: Some(MaternityKind::Pregnancy),
        starts_on,
        due_on,
        ends_on: None,
    };
    done(test, put).await;
}

fn when<'a>(day: &'a str, month: &'a str) -> [(&'a str, &'a str); 3] {
    [("kapan_tanggal", day), ("kapan_bulan", month), ("kapan_tahun", "2026")]
}

async fn propose(client: &Client, family: Id, kind: &str, fields: &[(&str, &str)]) -> String {
    let mut all = when("1", "11").to_vec();
    all.push(("alasan", "Kata ketua RT"));
    all.extend_from_slice(fields);
    let to = client.post(&format!("/sasaran/{family}/usul/{kind}"), &all).await.to();
    to.split('?').next().unwrap().to_owned()
}

async fn count(test: &TestApp, of: &str) -> i64 {
    test.number(&format!("SELECT COUNT(*) AS n FROM {of}"), args![]).await
}

async fn findings(test: &TestApp) -> Vec<String> {
    registry::STEP.check.unwrap()(&test.app, KERINCI).await.unwrap()
}

const NOW: &str = "superseded_at = 9223372036854775807";

#[db_test]
async fn what_a_cadre_proposes_another_approves_and_it_can_be_taken_back(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    // The cadre's form offers neither; what she sends all the same is not taken.
    let form = format!("/sasaran/{}/anggota/{}", home.id, home.budi);
    assert!(cadre.get(&form).await.ok().contains("lewat usulan perubahan"));
    let sent = [
        ("versi", "1"),
        ("nama", "Budi"),
        ("hubungan", "child"),
        ("jk", "P"),
        ("posyandu", "Melati"),
        ("lahir", "2025-09-01"),
        ("berhenti", "died"),
    ];
    cadre.post(&form, &sent).await.to();
    assert_eq!(count(&test, "person_version WHERE ended_reason IS NOT NULL").await, 0);

    let kinds = cadre.get(&format!("/sasaran/{}/usul", home.id)).await.ok();
    assert!(kinds.contains("Anggota meninggal") && kinds.contains("Pecah keluarga"), "{kinds}");
    let budi = home.budi.to_string();
    let path = propose(&cadre, home.id, "died", &[("anggota", &budi)]).await;
    // Twice the same is one proposal; nothing has changed yet.
    let again = cadre
        .post(
            &format!("/sasaran/{}/usul/died", home.id),
            &[("anggota", &budi), ("alasan", "x"), ("kapan", "2026-11-01")],
        )
        .await
        .refused();
    assert!(again.contains("sudah menunggu keputusan"), "{again}");
    assert_eq!(count(&test, &format!("person_version WHERE {NOW} AND ended_reason IS NOT NULL")).await, 0);

    // The proposer does not decide; the verifier has a task, sees both sides, and must say why he refuses.
    assert_eq!(
        cadre.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.status,
        StatusCode::FORBIDDEN
    );
    assert!(verifier.get("/").await.ok().contains("1 usulan perubahan data menunggu"));
    let shown = verifier.get(&path).await.ok();
    assert!(shown.contains("Masih di keluarga ini") && shown.contains("Meninggal, 1 Nov 2026"), "{shown}");
    let refused = verifier.post(&format!("{path}/putuskan"), &[("putusan", "tolak")]).await.refused();
    assert!(refused.contains("Wajib diisi") || refused.contains("wajib"), "{refused}");
    verifier.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.to();
    assert_eq!(
        count(
            &test,
            &format!("person_version WHERE {NOW} AND ended_reason = 'died' AND ended_on = 20261101")
        )
        .await,
        1
    );
    let twice = verifier.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.refused();
    assert!(twice.contains("sudah diputuskan"), "{twice}");
    assert!(verifier.get(&format!("/sasaran/{}", home.id)).await.ok().contains("Disetujui"));

    // It was another child: a counter-change with its reason, nothing is deleted.
    let none = verifier.post(&format!("{path}/batalkan"), &[]).await.refused();
    assert!(none.contains("Galat"), "{none}");
    let counter = verifier.post(&format!("{path}/batalkan"), &[("alasan", "Anak tetangga")]).await.to();
    assert!(verifier.get(&counter).await.ok().contains("pembatalan dari perubahan"));
    assert_eq!(count(&test, &format!("person_version WHERE {NOW} AND ended_reason IS NOT NULL")).await, 0);
    assert_eq!(count(&test, "person_version WHERE ended_reason = 'died'").await, 1);
    assert!(
        verifier.post(&format!("{path}/batalkan"), &[("alasan", "x")]).await.refused().contains("disetujui")
    );
    assert_eq!(findings(&test).await, Vec::<String>::new());
}

#[db_test]
async fn proposals_stay_within_reach_and_carry_their_evidence(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    let far = family(&test, VILLAGES[2], "Zul").await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let elsewhere = test.user(Role::VillageVerifier, &[VILLAGES[2]], &[]).await;
    let auditor = test.with_role(Role::Auditor).await;
    assert_eq!(cadre.get(&format!("/sasaran/{far}/usul")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        cadre.post(&format!("/sasaran/{far}/usul/family_moved"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(cadre.get(&format!("/sasaran/{}/usul/nothing", home.id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(auditor.get(&format!("/sasaran/{}/usul", home.id)).await.status, StatusCode::FORBIDDEN);

    let fields =
        [("tujuan", "luar"), ("ke", "Kota Jambi"), ("alasan", "Kata tetangga"), ("kapan", "2026-11-01")];
    let to = cadre
        .upload(
            &format!("/sasaran/{}/usul/family_moved", home.id),
            &fields,
            "bukti",
            "surat.pdf",
            b"%PDF-1.7 surat",
        )
        .await
        .to();
    let path = to.split('?').next().unwrap();
    assert_eq!(cadre.get(&format!("{path}/bukti")).await.ok(), "%PDF-1.7 surat");
    let bad = cadre
        .upload(&format!("/sasaran/{}/usul/born", home.id), &fields, "bukti", "x.exe", b"MZ not a picture")
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);

    // A verifier of another village finds nothing of it; the auditor reads and decides nothing.
    for place in [path.to_owned(), format!("{path}/bukti")] {
        assert_eq!(elsewhere.get(&place).await.status, StatusCode::NOT_FOUND, "{place}");
    }
    for act in ["putuskan", "batalkan", "tarik"] {
        let sent = [("putusan", "setuju"), ("alasan", "x")];
        assert_eq!(
            elsewhere.post(&format!("{path}/{act}"), &sent).await.status,
            StatusCode::NOT_FOUND,
            "{act}"
        );
        assert_eq!(
            auditor.post(&format!("{path}/{act}"), &sent).await.status,
            StatusCode::FORBIDDEN,
            "{act}"
        );
    }
    assert!(!elsewhere.get("/perubahan").await.ok().contains("Ahmad"));
    assert!(auditor.get("/perubahan").await.ok().contains("Ahmad"));
    assert!(!elsewhere.get("/").await.ok().contains("usulan perubahan data menunggu"));

    // Only who proposed withdraws, and then nobody decides any more.
    let other = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    assert_eq!(other.post(&format!("{path}/tarik"), &[]).await.status, StatusCode::NOT_FOUND);
    cadre.post(&format!("{path}/tarik"), &[]).await.to();
    let keeper = test.with_role(Role::ListKeeper).await;
    assert!(
        keeper
            .post(&format!("{path}/putuskan"), &[("putusan", "setuju")])
            .await
            .refused()
            .contains("ditarik")
    );
    assert_eq!(count(&test, &format!("family_version WHERE {NOW} AND status = 'moved'")).await, 0);

    // Nobody decides on what he proposed himself, whatever his role.
    let eko = home.eko.to_string();
    let own = propose(&keeper, home.id, "person_moved", &[("anggota", &eko), ("ke", "Batam")]).await;
    let refused = keeper.post(&format!("{own}/putuskan"), &[("putusan", "setuju")]).await.refused();
    assert!(refused.contains("Usulan sendiri diputuskan orang lain"), "{refused}");
}

#[db_test]
async fn a_family_moves_within_the_district_only_by_who_answers_for_both_places(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let to = VILLAGES[2].to_string();
    let place = [("tujuan", "dalam"), ("desa", to.as_str()), ("rw", "3"), ("rt", "4")];
    let path = propose(&cadre, home.id, "family_moved", &place).await;
    let refused = verifier.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.refused();
    assert!(refused.contains("di luar wilayah tugas Anda"), "{refused}");
    keeper.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.to();
    let there = format!(
        "family_version WHERE {NOW} AND village_code = {} AND rw = '003' AND rt = '004'",
        VILLAGES[2]
    );
    assert_eq!(count(&test, &there).await, 1);
    assert_eq!(verifier.get(&format!("/sasaran/{}", home.id)).await.status, StatusCode::NOT_FOUND);
    keeper.post(&format!("{path}/batalkan"), &[("alasan", "Salah keluarga")]).await.to();
    assert_eq!(count(&test, &there).await, 0);
    verifier.get(&format!("/sasaran/{}", home.id)).await.ok();
}

#[db_test]
async fn a_wrong_nik_is_mended_with_the_evidence_and_its_history_stays(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let budi = home.budi.to_string();
    let short = keeper
        .post(
            &format!("/sasaran/{}/usul/nik", home.id),
            &[("anggota", &budi), ("nik", "12"), ("alasan", "x"), ("kapan", "2026-11-01")],
        )
        .await
        .refused();
    assert!(short.contains("16 angka"), "{short}");
    for nik in [NIK, OTHER_NIK] {
        let path = propose(&keeper, home.id, "nik", &[("anggota", &budi), ("nik", nik)]).await;
        let shown = verifier.get(&path).await.ok();
        assert!(!shown.contains(nik) && shown.contains(&nik[12..]), "{shown}");
        // To compare it with the evidence the number is opened, and that is logged.
        assert!(verifier.post(&format!("{path}/tampilkan"), &[]).await.ok().contains(nik));
        verifier.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.to();
    }
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let opened = "access_log WHERE detail = 'numbers'";
    assert_eq!(count(&test, opened).await, 2);
    let history = verifier.get(&format!("/sasaran/{}/riwayat", home.id)).await.ok();
    let (new, old) = (history.find(&OTHER_NIK[12..]), history.find(&NIK[12..]));
    assert!(new.unwrap() < old.unwrap() && history.contains("sebelumnya"), "{history}");
    assert!(!history.contains(NIK) && history.contains("Pengguna village_verifier"), "{history}");
    // Somebody else holds the first number by now: the last change cannot be taken back onto it.
    let ani = member(&test, home.id, "Ani", Relation::Child, Some(date!(2024 - 09 - 01))).await;
    let put = PutPerson {
        person: Some((ani, 1)),
        family: home.id,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        relation: Relation::Child,
        name: "Ani".into(),
        sex: Some(Sex::Female),
        birth_date: Some(date!(2024 - 09 - 01)),
        nik: Change::Set(NIK.into()),
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    };
    done(&test, put).await;
    let last: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first("SELECT id FROM change_request ORDER BY proposed_at DESC, id DESC LIMIT 1", args![])
        .await
        .unwrap();
    let last = format!("/perubahan/{}", last.unwrap().0);
    let refused = verifier.post(&format!("{last}/batalkan"), &[("alasan", "x")]).await.refused();
    assert!(refused.contains("sudah tercatat"), "{refused}");
}

#[db_test]
async fn members_split_off_into_a_family_of_their_own_and_back(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let (eko, budi) = (format!("hub.{}", home.eko), format!("hub.{}", home.budi));
    let village = VILLAGES[0].to_string();
    let place = [("desa", village.as_str()), ("rw", "1"), ("rt", "5")];
    let mut headless = place.to_vec();
    headless.extend([(budi.as_str(), "child"), ("alasan", "x"), ("kapan", "2026-11-01")]);
    let refused = cadre.post(&format!("/sasaran/{}/usul/split", home.id), &headless).await.refused();
    assert!(refused.contains("tepat satu kepala keluarga"), "{refused}");
    let mut fields = place.to_vec();
    fields.extend([(eko.as_str(), "head"), (budi.as_str(), "child")]);
    let path = propose(&cadre, home.id, "split", &fields).await;
    verifier.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.to();
    assert_eq!(
        count(&test, &format!("family_version WHERE {NOW} AND head_name = 'Eko' AND rt = '005'")).await,
        1
    );
    let moved = format!("person_version WHERE {NOW} AND name IN ('Eko', 'Budi') AND family_id <> $1");
    let moved_now = || test.number_of(&moved, home.id);
    assert_eq!(moved_now().await, 2);
    assert_eq!(findings(&test).await, Vec::<String>::new());
    verifier.post(&format!("{path}/batalkan"), &[("alasan", "Tidak jadi")]).await.to();
    assert_eq!(moved_now().await, 0);
    assert_eq!(count(&test, &format!("family_version WHERE {NOW} AND status = 'duplicate'")).await, 1);
    assert_eq!(findings(&test).await, Vec::<String>::new());
}

#[db_test]
async fn a_birth_is_one_confirmation(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    pregnancy(&test, home.siti, date!(2026 - 03 - 01), Some(date!(2026 - 10 - 18))).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    // Fifteen days past the due day it is asked.
    assert!(cadre.get("/").await.ok().contains("Sudah lahir? 1 ibu hamil"));
    let list = cadre.get("/sasaran/kehamilan").await.ok();
    assert!(list.contains("1 lewat lebih dari 14 hari") && list.contains("Siti"), "{list}");
    let path = format!("/sasaran/{}/anggota/{}/lahir", home.id, home.siti);
    let form = cadre.get(&path).await.ok();
    assert!(
        form.contains("Bayi Siti") && form.contains("value=\"Melati\"") && form.contains("value=\"18\""),
        "{form}"
    );
    let day = [("hari_tanggal", "20"), ("hari_bulan", "10"), ("hari_tahun", "2026")];
    let mut fields = day.to_vec();
    fields.extend([("akhir", "lahir"), ("nama", "Bayi Siti"), ("posyandu", "Melati"), ("menyusui", "ya")]);
    assert!(cadre.post(&path, &fields).await.refused().contains("Galat"), "a sex is asked");
    fields.push(("jk", "L"));
    cadre.post(&path, &fields).await.to();
    assert_eq!(
        count(
            &test,
            "person_version WHERE name = 'Bayi Siti' AND birth_date = 20261020 AND sex = 'L' AND relation = 'child' \
             AND parents_name = 'Siti' AND posyandu = 'Melati' AND source = 'field'"
        )
        .await,
        1
    );
    assert_eq!(count(&test, "maternity WHERE kind = 'pregnancy' AND ends_on = 20261020").await, 1);
    assert_eq!(
        count(
            &test,
            "maternity WHERE kind = 'breastfeeding' AND starts_on = 20261020 AND ends_on = 20281020"
        )
        .await,
        1
    );
    let file = cadre.get(&format!("/sasaran/{}", home.id)).await.ok();
    assert!(file.contains("Ibu menyusui"), "{file}");
    assert!(!cadre.get("/").await.ok().contains("Sudah lahir?"));
    // The pregnancy is over: the form is gone, and sending it again finds nothing.
    assert_eq!(cadre.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cadre.post(&path, &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(findings(&test).await, Vec::<String>::new());
}

#[db_test]
async fn a_pregnancy_may_end_without_a_child_and_breastfeeding_by_setting(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    pregnancy(&test, home.siti, date!(2026 - 03 - 01), None).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let file = cadre.get(&format!("/sasaran/{}", home.id)).await.ok();
    assert!(file.contains("Perkiraan lahir Siti belum tercatat"), "{file}");
    let persons = count(&test, "person").await;
    let path = format!("/sasaran/{}/anggota/{}/lahir", home.id, home.siti);
    let fields = [("akhir", "berakhir"), ("hari", "2026-11-01"), ("nama", "Bayi Siti"), ("menyusui", "ya")];
    assert!(cadre.get(&path).await.ok().contains("Kami turut berduka"));
    cadre.post(&path, &fields).await.to();
    assert_eq!(count(&test, "person").await, persons);
    assert_eq!(count(&test, "maternity WHERE kind = 'pregnancy' AND ends_on = 20261101").await, 1);
    assert_eq!(count(&test, "maternity WHERE kind = 'breastfeeding'").await, 0);

    // A birth that a nutrition officer proposes does the same once it is approved; the period is the district's.
    let admin = test.with_role(Role::DistrictAdmin).await;
    let values =
        std::collections::BTreeMap::from([("registry.breastfeeding_months".to_owned(), "6".to_owned())]);
    done(&test, asuh_ground::settings::PutSettings { group: "program".into(), values }).await;
    pregnancy(&test, home.siti, TODAY, Some(date!(2026 - 12 - 01))).await;
    let officer = test.user(Role::NutritionOfficer, &[VILLAGES[0]], &[]).await;
    assert_eq!(officer.get(&path).await.status, StatusCode::FORBIDDEN);
    let siti = home.siti.to_string();
    let born = [("nama", "Ani"), ("jk", "P"), ("ibu", siti.as_str())];
    let request = propose(&officer, home.id, "born", &born).await;
    admin.post(&format!("{request}/putuskan"), &[("putusan", "setuju")]).await.to();
    assert_eq!(count(&test, "person_version WHERE name = 'Ani' AND birth_date = 20261101").await, 1);
    assert_eq!(count(&test, "maternity WHERE kind = 'breastfeeding' AND ends_on = 20270501").await, 1);
    admin.post(&format!("{request}/batalkan"), &[("alasan", "Salah ibu")]).await.to();
    assert_eq!(
        count(&test, &format!("person_version WHERE {NOW} AND name = 'Ani' AND ended_reason = 'error'"))
            .await,
        1
    );
    assert_eq!(count(&test, "maternity WHERE kind = 'pregnancy' AND ends_on IS NULL").await, 1);
    assert_eq!(count(&test, "maternity WHERE kind = 'breastfeeding' AND retracted_at IS NULL").await, 0);
    assert_eq!(findings(&test).await, Vec::<String>::new());
}

/// The numbers of a line of the table, after its name: start, came, aged, moved, died, lost, otherwise, now.
fn figures(page: &str, village: &str) -> Vec<i64> {
    let row = page.split("<tr").find(|row| row.contains(&format!(">{village}</a>"))).expect(village);
    row.split("class=\"num\"")
        .skip(1)
        .map(|cell| {
            let text = cell.split_once('>').unwrap().1.replace("<strong>", "");
            text.split('<').next().unwrap().replace('.', "").parse().unwrap()
        })
        .collect()
}

#[db_test]
async fn a_month_adds_up_and_nobody_leaves_without_a_reason(db: TestDatabase) {
    let test = TestApp::start(db).await;
    // October: a household with eight children of all kinds, and a neighbour in another village.
    let at = |day: Date| Instant::from(asuh_nusantara::Zone::Wib.start_of_day(day)).plus_seconds(9 * 3600);
    test.db.clock.set(at(date!(2026 - 10 - 05)));
    let home = family(&test, VILLAGES[0], "Ahmad").await;
    let lost = family(&test, VILLAGES[0], "Dul").await;
    let going = family(&test, VILLAGES[0], "Pri").await;
    let far = family(&test, VILLAGES[2], "Zul").await;
    let child = |family, name: &'static str, birth| member_of(&test, family, name, birth);
    let _stays = child(home, "Tetap", date!(2024 - 06 - 01)).await;
    let _two = child(home, "Dua", date!(2024 - 11 - 10)).await;
    let _five = child(home, "Lima", date!(2021 - 11 - 10)).await;
    let dies = child(home, "Wafat", date!(2025 - 01 - 01)).await;
    let moves = child(home, "Pergi", date!(2025 - 01 - 02)).await;
    let wrong = child(home, "Salah", date!(2025 - 01 - 03)).await;
    let _hidden = child(lost, "Hilang", date!(2025 - 01 - 04)).await;
    let gone = child(home, "Lenyap", date!(2025 - 01 - 07)).await;
    let _carried = child(going, "Ikut", date!(2025 - 01 - 05)).await;
    let _far = child(far, "Jauh", date!(2025 - 01 - 06)).await;

    // November.
    test.db.clock.set(at(date!(2026 - 11 - 20)));
    let ended = |id, name: &'static str, birth, ending| {
        let put = PutPerson {
            person: Some((id, 1)),
            ended: Some((ending, date!(2026 - 11 - 05))),
            ..new_child(home, name, birth)
        };
        done(&test, put)
    };
    ended(dies, "Wafat", date!(2025 - 01 - 01), Ending::Died).await;
    ended(moves, "Pergi", date!(2025 - 01 - 02), Ending::Moved).await;
    ended(wrong, "Salah", date!(2025 - 01 - 03), Ending::Error).await;
    // A cadre says that nobody knows where this one is, and a verifier agrees.
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let path = propose(&cadre, home, "lost", &[("anggota", &gone.to_string())]).await;
    assert!(verifier.get(&path).await.ok().contains("Hilang kontak, 1 Nov 2026"));
    verifier.post(&format!("{path}/putuskan"), &[("putusan", "setuju")]).await.to();
    child(home, "Baru", date!(2026 - 11 - 03)).await;
    child(home, "Tercatat", date!(2025 - 03 - 03)).await;
    let visit = RecordVerification {
        family: lost,
        reach: everywhere(),
        result: VisitResult::NotFound,
        reason: String::new(),
        note: String::new(),
        visited_on: date!(2026 - 11 - 19),
        confirms: true,
        today: date!(2026 - 11 - 20),
    };
    done(&test, visit).await;
    let moved = PutFamily {
        family: Some((going, 1)),
        rw: "1".into(),
        rt: "2".into(),
        ..PutFamily::new(everywhere(), VILLAGES[2], "Pri", date!(2026 - 11 - 19))
    };
    done(&test, moved).await;

    let keeper = test.with_role(Role::ListKeeper).await;
    let all = keeper.get("/sasaran/keluar").await.ok();
    // Nine at the start; two came; aged, moved, died one each, two lost, otherwise two (by mistake, to another village).
    assert_eq!(figures(&all, "Selam Paung"), [9, 2, 1, 1, 1, 2, 2, 4], "{all}");
    assert_eq!(figures(&all, "Sanggaran Agung"), [1, 1, 0, 0, 0, 0, 0, 2]);
    assert!(
        all.contains("Awal bulan 10 anak, masuk 3, keluar 7, kini 6.") && !all.contains("tidak cocok"),
        "{all}"
    );
    let young = keeper.get("/sasaran/keluar?kelompok=baduta").await.ok();
    // "Dua" has passed 24 months; "Tetap" and "Lima" were past them before.
    assert_eq!(figures(&young, "Selam Paung"), [7, 2, 1, 1, 1, 2, 2, 2], "{young}");
    let older = keeper.get("/sasaran/keluar?kelompok=dua_lima").await.ok();
    assert_eq!(figures(&older, "Selam Paung"), [2, 1, 1, 0, 0, 0, 0, 2], "{older}");
    // The month before, whatever was recorded since.
    let before = keeper.get("/sasaran/keluar?bulan=2026-10").await.ok();
    assert_eq!(figures(&before, "Selam Paung"), [0, 9, 0, 0, 0, 0, 0, 9], "{before}");
    assert_eq!(keeper.get("/sasaran/keluar?bulan=2026-12").await.status, StatusCode::NOT_FOUND);

    let names = keeper.get("/sasaran/keluar/daftar?arah=keluar").await.ok();
    for (name, reason) in [
        ("Lima", "Lewat umur"),
        ("Wafat", "Meninggal"),
        ("Pergi", "Pindah"),
        ("Salah", "ganda atau salah catat"),
        ("Hilang", "Hilang kontak"),
        ("Lenyap", "Hilang kontak"),
        ("Ikut", "pindah desa atau RW"),
    ] {
        let row = names.split("<tr>").find(|row| row.contains(&format!(">{name}<"))).expect(name);
        assert!(row.contains(&format!("Keluar: {reason}")), "{name}: {row}");
    }
    assert!(!names.contains(">Tetap<"));

    // The least allowed see their village alone.
    let cadre = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let own = cadre.get("/sasaran/keluar").await.ok();
    assert!(
        own.contains("Sanggaran Agung") && !own.contains("Selam Paung") && !own.contains("tidak cocok"),
        "{own}"
    );
    let own = cadre.get("/sasaran/keluar/daftar").await.ok();
    assert!(own.contains("Ikut") && !own.contains("Wafat"), "{own}");
    let leader = test.with_role(Role::Leader).await;
    assert_eq!(leader.get("/sasaran/keluar").await.status, StatusCode::FORBIDDEN);
    assert_eq!(leader.get("/sasaran/keluar/daftar").await.status, StatusCode::FORBIDDEN);
}

fn new_child(family: Id, name: &str, birth: Date) -> PutPerson {
    PutPerson {
        person: None,
        family,
        reach: everywhere(),
        source: Source::Form,
        today: date!(2026 - 11 - 20),
        relation: Relation::Child,
        name: name.into(),
        sex: Some(Sex::Female),
        birth_date: Some(birth),
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    }
}

async fn member_of(test: &TestApp, family: Id, name: &str, birth: Date) -> Id {
    done(test, new_child(family, name, birth)).await
}

impl TestApp {
    /// A count of rows, with an id as `$1`.
    async fn number_of(&self, of: &str, id: Id) -> i64 {
        self.number(&format!("SELECT COUNT(*) AS n FROM {of}"), args![id]).await
    }
}

#[db_test]
async fn the_history_shows_every_value_with_who_recorded_it(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = household(&test).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let fields = [
        ("versi", "1"),
        ("desa", "1501012001"),
        ("nama", "Ahmad"),
        ("rw", "1"),
        ("rt", "7"),
        ("kk", "9901011203190007"),
        ("alamat", "Jalan Contoh 7"),
        ("poor_latrine", "ya"),
    ];
    test.db.clock.advance(300);
    verifier.post(&format!("/sasaran/{}/ubah", home.id), &fields).await.to();
    let page = verifier.get(&format!("/sasaran/{}/riwayat", home.id)).await.ok();
    let (new, old) = (page.find(">007<"), page.find(">002<"));
    assert!(new.unwrap() < old.unwrap(), "{page}");
    assert!(page.contains("Pengguna village_verifier") && page.contains("Jamban tidak layak"), "{page}");
    assert!(page.contains(">••••<") && !page.contains("Contoh 7"), "{page}");
    assert!(page.contains("••••0007") && !page.contains("9901011203190007"), "{page}");
    let cadre = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    assert_eq!(cadre.get(&format!("/sasaran/{}/riwayat", home.id)).await.status, StatusCode::NOT_FOUND);
}
