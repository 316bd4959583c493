//! Trees against RFC 6962 written out naively; chains; canonical bytes.

use asuh_ledger::seal::{ChainError, inclusion_proof, leaf_hash, merkle_root, next_head, verify_inclusion};
use asuh_ledger::{BatchSeal, Canonical, ChainHead, Hash};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

fn sha(parts: &[&[u8]]) -> Hash {
    Hash::new(Sha256::digest(parts.concat()).into())
}

/// MTH of RFC 6962, section 2.1, over the data itself.
fn naive_root(data: &[Vec<u8>]) -> Hash {
    match data {
        [] => sha(&[]),
        [one] => sha(&[&[0], one]),
        _ => {
            let (left, right) = data.split_at(data.len().next_power_of_two() / 2);
            sha(&[&[1], naive_root(left).as_bytes(), naive_root(right).as_bytes()])
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
fn naive_path(index: usize, data: &[Vec<u8>]) -> Vec<Hash> {
    if data.len() < 2 {
        return vec![];
    }
    let middle = data.len().next_power_of_two() / 2;
    let (left, right) = data.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (naive_path(index, left), naive_root(right))
    } else {
        (naive_path(index - middle, right), naive_root(left))
    };
    path.push(sibling);
    path
}

fn rows(count: usize) -> (Vec<Vec<u8>>, Vec<Hash>) {
    let data: Vec<Vec<u8>> = (0..count).map(|n| format!("row {n}").into_bytes()).collect();
    let leaves = data.iter().map(|row| leaf_hash(row)).collect();
    (data, leaves)
}

/// The eight entries of the Certificate Transparency reference tests, with their published roots.
#[test]
fn the_known_trees_have_the_known_roots() {
    let data: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let leaves = data.map(leaf_hash);
    for (size, root) in [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ] {
        assert_eq!(merkle_root(&leaves[..size]).to_string(), root, "{size}");
    }
}

#[test]
fn every_tree_and_proof_is_that_of_the_rfc() {
    for size in 0..=70 {
        let (data, leaves) = rows(size);
        let root = merkle_root(&leaves);
        assert_eq!(root, naive_root(&data), "{size}");
        for index in 0..size {
            let proof = inclusion_proof(&leaves, index);
            assert_eq!(proof, naive_path(index, &data), "{index} of {size}");
            let holds = |index: usize, size: usize| {
                verify_inclusion(&leaf_hash(&data[index]), index as u64, size as u64, &proof, &root)
            };
            assert!(holds(index, size), "{index} of {size}");
            assert!((0..size).all(|other| other == index || !holds(other, size)));
        }
        assert_eq!(inclusion_proof(&leaves, size), []);
        assert!(!verify_inclusion(&root, size as u64, size as u64, &[], &root));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_proof_that_was_touched_proves_nothing(
        size in 1..200_usize, at: prop::sample::Index, touch: prop::sample::Index, byte in 0..32_usize,
    ) {
        let (_, leaves) = rows(size);
        let (index, root) = (at.index(size), merkle_root(&leaves));
        let proof = inclusion_proof(&leaves, index);
        let holds = |leaf: &Hash, proof: &[Hash]| verify_inclusion(leaf, index as u64, size as u64, proof, &root);
        prop_assert!(holds(&leaves[index], &proof));

        let flipped = |hash: Hash| {
            let mut bytes = *hash.as_bytes();
            bytes[byte] ^= 1;
            Hash::new(bytes)
        };
        prop_assert!(!holds(&flipped(leaves[index]), &proof));
        let mut longer = proof.clone();
        longer.push(root);
        prop_assert!(!holds(&leaves[index], &longer));
        if !proof.is_empty() {
            let place = touch.index(proof.len());
            let mut other = proof.clone();
            other[place] = flipped(other[place]);
            prop_assert!(!holds(&leaves[index], &other));
            prop_assert!(!holds(&leaves[index], &proof[..proof.len() - 1]));
        }
    }

    #[test]
    fn any_size_and_index_is_answered(index: u64, size: u64, length in 0..70_usize) {
        let (_, proof) = rows(length);
        prop_assert!(!verify_inclusion(&Hash::ZERO, index, size, &proof, &Hash::ZERO));
    }
}

/// The formats are sealed themselves: should one of these change, every old receipt would be void.
#[test]
fn the_bytes_never_change() {
    let row = Canonical::new("row/1").text("é").blob(&[7]).int(-1).count(2).list(0).opt_text(None);
    let hex: String = row.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let fields = [
        "010000000000000005726f772f31",
        "010000000000000002c3a9",
        "02000000000000000107",
        "030000000000000008ffffffffffffffff",
        "0400000000000000080000000000000002",
        "0500000000000000080000000000000000",
        "000000000000000000",
    ];
    assert_eq!(hex, fields.concat());
    let batch = BatchSeal { stream: "1", first_seq: 1, last_seq: 2, root: leaf_hash(b"x"), sealed_at_ms: 3 };
    assert_eq!(
        next_head(&Hash::ZERO, &batch).to_string(),
        "83e96e4aca989ea5c879fb0c327241263719800136090b0b1c03bb0b2468d0bf",
    );
}

#[test]
fn different_rows_have_different_bytes() {
    let row = || Canonical::new("row/1");
    let rows = [
        row(),
        row().text(""),
        row().opt_text(None),
        row().blob(&[]),
        row().text("").text(""),
        row().text("a").text("b"),
        row().text("ab"),
        row().text("").text("ab"),
        row().int(1),
        row().count(1),
        row().list(1),
        row().blob(&1_i64.to_be_bytes()),
        Canonical::new("row/2"),
    ];
    let bytes: BTreeSet<_> = rows.iter().map(Canonical::as_bytes).collect();
    assert_eq!(bytes.len(), rows.len());
    assert_eq!(
        row().opt_text(Some("a")).opt_int(Some(1)).opt_blob(Some(&[1])),
        row().text("a").int(1).blob(&[1])
    );
    assert_eq!(row().opt_int(None), row().opt_blob(None));
}

#[test]
fn a_head_depends_on_all_that_came_before() {
    let batch = BatchSeal { stream: "1", first_seq: 5, last_seq: 9, root: leaf_hash(b"x"), sealed_at_ms: 3 };
    let heads: BTreeSet<Hash> = [
        next_head(&Hash::ZERO, &batch),
        next_head(&leaf_hash(b""), &batch),
        next_head(&Hash::ZERO, &BatchSeal { stream: "2", ..batch }),
        next_head(&Hash::ZERO, &BatchSeal { first_seq: 6, ..batch }),
        next_head(&Hash::ZERO, &BatchSeal { last_seq: 8, ..batch }),
        next_head(&Hash::ZERO, &BatchSeal { root: leaf_hash(b"y"), ..batch }),
        next_head(&Hash::ZERO, &BatchSeal { sealed_at_ms: 4, ..batch }),
    ]
    .into();
    assert_eq!(heads.len(), 7);
}

#[test]
fn a_chain_has_no_gap_and_no_stranger() {
    let start = ChainHead::start("ledger/1");
    let (_, leaves) = rows(5);
    let first = start.seal(&leaves[..3], 10).unwrap();
    assert_eq!((first.first_seq, first.last_seq), (1, 3));
    let head = start.follow(&first).unwrap();
    let second = head.seal(&leaves[3..], 20).unwrap();
    assert_eq!((second.first_seq, second.last_seq), (4, 5));
    let end = head.follow(&second).unwrap();
    assert_eq!((end.last_seq, end.hash), (5, next_head(&next_head(&Hash::ZERO, &first), &second)));

    assert_eq!(start.seal(&[], 0), Err(ChainError::Empty));
    assert_eq!(start.follow(&second), Err(ChainError::Gap { first: 4, expected: 1 }));
    assert_eq!(head.follow(&first), Err(ChainError::Gap { first: 1, expected: 4 }));
    assert_eq!(head.follow(&BatchSeal { last_seq: 3, ..second }), Err(ChainError::Empty));
    assert_eq!(head.follow(&BatchSeal { stream: "ledger/2", ..second }), Err(ChainError::OtherStream));
    let full = ChainHead { last_seq: u64::MAX, ..head.clone() };
    assert_eq!((full.seal(&leaves, 0), full.follow(&second)), (Err(ChainError::Full), Err(ChainError::Full)));

    assert_eq!(second.check_leaves(&leaves[3..]), Ok(()));
    assert_eq!(second.check_leaves(&leaves[2..4]), Err(ChainError::OtherRoot));
    assert_eq!(second.check_leaves(&leaves), Err(ChainError::LeafCount { rows: 2, leaves: 5 }));
    let endless = BatchSeal { first_seq: 0, last_seq: u64::MAX, ..second };
    assert_eq!(endless.check_leaves(&leaves), Err(ChainError::Full));
}
