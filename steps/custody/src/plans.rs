//! Which indexes serve the queries of this step: no page reads the history of a district to show a part of it.

use asuh_step_collection::Reach;
use asuh_store::testing::{Plans, TestDatabase, db_test};
use asuh_store::{DistrictId, Id};
use time::macros::date;

use super::{book, purchase, query, shipment, stock_take, walk};

const DISTRICT: DistrictId = DistrictId(1);
const ID: Id = Id::SYSTEM;
const DAY: time::Date = date!(2026 - 11 - 02);
const PAGE: i64 = 51;

fn own() -> Reach {
    Reach::unit(ID)
}

#[db_test]
async fn stock_is_what_is_there_now(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    for reach in [Reach::everywhere(), own()] {
        query::stock(&plans, DISTRICT, &reach).await.unwrap();
        plans.take().walks_only(&["r.lot_rest_held"]);
        query::cash(&plans, DISTRICT, &reach).await.unwrap();
        plans.take().walks_only(&[]);
        query::sheet(&plans, DISTRICT, &reach, ID).await.unwrap();
        // The district's commodities, a handful.
        plans.take().walks_only(&["m.*"]);
        stock_take::query::held(&plans, DISTRICT, &reach, ID).await.unwrap();
        purchase::query::purses(&plans, DISTRICT, &reach).await.unwrap();
        plans.take().walks_only(&[]);
    }
    query::places(&plans, DISTRICT).await.unwrap();
    query::holders(&plans, DISTRICT).await.unwrap();
    // Campaigns are a handful.
    plans.take().walks_only(&["c.*"]);
    query::closed(&plans, DISTRICT).await.unwrap();
    plans.take().walks_only(&["book_period.*"]);
}

#[db_test]
async fn movements_are_read_by_day_or_by_account(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    let before = query::Before { moved_on: DAY, id: ID, nth: 0 };
    for before in [None, Some(before)] {
        query::movements(&plans, DISTRICT, &Reach::everywhere(), before, PAGE).await.unwrap();
        plans.take().walks_only(&[]);
    }
    query::movements(&plans, DISTRICT, &own(), None, PAGE).await.unwrap();
    plans.take().walks_only(&[]);
    for before in [None, Some(before)] {
        query::movements_of(&plans, DISTRICT, &[ID, ID], before, PAGE).await.unwrap();
        plans.take().walks_only(&[]);
    }
    query::movement(&plans, DISTRICT, ID).await.unwrap();
    plans.take().walks_only(&[]);
}

#[db_test]
async fn papers_are_walked_from_the_newest_or_looked_up(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    let reach = own();
    query::changes(&plans, DISTRICT, &reach, Some(ID), PAGE).await.unwrap();
    plans.take().walks_only(&[]).in_order();
    query::changes(&plans, DISTRICT, &reach, None, PAGE).await.unwrap();
    plans.take().walks_only(&["c.key"]).in_order();
    query::change(&plans, DISTRICT, &reach, ID).await.unwrap();
    query::waiting(&plans, DISTRICT, &reach, ID).await.unwrap();
    plans.take().walks_only(&[]);

    shipment::query::list(&plans, DISTRICT, &reach, true, Some((DAY, ID)), PAGE).await.unwrap();
    plans.take().walks_only(&[]).in_order();
    shipment::query::list(&plans, DISTRICT, &reach, false, None, PAGE).await.unwrap();
    plans.take().walks_only(&["s.key"]).in_order();
    shipment::query::by_id(&plans, DISTRICT, &reach, ID).await.unwrap();
    shipment::query::items(&plans, DISTRICT, ID).await.unwrap();
    shipment::query::waiting(&plans, DISTRICT, &reach, DAY).await.unwrap();
    plans.take().walks_only(&[]);

    stock_take::query::list(&plans, DISTRICT, &Reach::everywhere(), None, PAGE).await.unwrap();
    plans.take().walks_only(&["s.key"]).in_order();
    stock_take::query::one(&plans, DISTRICT, &reach, ID).await.unwrap();
    stock_take::query::items(&plans, DISTRICT, ID).await.unwrap();
    stock_take::query::pieces(&plans, DISTRICT, ID).await.unwrap();
    plans.take().walks_only(&[]);

    purchase::query::purchases(&plans, DISTRICT, &reach, None, PAGE).await.unwrap();
    plans.take().walks_only(&["p.key"]).in_order();
    purchase::query::purchase(&plans, DISTRICT, &reach, ID).await.unwrap();
    purchase::query::price(&plans, DISTRICT, "egg", DAY).await.unwrap();
    plans.take().walks_only(&[]);
    // The price list, a row a commodity and change.
    purchase::query::prices(&plans, DISTRICT, DAY).await.unwrap();
    plans.take().walks_only(&["p.key"]).in_order();
    purchase::query::cookings(&plans, DISTRICT, &reach, None, PAGE).await.unwrap();
    plans.take().walks_only(&["c.key"]).in_order();
}

#[db_test]
async fn a_lot_is_walked_forward_and_back_by_its_own_rows(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    walk::query::stops(&plans, DISTRICT, &[ID, ID]).await.unwrap();
    for back in [true, false] {
        walk::query::kin(&plans, DISTRICT, ID, back, Some((DAY, ID)), PAGE).await.unwrap();
    }
    walk::query::names(&plans, DISTRICT, &[1, 2]).await.unwrap();
    walk::query::given(&plans, DISTRICT, ID, 4).await.unwrap();
    walk::query::received(&plans, DISTRICT, ID, PAGE).await.unwrap();
    walk::query::lot(&plans, DISTRICT, &own(), ID).await.unwrap();
    plans.take().walks_only(&[]);

    let all = walk::query::Wanted::default();
    walk::query::lots(&plans, DISTRICT, &Reach::everywhere(), &all, PAGE).await.unwrap();
    plans.take().walks_only(&["l.lot_by_day"]).in_order();
    // A keeper's lots are looked up by his places.
    walk::query::lots(&plans, DISTRICT, &own(), &all, PAGE).await.unwrap();
    plans.take().walks_only(&[]);
    let place = walk::query::Wanted { place: Some(ID), ..Default::default() };
    walk::query::lots(&plans, DISTRICT, &own(), &place, PAGE).await.unwrap();
    plans.take().walks_only(&[]).in_order();
    let held = walk::query::Wanted { held: true, after: Some((20_261_102, 20_261_102, ID)), ..all };
    walk::query::lots(&plans, DISTRICT, &own(), &held, PAGE).await.unwrap();
    plans.take().walks_only(&["r.lot_rest_held"]);
}

#[db_test]
async fn a_book_is_read_by_account_and_day(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    let (first, last) = (DAY, date!(2026 - 11 - 30));
    let place = book::query::Place { moved_on: DAY, recorded_at: asuh_store::Instant(1), id: ID, nth: 0 };
    for after in [None, Some(place)] {
        book::query::lines(&plans, DISTRICT, ID, (first, last), after, PAGE).await.unwrap();
        book::query::held(&plans, DISTRICT, ID, first, after).await.unwrap();
    }
    book::query::account(&plans, DISTRICT, &own(), ID).await.unwrap();
    plans.take().walks_only(&[]);
    for after in [None, Some(ID)] {
        book::query::accounts(&plans, DISTRICT, &own(), after, PAGE).await.unwrap();
        plans.take().walks_only(&["r.lot_rest_held"]);
    }
    // What moved since the first day, and what is there now.
    book::query::flows(&plans, DISTRICT, (first, last)).await.unwrap();
    plans.take().walks_only(&["r.lot_rest_held"]);
}
