//! One process writes a data folder.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The data folder is in use.
#[derive(Debug, thiserror::Error)]
#[error(
    "folder data {folder} sedang dipakai oleh proses {process}; hentikan proses itu dahulu, atau jalankan perintah ini \
     lewat halaman web"
)]
pub struct LockError {
    /// The folder.
    pub folder: String,
    /// What the holder wrote about itself.
    pub process: String,
}

/// Held while a process may write the data folder; the operating system frees it when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
    path: PathBuf,
}

impl FolderLock {
    /// Takes the lock of `folder`, which must exist.
    ///
    /// # Errors
    /// Another process holds it, or the lock file cannot be made.
    pub fn take(folder: &Path) -> Result<FolderLock, crate::StoreError> {
        let path = folder.join("asuh.lock");
        let failed = |source| crate::StoreError::File { path: path.display().to_string(), source };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                let mut process = String::new();
                let _ = file.read_to_string(&mut process);
                return Err(LockError {
                    folder: folder.display().to_string(),
                    process: if process.trim().is_empty() { "lain".into() } else { process.trim().into() },
                }
                .into());
            }
            Err(std::fs::TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        write!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(FolderLock { _file: file, path })
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes a renamed file durable under its new name.
pub(crate) fn sync_folder_of(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    let _ = file;
    Ok(())
}
