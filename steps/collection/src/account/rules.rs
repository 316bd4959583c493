//! What an account is refused for.

use asuh_nusantara::{Qris, QrisError};
use asuh_store::Refusal;

/// Digits of an account number: the shortest and the longest that Indonesian banks give.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=20;

/// The digits of an account number as people write it: with blanks, dots or dashes between them.
///
/// # Errors
/// Something else stands in it, or it is too short or too long.
pub(crate) fn number(text: &str) -> Result<String, Refusal> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && DIGITS.contains(&digits.len());
    is_number.then_some(digits).ok_or_else(|| Refusal::new("money.refused.account_number").field("nomor"))
}

/// A payment code that can stand beside any amount: the holder's own, printed one.
///
/// # Errors
/// It is damaged, not Indonesian, without NMID, or made for one payment.
pub(crate) fn code(text: &str) -> Result<Qris, Refusal> {
    let refused = |code: &str| Refusal::new(code).field("qris");
    let qris = Qris::parse(text).map_err(|error| match error {
        QrisError::Empty => refused("web.error.required"),
        QrisError::NotQris => refused("money.refused.qris"),
        QrisError::Damaged { at } => refused("money.refused.qris_damaged").arg("at", at),
        QrisError::Checksum => refused("money.refused.qris_checksum"),
        QrisError::NotIndonesian => refused("money.refused.qris_foreign"),
        QrisError::NoNmid => refused("money.refused.qris_nmid"),
        QrisError::NoName => refused("money.refused.qris_name"),
        QrisError::Amount => refused("money.refused.qris_amount"),
    })?;
    match qris.is_dynamic() || qris.amount().is_some() {
        true => Err(refused("money.refused.qris_once")),
        false => Ok(qris),
    }
}

/// `•••• 4321`: as an account is shown to whoever has no need of all of it.
pub(crate) fn masked(end: &str) -> String {
    format!("•••• {end}")
}

/// The last four digits.
pub(crate) fn end(digits: &str) -> &str {
    &digits[digits.len().saturating_sub(4)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(number("0123-01-004321 .50-3").unwrap(), "012301004321503");
        for wrong in ["", "12345", "BRI 0123010043", "123456789012345678901"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
        assert_eq!(end("0123010043"), "0043");
    }

    #[test]
    fn only_a_code_that_leaves_the_amount_to_the_giver_is_kept() {
        let kept = "00020101021126680016ID.CO.CONTOH.WWW011893600000000000000002150000000000000010303UMI51440014ID.CO.\
                    QRIS.WWW0215ID10200000000010303UMI5204839853033605802ID5913DONASI CONTOH6007KERINCI61053716162070703\
                    A016304861D";
        let once = "00020101021226680016ID.CO.CONTOH.WWW011893600000000000000002150000000000000010303UMI51440014ID.CO.\
                    QRIS.WWW0215ID10200000000010303UMI52048398530336054064500005802ID5913DONASI CONTOH6007KERINCI6105371\
                    6162260515GNT-2026-0001230703A016304E9C3";
        assert!(code(kept).is_ok());
        assert_eq!(code(once).unwrap_err().code, "money.refused.qris_once");
        assert_eq!(code(&kept.replace("861D", "861E")).unwrap_err().code, "money.refused.qris_checksum");
    }
}
