//! Meals: kitchens cook for the children and pregnant women who are fed for a while (PMT), out of the goods in the books.
//!
//! A [`place`] is an institution of kind kitchen with its villages. What a [`menu`] holds is worked out from the district's
//! table of [`food`]s ([`rules`]).

pub mod food;
pub mod menu;
pub mod place;
pub mod rules;

mod reach;

pub use reach::Reach;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees kitchens within reach, the table of foods and the menus.
    pub struct ReadKitchens = "kitchen.read": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::Kitchen,
        Role::Auditor,
    ];
    /// Says for which villages a kitchen cooks, and who works there.
    pub struct KeepKitchens = "kitchen.keep": [Role::DistrictAdmin];
    /// Changes the table of foods and the norms of a portion: for the whole district.
    pub struct KeepFoods = "kitchen.keep_foods": [Role::DistrictAdmin, Role::NutritionOfficer];
    /// Makes and changes menus.
    pub struct KeepMenus = "kitchen.keep_menus": [Role::DistrictAdmin, Role::NutritionOfficer];
}

pub(super) fn routes() -> Routes {
    place::routes().and(food::routes()).and(menu::routes())
}
