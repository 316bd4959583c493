//! Proof of a delivery: a drawn signature or a photo, checked by content and freed of what it tells beside
//! the picture (place, camera, owner). Pure.

use data_encoding::BASE64;

use crate::ground::attachments::Attachment;

/// Most bytes of a signature.
pub(super) const SIGNATURE_BYTES: usize = 200 * 1024;
/// Most bytes of a photo.
pub(super) const PHOTO_BYTES: u64 = 5 * 1024 * 1024;
/// Most pixels of a picture: 25 megapixels.
const PIXELS: u64 = 25_000_000;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The signature that the page drew: `data:image/png;base64,...`.
///
/// # Errors
/// Translation key of what is wrong with it.
pub(super) fn signature(data_url: &str) -> Result<Attachment, &'static str> {
    let wrong = "distribution.error.signature";
    let coded = data_url.strip_prefix("data:image/png;base64,").ok_or(wrong)?;
    if coded.len() > SIGNATURE_BYTES / 3 * 4 + 4 {
        return Err("distribution.error.signature_size");
    }
    let content = BASE64.decode(coded.as_bytes()).map_err(|_| wrong)?;
    let content = bare_png(&content).ok_or(wrong)?;
    Ok(Attachment { media_type: "image/png".into(), content })
}

/// A photo: JPEG or PNG by its content, whatever its name says.
///
/// # Errors
/// Translation key of what is wrong with it.
pub(super) fn photo(content: &[u8]) -> Result<Attachment, &'static str> {
    let (media_type, bare) = if content.starts_with(PNG) {
        ("image/png", bare_png(content))
    } else if content.starts_with(b"\xff\xd8\xff") {
        ("image/jpeg", bare_jpeg(content))
    } else {
        return Err("distribution.error.photo_kind");
    };
    let content = bare.ok_or("distribution.error.photo_kind")?;
    Ok(Attachment { media_type: media_type.into(), content })
}

/// The picture without text, time and EXIF chunks (PNG 1.2, section 11); nothing when it is not one.
fn bare_png(content: &[u8]) -> Option<Vec<u8>> {
    let mut rest = content.strip_prefix(PNG)?;
    let mut bare = PNG.to_vec();
    let mut first = true;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let kind = after.get(..4)?;
        let data = after.get(4..4_usize.checked_add(length)?)?;
        let end = length.checked_add(12)?;
        let chunk = rest.get(..end)?;
        if first {
            let width = u32::from_be_bytes(*data.first_chunk::<4>()?);
            let height = u32::from_be_bytes(*data.get(4..)?.first_chunk::<4>()?);
            if kind != b"IHDR" || u64::from(width) * u64::from(height) > PIXELS || width == 0 || height == 0 {
                return None;
            }
            first = false;
        }
        if matches!(
            kind,
            b"IHDR" | b"PLTE" | b"IDAT" | b"IEND" | b"tRNS" | b"sRGB" | b"gAMA" | b"cHRM" | b"pHYs"
        ) {
            bare.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(bare);
        }
        rest = rest.get(end..)?;
    }
}

/// The picture without application and comment segments (EXIF with the place, XMP, IPTC; ITU-T T.81, B.1);
/// JFIF and Adobe's colour note stay. Nothing when it is not one.
fn bare_jpeg(content: &[u8]) -> Option<Vec<u8>> {
    let mut bare = content.get(..2)?.to_vec();
    let mut rest = content.get(2..)?;
    let mut seen_frame = false;
    loop {
        let (&mark, after) = rest.split_first()?;
        if mark != 0xff {
            return None;
        }
        let (&kind, after) = after.split_first()?;
        match kind {
            // A fill byte before a marker.
            0xff => {
                rest = rest.get(1..)?;
                continue;
            }
            0xd8 | 0xd9 | 0x01 | 0xd0..=0xd7 => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(*after.first_chunk::<2>()?));
        let body = after.get(2..length)?;
        let segment = rest.get(..length.checked_add(2)?)?;
        match kind {
            0xc0..=0xc2 => {
                let height = u64::from(u16::from_be_bytes(*body.get(1..)?.first_chunk::<2>()?));
                let width = u64::from(u16::from_be_bytes(*body.get(3..)?.first_chunk::<2>()?));
                if width * height == 0 || width * height > PIXELS {
                    return None;
                }
                seen_frame = true;
            }
            0xe0 if body.starts_with(b"JFIF\0") => {}
            0xee if body.starts_with(b"Adobe") => {}
            0xe0..=0xef | 0xfe => {
                rest = rest.get(length + 2..)?;
                continue;
            }
            _ => {}
        }
        bare.extend_from_slice(segment);
        rest = rest.get(length + 2..)?;
        if kind == 0xda {
            // The picture itself. Whatever stands behind its end (other pictures, maps) stays out.
            let end = end_of_picture(rest)?;
            bare.extend_from_slice(rest.get(..end)?);
            bare.extend_from_slice(&[0xff, 0xd9]);
            return seen_frame.then_some(bare);
        }
    }
}

/// Where the end marker of the coded picture stands.
fn end_of_picture(coded: &[u8]) -> Option<usize> {
    coded.windows(2).position(|pair| pair == [0xff, 0xd9])
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

    fn png(width: u32, extra: &[Vec<u8>]) -> Vec<u8> {
        let mut header = width.to_be_bytes().to_vec();
        header.extend_from_slice(&10_u32.to_be_bytes());
        header.extend_from_slice(&[8, 6, 0, 0, 0]);
        [PNG.to_vec(), chunk(b"IHDR", &header), extra.concat(), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")]
            .concat()
    }

    fn segment(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut segment = vec![0xff, kind];
        segment.extend_from_slice(&(body.len() as u16 + 2).to_be_bytes());
        segment.extend_from_slice(body);
        segment
    }

    fn jpeg(extra: &[Vec<u8>]) -> Vec<u8> {
        [
            vec![0xff, 0xd8],
            segment(0xe0, b"JFIF\0rest"),
            extra.concat(),
            segment(0xc0, &[8, 0, 10, 0, 10, 1]),
            segment(0xda, &[1]),
            vec![1, 2, 3, 0xff, 0xd9],
            b"GPS behind the end".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn a_signature_is_a_small_png() {
        let url = |bytes: &[u8]| format!("data:image/png;base64,{}", BASE64.encode(bytes));
        assert_eq!(signature(&url(&png(600, &[]))).unwrap().content, png(600, &[]));
        assert!(signature(&url(b"<svg onload=alert(1)>")).is_err());
        assert!(signature("data:text/html;base64,AAAA").is_err());
        assert_eq!(
            signature(&url(&vec![0; SIGNATURE_BYTES + 10])).unwrap_err(),
            "distribution.error.signature_size"
        );
        assert!(signature(&url(&png(3_000_000_000, &[]))).is_err(), "a bomb");
    }

    #[test]
    fn a_photo_loses_place_and_words() {
        let exif = segment(0xe1, b"Exif\0\0GPS 2 South");
        let comment = segment(0xfe, b"GPS taken by Ibu S");
        let kept = photo(&jpeg(&[exif, comment])).unwrap();
        assert_eq!(kept.media_type, "image/jpeg");
        assert!(!kept.content.windows(3).any(|part| part == b"GPS"));
        assert!(kept.content.ends_with(&[1, 2, 3, 0xff, 0xd9]));
        let text = photo(&png(10, &[chunk(b"tEXt", b"GPS"), chunk(b"eXIf", b"GPS")])).unwrap();
        assert_eq!(text.content, png(10, &[]));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in [
            &b""[..],
            b"GIF89a",
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"<html>",
            b"\xff\xd8\xff\xe1\x00\x01",
        ] {
            assert!(photo(bytes).is_err(), "{bytes:?}");
        }
        for cut in 0..jpeg(&[]).len() - 20 {
            assert!(photo(&jpeg(&[])[..cut]).is_err());
        }
    }
}
