//! Shares, and when they mean little: pure.

/// A percentage of fewer children than this means little: one child more or less moves it by five points.
pub(super) const FEW: i64 = 20;
/// Below this coverage (D/S, percent) the children who came do not stand for the others; the usual target.
pub(super) const ENOUGH: i64 = 80;

asuh_store::row_struct! {
    /// What was counted in a month: of a village, or of several together.
    #[derive(Default, PartialEq, Eq)]
    pub(super) struct Figures {
        /// S: children under 60 months who are known.
        pub(super) known: i64,
        /// D: those of them who were weighed.
        pub(super) weighed: i64,
        /// D': those whose gain could be compared with the month before (N and T).
        pub(super) compared: i64,
        /// N: those who gained.
        pub(super) gained: i64,
        /// With a plausible z-score of length for age.
        pub(super) by_length: i64,
        /// Stunted.
        pub(super) stunted: i64,
        /// With a plausible z-score of weight for length, or with oedema.
        pub(super) by_both: i64,
        /// Wasted.
        pub(super) wasted: i64,
        /// With a plausible z-score of weight for age.
        pub(super) by_weight: i64,
        /// Underweight.
        pub(super) underweight: i64,
    }
}

impl Figures {
    /// These and those together.
    pub(super) fn add(&mut self, other: &Figures) {
        self.known += other.known;
        self.weighed += other.weighed;
        self.compared += other.compared;
        self.gained += other.gained;
        self.by_length += other.by_length;
        self.stunted += other.stunted;
        self.by_both += other.by_both;
        self.wasted += other.wasted;
        self.by_weight += other.by_weight;
        self.underweight += other.underweight;
    }

    /// Whether too few came to speak for all.
    pub(super) fn is_thin(&self) -> bool {
        self.weighed * 100 < self.known * ENOUGH
    }
}

/// Whether a percentage of so many means little.
pub(super) fn is_few(whole: i64) -> bool {
    whole < FEW
}

#[cfg(test)]
mod tests {
    use super::*;

    fn village() -> Figures {
        Figures {
            known: 50,
            weighed: 20,
            compared: 15,
            gained: 9,
            by_length: 19,
            stunted: 5,
            by_both: 19,
            wasted: 1,
            by_weight: 20,
            underweight: 3,
        }
    }

    #[test]
    fn forty_percent_do_not_speak_for_all() {
        assert!(village().is_thin());
        assert!(!Figures { weighed: 40, ..village() }.is_thin());
        assert!(!Figures::default().is_thin());
    }

    #[test]
    fn totals_are_sums() {
        let mut both = village();
        both.add(&Figures { known: 150, weighed: 150, ..village() });
        assert_eq!((both.known, both.weighed, both.stunted), (200, 170, 10));
        assert!(!both.is_thin());
    }

    #[test]
    fn nineteen_are_few() {
        assert!(is_few(0) && is_few(19) && !is_few(20));
    }
}
