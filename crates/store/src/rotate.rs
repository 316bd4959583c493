//! A new master key: every sealed value sealed anew, every lookup hash computed anew.
//!
//! The order makes it safe to stop anywhere. The new key is in the key file before it seals anything; each
//! chunk is one transaction; a row that is already done is not written again; the old key leaves the file last.
//! [`Store::open`] finishes an interrupted rotation before the door opens, because between the two keys equal
//! values have different hashes.
//!
//! What has no sealed twin cannot be computed anew and stays (codes and tokens, whose hashes must therefore not
//! be keyed). The hash of a command whose body is past its retention time is emptied: a late repetition then
//! answers with the first receipt without comparing.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use serde::Serialize;

use crate::args::Value;
use crate::backup::{Kind, columns};
use crate::connect::{APPLICATION, Use, postgres, sqlite};
use crate::driver::{Connection, Pool};
use crate::secrets::{key_file, key_number};
use crate::{
    Args, DistrictId, Engine, FolderLock, KeyRing, Options, Row, Secrets, SecretsError, Store, StoreError,
    args, schema,
};

/// Rows of one transaction at most, and bytes of sealed values after which it takes no further row.
const CHUNK_ROWS: usize = 500;
const CHUNK_BYTES: usize = 4 << 20;

/// What a key rotation did.
#[derive(Debug, Clone, Serialize)]
pub struct RotationReport {
    /// The number of the key that seals now.
    pub key: u32,
    /// Rows that were looked at.
    pub rows: u64,
    /// Sealed values that no key opens. They were left as they are, and so were the old keys.
    pub damaged: u64,
}

impl Store {
    /// Gives the installation that `options` describe a new master key. `progress` hears the rows that are
    /// done and the rows in all.
    ///
    /// Nobody else may work meanwhile: a store that is open keeps the keys it was opened with. On SQLite the
    /// lock of the data folder sees to that. On PostgreSQL stop every other asuh process first (connections of
    /// another one are noticed and refused, but one that starts later is not), and give all of them the new key
    /// file afterwards. Backups made before need the old key: keep a copy of the old file as long as them.
    ///
    /// # Errors
    /// The installation is in use, its key file is missing, or the database fails; then calling it again, or
    /// opening the store, goes on where it stopped.
    pub async fn rotate_keys(
        options: &Options,
        mut progress: impl FnMut(u64, u64) + Send,
    ) -> Result<RotationReport, StoreError> {
        rotate(options, u64::MAX, &mut progress).await
    }

    /// As [`Store::rotate_keys`], but gives up after this many chunks, as if the machine had stopped.
    ///
    /// # Errors
    /// As there; and always, when there are more chunks.
    #[cfg(feature = "testing")]
    pub async fn rotate_keys_in_part(options: &Options, chunks: u64) -> Result<RotationReport, StoreError> {
        rotate(options, chunks, &mut |_, _| ()).await
    }
}

type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

async fn rotate(
    options: &Options,
    chunks: u64,
    progress: Progress<'_>,
) -> Result<RotationReport, StoreError> {
    let path = options.key_path();
    let (engine, conn, _lock) = match &options.database_url {
        None => {
            let lock = FolderLock::take(&options.folder)?;
            (Engine::Sqlite, sqlite(&options.folder.join("asuh.db"), Use::SetUp, 1)?, Some(lock))
        }
        Some(url) => (Engine::Postgres, postgres(url, Use::SetUp, 1).await?, None),
    };
    let rotated = async {
        alone(&conn, engine).await?;
        schema::migrate(&conn, engine, &options.folder, options.clock.now()).await?;
        let mut ring = KeyRing::load(&path)?.ok_or_else(|| key_file(&path, "berkas tidak ada"))?;
        if !ring.is_rotating() {
            ring.add_key();
            ring.save(&path)?;
        }
        in_chunks(&conn, engine, &mut ring, &path, chunks, progress).await
    }
    .await;
    conn.close().await;
    rotated
}

/// Goes on with a rotation that has begun, to its end.
pub(crate) async fn finish(
    conn: &Pool,
    engine: Engine,
    ring: &mut KeyRing,
    path: &Path,
    progress: Progress<'_>,
) -> Result<RotationReport, StoreError> {
    alone(conn, engine).await?;
    in_chunks(conn, engine, ring, path, u64::MAX, progress).await
}

/// On PostgreSQL: whether other connections of this program are open, with patience for those just closed.
async fn alone(conn: &Pool, engine: Engine) -> Result<(), StoreError> {
    if engine == Engine::Sqlite {
        return Ok(());
    }
    let others = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
                  AND application_name = $1 AND pid <> pg_backend_pid()";
    for _ in 0..30 {
        let found = conn.first(others, args![APPLICATION]).await?;
        if found.map(|row| row.get::<i64>("n")).transpose()?.unwrap_or(0) == 0 {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(StoreError::Rotation("another asuh process uses this database; stop it first".into()))
}

async fn in_chunks(
    conn: &Pool,
    engine: Engine,
    ring: &mut KeyRing,
    path: &Path,
    mut chunks: u64,
    progress: Progress<'_>,
) -> Result<RotationReport, StoreError> {
    let secrets = Secrets::new(ring.with_newest_lookup());
    let mut tables = Vec::new();
    let mut total = 0;
    for name in schema::tables() {
        if let Some(table) = SealedTable::of(conn, engine, name).await? {
            total += table.count(conn).await?;
            tables.push(table);
        }
    }
    let mut report = RotationReport { key: ring.newest(), rows: 0, damaged: 0 };
    progress(0, total);
    for table in &tables {
        let mut after = None;
        loop {
            if chunks == 0 {
                return Err(StoreError::Rotation("stopped in the middle".into()));
            }
            chunks -= 1;
            let chunk = table.chunk(conn, &secrets, after.take()).await?;
            report.rows += chunk.rows;
            report.damaged += chunk.damaged;
            progress(report.rows, total.max(report.rows));
            after = chunk.last;
            if after.is_none() {
                break;
            }
        }
    }
    if report.damaged == 0 {
        ring.finish_rotation();
    } else {
        tracing::error!(damaged = report.damaged, "no key opens these values; the old keys are kept");
        ring.renew_lookup();
    }
    ring.save(path)?;
    Ok(report)
}

/// A table with sealed columns.
struct SealedTable {
    name: String,
    key: Vec<(String, Kind)>,
    /// Sealed column and, where there is one, the hash of the same value.
    sealed: Vec<(String, Option<String>)>,
}

struct Chunk {
    rows: u64,
    damaged: u64,
    /// The key of its last row; `None` when there are no more rows.
    last: Option<Vec<Value>>,
}

impl SealedTable {
    async fn of(
        conn: &impl Connection,
        engine: Engine,
        name: String,
    ) -> Result<Option<SealedTable>, StoreError> {
        let columns = columns(conn, engine, &name).await?;
        let sealed: Vec<_> = columns
            .iter()
            .filter_map(|(column, _)| {
                let hash = format!("{}_hash", column.strip_suffix("_sealed")?);
                Some((column.clone(), columns.iter().any(|(name, _)| *name == hash).then_some(hash)))
            })
            .collect();
        if sealed.is_empty() {
            return Ok(None);
        }
        let key = schema::primary_key(&name)
            .into_iter()
            .filter_map(|part| columns.iter().find(|(column, _)| *column == part).cloned())
            .collect();
        Ok(Some(SealedTable { name, key, sealed }))
    }

    async fn count(&self, conn: &Pool) -> Result<u64, StoreError> {
        let row = conn.first(&format!("SELECT COUNT(*) AS n FROM {}", self.name), Args::new()).await?;
        Ok(row.map(|row| row.get::<i64>("n")).transpose()?.unwrap_or(0).unsigned_abs())
    }

    /// Does the rows after the key `after`, in one transaction.
    async fn chunk(
        &self,
        conn: &Pool,
        secrets: &Secrets,
        after: Option<Vec<Value>>,
    ) -> Result<Chunk, StoreError> {
        let transaction = conn.begin().await?;
        let mut chunk = Chunk { rows: 0, damaged: 0, last: None };
        let mut bytes = 0;
        let mut changes = Vec::new();
        let mut look = |row: Row| {
            chunk.rows += 1;
            let key = self.key_of(&row)?;
            let change = self.renew(&row, secrets, &mut bytes, &mut chunk.damaged)?;
            if let Some(values) = change {
                changes.push((key.clone(), values));
            }
            if chunk.rows >= CHUNK_ROWS as u64 || bytes >= CHUNK_BYTES {
                chunk.last = Some(key);
                return Ok(ControlFlow::Break(()));
            }
            Ok(ControlFlow::Continue(()))
        };
        let select = self.select(after.is_some());
        transaction.each(&select, Args(after.unwrap_or_default()), &mut look).await?;
        let update = self.update();
        for (key, values) in changes {
            transaction.execute(&update, Args(values.into_iter().chain(key).collect())).await?;
        }
        transaction.commit().await?;
        Ok(chunk)
    }

    /// The columns that change: sealed values first, then hashes.
    fn changing(&self) -> impl Iterator<Item = &str> {
        let sealed = self.sealed.iter().map(|(column, _)| column.as_str());
        sealed.chain(self.sealed.iter().filter_map(|(_, hash)| hash.as_deref()))
    }

    fn select(&self, after: bool) -> String {
        let keys: Vec<&str> = self.key.iter().map(|(column, _)| column.as_str()).collect();
        let keys = keys.join(", ");
        let mut sql = format!("SELECT {keys}");
        for column in self.changing() {
            let _ = write!(sql, ", {column}");
        }
        if self.name == "command_log" {
            sql.push_str(", kind");
        }
        let _ = write!(sql, " FROM {}", self.name);
        if after {
            let places: Vec<String> = (1..=self.key.len()).map(|nth| format!("${nth}")).collect();
            let _ = write!(sql, " WHERE ({keys}) > ({})", places.join(", "));
        }
        let _ = write!(sql, " ORDER BY {keys} LIMIT {CHUNK_ROWS}");
        sql
    }

    fn update(&self) -> String {
        let mut nth = 0;
        let mut place = |column: &str| {
            nth += 1;
            format!("{column} = ${nth}")
        };
        let set: Vec<String> = self.changing().map(&mut place).collect();
        let found: Vec<String> = self.key.iter().map(|(column, _)| place(column)).collect();
        format!("UPDATE {} SET {} WHERE {}", self.name, set.join(", "), found.join(" AND "))
    }

    fn key_of(&self, row: &Row) -> Result<Vec<Value>, StoreError> {
        let part = |(column, kind): &(String, Kind)| -> Result<Value, StoreError> {
            Ok(match kind {
                Kind::Int => Value::Int(Some(row.get(column)?)),
                Kind::Text => Value::Text(Some(row.get(column)?)),
                Kind::Bytes => Value::Bytes(Some(row.get(column)?)),
            })
        };
        self.key.iter().map(part).collect()
    }

    /// The new values of a row, when any differs from what is stored.
    fn renew(
        &self,
        row: &Row,
        secrets: &Secrets,
        bytes: &mut usize,
        damaged: &mut u64,
    ) -> Result<Option<Vec<Value>>, StoreError> {
        let district = DistrictId(row.get("district_id")?);
        let newest = secrets.ring().newest();
        let mut changed = false;
        let mut sealed_values = Vec::new();
        let mut hashes = Vec::new();
        for (column, hash_column) in &self.sealed {
            let sealed: Option<Vec<u8>> = row.get(column)?;
            let hash: Option<Vec<u8>> = match hash_column {
                Some(column) => row.get(column)?,
                None => None,
            };
            let purpose = match column.strip_suffix("_sealed") {
                Some("body") if self.name == "command_log" => row.get("kind")?,
                stem => stem.unwrap_or_default().to_owned(),
            };
            *bytes += sealed.as_ref().map_or(0, Vec::len);
            let renewed = match &sealed {
                // Nothing is left to compute the hash from; an old one would never be found again.
                None if self.name == "command_log" => (None, hash.as_ref().map(|_| Vec::new())),
                None => (None, None),
                Some(value) if key_number(value) == Some(newest) && hash_column.is_none() => {
                    (sealed.clone(), None)
                }
                Some(value) => match secrets.open(district, value) {
                    Ok(plain) => {
                        let sealed = match key_number(value) == Some(newest) {
                            true => value.clone(),
                            false => secrets.seal(district, &plain)?,
                        };
                        let hash = match (hash_column, std::str::from_utf8(&plain)) {
                            (Some(_), Ok(text)) => Some(secrets.lookup(district, &purpose, text)?.to_vec()),
                            _ => hash.clone(),
                        };
                        (Some(sealed), hash)
                    }
                    Err(SecretsError::UnknownKey(_) | SecretsError::Damaged) => {
                        *damaged += 1;
                        (sealed.clone(), hash.clone())
                    }
                    Err(error) => return Err(error.into()),
                },
            };
            changed |= renewed.0 != sealed || (hash_column.is_some() && renewed.1 != hash);
            sealed_values.push(Value::Bytes(renewed.0));
            if hash_column.is_some() {
                hashes.push(Value::Bytes(renewed.1));
            }
        }
        Ok(changed.then(|| sealed_values.into_iter().chain(hashes).collect()))
    }
}
