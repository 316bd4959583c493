//! What a kind of list is made of. The machinery is the same for all of them: numbers, decrees, hashes, differences,
//! pages, files. A later step brings its kind by writing this down, and its routes by [`routes`](super::routes).

use asuh_store::{Args, DistrictId};
use serde::{Deserialize, Serialize};
use time::Date;

use asuh_ground::access::Capability;

/// The first and the last day of the measurements that a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last one.
    pub to: Date,
}

/// A list as a statement about differences names it; days and instants as they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When it was frozen, in milliseconds since 1970.
    pub frozen_at: i64,
    /// The days of measurement that it is about.
    pub period: Option<Period>,
}

/// How the reason of a difference is found, as SQL about `r`, the difference: `r.district_id`, `r.what` ('came',
/// 'went', 'changed'), `r.subject_id`, `r.family_id`, `r.version`. Everything in it is ours.
pub struct Reasons {
    /// Further tables.
    pub joins: String,
    /// The reason's code (translation `frozen.reason.<code>`) of one who came.
    pub came: String,
    /// Of one who went.
    pub went: String,
    /// What somebody wrote about it, or ''.
    pub detail: String,
    /// The result of the visit that counts, as `VisitResult`'s code, or ''.
    pub visit: String,
}

/// The addresses of a kind's pages; made by [`frozen_paths!`](crate::frozen_paths).
#[derive(Debug, Clone, Copy)]
pub struct Paths {
    /// All of them stand below this.
    pub home: &'static str,
    /// The form of a new list.
    pub new: &'static str,
    /// One list.
    pub one: &'static str,
    /// Its rows by name.
    pub rows: &'static str,
    /// What changed since the one before.
    pub changes: &'static str,
    /// The changes as a file.
    pub changes_file: &'static str,
    /// The rows as a file.
    pub file: &'static str,
    /// The paper.
    pub paper: &'static str,
    /// The paper as a PDF.
    pub paper_file: &'static str,
    /// Comparing a file with the list.
    pub proof: &'static str,
    /// Its decree.
    pub decree: &'static str,
}

/// The addresses of a kind's pages below one of them.
#[macro_export]
macro_rules! frozen_paths {
    ($home:literal) => {
        $crate::frozen::Paths {
            home: $home,
            new: concat!($home, "/baru"),
            one: concat!($home, "/{id}"),
            rows: concat!($home, "/{id}/nama"),
            changes: concat!($home, "/{id}/perubahan"),
            changes_file: concat!($home, "/{id}/perubahan/unduh"),
            file: concat!($home, "/{id}/unduh"),
            paper: concat!($home, "/{id}/cetak"),
            paper_file: concat!($home, "/{id}/cetak/pdf"),
            proof: concat!($home, "/{id}/periksa"),
            decree: concat!($home, "/{id}/sk"),
        }
    };
}

/// A kind of frozen list.
pub trait Kind: Send + Sync + 'static {
    /// Reads the rows of one's territories by name.
    type Read: Capability;

    /// Its stable code, as stored; its words are `frozen.kind.<code>` and what hangs below.
    const CODE: &'static str;
    /// The kind of its command, `step.verb_noun`.
    const COMMAND_KIND: &'static str;
    /// Where its pages are.
    const PATHS: Paths;
    /// The codes of its factors in the order of their bits, at most twelve; words `frozen.factor.<code>`. A released
    /// code keeps its place for ever.
    const FACTORS: &'static [&'static str];
    /// Whether its rows are about measurements of a period.
    const IS_MEASURED: bool;
    /// Whether it is filled by a campaign of verification.
    const FOLLOWS_CAMPAIGN: bool;
    /// Heading of the number (KK, NIK) in a file.
    const NUMBER: &'static str;
    /// The table of the versions that rows name, its key, its columns for the name, the sealed number and its
    /// search key.
    const VERSIONS: Versions;

    /// Who stands on a list that is frozen now: a SELECT with the columns `subject_id, family_id, village_code, rw,
    /// rt, name_search, version, factors, evidence_id, evidence_on, score`, each subject once.
    fn selection(args: &mut Args, district: DistrictId, period: Option<Period>) -> String;

    /// What is still open: a SELECT with a row (`village_code, rw`) for each.
    fn open(args: &mut Args, district: DistrictId, period: Option<Period>) -> String;

    /// How the reasons of differences are found.
    fn reasons(district: DistrictId, older: Moment, newer: Moment) -> Reasons;

    /// A number with all but its last digits hidden; empty where it is none.
    fn masked(number: &str) -> String;
}

/// Where the versions that rows name stand.
#[derive(Debug, Clone, Copy)]
pub struct Versions {
    /// The table.
    pub table: &'static str,
    /// The column that holds the subject.
    pub key: &'static str,
    /// The column that holds the name.
    pub name: &'static str,
    /// The column that holds the sealed number.
    pub number: &'static str,
}

impl Versions {
    /// Joins the version that the column `version` of `r` names, as `alias`. Index: the table's primary key.
    pub(super) fn join(&self, alias: &str, version: &str) -> String {
        let Versions { table, key, .. } = self;
        format!(
            "LEFT JOIN {table} {alias} ON {alias}.district_id = r.district_id AND {alias}.{key} = r.subject_id \
             AND {alias}.version = r.{version}"
        )
    }
}
