//! Belitung: Rp450.000 a month for each of 237 stunted children. 92 have foster parents at first; firms and BUMN join,
//! each month more of them, until in the sixth nothing lacks.

use asuh_step_pairing::{Coverage, RunKind, coverage, programmes};
use asuh_step_sponsors::pledges::HowFar;
use asuh_step_sponsors::sponsors::Category;
use asuh_store::{Instant, Options};
use time::Duration;

use super::children::Lot;
use super::{
    begin, campaign, cash, firm, followed, month_before, programme, promise, run, spending, staff, works,
};
use crate::gates::cli::CliError;
use crate::gates::demo::setup::submit_all;
use crate::gates::demo::{self, DISTRICT, Place, Size, World, ZONE, mentoring, users};

/// Stunted children of the five kecamatan, in the order of their codes.
const CHILDREN: [usize; 5] = [96, 48, 14, 46, 33];
/// Units of Rp50.000 that a child needs a month.
const NEED: i64 = 9;
/// Civil servants who begin with a whole child each, and firms with so many children.
const STAFF: usize = 32;
const FIRST: [(&str, Category, i64); 3] = [
    ("PT Timah Rekaan", Category::Soe, 30),
    ("Baznas Rekaan Belitung", Category::ZakatFund, 20),
    ("Hotel Pantai Rekaan", Category::Private, 10),
];
/// Who joins in the months after, with how many children: 145.
const JOINING: [(&str, Category, i64); 5] = [
    ("PT Sawit Rekaan", Category::Private, 20),
    ("Perumda Air Minum Rekaan", Category::Roe, 25),
    ("Bank Daerah Rekaan", Category::Roe, 30),
    ("PT Kaolin Rekaan", Category::Private, 35),
    ("BUMN Energi Rekaan", Category::Soe, 35),
];

fn place() -> Place {
    Place {
        code: "19.02",
        name: "Kabupaten Belitung",
        territories: include_str!("../belitung.csv").to_owned(),
        government: "PEMERINTAH KABUPATEN BELITUNG",
        office: "DINAS PENGENDALIAN PENDUDUK,\nKELUARGA BERENCANA DAN\nPEMBERDAYAAN PEREMPUAN",
        address: "Jalan Contoh Nomor 1, Tanjungpandan",
        seat: "Tanjungpandan",
        head: "Kepala Dinas PPKBPP",
        town: "Kota Pangkalpinang",
        fund_holder: "Baznas Kabupaten Belitung",
        warehouse: "Gudang DPPKBPP",
        depots: &[],
    }
}

/// Builds Belitung on the options' data folder or server, which must be empty; the coverage of each month, the first one
/// first. `now` is the instant at which it ends; `tell` hears what is being done.
///
/// # Errors
/// A file cannot be written, or a command of the program is refused: then the scenario has a fault.
pub async fn build(
    options: Options,
    seed: u64,
    now: Instant,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<Coverage>, CliError> {
    let size = Size { families: 0, mondays: 0, units: None };
    let (mut world, lists) = demo::begin(options, size, seed, now, &place()).await?;
    let months = live(&mut world, &lists, tell).await;
    demo::end(world, &lists, now, months.is_ok()).await?;
    months
}

async fn live(
    world: &mut World,
    folder: &std::path::Path,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<Coverage>, CliError> {
    let months = JOINING.len() as i32;
    let start = month_before(world.today, months);
    let lots = CHILDREN.map(|stunted| Lot { stunted, severely: stunted / 5, others: stunted * 2 });
    tell("wilayah, pegawai, dan penimbangan");
    let places = begin(world, folder, &place(), (&lots, 1_500), start).await?;
    tell("janji pertama");
    world.at(start, 9, 0);
    let words = ("Orang Tua Asuh Belitung", "Rp450.000 sebulan untuk seorang anak");
    let campaign = campaign(world, &places, words, 50_000, (start, None)).await?;
    let programme = programme(world, campaign, NEED, "Belitung bebas stunting").await?;
    let staff = staff(world, STAFF).await?;
    let promises = staff.into_iter().map(|one| promise(campaign, one, (NEED, HowFar::District), start));
    submit_all(world, promises).await?;
    for (name, category, children) in FIRST {
        firm(world, campaign, (name, category), (children * NEED, HowFar::District), None).await?;
    }
    tell("pasangan pertama");
    world.at(start, 10, 0);
    run(world, programme, RunKind::Full).await?;
    let mut covered = vec![month(world).await?];
    tell("bantuan uang");
    cash::begin(world, &places).await?;
    cash::month(world, (programme, places.fund_holder), start, false).await?;
    spending::month(world, start).await?;
    let mut built = Vec::new();
    for (nth, (name, category, children)) in (1..).zip(JOINING) {
        tell(&format!("bulan ke-{}", nth + 1));
        world.at(month_before(world.today, months - nth), 9, 0);
        firm(world, campaign, (name, category), (children * NEED, HowFar::District), None).await?;
        run(world, programme, RunKind::Intake).await?;
        covered.push(month(world).await?);
        let source = (programme, places.fund_holder);
        let month = month_before(world.today, months - nth);
        cash::month(world, source, month, nth == months).await?;
        // Three months after help began, and at the end.
        if nth == 3 || nth == months {
            world.at(month, 15, 0);
            followed::measure(world, month).await?;
        }
        world.at(month, 16, 0);
        mentoring::visits(world, month, 6).await?;
        spending::month(world, month).await?;
        if nth == months - 1 {
            spending::check(world, month).await?;
            spending::zakat(world, (month, places.fund_holder)).await?;
        }
        let late = (month + Duration::days(27)).min(world.today);
        match months - nth {
            4 => built = works::order(world, &places, late).await?,
            back => works::month(world, &built, late, back).await?,
        }
    }
    tell("pendampingan");
    mentoring::beside(world).await?;
    users::auditor_again(world).await?;
    Ok(covered)
}

/// The coverage of the present month.
async fn month(world: &World) -> Result<Coverage, CliError> {
    let (db, today) = (world.app.store.reader(), world.app.today(&world.actor));
    let none = || CliError::Text("there is no coverage".into());
    let programme = programmes(db, DISTRICT).await?.into_iter().next().ok_or_else(none)?;
    coverage(db, DISTRICT, &programme, None, (today, today, ZONE)).await?.ok_or_else(none)
}
