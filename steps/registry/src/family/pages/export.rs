//! The list as a file: what is chosen of it, with numbers masked unless the caller may open them and asks.

use asuh_documents::sheet::{Column, Kind};
use asuh_nusantara::FamilyCardNumber;
use asuh_store::Id;
use axum::extract::State;
use futures_util::StreamExt;

use super::filter::{self, Filter};
use crate::family::count::facets;
use crate::family::list::{self, Exported};
use crate::family::{Opening, opened};
use crate::rights::{OpenPersonal, ReadFamilies};
use crate::risk;
use crate::territory;
use crate::words::target_words;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{AT_ONCE, Book, Cell, Error, FileKind, Form, Page, Shell};

/// What the form names, all of it.
pub(crate) async fn export(cap: Cap<ReadFamilies>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let selection = Filter::of_form(&form).selection(&filter::lists(db, district).await?);
    // Whole numbers only where both rights reach.
    let numbers = match form.ticked("angka") {
        true => Some(OpenPersonal::of(cap.actor()).ok_or(Error::Forbidden)?.scope().clone()),
        false => None,
    };
    let count = facets(db, district, cap.scope(), &selection).await?;
    let count = count.count(selection.status, selection.target);
    opened(&app, cap.actor(), Opening::List(count, numbers.is_some()));
    let title = |key: &str| Column::new(shell.t(key), Kind::Text);
    let columns = vec![
        title("registry.field.subdistrict"),
        title("registry.field.village"),
        title("registry.field.hamlet"),
        Column::new("RW", Kind::Text),
        Column::new("RT", Kind::Text),
        title("registry.field.head"),
        title("registry.field.kk"),
        Column::new("KKI", Kind::Text),
        title("registry.field.targets"),
        title("registry.field.status"),
        title("registry.krs.by_bkkbn"),
        title("registry.krs.by_us"),
        title("registry.krs.factors"),
    ];
    let reached = territory::villages_within(db, district, cap.scope()).await?;
    let subdistrict = |code: i64| code - code % 10_000;
    let codes = reached.iter().flat_map(|one| [one.code, subdistrict(one.code)]);
    let names = territory::names(db, district, codes).await?;
    let name = |code: i64| names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
    let said = |said: Option<bool>| match said {
        Some(said) => shell.t(if said { "web.form.yes" } else { "web.form.no" }).into_owned(),
        None => String::new(),
    };
    let kk = |line: &Exported| -> Result<String, Error> {
        let Some(sealed) = &line.kk_sealed else { return Ok(String::new()) };
        let kk = app.store.secrets().open_text(district, sealed)?;
        Ok(match FamilyCardNumber::parse(&kk) {
            Ok(_) if numbers.is_some() => kk,
            Ok(kk) => kk.masked(),
            Err(_) => String::new(),
        })
    };
    let sheet = shell.t("registry.families.title").into_owned();
    let mut book = Book::begin_as(FileKind::parse(form.get("bentuk")), &app, sheet, columns)?;
    let (sql, args) = list::export_sql(district, cap.scope(), numbers.as_ref(), &selection);
    let mut lines = db.stream::<Exported>(&sql, args).await?.chunks(AT_ONCE);
    while let Some(some) = lines.next().await {
        let some: Vec<Exported> = some.into_iter().collect::<Result<_, _>>()?;
        let families: Vec<Id> = some.iter().map(|line| line.family_id).collect();
        let targets = list::targets(db, district, families, shell.today).await?;
        let mut rows = Vec::with_capacity(some.len());
        for line in some {
            let members = targets.get(&line.family_id).map(Vec::as_slice).unwrap_or_default();
            let members: Vec<String> =
                members.iter().map(|one| target_words(&shell, one, shell.today)).collect();
            let kk = kk(&line)?;
            rows.push(vec![
                name(subdistrict(line.village_code)).into(),
                name(line.village_code).into(),
                line.hamlet.into(),
                line.rw.into(),
                line.rt.into(),
                line.head_name.into(),
                kk.into(),
                line.kki.unwrap_or_default().into(),
                members.join("; ").into(),
                shell.t(&format!("registry.status.{}", line.status)).into_owned().into(),
                said(line.krs).into(),
                said(line.at_risk).into(),
                Cell::from(risk::factor_words(&shell, &line.factors.unwrap_or_default())),
            ]);
        }
        book.rows(rows).await?;
    }
    book.send(&format!("sasaran-{}", shell.today)).await
}
