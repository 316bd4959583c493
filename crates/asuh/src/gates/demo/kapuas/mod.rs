//! Kapuas: a list that nobody trusts becomes "Data Tetap 1", and a quarter of a year later "Data Tetap 2".
//!
//! 17 kecamatan, 231 villages, a province's list with copies, rounded NIKs and families that are somewhere else. Rows
//! that cannot be read are mended and sent again; pairs that may be one person are decided; a family that the list
//! leaves out is found in the field. Whoever decides or visits finds what is true in the made-up district, so it is known
//! beforehand who stands on either list, and why somebody comes or goes: a test counts that it is so. In the end the
//! offices plan by the second list, and a follow-up meeting is called about what is late.

mod adjudication;
mod intake;
mod places;
mod rounds;
mod truth;

use std::path::Path;

use asuh_made_up::{Dirt, District, World as MadeUp, krs};
use asuh_step_registry::institutions::InstitutionKind;
use asuh_store::{Instant, Options, Query, args};
use time::Duration;

pub use truth::{Round, Story};

use super::{DISTRICT, Place, Size, World, begin, changes, end, users};
use super::{meetings, planning, setup};
use crate::gates::cli::CliError;
use rounds::Days;
use truth::Known;

/// Families at risk of the whole district.
pub const WHOLE: usize = 12_000;
/// Of a small one, for tests.
pub const SMALL: usize = 600;

/// Days before the present one on which the first list comes in; the second follows a quarter of a year later.
const FIRST: i64 = 130;
const QUARTER: i64 = 91;

/// Builds Kapuas on the options' data folder or server, which must be empty, and says what has to stand there.
/// `now` is the instant at which it ends; `tell` hears what is being done.
///
/// # Errors
/// A file cannot be written, or a command of the program is refused: then the scenario has a fault.
pub async fn build(
    options: Options,
    families: usize,
    seed: u64,
    now: Instant,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Story, CliError> {
    let size = Size { families, mondays: 0, units: None };
    let place = place();
    let (mut world, lists) = begin(options, size, seed, now, &place).await?;
    let story = live(&mut world, &lists, &place, tell).await;
    end(world, &lists, now, story.is_ok()).await?;
    story
}

fn place() -> Place {
    Place {
        code: "62.03",
        name: "Kabupaten Kapuas",
        territories: territories(&District::kapuas()),
        government: "PEMERINTAH KABUPATEN KAPUAS",
        office: "DINAS PENGENDALIAN PENDUDUK\nDAN KELUARGA BERENCANA",
        address: "Jalan Contoh Nomor 1, Kuala Kapuas",
        seat: "Kuala Kapuas",
        head: "Kepala Dinas PPKB",
        town: "Kota Palangka Raya",
        fund_holder: "Baznas Kabupaten Kapuas",
        warehouse: "Gudang DPPKB",
        depots: &[],
    }
}

/// Where families live: everywhere, or for a small scenario in two villages of each kecamatan and in all of the last,
/// which gets what families remain: so that every kecamatan has some to close.
fn inhabited(families: usize) -> District {
    let mut district = District::kapuas();
    if families < WHOLE {
        let end = district.villages.last().map(|village| village.subdistrict.clone());
        let mut nth = 0;
        let mut last = String::new();
        district.villages.retain(|village| {
            nth = if village.subdistrict == last { nth + 1 } else { 0 };
            last.clone_from(&village.subdistrict);
            nth < 2 || Some(&village.subdistrict) == end.as_ref()
        });
    }
    district
}

/// The district's territories as the national list has them.
fn territories(district: &District) -> String {
    let mut list = String::from("kode,nama\n");
    let mut line = |code: &str, name: &str| list.push_str(&format!("{code},{name}\n"));
    line(district.code.get(..2).unwrap_or_default(), &district.province);
    line(&district.code, &district.name);
    let mut last = "";
    for village in &district.villages {
        let subdistrict = village.code.get(..8).unwrap_or_default();
        if subdistrict != last {
            line(subdistrict, &village.subdistrict);
            last = subdistrict;
        }
        line(&village.code, &village.name);
    }
    list
}

async fn live(
    world: &mut World,
    lists: &Path,
    place: &Place,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Story, CliError> {
    let first_day = world.today - Duration::days(FIRST);
    world.at(first_day, 8, 0);
    tell("wilayah dan kabupaten");
    setup::district(world, lists, place).await?;
    let mut known = Known::default();
    let mut made = MadeUp::new(inhabited(world.size.families), world.size.families, first_day, world.seed);
    let first = round(world, lists, &made, &mut known, 1, tell).await?;
    made = made.quarter_later();
    let second = round(world, lists, &made, &mut known, 2, tell).await?;
    let village = village_of_users(world).await?;
    tell("usulan perubahan");
    world.at(world.today, 5, 0);
    changes::send_in(world, village, place.town).await?;
    tell("pengguna");
    world.at(world.today, 6, 0);
    users::of_registry(world, village).await?;
    tell("rencana perangkat daerah dan rapat tindak lanjut");
    followed(world, village).await?;
    Ok(Story { first, second })
}

/// Offices that answer for the plan.
const OFFICES: &[&str] = &[
    "Bappeda",
    "Dinas Kesehatan",
    "Dinas Pengendalian Penduduk dan Keluarga Berencana",
    "Dinas Pekerjaan Umum dan Penataan Ruang",
    "Dinas Sosial",
    "Dinas Pemberdayaan Masyarakat dan Desa",
];

/// What each office plans and did, indicators and the situation, a rembuk some weeks ago, and the meeting that follows it
/// next week with what is late.
async fn followed(world: &World, village: i64) -> Result<(), CliError> {
    for office in OFFICES {
        setup::institution(world, InstitutionKind::Opd, office).await?;
    }
    planning::make(world, village).await?;
    meetings::remembered(world).await
}

/// A list comes in, is mended, rid of its copies, verified and frozen.
async fn round(
    world: &World,
    lists: &Path,
    made: &MadeUp,
    known: &mut Known,
    number: i64,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Round, CliError> {
    let listed_on = world.today - Duration::days(FIRST - QUARTER * (number - 1));
    let days = Days {
        listed: listed_on,
        opened: listed_on + Duration::days(2),
        visited: listed_on + Duration::days(20),
        frozen: listed_on + Duration::days(30),
    };
    let list = krs::list(made, &Dirt::USUAL, world.seed.wrapping_add(number.unsigned_abs() << 32));
    tell(&format!("daftar provinsi ke-{number}"));
    let mut round = intake::take_in(world, lists, made, &list, known, &days).await?;
    tell(&format!("data ganda ke-{number}"));
    world.at(days.listed + Duration::days(1), 9, 0);
    adjudication::search(world).await?;
    adjudication::decide(world, made, known, &mut round, days.listed + Duration::days(1)).await?;
    places::correct(world, made, known, &mut round, days.listed + Duration::days(1)).await?;
    tell(&format!("verifikasi ke-{number}"));
    rounds::verify(world, made, known, &mut round, number, &days).await?;
    tell(&format!("data tetap {number}"));
    rounds::freeze(world, number, &days).await?;
    known.end_of_round(made, &mut round);
    Ok(round)
}

/// The code of a made-up village, as it is stored.
fn code_of(made: &MadeUp, village: usize) -> i64 {
    made.district.villages[village].code.replace('.', "").parse().unwrap_or_default()
}

/// The village of those who sign in: neither the smallest nor the largest of the last list.
async fn village_of_users(world: &World) -> Result<i64, CliError> {
    let sql = "SELECT v.village_code FROM frozen_village v JOIN frozen_list l \
               ON l.district_id = v.district_id AND l.id = v.list_id \
               WHERE v.district_id = $1 AND l.number = 2 ORDER BY v.row_count, v.village_code";
    let villages: Vec<(i64,)> = world.app.store.reader().all(sql, args![DISTRICT]).await?;
    let middle = villages.get(villages.len() / 2).or(villages.last());
    middle.map(|row| row.0).ok_or_else(|| CliError::Text("Kapuas has no village on its list".into()))
}
