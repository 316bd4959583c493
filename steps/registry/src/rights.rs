//! Who may do what in this step (domain: actors and what each may see).
//!
//! Sponsors, coordinators, treasurers, warehouse keepers, kitchens, planners and the leader see no names of
//! families: planners and the leader get counts, the others nothing of this step but the institutions.

use asuh_nusantara::TerritoryCode;
use serde::{Deserialize, Serialize};

use asuh_ground::access::{Area, Role, Scope, capability};

capability! {
    /// Reads the families of one's territories, with NIK, KK, address and phone masked.
    pub struct ReadFamilies = "registry.read_families": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::Auditor,
    ];
    /// Shares a saved filter of the list of families with everybody who reads families; only who reaches the whole
    /// district does.
    pub struct ShareFilters = "registry.share_filters": [Role::DistrictAdmin, Role::ListKeeper];
    /// Opens NIK, KK, address and phone of a family; every opening is logged.
    pub struct OpenPersonal = "registry.open_personal": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::FieldOfficer,
        Role::NutritionOfficer, Role::Auditor,
    ];
    /// Adds and corrects families and their members.
    pub struct KeepFamilies = "registry.keep_families": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::FieldOfficer, Role::Cadre,
    ];
    /// Proposes that a family moved, somebody died or was born, a NIK is wrong; others decide.
    pub struct ProposeChanges = "registry.propose_changes": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre,
    ];
    /// Decides on what others proposed, and takes back what was approved.
    pub struct DecideChanges = "registry.decide_changes": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
    ];
    /// Sees the proposals about families of one's territories.
    pub struct SeeChanges = "registry.see_changes": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::Auditor,
    ];
    /// Sees the pairs of records that may be one person, where one of the two lies within reach.
    pub struct SeePairs = "registry.see_pairs": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::Cadre, Role::Auditor,
    ];
    /// Decides whether two records are one person, where both lie within reach, and takes that back.
    pub struct DecidePairs = "registry.decide_pairs": [Role::DistrictAdmin, Role::ListKeeper];
    /// Changes the rules by which the district computes risk itself.
    pub struct KeepRiskRules = "registry.keep_risk_rules": [Role::DistrictAdmin, Role::ListKeeper];
    /// Records what a visit found.
    pub struct VerifyFamilies = "registry.verify_families": [
        Role::VillageVerifier, Role::SubdistrictVerifier, Role::FieldOfficer, Role::Cadre,
    ];
    /// Makes a visit's result count. What a cadre records is evidence until one of these settles it.
    pub(crate) struct ConfirmVisits = "registry.confirm_visits": [
        Role::VillageVerifier, Role::SubdistrictVerifier, Role::FieldOfficer,
    ];
    /// Opens and closes campaigns of verification.
    pub(crate) struct KeepCampaigns = "registry.keep_campaigns": [Role::DistrictAdmin, Role::ListKeeper];
    /// Opens a closed campaign of verification again, with a reason.
    pub(crate) struct ReopenCampaigns = "registry.reopen_campaigns": [Role::DistrictAdmin];
    /// Names those who visit in a village.
    pub(crate) struct NameVerifiers = "registry.name_verifiers": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::FieldOfficer,
    ];
    /// Closes a village of a campaign by its record.
    pub(crate) struct CloseVillages = "registry.close_villages": [Role::VillageVerifier, Role::FieldOfficer];
    /// Opens a closed village again, with a reason.
    pub(crate) struct ReturnVillages = "registry.return_villages": [Role::DistrictAdmin, Role::SubdistrictVerifier];
    /// Reads the records of villages, and the second visits.
    pub(crate) struct ReadRecords = "registry.read_records": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::Auditor,
    ];
    /// Visits a sample of a kecamatan's families a second time.
    pub(crate) struct CheckVillages = "registry.check_villages": [Role::SubdistrictVerifier];
    /// Sees how far verification is, in numbers.
    pub struct SeeProgress = "registry.see_progress": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::Auditor,
        Role::OfficePlanner, Role::DistrictPlanner, Role::Leader,
    ];
    /// Sees the frozen lists in numbers, compares a file with them, and prints their papers without names.
    pub struct SeeFrozenLists = "registry.see_frozen_lists": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::Auditor,
        Role::OfficePlanner, Role::DistrictPlanner, Role::Leader,
    ];
    /// Freezes lists and records the decrees that name them.
    pub struct FreezeLists = "registry.freeze_lists": [Role::DistrictAdmin];
    /// Sees the district's territories, with counts of the families within one's reach.
    pub struct SeeTerritories = "registry.see_territories": [
        Role::DistrictAdmin, Role::ListKeeper, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::FieldOfficer, Role::NutritionOfficer, Role::Cadre, Role::Auditor,
        Role::OfficePlanner, Role::DistrictPlanner, Role::Leader,
    ];
    /// Sees the offices and their units.
    pub struct SeeInstitutions = "registry.see_institutions": [
        Role::DistrictAdmin, Role::ListKeeper, Role::UnitCoordinator, Role::Treasurer, Role::WarehouseKeeper,
        Role::OfficePlanner, Role::DistrictPlanner, Role::Leader, Role::Auditor,
    ];
    /// Adds, corrects and closes offices and their units.
    pub struct KeepInstitutions = "registry.keep_institutions": [Role::DistrictAdmin];
}

/// The territories that a command's giver reaches, carried in the command so that it is checked again in the
/// same transaction as the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach(Vec<(i64, String)>);

impl Reach {
    /// The territories of a scope.
    pub fn of(scope: &Scope) -> Reach {
        Reach(scope.areas.iter().map(|area| (area.code.as_i64(), area.rw.clone())).collect())
    }

    /// Everything inside a territory.
    pub fn whole(code: TerritoryCode) -> Reach {
        Reach(vec![(code.as_i64(), String::new())])
    }

    /// The scope, for conditions of queries.
    pub fn scope(&self) -> Scope {
        let areas = self.0.iter().filter_map(|(code, rw)| {
            Some(Area { code: TerritoryCode::from_i64(*code).ok()?, rw: rw.clone() })
        });
        Scope { areas: areas.collect(), ..Scope::default() }
    }

    /// Whether a village (and RW) is reached.
    pub fn reaches(&self, village: i64, rw: &str) -> bool {
        TerritoryCode::from_i64(village).is_ok_and(|code| self.scope().reaches(code, rw))
    }
}
