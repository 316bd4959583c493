//! Many hands on one Monday: every write of the collection sent twenty times at once has one effect, and several counters
//! on one roll lose no tick.

use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;
use futures_util::future::join_all;

use crate::collection::{Monday, counts, pairs};
use crate::support::{Client, new_form_id};

/// Sends one form twenty times at once (an impatient finger, a line that stutters): all get the same answer. Then twenty
/// forms of the same content at once (twenty people who do the same): each is done, found done, or refused. Where the first
/// led.
async fn twenty(user: &Client, path: &str, fields: &[(&str, &str)]) -> String {
    let form = new_form_id();
    let answers = join_all((0..20).map(|_| user.post_as(path, &form, fields))).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.body);
        assert_eq!(answer.location, answers[0].location, "{path}");
    }
    let others = join_all((0..20).map(|_| user.post(path, fields))).await;
    for answer in &others {
        let fine = matches!(
            answer.status,
            StatusCode::SEE_OTHER | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::NOT_FOUND
        );
        assert!(fine, "{path}: {} {}", answer.status, answer.body);
    }
    answers[0].location.clone()
}

#[db_test]
async fn every_write_of_the_collection_twenty_times_at_once_is_one(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let n = async |sql: &str| monday.test.number(sql, args![]).await;
    let user = &monday.coordinator;
    let (day, unit) = (format!("{}_2026-11-02", monday.campaign), monday.office.to_string());
    let roll = twenty(user, "/setoran/buka", &[("hari", &day), ("unit", &unit)]).await;
    assert_eq!(
        (n("SELECT COUNT(*) AS n FROM drive").await, n("SELECT COUNT(*) AS n FROM roll").await),
        (1, 1)
    );
    assert_eq!(n("SELECT COUNT(*) AS n FROM contribution").await, 5);

    let page = user.get(&format!("{roll}/tambah")).await.ok();
    let extra = page.split("Sahabat 05").next().unwrap().rsplit("value=\"").next().unwrap();
    let extra = extra.split('"').next().unwrap().to_owned();
    twenty(user, &format!("{roll}/tambah"), &[("nama", &extra)]).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM contribution").await, 6);
    twenty(user, &roll, &[("aksi", "semua")]).await;
    assert_eq!(
        n("SELECT CAST(SUM(brought) AS BIGINT) AS n FROM contribution_item WHERE commodity = 'egg'").await,
        6
    );
    assert_eq!(n("SELECT MAX(version) AS n FROM contribution").await, 2, "ticked once");

    let counted = counts("6", "12000");
    twenty(user, &format!("{roll}/tutup"), &pairs(&counted)).await;
    let post = |commodity| monday.holds(AccountKind::OfficePost, monday.office, commodity);
    assert_eq!((post(Commodity::EGG).await, post(Commodity::CASH).await), (6, 12_000));
    assert_eq!(n("SELECT COUNT(*) AS n FROM deposit").await, 1);

    let to = monday.warehouse.to_string();
    let sent = [("tujuan", to.as_str()), ("cara", "paper"), ("pemberi", "Rina"), ("aksi", "kirim")];
    let first = twenty(user, &format!("{roll}/serah"), &sent).await;
    assert_eq!((post(Commodity::EGG).await, n("SELECT COUNT(*) AS n FROM hand_over").await), (0, 1));
    twenty(user, &format!("{first}/batal"), &[("alasan", "salah tujuan")]).await;
    assert_eq!(post(Commodity::EGG).await, 6);
    let second = twenty(user, &format!("{roll}/serah"), &sent).await;
    assert_ne!(first, second);
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let arrived = [
        ("terima.rice_can", "6"),
        ("terima.egg", "6"),
        ("cara", "paper"),
        ("penerima", "Joko"),
        ("aksi", "terima"),
    ];
    twenty(&keeper, &format!("{second}/terima"), &arrived).await;
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 6);

    let sheet = user.get(&format!("{roll}/lembar")).await.ok();
    let deposit = sheet.split("href=\"/setor-uang/").nth(1).unwrap().split('"').next().unwrap();
    let deposit = format!("/setor-uang/{deposit}");
    let slip = [("bukti", "A-17"), ("hari", "2-11-2026")];
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    twenty(user, &format!("{deposit}/bukti"), &slip).await;
    twenty(&treasurer, &format!("{deposit}/kembalikan"), &[("alasan", "nomor salah")]).await;
    twenty(user, &format!("{deposit}/bukti"), &slip).await;
    twenty(&treasurer, &format!("{deposit}/konfirmasi"), &[("aksi", "konfirmasi")]).await;
    assert_eq!(monday.holds(AccountKind::FundHolder, monday.holder, Commodity::CASH).await, 12_000);

    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let campaign = monday.campaign.to_string();
    let moved =
        [("gerakan", campaign.as_str()), ("hari", "28-10-2026"), ("dari", "26-10-2026"), ("alasan", "libur")];
    twenty(&admin, "/setoran/jadwal", &moved).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM drive").await, 2);
    let list = admin.get("/setoran/jadwal").await.ok();
    assert!(list.contains("Pengganti 26 Okt 2026"), "{list}");
    let drive = list.split("Pengganti").nth(1).unwrap().split("/setoran/jadwal/").nth(1).unwrap();
    let cancel = format!("/setoran/jadwal/{}/batal", drive.split('/').next().unwrap());
    twenty(&admin, &cancel, &[("alasan", "bencana")]).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM drive WHERE state = 'cancelled'").await, 1);
    monday.books_are_clean().await;
}

#[db_test]
async fn eight_counters_on_one_roll_lose_no_tick(db: TestDatabase) {
    const PEOPLE: usize = 40;
    let monday = Monday::begin(db, PEOPLE).await;
    let roll = monday.open().await;
    let mut counters = Vec::new();
    for _ in 0..8 {
        counters.push(monday.test.user(Role::UnitCoordinator, &[], &[monday.office]).await);
    }
    // All of them look at the same page, then each sends his own five people at the same moment.
    let page = counters[0].get(&roll).await.ok();
    let sends = counters.iter().enumerate().map(|(nth, counter)| {
        let mut fields = Vec::new();
        for person in nth * 5..nth * 5 + 5 {
            fields.extend(monday.line(&page, person, if person % 2 == 0 { "full" } else { "nothing" }));
        }
        let roll = roll.clone();
        async move { counter.post(&roll, &pairs(&fields)).await.to() }
    });
    join_all(sends).await;
    let states = "SELECT COUNT(*) AS n FROM contribution WHERE state = $1";
    for (state, expected) in [("full", 20), ("nothing", 20), ("open", 0)] {
        assert_eq!(monday.test.number(states, args![state]).await, expected, "{state}");
    }
    let twice = "SELECT COUNT(*) AS n FROM contribution WHERE version <> 2";
    assert_eq!(monday.test.number(twice, args![]).await, 0, "every line was changed once");
    // What another has said since the page was opened stays, and its name is told.
    let late = counters[7].post(&roll, &pairs(&monday.line(&page, 0, "nothing"))).await.to();
    assert!(late.contains("tetap="), "{late}");
    assert!(counters[7].get(&late).await.ok().contains("<li>Sahabat 00</li>"));
    assert_eq!(monday.test.number(states, args!["full"]).await, 20);
}

#[db_test]
async fn the_second_count_goods_and_losses_twenty_times_at_once_are_one(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let n = async |sql: &str| monday.test.number(sql, args![]).await;
    let user = &monday.coordinator;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    admin.post("/gudang/barang", &[("nama", "Gula"), ("satuan", "bungkus")]).await.to();
    let roll = monday.open().await;
    user.post(&roll, &[("aksi", "semua")]).await.to();
    let person = monday.people[0].to_string();
    let sugar = [("nama", person.as_str()), ("barang", "gula"), ("jumlah", "2")];
    twenty(user, &format!("{roll}/barang"), &sugar).await;
    assert_eq!(n("SELECT brought AS n FROM contribution_item WHERE commodity = 'gula'").await, 2);
    // Twenty looks of the second person are one count, and it is not the first person's.
    let second = monday.test.user(Role::UnitCoordinator, &[], &[monday.office]).await;
    twenty(&second, &format!("{roll}/uang"), &[("uang", "10000")]).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM cash_count").await, 1);
    let mut counted = counts("5", "10000");
    for (name, value) in [("dicatat.gula", "2"), ("hitung.gula", "2"), ("kedua", &second.user.to_string())] {
        crate::collection::set(&mut counted, name, value);
    }
    twenty(user, &format!("{roll}/tutup"), &pairs(&counted)).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM roll WHERE cash_witness_id IS NOT NULL").await, 1);
    let post = |commodity| monday.holds(AccountKind::OfficePost, monday.office, commodity);
    // One form asks once; what several ask for together is never more than there is.
    let loss = [("barang", "egg"), ("jumlah", "2"), ("ke", "written_off"), ("alasan", "jatuh")];
    twenty(user, &format!("{roll}/rusak"), &loss).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM post_loss").await, 2, "five eggs, two at a time");
    let page = admin.get("/setoran/rusak").await.ok();
    let ids: Vec<&str> =
        page.split("action=\"/setoran/rusak/").skip(1).map(|part| part.split('"').next().unwrap()).collect();
    twenty(&admin, &format!("/setoran/rusak/{}", ids[0]), &[("aksi", "setuju")]).await;
    assert_eq!(post(Commodity::EGG).await, 3);
    twenty(&admin, &format!("/setoran/rusak/{}", ids[1]), &[("aksi", "tolak")]).await;
    assert_eq!(post(Commodity::EGG).await, 3);
    // A hand-over and a loss at the same moment: the goods go one way.
    let to = monday.warehouse.to_string();
    let sent = [("tujuan", to.as_str()), ("cara", "account"), ("aksi", "kirim")];
    let (hand_over, ask) = (format!("{roll}/serah"), format!("{roll}/rusak"));
    let (over, asked) = tokio::join!(user.post(&hand_over, &sent), second.post(&ask, &loss));
    assert!(
        over.status.is_redirection() != asked.status.is_redirection(),
        "one of them: {} {}",
        over.status,
        asked.status
    );
    monday.books_are_clean().await;
}
