//! Versions of a sponsor: nothing is overwritten, every change writes the next one.

use asuh_nusantara::name;
use asuh_store::{Args, Id, Instant, StoreError, Tx, args};
use time::Date;

use crate::roster::query::SponsorLine;

const INSERT: &str = "INSERT INTO sponsor_version (district_id, sponsor_id, version, recorded_at, superseded_at, \
     valid_from, command_id, batch_id, retracted_by, source, name, name_search, nip_sealed, nip_hash, phone_sealed, \
     unit_id, home_code, status, leaving, category, kk_sealed, kk_hash) VALUES";

/// Somebody of whom nothing is known but his kind and category.
pub(crate) fn blank(id: Id, kind: &str, category: &str, valid_from: Date, source: &str) -> SponsorLine {
    SponsorLine {
        id,
        kind: kind.to_owned(),
        version: 0,
        valid_from,
        source: source.to_owned(),
        name: String::new(),
        nip_sealed: None,
        nip_hash: None,
        phone_sealed: None,
        unit_id: None,
        unit: String::new(),
        institution_id: None,
        institution: String::new(),
        home_code: None,
        home: String::new(),
        status: "active".to_owned(),
        leaving: None,
        category: category.to_owned(),
        kk_sealed: None,
        kk_hash: None,
    }
}

/// A row of what `line` says, one version after the one that it carries.
fn row(tx: &Tx<'_>, line: &SponsorLine, batch: Option<Id>) -> Args {
    args![
        tx.district(),
        line.id,
        line.version + 1,
        tx.now(),
        Instant::NEVER,
        line.valid_from,
        tx.command_id(),
        batch,
        None::<Id>,
        &line.source,
        &line.name,
        name::search_key(&line.name),
        line.nip_sealed.clone(),
        line.nip_hash.clone(),
        line.phone_sealed.clone(),
        line.unit_id,
        line.home_code,
        &line.status,
        line.leaving.clone(),
        &line.category,
        line.kk_sealed.clone(),
        line.kk_hash.clone(),
    ]
}

/// Takes hold of sponsors for the rest of the transaction: of two changes of one person at the same time the later reads
/// what the earlier wrote. Index: primary key of `sponsor`.
pub(crate) async fn hold(tx: &Tx<'_>, sponsors: &[Id]) -> Result<(), StoreError> {
    for some in sponsors.chunks(500) {
        let mut args = args![tx.district()];
        let list = args.push_list(some.iter().copied());
        let sql = format!("UPDATE sponsor SET kind = kind WHERE district_id = $1 AND id IN ({list})");
        tx.execute(&sql, args).await?;
    }
    Ok(())
}

/// Writes what the lines say as the next version of each; those with version 0 are new sponsors. Few statements,
/// however many lines; no sponsor comes twice. Index: primary key of `sponsor_version`.
pub(crate) async fn write(tx: &Tx<'_>, lines: &[SponsorLine], batch: Option<Id>) -> Result<(), StoreError> {
    let known: Vec<Id> = lines.iter().filter(|line| line.version > 0).map(|line| line.id).collect();
    for some in known.chunks(500) {
        let mut args = args![tx.district(), tx.now(), Instant::NEVER];
        let list = args.push_list(some.iter().copied());
        tx.execute(
            &format!(
                "UPDATE sponsor_version SET superseded_at = $2 \
                 WHERE district_id = $1 AND superseded_at = $3 AND sponsor_id IN ({list})"
            ),
            args,
        )
        .await?;
    }
    let new = lines.iter().filter(|line| line.version == 0);
    tx.insert_many(
        "INSERT INTO sponsor (district_id, id, kind, institution_id, created_at) VALUES",
        "",
        new.map(|line| args![tx.district(), line.id, &line.kind, None::<Id>, tx.now()]).collect(),
    )
    .await?;
    tx.insert_many(INSERT, "", lines.iter().map(|line| row(tx, line, batch)).collect()).await?;
    Ok(())
}
