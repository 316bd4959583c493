//! What is built once: water, latrines, houses.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding, Move, Spot, Transfer, TransferKind};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Instant, Query, Tx, args};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::macros::date;

use crate::cash::PNG;
use crate::distribution::Scene;
use crate::support::{Client, KERINCI, VILLAGES, new_form_id};

/// A picture of one pixel, as a file.
fn photo() -> Vec<u8> {
    data_encoding::BASE64.decode(PNG.split(',').nth(1).unwrap().as_bytes()).unwrap()
}

/// Fields of a form, with days as three boxes each.
pub fn fields(plain: &[(&str, &str)], days: &[(&str, time::Date)]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        plain.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for (field, day) in days {
        all.push((format!("{field}_tanggal"), day.day().to_string()));
        all.push((format!("{field}_bulan"), u8::from(day.month()).to_string()));
        all.push((format!("{field}_tahun"), day.year().to_string()));
    }
    all
}

pub fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Money that a holder had when the books began.
#[derive(Serialize, Deserialize)]
struct Money {
    holder: Id,
    rupiah: i64,
}

impl Command for Money {
    const KIND: &'static str = "test.works_money";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let at = |kind| Spot::new(kind, self.holder);
        let step =
            Move::new(Commodity::CASH, at(AccountKind::Opening), at(AccountKind::FundHolder), self.rupiah);
        let (kind, reason, cause) = (TransferKind::Opening, String::new(), self.holder);
        let transfer =
            Transfer { kind, fund: Fund::CSR, day: date!(2026 - 10 - 01), cause, reason, moves: vec![step] };
        books::post(tx, transfer).await
    }
}

/// A family that needs clean water, a firm that promised it, and those who work on it.
pub struct Works {
    pub scene: Scene,
    pub admin: Client,
    pub officer: Client,
    pub family: Id,
    pub need: Id,
    pub campaign: Id,
    pub pledge: Id,
    pub sponsor: Id,
}

impl Works {
    pub async fn start(db: TestDatabase) -> Works {
        let scene = Scene::start(db).await;
        let test = &scene.test;
        test.sql(
            "INSERT INTO commodity (district_id, code, name, unit, kind, nth) VALUES ($1, 'cash', 'Uang', 'rupiah', 'cash', 3)",
            args![KERINCI],
        )
        .await;
        let family = scene.family(VILLAGES[0], "001", "Ani").await;
        let admin = test.with_role(Role::DistrictAdmin).await;
        let officer = test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
        let (campaign, sponsor, pledge) =
            (test.app.store.new_id(), test.app.store.new_id(), test.app.store.new_id());
        test.sql(
            "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, help, \
             destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at) \
             VALUES ($1, $2, 'Air untuk Anak', '', 'once', 0, 20260901, 'anyone', 'water', 'pairs', $3, $3, 'csr', 1, '', 3, \
             'active', 0)",
            args![KERINCI, campaign, scene.warehouse],
        )
        .await;
        test.sql(
            "INSERT INTO sponsor (district_id, id, kind, institution_id, created_at) VALUES ($1, $2, 'person', NULL, 0)",
            args![KERINCI, sponsor],
        )
        .await;
        test.sql(
            "INSERT INTO sponsor_version (district_id, sponsor_id, version, recorded_at, superseded_at, valid_from, \
             command_id, source, name, name_search, status, category) VALUES ($1, $2, 1, 0, $3, 20260901, $4, 'form', \
             'PT Pompa Rekaan', 'pt pompa rekaan', 'active', 'private')",
            args![KERINCI, sponsor, Instant::NEVER, Id::SYSTEM],
        )
        .await;
        test.sql(
            "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, origin, public_name, reach, \
             recorded_at, recorded_by) VALUES ($1, $2, $3, $4, 1, 20260901, 'admin', 'name', 'district', 0, $5)",
            args![KERINCI, pledge, campaign, sponsor, Id::SYSTEM],
        )
        .await;
        officer
            .post(
                &format!("/kebutuhan-keluarga/keluarga/{family}"),
                &[("jenis", "water"), ("keterangan", "sumur kering")],
            )
            .await
            .to();
        let need: Option<(Id,)> = test
            .app
            .store
            .reader()
            .first("SELECT id FROM family_need WHERE district_id = $1", args![KERINCI])
            .await
            .unwrap();
        Works { need: need.unwrap().0, scene, admin, officer, family, campaign, pledge, sponsor }
    }

    /// The fields of an order that is right.
    pub fn order(&self, besides: &[(&str, &str)]) -> Vec<(String, String)> {
        let (need, pledge) = (self.need.to_string(), self.pledge.to_string());
        let mut plain = vec![
            ("kebutuhan", need.as_str()),
            ("jenis", "water"),
            ("uraian", "sumur bor dengan pompa"),
            ("pelaksana", "Tukang Rekaan"),
            ("perkiraan", "6.000.000"),
            ("janji", pledge.as_str()),
            ("sumber", "giver"),
            ("pemegang", "PT Pompa Rekaan"),
        ];
        for (name, value) in besides {
            plain.retain(|(known, _)| known != name);
            if !value.is_empty() {
                plain.push((name, value));
            }
        }
        fields(&plain, &[("dari", date!(2026 - 11 - 01)), ("sampai", date!(2026 - 11 - 02))])
    }

    pub async fn ordered(&self, besides: &[(&str, &str)]) -> String {
        let path = format!("/pekerjaan/baru/{}", self.family);
        self.admin.post(&path, &borrowed(&self.order(besides))).await.to()
    }

    /// The page of the only work.
    pub async fn path(&self) -> String {
        let sql = "SELECT id FROM help_work WHERE district_id = $1";
        let row: Option<(Id,)> = self.scene.test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
        format!("/pekerjaan/{}", row.unwrap().0)
    }

    pub async fn state(&self, of: &str) -> String {
        asuh_store::row_struct! { struct Row { state: String } }
        let sql = format!("SELECT state FROM {of} WHERE district_id = $1");
        let row: Option<Row> = self.scene.test.app.store.reader().first(&sql, args![KERINCI]).await.unwrap();
        row.unwrap().state
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.scene.test.number(sql, args![KERINCI]).await
    }

    pub async fn agree_to_photos(&self) {
        let consent = fields(
            &[("tujuan", "photo"), ("wali", "Ibu Ani"), ("hubungan", "mother"), ("cara", "form")],
            &[("tanggal", date!(2026 - 11 - 02))],
        );
        let path = format!("/persetujuan/keluarga/{}/baru", self.family);
        self.admin.post(&path, &borrowed(&consent)).await.to();
    }

    /// Handed over with a signature, at this cost.
    pub async fn hand_over(&self, work: &str, cost: &str) -> String {
        let signed = [
            ("biaya", cost),
            ("penerima", "Ani"),
            ("hubungan", "wife"),
            ("bukti", "signature"),
            ("tanda_tangan", PNG),
        ];
        self.officer.post(&format!("{work}/serah-terima"), &signed).await.to()
    }
}

#[db_test]
async fn water_is_ordered_built_handed_over_and_looked_after(db: TestDatabase) {
    let works = Works::start(db).await;
    let (test, admin, officer) = (&works.scene.test, &works.admin, &works.officer);
    let form = format!("/pekerjaan/baru/{}", works.family);
    assert!(admin.get("/").await.ok().contains("1 kebutuhan belum ada perintah kerja"));
    let waiting = admin.get("/pekerjaan/kebutuhan").await.ok();
    assert!(waiting.contains("Ani") && waiting.contains("sumur kering"), "{waiting}");
    let offered = admin.get(&format!("{form}?kebutuhan={}", works.need)).await.ok();
    assert!(offered.contains("PT Pompa Rekaan, Air untuk Anak") && offered.contains("sumur kering"));

    // What cannot be is refused, and what was typed stays.
    for (wrong, words) in [
        (("pemegang", ""), "siapa yang memegang uangnya"),
        (("jenis", "latrine"), "gerakannya membantu hal lain"),
        (("perkiraan", "0"), "perkiraan"),
        (("sumber", "pool"), "Dana"),
        (("uraian", ""), "Apa yang dikerjakan"),
    ] {
        let page = admin.post(&form, &borrowed(&works.order(&[wrong]))).await.refused();
        assert!(page.contains(words) && page.contains("Tukang Rekaan"), "{wrong:?}: {page}");
    }
    let other = works.order(&[("jenis", "latrine"), ("janji", "")]);
    assert!(admin.post(&form, &borrowed(&other)).await.refused().contains("berjenis lain"));
    assert_eq!(works.number("SELECT COUNT(*) AS n FROM help_work WHERE district_id = $1").await, 0);

    // Ordered once, however often it is sent; the need is promised, and no second order is made for it.
    let id = new_form_id();
    let path = admin.post_as(&form, &id, &borrowed(&works.order(&[]))).await.to();
    assert_eq!(admin.post_as(&form, &id, &borrowed(&works.order(&[]))).await.to(), path);
    assert_eq!(works.state("family_need").await, "promised");
    let again = admin.post(&form, &borrowed(&works.order(&[]))).await.refused();
    assert!(again.contains("sudah punya perintah kerja"), "{again}");
    assert_eq!(works.number("SELECT COUNT(*) AS n FROM help_work WHERE district_id = $1").await, 1);

    // Seen where the family lives alone; who promised is for the admin.
    let shown = admin.get(&path).await.ok();
    for words in ["sumur bor dengan pompa", "Tukang Rekaan", "Rp6.000.000", "PT Pompa Rekaan", "SPK/0001"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let far = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let near = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    for page in ["", "/perintah", "/bast", "/foto/1"] {
        assert_eq!(far.get(&format!("{path}{page}")).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert_eq!(far.post(&format!("{path}/mulai"), &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!far.get("/pekerjaan").await.ok().contains("Ani"));
    assert!(near.get("/pekerjaan").await.ok().contains("Ani"));
    assert!(near.post("/pekerjaan/cari", &[("cari", "ani")]).await.ok().contains("SPK/0001"));
    assert!(!far.post("/pekerjaan/cari", &[("cari", "ani")]).await.ok().contains("SPK/0001"));
    assert_eq!(officer.get(&form).await.status, StatusCode::FORBIDDEN);
    for role in [Role::Leader, Role::Treasurer, Role::Sponsor, Role::WarehouseKeeper] {
        assert_eq!(test.with_role(role).await.get(&path).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }

    // A photo needs the guardian's consent, and is a picture.
    let add = format!("{path}/foto");
    let refused = officer.upload(&add, &[("saat", "before")], "foto", "a.png", &photo()).await.refused();
    assert!(refused.contains("belum menyetujui foto"), "{refused}");
    assert_eq!(works.number("SELECT COUNT(*) AS n FROM attachment WHERE district_id = $1").await, 0);
    works.agree_to_photos().await;
    let paper = officer.upload(&add, &[("saat", "before")], "foto", "a.pdf", b"%PDF-1.7 ...").await;
    paper.refused();
    officer.upload(&add, &[("saat", "before")], "foto", "a.png", &photo()).await.to();
    assert_eq!(near.get(&format!("{path}/foto/1")).await.bytes, photo());
    officer.post(&format!("{path}/foto/1/hapus"), &[]).await.to();
    assert_eq!(near.get(&format!("{path}/foto/1")).await.status, StatusCode::NOT_FOUND);

    // Handed over only when it was begun, with a proof.
    assert_eq!(officer.get(&format!("{path}/serah-terima")).await.to(), path);
    let late = fields(&[], &[("mulai", date!(2026 - 12 - 01))]);
    assert!(
        officer.post(&format!("{path}/mulai"), &borrowed(&late)).await.refused().contains("belum terjadi")
    );
    officer.post(&format!("{path}/mulai"), &[]).await.to();
    officer.post(&format!("{path}/mulai"), &[]).await.refused();
    assert!(officer.get("/").await.ok().contains("1 pekerjaan dapat diserahkan"));
    let give = format!("{path}/serah-terima");
    let basis = [("biaya", "5.750.000"), ("penerima", "Ani"), ("hubungan", "wife")];
    for (proof, words) in [
        (vec![("bukti", "signature")], "belum menandatangani"),
        (vec![("bukti", "thumbprint")], "Saksi"),
        (vec![("bukti", "thumbprint"), ("saksi", "ANI")], "orang lain dari penerima"),
        (vec![("bukti", "paper")], "Lampirkan foto naskah"),
        (vec![("bukti", "saja")], "Pilih"),
    ] {
        let sent: Vec<(&str, &str)> = basis.iter().copied().chain(proof.clone()).collect();
        let page = officer.post(&give, &sent).await.refused();
        assert!(page.contains(words) && page.contains("5.750.000"), "{proof:?}: {page}");
    }
    let thumb: Vec<(&str, &str)> =
        basis.iter().copied().chain([("bukti", "thumbprint"), ("saksi", "Pak RT")]).collect();
    for (day, words) in
        [(date!(2026 - 11 - 01), "sebelum mulai dikerjakan"), (date!(2026 - 11 - 03), "belum terjadi")]
    {
        let sent = [fields(&thumb, &[]), fields(&[], &[("hari", day)])].concat();
        assert!(officer.post(&give, &borrowed(&sent)).await.refused().contains(words), "{day}");
    }
    officer.post(&give, &thumb).await.to();
    assert_eq!(works.state("family_need").await, "met");
    let shown = near.get(&path).await.ok();
    for words in ["Rp5.750.000", "disaksikan Pak RT", "diserahkan"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(near.get(&format!("{path}/bast")).await.ok().contains("Pak RT"));
    assert!(admin.get(&format!("/sasaran/{}", works.family)).await.ok().contains("SPK/0001"));
    // The names in it are sealed.
    let open = "SELECT COUNT(*) AS n FROM help_work WHERE district_id = $1 AND held_by LIKE '%Ani%'";
    assert_eq!(works.number(open).await, 0);

    // Looked after by somebody else; what is broken begins a conversation.
    let check = format!("{path}/cek");
    assert!(
        officer.post(&check, &[("hasil", "working")]).await.refused().contains("tidak memeriksa sendiri")
    );
    assert!(near.post(&check, &[("hasil", "broken")]).await.refused().contains("Tulis apa yang terlihat"));
    for day in [date!(2026 - 11 - 01), date!(2026 - 11 - 03)] {
        let sent = fields(&[("hasil", "working")], &[("hari_cek", day)]);
        let page = near.post(&check, &borrowed(&sent)).await.refused();
        assert!(page.contains("antara serah terima dan hari ini"), "{day}: {page}");
    }
    near.post(&check, &[("hasil", "broken"), ("keterangan", "pompa mati")]).await.to();
    near.post(&check, &[("hasil", "working")]).await.refused();
    assert!(admin.get(&path).await.ok().contains("pompa mati"));
    let talks =
        "SELECT COUNT(*) AS n FROM follow_up WHERE district_id = $1 AND kind = 'check' AND about = 'problem'";
    assert_eq!(works.number(talks).await, 1);

    // Taken up again by the admin alone, then cancelled with a reason: the need is open.
    let why = [("alasan", "pompa diganti")];
    assert_eq!(officer.post(&format!("{path}/buka"), &why).await.status, StatusCode::FORBIDDEN);
    admin.post(&format!("{path}/buka"), &[]).await.refused();
    admin.post(&format!("{path}/buka"), &why).await.to();
    assert_eq!(works.state("family_need").await, "promised");
    officer.post(&format!("{path}/batal"), &[]).await.refused();
    officer.post(&format!("{path}/batal"), &why).await.to();
    assert_eq!(
        (works.state("help_work").await, works.state("family_need").await),
        ("cancelled".into(), "open".into())
    );
    works.ordered(&[]).await;
}

#[db_test]
async fn a_fund_pays_by_its_treasurer_and_the_books_know(db: TestDatabase) {
    let works = Works::start(db).await;
    let test = &works.scene.test;
    let holder = test.institution("fund_holder", "Baznas", None).await;
    let money = Money { holder, rupiah: 10_000_000 };
    test.app.store.submit(test.envelope(Id::SYSTEM), money).await.unwrap();
    let treasurer = test.user(Role::Treasurer, &[], &[holder]).await;
    let other = test.institution("fund_holder", "Korpri Lain", None).await;
    let stranger = test.user(Role::Treasurer, &[], &[other]).await;
    // Zakat is nobody's to choose.
    let zakat = format!("{holder}.zakat");
    let refused = works.order(&[("sumber", "pool"), ("dana", &zakat), ("pemegang", "")]);
    works.admin.post(&format!("/pekerjaan/baru/{}", works.family), &borrowed(&refused)).await.refused();
    let pool = format!("{holder}.csr");
    let path = works.ordered(&[("sumber", "pool"), ("dana", &pool), ("pemegang", "")]).await;
    let pay = path.replace("/pekerjaan/", "/pekerjaan-dana/");
    let held = async |kind, place| {
        let holding = Holding::new(kind, place, Fund::CSR, Commodity::CASH);
        books::balance(test.app.store.reader(), KERINCI, &holding).await.unwrap()
    };

    // The treasurer sees the sum and no family; others see nothing.
    assert!(treasurer.get("/").await.ok().contains("1 pekerjaan menunggu pembayaran"));
    let page = treasurer.get(&pay).await.ok();
    assert!(page.contains("Rp10.000.000") && !page.contains("Ani"), "{page}");
    assert_eq!(stranger.get(&pay).await.status, StatusCode::NOT_FOUND);
    assert_eq!(works.officer.get(&pay).await.status, StatusCode::FORBIDDEN);
    let to = |amount: &'static str| vec![("jumlah", amount), ("kepada", "Toko Pipa Rekaan")];
    let sure = |amount: &'static str| [to(amount), vec![("pasti", "ya")]].concat();
    let gone = stranger.post(&format!("{pay}/bayar"), &sure("1.000.000")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    // Looked at first, then paid once, however often it is sent.
    let check = treasurer.post(&format!("{pay}/bayar"), &to("2.000.000")).await.ok();
    assert!(
        check.contains("Rp2.000.000 dibayarkan kepada Toko Pipa Rekaan") && check.contains("Rp8.000.000")
    );
    assert_eq!(held(AccountKind::FundHolder, holder).await, 10_000_000);
    let id = new_form_id();
    for _ in 0..2 {
        treasurer.post_as(&format!("{pay}/bayar"), &id, &sure("2.000.000")).await.to();
    }
    assert_eq!(held(AccountKind::FundHolder, holder).await, 8_000_000);
    assert_eq!(held(AccountKind::Household, works.family).await, 2_000_000);
    let more = treasurer.post(&format!("{pay}/bayar"), &sure("4.000.001")).await.refused();
    assert!(more.contains("Sisa dari perkiraan Rp4.000.000"), "{more}");
    // Whoever ordered it does not pay, though he be a treasurer too.
    let both = works.admin.user;
    test.sql("UPDATE help_work SET ordered_by = $2 WHERE district_id = $1", args![KERINCI, treasurer.user])
        .await;
    let own = treasurer.post(&format!("{pay}/bayar"), &sure("1.000.000")).await.refused();
    assert!(own.contains("tidak boleh membayarnya"), "{own}");
    test.sql("UPDATE help_work SET ordered_by = $2 WHERE district_id = $1", args![KERINCI, both]).await;

    // Money in it holds the order; a handed-over work cost what was paid.
    let why = [("alasan", "batal")];
    let stays = works.officer.post(&format!("{path}/batal"), &why).await.refused();
    assert!(stays.contains("sudah membayar Rp2.000.000"), "{stays}");
    let mut less = works.order(&[("sumber", "pool"), ("dana", &pool), ("perkiraan", "1.000.000")]);
    less.push(("alasan".into(), "lebih murah".into()));
    let page = works.admin.post(&format!("{path}/ubah"), &borrowed(&less)).await.refused();
    assert!(page.contains("tidak boleh kurang dari itu"), "{page}");
    let mut elsewhere = works.order(&[]);
    elsewhere.push(("alasan".into(), "pindah dana".into()));
    let page = works.admin.post(&format!("{path}/ubah"), &borrowed(&elsewhere)).await.refused();
    assert!(page.contains("sumbernya tetap"), "{page}");
    works.officer.post(&format!("{path}/mulai"), &[]).await.to();
    let wrong = [
        ("biaya", "3.000.000"),
        ("penerima", "Ani"),
        ("hubungan", "wife"),
        ("bukti", "signature"),
        ("tanda_tangan", PNG),
    ];
    let differs = works.officer.post(&format!("{path}/serah-terima"), &wrong).await.refused();
    assert!(differs.contains("biayanya harus sama"), "{differs}");

    // A second payment came back; then it is handed over, and nothing comes back any more.
    treasurer.post(&format!("{pay}/bayar"), &sure("1.000.000")).await.to();
    let second: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first("SELECT id FROM work_payment WHERE district_id = $1 AND amount = 1000000", args![KERINCI])
        .await
        .unwrap();
    let second = second.unwrap().0.to_string();
    let back = [("pembayaran", second.as_str()), ("alasan", "salah toko")];
    treasurer.post(&format!("{pay}/kembali"), &back[..1]).await.refused();
    treasurer.post(&format!("{pay}/kembali"), &back).await.to();
    assert_eq!(treasurer.post(&format!("{pay}/kembali"), &back).await.status, StatusCode::NOT_FOUND);
    assert_eq!(held(AccountKind::FundHolder, holder).await, 8_000_000);
    works.hand_over(&path, "2.000.000").await;
    treasurer.post(&format!("{pay}/kembali"), &back).await.refused();
    works.scene.check().await;
    test.sql("UPDATE help_work SET actual = 1 WHERE district_id = $1", args![KERINCI]).await;
    let mut found = Vec::new();
    for check in &test.app.registry.checks {
        found.extend(check(&test.app, KERINCI).await.unwrap());
    }
    assert!(found.iter().any(|one| one.contains("cost another sum")), "{found:?}");
}
