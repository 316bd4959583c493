//! Samples of what a district did, and what may be concluded from them: pure.

use std::collections::BTreeMap;

use asuh_store::Id;
use sha2::{Digest, Sha256};

/// Something that may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawable {
    /// The stratum that it belongs to: a village.
    pub stratum: i64,
    /// It.
    pub id: Id,
}

/// Draws `size` of them (all, when there are fewer), shared among the strata in proportion by largest remainders, within a
/// stratum by a hash of seed and id. Nobody can choose it, and whoever has seed and ids can draw it again.
pub fn draw(seed: &[u8], size: usize, items: &[Drawable]) -> Vec<Drawable> {
    let mut strata: BTreeMap<i64, Vec<([u8; 32], Drawable)>> = BTreeMap::new();
    for one in items {
        let mut hash = Sha256::new();
        hash.update(seed);
        hash.update(one.id.as_bytes());
        strata.entry(one.stratum).or_default().push((hash.finalize().into(), *one));
    }
    let (size, all) = (size.min(items.len()), items.len().max(1));
    // Whole parts first, then one more each for the largest remainders; the lower code wins a tie.
    let mut shares: Vec<(i64, usize, usize)> = strata
        .iter()
        .map(|(stratum, own)| (*stratum, own.len() * size / all, own.len() * size % all))
        .collect();
    let mut left = size - shares.iter().map(|(_, share, _)| share).sum::<usize>();
    shares.sort_by(|one, other| other.2.cmp(&one.2).then(one.0.cmp(&other.0)));
    for (_, share, _) in &mut shares {
        if left > 0 {
            *share += 1;
            left -= 1;
        }
    }
    shares.sort_by_key(|(stratum, ..)| *stratum);
    let mut drawn = Vec::with_capacity(size);
    for (stratum, share, _) in shares {
        if let Some(own) = strata.get_mut(&stratum) {
            own.sort_by_key(|one| one.0);
            drawn.extend(own.iter().take(share).map(|(_, one)| *one));
        }
    }
    drawn
}

/// How sure a statement from a sample is: in so many of a hundred samples its interval holds the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// 80 %.
    P80,
    /// 90 %.
    P90,
    /// 95 %.
    P95,
    /// 99 %.
    P99,
}

impl Confidence {
    /// All of them.
    pub const ALL: [Confidence; 4] = [Confidence::P80, Confidence::P90, Confidence::P95, Confidence::P99];

    /// In percent.
    pub fn percent(self) -> i64 {
        match self {
            Confidence::P80 => 80,
            Confidence::P90 => 90,
            Confidence::P95 => 95,
            Confidence::P99 => 99,
        }
    }

    /// The one of so many percent.
    pub fn of_percent(percent: i64) -> Option<Confidence> {
        Confidence::ALL.into_iter().find(|one| one.percent() == percent)
    }

    /// The two-sided quantile of the normal distribution.
    fn z(self) -> f64 {
        match self {
            Confidence::P80 => 1.281_552,
            Confidence::P90 => 1.644_854,
            Confidence::P95 => 1.959_964,
            Confidence::P99 => 2.575_829,
        }
    }
}

/// How many of `population` must be asked so that a share is known within `margin` percentage points, whatever it is.
///
/// Source: Cochran, *Sampling Techniques*, 3rd ed. 1977, 4.4: n0 = z² p (1 - p) / d² with p = 1/2, then
/// n = n0 / (1 + (n0 - 1) / N), rounded up.
///
/// ```
/// # use asuh_ground::sampling::{Confidence, size};
/// assert_eq!(size(237, Confidence::P95, 5), 147);
/// assert_eq!(size(1_000_000, Confidence::P95, 5), 384);
/// assert_eq!(size(3, Confidence::P95, 5), 3);
/// ```
pub fn size(population: i64, confidence: Confidence, margin: i64) -> i64 {
    if population <= 0 {
        return 0;
    }
    let (z, d, all) = (confidence.z(), margin.clamp(1, 50) as f64 / 100.0, population as f64);
    let unlimited = z * z * 0.25 / (d * d);
    let limited = unlimited / (1.0 + (unlimited - 1.0) / all);
    (limited.ceil() as i64).clamp(1, population)
}

/// What a sample says of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The share in the sample, 0 to 1.
    pub rate: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// Share and ends in percent, rounded.
    pub fn percents(&self) -> (i64, i64, i64) {
        let percent = |value: f64| (value * 100.0).round().clamp(0.0, 100.0) as i64;
        (percent(self.rate), percent(self.low), percent(self.high))
    }

    /// The interval as numbers of a population, outwards.
    pub fn of(&self, population: i64) -> (i64, i64) {
        let all = population as f64;
        // What is a whole number already stays it, whatever the last bit of the product says.
        let (low, high) = (self.low * all, self.high * all);
        ((low + 1e-9).floor() as i64, ((high - 1e-9).ceil() as i64).clamp(0, population))
    }
}

/// The share of `hits` among `asked`, drawn from `population` (nothing: one without end); none where nobody was asked.
///
/// Source: Wilson's score interval (Wilson 1927, *JASA* 22, 209), which also holds for small samples and for shares near 0
/// and 1. For a finite population the variance of a share shrinks by (N - n) / (N - 1) (Cochran 1977, 3.2), which is that of a
/// larger sample of n (N - 1) / (N - n): with that size the interval is computed; when all were asked it is the share itself.
pub fn estimate(hits: i64, asked: i64, population: Option<i64>, confidence: Confidence) -> Option<Estimate> {
    if asked <= 0 {
        return None;
    }
    let rate = hits as f64 / asked as f64;
    let size = match population {
        Some(all) if all <= asked => return Some(Estimate { rate, low: rate, high: rate }),
        Some(all) => asked as f64 * (all - 1) as f64 / (all - asked) as f64,
        None => asked as f64,
    };
    let z = confidence.z();
    let middle = rate + z * z / (2.0 * size);
    let half = z * (rate * (1.0 - rate) / size + z * z / (4.0 * size * size)).sqrt();
    let whole = 1.0 + z * z / size;
    Some(Estimate { rate, low: ((middle - half) / whole).max(0.0), high: ((middle + half) / whole).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_tables() {
        for (population, confidence, margin, expected) in [
            (0, Confidence::P95, 5, 0),
            (1, Confidence::P95, 5, 1),
            (100, Confidence::P95, 5, 80),
            (1_000, Confidence::P95, 5, 278),
            (10_000, Confidence::P95, 5, 370),
            (10_000, Confidence::P90, 5, 264),
            (10_000, Confidence::P99, 5, 623),
            (10_000, Confidence::P95, 10, 96),
        ] {
            assert_eq!(size(population, confidence, margin), expected, "{population} {margin}");
        }
    }

    #[test]
    fn intervals_shrink_with_the_population() {
        let percents = |hits, asked, population| {
            estimate(hits, asked, population, Confidence::P95).map(|one| one.percents())
        };
        // As R: prop.test(9, 10, correct = FALSE) gives 0.596 to 0.982.
        assert_eq!(percents(9, 10, None), Some((90, 60, 98)));
        assert_eq!(percents(0, 10, None), Some((0, 0, 28)));
        assert_eq!(percents(9, 10, Some(1_000_000)), Some((90, 60, 98)));
        // Of 20 children 10 were asked: the interval is that of 19 asked of a population without end.
        assert_eq!(percents(9, 10, Some(20)), Some((90, 69, 97)));
        assert_eq!(percents(9, 10, Some(10)), Some((90, 90, 90)), "all were asked");
        assert_eq!(percents(0, 0, Some(10)), None);
    }

    #[test]
    fn an_interval_is_told_in_whole_families() {
        let one = Estimate { rate: 0.9, low: 0.69, high: 0.971 };
        assert_eq!(one.of(100), (69, 98));
        assert_eq!(Estimate { rate: 0.5, low: 0.5, high: 0.5 }.of(10), (5, 5));
        assert_eq!(Estimate { rate: 1.0, low: 0.72, high: 1.0 }.of(7), (5, 7));
    }

    #[test]
    fn a_sample_is_shared_in_proportion_and_drawn_the_same_again() {
        let items: Vec<Drawable> = (0..100_u128)
            .map(|nth| Drawable { stratum: 1 + (nth / 50) as i64, id: Id::from_bytes(nth.to_be_bytes()) })
            .collect();
        let drawn = draw(b"one", 11, &items);
        assert_eq!(drawn.iter().filter(|one| one.stratum == 1).count(), 6);
        assert_eq!(drawn.len(), 11);
        let mut turned = items.clone();
        turned.reverse();
        assert_eq!(draw(b"one", 11, &turned), drawn);
        assert_ne!(draw(b"two", 11, &items), drawn);
        assert_eq!(draw(b"one", 500, &items).len(), 100);
    }
}
