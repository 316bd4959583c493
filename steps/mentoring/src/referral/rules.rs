//! Why somebody is sent to the puskesmas, and how a referral goes on: pure.

asuh_ground::codes! {
    /// Why a person is sent on (Buku KIA 2023; the juknis of acute malnutrition).
    pub enum Reason {
        /// Gizi buruk: weight for height below -3, arm below 11.5 cm, oedema.
        SeverelyWasted = "severely_wasted",
        /// Below -2 of height for age: a doctor looks for the cause.
        Stunted = "stunted",
        /// No gain (T, 2T) or below the red line.
        NotGaining = "not_gaining",
        /// A danger sign: cannot drink, vomits all, fits, hardly wakes, fever, fast breath, diarrhoea with blood.
        DangerSign = "danger_sign",
        /// Development later than the age.
        Development = "development",
        /// Immunisation that was missed.
        Immunisation = "immunisation",
        /// A pregnant woman with an arm below 23.5 cm (KEK).
        ThinPregnant = "thin_pregnant",
        /// A danger sign in pregnancy: bleeding, fits, headache with swelling, waters broken, no movements.
        PregnancyDanger = "pregnancy_danger",
        /// Anaemia.
        Anaemia = "anaemia",
        /// Something else; the note says what.
        Other = "other",
    }
}

impl Reason {
    /// Whether the person is to be seen on the same day.
    pub fn is_urgent(self) -> bool {
        matches!(self, Reason::SeverelyWasted | Reason::DangerSign | Reason::PregnancyDanger)
    }

    /// The reasons of a stored text.
    pub fn of_stored(text: &str) -> Vec<Reason> {
        text.split(' ').filter_map(Reason::parse).collect()
    }

    /// What a child's measurements alone say: the codes of growth's reasons to send it on, and whether it is stunted.
    pub fn measured(signs: &str, is_stunted: bool) -> Vec<Reason> {
        let of = |sign: &str| match sign {
            "oedema" | "severely_wasted" | "thin_arm" => Some(Reason::SeverelyWasted),
            "below_red_line" | "twice_not_gained" | "not_gained" => Some(Reason::NotGaining),
            _ => None,
        };
        let said: Vec<Reason> =
            signs.split(' ').filter_map(of).chain(is_stunted.then_some(Reason::Stunted)).collect();
        Reason::ALL.iter().copied().filter(|one| said.contains(one)).collect()
    }

    /// As they are stored: each once, in their order.
    pub fn stored(reasons: &[Reason]) -> String {
        let chosen = Reason::ALL.iter().filter(|one| reasons.contains(one)).map(|one| one.code());
        chosen.collect::<Vec<_>>().join(" ")
    }
}

asuh_ground::codes! {
    /// How a referral stands.
    pub enum State {
        /// On its way.
        Sent = "sent",
        /// The puskesmas waits for the person.
        Accepted = "accepted",
        /// The puskesmas sent it back with a reason.
        Returned = "returned",
        /// The person was seen; the result stands beside it.
        Seen = "seen",
        /// Whoever sent it took it back.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Whether somebody still waits for the puskesmas.
    pub fn is_open(self) -> bool {
        matches!(self, State::Sent | State::Accepted)
    }

    /// Whether the next state may follow.
    pub fn may_become(self, next: State) -> bool {
        match next {
            State::Accepted => self == State::Sent,
            State::Returned | State::Seen | State::Withdrawn => self.is_open(),
            State::Sent => false,
        }
    }

    /// Whether words belong to it: why it was returned, what was found, why it was withdrawn.
    pub fn needs_words(self) -> bool {
        matches!(self, State::Returned | State::Seen | State::Withdrawn)
    }

    /// The CSS class of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            State::Sent | State::Returned => "warn",
            State::Seen => "good",
            State::Accepted | State::Withdrawn => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_referral_goes_one_way() {
        use State::{Accepted, Returned, Seen, Sent, Withdrawn};
        let may = [
            (Sent, Accepted),
            (Sent, Returned),
            (Sent, Seen),
            (Sent, Withdrawn),
            (Accepted, Returned),
            (Accepted, Seen),
            (Accepted, Withdrawn),
        ];
        for from in State::ALL {
            for to in State::ALL {
                assert_eq!(from.may_become(to), may.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn measurements_name_their_reasons_once() {
        let said = Reason::measured("oedema thin_arm below_red_line", true);
        assert_eq!(said, [Reason::SeverelyWasted, Reason::Stunted, Reason::NotGaining]);
        assert_eq!(Reason::measured("twice_not_gained not_gained", false), [Reason::NotGaining]);
        // Too heavy is no reason of this list, and nothing measured is none.
        assert_eq!(
            (Reason::measured("above_orange_line", false), Reason::measured("", false)),
            (vec![], vec![])
        );
    }

    #[test]
    fn reasons_are_stored_once_in_their_order() {
        let stored = Reason::stored(&[Reason::Other, Reason::NotGaining, Reason::Other]);
        assert_eq!(stored, "not_gaining other");
        assert_eq!(Reason::of_stored(&stored), [Reason::NotGaining, Reason::Other]);
        assert!(Reason::of_stored("").is_empty());
    }
}
