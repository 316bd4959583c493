use std::fmt::Write;

use asuh_growth::{Sex, TableName};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

#[test]
fn the_compiled_tables_are_the_source_figures() {
    let wanted = include_str!("../../data-src/checksums.txt");
    let mut found = String::new();
    for table in TableName::ALL {
        for (sex, name) in Sex::ALL.into_iter().zip(["male", "female"]) {
            let mut text = String::new();
            for (key, row) in table.rows(sex) {
                writeln!(text, "{key} {:.4} {:.4} {:.5}", row.l, row.m, row.s).unwrap();
            }
            let sum = HEXLOWER.encode(&Sha256::digest(&text));
            writeln!(found, "{sum} {} {name}", table.code()).unwrap();
        }
    }
    assert_eq!(found, wanted);
}

#[test]
fn the_figures_are_the_doubles_nearest_to_their_decimals() {
    for table in TableName::ALL {
        for sex in Sex::ALL {
            for (key, row) in table.rows(sex) {
                for (value, text) in [
                    (row.l, format!("{:.4}", row.l)),
                    (row.m, format!("{:.4}", row.m)),
                    (row.s, format!("{:.5}", row.s)),
                ] {
                    assert_eq!(text.parse(), Ok(value), "{table:?} {sex:?} {key}");
                }
                assert!(row.l != 0.0, "the formula has no branch for L = 0");
            }
        }
    }
}

#[test]
fn every_table_covers_its_range() {
    for (table, first, last) in [
        (TableName::LengthForAge, 0, 1856),
        (TableName::ArmForAge, 91, 1856),
        (TableName::WeightForLength, 450, 1100),
        (TableName::WeightForHeight, 650, 1200),
        (TableName::HeightForAge2007, 60, 228),
        (TableName::WeightForAge2007, 60, 120),
    ] {
        for sex in Sex::ALL {
            let keys: Vec<u32> = table.rows(sex).map(|(key, _)| key).collect();
            assert_eq!(keys, (first..=last).collect::<Vec<_>>(), "{table:?}");
        }
    }
}
