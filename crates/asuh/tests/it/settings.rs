//! The settings of a district: the pages, the command behind them, letter numbers, the letterhead.

use std::collections::BTreeMap;

use asuh_ground::access::Role;
use asuh_ground::settings::{self, Letterhead, PutSettings, documents};
use asuh_nusantara::{Language, Zone};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Rejection, Tx, args};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::macros::date;

use crate::support::{KERINCI, TestApp, new_form_id};

/// A picture of 4 x 4 pixels with a place hidden in it.
pub fn png() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
        chunk.extend_from_slice(kind);
        chunk.extend_from_slice(data);
        chunk.extend_from_slice(&[0; 4]);
        chunk
    };
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &[0, 0, 0, 4, 0, 0, 0, 4, 8, 2, 0, 0, 0]));
    png.extend(chunk(b"tEXt", b"GPS rumah"));
    png.extend(chunk(b"IDAT", b"x"));
    png.extend(chunk(b"IEND", b""));
    png
}

const HEAD: [(&str, &str); 7] = [
    ("letterhead.government", "PEMERINTAH KABUPATEN KERINCI"),
    ("letterhead.office", "DINAS PENGENDALIAN PENDUDUK\nDAN KELUARGA BERENCANA"),
    ("letterhead.address", "Jl. Depati Parbo 1"),
    ("letterhead.phone", "0748-1234"),
    ("letterhead.email", ""),
    ("letterhead.place", "Sungai Penuh"),
    ("letterhead.paper", "f4"),
];

async fn egg(test: &TestApp) {
    test.sql(
        "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) \
         VALUES ($1, 'egg', 'Telur', 'butir', 'goods', NULL, 21, 1)",
        args![KERINCI],
    )
    .await;
}

#[db_test]
async fn the_letterhead_is_filled_in_shown_and_remembered(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let home = admin.get("/").await.ok();
    assert!(home.contains("Siapkan kabupaten: 0 dari 7 langkah selesai"), "{home}");
    let to =
        admin.upload("/pengaturan/kop-surat", &HEAD, "letterhead.logo", "../logo.svg", &png()).await.to();
    assert_eq!(to, "/pengaturan/kop-surat?disimpan=7");
    let page = admin.get(&to).await.ok();
    assert!(page.contains("Tersimpan: 7 pengaturan berubah.") && page.contains("sheet preview f4"), "{page}");
    assert!(page.contains("data:image/png;base64,") && page.contains("Sungai Penuh, Senin, 2 November 2026"));
    assert!(page.contains("Pengguna district_admin") && page.contains("DINAS PENGENDALIAN PENDUDUK / DAN"));
    let head = Letterhead::load(&test.app.store, KERINCI).await.unwrap();
    assert_eq!(head.office.len(), 2);
    assert_eq!(head.contact(), "Telp. 0748-1234");
    let logo = data_encoding::BASE64.decode(head.logo.split_once(',').unwrap().1.as_bytes()).unwrap();
    assert!(!logo.windows(3).any(|part| part == b"GPS"), "the hidden place is gone");
    assert!(admin.get("/").await.ok().contains("1 dari 7"), "the task list reads the data");
    // Saving the same again changes nothing; the logo can be taken away.
    assert!(admin.post("/pengaturan/kop-surat", &HEAD).await.to().ends_with("disimpan=0"));
    let without = [HEAD.as_slice(), &[("letterhead.logo.hapus", "ya")]].concat();
    assert!(admin.post("/pengaturan/kop-surat", &without).await.to().ends_with("disimpan=1"));
    assert_eq!(Letterhead::load(&test.app.store, KERINCI).await.unwrap().logo, "");
}

#[db_test]
async fn what_is_wrong_is_shown_beside_what_was_typed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let patterns = [
        ("collection.bast_pattern", "BAST/{nomor}"),
        ("collection.deposit_pattern", "STS/{hari}/{tahun}/{nomor}"),
        ("distribution.bast_pattern", "BAP/{nomor:4}/{tahun}"),
        ("consent.request_pattern", ""),
        ("consent.incident_pattern", "INS/{nomor}/{tahun}"),
    ];
    let page = admin.post("/pengaturan/nomor-surat", &patterns).await.refused();
    assert!(page.contains("<title>Galat: Nomor surat") && page.contains("value=\"BAST/{nomor}\""), "{page}");
    assert!(page.contains("Pola harus memuat {tahun}") && page.contains("Bagian {hari} tidak dikenal"));
    assert!(page.contains("href=\"#f-consent.request_pattern\""));
    let page = admin.upload("/pengaturan/kop-surat", &HEAD, "letterhead.logo", "a.png", b"<svg></svg>").await;
    assert!(page.refused().contains("Jenis berkas ini tidak diterima."));
    let page =
        admin.upload("/pengaturan/kop-surat", &HEAD, "letterhead.logo", "a.png", &vec![0; 300_000]).await;
    assert!(page.refused().contains("paling besar 200 KB"));
    let nobody =
        [("signatories.0.name", "Budi, S.IP"), ("signatories.0.nip", "123"), ("signatories.0.title", "")];
    let page = admin.post("/pengaturan/penanda-tangan", &nobody).await.refused();
    assert!(page.contains("value=\"Budi, S.IP\"") && page.contains("NIP terdiri atas 18 angka."), "{page}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM setting", args![]).await, 0);
}

#[db_test]
async fn signatories_and_prices_are_lists(db: TestDatabase) {
    let test = TestApp::start(db).await;
    egg(&test).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let rows = [
        ("signatories.0.name", "Drs. Budi"),
        ("signatories.0.nip", "197803142005011003"),
        ("signatories.0.title", "Kepala Dinas"),
        ("signatories.0.acting", "plt"),
        ("signatories.0.documents", "handover"),
        ("signatories.0.documents", "letter"),
        ("signatories.1.name", ""),
        ("signatories.1.acting", ""),
    ];
    admin.post("/pengaturan/penanda-tangan", &rows).await.to();
    let signs = settings::signatory(test.app.store.reader(), KERINCI, "letter").await.unwrap().unwrap();
    assert_eq!(signs.full_title(), "Plt. Kepala Dinas");
    assert_eq!(signs.documents, ["handover", "letter"]);
    assert_eq!(settings::signatory(test.app.store.reader(), KERINCI, "deposit").await.unwrap(), None);
    let page = admin.get("/pengaturan/penanda-tangan").await.ok();
    assert!(page.contains("value=\"letter\" checked") && page.contains("NIP 197803142005011003"), "{page}");
    let price = |code, amount| {
        [("prices.0.commodity", code), ("prices.0.rupiah", amount), ("prices.0.from", "1-11-2026")]
    };
    admin.post("/pengaturan/harga", &price("egg", "2.500")).await.to();
    let prices = settings::prices(test.app.store.reader(), KERINCI).await.unwrap();
    assert_eq!(settings::price_on(&prices, "egg", date!(2026 - 11 - 02)), Some(2500));
    admin.post("/pengaturan/harga", &price("gold", "2.500")).await.refused();
    admin.post("/pengaturan/harga", &price("egg", "gratis")).await.refused();
}

#[db_test]
async fn name_and_zone_reach_the_district_itself(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    admin
        .post("/pengaturan/identitas", &[("district.name", "Kerinci Sakti Alam"), ("district.zone", "WIT")])
        .await
        .to();
    let district = settings::one(test.app.store.reader(), KERINCI).await.unwrap().unwrap();
    assert_eq!((district.name.as_str(), district.zone), ("Kerinci Sakti Alam", Zone::Wit));
    assert!(admin.get("/").await.ok().contains("Kerinci Sakti Alam"));
    let page = admin.post("/pengaturan/identitas", &[("district.name", ""), ("district.zone", "GMT")]).await;
    assert!(page.refused().contains("Isian ini wajib diisi."));
}

#[db_test]
async fn only_the_district_admin_changes_settings_and_a_double_click_counts_once(db: TestDatabase) {
    let test = TestApp::start(db).await;
    for role in Role::ALL.iter().filter(|role| **role != Role::DistrictAdmin) {
        let other = test.with_role(*role).await;
        assert_eq!(other.get("/pengaturan").await.status, StatusCode::FORBIDDEN, "{role:?}");
        assert_eq!(
            other.post("/pengaturan/kop-surat", &HEAD).await.status,
            StatusCode::FORBIDDEN,
            "{role:?}"
        );
    }
    assert_eq!(test.anonymous().get("/pengaturan").await.to(), "/masuk");
    let admin = test.with_role(Role::DistrictAdmin).await;
    assert_eq!(admin.get("/pengaturan/tidak-ada").await.status, StatusCode::NOT_FOUND);
    let form = new_form_id();
    admin.post_as("/pengaturan/kop-surat", &form, &HEAD).await.to();
    admin.post_as("/pengaturan/kop-surat", &form, &HEAD).await.to();
    let logged = "SELECT COUNT(*) AS n FROM command_log WHERE kind = 'settings.put'";
    assert_eq!(test.number(logged, args![]).await, 1);
    let mut other = HEAD;
    other[2].1 = "Jalan lain";
    let reused = admin.post_as("/pengaturan/kop-surat", &form, &other).await;
    assert_eq!(reused.status, StatusCode::UNPROCESSABLE_ENTITY);
    test.db.clock.advance(31 * 60);
    assert_eq!(admin.post("/pengaturan/kop-surat", &HEAD).await.to(), "/masuk");
}

#[db_test]
async fn the_command_checks_again_what_the_page_checked(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let put = async |group: &str, name: &str, value: &str| {
        let values = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let command = PutSettings { group: group.to_owned(), values };
        match test.app.submit(&test.system(), test.app.store.new_id(), command).await {
            Ok(receipt) => Ok(receipt.value),
            Err(Rejection::Refused(refusal)) => Err(refusal.code),
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(put("program", "programme.team", "TP3S").await, Ok(vec!["programme.team".to_owned()]));
    assert_eq!(put("program", "letterhead.phone", "1").await, Err("settings.refused.unknown".into()));
    assert_eq!(
        put("pelindungan", "access.incompatible_roles", "").await,
        Err("settings.refused.unknown".into())
    );
    assert_eq!(put("program", "programme.team", " ").await, Err("web.error.required".into()));
    assert_eq!(
        put("kop-surat", "letterhead.logo", &test.app.store.new_id().to_string()).await,
        Err("settings.refused.image".into())
    );
    assert_eq!(put("rahasia", "programme.team", "x").await, Err("web.not_found.text".into()));
}

/// Takes a number and, if asked, fails afterwards.
#[derive(Serialize, Deserialize)]
struct TakeNumber {
    series: &'static str,
    fail: bool,
}

impl Command for TakeNumber {
    const KIND: &'static str = "test.take_number";
    type Receipt = String;

    async fn apply(&self, tx: &Tx<'_>) -> Result<String, Fault> {
        let number = documents::next_number(tx, self.series, date!(2026 - 11 - 02)).await?;
        if self.fail { Err(asuh_store::Refusal::new("test").into()) } else { Ok(number) }
    }
}

#[db_test]
async fn letter_numbers_have_no_gaps(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let take = |series, fail| test.app.store.submit(test.envelope(Id::SYSTEM), TakeNumber { series, fail });
    assert_eq!(take("collection.bast", false).await.unwrap().value, "BAST/0001/XI/2026");
    assert!(take("collection.bast", true).await.is_err());
    assert_eq!(take("collection.bast", false).await.unwrap().value, "BAST/0002/XI/2026");
    assert_eq!(take("distribution.bast", false).await.unwrap().value, "BAP/0001/XI/2026");
    assert_eq!(take("kuitansi", false).await.unwrap().value, "KUITANSI/0001/XI/2026");
    let many = futures_util::future::join_all((0..20).map(|_| take("consent.request", false))).await;
    let mut numbers: Vec<String> = many.into_iter().map(|receipt| receipt.unwrap().value).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 20);
    assert_eq!(numbers.last().unwrap(), "PDP/0020/XI/2026");
}

#[test]
fn every_setting_has_its_words() {
    let mut missing = Vec::new();
    let mut keys = Vec::new();
    for spec in settings::TABLE {
        let key = format!("setting.{}", spec.name);
        keys.extend([format!("{key}.label"), format!("{key}.help")]);
        match spec.kind {
            settings::Kind::Choice(codes) | settings::Kind::Several(codes) => {
                keys.extend(codes.iter().map(|code| format!("{key}.{code}")));
            }
            settings::Kind::List(columns) => {
                keys.extend(columns.iter().map(|column| format!("{key}.column.{}", column.name)));
            }
            _ => {}
        }
    }
    for group in settings::Group::ALL {
        keys.extend([
            format!("settings.group.{}", group.code()),
            format!("settings.group.{}.text", group.code()),
        ]);
    }
    for language in [Language::Indonesian, Language::English] {
        let lacks = |key: &&String| {
            asuh_words::sentence(language.code(), key).is_none_or(|sentence| sentence == key.as_str())
        };
        missing.extend(keys.iter().filter(lacks).cloned());
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// The answers of the last step of the set-up.
fn identity<'a>(code: &'a str, name: &'a str, login: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("langkah", "identity"),
        ("kode_mulai", code),
        ("kode", "15.01"),
        ("nama", name),
        ("zona", "WIB"),
        ("masuk", login),
        ("nama_admin", "Rina"),
    ]
}

#[db_test]
async fn a_new_installation_is_set_up_step_by_step(db: TestDatabase) {
    let test = TestApp::bare(db).await;
    let nobody = test.anonymous();
    assert!(nobody.get("/mulai").await.ok().contains("Kode penyiapan"));
    assert!(
        nobody.post("/mulai", &[("langkah", "code"), ("kode_mulai", "")]).await.refused().contains("salah")
    );
    let code = settings::first_run::code(&test.app).await.unwrap().unwrap();
    let typed = code.to_lowercase().replace('-', " ");
    let begin = [("langkah", "code"), ("kode_mulai", typed.as_str())];
    assert!(nobody.post("/mulai", &begin).await.ok().contains("Daftar wilayah"));
    // Every later step asks for the code again.
    assert!(
        nobody
            .post("/mulai", &identity("salah", "Kabupaten Kerinci", "rina"))
            .await
            .refused()
            .contains("Kode ini salah")
    );
    let list = "kode,nama\n15,Jambi\n15.01,Kabupaten Kerinci\n15.01.01,Gunung Raya\n15.01.01.2001,Selam Paung\n15.02,Kabupaten Merangin\n";
    let upload = [("langkah", "list"), ("kode_mulai", code.as_str())];
    let bad = nobody.upload("/mulai", &upload, "berkas", "w.csv", b"kode,nama\nxx,Jambi\n").await.refused();
    assert!(bad.contains("Baris 2 bukan wilayah"), "{bad}");
    assert!(
        nobody.upload("/mulai", &upload, "berkas", "w.csv", list.as_bytes()).await.ok().contains("15 Jambi")
    );
    let province = [("langkah", "province"), ("kode_mulai", code.as_str()), ("provinsi", "15")];
    assert!(nobody.post("/mulai", &province).await.ok().contains("15.02 Kabupaten Merangin"));
    let regency =
        [("langkah", "regency"), ("kode_mulai", code.as_str()), ("provinsi", "15"), ("kode", "15.01")];
    assert!(nobody.post("/mulai", &regency).await.ok().contains("value=\"Kabupaten Kerinci\""));
    let page = nobody.post("/mulai", &identity(&code, "", "r a")).await.refused();
    assert!(
        page.contains("Galat: ") && page.contains("value=\"r a\"") && page.contains("value=\"15.01\""),
        "{page}"
    );
    let page = nobody.post("/mulai", &identity(&code, "Kabupaten Kerinci", "rina")).await.ok();
    assert!(page.contains("Kode aktivasi") && page.contains("<code>rina</code>"), "{page}");
    let district = settings::all(test.app.store.reader()).await.unwrap().remove(0);
    assert_eq!(
        (district.id, district.name.as_str(), district.zone),
        (KERINCI, "Kabupaten Kerinci", Zone::Wib)
    );
    let here = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1";
    assert_eq!(test.number(here, args![KERINCI]).await, 3);
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM commodity WHERE district_id = $1", args![KERINCI]).await,
        4
    );
    let admins = "SELECT COUNT(*) AS n FROM user_grant WHERE district_id = $1 AND role = 'district_admin'";
    assert_eq!(test.number(admins, args![KERINCI]).await, 1);
    // Sent twice, or lost before the code was read: no second district, a new code for the same admin.
    let again = nobody.post("/mulai", &identity(&code, "Kabupaten Kerinci", "rina")).await.ok();
    assert!(again.contains("Kabupaten sudah dibuat"), "{again}");
    let renew =
        [("langkah", "renew"), ("kode_mulai", code.as_str()), ("masuk", "rina"), ("nama_admin", "Rina")];
    assert!(nobody.post("/mulai", &renew).await.ok().contains("hanya tampil sekali"));
    assert_eq!(test.number(admins, args![KERINCI]).await, 1);
    // Once somebody has signed in, the page and its code are gone.
    test.sql("UPDATE app_user SET activated_at = 1", args![]).await;
    assert_eq!(nobody.get("/mulai").await.to(), "/masuk");
    assert_eq!(nobody.post("/mulai", &renew).await.to(), "/masuk");
    assert_eq!(settings::first_run::code(&test.app).await.unwrap(), None);
}

#[db_test]
async fn the_setup_code_ends_and_a_district_can_be_entered_by_hand(db: TestDatabase) {
    let test = TestApp::bare(db).await;
    let nobody = test.anonymous();
    let old = settings::first_run::code(&test.app).await.unwrap().unwrap();
    let code = settings::first_run::code(&test.app).await.unwrap().unwrap();
    for (code, opens) in [(&old, false), (&code, true)] {
        assert_eq!(settings::first_run::opens(&test.app, code).await.unwrap(), opens);
    }
    let hand = |kode| [("langkah", "list"), ("kode_mulai", code.as_str()), ("kode", kode)];
    assert!(nobody.post("/mulai", &hand("15.01.01")).await.refused().contains("Tulis kode kabupaten"));
    assert!(nobody.post("/mulai", &hand("15.01")).await.ok().contains("value=\"15.01\""));
    nobody.post("/mulai", &identity(&code, "Kabupaten Kerinci", "rina")).await.ok();
    let rows = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND level = 'regency'";
    assert_eq!(test.number(rows, args![KERINCI]).await, 1);
    test.db.clock.advance(25 * 3600);
    assert!(!settings::first_run::opens(&test.app, &code).await.unwrap());
}
