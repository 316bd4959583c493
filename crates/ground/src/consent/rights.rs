//! Who keeps and who reads the registers.

use crate::access::{Role, capability};

capability! {
    /// Reads the consents of the families within reach.
    pub(super) struct ReadConsents = "consent.read": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::FieldOfficer, Role::Cadre,
        Role::Auditor,
    ];
    /// Records and withdraws consents of the families within reach.
    pub(super) struct RecordConsents = "consent.record": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::FieldOfficer, Role::Cadre,
    ];
    /// Reads the register of requests about data.
    pub(super) struct ReadRequests = "consent.read_requests": [Role::DistrictAdmin, Role::Auditor];
    /// Records and answers requests about data.
    pub struct KeepRequests = "consent.keep_requests": [Role::DistrictAdmin];
    /// Reads the register of incidents.
    pub(super) struct ReadIncidents = "consent.read_incidents": [Role::DistrictAdmin, Role::Auditor];
    /// Records, follows and closes incidents.
    pub(super) struct KeepIncidents = "consent.keep_incidents": [Role::DistrictAdmin];
}
