//! The asuh binary, started as an operator starts it.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::{Error, Result};

/// How long the server may take from its start to its first line.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    url: String,
    said: Said,
}

/// What the server has printed, on either stream.
type Said = Arc<Mutex<Vec<String>>>;

impl Server {
    /// Starts the asuh binary (`ASUH_BIN`, or the debug build of this workspace) with these
    /// arguments and waits until it says where it listens: the first line of its standard output
    /// that is a JSON object with an `http(s)://` address in one of its fields.
    ///
    /// # Errors
    /// When it ends or says nothing such within a minute; the error holds what it said.
    pub fn start<S: AsRef<OsStr>>(arguments: &[S]) -> Result<Self> {
        Self::start_command(Command::new(binary()).args(arguments))
    }

    /// As [`Server::start`], for a command with a program, an environment or a folder of its own.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_command(command: &mut Command) -> Result<Self> {
        let name = command.get_program().display().to_string();
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Error::new(format!("{name}: {error} (`cargo build` makes it)")))?;
        let said = Said::default();
        let (sender, receiver) = mpsc::channel();
        let out = process.stdout.take().map(|pipe| listen(pipe, said.clone(), Some(sender)));
        let err = process.stderr.take().map(|pipe| listen(pipe, said.clone(), None));
        let mut server = Self { process, url: String::new(), said };
        match receiver.recv_timeout(PATIENCE) {
            Ok(url) => {
                server.url = url;
                Ok(server)
            }
            Err(_) => {
                // Once it is dead, the threads end, and all that it said is there.
                let _ = server.process.kill();
                let status = server.process.wait()?;
                for thread in [out, err].into_iter().flatten() {
                    let _ = thread.join();
                }
                let said = server.said();
                Err(Error::new(format!("{name} did not say where it listens ({status}); it said:\n{said}")))
            }
        }
    }

    /// The address of a path on this server.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// What it has printed so far, for the message of a failing test.
    #[must_use]
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join("\n")
    }

    /// The process, to be killed or measured.
    pub fn process(&mut self) -> &mut Child {
        &mut self.process
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads a stream to its end, so that the server never blocks on a full pipe.
fn listen(
    pipe: impl Read + Send + 'static,
    said: Said,
    mut ready: Option<mpsc::Sender<String>>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(std::result::Result::ok) {
            // Noted first: who waits for the address may ask at once for what was said with it.
            let url = address(&line);
            said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
            if let Some(url) = url
                && let Some(ready) = ready.take()
            {
                // Nobody waits any more after the minute is over.
                let _ = ready.send(url);
            }
        }
    })
}

/// The address in a line such as `{"event":"listening","url":"http://127.0.0.1:8080/"}`.
fn address(line: &str) -> Option<String> {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return None };
    let mut texts = fields.values().filter_map(Value::as_str);
    let url = texts.find(|text| text.starts_with("http://") || text.starts_with("https://"))?;
    Some(url.trim_end_matches('/').to_owned())
}

fn binary() -> PathBuf {
    env::var_os("ASUH_BIN").map_or_else(
        || {
            let workspace = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
            let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
            workspace.join(target).join("debug/asuh")
        },
        PathBuf::from,
    )
}
