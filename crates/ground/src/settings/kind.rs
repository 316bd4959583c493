//! What a setting may hold, and the check that every value passes before it is stored.

use std::collections::BTreeMap;

use asuh_nusantara::{Nip, Rupiah, date, number};
use asuh_store::{Id, Refusal};

use super::pattern;

/// Characters of one line of a many-line setting.
const LINE: usize = 120;
/// Rows of a list.
const ROWS: usize = 60;

/// What a setting holds. The stored form is always one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of at most this many characters.
    Text(usize),
    /// At most this many lines of 120 characters.
    Lines(usize),
    /// A whole number within a range.
    Number(i64, i64),
    /// One of these codes.
    Choice(&'static [&'static str]),
    /// Any of these codes, stored with commas between them.
    Several(&'static [&'static str]),
    /// `1` or `0`.
    YesNo,
    /// A pattern of letter numbers, see [`pattern`].
    Pattern,
    /// The id of an attachment: a PNG or JPEG image.
    Image,
    /// Rows with these columns, stored as a JSON array of objects.
    List(&'static [Column]),
}

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name within the list.
    pub name: &'static str,
    /// What it holds.
    pub cell: Cell,
    /// Whether a row without it is refused.
    pub required: bool,
}

/// What a cell of a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// One line of at most this many characters.
    Text(usize),
    /// One of these codes; the empty code is "none of them".
    Choice(&'static [&'static str]),
    /// Any of these codes, with commas between them.
    Several(&'static [&'static str]),
    /// A civil servant's number, 18 digits.
    Nip,
    /// Money, from Rp1 to Rp100 million.
    Rupiah,
    /// A whole number within a range, with or without thousands dots.
    Whole(i64, i64),
    /// A day, stored as `2026-11-02`.
    Day,
    /// The code of a commodity.
    Commodity,
}

/// A row of a list: column name to text.
pub type ListRow = BTreeMap<String, String>;

/// The rows of a stored list; a text that is no list has none.
pub(super) fn rows(stored: &str) -> Vec<ListRow> {
    serde_json::from_str(stored).unwrap_or_default()
}

impl Kind {
    /// The value as it is stored: trimmed, numbers and days in one spelling.
    ///
    /// # Errors
    /// A refusal that names `field` (for a cell: `<field>.<row>.<column>`).
    pub fn check(&self, field: &str, text: &str) -> Result<String, Refusal> {
        let text = text.trim();
        match self {
            Kind::Text(most) => line(field, text, *most),
            Kind::Lines(most) => {
                let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                if lines.len() > *most {
                    return Err(Refusal::new("settings.refused.lines").field(field).arg("most", most));
                }
                for one in &lines {
                    line(field, one, LINE)?;
                }
                Ok(lines.join("\n"))
            }
            Kind::Number(from, to) => {
                let value = number::parse_count(text)
                    .map_err(|_| Refusal::new("web.error.not_a_number").field(field))?;
                if !(*from..=*to).contains(&value) {
                    return Err(Refusal::new("web.error.out_of_range")
                        .field(field)
                        .arg("from", from)
                        .arg("to", to));
                }
                Ok(value.to_string())
            }
            Kind::Choice(codes) => one_of(field, text, codes),
            Kind::Several(codes) => several(field, text, codes),
            Kind::YesNo => Ok(if matches!(text, "" | "0" | "tidak") { "0" } else { "1" }.to_owned()),
            Kind::Pattern => {
                pattern::check(text).map_err(|error| error.refusal().field(field))?;
                Ok(text.to_owned())
            }
            Kind::Image => match text {
                "" => Ok(String::new()),
                text => text
                    .parse::<Id>()
                    .map(|id| id.to_string())
                    .map_err(|_| Refusal::new("settings.refused.image").field(field)),
            },
            Kind::List(columns) => list(field, text, columns),
        }
    }
}

fn line(field: &str, text: &str, most: usize) -> Result<String, Refusal> {
    if text.chars().count() > most {
        return Err(Refusal::new("web.error.too_long").field(field).arg("most", most));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::new("settings.refused.line").field(field));
    }
    Ok(text.to_owned())
}

fn one_of(field: &str, text: &str, codes: &[&str]) -> Result<String, Refusal> {
    if codes.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::new("web.error.choose").field(field))
    }
}

fn several(field: &str, text: &str, codes: &[&str]) -> Result<String, Refusal> {
    let chosen: Vec<&str> = text.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    if chosen.iter().any(|code| !codes.contains(code)) {
        return Err(Refusal::new("web.error.choose").field(field));
    }
    // In the order of the table, each once: the same choice is always the same text.
    let kept: Vec<&str> = codes.iter().copied().filter(|code| chosen.contains(code)).collect();
    Ok(kept.join(","))
}

fn list(field: &str, text: &str, columns: &[Column]) -> Result<String, Refusal> {
    if text.is_empty() {
        return Ok("[]".to_owned());
    }
    let sent: Vec<ListRow> =
        serde_json::from_str(text).map_err(|_| Refusal::new("settings.refused.list").field(field))?;
    let mut kept = Vec::new();
    for (nth, row) in sent.iter().enumerate() {
        let written = |column: &Column| row.get(column.name).map_or("", |value| value.trim());
        // A row in which only a preselected choice stands was left empty.
        let empty = columns
            .iter()
            .filter(|column| !matches!(column.cell, Cell::Choice(_) | Cell::Several(_)))
            .all(|column| written(column).is_empty());
        if empty {
            continue;
        }
        let mut checked = ListRow::new();
        for column in columns {
            let place = format!("{field}.{nth}.{}", column.name);
            let value = written(column);
            if value.is_empty() && column.required {
                return Err(Refusal::new("web.error.required").field(place));
            }
            checked.insert(column.name.to_owned(), cell(&place, value, column.cell)?);
        }
        kept.push(checked);
    }
    if kept.len() > ROWS {
        return Err(Refusal::new("settings.refused.rows").field(field).arg("most", ROWS));
    }
    serde_json::to_string(&kept).map_err(|_| Refusal::new("settings.refused.list").field(field))
}

fn cell(place: &str, text: &str, cell: Cell) -> Result<String, Refusal> {
    if text.is_empty() {
        return Ok(String::new());
    }
    match cell {
        Cell::Text(most) => line(place, text, most),
        Cell::Choice(codes) => one_of(place, text, codes),
        Cell::Several(codes) => several(place, text, codes),
        Cell::Nip => Nip::parse(text)
            .map(|nip| nip.as_str().to_owned())
            .map_err(|_| Refusal::new("settings.refused.nip").field(place)),
        Cell::Rupiah => {
            let amount = Rupiah::parse(text).map(Rupiah::get).ok();
            match amount.filter(|amount| (1..=100_000_000).contains(amount)) {
                Some(amount) => Ok(amount.to_string()),
                None => Err(Refusal::new("settings.refused.rupiah").field(place)),
            }
        }
        Cell::Whole(from, to) => Kind::Number(from, to).check(place, text),
        Cell::Day => {
            let day = date::parse(text).map_err(|_| Refusal::new("web.error.not_a_day").field(place))?;
            Ok(format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day()))
        }
        Cell::Commodity => {
            let plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if plain && text.len() <= 40 {
                Ok(text.to_owned())
            } else {
                Err(Refusal::new("web.error.choose").field(place))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: Kind = Kind::List(&[
        Column { name: "name", cell: Cell::Text(20), required: true },
        Column { name: "nip", cell: Cell::Nip, required: false },
        Column { name: "acting", cell: Cell::Choice(&["", "plt"]), required: false },
    ]);

    #[test]
    fn a_value_is_stored_in_one_spelling_or_refused_with_its_field() {
        let cases: &[(Kind, &str, Result<&str, &str>)] = &[
            (Kind::Text(5), "  abc ", Ok("abc")),
            (Kind::Text(5), "abcdef", Err("web.error.too_long")),
            (Kind::Text(50), "a\u{0}b", Err("settings.refused.line")),
            (Kind::Lines(2), " a \n\n b ", Ok("a\nb")),
            (Kind::Lines(1), "a\nb", Err("settings.refused.lines")),
            (Kind::Number(1, 2000), "1.200", Ok("1200")),
            (Kind::Number(1, 2000), "2.001", Err("web.error.out_of_range")),
            (Kind::Number(1, 2000), "dua", Err("web.error.not_a_number")),
            (Kind::Choice(&["a4", "f4"]), "f4", Ok("f4")),
            (Kind::Choice(&["a4", "f4"]), "letter", Err("web.error.choose")),
            (Kind::Several(&["a", "b", "c"]), "c, a,c", Ok("a,c")),
            (Kind::Several(&["a", "b"]), "a,x", Err("web.error.choose")),
            (Kind::YesNo, "ya", Ok("1")),
            (Kind::YesNo, "", Ok("0")),
            (Kind::Image, "logo.png", Err("settings.refused.image")),
            (PEOPLE, "", Ok("[]")),
            (PEOPLE, "[{\"name\":\"\",\"nip\":\"\",\"acting\":\"plt\"}]", Ok("[]")),
            (PEOPLE, "[{\"name\":\"\",\"nip\":\"197803142005011003\"}]", Err("web.error.required")),
            (PEOPLE, "[{\"name\":\"Budi\",\"nip\":\"12\"}]", Err("settings.refused.nip")),
            (PEOPLE, "{}", Err("settings.refused.list")),
        ];
        for (kind, text, expected) in cases {
            let checked = kind.check("x", text);
            match (checked, expected) {
                (Ok(stored), Ok(expected)) => assert_eq!(stored, *expected, "{text}"),
                (Err(refusal), Err(code)) => assert_eq!(refusal.code, *code, "{text}"),
                (other, _) => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_refused_cell_is_named_by_row_and_column() {
        let refusal =
            PEOPLE.check("people", "[{\"name\":\"A\"},{\"name\":\"B\",\"nip\":\"1\"}]").unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some("people.1.nip"));
    }
}
