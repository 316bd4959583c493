//! What a price says.

/// From so many percent away from the price list on, a purchase asks for a reason.
pub(crate) const FAR_OFF: i64 = 20;

/// How many percent more (or, below zero, less) was paid than the price list says: `paid` rupiah for `quantity`, at
/// `price` rupiah for `per` of the same unit. Rounded towards zero; `None` where the list has no price.
pub(crate) fn percent_off(paid: i64, quantity: i64, price: i64, per: i64) -> Option<i64> {
    if quantity <= 0 || price <= 0 || per <= 0 {
        return None;
    }
    let listed = i128::from(quantity) * i128::from(price);
    let said = i128::from(paid) * i128::from(per);
    i64::try_from((said - listed) * 100 / listed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_compared_with_the_list() {
        for (paid, quantity, price, per, off) in [
            (60_000, 30, 2_000, 1, Some(0)),
            (75_000, 30, 2_000, 1, Some(25)),
            (45_000, 30, 2_000, 1, Some(-25)),
            // 5 kg of rice at Rp15.000 a kilogram.
            (75_000, 5_000, 15_000, 1_000, Some(0)),
            (82_500, 5_000, 15_000, 1_000, Some(10)),
            (1, 0, 2_000, 1, None),
            (i64::MAX, 1, 1, 1, None),
        ] {
            assert_eq!(percent_off(paid, quantity, price, per), off, "{paid} for {quantity}");
        }
    }
}
