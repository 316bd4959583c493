//! What a running asuh consists of.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use asuh_store::{
    Command, DistrictId, Envelope, Fault, Id, Query, Receipt, Refusal, Rejection, Store, Tx, args,
};
use serde::Serialize;

use super::access::Actor;
use super::audit::{AccessLog, Reference};
use super::consent::Section;
use super::jobs::{JobKind, JobRunner};
use super::settings::ServerSettings;
use super::staging::ImportKind;
use super::web::{MenuGroup, Task, Text};

/// A future that a step gives to the ground without the ground knowing the step.
pub type Given<'a, T> = Pin<Box<dyn Future<Output = Result<T, asuh_store::StoreError>> + Send + 'a>>;

/// A panel on a page of an earlier step, such as "help received" on the family page: HTML, or nothing when
/// the caller may not see it.
pub type Panel = for<'a> fn(&'a App, &'a Arc<Actor>, Id) -> Given<'a, Option<String>>;

/// What a step knows to be missing of a family ("not measured for two months"), in the reader's words; nothing where
/// he may not see it. The caller has found the family within his scope before.
pub type Gaps = for<'a> fn(&'a App, &'a Arc<Actor>, Id) -> Given<'a, Vec<String>>;

/// The tasks of a step on a caller's home page.
pub type Tasks = for<'a> fn(&'a App, &'a Arc<Actor>) -> Given<'a, Vec<Task>>;

/// A check of a step for `asuh check`: what is wrong, in words; empty when all is well.
pub type Check = for<'a> fn(&'a App, asuh_store::DistrictId) -> Given<'a, Vec<String>>;

/// What a part keeps about a person, for that person: tables in plain words and days, nothing left out that the law
/// gives a right to. The id is a family's or a sponsor's; a part that knows nothing of it gives nothing.
pub type SubjectExport = for<'a> fn(&'a App, asuh_store::DistrictId, Id, Text) -> Given<'a, Vec<Section>>;

/// A day on which a family received help, and what it was in words; never who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpDay {
    /// The day of the delivery.
    pub on: time::Date,
    /// "Telur 5 butir, Beras (kaleng) 2 kaleng"
    pub what: String,
}

/// The days on which a family received help, the newest first. The caller has found the family within his scope
/// before.
pub type HelpReceived = for<'a> fn(&'a App, asuh_store::DistrictId, Id, Text) -> Given<'a, Vec<HelpDay>>;

/// What a sponsor gave on a day, confirmed by whoever received it; in words for himself and for his tax return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftDay {
    /// The day.
    pub on: time::Date,
    /// "SECANTING: Telur 2 butir, Rp2.000"
    pub what: String,
    /// Money in it, rupiah; goods are not valued.
    pub rupiah: i64,
}

/// What a sponsor gave from a day to a day. The caller is the sponsor himself, or may see all that is his.
pub type GiftsGiven = for<'a> fn(
    &'a App,
    asuh_store::DistrictId,
    Id,
    (time::Date, time::Date),
    Text,
) -> Given<'a, Vec<GiftDay>>;

/// What of a campaign moved towards a family in some weeks: the second and third count of coverage, beside what was
/// promised. In rupiah, so that an egg, a can of rice and a note can be added up: goods by the district's price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelpMoved {
    /// The family; of a merged one the canonical record.
    pub family: Id,
    /// Worth of what left the fund holder or the warehouse for it and did not come back.
    pub released: i64,
    /// Worth of what of that it received, with proof; never more than was released.
    pub received: i64,
    /// Whether goods were among it that have no price, and are worth nothing here.
    pub unpriced: bool,
}

/// What of a campaign moved from a day to a day, once for each family that has any: packages by the Monday of their week,
/// money by the first of its month, all else by its own day. So months beside each other count nothing twice.
pub type HelpMovedIn =
    for<'a> fn(&'a App, DistrictId, Id, (time::Date, time::Date)) -> Given<'a, Vec<HelpMoved>>;

/// What the steps bring to the ground, put together by the gates in the order of the data's path.
#[derive(Default)]
pub struct Registry {
    /// Menu entries under their headings, in the order of the data's path.
    pub menu: Vec<MenuGroup>,
    /// Home-page tasks.
    pub tasks: Vec<Tasks>,
    /// Panels on the family page.
    pub family_panels: Vec<Panel>,
    /// What is missing of a family, for the same page.
    pub family_gaps: Vec<Gaps>,
    /// Panels on the page of a user.
    pub user_panels: Vec<Panel>,
    /// Panels about a sponsor, for himself (his user's `sponsor` is the id) and for the admin.
    pub sponsor_panels: Vec<Panel>,
    /// What each part knows of the help a family received.
    pub help_received: Vec<HelpReceived>,
    /// What each part knows of help on its way to families.
    pub help_moved: Vec<HelpMovedIn>,
    /// What each part knows of a sponsor's gifts.
    pub gifts_given: Vec<GiftsGiven>,
    /// Kinds of long work.
    pub jobs: Vec<JobKind>,
    /// Kinds of spreadsheets that can be taken in.
    pub imports: Vec<&'static dyn ImportKind>,
    /// What each part keeps about a person.
    pub subject_exports: Vec<SubjectExport>,
    /// Ids that point to rows of other parts.
    pub references: Vec<Reference>,
    /// Checks of the data.
    pub checks: Vec<Check>,
    /// What the steps compute anew after somebody's sex or birthday was corrected.
    pub persons_changed: Vec<JobRunner>,
}

/// A running asuh: the store, the settings, and what the steps registered. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The program's settings.
    pub settings: Arc<ServerSettings>,
    /// What the steps registered.
    pub registry: Arc<Registry>,
    /// Wakes the job worker.
    pub job_bell: Arc<tokio::sync::Notify>,
    /// Openings that are not yet written into the access log.
    pub access_log: Arc<AccessLog>,
}

impl App {
    /// An asuh on this store.
    pub fn new(store: Store, settings: ServerSettings, registry: Registry) -> App {
        App {
            store,
            settings: Arc::new(settings),
            registry: Arc::new(registry),
            job_bell: Arc::new(tokio::sync::Notify::new()),
            access_log: Arc::default(),
        }
    }

    /// The envelope of what the program does by itself in a district.
    pub fn bookkeeping(&self, district: DistrictId) -> Envelope {
        Envelope {
            id: self.store.new_id(),
            district,
            actor: Id::SYSTEM,
            device: None,
            captured_at: self.store.clock().now(),
        }
    }

    /// Sends a command in the caller's name. In the same transaction the door checks that he is still a
    /// user with the same grants.
    ///
    /// # Errors
    /// As [`Store::submit`].
    pub async fn submit<C: Command>(
        &self,
        actor: &Actor,
        id: Id,
        command: C,
    ) -> Result<Receipt<C::Receipt>, Rejection> {
        let envelope = Envelope {
            id,
            district: actor.district,
            actor: actor.user,
            device: None,
            captured_at: self.store.clock().now(),
        };
        let authority = (actor.user != Id::SYSTEM).then_some(actor.grants_version);
        self.store.submit(envelope, Authorised { command, authority }).await
    }

    /// The present day in the caller's zone.
    pub fn today(&self, actor: &Actor) -> time::Date {
        actor.zone.local_date(self.store.clock().now().utc())
    }
}

/// A command with the authority under which it was given.
struct Authorised<C> {
    command: C,
    authority: Option<i64>,
}

impl<C: Command> Serialize for Authorised<C> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.command.serialize(serializer)
    }
}

impl<C: Command> Command for Authorised<C> {
    const KIND: &'static str = C::KIND;
    const VERSION: u32 = C::VERSION;
    const RECORDING: asuh_store::Recording = C::RECORDING;
    type Receipt = C::Receipt;

    async fn apply(&self, tx: &Tx<'_>) -> Result<C::Receipt, Fault> {
        if let Some(version) = self.authority {
            let holds = tx
                .number(
                    "SELECT COUNT(*) AS n FROM app_user \
                     WHERE district_id = $1 AND id = $2 AND grants_version = $3 AND disabled_at IS NULL",
                    args![tx.district(), tx.actor(), version],
                )
                .await?;
            if holds == 0 {
                return Err(Refusal::new("web.error.authority_changed").into());
            }
        }
        self.command.apply(tx).await
    }
}
