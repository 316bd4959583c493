//! Kotawaringin Barat, 2021: the situation analysed village by village, a rembuk in the hall and on Zoom on 29 March, what was
//! promised there and followed through the year, and the review of 28 March 2022 that opens with what is open. The district
//! aims at 10 percent in 2022. The days, the guests and the aim are those of the rembuk; every person and figure is invented.

use std::path::Path;

use asuh_ground::access::Actor;
use asuh_ground::jobs;
use asuh_step_convergence::Become;
use asuh_step_convergence::Tie;
use asuh_step_convergence::aim::{PutAim, rules as aims};
use asuh_step_convergence::analysis::{Choice, DecideAnalysis, NoteObstacle, ReckonAnalysis};
use asuh_step_convergence::indicator::TakeShipped;
use asuh_step_convergence::plan::OpenPlan;
use asuh_step_registry::Reach;
use asuh_store::{Command, Id, Instant, Options, Query, args};
use time::Date;
use time::macros::date;

use super::foster::user;
use super::meetings::{self, Came, Promise};
use super::planning::{self, Row, Written};
use super::{DISTRICT, Place, Size, World, begin, end, lists, posyandu, setup, users};
use crate::gates::cli::CliError;

/// Families at risk.
pub const WHOLE: usize = 1_200;
/// Of a small one, for tests: six kecamatan with two villages each.
pub const SMALL: usize = 72;

/// The day on which the lists come in, after February's measurements.
const LISTED: Date = date!(2021 - 02 - 28);
const REMBUK: Date = date!(2021 - 03 - 29);
const REVIEW: Date = date!(2022 - 03 - 28);
/// The month of the analysis, and that of the review.
const FEBRUARY: i64 = 202_102;
/// People on the roster: for its offices.
const STAFF: usize = 400;

fn place() -> Place {
    Place {
        code: "62.01",
        name: "Kabupaten Kotawaringin Barat",
        territories: include_str!("kobar.csv").to_owned(),
        government: "PEMERINTAH KABUPATEN KOTAWARINGIN BARAT",
        office: "BADAN PERENCANAAN PEMBANGUNAN DAERAH",
        address: "Jalan Contoh Nomor 1, Pangkalan Bun",
        seat: "Pangkalan Bun",
        head: "Kepala Bappeda",
        town: "Kota Palangka Raya",
        fund_holder: "Baznas Kabupaten Kotawaringin Barat",
        warehouse: "Gudang DPPKB",
        depots: &[],
    }
}

const CAME: &[Came] = &[
    ("Rekaan Hadi", "Ketua Komisi", "DPRD", "male", "hall"),
    ("Rekaan Laras", "Anggota", "DPRD", "female", "online"),
    ("Rekaan Salma", "Kepala Seksi Bimas Islam", "Kantor Kementerian Agama", "female", "hall"),
    ("Rekaan Bayu", "Kepala", "Bappeda", "male", "hall"),
    ("Rekaan Nirmala", "Kepala Bidang Kesehatan Masyarakat", "Dinas Kesehatan", "female", "hall"),
    ("Rekaan Ratih", "Kepala", "DPPKB", "female", "hall"),
    ("Rekaan Tono", "Kepala", "DPMD", "male", "hall"),
    ("Rekaan Surya", "Kepala Bidang Cipta Karya", "Dinas PUPR", "male", "hall"),
    ("Rekaan Endang", "Sekretaris", "Dinas Sosial", "female", "online"),
    ("Rekaan Wulan", "Kepala Cabang", "BPJS Kesehatan", "female", "online"),
    ("Rekaan Putri", "Ketua", "TP PKK", "female", "hall"),
    ("Rekaan Darma", "Camat", "Kecamatan Arut Selatan", "male", "hall"),
    ("Rekaan Yudha", "Camat", "Kecamatan Kumai", "male", "online"),
    ("Rekaan Sari", "Camat", "Kecamatan Kotawaringin Lama", "female", "online"),
    ("Rekaan Iwan", "Camat", "Kecamatan Arut Utara", "male", "online"),
    ("Rekaan Yani", "Lurah", "Kelurahan Sidorejo", "female", "online"),
    ("Rekaan Rahmat", "Lurah", "Kelurahan Candi", "male", "online"),
];

/// The draft of the plan that the rembuk agreed: see [`Row`].
const ROWS: &[Row] = &[
    (
        "Kesehatan",
        "balita-dipantau",
        "Bulan timbang dan kalibrasi alat ukur",
        Some(450),
        "dak_nonfisik",
        (1, 4),
        Some(88),
    ),
    ("Kesehatan", "", "Pemeriksaan kesehatan calon pengantin", Some(90), "apbd", (2, 4), Some(100)),
    (
        "KB|Keluarga Berencana",
        "krs-didampingi",
        "Pendampingan keluarga berisiko",
        Some(520),
        "dak_nonfisik",
        (2, 4),
        Some(64),
    ),
    ("Pekerjaan Umum", "", "Jamban sehat keluarga berisiko", Some(1_800), "dak_fisik", (2, 4), Some(41)),
    ("Masyarakat dan Desa", "", "PMT lokal dari Dana Desa", Some(850), "dana_desa", (2, 4), Some(100)),
    ("Sosial", "", "Bantuan pangan keluarga berisiko", Some(600), "apbd", (3, 4), Some(95)),
];

/// What was promised: what, office, how much, until when, the row of the plan that does it, the indicator.
type Promised = (&'static str, &'static str, &'static str, Date, Option<usize>, &'static str);

const PROMISED: &[Promised] = &[
    (
        "Prevalensi stunting 10 persen pada 2022",
        "Bappeda",
        "10 persen",
        date!(2022 - 12 - 31),
        None,
        "stunting",
    ),
    (
        "PMT lokal dari Dana Desa di desa prioritas",
        "DPMD",
        "semua desa lokus",
        date!(2021 - 12 - 15),
        Some(4),
        "",
    ),
    (
        "Calon pengantin diperiksa sebelum nikah",
        "Kantor Kementerian Agama",
        "semua KUA",
        date!(2021 - 09 - 30),
        Some(1),
        "",
    ),
    (
        "Jaminan kesehatan ibu hamil keluarga berisiko",
        "BPJS Kesehatan",
        "seluruh ibu hamil KRS",
        date!(2021 - 12 - 31),
        None,
        "",
    ),
    ("Jamban sehat untuk keluarga berisiko", "Dinas PUPR", "120 unit", date!(2021 - 12 - 31), Some(3), ""),
    ("Anggaran stunting dalam APBD perubahan", "DPRD", "", date!(2021 - 08 - 31), None, ""),
    (
        "Kelas ibu hamil di setiap kelurahan",
        "Camat dan lurah",
        "6 kecamatan",
        date!(2021 - 10 - 31),
        None,
        "",
    ),
];

/// What was told by the review: which, when, how it stood, in words.
const TOLD: &[(usize, Date, Become, &str)] = &[
    (5, date!(2021 - 08 - 25), Become::Done, "Disetujui dalam pembahasan APBD perubahan."),
    (2, date!(2021 - 09 - 20), Become::Done, "Semua KUA mensyaratkan surat keterangan periksa kesehatan."),
    (
        6,
        date!(2021 - 11 - 05),
        Become::Dropped,
        "Digabung dengan kelas ibu di posyandu, atas usul puskesmas.",
    ),
    (1, date!(2021 - 12 - 10), Become::Done, "Tersalur di semua desa lokus."),
    (3, date!(2022 - 01 - 05), Become::Open, "Data ibu hamil tiga kecamatan masih dicocokkan."),
    (4, date!(2022 - 01 - 20), Become::Open, "49 dari 120 unit selesai; sisanya menunggu bahan."),
];

const SAID: &str = "Wakil Bupati membuka rembuk; peserta di aula dan di Zoom.\n\
    Bappeda memaparkan hasil analisis situasi: desa dengan kasus terbanyak dan cakupan pengukurannya.\n\
    Perangkat daerah memaparkan rancangan rencana; DPRD menanyakan anggaran jamban.\n\
    Peserta daring dari BPJS Kesehatan dan kecamatan menyampaikan kendala data ibu hamil.\n\
    Komitmen bersama dibacakan dan ditandatangani.";

const REVIEWED: &str = "Bappeda memaparkan realisasi rencana 2021 dan komitmen rembuk satu per satu.\n\
    Jamban: 49 dari 120 unit; Dinas PUPR menyelesaikan sisanya tahun ini.\n\
    Angka prevalensi 2022 menunggu hasil survei.";

/// Builds it on the options' data folder or server, which must be empty; ends at `now`. `tell` hears what is being done.
///
/// # Errors
/// A file cannot be written, or a command of the program is refused: then the scenario has a fault.
pub async fn build(
    options: Options,
    families: usize,
    seed: u64,
    now: Instant,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<(), CliError> {
    let size = Size { families, mondays: 0, units: None };
    let (mut world, folder) = begin(options, size, seed, now, &place()).await?;
    let result = live(&mut world, &folder, tell).await;
    end(world, &folder, now, result.is_ok()).await?;
    result
}

async fn send<C: Command>(world: &World, actor: &Actor, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(actor, world.app.store.new_id(), command).await?.value)
}

async fn live(world: &mut World, folder: &Path, tell: &mut (dyn FnMut(&str) + Send)) -> Result<(), CliError> {
    world.at(LISTED, 8, 0);
    tell("wilayah, kantor, keluarga, dan penimbangan");
    let place = place();
    setup::district(world, folder, &place).await?;
    let places = setup::roster(world, folder, &place, Some(STAFF)).await?;
    setup::families_of(world, folder, &place, villages(world.size.families)).await?;
    jobs::run_all(&world.app).await?;
    world.app.store.learn().await?;
    let village = village(world).await?;
    users::make(world, &places, village).await?;
    let bappeda = user(world, "bappeda").await?;

    tell("analisis situasi");
    world.at(date!(2021 - 03 - 08), 9, 0);
    send(world, &bappeda, TakeShipped {}).await?;
    aim(world, &bappeda).await?;
    send(world, &bappeda, OpenPlan { year: 2021, today: date!(2021 - 03 - 08) }).await?;
    let written = planning::rows(world, &bappeda, village, 2021, ROWS).await?;
    let analysis = analysis(world, &bappeda, village).await?;

    tell("rembuk 29 Maret 2021");
    let kind = ("Rembuk stunting kabupaten", "Rembuk Stunting");
    let promises = PROMISED.iter().map(|promised| promise(promised, &written)).collect();
    let (rembuk, made) = meetings::held(world, &bappeda, kind, (REMBUK, None), CAME, promises, SAID).await?;
    world.at(REMBUK, 14, 0);
    planning::agree(world, &bappeda, 2021, REMBUK).await?;
    decide(world, &bappeda, analysis).await?;

    tell("setahun komitmen");
    followed(world, &bappeda, &made, &written).await?;

    tell("reviu 28 Maret 2022");
    world.at(date!(2022 - 02 - 28), 15, 0);
    posyandu::books(world, date!(2022 - 02 - 27)).await?;
    let rest = Promise {
        words: ("Sisa jamban sehat keluarga berisiko", "Dinas PUPR", "71 unit"),
        due_on: date!(2022 - 11 - 30),
        tie: Tie { plan_item: written.get(3).map(|row| row.item), indicator: String::new() },
    };
    let kind = ("Rapat koordinasi", "Reviu Kinerja Tahunan");
    let (_, again) =
        meetings::held(world, &bappeda, kind, (REVIEW, Some(rembuk)), CAME, vec![rest], REVIEWED).await?;
    let day = date!(2022 - 11 - 21);
    for (commitment, state, words) in [
        (made[3], Become::Done, "Ibu hamil keluarga berisiko di enam kecamatan terdaftar."),
        (again[0], Become::Done, "71 unit selesai dan dipakai."),
        (made[4], Become::Done, "Selesai bersama sisa 71 unit."),
        (made[0], Become::Open, "Menunggu hasil survei."),
    ] {
        meetings::told(world, &bappeda, commitment, day, state, words).await?;
    }
    world.at(world.today, 6, 0);
    users::auditor_again(world).await
}

/// Where families live: everywhere, or in the first two villages of each kecamatan.
fn villages(families: usize) -> Vec<lists::Village> {
    let mut villages = lists::villages(&place().territories);
    if families < WHOLE {
        let (mut nth, mut last) = (0, String::new());
        villages.retain(|village| {
            nth = if village.subdistrict == last { nth + 1 } else { 0 };
            last.clone_from(&village.subdistrict);
            nth < 2
        });
    }
    villages
}

/// The village of those who sign in: the one with most families.
async fn village(world: &World) -> Result<i64, CliError> {
    let sql = "SELECT village_code AS n FROM family_version WHERE district_id = $1 AND superseded_at = $2 \
               GROUP BY village_code ORDER BY COUNT(*) DESC, village_code LIMIT 1";
    Ok(world.app.store.reader().number(sql, args![DISTRICT, Instant::NEVER]).await?)
}

/// What the district aims at, and invented findings before.
async fn aim(world: &World, bappeda: &Actor) -> Result<(), CliError> {
    let put = |kind, year, percent, basis: &str| PutAim {
        kind,
        level: aims::Level::District,
        source: aims::Source::Eppgbm,
        year,
        percent,
        interval: None,
        basis: basis.to_owned(),
    };
    for (year, percent) in [(2018, 2_410), (2019, 2_230), (2020, 2_080)] {
        send(world, bappeda, put(aims::Kind::Found, year, percent, "Angka rekaan untuk demo")).await?;
    }
    send(world, bappeda, put(aims::Kind::Target, 2022, 1_000, "Komitmen rembuk 29 Maret 2021")).await
}

/// The draft of the analysis, with what stands in the way.
async fn analysis(world: &World, bappeda: &Actor, village: i64) -> Result<Id, CliError> {
    let (year, today) = (2021, date!(2021 - 03 - 08));
    let analysis =
        send(world, bappeda, ReckonAnalysis { year, month: FEBRUARY, today, situation: None }).await?;
    let subdistrict = village / 10_000 * 10_000;
    for (territory, words, proposal) in [
        (
            world.actor.district_code.as_i64(),
            "Penimbangan berkurang selama pandemi",
            "Jadwal posyandu bergilir",
        ),
        (subdistrict, "Dua posyandu tidak punya alat ukur panjang badan", "Antropometri kit dari Dana Desa"),
    ] {
        let (words, proposal) = (words.to_owned(), proposal.to_owned());
        let reach = Reach::whole(world.actor.district_code);
        send(world, bappeda, NoteObstacle { analysis, reach, territory, words, proposal }).await?;
    }
    Ok(analysis)
}

/// The priority villages as the table proposes them.
async fn decide(world: &World, bappeda: &Actor, analysis: Id) -> Result<(), CliError> {
    asuh_store::row_struct! {
        struct Row { village_code: i64, proposed: bool }
    }
    let sql =
        "SELECT village_code, proposed FROM analysis_village WHERE district_id = $1 AND analysis_id = $2";
    let rows: Vec<Row> = world.app.store.reader().all(sql, args![DISTRICT, analysis]).await?;
    let choice = |row: Row| Choice { village: row.village_code, chosen: row.proposed, reason: String::new() };
    let choices = rows.into_iter().map(choice).collect();
    let decree = "Keputusan Bupati 440/rekaan/2021".to_owned();
    send(world, bappeda, DecideAnalysis { analysis, choices, decree, document: None, today: REMBUK }).await?;
    Ok(())
}

fn promise((what, office, quantity, due_on, row, indicator): &Promised, written: &[Written]) -> Promise {
    let plan_item = row.and_then(|nth| written.get(nth)).map(|row| row.item);
    Promise {
        words: (what, office, quantity),
        due_on: *due_on,
        tie: Tie { plan_item, indicator: (*indicator).to_owned() },
    }
}

/// The year after the rembuk: the offices tell of their rows by quarter, and of what they promised.
async fn followed(world: &World, bappeda: &Actor, made: &[Id], written: &[Written]) -> Result<(), CliError> {
    let quarters = [
        (date!(2021 - 07 - 12), (2, 30)),
        (date!(2021 - 10 - 11), (3, 65)),
        (date!(2022 - 01 - 12), (4, 100)),
    ];
    for (day, until) in quarters {
        world.at(day, 9, 0);
        planning::tell(world, bappeda, written, until, day).await?;
    }
    for (nth, on, state, words) in TOLD {
        meetings::told(world, bappeda, made[*nth], *on, *state, words).await?;
    }
    Ok(())
}
