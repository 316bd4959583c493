//! Meetings and commitments, and the rembuk of Kotawaringin Barat in 2021 lived through again; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Query, args};
use axum::http::StatusCode;

use crate::support::{Answer, Client, KERINCI, TestApp, VILLAGES, new_form_id};

/// The facts of a rembuk as an officer types them.
pub fn rembuk() -> Vec<(&'static str, &'static str)> {
    vec![
        ("jenis", "Rembuk stunting kabupaten"),
        ("judul", "Rembuk Stunting Tahun 2021"),
        ("wilayah", "1501000000"),
        ("hari", "2021-03-29"),
        ("jam", "8:30"),
        ("tempat", "Aula Bappeda"),
        ("tautan", "https://zoom.example/j/123"),
        ("pemimpin", "Wakil Bupati"),
        ("dasar", "Surat Edaran Bupati Nomor 1 Tahun 2021"),
        ("acara", "08.30; Pembukaan; Wakil Bupati\n09.15; Paparan analisis situasi; Bappeda\nDiskusi"),
        (
            "undangan",
            "DPRD; Ketua; 081200001111\nKantor Kementerian Agama; Kepala\nBPJS Kesehatan; Kepala\nKecamatan; Camat\nDesa dan kelurahan; Lurah",
        ),
        ("penanda", "Rekaan Wakil, S.E.; Wakil Bupati\nRekaan Ketua; Ketua DPRD"),
    ]
}

fn with<'a>(mut fields: Vec<(&'a str, &'a str)>, field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.retain(|(name, _)| *name != field);
    fields.push((field, value));
    fields
}

pub async fn prepared(planner: &Client) -> String {
    planner.post("/rapat/baru", &rembuk()).await.to()
}

pub fn guest<'a>(name: &'a str, institution: &'a str, sex: &'a str, way: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("nama", name),
        ("jabatan", "Kepala"),
        ("lembaga", institution),
        ("kelamin", sex),
        ("cara", way),
        ("telepon", "081200002222"),
    ]
}

pub fn agreed<'a>(what: &'a str, office: &'a str, due: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("apa", what), ("kantor", office), ("berapa", "12 desa"), ("batas", due), ("tempat", "")]
}

/// The address at which somebody notes that he is there.
pub async fn door(test: &TestApp, meeting: &str) -> String {
    let id: asuh_store::Id = meeting.rsplit('/').next().unwrap().parse().unwrap();
    let sql = "SELECT code FROM meeting WHERE district_id = $1 AND id = $2";
    let code: Option<(String,)> = test.app.store.reader().first(sql, args![KERINCI, id]).await.unwrap();
    format!("/hadir/1/{}", code.unwrap().0)
}

/// The first link on a page that begins so.
fn link(page: &str, start: &str) -> String {
    let found = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    found
        .filter(|link| link.starts_with(start))
        .map(str::to_owned)
        .next()
        .unwrap_or_else(|| panic!("{start}: {page}"))
}

#[db_test]
async fn a_meeting_is_prepared_from_a_template_and_changed_until_it_begins(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    // The template of the kind fills agenda and guests in.
    let page = planner.get("/rapat/baru?jenis=Rembuk%20stunting%20kabupaten").await.ok();
    for words in
        ["08.30; Doa dan Indonesia Raya", "09.20; Paparan hasil analisis situasi; Bappeda", "DPRD; Ketua"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // What is wrong is said beside its field, with the line, and what was typed stays.
    for (field, value, words) in [
        ("judul", "", "Rembuk Stunting"),
        ("wilayah", "3604000000", "f-wilayah"),
        ("hari", "31-02-2021", "f-hari"),
        ("jam", "25.00", "08.30"),
        ("jenis", "Rapat lain", "f-jenis"),
        ("acara", "Pembukaan\n9.99; x", "Baris 2: jam ditulis"),
        ("undangan", "DPRD; Ketua; 12", "Baris 1: nomor HP"),
        ("penanda", "Tanpa jabatan", "Baris 1: ada bagian"),
        ("sebelum", "x", "f-sebelum"),
    ] {
        let page = planner.post("/rapat/baru", &with(rembuk(), field, value)).await.refused();
        let expected = if field == "judul" { "f-judul" } else { words };
        assert!(page.contains(expected) && page.contains("Aula Bappeda"), "{field}: {page}");
    }
    // Sent twice it is one meeting.
    let form = new_form_id();
    let one = planner.post_as("/rapat/baru", &form, &rembuk()).await.to();
    assert_eq!(planner.post_as("/rapat/baru", &form, &rembuk()).await.to(), one);
    let page = planner.get(&format!("{one}/ubah")).await.ok();
    for words in
        ["08.30; Pembukaan; Wakil Bupati", "DPRD; Ketua; 6281200001111", "Rekaan Wakil, S.E.; Wakil Bupati"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    planner.post(&format!("{one}/ubah"), &with(rembuk(), "tempat", "Aula Sekda")).await.to();
    assert!(planner.get(&one).await.ok().contains("Aula Sekda"));
    // Texts for WhatsApp name no person; the number of an office is in the link alone.
    let page = planner.get(&format!("{one}/undangan")).await.ok();
    assert!(
        page.contains("https://wa.me/6281200001111?text=") && page.contains("https://wa.me/?text="),
        "{page}"
    );
    // It begins once; then agenda and guests stand.
    planner.post(&format!("{one}/mulai"), &[]).await.to();
    assert!(planner.post(&format!("{one}/mulai"), &[]).await.refused().contains("sudah dimulai"));
    assert!(planner.post(&format!("{one}/ubah"), &rembuk()).await.refused().contains("sudah dimulai"));
    assert!(planner.post(&format!("{one}/batal"), &[]).await.refused().contains("sudah dimulai"));
    // One that is not held has no list.
    let other = prepared(&planner).await;
    planner.post(&format!("{other}/batal"), &[]).await.to();
    let fields = guest("Rekaan", "DPRD", "female", "hall");
    assert!(planner.post(&format!("{other}/hadir"), &fields).await.refused().contains("belum dimulai"));
}

#[db_test]
async fn who_keeps_meetings_keeps_those_of_his_territory(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    let district = prepared(&planner).await;
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert_eq!(kecamatan.get(&district).await.status, StatusCode::NOT_FOUND);
    assert!(!kecamatan.get("/rapat").await.ok().contains("Rembuk Stunting"));
    for path in ["mulai", "hadir", "kesepakatan", "notulen", "tutup", "lampiran", "ubah", "terbit/undangan"] {
        let answer = kecamatan.post(&format!("{district}/{path}"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    // He prepares one of his own kecamatan, not one of the district or of another.
    assert!(kecamatan.post("/rapat/baru", &rembuk()).await.refused().contains("f-wilayah"));
    let own = with(rembuk(), "wilayah", "1501010000");
    let own = kecamatan.post("/rapat/baru", &own).await.to();
    assert!(planner.get(&own).await.ok().contains("Gunung Raya"));
    let elsewhere = test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    assert_eq!(elsewhere.get(&own).await.status, StatusCode::NOT_FOUND);
    // Who only reads may not keep; who gives or visits does not read.
    let leader = test.with_role(Role::Leader).await;
    leader.get(&district).await.ok();
    assert_eq!(leader.post(&format!("{district}/mulai"), &[]).await.status, StatusCode::FORBIDDEN);
    for role in [Role::Cadre, Role::Sponsor, Role::Treasurer] {
        assert_eq!(test.with_role(role).await.get("/rapat").await.status, StatusCode::FORBIDDEN);
    }
    let foreign = test.admin_elsewhere().await;
    assert_eq!(foreign.get(&district).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn people_note_themselves_by_the_code_only_while_the_meeting_runs(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    let one = prepared(&planner).await;
    let door = door(&test, &one).await;
    let anybody = test.anonymous();
    assert_eq!(anybody.get(&door).await.status, StatusCode::NOT_FOUND);
    let code = door.rsplit('/').next().unwrap().to_lowercase();
    assert!(anybody.post("/hadir", &[("kode", &code)]).await.refused().contains("Tidak ada rapat"));
    planner.post(&format!("{one}/mulai"), &[]).await.to();
    assert_eq!(anybody.post("/hadir", &[("kode", &format!(" {code} "))]).await.to(), door);
    let page = anybody.get(&door).await.ok();
    assert!(
        page.contains("Aula Bappeda") && !page.contains("081200001111") && !page.contains("zoom.example"),
        "{page}"
    );
    let form = new_form_id();
    let fields = guest("Siti Rekaan", "BPJS Kesehatan", "female", "online");
    assert!(anybody.post_as(&door, &form, &fields).await.ok().contains("sudah tercatat"));
    assert!(anybody.post_as(&door, &form, &fields).await.ok().contains("sudah tercatat"));
    let refused = anybody.post(&door, &[("nama", "Budi Rekaan"), ("telepon", "12")]).await.refused();
    for words in ["f-lembaga", "f-kelamin", "f-cara", "value=\"Budi Rekaan\""] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let bad = with(fields.clone(), "telepon", "12");
    assert!(anybody.post(&door, &bad).await.refused().contains("Nomor HP tidak terbaca"));
    planner.post(&format!("{one}/hadir"), &guest("Budi Rekaan", "DPRD", "male", "hall")).await.to();
    let count = "SELECT COUNT(*) AS n FROM attendance WHERE district_id = $1 AND removed_at IS NULL";
    assert_eq!(test.number(count, args![KERINCI]).await, 2);
    // On the wall stand numbers and no name.
    let wall = planner.get(&format!("{one}/layar")).await.ok();
    assert!(wall.contains("1 di ruangan, 1 daring") && !wall.contains("Siti Rekaan"), "{wall}");
    assert!(wall.contains(&code.to_uppercase()) && wall.contains("http-equiv=\"refresh\""), "{wall}");
    // Somebody is taken off, and is not counted any more.
    let page = planner.get(&one).await.ok();
    assert!(page.contains("Siti Rekaan") && !page.contains("081200002222"), "{page}");
    let action =
        page.split("action=\"").find(|part| part.contains("/hadir/") && part.contains("/hapus")).unwrap();
    let action = action.split('"').next().unwrap();
    planner.post(action, &[]).await.to();
    assert_eq!(test.number(count, args![KERINCI]).await, 1);
    assert_eq!(planner.post(action, &[]).await.status, StatusCode::NOT_FOUND);
    // Two write the minutes: the later is told, and loses nothing.
    let notes = format!("{one}/notulen");
    planner.post(&notes, &[("notulen", "Pembukaan."), ("sebelumnya", "")]).await.to();
    let page = planner.post(&notes, &[("notulen", "Lain."), ("sebelumnya", "")]).await.refused();
    assert!(page.contains("baru saja menyimpan") && page.contains(">Lain.<"), "{page}");
    planner.post(&notes, &[("notulen", "Pembukaan.\nDiskusi."), ("sebelumnya", "Pembukaan.")]).await.to();
    // Closed, everything stands, and the door is shut.
    assert!(planner.get(&format!("{one}/tutup")).await.ok().contains("tidak diubah lagi"));
    planner.post(&format!("{one}/tutup"), &[]).await.to();
    assert_eq!(anybody.get(&door).await.status, StatusCode::NOT_FOUND);
    assert_eq!(anybody.post(&door, &fields).await.status, StatusCode::NOT_FOUND);
    // Whose answer was lost sends the form again: he stands on the list, and is not written there twice.
    let page = anybody.post_as(&door, &form, &fields).await.ok();
    assert!(page.contains("sudah tercatat") && !page.contains("action=\"/hadir"), "{page}");
    let other = with(fields.clone(), "nama", "Orang Lain");
    assert_eq!(anybody.post_as(&door, &form, &other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(test.number(count, args![KERINCI]).await, 1);
    assert!(
        planner
            .post(&notes, &[("notulen", "x"), ("sebelumnya", "")])
            .await
            .refused()
            .contains("sudah ditutup")
    );
    let late = agreed("x", "y", "2021-05-01");
    assert!(planner.post(&format!("{one}/kesepakatan"), &late).await.refused().contains("sudah ditutup"));
    // Nobody there: nothing to close.
    let empty = prepared(&planner).await;
    planner.post(&format!("{empty}/mulai"), &[]).await.to();
    assert!(
        planner
            .post(&format!("{empty}/tutup"), &[])
            .await
            .refused()
            .contains("Belum ada yang tercatat hadir")
    );
}

#[db_test]
async fn what_was_agreed_is_followed_until_it_is_kept(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    let one = prepared(&planner).await;
    planner.post(&format!("{one}/mulai"), &[]).await.to();
    let decide = format!("{one}/kesepakatan");
    for (field, value, words) in [
        ("apa", "", "f-apa"),
        ("kantor", "", "f-kantor"),
        ("batas", "2021-03-28", "sebelum hari rapat"),
        ("tempat", "3604012001", "f-tempat"),
    ] {
        let fields = with(agreed("PMT lokal", "Dinas Kesehatan", "2021-12-31"), field, value);
        assert!(planner.post(&decide, &fields).await.refused().contains(words), "{field}");
    }
    let form = new_form_id();
    let village = VILLAGES[0].to_string();
    let fields = with(agreed("PMT lokal", "Dinas Kesehatan", "2021-12-31"), "tempat", &village);
    planner.post_as(&decide, &form, &fields).await.to();
    planner.post_as(&decide, &form, &fields).await.to();
    planner.post(&decide, &agreed("Salah catat", "Dinas Sosial", "2021-06-30")).await.to();
    planner.post(&decide, &agreed("Sumur bor", "Dinas PUPR", "2027-06-30")).await.to();
    let page = planner.get(&one).await.ok();
    assert!(page.contains("Selam Paung") && page.contains("12 desa"), "{page}");
    let wrong = "SELECT id FROM commitment WHERE what = 'Salah catat'";
    let wrong: Option<(asuh_store::Id,)> = test.app.store.reader().first(wrong, args![]).await.unwrap();
    planner.post(&format!("{decide}/{}/hapus", wrong.unwrap().0), &[]).await.to();
    // While the meeting runs nothing is public.
    assert!(!test.anonymous().get("/publik/komitmen").await.ok().contains("PMT lokal"));
    planner.post(&format!("{one}/hadir"), &guest("Budi Rekaan", "DPRD", "male", "hall")).await.to();
    planner.post(&format!("{one}/tutup"), &[]).await.to();
    let public = test.anonymous().get("/publik/komitmen").await.ok();
    assert!(
        public.contains("PMT lokal") && public.contains("Dinas Kesehatan") && !public.contains("Budi"),
        "{public}"
    );
    // Late ones stand on first pages, and in their list alone.
    let officer = test.with_role(Role::OfficePlanner).await;
    assert!(officer.get("/").await.ok().contains("1 komitmen melewati tanggal"));
    let late = officer.get("/komitmen?tampil=lewat").await.ok();
    assert!(late.contains("PMT lokal") && !late.contains("Sumur bor"), "{late}");
    let commitment = link(&late, "/komitmen/");
    let report = format!("{commitment}/perkembangan");
    // Progress with evidence; what is wrong is said; sent twice it counts once.
    assert!(officer.post(&report, &[]).await.refused().contains("f-kata"));
    let told = [("hari", "2026-11-03"), ("keadaan", "open"), ("kata", "x")];
    assert!(officer.post(&report, &told).await.refused().contains("belum tiba"));
    let png = crate::settings::png();
    let told = [("hari", "2026-10-01"), ("keadaan", "open"), ("kata", "Enam desa berjalan")];
    officer.upload(&report, &told, "bukti", "a.png", &png).await.to();
    assert!(officer.upload(&report, &told, "bukti", "a.txt", b"halo").await.refused().contains("f-bukti"));
    let page = officer.get(&commitment).await.ok();
    assert!(page.contains("Enam desa berjalan") && page.contains("/bukti/1"), "{page}");
    assert_eq!(officer.get(&format!("{commitment}/bukti/1")).await.status, StatusCode::OK);
    assert_eq!(officer.get(&format!("{commitment}/bukti/2")).await.status, StatusCode::NOT_FOUND);
    let form = new_form_id();
    let kept = [("hari", "2026-11-01"), ("keadaan", "done"), ("kata", "Dua belas desa")];
    officer.post_as(&report, &form, &kept).await.to();
    officer.post_as(&report, &form, &kept).await.to();
    let count = "SELECT COUNT(*) AS n FROM commitment_progress WHERE district_id = $1";
    assert_eq!(test.number(count, args![KERINCI]).await, 2);
    assert!(officer.post(&report, &kept).await.refused().contains("sudah selesai"));
    assert!(officer.get("/komitmen?tampil=selesai").await.ok().contains("PMT lokal"));
    assert!(!officer.get("/").await.ok().contains("melewati tanggal"));
    // Out of reach it is not there; who reads does not report.
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert_eq!(kecamatan.get(&commitment).await.status, StatusCode::NOT_FOUND);
    assert_eq!(kecamatan.post(&report, &kept).await.status, StatusCode::NOT_FOUND);
    let leader = test.with_role(Role::Leader).await;
    leader.get(&commitment).await.ok();
    assert_eq!(leader.post(&report, &kept).await.status, StatusCode::FORBIDDEN);
}

fn pages_of(answer: Answer) -> Vec<u8> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.bytes.starts_with(b"%PDF-1.7"));
    answer.bytes
}

/// 29 March 2021, the hall of Bappeda and Zoom; a year later the review opens with what was promised.
#[db_test]
async fn kotawaringin_barat_2021_rembuk_in_the_hall_and_on_zoom_and_the_review_a_year_later(
    db: TestDatabase,
) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    let rembuk = prepared(&planner).await;
    // The invitation is a letter with a number, before the day; no record can be issued yet.
    planner.post(&format!("{rembuk}/terbit/undangan"), &[]).await.to();
    assert!(planner.get(&rembuk).await.ok().contains("UND/0001/XI/2026"));
    assert_eq!(
        planner.post(&format!("{rembuk}/terbit/berita-acara"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
    planner.post(&format!("{rembuk}/mulai"), &[]).await.to();
    let door = door(&test, &rembuk).await;
    let anybody = test.anonymous();
    for (name, institution, sex, way) in [
        ("Rekaan Dewan", "DPRD", "male", "hall"),
        ("Rekaan Agama", "Kantor Kementerian Agama", "male", "hall"),
        ("Rekaan Jaminan", "BPJS Kesehatan", "female", "online"),
        ("Rekaan Dinkes", "Dinas Kesehatan", "female", "hall"),
        ("Rekaan Camat", "Kecamatan Gunung Raya", "male", "online"),
        ("Rekaan Lurah", "Kelurahan Selam Paung", "female", "online"),
    ] {
        anybody.post(&door, &guest(name, institution, sex, way)).await.ok();
    }
    let decide = format!("{rembuk}/kesepakatan");
    planner
        .post(&decide, &agreed("Menurunkan stunting menjadi 10 persen pada 2022", "Bappeda", "2022-12-31"))
        .await
        .to();
    planner.post(&decide, &agreed("PMT dari Dana Desa di desa prioritas", "DPMD", "2021-12-31")).await.to();
    planner.post(&decide, &agreed("Jambanisasi keluarga berisiko", "Dinas PUPR", "2021-12-31")).await.to();
    let notes = "Wakil Bupati membuka rembuk.\nFokus pada 1.000 hari pertama kehidupan.";
    planner.post(&format!("{rembuk}/notulen"), &[("notulen", notes), ("sebelumnya", "")]).await.to();
    planner.post(&format!("{rembuk}/tutup"), &[]).await.to();
    for kind in ["berita-acara", "notulen", "komitmen"] {
        planner.post(&format!("{rembuk}/terbit/{kind}"), &[]).await.to();
    }
    let page = planner.get(&rembuk).await.ok();
    for number in ["BA/0001/III/2021", "NOT/0001/III/2021", "KB/0001/III/2021"] {
        assert!(page.contains(number), "{number}: {page}");
    }
    // The record as a workbook: what was agreed, and no telephone number.
    let record =
        page.split("href=\"").find(|part| part.contains(">BA/0001")).unwrap().split('"').next().unwrap();
    let rows = planner.download_link(&format!("{record}/xlsx")).await;
    assert!(rows.iter().any(|row| row.contains(&"Dinas PUPR".to_owned())), "{rows:?}");
    assert!(!rows.iter().flatten().any(|cell| cell.contains("81200002222")), "{rows:?}");
    if crate::papers::makes_pdfs() {
        pages_of(planner.get(&format!("{record}/pdf")).await);
        test.run_jobs().await;
    }
    // One is kept within the year, two are late when the review is prepared.
    let list = planner.get("/komitmen").await.ok();
    let village_food = list.split("href=\"").find(|part| part.contains("PMT dari Dana Desa")).unwrap();
    let report = format!("{}/perkembangan", village_food.split('"').next().unwrap());
    planner
        .post(&report, &[("hari", "2021-12-20"), ("keadaan", "done"), ("kata", "Tersalur di 12 desa")])
        .await
        .to();
    // A year later: the review follows the rembuk and opens with what is open.
    let previous = rembuk.rsplit('/').next().unwrap().to_owned();
    let mut review = with(self::rembuk(), "judul", "Reviu Kinerja Tahunan 2022");
    review = with(review, "jenis", "Rapat koordinasi");
    review = with(review, "hari", "2022-03-28");
    review = with(review, "sebelum", &previous);
    let review = planner.post("/rapat/baru", &review).await.to();
    let page = planner.get(&review).await.ok();
    assert!(page.contains("Komitmen rapat lalu yang belum selesai"), "{page}");
    assert!(page.contains("10 persen pada 2022") && page.contains("Jambanisasi"), "{page}");
    assert!(!page.contains("PMT dari Dana Desa") && page.contains("lewat tanggal"), "{page}");
    planner.post(&format!("{review}/mulai"), &[]).await.to();
    let wall = planner.get(&format!("{review}/layar")).await.ok();
    assert!(wall.contains("Jambanisasi"), "{wall}");
    // The public sees all three with their state, and no name.
    let public = anybody.get("/publik/komitmen").await.ok();
    assert!(
        public.contains("terlaksana") && public.contains("lewat tanggal") && !public.contains("Rekaan"),
        "{public}"
    );
}
