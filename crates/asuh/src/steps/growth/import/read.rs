//! The columns of the file, and a row as it is understood.

use asuh_documents::sheet::Cell;
use asuh_nusantara::{NikWarning, Sex, name, number};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::ground::staging::{Column, ReadContext, Reading, RowCells};
use crate::steps::growth::rules::{PLAUSIBLE_HEIGHT, PLAUSIBLE_WEIGHT, Position, gain};

/// Both vintages of the export "status gizi": the headings as they are in real files, `Pukesmas` among them. The
/// last ones are known and not kept.
pub(super) const COLUMNS: &[Column] = &[
    Column::optional("nik", &["NIK", "NIK Anak"]),
    Column::required("name", &["Nama", "Nama Anak", "Nama Balita"]),
    Column::required("sex", &["JK", "Jenis Kelamin", "L/P", "Kelamin"]),
    Column::required("birth", &["Tgl Lahir", "Tanggal Lahir", "Tgl. Lahir"]),
    Column::optional("parents", &["Nama Ortu", "Nama Orang Tua", "Orang Tua", "Nama Ibu"]),
    Column::required("kecamatan", &["Kec", "Kecamatan"]),
    Column::optional("puskesmas", &["Pukesmas", "Puskesmas"]),
    Column::required("village", &["Desa/Kel", "Desa/Kelurahan", "Desa", "Kel/Desa", "Kelurahan/Desa"]),
    Column::optional("posyandu", &["Posyandu"]),
    Column::optional("rt", &["RT"]),
    Column::optional("rw", &["RW"]),
    Column::optional("address", &["Alamat"]),
    Column::required(
        "measured",
        &["Tanggal Pengukuran", "Tgl Pengukuran", "Tanggal Ukur", "Tgl Ukur", "TANGGALUKUR"],
    ),
    Column::required("weight", &["Berat", "BB", "Berat Badan", "Berat (kg)"]),
    Column::required("height", &["Tinggi", "TB", "Tinggi Badan", "Tinggi (cm)", "PB/TB"]),
    Column::optional("position", &["Cara Ukur", "CARAUKUR"]),
    Column::optional("arm", &["LiLA", "Lingkar Lengan"]),
    Column::optional("weight_status", &["BB/U"]),
    Column::optional("waz", &["ZS BB/U"]),
    Column::optional("height_status", &["TB/U", "PB/U"]),
    Column::optional("haz", &["ZS TB/U", "ZS PB/U"]),
    Column::optional("wasting_status", &["BB/TB", "BB/PB"]),
    Column::optional("whz", &["ZS BB/TB", "ZS BB/PB"]),
    Column::optional("gain", &["Naik Berat Badan"]),
    Column::optional("no", &["No", "Nomor"]),
    Column::optional("birth_weight", &["BB Lahir"]),
    Column::optional("birth_height", &["TB Lahir", "PB Lahir"]),
    Column::optional("province", &["Prov", "Provinsi"]),
    Column::optional("regency", &["Kab/Kota", "Kabupaten/Kota"]),
    Column::optional("age", &["Usia Saat Ukur"]),
    Column::optional("pmt", &["PMT Diterima (kg)"]),
    Column::optional("vitamin_a", &["Jml Vit A"]),
    Column::optional("kpsp", &["KPSP"]),
    Column::optional("kia", &["KIA"]),
    Column::optional("class", &["Kelas Ibu Balita"]),
    Column::optional("mbg", &["MBG"]),
    Column::optional("detail", &["Detail"]),
];

/// A row as it is understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) nik: Option<String>,
    pub(super) name: String,
    pub(super) sex: Sex,
    pub(super) birth_date: Date,
    pub(super) parents: Option<String>,
    pub(super) kecamatan: Option<String>,
    pub(super) village: String,
    /// Found out when the row is compared with the district's territories.
    pub(super) village_code: Option<i64>,
    pub(super) posyandu: Option<String>,
    pub(super) rt: Option<String>,
    pub(super) rw: Option<String>,
    pub(super) address: Option<String>,
    pub(super) measured_on: Date,
    pub(super) weight_g: Option<i64>,
    pub(super) height_mm: Option<i64>,
    pub(super) position: Option<Position>,
    pub(super) arm_mm: Option<i64>,
    pub(super) waz: Option<i64>,
    pub(super) haz: Option<i64>,
    pub(super) whz: Option<i64>,
    pub(super) weight_status: Option<String>,
    pub(super) height_status: Option<String>,
    pub(super) wasting_status: Option<String>,
    pub(super) gain: Option<String>,
}

/// Reads a row.
pub(super) fn read(cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
    // A hidden or missing NIK is normal in this file.
    let nik = row.nik("nik").known();
    let name = row.required("name");
    let sex = row.sex("sex");
    if sex.is_none() && row.is_blank("sex") {
        row.error("sex", "staging.row.required");
    }
    let birth = day(cx, row, "birth");
    let measured = day(cx, row, "measured");
    let village = row.required("village");
    if birth.zip(measured).is_some_and(|(birth, measured)| measured < birth) {
        row.error("measured", "growth.import.before_birth");
    }
    if let Some(nik) = &nik {
        for warning in nik.warnings(birth, sex, cx.today) {
            match warning {
                NikWarning::BirthDateDiffers => row.warn("nik", "growth.import.nik_birth"),
                NikWarning::SexDiffers => row.warn("nik", "growth.import.nik_sex"),
                _ => row.warn("nik", "growth.import.nik_odd"),
            }
        }
    }
    let weight_g = row.decimal("weight", 3);
    if weight_g.is_some_and(|weight| !PLAUSIBLE_WEIGHT.contains(&weight)) {
        row.warn("weight", "growth.import.weight_odd");
    }
    let height_mm = soft(row, "height", 1);
    if height_mm.is_some_and(|height| !PLAUSIBLE_HEIGHT.contains(&height)) {
        row.warn("height", "growth.import.height_odd");
    }
    let position = row.text("position").and_then(|text| {
        let position = Position::parse(&text);
        if position.is_none() {
            row.warn("position", "growth.import.position");
        }
        position
    });
    let letter = row.text("gain").and_then(|text| {
        let letter = gain(&text);
        if letter.is_none() {
            row.warn("gain", "growth.import.gain");
        }
        letter.map(str::to_owned)
    });
    let arm_mm = soft(row, "arm", 1);
    let [waz, haz, whz] = ["waz", "haz", "whz"].map(|field| soft(row, field, 2));
    let (Some(name), Some(sex), Some(birth_date), Some(measured_on), Some(village)) =
        (name, sex, birth, measured, village)
    else {
        return Reading::nothing();
    };
    let record = Record {
        nik: nik.map(|nik| nik.as_str().to_owned()),
        sex,
        birth_date,
        parents: row.text("parents"),
        kecamatan: row.text("kecamatan"),
        village,
        village_code: None,
        posyandu: row.text("posyandu"),
        rt: row.rt_rw("rt"),
        rw: row.rt_rw("rw"),
        address: row.text("address"),
        measured_on,
        weight_g,
        height_mm,
        position,
        arm_mm,
        waz,
        haz,
        whz,
        weight_status: row.text("weight_status"),
        height_status: row.text("height_status"),
        wasting_status: row.text("wasting_status"),
        gain: letter,
        name,
    };
    let child = match &record.nik {
        Some(nik) => nik.clone(),
        None => format!(
            "{}|{}|{}|{}|{}",
            record.birth_date,
            record.sex.code(),
            name::search_key(&record.name),
            name::search_key(&record.village),
            name::search_key(record.parents.as_deref().unwrap_or_default()),
        ),
    };
    let key = format!("{child}|{}", record.measured_on);
    Reading::of(&record, Some(key))
}

/// A day that must be there and not lie in the future.
fn day(cx: &ReadContext, row: &mut RowCells<'_>, field: &str) -> Option<Date> {
    if row.is_blank(field) {
        row.error(field, "staging.row.required");
        return None;
    }
    let day = row.day(field)?;
    if day > cx.today {
        row.error(field, "growth.import.future");
        return None;
    }
    Some(day)
}

/// A number that is left aside with a warning when it cannot be read: everything but the weight.
fn soft(row: &mut RowCells<'_>, field: &'static str, decimals: u32) -> Option<i64> {
    if let Cell::Number(value) = row.cell(field) {
        let scaled = (value * 10f64.powi(decimals as i32)).round();
        return (scaled.abs() < 1e9).then_some(scaled as i64);
    }
    let text = row.text(field)?;
    match number::parse_decimal(&text, decimals) {
        Ok(value) => Some(value),
        Err(_) => {
            row.warn(field, "growth.import.unreadable");
            None
        }
    }
}
