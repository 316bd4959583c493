//! Facts of this step in the reader's words.

use asuh_nusantara::age;
use time::Date;

use crate::family::TargetLine;
use crate::rules::Target;
use asuh_ground::web::Text;

/// Where something is known from, in words; as it was typed where it is no code of ours ("DTSEN").
pub(super) fn source_words(text: &Text, source: &str) -> String {
    let key = format!("registry.source.{source}");
    let words = text.t(&key);
    if words == key.as_str() { source.to_owned() } else { words.into_owned() }
}

/// A target in words: "Anak 0–23 bulan: 14 bulan", "Ibu hamil, perkiraan lahir 3 Jan 2027".
pub(super) fn target_words(text: &Text, line: &TargetLine, on: Date) -> String {
    let name = text.t(&format!("registry.target.{}", line.target.code()));
    match (line.target, line.birth_date, line.due_on) {
        (Target::Pregnant, _, Some(due)) => {
            text.t2("registry.target.due", "target", name, "day", text.day(due))
        }
        (Target::ChildUnderTwo | Target::ChildTwoToFive, Some(birth), _) => {
            format!("{name}: {}", age::words(text.language, birth, on))
        }
        _ => name.into_owned(),
    }
}
