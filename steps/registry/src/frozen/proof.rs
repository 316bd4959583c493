//! Proving a list: `asuh check` computes its hashes anew, and a file that went out is compared with it.

use std::collections::BTreeMap;
use std::path::Path;

use asuh_documents::sheet::{Limits, Row, SheetReader};
use asuh_store::{DistrictId, Id, Query, StoreError, args};

use super::command::Frozen;
use super::kind::Kind;
use super::query::{self, FrozenList, Selection};
use super::rules::{self, COLUMNS, Hasher, UNMEASURED};
use asuh_ground::App;

/// What is wrong with the lists of a kind: rows altered, added or removed, or another hash than the sealed trail
/// says. Where names have been removed by the law, the rows are proved without them.
///
/// # Errors
/// The store fails.
pub async fn check<K: Kind>(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    for list in query::lists(app.store.reader(), district, K::CODE).await? {
        let called = format!("frozen list {} {}", list.kind, list.number);
        findings.extend(
            check_one::<K>(app, district, &list).await?.into_iter().map(|what| format!("{called}: {what}")),
        );
    }
    Ok(findings)
}

async fn check_one<K: Kind>(
    app: &App,
    district: DistrictId,
    list: &FrozenList,
) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let (mut named, mut bare) = (Hasher::default(), Hasher::default());
    let (mut last, mut nameless) = (0, 0);
    let all = Selection::default();
    loop {
        // In pieces: memory for a few thousand rows, whatever the list has.
        let selection = Selection { after: last, ..all.clone() };
        let lines = query::rows::<K>(db, district, None, list.id, &selection, 5_000).await?;
        let Some(end) = lines.last().map(|line| line.nth) else { break };
        for line in &lines {
            let factors = rules::factor_words(line.factors, K::FACTORS);
            nameless += i64::from(line.name.is_none());
            named.add(line.village_code, &line.said(&factors, true).line(K::IS_MEASURED));
            bare.add(line.village_code, &line.said(&factors, false).line(K::IS_MEASURED));
        }
        last = end;
    }
    let (villages, content) = named.finish();
    let (_, rows) = bare.finish();
    let count: i64 = villages.iter().map(|village| village.rows).sum();
    let mut findings = Vec::new();
    if count != list.row_count {
        findings.push(format!("{count} rows stand where {} were frozen", list.row_count));
    }
    if rows != list.rows_sha256 {
        findings.push("its rows are not those that were frozen".to_owned());
    } else if nameless == 0 {
        if content != list.content_sha256 {
            findings.push("a name is not the one that was frozen".to_owned());
        }
        let written = query::villages(db, district, list.id).await?;
        let same = |(one, other): (&rules::VillageHash, &query::VillageRow)| {
            (one.code, one.rows, one.sha256) == (other.village_code, other.row_count, other.sha256)
        };
        if written.len() != villages.len() || !villages.iter().zip(&written).all(same) {
            findings.push("the hashes of its villages are not those of its rows".to_owned());
        }
    }
    // The receipt is a leaf of the sealed trail: whoever alters the list's own hash has to alter that too.
    let receipt: Option<(String,)> = db
        .first(
            "SELECT receipt FROM command_log WHERE district_id = $1 AND id = $2 AND kind = $3",
            args![district, list.command_id, K::COMMAND_KIND],
        )
        .await?;
    let frozen = receipt.and_then(|(text,)| serde_json::from_str::<Frozen>(&text).ok());
    let sealed = frozen.map(|frozen| (frozen.list, frozen.sha256, frozen.rows_sha256, frozen.rows));
    let own = (list.id, rules::hex(&list.content_sha256), rules::hex(&list.rows_sha256), list.row_count);
    if sealed != Some(own) {
        findings.push("the audit trail does not say what the list says".to_owned());
    }
    Ok(findings)
}

/// What a village of a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All its rows are there, and as they were frozen.
    Same,
    /// Fewer or more rows than the list has: part of a village cannot be proved.
    OtherCount {
        /// Rows that the list has.
        frozen: i64,
    },
    /// As many rows, but not the same ones.
    Altered,
    /// The list has no such village.
    Unknown,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proof {
    /// The villages of the file: code, rows, verdict.
    pub(super) villages: Vec<(i64, i64, Verdict)>,
    /// Rows in the file.
    pub(super) rows: i64,
    /// It is the whole list.
    pub(super) is_whole: bool,
}

impl Proof {
    /// Whether everything that the file holds is as it was frozen.
    pub(super) fn holds(&self) -> bool {
        !self.villages.is_empty() && self.villages.iter().all(|(.., verdict)| *verdict == Verdict::Same)
    }
}

/// The villages' hashes of a file that went out (CSV or XLSX), by code. Rows may stand in any order.
///
/// # Errors
/// The file cannot be read, or lacks the columns that the hash is over: a translation key.
pub(super) fn hashes_of_file(path: &Path) -> Result<Hashed, &'static str> {
    let unreadable = |_| "frozen.refused.unreadable";
    let mut sheet = SheetReader::open(path, &Limits::default()).map_err(unreadable)?;
    let mut row = Row::default();
    if !sheet.next_row(&mut row).map_err(unreadable)? {
        return Err("frozen.refused.unreadable");
    }
    let titles: Vec<String> = (0..40).map(|nth| row.cell(nth).text().trim().to_lowercase()).collect();
    let place = |column: &str| titles.iter().position(|title| title == column);
    let mut places = Vec::new();
    for column in COLUMNS.iter().take(UNMEASURED) {
        places.push(place(column).ok_or("frozen.refused.columns")?);
    }
    places.extend(COLUMNS.iter().skip(UNMEASURED).filter_map(|column| place(column)));
    let mut lines: BTreeMap<(i64, i64), String> = BTreeMap::new();
    let mut rows = 0;
    while sheet.next_row(&mut row).map_err(unreadable)? {
        let fields: Vec<String> = places.iter().map(|place| row.cell(*place).text().into_owned()).collect();
        let number = |nth: usize| fields.get(nth).and_then(|field| field.trim().parse::<i64>().ok());
        let (Some(nth), Some(village)) = (number(0), number(2)) else {
            return Err("frozen.refused.row");
        };
        rows += 1;
        lines.insert((village, nth), rules::line(&fields));
    }
    if lines.len() != rows {
        return Err("frozen.refused.twice");
    }
    let mut hasher = Hasher::default();
    for ((village, _), line) in &lines {
        hasher.add(*village, line);
    }
    let (villages, sha256) = hasher.finish();
    Ok(Hashed { villages, sha256 })
}

/// What a file hashes to.
pub(super) struct Hashed {
    pub(super) villages: Vec<rules::VillageHash>,
    pub(super) sha256: [u8; 32],
}

/// Compares a file with a list.
///
/// # Errors
/// The store fails.
pub(super) async fn compare(
    db: &impl Query,
    district: DistrictId,
    list: &FrozenList,
    file: Hashed,
) -> Result<Proof, StoreError> {
    let frozen: BTreeMap<i64, query::VillageRow> = query::villages(db, district, list.id)
        .await?
        .into_iter()
        .map(|village| (village.village_code, village))
        .collect();
    let verdict = |village: &rules::VillageHash| match frozen.get(&village.code) {
        None => Verdict::Unknown,
        Some(known) if known.sha256 == village.sha256 => Verdict::Same,
        Some(known) if known.row_count != village.rows => Verdict::OtherCount { frozen: known.row_count },
        Some(_) => Verdict::Altered,
    };
    Ok(Proof {
        rows: file.villages.iter().map(|village| village.rows).sum(),
        is_whole: file.sha256 == list.content_sha256,
        villages: file
            .villages
            .iter()
            .map(|village| (village.code, village.rows, verdict(village)))
            .collect(),
    })
}

/// A list that holds the rows of a file: the one whose hash it has, or that has a village with the same hash.
pub(super) async fn list_of_file(
    db: &impl Query,
    district: DistrictId,
    file: &Hashed,
) -> Result<Option<Id>, StoreError> {
    let mut args = args![district];
    let hashes = args.push_list(file.villages.iter().take(100).map(|village| village.sha256));
    let sql = format!(
        "SELECT v.list_id FROM frozen_village v WHERE v.district_id = $1 AND v.sha256 IN ({hashes}) \
         GROUP BY v.list_id ORDER BY COUNT(*) DESC, v.list_id DESC LIMIT 1"
    );
    let found: Option<(Id,)> = db.first(&sql, args).await?;
    Ok(found.map(|row| row.0))
}

/// What the command line says about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProof {
    /// The number of the list that the file is from.
    pub number: i64,
    /// Rows in the file.
    pub rows: i64,
    /// It holds the whole list.
    pub is_whole: bool,
    /// Codes of the villages whose rows are not those of the list.
    pub altered: Vec<i64>,
}

/// Finds the list of this kind that a file is from, and compares them. `None`: no village of the file stands on any
/// list of the kind as it does in the file. The error is a translation key.
///
/// # Errors
/// The store fails.
pub async fn check_file<K: Kind>(
    app: &App,
    district: DistrictId,
    path: &Path,
) -> Result<Result<Option<FileProof>, &'static str>, StoreError> {
    let hashed = match hashes_of_file(path) {
        Ok(hashed) => hashed,
        Err(key) => return Ok(Err(key)),
    };
    let db = app.store.reader();
    let list = match list_of_file(db, district, &hashed).await? {
        Some(id) => query::list::<K>(db, district, id).await?,
        None => None,
    };
    let Some(list) = list else { return Ok(Ok(None)) };
    let proof = compare(db, district, &list, hashed).await?;
    let altered = proof.villages.iter().filter(|(.., verdict)| *verdict != Verdict::Same);
    Ok(Ok(Some(FileProof {
        number: list.number,
        rows: proof.rows,
        is_whole: proof.is_whole,
        altered: altered.map(|(code, ..)| *code).collect(),
    })))
}
