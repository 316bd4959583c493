//! `asuh growth` on files that hold anything: it computes or says why not, and never breaks.
//!
//! `cargo xtask fuzz` goes on with this for minutes.

use std::path::Path;

use asuh_step_growth::cli::{FileError, Reference, Summary, SurveyColumns, prevalence, zscore};
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

/// Names that the commands look for, and some that they do not.
const NAMES: &[&str] = &[
    "id",
    "sex",
    "age",
    "is_age_in_month",
    "weight",
    "lenhei",
    "measure",
    "headc",
    "armc",
    "triskin",
    "subskin",
    "oedema",
    "age_in_months",
    "height_in_cm",
    "weight_in_kg",
    "typeres",
    "gregion",
    "wealthq",
    "mothered",
    "othergr",
    "sw",
    "cluster",
    "strata",
    "zlen",
    "",
    "\u{feff}sex",
    "a \"b\"",
];

/// What may stand in a cell: right values of every column, and what people, spreadsheets and broken discs write.
fn cell() -> impl Strategy<Value = Vec<u8>> {
    let words = select(vec![
        "",
        "1",
        "2",
        "m",
        "F",
        "l",
        "H",
        "n",
        "y",
        "0",
        "-0",
        "30.4375",
        "731",
        "1826",
        "1827",
        "9.7",
        "81,5",
        "1e308",
        "-1e308",
        "1e-320",
        "NaN",
        "NA",
        "Inf",
        "-",
        " 9 ",
        "'3201",
        "\"a,b\"",
        "\"a\nb\"",
        "\"",
        "\"\"",
        "9\"9",
        "65535",
        "99999999999999999999",
        "0x10",
        "1_000",
        "１２",
        "satu",
        "\0",
    ]);
    prop_oneof![
        6 => words.prop_map(|word| word.as_bytes().to_vec()),
        3 => (0..200_000_u32).prop_map(|number| format!("{}", f64::from(number) / 100.0).into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let names = proptest::collection::vec(select(NAMES), 0..16);
    let rows = proptest::collection::vec(proptest::collection::vec(cell(), 0..16), 0..24);
    let marks = (select(vec![b',', b';', b'\t']), select(vec!["\n", "\r\n", "\r", "\n\n"]), any::<bool>());
    (names, rows, marks).prop_map(|(names, rows, (delimiter, ending, last))| {
        let mut text = names.join(&*String::from(char::from(delimiter))).into_bytes();
        for row in rows {
            text.extend(ending.as_bytes());
            text.extend(row.join(&delimiter));
        }
        if last {
            text.extend(ending.as_bytes());
        }
        text
    })
}

/// Runs a command on the file and looks at what it leaves: an output and as many bad rows as it says, or nothing.
fn run(
    text: &[u8],
    command: impl FnOnce(&Path, &Path) -> Result<Summary, FileError>,
) -> Result<(), TestCaseError> {
    let folder = TempDir::new().unwrap();
    let (input, output) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
    std::fs::write(&input, text).unwrap();
    match command(&input, &output) {
        Ok(summary) => {
            prop_assert!(output.exists());
            prop_assert!(summary.bad_rows <= summary.rows);
            prop_assert_eq!(folder.path().join("out.csv.galat.csv").exists(), summary.bad_rows > 0);
        }
        Err(error) => {
            prop_assert!(!output.exists(), "{error}, and yet there is an output");
            prop_assert!(!error.to_string().is_empty());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_file_is_scored_or_refused(text in file(), old in any::<bool>(), raw in any::<bool>()) {
        let reference = if old { Reference::Who2007 } else { Reference::Who2006 };
        run(&text, |input, output| zscore(input, output, reference, raw, &mut |_| {}))?;
    }

    #[test]
    fn any_file_is_a_survey_or_refused(text in file(), design in proptest::array::uniform3(any::<bool>())) {
        let [weight, cluster, strata] = design;
        let columns = SurveyColumns {
            weight: weight.then_some("sw"),
            cluster: cluster.then_some("cluster"),
            strata: strata.then_some("strata"),
        };
        run(&text, |input, output| prevalence(input, output, columns, &mut |_| {}))?;
    }
}
