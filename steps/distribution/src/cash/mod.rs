//! Help in money: a plan of each month per holder's fund, drafted from the pairs that act, frozen, signed, paid out by
//! transfer or in cash, and followed until every child's payment has arrived or come back.
//!
//! A **plan** ([`DraftPlan`]) takes everybody who is due something in a month ([`rules::due`]). Locking ([`LockPlan`])
//! freezes names and accounts. Others approve, authorise ([`SignPlan`]) and release it ([`ReleasePlan`]): the sum goes from
//! its holder to the plan's place in the books, and from there to a household only when the bank's answer
//! ([`TakeResult`]) or a receipt ([`HandOut`]) says so, else back. What came back is tried again within the same plan
//! ([`RetryPayment`]), so a child's month is paid once.

pub mod rules;

mod account;
mod home;
mod moved;
mod payment;
mod plan;
mod reach;
mod transfer;

pub use account::{EndReceiverAccount, PutReceiverAccount};
pub(super) use home::{copy, family_panel, tasks};
pub(super) use moved::{help_moved, sponsor_panel};
pub use payment::{ClosePlan, HandOut, ReleasePlan, RetryPayment, TakeBackOutcome};
pub(crate) use payment::{check, received_by};
pub(crate) use plan::read_month;
pub use plan::{DiscardPlan, DraftPlan, ExcludePayment, LockPlan, RedraftPlan, ReturnPlan, SignPlan, Source};
pub use reach::Reach;
pub use transfer::{DropResult, PutFormat, PutResult, TakeResult};

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees plans of help in money: sums, signatures, children by code name.
    pub struct ReadCash = "cash.read": [Role::DistrictAdmin, Role::Leader, Role::Treasurer, Role::Auditor];
    /// Reads the names on them: who runs the programme, who holds the money, who audits.
    pub struct ReadCashNames = "cash.read_names": [Role::DistrictAdmin, Role::Treasurer, Role::Auditor];
    /// Drafts, changes and locks plans.
    pub struct DraftCash = "cash.draft": [Role::DistrictAdmin];
    /// Approves plans that somebody else drafted.
    pub struct ApproveCash = "cash.approve": [Role::DistrictAdmin, Role::Leader];
    /// Authorises approved plans for the holder of the money.
    pub struct AuthoriseCash = "cash.authorise": [Role::Leader, Role::Treasurer];
    /// Sends plans back that wait for a signature or for their release.
    pub struct ReturnCash = "cash.return": [Role::DistrictAdmin, Role::Leader, Role::Treasurer];
    /// Releases authorised plans, takes the bank's answers in, tries again, closes.
    pub struct ReleaseCash = "cash.release": [Role::Treasurer];
    /// Hands cash over: who holds it, or works where the family lives.
    pub struct HandCash = "cash.hand_over": [
        Role::Treasurer, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier,
    ];
    /// Opens one payment by name, within the caller's holders or villages.
    pub struct OpenPayment = "cash.open": [
        Role::DistrictAdmin, Role::Treasurer, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::Auditor,
    ];
    /// Sees, masked, where the caregivers of families receive money.
    pub struct ReadReceiverAccounts = "cash.read_accounts": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::VillageVerifier, Role::Cadre, Role::Auditor,
    ];
    /// Notes and ends accounts, and sees their whole numbers.
    pub struct KeepReceiverAccounts = "cash.keep_accounts": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::VillageVerifier,
    ];
    /// Changes the forms of banks' files.
    pub struct KeepFormats = "cash.keep_formats": [Role::DistrictAdmin, Role::Treasurer];
}

pub(super) fn routes() -> Routes {
    plan::routes().and(payment::routes()).and(transfer::routes()).and(account::routes())
}

/// Asks everything that pages of help in money ask, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(
    db: &asuh_store::testing::Plans,
    district: asuh_store::DistrictId,
    villages: &asuh_ground::access::Scope,
    any: asuh_store::Id,
) {
    let month = time::macros::date!(2026 - 11 - 01);
    let holders = asuh_ground::access::Scope { units: vec![any], ..Default::default() };
    let reach = Reach { holders, villages: villages.clone() };
    plan::plans_of(db, district, (any, month)).await;
    payment::plans_of(db, district, (any, &reach)).await;
    account::plans_of(db, district, (any, villages)).await;
}
