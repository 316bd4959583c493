//! Which movements of stock make sense.

use asuh_store::Refusal;

use asuh_ground::books::AccountKind;

/// Whether goods may be moved from one kind of place to another: out of a warehouse, a depot or what is still
/// on the way, into a warehouse or a depot.
pub(crate) fn may_move(from: AccountKind, to: AccountKind) -> bool {
    is_stock(from) && matches!(to, AccountKind::Warehouse | AccountKind::Depot)
}

/// Whether a place's balance is stock that this step answers for.
pub(crate) fn is_stock(kind: AccountKind) -> bool {
    matches!(kind, AccountKind::Warehouse | AccountKind::Depot | AccountKind::Transit)
}

/// Whether a movement of this kind may be taken back here. What a roll, a hand-over or a delivery posted is
/// mended where it was made, so that its papers and the books stay the same.
pub(crate) fn may_reverse(kind: &str) -> bool {
    matches!(kind, "moved" | "written_off")
}

/// Checks an amount against what is there.
///
/// # Errors
/// Nothing is moved, or more than there is.
pub(crate) fn check_amount(amount: i64, there: i64) -> Result<(), Refusal> {
    if amount <= 0 {
        return Err(Refusal::new("custody.refused.amount").field("jumlah"));
    }
    if amount > there {
        return Err(Refusal::new("custody.refused.short").field("jumlah").arg("there", there));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_moves_between_places_of_stock() {
        use AccountKind::{Courier, Depot, FundHolder, Household, Transit, Warehouse, Waste};
        for (from, to, allowed) in [
            (Warehouse, Depot, true),
            (Depot, Warehouse, true),
            (Transit, Warehouse, true),
            (Warehouse, Transit, false),
            (Warehouse, Household, false),
            (Courier, Warehouse, false),
            (FundHolder, Warehouse, false),
            (Waste, Warehouse, false),
        ] {
            assert_eq!(may_move(from, to), allowed, "{from} to {to}");
        }
        assert!(may_reverse("moved") && may_reverse("written_off"));
        assert!(!may_reverse("collected") && !may_reverse("delivered") && !may_reverse("reversal"));
    }

    #[test]
    fn no_more_leaves_than_is_there() {
        assert!(check_amount(5, 5).is_ok());
        assert!(check_amount(6, 5).is_err());
        assert!(check_amount(0, 5).is_err());
    }
}
