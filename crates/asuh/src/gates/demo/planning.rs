//! Convergence of the demo: who is in the teams, the actions of the year, what is aimed at, what the offices plan and did, and
//! the situation as it stands. Every name and figure is invented.

use asuh_ground::access::Actor;
use asuh_step_convergence::action::{OpenYear, RecordAction, rules as actions};
use asuh_step_convergence::aim::{PutAim, TakeNational, rules as aims};
use asuh_step_convergence::analysis::{NoteObstacle, ReckonAnalysis, Situation};
use asuh_step_convergence::indicator::TakeShipped;
use asuh_step_convergence::plan::{
    Hand, ItemFacts, OpenPlan, Owner, PutItem, ReportItem, SetPlanState, rules as plans,
};
use asuh_step_convergence::team::{MemberFacts, PutMember, PutTeam, rules as teams};
use asuh_step_registry::Reach;
use asuh_step_registry::institutions::{self, InstitutionKind};
use asuh_store::{Command, Id, Query, args};
use time::{Date, Duration, Month};

use super::foster::user;
use super::{DISTRICT, World};
use crate::gates::cli::CliError;

async fn send<C: Command>(world: &World, actor: &Actor, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

fn reach(world: &World) -> Reach {
    Reach::whole(world.actor.district_code)
}

/// All of it, as Bappeda and the offices left it by the last day of the demo.
pub(super) async fn make(world: &World, village: i64) -> Result<(), CliError> {
    let bappeda = user(world, "bappeda").await?;
    let known = "SELECT COUNT(*) AS n FROM indicator WHERE district_id = $1";
    if world.app.store.reader().number(known, args![DISTRICT]).await? == 0 {
        send(world, &bappeda, TakeShipped {}).await?;
    }
    people(world, &bappeda, village).await?;
    year(world, &bappeda).await?;
    found(world, &bappeda).await?;
    plan(world, &bappeda, village).await?;
    situation(world, &bappeda, village).await
}

/// Members of a team: position, name, institution, office held.
type Members = &'static [(i64, &'static str, &'static str, &'static str)];

const DISTRICT_TEAM: Members = &[
    (1, "Drs. Rekaan Pengarah", "Pemerintah Kabupaten", "Bupati"),
    (2, "Hj. Rekaan Pelaksana, S.Sos", "Pemerintah Kabupaten", "Wakil Bupati"),
    (3, "Ir. Rekaan Wakil, M.Si", "Sekretariat Daerah", "Sekretaris Daerah"),
    (4, "dr. Rekaan Sekretaris", "Dinas KB", "Kepala Dinas"),
    (5, "dr. Rekaan Gizi, M.Gizi", "Dinas Kesehatan", "Kepala Bidang Kesmas"),
];

const COMPANIONS: Members = &[
    (1, "Rekaan Bidan, A.Md.Keb.", "Puskesmas", "Bidan desa"),
    (2, "Rekaan Kader PKK", "TP PKK desa", "Anggota"),
];

/// The teams of the district, of the kecamatan and of a village. One term ends soon, some seats are vacant.
async fn people(world: &World, bappeda: &Actor, village: i64) -> Result<(), CliError> {
    let whole = world.actor.district_code.as_i64();
    let start = Date::from_calendar_date(world.today.year(), Month::January, 1).unwrap_or(world.today);
    for (kind, territory, members) in [
        (teams::Kind::Tpps, whole, DISTRICT_TEAM),
        (teams::Kind::Tpps, village / 10_000 * 10_000, &DISTRICT_TEAM[3..4]),
        (teams::Kind::Tpk, village, COMPANIONS),
    ] {
        let (rw, rt) = (String::new(), String::new());
        let team = PutTeam { reach: reach(world), kind, territory, rw, rt, nth: 0, batch: None };
        let team = send(world, bappeda, team).await?;
        for (nth, (position, name, institution, job)) in members.iter().enumerate() {
            let soon = nth == members.len() - 1;
            let facts = MemberFacts {
                name: (*name).to_owned(),
                institution: (*institution).to_owned(),
                job: (*job).to_owned(),
                phone: None,
                starts_on: start,
                ends_on: soon.then(|| world.today + Duration::days(20)),
            };
            let (reach, today, position) = (reach(world), world.today, *position);
            send(
                world,
                bappeda,
                PutMember { team, reach, today, replaces: None, position, facts, batch: None },
            )
            .await?;
        }
    }
    Ok(())
}

/// The actions of the year: the first ones done, one under way, the others as they come.
async fn year(world: &World, bappeda: &Actor) -> Result<(), CliError> {
    let (territory, year) = (world.actor.district_code.as_i64(), i64::from(world.today.year()));
    send(world, bappeda, OpenYear { territory, year, scheme: actions::Scheme::Six }).await?;
    let sql = "SELECT id FROM action WHERE district_id = $1 AND territory_code = $2 ORDER BY nth LIMIT 4";
    let rows: Vec<(Id,)> = world.app.store.reader().all(sql, args![DISTRICT, territory]).await?;
    for (nth, (action,)) in rows.into_iter().enumerate() {
        let state = if nth < 3 { actions::State::Done } else { actions::State::Running };
        let words = "Hasilnya disimpan di sekretariat tim".to_owned();
        let (reach, today) = (reach(world), world.today);
        let record = RecordAction { action, reach, today, state, on: today, words, document: None };
        send(world, bappeda, record).await?;
    }
    Ok(())
}

/// What the nation aims at, what the district does, and four invented findings.
async fn found(world: &World, bappeda: &Actor) -> Result<(), CliError> {
    send(world, bappeda, TakeNational {}).await?;
    let year = i64::from(world.today.year());
    let put = |kind, year, percent, basis: &str| PutAim {
        kind,
        level: aims::Level::District,
        source: aims::Source::Ssgi,
        year,
        percent,
        interval: None,
        basis: basis.to_owned(),
    };
    for (back, percent) in [(5, 2_810), (4, 2_560), (3, 2_390), (2, 2_160)] {
        let one = put(aims::Kind::Found, year - back, percent, "Angka rekaan untuk demo");
        send(world, bappeda, one).await?;
    }
    let own = put(aims::Kind::Target, year + 3, 1_400, "Target rekaan RPJMD");
    send(world, bappeda, own).await
}

/// What offices intend: owner, indicator, activity, budget in millions, source, quarters, how much of a hundred was reached
/// by the third quarter (none: not told of).
type Row = (&'static str, &'static str, &'static str, Option<i64>, &'static str, (i64, i64), Option<i64>);

const ROWS: &[Row] = &[
    (
        "Kesehatan",
        "balita-dipantau",
        "Bulan timbang dan kalibrasi alat ukur",
        Some(450),
        "dak_nonfisik",
        (1, 4),
        Some(70),
    ),
    ("Kesehatan", "balita-dipantau", "Kelas ibu balita", Some(180), "apbd", (1, 2), Some(60)),
    (
        "Keluarga|KB",
        "krs-didampingi",
        "Pendampingan keluarga berisiko oleh TPK",
        Some(620),
        "dak_nonfisik",
        (1, 4),
        Some(55),
    ),
    ("Keluarga|KB", "balita-dipantau", "Kelas ibu balita", Some(75), "apbd", (1, 2), Some(100)),
    ("Pekerjaan Umum", "", "Sambungan rumah air minum", Some(2_400), "dak_fisik", (2, 4), None),
    ("Sosial", "", "Bantuan pangan keluarga berisiko", None, "", (3, 4), None),
];

/// A plan that was agreed at the rembuk, with rows of offices and of a village, and what was told of it.
async fn plan(world: &World, bappeda: &Actor, village: i64) -> Result<(), CliError> {
    let year = i64::from(world.today.year());
    send(world, bappeda, OpenPlan { year, today: world.today }).await?;
    let db = world.app.store.reader();
    let offices = institutions::of_kind(db, DISTRICT, InstitutionKind::Opd).await?;
    let hand = Hand::of(bappeda);
    let mut told = Vec::new();
    for (words, indicator, activity, budget, source, quarters, reached) in ROWS {
        let named = |name: &str| words.split('|').any(|word| name.contains(word));
        let office = offices.iter().find(|one| named(&one.name)).or(offices.first());
        let Some(office) = office else { continue };
        let facts = facts(village, indicator, activity, budget.map(|m| m * 1_000_000), source, *quarters);
        let (hand, owner) = (hand.clone(), Owner::Office(office.id));
        let put = PutItem { hand, year, item: None, owner, facts, reason: String::new(), batch: None };
        told.push((send(world, bappeda, put).await?, *budget, *reached));
    }
    let own = facts(
        village,
        "balita-dipantau",
        "PMT posyandu dari Dana Desa",
        Some(36_000_000),
        "dana_desa",
        (1, 4),
    );
    let owner = Owner::Village(village);
    let put = PutItem {
        hand: hand.clone(),
        year,
        item: None,
        owner,
        facts: own,
        reason: String::new(),
        batch: None,
    };
    told.push((send(world, bappeda, put).await?, Some(36), Some(50)));
    let (state, basis) = (plans::State::Agreed, "Berita acara rembuk stunting (rekaan)".to_owned());
    send(world, bappeda, SetPlanState { year, state, basis, today: world.today }).await?;
    let quarter = (i64::from(u8::from(world.today.month())) + 2) / 3;
    for (item, budget, reached) in told {
        let Some(reached) = reached else { continue };
        let spent = budget.unwrap_or(0) * 1_000_000 * reached / 100;
        let (hand, today, words) = (hand.clone(), world.today, String::new());
        let report = ReportItem { hand, item, quarter, reached, spent, words, evidence: None, today };
        send(world, bappeda, report).await?;
    }
    Ok(())
}

fn facts(
    village: i64,
    indicator: &str,
    activity: &str,
    budget: Option<i64>,
    source: &str,
    (from_quarter, to_quarter): (i64, i64),
) -> ItemFacts {
    ItemFacts {
        indicator: indicator.to_owned(),
        activity: activity.to_owned(),
        subactivity: String::new(),
        places: vec![village / 10_000 * 10_000],
        target: 100,
        unit: "kegiatan".to_owned(),
        budget,
        source: source.to_owned(),
        from_quarter,
        to_quarter,
        person_in_charge: "Kepala Bidang".to_owned(),
        evidence: "Daftar hadir dan foto".to_owned(),
    }
}

/// The situation by the last whole month, with what stands in the way of a kecamatan.
async fn situation(world: &World, bappeda: &Actor, village: i64) -> Result<(), CliError> {
    let day = world.today.replace_day(1).unwrap_or(world.today) - Duration::DAY;
    let month = i64::from(day.year()) * 100 + i64::from(u8::from(day.month()));
    let year = i64::from(world.today.year()) + 1;
    let today = world.today;
    let situation = Situation::read(&world.app.store, DISTRICT, (year, month), today).await?;
    let reckon = ReckonAnalysis { year, month, today, situation: Some(situation) };
    let analysis = send(world, bappeda, reckon).await?;
    let note = NoteObstacle {
        analysis,
        reach: reach(world),
        territory: village / 10_000 * 10_000,
        words: "Dua posyandu tidak punya alat ukur panjang badan".to_owned(),
        proposal: "Pengadaan antropometri kit dari Dana Desa".to_owned(),
    };
    send(world, bappeda, note).await
}
