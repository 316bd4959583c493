//! Accounts, balanced transfers, sealing and proofs: a pure state machine.
