//! What a work may be, and from which state it may go to which.

use time::{Date, Duration};

/// The kinds of works; the words are `works.kind.<code>`, the same codes as those of what a family needs once.
pub const KINDS: [&str; 3] = ["water", "latrine", "house"];

/// Whose money a work costs; words `works.source.<code>`. The pool is a fund in our books, all others are outside them.
pub const SOURCES: [&str; 5] = ["giver", "holder", "government", "community", "pool"];

/// Who may receive a work for the family.
pub const RELATIONS: [&str; 3] = ["head", "wife", "member"];

/// How it is proven that a work was handed over.
pub const PROOFS: [&str; 3] = ["signature", "thumbprint", "paper"];

/// What a look at a work afterwards finds.
pub const OUTCOMES: [&str; 3] = ["working", "broken", "unused"];

/// When a photo was taken; 'paper' is the signed protocol.
pub const MOMENTS: [&str; 4] = ["before", "after", "check", "paper"];

/// Photos of a work at most.
pub const PHOTOS: usize = 20;

asuh_ground::codes! {
    /// Where a work stands, in the order of its way; words `works.state.<code>`.
    pub enum State {
        /// Ordered.
        Planned = "planned",
        /// Begun.
        InWork = "in_work",
        /// The family has it.
        HandedOver = "handed_over",
        /// Not built.
        Cancelled = "cancelled",
    }
}

impl State {
    /// Whether a work that stands so may be brought there: forward, cancelled until it is handed over, and back to work
    /// where it was handed over by mistake.
    pub fn may_become(self, next: State) -> bool {
        matches!(
            (self, next),
            (State::Planned, State::InWork | State::Cancelled)
                | (State::InWork, State::HandedOver | State::Cancelled)
                | (State::HandedOver, State::InWork)
        )
    }
}

/// What a campaign must help with so that its promises may build this.
pub fn campaign_help(kind: &str) -> &'static str {
    match kind {
        "water" => "water",
        _ => "sanitation",
    }
}

/// The day from which somebody should look whether a work still serves: so many days after it was handed over, or after the
/// last look that found it otherwise than working.
pub fn look_again(handed_on: Date, last: Option<(Date, &str)>, days: i64) -> Option<Date> {
    match last {
        None => Some(handed_on.saturating_add(Duration::days(days))),
        Some((_, "working")) => None,
        Some((on, _)) => Some(on.saturating_add(Duration::days(days))),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_work_goes_forward_and_only_a_mistake_back() {
        use State::{Cancelled, HandedOver, InWork, Planned};
        let allowed: Vec<(State, State)> = State::ALL
            .into_iter()
            .flat_map(|from| State::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        let wanted = [
            (Planned, InWork),
            (Planned, Cancelled),
            (InWork, HandedOver),
            (InWork, Cancelled),
            (HandedOver, InWork),
        ];
        assert_eq!(allowed, wanted);
        assert!(State::ALL.iter().all(|state| State::parse(state.code()) == Some(*state)));
    }

    #[test]
    fn what_works_is_looked_at_once() {
        let handed = date!(2026 - 08 - 01);
        assert_eq!(look_again(handed, None, 90), Some(date!(2026 - 10 - 30)));
        assert_eq!(look_again(handed, Some((date!(2026 - 10 - 30), "working")), 90), None);
        let broken = Some((date!(2026 - 10 - 30), "broken"));
        assert_eq!(look_again(handed, broken, 30), Some(date!(2026 - 11 - 29)));
    }
}
