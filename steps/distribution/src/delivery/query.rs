//! What is read of packages.

use asuh_nusantara::nik::Nik;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::App;
use asuh_ground::access::Scope;
use asuh_ground::web::Text;

asuh_store::row_struct! {
    struct ItemRow {
        id: Id,
        family_id: Id,
        nth: i64,
        head_name: String,
        hamlet: String,
        rw: String,
        rt: String,
        state: String,
        delivered_on: Option<Date>,
        commodity: String,
        unit: String,
        quantity: i64,
    }
}

/// A package of a list.
#[derive(Debug, Clone)]
pub(super) struct PackageLine {
    /// Its key.
    pub id: Id,
    /// The family.
    pub family_id: Id,
    /// Its place on the village's list.
    pub nth: i64,
    /// The head of the family, as on the day of approval.
    pub head_name: String,
    /// Hamlet, RW and RT, as far as they are known.
    pub place: String,
    /// 'planned', 'packed', 'delivered', 'undeliverable', 'cancelled'
    pub state: String,
    /// When it was delivered.
    pub delivered_on: Option<Date>,
    /// What it holds: (unit, quantity).
    pub items: Vec<(String, i64)>,
}

impl PackageLine {
    /// What it holds, in words.
    pub(super) fn contents(&self, text: &Text) -> String {
        contents(&self.items, text)
    }
}

/// "5 butir, 3 kaleng"
pub(super) fn contents(items: &[(String, i64)], text: &Text) -> String {
    items.iter().map(|(unit, quantity)| text.quantity(unit, quantity)).collect::<Vec<_>>().join(", ")
}

fn place(hamlet: &str, rw: &str, rt: &str) -> String {
    let parts = [("", hamlet), ("RW ", rw), ("RT ", rt)];
    parts
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(word, value)| format!("{word}{value}"))
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Which packages of a village a list shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach<'a> {
    /// All: for the warehouse, which packs without names.
    Whole,
    /// Those within the caller's areas.
    Within(&'a Scope),
}

/// The packages of a village of a run, in the order of the packing list. Index: package_by_run.
pub(super) async fn packages(
    db: &impl Query,
    district: DistrictId,
    run: Id,
    village: i64,
    reach: Reach<'_>,
) -> Result<Vec<PackageLine>, StoreError> {
    let mut args = args![district, run, village];
    let reached = match reach {
        Reach::Whole => "(1 = 1)".to_owned(),
        Reach::Within(scope) => scope.territory_condition("p.village_code", Some("p.rw"), &mut args),
    };
    let rows: Vec<ItemRow> = db
        .all(
            &format!(
                "SELECT p.id, p.family_id, p.nth, p.head_name, p.hamlet, p.rw, p.rt, p.state, p.delivered_on, \
                 i.commodity, c.unit, i.quantity FROM package p \
                 JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
                 JOIN commodity c ON c.district_id = i.district_id AND c.code = i.commodity \
                 WHERE p.district_id = $1 AND p.run_id = $2 AND p.village_code = $3 AND {reached} \
                 ORDER BY p.nth, p.id, c.nth, i.commodity"
            ),
            args,
        )
        .await?;
    let mut lines: Vec<PackageLine> = Vec::new();
    for row in rows {
        if lines.last().is_none_or(|line| line.id != row.id) {
            lines.push(PackageLine {
                id: row.id,
                family_id: row.family_id,
                nth: row.nth,
                place: place(&row.hamlet, &row.rw, &row.rt),
                head_name: row.head_name,
                state: row.state,
                delivered_on: row.delivered_on,
                items: Vec::new(),
            });
        }
        if let Some(line) = lines.last_mut() {
            line.items.push((row.unit, row.quantity));
        }
    }
    Ok(lines)
}

asuh_store::row_struct! {
    /// How much of a good a village's packages hold in all.
    pub struct VillageSum {
        /// Name of the good.
        pub name: String,
        /// The word for its smallest unit.
        pub unit: String,
        /// In all.
        pub quantity: i64,
    }
}

/// What the packages of a village in a state hold in all. Index: package_by_run.
pub(super) async fn sums(
    db: &impl Query,
    district: DistrictId,
    run: Id,
    village: i64,
    state: Option<&str>,
) -> Result<Vec<VillageSum>, StoreError> {
    let mut args = args![district, run, village];
    let of_state = state.map_or(String::new(), |state| format!(" AND p.state = {}", args.push(state)));
    db.all(
        &format!(
            "SELECT c.name, c.unit, CAST(SUM(i.quantity) AS BIGINT) AS quantity FROM package p \
             JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
             JOIN commodity c ON c.district_id = i.district_id AND c.code = i.commodity \
             WHERE p.district_id = $1 AND p.run_id = $2 AND p.village_code = $3{of_state} \
             GROUP BY c.nth, c.code, c.name, c.unit ORDER BY c.nth, c.code"
        ),
        args,
    )
    .await
}

/// The name of a village and of its kecamatan. Index: primary key.
pub(super) async fn village_name(
    db: &impl Query,
    district: DistrictId,
    code: i64,
) -> Result<Option<(String, String)>, StoreError> {
    asuh_store::row_struct! { struct Named { name: String, subdistrict: Option<String> } }
    let found: Option<Named> = db
        .first(
            "SELECT v.name, s.name AS subdistrict FROM territory v \
             LEFT JOIN territory s ON s.district_id = v.district_id AND s.code = v.code - v.code % 10000 \
             WHERE v.district_id = $1 AND v.code = $2 AND v.level = 'village'",
            args![district, code],
        )
        .await?;
    Ok(found.map(|found| (found.name, found.subdistrict.unwrap_or_default())))
}

/// The masked NIK of the head of each family of a village's list, by family; a family whose head has none has
/// no entry. Index: person_version_by_family.
pub(super) async fn masked_niks(
    app: &App,
    district: DistrictId,
    run: Id,
    village: i64,
) -> Result<std::collections::HashMap<Id, String>, StoreError> {
    asuh_store::row_struct! { struct Sealed { family_id: Id, nik_sealed: Option<Vec<u8>> } }
    let rows: Vec<Sealed> = app
        .store
        .reader()
        .all(
            "SELECT v.family_id, v.nik_sealed FROM package p \
             JOIN person_version v ON v.district_id = p.district_id AND v.family_id = p.family_id \
               AND v.superseded_at = $4 AND v.relation = 'head' AND v.ended_reason IS NULL \
             WHERE p.district_id = $1 AND p.run_id = $2 AND p.village_code = $3",
            args![district, run, village, Instant::NEVER],
        )
        .await?;
    let mut masked = std::collections::HashMap::new();
    for row in rows {
        let Some(sealed) = row.nik_sealed else { continue };
        let plain = app.store.secrets().open_text(district, &sealed)?;
        if let Ok(nik) = Nik::parse(&plain) {
            masked.insert(row.family_id, nik.masked());
        }
    }
    Ok(masked)
}

asuh_store::row_struct! {
    /// A package with its run and what became of it.
    pub struct PackageDetail {
        /// Its key.
        pub id: Id,
        /// The run.
        pub run_id: Id,
        /// The run's number.
        pub number: String,
        /// State of the run.
        pub run_state: String,
        /// The campaign's name.
        pub campaign_name: String,
        /// Monday of the week.
        pub week_of: Date,
        /// The family.
        pub family_id: Id,
        /// Its place on the list.
        pub nth: i64,
        /// The village.
        pub village_code: i64,
        /// Its name.
        pub village_name: String,
        /// Head of the family.
        pub head_name: String,
        /// Hamlet.
        pub hamlet: String,
        /// RW.
        pub rw: String,
        /// RT.
        pub rt: String,
        /// State.
        pub state: String,
        /// Who received it.
        pub receiver_name: Option<String>,
        /// What he is to the family.
        pub receiver_relation: Option<String>,
        /// When.
        pub happened_at: Option<Instant>,
        /// Why not.
        pub reason: Option<String>,
        /// In words.
        pub note: Option<String>,
        /// The signature.
        pub signature_id: Option<Id>,
        /// The photo.
        pub photo_id: Option<Id>,
        /// Name of the user who recorded it.
        pub recorded_by: Option<String>,
    }
}

impl PackageDetail {
    /// Hamlet, RW and RT, as far as they are known.
    pub(super) fn place(&self) -> String {
        place(&self.hamlet, &self.rw, &self.rt)
    }
}

/// A package within reach. Index: primary keys.
pub(super) async fn package(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    scope: &Scope,
) -> Result<Option<PackageDetail>, StoreError> {
    let mut args = args![district, id];
    let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    db.first(
        &format!(
            "SELECT p.id, p.run_id, r.number, r.state AS run_state, c.name AS campaign_name, p.week_of, p.family_id, \
             p.nth, p.village_code, t.name AS village_name, p.head_name, p.hamlet, p.rw, p.rt, p.state, \
             d.receiver_name, d.receiver_relation, d.happened_at, d.reason, d.note, d.signature_id, d.photo_id, \
             u.name AS recorded_by \
             FROM package p \
             JOIN allocation_run r ON r.district_id = p.district_id AND r.id = p.run_id \
             JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
             JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             LEFT JOIN delivery d ON d.district_id = p.district_id AND d.package_id = p.id \
             LEFT JOIN app_user u ON u.district_id = d.district_id AND u.id = d.recorded_by \
             WHERE p.district_id = $1 AND p.id = $2 AND {reached}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    struct UnitQuantity { unit: String, quantity: i64 }
}

/// What a package holds. Index: primary key.
pub(super) async fn items(
    db: &impl Query,
    district: DistrictId,
    package: Id,
) -> Result<Vec<(String, i64)>, StoreError> {
    let rows: Vec<UnitQuantity> = db
        .all(
            "SELECT c.unit, i.quantity FROM package_item i \
             JOIN commodity c ON c.district_id = i.district_id AND c.code = i.commodity \
             WHERE i.district_id = $1 AND i.package_id = $2 ORDER BY c.nth, c.code",
            args![district, package],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.unit, row.quantity)).collect())
}

/// A package on the family page.
#[derive(Debug, Clone)]
pub(crate) struct FamilyPackage {
    /// Its key.
    pub id: Id,
    /// Monday of the week.
    pub week_of: Date,
    /// The campaign.
    pub campaign: String,
    /// What it holds, in words.
    pub contents: String,
    /// Its state.
    pub state: String,
    /// When it was delivered.
    pub delivered_on: Option<Date>,
}

/// The packages of a family, newest first. Index: package_by_family. Whoever may see the family may see them.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<FamilyPackage>, StoreError> {
    asuh_store::row_struct! {
        struct Row {
            id: Id, week_of: Date, campaign: String, state: String, delivered_on: Option<Date>, unit: String, quantity: i64,
        }
    }
    let rows: Vec<Row> = db
        .all(
            &format!("SELECT p.id, p.week_of, g.name AS campaign, p.state, p.delivered_on, c.unit, i.quantity FROM package p \
             JOIN campaign g ON g.district_id = p.district_id AND g.id = p.campaign_id \
             JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
             JOIN commodity c ON c.district_id = i.district_id AND c.code = i.commodity \
             WHERE p.district_id = $1 AND p.family_id IN {FAMILY_AND_ALIASES} \
             ORDER BY p.week_of DESC, p.id, c.nth, c.code LIMIT 200"),
            args![district, family],
        )
        .await?;
    let mut packages: Vec<FamilyPackage> = Vec::new();
    for row in rows {
        let item = text.quantity(&row.unit, row.quantity);
        match packages.last_mut().filter(|package| package.id == row.id) {
            Some(package) => {
                package.contents.push_str(", ");
                package.contents.push_str(&item);
            }
            None => packages.push(FamilyPackage {
                id: row.id,
                week_of: row.week_of,
                campaign: row.campaign,
                contents: item,
                state: row.state,
                delivered_on: row.delivered_on,
            }),
        }
    }
    Ok(packages)
}

asuh_store::row_struct! {
    /// A run with packages to be packed.
    pub struct RunToPack {
        /// The run.
        pub run_id: Id,
        /// How many packages.
        pub packages: i64,
        /// Of how many villages.
        pub villages: i64,
    }
}

/// Runs whose packages wait in one of the caller's warehouses. Index: allocation_run primary key, package_by_run.
///
/// # Errors
/// The store fails.
pub(crate) async fn to_pack(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<RunToPack>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = scope.unit_condition("r.warehouse_id", &mut args);
    db.all(
        &format!(
            "SELECT r.id AS run_id, COUNT(*) AS packages, COUNT(DISTINCT p.village_code) AS villages FROM allocation_run r \
             JOIN package p ON p.district_id = r.district_id AND p.run_id = r.id AND p.state = 'planned' \
             WHERE r.district_id = $1 AND r.state = 'approved' AND {reached} \
             GROUP BY r.id ORDER BY r.id"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A village with packages on their way.
    pub struct VillageToServe {
        /// The run.
        pub run_id: Id,
        /// The village.
        pub village_code: i64,
        /// Its name.
        pub name: String,
        /// How many packages.
        pub packages: i64,
    }
}

/// Villages within reach whose packed packages wait for delivery, at most five. Index: package_by_village.
///
/// # Errors
/// The store fails.
pub(crate) async fn to_deliver(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<VillageToServe>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
    db.all(
        &format!(
            "SELECT p.run_id, p.village_code, t.name, COUNT(*) AS packages FROM package p \
             JOIN territory t ON t.district_id = p.district_id AND t.code = p.village_code \
             WHERE p.district_id = $1 AND p.state = 'packed' AND {reached} \
             GROUP BY p.run_id, p.village_code, t.name ORDER BY p.village_code, p.run_id LIMIT 5"
        ),
        args,
    )
    .await
}

/// What the books and the packages must agree on; what differs, in words.
///
/// # Errors
/// The store fails.
pub(crate) async fn check_couriers(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let held = db
        .number(
            "SELECT COUNT(*) AS n FROM ( \
               SELECT x.run_id, x.commodity FROM ( \
                 SELECT a.place_id AS run_id, a.commodity, b.amount FROM account a \
                   JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
                   JOIN allocation_run r ON r.district_id = a.district_id AND r.id = a.place_id \
                   WHERE a.district_id = $1 AND a.kind = 'courier' \
                 UNION ALL \
                 SELECT p.run_id, i.commodity, -i.quantity AS amount FROM package p \
                   JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
                   WHERE p.district_id = $1 AND p.state = 'packed' \
               ) x GROUP BY x.run_id, x.commodity HAVING SUM(x.amount) <> 0 \
             ) y",
            args![district],
        )
        .await?;
    let told = db
        .number(
            "SELECT COUNT(*) AS n FROM package p \
             LEFT JOIN delivery d ON d.district_id = p.district_id AND d.package_id = p.id \
             WHERE p.district_id = $1 AND ((p.state IN ('delivered', 'undeliverable') \
               AND (d.outcome IS NULL OR d.outcome <> p.state)) \
               OR (p.state IN ('planned', 'packed', 'cancelled') AND d.id IS NOT NULL))",
            args![district],
        )
        .await?;
    let mut findings = Vec::new();
    if held > 0 {
        findings.push(format!("{held} courier accounts differ from the packages on their way"));
    }
    if told > 0 {
        findings.push(format!("{told} packages and deliveries contradict each other"));
    }
    Ok(findings)
}

asuh_store::row_struct! {
    /// Who received a package, and what proves it.
    pub(crate) struct Receiver {
        pub(crate) package_id: Id,
        pub(crate) name: String,
        pub(crate) relation: String,
        pub(crate) signature_id: Option<Id>,
        pub(crate) photo_id: Option<Id>,
    }
}

impl Receiver {
    /// What is kept as proof, in words.
    pub(crate) fn proof(&self, text: &Text) -> String {
        [(self.signature_id, "distribution.copy.signature"), (self.photo_id, "distribution.copy.photo")]
            .into_iter()
            .filter(|(kept, _)| kept.is_some())
            .map(|(_, key)| text.t(key).into_owned())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Who received a family's packages. Indexes: package_by_family, unique key of `delivery`.
pub(crate) async fn receivers(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Receiver>, StoreError> {
    db.all(
        &format!("SELECT d.package_id, d.receiver_name AS name, d.receiver_relation AS relation, d.signature_id, d.photo_id \
         FROM package p JOIN delivery d ON d.district_id = p.district_id AND d.package_id = p.id \
         WHERE p.district_id = $1 AND p.family_id IN {FAMILY_AND_ALIASES} ORDER BY p.week_of, d.id"),
        args![district, family],
    )
    .await
}
