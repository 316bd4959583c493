//! The sheet of indicators (kind `indicator`): what goes out comes in again. A row is found by its code.

use std::collections::HashMap;

use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, ImportKind, ReadContext, Reading, RowCells, StagedRow, UndoStep, Verdict,
};
use asuh_ground::web::{Cell, Text};
use asuh_nusantara::{Language, Zone, name, number};
use asuh_store::{Fault, Id, Query, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::command::put;
use super::computation::Computation;
use super::facts::{Before, Facts};
use super::query::{self, Indicator};
use super::rules::{Better, Grain, Group, PeriodKind, Unit};
use super::targets::{Goal, put_targets};

/// The kind.
pub(crate) struct IndicatorSheet;

const COLUMNS: &[Column] = &[
    Column::required("code", &["Kode", "Kode Indikator"]),
    Column::required("name", &["Nama", "Nama Indikator", "Indikator"]),
    Column::optional("group", &["Sasaran", "Kelompok Sasaran"]),
    Column::optional("from", &["Umur Dari (bulan)", "Umur Dari"]),
    Column::optional("to", &["Umur Sampai (bulan)", "Umur Sampai"]),
    Column::required("numerator", &["Pembilang", "Numerator"]),
    Column::optional("denominator", &["Penyebut", "Denominator"]),
    Column::optional("unit", &["Satuan"]),
    Column::optional("better", &["Arah", "Makin Baik Bila"]),
    Column::optional("computation", &["Hitungan", "Dihitung Dari"]),
    Column::optional("question", &["Pertanyaan Kunjungan", "Pertanyaan"]),
    Column::optional("office", &["OPD Pengampu", "OPD", "Perangkat Daerah"]),
    Column::optional("source", &["Sumber Data", "Sumber"]),
    Column::optional("period", &["Periode"]),
    Column::optional("grain", &["Tingkat", "Wilayah Terkecil"]),
    Column::optional("kind", &["Jenis Intervensi", "Jenis"]),
    Column::optional("confirm", &["Perlu Dicocokkan", "Catatan"]),
    Column::optional("sets", &["Kelompok Indikator", "Kelompok"]),
    Column::optional("targets", &["Target"]),
];

/// What a row says: what the sheet leaves out stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    facts: Facts,
    office: Option<String>,
    /// Targets of the district as a whole; none: nothing is said of them.
    goals: Option<Vec<(String, i64, i64)>>,
    has_sets: bool,
}

/// The words of a code in both languages.
fn word(prefix: &str, code: &str) -> [String; 2] {
    [Language::Indonesian, Language::English].map(|language| {
        Text::new(language, Zone::Wib).t(&format!("convergence.{prefix}.{code}")).into_owned()
    })
}

/// The code that a cell names, by itself or by its words.
fn coded<T: Copy>(row: &mut RowCells<'_>, field: &str, prefix: &str, all: &[(T, &str)], none: T) -> T {
    let Some(said) = row.text(field) else { return none };
    let key = name::search_key(&said);
    let fits = |code: &str| {
        code == said.to_lowercase() || word(prefix, code).iter().any(|word| name::search_key(word) == key)
    };
    match all.iter().find(|(_, code)| fits(code)) {
        Some((one, _)) => *one,
        None => {
            row.error(field, "convergence.import.not_a_word");
            none
        }
    }
}

/// "perpres-a=1; ansit-29=10"
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let part = |part: &str| {
        part.split_once('=').map(|(set, nth)| (set.trim().to_lowercase(), nth.trim().to_owned()))
    };
    text.split([';', ',']).map(str::trim).filter(|text| !text.is_empty()).map(part).collect()
}

/// "perpres-a 2024 90; nasional 2025 18,8"
fn goals(text: &str) -> Option<Vec<(String, i64, i64)>> {
    let part = |part: &str| {
        let mut words = part.split_whitespace();
        let (set, year, target) = (words.next()?, words.next()?, words.next()?);
        Some((set.to_lowercase(), year.parse().ok()?, number::parse_decimal(target, 2).ok()?))
    };
    text.split(';').map(str::trim).filter(|text| !text.is_empty()).map(part).collect()
}

impl ImportKind for IndicatorSheet {
    fn code(&self) -> &'static str {
        "indicator"
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::DistrictAdmin, Role::DistrictPlanner]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn personal(&self) -> bool {
        false
    }

    fn read(&self, _cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        macro_rules! word_of {
            ($type:ident, $field:literal, $none:expr) => {{
                let all: Vec<($type, &str)> = $type::ALL.iter().map(|one| (*one, one.code())).collect();
                coded(row, $field, $field, &all, $none)
            }};
        }
        let (code, title) = (row.required("code"), row.required("name"));
        let numerator = row.required("numerator");
        let group = word_of!(Group, "group", Group::Other);
        let unit = word_of!(Unit, "unit", Unit::Percent);
        let better = word_of!(Better, "better", Better::Higher);
        let period = word_of!(PeriodKind, "period", PeriodKind::Semester);
        let grain = word_of!(Grain, "grain", Grain::Village);
        let kinds = [("direct", "direct"), ("indirect", "indirect"), ("support", "support"), ("", "")];
        let kind = coded(row, "kind", "kind", &kinds, "");
        let how: Vec<(Option<Computation>, &str)> =
            Computation::ALL.iter().map(|one| (Some(*one), one.code())).collect();
        let computation = coded(row, "computation", "computation", &how, None);
        let (from, to) = (row.count("from"), row.count("to"));
        let age = |age: Option<i64>| age.and_then(|age| u32::try_from(age).ok());
        let sets = row.text("sets").map(|text| pairs(&text));
        if matches!(sets, Some(None)) {
            row.error("sets", "convergence.import.sets");
        }
        let targets = row.text("targets").map(|text| goals(&text));
        if matches!(targets, Some(None)) {
            row.error("targets", "convergence.import.targets");
        }
        let (Some(code), Some(title), Some(numerator)) = (code, title, numerator) else {
            return Reading::nothing();
        };
        let facts = Facts {
            code: code.to_lowercase(),
            name: title,
            group,
            ages: age(from).zip(age(to)),
            numerator,
            denominator: row.text("denominator").unwrap_or_default(),
            unit,
            better,
            computation,
            question: row.text("question").map(|text| text.replace(" ## ", "\n")).unwrap_or_default(),
            office: None,
            source: row.text("source").unwrap_or_default(),
            period,
            grain,
            kind: kind.to_owned(),
            confirm: row.text("confirm").unwrap_or_default(),
            sets: sets.flatten().unwrap_or_default(),
        };
        if let Some(refusal) = facts.refusal() {
            let field = match refusal.field.as_deref() {
                Some("kode") => "code",
                Some("penyebut") => "denominator",
                Some("umur_sampai") => "to",
                Some("pertanyaan") => "question",
                _ => "computation",
            };
            row.error(field, &refusal.code);
        }
        let key = facts.code.clone();
        let record = Record {
            facts,
            office: row.text("office"),
            goals: row.has("targets").then(|| targets.flatten().unwrap_or_default()),
            has_sets: row.has("sets"),
        };
        Reading::of(&record, Some(key))
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let known = Known::load(app.store.reader(), cx).await?;
            for row in rows.iter_mut() {
                let record: Record = row.get()?;
                if let Some(office) = record.office.as_ref().filter(|office| known.office(office).is_none()) {
                    row.warn("office", "convergence.import.office", office.clone());
                }
                let unknown = record.facts.sets.iter().map(|(set, _)| set);
                let unknown = unknown.chain(record.goals.iter().flatten().map(|(set, ..)| set));
                if let Some(set) = unknown.into_iter().find(|set| !known.sets.contains(set)) {
                    row.error("sets", "convergence.import.unknown_set", set.clone());
                }
                let before = known.before.get(&record.facts.code);
                row.subject = before.map(|(id, _)| *id);
                if row.verdict != Verdict::Error {
                    row.verdict = known.verdict(&record);
                }
            }
            Ok(())
        })
    }

    fn commit<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Changing<'a, ()> {
        Box::pin(async move {
            let known = Known::load(tx, cx).await?;
            for row in rows.iter_mut() {
                let record: Record = row.get()?;
                row.verdict = known.verdict(&record);
                if row.verdict == Verdict::Same {
                    continue;
                }
                let (facts, goals) = known.resolved(&record);
                let id = known.before.get(&facts.code).map(|(id, _)| *id);
                let id = put(tx, id, &facts, Some(cx.batch)).await?;
                put_targets(tx, id, &goals).await?;
                row.subject = Some(id);
            }
            Ok(())
        })
    }

    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        Box::pin(undo(tx, cx, after, self.chunk()))
    }

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(record) = row.get::<Record>() else { return Vec::new() };
        let title = |key: &str| text.t(&format!("convergence.indicator.{key}")).into_owned();
        vec![
            (title("code"), record.facts.code),
            (title("name"), record.facts.name),
            (title("numerator"), record.facts.numerator),
            (title("denominator"), record.facts.denominator),
            (title("office"), record.office.unwrap_or_default()),
        ]
    }
}

/// What the district has: some hundred indicators, and its offices by name.
struct Known {
    before: HashMap<String, (Id, Before)>,
    sets: Vec<String>,
    offices: HashMap<String, Id>,
    district: i64,
}

impl Known {
    async fn load(db: &impl Query, cx: &BatchContext) -> Result<Known, StoreError> {
        asuh_store::row_struct! { struct Office { id: Id, name_search: String } }
        let district = cx.district();
        let members = query::all_members(db, district).await?;
        let targets = query::all_targets(db, district).await?;
        let sets = query::sets(db, district).await?;
        let offices: Vec<Office> = db
            .all(
                "SELECT id, name_search FROM institution WHERE district_id = $1 AND valid_to IS NULL \
                 AND kind IN ('opd', 'puskesmas', 'other') ORDER BY id",
                args![district],
            )
            .await?;
        let before = |one: Indicator| {
            let of = |id: Id| move |row: &Id| *row == id;
            let members: Vec<_> =
                members.iter().filter(|row| of(one.id)(&row.indicator_id)).cloned().collect();
            let targets: Vec<_> =
                targets.iter().filter(|row| of(one.id)(&row.indicator_id)).cloned().collect();
            Some((one.code.clone(), (one.id, Before::of(&one, &members, &targets)?)))
        };
        Ok(Known {
            before: query::every(db, district).await?.into_iter().filter_map(before).collect(),
            sets: sets.into_iter().map(|set| set.code).collect(),
            offices: offices.into_iter().map(|office| (office.name_search, office.id)).collect(),
            district: cx.read.district_code.map_or(0, |code| code.as_i64()),
        })
    }

    fn office(&self, said: &str) -> Option<Id> {
        self.offices.get(&name::search_key(said)).copied()
    }

    /// The facts and targets of a row: what the sheet leaves out is as it was.
    fn resolved(&self, record: &Record) -> (Facts, Vec<Goal>) {
        let before = self.before.get(&record.facts.code).map(|(_, before)| before);
        let mut facts = record.facts.clone();
        facts.office = match &record.office {
            Some(said) => self.office(said),
            None => before.and_then(|before| before.facts.office),
        };
        if let (false, Some(before)) = (record.has_sets, before) {
            facts.sets = before.facts.sets.clone();
        }
        let mut goals: Vec<Goal> = Vec::new();
        if let Some(said) = &record.goals {
            let goal = |(set, year, target): &(String, i64, i64)| Goal {
                set: set.clone(),
                year: *year,
                territory: self.district,
                target: Some(*target),
            };
            goals = said.iter().map(goal).collect();
            let held = before.map(|before| before.goals.as_slice()).unwrap_or_default();
            let gone = held.iter().filter(|held| held.territory == self.district);
            let gone =
                gone.filter(|held| !said.iter().any(|(set, year, _)| *set == held.set && *year == held.year));
            goals.extend(gone.map(|held| Goal { target: None, ..held.clone() }));
        }
        (facts, goals)
    }

    fn verdict(&self, record: &Record) -> Verdict {
        let Some((_, before)) = self.before.get(&record.facts.code) else { return Verdict::New };
        let (facts, goals) = self.resolved(record);
        let sorted = |sets: &[(String, String)]| {
            let mut sets = sets.to_vec();
            sets.sort();
            sets
        };
        let same_facts = Facts { sets: Vec::new(), ..facts.clone() }
            == Facts { sets: Vec::new(), ..before.facts.clone() }
            && sorted(&facts.sets) == sorted(&before.facts.sets);
        let same_goals = goals.iter().all(|goal| before.goals.contains(goal));
        if same_facts && same_goals { Verdict::Same } else { Verdict::Changed }
    }
}

asuh_store::row_struct! { struct Written { id: Id, code: String, facts: Option<String> } }

/// Takes back a piece: what an indicator was before comes back; a new one goes, unless something was entered or planned
/// for it. Index: indicator_by_batch.
async fn undo(tx: &Tx<'_>, cx: &BatchContext, after: Option<&str>, most: usize) -> Result<UndoStep, Fault> {
    let from = after.and_then(|after| after.parse().ok()).unwrap_or(Id::SYSTEM);
    let written: Vec<Written> = tx
        .all(
            &format!(
                "SELECT i.id, i.code, (SELECT h.facts FROM indicator_history h WHERE h.district_id = i.district_id \
                 AND h.indicator_id = i.id AND h.batch_id = $2 ORDER BY h.superseded_at LIMIT 1) AS facts FROM indicator i \
                 WHERE i.district_id = $1 AND i.batch_id = $2 AND i.id > $3 ORDER BY i.id LIMIT {most}"
            ),
            args![tx.district(), cx.batch, from],
        )
        .await?;
    let next = (written.len() == most).then(|| written.last().map(|row| row.id.to_string())).flatten();
    let mut step = UndoStep { next, ..UndoStep::default() };
    let works: Vec<String> =
        cx.dependents_of("indicator").map(|reference| reference.points_to("i.id")).collect();
    let needed = if works.is_empty() { "1 = 0".to_owned() } else { works.join(" OR ") };
    for row in written {
        let args = args![tx.district(), row.id];
        let before = row.facts.as_deref().and_then(|facts| serde_json::from_str::<Before>(facts).ok());
        if let Some(before) = before {
            let held = query::targets(tx, tx.district(), row.id).await?;
            let mut goals = before.goals.clone();
            let added = held.iter().filter(|held| {
                !goals.iter().any(|goal| {
                    (goal.set.as_str(), goal.year, goal.territory)
                        == (held.set_code.as_str(), held.year, held.territory_code)
                })
            });
            let added: Vec<Goal> = added
                .map(|held| Goal {
                    set: held.set_code.clone(),
                    year: held.year,
                    territory: held.territory_code,
                    target: None,
                })
                .collect();
            goals.extend(added);
            put(tx, Some(row.id), &before.facts, None).await?;
            put_targets(tx, row.id, &goals).await?;
            tx.execute("UPDATE indicator SET batch_id = NULL WHERE district_id = $1 AND id = $2", args)
                .await?;
            step.undone += 1;
            continue;
        }
        let sql = format!(
            "SELECT COUNT(*) AS n FROM indicator i WHERE i.district_id = $1 AND i.id = $2 AND ({needed})"
        );
        if tx.number(&sql, args.clone()).await? > 0 {
            step.kept += 1;
            continue;
        }
        for table in [
            "indicator_member",
            "indicator_target",
            "indicator_cell",
            "indicator_computed",
            "indicator_history",
        ] {
            let sql = format!("DELETE FROM {table} WHERE district_id = $1 AND indicator_id = $2");
            tx.execute(&sql, args.clone()).await?;
        }
        tx.execute("DELETE FROM indicator WHERE district_id = $1 AND id = $2", args).await?;
        step.undone += 1;
    }
    Ok(step)
}

/// The columns of the sheet that goes out.
pub(super) fn headings() -> Vec<&'static str> {
    COLUMNS.iter().map(Column::title).collect()
}

/// A row of it, in Indonesian.
pub(super) fn cells(
    one: &Indicator,
    members: &[query::Member],
    targets: &[query::Target],
    district: i64,
) -> Vec<Cell> {
    let words = |prefix: &str, code: &str| {
        if code.is_empty() { Cell::Empty } else { Cell::Text(word(prefix, code)[0].clone()) }
    };
    let age = |age: Option<i64>| age.map_or(Cell::Empty, Cell::Number);
    let sets: Vec<String> = members
        .iter()
        .filter(|member| member.indicator_id == one.id)
        .map(|member| format!("{}={}", member.set_code, member.number))
        .collect();
    let targets: Vec<String> = targets
        .iter()
        .filter(|target| target.indicator_id == one.id && target.territory_code == district)
        .map(|target| {
            format!(
                "{} {} {}",
                target.set_code,
                target.year,
                number::fixed(Language::Indonesian, target.target, 2)
            )
        })
        .collect();
    vec![
        one.code.clone().into(),
        one.name.clone().into(),
        words("group", &one.target_group),
        age(one.age_from),
        age(one.age_to),
        one.numerator.clone().into(),
        one.denominator.clone().into(),
        words("unit", &one.unit),
        words("better", &one.better),
        words("computation", &one.computation),
        one.question.replace('\n', " ## ").into(),
        one.office.clone().unwrap_or_default().into(),
        one.source.clone().into(),
        words("period", &one.period),
        words("grain", &one.grain),
        words("kind", &one.kind),
        one.confirm.clone().into(),
        sets.join("; ").into(),
        targets.join("; ").into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_targets_are_read_as_they_are_written() {
        let sets = pairs("perpres-a=S1; ansit-29=21").unwrap();
        assert_eq!(
            sets,
            [("perpres-a".to_owned(), "S1".to_owned()), ("ansit-29".to_owned(), "21".to_owned())]
        );
        assert_eq!(pairs("perpres-a"), None);
        assert_eq!(pairs(""), Some(Vec::new()));
        let targets = goals("nasional 2025 18,8; nasional 2029 14,20").unwrap();
        assert_eq!(targets, [("nasional".to_owned(), 2025, 1880), ("nasional".to_owned(), 2029, 1420)]);
        assert_eq!(goals("nasional 2025"), None);
    }
}
