//! A register of children: a posyandu's own, or Sigizi's identity template (domain study 5.4 b). One row is one
//! child; it comes into the family that its card's number, a NIK or its parents' name in the village tells, else
//! with a family of its own. The template names no village: then the family that is known by those numbers says
//! where it is, or the one village in which the uploader works.

use std::collections::HashSet;

use asuh_nusantara::{Nik, NikWarning, Sex, TerritoryCode, name};
use asuh_store::Tx;
use serde::{Deserialize, Serialize};
use time::Date;

use super::villages::{Said, Villages, place_key};
use crate::record::{self, Entry, FamilyFacts, Origin, PersonFacts, Relation};
use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::app::Given;
use asuh_ground::staging::{
    BatchContext, Changing, Column, Home, Identifier, ImportKind, ReadContext, Reading, RowCells, StagedRow,
    Stake, UndoStep,
};
use asuh_ground::web::Text;

/// Where its facts come from.
const SOURCE: &str = "posyandu";

/// The columns of both files. The last ones are known and not kept.
const COLUMNS: &[Column] = &[
    Column::optional("nik", &["NIK", "NIK Anak", "NIK Balita"]),
    Column::required("name", &["Nama Anak", "Nama", "Nama Balita", "nama_anak", "Nama Bayi/Balita"]),
    Column::required("sex", &["Jenis Kelamin", "JK", "L/P", "Kelamin", "jenis_kelamin"]),
    Column::required("birth", &["Tanggal Lahir", "Tgl Lahir", "Tgl. Lahir", "tgl_lahir"]),
    Column::optional("parents", &["Nama Orang Tua", "Nama Ortu", "Orang Tua", "nama_ortu", "Nama Ayah/Ibu"]),
    Column::optional("mother", &["Nama Ibu", "Ibu"]),
    Column::optional("father", &["Nama Ayah", "Ayah", "Nama Kepala Keluarga"]),
    Column::optional("parent_nik", &["NIK Orang Tua", "NIK Ortu", "nik_ortu", "NIK Ibu"]),
    Column::optional("phone", &["No HP", "HP Ortu", "hp_ortu", "No Telepon", "No WA"]),
    Column::optional("kk", &["No KK", "Nomor KK", "nomor_KK", "No. Kartu Keluarga", "Nomor Kartu Keluarga"]),
    Column::optional("address", &["Alamat", "Alamat Lengkap"]),
    Column::optional("rt", &["RT"]),
    Column::optional("rw", &["RW"]),
    Column::optional("posyandu", &["Posyandu", "Nama Posyandu"]),
    Column::optional("regency", &["Kab/Kota", "Kabupaten/Kota", "Kabupaten"]),
    Column::optional("subdistrict", &["Kecamatan", "Kec"]),
    Column::optional(
        "village",
        &["Desa/Kelurahan", "Desa/Kel", "Desa", "Kelurahan", "Kel/Desa", "Kelurahan/Desa"],
    ),
    Column::optional("village_code", &["Kode Desa", "Kode Desa/Kelurahan", "Kode Wilayah"]),
    Column::optional("deleted", &["hapus"]),
    Column::optional("moved", &["pindah"]),
    Column::optional("no", &["No", "Nomor"]),
    Column::optional("nth", &["anak_ke", "Anak Ke"]),
    Column::optional("gestation", &["usia_hamil"]),
    Column::optional("birth_weight", &["berat_lahir", "BB Lahir"]),
    Column::optional("birth_height", &["panjang_lahir", "TB Lahir", "PB Lahir"]),
    Column::optional("birth_head", &["lingkar_kepala_lahir"]),
    Column::optional("kia", &["kia", "Buku KIA"]),
    Column::optional("kia_small", &["kia_bayi_kecil"]),
    Column::optional("imd", &["imd"]),
];

/// The kind `posyandu`.
pub(super) struct Posyandu;

/// What a row says, before and after its village is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    said: Said,
    rw: Option<String>,
    rt: Option<String>,
    kk: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    parents: Option<String>,
    parent_nik: Option<String>,
    child: PersonFacts,
}

impl Line {
    /// The names of the parents: the mother alone where only she is named.
    fn parent(&self) -> Option<&str> {
        self.parents.as_deref()?.split('/').map(str::trim).next_back().filter(|name| !name.is_empty())
    }

    fn entry(&self, village: TerritoryCode) -> Entry {
        let head = self.parents.clone().unwrap_or_else(|| format!("Orang tua {}", self.child.name));
        let family = FamilyFacts {
            rw: self.rw.clone(),
            rt: self.rt.clone(),
            kk: self.kk.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            called: Some(head),
            ..FamilyFacts::in_village(village)
        };
        let mut persons = vec![self.child.clone()];
        // A parent by NIK: so that the family is found by it, today and later.
        if let (Some(nik), Some(name)) = (&self.parent_nik, self.parent()) {
            persons.push(PersonFacts {
                relation: Relation::Other,
                name: name.to_owned(),
                sex: None,
                birth_date: None,
                nik: Some(nik.clone()),
                parents_name: None,
                posyandu: None,
            });
        }
        Entry { family, persons }
    }
}

impl ImportKind for Posyandu {
    fn code(&self) -> &'static str {
        "posyandu"
    }

    fn roles(&self) -> &'static [Role] {
        &[Role::ListKeeper, Role::DistrictAdmin, Role::NutritionOfficer]
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn missing(&self, found: &HashSet<&'static str>) -> Vec<&'static str> {
        let required = COLUMNS.iter().filter(|column| column.required && !found.contains(column.field));
        let mut missing: Vec<&'static str> = required.map(Column::title).collect();
        // Whose child it is has to be said somehow.
        if !["parents", "mother", "father", "kk", "parent_nik"].iter().any(|field| found.contains(field)) {
            missing.push("Nama Orang Tua");
        }
        missing
    }

    fn read(&self, cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
        for (field, code) in
            [("deleted", "registry_import.marked_deleted"), ("moved", "registry_import.marked_moved")]
        {
            if row.flag(field) == Some(true) {
                row.error(field, code);
            }
        }
        let said = Said::read(row);
        let number = row.nik("nik");
        let name = row.required("name");
        let sex = row.sex("sex");
        if sex.is_none() && row.is_blank("sex") {
            row.error("sex", "staging.row.required");
        }
        let birth = match row.is_blank("birth") {
            true => {
                row.error("birth", "staging.row.required");
                None
            }
            false => row.day("birth").filter(|day| is_child(cx, row, *day)),
        };
        if let Identifier::Known(nik) = &number {
            for warning in nik.warnings(birth, sex, cx.today) {
                match warning {
                    NikWarning::BirthDateDiffers => row.warn("nik", "registry_import.nik.birth_differs"),
                    NikWarning::SexDiffers => row.warn("nik", "registry_import.nik.sex_differs"),
                    NikWarning::ImpossibleBirthDate => {
                        row.warn("nik", "registry_import.nik.impossible_birth")
                    }
                    NikWarning::SerialZero => {}
                }
            }
        }
        let parents = row.text("parents").or_else(|| {
            let both: Vec<String> = ["father", "mother"].iter().filter_map(|field| row.text(field)).collect();
            (!both.is_empty()).then(|| both.join(" / "))
        });
        let parent_nik = row.nik("parent_nik").known();
        let kk = row.family_card("kk").known();
        let (Some(name), Some(sex), Some(birth_date)) = (name, sex, birth) else { return Reading::nothing() };
        let nik = number.known().as_ref().map(record::nik);
        // A child may stand under its parent's NIK: that is no NIK of its own.
        let parent_nik = parent_nik.as_ref().map(record::nik);
        let nik = nik.filter(|nik| parent_nik.as_ref() != Some(nik));
        let line = Line {
            said,
            rw: row.rt_rw("rw"),
            rt: row.rt_rw("rt"),
            kk: kk.as_ref().map(record::kk),
            address: row.text("address"),
            phone: row.phone("phone").map(|phone| record::phone(&phone)),
            parents: parents.clone(),
            parent_nik,
            child: PersonFacts {
                relation: Relation::Child,
                name,
                sex: Some(sex),
                birth_date: Some(birth_date),
                nik,
                parents_name: parents,
                posyandu: row.text("posyandu"),
            },
        };
        let key = key(&line, sex, birth_date);
        let home = home(&line);
        Reading::of(&line, Some(key)).at_home(home)
    }

    fn classify<'a>(
        &'a self,
        app: &'a App,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Given<'a, ()> {
        Box::pin(async move {
            let (reader, secrets) = (app.store.reader(), app.store.secrets());
            let villages = Villages::load(reader, cx.district()).await?;
            let mut lines: Vec<Line> = StagedRow::get_all(rows)?;
            let numbers: Vec<record::Numbers> = lines.iter().map(numbers).collect();
            let homes = record::homes(reader, secrets, cx.district(), &numbers).await?;
            // Who works in one village alone brings that village's register.
            let own = match cx.scope.areas.as_slice() {
                [area] if area.code.parent().is_some_and(|above| above.parent().is_some()) => {
                    villages.has(area.code).then_some(area.code)
                }
                _ => None,
            };
            let (mut entries, mut places) = (Vec::new(), Vec::new());
            for (nth, (row, line)) in rows.iter_mut().zip(&mut lines).enumerate() {
                let is_said = line.said.code.is_some() || line.said.village.is_some();
                let code = match is_said {
                    true => villages.find(&line.said, row),
                    false => homes[nth].and_then(|code| TerritoryCode::from_i64(code).ok()).or(own),
                };
                let Some(code) = code else {
                    if !is_said {
                        row.error("village", "registry_import.no_village", "");
                    }
                    continue;
                };
                if !cx.scope.reaches(code, line.rw.as_deref().unwrap_or_default()) {
                    let value = line.said.village.clone().unwrap_or_default();
                    row.error("village", "registry_import.outside_scope", value);
                    continue;
                }
                line.said.code = Some(code);
                row.place = code.as_i64();
                row.set(line)?;
                entries.push(line.entry(code));
                places.push(nth);
            }
            let found = record::compare(reader, secrets, cx.district(), &entries).await?;
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
            let (mut entries, mut places) = (Vec::new(), Vec::new());
            for (nth, row) in rows.iter_mut().enumerate() {
                let line: Line = row.get()?;
                match line.said.code {
                    Some(code) if cx.scope.reaches(code, line.rw.as_deref().unwrap_or_default()) => {
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
            for (nth, written) in places.into_iter().zip(written) {
                rows[nth].subject = Some(written.family);
                rows[nth].verdict = written.change.into();
            }
            Ok(())
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
        let nik = line.child.nik.as_deref().and_then(|nik| Nik::parse(nik).ok()).map(|nik| nik.masked());
        vec![
            shown("registry_import.sample.child", Some(line.child.name)),
            shown("registry_import.sample.birth", line.child.birth_date.map(|day| text.day(day))),
            shown("registry_import.sample.child_nik", nik),
            shown("registry_import.sample.parents", line.parents),
            shown("registry_import.sample.posyandu", line.child.posyandu),
        ]
    }
}

fn numbers(line: &Line) -> record::Numbers {
    record::Numbers {
        kk: line.kk.clone(),
        niks: line.child.nik.iter().chain(&line.parent_nik).cloned().collect(),
    }
}

/// Whether somebody born on this day may stand in a register of children: below six years.
fn is_child(cx: &ReadContext, row: &mut RowCells<'_>, day: Date) -> bool {
    let possible = day <= cx.today;
    if !possible {
        row.error("birth", "staging.row.impossible_day");
    } else if cx.today.year() - day.year() > 6 {
        row.error("birth", "registry_import.not_a_child");
        return false;
    }
    possible
}

/// Where the child's family lives, if the row says so: brothers and sisters stand in rows of their own.
fn home(line: &Line) -> Option<Home> {
    let said = line.said.village.clone().unwrap_or_default();
    let subdistrict = line.said.subdistrict.as_deref().unwrap_or_default();
    let place = match line.said.code {
        Some(code) => code.as_i64().to_string(),
        None if said.is_empty() => return None,
        None => format!("{}/{}", place_key(subdistrict), place_key(&said)),
    };
    Some(Home { family: line.kk.clone()?, place, field: "village", said })
}

/// What makes two rows the same child.
fn key(line: &Line, sex: Sex, birth: Date) -> String {
    if let Some(nik) = &line.child.nik {
        return format!("nik {nik}");
    }
    [
        birth.to_string(),
        sex.code().to_owned(),
        name::search_key(&line.child.name),
        line.kk.clone().unwrap_or_default(),
        name::search_key(line.parents.as_deref().unwrap_or_default()),
        line.said.village.as_deref().map(place_key).unwrap_or_default(),
    ]
    .join("|")
}
