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

/// The counts in one line of output, if it is a summary of `cargo test` or of nextest.
///
/// `cargo test` prints one such line for each test binary, nextest one at the end of the run; the
/// sum over all lines is the count of the run in both cases.
#[must_use]
pub fn in_line(line: &str) -> Option<Counts> {
    let plain = without_colours(line);
    let line = plain.trim_start();
    let tail = if let Some(tail) = line.strip_prefix("test result: ") {
        tail.split_once(". ")?.1
    } else {
        let (_, tail) = line.strip_prefix("Summary [")?.split_once(']')?;
        tail.split_once(" run:")?.1
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
            assert_eq!(in_line(line), Some(Counts { passed, failed }), "{line}");
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
            assert_eq!(in_line(line), None, "{line}");
        }
    }
}
