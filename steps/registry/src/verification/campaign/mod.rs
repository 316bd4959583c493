//! Campaigns: opening one, letting families into it, how far it is and what is unfinished, closing it and opening it
//! again.

mod command;
mod joining;
mod pages;
mod query;
mod reminder;
mod unfinished;

pub(crate) use command::close as close_campaign;
pub use command::{Base, CloseCampaign, OpenCampaign, ReopenCampaign};
pub use joining::JoinFamilies;
pub(crate) use query::open_campaign;
pub use query::{Campaign, CampaignStanding, campaign_by_id, campaigns, standing};
pub(super) use query::{Progress, progress, villages};

use crate::rights::{KeepCampaigns, ReadFamilies, ReopenCampaigns, SeeProgress};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeProgress, _>("/verifikasi", pages::progress::now)
        .get::<SeeProgress, _>("/verifikasi/kecamatan/{code}", pages::progress::subdistrict)
        .get::<SeeProgress, _>("/verifikasi/putaran", pages::list)
        .get::<KeepCampaigns, _>("/verifikasi/putaran/baru", pages::new)
        .post::<KeepCampaigns, _>("/verifikasi/putaran/baru", pages::create)
        .get::<SeeProgress, _>("/verifikasi/putaran/{id}", pages::progress::of)
        .get::<SeeProgress, _>("/verifikasi/putaran/{id}/belum", unfinished::villages)
        .get::<ReadFamilies, _>("/verifikasi/putaran/{id}/belum/keluarga", unfinished::families)
        .post::<KeepCampaigns, _>("/verifikasi/putaran/{id}/tutup", pages::close)
        .post::<ReopenCampaigns, _>("/verifikasi/putaran/{id}/buka", pages::reopen)
        .get::<KeepCampaigns, _>("/verifikasi/putaran/{id}/tambah", joining::form)
        .post::<KeepCampaigns, _>("/verifikasi/putaran/{id}/tambah", joining::join)
}
