//! Lists that come in, families and persons that are verified: who may be helped.
//!
//! Territories and institutions are the district's frame. A family is on a list, is visited, and stands from
//! then on as what the visit found; whoever of it is pregnant, breastfeeding or under five is a target
//! ([`rules::Target`]). Nothing is overwritten: every change is a new version with its day and its source.

mod changed;
pub mod changes;
mod derived;
pub mod district;
mod family;
pub mod frozen;
pub mod identity;
pub mod import;
mod institution;
pub mod record;
mod rights;
pub mod risk;
pub mod rules;
mod tally;
mod territory;
mod verification;
mod words;

/// Families and their members, for other steps.
pub mod families {
    pub use super::family::{
        Change, Member, Named, PutFamily, PutMaternity, PutPerson, Source, by_name, members,
    };
}

/// The institutions, for other steps.
pub mod institutions {
    pub use super::institution::{
        CloseInstitution, Institution, InstitutionKind, PutInstitution, by_id, names, of_kind, units_of,
    };
}

/// The territories, for other steps: those of the district, and adopting them from the national list.
pub mod territories {
    pub use super::import::adopt;
    pub use super::territory::{Territory, names, subdistricts, villages, villages_within};
}

/// Verification: its campaigns, visits, records of villages and checks of kecamatan.
pub mod verifications {
    pub use super::verification::{
        AttachRecord, Base, Campaign, CampaignStanding, CloseCampaign, CloseCheck, CloseVillage, DrawSample,
        JoinFamilies, OpenCampaign, RecordRecheck, RecordVisits, ReopenCampaign, ReopenVillage, Signer,
        Visit, campaign_by_id, campaigns, standing,
    };
}

pub use rights::{
    DecideChanges, DecidePairs, FreezeLists, KeepFamilies, KeepInstitutions, KeepRiskRules, OpenPersonal,
    ProposeChanges, Reach, ReadFamilies, SeeChanges, SeeFrozenLists, SeeInstitutions, SeePairs, SeeProgress,
    SeeTerritories, ShareFilters, VerifyFamilies,
};

pub use verification::{RecordVerification, VisitResult};

use asuh_store::{DistrictId, Query, StoreError};

use asuh_ground::App;
use asuh_ground::access::Capability;
use asuh_ground::audit::Reference;
use asuh_ground::jobs::JobKind;
use asuh_ground::part::Part;
use asuh_ground::settings;
use asuh_ground::web::{MenuItem, Routes};

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.targets",
    menu: MENU,
    tasks: Some(|app, actor| {
        Box::pin(async move {
            let mut tasks = changes::tasks(app, actor).await?;
            tasks.extend(identity::tasks(app, actor).await?);
            tasks.extend(verification::tasks(app, actor).await?);
            Ok(tasks)
        })
    }),
    imports: import::KINDS,
    jobs: &[
        JobKind { kind: changed::JOB, run: changed::run },
        JobKind { kind: identity::JOB, run: identity::search },
        JobKind { kind: risk::RECOMPUTE, run: risk::recompute },
    ],
    subject_export: Some(|app, district, subject, text| Box::pin(family::copy(app, district, subject, text))),
    references: &[
        Reference::code("grant_territory", "territory_code", "territory"),
        Reference::id("grant_unit", "institution_id", "institution"),
        Reference::id("consent", "family_id", "family").work("registry.depends.consent", ""),
        Reference::id("consent", "person_id", "person").work("registry.depends.consent", ""),
        Reference::id("data_request", "family_id", "family").work("registry.depends.request", ""),
        Reference::id("institution", "parent_id", "institution"),
        Reference::code("institution", "territory_code", "territory"),
        Reference::id("institution_history", "institution_id", "institution"),
        Reference::id("account", "place_id", "institution")
            .when("r.kind IN ('giver', 'office_post', 'depot', 'warehouse', 'fund_holder')"),
        Reference::id("account", "place_id", "family").when("r.kind = 'household'"),
        Reference::id("family", "canonical_id", "family"),
        Reference::id("family_version", "family_id", "family"),
        Reference::code("family_version", "village_code", "territory"),
        Reference::id("family_version", "batch_id", "import_batch"),
        Reference::id("family_risk", "family_id", "family"),
        Reference::code("family_tally", "territory_code", "territory").when("r.families <> 0"),
        Reference::id("name_key", "family_id", "family"),
        Reference::code("name_key", "village_code", "territory"),
        Reference::code("saved_filter", "territory_code", "territory"),
        Reference::id("saved_filter", "list_id", "frozen_list"),
        Reference::user("saved_filter", "owner_id"),
        Reference::id("family_desil", "family_id", "family"),
        Reference::id("family_desil", "batch_id", "import_batch"),
        Reference::user("family_desil", "recorded_by"),
        Reference::id("person", "canonical_id", "person"),
        Reference::id("person_version", "person_id", "person"),
        Reference::id("person_version", "family_id", "family"),
        Reference::id("person_version", "batch_id", "import_batch"),
        Reference::id("maternity", "person_id", "person"),
        Reference::id("maternity", "batch_id", "import_batch"),
        Reference::id("maternity", "ended_batch_id", "import_batch"),
        Reference::id("change_request", "family_id", "family").work("registry.depends.change", ""),
        Reference::id("change_request", "person_id", "person"),
        Reference::id("change_request", "evidence_id", "attachment"),
        Reference::id("change_request", "counter_of", "change_request"),
        Reference::user("change_request", "proposed_by"),
        Reference::user("change_request", "decided_by"),
        Reference::id("change_effect", "request_id", "change_request"),
        Reference::id("change_effect", "subject_id", "family").when("r.kind = 'family'"),
        Reference::id("change_effect", "subject_id", "person").when("r.kind = 'person'"),
        Reference::id("change_effect", "subject_id", "maternity")
            .when("r.kind IN ('maternity_ended', 'maternity_begun')"),
        Reference::id("match_key", "person_id", "person"),
        Reference::id("person_blocks", "person_id", "person"),
        Reference::id("match_pair", "one_id", "person"),
        Reference::id("match_pair", "two_id", "person"),
        Reference::id("match_pair", "batch_id", "import_batch"),
        Reference::user("match_pair", "decided_by"),
        Reference::id("merge_effect", "pair_id", "match_pair"),
        Reference::id("merge_effect", "subject_id", "person").when("r.kind LIKE 'person_%'"),
        Reference::id("merge_effect", "into_id", "person").when("r.kind LIKE 'person_%'"),
        Reference::id("merge_effect", "subject_id", "family").when("r.kind LIKE 'family_%'"),
        Reference::id("merge_effect", "into_id", "family").when("r.kind LIKE 'family_%'"),
        Reference::id("merge_effect", "subject_id", "family").when("r.kind LIKE 'campaign_%'"),
        Reference::id("merge_effect", "into_id", "verification_campaign").when("r.kind LIKE 'campaign_%'"),
        Reference::id("merge_effect", "subject_id", "maternity").when("r.kind = 'maternity_begun'"),
        Reference::id("verification", "family_id", "family")
            .work("registry.depends.visit", "r.retracted_at IS NULL"),
        Reference::user("verification", "verified_by"),
        Reference::user("frozen_list", "frozen_by"),
        Reference::id("frozen_list", "campaign_id", "verification_campaign"),
        Reference::id("frozen_row", "list_id", "frozen_list"),
        Reference::id("frozen_row", "family_id", "family").work("registry.depends.frozen", ""),
        Reference::code("frozen_row", "village_code", "territory"),
        Reference::id("frozen_village", "list_id", "frozen_list"),
        Reference::id("frozen_decree", "list_id", "frozen_list"),
        Reference::user("frozen_decree", "recorded_by"),
        Reference::id("verification", "campaign_id", "verification_campaign"),
        Reference::id("verification", "batch_id", "import_batch"),
        Reference::id("verification_campaign", "batch_id", "import_batch"),
        Reference::user("verification_campaign", "recorded_by"),
        Reference::user("verification_campaign", "closed_by"),
        Reference::user("verification_campaign", "reopened_by"),
        Reference::id("campaign_joining", "campaign_id", "verification_campaign"),
        Reference::code("campaign_joining", "village_code", "territory"),
        Reference::user("campaign_joining", "recorded_by"),
        Reference::id("campaign_family", "campaign_id", "verification_campaign"),
        Reference::id("campaign_family", "family_id", "family"),
        Reference::code("campaign_family", "village_code", "territory"),
        Reference::id("campaign_family", "visit_id", "verification"),
        Reference::id("campaign_village", "campaign_id", "verification_campaign"),
        Reference::code("campaign_village", "village_code", "territory"),
        Reference::id("campaign_verifier", "campaign_id", "verification_campaign"),
        Reference::code("campaign_verifier", "village_code", "territory"),
        Reference::user("campaign_verifier", "recorded_by"),
        Reference::id("village_record", "campaign_id", "verification_campaign"),
        Reference::code("village_record", "village_code", "territory"),
        Reference::id("village_record", "attachment_id", "attachment"),
        Reference::user("village_record", "closed_by"),
        Reference::user("village_record", "reopened_by"),
        Reference::id("subdistrict_check", "campaign_id", "verification_campaign"),
        Reference::code("subdistrict_check", "subdistrict_code", "territory"),
        Reference::user("subdistrict_check", "drawn_by"),
        Reference::user("subdistrict_check", "closed_by"),
        Reference::id("recheck", "campaign_id", "verification_campaign"),
        Reference::code("recheck", "subdistrict_code", "territory"),
        Reference::id("recheck", "family_id", "family"),
        Reference::user("recheck", "checked_by"),
    ],
    check: Some(|app, district| Box::pin(check(app, district))),
    ..Part::named("registry")
};

const MENU: &[MenuItem] = &[
    MenuItem { path: "/sasaran", label: "registry.families.title", roles: ReadFamilies::ROLES },
    MenuItem { path: "/verifikasi", label: "registry.verification.title", roles: SeeProgress::ROLES },
    MenuItem { path: "/data-tetap", label: "frozen.title", roles: SeeFrozenLists::ROLES },
    MenuItem { path: "/perubahan", label: "registry.change.title", roles: SeeChanges::ROLES },
    MenuItem { path: "/data-ganda", label: "registry.identity.title", roles: SeePairs::ROLES },
    MenuItem { path: "/wilayah", label: "registry.territories.title", roles: SeeTerritories::ROLES },
    MenuItem { path: "/lembaga", label: "registry.institutions.title", roles: SeeInstitutions::ROLES },
];

/// The statuses whose families may be helped in a district: its setting `registry.eligible_statuses`.
///
/// # Errors
/// The store fails.
pub async fn eligible_statuses(
    db: &impl Query,
    district: DistrictId,
) -> Result<Vec<rules::FamilyStatus>, StoreError> {
    let setting = settings::get(db, district, "registry.eligible_statuses", "verified").await?;
    Ok(rules::eligible_statuses(&setting))
}

/// What is wrong with the campaigns of verification, the derived risks, counts and words of names, merged records and the
/// frozen lists.
async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let mut findings = verification::check(app, district).await?;
    findings.extend(risk::check(app, district).await?);
    findings.extend(tally::check(app, district).await?);
    findings.extend(family::check_names(app, district).await?);
    findings.extend(identity::check(app, district).await?);
    findings.extend(frozen::check::<frozen::FamiliesAtRisk>(app, district).await?);
    Ok(findings)
}

fn routes() -> Routes {
    verification::routes()
        .get::<ReadFamilies, _>("/sasaran", family::pages::list::list)
        .post::<ReadFamilies, _>("/sasaran/cari", family::pages::search::search)
        .post::<ReadFamilies, _>("/sasaran/unduh", family::pages::export::export)
        .get::<ReadFamilies, _>("/sasaran/saringan", family::pages::saved::list)
        .get::<ReadFamilies, _>("/sasaran/saringan/baru", family::pages::saved::new)
        .post::<ReadFamilies, _>("/sasaran/saringan/baru", family::pages::saved::create)
        .get::<ReadFamilies, _>("/sasaran/saringan/{id}", family::pages::saved::edit)
        .post::<ReadFamilies, _>("/sasaran/saringan/{id}", family::pages::saved::put)
        .post::<ReadFamilies, _>("/sasaran/saringan/{id}/hapus", family::pages::saved::remove)
        .post::<ReadFamilies, _>("/sasaran/saringan/{id}/kembalikan", family::pages::saved::restore)
        .post::<ShareFilters, _>("/sasaran/saringan/{id}/berhenti-berbagi", family::pages::saved::unshare)
        .get::<KeepFamilies, _>("/sasaran/baru", family::pages::forms::new)
        .post::<KeepFamilies, _>("/sasaran/baru", family::pages::forms::create)
        .get::<ReadFamilies, _>("/sasaran/{id}", family::pages::one)
        .post::<OpenPersonal, _>("/sasaran/{id}/tampilkan", family::pages::reveal)
        .get::<KeepFamilies, _>("/sasaran/{id}/ubah", family::pages::forms::edit)
        .post::<KeepFamilies, _>("/sasaran/{id}/ubah", family::pages::forms::update)
        .get::<KeepFamilies, _>("/sasaran/{id}/anggota/baru", family::pages::forms::member::new_person)
        .post::<KeepFamilies, _>("/sasaran/{id}/anggota/baru", family::pages::forms::member::create_person)
        .get::<KeepFamilies, _>("/sasaran/{id}/anggota/{person}", family::pages::forms::member::edit_person)
        .post::<KeepFamilies, _>(
            "/sasaran/{id}/anggota/{person}",
            family::pages::forms::member::update_person,
        )
        .get::<KeepFamilies, _>(
            "/sasaran/{id}/anggota/{person}/kehamilan",
            family::pages::forms::member::maternity,
        )
        .post::<KeepFamilies, _>(
            "/sasaran/{id}/anggota/{person}/kehamilan",
            family::pages::forms::member::put_maternity,
        )
        .get::<SeeTerritories, _>("/wilayah", territory::pages::tree)
        .get::<SeeTerritories, _>("/wilayah/{code}", territory::pages::villages)
        .get::<SeeInstitutions, _>("/lembaga", institution::pages::list)
        .get::<KeepInstitutions, _>("/lembaga/baru", institution::pages::new)
        .post::<KeepInstitutions, _>("/lembaga/baru", institution::pages::create)
        .get::<SeeInstitutions, _>("/lembaga/{id}", institution::pages::one)
        .get::<KeepInstitutions, _>("/lembaga/{id}/ubah", institution::pages::edit)
        .post::<KeepInstitutions, _>("/lembaga/{id}/ubah", institution::pages::update)
        .post::<KeepInstitutions, _>("/lembaga/{id}/tutup", institution::pages::close)
        .and(frozen::own_routes())
        .and(risk::routes())
        .and(changes::routes())
        .and(identity::routes())
}
