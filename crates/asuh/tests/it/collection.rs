//! The Monday, as its people live it.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::support::{Client, KERINCI, TestApp};

/// A district with SECANTING, two offices with people who promised, a warehouse, a depot and a fund holder.
pub(crate) struct Monday {
    pub(crate) test: TestApp,
    pub(crate) campaign: Id,
    pub(crate) office: Id,
    pub(crate) other: Id,
    pub(crate) warehouse: Id,
    pub(crate) depot: Id,
    pub(crate) holder: Id,
    pub(crate) people: Vec<Id>,
    pub(crate) coordinator: Client,
}

const MONDAY: i64 = 20_261_102;

impl Monday {
    /// `people` promised one basket each in the first office; one more person is on its roster without.
    pub(crate) async fn begin(db: TestDatabase, people: usize) -> Monday {
        let test = TestApp::start(db).await;
        let office = test.institution("opd", "Dinas Pendidikan", None).await;
        let other = test.institution("opd", "Dinas Kesehatan", None).await;
        let warehouse = test.institution("warehouse", "Gudang Siulak", None).await;
        let depot = test.institution("depot", "Depo Danau Kerinci", None).await;
        let holder = test.institution("fund_holder", "Korpri", None).await;
        for (code, name, unit, kind, grams, keeps, nth) in [
            ("rice_can", "Beras", "kaleng", "goods", Some(250_i64), None, 1_i64),
            ("egg", "Telur", "butir", "goods", None, Some(14_i64), 2),
            ("cash", "Uang", "rupiah", "cash", None, None, 3),
        ] {
            test.sql(
                "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                args![KERINCI, code, name, unit, kind, grams, keeps, nth],
            )
            .await;
        }
        let campaign = test.app.store.new_id();
        test.sql(
            "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, ends_on, \
             contributor_scope, help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, \
             deposit_days, state, created_at) VALUES ($1, $2, 'SECANTING', '', 'weekly', 1, 20260202, NULL, 'asn', \
             'nutrition', 'families', $3, $4, 'asn', 1, '', 3, 'active', 0)",
            args![KERINCI, campaign, holder, warehouse],
        )
        .await;
        for (nth, commodity, quantity) in [(1_i64, "rice_can", 1_i64), (2, "egg", 1), (3, "cash", 2000)] {
            test.sql(
                "INSERT INTO campaign_item (district_id, campaign_id, nth, commodity, quantity) \
                 VALUES ($1, $2, $3, $4, $5)",
                args![KERINCI, campaign, nth, commodity, quantity],
            )
            .await;
        }
        let coordinator = test.user(Role::UnitCoordinator, &[], &[office]).await;
        let mut monday = Monday {
            test,
            campaign,
            office,
            other,
            warehouse,
            depot,
            holder,
            people: Vec::new(),
            coordinator,
        };
        for nth in 0..=people {
            let person = monday.person(office, &format!("Sahabat {nth:02}")).await;
            if nth < people {
                monday.promise(person).await;
                monday.people.push(person);
            }
        }
        monday.person(other, "Sahabat Lain").await;
        monday
    }

    pub(crate) async fn person(&self, unit: Id, name: &str) -> Id {
        let id = self.test.app.store.new_id();
        self.test
            .sql(
                "INSERT INTO sponsor (district_id, id, kind, institution_id, created_at) VALUES ($1, $2, 'asn', NULL, 0)",
                args![KERINCI, id],
            )
            .await;
        self.test
            .sql(
                "INSERT INTO sponsor_version (district_id, sponsor_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, name, name_search, unit_id, status, category) \
                 VALUES ($1, $2, 1, 0, 9223372036854775807, 20250101, $2, 'form', $3, $4, $5, 'active', 'individual')",
                args![KERINCI, id, name, name.to_lowercase(), unit],
            )
            .await;
        id
    }

    pub(crate) async fn promise(&self, sponsor: Id) {
        self.test
            .sql(
                "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, ends_on, origin, \
                 public_name, reach, recorded_at, recorded_by) \
                 VALUES ($1, $2, $3, $4, 1, 20260202, NULL, 'self', 'office', 'district', 0, $5)",
                args![KERINCI, self.test.app.store.new_id(), self.campaign, sponsor, Id::SYSTEM],
            )
            .await;
    }

    /// Opens the office's roll of Monday 2 November; its path.
    pub(crate) async fn open(&self) -> String {
        let day = format!("{}_2026-11-02", self.campaign);
        let unit = self.office.to_string();
        self.coordinator.post("/setoran/buka", &[("hari", &day), ("unit", &unit)]).await.to()
    }

    /// Opens, ticks everybody and closes the roll as it was ticked; its path.
    pub(crate) async fn closed(&self) -> String {
        let roll = self.open().await;
        self.coordinator.post(&roll, &[("aksi", "semua")]).await.to();
        let n = self.people.len().to_string();
        let cash = (self.people.len() * 2000).to_string();
        let fields = counts(&n, &cash);
        self.coordinator.post(&format!("{roll}/tutup"), &pairs(&fields)).await.to();
        roll
    }

    /// Hands the goods of a closed roll over; the hand-over's path.
    pub(crate) async fn handed_over(&self, roll: &str, to: Id) -> String {
        let to = to.to_string();
        let fields = [("tujuan", to.as_str()), ("cara", "paper"), ("pemberi", "Rina"), ("aksi", "kirim")];
        self.coordinator.post(&format!("{roll}/serah"), &fields).await.to()
    }

    pub(crate) async fn holds(&self, kind: AccountKind, place: Id, commodity: Commodity) -> i64 {
        let holding = Holding::new(kind, place, Fund::ASN, commodity);
        books::balance(self.test.app.store.reader(), KERINCI, &holding).await.unwrap()
    }

    pub(crate) async fn books_are_clean(&self) {
        for check in &self.test.app.registry.checks {
            assert_eq!(check(&self.test.app, KERINCI).await.unwrap(), Vec::<String>::new());
        }
    }

    /// The fields of one person's line, as the page showed it.
    pub(crate) fn line(&self, page: &str, nth: usize, state: &str) -> Vec<(String, String)> {
        let key = format!("{}.{MONDAY}", self.people[nth]);
        vec![(format!("dilihat.{key}"), shown(page, &key)), (format!("s.{key}"), state.to_owned())]
    }
}

/// What the page's hidden field says of a line.
fn shown(page: &str, key: &str) -> String {
    let field = format!("name=\"dilihat.{key}\" value=\"");
    let rest = page.split(&field).nth(1).unwrap_or_else(|| panic!("no line {key} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) fn counts(n: &str, cash: &str) -> Vec<(String, String)> {
    [
        ("dicatat.rice_can", n),
        ("hitung.rice_can", n),
        ("rusak.rice_can", "0"),
        ("timbang.rice_can", "9,75"),
        ("dicatat.egg", n),
        ("hitung.egg", n),
        ("rusak.egg", "0"),
        ("dicatat.cash", cash),
        ("hitung.cash", cash),
        ("kedua", "kertas"),
        ("saksi", "Budi"),
        ("kertas", "map setoran"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

pub(crate) fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub(crate) fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    fields.retain(|(found, _)| found != name);
    fields.push((name.to_owned(), value.to_owned()));
}

#[db_test]
async fn a_whole_monday_conserves_what_was_brought(db: TestDatabase) {
    let monday = Monday::begin(db, 40).await;
    let user = &monday.coordinator;
    let home = user.get("/").await.ok();
    assert!(home.contains("Setoran Senin, 2 November 2026, Dinas Pendidikan"), "{home}");
    let list = user.get("/setoran").await.ok();
    assert!(list.contains("https://wa.me/?text=Senin%2C%202%20November%202026"), "{list}");
    assert!(!list.contains("Sahabat"), "no names in the reminder");
    let roll = monday.open().await;
    assert_eq!(monday.open().await, roll, "opened twice is one");
    let page = user.get(&roll).await.ok();
    assert_eq!(page.matches("class=\"person ").count(), 40);

    // Two exceptions, and everybody else brought everything, in one press.
    let mut fields = monday.line(&page, 0, "partial");
    let key = format!("{}.{MONDAY}", monday.people[0]);
    for (part, value) in [("b", "0"), ("d", "0")] {
        fields.push((format!("{part}.{key}.rice_can"), value.into()));
    }
    fields.push((format!("b.{key}.egg"), "3".into()));
    fields.push((format!("d.{key}.egg"), "1".into()));
    fields.push((format!("b.{key}.cash"), "5.000".into()));
    fields.extend(monday.line(&page, 1, "away"));
    fields.push(("aksi".into(), "semua".into()));
    let form = crate::support::new_form_id();
    let to = user.post_as(&roll, &form, &pairs(&fields)).await.to();
    assert_eq!(user.post_as(&roll, &form, &pairs(&fields)).await.to(), to, "a double click counts once");
    assert!(user.get(&to).await.ok().contains("40 dari 40 orang sudah dicatat, 39 memberi"));
    assert!(user.get("/").await.ok().contains("Setoran Senin, 2 November 2026: 40 dari 40 orang"));

    // Rice 38, eggs 38 + 3, cash 38 x 2.000 + 5.000.
    let mut counted = counts("38", "81000");
    set(&mut counted, "dicatat.egg", "41");
    set(&mut counted, "hitung.egg", "40");
    set(&mut counted, "rusak.egg", "2");
    let check = user.post(&format!("{roll}/hitung"), &pairs(&counted)).await.refused();
    assert!(check.contains("Tulis alasannya"), "{check}");
    set(&mut counted, "alasan.egg", "satu jatuh, dua retak");
    let check = user.post(&format!("{roll}/hitung"), &pairs(&counted)).await.ok();
    assert!(check.contains("Tutup setoran") && check.contains("9,75 kg"), "{check}");
    assert!(!check.contains(">Rp0<"), "money does not break: {check}");
    let sheet = user.post(&format!("{roll}/tutup"), &pairs(&counted)).await.to();
    let sheet = user.get(&sheet).await.ok();
    assert!(sheet.contains("Sahabat 00") && !sheet.contains("Sahabat 01<"), "givers only: {sheet}");
    assert!(user.post(&format!("{roll}/tutup"), &pairs(&counted)).await.refused().contains("sudah ditutup"));
    assert_eq!(user.get(&roll).await.to(), format!("{roll}/lembar"));
    assert!(user.post(&roll, &[("aksi", "semua")]).await.status.is_redirection(), "leads to the sheet");
    assert_eq!(monday.holds(AccountKind::OfficePost, monday.office, Commodity::EGG).await, 38);
    assert_eq!(monday.holds(AccountKind::OfficePost, monday.office, Commodity::CASH).await, 81_000);
    assert_eq!(monday.test.number("SELECT COUNT(*) AS n FROM lot", args![]).await, 3);

    let hand_over = monday.handed_over(&roll, monday.warehouse).await;
    let bast = user.get(&hand_over).await.ok();
    assert!(bast.contains("BAST/0001/XI/2026") && bast.contains("Gudang Siulak"), "{bast}");
    assert!(bast.contains("telur tiga puluh delapan butir"), "amounts in words: {bast}");
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    assert!(keeper.get("/").await.ok().contains("1 serah terima menunggu"));
    let mut arrived = vec![
        ("terima.rice_can", "38"),
        ("rusak.rice_can", "0"),
        ("terima.egg", "35"),
        ("rusak.egg", "1"),
        ("cara", "paper"),
        ("penerima", "Joko"),
        ("aksi", "terima"),
    ];
    let receive = format!("{hand_over}/terima");
    assert!(keeper.post(&receive, &arrived).await.refused().contains("Tulis apa yang terjadi"));
    arrived.push(("catatan", "satu pecah, dua tertinggal"));
    keeper.post(&receive, &arrived).await.to();
    assert!(keeper.post(&receive, &arrived).await.refused().contains("sudah diterima"));
    let (warehouse, transit) = (monday.warehouse, hand_over.rsplit('/').next().unwrap().parse().unwrap());
    let stock = monday.holds(AccountKind::Warehouse, warehouse, Commodity::EGG).await;
    let waste = monday.holds(AccountKind::Waste, warehouse, Commodity::EGG).await
        + monday.holds(AccountKind::Waste, monday.office, Commodity::EGG).await;
    let way = monday.holds(AccountKind::Transit, transit, Commodity::EGG).await;
    assert_eq!((stock, waste, way), (35, 3, 2));
    assert_eq!(stock + waste + way, -monday.holds(AccountKind::Giver, monday.office, Commodity::EGG).await);
    assert_eq!(monday.holds(AccountKind::Warehouse, warehouse, Commodity::RICE_CAN).await, 38);
    monday.books_are_clean().await;
}

#[db_test]
async fn another_office_sees_and_changes_nothing(db: TestDatabase) {
    let monday = Monday::begin(db, 3).await;
    let stranger = monday.test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    let day = format!("{}_2026-11-02", monday.campaign);
    let fields = [("hari", day.as_str()), ("unit", &monday.office.to_string())];
    assert_eq!(stranger.post("/setoran/buka", &fields).await.status, StatusCode::NOT_FOUND);
    let roll = monday.open().await;
    let fields = counts("0", "0");
    for path in ["", "/hitung", "/tambah", "/lembar", "/serah"] {
        assert_eq!(stranger.get(&format!("{roll}{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["", "/hitung", "/tutup"] {
        let status = stranger.post(&format!("{roll}{path}"), &pairs(&fields)).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let person = monday.people[0].to_string();
    assert_eq!(
        stranger.post(&format!("{roll}/tambah"), &[("nama", &person)]).await.status,
        StatusCode::NOT_FOUND
    );
    // Superiors never see an open roll.
    for role in [Role::DistrictAdmin, Role::Leader] {
        let superior = monday.test.with_role(role).await;
        assert_eq!(superior.get(&roll).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        monday.test.with_role(Role::Auditor).await.get(&format!("{roll}/lembar")).await.status,
        StatusCode::NOT_FOUND
    );
    let roll = monday.closed().await;
    let hand_over = monday.handed_over(&roll, monday.warehouse).await;
    assert_eq!(stranger.get(&hand_over).await.status, StatusCode::NOT_FOUND);
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    assert_eq!(keeper.get(&hand_over).await.status, StatusCode::NOT_FOUND);
    let received = keeper.post(&format!("{hand_over}/terima"), &[("aksi", "terima")]).await;
    assert_eq!(received.status, StatusCode::NOT_FOUND);
    monday.test.db.clock.advance(31 * 60);
    assert_eq!(monday.coordinator.post(&roll, &[("aksi", "semua")]).await.to(), "/masuk");
}

#[db_test]
async fn two_counters_lose_no_tick(db: TestDatabase) {
    let monday = Monday::begin(db, 3).await;
    let roll = monday.open().await;
    let page = monday.coordinator.get(&roll).await.ok();
    let second = monday.test.user(Role::UnitCoordinator, &[], &[monday.office]).await;
    let first_saves = [monday.line(&page, 0, "full"), monday.line(&page, 1, "open")].concat();
    monday.coordinator.post(&roll, &pairs(&first_saves)).await.to();
    // The second counter still sees the old page: the first person differently, the second anew.
    let second_saves = [monday.line(&page, 0, "away"), monday.line(&page, 1, "nothing")].concat();
    let to = second.post(&roll, &pairs(&second_saves)).await.to();
    assert!(to.contains("disimpan=1") && to.contains("tetap="), "{to}");
    let after = second.get(&to).await.ok();
    assert!(after.contains("sudah diubah pencatat lain") && after.contains("<li>Sahabat 00</li>"), "{after}");
    let states = "SELECT COUNT(*) AS n FROM contribution WHERE state = $1";
    for (state, expected) in [("full", 1), ("nothing", 1), ("open", 1), ("away", 0)] {
        assert_eq!(monday.test.number(states, args![state]).await, expected, "{state}");
    }
    // The same answer from both is no conflict.
    let same = monday.line(&page, 0, "full");
    assert!(!second.post(&roll, &pairs(&same)).await.to().contains("tetap="));
}

#[db_test]
async fn bad_amounts_come_back_as_they_were_typed(db: TestDatabase) {
    let monday = Monday::begin(db, 2).await;
    let roll = monday.open().await;
    let page = monday.coordinator.get(&roll).await.ok();
    let key = format!("{}.{MONDAY}", monday.people[0]);
    for (egg, damaged, message) in [
        ("tiga", "0", "Tulis bilangan bulat"),
        ("0", "0", "Isi jumlah yang dibawa"),
        ("1", "2", "tidak boleh lebih dari yang ada"),
    ] {
        let mut fields = monday.line(&page, 0, "partial");
        fields.push((format!("b.{key}.egg"), egg.into()));
        fields.push((format!("d.{key}.egg"), damaged.into()));
        let answer = monday.coordinator.post(&roll, &pairs(&fields)).await.refused();
        assert!(answer.contains(message) && answer.contains(&format!("value=\"{egg}\"")), "{answer}");
        assert!(answer.contains("<title>Galat: "), "{answer}");
    }
    // A person who is not on the roll.
    let foreign = format!("{}.{MONDAY}", monday.test.app.store.new_id());
    let fields = [
        (format!("dilihat.{foreign}"), "1|open|egg=0-0".to_owned()),
        (format!("s.{foreign}"), "full".into()),
    ];
    assert_eq!(monday.coordinator.post(&roll, &pairs(&fields)).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn gifts_without_promise_and_make_ups_are_added_by_name(db: TestDatabase) {
    let monday = Monday::begin(db, 1).await;
    let roll = monday.open().await;
    let add = format!("{roll}/tambah");
    let page = monday.coordinator.get(&add).await.ok();
    assert!(page.contains("Sahabat 01") && !page.contains("Sahabat Lain"), "{page}");
    let extra = page.split("Sahabat 01").next().unwrap().rsplit("value=\"").next().unwrap();
    let extra = extra.split('"').next().unwrap().to_owned();
    monday.coordinator.post(&add, &[("nama", &extra)]).await.to();
    assert!(
        monday.coordinator.post(&add, &[("nama", &extra)]).await.refused().contains("sudah ada di daftar")
    );
    let person = monday.people[0].to_string();
    for (day, ok) in
        [("2026-10-26", true), ("2026-10-27", false), ("2026-11-09", false), ("2026-08-31", false)]
    {
        let answer = monday.coordinator.post(&add, &[("nama", &person), ("untuk", day)]).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, ok, "{day}: {}", answer.body);
    }
    monday.coordinator.post(&roll, &[("aksi", "semua")]).await.to();
    let page = monday.coordinator.get(&roll).await.ok();
    assert!(page.contains("Susulan untuk 26 Okt 2026") && page.contains("Tanpa janji"), "{page}");
    let fields = counts("3", "6000");
    monday.coordinator.post(&format!("{roll}/tutup"), &pairs(&fields)).await.to();
    // A giver sees his own, and no word of debt.
    let user = monday.test.user(Role::Sponsor, &[], &[]).await;
    monday
        .test
        .sql(
            "UPDATE app_user SET sponsor_id = $1 WHERE district_id = $2 AND id = $3",
            args![monday.people[0], KERINCI, user.user],
        )
        .await;
    let own = user.get("/setoran/saya").await.ok();
    assert!(own.contains("Susulan untuk 26 Okt 2026") && own.contains("telur 1 butir"), "{own}");
    for word in ["tunggak", "hutang", "utang", "iuran"] {
        assert!(!own.to_lowercase().contains(word), "{word}");
    }
    monday.books_are_clean().await;
}

#[db_test]
async fn cash_needs_a_witness_and_arrives_by_slip(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let roll = monday.open().await;
    monday.coordinator.post(&roll, &[("aksi", "semua")]).await.to();
    let mut fields = counts("5", "10000");
    set(&mut fields, "kedua", "");
    let answer = monday.coordinator.post(&format!("{roll}/tutup"), &pairs(&fields)).await.refused();
    assert!(answer.contains("Uang dihitung berdua") && answer.contains("value=\"9,75\""), "{answer}");
    set(&mut fields, "kedua", "kertas");
    for (field, said) in [("saksi", "Tulis nama orang kedua"), ("kertas", "di mana lembar")] {
        let typed = fields.clone();
        set(&mut fields, field, "");
        let answer = monday.coordinator.post(&format!("{roll}/tutup"), &pairs(&fields)).await.refused();
        assert!(answer.contains(said) && answer.contains("value=\"9,75\""), "{answer}");
        fields = typed;
    }
    set(&mut fields, "dicatat.egg", "4");
    set(&mut fields, "hitung.egg", "4");
    let answer = monday.coordinator.post(&format!("{roll}/tutup"), &pairs(&fields)).await.refused();
    assert!(answer.contains("Catatan berubah"), "{answer}");
    set(&mut fields, "dicatat.egg", "5");
    set(&mut fields, "hitung.egg", "5");
    let sheet = monday.coordinator.post(&format!("{roll}/tutup"), &pairs(&fields)).await.to();
    let sheet = monday.coordinator.get(&sheet).await.ok();
    let deposit = sheet.split("href=\"/setor-uang/").nth(1).unwrap().split('"').next().unwrap();
    let deposit = format!("/setor-uang/{deposit}");

    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    let other = monday.test.user(Role::Treasurer, &[], &[monday.office]).await;
    assert_eq!(other.get(&deposit).await.status, StatusCode::NOT_FOUND);
    let confirm = format!("{deposit}/konfirmasi");
    let yes = [("aksi", "konfirmasi")];
    assert_eq!(other.post(&confirm, &yes).await.status, StatusCode::NOT_FOUND);
    assert!(treasurer.post(&confirm, &yes).await.refused().contains("tidak sedang menunggu"));
    let slip = format!("{deposit}/bukti");
    let day = ("hari", "2-11-2026");
    assert!(monday.coordinator.post(&slip, &[day]).await.refused().contains("wajib"));
    let late = [("bukti", "A-1"), ("hari", "3-11-2026")];
    assert!(monday.coordinator.post(&slip, &late).await.refused().contains("belum tiba"));
    let fields = [("bukti", "A-17"), day];
    let svg = monday.coordinator.upload(&slip, &fields, "foto", "x.jpg", b"<svg onload=x>").await;
    assert_eq!(svg.status, StatusCode::UNPROCESSABLE_ENTITY);
    monday.coordinator.upload(&slip, &fields, "foto", "slip.pdf", b"%PDF-1.7 slip").await.to();
    let photo = treasurer.get(&slip).await;
    assert_eq!((photo.status, photo.body.as_str()), (StatusCode::OK, "%PDF-1.7 slip"));
    assert!(photo.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));

    // Sent back once, entered again, confirmed.
    let back = format!("{deposit}/kembalikan");
    treasurer.post(&back, &[("alasan", "nomor tidak ditemukan")]).await.to();
    assert!(monday.coordinator.get(&deposit).await.ok().contains("nomor tidak ditemukan"));
    // Thursday is its last day.
    monday.test.db.clock.advance(3 * 86_400);
    for user in [treasurer.user, monday.test.with_role(Role::Auditor).await.user] {
        let first = monday.test.sign_in(user).await.get("/").await.ok();
        assert!(first.contains("1 setoran uang, 0 lewat tenggat"), "{first}");
    }
    monday.test.db.clock.advance(86_400);
    let elsewhere = monday.test.sign_in(other.user).await.get("/").await.ok();
    assert!(!elsewhere.contains("setoran uang"), "{elsewhere}");
    let (coordinator, treasurer) =
        (monday.test.sign_in(monday.coordinator.user).await, monday.test.sign_in(treasurer.user).await);
    assert!(treasurer.get("/").await.ok().contains("1 setoran uang, 1 lewat tenggat"));
    let auditor = monday.test.with_role(Role::Auditor).await;
    assert!(auditor.get("/").await.ok().contains("1 setoran uang, 1 lewat tenggat"));
    coordinator.post(&slip, &[("bukti", "A-71"), day]).await.to();
    let receipt = treasurer.post(&confirm, &yes).await.to();
    let receipt = treasurer.get(&receipt).await.ok();
    assert!(receipt.to_lowercase().contains("sepuluh ribu rupiah") && receipt.contains("A-71"), "{receipt}");
    assert!(treasurer.post(&confirm, &yes).await.refused().contains("tidak sedang menunggu"));
    for client in [&treasurer, &auditor] {
        assert!(!client.get("/").await.ok().contains("lewat tenggat"));
    }
    assert_eq!(monday.holds(AccountKind::FundHolder, monday.holder, Commodity::CASH).await, 10_000);
    assert!(treasurer.get("/gudang/kas").await.ok().contains("Rp10.000"));
    monday.books_are_clean().await;
}

#[db_test]
async fn a_hand_over_is_taken_back_before_it_is_received(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let roll = monday.closed().await;
    let first = monday.handed_over(&roll, monday.warehouse).await;
    let again = [
        ("tujuan", monday.depot.to_string()),
        ("cara", "paper".into()),
        ("pemberi", "Rina".into()),
        ("aksi", "kirim".into()),
    ];
    let again: Vec<(&str, &str)> = again.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let serah = format!("{roll}/serah");
    assert!(monday.coordinator.post(&serah, &again).await.refused().contains("sudah diserahkan"));
    assert!(monday.coordinator.post(&format!("{first}/batal"), &[]).await.refused().contains("wajib"));
    monday.coordinator.post(&format!("{first}/batal"), &[("alasan", "salah tujuan")]).await.to();
    let second = monday.coordinator.post(&serah, &again).await.to();
    assert!(monday.coordinator.get(&second).await.ok().contains("BAST/0002/XI/2026"), "gapless");
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let arrived = [
        ("terima.rice_can", "5"),
        ("terima.egg", "5"),
        ("cara", "paper"),
        ("penerima", "Joko"),
        ("aksi", "terima"),
    ];
    keeper.post(&format!("{second}/terima"), &arrived).await.to();
    assert_eq!(monday.holds(AccountKind::Depot, monday.depot, Commodity::EGG).await, 5);
    let cancel = monday.coordinator.post(&format!("{second}/batal"), &[("alasan", "x")]).await;
    assert!(cancel.refused().contains("sudah diterima"));
    monday.books_are_clean().await;
}

#[db_test]
async fn superiors_see_units_of_five_people_and_more(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let roll = monday.closed().await;
    let leader = monday.test.with_role(Role::Leader).await;
    let totals = leader.get("/setoran/rekap").await.ok();
    assert!(totals.contains("Dinas Pendidikan") && totals.contains("5 butir"), "{totals}");
    assert!(!totals.contains("Sahabat"), "{totals}");
    assert!(totals.contains("Rp10.000") && !totals.contains(">Rp0<"), "money does not break: {totals}");
    monday.test.sql("UPDATE roll SET people = 4, givers = 4", args![]).await;
    let totals = leader.get("/setoran/rekap").await.ok();
    assert!(!totals.contains("Dinas Pendidikan") && !totals.contains("5 butir"), "{totals}");
    assert_eq!(leader.get(&format!("{roll}/lembar")).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn an_address_that_names_nothing_is_a_page_that_does_not_exist(db: TestDatabase) {
    let monday = Monday::begin(db, 1).await;
    for path in ["/setoran/bukan-id", "/serah-terima/bukan-id", "/setor-uang/bukan-id"] {
        let answer = monday.coordinator.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("<html lang=\"id\""), "{path}: {}", answer.body);
    }
}
