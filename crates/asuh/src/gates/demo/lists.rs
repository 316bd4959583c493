//! The lists that a district begins with, as files: the program takes them in like anybody's.

use std::io::Write;
use std::path::Path;

use time::{Date, Duration};

use super::dice::Dice;
use super::offices::Office;
use super::people::{Invented, People};

/// A village of the district.
pub(super) struct Village {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) subdistrict: String,
}

/// The territories of Kerinci: names and codes of Kepmendagri 300.2.2-2138/2025, public facts.
pub(super) const TERRITORIES: &str = include_str!("kerinci.csv");

/// The villages of the list above.
pub(super) fn villages() -> Vec<Village> {
    let rows: Vec<(&str, &str)> =
        TERRITORIES.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
    rows.iter()
        .filter(|(code, _)| code.len() == 13)
        .map(|(code, name)| Village {
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            subdistrict: rows
                .iter()
                .find(|(subdistrict, _)| code.get(..8) == Some(*subdistrict))
                .map_or_else(String::new, |(_, name)| (*name).to_owned()),
        })
        .collect()
}

/// The names of the kecamatan, in the order of their codes.
pub(super) fn subdistricts() -> Vec<String> {
    TERRITORIES
        .lines()
        .filter_map(|line| line.split_once(','))
        .filter(|(code, _)| code.len() == 8)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// Writes BKKBN's list of families at risk and the e-PPGBM export of their children.
///
/// # Errors
/// The files cannot be written.
pub(super) fn write_families(
    dice: &mut Dice,
    people: &mut People,
    villages: &[Village],
    families: usize,
    today: Date,
    krs: &Path,
    eppgbm: &Path,
) -> std::io::Result<()> {
    let mut krs = std::io::BufWriter::new(std::fs::File::create(krs)?);
    let mut eppgbm = std::io::BufWriter::new(std::fs::File::create(eppgbm)?);
    writeln!(
        krs,
        "Provinsi;Kabupaten;Kecamatan;Desa/Kelurahan;Kode Desa;Dusun;RW;RT;Kode Keluarga Indonesia;No KK;NIK Kepala Keluarga;\
         Nama Kepala Keluarga;NIK Istri;Nama Istri;Tgl Lahir Istri;Alamat;No HP;Punya Baduta;Punya Balita;PUS;PUS Hamil;\
         Sumber Air Minum Tidak Layak;Jamban Tidak Layak;Terlalu Muda;Terlalu Tua;Terlalu Dekat;Terlalu Banyak;\
         Bukan Peserta KB Modern;Kategori KRS;Peringkat Kesejahteraan"
    )?;
    writeln!(
        eppgbm,
        "No,NIK,Nama,JK,Tgl Lahir,BB Lahir,TB Lahir,Nama Ortu,Prov,Kab/Kota,Kec,Pukesmas,Desa/Kel,Posyandu,RT,RW,Alamat,\
         Usia Saat Ukur,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur,LiLA,BB/U,ZS BB/U,TB/U,ZS TB/U,BB/TB,ZS BB/TB,\
         Naik Berat Badan,Jml Vit A,KPSP,KIA,Kelas Ibu Balita,MBG,Detail"
    )?;
    // Some villages have many at-risk families, some few: as everywhere.
    let weights: Vec<usize> = villages.iter().map(|_| 1 + dice.below(10) * dice.below(4)).collect();
    let total: usize = weights.iter().sum();
    let mut child_number = 0;
    let mut nth = 0;
    for (village, weight) in villages.iter().zip(&weights) {
        let here = (families * weight).div_ceil(total.max(1)).min(families - nth);
        for _ in 0..here {
            nth += 1;
            let head = people.aged(dice, false, (21, 52), today);
            let wife = people.aged(dice, true, (18, 41), today);
            let pregnant = dice.chance(14);
            let babies = usize::from(dice.chance(48));
            let toddlers = usize::from(dice.chance(56)) + usize::from(dice.chance(8));
            let (rw, rt) = (dice.between(1, 4), dice.between(1, 8));
            let mark = |yes: bool| if yes { "Ya" } else { "" };
            let wife_years = (today - wife.birth).whole_days() / 365;
            writeln!(
                krs,
                "Jambi;Kabupaten Kerinci;{};{};{};Dusun {};{rw:03};{rt:03};{};{};{};{};{};{};{};RT {rt:03} RW {rw:03};{};{};{};V;{};{};{};{};{};{};{};{};Ya;{}",
                village.subdistrict,
                village.name,
                village.code,
                ["Baru", "Tengah", "Hilir", "Mudik"][dice.below(4)],
                people.family_number(nth),
                people.family_card(dice),
                head.nik,
                head.name,
                wife.nik,
                wife.name,
                wife.birth,
                people.phone(dice),
                mark(babies > 0),
                mark(toddlers > 0),
                mark(pregnant),
                mark(dice.chance(22)),
                mark(dice.chance(43)),
                mark(wife_years < 20),
                mark((35..=40).contains(&wife_years)),
                mark(dice.chance(12)),
                mark(dice.chance(18)),
                mark(dice.chance(30)),
                ["1", "1", "2", "2", "3", "4", ">4"][dice.below(7)],
            )?;
            for baby in [(babies, (0, 700)), (toddlers, (740, 1_790))] {
                for _ in 0..baby.0 {
                    child_number += 1;
                    let birth = today - Duration::days(dice.between(baby.1.0, baby.1.1));
                    let woman = dice.chance(49);
                    let child = people.born(dice, woman, birth);
                    write_child(
                        &mut eppgbm,
                        dice,
                        child_number,
                        &child,
                        (&head, &wife),
                        village,
                        (rw, rt),
                        today,
                    )?;
                }
            }
        }
    }
    krs.flush()?;
    eppgbm.flush()
}

#[allow(clippy::too_many_arguments)] // one line of a file with thirty-six columns
fn write_child(
    file: &mut impl Write,
    dice: &mut Dice,
    number: usize,
    child: &Invented,
    parents: (&Invented, &Invented),
    village: &Village,
    (rw, rt): (i64, i64),
    today: Date,
) -> std::io::Result<()> {
    let days = (today - child.birth).whole_days();
    let measured = today - Duration::days(dice.between(3, 40).min(days));
    let months = (measured - child.birth).whole_days() / 30;
    // Roughly along the growth of a child: 50 cm and 3,2 kg at birth, slowing down; some fall behind.
    let root = ((months * 100) as f64).sqrt();
    let behind = if dice.chance(24) { dice.between(30, 75) } else { dice.between(-15, 25) };
    let height = 500 + (root * 6.1) as i64 - behind * months.min(24) / 24;
    let weight = 3_200 + (root * 118.0) as i64 - behind * 12 * months.min(24) / 24 + dice.between(-300, 300);
    let nik = if dice.chance(30) {
        String::from("-")
    } else if dice.chance(25) {
        format!("{}********", child.nik.get(..8).unwrap_or_default())
    } else {
        child.nik.clone()
    };
    writeln!(
        file,
        "{number},{nik},{},{},{},3.1,49,{} / {},JAMBI,KERINCI,{},{},{},{},{rt:03},{rw:03},-,{} Tahun - {} Bulan - 0 Hari,\
         {measured},{},{},{},-,-,-,-,-,-,-,{},1,Sesuai,Ya,Tidak,Tidak,-",
        child.name,
        if child.woman { "P" } else { "L" },
        child.birth,
        parents.0.name,
        parents.1.name,
        village.subdistrict.to_uppercase(),
        village.subdistrict,
        village.name.to_uppercase(),
        ["Melati", "Mawar", "Kenanga", "Anggrek"][dice.below(4)],
        months / 12,
        months % 12,
        decimal(weight / 10, 100),
        decimal(height, 10),
        if months < 24 { "Terlentang" } else { "Berdiri" },
        ["N", "N", "N", "T", "O", "B"][dice.below(6)],
    )
}

fn decimal(value: i64, of: i64) -> String {
    let digits = if of == 100 { 2 } else { 1 };
    format!("{}.{:0digits$}", value / of, value % of)
}

/// Writes the roster of civil servants.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write_roster(
    dice: &mut Dice,
    people: &mut People,
    offices: &[Office],
    villages: &[Village],
    today: Date,
    path: &Path,
) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "NIP;Nama;OPD;Unit Kerja;Kecamatan Tempat Tinggal;Desa Tempat Tinggal;No HP")?;
    for office in offices {
        for (unit, count) in &office.units {
            for _ in 0..*count {
                let woman = dice.chance(55);
                let person = people.aged(dice, woman, (24, 57), today);
                let home = villages.get(dice.below(villages.len()));
                writeln!(
                    file,
                    "{};{};{};{unit};{};{};{}",
                    people.nip(dice, &person, today),
                    person.name,
                    office.name,
                    home.map_or("", |village| village.subdistrict.as_str()),
                    home.map_or("", |village| village.name.as_str()),
                    people.phone(dice),
                )?;
            }
        }
    }
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kerinci_has_eighteen_kecamatan_and_287_villages() {
        assert_eq!(subdistricts().len(), 18);
        let villages = villages();
        assert_eq!(villages.len(), 287);
        assert!(villages.iter().all(|village| !village.subdistrict.is_empty()));
    }
}
