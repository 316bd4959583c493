//! Canonical bytes of a row: the same on every engine, and different for different rows.

use super::hash::Hash;
use super::merkle::leaf_hash;

const ABSENT: u8 = 0;
const TEXT: u8 = 1;
const BLOB: u8 = 2;
const INT: u8 = 3;
const COUNT: u8 = 4;
const LIST: u8 = 5;

/// Writes the fields of a row, each as a tag, a length (8 bytes, big-endian) and its bytes, so that no two
/// different sequences of fields give the same bytes. A field that is there is written alike whether its
/// column may be empty or not. Text is taken as it is: normalise it, if at all, before it is stored.
///
/// ```
/// use asuh_ledger::Canonical;
/// let row = Canonical::new("hand_over/1").text("BAST-001").int(40).opt_text(None);
/// assert_ne!(row.leaf(), Canonical::new("hand_over/1").text("BAST-00140").opt_text(None).leaf());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Canonical(Vec<u8>);

impl Canonical {
    /// Begins a row of a kind, named with the version of its fields, such as `"transfer/1"`. A row with
    /// other fields is another version: what was sealed must hash the same for ever.
    pub fn new(kind: &str) -> Self {
        Self(Vec::with_capacity(256)).text(kind)
    }

    fn field(mut self, tag: u8, bytes: &[u8]) -> Self {
        self.0.push(tag);
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    fn absent(self) -> Self {
        self.field(ABSENT, &[])
    }

    /// A text, as UTF-8.
    pub fn text(self, text: &str) -> Self {
        self.field(TEXT, text.as_bytes())
    }

    /// Bytes, such as an id or a hash.
    pub fn blob(self, bytes: &[u8]) -> Self {
        self.field(BLOB, bytes)
    }

    /// A whole number.
    pub fn int(self, number: i64) -> Self {
        self.field(INT, &number.to_be_bytes())
    }

    /// A whole number that is never negative, such as a place in a sequence.
    pub fn count(self, number: u64) -> Self {
        self.field(COUNT, &number.to_be_bytes())
    }

    /// The number of items in a list, whose fields follow.
    pub fn list(self, items: usize) -> Self {
        self.field(LIST, &(items as u64).to_be_bytes())
    }

    /// A text that may be absent, which differs from an empty one.
    pub fn opt_text(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self.absent(),
        }
    }

    /// Bytes that may be absent.
    pub fn opt_blob(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.blob(bytes),
            None => self.absent(),
        }
    }

    /// A whole number that may be absent.
    pub fn opt_int(self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.int(number),
            None => self.absent(),
        }
    }

    /// The bytes written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The leaf hash of the bytes written.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.0)
    }
}
