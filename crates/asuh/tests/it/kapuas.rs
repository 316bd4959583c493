//! Kapuas: a province's list becomes "Data Tetap 1" and a quarter of a year later "Data Tetap 2", with the counts that
//! the made-up district says they must have.

use std::collections::BTreeMap;

use asuh::gates::demo::kapuas;
use asuh_ground::App;
use asuh_ground::settings::ServerSettings;
use asuh_step_registry::frozen;
use asuh_step_registry::verifications;
use asuh_store::testing::{START, TestDatabase, db_test};
use asuh_store::{DistrictId, Query, args};

const KAPUAS: DistrictId = DistrictId(1);

async fn counted(app: &App, sql: &str, number: i64) -> BTreeMap<String, i64> {
    asuh_store::row_struct! {
        struct Row { result: String, n: i64 }
    }
    let rows: Vec<Row> = app.store.reader().all(sql, args![KAPUAS, number]).await.expect("the counts");
    rows.into_iter().map(|row| (row.result, row.n)).collect()
}

#[db_test]
async fn a_list_that_nobody_trusts_becomes_two_frozen_lists(db: TestDatabase) {
    let story = kapuas::build(db.options(), kapuas::SMALL, 2026, START, &mut |_| ()).await.unwrap();
    let settings = ServerSettings { demo: true, folder: db.folder(), ..ServerSettings::default() };
    let app = App::new(db.open().await, settings, asuh::gates::registry());
    let reader = app.store.reader();
    for part in asuh::gates::parts() {
        let Some(check) = part.check else { continue };
        assert_eq!(check(&app, KAPUAS).await.unwrap(), Vec::<String>::new(), "{}", part.name);
    }
    for (level, n) in [("subdistrict", 17), ("village", 231)] {
        let sql = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND level = $2";
        assert_eq!(reader.number(sql, args![KAPUAS, level]).await.unwrap(), n, "{level}");
    }

    // Both lists follow a campaign that closed with all that belongs to it.
    let campaigns = verifications::campaigns(reader, KAPUAS).await.unwrap();
    assert_eq!(campaigns.len(), 2);
    for (campaign, round) in campaigns.iter().rev().zip([&story.first, &story.second]) {
        let standing = verifications::standing(reader, KAPUAS, campaign.id).await.unwrap().unwrap();
        assert!(standing.closed && standing.is_complete(), "{standing:?}");
        assert_eq!((standing.subdistricts, standing.subdistricts_checked), (17, 17));
        assert_eq!((standing.visited, standing.waiting), (standing.families, 0));
        assert_eq!(standing.families, round.results.values().sum::<i64>());
        assert_eq!(standing.found, round.found);
        assert_eq!(campaign.closing_reason, "");
    }
    let lists = frozen::lists(reader, KAPUAS, "families_at_risk").await.unwrap();
    let [second, first] = lists.as_slice() else { panic!("{} lists", lists.len()) };
    assert_eq!(first.campaign_id, Some(campaigns[1].id));
    assert_eq!(second.campaign_id, Some(campaigns[0].id));
    for (list, round) in [(first, &story.first), (second, &story.second)] {
        assert_eq!(list.row_count, round.frozen, "{round:?}");
        let results = "SELECT f.result, COUNT(*) AS n FROM campaign_family f \
                       JOIN frozen_list l ON l.district_id = f.district_id AND l.campaign_id = f.campaign_id \
                       WHERE f.district_id = $1 AND l.number = $2 GROUP BY f.result";
        assert_eq!(counted(&app, results, list.number).await, round.results);
    }

    // Why somebody came or went is what befell the made-up family.
    for (what, wanted) in [("came", &story.second.came), ("went", &story.second.went)] {
        let counts = frozen::difference_counts(reader, KAPUAS, first, second).await.unwrap();
        let found: BTreeMap<String, i64> = counts
            .into_iter()
            .filter(|(direction, ..)| *direction == what)
            .map(|(_, reason, n)| (reason, n))
            .collect();
        assert_eq!(&found, wanted, "{what}");
    }

    // The figures of this seed, so that a slip in the reckoning itself is seen too.
    insta::assert_debug_snapshot!("kapuas", story);
}
