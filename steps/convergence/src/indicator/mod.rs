//! Indicators as data: what is counted, of whom, by which lists, with which targets; computed from the district's own
//! rows where they are there ([`Computation`]), entered by an office where not.

pub(crate) mod cells;
pub(crate) mod command;
pub(crate) mod computation;
mod edit;
mod fact;
mod facts;
mod import;
pub(crate) mod pages;
pub(crate) mod query;
pub(crate) mod rules;
mod shipped;
mod take;
mod targets;
pub(crate) mod value;

pub(crate) use cells::check;
pub use cells::{keep_fresh, refresh};
pub use command::{AskSet, PutIndicator, RetireIndicator};
pub use computation::Computation;
pub use facts::Facts;
pub(crate) use query::stunting;
pub use query::{
    Indicator, Member, Set, Target, all, all_members, all_targets, by_code, by_id, memberships, of_set, sets,
    target_for, targets,
};
pub use rules::{Better, Grain, Group, Period, PeriodKind, Unit, reached, share};
pub use take::TakeShipped;
pub use targets::{Goal, PutTargets};
pub use value::{Each, Origin, Value, parts, together, value_of, values_of};

use asuh_ground::staging::ImportKind;
use asuh_ground::web::Routes;

use crate::rights::{KeepIndicators, SeeIndicators};

/// The sheet of indicators.
pub(super) const SHEET: &dyn ImportKind = &import::IndicatorSheet;

/// The pages.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeIndicators, _>("/indikator", pages::list)
        .post::<KeepIndicators, _>("/indikator/bawaan", pages::take)
        .post::<SeeIndicators, _>("/indikator/lembar", pages::export)
        .get::<KeepIndicators, _>("/indikator/baru", edit::new)
        .post::<KeepIndicators, _>("/indikator/baru", edit::create)
        .get::<SeeIndicators, _>("/indikator/kelompok/{kelompok}", pages::set)
        .post::<KeepIndicators, _>("/indikator/kelompok/{kelompok}/minta", pages::ask)
        .get::<SeeIndicators, _>("/indikator/{indikator}", pages::show)
        .get::<KeepIndicators, _>("/indikator/{indikator}/ubah", edit::edit)
        .post::<KeepIndicators, _>("/indikator/{indikator}/ubah", edit::update)
        .post::<KeepIndicators, _>("/indikator/{indikator}/target", pages::put_target)
        .post::<KeepIndicators, _>("/indikator/{indikator}/pensiun", pages::retire)
}
