//! What Belitung's families spent the money on, month by month, and what was asked afterwards: most families tell, on the
//! advice of a nutritionist; a few have something left and are spoken with; of one month a sample is asked whether it
//! arrived; Baznas reports zakat of its own.

use asuh_ground::access::{Actor, Scope};
use asuh_ground::attachments::{self, MediaType};
use asuh_step_distribution::check::{AnswerCheck, AssignCheck, DrawCheck};
use asuh_step_distribution::follow_up::{self, Act, NoteFollowUp};
use asuh_step_distribution::spending::{Advice, NewAdvice, PutSpendingReport, rules::Spent};
use asuh_step_distribution::zakat::{ASNAF, MarkAsnaf, RecordZakat};
use asuh_store::{Id, Query, args};
use time::{Date, Duration};

use super::super::dice::Dice;
use super::super::{DISTRICT, World};
use super::user;
use crate::gates::cli::CliError;

/// Of the families so many in a hundred tell what they bought; so many of those have something left, or spent it elsewhere.
const TELLING: usize = 82;
const LEFT: usize = 6;
const ELSEWHERE: usize = 4;
/// What nutritionists advise.
const WORDS: [&str; 3] = [
    "Telur setiap hari, ikan tiga kali seminggu, susu dua gelas; timbang bulan depan.",
    "Tambah lauk hewani pada tiap makan, kurangi biskuit; vitamin sesuai resep.",
    "Bubur dengan telur dan minyak, makan tiga kali dan dua selingan; kontrol dua minggu lagi.",
];
/// A paper of one line.
const PAPER: &[u8] = b"%PDF-1.4\n% laporan rekaan\n";

asuh_store::row_struct! {
    struct Paid { id: Id, person_id: Id, amount: i64 }
}

async fn send<C: asuh_store::Command>(
    world: &World,
    actor: &Actor,
    command: C,
) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

/// The reports of a month's payments, written down by a cadre, and the conversations that follow.
pub(super) async fn month(world: &mut World, month: Date) -> Result<(), CliError> {
    let cadre = user(world, "kader").await?;
    let scope = Scope::whole(world.actor.district_code);
    let day = (month + Duration::days(20)).min(world.today);
    world.at(day, 15, 0);
    let mut dice = Dice::new(u64::from(month.ordinal()));
    let sql = "SELECT id, person_id, paid AS amount FROM cash_payment WHERE district_id = $1 AND month = $2 \
               AND paid > 0 ORDER BY village_code, nth";
    let paid: Vec<Paid> = world.app.store.reader().all(sql, args![DISTRICT, month]).await?;
    for (nth, one) in paid.into_iter().enumerate() {
        if dice.below(100) >= TELLING {
            continue;
        }
        let chance = dice.below(100);
        let part = |percent: i64| one.amount * percent / 100 / 1_000 * 1_000;
        let (milk, vitamins, health) = (part(dice.between(18, 30)), part(8), part(dice.between(0, 8)));
        let left = if chance < LEFT { part(30) } else { 0 };
        let elsewhere = if (LEFT..LEFT + ELSEWHERE).contains(&chance) { part(12) } else { 0 };
        let other = if nth % 6 == 0 { part(6) } else { 0 };
        let food = one.amount - milk - vitamins - health - other - left - elsewhere;
        let known = "SELECT id FROM diet_advice WHERE district_id = $1 AND person_id = $2 ORDER BY given_on DESC, id LIMIT 1";
        let known: Option<(Id,)> =
            world.app.store.reader().first(known, args![DISTRICT, one.person_id]).await?;
        let advice = match known {
            Some((id,)) => Advice::Known(id),
            None => Advice::New(NewAdvice {
                given_on: day - Duration::days(dice.between(1, 12)),
                giver: if nth % 5 == 0 { "doctor" } else { "nutritionist" }.into(),
                giver_name: "Petugas Rekaan".into(),
                place: "Puskesmas Rekaan".into(),
                words: WORDS[nth % WORDS.len()].into(),
            }),
        };
        let report = PutSpendingReport {
            payment: one.id,
            after: 0,
            spent: Spent([food, vitamins, milk, health, other, elsewhere]),
            words: match (other > 0, elsewhere > 0) {
                (_, true) => "Seragam sekolah kakak".into(),
                (true, false) => "Popok dan sabun".into(),
                (false, false) => String::new(),
            },
            told_on: day,
            beside: if nth % 4 == 0 { "officer" } else { "cadre" }.into(),
            advice: Some(advice),
            receipts: Vec::new(),
            reason: String::new(),
            today: day,
            scope: scope.clone(),
        };
        send(world, &cadre, report).await?;
    }
    talk(world, day).await
}

/// Half of the conversations that were opened come to a good end.
async fn talk(world: &World, day: Date) -> Result<(), CliError> {
    let admin = user(world, "admin").await?;
    let scope = Scope::whole(world.actor.district_code);
    let open =
        "SELECT id FROM follow_up WHERE district_id = $1 AND state = 'open' AND opened_on = $2 ORDER BY id";
    let open: Vec<(Id,)> = world.app.store.reader().all(open, args![DISTRICT, day]).await?;
    for (nth, (follow_up,)) in open.into_iter().enumerate() {
        let (act, words, next_on) = match nth % 2 {
            0 => (Act::Close, "Sisanya sudah dibelikan telur dan susu.", None),
            _ => (Act::Note, "Anak sempat sakit; dibelanjakan minggu depan.", Some(day + Duration::days(14))),
        };
        let reach = follow_up::Reach { spending: scope.clone(), checks: scope.clone() };
        let note = NoteFollowUp { follow_up, act, words: words.into(), day, next_on, today: day, reach };
        send(world, &admin, note).await?;
    }
    Ok(())
}

/// A sample of a closed month: asked by telephone from the office, in one kecamatan by those who check it.
pub(super) async fn check(world: &mut World, month: Date) -> Result<(), CliError> {
    let (admin, near) = (user(world, "admin").await?, user(world, "kecamatan").await?);
    let scope = Scope::whole(world.actor.district_code);
    let today = (month + Duration::days(24)).min(world.today);
    world.at(today, 10, 0);
    let plan = "SELECT id FROM cash_plan WHERE district_id = $1 AND month = $2 AND state = 'closed' ORDER BY id LIMIT 1";
    let plan: Option<(Id,)> = world.app.store.reader().first(plan, args![DISTRICT, month]).await?;
    let (subject,) = plan.ok_or_else(|| CliError::Text("no plan of that month is closed".into()))?;
    let draw =
        DrawCheck { kind: "cash".into(), subject, confidence: 95, margin: 10, today, scope: scope.clone() };
    let check = send(world, &admin, draw).await?;
    asuh_store::row_struct! {
        struct Asked { id: Id, village_code: i64, amount: i64 }
    }
    let own = "SELECT t.territory_code AS n FROM grant_territory t JOIN user_grant g ON g.district_id = t.district_id \
               AND g.id = t.grant_id WHERE t.district_id = $1 AND g.user_id = $2";
    let own = world.app.store.reader().number(own, args![DISTRICT, near.user]).await?;
    let lines = "SELECT id, village_code, amount FROM after_check_line WHERE district_id = $1 AND check_id = $2 ORDER BY nth";
    let lines: Vec<Asked> = world.app.store.reader().all(lines, args![DISTRICT, check]).await?;
    let mut dice = Dice::new(24);
    for village in lines.chunk_by(|one, two| one.village_code == two.village_code) {
        let Some(first) = village.first() else { continue };
        let by = if first.village_code / 10_000 * 10_000 == own { &near } else { &admin };
        let channel = if by.user == near.user { "visit" } else { "phone" };
        let assign = AssignCheck {
            check,
            village: first.village_code,
            to: by.user,
            channel: channel.into(),
            scope: scope.clone(),
        };
        send(world, &admin, assign).await?;
        for line in village {
            let (outcome, said, note) = match dice.below(40) {
                0 => ("not_received", None, ""),
                1 => ("other_amount", Some(line.amount - 50_000), "Dipotong ongkos, kata ibunya."),
                2 => ("problem", None, "Kartu ATM tertelan, diambil seminggu kemudian."),
                3 => ("unreachable", None, ""),
                _ => ("received", None, ""),
            };
            let answer = AnswerCheck {
                line: line.id,
                outcome: outcome.into(),
                said,
                note: note.into(),
                day: today,
                today,
                scope: scope.clone(),
            };
            send(world, by, answer).await?;
        }
    }
    Ok(())
}

/// What Baznas reports of zakat in a month, with a few families that it found eligible.
pub(super) async fn zakat(world: &mut World, (month, reporter): (Date, Id)) -> Result<(), CliError> {
    let (admin, treasurer) = (user(world, "admin").await?, user(world, "bendahara").await?);
    let scope = Scope::whole(world.actor.district_code);
    let today = (month + Duration::days(26)).min(world.today);
    world.at(today, 9, 0);
    let paper = attachments::clean(PAPER.to_vec(), MediaType::SCANS)
        .map_err(|refusal| CliError::Text(refusal.code))?;
    let document = attachments::store(&world.app, &treasurer, world.app.store.new_id(), paper).await?;
    let record = RecordZakat {
        reporter,
        number: format!("B/{:02}/BAZNAS/{}", u8::from(month.month()), month.year()),
        reported_on: today,
        month,
        amount: 18_900_000,
        families: 42,
        document,
        note: String::new(),
        today,
        scope: scope.clone(),
    };
    let report = send(world, &treasurer, record).await?;
    let families = "SELECT DISTINCT family_id FROM cash_payment WHERE district_id = $1 AND month = $2 ORDER BY family_id LIMIT 6";
    let families: Vec<(Id,)> = world.app.store.reader().all(families, args![DISTRICT, month]).await?;
    for (nth, (family,)) in families.into_iter().enumerate() {
        let asnaf = Some(ASNAF[nth % 2].to_owned());
        send(world, &admin, MarkAsnaf { report, family, asnaf, scope: scope.clone() }).await?;
    }
    Ok(())
}
