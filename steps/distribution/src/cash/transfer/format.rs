//! The forms of banks' files: which columns a file of transfers has, and which headings and words stand in the answer.
//! They are data: a district changes what its bank wants otherwise.

use std::collections::HashMap;

use asuh_store::{Command, DistrictId, Fault, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

/// What may stand in a column, between braces.
pub(super) const FIELDS: [&str; 9] =
    ["urut", "nomor", "nama", "bank", "kode_bank", "jumlah", "rujukan", "berita", "bulan"];
/// What an answer may say of itself: headings of columns, then words.
const HEADINGS: [&str; 4] = ["rujukan", "status", "jumlah", "alasan"];
const WORDS: [&str; 3] = ["berhasil", "gagal", "menunggu"];

/// A column of a file of transfers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) title: String,
    /// A text with fields in braces.
    pub(super) content: String,
}

impl Part {
    /// Whether it is the sum alone, which is written as a number.
    pub(super) fn is_amount(&self) -> bool {
        self.content == "{jumlah}"
    }

    /// The cell of a payment.
    pub(super) fn cell(&self, fields: &HashMap<&str, String>) -> String {
        let mut text = self.content.clone();
        for (name, value) in fields {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }
}

/// What the columns and words of a bank's answer mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) reference: String,
    pub(super) status: String,
    /// Headings that may be missing; ''.
    pub(super) amount: String,
    pub(super) reason: String,
    pub(super) paid: Vec<String>,
    pub(super) failed: Vec<String>,
    pub(super) waiting: Vec<String>,
}

asuh_store::row_struct! {
    /// The form of a bank's files.
    pub(in crate::cash) struct Format {
        pub(in crate::cash) code: String,
        pub(in crate::cash) name: String,
        /// 'xlsx', 'csv'
        pub(in crate::cash) kind: String,
        pub(in crate::cash) columns: String,
        pub(in crate::cash) answer: String,
        pub(in crate::cash) confirmed_on: Option<Date>,
    }
}

/// Letters and digits alone, small: as headings and words are compared.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn line_refusal(code: &str, field: &str, line: usize, value: &str) -> Refusal {
    Refusal::new(format!("cash.refused.format.{code}")).field(field).arg("line", line).arg("value", value)
}

/// Reads 'Heading = {field}' lines.
///
/// # Errors
/// A line without an equals sign or heading, a field that does not exist, no reference or no sum: with its line.
pub(super) fn columns(text: &str) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::new();
    for (nth, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let Some((title, content)) = line.split_once('=') else {
            return Err(line_refusal("line", "kolom", nth, line.trim()));
        };
        let part = Part { title: title.trim().to_owned(), content: content.trim().to_owned() };
        if part.title.is_empty() {
            return Err(line_refusal("line", "kolom", nth, line.trim()));
        }
        for piece in part.content.split('{').skip(1) {
            let field = piece.split('}').next().unwrap_or_default();
            if !piece.contains('}') || !FIELDS.contains(&field) {
                return Err(line_refusal("field", "kolom", nth, field));
            }
        }
        parts.push(part);
    }
    for needed in ["{rujukan}", "{jumlah}", "{nomor}"] {
        if !parts.iter().any(|part| part.content.contains(needed)) {
            return Err(Refusal::new("cash.refused.format.needed").field("kolom").arg("field", needed));
        }
    }
    Ok(parts)
}

/// Reads 'rujukan = Heading' and 'berhasil = Word, Word' lines.
///
/// # Errors
/// A line that says nothing known, or no heading for reference and status, or no words: with its line.
pub(super) fn answer(text: &str) -> Result<Answer, Refusal> {
    let mut answer = Answer::default();
    for (nth, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err(line_refusal("line", "jawaban", nth, line.trim()));
        };
        let (name, value) = (name.trim().to_lowercase(), value.trim());
        let words = || value.split(',').map(plain).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        match name.as_str() {
            "rujukan" => answer.reference = value.to_owned(),
            "status" => answer.status = value.to_owned(),
            "jumlah" => answer.amount = value.to_owned(),
            "alasan" => answer.reason = value.to_owned(),
            "berhasil" => answer.paid = words(),
            "gagal" => answer.failed = words(),
            "menunggu" => answer.waiting = words(),
            _ => return Err(line_refusal("name", "jawaban", nth, &name)),
        }
    }
    let missing = [
        (answer.reference.is_empty(), HEADINGS[0]),
        (answer.status.is_empty(), HEADINGS[1]),
        (answer.paid.is_empty(), WORDS[0]),
        (answer.failed.is_empty(), WORDS[1]),
    ];
    match missing.iter().find(|(missing, _)| *missing) {
        Some((_, name)) => {
            Err(Refusal::new("cash.refused.format.needed").field("jawaban").arg("field", name))
        }
        None => Ok(answer),
    }
}

const ANSWER: &str = "rujukan = No Referensi\nstatus = Status\njumlah = Jumlah Dibayar\nalasan = Keterangan\n\
                      berhasil = Berhasil, Sukses, Success, Paid\ngagal = Gagal, Ditolak, Failed, Rejected, Retur\n\
                      menunggu = Proses, Diproses, Pending";

/// The forms that are known beforehand. None of them was tried with a bank: each is to be confirmed.
fn shipped() -> Vec<Format> {
    let format = |code: &str, name: &str, kind: &str, columns: &str, answer: &str| Format {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        columns: columns.to_owned(),
        answer: answer.to_owned(),
        confirmed_on: None,
    };
    vec![
        format(
            "umum",
            "Umum",
            "xlsx",
            "No = {urut}\nNama Penerima = {nama}\nBank = {bank}\nKode Bank = {kode_bank}\nNo Rekening = {nomor}\n\
             Nominal = {jumlah}\nBerita = {berita}\nNo Referensi = {rujukan}",
            ANSWER,
        ),
        format(
            "bpd",
            "Bank pembangunan daerah",
            "xlsx",
            "NO = {urut}\nNO REKENING = {nomor}\nNAMA REKENING = {nama}\nJUMLAH = {jumlah}\nKETERANGAN = {berita}\n\
             REFERENSI = {rujukan}",
            "rujukan = REFERENSI\nstatus = STATUS\njumlah = JUMLAH TERBAYAR\nalasan = KETERANGAN STATUS\n\
             berhasil = Berhasil, Sukses\ngagal = Gagal, Tolak, Retur\nmenunggu = Proses",
        ),
        format(
            "bri",
            "BRI (transfer massal)",
            "csv",
            "NO = {urut}\nNAMA = {nama}\nREKENING = {nomor}\nKODE BANK = {kode_bank}\nNOMINAL = {jumlah}\n\
             REMARK = {rujukan} {berita}\nNO REFERENSI = {rujukan}",
            ANSWER,
        ),
        format(
            "mandiri",
            "Mandiri (payroll)",
            "csv",
            "Account No = {nomor}\nAccount Name = {nama}\nBank Code = {kode_bank}\nAmount = {jumlah}\n\
             Description = {berita}\nReference No = {rujukan}",
            "rujukan = Reference No\nstatus = Status\njumlah = Paid Amount\nalasan = Reason\n\
             berhasil = Success, Completed\ngagal = Failed, Rejected, Returned\nmenunggu = Pending, In Process",
        ),
        format(
            "bsi",
            "BSI (transfer massal)",
            "xlsx",
            "No = {urut}\nRekening Tujuan = {nomor}\nNama Penerima = {nama}\nKode Bank = {kode_bank}\n\
             Jumlah = {jumlah}\nBerita = {berita}\nNo Referensi = {rujukan}",
            ANSWER,
        ),
    ]
}

/// The forms of a district: its own, then those known beforehand that it has not changed. Index: primary key (a handful).
pub(in crate::cash) async fn all(db: &impl Query, district: DistrictId) -> Result<Vec<Format>, StoreError> {
    let mut formats: Vec<Format> = db
        .all(
            "SELECT code, name, kind, columns, answer, confirmed_on FROM transfer_format WHERE district_id = $1 \
             ORDER BY name, code",
            args![district],
        )
        .await?;
    for known in shipped() {
        if !formats.iter().any(|format| format.code == known.code) {
            formats.push(known);
        }
    }
    Ok(formats)
}

/// The form with this code; without one, the first that the district confirmed, else the general one.
pub(in crate::cash) async fn chosen(
    db: &impl Query,
    district: DistrictId,
    code: &str,
) -> Result<Option<Format>, StoreError> {
    let formats = all(db, district).await?;
    let found = match code {
        "" => formats
            .iter()
            .find(|format| format.confirmed_on.is_some())
            .or_else(|| formats.iter().find(|format| format.code == "umum")),
        code => formats.iter().find(|format| format.code == code),
    };
    Ok(found.cloned())
}

/// Changes the form of a bank's files, or adds one.
///
/// Refused where a line of it cannot be read, with the line; where columns for reference, number and sum are missing; and
/// for a day of confirmation that lies ahead.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutFormat {
    /// Its code: small letters, digits and hyphens.
    pub code: String,
    /// As people call it.
    pub name: String,
    /// Whether it is a CSV; else a workbook.
    pub csv: bool,
    /// Lines 'Heading = {field}'.
    pub columns: String,
    /// Lines 'rujukan = Heading' and 'berhasil = Word, Word'.
    pub answer: String,
    /// The day on which the bank took such a file.
    pub confirmed_on: Option<Date>,
    /// The present day in the district.
    pub today: Date,
}

impl Command for PutFormat {
    const KIND: &'static str = "cash.put_format";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.code.is_empty() || self.code.len() > 20 || !self.code.chars().all(is_plain) {
            return Err(Refusal::new("cash.refused.format.code").field("kode").into());
        }
        if self.name.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        columns(&self.columns)?;
        answer(&self.answer)?;
        if self.confirmed_on > Some(self.today) {
            return Err(Refusal::new("cash.refused.future").field("dikonfirmasi").into());
        }
        let row = args![
            tx.district(),
            &self.code,
            self.name.trim(),
            if self.csv { "csv" } else { "xlsx" },
            self.columns.trim(),
            self.answer.trim(),
            self.confirmed_on,
            tx.now(),
            tx.actor(),
        ];
        tx.insert_many(
            "INSERT INTO transfer_format (district_id, code, name, kind, columns, answer, confirmed_on, changed_at, \
             changed_by) VALUES",
            "ON CONFLICT (district_id, code) DO UPDATE SET name = excluded.name, kind = excluded.kind, \
             columns = excluded.columns, answer = excluded.answer, confirmed_on = excluded.confirmed_on, \
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
            vec![row],
        )
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_can_be_read() {
        for format in shipped() {
            let parts = columns(&format.columns).unwrap();
            assert_eq!(parts.iter().filter(|part| part.is_amount()).count(), 1, "{}", format.code);
            answer(&format.answer).unwrap();
        }
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        let good = "No Rekening = {nomor}\nJumlah = {jumlah}\nRef = ASUH {rujukan}";
        assert_eq!(columns(good).unwrap().len(), 3);
        for (text, code) in [
            ("No Rekening {nomor}", "line"),
            ("= {nomor}", "line"),
            ("Nama = {nama_ibu}", "field"),
            ("Nama = {nama", "field"),
            ("Nomor = {nomor}\nJumlah = {jumlah}", "needed"),
        ] {
            let refusal = columns(text).unwrap_err();
            assert_eq!(refusal.code, format!("cash.refused.format.{code}"), "{text}");
            assert_eq!(refusal.field.as_deref(), Some("kolom"));
        }
        for (text, code) in [
            ("rujukan Ref", "line"),
            ("tanggal = Tgl", "name"),
            ("rujukan = Ref\nstatus = S\nberhasil = ok", "needed"),
        ] {
            assert_eq!(answer(text).unwrap_err().code, format!("cash.refused.format.{code}"), "{text}");
        }
    }
}
