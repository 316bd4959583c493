//! A PDF, made by a child of this program: what the compiler of papers remembers ends with it, and neither a paper that is
//! too large nor a fault of the compiler can harm the service.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::App;

/// Seconds that a paper may take; forty pages take a few.
const SECONDS: u64 = 60;
/// Papers that are made at once; the next waits.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// The exit code of a program that was built without the compiler.
pub const WITHOUT: i32 = 3;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// This program was built without the feature `pdf`.
    #[error("this program was built without PDF")]
    Without,
    /// The child did not end in time and was ended.
    #[error("the PDF took longer than {SECONDS} seconds")]
    TooLong,
    /// It could not be started, or ended with an error; what it said.
    #[error("the PDF could not be made: {0}")]
    Failed(String),
}

/// The program that makes PDFs: this one. On Linux by the file that runs, which may have been replaced meanwhile.
fn program(app: &App) -> PathBuf {
    let own = || match cfg!(target_os = "linux") {
        true => PathBuf::from("/proc/self/exe"),
        false => std::env::current_exe().unwrap_or_else(|_| PathBuf::from("asuh")),
    };
    app.settings.printer.clone().unwrap_or_else(own)
}

/// The PDF of a paper (`asuh_documents::paper::Paper` as JSON).
///
/// # Errors
/// See [`PrintError`].
pub async fn pdf(app: &App, paper: &[u8]) -> Result<Vec<u8>, PrintError> {
    let failed = |error: &dyn std::fmt::Display| PrintError::Failed(error.to_string());
    let _turn = AT_ONCE.acquire().await.map_err(|error| failed(&error))?;
    let mut child = Command::new(program(app))
        .arg("__pdf")
        .env_clear()
        // Two cores are enough, and every further thread reserves memory.
        .env("RAYON_NUM_THREADS", "2")
        .env("MALLOC_ARENA_MAX", "2")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&error))?;
    let mut input = child.stdin.take();
    let work = async {
        if let Some(input) = &mut input {
            // A child that ends early says why below.
            let _ = input.write_all(paper).await;
        }
        drop(input);
        child.wait_with_output().await
    };
    let ended = tokio::time::timeout(Duration::from_secs(SECONDS), work).await;
    let output = ended.map_err(|_| PrintError::TooLong)?.map_err(|error| failed(&error))?;
    match output.status.code() {
        Some(0) if output.stdout.starts_with(b"%PDF-") => Ok(output.stdout),
        Some(WITHOUT) => Err(PrintError::Without),
        code => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words: String = words.trim().chars().take(500).collect();
            Err(PrintError::Failed(format!("exit {code:?}: {words}")))
        }
    }
}
