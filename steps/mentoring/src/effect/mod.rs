//! Does it help? Of a child, the months of each kind of help beside the change of its z-scores; of a campaign, the change of
//! those who were helped against comparable children who were not, with an interval and a sentence on what may be concluded.

mod pages;
pub(crate) mod query;
pub mod rules;

use crate::SeeEffect;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new().get::<SeeEffect, _>("/pendampingan/hasil", pages::show)
}
