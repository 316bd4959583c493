//! Backup and restore: one engine-neutral file, which is also the road from SQLite to PostgreSQL.
//!
//! The file is gzip around lines of JSON: a header, then for each table its columns and its rows, then a
//! last line with the number of rows and the SHA-256 of everything before it. A file that is cut short or
//! altered by one bit is refused before anything is written. Sealed values stay sealed: the master key is
//! not in it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::args::Value;
use crate::driver::{Connection, Pool, Transaction};
use crate::query::places;
use crate::secrets::key_number;
use crate::{Args, DistrictId, Engine, Instant, Row, Secrets, Store, StoreError, args, schema};

#[derive(Serialize, Deserialize)]
struct Header {
    asuh_backup: u32,
    schema: i64,
    engine: String,
    created_at: i64,
}

#[derive(Serialize, Deserialize)]
struct TableHead {
    table: String,
    columns: Vec<(String, Kind)>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Int,
    Text,
    Bytes,
}

#[derive(Serialize, Deserialize)]
struct Trailer {
    end: bool,
    rows: u64,
    sha256: String,
}

/// How many rows of a table a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableCount {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// What a backup wrote.
#[derive(Debug, Clone, Serialize)]
pub struct BackupReport {
    /// Schema version of the data.
    pub schema: i64,
    /// Rows per table.
    pub tables: Vec<TableCount>,
    /// Rows in all.
    pub rows: u64,
    /// SHA-256 of the content, as hex.
    pub sha256: String,
    /// Size of the file in bytes.
    pub bytes: u64,
}

/// What a restore read.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreReport {
    /// Schema version of the backup.
    pub schema: i64,
    /// When it was made.
    pub created_at: Instant,
    /// Rows in all.
    pub rows: u64,
}

impl Store {
    /// Writes a backup of everything to `file` while work goes on: it holds exactly what was durable at one
    /// moment after this call began.
    ///
    /// # Errors
    /// The file cannot be written or the database cannot be read.
    pub async fn backup(&self, file: &Path) -> Result<BackupReport, StoreError> {
        write(&self.reader().pool, self.engine(), file, self.clock().now()).await
    }

    /// Loads a backup into this installation, which must be empty (no district yet).
    ///
    /// # Errors
    /// The file is damaged or from a newer program, the installation holds data, or its master key is not the
    /// one that sealed the backup's values; then nothing is changed.
    pub async fn restore(&self, file: &Path) -> Result<RestoreReport, StoreError> {
        read(self.writer(), self.engine(), self.secrets(), file).await
    }
}

/// Checks a backup file without loading it.
pub(crate) fn verify(file: &Path) -> Result<RestoreReport, StoreError> {
    let mut report = None;
    let mut hash = Sha256::new();
    let mut rows = 0u64;
    let mut ended = false;
    for line in lines(file)? {
        let line = line?;
        if ended {
            return Err(StoreError::Backup("there is something after the end".into()));
        }
        if report.is_none() {
            let header: Header = serde_json::from_str(&line)
                .map_err(|_| StoreError::Backup("this is not a backup of asuh".into()))?;
            if header.asuh_backup != 1 || header.schema > schema::newest() || header.schema < 1 {
                return Err(StoreError::NewerSchema { found: header.schema, known: schema::newest() });
            }
            report = Some(RestoreReport {
                schema: header.schema,
                created_at: Instant(header.created_at),
                rows: 0,
            });
        } else if line.starts_with("{\"end\"") {
            let trailer: Trailer = serde_json::from_str(&line).map_err(damaged)?;
            let found = data_encoding::HEXLOWER.encode(&hash.clone().finalize());
            if trailer.sha256 != found || trailer.rows != rows {
                return Err(StoreError::Backup("the file was altered: its hash does not fit".into()));
            }
            ended = true;
            continue;
        } else if line.starts_with('[') {
            rows += 1;
        }
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    match report {
        Some(report) if ended => Ok(RestoreReport { rows, ..report }),
        _ => Err(StoreError::Backup("the file is cut short".into())),
    }
}

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Backup(format!("the file is damaged: {error}"))
}

fn lines(file: &Path) -> Result<impl Iterator<Item = Result<String, StoreError>>, StoreError> {
    let source =
        File::open(file).map_err(|source| StoreError::File { path: file.display().to_string(), source })?;
    Ok(BufReader::with_capacity(1 << 16, GzDecoder::new(BufReader::new(source)))
        .lines()
        .map(|line| line.map_err(damaged)))
}

struct Output {
    file: GzEncoder<BufWriter<File>>,
    hash: Sha256,
}

impl Output {
    fn line(&mut self, value: &impl Serialize) -> Result<(), StoreError> {
        let mut line = serde_json::to_vec(value).map_err(damaged)?;
        line.push(b'\n');
        self.hash.update(&line);
        self.file.write_all(&line).map_err(damaged)
    }
}

/// Writes the backup beside its final name, syncs it, and then names it: a file that exists is whole.
pub(crate) async fn write(
    conn: &Pool,
    engine: Engine,
    file: &Path,
    now: Instant,
) -> Result<BackupReport, StoreError> {
    let failed = |source| StoreError::File { path: file.display().to_string(), source };
    let partial = file.with_extension("asuh.part");
    let target = File::create(&partial).map_err(failed)?;
    let mut output =
        Output { file: GzEncoder::new(BufWriter::new(target), Compression::fast()), hash: Sha256::new() };

    // One snapshot for all tables: a read transaction on SQLite, REPEATABLE READ on PostgreSQL.
    let snapshot = match engine {
        Engine::Sqlite => conn.begin().await?,
        Engine::Postgres => conn.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
    };
    let schema = schema::version(&snapshot, engine).await?;
    output.line(&Header { asuh_backup: 1, schema, engine: engine.name().into(), created_at: now.0 })?;
    let mut counts = Vec::new();
    let mut rows = 0;
    for table in schema::tables() {
        let columns = columns(&snapshot, engine, &table).await?;
        if columns.is_empty() {
            continue;
        }
        output.line(&TableHead { table: table.clone(), columns: columns.clone() })?;
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let select = format!("SELECT {} FROM {table}", names.join(", "));
        let mut count = 0;
        let mut write = |row: Row| {
            let mut cells = Vec::with_capacity(columns.len());
            for (name, kind) in &columns {
                cells.push(match kind {
                    Kind::Int => serde_json::to_value(row.get::<Option<i64>>(name)?),
                    Kind::Text => serde_json::to_value(row.get::<Option<String>>(name)?),
                    Kind::Bytes => serde_json::to_value(
                        row.get::<Option<Vec<u8>>>(name)?.map(|b| data_encoding::BASE64.encode(&b)),
                    ),
                });
            }
            output.line(&cells.into_iter().collect::<Result<Vec<_>, _>>().map_err(damaged)?)?;
            count += 1;
            Ok(ControlFlow::Continue(()))
        };
        snapshot.each(&select, Args::new(), &mut write).await?;
        rows += count;
        counts.push(TableCount { table, rows: count });
    }
    snapshot.rollback().await?;
    let sha256 = data_encoding::HEXLOWER.encode(&output.hash.clone().finalize());
    output.line(&Trailer { end: true, rows, sha256: sha256.clone() })?;
    let target = output.file.finish().and_then(|buffer| buffer.into_inner().map_err(|e| e.into_error()));
    let target = target.map_err(failed)?;
    target.sync_all().map_err(failed)?;
    let bytes = target.metadata().map_err(failed)?.len();
    std::fs::rename(&partial, file).map_err(failed)?;
    crate::lock::sync_folder_of(file).map_err(failed)?;
    Ok(BackupReport { schema, tables: counts, rows, sha256, bytes })
}

pub(crate) async fn columns(
    conn: &impl Connection,
    engine: Engine,
    table: &str,
) -> Result<Vec<(String, Kind)>, StoreError> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT name AS column_name, LOWER(type) AS data_type FROM pragma_table_info($1) ORDER BY cid"
        }
        Engine::Postgres => {
            "SELECT CAST(column_name AS TEXT) AS column_name, CAST(data_type AS TEXT) AS data_type \
             FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    let rows = conn.all(sql, args![table]).await?;
    rows.iter()
        .map(|row| {
            let kind = match row.get::<String>("data_type")?.as_str() {
                "integer" | "bigint" => Kind::Int,
                "blob" | "bytea" => Kind::Bytes,
                _ => Kind::Text,
            };
            Ok((row.get("column_name")?, kind))
        })
        .collect()
}

async fn read(
    conn: &Pool,
    engine: Engine,
    secrets: &Secrets,
    file: &Path,
) -> Result<RestoreReport, StoreError> {
    let report = verify(file)?;
    if report.schema != schema::newest() {
        // Only the newest schema exists so far; when there are more, an older backup is loaded into a
        // database of its own version and then migrated.
        return Err(StoreError::NewerSchema { found: report.schema, known: schema::newest() });
    }
    let transaction = conn.begin().await?;
    let held = transaction.first("SELECT COUNT(*) AS n FROM district", Args::new()).await?;
    if held.map(|row| row.get::<i64>("n")).transpose()?.unwrap_or(0) > 0 {
        return Err(StoreError::Backup(
            "the data folder already holds data; restore into an empty one".into(),
        ));
    }
    transaction.run("DELETE FROM schema_version").await?;
    transaction.run("DELETE FROM installation").await?;
    let mut head: Option<TableHead> = None;
    let mut waiting: Vec<Value> = Vec::new();
    let mut keys = BTreeMap::new();
    for line in lines(file)? {
        let line = line?;
        if line.starts_with('[') {
            let Some(head) = &head else { return Err(damaged("a row before its table")) };
            let cells: Vec<serde_json::Value> = serde_json::from_str(&line).map_err(damaged)?;
            if cells.len() != head.columns.len() {
                return Err(damaged("a row of another width"));
            }
            let begin = waiting.len();
            for (cell, (_, kind)) in cells.into_iter().zip(&head.columns) {
                waiting.push(value(cell, *kind)?);
            }
            try_keys(head, &waiting[begin..], secrets, &mut keys);
            if waiting.len() + head.columns.len() > 12_000 {
                insert(&transaction, engine, head, &mut waiting).await?;
            }
        } else if line.starts_with("{\"table\"") {
            if let Some(head) = &head {
                insert(&transaction, engine, head, &mut waiting).await?;
            }
            head = Some(serde_json::from_str(&line).map_err(damaged)?);
        }
    }
    if let Some(head) = &head {
        insert(&transaction, engine, head, &mut waiting).await?;
    }
    if let Some((number, _)) = keys.iter().find(|(_, opened)| !**opened) {
        return Err(StoreError::Backup(format!(
            "its values were sealed with another master key (number {number}): put the master.key of the \
             installation it was made from into this data folder first"
        )));
    }
    transaction.commit().await?;
    Ok(report)
}

/// Tries the master key on the values of a row, until one value of every key number was opened.
fn try_keys(head: &TableHead, row: &[Value], secrets: &Secrets, opened: &mut BTreeMap<u32, bool>) {
    let named = || head.columns.iter().map(|(name, _)| name.as_str()).zip(row);
    let district = named().find(|(name, _)| *name == "district_id");
    let Some((_, Value::Int(Some(district)))) = district else { return };
    for (column, cell) in named() {
        let Value::Bytes(Some(sealed)) = cell else { continue };
        let Some(number) = key_number(sealed).filter(|_| column.ends_with("_sealed")) else { continue };
        let opened = opened.entry(number).or_insert(false);
        *opened = *opened || secrets.open(DistrictId(*district), sealed).is_ok();
    }
}

fn value(cell: serde_json::Value, kind: Kind) -> Result<Value, StoreError> {
    Ok(match (kind, cell) {
        (Kind::Int, serde_json::Value::Null) => Value::Int(None),
        (Kind::Text, serde_json::Value::Null) => Value::Text(None),
        (Kind::Bytes, serde_json::Value::Null) => Value::Bytes(None),
        (Kind::Int, cell) => Value::Int(Some(cell.as_i64().ok_or_else(|| damaged("not an integer"))?)),
        (Kind::Text, serde_json::Value::String(text)) => Value::Text(Some(text)),
        (Kind::Bytes, serde_json::Value::String(text)) => {
            Value::Bytes(Some(data_encoding::BASE64.decode(text.as_bytes()).map_err(damaged)?))
        }
        _ => return Err(damaged("a cell of another type")),
    })
}

async fn insert(
    transaction: &Transaction,
    engine: Engine,
    head: &TableHead,
    waiting: &mut Vec<Value>,
) -> Result<(), StoreError> {
    let width = head.columns.len();
    if waiting.is_empty() || width == 0 {
        return Ok(());
    }
    if !schema::tables().contains(&head.table) {
        return Err(damaged("an unknown table"));
    }
    let known = columns(transaction, engine, &head.table).await?;
    if head.columns.iter().any(|(name, _)| !known.iter().any(|(column, _)| column == name)) {
        return Err(damaged("an unknown column"));
    }
    let names: Vec<&str> = head.columns.iter().map(|(name, _)| name.as_str()).collect();
    let places = places(engine, waiting.len() / width, width);
    let sql = format!("INSERT INTO {} ({}) VALUES {places}", head.table, names.join(", "));
    let values = std::mem::take(waiting);
    transaction.execute(&sql, Args(values)).await?;
    Ok(())
}
