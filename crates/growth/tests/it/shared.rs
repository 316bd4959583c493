//! WHO's answers for invented children, which lie beside the checkout and not in it.

use std::collections::HashMap;
use std::path::Path;

/// The rows of a reference file by column, or nothing, with a notice, where the file is not there.
pub(crate) fn rows(name: &str) -> Option<Vec<HashMap<String, String>>> {
    // `shared/growth` lies beside the checkout, or beside the folder of several checkouts.
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let Some(path) = folders.map(|folder| folder.join("shared/growth").join(name)).find(|path| path.exists())
    else {
        println!("skipped: no shared/growth/{name} beside the checkout");
        return None;
    };
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows = reader
        .records()
        .map(|row| header.iter().map(str::to_owned).zip(row.unwrap().iter().map(str::to_owned)).collect());
    Some(rows.collect())
}

/// A number of a reference file; empty means missing.
pub(crate) fn number(text: &str) -> Option<f64> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

/// Within a billionth, as WHO's own software errs by up to 3e-11.
pub(crate) fn close(found: f64, wanted: f64) -> bool {
    found == wanted || (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0)
}
