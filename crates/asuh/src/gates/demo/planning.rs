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
use asuh_step_registry::institutions::{self, InstitutionKind, PutInstitution};
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

asuh_store::row_struct! {
    struct Action { id: Id, territory_code: i64, due_on: Date }
}

/// The actions of the year: what is due by now was done in time by most, late by some; two kecamatan and the district have one
/// under way, and what is not due yet is open.
async fn year(world: &World, bappeda: &Actor) -> Result<(), CliError> {
    let (territory, year) = (world.actor.district_code.as_i64(), i64::from(world.today.year()));
    send(world, bappeda, OpenYear { territory, year, scheme: actions::Scheme::Six }).await?;
    let sql = "SELECT id, territory_code, due_on FROM action WHERE district_id = $1 AND year = $2 AND due_on <= $3 \
               ORDER BY territory_code, due_on, nth";
    let due: Vec<Action> = world.app.store.reader().all(sql, args![DISTRICT, year, world.today]).await?;
    for (nth, action) in due.iter().enumerate() {
        let place = action.territory_code / 10_000 % 1_000;
        let is_last = due.get(nth + 1).is_none_or(|next| next.territory_code != action.territory_code);
        let (state, on) = match (is_last, place % 7) {
            (true, 0) => (actions::State::Running, world.today),
            (true, 3) => (actions::State::Done, (action.due_on + Duration::days(12)).min(world.today)),
            _ => (actions::State::Done, action.due_on - Duration::days(4)),
        };
        let words = match state {
            actions::State::Running => "Menunggu data dari puskesmas",
            _ => "Dokumennya disimpan di sekretariat tim",
        };
        let (reach, today, words) = (reach(world), world.today, words.to_owned());
        let record = RecordAction { action: action.id, reach, today, state, on, words, document: None };
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

/// The offices that have a part in it, by what their names contain, and what one is called where the demo has none of it.
const OFFICES: [(&str, &str, &str); 5] = [
    ("kesehatan", "Dinas Kesehatan", "dinkes"),
    ("kb,|keluarga", "Dinas Pengendalian Penduduk dan Keluarga Berencana", "opd_kb"),
    ("pekerjaan umum", "Dinas Pekerjaan Umum dan Penataan Ruang", "pupr"),
    ("dinas sosial", "Dinas Sosial", "dinsos"),
    ("ketahanan pangan", "Dinas Ketahanan Pangan", "pangan"),
];

/// The offices in this order; those that a small demo has no people of are added.
pub(super) async fn offices(world: &World) -> Result<Vec<Id>, CliError> {
    let mut found = Vec::new();
    for office in OFFICES {
        found.push(present(world, office).await?);
    }
    Ok(found)
}

/// The office whose name contains these words, added where the district has none.
async fn present(world: &World, (words, name, tag): (&str, &str, &str)) -> Result<Id, CliError> {
    let all = institutions::of_kind(world.app.store.reader(), DISTRICT, InstitutionKind::Opd).await?;
    let named = |name: &str| words.split('|').any(|word| name.to_lowercase().contains(word));
    if let Some(office) = all.iter().find(|one| named(&one.name)) {
        return Ok(office.id);
    }
    let put = PutInstitution {
        id: None,
        kind: InstitutionKind::Opd,
        parent: None,
        name: name.to_owned(),
        tags: tag.to_owned(),
        territory: None,
        valid_from: world.today,
    };
    send(world, &world.actor, put).await
}

/// What somebody intends.
struct Intended {
    /// Its place among [`OFFICES`]; none: a village.
    office: Option<usize>,
    indicator: &'static str,
    activity: &'static str,
    target: (i64, &'static str),
    /// Rupiah in millions; none: not known yet.
    budget: Option<i64>,
    source: &'static str,
    quarters: (i64, i64),
    /// How many kecamatan it reaches.
    kecamatan: usize,
    /// Percent of the target and of the budget by the end; none: nobody told.
    reached: Option<(i64, i64)>,
}

const INTENDED: &[Intended] = &[
    Intended {
        office: Some(0),
        indicator: "balita-dipantau",
        activity: "Bulan timbang dan kalibrasi alat ukur",
        target: (120, "posyandu"),
        budget: Some(450),
        source: "dak_nonfisik",
        quarters: (1, 4),
        kecamatan: 8,
        reached: Some((92, 88)),
    },
    Intended {
        office: Some(0),
        indicator: "bumil-ttd",
        activity: "Tablet tambah darah dan kelas ibu hamil",
        target: (640, "ibu hamil"),
        budget: Some(210),
        source: "apbd",
        quarters: (1, 4),
        kecamatan: 8,
        reached: Some((71, 64)),
    },
    Intended {
        office: Some(0),
        indicator: "balita-dipantau",
        activity: "Kelas ibu balita",
        target: (48, "kelas"),
        budget: Some(180),
        source: "apbd",
        quarters: (1, 2),
        kecamatan: 3,
        reached: Some((60, 60)),
    },
    Intended {
        office: Some(1),
        indicator: "krs-didampingi",
        activity: "Pendampingan keluarga berisiko oleh TPK",
        target: (2_400, "keluarga"),
        budget: Some(620),
        source: "dak_nonfisik",
        quarters: (1, 4),
        kecamatan: 8,
        reached: Some((83, 79)),
    },
    // Two offices, one work: the page says so.
    Intended {
        office: Some(1),
        indicator: "balita-dipantau",
        activity: "Kelas ibu balita",
        target: (20, "kelas"),
        budget: Some(75),
        source: "apbd",
        quarters: (1, 2),
        kecamatan: 3,
        reached: Some((100, 96)),
    },
    Intended {
        office: Some(2),
        indicator: "air-minum",
        activity: "Sambungan rumah air minum",
        target: (350, "sambungan"),
        budget: Some(2_400),
        source: "dak_fisik",
        quarters: (2, 4),
        kecamatan: 2,
        reached: Some((58, 46)),
    },
    Intended {
        office: Some(2),
        indicator: "sanitasi",
        activity: "Jamban keluarga berisiko",
        target: (140, "unit"),
        budget: Some(910),
        source: "apbd",
        quarters: (2, 4),
        kecamatan: 4,
        reached: None,
    },
    Intended {
        office: Some(3),
        indicator: "",
        activity: "Bantuan pangan keluarga berisiko",
        target: (900, "keluarga"),
        budget: None,
        source: "",
        quarters: (3, 4),
        kecamatan: 5,
        reached: None,
    },
    Intended {
        office: Some(4),
        indicator: "",
        activity: "Pekarangan pangan lestari",
        target: (24, "kelompok"),
        budget: Some(260),
        source: "apbd",
        quarters: (1, 3),
        kecamatan: 6,
        reached: Some((100, 98)),
    },
    Intended {
        office: None,
        indicator: "balita-dipantau",
        activity: "PMT posyandu dari Dana Desa",
        target: (12, "bulan"),
        budget: Some(36),
        source: "dana_desa",
        quarters: (1, 4),
        kecamatan: 0,
        reached: Some((83, 81)),
    },
];

/// The plan of the year as it was agreed at the rembuk, with what was told of it; and the draft of the next one, with a little
/// more money.
async fn plan(world: &World, bappeda: &Actor, village: i64) -> Result<(), CliError> {
    let (year, today) = (i64::from(world.today.year()), world.today);
    let quarter = (i64::from(u8::from(world.today.month())) + 2) / 3;
    let rows = written(world, bappeda, village, year, 100).await?;
    agree(world, bappeda, year, today).await?;
    for (item, intended) in rows {
        let Some((physical, money)) = intended.reached else { continue };
        let (from, to) = intended.quarters;
        for told in from..=to.min(quarter) {
            // Quarter by quarter towards the end.
            let so_far =
                |whole: i64, percent: i64| whole * percent / 100 * (told - from + 1) / (to - from + 1);
            let reached = so_far(intended.target.0, physical);
            let spent = so_far(intended.budget.unwrap_or(0) * 1_000_000, money);
            let (hand, words) = (Hand::of(bappeda), String::new());
            let report =
                ReportItem { hand, item, quarter: told, reached, spent, words, evidence: None, today };
            send(world, bappeda, report).await?;
        }
    }
    written(world, bappeda, village, year + 1, 108).await?;
    Ok(())
}

/// Opens the plan of a year and writes its rows, with so many percent of the money.
async fn written(
    world: &World,
    bappeda: &Actor,
    village: i64,
    year: i64,
    percent: i64,
) -> Result<Vec<(Id, &'static Intended)>, CliError> {
    send(world, bappeda, OpenPlan { year, today: world.today }).await?;
    let db = world.app.store.reader();
    let offices = offices(world).await?;
    let own = village / 10_000 * 10_000;
    let all = asuh_step_registry::territories::subdistricts(db, DISTRICT).await?;
    // The kecamatan of the village first, then those after it.
    let (before, after): (Vec<i64>, Vec<i64>) =
        all.into_iter().map(|one| one.code).partition(|code| *code < own);
    let kecamatan: Vec<i64> = after.into_iter().chain(before).collect();
    let mut rows = Vec::new();
    for (nth, one) in INTENDED.iter().enumerate() {
        let places = match one.office {
            None => vec![village],
            // Not everybody works in the same places.
            Some(_) => kecamatan
                .iter()
                .cycle()
                .skip(nth % 2)
                .take(one.kecamatan.min(kecamatan.len()))
                .copied()
                .collect(),
        };
        let facts = ItemFacts {
            indicator: one.indicator.to_owned(),
            activity: one.activity.to_owned(),
            subactivity: String::new(),
            places,
            target: one.target.0,
            unit: one.target.1.to_owned(),
            budget: one.budget.map(|millions| millions * 10_000 * percent),
            source: one.source.to_owned(),
            from_quarter: one.quarters.0,
            to_quarter: one.quarters.1,
            person_in_charge: if one.office.is_some() { "Kepala Bidang" } else { "Kaur Kesra" }.to_owned(),
            evidence: "Daftar hadir dan foto".to_owned(),
        };
        let owner = one.office.map_or(Owner::Village(village), |office| Owner::Office(offices[office]));
        let (hand, reason) = (Hand::of(bappeda), String::new());
        let put = PutItem { hand, year, item: None, owner, facts, reason, batch: None };
        rows.push((send(world, bappeda, put).await?, one));
    }
    Ok(rows)
}

/// What offices intend: owner, indicator, activity, budget in millions, source, quarters, how much of a hundred was reached
/// in the end or by the third quarter (none: not told of).
pub(super) type Row =
    (&'static str, &'static str, &'static str, Option<i64>, &'static str, (i64, i64), Option<i64>);

/// A row that was written, with its budget in millions and what came of it.
pub(super) struct Written {
    pub(super) item: Id,
    budget: i64,
    reached: Option<i64>,
}

/// The office that stands behind the money of villages, which plans of other districts name besides.
const FOR_VILLAGES: (&str, &str, &str) =
    ("masyarakat dan desa", "Dinas Pemberdayaan Masyarakat dan Desa", "");

/// The office that the row `nth` of a plan, counted from 1, names by words of its name.
///
/// # Errors
/// None of the offices is called so: which row, what it says, and how to mend it.
fn office_of(offices: &[(Id, String)], nth: usize, words: &str) -> Result<Id, CliError> {
    let found = offices.iter().find(|(_, name)| words.split('|').any(|word| name.contains(word)));
    found.map(|(id, _)| *id).ok_or_else(|| {
        CliError::Text(format!(
            "row {nth} of the plan, office: no office of this district is called \"{words}\"; add it to the offices of the \
             demo, or write a word of the name of one of: {}",
            offices.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("; ")
        ))
    })
}

/// Writes rows of offices into the plan of a year. Offices that a small demo has no people of are added.
pub(super) async fn rows(
    world: &World,
    bappeda: &Actor,
    village: i64,
    year: i64,
    rows: &[Row],
) -> Result<Vec<Written>, CliError> {
    offices(world).await?;
    present(world, FOR_VILLAGES).await?;
    let all = institutions::of_kind(world.app.store.reader(), DISTRICT, InstitutionKind::Opd).await?;
    let all: Vec<(Id, String)> = all.into_iter().map(|one| (one.id, one.name)).collect();
    let mut written = Vec::new();
    for (nth, (words, indicator, activity, budget, source, quarters, reached)) in rows.iter().enumerate() {
        let office = office_of(&all, nth + 1, words)?;
        let facts = facts(village, indicator, activity, budget.map(|m| m * 1_000_000), source, *quarters);
        let (hand, owner, reason) = (Hand::of(bappeda), Owner::Office(office), String::new());
        let put = PutItem { hand, year, item: None, owner, facts, reason, batch: None };
        let item = send(world, bappeda, put).await?;
        written.push(Written { item, budget: budget.unwrap_or(0), reached: *reached });
    }
    Ok(written)
}

/// The plan of a year as the rembuk agreed it.
pub(super) async fn agree(world: &World, bappeda: &Actor, year: i64, today: Date) -> Result<(), CliError> {
    let (state, basis) = (plans::State::Agreed, "Berita acara rembuk stunting (rekaan)".to_owned());
    send(world, bappeda, SetPlanState { year, state, basis, today }).await
}

/// What came of the rows by a quarter: so many percent of what came in the end.
pub(super) async fn tell(
    world: &World,
    bappeda: &Actor,
    told: &[Written],
    (quarter, percent): (i64, i64),
    today: Date,
) -> Result<(), CliError> {
    for row in told {
        let Some(reached) = row.reached.map(|reached| reached * percent / 100) else { continue };
        let (hand, words, spent) = (Hand::of(bappeda), String::new(), row.budget * 1_000_000 * reached / 100);
        let report =
            ReportItem { hand, item: row.item, quarter, reached, spent, words, evidence: None, today };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_that_is_not_there_is_said_and_never_stood_in_for() {
        let (first, second) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let offices = [(first, "Dinas Kesehatan".to_owned()), (second, "Dinas Sosial".to_owned())];
        assert_eq!(office_of(&offices, 1, "Sosial").unwrap(), second);
        assert_eq!(office_of(&offices, 2, "Gizi|Kesehatan").unwrap(), first);
        let error = office_of(&offices, 3, "Pekerjaan Umum").unwrap_err().to_string();
        for words in ["row 3", "office", "\"Pekerjaan Umum\"", "Dinas Kesehatan; Dinas Sosial", "add it"] {
            assert!(error.contains(words), "{words}: {error}");
        }
        assert!(office_of(&[], 1, "Sosial").is_err());
    }
}
