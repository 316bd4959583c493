//! The rembuk of the demo: held in the hall and online, with commitments of which one is kept and one is late, and the
//! coordination meeting that follows it. Everybody in it is made up.

use asuh_ground::access::{Actor, Scope};
use asuh_step_convergence::meeting::rules::{AgendaLine, GuestLine, SignatoryLine, State};
use asuh_step_convergence::{
    Attend, Become, CloseMeeting, Decide, Facts, MoveMeeting, NoteSummary, PrepareMeeting, ReportProgress,
    Tie,
};
use asuh_store::{Command, Id, Query, args};
use time::{Date, Duration};

use super::foster::user;
use super::{DISTRICT, World};
use crate::gates::cli::CliError;

/// Who came: name, position, institution, sex, how.
pub(super) type Came = (&'static str, &'static str, &'static str, &'static str, &'static str);

const CAME: &[Came] = &[
    ("Rekaan Hadi", "Ketua Komisi IV", "DPRD", "male", "hall"),
    ("Rekaan Salma", "Kepala Seksi Bimas Islam", "Kantor Kementerian Agama", "female", "hall"),
    ("Rekaan Bayu", "Kepala", "Bappeda", "male", "hall"),
    ("Rekaan Nirmala", "Kepala Bidang Kesehatan Masyarakat", "Dinas Kesehatan", "female", "hall"),
    ("Rekaan Tono", "Kepala", "DPMD", "male", "hall"),
    ("Rekaan Wulan", "Kepala Cabang", "BPJS Kesehatan", "female", "online"),
    ("Rekaan Darma", "Camat", "Kecamatan", "male", "online"),
    ("Rekaan Yani", "Lurah", "Kelurahan", "female", "online"),
    ("Rekaan Putri", "Ketua", "TP PKK", "female", "hall"),
];

/// What was agreed: what, office, how much, days from the meeting, which row of the plan does it.
const AGREED: [(&str, &str, &str, i64, &str); 4] = [
    ("Menurunkan prevalensi stunting menjadi 10 persen tahun depan", "Bappeda", "10 persen", 400, ""),
    ("PMT lokal dari Dana Desa di desa prioritas", "DPMD", "12 desa", 30, "PMT posyandu dari Dana Desa"),
    ("Pemeriksaan kesehatan calon pengantin sebelum nikah", "Kantor Kementerian Agama", "semua KUA", 20, ""),
    (
        "Pendampingan semua keluarga berisiko oleh TPK",
        "Dinas KB",
        "seluruh KRS",
        120,
        "Pendampingan keluarga berisiko oleh TPK",
    ),
];

const AGENDA: [(&str, &str, &str); 6] = [
    ("08.30", "Doa dan Indonesia Raya", ""),
    ("08.45", "Sambutan dan pembukaan", "Wakil Bupati"),
    ("09.15", "Paparan hasil analisis situasi", "Bappeda"),
    ("10.00", "Paparan rencana kegiatan perangkat daerah", "Perangkat daerah"),
    ("10.45", "Diskusi dan kesepakatan", ""),
    ("11.45", "Penandatanganan komitmen dan penutup", ""),
];

const SAID: &str = "Wakil Bupati membuka rembuk dan meminta setiap kantor menyebut apa yang dikerjakan, di desa mana.\n\
    Bappeda memaparkan desa dengan kasus terbanyak dan cakupan pengukurannya.\n\
    Peserta daring dari BPJS Kesehatan dan kecamatan menyampaikan kendala data ibu hamil.";

/// What somebody promises: what, office, how much, until when, and what it serves.
pub(super) struct Promise {
    pub(super) words: (&'static str, &'static str, &'static str),
    pub(super) due_on: Date,
    pub(super) tie: Tie,
}

async fn send<C: Command>(world: &World, actor: &Actor, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

fn scope(world: &World) -> Scope {
    Scope::whole(world.actor.district_code)
}

fn facts(
    world: &World,
    (kind, title): (&str, &str),
    held_on: Date,
    previous: Option<Id>,
    came: &[Came],
) -> Facts {
    let agenda = AGENDA.map(|(starts, item, speaker)| AgendaLine {
        starts: starts.into(),
        item: item.into(),
        speaker: speaker.into(),
    });
    let guest = |(_, position, institution, ..): &Came| GuestLine {
        institution: (*institution).into(),
        position: (*position).into(),
        phone: String::new(),
    };
    let signs = |name: &str, position: &str| SignatoryLine { name: name.into(), position: position.into() };
    Facts {
        kind: kind.into(),
        title: format!("{title} {}", held_on.year()),
        territory: world.actor.district_code.as_i64(),
        held_on,
        starts: "08.30".into(),
        place: "Aula Bappeda".into(),
        link: "https://zoom.us/j/00000000000".into(),
        leader: "Wakil Bupati".into(),
        basis: String::new(),
        previous,
        agenda: agenda.to_vec(),
        guests: came.iter().map(guest).collect(),
        signatories: vec![
            signs("Rekaan Wibawa, S.E.", "Wakil Bupati"),
            signs("Rekaan Hadi", "Ketua Komisi IV DPRD"),
        ],
    }
}

/// A meeting from its preparation to its close, and the commitments that were made there.
pub(super) async fn held(
    world: &World,
    planner: &Actor,
    (kind, title): (&str, &str),
    (held_on, previous): (Date, Option<Id>),
    came: &[Came],
    promises: Vec<Promise>,
    said: &str,
) -> Result<(Id, Vec<Id>), CliError> {
    world.at(held_on, 8, 0);
    let facts = facts(world, (kind, title), held_on, previous, came);
    let meeting = send(world, planner, PrepareMeeting { scope: scope(world), meeting: None, facts }).await?;
    send(world, planner, MoveMeeting { meeting, scope: scope(world), to: State::Running }).await?;
    for (name, position, institution, sex, way) in came {
        let [name, position, institution, sex, way] =
            [name, position, institution, sex, way].map(|text| (*text).to_owned());
        let (scope, phone) = (Some(scope(world)), String::new());
        send(world, planner, Attend { meeting, scope, name, position, institution, sex, phone, way }).await?;
    }
    let mut promised = Vec::new();
    for Promise { words: (what, office, quantity), due_on, tie } in promises {
        let [what, office, quantity] = [what, office, quantity].map(str::to_owned);
        let scope = scope(world);
        let one = Decide { meeting, scope, what, office, quantity, due_on, place: None, tie };
        promised.push(send(world, planner, one).await?);
    }
    let note = NoteSummary { meeting, scope: scope(world), words: said.to_owned(), before: String::new() };
    send(world, planner, note).await?;
    send(world, planner, CloseMeeting { meeting, scope: scope(world) }).await?;
    Ok((meeting, promised))
}

/// What became of a commitment by a day, at ten in the morning.
pub(super) async fn told(
    world: &World,
    planner: &Actor,
    commitment: Id,
    on: Date,
    state: Become,
    words: &str,
) -> Result<(), CliError> {
    world.at(on, 10, 0);
    let (scope, words) = (scope(world), words.to_owned());
    let report = ReportProgress { commitment, scope, today: on, on, state, words, evidence: None };
    send(world, planner, report).await?;
    Ok(())
}

/// The row of a plan with this activity; none: not tied.
async fn row(world: &World, activity: &str) -> Result<Tie, CliError> {
    let sql = "SELECT i.id FROM plan_item i JOIN plan_version v ON v.district_id = i.district_id AND v.item_id = i.id \
               AND v.version = i.version WHERE i.district_id = $1 AND v.activity = $2 ORDER BY i.id LIMIT 1";
    let found: Option<(Id,)> = world.app.store.reader().first(sql, args![DISTRICT, activity]).await?;
    Ok(Tie { plan_item: found.map(|row| row.0), indicator: String::new() })
}

/// The rembuk some weeks ago with its commitments, and the meeting that follows it next week.
pub(super) async fn remembered(world: &World) -> Result<(), CliError> {
    let planner = user(world, "bappeda").await?;
    let held_on = world.today - Duration::days(40);
    let mut promises = Vec::new();
    for (what, office, quantity, days, activity) in AGREED {
        let tie = row(world, activity).await?;
        promises.push(Promise {
            words: (what, office, quantity),
            due_on: held_on + Duration::days(days),
            tie,
        });
    }
    let kind = ("Rembuk stunting kabupaten", "Rembuk Stunting");
    let (rembuk, promised) = held(world, &planner, kind, (held_on, None), CAME, promises, SAID).await?;
    for (nth, after, state, words) in [
        (1, 15, Become::Open, "Tujuh desa sudah memasukkan PMT dalam APBDes perubahan."),
        (2, 18, Become::Done, "Semua KUA mensyaratkan surat keterangan periksa kesehatan."),
    ] {
        told(world, &planner, promised[nth], held_on + Duration::days(after), state, words).await?;
    }
    world.at(world.this_monday(), 6, 50);
    let (kind, next) = (("Rapat koordinasi", "Rapat Koordinasi Tindak Lanjut Rembuk"), Duration::days(8));
    let facts = facts(world, kind, world.today + next, Some(rembuk), CAME);
    send(world, &planner, PrepareMeeting { scope: scope(world), meeting: None, facts }).await?;
    Ok(())
}
