//! Money becomes goods, ingredients become portions: what changes its unit, and stays within its fund.

mod command;
pub(super) mod pages;
pub(super) mod query;
pub(super) mod rules;

pub use command::{BuyGoods, CookPortions, Ingredient, SetPrice};
