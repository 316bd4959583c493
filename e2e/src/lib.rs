//! What the journeys in a real browser stand on: [`Browser`], a headless Chromium that a test
//! steers as a user would, and [`Server`], the asuh binary as an operator starts it.
//!
//! ```no_run
//! # use e2e::{Browser, Screen, Server};
//! # async fn journey() -> e2e::Result<()> {
//! let server = Server::start(&["serve", "--listen", "127.0.0.1:0", "--json"])?;
//! let Some(browser) = Browser::open(Screen::Phone).await? else { return Ok(()) };
//! browser.goto(&server.at("/masuk")).await?;
//! browser.fill("nama", "koordinator").await?;
//! browser.click_text("Masuk").await?;
//! assert_eq!(browser.current_path().await?, "/");
//! browser.screenshot("beranda").await?;
//! assert_eq!(browser.third_party_requests().await?, [""; 0]);
//! browser.close().await
//! # }
//! ```
#![allow(clippy::disallowed_methods, reason = "waits for other processes in real time")]

mod browser;
mod driver;
mod server;

use std::fmt;

pub use browser::{Browser, Options, Screen};
pub use server::Server;

/// The result of a step of a journey.
pub type Result<T> = std::result::Result<T, Error>;

/// What a step of a journey wanted, and what it found instead.
pub struct Error(String);

impl Error {
    /// An error with this text for the reader of the test's output.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// As [`Display`](fmt::Display): a test that returns an error prints it this way.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<fantoccini::error::CmdError> for Error {
    fn from(error: fantoccini::error::CmdError) -> Self {
        Self(error.to_string())
    }
}
