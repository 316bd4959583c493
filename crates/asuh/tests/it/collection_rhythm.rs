//! On which days is collected, what may be made up for, and who sees what was left open.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::collection::{Monday, counts, pairs};
use crate::support::KERINCI;

/// Tries to open the office's roll of these days; which were refused with what.
async fn opened(monday: &Monday, days: &[&str]) -> Vec<bool> {
    let unit = monday.office.to_string();
    let mut found = Vec::new();
    for day in days {
        let day = format!("{}_{day}", monday.campaign);
        let answer = monday.coordinator.post("/setoran/buka", &[("hari", &day), ("unit", &unit)]).await;
        found.push(answer.status == StatusCode::SEE_OTHER);
    }
    found
}

#[db_test]
async fn every_seventeenth_and_once_are_rhythms_too(db: TestDatabase) {
    // Today is Monday 2 November 2026.
    let monday = Monday::begin(db, 2).await;
    let rhythm = async |rhythm: &str, day: i64, starts: i64| {
        let sql = "UPDATE campaign SET rhythm = $1, rhythm_day = $2, starts_on = $3 WHERE district_id = $4";
        monday.test.sql(sql, args![rhythm, day, starts, KERINCI]).await;
    };
    // Every 17th: 17 October is a Saturday and no day of a holiday list; only a 17th is a day.
    rhythm("monthly", 17, 20_260_202).await;
    let days = ["2026-11-02", "2026-10-16", "2026-11-17", "2026-01-17", "2026-10-17", "2026-09-17"];
    assert_eq!(opened(&monday, &days).await, [false, false, false, false, true, true]);
    // The list offers the last one; making up reaches back to the one before.
    let list = monday.coordinator.get("/setoran").await.ok();
    assert!(list.contains("17 Okt 2026") || list.contains("17 Oktober 2026"), "{list}");
    let day = format!("{}_2026-10-17", monday.campaign);
    let unit = monday.office.to_string();
    let roll = monday.coordinator.post("/setoran/buka", &[("hari", &day), ("unit", &unit)]).await.to();
    let person = monday.people[0].to_string();
    let add = format!("{roll}/tambah");
    let form = monday.coordinator.get(&add).await.ok();
    assert!(form.contains("Susulan untuk Kamis, 17 September 2026"), "{form}");
    for (for_day, ok) in [("2026-09-17", true), ("2026-09-18", false), ("2026-07-17", false)] {
        let answer = monday.coordinator.post(&add, &[("nama", &person), ("untuk", for_day)]).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, ok, "{for_day}");
    }
    let cleared = async || {
        for table in ["contribution_item", "contribution", "roll", "drive"] {
            monday.test.sql(&format!("DELETE FROM {table}"), args![]).await;
        }
    };
    // Holidays move a 17th like any other day: over the weekend and a day off to the Tuesday.
    cleared().await;
    let day = |day: &str, name: &str| format!("{{\"day\":\"{day}\",\"name\":\"{name}\"}}");
    let days = format!("[{},{}]", day("2026-10-17", "Libur Daerah"), day("2026-10-19", "Cuti Bersama"));
    let put = asuh_ground::settings::PutSettings {
        group: "program".into(),
        values: [("holidays".to_owned(), days)].into(),
    };
    monday.test.app.submit(&monday.test.system(), monday.test.app.store.new_id(), put).await.unwrap();
    assert_eq!(opened(&monday, &["2026-10-17", "2026-10-19", "2026-10-20"]).await, [false, false, true]);

    // Once: its day alone.
    cleared().await;
    rhythm("once", 0, 20_261_028).await;
    let days = ["2026-10-27", "2026-10-28", "2026-10-29", "2026-11-02"];
    assert_eq!(opened(&monday, &days).await, [false, true, false, false]);
    let list = monday.coordinator.get("/setoran").await.ok();
    assert!(list.contains("28 Oktober 2026") && !list.contains("2 November 2026 ·"), "{list}");
}

#[db_test]
async fn what_is_left_open_is_seen_by_the_giver_alone(db: TestDatabase) {
    let monday = Monday::begin(db, 6).await;
    let roll = monday.open().await;
    let page = monday.coordinator.get(&roll).await.ok();
    // Two gave, one has nothing today, one is away (nobody is asked why), two are never asked.
    let mut fields = monday.line(&page, 0, "full");
    fields.extend(monday.line(&page, 1, "full"));
    fields.extend(monday.line(&page, 2, "nothing"));
    fields.extend(monday.line(&page, 3, "away"));
    monday.coordinator.post(&roll, &pairs(&fields)).await.to();
    let check = monday.coordinator.get(&format!("{roll}/hitung")).await.ok();
    assert!(check.contains("2 orang belum dicatat"), "{check}");
    monday.coordinator.post(&format!("{roll}/tutup"), &pairs(&counts("2", "4000"))).await.to();

    // From here on nobody reads who did not give: not the coordinator, not those above him, not on paper.
    let auditor = monday.test.with_role(Role::Auditor).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let leader = monday.test.with_role(Role::Leader).await;
    let sheet = format!("{roll}/lembar");
    for (user, path) in [
        (&monday.coordinator, roll.as_str()),
        (&monday.coordinator, &sheet),
        (&monday.coordinator, "/setoran"),
        (&monday.coordinator, "/"),
        (&auditor, &sheet),
        (&admin, "/setoran/rekap"),
        (&leader, "/setoran/rekap"),
        (&auditor, "/setoran/rekap"),
    ] {
        let mut answer = user.get(path).await;
        if answer.status.is_redirection() {
            answer = user.get(&answer.location.clone()).await;
        }
        let page = answer.ok();
        for nth in 2..6 {
            assert!(!page.contains(&format!("Sahabat 0{nth}")), "{path} tells of {nth}: {page}");
        }
    }
    assert_eq!(monday.coordinator.get(&format!("{roll}/cetak")).await.to(), sheet);
    assert!(auditor.get(&sheet).await.ok().contains("Sahabat 01"));

    // He himself sees what he promised that day; a colleague who gave sees his own alone.
    for (nth, brought) in [(4, false), (3, false), (0, true)] {
        let user = monday.test.user(Role::Sponsor, &[], &[]).await;
        let link = "UPDATE app_user SET sponsor_id = $1 WHERE district_id = $2 AND id = $3";
        monday.test.sql(link, args![monday.people[nth], KERINCI, user.user]).await;
        let user = monday.test.sign_in(user.user).await;
        let own = user.get("/setoran/saya").await.ok();
        assert!(own.contains("2 Nov 2026") && !own.contains("Sahabat"), "{own}");
        assert_eq!(own.matches("telur 1 butir").count(), if brought { 2 } else { 1 }, "{own}");
        assert_eq!(user.get(&sheet).await.status, StatusCode::FORBIDDEN);
    }
    monday.books_are_clean().await;
}

#[db_test]
async fn drives_keep_to_the_rhythm_and_move_for_holidays(db: TestDatabase) {
    let monday = Monday::begin(db, 2).await;
    let unit = monday.office.to_string();
    for (day, message) in [
        ("2026-11-03", "belum tiba"),
        ("2026-11-01", "tidak mengumpulkan"),
        ("2026-01-26", "tidak mengumpulkan"),
    ] {
        let day = format!("{}_{day}", monday.campaign);
        let answer = monday.coordinator.post("/setoran/buka", &[("hari", &day), ("unit", &unit)]).await;
        assert!(answer.refused().contains(message), "{day}");
    }
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    assert_eq!(monday.coordinator.get("/setoran/jadwal").await.status, StatusCode::FORBIDDEN);
    let campaign = monday.campaign.to_string();
    let moved = |day, from, reason| {
        [("gerakan", campaign.as_str()), ("hari", day), ("dari", from), ("alasan", reason)]
    };
    let path = "/setoran/jadwal";
    assert!(admin.post(path, &moved("1-11-2026", "2-11-2026", "")).await.refused().contains("wajib"));
    assert!(admin.post(path, &moved("9-11-2026", "2-11-2026", "x")).await.refused().contains("paling jauh"));
    admin.post(path, &moved("1-11-2026", "2-11-2026", "hari libur")).await.to();
    let day = format!("{}_2026-11-02", monday.campaign);
    let answer = monday.coordinator.post("/setoran/buka", &[("hari", &day), ("unit", &unit)]).await;
    assert!(answer.refused().contains("dipindahkan"));
    let day = format!("{}_2026-11-01", monday.campaign);
    let roll = monday.coordinator.post("/setoran/buka", &[("hari", &day), ("unit", &unit)]).await.to();
    let list = admin.get(path).await.ok();
    assert!(list.contains("Pengganti 2 Nov 2026") && list.contains("hari libur"), "{list}");
    let drive = list.split("/setoran/jadwal/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let cancel = format!("/setoran/jadwal/{drive}/batal");
    admin.post(&cancel, &[("alasan", "bencana")]).await.to();
    let answer = monday.coordinator.post(&roll, &[("aksi", "semua")]).await;
    assert!(answer.refused().contains("ditiadakan"));
}

#[db_test]
async fn a_holiday_moves_a_monday_and_a_deposit_by_itself(db: TestDatabase) {
    let monday = Monday::begin(db, 5).await;
    let test = &monday.test;
    let day = |day: &str, name: &str| format!("{{\"day\":\"{day}\",\"name\":\"{name}\"}}");
    let days = format!("[{},{}]", day("2026-11-02", "Libur Nasional"), day("2026-11-06", "Cuti Bersama"));
    let put = asuh_ground::settings::PutSettings {
        group: "program".into(),
        values: [("holidays".to_owned(), days)].into(),
    };
    test.app.submit(&test.system(), test.app.store.new_id(), put).await.unwrap();
    let unit = monday.office.to_string();
    let on = |day: &str| format!("{}_{day}", monday.campaign);
    let list = monday.coordinator.get("/setoran").await.ok();
    assert!(!list.contains(&on("2026-11-02")) && !list.contains(&on("2026-11-03")), "{list}");
    let holiday = on("2026-11-02");
    let answer = monday.coordinator.post("/setoran/buka", &[("hari", &holiday), ("unit", &unit)]).await;
    assert!(answer.refused().contains("dipindahkan"));
    test.db.clock.advance(86_400);
    let coordinator = test.sign_in(monday.coordinator.user).await;
    assert!(coordinator.get("/").await.ok().contains("Setoran Selasa, 3 November 2026"));
    assert!(coordinator.get("/setoran").await.ok().contains(&on("2026-11-03")));
    let tuesday = on("2026-11-03");
    let roll = coordinator.post("/setoran/buka", &[("hari", &tuesday), ("unit", &unit)]).await.to();
    let moved = "SELECT COUNT(*) AS n FROM drive WHERE held_on = 20261103 AND moved_from = 20261102 \
                 AND reason = 'Libur Nasional'";
    assert_eq!(test.number(moved, args![]).await, 1);
    coordinator.post(&roll, &[("aksi", "semua")]).await.to();
    coordinator.post(&format!("{roll}/tutup"), &pairs(&counts("5", "10000"))).await.to();
    // Three days on is a holiday, then comes a weekend.
    assert_eq!(test.number("SELECT due_on AS n FROM deposit", args![]).await, 20_261_109);
    // What the admin decides goes before the rule.
    let admin = test.with_role(Role::DistrictAdmin).await;
    let campaign = monday.campaign.to_string();
    let fields = [("gerakan", campaign.as_str()), ("hari", "26-10-2026"), ("dari", ""), ("alasan", "")];
    admin.post("/setoran/jadwal", &fields).await.to();
    let list = admin.get("/setoran/jadwal").await.ok();
    assert!(list.contains("Pengganti 2 Nov 2026") && list.contains("Libur Nasional"), "{list}");
    monday.books_are_clean().await;
}

#[db_test]
async fn a_pause_is_not_expected_and_a_campaign_of_firms_asks_no_unit(db: TestDatabase) {
    let monday = Monday::begin(db, 3).await;
    let test = &monday.test;
    let (pledge,): (Id,) = asuh_store::Query::first(
        test.app.store.reader(),
        "SELECT id FROM pledge WHERE sponsor_id = $1",
        args![monday.people[0]],
    )
    .await
    .unwrap()
    .unwrap();
    let pause = asuh_step_sponsors::pledges::PausePledge {
        pledge,
        starts_on: time::macros::date!(2026 - 11 - 01),
        ends_on: Some(time::macros::date!(2026 - 11 - 02)),
        reach: asuh_step_sponsors::Reach::All,
    };
    test.app.submit(&test.system(), test.app.store.new_id(), pause).await.unwrap();
    // Somebody of another kind gives to a campaign that anybody may join.
    let open_to_all = test.app.store.new_id();
    test.sql(
        "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, ends_on, \
         contributor_scope, help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, \
         deposit_days, state, created_at) VALUES ($1, $2, 'Gerakan CSR', '', 'weekly', 1, 20260202, NULL, 'anyone', \
         'nutrition', 'pairs', $3, $4, 'csr', 1, '', 3, 'active', 0)",
        args![KERINCI, open_to_all, monday.holder, monday.warehouse],
    )
    .await;
    let asked = format!("name=\"hari\" value=\"{open_to_all}_");
    assert!(!monday.coordinator.get("/setoran").await.ok().contains(&asked));
    let roll = monday.open().await;
    let page = monday.coordinator.get(&roll).await.ok();
    assert!(!page.contains("Sahabat 00") && page.contains("Sahabat 01"), "{page}");
    let expected = test
        .number(
            "SELECT COUNT(*) AS n FROM contribution_item WHERE commodity = 'egg' AND expected = 1",
            args![],
        )
        .await;
    assert_eq!(expected, 2, "two of three are expected");
    assert!(!monday.coordinator.get("/").await.ok().contains("Gerakan CSR"));
    // Once one of the unit joins, the unit is asked.
    test.sql(
        "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, ends_on, origin, \
         public_name, reach, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, 1, 20260202, NULL, 'self', 'office', 'district', 0, $5)",
        args![KERINCI, test.app.store.new_id(), open_to_all, monday.people[1], Id::SYSTEM],
    )
    .await;
    assert!(monday.coordinator.get("/setoran").await.ok().contains(&asked));
}
