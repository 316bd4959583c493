//! Spending reports: written down with the family, corrected, talked over, and hidden from whoever gives.

use asuh_ground::access::{Role, Scope};
use asuh_nusantara::TerritoryCode;
use asuh_step_distribution::spending::{PutSpendingReport, rules::Spent};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::cash::{Cash, PNG};
use crate::pairing::TODAY;
use crate::support::{Client, KERINCI, VILLAGES};

/// A picture of one pixel, as a file.
fn photo() -> Vec<u8> {
    data_encoding::BASE64.decode(PNG.split(',').nth(1).unwrap().as_bytes()).unwrap()
}

/// A month whose payments all arrived in cash.
async fn arrived(db: TestDatabase, living: [usize; 4]) -> Cash {
    let cash = Cash::start(db, living).await;
    cash.released().await;
    for child in 0..living.iter().sum() {
        let path = format!("{}/serahkan", cash.payment(child).await);
        cash.treasurer.post(&path, &[("hubungan", "head"), ("tanda_tangan", PNG)]).await.to();
    }
    cash
}

impl Cash {
    /// The address of a child's report.
    async fn report(&self, child: usize) -> String {
        self.payment(child).await.replace("/pembayaran/", "/laporan-belanja/pembayaran/")
    }

    async fn officer(&self, village: usize) -> Client {
        self.scene.test.user(Role::FieldOfficer, &[VILLAGES[village]], &[]).await
    }

    async fn count(&self, sql: &str) -> i64 {
        self.scene.test.number(sql, args![KERINCI]).await
    }
}

/// What the form sends where nothing is said about advice.
fn spent<'a>(food: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("makanan", food), ("bersama", "officer"), ("saran", "belum"), ("versi", version)]
}

#[db_test]
async fn a_family_tells_what_it_bought_and_on_whose_advice(db: TestDatabase) {
    let cash = arrived(db, [2, 1, 0, 0]).await;
    let officer = cash.officer(0).await;
    let (page, form) = (cash.report(0).await, format!("{}/isi", cash.report(0).await));

    // Nothing yet: the village's families are listed, those of another village are not.
    let list = officer.get("/laporan-belanja").await.ok();
    assert!(
        list.contains("Selam Paung") && !list.contains("Air Mumu") && list.contains("2 keluarga"),
        "{list}"
    );
    let missing = officer.get("/laporan-belanja/belum?bulan=2026-11").await.ok();
    assert_eq!(missing.matches("Kepala Rahasia").count(), 2, "{missing}");
    assert!(officer.get("/").await.ok().contains("2 laporan belanja dapat ditulis"));

    // What cannot be true is refused, and what was typed stays.
    let refused = officer.post(&form, &spent("450.001", "0")).await.refused();
    assert!(refused.contains("lebih dari Rp450.000") && refused.contains("value=\"450.001\""), "{refused}");
    let mut other = spent("300.000", "0");
    other.push(("lain", "50.000"));
    assert!(officer.post(&form, &other).await.refused().contains("Tulis lainnya itu apa"));
    for (day, month) in [("31", "10"), ("3", "11")] {
        let mut dated = spent("300.000", "0");
        dated.extend([("hari_tanggal", day), ("hari_bulan", month), ("hari_tahun", "2026")]);
        let refused = officer.post(&form, &dated).await.refused();
        assert!(refused.contains("awal bulan bantuan sampai hari ini"), "{day}: {refused}");
    }
    let advised = |day: &'static str, words: &'static str| {
        vec![
            ("makanan", "300.000"),
            ("susu", "100.000"),
            ("lain", "20.000"),
            ("bukan_anak", "30.000"),
            ("kata", "popok; sekolah kakak"),
            ("bersama", "officer"),
            ("saran", "baru"),
            ("saran_hari_tanggal", day),
            ("saran_hari_bulan", "11"),
            ("saran_hari_tahun", "2026"),
            ("pemberi", "nutritionist"),
            ("nama_pemberi", "Bu Gizi"),
            ("tempat", "Puskesmas Rekaan"),
            ("isi", words),
            ("nota_saja", "ya"),
            ("versi", "0"),
        ]
    };
    let refused = officer.upload(&form, &advised("2", ""), "nota1", "nota.png", &photo()).await.refused();
    assert!(
        refused.contains("name=\"simpan_nota\"") && refused.contains("popok; sekolah kakak"),
        "{refused}"
    );
    let refused = officer.post(&form, &advised("3", "telur")).await.refused();
    assert!(refused.contains("sebelum atau pada hari laporan"), "{refused}");
    // Photos are pictures of receipts, and somebody said so.
    let pdf =
        officer.upload(&form, &advised("2", "telur"), "nota1", "nota.pdf", b"%PDF-1.7 ...").await.refused();
    assert!(pdf.contains("role=\"alert\""), "{pdf}");
    let mut unsaid = advised("2", "telur");
    unsaid.retain(|(name, _)| *name != "nota_saja");
    let refused = officer.upload(&form, &unsaid, "nota1", "nota.png", &photo()).await.refused();
    assert!(refused.contains("Periksa fotonya dulu"), "{refused}");
    assert_eq!(cash.count("SELECT COUNT(*) AS n FROM spending_report WHERE district_id = $1").await, 0);

    // Written down: kinds, advice, photo; what went elsewhere begins a conversation.
    let words = "telur setiap hari, susu dua gelas";
    officer.upload(&form, &advised("2", words), "nota1", "nota.png", &photo()).await.to();
    let shown = officer.get(&page).await.ok();
    for told in ["Rp300.000", "Rp100.000", "popok; sekolah kakak", "ahli gizi Bu Gizi", words, "Nota 1"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(shown.contains("terpakai untuk keperluan lain"), "{shown}");
    let nota =
        shown.split("href=\"").find_map(|part| part.split('"').next().filter(|link| link.contains("/nota/")));
    let nota = nota.unwrap().to_owned();
    assert_eq!(officer.get(&nota).await.bytes, photo());
    // Photo and advice are this child's: nobody ties them to another one's report by their ids.
    let far = cash.officer(1).await;
    let reader = cash.scene.test.app.store.reader();
    let id = async |sql: &str| {
        let row: Option<(Id,)> = asuh_store::Query::first(reader, sql, args![KERINCI]).await.unwrap();
        row.unwrap().0.to_string()
    };
    let of_child = id("SELECT id FROM diet_advice WHERE district_id = $1").await;
    let receipt = id("SELECT attachment_id AS id FROM spending_receipt WHERE district_id = $1").await;
    let theirs = format!("{}/isi", cash.report(2).await);
    let mut taken = spent("440.000", "0");
    taken.extend([("simpan_nota", receipt.as_str()), ("nota_saja", "ya")]);
    assert_eq!(far.post(&theirs, &taken).await.status, StatusCode::NOT_FOUND);
    let advised_by = [("makanan", "440.000"), ("bersama", "officer"), ("saran", &of_child), ("versi", "0")];
    assert_eq!(far.post(&theirs, &advised_by).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cash.count("SELECT COUNT(*) AS n FROM spending_report WHERE district_id = $1").await, 1);
    let missing = officer.get("/laporan-belanja/belum?bulan=2026-11").await.ok();
    assert_eq!(missing.matches("Kepala Rahasia").count(), 1, "{missing}");

    // Nothing of it is legible in the database.
    for (table, column) in [
        ("spending_report", "words_sealed"),
        ("diet_advice", "words_sealed"),
        ("diet_advice", "giver_name_sealed"),
    ] {
        let sql = format!("SELECT {column} FROM {table} WHERE district_id = $1");
        let rows: Vec<(Vec<u8>,)> =
            asuh_store::Query::all(cash.scene.test.app.store.reader(), &sql, args![KERINCI]).await.unwrap();
        assert!(rows.iter().all(|(sealed,)| !String::from_utf8_lossy(sealed).contains("Gizi")), "{table}");
        assert!(rows.iter().all(|(sealed,)| !String::from_utf8_lossy(sealed).contains("telur")), "{table}");
    }

    // Corrected by another version; the one before is kept, and its photo.
    let known = "SELECT COUNT(*) AS n FROM diet_advice WHERE district_id = $1".to_owned();
    let correcting = officer.get(&form).await.ok();
    assert!(
        correcting.contains("value=\"300000\"") && correcting.contains("ahli gizi Bu Gizi"),
        "{correcting}"
    );
    let refused = officer.post(&form, &spent("440.000", "1")).await.refused();
    assert!(refused.contains("role=\"alert\"") && refused.contains("Alasan perbaikan"), "{refused}");
    let mut corrected = spent("440.000", "1");
    corrected.push(("alasan", "nota kedua ditemukan"));
    officer.post(&form, &corrected).await.to();
    let shown = officer.get(&page).await.ok();
    assert!(shown.contains("nota kedua ditemukan") && shown.contains("1 versi sebelumnya"), "{shown}");
    assert!(shown.contains("Rp440.000") && shown.contains("Rp300.000"), "{shown}");
    assert_eq!(officer.get(&nota).await.status, StatusCode::OK, "the receipt before is kept");
    assert_eq!(cash.count(&known).await, 1);
    // Whoever corrects what somebody else has corrected meanwhile is told.
    let stale = officer.post(&form, &corrected).await.refused();
    assert!(stale.contains("baru saja diubah"), "{stale}");
    // The family's copy tells all of it.
    let family = cash.scene.children[0].family;
    let text = asuh_ground::web::Text::new(asuh_nusantara::Language::Indonesian, asuh_nusantara::Zone::Wib);
    let copy = asuh_step_distribution::STEP.subject_export.unwrap();
    let told = copy(&cash.scene.test.app, KERINCI, family, text).await.unwrap();
    let told: String = told.iter().flat_map(|section| section.rows.iter().flatten()).cloned().collect();
    assert!(told.contains(words) && told.contains("Rp440.000") && told.contains("Rp300.000"), "{told}");
    cash.check().await;
}

#[db_test]
async fn money_that_is_left_is_talked_over_and_never_a_sanction(db: TestDatabase) {
    let cash = arrived(db, [1, 1, 0, 0]).await;
    let officer = cash.officer(0).await;
    let form = format!("{}/isi", cash.report(0).await);
    officer.post(&form, &spent("200.000", "0")).await.to();
    let list = officer.get("/tindak-lanjut").await.ok();
    let talk = list
        .split("href=\"")
        .find_map(|part| part.split('"').next().filter(|link| link.starts_with("/tindak-lanjut/")));
    let talk = talk.unwrap_or_else(|| panic!("{list}")).to_owned();
    let page = officer.get(&talk).await.ok();
    assert!(
        page.contains("belum dibelanjakan") && page.contains("Bantuan bulan depan tetap diberikan"),
        "{page}"
    );
    for harsh in ["sanksi", "tunggakan", "utang", "pelanggaran", "salah"] {
        assert!(!page.to_lowercase().contains(harsh), "{harsh}: {page}");
    }
    assert!(officer.get("/").await.ok().contains("1 keluarga dapat diajak bicara"));
    // Noted with a day for the next one, ended, taken up again.
    officer.post(&talk, &[("kata", " ")]).await.refused();
    let tomorrow = [("berikut_tanggal", "9"), ("berikut_bulan", "11"), ("berikut_tahun", "2026")];
    let mut note = vec![("kata", "anak sempat sakit, dibelanjakan minggu depan")];
    note.extend(tomorrow);
    officer.post(&talk, &note).await.to();
    assert!(!officer.get("/").await.ok().contains("dapat diajak bicara"), "its day has not come");
    let page = officer.post(&talk, &[("kata", "besok"), ("hari", "3-11-2026")]).await.refused();
    assert!(page.contains("sampai hari ini") && page.contains("besok"), "{page}");
    let admin = &cash.scene.admin;
    admin.post(&talk, &[("kata", "sudah dibelanjakan semua"), ("aksi", "selesai")]).await.to();
    let page = officer.post(&talk, &[("kata", "lagi")]).await.refused();
    assert!(page.contains("sudah selesai"), "{page}");
    officer.post(&talk, &[("kata", "masih ada sisa"), ("aksi", "lagi")]).await.to();
    let page = officer.get(&talk).await.ok();
    for told in ["anak sempat sakit", "sudah dibelanjakan semua", "masih ada sisa"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // Next month's plan has the child as it has the other one.
    let source = format!("{}|{}|csr", cash.scene.programme, cash.holder);
    cash.scene.test.db.clock.advance(30 * 86_400);
    let admin = &cash.scene.test.sign_in(admin.user).await;
    let next = [("sumber", source.as_str()), ("bulan", "2026-12")];
    let plan = admin.post("/bantuan-uang/baru", &next).await.to();
    assert!(admin.get(&plan).await.ok().contains("Rp900.000"));
    // A small rest is nothing to speak about.
    let other = cash.officer(1).await;
    other.post(&format!("{}/isi", cash.report_of_november(1).await), &spent("430.000", "0")).await.to();
    assert_eq!(cash.count("SELECT COUNT(*) AS n FROM follow_up WHERE district_id = $1").await, 1);
    cash.check().await;
}

impl Cash {
    async fn report_of_november(&self, child: usize) -> String {
        let sql =
            "SELECT id FROM cash_payment WHERE district_id = $1 AND person_id = $2 AND month = 20261101";
        let row: Option<(Id,)> = asuh_store::Query::first(
            self.scene.test.app.store.reader(),
            sql,
            args![KERINCI, self.scene.children[child].person],
        )
        .await
        .unwrap();
        format!("/laporan-belanja/pembayaran/{}", row.unwrap().0)
    }
}

/// Who may see what a family spent, role by role, page by page; the giver's own pages and the public's hold none of it.
#[db_test]
async fn nobody_who_gives_sees_what_a_family_spent(db: TestDatabase) {
    let cash = arrived(db, [1, 0, 0, 0]).await;
    let test = &cash.scene.test;
    let near = cash.officer(0).await;
    let (page, form) = (cash.report(0).await, format!("{}/isi", cash.report(0).await));
    let mut fields = spent("200.000", "0");
    fields.extend([("bukan_anak", "77.123"), ("kata", "RAHASIABELANJA"), ("nota_saja", "ya")]);
    near.upload(&form, &fields, "nota1", "nota.png", &photo()).await.to();
    let shown = near.get(&page).await.ok();
    let link = |part: &str| {
        let found =
            shown.split("href=\"").find_map(|text| text.split('"').next().filter(|link| link.contains(part)));
        found.unwrap_or_else(|| panic!("{part}: {shown}")).to_owned()
    };
    let (nota, talk) = (link("/nota/"), link("/tindak-lanjut/"));
    let readers =
        [Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::Auditor];
    let writers = [Role::FieldOfficer, Role::Cadre, Role::VillageVerifier];
    for role in Role::ALL.iter().copied() {
        let user = test.user(role, &[1_501_000_000], &[cash.holder]).await;
        for path in
            [page.as_str(), &nota, &talk, "/laporan-belanja", "/laporan-belanja/belum", "/tindak-lanjut"]
        {
            let status = user.get(path).await.status;
            let expected = if readers.contains(&role) { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(status, expected, "{role:?} {path}");
        }
        let status = user.get(&form).await.status;
        let expected = if writers.contains(&role) { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(status, expected, "{role:?} {form}");
        for path in ["/laporan-belanja/rekap", "/laporan-belanja/rekap/unduh"] {
            let sees = [Role::DistrictAdmin, Role::Auditor].contains(&role);
            let expected = if sees { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(user.get(path).await.status, expected, "{role:?} {path}");
        }
        // No page that the role reaches from its own ones tells a sum or a word of it.
        if !readers.contains(&role) {
            for path in ["/", "/bantuan-uang", "/setoran/saya", "/janji", "/publik"] {
                let answer = user.get(path).await;
                assert!(
                    !answer.body.contains("RAHASIABELANJA") && !answer.body.contains("77.123"),
                    "{role:?} {path}"
                );
            }
        }
    }
    // Those of another village, and another RW, find nothing.
    let far = cash.officer(1).await;
    let cadre = test.user(Role::Cadre, &[], &[]).await;
    test.sql(
        "INSERT INTO grant_territory (district_id, grant_id, territory_code, rw) SELECT district_id, id, $2, '002' \
         FROM user_grant WHERE district_id = $1 AND user_id = $3",
        args![KERINCI, VILLAGES[0], cadre.user],
    )
    .await;
    for user in [&far, &cadre] {
        for path in [page.as_str(), &form, &nota, &talk] {
            assert_eq!(user.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(user.post(&form, &spent("1", "1")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(user.post(&talk, &[("kata", "x")]).await.status, StatusCode::NOT_FOUND);
        assert!(!user.get("/laporan-belanja").await.ok().contains("Rp450.000"));
        assert!(!user.get("/tindak-lanjut").await.ok().contains("Kepala Rahasia"));
    }
    // An auditor reads and changes nothing.
    let auditor = test.user(Role::Auditor, &[1_501_000_000], &[]).await;
    assert_eq!(auditor.post(&form, &spent("1", "1")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(auditor.post(&talk, &[("kata", "x")]).await.status, StatusCode::FORBIDDEN);

    // The giver's page, his report of gifts, and everything the public gets.
    let sponsor = "SELECT sponsor_id FROM cash_share WHERE district_id = $1";
    let sponsor: Option<(Id,)> =
        asuh_store::Query::first(test.app.store.reader(), sponsor, args![KERINCI]).await.unwrap();
    let sponsor = sponsor.unwrap().0;
    let giver = test.user(Role::Sponsor, &[], &[]).await;
    test.sql(
        "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2",
        args![KERINCI, giver.user, sponsor],
    )
    .await;
    let seen = giver.crawl(vec!["/".into(), "/setoran/saya".into()]).await;
    let own: String = seen.values().map(|answer| answer.body.as_str()).collect();
    assert!(own.contains("Rp450.000"), "the giver sees what arrived: {own}");
    let public = test.anonymous();
    let mut open = own;
    for path in ["/publik", "/publik/angka.csv"] {
        open.push_str(&public.get(path).await.body);
    }
    let actor = test.system();
    for panel in &test.app.registry.sponsor_panels {
        open.extend(panel(&test.app, &actor, sponsor).await.unwrap());
    }
    for hidden in ["RAHASIABELANJA", "77.123", "Rp200.000", "laporan-belanja", "tindak-lanjut"] {
        assert!(!open.contains(hidden), "{hidden}");
    }
    assert_eq!(public.get(&page).await.to(), "/masuk");
}

/// What leaves the office hides what few families spent, and what would give it away.
#[db_test]
async fn sums_that_leave_the_office_hide_few_families(db: TestDatabase) {
    let cash = arrived(db, [6, 0, 0, 0]).await;
    let officer = cash.officer(0).await;
    let admin = &cash.scene.admin;
    for child in 0..4 {
        officer.post(&format!("{}/isi", cash.report(child).await), &spent("440.000", "0")).await.to();
    }
    let rows = admin.download_link("/laporan-belanja/rekap/unduh").await;
    assert_eq!(rows[1][1], "<5", "{rows:?}");
    assert!(rows[1][2..].iter().all(|cell| cell == "disembunyikan"), "{rows:?}");
    assert!(admin.get("/laporan-belanja/rekap").await.ok().contains("Rp1.760.000"));
    for child in 4..6 {
        let mut fields = spent("300.000", "0");
        fields.push(("susu", "140.000"));
        officer.post(&format!("{}/isi", cash.report(child).await), &fields).await.to();
    }
    // Six families, of which two bought milk: the milk is hidden, and a second sum with it; the total is the same.
    let rows = admin.download_link("/laporan-belanja/rekap/unduh").await;
    let row = &rows[1];
    assert_eq!((row[1].as_str(), row[2].as_str()), ("6", "2360000"), "{rows:?}");
    assert_eq!(row[4], "disembunyikan", "{rows:?}");
    assert!(row[2..].iter().filter(|cell| *cell == "disembunyikan").count() >= 2, "{rows:?}");
    assert_eq!(row.last().unwrap(), "2700000", "{rows:?}");
    asuh_ground::audit::flush(&cash.scene.test.app).await.unwrap();
    let noted = "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND detail = 'spending_sums'";
    assert_eq!(cash.count(noted).await, 2);
}

/// The same report sent by twenty at once, and twenty corrections of one version: one each.
#[db_test]
async fn twenty_at_once_write_one_version(db: TestDatabase) {
    let cash = arrived(db, [1, 0, 0, 0]).await;
    let test = &cash.scene.test;
    let payment: Id = cash.payment(0).await.rsplit('/').next().unwrap().parse().unwrap();
    let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap());
    let actor = test.system();
    for after in 0..2 {
        let tries = (0..20).map(|_| {
            let command = PutSpendingReport {
                payment,
                after,
                spent: Spent([450_000, 0, 0, 0, 0, 0]),
                words: String::new(),
                told_on: TODAY,
                beside: "cadre".into(),
                advice: None,
                receipts: Vec::new(),
                reason: "diperiksa lagi".into(),
                today: TODAY,
                scope: scope.clone(),
            };
            test.app.submit(&actor, test.app.store.new_id(), command)
        });
        let written = futures_util::future::join_all(tries).await;
        assert_eq!(written.iter().filter(|one| one.is_ok()).count(), 1);
    }
    let versions = "SELECT COUNT(*) AS n FROM spending_report WHERE district_id = $1";
    assert_eq!(cash.count(versions).await, 2);
    // What has not arrived has no report.
    test.sql("UPDATE cash_payment SET paid = 0 WHERE district_id = $1", args![KERINCI]).await;
    let officer = cash.officer(0).await;
    assert_eq!(officer.get(&cash.report(0).await).await.status, StatusCode::NOT_FOUND);
}
