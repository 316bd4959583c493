//! Logarithm and power near the median, as polynomials without branches.
//!
//! z = ((y/M)^L - 1) / (L S) = ln(y/M)/S * φ(L ln(y/M)) with φ(u) = (eᵘ - 1)/u, which has no cancellation where
//! L is near 0. ln(y/M) = 2 artanh((y - M)/(y + M)).

/// Up to here |(y - M)/(y + M)| may go: y between M/2 and 2M.
pub(super) const MAX_SPREAD: f64 = 1.0 / 3.0;

/// Up to here |L ln(y/M)| may go.
pub(super) const MAX_POWER: f64 = 0.8;

/// 2 artanh(s)/s over s², interpolated at the Chebyshev nodes of 0..1/9; relative error below 2e-15.
const LOGARITHM: [f64; 9] = [
    2.000_000_000_000_003,
    0.666_666_666_661_825_7,
    0.400_000_001_158_145_2,
    0.285_714_179_347_550_5,
    0.222_227_097_547_191_72,
    0.181_693_339_918_938_07,
    0.155_707_072_014_814_4,
    0.117_449_778_195_594_74,
    0.187_580_196_010_476_87,
];

/// (eᵘ - 1)/u, interpolated at the Chebyshev nodes of -0.8..0.8; relative error below 3e-13.
const POWER: [f64; 11] = [
    1.0,
    0.500_000_000_002_431_4,
    0.166_666_666_666_853_45,
    0.041_666_666_590_699_04,
    0.008_333_333_327_497_057,
    0.001_388_889_553_305_752_7,
    0.000_198_412_749_460_137_15,
    2.479_921_653_957_726_5e-5,
    2.755_549_753_696_272e-6,
    2.792_701_989_712_587_6e-7,
    2.533_626_004_491_672e-8,
];

/// a * b + c; in one step where the processor has it (without, `mul_add` would be a slow call).
#[inline(always)]
pub(super) fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn evaluate<const FUSED: bool, const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut sum = coefficients[N - 1];
    for coefficient in coefficients.iter().rev().skip(1) {
        sum = multiply_add::<FUSED>(sum, x, *coefficient);
    }
    sum
}

/// ln(y/M) from the spread (y - M)/(y + M).
#[inline(always)]
pub(super) fn logarithm<const FUSED: bool>(spread: f64) -> f64 {
    spread * evaluate::<FUSED, 9>(&LOGARITHM, spread * spread)
}

/// (eᵘ - 1)/u.
#[inline(always)]
pub(super) fn power<const FUSED: bool>(u: f64) -> f64 {
    evaluate::<FUSED, 11>(&POWER, u)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_close_to_the_exact_functions() {
        for step in -1000..=1000 {
            let share = f64::from(step) / 1000.0;
            let spread = share * MAX_SPREAD;
            let exact = 2.0 * spread.atanh();
            assert!((logarithm::<false>(spread) - exact).abs() <= 4e-15 * exact.abs(), "{spread}");
            let u = share * MAX_POWER;
            let exact = if u == 0.0 { 1.0 } else { u.exp_m1() / u };
            assert!((power::<false>(u) - exact).abs() <= 4e-13, "{u}");
        }
    }
}
