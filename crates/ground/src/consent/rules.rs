//! The words and clocks of the registers.

use asuh_store::Instant;

crate::codes! {
    /// What a guardian allows; each purpose stands for itself.
    pub enum Purpose {
        /// The family and its children are kept in the list of the programme.
        Record = "record",
        /// Cadres and officers visit, measure and advise.
        Mentoring = "mentoring",
        /// A foster parent sees initials, age in months, village and progress.
        ShownToSponsor = "shown_to_sponsor",
        /// A foster parent who was approved as a visitor learns name and address.
        Visited = "visited",
        /// Photos are taken as proof.
        Photo = "photo",
        /// The account of the caregiver is given to the holder of the funds and to the bank, so that help in money
        /// reaches it.
        Payment = "payment",
        /// A photo or story may be published.
        Publication = "publication",
    }
}

crate::codes! {
    /// Who the consenting person is to the child.
    pub enum Relation {
        /// Mother.
        Mother = "mother",
        /// Father.
        Father = "father",
        /// Grandparent who brings the child up.
        Grandparent = "grandparent",
        /// Another guardian.
        Guardian = "guardian",
        /// An adult for herself (a pregnant woman).
        Herself = "self",
    }
}

crate::codes! {
    /// How the consent was given.
    pub enum Method {
        /// A signed paper that stays in the office.
        Form = "form",
        /// A signed paper whose scan is stored.
        Scan = "scan",
        /// Spoken or by thumbprint before a witness.
        Witness = "witness",
    }
}

crate::codes! {
    /// What somebody asks about his data (UU 27/2022, articles 5 to 13).
    pub enum RequestKind {
        /// To see and receive a copy.
        Access = "access",
        /// To have something corrected.
        Correction = "correction",
        /// To have it erased.
        Erasure = "erasure",
        /// To withdraw consent.
        Withdrawal = "withdrawal",
        /// To object to how it is used.
        Objection = "objection",
    }
}

/// The version of the words on the printed consent form; a consent keeps the version it was given to.
pub(super) const TEXT_VERSION: &str = "2026-1";

/// How much time is left until a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Whole hours left, rounded up.
    Hours(i64),
    /// Whole hours over, rounded up.
    Over(i64),
}

/// The time left at `now`; a deadline that is reached is over.
pub(super) fn left(now: Instant, due: Instant) -> Left {
    const HOUR: i64 = 3_600_000;
    let milliseconds = due.0.saturating_sub(now.0);
    if milliseconds > 0 {
        Left::Hours((milliseconds + HOUR - 1) / HOUR)
    } else {
        Left::Over(((-milliseconds + HOUR - 1) / HOUR).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_rounded_so_that_nobody_is_told_too_much() {
        let hour = 3_600_000;
        let cases = [
            (0, 72 * hour, Left::Hours(72)),
            (1, 72 * hour, Left::Hours(72)),
            (hour, 72 * hour, Left::Hours(71)),
            (72 * hour - 1, 72 * hour, Left::Hours(1)),
            (72 * hour, 72 * hour, Left::Over(1)),
            (75 * hour, 72 * hour, Left::Over(3)),
        ];
        for (now, due, expected) in cases {
            assert_eq!(left(Instant(now), Instant(due)), expected, "{now}");
        }
    }

    #[test]
    fn codes_read_back() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.code()), Some(purpose));
        }
        assert_eq!(Relation::parse("self"), Some(Relation::Herself));
        assert_eq!(Method::parse("phone"), None);
        assert_eq!(RequestKind::ALL.len(), 5);
    }
}
