//! The fact of one row of a computation, as SQL: whether it holds for this person or family.

use asuh_growth::Indicator as Index;
use asuh_store::Args;

use super::computation::{Asked, Computation, Names};
use super::rules::{Group, after};

/// The family and the records that were merged into it: their visits and help are its own.
const FAMILIES: &str = "(SELECT f.family_id UNION ALL SELECT x.id FROM family x WHERE x.district_id = $1 \
     AND x.canonical_id = f.family_id)";
/// The person and the records that were merged into it.
const PERSONS: &str = "(SELECT p.person_id UNION ALL SELECT x.id FROM person x WHERE x.district_id = $1 \
     AND x.canonical_id = p.person_id)";
/// The fact of one row, as SQL: a scalar.
pub(super) fn fact(
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
