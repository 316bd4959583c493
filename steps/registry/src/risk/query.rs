//! What the comparison with BKKBN's flag reads.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use asuh_ground::access::Scope;

/// Families that are not here any more: they are in no count.
const GONE: &str = "('moved', 'deceased', 'duplicate')";

/// How BKKBN's flag and our computation stand to each other. A family without a mark of BKKBN's is not flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RiskFilter {
    /// At risk by our computation.
    Ours,
    /// Not at risk by our computation.
    NotOurs,
    /// Too little is known to compute.
    Unknown,
    /// Flagged by BKKBN, not at risk by our computation.
    OnlyBkkbn,
    /// At risk by our computation, not flagged by BKKBN.
    OnlyOurs,
}

impl RiskFilter {
    /// All of them, in the order forms show them.
    pub(crate) const ALL: [RiskFilter; 5] = [
        RiskFilter::Ours,
        RiskFilter::NotOurs,
        RiskFilter::Unknown,
        RiskFilter::OnlyBkkbn,
        RiskFilter::OnlyOurs,
    ];

    /// Its word in addresses; translation key `registry.krs.filter.<code>`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            RiskFilter::Ours => "ya",
            RiskFilter::NotOurs => "tidak",
            RiskFilter::Unknown => "belum",
            RiskFilter::OnlyBkkbn => "hanya_bkkbn",
            RiskFilter::OnlyOurs => "hanya_kita",
        }
    }

    /// The filter with this word.
    pub(crate) fn parse(code: &str) -> Option<RiskFilter> {
        RiskFilter::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The condition on `r`, the row of `family_risk`, and `v`, the family's version.
    fn holds(self) -> &'static str {
        match self {
            RiskFilter::Ours => "r.at_risk = 1",
            RiskFilter::NotOurs => "r.at_risk = 0",
            RiskFilter::Unknown => "r.at_risk IS NULL",
            RiskFilter::OnlyBkkbn => "r.at_risk = 0 AND v.krs = 1",
            RiskFilter::OnlyOurs => "r.at_risk = 1 AND COALESCE(v.krs, 0) = 0",
        }
    }

    /// The condition on a family's version `v`, with the district as `$1`. Index: primary key of `family_risk`.
    /// Filters of the comparison leave out families that are not here any more, as its counts do.
    pub(crate) fn condition(self) -> String {
        format!(
            "v.status NOT IN {GONE} AND EXISTS (SELECT 1 FROM family_risk r WHERE r.district_id = $1 \
             AND r.family_id = v.family_id AND {})",
            self.holds()
        )
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

/// The villages within reach, in one query. Indexes: family_version_list, primary key of family_risk.
///
/// # Errors
/// The store fails.
pub(super) async fn compared(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<Compared>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    let counted =
        |name: &str, filter: RiskFilter| format!("COUNT(CASE WHEN {} THEN 1 END) AS {name}", filter.holds());
    db.all(
        &format!(
            "SELECT v.village_code, COUNT(*) AS families, COUNT(CASE WHEN v.krs = 1 THEN 1 END) AS bkkbn, \
             {}, {}, {}, {} FROM family_version v \
             LEFT JOIN family_risk r ON r.district_id = v.district_id AND r.family_id = v.family_id \
             WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.status NOT IN {GONE} AND {within} \
             GROUP BY v.village_code ORDER BY v.village_code",
            counted("ours", RiskFilter::Ours),
            counted("only_bkkbn", RiskFilter::OnlyBkkbn),
            counted("only_ours", RiskFilter::OnlyOurs),
            counted("unknown", RiskFilter::Unknown),
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
            RiskFilter::OnlyBkkbn.holds(),
            RiskFilter::OnlyOurs.holds(),
        ),
        args,
    )
    .await
}
