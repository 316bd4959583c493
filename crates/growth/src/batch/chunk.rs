//! The work on some dozens of children at a time, written as short loops over arrays that the compiler turns
//! into vector instructions.

#![allow(
    clippy::needless_range_loop,
    clippy::manual_range_contains,
    reason = "loops over several arrays at once and comparisons without branches are what is vectorised"
)]

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::polynomial::{MAX_POWER, MAX_SPREAD, logarithm, power};
use super::rows::{self, Row};
use super::{Ages, Columns, Scores};
use crate::age::{DAYS_PER_MONTH, FIRST_STANDING_DAY, STANDING_FROM_MONTHS, UPPER_MONTHS, half_up};
use crate::child::{STANDING_LOSS, bmi};
use crate::score::{Limits, ZScore};
use crate::standard::LYING_BELOW_CM;
use crate::{Indicator, Interpolation, Lms, Oedema, Posture};

/// Children at a time: the arrays stay in the first cache.
const N: usize = 64;

/// A value of each child.
type Lane = [f64; N];

/// Distance in hundredths of z from a half below which the rounding is left to the plain way.
const EDGE: f64 = 1e-4;

/// Adding and taking away this number rounds to a whole number, ties to even, on any processor.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// With the best instructions of this processor.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
pub(super) fn fastest(columns: &Columns<'_>, interpolation: Interpolation, outputs: &mut [Scores<'_>]) {
    if target_cfg_f!(target_feature = "fma") || cfg!(target_arch = "aarch64") {
        all::<true>(columns, interpolation, outputs);
    } else {
        all::<false>(columns, interpolation, outputs);
    }
}

/// With those that every processor of this kind has.
pub(super) fn portable(columns: &Columns<'_>, interpolation: Interpolation, outputs: &mut [Scores<'_>]) {
    all::<false>(columns, interpolation, outputs);
}

#[inline(always)]
fn all<const FUSED: bool>(columns: &Columns<'_>, interpolation: Interpolation, outputs: &mut [Scores<'_>]) {
    let children = columns.sex.len();
    let mut start = 0;
    while start < children {
        let count = N.min(children - start);
        let chunk = Chunk::new(columns, start, count);
        for scores in &mut *outputs {
            chunk.score::<FUSED>(columns, interpolation, scores);
        }
        start += count;
    }
}

/// What several indicators need of the children from `start` on.
struct Chunk {
    start: usize,
    count: usize,
    /// 0 boys, 1 girls, NaN not known.
    sex: Lane,
    /// Rounded; NaN not known.
    day: Lane,
    months: Lane,
    /// The place in the tables by day.
    day_row: [u32; N],
    /// Adjusted.
    length: Lane,
    /// As in `POSTURES`.
    posture: Lane,
    /// The weight, or NaN with oedema.
    dry_weight: Lane,
}

/// The codes of a posture in a lane.
const UNKNOWN: f64 = 0.0;
const LYING: f64 = 1.0;
const STANDING: f64 = 2.0;

/// The values of a column from `start` on; NaN beyond its end.
#[inline(always)]
fn lane(column: &[f64], start: usize, count: usize) -> Lane {
    let mut lane = [f64::NAN; N];
    if let Some(values) = column.get(start..start + count) {
        if let Ok(full) = <&Lane>::try_from(values) {
            lane = *full;
        } else {
            lane[..count].copy_from_slice(values);
        }
    }
    lane
}

/// `if condition { yes } else { no }`, which the compiler turns into a mask.
#[inline(always)]
fn select(condition: bool, yes: f64, no: f64) -> f64 {
    if condition { yes } else { no }
}

impl Chunk {
    #[inline(always)]
    fn new(columns: &Columns<'_>, start: usize, count: usize) -> Chunk {
        let mut sex = [f64::NAN; N];
        for (lane, sex) in sex.iter_mut().zip(&columns.sex[start..start + count]) {
            *lane = sex.map_or(f64::NAN, |sex| f64::from(sex as u8));
        }
        let mut posture = [UNKNOWN; N];
        if let Some(postures) = columns.posture.get(start..start + count) {
            for (lane, posture) in posture.iter_mut().zip(postures) {
                *lane = match posture {
                    None => UNKNOWN,
                    Some(Posture::Lying) => LYING,
                    Some(Posture::Standing) => STANDING,
                };
            }
        }
        let (mut day, mut months) = match columns.age {
            Ages::Days(ages) => (lane(ages, start, count), lane(ages, start, count)),
            Ages::Months(ages) => (lane(ages, start, count), lane(ages, start, count)),
        };
        match columns.age {
            Ages::Days(_) => months.iter_mut().for_each(|age| *age /= DAYS_PER_MONTH),
            Ages::Months(_) => day.iter_mut().for_each(|age| *age *= DAYS_PER_MONTH),
        }
        for i in 0..N {
            // What is no age takes every score with it.
            let wrong = months[i] < 0.0 || months[i] == f64::INFINITY;
            sex[i] = select(wrong, f64::NAN, sex[i]);
            day[i] = half_up(day[i]);
        }
        let mut day_row = [rows::NO_DAY; N];
        for i in 0..N {
            let known = months[i] < UPPER_MONTHS && sex[i] >= 0.0;
            let place = sex[i] * f64::from(rows::DAYS) + day[i];
            day_row[i] = select(known, place, f64::from(rows::NO_DAY)) as u32;
        }
        let mut length = lane(columns.length, start, count);
        for i in 0..N {
            let stood = posture[i] == STANDING && months[i] < STANDING_FROM_MONTHS;
            posture[i] = select(stood, UNKNOWN, posture[i]);
            let longer = day[i] < FIRST_STANDING_DAY && posture[i] == STANDING;
            let shorter = day[i] >= FIRST_STANDING_DAY && posture[i] == LYING;
            let taken = length[i];
            length[i] = select(longer, taken + STANDING_LOSS, select(shorter, taken - STANDING_LOSS, taken));
        }
        let mut dry_weight = lane(columns.weight, start, count);
        if let Some(oedema) = columns.oedema.get(start..start + count) {
            for (lane, oedema) in dry_weight.iter_mut().zip(oedema) {
                *lane = select(*oedema == Oedema::Present, f64::NAN, *lane);
            }
        }
        Chunk { start, count, sex, day, months, day_row, length, posture, dry_weight }
    }

    #[inline(always)]
    fn score<const FUSED: bool>(
        &self,
        columns: &Columns<'_>,
        interpolation: Interpolation,
        scores: &mut Scores<'_>,
    ) {
        let indicator = scores.indicator;
        let column = |column| lane(column, self.start, self.count);
        let cells = match indicator {
            Indicator::WeightForLength => self.weight_for_length(interpolation),
            Indicator::LengthForAge => self.for_age(indicator, &self.length),
            Indicator::WeightForAge => self.for_age(indicator, &self.dry_weight),
            Indicator::BmiForAge => {
                let mut index = [0.0; N];
                for i in 0..N {
                    index[i] = bmi(self.dry_weight[i], self.length[i]);
                }
                self.for_age(indicator, &index)
            }
            Indicator::HeadForAge => self.for_age(indicator, &column(columns.head)),
            Indicator::ArmForAge => self.for_age(indicator, &column(columns.arm)),
            Indicator::TricepsForAge => self.for_age(indicator, &column(columns.triceps)),
            Indicator::SubscapularForAge => self.for_age(indicator, &column(columns.subscapular)),
        };
        let found = if indicator.restricted() { cells.skewed::<FUSED>() } else { cells.normal() };
        found.write(&cells, scores, self.start, self.count);
    }

    /// Values and rows of an indicator by age.
    #[inline(always)]
    fn for_age(&self, indicator: Indicator, values: &Lane) -> Cells {
        let table = rows::by_day(indicator);
        let mut cells = Cells::EMPTY;
        for i in 0..N {
            cells.put(i, rows::at(table, self.day_row[i]));
            // Zero or less is not measured.
            cells.y[i] = select(values[i] > 0.0, values[i], f64::NAN);
        }
        cells
    }

    /// Weights with rows interpolated between millimetres.
    #[inline(always)]
    fn weight_for_length(&self, interpolation: Interpolation) -> Cells {
        let (mut low, mut high, mut share) = ([0; N], [0; N], [0.0; N]);
        for i in 0..N {
            let cm = self.length[i];
            let unknown = self.day[i].is_nan();
            let lying_unknown =
                self.posture[i] == LYING || (self.posture[i] == UNKNOWN && cm < LYING_BELOW_CM);
            let lying = self.day[i] < FIRST_STANDING_DAY || (unknown && lying_unknown);
            let inside = (lying && cm >= 45.0 && cm <= 110.0) || (!lying && cm >= 65.0 && cm <= 120.0);
            let known = inside && (unknown || self.months[i] < UPPER_MONTHS) && self.sex[i] >= 0.0;
            let lengths = self.sex[i] * f64::from(rows::LENGTHS) - f64::from(rows::FIRST_LENGTH);
            let heights = self.sex[i] * f64::from(rows::HEIGHTS)
                + (f64::from(2 * rows::LENGTHS) - f64::from(rows::FIRST_HEIGHT));
            let offset = select(lying, lengths, heights);
            let tenfold = (cm * 10.0).trunc();
            let next = match interpolation {
                Interpolation::AsWho => (cm * 10.0 + 1.0).trunc(),
                Interpolation::Corrected => tenfold + 1.0,
            };
            let between = (cm - tenfold / 10.0) / 0.1;
            share[i] = select(between > 0.0, between, 0.0);
            let above = select(between > 0.0, next, tenfold);
            low[i] = select(known, tenfold + offset, f64::from(rows::NO_LENGTH)) as u32;
            high[i] = select(known, above + offset, f64::from(rows::NO_LENGTH)) as u32;
        }
        let table = rows::by_length();
        let mut cells = Cells::EMPTY;
        let mut above = Cells::EMPTY;
        for i in 0..N {
            cells.put(i, rows::at(table, low[i]));
            above.put(i, rows::at(table, high[i]));
        }
        for i in 0..N {
            // As `Lms::towards`, so that the plain way finds the same row.
            cells.l[i] += share[i] * (above.l[i] - cells.l[i]);
            cells.m[i] += share[i] * (above.m[i] - cells.m[i]);
            cells.s[i] += share[i] * (above.s[i] - cells.s[i]);
            cells.one_by_s[i] = 1.0 / cells.s[i];
            cells.y[i] = self.dry_weight[i];
        }
        cells
    }
}

/// Measurements and their rows. NaN in either means no score.
struct Cells {
    y: Lane,
    l: Lane,
    m: Lane,
    s: Lane,
    one_by_s: Lane,
}

/// Scores, and where they have to be computed the plain way.
struct Found {
    raw: Lane,
    z: Lane,
    odd: [u64; N],
}

impl Cells {
    const EMPTY: Cells = Cells { y: [0.0; N], l: [0.0; N], m: [0.0; N], s: [0.0; N], one_by_s: [0.0; N] };

    #[inline(always)]
    fn put(&mut self, i: usize, row: &Row) {
        [self.l[i], self.m[i], self.s[i], self.one_by_s[i]] = *row;
    }

    /// Where the distribution is normal (L = 1).
    #[inline(always)]
    fn normal(&self) -> Found {
        let mut found = Found { raw: [0.0; N], z: [0.0; N], odd: [0; N] };
        for i in 0..N {
            let raw = (self.y[i] - self.m[i]) / self.m[i] * self.one_by_s[i];
            found.put(i, raw, raw.abs() < 1e6 || raw.is_nan());
        }
        found
    }

    /// Where it is skewed and the tails are straightened.
    #[inline(always)]
    fn skewed<const FUSED: bool>(&self) -> Found {
        let mut found = Found { raw: [0.0; N], z: [0.0; N], odd: [0; N] };
        for i in 0..N {
            let (y, m) = (self.y[i], self.m[i]);
            let spread = (y - m) / (y + m);
            let log = logarithm::<FUSED>(spread);
            let u = self.l[i] * log;
            let raw = log * self.one_by_s[i] * power::<FUSED>(u);
            let near = spread.abs() <= MAX_SPREAD && u.abs() <= MAX_POWER && raw.abs() < 2.999_999;
            found.put(i, raw, near || y.is_nan() || m.is_nan());
        }
        found
    }
}

impl Found {
    /// Rounds a score, and notes whether it is near a rounding edge or was not `good` before.
    #[inline(always)]
    fn put(&mut self, i: usize, raw: f64, good: bool) {
        let hundredfold = raw * 100.0;
        let whole = (hundredfold + ROUNDER) - ROUNDER;
        let safe = (hundredfold - whole).abs() < 0.5 - EDGE || raw.is_nan();
        self.raw[i] = raw;
        self.z[i] = whole / 100.0;
        self.odd[i] = if good && safe { 0 } else { u64::MAX };
    }

    #[inline(always)]
    fn write(mut self, cells: &Cells, scores: &mut Scores<'_>, start: usize, count: usize) {
        let indicator = scores.indicator;
        let odd = self.odd.iter().fold(0, |any, odd| any | odd);
        if odd != 0 {
            for i in 0..count {
                if self.odd[i] != 0 {
                    let row = Lms { l: cells.l[i], m: cells.m[i], s: cells.s[i] };
                    (self.raw[i], self.z[i]) = plain(row, cells.y[i], indicator);
                }
            }
        }
        let Limits { low, high } = indicator.limits();
        let to = start..start + count;
        let flagged = &mut scores.flagged[to.clone()];
        let z = &mut scores.z[to.clone()];
        for ((z, flagged), found) in z.iter_mut().zip(flagged).zip(&self.z) {
            *z = *found;
            *flagged = *found < low || *found > high;
        }
        if let Some(raw) = &mut scores.raw {
            raw[to].copy_from_slice(&self.raw[..count]);
        }
    }
}

/// One score as [`crate::Child`] computes it: raw and rounded.
#[inline(never)]
fn plain(row: Lms, y: f64, indicator: Indicator) -> (f64, f64) {
    let raw = if indicator.restricted() { row.restricted_z(y) } else { row.z(y) };
    ZScore::new(raw, indicator.limits()).map_or((f64::NAN, f64::NAN), |score| (score.raw, score.z))
}
