//! Photos, scans and signatures: cleaned of hidden data, sealed, stored under an id.
//!
//! The type is read from the content, never from a name. From photos everything but the picture is taken out
//! (place, time and make of the camera); what is no PNG, JPEG or PDF is refused.

use asuh_store::{
    Command, DistrictId, Fault, Id, Query, Recording, Refusal, Rejection, Store, StoreError, Tx, args,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::access::Actor;
use super::app::App;
use super::web::Upload;

/// Pixels of a picture: 25 megapixels.
const PIXELS: u64 = 25_000_000;

/// The kinds of content that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// image/png
    Png,
    /// image/jpeg
    Jpeg,
    /// application/pdf
    Pdf,
}

impl MediaType {
    /// A picture, for fields that take no papers.
    pub const PICTURES: &'static [MediaType] = &[MediaType::Png, MediaType::Jpeg];
    /// A photo or scan of a paper.
    pub const SCANS: &'static [MediaType] = &[MediaType::Png, MediaType::Jpeg, MediaType::Pdf];

    /// Its name in the header of an answer.
    pub fn name(self) -> &'static str {
        match self {
            MediaType::Png => "image/png",
            MediaType::Jpeg => "image/jpeg",
            MediaType::Pdf => "application/pdf",
        }
    }

    fn of_name(name: &str) -> Option<MediaType> {
        MediaType::SCANS.iter().copied().find(|media| media.name() == name)
    }

    fn of_content(bytes: &[u8]) -> Option<MediaType> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(MediaType::Png)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(MediaType::Jpeg)
        } else if bytes.starts_with(b"%PDF-") {
            Some(MediaType::Pdf)
        } else {
            None
        }
    }
}

/// A content that may be stored, or was.
#[derive(Debug, Clone)]
pub struct Content {
    /// What it is.
    pub media_type: MediaType,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Content {
    /// The content as a `data:` address, for pictures inside a page.
    pub fn data_uri(&self) -> String {
        format!("data:{};base64,{}", self.media_type.name(), data_encoding::BASE64.encode(&self.bytes))
    }
}

/// Reads an uploaded file: of one of the `accepted` types, at most `most` bytes, without hidden data.
///
/// # Errors
/// A refusal without a field: `attachment.refused.size`, `.type` or `.damaged`.
pub fn read(upload: &Upload, accepted: &[MediaType], most: u64) -> Result<Content, Refusal> {
    if upload.size > most {
        return Err(Refusal::new("attachment.refused.size").arg("most", most / 1024));
    }
    let bytes = std::fs::read(&upload.path).map_err(|_| Refusal::new("attachment.refused.damaged"))?;
    clean(bytes, accepted)
}

/// As [`read`], of bytes in memory (a signature drawn on the page).
///
/// # Errors
/// As [`read`], without the size.
pub fn clean(bytes: Vec<u8>, accepted: &[MediaType]) -> Result<Content, Refusal> {
    let media_type = MediaType::of_content(&bytes)
        .filter(|media| accepted.contains(media))
        .ok_or_else(|| Refusal::new("attachment.refused.type"))?;
    let bytes = match media_type {
        MediaType::Png => clean_png(&bytes),
        MediaType::Jpeg => clean_jpeg(&bytes),
        MediaType::Pdf => Some(bytes),
    };
    bytes.map(|bytes| Content { media_type, bytes }).ok_or_else(|| Refusal::new("attachment.refused.damaged"))
}

/// A PNG with the chunks that make the picture and no other (no text, no EXIF, nothing after its end).
fn clean_png(bytes: &[u8]) -> Option<Vec<u8>> {
    const KEPT: [&[u8; 4]; 7] = [b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"];
    let mut kept = bytes.get(..8)?.to_vec();
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let kind: &[u8; 4] = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        let chunk = bytes.get(at..at.checked_add(length)?.checked_add(12)?)?;
        if at == 8 {
            let width = u32::from_be_bytes(chunk.get(8..12)?.try_into().ok()?);
            let height = u32::from_be_bytes(chunk.get(12..16)?.try_into().ok()?);
            if kind != b"IHDR" || !fits(width.into(), height.into()) {
                return None;
            }
        }
        if KEPT.contains(&kind) {
            kept.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(kept);
        }
        at += chunk.len();
    }
}

/// A JPEG without its application and comment segments (EXIF, GPS, thumbnails), but with the one that says how
/// its colours are meant, up to the first end of the picture: what a camera hangs on behind it (a second picture with
/// data of its own, a depth map) is left out.
fn clean_jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    const END: u8 = 0xd9;
    let mut kept = bytes.get(..2)?.to_vec();
    let mut at = 2;
    let (mut sized, mut drawn) = (false, false);
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => {
                at += 1;
                continue;
            }
            END => {
                kept.extend_from_slice(&[0xff, END]);
                return (sized && drawn).then_some(kept);
            }
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
        let segment = bytes.get(at..at.checked_add(length)?.checked_add(2)?)?;
        at += segment.len();
        match marker {
            // Tables: quantisation, codes, arithmetic conditions, number of lines, restart interval.
            0xc4 | 0xcc | 0xdb | 0xdc | 0xdd | 0xee => kept.extend_from_slice(segment),
            // The frame: its height and width.
            0xc0..=0xcf => {
                let height = u16::from_be_bytes(segment.get(5..7)?.try_into().ok()?);
                let width = u16::from_be_bytes(segment.get(7..9)?.try_into().ok()?);
                if !fits(width.into(), height.into()) {
                    return None;
                }
                sized = true;
                kept.extend_from_slice(segment);
            }
            // The plain JFIF head without the small picture it may hold.
            0xe0 if segment.get(4..9) == Some(b"JFIF\0") => {
                kept.extend_from_slice(&[0xff, 0xe0, 0, 16]);
                kept.extend_from_slice(segment.get(4..16)?);
                kept.extend_from_slice(&[0, 0]);
            }
            // A scan: its drawing follows, up to the next marker that is no part of it.
            0xda => {
                let rest = bytes.get(at..)?;
                let marks = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
                let end = rest.windows(2).position(marks)?;
                kept.extend_from_slice(segment);
                kept.extend_from_slice(&rest[..end]);
                at += end;
                drawn = true;
            }
            _ => {}
        }
    }
}

fn fits(width: u64, height: u64) -> bool {
    width > 0 && height > 0 && width * height <= PIXELS
}

/// Stores a content for the form with this id, before the command that names it; sent again it is stored once
/// and has the same id.
///
/// # Errors
/// As [`App::submit`].
pub async fn store(app: &App, actor: &Actor, form: Id, content: Content) -> Result<Id, Rejection> {
    let sha256: [u8; 32] = Sha256::digest(&content.bytes).into();
    let mut hash = Sha256::new();
    hash.update(b"asuh attachment\0");
    hash.update(form.as_bytes());
    hash.update(sha256);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    let id = Id::from_bytes(id);
    let put =
        PutAttachment { id, media_type: content.media_type.name().to_owned(), sha256, bytes: content.bytes };
    app.submit(actor, app.store.new_id(), put).await?;
    Ok(id)
}

/// Stores a content. Unlogged: the command that names it is in the log, with its id.
#[derive(Serialize, Deserialize)]
struct PutAttachment {
    id: Id,
    media_type: String,
    sha256: [u8; 32],
    #[serde(skip)]
    bytes: Vec<u8>,
}

impl Command for PutAttachment {
    const KIND: &'static str = "attachment.put";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "INSERT INTO attachment (district_id, id, media_type, size, sha256, content_sealed, created_at, created_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (district_id, id) DO NOTHING",
            args![
                tx.district(),
                self.id,
                &self.media_type,
                self.bytes.len() as i64,
                self.sha256,
                tx.secrets().seal(tx.district(), &self.bytes).map_err(StoreError::from)?,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(())
    }
}

/// Whether an attachment is there and was stored by this user: what a command asks before it names one.
/// Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn is_own(db: &impl Query, district: DistrictId, id: Id, user: Id) -> Result<bool, StoreError> {
    let found = db
        .number(
            "SELECT COUNT(*) AS n FROM attachment WHERE district_id = $1 AND id = $2 AND created_by = $3",
            args![district, id, user],
        )
        .await?;
    Ok(found > 0)
}

/// The content of an attachment. Whoever calls this has asked whether the reader may see it. Index: primary key.
///
/// # Errors
/// The store fails, or the content cannot be opened.
pub async fn open(store: &Store, district: DistrictId, id: Id) -> Result<Option<Content>, StoreError> {
    asuh_store::row_struct! {
        struct Row { media_type: String, content_sealed: Vec<u8> }
    }
    let row: Option<Row> = store
        .reader()
        .first(
            "SELECT media_type, content_sealed FROM attachment WHERE district_id = $1 AND id = $2",
            args![district, id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let media_type = MediaType::of_name(&row.media_type)
        .ok_or_else(|| StoreError::Shape(format!("attachment of type {}", row.media_type)))?;
    Ok(Some(Content { media_type, bytes: store.secrets().open(district, &row.content_sealed)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
        chunk.extend_from_slice(kind);
        chunk.extend_from_slice(data);
        chunk.extend_from_slice(&[0; 4]);
        chunk
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut size = width.to_be_bytes().to_vec();
        size.extend_from_slice(&height.to_be_bytes());
        size.extend_from_slice(&[8, 2, 0, 0, 0]);
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.extend(chunk(b"IHDR", &size));
        png.extend(chunk(b"eXIf", b"GPS 2.1 S 101.4 E"));
        png.extend(chunk(b"IDAT", b"pixels"));
        png.extend(chunk(b"IEND", b""));
        png.extend_from_slice(b"<script>trailing");
        png
    }

    fn jpeg() -> Vec<u8> {
        let mut jpeg = vec![0xff, 0xd8];
        jpeg.extend_from_slice(&[0xff, 0xe1, 0, 8]);
        jpeg.extend_from_slice(b"Exif\0\0");
        jpeg.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, 0, 10, 0, 20, 1, 1, 0x11, 0]);
        jpeg.extend_from_slice(&[0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
        jpeg.extend_from_slice(b"GPS");
        jpeg
    }

    #[test]
    fn pictures_keep_their_pixels_and_lose_everything_else() {
        let kept = clean(png(4, 4), MediaType::PICTURES).unwrap();
        assert!(kept.bytes.windows(6).any(|part| part == b"pixels"));
        assert!(!kept.bytes.windows(3).any(|part| part == b"GPS") && kept.bytes.ends_with(&[0; 4]));
        let kept = clean(jpeg(), MediaType::PICTURES).unwrap();
        assert!(!kept.bytes.windows(4).any(|part| part == b"Exif") && kept.bytes.ends_with(&[0xff, 0xd9]));
    }

    #[test]
    fn pictures_within_a_photo_do_not_survive() {
        // A head with a small picture, two scans of a progressive photo, and behind its end a second photo.
        let mut photo = vec![0xff, 0xd8];
        photo.extend_from_slice(&[0xff, 0xe0, 0, 19]);
        photo.extend_from_slice(b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01RGB");
        photo.extend_from_slice(&[0xff, 0xe0, 0, 10]);
        photo.extend_from_slice(b"JFXX\0\x10th");
        photo.extend_from_slice(&[0xff, 0xe2, 0, 6]);
        photo.extend_from_slice(b"MPF\0");
        photo.extend_from_slice(&[0xff, 0xc2, 0, 11, 8, 0, 10, 0, 20, 1, 1, 0x11, 0]);
        photo.extend_from_slice(&[0xff, 0xda, 0, 2, 7, 0xff, 0x00, 8, 0xff, 0xd3, 9]);
        photo.extend_from_slice(&[0xff, 0xc4, 0, 3, 5, 0xff, 0xda, 0, 2, 4, 5, 6, 0xff, 0xd9]);
        photo.extend_from_slice(&jpeg());
        photo.extend_from_slice(&[0xff, 0xd9]);
        let kept = clean(photo, MediaType::PICTURES).unwrap().bytes;
        for hidden in [b"Exif".as_slice(), b"MPF", b"JFXX", b"RGB", b"GPS", &[0xff, 0xd8, 0xff, 0xe1]] {
            assert!(!kept.windows(hidden.len()).any(|part| part == hidden), "{hidden:?} in {kept:?}");
        }
        let drawing =
            [7, 0xff, 0x00, 8, 0xff, 0xd3, 9, 0xff, 0xc4, 0, 3, 5, 0xff, 0xda, 0, 2, 4, 5, 6, 0xff, 0xd9];
        assert!(kept.ends_with(&drawing), "{kept:?}");
        // A photo cut off before its end, or without a drawing, is none.
        assert!(clean(kept[..kept.len() - 2].to_vec(), MediaType::PICTURES).is_err());
        assert!(clean(vec![0xff, 0xd8, 0xff, 0xd9, 0, 0], MediaType::PICTURES).is_err());
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let code = |bytes: &[u8]| clean(bytes.to_vec(), MediaType::PICTURES).unwrap_err().code;
        assert_eq!(code(b"<svg onload=alert(1)>"), "attachment.refused.type");
        assert_eq!(code(b"%PDF-1.7"), "attachment.refused.type");
        assert_eq!(code(&png(60_000, 60_000)), "attachment.refused.damaged");
        for cut in [9, 20, 40] {
            assert_eq!(code(&png(4, 4)[..cut]), "attachment.refused.damaged");
            assert!(clean(jpeg()[..cut.min(20)].to_vec(), MediaType::PICTURES).is_err());
        }
        assert!(clean(b"%PDF-1.7 ...".to_vec(), MediaType::SCANS).is_ok());
    }
}
