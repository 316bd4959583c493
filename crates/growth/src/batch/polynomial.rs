//! Logarithm and power near the median, as polynomials without branches.
//!
//! z = ((y/M)^L - 1) / (L S) = ln(y/M)/S * φ(L ln(y/M)) with φ(u) = (eᵘ - 1)/u, which has no cancellation where
//! L is near 0. ln(y/M) = 2 artanh((y - M)/(y + M)).

/// Up to here |(y - M)/(y + M)| may go: y between M/2 and 2M.
pub(super) const MAX_SPREAD: f64 = 1.0 / 3.0;

/// Up to here |L ln(y/M)| may go.
pub(super) const MAX_POWER: f64 = 0.8;

/// 2 artanh(s)/s over s², interpolated at ten Chebyshev nodes of 0..1/9; relative error below 1e-16. Two zeros fill up.
const LOGARITHM: [f64; 12] = [
    2.0,
    0.666_666_666_666_825_7,
    0.399_999_999_952_876,
    0.285_714_291_116_571_6,
    0.222_221_908_613_462_83,
    0.181_828_598_004_739_1,
    0.153_636_762_488_916_33,
    0.135_913_054_855_798_94,
    0.098_807_890_487_647_86,
    0.177_807_638_261_133_02,
    0.0,
    0.0,
];

/// (eᵘ - 1)/u, interpolated at the Chebyshev nodes of -0.8..0.8; relative error below 8e-15.
const POWER: [f64; 12] = [
    0.999_999_999_999_994_6,
    0.499_999_999_999_999_6,
    0.166_666_666_667_278_42,
    0.041_666_666_666_710_31,
    0.008_333_333_322_184_082,
    0.001_388_888_888_093_396_8,
    0.000_198_412_772_707_443_98,
    2.480_159_260_276_911_4e-5,
    2.755_508_236_585_963_8e-6,
    2.755_572_297_782_838_6e-7,
    2.536_221_021_387_994_8e-8,
    2.109_809_998_307_518_8e-9,
];

/// a * b + c; in one step where the processor has it (without, `mul_add` would be a slow call).
#[inline(always)]
pub(super) fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// The polynomial, by Estrin's scheme: halves that do not wait for each other.
#[inline(always)]
fn evaluate<const FUSED: bool>(c: &[f64; 12], x: f64) -> f64 {
    let pair = |nth: usize| multiply_add::<FUSED>(c[nth + 1], x, c[nth]);
    let x2 = x * x;
    let x4 = x2 * x2;
    let x8 = x4 * x4;
    let low = multiply_add::<FUSED>(pair(2), x2, pair(0));
    let middle = multiply_add::<FUSED>(pair(6), x2, pair(4));
    let high = multiply_add::<FUSED>(pair(10), x2, pair(8));
    multiply_add::<FUSED>(high, x8, multiply_add::<FUSED>(middle, x4, low))
}

/// ln(y/M) from the spread (y - M)/(y + M).
#[inline(always)]
pub(super) fn logarithm<const FUSED: bool>(spread: f64) -> f64 {
    spread * evaluate::<FUSED>(&LOGARITHM, spread * spread)
}

/// (eᵘ - 1)/u.
#[inline(always)]
pub(super) fn power<const FUSED: bool>(u: f64) -> f64 {
    evaluate::<FUSED>(&POWER, u)
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
            assert!((power::<false>(u) - exact).abs() <= 2e-14, "{u}");
        }
    }
}
