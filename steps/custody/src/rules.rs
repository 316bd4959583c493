//! Which movements of stock make sense.

use asuh_store::Refusal;

use asuh_ground::books::AccountKind;
use asuh_ground::web::Text;

/// Whether goods may be moved without a receiver's signature: what of a hand-over was signed for as missing and came
/// late. Between places of custody goods go by shipments.
pub(crate) fn may_move(from: AccountKind, to: AccountKind) -> bool {
    from == AccountKind::Transit && matches!(to, AccountKind::Warehouse | AccountKind::Depot)
}

/// Whether a place's balance is stock that this step answers for.
pub(crate) fn is_stock(kind: AccountKind) -> bool {
    use AccountKind::{Carriage, Depot, Kitchen, Transit, Warehouse};
    matches!(kind, Warehouse | Depot | Kitchen | Transit | Carriage)
}

/// Whether a movement of this kind may be taken back here; `agreed`: a second person agreed to it on these pages. What a
/// roll, a hand-over or a delivery posted is mended where it was made, so that its papers and the books stay the same.
pub(crate) fn may_reverse(kind: &str, agreed: bool) -> bool {
    match kind {
        "moved" | "written_off" | "purchased" | "cooked" | "opening" => true,
        // Given back to giver or supplier; without an agreement it is a package that came back.
        "returned" => agreed,
        _ => false,
    }
}

/// A place in words: "Depo Kayu Aro", also where its name says already what it is ("Gudang DPPKB").
pub(crate) fn place(kind: &str, name: &str) -> String {
    match name.to_lowercase().starts_with(&kind.to_lowercase()) {
        true => name.to_owned(),
        false => format!("{kind} {name}").trim_end().to_owned(),
    }
}

/// A side of a movement in words. What lies outside is named alone: the market is no place of the warehouse for which
/// was bought.
pub(crate) fn side(text: &Text, kind: &str, name: &str) -> String {
    let word = text.t(&format!("custody.place.{kind}"));
    match kind {
        "market" | "cooking" | "opening" => word.into_owned(),
        _ => place(&word, name),
    }
}

/// Why something moved: a person's words, or the reason that was chosen for a package that came back.
pub(crate) fn reason(text: &Text, said: &str) -> String {
    let key = format!("books.reason.{said}");
    let words = text.t(&key);
    if words == key { said.to_owned() } else { words.into_owned() }
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
    fn only_what_came_late_moves_without_a_receiver() {
        use AccountKind::{Courier, Depot, FundHolder, Household, Transit, Warehouse, Waste};
        for (from, to, allowed) in [
            (Warehouse, Depot, false),
            (Depot, Warehouse, false),
            (Transit, Warehouse, true),
            (Transit, Depot, true),
            (Warehouse, Transit, false),
            (Warehouse, Household, false),
            (Courier, Warehouse, false),
            (FundHolder, Warehouse, false),
            (Waste, Warehouse, false),
        ] {
            assert_eq!(may_move(from, to), allowed, "{from} to {to}");
        }
        assert!(
            may_reverse("moved", false) && may_reverse("written_off", true) && may_reverse("returned", true)
        );
        for kind in ["collected", "delivered", "reversal", "returned", "counted"] {
            assert!(!may_reverse(kind, false), "{kind}");
        }
    }

    #[test]
    fn a_place_is_not_named_twice() {
        for (kind, name, words) in [
            ("Gudang", "Gudang DPPKB", "Gudang DPPKB"),
            ("Depo", "Kayu Aro", "Depo Kayu Aro"),
            ("Pengantar", "", "Pengantar"),
        ] {
            assert_eq!(place(kind, name), words);
        }
    }

    #[test]
    fn no_more_leaves_than_is_there() {
        assert!(check_amount(5, 5).is_ok());
        assert!(check_amount(6, 5).is_err());
        assert!(check_amount(0, 5).is_err());
    }
}
