//! Two people for cash and for goods: each signed in on his own device, or on paper with a photo; never one person twice.

use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::collection::{Monday, counts, pairs, set};
use crate::support::{Client, KERINCI};

const PDF: &[u8] = b"%PDF-1.7 lembar";

/// Gives a user a name of his own.
async fn named(monday: &Monday, user: &Client, name: &str) -> Client {
    let sql = "UPDATE app_user SET name = $1 WHERE district_id = $2 AND id = $3";
    monday.test.sql(sql, args![name, KERINCI, user.user]).await;
    monday.test.sign_in(user.user).await
}

/// A colleague who is on the office's roster and signed in, without any other right.
async fn colleague(monday: &Monday, nth: usize, name: &str) -> Client {
    let user = monday.test.user(Role::Sponsor, &[], &[]).await;
    let link = "UPDATE app_user SET sponsor_id = $1 WHERE district_id = $2 AND id = $3";
    monday.test.sql(link, args![monday.people[nth], KERINCI, user.user]).await;
    named(monday, &user, name).await
}

#[db_test]
async fn a_colleague_counts_the_cash_on_his_own_phone(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let roll = monday.open().await;
    let user = named(&monday, &monday.coordinator, "Rina Koordinator").await;
    user.post(&roll, &[("aksi", "semua")]).await.to();
    let count = user.get(&format!("{roll}/hitung")).await.ok();
    assert!(count.contains("<svg") && count.contains(&format!("{roll}/uang")), "a code for the other phone");
    let uang = format!("{roll}/uang");
    let budi = colleague(&monday, 0, "Budi Rekan").await;
    let page = budi.get(&uang).await.ok();
    // He counts by himself: neither sums nor names of the roll are shown.
    assert!(!page.contains("10.000") && !page.contains("Sahabat"), "{page}");
    assert!(budi.post(&uang, &[("uang", "sepuluh")]).await.refused().contains("value=\"sepuluh\""));
    budi.post(&uang, &[("uang", "9.000")]).await.to();
    assert!(budi.get(&uang).await.ok().contains("Anda menghitung Rp9.000"));

    // Who is of another office, or reads figures alone, finds nothing.
    let stranger = monday.test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    assert_eq!(stranger.get(&uang).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&uang, &[("uang", "1")]).await.status, StatusCode::NOT_FOUND);
    let guest = monday.test.with_role(Role::Sponsor).await;
    assert_eq!(guest.get(&uang).await.status, StatusCode::NOT_FOUND, "a sponsor of no office");
    for role in [Role::Treasurer, Role::Auditor, Role::Cadre] {
        assert_eq!(monday.test.with_role(role).await.get(&uang).await.status, StatusCode::FORBIDDEN);
    }

    // The count page offers him, and keeps what was typed; another sum is not the same count.
    let second = budi.user.to_string();
    assert!(user.get(&format!("{roll}/hitung")).await.ok().contains(&second));
    let mut fields = counts("5", "10000");
    set(&mut fields, "hitung.egg", "4");
    set(&mut fields, "aksi", "muat");
    let looked = user.post(&format!("{roll}/hitung"), &pairs(&fields)).await.ok();
    assert!(
        looked.contains(&format!("value=\"{second}\" checked")) && looked.contains("value=\"4\""),
        "{looked}"
    );
    let mut fields = counts("5", "10000");
    set(&mut fields, "kedua", &second);
    let check = user.post(&format!("{roll}/hitung"), &pairs(&fields)).await.refused();
    assert!(check.contains("Hitungan orang kedua berbeda"), "{check}");
    let close = format!("{roll}/tutup");
    assert!(user.post(&close, &pairs(&fields)).await.refused().contains("Hitungan orang kedua berbeda"));
    // Nobody is his own second: neither signed in nor by name.
    user.post(&uang, &[("uang", "10000")]).await.to();
    assert!(!user.get(&format!("{roll}/hitung")).await.ok().contains(&user.user.to_string()));
    set(&mut fields, "kedua", &user.user.to_string());
    assert!(user.post(&close, &pairs(&fields)).await.refused().contains("harus orang lain"));
    let mut own = counts("5", "10000");
    set(&mut own, "saksi", "rina  KOORDINATOR");
    assert!(user.post(&close, &pairs(&own)).await.refused().contains("harus orang lain"));
    set(&mut fields, "kedua", &stranger.user.to_string());
    assert!(user.post(&close, &pairs(&fields)).await.refused().contains("belum menulis hitungannya"));

    budi.post(&uang, &[("uang", "10.000")]).await.to();
    set(&mut fields, "kedua", &second);
    let check = user.post(&format!("{roll}/hitung"), &pairs(&fields)).await.ok();
    assert!(check.contains("Budi Rekan dengan akun sendiri") && check.contains(&second), "{check}");
    let sheet = user.post(&close, &pairs(&fields)).await.to();
    assert!(user.get(&sheet).await.ok().contains("Uang dihitung juga oleh Budi Rekan dengan akun sendiri"));
    assert!(budi.post(&uang, &[("uang", "1")]).await.refused().contains("sudah ditutup"));
    assert_eq!(monday.holds(AccountKind::OfficePost, monday.office, Commodity::CASH).await, 10_000);

    // The receipt says who counted, and how.
    let sheet = user.get(&sheet).await.ok();
    let deposit = sheet.split("href=\"/setor-uang/").nth(1).unwrap().split('"').next().unwrap();
    let slip = [("bukti", "A-17"), ("hari", "2-11-2026")];
    user.post(&format!("/setor-uang/{deposit}/bukti"), &slip).await.to();
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    let confirm = format!("/setor-uang/{deposit}/konfirmasi");
    let receipt = treasurer.post(&confirm, &[("aksi", "konfirmasi")]).await.to();
    let page = treasurer.get(&receipt).await.ok();
    assert!(page.contains("Rina Koordinator") && page.contains("Budi Rekan dengan akun sendiri"), "{page}");
    // Once the books are sealed it carries the code that anybody can look up.
    assert!(!page.contains("/bukti/1/"), "{page}");
    asuh_ground::audit::seal::seal_all(&monday.test.app, KERINCI).await.unwrap();
    let page = treasurer.get(&receipt).await.ok();
    assert!(page.contains("https://asuh.test/bukti/1/"), "a whole address: {page}");
    let code = page.split("/bukti/1/").nth(1).unwrap_or_else(|| panic!("{page}")).split('<').next().unwrap();
    assert!(page.contains("proof-of-paper") && page.contains("<svg"), "{page}");
    let public = monday.test.anonymous().get(&format!("/bukti/1/{}", code.trim())).await.ok();
    assert!(public.contains("Bukti ini benar"), "{public}");
    monday.books_are_clean().await;
}

#[db_test]
async fn goods_change_hands_on_two_devices_or_on_paper_with_a_photo(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let user = named(&monday, &monday.coordinator, "Rina Koordinator").await;
    let roll = monday.closed().await;
    let serah = format!("{roll}/serah");
    let to = monday.warehouse.to_string();
    assert!(user.get(&serah).await.ok().contains("dengan akun saya (Rina Koordinator)"));
    let none = [("tujuan", to.as_str()), ("pemberi", "Rina"), ("aksi", "kirim")];
    assert!(user.post(&serah, &none).await.refused().contains("cara"), "neither way is chosen");
    let paper = [("tujuan", to.as_str()), ("cara", "paper"), ("pemberi", ""), ("aksi", "kirim")];
    assert!(user.post(&serah, &paper).await.refused().contains("wajib"));
    // Signed in he signs with his own name, whatever was typed beside it.
    let own = [("tujuan", to.as_str()), ("cara", "account"), ("pemberi", "Orang Lain"), ("aksi", "kirim")];
    let bast = user.post(&serah, &own).await.to();
    let page = user.get(&bast).await.ok();
    assert!(page.contains("<strong>Rina Koordinator</strong>") && !page.contains("Orang Lain"), "{page}");
    assert!(
        page.contains("Ditandatangani dengan akun sendiri") && !page.contains("belum diunggah"),
        "{page}"
    );

    // The receiver has paper: his name, and a photo of the sheet that is asked for until it is there.
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let keeper = named(&monday, &keeper, "Joko Gudang").await;
    let mut arrived = vec![("terima.rice_can", "5"), ("terima.egg", "5"), ("aksi", "terima")];
    let receive = format!("{bast}/terima");
    assert!(keeper.post(&receive, &arrived).await.refused().contains("cara"));
    arrived.push(("cara", "paper"));
    assert!(keeper.post(&receive, &arrived).await.refused().contains("wajib"));
    arrived.push(("penerima", "Mamat Sopir"));
    keeper.post(&receive, &arrived).await.to();
    let page = keeper.get(&bast).await.ok();
    assert!(
        page.contains("<strong>Mamat Sopir</strong>") && page.contains("Tanda tangan di kertas"),
        "{page}"
    );
    assert!(page.contains("Foto lembarnya belum diunggah"), "{page}");
    let sheets = format!("{bast}/lembar");
    let svg = keeper.upload(&sheets, &[], "foto", "x.jpg", b"<svg onload=x>").await;
    assert_eq!(svg.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(keeper.post(&sheets, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stranger = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let sent = stranger.upload(&sheets, &[], "foto", "x.pdf", PDF).await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
    let auditor = monday.test.with_role(Role::Auditor).await;
    assert_eq!(auditor.post(&sheets, &[]).await.status, StatusCode::FORBIDDEN);
    keeper.upload(&sheets, &[], "foto", "x.pdf", PDF).await.to();
    let page = auditor.get(&bast).await.ok();
    assert!(
        page.contains("Lembar 1") && page.contains("Joko Gudang") && !page.contains("belum diunggah"),
        "{page}"
    );
    let photo = page.split(&format!("href=\"{sheets}/")).nth(1).unwrap().split('"').next().unwrap();
    let photo = format!("{sheets}/{photo}");
    let scan = auditor.get(&photo).await;
    assert_eq!((scan.status, scan.bytes.as_slice()), (StatusCode::OK, PDF));
    assert!(scan.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(stranger.get(&photo).await.status, StatusCode::NOT_FOUND);

    // The count sheet that was signed on paper, the same way: for its office and the auditor.
    let sheet = format!("{roll}/lembar");
    user.upload(&sheet, &[], "foto", "x.pdf", PDF).await.to();
    user.upload(&sheet, &[], "foto", "y.pdf", b"%PDF-1.7 lebih jelas").await.to();
    let page = user.get(&sheet).await.ok();
    assert!(page.contains("Lembar 2") && page.contains("tanda tangan di kertas (map setoran)"), "{page}");
    let other = monday.test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    assert_eq!(other.upload(&sheet, &[], "foto", "x.pdf", PDF).await.status, StatusCode::NOT_FOUND);
    let scan = page.split(&format!("href=\"{sheet}/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(other.get(&format!("{sheet}/{scan}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(auditor.get(&format!("{sheet}/{scan}")).await.bytes, PDF);
    // A scan of one paper is not found under another.
    assert_eq!(auditor.get(&format!("{sheets}/{scan}")).await.status, StatusCode::NOT_FOUND);
    asuh_ground::audit::seal::seal_all(&monday.test.app, KERINCI).await.unwrap();
    assert!(keeper.get(&bast).await.ok().contains("proof-of-paper"), "the protocol carries its code");
    monday.books_are_clean().await;
}

/// Somebody who is coordinator of the office and something else elsewhere.
async fn with_two_offices(monday: &Monday, role: Role, at: Id) -> Client {
    let both = monday.test.user(Role::UnitCoordinator, &[], &[monday.office]).await;
    let grant = monday.test.app.store.new_id();
    monday
        .test
        .sql(
            "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by) VALUES ($1, $2, $3, $4, 0, $5)",
            args![KERINCI, grant, both.user, role.code(), Id::SYSTEM],
        )
        .await;
    monday
        .test
        .sql(
            "INSERT INTO grant_unit (district_id, grant_id, institution_id) VALUES ($1, $2, $3)",
            args![KERINCI, grant, at],
        )
        .await;
    named(monday, &both, "Dua Jabatan").await
}

/// Who brings an office's money to the bank does not confirm that it came.
#[db_test]
async fn whoever_deposited_the_cash_does_not_receive_it(db: TestDatabase) {
    let monday = Monday::begin(db, 3).await;
    let roll = monday.closed().await;
    let both = with_two_offices(&monday, Role::Treasurer, monday.holder).await;
    let sheet = both.get(&format!("{roll}/lembar")).await.ok();
    let deposit = sheet.split("href=\"/setor-uang/").nth(1).unwrap().split('"').next().unwrap();
    let (slip, confirm) =
        (format!("/setor-uang/{deposit}/bukti"), format!("/setor-uang/{deposit}/konfirmasi"));
    both.post(&slip, &[("bukti", "A-17"), ("hari", "2-11-2026")]).await.to();
    let yes = [("aksi", "konfirmasi")];
    assert!(both.post(&confirm, &yes).await.refused().contains("dua orang yang berbeda"));
    assert_eq!(monday.holds(AccountKind::FundHolder, monday.holder, Commodity::CASH).await, 0);
    // Nor is it sent back without a word.
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    let back = format!("/setor-uang/{deposit}/kembalikan");
    assert!(treasurer.post(&back, &[("alasan", "  ")]).await.refused().contains("wajib"));
    treasurer.post(&confirm, &yes).await.to();
    assert_eq!(monday.holds(AccountKind::FundHolder, monday.holder, Commodity::CASH).await, 6_000);
    monday.books_are_clean().await;
}

#[db_test]
async fn both_sides_sign_with_their_accounts_and_are_never_one_person(db: TestDatabase) {
    let monday = Monday::begin(db, 3).await;
    let roll = monday.closed().await;
    let both = with_two_offices(&monday, Role::WarehouseKeeper, monday.warehouse).await;
    let to = monday.warehouse.to_string();
    let fields = [("tujuan", to.as_str()), ("cara", "account"), ("aksi", "kirim")];
    let bast = both.post(&format!("{roll}/serah"), &fields).await.to();
    let arrived = [("terima.rice_can", "3"), ("terima.egg", "3"), ("cara", "account"), ("aksi", "terima")];
    let receive = format!("{bast}/terima");
    assert!(
        both.post(&receive, &arrived).await.refused().contains("dua orang yang berbeda"),
        "one person, two sides"
    );
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let keeper = named(&monday, &keeper, "Joko Gudang").await;
    let check = keeper.post(&receive, &arrived[..3]).await.ok();
    assert!(check.contains("dengan akun saya (Joko Gudang)"), "{check}");
    keeper.post(&receive, &arrived).await.to();
    let page = keeper.get(&bast).await.ok();
    assert!(
        page.contains("<strong>Dua Jabatan</strong>") && page.contains("<strong>Joko Gudang</strong>"),
        "{page}"
    );
    assert_eq!(page.matches("Ditandatangani dengan akun sendiri").count(), 2, "{page}");
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 3);
}
