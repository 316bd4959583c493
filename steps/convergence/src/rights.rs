//! Who may do what about indicators. Numbers of places are for whoever works or plans there; names are for those who read
//! families (`registry.read_families`), and stand behind a number only for them.

use asuh_ground::access::{Role, capability};

capability! {
    /// Sees indicators and what they come to.
    pub struct SeeIndicators = "convergence.see_indicators": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier, Role::FieldOfficer,
        Role::NutritionOfficer, Role::OfficePlanner, Role::DistrictPlanner, Role::Leader, Role::Auditor,
    ];
    /// Words indicators, sets and targets.
    pub struct KeepIndicators = "convergence.keep_indicators": [Role::DistrictAdmin, Role::DistrictPlanner];
    /// Sees who has reported, and what.
    pub struct SeeReports = "convergence.see_reports": [
        Role::DistrictAdmin, Role::VillageVerifier, Role::SubdistrictVerifier, Role::FieldOfficer, Role::NutritionOfficer,
        Role::OfficePlanner, Role::DistrictPlanner, Role::Auditor,
    ];
    /// Enters the numbers of a village, a kecamatan or the district, and sends them.
    pub struct EnterValues = "convergence.enter_values": [
        Role::VillageVerifier, Role::FieldOfficer, Role::NutritionOfficer, Role::SubdistrictVerifier, Role::OfficePlanner,
        Role::DistrictPlanner,
    ];
    /// Verifies or returns, for a kecamatan, what its villages sent.
    pub struct VerifyReports = "convergence.verify_reports": [Role::SubdistrictVerifier];
    /// Checks or returns, for an office, what is verified.
    pub struct CheckReports = "convergence.check_reports": [Role::OfficePlanner];
    /// Accepts or returns, for the district, what the offices checked; locks periods and opens them again.
    pub struct AcceptReports = "convergence.accept_reports": [Role::DistrictAdmin, Role::DistrictPlanner];
}
