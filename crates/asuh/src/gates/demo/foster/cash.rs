//! Belitung's Rp450.000: every month a plan that the admin drafts, the regent approves, and two people of the holder authorise
//! and release; most families have an account, a few transfers come back, the rest receive cash. The last month waits for a
//! second signature.

use asuh_ground::access::{Actor, Scope};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::consent::{Method, Purpose, RecordConsent, Relation};
use asuh_step_collection::Reach;
use asuh_step_custody::{DecideChange, RequestOpening};
use asuh_step_distribution::cash::{
    self, ClosePlan, DraftPlan, HandOut, LockPlan, PutReceiverAccount, PutResult, ReleasePlan, RetryPayment,
    SignPlan, Source, TakeResult,
};
use asuh_store::{Command, Id, Query, args};
use sha2::{Digest, Sha256};
use time::{Date, Duration};

use super::super::setup::{Places, submit_all};
use super::super::{DISTRICT, World};
use super::user;
use crate::gates::cli::CliError;

/// What lies in the holder's account when the first month begins.
const OPENING: i64 = 450_000_000;
/// Of the families so many in a hundred have an account, and of the transfers so many in a hundred come back.
const WITH_ACCOUNT: usize = 85;
const FAILING: usize = 4;
/// A signature of one pixel.
const SIGNATURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00,
    0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0x00, 0x03,
    0x86, 0x01, 0x80, 0x5a, 0x34, 0x7d, 0x6b, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42,
    0x60, 0x82,
];
const BANKS: [(&str, &str); 3] = [("BRI", "002"), ("Bank Rekaan Babel", "120"), ("BSI", "451")];
const REASONS: [&str; 3] = ["Rekening tidak aktif", "Nomor rekening tidak ditemukan", "Nama tidak sesuai"];

/// Money of the holder, and the accounts of most families with the consent of their guardians.
pub(super) async fn begin(world: &mut World, places: &Places) -> Result<(), CliError> {
    let opening = RequestOpening {
        place: places.fund_holder,
        fund: "csr".into(),
        commodity: "cash".into(),
        amount: OPENING,
        reason: "Saldo rekening menurut bank".into(),
        reach: Reach::everywhere(),
    };
    let change = world.app.submit(&world.actor, world.app.store.new_id(), opening).await?.value;
    let decide = DecideChange { change, approve: true, note: String::new(), reach: Reach::everywhere() };
    world.app.submit(&user(world, "admin").await?, world.app.store.new_id(), decide).await?;

    let sql = "SELECT DISTINCT r.family_id FROM frozen_row r JOIN frozen_list l ON l.district_id = r.district_id \
               AND l.id = r.list_id WHERE r.district_id = $1 AND l.kind = 'stunted_children' ORDER BY r.family_id";
    let families: Vec<(Id,)> = world.app.store.reader().all(sql, args![DISTRICT]).await?;
    let (today, scope) = (world.app.today(&world.actor), Scope::whole(world.actor.district_code));
    let (mut consents, mut accounts) = (Vec::new(), Vec::new());
    for (nth, (family,)) in families.into_iter().enumerate() {
        if world.dice.below(100) >= WITH_ACCOUNT {
            continue;
        }
        consents.push(RecordConsent {
            family,
            person: None,
            purposes: vec![Purpose::Payment],
            guardian_name: "Ibu kandung".into(),
            relation: Relation::Mother,
            method: Method::Form,
            witness: String::new(),
            given_on: today,
            scan: None,
            scope: scope.clone(),
        });
        let (bank, code) = BANKS[nth % BANKS.len()];
        accounts.push(PutReceiverAccount {
            family,
            bank_code: code.into(),
            bank: bank.into(),
            number: format!("9900{:08}", 1_000 + nth * 37),
            holder: "Ibu Rekaan".into(),
            relation: "mother".into(),
            today,
            scope: scope.clone(),
        });
    }
    submit_all(world, consents.into_iter()).await?;
    submit_all(world, accounts.into_iter()).await
}

async fn send<C: Command>(world: &World, actor: &Actor, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

/// The plan of a month, whose first day is `month`, on its way until it is closed; the last one (`waits`) only until its
/// first of two signatures.
pub(super) async fn month(
    world: &mut World,
    (programme, fund_holder): (Id, Id),
    month: Date,
    waits: bool,
) -> Result<(), CliError> {
    let (admin, leader) = (user(world, "admin").await?, user(world, "bupati").await?);
    let (chair, treasurer) = (user(world, "ketua").await?, user(world, "bendahara").await?);
    let scope = Scope::whole(world.actor.district_code);
    let last = world.today;
    // A plan takes a few days, and the present month has not come far.
    let on = |days: i64| (month + Duration::days(days)).min(last);
    world.at(on(1), 9, 0);
    let source = Source { programme, fund_holder, fund: "csr".into(), month };
    let plan = send(world, &admin, DraftPlan { source, today: on(1) }).await?;
    send(world, &admin, LockPlan { plan, today: on(1) }).await?;
    world.at(on(2), 10, 0);
    send(world, &leader, SignPlan { plan, authorise: false, scope: scope.clone() }).await?;
    send(world, &chair, SignPlan { plan, authorise: true, scope: scope.clone() }).await?;
    if waits {
        return Ok(());
    }
    world.at(on(3), 10, 0);
    let release = ReleasePlan { plan, day: on(3), format: "bpd".into(), scope: scope.clone() };
    send(world, &treasurer, release).await?;
    world.at(on(5), 14, 0);
    answer(world, &treasurer, (plan, on(5)), FAILING).await?;
    hand_out(world, &treasurer, (plan, on(5))).await?;
    again(world, &treasurer, (plan, on(6))).await?;
    world.at(on(8), 14, 0);
    answer(world, &treasurer, (plan, on(8)), 0).await?;
    hand_out(world, &treasurer, (plan, on(8))).await?;
    send(world, &treasurer, ClosePlan { plan, scope }).await?;
    Ok(())
}

/// The bank's answer to all transfers on their way, of which so many in a hundred come back.
async fn answer(
    world: &mut World,
    treasurer: &Actor,
    (plan, day): (Id, Date),
    failing: usize,
) -> Result<(), CliError> {
    let sql = "SELECT reference FROM cash_attempt WHERE district_id = $1 AND plan_id = $2 AND way = 'transfer' \
               AND state = 'sent' ORDER BY reference";
    let sent: Vec<(String,)> = world.app.store.reader().all(sql, args![DISTRICT, plan]).await?;
    if sent.is_empty() {
        return Ok(());
    }
    let texts = |row: [&str; 4]| row.map(str::to_owned).to_vec();
    let mut rows = vec![texts(["REFERENSI", "STATUS", "JUMLAH TERBAYAR", "KETERANGAN STATUS"])];
    for (nth, (reference,)) in sent.iter().enumerate() {
        let fails = world.dice.below(100) < failing;
        let reason = REASONS[nth % REASONS.len()];
        rows.push(texts(if fails {
            [reference, "Retur", "", reason]
        } else {
            [reference, "Berhasil", "", ""]
        }));
    }
    let sha256 = Sha256::digest(format!("{plan}{day}{}", rows.len())).into();
    let scope = Scope::whole(world.actor.district_code);
    let name = "jawaban-bank.xlsx".to_owned();
    let result = send(world, treasurer, PutResult { plan, sha256, name, rows, scope: scope.clone() }).await?;
    send(world, treasurer, TakeResult { result, day, scope }).await?;
    Ok(())
}

/// All cash on its way is handed over, signed on the screen.
async fn hand_out(world: &World, treasurer: &Actor, (plan, day): (Id, Date)) -> Result<(), CliError> {
    let sql = "SELECT payment_id FROM cash_attempt WHERE district_id = $1 AND plan_id = $2 AND way = 'cash' \
               AND state = 'sent' ORDER BY payment_id";
    let sent: Vec<(Id,)> = world.app.store.reader().all(sql, args![DISTRICT, plan]).await?;
    for (payment,) in sent {
        let drawn = attachments::clean(SIGNATURE.to_vec(), MediaType::PICTURES)
            .map_err(|refusal| CliError::Text(refusal.code))?;
        let signature = attachments::store(&world.app, treasurer, payment, drawn).await?;
        let handed = HandOut {
            payment,
            not_because: None,
            receiver_name: String::new(),
            relation: "head".into(),
            witness: String::new(),
            signature: Some(signature),
            photo: None,
            day,
            reach: cash::Reach::opens(&world.actor),
        };
        send(world, treasurer, handed).await?;
    }
    Ok(())
}

/// What came back is paid again: by transfer, and every third in cash.
async fn again(world: &World, treasurer: &Actor, (plan, day): (Id, Date)) -> Result<(), CliError> {
    let sql = "SELECT id FROM cash_payment WHERE district_id = $1 AND plan_id = $2 AND state = 'failed' ORDER BY nth";
    let back: Vec<(Id,)> = world.app.store.reader().all(sql, args![DISTRICT, plan]).await?;
    for (nth, (payment,)) in back.into_iter().enumerate() {
        let scope = Scope::whole(world.actor.district_code);
        send(world, treasurer, RetryPayment { payment, cash: nth % 3 == 2, day, scope }).await?;
    }
    Ok(())
}
