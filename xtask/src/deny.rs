//! `cargo xtask deny`: licences, forbidden crates, sources and known vulnerabilities (deny.toml).

use std::process::{Command, Stdio};

use crate::steps::{Ending, cargo, run as run_shown};

/// Whether cargo-deny can be called.
#[must_use]
pub fn installed() -> bool {
    cargo(&["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Installs cargo-deny if it is absent and checks everything. False also when the database of
/// vulnerabilities could not be reached: who asks for this check wants an answer.
#[must_use]
pub fn run() -> bool {
    if !installed() {
        println!("cargo-deny is not installed; installing it takes a few minutes");
        if let Ending::Failed(reason) = run_shown(&mut cargo(&["install", "cargo-deny", "--locked"])) {
            eprintln!("cargo-deny could not be installed: {reason}");
            return false;
        }
    }
    match check() {
        Ending::Good => true,
        Ending::Failed(reason) | Ending::Skipped(reason) => {
            eprintln!("{reason}");
            false
        }
    }
}

/// Checks everything; `Skipped` when all is good except that the database of vulnerabilities
/// could not be reached.
#[must_use]
pub fn check() -> Ending {
    let offline_part = run_shown(&mut cargo(&["deny", "check", "licenses", "bans", "sources"]));
    if offline_part != Ending::Good {
        return offline_part;
    }
    advisories(&mut cargo(&["deny", "check", "advisories"]))
}

fn advisories(command: &mut Command) -> Ending {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return Ending::Failed(error.to_string()),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    print!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{said}");
    if output.status.success() {
        Ending::Good
    } else if said.contains("failed to fetch advisory database") {
        Ending::Skipped(
            "vulnerabilities NOT checked, their database is out of reach; the rest is good".to_owned(),
        )
    } else {
        Ending::Failed("known vulnerabilities, see above".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(script: &str) -> Ending {
        advisories(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn an_unreachable_database_is_neither_success_nor_a_vulnerability() {
        let unreachable = says("echo '[ERROR] failed to fetch advisory database https://..' >&2; exit 1");
        assert!(matches!(unreachable, Ending::Skipped(_)), "{unreachable:?}");
        assert!(matches!(says("echo 'error[vulnerability]: ..' >&2; exit 1"), Ending::Failed(_)));
        assert_eq!(says("exit 0"), Ending::Good);
    }
}
