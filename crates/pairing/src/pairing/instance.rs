//! What a pairing is about: who needs help, who offers it, and what is settled already.

/// Most units that one child may need or one sponsor may give.
pub const MAX_UNITS: u32 = 1_000_000;

/// Most that a unit may cost in a tier, on the scale of [`Instance::tier_cost`].
pub const MAX_TIER_COST: u32 = 1_000_000;

/// How far apart a sponsor and a child live; the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// In the same village (desa, kelurahan).
    Village,
    /// In the same subdistrict (kecamatan).
    Subdistrict,
    /// In neighbouring subdistricts.
    Neighbours,
    /// Anywhere in the district.
    District,
}

impl Tier {
    /// All of them, the nearest first.
    pub const ALL: [Tier; 4] = [Tier::Village, Tier::Subdistrict, Tier::Neighbours, Tier::District];
}

/// What becomes of pairs that run already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// They are kept, as far as sponsor and child still can: the children in order of rank, then the sponsors by id.
    Lock,
    /// As many of their units are kept as coverage allows.
    Soft,
    /// A unit is taken from a running pair only for a child that is at least so many places more urgent in the order
    /// (METHOD 1.7); 1 is as [`Stability::Soft`].
    Price(u32),
}

/// A village and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Its name in the caller's records. Unique in an [`Instance`].
    pub id: String,
    /// Its subdistrict.
    pub subdistrict: String,
}

/// A child, or anybody else on the list, who needs help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its name in the caller's records. Unique in an [`Instance`].
    pub id: String,
    /// Where it lives.
    pub village: String,
    /// Units it needs; at most [`MAX_UNITS`].
    pub need: u32,
    /// Units of these that come from elsewhere.
    pub other_support: u32,
    /// Its place in the public order, the most urgent first. No two children have the same.
    pub rank: u32,
}

impl Child {
    /// What is still needed.
    #[must_use]
    pub fn open_need(&self) -> u32 {
        self.need.saturating_sub(self.other_support)
    }
}

/// Somebody who helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sponsor {
    /// Its name in the caller's records. Unique in an [`Instance`].
    pub id: String,
    /// Where it lives, or wishes to help.
    pub village: String,
    /// Units it gives at most; up to [`MAX_UNITS`].
    pub capacity: u32,
    /// How far away it helps.
    pub reach: Tier,
}

/// A sponsor and a child, and perhaps how much flows between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunningPair {
    /// [`Sponsor::id`]; a pair whose sponsor left is passed over.
    pub sponsor: String,
    /// [`Child::id`]; a pair whose child left is passed over.
    pub child: String,
    /// Units.
    pub units: u32,
}

/// Everything that decides about a pairing. The order in which things are listed does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// What becomes of [`Instance::running`] pairs.
    pub stability: Stability,
    /// What a unit costs in each tier, the nearest first, never less than in the tier before; at most
    /// [`MAX_TIER_COST`]. A policy choice; METHOD's is 0, 2, 5, 9.
    pub tier_cost: [u32; 4],
    /// All villages.
    pub villages: Vec<Village>,
    /// Subdistricts that are neighbours, each pair once or twice, in any order.
    pub neighbours: Vec<(String, String)>,
    /// Who needs help.
    pub children: Vec<Child>,
    /// Who helps.
    pub sponsors: Vec<Sponsor>,
    /// Sponsors and children who may not be paired, such as relatives. Who is not listed is passed over.
    pub exclusions: Vec<(String, String)>,
    /// Pairs that run already.
    pub running: Vec<RunningPair>,
}

/// Why an instance has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PairingError {
    /// Two villages, children or sponsors have the same id.
    #[error("{what} {id} is listed twice")]
    Duplicate {
        /// `village`, `child` or `sponsor`.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// Two children have the same rank.
    #[error("rank {rank} is held by two children, {one} and {other}")]
    DuplicateRank {
        /// The rank.
        rank: u32,
        /// One of them.
        one: String,
        /// The other one.
        other: String,
    },
    /// A child or sponsor lives in a village that is not listed.
    #[error("{what} {id} lives in village {village}, which is not listed")]
    UnknownVillage {
        /// `child` or `sponsor`.
        what: &'static str,
        /// Its id.
        id: String,
        /// The village.
        village: String,
    },
    /// A neighbour is a subdistrict in which no village lies.
    #[error("subdistrict {0} is a neighbour, but no village lies in it")]
    UnknownSubdistrict(String),
    /// A number is larger than the largest allowed.
    #[error("{what} {id}: {value} units; the most is {most}")]
    TooLarge {
        /// `child` or `sponsor`.
        what: &'static str,
        /// Its id.
        id: String,
        /// Units that it needs or gives.
        value: u32,
        /// The largest allowed.
        most: u32,
    },
    /// A nearer tier costs more than a farther one, or one costs more than [`MAX_TIER_COST`].
    #[error(
        "the costs of the tiers are {0:?}: a farther one may not cost less, and none more than {MAX_TIER_COST}"
    )]
    TierCost([u32; 4]),
    /// The answer failed its own proof. This is a fault of the program, and the answer must not be used.
    #[error("the answer is not proven: {0}")]
    Unproven(String),
}
