//! The Monday: what people promised is brought, counted, and handed on.
//!
//! A [`drive`] is one day of a campaign's rhythm. Each unit has a [`roll`] on it with a line per promise
//! (janji), filled in by exception. The [`count`] closes the roll and puts goods and cash into the books. The
//! goods go to the warehouse or a depot by a [`hand_over`] of two sides, the cash to the fund holder by a
//! [`deposit`]; what breaks at the post or goes back is a [`loss`], what was signed on paper a [`paper`]. Money by transfer or payment code is a [`gift`], which counts when a [`statement`] of the holder's
//! [`account`] shows it and a person has said so ([`matching`]). [`totals`] show a giver his own gifts, and superiors units of at least five people.
//!
//! Nobody but the unit's coordinator ever sees who has not given, and he only until the roll is closed.
//!
//! In the books: givers -> the unit's collection post -> in transit -> warehouse or depot; cash from the
//! collection post to the fund holder; what is damaged to waste. Accounts of givers, posts and waste stand for
//! the unit, transit for the hand-over.

mod account;
mod campaign;
mod count;
mod deposit;
mod drive;
mod gift;
mod hand_over;
mod loss;
mod matching;
mod paper;
#[cfg(test)]
mod plans;
mod reach;
mod receipts;
mod roll;
mod statement;
mod tasks;
mod totals;

pub use account::{ChangeCode, EndAccount, PutAccount};
pub use campaign::local_today;
pub use count::{CloseRoll, Closed, Count, CountCash, FindGoods, Second};
pub use deposit::{AnnounceDeposit, ConfirmDeposit, SendDepositBack};
pub use drive::{CancelDrive, OpenDrive};
pub use gift::{AnnounceGift, CancelGift, Way};
pub use hand_over::{AnnounceHandOver, Announced, Arrival, CancelHandOver, ReceiveHandOver, Signer};
pub use loss::{DecideLoss, LossKind, RequestLoss};
pub use matching::{LineMatch, MatchLines, NameGiver, RecordGift, ReopenLine, SetAside, ticked};
pub use paper::{AddSignedSheet, Paper};
pub use reach::Reach;
pub use roll::{
    AddGiver, AddGoods, AllBroughtEverything, Amount, Line, LineState, OpenRoll, RecordRoll, Recorded,
};
pub use statement::{DropStatement, MapStatement, PutStatement, TakeStatement};

use asuh_ground::App;
use asuh_ground::access::{Role, capability};
use asuh_ground::audit::Reference;
use asuh_ground::papers;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};
use hand_over::print::Protocol;
use receipts::{OfDeposit, OfGift, OfOwnGift};

capability! {
    /// Records, closes and hands over the rolls of one's units.
    pub struct RecordRolls = "collection.record_rolls": [Role::UnitCoordinator];
    /// Counts the cash of an open roll as the second person: of a unit of one's work, or where one is on the roster.
    pub struct CountsCash = "collection.count_cash":
        [Role::UnitCoordinator, Role::OfficePlanner, Role::DistrictAdmin, Role::Sponsor];
    /// Reads the closed rolls of one's units: givers only.
    pub struct ReadRolls = "collection.read_rolls": [Role::UnitCoordinator, Role::Auditor];
    /// Opens, moves and cancels drives.
    pub struct ManageDrives = "collection.manage_drives": [Role::DistrictAdmin];
    /// Reads hand-overs.
    pub struct ReadHandOvers = "collection.read_hand_overs":
        [Role::UnitCoordinator, Role::WarehouseKeeper, Role::DistrictAdmin, Role::Auditor];
    /// Receives goods at one's warehouse or depot.
    pub struct ReceiveGoods = "collection.receive_goods": [Role::WarehouseKeeper];
    /// Adds photos of what was signed on paper: of one's rolls and hand-overs.
    pub struct SignSheets = "collection.sign_sheets": [Role::UnitCoordinator, Role::WarehouseKeeper];
    /// Decides what somebody else asked for: goods of a post that are thrown away or given back.
    pub struct DecideLosses = "collection.decide_losses": [Role::UnitCoordinator, Role::DistrictAdmin];
    /// Reads deposits.
    pub struct ReadDeposits = "collection.read_deposits":
        [Role::UnitCoordinator, Role::Treasurer, Role::DistrictAdmin, Role::Auditor];
    /// Confirms deposits at one's fund holder.
    pub struct ConfirmDeposits = "collection.confirm_deposits": [Role::Treasurer];
    /// Reads where fund holders keep money.
    pub struct ReadAccounts = "collection.read_accounts": [Role::Treasurer, Role::DistrictAdmin, Role::Auditor];
    /// Records and ends accounts of fund holders.
    pub struct ManageAccounts = "collection.manage_accounts": [Role::DistrictAdmin];
    /// Reads bank statements and announced gifts of one's fund holders.
    pub struct ReadStatements = "collection.read_statements": [Role::Treasurer, Role::DistrictAdmin, Role::Auditor];
    /// Takes bank statements of one's fund holders in.
    pub struct TakeStatements = "collection.take_statements": [Role::Treasurer];
    /// Says what the lines of statements are.
    pub struct MatchStatements = "collection.match_statements": [Role::Treasurer];
    /// Announces one's own gifts by transfer: whoever is signed in and is a sponsor.
    pub struct OwnGifts = "collection.own_gifts": [];
    /// Reads totals by unit.
    pub struct ReadTotals = "collection.read_totals": [Role::DistrictAdmin, Role::Leader, Role::Auditor];
    /// Reads one's own gifts.
    pub struct ReadOwnGifts = "collection.read_own_gifts": [];
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.collection",
    subject_export: Some(|app, district, subject, text| Box::pin(totals::copy(app, district, subject, text))),
    gifts_given: Some(|app, district, sponsor, days, text| {
        Box::pin(totals::gifts(app, district, sponsor, days, text))
    }),
    sponsor_panels: &[|app, actor, sponsor| Box::pin(totals::panel(app, actor, sponsor))],
    menu: &[
        MenuItem {
            path: "/setoran",
            label: "collection.menu.rolls",
            roles: &[Role::UnitCoordinator, Role::Auditor],
        },
        MenuItem {
            path: "/serah-terima",
            label: "collection.menu.hand_overs",
            roles: &[Role::UnitCoordinator, Role::WarehouseKeeper, Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem {
            path: "/setor-uang",
            label: "collection.menu.deposits",
            roles: &[Role::UnitCoordinator, Role::Treasurer, Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem {
            path: "/mutasi-bank",
            label: "money.statements",
            roles: &[Role::Treasurer, Role::DistrictAdmin, Role::Auditor],
        },
        MenuItem { path: "/rekening", label: "money.accounts", roles: &[Role::DistrictAdmin] },
        MenuItem { path: "/setoran/jadwal", label: "collection.menu.drives", roles: &[Role::DistrictAdmin] },
        MenuItem { path: "/setoran/rusak", label: "collection.loss.title", roles: &[Role::DistrictAdmin] },
        MenuItem {
            path: "/setoran/rekap",
            label: "collection.menu.totals",
            roles: &[Role::DistrictAdmin, Role::Leader, Role::Auditor],
        },
        MenuItem { path: "/setoran/saya", label: "collection.menu.own", roles: &[Role::Sponsor] },
        MenuItem { path: "/transfer", label: "money.gifts", roles: &[Role::Sponsor] },
    ],
    tasks: Some(tasks::tasks),
    check: Some(|app, district| {
        Box::pin(async move { count::query::gaps(app.store.reader(), district).await })
    }),
    references: &[
        Reference::id("account", "place_id", "hand_over").when("r.kind = 'transit'"),
        Reference::id("drive", "campaign_id", "campaign"),
        Reference::id("roll", "unit_id", "institution"),
        Reference::user("roll", "closed_by"),
        Reference::user("roll", "cash_witness_id"),
        Reference::user("cash_count", "user_id"),
        Reference::id("contribution", "sponsor_id", "sponsor").work("sponsors.depends.contribution", ""),
        Reference::id("contribution", "pledge_id", "pledge"),
        Reference::user("contribution", "recorded_by"),
        Reference::code("contribution_item", "commodity", "commodity"),
        Reference::code("roll_found", "commodity", "commodity"),
        Reference::user("roll_found", "recorded_by"),
        Reference::code("count_item", "commodity", "commodity"),
        Reference::id("count_item", "lot_id", "lot"),
        Reference::id("hand_over", "to_institution_id", "institution"),
        Reference::id("hand_over", "transfer_id", "transfer"),
        Reference::code("hand_over_item", "commodity", "commodity"),
        Reference::id("hand_over_item", "lot_id", "lot"),
        Reference::id("signed_sheet", "paper_id", "roll").when("r.paper = 'roll'"),
        Reference::id("signed_sheet", "paper_id", "hand_over").when("r.paper = 'hand_over'"),
        Reference::id("signed_sheet", "attachment_id", "attachment"),
        Reference::user("signed_sheet", "recorded_by"),
        Reference::code("post_loss", "commodity", "commodity"),
        Reference::user("post_loss", "requested_by"),
        Reference::user("post_loss", "decided_by"),
        Reference::id("post_loss", "transfer_id", "transfer"),
        Reference::id("deposit", "fund_holder_id", "institution"),
        Reference::id("deposit", "slip_attachment_id", "attachment"),
        Reference::id("fund_account", "fund_holder_id", "institution"),
        Reference::user("fund_account", "recorded_by"),
        Reference::user("bank_layout", "changed_by"),
        Reference::user("bank_statement", "uploaded_by"),
        Reference::user("bank_statement", "taken_by"),
        Reference::user("bank_line", "decided_by"),
        Reference::id("bank_match", "deposit_id", "deposit"),
        Reference::id("bank_match", "gift_id", "gift"),
        Reference::id("bank_match", "transfer_id", "transfer"),
        Reference::user("bank_match", "matched_by"),
        Reference::user("bank_match", "undone_by"),
        Reference::id("gift", "campaign_id", "campaign"),
        Reference::id("gift", "sponsor_id", "sponsor").work("sponsors.depends.contribution", ""),
        Reference::user("gift", "recorded_by"),
    ],
    ..Part::named("collection")
};

fn routes() -> Routes {
    Routes::new()
        .get::<ReadRolls, _>("/setoran", roll::pages::list)
        .post::<RecordRolls, _>("/setoran/buka", roll::pages::open)
        .get::<ManageDrives, _>("/setoran/jadwal", drive::pages::list)
        .post::<ManageDrives, _>("/setoran/jadwal", drive::pages::open)
        .post::<ManageDrives, _>("/setoran/jadwal/{drive}/batal", drive::pages::cancel)
        .get::<ReadTotals, _>("/setoran/rekap", totals::pages::totals)
        .get::<ReadOwnGifts, _>("/setoran/saya", totals::pages::own)
        .get::<RecordRolls, _>("/setoran/{roll}", roll::pages::get)
        .post::<RecordRolls, _>("/setoran/{roll}", roll::pages::post)
        .get::<RecordRolls, _>("/setoran/{roll}/cetak", roll::print::print)
        .get::<RecordRolls, _>("/setoran/{roll}/tambah", roll::add::add)
        .post::<RecordRolls, _>("/setoran/{roll}/tambah", roll::add::add_post)
        .get::<RecordRolls, _>("/setoran/{roll}/barang", roll::add::goods)
        .post::<RecordRolls, _>("/setoran/{roll}/barang", roll::add::goods_post)
        .get::<RecordRolls, _>("/setoran/{roll}/hitung", count::pages::get)
        .post::<RecordRolls, _>("/setoran/{roll}/hitung", count::pages::post)
        .post::<RecordRolls, _>("/setoran/{roll}/tutup", count::pages::close)
        .get::<CountsCash, _>("/setoran/{roll}/uang", count::second_pages::get)
        .post::<CountsCash, _>("/setoran/{roll}/uang", count::second_pages::post)
        .get::<ReadRolls, _>("/setoran/{roll}/lembar", roll::sheet::sheet)
        .post::<SignSheets, _>("/setoran/{roll}/lembar", paper::pages::add_to_roll)
        .get::<ReadRolls, _>("/setoran/{roll}/lembar/{sheet}", paper::pages::of_roll)
        .get::<DecideLosses, _>("/setoran/rusak", loss::pages::list)
        .post::<DecideLosses, _>("/setoran/rusak/{loss}", loss::pages::decide)
        .get::<RecordRolls, _>("/setoran/{roll}/rusak", loss::pages::ask)
        .post::<RecordRolls, _>("/setoran/{roll}/rusak", loss::pages::ask_post)
        .get::<RecordRolls, _>("/setoran/{roll}/serah", hand_over::pages::announce)
        .post::<RecordRolls, _>("/setoran/{roll}/serah", hand_over::pages::announce_post)
        .get::<ReadHandOvers, _>("/serah-terima", hand_over::pages::list)
        .get::<ReadHandOvers, _>("/serah-terima/{hand_over}", hand_over::pages::get)
        .get::<ReadHandOvers, _>("/serah-terima/{hand_over}/pdf", papers::file::<Protocol>)
        .post::<ReadHandOvers, _>("/serah-terima/{hand_over}/pdf", papers::print::<Protocol>)
        .post::<ReceiveGoods, _>("/serah-terima/{hand_over}/terima", hand_over::pages::receive)
        .post::<RecordRolls, _>("/serah-terima/{hand_over}/batal", hand_over::pages::cancel)
        .post::<SignSheets, _>("/serah-terima/{hand_over}/lembar", paper::pages::add_to_hand_over)
        .get::<ReadHandOvers, _>("/serah-terima/{hand_over}/lembar/{sheet}", paper::pages::of_hand_over)
        .get::<ReadDeposits, _>("/setor-uang", deposit::pages::list)
        .get::<ReadDeposits, _>("/setor-uang/{deposit}", deposit::pages::get)
        .get::<ReadDeposits, _>("/setor-uang/{deposit}/bukti", deposit::pages::photo)
        .post::<RecordRolls, _>("/setor-uang/{deposit}/bukti", deposit::pages::announce)
        .post::<ConfirmDeposits, _>("/setor-uang/{deposit}/konfirmasi", deposit::pages::confirm)
        .post::<ConfirmDeposits, _>("/setor-uang/{deposit}/kembalikan", deposit::pages::send_back)
        .get::<ReadDeposits, _>("/setor-uang/{deposit}/kuitansi", deposit::pages::receipt)
        .get::<ReadDeposits, _>("/setor-uang/{deposit}/kuitansi/pdf", papers::file::<OfDeposit>)
        .post::<ReadDeposits, _>("/setor-uang/{deposit}/kuitansi/pdf", papers::print::<OfDeposit>)
        .get::<ReadDeposits, _>("/setor-uang/{deposit}/kuitansi/naskah", papers::signed::<OfDeposit>)
        .post::<ConfirmDeposits, _>("/setor-uang/{deposit}/kuitansi/naskah", papers::add_signed::<OfDeposit>)
        .get::<ReadAccounts, _>("/rekening", account::pages::list)
        .get::<ManageAccounts, _>("/rekening/baru", account::pages::new)
        .post::<ManageAccounts, _>("/rekening/baru", account::pages::create)
        .get::<ReadAccounts, _>("/rekening/{account}", account::pages::show)
        .post::<ReadAccounts, _>("/rekening/{account}/nomor", account::pages::number)
        .post::<ManageAccounts, _>("/rekening/{account}/qris", account::pages::change_code)
        .post::<ManageAccounts, _>("/rekening/{account}/akhiri", account::pages::end)
        .get::<ReadStatements, _>("/mutasi-bank", statement::pages::list)
        .get::<TakeStatements, _>("/mutasi-bank/unggah", statement::pages::upload)
        .post::<TakeStatements, _>("/mutasi-bank/unggah", statement::pages::upload_post)
        .get::<ReadStatements, _>("/mutasi-bank/berkas/{statement}", statement::pages::show)
        .get::<TakeStatements, _>("/mutasi-bank/berkas/{statement}/kolom", statement::choose)
        .post::<TakeStatements, _>("/mutasi-bank/berkas/{statement}/kolom", statement::map)
        .post::<TakeStatements, _>("/mutasi-bank/berkas/{statement}/masukkan", statement::pages::take)
        .post::<TakeStatements, _>("/mutasi-bank/berkas/{statement}/buang", statement::pages::discard)
        .get::<ReadStatements, _>("/mutasi-bank/rekening/{account}", matching::pages::lines)
        .post::<MatchStatements, _>("/mutasi-bank/rekening/{account}/cocok", matching::pages::confirm)
        .get::<ReadStatements, _>("/mutasi-bank/baris/{line}", matching::pages::line)
        .post::<MatchStatements, _>("/mutasi-bank/baris/{line}/pemberian", matching::pages::record)
        .post::<MatchStatements, _>("/mutasi-bank/baris/{line}/pemberi", matching::giver::name)
        .post::<MatchStatements, _>("/mutasi-bank/baris/{line}/lain", matching::pages::set_aside)
        .post::<MatchStatements, _>("/mutasi-bank/baris/{line}/batal", matching::pages::reopen)
        .get::<ReadStatements, _>("/mutasi-bank/pemberian/{gift}/kuitansi", gift::pages::any_receipt)
        .get::<ReadStatements, _>("/mutasi-bank/pemberian/{gift}/kuitansi/pdf", papers::file::<OfGift>)
        .post::<ReadStatements, _>("/mutasi-bank/pemberian/{gift}/kuitansi/pdf", papers::print::<OfGift>)
        .get::<ReadStatements, _>("/mutasi-bank/pemberian/{gift}/kuitansi/naskah", papers::signed::<OfGift>)
        .post::<MatchStatements, _>(
            "/mutasi-bank/pemberian/{gift}/kuitansi/naskah",
            papers::add_signed::<OfGift>,
        )
        .get::<OwnGifts, _>("/transfer", gift::pages::own)
        .post::<OwnGifts, _>("/transfer", gift::pages::announce)
        .get::<ReadStatements, _>("/transfer/menunggu", gift::pages::waiting)
        .get::<OwnGifts, _>("/transfer/{gift}", gift::pages::show)
        .post::<OwnGifts, _>("/transfer/{gift}/batal", gift::pages::cancel)
        .get::<OwnGifts, _>("/transfer/{gift}/kuitansi", gift::pages::own_receipt)
        .get::<OwnGifts, _>("/transfer/{gift}/kuitansi/pdf", papers::file::<OfOwnGift>)
        .post::<OwnGifts, _>("/transfer/{gift}/kuitansi/pdf", papers::print::<OfOwnGift>)
}

/// An amount in sen as people read it: `Rp450.000`, `-Rp6.500`, `Rp12,34`.
fn sen(amount: impl std::borrow::Borrow<i64>) -> String {
    let amount = *amount.borrow();
    let sign = if amount < 0 { "-" } else { "" };
    let whole = asuh_nusantara::Rupiah::new(amount.abs() / 100);
    match amount.abs() % 100 {
        0 => format!("{sign}{whole}"),
        sen => format!("{sign}{whole},{sen:02}"),
    }
}

/// Days after which a line of a statement that nobody decided stands out, as the district sets them.
async fn settled_days(app: &App, district: asuh_store::DistrictId) -> Result<i64, asuh_store::StoreError> {
    asuh_ground::settings::get_typed(app.store.reader(), district, "collection.unmatched_days").await
}
