//! How an audit of a case goes on: pure.

use serde::{Deserialize, Serialize};

/// How an audit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Chosen; experts have not met.
    Selected,
    /// Reviewed; what follows is being done.
    Reviewed,
    /// Looked at again and closed.
    Closed,
}

impl State {
    /// All, in their order.
    pub const ALL: [State; 3] = [State::Selected, State::Reviewed, State::Closed];

    /// Its stable code, as stored; translation key `mentoring.case.state.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            State::Selected => "selected",
            State::Reviewed => "reviewed",
            State::Closed => "closed",
        }
    }

    /// The state with this code.
    pub fn parse(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The CSS class of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            State::Selected => "warn",
            State::Reviewed => "",
            State::Closed => "good",
        }
    }
}

/// What the second look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The child does better.
    Better,
    /// As before.
    Same,
    /// Worse.
    Worse,
    /// Moved, died, or nobody finds it.
    Gone,
}

impl Outcome {
    /// All, in the order of the form.
    pub const ALL: [Outcome; 4] = [Outcome::Better, Outcome::Same, Outcome::Worse, Outcome::Gone];

    /// Its stable code, as stored; translation key `mentoring.case.outcome.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Better => "better",
            Outcome::Same => "same",
            Outcome::Worse => "worse",
            Outcome::Gone => "gone",
        }
    }

    /// The outcome with this code.
    pub fn parse(code: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.code()), Some(state));
        }
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.code()), Some(outcome));
        }
        assert_eq!(State::parse("x"), None);
    }
}
