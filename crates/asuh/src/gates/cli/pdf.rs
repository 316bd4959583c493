//! `asuh __pdf`: the child that makes one PDF. A paper as JSON on standard input, the file on standard output. It limits
//! itself, reads nothing else and ends.

use std::process::ExitCode;

/// Memory that a paper may take: some fifty times what forty pages need.
#[cfg(feature = "pdf")]
const BYTES: u64 = 1 << 30;
/// Seconds of processor time.
#[cfg(feature = "pdf")]
const SECONDS: u64 = 90;

/// Makes the PDF.
#[cfg(feature = "pdf")]
pub(super) fn run() -> ExitCode {
    match rendered() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

#[cfg(feature = "pdf")]
fn rendered() -> Result<(), Box<dyn std::error::Error>> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    use std::io::{Read, Write};
    for (resource, most) in [(Resource::Data, BYTES), (Resource::Cpu, SECONDS), (Resource::Core, 0)] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    let mut paper = Vec::new();
    std::io::stdin().lock().read_to_end(&mut paper)?;
    let rendered = asuh_typeset::render(&paper)?;
    std::io::stdout().lock().write_all(&rendered.pdf)?;
    Ok(())
}

/// Says that this program makes none.
#[cfg(not(feature = "pdf"))]
pub(super) fn run() -> ExitCode {
    eprintln!("this program was built without the feature 'pdf'");
    ExitCode::from(u8::try_from(asuh_ground::papers::WITHOUT_PDF).unwrap_or(1))
}
