//! Convergence when the program is ended in its middle, or an answer never reaches the browser: what was sent is sent again by
//! the same form, and has one effect; on both engines.

use asuh_ground::access::Role;
use asuh_step_convergence::indicator;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::meetings::{agreed, guest, prepared};
use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

/// Everything that a second effect would leave a row in.
const TABLES: [&str; 17] = [
    "command_log",
    "plan",
    "plan_item",
    "plan_version",
    "plan_report",
    "indicator_report",
    "indicator_report_event",
    "indicator_value",
    "action_event",
    "aim",
    "analysis",
    "analysis_obstacle",
    "team",
    "team_member",
    "meeting",
    "commitment",
    "commitment_progress",
];

async fn counted(test: &TestApp) -> Vec<(&'static str, i64)> {
    let mut found = Vec::new();
    for table in TABLES {
        let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE district_id = $1");
        found.push((table, test.number(&sql, args![KERINCI]).await));
    }
    found
}

/// A form that was sent, and where it led.
struct Sent {
    who: usize,
    path: String,
    form: String,
    fields: Vec<(&'static str, String)>,
    to: String,
}

/// The browsers of Bappeda, an office and a village, and what they sent.
struct Desk {
    who: Vec<Client>,
    sent: Vec<Sent>,
}

const BAPPEDA: usize = 0;
const OFFICE: usize = 1;
const VILLAGE: usize = 2;

fn pairs<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

impl Desk {
    async fn send(&mut self, who: usize, path: &str, fields: &[(&'static str, &str)]) -> String {
        let fields: Vec<(&'static str, String)> =
            fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let form = new_form_id();
        let to = self.who[who].post_as(path, &form, &pairs(&fields)).await.to();
        self.sent.push(Sent { who, path: path.to_owned(), form, fields, to: to.clone() });
        to
    }

    async fn link(&self, page: &str, start: &str) -> String {
        let body = self.who[BAPPEDA].get(page).await.ok();
        let found = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut found = found.filter(|link| link.starts_with(start) && link.len() == start.len() + 36);
        found.next().map(str::to_owned).unwrap_or_else(|| panic!("{start}: {body}"))
    }
}

#[db_test]
async fn what_was_sent_before_a_restart_and_is_sent_again_has_one_effect(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let office = test.institution("opd", "Dinas Kesehatan", None).await;
    let tag = "UPDATE institution SET tags = 'dinkes' WHERE district_id = $1 AND id = $2";
    test.sql(tag, args![KERINCI, office]).await;
    let who = vec![
        test.with_role(Role::DistrictPlanner).await,
        test.user(Role::OfficePlanner, &[1_501_000_000], &[office]).await,
        test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await,
    ];
    let mut desk = Desk { who, sent: Vec::new() };
    desk.send(BAPPEDA, "/indikator/bawaan", &[]).await;

    // The plan: its year, a row, that it is agreed, what came of the row.
    desk.send(BAPPEDA, "/rencana/tahun", &[("tahun", "2026")]).await;
    let owner = format!("opd:{office}");
    let row = [
        ("tahun", "2026"),
        ("opd", owner.as_str()),
        ("indikator", "balita-dipantau"),
        ("kegiatan", "Kelas ibu balita"),
        ("lokasi", "Selam Paung, Gunung Raya"),
        ("target", "100"),
        ("satuan", "orang"),
        ("anggaran", "10.000.000"),
        ("sumber", "apbd"),
        ("dari_triwulan", "1"),
        ("sampai_triwulan", "2"),
        ("pelaksana", "Kepala Bidang"),
        ("bukti", "Daftar hadir"),
    ];
    let item = desk.send(OFFICE, "/rencana/baru", &row).await;
    let agree = [("tahun", "2026"), ("keadaan", "agreed"), ("dasar", "BA Rembuk 1/2026")];
    desk.send(BAPPEDA, "/rencana/keadaan", &agree).await;
    let told = [("triwulan", "2"), ("tercapai", "60"), ("uang", "6.000.000"), ("kata", "Hujan")];
    desk.send(OFFICE, &format!("{item}/realisasi"), &told).await;

    // A number that a village enters, and sends.
    let db = test.app.store.reader();
    let tablets = indicator::by_code(db, KERINCI, "mms-180").await.unwrap().unwrap().id;
    let (sheet, place) = (format!("{office}.semester.village"), VILLAGES[0].to_string());
    let (n, d): (&'static str, &'static str) = (format!("n.{tablets}").leak(), format!("d.{tablets}").leak());
    let entry = [
        ("kelompok", "layanan-31"),
        ("formulir", sheet.as_str()),
        ("periode", "2026-01"),
        ("wilayah", place.as_str()),
        (n, "12"),
        (d, "20"),
    ];
    desk.send(VILLAGE, "/laporan-indikator/isi", &entry).await;
    let report: Option<(Id,)> =
        db.first("SELECT id FROM indicator_report WHERE district_id = $1", args![KERINCI]).await.unwrap();
    let step = format!("/laporan-indikator/{}/langkah", report.unwrap().0);
    desk.send(VILLAGE, &step, &[("langkah", "kirim")]).await;

    // An action that is done, an aim, an analysis with what stands in the way, a member of a team.
    desk.send(BAPPEDA, "/aksi/tahun", &[("tahun", "2026"), ("skema", "six")]).await;
    let action = desk.link("/aksi?tahun=2026", "/aksi/").await;
    let done = [("keadaan", "done"), ("hari", "2026-11-01"), ("kata", "Dokumen di Bappeda")];
    desk.send(BAPPEDA, &format!("{action}/keadaan"), &done).await;
    let aim = [
        ("sumber", "ssgi"),
        ("jenis", "found"),
        ("tingkat", "district"),
        ("tahun", "2024"),
        ("persen", "20,1"),
        ("dasar", "Laporan SSGI rekaan"),
    ];
    desk.send(BAPPEDA, "/target", &aim).await;
    let analysis = desk.send(BAPPEDA, "/analisis", &[("tahun", "2027"), ("bulan", "2026-10")]).await;
    let obstacle = [("wilayah", "1501020000"), ("kendala", "Posyandu jauh"), ("usulan", "")];
    desk.send(BAPPEDA, &format!("{analysis}/kendala"), &obstacle).await;
    let team = desk.send(BAPPEDA, "/tim", &[("jenis", "tpps"), ("wilayah", "1501000000")]).await;
    let member =
        [("kedudukan", "1"), ("nama", "Rekaan Ketua"), ("instansi", "Bappeda"), ("mulai", "2026-01-01")];
    desk.send(BAPPEDA, &format!("{team}/anggota"), &member).await;

    // What was agreed, and what became of it.
    let meeting = prepared(&desk.who[BAPPEDA]).await;
    desk.send(BAPPEDA, &format!("{meeting}/mulai"), &[]).await;
    let promise: Vec<(&'static str, &str)> = agreed("Sumur bor", "Dinas PUPR", "2021-12-31");
    desk.send(BAPPEDA, &format!("{meeting}/kesepakatan"), &promise).await;
    let somebody = guest("Rekaan Satu", "DPRD", "female", "hall");
    desk.send(BAPPEDA, &format!("{meeting}/hadir"), &somebody).await;
    desk.send(BAPPEDA, &format!("{meeting}/tutup"), &[]).await;
    let commitment = desk.link("/komitmen", "/komitmen/").await;
    let kept = [("hari", "2026-10-30"), ("keadaan", "done"), ("kata", "Dua belas sumur")];
    desk.send(BAPPEDA, &format!("{commitment}/perkembangan"), &kept).await;
    // One form was opened, and never arrived.
    let waiting = new_form_id();

    let before = counted(&test).await;
    for (table, n) in &before {
        assert!(*n > 0, "the test means nothing without a row of {table}");
    }
    let Desk { mut who, sent } = desk;
    let test = test.restarted(&mut who.iter_mut().collect::<Vec<_>>()).await;
    // Everything again, in any order: known, led where it led, and nothing has changed.
    for one in sent.iter().rev().chain(&sent) {
        let answer = who[one.who].post_as(&one.path, &one.form, &pairs(&one.fields)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", one.path, answer.body);
        assert_eq!(answer.location, one.to, "{}", one.path);
    }
    assert_eq!(counted(&test).await, before);
    // Other words under a form that is known are refused, not swallowed; what never arrived arrives now.
    let told_again = [("triwulan", "2"), ("tercapai", "99"), ("uang", "6.000.000"), ("kata", "Hujan")];
    let known = sent.iter().find(|one| one.path.ends_with("/realisasi")).unwrap();
    let answer = who[OFFICE].post_as(&known.path, &known.form, &told_again).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert_eq!(counted(&test).await, before);
    who[OFFICE].post_as(&known.path, &waiting, &told_again).await.to();
    who[OFFICE].post_as(&known.path, &waiting, &told_again).await.to();
    let reports = "SELECT COUNT(*) AS n FROM plan_report WHERE district_id = $1";
    assert_eq!(test.number(reports, args![KERINCI]).await, 2);
}
