//! Many files as one: a ZIP that is written file after file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A ZIP in the making; nothing is valid before [`finish`](Self::finish). It holds no file in memory.
pub struct Bundle {
    zip: ZipWriter<BufWriter<File>>,
}

impl std::fmt::Debug for Bundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bundle").finish_non_exhaustive()
    }
}

impl Bundle {
    /// Begins one.
    ///
    /// # Errors
    /// The file could not be made.
    pub fn create(path: &Path) -> std::io::Result<Bundle> {
        Ok(Bundle { zip: ZipWriter::new(BufWriter::new(File::create(path)?)) })
    }

    /// Adds a file under a name; folders are parted by '/'. What is packed already (XLSX is) is not packed again.
    ///
    /// # Errors
    /// The file could not be read, the name is there already, or the disk is full.
    pub fn add(&mut self, name: &str, file: &Path) -> std::io::Result<()> {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(name, stored)?;
        std::io::copy(&mut File::open(file)?, &mut self.zip)?;
        Ok(())
    }

    /// Completes it.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn finish(self) -> std::io::Result<()> {
        self.zip.finish()?.into_inner().map_err(|error| error.into_error())?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn files_come_out_as_they_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let (one, zip) = (folder.path().join("one"), folder.path().join("all.zip"));
        let mut bundle = Bundle::create(&zip).unwrap();
        for (name, text) in [("gunung-raya/desa.xlsx", "satu"), ("gunung-raya/lain.xlsx", "dua")] {
            std::fs::write(&one, text).unwrap();
            bundle.add(name, &one).unwrap();
        }
        assert!(bundle.add("gunung-raya/lain.xlsx", &one).is_err(), "a name is there once");
        bundle.finish().unwrap();
        let mut archive = zip::ZipArchive::new(File::open(&zip).unwrap()).unwrap();
        let mut text = String::new();
        archive.by_name("gunung-raya/desa.xlsx").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((archive.len(), text.as_str()), (2, "satu"));
    }
}
