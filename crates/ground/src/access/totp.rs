//! The second factor: a code of six digits that an app makes anew every thirty seconds (TOTP, RFC 6238).

use totp_rs::{Algorithm, Builder, Totp};

use crate::web::Error;

/// Bytes of a secret (RFC 4226: 160 bits).
const SECRET: usize = 20;

/// A new random secret.
pub(super) fn new_secret() -> Vec<u8> {
    super::session::new_token()[..SECRET].to_vec()
}

/// The secret as a person types it into an app that cannot read the QR code, in groups of four.
pub(super) fn spelled(secret: &[u8]) -> String {
    let text = data_encoding::BASE32_NOPAD.encode(secret);
    text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// What the QR code says.
pub(super) fn url(secret: &[u8], login: &str, district: &str) -> String {
    let escaped =
        |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let issuer = escaped(&format!("asuh {district}").replace(':', " "));
    let login = escaped(&login.replace(':', " "));
    format!(
        "otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}",
        data_encoding::BASE32_NOPAD.encode(secret)
    )
}

/// The step (thirty seconds) whose code was typed, if it is right now or was half a minute ago.
///
/// # Errors
/// The secret is not one.
pub(super) fn step(secret: &[u8], typed: &str, unix_seconds: i64) -> Result<Option<i64>, Error> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 6 || typed.chars().any(|c| c.is_alphabetic()) {
        return Ok(None);
    }
    let step = device(secret)?.check(&digits, unix_seconds.max(0) as u64);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

fn device(secret: &[u8]) -> Result<Totp, Error> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret.to_vec())
        .build()
        .map_err(|error| Error::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238 appendix B, SHA-1, last six digits.
        let secret = b"12345678901234567890";
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(step(secret, code, at).unwrap(), Some(at / 30));
            assert_eq!(
                step(secret, &format!(" {} {}", &code[..3], &code[3..]), at + 30).unwrap(),
                Some(at / 30)
            );
            assert_eq!(step(secret, code, at + 90).unwrap(), None);
        }
        assert_eq!(step(secret, "", 59).unwrap(), None);
    }

    #[test]
    fn the_address_names_district_and_login() {
        let url = url(b"12345678901234567890", "rina", "Kabupaten Kerinci");
        assert!(url.starts_with("otpauth://totp/asuh%20Kabupaten%20Kerinci:rina?secret=GEZDGNBV"), "{url}");
    }
}
