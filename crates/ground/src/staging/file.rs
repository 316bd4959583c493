//! The uploaded file: kept encrypted in pieces, on disk only while it is read.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use asuh_store::{DistrictId, Id, Query, StoreError, args};
use sha2::{Digest, Sha256};

use crate::App;
use crate::web::Scratch;

/// Bytes of a piece.
pub(super) const PART: usize = 256 * 1024;

pub(super) fn failed(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::File { path: path.display().to_string(), source }
}

/// Size and SHA-256 of a file.
pub(super) fn fingerprint(path: &Path) -> Result<(u64, [u8; 32]), StoreError> {
    let mut file = std::fs::File::open(path).map_err(|source| failed(path, source))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; PART];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer).map_err(|source| failed(path, source))?;
        if read == 0 {
            return Ok((size, hasher.finalize().into()));
        }
        size += read as u64;
        hasher.update(&buffer[..read]);
    }
}

/// Writes the kept file to disk for reading.
pub(super) async fn unseal(
    app: &App,
    district: DistrictId,
    batch: Id,
    scratch: &Scratch,
) -> Result<PathBuf, StoreError> {
    let path = scratch.file("original");
    let mut file = std::fs::File::create(&path).map_err(|source| failed(&path, source))?;
    let mut part = 0_i64;
    loop {
        // import_file's key
        let sealed: Option<(Vec<u8>,)> = app
            .store
            .reader()
            .first(
                "SELECT content_sealed FROM import_file WHERE district_id = $1 AND batch_id = $2 AND part = $3",
                args![district, batch, part],
            )
            .await?;
        let Some((sealed,)) = sealed else { break };
        let bytes = app.store.secrets().open(district, &sealed)?;
        file.write_all(&bytes).map_err(|source| failed(&path, source))?;
        part += 1;
    }
    file.flush().map_err(|source| failed(&path, source))?;
    Ok(path)
}
