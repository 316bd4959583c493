//! Cards of families, scanned and typed, and the signed list of receipts that comes back from a village.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::cash::PNG;
use crate::distribution::Scene;
use crate::support::{KERINCI, VILLAGES, new_form_id};

asuh_store::row_struct! { struct Card { id: Id, number: String, token_sealed: Vec<u8> } }

/// The card of a family that holds, with the address in its QR code.
async fn card(scene: &Scene, family: Id) -> (Card, String) {
    let sql = "SELECT id, number, token_sealed FROM family_card WHERE district_id = $1 AND family_id = $2 \
               AND voided_at IS NULL";
    let card: Option<Card> = scene.test.app.store.reader().first(sql, args![KERINCI, family]).await.unwrap();
    let card = card.unwrap();
    let token = scene.test.app.store.secrets().open_text(KERINCI, &card.token_sealed).unwrap();
    let address = format!("/kartu/{}.{token}", card.number);
    (card, address)
}

#[db_test]
async fn a_card_opens_the_delivery_within_rights_and_tells_a_stranger_nothing(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 10).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[2], "001", "Citra").await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let far = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let village = format!("/kartu-desa/{}", VILLAGES[0]);

    // Made once for those who have none, by those who may, in their villages.
    assert_eq!(cadre.get(&village).await.status, StatusCode::FORBIDDEN);
    let other = format!("/kartu-desa/{}", VILLAGES[2]);
    assert_eq!(verifier.get(&other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(verifier.post(&other, &[]).await.status, StatusCode::NOT_FOUND);
    let form = new_form_id();
    for _ in 0..2 {
        verifier.post_as(&village, &form, &[]).await.to();
    }
    verifier.post(&village, &[]).await.to();
    let cards = "SELECT COUNT(*) AS n FROM family_card WHERE district_id = $1";
    assert_eq!(test.number(cards, args![KERINCI]).await, 1);

    // The sheet: numbers and codes first, and only behind them whose they are.
    let (held, address) = card(&scene, ani).await;
    let sheet = verifier.get(&format!("{village}/cetak")).await.ok();
    let shown = format!("{} {}", &held.number[..4], &held.number[4..]);
    let (front, list) = sheet.split_once("page-break").unwrap();
    assert!(front.contains(&shown) && front.contains("<svg") && !front.contains("Ani"), "{front}");
    assert!(list.contains("Ani") && list.contains(&shown), "{list}");

    // Nothing waits: the family's page. A package waits: its delivery, scanned or typed, with small letters and a space.
    assert_eq!(cadre.get(&address).await.to(), format!("/sasaran/{ani}"));
    scene.packed(&[VILLAGES[0]]).await;
    let package = format!("/paket/{}/antar", scene.package(ani).await);
    assert_eq!(cadre.get(&address).await.to(), package);
    assert_eq!(cadre.post("/kartu", &[("nomor", &shown.to_lowercase())]).await.to(), package);
    let admin = test.with_role(Role::DistrictAdmin).await;
    assert_eq!(
        admin.get(&address).await.to(),
        format!("/sasaran/{ani}"),
        "who does not deliver sees the family"
    );

    // Strangers, other villages, and codes that we did not sign.
    assert_eq!(test.anonymous().get(&address).await.to(), "/masuk");
    assert_eq!(far.get(&address).await.status, StatusCode::NOT_FOUND);
    let typed = far.post("/kartu", &[("nomor", &held.number)]).await.refused();
    assert!(typed.contains("Tidak ada kartu") && typed.contains(&held.number) && !typed.contains("Ani"));
    for role in [Role::Leader, Role::Sponsor, Role::WarehouseKeeper, Role::Treasurer] {
        assert_eq!(test.with_role(role).await.get(&address).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    for forged in [format!("/kartu/{}.AAAAAAAAAAAAAAAA", held.number), format!("/kartu/{}", held.number)] {
        assert_eq!(cadre.get(&forged).await.status, StatusCode::NOT_FOUND, "{forged}");
    }

    // Lost: the old one opens nothing any more, the new one does.
    let lost = [("alasan", "hilang di pasar"), ("desa", &VILLAGES[0].to_string())];
    verifier.post(&format!("/kartu/{}/ganti", held.id), &lost[1..]).await.refused();
    assert_eq!(cadre.post(&format!("/kartu/{}/ganti", held.id), &lost).await.status, StatusCode::FORBIDDEN);
    verifier.post(&format!("/kartu/{}/ganti", held.id), &lost).await.to();
    verifier.post(&format!("/kartu/{}/ganti", held.id), &lost).await.refused();
    assert!(cadre.get(&address).await.refused().contains("tidak berlaku lagi"));
    let again = cadre.post("/kartu", &[("nomor", &held.number)]).await.refused();
    assert!(again.contains("tidak berlaku lagi"), "{again}");
    let (_, fresh) = card(&scene, ani).await;
    assert_ne!(fresh, address);
    assert_eq!(cadre.get(&fresh).await.to(), package);
}

#[db_test]
async fn a_signed_list_comes_back_by_photo_and_count(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 10).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[0], "001", "Budi").await;
    let run = scene.packed(&[VILLAGES[0]]).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let far = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let path = format!("/penyaluran/{run}/desa/{}/daftar-kembali", VILLAGES[0]);
    cadre.post(&format!("/paket/{}/antar", scene.package(ani).await), &[]).await.to();
    let photo = data_encoding::BASE64.decode(PNG.split(',').nth(1).unwrap().as_bytes()).unwrap();
    let send =
        async |fields: &[(&str, &str)]| cadre.upload(&path, fields, "lembar1", "dtt.png", &photo).await;

    let list = format!("/penyaluran/{run}/desa/{}/penerima", VILLAGES[0]);
    assert!(cadre.get(&list).await.ok().contains("Cap jempol dan saksi"));
    for (fields, words) in [
        (vec![("tanda_tangan", "0")], "sedikitnya satu"),
        (vec![("tanda_tangan", "3")], "hanya punya 2 paket"),
        (vec![("tanda_tangan", "0"), ("cap_jempol", "1")], "menyaksikan cap jempol"),
        (vec![("tanda_tangan", "2")], "Menurut catatan 1 paket"),
    ] {
        let page = send(&fields).await.refused();
        // The photo is kept with what was typed.
        assert!(page.contains(words) && page.contains("name=\"simpan\""), "{fields:?}: {page}");
    }
    assert!(cadre.post(&path, &[("tanda_tangan", "1")]).await.refused().contains("Lampirkan"));
    assert_eq!(far.get(&path).await.status, StatusCode::NOT_FOUND);
    let foreign = far.upload(&path, &[("tanda_tangan", "1")], "lembar1", "dtt.png", &photo).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    send(&[("tanda_tangan", "0"), ("cap_jempol", "1"), ("saksi", "Pak RT")]).await.to();
    let page = cadre.get(&path).await.ok();
    for words in ["0 tanda tangan dan 1 cap jempol", "disaksikan Pak RT", "Sama dengan catatan"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(cadre.get(&format!("{path}/1")).await.bytes, photo);
    assert_eq!(far.get(&format!("{path}/1")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cadre.get(&format!("{path}/2")).await.status, StatusCode::NOT_FOUND);
    // The right one takes its place; the other stays beside it.
    send(&[("tanda_tangan", "2"), ("catatan", "Budi belum dicatat")]).await.to();
    assert!(cadre.get(&path).await.ok().contains("Budi belum dicatat"));
    let all = "SELECT COUNT(*) AS n FROM receipt_list WHERE district_id = $1";
    assert_eq!(test.number(all, args![KERINCI]).await, 2);
}
