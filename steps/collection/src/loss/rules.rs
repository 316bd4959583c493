//! Why goods leave a post otherwise than by a hand-over.

use asuh_store::Refusal;

asuh_ground::codes! {
    /// Where they went.
    ///
    /// Translation key `collection.loss.<code>`.
    pub enum LossKind {
        /// Broken, spoiled, lost: thrown away.
        WrittenOff = "written_off",
        /// Back to who brought it, because nobody may be given it.
        GivenBack = "given_back",
    }
}

/// Checks a request against what is there and not asked for already.
///
/// # Errors
/// Nothing, or more than there is; no reason.
pub(crate) fn check(amount: i64, there: i64, reason: &str) -> Result<(), Refusal> {
    if amount <= 0 || amount > there {
        return Err(Refusal::new("collection.refused.loss").field("jumlah").arg("there", there));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::new("web.error.required").field("alasan"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_lost_than_there_is() {
        for (amount, there, reason, good) in [
            (1, 1, "pecah", true),
            (2, 1, "pecah", false),
            (0, 1, "pecah", false),
            (-1, 1, "x", false),
            (1, 1, " ", false),
        ] {
            assert_eq!(check(amount, there, reason).is_ok(), good, "{amount} of {there}");
        }
        assert!(LossKind::ALL.into_iter().all(|kind| LossKind::parse(kind.code()) == Some(kind)));
    }
}
