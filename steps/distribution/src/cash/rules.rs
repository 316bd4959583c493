//! The rules of help in money: the way of a plan, who signs, what a child is due, what a family receives.

use asuh_store::Id;
use data_encoding::BASE32;
use sha2::{Digest, Sha256};

/// Above so many rupiah a receipt carries a duty stamp of Rp10.000 (UU 10/2020).
pub const STAMPED_ABOVE: i64 = 5_000_000;

asuh_ground::codes! {
    /// How far a plan is; its words are `cash.state.<code>`.
    pub enum State {
        /// Who receives how much can still be changed.
        Draft = "draft",
        /// Frozen, with the families' accounts of that moment; waits for approval.
        Locked = "locked",
        /// The programme's people have signed; waits for those who answer for the money.
        Approved = "approved",
        /// May be paid out.
        Authorised = "authorised",
        /// The money left its holder; some of it is on the way or came back.
        Released = "released",
        /// Of every payment it is known what became of it.
        Reconciled = "reconciled",
        /// Nothing of it changes any more.
        Closed = "closed",
        /// Put away before anything was paid.
        Discarded = "discarded",
    }
}

asuh_ground::codes! {
    /// What somebody does with a plan.
    pub enum Step {
        /// Freezes it.
        Lock = "lock",
        /// Signs that these are the right children and amounts; the last signature that is needed moves the plan on.
        Approve = "approve",
        /// Signs that the money may go.
        Authorise = "authorise",
        /// Sends it back to whoever drafted it, with a reason.
        Return = "return",
        /// Gives the money to the bank and to those who hand it over.
        Release = "release",
        /// The last payment turned out.
        Settle = "settle",
        /// A payment that came back is tried again.
        Retry = "retry",
        /// Ends it.
        Close = "close",
        /// Puts a draft away.
        Discard = "discard",
    }
}

/// Where a step leads from a state; `None` where it is not possible there.
pub fn after(state: State, step: Step) -> Option<State> {
    Some(match (state, step) {
        (State::Draft, Step::Lock) => State::Locked,
        (State::Draft, Step::Discard) => State::Discarded,
        (State::Locked, Step::Approve) => State::Approved,
        (State::Approved, Step::Authorise) => State::Authorised,
        (State::Locked | State::Approved | State::Authorised, Step::Return) => State::Draft,
        (State::Authorised, Step::Release) => State::Released,
        (State::Released, Step::Settle) => State::Reconciled,
        (State::Released | State::Reconciled, Step::Retry) => State::Released,
        (State::Reconciled, Step::Close) => State::Closed,
        _ => return None,
    })
}

asuh_ground::codes! {
    /// What a person did with a plan that may bar him from another step of it; its words are `cash.act.<code>`.
    pub enum Act {
        /// Drafted or locked it.
        Draft = "draft",
        /// Approved it.
        Approve = "approve",
        /// Authorised it.
        Authorise = "authorise",
        /// Released it.
        Release = "release",
    }
}

/// The acts that one person may not do to the same plan, as the setting `cash.apart` writes them
/// (`approve_release,draft_release`). Drafting and approving are apart always.
pub fn apart(setting: &str) -> Vec<(Act, Act)> {
    let read = |pair: &str| {
        let (one, two) = pair.trim().split_once('_')?;
        Some((Act::parse(one)?, Act::parse(two)?))
    };
    std::iter::once((Act::Draft, Act::Approve)).chain(setting.split(',').filter_map(read)).collect()
}

/// The act of his own that bars a person from `act`.
pub fn barred(act: Act, own: &[Act], apart: &[(Act, Act)]) -> Option<Act> {
    let forbids = |mine: &Act| {
        apart.iter().any(|(one, two)| (*one, *two) == (*mine, act) || (*one, *two) == (act, *mine))
    };
    own.iter().copied().find(forbids)
}

/// A row of the setting `cash.signatures`: plans of so much rupiah or more need so many signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signing {
    /// Approving or authorising.
    pub act: Act,
    /// From this total on, rupiah.
    pub from: i64,
    /// Signatures of different people.
    pub count: i64,
}

/// How many people must sign a plan of this total; one at least.
pub fn signatures(rows: &[Signing], act: Act, total: i64) -> i64 {
    let holding = rows.iter().filter(|row| row.act == act && row.from <= total);
    holding.map(|row| row.count).max().unwrap_or(1).max(1)
}

/// The units that each promise pays of a child's need: the older promises first, until nothing lacks. `already` is what
/// other payments of the same month give.
///
/// ```
/// # use asuh_step_distribution::cash::rules::due;
/// // Nine units are needed; three sponsors promise five, three and four.
/// assert_eq!(due(9, 0, &[5, 3, 4]), [5, 3, 1]);
/// // Four came from another fund already.
/// assert_eq!(due(9, 4, &[5, 3]), [5, 0]);
/// ```
pub fn due(need: i64, already: i64, promised: &[i64]) -> Vec<i64> {
    let mut left = (need - already).max(0);
    let take = |units: &i64| {
        let given = (*units).clamp(0, left);
        left -= given;
        given
    };
    promised.iter().map(take).collect()
}

/// What of each share arrived where so much of all of them was paid: in proportion, rounded down, and what is left over to
/// the first ones, so that nothing is lost and no share is more than whole.
pub fn arrived(shares: &[i64], paid: i64) -> Vec<i64> {
    let all: i64 = shares.iter().sum();
    if all <= 0 || paid <= 0 {
        return vec![0; shares.len()];
    }
    let paid = paid.min(all);
    let part = |share: &i64| (i128::from(*share) * i128::from(paid) / i128::from(all)) as i64;
    let mut parts: Vec<i64> = shares.iter().map(part).collect();
    let mut rest = paid - parts.iter().sum::<i64>();
    for (part, share) in parts.iter_mut().zip(shares) {
        let more = (share - *part).min(rest);
        *part += more;
        rest -= more;
    }
    parts
}

/// Whether a receipt of so much needs a duty stamp.
pub fn is_stamped(amount: i64) -> bool {
    amount > STAMPED_ABOVE
}

/// The reference of an attempt: ten letters and digits that say nothing, short enough for every bank's text field.
pub fn reference(attempt: Id) -> String {
    let digest = Sha256::digest([b"asuh attempt\0".as_slice(), attempt.as_bytes()].concat());
    BASE32.encode(&digest[..7]).chars().take(10).collect()
}

/// How a child's payment differs from the month before; its words are `cash.change.<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Was not paid in the month before.
    New,
    /// The need of its kind of target was changed.
    Need,
    /// More is promised.
    More,
    /// Less is promised.
    Less,
    /// The same units are worth another amount.
    Worth,
}

impl Change {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Need => "need",
            Change::More => "more",
            Change::Less => "less",
            Change::Worth => "worth",
        }
    }
}

/// A month's payment of a child, as far as a comparison needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Units needed.
    pub need: i64,
    /// Units paid.
    pub units: i64,
    /// Rupiah.
    pub amount: i64,
}

/// What changed since the month before, and why; `None` where nothing did.
pub fn change(before: Option<Month>, now: Month) -> Option<Change> {
    let Some(before) = before else { return Some(Change::New) };
    match (before.amount == now.amount, before.need == now.need, now.units.cmp(&before.units)) {
        (true, ..) => None,
        (false, false, _) => Some(Change::Need),
        (false, true, std::cmp::Ordering::Greater) => Some(Change::More),
        (false, true, std::cmp::Ordering::Less) => Some(Change::Less),
        (false, true, std::cmp::Ordering::Equal) => Some(Change::Worth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_goes_its_way_and_no_other() {
        let way = [
            (State::Draft, Step::Lock, State::Locked),
            (State::Locked, Step::Approve, State::Approved),
            (State::Approved, Step::Authorise, State::Authorised),
            (State::Authorised, Step::Release, State::Released),
            (State::Released, Step::Settle, State::Reconciled),
            (State::Reconciled, Step::Close, State::Closed),
            (State::Draft, Step::Discard, State::Discarded),
            (State::Locked, Step::Return, State::Draft),
            (State::Approved, Step::Return, State::Draft),
            (State::Authorised, Step::Return, State::Draft),
            (State::Released, Step::Retry, State::Released),
            (State::Reconciled, Step::Retry, State::Released),
        ];
        for state in State::ALL {
            for step in Step::ALL {
                let expected =
                    way.iter().find(|(from, by, _)| (*from, *by) == (state, step)).map(|row| row.2);
                assert_eq!(after(state, step), expected, "{state:?} {step:?}");
            }
        }
    }

    #[test]
    fn nobody_approves_what_he_drafted() {
        let cases = [
            ("", Act::Approve, vec![Act::Draft], Some(Act::Draft)),
            ("", Act::Release, vec![Act::Draft], None),
            ("draft_release", Act::Release, vec![Act::Draft], Some(Act::Draft)),
            ("approve_authorise", Act::Authorise, vec![Act::Approve], Some(Act::Approve)),
            ("approve_authorise", Act::Approve, vec![Act::Authorise], Some(Act::Authorise)),
            ("approve_authorise,authorise_release", Act::Release, vec![Act::Approve], None),
            ("nonsense,approve_", Act::Release, vec![Act::Approve], None),
            ("approve_release", Act::Approve, vec![], None),
        ];
        for (setting, act, own, expected) in cases {
            assert_eq!(barred(act, &own, &apart(setting)), expected, "{setting}: {act:?} after {own:?}");
        }
    }

    #[test]
    fn larger_plans_need_more_signatures() {
        let row = |act, from, count| Signing { act, from, count };
        let rows = [
            row(Act::Approve, 0, 1),
            row(Act::Authorise, 0, 1),
            row(Act::Authorise, 100_000_000, 2),
            row(Act::Authorise, 500_000_000, 3),
        ];
        for (act, total, expected) in [
            (Act::Approve, 900_000_000, 1),
            (Act::Authorise, 99_999_999, 1),
            (Act::Authorise, 100_000_000, 2),
            (Act::Authorise, 106_650_000, 2),
            (Act::Authorise, 500_000_000, 3),
        ] {
            assert_eq!(signatures(&rows, act, total), expected, "{act:?} {total}");
        }
        assert_eq!(signatures(&[], Act::Approve, 1), 1, "without a row one signs all the same");
    }

    #[test]
    fn a_child_is_due_what_is_promised_and_never_more_than_it_needs() {
        let cases: &[(i64, i64, &[i64], &[i64])] = &[
            (9, 0, &[9], &[9]),
            (9, 0, &[4, 5], &[4, 5]),
            (9, 0, &[12], &[9]),
            (9, 0, &[6, 6], &[6, 3]),
            (9, 0, &[2], &[2]),
            (9, 9, &[4], &[0]),
            (9, 12, &[4], &[0]),
            (9, 0, &[], &[]),
            (0, 0, &[4], &[0]),
        ];
        for (need, already, promised, expected) in cases {
            assert_eq!(due(*need, *already, promised), *expected, "{need} {already} {promised:?}");
        }
    }

    #[test]
    fn what_arrives_in_part_is_shared_to_the_last_rupiah() {
        let cases: &[(&[i64], i64, &[i64])] = &[
            (&[450_000], 450_000, &[450_000]),
            (&[250_000, 200_000], 225_000, &[125_000, 100_000]),
            (&[1, 1, 1], 2, &[1, 1, 0]),
            (&[150_000, 150_000, 150_000], 100_000, &[33_334, 33_333, 33_333]),
            (&[100], 0, &[0]),
            (&[100], 500, &[100]),
            (&[], 5, &[]),
        ];
        for (shares, paid, expected) in cases {
            let parts = arrived(shares, *paid);
            assert_eq!(parts, *expected, "{shares:?} {paid}");
            assert!(parts.iter().zip(*shares).all(|(part, share)| part <= share));
        }
    }

    #[test]
    fn only_large_receipts_carry_a_stamp() {
        assert!(!is_stamped(5_000_000));
        assert!(is_stamped(5_000_001));
    }

    #[test]
    fn references_are_short_and_differ() {
        let of = |nth: u8| reference(Id::from_bytes([nth; 16]));
        assert_eq!(of(1).len(), 10);
        assert!(of(1).chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
        assert_ne!(of(1), of(2));
        assert_eq!(of(1), of(1));
    }

    #[test]
    fn a_month_is_compared_with_the_one_before() {
        let month = |need, units, amount| Month { need, units, amount };
        let now = month(9, 9, 450_000);
        for (before, expected) in [
            (None, Some(Change::New)),
            (Some(now), None),
            (Some(month(6, 6, 300_000)), Some(Change::Need)),
            (Some(month(9, 4, 200_000)), Some(Change::More)),
            (Some(month(9, 12, 600_000)), Some(Change::Less)),
            (Some(month(9, 9, 400_000)), Some(Change::Worth)),
        ] {
            assert_eq!(change(before, now), expected, "{before:?}");
        }
    }
}
