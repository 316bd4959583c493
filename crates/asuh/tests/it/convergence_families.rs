//! The families behind the numbers of a situation analysis: every number opens as many rows as it says, within the reader's
//! rights, whatever becomes of the families later; on both engines.

use std::collections::BTreeMap;

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Arg, Id, Instant, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::convergence_world::{Family, Visit, put, store};
use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const MARKS: [&str; 5] = ["poor_water", "poor_latrine", "four_too", "poor", "unvisited"];

/// Makes two of three families at risk, each for its own reasons, and says for which.
async fn at_risk(test: &TestApp, nth: usize, family: &Family) -> Option<Vec<&'static str>> {
    let risky = !nth.is_multiple_of(3);
    let mut factors = Vec::new();
    let mut marks = Vec::new();
    for (holds, factor, mark) in [
        (nth.is_multiple_of(2), "poor_water", "poor_water"),
        (nth % 4 < 2, "poor_latrine", "poor_latrine"),
        (nth.is_multiple_of(5), "too_old", "four_too"),
        (nth.is_multiple_of(7), "no_modern_contraception", ""),
    ] {
        if holds {
            factors.push(factor);
            marks.extend(Some(mark).filter(|mark| !mark.is_empty()));
        }
    }
    let said = vec![
        ("family_id", family.id.value()),
        ("at_risk", i64::from(risky).value()),
        ("factors", factors.join(" ").value()),
        ("village_code", family.village.value()),
        ("status", family.status.value()),
    ];
    put(test, "family_risk", said).await;
    if nth % 7 == 1 {
        // The later word on a family holds.
        for (as_of, desil) in [(20_250_101_i64, 9_i64), (20_260_101, 2)] {
            let id = test.app.store.new_id();
            let said = vec![
                ("id", id.value()),
                ("family_id", family.id.value()),
                ("desil", desil.value()),
                ("as_of", as_of.value()),
            ];
            put(test, "family_desil", said).await;
        }
        marks.push("poor");
    }
    if !family.visits.iter().any(|visit| !visit.back && visit.on >= date!(2026 - 08 - 04)) {
        marks.push("unvisited");
    }
    let counts = risky && !["moved", "deceased", "duplicate"].contains(&family.status);
    counts.then_some(marks)
}

/// Families of four villages: one has moved away; some were visited, one of them too long ago, the visit of another was taken
/// back.
async fn families(test: &TestApp) -> Vec<Family> {
    let mut made = Vec::new();
    for nth in 0..32_usize {
        let (on, back) = match nth {
            nth if nth % 3 == 2 => (date!(2026 - 10 - 10), nth.is_multiple_of(2)),
            4 | 13 => (date!(2026 - 05 - 01), false),
            _ => (date!(2026 - 01 - 01), true),
        };
        let visit = Visit { on, at: Instant(1_780_000_000_000), back, advice: false, answers: Vec::new() };
        let family = Family {
            id: test.app.store.new_id(),
            village: VILLAGES[nth / 2 % 4],
            status: if nth == 10 { "moved" } else { "verified" },
            krs: None,
            water: None,
            latrine: None,
            persons: Vec::new(),
            visits: vec![visit],
            package: None,
            cash: None,
        };
        store(test, &family, i64::try_from(nth).unwrap()).await;
        made.push(family);
    }
    made
}

/// How many families the pages of a number list, one by one, and how many of them are named.
async fn listed(user: &Client, address: &str) -> (usize, usize) {
    let (mut at, mut rows, mut named) = (address.to_owned(), 0, 0);
    loop {
        let page = user.get(&at).await.ok();
        rows += page.matches("<tr><td data-th=\"Kepala keluarga\">").count();
        named += page.matches("href=\"/sasaran/").count();
        let Some(next) = page.split("<nav class=\"pages\"><a href=\"").nth(1) else { return (rows, named) };
        at = next.split('"').next().unwrap().replace("&#38;", "&");
    }
}

#[db_test]
async fn every_number_of_families_opens_the_families_that_it_counted(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let families = families(&test).await;
    let mut wanted: BTreeMap<(i64, &str), usize> = BTreeMap::new();
    for (nth, family) in families.iter().enumerate() {
        let Some(marks) = at_risk(&test, nth, family).await else { continue };
        for mark in marks.into_iter().chain([""]) {
            *wanted.entry((family.village, mark)).or_default() += 1;
        }
    }
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    let one = bappeda.post("/analisis", &[("tahun", "2027"), ("bulan", "2026-10")]).await.to();
    let admin = test.with_role(Role::DistrictAdmin).await;
    let analysis = admin.get(&one).await.ok();
    for village in VILLAGES {
        let n = |mark: &'static str| wanted.get(&(village, mark)).copied().unwrap_or_default();
        assert!(n("") > 0, "the test means nothing without families at risk in {village}");
        let all = format!("{one}/keluarga?wilayah={village}");
        assert!(analysis.contains(&format!("href=\"{all}\">{} dari", n(""))), "{all}: {analysis}");
        assert_eq!(listed(&admin, &all).await, (n(""), n("")), "{village}");
        for mark in MARKS {
            let number = listed(&admin, &format!("{all}&tampil={mark}")).await;
            assert_eq!(number, (n(mark), n(mark)), "{village}, {mark}");
        }
    }
    for mark in MARKS {
        assert!(VILLAGES.iter().any(|village| wanted.contains_key(&(*village, mark))), "nobody is {mark}");
    }
    // Of a kecamatan and of the district: the sums, which lead on to the villages.
    let sum = |mark: &'static str, of: &[i64]| -> usize {
        of.iter().filter_map(|village| wanted.get(&(*village, mark))).sum()
    };
    for (place, of) in [(1_501_010_000_i64, &VILLAGES[..2]), (1_501_000_000, &VILLAGES[..])] {
        let all = format!("{one}/keluarga?wilayah={place}");
        assert!(analysis.contains(&format!("href=\"{all}\">{} dari", sum("", of))), "{analysis}");
        let poor = format!("{all}&tampil=poor");
        let page = admin.get(&poor).await.ok();
        assert!(page.contains(&format!(": {} keluarga", sum("poor", of))), "{page}");
        assert!(page.contains(&format!("Belum dikunjungi 3 bulan ({})", sum("unvisited", of))), "{page}");
        for village in of.iter().filter(|village| wanted.contains_key(&(**village, "poor"))) {
            let words = format!("wilayah={village}&#38;tampil=poor\"");
            assert!(page.contains(&words), "{words}: {page}");
        }
    }
    assert!(
        analysis
            .contains(&format!("wilayah=1501000000&#38;tampil=unvisited\">{}<", sum("unvisited", &VILLAGES)))
    );

    // Who plans sees numbers and no name; a kecamatan sees its own; others nothing.
    let all = format!("{one}/keluarga?wilayah={}", VILLAGES[0]);
    for role in [Role::DistrictPlanner, Role::Leader, Role::OfficePlanner] {
        let page = test.user(role, &[1_501_000_000], &[]).await.get(&all).await.ok();
        assert!(
            page.contains("Nama keluarga hanya tampil") && !page.contains("Keluarga 1"),
            "{role:?}: {page}"
        );
        assert!(page.contains(&format!(": {} keluarga", sum("", &VILLAGES[..1]))), "{role:?}: {page}");
    }
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    let here = sum("", &VILLAGES[..1]);
    assert_eq!(listed(&kecamatan, &all).await, (here, here));
    for outside in ["1501020000", "1501022001", "1501000000", "", "9", "1601010001"] {
        let at = format!("{one}/keluarga?wilayah={outside}");
        assert_eq!(kecamatan.get(&at).await.status, StatusCode::NOT_FOUND, "{outside}");
    }
    assert_eq!(test.with_role(Role::Cadre).await.get(&all).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.admin_elsewhere().await.get(&all).await.status, StatusCode::NOT_FOUND);

    // What becomes of the families later changes none of it: not their risk, not their village. Of one that went where the
    // reader has no work he sees the row without its name.
    test.sql("UPDATE family_risk SET at_risk = 0 WHERE district_id = $1", args![KERINCI]).await;
    let first = "SELECT COUNT(*) AS n FROM analysis_family WHERE district_id = $1 AND village_code = $2";
    assert_eq!(test.number(first, args![KERINCI, VILLAGES[0]]).await, i64::try_from(here).unwrap());
    let gone: Id = families
        .iter()
        .zip(0..)
        .find(|(one, nth)| one.village == VILLAGES[0] && nth % 3 != 0 && one.status == "verified")
        .unwrap()
        .0
        .id;
    test.sql(
        "UPDATE family_version SET village_code = $3 WHERE district_id = $1 AND family_id = $2 AND superseded_at = $4",
        args![KERINCI, gone, VILLAGES[2], Instant::NEVER],
    )
    .await;
    assert_eq!(listed(&kecamatan, &all).await, (here, here - 1));
    assert_eq!(miscounted(&test).await, 0);
    assert_eq!(listed(&admin, &all).await, (here, here));
    assert!(admin.get(&one).await.ok().contains(&format!("href=\"{all}\">{here} dari")));
    // `asuh check` finds a family that is gone, and a mark that is not what was counted.
    for wrong in ["UPDATE analysis_family SET marks = 31 - marks", "DELETE FROM analysis_family"] {
        let of = format!("{wrong} WHERE district_id = $1 AND village_code = $2 AND family_id = $3");
        test.sql(&of, args![KERINCI, VILLAGES[0], gone]).await;
        assert_eq!(miscounted(&test).await, 1, "{wrong}");
    }
}

/// What `asuh check` says of analyses.
async fn miscounted(test: &TestApp) -> usize {
    let part = asuh::gates::parts().find(|part| part.name == "convergence").unwrap();
    let findings = part.check.unwrap()(&test.app, KERINCI).await.unwrap();
    findings.iter().filter(|one| one.starts_with("analysis ")).count()
}
