//! Made-up districts, and the dirty lists that are drawn up about them, with the truth beside.
//!
//! * [`World`]: families and persons of a [`District`] on a day, and the same a quarter later.
//! * [`krs`]: the province's list of families at risk, one row a family.
//! * [`posyandu`]: the list of small children as e-PPGBM exports it.
//! * [`Dirt`]: how often a name, date or number suffers what.
//!
//! Nobody here exists. Names are put together by chance; every NIK and family card begins with a kecamatan 00,
//! which no district has. The same seed makes the same district and list, on every machine; there is no input or
//! output and no clock.
//!
//! ```
//! use asuh_made_up::{Dirt, District, World, krs};
//! use time::macros::date;
//!
//! let world = World::new(District::kapuas(), 200, date!(2026 - 06 - 30), 1);
//! let list = krs::list(&world, &Dirt::USUAL, 1);
//! let row = &list.rows[0];
//! assert_eq!(row.cells(&world)[2], "Selat");
//! assert!(row.truth.family < world.families.len());
//! ```

mod dice;
mod dirt;
mod names;
mod places;
mod world;

pub mod krs;
pub mod posyandu;

pub use dice::Dice;
pub use dirt::Dirt;
pub use names::Custom;
pub use places::{District, Village};
pub use world::{Family, FamilyId, Fate, Person, PersonId, World};
