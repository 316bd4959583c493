//! A meeting under bad luck: the program is ended in its middle, the hall loses its connection while people note themselves,
//! everybody clicks twice and all at once; on both engines.

use asuh_ground::access::Role;
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;
use futures_util::future::join_all;

use crate::meetings::{agreed, door, guest, prepared};
use crate::support::{KERINCI, TestApp, new_form_id};

/// How many rows a table has that hold.
async fn count(test: &TestApp, sql: &str) -> i64 {
    test.number(sql, args![KERINCI]).await
}

const PEOPLE: &str = "SELECT COUNT(*) AS n FROM attendance WHERE district_id = $1 AND removed_at IS NULL";
const AGREED: &str = "SELECT COUNT(*) AS n FROM commitment WHERE district_id = $1";

#[db_test]
async fn a_meeting_goes_on_after_the_program_was_ended_in_its_middle(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let mut planner = test.with_role(Role::DistrictPlanner).await;
    let mut phone = test.anonymous();
    let meeting = prepared(&planner).await;
    planner.post(&format!("{meeting}/mulai"), &[]).await.to();
    let door = door(&test, &meeting).await;
    let (note, decide) = (format!("{meeting}/notulen"), format!("{meeting}/kesepakatan"));
    // Two note themselves; the answer to the second never reaches his phone.
    let lost = new_form_id();
    phone.post(&door, &guest("Rekaan Satu", "DPRD", "female", "hall")).await.ok();
    let second = guest("Rekaan Dua", "BPJS Kesehatan", "male", "online");
    phone.post_as(&door, &lost, &second).await.ok();
    let promised = new_form_id();
    let words = agreed("Sumur bor", "Dinas PUPR", "2021-12-31");
    planner.post_as(&decide, &promised, &words).await.to();
    planner.post(&note, &[("notulen", "Pembukaan."), ("sebelumnya", "")]).await.to();

    let test = test.restarted(&mut [&mut planner, &mut phone]).await;
    // The meeting runs, its code holds, and what was said and promised stands; nobody signs in again.
    let page = planner.get(&meeting).await.ok();
    for words in ["berlangsung", "Rekaan Dua", "Sumur bor", "Pembukaan."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // What was sent before is sent again with the connection back: known, and counted once.
    assert!(phone.post_as(&door, &lost, &second).await.ok().contains("sudah tercatat"));
    planner.post_as(&decide, &promised, &words).await.to();
    assert_eq!((count(&test, PEOPLE).await, count(&test, AGREED).await), (2, 1));
    // Another person's words under that form are refused, not swallowed.
    let other = guest("Rekaan Tiga", "Kantor Kementerian Agama", "female", "hall");
    let refused = phone.post_as(&door, &lost, &other).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    phone.post(&door, &other).await.ok();
    assert_eq!(count(&test, PEOPLE).await, 3);
    // And it is closed as any other; a paper that was numbered before a restart gets its file after it.
    planner.post(&format!("{meeting}/tutup"), &[]).await.to();
    let form = new_form_id();
    let issue = format!("{meeting}/terbit/berita-acara");
    planner.post_as(&issue, &form, &[]).await.to();
    let test = test.restarted(&mut [&mut planner, &mut phone]).await;
    planner.post_as(&issue, &form, &[]).await.to();
    assert_eq!(count(&test, "SELECT COUNT(*) AS n FROM issued_paper WHERE district_id = $1").await, 1);
    assert!(planner.get(&meeting).await.ok().contains("BA/0001/III/2021"));
    if crate::papers::makes_pdfs() {
        test.run_jobs().await;
        let filed = "SELECT COUNT(*) AS n FROM issued_paper WHERE district_id = $1 AND pdf_id IS NOT NULL";
        assert_eq!(count(&test, filed).await, 1);
    }
}

#[db_test]
async fn clicks_at_once_are_one_and_different_ones_are_all_kept(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    let other = test.with_role(Role::DistrictAdmin).await;
    let meeting = prepared(&planner).await;
    // Two begin it at once: it begins, and the later is told.
    let start = format!("{meeting}/mulai");
    let (one, two) = tokio::join!(planner.post(&start, &[]), other.post(&start, &[]));
    let mut said = [one.status.as_u16(), two.status.as_u16()];
    said.sort_unstable();
    assert_eq!(said, [303, 422]);
    let door = door(&test, &meeting).await;
    let anybody = test.anonymous();
    // One form eight times at once is one person; eight forms are eight.
    let form = new_form_id();
    let same = guest("Rekaan Satu", "DPRD", "male", "hall");
    for answer in join_all((0..8).map(|_| anybody.post_as(&door, &form, &same))).await {
        assert!(answer.ok().contains("sudah tercatat"));
    }
    assert_eq!(count(&test, PEOPLE).await, 1);
    for answer in join_all((0..8).map(|_| anybody.post(&door, &same))).await {
        answer.ok();
    }
    assert_eq!(count(&test, PEOPLE).await, 9);
    // Two write down what was agreed at the same time: each has its own number, none is lost.
    let decide = format!("{meeting}/kesepakatan");
    let (form, twice) = (new_form_id(), agreed("Jamban sehat", "Dinas PUPR", "2021-12-31"));
    join_all((0..4).map(|_| planner.post_as(&decide, &form, &twice))).await;
    let eggs = agreed("PMT lokal", "DPMD", "2021-12-31");
    let water = agreed("Sumur bor", "Dinas PUPR", "2021-12-31");
    let (one, two) = tokio::join!(planner.post(&decide, &eggs), other.post(&decide, &water));
    one.to();
    two.to();
    let numbers = "SELECT CAST(SUM(nth) AS BIGINT) AS n FROM commitment WHERE district_id = $1";
    assert_eq!((count(&test, AGREED).await, count(&test, numbers).await), (3, 6), "numbers 1, 2, 3");
    // Two close it at once; then a promise that comes too late is refused with what was typed.
    let close = format!("{meeting}/tutup");
    let (one, two) = tokio::join!(planner.post(&close, &[]), other.post(&close, &[]));
    let mut said = [one.status.as_u16(), two.status.as_u16()];
    said.sort_unstable();
    assert_eq!(said, [303, 422]);
    let late = planner.post(&decide, &agreed("Terlambat dicatat", "DPMD", "2021-12-31")).await.refused();
    assert!(late.contains("sudah ditutup"), "{late}");
    // A paper asked for eight times at once has one number; the next has the next.
    let (issue, form) = (format!("{meeting}/terbit/komitmen"), new_form_id());
    join_all((0..8).map(|_| planner.post_as(&issue, &form, &[]))).await;
    let papers = "SELECT COUNT(*) AS n FROM issued_paper WHERE district_id = $1";
    assert_eq!(count(&test, papers).await, 1);
    planner.post(&issue, &[]).await.to();
    let page = planner.get(&meeting).await.ok();
    assert!(page.contains("KB/0001/III/2021") && page.contains("KB/0002/III/2021"), "{page}");
}
