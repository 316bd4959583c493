//! SKDN, the posyandu's monthly balance.

/// Children of one month and place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Skdn {
    /// S, sasaran: children who live there.
    pub targets: u32,
    /// K: those with a card.
    pub cards: u32,
    /// D, ditimbang: those weighed.
    pub weighed: u32,
    /// N: of these, gained.
    pub gained: u32,
    /// O: of these, not weighed last month.
    pub not_weighed_before: u32,
    /// B: of these, weighed for the first time.
    pub first: u32,
}

impl Skdn {
    /// D/S in percent: how many come. `None` without targets.
    #[must_use]
    pub fn coming(&self) -> Option<f64> {
        percent(self.weighed, self.targets)
    }

    /// K/S in percent: how many have a card.
    #[must_use]
    pub fn with_card(&self) -> Option<f64> {
        percent(self.cards, self.targets)
    }

    /// N/D' in percent, D' = D - O - B: how many of those who could be compared have gained.
    #[must_use]
    pub fn gaining(&self) -> Option<f64> {
        let compared = self.weighed.checked_sub(self.not_weighed_before)?.checked_sub(self.first)?;
        percent(self.gained, compared)
    }
}

fn percent(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) * 100.0 / f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_cannot_be_compared_do_not_count() {
        let month =
            Skdn { targets: 100, cards: 90, weighed: 60, gained: 30, not_weighed_before: 8, first: 2 };
        assert_eq!(
            (month.coming(), month.with_card(), month.gaining()),
            (Some(60.0), Some(90.0), Some(60.0))
        );
        assert_eq!(Skdn::default().coming(), None);
        assert_eq!(Skdn { weighed: 1, first: 2, ..month }.gaining(), None);
    }
}
