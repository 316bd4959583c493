//! How Indonesia reads the figures: categories of Permenkes 2/2020, the posyandu's monthly N/T/O/B, arm
//! circumference (LILA), who is referred.
//!
//! What a circular can change is data here, not code: [`GainTable`] (KBM) and [`ReferralLines`] have defaults
//! that a district edits. The words for the screen are the regulation's own (`name`); the codes are stable.
//!
//! ```
//! use asuh_growth::indonesia::{LengthStatus, Reading};
//! use asuh_growth::{Age, Child, Kilograms, Length, Sex};
//!
//! let child = Child {
//!     sex: Some(Sex::Male),
//!     age: Some(Age::from_whole_days(731)),
//!     weight: Some(Kilograms(9.7)),
//!     length: Some(Length::standing(81.0)),
//!     ..Child::default()
//! };
//! let reading = Reading::of(&child);
//! assert_eq!(reading.length_for_age, Ok(LengthStatus::Stunted));
//! assert_eq!(LengthStatus::Stunted.name(), "Pendek");
//! ```

mod arm;
mod gain;
mod referral;
mod skdn;
mod status;

pub use arm::{ArmStatus, has_chronic_energy_deficiency};
pub use gain::{
    Gain, GainTable, GainTableError, Month, MonthlyReading, MonthlyStatus, SeriesError, Shortfall, Weighing,
    monthly,
};
pub use referral::{Reason, Referral, ReferralLines, Signs, Urgency, refer};
pub use skdn::Skdn;
pub use status::{
    LengthStatus, NutritionStatus, Reading, Unjudged, WeightStatus, is_low_birth_weight, is_short_at_birth,
};
