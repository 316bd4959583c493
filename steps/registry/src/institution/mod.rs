//! Offices (OPD), their units, schools, puskesmas, kitchens, fund holders, warehouses and depots.
//!
//! An OPD has units below it (a school below the education office); names and places change by regulation,
//! so every institution has the days from and to which it holds, and what it was called before is kept.

mod command;
pub(super) mod pages;
mod query;
mod rules;

pub use command::{CloseInstitution, PutInstitution};
pub use query::{Institution, by_id, names, of_kind, units_of};
pub use rules::InstitutionKind;
