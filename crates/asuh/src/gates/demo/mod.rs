//! A made-up district of the real size and shape, built by the program's own commands.
//!
//! Names and codes of territories are public facts; every person is invented, with a NIK that cannot exist.
//! The same seed on the same day builds the same district. [`build`] sets it up and lives through its
//! Mondays; [`kapuas`] is another one, whose list is verified; [`kobar`] holds its rembuk of 2021; in those of [`foster`] children get foster parents. [`users`] are the people who may sign in.

mod changes;
mod dice;
pub mod foster;
mod frozen;
mod givers;
mod growing;
mod indicators;
pub mod kapuas;
mod keeping;
pub mod kobar;
mod lists;
mod meetings;
mod mentoring;
mod mondays;
mod money;
mod offices;
mod pairs;
mod people;
mod planning;
mod posyandu;
mod setup;
mod users;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use asuh_nusantara::{TerritoryCode, Zone, date};
use asuh_store::{DistrictId, FixedClock, Instant, Options, SeededIds, Store};
use time::{Date, Duration};

pub use users::{DemoUser, codes};

use super::cli::CliError;
use crate::gates;
use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::settings::ServerSettings;

/// How much is made.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Families on the list.
    pub families: usize,
    /// Past Mondays.
    pub mondays: i64,
    /// Units that take part; all when `None`.
    pub units: Option<usize>,
}

impl Size {
    /// Kerinci as it is: about 7,000 families and 5,000 civil servants, eight Mondays.
    pub const WHOLE: Size = Size { families: 7_000, mondays: 8, units: None };
    /// A small one, for tests.
    pub const SMALL: Size = Size { families: 300, mondays: 2, units: Some(4) };
}

/// The district of the demo.
pub(super) const DISTRICT: DistrictId = DistrictId(1);
const ZONE: Zone = Zone::Wib;

/// A district that the demo can make: its public names, and what stands on its papers.
struct Place {
    /// Kemendagri code with a dot.
    code: &'static str,
    name: &'static str,
    /// Its territories and the province above, as a list with the columns `kode` and `nama`.
    territories: String,
    government: &'static str,
    office: &'static str,
    address: &'static str,
    seat: &'static str,
    head: &'static str,
    /// The town nearby, to which people move.
    town: &'static str,
    /// Who holds its money, where its goods lie, and where they are brought first.
    fund_holder: &'static str,
    warehouse: &'static str,
    depots: &'static [&'static str],
}

impl Place {
    /// The names of the province and of the regency without its kind: "Jambi", "Kerinci".
    fn regency(&self) -> (String, String) {
        let named = |code: &str| {
            let line = self.territories.lines().find_map(|line| line.strip_prefix(code)?.strip_prefix(','));
            line.unwrap_or_default().trim_start_matches("Kabupaten ").to_owned()
        };
        (named(self.code.get(..2).unwrap_or_default()), named(self.code))
    }
}

/// Kerinci: every Monday a can of rice, an egg and Rp2.000.
fn kerinci() -> Place {
    Place {
        code: "15.01",
        name: "Kabupaten Kerinci",
        territories: lists::TERRITORIES.to_owned(),
        government: "PEMERINTAH KABUPATEN KERINCI",
        office: "DINAS PENGENDALIAN PENDUDUK,\nKELUARGA BERENCANA, PEMBERDAYAAN\nPEREMPUAN DAN PERLINDUNGAN ANAK",
        address: "Jalan Contoh Nomor 1, Siulak",
        seat: "Siulak",
        head: "Kepala Dinas PPKBPP dan PA",
        town: "Kota Sungai Penuh",
        fund_holder: "Korpri Kabupaten Kerinci",
        warehouse: "Gudang DPPKBPP&PA",
        depots: &["Depo Kayu Aro", "Depo Gunung Raya", "Depo Batang Merangin"],
    }
}

/// What the parts of the demo share.
struct World {
    app: App,
    clock: Arc<FixedClock>,
    actor: Arc<Actor>,
    seed: u64,
    dice: dice::Dice,
    people: people::People,
    size: Size,
    today: Date,
}

impl World {
    /// Sets the clock to a time of a day.
    fn at(&self, day: Date, hour: i64, minute: i64) {
        let midnight = Instant::from(ZONE.start_of_day(day));
        self.clock.set(midnight.plus_seconds(hour * 3600 + minute * 60));
    }

    /// The Monday of the present week.
    fn this_monday(&self) -> Date {
        date::monday_of(self.today)
    }

    /// The Monday of the first drive.
    fn first_monday(&self) -> Date {
        self.this_monday() - Duration::weeks(self.size.mondays)
    }
}

/// Builds Kerinci on the options' data folder or server, which must be empty. `now` is the instant at which
/// it ends; `tell` hears what is being done.
///
/// # Errors
/// A file cannot be written, or a command of the program is refused: then the demo has a fault.
pub async fn build(
    options: Options,
    size: Size,
    seed: u64,
    now: Instant,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<(), CliError> {
    let (mut world, lists) = begin(options, size, seed, now, &kerinci()).await?;
    let result = live(&mut world, &lists, tell).await;
    end(world, &lists, now, result.is_ok()).await?;
    result
}

/// An empty world of a place, and the folder of the lists that come in.
async fn begin(
    options: Options,
    size: Size,
    seed: u64,
    now: Instant,
    place: &Place,
) -> Result<(World, PathBuf), CliError> {
    let clock = Arc::new(FixedClock::new(now));
    let options =
        Options { clock: clock.clone(), ids: Arc::new(SeededIds::new(seed)), durable: false, ..options };
    let folder = options.folder.clone();
    let store = Store::open(options).await?;
    let settings = ServerSettings { folder: folder.clone(), demo: true, ..ServerSettings::default() };
    let app = App::new(store, settings, gates::registry());
    let code = TerritoryCode::parse(place.code).map_err(|error| CliError::Text(error.to_string()))?;
    let world = World {
        actor: Arc::new(Actor::system(DISTRICT, code, place.name, ZONE)),
        seed,
        dice: dice::Dice::new(seed),
        people: people::People::new(),
        clock,
        size,
        today: ZONE.local_date(now.utc()),
        app,
    };
    let lists = folder.join("demo-lists");
    std::fs::create_dir_all(&lists).map_err(|error| CliError::Io(lists.display().to_string(), error))?;
    Ok((world, lists))
}

/// Seals what was built and lets go of it.
async fn end(world: World, lists: &Path, now: Instant, is_whole: bool) -> Result<(), CliError> {
    let _ = std::fs::remove_dir_all(lists);
    world.clock.set(now);
    if is_whole {
        indicators::take(&world).await?;
        asuh_ground::audit::seal::seal_all(&world.app, DISTRICT).await?;
    }
    world.app.store.close().await;
    // Nothing was forced to the disk on the way; now that it is whole, it stays.
    let folder = lists.parent().unwrap_or(lists);
    if let Ok(file) = std::fs::File::open(folder.join("asuh.db")) {
        file.sync_all().map_err(|error| CliError::Io(folder.display().to_string(), error))?;
    }
    Ok(())
}

async fn live(world: &mut World, lists: &Path, tell: &mut (dyn FnMut(&str) + Send)) -> Result<(), CliError> {
    world.at(world.first_monday() - Duration::days(28), 8, 0);
    tell("wilayah dan kabupaten");
    setup::district(world, lists, &kerinci()).await?;
    tell("pegawai");
    let places = setup::roster(world, lists, &kerinci(), None).await?;
    tell("daftar keluarga berisiko dan pengukuran anak");
    setup::families(world, lists).await?;
    world.app.store.learn().await?;
    world.at(world.first_monday() - Duration::days(14), 8, 0);
    tell("verifikasi desa");
    let open_village = setup::verify(world).await?;
    world.at(world.first_monday() - Duration::days(14), 16, 0);
    tell("data tetap");
    frozen::families(world).await?;
    tell("gerakan SECANTING dan janji");
    let first = world.first_monday();
    let campaign = mondays::campaign(world, &places, first).await?;
    tell("orang tua asuh");
    givers::make(world, &places).await?;
    for week in 0..world.size.mondays {
        tell(&format!("Senin ke-{}", week + 1));
        mondays::monday(world, &places, campaign, world.first_monday() + Duration::weeks(week)).await?;
    }
    tell("mutasi bank");
    money::statements(world, &places, campaign).await?;
    tell("gudang, depo dan dapur");
    world.at(world.this_monday() - Duration::days(2), 9, 0);
    keeping::keep(world, &places).await?;
    tell("buku posyandu");
    world.at(world.this_monday(), 6, 0);
    posyandu::books(world, world.this_monday() - Duration::days(1)).await?;
    frozen::children(world).await?;
    tell("usulan perubahan");
    world.at(world.this_monday(), 6, 15);
    changes::send_in(world, open_village, kerinci().town).await?;
    tell("pengguna");
    world.at(world.this_monday(), 6, 30);
    users::make(world, &places, open_village).await?;
    tell("pasangan asuh");
    world.at(world.this_monday(), 6, 40);
    pairs::programme(world, &places).await?;
    tell("pendampingan");
    let visited = world.today - time::Duration::days(9);
    world.at(visited, 9, 0);
    mentoring::visits(world, visited, 5).await?;
    mentoring::beside(world).await?;
    tell("konvergensi");
    planning::make(world, mentoring::village(world).await?).await?;
    tell("rembuk dan komitmen");
    meetings::remembered(world).await?;
    tell("kartu keluarga penerima");
    let village = mentoring::village(world).await?;
    let scope = asuh_ground::access::Scope::whole(world.actor.district_code);
    let cards = asuh_step_distribution::IssueCards { village, scope };
    world.app.submit(&world.actor, world.app.store.new_id(), cards).await?;
    Ok(())
}
