//! What a list keeper does with a file that is not as the program wishes: columns of any name, other columns,
//! rows to mend, registers of children, and undoing what others build upon.

use asuh_documents::sheet::{Limits, Row, SheetReader};
use asuh_ground::access::Role;
use asuh_ground::staging::{self, Summary};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};

use crate::support::{Client, TestApp, VILLAGES};

/// A list whose headings nobody knows, under a title.
const FOREIGN: &str = "LAPORAN DESA;;;;;\n\
                       Kec.nya;Kampung;Bapak;No. Penduduk;Catatan;Ket\n\
                       Gunung Raya;Selam Paung;Budi;1501010101800001;rumah panggung;x\n\
                       Gunung Raya;Air Mumu;Agus;1501010101800002;;\n";

async fn upload(test: &TestApp, user: &Client, kind: &str, name: &str, content: &[u8]) -> String {
    let path = user.upload("/impor", &[("jenis", kind)], "berkas", name, content).await.to();
    test.run_jobs().await;
    path
}

async fn current(test: &TestApp, table: &str) -> i64 {
    test.number(
        &format!("SELECT COUNT(*) AS n FROM {table} WHERE district_id = 1 AND superseded_at = $1"),
        args![i64::MAX],
    )
    .await
}

async fn import(test: &TestApp, kind: &str, content: &str) -> Summary {
    let path = test.db.folder().join("list.csv");
    std::fs::write(&path, content).unwrap();
    staging::run(&test.app, &test.system(), kind, &path, false, &mut |_| {}).await.expect("an import")
}

fn counts(summary: &Summary) -> (i64, i64, i64, i64) {
    (summary.new, summary.changed, summary.same, summary.errors)
}

#[db_test]
async fn columns_of_any_name_are_mapped_once_and_remembered(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let path = upload(&test, &keeper, "krs", "desa.csv", FOREIGN.as_bytes()).await;
    let page = keeper.get(&path).await.ok();
    assert!(page.contains("Menunggu padanan kolom") && page.contains(&format!("{path}/kolom")), "{page}");
    assert!(keeper.get("/").await.ok().contains("Impor menunggu persetujuan: 1"));

    // The row of headings is guessed; samples are there, long numbers masked.
    let form = keeper.get(&format!("{path}/kolom")).await.ok();
    assert!(form.contains("D · No. Penduduk") && form.contains("••••"), "{form}");
    assert!(!form.contains("1501010101800001"), "{form}");
    assert!(form.contains("name=\"baris\" value=\"2\""), "{form}");

    // Not enough, or the same column twice: said beside the field, and what was chosen is kept.
    let refused = keeper
        .post(&format!("{path}/kolom"), &[("baris", "2"), ("isi_head_name", "2"), ("isi_hamlet", "2")])
        .await
        .refused();
    assert!(refused.contains("sudah dipilih untuk isian lain"), "{refused}");
    assert!(refused.contains("Belum dipilih kolom untuk: Kecamatan, Desa/Kelurahan"), "{refused}");
    assert!(refused.contains("<option value=\"2\" selected>"), "{refused}");

    let choice = [
        ("baris", "2"),
        ("isi_subdistrict", "0"),
        ("isi_village", "1"),
        ("isi_head_name", "2"),
        ("isi_head_nik", "3"),
    ];
    let form_id = crate::support::new_form_id();
    for _ in 0..2 {
        assert_eq!(keeper.post_as(&format!("{path}/kolom"), &form_id, &choice).await.to(), path);
    }
    test.run_jobs().await;
    let ready = keeper.get(&path).await.ok();
    assert!(ready.contains("Simpan 2 baris") && ready.contains("padanan yang diingat"), "{ready}");
    // The other columns are shown with what they hold, and how long that is kept.
    assert!(ready.contains("rumah panggung") && ready.contains("Catatan, Ket"), "{ready}");
    assert!(ready.contains("setelah 30 hari"), "{ready}");
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(current(&test, "family_version").await, 2);

    // The same headings again, however they are written: nobody is asked.
    let again = FOREIGN.replace("Kampung", "KAMPUNG").replace("Agus", "Hasan").replace("800002", "800003");
    let path = upload(&test, &keeper, "krs", "lagi.csv", again.as_bytes()).await;
    assert!(keeper.get(&path).await.ok().contains("Simpan 1 baris"), "Budi is known, Hasan is new");
    // Another kind, or other headings, know nothing of it.
    let path = upload(&test, &keeper, "asn", "asn.csv", FOREIGN.as_bytes()).await;
    assert!(keeper.get(&path).await.ok().contains("Menunggu padanan kolom"));

    // The list: changed, used, forgotten.
    let list = keeper.get("/impor/padanan").await.ok();
    assert!(list.contains("Kec.nya, Kampung, Bapak") || list.contains("Kec.nya, KAMPUNG, Bapak"), "{list}");
    let id = list.split("/impor/padanan/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let edit = format!("/impor/padanan/{id}");
    assert!(keeper.get(&edit).await.ok().contains("C · Bapak"));
    let nutrition = test.with_role(Role::NutritionOfficer).await;
    assert_eq!(nutrition.get(&edit).await.status, 404, "a mapping of a kind that is not his");
    assert_eq!(nutrition.post(&format!("{edit}/hapus"), &[]).await.status, 404);
    let mut changed = choice.to_vec();
    changed.push(("isi_hamlet", "5"));
    assert_eq!(keeper.post(&edit, &changed).await.to(), "/impor/padanan");
    let path = upload(&test, &keeper, "krs", "lagi.csv", FOREIGN.as_bytes()).await;
    let page = keeper.get(&path).await.ok();
    assert!(page.contains("Berubah") && page.contains("Simpan 1 baris"), "Budi's hamlet is x: {page}");
    keeper.post(&format!("{edit}/hapus"), &[]).await.to();
    assert!(keeper.get("/impor/padanan").await.ok().contains("Belum ada"));
    let path = upload(&test, &keeper, "krs", "lagi.csv", FOREIGN.as_bytes()).await;
    assert!(keeper.get(&path).await.ok().contains("Menunggu padanan kolom"));
    // Refused, it is over, and everything of it goes.
    keeper.post(&format!("{path}/tolak"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(keeper.get(&format!("{path}/kolom")).await.status, 404);
    let kept =
        "SELECT COUNT(*) AS n FROM import_batch WHERE layout_sealed IS NOT NULL AND cleared_at IS NOT NULL";
    assert_eq!(test.number(kept, args![]).await, 0);
}

#[db_test]
async fn known_columns_can_be_mapped_otherwise_and_strangers_cannot(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.user(Role::ListKeeper, &[1_501_010_000], &[]).await;
    let other = test.user(Role::ListKeeper, &[1_501_020_000], &[]).await;
    let list = "Kecamatan,Desa,Nama KK,Nama Panggilan\nGunung Raya,Selam Paung,B,Budi\n";
    let path = upload(&test, &keeper, "krs", "krs.csv", list.as_bytes()).await;
    let form = keeper.get(&format!("{path}/kolom")).await.ok();
    assert!(form.contains("<option value=\"2\" selected>"), "what is understood is filled in: {form}");
    assert_eq!(other.get(&format!("{path}/kolom")).await.status, 404);
    let choice = [("baris", "1"), ("isi_subdistrict", "0"), ("isi_village", "1"), ("isi_head_name", "3")];
    assert_eq!(other.post(&format!("{path}/kolom"), &choice).await.status, 404);
    keeper.post(&format!("{path}/kolom"), &choice).await.to();
    test.run_jobs().await;
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    let named = "SELECT COUNT(*) AS n FROM family_version WHERE head_name = 'Budi'";
    assert_eq!(test.number(named, args![]).await, 1);
    // What is saved is not read again.
    assert_eq!(keeper.get(&format!("{path}/kolom")).await.status, 404);
    assert_eq!(keeper.post(&format!("{path}/kolom"), &choice).await.to(), path);
    assert_eq!(current(&test, "family_version").await, 1);
}

fn rows_of(test: &TestApp, name: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    let path = test.db.folder().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut reader = SheetReader::open(&path, &Limits::default()).unwrap();
    let (mut row, mut rows) = (Row::default(), Vec::new());
    while reader.next_row(&mut row).unwrap() {
        rows.push(row.cells.iter().map(|cell| cell.text().into_owned()).collect());
    }
    rows
}

#[db_test]
async fn rows_that_stayed_out_are_downloaded_mended_and_sent_again(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let list = "DAFTAR;;;;;\n\
                Kecamatan;Desa;Nama KK;NIK Kepala Keluarga;Tgl Lahir Istri;Catatan\n\
                Gunung Raya;Selam Paung;Budi;1501010101800001;;a\n\
                Gunung Raya;Tiada;Agus;1,50101E+15;;=2+2\n\
                Gunung Raya;Air Mumu;Hasan;1501010101800003;;c\n\
                Gunung Raya;Air Mumu;;1501010101800004;;d\n";
    let path = upload(&test, &keeper, "krs", "krs.csv", list.as_bytes()).await;
    let page = keeper.get(&path).await.ok();
    assert!(page.contains("Simpan 2 baris") && page.contains(&format!("{path}/perbaikan.xlsx")), "{page}");
    // What is wrong is counted by its sentence, and each sentence alone can be looked at, with its remedy.
    assert!(page.contains("?pesan=staging.row.required#pesan"), "{page}");
    let one = keeper.get(&format!("{path}?pesan=staging.row.required")).await.ok();
    assert!(one.contains("Wajib diisi.") && one.contains("Isi sel ini."), "{one}");
    let table = one.split("id=\"pesan\"").nth(1).unwrap().split("<table").nth(1).unwrap();
    let table = table.split("</table>").next().unwrap();
    assert!(!table.contains("dibulatkan"), "{table}");
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;

    for (ending, at) in [("xlsx", 3), ("csv", 3)] {
        let answer = keeper.get(&format!("{path}/perbaikan.{ending}")).await;
        let named = answer.headers["content-disposition"].to_str().unwrap();
        assert!(named.contains(&format!("krs-perbaikan.{ending}")), "{named}");
        let rows = rows_of(&test, &format!("rest.{ending}"), &answer.bytes);
        assert_eq!(rows.len(), 4, "{rows:?}");
        assert_eq!(rows[0][0], "DAFTAR");
        let own = ["Baris", "Kolom", "Yang salah", "Cara memperbaiki"];
        assert_eq!(
            rows[1][..6],
            ["Kecamatan", "Desa", "Nama KK", "NIK Kepala Keluarga", "Tgl Lahir Istri", "Catatan"]
        );
        assert_eq!(rows[1][6..], own);
        assert_eq!((rows[2][2].as_str(), rows[2][6].as_str()), ("Agus", "4"));
        // Nothing that a cell holds can run in the officer's Excel.
        assert_eq!(rows[2][5].trim_start_matches('\''), "=2+2");
        assert_eq!(rows[at][6..8], ["6", "Nama KK"], "{rows:?}");
        assert_eq!(rows[at][8..], ["Wajib diisi.", "Isi sel ini."]);
    }
    // Mended in the CSV, with the extra columns left in: the two rows come in, and nothing is asked.
    let csv = keeper.get(&format!("{path}/perbaikan.csv")).await.ok();
    let mended = csv
        .replace("Tiada", "Selam Paung")
        .replace("1,50101E+15", "1501010101800002")
        .replace(";;1501010101800004", ";Dedi;1501010101800004");
    let path = upload(&test, &keeper, "krs", "krs-perbaikan.csv", mended.as_bytes()).await;
    let page = keeper.get(&path).await.ok();
    assert!(page.contains("Simpan 2 baris"), "{page}");
    assert!(!page.contains("Cara memperbaiki"), "our own columns are none of theirs: {page}");
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(current(&test, "family_version").await, 4);
    // Nothing went wrong: an empty rest is a sheet with headings alone.
    let rest = keeper.get(&format!("{path}/perbaikan.csv")).await.ok();
    assert_eq!(rest.lines().count(), 2, "{rest}");
    let stranger = test.user(Role::ListKeeper, &[1_501_020_000], &[]).await;
    assert_eq!(stranger.get(&format!("{path}/perbaikan.xlsx")).await.status, 404);
}

#[db_test]
async fn rows_that_fail_at_saving_stand_in_the_file_to_mend(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.user(Role::ListKeeper, &[1_501_010_000, 1_501_020_000], &[]).await;
    let list = b"Kecamatan;Desa;Nama KK\nGunung Raya;Selam Paung;Budi\nDanau Kerinci;Sanggaran Agung;Agus\n";
    let path = upload(&test, &keeper, "krs", "krs.csv", list).await;
    assert!(keeper.get(&path).await.ok().contains("Simpan 2 baris"));
    // Between looking and saving his territory is made smaller.
    test.sql("DELETE FROM grant_territory WHERE territory_code = 1501020000", args![]).await;
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(current(&test, "family_version").await, 1);
    let page = keeper.get(&path).await.ok();
    assert!(page.contains("Di luar wilayah tugas Anda.") && page.contains("/perbaikan.csv"), "{page}");
    let csv = keeper.get(&format!("{path}/perbaikan.csv")).await.ok();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.contains("Agus;3;") && csv.contains("Di luar wilayah tugas Anda."), "{csv}");
    let own = keeper.get(&format!("{path}/berkas")).await.ok();
    assert!(own.contains("Di luar wilayah tugas Anda."), "{own}");
}

#[db_test]
async fn the_console_says_whose_list_it_is_and_of_which_day(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let path = test.db.folder().join("krs.csv");
    std::fs::write(&path, "Kecamatan,Desa,Nama KK\nGunung Raya,Selam Paung,Budi\n").unwrap();
    let origin =
        staging::Origin { source: "Dinas Rekaan".into(), as_of: Some(time::macros::date!(2026 - 07 - 01)) };
    let system = test.system();
    let run = |origin: staging::Origin| {
        let (app, system, path) = (test.app.clone(), system.clone(), path.clone());
        async move { staging::run_from(&app, &system, "krs", &path, &origin, false, &mut |_| {}).await }
    };
    assert_eq!(run(origin.clone()).await.unwrap().new, 1);
    let held = "SELECT COUNT(*) AS n FROM family_version v JOIN import_batch b ON b.id = v.batch_id \
                WHERE v.valid_from = 20260701 AND b.as_of = 20260701 AND b.source_name = 'Dinas Rekaan'";
    assert_eq!(test.number(held, args![]).await, 1);
    let ahead = staging::Origin { as_of: Some(time::macros::date!(2099 - 01 - 01)), ..origin };
    assert!(run(ahead).await.unwrap_err().to_string().contains("belum terjadi"));
}

#[db_test]
async fn a_batch_says_whose_list_it_is_and_of_which_day(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let list = b"Kecamatan,Desa,Nama KK,Desil\nGunung Raya,Selam Paung,Budi,2\n";
    let fields = [
        ("jenis", "krs"),
        ("sumber", "Perwakilan BKKBN Jambi"),
        ("per_tanggal_tanggal", "1"),
        ("per_tanggal_bulan", "7"),
        ("per_tanggal_tahun", "2026"),
    ];
    let path = keeper.upload("/impor", &fields, "berkas", "krs.csv", list).await.to();
    test.run_jobs().await;
    let page = keeper.get(&path).await.ok();
    assert!(page.contains("Perwakilan BKKBN Jambi, per 1 Jul 2026"), "{page}");
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    let facts = "SELECT COUNT(*) AS n FROM family_version v JOIN family_desil d ON d.family_id = v.family_id \
                 WHERE v.valid_from = 20260701 AND d.as_of = 20260701";
    assert_eq!(test.number(facts, args![]).await, 1, "the facts hold from the day of the list");
    // Nothing said: the usual source, and today. A day that has not come is refused.
    upload(&test, &keeper, "krs", "krs2.csv", list).await;
    assert!(keeper.get("/impor").await.ok().contains("BKKBN, per"));
    let ahead = [("jenis", "krs"), ("per_tanggal", "1-1-2099")];
    let refused = keeper.upload("/impor", &ahead, "berkas", "krs.csv", list).await.refused();
    assert!(refused.contains("belum terjadi") && refused.contains("value=\"krs\" checked"), "{refused}");

    // The list is narrowed by kind and by what became of it.
    let waiting = keeper.get("/impor?status=menunggu").await.ok();
    assert!(waiting.contains("krs2.csv") && !waiting.contains("krs.csv<"), "{waiting}");
    let saved = keeper.get("/impor?jenis=krs&status=tersimpan").await.ok();
    assert!(saved.contains("krs.csv<") && !saved.contains("krs2.csv"), "{saved}");
    assert!(keeper.get("/impor?jenis=asn").await.ok().contains("Tidak ada impor seperti ini"));
}

/// Sigizi's identity template.
const IDENTITY: &str = "No,anak_ke,tgl_lahir,jenis_kelamin,nomor_KK,NIK,nama_anak,usia_hamil,berat_lahir,panjang_lahir,\
                        lingkar_kepala_lahir,kia,kia_bayi_kecil,imd,nama_ortu,nik_ortu,hp_ortu,alamat,rt,rw,hapus,pindah\n";

#[db_test]
async fn a_register_of_children_finds_their_families(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(
        &test,
        "krs",
        "Kecamatan,Desa,RW,RT,No KK,Nama KK,NIK Istri,Nama Istri\n\
         Gunung Raya,Selam Paung,001,002,1501010101010001,Budi,1501014101900001,Siti\n\
         Gunung Raya,Air Mumu,001,001,1501010101010002,Agus,1501014101900002,Ani\n",
    )
    .await;
    let register = "Kecamatan;Desa;Posyandu;Nama Anak;JK;Tgl Lahir;NIK;Nama Ibu;No KK;RT;RW;Berat Sekarang\n\
                    Gunung Raya;Selam Paung;Melati;Andi;L;01-02-2025;1501010102250001;Siti;1501010101010001;2;1;9,1\n\
                    Gunung Raya;Selam Paung;Melati;Bela;P;2024-05-06;1501xxxxxxxxxxxx;Siti;-;2;1;\n\
                    Gunung Raya;Selam Paung;Melati;Candra;L;07-08-2014;;Siti;;;;\n\
                    Gunung Raya;Air Mumu;Mawar;Dina;P;03-03-2024;;Rahma;;;;\n";
    let first = import(&test, "posyandu", register).await;
    assert_eq!(counts(&first), (1, 2, 0, 1), "{first:?}");
    let said = first.messages.iter().find(|message| message.row == 4).unwrap();
    assert!(said.message.contains("bukan balita lagi") && !said.remedy.is_empty(), "{said:?}");
    assert_eq!(current(&test, "family_version").await, 3, "Rahma's family is new");
    let children = "SELECT COUNT(*) AS n FROM person_version WHERE relation = 'child' AND superseded_at = $1";
    assert_eq!(test.number(children, args![i64::MAX]).await, 3);
    assert_eq!(counts(&import(&test, "posyandu", register).await), (0, 0, 3, 1), "the same again");

    // Sigizi's template has no village: card, parent's NIK and the child's own NIK tell the family.
    let rows = "1,1,2025-02-01,L,1501010101010001,1501010102250001,Andi,39,3.1,49,33,ya,tidak,ya,BUDI / SITI,,081234567890,Jl. A,2,1,,\n\
                2,2,2026-01-05,P,,,Eka,38,3.0,48,33,ya,tidak,ya,ANI,1501014101900002,,,,,,\n\
                3,1,2025-05-05,L,,,Fajar,38,3.0,48,33,ya,tidak,ya,TONO,,,,,,,\n\
                4,1,2025-05-05,L,1501010101010001,,Gita,38,3.0,48,33,ya,tidak,ya,SITI,,,,,,ya,\n";
    let second = import(&test, "posyandu", &format!("{IDENTITY}{rows}")).await;
    assert_eq!(counts(&second), (0, 2, 0, 2), "{second:?}");
    let said: Vec<&str> = second.messages.iter().map(|message| message.what.as_str()).collect();
    assert!(said.iter().any(|what| what.contains("Desa anak ini tidak diketahui")), "{said:?}");
    assert!(said.iter().any(|what| what.contains("Ditandai hapus")), "{said:?}");
    let eka = "SELECT COUNT(*) AS n FROM person_version c JOIN person_version m ON m.district_id = c.district_id \
               AND m.family_id = c.family_id AND m.superseded_at = c.superseded_at AND m.name = 'Ani' \
               WHERE c.name = 'Eka' AND c.superseded_at = $1";
    assert_eq!(test.number(eka, args![i64::MAX]).await, 1, "Eka came into Ani's family");
}

#[db_test]
async fn two_rows_that_have_one_family_in_two_villages_are_pointed_at(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let register = "Kecamatan;Desa;Posyandu;Nama Anak;JK;Tgl Lahir;Nama Ibu;No KK\n\
                    Gunung Raya;Selam Paung;Melati;Andi;L;01-02-2025;Siti;1501010101010001\n\
                    Gunung Raya;Desa Selam Paung;Melati;Bela;P;06-05-2024;Siti;1501010101010001\n\
                    Gunung Raya;Air Mumu;Mawar;Candra;L;07-08-2022;Siti;1501010101010001\n\
                    Gunung Raya;Air Mumu;Mawar;Dina;P;03-03-2024;Rahma;1501010101010002\n";
    let summary = import(&test, "posyandu", register).await;
    let told: Vec<(u32, &str)> = summary
        .messages
        .iter()
        .filter(|message| message.what.contains("di desa lain"))
        .map(|message| (message.row, message.what.as_str()))
        .collect();
    assert_eq!(told.len(), 1, "{summary:?}");
    assert_eq!(told[0].0, 4);
    assert!(told[0].1.contains("Baris 3"), "{told:?}");
    assert_eq!(counts(&summary).3, 0, "pointed at, not refused");
}

#[db_test]
async fn the_one_village_of_the_uploader_stands_in_for_a_missing_column(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let officer = test.user(Role::NutritionOfficer, &[VILLAGES[1]], &[]).await;
    let rows = "1,1,2025-05-05,L,,,Fajar,38,3.0,48,33,ya,tidak,ya,TONO,,,,,,,\n";
    let path =
        upload(&test, &officer, "posyandu", "identitas.csv", format!("{IDENTITY}{rows}").as_bytes()).await;
    assert!(officer.get(&path).await.ok().contains("Simpan 1 baris"));
    officer.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    let there = "SELECT COUNT(*) AS n FROM family_version WHERE village_code = $1";
    assert_eq!(test.number(there, args![VILLAGES[1]]).await, 1);
}

async fn family_of(test: &TestApp, head: &str) -> Id {
    asuh_store::row_struct! { struct Row { family_id: Id } }
    use asuh_store::Query;
    let sql = "SELECT family_id FROM family_version WHERE head_name = $1 AND superseded_at = $2";
    let row: Option<Row> = test.app.store.reader().first(sql, args![head, i64::MAX]).await.unwrap();
    row.expect("the family").family_id
}

async fn person_of(test: &TestApp, name: &str) -> Id {
    asuh_store::row_struct! { struct Row { person_id: Id } }
    use asuh_store::Query;
    let sql = "SELECT person_id FROM person_version WHERE name = $1 AND superseded_at = $2";
    let row: Option<Row> = test.app.store.reader().first(sql, args![name, i64::MAX]).await.unwrap();
    row.expect("the person").person_id
}

#[db_test]
async fn an_undo_leaves_what_others_built_upon_whole_and_says_so_before(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let names = ["Ani", "Budi", "Cici", "Dodi", "Eko", "Fitri"];
    let lines: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(nth, name)| {
            format!("Gunung Raya,Selam Paung,KKI-{nth},{name},150101410190001{nth},Ibu {name},V\n")
        })
        .collect();
    let list = format!("Kecamatan,Desa,KKI,Nama KK,NIK Istri,Nama Istri,Hamil\n{}", lines.concat());
    let path = upload(&test, &keeper, "krs", "krs.csv", list.as_bytes()).await;
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    test.db.clock.advance(60);

    // Work of others: a visit at Ani's, a package for Budi, a measurement in Cici's family by another list.
    let (ani, budi) = (family_of(&test, "Ani").await, family_of(&test, "Budi").await);
    let id = test.app.store.new_id();
    test.sql(
        "INSERT INTO verification (district_id, id, family_id, result, reason, note, visited_on, verified_by, counts, \
         recorded_at) VALUES (1, $1, $2, 'as_listed', '', '', 20261101, $3, 1, 9)",
        args![id, ani, Id::SYSTEM],
    )
    .await;
    test.sql(
        "INSERT INTO share_account (district_id, campaign_id, family_id, commodity, balance) VALUES (1, $1, $2, 'egg', 5)",
        args![id, budi],
    )
    .await;
    let register = "Kecamatan,Desa,Nama Anak,JK,Tgl Lahir,NIK Ibu,Nama Ibu\n\
                    Gunung Raya,Selam Paung,Kiki,P,2025-01-01,1501014101900002,Ibu Cici\n";
    assert_eq!(counts(&import(&test, "posyandu", register).await).3, 0);
    // Dodi's wife was measured (a pregnant woman, say): the person carries the family.
    let wife = person_of(&test, "Ibu Dodi").await;
    test.sql(
        "INSERT INTO consent (district_id, id, family_id, person_id, purpose, guardian_name, relation, method, witness, \
         text_version, given_on, recorded_at, recorded_by) \
         VALUES (1, $1, $2, $3, 'record', 'x', 'x', 'x', 'x', '1', 20261101, 9, $4)",
        args![id, Id::from_bytes([9; 16]), wife, Id::SYSTEM],
    )
    .await;

    let ask = keeper.get(&format!("{path}/batalkan")).await.ok();
    for part in [
        "sudah dikunjungi: 1",
        "ada jatah untuknya: 1",
        "ada anggota dari daftar lain: 1",
        "ada persetujuan: 1",
    ] {
        assert!(ask.contains(part), "{part}: {ask}");
    }
    let cell = |label: &str, row: &str| {
        let row = ask.split(&format!(">{row}</td>")).nth(1).unwrap_or_else(|| panic!("{row}: {ask}"));
        let cell = row.split(&format!("data-th=\"{label}\">")).nth(1).unwrap();
        cell.split('<').next().unwrap().to_owned()
    };
    assert_eq!((cell("Ditarik kembali", "Keluarga"), cell("Tetap", "Keluarga")), ("2".into(), "4".into()));
    assert_eq!(
        (cell("Ditarik kembali", "Anggota keluarga"), cell("Tetap", "Anggota keluarga")),
        ("4".into(), "8".into())
    );
    assert_eq!((cell("Ditarik kembali", "Kehamilan"), cell("Tetap", "Kehamilan")), ("2".into(), "4".into()));
    keeper.post(&format!("{path}/batalkan"), &[]).await.to();
    test.run_jobs().await;
    let page = keeper.get(&path).await.ok();
    // Two families with two persons and a pregnancy each are gone; the others stay whole, with their pregnancies.
    assert!(page.contains("8 catatan ditarik kembali, 12 dipertahankan"), "{page}");
    assert_eq!(current(&test, "family_version").await, 4);
    let left = "SELECT COUNT(*) AS n FROM person_version p WHERE p.superseded_at = $1 AND NOT EXISTS \
                (SELECT 1 FROM family_version f WHERE f.district_id = p.district_id AND f.family_id = p.family_id \
                AND f.superseded_at = $1)";
    assert_eq!(test.number(left, args![i64::MAX]).await, 0, "nobody is left without a family");
    let pregnancies = "SELECT COUNT(*) AS n FROM maternity WHERE retracted_at IS NULL";
    assert_eq!(test.number(pregnancies, args![]).await, 4);
    assert_eq!(keeper.get(&format!("{path}/batalkan")).await.status, 404, "it is done");
}

#[db_test]
async fn a_number_with_a_slip_joins_nobody_to_strangers(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let head = "Kecamatan,Desa,KKI,Nama KK,NIK KK,Tgl Lahir KK\n";
    let first = format!("{head}Gunung Raya,Selam Paung,K-1,Sutrisno,1501012501030001,25-01-2003\n");
    assert_eq!(counts(&import(&test, "krs", &first).await).3, 0);
    // One digit of Edison's number is wrong: it is Sutrisno's. Neither name nor birthday nor KKI is.
    let second =
        format!("{head}Danau Kerinci,Sanggaran Agung,K-2,Edison Daniel,1501012501030001,25-08-2003\n");
    assert_eq!(counts(&import(&test, "krs", &second).await).0, 1);
    assert_ne!(family_of(&test, "Sutrisno").await, family_of(&test, "Edison Daniel").await);
    // The same person in another spelling, with a slip in the birthday, stays one.
    let third = format!("{head}Gunung Raya,Selam Paung,K-3,SOETRISNO,1501012501030001,26-01-2003\n");
    assert_eq!(counts(&import(&test, "krs", &third).await), (0, 1, 0, 0));
}
