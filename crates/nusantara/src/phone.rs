//! Indonesian mobile numbers and links that open WhatsApp.

use std::fmt;

use crate::digits;

/// Why a text is not an Indonesian mobile number. Carries no part of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was written.
    #[error("the phone number is empty")]
    Empty,
    /// A spreadsheet shows the number in scientific notation (`6,28123E+12`).
    #[error("a spreadsheet has shortened the phone number; set the column to text")]
    RoundedByExcel,
    /// Something else than digits, a leading plus and separators; also two numbers in one field.
    #[error("the phone number must be one number made of digits")]
    NotDigits,
    /// Not a mobile number of Indonesia: it starts with none of `08`, `8`, `62 8` and `+62 8`.
    #[error("the phone number must be an Indonesian mobile number, starting with 08")]
    NotMobile,
    /// A mobile number, but with the country code it is not 9 to 15 digits long.
    #[error("the phone number must have 9 to 15 digits with the country code, found {found}")]
    WrongLength {
        /// How many digits there are with the country code 62.
        found: usize,
    },
}

/// A mobile number of Indonesia, held as `628…`, 9 to 15 digits.
///
/// The upper bound is that of ITU-T E.164, the lower one leaves room for the shortest numbers in
/// use. `Debug` shows only the last four digits; `Display` prints `0812-3456-7890`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads `08…`, `8…`, `62 8…`, `+62 8…` and `0062 8…`, also with the zero people leave after the
    /// country code (`+62 (0)812…`). Spaces, dots, hyphens, brackets and apostrophes are dropped.
    ///
    /// # Errors
    /// [`PhoneError`], by what is wrong first.
    pub fn parse(text: &str) -> Result<Phone, PhoneError> {
        let kept: String =
            text.chars().filter(|c| !digits::is_separator(*c) && !matches!(c, '(' | ')')).collect();
        if kept.is_empty() {
            return Err(PhoneError::Empty);
        }
        if digits::is_scientific(text) {
            return Err(PhoneError::RoundedByExcel);
        }
        let (international, number) = match kept.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, kept.as_str()),
        };
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::NotDigits);
        }
        let with_country = if international { Some(number) } else { number.strip_prefix("00") };
        let subscriber = match with_country {
            Some(number) => number.strip_prefix("62").map(|rest| rest.strip_prefix('0').unwrap_or(rest)),
            None => match number.strip_prefix("62") {
                Some(rest) => Some(rest.strip_prefix('0').unwrap_or(rest)),
                None => Some(number.strip_prefix('0').unwrap_or(number)),
            },
        };
        let subscriber = subscriber.filter(|rest| rest.starts_with('8')).ok_or(PhoneError::NotMobile)?;
        let found = subscriber.len() + 2;
        if !(9..=15).contains(&found) {
            return Err(PhoneError::WrongLength { found });
        }
        Ok(Phone(format!("62{subscriber}")))
    }

    /// The digits with the country code: `6281234567890`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The national form with all but the last four digits hidden: `••••••••7890`.
    #[must_use]
    pub fn masked(&self) -> String {
        digits::masked(&self.national())
    }

    /// A link that opens WhatsApp with this number and the text ready to send. The text must hold no
    /// child's name, NIK or status.
    #[must_use]
    pub fn wa_me(&self, text: &str) -> String {
        format!("https://wa.me/{}?text={}", self.0, percent_encoded(text))
    }

    /// The number as it is dialled at home: `081234567890`.
    fn national(&self) -> String {
        format!("0{}", self.0.strip_prefix("62").unwrap_or(&self.0))
    }
}

/// A link that opens WhatsApp with the text ready and lets the user choose the receiver. The text
/// must hold no child's name, NIK or status.
#[must_use]
pub fn wa_me_text(text: &str) -> String {
    format!("https://wa.me/?text={}", percent_encoded(text))
}

/// Percent-encodes the UTF-8 bytes of all but the unreserved signs of RFC 3986 section 2.3.
fn percent_encoded(text: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    encoded
}

impl fmt::Display for Phone {
    /// In groups of four, a last group of five where one digit would be left alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let national = self.national();
        let length = national.len();
        for (index, digit) in national.chars().enumerate() {
            if index > 0 && index % 4 == 0 && length - index > 1 {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phone(text: &str) -> Phone {
        Phone::parse(text).unwrap()
    }

    #[test]
    fn reads_the_ways_people_write() {
        for text in [
            "081234567890",
            "81234567890",
            "6281234567890",
            "+6281234567890",
            "006281234567890",
            "+62 (0)812-3456-7890",
            "62 0812 3456 7890",
            "(0812) 3456.7890",
            "'081234567890",
            "\u{202A}+62 812\u{2011}3456\u{2011}7890\u{202C}",
        ] {
            assert_eq!(phone(text).as_str(), "6281234567890", "{text}");
        }
    }

    #[test]
    fn refuses_with_the_reason() {
        use PhoneError::{Empty, NotDigits, NotMobile, RoundedByExcel, WrongLength};
        for (text, error) in [
            ("", Empty),
            (" - ", Empty),
            ("+", NotDigits),
            ("6,28123E+12", RoundedByExcel),
            ("081234567890/081234567891", NotDigits),
            ("0812++", NotDigits),
            ("tidak ada", NotDigits),
            ("(021) 5550123", NotMobile),
            ("+60 12 345 6789", NotMobile),
            ("+8123456789", NotMobile),
            ("0081234567", NotMobile),
            ("112", NotMobile),
            ("081234", WrongLength { found: 7 }),
            ("08123456789012345", WrongLength { found: 18 }),
        ] {
            assert_eq!(Phone::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn prints_in_groups_and_masked() {
        for (text, shown) in [
            ("08123456", "0812-3456"),
            ("081234567", "0812-34567"),
            ("08123456789", "0812-3456-789"),
            ("081234567890", "0812-3456-7890"),
            ("0812345678901", "0812-3456-78901"),
        ] {
            assert_eq!(phone(text).to_string(), shown);
        }
        assert_eq!(format!("{:?}", phone("081234567890")), "Phone(••••••••7890)");
    }

    #[test]
    fn links_open_whatsapp() {
        assert_eq!(
            phone("0812 3456 7890").wa_me("Halo Bu & Pak, 5% é\n~ok"),
            "https://wa.me/6281234567890?text=Halo%20Bu%20%26%20Pak%2C%205%25%20%C3%A9%0A~ok"
        );
        assert_eq!(wa_me_text("a+b?"), "https://wa.me/?text=a%2Bb%3F");
    }

    proptest! {
        #[test]
        fn print_and_parse(rest in "[0-9]{6,12}") {
            let phone = Phone::parse(&format!("08{rest}")).unwrap();
            prop_assert_eq!(Phone::parse(&phone.to_string()), Ok(phone.clone()));
            prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
            prop_assert_eq!(Phone::parse(&format!("+{}", phone.as_str())), Ok(phone));
        }

        #[test]
        fn links_decode_to_the_text(text in any::<String>()) {
            let link = wa_me_text(&text);
            let mut bytes = link.strip_prefix("https://wa.me/?text=").unwrap().bytes();
            let mut decoded = Vec::new();
            while let Some(byte) = bytes.next() {
                if byte == b'%' {
                    let pair = [bytes.next().unwrap(), bytes.next().unwrap()];
                    decoded.push(u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap());
                } else {
                    decoded.push(byte);
                }
            }
            prop_assert_eq!(decoded, text.as_bytes());
        }

        #[test]
        fn never_panics(text in any::<String>(), near in "[+(]?[068 .-]{0,4}[0-9 ()-]{0,16}") {
            let _ = Phone::parse(&text);
            if let Ok(phone) = Phone::parse(&near) {
                prop_assert!(phone.as_str().starts_with("628") && (9..=15).contains(&phone.as_str().len()));
            }
        }
    }
}
