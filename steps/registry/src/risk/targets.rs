//! What the members of a family are on a day (pregnant, breastfeeding, a child under two, under five), as bits, and
//! until when. Pure.

use time::Date;

use super::reading::MemberFacts;
use crate::rules::{Maternity, PersonFacts, completes, target_of};

/// The bits ([`crate::rules::Target::bit`]) of what the members are on a day.
pub(super) fn targets(members: &[MemberFacts], on: Date) -> i64 {
    let of = |member: &MemberFacts| {
        let facts = PersonFacts { birth_date: member.birth_date, ended: false };
        target_of(&facts, &member.maternity, on)
    };
    members.iter().filter_map(of).fold(0, |bits, target| bits | target.bit())
}

/// The first day after `on` on which [`targets`] may be another.
pub(super) fn next_change(members: &[MemberFacts], on: Date) -> Option<Date> {
    let ages = |birth: Date| [0, 24, 60].into_iter().filter_map(move |months| completes(birth, months));
    let days = members.iter().flat_map(|member| {
        member.birth_date.into_iter().flat_map(ages).chain(member.maternity.iter().flat_map(Maternity::turns))
    });
    days.filter(|day| *day > on).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{MaternityKind, Target};
    use proptest::prelude::*;
    use time::Duration;
    use time::macros::date;

    const ON: Date = date!(2026 - 11 - 02);

    fn member(birth_date: Option<Date>, maternity: &[Maternity]) -> MemberFacts {
        MemberFacts { relation: None, birth_date, maternity: maternity.to_vec() }
    }

    #[test]
    fn a_family_is_what_any_of_its_members_is() {
        let pregnancy =
            Maternity { kind: MaternityKind::Pregnancy, starts_on: ON, due_on: None, ends_on: None };
        let mother = member(Some(date!(1996 - 01 - 01)), &[pregnancy]);
        let child = member(Some(date!(2024 - 11 - 03)), &[]);
        let family = [mother, child, member(None, &[])];
        assert_eq!(targets(&family, ON), Target::Pregnant.bit() | Target::ChildUnderTwo.bit());
        assert_eq!(next_change(&family, ON), Some(date!(2026 - 11 - 03)));
        assert_eq!(
            targets(&family, date!(2026 - 11 - 03)),
            Target::Pregnant.bit() | Target::ChildTwoToFive.bit()
        );
        assert_eq!((targets(&[], ON), next_change(&[], ON)), (0, None));
    }

    fn days() -> impl Strategy<Value = Date> {
        (-2_500..400_i64).prop_map(|days| ON + Duration::days(days))
    }

    fn maternities() -> impl Strategy<Value = Maternity> {
        (any::<bool>(), days(), proptest::option::of(days()), proptest::option::of(days())).prop_map(
            |(pregnant, starts_on, due_on, ends_on)| {
                let kind = if pregnant { MaternityKind::Pregnancy } else { MaternityKind::Breastfeeding };
                Maternity { kind, starts_on, due_on, ends_on }
            },
        )
    }

    proptest! {
        #[test]
        fn nothing_changes_before_the_day_it_names(
            birth in proptest::option::of(days()),
            maternity in proptest::collection::vec(maternities(), 0..3),
            on in days(),
        ) {
            let family = [member(birth, &maternity)];
            let until = next_change(&family, on).unwrap_or(on + Duration::days(2_000));
            let mut day = on;
            while day < until {
                prop_assert_eq!(targets(&family, day), targets(&family, on), "on {}", day);
                day += Duration::days(1);
            }
        }
    }
}
