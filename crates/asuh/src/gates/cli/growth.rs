//! `asuh growth zscore`, `prevalence`: WHO's z-scores and prevalences of CSV files. Needs no data folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::CliError;
use asuh_step_growth::cli::{self, Summary, SurveyColumns};

/// What is computed.
#[derive(Subcommand, Debug)]
pub(super) enum GrowthVerb {
    /// Appends z-scores and flags to every row of a CSV file.
    Zscore(ZscoreArgs),
    /// Prevalences of a survey, with standard errors and confidence intervals, by group.
    Prevalence(PrevalenceArgs),
}

/// A standard of WHO.
#[derive(ValueEnum, Debug, Clone, Copy)]
enum Standard {
    /// Child Growth Standards, 0 to 60 months: sex, age, is_age_in_month, weight, lenhei, measure, headc, armc,
    /// triskin, subskin, oedema.
    #[value(name = "2006")]
    Who2006,
    /// Reference 2007, 5 to 19 years: sex, age_in_months, height_in_cm, weight_in_kg, oedema.
    #[value(name = "2007")]
    Who2007,
}

/// From where to where.
#[derive(Args, Debug)]
struct Files {
    /// The file to read: CSV with a heading.
    #[arg(value_name = "IN.csv")]
    input: PathBuf,
    /// The file to write. Rows that cannot be read are listed in a file of this name with `.galat.csv` behind it.
    #[arg(short, long, value_name = "OUT.csv")]
    output: PathBuf,
    /// Prints the counts as JSON.
    #[arg(long)]
    json: bool,
}

/// Which z-scores.
#[derive(Args, Debug)]
pub(super) struct ZscoreArgs {
    #[command(flatten)]
    files: Files,
    /// The standard.
    #[arg(long, value_enum, default_value = "2006")]
    reference: Standard,
    /// Also the z-scores before rounding.
    #[arg(long)]
    raw: bool,
}

/// How the sample was drawn.
#[derive(Args, Debug)]
pub(super) struct PrevalenceArgs {
    #[command(flatten)]
    files: Files,
    /// The column of the sampling weights.
    #[arg(long, value_name = "COL")]
    weight: Option<String>,
    /// The column of the clusters (primary sampling units).
    #[arg(long, value_name = "COL")]
    cluster: Option<String>,
    /// The column of the strata.
    #[arg(long, value_name = "COL")]
    strata: Option<String>,
}

pub(super) fn run(verb: &GrowthVerb) -> Result<ExitCode, CliError> {
    match verb {
        GrowthVerb::Zscore(args) => with_progress(&args.files, |input, output, progress| {
            let reference = match args.reference {
                Standard::Who2006 => cli::Reference::Who2006,
                Standard::Who2007 => cli::Reference::Who2007,
            };
            cli::zscore(input, output, reference, args.raw, progress)
        }),
        GrowthVerb::Prevalence(args) => with_progress(&args.files, |input, output, progress| {
            let columns = SurveyColumns {
                weight: args.weight.as_deref(),
                cluster: args.cluster.as_deref(),
                strata: args.strata.as_deref(),
            };
            cli::prevalence(input, output, columns, progress)
        }),
    }
}

/// Computes a file with a bar on the terminal, then says what became of it.
fn with_progress(
    files: &Files,
    compute: impl FnOnce(&Path, &Path, &mut dyn FnMut(u64)) -> Result<Summary, cli::FileError>,
) -> Result<ExitCode, CliError> {
    let bytes = std::fs::metadata(&files.input).map_or(0, |found| found.len());
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    let summary = compute(&files.input, &files.output, &mut |read| bar.set_position(read));
    bar.finish_and_clear();
    let summary = summary.map_err(|error| match error {
        cli::FileError::Io(path, error) => CliError::Io(path.display().to_string(), error),
        other => CliError::Text(format!("{}: {other}", files.input.display())),
    })?;
    if files.json {
        println!("{}", serde_json::to_string(&summary).unwrap_or_default());
    } else {
        tell(&summary, &files.output);
    }
    Ok(if summary.bad_rows > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn tell(summary: &Summary, output: &Path) {
    println!("{}: {} baris dibaca, {} galat", output.display(), summary.rows, summary.bad_rows);
    if let Some(list) = &summary.listed_in {
        println!("  Baris yang galat tidak dihitung, yang lain tetap; daftarnya: {}", list.display());
    }
    if !summary.absent.is_empty() {
        println!("  Kolom yang tidak ada, dianggap tidak diukur: {}", summary.absent.join(", "));
    }
    if !summary.replaced.is_empty() {
        println!("  Kolom hasil lama diganti: {}", summary.replaced.join(", "));
    }
    if summary.decimal_commas > 0 {
        println!("  {} bilangan berkoma dibaca sebagai desimal (12,5 = 12.5)", summary.decimal_commas);
    }
    if summary.too_old > 0 {
        println!("  {} anak berumur lebih dari 1826 hari tidak ikut dihitung", summary.too_old);
    }
    if summary.without_place > 0 {
        println!("  {} anak tanpa klaster atau strata tidak ikut dihitung", summary.without_place);
    }
}
