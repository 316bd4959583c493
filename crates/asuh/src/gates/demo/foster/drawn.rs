//! Pictures of wells, latrines and houses before and after the work: drawn, because nothing in the demo is real.

use tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Transform};

use crate::gates::cli::CliError;

/// The field that is drawn on is 480 wide and 320 high, the picture three quarters of it: a page shows 240 pixels.
const WIDTH: u32 = 360;
const HEIGHT: u32 = 240;
const SCALE: f32 = 0.75;

/// A picture that is being drawn; colours are 0xRRGGBB.
struct Drawing(Pixmap);

impl Drawing {
    fn fill(&mut self, colour: u32, path: Option<Path>) {
        let [_, red, green, blue] = colour.to_be_bytes();
        let mut paint = Paint::default();
        paint.set_color_rgba8(red, green, blue, 255);
        if let Some(path) = path {
            self.0.fill_path(&path, &paint, FillRule::Winding, Transform::from_scale(SCALE, SCALE), None);
        }
    }

    fn shape(&mut self, colour: u32, corners: &[(f32, f32)]) {
        let mut path = PathBuilder::new();
        for (nth, (x, y)) in corners.iter().enumerate() {
            match nth {
                0 => path.move_to(*x, *y),
                _ => path.line_to(*x, *y),
            }
        }
        path.close();
        self.fill(colour, path.finish());
    }

    /// A rectangle from its upper left corner.
    fn block(&mut self, colour: u32, (x, y): (f32, f32), (width, height): (f32, f32)) {
        self.shape(colour, &[(x, y), (x + width, y), (x + width, y + height), (x, y + height)]);
    }

    fn disc(&mut self, colour: u32, (x, y): (f32, f32), radius: f32) {
        self.fill(colour, PathBuilder::from_circle(x, y, radius));
    }

    /// Sky, hills and the ground, which is green where there is water.
    fn land(&mut self, ground: u32) {
        self.block(0xbcd9ea, (0.0, 0.0), (480.0, 200.0));
        self.disc(0xf6dd8f, (410.0, 54.0), 26.0);
        self.shape(0x86a98a, &[(0.0, 200.0), (90.0, 112.0), (190.0, 200.0)]);
        self.shape(0x759b7c, &[(120.0, 200.0), (260.0, 92.0), (420.0, 200.0)]);
        self.shape(0x86a98a, &[(330.0, 200.0), (440.0, 128.0), (480.0, 150.0), (480.0, 200.0)]);
        self.block(ground, (0.0, 196.0), (480.0, 124.0));
    }

    /// A bucket with what is in it.
    fn bucket(&mut self, (x, y): (f32, f32), inside: u32) {
        self.shape(0x6f7f86, &[(x, y), (x + 52.0, y), (x + 44.0, y + 48.0), (x + 8.0, y + 48.0)]);
        self.shape(inside, &[(x + 3.0, y), (x + 49.0, y), (x + 47.0, y + 12.0), (x + 5.0, y + 12.0)]);
    }

    /// A dry hole with an empty bucket; then a ring of concrete, a pump and a full one.
    fn well(&mut self, done: bool) {
        if !done {
            self.land(0xb99a6b);
            for (x, y) in [(30.0, 230.0), (300.0, 218.0), (350.0, 268.0), (90.0, 284.0)] {
                self.shape(
                    0x8f7349,
                    &[(x, y), (x + 46.0, y + 10.0), (x + 60.0, y + 30.0), (x + 42.0, y + 14.0)],
                );
            }
            for nth in 0_u8..7 {
                self.disc(0x8d857a, (140.0 + f32::from(nth) * 26.0, 250.0), 15.0);
            }
            self.shape(0x3d3225, &[(146.0, 242.0), (290.0, 242.0), (270.0, 262.0), (166.0, 262.0)]);
            return self.bucket((340.0, 236.0), 0x4a5155);
        }
        self.land(0x8fb573);
        self.block(0xd5d2cb, (110.0, 262.0), (220.0, 30.0));
        self.block(0xb9b5ad, (140.0, 200.0), (130.0, 66.0));
        self.block(0xe3e1dc, (134.0, 192.0), (142.0, 14.0));
        self.block(0x2f6f9f, (292.0, 150.0), (14.0, 114.0));
        self.block(0x2f6f9f, (292.0, 150.0), (62.0, 12.0));
        self.block(0x7cc3ea, (344.0, 162.0), (7.0, 66.0));
        self.bucket((322.0, 228.0), 0x7cc3ea);
    }

    /// Sticks and sacks on stilts over the river; then a plastered hut with a door, a tank and its pipe.
    fn latrine(&mut self, done: bool) {
        if !done {
            self.land(0x9aa36a);
            self.shape(0x7e9aa0, &[(0.0, 246.0), (480.0, 226.0), (480.0, 290.0), (0.0, 306.0)]);
            for x in [186.0, 226.0, 286.0] {
                self.block(0x6d5534, (x, 180.0), (8.0, 98.0));
            }
            self.shape(0xa88f5e, &[(178.0, 116.0), (304.0, 128.0), (300.0, 204.0), (182.0, 206.0)]);
            self.shape(0x6d5534, &[(200.0, 118.0), (212.0, 119.0), (206.0, 206.0), (194.0, 206.0)]);
            self.shape(0x3d3225, &[(238.0, 140.0), (274.0, 144.0), (270.0, 206.0), (240.0, 206.0)]);
            return self.shape(0x8a7a58, &[(164.0, 122.0), (240.0, 92.0), (318.0, 134.0)]);
        }
        self.land(0x8fb573);
        self.block(0xf0ead8, (168.0, 128.0), (130.0, 134.0));
        self.shape(0x8e3f33, &[(154.0, 130.0), (172.0, 92.0), (312.0, 104.0), (314.0, 132.0)]);
        self.block(0x35789b, (204.0, 162.0), (56.0, 100.0));
        self.disc(0xf0ead8, (250.0, 214.0), 4.0);
        self.block(0xa9cfe0, (270.0, 150.0), (18.0, 14.0));
        self.block(0xcfcac0, (322.0, 252.0), (110.0, 22.0));
        self.block(0xe8e6e1, (410.0, 166.0), (9.0, 90.0));
        self.block(0xcfcac0, (150.0, 262.0), (166.0, 10.0));
    }

    /// A roof with holes over bare boards; then a whole one over painted walls.
    fn house(&mut self, done: bool) {
        self.land(if done { 0x8fb573 } else { 0xa3a06a });
        let wall = if done { 0xf3dfae } else { 0x9c8360 };
        self.block(wall, (110.0, 150.0), (250.0, 116.0));
        if !done {
            for nth in 0_u8..6 {
                self.block(0x6d5534, (132.0 + f32::from(nth) * 42.0, 150.0), (4.0, 116.0));
            }
            self.block(0x3d3225, (208.0, 186.0), (48.0, 80.0));
            self.block(0x3d3225, (300.0, 190.0), (40.0, 26.0));
            self.shape(0x7d7466, &[(88.0, 156.0), (150.0, 82.0), (318.0, 88.0), (384.0, 160.0)]);
            for (x, y) in [(164.0, 104.0), (236.0, 118.0), (300.0, 102.0)] {
                self.shape(
                    0xbcd9ea,
                    &[(x, y), (x + 30.0, y + 4.0), (x + 36.0, y + 26.0), (x + 8.0, y + 22.0)],
                );
            }
            return;
        }
        self.shape(0xa4473a, &[(88.0, 156.0), (150.0, 76.0), (320.0, 76.0), (382.0, 156.0)]);
        for nth in 0_u8..5 {
            let x = 168.0 + f32::from(nth) * 34.0;
            self.shape(0x8e3b30, &[(x, 78.0), (x + 4.0, 78.0), (x + 4.0, 154.0), (x, 154.0)]);
        }
        self.block(0x7a5632, (208.0, 184.0), (48.0, 82.0));
        self.block(0xffffff, (292.0, 182.0), (52.0, 42.0));
        self.block(0xa9cfe0, (296.0, 186.0), (44.0, 34.0));
        self.block(0xffffff, (126.0, 182.0), (52.0, 42.0));
        self.block(0xa9cfe0, (130.0, 186.0), (44.0, 34.0));
        self.block(0xcfcac0, (102.0, 264.0), (266.0, 12.0));
    }
}

fn drawing(kind: &str, done: bool) -> Option<Pixmap> {
    let mut drawing = Drawing(Pixmap::new(WIDTH, HEIGHT)?);
    match kind {
        "water" => drawing.well(done),
        "latrine" => drawing.latrine(done),
        _ => drawing.house(done),
    }
    Some(drawing.0)
}

/// The place of a work of this kind as a PNG, before it or when it is done.
///
/// # Errors
/// The picture cannot be made.
pub(super) fn picture(kind: &str, done: bool) -> Result<Vec<u8>, CliError> {
    let failed = || CliError::Text(format!("the picture of a {kind} cannot be drawn"));
    drawing(kind, done).ok_or_else(failed)?.encode_png().map_err(|_| failed())
}

#[cfg(test)]
mod tests {
    use asuh_ground::attachments::{self, MediaType};

    use super::*;

    /// A tenth of the picture at least is another: whoever looks at both sees what was built.
    #[test]
    fn before_and_after_differ_and_both_are_pictures() {
        for kind in ["water", "latrine", "house"] {
            let [before, after] = [false, true].map(|done| drawing(kind, done).unwrap());
            let other = before.pixels().iter().zip(after.pixels()).filter(|(one, two)| one != two).count();
            assert!(other * 10 > before.pixels().len(), "{kind}: {other} pixels differ");
            let stored = attachments::clean(picture(kind, true).unwrap(), MediaType::PICTURES).unwrap();
            assert!(stored.bytes.len() < 40_000, "{kind}: {} bytes", stored.bytes.len());
            assert_eq!(picture(kind, true).unwrap(), picture(kind, true).unwrap());
        }
    }
}
