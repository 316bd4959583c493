//! What a form sent, read field by field, with errors that keep everything typed.

use std::io::Write;
use std::path::PathBuf;

use asuh_store::{Id, Refusal, Rejection};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};

use super::{Error, Shell, Text};
use crate::App;

/// The name of the hidden field with the form's id.
pub(super) const FORM_ID: &str = "_id";

/// Limits of what a form may send.
#[derive(Debug, Clone, Copy)]
pub struct UploadLimits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all other fields together.
    pub fields: usize,
}

impl Default for UploadLimits {
    fn default() -> Self {
        // 32 MB: the spreadsheet cap of the documents crate; 2 MB: the roll of a very large office.
        UploadLimits { file: 32 << 20, fields: 2 << 20 }
    }
}

/// A file that came with a form, spooled to a temporary file that disappears with it.
#[derive(Debug)]
pub struct Upload {
    /// The field.
    pub field: String,
    /// The name the browser gave; for showing only, never a path.
    pub file_name: String,
    /// The bytes on disk.
    pub path: PathBuf,
    /// How many.
    pub size: u64,
    folder: PathBuf,
}

impl Drop for Upload {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A sentence about one field.
#[derive(Debug, Clone)]
pub struct FieldError {
    /// The field; empty when it is about the whole form.
    pub field: String,
    /// The sentence.
    pub message: String,
}

/// The fields of a sent form (as an extractor), or an empty form to begin with ([`Form::empty`]).
#[derive(Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// Files that came with it.
    pub files: Vec<Upload>,
    errors: Vec<FieldError>,
    text: Option<Text>,
}

impl Form {
    /// A form with nothing typed yet.
    pub fn empty(shell: &Shell) -> Form {
        Form { text: Some(shell.text()), ..Form::default() }
    }

    /// A form with these values: for editing what is there, and for tests.
    pub fn with(
        shell: &Shell,
        values: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Form {
        Form {
            fields: values.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            ..Form::empty(shell)
        }
    }

    /// The id of the form that was sent: the command's id.
    ///
    /// # Errors
    /// The hidden field is missing: the form was not made by us.
    pub fn command_id(&self) -> Result<Id, Error> {
        self.get(FORM_ID).parse().map_err(|_| Error::BadRequest("the form has no id"))
    }

    /// The trimmed text of a field; empty when it was not sent.
    pub fn get(&self, field: &str) -> &str {
        self.fields.iter().rev().find(|(name, _)| name == field).map_or("", |(_, value)| value.trim())
    }

    /// The text of a field exactly as it was typed: passwords, where a space at the end counts.
    pub fn raw(&self, field: &str) -> &str {
        self.fields.iter().rev().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }

    /// Sets a hidden field for the page that shows the form again: what was kept of a file, which no browser sends twice.
    pub fn set(&mut self, field: &str, value: String) {
        self.fields.push((field.to_owned(), value));
    }

    /// All texts of a repeated field (ticked boxes).
    pub fn all(&self, field: &str) -> Vec<&str> {
        self.fields.iter().filter(|(name, _)| name == field).map(|(_, value)| value.trim()).collect()
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, field: &str) -> bool {
        !matches!(self.get(field), "" | "0" | "tidak")
    }

    /// All fields whose name starts with `prefix`, as (rest of the name, value).
    pub fn starting_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields
            .iter()
            .filter_map(move |(name, value)| name.strip_prefix(prefix).map(|rest| (rest, value.trim())))
    }

    /// The text of a field that must not be empty and not be longer than `most` characters.
    pub fn required(&mut self, field: &str, most: usize) -> String {
        let value = self.get(field).to_owned();
        if value.is_empty() {
            self.error(field, "web.error.required");
        }
        self.at_most(field, value, most)
    }

    /// The text of a field that may be empty.
    pub fn optional(&mut self, field: &str, most: usize) -> String {
        let value = self.get(field).to_owned();
        self.at_most(field, value, most)
    }

    fn at_most(&mut self, field: &str, value: String, most: usize) -> String {
        if value.chars().count() > most {
            self.error_with(field, "web.error.too_long", &[("most", most.to_string())]);
        }
        value
    }

    /// A value by a reading function; its error is a translation key. Empty fields are an error.
    pub fn read<T, E: Into<&'static str>>(
        &mut self,
        field: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.get(field).is_empty() {
            self.error(field, "web.error.required");
            return None;
        }
        self.read_optional(field, read)
    }

    /// As [`Form::read`], but an empty field is simply nothing.
    pub fn read_optional<T, E: Into<&'static str>>(
        &mut self,
        field: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.get(field).is_empty() {
            return None;
        }
        match read(self.get(field)) {
            Ok(value) => Some(value),
            Err(key) => {
                self.error(field, key.into());
                None
            }
        }
    }

    /// A whole number within a range, with or without thousands dots.
    pub fn count(&mut self, field: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.read(field, |text| {
            asuh_nusantara::number::parse_count(text).map_err(|_| "web.error.not_a_number")
        })?;
        if !range.contains(&value) {
            let values = [("from", range.start().to_string()), ("to", range.end().to_string())];
            self.error_with(field, "web.error.out_of_range", &values);
            return None;
        }
        Some(value)
    }

    /// A day from three boxes `<field>_tanggal`, `<field>_bulan`, `<field>_tahun`, or from one field.
    pub fn day(&mut self, field: &str) -> Option<time::Date> {
        let day = self.day_optional(field);
        if day.is_none() && !self.has_error(field) {
            self.error(field, "web.error.required");
        }
        day
    }

    /// As [`Form::day`], but all boxes empty is simply nothing.
    pub fn day_optional(&mut self, field: &str) -> Option<time::Date> {
        let parts = ["tanggal", "bulan", "tahun"].map(|part| self.get(&format!("{field}_{part}")).to_owned());
        let written =
            if parts.iter().all(String::is_empty) { self.get(field).to_owned() } else { parts.join("-") };
        if written.is_empty() {
            return None;
        }
        match asuh_nusantara::date::parse(&written) {
            Ok(day) => Some(day),
            Err(_) => {
                self.error(field, "web.error.not_a_day");
                None
            }
        }
    }

    /// An id chosen from a list.
    pub fn id(&mut self, field: &str) -> Option<Id> {
        self.read(field, |text| text.parse::<Id>().map_err(|_| "web.error.choose"))
    }

    /// The file of a field, if one was chosen.
    pub fn file(&self, field: &str) -> Option<&Upload> {
        self.files.iter().find(|upload| upload.field == field)
    }

    /// Notes an error by translation key.
    pub fn error(&mut self, field: &str, key: &str) {
        self.error_with(field, key, &[]);
    }

    /// Notes an error by translation key, with values.
    pub fn error_with(&mut self, field: &str, key: &str, values: &[(&str, String)]) {
        let message = match &self.text {
            Some(text) => text.with(key, values),
            None => key.to_owned(),
        };
        self.errors.push(FieldError { field: field.to_owned(), message });
    }

    /// Whether nothing was wrong so far.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    fn has_error(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == field)
    }

    /// Takes the door's rejection: a refusal becomes an error of the form, to be shown with 422; anything
    /// else is handed on as an error page.
    ///
    /// # Errors
    /// The rejection was not a refusal that a form can show.
    pub fn reject(&mut self, rejection: Rejection) -> Result<(), Error> {
        match rejection {
            Rejection::Refused(refusal) if !refusal.not_found => {
                self.refuse(&refusal);
                Ok(())
            }
            other => Err(other.into()),
        }
    }

    /// Notes a refusal as an error.
    pub fn refuse(&mut self, refusal: &Refusal) {
        let values: Vec<(&str, String)> =
            refusal.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        self.error_with(refusal.field.as_deref().unwrap_or_default(), &refusal.code, &values);
    }

    /// The status of the page that shows this form: 422 when something is wrong.
    pub fn status(&self) -> StatusCode {
        if self.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// What the template shows.
    pub fn view(&self) -> FormView {
        FormView { fields: self.fields.clone(), errors: self.errors.clone() }
    }
}

/// A form as its template sees it: values to fill in again, and errors.
#[derive(Debug, Clone, Default)]
pub struct FormView {
    fields: Vec<(String, String)>,
    /// All errors, for the summary at the top.
    pub errors: Vec<FieldError>,
}

impl FormView {
    /// The value of a field. Never used for passwords.
    pub fn value(&self, field: &str) -> &str {
        self.fields.iter().rev().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }

    /// Whether the field holds (also) this value: ticked boxes and chosen options.
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.fields.iter().any(|(name, held)| name == field && held == value)
    }

    /// The errors of a field, as one text; empty when there is none.
    pub fn error(&self, field: &str) -> String {
        let found: Vec<&str> = self
            .errors
            .iter()
            .filter(|error| error.field == field)
            .map(|error| error.message.as_str())
            .collect();
        found.join(" ")
    }

    /// Whether there is any error.
    pub fn is_bad(&self) -> bool {
        !self.errors.is_empty()
    }
}

impl FromRequest<App> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let mut form = Form { text: Some(Shell::of(app, &parts).text()), ..Form::default() };
        let limits = UploadLimits::default();
        let is_multipart = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        let request = Request::from_parts(parts, body);
        if is_multipart {
            form.read_parts(request, app, limits).await?;
        } else {
            let body = axum::body::to_bytes(request.into_body(), limits.fields)
                .await
                .map_err(|_| Error::TooLarge)?;
            form.fields = url_pairs(&body);
        }
        Ok(form)
    }
}

impl Form {
    async fn read_parts(&mut self, request: Request, app: &App, limits: UploadLimits) -> Result<(), Error> {
        let bad = |_| Error::BadRequest("the form cannot be read");
        let mut parts =
            Multipart::from_request(request, app).await.map_err(|_| Error::BadRequest("not a form"))?;
        let mut room = limits.fields;
        while let Some(mut part) = parts.next_field().await.map_err(bad)? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                None => {
                    let mut value = Vec::new();
                    while let Some(chunk) = part.chunk().await.map_err(bad)? {
                        room = room.checked_sub(chunk.len()).ok_or(Error::TooLarge)?;
                        value.extend_from_slice(&chunk);
                    }
                    self.fields.push((name, String::from_utf8_lossy(&value).into_owned()));
                }
                Some(file_name) if file_name.is_empty() => {}
                Some(file_name) => {
                    let folder = app.store.folder().join("uploads").join(app.store.new_id().to_string());
                    let failed = |error: std::io::Error| Error::Unavailable(error.to_string());
                    std::fs::create_dir_all(&folder).map_err(failed)?;
                    let path = folder.join("file");
                    let mut upload = Upload { field: name, file_name, path, size: 0, folder };
                    let mut file = std::fs::File::create(&upload.path).map_err(failed)?;
                    while let Some(chunk) = part.chunk().await.map_err(bad)? {
                        upload.size += chunk.len() as u64;
                        if upload.size > limits.file {
                            return Err(Error::TooLarge);
                        }
                        file.write_all(&chunk).map_err(failed)?;
                    }
                    self.files.push(upload);
                }
            }
        }
        Ok(())
    }
}

/// The pairs of an `application/x-www-form-urlencoded` body.
fn url_pairs(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
