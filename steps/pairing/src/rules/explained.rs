//! The reasons of a pair as they are kept: numbers, no prose.

use asuh_pairing::pairing::{NotNearer, Tier};

/// Why nobody of a nearer tier helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearer {
    /// The tier: 0 the same village, 1 the same subdistrict, 2 a neighbouring one.
    pub tier: i64,
    /// 'n' nobody is there, 'g' all is given, 'k' the pair ran before and is kept.
    pub code: char,
    /// Sponsors there.
    pub sponsors: i64,
    /// What they give.
    pub units: i64,
    /// Sponsors there who may not help.
    pub excluded: i64,
}

/// As text: 'tier:code:sponsors:units:excluded' for each, with spaces between them.
pub fn write_nearer(reasons: &[(Tier, NotNearer)]) -> String {
    let one = |(tier, why): &(Tier, NotNearer)| {
        let tier = *tier as usize;
        match why {
            NotNearer::Nobody => format!("{tier}:n:0:0:0"),
            NotNearer::AllGiven { sponsors, units, excluded } => {
                format!("{tier}:g:{sponsors}:{units}:{excluded}")
            }
            NotNearer::Kept => format!("{tier}:k:0:0:0"),
        }
    };
    reasons.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Reads what [`write_nearer`] wrote; what it does not know is passed over.
pub fn read_nearer(text: &str) -> Vec<Nearer> {
    let one = |part: &str| {
        let mut parts = part.split(':');
        let tier = parts.next()?.parse().ok()?;
        let code = parts.next()?.chars().next()?;
        let mut number = || parts.next()?.parse().ok();
        Some(Nearer { tier, code, sponsors: number()?, units: number()?, excluded: number()? })
    };
    text.split_whitespace().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_back() {
        let reasons = [
            (Tier::Village, NotNearer::Nobody),
            (Tier::Subdistrict, NotNearer::AllGiven { sponsors: 4, units: 36, excluded: 1 }),
        ];
        let read = read_nearer(&write_nearer(&reasons));
        assert_eq!(read[0], Nearer { tier: 0, code: 'n', sponsors: 0, units: 0, excluded: 0 });
        assert_eq!(read[1], Nearer { tier: 1, code: 'g', sponsors: 4, units: 36, excluded: 1 });
        assert!(read_nearer("").is_empty() && read_nearer("x").is_empty());
    }
}
