//! A receipt's proof holds, and every field of it matters.

use asuh_ledger::seal::{leaf_hash, merkle_root};
use asuh_ledger::{BatchSeal, Canonical, ChainHead, Hash, ProofError, ReceiptProof};

fn leaves(count: i64) -> Vec<Hash> {
    (1..=count).map(|number| Canonical::new("row/1").int(number).leaf()).collect()
}

/// The proofs of a chain of batches of 1, 2, 3, 40 and 7 rows.
fn proofs() -> Vec<ReceiptProof> {
    let rows = leaves(53);
    let mut rest = rows.as_slice();
    let mut chain = ChainHead::start("ledger/15.01");
    let mut proofs = Vec::new();
    for (size, sealed_at_ms) in [1, 2, 3, 40, 7].into_iter().zip(1_700_000_000_000..) {
        let (batch_rows, later) = rest.split_at(size);
        let batch = chain.seal(batch_rows, sealed_at_ms).expect("rows to seal");
        for seq in batch.first_seq..=batch.last_seq {
            proofs.push(ReceiptProof::of(seq, &batch, batch_rows, chain.hash).expect("a row of the batch"));
        }
        assert_eq!(ReceiptProof::of(batch.last_seq + 1, &batch, batch_rows, chain.hash), None);
        assert_eq!(ReceiptProof::of(batch.first_seq - 1, &batch, batch_rows, chain.hash), None);
        assert_eq!(ReceiptProof::of(batch.first_seq, &batch, &rows, chain.hash), None);
        chain = chain.follow(&batch).expect("it follows");
        rest = later;
    }
    assert!(proofs.last().is_some_and(|last| last.head == chain.hash));
    proofs
}

#[test]
fn every_row_of_a_chain_can_be_proved() {
    for (proof, (seq, leaf)) in proofs().iter().zip((1..).zip(leaves(53))) {
        assert_eq!((proof.seq, proof.leaf, proof.verify()), (seq, leaf, Ok(())));
    }
}

#[test]
fn every_field_matters() {
    use ProofError::{NotIncluded, WrongHead, WrongPlace};
    type Touch = (&'static str, fn(&mut ReceiptProof), ProofError);
    let touches: [Touch; 16] = [
        ("stream", |proof| proof.stream.push('x'), WrongHead),
        ("later number", |proof| proof.seq += 1, WrongHead),
        ("number before the batch", |proof| proof.seq = 0, WrongPlace),
        ("number without end", |proof| proof.seq = u64::MAX, WrongPlace),
        ("leaf", |proof| proof.leaf = leaf_hash(b"other"), NotIncluded),
        ("place", |proof| proof.index += 1, NotIncluded),
        ("place outside", |proof| proof.index = proof.size, WrongPlace),
        ("size none", |proof| proof.size = 0, WrongPlace),
        ("size without end", |proof| proof.size = u64::MAX, WrongPlace),
        ("size more", |proof| proof.size += 1, WrongHead),
        ("proof shorter", |proof| proof.proof.truncate(1), NotIncluded),
        ("proof longer", |proof| proof.proof.push(Hash::ZERO), NotIncluded),
        ("root", |proof| proof.root = Hash::ZERO, NotIncluded),
        ("previous head", |proof| proof.previous_head = Hash::ZERO, WrongHead),
        ("time", |proof| proof.sealed_at_ms += 1, WrongHead),
        ("head", |proof| proof.head = Hash::ZERO, WrongHead),
    ];
    for (what, touch, error) in touches {
        let mut proof = proofs().swap_remove(20);
        touch(&mut proof);
        assert_eq!(proof.verify(), Err(error), "{what}");
    }

    // The first row of all is number 1: no chain has a row 0, however well it is hashed.
    let rows = leaves(2);
    let batch =
        BatchSeal { stream: "x", first_seq: 0, last_seq: 1, root: merkle_root(&rows), sealed_at_ms: 0 };
    let proof = ReceiptProof::of(0, &batch, &rows, Hash::ZERO).unwrap();
    assert_eq!(proof.verify(), Err(WrongPlace));
}
