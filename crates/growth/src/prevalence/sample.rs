//! The children who count, their z-scores and their places in the design.

use std::collections::HashMap;

use super::estimate::t_975;
use super::{Design, SurveyError, Surveyed};
use crate::{Child, Indicator, Oedema};

/// The last day of the standards.
const LAST_DAY: f64 = 1826.0;

/// The prevalence of a child with oedema looks at this z-score instead of its own.
const OEDEMA_Z: f64 = -3.1;

/// The sample, ready to be estimated from.
pub(super) struct Sample<'a> {
    /// The children who count.
    pub(super) rows: Vec<Surveyed<'a>>,
    /// Their sampling weights; 1 where the design has none.
    pub(super) weights: Vec<f64>,
    /// The cluster of each child, numbered over all strata.
    pub(super) cluster_of: Vec<u32>,
    /// The stratum of each cluster, numbered.
    pub(super) stratum_of: Vec<u32>,
    /// How many clusters each stratum has.
    pub(super) clusters_in: Vec<u32>,
    /// Student's t for the intervals of means.
    pub(super) t_of_means: f64,
    /// Student's t for the intervals of prevalences.
    pub(super) t_of_shares: f64,
    /// z-scores for the means, by [`super::Comparison`]; NaN where there is none.
    pub(super) means: [Vec<f64>; 4],
    /// z-scores for the prevalences.
    pub(super) prevalences: [Vec<f64>; 4],
    pub(super) design: Design,
    pub(super) too_old: usize,
    pub(super) without_place: usize,
}

impl<'a> Sample<'a> {
    pub(super) fn new(all: &[Surveyed<'a>], design: Design) -> Result<Sample<'a>, SurveyError> {
        let mut rows = Vec::with_capacity(all.len());
        let (mut too_old, mut without_place) = (0, 0);
        for (place, row) in all.iter().enumerate() {
            if design.weights && row.weight.is_some_and(|weight| !weight.is_nan() && !usable(weight)) {
                return Err(SurveyError::Weight { row: place });
            }
            if row.child.age.is_some_and(|age| age.days() > LAST_DAY) {
                too_old += 1;
            } else if (design.clusters && row.cluster.is_none()) || (design.strata && row.stratum.is_none()) {
                without_place += 1;
            } else {
                rows.push(*row);
            }
        }
        let weights: Vec<f64> = if design.weights {
            rows.iter().map(|row| row.weight.filter(|weight| usable(*weight)).unwrap_or(0.0)).collect()
        } else {
            vec![1.0; rows.len()]
        };
        let places = places(&rows, design);
        // WHO's closed forms count all children; the linearisation counts clusters that have a weight.
        let linear = t_975(degrees(&places, &weights, design));
        let closed = t_975(rows.len() as f64 - 1.0);
        let mut means = [(); 4].map(|()| Vec::with_capacity(rows.len()));
        let mut prevalences = means.clone();
        for row in &rows {
            for (nth, indicator) in INDICATORS.into_iter().enumerate() {
                let z = plausible(&row.child, indicator);
                means[nth].push(z);
                let hidden = indicator.hidden_by_oedema() && row.child.oedema == Oedema::Present;
                prevalences[nth].push(if hidden { OEDEMA_Z } else { z });
            }
        }
        let Places { cluster_of, stratum_of, clusters_in } = places;
        Ok(Sample {
            rows,
            weights,
            cluster_of,
            stratum_of,
            clusters_in,
            t_of_means: if design.is_complex() { linear } else { closed },
            t_of_shares: if design == Design::NONE { closed } else { linear },
            means,
            prevalences,
            design,
            too_old,
            without_place,
        })
    }
}

/// In the order of [`super::Comparison`].
const INDICATORS: [Indicator; 4] =
    [Indicator::LengthForAge, Indicator::WeightForAge, Indicator::BmiForAge, Indicator::WeightForLength];

fn usable(weight: f64) -> bool {
    weight.is_finite() && weight >= 0.0
}

fn plausible(child: &Child, indicator: Indicator) -> f64 {
    child.z_score(indicator).ok().filter(|score| !score.flagged).map_or(f64::NAN, |score| score.z)
}

struct Places {
    cluster_of: Vec<u32>,
    stratum_of: Vec<u32>,
    clusters_in: Vec<u32>,
}

/// Numbers the clusters; an id may occur again in another stratum and is another cluster there.
fn places(rows: &[Surveyed<'_>], design: Design) -> Places {
    // One cluster for all says nothing: then every child stands for itself.
    let clustered = design.clusters && rows.iter().any(|row| row.cluster != rows[0].cluster);
    let mut strata = HashMap::new();
    let mut clusters = HashMap::new();
    let (mut stratum_of, mut clusters_in) = (Vec::new(), Vec::new());
    let mut cluster_of = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let name = if design.strata { row.stratum } else { None };
        let stratum = *strata.entry(name).or_insert_with(|| {
            clusters_in.push(0);
            clusters_in.len() as u32 - 1
        });
        let id = if clustered { (row.cluster, 0) } else { (None, place) };
        let cluster = *clusters.entry((stratum, id)).or_insert_with(|| {
            stratum_of.push(stratum);
            clusters_in[stratum as usize] += 1;
            stratum_of.len() as u32 - 1
        });
        cluster_of.push(cluster);
    }
    Places { cluster_of, stratum_of, clusters_in }
}

/// Clusters less strata. What has no weight at all does not count, unless the design is simple.
fn degrees(places: &Places, weights: &[f64], design: Design) -> f64 {
    let mut with_weight = vec![false; places.stratum_of.len()];
    for (cluster, weight) in places.cluster_of.iter().zip(weights) {
        with_weight[*cluster as usize] |= *weight != 0.0 || !design.weights;
    }
    let mut strata = vec![false; places.clusters_in.len()];
    let mut clusters = 0.0;
    for (stratum, counts) in places.stratum_of.iter().zip(with_weight) {
        if counts {
            strata[*stratum as usize] = true;
            clusters += 1.0;
        }
    }
    clusters - strata.iter().filter(|counts| **counts).count() as f64
}
