//! `asuh ledger verify`: a receipt of the books is checked without the books.

use std::path::PathBuf;
use std::process::ExitCode;

use asuh_ground::audit::receipt::LedgerReceipt;
use clap::Subcommand;

use super::CliError;

/// Receipts of the books.
#[derive(Subcommand, Debug)]
pub(super) enum LedgerVerb {
    /// Checks a receipt file from its words to the head of its day; exit code 1 when something was altered.
    ///
    /// The head that is printed is to be compared with the one that the district published for that day.
    Verify {
        /// The receipt, as it was downloaded (`bukti-….json`).
        receipt: PathBuf,
        /// The published head; the receipt must lead to it.
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(verb: &LedgerVerb) -> Result<ExitCode, CliError> {
    let LedgerVerb::Verify { receipt: path, head, json } = verb;
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| CliError::Io(name.clone(), error))?;
    let receipt: LedgerReceipt = serde_json::from_str(&text)
        .map_err(|error| CliError::Text(format!("{name}: bukan berkas bukti: {error}")))?;
    let found = receipt.verify();
    let leads = match (&found, head) {
        (Ok(found), Some(head)) => found.to_string() == head.trim().to_lowercase(),
        (Ok(_), None) => true,
        (Err(_), _) => false,
    };
    if *json {
        let found_head = found.as_ref().map(ToString::to_string).ok();
        let fault = found.as_ref().err().map(ToString::to_string);
        println!(
            "{}",
            serde_json::json!({"ok": leads, "seq": receipt.proof.seq, "head": found_head, "fault": fault})
        );
    } else {
        match &found {
            Ok(found) => {
                println!("{}, catatan nomor {}: bukti utuh.", receipt.district_name, receipt.proof.seq);
                println!("Sidik harinya: {found}");
                println!(
                    "{}",
                    match (head, leads) {
                        (None, _) => "Bandingkan dengan sidik yang diumumkan kabupaten untuk hari itu.",
                        (Some(_), true) => "Sama dengan sidik yang diumumkan.",
                        (Some(_), false) => "TIDAK sama dengan sidik yang diumumkan.",
                    }
                );
            }
            Err(fault) => println!("{name}: BUKTI TIDAK COCOK: {fault}"),
        }
    }
    Ok(if leads { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
