//! What is shown of it all: the dashboard, the families not helped yet, and the public page.
//!
//! Pages read summary cells ([`refresh`] computes them from the rows of the steps) and say as of when; the list
//! of families not helped yet is read from the rows. This step may read everything and writes only its own
//! tables. The public page shows totals, with small numbers hidden by [`asuh_ground::disclosure`].

mod dashboard;
mod public;
mod query;
mod summary;
mod waiting;

pub use summary::{Figure, compute, keep_fresh, looked_at, measure, refresh};

use asuh_store::DistrictId;

use asuh_ground::App;
use asuh_ground::access::{Role, capability};
use asuh_ground::audit::Reference;
use asuh_ground::part::Part;
use asuh_ground::web::{Error, MenuItem, Routes};
use asuh_step_registry::ReadFamilies;

/// Figures older than this are computed anew after a page was opened.
const FRESH_SECONDS: i64 = 60;

capability! {
    /// Sees the figures of the programme: numbers, no names.
    pub struct SeeDashboard = "reports.see_dashboard": [
        Role::DistrictAdmin, Role::Leader, Role::Auditor, Role::DistrictPlanner, Role::OfficePlanner,
    ];
}

fn routes() -> Routes {
    Routes::new()
        .get::<SeeDashboard, _>("/dasbor", dashboard::overview)
        .get::<SeeDashboard, _>("/dasbor/minggu/{week}", dashboard::week)
        .get::<SeeDashboard, _>("/dasbor/kecamatan/{code}", dashboard::subdistrict)
        .get::<ReadFamilies, _>("/dasbor/belum", waiting::list)
        .post::<ReadFamilies, _>("/dasbor/belum/unduh", waiting::export)
        .public_get("/publik", public::page)
        .public_get("/publik/angka.csv", public::csv)
}

/// The step, for the gates.
pub const STEP: Part = Part {
    routes,
    heading: "web.menu.reports",
    menu: &[
        MenuItem {
            path: "/dasbor",
            label: "reports.menu",
            roles: &[
                Role::DistrictAdmin,
                Role::Leader,
                Role::Auditor,
                Role::DistrictPlanner,
                Role::OfficePlanner,
            ],
        },
        MenuItem { path: "/publik", label: "reports.public.menu", roles: &[] },
    ],
    references: &[
        Reference::id("summary_cell", "campaign_id", "campaign"),
        Reference::id("summary_mark", "campaign_id", "campaign"),
    ],
    ..Part::named("reports")
};

/// Sees to it that a page has figures: computes them when there are none yet, else in the background when they
/// are older than a minute.
async fn freshen(app: &App, district: DistrictId) -> Result<(), Error> {
    let now = app.store.clock().now();
    match looked_at(app.store.reader(), district).await? {
        None => refresh(app, district).await?,
        Some(at) if now.0 - at.0 > FRESH_SECONDS * 1000 => {
            let app = app.clone();
            tokio::spawn(async move {
                if let Err(error) = refresh(&app, district).await {
                    tracing::warn!(%error, "the figures were not computed");
                }
            });
        }
        Some(_) => {}
    }
    Ok(())
}
