//! What changes indicators, sets and targets.

use std::collections::HashMap;

use asuh_nusantara::name;
use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::computation::Computation;
use super::query::{self, Indicator};
use super::rules::{Better, Grain, Group, PeriodKind, Unit};
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

/// What an indicator is, as a form or a row of a sheet says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its code; of one that is there already it is not changed.
    pub code: String,
    /// Its name in Indonesian, at most 200 characters.
    pub name: String,
    /// Whom it counts.
    pub group: Group,
    /// Completed months of life, from and to; for children.
    pub ages: Option<(u32, u32)>,
    /// In words, at most 300 characters.
    pub numerator: String,
    /// In words, at most 300 characters; may be empty for a count.
    pub denominator: String,
    /// What a value is.
    pub unit: Unit,
    /// Which way is good.
    pub better: Better,
    /// How it is computed; `None`: an office enters it.
    pub computation: Option<Computation>,
    /// The questions that the computation reads, one in a line.
    pub question: String,
    /// Who answers for it.
    pub office: Option<Id>,
    /// Where the numbers come from, at most 200 characters.
    pub source: String,
    /// How long its periods are.
    pub period: PeriodKind,
    /// The smallest place that has a value.
    pub grain: Grain,
    /// "direct", "indirect", "support" or empty.
    pub kind: String,
    /// What is to be confirmed, at most 200 characters.
    pub confirm: String,
    /// The sets that it is in, with its number in each.
    pub sets: Vec<(String, String)>,
}

impl Facts {
    /// What is wrong with it, by itself.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        let code_is_fine = !self.code.is_empty()
            && self.code.len() <= 40
            && self.code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !code_is_fine {
            return Some(Refusal::new("convergence.indicator.refused.code").field("kode"));
        }
        if self.name.trim().is_empty() {
            return Some(Refusal::new("web.error.required").field("nama"));
        }
        if self.numerator.trim().is_empty() {
            return Some(Refusal::new("web.error.required").field("pembilang"));
        }
        if self.unit == Unit::Percent && self.denominator.trim().is_empty() {
            return Some(Refusal::new("convergence.indicator.refused.denominator").field("penyebut"));
        }
        if self.ages.is_some_and(|(from, to)| from > to || to > 59) {
            return Some(Refusal::new("convergence.indicator.refused.ages").field("umur_sampai"));
        }
        let computation = self.computation?;
        if !computation.groups().contains(&self.group) {
            return Some(Refusal::new("convergence.indicator.refused.group").field("hitungan"));
        }
        if computation.asks() && self.question.trim().is_empty() {
            return Some(Refusal::new("convergence.indicator.refused.question").field("pertanyaan"));
        }
        if self.unit == Unit::Count {
            return Some(Refusal::new("convergence.indicator.refused.count").field("hitungan"));
        }
        None
    }
}

/// Writes a new indicator, or changes one: what it was stays beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutIndicator {
    /// Which; `None`: a new one.
    pub id: Option<Id>,
    /// What it is.
    pub facts: Facts,
}

impl Command for PutIndicator {
    const KIND: &'static str = "convergence.put_indicator";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if let Some(refusal) = self.facts.refusal() {
            return Err(refusal.into());
        }
        if let Some(office) = self.facts.office {
            let sql = "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2";
            if tx.number(sql, args![tx.district(), office]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("opd").into());
            }
        }
        let held = query::by_code(tx, tx.district(), &self.facts.code).await?;
        match self.id {
            None if held.is_some() => {
                return Err(Refusal::new("convergence.indicator.refused.known").field("kode").into());
            }
            Some(id) if held.as_ref().is_none_or(|held| held.id != id) => {
                return Err(Refusal::not_found().into());
            }
            _ => {}
        }
        put(tx, self.id, &self.facts, None).await
    }
}

/// Writes an indicator with its places in sets; the caller has looked at the facts and found which one it is.
pub(super) async fn put(tx: &Tx<'_>, id: Option<Id>, facts: &Facts, batch: Option<Id>) -> Result<Id, Fault> {
    let district = tx.district();
    let sets = query::sets(tx, district).await?;
    if let Some((unknown, _)) = facts.sets.iter().find(|(code, _)| sets.iter().all(|set| set.code != *code)) {
        return Err(Refusal::new("convergence.indicator.refused.set")
            .field("set")
            .arg("set", unknown)
            .into());
    }
    let indicator = id.unwrap_or_else(|| tx.new_id());
    let (from, to) = facts.ages.map_or((None, None), |(from, to)| (Some(from), Some(to)));
    let values = |mut args: asuh_store::Args| {
        args.push(facts.name.trim());
        args.push(name::search_key(&facts.name));
        args.push(facts.group.code());
        args.push(from);
        args.push(to);
        args.push(facts.numerator.trim());
        args.push(facts.denominator.trim());
        args.push(facts.unit.code());
        args.push(facts.better.code());
        args.push(facts.computation.map_or("", Computation::code));
        args.push(facts.question.trim());
        args.push(facts.office);
        args.push(facts.source.trim());
        args.push(facts.period.code());
        args.push(facts.grain.code());
        args.push(&facts.kind);
        args.push(facts.confirm.trim());
        args.push(batch);
        args.push(tx.now());
        args.push(tx.actor());
        args
    };
    if id.is_some() {
        remember(tx, indicator, batch).await?;
        tx.execute(
            "UPDATE indicator SET name = $3, name_search = $4, name_en = CASE WHEN name = $3 THEN name_en ELSE '' END, \
             target_group = $5, age_from = $6, age_to = $7, numerator = $8, denominator = $9, unit = $10, better = $11, \
             computation = $12, question = $13, office_id = $14, source = $15, period = $16, grain = $17, kind = $18, \
             confirm = $19, batch_id = COALESCE($20, batch_id), recorded_at = $21, recorded_by = $22, retired_at = NULL, \
             retired_reason = '' WHERE district_id = $1 AND id = $2",
            values(args![district, indicator]),
        )
        .await?;
    } else {
        let written = tx
            .execute(
                "INSERT INTO indicator (district_id, id, code, name, name_search, target_group, age_from, age_to, numerator, \
                 denominator, unit, better, computation, question, office_id, source, period, grain, kind, confirm, batch_id, \
                 recorded_at, recorded_by, name_en, office_tag, retired_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
                 $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, '', '', '') ON CONFLICT DO NOTHING",
                values(args![district, indicator, &facts.code]),
            )
            .await?;
        if written == 0 {
            return Err(Refusal::new("convergence.indicator.refused.known").field("kode").into());
        }
    }
    tx.execute(
        "DELETE FROM indicator_member WHERE district_id = $1 AND indicator_id = $2",
        args![district, indicator],
    )
    .await?;
    let members =
        facts.sets.iter().map(|(set, number)| args![district, set, indicator, number, position(number)]);
    let members: Vec<_> = members.collect();
    if !members.is_empty() {
        tx.insert_many(
            "INSERT INTO indicator_member (district_id, set_code, indicator_id, number, position) VALUES",
            "ON CONFLICT DO NOTHING",
            members,
        )
        .await?;
    }
    Ok(indicator)
}

/// What an indicator was with its targets, as it stands in its history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) facts: Facts,
    pub(super) goals: Vec<Goal>,
}

impl Before {
    /// An indicator as it stands, with the sets that it is in and the targets that hold.
    pub(super) fn of(
        one: &Indicator,
        members: &[query::Member],
        targets: &[query::Target],
    ) -> Option<Before> {
        let age = |age: Option<i64>| age.and_then(|age| u32::try_from(age).ok());
        let sets = members.iter().map(|member| (member.set_code.clone(), member.number.clone()));
        let goal = |target: &query::Target| Goal {
            set: target.set_code.clone(),
            year: target.year,
            territory: target.territory_code,
            target: Some(target.target),
        };
        let facts = Facts {
            code: one.code.clone(),
            name: one.name.clone(),
            group: Group::parse(&one.target_group)?,
            ages: age(one.age_from).zip(age(one.age_to)),
            numerator: one.numerator.clone(),
            denominator: one.denominator.clone(),
            unit: one.unit(),
            better: one.better(),
            computation: Computation::parse(&one.computation),
            question: one.question.clone(),
            office: one.office_id,
            source: one.source.clone(),
            period: one.period_kind(),
            grain: one.grain(),
            kind: one.kind.clone(),
            confirm: one.confirm.clone(),
            sets: sets.collect(),
        };
        Some(Before { facts, goals: targets.iter().map(goal).collect() })
    }
}

/// Keeps what an indicator is, before it is changed.
async fn remember(tx: &Tx<'_>, id: Id, batch: Option<Id>) -> Result<(), Fault> {
    let district = tx.district();
    let one = query::by_id(tx, district, id).await?.ok_or_else(Refusal::not_found)?;
    let members = query::memberships(tx, district, id).await?;
    let targets = query::targets(tx, district, id).await?;
    let before = Before::of(&one, &members, &targets);
    let facts = serde_json::to_string(&before).map_err(|error| StoreError::Shape(error.to_string()))?;
    tx.execute(
        "INSERT INTO indicator_history (district_id, indicator_id, superseded_at, command_id, name, numerator, \
         denominator, computation, facts, batch_id, recorded_at, recorded_by) \
         SELECT district_id, id, $3, $4, name, numerator, denominator, computation, $5, $6, recorded_at, recorded_by \
         FROM indicator WHERE district_id = $1 AND id = $2 ON CONFLICT DO NOTHING",
        args![district, id, tx.now(), tx.command_id(), facts, batch],
    )
    .await?;
    Ok(())
}

/// Takes an indicator out of use, with a reason, or into use again. Its values, targets and plans stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetireIndicator {
    /// Which.
    pub id: Id,
    /// Why, at most 300 characters; empty: it is used again.
    pub reason: String,
}

impl Command for RetireIndicator {
    const KIND: &'static str = "convergence.retire_indicator";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let reason = self.reason.trim();
        let at = (!reason.is_empty()).then(|| tx.now());
        let changed = tx
            .execute(
                "UPDATE indicator SET retired_at = $3, retired_reason = $4 WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.id, at, reason],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::not_found().into());
        }
        Ok(())
    }
}

/// Says whether what of a set is entered is reported by villages and offices.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskSet {
    /// The set.
    pub set: String,
    /// Whether it is asked for.
    pub asked: bool,
}

impl Command for AskSet {
    const KIND: &'static str = "convergence.ask_set";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let changed = tx
            .execute(
                "UPDATE indicator_set SET asked = $3 WHERE district_id = $1 AND code = $2",
                args![tx.district(), &self.set, self.asked],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::not_found().into());
        }
        Ok(())
    }
}

/// What an indicator of a set is to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// The set that says so.
    pub set: String,
    /// The year.
    pub year: i64,
    /// The place.
    pub territory: i64,
    /// Hundredths; `None` takes the target away.
    pub target: Option<i64>,
}

/// Sets targets of an indicator; those before stay beside them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutTargets {
    /// The indicator.
    pub indicator: Id,
    /// The targets.
    pub goals: Vec<Goal>,
}

impl Command for PutTargets {
    const KIND: &'static str = "convergence.put_targets";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = query::by_id(tx, tx.district(), self.indicator).await?;
        found.ok_or_else(Refusal::not_found)?;
        let code: Option<(i64,)> =
            tx.first("SELECT code FROM district WHERE id = $1", args![tx.district()]).await?;
        let sets = query::sets(tx, tx.district()).await?;
        for goal in &self.goals {
            if sets.iter().all(|set| set.code != goal.set) {
                return Err(Refusal::new("web.error.choose").field("set").into());
            }
            let inside = asuh_nusantara::TerritoryCode::from_i64(code.map_or(0, |row| row.0))
                .is_ok_and(|code| (code.range().0..=code.range().1).contains(&goal.territory));
            if !inside {
                return Err(Refusal::new("web.error.choose").field("wilayah").into());
            }
        }
        put_targets(tx, self.indicator, &self.goals).await?;
        Ok(())
    }
}

pub(super) async fn put_targets(tx: &Tx<'_>, indicator: Id, goals: &[Goal]) -> Result<(), StoreError> {
    let held = query::targets(tx, tx.district(), indicator).await?;
    for goal in goals {
        let before = held.iter().find(|target| {
            (target.set_code.as_str(), target.year, target.territory_code)
                == (goal.set.as_str(), goal.year, goal.territory)
        });
        if before.map(|target| target.target) == goal.target {
            continue;
        }
        tx.execute(
            "UPDATE indicator_target SET superseded_at = $6 WHERE district_id = $1 AND indicator_id = $2 \
             AND set_code = $3 AND year = $4 AND territory_code = $5 AND superseded_at = $7",
            args![tx.district(), indicator, &goal.set, goal.year, goal.territory, tx.now(), Instant::NEVER],
        )
        .await?;
        tx.execute(
            "INSERT INTO indicator_target (district_id, indicator_id, set_code, year, territory_code, recorded_at, \
             superseded_at, target, recorded_by, command_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                tx.district(),
                indicator,
                &goal.set,
                goal.year,
                goal.territory,
                tx.now(),
                Instant::NEVER,
                goal.target,
                tx.actor(),
                tx.command_id(),
            ],
        )
        .await?;
    }
    Ok(())
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

    #[test]
    fn what_contradicts_itself_is_refused() {
        let good = Facts {
            code: "asi-eksklusif".into(),
            name: "ASI eksklusif".into(),
            group: Group::Child,
            ages: Some((0, 5)),
            numerator: "Bayi dengan ASI saja".into(),
            denominator: "Bayi 0-5 bulan".into(),
            unit: Unit::Percent,
            better: Better::Higher,
            computation: Some(Computation::AnswerPeriod),
            question: "Hanya diberi ASI".into(),
            office: None,
            source: String::new(),
            period: PeriodKind::Quarter,
            grain: Grain::Village,
            kind: String::new(),
            confirm: String::new(),
            sets: Vec::new(),
        };
        assert_eq!(good.refusal(), None);
        let wrong = [
            (Facts { code: "ASI 1".into(), ..good.clone() }, "kode"),
            (Facts { name: " ".into(), ..good.clone() }, "nama"),
            (Facts { denominator: String::new(), ..good.clone() }, "penyebut"),
            (Facts { ages: Some((6, 5)), ..good.clone() }, "umur_sampai"),
            (Facts { group: Group::Village, ..good.clone() }, "hitungan"),
            (Facts { question: String::new(), ..good.clone() }, "pertanyaan"),
        ];
        for (facts, field) in wrong {
            assert_eq!(facts.refusal().and_then(|refusal| refusal.field), Some(field.to_owned()));
        }
    }
}
