//! The papers of goods as PDFs under the numbers of their rows: shipments, write-offs, counts; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::custody::{eggs, stocked};
use crate::own_papers::{press, printed, verified};
use crate::row_papers::{GONE, HOLDS, INK, SIGNED, hidden, is_a_file, said};
use crate::support::new_form_id;

#[db_test]
async fn a_shipment_goes_along_with_its_paper(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let test = &monday.test;
    let depot = test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let (from, to) = (format!("{}_asn", monday.warehouse), monday.depot.to_string());
    let fields = [
        ("dari", from.as_str()),
        ("jumlah.egg", "12"),
        ("jumlah.rice_can", "3"),
        ("tujuan", to.as_str()),
        ("pembawa", "Budi Sopir"),
        ("sampai_tanggal", "3"),
        ("sampai_bulan", "11"),
        ("sampai_tahun", "2026"),
        ("aksi", "kirim"),
    ];
    let shipment = keeper.post("/gudang/kiriman/baru", &fields).await.to();
    let pdf = format!("{shipment}/pdf");
    assert_eq!(keeper.get(&pdf).await.status, StatusCode::NOT_FOUND, "nobody printed it yet");
    let form = new_form_id();
    assert_eq!(keeper.post_as(&pdf, &form, &[]).await.to(), pdf);
    assert_eq!(keeper.post_as(&pdf, &form, &[]).await.to(), pdf);
    assert_eq!(press(&depot, &shipment, &pdf).await, pdf);
    let first = printed(test, "shipment").await;
    assert_eq!((first.len(), first[0].1), (1, 1), "{first:?}");
    assert!(keeper.get(&shipment).await.ok().contains(&first[0].0));
    let paper = said(test, "shipment").await;
    assert!(paper.contains("Dikirim, dengan huruf: beras tiga kaleng, telur dua belas butir."), "{paper}");
    assert!(paper.contains(&first[0].0) && paper.contains("Budi Sopir"), "{paper}");
    let known = verified(test, &first[0]).await;
    assert!(known.contains(HOLDS) && known.contains("Surat jalan barang dari Gudang Siulak"), "{known}");
    assert!(!known.contains("Budi"), "no person is named: {known}");
    let stranger = test.user(Role::WarehouseKeeper, &[], &[monday.office]).await;
    let refused = [Role::Leader, Role::Sponsor, Role::UnitCoordinator, Role::Treasurer];
    hidden(test, &pdf, &[&stranger, &test.admin_elsewhere().await], &refused).await;

    // Received, it says what arrived; the sheet that was signed at the gate is kept beside it, by either side.
    let arrived = [
        ("terima.egg", "11"),
        ("terima.rice_can", "3"),
        ("penerima", "Ani"),
        ("catatan", "satu butir tertinggal"),
        ("aksi", "terima"),
    ];
    depot.post(&format!("{shipment}/terima"), &arrived).await.to();
    keeper.post(&pdf, &[]).await.to();
    let both = printed(test, "shipment").await;
    assert_eq!((both.len(), both[1].1, &both[1].0), (2, 2, &both[0].0));
    assert!(
        said(test, "shipment")
            .await
            .contains("Diterima, dengan huruf: beras tiga kaleng, telur sebelas butir.")
    );
    assert!(verified(test, &both[0]).await.contains("cetakan ke-2 dengan nomor yang sama"));
    let signed = format!("{shipment}/naskah");
    assert_eq!(stranger.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.status, StatusCode::NOT_FOUND);
    let auditor = test.with_role(Role::Auditor).await;
    assert_eq!(auditor.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.status, StatusCode::FORBIDDEN);
    assert!(!auditor.get(&signed).await.ok().contains("multipart"));
    depot.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.to();
    assert!(verified(test, &both[1]).await.contains("tersimpan di kantor penerbit"));
    is_a_file(test, &keeper, &pdf).await;

    // One that is taken back has no paper; signed without having been printed, it is printed first.
    let second = keeper.post("/gudang/kiriman/baru", &fields).await.to();
    keeper.upload(&format!("{second}/naskah"), &INK, "berkas", "x.pdf", b"%PDF-1.7 lain").await.to();
    let all = printed(test, "shipment").await;
    assert_eq!((all.len(), all[2].1), (3, 1), "{all:?}");
    assert!(verified(test, &all[2]).await.contains("tersimpan di kantor penerbit"));
    keeper.post(&format!("{second}/batal"), &[("alasan", "Budi sakit")]).await.to();
    let known = verified(test, &all[2]).await;
    assert!(known.contains(GONE) && !known.contains("Budi"), "{known}");
    let pdf = format!("{second}/pdf");
    assert_eq!(keeper.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!keeper.get(&second).await.ok().contains(&pdf));
}

#[db_test]
async fn what_a_second_person_agreed_to_has_a_paper(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let test = &monday.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let goods = eggs(monday.warehouse);
    let broken = [("barang", goods.as_str()), ("jumlah", "21"), ("alasan", "rak roboh"), ("aksi", "kirim")];
    let change = keeper.post("/gudang/penghapusan/baru", &broken).await.to();
    let pdf = format!("{change}/pdf");
    // Asked for, it is nothing that could be signed as agreed.
    assert_eq!(keeper.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!keeper.get(&change).await.ok().contains(&pdf));
    admin.post(&change, &[("aksi", "setuju")]).await.to();
    assert_eq!(press(&keeper, &change, &pdf).await, pdf);
    assert_eq!(admin.post(&pdf, &[]).await.to(), pdf);
    let papers = printed(test, "stock_change").await;
    assert_eq!((papers.len(), papers[0].1), (1, 1), "{papers:?}");
    let paper = said(test, "stock_change").await;
    for words in
        [&papers[0].0, "Berita acara penghapusan barang", "21 butir (dua puluh satu butir)", "rak roboh"]
    {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    let known = verified(test, &papers[0]).await;
    assert!(
        known.contains(HOLDS) && known.contains("Berita acara penghapusan barang, Gudang Siulak"),
        "{known}"
    );
    let elsewhere = test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let refused = [Role::Leader, Role::Sponsor, Role::Treasurer];
    hidden(test, &pdf, &[&elsewhere, &test.admin_elsewhere().await], &refused).await;
    is_a_file(test, &keeper, &pdf).await;
    // Taken back, the goods are there again and the paper does not hold.
    let undo = format!("/gudang/mutasi/{}/batal", monday.transfer("written_off").await);
    admin.post(&undo, &[("alasan", "salah rak"), ("aksi", "kirim")]).await.to();
    assert!(verified(test, &papers[0]).await.contains(GONE));
    assert_eq!(keeper.get(&pdf).await.status, StatusCode::NOT_FOUND);
    assert_eq!(keeper.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn a_count_is_signed_and_counted_again_when_it_was_refused(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let test = &monday.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let sheet = format!("/gudang/hitung/{}", monday.warehouse);
    let rice = format!("warehouse|{}|asn|rice_can", monday.warehouse);
    let goods = eggs(monday.warehouse);
    let counted = [
        ("barang.1", rice.as_str()),
        ("buku.1", "40"),
        ("hitung.1", "40"),
        ("barang.2", goods.as_str()),
        ("buku.2", "40"),
        ("hitung.2", "38"),
        ("alasan.2", "dua pecah"),
        ("saksi", "Budi Saksi"),
        ("aksi", "kirim"),
    ];
    let take = keeper.post(&sheet, &counted).await.to();
    let pdf = format!("{take}/pdf");
    assert_eq!(press(&keeper, &take, &pdf).await, pdf);
    let first = printed(test, "stock_take").await;
    let paper = said(test, "stock_take").await;
    for words in [
        &first[0].0,
        "Dihitung, dengan huruf: beras empat puluh kaleng, telur tiga puluh delapan butir.",
        "Menunggu persetujuan selisih",
        "dua pecah",
    ] {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    let known = verified(test, &first[0]).await;
    assert!(
        known.contains(HOLDS) && known.contains("Berita acara hitung persediaan, Gudang Siulak"),
        "{known}"
    );
    assert!(!known.contains("Budi"), "{known}");
    let elsewhere = test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let other = test.user(Role::Treasurer, &[], &[monday.holder]).await;
    let refused = [Role::Leader, Role::Sponsor, Role::UnitCoordinator];
    hidden(test, &pdf, &[&elsewhere, &other, &test.admin_elsewhere().await], &refused).await;
    let signed = format!("{take}/naskah");
    keeper.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.to();
    assert!(verified(test, &first[0]).await.contains("tersimpan di kantor penerbit"));
    is_a_file(test, &keeper, &pdf).await;
    // The difference is refused: the record does not hold, and it is counted again.
    let decide = format!("/gudang/penghapusan/{}", monday.change().await);
    admin.post(&decide, &[("aksi", "tolak"), ("catatan", "hitung lagi")]).await.to();
    assert!(verified(test, &first[0]).await.contains(GONE));
    assert_eq!(keeper.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    let again = keeper.post(&sheet, &counted).await.to();
    let pdf = format!("{again}/pdf");
    keeper.post(&pdf, &[]).await.to();
    admin.post(&format!("/gudang/penghapusan/{}", monday.change().await), &[("aksi", "setuju")]).await.to();
    // Agreed to, it says so: the next printing.
    keeper.post(&pdf, &[]).await.to();
    let all = printed(test, "stock_take").await;
    assert_eq!((all.len(), all[2].1), (3, 2), "{all:?}");
    assert!(verified(test, &all[1]).await.contains("cetakan ke-2"));
    assert!(said(test, "stock_take").await.contains("Selesai, buku ditutup"));
}
