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
    /// Reads complaints that are not sensitive.
    pub struct ReadComplaints = "mentoring.read_complaints": [Role::DistrictAdmin, Role::Auditor];
    /// Records what somebody complained of by telephone, on paper or in person. Cadres do not: it may be about them.
    pub struct RecordComplaints = "mentoring.record_complaints": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::NutritionOfficer,
    ];
    /// Acts on complaints that are not sensitive.
    pub struct AnswerComplaints = "mentoring.answer_complaints": [Role::DistrictAdmin];
    /// Reads and acts on sensitive complaints: whoever the district's setting names, whatever his role. For everybody else
    /// there are no such pages.
    pub struct SensitiveComplaints = "mentoring.sensitive_complaints": [];
    /// Reads the audits of cases in one's territories.
    pub struct ReadCases = "mentoring.read_cases": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::FieldOfficer, Role::Auditor,
    ];
    /// Chooses cases, records reviews and plans, and looks again.
    pub struct KeepCases = "mentoring.keep_cases": [Role::DistrictAdmin, Role::NutritionOfficer];
    /// Says that what was planned for a case is done.
    pub struct FollowCases = "mentoring.follow_cases": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::FieldOfficer,
    ];
    /// Sees whether help helps: figures of ten children and more, no names.
    pub struct SeeEffect = "mentoring.see_effect": [
        Role::DistrictAdmin, Role::NutritionOfficer, Role::OfficePlanner, Role::DistrictPlanner, Role::Leader,
        Role::Auditor,
    ];
}

/// Who may correct what others recorded, within reach.
pub(crate) const OVERSEEING: &[Role] = &[Role::DistrictAdmin, Role::FieldOfficer];
