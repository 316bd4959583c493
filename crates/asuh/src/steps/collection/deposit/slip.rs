//! The photo of a bank slip: recognised by its content, without what a phone writes about the place.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The largest photo.
pub(crate) const MOST_BYTES: usize = 5 << 20;

/// A photo that was looked at and may be kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Slip {
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// Of the kept bytes: the command is known by it, not by the photo itself.
    pub sha256: [u8; 32],
    /// The bytes, without metadata. Not part of the stored command.
    #[serde(skip)]
    pub content: Vec<u8>,
}

impl Slip {
    /// Takes a photo in.
    ///
    /// # Errors
    /// A translation key: too large, or neither JPEG nor PNG.
    pub fn read(bytes: &[u8]) -> Result<Slip, &'static str> {
        if bytes.len() > MOST_BYTES {
            return Err("collection.error.photo_size");
        }
        let (media_type, content) = if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            ("image/jpeg", bare_jpeg(bytes))
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            ("image/png", bare_png(bytes))
        } else {
            return Err("collection.error.photo_kind");
        };
        let content = content.ok_or("collection.error.photo_kind")?;
        Ok(Slip { media_type: media_type.to_owned(), sha256: Sha256::digest(&content).into(), content })
    }
}

/// A JPEG without its application segments (EXIF with the place, thumbnails) and comments; none when its
/// segments do not follow one another up to the picture (ITU-T T.81, annex B). The segments with JFIF, ICC
/// profile and Adobe colour marks stay: the picture is read by them.
fn bare_jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = vec![0xFF, 0xD8];
    let mut at = 2;
    loop {
        let (&mark, &kind) = (bytes.get(at)?, bytes.get(at + 1)?);
        if mark != 0xFF {
            return None;
        }
        if kind == 0xFF {
            at += 1;
            continue;
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let end = at.checked_add(2 + length)?;
        let segment = bytes.get(at..end)?;
        if kind == 0xDA {
            kept.extend_from_slice(bytes.get(at..)?);
            return Some(kept);
        }
        let personal = matches!(kind, 0xE1 | 0xE3..=0xED | 0xEF | 0xFE);
        if length < 2 || kind == 0xD8 || kind == 0xD9 {
            return None;
        }
        if !personal {
            kept.extend_from_slice(segment);
        }
        at = end;
    }
}

/// A PNG with its critical chunks and transparency alone (PNG, third edition, section 11).
fn bare_png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..8)?.to_vec();
    let mut at = 8;
    loop {
        let head: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let length = u32::from_be_bytes(head) as usize;
        let end = at.checked_add(12)?.checked_add(length)?;
        let chunk = bytes.get(at..end)?;
        let name = chunk.get(4..8)?;
        if name.first()?.is_ascii_uppercase() || name == b"tRNS" {
            kept.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return Some(kept);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_kept_without_the_place_it_was_taken() {
        let jpeg =
            b"\xFF\xD8\xFF\xE0\x00\x04JF\xFF\xE1\x00\x08EXIFgp\xFF\xDB\x00\x03Q\xFF\xDA\x00\x02picture\xFF\xD9";
        let slip = Slip::read(jpeg).unwrap();
        assert_eq!(slip.media_type, "image/jpeg");
        assert_eq!(
            slip.content,
            b"\xFF\xD8\xFF\xE0\x00\x04JF\xFF\xDB\x00\x03Q\xFF\xDA\x00\x02picture\xFF\xD9"
        );
        let chunk = |name: &[u8], data: &[u8]| {
            let mut bytes = (data.len() as u32).to_be_bytes().to_vec();
            bytes.extend_from_slice(name);
            bytes.extend_from_slice(data);
            bytes.extend_from_slice(&[0; 4]);
            bytes
        };
        let sign = b"\x89PNG\r\n\x1a\n".to_vec();
        let png = [sign.clone(), chunk(b"IHDR", b"x"), chunk(b"eXIf", b"gps"), chunk(b"IEND", b"")].concat();
        let bare = [sign, chunk(b"IHDR", b"x"), chunk(b"IEND", b"")].concat();
        assert_eq!(Slip::read(&png).unwrap().content, bare);
    }

    #[test]
    fn what_is_no_photo_is_refused() {
        for bytes in [&b""[..], b"<svg>", b"\xFF\xD8\xFF", b"\xFF\xD8\xFF\xE0\xFF\xFFshort", b"GIF89a"] {
            assert!(Slip::read(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(Slip::read(&vec![0; MOST_BYTES + 1]).unwrap_err(), "collection.error.photo_size");
    }
}
