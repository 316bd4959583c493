//! Campaigns: opening one, how far it is, closing it.

mod command;
mod pages;
mod query;
mod reminder;

pub use command::{Base, CloseCampaign, OpenCampaign};
pub use query::{Campaign, CampaignStanding, campaign_by_id, campaigns, standing};
pub(super) use query::{Progress, open_campaign, progress, villages};

use crate::rights::{KeepCampaigns, SeeProgress};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeProgress, _>("/verifikasi", pages::progress::now)
        .get::<SeeProgress, _>("/verifikasi/kecamatan/{code}", pages::progress::subdistrict)
        .get::<SeeProgress, _>("/verifikasi/putaran", pages::list)
        .get::<KeepCampaigns, _>("/verifikasi/putaran/baru", pages::new)
        .post::<KeepCampaigns, _>("/verifikasi/putaran/baru", pages::create)
        .get::<SeeProgress, _>("/verifikasi/putaran/{id}", pages::progress::of)
        .post::<KeepCampaigns, _>("/verifikasi/putaran/{id}/tutup", pages::close)
}
