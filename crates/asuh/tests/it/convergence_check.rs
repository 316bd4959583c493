//! What `asuh check` says of this step: nothing of what the program wrote, and one finding of each copy that was spoiled.

use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Arg, Id, Instant, args};
use time::macros::date;

use crate::convergence_world::put;
use crate::support::{KERINCI, TestApp, VILLAGES};

async fn findings(test: &TestApp) -> Vec<String> {
    asuh_step_convergence::STEP.check.unwrap()(&test.app, KERINCI).await.unwrap()
}

/// That what is kept twice says the same twice.
pub async fn is_clean(test: &TestApp) {
    assert_eq!(findings(test).await, Vec::<String>::new());
}

#[db_test]
async fn a_copy_that_says_something_else_is_a_finding(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let id = Id::SYSTEM;
    let (one, two) = (1_i64, 2_i64);
    let places = format!("{} {}", VILLAGES[0], VILLAGES[1]);
    let said = |text: &str| text.to_owned().value();
    let rows = [
        ("plan", vec![("year", 2026_i64.value())]),
        ("plan_item", vec![("id", id.value()), ("year", 2026_i64.value()), ("version", two.value())]),
        ("plan_version", vec![("item_id", id.value()), ("version", one.value()), ("places", said(&places))]),
        ("plan_version", vec![("item_id", id.value()), ("version", two.value()), ("places", said(&places))]),
        ("plan_place", vec![("item_id", id.value()), ("territory_code", VILLAGES[0].value())]),
        ("plan_place", vec![("item_id", id.value()), ("territory_code", VILLAGES[1].value())]),
        (
            "indicator_report",
            vec![("id", id.value()), ("state", said("sent")), ("first_sent_at", Instant(7).value())],
        ),
        (
            "indicator_report_event",
            vec![("report_id", id.value()), ("nth", one.value()), ("state", said("draft"))],
        ),
        (
            "indicator_report_event",
            vec![
                ("report_id", id.value()),
                ("nth", two.value()),
                ("state", said("sent")),
                ("recorded_at", Instant(7).value()),
            ],
        ),
        ("action_year", vec![("year", 2026_i64.value()), ("scheme", said("six"))]),
        (
            "action",
            vec![
                ("id", id.value()),
                ("year", 2026_i64.value()),
                ("scheme", said("six")),
                ("from_month", one.value()),
                ("to_month", two.value()),
                ("due_on", date!(2026 - 02 - 28).value()),
                ("state", said("running")),
            ],
        ),
        ("action_event", vec![("action_id", id.value()), ("nth", one.value()), ("what", said("running"))]),
        ("action_event", vec![("action_id", id.value()), ("nth", two.value()), ("what", said("document"))]),
        ("meeting", vec![("id", id.value())]),
        ("commitment", vec![("id", id.value()), ("meeting_id", id.value()), ("state", said("open"))]),
    ];
    for (table, row) in rows {
        put(&test, table, row).await;
    }
    is_clean(&test).await;
    for (spoil, mend, finding) in [
        (
            format!(
                "UPDATE plan_place SET territory_code = {} WHERE territory_code = {}",
                VILLAGES[2], VILLAGES[1]
            ),
            format!(
                "UPDATE plan_place SET territory_code = {} WHERE territory_code = {}",
                VILLAGES[1], VILLAGES[2]
            ),
            "plan_item",
        ),
        (
            "UPDATE plan_item SET version = 1 WHERE version = 2".to_owned(),
            "UPDATE plan_item SET version = 2 WHERE version = 1".to_owned(),
            "plan_item",
        ),
        (
            "UPDATE indicator_report SET state = 'accepted' WHERE state = 'sent'".to_owned(),
            "UPDATE indicator_report SET state = 'sent' WHERE state = 'accepted'".to_owned(),
            "indicator_report",
        ),
        (
            "UPDATE indicator_report SET first_sent_at = NULL WHERE state = 'sent'".to_owned(),
            "UPDATE indicator_report SET first_sent_at = 7 WHERE state = 'sent'".to_owned(),
            "indicator_report",
        ),
        (
            "UPDATE action SET state = 'done' WHERE state = 'running'".to_owned(),
            "UPDATE action SET state = 'running' WHERE state = 'done'".to_owned(),
            "action",
        ),
        (
            "UPDATE action SET due_on = 20260331 WHERE to_month = 2".to_owned(),
            "UPDATE action SET due_on = 20260228 WHERE to_month = 2".to_owned(),
            "action",
        ),
        (
            "UPDATE commitment SET state = 'done' WHERE state = 'open'".to_owned(),
            "UPDATE commitment SET state = 'open' WHERE state = 'done'".to_owned(),
            "commitment",
        ),
    ] {
        test.sql(&format!("{spoil} AND district_id = $1"), args![KERINCI]).await;
        let found = findings(&test).await;
        assert!(found.len() == 1 && found[0].starts_with(&format!("{finding} ")), "{spoil}: {found:?}");
        test.sql(&format!("{mend} AND district_id = $1"), args![KERINCI]).await;
        is_clean(&test).await;
    }
}
