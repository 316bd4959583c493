//! The columns of the template, and a row as it is understood.

use asuh_nusantara::name;
use serde::{Deserialize, Serialize};

use super::super::figures::{self, Reported};
use crate::reading::FilePrint;
use asuh_ground::staging::{Column, Identifier, ReadContext, Reading, RowCells};

/// The headings of the template, in its order.
pub(crate) const TEMPLATE: &[&str] = &[
    "No",
    "NIK",
    "nama_anak",
    "TANGGALUKUR",
    "BERAT",
    "TINGGI",
    "LILA",
    "lingkar_kepala",
    "Pitting_edema",
    "CARAUKUR",
    "vita",
    "asi_bulan_0",
    "asi_bulan_1",
    "asi_bulan_2",
    "asi_bulan_3",
    "asi_bulan_4",
    "asi_bulan_5",
    "asi_bulan_6",
    "kelas_ibu_balita",
    "mbg",
];

/// The same as columns that are looked for. The last ones are known and not kept.
pub(super) const COLUMNS: &[Column] = &[
    Column::optional("no", &["No", "Nomor"]),
    Column::required("nik", &["NIK", "NIK Anak"]),
    Column::required("name", &["nama_anak", "Nama"]),
    Column::required("measured", &["TANGGALUKUR", "Tanggal Pengukuran", "Tgl Ukur"]),
    Column::required("weight", &["BERAT", "BB", "Berat Badan"]),
    Column::required("height", &["TINGGI", "TB", "Tinggi Badan"]),
    Column::optional("arm", &["LILA", "Lingkar Lengan"]),
    Column::optional("head", &["lingkar_kepala"]),
    Column::optional("oedema", &["Pitting_edema", "Edema"]),
    Column::optional("position", &["CARAUKUR"]),
    Column::optional("vitamin_a", &["vita"]),
    Column::optional("breastfed_0", &["asi_bulan_0"]),
    Column::optional("breastfed_1", &["asi_bulan_1"]),
    Column::optional("breastfed_2", &["asi_bulan_2"]),
    Column::optional("breastfed_3", &["asi_bulan_3"]),
    Column::optional("breastfed_4", &["asi_bulan_4"]),
    Column::optional("breastfed_5", &["asi_bulan_5"]),
    Column::optional("breastfed_6", &["asi_bulan_6"]),
    Column::optional("class", &["kelas_ibu_balita"]),
    Column::optional("mbg", &["mbg"]),
];

/// A row as it is understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) nik: String,
    pub(super) name: String,
    pub(super) reported: Reported,
}

/// Reads a row.
pub(super) fn read(cx: &ReadContext, row: &mut RowCells<'_>) -> Reading {
    let nik = match row.nik("nik") {
        Identifier::Known(nik) => Some(nik.as_str().to_owned()),
        Identifier::Bad => None,
        Identifier::Blank | Identifier::Censored => {
            row.error("nik", "growth.import.nik_needed");
            None
        }
    };
    let name = row.required("name");
    let on = figures::day(cx, row, "measured");
    let mut measures = figures::measures(row);
    measures.oedema = oedema(row);
    if !row.is_bad() && measures.is_nothing() {
        row.error("weight", "growth.entry.error.nothing");
    }
    let (Some(nik), Some(name), Some(on)) = (nik, name, on) else { return Reading::nothing() };
    let key = format!("{nik}|{on}");
    let reported = Reported { on, measures, printed: FilePrint::default(), posyandu: None };
    Reading::of(&Record { nik, name, reported }, Some(key))
}

/// The grade of oedema: `tidak`, 1, 2, 3; nothing written is none.
fn oedema(row: &mut RowCells<'_>) -> i64 {
    let Some(text) = row.text("oedema") else { return 0 };
    match name::search_key(&text).as_str() {
        "tidak" | "0" | "tidak ada" => 0,
        "1" => 1,
        "2" => 2,
        "3" => 3,
        _ => {
            row.warn("oedema", "growth.import.oedema");
            0
        }
    }
}
