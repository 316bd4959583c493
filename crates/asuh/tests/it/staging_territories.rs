//! Lists of territories on their way in: the country's, and a district's own with new names and codes that end.

use std::path::PathBuf;

use asuh_ground::staging;
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_step_registry::territories;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, DistrictId, Fault, Id, Tx, args};
use serde::{Deserialize, Serialize};

use crate::staging::{counts, file};
use crate::support::{TestApp, VILLAGES};

/// Adopts a regency as the set-up of a district does.
#[derive(Serialize, Deserialize)]
struct Adopt(i64);

impl Command for Adopt {
    const KIND: &'static str = "test.adopt";
    type Receipt = u64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<u64, Fault> {
        let code = TerritoryCode::from_i64(self.0).expect("a code");
        Ok(territories::adopt(tx, tx.district(), code).await?)
    }
}

#[db_test]
async fn territories_come_in_change_their_names_and_end(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let mut rows: Vec<(String, String)> = vec![("15.01".into(), "Kabupaten Kerinci".into())];
    rows.push(("15.01.01".into(), "Gunung Raya".into()));
    rows.extend((1..=20).map(|nth| (format!("15.01.01.20{nth:02}"), format!("Desa {nth}"))));
    rows.push(("32.01".into(), "Kabupaten Bogor".into()));
    let csv = |rows: &[(String, String)]| {
        rows.iter().fold("kode,nama\n".to_owned(), |text, (code, name)| format!("{text}{code},{name}\n"))
    };
    let code = TerritoryCode::parse("11").unwrap();
    let nation = asuh_ground::access::Actor::system(DistrictId(0), code, "Nasional", Zone::Wib);
    let path = file(&test, "wilayah.csv", csv(&rows).as_bytes());
    let run = async |actor, path: PathBuf| {
        staging::run(&test.app, actor, "territory", &path, false, &mut |_| {}).await.unwrap()
    };
    assert_eq!(counts(&run(&nation, path.clone()).await), (23, 23, 0, 0, 0));
    assert_eq!(counts(&run(&nation, path).await), (23, 0, 0, 23, 0));
    let adopted = test.app.store.submit(test.envelope(Id::SYSTEM), Adopt(1_501_000_000)).await.unwrap();
    assert_eq!(adopted.value, 22);
    // Into a district: what lies outside is passed over, a new name changes, a code that is gone ends.
    rows.retain(|(code, _)| code != "15.01.01.2020");
    rows[2].1 = "Selam Paung Raya".into();
    rows.extend([
        ("15.01.02".into(), "Danau Kerinci".into()),
        ("15.01.02.2001".into(), "Sanggaran Agung".into()),
    ]);
    rows.extend([("15.01.02.2002".into(), "Kota Baru Sanggaran Agung".into()), ("x".into(), "y".into())]);
    let path = file(&test, "kerinci.csv", csv(&rows).as_bytes());
    let summary = run(&test.system(), path).await;
    assert_eq!(counts(&summary), (25, 0, 1, 23, 1), "{summary:?}");
    assert!(summary.messages[0].message.starts_with("1 wilayah tidak ada lagi"), "{summary:?}");
    let named = "SELECT COUNT(*) AS n FROM territory WHERE district_id = 1 AND name = 'Selam Paung Raya'";
    assert_eq!(test.number(named, args![]).await, 1);
    let ended =
        "SELECT COUNT(*) AS n FROM territory WHERE district_id = 1 AND valid_to IS NOT NULL AND code = $1";
    assert_eq!(test.number(ended, args![1_501_012_020_i64]).await, 1);
    assert_eq!(test.number(ended, args![VILLAGES[0]]).await, 0);
}

/// The national list itself, where it is at hand: every code of the country.
#[test]
fn the_whole_national_list_comes_in() {
    let folder = std::env::var_os("ASUH_SHARED_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let packed = folder.join("data/wilayah.csv.gz");
    let unpacked = std::process::Command::new("gzip").arg("-dc").arg(&packed).output();
    let Some(unpacked) = unpacked.ok().filter(|output| output.status.success() && packed.exists()) else {
        eprintln!("skipped: {} is not there (set ASUH_SHARED_DIR)", packed.display());
        return;
    };
    asuh_store::testing::on_sqlite(async |db| {
        let test = TestApp::start(db).await;
        let path = file(&test, "wilayah.csv", &unpacked.stdout);
        let rows = unpacked.stdout.iter().filter(|byte| **byte == b'\n').count() as i64 - 1;
        let code = TerritoryCode::parse("11").unwrap();
        let nation = asuh_ground::access::Actor::system(DistrictId(0), code, "Nasional", Zone::Wib);
        let summary = staging::run(&test.app, &nation, "territory", &path, false, &mut |_| {}).await.unwrap();
        assert_eq!(counts(&summary), (rows, rows, 0, 0, 0), "{:?}", summary.messages.first());
        let villages = "SELECT COUNT(*) AS n FROM territory WHERE district_id = 0 AND level = 'village'";
        assert!(test.number(villages, args![]).await > 80_000);
    });
}
