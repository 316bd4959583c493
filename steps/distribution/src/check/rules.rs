//! The rules of after-checks: what an answer can be, and what the answers together say. Pure.

use asuh_ground::sampling::{Confidence, Estimate, estimate};

/// What a family can say; the words are `after_check.outcome.<code>`.
pub const OUTCOMES: [&str; 5] = ["received", "problem", "other_amount", "not_received", "unreachable"];

/// How it is asked; the words are `after_check.channel.<code>`.
pub const CHANNELS: [&str; 2] = ["visit", "phone"];

/// Margins that can be chosen, percentage points.
pub const MARGINS: [i64; 4] = [3, 5, 7, 10];

/// Answers of a village below which its result is not told by itself.
pub const FEW: i64 = 5;

/// What an answer is followed up as; nothing where all is well or nobody could be asked.
pub fn about(outcome: &str) -> Option<&'static str> {
    match outcome {
        "not_received" => Some("not_received"),
        "other_amount" => Some("other_amount"),
        "problem" => Some("problem"),
        _ => None,
    }
}

/// The answers of a district or a village.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    /// On record as received.
    pub population: i64,
    /// Of them drawn.
    pub drawn: i64,
    /// Received as recorded.
    pub received: i64,
    /// Received, with a problem.
    pub problem: i64,
    /// Received, another amount.
    pub other_amount: i64,
    /// Not received.
    pub not_received: i64,
    /// Could not be asked.
    pub unreachable: i64,
}

impl Answers {
    /// Families that answered.
    pub fn answered(&self) -> i64 {
        self.received + self.problem + self.other_amount + self.not_received
    }

    /// Families that nobody has asked yet.
    pub fn waiting(&self) -> i64 {
        (self.drawn - self.answered() - self.unreachable).max(0)
    }

    /// Families to whom what is on record came whole, whether or not something was amiss.
    pub fn arrived(&self) -> i64 {
        self.received + self.problem
    }

    /// The share to whom it came whole, with its interval; nothing where nobody answered.
    pub fn estimate(&self, confidence: Confidence) -> Option<Estimate> {
        estimate(self.arrived(), self.answered(), Some(self.population), confidence)
    }

    /// The same of a village, where enough answered.
    pub fn of_village(&self, confidence: Confidence) -> Option<Estimate> {
        if self.answered() < FEW { None } else { self.estimate(confidence) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_answers_say() {
        let answers = Answers {
            population: 20,
            drawn: 12,
            received: 8,
            problem: 1,
            other_amount: 0,
            not_received: 1,
            unreachable: 1,
        };
        assert_eq!((answers.answered(), answers.waiting(), answers.arrived()), (10, 1, 9));
        let estimate = answers.estimate(Confidence::P95).expect("answers");
        assert_eq!(estimate.percents(), (90, 69, 97));
        assert_eq!(estimate.of(answers.population), (13, 20));
        assert!(
            Answers { population: 9, drawn: 4, received: 4, ..Answers::default() }
                .of_village(Confidence::P95)
                .is_none()
        );
        assert!(Answers::default().estimate(Confidence::P95).is_none());
    }

    #[test]
    fn what_is_followed_up() {
        let followed: Vec<_> = OUTCOMES.into_iter().filter(|outcome| about(outcome).is_some()).collect();
        assert_eq!(followed, ["problem", "other_amount", "not_received"]);
    }
}
