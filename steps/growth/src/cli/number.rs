//! Numbers as they stand in files, and as WHO's tables print them.

use std::io::Write;

/// A decimal number with a point. `None` for anything else, infinity included.
#[inline]
pub(super) fn plain(text: &[u8]) -> Option<f64> {
    short(text).or_else(|| any(text))
}

/// A number of at most 15 digits and no exponent, as nearly all are: its digits and its power of ten are exact, and
/// so their quotient is the number nearest to what is written. The parser of the library takes a sixth of the time
/// of a whole file.
#[inline]
fn short(text: &[u8]) -> Option<f64> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (mut whole, mut point) = (0_u64, None);
    if text.len() > 16 {
        return None;
    }
    for (place, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => whole = whole * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(place),
            _ => return None,
        }
    }
    let digits = text.len() - usize::from(point.is_some());
    if !(1..=15).contains(&digits) {
        return None;
    }
    let decimals = point.map_or(0, |place| text.len() - place - 1);
    let number = whole as f64 / *TENS.get(decimals)?;
    Some(if negative { -number } else { number })
}

/// Powers of ten that are exact.
const TENS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

fn any(text: &[u8]) -> Option<f64> {
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
#[inline]
pub(super) fn put_score(z: f64, into: &mut Vec<u8>) {
    if z.is_nan() {
        return;
    }
    let hundredfold = z.abs() * 100.0;
    if hundredfold > 1e15 {
        if z.is_infinite() {
            put_infinity(z, into);
        } else {
            let _ = write!(into, "{z:.2}");
        }
        return;
    }
    let size = (hundredfold + 0.5) as u64;
    if z < 0.0 && size > 0 {
        into.push(b'-');
    }
    put_digits(size / 100, into);
    into.extend_from_slice(&[b'.', b'0' + (size / 10 % 10) as u8, b'0' + (size % 10) as u8]);
}

#[inline]
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
    let (all, exponent) = match seventeen(number.abs()) {
        Some(found) if digits == 17 => found,
        _ => digits_of(number.abs(), digits),
    };
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

/// The significant digits of a positive number and its power of ten.
fn digits_of(number: f64, digits: usize) -> ([u8; 20], i32) {
    let mut text = [0; 40];
    let mut left = &mut text[..];
    // `d.dddde-7` is at most 24 characters long.
    let _ = write!(left, "{:.*e}", digits - 1, number);
    let length = 40 - left.len();
    let mut all = [0; 20];
    all[0] = text[0];
    all[1..digits].copy_from_slice(&text[2..=digits]);
    let exponent = std::str::from_utf8(&text[digits + 2..length]).ok().and_then(|e| e.parse().ok());
    (all, exponent.unwrap_or(0))
}

/// The same for 17 digits of a number of usual size, in integers: `write!` takes a fifth of the time of a whole
/// file. A number is a whole number m of 53 bits over a power of two, and m times a power of ten fits in 128 bits.
fn seventeen(number: f64) -> Option<([u8; 20], i32)> {
    if !(1e-5..4e15).contains(&number) {
        return None;
    }
    let bits = number.to_bits();
    let m = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    let shift = 1075 - (bits >> 52);
    let mut exponent = if number >= 1.0 {
        TENS.iter().rposition(|ten| *ten <= number)? as i32
    } else {
        -(TENS.iter().position(|ten| number * ten >= 1.0)? as i32)
    };
    // Below 1 the first guess may be one off.
    for _ in 0..3 {
        let scaled = m * 10_u128.pow(u32::try_from(16 - exponent).ok()?);
        let (whole, rest, half) = (scaled >> shift, scaled & ((1 << shift) - 1), (1_u128 << shift) >> 1);
        let up = rest > half || (rest == half && whole % 2 == 1);
        let rounded = u64::try_from(whole).ok()? + u64::from(up);
        if rounded >= 100_000_000_000_000_000 {
            exponent += 1;
        } else if rounded < 10_000_000_000_000_000 {
            exponent -= 1;
        } else {
            let (mut all, mut left) = ([b'0'; 20], rounded);
            for digit in all[..17].iter_mut().rev() {
                *digit = b'0' + (left % 10) as u8;
                left /= 10;
            }
            return Some((all, exponent));
        }
    }
    None
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
    fn the_short_ways_give_what_the_long_ones_give() {
        // Numbers of all sizes from a small generator of our own, and those around powers of ten.
        let mut state = 7_u64;
        let mut numbers =
            vec![0.1, 0.3, 1.0 / 3.0, 9.999_999_999_999_999_9, 0.009_999_999_999_999_999, 1e15, 3e15];
        for place in -5..16 {
            let ten = 10_f64.powi(place);
            numbers.extend([ten, ten.next_up(), ten.next_down(), ten * 0.5, ten * 1.5]);
        }
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let exponent = 1023 - 18 + (state >> 33) % 70;
            numbers.push(f64::from_bits(exponent << 52 | state >> 12));
            numbers.push((state >> 44) as f64 / 1000.0);
        }
        let mut quick = 0;
        for number in numbers {
            if let Some((all, exponent)) = seventeen(number) {
                let (wanted, wanted_exponent) = digits_of(number, 17);
                assert_eq!((&all[..17], exponent), (&wanted[..17], wanted_exponent), "{number:e}");
                quick += 1;
            }
            for text in [format!("{number}"), format!("-{number:.3}"), format!("{number:.15}")] {
                if let Some(found) = short(text.as_bytes()) {
                    assert_eq!(Some(found.to_bits()), any(text.as_bytes()).map(f64::to_bits), "{text}");
                    quick += 1;
                }
            }
        }
        assert!(quick > 60_000, "{quick}");
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
