//! The frozen list of stunted children: whom a month of measurements found short for their age. It is Dinkes' list
//! of names, not the survey's figure (SSGI/SKI), and never mixed with the families at risk; [`joined`] shows the two
//! side by side.

mod joined;
mod query;

use asuh_nusantara::Nik;
use asuh_store::{Args, DistrictId, Instant};
use time::{Date, Month};

use super::ReadGrowth;
use super::lists::GONE;
use asuh_ground::web::Routes;
use asuh_step_registry::SeeFrozenLists;
use asuh_step_registry::frozen::{self, Kind, Moment, Paths, Period, Reasons, Versions};

/// Children found stunted in a month.
pub struct StuntedChildren;

/// Height for age times 100 below which a child is stunted, and severely so (Permenkes 2/2020).
const STUNTED: i64 = -200;
const SEVERELY_STUNTED: i64 = -300;
/// Days of age from which a child is in its third year, and in its sixth.
const TWO_YEARS: i64 = 731;
const FIVE_YEARS: i64 = 1826;

/// The routes of the list and of the joined page.
pub(super) fn routes() -> Routes {
    frozen::routes::<StuntedChildren>().get::<SeeFrozenLists, _>("/data-tetap/gabungan", joined::page)
}

/// A day as it is stored.
fn number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(u8::from(day.month())) * 100 + i64::from(day.day())
}

/// Whoever was born on this day or before is five years old on the other.
fn five_years_before(day: Date) -> Date {
    let year = day.year() - 5;
    day.replace_year(year).or_else(|_| Date::from_calendar_date(year, Month::February, 28)).unwrap_or(day)
}

/// A plausible length or height for age of a period, as SQL about `x`; days as they are stored, or places.
fn measured(from: &str, to: &str) -> String {
    format!(
        "x.measured_on BETWEEN {from} AND {to} AND x.retracted_at IS NULL AND x.haz IS NOT NULL \
         AND ' ' || x.implausible || ' ' NOT LIKE '% haz %'"
    )
}

impl Kind for StuntedChildren {
    type Read = ReadGrowth;

    const CODE: &'static str = "stunted_children";
    const COMMAND_KIND: &'static str = "growth.freeze_children";
    const PATHS: Paths = asuh_step_registry::frozen_paths!("/data-tetap/anak");
    const FACTORS: &'static [&'static str] = &["stunted", "severely_stunted", "under_two", "two_to_five"];
    const IS_MEASURED: bool = true;
    const FOLLOWS_CAMPAIGN: bool = false;
    const NUMBER: &'static str = "NIK";
    const VERSIONS: Versions =
        Versions { table: "person_version", key: "person_id", name: "name", number: "nik_sealed" };

    /// The children whose last plausible measurement of the period says so. Indexes: `measurement_by_day`,
    /// `person_version_current`, `family_version_current`.
    fn selection(args: &mut Args, district: DistrictId, period: Option<Period>) -> String {
        let (district, never) = (args.push(district), args.push(Instant::NEVER));
        let from = args.push(period.map(|period| period.from));
        let to = args.push(period.map(|period| period.to));
        let measured = measured(&from, &to);
        // Materialized: PostgreSQL would otherwise number the measurements anew for every child that it tries. The
        // sums keep it, where it knows nothing yet of the tables, from trying every present version for each child.
        format!(
            "WITH m AS MATERIALIZED (SELECT x.id, x.person_id, x.measured_on, x.haz, x.age_days, \
             ROW_NUMBER() OVER (PARTITION BY x.person_id ORDER BY x.measured_on DESC, x.recorded_at DESC, x.id DESC) \
             AS place FROM measurement x WHERE x.district_id = {district} AND {measured}) \
             SELECT m.person_id AS subject_id, p.family_id, f.village_code, f.rw, f.rt, p.name_search, p.version, \
             CAST(CASE WHEN m.haz < {SEVERELY_STUNTED} THEN 2 ELSE 1 END \
             + CASE WHEN m.age_days < {TWO_YEARS} THEN 4 ELSE 8 END AS BIGINT) AS factors, \
             m.id AS evidence_id, m.measured_on AS evidence_on, m.haz AS score FROM m \
             JOIN person_version p ON p.district_id = {district} AND p.person_id = m.person_id \
             AND (p.superseded_at + 0) = {never} \
             JOIN person c ON c.district_id = {district} AND c.id = m.person_id AND c.canonical_id IS NULL \
             JOIN family_version f ON f.district_id = {district} AND f.family_id = p.family_id \
             AND (f.superseded_at + 0) = {never} \
             WHERE m.place = 1 AND m.haz < {STUNTED} AND m.age_days < {FIVE_YEARS} AND p.ended_reason IS NULL \
             AND f.status NOT IN {GONE}"
        )
    }

    /// The children under five years without a plausible measurement of the period. Indexes:
    /// `person_version_by_birth`, `family_version_current`, `measurement_by_day`.
    fn open(args: &mut Args, district: DistrictId, period: Option<Period>) -> String {
        let (district, never) = (args.push(district), args.push(Instant::NEVER));
        let from = args.push(period.map(|period| period.from));
        let to = args.push(period.map(|period| period.to));
        let born = args.push(period.map(|period| five_years_before(period.to)));
        let measured = measured(&from, &to);
        format!(
            "SELECT f.village_code, f.rw FROM person_version p \
             JOIN person c ON c.district_id = {district} AND c.id = p.person_id AND c.canonical_id IS NULL \
             JOIN family_version f ON f.district_id = {district} AND f.family_id = p.family_id \
             AND (f.superseded_at + 0) = {never} \
             WHERE p.district_id = {district} AND p.superseded_at = {never} AND p.birth_date > {born} \
             AND p.birth_date <= {to} AND p.ended_reason IS NULL AND f.status NOT IN {GONE} \
             AND p.person_id NOT IN (SELECT x.person_id FROM measurement x WHERE x.district_id = {district} \
             AND {measured})"
        )
    }

    /// One who went is told by how it and its family stood when the newer list was frozen, then by its age, then by
    /// whether it was measured; those measured are found once and not for each row. Indexes: primary keys,
    /// `measurement_by_day`.
    fn reasons(district: DistrictId, older: Moment, newer: Moment) -> Reasons {
        let days = |moment: Moment| {
            let (from, to) = moment.period.map_or((0, 0), |period| (number(period.from), number(period.to)));
            (from.to_string(), to.to_string())
        };
        let was_measured = |when: &str| {
            format!(
                "r.subject_id IN (SELECT x.person_id FROM measurement x WHERE x.district_id = {district} AND {when})"
            )
        };
        let ((old_from, old_to), (new_from, new_to)) = (days(older), days(newer));
        let in_older = was_measured(&measured(&old_from, &old_to));
        let in_newer = was_measured(&measured(&new_from, &new_to));
        let earlier = was_measured(&measured("0", &old_to));
        let born = newer.period.map_or(0, |period| number(five_years_before(period.to)));
        let at = newer.frozen_at;
        Reasons {
            joins: format!(
                "LEFT JOIN person_version s ON s.district_id = r.district_id AND s.person_id = r.subject_id \
                 AND s.recorded_at <= {at} AND s.superseded_at > {at} \
                 LEFT JOIN family_version f ON f.district_id = s.district_id AND f.family_id = s.family_id \
                 AND f.recorded_at <= {at} AND f.superseded_at > {at} \
                 LEFT JOIN person c ON c.district_id = r.district_id AND c.id = r.subject_id"
            ),
            came: format!(
                "CASE WHEN {in_older} THEN 'newly_stunted' WHEN {earlier} THEN 'unmeasured_before' \
                 ELSE 'first_measured' END"
            ),
            went: format!(
                "CASE WHEN s.person_id IS NULL THEN 'withdrawn' WHEN c.canonical_id IS NOT NULL THEN 'merged' WHEN s.ended_reason IS NOT NULL THEN s.ended_reason \
                 WHEN f.status IN {GONE} THEN f.status WHEN s.birth_date <= {born} THEN 'over_age' \
                 WHEN {in_newer} THEN 'recovered' ELSE 'not_measured' END"
            ),
            detail: "''".into(),
            visit: "''".into(),
        }
    }

    fn masked(number: &str) -> String {
        Nik::parse(number).map(|number| number.masked()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn five_years_are_calendar_years() {
        assert_eq!(five_years_before(date!(2026 - 11 - 30)), date!(2021 - 11 - 30));
        assert_eq!(five_years_before(date!(2028 - 02 - 29)), date!(2023 - 02 - 28));
        assert_eq!(number(date!(2026 - 02 - 08)), 20_260_208);
    }
}
