//! Sessions of education, and that what was built, who came to a session and money that arrived count as help.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::cash::{Cash, PNG};
use crate::reports::equal_to_rows;
use crate::support::{KERINCI, VILLAGES, new_form_id};
use crate::works::{Works, borrowed, fields};

#[db_test]
async fn a_session_is_planned_invited_to_and_noted(db: TestDatabase) {
    let works = Works::start(db).await;
    let (test, admin) = (&works.scene.test, &works.admin);
    let budi = works.scene.family(VILLAGES[0], "002", "Budi").await;
    let citra = works.scene.family(VILLAGES[2], "001", "Citra").await;
    let needs = format!("/kebutuhan-keluarga/keluarga/{budi}");
    works.officer.post(&needs, &[("jenis", "education")]).await.to();
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let village = VILLAGES[0].to_string();
    let plan = |besides: &[(&'static str, &'static str)], on: time::Date| {
        let mut plain = vec![
            ("topik", "MP-ASI bahan lokal"),
            ("rencana", "tujuan; demo masak; tanya jawab"),
            ("desa", village.as_str()),
            ("tempat", "Posyandu Melati"),
            ("pemateri", "Bu Gizi"),
            ("sumber", "community"),
            ("perkiraan", "0"),
        ];
        for (name, value) in besides {
            plain.retain(|(known, _)| known != name);
            plain.push((name, value));
        }
        fields(&plain, &[("hari", on)])
    };
    let today = date!(2026 - 11 - 02);
    for (wrong, words) in [
        (("rencana", ""), "Rencana sesi"),
        (("desa", "1501022001"), "Desa"),
        (("perkiraan", "50.000"), "siapa yang memegang uangnya"),
        (("sumber", "pool"), "Sumber uang"),
    ] {
        let page = cadre.post("/edukasi/baru", &borrowed(&plan(&[wrong], today))).await.refused();
        assert!(page.contains(words) && page.contains("MP-ASI bahan lokal"), "{wrong:?}: {page}");
    }
    let id = new_form_id();
    let path = cadre.post_as("/edukasi/baru", &id, &borrowed(&plan(&[], today))).await.to();
    assert_eq!(cadre.post_as("/edukasi/baru", &id, &borrowed(&plan(&[], today))).await.to(), path);

    // Another village's cadre neither sees nor invites; nobody invites whom he does not reach.
    let far = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    for page in ["", "/undang", "/hadir", "/daftar-hadir"] {
        assert_eq!(far.get(&format!("{path}{page}")).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert!(!far.get("/edukasi").await.ok().contains("MP-ASI"));
    assert!(cadre.get("/edukasi?topik=mp-asi").await.ok().contains("MP-ASI bahan lokal"));
    assert!(cadre.get("/edukasi?topik=imunisasi").await.ok().contains("Tidak ada sesi"));
    let verifier = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert!(!verifier.get(&path).await.ok().contains("Budi"));
    assert_eq!(verifier.get(&format!("{path}/hadir")).await.status, StatusCode::FORBIDDEN);
    let list = cadre.get(&format!("{path}/undang")).await.ok();
    assert!(list.contains("Ani") && list.contains("Budi") && list.contains("butuh edukasi"), "{list}");
    let (ani, citra, budi) = (works.family.to_string(), citra.to_string(), budi.to_string());
    let invite = format!("{path}/undang");
    assert_eq!(cadre.post(&invite, &[("keluarga", &citra)]).await.status, StatusCode::NOT_FOUND);
    cadre.post(&invite, &[]).await.refused();
    cadre.post(&invite, &[("keluarga", &ani), ("keluarga", &budi)]).await.to();
    assert!(cadre.get(&invite).await.ok().contains("sudah diundang"));
    let sheet = cadre.get(&format!("{path}/daftar-hadir")).await.ok();
    assert!(sheet.contains("Ani") && sheet.contains("Budi") && sheet.contains("Bu Gizi"), "{sheet}");

    // Who came: one of them, and one who was not invited.
    let dewi = works.scene.family(VILLAGES[0], "001", "Dewi").await.to_string();
    let note = format!("{path}/hadir");
    assert!(cadre.get("/").await.ok().contains("1 sesi edukasi perlu dicatat"));
    let searched = cadre.post(&note, &[("aksi", "cari"), ("cari", "dewi"), ("hadir", &budi)]).await.ok();
    assert!(searched.contains("Dewi") && searched.contains("tanpa undangan"), "{searched}");
    assert!(cadre.post(&note, &[("aksi", "simpan")]).await.refused().contains("Centang keluarga yang hadir"));
    assert_eq!(cadre.post(&note, &[("hadir", &citra)]).await.status, StatusCode::NOT_FOUND);
    cadre.post(&note, &[("hadir", &budi), ("hadir", &dewi)]).await.to();
    let shown = cadre.get(&path).await.ok();
    assert!(shown.contains("terlaksana") && shown.contains("tidak hadir"), "{shown}");
    let met = "SELECT COUNT(*) AS n FROM family_need WHERE district_id = $1 AND kind = 'education' AND state = 'met'";
    assert_eq!(works.number(met).await, 1);
    assert!(admin.get(&format!("/sasaran/{dewi}")).await.ok().contains("MP-ASI bahan lokal"));

    // A cadre of one RW says nothing of another's families; the list is corrected, and the need with it.
    let small = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    test.sql(
        "UPDATE grant_territory SET rw = '001' WHERE district_id = $1 AND grant_id IN (SELECT id FROM user_grant \
         WHERE district_id = $1 AND user_id = $2)",
        args![KERINCI, small.user],
    )
    .await;
    assert!(!small.get(&note).await.ok().contains("Budi"));
    small.post(&note, &[("hadir", &ani), ("hadir", &dewi)]).await.to();
    let came = "SELECT COUNT(*) AS n FROM session_family WHERE district_id = $1 AND came = 1";
    assert_eq!(works.number(came).await, 3);
    cadre.post(&note, &[("hadir", &ani), ("hadir", &dewi)]).await.to();
    assert_eq!(works.number(came).await, 2);
    assert_eq!(works.number(met).await, 0);

    // Material goes in and out; a session to come is cancelled with its reason and not noted.
    let pdf = b"%PDF-1.7 ...";
    cadre.upload(&format!("{path}/materi"), &[("judul", "Lembar balik")], "berkas", "a.pdf", pdf).await.to();
    assert_eq!(cadre.get(&format!("{path}/materi/1")).await.bytes, pdf);
    assert_eq!(far.get(&format!("{path}/materi/1")).await.status, StatusCode::NOT_FOUND);
    cadre.post(&format!("{path}/materi/1/hapus"), &[]).await.to();
    let later = cadre.post("/edukasi/baru", &borrowed(&plan(&[], date!(2026 - 11 - 09)))).await.to();
    cadre.post(&format!("{later}/undang"), &[("keluarga", &ani)]).await.to();
    let early = cadre.post(&format!("{later}/hadir"), &[("hadir", &ani)]).await.refused();
    assert!(early.contains("belum tiba"), "{early}");
    cadre.post(&format!("{later}/batal-undang"), &[("keluarga", &ani)]).await.to();
    cadre.post(&format!("{later}/batal"), &[]).await.refused();
    cadre.post(&format!("{later}/batal"), &[("alasan", "hujan")]).await.to();
    assert!(cadre.get(&later).await.ok().contains("hujan"));
}

#[db_test]
async fn what_was_built_and_who_came_to_a_session_counts_as_helped(db: TestDatabase) {
    let works = Works::start(db).await;
    let test = &works.scene.test;
    let weeks = [date!(2026 - 11 - 02)];
    let helped = async |campaign: Id| {
        let sql = "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) AS n FROM summary_cell WHERE measure = 'helped' \
                   AND campaign_id = $1 AND week_of = 20261102";
        test.number(sql, args![campaign]).await
    };
    let waiting = format!("/dasbor/belum?gerakan={}", works.campaign);
    asuh_step_reports::refresh(&test.app, KERINCI).await.unwrap();
    assert_eq!(helped(works.campaign).await, 0);
    assert!(works.admin.get(&waiting).await.ok().contains("Ani"));
    let path = works.ordered(&[]).await;
    works.officer.post(&format!("{path}/mulai"), &[]).await.to();
    asuh_step_reports::refresh(&test.app, KERINCI).await.unwrap();
    assert_eq!(helped(works.campaign).await, 0, "what is in work has not arrived");
    works.hand_over(&path, "5.750.000").await;
    test.db.clock.advance(1);
    asuh_step_reports::refresh(&test.app, KERINCI).await.unwrap();
    assert_eq!(helped(works.campaign).await, 1);
    equal_to_rows(test, works.campaign, &weeks).await;
    assert!(!works.admin.get(&waiting).await.ok().contains("Ani"));
    // Another campaign has not helped her; but somebody has.
    let other = format!("/dasbor/belum?gerakan={}", works.scene.campaign);
    assert!(works.admin.get(&other).await.ok().contains("Ani"));
    assert!(!works.admin.get(&format!("{other}&cara=semua")).await.ok().contains("Ani"));

    // The second and third count of coverage know it, its sponsor sees it without a name, and his report holds it.
    // In the month in which it was begun, and in no other: a monthly report adds up.
    let moved = async |days: (time::Date, time::Date)| {
        let mut moved: Vec<(Id, i64, i64)> = Vec::new();
        for of in &test.app.registry.help_moved {
            let rows = of(&test.app, KERINCI, works.campaign, days).await.unwrap();
            moved.extend(rows.iter().map(|one| (one.family, one.released, one.received)));
        }
        moved
    };
    let november = (date!(2026 - 11 - 01), date!(2026 - 11 - 30));
    assert_eq!(moved(november).await, [(works.family, 5_750_000, 5_750_000)]);
    assert_eq!(moved((date!(2026 - 10 - 01), date!(2026 - 10 - 31))).await, []);
    let page = works.admin.get(&format!("/orang-tua-asuh/{}", works.sponsor)).await.ok();
    assert!(page.contains("Air bersih") && page.contains("Gunung Raya") && !page.contains("Ani"), "{page}");

    // A session of a campaign for education counts for that campaign.
    let school = test.app.store.new_id();
    test.sql(
        "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, help, \
         destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at) \
         VALUES ($1, $2, 'Kelas Ibu', '', 'monthly', 15, 20260901, 'anyone', 'education', 'families', $3, $3, 'csr', 1, '', \
         3, 'active', 0)",
        args![KERINCI, school, works.scene.warehouse],
    )
    .await;
    let (village, school_text, ani) = (VILLAGES[0].to_string(), school.to_string(), works.family.to_string());
    let plan = fields(
        &[
            ("topik", "Cuci tangan"),
            ("rencana", "praktik"),
            ("desa", &village),
            ("tempat", "Balai desa"),
            ("pemateri", "Bidan"),
            ("gerakan", &school_text),
            ("sumber", "holder"),
            ("pemegang", "Desa"),
            ("perkiraan", "90.000"),
        ],
        &[("hari", date!(2026 - 11 - 02))],
    );
    let session = works.officer.post("/edukasi/baru", &borrowed(&plan)).await.to();
    works.officer.post(&format!("{session}/hadir"), &[("hadir", &ani), ("biaya", "90.000")]).await.to();
    test.db.clock.advance(1);
    asuh_step_reports::refresh(&test.app, KERINCI).await.unwrap();
    assert_eq!(helped(school).await, 1);
    equal_to_rows(test, school, &weeks).await;
}

#[db_test]
async fn money_that_arrived_counts_as_helped(db: TestDatabase) {
    let cash = Cash::start(db, [2, 1, 0, 0]).await;
    let test = &cash.scene.test;
    let helped = "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) AS n FROM summary_cell WHERE measure = 'helped' \
                  AND campaign_id = $1 AND week_of = 20261102";
    cash.released().await;
    asuh_step_reports::refresh(&test.app, KERINCI).await.unwrap();
    assert_eq!(test.number(helped, args![cash.scene.campaign]).await, 0, "released is not received");
    let path = format!("{}/serahkan", cash.payment(0).await);
    cash.treasurer.post(&path, &[("hubungan", "head"), ("tanda_tangan", PNG)]).await.to();
    test.db.clock.advance(1);
    asuh_step_reports::refresh(&test.app, KERINCI).await.unwrap();
    assert_eq!(test.number(helped, args![cash.scene.campaign]).await, 1);
    equal_to_rows(test, cash.scene.campaign, &[date!(2026 - 11 - 02)]).await;
}
