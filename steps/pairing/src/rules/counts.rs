//! Coverage: need and promise of each target, and what they add up to.

use asuh_store::Id;

/// How far a target is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covering {
    /// Nothing is promised.
    None,
    /// Less than is needed.
    Partly,
    /// All that is needed.
    Fully,
}

impl Covering {
    /// Its stable code; its words are `pairing.covering.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Covering::None => "none",
            Covering::Partly => "partly",
            Covering::Fully => "fully",
        }
    }
}

/// A target of a list with what it needs in a month and what is promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// The person.
    pub person: Id,
    /// Its family.
    pub family: Id,
    /// Its village.
    pub village: i64,
    /// Its RW.
    pub rw: String,
    /// Units needed a month; above 0.
    pub need: i64,
    /// Units promised a month; may be more than is needed.
    pub promised: i64,
}

impl Covered {
    /// How far it is covered.
    pub fn covering(&self) -> Covering {
        match self.promised {
            ..=0 => Covering::None,
            units if units < self.need => Covering::Partly,
            _ => Covering::Fully,
        }
    }

    /// What it lacks.
    pub fn gap(&self) -> i64 {
        (self.need - self.promised).max(0)
    }
}

/// What the targets of a place add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Targets with a need.
    pub targets: i64,
    /// Those fully covered.
    pub fully: i64,
    /// Those partly covered.
    pub partly: i64,
    /// Those with nothing.
    pub none: i64,
    /// Units needed a month.
    pub need: i64,
    /// Units promised, of each target at most what it needs.
    pub promised: i64,
}

impl Counts {
    /// The counts of these targets.
    pub fn of<'a>(targets: impl IntoIterator<Item = &'a Covered>) -> Counts {
        let mut counts = Counts::default();
        for target in targets {
            counts.targets += 1;
            match target.covering() {
                Covering::Fully => counts.fully += 1,
                Covering::Partly => counts.partly += 1,
                Covering::None => counts.none += 1,
            }
            counts.need += target.need;
            counts.promised += target.promised.clamp(0, target.need);
        }
        counts
    }

    /// The sum of what each target lacks: more for one never makes up for less of another.
    pub fn gap(&self) -> i64 {
        self.need - self.promised
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_has_too_much_is_no_help_to_another() {
        let target = |need, promised| Covered {
            person: Id::SYSTEM,
            family: Id::SYSTEM,
            village: 0,
            rw: String::new(),
            need,
            promised,
        };
        let counts = Counts::of(&[target(9, 12), target(9, 4), target(9, 0)]);
        assert_eq!((counts.fully, counts.partly, counts.none, counts.gap()), (1, 1, 1, 14));
    }

    /// Belitung: 237 children, Rp450.000 a month as nine units of Rp50.000, 92 of them covered.
    #[test]
    fn belitung_lacks_sixty_five_million() {
        let of = |promised| Covered {
            person: Id::SYSTEM,
            family: Id::SYSTEM,
            village: 0,
            rw: String::new(),
            need: 9,
            promised,
        };
        let children: Vec<Covered> = (0..237).map(|nth| of(if nth < 92 { 9 } else { 0 })).collect();
        assert_eq!(Counts::of(&children).gap() * 50_000, 65_250_000);
    }
}
