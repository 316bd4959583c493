//! Which indexes serve the queries of this step: no page reads the history of a district to show a part of it.

use asuh_store::testing::{Plans, TestDatabase, db_test};
use asuh_store::{DistrictId, Id, Instant};
use time::macros::date;

use super::reach::{Reach, Sides};
use super::{
    account, campaign, count, deposit, drive, gift, hand_over, loss, paper, roll, statement, totals,
};

const DISTRICT: DistrictId = DistrictId(1);
const ID: Id = Id::SYSTEM;
const DAY: time::Date = date!(2026 - 11 - 02);
const PAGE: i64 = 51;

fn own() -> Reach {
    Reach::unit(ID)
}

/// A coordinator who is keeper or treasurer too.
fn both() -> Sides {
    Sides { giving: own(), receiving: own() }
}

fn everywhere() -> Sides {
    Sides { giving: Reach::everywhere(), receiving: Reach::everywhere() }
}

#[db_test]
async fn rolls_are_found_by_their_unit_and_day(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    // What a code on paper opens.
    roll::query::by_id(&plans, DISTRICT, &own(), ID).await.unwrap();
    roll::query::lines(&plans, DISTRICT, ID, false).await.unwrap();
    count::query::sums(&plans, DISTRICT, ID, ID).await.unwrap();
    count::query::of_roll(&plans, DISTRICT, ID).await.unwrap();
    count::second::counters(&plans, DISTRICT, ID).await.unwrap();
    paper::query::of(&plans, DISTRICT, ID).await.unwrap();
    // The district's commodities, a handful.
    plans.take().walks_only(&["m.*"]);
    for before in [None, Some(ID)] {
        roll::query::newest(&plans, DISTRICT, &own(), before, PAGE).await.unwrap();
        plans.take().walks_only(&[]);
    }
    roll::query::newest(&plans, DISTRICT, &Reach::everywhere(), None, PAGE).await.unwrap();
    plans.take().walks_only(&["r.key"]);
    drive::query::newest(&plans, DISTRICT, None, PAGE).await.unwrap();
    plans.take().walks_only(&["d.drive_by_day"]).in_order();
    drive::query::newest(&plans, DISTRICT, Some((DAY, ID)), PAGE).await.unwrap();
    drive::query::since(&plans, DISTRICT, DAY).await.unwrap();
    plans.take().walks_only(&[]).in_order();
    drive::query::by_id(&plans, DISTRICT, ID).await.unwrap();
    totals::query::of_drive(&plans, DISTRICT, &own(), ID).await.unwrap();
    totals::query::commodities_of_drive(&plans, DISTRICT, &own(), ID, 5).await.unwrap();
    totals::query::own(&plans, DISTRICT, ID, DAY).await.unwrap();
    campaign::roster(&plans, DISTRICT, ID).await.unwrap();
    campaign::units(&plans, DISTRICT, &own()).await.unwrap();
    plans.take().walks_only(&[]);
}

#[db_test]
async fn hand_overs_and_deposits_are_found_by_their_sides_or_their_state(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    hand_over::query::by_id(&plans, DISTRICT, &both(), ID).await.unwrap();
    hand_over::query::of_roll(&plans, DISTRICT, ID).await.unwrap();
    hand_over::query::items(&plans, DISTRICT, ID).await.unwrap();
    hand_over::query::waiting(&plans, DISTRICT, &own()).await.unwrap();
    deposit::query::by_id(&plans, DISTRICT, &both(), ID).await.unwrap();
    deposit::query::of_roll(&plans, DISTRICT, ID).await.unwrap();
    for sides in [both(), everywhere()] {
        deposit::query::waiting(&plans, DISTRICT, &sides, DAY).await.unwrap();
        deposit::query::open(&plans, DISTRICT, &sides, Some((DAY, ID)), PAGE).await.unwrap();
    }
    plans.take().walks_only(&[]);
    // Single places look their own up; who sees all walks from the newest.
    for before in [None, Some(ID)] {
        hand_over::query::newest(&plans, DISTRICT, &both(), before, PAGE).await.unwrap();
        deposit::query::confirmed(&plans, DISTRICT, &both(), before, PAGE).await.unwrap();
    }
    plans.take().walks_only(&[]);
    hand_over::query::newest(&plans, DISTRICT, &everywhere(), None, PAGE).await.unwrap();
    plans.take().walks_only(&["h.key"]).in_order();
    deposit::query::confirmed(&plans, DISTRICT, &everywhere(), None, PAGE).await.unwrap();
    plans.take().walks_only(&["p.key"]).in_order();
    // Of the history only what came short is read.
    for sides in [both(), everywhere()] {
        hand_over::query::on_the_road(&plans, DISTRICT, &sides, Some(ID), PAGE).await.unwrap();
        hand_over::query::late(&plans, DISTRICT, &sides, Instant(1)).await.unwrap();
        plans.take().walks_only(&["i.hand_over_item_short"]);
    }
    loss::query::newest(&plans, DISTRICT, &own(), Some(ID), PAGE).await.unwrap();
    loss::query::waiting(&plans, DISTRICT, &own(), ID).await.unwrap();
    plans.take().walks_only(&[]);
}

#[db_test]
async fn money_from_banks_is_found_by_account_giver_and_day(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    account::query::by_id(&plans, DISTRICT, &own(), ID).await.unwrap();
    account::query::in_use(&plans, DISTRICT, (ID, "asn"), DAY).await.unwrap();
    account::query::all(&plans, DISTRICT, &own()).await.unwrap();
    plans.take().walks_only(&[]);
    // Offices, firms and fund holders: some hundreds.
    account::query::holders(&plans, DISTRICT).await.unwrap();
    plans.take().walks_only(&["institution.*"]);
    account::query::treasurers(&plans, DISTRICT, ID).await.unwrap();
    statement::query::by_id(&plans, DISTRICT, &own(), ID).await.unwrap();
    statement::query::rows(&plans, DISTRICT, ID).await.unwrap();
    statement::query::last(&plans, DISTRICT, ID).await.unwrap();
    statement::query::known(&plans, DISTRICT, &[[7; 32], [8; 32]]).await.unwrap();
    statement::query::standings(&plans, DISTRICT, &own(), DAY).await.unwrap();
    gift::query::own(&plans, DISTRICT, ID, ID).await.unwrap();
    gift::query::by_id(&plans, DISTRICT, &own(), ID).await.unwrap();
    gift::query::of_sponsor(&plans, DISTRICT, ID, DAY).await.unwrap();
    gift::query::waiting(&plans, DISTRICT, &own(), Some((DAY, ID)), PAGE).await.unwrap();
    plans.take().walks_only(&[]);
    // A handful of accounts, and their statements: one a week each.
    statement::query::newest(&plans, DISTRICT, &Reach::everywhere(), None, PAGE).await.unwrap();
    plans.take().walks_only(&["a.*"]);
}
