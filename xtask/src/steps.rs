//! Runs commands as named, timed steps and keeps the list for the summary at the end.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::counts::{self, Counts, Runner};

/// How a step ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did what it should.
    Good,
    /// It failed: the run fails.
    Failed(String),
    /// It was left out, with the reason; the run does not fail.
    Skipped(String),
}

/// What has been run so far.
#[derive(Default)]
pub struct Steps {
    done: Vec<(&'static str, Ending, Duration)>,
    counts: Counts,
}

impl Steps {
    /// Runs `work` as the step `name`, says so before and after, and tells whether it did not fail.
    pub fn step(&mut self, name: &'static str, work: impl FnOnce() -> Ending) -> bool {
        println!("\n==> {name}");
        let start = Instant::now();
        let ending = work();
        let took = start.elapsed();
        println!("<== {name}: {}, {:.1} s", describe(&ending), took.as_secs_f64());
        let good = !matches!(ending, Ending::Failed(_));
        self.done.push((name, ending, took));
        good
    }

    /// Runs a command as the step `name`.
    pub fn command(&mut self, name: &'static str, mut command: Command) -> bool {
        self.step(name, || run(&mut command))
    }

    /// Waits for what runs beside as the step of its name, and shows what it printed meanwhile.
    pub fn join(&mut self, beside: io::Result<Beside>) -> bool {
        let name = beside.as_ref().map_or("beside", |beside| beside.name);
        self.step(name, || match beside.and_then(Beside::end) {
            Ok(ending) => ending,
            Err(error) => Ending::Failed(error.to_string()),
        })
    }

    /// Runs a test runner as the step `name` and adds its counts. A runner that fails without
    /// having reported a failed test (a crash, say) counts as one failed test.
    pub fn tests(&mut self, name: &'static str, runner: Runner, mut command: Command) -> bool {
        let mut counts = Counts::default();
        let good = self.step(name, || {
            let ending;
            (ending, counts) = judge(run_counting(runner, &mut command, io::stdout(), io::stderr()));
            ending
        });
        self.counts += counts;
        good
    }

    /// Notes a step that is left out.
    pub fn skip(&mut self, name: &'static str, reason: &str) {
        self.step(name, || Ending::Skipped(reason.to_owned()));
    }

    /// Prints the summary, whose last line is `N passed, N failed`, and tells whether the run was
    /// good: no step failed, no test failed and at least one test ran.
    pub fn finish(self) -> bool {
        println!("\nSummary");
        for (name, ending, took) in &self.done {
            println!("  {:>7.1} s  {name:<25} {}", took.as_secs_f64(), describe(ending));
        }
        let total: Duration = self.done.iter().map(|(_, _, took)| *took).sum();
        println!("  {:>7.1} s  in all", total.as_secs_f64());
        let Counts { passed, failed } = self.counts;
        let steps_good = !self.done.iter().any(|(_, ending, _)| matches!(ending, Ending::Failed(_)));
        if steps_good && passed + failed == 0 {
            println!("No test ran: a run that tests nothing is not a success.");
        }
        println!("{passed} passed, {failed} failed");
        steps_good && failed == 0 && passed > 0
    }
}

/// A command that runs beside the steps, on what they leave idle; ended when nobody waits for it any more.
pub struct Beside {
    name: &'static str,
    shown: String,
    child: Child,
    printed: PathBuf,
}

impl Beside {
    /// Starts a command, whose output is kept in the file `printed`.
    ///
    /// # Errors
    /// The file or the process cannot be made.
    pub fn start(name: &'static str, mut command: Command, printed: PathBuf) -> io::Result<Beside> {
        if let Some(folder) = printed.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::create(&printed)?;
        command.stdout(file.try_clone()?).stderr(file);
        Ok(Beside { name, shown: shown(&command), child: command.spawn()?, printed })
    }

    fn end(mut self) -> io::Result<Ending> {
        let status = self.child.wait()?;
        println!("    {}", self.shown);
        io::copy(&mut File::open(&self.printed)?, &mut io::stdout())?;
        Ok(if status.success() { Ending::Good } else { Ending::Failed(status.to_string()) })
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Nothing to do about one that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn describe(ending: &Ending) -> String {
    match ending {
        Ending::Good => "ok".to_owned(),
        Ending::Failed(reason) => format!("FAILED: {reason}"),
        Ending::Skipped(reason) => format!("skipped: {reason}"),
    }
}

/// A cargo command, with the cargo that runs us and colours where a person looks on.
#[must_use]
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).stdin(Stdio::null());
    if io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

/// Runs a command with its output passed through.
pub fn run(command: &mut Command) -> Ending {
    println!("    {}", shown(command));
    match command.status() {
        Ok(status) if status.success() => Ending::Good,
        Ok(status) => Ending::Failed(status.to_string()),
        Err(error) => Ending::Failed(format!("{}: {error}", command.get_program().display())),
    }
}

/// How a test runner's step ended, and its counts.
fn judge(result: io::Result<(bool, Counts)>) -> (Ending, Counts) {
    match result {
        Ok((true, counts)) if counts.failed == 0 => (Ending::Good, counts),
        Ok((_, mut counts)) => {
            counts.failed = counts.failed.max(1);
            (Ending::Failed(format!("{} failed", counts.failed)), counts)
        }
        Err(error) => (Ending::Failed(error.to_string()), Counts { passed: 0, failed: 1 }),
    }
}

/// Runs a command with its output passed through to `out` and `err`, and adds up the test
/// summaries in it; the flag tells whether it ended well.
fn run_counting(
    runner: Runner,
    command: &mut Command,
    out: impl Write + Send,
    err: impl Write,
) -> io::Result<(bool, Counts)> {
    println!("    {}", shown(command));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let from = (child.stdout.take(), child.stderr.take());
    let counts = thread::scope(|scope| {
        let out = scope.spawn(|| from.0.map_or(Counts::default(), |pipe| pass_through(runner, pipe, out)));
        let mut counts = from.1.map_or(Counts::default(), |pipe| pass_through(runner, pipe, err));
        counts += out.join().unwrap_or_default();
        counts
    });
    Ok((child.wait()?.success(), counts))
}

fn pass_through(runner: Runner, from: impl Read, mut to: impl Write) -> Counts {
    let mut counts = Counts::default();
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        if let Some(found) = counts::in_line(runner, &String::from_utf8_lossy(&line)) {
            counts += found;
        }
        // A closed terminal must not stop the tests.
        let _ = to.write_all(&line);
        line.clear();
    }
    counts
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut text = program.display().to_string();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.display().to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    // Into sinks: what a test lets through to the terminal would be counted by the run it is part of.
    fn counted(script: &str) -> (Ending, Counts) {
        judge(run_counting(Runner::Cargo, &mut shell(script), io::sink(), io::sink()))
    }

    #[test]
    fn counts_of_all_binaries_are_added_from_both_streams() {
        let line = |passed| format!("test result: ok. {passed} passed; 0 failed; 0 ignored; 0 measured");
        let result = counted(&format!("echo '{}'; echo '{}' >&2", line(2), line(5)));
        assert_eq!(result, (Ending::Good, Counts { passed: 7, failed: 0 }));
    }

    #[test]
    fn what_the_runner_prints_is_passed_through() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let script = "printf 'a\\nb'; echo c >&2";
        run_counting(Runner::Cargo, &mut shell(script), &mut out, &mut err).expect("a shell");
        assert_eq!((out.as_slice(), err.as_slice()), (&b"a\nb"[..], &b"c\n"[..]));
    }

    #[test]
    fn a_runner_that_dies_without_a_count_is_one_failed_test() {
        let (ending, counts) = counted("exit 101");
        assert!(matches!(ending, Ending::Failed(_)));
        assert_eq!(counts, Counts { passed: 0, failed: 1 });
    }

    #[test]
    fn failed_tests_fail_the_step_whatever_the_runner_returns() {
        let (ending, counts) = counted("echo 'test result: FAILED. 3 passed; 2 failed; 0 ignored'");
        assert_eq!(ending, Ending::Failed("2 failed".to_owned()));
        assert_eq!(counts, Counts { passed: 3, failed: 2 });
    }

    #[test]
    fn a_failed_step_fails_the_run_and_is_kept_for_the_summary() {
        let mut steps = Steps { done: Vec::new(), counts: Counts { passed: 1, failed: 0 } };
        assert!(!steps.command("fmt", shell("exit 1")));
        assert!(steps.command("clippy", shell("exit 0")));
        assert_eq!(steps.done.len(), 2);
        assert!(!steps.finish());
    }

    #[test]
    fn what_runs_beside_is_waited_for_and_judged() {
        let folder = tempfile::tempdir().expect("a folder");
        let printed = folder.path().join("made").join("printed");
        let mut steps = Steps::default();
        let good = Beside::start("good", shell("echo one; echo two >&2"), printed.clone());
        assert!(steps.join(good));
        assert_eq!(fs::read_to_string(&printed).expect("what was printed"), "one\ntwo\n");
        assert!(!steps.join(Beside::start("bad", shell("exit 3"), printed.clone())));
        assert!(!steps.join(Beside::start("none", Command::new("/no/such/program"), printed)));
        assert_eq!(steps.done.len(), 3);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_nobody_waits_for_is_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let beside = Beside::start("long", shell("exec sleep 600"), folder.path().join("printed"));
        let process = PathBuf::from(format!("/proc/{}", beside.as_ref().expect("a process").child.id()));
        drop(beside);
        assert!(!process.exists());
    }

    #[test]
    fn a_run_without_a_test_is_no_success() {
        let mut steps = Steps::default();
        steps.command("fmt", shell("exit 0"));
        steps.skip("deny", "not installed");
        assert!(!steps.finish());
        let tested = Steps { done: Vec::new(), counts: Counts { passed: 1, failed: 0 } };
        assert!(tested.finish());
    }
}
