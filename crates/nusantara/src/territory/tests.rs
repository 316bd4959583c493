use proptest::prelude::*;

use super::*;

fn code(text: &str) -> TerritoryCode {
    TerritoryCode::parse(text).unwrap()
}

#[test]
fn reads_all_levels_with_and_without_dots() {
    for (text, number, level) in [
        ("15", 1_500_000_000, Level::Province),
        ("15.01", 1_501_000_000, Level::Regency),
        (" 1501 ", 1_501_000_000, Level::Regency),
        ("15.01.01", 1_501_010_000, Level::Subdistrict),
        ("150101", 1_501_010_000, Level::Subdistrict),
        ("15.01.01.2001", 1_501_012_001, Level::Village),
        ("1501012001", 1_501_012_001, Level::Village),
    ] {
        assert_eq!(code(text).as_i64(), number, "{text}");
        assert_eq!(code(text).level(), level, "{text}");
    }
}

#[test]
fn refuses_what_is_not_a_code() {
    use TerritoryCodeError::{Empty, Province, Shape, ZeroPart};
    for (text, error) in [
        ("", Empty),
        ("  ", Empty),
        ("1", Shape),
        ("15.1", Shape),
        ("15.", Shape),
        (".15", Shape),
        ("15.0101", Shape),
        ("1501.01", Shape),
        ("15.01.01.201", Shape),
        ("15.01.01.2001.001", Shape),
        ("15,01", Shape),
        ("1501010", Shape),
        ("-5", Shape),
        ("१५", Shape),
        ("00", Province),
        ("10.01", Province),
        ("15.00", ZeroPart),
        ("15.00.01", ZeroPart),
        ("15.01.00.2001", ZeroPart),
        ("15.01.01.0000", ZeroPart),
        ("1501000000", ZeroPart),
    ] {
        assert_eq!(TerritoryCode::parse(text), Err(error), "{text}");
    }
    assert_eq!(TerritoryCode::from_i64(1_501_002_001), Err(ZeroPart));
    assert_eq!(TerritoryCode::from_i64(1_500_010_000), Err(ZeroPart));
    for number in [i64::MIN, -1, 0, 15, 1_099_999_999, 10_000_000_000, i64::MAX] {
        assert_eq!(TerritoryCode::from_i64(number), Err(Province), "{number}");
    }
}

#[test]
fn climbs_the_ladder() {
    let village = code("15.01.01.2001");
    assert_eq!(village.parent(), Some(code("15.01.01")));
    assert_eq!(code("15.01.01").parent(), Some(code("15.01")));
    assert_eq!(code("15.01").parent(), Some(code("15")));
    assert_eq!(code("15").parent(), None);
    assert_eq!(village.ancestor(Level::Regency), Some(code("15.01")));
    assert_eq!(village.ancestor(Level::Village), Some(village));
    assert_eq!(code("15.01").ancestor(Level::Village), None);
    assert_eq!(code("15.01").range(), (1_501_000_000, 1_501_999_999));
    assert_eq!(village.range(), (1_501_012_001, 1_501_012_001));
}

#[test]
fn tells_kinds() {
    assert_eq!(code("15.01.01.1001").village_kind(), Some(VillageKind::Kelurahan));
    assert_eq!(code("15.01.01.2001").village_kind(), Some(VillageKind::Desa));
    assert_eq!(code("91.01.01.3001").village_kind(), Some(VillageKind::DesaAdat));
    assert_eq!(code("15.01.01.4001").village_kind(), None);
    assert_eq!(code("15.01.01").village_kind(), None);
    assert!(code("15.71").is_city() && code("15.72.01").is_city());
    assert!(!code("15.01").is_city() && !code("15").is_city());
}

#[test]
fn levels_are_ordered_and_named() {
    assert!(Level::Province < Level::Village);
    for level in Level::ALL {
        assert_eq!(Level::parse(level.code()), Ok(level));
    }
    assert_eq!(Level::parse("desa"), Err(LevelError));
}

#[cfg(feature = "serde")]
#[test]
fn serde_uses_dots() {
    use crate::serial::check::{read, written};
    assert_eq!(written(&code("1501")), "15.01");
    assert_eq!(read::<TerritoryCode>("15.01.01").unwrap(), code("150101"));
    assert!(read::<TerritoryCode>("15.1").is_err());
    assert_eq!(written(&Level::Subdistrict), "subdistrict");
    assert_eq!(read::<Level>("village").unwrap(), Level::Village);
}

/// Codes close to each other, so that one often contains the other.
fn any_code() -> impl Strategy<Value = TerritoryCode> {
    (11_i64..14, 0_i64..3, 0_i64..3, prop_oneof![Just(0_i64), 1001_i64..1003, 1_i64..=9999]).prop_filter_map(
        "gap",
        |(province, regency, subdistrict, village)| {
            let number = province * 100_000_000 + regency * 1_000_000 + subdistrict * 10_000 + village;
            TerritoryCode::from_i64(number).ok()
        },
    )
}

proptest! {
    #[test]
    fn print_and_parse(code in any_code()) {
        let text = code.to_string();
        prop_assert_eq!(TerritoryCode::parse(&text), Ok(code));
        prop_assert_eq!(TerritoryCode::parse(&text.replace('.', "")), Ok(code));
        prop_assert_eq!(TerritoryCode::from_i64(code.as_i64()), Ok(code));
    }

    #[test]
    fn containment_is_range_membership(a in any_code(), b in any_code()) {
        let (first, last) = a.range();
        prop_assert_eq!(a.contains(b), (first..=last).contains(&b.as_i64()));
        prop_assert!(a.contains(a));
        if let Some(parent) = a.parent() {
            prop_assert!(parent.contains(a) && !a.contains(parent) && parent < a);
        }
    }

    #[test]
    fn never_panics(text in any::<String>(), digits in "[0-9.]{0,14}", number in any::<i64>()) {
        let _ = TerritoryCode::parse(&text);
        let _ = Level::parse(&text);
        for code in [TerritoryCode::parse(&digits), TerritoryCode::from_i64(number)].into_iter().flatten() {
            prop_assert_eq!(TerritoryCode::parse(&code.to_string()), Ok(code));
        }
    }
}
