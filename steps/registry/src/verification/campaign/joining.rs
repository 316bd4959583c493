//! Families that came onto a list after the campaign had opened, let into it as one action: how many more there are to
//! visit, in which villages, and why.

use askama::Template;
use asuh_store::{Args, Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::command::Base;
use super::query::{self, Campaign};
use crate::rights::KeepCampaigns;
use crate::rules::FamilyStatus;
use crate::territory;
use crate::verification::visit::hold_villages;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Lets the families into an open campaign that its base would hold today and that it does not have, of one village or
/// of all that have not closed. An import that the base named plays no part: these families came after it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JoinFamilies {
    /// The campaign.
    pub campaign: Id,
    /// Only of this village, a code of ten digits.
    pub village: Option<i64>,
    /// Why; at most 300 characters.
    pub reason: String,
}

impl Command for JoinFamilies {
    const KIND: &'static str = "registry.join_families";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let district = tx.district();
        tx.subject("verification_campaign", self.campaign);
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Refusal::new("registry.refused.reason_needed").field("alasan").into());
        }
        let campaign = query::campaign_by_id(tx, district, self.campaign).await?;
        let campaign = campaign.ok_or_else(Refusal::not_found)?;
        if !campaign.is_open() {
            return Err(Refusal::new("verification.refused.campaign_closed").into());
        }
        let mut villages: Vec<i64> =
            outside(tx, district, &campaign).await?.into_iter().map(|one| one.village_code).collect();
        villages.retain(|code| self.village.is_none_or(|village| village == *code));
        let closed = hold_villages(tx, Some(&campaign), villages.iter().copied()).await?;
        villages.retain(|code| !closed.contains(code));
        if villages.is_empty() {
            let key = if closed.is_empty() { "nobody_to_join" } else { "village_closed" };
            return Err(Refusal::new(format!("verification.refused.{key}")).field("desa").into());
        }
        let mut args = args![district, self.campaign];
        let outside = outside_condition(district, &campaign, &mut args);
        let villages = args.push_list(villages);
        let families = tx
            .execute(
                &format!(
                    "INSERT INTO campaign_family (district_id, campaign_id, family_id, village_code, rw, origin) \
                     SELECT $1, $2, v.family_id, v.village_code, v.rw, 'joined' FROM family_version v \
                     WHERE {outside} AND v.village_code IN ({villages})"
                ),
                args,
            )
            .await? as i64;
        let last = "SELECT MAX(nth) AS n FROM campaign_joining WHERE district_id = $1 AND campaign_id = $2";
        let nth = tx.number(last, args![district, self.campaign]).await? + 1;
        tx.execute(
            "INSERT INTO campaign_joining (district_id, campaign_id, nth, village_code, families, reason, \
             recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![district, self.campaign, nth, self.village, families, reason, tx.now(), tx.actor()],
        )
        .await?;
        Ok(families)
    }
}

/// SQL: the condition on `family_version v` of the families that the base would hold today and the campaign lacks.
fn outside_condition(district: DistrictId, campaign: &Campaign, args: &mut Args) -> String {
    let base = Base {
        statuses: campaign.statuses.split(' ').filter_map(FamilyStatus::parse).collect(),
        batch: None,
        flagged_only: campaign.flagged_only,
    };
    let wanted = base.condition(district, args);
    let id = args.push(campaign.id);
    format!(
        "{wanted} AND NOT EXISTS (SELECT 1 FROM campaign_family h WHERE h.district_id = v.district_id \
         AND h.campaign_id = {id} AND h.family_id = v.family_id)"
    )
}

asuh_store::row_struct! {
    /// A village with families that a campaign lacks.
    pub(super) struct Outside {
        pub(super) village_code: i64,
        pub(super) n: i64,
    }
}

/// How many families of each village a campaign lacks. Indexes: `family_version_progress`, `campaign_family`'s key.
pub(super) async fn outside(
    db: &impl Query,
    district: DistrictId,
    campaign: &Campaign,
) -> Result<Vec<Outside>, StoreError> {
    let mut args = Args::new();
    let outside = outside_condition(district, campaign, &mut args);
    let sql = format!(
        "SELECT v.village_code, COUNT(*) AS n FROM family_version v WHERE {outside} \
         GROUP BY v.village_code ORDER BY v.village_code"
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// Families that were let into a campaign after it had opened.
    pub(super) struct Joining {
        pub(super) village_name: Option<String>,
        pub(super) families: i64,
        pub(super) reason: String,
        pub(super) recorded_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// What was let into a campaign, the last first. Index: primary key.
pub(super) async fn joinings(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<Vec<Joining>, StoreError> {
    db.all(
        "SELECT t.name AS village_name, j.families, j.reason, j.recorded_at, u.name AS by_name \
         FROM campaign_joining j \
         LEFT JOIN territory t ON t.district_id = j.district_id AND t.code = j.village_code \
         LEFT JOIN app_user u ON u.district_id = j.district_id AND u.id = j.recorded_by \
         WHERE j.district_id = $1 AND j.campaign_id = $2 ORDER BY j.nth DESC",
        args![district, campaign],
    )
    .await
}

#[derive(Template)]
#[template(path = "verification/campaign/joining.html")]
struct JoiningPage {
    shell: Shell,
    form: FormView,
    campaign: Campaign,
    /// Families that the campaign has.
    families: i64,
    /// Families that it lacks.
    outside: i64,
    villages: Vec<(String, String)>,
    before: Vec<Joining>,
}

impl JoiningPage {
    /// How many would join, and how many there would be to visit then.
    fn counted(&self) -> String {
        let number = |n: i64| self.shell.number(n);
        self.shell.t3(
            "verification.join.counted",
            ("n", number(self.outside)),
            ("families", number(self.families)),
            ("total", number(self.families + self.outside)),
        )
    }
}

/// The form: what there is to be let in.
pub(super) async fn form(
    cap: Cap<KeepCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, id, &form).await
}

async fn show(cap: &KeepCampaigns, app: &App, shell: Shell, id: Id, form: &Form) -> Page {
    let db = app.store.reader();
    let campaign = query::campaign_by_id(db, cap.district(), id).await?.ok_or(Error::NotFound)?;
    let outside = match campaign.is_open() {
        true => outside(db, cap.district(), &campaign).await?,
        false => Vec::new(),
    };
    let codes = outside.iter().flat_map(|one| [one.village_code, one.village_code / 10_000 * 10_000]);
    let names = territory::names(db, cap.district(), codes).await?;
    let named = |code: i64| names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
    let villages = outside.iter().map(|one| {
        let (village, subdistrict) = (named(one.village_code), named(one.village_code / 10_000 * 10_000));
        let words = format!("{village} ({subdistrict}): {}", shell.number(one.n));
        (one.village_code.to_string(), words)
    });
    let families = "SELECT COUNT(*) AS n FROM campaign_family WHERE district_id = $1 AND campaign_id = $2";
    let template = JoiningPage {
        form: form.view(),
        families: db.number(families, args![cap.district(), id]).await?,
        outside: outside.iter().map(|one| one.n).sum(),
        villages: villages.collect(),
        before: joinings(db, cap.district(), id).await?,
        campaign,
        shell,
    };
    page_with(form.status(), &template)
}

/// Lets them in.
pub(super) async fn join(
    cap: Cap<KeepCampaigns>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let village = form.read_optional("desa", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        let command = JoinFamilies { campaign: id, village, reason };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/verifikasi/putaran/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(&cap, &app, shell, id, &form).await
}
