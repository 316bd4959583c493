//! Mentors of the demo: visits with the district's questions, children sent to the puskesmas, complaints, and audited cases.

use asuh_ground::access::Actor;
use asuh_ground::settings::PutSettings;
use asuh_step_mentoring::checklist::{self, About, Asked};
use asuh_step_mentoring::complaints::State;
use asuh_step_mentoring::referrals::{Reason, State as Referred};
use asuh_step_mentoring::{
    Answer, AnswerComplaint, AnswerReferral, Answered, Facts, PlanCase, RecordComplaint, RecordVisit,
    ReviewCase, SelectCase, SendReferral,
};
use asuh_step_registry::{Reach, families};
use asuh_store::{Command, Id, Instant, Query, args};
use time::{Date, Duration};

use super::foster::user;
use super::{DISTRICT, World};
use crate::gates::cli::CliError;

const ADVICE: [&str; 5] = [
    "Telur satu butir tiap pagi; minggu depan ke posyandu.",
    "Ibu diajak ke kelas balita; MP-ASI ditambah lauk hewani.",
    "Air minum dimasak sampai mendidih; cuci tangan dengan sabun.",
    "Buku KIA dibaca bersama; jadwal imunisasi dicatat.",
    "Ayah diminta merokok di luar rumah.",
];

/// What the puskesmas said to a referral, one after the other.
type Answers = &'static [(Referred, &'static str)];

async fn send<C: Command>(world: &World, actor: &Actor, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

fn reach(world: &World) -> Reach {
    Reach::whole(world.actor.district_code)
}

/// The village of the cadre who may sign in.
pub(super) async fn village(world: &World) -> Result<i64, CliError> {
    let sql = "SELECT t.territory_code AS n FROM grant_territory t JOIN user_grant g ON g.district_id = t.district_id \
               AND g.id = t.grant_id JOIN app_user u ON u.district_id = g.district_id AND u.id = g.user_id \
               WHERE t.district_id = $1 AND u.login = 'kader' ORDER BY t.territory_code LIMIT 1";
    Ok(world.app.store.reader().number(sql, args![DISTRICT]).await?)
}

/// The cadre visits families of her village on a day: all but every `left_out`th.
pub(super) async fn visits(world: &mut World, on: Date, left_out: usize) -> Result<(), CliError> {
    let cadre = user(world, "kader").await?;
    let village = village(world).await?;
    let db = world.app.store.reader().clone();
    let questions = checklist::load(&db, DISTRICT).await?;
    let sql = "SELECT family_id FROM family_version WHERE district_id = $1 AND superseded_at = $2 AND village_code = $3 \
               AND status IN ('verified', 'listed') ORDER BY family_id";
    let found: Vec<(Id,)> = db.all(sql, args![DISTRICT, Instant::NEVER, village]).await?;
    for (nth, (family,)) in found.into_iter().enumerate() {
        if nth % left_out == left_out - 1 {
            continue;
        }
        let members = families::members(&db, DISTRICT, family, on).await?;
        let mut answers = Vec::new();
        for member in members.iter().filter(|member| member.ended_reason.is_none()) {
            let Some(target) = member.target else { continue };
            let asked = Asked { target, birth: member.birth_date };
            for question in questions.iter().filter(|one| one.concerns(asked, on)) {
                answers.extend(answer(world, Some(member.id), &question.words));
            }
        }
        if answers.is_empty() {
            continue;
        }
        for question in questions.iter().filter(|one| one.about == About::Family) {
            answers.extend(answer(world, None, &question.words));
        }
        let advice = ADVICE[world.dice.below(ADVICE.len())].to_owned();
        let facts = Facts { visited_on: on, answers, advice, next_on: None, photo: None };
        let visit =
            RecordVisit { reach: reach(world), today: on, family, sponsor: None, facts, measured: None };
        send(world, &cadre, visit).await?;
    }
    Ok(())
}

fn answer(world: &mut World, person: Option<Id>, question: &str) -> Option<Answered> {
    let answer = match world.dice.below(20) {
        0..14 => Answer::Yes,
        14..17 => Answer::No,
        17 => Answer::Unknown,
        _ => return None,
    };
    Some(Answered { person, question: question.to_owned(), answer, note: String::new() })
}

/// Children of the cadre's village who are sent to the puskesmas: one was seen, one is accepted, one waits too long. Two
/// cases are audited, complaints come in. The day is the last of the demo; everything happened in the weeks before.
pub(super) async fn beside(world: &mut World) -> Result<(), CliError> {
    let village = village(world).await?;
    let sql = "SELECT p.person_id, p.family_id FROM child_growth g JOIN person_version p ON p.district_id = g.district_id \
               AND p.person_id = g.person_id AND p.superseded_at = $2 AND p.ended_reason IS NULL \
               JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
               AND f.superseded_at = $2 WHERE g.district_id = $1 AND f.village_code = $3 AND p.birth_date > $4 \
               ORDER BY g.haz, p.person_id LIMIT 5";
    asuh_store::row_struct! { struct Row { person_id: Id, family_id: Id } }
    let today = world.today;
    let five = today - Duration::days(1_790);
    let children: Vec<Row> =
        world.app.store.reader().all(sql, args![DISTRICT, Instant::NEVER, village, five]).await?;
    let (cadre, puskesmas) = (user(world, "kader").await?, user(world, "gizi").await?);
    let told: [(i64, Reason, Answers); 3] = [
        (
            20,
            Reason::Stunted,
            &[(Referred::Accepted, ""), (Referred::Seen, "TB paru disingkirkan; PMT 56 hari, kontrol lagi.")],
        ),
        (9, Reason::NotGaining, &[(Referred::Accepted, "")]),
        (12, Reason::Immunisation, &[]),
    ];
    for (child, (back, reason, answers)) in children.iter().zip(told) {
        let on = today - Duration::days(back);
        world.at(on, 10, 0);
        let sending = SendReferral {
            reach: reach(world),
            today: on,
            family: child.family_id,
            person: child.person_id,
            institution: None,
            reasons: vec![reason],
            note: String::new(),
        };
        let referral = send(world, &cadre, sending).await?;
        for (nth, (state, words)) in (1..).zip(answers) {
            let day = on + Duration::days(nth * 2);
            world.at(day, 9, 0);
            let answer = AnswerReferral {
                referral,
                reach: reach(world),
                today: day,
                state: *state,
                on: day,
                words: (*words).to_owned(),
                again_on: (*state == Referred::Seen).then(|| day + Duration::days(28)),
            };
            send(world, &puskesmas, answer).await?;
        }
    }
    for (nth, child) in children.iter().take(2).enumerate() {
        case(world, &puskesmas, (child.family_id, child.person_id), nth == 0).await?;
    }
    complaints(world, village).await?;
    world.at(today, 6, 45);
    Ok(())
}

/// An audited case: reviewed with a plan that is partly late, or only chosen.
async fn case(
    world: &World,
    puskesmas: &Actor,
    (family, person): (Id, Id),
    reviewed: bool,
) -> Result<(), CliError> {
    let chosen = world.today - Duration::days(60);
    world.at(chosen, 11, 0);
    let reason = "Sangat pendek dan belum membaik sesudah didampingi.".to_owned();
    let select = SelectCase { reach: reach(world), today: chosen, family, person, reason };
    let audit = send(world, puskesmas, select).await?;
    if !reviewed {
        return Ok(());
    }
    let on = chosen + Duration::days(14);
    world.at(on, 13, 0);
    let causes = asuh_ground::settings::list(world.app.store.reader(), DISTRICT, "mentoring.causes").await?;
    let review = ReviewCase {
        audit,
        reach: reach(world),
        today: on,
        on,
        reviewers: "dr. Rekaan, Sp.A; ahli gizi; bidan koordinator".into(),
        finding: "Infeksi berulang, MP-ASI kurang lauk hewani, jamban bersama.".into(),
        causes: causes.into_iter().filter_map(|mut row| row.remove("name")).take(2).collect(),
        again_on: world.today + Duration::days(60),
    };
    send(world, puskesmas, review).await?;
    let plans = [
        ("Periksa ke dokter anak di RSUD", "Puskesmas", -10),
        ("Usulkan jamban sehat", "Pemerintah desa", 30),
    ];
    for (what, who, days) in plans {
        let due_on = world.today + Duration::days(days);
        let plan =
            PlanCase { audit, reach: reach(world), today: on, what: what.into(), who: who.into(), due_on };
        send(world, puskesmas, plan).await?;
    }
    Ok(())
}

async fn complaints(world: &World, village: i64) -> Result<(), CliError> {
    let admin = user(world, "admin").await?;
    let readers = r#"[{"login":"inspektorat"}]"#.to_owned();
    let values = [("mentoring.sensitive_readers".to_owned(), readers)].into();
    send(world, &admin, PutSettings { group: "pendampingan".into(), values }).await?;
    let told = [
        (16, "phone", 1, "Paket minggu lalu belum sampai ke rumah kami.", true),
        (6, "page", 0, "Jadwal posyandu berubah tanpa pemberitahuan.", false),
        (3, "spoken", 2, "Nama anak kami salah tertulis di daftar.", false),
        (2, "page", 3, "Ada yang meminta uang supaya nama kami masuk daftar.", false),
    ];
    let kinds =
        asuh_ground::settings::list(world.app.store.reader(), DISTRICT, "mentoring.complaint_kinds").await?;
    for (back, channel, kind, text, answered) in told {
        let on = world.today - Duration::days(back);
        world.at(on, 15, 0);
        let Some(kind) = kinds.get(kind).and_then(|row| row.get("name")) else { continue };
        let complaint = RecordComplaint {
            today: on,
            channel: channel.into(),
            kind: kind.clone(),
            village: (channel != "page").then_some(village),
            text: text.into(),
            name: String::new(),
            contact: String::new(),
        };
        let number = send(world, &world.actor, complaint).await?;
        if !answered {
            continue;
        }
        let sql = "SELECT id FROM complaint WHERE district_id = $1 AND number = $2";
        let id: Option<(Id,)> = world.app.store.reader().first(sql, args![DISTRICT, number]).await?;
        let Some((complaint,)) = id else { continue };
        world.at(on + Duration::days(2), 9, 0);
        let words = "Paket sudah diantar ulang oleh kader pada hari Rabu.".to_owned();
        let answer = AnswerComplaint { complaint, sensitive: false, state: State::Answered, words };
        send(world, &admin, answer).await?;
    }
    Ok(())
}
