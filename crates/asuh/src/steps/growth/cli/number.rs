//! Numbers as they stand in files, and as WHO's tables print them.

use std::io::Write;

/// A decimal number with a point. `None` for anything else, infinity included.
pub(super) fn plain(text: &[u8]) -> Option<f64> {
    // Words such as `inf`, which the parser would take, are none here.
    if !text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    number.is_finite().then_some(number)
}

/// A decimal number with a comma.
pub(super) fn with_comma(text: &[u8]) -> Option<f64> {
    let place = text.iter().position(|byte| *byte == b',')?;
    if text.contains(&b'.') || text.len() > 40 {
        return None;
    }
    let mut pointed = text.to_vec();
    pointed[place] = b'.';
    plain(&pointed)
}

/// A z-score with two decimals; NaN as nothing.
pub(super) fn put_score(z: f64, into: &mut Vec<u8>) {
    if z.is_nan() {
        return;
    }
    let hundredfold = (z * 100.0).round();
    if hundredfold.abs() > 1e15 {
        if z.is_infinite() {
            put_infinity(z, into);
        } else {
            let _ = write!(into, "{z:.2}");
        }
        return;
    }
    let whole = hundredfold as i64;
    if whole < 0 {
        into.push(b'-');
    }
    let size = whole.unsigned_abs();
    put_digits(size / 100, into);
    into.extend_from_slice(&[b'.', b'0' + (size / 10 % 10) as u8, b'0' + (size % 10) as u8]);
}

fn put_digits(number: u64, into: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let (mut place, mut left) = (digits.len(), number);
    loop {
        place -= 1;
        digits[place] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    into.extend_from_slice(&digits[place..]);
}

fn put_infinity(number: f64, into: &mut Vec<u8>) {
    into.extend_from_slice(if number > 0.0 { b"Inf" } else { b"-Inf" });
}

/// With 17 digits, which is every bit of it: as C prints with `%.17g`. NaN is written `NaN`.
pub(super) fn put_exact(number: f64, into: &mut Vec<u8>) {
    put_significant(number, 17, |exponent, _| (-4..17).contains(&exponent), into);
}

/// With 15 digits and the shorter of both notations, as R turns numbers into text. NaN as nothing.
pub(super) fn put_as_r(number: f64, into: &mut Vec<u8>) {
    if number.is_nan() {
        return;
    }
    let fixed = |exponent: i32, digits: usize| {
        let digits = digits as i32;
        let exponent_width = if exponent.abs() >= 100 { 5 } else { 4 };
        let scientific = digits + i32::from(digits > 1) + exponent_width;
        let plain = if exponent < 0 {
            1 - exponent + digits
        } else {
            digits.max(exponent + 1) + i32::from(digits > exponent + 1)
        };
        plain <= scientific
    };
    put_significant(number, 15, fixed, into);
}

/// Writes so many significant digits without the zeros at the end; `fixed` decides by exponent and digits left.
fn put_significant(number: f64, digits: usize, fixed: impl Fn(i32, usize) -> bool, into: &mut Vec<u8>) {
    if number.is_nan() {
        into.extend_from_slice(b"NaN");
        return;
    }
    if number.is_infinite() {
        return put_infinity(number, into);
    }
    if number == 0.0 {
        into.push(b'0');
        return;
    }
    let mut text = [0; 40];
    let mut left = &mut text[..];
    // `d.dddde-7` is at most 24 characters long.
    let _ = write!(left, "{:.*e}", digits - 1, number.abs());
    let length = 40 - left.len();
    let point = usize::from(digits > 1);
    let mut all = [0; 20];
    all[0] = text[0];
    all[1..digits].copy_from_slice(&text[1 + point..digits + point]);
    let exponent: i32 =
        std::str::from_utf8(&text[digits + point + 1..length]).ok().and_then(|e| e.parse().ok()).unwrap_or(0);
    let last = all[..digits].iter().rposition(|digit| *digit != b'0').unwrap_or(0);
    let found = &all[..=last];
    if number < 0.0 {
        into.push(b'-');
    }
    if !fixed(exponent, found.len()) {
        into.push(found[0]);
        if found.len() > 1 {
            into.push(b'.');
            into.extend_from_slice(&found[1..]);
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(into, "e{sign}{:02}", exponent.abs());
    } else if exponent < 0 {
        into.extend_from_slice(b"0.");
        into.extend((exponent + 1..0).map(|_| b'0'));
        into.extend_from_slice(found);
    } else {
        let whole = exponent as usize + 1;
        into.extend_from_slice(&found[..whole.min(found.len())]);
        into.extend((found.len()..whole).map(|_| b'0'));
        if found.len() > whole {
            into.push(b'.');
            into.extend_from_slice(&found[whole..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(put: fn(f64, &mut Vec<u8>), number: f64) -> String {
        let mut text = Vec::new();
        put(number, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn numbers_are_read_with_point_or_comma_and_nothing_else() {
        for (text, number) in
            [("12.5", 12.5), ("-5", -5.0), ("1e6", 1e6), (".5", 0.5), ("7.", 7.0), ("+3", 3.0)]
        {
            assert_eq!(plain(text.as_bytes()), Some(number), "{text}");
        }
        for text in ["", "inf", "NaN", "1e999", "0x10", "12,5", "1 2", "--1", "e5", "12.5kg", "\u{665}"] {
            assert_eq!(plain(text.as_bytes()), None, "{text}");
        }
        assert_eq!(with_comma(b"12,5"), Some(12.5));
        for text in ["1.234,5", "1,2,3", "12.5", ","] {
            assert_eq!(with_comma(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn scores_have_two_decimals() {
        for (z, text) in [
            (-1.59, "-1.59"),
            (0.0, "0.00"),
            (-0.0, "0.00"),
            (-0.05, "-0.05"),
            (2.0, "2.00"),
            (249_858.2, "249858.20"),
            (1e17, "100000000000000000.00"),
            (f64::INFINITY, "Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, ""),
        ] {
            assert_eq!(written(put_score, z), text);
        }
    }

    #[test]
    fn exact_numbers_are_those_of_printf() {
        for (number, text) in [
            (82.66, "82.659999999999997"),
            (101.348, "101.348"),
            (114.3, "114.3"),
            (-0.69, "-0.68999999999999995"),
            (1e6, "1000000"),
            (0.0, "0"),
            (7.05e-8, "7.0500000000000003e-08"),
            (0.0001, "0.0001"),
            (1e17, "1e+17"),
            (1.5e300, "1.5000000000000001e+300"),
            (12_345_678_901_234_568.0, "12345678901234568"),
            (f64::INFINITY, "Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(written(put_exact, number), text);
        }
    }

    #[test]
    fn tables_are_written_as_by_r() {
        for (number, text) in [
            (2290.0, "2290"),
            (6.288_209_606_986_9, "6.2882096069869"),
            (5.016_508_296_409_87e-5, "5.01650829640987e-05"),
            (0.1, "0.1"),
            (0.0001, "1e-04"),
            (100_000.0, "1e+05"),
            (123_456.0, "123456"),
            (-1.038_030_567_685_59, "-1.03803056768559"),
            (0.0, "0"),
            (f64::NAN, ""),
        ] {
            assert_eq!(written(put_as_r, number), text);
        }
    }
}
