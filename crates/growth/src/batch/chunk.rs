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
use super::rows;
use super::{Ages, Columns, Scores};
use crate::age::{DAYS_PER_MONTH, FIRST_STANDING_DAY, STANDING_FROM_MONTHS, UPPER_MONTHS, half_up};
use crate::child::{STANDING_LOSS, bmi};
use crate::score::{Limits, ZScore};
use crate::standard::LYING_BELOW_CM;
use crate::{Indicator, Interpolation, Lms, Oedema, Posture, Sex};

/// Children at a time: the arrays stay in the first cache.
const N: usize = 64;

/// A value of each child.
type Lane = [f64; N];

/// Distance in hundredths of z from a half below which the rounding is left to the plain way.
const EDGE: f64 = 1e-4;

/// Adding and taking away this number rounds to a whole number, ties to even, on any processor.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// With the best instructions of this processor. Not with AVX-512: measured, its masks cost more than its wider
/// registers gain.
#[multiversion(targets("x86_64+avx2+fma"))]
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
    let (mut chunk, mut cells) = (Chunk::EMPTY, Cells::EMPTY);
    let mut start = 0;
    while start < children {
        let count = N.min(children - start);
        chunk.fill(columns, start, count);
        for scores in &mut *outputs {
            chunk.score::<FUSED>(columns, interpolation, &mut cells, scores);
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
    /// One of the codes below, after the rule of nine months.
    posture: Lane,
    /// The weight, or NaN with oedema.
    dry_weight: Lane,
}

/// The codes of a posture in a lane.
const UNKNOWN: f64 = 0.0;
const LYING: f64 = 1.0;
const STANDING: f64 = 2.0;

/// Copies the values of a column from `start` on; NaN where there is none.
#[inline(always)]
fn load(lane: &mut Lane, column: &[f64], start: usize, count: usize) {
    match column.get(start..start + count) {
        Some(values) if count == N => lane.copy_from_slice(values),
        Some(values) => {
            *lane = [f64::NAN; N];
            lane[..count].copy_from_slice(values);
        }
        None => *lane = [f64::NAN; N],
    }
}

/// `if condition { yes } else { no }`, which the compiler turns into a mask.
#[inline(always)]
fn select(condition: bool, yes: f64, no: f64) -> f64 {
    if condition { yes } else { no }
}

/// A whole number from 0 to 2³² as an integer: the last bits of its sum with 2⁵².
#[inline(always)]
fn whole(number: f64) -> u32 {
    (number + 4_503_599_627_370_496.0).to_bits() as u32
}

impl Chunk {
    const EMPTY: Chunk = Chunk {
        start: 0,
        count: 0,
        sex: [0.0; N],
        day: [0.0; N],
        months: [0.0; N],
        day_row: [0; N],
        length: [0.0; N],
        posture: [0.0; N],
        dry_weight: [0.0; N],
    };

    #[inline(always)]
    fn fill(&mut self, columns: &Columns<'_>, start: usize, count: usize) {
        (self.start, self.count) = (start, count);
        self.sex = [f64::NAN; N];
        for (lane, sex) in self.sex.iter_mut().zip(&columns.sex[start..start + count]) {
            *lane = match sex {
                None => f64::NAN,
                Some(Sex::Male) => 0.0,
                Some(Sex::Female) => 1.0,
            };
        }
        self.posture = [UNKNOWN; N];
        if let Some(postures) = columns.posture.get(start..start + count) {
            for (lane, posture) in self.posture.iter_mut().zip(postures) {
                *lane = match posture {
                    None => UNKNOWN,
                    Some(Posture::Lying) => LYING,
                    Some(Posture::Standing) => STANDING,
                };
            }
        }
        match columns.age {
            Ages::Days(ages) => {
                load(&mut self.day, ages, start, count);
                for i in 0..N {
                    self.months[i] = self.day[i] / DAYS_PER_MONTH;
                }
            }
            Ages::Months(ages) => {
                load(&mut self.months, ages, start, count);
                for i in 0..N {
                    self.day[i] = self.months[i] * DAYS_PER_MONTH;
                }
            }
        }
        load(&mut self.length, columns.length, start, count);
        load(&mut self.dry_weight, columns.weight, start, count);
        if let Some(oedema) = columns.oedema.get(start..start + count) {
            for (lane, oedema) in self.dry_weight.iter_mut().zip(oedema) {
                *lane = select(*oedema == Oedema::Present, f64::NAN, *lane);
            }
        }
        for i in 0..N {
            let months = self.months[i];
            // What is no age takes every score with it.
            let wrong = (months < 0.0) | (months == f64::INFINITY);
            let sex = select(wrong, f64::NAN, self.sex[i]);
            let day = half_up(self.day[i]);
            let known = (months < UPPER_MONTHS) & (sex >= 0.0);
            let place = sex * f64::from(rows::DAYS) + day;
            self.day_row[i] = whole(select(known, place, f64::from(rows::NO_DAY)));
            let stood = (self.posture[i] == STANDING) & (months < STANDING_FROM_MONTHS);
            let posture = select(stood, UNKNOWN, self.posture[i]);
            let longer = (day < FIRST_STANDING_DAY) & (posture == STANDING);
            let shorter = (day >= FIRST_STANDING_DAY) & (posture == LYING);
            let taken = self.length[i];
            self.length[i] =
                select(longer, taken + STANDING_LOSS, select(shorter, taken - STANDING_LOSS, taken));
            (self.sex[i], self.day[i], self.posture[i]) = (sex, day, posture);
        }
    }

    #[inline(always)]
    fn score<const FUSED: bool>(
        &self,
        columns: &Columns<'_>,
        interpolation: Interpolation,
        cells: &mut Cells,
        scores: &mut Scores<'_>,
    ) {
        let indicator = scores.indicator;
        match indicator {
            Indicator::LengthForAge => cells.y = self.length,
            Indicator::WeightForAge | Indicator::WeightForLength => cells.y = self.dry_weight,
            Indicator::BmiForAge => {
                for i in 0..N {
                    cells.y[i] = bmi(self.dry_weight[i], self.length[i]);
                }
            }
            Indicator::HeadForAge => load(&mut cells.y, columns.head, self.start, self.count),
            Indicator::ArmForAge => load(&mut cells.y, columns.arm, self.start, self.count),
            Indicator::TricepsForAge => load(&mut cells.y, columns.triceps, self.start, self.count),
            Indicator::SubscapularForAge => load(&mut cells.y, columns.subscapular, self.start, self.count),
        }
        if indicator == Indicator::WeightForLength {
            self.rows_by_length(interpolation, cells);
        } else {
            self.rows_by_day(indicator, cells);
        }
        if indicator.restricted() {
            cells.skewed::<FUSED>();
        } else {
            cells.normal();
        }
        cells.write(scores, self.start, self.count);
    }

    /// Rows of an indicator by age.
    #[inline(always)]
    fn rows_by_day(&self, indicator: Indicator, cells: &mut Cells) {
        let table = rows::by_day(indicator);
        for i in 0..N {
            [cells.l[i], cells.m[i], cells.s[i], cells.one_by_s[i]] = *rows::at(table, self.day_row[i]);
        }
        for y in &mut cells.y {
            // Zero or less is not measured.
            *y = select(*y > 0.0, *y, f64::NAN);
        }
    }

    /// Rows of weight for length and height, interpolated between millimetres.
    #[inline(always)]
    fn rows_by_length(&self, interpolation: Interpolation, cells: &mut Cells) {
        let (mut low, mut high, mut share) = ([0; N], [0; N], [0.0; N]);
        for i in 0..N {
            let cm = self.length[i];
            let unknown = self.day[i].is_nan();
            let lies = (self.posture[i] == LYING) | ((self.posture[i] == UNKNOWN) & (cm < LYING_BELOW_CM));
            let lying = (self.day[i] < FIRST_STANDING_DAY) | (unknown & lies);
            let (shortest, longest) = (select(lying, 45.0, 65.0), select(lying, 110.0, 120.0));
            let inside = (cm >= shortest) & (cm <= longest);
            let known = inside & (unknown | (self.months[i] < UPPER_MONTHS)) & (self.sex[i] >= 0.0);
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
            low[i] = whole(select(known, tenfold + offset, f64::from(rows::NO_LENGTH)));
            high[i] = whole(select(known, above + offset, f64::from(rows::NO_LENGTH)));
        }
        let table = rows::by_length();
        let mut above = [[0.0; N]; 3];
        for i in 0..N {
            [cells.l[i], cells.m[i], cells.s[i], _] = *rows::at(table, low[i]);
            [above[0][i], above[1][i], above[2][i], _] = *rows::at(table, high[i]);
        }
        for i in 0..N {
            // As `Lms::towards`, so that the plain way finds the same row.
            cells.l[i] += share[i] * (above[0][i] - cells.l[i]);
            cells.m[i] += share[i] * (above[1][i] - cells.m[i]);
            cells.s[i] += share[i] * (above[2][i] - cells.s[i]);
            cells.one_by_s[i] = 1.0 / cells.s[i];
        }
    }
}

/// Measurements, their rows and what comes of them. NaN in measurement or row means no score.
struct Cells {
    y: Lane,
    l: Lane,
    m: Lane,
    s: Lane,
    one_by_s: Lane,
    raw: Lane,
    z: Lane,
    /// All ones where the plain way has to be taken.
    odd: [u64; N],
}

impl Cells {
    const EMPTY: Cells = Cells {
        y: [0.0; N],
        l: [0.0; N],
        m: [0.0; N],
        s: [0.0; N],
        one_by_s: [0.0; N],
        raw: [0.0; N],
        z: [0.0; N],
        odd: [0; N],
    };

    /// Where the distribution is normal (L = 1).
    #[inline(always)]
    fn normal(&mut self) {
        for i in 0..N {
            let raw = (self.y[i] - self.m[i]) / self.m[i] * self.one_by_s[i];
            self.put(i, raw, (raw.abs() < 1e6) | raw.is_nan());
        }
    }

    /// Where it is skewed and the tails are straightened.
    #[inline(always)]
    fn skewed<const FUSED: bool>(&mut self) {
        for i in 0..N {
            let (y, m) = (self.y[i], self.m[i]);
            let spread = (y - m) / (y + m);
            let log = logarithm::<FUSED>(spread);
            let u = self.l[i] * log;
            let raw = log * self.one_by_s[i] * power::<FUSED>(u);
            let near = (spread.abs() <= MAX_SPREAD) & (u.abs() <= MAX_POWER) & (raw.abs() < 2.999_999);
            self.put(i, raw, near | y.is_nan() | m.is_nan());
        }
    }

    /// Rounds a score, and notes whether it is near a rounding edge or was not `good` before.
    #[inline(always)]
    fn put(&mut self, i: usize, raw: f64, good: bool) {
        let hundredfold = raw * 100.0;
        let rounded = (hundredfold + ROUNDER) - ROUNDER;
        let safe = ((hundredfold - rounded).abs() < 0.5 - EDGE) | raw.is_nan();
        self.raw[i] = raw;
        self.z[i] = rounded / 100.0;
        self.odd[i] = if good & safe { 0 } else { u64::MAX };
    }

    #[inline(always)]
    fn write(&mut self, scores: &mut Scores<'_>, start: usize, count: usize) {
        let indicator = scores.indicator;
        if self.odd.iter().fold(0, |any, odd| any | odd) != 0 {
            for i in 0..count {
                if self.odd[i] != 0 {
                    let row = Lms { l: self.l[i], m: self.m[i], s: self.s[i] };
                    (self.raw[i], self.z[i]) = plain(row, self.y[i], indicator);
                }
            }
        }
        let Limits { low, high } = indicator.limits();
        let to = start..start + count;
        scores.z[to.clone()].copy_from_slice(&self.z[..count]);
        for (flagged, z) in scores.flagged[to.clone()].iter_mut().zip(&self.z) {
            *flagged = *z < low || *z > high;
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
