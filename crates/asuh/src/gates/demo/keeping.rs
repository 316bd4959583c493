//! What the keepers do with the goods: a kitchen and a depot are supplied, eggs are bought, a meal is cooked, the depot is
//! counted, and a shipment is still on its way.

use asuh_store::Id;
use time::Duration;

use super::World;
use super::setup::Places;
use crate::gates::cli::CliError;
use asuh_step_collection::Reach;
use asuh_step_custody as custody;

/// The commodity of the kitchen's meals.
const MEAL: &str = "porsi_makan";

pub(super) fn part(commodity: &str, amount: i64) -> custody::ShipmentPart {
    custody::ShipmentPart { commodity: commodity.into(), amount }
}

/// Sends goods to a place; the shipment.
pub(super) async fn send(
    world: &World,
    from: Id,
    to: Id,
    parts: Vec<custody::ShipmentPart>,
) -> Result<Id, CliError> {
    let send = custody::SendShipment {
        from,
        fund: "asn".into(),
        to,
        parts,
        carrier: "Sopir pikap dinas".into(),
        due_on: world.app.today(&world.actor) + Duration::days(1),
        note: String::new(),
        reach: Reach::unit(from),
    };
    let sent = world.app.submit(&world.actor, world.app.store.new_id(), send).await?.value;
    // What follows is recorded a minute later: books are read in the order in which things were recorded.
    world.clock.advance(60);
    Ok(sent)
}

pub(super) async fn receive(
    world: &World,
    shipment: Id,
    at: Id,
    parts: Vec<custody::ShipmentPart>,
    note: &str,
) -> Result<(), CliError> {
    let receive = custody::ReceiveShipment {
        shipment,
        parts,
        receiver_name: "Petugas penerima".into(),
        note: note.into(),
        reach: Reach::unit(at),
    };
    world.app.submit(&world.actor, world.app.store.new_id(), receive).await?;
    world.clock.advance(60);
    Ok(())
}

/// The week before this Monday, after its packages were packed.
pub(super) async fn keep(world: &World, places: &Places) -> Result<(), CliError> {
    let app = &world.app;
    let day = app.today(&world.actor);
    let meal = custody::KeepCommodity {
        code: None,
        name: "Porsi makan".into(),
        unit: "porsi".into(),
        keeps_days: Some(0),
    };
    app.submit(&world.actor, app.store.new_id(), meal).await?;
    for (commodity, rupiah) in [("egg", 2_000), ("rice_can", 3_500)] {
        let price =
            custody::SetPrice { commodity: commodity.into(), since: world.first_monday(), rupiah, per: 1 };
        app.submit(&world.actor, app.store.new_id(), price).await?;
    }
    for (quantity, paid, note) in [(60, 123_000, ""), (30, 78_000, "Stok telur di pasar sedang kosong")] {
        let buy = custody::BuyGoods {
            holder: places.fund_holder,
            fund: "asn".into(),
            place: places.warehouse,
            commodity: "egg".into(),
            quantity,
            paid,
            shop: "Toko Telur Siulak".into(),
            bought_on: day,
            receipt: None,
            note: note.into(),
            reach: Reach::unit(places.fund_holder),
        };
        app.submit(&world.actor, app.store.new_id(), buy).await?;
        world.clock.advance(60);
    }
    let to_kitchen = send(world, places.warehouse, places.kitchen, vec![part("egg", 30)]).await?;
    receive(world, to_kitchen, places.kitchen, vec![part("egg", 30)], "").await?;
    let cook = custody::CookPortions {
        kitchen: places.kitchen,
        fund: "asn".into(),
        ingredients: vec![custody::Ingredient { commodity: "egg".into(), amount: 24 }],
        meal: MEAL.into(),
        portions: 20,
        day,
        menu: "Nasi tim telur".into(),
        reach: Reach::unit(places.kitchen),
    };
    app.submit(&world.actor, app.store.new_id(), cook).await?;
    world.clock.advance(60);
    // Two of the depot's eggs broke on the way and wait to be explained.
    let to_depot = send(world, places.warehouse, places.depot, vec![part("egg", 20)]).await?;
    receive(world, to_depot, places.depot, vec![part("egg", 18)], "Dua butir pecah di jalan berlubang")
        .await?;
    let count = custody::RequestStockTake {
        place: places.depot,
        counts: vec![custody::Counted {
            place: custody::StockPlace {
                kind: "depot".into(),
                place: places.depot,
                fund: "asn".into(),
                commodity: "egg".into(),
            },
            book: 18,
            counted: 18,
            reason: String::new(),
        }],
        witness: "Kader Kayu Aro".into(),
        reach: Reach::unit(places.depot),
    };
    app.submit(&world.actor, app.store.new_id(), count).await?;
    send(world, places.warehouse, places.kitchen, vec![part("egg", 10)]).await?;
    Ok(())
}
