//! Merkle trees in the shape of RFC 6962, section 2.1.

use super::hash::Hash;

const LEAF: &[u8] = &[0];
const NODE: &[u8] = &[1];

/// The hash of a leaf: SHA-256 of a zero byte and `bytes`.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Hash::of(&[LEAF, bytes])
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[NODE, left.as_bytes(), right.as_bytes()])
}

/// The next level up: pairs are joined, an odd one at the end goes up as it is. Level by level this gives
/// the tree that RFC 6962 splits at the largest power of two.
fn level_up(level: &[Hash]) -> Vec<Hash> {
    let (pairs, odd) = level.as_chunks::<2>();
    pairs.iter().map(|[left, right]| node_hash(left, right)).chain(odd.iter().copied()).collect()
}

/// The root of the tree over these leaf hashes; without any, the SHA-256 of nothing.
pub fn merkle_root(leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level_up(&level);
    }
    level.first().copied().unwrap_or_else(|| Hash::of(&[]))
}

/// The hashes that lead from the leaf at `index` to the root, lowest first. Empty if there is no such
/// leaf, and then [`verify_inclusion`] refuses the index.
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Vec<Hash> {
    let mut proof = Vec::new();
    if index >= leaves.len() {
        return proof;
    }
    let mut level = leaves.to_vec();
    let mut place = index;
    while level.len() > 1 {
        proof.extend(level.get(place ^ 1));
        level = level_up(&level);
        place /= 2;
    }
    proof
}

/// Whether `proof` shows that `leaf` (a leaf hash) is the one at `index` of the `size` leaves under
/// `root` (RFC 9162, section 2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            // The last of an odd level went up as it was: skip the levels where it had no sibling.
            while place % 2 == 0 && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place /= 2;
        last /= 2;
    }
    last == 0 && hash == *root
}
