//! The rules of meetings: states, lines as people type them, codes.

use serde::{Deserialize, Serialize};

asuh_ground::codes! {
    /// How a meeting stands.
    pub enum State {
        /// Facts, agenda and guests may change.
        Prepared = "prepared",
        /// People come, things are noted and decided.
        Running = "running",
        /// Its record stands.
        Closed = "closed",
        /// It was not held.
        Cancelled = "cancelled",
    }
}

/// Lines of a list at most.
pub const LINES: usize = 200;
/// Characters of a part of a line.
const PART: usize = 160;

/// A line of the agenda: "09.00; Paparan analisis situasi; Kepala Bappeda".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaLine {
    /// "09.00", or nothing.
    pub starts: String,
    /// What.
    pub item: String,
    /// Who speaks, as an office, or nothing.
    pub speaker: String,
}

/// A line of the invited: "Dinas Kesehatan; Kepala; 08123...".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestLine {
    /// The institution.
    pub institution: String,
    /// Whom of it, as an office, or nothing.
    pub position: String,
    /// To which the text of the invitation is sent, or nothing.
    pub phone: String,
}

/// A line of those who sign: "Nama; Jabatan".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatoryLine {
    /// Name with titles.
    pub name: String,
    /// The office held.
    pub position: String,
}

/// What is wrong with a typed list: its line, counted from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// More than 200 lines.
    #[error("too many lines")]
    TooMany,
    /// A line has more parts than it may, or a part of more than 160 characters.
    #[error("line {0} has too many parts or is too long")]
    TooLong(usize),
    /// A line lacks what it cannot do without.
    #[error("line {0} lacks a part")]
    Lacks(usize),
    /// What should be a time is none.
    #[error("line {0}: not a time")]
    NoTime(usize),
    /// What should be a telephone number is none.
    #[error("line {0}: not a telephone number")]
    NoPhone(usize),
}

impl LineError {
    /// Its translation key.
    pub fn key(&self) -> &'static str {
        match self {
            LineError::TooMany => "meeting.refused.lines",
            LineError::TooLong(_) => "meeting.refused.line_long",
            LineError::Lacks(_) => "meeting.refused.line_lacks",
            LineError::NoTime(_) => "meeting.refused.line_time",
            LineError::NoPhone(_) => "meeting.refused.line_phone",
        }
    }

    /// The line, for the sentence.
    pub fn line(&self) -> usize {
        match self {
            LineError::TooMany => LINES,
            LineError::TooLong(line)
            | LineError::Lacks(line)
            | LineError::NoTime(line)
            | LineError::NoPhone(line) => *line,
        }
    }
}

/// The lines of a text that hold something, with their places and parts.
fn lines(text: &str, parts: usize) -> Result<Vec<(usize, Vec<String>)>, LineError> {
    let mut found = Vec::new();
    for (nth, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut cut: Vec<String> = line.split(';').map(|part| part.trim().to_owned()).collect();
        let long = cut.iter().any(|part| part.chars().count() > PART);
        if cut.len() > parts || long {
            return Err(LineError::TooLong(nth + 1));
        }
        cut.resize(parts, String::new());
        found.push((nth + 1, cut));
    }
    if found.len() > LINES { Err(LineError::TooMany) } else { Ok(found) }
}

/// A time of the day as it is written: "9.00" and "09:00" are "09.00".
pub fn time(text: &str) -> Option<String> {
    let (hours, minutes) = text.trim().split_once(['.', ':'])?;
    let digits =
        |part: &str| part.chars().all(|letter| letter.is_ascii_digit()) && (1..=2).contains(&part.len());
    let (hours, minutes): (u8, u8) =
        (hours.parse().ok().filter(|_| digits(hours))?, minutes.parse().ok().filter(|_| minutes.len() == 2)?);
    (hours < 24 && minutes < 60).then(|| format!("{hours:02}.{minutes:02}"))
}

/// The agenda as typed. A first part that is a time is one; a line without a time begins with its item.
///
/// # Errors
/// The first line that cannot be read.
pub fn agenda(text: &str) -> Result<Vec<AgendaLine>, LineError> {
    let read = lines(text, 3)?.into_iter().map(|(nth, mut parts)| {
        let written = std::mem::take(&mut parts[0]);
        let (starts, item, speaker) = match time(&written) {
            Some(starts) => (starts, std::mem::take(&mut parts[1]), std::mem::take(&mut parts[2])),
            None if written.starts_with(|letter: char| letter.is_ascii_digit()) => {
                return Err(LineError::NoTime(nth));
            }
            None => (String::new(), written, std::mem::take(&mut parts[1])),
        };
        if item.is_empty() { Err(LineError::Lacks(nth)) } else { Ok(AgendaLine { starts, item, speaker }) }
    });
    read.collect()
}

/// The invited as typed.
///
/// # Errors
/// The first line that cannot be read.
pub fn guests(text: &str) -> Result<Vec<GuestLine>, LineError> {
    let read = lines(text, 3)?.into_iter().map(|(nth, mut parts)| {
        let [institution, position, phone] = [0, 1, 2].map(|at| std::mem::take(&mut parts[at]));
        if institution.is_empty() {
            return Err(LineError::Lacks(nth));
        }
        if !phone.is_empty() && asuh_nusantara::Phone::parse(&phone).is_err() {
            return Err(LineError::NoPhone(nth));
        }
        Ok(GuestLine { institution, position, phone })
    });
    read.collect()
}

/// Who signs, as typed.
///
/// # Errors
/// The first line that cannot be read.
pub fn signatories(text: &str) -> Result<Vec<SignatoryLine>, LineError> {
    let read = lines(text, 2)?.into_iter().map(|(nth, mut parts)| {
        let [name, position] = [0, 1].map(|at| std::mem::take(&mut parts[at]));
        if name.is_empty() || position.is_empty() {
            return Err(LineError::Lacks(nth));
        }
        Ok(SignatoryLine { name, position })
    });
    read.collect()
}

/// Letters of a code: none that is taken for another.
const LETTERS: &[u8; 28] = b"ABCDEFGHJKLMNPRSTUVWXYZ23456";
/// Letters in a code.
const CODE: usize = 7;

/// The code by which people note that they are there, of random bytes: 28^7, some 13 thousand million.
pub fn code(random: &[u8]) -> String {
    let mut number =
        random.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(257).wrapping_add(u64::from(*byte)));
    let mut code = String::with_capacity(CODE);
    for _ in 0..CODE {
        code.push(char::from(LETTERS[(number % LETTERS.len() as u64) as usize]));
        number /= LETTERS.len() as u64;
    }
    code
}

/// A code as somebody typed it: small letters and blanks do not matter.
pub fn typed_code(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect::<String>().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_people_type_them() {
        let read = agenda("8.30; Pembukaan; Wakil Bupati\n\nDiskusi\n09:15;Paparan").unwrap();
        assert_eq!(read.len(), 3);
        assert_eq!((read[0].starts.as_str(), read[0].item.as_str()), ("08.30", "Pembukaan"));
        assert_eq!((read[1].starts.as_str(), read[1].item.as_str()), ("", "Diskusi"));
        assert_eq!((read[2].starts.as_str(), read[2].speaker.as_str()), ("09.15", ""));
        assert_eq!(agenda("a\n25.00; x"), Err(LineError::NoTime(2)));
        assert_eq!(agenda("08.00;"), Err(LineError::Lacks(1)));
        assert_eq!(agenda("a;b;c;d"), Err(LineError::TooLong(1)));
        assert_eq!(agenda(&"x\n".repeat(201)), Err(LineError::TooMany));
        let read = guests("Dinas Kesehatan; Kepala; 081200001234\nDPRD").unwrap();
        assert_eq!((read[0].phone.as_str(), read[1].position.as_str()), ("081200001234", ""));
        assert_eq!(guests("DPRD;Ketua;12"), Err(LineError::NoPhone(1)));
        assert_eq!(guests("; Ketua"), Err(LineError::Lacks(1)));
        assert_eq!(signatories("Rekaan, S.E.; Wakil Bupati").unwrap()[0].position, "Wakil Bupati");
        assert_eq!(signatories("Rekaan"), Err(LineError::Lacks(1)));
    }

    #[test]
    fn codes_are_short_plain_and_forgiving() {
        let one = code(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(one.len(), 7);
        assert_ne!(one, code(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 11]));
        assert!(one.bytes().all(|letter| LETTERS.contains(&letter)));
        assert_eq!(typed_code(" ab-c 23"), "ABC23");
    }
}
