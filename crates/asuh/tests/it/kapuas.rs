//! Kapuas: a province's list becomes "Data Tetap 1" and a quarter of a year later "Data Tetap 2", with the counts that
//! the made-up district says they must have. With `ASUH_KAPUAS_WHOLE` set it has its 12,000 families in 231 villages, which
//! takes minutes.

use std::collections::BTreeMap;

use asuh::gates::demo::kapuas;
use asuh_ground::App;
use asuh_ground::settings::ServerSettings;
use asuh_step_registry::frozen;
use asuh_step_registry::verifications;
use asuh_store::testing::{START, TestDatabase, db_test};
use asuh_store::{DistrictId, Instant, Query, args};

use crate::support::TestApp;

const KAPUAS: DistrictId = DistrictId(1);

async fn counted(app: &App, sql: &str, number: i64) -> BTreeMap<String, i64> {
    asuh_store::row_struct! {
        struct Row { result: String, n: i64 }
    }
    let rows: Vec<Row> = app.store.reader().all(sql, args![KAPUAS, number]).await.expect("the counts");
    rows.into_iter().map(|row| (row.result, row.n)).collect()
}

/// Families of a frozen list by village.
async fn frozen_villages(app: &App, number: i64) -> BTreeMap<i64, i64> {
    asuh_store::row_struct! {
        struct Row { village_code: i64, row_count: i64 }
    }
    let sql = "SELECT v.village_code, v.row_count FROM frozen_village v \
               JOIN frozen_list l ON l.district_id = v.district_id AND l.id = v.list_id \
               WHERE v.district_id = $1 AND l.number = $2";
    let rows: Vec<Row> = app.store.reader().all(sql, args![KAPUAS, number]).await.expect("the villages");
    rows.into_iter().map(|row| (row.village_code, row.row_count)).collect()
}

#[db_test]
async fn a_list_that_nobody_trusts_becomes_two_frozen_lists(db: TestDatabase) {
    let whole = std::env::var_os("ASUH_KAPUAS_WHOLE").is_some();
    let families = if whole { kapuas::WHOLE } else { kapuas::SMALL };
    let story = kapuas::build(db.options(), families, 2026, START, &mut |_| ()).await.unwrap();
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

    // Every row of the lists became a family, or was told to be one that stands there already.
    let sent = "SELECT file_name || ' ' || state AS result, CAST(SUM(rows_new + rows_changed + rows_same) AS BIGINT) AS n \
                FROM import_batch WHERE district_id = $1 AND kind = 'krs' AND $2 = 0 GROUP BY file_name, state";
    let rows = |round: &kapuas::Round| round.rows - round.twice;
    let taken =
        BTreeMap::from([("krs-provinsi.csv committed".into(), rows(&story.first) + rows(&story.second))]);
    assert_eq!(counted(&app, sent, 0).await, taken);
    let open = "SELECT COUNT(*) AS n FROM match_pair m JOIN person_version a ON a.district_id = m.district_id \
                AND a.person_id = m.one_id AND a.superseded_at = $2 JOIN person_version b \
                ON b.district_id = m.district_id AND b.person_id = m.two_id AND b.superseded_at = $2 \
                WHERE m.district_id = $1 AND m.state IN ('open', 'postponed')";
    assert_eq!(reader.number(open, args![KAPUAS, Instant::NEVER]).await.unwrap(), 0, "a pair is undecided");

    // The first round is what the made-up district is, figure by figure.
    let first = &story.first;
    let of = |result: &str| first.results.get(result).copied().unwrap_or_default();
    assert_eq!(first.rows, first.listed + first.copies);
    assert_eq!((first.stayed_out, first.found), (0, first.missing + first.misjoined));
    assert_eq!(
        (of("moved"), of("deceased"), of("not_at_risk")),
        (first.moved, first.gone, first.not_at_risk)
    );
    assert_eq!(of("duplicate"), first.doubles - first.merged);
    assert_eq!(first.frozen, first.listed + first.missing - first.moved - first.gone - first.not_at_risk);
    assert_eq!(story.second.stayed_out, 0);

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
        let villages: BTreeMap<i64, i64> = frozen_villages(&app, list.number).await;
        assert_eq!(villages, round.by_village);
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
    if !whole {
        let [mut one, mut two] = [story.first, story.second];
        one.by_village.clear();
        two.by_village.clear();
        insta::assert_debug_snapshot!("kapuas", [one, two]);
    }

    // The offices have planned, and the meeting that follows the rembuk opens with what is late.
    app.store.close().await;
    let test = TestApp::built(db).await;
    let bappeda = test.demo_user("bappeda").await;
    let late = bappeda.get("/rencana?masalah=late").await.ok();
    assert!(late.contains("Kelas ibu balita") && late.contains("Dinas Kesehatan"), "{late}");
    let list = bappeda.get("/rapat").await.ok();
    let next =
        list.split("href=\"/rapat/").find(|part| part.contains("Rapat Koordinasi Tindak Lanjut")).unwrap();
    let next = bappeda.get(&format!("/rapat/{}", next.split('"').next().unwrap())).await.ok();
    for words in ["PMT lokal dari Dana Desa", "lewat tanggal", "Tujuh desa", "10 persen tahun depan"] {
        assert!(next.contains(words), "{words}: {next}");
    }
    assert!(
        !next.contains("Pemeriksaan kesehatan calon pengantin"),
        "what is kept is not asked again: {next}"
    );
    let values = bappeda.get("/capaian").await.ok();
    for words in ["Keluarga berisiko stunting memperoleh pendampingan", "Dihitung dari data", "90 %"] {
        assert!(values.contains(words), "{words}: {values}");
    }
}
