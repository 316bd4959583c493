//! Taking the shipped sets and indicators into a district.

use std::collections::HashMap;

use asuh_nusantara::name;
use asuh_store::{Command, Fault, Id, Instant, Query, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::shipped;

/// Takes the shipped sets and indicators into the district: those whose codes it does not have yet. What it has stays as
/// it is, changed or retired.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeShipped {}

impl Command for TakeShipped {
    const KIND: &'static str = "convergence.take_shipped";
    /// How many indicators were taken.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let district = tx.district();
        let sets = shipped::sets().into_iter().zip(1_i64..).map(|(set, position)| {
            args![
                district,
                set.code,
                set.name,
                set.source,
                set.slots,
                position,
                set.asked,
                tx.now(),
                tx.actor()
            ]
        });
        tx.insert_many(
            "INSERT INTO indicator_set (district_id, code, name, source, slots, position, asked, recorded_at, recorded_by) VALUES",
            "ON CONFLICT (district_id, code) DO NOTHING",
            sets.collect(),
        )
        .await?;
        let known: Vec<(String,)> =
            tx.all("SELECT code FROM indicator WHERE district_id = $1", args![district]).await?;
        let offices = offices(tx).await?;
        let code: Option<(i64,)> =
            tx.first("SELECT code FROM district WHERE id = $1", args![district]).await?;
        let code = code.map_or(0, |row| row.0);
        let (mut indicators, mut members, mut targets) = (Vec::new(), Vec::new(), Vec::new());
        for one in shipped::indicators() {
            let facts = &one.indicator;
            if known.iter().any(|row| row.0 == facts.code) {
                continue;
            }
            let id = tx.new_id();
            let office = offices.get(facts.office_tag.as_str()).copied();
            indicators.push(args![
                district,
                id,
                &facts.code,
                &facts.name,
                name::search_key(&facts.name),
                &facts.name_en,
                &facts.target_group,
                facts.age_from,
                facts.age_to,
                &facts.numerator,
                &facts.denominator,
                &facts.unit,
                &facts.better,
                &facts.computation,
                &facts.question,
                office,
                &facts.office_tag,
                &facts.source,
                &facts.period,
                &facts.grain,
                &facts.kind,
                &facts.confirm,
                tx.now(),
                tx.actor(),
                "",
            ]);
            for (set, number) in &one.sets {
                members.push(args![district, *set, id, *number, position(number)]);
            }
            for (set, year, target) in &one.targets {
                targets.push(args![
                    district,
                    id,
                    *set,
                    *year,
                    code,
                    tx.now(),
                    Instant::NEVER,
                    *target,
                    tx.actor(),
                    tx.command_id(),
                ]);
            }
        }
        let taken = indicators.len() as i64;
        if taken == 0 {
            return Ok(0);
        }
        tx.insert_many(
            "INSERT INTO indicator (district_id, id, code, name, name_search, name_en, target_group, age_from, age_to, \
             numerator, denominator, unit, better, computation, question, office_id, office_tag, source, period, grain, kind, \
             confirm, recorded_at, recorded_by, retired_reason) VALUES",
            "",
            indicators,
        )
        .await?;
        tx.insert_many(
            "INSERT INTO indicator_member (district_id, set_code, indicator_id, number, position) VALUES",
            "",
            members,
        )
        .await?;
        tx.insert_many(
            "INSERT INTO indicator_target (district_id, indicator_id, set_code, year, territory_code, recorded_at, \
             superseded_at, target, recorded_by, command_id) VALUES",
            "",
            targets,
        )
        .await?;
        Ok(taken)
    }
}

/// The place of a number within a set: 'H2' before 'A1' before 'P1', '9' before '10', 'S1' after them.
pub(super) fn position(number: &str) -> i64 {
    let letter: String = number.chars().take_while(|c| c.is_alphabetic()).collect();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let group = match letter.as_str() {
        "" => 0,
        "H" => 1,
        "A" => 2,
        "P" => 3,
        _ => 4,
    };
    group * 1000 + digits.parse::<i64>().unwrap_or(0).min(999)
}

/// What the offices behind the shipped tags are usually called, as they are searched.
const USUALLY: [(&str, &str); 10] = [
    ("dinkes", "dinas kesehatan"),
    ("dinsos", "sosial"),
    ("pupr", "pekerjaan umum"),
    ("kominfo", "komunikasi"),
    ("dikbud", "dinas pendidikan"),
    ("dukcapil", "pencatatan sipil"),
    ("kemenag", "kementerian agama"),
    ("pangan", "ketahanan pangan"),
    ("perikanan", "perikanan"),
    ("opd_kb", "keluarga berencana"),
];

/// Open offices by the tags that they carry, else by their usual names; what fits several is nobody's.
async fn offices(tx: &Tx<'_>) -> Result<HashMap<String, Id>, StoreError> {
    asuh_store::row_struct! { struct Office { id: Id, tags: String, name_search: String } }
    let all: Vec<Office> = tx
        .all(
            "SELECT id, tags, name_search FROM institution WHERE district_id = $1 AND valid_to IS NULL \
             AND kind IN ('opd', 'other') AND parent_id IS NULL ORDER BY id",
            args![tx.district()],
        )
        .await?;
    let only = |fits: &dyn Fn(&Office) -> bool| {
        let mut found = all.iter().filter(|office| fits(office)).map(|office| office.id);
        found.next().filter(|_| found.next().is_none())
    };
    let mut found = HashMap::new();
    for (tag, name) in USUALLY {
        let tagged = only(&|office| office.tags.split_whitespace().any(|own| own == tag));
        if let Some(id) = tagged.or_else(|| only(&|office| office.name_search.contains(name))) {
            found.insert(tag.to_owned(), id);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_the_order_of_their_list() {
        let mut numbers = ["S11", "P1", "10", "A2", "H1", "9", "A10", "S2"];
        numbers.sort_by_key(|number| position(number));
        assert_eq!(numbers, ["9", "10", "H1", "A2", "A10", "P1", "S2", "S11"]);
    }
}
