//! What is kept where: stock of warehouses and depots, what is still on the way, cash of fund holders.
//!
//! Goods move between places with a reason ([`MoveStock`]). What breaks, spoils or is found to differ in a
//! stock-take leaves or enters the stock only when a second person approves it ([`RequestChange`],
//! [`DecideChange`]). A mistaken move or write-off is taken back by an admin ([`ReverseMovement`]), never
//! changed.

mod command;
mod pages;
mod query;
mod rules;

pub use command::{
    ChangeKind, DecideChange, MoveStock, RequestChange, RequestStockTake, ReverseMovement, StockPlace,
};

use asuh_ground::access::{Role, capability};
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

capability! {
    /// Reads the stock and its movements.
    pub struct ReadStock = "custody.read_stock": [Role::WarehouseKeeper, Role::DistrictAdmin, Role::Auditor];
    /// Moves stock and asks for write-offs.
    pub struct KeepStock = "custody.keep_stock": [Role::WarehouseKeeper, Role::DistrictAdmin];
    /// Takes moves and write-offs back.
    pub struct ReverseStock = "custody.reverse_stock": [Role::DistrictAdmin];
    /// Reads the cash of fund holders.
    pub struct ReadCash = "custody.read_cash": [Role::Treasurer, Role::DistrictAdmin, Role::Auditor];
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.custody",
    menu: &[
        MenuItem {
            path: "/gudang",
            label: "custody.menu.stock",
            roles: &[Role::WarehouseKeeper, Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem {
            path: "/gudang/kas",
            label: "custody.menu.cash",
            roles: &[Role::Treasurer, Role::DistrictAdmin, Role::Auditor],
        },
    ],
    tasks: Some(pages::tasks),
    references: &[
        Reference::code("stock_change", "commodity", "commodity"),
        Reference::id("stock_change", "transfer_id", "transfer"),
        Reference::user("stock_change", "requested_by"),
        Reference::user("stock_change", "decided_by"),
    ],
    ..Part::named("custody")
};

fn routes() -> Routes {
    Routes::new()
        .get::<ReadStock, _>("/gudang", pages::stock)
        .get::<ReadStock, _>("/gudang/mutasi", pages::movements)
        .post::<ReverseStock, _>("/gudang/mutasi/{transfer}/batal", pages::reverse)
        .get::<KeepStock, _>("/gudang/pindah", pages::moving)
        .post::<KeepStock, _>("/gudang/pindah", pages::moving_post)
        .get::<ReadStock, _>("/gudang/penghapusan", pages::changes)
        .get::<KeepStock, _>("/gudang/penghapusan/baru", pages::write_off)
        .post::<KeepStock, _>("/gudang/penghapusan/baru", pages::write_off_post)
        .post::<KeepStock, _>("/gudang/penghapusan/{change}", pages::decide)
        .get::<KeepStock, _>("/gudang/hitung/{place}", pages::stock_take)
        .post::<KeepStock, _>("/gudang/hitung/{place}", pages::stock_take_post)
        .get::<ReadCash, _>("/gudang/kas", pages::cash)
}
