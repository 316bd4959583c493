//! Opening the database of an installation.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::door::{Door, WRITERS, Works};
use crate::driver::{Connection, Opening, Place, Pool, SqlitePool, Transaction, WAIT};
use crate::stamp::Ended;
use crate::statistics::{self, Statistics};
use crate::{
    Args, Clock, FolderLock, IdSource, KeyRing, Reader, Secrets, StoreError, rotate, schema, secrets,
};

/// How connections name themselves on a server.
pub(crate) const APPLICATION: &str = "asuh";

/// The engine that keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file in the data folder, written by one process.
    Sqlite,
    /// A PostgreSQL server, version 15 or later.
    Postgres,
}

impl Engine {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }
}

/// What [`Store::open`] needs to know.
#[derive(Clone)]
pub struct Options {
    /// The data folder: the SQLite file, the master key, automatic backups. Made when it is missing.
    pub folder: PathBuf,
    /// `postgres://...` to keep the data on a server instead of in the folder.
    pub database_url: Option<String>,
    /// Another place for the master key than `folder/master.key`.
    pub key_file: Option<PathBuf>,
    /// A given ring instead of the key file: tests and restores.
    pub key_ring: Option<KeyRing>,
    /// Where "now" comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
    /// Connections that answer questions at the same time.
    pub readers: u32,
    /// How long one command may take before it is given up; on SQLite all others wait for it.
    pub command_limit: Duration,
    /// Whether a receipt means that the change survives a power cut. False only while a demo is built, which
    /// can be built again.
    pub durable: bool,
}

impl Options {
    /// The data folder `folder` with the machine's clock and randomness.
    pub fn folder(folder: impl Into<PathBuf>) -> Options {
        Options {
            folder: folder.into(),
            database_url: None,
            key_file: None,
            key_ring: None,
            clock: Arc::new(crate::SystemClock),
            ids: Arc::new(crate::SystemIds),
            readers: 4,
            command_limit: Duration::from_secs(30),
            durable: true,
        }
    }

    /// Where the master key is.
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.folder.join("master.key"))
    }
}

/// An open installation: readers, the write door, keys, clock. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    reader: Reader,
    writer: Pool,
    door: Door,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    folder: PathBuf,
    /// Held until the store is closed.
    lock: Mutex<Option<Arc<FolderLock>>>,
    /// PostgreSQL: the transaction whose moment the readers see.
    _moment: Option<Transaction>,
}

impl Store {
    /// Opens the installation, brings its schema up to date (after a backup, when there is data), and starts
    /// the write door. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The folder is in use or cannot be used, the server cannot be reached, the SQLite library is too old,
    /// or the data is from a newer program.
    pub async fn open(options: Options) -> Result<Store, StoreError> {
        let failed = |source| StoreError::File { path: options.folder.display().to_string(), source };
        let door = if options.durable { Use::Write } else { Use::Build };
        std::fs::create_dir_all(&options.folder).map_err(failed)?;
        // PostgreSQL: migrations and a rotation have their own connection, the only one and never cut off.
        let (engine, setup, lock) = match &options.database_url {
            None => {
                let lock = Arc::new(FolderLock::take(&options.folder)?);
                let writer = sqlite(&options.folder.join("asuh.db"), door, 1)?;
                refuse_old_sqlite(&writer).await?;
                (Engine::Sqlite, writer, Some(lock))
            }
            Some(url) => (Engine::Postgres, postgres(url, Use::SetUp, 1).await?, None),
        };
        let mut ring = match options.key_ring.clone() {
            Some(ring) => ring,
            None => key_ring(&options, schema::holds_data(&setup, engine).await?)?,
        };
        schema::migrate(&setup, engine, &options.folder, options.clock.now()).await?;
        match engine {
            Engine::Sqlite => schema::planner::inform(&setup).await?,
            Engine::Postgres => schema::planner::inform_server(&setup).await?,
        }
        if options.key_ring.is_none() && ring.is_rotating() {
            tracing::warn!("a key rotation was interrupted; finishing it before anything else");
            rotate::finish(&setup, engine, &mut ring, &options.key_path(), &mut |_, _| ()).await?;
        }
        let writer = match &options.database_url {
            None => setup,
            Some(url) => {
                setup.close().await;
                postgres(url, door, WRITERS).await?
            }
        };
        let pool = match &options.database_url {
            None => sqlite(&options.folder.join("asuh.db"), Use::Read, options.readers)?,
            Some(url) => postgres(url, Use::Read, options.readers).await?,
        };
        let secrets = Secrets::new(ring);
        let works = Works {
            pool: writer.clone(),
            secrets: secrets.clone(),
            clock: options.clock.clone(),
            ids: options.ids.clone(),
            limit: options.command_limit,
            ended: Ended::default(),
            statistics: Statistics::default(),
            _folder: lock.clone(),
        };
        let door = Door::start(engine, works)?;
        Ok(Store {
            inner: Arc::new(Inner {
                engine,
                reader: Reader { pool },
                writer,
                door,
                secrets,
                clock: options.clock,
                ids: options.ids,
                folder: options.folder,
                lock: Mutex::new(lock),
                _moment: None,
            }),
        })
    }

    /// Opens an installation that exists only to read it, beside the process that writes it: for backups and
    /// lists. Nothing is locked, migrated or changed, and the write door stays shut.
    ///
    /// # Errors
    /// There is no installation, its schema is not this program's, its key is missing, or the server cannot
    /// be reached.
    pub async fn open_to_read(options: Options) -> Result<Store, StoreError> {
        let pool = match &options.database_url {
            None => sqlite(&existing(&options)?, Use::Read, options.readers)?,
            Some(url) => postgres(url, Use::Read, options.readers).await?,
        };
        Store::reading(options, pool, None).await
    }

    /// As [`Store::open_to_read`], but all that is read is as it was at one moment, by whichever connection and however
    /// much is written meanwhile: for checks, which compare tables with each other. On SQLite a writer waits for the
    /// milliseconds in which the connections are opened, and its log grows until the store is closed.
    ///
    /// # Errors
    /// As [`Store::open_to_read`], or a writer did not let go of the file for ten seconds.
    pub async fn open_moment(options: Options) -> Result<Store, StoreError> {
        let (pool, moment) = match &options.database_url {
            None => {
                let path = existing(&options)?;
                let writer = sqlite(&path, Use::Write, 1)?;
                let hold = writer.begin_with("BEGIN IMMEDIATE").await?;
                let pool = SqlitePool::open_still(opening(&path, Use::Read), Place::Aside, options.readers);
                hold.rollback().await?;
                writer.close().await;
                read_ahead(path);
                (Pool::Sqlite(pool?), None)
            }
            Some(url) => {
                let keeper = postgres(url, Use::Read, 1).await?;
                let moment = keeper.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                let row = moment.first("SELECT pg_export_snapshot() AS moment", Args::new()).await?;
                let name: String = row.map(|row| row.get("moment")).transpose()?.unwrap_or_default();
                let begin = format!(
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{name}'"
                );
                (postgres_that(url, Use::Read, options.readers, Some(begin)).await?, Some(moment))
            }
        };
        Store::reading(options, pool, moment).await
    }

    async fn reading(options: Options, pool: Pool, moment: Option<Transaction>) -> Result<Store, StoreError> {
        let engine = pool.engine();
        if engine == Engine::Sqlite {
            refuse_old_sqlite(&pool).await?;
        }
        let found = schema::version(&pool, engine).await?;
        if found != schema::newest() {
            return Err(StoreError::NewerSchema { found, known: schema::newest() });
        }
        let ring = match options.key_ring.clone() {
            Some(ring) => ring,
            None => key_ring(&options, true)?,
        };
        Ok(Store {
            inner: Arc::new(Inner {
                engine,
                reader: Reader { pool: pool.clone() },
                writer: pool,
                door: Door::shut(),
                secrets: Secrets::new(ring),
                clock: options.clock,
                ids: options.ids,
                folder: options.folder,
                lock: Mutex::new(None),
                _moment: moment,
            }),
        })
    }

    /// The engine that keeps the data.
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// A handle for questions.
    pub fn reader(&self) -> &Reader {
        &self.inner.reader
    }

    /// The keys.
    pub fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// A new id, born now.
    pub fn new_id(&self) -> crate::Id {
        self.inner.ids.new_id(self.inner.clock.now())
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    pub(crate) fn door(&self) -> &Door {
        &self.inner.door
    }

    pub(crate) fn writer(&self) -> &Pool {
        &self.inner.writer
    }

    /// Has PostgreSQL count its tables now, and waits for it; of itself it does so soon after much was written. SQLite
    /// plans with estimates that never change.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub async fn learn(&self) -> Result<(), StoreError> {
        match self.inner.engine {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => statistics::count_tables(&self.inner.writer).await,
        }
    }

    /// Finishes what was accepted, closes the connections and frees the data folder.
    pub async fn close(&self) {
        self.inner.door.close().await;
        self.inner.reader.pool.close().await;
        self.inner.writer.close().await;
        self.inner.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }
}

/// Reads a file once from its beginning to its end, beside what follows, so that the system has it at hand: a check reads
/// all of it by its keys, page by page, which a disk does many times slower. What cannot be read the check itself will tell.
fn read_ahead(path: PathBuf) {
    std::thread::spawn(move || {
        std::fs::File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut std::io::sink()))
    });
}

/// What connections are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    /// The door: nothing may wait or hold locks for long.
    Write,
    /// The door while a demo is built: nothing is forced to the disk.
    Build,
    /// Migrations and key rotation.
    SetUp,
}

/// The file of an installation that is there.
fn existing(options: &Options) -> Result<PathBuf, StoreError> {
    let path = options.folder.join("asuh.db");
    if path.exists() {
        return Ok(path);
    }
    let source = std::io::Error::from(std::io::ErrorKind::NotFound);
    Err(StoreError::File { path: path.display().to_string(), source })
}

pub(crate) fn sqlite(path: &Path, purpose: Use, connections: u32) -> Result<Pool, StoreError> {
    let place = if purpose == Use::Read { Place::Aside } else { Place::Here };
    Ok(Pool::Sqlite(SqlitePool::open(opening(path, purpose), place, connections)?))
}

fn opening(path: &Path, purpose: Use) -> Opening {
    let read_only = purpose == Use::Read;
    let synchronous = if purpose == Use::Build { "OFF" } else { "FULL" };
    // In KiB. A demo that is built touches all of its file again and again; yet with more than this each commit
    // costs more than is saved, because SQLite walks over its whole cache whenever a page got another number.
    let cache = match purpose {
        Use::Read => 2_048,
        Use::Write | Use::SetUp => 8_192,
        Use::Build => 40_960,
    };
    // In pages of 4 KiB: 32 MB of log, which the writer meets only where the keeper of the log comes too late. What is
    // built is put into the file when it is whole, or whenever the log is as large as it.
    let checkpoint = if purpose == Use::Build { 32_768 } else { 8_000 };
    Opening {
        path: path.to_owned(),
        create: !read_only,
        pragmas: format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
             PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = {checkpoint}; PRAGMA cache_size = -{cache}; \
             PRAGMA query_only = {};",
            u8::from(read_only)
        ),
        busy: Duration::from_secs(10),
    }
}

pub(crate) async fn postgres(url: &str, purpose: Use, connections: u32) -> Result<Pool, StoreError> {
    postgres_that(url, purpose, connections, None).await
}

/// Connections that all begin with these statements.
async fn postgres_that(
    url: &str,
    purpose: Use,
    connections: u32,
    begin: Option<String>,
) -> Result<Pool, StoreError> {
    let on = |is: bool| if is { "on" } else { "off" };
    let options = url
        .parse::<PgConnectOptions>()?
        .application_name(APPLICATION)
        .disable_statement_logging()
        .statement_cache_capacity(300)
        .options([
            ("default_transaction_read_only", on(purpose == Use::Read)),
            ("default_transaction_isolation", "read committed"),
            ("synchronous_commit", on(purpose != Use::Build)),
        ]);
    let options = match purpose {
        Use::Read | Use::SetUp => options,
        Use::Write | Use::Build => options.options([
            ("lock_timeout", "10s"),
            ("statement_timeout", "60s"),
            ("idle_in_transaction_session_timeout", "120s"),
        ]),
    };
    let pool = PoolOptions::new()
        .max_connections(connections)
        .min_connections(0)
        // The door notices a dead connection by itself and tries again; a ping per command is not needed.
        .test_before_acquire(matches!(purpose, Use::Read | Use::SetUp))
        .acquire_timeout(WAIT)
        .after_connect(move |connection, _| {
            let begin = begin.clone();
            Box::pin(async move {
                if let Some(begin) = begin {
                    sqlx::raw_sql(AssertSqlSafe(begin)).execute(connection).await?;
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(Pool::Postgres(pool))
}

/// The ring of an installation. A database that holds data without its key file is not given a new key: what
/// the lost key sealed could never be told from what the new one does.
fn key_ring(options: &Options, holds_data: bool) -> Result<KeyRing, StoreError> {
    let path = options.key_path();
    if holds_data && KeyRing::load(&path)?.is_none() {
        let reason =
            "berkas tidak ada, padahal basis data sudah berisi; kembalikan salinan kunci itu ke sini";
        return Err(secrets::key_file(&path, reason).into());
    }
    KeyRing::load_or_create(&path)
}

async fn refuse_old_sqlite(conn: &Pool) -> Result<(), StoreError> {
    let row = conn.first("SELECT sqlite_version() AS version", Args::new()).await?;
    let version: String = row.map(|row| row.get("version")).transpose()?.unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < (3, 51, 3) {
        return Err(StoreError::OldSqlite(version));
    }
    Ok(())
}
