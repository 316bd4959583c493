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

asuh_ground::codes! {
    /// A list.
    ///
    /// Its word in addresses; its name is the translation `growth.list.<code>`, what to do with it
    /// `growth.list.<code>.lead`.
    pub(super) enum List {
        /// Sent on today: severely wasted, oedema, or an arm below 11.5 cm.
        ReferToday = "rujuk",
        /// Stunted, and not stunted at the measurement before.
        NewlyStunted = "baru_pendek",
        /// 2T: not gained twice in a row.
        TwiceNotGained = "2t",
        /// BGM: below the red line.
        BelowRedLine = "bgm",
        /// The latest measurement cannot be: measure again.
        Implausible = "ukur_ulang",
        /// Not measured in the last two months, or never.
        NotMeasured = "belum_diukur",
    }
}
