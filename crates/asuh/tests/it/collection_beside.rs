//! What does not fit the basket, breaks at the post, or is brought elsewhere than at one's own office.

use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::collection::{Monday, counts, pairs, set};
use crate::support::KERINCI;

/// Adds kinds of goods that no basket has, as the admin does.
async fn other_goods(monday: &Monday) {
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    for (name, unit) in [("Beras karung", "karung"), ("Gula", "bungkus")] {
        admin.post("/gudang/barang", &[("nama", name), ("satuan", unit)]).await.to();
    }
}

fn commodity(code: &str) -> Commodity {
    code.parse().unwrap()
}

#[db_test]
async fn a_sack_of_rice_goes_its_own_way_to_the_warehouse(db: TestDatabase) {
    let monday = Monday::begin(db, 3).await;
    let user = &monday.coordinator;
    let roll = monday.open().await;
    let goods = format!("{roll}/barang");
    assert!(user.get(&goods).await.ok().contains("Belum ada jenis barang lain"));
    other_goods(&monday).await;
    let form = user.get(&goods).await.ok();
    assert!(
        form.contains("Gula (bungkus)") && !form.contains("Telur (butir)"),
        "only what no basket has: {form}"
    );
    let who: Vec<String> = monday.people.iter().map(ToString::to_string).collect();
    let sugar = |person: &str, n: &str| -> Vec<(String, String)> {
        [("nama", person), ("barang", "gula"), ("jumlah", n), ("janji", "ya")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    };
    for (field, value) in
        [("jumlah", "0"), ("jumlah", "x"), ("barang", "egg"), ("barang", "apa"), ("nama", "")]
    {
        let mut fields = sugar(&who[0], "2");
        set(&mut fields, field, value);
        user.post(&goods, &pairs(&fields)).await.refused();
    }
    let elsewhere = monday.person(monday.other, "Sahabat Jauh").await.to_string();
    assert!(user.post(&goods, &pairs(&sugar(&elsewhere, "1"))).await.refused().contains("unit"));
    let stranger = monday.test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    assert_eq!(stranger.get(&goods).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&goods, &pairs(&sugar(&who[0], "1"))).await.status, StatusCode::NOT_FOUND);

    // Beside the promise, instead of it, and of somebody who promised nothing.
    user.post(&goods, &pairs(&sugar(&who[0], "2"))).await.to();
    let sack = [("nama", who[1].as_str()), ("barang", "beras_karung"), ("jumlah", "1")];
    user.post(&goods, &sack).await.to();
    let add = user.get(&format!("{roll}/tambah")).await.ok();
    let extra = add.split("Sahabat 03").next().unwrap().rsplit("value=\"").next().unwrap();
    let extra = extra.split('"').next().unwrap().to_owned();
    user.post(&goods, &pairs(&sugar(&extra, "1"))).await.to();
    let states = "SELECT COUNT(*) AS n FROM contribution WHERE state = $1";
    let state = async |code: &str| monday.test.number(states, args![code]).await;
    assert_eq!((state("full").await, state("partial").await, state("open").await), (1, 2, 1));
    let page = user.get(&roll).await.ok();
    assert!(page.contains("Juga") && page.contains("Gula"), "{page}");
    // "Everybody brought everything" and saving the page as it is leave the sugar where it is.
    user.post(&roll, &[("aksi", "semua")]).await.to();
    let page = user.get(&roll).await.ok();
    user.post(&roll, &pairs(&monday.line(&page, 0, "full"))).await.to();
    let brought =
        "SELECT CAST(COALESCE(SUM(brought), 0) AS BIGINT) AS n FROM contribution_item WHERE commodity = $1";
    let sum = async |code: &str| monday.test.number(brought, args![code]).await;
    assert_eq!((sum("gula").await, sum("beras_karung").await, sum("egg").await), (3, 1, 2));
    // What was typed beside a full line counts; it stays full.
    for (typed, sugar) in [("3", 4), ("2", 3)] {
        let page = user.get(&roll).await.ok();
        let mut fields = monday.line(&page, 0, "full");
        fields.push((format!("b.{}.20261102.gula", who[0]), typed.to_owned()));
        user.post(&roll, &pairs(&fields)).await.to();
        assert_eq!((sum("gula").await, sum("egg").await), (sugar, 2), "{typed} beside");
    }
    let page = user.get(&roll).await.ok();
    // Who says "nothing today" brought no sugar either; brought again it is there again.
    user.post(&roll, &pairs(&monday.line(&page, 0, "nothing"))).await.to();
    assert_eq!(sum("gula").await, 1);
    user.post(&goods, &pairs(&sugar(&who[0], "2"))).await.to();
    assert_eq!((sum("gula").await, sum("egg").await), (3, 2));

    let mut fields = counts("2", "4000");
    for (name, value) in [
        ("dicatat.gula", "3"),
        ("hitung.gula", "3"),
        ("dicatat.beras_karung", "1"),
        ("hitung.beras_karung", "1"),
    ] {
        set(&mut fields, name, value);
    }
    assert!(user.get(&format!("{roll}/hitung")).await.ok().contains("Gula: dicatat 3 bungkus"));
    let sheet = user.post(&format!("{roll}/tutup"), &pairs(&fields)).await.to();
    let sheet = user.get(&sheet).await.ok();
    assert!(sheet.contains("gula 2 bungkus") && sheet.contains("beras karung 1 karung"), "{sheet}");
    let bast = monday.handed_over(&roll, monday.warehouse).await;
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let arrived = [
        ("terima.rice_can", "2"),
        ("terima.egg", "2"),
        ("terima.gula", "2"),
        ("rusak.gula", "1"),
        ("terima.beras_karung", "1"),
        ("catatan", "sebungkus sobek"),
        ("cara", "account"),
        ("aksi", "terima"),
    ];
    keeper.post(&format!("{bast}/terima"), &arrived).await.to();
    let held = async |code| monday.holds(AccountKind::Warehouse, monday.warehouse, commodity(code)).await;
    assert_eq!((held("gula").await, held("beras_karung").await, held("egg").await), (2, 1, 2));
    let stock = keeper.get("/gudang").await.ok();
    assert!(stock.contains("Gula") && stock.contains("2 bungkus"), "{stock}");
    monday.books_are_clean().await;
}

#[db_test]
async fn goods_that_nobody_brought_by_name_are_counted_with_a_reason(db: TestDatabase) {
    let monday = Monday::begin(db, 2).await;
    let user = &monday.coordinator;
    let roll = monday.open().await;
    let count = format!("{roll}/hitung");
    other_goods(&monday).await;
    user.post(&roll, &[("aksi", "semua")]).await.to();
    let page = user.get(&count).await.ok();
    assert!(page.contains("tanpa nama pemberi") && !page.contains("Gula: dicatat"), "{page}");
    // Only what no basket has; only in one's own office; what was typed stays.
    let add =
        |what: &'static str| [("temuan", what), ("aksi", "temuan"), ("hitung.egg", "2"), ("saksi", "Budi")];
    for wrong in ["", "egg", "apa"] {
        let page = user.post(&count, &add(wrong)).await.refused();
        assert!(page.contains("value=\"Budi\""), "{page}");
    }
    let stranger = monday.test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    assert_eq!(stranger.post(&count, &add("gula")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        monday.test.with_role(Role::Auditor).await.post(&count, &add("gula")).await.status,
        StatusCode::FORBIDDEN
    );
    for _ in 0..2 {
        let page = user.post(&count, &add("gula")).await.ok();
        assert!(page.contains("Gula: dicatat 0 bungkus") && page.contains("value=\"Budi\""), "{page}");
    }
    assert_eq!(monday.test.number("SELECT COUNT(*) AS n FROM roll_found", args![]).await, 1);
    // Counted, it needs a reason; then it goes the way of all goods, and nobody's line has it.
    let mut fields = counts("2", "4000");
    set(&mut fields, "dicatat.gula", "0");
    set(&mut fields, "hitung.gula", "3");
    let refused = user.post(&count, &pairs(&fields)).await.refused();
    assert!(refused.contains("name=\"hitung.gula\" inputmode=\"numeric\" value=\"3\""), "{refused}");
    set(&mut fields, "alasan.gula", "ditinggal di meja, tanpa nama");
    let check = user.post(&count, &pairs(&fields)).await.ok();
    assert!(check.contains("3 bungkus") && check.contains("ditinggal di meja"), "{check}");
    let sheet = user.post(&format!("{roll}/tutup"), &pairs(&fields)).await.to();
    assert!(user.get(&sheet).await.ok().contains("ditinggal di meja, tanpa nama"));
    let sugar = commodity("gula");
    assert_eq!(monday.holds(AccountKind::OfficePost, monday.office, sugar).await, 3);
    let lines = "SELECT COUNT(*) AS n FROM contribution_item WHERE commodity = 'gula'";
    assert_eq!(monday.test.number(lines, args![]).await, 0);
    // A closed roll finds nothing any more.
    let late = user.post(&count, &add("beras_karung")).await;
    assert!(late.status.is_redirection(), "{}", late.status);
    monday.books_are_clean().await;
}

#[db_test]
async fn what_breaks_at_the_post_or_goes_back_needs_two_people(db: TestDatabase) {
    let monday = Monday::begin(db, 10).await;
    let user = &monday.coordinator;
    let roll = monday.closed().await;
    let ask = format!("{roll}/rusak");
    let request = |commodity: &str, n: &str, to: &str| -> Vec<(String, String)> {
        [("barang", commodity), ("jumlah", n), ("ke", to), ("alasan", "jatuh dari meja")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    };
    for (commodity, n, to, said) in [
        ("egg", "11", "written_off", "belum diminta: 10"),
        ("egg", "0", "written_off", "belum diminta: 10"),
        ("cash", "1", "written_off", "Pilih"),
        ("egg", "1", "apa", "Pilih"),
        ("egg", "satu", "written_off", "bilangan bulat"),
    ] {
        let answer = user.post(&ask, &pairs(&request(commodity, n, to))).await.refused();
        assert!(answer.contains(said) && answer.contains("jatuh dari meja"), "{commodity} {n}: {answer}");
    }
    user.post(&ask, &pairs(&request("egg", "2", "written_off"))).await.to();
    user.post(&ask, &pairs(&request("rice_can", "3", "given_back"))).await.to();
    let post = async |commodity| monday.holds(AccountKind::OfficePost, monday.office, commodity).await;
    assert_eq!((post(Commodity::EGG).await, post(Commodity::RICE_CAN).await), (10, 10), "nothing moved yet");
    // What is asked for is not asked for twice, and waits before the goods go on.
    assert!(
        user.post(&ask, &pairs(&request("egg", "9", "written_off")))
            .await
            .refused()
            .contains("belum diminta: 8")
    );
    let to = monday.warehouse.to_string();
    let hand = [("tujuan", to.as_str()), ("cara", "account"), ("aksi", "kirim")];
    let hand_over = format!("{roll}/serah");
    assert!(user.post(&hand_over, &hand).await.refused().contains("belum diputuskan"));

    // Not by who asked, nor by another office; a second coordinator or the admin decides.
    let list = user.get("/setoran/rusak").await.ok();
    assert!(list.contains("BAR/0001/XI/2026") && !list.contains("value=\"setuju\""), "{list}");
    let ids: Vec<Id> = decided(&monday).await;
    let decide = |id: &Id| format!("/setoran/rusak/{id}");
    assert!(user.post(&decide(&ids[0]), &[("aksi", "setuju")]).await.refused().contains("orang lain"));
    let stranger = monday.test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    assert_eq!(stranger.post(&decide(&ids[0]), &[("aksi", "setuju")]).await.status, StatusCode::NOT_FOUND);
    assert!(!stranger.get("/setoran/rusak").await.ok().contains("BAR/0001"));
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    assert_eq!(keeper.get("/setoran/rusak").await.status, StatusCode::FORBIDDEN);
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    assert!(admin.get("/").await.ok().contains("2 permintaan barang rusak"));
    assert_eq!(admin.post(&decide(&ids[0]), &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    admin.post(&decide(&ids[0]), &[("aksi", "setuju"), ("catatan", "sudah dilihat")]).await.to();
    admin.post(&decide(&ids[1]), &[("aksi", "setuju")]).await.to();
    assert!(admin.post(&decide(&ids[1]), &[("aksi", "tolak")]).await.refused().contains("sudah diputuskan"));
    assert_eq!((post(Commodity::EGG).await, post(Commodity::RICE_CAN).await), (8, 7));
    // Refused, nothing moves.
    user.post(&ask, &pairs(&request("egg", "1", "written_off"))).await.to();
    let last = *decided(&monday).await.last().unwrap();
    admin.post(&decide(&last), &[("aksi", "tolak"), ("catatan", "masih utuh")]).await.to();
    assert_eq!(post(Commodity::EGG).await, 8);

    // The rest is handed over, and the walk of the lots tells where the others went.
    let bast = user.post(&hand_over, &hand).await.to();
    let page = user.get(&bast).await.ok();
    assert!(page.contains("8 butir") && page.contains("7 kaleng"), "{page}");
    assert!(
        user.post(&ask, &pairs(&request("egg", "1", "written_off"))).await.refused().contains("diserahkan")
    );
    let sheet = user.get(&format!("{roll}/lembar")).await.ok();
    assert!(
        sheet.contains("2 butir telur rusak: jatuh dari meja") && sheet.contains("sudah dilihat"),
        "{sheet}"
    );
    assert!(sheet.contains("3 kaleng beras dikembalikan"), "{sheet}");
    for (commodity, said) in
        [("egg", "2 butir rusak atau hilang"), ("rice_can", "3 kaleng dikembalikan kepada pemberi")]
    {
        asuh_store::row_struct! {
            struct Lot { id: Id }
        }
        use asuh_store::Query;
        let lot: Option<Lot> = monday
            .test
            .app
            .store
            .reader()
            .first("SELECT id FROM lot WHERE district_id = $1 AND commodity = $2", args![KERINCI, commodity])
            .await
            .unwrap();
        let walk = admin.get(&format!("/gudang/lot/{}", lot.unwrap().id)).await.ok();
        assert!(walk.contains(said), "{walk}");
    }
    monday.books_are_clean().await;
}

/// The requests, in their order.
async fn decided(monday: &Monday) -> Vec<Id> {
    use asuh_store::Query;
    asuh_store::row_struct! {
        struct Asked { id: Id }
    }
    let rows: Vec<Asked> = monday
        .test
        .app
        .store
        .reader()
        .all("SELECT id FROM post_loss WHERE district_id = $1 ORDER BY number", args![KERINCI])
        .await
        .unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

#[db_test]
async fn somebody_of_another_unit_gives_here_by_his_nip(db: TestDatabase) {
    const NIP: &str = "199001012015031001";
    let monday = Monday::begin(db, 2).await;
    let guest = monday.person(monday.other, "Tamu Jauh").await;
    monday.promise(guest).await;
    let hash = monday.test.app.store.secrets().lookup(KERINCI, "nip", NIP).unwrap();
    monday
        .test
        .sql(
            "UPDATE sponsor_version SET nip_hash = $1 WHERE district_id = $2 AND sponsor_id = $3",
            args![hash.to_vec(), KERINCI, guest],
        )
        .await;
    // His own office has opened its roll and asks for him.
    let home = monday.test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    let day = format!("{}_2026-11-02", monday.campaign);
    let unit = monday.other.to_string();
    let at_home = home.post("/setoran/buka", &[("hari", &day), ("unit", &unit)]).await.to();
    let roll = monday.open().await;
    let add = format!("{roll}/tambah");
    // Not by his key, not by half a number.
    let id = guest.to_string();
    assert!(monday.coordinator.post(&add, &[("nama", &id)]).await.refused().contains("unit"));
    for nip in ["1990", "199001012015031002"] {
        let answer = monday.coordinator.post(&add, &[("nip", nip)]).await.refused();
        assert!(answer.contains("Tidak ada pegawai") && answer.contains(nip), "{answer}");
    }
    monday.coordinator.post(&add, &[("nip", NIP)]).await.to();
    assert!(monday.coordinator.get(&roll).await.ok().contains("Tamu Jauh"));
    assert!(monday.coordinator.post(&add, &[("nip", NIP)]).await.refused().contains("sudah ada di daftar"));
    // At home he is not asked any more, and nobody there says why.
    let page = home.get(&at_home).await.ok();
    assert!(page.contains("class=\"person away\""), "{page}");
    // For himself it is one Monday: promised and brought.
    monday.coordinator.post(&roll, &[("aksi", "semua")]).await.to();
    monday.coordinator.post(&format!("{roll}/tutup"), &pairs(&counts("3", "6000"))).await.to();
    home.post(
        &format!("{at_home}/tutup"),
        &pairs(&{
            let mut none = counts("0", "0");
            set(&mut none, "dicatat.egg", "0");
            none
        }),
    )
    .await
    .to();
    let user = monday.test.user(Role::Sponsor, &[], &[]).await;
    let link = "UPDATE app_user SET sponsor_id = $1 WHERE district_id = $2 AND id = $3";
    monday.test.sql(link, args![guest, KERINCI, user.user]).await;
    let user = monday.test.sign_in(user.user).await;
    let own = user.get("/setoran/saya").await.ok();
    assert_eq!(own.matches("2 Nov 2026").count(), 1, "{own}");
    assert!(own.matches("telur 1 butir").count() == 2, "{own}");
    monday.books_are_clean().await;
}
