//! The lists that a nutrition officer and a cadre work from: whom to see today, whom to measure again, who was not
//! measured. Each is one query over [`child_growth`](super::standing), within the caller's reach.

mod export;
mod gaps;
pub(super) mod pages;
mod query;
mod tasks;

pub(super) use export::export;
pub(super) use gaps::gaps;
pub(super) use query::GONE;
pub(super) use tasks::tasks;

/// A list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Sent on today: severely wasted, oedema, or an arm below 11.5 cm.
    ReferToday,
    /// Stunted, and not stunted at the measurement before.
    NewlyStunted,
    /// 2T: not gained twice in a row.
    TwiceNotGained,
    /// BGM: below the red line.
    BelowRedLine,
    /// Not measured in the last two months, or never.
    NotMeasured,
    /// The latest measurement cannot be: measure again.
    Implausible,
}

impl List {
    /// All lists, the most urgent first.
    pub(super) const ALL: [List; 6] = [
        List::ReferToday,
        List::NewlyStunted,
        List::TwiceNotGained,
        List::BelowRedLine,
        List::Implausible,
        List::NotMeasured,
    ];

    /// Its word in addresses; its name is the translation `growth.list.<code>`, what to do with it
    /// `growth.list.<code>.lead`.
    pub(super) fn code(self) -> &'static str {
        match self {
            List::ReferToday => "rujuk",
            List::NewlyStunted => "baru_pendek",
            List::TwiceNotGained => "2t",
            List::BelowRedLine => "bgm",
            List::NotMeasured => "belum_diukur",
            List::Implausible => "ukur_ulang",
        }
    }

    /// The list with this word.
    pub(super) fn parse(code: &str) -> Option<List> {
        List::ALL.into_iter().find(|list| list.code() == code)
    }
}
