//! A child's growth among the lines of a standard.

mod drawing;

use drawing::Layout;

use super::Width;

/// Points of a line or a border, from left to right, in the units of the axes.
pub type Curve = Vec<(f64, f64)>;

/// Whose chart it is: the colour of the frame. The word stands beside it ([`GrowthChart::sex`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameTone {
    /// Class `boy`: blue.
    #[default]
    Boy,
    /// Class `girl`: pink.
    Girl,
}

/// What a band says; its words stand beside it ([`Band::label`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandTone {
    /// Class `normal`: green.
    Normal,
    /// Class `watch`: yellow.
    Watch,
    /// Class `low`: red.
    Low,
    /// Class `plain`: no colour.
    Plain,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it measures, with the unit.
    pub title: String,
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its ticks with their labels, in rising order and evenly. A tick without a label is short and has no line
    /// in the drawing. Where labels have no room, only some are written.
    pub ticks: Vec<(f64, String)>,
}

/// A region between two borders.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Its colour.
    pub tone: BandTone,
    /// Its words, at the right end.
    pub label: String,
    /// Its upper border. It reaches down to the upper border of the next band.
    pub top: Curve,
}

/// A line of the standard.
#[derive(Clone, Debug, PartialEq)]
pub struct StandardLine {
    /// How many deviations it lies from the median, -3 to 3: what stands at its right end.
    pub z: i8,
    /// Where it runs.
    pub curve: Curve,
}

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowthPoint {
    /// Where, on the horizontal axis.
    pub x: f64,
    /// Where, on the vertical axis. Beyond its ends the point stands at the edge.
    pub y: f64,
    /// Implausible: drawn hollow with a mark, and not joined to the others.
    pub doubtful: bool,
}

/// Facts under the horizontal axis, one per column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisRow {
    /// What they are.
    pub label: String,
    /// Where a column begins and ends on the horizontal axis, and what stands in it; shortened to a mark where
    /// it does not fit.
    pub cells: Vec<(f64, f64, String)>,
}

/// Measurements of one child among the lines and bands of a standard, with facts per month under the axis.
///
/// Its numbers stand in the page's own table, which holds more than the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GrowthChart {
    /// What the chart shows.
    pub title: String,
    /// What it says, for those who do not see it.
    pub description: String,
    /// Boy or girl, in the reader's words.
    pub sex: String,
    /// Boy or girl, as the frame's colour.
    pub frame: FrameTone,
    /// From left to right: age or length.
    pub x: Axis,
    /// From bottom to top: what was measured.
    pub y: Axis,
    /// From the top to the bottom.
    pub bands: Vec<Band>,
    /// The standard's lines, in any order.
    pub lines: Vec<StandardLine>,
    /// The measurements, the earliest first.
    pub points: Vec<GrowthPoint>,
    /// What a hollow point means, in at most 12 letters; told only where there is one.
    pub doubtful: String,
    /// Under the axis.
    pub rows: Vec<AxisRow>,
}

impl GrowthChart {
    /// The drawing for a screen.
    pub fn render(&self, width: Width) -> String {
        self.drawn(&Layout::of(width))
    }

    /// The drawing for a sheet of paper lying on its side, 1080 units wide: the labels of the rows stand at the
    /// left, and all rows are ruled.
    pub fn sheet(&self) -> String {
        self.drawn(&Layout::sheet())
    }
}

#[cfg(test)]
mod tests;
