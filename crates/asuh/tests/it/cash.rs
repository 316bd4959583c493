//! Help in money: from the draft of a month to what families hold in their hands, and everything that must not happen.

use asuh_ground::access::{Role, Scope};
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding, Move, Spot, Transfer, TransferKind};
use asuh_nusantara::TerritoryCode;
use asuh_step_distribution::cash::{DraftPlan, LockPlan, ReleasePlan, SignPlan, Source};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Query, Recording, Rejection, Tx, args};
use axum::http::StatusCode;
use serde::Serialize;
use time::Date;
use time::macros::date;

use crate::pairing::{Scene, TODAY};
use crate::support::{Client, KERINCI, VILLAGES};

const MONTH: Date = date!(2026 - 11 - 01);
/// A picture of one pixel.
pub const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Money that a holder had when the books began.
#[derive(Serialize)]
struct Money {
    holder: Id,
    rupiah: i64,
}

impl Command for Money {
    const KIND: &'static str = "test.money";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let at = |kind| Spot::new(kind, self.holder);
        let step =
            Move::new(Commodity::CASH, at(AccountKind::Opening), at(AccountKind::FundHolder), self.rupiah);
        let (fund, cause) = (Fund::CSR, self.holder);
        let (kind, reason) = (TransferKind::Opening, String::new());
        books::post(tx, Transfer { kind, fund, day: date!(2026 - 10 - 01), cause, reason, moves: vec![step] })
            .await
    }
}

/// Belitung on a small scale: children with pairs, a holder with money, and those who sign.
pub struct Cash {
    pub scene: Scene,
    pub holder: Id,
    /// Two treasurers of the holder: one authorises, one releases.
    pub chair: Client,
    pub treasurer: Client,
}

impl Cash {
    /// So many children in each village, all of them promised Rp450.000 by one firm.
    pub async fn start(db: TestDatabase, living: [usize; 4]) -> Cash {
        let scene = Scene::start(db, living).await;
        scene.draw().await;
        let children: usize = living.iter().sum();
        scene.pledge("PT Rekaan", 9 * children as i64, "district", None).await;
        let run = scene.run("full").await;
        scene.approve(&run).await;
        Cash::of(scene).await
    }

    /// The same of a scene with its own pairs.
    pub async fn of(scene: Scene) -> Cash {
        let test = &scene.test;
        let sql = "SELECT id FROM institution WHERE district_id = $1 AND name = 'Baznas'";
        let holder: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
        let holder = holder.unwrap().0;
        let money = Money { holder, rupiah: 100_000_000 };
        test.app.store.submit(test.envelope(Id::SYSTEM), money).await.unwrap();
        let chair = test.user(Role::Treasurer, &[], &[holder]).await;
        let treasurer = test.user(Role::Treasurer, &[], &[holder]).await;
        Cash { scene, holder, chair, treasurer }
    }

    fn source(&self) -> String {
        format!("{}|{}|csr", self.scene.programme, self.holder)
    }

    pub async fn draft(&self) -> String {
        let fields = [("sumber", self.source()), ("bulan", "2026-11".to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.scene.admin.post("/bantuan-uang/baru", &fields).await.to()
    }

    /// Locked, approved, authorised by those who may.
    pub async fn signed(&self) -> String {
        let plan = self.draft().await;
        self.signs(&plan).await;
        plan
    }

    /// The same of a plan that is drafted.
    pub async fn signs(&self, plan: &str) {
        self.scene.admin.post(&format!("{plan}/kunci"), &[]).await.to();
        self.scene.leader.post(&format!("{plan}/setujui"), &[]).await.to();
        self.chair.post(&format!("{plan}/sahkan"), &[]).await.to();
    }

    pub async fn released(&self) -> String {
        let plan = self.signed().await;
        self.treasurer.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.to();
        plan
    }

    /// The consent of the guardian and the account of a child's family.
    pub async fn account(&self, child: usize, number: &str) {
        let family = self.scene.children[child].family;
        let day = ["tanggal_tanggal", "tanggal_bulan", "tanggal_tahun"];
        let fields = [
            ("tujuan", "payment"),
            ("wali", "Ibu Rekaan"),
            ("hubungan", "mother"),
            ("cara", "form"),
            (day[0], "2"),
            (day[1], "11"),
            (day[2], "2026"),
        ];
        self.scene.admin.post(&format!("/persetujuan/keluarga/{family}/baru"), &fields).await.to();
        let fields = [
            ("bank", "=Bank+Rekaan"),
            ("kode_bank", "002"),
            ("nomor", number),
            ("atas_nama", "Ibu Rekaan"),
            ("hubungan", "mother"),
        ];
        self.scene.admin.post(&format!("/rekening-keluarga/{family}"), &fields).await.to();
    }

    pub async fn payment(&self, child: usize) -> String {
        let sql =
            "SELECT id FROM cash_payment WHERE district_id = $1 AND person_id = $2 AND state <> 'cancelled'";
        let person = self.scene.children[child].person;
        let row: Option<(Id,)> =
            self.scene.test.app.store.reader().first(sql, args![KERINCI, person]).await.unwrap();
        format!("/pembayaran/{}", row.unwrap().0)
    }

    pub async fn held(&self, kind: AccountKind, place: Id) -> i64 {
        let holding = Holding::new(kind, place, Fund::CSR, Commodity::CASH);
        books::balance(self.scene.test.app.store.reader(), KERINCI, &holding).await.unwrap()
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.scene.test.number(sql, args![KERINCI]).await
    }

    /// Books, plans and payments agree. The scene's families were written past the registry, which says so.
    pub async fn check(&self) {
        let mut findings = Vec::new();
        for check in &self.scene.test.app.registry.checks {
            findings.extend(check(&self.scene.test.app, KERINCI).await.unwrap());
        }
        findings.retain(|one| {
            !["family_risk", "name_key", "frozen list"].iter().any(|part| one.starts_with(part))
        });
        assert_eq!(findings, Vec::<String>::new());
    }

    /// The bank's file: headings and a row for each transfer.
    pub async fn file(&self, plan: &str) -> Vec<Vec<String>> {
        self.treasurer.download(&format!("{plan}/berkas"), &[]).await
    }

    pub async fn answer(&self, plan: &str, lines: &str) -> String {
        let text = format!("No Referensi;Status;Jumlah Dibayar;Keterangan\n{lines}\n");
        self.treasurer
            .upload(&format!("{plan}/hasil"), &[], "berkas", "hasil.csv", text.as_bytes())
            .await
            .to()
    }
}

#[db_test]
async fn a_month_reaches_the_families(db: TestDatabase) {
    let cash = Cash::start(db, [2, 1, 0, 0]).await;
    let (admin, leader) = (&cash.scene.admin, &cash.scene.leader);
    cash.account(0, "0012-0100-1234").await;
    cash.account(1, "0012-0100-5678").await;

    // The draft says whom it pays, who is new, and nothing moves.
    let plan = cash.draft().await;
    let page = admin.get(&plan).await.ok();
    for words in ["Rp1.350.000", "3 baru, 0 berubah, 0 tetap", "Kepala Rahasia", "RBU/0001/XI/2026"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // The leader signs without names.
    let page = leader.get(&plan).await.ok();
    assert!(!page.contains("Rahasia") && page.contains("Rp450.000"), "{page}");
    // Who drafted does not approve, and nothing is signed before it is locked.
    let page = leader.post(&format!("{plan}/setujui"), &[]).await.refused();
    assert!(page.contains("masih disusun"), "{page}");
    admin.post(&format!("{plan}/kunci"), &[]).await.to();
    let page = admin.post(&format!("{plan}/setujui"), &[]).await.refused();
    assert!(page.contains("Anda ikut menyusun"), "{page}");
    leader.post(&format!("{plan}/setujui"), &[]).await.to();
    let page = leader.post(&format!("{plan}/sahkan"), &[]).await.refused();
    assert!(page.contains("Anda menyetujui"), "{page}");
    cash.chair.post(&format!("{plan}/sahkan"), &[]).await.to();
    let page = cash.chair.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.refused();
    assert!(page.contains("Anda mengesahkan"), "{page}");
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 100_000_000);
    let page = cash.treasurer.get(&format!("{plan}/cairkan")).await.ok();
    assert!(page.contains("2 anak, Rp900.000") && page.contains("1 anak, Rp450.000"), "{page}");
    cash.treasurer.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.to();
    let id: Id = plan.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 98_650_000);
    assert_eq!(cash.held(AccountKind::Payout, id).await, 1_350_000);

    // The bank's file: texts that stay texts, whole numbers, a reference each.
    let rows = cash.file(&plan).await;
    assert_eq!(rows[0][..6], ["No", "Nama Penerima", "Bank", "Kode Bank", "No Rekening", "Nominal"]);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1][1..6], ["Ibu Rekaan", "=Bank+Rekaan", "002", "001201001234", "450000"]);
    let (one, two) = (rows[1][7].clone(), rows[2][7].clone());
    assert!(one.len() == 10 && one != two);

    // One arrives, one comes back with the bank's reason. The same file again is nothing new.
    let lines = format!("{one};Berhasil;450.000;\n{two};Gagal;;Rekening tidak aktif");
    let answer = cash.answer(&plan, &lines).await;
    let page = cash.treasurer.get(&answer).await.ok();
    assert!(page.contains("1 berhasil, 0 sebagian, 1 gagal"), "{page}");
    assert_eq!(cash.held(AccountKind::Payout, id).await, 1_350_000, "looking moves nothing");
    cash.treasurer.post(&answer, &[]).await.to();
    assert_eq!(cash.held(AccountKind::Payout, id).await, 450_000);
    assert_eq!(cash.held(AccountKind::Household, cash.scene.children[0].family).await, 450_000);
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 99_100_000);
    cash.treasurer.post(&answer, &[]).await.refused();
    assert_eq!(cash.answer(&plan, &lines).await, answer);
    let page = cash.treasurer.get(&answer).await.ok();
    assert!(page.contains("Sudah dicatat"), "{page}");

    // The third receives cash: without a proof it is not noted, a thumbprint needs photo and witness.
    let third = cash.payment(2).await;
    let verifier = cash.scene.test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    let stranger = cash.scene.test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    assert_eq!(stranger.get(&third).await.status, StatusCode::NOT_FOUND);
    let gone = stranger.post(&format!("{third}/serahkan"), &[("hubungan", "head")]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(verifier.get("/bantuan-uang/tunai").await.ok().contains("Rp450.000"));
    let page = verifier.get(&format!("{third}/kuitansi")).await.ok();
    assert!(page.contains("empat ratus lima puluh ribu rupiah") && !page.contains("Meterai"), "{page}");
    let page = verifier.post(&format!("{third}/serahkan"), &[("hubungan", "head")]).await.refused();
    assert!(page.contains("Minta tanda tangan"), "{page}");
    let thumb = [("hubungan", "wife"), ("saksi", "Pak RT"), ("tanda_tangan", PNG)];
    let page = verifier.post(&format!("{third}/serahkan"), &thumb).await.refused();
    assert!(page.contains("Cap jempol dibuktikan") && page.contains("value=\"Pak RT\""), "{page}");
    let signed = [("hubungan", "wife"), ("penerima", "Bu Rekaan"), ("tanda_tangan", PNG)];
    verifier.post(&format!("{third}/serahkan"), &signed).await.to();
    assert_eq!(cash.held(AccountKind::Household, cash.scene.children[2].family).await, 450_000);
    verifier.post(&format!("{third}/serahkan"), &signed).await.refused();

    // What came back is tried again within the plan, and only then the plan is closed.
    let page = cash.treasurer.get(&plan).await.ok();
    assert!(page.contains("selesai dicocokkan"), "{page}");
    let second = cash.payment(1).await;
    cash.treasurer.post(&format!("{second}/ulangi"), &[("cara", "transfer")]).await.to();
    cash.treasurer.post(&format!("{second}/ulangi"), &[("cara", "transfer")]).await.refused();
    cash.treasurer.post(&format!("{plan}/tutup"), &[]).await.refused();
    let rows = cash.file(&plan).await;
    assert_eq!(rows.len(), 2, "only what is on its way");
    assert_ne!(rows[1][7], two, "another reference");
    // In part: the rest goes back to its holder.
    let answer = cash.answer(&plan, &format!("{};Sukses;400.000;biaya dipotong", rows[1][7])).await;
    cash.treasurer.post(&answer, &[]).await.to();
    assert_eq!(cash.held(AccountKind::Payout, id).await, 0);
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 100_000_000 - 1_300_000);
    // Noted wrongly: taken back, and noted as it was.
    let page = cash.treasurer.post(&format!("{second}/batalkan-catatan"), &[("keliru", "")]).await.refused();
    assert!(page.contains("role=\"alert\""), "{page}");
    cash.treasurer.post(&format!("{second}/batalkan-catatan"), &[("keliru", "salah baca")]).await.to();
    assert_eq!(cash.held(AccountKind::Payout, id).await, 450_000);
    cash.check().await;
    let answer = cash.answer(&plan, &format!("{};Sukses;;", rows[1][7])).await;
    cash.treasurer.post(&answer, &[]).await.to();
    cash.treasurer.post(&format!("{plan}/tutup"), &[]).await.to();
    cash.treasurer.post(&format!("{second}/batalkan-catatan"), &[("keliru", "terlambat")]).await.refused();
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 100_000_000 - 1_350_000);

    // The family's page and the coverage know of it; the month is paid, so no second plan can be made of it.
    let page = admin.get(&format!("/sasaran/{}", cash.scene.children[0].family)).await.ok();
    assert!(page.contains("=Bank+Rekaan •••• 1234") && !page.contains("001201001234"), "{page}");
    let page = admin.get(&format!("/pasangan/{}", cash.scene.programme)).await.ok();
    assert!(page.contains("Rp1.350.000"), "{page}");
    let fields = [("sumber", cash.source()), ("bulan", "2026-11".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = admin.post("/bantuan-uang/baru", &fields).await.refused();
    assert!(page.contains("sudah masuk rencana lain"), "{page}");
    let payments = "SELECT COUNT(*) AS n FROM cash_payment WHERE district_id = $1 AND state = 'paid'";
    assert_eq!(cash.number(payments).await, 3);
    // Every step is in the trail.
    let steps =
        "SELECT COUNT(DISTINCT kind) AS n FROM command_log WHERE district_id = $1 AND kind LIKE 'cash.%'";
    assert_eq!(cash.number(steps).await, 10);
    cash.check().await;
}

#[db_test]
async fn a_plan_is_changed_before_it_is_locked_and_sent_back_afterwards(db: TestDatabase) {
    let cash = Cash::start(db, [3, 0, 0, 0]).await;
    let (admin, leader) = (&cash.scene.admin, &cash.scene.leader);
    let plan = cash.draft().await;
    let first = cash.payment(0).await;
    let page = admin.post(&format!("{first}/keluarkan"), &[("alasan", "")]).await.refused();
    assert!(page.contains("role=\"alert\""), "{page}");
    admin.post(&format!("{first}/keluarkan"), &[("alasan", "dirawat di luar kota")]).await.to();
    let page = admin.get(&plan).await.ok();
    assert!(page.contains("Rp900.000") && page.contains("dirawat di luar kota"), "{page}");
    // Working it out anew keeps it out; the search finds names, and nothing of it stands in an address.
    admin.post(&format!("{plan}/hitung-ulang"), &[]).await.to();
    assert!(admin.get(&plan).await.ok().contains("Rp900.000"));
    assert!(
        admin.post(&format!("{plan}/cari"), &[("cari", "RAHASIA")]).await.ok().contains("Kepala Rahasia")
    );
    assert!(
        admin.post(&format!("{plan}/cari"), &[("cari", "siapa")]).await.ok().contains("Tidak ada yang cocok")
    );
    let first = cash.payment(0).await;
    admin.post(&format!("{first}/keluarkan"), &[("aksi", "lagi")]).await.to();
    assert!(admin.get(&plan).await.ok().contains("Rp1.350.000"));

    // A promise that changes makes the draft stale.
    let pledge = "UPDATE pledge SET baskets = 18 WHERE district_id = $1";
    cash.scene.test.sql(pledge, args![KERINCI]).await;
    let page = admin.post(&format!("{plan}/kunci"), &[]).await.refused();
    assert!(page.contains("Hitung ulang dulu"), "{page}");
    admin.post(&format!("{plan}/hitung-ulang"), &[]).await.to();
    admin.post(&format!("{plan}/kunci"), &[]).await.to();
    let page =
        admin.post(&format!("{}/keluarkan", cash.payment(0).await), &[("alasan", "x")]).await.refused();
    assert!(page.contains("sudah dikunci"), "{page}");

    // Sent back with a reason; the signatures of the round before count no more.
    leader.post(&format!("{plan}/setujui"), &[]).await.to();
    let page = cash.chair.post(&format!("{plan}/kembalikan"), &[("alasan", " ")]).await.refused();
    assert!(page.contains("role=\"alert\""), "{page}");
    cash.chair.post(&format!("{plan}/kembalikan"), &[("alasan", "jumlah anak keliru")]).await.to();
    assert!(admin.get(&plan).await.ok().contains("jumlah anak keliru"));
    admin.post(&format!("{plan}/kunci"), &[]).await.to();
    cash.chair.post(&format!("{plan}/sahkan"), &[]).await.refused();
    leader.post(&format!("{plan}/setujui"), &[]).await.to();
    cash.chair.post(&format!("{plan}/sahkan"), &[]).await.to();
    // A treasurer of another holder finds nothing.
    let other = cash.scene.test.institution("fund_holder", "Korpri", None).await;
    let other = cash.scene.test.user(Role::Treasurer, &[], &[other]).await;
    assert_eq!(other.get(&plan).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        other.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.status,
        StatusCode::NOT_FOUND
    );
    cash.check().await;
}

#[db_test]
async fn large_plans_wait_for_a_second_signature(db: TestDatabase) {
    let cash = Cash::start(db, [2, 0, 0, 0]).await;
    let setting =
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, 0, $4)";
    let rows = r#"[{"act":"authorise","count":"2","from":"900000"}]"#;
    cash.scene.test.sql(setting, args![KERINCI, "cash.signatures", rows, Id::SYSTEM]).await;
    let plan = cash.signed().await;
    let page = cash.treasurer.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.refused();
    assert!(page.contains("menunggu pengesahan"), "{page}");
    let page = cash.chair.post(&format!("{plan}/sahkan"), &[]).await.refused();
    assert!(page.contains("Anda sudah menandatangani"), "{page}");
    let second = cash.scene.test.user(Role::Treasurer, &[], &[cash.holder]).await;
    second.post(&format!("{plan}/sahkan"), &[]).await.to();
    cash.treasurer.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.to();
}

#[db_test]
async fn several_sponsors_add_up_and_zakat_cannot_be_chosen(db: TestDatabase) {
    let scene = Scene::start(db, [1, 0, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Pertama", 5, "district", None).await;
    let (second, _) = scene.pledge("Kedua", 3, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let cash = Cash::of(scene).await;
    let plan = cash.draft().await;
    assert!(cash.scene.admin.get(&plan).await.ok().contains("Rp400.000"));
    let shares = "SELECT COUNT(*) AS n FROM cash_share WHERE district_id = $1 AND amount IN (250000, 150000)";
    assert_eq!(cash.number(shares).await, 2);
    // The sponsor's page says what is on its way of his promise, without the child.
    cash.scene.admin.post(&format!("{plan}/kunci"), &[]).await.to();
    cash.scene.leader.post(&format!("{plan}/setujui"), &[]).await.to();
    cash.chair.post(&format!("{plan}/sahkan"), &[]).await.to();
    cash.treasurer.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.to();
    let actor = cash.scene.test.system();
    let panels = &cash.scene.test.app.registry.sponsor_panels;
    let mut html = String::new();
    for panel in panels {
        html.extend(panel(&cash.scene.test.app, &actor, second).await.unwrap());
    }
    let own = html.split("Yang sampai dari janji Anda").nth(1).expect("the panel");
    assert!(own.contains("Rp150.000") && own.contains("Rp0") && !own.contains("Rahasia"), "{own}");

    // Zakat: not among the sources, and refused where somebody sends it all the same.
    let test = &cash.scene.test;
    test.sql("UPDATE campaign SET fund = 'zakat' WHERE district_id = $1", args![KERINCI]).await;
    let page = cash.scene.admin.get("/bantuan-uang/baru").await.ok();
    assert!(!page.contains("name=\"sumber\""), "{page}");
    let zakat = format!("{}|{}|zakat", cash.scene.programme, cash.holder);
    let fields = [("sumber", zakat.as_str()), ("bulan", "2026-11")];
    let page = cash.scene.admin.post("/bantuan-uang/baru", &fields).await.refused();
    assert!(page.contains("Zakat tidak dapat dipilih"), "{page}");
}

#[db_test]
async fn an_answer_that_cannot_be_true_changes_nothing(db: TestDatabase) {
    let cash = Cash::start(db, [2, 0, 0, 0]).await;
    cash.account(0, "001201001234").await;
    cash.account(1, "001201005678").await;
    let plan = cash.released().await;
    let rows = cash.file(&plan).await;
    let (one, two) = (&rows[1][7], &rows[2][7]);
    let answer = cash.answer(&plan, &format!("{one};Berhasil;;\n{two};Entahlah;;\nASING;Berhasil;;")).await;
    let page = cash.treasurer.get(&answer).await.ok();
    for words in [
        "2 baris tidak dapat dibaca",
        "Entahlah",
        "Status ini tidak dikenal",
        "ASING",
        "bukan dari rencana ini",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    cash.treasurer.post(&answer, &[]).await.refused();
    let sent = "SELECT COUNT(*) AS n FROM cash_attempt WHERE district_id = $1 AND state = 'sent'";
    assert_eq!(cash.number(sent).await, 2);
    cash.treasurer.post(&format!("{answer}/buang"), &[]).await.to();
    // No sheet, no headings: said on the page, and nothing can be taken in.
    let damaged = b"PK\x03\x04 no workbook".as_slice();
    let page =
        cash.treasurer.upload(&format!("{plan}/hasil"), &[], "berkas", "a.xlsx", damaged).await.refused();
    assert!(page.contains("role=\"alert\""), "{page}");
    let answer =
        cash.treasurer.upload(&format!("{plan}/hasil"), &[], "berkas", "a.csv", b"A;B\n1;2\n").await.to();
    let page = cash.treasurer.get(&answer).await.ok();
    assert!(page.contains("Tidak ada baris judul dengan kolom"), "{page}");
    cash.treasurer.post(&answer, &[]).await.refused();
    // The form of the file is the district's: a word that the bank uses is added, and what is wrong is named by its line.
    let form = "/bantuan-uang/bentuk-berkas/umum";
    let columns = "No Rekening = {nomor}\nNominal = {jumlah}\nRef = {rujukan}";
    let bad = [("nama", "Umum"), ("jenis", "csv"), ("kolom", "Rekening {nomor}"), ("jawaban", "x = y")];
    let page = cash.treasurer.post(form, &bad).await.refused();
    assert!(page.contains("Baris 1") && page.contains("Rekening {nomor}"), "{page}");
    let answers = "rujukan = Ref\nstatus = Status\nberhasil = Berhasil, Entahlah\ngagal = Gagal";
    let good = [("nama", "Umum"), ("jenis", "csv"), ("kolom", columns), ("jawaban", answers)];
    cash.treasurer.post(form, &good).await.to();
    let text = format!("Ref;Status\n{one};Berhasil\n{two};entahlah\n");
    let answer =
        cash.treasurer.upload(&format!("{plan}/hasil"), &[], "berkas", "b.csv", text.as_bytes()).await.to();
    cash.treasurer.post(&answer, &[]).await.to();
    assert_eq!(cash.number(sent).await, 0);
    cash.check().await;
}

#[db_test]
async fn an_account_is_sealed_and_needs_consent(db: TestDatabase) {
    let cash = Cash::start(db, [2, 0, 1, 0]).await;
    let test = &cash.scene.test;
    let path = format!("/rekening-keluarga/{}", cash.scene.children[0].family);
    let fields = [("bank", "BRI"), ("nomor", "0012 0100 1234"), ("atas_nama", "Ibu"), ("hubungan", "mother")];
    let page = cash.scene.admin.post(&path, &fields).await.refused();
    assert!(page.contains("belum menyetujui"), "{page}");
    cash.account(0, "0012 0100 1234").await;
    let page = cash.scene.admin.get(&path).await.ok();
    assert!(page.contains("•••• 1234") && !page.contains("001201001234"), "{page}");
    let page = cash.scene.admin.post(&format!("{path}/lihat"), &[]).await.ok();
    assert!(page.contains("001201001234"), "{page}");
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND detail = 'account'";
    assert_eq!(cash.number(opened).await, 1);
    // Nobody else's family, no sponsor, no leader.
    let near = test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    assert_eq!(near.get(&path).await.status, StatusCode::OK);
    let far = test.user(Role::FieldOfficer, &[VILLAGES[1]], &[]).await;
    assert_eq!(far.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(far.post(&format!("{path}/lihat"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cash.scene.leader.get(&path).await.status, StatusCode::FORBIDDEN);
    // The number of another family, and what is none.
    let consent = [
        ("tujuan", "payment"),
        ("wali", "Ibu"),
        ("hubungan", "mother"),
        ("cara", "form"),
        ("tanggal_tanggal", "2"),
        ("tanggal_bulan", "11"),
        ("tanggal_tahun", "2026"),
    ];
    let family = cash.scene.children[1].family;
    cash.scene.admin.post(&format!("/persetujuan/keluarga/{family}/baru"), &consent).await.to();
    let other = format!("/rekening-keluarga/{family}");
    let page = cash.scene.admin.post(&other, &fields).await.refused();
    assert!(page.contains("sudah dipakai keluarga lain"), "{page}");
    let wrong = [("bank", "BRI"), ("nomor", "12AB"), ("atas_nama", "Ibu"), ("hubungan", "mother")];
    let page = cash.scene.admin.post(&other, &wrong).await.refused();
    assert!(page.contains("6 sampai 20 angka") && page.contains("value=\"12AB\""), "{page}");
    // Withdrawn before the plan is locked: cash in hand.
    test.sql("UPDATE consent SET withdrawn_on = 20261102 WHERE district_id = $1", args![KERINCI]).await;
    cash.signed().await;
    let transfers = "SELECT COUNT(*) AS n FROM cash_payment WHERE district_id = $1 AND way = 'transfer'";
    assert_eq!(cash.number(transfers).await, 0);
    // Ended with a reason.
    cash.scene.admin.post(&format!("{path}/akhiri"), &[("alasan", "rekening ditutup")]).await.to();
    assert!(cash.scene.admin.get(&path).await.ok().contains("rekening ditutup"));
}

/// Twenty draft, lock, release at once: a child's month is paid once.
#[db_test]
async fn twenty_at_once_pay_once(db: TestDatabase) {
    let cash = Cash::start(db, [4, 3, 0, 0]).await;
    let test = &cash.scene.test;
    let actor = test.system();
    let source = Source {
        programme: cash.scene.programme,
        fund_holder: cash.holder,
        fund: "csr".into(),
        month: MONTH,
    };
    let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap());
    let drafts = (0..20).map(|_| {
        let command = DraftPlan { source: source.clone(), today: TODAY };
        test.app.submit(&actor, test.app.store.new_id(), command)
    });
    let drafted: Vec<_> =
        futures_util::future::join_all(drafts).await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(drafted.len(), 1, "of twenty drafts one has children");
    let plan = drafted[0].value;
    let locks = (0..20).map(|_| {
        let command = LockPlan { plan, today: TODAY };
        test.app.submit(&actor, test.app.store.new_id(), command)
    });
    let locked = futures_util::future::join_all(locks).await;
    assert_eq!(locked.iter().filter(|one| one.is_ok()).count(), 1);
    let path = format!("/bantuan-uang/{plan}");
    cash.scene.leader.post(&format!("{path}/setujui"), &[]).await.to();
    let of = |client: &Client| asuh_ground::access::Actor {
        user: client.user,
        grants_version: 1,
        ..(*actor).clone()
    };
    let (chair, treasurer) = (of(&cash.chair), of(&cash.treasurer));
    let signs = (0..20).map(|_| {
        let command = SignPlan { plan, authorise: true, scope: scope.clone() };
        test.app.submit(&chair, test.app.store.new_id(), command)
    });
    let signed = futures_util::future::join_all(signs).await;
    assert_eq!(signed.iter().filter(|one| one.is_ok()).count(), 1);
    let releases = (0..20).map(|_| {
        let command = ReleasePlan { plan, day: TODAY, format: "umum".into(), scope: scope.clone() };
        test.app.submit(&treasurer, test.app.store.new_id(), command)
    });
    let released: Vec<Result<_, Rejection>> = futures_util::future::join_all(releases).await;
    assert_eq!(released.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(cash.held(AccountKind::Payout, plan).await, 7 * 450_000);
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 100_000_000 - 7 * 450_000);
    let live = "SELECT COUNT(*) AS n FROM cash_attempt WHERE district_id = $1";
    assert_eq!(cash.number(live).await, 7);
    cash.check().await;
}

/// Another payment of a child's month, past every rule of the program.
#[derive(Serialize)]
struct Again {
    payment: Id,
    nth: i64,
}

impl Command for Again {
    const KIND: &'static str = "test.again";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "INSERT INTO cash_payment (district_id, id, plan_id, programme_id, fund_holder_id, fund, month, person_id, \
             family_id, nth, family_version, person_version, village_code, rw, rt, hamlet, head_name, child_name, code, \
             need, units, amount, paid, way, bank_code, bank, number_sealed, number_end, holder_sealed, state, reason, \
             words, changed_at) SELECT district_id, $2, plan_id, programme_id, fund_holder_id, fund, month, person_id, \
             family_id, $3, family_version, person_version, village_code, rw, rt, hamlet, head_name, child_name, code, \
             need, units, amount, paid, way, bank_code, bank, number_sealed, number_end, holder_sealed, 'planned', '', \
             words, changed_at FROM cash_payment WHERE district_id = $1 AND id = $4",
            args![tx.district(), tx.new_id(), self.nth, self.payment],
        )
        .await?;
        Ok(())
    }
}

/// Whatever the program might do wrong, the database keeps one payment for a child's month and fund.
#[db_test]
async fn the_database_itself_pays_a_month_once(db: TestDatabase) {
    let cash = Cash::start(db, [1, 0, 0, 0]).await;
    cash.draft().await;
    let payment: Id = cash.payment(0).await.rsplit('/').next().unwrap().parse().unwrap();
    let test = &cash.scene.test;
    let live = "SELECT COUNT(*) AS n FROM cash_payment WHERE district_id = $1 AND state <> 'cancelled'";
    let at_once = || {
        let tries = (0..20).map(|nth| {
            let again = Again { payment, nth: 100 + nth };
            test.app.store.submit(test.envelope(Id::SYSTEM), again)
        });
        futures_util::future::join_all(tries)
    };
    assert_eq!(at_once().await.iter().filter(|one| one.is_ok()).count(), 0, "it is planned already");
    test.sql("UPDATE cash_payment SET state = 'cancelled' WHERE district_id = $1", args![KERINCI]).await;
    assert_eq!(at_once().await.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(cash.number(live).await, 1);
}
