//! Children and how they stand.

use asuh_growth::indonesia::{GainTable, ReferralLines};
use asuh_nusantara::Sex;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, DistrictId, Engine, Envelope, Fault, Id, Instant, Query, Recording, Tx, args};
use serde::{Deserialize, Serialize};
use time::macros::date;
use time::{Date, Duration};

use super::super::norms::Norms;
use super::super::reading::{Doubt, Facts, Taken};
use super::super::rules::Position;
use super::job::stale_sql;
use super::rules::{HOLDS_DAYS, Placed, Standing, read};
use super::store::{persons_sql, refresh, series_sql};

const BIRTH: Date = date!(2025 - 01 - 10);

fn boy() -> Facts {
    Facts { sex: Some(Sex::Male), birth_date: Some(BIRTH) }
}

/// The `nth` measurement, taken lying.
fn taken(nth: u8, day: Date, grams: i64, mm: i64) -> Taken {
    Taken {
        id: Id::from_bytes([nth; 16]),
        measured_on: day,
        recorded_at: Instant(i64::from(nth)),
        source: "eppgbm".into(),
        posyandu: String::new(),
        weight_g: (grams > 0).then_some(grams),
        height_mm: (mm > 0).then_some(mm),
        position: Some(Position::Lying),
        arm_mm: None,
        head_mm: None,
        oedema: false,
        gain: None,
    }
}

fn stands(series: &[Taken]) -> Standing {
    read(&boy(), series, &Norms::default()).1.expect("a measured child")
}

fn letters(said: &[Placed]) -> String {
    said.iter().map(|one| one.computed.gain.unwrap_or('-')).collect()
}

#[test]
fn a_child_without_measurements_stands_nowhere() {
    assert_eq!(read(&boy(), &[], &Norms::default()), (Vec::new(), None));
}

#[test]
fn newly_stunted_is_who_was_not_short_at_the_plausible_measurement_before() {
    // At 20 and 21 months 80 cm is normal; at 22 months 78.9 cm is short.
    let tall = taken(1, date!(2026 - 09 - 10), 10_500, 800);
    let slip = taken(2, date!(2026 - 10 - 10), 10_500, 500);
    let short = taken(3, date!(2026 - 11 - 10), 10_500, 791);
    let standing = stands(&[tall.clone(), slip.clone(), short.clone()]);
    assert!(standing.stunted && standing.newly_stunted, "{standing:?}");
    assert_eq!(standing.haz_from, Some(short.id));
    let still = taken(4, date!(2026 - 12 - 10), 10_500, 792);
    let standing = stands(&[tall.clone(), slip, short.clone(), still]);
    assert!(standing.stunted && !standing.newly_stunted, "{standing:?}");
    assert!(!stands(&[short]).newly_stunted, "of a first measurement nobody knows");
    assert!(!stands(&[tall]).stunted);
}

#[test]
fn an_implausible_measurement_judges_nobody_and_is_taken_again() {
    let short = taken(1, date!(2026 - 10 - 10), 9_500, 780);
    let slip = taken(2, date!(2026 - 11 - 10), 95_000, 708);
    let standing = stands(&[short.clone(), slip]);
    assert_eq!(standing.measured_on, date!(2026 - 11 - 10));
    let doubts = Doubt::parse(&standing.implausible);
    assert!(doubts.contains(&Doubt::Waz) && doubts.contains(&Doubt::Shrunk), "{standing:?}");
    assert_eq!(standing.waz_from, Some(short.id));
    assert!(!standing.refer_today && standing.gain.as_deref() == Some("B"), "{standing:?}");
}

#[test]
fn a_score_holds_for_half_a_year_and_no_longer() {
    let measured = taken(1, date!(2026 - 02 - 10), 8_000, 700);
    let later = |days| taken(2, date!(2026 - 02 - 10) + Duration::days(days), 8_400, 0);
    let standing = stands(&[measured.clone(), later(HOLDS_DAYS)]);
    assert!(standing.stunted && standing.haz_from == Some(measured.id), "{standing:?}");
    let standing = stands(&[measured, later(HOLDS_DAYS + 1)]);
    assert!(!standing.stunted && standing.haz.is_none() && standing.waz.is_some(), "{standing:?}");
}

#[test]
fn of_one_day_the_measurement_recorded_last_counts_whatever_its_source() {
    let day = date!(2026 - 11 - 10);
    let file = taken(1, day, 10_500, 780);
    let own = Taken { source: "form".into(), ..taken(2, day, 10_500, 830) };
    let standing = stands(&[file, own.clone()]);
    assert_eq!((standing.measurement_id, standing.source.as_str()), (own.id, "form"));
    assert!(!standing.stunted && standing.haz_from == Some(own.id));
}

#[test]
fn letters_go_by_months_and_every_weighing_has_one() {
    let series = [
        taken(1, date!(2026 - 07 - 06), 9_000, 0),
        taken(2, date!(2026 - 08 - 03), 9_100, 0),
        // Of a month the last weighing counts: 9.4 kg, against which September is flat.
        taken(3, date!(2026 - 08 - 20), 9_400, 0),
        taken(4, date!(2026 - 09 - 07), 9_400, 0),
        taken(5, date!(2026 - 10 - 05), 9_500, 0),
        taken(6, date!(2026 - 12 - 07), 9_900, 0),
    ];
    let (said, standing) = read(&boy(), &series[..5], &Norms::default());
    assert_eq!(letters(&said), "BTNTT");
    let standing = standing.unwrap();
    assert!(standing.twice_not_gained && standing.gain_from == Some(series[4].id));
    assert_eq!((standing.gain.as_deref(), standing.reasons.as_str()), (Some("T"), "twice_not_gained"));
    let (said, standing) = read(&boy(), &series, &Norms::default());
    assert_eq!(letters(&said), "BTNTTO");
    assert!(!standing.unwrap().twice_not_gained);
}

#[test]
fn the_first_weighing_known_is_the_childs_first_unless_somebody_says_otherwise() {
    let first = |gain: Option<&str>| Taken {
        gain: gain.map(str::to_owned),
        ..taken(1, date!(2026 - 07 - 06), 9_000, 0)
    };
    for (letter, ours) in [(None, "B"), (Some("B"), "B"), (Some("N"), "-")] {
        let (said, _) = read(&boy(), &[first(letter)], &Norms::default());
        assert_eq!(letters(&said), ours, "{letter:?}");
    }
}

#[test]
fn the_districts_own_table_and_lines_count() {
    let series = [taken(1, date!(2026 - 09 - 07), 9_000, 0), taken(2, date!(2026 - 10 - 05), 9_150, 0)];
    let (said, standing) = read(&boy(), &series, &Norms::default());
    assert_eq!((letters(&said).as_str(), standing.unwrap().below_red_line), ("BT", false));
    let norms = Norms {
        gain: GainTable::new(vec![100; 60], vec![100; 60]).unwrap(),
        lines: ReferralLines { red: -1.0, orange: None },
    };
    let (said, standing) = read(&boy(), &series, &norms);
    assert_eq!((letters(&said).as_str(), standing.unwrap().below_red_line), ("BN", true));
}

#[test]
fn who_is_sent_on_today_and_because_of_what() {
    let day = date!(2026 - 11 - 10);
    let thin = taken(1, day, 7_300, 800);
    let standing = stands(std::slice::from_ref(&thin));
    assert!(standing.refer_today && standing.refer_from == Some(thin.id), "{standing:?}");
    assert_eq!(standing.wasting_status.as_deref(), Some("severely_wasted"));
    assert!(standing.reasons.starts_with("severely_wasted"), "{standing:?}");
    // Weighed again without a length: she stays on the list until somebody measures her.
    let weighed = taken(2, day + Duration::days(28), 7_400, 0);
    let standing = stands(&[thin.clone(), weighed]);
    assert!(standing.refer_today && standing.refer_from == Some(thin.id), "{standing:?}");
    let arm = |mm| Taken { arm_mm: Some(mm), ..taken(1, day, 10_500, 830) };
    assert!(stands(&[arm(114)]).refer_today && !stands(&[arm(115)]).refer_today);
    let swollen = Taken { oedema: true, ..taken(1, day, 10_500, 830) };
    let standing = stands(&[swollen]);
    assert_eq!((standing.reasons.as_str(), standing.refer_today), ("oedema", true));
    assert_eq!(standing.wasting_status.as_deref(), Some("severely_wasted"));
    assert_eq!((standing.waz, standing.gain), (None, None));
}

#[test]
fn without_sex_or_birthday_only_what_needs_neither_is_said() {
    let day = date!(2026 - 11 - 10);
    let swollen = Taken { oedema: true, posyandu: "Melati".into(), ..taken(1, day, 10_500, 700) };
    let (said, standing) = read(&Facts::default(), &[swollen], &Norms::default());
    assert_eq!(said, [Placed { counts: true, ..Placed::default() }]);
    let standing = standing.unwrap();
    assert_eq!((standing.haz, standing.gain, standing.stunted), (None, None, false));
    assert!(standing.refer_today && standing.posyandu == "Melati");
}

#[test]
fn growing_from_lying_to_standing_is_no_shrinking() {
    // 731 days after the birthday a child stands; lying it is 0.7 cm longer.
    let lying = taken(1, date!(2027 - 01 - 05), 11_500, 880);
    let upright =
        |mm| Taken { position: Some(Position::Standing), ..taken(2, date!(2027 - 02 - 05), 11_500, mm) };
    for (mm, shrunk) in [(873, false), (870, false), (869, true)] {
        let standing = stands(&[lying.clone(), upright(mm)]);
        assert_eq!(
            Doubt::parse(&standing.implausible).contains(&Doubt::Shrunk),
            shrunk,
            "{mm}: {standing:?}"
        );
    }
}

/// What SQLite reads for a refresh; PostgreSQL weighs costs and may read small tables from end to end.
#[db_test]
async fn a_refresh_reads_the_children_it_names(db: TestDatabase) {
    let store = db.open().await;
    let persons: Vec<Id> = (0..100).map(|nth| Id::from_bytes([nth; 16])).collect();
    for (sql, args, index) in [
        {
            let (sql, args) = persons_sql(DistrictId(1), &persons);
            (sql, args, "person_version_current")
        },
        {
            let (sql, args) = series_sql(DistrictId(1), &persons);
            (sql, args, "measurement_by_person")
        },
        {
            let (sql, args) = stale_sql(DistrictId(1), None);
            (sql, args, "person_version_current")
        },
    ] {
        let plan = store.reader().plan(&sql, args).await.expect("a plan");
        assert!(
            store.engine() != Engine::Sqlite || (plan.contains(index) && !plan.contains("SCAN")),
            "{plan}"
        );
    }
}

/// A weighing of a child on a day, as a command of its own.
#[derive(Serialize, Deserialize)]
struct Weigh {
    person: Id,
    day: Date,
}

impl Command for Weigh {
    const KIND: &'static str = "test.weigh";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "INSERT INTO measurement (district_id, id, person_id, measured_on, weight_g, posyandu, source, \
             command_id, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, 9000, '', 'form', $2, $2, $5)",
            args![tx.district(), tx.new_id(), self.person, self.day, tx.now()],
        )
        .await?;
        Ok(refresh(tx, &[self.person]).await?)
    }
}

#[db_test]
async fn weighings_at_the_same_time_all_count(db: TestDatabase) {
    let store = db.open().await;
    let persons: Vec<Id> = (0..10).map(|_| store.new_id()).collect();
    let first = date!(2026 - 01 - 01);
    let mut weighings = Vec::new();
    for nth in 0..12 {
        for person in &persons {
            let envelope = Envelope {
                id: store.new_id(),
                district: DistrictId(1),
                actor: Id::SYSTEM,
                device: None,
                captured_at: store.clock().now(),
            };
            let weigh = Weigh { person: *person, day: first + Duration::days(nth) };
            weighings.push(store.submit(envelope, weigh));
        }
    }
    for done in futures_util::future::join_all(weighings).await {
        done.expect("a weighing");
    }
    let behind = "SELECT COUNT(*) AS n FROM child_growth WHERE measured_on < 20260112";
    assert_eq!(store.reader().number(behind, args![]).await.expect("a number"), 0);
}
