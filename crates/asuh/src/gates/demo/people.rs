//! Invented people. Names are put together by chance; NIKs begin with a kecamatan code 00 that cannot exist,
//! phone numbers with a prefix that no operator has.

use std::collections::HashSet;

use time::{Date, Duration};

use super::dice::Dice;

const MEN: &[&str] = &[
    "Ahmad", "Andri", "Arif", "Bambang", "Bustami", "Dedi", "Deni", "Edi", "Efrizal", "Eko", "Erwin",
    "Fadli", "Fauzan", "Hendri", "Ilham", "Irwan", "Jefri", "Joni", "Khairul", "Marlis", "Mawardi", "Nasrul",
    "Nofri", "Pebri", "Rahmat", "Randi", "Riko", "Rizal", "Rudi", "Safrizal", "Syahrul", "Taufik", "Tarmizi",
    "Wahyu", "Yandri", "Yusman", "Zainal", "Zulkifli",
];
const WOMEN: &[&str] = &[
    "Aisyah",
    "Asnita",
    "Dahlia",
    "Desi",
    "Dewi",
    "Elvi",
    "Erna",
    "Fatimah",
    "Fitri",
    "Gusti",
    "Hasnah",
    "Ida",
    "Indah",
    "Jumiati",
    "Kartini",
    "Lena",
    "Lisa",
    "Marlina",
    "Maya",
    "Mega",
    "Murni",
    "Nelvi",
    "Nurhayati",
    "Nurul",
    "Oktavia",
    "Puji",
    "Rahmi",
    "Ratna",
    "Reni",
    "Rosmaini",
    "Sari",
    "Siti",
    "Sri",
    "Suryani",
    "Tuti",
    "Wulan",
    "Yeni",
    "Yulia",
    "Zubaidah",
];
const LAST: &[&str] = &[
    "Adnan",
    "Amri",
    "Anwar",
    "Arsyad",
    "Bakri",
    "Candra",
    "Darwis",
    "Effendi",
    "Fahmi",
    "Gunawan",
    "Hamid",
    "Hidayat",
    "Idris",
    "Iskandar",
    "Jamil",
    "Kurniawan",
    "Lubis",
    "Mahmud",
    "Nasution",
    "Oktaviani",
    "Pratama",
    "Putra",
    "Ramadhan",
    "Saputra",
    "Siregar",
    "Sulaiman",
    "Syafri",
    "Tanjung",
    "Umar",
    "Utama",
    "Wijaya",
    "Yusuf",
    "Zahari",
    "Zulfikar",
];

/// An invented person.
#[derive(Debug, Clone)]
pub(super) struct Invented {
    pub(super) name: String,
    pub(super) woman: bool,
    pub(super) birth: Date,
    pub(super) nik: String,
}

/// Makes people; every NIK only once.
pub(super) struct People {
    serial: u32,
    niks: HashSet<String>,
}

impl People {
    pub(super) fn new() -> People {
        People { serial: 0, niks: HashSet::new() }
    }

    /// A person born on a day.
    pub(super) fn born(&mut self, dice: &mut Dice, woman: bool, birth: Date) -> Invented {
        let first = dice.pick(if woman { WOMEN } else { MEN }, "Rekaan");
        let name = match dice.below(10) {
            0 => first.to_owned(),
            1..=3 => {
                let middle = dice.pick(if woman { WOMEN } else { MEN }, "Contoh");
                format!("{first} {middle} {}", dice.pick(LAST, "Contoh"))
            }
            _ => format!("{first} {}", dice.pick(LAST, "Contoh")),
        };
        Invented { name, woman, birth, nik: self.nik(woman, birth) }
    }

    /// A person of an age in years on a day.
    pub(super) fn aged(&mut self, dice: &mut Dice, woman: bool, years: (i64, i64), on: Date) -> Invented {
        let days = dice.between(years.0 * 365, years.1 * 365 + 364);
        self.born(dice, woman, on - Duration::days(days))
    }

    /// 15.01.00 is no kecamatan: such a NIK cannot exist.
    fn nik(&mut self, woman: bool, birth: Date) -> String {
        let day = birth.day() + if woman { 40 } else { 0 };
        loop {
            self.serial += 1;
            let nik = format!(
                "150100{day:02}{:02}{:02}{:04}",
                u8::from(birth.month()),
                birth.year().rem_euclid(100),
                1 + self.serial % 9_998
            );
            if self.niks.insert(nik.clone()) {
                return nik;
            }
        }
    }

    /// A family card number with the same impossible area.
    pub(super) fn family_card(&mut self, dice: &mut Dice) -> String {
        self.serial += 1;
        format!(
            "150100{:02}{:02}{:02}{:04}",
            dice.between(1, 28),
            dice.between(1, 12),
            dice.between(10, 26),
            1 + self.serial % 9_998
        )
    }

    /// BKKBN's own family number.
    pub(super) fn family_number(&mut self, nth: usize) -> String {
        format!("99{:012}", 1_000_000 + nth)
    }

    /// A NIP: birth date, appointment, sex, serial; one in five is PPPK (code 21).
    pub(super) fn nip(&mut self, dice: &mut Dice, person: &Invented, on: Date) -> String {
        self.serial += 1;
        let pppk = dice.chance(20);
        let earliest = person.birth.year() + 20;
        let year = i64::from(earliest.max(if pppk { 2021 } else { 1990 })).min(i64::from(on.year() - 1));
        let year = dice.between(year, i64::from(on.year() - 1));
        let month = if pppk { 21 } else { dice.between(1, 12) };
        format!(
            "{:04}{:02}{:02}{year:04}{month:02}{}{:03}",
            person.birth.year(),
            u8::from(person.birth.month()),
            person.birth.day(),
            if person.woman { 2 } else { 1 },
            1 + self.serial % 998
        )
    }

    /// A phone number with the prefix 0800, which mobile operators do not use.
    pub(super) fn phone(&mut self, dice: &mut Dice) -> String {
        format!("0800{:08}", dice.below(100_000_000))
    }
}
