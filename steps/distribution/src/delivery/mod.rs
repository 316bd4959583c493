//! Packages: packing a village, delivering with proof, bringing back.

mod command;
mod lists;
mod moved;
mod pages;
mod query;
mod receipts;
mod received;
mod undo;

pub(super) use command::take_back_rest;
pub use command::{DeliverPackage, DeliverVillage, Delivered, DeliveryLine, PackVillage, Undeliverable};
pub(super) use moved::help_moved;
pub(crate) use pages::signature;
pub(super) use query::{FamilyPackage, check_couriers, of_family, receivers, to_deliver, to_pack};
pub use receipts::TakeBackReceipts;
pub(super) use received::received_by;
pub use undo::UndoDelivery;

use super::{DeliverPackages, PackPackages, ReadDistribution, ReadRecipients};
use asuh_ground::web::Routes;

#[cfg(test)]
pub(crate) async fn plans(
    db: &asuh_store::testing::Plans,
    district: asuh_store::DistrictId,
    scope: &asuh_ground::access::Scope,
    any: asuh_store::Id,
) {
    receipts::plans(db, district, scope, any).await;
    undo::plans(db, district, any).await;
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadDistribution, _>("/penyaluran/{run}/desa/{code}", lists::packing)
        .get::<ReadRecipients, _>("/penyaluran/{run}/desa/{code}/penerima", lists::recipients)
        .get::<PackPackages, _>("/penyaluran/{run}/desa/{code}/kemas", lists::pack_check)
        .post::<PackPackages, _>("/penyaluran/{run}/desa/{code}/kemas", lists::pack)
        .get::<DeliverPackages, _>("/penyaluran/{run}/desa/{code}/antar", pages::village)
        .post::<DeliverPackages, _>("/penyaluran/{run}/desa/{code}/antar", pages::deliver_village)
        .get::<DeliverPackages, _>("/penyaluran/{run}/desa/{code}/daftar-kembali", receipts::form)
        .post::<DeliverPackages, _>("/penyaluran/{run}/desa/{code}/daftar-kembali", receipts::take_back)
        .get::<ReadRecipients, _>("/penyaluran/{run}/desa/{code}/daftar-kembali/{nth}", receipts::sheet)
        .get::<ReadRecipients, _>("/paket/{package}", pages::show)
        .get::<DeliverPackages, _>("/paket/{package}/antar", pages::package)
        .post::<DeliverPackages, _>("/paket/{package}/antar", pages::deliver)
        .post::<DeliverPackages, _>("/paket/{package}/kembali", pages::undeliverable)
        .post::<DeliverPackages, _>("/paket/{package}/urung", pages::undo)
        .get::<ReadRecipients, _>("/paket/{package}/bukti/{kind}", pages::evidence)
}
