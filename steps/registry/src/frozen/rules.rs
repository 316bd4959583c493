//! What a row of a frozen list says, written so that everybody writes it alike, and the hash over it.
//!
//! A line has the fields of the first columns of an exported file, in their order, with a tab between, and ends with
//! a line feed; UTF-8. A village's hash is SHA-256 over its lines in the order of their numbers. The list's hash is
//! SHA-256 over one line for each village in the order of the codes: code, tab, the village's hash in small
//! hexadecimal digits, line feed. So whoever holds the rows of one village can prove them without the others.

use asuh_store::Id;
use sha2::{Digest, Sha256};
use time::Date;

/// The columns of an exported file that the hash is over; the last two stand in lists of measurements alone. The
/// same in every language: a file proves itself by them.
pub(super) const COLUMNS: [&str; 9] =
    ["nomor", "id", "kode_desa", "rw", "nama", "versi", "faktor", "tanggal_ukur", "nilai_z_x100"];
/// How many of them a list without measurements has.
pub(super) const UNMEASURED: usize = 7;

/// What one row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) nth: i64,
    pub(super) subject: Id,
    pub(super) village: i64,
    pub(super) rw: &'a str,
    /// Empty where names have been removed, and in the hash over the stored rows.
    pub(super) name: &'a str,
    pub(super) version: i64,
    /// Codes with spaces between.
    pub(super) factors: &'a str,
    pub(super) evidence_on: Option<Date>,
    pub(super) score: Option<i64>,
}

impl Said<'_> {
    /// The line, with the fields of measurements where the list has them.
    pub(super) fn line(&self, is_measured: bool) -> String {
        let mut fields = vec![
            self.nth.to_string(),
            self.subject.to_string(),
            self.village.to_string(),
            self.rw.to_owned(),
            self.name.to_owned(),
            self.version.to_string(),
            self.factors.to_owned(),
        ];
        if is_measured {
            fields.push(self.evidence_on.map(|day| day.to_string()).unwrap_or_default());
            fields.push(self.score.map(|score| score.to_string()).unwrap_or_default());
        }
        line(&fields)
    }
}

/// Fields as a line. What would tear it apart becomes a space.
pub(super) fn line<T: AsRef<str>>(fields: &[T]) -> String {
    let clean = |field: &T| field.as_ref().replace(['\t', '\r', '\n'], " ");
    let mut line = fields.iter().map(clean).collect::<Vec<_>>().join("\t");
    line.push('\n');
    line
}

/// The hash of one village's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VillageHash {
    pub(super) code: i64,
    pub(super) rows: i64,
    pub(super) sha256: [u8; 32],
}

/// Hashes lines as they come, village by village.
#[derive(Default)]
pub(super) struct Hasher {
    done: Vec<VillageHash>,
    open: Option<(i64, i64, Sha256)>,
}

impl Hasher {
    /// Takes the next line; lines come by their numbers, so that a village's stand together.
    pub(super) fn add(&mut self, village: i64, line: &str) {
        if self.open.as_ref().is_none_or(|(code, ..)| *code != village) {
            self.close();
            self.open = Some((village, 0, Sha256::new()));
        }
        if let Some((_, rows, hash)) = &mut self.open {
            *rows += 1;
            hash.update(line.as_bytes());
        }
    }

    fn close(&mut self) {
        if let Some((code, rows, hash)) = self.open.take() {
            self.done.push(VillageHash { code, rows, sha256: hash.finalize().into() });
        }
    }

    /// The villages' hashes by their codes, and the list's.
    pub(super) fn finish(mut self) -> (Vec<VillageHash>, [u8; 32]) {
        self.close();
        self.done.sort_by_key(|village| village.code);
        let mut hash = Sha256::new();
        for village in &self.done {
            hash.update(line(&[village.code.to_string(), hex(&village.sha256)]).as_bytes());
        }
        (self.done, hash.finalize().into())
    }
}

/// A hash as it is printed: 64 small hexadecimal digits.
pub(super) fn hex(hash: &[u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(hash)
}

/// The hash in groups of eight digits, to be compared by eye.
pub(super) fn grouped(hash: &[u8; 32]) -> String {
    let hex = hex(hash);
    hex.as_bytes().chunks(8).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// The codes whose bits are set, in the order of the codes.
pub(super) fn factors_of<'a>(bits: i64, codes: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    codes.iter().enumerate().filter(move |(nth, _)| bits >> nth & 1 == 1).map(|(_, code)| *code)
}

/// The same as they stand in a line.
pub(super) fn factor_words(bits: i64, codes: &[&str]) -> String {
    factors_of(bits, codes).collect::<Vec<_>>().join(" ")
}

/// What an officer must do besides, before he may freeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// The number was typed otherwise than the list will have.
    Number,
    /// Something is open, and he says no reason.
    Reason,
    /// There is nobody to put on the list.
    Nobody,
}

/// Whether a list may be frozen: the typed number is the next one, open work has its reason, and there are rows.
pub(super) fn may_freeze(
    typed: i64,
    next: i64,
    is_open: bool,
    reason: &str,
    rows: i64,
) -> Result<(), Missing> {
    match () {
        () if typed != next => Err(Missing::Number),
        () if rows == 0 => Err(Missing::Nobody),
        () if is_open && reason.trim().is_empty() => Err(Missing::Reason),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn said(nth: i64, village: i64) -> Said<'static> {
        Said {
            nth,
            subject: Id::SYSTEM,
            village,
            rw: "001",
            name: "Budi\tRekaan",
            version: 2,
            factors: "krs poor_water",
            evidence_on: Some(date!(2026 - 10 - 05)),
            score: Some(-312),
        }
    }

    #[test]
    fn a_line_is_what_the_file_says() {
        let id = "00000000-0000-0000-0000-000000000000";
        assert_eq!(
            said(1, 1_501_012_001).line(false),
            format!("1\t{id}\t1501012001\t001\tBudi Rekaan\t2\tkrs poor_water\n")
        );
        assert_eq!(
            said(1, 1_501_012_001).line(true),
            format!("1\t{id}\t1501012001\t001\tBudi Rekaan\t2\tkrs poor_water\t2026-10-05\t-312\n")
        );
    }

    /// The figures were computed with coreutils: `printf 'a\n' | sha256sum`, and so on.
    #[test]
    fn the_hash_is_the_one_that_anybody_computes() {
        let mut hasher = Hasher::default();
        hasher.add(1_501_012_001, "a\n");
        hasher.add(1_501_012_001, "b\n");
        hasher.add(1_501_012_002, "c\n");
        let (villages, list) = hasher.finish();
        let printed: Vec<(i64, i64, String)> =
            villages.iter().map(|one| (one.code, one.rows, hex(&one.sha256))).collect();
        assert_eq!(
            printed,
            [
                (
                    1_501_012_001,
                    2,
                    "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2".to_owned()
                ),
                (
                    1_501_012_002,
                    1,
                    "a3a5e715f0cc574a73c3f9bebb6bc24f32ffd5b67b387244c2c909da779a1478".to_owned()
                ),
            ]
        );
        assert_eq!(hex(&list), "a63d1966e1ce59ceca383bfa3fb5a37dc5784354a75e984f7763a665820ee1f1");
    }

    #[test]
    fn bits_are_codes_in_their_order() {
        let codes = ["krs", "poor_water", "poor_latrine"];
        assert_eq!(factor_words(0b101, &codes), "krs poor_latrine");
        assert_eq!(factor_words(0, &codes), "");
        assert_eq!(factor_words(0b1000, &codes), "", "a bit without a code says nothing");
    }

    #[test]
    fn a_list_is_frozen_by_its_number_and_with_a_reason_for_what_is_open() {
        for (typed, next, open, reason, rows, expected) in [
            (3, 3, false, "", 10, Ok(())),
            (3, 3, true, "batas waktu SK", 10, Ok(())),
            (3, 3, true, "  ", 10, Err(Missing::Reason)),
            (2, 3, false, "", 10, Err(Missing::Number)),
            (3, 3, false, "", 0, Err(Missing::Nobody)),
        ] {
            assert_eq!(
                may_freeze(typed, next, open, reason, rows),
                expected,
                "{typed} {open} {reason} {rows}"
            );
        }
    }
}
