//! Chance from a seed: the same seed makes the same district.

/// A small generator (SplitMix64: Steele, Lea, Flood 2014); good enough to invent people, not for secrets.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Chances that follow from a seed alone.
    #[must_use]
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// Chances of their own for a part of the work, so that what one part draws moves no other.
    #[must_use]
    pub fn branch(&mut self, part: u64) -> Dice {
        Dice(self.next() ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A whole number from 0 to `end - 1`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    /// A whole number in the range, both ends included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1).max(1) as usize) as i64
    }

    /// True in `per_mille` of 1,000 cases.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille as usize
    }

    /// One of them, all alike; the empty text when there is none.
    pub fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// One of them, those at the front more often: a few names are everywhere, most are rare.
    pub fn pick_skewed<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let nth = self.below(of.len()).min(self.below(of.len()));
        of.get(nth).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_chances_within_bounds() {
        let (mut one, mut two) = (Dice::new(7), Dice::new(7));
        for _ in 0..1_000 {
            let n = one.between(-3, 9);
            assert!((-3..=9).contains(&n));
            assert_eq!(n, two.between(-3, 9));
        }
        assert_eq!(one.below(0), 0);
        assert_eq!(one.pick(&[]), "");
    }
}
