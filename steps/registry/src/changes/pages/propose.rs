//! `/sasaran/{id}/usul`: proposing a change of a family, with its reason and evidence.

use askama::Template;
use asuh_nusantara::Sex;
use asuh_store::Id;
use axum::extract::State;

use super::super::ProposeChange;
use super::super::rules::{ChangeKind, Place, Proposal};
use crate::family::{FamilyVersion, Member, Opening, family_within, members, opened};
use crate::rights::{ProposeChanges, Reach};
use crate::rules::Relation;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// Bytes of a photo or scan.
const EVIDENCE_BYTES: u64 = 5 << 20;

type Choices = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "changes/choose.html")]
struct ChoosePage {
    shell: Shell,
    id: Id,
    head_name: String,
    kinds: Choices,
}

async fn found(cap: &ProposeChanges, app: &App, id: Id) -> Result<FamilyVersion, Error> {
    let family = family_within(app.store.reader(), cap.district(), cap.scope(), id).await?;
    family.ok_or(Error::NotFound)
}

/// What is to be proposed.
pub(in crate::changes) async fn choose(
    cap: Cap<ProposeChanges>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let head_name = found(&cap, &app, id).await?.head_name;
    opened(&app, cap.actor(), Opening::File(id));
    let kinds = ChangeKind::ALL
        .iter()
        .map(|kind| {
            (kind.code().to_owned(), shell.t(&format!("registry.change.kind.{}", kind.code())).into_owned())
        })
        .collect();
    page(&ChoosePage { shell, id, head_name, kinds })
}

#[derive(Template)]
#[template(path = "changes/propose.html")]
struct ProposePage {
    shell: Shell,
    id: Id,
    kind: ChangeKind,
    head_name: String,
    f: FormView,
    /// The living members.
    members: Choices,
    /// Those who may be the mother of a child.
    mothers: Choices,
    /// Those who may leave for a family of their own, with what they are now.
    leaving: Vec<(String, String, String)>,
    roles: Choices,
    villages: Choices,
    sexes: Choices,
    ways: Choices,
}

impl ProposePage {
    fn is(&self, code: &str) -> bool {
        self.kind.code() == code
    }

    fn title(&self) -> String {
        self.shell.t(&format!("registry.change.kind.{}", self.kind.code())).into_owned()
    }

    fn when(&self) -> String {
        self.shell.t(&format!("registry.change.when.{}", self.kind.code())).into_owned()
    }
}

/// The form of a kind of change.
pub(in crate::changes) async fn form(
    cap: Cap<ProposeChanges>,
    State(app): State<App>,
    shell: Shell,
    Path((id, kind)): Path<(Id, String)>,
) -> Page {
    let kind = ChangeKind::parse(&kind).ok_or(Error::NotFound)?;
    let family = found(&cap, &app, id).await?;
    opened(&app, cap.actor(), Opening::File(id));
    let day = shell.today;
    let values = [
        ("kapan_tanggal", day.day().to_string()),
        ("kapan_bulan", u8::from(day.month()).to_string()),
        ("kapan_tahun", day.year().to_string()),
        ("tujuan", "luar".to_owned()),
        ("desa", family.village_code.to_string()),
        ("dusun", family.hamlet.clone()),
        ("rw", family.rw.clone()),
        ("rt", family.rt.clone()),
    ];
    let form = Form::with(&shell, values);
    render(&cap, &app, shell, id, kind, &form).await
}

async fn render(
    cap: &ProposeChanges,
    app: &App,
    shell: Shell,
    id: Id,
    kind: ChangeKind,
    form: &Form,
) -> Page {
    let db = app.store.reader();
    let head_name = found(cap, app, id).await?.head_name;
    let living: Vec<Member> = members(db, cap.district(), id, shell.today)
        .await?
        .into_iter()
        .filter(|member| member.ended_reason.is_none())
        .collect();
    let named = |member: &Member| (member.id.to_string(), member.name.clone());
    let may_be_mother =
        |member: &&Member| member.sex.as_deref() != Some(Sex::Male.code()) && member.relation != "child";
    let relation = |code: &str| shell.t(&format!("registry.relation.{code}")).into_owned();
    // A family may move anywhere in the district; whoever approves answers for both places.
    let whole = Scope::whole(cap.actor().district_code);
    let villages = territory::villages_within(db, cap.district(), &whole).await?;
    let words = |key: &str| shell.t(key).into_owned();
    let template = ProposePage {
        id,
        kind,
        head_name,
        f: form.view(),
        members: living.iter().map(named).collect(),
        mothers: living.iter().filter(may_be_mother).map(named).collect(),
        leaving: living
            .iter()
            .filter(|member| member.relation != "head")
            .map(|member| (format!("hub.{}", member.id), member.name.clone(), relation(&member.relation)))
            .collect(),
        roles: Relation::ALL.iter().map(|one| (one.code().to_owned(), relation(one.code()))).collect(),
        villages: villages.into_iter().map(|one| (one.code.to_string(), one.name)).collect(),
        sexes: Sex::ALL
            .iter()
            .map(|sex| (sex.code().to_owned(), words(&format!("registry.sex.{}", sex.code()))))
            .collect(),
        ways: vec![
            ("luar".to_owned(), words("registry.change.out_of_district")),
            ("dalam".to_owned(), words("registry.change.within_district")),
        ],
        shell,
    };
    page_with(form.status(), &template)
}

/// Sends the proposal.
pub(in crate::changes) async fn propose(
    cap: Cap<ProposeChanges>,
    State(app): State<App>,
    shell: Shell,
    Path((id, kind)): Path<(Id, String)>,
    mut form: Form,
) -> Page {
    let kind = ChangeKind::parse(&kind).ok_or(Error::NotFound)?;
    found(&cap, &app, id).await?;
    let proposal = read(&mut form, kind);
    let happened_on = form.day("kapan");
    let reason = form.required("alasan", 300);
    let scan = form.file("bukti").map(|upload| attachments::read(upload, MediaType::SCANS, EVIDENCE_BYTES));
    let scan = match scan {
        Some(Err(refusal)) => {
            form.refuse(&refusal.field("bukti"));
            None
        }
        Some(Ok(content)) => Some(content),
        None => None,
    };
    if let (true, Some(proposal), Some(happened_on)) = (form.is_valid(), proposal, happened_on) {
        let evidence = match scan {
            Some(content) => Some(attachments::store(&app, cap.actor(), form.command_id()?, content).await?),
            None => None,
        };
        let reach = Reach::of(cap.scope());
        let today = shell.today;
        let command = ProposeChange { family: id, reach, proposal, happened_on, reason, evidence, today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/perubahan/{}?tersimpan=1", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    render(&cap, &app, shell, id, kind, &form).await
}

fn optional_number(form: &Form, field: &str) -> Option<String> {
    Some(form.get(field).to_owned()).filter(|number| !number.is_empty())
}

fn place(form: &mut Form) -> Option<Place> {
    let village = form.read("desa", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let (hamlet, rw, rt) = (form.optional("dusun", 60), form.optional("rw", 10), form.optional("rt", 10));
    Some(Place { village: village?, hamlet, rw, rt })
}

/// What the form proposes; nothing with an error noted when it says too little.
fn read(form: &mut Form, kind: ChangeKind) -> Option<Proposal> {
    match kind {
        ChangeKind::FamilyMoved => {
            let to = form.optional("ke", 120);
            let within = form.get("tujuan") == "dalam";
            let place = if within { Some(place(form)?) } else { None };
            Some(Proposal::FamilyMoved { place, to })
        }
        ChangeKind::PersonMoved => {
            let to = form.optional("ke", 120);
            Some(Proposal::PersonMoved { person: form.id("anggota")?, to })
        }
        ChangeKind::Lost => Some(Proposal::Lost { person: form.id("anggota")? }),
        ChangeKind::Died => Some(Proposal::Died { person: form.id("anggota")? }),
        ChangeKind::Born => {
            let name = form.required("nama", 100);
            let sex = form.read("jk", |code| Sex::parse(code).map_err(|_| "web.error.choose"))?;
            let mother = form.read_optional("ibu", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
            Some(Proposal::Born { mother, name, sex, nik: optional_number(form, "nik") })
        }
        ChangeKind::Split => {
            let members: Vec<(Id, Relation)> = form
                .starting_with("hub.")
                .filter_map(|(id, relation)| Some((id.parse().ok()?, Relation::parse(relation)?)))
                .collect();
            let place = place(form)?;
            Some(Proposal::Split { place, kk: optional_number(form, "kk"), members })
        }
        ChangeKind::Nik => {
            let nik = form.required("nik", 20);
            Some(Proposal::Nik { person: form.id("anggota")?, nik })
        }
    }
}
