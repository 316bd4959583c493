//! The lists that a district begins with, as files: the program takes them in like anybody's.

use std::io::Write;
use std::path::Path;

use asuh_growth::indonesia::Reading;
use asuh_growth::{Age, Indicator, Length, Sex};
use asuh_nusantara::age;
use time::{Date, Duration};

use super::dice::Dice;
use super::growing::{self, Growing};
use super::offices::Office;
use super::people::{Invented, People};
use asuh_step_growth::entry::Measures;
use asuh_step_growth::rules::Position;

/// A village of the district.
pub(super) struct Village {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) subdistrict: String,
}

/// The territories of Kerinci: names and codes of Kepmendagri 300.2.2-2138/2025, public facts.
pub(super) const TERRITORIES: &str = include_str!("kerinci.csv");

/// The villages of a list of territories.
pub(super) fn villages(territories: &str) -> Vec<Village> {
    let rows: Vec<(&str, &str)> =
        territories.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
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
pub(super) fn subdistricts(territories: &str) -> Vec<String> {
    territories
        .lines()
        .filter_map(|line| line.split_once(','))
        .filter(|(code, _)| code.len() == 8)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// The headings of an e-PPGBM export.
pub(super) const EPPGBM: &str = "No,NIK,Nama,JK,Tgl Lahir,BB Lahir,TB Lahir,Nama Ortu,Prov,Kab/Kota,Kec,Pukesmas,Desa/Kel,\
    Posyandu,RT,RW,Alamat,Usia Saat Ukur,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur,LiLA,BB/U,ZS BB/U,TB/U,ZS TB/U,BB/TB,\
    ZS BB/TB,Naik Berat Badan,Jml Vit A,KPSP,KIA,Kelas Ibu Balita,MBG,Detail";

/// Writes BKKBN's list of families at risk and the e-PPGBM export of their children.
///
/// # Errors
/// The files cannot be written.
#[allow(clippy::too_many_arguments)] // two files, and what goes into them
pub(super) fn write_families(
    dice: &mut Dice,
    seed: u64,
    people: &mut People,
    regency: &(String, String),
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
    writeln!(eppgbm, "{EPPGBM}")?;
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
                "{};Kabupaten {};{};{};{};Dusun {};{rw:03};{rt:03};{};{};{};{};{};{};{};RT {rt:03} RW {rw:03};{};{};{};V;{};{};{};{};{};{};{};{};Ya;{}",
                regency.0,
                regency.1,
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
                    let listed = Listed { child: &child, parents: (&head, &wife), regency, village, rw, rt };
                    write_child(&mut eppgbm, dice, child_number, seed, &listed, today)?;
                }
            }
        }
    }
    krs.flush()?;
    eppgbm.flush()
}

/// A child of the list, with where it lives.
struct Listed<'a> {
    child: &'a Invented,
    parents: (&'a Invented, &'a Invented),
    regency: &'a (String, String),
    village: &'a Village,
    rw: i64,
    rt: i64,
}

/// The row of a child: what was measured on its posyandu's last day, with what Sigizi printed of it. Sometimes
/// something slipped.
fn write_child(
    file: &mut impl Write,
    dice: &mut Dice,
    number: usize,
    seed: u64,
    listed: &Listed<'_>,
    today: Date,
) -> std::io::Result<()> {
    let Listed { child, parents, regency, village, rw, rt } = listed;
    let code: i64 = village.code.replace('.', "").parse().unwrap_or_default();
    let measured = posyandu_before(code, today).max(child.birth);
    let growing = Growing::new(seed, &child.name, child.woman, child.birth);
    let taken = growing.taken(measured).unwrap_or_default();
    let (taken, printed) = sigizi(dice, &growing, taken, measured);
    let months = age::completed_months(child.birth, measured).unwrap_or_default();
    let nik = if dice.chance(30) {
        String::from("-")
    } else if dice.chance(25) {
        format!("{}********", child.nik.get(..8).unwrap_or_default())
    } else {
        child.nik.clone()
    };
    let tenths = |mm: Option<i64>| mm.map_or_else(|| "-".to_owned(), |mm| decimal(mm, 10));
    writeln!(
        file,
        "{number},{nik},{},{},{},3.1,49,{} / {},{},{},{},{},{},{},{rt:03},{rw:03},-,{} Tahun - {} Bulan - 0 Hari,\
         {measured},{},{},{},{},{printed},{},1,Sesuai,Ya,Tidak,Tidak,-",
        child.name,
        if child.woman { "P" } else { "L" },
        child.birth,
        parents.0.name,
        parents.1.name,
        regency.0.to_uppercase(),
        regency.1.to_uppercase(),
        village.subdistrict.to_uppercase(),
        village.subdistrict,
        village.name.to_uppercase(),
        growing::POSYANDU[rw.unsigned_abs() as usize % growing::POSYANDU.len()],
        months / 12,
        months % 12,
        taken.weight_g.map_or_else(|| "-".to_owned(), |grams| decimal(grams / 10, 100)),
        tenths(taken.height_mm),
        match taken.position {
            Some(Position::Standing) => "Berdiri",
            _ => "Terlentang",
        },
        tenths(taken.arm_mm),
        ["N", "N", "N", "T", "O", "B"][dice.below(6)],
    )
}

/// The last day of a village's posyandu by `today`.
fn posyandu_before(village: i64, today: Date) -> Date {
    let day = growing::day_of_month(village);
    let days = [0, 1].into_iter().filter_map(|back| growing::posyandu_day(today, back, day));
    days.filter(|day| *day <= today).max().unwrap_or(today)
}

/// What stands in the file: the measures, and words and z-scores as `BB/U,ZS BB/U,TB/U,ZS TB/U,BB/TB,ZS BB/TB`. In
/// one row of ten the file's program computed otherwise than WHO, or a finger slipped.
fn sigizi(dice: &mut Dice, growing: &Growing, mut taken: Measures, on: Date) -> (Measures, String) {
    let slip = dice.below(1_000);
    let mut child = growing.child(&taken, on);
    let mut word = None;
    match slip {
        0..40 => {
            let months = age::completed_months(growing.birth(), on).unwrap_or_default();
            child.age = Age::from_months(f64::from(months)).ok();
        }
        40..60 => {
            taken.position = growing::other(taken.position);
            child.length = child.length.map(|length| Length { posture: None, ..length });
        }
        60..68 => child.sex = child.sex.map(|sex| if sex == Sex::Male { Sex::Female } else { Sex::Male }),
        68..76 => {
            let days = child.age.map_or(0.0, Age::days) + 365.0;
            child.age = Age::from_days(days).ok();
        }
        76..82 => word = Some("Sangat Pendek"),
        82..86 => taken.weight_g = taken.weight_g.map(|grams| grams * 10),
        _ => {}
    }
    let words = printed(&child, word);
    (taken, words)
}

/// The words and z-scores of a child as the file has them; `word` in the place of what it is for its age.
pub(super) fn printed(child: &asuh_growth::Child, word: Option<&str>) -> String {
    let said = Reading::of(child);
    let z = |indicator| match child.z_score(indicator) {
        Ok(score) => format!("{:.2}", score.z),
        Err(_) => "-".to_owned(),
    };
    // As the file writes them: "Sangat Kurang", "Risiko Lebih".
    let bare = |name: Option<&'static str>| {
        let name = name.unwrap_or("-").to_lowercase().replace("berat badan", "");
        let capital = |word: &str| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
        };
        name.split_whitespace().filter_map(capital).collect::<Vec<_>>().join(" ")
    };
    [
        bare(said.weight_for_age.ok().map(|status| status.name())),
        z(Indicator::WeightForAge),
        word.map_or_else(|| bare(said.length_for_age.ok().map(|status| status.name())), str::to_owned),
        z(Indicator::LengthForAge),
        bare(said.weight_for_length.ok().map(|status| status.name())),
        z(Indicator::WeightForLength),
    ]
    .join(",")
}

pub(super) fn decimal(value: i64, of: i64) -> String {
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
        assert_eq!(subdistricts(TERRITORIES).len(), 18);
        let villages = villages(TERRITORIES);
        assert_eq!(villages.len(), 287);
        assert!(villages.iter().all(|village| !village.subdistrict.is_empty()));
    }
}
