//! A throw-away PostgreSQL: a cluster in a temporary folder, on a free port, gone with its owner.

use std::env;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::programs::{Postgres, is_root};

/// What the cluster promises about a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: no fsync. For ordinary tests, which never cut the power.
    Fast,
    /// What a real installation promises. For tests that kill the server or measure commits.
    Durable,
}

/// A running throw-away cluster, stopped and deleted when dropped. It also goes when its owner is
/// killed in whatever way: a watchdog process waits for the owner's end of a pipe to close.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    folder: tempfile::TempDir,
    watchdog: Child,
}

impl Cluster {
    /// Makes and starts a cluster with the superuser `asuh` (no password, only reachable from this
    /// machine) and waits until it answers.
    ///
    /// # Errors
    /// When a program of PostgreSQL fails; the text holds what it said.
    pub fn start(programs: &Postgres, durability: Durability) -> Result<Self, String> {
        let account = if is_root() { Some(Account::unprivileged()?) } else { None };
        let place = tempfile::Builder::new().prefix("asuh-pg-").tempdir_in(place(durability));
        let folder = place.map_err(|error| error.to_string())?;
        let data = folder.path().join("data");
        if let Some(account) = &account {
            chown(folder.path(), Some(account.user), Some(account.group))
                .map_err(|error| error.to_string())?;
        }
        // initdb and the server refuse root.
        let program = |name: &str| {
            let mut command = Command::new(programs.bin.join(name));
            command.current_dir(folder.path()).stdin(Stdio::null());
            if let Some(account) = &account {
                command.uid(account.user).gid(account.group);
            }
            command
        };

        let mut initdb = program("initdb");
        initdb.args(["--username=asuh", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        finish(initdb.arg("--pgdata").arg(&data), None)?;

        let mut watchdog = watch(programs, &folder, &account).map_err(|error| error.to_string())?;
        let log = folder.path().join("log");
        let mut last = String::new();
        // The port is free when asked for; another process may take it before the server does.
        for _ in 0..5 {
            let port = free_port().map_err(|error| error.to_string())?;
            let settings = settings(port, folder.path(), durability);
            let mut start = program("pg_ctl");
            start.args(["start", "--wait", "--timeout=60", "--silent", "--pgdata"]).arg(&data);
            start.arg("--log").arg(&log).arg("--options").arg(settings);
            match finish(&mut start, Some(&log)) {
                Ok(()) => return Ok(Self { port, folder, watchdog }),
                Err(error) => last = error,
            }
        }
        end(&mut watchdog);
        Err(last)
    }

    /// The address of the cluster's `postgres` database, for tests to make their own databases from.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://asuh@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder that holds the cluster and its unix socket.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        end(&mut self.watchdog);
    }
}

/// Where a cluster's files are. Each test has a database of its own, of fifteen hundred files: on a disk one takes
/// two seconds to make, in memory a tenth. What has to be durable belongs on a disk.
fn place(durability: Durability) -> PathBuf {
    /// The largest databases of tests and a gigabyte of log, twice over.
    const ROOM: u64 = 4 << 30;
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |found| found.f_bavail * found.f_frsize);
    match durability {
        Durability::Fast if room >= ROOM => memory.to_owned(),
        _ => env::temp_dir(),
    }
}

fn settings(port: u16, folder: &Path, durability: Durability) -> String {
    let durable = match durability {
        Durability::Fast => "off",
        Durability::Durable => "on",
    };
    let socket = folder.display();
    [
        format!("-p {port}"),
        "-c listen_addresses=127.0.0.1".to_owned(),
        format!("-c unix_socket_directories={socket}"),
        "-c max_connections=300".to_owned(),
        format!("-c fsync={durable}"),
        format!("-c full_page_writes={durable}"),
        format!("-c synchronous_commit={durable}"),
        "-c timezone=UTC".to_owned(),
    ]
    .join(" ")
}

/// Starts the process that stops the server and deletes the folder once our end of its standard
/// input closes: by [`end`], or because this process was interrupted or killed. It leads a process
/// group of its own, so that Ctrl-C does not reach it.
fn watch(programs: &Postgres, folder: &tempfile::TempDir, account: &Option<Account>) -> io::Result<Child> {
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        "cat; \"$1/pg_ctl\" stop --mode=immediate --pgdata \"$2/data\"; cd /; rm -rf \"$2\"",
        "watchdog",
    ]);
    shell.arg(&programs.bin).arg(folder.path()).current_dir("/");
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    if let Some(account) = account {
        shell.uid(account.user).gid(account.group);
    }
    shell.spawn()
}

fn end(watchdog: &mut Child) {
    // `wait` closes our end of the pipe first.
    let _ = watchdog.wait();
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Runs the command to its end; `log` is the file that tells why when the command does not.
fn finish(command: &mut Command, log: Option<&Path>) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    // A file, not a pipe: the server inherits it and would keep a pipe open.
    let said = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let error = said.reopen().map_err(|error| error.to_string())?;
    let status = command.stdout(Stdio::null()).stderr(error).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let mut text = fs::read_to_string(said.path()).unwrap_or_default();
            text += &log.and_then(|log| fs::read_to_string(log).ok()).unwrap_or_default();
            Err(format!("{name} ended with {status}:\n{text}"))
        }
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// The account that the server runs under when we are root.
#[derive(Debug, PartialEq, Eq)]
struct Account {
    user: u32,
    group: u32,
}

impl Account {
    fn unprivileged() -> Result<Self, String> {
        let accounts = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
        Self::among(&accounts).ok_or_else(|| "neither a user postgres nor nobody exists".to_owned())
    }

    fn among(accounts: &str) -> Option<Self> {
        ["postgres", "nobody"].iter().find_map(|wanted| {
            accounts.lines().find_map(|line| {
                let mut fields = line.split(':');
                (fields.next()? == *wanted).then_some(())?;
                let user = fields.nth(1)?.parse().ok()?;
                let group = fields.next()?.parse().ok()?;
                Some(Self { user, group })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_is_preferred_to_nobody() {
        let nobody = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n";
        assert_eq!(Account::among(nobody), Some(Account { user: 65534, group: 65533 }));
        let both = format!("{nobody}postgres:x:101:104:x:/var/lib/postgresql:/bin/bash\n");
        assert_eq!(Account::among(&both), Some(Account { user: 101, group: 104 }));
        assert_eq!(Account::among("root:x:0:0:root:/root:/bin/bash\n"), None);
    }

    #[test]
    fn only_a_durable_cluster_waits_for_the_disk() {
        let fast = settings(5555, Path::new("/tmp/x"), Durability::Fast);
        assert!(fast.contains("-c fsync=off") && fast.contains("-c full_page_writes=off"), "{fast}");
        let durable = settings(5555, Path::new("/tmp/x"), Durability::Durable);
        assert!(durable.contains("-c fsync=on") && durable.contains("-c synchronous_commit=on"), "{durable}");
    }
}
