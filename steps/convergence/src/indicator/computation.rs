//! What can be computed from the district's own rows, and how: for each person or family whether it holds.
//!
//! Every computation is one statement whose rows are the people it counts ([`rows`]). A number is the sum of these rows
//! and a drill-down is a page of them, so that they cannot differ.

use asuh_ground::codes;
use asuh_growth::Indicator as Index;
use asuh_store::{Args, DistrictId, Instant};
use time::Date;

use super::query::Indicator;
use super::rules::{Group, Period, after, born_by};

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
struct Names {
    never: String,
    from: String,
    to: String,
    first: String,
    until: String,
    as_of: Option<String>,
}

impl Names {
    /// That a version was held true: now, or as of the instant.
    fn holds(&self, alias: &str) -> String {
        match &self.as_of {
            None => format!("{alias}.superseded_at = {}", self.never),
            Some(at) => format!("{alias}.superseded_at > {at} AND {alias}.recorded_at <= {at}"),
        }
    }

    /// That something was recorded by then, by this column.
    fn known(&self, column: &str) -> String {
        self.as_of.as_ref().map(|at| format!(" AND {column} <= {at}")).unwrap_or_default()
    }

    /// That a fact stands: recorded by then and not taken back by then.
    fn stands(&self, alias: &str) -> String {
        match &self.as_of {
            None => format!("{alias}.retracted_at IS NULL"),
            Some(at) => format!(
                "{alias}.recorded_at <= {at} AND ({alias}.retracted_at IS NULL OR {alias}.retracted_at > {at})"
            ),
        }
    }
}

/// The family and the records that were merged into it: their visits and help are its own.
const FAMILIES: &str = "(SELECT f.family_id UNION ALL SELECT x.id FROM family x WHERE x.district_id = $1 \
     AND x.canonical_id = f.family_id)";
/// The person and the records that were merged into it.
const PERSONS: &str = "(SELECT p.person_id UNION ALL SELECT x.id FROM person x WHERE x.district_id = $1 \
     AND x.canonical_id = p.person_id)";
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
            format!(
                "SELECT {columns}, p.person_id, p.name, {fact} AS fact FROM family_version f \
                 JOIN person_version p ON p.district_id = f.district_id AND p.family_id = f.family_id AND {person} \
                 AND p.ended_reason IS NULL AND p.birth_date > {earliest} AND p.birth_date <= {latest} \
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

/// The fact of one row, as SQL: a scalar.
fn fact(
    computation: Computation,
    group: Group,
    names: &Names,
    asked: &Asked,
    questions: &[String],
    args: &mut Args,
) -> String {
    use Computation as C;
    let Names { first, until, .. } = names;
    match computation {
        C::KrsShare => "CASE WHEN f.krs = 1 THEN 1 ELSE 0 END".to_owned(),
        C::Water => "CASE f.poor_water WHEN 0 THEN 1 WHEN 1 THEN 0 END".to_owned(),
        C::Latrine => "CASE f.poor_latrine WHEN 0 THEN 1 WHEN 1 THEN 0 END".to_owned(),
        C::Mentored => {
            format!("CASE WHEN EXISTS ({}) THEN 1 ELSE 0 END", visits(names, "1", ""))
        }
        C::AdvisedMonthly => {
            monthly(asked, &visits(names, MONTHS_VISITED, " AND v.advice_sealed IS NOT NULL"))
        }
        C::VisitedMonthlyThin => {
            let thin = last_answer(names, group, questions, args, false);
            let visited = monthly(asked, &visits(names, MONTHS_VISITED, ""));
            format!("CASE WHEN COALESCE({thin}, 1) <> 0 THEN 2 ELSE {visited} END")
        }
        C::VisitedMonthlyIll => {
            let ill = ill(names);
            let visited = monthly(asked, &visits(names, MONTHS_VISITED, ""));
            format!("CASE WHEN COALESCE({ill}, 0) <> 1 THEN 2 ELSE {visited} END")
        }
        C::Weighed => measured(names, "m.weight_g > 0", first),
        C::Measured => measured(names, "m.weight_g > 0 AND m.height_mm > 0", first),
        C::MeasuredTwice => {
            let year = args.push(after(asked.until, -11));
            format!(
                "CASE WHEN (SELECT COUNT(DISTINCT m.measured_on) FROM measurement m WHERE {} AND m.height_mm > 0) >= 2 \
                 THEN 1 ELSE 0 END",
                of_child(names, &year)
            )
        }
        C::WeighedMonthly => {
            // From the month of the birth on, where that lies within the period.
            let months = asked.period.months_until(asked.until);
            let needed: Vec<String> = months
                .iter()
                .rev()
                .map(|month| format!("p.birth_date < {}", args.push(after(*month, 1))))
                .collect();
            let needed = needed.iter().map(|born| format!("CASE WHEN {born} THEN 1 ELSE 0 END"));
            format!(
                "CASE WHEN (SELECT COUNT(DISTINCT m.measured_on / 100) FROM measurement m WHERE {} AND m.weight_g > 0) \
                 >= ({}) THEN 1 ELSE 0 END",
                of_child(names, first),
                needed.collect::<Vec<_>>().join(" + ")
            )
        }
        C::Gained => {
            latest(names, "CASE m.own_gain WHEN 'N' THEN 1 ELSE 0 END", "m.own_gain IN ('N', 'T')", first)
        }
        C::Stunted => ours(names, "haz", Index::LengthForAge, args),
        C::Wasted => ours(names, "whz", Index::WeightForLength, args),
        C::Underweight => ours(names, "waz", Index::WeightForAge, args),
        C::StuntedFile => printed(names, "file_haz"),
        C::WastedFile => printed(names, "file_whz"),
        C::UnderweightFile => printed(names, "file_waz"),
        C::SevereTreated => {
            let severe = latest(
                names,
                "CASE WHEN m.oedema > 0 OR m.whz < -300 THEN 1 ELSE 0 END",
                "(m.whz IS NOT NULL OR m.oedema > 0)",
                first,
            );
            let sent = format!(
                "SELECT 1 FROM referral r WHERE r.district_id = $1 AND r.family_id IN {FAMILIES} \
                 AND r.person_id IN {PERSONS} AND r.sent_on <= {until} \
                 AND (r.sent_on >= {first} OR r.answer_by IS NOT NULL) AND r.state <> 'withdrawn'{}",
                names.known("r.recorded_at")
            );
            format!("CASE WHEN COALESCE({severe}, 0) <> 1 THEN 2 WHEN EXISTS ({sent}) THEN 1 ELSE 0 END")
        }
        C::Fed => {
            let thin = latest(
                names,
                "CASE WHEN m.whz < -200 AND m.whz >= -300 AND m.oedema = 0 THEN 1 ELSE 0 END",
                "m.whz IS NOT NULL",
                first,
            );
            format!(
                "CASE WHEN COALESCE({thin}, 0) <> 1 THEN 2 WHEN EXISTS ({}) THEN 1 ELSE 0 END",
                ate(names)
            )
        }
        C::FedThin => {
            let thin = last_answer(names, group, questions, args, false);
            format!(
                "CASE WHEN COALESCE({thin}, 1) <> 0 THEN 2 WHEN EXISTS ({}) THEN 1 ELSE 0 END",
                ate(names)
            )
        }
        C::FedFinished => format!(
            "COALESCE((SELECT MAX(CASE WHEN e.state IN ('recovered', 'gaining') THEN 1 ELSE 0 END) FROM meal_enrolment e \
             WHERE e.district_id = $1 AND e.person_id IN {PERSONS} AND e.ended_on BETWEEN {first} AND {until}{}), 2)",
            names.known("e.ended_at")
        ),
        C::Answer => last_answer(names, group, questions, args, false),
        C::AnswerPeriod => last_answer(names, group, questions, args, true),
        C::AnswerHousehold => last_answer(names, Group::Household, questions, args, false),
        C::AnswerMonthly => {
            let list = args.push_list(questions.iter());
            monthly(
                asked,
                &format!(
                    "SELECT COUNT(DISTINCT v.visited_on / 100) FROM visit v JOIN visit_answer a \
                     ON a.district_id = v.district_id AND a.visit_id = v.id AND a.question IN ({list}) \
                     AND a.answer = 'yes' AND a.person_id IN {PERSONS} \
                     WHERE v.district_id = $1 AND v.family_id IN {FAMILIES} \
                     AND v.visited_on BETWEEN {first} AND {until} AND {}",
                    names.stands("v")
                ),
            )
        }
        C::Fostered => format!(
            "CASE WHEN EXISTS (SELECT 1 FROM sponsor_pair s WHERE s.district_id = $1 AND s.person_id IN {PERSONS} \
             AND s.valid_from <= {until} AND (s.valid_to IS NULL OR s.valid_to >= {until}){}) THEN 1 ELSE 0 END",
            names.known("s.made_at")
        ),
        C::Released => {
            let packed = format!(
                "SELECT 1 FROM package k WHERE k.district_id = $1 AND k.family_id IN {FAMILIES} \
                 AND k.week_of BETWEEN {first} AND {until} AND k.state IN ('packed', 'delivered', 'undeliverable'){}",
                names.known("k.changed_at")
            );
            let sent = format!(
                "SELECT 1 FROM cash_payment c JOIN cash_attempt t ON t.district_id = c.district_id AND t.payment_id = c.id \
                 JOIN cash_plan l ON l.district_id = c.district_id AND l.id = c.plan_id \
                 WHERE c.district_id = $1 AND c.family_id IN {FAMILIES} AND t.sent_on BETWEEN {first} AND {until}{}",
                names.known("l.released_at")
            );
            format!("CASE WHEN EXISTS ({packed}) OR EXISTS ({sent}) THEN 1 ELSE 0 END")
        }
        C::Received => {
            let delivered = format!(
                "SELECT 1 FROM package k WHERE k.district_id = $1 AND k.family_id IN {FAMILIES} \
                 AND k.state = 'delivered' AND k.delivered_on BETWEEN {first} AND {until}{}",
                names.known("k.changed_at")
            );
            let paid = format!(
                "SELECT 1 FROM cash_payment c JOIN cash_attempt t ON t.district_id = c.district_id AND t.payment_id = c.id \
                 WHERE c.district_id = $1 AND c.family_id IN {FAMILIES} AND t.paid > 0 \
                 AND t.decided_on BETWEEN {first} AND {until}{}",
                names.known("t.decided_at")
            );
            format!("CASE WHEN EXISTS ({delivered}) OR EXISTS ({paid}) THEN 1 ELSE 0 END")
        }
        C::VillageVisited => format!(
            "CASE WHEN EXISTS (SELECT 1 FROM family_version g JOIN visit v ON v.district_id = g.district_id \
             AND v.family_id = g.family_id AND v.visited_on BETWEEN {first} AND {until} AND {} \
             WHERE g.district_id = $1 AND {} AND g.village_code = f.code) THEN 1 ELSE 0 END",
            names.stands("v"),
            names.holds("g")
        ),
    }
}

const MONTHS_VISITED: &str = "COUNT(DISTINCT v.visited_on / 100)";

/// The visits to a family within the period.
fn visits(names: &Names, what: &str, more: &str) -> String {
    let Names { first, until, .. } = names;
    format!(
        "SELECT {what} FROM visit v WHERE v.district_id = $1 AND v.family_id IN {FAMILIES} \
         AND v.visited_on BETWEEN {first} AND {until} AND {}{more}",
        names.stands("v")
    )
}

/// Whether a count of months is that of all months of the period that have begun.
fn monthly(asked: &Asked, count: &str) -> String {
    let months = asked.period.months_until(asked.until).len();
    format!("CASE WHEN ({count}) >= {months} THEN 1 ELSE 0 END")
}

/// A child's measurements from a day on, as a condition for `m`.
fn of_child(names: &Names, from: &str) -> String {
    let until = &names.until;
    format!(
        "m.district_id = $1 AND m.person_id = p.person_id AND m.measured_on BETWEEN {from} AND {until} AND {}",
        names.stands("m")
    )
}

fn measured(names: &Names, what: &str, first: &str) -> String {
    format!(
        "CASE WHEN EXISTS (SELECT 1 FROM measurement m WHERE {} AND {what}) THEN 1 ELSE 0 END",
        of_child(names, first)
    )
}

/// What the last measurement since a day says of which something can be said.
fn latest(names: &Names, says: &str, can: &str, from: &str) -> String {
    format!(
        "(SELECT {says} FROM measurement m WHERE {} AND {can} \
         ORDER BY m.measured_on DESC, m.recorded_at DESC, m.id DESC LIMIT 1)",
        of_child(names, from)
    )
}

/// Below -2 by our own z-score, where WHO's limits let it be one.
fn ours(names: &Names, column: &str, index: Index, args: &mut Args) -> String {
    let limits = index.limits();
    let (low, high) = (args.push((limits.low * 100.0) as i64), args.push((limits.high * 100.0) as i64));
    let plausible = format!("m.{column} BETWEEN {low} AND {high}");
    // Oedema is severe wasting whatever the weight.
    let (says, can) = match column {
        "whz" => (
            "CASE WHEN m.oedema > 0 OR m.whz < -200 THEN 1 ELSE 0 END".to_owned(),
            format!("({plausible} OR m.oedema > 0)"),
        ),
        _ => (format!("CASE WHEN m.{column} < -200 THEN 1 ELSE 0 END"), plausible),
    };
    latest(names, &says, &can, &names.first)
}

/// Below -2 as the file prints it.
fn printed(names: &Names, column: &str) -> String {
    let says = format!("CASE WHEN m.{column} < -200 THEN 1 ELSE 0 END");
    latest(names, &says, &format!("m.source = 'eppgbm' AND m.{column} IS NOT NULL"), &names.first)
}

/// Whether the last measurement by the end of the period finds a child stunted or wasted.
fn ill(names: &Names) -> String {
    latest(
        names,
        "CASE WHEN m.haz < -200 OR m.whz < -200 OR m.oedema > 0 THEN 1 ELSE 0 END",
        "(m.haz IS NOT NULL OR m.whz IS NOT NULL OR m.oedema > 0)",
        "0",
    )
}

/// The last answer by the end of the period: 1 yes, 0 no, 2 it does not apply, NULL nobody asked.
fn last_answer(names: &Names, group: Group, questions: &[String], args: &mut Args, within: bool) -> String {
    let Names { first, until, .. } = names;
    let list = args.push_list(questions.iter());
    let whose = match group {
        Group::Household => "a.person_id IS NULL".to_owned(),
        _ => format!("a.person_id IN {PERSONS}"),
    };
    let since = if within { format!(" AND v.visited_on >= {first}") } else { String::new() };
    format!(
        "(SELECT CASE a.answer WHEN 'yes' THEN 1 WHEN 'no' THEN 0 ELSE 2 END FROM visit v \
         JOIN visit_answer a ON a.district_id = v.district_id AND a.visit_id = v.id AND a.question IN ({list}) \
         AND a.answer IN ('yes', 'no', 'not_applicable') AND {whose} \
         WHERE v.district_id = $1 AND v.family_id IN {FAMILIES} AND v.visited_on <= {until}{since} AND {} \
         ORDER BY v.visited_on DESC, v.recorded_at DESC, v.id DESC, a.nth DESC LIMIT 1)",
        names.stands("v")
    )
}

/// The portions of supplementary food that a person ate within the period.
fn ate(names: &Names) -> String {
    let Names { first, until, .. } = names;
    format!(
        "SELECT 1 FROM meal_serving s WHERE s.district_id = $1 AND s.family_id IN {FAMILIES} \
         AND s.person_id IN {PERSONS} AND s.for_day BETWEEN {first} AND {until} AND s.mark IN ('all', 'half'){}",
        names.known("s.marked_at")
    )
}
