//! The programs behind a browser: where they are, how chromedriver is started, and the browser's settings.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::browser::Options;
use crate::{Error, Result};

/// Whether the driver is Ubuntu's snap, or the script that starts it. It knows its own browser.
pub(crate) fn is_snap(driver: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(driver).and_then(|file| file.take(1024).read_to_end(&mut start));
    let script =
        read.is_ok() && start.starts_with(b"#!") && String::from_utf8_lossy(&start).contains("/snap/");
    script || driver.starts_with("/snap")
}

/// The program that the variable names, or else the first of `names` on the path.
pub(crate) fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()))
}

/// What the browser is asked for when it starts.
pub(crate) fn capabilities(
    chrome: Option<&Path>,
    profile: Option<&Path>,
    options: Options,
) -> serde_json::Map<String, Value> {
    let (width, height) = options.screen.size();
    let mut arguments = vec![
        "--headless".to_owned(),
        format!("--window-size={width},{height}"),
        "--lang=id-ID".to_owned(),
        "--hide-scrollbars".to_owned(),
    ];
    let quiet = [
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    arguments.extend(quiet.map(str::to_owned));
    if is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments.extend(profile.map(|profile| format!("--user-data-dir={}", profile.display())));
    let mut preferences = json!({});
    if !options.javascript {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    let mut settings = json!({ "args": arguments, "prefs": preferences });
    if let Some(chrome) = chrome {
        settings["binary"] = json!(chrome);
    }
    [
        ("browserName".to_owned(), json!("chrome")),
        // An office's own authority signs its certificate.
        ("acceptInsecureCerts".to_owned(), json!(true)),
        ("goog:chromeOptions".to_owned(), settings),
        ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL", "performance": "ALL" })),
    ]
    .into_iter()
    .collect()
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A running chromedriver on a free port.
pub(crate) struct Driver {
    process: Child,
    /// Where it listens.
    pub(crate) port: u16,
}

impl Driver {
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Error::new(format!("{}: {error}", program.display())))?;
        let mut lines = BufReader::new(process.stdout.take().ok_or_else(|| Error::new("no output"))?).lines();
        let port = lines.by_ref().map_while(std::result::Result::ok).find_map(|line| started_on(&line));
        // Read on, or the driver blocks once the pipe is full.
        thread::spawn(move || lines.for_each(drop));
        match port {
            Some(port) => Ok(Self { process, port }),
            None => {
                let _ = process.kill();
                let status = process.wait()?;
                Err(Error::new(format!("{} ended with {status} before it was ready", program.display())))
            }
        }
    }

    /// Asks the driver to end its browsers and itself; killing it would leave them behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(connection, "GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        connection.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let start = Instant::now();
        if self.shut_down().is_ok() {
            while start.elapsed() < Duration::from_secs(5) {
                if matches!(self.process.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(Duration::from_millis(10));
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port in `ChromeDriver was started successfully on port 40123.`
fn started_on(line: &str) -> Option<u16> {
    let port = line.split("started successfully on port ").nth(1)?;
    port.trim_end_matches('.').parse().ok()
}
