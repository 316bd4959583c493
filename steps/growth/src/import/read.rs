//! The columns of the file, and a row as it is understood.

use asuh_nusantara::{NikWarning, Sex, name};
use serde::{Deserialize, Serialize};
use time::Date;

use super::figures::{self, Reported};
use crate::reading::FilePrint;
use asuh_ground::staging::{Column, ReadContext, Reading, RowCells};

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
    pub(super) rt: Option<String>,
    pub(super) rw: Option<String>,
    pub(super) address: Option<String>,
    pub(super) reported: Reported,
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
    let birth = figures::day(cx, row, "birth");
    let measured = figures::day(cx, row, "measured");
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
    let measures = figures::measures(row);
    let z = ["waz", "haz", "whz"].map(|field| figures::soft(row, field, 2));
    let words = ["weight_status", "height_status", "wasting_status"].map(|field| row.text(field));
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
        rt: row.rt_rw("rt"),
        rw: row.rt_rw("rw"),
        address: row.text("address"),
        reported: Reported {
            on: measured_on,
            measures,
            printed: FilePrint { z, words },
            posyandu: row.text("posyandu"),
        },
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
    let key = format!("{child}|{}", record.reported.on);
    Reading::of(&record, Some(key))
}
