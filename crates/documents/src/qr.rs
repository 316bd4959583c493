//! QR codes as SVG.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code that scanners need.
const QUIET: usize = 4;

/// Why a text has no QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More than a QR code holds (about 2,300 bytes at this error correction).
    #[error("the text is too long for a QR code")]
    TooLong,
}

/// A QR code of medium error correction as inline SVG: one path in a `viewBox` of one unit per module.
/// It scales with the width that the page gives it. Dark on a light ground of its own, because scanners
/// need it so in a dark page too.
///
/// # Errors
/// The text is too long.
pub fn svg(text: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrError::TooLong)?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (y, line) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = line[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         aria-label=\"QR\" shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" \
         fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_quiet_zone_and_stays_small() {
        let svg = svg("https://asuh.example.go.id/t/0123456789abcdef0123456789abcdef").unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains("role=\"img\""), "{svg}");
        // The upper left finder begins right behind the quiet zone.
        assert!(svg.contains("d=\"M4 4h7v1h-7z"), "{svg}");
        assert!(svg.len() < 8_000, "{}", svg.len());
    }

    #[test]
    fn refuses_long_texts() {
        assert_eq!(svg(&"x".repeat(5_000)), Err(QrError::TooLong));
    }
}
