//! `/rapat/baru` and `/rapat/{id}/ubah`: preparing a meeting from the template of its kind.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{Facts, PrepareMeeting};
use super::query::{self, Meeting};
use super::rules::{self, LineError};
use super::{KeepMeetings, pages};
use crate::commitment::query::{self as commitments, Commitment};

/// Which template a new meeting begins from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    jenis: String,
    #[serde(default)]
    sebelum: String,
}

#[derive(Template)]
#[template(path = "meeting/edit.html")]
struct EditPage {
    shell: Shell,
    /// The meeting that is changed.
    meeting: Option<Id>,
    kinds: Vec<(String, String)>,
    territories: Vec<(String, String)>,
    earlier: Vec<(String, String)>,
    /// What the meeting that it follows, and those before, promised and is still open.
    before: Vec<Commitment>,
    choose: String,
    nothing: String,
    form: FormView,
}

async fn shown(app: &App, cap: &KeepMeetings, shell: Shell, meeting: Option<Id>, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let kinds = settings::list(db, district, "meeting.kinds").await?;
    let kinds =
        kinds.iter().filter_map(|row| row.get("name")).map(|name| (name.clone(), name.clone())).collect();
    let territories = pages::territories(app, &shell, district, cap.scope()).await?;
    let mut earlier = query::list(db, district, cap.scope(), None).await?;
    let chosen = form.get("sebelum").parse::<Id>().ok();
    let followed = match chosen {
        Some(id) => query::one(db, district, cap.scope(), id).await?,
        None => None,
    };
    let before = match &followed {
        Some(one) => commitments::open_since(db, district, one.id).await?,
        None => Vec::new(),
    };
    // One that lies far back is not among the newest.
    earlier.extend(followed.filter(|one| earlier.iter().all(|other| other.id != one.id)));
    let named = |one: &Meeting| (one.id.to_string(), format!("{}, {}", one.title, shell.day(one.held_on)));
    let earlier =
        earlier.iter().filter(|one| Some(one.id) != meeting && one.state == "closed").map(named).collect();
    let (choose, nothing) =
        (shell.t("web.form.choose").into_owned(), shell.t("meeting.no_previous").into_owned());
    let template =
        EditPage { shell, meeting, kinds, territories, earlier, before, choose, nothing, form: form.view() };
    page_with(form.status(), &template)
}

/// A time so many minutes after another: "08.30" and 45 are "09.15".
fn after(starts: &str, minutes: i64) -> String {
    let (hours, rest) = starts.split_once('.').unwrap_or(("8", "30"));
    let first = hours.parse::<i64>().unwrap_or(8) * 60 + rest.parse::<i64>().unwrap_or(30);
    let at = (first + minutes).rem_euclid(24 * 60);
    format!("{:02}.{:02}", at / 60, at % 60)
}

/// What the district's template of a kind fills in: agenda and guests, a line each.
async fn template(app: &App, district: DistrictId, kind: &str) -> Result<(String, String), Error> {
    let db = app.store.reader();
    let of_kind = |row: &&settings::ListRow| row.get("kind").is_some_and(|name| name == kind);
    let text = |row: &settings::ListRow, name: &str| row.get(name).cloned().unwrap_or_default();
    let agenda = settings::list(db, district, "meeting.agenda").await?;
    let agenda: Vec<String> = agenda
        .iter()
        .filter(of_kind)
        .map(|row| {
            let starts = after("08.30", text(row, "minutes").parse().unwrap_or(0));
            format!("{starts}; {}; {}", text(row, "item"), text(row, "speaker"))
                .trim_end_matches([';', ' '])
                .to_owned()
        })
        .collect();
    let guests = settings::list(db, district, "meeting.guests").await?;
    let guests: Vec<String> = guests
        .iter()
        .filter(of_kind)
        .map(|row| {
            format!("{}; {}", text(row, "institution"), text(row, "position"))
                .trim_end_matches([';', ' '])
                .to_owned()
        })
        .collect();
    Ok((agenda.join("\n"), guests.join("\n")))
}

/// A form that the template of the chosen kind has filled in; of a meeting that follows another place, leader, guests and
/// signatories come from that one, and what it promised is the first item.
pub(super) async fn new(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (mut agenda, mut guests) = template(&app, cap.district(), &choice.jenis).await?;
    let title = if choice.jenis.is_empty() {
        String::new()
    } else {
        format!("{} {}", choice.jenis, shell.today.year())
    };
    let mut values = vec![("jenis", choice.jenis), ("judul", title), ("jam", "08.30".to_owned())];
    let followed = match choice.sebelum.parse::<Id>() {
        Ok(id) => query::one(app.store.reader(), cap.district(), cap.scope(), id).await?,
        Err(_) => None,
    };
    if let Some(one) = followed {
        let lists = lists(&app, cap.district(), one.id).await?;
        if guests.is_empty() {
            guests = lists.guests;
        }
        // A semicolon would part the line, and a part has 160 letters.
        let title: String = one.title.replace(';', ",").chars().take(120).collect();
        let first = shell.t1("meeting.follow_up_item", "title", title);
        agenda = format!("{first}\n{agenda}").trim_end().to_owned();
        values.extend([
            ("sebelum", one.id.to_string()),
            ("wilayah", one.territory_code.to_string()),
            ("tempat", one.place),
            ("tautan", one.link),
            ("pemimpin", one.leader),
            ("dasar", one.basis),
            ("penanda", lists.signatories),
        ]);
    }
    values.extend([("acara", agenda), ("undangan", guests)]);
    let form = Form::with(&shell, values);
    shown(&app, &cap, shell, None, &form).await
}

/// A typed list; what is wrong with it stands beside its field.
fn lines<T>(form: &mut Form, field: &str, read: fn(&str) -> Result<Vec<T>, LineError>) -> Vec<T> {
    match read(form.raw(field)) {
        Ok(lines) => lines,
        Err(error) => {
            form.error_with(field, error.key(), &[("line", error.line().to_string())]);
            Vec::new()
        }
    }
}

/// The facts as typed; `None` when something is wrong, which then stands in the form.
fn facts(form: &mut Form) -> Option<Facts> {
    let kind = form.required("jenis", 80);
    let title = form.required("judul", 160);
    let territory = form.read("wilayah", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let held_on = form.day("hari");
    let starts = form.read("jam", |text| rules::time(text).ok_or("meeting.refused.time"));
    let place = form.required("tempat", 160);
    let link = form.optional("tautan", 300);
    let leader = form.required("pemimpin", 120);
    let basis = form.optional("dasar", 500);
    let previous = form.read_optional("sebelum", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let agenda = lines(form, "acara", rules::agenda);
    let guests = lines(form, "undangan", rules::guests);
    let signatories = lines(form, "penanda", rules::signatories);
    let (territory, held_on, starts) = (territory?, held_on?, starts?);
    form.is_valid().then_some(Facts {
        kind,
        title,
        territory,
        held_on,
        starts,
        place,
        link,
        leader,
        basis,
        previous,
        agenda,
        guests,
        signatories,
    })
}

/// Prepares a meeting.
pub(super) async fn create(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    put(&app, &cap, shell, None, &mut form).await
}

async fn put(app: &App, cap: &KeepMeetings, shell: Shell, meeting: Option<Id>, form: &mut Form) -> Page {
    let command_id = form.command_id()?;
    if let Some(facts) = facts(form) {
        let command = PrepareMeeting { scope: cap.scope().clone(), meeting, facts };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/rapat/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    shown(app, cap, shell, meeting, form).await
}

/// The lists of a meeting as its form holds them, a line each.
struct Lists {
    agenda: String,
    guests: String,
    signatories: String,
}

/// Whoever calls this has found the meeting.
async fn lists(app: &App, district: DistrictId, id: Id) -> Result<Lists, Error> {
    let (db, secrets) = (app.store.reader(), app.store.secrets());
    let joined = |parts: [&str; 3]| parts.join("; ").trim_end_matches([';', ' ']).to_owned();
    let agenda = query::agenda(db, district, id).await?;
    let agenda: Vec<String> = agenda
        .iter()
        .map(|line| match line.starts.as_str() {
            "" => joined([&line.item, &line.speaker, ""]),
            starts => joined([starts, &line.item, &line.speaker]),
        })
        .collect();
    let mut guests = Vec::new();
    for line in query::guests(db, district, id).await? {
        let phone = match &line.phone_sealed {
            Some(sealed) => secrets.open_text(district, sealed)?,
            None => String::new(),
        };
        guests.push(joined([&line.institution, &line.position, &phone]));
    }
    let signatories = query::signatories(db, district, id).await?;
    let signatories: Vec<String> =
        signatories.iter().map(|line| joined([&line.name, &line.position, ""])).collect();
    Ok(Lists { agenda: agenda.join("\n"), guests: guests.join("\n"), signatories: signatories.join("\n") })
}

/// The form with what was prepared.
pub(super) async fn edit(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let lists = lists(&app, district, id).await?;
    let day = one.held_on;
    let values = [
        ("jenis", one.kind),
        ("judul", one.title),
        ("wilayah", one.territory_code.to_string()),
        ("hari_tanggal", day.day().to_string()),
        ("hari_bulan", u8::from(day.month()).to_string()),
        ("hari_tahun", day.year().to_string()),
        ("jam", one.starts),
        ("tempat", one.place),
        ("tautan", one.link),
        ("pemimpin", one.leader),
        ("dasar", one.basis),
        ("sebelum", one.previous_id.map(|id| id.to_string()).unwrap_or_default()),
        ("acara", lists.agenda),
        ("undangan", lists.guests),
        ("penanda", lists.signatories),
    ];
    let form = Form::with(&shell, values);
    shown(&app, &cap, shell, Some(id), &form).await
}

/// Changes what was prepared.
pub(super) async fn update(
    cap: Cap<KeepMeetings>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    put(&app, &cap, shell, Some(id), &mut form).await
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn an_agenda_counts_from_the_beginning() {
        assert_eq!(after("08.30", 0), "08.30");
        assert_eq!(after("08.30", 45), "09.15");
        assert_eq!(after("23.30", 45), "00.15");
    }
}
