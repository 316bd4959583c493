//! What a part of the program (a step, or a piece of the ground) shows the gates.

use super::app::{Check, Gaps, GiftsGiven, HelpMovedIn, HelpReceived, Panel, SubjectExport, Tasks};
use super::audit::Reference;
use super::jobs::{JobKind, JobRunner};
use super::staging::ImportKind;
use super::web::{MenuItem, Routes};

/// A part: its routes, each with its rule, and what it adds to the common pages.
pub struct Part {
    /// The folder's name.
    pub name: &'static str,
    /// Its routes.
    pub routes: fn() -> Routes,
    /// Translation key of the heading under which its menu entries stand.
    pub heading: &'static str,
    /// Its menu entries.
    pub menu: &'static [MenuItem],
    /// Its tasks on home pages.
    pub tasks: Option<Tasks>,
    /// Its panel on the family page.
    pub family_panel: Option<Panel>,
    /// What it knows to be missing of a family, for the same page.
    pub family_gaps: Option<Gaps>,
    /// Its panel on the page of a user.
    pub user_panel: Option<Panel>,
    /// Its panels on a sponsor's own page, and on the admin's page of that sponsor.
    pub sponsor_panels: &'static [Panel],
    /// The days on which a family received help through it.
    pub help_received: Option<HelpReceived>,
    /// What a sponsor gave through it.
    pub gifts_given: Option<GiftsGiven>,
    /// What of a campaign it released to families, and what arrived.
    pub help_moved: Option<HelpMovedIn>,
    /// Its long work.
    pub jobs: &'static [JobKind],
    /// The spreadsheets it takes in.
    pub imports: &'static [&'static dyn ImportKind],
    /// What it keeps about a person, for that person.
    pub subject_export: Option<SubjectExport>,
    /// Its ids that point to rows of other parts, for `asuh check`.
    pub references: &'static [Reference],
    /// Its part of `asuh check`.
    pub check: Option<Check>,
    /// What it computes anew when somebody's sex or birthday turned out to be another: of the job's subject, or
    /// of whomever it finds. Doing so twice changes nothing.
    pub persons_changed: Option<JobRunner>,
}

impl Part {
    /// A part with nothing but its name: the base of a constant.
    pub const fn named(name: &'static str) -> Part {
        Part {
            name,
            routes: Routes::new,
            heading: "web.menu.manage",
            menu: &[],
            tasks: None,
            family_panel: None,
            family_gaps: None,
            user_panel: None,
            sponsor_panels: &[],
            help_received: None,
            gifts_given: None,
            help_moved: None,
            jobs: &[],
            imports: &[],
            subject_export: None,
            references: &[],
            check: None,
            persons_changed: None,
        }
    }
}
