//! SIGKILL in the middle of Mondays: what was acknowledged is there once, and every check is clean.
//!
//! A child process (this test binary itself) lives through one Monday after another, all units at once, and
//! prints every command that was acknowledged; the parent kills it, opens the installation again and checks it
//! as `asuh check` does. Two kills per engine; more with `ASUH_CRASH_ROUNDS`. And a backup made while Mondays go
//! on holds all that was acknowledged before it began; one per engine, more with `ASUH_BACKUP_ROUNDS`.
//!
//! A binary of its own, because `cargo xtask reliability` builds it optimised: that takes a minute, all tests ten.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asuh::gates::demo::{self, Size};
use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::settings::ServerSettings;
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_step_collection as monday;
use asuh_store::testing::{START, TestDatabase, acknowledged, db_test, from_env, killed_at_work, work};
use asuh_store::{
    Command, DistrictId, FixedClock, Id, Instant, KeyRing, Options, Query, Receipt, Store, args,
};
use time::Date;

const KERINCI: DistrictId = DistrictId(1);
const SIZE: Size = Size { families: 40, mondays: 1, units: Some(24) };

async fn open(folder: &std::path::Path, url: Option<String>, clock: Arc<FixedClock>) -> App {
    let options = Options {
        database_url: url,
        key_ring: Some(KeyRing::from_key([7; 32])),
        clock,
        ..Options::folder(folder)
    };
    let settings = ServerSettings { demo: true, folder: folder.to_owned(), ..ServerSettings::default() };
    App::new(Store::open(options).await.expect("the store opens"), settings, asuh::gates::registry())
}

/// Every part's check says that all is well.
async fn assert_clean(app: &App, when: &str) {
    for part in asuh::gates::parts() {
        let Some(check) = part.check else { continue };
        let faults = check(app, KERINCI).await.unwrap();
        assert_eq!(faults, Vec::<String>::new(), "{when}: {}", part.name);
    }
}

/// What the child works with.
#[derive(Clone)]
struct Working {
    app: App,
    actor: Arc<Actor>,
    campaign: Id,
    warehouse: Id,
    told: Arc<dyn Fn(Id) + Send + Sync>,
}

impl Working {
    /// Sends a command and says so once it is acknowledged.
    async fn send<C: Command>(&self, command: C) -> Receipt<C::Receipt> {
        let id = self.app.store.new_id();
        let receipt = self.app.submit(&self.actor, id, command).await.expect("a receipt");
        (self.told)(id);
        receipt
    }

    /// A unit's Monday, from opening its roll to the goods in the warehouse and the money at the bank.
    async fn roll(&self, unit: Id, day: Date) {
        let reach = monday::Reach::unit(unit);
        let open = monday::OpenRoll { campaign: self.campaign, unit, day, reach: reach.clone() };
        let roll = self.send(open).await.value;
        self.send(monday::AllBroughtEverything { roll, exceptions: Vec::new(), reach: reach.clone() }).await;
        asuh_store::row_struct! { struct Total { commodity: String, brought: i64 } }
        let totals: Vec<Total> = self
            .app
            .store
            .reader()
            .all(
                "SELECT commodity, CAST(SUM(brought) AS BIGINT) AS brought FROM contribution_item \
                 WHERE district_id = $1 AND roll_id = $2 GROUP BY commodity ORDER BY commodity",
                args![KERINCI, roll],
            )
            .await
            .expect("what was brought");
        let count = |total: &Total| monday::Count {
            commodity: total.commodity.clone(),
            ticked: total.brought,
            counted: total.brought,
            damaged: 0,
            weighed_g: None,
            reason: String::new(),
        };
        let close = monday::CloseRoll {
            roll,
            counts: totals.iter().map(count).collect(),
            second: monday::Second::Paper { name: "Saksi".into(), kept: "map".into() },
            reach: reach.clone(),
        };
        let closed = self.send(close).await.value;
        let announce = monday::AnnounceHandOver {
            roll,
            to: self.warehouse,
            giver: monday::Signer::Paper("Koordinator".into()),
            note: String::new(),
            reach: reach.clone(),
        };
        let hand_over = self.send(announce).await.value.id;
        let arrival = |total: &Total| monday::Arrival {
            commodity: total.commodity.clone(),
            received: total.brought,
            damaged: 0,
            weighed_g: None,
        };
        let receive = monday::ReceiveHandOver {
            hand_over,
            arrivals: totals.iter().filter(|total| total.commodity != "cash").map(arrival).collect(),
            receiver: monday::Signer::Paper("Petugas".into()),
            note: String::new(),
            reach: monday::Reach::unit(self.warehouse),
        };
        self.send(receive).await;
        let deposit = closed.deposit.expect("money to deposit");
        let slip_number = "SS-1".into();
        self.send(monday::AnnounceDeposit { deposit, slip_number, deposited_on: day, slip: None, reach })
            .await;
    }
}

/// One Monday after another, all units at once.
struct Mondays {
    working: Working,
    units: Vec<Id>,
    day: Date,
    clock: Arc<FixedClock>,
}

impl Mondays {
    /// As the installation stands; `told` hears of every command that was acknowledged.
    async fn find(app: &App, clock: Arc<FixedClock>, told: impl Fn(Id) + Send + Sync + 'static) -> Mondays {
        let db = app.store.reader();
        asuh_store::row_struct! { struct Campaign { id: Id, warehouse_id: Id, last: Date } }
        let campaign: Campaign = db
            .first(
                "SELECT c.id, c.warehouse_id, MAX(d.held_on) AS last FROM campaign c \
                 JOIN drive d ON d.district_id = c.district_id AND d.campaign_id = c.id \
                 WHERE c.district_id = $1 GROUP BY c.id, c.warehouse_id",
                args![KERINCI],
            )
            .await
            .unwrap()
            .unwrap();
        let units: Vec<(Id,)> = db
            .all("SELECT DISTINCT unit_id FROM roll WHERE district_id = $1 ORDER BY unit_id", args![KERINCI])
            .await
            .unwrap();
        let code = TerritoryCode::parse("15.01").unwrap();
        let working = Working {
            app: app.clone(),
            actor: Arc::new(Actor::system(KERINCI, code, "Kabupaten Kerinci", Zone::Wib)),
            campaign: campaign.id,
            warehouse: campaign.warehouse_id,
            told: Arc::new(told),
        };
        Mondays { working, units: units.into_iter().map(|row| row.0).collect(), day: campaign.last, clock }
    }

    /// The next Monday, to its end.
    async fn live(&mut self) {
        self.day += time::Duration::WEEK;
        let (day, working) = (self.day, &self.working);
        self.clock.set(Instant::from(Zone::Wib.start_of_day(day)).plus_seconds(7 * 3600));
        let campaign = working.campaign;
        working.send(monday::OpenDrive { campaign, day, moved_from: None, reason: String::new() }).await;
        let rolls: Vec<_> = self
            .units
            .iter()
            .map(|unit| {
                let (working, unit) = (working.clone(), *unit);
                tokio::spawn(async move { working.roll(unit, day).await })
            })
            .collect();
        for roll in rolls {
            roll.await.unwrap();
        }
    }
}

#[test]
fn the_process_that_is_killed() {
    let Some(work) = work() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(FixedClock::new(START));
        let app = open(&work.folder, work.url, clock.clone()).await;
        let mut mondays = Mondays::find(&app, clock, acknowledged).await;
        loop {
            mondays.live().await;
        }
    });
}

/// The commands that are in the audit trail.
async fn recorded(app: &App) -> BTreeSet<Id> {
    let sql = "SELECT id FROM command_log WHERE district_id = $1";
    let log: Vec<(Id,)> = app.store.reader().all(sql, args![KERINCI]).await.unwrap();
    log.into_iter().map(|row| row.0).collect()
}

#[allow(clippy::disallowed_methods, reason = "says how long a restart takes")]
#[db_test]
async fn mondays_that_are_killed_lose_nothing_and_stay_balanced(db: TestDatabase) {
    demo::build(db.options(), SIZE, 2026, START, &mut |_| ()).await.expect("the demo is built");
    let rounds = from_env("ASUH_CRASH_ROUNDS", 2);
    let (mut promised, mut slowest) = (BTreeSet::new(), Duration::ZERO);
    for round in 0..rounds {
        // Other moments of the work every time: 0.2 to 1.2 seconds, in an order that jumps.
        let after = Duration::from_millis(200 + round * 377 % 1_000);
        let new = killed_at_work(&db, "the_process_that_is_killed", round, after).await;
        assert!(new.len() > 1, "round {round}: nothing was done");
        promised.extend(new.iter().map(|id| id.parse::<Id>().unwrap()));
        let began = std::time::Instant::now();
        let app = open(&db.folder(), db.url().map(str::to_owned), db.clock.clone()).await;
        let log = recorded(&app).await;
        slowest = slowest.max(began.elapsed());
        let lost: Vec<_> = promised.difference(&log).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and lost: {lost:?}");
        assert_clean(&app, &format!("round {round}")).await;
        app.store.close().await;
    }
    println!(
        "{}: {rounds} kills, {} acknowledged, 0 lost, every check clean; open again and the trail read within {:.1} s",
        db.engine().name(),
        promised.len(),
        slowest.as_secs_f64()
    );
}

#[db_test]
async fn a_backup_made_while_mondays_go_on_is_whole(db: TestDatabase) {
    demo::build(db.options(), SIZE, 2026, START, &mut |_| ()).await.expect("the demo is built");
    let clock = Arc::new(FixedClock::new(START));
    let app = open(&db.folder(), db.url().map(str::to_owned), clock.clone()).await;
    let promised = Arc::new(Mutex::new(BTreeSet::new()));
    let told = promised.clone();
    let mut mondays = Mondays::find(&app, clock, move |id| _ = told.lock().unwrap().insert(id)).await;
    let rounds = from_env("ASUH_BACKUP_ROUNDS", 1);
    for round in 0..rounds {
        let file = db.folder().join(format!("cadangan-{round}.asuh"));
        let begin = Duration::from_millis(20 + round * 377 % 300);
        let ((), before) = tokio::join!(
            async {
                mondays.live().await;
                mondays.live().await;
            },
            async {
                tokio::time::sleep(begin).await;
                let before = promised.lock().unwrap().clone();
                app.store.backup(&file).await.expect("a backup");
                before
            }
        );
        let other = db.sibling().await;
        let empty = other.open().await;
        empty.restore(&file).await.expect("restored on an empty machine");
        empty.close().await;
        drop(empty);
        let restored = open(&other.folder(), other.url().map(str::to_owned), db.clock.clone()).await;
        let log = recorded(&restored).await;
        let lost: Vec<_> = before.difference(&log).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged before the backup and not in it: {lost:?}");
        assert_clean(&restored, &format!("restored {round}")).await;
        restored.store.close().await;
    }
    println!("{}: {rounds} backups under load restored, every check clean", db.engine().name());
    app.store.close().await;
}
