//! The proof of a pairing, kept beside it: whoever doubts it later checks it again without solving anything.

use super::instance::{Instance, PairingError};
use super::network::Hub;
use super::problem::Problem;
use super::simplex::Solution;
use super::{Pairing, checked};

/// The flow behind a pairing and the prices that prove it to be the best: numbers by arc and by node of the network
/// that [`verify`] makes anew from the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    flow: Vec<i64>,
    price: Vec<i128>,
}

impl Certificate {
    pub(super) fn of(solution: Solution) -> Certificate {
        Certificate { flow: solution.flow, price: solution.price }
    }

    /// As bytes, for keeping: how many arcs there are, 8 bytes for each, then 16 for each node.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + 8 * self.flow.len() + 16 * self.price.len());
        bytes.extend((self.flow.len() as u64).to_le_bytes());
        self.flow.iter().for_each(|units| bytes.extend(units.to_le_bytes()));
        self.price.iter().for_each(|price| bytes.extend(price.to_le_bytes()));
        bytes
    }

    /// Reads what [`Certificate::to_bytes`] wrote; `None` where it is something else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Certificate> {
        let (count, rest) = bytes.split_first_chunk::<8>()?;
        let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
        let (flow, price) = rest.split_at_checked(count.checked_mul(8)?)?;
        if price.len() % 16 != 0 {
            return None;
        }
        let flow = flow.chunks_exact(8).filter_map(|part| Some(i64::from_le_bytes(part.try_into().ok()?)));
        let price =
            price.chunks_exact(16).filter_map(|part| Some(i128::from_le_bytes(part.try_into().ok()?)));
        Some(Certificate { flow: flow.collect(), price: price.collect() })
    }
}

/// The pairing that a certificate proves to be the best of an instance: nothing is solved, each arc is looked at once.
///
/// # Errors
/// What is wrong with the instance; [`PairingError::Unproven`] where the certificate is not one of this instance.
pub fn verify(instance: &Instance, certificate: &Certificate) -> Result<Pairing, PairingError> {
    let problem = Problem::new(instance)?;
    let hub = Hub::of(&problem);
    checked(instance, &problem, &hub, &certificate.flow, &certificate.price)
}
