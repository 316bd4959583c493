//! Commitments and the plan: which row and which indicator a promise serves, seen from both sides, and the meeting that
//! follows; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::support::{Client, KERINCI, TestApp, new_form_id};

const WATCHED: &str = "balita-dipantau";
const GUNUNG_RAYA: &str = "1501010000";

/// A plan of 2026 with a row that names Gunung Raya and one that names Danau Kerinci.
struct Scene {
    test: TestApp,
    bappeda: Client,
    here: String,
    there: String,
}

/// The id at the end of an address.
fn id(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

impl Scene {
    async fn start(db: TestDatabase) -> Scene {
        let test = TestApp::start(db).await;
        let health = test.institution("opd", "Dinas Kesehatan", None).await;
        let bappeda = test.with_role(Role::DistrictPlanner).await;
        bappeda.post("/indikator/bawaan", &[]).await.to();
        bappeda.post("/rencana/tahun", &[("tahun", "2026")]).await.to();
        let owner = format!("opd:{health}");
        let row = |activity: &'static str, place: &'static str| {
            [
                ("tahun", "2026"),
                ("opd", owner.as_str()),
                ("indikator", WATCHED),
                ("kegiatan", activity),
                ("lokasi", place),
                ("target", "12"),
                ("satuan", "posyandu"),
                ("dari_triwulan", "1"),
                ("sampai_triwulan", "4"),
            ]
        };
        let here = bappeda.post("/rencana/baru", &row("Timbang serentak", "Selam Paung")).await.to();
        let there = bappeda.post("/rencana/baru", &row("Kelas ibu", "Sanggaran Agung")).await.to();
        Scene { here: id(&here), there: id(&there), test, bappeda }
    }

    /// A running meeting of a territory on 12 October 2026, with somebody there.
    async fn running(&self, keeper: &Client, territory: &str, previous: &str) -> String {
        let fields = [
            ("jenis", "Rapat koordinasi"),
            ("judul", "Rapat Koordinasi Oktober"),
            ("wilayah", territory),
            ("hari", "2026-10-12"),
            ("jam", "08.30"),
            ("tempat", "Aula"),
            ("pemimpin", "Sekretaris Daerah"),
            ("undangan", "Dinas Kesehatan; Kepala; 081200001111"),
            ("penanda", "Rekaan Sekda; Sekretaris Daerah"),
            ("sebelum", previous),
        ];
        let meeting = keeper.post("/rapat/baru", &fields).await.to();
        keeper.post(&format!("{meeting}/mulai"), &[]).await.to();
        let somebody = [("nama", "Rekaan Satu"), ("lembaga", "DPRD"), ("kelamin", "male"), ("cara", "hall")];
        keeper.post(&format!("{meeting}/hadir"), &somebody).await.to();
        meeting
    }

    async fn count(&self, sql: &str) -> i64 {
        self.test.number(sql, args![KERINCI]).await
    }
}

fn promise<'a>(what: &'a str, row: &'a str, indicator: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("apa", what),
        ("kantor", "Dinas Kesehatan"),
        ("berapa", "12 posyandu"),
        ("batas", "2026-10-20"),
        ("tempat", ""),
        ("baris", row),
        ("indikator", indicator),
    ]
}

/// The address of the commitment that a page links with these words.
fn linked(page: &str, words: &str) -> String {
    let at = page.find(&format!(">{words}</a>")).unwrap_or_else(|| panic!("{words}: {page}"));
    page[..at].rsplit("href=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

#[db_test]
async fn a_commitment_serves_a_row_of_the_plan_and_both_show_it(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let (bappeda, test) = (&scene.bappeda, &scene.test);
    let meeting = scene.running(bappeda, "1501000000", "").await;
    let page = bappeda.get(&meeting).await.ok();
    assert!(page.contains("2026, Dinas Kesehatan: Timbang serentak"), "{page}");
    let decide = format!("{meeting}/kesepakatan");
    // A row that is not there, of another district's ids, an indicator that there is none of.
    let foreign = test.app.store.new_id().to_string();
    for (row, indicator, field) in
        [(foreign.as_str(), "", "baris"), ("x", "", "baris"), ("", "tidak-ada", "indikator")]
    {
        let refused = bappeda.post(&decide, &promise("Timbang semua", row, indicator)).await.refused();
        assert!(
            refused.contains(&format!("id=\"e-{field}\"")) || refused.contains(&format!("#f-{field}")),
            "{refused}"
        );
        assert!(refused.contains("Timbang semua"), "what was typed stays: {refused}");
    }
    // Clicked twice it is one; the row's indicator comes along.
    let form = new_form_id();
    let fields = promise("Timbang semua balita", &scene.here, "");
    bappeda.post_as(&decide, &form, &fields).await.to();
    bappeda.post_as(&decide, &form, &fields).await.to();
    bappeda.post(&decide, &promise("Jamban untuk KRS", "", "")).await.to();
    assert_eq!(scene.count("SELECT COUNT(*) AS n FROM commitment WHERE district_id = $1").await, 2);
    let sql = "SELECT COUNT(*) AS n FROM commitment WHERE district_id = $1 AND indicator = 'balita-dipantau' \
               AND plan_item_id IS NOT NULL";
    assert_eq!(scene.count(sql).await, 1);
    let page = bappeda.get(&meeting).await.ok();
    assert!(page.contains(&format!("href=\"/rencana/{}\"", scene.here)), "{page}");
    bappeda.post(&format!("{meeting}/tutup"), &[]).await.to();
    let tied = linked(&page, "Timbang semua balita");
    let shown = bappeda.get(&tied).await.ok();
    for words in ["Timbang serentak</a>, Dinas Kesehatan, 2026", "Balita dipantau pertumbuhan"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // The row shows what was promised, that it is late, and what was told last.
    let row = format!("/rencana/{}", scene.here);
    let shown = bappeda.get(&row).await.ok();
    for words in ["Komitmen untuk kegiatan ini", "Timbang semua balita", "12 posyandu", "lewat tanggal"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("Jamban untuk KRS"), "{shown}");
    let told = [("hari", "2026-10-30"), ("keadaan", "done"), ("kata", "Semua posyandu selesai")];
    bappeda.post(&format!("{tied}/perkembangan"), &told).await.to();
    let shown = bappeda.get(&row).await.ok();
    assert!(shown.contains("terlaksana") && shown.contains("Semua posyandu selesai"), "{shown}");
    assert!(!bappeda.get(&format!("/rencana/{}", scene.there)).await.ok().contains("Komitmen untuk"));

    // Later a commitment is tied to a row, to another, to none; sent twice nothing changes.
    let other = linked(&page, "Jamban untuk KRS");
    let tie = format!("{other}/kaitan");
    let officer = test.with_role(Role::OfficePlanner).await;
    assert!(officer.post(&tie, &[("baris", &foreign)]).await.refused().contains("f-baris"));
    let form = new_form_id();
    let fields = [("baris", scene.there.as_str()), ("indikator", "")];
    officer.post_as(&tie, &form, &fields).await.to();
    officer.post_as(&tie, &form, &fields).await.to();
    assert!(officer.get(&format!("/rencana/{}", scene.there)).await.ok().contains("Jamban untuk KRS"));
    // Taken out of its plan the row is still named, and offered to nobody.
    let gone = [("versi", "1"), ("alasan", "Dipindah ke tahun depan")];
    bappeda.post(&format!("/rencana/{}/keluarkan", scene.there), &gone).await.to();
    let shown = officer.get(&other).await.ok();
    assert!(shown.contains("Kelas ibu") && shown.contains("dikeluarkan"), "{shown}");
    officer.post(&tie, &[("baris", ""), ("indikator", "")]).await.to();
    assert!(!officer.get(&other).await.ok().contains("Kelas ibu"));
    assert!(officer.post(&tie, &fields).await.refused().contains("f-baris"));
    // A word narrows what is offered.
    assert!(officer.get(&format!("{other}?cari=timbang")).await.ok().contains("Timbang serentak"));
    assert!(!officer.get(&format!("{other}?cari=jembatan")).await.ok().contains("Timbang serentak"));
    // Who reads does not tie; out of reach it is not there.
    let leader = test.with_role(Role::Leader).await;
    assert!(!leader.get(&other).await.ok().contains("/kaitan"));
    assert_eq!(leader.post(&tie, &fields).await.status, StatusCode::FORBIDDEN);
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert_eq!(kecamatan.post(&tie, &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(test.admin_elsewhere().await.post(&tie, &fields).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn what_is_promised_for_a_day_is_late_from_the_next(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let meeting = scene.running(&scene.bappeda, "1501000000", "").await;
    let mut today = promise("Timbang hari ini", "", "");
    today.iter_mut().find(|(name, _)| *name == "batas").unwrap().1 = "2026-11-02";
    scene.bappeda.post(&format!("{meeting}/kesepakatan"), &today).await.to();
    scene.bappeda.post(&format!("{meeting}/tutup"), &[]).await.to();
    let one = linked(&scene.bappeda.get("/komitmen").await.ok(), "Timbang hari ini");
    assert!(!scene.bappeda.get("/komitmen?tampil=lewat").await.ok().contains("Timbang hari ini"));
    assert!(!scene.bappeda.get(&one).await.ok().contains("lewat tanggal"));
    scene.test.db.clock.advance(86_400);
    let bappeda = scene.test.sign_in(scene.bappeda.user).await;
    assert!(bappeda.get("/komitmen?tampil=lewat").await.ok().contains("Timbang hari ini"));
    assert!(bappeda.get(&one).await.ok().contains("lewat tanggal"));
}

#[db_test]
async fn a_kecamatan_ties_what_names_its_places_and_prepares_the_meeting_that_follows(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let kecamatan = scene.test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    let meeting = scene.running(&kecamatan, GUNUNG_RAYA, "").await;
    let page = kecamatan.get(&meeting).await.ok();
    assert!(page.contains("Timbang serentak") && !page.contains("Kelas ibu"), "{page}");
    let decide = format!("{meeting}/kesepakatan");
    let elsewhere = promise("Kelas ibu tiap bulan", &scene.there, "");
    assert!(kecamatan.post(&decide, &elsewhere).await.refused().contains("f-baris"));
    kecamatan.post(&decide, &promise("Timbang bulan ini", &scene.here, "")).await.to();
    kecamatan.post(&decide, &promise("Data ibu hamil lengkap", "", WATCHED)).await.to();
    // No meeting follows one that runs.
    assert!(!kecamatan.get(&meeting).await.ok().contains("/rapat/baru?sebelum="));
    kecamatan.post(&format!("{meeting}/tutup"), &[]).await.to();
    let page = kecamatan.get(&meeting).await.ok();
    let link = page.split("href=\"").find(|part| part.starts_with("/rapat/baru?sebelum=")).unwrap();
    let link = link.split('"').next().unwrap().to_owned();
    // One is kept; the next meeting opens with the other.
    let done = linked(&page, "Timbang bulan ini");
    let told = [("hari", "2026-10-30"), ("keadaan", "done"), ("kata", "Sudah")];
    kecamatan.post(&format!("{done}/perkembangan"), &told).await.to();
    let form = kecamatan.get(&link).await.ok();
    for words in [
        "Rapat ini dibuka dengan 1 komitmen",
        "Data ibu hamil lengkap",
        "Tindak lanjut komitmen Rapat Koordinasi Oktober",
        "Dinas Kesehatan; Kepala; 6281200001111",
        "Rekaan Sekda; Sekretaris Daerah",
        "value=\"Sekretaris Daerah\"",
    ] {
        assert!(form.contains(words), "{words}: {form}");
    }
    assert!(!form.contains("Timbang bulan ini"), "{form}");
    let chosen = format!("value=\"{}\" selected", id(&meeting));
    assert!(form.contains(&chosen) && form.contains("value=\"1501010000\" selected"), "{form}");
    // The template of a kind keeps which meeting it follows.
    let with_kind = kecamatan.get(&format!("{link}&jenis=Rapat%20koordinasi")).await.ok();
    assert!(with_kind.contains(&chosen) && with_kind.contains("Tindak lanjut komitmen"), "{with_kind}");
    let next = scene.running(&kecamatan, GUNUNG_RAYA, &id(&meeting)).await;
    assert!(kecamatan.get(&next).await.ok().contains("Data ibu hamil lengkap"));
    // Of a third meeting both before it are looked at.
    kecamatan.post(&format!("{next}/kesepakatan"), &promise("Kunjungi semua KRS", "", "")).await.to();
    kecamatan.post(&format!("{next}/tutup"), &[]).await.to();
    let form = kecamatan.get(&format!("/rapat/baru?sebelum={}", id(&next))).await.ok();
    assert!(form.contains("dibuka dengan 2 komitmen") && form.contains("Data ibu hamil lengkap"), "{form}");
    // Of a meeting out of reach nothing is told.
    let far = scene.test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    let form = far.get(&link).await.ok();
    assert!(!form.contains("Data ibu hamil") && !form.contains("Rapat Koordinasi Oktober"), "{form}");
    let nobody = far.get(&format!("/rapat/baru?sebelum={}", Id::SYSTEM)).await.ok();
    assert!(!nobody.contains("komitmen yang belum selesai"), "{nobody}");
}
