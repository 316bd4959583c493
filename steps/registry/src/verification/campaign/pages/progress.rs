//! `/verifikasi`: how far the open campaign is (or an earlier one), per kecamatan and per village.

use std::collections::HashMap;

use askama::Template;
use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::super::joining::{Joining, joinings, outside};
use super::super::query::{self, Campaign, Progress};
use super::super::reminder;
use crate::rights::{
    CheckVillages, KeepCampaigns, NameVerifiers, ReadFamilies, ReadRecords, ReopenCampaigns, SeeProgress,
    VerifyFamilies,
};
use crate::territory;
use crate::verification::check::{Check, check_of, checks};
use crate::verification::rules::{Agreement, agreement};
use crate::verification::village::{Record, named, records_of};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with};

/// Whoever reaches no more villages than this sees them all at once.
const FEW: usize = 12;

/// A kecamatan, or the part of it within the caller's reach.
pub(in crate::verification) struct Region {
    pub(in crate::verification) code: i64,
    pub(in crate::verification) name: String,
    pub(in crate::verification) families: i64,
    pub(in crate::verification) done: i64,
    pub(in crate::verification) villages: i64,
    pub(in crate::verification) closed: i64,
    pub(in crate::verification) check: Option<Check>,
}

impl Region {
    /// Its shade on the tile map, 0 to 5: from nothing done to all villages closed.
    fn shade(&self) -> i64 {
        match self.families {
            _ if self.villages > 0 && self.closed == self.villages => 5,
            0 => 0,
            families => (self.done * 4 / families).min(4),
        }
    }

    /// Translation key of where its check is.
    pub(in crate::verification::campaign) fn check_state(&self) -> &'static str {
        match &self.check {
            Some(check) if check.closed_at.is_some() => "verification.check.state.closed",
            Some(_) => "verification.check.state.drawn",
            None if self.villages > 0 && self.closed == self.villages => "verification.check.state.ready",
            None => "verification.check.state.waiting",
        }
    }
}

/// Villages, which stand in the order of their codes, summed by kecamatan.
pub(in crate::verification::campaign) fn regions(
    villages: &[Progress],
    names: &HashMap<i64, String>,
    checks: &[Check],
) -> Vec<Region> {
    let subdistrict = |one: &Progress| one.village / 10_000 * 10_000;
    villages
        .chunk_by(|one, other| subdistrict(one) == subdistrict(other))
        .filter_map(|group| {
            let code = subdistrict(group.first()?);
            Some(Region {
                code,
                name: names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code)),
                families: group.iter().map(|one| one.families).sum(),
                done: group.iter().map(Progress::done).sum(),
                villages: group.len() as i64,
                closed: group.iter().filter(|one| one.closed).count() as i64,
                check: checks.iter().find(|check| check.subdistrict_code == code).cloned(),
            })
        })
        .collect()
}

/// A village with what can be done there.
struct Line {
    progress: Progress,
    name: String,
    record: Option<Record>,
    /// Opens WhatsApp with the prepared text; empty where nothing is to be reminded of.
    reminder: String,
    /// Those named for it.
    verifiers: Vec<String>,
}

#[derive(Template)]
#[template(path = "verification/campaign/progress.html")]
struct ProgressPage {
    shell: Shell,
    form: FormView,
    campaign: Option<Campaign>,
    left: String,
    regions: Vec<Region>,
    lines: Vec<Line>,
    families: i64,
    done: i64,
    found: i64,
    closed: i64,
    villages: i64,
    /// Families that its keeper may let into it, and those whom he did.
    outside: i64,
    joined: Vec<Joining>,
    /// Whether the caller reaches a whole kecamatan: sums of a part of one would mislead.
    by_subdistrict: bool,
    sees: Sees,
}

/// What the caller may open from the counts.
struct Sees {
    verifies: bool,
    names: bool,
    keeps: bool,
    reopens: bool,
    records: bool,
    reminds: bool,
}

impl Sees {
    fn of(cap: &SeeProgress) -> Sees {
        let actor = cap.actor();
        Sees {
            verifies: VerifyFamilies::of(actor).is_some(),
            names: ReadFamilies::of(actor).is_some(),
            keeps: KeepCampaigns::of(actor).is_some(),
            reopens: ReopenCampaigns::of(actor).is_some(),
            records: ReadRecords::of(actor).is_some(),
            reminds: NameVerifiers::of(actor).is_some() || CheckVillages::of(actor).is_some(),
        }
    }
}

impl ProgressPage {
    /// What follows an address to stay with a campaign that is not the open one.
    fn stay(&self) -> String {
        match &self.campaign {
            Some(campaign) if !campaign.is_open() => format!("?putaran={}", campaign.id),
            _ => String::new(),
        }
    }

    fn is_open(&self) -> bool {
        self.campaign.as_ref().is_some_and(Campaign::is_open)
    }

    /// Whether villages lead to their visiting lists: not from a campaign that has closed.
    fn leads_to_visits(&self) -> bool {
        self.campaign.as_ref().is_none_or(Campaign::is_open)
    }
}

/// The open campaign.
pub(in crate::verification::campaign) async fn now(
    cap: Cap<SeeProgress>,
    State(app): State<App>,
    shell: Shell,
) -> Page {
    let campaign = query::open_campaign(app.store.reader(), cap.district()).await?;
    let form = Form::empty(&shell);
    show(&cap, &app, shell, campaign, &form).await
}

/// Any campaign.
pub(in crate::verification::campaign) async fn of(
    cap: Cap<SeeProgress>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let campaign = query::campaign_by_id(app.store.reader(), cap.district(), id).await?;
    let form = Form::empty(&shell);
    show(&cap, &app, shell, Some(campaign.ok_or(Error::NotFound)?), &form).await
}

/// A campaign's page, with the form that closes it.
pub(super) async fn show(
    cap: &SeeProgress,
    app: &App,
    shell: Shell,
    campaign: Option<Campaign>,
    form: &Form,
) -> Page {
    let db = app.store.reader();
    let villages = query::villages(db, cap.district(), cap.scope(), campaign.as_ref()).await?;
    let codes = villages.iter().flat_map(|one| [one.village, one.village / 10_000 * 10_000]);
    let names = territory::names(db, cap.district(), codes).await?;
    let checks = match &campaign {
        Some(campaign) => checks(db, cap.district(), campaign.id).await?,
        None => Vec::new(),
    };
    let sees = Sees::of(cap);
    let (mut lacking, mut joined) = (0, Vec::new());
    if let Some(campaign) = campaign.as_ref().filter(|_| sees.keeps) {
        joined = joinings(db, cap.district(), campaign.id).await?;
        if campaign.is_open() {
            lacking = outside(db, cap.district(), campaign).await?.iter().map(|one| one.n).sum();
        }
    }
    let lines = match villages.len() <= FEW {
        true => lines(cap, app, &shell, campaign.as_ref(), cap.scope(), &villages, &names).await?,
        false => Vec::new(),
    };
    let left = campaign.as_ref().map(|one| reminder::time_left(&shell, one.deadline, shell.today));
    let regions = regions(&villages, &names, &checks);
    let whole = |region: &Region| {
        TerritoryCode::from_i64(region.code).is_ok_and(|code| cap.scope().reaches(code, ""))
    };
    let template = ProgressPage {
        by_subdistrict: lines.is_empty() || regions.iter().any(whole),
        left: left.unwrap_or_default(),
        families: villages.iter().map(|one| one.families).sum(),
        done: villages.iter().map(Progress::done).sum(),
        found: villages.iter().map(|one| one.found).sum(),
        closed: villages.iter().filter(|one| one.closed).count() as i64,
        villages: villages.len() as i64,
        outside: lacking,
        joined,
        regions,
        form: form.view(),
        campaign,
        lines,
        sees,
        shell,
    };
    page_with(form.status(), &template)
}

async fn lines(
    cap: &SeeProgress,
    app: &App,
    shell: &Shell,
    campaign: Option<&Campaign>,
    scope: &Scope,
    villages: &[Progress],
    names: &HashMap<i64, String>,
) -> Result<Vec<Line>, Error> {
    let db = app.store.reader();
    let (mut records, mut verifiers) = (Vec::new(), Vec::new());
    if let Some(campaign) = campaign {
        records = records_of(db, cap.district(), scope, campaign.id).await?;
        verifiers = named(app, cap.district(), scope, campaign.id).await?;
    }
    let reminds = Sees::of(cap).reminds;
    let mut lines = Vec::with_capacity(villages.len());
    for progress in villages {
        let own = verifiers.iter().filter(|one| one.village_code == progress.village);
        // The one number, where only one person is named.
        let phone = match own.clone().collect::<Vec<_>>().as_slice() {
            [one] => one.phone.as_ref(),
            _ => None,
        };
        let name = names.get(&progress.village).cloned();
        let name = name.unwrap_or_else(|| territory::dotted(progress.village));
        let wants = campaign.filter(|one| one.is_open() && reminds && !progress.closed);
        let reminder = wants.map(|one| reminder::link(shell, one, &name, progress, shell.today, phone));
        let record = records.iter().position(|record| {
            record.village_code == progress.village && record.reopened_at.is_none() && progress.closed
        });
        lines.push(Line {
            verifiers: own.map(|one| one.name.clone()).collect(),
            reminder: reminder.unwrap_or_default(),
            record: record.map(|at| records.swap_remove(at)),
            progress: progress.clone(),
            name,
        });
    }
    Ok(lines)
}

/// Which campaign a kecamatan is shown of: the open one, unless it is named.
#[derive(Debug, Deserialize)]
pub(in crate::verification::campaign) struct Of {
    #[serde(default)]
    putaran: String,
}

#[derive(Template)]
#[template(path = "verification/campaign/subdistrict.html")]
struct SubdistrictPage {
    shell: Shell,
    campaign: Option<Campaign>,
    left: String,
    region: Region,
    lines: Vec<Line>,
    agreement: Option<Agreement>,
    /// Whether the caller may open the second visits.
    sees_check: bool,
    sees: Sees,
}

impl SubdistrictPage {
    /// "9 dari 10 sama (90 %)"
    fn rate(&self, agreement: &Agreement) -> String {
        let text = self.shell.text();
        text.t3(
            "verification.check.rate",
            ("agreed", text.number(agreement.agreed)),
            ("compared", text.number(agreement.compared)),
            ("percent", text.number(agreement.percent)),
        )
    }

    /// Whether villages lead to their visiting lists: not from a campaign that has closed.
    fn leads_to_visits(&self) -> bool {
        self.campaign.as_ref().is_none_or(Campaign::is_open)
    }
}

/// The villages of a kecamatan within the caller's reach.
pub(in crate::verification::campaign) async fn subdistrict(
    cap: Cap<SeeProgress>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<i64>,
    Params(of): Params<Of>,
) -> Page {
    let db = app.store.reader();
    let code = TerritoryCode::from_i64(code).map_err(|_| Error::NotFound)?;
    if code.level() != Level::Subdistrict {
        return Err(Error::NotFound);
    }
    let campaign = match of.putaran.parse::<Id>() {
        Ok(id) => Some(query::campaign_by_id(db, cap.district(), id).await?.ok_or(Error::NotFound)?),
        Err(_) => query::open_campaign(db, cap.district()).await?,
    };
    let mut villages = query::villages(db, cap.district(), cap.scope(), campaign.as_ref()).await?;
    let (from, to) = code.range();
    villages.retain(|one| (from..=to).contains(&one.village));
    let codes = villages.iter().map(|one| one.village).chain([code.as_i64()]);
    let names = territory::names(db, cap.district(), codes).await?;
    let lines = lines(&cap, &app, &shell, campaign.as_ref(), cap.scope(), &villages, &names).await?;
    let check = match &campaign {
        Some(campaign) => check_of(db, cap.district(), campaign.id, code.as_i64()).await?,
        None => None,
    };
    let check = check.filter(|check| check.voided_at.is_none());
    let agreed = check.as_ref().and_then(|check| agreement(check.agreed?, check.sample));
    let region = regions(&villages, &names, check.as_slice()).pop().ok_or(Error::NotFound)?;
    let left = campaign.as_ref().map(|one| reminder::time_left(&shell, one.deadline, shell.today));
    page(&SubdistrictPage {
        left: left.unwrap_or_default(),
        agreement: agreed,
        sees_check: ReadRecords::of(cap.actor()).is_some_and(|cap| cap.scope().reaches(code, "")),
        sees: Sees::of(&cap),
        campaign,
        region,
        lines,
        shell,
    })
}
