//! Databases for tests: a fresh one per test, on either engine. Behind the feature `testing`.

mod killed;
mod plans;

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use crate::connect::{Use, postgres};
use crate::driver::{Connection, Pool};
use crate::{
    Args, Clock, Engine, FixedClock, IdSource, Instant, KeyRing, Options, SeededIds, Store, StoreError, args,
    schema,
};
pub use asuh_db_test::db_test;
pub use killed::{Work, acknowledged, killed_at_work, work};
pub use plans::{Plan, Plans};

/// Where the clock of a test database stands at first: Monday 2 November 2026, 07.00 WIB.
pub const START: Instant = Instant(1_793_577_600_000);

/// How often something is tried, or with which seed: as a variable of the environment says, else as usual.
pub fn from_env<N: FromStr>(variable: &str, usual: N) -> N {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A fresh, empty, migrated database that disappears with the test.
pub struct TestDatabase {
    folder: tempfile::TempDir,
    url: Option<String>,
    /// The clock of every store opened on this database.
    pub clock: Arc<FixedClock>,
    ids: Arc<dyn IdSource>,
}

impl TestDatabase {
    /// The engine under test.
    pub fn engine(&self) -> Engine {
        if self.url.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// The data folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The server's address, when the engine is PostgreSQL.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Options that open this database.
    pub fn options(&self) -> Options {
        Options {
            database_url: self.url.clone(),
            key_ring: Some(KeyRing::from_key([7; 32])),
            clock: self.clock.clone() as Arc<dyn Clock>,
            ids: self.ids.clone(),
            ..Options::folder(self.folder.path())
        }
    }

    /// Opens the store.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open(&self) -> Store {
        Store::open(self.options()).await.expect("the test database opens")
    }

    /// Another empty database on the same engine: for restores.
    pub async fn sibling(&self) -> TestDatabase {
        match &self.url {
            None => TestDatabase::sqlite(),
            Some(_) => TestDatabase::postgres().await.expect("a second database"),
        }
    }

    /// An empty SQLite database, whichever engine is under test: for the road between the engines.
    pub fn on_sqlite() -> TestDatabase {
        TestDatabase::sqlite()
    }

    fn new(url: Option<String>) -> TestDatabase {
        TestDatabase {
            folder: tempfile::tempdir().expect("a temporary folder"),
            url,
            clock: Arc::new(FixedClock::new(START)),
            ids: Arc::new(SeededIds::new(42)),
        }
    }

    fn sqlite() -> TestDatabase {
        TestDatabase::new(None)
    }

    /// A copy of a migrated template on the server that `ASUH_TEST_DATABASE_URL` names.
    async fn postgres() -> Option<TestDatabase> {
        let admin_url = std::env::var("ASUH_TEST_DATABASE_URL").ok()?;
        let admin = connect(&admin_url).await;
        let template = format!("asuh_template_{:016x}", schema_hash());
        // Tests run in many processes: the first makes the template, the others wait.
        run(&admin, "SELECT pg_advisory_lock(2026)").await;
        let known = admin
            .first("SELECT COUNT(*) AS n FROM pg_database WHERE datname = $1", args![template.as_str()])
            .await
            .expect("a list of databases")
            .and_then(|row| row.get::<i64>("n").ok())
            .unwrap_or(0);
        if known == 0 {
            let raw = format!("{template}_raw");
            run(&admin, &format!("DROP DATABASE IF EXISTS {raw}")).await;
            run(&admin, &format!("CREATE DATABASE {raw}")).await;
            let conn = connect(&with_database(&admin_url, &raw)).await;
            schema::migrate(&conn, Engine::Postgres, Path::new("."), START).await.expect("the schema");
            conn.close().await;
            run(&admin, &format!("ALTER DATABASE {raw} RENAME TO {template}")).await;
        }
        let mut unique = DefaultHasher::new();
        (std::process::id(), std::thread::current().id(), std::backtrace::Backtrace::capture().to_string())
            .hash(&mut unique);
        let mut random = [0u8; 8];
        getrandom::fill(&mut random).expect("random bytes");
        random.hash(&mut unique);
        let name = format!("asuh_test_{:016x}", unique.finish());
        run(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        run(&admin, "SELECT pg_advisory_unlock(2026)").await;
        admin.close().await;
        Some(TestDatabase::new(Some(with_database(&admin_url, &name))))
    }
}

async fn connect(url: &str) -> Pool {
    postgres(url, Use::SetUp, 1).await.expect("the test server answers")
}

async fn run(conn: &Pool, sql: &str) {
    conn.run(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn schema_hash() -> u64 {
    let mut hash = DefaultHasher::new();
    schema::text_of_all_versions().hash(&mut hash);
    hash.finish()
}

fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let server = base.rsplit_once('/').map_or(base, |(server, _)| server);
    match query {
        Some(query) => format!("{server}/{name}?{query}"),
        None => format!("{server}/{name}"),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Runs a test body on a fresh SQLite database.
pub fn on_sqlite<F: Future<Output = ()>>(body: impl FnOnce(TestDatabase) -> F) {
    runtime().block_on(body(TestDatabase::sqlite()));
}

/// Runs a test body on a fresh PostgreSQL database, or says that it skips.
pub fn on_postgres<F: Future<Output = ()>>(body: impl FnOnce(TestDatabase) -> F) {
    let runtime = runtime();
    match runtime.block_on(TestDatabase::postgres()) {
        Some(database) => {
            let url = database.url.clone();
            runtime.block_on(body(database));
            runtime.block_on(drop_database(url));
        }
        None => {
            eprintln!("skipped on PostgreSQL: ASUH_TEST_DATABASE_URL is not set (cargo xtask test sets it)")
        }
    }
}

async fn drop_database(url: Option<String>) {
    let (Some(url), Ok(admin_url)) = (url, std::env::var("ASUH_TEST_DATABASE_URL")) else { return };
    let name = url.split('?').next().and_then(|base| base.rsplit('/').next()).unwrap_or_default().to_owned();
    let admin = connect(&admin_url).await;
    let _ = admin.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    admin.close().await;
}

/// Whether an error is the one that a test expects, with its text for the message.
///
/// # Panics
/// When the result is not an error.
pub fn error_text<T>(result: Result<T, StoreError>) -> String {
    match result {
        Ok(_) => panic!("an error was expected"),
        Err(error) => error.to_string(),
    }
}

impl Store {
    /// SQLite: lets the database grow by this many pages and then be "full"; `None` frees the disk again.
    ///
    /// # Panics
    /// On PostgreSQL.
    pub async fn let_grow(&self, pages: Option<i64>) {
        let conn = self.writer();
        let held = conn
            .first("PRAGMA page_count", Args::new())
            .await
            .expect("SQLite answers")
            .and_then(|row| row.get::<i64>("page_count").ok())
            .expect("a page count");
        let limit = pages.map_or(1 << 30, |pages| held + pages);
        run(conn, &format!("PRAGMA max_page_count = {limit}")).await;
    }
}
