//! Meals: kitchens cook for the children and pregnant women who are fed for a while (PMT), out of the goods in the books.
//!
//! A [`place`] is an institution of kind kitchen with its villages. What a [`menu`] holds is worked out from the district's
//! table of [`food`]s ([`rules`]). A [`programme`] says for whom and for how long; who is enrolled ([`enrolment`]) with how
//! she stood, is served by every [`run`] of her village's kitchen until her days are over and the outcome follows from her
//! measurements. [`sigizi`] hands all of it on.
//!
//! Two refusals are hard: gizi buruk is never enrolled (it is for the puskesmas), and nobody is served what she is allergic
//! to. That somebody else feeds a child too (MBG) is said, and forbids nothing.

pub mod enrolment;
pub mod food;
pub mod menu;
pub mod place;
pub mod programme;
pub mod rules;
pub mod run;

mod home;
mod reach;
mod sigizi;

pub(super) use home::{copy, family_panel, help_moved, received_by};
pub use reach::Reach;
pub(super) use run::{check, tasks};

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
    /// Sees programmes of feeding, meals, and who is fed within reach: who cooks by first name and code name alone.
    pub struct ReadMeals = "kitchen.read_meals": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::Kitchen,
        Role::Auditor,
    ];
    /// Reads whole names and measurements of those who are fed.
    pub struct ReadMealNames = "kitchen.read_names": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::Auditor,
    ];
    /// Sets programmes of feeding up.
    pub struct KeepMealProgrammes = "kitchen.keep_programmes": [Role::DistrictAdmin];
    /// Enrols, and ends the feeding of somebody.
    pub struct EnrolMeals = "kitchen.enrol": [Role::DistrictAdmin, Role::NutritionOfficer];
    /// Weighs those who are fed, notes their allergies and who else feeds them.
    pub struct NoteEnrolled = "kitchen.note": [Role::DistrictAdmin, Role::NutritionOfficer, Role::Cadre];
    /// Plans, cooks, hands over and closes the meals of one's kitchen.
    pub struct RunKitchens = "kitchen.run": [Role::Kitchen];
    /// Opens a closed meal again, with a reason: not who closed it.
    pub struct ReopenKitchenRuns = "kitchen.reopen": [Role::DistrictAdmin];
    /// Notes who ate.
    pub struct MarkServings = "kitchen.mark": [
        Role::Kitchen, Role::Cadre, Role::FieldOfficer, Role::VillageVerifier,
    ];
    /// Takes those who are fed out with NIK, in the form in which Sigizi takes them in; every time is logged.
    pub struct HandPmtToSigizi = "kitchen.hand_to_sigizi": [Role::DistrictAdmin, Role::NutritionOfficer];
}

pub(super) fn routes() -> Routes {
    place::routes()
        .and(food::routes())
        .and(menu::routes())
        .and(programme::routes())
        .and(enrolment::routes())
        .and(run::routes())
        .and(sigizi::routes())
}

/// How the questions of kitchens, of those who are fed, and of meals are answered.
#[cfg(test)]
pub(super) mod plans {
    use asuh_store::testing::Plans;
    use asuh_store::{DistrictId, Id};
    use time::Date;

    use super::{Reach, enrolment, food, home, menu, place, programme, run, sigizi};

    pub(crate) async fn of_kitchens(db: &Plans, district: DistrictId, reach: &Reach, any: Id) {
        place::plans(db, district, reach, any).await;
        food::plans(db, district).await;
        menu::plans(db, district, any).await;
    }

    pub(crate) async fn of_the_fed(db: &Plans, district: DistrictId, reach: &Reach, (any, day): (Id, Date)) {
        programme::plans(db, district, reach, any).await;
        enrolment::plans(db, district, reach, (any, day)).await;
    }

    pub(crate) async fn of_meals(db: &Plans, district: DistrictId, reach: &Reach, (any, day): (Id, Date)) {
        run::plans(db, district, reach, (any, day)).await;
    }

    pub(crate) async fn of_sums(db: &Plans, district: DistrictId, reach: &Reach, (any, day): (Id, Date)) {
        sigizi::plans(db, district, reach, any).await;
        home::plans(db, district, (any, day)).await;
    }
}
