//! `/sasaran/{id}/riwayat`: every field of a family and its members with its earlier values, each with its source, its
//! day and who recorded it. Nothing is ever overwritten; this page shows it.

use std::collections::HashMap;

use askama::Template;
use asuh_nusantara::{FamilyCardNumber, Nik, Phone};
use asuh_store::{DistrictId, FromRow, Id, Instant, Query, Row, StoreError, args};
use axum::extract::State;
use time::Date;

use super::query::{Request, of_family};
use crate::family::{FamilyVersion, Opening, PersonVersion, family_within, opened};
use crate::identity::{FAMILY_AND_ALIASES, family_stands_for};
use crate::rights::ReadFamilies;
use crate::risk::{Desil, desils};
use crate::territory;
use crate::words::source_words;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Page, Path, Shell, page as render, redirect};

/// Before what of a value is not shown.
const HIDDEN: char = '\u{0}';

/// A value that a field had.
struct Value {
    value: String,
    /// The day from which it holds.
    from: Date,
    recorded_at: Instant,
    source: String,
    who: String,
    /// It was taken back (an import that was undone).
    retracted: bool,
}

/// A field with its values, the newest first.
struct Field {
    label: String,
    values: Vec<Value>,
}

/// The family, or a member.
struct Subject {
    title: String,
    fields: Vec<Field>,
}

#[derive(Template)]
#[template(path = "changes/history.html")]
struct HistoryPage {
    shell: Shell,
    id: Id,
    head_name: String,
    subjects: Vec<Subject>,
    desils: Vec<Desil>,
    requests: Vec<Request>,
}

/// A version with who recorded it.
struct Told<T> {
    facts: T,
    /// The family or the person.
    subject: Id,
    recorded_at: Instant,
    who: String,
    retracted: bool,
}

/// The columns about a version `x` beside its facts: by whom, and whether it was taken back.
fn told_columns(x: &str) -> String {
    format!("{x}.recorded_at AS told_at, COALESCE(u.name, bu.name, '') AS who, {x}.retracted_by")
}

/// Who recorded a version `x`: the giver of its command, else whoever sent the import.
fn told_joins(x: &str) -> String {
    format!(
        "LEFT JOIN command_log l ON l.district_id = {x}.district_id AND l.recorded_at = {x}.recorded_at \
         AND l.id = {x}.command_id LEFT JOIN app_user u ON u.district_id = {x}.district_id AND u.id = l.actor_id \
         LEFT JOIN import_batch b ON b.district_id = {x}.district_id AND b.id = {x}.batch_id \
         LEFT JOIN app_user bu ON bu.district_id = {x}.district_id AND bu.id = b.uploaded_by"
    )
}

impl<T> Told<T> {
    fn of(row: &Row, facts: T, subject: Id) -> Result<Told<T>, StoreError> {
        let retracted: Option<Vec<u8>> = row.get("retracted_by")?;
        Ok(Told {
            facts,
            subject,
            recorded_at: row.get("told_at")?,
            who: row.get("who")?,
            retracted: retracted.is_some(),
        })
    }
}

impl FromRow for Told<FamilyVersion> {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Told::of(row, FamilyVersion::from_row(row)?, row.get("family_id")?)
    }
}

impl FromRow for Told<PersonVersion> {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Told::of(row, PersonVersion::from_row(row)?, row.get("person_id")?)
    }
}

/// The versions of a family, the oldest first, then those of each family that was merged into it. Indexes: primary key,
/// family_by_canonical, command_log_by_time.
async fn family_versions(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Vec<Told<FamilyVersion>>, StoreError> {
    let sql = format!(
        "SELECT {}, v.family_id, {} FROM family_version v {} WHERE v.district_id = $1 \
         AND v.family_id IN {FAMILY_AND_ALIASES} \
         ORDER BY CASE WHEN v.family_id = $2 THEN 0 ELSE 1 END, v.family_id, v.version LIMIT 200",
        FamilyVersion::COLUMNS,
        told_columns("v"),
        told_joins("v"),
    );
    db.all(&sql, args![district, id]).await
}

/// The versions of whoever is or was a member, also of a family merged into this one, as such, by person and version. Indexes: person_version_by_family,
/// command_log_by_time.
async fn member_versions(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Vec<Told<PersonVersion>>, StoreError> {
    let sql = format!(
        "SELECT {}, p.person_id, {} FROM person_version p {} WHERE p.district_id = $1 \
         AND p.family_id IN {FAMILY_AND_ALIASES} ORDER BY p.person_id, p.version LIMIT 1000",
        PersonVersion::COLUMNS,
        told_columns("p"),
        told_joins("p"),
    );
    db.all(&sql, args![district, id]).await
}

/// The page.
pub(super) async fn page(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let Some(family) = family_within(db, district, cap.scope(), id).await? else {
        let stands = family_stands_for(db, district, cap.scope(), id).await?;
        return redirect(&format!("/sasaran/{}/riwayat", stands.ok_or(Error::NotFound)?));
    };
    opened(&app, cap.actor(), Opening::File(id));
    let versions = family_versions(db, district, id).await?;
    let codes = versions.iter().map(|one| one.facts.village_code);
    let villages = territory::names(db, district, codes).await?;
    let teller = Teller { app: &app, shell: &shell, district };
    let mut subjects = Vec::new();
    for own in versions.chunk_by(|one, two| one.subject == two.subject) {
        let of = own.first().map(|one| one.subject);
        let title = match own.last() {
            Some(last) if of != Some(id) => {
                shell.t1("registry.history.merged", "name", &last.facts.head_name)
            }
            _ => shell.t("registry.history.family").into_owned(),
        };
        subjects.push(teller.family(title, own, &villages)?);
    }
    let members = member_versions(db, district, id).await?;
    for person in members.chunk_by(|one, two| one.subject == two.subject) {
        subjects.push(teller.person(person)?);
    }
    let desils = desils(db, district, id).await?;
    let requests = of_family(db, district, id).await?;
    render(&HistoryPage { id, head_name: family.head_name, subjects, desils, requests, shell })
}

/// Tells versions field by field.
struct Teller<'a> {
    app: &'a App,
    shell: &'a Shell,
    district: DistrictId,
}

impl Teller<'_> {
    fn word(&self, stem: &str, code: &str) -> String {
        self.shell.t(&format!("{stem}{code}")).into_owned()
    }

    /// A field through the versions: a value stands where it first differs from the one before.
    fn field<T>(
        &self,
        label: &str,
        versions: &[Told<T>],
        about: impl Fn(&T) -> (Date, &str),
        value: impl Fn(&T) -> Result<String, Error>,
    ) -> Result<Field, Error> {
        let mut values: Vec<Value> = Vec::new();
        for told in versions {
            let value = value(&told.facts)?;
            let value = if value.is_empty() { "–".to_owned() } else { value };
            if values.last().is_some_and(|last| last.value == value && last.retracted == told.retracted) {
                continue;
            }
            let (from, source) = about(&told.facts);
            values.push(Value {
                value,
                from,
                recorded_at: told.recorded_at,
                source: source_words(self.shell, source),
                who: told.who.clone(),
                retracted: told.retracted,
            });
        }
        values.reverse();
        for one in &mut values {
            one.value.truncate(one.value.find(HIDDEN).unwrap_or(one.value.len()));
        }
        Ok(Field { label: self.shell.t(label).into_owned(), values })
    }

    fn open(&self, sealed: Option<&Vec<u8>>, mask: impl Fn(&str) -> Option<String>) -> Result<String, Error> {
        let Some(sealed) = sealed else { return Ok(String::new()) };
        let text = self.app.store.secrets().open_text(self.district, sealed)?;
        Ok(mask(&text).unwrap_or_else(|| "••••".to_owned()))
    }

    fn family(
        &self,
        title: String,
        versions: &[Told<FamilyVersion>],
        villages: &HashMap<i64, String>,
    ) -> Result<Subject, Error> {
        type Of<'a> = &'a dyn Fn(&FamilyVersion) -> Result<String, Error>;
        let about = |one: &FamilyVersion| (one.valid_from, one.source.clone());
        let phone = |text: &str| Phone::parse(text).ok().map(|phone| phone.masked());
        let kk = |text: &str| FamilyCardNumber::parse(text).ok().map(|kk| kk.masked());
        let fields: [(&str, Of<'_>); 10] = [
            ("registry.field.head", &|one| Ok(one.head_name.clone())),
            ("registry.field.status", &|one| Ok(self.word("registry.status.", &one.status))),
            ("registry.field.village", &|one| {
                let name = villages.get(&one.village_code).cloned();
                Ok(name.unwrap_or_else(|| territory::dotted(one.village_code)))
            }),
            ("registry.field.hamlet", &|one| Ok(one.hamlet.clone())),
            ("registry.field.rw", &|one| Ok(one.rw.clone())),
            ("registry.field.rt", &|one| Ok(one.rt.clone())),
            ("registry.field.kki", &|one| Ok(one.kki.clone().unwrap_or_default())),
            ("registry.field.kk", &|one| self.open(one.kk_sealed.as_ref(), kk)),
            ("registry.field.address", &|one| self.hidden(one.address_sealed.as_ref())),
            ("registry.field.phone", &|one| self.open(one.phone_sealed.as_ref(), phone)),
        ];
        let mut told = Vec::new();
        for (label, value) in fields {
            told.push(self.field(label, versions, |one| (about(one).0, one.source.as_str()), value)?);
        }
        let answer = |value: Option<bool>| match value {
            Some(true) => self.shell.t("web.form.yes").into_owned(),
            Some(false) => self.shell.t("web.form.no").into_owned(),
            None => String::new(),
        };
        for (nth, (name, _)) in FamilyVersion::first(0, self.shell.today).risks().into_iter().enumerate() {
            let value =
                |one: &FamilyVersion| Ok(one.risks().get(nth).map(|one| answer(one.1)).unwrap_or_default());
            let label = format!("registry.risk.{name}");
            told.push(self.field(&label, versions, |one| (one.valid_from, one.source.as_str()), value)?);
        }
        Ok(Subject { title, fields: kept(told) })
    }

    /// A sealed text that is not shown; what follows [`HIDDEN`] only tells two values apart.
    fn hidden(&self, sealed: Option<&Vec<u8>>) -> Result<String, Error> {
        let Some(sealed) = sealed else { return Ok(String::new()) };
        let text = self.app.store.secrets().open_text(self.district, sealed)?;
        Ok(format!("••••{HIDDEN}{text}"))
    }

    fn person(&self, versions: &[Told<PersonVersion>]) -> Result<Subject, Error> {
        type Of<'a> = &'a dyn Fn(&PersonVersion) -> Result<String, Error>;
        let nik = |text: &str| Nik::parse(text).ok().map(|nik| nik.masked());
        let day = |day: Option<Date>| day.map(|day| self.shell.day(day)).unwrap_or_default();
        let fields: [(&str, Of<'_>); 8] = [
            ("registry.field.name", &|one| Ok(one.name.clone())),
            ("registry.field.relation", &|one| Ok(self.word("registry.relation.", &one.relation))),
            ("registry.field.sex", &|one| {
                Ok(one.sex.as_ref().map(|sex| self.word("registry.sex.", sex)).unwrap_or_default())
            }),
            ("registry.field.birth", &|one| Ok(day(one.birth_date))),
            ("registry.copy.nik", &|one| self.open(one.nik_sealed.as_ref(), nik)),
            ("registry.field.parents", &|one| Ok(one.parents_name.clone())),
            ("registry.field.posyandu", &|one| Ok(one.posyandu.clone())),
            ("registry.field.ended", &|one| {
                let ended = one.ended_reason.as_ref().map(|code| self.word("registry.ending.", code));
                Ok(format!("{} {}", ended.unwrap_or_default(), day(one.ended_on)).trim().to_owned())
            }),
        ];
        let mut told = Vec::new();
        for (label, value) in fields {
            told.push(self.field(label, versions, |one| (one.valid_from, one.source.as_str()), value)?);
        }
        let title = versions.last().map(|one| one.facts.name.clone()).unwrap_or_default();
        Ok(Subject { title, fields: kept(told) })
    }
}

/// Fields of which something was ever known.
fn kept(fields: Vec<Field>) -> Vec<Field> {
    fields.into_iter().filter(|field| field.values.iter().any(|one| one.value != "–")).collect()
}
