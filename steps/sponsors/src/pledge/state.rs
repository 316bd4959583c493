//! The promises of one sponsor as they stand on a day: begun or not, resting, over, and what may still be undone.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::query::baskets_on;
use super::rules::is_fresh;

asuh_store::row_struct! {
    /// A promise of one sponsor.
    pub struct OwnPledge {
        /// Key.
        pub id: Id,
        /// Whose.
        pub sponsor_id: Id,
        /// The campaign.
        pub campaign_id: Id,
        /// Its name.
        pub campaign: String,
        /// 'families', 'kitchens', 'pairs'.
        pub destination: String,
        /// Its last day.
        pub campaign_ends: Option<Date>,
        /// How many times its basket, on the day that was asked for.
        pub baskets: i64,
        /// First day.
        pub starts_on: Date,
        /// Last day.
        pub ends_on: Option<Date>,
        /// Why it ends sooner than promised: 'stopped', 'left', 'undone'.
        pub end_reason: Option<String>,
        /// 'self', 'unit', 'admin'.
        pub origin: String,
        /// How he agreed to be named.
        pub public_name: String,
        /// How far he wishes to help.
        pub reach: String,
        /// Number of the letter or MoU.
        pub document: Option<String>,
        /// Its day.
        pub document_on: Option<Date>,
        /// When it was recorded.
        pub recorded_at: Instant,
        /// When it was stopped.
        pub stopped_at: Option<Instant>,
    }
}

impl OwnPledge {
    /// The last day on which it can hold: its own or that of the campaign.
    pub(crate) fn last_day(&self) -> Option<Date> {
        match (self.ends_on, self.campaign_ends) {
            (Some(own), Some(campaign)) => Some(own.min(campaign)),
            (own, campaign) => own.or(campaign),
        }
    }
}

asuh_store::row_struct! {
    /// A rest of a promise.
    pub struct Pause {
        /// Of which promise.
        pub pledge_id: Id,
        /// Key.
        pub id: Id,
        /// First day of rest.
        pub starts_on: Date,
        /// Last day of rest; `None` = until he goes on.
        pub ends_on: Option<Date>,
    }
}

asuh_store::row_struct! {
    /// How many baskets a promise holds from a day on.
    pub struct Amount {
        /// Of which promise.
        pub pledge_id: Id,
        /// From this day on.
        pub starts_on: Date,
        /// So many baskets.
        pub baskets: i64,
    }
}

/// How a promise stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Begins later.
    Ahead,
    /// Holds.
    Holds,
    /// Rests.
    Paused,
    /// Is over, with its time or its campaign.
    Over,
    /// Was stopped.
    Stopped,
    /// Ended because the sponsor left.
    Left,
    /// Had been entered by mistake.
    Undone,
}

impl State {
    /// Its stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            State::Ahead => "ahead",
            State::Holds => "holds",
            State::Paused => "paused",
            State::Over => "over",
            State::Stopped => "stopped",
            State::Left => "left",
            State::Undone => "undone",
        }
    }

    /// The colour of its tag.
    pub(crate) fn tone(self) -> &'static str {
        match self {
            State::Holds => "good",
            State::Paused | State::Ahead => "in_progress",
            _ => "",
        }
    }
}

/// A promise with its rests, its amounts and how it stands.
pub(crate) struct Standing {
    /// The promise.
    pub(crate) pledge: OwnPledge,
    /// Rests that hold or are ahead.
    pub(crate) pauses: Vec<Pause>,
    /// What it held from which day on, after its first amount.
    pub(crate) amounts: Vec<Amount>,
    /// How it stands.
    pub(crate) state: State,
    /// Whether it can still be changed, paused and stopped.
    pub(crate) open: bool,
    /// Whether it can still be taken back as a slip.
    pub(crate) undoable: bool,
    /// Whether its stop can still be taken back.
    pub(crate) restorable: bool,
}

/// How a promise stands on a day, at an instant.
pub(crate) fn standing(
    pledge: OwnPledge,
    pauses: &[Pause],
    amounts: &[Amount],
    day: Date,
    now: Instant,
) -> Standing {
    let over = pledge.last_day().is_some_and(|last| last < day);
    let pauses: Vec<Pause> = pauses
        .iter()
        .filter(|pause| pause.pledge_id == pledge.id && pause.ends_on.is_none_or(|end| end >= day))
        .cloned()
        .collect();
    let state = match pledge.end_reason.as_deref() {
        Some("undone") => State::Undone,
        Some("left") if over => State::Left,
        Some("stopped") if over => State::Stopped,
        _ if over => State::Over,
        _ if pledge.starts_on > day => State::Ahead,
        _ if pauses.iter().any(|pause| pause.starts_on <= day) => State::Paused,
        _ => State::Holds,
    };
    let open = pledge.end_reason.is_none() && !over;
    Standing {
        undoable: open && is_fresh(pledge.recorded_at, now),
        restorable: pledge.end_reason.as_deref() == Some("stopped")
            && pledge.stopped_at.is_some_and(|at| is_fresh(at, now)),
        amounts: amounts.iter().filter(|amount| amount.pledge_id == pledge.id).cloned().collect(),
        open,
        state,
        pauses,
        pledge,
    }
}

/// All promises of a sponsor, the newest first. Indexes: pledge_by_sponsor, primary keys of `pledge_pause` and
/// `pledge_amount`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_sponsor(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    day: Date,
    now: Instant,
) -> Result<Vec<Standing>, StoreError> {
    let pledges: Vec<OwnPledge> = db
        .all(
            &format!(
                "SELECT p.id, p.sponsor_id, p.campaign_id, c.name AS campaign, c.destination, \
                 c.ends_on AS campaign_ends, {} AS baskets, p.starts_on, p.ends_on, p.end_reason, p.origin, \
                 p.public_name, p.reach, p.document, p.document_on, p.recorded_at, p.stopped_at \
                 FROM pledge p JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
                 WHERE p.district_id = $1 AND p.sponsor_id = $2 ORDER BY p.starts_on DESC, p.id DESC",
                baskets_on("$3")
            ),
            args![district, sponsor, day],
        )
        .await?;
    if pledges.is_empty() {
        return Ok(Vec::new());
    }
    let pauses: Vec<Pause> = db
        .all(
            "SELECT z.pledge_id, z.id, z.starts_on, z.ends_on FROM pledge p \
             JOIN pledge_pause z ON z.district_id = p.district_id AND z.pledge_id = p.id \
             WHERE p.district_id = $1 AND p.sponsor_id = $2 \
             AND (z.ends_on IS NULL OR z.ends_on >= z.starts_on) ORDER BY z.starts_on, z.id",
            args![district, sponsor],
        )
        .await?;
    let amounts: Vec<Amount> = db
        .all(
            "SELECT a.pledge_id, a.starts_on, a.baskets FROM pledge p \
             JOIN pledge_amount a ON a.district_id = p.district_id AND a.pledge_id = p.id \
             WHERE p.district_id = $1 AND p.sponsor_id = $2 ORDER BY a.starts_on",
            args![district, sponsor],
        )
        .await?;
    Ok(pledges.into_iter().map(|pledge| standing(pledge, &pauses, &amounts, day, now)).collect())
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};
    use time::macros::date;

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    fn pledge(starts_on: Date, ends_on: Option<Date>, end_reason: Option<&str>) -> OwnPledge {
        OwnPledge {
            id: Id::SYSTEM,
            sponsor_id: Id::SYSTEM,
            campaign_id: Id::SYSTEM,
            campaign: String::new(),
            destination: "pairs".into(),
            campaign_ends: Some(date!(2026 - 12 - 31)),
            baskets: 9,
            starts_on,
            ends_on,
            end_reason: end_reason.map(str::to_owned),
            origin: "self".into(),
            public_name: "name".into(),
            reach: "district".into(),
            document: None,
            document_on: None,
            recorded_at: Instant(0),
            stopped_at: None,
        }
    }

    #[test]
    fn how_a_promise_stands() {
        let day = date!(2026 - 11 - 16);
        let rest =
            |from, to| vec![Pause { pledge_id: Id::SYSTEM, id: Id::SYSTEM, starts_on: from, ends_on: to }];
        let (before, after) = (date!(2026 - 11 - 02), date!(2026 - 11 - 20));
        for (pledge, pauses, state, open) in [
            (pledge(before, None, None), vec![], State::Holds, true),
            (pledge(after, None, None), vec![], State::Ahead, true),
            (pledge(before, Some(before), None), vec![], State::Over, false),
            (pledge(before, Some(before), Some("stopped")), vec![], State::Stopped, false),
            (pledge(before, Some(after), Some("left")), vec![], State::Holds, false),
            (pledge(before, Some(before), Some("left")), vec![], State::Left, false),
            (pledge(before, Some(before), Some("undone")), vec![], State::Undone, false),
            (pledge(before, None, None), rest(before, None), State::Paused, true),
            (pledge(before, None, None), rest(after, None), State::Holds, true),
            (pledge(before, None, None), rest(before, Some(before)), State::Holds, true),
        ] {
            let found = standing(pledge, &pauses, &[], day, Instant(90_000_000));
            assert_eq!((found.state, found.open), (state, open));
        }
    }

    #[test]
    fn a_slip_is_one_for_a_day() {
        let day = date!(2026 - 11 - 16);
        let made = || pledge(date!(2026 - 11 - 16), None, None);
        assert!(standing(made(), &[], &[], day, Instant(86_400_000)).undoable);
        assert!(!standing(made(), &[], &[], day, Instant(86_400_001)).undoable);
        let stopped = OwnPledge {
            stopped_at: Some(Instant(0)),
            ..pledge(date!(2026 - 11 - 02), Some(date!(2026 - 11 - 15)), Some("stopped"))
        };
        assert!(standing(stopped, &[], &[], day, Instant(1_000)).restorable);
    }

    #[db_test]
    async fn the_promises_of_a_sponsor_are_found_by_his_key(db: TestDatabase) {
        let db = Plans::of(&db).await;
        of_sponsor(&db, D, I, DAY, Instant(0)).await.expect("a plan");
        no_walks(&db);
    }
}
