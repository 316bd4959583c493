//! Who gives: the roster of civil servants, campaigns (gerakan), and pledges (janji).
//!
//! A *sponsor* is a civil servant of the roster, another person or an institution. A *campaign* says what is
//! asked of whom and when; SECANTING is a row of it, made through the form. A *pledge* is a promise to a
//! campaign: so many times its basket, from a day on, until the giver stops, at any time and without a reason.
//! Giving is voluntary. No page lists who did not promise, except a unit coordinator's own.
//!
//! For collection: [`campaigns`] says which days are drives and what the basket holds, [`pledges::in_force`]
//! who promised for a day.

mod account;
mod campaign;
mod pledge;
mod roster;
mod sponsor;
mod version;

use asuh_store::{Args, Id};
use serde::{Deserialize, Serialize};

use asuh_ground::access::{ManageUsers, Role, Scope, capability};
use asuh_ground::audit::Reference;
use asuh_ground::consent::KeepRequests;
use asuh_ground::part::Part;
use asuh_ground::web::{MenuItem, Routes};

/// Campaigns, for later steps and the demo.
pub mod campaigns {
    pub use super::campaign::command::{CreateCampaign, DecideNature, EndCampaign, EnsureCommodities};
    pub use super::campaign::query::{Campaign, Item, active, all, by_id, items, open};
    pub use super::campaign::rules::{
        BasketItem, Calendar, DESTINATIONS, HELP, NewCommodity, Obligation, Rhythm,
    };

    /// Whether the day is a drive of the campaign.
    pub fn occurrence(campaign: &Campaign, day: time::Date) -> bool {
        campaign.calendar().is_drive(day)
    }
}

/// Pledges, for later steps and the demo.
pub mod pledges {
    pub use super::pledge::change::{
        ChangeAmount, ChangeWishes, PausePledge, ResumePledge, StopPledge, UndoPledge, UndoStop, UndoUnit,
    };
    pub use super::pledge::command::{Pledge, PledgeUnit, UnitPledges};
    pub use super::pledge::query::{OwnPromise, PledgeLine, UnitPromise, in_force, of_sponsor_on, of_units};
    pub use super::pledge::rules::{Document, HowFar, PublicName};
    pub use super::pledge::supply::{Gone, PromisedEnd, Supply, promised_ends, supply};
}

/// Sponsors of every kind, for later steps and the demo.
pub mod sponsors {
    pub use super::sponsor::command::{
        AddContact, DeclareCard, EndContact, LeaveSponsor, PutSponsor, ReturnSponsor,
    };
    pub use super::sponsor::rules::{Category, Leaving};
    pub use super::sponsor::tally::{Part, taking_part};
}

/// The roster, for later steps and the demo.
pub mod staff {
    pub use super::roster::command::{Asn, EndAsn, PutAsn, PutRoster, ReturnAsn, TransferAsn};
    pub use super::roster::query::{SponsorLine, by_name, of_unit, sponsor};
}

capability! {
    /// Reads campaigns.
    pub struct ReadCampaigns = "sponsors.read_campaigns": [
        Role::DistrictAdmin, Role::ListKeeper, Role::UnitCoordinator, Role::Treasurer, Role::WarehouseKeeper,
        Role::Sponsor, Role::OfficePlanner, Role::DistrictPlanner, Role::Leader, Role::Auditor,
    ];
    /// Begins and ends campaigns, logs decisions about them.
    pub struct ManageCampaigns = "sponsors.manage_campaigns": [Role::DistrictAdmin];
    /// Sees how many people of each office take part.
    pub struct SeeParticipation = "sponsors.see_participation": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::Leader, Role::Auditor,
    ];
    /// Reads the roster of one's units.
    pub struct ReadRoster = "sponsors.read_roster": [
        Role::DistrictAdmin, Role::ListKeeper, Role::UnitCoordinator,
    ];
    /// Keeps the roster: adds, transfers, ends.
    pub struct ManageRoster = "sponsors.manage_roster": [Role::DistrictAdmin, Role::ListKeeper];
    /// Records promises for the people of one's units.
    pub struct PledgeForUnit = "sponsors.pledge_for_unit": [Role::DistrictAdmin, Role::UnitCoordinator];
    /// Reads the list of sponsors outside the roster.
    pub struct ReadSponsors = "sponsors.read_sponsors": [
        Role::DistrictAdmin, Role::ListKeeper, Role::Auditor,
    ];
    /// Keeps that list: takes in, corrects, searches by name, downloads.
    pub struct ManageSponsors = "sponsors.manage_sponsors": [Role::DistrictAdmin, Role::ListKeeper];
    /// Records promises for any sponsor.
    pub struct PledgeForSponsor = "sponsors.pledge_for_sponsor": [Role::DistrictAdmin];
    /// Makes and stops one's own promises: whoever is signed in and is a sponsor.
    pub struct OwnPledges = "sponsors.own_pledges": [];
}

/// Whose promises and roster entries a command may touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Everyone in the district.
    All,
    /// The people of these units.
    Units(Vec<Id>),
    /// This sponsor himself.
    Own(Id),
}

impl Reach {
    /// What a permission reaches.
    pub fn of(scope: &Scope) -> Reach {
        if scope.all_units { Reach::All } else { Reach::Units(scope.units.clone()) }
    }

    /// Whether it reaches a sponsor who works in this unit (or in none).
    pub fn allows(&self, sponsor: Id, unit: Option<Id>) -> bool {
        match self {
            Reach::All => true,
            Reach::Units(units) => unit.is_some_and(|unit| units.contains(&unit)),
            Reach::Own(own) => *own == sponsor,
        }
    }

    /// Whether it reaches a whole unit.
    pub fn allows_unit(&self, unit: Id) -> bool {
        match self {
            Reach::All => true,
            Reach::Units(units) => units.contains(&unit),
            Reach::Own(_) => false,
        }
    }

    /// How a promise came about, as it is stored.
    fn origin(&self) -> &'static str {
        match self {
            Reach::All => "admin",
            Reach::Units(_) => "unit",
            Reach::Own(_) => "self",
        }
    }
}

/// Adds the place after which a list goes on: the row of `sponsor_version` behind the last sponsor shown. Names
/// stay out of addresses.
fn after(cursor: Option<Id>, args: &mut Args) -> String {
    match cursor {
        None => String::new(),
        Some(id) => format!(
            " AND (v.name_search, v.sponsor_id) > (SELECT c.name_search, c.sponsor_id FROM sponsor_version c \
             WHERE c.district_id = $1 AND c.sponsor_id = {} AND c.superseded_at = {})",
            args.push(id),
            args.push(asuh_store::Instant::NEVER)
        ),
    }
}

fn routes() -> Routes {
    use campaign::pages as campaigns;
    use pledge::{one, own, pages as pledges};
    use roster::pages as roster;
    use sponsor::pages as sponsors;
    Routes::new()
        .get::<ReadCampaigns, _>("/gerakan", campaigns::list)
        .post::<ManageCampaigns, _>("/gerakan", campaigns::create)
        .get::<ManageCampaigns, _>("/gerakan/baru", campaigns::new)
        .post::<ManageCampaigns, _>("/gerakan/baru", campaigns::check)
        .get::<ReadCampaigns, _>("/gerakan/{id}", campaigns::show)
        .post::<ManageCampaigns, _>("/gerakan/{id}/akhiri", campaigns::end)
        .get::<ManageCampaigns, _>("/gerakan/{id}/sifat", campaign::nature::new)
        .post::<ManageCampaigns, _>("/gerakan/{id}/sifat", campaign::nature::decide)
        .get::<ReadRoster, _>("/pegawai", roster::units)
        .post::<ReadRoster, _>("/pegawai/cari", roster::search)
        .get::<ManageRoster, _>("/pegawai/baru", roster::new)
        .post::<ManageRoster, _>("/pegawai/baru", roster::create)
        .get::<ReadRoster, _>("/pegawai/unit/{unit}", roster::list)
        .get::<ReadRoster, _>("/pegawai/{id}", roster::show)
        .post::<KeepRequests, _>("/pegawai/{id}/salinan", roster::copy)
        .post::<ManageRoster, _>("/pegawai/{id}/pindah", roster::transfer)
        .post::<ManageRoster, _>("/pegawai/{id}/keluar", roster::end)
        .post::<ManageRoster, _>("/pegawai/{id}/kembali", roster::come_back)
        .get::<ManageUsers, _>("/pegawai/unit/{unit}/akun", account::of_unit)
        .post::<ManageUsers, _>("/pegawai/unit/{unit}/akun", account::make)
        .get::<ManageUsers, _>("/pengguna/{id}/pegawai", account::get)
        .post::<ManageUsers, _>("/pengguna/{id}/pegawai", account::post)
        .get::<OwnPledges, _>("/janji", own::own)
        .post::<OwnPledges, _>("/janji", own::promise)
        .get::<OwnPledges, _>("/janji/laporan", own::own_report)
        .post::<OwnPledges, _>("/janji/kk", own::card)
        .get::<OwnPledges, _>("/janji/{id}", one::own)
        .post::<OwnPledges, _>("/janji/{id}", one::own_act)
        .post::<OwnPledges, _>("/janji/{id}/berhenti", own::stop)
        .get::<PledgeForUnit, _>("/janji/unit", pledges::units)
        .get::<PledgeForUnit, _>("/janji/unit/{unit}", pledges::unit)
        .post::<PledgeForUnit, _>("/janji/unit/{unit}", pledges::promise_unit)
        .post::<PledgeForUnit, _>("/janji/unit/{unit}/berhenti", pledges::stop_for)
        .post::<PledgeForUnit, _>("/janji/unit/{unit}/batal", pledges::undo_unit)
        .get::<PledgeForUnit, _>("/janji/unit/{unit}/janji/{id}", one::of_unit)
        .post::<PledgeForUnit, _>("/janji/unit/{unit}/janji/{id}", one::of_unit_act)
        .get::<ReadSponsors, _>("/orang-tua-asuh", sponsors::list)
        .post::<ManageSponsors, _>("/orang-tua-asuh/cari", sponsors::search)
        .get::<ManageSponsors, _>("/orang-tua-asuh/baru", sponsor::form::new)
        .post::<ManageSponsors, _>("/orang-tua-asuh/baru", sponsor::form::create)
        .post::<ManageSponsors, _>("/orang-tua-asuh/unduh", sponsor::export::sponsors)
        .post::<PledgeForSponsor, _>("/orang-tua-asuh/unduh-janji", sponsor::export::pledges)
        .get::<SeeParticipation, _>("/orang-tua-asuh/rekap", sponsor::tally::tally)
        .get::<PledgeForSponsor, _>("/orang-tua-asuh/berakhir", sponsor::endings::endings)
        .get::<ReadSponsors, _>("/orang-tua-asuh/{id}", sponsors::show)
        .post::<ManageSponsors, _>("/orang-tua-asuh/{id}/nomor", sponsors::numbers)
        .get::<ManageSponsors, _>("/orang-tua-asuh/{id}/ubah", sponsor::form::edit)
        .post::<ManageSponsors, _>("/orang-tua-asuh/{id}/ubah", sponsor::form::update)
        .post::<ManageSponsors, _>("/orang-tua-asuh/{id}/kontak", sponsors::contact)
        .post::<ManageSponsors, _>("/orang-tua-asuh/{id}/keluar", sponsors::leave)
        .post::<ManageSponsors, _>("/orang-tua-asuh/{id}/kembali", sponsors::come_back)
        .post::<KeepRequests, _>("/orang-tua-asuh/{id}/salinan", roster::copy)
        .get::<PledgeForSponsor, _>("/orang-tua-asuh/{id}/laporan", sponsor::pledging::year)
        .get::<PledgeForSponsor, _>("/orang-tua-asuh/{id}/janji/baru", sponsor::pledging::new)
        .post::<PledgeForSponsor, _>("/orang-tua-asuh/{id}/janji/baru", sponsor::pledging::create)
        .get::<PledgeForSponsor, _>("/orang-tua-asuh/{id}/janji/{pledge}", one::of_sponsor)
        .post::<PledgeForSponsor, _>("/orang-tua-asuh/{id}/janji/{pledge}", one::of_sponsor_act)
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.givers",
    menu: &[
        MenuItem {
            path: "/gerakan",
            label: "sponsors.menu.campaigns",
            roles: <ReadCampaigns as asuh_ground::access::Capability>::ROLES,
        },
        MenuItem {
            path: "/pegawai",
            label: "sponsors.menu.roster",
            roles: <ReadRoster as asuh_ground::access::Capability>::ROLES,
        },
        MenuItem {
            path: "/orang-tua-asuh",
            label: "sponsors.menu.sponsors",
            roles: <ReadSponsors as asuh_ground::access::Capability>::ROLES,
        },
        MenuItem {
            path: "/orang-tua-asuh/rekap",
            label: "sponsors.menu.tally",
            roles: <SeeParticipation as asuh_ground::access::Capability>::ROLES,
        },
        MenuItem {
            path: "/janji",
            label: "sponsors.menu.pledges",
            roles: &[Role::Sponsor, Role::UnitCoordinator],
        },
    ],
    tasks: Some(|app, actor| Box::pin(pledge::tasks::tasks(app, actor))),
    user_panel: Some(|app, actor, user| Box::pin(account::panel(app, actor, user))),
    imports: &[&roster::import::AsnImport],
    subject_export: Some(|app, district, subject, text| {
        Box::pin(roster::copy::copy(app, district, subject, text))
    }),
    references: &[
        Reference::id("app_user", "sponsor_id", "sponsor").work("sponsors.depends.account", ""),
        Reference::id("sponsor", "institution_id", "institution"),
        Reference::id("sponsor_version", "sponsor_id", "sponsor"),
        Reference::id("sponsor_version", "unit_id", "institution"),
        Reference::id("sponsor_version", "batch_id", "import_batch"),
        Reference::id("campaign", "fund_holder_id", "institution"),
        Reference::id("campaign", "warehouse_id", "institution"),
        Reference::user("campaign_decision", "recorded_by"),
        Reference::code("campaign_item", "commodity", "commodity"),
        Reference::user("pledge", "recorded_by"),
        Reference::user("pledge", "stopped_by"),
        Reference::user("pledge_pause", "recorded_by"),
        Reference::user("pledge_pause", "ended_by"),
        Reference::user("pledge_amount", "recorded_by"),
        Reference::user("sponsor_contact", "recorded_by"),
        Reference::user("sponsor_contact", "ended_by"),
    ],
    ..Part::named("sponsors")
};

/// What tests of plans share.
#[cfg(test)]
mod plans {
    use asuh_store::testing::Plans;
    use asuh_store::{DistrictId, Id};
    use time::Date;
    use time::macros::date;

    pub(crate) const D: DistrictId = DistrictId(1);
    pub(crate) const I: Id = Id::SYSTEM;
    pub(crate) const DAY: Date = date!(2026 - 11 - 02);

    /// Tables of which a district has some hundred rows at most.
    const SMALL: [&str; 5] = ["campaign", "campaign_item", "commodity", "institution", "territory"];

    /// None of the statements walks through a table that grows.
    #[track_caller]
    pub(crate) fn no_walks(plans: &Plans) {
        plans.take().walks_no_table_but(&SMALL);
    }
}
