//! Numbers in words, as a receipt must carry them.

use crate::money::Rupiah;

const UNITS: [&str; 12] = [
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh",
    "sebelas",
];

/// The names of the thousands' powers (KBBI), largest first.
const SCALES: [(u64, &str); 6] = [
    (1_000_000_000_000_000_000, "kuintiliun"),
    (1_000_000_000_000_000, "kuadriliun"),
    (1_000_000_000_000, "triliun"),
    (1_000_000_000, "miliar"),
    (1_000_000, "juta"),
    (1_000, "ribu"),
];

/// A whole number in Indonesian words: 1_945 is `seribu sembilan ratus empat puluh lima`, 0 is `nol`, and
/// what is below zero begins with `minus`.
pub fn terbilang(value: i64) -> String {
    let mut words = Vec::new();
    if value < 0 {
        words.push("minus");
    }
    let mut rest = value.unsigned_abs();
    if rest == 0 {
        words.push("nol");
    }
    for (scale, name) in SCALES {
        let count = rest / scale;
        rest %= scale;
        match count {
            0 => {}
            // Only the thousand takes the prefix; one million is "satu juta".
            1 if scale == 1_000 => words.push("seribu"),
            _ => {
                push_below_thousand(&mut words, count);
                words.push(name);
            }
        }
    }
    push_below_thousand(&mut words, rest);
    words.join(" ")
}

/// An amount in words, as after "Terbilang:" on a receipt: `dua ribu rupiah`.
pub fn terbilang_rupiah(amount: Rupiah) -> String {
    format!("{} rupiah", terbilang(amount.get()))
}

/// The words of a number from 0 to 999; nothing for 0.
fn push_below_thousand(words: &mut Vec<&'static str>, number: u64) {
    match number / 100 {
        0 => {}
        1 => words.push("seratus"),
        hundreds => words.extend([unit(hundreds), "ratus"]),
    }
    match number % 100 {
        0 => {}
        small @ 1..=11 => words.push(unit(small)),
        teen @ 12..=19 => words.extend([unit(teen - 10), "belas"]),
        tens => {
            words.extend([unit(tens / 10), "puluh"]);
            if tens % 10 > 0 {
                words.push(unit(tens % 10));
            }
        }
    }
}

fn unit(number: u64) -> &'static str {
    usize::try_from(number).ok().and_then(|index| UNITS.get(index)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_numbers() {
        let cases = [
            (0, "nol"),
            (1, "satu"),
            (10, "sepuluh"),
            (11, "sebelas"),
            (12, "dua belas"),
            (20, "dua puluh"),
            (21, "dua puluh satu"),
            (100, "seratus"),
            (111, "seratus sebelas"),
            (200, "dua ratus"),
            (1_000, "seribu"),
            (1_945, "seribu sembilan ratus empat puluh lima"),
            (11_000, "sebelas ribu"),
            (21_000, "dua puluh satu ribu"),
            (100_000, "seratus ribu"),
            (101_000, "seratus satu ribu"),
            (1_000_000, "satu juta"),
            (1_001_000, "satu juta seribu"),
            (2_000_000_000, "dua miliar"),
            (1_000_000_000_000, "satu triliun"),
            (3_000_000_000_000_000, "tiga kuadriliun"),
            (-15, "minus lima belas"),
        ];
        for (number, words) in cases {
            assert_eq!(terbilang(number), words);
        }
        assert!(
            terbilang(i64::MIN).starts_with("minus sembilan kuintiliun dua ratus dua puluh tiga kuadriliun")
        );
    }

    #[test]
    fn words_of_money() {
        assert_eq!(terbilang_rupiah(Rupiah::new(2_000)), "dua ribu rupiah");
        assert_eq!(terbilang_rupiah(Rupiah::new(0)), "nol rupiah");
        assert_eq!(terbilang_rupiah(Rupiah::new(-450_000)), "minus empat ratus lima puluh ribu rupiah");
    }

    /// Reads words back without sharing anything with the writer: a running group below a thousand, closed by
    /// the name of a scale.
    fn read(words: &str) -> i128 {
        let (sign, words) = words.strip_prefix("minus ").map_or((1, words), |rest| (-1, rest));
        let (mut total, mut group, mut last) = (0_i128, 0_i128, 0_i128);
        for word in words.split(' ') {
            let one = match word {
                "nol" => 0,
                "satu" => 1,
                "dua" => 2,
                "tiga" => 3,
                "empat" => 4,
                "lima" => 5,
                "enam" => 6,
                "tujuh" => 7,
                "delapan" => 8,
                "sembilan" => 9,
                "sepuluh" => 10,
                "sebelas" => 11,
                "seratus" => 100,
                "belas" => 10,
                "puluh" => last * 9,
                "ratus" => last * 99,
                "seribu" => {
                    assert_eq!(group, 0);
                    total += 1_000;
                    0
                }
                scale => {
                    let power = match scale {
                        "ribu" => 1,
                        "juta" => 2,
                        "miliar" => 3,
                        "triliun" => 4,
                        "kuadriliun" => 5,
                        "kuintiliun" => 6,
                        other => panic!("unknown word {other}"),
                    };
                    assert!((1..1_000).contains(&group) && (power > 1 || group > 1));
                    total += group * 1_000_i128.pow(power);
                    group = 0;
                    0
                }
            };
            group += one;
            last = one;
        }
        sign * (total + group)
    }

    #[test]
    fn every_small_number_is_read_back() {
        for number in -1_100..12_000 {
            assert_eq!(read(&terbilang(number)), i128::from(number));
        }
    }

    proptest! {
        #[test]
        fn words_are_read_back(number in 0..1_000_000_000_000_i64) {
            prop_assert_eq!(read(&terbilang(number)), i128::from(number));
        }

        #[test]
        fn words_of_any_number_are_read_back(number: i64) {
            prop_assert_eq!(read(&terbilang(number)), i128::from(number));
        }
    }
}
