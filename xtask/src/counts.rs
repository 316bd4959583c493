//! Reads how many tests passed and failed from what a test runner printed.

use std::ops::AddAssign;

/// How many tests passed and how many did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed, also when only at a second try.
    pub passed: u64,
    /// Tests that failed, timed out or could not be started.
    pub failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What prints the summaries. It must be known: below a failed test nextest repeats what the test
/// binary printed, and that is a summary of `cargo test`'s form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// `cargo test`: one line for each test binary.
    Cargo,
    /// nextest: one line at the end of the run.
    Nextest,
}

/// The counts in one line of output, if it is a summary of this runner. The sum over all lines is
/// the count of the run.
#[must_use]
pub fn in_line(runner: Runner, line: &str) -> Option<Counts> {
    let plain = without_colours(line);
    let line = plain.trim_start();
    let tail = match runner {
        Runner::Cargo => line.strip_prefix("test result: ")?.split_once(". ")?.1,
        Runner::Nextest => line.strip_prefix("Summary [")?.split_once(']')?.1.split_once(" run:")?.1,
    };
    let mut counts = Counts::default();
    for part in tail.split([',', ';']) {
        let Some((number, word)) = part.trim().split_once(' ') else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        // nextest appends details: "3 passed (1 slow)".
        match word.split(" (").next().unwrap_or(word) {
            "passed" => counts.passed += number,
            "failed" | "timed out" | "exec failed" => counts.failed += number,
            _ => {}
        }
    }
    Some(counts)
}

/// The line without terminal colour sequences (`ESC [ ... letter`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_both_runners_are_read() {
        let examples = [
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s",
                3,
                0,
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s",
                3,
                2,
            ),
            ("     Summary [   0.005s] 2 tests run: 2 passed, 0 skipped", 2, 0),
            (
                "     Summary [   9.1s] 5/9 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 4 skipped",
                3,
                2,
            ),
            ("     Summary [   9.1s] 1 test run: 0 passed, 1 exec failed, 0 skipped", 0, 1),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.005s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 0 skipped",
                2,
                0,
            ),
        ];
        for (line, passed, failed) in examples {
            let (runner, other) = if line.starts_with("test") {
                (Runner::Cargo, Runner::Nextest)
            } else {
                (Runner::Nextest, Runner::Cargo)
            };
            assert_eq!(in_line(runner, line), Some(Counts { passed, failed }), "{line}");
            assert_eq!(in_line(other, line), None, "not the summary of {other:?}: {line}");
        }
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in [
            "",
            "running 3 tests",
            "test rules::a ... FAILED",
            "3 passed, 0 failed",
            "Summary of the week: 3 passed",
        ] {
            assert_eq!(in_line(Runner::Cargo, line), None, "{line}");
            assert_eq!(in_line(Runner::Nextest, line), None, "{line}");
        }
    }
}
