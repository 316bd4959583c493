//! The rules of this step: pure, with examples.

mod after;
mod code;
mod counts;
mod explained;
mod order;
mod promised;
mod reached;
mod same;

pub(crate) use after::After;
pub use code::{code_name, sponsor_code};
pub use counts::{Counts, Covered, Covering};
pub use explained::{Nearer, read_nearer, write_nearer};
pub use order::{Factor, Point, Ranked, default_points, lottery, points, rank};
pub use promised::{Promised, promised};
pub use reached::Reached;
pub(crate) use same::{Wrong, may_help, measure};
