//! `asuh growth`: files in, files out, beside WHO's own answers and with everything that can stand wrong in a row.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use asuh_step_growth::cli::{FileError, Reference, Summary, SurveyColumns, prevalence, zscore};
use tempfile::TempDir;

type Rows = Vec<HashMap<String, String>>;

fn table(text: &[u8]) -> (Vec<String>, Rows) {
    let mut reader = csv::Reader::from_reader(text);
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader
        .records()
        .map(|row| header.iter().cloned().zip(row.unwrap().iter().map(str::to_owned)).collect())
        .collect();
    (header, rows)
}

/// A file of WHO's answers, which lies beside the checkout or beside the folder of several checkouts.
fn reference(name: &str) -> Option<Vec<u8>> {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = folders.map(|folder| folder.join("shared/growth").join(name)).find(|path| path.exists());
    if found.is_none() {
        println!("skipped: no shared/growth/{name} beside the checkout");
    }
    found.map(|path| std::fs::read(path).unwrap())
}

/// A folder with an input in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(input: impl AsRef<[u8]>) -> Desk {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("in.csv"), input).unwrap();
        Desk { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn zscore(&self, reference: Reference, raw: bool) -> Result<Summary, FileError> {
        zscore(&self.path("in.csv"), &self.path("out.csv"), reference, raw, &mut |_| {})
    }

    fn prevalence(&self, columns: SurveyColumns<'_>) -> Result<Summary, FileError> {
        prevalence(&self.path("in.csv"), &self.path("out.csv"), columns, &mut |_| {})
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The side file without its heading.
    fn faults(&self) -> Vec<[String; 3]> {
        let (_, rows) = table(self.read("out.csv.galat.csv").as_bytes());
        rows.into_iter().map(|row| ["baris", "kolom", "nilai"].map(|name| row[name].clone())).collect()
    }

    /// The names of all files.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The columns of `wanted` that were given to WHO's software, as a file.
fn inputs(header: &[String], rows: &Rows, count: usize) -> String {
    let mut text = header[..count].join(",") + "\n";
    for row in rows {
        let cells: Vec<&str> = header[..count].iter().map(|name| row[name].as_str()).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn close(found: &str, wanted: &str, relative: f64) -> bool {
    match (found.parse::<f64>(), wanted.parse::<f64>()) {
        (Ok(found), Ok(wanted)) => {
            found == wanted || (found - wanted).abs() <= relative * wanted.abs().max(1.0)
        }
        _ => found == wanted,
    }
}

/// Every cell as WHO's software wrote it, raw scores within a billionth.
fn compare(name: &str, which: Reference, given: usize) {
    let Some(wanted) = reference(name) else { return };
    let (header, rows) = table(&wanted);
    for raw in [true, false] {
        let desk = Desk::with(inputs(&header, &rows, given));
        let summary = desk.zscore(which, raw).unwrap();
        assert_eq!((summary.rows, summary.bad_rows, summary.listed_in), (rows.len() as u64, 0, None));
        let (found_header, found) = table(desk.read("out.csv").as_bytes());
        let wanted_header: Vec<String> =
            header.iter().filter(|name| raw || !name.ends_with("_raw")).cloned().collect();
        assert_eq!(found_header, wanted_header);
        assert_eq!(found.len(), rows.len());
        let mut wrong = Vec::new();
        for (found, wanted) in found.iter().zip(&rows) {
            for column in &wanted_header {
                let good = if column.ends_with("_raw") {
                    close(&found[column], &wanted[column], 1e-9)
                } else {
                    found[column] == wanted[column]
                };
                if !good {
                    wrong.push(format!(
                        "{} {column}: {:?}, WHO {:?}",
                        wanted["id"], found[column], wanted[column]
                    ));
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{} cells differ:\n{}",
            wrong.len(),
            wrong[..wrong.len().min(20)].join("\n")
        );
    }
    // A file that has been through here once is not given the same columns again.
    let desk = Desk::with(&wanted);
    let summary = desk.zscore(which, true).unwrap();
    assert_eq!(summary.replaced, header[given..]);
    assert_eq!(table(desk.read("out.csv").as_bytes()).0, header);
}

#[test]
fn every_cell_of_the_child_growth_standards_is_that_of_anthro() {
    compare("reference_dev.csv", Reference::Who2006, 13);
}

#[test]
fn every_cell_of_the_reference_2007_is_that_of_anthroplus() {
    compare("reference_2007_dev.csv", Reference::Who2007, 6);
}

fn compare_survey(name: &str, columns: SurveyColumns<'_>) {
    let (Some(input), Some(wanted)) = (reference("prevalence_input.csv"), reference(name)) else { return };
    let desk = Desk::with(input);
    let summary = desk.prevalence(columns).unwrap();
    assert_eq!((summary.rows, summary.bad_rows), (2413, 0));
    let text = desk.read("out.csv");
    assert!(text.starts_with("\"Group\",\"HAZ_pop\""), "quoted as by R");
    let ((header, found), (wanted_header, wanted)) = (table(text.as_bytes()), table(&wanted));
    assert_eq!((header, found.len()), (wanted_header.clone(), wanted.len()));
    let mut wrong = Vec::new();
    for (found, wanted) in found.iter().zip(&wanted) {
        for column in &wanted_header {
            let interval = column.ends_with("_ll") || column.ends_with("_ul");
            if !close(&found[column], &wanted[column], if interval { 1e-5 } else { 1e-9 }) {
                wrong
                    .push(format!("{} {column}: {}, WHO {}", wanted["Group"], found[column], wanted[column]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn prevalences_without_a_design_are_those_of_anthro() {
    compare_survey("prevalence_none.csv", SurveyColumns::default());
}

#[test]
fn prevalences_over_clusters_and_strata_are_those_of_anthro() {
    let columns = SurveyColumns { weight: None, cluster: Some("cluster"), strata: Some("strata") };
    compare_survey("prevalence_cluster_strata.csv", columns);
}

const HEADING: &str = "nama,sex,age,is_age_in_month,weight,lenhei,measure,oedema,keterangan\n";
/// A boy of the library's examples: WAZ -1.73, HAZ -2.95, WHZ -0.15.
const BOY: &str = "Andi,1,858,0,10.6,81.5,l,n,";

#[test]
fn other_columns_pass_as_they_are_and_the_scores_follow() {
    let desk = Desk::with(format!(
        "{HEADING}{BOY}\"kata \"\"adik\"\", dua\nbaris\"\nAni,f,24,1,,86,H,,  rapi  \nBela,,,,12.5,90,h,NA,tanpa umur"
    ));
    let summary = desk.zscore(Reference::Who2006, false).unwrap();
    assert_eq!((summary.rows, summary.bad_rows), (3, 0));
    assert_eq!(summary.absent, ["headc", "armc", "triskin", "subskin"]);
    let text = desk.read("out.csv");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "nama,sex,age,is_age_in_month,weight,lenhei,measure,oedema,keterangan,clenhei,cmeasure,c9mo_flag,cbmi,\
         csex,zlen,flen,zwei,fwei,zwfl,fwfl,zbmi,fbmi,zhc,fhc,zac,fac,zts,fts,zss,fss"
    );
    assert_eq!(lines[1], "Andi,1,858,0,10.6,81.5,l,n,\"kata \"\"adik\"\", dua");
    assert!(lines[2].starts_with("baris\",80.799999999999997,l,0,16.2"), "{}", lines[2]);
    assert!(lines[2].contains(",1,-2.95,0,-1.73,0,-0.15,0,"), "{}", lines[2]);
    assert!(lines[2].ends_with(",,,,,,,,"), "{}", lines[2]);
    assert!(lines[3].starts_with("Ani,f,24,1,,86,H,,  rapi  ,86,h,0,,2,"), "{}", lines[3]);
    assert_eq!(lines[4], "Bela,,,,12.5,90,h,NA,tanpa umur,90,h,0,15.432098765432098,,,,,,,,,,,,,,,,,");
    assert_eq!(desk.files(), ["in.csv", "out.csv"]);
}

#[test]
fn a_quote_that_is_not_closed_keeps_its_results() {
    let desk = Desk::with(format!("{HEADING}{BOY}\n{BOY}a\"b\n{BOY}\"lalu\n"));
    assert_eq!(desk.zscore(Reference::Who2006, false).unwrap().rows, 3);
    let text = desk.read("out.csv");
    assert!(text.contains(",l,n,a\"b,80.79"), "a quote within a cell is a part of it: {text}");
    let (_, rows) = table(text.as_bytes());
    let found: Vec<_> = rows.iter().map(|row| (row["keterangan"].as_str(), row["zlen"].as_str())).collect();
    assert_eq!(found, [("", "-2.95"), ("a\"b", "-2.95"), ("lalu\n", "-2.95")]);
}

#[test]
fn what_is_wrong_in_a_row_is_listed_and_the_rest_is_computed() {
    let bad = [
        ("x,3,858,0,10.6,81.5,l,n,", vec![("sex", "3")]),
        ("x,1,-1,0,10.6,81.5,l,n,", vec![("age", "-1")]),
        ("x,1,858,2,10.6,81.5,l,n,", vec![("is_age_in_month", "2")]),
        ("x,1,858,0,sepuluh,81.5,l,n,", vec![("weight", "sepuluh")]),
        ("x,1,858,0,10.6,1.081.5,l,n,", vec![("lenhei", "1.081.5")]),
        ("x,1,858,0,inf,81.5,l,n,", vec![("weight", "inf")]),
        ("x,1,858,0,10.6,81.5,terlentang,n,", vec![("measure", "terlentang")]),
        ("x,1,858,0,10.6,81.5,l,ya,", vec![("oedema", "ya")]),
        ("x,L,dua,0,10.6,81.5,l,n,", vec![("sex", "L"), ("age", "dua")]),
        ("x,1,858,0,10,6,81.5,l,n,", vec![("", "x,1,858,0,10,6,81.5,l,n,")]),
        ("x,1,858", vec![("", "x,1,858")]),
    ];
    let mut text = HEADING.to_owned();
    let mut wanted = Vec::new();
    for (nth, (row, cells)) in bad.iter().enumerate() {
        // A good row, an empty line and the bad one.
        text.push_str(&format!("{BOY}\n\n{row}\n"));
        let line = 4 + 3 * nth;
        wanted.extend(
            cells.iter().map(|(column, value)| [line.to_string(), (*column).to_owned(), (*value).to_owned()]),
        );
    }
    let desk = Desk::with(&text);
    let summary = desk.zscore(Reference::Who2006, true).unwrap();
    assert_eq!((summary.rows, summary.bad_rows), (22, 11));
    assert_eq!(summary.listed_in, Some(desk.path("out.csv.galat.csv")));
    assert_eq!(desk.faults(), wanted);
    let (header, rows) = table(desk.read("out.csv").as_bytes());
    assert_eq!((header.len(), rows.len()), (9 + 5 + 24, 22));
    for (nth, row) in rows.iter().enumerate() {
        let computed = header[9..].iter().any(|column| !row[column].is_empty());
        assert_eq!(computed, nth % 2 == 0, "{row:?}");
        assert_eq!(row["zlen"], if computed { "-2.95" } else { "" });
    }
    // With the rows mended the old list goes.
    std::fs::write(desk.path("in.csv"), format!("{HEADING}{BOY}\n")).unwrap();
    assert_eq!(desk.zscore(Reference::Who2006, true).unwrap().bad_rows, 0);
    assert_eq!(desk.files(), ["in.csv", "out.csv"]);
}

#[test]
fn pupils_with_a_number_below_zero_are_listed() {
    let desk = Desk::with(
        "sex,age_in_months,height_in_cm,weight_in_kg\n1,100,-120,22\n2,100,120,-22\n2,-1,120,22\n2,100.5,120.0,22\n",
    );
    let summary = desk.zscore(Reference::Who2007, false).unwrap();
    assert_eq!((summary.rows, summary.bad_rows), (4, 3));
    assert_eq!(summary.absent, ["oedema"]);
    let wanted = [["2", "height_in_cm", "-120"], ["3", "weight_in_kg", "-22"], ["4", "age_in_months", "-1"]];
    assert_eq!(desk.faults(), wanted.map(|row| row.map(str::to_owned)));
    let text = desk.read("out.csv");
    assert_eq!(text.lines().nth(1), Some("1,100,-120,22,,,,,,,,,"));
    assert!(
        text.lines().nth(4).unwrap().starts_with("2,100.5,120.0,22,15.277777777777779,2,n,-1."),
        "{text}"
    );
}

#[test]
fn files_of_spreadsheets_are_read() {
    let plain = Desk::with("sex,age,weight,lenhei,measure\n1,858,10.6,81.5,l\n");
    plain.zscore(Reference::Who2006, false).unwrap();
    let plain = plain.read("out.csv");
    let scores =
        |text: &str| text.lines().nth(1).unwrap().replace(';', ",").split_once(",l,").unwrap().1.to_owned();
    for (file, commas) in [
        ("\u{feff}sex,age,weight,lenhei,measure\r\n1,858,10.6,81.5,l\r\n", 0),
        ("sex;age;weight;lenhei;measure\r\n1;858;10,6;81,5;l\r\n", 2),
        ("\"sex\",\"age\",\"weight\",\"lenhei\",\"measure\"\n\"1\",\"858\",\"10,6\",\"81.5\",\"l\"\n", 1),
    ] {
        let desk = Desk::with(file);
        let summary = desk.zscore(Reference::Who2006, false).unwrap();
        assert_eq!((summary.bad_rows, summary.decimal_commas), (0, commas), "{file}");
        let text = desk.read("out.csv").replace('"', "");
        assert!(text.starts_with("sex") && !text.contains('\r'), "{text}");
        assert_eq!(scores(&text), scores(&plain), "{file}");
    }
    // With tabs, and columns in another order.
    let desk = Desk::with("lenhei\tage\tsex\n81.5\t858\tM\n");
    assert_eq!(desk.zscore(Reference::Who2006, false).unwrap().bad_rows, 0);
    assert!(desk.read("out.csv").lines().nth(1).unwrap().starts_with("81.5\t858\tM\t81.5\t\t0\t\t1\t-2.7"));
}

#[test]
fn what_is_no_such_file_is_refused_and_the_output_stays() {
    type Expected = fn(&FileError) -> bool;
    let cases: [(&[u8], Expected); 9] = [
        (b"", |error| matches!(error, FileError::Empty)),
        (b"\n\n", |error| matches!(error, FileError::Empty)),
        (b"PK\x03\x04 a workbook", |error| matches!(error, FileError::NotCsv)),
        (b"\xFF\xFEs\0e\0x\0", |error| matches!(error, FileError::NotCsv)),
        (b"sex,age,weight\r1,858,10.6\r", |error| matches!(error, FileError::OldLines)),
        (
            b"id;umur;berat\n1;2;3\n",
            |error| matches!(error, FileError::Missing { name, found } if name == "sex" && found == "id, umur, berat"),
        ),
        (b"sex,weight\n1,10.6\n", |error| matches!(error, FileError::Missing { name, .. } if name == "age")),
        (b"sex,age,sex,weight\n1,2,1,3\n", |error| matches!(error, FileError::Twice(name) if name == "sex")),
        (b"sex,age,berat\n1,2,3\n", |error| matches!(error, FileError::NothingMeasured(_))),
    ];
    for (file, expected) in cases {
        let desk = Desk::with(file);
        std::fs::write(desk.path("out.csv"), "of yesterday").unwrap();
        let error = desk.zscore(Reference::Who2006, false).unwrap_err();
        assert!(expected(&error), "{:?}: {error:?}", String::from_utf8_lossy(file));
        assert_eq!(desk.read("out.csv"), "of yesterday");
        assert_eq!(desk.files(), ["in.csv", "out.csv"]);
    }
}

#[test]
fn a_long_file_keeps_its_order_and_its_lines() {
    let mut text = "id,sex,age,weight\n".to_owned();
    for id in 0..120_000 {
        let weight = if id % 10_007 == 5 { "?" } else { "10.6" };
        text.push_str(&format!("{id},{},{},{weight}\n", id % 2 + 1, id % 1826));
    }
    let desk = Desk::with(&text);
    let mut heard = 0;
    let summary =
        zscore(&desk.path("in.csv"), &desk.path("in.csv"), Reference::Who2006, false, &mut |read| {
            heard = read
        })
        .unwrap();
    assert_eq!((summary.rows, summary.bad_rows), (120_000, 12));
    assert_eq!(heard as usize, text.len() - "id,sex,age,weight\n".len());
    let (_, rows) = table(desk.read("in.csv").as_bytes());
    assert!(rows.iter().enumerate().all(|(nth, row)| row["id"] == nth.to_string()));
    let (_, faults) = table(desk.read("in.csv.galat.csv").as_bytes());
    let lines: Vec<usize> = faults.iter().map(|row| row["baris"].parse().unwrap()).collect();
    assert_eq!(lines, (0..12).map(|nth| nth * 10_007 + 5 + 2).collect::<Vec<_>>());
}

#[test]
fn children_that_cannot_be_read_are_no_part_of_a_survey() {
    let mut text = "psu,wt,sex,age,lenhei,measure,wealthq\n".to_owned();
    for id in 0..40 {
        text.push_str(&format!("{},1.5,{},{},{}.5,h,\n", id % 4, id % 2 + 1, 740 + id, 80 + id / 8));
    }
    let design = SurveyColumns { weight: Some("wt"), cluster: Some("psu"), strata: None };
    let whole = Desk::with(&text);
    assert_eq!(whole.prevalence(design).unwrap().rows, 40);
    let with_faults = format!("{text}1,-2,1,800,70,h,\n1,1,9,800,70,h,\n1,1,1,800,70,h,6\n");
    let desk = Desk::with(with_faults);
    let summary = desk.prevalence(design).unwrap();
    assert_eq!((summary.rows, summary.bad_rows), (43, 3));
    let wanted = [["42", "wt", "-2"], ["43", "sex", "9"], ["44", "wealthq", "6"]];
    assert_eq!(desk.faults(), wanted.map(|row| row.map(str::to_owned)));
    assert_eq!(desk.read("out.csv"), whole.read("out.csv"));
    let (_, rows) = table(desk.read("out.csv").as_bytes());
    assert_eq!((rows[0]["Group"].as_str(), rows[0]["HAZ_pop"].as_str()), ("All", "60"));
    let unknown = SurveyColumns { weight: Some("bobot"), ..SurveyColumns::default() };
    assert!(matches!(desk.prevalence(unknown), Err(FileError::Missing { name, .. }) if name == "bobot"));
}

#[test]
fn the_program_says_by_its_exit_code_what_became_of_the_file() {
    let run = |desk: &Desk, words: &[&str]| {
        let program = Command::new(env!("CARGO_BIN_EXE_asuh"))
            .args(["growth"])
            .args(words)
            .current_dir(desk.folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8(program.stdout).unwrap() + &String::from_utf8(program.stderr).unwrap();
        (program.status.code(), told)
    };
    let desk = Desk::with(format!("{HEADING}{BOY}\nx,7,858,0,10.6,81.5,l,n,\n"));
    let (code, told) = run(&desk, &["zscore", "in.csv", "-o", "out.csv", "--raw"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("2 baris dibaca, 1 galat") && told.contains("out.csv.galat.csv"), "{told}");
    assert!(desk.read("out.csv").contains("zss_raw"));
    let (code, told) = run(&desk, &["prevalence", "in.csv", "-o", "table.csv", "--json"]);
    assert_eq!(code, Some(1), "{told}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["rows"], &told["bad_rows"]), (&2.into(), &1.into()));
    let (code, told) = run(&desk, &["zscore", "--reference", "2007", "in.csv", "-o", "none.csv"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("age_in_months"), "{told}");
    let (code, told) = run(&desk, &["zscore", "not-there.csv", "-o", "none.csv"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("not-there.csv"), "{told}");
    std::fs::write(desk.path("in.csv"), format!("{HEADING}{BOY}\n")).unwrap();
    assert_eq!(run(&desk, &["zscore", "in.csv", "-o", "out.csv"]).0, Some(0));
    // Beside the input and the outputs nothing is left, and no data folder was made.
    assert_eq!(desk.files(), ["in.csv", "out.csv", "table.csv", "table.csv.galat.csv"]);
}
