//! The roll as a form: what a page showed, and what was changed on it.

use asuh_nusantara::number;
use asuh_store::Id;

use super::command::{Line, key};
use super::query::LineItem;
use super::rules::{Amount, LineState};
use asuh_ground::web::{Form, Text};

/// One commodity of a line on the page.
pub(super) struct ItemView {
    pub commodity: String,
    pub name: String,
    pub unit: String,
    pub cash: bool,
    pub brought: String,
    pub damaged: String,
    /// What came, as a number.
    pub amount: i64,
    /// Not part of the promise: it comes beside it.
    pub beside: bool,
}

/// A line of the page: a person, or a make-up of a person.
pub(super) struct LineView {
    pub key: String,
    pub name: String,
    pub for_day: time::Date,
    pub make_up: bool,
    /// A promise for this day: only then there is something to be full.
    pub promised: bool,
    pub state: String,
    /// What the page shows, sent back so that only changes are sent on.
    pub shown: String,
    pub error: String,
    pub has_damage: bool,
    pub items: Vec<ItemView>,
}

impl LineView {
    /// The word for a state: who promised nothing gives, and is never "partly" there.
    pub(super) fn state_key(&self, state: &str) -> &'static str {
        match state {
            "full" => "collection.state.full",
            "partial" if self.promised => "collection.state.partial",
            "partial" => "collection.state.gives",
            "nothing" => "collection.state.nothing",
            "away" => "collection.state.away",
            _ => "collection.state.open",
        }
    }

    /// Whether something came beside the promise.
    pub(super) fn has_beside(&self) -> bool {
        self.items.iter().any(|item| item.beside)
    }

    /// What was given, in words: "beras 1 kaleng, telur 1 butir, Rp2.000".
    pub(super) fn gift(&self, text: Text) -> String {
        let parts: Vec<String> = self
            .items
            .iter()
            .filter(|item| item.amount > 0)
            .map(|item| {
                let amount = text.quantity(&item.unit, item.amount);
                if item.cash { amount } else { format!("{} {amount}", item.name.to_lowercase()) }
            })
            .collect();
        parts.join(", ")
    }
}

/// Lines out of rows that stand together by person and day.
pub(super) fn views(held_on: time::Date, rows: &[LineItem]) -> Vec<LineView> {
    let mut lines: Vec<LineView> = Vec::new();
    for part in rows.chunk_by(|a, b| (a.sponsor_id, a.for_day) == (b.sponsor_id, b.for_day)) {
        let Some(row) = part.first() else { continue };
        let amounts: Vec<String> =
            part.iter().map(|row| format!("{}={}-{}", row.commodity, row.brought, row.damaged)).collect();
        lines.push(LineView {
            key: key(row.sponsor_id, row.for_day),
            name: row.name.clone(),
            for_day: row.for_day,
            make_up: row.for_day != held_on,
            promised: part.iter().any(|row| row.expected > 0),
            state: row.state.clone(),
            shown: format!("{}|{}|{}", row.version, row.state, amounts.join(";")),
            error: String::new(),
            has_damage: part.iter().any(|row| row.damaged > 0),
            items: part.iter().map(|row| item(row, part.iter().any(|row| row.expected > 0))).collect(),
        });
    }
    lines
}

fn item(row: &LineItem, promised: bool) -> ItemView {
    let beside = promised && row.expected == 0;
    let shown = if row.state == "partial" || beside { row.brought } else { row.expected };
    ItemView {
        commodity: row.commodity.clone(),
        name: row.commodity_name.clone(),
        unit: row.unit.clone(),
        cash: row.kind == "cash",
        brought: shown.to_string(),
        damaged: row.damaged.to_string(),
        amount: row.brought,
        beside,
    }
}

/// Puts what was typed back onto the lines, with the errors beside them.
pub(super) fn refill(lines: &mut [LineView], form: &Form) {
    let view = form.view();
    for line in lines {
        let shown = form.get(&format!("dilihat.{}", line.key));
        if shown.is_empty() {
            continue;
        }
        line.shown = shown.to_owned();
        line.state = form.get(&format!("s.{}", line.key)).to_owned();
        line.error = view.error(&format!("s.{}", line.key));
        for item in &mut line.items {
            item.brought = form.get(&format!("b.{}.{}", line.key, item.commodity)).to_owned();
            item.damaged = form.get(&format!("d.{}.{}", line.key, item.commodity)).to_owned();
        }
    }
}

/// The lines that the page changed; amounts that are no numbers become errors of the form.
pub(super) fn changes(form: &mut Form) -> Vec<Line> {
    let shown: Vec<(String, String)> =
        form.starting_with("dilihat.").map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let mut lines = Vec::new();
    for (key, shown) in shown {
        let Some((sponsor, day)) = read_key(&key) else {
            form.error("", "collection.refused.form");
            continue;
        };
        let Some((version, was, amounts)) = read_shown(&shown) else {
            form.error("", "collection.refused.form");
            continue;
        };
        let state = LineState::parse(form.get(&format!("s.{key}"))).unwrap_or(was);
        let mut typed = Vec::with_capacity(amounts.len());
        let mut wrong = false;
        for before in &amounts {
            let brought = count(form, &format!("b.{key}.{}", before.commodity), before.brought);
            let damaged = count(form, &format!("d.{key}.{}", before.commodity), before.damaged);
            match (brought, damaged) {
                (Some(brought), Some(damaged)) => {
                    typed.push(Amount { commodity: before.commodity.clone(), brought, damaged });
                }
                _ => wrong = true,
            }
        }
        let counts = matches!(state, LineState::Partial | LineState::Full);
        if wrong && counts {
            form.error(&format!("s.{key}"), "web.error.not_a_number");
            continue;
        }
        let differs = state != was || (counts && typed != amounts);
        if differs {
            lines.push(Line { sponsor, for_day: day, shown: version, state, amounts: typed });
        }
    }
    lines
}

/// A count, or what was there when the page did not send the field; an empty field is none.
fn count(form: &Form, field: &str, before: i64) -> Option<i64> {
    let mut sent = form.starting_with(field).filter(|(rest, _)| rest.is_empty()).peekable();
    match sent.peek() {
        None => Some(before),
        Some((_, "")) => Some(0),
        Some((_, text)) => number::parse_count(text).ok(),
    }
}

fn read_key(key: &str) -> Option<(Id, time::Date)> {
    let (sponsor, day) = key.split_once('.')?;
    let number: i32 = day.parse().ok()?;
    let month = time::Month::try_from(u8::try_from(number / 100 % 100).ok()?).ok()?;
    let day = time::Date::from_calendar_date(number / 10_000, month, u8::try_from(number % 100).ok()?);
    Some((sponsor.parse().ok()?, day.ok()?))
}

fn read_shown(shown: &str) -> Option<(i64, LineState, Vec<Amount>)> {
    let mut parts = shown.splitn(3, '|');
    let version = parts.next()?.parse().ok()?;
    let state = LineState::parse(parts.next()?)?;
    let amounts = parts
        .next()?
        .split(';')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (commodity, amounts) = part.split_once('=')?;
            let (brought, damaged) = amounts.split_once('-')?;
            Some(Amount {
                commodity: commodity.to_owned(),
                brought: brought.parse().ok()?,
                damaged: damaged.parse().ok()?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some((version, state, amounts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn what_a_page_shows_comes_back() {
        let sponsor = Id::from_bytes([7; 16]);
        assert_eq!(read_key(&key(sponsor, date!(2026 - 11 - 02))), Some((sponsor, date!(2026 - 11 - 02))));
        let (version, state, amounts) = read_shown("3|partial|cash=1000-0;egg=2-1").unwrap();
        assert_eq!((version, state), (3, LineState::Partial));
        assert_eq!(amounts[1], Amount { commodity: "egg".into(), brought: 2, damaged: 1 });
        for broken in ["", "x|open|", "1|?|", "1|open", "1|open|egg", "1|open|egg=1"] {
            assert_eq!(read_shown(broken), None, "{broken}");
        }
        assert_eq!(read_key("7"), None);
    }
}
