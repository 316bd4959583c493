//! After-checks: a sample that anybody can draw again, asked by somebody who delivered nothing, beside the official figure.

use asuh_ground::access::{Role, Scope};
use asuh_ground::sampling::{Drawable, draw};
use asuh_nusantara::TerritoryCode;
use asuh_step_distribution::check::{AnswerCheck, AssignCheck, DrawCheck};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::cash::{Cash, PNG};
use crate::pairing::TODAY;
use crate::support::{Client, KERINCI, VILLAGES};

asuh_store::row_struct! {
    struct Line { id: Id, item_id: Id, village_code: i64, amount: i64 }
}

/// A closed month whose payments were all handed over by the treasurer; its plan.
async fn closed(db: TestDatabase, living: [usize; 4]) -> (Cash, Id) {
    let cash = Cash::start(db, living).await;
    let plan = cash.released().await;
    for child in 0..living.iter().sum() {
        let path = format!("{}/serahkan", cash.payment(child).await);
        cash.treasurer.post(&path, &[("hubungan", "head"), ("tanda_tangan", PNG)]).await.to();
    }
    cash.treasurer.post(&format!("{plan}/tutup"), &[]).await.to();
    let id = plan.rsplit('/').next().unwrap().parse().unwrap();
    (cash, id)
}

impl Cash {
    async fn drawn(&self, plan: Id, margin: &str) -> String {
        let source = format!("cash_{plan}");
        let fields =
            [("sumber", source.as_str()), ("keyakinan", "95"), ("selisih", margin), ("aksi", "tarik")];
        self.scene.admin.post("/cek-penerimaan/baru", &fields).await.to()
    }

    async fn lines(&self) -> Vec<Line> {
        let sql = "SELECT id, item_id, village_code, amount FROM after_check_line WHERE district_id = $1 \
                   ORDER BY nth";
        self.scene.test.app.store.reader().all(sql, args![KERINCI]).await.unwrap()
    }
}

async fn assign(admin: &Client, check: &str, village: i64, to: &Client, channel: &str) {
    let to = to.user.to_string();
    let path = format!("{check}/desa/{village}");
    admin.post(&path, &[("petugas", to.as_str()), ("cara", channel)]).await.to();
}

#[db_test]
async fn a_sample_says_what_arrived_beside_the_record(db: TestDatabase) {
    let (cash, plan) = closed(db, [12, 8, 0, 0]).await;
    let (test, admin) = (&cash.scene.test, &cash.scene.admin);
    // The size is told before anything is drawn, and kept with the seed.
    let source = format!("cash_{plan}");
    let chosen = [("sumber", source.as_str()), ("keyakinan", "95"), ("selisih", "10")];
    let page = admin.post("/cek-penerimaan/baru", &chosen).await.ok();
    assert!(page.contains("17 dari 20 keluarga akan ditanya"), "{page}");
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM after_check WHERE district_id = $1", args![KERINCI]).await,
        0
    );
    let check = cash.drawn(plan, "10").await;
    let page = admin.get(&check).await.ok();
    assert!(page.contains("CEK/0001/XI/2026") && page.contains("Rp9.000.000"), "{page}");
    // Drawn again from seed and ids, it is the same.
    let seed: Option<(String,)> = test
        .app
        .store
        .reader()
        .first("SELECT seed FROM after_check WHERE district_id = $1", args![KERINCI])
        .await
        .unwrap();
    let seed = seed.unwrap().0;
    assert!(page.contains(&seed));
    let mut items = Vec::new();
    for child in 0..20 {
        let id = cash.payment(child).await.rsplit('/').next().unwrap().parse().unwrap();
        items.push(Drawable { stratum: cash.scene.children[child].village, id });
    }
    let lines = cash.lines().await;
    let again: Vec<Id> = draw(seed.as_bytes(), 17, &items).into_iter().map(|one| one.id).collect();
    assert_eq!(lines.iter().map(|line| line.item_id).collect::<Vec<_>>(), again);
    assert_eq!(lines.iter().filter(|line| line.village_code == VILLAGES[0]).count(), 10);
    // A second check of the same only when this one is closed.
    let mut second = chosen.to_vec();
    second.push(("aksi", "tarik"));
    assert!(
        admin.post("/cek-penerimaan/baru", &second).await.refused().contains("Masih ada cek yang berjalan")
    );

    // Who paid cannot ask, nor can who works elsewhere; the choices hold neither.
    let (one, two) = (
        test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await,
        test.user(Role::Cadre, &[VILLAGES[1]], &[]).await,
    );
    let payer = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    test.sql(
        "UPDATE cash_attempt SET decided_by = $2 WHERE district_id = $1 AND payment_id = $3",
        args![KERINCI, payer.user, lines[0].item_id],
    )
    .await;
    let village = format!("{check}/desa/{}", VILLAGES[0]);
    let page = admin.get(&village).await.ok();
    assert!(page.contains(&one.user.to_string()) && !page.contains(&payer.user.to_string()), "{page}");
    assert!(!page.contains(&two.user.to_string()), "{page}");
    for (who, why) in [(&payer, "ikut mengantar"), (&two, "tidak bertugas di desa ini")] {
        let id = who.user.to_string();
        let page = admin.post(&village, &[("petugas", id.as_str()), ("cara", "visit")]).await.refused();
        assert!(page.contains(why), "{why}: {page}");
    }
    assign(admin, &check, VILLAGES[0], &one, "visit").await;
    assign(admin, &check, VILLAGES[1], &two, "phone").await;
    // The paper: names and places, no number of a person, nothing that anybody said.
    let paper = admin.get(&format!("{village}/cetak")).await.ok();
    assert_eq!(paper.matches("Kepala Rahasia").count(), 10, "{paper}");
    assert!(paper.contains("RW 001 · RT 001") && !paper.contains("NIK"), "{paper}");

    // On the phone: one's own families alone.
    let list = one.get("/cek-penerimaan/tugas").await.ok();
    assert_eq!(list.matches("/cek-penerimaan/tugas/").count(), 10, "{list}");
    assert!(one.get("/").await.ok().contains("10 keluarga untuk ditanya"));
    let form = |line: &Line| format!("/cek-penerimaan/tugas/{}", line.id);
    let foreign = lines.iter().find(|line| line.village_code == VILLAGES[1]).unwrap();
    assert_eq!(one.get(&form(foreign)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(one.post(&form(foreign), &[("hasil", "received")]).await.status, StatusCode::NOT_FOUND);
    assert!(one.get(&form(&lines[0])).await.ok().contains("Rp450.000"));
    // Answers that say too little are refused and keep what was typed.
    one.post(&form(&lines[0]), &[]).await.refused();
    let page =
        one.post(&form(&lines[0]), &[("hasil", "other_amount"), ("catatan", "kurang")]).await.refused();
    assert!(page.contains("yang lain dari catatan") && page.contains("kurang"), "{page}");
    let same = [("hasil", "other_amount"), ("jumlah", "450.000"), ("catatan", "x")];
    one.post(&form(&lines[0]), &same).await.refused();
    one.post(&form(&lines[0]), &[("hasil", "problem")]).await.refused();
    one.post(&form(&lines[0]), &[("hasil", "received"), ("hari", "3-11-2026")]).await.refused();

    // Seven received, one with a problem, one another amount, one nothing.
    for line in &lines[..7] {
        one.post(&form(line), &[("hasil", "received")]).await.to();
    }
    one.post(&form(&lines[7]), &[("hasil", "problem"), ("catatan", "datang malam hari")]).await.to();
    let less = [("hasil", "other_amount"), ("jumlah", "300.000"), ("catatan", "diminta ongkos")];
    one.post(&form(&lines[8]), &less).await.to();
    one.post(&form(&lines[9]), &[("hasil", "not_received")]).await.to();
    let page = admin.get(&check).await.ok();
    // 8 of 10 asked of 20: as 19 asked of many (R: prop.test(15.2, 19, correct = FALSE)).
    assert!(page.contains("80 % (antara 58 dan 92 %)"), "{page}");
    assert!(page.contains("antara 11 dan 19 pembayaran"), "{page}");
    // The village: all but two of its twelve were asked.
    assert!(page.contains("80 % (antara 68 dan 88 %)"), "{page}");
    for line in &lines[10..14] {
        two.post(&form(line), &[("hasil", "received")]).await.to();
    }
    let page = admin.get(&check).await.ok();
    assert_eq!(
        page.matches(" % (antara ").count(),
        2,
        "four answers of a village are told of nobody: {page}"
    );
    two.post(&form(&lines[14]), &[("hasil", "unreachable")]).await.to();
    let page = admin.get(&check).await.ok();
    assert!(page.contains("14 / 17") && page.contains("1 tidak dapat dihubungi"), "{page}");

    // What did not arrive is a conversation of the admin's, which nobody in the village sees.
    let open =
        "SELECT COUNT(*) AS n FROM follow_up WHERE district_id = $1 AND kind = 'check' AND state = 'open'";
    assert_eq!(test.number(open, args![KERINCI]).await, 3);
    let list = admin.get("/tindak-lanjut").await.ok();
    assert!(list.contains("menurut keluarga belum diterima"), "{list}");
    let talk = list
        .split("href=\"")
        .find_map(|part| part.split('"').next().filter(|link| link.starts_with("/tindak-lanjut/")))
        .unwrap()
        .to_owned();
    for user in [&one, &payer] {
        assert!(!user.get("/tindak-lanjut").await.ok().contains("/tindak-lanjut/"));
        assert_eq!(user.get(&talk).await.status, StatusCode::NOT_FOUND);
        assert_eq!(user.post(&talk, &[("kata", "x")]).await.status, StatusCode::NOT_FOUND);
    }
    admin.post(&talk, &[("kata", "diantar ulang"), ("aksi", "selesai")]).await.to();

    // Roles: figures for the leader, names for admin and auditor, nothing for anybody else.
    for role in Role::ALL.iter().copied() {
        let user = test.user(role, &[1_501_000_000], &[cash.holder]).await;
        let figures = [Role::DistrictAdmin, Role::Leader, Role::Auditor].contains(&role);
        for path in ["/cek-penerimaan", check.as_str()] {
            let answer = user.get(path).await;
            assert_eq!(answer.status == StatusCode::OK, figures, "{role:?} {path}");
            assert!(!answer.body.contains("Kepala Rahasia"), "{role:?} {path}");
        }
        let names = [Role::DistrictAdmin, Role::Auditor].contains(&role);
        for path in [village.clone(), format!("{village}/cetak")] {
            assert_eq!(user.get(&path).await.status == StatusCode::OK, names, "{role:?} {path}");
        }
        assert_eq!(
            user.get("/cek-penerimaan/baru").await.status == StatusCode::OK,
            role == Role::DistrictAdmin
        );
        // Whoever may ask at all finds no line of others.
        let status = user.get(&form(&lines[0])).await.status;
        assert!([StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&status), "{role:?} {status}");
    }
    // Closed: nothing is noted any more, and another one can be drawn.
    admin.post(&format!("{check}/tutup"), &[]).await.to();
    let page = one.post(&form(&lines[0]), &[("hasil", "not_received")]).await.refused();
    assert!(page.contains("sudah ditutup"), "{page}");
    assert_ne!(cash.drawn(plan, "10").await, check);
    cash.check().await;
}

#[db_test]
async fn only_what_is_on_record_and_closed_is_checked(db: TestDatabase) {
    let cash = Cash::start(db, [2, 0, 0, 0]).await;
    let (test, admin) = (&cash.scene.test, &cash.scene.admin);
    let plan = cash.released().await;
    let id: Id = plan.rsplit('/').next().unwrap().parse().unwrap();
    assert!(admin.get("/cek-penerimaan/baru").await.ok().contains("yang sudah ditutup untuk dicek"));
    let source = format!("cash_{id}");
    let fields = [("sumber", source.as_str()), ("keyakinan", "95"), ("selisih", "10"), ("aksi", "tarik")];
    assert!(admin.post("/cek-penerimaan/baru", &fields).await.refused().contains("rencananya belum ditutup"));
    let mut wrong = fields.to_vec();
    wrong[1].1 = "50";
    admin.post("/cek-penerimaan/baru", &wrong).await.refused();
    for child in 0..2 {
        let path = format!("{}/serahkan", cash.payment(child).await);
        cash.treasurer.post(&path, &[("hubungan", "head"), ("tanda_tangan", PNG)]).await.to();
    }
    cash.treasurer.post(&format!("{plan}/tutup"), &[]).await.to();
    // Twenty draw at once: one check.
    let actor = test.system();
    let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap());
    let tries = (0..20).map(|_| {
        let (kind, scope) = ("cash".to_owned(), scope.clone());
        let command = DrawCheck { kind, subject: id, confidence: 95, margin: 5, today: TODAY, scope };
        test.app.submit(&actor, test.app.store.new_id(), command)
    });
    let drawn = futures_util::future::join_all(tries).await;
    let drawn: Vec<Id> = drawn.into_iter().filter_map(Result::ok).map(|one| one.value).collect();
    assert_eq!(drawn.len(), 1);
    let lines = cash.lines().await;
    assert_eq!(lines.len(), 2, "all of two");
    assert!(lines.iter().all(|line| line.amount == 450_000));
    // Before anybody answered it is not closed.
    let check = format!("/cek-penerimaan/{}", drawn[0]);
    assert!(
        admin
            .post(&format!("{check}/tutup"), &[])
            .await
            .refused()
            .contains("Belum ada keluarga yang menjawab")
    );
    // Somebody who pays after he was assigned cannot ask any more.
    let officer = test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    assign(admin, &check, VILLAGES[0], &officer, "visit").await;
    test.sql("UPDATE cash_attempt SET decided_by = $2 WHERE district_id = $1", args![KERINCI, officer.user])
        .await;
    let form = format!("/cek-penerimaan/tugas/{}", lines[0].id);
    assert!(
        officer.post(&form, &[("hasil", "received")]).await.refused().contains("tidak dapat menanyakannya")
    );
    // By command as by page: no line of others, no village of others.
    let (line, outcome, note) = (lines[0].id, "received".to_owned(), String::new());
    let answer =
        AnswerCheck { line, outcome, said: None, note, day: TODAY, today: TODAY, scope: scope.clone() };
    assert!(test.app.submit(&actor, test.app.store.new_id(), answer).await.is_err());
    let (check, to, channel) = (drawn[0], officer.user, "visit".to_owned());
    let assigned = AssignCheck { check, village: VILLAGES[1], to, channel, scope };
    assert!(test.app.submit(&actor, test.app.store.new_id(), assigned).await.is_err());
}

/// Packages of a run: who delivered one cannot ask, and what did not arrive is found.
#[db_test]
async fn packages_are_checked_too(db: TestDatabase) {
    let scene = crate::distribution::Scene::start(db).await;
    let test = &scene.test;
    scene.stock(100, 100).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[0], "001", "Budi").await;
    let run = scene.packed(&[VILLAGES[0]]).await;
    let courier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let source = format!("packages_{run}");
    let fields = [("sumber", source.as_str()), ("keyakinan", "90"), ("selisih", "5"), ("aksi", "tarik")];
    admin.post("/cek-penerimaan/baru", &fields).await.refused();
    let package = scene.package(ani).await.to_string();
    let deliver = format!("/penyaluran/{run}/desa/{}/antar", VILLAGES[0]);
    courier.post(&deliver, &[("satu", &package)]).await.to();
    assert!(admin.get("/cek-penerimaan/baru").await.ok().contains("1 paket diterima"));
    let check = admin.post("/cek-penerimaan/baru", &fields).await.to();
    let village = format!("{check}/desa/{}", VILLAGES[0]);
    let to = courier.user.to_string();
    let page = admin.post(&village, &[("petugas", to.as_str()), ("cara", "visit")]).await.refused();
    assert!(page.contains("ikut mengantar"), "{page}");
    let nurse = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    assign(&admin, &check, VILLAGES[0], &nurse, "visit").await;
    let list = nurse.get("/cek-penerimaan/tugas").await.ok();
    let form = list
        .split("href=\"")
        .find_map(|part| part.split('"').next().filter(|link| link.starts_with("/cek-penerimaan/tugas/")))
        .unwrap()
        .to_owned();
    let page = nurse.get(&form).await.ok();
    assert!(page.contains("sudah menerima paket bantuan ini") && !page.contains("name=\"jumlah\""), "{page}");
    nurse.post(&form, &[("hasil", "other_amount")]).await.refused();
    nurse.post(&form, &[("hasil", "not_received")]).await.to();
    let page = admin.get(&check).await.ok();
    assert!(page.contains("0 % (antara 0 dan 0 %)"), "all of one was asked: {page}");
    assert!(admin.get("/tindak-lanjut").await.ok().contains("menurut keluarga belum diterima"));
    scene.check().await;
}
