//! QRIS, the payment code of Bank Indonesia: read, checked, and shown as its holder has it.
//!
//! A code is a row of fields, each of a two-digit tag, a two-digit length in characters and a value (EMV QR Code
//! Specification for Payment Systems, Merchant-Presented Mode; QRIS adds the templates of the acquirer, 26 to 45, and
//! the national one, 51, with the NMID). Field 63 is the last: CRC-16 of everything before its value.
//!
//! No code is changed or made here: one with an amount put into it by somebody else than the payment provider has no
//! answer, and some applications refuse it. What is shown is the holder's own code beside the exact amount.

use crc::{CRC_16_IBM_3740, Crc};

use crate::Rupiah;

/// CRC-16/CCITT-FALSE: polynomial 1021, begun with FFFF.
const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);
/// Characters of a code at most (EMV, chapter 3).
const MOST: usize = 512;
/// The national template says so in its first field.
const NATIONAL: &str = "ID.CO.QRIS.WWW";

/// Why a text is not a QRIS that money can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrisError {
    /// Nothing was written.
    #[error("the code is empty")]
    Empty,
    /// It does not begin as a payment code does, or it is longer than one can be.
    #[error("this is not a payment code; it begins with 000201")]
    NotQris,
    /// A field is shorter than it says, or its length is not a number: a piece of the code is missing.
    #[error("the code is cut off or damaged at character {at}")]
    Damaged {
        /// Where the field begins, from 1.
        at: usize,
    },
    /// A character was changed, or the checksum is not at the end.
    #[error("the checksum does not fit: a character of the code is wrong")]
    Checksum,
    /// A payment code of another country or currency.
    #[error("the code is not for rupiah in Indonesia")]
    NotIndonesian,
    /// No national merchant number, or not `ID` and thirteen digits.
    #[error("the code has no NMID (ID and 13 digits)")]
    NoNmid,
    /// No name of its holder.
    #[error("the code does not say whose it is")]
    NoName,
    /// An amount that is not whole rupiah above zero.
    #[error("the amount in the code is not whole rupiah")]
    Amount,
}

/// A payment code that was read and checked.
///
/// `Display` prints it as it was given, without the blanks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qris {
    text: String,
    nmid: String,
    name: String,
    city: String,
    acquirer: String,
    category: String,
    reference: String,
    amount: Option<Rupiah>,
    is_dynamic: bool,
}

impl Qris {
    /// Reads a code as a scanner gives it.
    ///
    /// # Errors
    /// [`QrisError`], by what is wrong first: its shape, its checksum, then what it says.
    ///
    /// ```
    /// use asuh_nusantara::Qris;
    /// let code = "00020101021126680016ID.CO.CONTOH.WWW011893600000000000000002150000000000000010303UMI51440014\
    ///             ID.CO.QRIS.WWW0215ID10200000000010303UMI5204839853033605802ID5913DONASI CONTOH6007KERINCI61053716\
    ///             162070703A016304861D";
    /// let qris = Qris::parse(code)?;
    /// assert_eq!((qris.nmid(), qris.name()), ("ID1020000000001", "DONASI CONTOH"));
    /// # Ok::<(), asuh_nusantara::QrisError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Qris, QrisError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(QrisError::Empty);
        }
        if !text.starts_with("000201") || text.chars().count() > MOST {
            return Err(QrisError::NotQris);
        }
        let fields = fields(text, 0)?;
        check(text, &fields)?;
        let of = |tag: u8| fields.iter().find(|field| field.tag == tag).map_or("", |field| field.value);
        if of(53) != "360" || of(58) != "ID" {
            return Err(QrisError::NotIndonesian);
        }
        let national = fields.iter().filter(|field| (26..=51).contains(&field.tag));
        let nmid = national.filter_map(nmid).next().ok_or(QrisError::NoNmid)?;
        let name = of(59).trim();
        if name.is_empty() {
            return Err(QrisError::NoName);
        }
        let acquirer = fields.iter().filter(|field| (26..=45).contains(&field.tag));
        let acquirer = acquirer.filter_map(|field| within(field, 0)).next().unwrap_or_default();
        let additional = fields.iter().find(|field| field.tag == 62);
        let reference = additional.and_then(|field| within(field, 5).or_else(|| within(field, 1)));
        Ok(Qris {
            nmid,
            name: name.to_owned(),
            city: of(60).trim().to_owned(),
            acquirer: acquirer.to_owned(),
            category: of(52).to_owned(),
            reference: reference.unwrap_or_default().to_owned(),
            amount: amount(of(54))?,
            is_dynamic: of(1) == "12",
            text: text.to_owned(),
        })
    }

    /// National merchant number: `ID` and thirteen digits.
    pub fn nmid(&self) -> &str {
        &self.nmid
    }

    /// Whose code it is, as a payer's application shows it: at most 25 characters.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The city beside the name; may be empty.
    pub fn city(&self) -> &str {
        &self.city
    }

    /// The acquirer's domain turned round, such as `ID.CO.BRI.WWW`; may be empty.
    pub fn acquirer(&self) -> &str {
        &self.acquirer
    }

    /// Merchant category (ISO 18245), `8398` for charity; may be empty.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// Reference label, else bill number, of the additional data; may be empty.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The amount that stands in the code; none in one that leaves it to the payer.
    pub fn amount(&self) -> Option<Rupiah> {
        self.amount
    }

    /// Whether it was made for a single payment: such a code cannot be printed and kept.
    pub fn is_dynamic(&self) -> bool {
        self.is_dynamic
    }
}

impl std::fmt::Display for Qris {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

struct Field<'a> {
    tag: u8,
    value: &'a str,
}

/// The fields of a code or of a template in it. `before`: characters that stand before the text.
fn fields(text: &str, before: usize) -> Result<Vec<Field<'_>>, QrisError> {
    let (mut found, mut rest, mut at) = (Vec::new(), text, before + 1);
    while !rest.is_empty() {
        let damaged = QrisError::Damaged { at };
        let (tag, after) = two_digits(rest).ok_or(damaged)?;
        let (length, after) = two_digits(after).ok_or(damaged)?;
        let end = after
            .char_indices()
            .map(|(place, _)| place)
            .chain([after.len()])
            .nth(usize::from(length))
            .ok_or(damaged)?;
        let (value, after) = after.split_at(end);
        found.push(Field { tag, value });
        at += 4 + usize::from(length);
        rest = after;
    }
    Ok(found)
}

fn two_digits(text: &str) -> Option<(u8, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    Some((number, rest))
}

/// Whether the last field is the checksum of what stands before it.
fn check(text: &str, fields: &[Field<'_>]) -> Result<(), QrisError> {
    let last = fields.last().filter(|field| field.tag == 63).ok_or(QrisError::Checksum)?;
    let before = text.len() - last.value.len();
    let said = u16::from_str_radix(last.value, 16).map_err(|_| QrisError::Checksum)?;
    match last.value.len() == 4 && CRC.checksum(&text.as_bytes()[..before]) == said {
        true => Ok(()),
        false => Err(QrisError::Checksum),
    }
}

/// The value of a field within a template.
fn within<'a>(template: &Field<'a>, tag: u8) -> Option<&'a str> {
    let inner = fields(template.value, 0).ok()?;
    inner.into_iter().find(|field| field.tag == tag).map(|field| field.value)
}

/// The NMID of a template that is the national one.
fn nmid(template: &Field<'_>) -> Option<String> {
    if within(template, 0)? != NATIONAL {
        return None;
    }
    let nmid = within(template, 2)?;
    let digits = nmid.strip_prefix("ID")?;
    (digits.len() == 13 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| nmid.to_owned())
}

/// An amount: digits, with a decimal point and zeros where a terminal writes them.
fn amount(text: &str) -> Result<Option<Rupiah>, QrisError> {
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, sen) = text.split_once('.').unwrap_or((text, ""));
    let is_whole = whole.len() <= 13
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && sen.len() <= 2
        && sen.bytes().all(|byte| byte == b'0');
    match whole.parse::<i64>() {
        Ok(rupiah) if is_whole && rupiah > 0 => Ok(Some(Rupiah::new(rupiah))),
        _ => Err(QrisError::Amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STATIC: &str = "00020101021126680016ID.CO.CONTOH.WWW011893600000000000000002150000000000000010303UMI\
                          51440014ID.CO.QRIS.WWW0215ID10200000000010303UMI5204839853033605802ID5913DONASI CONTOH\
                          6007KERINCI61053716162070703A016304861D";
    const WITH_AMOUNT: &str = "00020101021226680016ID.CO.CONTOH.WWW011893600000000000000002150000000000000010303UMI\
                               51440014ID.CO.QRIS.WWW0215ID10200000000010303UMI52048398530336054064500005802ID\
                               5913DONASI CONTOH6007KERINCI61053716162260515GNT-2026-0001230703A016304E9C3";
    /// The example of EMV QR Code Specification for Payment Systems 1.1, annex A: in Beijing, with Chinese letters.
    const BEIJING: &str = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN\
                           5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603\
                           ***0708A60086670902ME91320016A0112233449988770708123456786304A13A";

    /// The code with its checksum made anew.
    fn sealed(body: &str) -> String {
        let body = format!("{body}6304");
        format!("{body}{:04X}", CRC.checksum(body.as_bytes()))
    }

    #[test]
    fn a_printed_code_says_whose_it_is() {
        let qris = Qris::parse(&format!("  {STATIC}\n")).unwrap();
        assert_eq!(
            (qris.nmid(), qris.name(), qris.city(), qris.acquirer(), qris.category(), qris.reference()),
            ("ID1020000000001", "DONASI CONTOH", "KERINCI", "ID.CO.CONTOH.WWW", "8398", "")
        );
        assert_eq!((qris.amount(), qris.is_dynamic()), (None, false));
        assert_eq!(qris.to_string(), STATIC);
    }

    #[test]
    fn a_code_for_one_payment_has_its_amount_and_reference() {
        let qris = Qris::parse(WITH_AMOUNT).unwrap();
        assert_eq!((qris.amount(), qris.is_dynamic()), (Some(Rupiah::new(450_000)), true));
        assert_eq!(qris.reference(), "GNT-2026-000123");
    }

    #[test]
    fn the_checksum_is_that_of_the_specification() {
        assert_eq!(CRC.checksum(b"123456789"), 0x29B1);
        let fields = fields(BEIJING, 0).unwrap();
        assert_eq!(check(BEIJING, &fields), Ok(()));
        assert_eq!(Qris::parse(BEIJING), Err(QrisError::NotIndonesian));
    }

    #[test]
    fn every_single_slip_is_noticed() {
        for (at, found) in STATIC.char_indices() {
            for other in ['0', '1', '8', 'A', ' '].into_iter().filter(|other| *other != found) {
                let mut slipped = STATIC.to_owned();
                slipped.replace_range(at..=at, &other.to_string());
                assert!(Qris::parse(&slipped).is_err() || slipped.trim() == STATIC, "{at} {other}");
            }
        }
        for cut in 0..STATIC.len() {
            assert!(Qris::parse(&STATIC[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let body = &STATIC[..STATIC.len() - 8];
        let parse = |body: &str| Qris::parse(&sealed(body)).map(|_| ());
        assert_eq!(Qris::parse(" "), Err(QrisError::Empty));
        assert_eq!(Qris::parse("https://contoh.id/qr"), Err(QrisError::NotQris));
        assert_eq!(Qris::parse("0002010"), Err(QrisError::Damaged { at: 7 }));
        assert_eq!(Qris::parse(&STATIC.replace("861D", "861E")), Err(QrisError::Checksum));
        assert_eq!(Qris::parse(body), Err(QrisError::Checksum));
        assert_eq!(parse(body), Ok(()));
        assert_eq!(parse(&body.replace("5303360", "5303840")), Err(QrisError::NotIndonesian));
        assert_eq!(parse(&body.replace("ID1020000000001", "XX1020000000001")), Err(QrisError::NoNmid));
        assert_eq!(parse(&body.replace("ID.CO.QRIS.WWW", "ID.CO.LAIN.WWW")), Err(QrisError::NoNmid));
        assert_eq!(parse(&body.replace("5913DONASI CONTOH", "5900")), Err(QrisError::NoName));
        for wrong in ["0", "450000.50", "1,5", "-5", "99999999999999"] {
            let amount = format!("54{:02}{wrong}5802ID", wrong.len());
            assert_eq!(parse(&body.replace("5802ID", &amount)), Err(QrisError::Amount), "{wrong}");
        }
        assert_eq!(parse(&body.replace("5802ID", "5409450000.005802ID")), Ok(()));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(000201)?[0-9A-Z最]{0,80}", at in 0..180_usize, piece in "\\PC{0,4}") {
            let _ = Qris::parse(&text);
            let mut changed = STATIC.to_owned();
            changed.insert_str(at.min(changed.len()), &piece);
            let _ = Qris::parse(&changed);
            let _ = Qris::parse(&sealed(&text));
        }
    }
}
