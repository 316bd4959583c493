//! The list of families at risk: those that a visit found at risk.

use asuh_nusantara::FamilyCardNumber;
use asuh_store::{Args, DistrictId, Instant};

use super::kind::{Kind, Moment, Paths, Period, Reasons, Versions};
use crate::rights::ReadFamilies;

/// Families at risk (KRS), as verification found them.
pub struct FamiliesAtRisk;

impl Kind for FamiliesAtRisk {
    type Read = ReadFamilies;

    const CODE: &'static str = "families_at_risk";
    const COMMAND_KIND: &'static str = "registry.freeze_families";
    const PATHS: Paths = crate::frozen_paths!("/data-tetap/keluarga");
    const FACTORS: &'static [&'static str] = &[
        "krs",
        "poor_water",
        "poor_latrine",
        "too_young",
        "too_old",
        "too_close",
        "too_many",
        "no_modern_contraception",
        "pregnant",
        "has_under_two",
        "has_two_to_five",
    ];
    const IS_MEASURED: bool = false;
    const FOLLOWS_CAMPAIGN: bool = true;
    const NUMBER: &'static str = "KK";
    const VERSIONS: Versions =
        Versions { table: "family_version", key: "family_id", name: "head_name", number: "kk_sealed" };

    /// The families that stand as verified and are nobody else's double. Indexes: `family_version_list`, primary key.
    fn selection(args: &mut Args, district: DistrictId, _: Option<Period>) -> String {
        let (district, never) = (args.push(district), args.push(Instant::NEVER));
        let bits: Vec<String> = Self::FACTORS
            .iter()
            .enumerate()
            .map(|(nth, factor)| format!("CASE WHEN v.{factor} = 1 THEN {} ELSE 0 END", 1 << nth))
            .collect();
        format!(
            "SELECT v.family_id AS subject_id, v.family_id, v.village_code, v.rw, v.rt, \
             v.head_search AS name_search, v.version, CAST({} AS BIGINT) AS factors, \
             {NO_EVIDENCE} FROM family_version v \
             JOIN family f ON f.district_id = v.district_id AND f.id = v.family_id AND f.canonical_id IS NULL \
             WHERE v.district_id = {district} AND v.superseded_at = {never} AND v.status = 'verified'",
            bits.join(" + ")
        )
    }

    /// The families that nobody has visited. Index: `family_version_progress`.
    fn open(args: &mut Args, district: DistrictId, _: Option<Period>) -> String {
        let (district, never) = (args.push(district), args.push(Instant::NEVER));
        format!(
            "SELECT v.village_code, v.rw FROM family_version v \
             JOIN family f ON f.district_id = v.district_id AND f.id = v.family_id AND f.canonical_id IS NULL \
             WHERE v.district_id = {district} AND v.superseded_at = {never} AND v.status = 'listed'"
        )
    }

    /// One who went is told by how the family stood when the newer list was frozen, one who came by how it stood at
    /// the older. Indexes: primary keys, `verification_by_family`.
    fn reasons(_: DistrictId, older: Moment, newer: Moment) -> Reasons {
        let (older, newer) = (older.frozen_at, newer.frozen_at);
        Reasons {
            joins: format!(
                "LEFT JOIN family_version s ON s.district_id = r.district_id AND s.family_id = r.family_id \
                 AND s.recorded_at <= CASE r.what WHEN 'came' THEN {older} ELSE {newer} END \
                 AND s.superseded_at > CASE r.what WHEN 'came' THEN {older} ELSE {newer} END \
                 LEFT JOIN family_version q ON q.district_id = r.district_id AND q.family_id = r.family_id \
                 AND q.version = 1 \
                 LEFT JOIN family m ON m.district_id = r.district_id AND m.id = r.family_id \
                 LEFT JOIN verification x ON x.district_id = r.district_id AND x.id = ( \
                 SELECT l.id FROM verification l WHERE l.district_id = r.district_id AND l.family_id = r.family_id \
                 AND l.counts = 1 AND l.retracted_at IS NULL AND l.recorded_at > {older} \
                 AND l.recorded_at <= {newer} ORDER BY l.recorded_at DESC, l.id DESC LIMIT 1)"
            ),
            came: "CASE WHEN s.status IS NULL AND q.source IN ('field', 'form') THEN 'found' \
                   WHEN s.status IS NULL THEN 'new_on_list' WHEN s.status = 'listed' THEN 'verified_since' \
                   ELSE 'at_risk_again' END"
                .into(),
            // One that stood as verified left the list because it was found to be another's double.
            went: "CASE WHEN s.status = 'verified' AND m.canonical_id IS NOT NULL THEN 'merged' \
                   ELSE COALESCE(s.status, 'withdrawn') END"
                .into(),
            detail: "CASE WHEN r.what = 'went' THEN COALESCE(x.reason, '') ELSE '' END".into(),
            visit: "COALESCE(x.result, '')".into(),
        }
    }

    fn masked(number: &str) -> String {
        FamilyCardNumber::parse(number).map(|number| number.masked()).unwrap_or_default()
    }
}

/// A family is on the list by a visit, not by a measurement. Typed, because PostgreSQL takes a bare NULL for text.
const NO_EVIDENCE: &str = "NULLIF(v.family_id, v.family_id) AS evidence_id, CAST(NULL AS BIGINT) AS evidence_on, CAST(NULL AS BIGINT) AS score";
