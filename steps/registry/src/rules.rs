//! Who is a target on a day, and who may be helped.
//!
//! A family is not a child: whoever is helped is a *target*, a role that a person has on a date. The four
//! targets are those of the KRS list and of GENTING: pregnant woman, breastfeeding mother, child of 0 to 23
//! and child of 24 to 59 completed months.

use asuh_nusantara::age;
use asuh_nusantara::date::monday_of;
use asuh_store::{Args, DistrictId, Instant};
use time::{Date, Duration, Month};

/// A pregnancy still counts this many days after its due day when nobody has recorded its end: births come
/// up to two weeks late, and the news of a birth later still.
pub(crate) const OVERDUE_DAYS: i64 = 28;
/// A pregnancy without a due day counts this many days from the day it was recorded (42 weeks).
pub(crate) const PREGNANCY_DAYS: i64 = 294;
/// Breastfeeding is recommended, and counted, up to this many completed months.
const BREASTFEEDING_MONTHS: u32 = 24;

asuh_ground::codes! {
    /// The role a person is helped in, on a date.
    ///
    /// The code stands in rows of SQL, in addresses, and in the translation key `registry.target.<code>`.
    pub enum Target {
        /// Ibu hamil.
        Pregnant = "pregnant",
        /// Ibu menyusui.
        Breastfeeding = "breastfeeding",
        /// Anak 0–23 bulan (baduta).
        ChildUnderTwo = "child_under_two",
        /// Anak 24–59 bulan (balita).
        ChildTwoToFive = "child_two_to_five",
    }
}

impl Target {
    /// Its bit in `family_risk.targets` and `family_tally.targets`.
    pub(crate) fn bit(self) -> i64 {
        match self {
            Target::Pregnant => 1,
            Target::Breastfeeding => 2,
            Target::ChildUnderTwo => 4,
            Target::ChildTwoToFive => 8,
        }
    }
}

/// What is known of a person that decides whether he is a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonFacts {
    /// Day of birth, if known.
    pub birth_date: Option<Date>,
    /// The person no longer belongs to the family (died, moved away, recorded by mistake).
    pub ended: bool,
}

asuh_ground::codes! {
    /// What a maternity is about.
    pub enum MaternityKind {
        /// From the day it became known to the birth.
        Pregnancy = "pregnancy",
        /// From the birth to weaning.
        Breastfeeding = "breastfeeding",
    }
}

/// A pregnancy or a breastfeeding period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maternity {
    /// Which of the two.
    pub kind: MaternityKind,
    /// First day on which it was known.
    pub starts_on: Date,
    /// When the child is expected.
    pub due_on: Option<Date>,
    /// The day from which it no longer holds.
    pub ends_on: Option<Date>,
}

impl Maternity {
    /// Whether it holds on a day. Without a recorded end a pregnancy ends four weeks after its due day (or
    /// 42 weeks after it was recorded), breastfeeding after 24 completed months.
    pub fn holds_on(&self, on: Date) -> bool {
        let bounds = Bounds::of(on);
        let open = self.starts_on <= on && self.ends_on.is_none_or(|end| end > on);
        open && match (self.kind, self.due_on) {
            (MaternityKind::Pregnancy, Some(due)) => due >= bounds.due_from,
            (MaternityKind::Pregnancy, None) => self.starts_on >= bounds.pregnant_since,
            (MaternityKind::Breastfeeding, _) => self.starts_on >= bounds.breastfeeding_since,
        }
    }
}

impl Maternity {
    /// The days on which [`Maternity::holds_on`] may become another answer.
    pub(crate) fn turns(&self) -> impl Iterator<Item = Date> {
        let over = match (self.kind, self.due_on) {
            (MaternityKind::Pregnancy, Some(due)) => {
                due.saturating_add(Duration::days(OVERDUE_DAYS)).next_day()
            }
            (MaternityKind::Pregnancy, None) => {
                self.starts_on.saturating_add(Duration::days(PREGNANCY_DAYS)).next_day()
            }
            (MaternityKind::Breastfeeding, _) => completes(self.starts_on, BREASTFEEDING_MONTHS),
        };
        [Some(self.starts_on), over, self.ends_on].into_iter().flatten()
    }
}

/// The target that a person is on a day: a pregnancy counts before breastfeeding, both before the age.
pub fn target_of(person: &PersonFacts, maternity: &[Maternity], on: Date) -> Option<Target> {
    if person.ended {
        return None;
    }
    let holds = |kind| maternity.iter().any(|one| one.kind == kind && one.holds_on(on));
    if holds(MaternityKind::Pregnancy) {
        return Some(Target::Pregnant);
    }
    if holds(MaternityKind::Breastfeeding) {
        return Some(Target::Breastfeeding);
    }
    match age::completed_months(person.birth_date?, on)? {
        0..24 => Some(Target::ChildUnderTwo),
        24..60 => Some(Target::ChildTwoToFive),
        _ => None,
    }
}

asuh_ground::codes! {
    /// How a family stands in the list (domain: verification and validation of the KRS list).
    ///
    /// Translation key `registry.status.<code>`.
    pub enum FamilyStatus {
        /// On a list, not yet visited.
        Listed = "listed",
        /// Found, and at risk.
        Verified = "verified",
        /// Found, and no longer at risk.
        NotAtRisk = "not_at_risk",
        /// Moved away.
        Moved = "moved",
        /// Nobody of it is left.
        Deceased = "deceased",
        /// Not found where the list says.
        NotFound = "not_found",
        /// The same as another family of the list.
        Duplicate = "duplicate",
        /// Does not want to take part.
        Refused = "refused",
    }
}

impl FamilyStatus {
    /// The CSS class of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            FamilyStatus::Listed => "warn",
            FamilyStatus::Verified => "good",
            _ => "",
        }
    }
}

asuh_ground::codes! {
    /// What a person is in the family.
    ///
    /// Translation key `registry.relation.<code>`.
    pub enum Relation {
        /// Head of the family.
        Head = "head",
        /// His wife, or the mother.
        Wife = "wife",
        /// A child.
        Child = "child",
        /// Anybody else.
        Other = "other",
    }
}

asuh_ground::codes! {
    /// Why a person no longer belongs to the family.
    ///
    /// Translation key `registry.ending.<code>`.
    pub enum Ending {
        /// Died.
        Died = "died",
        /// Moved away.
        Moved = "moved",
        /// Lost to follow-up: nobody knows where he is. Counted, and back when he is found again.
        Lost = "lost",
        /// Recorded by mistake.
        Error = "error",
    }
}

/// An RW or RT as it is kept: numbers with three digits (`2` and `02` are `002`), other names as written.
pub fn neighbourhood(text: &str) -> String {
    let text = text.trim();
    match text.parse::<u32>() {
        Ok(number) if number > 0 => format!("{number:03}"),
        Ok(_) => String::new(),
        Err(_) => text.to_owned(),
    }
}

/// The statuses whose families may be helped, as the district's setting `registry.eligible_statuses` says:
/// codes separated by commas or spaces. Unknown codes are passed over.
pub fn eligible_statuses(setting: &str) -> Vec<FamilyStatus> {
    setting.split([',', ' ']).filter_map(|code| FamilyStatus::parse(code.trim())).collect()
}

/// Whether a family may be helped: its status is among those of the district's setting, and at least one of
/// its members is a target.
pub fn is_eligible(status: FamilyStatus, statuses: &[FamilyStatus], targets: &[Target]) -> bool {
    statuses.contains(&status) && !targets.is_empty()
}

/// The days that decide, for SQL, who is a target on a day; computed here because the engines' date
/// functions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The day itself.
    pub on: Date,
    /// Born on this day or later (up to `on`): 0 to 23 completed months.
    pub under_two_from: Date,
    /// Born on this day or later: at most 59 completed months.
    pub under_five_from: Date,
    /// Due on this day or later: still counted as pregnant.
    pub due_from: Date,
    /// Without a due day: recorded on this day or later.
    pub pregnant_since: Date,
    /// Breastfeeding that began on this day or later.
    pub breastfeeding_since: Date,
}

impl Bounds {
    /// The bounds of a day.
    pub fn of(on: Date) -> Bounds {
        Bounds {
            on,
            under_two_from: born_from(24, on),
            under_five_from: born_from(60, on),
            due_from: on.saturating_sub(Duration::days(OVERDUE_DAYS)),
            pregnant_since: on.saturating_sub(Duration::days(PREGNANCY_DAYS)),
            breastfeeding_since: born_from(BREASTFEEDING_MONTHS, on),
        }
    }

    /// The bounds by which families may receive in the week of a day (ours; the guidelines name no day).
    ///
    /// What happened counts through the week's Sunday: a birth, a pregnancy that was noticed, a period that ended.
    /// No birth and no beginning is recorded ahead, so a plan made on Friday counts what was noted by Friday, and the same
    /// week looked at later has the same bounds. What the calendar alone ends (a fifth birthday, four weeks past the due day, two
    /// years of breastfeeding) is measured on its Monday: nobody loses a week because the office plans late, and a draft
    /// that is approved days later says the same.
    pub fn of_week(day: Date) -> Bounds {
        let monday = monday_of(day);
        Bounds { on: monday.saturating_add(Duration::days(6)), ..Bounds::of(monday) }
    }
}

/// The first day of birth of those who have completed fewer than `months` months on `on`.
pub(crate) fn born_from(months: u32, on: Date) -> Date {
    let month_number = i64::from(on.year()) * 12 + i64::from(u8::from(on.month())) - 1 - i64::from(months);
    let day_in = |number: i64, day: u8| {
        let month = Month::try_from(u8::try_from(number.rem_euclid(12) + 1).ok()?).ok()?;
        Date::from_calendar_date(i32::try_from(number.div_euclid(12)).ok()?, month, day).ok()
    };
    // The day after the same day of the month; where that month ends before it, the first of the next.
    day_in(month_number, on.day() + 1).or_else(|| day_in(month_number + 1, 1)).unwrap_or(Date::MIN)
}

/// The first day on which somebody born on `birth` has completed so many months (see [`age::completed_months`]).
pub(crate) fn completes(birth: Date, months: u32) -> Option<Date> {
    let number = i64::from(birth.year()) * 12 + i64::from(u8::from(birth.month())) - 1 + i64::from(months);
    let day_in = |number: i64, day: u8| {
        let month = Month::try_from(u8::try_from(number.rem_euclid(12) + 1).ok()?).ok()?;
        Date::from_calendar_date(i32::try_from(number.div_euclid(12)).ok()?, month, day).ok()
    };
    day_in(number, birth.day()).or_else(|| day_in(number + 1, 1))
}

/// SQL: two common table expressions, `target (family_id, person_id, target)` with one row for each person
/// of the district who is a target on the day, and `eligible (family_id, village_code, rw, rt, hamlet,
/// head_name, head_search, targets, pregnant, breastfeeding, child_under_two, child_two_to_five)` with one
/// row for each family that may be helped. Write `WITH ` before it and the own `SELECT` after it; the values
/// are pushed to `args`, so that it may stand anywhere in a statement. Who may receive in a week: [`Bounds::of_week`].
///
/// Indexes: `person_version_by_birth` (children), `maternity_by_kind` then `person_version`'s key (mothers),
/// `family_version_list` (families).
pub fn eligible_sql(
    args: &mut Args,
    district: DistrictId,
    bounds: &Bounds,
    statuses: &[FamilyStatus],
) -> String {
    let never = args.push(Instant::NEVER);
    let target = target_sql_where(args, district, bounds, &format!("p.superseded_at = {never}"));
    let district = args.push(district);
    let statuses = args.push_list(statuses.iter().map(|status| status.code()));
    format!(
        "{target}, eligible AS (\
         SELECT v.family_id, v.village_code, v.rw, v.rt, v.hamlet, v.head_name, v.head_search, \
         COUNT(*) AS targets, \
         COUNT(CASE WHEN t.target = 'pregnant' THEN 1 END) AS pregnant, \
         COUNT(CASE WHEN t.target = 'breastfeeding' THEN 1 END) AS breastfeeding, \
         COUNT(CASE WHEN t.target = 'child_under_two' THEN 1 END) AS child_under_two, \
         COUNT(CASE WHEN t.target = 'child_two_to_five' THEN 1 END) AS child_two_to_five \
         FROM family_version v JOIN target t ON t.family_id = v.family_id \
         WHERE v.district_id = {district} AND v.superseded_at = {never} AND v.status IN ({statuses}) \
         GROUP BY v.family_id, v.village_code, v.rw, v.rt, v.hamlet, v.head_name, v.head_search)"
    )
}

/// SQL: the common table expression `target (family_id, person_id, target)` alone; see [`eligible_sql`].
pub fn target_sql(args: &mut Args, district: DistrictId, on: Date) -> String {
    let never = args.push(Instant::NEVER);
    target_sql_where(args, district, &Bounds::of(on), &format!("p.superseded_at = {never}"))
}

/// As [`target_sql`], of what was known of the persons at an instant.
pub fn target_sql_as_of(args: &mut Args, district: DistrictId, on: Date, at: Instant) -> String {
    let at = args.push(at);
    let holds = format!("p.recorded_at <= {at} AND p.superseded_at > {at}");
    target_sql_where(args, district, &Bounds::of(on), &holds)
}

fn target_sql_where(args: &mut Args, district: DistrictId, bounds: &Bounds, holds: &str) -> String {
    let district = args.push(district);
    let on = args.push(bounds.on);
    let two = args.push(bounds.under_two_from);
    let five = args.push(bounds.under_five_from);
    let mothers = mothers_sql(args, &district, bounds);
    format!(
        "mother AS ({mothers}), target AS (\
         SELECT p.family_id, p.person_id, \
         CASE WHEN p.birth_date >= {two} THEN 'child_under_two' ELSE 'child_two_to_five' END AS target \
         FROM person_version p \
         WHERE p.district_id = {district} AND {holds} AND p.birth_date BETWEEN {five} AND {on} \
         AND p.ended_reason IS NULL \
         UNION ALL \
         SELECT p.family_id, p.person_id, m.target FROM mother m \
         JOIN person_version p ON p.district_id = {district} AND p.person_id = m.person_id \
         AND {holds} AND p.ended_reason IS NULL \
         WHERE p.birth_date IS NULL OR p.birth_date < {five})"
    )
}

/// SQL: `(person_id, target)` of everyone who is pregnant or breastfeeding within the bounds.
fn mothers_sql(args: &mut Args, district: &str, bounds: &Bounds) -> String {
    let on = args.push(bounds.on);
    let due = args.push(bounds.due_from);
    let pregnant = args.push(bounds.pregnant_since);
    let breastfeeding = args.push(bounds.breastfeeding_since);
    // 'pregnant' sorts after 'breastfeeding', so MAX lets the pregnancy count first.
    format!(
        "SELECT m.person_id, \
         MAX(CASE m.kind WHEN 'pregnancy' THEN 'pregnant' ELSE 'breastfeeding' END) AS target \
         FROM maternity m \
         WHERE m.district_id = {district} AND m.retracted_at IS NULL AND m.starts_on <= {on} \
         AND (m.ends_on IS NULL OR m.ends_on > {on}) \
         AND ((m.kind = 'pregnancy' AND m.due_on >= {due}) \
         OR (m.kind = 'pregnancy' AND m.due_on IS NULL AND m.starts_on >= {pregnant}) \
         OR (m.kind = 'breastfeeding' AND m.starts_on >= {breastfeeding})) \
         GROUP BY m.person_id"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    const ON: Date = date!(2026 - 11 - 02);

    fn born(birth: Date) -> PersonFacts {
        PersonFacts { birth_date: Some(birth), ended: false }
    }

    fn pregnancy(starts_on: Date, due_on: Option<Date>, ends_on: Option<Date>) -> Maternity {
        Maternity { kind: MaternityKind::Pregnancy, starts_on, due_on, ends_on }
    }

    fn breastfeeding(starts_on: Date, ends_on: Option<Date>) -> Maternity {
        Maternity { kind: MaternityKind::Breastfeeding, starts_on, due_on: None, ends_on }
    }

    #[test]
    fn a_target_is_a_role_on_a_day() {
        let mother = born(date!(1998 - 01 - 01));
        let long_ago = date!(2026 - 06 - 01);
        let table: &[(&str, PersonFacts, &[Maternity], Option<Target>)] = &[
            ("born today", born(ON), &[], Some(Target::ChildUnderTwo)),
            ("not yet born", born(date!(2026 - 11 - 03)), &[], None),
            ("23 months and 30 days", born(date!(2024 - 11 - 03)), &[], Some(Target::ChildUnderTwo)),
            ("24 months to the day", born(date!(2024 - 11 - 02)), &[], Some(Target::ChildTwoToFive)),
            ("59 months and 30 days", born(date!(2021 - 11 - 03)), &[], Some(Target::ChildTwoToFive)),
            ("60 months to the day", born(date!(2021 - 11 - 02)), &[], None),
            ("no birth date", PersonFacts::default(), &[], None),
            ("died", PersonFacts { birth_date: Some(ON), ended: true }, &[], None),
            ("a mother alone", mother, &[], None),
            (
                "pregnant",
                mother,
                &[pregnancy(long_ago, Some(date!(2027 - 01 - 03)), None)],
                Some(Target::Pregnant),
            ),
            (
                "four weeks over",
                mother,
                &[pregnancy(long_ago, Some(date!(2026 - 10 - 05)), None)],
                Some(Target::Pregnant),
            ),
            ("longer over", mother, &[pregnancy(long_ago, Some(date!(2026 - 10 - 04)), None)], None),
            ("without a due day", mother, &[pregnancy(long_ago, None, None)], Some(Target::Pregnant)),
            ("so for 43 weeks", mother, &[pregnancy(date!(2026 - 01 - 11), None, None)], None),
            ("ended today", mother, &[pregnancy(long_ago, None, Some(ON))], None),
            ("recorded tomorrow", mother, &[pregnancy(date!(2026 - 11 - 03), None, None)], None),
            ("breastfeeding", mother, &[breastfeeding(long_ago, None)], Some(Target::Breastfeeding)),
            ("for two years", mother, &[breastfeeding(date!(2024 - 11 - 02), None)], None),
            ("weaned", mother, &[breastfeeding(long_ago, Some(date!(2026 - 10 - 01)))], None),
            (
                "breastfeeding and pregnant",
                mother,
                &[breastfeeding(long_ago, None), pregnancy(long_ago, None, None)],
                Some(Target::Pregnant),
            ),
        ];
        for (words, person, maternity, expected) in table {
            assert_eq!(target_of(person, maternity, ON), *expected, "{words}");
        }
    }

    #[test]
    fn only_families_of_the_set_statuses_with_a_target_may_be_helped() {
        let statuses = eligible_statuses("verified");
        let child = [Target::ChildUnderTwo];
        for (status, targets, expected) in [
            (FamilyStatus::Verified, &child[..], true),
            (FamilyStatus::Verified, &[], false),
            (FamilyStatus::Listed, &child[..], false),
            (FamilyStatus::Moved, &child[..], false),
        ] {
            assert_eq!(is_eligible(status, &statuses, targets), expected, "{status:?} {targets:?}");
        }
        assert!(is_eligible(FamilyStatus::Listed, &eligible_statuses("verified, listed"), &child));
        assert!(eligible_statuses("nonsense").is_empty());
    }

    #[test]
    fn neighbourhoods_have_three_digits() {
        for (text, kept) in
            [("2", "002"), (" 02 ", "002"), ("012", "012"), ("0", ""), ("", ""), ("Lebak", "Lebak")]
        {
            assert_eq!(neighbourhood(text), kept);
        }
    }

    proptest! {
        #[test]
        fn the_bounds_say_the_same_as_the_ages(on in 2_400_000_i32..2_500_000, back in 0_i32..2_400) {
            let on = Date::from_julian_day(on).unwrap();
            let birth = Date::from_julian_day(on.to_julian_day() - back).unwrap();
            let months = age::completed_months(birth, on).unwrap();
            let bounds = Bounds::of(on);
            prop_assert_eq!(birth >= bounds.under_two_from, months < 24);
            prop_assert_eq!(birth >= bounds.under_five_from, months < 60);
        }

        #[test]
        fn every_day_of_a_week_has_the_bounds_of_its_week(monday in 342_000_i32..358_000, later in 0_i32..7) {
            let monday = Date::from_julian_day(monday * 7).unwrap();
            let day = Date::from_julian_day(monday.to_julian_day() + later).unwrap();
            let bounds = Bounds::of_week(day);
            prop_assert_eq!(bounds, Bounds::of_week(monday));
            prop_assert_eq!(Bounds { on: monday, ..bounds }, Bounds::of(monday));
            prop_assert!(bounds.on >= day && bounds.on < monday + Duration::WEEK);
        }
    }
}
