//! `asuh import`: takes a list in from the console, or only checks it.

use std::path::PathBuf;
use std::process::ExitCode;

use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::DistrictId;
use clap::Args;

use super::{CliError, DataArgs, Opened, keep};
use asuh_ground::access::Actor;
use asuh_ground::staging::{self, Severity};
use asuh_step_registry::district::CreateDistrict;

/// Which list, and into which district.
#[derive(Args, Debug, Clone)]
pub(super) struct ImportArgs {
    /// territory, krs, posyandu, eppgbm, sigizi or asn.
    #[arg(long)]
    kind: String,
    /// The file: XLSX or CSV.
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Code of the district, such as 15.01; not needed when there is only one.
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
    /// Whose list it is, such as "DPPKBP3A"; without it the usual source of the kind.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The day that the list describes, as 2026-11-02; without it today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: Option<time::Date>,
    /// Only checks; nothing is taken in.
    #[arg(long)]
    dry_run: bool,
    /// Prints the counts and messages as JSON.
    #[arg(long)]
    json: bool,
}

/// Letters of a source's name at most, as in the form.
const SOURCE: usize = 120;

fn day(text: &str) -> Result<time::Date, String> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(text, format).map_err(|_| "tulis tanggal sebagai 2026-11-02".to_owned())
}

pub(super) async fn run(args: &ImportArgs) -> Result<ExitCode, CliError> {
    let opened = Opened::open(&args.data, Vec::new()).await?;
    let actor = actor(&opened, args).await;
    let result = match actor {
        Ok(actor) => take_in(&opened, &actor, args).await,
        Err(error) => Err(error),
    };
    opened.app.store.close().await;
    result
}

async fn take_in(opened: &Opened, actor: &Actor, args: &ImportArgs) -> Result<ExitCode, CliError> {
    let bar = keep::progress(0);
    let source = args.source.as_deref().unwrap_or_default().trim();
    if source.chars().count() > SOURCE {
        return Err(CliError::Text(format!("--source paling banyak {SOURCE} huruf")));
    }
    let origin = staging::Origin { source: source.to_owned(), as_of: args.date };
    let mut shown = |progress: &staging::Progress| {
        bar.set_length(progress.total.max(0) as u64);
        bar.set_position(progress.done.max(0) as u64);
    };
    let (app, kind) = (&opened.app, &args.kind);
    let summary = staging::run_from(app, actor, kind, &args.file, &origin, args.dry_run, &mut shown)
        .await
        .map_err(|error| CliError::Text(format!("{}: {error}", args.file.display())));
    bar.finish_and_clear();
    let summary = summary?;
    if args.json {
        println!("{}", serde_json::to_string(&summary).unwrap_or_default());
    } else {
        println!(
            "{} baris: {} baru, {} berubah, {} sama, {} galat{}",
            summary.rows,
            summary.new,
            summary.changed,
            summary.same,
            summary.errors,
            if args.dry_run { " (hanya diperiksa, tidak ada yang disimpan)" } else { "" }
        );
        for message in &summary.messages {
            let kind = if message.severity == Severity::Error { "GALAT" } else { "perhatian" };
            println!("  baris {} kolom {}: {} [{kind}]", message.row, message.column, message.message);
        }
    }
    Ok(if summary.errors > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The program itself in the district meant. The national list of territories needs none; a district that is
/// named and not there yet is made from it.
async fn actor(opened: &Opened, args: &ImportArgs) -> Result<Actor, CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::Text(error.to_string());
    if args.kind == "territory" && args.district.is_none() {
        let code = TerritoryCode::from_i64(1_100_000_000).map_err(|error| failed(&error))?;
        return Ok(Actor::system(DistrictId(0), code, "Indonesia", Zone::Wib));
    }
    let districts = asuh_ground::settings::all(opened.app.store.reader()).await?;
    let wanted =
        args.district.as_deref().map(TerritoryCode::parse).transpose().map_err(|error| failed(&error))?;
    if let Some(code) = wanted
        && !districts.iter().any(|district| district.code == code)
    {
        let next = DistrictId(districts.iter().map(|district| district.id.0).max().unwrap_or(0) + 1);
        let names =
            asuh_step_registry::territories::names(opened.app.store.reader(), DistrictId(0), [code.as_i64()])
                .await?;
        let name = names.into_iter().next().map_or_else(|| format!("Kabupaten {code}"), |found| found.1);
        let envelope = opened.app.bookkeeping(next);
        opened.app.store.submit(envelope, CreateDistrict { code, name, zone: Zone::Wib }).await?;
    }
    let district = opened.district(args.district.as_deref()).await?;
    Ok(Actor::system(district.id, district.code, district.name, district.zone))
}
