//! Ids, instants, and where both come from.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// The immutable integer key of a district, first in every primary and unique key.
///
/// It is our own number, not the Kemendagri code: codes are attributes that change, keys never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DistrictId(pub i64);

impl fmt::Display for DistrictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A UUID (version 7), made where the fact is born. It identifies; it is never a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(uuid::Uuid);

impl Id {
    /// The id with these sixteen bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Id(uuid::Uuid::from_bytes(bytes))
    }

    /// The sixteen bytes, as they are stored.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id that stands for the program itself as an actor (jobs, the demo, the console).
    pub const SYSTEM: Id = Id(uuid::Uuid::nil());
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Id {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().map(Id)
    }
}

/// An instant: milliseconds since 1970-01-01 UTC. Stored as an integer because both engines then sort and
/// compare it alike (text timestamps do not).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// Later than every instant that can be recorded: the `superseded_at` of a version that still holds.
    pub const NEVER: Instant = Instant(i64::MAX);

    /// This instant in UTC; instants outside the calendar's range show as 1970.
    pub fn utc(self) -> time::OffsetDateTime {
        time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
    }

    /// This many seconds later (negative: earlier), saturating.
    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(seconds.saturating_mul(1000)))
    }
}

impl From<time::OffsetDateTime> for Instant {
    fn from(at: time::OffsetDateTime) -> Self {
        Instant((at.unix_timestamp_nanos() / 1_000_000) as i64)
    }
}

/// Where "now" comes from. An argument everywhere, so that tests and the demo decide the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Instant {
        time::OffsetDateTime::now_utc().into()
    }
}

/// A clock that stands still until it is moved: for tests, the demo and simulations.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `at`.
    pub fn new(at: Instant) -> Self {
        FixedClock(AtomicI64::new(at.0))
    }

    /// Sets the clock.
    pub fn set(&self, at: Instant) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    /// Moves the clock by this many seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// Where new ids come from.
pub trait IdSource: Send + Sync + 'static {
    /// A new id for something born at `at`.
    fn new_id(&self, at: Instant) -> Id;
}

/// Ids from the machine's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl IdSource for SystemIds {
    fn new_id(&self, at: Instant) -> Id {
        let mut random = [0u8; 10];
        // Without randomness nothing may be made: two facts with one id would be worse than a stop.
        getrandom::fill(&mut random).expect("the operating system gives random bytes");
        version_7(at, random)
    }
}

/// Ids from a seed, the same in every run: for tests and the demo.
#[derive(Debug)]
pub struct SeededIds(Mutex<u64>);

impl SeededIds {
    /// A source that gives the same ids for the same seed.
    pub fn new(seed: u64) -> Self {
        SeededIds(Mutex::new(seed))
    }
}

impl IdSource for SeededIds {
    fn new_id(&self, at: Instant) -> Id {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut random = [0u8; 10];
        for chunk in random.chunks_mut(8) {
            // SplitMix64 (Steele, Lea, Flood 2014): every seed walks through all 2^64 values.
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
        version_7(at, random)
    }
}

fn version_7(at: Instant, random: [u8; 10]) -> Id {
    Id(uuid::Builder::from_unix_timestamp_millis(at.0.max(0) as u64, &random).into_uuid())
}
