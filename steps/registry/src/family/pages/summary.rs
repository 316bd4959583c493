//! What a family's page says first: risk by BKKBN and by us, welfare rank, and what is still missing.

use std::sync::Arc;

use asuh_store::{DistrictId, Id};

use super::super::file::{Member, Visit};
use super::super::version::FamilyVersion;
use crate::risk::{self, Desil};
use crate::rules::Target;
use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::web::{Error, Shell};

/// The summary.
pub(super) struct Summary {
    /// Whether the family is at risk by our computation.
    pub(super) ours: Option<bool>,
    /// The marks of the list, in words: "Jamban tidak layak: Ya".
    pub(super) marks: Vec<String>,
    /// What our computation found, in words.
    pub(super) because: String,
    /// Not a family of the programme, or what is not known: in words.
    pub(super) remark: String,
    /// The two differ.
    pub(super) differs: bool,
    /// Welfare ranks, the one that holds first.
    pub(super) desils: Vec<Desil>,
    /// What is still missing, in words.
    pub(super) gaps: Vec<String>,
}

/// What is known of a family when its page is made.
pub(super) struct Known<'a> {
    pub(super) id: Id,
    pub(super) family: &'a FamilyVersion,
    pub(super) members: &'a [Member],
    pub(super) visits: &'a [Visit],
}

/// Puts the summary together: our reading by the very function that lists are stored from, and the gaps that this
/// step and later ones know of.
pub(super) async fn summary(
    app: &App,
    actor: &Arc<Actor>,
    district: DistrictId,
    shell: &Shell,
    known: &Known<'_>,
) -> Result<Summary, Error> {
    let db = app.store.reader();
    let reading = risk::reading(db, district, known.id, shell.today).await?;
    let desils = risk::desils(db, district, known.id).await?;
    let because: Vec<String> = reading.found.iter().map(|found| risk::because(shell, found)).collect();
    let unknown: Vec<String> = reading
        .unknown
        .iter()
        .map(|factor| shell.t(&format!("registry.risk.{}", factor.code())).to_lowercase())
        .collect();
    let remark = match (reading.in_programme, reading.at_risk, unknown.is_empty()) {
        (Some(false), ..) => shell.t("registry.krs.not_in_programme").into_owned(),
        (None, ..) => shell.t("registry.krs.programme_unknown").into_owned(),
        (_, Some(true), _) | (_, _, true) => String::new(),
        _ => shell.t1("registry.krs.not_marked", "what", unknown.join(", ")),
    };
    let mut gaps = own_gaps(shell, known, desils.is_empty());
    for gaps_of in &app.registry.family_gaps {
        gaps.extend(gaps_of(app, actor, known.id).await?);
    }
    let flagged = known.family.krs.unwrap_or(false);
    Ok(Summary {
        ours: reading.at_risk,
        marks: marks(shell, known.family),
        because: because.join("; "),
        remark,
        differs: reading.at_risk.is_some_and(|ours| ours != flagged),
        desils,
        gaps,
    })
}

/// What the list says, factor by factor; what it leaves blank is left out.
fn marks(shell: &Shell, family: &FamilyVersion) -> Vec<String> {
    let said = family.risks().into_iter().filter(|(name, _)| *name != "krs");
    said.filter_map(|(name, value)| {
        let answer = shell.t(if value? { "web.form.yes" } else { "web.form.no" });
        Some(format!("{}: {answer}", shell.t(&format!("registry.risk.{name}"))))
    })
    .collect()
}

/// What this step knows to be missing.
fn own_gaps(shell: &Shell, known: &Known<'_>, no_desil: bool) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut gap = |missing: bool, key: &str| {
        if missing {
            gaps.push(shell.t(key).into_owned());
        }
    };
    gap(known.visits.is_empty(), "registry.gap.not_visited");
    gap(known.members.is_empty(), "registry.gap.no_members");
    gap(no_desil, "registry.gap.no_desil");
    for member in known.members.iter().filter(|member| member.ended_reason.is_none()) {
        if member.target == Some(Target::Pregnant)
            && !member.maternity.iter().any(|one| one.kind == "pregnancy" && one.due_on.is_some())
        {
            gaps.push(shell.t1("registry.gap.no_due_day", "name", &member.name));
        }
        if member.relation == "child" && member.birth_date.is_none() {
            gaps.push(shell.t1("registry.gap.no_birthday", "name", &member.name));
        }
    }
    let without =
        known.members.iter().filter(|one| one.ended_reason.is_none() && one.nik_sealed.is_none()).count();
    if without > 0 {
        gaps.push(shell.t1("registry.gap.no_nik", "n", without));
    }
    gaps
}
