//! What makes a family one at risk of stunting (KRS): the factors, and what of the rule a circular can change.

use serde::{Deserialize, Serialize};

asuh_ground::codes! {
    /// A risk factor: a column of the KRS list.
    ///
    /// The code is the name of its column; translation key `registry.risk.<code>`.
    pub enum Factor {
        /// The main source of drinking water is not fit.
        PoorWater = "poor_water",
        /// No own latrine, or one without a septic tank.
        PoorLatrine = "poor_latrine",
        /// 4T: the wife is too young.
        TooYoung = "too_young",
        /// 4T: the wife is too old.
        TooOld = "too_old",
        /// 4T: births too close together.
        TooClose = "too_close",
        /// 4T: too many children.
        TooMany = "too_many",
        /// The couple uses no modern contraception.
        NoModernContraception = "no_modern_contraception",
    }
}

impl Factor {
    /// Whether it is one of the four T of a couple.
    pub fn is_of_couple(self) -> bool {
        matches!(self, Factor::TooYoung | Factor::TooOld | Factor::TooClose | Factor::TooMany)
    }
}

/// How the lack of modern contraception counts. BKKBN's practice changed with its screening strategy (strategi
/// penapisan), so it is the district's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contraception {
    /// Not at all: the four T count by themselves.
    Ignored,
    /// As a factor of its own.
    Alone,
    /// The four T count only where it is lacking too.
    Needed,
}

impl Contraception {
    /// The way with this code.
    pub fn parse(code: &str) -> Option<Contraception> {
        match code {
            "ignored" => Some(Contraception::Ignored),
            "alone" => Some(Contraception::Alone),
            "needed" => Some(Contraception::Needed),
            _ => None,
        }
    }
}

/// Which families belong to the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Programme {
    /// A couple whose wife is of fertile age (PUS).
    pub couple: bool,
    /// A pregnant woman.
    pub pregnant: bool,
    /// A child of 0 to 23 months.
    pub under_two: bool,
    /// A child of 24 to 59 months.
    pub two_to_five: bool,
}

/// The rules of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRules {
    /// Which families belong to the programme (step A).
    pub programme: Programme,
    /// Completed years of the wife of a couple of fertile age, both included.
    pub fertile: (u32, u32),
    /// The factors that count (step B), without contraception.
    pub factors: Vec<Factor>,
    /// Too young: fewer completed years than this.
    pub young_below: u32,
    /// Too old: from this many completed years, to this many where there is an upper end.
    pub old: (u32, Option<u32>),
    /// Too close: two births fewer completed months apart than this.
    pub spacing_months: u32,
    /// Too many: this many living children or more.
    pub many_from: u32,
    /// How contraception counts.
    pub contraception: Contraception,
}

impl Default for RiskRules {
    /// As BKKBN computes it (domain study 2.2).
    fn default() -> RiskRules {
        RiskRules {
            programme: Programme { couple: true, pregnant: true, under_two: true, two_to_five: true },
            fertile: (15, 49),
            factors: Factor::ALL.into_iter().filter(|one| *one != Factor::NoModernContraception).collect(),
            young_below: 20,
            old: (35, Some(40)),
            spacing_months: 24,
            many_from: 3,
            contraception: Contraception::Ignored,
        }
    }
}
