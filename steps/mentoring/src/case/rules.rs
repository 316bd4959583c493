//! How an audit of a case goes on: pure.

asuh_ground::codes! {
    /// How an audit stands.
    ///
    /// Translation key `mentoring.case.state.<code>`.
    pub enum State {
        /// Chosen; experts have not met.
        Selected = "selected",
        /// Reviewed; what follows is being done.
        Reviewed = "reviewed",
        /// Looked at again and closed.
        Closed = "closed",
    }
}

impl State {
    /// The CSS class of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            State::Selected => "warn",
            State::Reviewed => "",
            State::Closed => "good",
        }
    }
}

asuh_ground::codes! {
    /// What the second look found.
    ///
    /// Translation key `mentoring.case.outcome.<code>`.
    pub enum Outcome {
        /// The child does better.
        Better = "better",
        /// As before.
        Same = "same",
        /// Worse.
        Worse = "worse",
        /// Moved, died, or nobody finds it.
        Gone = "gone",
    }
}
