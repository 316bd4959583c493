//! BKKBN's list of families at risk of stunting (KRS, from the family data collection PK): one row is one
//! family, not one child. Columns: domain study 2.3; district copies differ, so every column has many names.

mod columns;

use std::collections::HashSet;

use asuh_nusantara::{Nik, NikWarning, Sex, TerritoryCode, name};
use asuh_store::{Id, Tx};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::record::{self, Entry, FamilyFacts, Origin, PersonFacts, Relation};
use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, Identifier, ImportKind, ReadContext, Reading, RowCells, StagedRow, Stake,
    UndoStep,
};
use asuh_ground::web::Text;

use super::villages::{Said, Villages, place_key};
use columns::COLUMNS;

/// Where its facts come from.
const SOURCE: &str = "krs";

/// The kind `krs`.
pub(super) struct Krs;

/// What a row says, before and after its village is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    said: Said,
    facts: Facts,
    persons: Vec<PersonFacts>,
}

/// The facts without the village.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Facts {
    hamlet: Option<String>,
    rw: Option<String>,
    rt: Option<String>,
    head_name: Option<String>,
    kki: Option<String>,
    kk: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    krs: Option<bool>,
    poor_water: Option<bool>,
    poor_latrine: Option<bool>,
    too_young: Option<bool>,
    too_old: Option<bool>,
    too_close: Option<bool>,
    too_many: Option<bool>,
    no_modern_contraception: Option<bool>,
    pregnant: Option<bool>,
    has_under_two: Option<bool>,
    has_two_to_five: Option<bool>,
    desil: Option<i64>,
}

impl Line {
    fn entry(&self, village: TerritoryCode) -> Entry {
        let facts = self.facts.clone();
        let family = FamilyFacts {
            hamlet: facts.hamlet,
            rw: facts.rw,
            rt: facts.rt,
            head_name: facts.head_name,
            kki: facts.kki,
            kk: facts.kk,
            address: facts.address,
            phone: facts.phone,
            krs: facts.krs,
            poor_water: facts.poor_water,
            poor_latrine: facts.poor_latrine,
            too_young: facts.too_young,
            too_old: facts.too_old,
            too_close: facts.too_close,
            too_many: facts.too_many,
            no_modern_contraception: facts.no_modern_contraception,
            pregnant: facts.pregnant,
            has_under_two: facts.has_under_two,
            has_two_to_five: facts.has_two_to_five,
            desil: facts.desil,
            desil_source: facts.desil.map(|_| SOURCE.to_owned()),
            ..FamilyFacts::in_village(village)
        };
        Entry { family, persons: self.persons.clone() }
    }
}

impl ImportKind for Krs {
    fn code(&self) -> &'static str {
        "krs"
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::ListKeeper, Role::DistrictAdmin]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn missing(&self, found: &HashSet<&'static str>) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if !found.contains("head_name") {
            missing.push("Nama Kepala Keluarga");
        }
        if !found.contains("village_code") {
            if !found.contains("subdistrict") {
                missing.push("Kecamatan");
            }
            if !found.contains("village") {
                missing.push("Desa/Kelurahan");
            }
        }
        missing
    }

    fn read(&self, cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        let said = Said::read(row);
        if said.code.is_none() && !row.is_bad() {
            for field in ["subdistrict", "village"] {
                row.required(field);
            }
        }
        let head = person(cx, row, Relation::Head, "head_name", "head_nik", "head_birth", None);
        let wife = person(cx, row, Relation::Wife, "wife_name", "wife_nik", "wife_birth", Some(Sex::Female));
        if head.is_none() && !row.is_bad() {
            row.error("head_name", "staging.row.required");
        }
        let facts = Facts {
            hamlet: row.text("hamlet"),
            rw: row.rt_rw("rw"),
            rt: row.rt_rw("rt"),
            head_name: head.as_ref().map(|head| head.name.clone()),
            kki: row.text("kki").filter(|kki| kki.chars().any(|c| c.is_ascii_digit())),
            kk: row.family_card("kk").known().map(|kk| record::kk(&kk)),
            address: row.text("address"),
            phone: row.phone("phone").map(|phone| record::phone(&phone)),
            krs: risk(row, "krs"),
            poor_water: risk(row, "poor_water"),
            poor_latrine: risk(row, "poor_latrine"),
            too_young: row.flag("too_young"),
            too_old: row.flag("too_old"),
            too_close: row.flag("too_close"),
            too_many: row.flag("too_many"),
            no_modern_contraception: row.flag("no_contraception"),
            pregnant: row.flag("pregnant"),
            has_under_two: row.flag("under_two"),
            has_two_to_five: row.flag("two_to_five"),
            desil: rank(row),
        };
        if facts.pregnant == Some(true) && wife.is_none() {
            row.warn("pregnant", "registry_import.pregnant_without_wife");
        }
        let line = Line { said, facts, persons: head.into_iter().chain(wife).collect() };
        let key = key(&line);
        Reading::of(&line, Some(key))
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let villages = Villages::load(app.store.reader(), cx.district()).await?;
            let mut entries = Vec::with_capacity(rows.len());
            let mut places = Vec::with_capacity(rows.len());
            for (nth, row) in rows.iter_mut().enumerate() {
                let mut line: Line = row.get()?;
                let Some(code) = villages.find(&line.said, row) else { continue };
                if !cx.scope.reaches(code, line.facts.rw.as_deref().unwrap_or_default()) {
                    row.error(
                        "village",
                        "registry_import.outside_scope",
                        line.said.village.unwrap_or_default(),
                    );
                    continue;
                }
                line.said.code = Some(code);
                row.place = code.as_i64();
                row.set(&line)?;
                entries.push(line.entry(code));
                places.push(nth);
            }
            let found =
                record::compare(app.store.reader(), app.store.secrets(), cx.district(), &entries).await?;
            for (nth, found) in places.into_iter().zip(found) {
                rows[nth].subject = found.family;
                rows[nth].verdict = found.change.into();
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
            let origin = Origin { source: SOURCE, batch: Some(cx.batch), valid_from: cx.as_of };
            let mut entries = Vec::with_capacity(rows.len());
            let mut places = Vec::with_capacity(rows.len());
            for (nth, row) in rows.iter_mut().enumerate() {
                let line: Line = row.get()?;
                match line.said.code {
                    Some(code) if cx.scope.reaches(code, line.facts.rw.as_deref().unwrap_or_default()) => {
                        entries.push(line.entry(code));
                        places.push(nth);
                    }
                    _ => row.error(
                        "village",
                        "registry_import.outside_scope",
                        line.said.village.unwrap_or_default(),
                    ),
                }
            }
            let written = record::write(tx, &origin, &entries).await?;
            let mut pregnancies: Vec<(Id, bool)> = Vec::new();
            for ((nth, entry), written) in places.into_iter().zip(&entries).zip(written) {
                rows[nth].subject = Some(written.family);
                rows[nth].verdict = written.change.into();
                let wife = entry.persons.iter().position(|person| person.relation == Relation::Wife);
                if let (Some(pregnant), Some(wife)) = (entry.family.pregnant, wife) {
                    pregnancies.extend(written.persons.get(wife).map(|person| (*person, pregnant)));
                }
            }
            record::pregnancies(tx, &origin, &pregnancies).await
        })
    }

    fn finish<'a>(&'a self, tx: &'a Tx<'_>, _: &'a BatchContext) -> Changing<'a, ()> {
        Box::pin(async move { Ok(crate::identity::search_later(tx).await?) })
    }

    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep> {
        Box::pin(async move { record::retract(tx, cx, after, self.chunk()).await })
    }

    fn stakes<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<Stake>> {
        Box::pin(record::stakes(app.store.reader(), cx))
    }

    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let Ok(line) = row.get::<Line>() else { return Vec::new() };
        let shown = |key: &str, value: Option<String>| {
            (text.t(key).into_owned(), value.unwrap_or_else(|| "–".to_owned()))
        };
        let named = |relation| line.persons.iter().find(|person| person.relation == relation);
        let nik = named(Relation::Head)
            .and_then(|person| person.nik.as_deref())
            .and_then(|nik| Nik::parse(nik).ok())
            .map(|nik| nik.masked());
        let yes = |flag: Option<bool>| {
            flag.map(|yes| text.t(if yes { "web.form.yes" } else { "web.form.no" }).into_owned())
        };
        vec![
            shown("registry_import.sample.village", line.said.village.clone()),
            shown("registry_import.sample.head", line.facts.head_name.clone()),
            shown("registry_import.sample.nik", nik),
            shown("registry_import.sample.wife", named(Relation::Wife).map(|person| person.name.clone())),
            shown("registry_import.sample.krs", yes(line.facts.krs)),
        ]
    }
}

/// A named person of the row; a NIK without a name is noted and left out.
fn person(
    cx: &ReadContext,
    row: &mut RowCells<'_>,
    relation: Relation,
    name: &str,
    nik: &str,
    birth: &str,
    sex: Option<Sex>,
) -> Option<PersonFacts> {
    let number = row.nik(nik);
    let birth_date = row.day(birth).filter(|day| is_possible(cx, row, birth, *day));
    let Some(written) = row.text(name) else {
        if matches!(number, Identifier::Known(_)) && relation != Relation::Head {
            row.warn(nik, "registry_import.nik_without_name");
        }
        return None;
    };
    let number = number.known();
    if let Some(number) = &number {
        for warning in number.warnings(birth_date, sex, cx.today) {
            let code = match warning {
                NikWarning::BirthDateDiffers => "registry_import.nik.birth_differs",
                NikWarning::SexDiffers => "registry_import.nik.sex_differs",
                NikWarning::ImpossibleBirthDate => "registry_import.nik.impossible_birth",
                // Noted while reading.
                NikWarning::SerialZero => continue,
            };
            row.warn(nik, code);
        }
    }
    Some(PersonFacts {
        relation,
        name: written,
        sex,
        birth_date,
        nik: number.as_ref().map(record::nik),
        parents_name: None,
        posyandu: None,
    })
}

fn is_possible(cx: &ReadContext, row: &mut RowCells<'_>, field: &str, day: Date) -> bool {
    let possible = day <= cx.today && cx.today.year() - day.year() <= 120;
    if !possible {
        row.error(field, "staging.row.impossible_day");
    }
    possible
}

/// A mark of a risk: also in words, `Tidak layak`, `Berisiko`.
fn risk(row: &mut RowCells<'_>, field: &str) -> Option<bool> {
    let key = name::search_key(&row.text(field)?);
    match key.as_str() {
        "layak" | "tidak berisiko" | "tidak beresiko" | "bukan krs" | "non krs" | "tidak krs" => Some(false),
        "tidak layak" | "berisiko" | "beresiko" | "krs" | "berisiko stunting" => Some(true),
        _ => row.flag(field),
    }
}

/// Welfare rank: 1 to 4 as they are, `>4` as 5 (the list does not say more), words as nothing.
fn rank(row: &mut RowCells<'_>) -> Option<i64> {
    let text = row.text("rank")?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_more = text.contains(['>', '+']) || name::search_key(&text).starts_with("lebih");
    match digits.parse::<i64>() {
        Ok(value) if is_more && (1..10).contains(&value) => Some(value + 1),
        Ok(value @ 1..=10) => Some(value),
        Ok(_) => {
            row.warn("rank", "registry_import.rank");
            None
        }
        Err(_) => None,
    }
}

/// What makes two rows the same family.
fn key(line: &Line) -> String {
    let facts = &line.facts;
    let head = line.persons.iter().find(|person| person.relation == Relation::Head);
    if let Some(kki) = &facts.kki {
        return format!("kki {kki}");
    }
    if let Some(kk) = &facts.kk {
        return format!("kk {kk}");
    }
    if let Some(nik) = head.and_then(|head| head.nik.as_ref()) {
        return format!("nik {nik}");
    }
    let mut parts = vec![
        line.said.code.map(|code| code.as_i64().to_string()).unwrap_or_default(),
        line.said.subdistrict.as_deref().map(place_key).unwrap_or_default(),
        line.said.village.as_deref().map(place_key).unwrap_or_default(),
        facts.rw.clone().unwrap_or_default(),
        facts.rt.clone().unwrap_or_default(),
    ];
    parts.extend(line.persons.iter().map(|person| name::search_key(&person.name)));
    parts.join("|")
}
