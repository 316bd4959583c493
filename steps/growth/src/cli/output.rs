//! What is written: the results, whole or not at all, and beside them what could not be read.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::FileError;
use super::reading::Fault;
use super::table::Table;

/// The file of the results. Its name is given to it when it is whole: a half one would be taken for all.
pub(super) struct Output {
    path: PathBuf,
    file: File,
    /// What it is called until then; `None` for what is no file, such as `/dev/stdout`.
    unfinished: Option<PathBuf>,
}

impl Output {
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn create(path: &Path) -> Result<Output, FileError> {
        let device = std::fs::metadata(path).is_ok_and(|found| !found.is_file());
        let unfinished = (!device).then(|| with_ending(path, ".sebagian"));
        let name = unfinished.as_deref().unwrap_or(path);
        let file = File::create(name).map_err(|error| FileError::Io(name.to_owned(), error))?;
        Ok(Output { path: path.to_owned(), file, unfinished })
    }

    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&mut self, text: &[u8]) -> Result<(), FileError> {
        self.file.write_all(text).map_err(|error| FileError::Io(self.path.clone(), error))
    }

    /// # Errors
    /// It cannot be given its name.
    pub(super) fn finish(mut self) -> Result<(), FileError> {
        match self.unfinished.take() {
            Some(name) => {
                std::fs::rename(&name, &self.path).map_err(|error| FileError::Io(self.path.clone(), error))
            }
            None => Ok(()),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(name) = &self.unfinished {
            let _ = std::fs::remove_file(name);
        }
    }
}

/// A name with something behind it.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The side file, made when there is something to say.
pub(super) struct Side {
    path: PathBuf,
    file: Option<csv::Writer<File>>,
}

impl Side {
    /// The one that belongs to an output.
    pub(super) fn beside(output: &Path) -> Side {
        Side { path: with_ending(output, ".galat.csv"), file: None }
    }

    /// Writes faults whose lines are counted from the line after `lines`.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&mut self, faults: &[Fault], lines: u64, table: &Table) -> Result<(), FileError> {
        if faults.is_empty() {
            return Ok(());
        }
        let path = &self.path;
        let failed = |error: csv::Error| FileError::Io(path.clone(), error.into());
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = csv::Writer::from_path(path).map_err(failed)?;
                file.write_record(["baris", "kolom", "nilai", "keterangan"]).map_err(failed)?;
                self.file.insert(file)
            }
        };
        for fault in faults {
            let line = (lines + fault.line + 1).to_string();
            let column = fault.column.map_or("", |column| table.name(column));
            let why = fault.why.to_string();
            file.write_record([line.as_bytes(), column.as_bytes(), &fault.value, why.as_bytes()])
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Where the faults stand, if there are any. An older list of this output goes when there are none.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish(self) -> Result<Option<PathBuf>, FileError> {
        let result = match self.file {
            Some(mut file) => file.flush(),
            None => match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => return Ok(None),
            },
        };
        match result {
            Ok(()) => Ok(Some(self.path)),
            Err(error) => Err(FileError::Io(self.path, error)),
        }
    }
}
