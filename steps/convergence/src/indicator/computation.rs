//! What can be computed from the district's own rows, and how: for each person or family whether it holds.
//!
//! Every computation is one statement whose rows are the people it counts ([`rows`]). A number is the sum of these rows
//! and a drill-down is a page of them, so that they cannot differ.

use asuh_ground::codes;
use asuh_store::{Args, DistrictId, Instant};
use time::Date;

use super::fact::fact;
use super::query::Indicator;
use super::rules::{Group, Period, born_by};

codes! {
    /// How an indicator is computed.
    pub enum Computation {
        /// The family carries BKKBN's mark.
        KrsShare = "krs_share",
        /// Somebody visited within the period.
        Mentored = "mentored",
        /// A pregnant woman with a thin arm was visited in every month of the period.
        VisitedMonthlyThin = "visited_monthly_thin",
        /// A child that is stunted or wasted was visited in every month of the period.
        VisitedMonthlyIll = "visited_monthly_ill",
        /// The family was advised in every month of the period.
        AdvisedMonthly = "advised_monthly",
        /// Weighed within the period.
        Weighed = "weighed",
        /// Weighed in every month of the period in which the child lived.
        WeighedMonthly = "weighed_monthly",
        /// Weighed and measured within the period.
        Measured = "measured",
        /// Its length was measured on two days of the twelve months before the period's end.
        MeasuredTwice = "measured_twice",
        /// Gained by our letter at the last weighing that could be compared.
        Gained = "gained",
        /// Length for age below -2 by our reading.
        Stunted = "stunted",
        /// Weight for length below -2 by our reading, or oedema.
        Wasted = "wasted",
        /// Weight for age below -2 by our reading.
        Underweight = "underweight",
        /// Length for age below -2 as e-PPGBM prints it.
        StuntedFile = "stunted_file",
        /// Weight for length below -2 as e-PPGBM prints it.
        WastedFile = "wasted_file",
        /// Weight for age below -2 as e-PPGBM prints it.
        UnderweightFile = "underweight_file",
        /// A severely wasted child was sent to the puskesmas.
        SevereTreated = "severe_treated",
        /// A moderately wasted child ate supplementary food.
        Fed = "fed",
        /// A pregnant woman with a thin arm ate supplementary food.
        FedThin = "fed_thin",
        /// Supplementary feeding that ended within the period ended well.
        FedFinished = "fed_finished",
        /// The last answer by the period's end is yes.
        Answer = "answer",
        /// The last answer within the period is yes.
        AnswerPeriod = "answer_period",
        /// Answered with yes in every month of the period.
        AnswerMonthly = "answer_monthly",
        /// The last answer of the household by the period's end is yes.
        AnswerHousehold = "answer_household",
        /// The family's water is not marked as poor.
        Water = "water",
        /// The family's latrine is not marked as poor.
        Latrine = "latrine",
        /// A foster parent's pair holds on the period's last day.
        Fostered = "fostered",
        /// Help left for the family within the period.
        Released = "released",
        /// Help is on record as received within the period.
        Received = "received",
        /// A mentor came to the village within the period.
        VillageVisited = "village_visited",
    }
}

impl Computation {
    /// Whether somebody of whom nothing is recorded counts in the denominator: in a coverage, yes; in a prevalence only
    /// who was measured.
    pub fn counts_unknown(self) -> bool {
        use Computation as C;
        !matches!(
            self,
            C::Gained
                | C::Stunted
                | C::Wasted
                | C::Underweight
                | C::StuntedFile
                | C::WastedFile
                | C::UnderweightFile
                | C::Water
                | C::Latrine
        )
    }

    /// Whether it reads answers of the checklist, and needs to be told which question.
    pub fn asks(self) -> bool {
        use Computation as C;
        matches!(
            self,
            C::Answer
                | C::AnswerPeriod
                | C::AnswerMonthly
                | C::AnswerHousehold
                | C::VisitedMonthlyThin
                | C::FedThin
        )
    }

    /// The groups that it can count.
    pub fn groups(self) -> &'static [Group] {
        use Computation as C;
        match self {
            C::KrsShare => &[Group::Household],
            C::Mentored | C::Released | C::Received => {
                &[Group::Household, Group::FamilyAtRisk, Group::Pregnant, Group::Breastfeeding, Group::Child]
            }
            C::Water | C::Latrine | C::AdvisedMonthly | C::AnswerHousehold => {
                &[Group::Household, Group::FamilyAtRisk, Group::Pregnant, Group::Breastfeeding, Group::Child]
            }
            C::VisitedMonthlyThin | C::FedThin => &[Group::Pregnant],
            C::Answer | C::AnswerPeriod | C::AnswerMonthly => {
                &[Group::Pregnant, Group::Breastfeeding, Group::Child]
            }
            C::Fostered => &[Group::Pregnant, Group::Breastfeeding, Group::Child],
            C::VillageVisited => &[Group::Village],
            _ => &[Group::Child],
        }
    }
}

/// Of what and as of when something is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) district: DistrictId,
    /// Codes of villages, from and to.
    pub(crate) villages: (i64, i64),
    pub(crate) period: Period,
    /// The last day that counts.
    pub(crate) until: Date,
    /// What was recorded later is left out; `None`: everything is known.
    pub(crate) as_of: Option<Instant>,
}

/// The names of the values that every statement has; what a fact needs beside them is pushed.
pub(super) struct Names {
    pub(super) never: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) first: String,
    pub(super) until: String,
    pub(super) as_of: Option<String>,
}

impl Names {
    /// That a version was held true: now, or as of the instant.
    pub(super) fn holds(&self, alias: &str) -> String {
        match &self.as_of {
            None => format!("{alias}.superseded_at = {}", self.never),
            Some(at) => format!("{alias}.superseded_at > {at} AND {alias}.recorded_at <= {at}"),
        }
    }

    /// That something was recorded by then, by this column.
    pub(super) fn known(&self, column: &str) -> String {
        self.as_of.as_ref().map(|at| format!(" AND {column} <= {at}")).unwrap_or_default()
    }

    /// That a fact stands: recorded by then and not taken back by then.
    pub(super) fn stands(&self, alias: &str) -> String {
        match &self.as_of {
            None => format!("{alias}.retracted_at IS NULL"),
            Some(at) => format!(
                "{alias}.recorded_at <= {at} AND ({alias}.retracted_at IS NULL OR {alias}.retracted_at > {at})"
            ),
        }
    }
}

/// Families that are not counted any more, as the growth step leaves them out.
const GONE: &str = "('moved', 'deceased', 'duplicate')";

/// The statement whose rows are those that an indicator counts: `village_code, rw, rt, family_id, person_id, head_name,
/// name, birth_date` and `fact`: 1 it holds, 0 it does not, 2 it is not asked of this one, NULL nobody knows. None for
/// an indicator that is not computed, or cannot count its group.
///
/// Indexes: family_version_list and person_version_by_family for a village, person_version_by_birth for children of a
/// district, maternity_by_kind; for facts measurement_by_person, visit_by_family, package_by_family,
/// cash_payment_by_family, meal_serving_by_family, meal_enrolment_by_person, sponsor_pair_by_person,
/// referral_by_family.
pub(crate) fn rows(one: &Indicator, asked: &Asked) -> Option<(String, Args)> {
    let computation = Computation::parse(&one.computation)?;
    let group = Group::parse(&one.target_group).filter(|group| computation.groups().contains(group))?;
    let mut args = Args::new();
    args.push(asked.district);
    let names = Names {
        never: args.push(Instant::NEVER),
        from: args.push(asked.villages.0),
        to: args.push(asked.villages.1),
        first: args.push(asked.period.first),
        until: args.push(asked.until),
        as_of: asked.as_of.map(|at| args.push(at)),
    };
    let questions: Vec<String> = one.question.lines().map(|line| line.trim().to_owned()).collect();
    let fact = fact(computation, group, &names, asked, &questions, &mut args);
    let (family, person) = (names.holds("f"), names.holds("p"));
    let Names { from, to, first, until, .. } = &names;
    // Every value has a place in every statement, whatever its fact needs.
    let inside =
        format!("f.village_code BETWEEN {from} AND {to} AND {first} <= {until} AND {} > 0", names.never);
    let columns = "f.village_code, f.rw, f.rt, f.family_id, f.head_name";
    let sql = match group {
        Group::Household | Group::FamilyAtRisk => {
            let which = match group {
                Group::Household => format!("f.status NOT IN {GONE}"),
                _ => "f.krs = 1 AND f.status IN ('listed', 'verified')".to_owned(),
            };
            format!(
                "SELECT {columns}, f.family_id AS person_id, f.head_name AS name, {fact} AS fact \
                 FROM family_version f WHERE f.district_id = $1 AND {family} AND {inside} AND {which}"
            )
        }
        Group::Pregnant | Group::Breastfeeding => {
            let kind = if group == Group::Pregnant { "pregnancy" } else { "breastfeeding" };
            let stands = names.stands("m");
            format!(
                "SELECT {columns}, p.person_id, p.name, {fact} AS fact FROM (SELECT DISTINCT m.person_id FROM maternity m \
                 WHERE m.district_id = $1 AND m.kind = '{kind}' AND m.starts_on <= {until} \
                 AND (m.ends_on IS NULL OR m.ends_on >= {first}) AND {stands}) w \
                 JOIN person_version p ON p.district_id = $1 AND p.person_id = w.person_id AND {person} \
                 JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id AND {family} \
                 WHERE {inside} AND f.status NOT IN {GONE} AND p.ended_reason IS NULL"
            )
        }
        Group::Child => {
            let (young, old) = (one.age_from.unwrap_or(0), one.age_to.unwrap_or(59));
            let latest = args.push(born_by(asked.until, u32::try_from(young).unwrap_or(0)));
            let earliest = args.push(born_by(asked.until, u32::try_from(old + 1).unwrap_or(60)));
            // Of one village: by its families. The days of birth would lead to all children of the district.
            let born = if asked.villages.0 == asked.villages.1 { "+p.birth_date" } else { "p.birth_date" };
            format!(
                "SELECT {columns}, p.person_id, p.name, {fact} AS fact FROM family_version f \
                 JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id AND {person} \
                 AND p.ended_reason IS NULL AND {born} > {earliest} AND {born} <= {latest} \
                 WHERE f.district_id = $1 AND {family} AND {inside} AND f.status NOT IN {GONE}"
            )
        }
        Group::Village => format!(
            "SELECT f.code AS village_code, {fact} AS fact FROM territory f WHERE f.district_id = $1 \
             AND f.level = 'village' AND f.valid_to IS NULL AND f.code BETWEEN {from} AND {to} AND {} > 0",
            names.never
        ),
        Group::Adolescent | Group::Couple | Group::Other => return None,
    };
    Some((sql, args))
}
