//! The ledger as its users see it: rules by example, random histories against a plain model, planted
//! defects, known trees, and a year of Mondays from one seed.

mod audit;
mod books;
mod model;
mod mondays;
mod receipt;
mod seal;
mod text;
mod world;
