//! Two records side by side: what agrees, what that weighs, and which rules stand above the sum.

use crate::alike::{Likeness, alike};
use crate::bits::Bits;
use crate::name::Name;
use crate::record::{Birth, Nik, Precision, Profile};
use crate::weights::Weights;

/// What is to be done with two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Two persons.
    Different,
    /// Somebody has to look.
    Ask,
    /// One person.
    Same,
}

impl Band {
    /// `different`, `ask` or `same`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Band::Different => "different",
            Band::Ask => "ask",
            Band::Same => "same",
        }
    }
}

/// A fact that two records are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// NIK.
    Number,
    /// Birth date.
    Birth,
    /// Sex.
    Sex,
    /// The person's own name.
    Name,
    /// Wife or husband.
    Partner,
    /// Mother.
    Mother,
    /// Father.
    Father,
    /// Family card and family code.
    Family,
    /// Village and neighbourhood.
    Home,
}

impl Field {
    /// All, in the order of [`Verdict::findings`].
    pub const ALL: [Field; 9] = [
        Field::Number,
        Field::Birth,
        Field::Sex,
        Field::Name,
        Field::Partner,
        Field::Mother,
        Field::Father,
        Field::Family,
        Field::Home,
    ];

    /// A word for keys of texts: `number`, `birth` and so on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Field::Number => "number",
            Field::Birth => "birth",
            Field::Sex => "sex",
            Field::Name => "name",
            Field::Partner => "partner",
            Field::Mother => "mother",
            Field::Father => "father",
            Field::Family => "family",
            Field::Home => "home",
        }
    }
}

/// How two facts stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// One of them is not known.
    Unknown,
    /// The same.
    Same,
    /// Names in another spelling, shortened, or with a slip of the finger.
    Similar,
    /// Names two slips apart, or a slip apart and both usual; 1 January twice.
    Weak,
    /// Day and month the wrong way round.
    Swapped,
    /// One part of a date differs as a finger slips; one date is reckoned from an age; the next village.
    Near,
    /// Names of which a part agrees and a part contradicts.
    Partial,
    /// Other.
    Differs,
    /// Births so far apart that one could be the other's parent.
    Generation,
    /// The same number, but known to be another person's.
    Borrowed,
    /// Numbers that differ, one of which does not fit its own birth date or sex.
    Doubtful,
}

impl Agreement {
    /// A word for keys of texts: `same`, `differs` and so on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Agreement::Unknown => "unknown",
            Agreement::Same => "same",
            Agreement::Similar => "similar",
            Agreement::Weak => "weak",
            Agreement::Swapped => "swapped",
            Agreement::Near => "near",
            Agreement::Partial => "partial",
            Agreement::Differs => "differs",
            Agreement::Generation => "generation",
            Agreement::Borrowed => "borrowed",
            Agreement::Doubtful => "doubtful",
        }
    }
}

/// One line of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Which fact.
    pub field: Field,
    /// How it stands.
    pub agreement: Agreement,
    /// What that weighs. The household's facts are capped together, so that the lines may add up to more than the
    /// verdict's sum.
    pub bits: Bits,
}

/// A rule that stands above the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// One number, two names or two generations: numbers mixed up, or a child under its mother's. Asked.
    SharedNumber,
    /// One number that does not fit one of the two, who have another name, birth or sex: husband's and wife's the
    /// wrong way round. Different.
    StrayNumber,
    /// Births twelve years apart or more: father and son of one name. Different.
    Generations,
    /// One household, one day of birth, other names. Different.
    Twins,
    /// One household, names that may be mistyped twice or may be those of twins. At most asked.
    PerhapsTwins,
    /// A newborn without a name, perhaps a twin. At most asked within one list.
    Newborn,
    /// One household, other names. Different.
    Siblings,
    /// One household and name, but other dates of birth: a child named after another, or a wrong date. At most
    /// asked.
    OtherBirth,
    /// Names that contradict one another. At most asked.
    OtherName,
    /// Two whole numbers that differ. At most asked.
    TwoNumbers,
}

impl Rule {
    /// A word for keys of texts: `shared_number` and so on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Rule::SharedNumber => "shared_number",
            Rule::StrayNumber => "stray_number",
            Rule::Generations => "generations",
            Rule::Twins => "twins",
            Rule::PerhapsTwins => "perhaps_twins",
            Rule::Newborn => "newborn",
            Rule::Siblings => "siblings",
            Rule::OtherBirth => "other_birth",
            Rule::OtherName => "other_name",
            Rule::TwoNumbers => "two_numbers",
        }
    }

    /// The bands that it leaves open: from the lowest to the highest.
    fn bounds(self) -> (Band, Band) {
        match self {
            Rule::SharedNumber => (Band::Ask, Band::Ask),
            Rule::StrayNumber | Rule::Generations | Rule::Twins | Rule::Siblings => {
                (Band::Different, Band::Different)
            }
            Rule::PerhapsTwins | Rule::Newborn | Rule::OtherBirth | Rule::OtherName | Rule::TwoNumbers => {
                (Band::Different, Band::Ask)
            }
        }
    }
}

/// What two records are to one another, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What is to be done.
    pub band: Band,
    /// All evidence together.
    pub bits: Bits,
    /// The rule that applies, if one does; it may leave the band as the sum has it.
    pub rule: Option<Rule>,
    /// Every fact with its agreement and weight, in the order of [`Field::ALL`].
    pub findings: [Finding; 9],
}

/// Years between births from which one could be the other's parent.
const GENERATION: i32 = 12;

/// Compares two records, in either order with the same answer.
///
/// ```
/// use asuh_matching::{Band, Birth, Frequencies, Profile, Record, Rule, Weights, compare};
/// use time::macros::date;
///
/// let read = |name, birth| {
///     let (mother, village) = ("Siti Aminah", Some(6_203_011_006));
///     let record = Record { name, birth: Some(Birth::on(birth)), mother, village, ..Record::default() };
///     Profile::read(&record, &Frequencies::default())
/// };
/// let listed = read("Moh. Arsyad", date!(2023 - 05 - 12));
/// let verdict = compare(&Weights::default(), &listed, &read("ARSJAD", date!(2023 - 12 - 05)));
/// assert_eq!(verdict.band, Band::Same);
/// let twin = compare(&Weights::default(), &listed, &read("Moh. Rafii", date!(2023 - 05 - 12)));
/// assert_eq!((twin.band, twin.rule), (Band::Different, Some(Rule::Twins)));
/// ```
#[must_use]
pub fn compare(weights: &Weights, one: &Profile, two: &Profile) -> Verdict {
    let number = numbers(weights, one.nik, two.nik);
    let birth = births(weights, one.birth, two.birth);
    let sex = match (one.sex, two.sex) {
        (Some(one), Some(two)) if one == two => (Agreement::Same, weights.sex_same),
        (Some(_), Some(_)) => (Agreement::Differs, weights.sex_differs),
        _ => UNKNOWN,
    };
    let partner = relative(&one.partner, &two.partner, weights.partner_most, weights.partner_differs);
    let (mother, father) = parents(weights, one, two);
    let birth = if birth.0 == Agreement::Differs
        && matches!(mother.0, Agreement::Same | Agreement::Similar)
        && within_a_pregnancy(one.birth, two.birth)
    {
        (Agreement::Near, weights.birth_impossible)
    } else {
        birth
    };
    // A mother's child that stands once under its name and once under what everybody calls a child.
    let called = one.name.is_call_name() != two.name.is_call_name()
        && matches!(mother.0, Agreement::Same | Agreement::Similar);
    let (likeness, name) = match alike(&one.name, &two.name) {
        (likeness, _) if called && likeness.contradicts() => (Likeness::Unknown, UNKNOWN),
        (likeness, bits) => (likeness, (agreement(likeness), bits.min(weights.name_most))),
    };
    let family = families(weights, one, two);
    let home = homes(weights, one, two);
    let household = (mother.1 + father.1 + family.1 + home.1).min(weights.household_most);
    let bits = number.1 + birth.1 + sex.1 + name.1 + partner.1 + household;
    let facts = [number, birth, sex, name, partner, mother, father, family, home];
    let findings = std::array::from_fn(|nth| {
        let (agreement, bits) = facts[nth];
        Finding { field: Field::ALL[nth], agreement, bits }
    });
    let by_sum = match bits {
        bits if bits >= weights.same => Band::Same,
        bits if bits >= weights.ask => Band::Ask,
        _ => Band::Different,
    };
    let odd = Odd {
        stray: matches!(one.nik, Nik::Doubtful(_)) || matches!(two.nik, Nik::Doubtful(_)),
        // A number says that there are twins.
        named_since: called
            || one.name.is_of_newborn() != two.name.is_of_newborn() && one.name.nth == two.name.nth,
    };
    let rule = rule(weights, &findings, likeness, odd);
    let band = rule.map_or(by_sum, |rule| {
        let (least, most) = rule.bounds();
        by_sum.clamp(least, most)
    });
    Verdict { band, bits, rule, findings }
}

/// Whether two records can be anything but different, by the cheaper facts alone: what costs most is comparing the
/// names of relatives, and most pairs of a block need none of it. Never false where [`compare`] finds more.
pub(crate) fn may_be_one(weights: &Weights, one: &Profile, two: &Profile) -> bool {
    let number = numbers(weights, one.nik, two.nik);
    if number.0 == Agreement::Same {
        return true;
    }
    let couple = !one.partner.is_empty() && !two.partner.is_empty();
    let birth = births(weights, one.birth, two.birth);
    if birth.0 == Agreement::Generation && !couple {
        return false;
    }
    let (likeness, name) = alike(&one.name, &two.name);
    let called = one.name.is_call_name() != two.name.is_call_name();
    let relatives = if likeness.contradicts() && !couple && !called {
        // A household in common makes them twins or siblings, so neither mother nor card can speak for one person.
        weights.father_most + homes(weights, one, two).1
    } else {
        weights.household_most + weights.partner_most
    };
    let sex = if one.sex == two.sex { weights.sex_same } else { Bits::NONE };
    // Beside one mother a date may say less against it.
    let birth = if birth.0 == Agreement::Differs { birth.1.max(weights.birth_impossible) } else { birth.1 };
    let name = if called { name.max(Bits::NONE) } else { name };
    number.1 + birth + sex + name.min(weights.name_most) + relatives >= weights.ask
}

type Fact = (Agreement, Bits);
const UNKNOWN: Fact = (Agreement::Unknown, Bits::NONE);

/// What is odd about two records, beside their facts.
#[derive(Clone, Copy)]
struct Odd {
    /// The number of one does not fit him.
    stray: bool,
    /// One of them is a newborn without a name or stands under a call name, the other has one.
    named_since: bool,
}

fn rule(weights: &Weights, findings: &[Finding; 9], likeness: Likeness, odd: Odd) -> Option<Rule> {
    let is = |field: Field, agreement: Agreement| findings[field as usize].agreement == agreement;
    let agrees =
        |field: Field| matches!(findings[field as usize].agreement, Agreement::Same | Agreement::Similar);
    let one_number = is(Field::Number, Agreement::Same);
    let apart = is(Field::Birth, Agreement::Generation);
    let other_birth = apart || is(Field::Birth, Agreement::Differs);
    let one_birth = is(Field::Birth, Agreement::Same) || is(Field::Birth, Agreement::Weak);
    let other_sex = is(Field::Sex, Agreement::Differs);
    let household = agrees(Field::Family) || agrees(Field::Mother);
    let couple = agrees(Field::Partner);
    if one_number {
        // A call name in one list: number, birth, sex and partner are enough.
        let called = couple && one_birth && !other_sex;
        return match () {
            () if odd.stray && likeness.contradicts() && !couple && (other_sex || !household) => {
                Some(Rule::StrayNumber)
            }
            () if (likeness.contradicts() && !called) || apart || (other_birth && other_sex) => {
                Some(Rule::SharedNumber)
            }
            () => None,
        };
    }
    if likeness.contradicts() {
        return Some(match () {
            () if apart => Rule::Generations,
            () if !household || couple => Rule::OtherName,
            () if one_birth => Rule::Twins,
            () => Rule::Siblings,
        });
    }
    if apart && !(couple && household) {
        return Some(Rule::Generations);
    }
    let two_numbers = is(Field::Number, Agreement::Differs);
    if household && !couple && !other_birth {
        match likeness {
            Likeness::Confusable if one_birth || two_numbers => return Some(Rule::Twins),
            Likeness::Doubtful if two_numbers => return Some(Rule::Twins),
            Likeness::Confusable => return Some(Rule::PerhapsTwins),
            Likeness::Headless if !weights.once_each => return Some(Rule::OtherName),
            Likeness::Doubtful if !weights.once_each => return Some(Rule::PerhapsTwins),
            // Twins are named together, and without names they are numbered: one with and one without a name is the
            // child that was written down again when it had one.
            Likeness::Unknown if !(weights.once_each || odd.named_since && one_birth && !other_sex) => {
                return Some(Rule::Newborn);
            }
            _ => {}
        }
    }
    if other_birth && (apart || !(couple && household)) {
        return Some(Rule::OtherBirth);
    }
    two_numbers.then_some(Rule::TwoNumbers)
}

fn numbers(weights: &Weights, one: Nik, two: Nik) -> Fact {
    let (Some(left), Some(right)) = (one.key(), two.key()) else { return UNKNOWN };
    let borrowed = matches!(one, Nik::Dummy(_)) || matches!(two, Nik::Dummy(_));
    match (left == right, borrowed) {
        (true, true) => (Agreement::Borrowed, weights.number_borrowed),
        (true, false) => (Agreement::Same, weights.number_same),
        (false, true) => UNKNOWN,
        (false, false) if one.conflicts(two) => (Agreement::Differs, weights.number_differs),
        (false, false) => (Agreement::Doubtful, weights.number_doubtful),
    }
}

/// Whether two births lie so near that one mother cannot have borne both, and so far that they are not those of twins
/// around midnight: 2 to 180 days. No child lives that was born before the 22nd week, and none is conceived within the
/// three weeks after a birth.
fn within_a_pregnancy(one: Option<Birth>, two: Option<Birth>) -> bool {
    let (Some(one), Some(two)) = (one, two) else { return false };
    one.precision == Precision::Day
        && two.precision == Precision::Day
        && (2..=180).contains(&(one.date - two.date).whole_days().abs())
}

fn births(weights: &Weights, one: Option<Birth>, two: Option<Birth>) -> Fact {
    let (Some(one), Some(two)) = (one, two) else { return UNKNOWN };
    let parts = |birth: Birth| (birth.date.year(), u8::from(birth.date.month()), birth.date.day());
    let ((year, month, day), (other_year, other_month, other_day)) = (parts(one), parts(two));
    let years = year.abs_diff(other_year);
    let far = || match years {
        years if years as i32 >= GENERATION => {
            (Agreement::Generation, weights.birth_differs + weights.birth_differs)
        }
        _ => (Agreement::Differs, weights.birth_differs),
    };
    match one.precision.max(two.precision) {
        Precision::FromAge if years <= 1 => return (Agreement::Near, weights.birth_age),
        Precision::FromAge if years <= 2 => return UNKNOWN,
        Precision::Month if (year, month) == (other_year, other_month) => {
            return (Agreement::Similar, weights.birth_month);
        }
        Precision::FromAge | Precision::Month => return far(),
        Precision::Day => {}
    }
    if one.date == two.date {
        return if one.is_heaped() {
            (Agreement::Weak, weights.birth_heaped)
        } else {
            (Agreement::Same, weights.birth_same)
        };
    }
    if year == other_year && (month, day) == (other_day, other_month) {
        return (Agreement::Swapped, weights.birth_swapped);
    }
    // 1 January stands where only an age was asked.
    if (one.is_heaped() || two.is_heaped()) && years <= 1 {
        return (Agreement::Near, weights.birth_age);
    }
    let slip = match (year == other_year, month == other_month, day == other_day) {
        (true, true, false) => one_figure(day, other_day),
        (true, false, true) => one_figure(month, other_month),
        (false, true, true) => years == 1 || (years == 10 && year % 10 == other_year % 10),
        _ => false,
    };
    if slip { (Agreement::Near, weights.birth_slip) } else { far() }
}

/// Whether two numbers below 100 differ in one of their two figures, or by one.
fn one_figure(one: u8, two: u8) -> bool {
    one.abs_diff(two) == 1 || one / 10 == two / 10 || one % 10 == two % 10
}

fn agreement(likeness: Likeness) -> Agreement {
    match likeness {
        Likeness::Unknown => Agreement::Unknown,
        Likeness::Same => Agreement::Same,
        Likeness::Similar | Likeness::Headless => Agreement::Similar,
        Likeness::Doubtful | Likeness::Confusable => Agreement::Weak,
        Likeness::Partial => Agreement::Partial,
        Likeness::Different => Agreement::Differs,
    }
}

fn relative(one: &Name, two: &Name, most: Bits, differs: Bits) -> Fact {
    let (likeness, bits) = alike(one, two);
    let bits = match likeness {
        Likeness::Unknown => Bits::NONE,
        Likeness::Different => differs,
        _ => bits.min(most).max(differs),
    };
    (agreement(likeness), bits)
}

/// Mother with mother and father with father. One name where the other row has two may be either's. A newborn
/// without a name stands under its mother's.
fn parents(weights: &Weights, one: &Profile, two: &Profile) -> (Fact, Fact) {
    let mother = relative(&one.mother, &two.mother, weights.mother_most, weights.mother_differs);
    let father = relative(&one.father, &two.father, weights.father_most, weights.father_differs);
    if matches!(mother.0, Agreement::Differs | Agreement::Partial)
        && (one.father.is_empty() || two.father.is_empty())
    {
        let crossed = [(&one.mother, &two.father), (&one.father, &two.mother)];
        let best = crossed
            .into_iter()
            .map(|(one, two)| relative(one, two, weights.father_most, weights.father_differs))
            .find(|(agreement, _)| matches!(agreement, Agreement::Same | Agreement::Similar));
        if let Some(found) = best {
            return (UNKNOWN, found);
        }
    }
    (mother, father)
}

fn families(weights: &Weights, one: &Profile, two: &Profile) -> Fact {
    let numbers = [(one.kk, two.kk), (one.kki, two.kki)];
    let known = || numbers.into_iter().filter_map(|(one, two)| Some(one? == two?));
    if known().any(|same| same) {
        (Agreement::Same, weights.family_same)
    } else if known().next().is_some() {
        (Agreement::Differs, weights.family_differs)
    } else {
        UNKNOWN
    }
}

fn homes(weights: &Weights, one: &Profile, two: &Profile) -> Fact {
    /// Villages of one kecamatan share the first six of ten digits.
    const SUBDISTRICT: i64 = 10_000;
    match (one.village, two.village) {
        (0, _) | (_, 0) => UNKNOWN,
        (left, right) if left == right => {
            let neighbours = one.rt != 0 && (one.rw, one.rt) == (two.rw, two.rt);
            let more = if neighbours { weights.neighbours } else { Bits::NONE };
            (Agreement::Same, weights.village_same + more)
        }
        (left, right) if left / SUBDISTRICT == right / SUBDISTRICT => (Agreement::Near, weights.village_near),
        _ => (Agreement::Differs, weights.village_far),
    }
}

/// Compares a person who comes in with all candidates that share a blocking key, and gives those who are not
/// different, the likeliest first; equally likely ones keep their order.
#[must_use]
pub fn compare_all<'a>(
    weights: &Weights,
    incoming: &Profile,
    candidates: impl IntoIterator<Item = &'a Profile>,
) -> Vec<(usize, Verdict)> {
    let mut found: Vec<(usize, Verdict)> = candidates
        .into_iter()
        .map(|candidate| compare(weights, incoming, candidate))
        .enumerate()
        .filter(|(_, verdict)| verdict.band != Band::Different)
        .collect();
    found.sort_by_key(|(_, verdict)| (std::cmp::Reverse(verdict.band), -verdict.bits));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::Date;

    use super::*;
    use crate::{Frequencies, Key, Record, Sex};

    proptest! {
        #[test]
        fn nobody_is_passed_over_who_is_not_different(
            names in proptest::array::uniform8("(By Ny )?(Rafa|Rina|Rini|Siti|Arka)( Putra| Amina| R)?|"),
            days in proptest::array::uniform2(0..9_i32),
            keys in proptest::array::uniform6(0..3_u64),
            (women, village) in (proptest::array::uniform2(any::<bool>()), 0..2_i64),
        ) {
            let frequencies = Frequencies::default();
            let read = |nth: usize| {
                let day = 2_460_000 + [0, 1, 30, 365, 400, 3_653, 4_383, 5_000, 9_000][days[nth] as usize];
                let record = Record {
                    name: &names[nth * 4],
                    mother: &names[nth * 4 + 1],
                    father: &names[nth * 4 + 2],
                    partner: &names[nth * 4 + 3],
                    birth: Date::from_julian_day(day).ok().map(Birth::on),
                    sex: Some(if women[nth] { Sex::Female } else { Sex::Male }),
                    nik: [Nik::Missing, Nik::Whole(Key(1)), Nik::Doubtful(Key(2))][keys[nth] as usize],
                    kk: Some(Key(keys[2 + nth])),
                    kki: Some(Key(keys[4 + nth])),
                    village: Some(6_203_011_006 + village * nth as i64),
                    ..Record::default()
                };
                Profile::read(&record, &frequencies)
            };
            let (one, two) = (read(0), read(1));
            for weights in [Weights::default(), Weights::across()] {
                if compare(&weights, &one, &two).band != Band::Different {
                    prop_assert!(may_be_one(&weights, &one, &two));
                }
            }
        }
    }
}
