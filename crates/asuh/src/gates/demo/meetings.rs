//! The rembuk of the demo: held in the hall and online, with commitments of which one is kept and one is late, and the
//! coordination meeting that follows it. Everybody in it is made up.

use asuh_ground::access::Actor;
use asuh_step_convergence::meeting::rules::{AgendaLine, GuestLine, SignatoryLine, State};
use asuh_step_convergence::{
    Attend, Become, CloseMeeting, Decide, Facts, MoveMeeting, NoteSummary, PrepareMeeting, ReportProgress, Tie,
};
use asuh_store::{Command, Id};
use time::{Date, Duration};

use super::World;
use super::foster::user;
use crate::gates::cli::CliError;

/// Who came: name, position, institution, sex, how.
const CAME: [(&str, &str, &str, &str, &str); 9] = [
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

/// What was agreed: what, office, how much, days from the meeting.
const AGREED: [(&str, &str, &str, i64); 4] = [
    ("Menurunkan prevalensi stunting menjadi 10 persen tahun depan", "Bappeda", "10 persen", 400),
    ("PMT lokal dari Dana Desa di desa prioritas", "DPMD", "12 desa", 30),
    ("Pemeriksaan kesehatan calon pengantin sebelum nikah", "Kantor Kementerian Agama", "semua KUA", 20),
    ("Jaminan kesehatan untuk ibu hamil keluarga berisiko", "Dinas Sosial", "seluruh ibu hamil KRS", 120),
];

const AGENDA: [(&str, &str, &str); 6] = [
    ("08.30", "Doa dan Indonesia Raya", ""),
    ("08.45", "Sambutan dan pembukaan", "Wakil Bupati"),
    ("09.15", "Paparan hasil analisis situasi", "Bappeda"),
    ("10.00", "Paparan rencana kegiatan perangkat daerah", "Perangkat daerah"),
    ("10.45", "Diskusi dan kesepakatan", ""),
    ("11.45", "Penandatanganan komitmen dan penutup", ""),
];

async fn send<C: Command>(world: &World, actor: &Actor, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

fn facts(world: &World, kind: &str, title: &str, held_on: Date, previous: Option<Id>) -> Facts {
    let agenda = AGENDA.map(|(starts, item, speaker)| AgendaLine {
        starts: starts.into(),
        item: item.into(),
        speaker: speaker.into(),
    });
    let guests = CAME.map(|(_, position, institution, ..)| GuestLine {
        institution: institution.into(),
        position: position.into(),
        phone: String::new(),
    });
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
        guests: guests.to_vec(),
        signatories: vec![
            signs("Rekaan Wibawa, S.E.", "Wakil Bupati"),
            signs("Rekaan Hadi", "Ketua Komisi IV DPRD"),
        ],
    }
}

/// The rembuk some weeks ago with its commitments, and the meeting that follows it next week.
pub(super) async fn remembered(world: &World) -> Result<(), CliError> {
    let planner = user(world, "bappeda").await?;
    let scope = || asuh_ground::access::Scope::whole(world.actor.district_code);
    let held_on = world.today - Duration::days(40);
    world.at(held_on, 8, 0);
    let facts_of = facts(world, "Rembuk stunting kabupaten", "Rembuk Stunting", held_on, None);
    let rembuk =
        send(world, &planner, PrepareMeeting { scope: scope(), meeting: None, facts: facts_of }).await?;
    send(world, &planner, MoveMeeting { meeting: rembuk, scope: scope(), to: State::Running }).await?;
    for (name, position, institution, sex, way) in CAME {
        let [name, position, institution, sex, way] =
            [name, position, institution, sex, way].map(str::to_owned);
        let phone = String::new();
        let one =
            Attend { meeting: rembuk, scope: Some(scope()), name, position, institution, sex, phone, way };
        send(world, &planner, one).await?;
    }
    let mut promised = Vec::new();
    for (what, office, quantity, days) in AGREED {
        let [what, office, quantity] = [what, office, quantity].map(str::to_owned);
        let due_on = held_on + Duration::days(days);
        let one = Decide { meeting: rembuk, scope: scope(), what, office, quantity, due_on, place: None, tie: Tie::default() };
        promised.push(send(world, &planner, one).await?);
    }
    let words =
        "Wakil Bupati membuka rembuk dan meminta setiap kantor menyebut apa yang dikerjakan, di desa mana.\n\
                 Bappeda memaparkan desa dengan kasus terbanyak dan cakupan pengukurannya.\n\
                 Peserta daring dari BPJS Kesehatan dan kecamatan menyampaikan kendala data ibu hamil."
            .to_owned();
    send(world, &planner, NoteSummary { meeting: rembuk, scope: scope(), words, before: String::new() })
        .await?;
    send(world, &planner, CloseMeeting { meeting: rembuk, scope: scope() }).await?;
    for (nth, after, state, words) in [
        (1, 15, Become::Open, "Tujuh desa sudah memasukkan PMT dalam APBDes perubahan."),
        (2, 18, Become::Done, "Semua KUA mensyaratkan surat keterangan periksa kesehatan."),
    ] {
        let on = held_on + Duration::days(after);
        world.at(on, 10, 0);
        let report = ReportProgress {
            commitment: promised[nth],
            scope: scope(),
            today: on,
            on,
            state,
            words: words.into(),
            evidence: None,
        };
        send(world, &planner, report).await?;
    }
    world.at(world.this_monday(), 6, 50);
    let next = world.today + Duration::days(8);
    let facts = facts(world, "Rapat koordinasi", "Rapat Koordinasi Tindak Lanjut Rembuk", next, Some(rembuk));
    send(world, &planner, PrepareMeeting { scope: scope(), meeting: None, facts }).await?;
    Ok(())
}
