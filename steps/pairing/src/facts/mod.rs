//! What decides about a pairing, read in few statements: targets with their needs and order, promises, relatives,
//! holds, and the pairs that run.

mod neighbours;
mod situation;
mod targets;

pub(crate) use neighbours::{NeighbourRow, SetNeighbours, neighbours};
pub(crate) use situation::{RunningRow, Situation, Terms, running, village_of};
pub(crate) use targets::{Moment, TargetRow, held, targets};
