//! Double clicks, twenty at once, a lost answer and a program that stopped, where money goes to families: each rupiah moves
//! once.

use asuh_ground::access::{Role, Scope};
use asuh_ground::books::AccountKind;
use asuh_nusantara::TerritoryCode;
use asuh_step_distribution::cash::{HandOut, Reach};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Rejection, args};
use axum::http::StatusCode;

use crate::cash::{Cash, PNG};
use crate::pairing::{Scene, TODAY};
use crate::pairing_bad_use::{clicks, done, twenty};
use crate::support::{KERINCI, new_form_id};

const SHARE: i64 = 450_000;

impl Cash {
    /// The same after the program stopped and was started again; browsers keep their cookies.
    async fn restarted(self) -> Cash {
        let Cash { scene, holder, mut chair, mut treasurer } = self;
        let Scene { test, campaign, programme, children, mut admin, mut leader } = scene;
        let browsers = &mut [&mut admin, &mut leader, &mut chair, &mut treasurer];
        let test = test.restarted(browsers).await;
        Cash { scene: Scene { test, campaign, programme, children, admin, leader }, holder, chair, treasurer }
    }
}

#[db_test]
async fn each_step_of_a_plan_sent_twenty_times_at_once_is_one(db: TestDatabase) {
    let cash = Cash::start(db, [2, 0, 0, 0]).await;
    let plan = cash.draft().await;
    let (admin, leader) = (&cash.scene.admin, &cash.scene.leader);
    assert_eq!(done(&twenty(admin, &format!("{plan}/kunci"), &[]).await), 1);
    assert_eq!(done(&twenty(leader, &format!("{plan}/setujui"), &[]).await), 1);
    assert_eq!(done(&twenty(&cash.chair, &format!("{plan}/sahkan"), &[]).await), 1);
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 100_000_000, "nothing has moved");
    assert_eq!(done(&clicks(&cash.treasurer, &format!("{plan}/cairkan"), &[("bentuk", "umum")]).await), 20);
    assert_eq!(done(&twenty(&cash.treasurer, &format!("{plan}/cairkan"), &[("bentuk", "umum")]).await), 0);
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 100_000_000 - 2 * SHARE);
    // In the family's hands, by twenty forms and by twenty clicks.
    let signed = [("hubungan", "head"), ("tanda_tangan", PNG)];
    let hand = |path: String| format!("{path}/serahkan");
    assert_eq!(done(&twenty(&cash.treasurer, &hand(cash.payment(0).await), &signed).await), 1);
    assert_eq!(done(&clicks(&cash.treasurer, &hand(cash.payment(1).await), &signed).await), 20);
    for child in &cash.scene.children {
        assert_eq!(cash.held(AccountKind::Household, child.family).await, SHARE);
    }
    // Noted wrongly, taken back by twenty.
    let back = format!("{}/batalkan-catatan", cash.payment(0).await);
    assert_eq!(done(&twenty(&cash.treasurer, &back, &[("keliru", "salah baca")]).await), 1);
    assert_eq!(cash.held(AccountKind::Household, cash.scene.children[0].family).await, 0);
    let plan_id = plan.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(cash.held(AccountKind::Payout, plan_id).await, SHARE);
    cash.check().await;
}

/// The answer to the release is lost and the program stops: the same form leads to what was done, another one is refused.
#[db_test]
async fn money_whose_answer_was_lost_has_moved_once_after_a_restart(db: TestDatabase) {
    let cash = Cash::start(db, [1, 0, 0, 0]).await;
    let plan = cash.signed().await;
    let release = format!("{plan}/cairkan");
    let (form, fields) = (new_form_id(), [("bentuk", "umum")]);
    let first = cash.treasurer.post_as(&release, &form, &fields).await.to();
    let hand = format!("{}/serahkan", cash.payment(0).await);
    let (paid, signed) = (new_form_id(), [("hubungan", "head"), ("tanda_tangan", PNG)]);
    let given = cash.treasurer.post_as(&hand, &paid, &signed).await.to();
    let family = cash.scene.children[0].family;
    let cash = cash.restarted().await;
    assert_eq!(cash.treasurer.post_as(&release, &form, &fields).await.to(), first);
    assert_eq!(cash.treasurer.post_as(&hand, &paid, &signed).await.to(), given);
    cash.treasurer.post(&release, &fields).await.refused();
    cash.treasurer.post(&hand, &signed).await.refused();
    assert_eq!(cash.held(AccountKind::Household, family).await, SHARE);
    assert_eq!(cash.held(AccountKind::FundHolder, cash.holder).await, 100_000_000 - SHARE);
    cash.check().await;
}

#[db_test]
async fn who_has_no_part_in_a_step_changes_nothing_and_bad_words_are_kept(db: TestDatabase) {
    let cash = Cash::start(db, [1, 0, 0, 0]).await;
    let plan = cash.released().await;
    let hand = format!("{}/serahkan", cash.payment(0).await);
    let signed = [("hubungan", "head"), ("tanda_tangan", PNG)];
    for role in [Role::Sponsor, Role::Leader, Role::Auditor, Role::UnitCoordinator, Role::Kitchen] {
        let user = cash.scene.test.with_role(role).await;
        for path in
            [format!("{plan}/kunci"), format!("{plan}/cairkan"), format!("{plan}/tutup"), hand.clone()]
        {
            let status = user.post(&path, &signed).await.status;
            assert!(
                matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND),
                "{role:?} {path}: {status}"
            );
        }
    }
    assert_eq!(cash.scene.test.anonymous().post(&hand, &signed).await.status, StatusCode::SEE_OTHER);
    // A thumbprint without its photo: what was typed stays.
    let typed = [("hubungan", "wife"), ("penerima", "Bu Rekaan"), ("saksi", "Pak RT")];
    let page = cash.treasurer.post(&hand, &typed).await.refused();
    assert!(page.contains("value=\"Bu Rekaan\"") && page.contains("value=\"Pak RT\""), "{page}");
    // Another user's file proves nothing, whatever names it.
    let (test, stranger) = (&cash.scene.test, cash.scene.leader.user);
    let file = test.app.store.new_id();
    test.sql(
        "INSERT INTO attachment (district_id, id, media_type, size, sha256, content_sealed, created_at, created_by) \
         VALUES ($1, $2, 'image/png', 1, $3, $3, 0, $4)",
        args![KERINCI, file, vec![1_u8], stranger],
    )
    .await;
    let whole = Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap());
    let payment = cash.payment(0).await.rsplit('/').next().unwrap().parse().unwrap();
    let handed = |signature| HandOut {
        payment,
        not_because: None,
        receiver_name: String::new(),
        relation: "head".into(),
        witness: String::new(),
        signature,
        photo: None,
        day: TODAY,
        reach: Reach { holders: whole.clone(), villages: whole.clone() },
    };
    for signature in [Some(file), None] {
        let answer = test.app.submit(&test.system(), test.app.store.new_id(), handed(signature)).await;
        assert!(matches!(answer, Err(Rejection::Refused(_))), "{answer:?}");
    }
    assert_eq!(cash.held(AccountKind::Household, cash.scene.children[0].family).await, 0);
    cash.check().await;
}

/// The bank pays a part: what is tried again is the rest, so that the family receives what was signed for it and no more.
#[db_test]
async fn a_part_that_was_paid_is_not_paid_again_and_who_locked_does_not_approve(db: TestDatabase) {
    let cash = Cash::start(db, [1, 0, 0, 0]).await;
    cash.account(0, "0012-0100-1234").await;
    let plan = cash.draft().await;
    let second = cash.scene.test.with_role(Role::DistrictAdmin).await;
    second.post(&format!("{plan}/kunci"), &[]).await.to();
    for barred in [&second, &cash.scene.admin] {
        assert!(barred.post(&format!("{plan}/setujui"), &[]).await.refused().contains("Anda ikut menyusun"));
    }
    cash.scene.leader.post(&format!("{plan}/setujui"), &[]).await.to();
    cash.chair.post(&format!("{plan}/sahkan"), &[]).await.to();
    cash.treasurer.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.to();

    let payment = cash.payment(0).await;
    let hand = [("hubungan", "head"), ("tanda_tangan", PNG)];
    let handed = format!("{payment}/serahkan");
    assert!(cash.treasurer.post(&handed, &hand).await.refused().contains("lewat transfer"));
    let reference = cash.file(&plan).await[1][7].clone();
    let answer = cash.answer(&plan, &format!("{reference};Berhasil;300.000;Rekening penuh")).await;
    assert!(cash.treasurer.get(&answer).await.ok().contains("0 berhasil, 1 sebagian, 0 gagal"));
    cash.treasurer.post(&answer, &[]).await.to();
    let family = cash.scene.children[0].family;
    let id: Id = plan.rsplit('/').next().unwrap().parse().unwrap();
    let held = async || {
        (
            cash.held(AccountKind::FundHolder, cash.holder).await,
            cash.held(AccountKind::Payout, id).await,
            cash.held(AccountKind::Household, family).await,
        )
    };
    assert_eq!(held().await, (99_700_000, 0, 300_000));
    cash.treasurer.post(&format!("{payment}/ulangi"), &[("cara", "tunai")]).await.to();
    assert_eq!(held().await, (99_550_000, 150_000, 300_000), "the rest goes on its way");
    cash.treasurer.post(&handed, &hand).await.to();
    assert_eq!(held().await, (99_550_000, 0, SHARE));
    cash.check().await;
}
