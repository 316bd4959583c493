//! What the district knows, intends and promised: it reads all steps before it and writes only what is its own.
//!
//! **Indicators** ([`indicator`]) are data: numerator, denominator, sets, targets; computed from the district's rows where
//! they are there, entered by an office with evidence where not. A **plan** ([`plan`]) says which office does what about
//! them, where and with whose money. A **meeting** ([`meeting`]) decides, and what was promised there is remembered as
//! commitments that the next one opens with.

mod genting;
mod indicator;
mod meeting;
mod plan;

use asuh_ground::part::Part;
use asuh_ground::web::Routes;

fn routes() -> Routes {
    indicator::routes().and(plan::routes()).and(meeting::routes()).and(genting::routes())
}

/// The step, for the gates.
pub const STEP: Part =
    Part { routes, heading: "web.menu.convergence", menu: &[], ..Part::named("convergence") };
