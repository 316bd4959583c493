//! Verification: every family of a list is visited, and stands from then on as what the visit found.
//!
//! A *campaign* has a base list that is fixed when it opens (the denominator), a deadline, and villages. What is
//! found in the field joins it. A visit belongs to the open campaign; of several visits to a family the newest that
//! counts holds, earlier ones stay. A village closes with a record that its head signs (berita acara); its
//! kecamatan visits a sample of families a second time; the district closes the campaign, and a frozen list may
//! be made of it. Until then a village can be opened again with a reason.
//!
//! Outside a campaign visits are recorded too: a family that is found in November need not wait for the next round.

mod campaign;
mod check;
pub(super) mod import;
mod rules;
mod tasks;
mod village;
mod visit;

pub use campaign::{
    Base, Campaign, CampaignStanding, CloseCampaign, JoinFamilies, OpenCampaign, ReopenCampaign,
    campaign_by_id, campaigns, standing,
};
pub(crate) use campaign::{close_campaign, open_campaign};
pub use check::{CloseCheck, DrawSample, RecordRecheck};
pub use rules::VisitResult;
pub(super) use tasks::tasks;
pub(super) use village::check;
pub use village::{AttachRecord, CloseVillage, ReopenVillage, Signer};
pub use visit::{RecordVerification, RecordVisits, Visit};
pub(crate) use visit::{hold_villages, joined, recount};

use asuh_ground::web::Routes;

/// The pages.
pub(super) fn routes() -> Routes {
    campaign::routes().and(visit::routes()).and(village::routes()).and(check::routes())
}
