//! What the comparison with BKKBN's flag reads.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use crate::tally::Counted;
use asuh_ground::access::Scope;

/// Families that are not here any more: they are in no count.
const GONE: &str = "('moved', 'deceased', 'duplicate')";

asuh_ground::codes! {
    /// How BKKBN's flag and our computation stand to each other. A family without a mark of BKKBN's is not flagged.
    ///
    /// Its word in addresses; translation key `registry.krs.filter.<code>`.
    pub(crate) enum RiskFilter {
        /// At risk by our computation.
        Ours = "ya",
        /// Not at risk by our computation.
        NotOurs = "tidak",
        /// Too little is known to compute.
        Unknown = "belum",
        /// Flagged by BKKBN, not at risk by our computation.
        OnlyBkkbn = "hanya_bkkbn",
        /// At risk by our computation, not flagged by BKKBN.
        OnlyOurs = "hanya_kita",
    }
}

impl RiskFilter {
    /// The condition on `x`, a row of `family_risk` or a cell of the tally.
    fn holds(self, x: &str) -> String {
        match self {
            RiskFilter::Ours => format!("{x}.at_risk = 1"),
            RiskFilter::NotOurs => format!("{x}.at_risk = 0"),
            RiskFilter::Unknown => format!("COALESCE({x}.at_risk, 2) = 2"),
            RiskFilter::OnlyBkkbn => format!("({x}.at_risk = 0 AND {x}.flagged = 1)"),
            RiskFilter::OnlyOurs => format!("({x}.at_risk = 1 AND {x}.flagged = 0)"),
        }
    }

    /// The condition on `x`, a row of `family_risk` or a cell of the tally. Filters of the comparison leave out families
    /// that are not here any more, as its counts do.
    pub(crate) fn condition(self, x: &str) -> String {
        format!("{x}.status NOT IN {GONE} AND {}", self.holds(x))
    }
}

asuh_store::row_struct! {
    /// A village: its families by BKKBN's flag and by our computation.
    #[derive(Default)]
    pub(super) struct Compared {
        pub(super) village_code: i64,
        pub(super) families: i64,
        pub(super) bkkbn: i64,
        pub(super) ours: i64,
        pub(super) only_bkkbn: i64,
        pub(super) only_ours: i64,
        pub(super) unknown: i64,
    }
}

impl Compared {
    /// Families on which both agree.
    pub(super) fn same(&self) -> i64 {
        self.families - self.only_bkkbn - self.only_ours - self.unknown
    }

    /// Adds another village.
    pub(super) fn add(&mut self, other: &Compared) {
        self.families += other.families;
        self.bkkbn += other.bkkbn;
        self.ours += other.ours;
        self.only_bkkbn += other.only_bkkbn;
        self.only_ours += other.only_ours;
        self.unknown += other.unknown;
    }
}

/// The villages within reach, in one query. Index: primary key of family_tally, for the reach of an RW those that
/// [`Counted::by_village`] names.
///
/// # Errors
/// The store fails.
pub(super) async fn compared(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<Compared>, StoreError> {
    let mut args = args![district];
    let counted = Counted::all(scope).by_village(&mut args);
    let sum = |name: &str, holds: &str| {
        format!("CAST(SUM(CASE WHEN {holds} THEN c.families ELSE 0 END) AS BIGINT) AS {name}")
    };
    let of = |name: &str, filter: RiskFilter| sum(name, &filter.holds("c"));
    db.all(
        &format!(
            "SELECT c.village_code, {}, {}, {}, {}, {}, {} FROM {counted} WHERE c.status NOT IN {GONE} \
             GROUP BY c.village_code HAVING SUM(c.families) > 0 ORDER BY c.village_code",
            sum("families", "1 = 1"),
            sum("bkkbn", "c.flagged = 1"),
            of("ours", RiskFilter::Ours),
            of("only_bkkbn", RiskFilter::OnlyBkkbn),
            of("only_ours", RiskFilter::OnlyOurs),
            of("unknown", RiskFilter::Unknown),
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A family on which the two differ.
    pub(super) struct Differing {
        pub(super) family_id: Id,
        pub(super) village: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) head_name: String,
        pub(super) kki: Option<String>,
        pub(super) krs: Option<bool>,
        pub(super) at_risk: Option<bool>,
        pub(super) factors: String,
        pub(super) status: String,
        pub(super) desil: Option<i64>,
    }
}

/// The families within reach on which the two differ, by village and name. Indexes: family_version_list, primary
/// key of family_risk, family_desil_by_family.
///
/// # Errors
/// The store fails.
pub(super) async fn differing(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    most: usize,
) -> Result<Vec<Differing>, StoreError> {
    let mut args: Args = args![district, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.all(
        &format!(
            "SELECT v.family_id, COALESCE(t.name, '') AS village, v.rw, v.rt, v.head_name, v.kki, v.krs, r.at_risk, \
             r.factors, v.status, (SELECT d.desil FROM family_desil d WHERE d.district_id = $1 \
             AND d.family_id = v.family_id AND d.retracted_at IS NULL \
             ORDER BY d.as_of DESC, d.recorded_at DESC, d.id DESC LIMIT 1) AS desil FROM family_version v \
             JOIN family_risk r ON r.district_id = v.district_id AND r.family_id = v.family_id \
             LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.status NOT IN {GONE} AND {within} \
             AND (({}) OR ({})) ORDER BY v.village_code, v.head_search, v.family_id LIMIT {most}",
            RiskFilter::OnlyBkkbn.holds("r"),
            RiskFilter::OnlyOurs.holds("r"),
        ),
        args,
    )
    .await
}
