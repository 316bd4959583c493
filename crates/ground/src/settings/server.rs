//! How this process runs: from the command line, the environment, or built in.

use std::path::PathBuf;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// An environment variable `ASUH_...`.
    Environment,
    /// The command line.
    CommandLine,
}

impl Origin {
    /// Its word in `asuh settings`.
    pub fn code(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::Environment => "environment",
            Origin::CommandLine => "command line",
        }
    }
}

/// One setting as `asuh settings` prints it.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Its value; secrets are shown as `(set)`.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What it does, in one line.
    pub about: &'static str,
}

/// The settings of the running process.
#[derive(Debug, Clone, Default)]
pub struct ServerSettings {
    /// The data folder.
    pub folder: PathBuf,
    /// Whether this is the demo: a banner says so, and the second factor is not asked.
    pub demo: bool,
    /// The address that links in letters and QR codes begin with, such as `https://asuh.kerincikab.go.id`.
    pub public_url: String,
    /// The program that makes PDFs when it is not this one: for tests, whose own binary is another.
    pub printer: Option<PathBuf>,
    /// All settings, for printing.
    pub table: Vec<Setting>,
}
