//! What is stored can be read again, and what could never be is refused.

use asuh_growth::indonesia::{GainTable, Reading};
use asuh_growth::{Age, Child, Kilograms, Length, Sex};

#[test]
fn children_and_readings_survive() {
    let child = Child {
        sex: Some(Sex::Female),
        age: Some(Age::from_whole_days(858)),
        weight: Some(Kilograms(10.6)),
        length: Some(Length::lying(81.5)),
        ..Child::default()
    };
    let text = serde_json::to_string(&child).unwrap();
    assert!(text.contains(r#""sex":"female","age":{"days":858.0},"weight":10.6"#), "{text}");
    assert_eq!(serde_json::from_str::<Child>(&text).unwrap(), child);
    let reading = Reading::of(&child);
    let text = serde_json::to_string(&reading).unwrap();
    assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading);
    assert_eq!(serde_json::from_str::<Child>("{}").unwrap(), Child::default());
}

#[test]
fn what_could_never_be_is_refused() {
    for text in [r#"{"days":-1.0}"#, r#"{"months":-0.5}"#, r#"{"years":1.0}"#] {
        assert!(serde_json::from_str::<Age>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<GainTable>(r#"{"boys":[],"girls":[200]}"#).is_err());
    let table = GainTable::default();
    let text = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<GainTable>(&text).unwrap(), table);
}
