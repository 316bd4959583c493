//! Kotawaringin Barat as the demo tells it, walked by its pages: the rembuk of March 2021, its papers, and what became of each
//! promise by the review a year later; on both engines.

use asuh::gates::demo::kobar;
use asuh_store::testing::{START, TestDatabase, db_test};
use asuh_store::{Query, args};

use crate::support::{Client, KERINCI, TestApp};

/// The first address after `start` whose link says these words.
fn named(page: &str, start: &str, words: &str) -> String {
    let found = page.split("href=\"").find(|part| part.starts_with(start) && part.contains(words));
    found.unwrap_or_else(|| panic!("{words}: {page}")).split('"').next().unwrap().to_owned()
}

async fn says(client: &Client, path: &str, words: &[&str]) -> String {
    let page = client.get(path).await.ok();
    for words in words {
        assert!(page.contains(words), "{path}, {words}: {page}");
    }
    page
}

#[db_test]
async fn kobar_remembers_at_its_review_what_the_rembuk_promised(db: TestDatabase) {
    kobar::build(db.options(), kobar::SMALL, 2026, START, &mut |_| ()).await.unwrap();
    let test = TestApp::built(db).await;
    for part in asuh::gates::parts() {
        let Some(check) = part.check else { continue };
        assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new(), "{}", part.name);
    }
    let reader = test.app.store.reader();
    for (level, n) in [("subdistrict", 6), ("village", 94)] {
        let sql = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND level = $2";
        assert_eq!(reader.number(sql, args![KERINCI, level]).await.unwrap(), n, "{level}");
    }
    let bappeda = test.demo_user("bappeda").await;
    // The analysis of February 2021, its priority villages decided at the rembuk.
    let analysis = says(&bappeda, "/analisis", &["Februari 2021", "ditetapkan", "440/rekaan/2021"]).await;
    assert!(analysis.contains("alat ukur panjang badan"), "{analysis}");
    says(&bappeda, "/target?sumber=eppgbm", &["10,00 %", "2022"]).await;
    // The rembuk: hall and online, and what was agreed.
    let list = bappeda.get("/rapat").await.ok();
    let rembuk = named(&list, "/rapat/", "Rembuk Stunting 2021");
    let page =
        says(&bappeda, &rembuk, &["29 Maret 2021", "Hadir: 17", "DPRD", "BPJS Kesehatan", "KRS"]).await;
    assert!(page.contains("Jamban sehat keluarga berisiko</a>"), "tied to its row: {page}");
    for kind in ["berita-acara", "notulen", "komitmen"] {
        bappeda.post(&format!("{rembuk}/terbit/{kind}"), &[]).await.to();
    }
    says(&bappeda, &rembuk, &["BA/0001/III/2021", "NOT/0001/III/2021", "KB/0001/III/2021"]).await;
    // The review opened with what was open then; most of it is kept by now.
    let review = named(&list, "/rapat/", "Reviu Kinerja Tahunan 2022");
    says(&bappeda, &review, &["Rembuk Stunting 2021", "Prevalensi stunting 10 persen", "Sisa jamban sehat"])
        .await;
    // What became of each: kept, given up with its reason, late.
    let done = says(&bappeda, "/komitmen?tampil=selesai", &["Anggaran stunting", "71 unit"]).await;
    assert_eq!(done.matches("href=\"/komitmen/").count(), 6, "{done}");
    says(&bappeda, "/komitmen?tampil=batal", &["Kelas ibu hamil", "Digabung dengan kelas ibu"]).await;
    says(&bappeda, "/komitmen?tampil=lewat", &["Prevalensi stunting 10 persen", "Menunggu hasil survei"])
        .await;
    // The row of the plan shows both promises that it served.
    let kept = named(&done, "/komitmen/", "Jamban sehat untuk");
    let row = named(&bappeda.get(&kept).await.ok(), "/rencana/", "Jamban sehat keluarga berisiko");
    says(&bappeda, &row, &["Jamban sehat untuk keluarga berisiko", "Sisa jamban sehat", "terlaksana"]).await;
    says(&bappeda, "/rencana/reviu?tahun=2021", &["Jamban sehat keluarga berisiko"]).await;
    let public = test.anonymous().get("/publik/komitmen").await.ok();
    assert!(public.contains("Sisa jamban sehat") && !public.contains("Rekaan"), "{public}");
}
