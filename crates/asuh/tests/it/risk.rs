//! registry: risk by our own rules beside BKKBN's flag, and welfare ranks, as users meet them.

use asuh_ground::access::Role;
use asuh_ground::staging;
use asuh_nusantara::Sex;
use asuh_step_registry as registry;
use asuh_step_registry::families::{Change, PutFamily, PutPerson, Source};
use asuh_step_registry::rules::Relation;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const HEADING: &str = "Kecamatan;Desa/Kelurahan;RW;RT;Kode Keluarga Indonesia;Nama Kepala Keluarga;Nama Istri;Tgl Lahir Istri;Punya Baduta;PUS Hamil;\
                       Sumber Air Minum Tidak Layak;Jamban Tidak Layak;Terlalu Tua;Terlalu Banyak;Kategori KRS;Peringkat Kesejahteraan\n";

/// Four families of Selam Paung and one of Sanggaran Agung, as BKKBN's list has them.
fn list(rank: u8) -> String {
    let row = |village: &str, nth: usize, head: &str, birth: &str, marks: &str| {
        format!("{village};001;00{nth};KKI{nth};{head};Istri {head};{birth};{marks};{rank}\n")
    };
    let near = "Gunung Raya;Selam Paung";
    [
        HEADING.to_owned(),
        // No latrine: both say yes.
        row(near, 1, "Ahmad", "1996-01-01", "Ya;;;Ya;;;Ya"),
        // Flagged for an age that she has left behind: BKKBN alone.
        row(near, 2, "Budi", "1980-01-01", "Ya;;;;Ya;;Ya"),
        // 37 years, not flagged: us alone.
        row(near, 3, "Citra", "1989-05-01", "Ya;;;;;;Tidak"),
        // Nothing is known of the wife's age, and no child.
        row(near, 4, "Dedi", "", ";;Ya;;;;Ya"),
        row("Danau Kerinci;Sanggaran Agung", 5, "Eko", "1989-05-01", "Ya;;;;;;Tidak"),
    ]
    .concat()
}

async fn import(test: &TestApp, content: &str) -> staging::Summary {
    let path = test.db.folder().join("krs.csv");
    std::fs::write(&path, content).unwrap();
    staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| {}).await.unwrap()
}

async fn findings(test: &TestApp) -> Vec<String> {
    registry::STEP.check.unwrap()(&test.app, KERINCI).await.unwrap()
}

async fn count(test: &TestApp, of: &str) -> i64 {
    test.number(&format!("SELECT COUNT(*) AS n FROM {of}"), args![]).await
}

async fn family_of(test: &TestApp, head: &str) -> Id {
    let row: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT family_id FROM family_version WHERE head_name = $1 AND superseded_at = 9223372036854775807",
            args![head],
        )
        .await
        .unwrap();
    row.unwrap().0
}

async fn page(client: &Client, id: Id) -> String {
    client.get(&format!("/sasaran/{id}")).await.ok()
}

#[db_test]
async fn our_computation_stands_beside_bkkbns_flag_and_lists_count_by_it(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &list(2)).await;
    assert_eq!(findings(&test).await, Vec::<String>::new());
    let keeper = test.with_role(Role::ListKeeper).await;
    let compared = keeper.get("/sasaran/krs").await.ok();
    assert!(
        compared.contains("3 keluarga berisiko menurut hitungan kita, 3 menurut BKKBN; 3 keluarga berbeda"),
        "{compared}"
    );
    for (filter, heads) in [
        ("ya", &["Ahmad", "Citra", "Eko"][..]),
        ("tidak", &["Budi"]),
        ("belum", &["Dedi"]),
        ("hanya_bkkbn", &["Budi"]),
        ("hanya_kita", &["Citra", "Eko"]),
    ] {
        let listed = keeper.get(&format!("/sasaran?krs={filter}")).await.ok();
        assert!(listed.contains(&format!("{} keluarga", heads.len())), "{filter}: {listed}");
        assert!(heads.iter().all(|head| listed.contains(head)), "{filter}: {listed}");
    }
    // The page says why, and leaves BKKBN's flag as it is.
    let citra = family_of(&test, "Citra").await;
    let file = page(&keeper, citra).await;
    assert!(file.contains("Karena: istri 37 tahun") && file.contains("berbeda dari BKKBN"), "{file}");
    let ahmad = page(&keeper, family_of(&test, "Ahmad").await).await;
    assert!(ahmad.contains("Karena: jamban tidak layak") && !ahmad.contains("berbeda dari BKKBN"), "{ahmad}");
    assert!(ahmad.contains("Belum pernah dikunjungi") && ahmad.contains("Belum pernah menerima bantuan"));
    let dedi = page(&keeper, family_of(&test, "Dedi").await).await;
    assert!(dedi.contains("Umur istri belum diketahui"), "{dedi}");
    assert_eq!(count(&test, "family_version WHERE krs = 1").await, 3);

    // The least allowed see their village alone; those without names see nothing of it.
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let own = cadre.get("/sasaran/krs").await.ok();
    assert!(
        own.contains("Selam Paung") && !own.contains("Sanggaran Agung") && own.contains("2 keluarga berbeda")
    );
    let file = cadre.post("/sasaran/krs/unduh", &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    let leader = test.with_role(Role::Leader).await;
    assert_eq!(leader.get("/sasaran/krs").await.status, StatusCode::FORBIDDEN);
    assert_eq!(leader.post("/sasaran/krs/unduh", &[]).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn what_is_corrected_or_undone_is_computed_anew(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &list(2)).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let dedi = family_of(&test, "Dedi").await;
    assert_eq!(count(&test, "family_risk WHERE at_risk IS NULL").await, 1);
    // The wife's birthday becomes known.
    let wife: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first("SELECT person_id FROM person_version WHERE name = 'Istri Dedi'", args![])
        .await
        .unwrap();
    let person = wife.unwrap().0;
    let fields = [
        ("versi", "1"),
        ("nama", "Istri Dedi"),
        ("hubungan", "wife"),
        ("jk", "P"),
        ("lahir_tanggal", "3"),
        ("lahir_bulan", "11"),
        ("lahir_tahun", "2006"),
    ];
    verifier.post(&format!("/sasaran/{dedi}/anggota/{person}"), &fields).await.to();
    assert!(page(&verifier, dedi).await.contains("istri 19 tahun"));
    assert_eq!(count(&test, "family_risk WHERE at_risk = 1 AND factors = 'poor_water too_young'").await, 1);
    assert_eq!(findings(&test).await, Vec::<String>::new());

    // She turns twenty the next day: nobody writes anything, the day's round computes her family anew.
    test.db.clock.advance(86_400);
    assert_eq!(registry::risk::renew(&test.app).await.unwrap(), 1);
    assert_eq!(count(&test, "family_risk WHERE factors = 'poor_water'").await, 1);
    assert_eq!(registry::risk::renew(&test.app).await.unwrap(), 0);
    assert_eq!(findings(&test).await, Vec::<String>::new());

    // A family that was entered by hand and the rest of the list stay true when the list is undone.
    let new = PutFamily {
        risks: [None, Some(true), None, None, None, None, None, None],
        ..PutFamily::new(
            registry::Reach::whole(asuh_nusantara::TerritoryCode::from_i64(1_501_000_000).unwrap()),
            VILLAGES[0],
            "Fajar",
            date!(2026 - 11 - 02),
        )
    };
    test.app.submit(&test.system(), test.app.store.new_id(), new).await.unwrap();
    let batch: Option<(Id,)> =
        test.app.store.reader().first("SELECT id FROM import_batch", args![]).await.unwrap();
    let admin = test.with_role(Role::DistrictAdmin).await;
    admin.post(&format!("/impor/{}/batalkan", batch.unwrap().0), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(findings(&test).await, Vec::<String>::new());
    // Fajar, and Dedi's family, which somebody has touched since: what the list said of it stays with it.
    assert_eq!(count(&test, "family_risk").await, 2);
    assert_eq!(count(&test, "family_desil WHERE retracted_at IS NULL").await, 1);
}

#[db_test]
async fn a_rule_is_the_districts_and_changing_it_computes_every_family_anew(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &list(2)).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let shown = verifier.get("/sasaran/krs/aturan").await.ok();
    assert!(shown.contains("Terlalu tua") && !shown.contains("<button>Simpan"), "{shown}");
    assert_eq!(verifier.post("/sasaran/krs/aturan", &[]).await.status, StatusCode::FORBIDDEN);
    // A list keeper of a part of the district does not answer for its rules.
    let part = test.user(Role::ListKeeper, &[1_501_010_000], &[]).await;
    assert_eq!(part.post("/sasaran/krs/aturan", &[]).await.status, StatusCode::NOT_FOUND);

    let keeper = test.with_role(Role::ListKeeper).await;
    let rules = |old_to: &'static str, factors: &'static str| {
        [
            ("registry.risk_programme", "couple"),
            ("registry.risk_programme", "under_two"),
            ("registry.risk_fertile_from", "15"),
            ("registry.risk_fertile_to", "49"),
            ("registry.risk_factors", factors),
            ("registry.risk_factors", "too_old"),
            ("registry.risk_young_below", "20"),
            ("registry.risk_old_from", "35"),
            ("registry.risk_old_to", old_to),
            ("registry.risk_spacing_months", "24"),
            ("registry.risk_many_from", "3"),
            ("registry.risk_contraception", "ignored"),
        ]
    };
    let bad = keeper.post("/sasaran/krs/aturan", &rules("34", "poor_latrine")).await.refused();
    assert!(bad.contains("Batas atas tidak boleh di bawah batas bawah"), "{bad}");
    keeper.post("/sasaran/krs/aturan", &rules("0", "poor_latrine")).await.to();
    test.run_jobs().await;
    assert_eq!(findings(&test).await, Vec::<String>::new());
    // Without an upper end Budi's wife of 46 is too old; without water Dedi's family is still unknown.
    let budi = page(&keeper, family_of(&test, "Budi").await).await;
    assert!(budi.contains("istri 46 tahun"), "{budi}");
    assert_eq!(count(&test, "family_risk WHERE at_risk = 1").await, 4);
    let kept = keeper.get("/sasaran/krs/aturan").await.ok();
    assert!(
        kept.contains("value=\"too_old\" checked") && !kept.contains("value=\"poor_water\" checked"),
        "{kept}"
    );
}

#[db_test]
async fn welfare_ranks_keep_their_source_and_day(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &list(2)).await;
    // The same list again says nothing new; the next one another rank.
    assert_eq!(import(&test, &list(2)).await.changed, 0);
    assert_eq!(count(&test, "family_desil").await, 5);
    test.db.clock.advance(86_400);
    assert_eq!(import(&test, &list(1)).await.changed, 5);
    assert_eq!(count(&test, "family_desil").await, 10);
    assert_eq!(count(&test, "family_version").await, 5);

    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let ahmad = family_of(&test, "Ahmad").await;
    let form = format!("/sasaran/{ahmad}/desil");
    let day = |day: &'static str| {
        [
            ("desil", "4"),
            ("sumber", "DTSEN"),
            ("per_tanggal", day),
            ("per_bulan", "11"),
            ("per_tahun", "2026"),
        ]
    };
    assert!(verifier.post(&form, &day("30")).await.refused().contains("belum terjadi"));
    verifier.post(&form, &day("1")).await.to();
    // Of an earlier day than the list's: it does not hold, but it is kept.
    let file = page(&verifier, ahmad).await;
    let (list, typed) =
        (file.find("1</strong> (Daftar KRS, 3 Nov 2026)"), file.find("4 (DTSEN, 1 Nov 2026)"));
    assert!(list.unwrap() < typed.unwrap(), "{file}");
    let far = family_of(&test, "Eko").await;
    assert_eq!(verifier.get(&format!("/sasaran/{far}/desil")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        verifier.post(&format!("/sasaran/{far}/desil"), &day("1")).await.status,
        StatusCode::NOT_FOUND
    );
    let auditor = test.with_role(Role::Auditor).await;
    assert_eq!(auditor.post(&form, &day("1")).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn members_who_are_added_at_the_same_time_are_all_reckoned_with(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let reach = registry::Reach::whole(test.system().district_code);
    let today = date!(2026 - 11 - 02);
    let mut families = Vec::new();
    for nth in 0..20 {
        let put = PutFamily::new(reach.clone(), VILLAGES[0], format!("Keluarga {nth}"), today);
        families.push(test.app.submit(&test.system(), test.app.store.new_id(), put).await.unwrap().value);
    }
    // A wife of 37 years and a child make a family at risk, each alone does not.
    let members = [(Relation::Wife, date!(1989 - 05 - 01)), (Relation::Child, date!(2025 - 11 - 02))];
    let puts = families.iter().flat_map(|family| members.map(|member| (*family, member)));
    let puts = puts.map(|(family, (relation, birth))| {
        let put = PutPerson {
            person: None,
            family,
            reach: reach.clone(),
            source: Source::Field,
            today,
            relation,
            name: format!("Rekaan {}", relation.code()),
            sex: Some(Sex::Female),
            birth_date: Some(birth),
            nik: Change::Keep,
            parents_name: String::new(),
            posyandu: String::new(),
            ended: None,
        };
        let test = &test;
        async move { test.app.submit(&test.system(), test.app.store.new_id(), put).await.unwrap() }
    });
    futures_util::future::join_all(puts).await;
    assert_eq!(count(&test, "family_risk WHERE at_risk = 1").await, 20);
    assert_eq!(findings(&test).await, Vec::<String>::new());
}
