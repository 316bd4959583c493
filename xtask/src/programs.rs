//! Finds the programs that the tests need and that are not Rust, and installs them where apt can.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::steps::{Ending, run};

/// The oldest PostgreSQL that asuh supports.
const OLDEST_POSTGRES: u32 = 15;

/// Where an installed PostgreSQL server keeps its programs.
#[derive(Debug, Clone)]
pub struct Postgres {
    /// The folder with `initdb`, `pg_ctl` and `postgres`.
    pub bin: PathBuf,
}

/// The browser and its WebDriver server.
#[derive(Debug, Clone)]
pub struct Chromium {
    /// The browser.
    pub browser: PathBuf,
    /// chromedriver of the same version.
    pub driver: PathBuf,
}

/// An installed PostgreSQL of a supported version, or one that apt installs now.
///
/// # Errors
/// A text for a person: what is missing and how to mend it.
pub fn postgres() -> Result<Postgres, String> {
    find_or_install(installed_postgres, install_postgres).map_err(|reason| {
        format!(
            "PostgreSQL {OLDEST_POSTGRES} or later (initdb, pg_ctl) was not found and could not be installed: {reason}.\n\
             Install it yourself:\n\
             \x20 Debian, Ubuntu: apt-get install postgresql\n\
             \x20 Fedora:         dnf install postgresql-server\n\
             \x20 Arch:           pacman -S postgresql\n\
             \x20 Alpine:         apk add postgresql\n\
             \x20 macOS:          brew install postgresql@17 (and put its bin folder on PATH)\n\
             or name a running server: cargo xtask test --database-url postgres://user@host/database"
        )
    })
}

/// An installed Chromium and chromedriver, or those that apt installs now.
///
/// # Errors
/// A text for a person: what is missing and how to mend it.
pub fn chromium() -> Result<Chromium, String> {
    find_or_install(find_chromium, install_chromium).map_err(|reason| {
        format!(
            "Chromium and chromedriver were not found and could not be installed: {reason}.\n\
             Install them yourself:\n\
             \x20 Debian: apt-get install chromium chromium-driver fonts-dejavu-core\n\
             \x20 Ubuntu: snap install chromium (brings its driver); where there is no snap, as in a container,\n\
             \x20         Google Chrome and its chromedriver, named as below\n\
             \x20 Fedora: dnf install chromium chromedriver dejavu-sans-fonts\n\
             \x20 Arch:   pacman -S chromium ttf-dejavu\n\
             \x20 Alpine: apk add chromium chromium-chromedriver font-dejavu\n\
             or name them by CHROME=/path/to/chromium and CHROMEDRIVER=/path/to/chromedriver"
        )
    })
}

fn find_or_install<T>(
    find: impl Fn() -> Option<T>,
    install: impl FnOnce() -> Result<(), String>,
) -> Result<T, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    install()?;
    find().ok_or_else(|| "apt installed a package, but what it brought is absent or too old".to_owned())
}

/// The newest installed PostgreSQL of a supported version.
#[must_use]
pub fn installed_postgres() -> Option<Postgres> {
    // Debian keeps server programs off PATH, a folder per version.
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|version| version.path().join("bin"));
    packaged
        .chain(search_path())
        .filter(|bin| ["initdb", "pg_ctl", "postgres"].iter().all(|name| executable(&bin.join(name))))
        .filter_map(|bin| Some((postgres_version(&bin)?, bin)))
        .filter(|(version, _)| *version >= OLDEST_POSTGRES)
        .max_by_key(|(version, _)| *version)
        .map(|(_, bin)| Postgres { bin })
}

fn postgres_version(bin: &Path) -> Option<u32> {
    let output = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout))
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn version_in(text: &str) -> Option<u32> {
    let number = text.split("(PostgreSQL) ").nth(1)?;
    let digits = number.find(|character: char| !character.is_ascii_digit()).unwrap_or(number.len());
    number[..digits].parse().ok()
}

fn find_chromium() -> Option<Chromium> {
    let browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let browser = named_by("CHROME").or_else(|| on_path(&browsers))?;
    let driver = named_by("CHROMEDRIVER")
        .or_else(|| on_path(&["chromedriver", "chromium.chromedriver"]))
        .or_else(|| {
            let places = ["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"];
            places.iter().map(PathBuf::from).find(|path| executable(path))
        })?;
    // Ubuntu's packages of this name only tell to install the snap: such a browser does not run.
    let runs = Command::new(&browser).arg("--version").stderr(Stdio::null()).output().ok()?;
    runs.status.success().then_some(Chromium { browser, driver })
}

fn named_by(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| executable(path))
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| search_path().map(|folder| folder.join(name)).find(|path| executable(path)))
}

fn search_path() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

fn executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Installs PostgreSQL without letting Debian create and start a cluster of its own: the tests
/// bring theirs, and a developer's machine keeps its port 5432.
fn install_postgres() -> Result<(), String> {
    let rights = Rights::find()?;
    let folder = "/etc/postgresql-common/createcluster.d";
    let drop_in = format!("{folder}/asuh-tests.conf");
    rights.shell(&format!("mkdir -p {folder} && echo 'create_main_cluster = false' > {drop_in}"))?;
    let installed = rights.install(&["postgresql"]);
    let tidied = rights.shell(&format!("rm -f {drop_in}"));
    installed.and(tidied)
}

fn install_chromium() -> Result<(), String> {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    Rights::find()?.install(chromium_packages(&system))
}

/// What to install on the system that `/etc/os-release` describes. Ubuntu's packages bring the snap.
fn chromium_packages(system: &str) -> &'static [&'static str] {
    if system.lines().any(|line| line == "ID=ubuntu") {
        &["chromium-browser", "chromium-chromedriver", "fonts-dejavu-core"]
    } else {
        &["chromium", "chromium-driver", "fonts-dejavu-core"]
    }
}

/// How apt-get may be called.
enum Rights {
    Root,
    Sudo,
}

impl Rights {
    fn find() -> Result<Self, String> {
        if on_path(&["apt-get"]).is_none() {
            return Err("this system has no apt-get".to_owned());
        }
        if is_root() {
            return Ok(Self::Root);
        }
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if sudo.status().is_ok_and(|status| status.success()) {
            return Ok(Self::Sudo);
        }
        Err("apt-get needs root, or sudo without a password".to_owned())
    }

    fn install(&self, packages: &[&str]) -> Result<(), String> {
        let packages = packages.join(" ");
        self.shell(&format!(
            "export DEBIAN_FRONTEND=noninteractive; \
             apt-get update && apt-get install -y --no-install-recommends {packages}"
        ))
    }

    fn shell(&self, script: &str) -> Result<(), String> {
        let mut command = match self {
            Self::Root => Command::new("sh"),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["-n", "sh"]);
                sudo
            }
        };
        match run(command.args(["-c", script]).stdin(Stdio::null())) {
            Ending::Good => Ok(()),
            Ending::Failed(reason) | Ending::Skipped(reason) => Err(reason),
        }
    }
}

/// Whether this process runs as root.
#[must_use]
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        let examples = [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 17.2\n", Some(17)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres", None),
        ];
        for (text, version) in examples {
            assert_eq!(version_in(text), version, "{text}");
        }
    }

    #[test]
    fn ubuntu_calls_chromium_otherwise_than_debian() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n";
        let ubuntu = "ID=ubuntu\nID_LIKE=debian\n";
        assert_eq!(chromium_packages(debian)[..2], ["chromium", "chromium-driver"]);
        assert_eq!(chromium_packages(ubuntu)[..2], ["chromium-browser", "chromium-chromedriver"]);
    }

    #[test]
    fn what_is_absent_is_installed_and_looked_for_again() {
        let installed = std::cell::Cell::new(false);
        let find = || installed.get().then_some("found");
        assert_eq!(find_or_install(find, || Err("no apt-get".to_owned())), Err("no apt-get".to_owned()));
        assert!(find_or_install(find, || Ok(())).is_err_and(|reason| reason.contains("absent or too old")));
        let install = || {
            installed.set(true);
            Ok(())
        };
        assert_eq!(find_or_install(find, install), Ok("found"));
        assert_eq!(find_or_install(find, || Err("must not install again".to_owned())), Ok("found"));
    }
}
