//! What happens to packages.

use std::collections::{BTreeMap, BTreeSet};

use asuh_ledger::{AccountKind, Commodity, Fund};
use asuh_store::{Args, Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::plan::{self, RunLine};
use asuh_ground::access::Scope;
use asuh_ground::attachments;
use asuh_ground::books::{self, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;

/// Where a run's goods lie, by commodity: money with the fund holder, everything else in the warehouse.
fn store_of(run: &RunLine, commodity: Commodity) -> Spot {
    if commodity == Commodity::CASH {
        Spot::new(AccountKind::FundHolder, run.fund_holder_id)
    } else {
        Spot::new(AccountKind::Warehouse, run.warehouse_id)
    }
}

fn courier_of(run: &RunLine) -> Spot {
    Spot::new(AccountKind::Courier, run.id)
}

fn fund_of(run: &RunLine) -> Result<Fund, StoreError> {
    run.fund.parse().map_err(|_| StoreError::Shape(run.fund.clone()))
}

pub(super) async fn approved_run(tx: &Tx<'_>, id: Id) -> Result<RunLine, Fault> {
    let run = plan::run(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?;
    if run.state != "approved" {
        return Err(Refusal::new("distribution.refused.not_approved").into());
    }
    Ok(run)
}

asuh_store::row_struct! {
    struct Item { package_id: Id, family_id: Id, commodity: String, quantity: i64 }
}

/// What packages hold. Index: primary key.
async fn items(tx: &Tx<'_>, packages: &[Id]) -> Result<Vec<(Item, Commodity)>, Fault> {
    let mut found = Vec::new();
    for chunk in packages.chunks(500) {
        let mut args = Args::new().with(tx.district());
        let list = args.push_list(chunk.iter().copied());
        let rows: Vec<Item> = tx
            .all(
                &format!(
                    "SELECT i.package_id, p.family_id, i.commodity, i.quantity FROM package p \
                     JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
                     WHERE p.district_id = $1 AND p.id IN ({list}) ORDER BY i.package_id, i.commodity"
                ),
                args,
            )
            .await?;
        for row in rows {
            let commodity = row.commodity.parse().map_err(|_| StoreError::Shape(row.commodity.clone()))?;
            found.push((row, commodity));
        }
    }
    Ok(found)
}

fn sums(items: &[(Item, Commodity)]) -> BTreeMap<Commodity, i64> {
    let mut sums = BTreeMap::new();
    for (item, commodity) in items {
        *sums.entry(*commodity).or_insert(0) += item.quantity;
    }
    sums
}

/// Moves packages from one state to another; those that were in it. Of two that try at the same time one
/// finds nothing left to move.
pub(super) async fn change_state(
    tx: &Tx<'_>,
    packages: &[Id],
    from: &str,
    to: &str,
    day: Option<Date>,
) -> Result<Vec<Id>, Fault> {
    let mut moved = Vec::new();
    for chunk in packages.chunks(500) {
        let mut args = args![tx.district(), from, to, day, tx.now()];
        let list = args.push_list(chunk.iter().copied());
        let rows: Vec<(Id,)> = tx
            .all(
                &format!(
                    "UPDATE package SET state = $3, delivered_on = $4, changed_at = $5 \
                     WHERE district_id = $1 AND state = $2 AND id IN ({list}) RETURNING id"
                ),
                args,
            )
            .await?;
        moved.extend(rows.into_iter().map(|row| row.0));
    }
    Ok(moved)
}

/// The packages hand over to the courier: out of the warehouse's books, into his.
///
/// Refused when the run is not approved, the warehouse is not the caller's, or nothing waits there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackVillage {
    /// The run.
    pub run: Id,
    /// The village.
    pub village: i64,
    /// The day of packing.
    pub day: Date,
    /// How far the caller's right reaches: the warehouse must be among his units.
    pub scope: Scope,
}

impl Command for PackVillage {
    const KIND: &'static str = "distribution.pack_village";
    /// Packages packed.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let run = approved_run(tx, self.run).await?;
        if !self.scope.reaches_unit(run.warehouse_id) {
            return Err(Refusal::not_found().into());
        }
        tx.subject("run", run.id);
        // Holds the run, so that it is not closed while its goods pass to the courier.
        tx.execute(
            "UPDATE allocation_run SET state = state WHERE district_id = $1 AND id = $2 AND state = 'approved'",
            args![tx.district(), run.id],
        )
        .await?;
        let waiting: Vec<(Id,)> = tx
            .all(
                "SELECT id FROM package WHERE district_id = $1 AND run_id = $2 AND village_code = $3 AND state = 'planned'",
                args![tx.district(), run.id, self.village],
            )
            .await?;
        let waiting: Vec<Id> = waiting.into_iter().map(|row| row.0).collect();
        let packed = change_state(tx, &waiting, "planned", "packed", None).await?;
        if packed.is_empty() {
            return Err(Refusal::new("distribution.refused.nothing_to_pack").into());
        }
        let fund = fund_of(&run)?;
        let moves = sums(&items(tx, &packed).await?)
            .into_iter()
            .map(|(commodity, amount)| {
                Move::new(commodity, store_of(&run, commodity), courier_of(&run), amount)
            })
            .collect();
        let transfer = Transfer {
            kind: TransferKind::Packed,
            fund,
            day: self.day,
            cause: run.id,
            reason: String::new(),
            moves,
        };
        books::post(tx, transfer).await?;
        Ok(packed.len() as i64)
    }
}

/// One package of a list of deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryLine {
    /// The package.
    pub package: Id,
    /// Who received it; empty: the head of the family.
    pub receiver_name: String,
    /// 'head', 'wife', 'member', 'neighbour', 'official'; empty: 'head'.
    pub relation: String,
    /// Why somebody outside the household received it; empty where one of the family did.
    pub note: String,
}

/// What a list of deliveries did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Delivered by this command.
    pub delivered: i64,
    /// Had been delivered before; nothing was done again.
    pub already: i64,
}

/// Delivers packages of one village of a run, all at once.
///
/// Refused when a package is not the run's and village's or out of reach (not found), not packed yet, came
/// back before, or when the district asks for a proof (then each is delivered by [`DeliverPackage`]).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliverVillage {
    /// The run.
    pub run: Id,
    /// The village.
    pub village: i64,
    /// The deliveries.
    pub lines: Vec<DeliveryLine>,
    /// The day of the deliveries.
    pub day: Date,
    /// The instant, as exactly as it is known.
    pub happened_at: Instant,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for DeliverVillage {
    const KIND: &'static str = "distribution.deliver_village";
    type Receipt = Delivered;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Delivered, Fault> {
        let run = approved_run(tx, self.run).await?;
        tx.subject("run", run.id);
        if proof_asked(tx).await? != "optional" {
            return Err(Refusal::new("distribution.refused.proof_each").into());
        }
        let wanted: BTreeSet<Id> = self.lines.iter().map(|line| line.package).collect();
        if wanted.is_empty() {
            return Err(Refusal::new("distribution.refused.choose").field("paket").into());
        }
        let wanted: Vec<Id> = wanted.into_iter().collect();
        let found = reached(tx, &wanted, &self.scope).await?;
        if found.len() != wanted.len()
            || found.iter().any(|package| package.run_id != run.id || package.village_code != self.village)
        {
            return Err(Refusal::not_found().into());
        }
        if let Some(package) =
            found.iter().find(|package| !matches!(package.state.as_str(), "packed" | "delivered"))
        {
            return Err(not_packed(package));
        }
        let entries = self
            .lines
            .iter()
            .map(|line| Entry {
                package: line.package,
                receiver_name: line.receiver_name.clone(),
                relation: line.relation.clone(),
                note: line.note.clone(),
                signature: None,
                photo: None,
            })
            .collect();
        let delivered = deliver(tx, &run, &found, entries, self.day, self.happened_at).await?;
        Ok(Delivered { delivered, already: wanted.len() as i64 - delivered })
    }
}

/// Delivers one package, with its proof.
///
/// Refused as [`DeliverVillage`], when it was delivered before, or when the proof that the district asks for
/// (setting `distribution.proof`) is missing; also when somebody stands in for the head of the family without a name,
/// or one from outside the household without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliverPackage {
    /// The package and who received it.
    pub line: DeliveryLine,
    /// The day of the delivery.
    pub day: Date,
    /// The instant, as exactly as it is known.
    pub happened_at: Instant,
    /// The signature, kept as an attachment.
    pub signature: Option<Id>,
    /// The photo, kept as an attachment.
    pub photo: Option<Id>,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for DeliverPackage {
    const KIND: &'static str = "distribution.deliver_package";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let package = one_reached(tx, self.line.package, &self.scope).await?;
        let run = approved_run(tx, package.run_id).await?;
        tx.subject("family", package.family_id);
        match proof_asked(tx).await?.as_str() {
            "signature" if self.signature.is_none() => {
                return Err(Refusal::new("distribution.refused.signature").field("tanda_tangan").into());
            }
            "photo" if self.photo.is_none() => {
                return Err(Refusal::new("distribution.refused.photo").field("foto").into());
            }
            "any" if self.photo.is_none() && self.signature.is_none() => {
                return Err(Refusal::new("distribution.refused.any_proof").field("tanda_tangan").into());
            }
            _ => {}
        }
        check_receiver(&self.line)?;
        for attachment in self.signature.iter().chain(&self.photo) {
            if !attachments::is_own(tx, tx.district(), *attachment, tx.actor()).await? {
                return Err(Refusal::not_found().into());
            }
        }
        let entry = Entry {
            package: package.id,
            receiver_name: self.line.receiver_name.clone(),
            relation: self.line.relation.clone(),
            note: self.line.note.clone(),
            signature: self.signature,
            photo: self.photo,
        };
        let found = [package];
        if deliver(tx, &run, &found, vec![entry], self.day, self.happened_at).await? == 0 {
            return Err(not_packed(&one_reached(tx, self.line.package, &self.scope).await?));
        }
        Ok(())
    }
}

/// The proof that the district asks for: 'optional', 'signature', 'photo' or 'any' of the two.
async fn proof_asked(tx: &Tx<'_>) -> Result<String, StoreError> {
    settings::get_typed(tx, tx.district(), "distribution.proof").await
}

asuh_store::row_struct! {
    pub(super) struct Package {
        pub(super) id: Id,
        pub(super) run_id: Id,
        pub(super) family_id: Id,
        pub(super) nth: i64,
        village_code: i64,
        head_name: String,
        state: String,
    }
}

/// The packages with these ids within reach. Index: primary key.
async fn reached(tx: &Tx<'_>, ids: &[Id], scope: &Scope) -> Result<Vec<Package>, Fault> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let mut args = Args::new().with(tx.district());
        let list = args.push_list(chunk.iter().copied());
        let reached = scope.territory_condition("p.village_code", Some("p.rw"), &mut args);
        let rows: Vec<Package> = tx
            .all(
                &format!(
                    "SELECT p.id, p.run_id, p.family_id, p.nth, p.village_code, p.head_name, p.state FROM package p \
                     WHERE p.district_id = $1 AND p.id IN ({list}) AND {reached}"
                ),
                args,
            )
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

pub(super) async fn one_reached(tx: &Tx<'_>, id: Id, scope: &Scope) -> Result<Package, Fault> {
    Ok(reached(tx, &[id], scope).await?.pop().ok_or_else(Refusal::not_found)?)
}

fn not_packed(package: &Package) -> Fault {
    let code = match package.state.as_str() {
        "delivered" => "distribution.refused.delivered",
        "planned" => "distribution.refused.not_packed",
        _ => "distribution.refused.returned",
    };
    Refusal::new(code).arg("nth", package.nth).into()
}

/// What is written down about one delivery.
struct Entry {
    package: Id,
    receiver_name: String,
    relation: String,
    note: String,
    signature: Option<Id>,
    photo: Option<Id>,
}

/// Who stands in for the head of the family has a name, and whoever is not of the household a reason.
fn check_receiver(line: &DeliveryLine) -> Result<(), Refusal> {
    if matches!(line.relation.as_str(), "" | "head") {
        return Ok(());
    }
    if line.receiver_name.is_empty() {
        return Err(Refusal::new("distribution.refused.receiver").field("penerima"));
    }
    if matches!(line.relation.as_str(), "neighbour" | "official") && line.note.is_empty() {
        return Err(Refusal::new("distribution.refused.substitute").field("sebab"));
    }
    Ok(())
}

/// Delivers those of the packages that are packed; how many. The rest had been delivered before.
async fn deliver(
    tx: &Tx<'_>,
    run: &RunLine,
    found: &[Package],
    entries: Vec<Entry>,
    day: Date,
    happened_at: Instant,
) -> Result<i64, Fault> {
    let ids: Vec<Id> = found.iter().map(|package| package.id).collect();
    let moved: BTreeSet<Id> =
        change_state(tx, &ids, "packed", "delivered", Some(day)).await?.into_iter().collect();
    let packages: BTreeMap<Id, &Package> = found.iter().map(|package| (package.id, package)).collect();
    let mut rows = Vec::new();
    let mut written = BTreeSet::new();
    for entry in entries {
        let Some(package) = packages.get(&entry.package) else { continue };
        if !moved.contains(&entry.package) || !written.insert(entry.package) {
            continue;
        }
        let receiver =
            if entry.receiver_name.is_empty() { package.head_name.clone() } else { entry.receiver_name };
        let relation = if entry.relation.is_empty() { "head".to_owned() } else { entry.relation };
        rows.push(args![
            tx.district(),
            tx.new_id(),
            entry.package,
            "delivered",
            "",
            entry.note,
            receiver,
            relation,
            happened_at,
            entry.signature,
            entry.photo,
            tx.now(),
            tx.actor(),
        ]);
    }
    store_deliveries(tx, rows).await?;
    let fund = fund_of(run)?;
    let mut transfers: BTreeMap<Id, Transfer> = BTreeMap::new();
    let moved: Vec<Id> = moved.into_iter().collect();
    for (item, commodity) in items(tx, &moved).await? {
        let transfer = transfers.entry(item.package_id).or_insert_with(|| Transfer {
            kind: TransferKind::Delivered,
            fund,
            day,
            cause: item.package_id,
            reason: String::new(),
            moves: Vec::new(),
        });
        let family = Spot::new(AccountKind::Household, item.family_id);
        transfer.moves.push(Move::new(commodity, courier_of(run), family, item.quantity));
    }
    books::post_many(tx, transfers.into_values().collect()).await?;
    Ok(moved.len() as i64)
}

async fn store_deliveries(tx: &Tx<'_>, rows: Vec<Args>) -> Result<(), StoreError> {
    tx.insert_many(
        "INSERT INTO delivery (district_id, id, package_id, outcome, reason, note, receiver_name, receiver_relation, \
         happened_at, signature_id, photo_id, recorded_at, recorded_by) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(())
}

/// Why a package could not be delivered.
pub(super) const REASONS: [&str; 5] = ["not_home", "moved", "refused", "not_found", "other"];

/// A package comes back: its goods to the warehouse, its worth to the family's claim, so that the next run
/// treats it as not given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Undeliverable {
    /// The package.
    pub package: Id,
    /// One of [`REASONS`].
    pub reason: String,
    /// In words; required for 'other'.
    pub note: String,
    /// The day.
    pub day: Date,
    /// The instant, as exactly as it is known.
    pub happened_at: Instant,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for Undeliverable {
    const KIND: &'static str = "distribution.undeliverable";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let package = one_reached(tx, self.package, &self.scope).await?;
        let run = approved_run(tx, package.run_id).await?;
        tx.subject("family", package.family_id);
        if !REASONS.contains(&self.reason.as_str()) {
            return Err(Refusal::new("web.error.choose").field("alasan").into());
        }
        if self.reason == "other" && self.note.is_empty() {
            return Err(Refusal::new("distribution.refused.note").field("catatan").into());
        }
        if change_state(tx, &[package.id], "packed", "undeliverable", None).await?.is_empty() {
            return Err(not_packed(&one_reached(tx, self.package, &self.scope).await?));
        }
        let row = args![
            tx.district(),
            tx.new_id(),
            package.id,
            "undeliverable",
            &self.reason,
            &self.note,
            "",
            "",
            self.happened_at,
            None::<Id>,
            None::<Id>,
            tx.now(),
            tx.actor(),
        ];
        store_deliveries(tx, vec![row]).await?;
        take_back(tx, &run, &[package.id], self.day, package.id, &self.reason).await?;
        Ok(())
    }
}

/// Goods of packed packages go back to the store, and the families' claims grow by them.
async fn take_back(
    tx: &Tx<'_>,
    run: &RunLine,
    packages: &[Id],
    day: Date,
    cause: Id,
    reason: &str,
) -> Result<(), Fault> {
    let items = items(tx, packages).await?;
    let fund = fund_of(run)?;
    let moves = sums(&items)
        .into_iter()
        .map(|(commodity, amount)| Move::new(commodity, courier_of(run), store_of(run, commodity), amount))
        .collect();
    let transfer =
        Transfer { kind: TransferKind::Returned, fund, day, cause, reason: reason.to_owned(), moves };
    books::post(tx, transfer).await?;
    return_claims(tx, run, &items).await
}

/// The claims of the families grow by what their packages hold.
async fn return_claims(tx: &Tx<'_>, run: &RunLine, items: &[(Item, Commodity)]) -> Result<(), Fault> {
    let rows = items
        .iter()
        .map(|(item, _)| {
            args![tx.district(), run.campaign_id, item.family_id, &item.commodity, 1000 * item.quantity]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO share_account (district_id, campaign_id, family_id, commodity, balance) VALUES",
        "ON CONFLICT (district_id, campaign_id, family_id, commodity) \
         DO UPDATE SET balance = share_account.balance + excluded.balance",
        rows,
    )
    .await?;
    Ok(())
}

/// Takes back everything of a run that was not delivered: (was packed, was only planned).
pub(crate) async fn take_back_rest(tx: &Tx<'_>, run: &RunLine, day: Date) -> Result<(i64, i64), Fault> {
    let open: Vec<(Id,)> = tx
        .all(
            "SELECT id FROM package WHERE district_id = $1 AND run_id = $2 AND state IN ('planned', 'packed')",
            args![tx.district(), run.id],
        )
        .await?;
    let open: Vec<Id> = open.into_iter().map(|row| row.0).collect();
    let packed = change_state(tx, &open, "packed", "cancelled", None).await?;
    take_back(tx, run, &packed, day, run.id, "").await?;
    let planned = change_state(tx, &open, "planned", "cancelled", None).await?;
    return_claims(tx, run, &items(tx, &planned).await?).await?;
    Ok((packed.len() as i64, planned.len() as i64))
}
