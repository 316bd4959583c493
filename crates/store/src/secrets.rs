//! Encryption of personal fields, with keys outside the database.
//!
//! One master key (a random 32 bytes with a number, in `master.key` beside the database, or wherever the
//! operator keeps it) gives every district its own keys by HKDF-SHA-256. Values are sealed with
//! XChaCha20-Poly1305 under a random nonce; the key's number stands in front, so that old values stay
//! readable while a rotation re-seals them. Equal values are found by a keyed hash (HMAC-SHA-256).

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{DistrictId, StoreError};

const NONCE: usize = 24;

/// Keys or sealed values that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The key file is missing or not one.
    #[error("kunci utama {path}: {reason}")]
    KeyFile {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The value was sealed with a key that the ring does not hold.
    #[error("a value is sealed with key {0}, which master.key does not hold")]
    UnknownKey(u32),
    /// The value was altered or belongs to another district.
    #[error("a sealed value is damaged or belongs to another district")]
    Damaged,
}

/// The master keys of an installation, by number. The highest number seals; all open.
#[derive(Clone)]
pub struct KeyRing {
    keys: BTreeMap<u32, [u8; 32]>,
    /// The key that lookup hashes use; changed only by a rotation that recomputes them.
    lookup: u32,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing(keys {:?})", self.keys.keys().collect::<Vec<_>>())
    }
}

impl KeyRing {
    /// A ring with one key, for tests and the demo where the same seed must give the same bytes.
    pub fn from_key(key: [u8; 32]) -> KeyRing {
        KeyRing { keys: BTreeMap::from([(1, key)]), lookup: 1 }
    }

    /// Reads the ring from its file; makes it, with a random key, when there is none.
    ///
    /// # Errors
    /// The file cannot be read, made or understood.
    pub fn load_or_create(path: &Path) -> Result<KeyRing, StoreError> {
        match KeyRing::load(path)? {
            Some(ring) => Ok(ring),
            None => {
                let ring = KeyRing::from_key(random_key());
                ring.save(path)?;
                Ok(ring)
            }
        }
    }

    /// Reads the ring from its file, if there is one.
    pub(crate) fn load(path: &Path) -> Result<Option<KeyRing>, StoreError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(KeyRing::parse(&text).map_err(|reason| key_file(path, &reason))?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::File { path: path.display().to_string(), source }),
        }
    }

    fn parse(text: &str) -> Result<KeyRing, String> {
        let mut keys = BTreeMap::new();
        let mut lookup = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, value) = line.split_once('=').ok_or("sebuah baris bukan nama=nilai")?;
            if name.trim() == "lookup" {
                lookup = Some(value.trim().parse().map_err(|_| "nomor kunci pencarian bukan angka")?);
                continue;
            }
            let number: u32 = name.trim().parse().map_err(|_| "nomor kunci bukan angka")?;
            let bytes = data_encoding::BASE64
                .decode(value.trim().as_bytes())
                .map_err(|_| "kunci bukan base64".to_owned())?;
            keys.insert(number, <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| "kunci bukan 32 byte")?);
        }
        let newest = *keys.keys().next_back().ok_or("tidak berisi kunci")?;
        let lookup = lookup.unwrap_or(newest);
        if !keys.contains_key(&lookup) {
            return Err("kunci pencarian tidak ada".into());
        }
        Ok(KeyRing { keys, lookup })
    }

    /// Writes the ring to its file, readable by the owner alone, whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), StoreError> {
        let failed = |source| StoreError::File { path: path.display().to_string(), source };
        let mut text = String::from(
            "# Kunci utama asuh. Simpan salinannya terpisah dari cadangan: tanpa berkas ini NIK, KK dan telepon\n\
             # tidak dapat dibaca lagi; dengan berkas ini dan basis data, siapa pun dapat membacanya.\n",
        );
        for (number, key) in &self.keys {
            text.push_str(&format!("{number}={}\n", data_encoding::BASE64.encode(key)));
        }
        text.push_str(&format!("lookup={}\n", self.lookup));
        let partial = path.with_extension("key.new");
        let mut options = std::fs::OpenOptions::new();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&partial, path).map_err(failed)?;
        crate::lock::sync_folder_of(path).map_err(failed)
    }

    /// Adds a new random key, which seals from now on; the old ones still open.
    pub fn add_key(&mut self) -> u32 {
        let number = self.keys.keys().next_back().map_or(1, |newest| newest + 1);
        self.keys.insert(number, random_key());
        number
    }

    /// Makes the newest key the one of the lookup hashes, after every hash has been recomputed, and forgets
    /// the older keys, after every value has been sealed anew.
    pub fn finish_rotation(&mut self) {
        if let Some((&newest, &key)) = self.keys.iter().next_back() {
            self.keys = BTreeMap::from([(newest, key)]);
            self.lookup = newest;
        }
    }

    /// Makes the newest key the one of the lookup hashes and keeps the older keys: for values that no key
    /// opened, which somebody may still repair.
    pub(crate) fn renew_lookup(&mut self) {
        self.lookup = self.newest();
    }

    /// Whether a rotation was begun and not finished: some hashes may be under the old key, some under the new.
    pub(crate) fn is_rotating(&self) -> bool {
        self.lookup != self.newest()
    }

    /// The number of the key that seals.
    pub fn newest(&self) -> u32 {
        self.keys.keys().next_back().copied().unwrap_or(0)
    }

    /// The ring as it will hash after the rotation: to compute new lookup hashes beside the old ones.
    #[must_use]
    pub fn with_newest_lookup(&self) -> KeyRing {
        KeyRing { keys: self.keys.clone(), lookup: self.newest() }
    }
}

pub(crate) fn key_file(path: &Path, reason: &str) -> SecretsError {
    SecretsError::KeyFile { path: path.display().to_string(), reason: reason.to_owned() }
}

/// The number of the key that sealed a value.
pub(crate) fn key_number(sealed: &[u8]) -> Option<u32> {
    sealed.first_chunk::<4>().map(|number| u32::from_le_bytes(*number))
}

fn random_key() -> [u8; 32] {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system gives random bytes");
    key
}

/// A keyed hash by which equal secrets are found without being readable.
pub type LookupHash = [u8; 32];

/// Seals, opens and hashes personal values of a district.
#[derive(Clone)]
pub struct Secrets {
    ring: KeyRing,
    /// The districts' keys, derived once.
    derived: Arc<RwLock<Derived>>,
}

type Derived = HashMap<(u32, DistrictId, &'static [u8]), [u8; 32]>;

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("ring", &self.ring).finish_non_exhaustive()
    }
}

impl Secrets {
    /// Secrets under this ring.
    pub fn new(ring: KeyRing) -> Secrets {
        Secrets { ring, derived: Arc::default() }
    }

    /// The ring.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Encrypts a value for the district: 4 bytes key number, 24 bytes nonce, ciphertext with tag.
    ///
    /// # Errors
    /// The ring has no key.
    pub fn seal(&self, district: DistrictId, plain: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let number = self.ring.newest();
        let cipher = XChaCha20Poly1305::new(&self.derive(number, district, b"seal")?.into());
        let mut nonce = [0u8; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &number.to_le_bytes() })
            .map_err(|_| SecretsError::Damaged)?;
        let mut out = Vec::with_capacity(4 + NONCE + sealed.len());
        out.extend_from_slice(&number.to_le_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Decrypts a value of the district.
    ///
    /// # Errors
    /// The key is unknown, or the value was altered or belongs to another district.
    pub fn open(&self, district: DistrictId, sealed: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let (number, rest) = sealed.split_first_chunk::<4>().ok_or(SecretsError::Damaged)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(SecretsError::Damaged)?;
        let cipher =
            XChaCha20Poly1305::new(&self.derive(u32::from_le_bytes(*number), district, b"seal")?.into());
        cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: number })
            .map_err(|_| SecretsError::Damaged)
    }

    /// Decrypts a text of the district.
    ///
    /// # Errors
    /// As [`Secrets::open`]; or the value is not a text.
    pub fn open_text(&self, district: DistrictId, sealed: &[u8]) -> Result<String, SecretsError> {
        String::from_utf8(self.open(district, sealed)?).map_err(|_| SecretsError::Damaged)
    }

    /// The keyed hash of a value, for equal-match. `purpose` keeps kinds apart ("nik", "kk", "phone").
    ///
    /// # Errors
    /// The ring has no key.
    pub fn lookup(
        &self,
        district: DistrictId,
        purpose: &str,
        plain: &str,
    ) -> Result<LookupHash, SecretsError> {
        let key = self.derive(self.ring.lookup, district, b"lookup")?;
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).map_err(|_| SecretsError::Damaged)?;
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(plain.as_bytes());
        Ok(mac.finalize().into_bytes().into())
    }

    fn derive(
        &self,
        number: u32,
        district: DistrictId,
        purpose: &'static [u8],
    ) -> Result<[u8; 32], SecretsError> {
        let place = (number, district, purpose);
        if let Some(key) = self.derived.read().unwrap_or_else(PoisonError::into_inner).get(&place) {
            return Ok(*key);
        }
        let master = self.ring.keys.get(&number).ok_or(SecretsError::UnknownKey(number))?;
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, master)
            .expand_multi_info(&[b"asuh/", purpose, b"/", &district.0.to_be_bytes()], &mut key)
            .map_err(|_| SecretsError::Damaged)?;
        self.derived.write().unwrap_or_else(PoisonError::into_inner).insert(place, key);
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KERINCI: DistrictId = DistrictId(1);
    const SERANG: DistrictId = DistrictId(2);

    #[test]
    fn a_sealed_value_opens_in_its_own_district_only() {
        let secrets = Secrets::new(KeyRing::from_key([7; 32]));
        let sealed = secrets.seal(KERINCI, b"1501010101200001").unwrap();
        assert_eq!(secrets.open_text(KERINCI, &sealed).unwrap(), "1501010101200001");
        assert!(matches!(secrets.open(SERANG, &sealed), Err(SecretsError::Damaged)));
        assert_ne!(sealed, secrets.seal(KERINCI, b"1501010101200001").unwrap(), "nonces differ");
        let mut altered = sealed.clone();
        altered[40] ^= 1;
        assert!(secrets.open(KERINCI, &altered).is_err());
        assert!(secrets.open(KERINCI, &sealed[..20]).is_err());
    }

    #[test]
    fn lookups_are_equal_for_equal_values_of_one_district_and_purpose() {
        let secrets = Secrets::new(KeyRing::from_key([7; 32]));
        let nik = secrets.lookup(KERINCI, "nik", "15").unwrap();
        assert_eq!(nik, secrets.lookup(KERINCI, "nik", "15").unwrap());
        assert_ne!(nik, secrets.lookup(KERINCI, "kk", "15").unwrap());
        assert_ne!(nik, secrets.lookup(SERANG, "nik", "15").unwrap());
    }

    #[test]
    fn a_rotation_keeps_old_values_readable_until_it_is_finished() {
        let mut ring = KeyRing::from_key([7; 32]);
        let old = Secrets::new(ring.clone()).seal(KERINCI, b"x").unwrap();
        assert_eq!(ring.add_key(), 2);
        let both = Secrets::new(ring.clone());
        assert_eq!(both.open(KERINCI, &old).unwrap(), b"x");
        let renewed = both.seal(KERINCI, b"x").unwrap();
        ring.finish_rotation();
        let new = Secrets::new(ring);
        assert_eq!(new.open(KERINCI, &renewed).unwrap(), b"x");
        assert!(matches!(new.open(KERINCI, &old), Err(SecretsError::UnknownKey(1))));
    }

    #[test]
    fn the_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = Secrets::new(KeyRing::load_or_create(&path).unwrap());
        let second = Secrets::new(KeyRing::load_or_create(&path).unwrap());
        let sealed = first.seal(KERINCI, b"x").unwrap();
        assert_eq!(second.open(KERINCI, &sealed).unwrap(), b"x");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("lookup=1", "lookup=satu")).unwrap();
        assert!(KeyRing::load_or_create(&path).is_err(), "a lookup key that cannot be read is not guessed");
        std::fs::write(&path, "1=abc\n").unwrap();
        assert!(KeyRing::load_or_create(&path).is_err());
    }
}
