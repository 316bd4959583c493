//! Serang: 5,408 stunted children, 500 of them in Tunjung Teja and 10 in Kibin, while most who give live around the
//! seat. 1,300 civil servants promise through Korpri for three months, with BUMD and firms: whoever is near ten children
//! may help anywhere in the district, and every urgent child is served. Kitchens in villages cook for the first of them.

use std::collections::BTreeMap;

use asuh_step_pairing::RunKind;
use asuh_step_sponsors::pledges::HowFar;
use asuh_step_sponsors::sponsors::Category;
use asuh_store::{Instant, Options};
use time::Duration;

use super::children::Lot;
use super::{arrive, campaign, firm, freeze, meals, month_before, programme, promise, run, staff};
use crate::gates::cli::CliError;
use crate::gates::demo::setup::submit_all;
use crate::gates::demo::{self, Place, Size, World, lists};

/// How large it is.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Stunted children.
    pub children: usize,
    /// Of them in Tunjung Teja, and in Kibin.
    pub most: usize,
    /// Of them in Kibin.
    pub fewest: usize,
    /// Civil servants.
    pub staff: usize,
    /// Of them those who promise through Korpri, a child's meals each.
    pub korpri: usize,
}

impl Scale {
    /// As it is.
    pub const WHOLE: Scale = Scale { children: 5_408, most: 500, fewest: 10, staff: 12_000, korpri: 1_300 };
    /// A twentieth of it, for tests.
    pub const SMALL: Scale = Scale { children: 270, most: 25, fewest: 1, staff: 600, korpri: 65 };
}

/// Of how many children who need it one is served by a firm: name, category, how far it wishes to help.
const FIRMS: [(&str, Category, i64, HowFar); 4] = [
    ("Bank Daerah Rekaan", Category::Roe, 18, HowFar::District),
    ("Perumda Air Minum Rekaan", Category::Roe, 30, HowFar::District),
    ("PT Baja Rekaan", Category::Private, 14, HowFar::District),
    ("Kawasan Industri Rekaan Cikande", Category::Private, 40, HowFar::Neighbours),
];

/// The kecamatan of the factories.
const CIKANDE: i64 = 3_604_150_000;

fn place() -> Place {
    Place {
        code: "36.04",
        name: "Kabupaten Serang",
        territories: include_str!("../serang.csv").to_owned(),
        government: "PEMERINTAH KABUPATEN SERANG",
        office: "DINAS KELUARGA BERENCANA,\nPEMBERDAYAAN PEREMPUAN\nDAN PERLINDUNGAN ANAK",
        address: "Jalan Contoh Nomor 1, Ciruas",
        seat: "Ciruas",
        head: "Kepala DKBPPPA",
        town: "Kota Serang",
        fund_holder: "Korpri Kabupaten Serang",
        warehouse: "Gudang DKBPPPA",
        depots: &[],
    }
}

/// The children of every kecamatan, in the order of their codes.
fn lots(world: &mut World, scale: Scale) -> Vec<Lot> {
    let names = lists::subdistricts(&place().territories);
    let given = BTreeMap::from([("Tunjung Teja", scale.most), ("Kibin", scale.fewest)]);
    let weights: Vec<usize> = names
        .iter()
        .map(|name| usize::from(!given.contains_key(name.as_str())) * (20 + world.dice.below(60)))
        .collect();
    let (total, shared) = (weights.iter().sum::<usize>().max(1), scale.children - scale.most - scale.fewest);
    let (mut seen, mut placed) = (0, 0);
    // One in eight is severely stunted, in small kecamatan too.
    let (mut children, mut severe) = (0, 0);
    let mut lots = Vec::new();
    for (name, weight) in names.iter().zip(weights) {
        seen += weight;
        let stunted = match given.get(name.as_str()) {
            Some(children) => *children,
            None => shared * seen / total - placed,
        };
        if !given.contains_key(name.as_str()) {
            placed += stunted;
        }
        children += stunted;
        let severely = children / 8 - severe;
        severe += severely;
        lots.push(Lot { stunted, severely, others: stunted / 4 });
    }
    lots
}

/// Builds Serang on the options' data folder or server, which must be empty. `now` is the instant at which it ends;
/// `tell` hears what is being done.
///
/// # Errors
/// A file cannot be written, or a command of the program is refused: then the scenario has a fault.
pub async fn build(
    options: Options,
    scale: Scale,
    seed: u64,
    now: Instant,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<(), CliError> {
    let size = Size { families: 0, mondays: 0, units: None };
    let (mut world, lists) = demo::begin(options, size, seed, now, &place()).await?;
    let result = live(&mut world, &lists, scale, tell).await;
    demo::end(world, &lists, now, result.is_ok()).await?;
    result
}

async fn live(
    world: &mut World,
    folder: &std::path::Path,
    scale: Scale,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<(), CliError> {
    let start = month_before(world.today, 0);
    tell("wilayah, pegawai, dan penimbangan");
    let lots = lots(world, scale);
    let places = arrive(world, folder, &place(), (&lots, scale.staff), start).await?;
    tell("dapur di desa");
    meals::three_months(world, &places, start).await?;
    freeze(world, &places, start).await?;
    tell("janji Korpri, BUMD, dan perusahaan");
    world.at(start, 9, 0);
    // Three months, the present one included; the pages count the days down.
    let ends_on = month_before(world.today, -3) - Duration::days(1);
    let words = ("Korpri Peduli Anak", "Makanan sebulan untuk seorang anak, selama tiga bulan");
    let campaign = campaign(world, &places, words, 450_000, (start, Some(ends_on))).await?;
    let programme = programme(world, campaign, 1, "Serang sehat tanpa stunting").await?;
    let mut promises = Vec::new();
    for sponsor in staff(world, scale.korpri).await? {
        // Most leave it to the district where they help.
        let how_far = match world.dice.below(10) {
            0 => HowFar::Subdistrict,
            1 => HowFar::Neighbours,
            _ => HowFar::District,
        };
        promises.push(promise(campaign, sponsor, (1, how_far), start));
    }
    submit_all(world, promises.into_iter()).await?;
    for (name, category, of, how_far) in FIRMS {
        let baskets = (scale.children as i64 / of).max(1);
        firm(world, campaign, (name, category), (baskets, how_far), Some(CIKANDE)).await?;
    }
    tell("pasangan");
    world.at(start, 10, 0);
    run(world, programme, RunKind::Full).await?;
    Ok(())
}
