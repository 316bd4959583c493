//! Who may do what in this step. Visits tell of a family's health and habits: nobody who only gives or plans reads them.

use asuh_ground::access::{Role, capability};

capability! {
    /// Reads visits, and what is due, of the families in one's territories.
    pub struct ReadVisits = "mentoring.read": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::Auditor,
    ];
    /// Records visits to the families in one's territories (a cadre: of her RW), corrects and takes back her own.
    pub struct RecordVisits = "mentoring.visit": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre,
    ];
    /// Tells of a visit to a child that one helps: whoever is signed in, is a sponsor and was approved as its visitor.
    pub struct VisitAsSponsor = "mentoring.visit_as_sponsor": [];
    /// Reads the referrals of the families in one's territories.
    pub struct ReadReferrals = "mentoring.read_referrals": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::Auditor,
    ];
    /// Sends persons of one's territories to the puskesmas, and takes back what he sent.
    pub struct SendReferrals = "mentoring.send_referrals": [
        Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre,
    ];
    /// Answers referrals for the puskesmas, within its area.
    pub struct AnswerReferrals = "mentoring.answer_referrals": [Role::NutritionOfficer];
}

/// Who may correct what others recorded, within reach.
pub(crate) const OVERSEEING: &[Role] = &[Role::DistrictAdmin, Role::FieldOfficer];
