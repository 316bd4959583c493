//! `asuh backup`, `restore`, `check`, `keys rotate`: keeping the data.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

use asuh_nusantara::{Language, Zone};
use asuh_store::Store;

use super::open::options;
use super::{CliError, DataArgs, Opened};
use asuh_ground::web::Text;
use asuh_step_growth::StuntedChildren;
use asuh_step_registry::frozen::{self, FamiliesAtRisk, Kind};

/// Keys of the encrypted fields.
#[derive(Subcommand, Debug)]
pub(super) enum KeysVerb {
    /// Makes a new master key and seals every encrypted value anew. Stop the service first.
    Rotate {
        #[command(flatten)]
        data: DataArgs,
    },
}

/// A progress bar on a terminal, nothing elsewhere.
pub(super) fn progress(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

pub(super) async fn backup(data: &DataArgs, file: &Path, json: bool) -> Result<ExitCode, CliError> {
    let opened = Opened::open_to_read(data).await?;
    let report = opened.app.store.backup(file).await?;
    if json {
        println!("{}", serde_json::to_string(&report).unwrap_or_default());
    } else {
        println!(
            "{}: {} baris, {} byte, SHA-256 {}",
            file.display(),
            report.rows,
            report.bytes,
            report.sha256
        );
        println!(
            "Simpan salinan {} di tempat lain: tanpa berkas itu NIK, KK dan telepon tidak terbaca.",
            options(data).key_path().display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(
    data: &DataArgs,
    file: &Path,
    key: Option<&PathBuf>,
    json: bool,
) -> Result<ExitCode, CliError> {
    let path = options(data).key_path();
    if let Some(key) = key
        && !path.exists()
    {
        std::fs::create_dir_all(&data.data)
            .and_then(|()| std::fs::copy(key, &path).map(drop))
            .map_err(|error| CliError::Io(key.display().to_string(), error))?;
    }
    let store = Store::open(options(data)).await?;
    let report = store.restore(file).await;
    store.close().await;
    let report = report?;
    if json {
        println!("{}", serde_json::to_string(&report).unwrap_or_default());
    } else {
        println!("{}: {} baris dipulihkan ke {}", file.display(), report.rows, data.data.display());
        println!("Jalankan `asuh check --data {}` untuk memastikan semuanya utuh.", data.data.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Connections of a check: for each part that reads at the same time, for the slices of the books and the batches of the
/// seals that do, and what books that are wrong take to be told lot by lot.
const CHECKERS: u32 = 24;

/// Runs every part's checks on every district, all parts at once and as of one moment, so that a service that writes
/// meanwhile makes no findings; exit code 1 when something was found.
pub(super) async fn check(data: &DataArgs, json: bool) -> Result<ExitCode, CliError> {
    let opened = Opened::open_moment(data, CHECKERS).await?;
    let mut results = Vec::new();
    for district in asuh_ground::settings::all(opened.app.store.reader()).await? {
        let mut running = Vec::new();
        for part in crate::gates::parts() {
            let Some(check) = part.check else { continue };
            let app = opened.app.clone();
            running.push((part.name, tokio::spawn(async move { check(&app, district.id).await })));
        }
        for (part, running) in running {
            let findings = running.await.map_err(|error| CliError::Text(error.to_string()))??;
            results.push((district.name.clone(), part, findings));
        }
    }
    let bad = results.iter().map(|(_, _, findings)| findings.len()).sum::<usize>();
    if json {
        let rows: Vec<serde_json::Value> = results
            .iter()
            .map(|(district, part, findings)| {
                serde_json::json!({"district": district, "check": part, "findings": findings})
            })
            .collect();
        println!("{}", serde_json::json!({"ok": bad == 0, "checks": rows}));
    } else {
        for (district, part, findings) in &results {
            println!("{district}: {part}: {}", if findings.is_empty() { "baik" } else { "ADA TEMUAN" });
            for finding in findings {
                println!("  {finding}");
            }
        }
        println!(
            "{}",
            if bad == 0 { "Semua pemeriksaan baik.".to_owned() } else { format!("{bad} temuan.") }
        );
    }
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Compares a file with the frozen list that it is from, in whichever district; exit code 1 when it is altered or of
/// no list.
pub(super) async fn check_list(data: &DataArgs, file: &Path, json: bool) -> Result<ExitCode, CliError> {
    let opened = Opened::open_to_read(data).await?;
    let (app, text) = (&opened.app, Text::new(Language::Indonesian, Zone::Wib));
    let mut found = None;
    for district in asuh_ground::settings::all(app.store.reader()).await? {
        let families = frozen::check_file::<FamiliesAtRisk>(app, district.id, file).await?;
        let families = families.map_err(|key| CliError::Text(text.t(key).into_owned()))?;
        let children = frozen::check_file::<StuntedChildren>(app, district.id, file).await?;
        let children = children.map_err(|key| CliError::Text(text.t(key).into_owned()))?;
        let proof = families.map(|proof| (FamiliesAtRisk::CODE, proof));
        found = found.or(proof.or(children.map(|proof| (StuntedChildren::CODE, proof))));
    }
    let good = found.as_ref().is_some_and(|(_, proof)| proof.altered.is_empty());
    if json {
        let proof = found.as_ref().map(|(kind, proof)| {
            serde_json::json!({"kind": kind, "number": proof.number, "rows": proof.rows,
                "whole": proof.is_whole, "altered": proof.altered})
        });
        println!("{}", serde_json::json!({"ok": good, "list": proof}));
    } else {
        match &found {
            None => println!("{}", text.t("frozen.cli.none")),
            Some((kind, proof)) => {
                let kind = text.t(&format!("frozen.kind.{kind}"));
                println!("{kind}, Data Tetap {}: {} baris", proof.number, proof.rows);
                for code in &proof.altered {
                    println!("  desa {code}: tidak sama dengan daftar aslinya");
                }
                println!(
                    "{}",
                    match (good, proof.is_whole) {
                        (true, true) => "Sama dengan seluruh daftar.",
                        (true, false) => "Sama dengan bagian daftar itu.",
                        (false, _) => "Berkas ini berubah.",
                    }
                );
            }
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

pub(super) async fn keys(verb: &KeysVerb) -> Result<ExitCode, CliError> {
    let KeysVerb::Rotate { data } = verb;
    let bar = progress(0);
    bar.set_message("menyegel ulang");
    let report = Store::rotate_keys(&options(data), |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    println!("Kunci nomor {} berlaku; {} baris disegel ulang.", report.key, report.rows);
    println!(
        "Cadangan lama memerlukan kunci lama: simpan salinan berkas kunci yang lama selama cadangan itu disimpan."
    );
    Ok(ExitCode::SUCCESS)
}
