//! Means, shares, their standard errors and confidence intervals.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::sample::Sample;
use super::table::{Estimate, Share};

/// The mean of a variable in a domain.
struct Mean {
    value: f64,
    se: f64,
    /// The sum of the weights.
    weight: f64,
}

/// The children of a group, by place.
pub(super) type Domain = Vec<u32>;

/// The weights and values of the members of a domain that have one (`NaN`: none).
fn members<'a>(
    sample: &'a Sample<'_>,
    domain: &'a [u32],
    values: &'a impl Fn(usize) -> f64,
) -> impl Iterator<Item = (usize, f64, f64)> + 'a {
    domain.iter().filter_map(|place| {
        let place = *place as usize;
        let value = values(place);
        (!value.is_nan()).then(|| (place, sample.weights[place], value))
    })
}

/// Members of a domain that have a value: their number and their weight.
pub(super) fn count(sample: &Sample<'_>, domain: &[u32], values: impl Fn(usize) -> f64) -> (usize, f64) {
    members(sample, domain, &values).fold((0, 0.0), |(n, sum), (_, weight, _)| (n + 1, sum + weight))
}

/// The ratio estimator of the mean; its error by Taylor linearisation over the whole sample.
fn mean(sample: &Sample<'_>, domain: &[u32], values: &impl Fn(usize) -> f64) -> Option<Mean> {
    let (mut weight, mut sum) = (0.0, 0.0);
    for (_, w, x) in members(sample, domain, values) {
        weight += w;
        sum += w * x;
    }
    if weight <= 0.0 {
        return None;
    }
    let value = sum / weight;
    let variance = if sample.design.is_complex() {
        let mut totals = vec![0.0; sample.stratum_of.len()];
        for (place, w, x) in members(sample, domain, values) {
            totals[sample.cluster_of[place] as usize] += w * (x - value) / weight;
        }
        between_clusters(sample, &totals)
    } else {
        let squares: f64 = members(sample, domain, values).map(|(_, w, x)| (w * (x - value)).powi(2)).sum();
        let n = sample.rows.len() as f64;
        n / (n - 1.0) * squares / (weight * weight)
    };
    Some(Mean { value, se: variance.sqrt(), weight })
}

/// The variance of a total from the totals of the clusters, drawn with replacement within strata. The only
/// cluster of a stratum is compared with the mean of all.
fn between_clusters(sample: &Sample<'_>, totals: &[f64]) -> f64 {
    let mut sums = vec![0.0; sample.clusters_in.len()];
    for (stratum, total) in sample.stratum_of.iter().zip(totals) {
        sums[*stratum as usize] += total;
    }
    let grand = totals.iter().sum::<f64>() / totals.len() as f64;
    sample
        .stratum_of
        .iter()
        .zip(totals)
        .map(|(stratum, total)| {
            let clusters = f64::from(sample.clusters_in[*stratum as usize]);
            if clusters > 1.0 {
                clusters / (clusters - 1.0) * (total - sums[*stratum as usize] / clusters).powi(2)
            } else {
                (total - grand).powi(2)
            }
        })
        .sum()
}

/// The mean z-score of a domain and its standard deviation.
pub(super) fn mean_and_deviation(
    sample: &Sample<'_>,
    domain: &[u32],
    values: impl Fn(usize) -> f64,
) -> (Option<Estimate>, Option<f64>) {
    let Some(found) = mean(sample, domain, &values) else { return (None, None) };
    let reach = sample.t_of_means * found.se;
    let estimate =
        Estimate { value: found.value, se: found.se, low: found.value - reach, high: found.value + reach };
    let (mut n, mut squares) = (0.0, 0.0);
    for (_, w, x) in members(sample, domain, &values) {
        // Only the linearised path leaves out those without a weight.
        n += f64::from(u8::from(w != 0.0 || !sample.design.is_complex()));
        squares += w * (x - found.value).powi(2);
    }
    let deviation = (n > 1.0).then(|| (squares / found.weight * n / (n - 1.0)).sqrt());
    (Some(estimate), deviation)
}

/// The share of a domain for which a condition holds (1) among those for which it can be told (0 or 1), in
/// percent, with a confidence interval on the logit scale.
pub(super) fn share(sample: &Sample<'_>, domain: &[u32], values: impl Fn(usize) -> f64) -> Option<Share> {
    let found = mean(sample, domain, &values)?;
    let (p, se) = (found.value, found.se);
    let value = p * 100.0;
    let simple = sample.design == super::Design::NONE;
    let (low, high) = if p <= 0.0 || p >= 1.0 {
        (value, value)
    } else if value == 1.0 && !simple {
        // WHO's software takes exactly 1 % for a share of 1 once the design has weights or clusters.
        (1.0, 1.0)
    } else {
        let (centre, reach) = ((p / (1.0 - p)).ln(), sample.t_of_shares * se / (p * (1.0 - p)));
        let back = |logit: f64| 100.0 / (1.0 + (-logit).exp());
        (back(centre - reach), back(centre + reach))
    };
    Some(Share { value, se: se * 100.0, low, high })
}

/// The 97.5 % point of Student's t; NaN without a degree of freedom.
pub(super) fn t_975(degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_t_is_that_of_the_tables() {
        for (degrees, wanted) in [
            (1.0, 12.706_204_736_174_7),
            (10.0, 2.228_138_851_964_94),
            (57.0, 2.002_465_459_291_01),
            (2403.0, 1.960_951_685_85),
        ] {
            assert!((t_975(degrees) - wanted).abs() < 1e-8, "{degrees}: {}", t_975(degrees));
        }
        assert!(t_975(0.0).is_nan());
    }
}
