//! What is kept where: stock of warehouses and depots, what is still on the way, cash of fund holders.
//!
//! Goods go between places by a [`shipment`]: sent by one, received by another, in transit until then. What came late of
//! a hand-over is taken in with a reason ([`MoveStock`]). The [`walk`] follows every lot to the families and back. What breaks, spoils or is found to differ in a
//! stock-take leaves or enters the stock only when a second person approves it ([`RequestChange`],
//! [`DecideChange`]). A mistaken move or write-off is taken back by an admin ([`ReverseMovement`]), never
//! changed.

mod book;
mod change_paper;
mod command;
mod funds;
mod giving_back;
mod goods;
mod pages;
#[cfg(test)]
mod plans;
mod purchase;
mod query;
mod requests;
mod rules;
mod shipment;
mod stock_take;
mod walk;

pub use command::{
    ChangeKind, DecideChange, MoveStock, RequestChange, RequestOpening, ReverseMovement, StockPlace,
};

pub use funds::KeepFund;
pub use goods::KeepCommodity;
pub use purchase::{BuyGoods, CookPortions, Ingredient, SetPrice};
pub use shipment::{CancelShipment, ReceiveShipment, SendShipment, ShipmentPart};
pub use stock_take::{CountCash, Counted, Purse, RequestStockTake};

use asuh_ground::access::{Role, capability};
use asuh_ground::audit::Reference;
use asuh_ground::papers;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};
use change_paper::ChangeRecord;
use shipment::print::Waybill;
use stock_take::print::CountRecord;

capability! {
    /// Reads the stock and its movements.
    pub struct ReadStock = "custody.read_stock": [Role::WarehouseKeeper, Role::Kitchen, Role::DistrictAdmin, Role::Auditor];
    /// Sends and receives goods, counts them, asks for write-offs.
    pub struct KeepStock = "custody.keep_stock":
        [Role::WarehouseKeeper, Role::Kitchen, Role::DistrictAdmin];
    /// Takes moves, purchases, write-offs and returns back, and asks for opening balances.
    pub struct ReverseStock = "custody.reverse_stock": [Role::DistrictAdmin];
    /// Reads purchases and the price list.
    pub struct ReadPurchases = "custody.read_purchases":
        [Role::Treasurer, Role::WarehouseKeeper, Role::DistrictAdmin, Role::Auditor];
    /// Buys goods with the cash of one's fund holder.
    pub struct BuyStock = "custody.buy_goods": [Role::Treasurer];
    /// Keeps the price list.
    pub struct KeepPrices = "custody.keep_prices": [Role::DistrictAdmin];
    /// Reads the books of what one holds.
    pub struct ReadBooks = "custody.read_books":
        [Role::Treasurer, Role::WarehouseKeeper, Role::Kitchen, Role::DistrictAdmin, Role::Auditor];
    /// Reads the statement of all funds of the district.
    pub struct ReadFunds = "custody.read_funds": [Role::DistrictAdmin, Role::Auditor];
    /// Keeps the district's commodities: names, units, how long they keep.
    pub struct KeepCommodities = "custody.keep_commodities": [Role::DistrictAdmin];
    /// Keeps the district's funds: names, and which are still collected for.
    pub struct KeepFunds = "custody.keep_funds": [Role::DistrictAdmin];
    /// Counts the cash of one's fund holder.
    pub struct CountMoney = "custody.count_money": [Role::Treasurer, Role::DistrictAdmin];
    /// Reads the records of counts of stock and cash.
    pub struct ReadCounts = "custody.read_counts":
        [Role::Treasurer, Role::WarehouseKeeper, Role::Kitchen, Role::DistrictAdmin, Role::Auditor];
    /// Adds the signed records of counts of stock and cash.
    pub struct KeepCounts = "custody.keep_counts":
        [Role::Treasurer, Role::WarehouseKeeper, Role::Kitchen, Role::DistrictAdmin];
    /// Cooks in one's kitchen.
    pub struct CookMeals = "custody.cook": [Role::Kitchen];
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
            roles: &[Role::WarehouseKeeper, Role::Kitchen, Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem {
            path: "/gudang/lot",
            label: "custody.menu.lots",
            roles: &[Role::WarehouseKeeper, Role::Kitchen, Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem {
            path: "/gudang/beli",
            label: "custody.menu.buy",
            roles: &[Role::Treasurer, Role::WarehouseKeeper, Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem {
            path: "/gudang/buku",
            label: "custody.menu.books",
            roles: &[
                Role::Treasurer,
                Role::WarehouseKeeper,
                Role::Kitchen,
                Role::DistrictAdmin,
                Role::Auditor,
            ],
        },
        MenuItem { path: "/gudang/barang", label: "custody.menu.goods", roles: &[Role::DistrictAdmin] },
        MenuItem {
            path: "/gudang/dana/daftar",
            label: "custody.fundlist.title",
            roles: &[Role::DistrictAdmin],
        },
        MenuItem { path: "/gudang/masak", label: "custody.menu.cook", roles: &[Role::Kitchen] },
        MenuItem {
            path: "/gudang/kas",
            label: "custody.menu.cash",
            roles: &[Role::Treasurer, Role::DistrictAdmin, Role::Auditor],
        },
    ],
    tasks: Some(pages::tasks),
    family_panel: Some(|app, actor, family| Box::pin(walk::family_panel(app, actor, family))),
    sponsor_panels: &[|app, actor, sponsor| Box::pin(walk::sponsor_panel(app, actor, sponsor))],
    references: &[
        Reference::code("stock_change", "commodity", "commodity"),
        Reference::id("stock_change", "transfer_id", "transfer"),
        Reference::user("stock_change", "requested_by"),
        Reference::user("stock_change", "decided_by"),
        Reference::id("account", "place_id", "shipment").when("r.kind = 'carriage'"),
        Reference::id("shipment", "from_place_id", "institution"),
        Reference::id("shipment", "to_place_id", "institution"),
        Reference::user("shipment", "sent_by"),
        Reference::user("shipment", "received_by"),
        Reference::code("shipment_item", "commodity", "commodity"),
        Reference::id("purchase", "holder_id", "institution"),
        Reference::id("purchase", "place_id", "institution"),
        Reference::code("purchase", "commodity", "commodity"),
        Reference::id("purchase", "receipt_id", "attachment"),
        Reference::id("purchase", "transfer_id", "transfer"),
        Reference::user("purchase", "recorded_by"),
        Reference::code("price", "commodity", "commodity"),
        Reference::user("price", "recorded_by"),
        Reference::id("cooking", "kitchen_id", "institution"),
        Reference::code("cooking", "commodity", "commodity"),
        Reference::id("cooking", "transfer_id", "transfer"),
        Reference::user("cooking", "recorded_by"),
        Reference::id("stock_change", "stock_take_id", "stock_take"),
        Reference::id("stock_take", "place_id", "institution"),
        Reference::user("stock_take", "taken_by"),
        Reference::code("stock_take_item", "commodity", "commodity"),
        Reference::id("book_period", "stock_take_id", "stock_take"),
    ],
    ..Part::named("custody")
};

fn routes() -> Routes {
    Routes::new()
        .get::<ReadStock, _>("/gudang", pages::stock)
        .get::<ReadStock, _>("/gudang/kiriman", shipment::pages::list)
        .get::<KeepStock, _>("/gudang/kiriman/baru", shipment::pages::new)
        .post::<KeepStock, _>("/gudang/kiriman/baru", shipment::pages::send)
        .get::<ReadStock, _>("/gudang/kiriman/{shipment}", shipment::pages::one)
        .post::<KeepStock, _>("/gudang/kiriman/{shipment}/terima", shipment::pages::receive)
        .post::<KeepStock, _>("/gudang/kiriman/{shipment}/batal", shipment::pages::cancel)
        .get::<ReadStock, _>("/gudang/kiriman/{shipment}/pdf", papers::file::<Waybill>)
        .post::<ReadStock, _>("/gudang/kiriman/{shipment}/pdf", papers::print::<Waybill>)
        .get::<ReadStock, _>("/gudang/kiriman/{shipment}/naskah", papers::signed::<Waybill>)
        .post::<KeepStock, _>("/gudang/kiriman/{shipment}/naskah", papers::add_signed::<Waybill>)
        .get::<ReadStock, _>("/gudang/lot", walk::pages::lots)
        .get::<ReadStock, _>("/gudang/lot/{lot}", walk::pages::lot)
        .get::<ReadStock, _>("/gudang/mutasi", pages::movements)
        .get::<ReverseStock, _>("/gudang/mutasi/{transfer}/batal", pages::reversal)
        .post::<ReverseStock, _>("/gudang/mutasi/{transfer}/batal", pages::reverse)
        .get::<KeepStock, _>("/gudang/pindah", pages::moving)
        .post::<KeepStock, _>("/gudang/pindah", pages::moving_post)
        .get::<ReadStock, _>("/gudang/penghapusan", requests::changes)
        .get::<KeepStock, _>("/gudang/penghapusan/baru", requests::write_off)
        .post::<KeepStock, _>("/gudang/penghapusan/baru", requests::write_off_post)
        .get::<ReadStock, _>("/gudang/penghapusan/{change}", change_paper::show)
        .get::<ReadStock, _>("/gudang/penghapusan/{change}/pdf", papers::file::<ChangeRecord>)
        .post::<ReadStock, _>("/gudang/penghapusan/{change}/pdf", papers::print::<ChangeRecord>)
        .get::<ReadStock, _>("/gudang/penghapusan/{change}/naskah", papers::signed::<ChangeRecord>)
        .post::<KeepStock, _>("/gudang/penghapusan/{change}/naskah", papers::add_signed::<ChangeRecord>)
        .post::<KeepStock, _>("/gudang/penghapusan/{change}", requests::decide)
        .get::<KeepStock, _>("/gudang/retur", giving_back::new)
        .post::<KeepStock, _>("/gudang/retur", giving_back::ask)
        .get::<ReverseStock, _>("/gudang/saldo-awal", requests::opening)
        .post::<ReverseStock, _>("/gudang/saldo-awal", requests::opening_post)
        .get::<KeepStock, _>("/gudang/hitung/{place}", stock_take::pages::stock)
        .post::<KeepStock, _>("/gudang/hitung/{place}", stock_take::pages::stock_post)
        .get::<ReadCounts, _>("/gudang/hitungan", stock_take::pages::list)
        .get::<ReadCounts, _>("/gudang/hitungan/{take}", stock_take::pages::record)
        .get::<ReadCounts, _>("/gudang/hitungan/{take}/pdf", papers::file::<CountRecord>)
        .post::<ReadCounts, _>("/gudang/hitungan/{take}/pdf", papers::print::<CountRecord>)
        .get::<ReadCounts, _>("/gudang/hitungan/{take}/naskah", papers::signed::<CountRecord>)
        .post::<KeepCounts, _>("/gudang/hitungan/{take}/naskah", papers::add_signed::<CountRecord>)
        .get::<ReadPurchases, _>("/gudang/beli", purchase::pages::list)
        .get::<BuyStock, _>("/gudang/beli/baru", purchase::pages::new)
        .post::<BuyStock, _>("/gudang/beli/baru", purchase::pages::buy)
        .get::<ReadPurchases, _>("/gudang/beli/{purchase}/nota", purchase::pages::receipt)
        .post::<KeepPrices, _>("/gudang/harga", purchase::pages::set_price)
        .get::<CookMeals, _>("/gudang/masak", purchase::pages::cooking)
        .post::<CookMeals, _>("/gudang/masak", purchase::pages::cook)
        .get::<KeepCommodities, _>("/gudang/barang", goods::list)
        .post::<KeepCommodities, _>("/gudang/barang", goods::keep)
        .get::<ReadBooks, _>("/gudang/buku", book::pages::list)
        .get::<ReadBooks, _>("/gudang/buku/{account}", book::pages::account)
        .get::<ReadFunds, _>("/gudang/dana", book::pages::funds)
        .get::<KeepFunds, _>("/gudang/dana/daftar", funds::list)
        .post::<KeepFunds, _>("/gudang/dana/daftar", funds::keep)
        .get::<ReadCash, _>("/gudang/kas", pages::cash)
        .get::<CountMoney, _>("/gudang/kas/{place}/hitung", stock_take::pages::cash)
        .post::<CountMoney, _>("/gudang/kas/{place}/hitung", stock_take::pages::cash_post)
}
