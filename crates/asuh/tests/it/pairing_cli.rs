//! `asuh pairing`: folders of CSV files in, pairs and shares out, and what is said when something in them is wrong.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with an instance in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(files: &[(&str, &str)]) -> Desk {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Desk { folder }
    }

    /// Two villages, three children, two sponsors, of whom one may not help the most urgent child.
    fn pairing() -> Desk {
        Desk::with(&[
            ("meta.json", r#"{"stability": "lock", "tier_cost": [0, 2, 5, 9], "mode": "units"}"#),
            ("desa.csv", "desa_id,kec_id\nD1,K1\nD2,K2\n"),
            ("kec_adj.csv", "kec_a,kec_b\nK1,K2\n"),
            (
                "children.csv",
                "child_id,desa_id,need,ext_support,haz_x100,rank\nA,D1,9,0,-310,0\nB,D1,9,4,-250,1\nC,D2,9,0,-201,2\n",
            ),
            ("sponsors.csv", "sponsor_id,kind,desa_id,capacity,max_tier\nS,asn,D1,9,3\nT,csr,D2,7,2\n"),
            ("exclusions.csv", "sponsor_id,child_id\nS,A\n"),
            ("existing.csv", "sponsor_id,child_id,units\nS,C,2\nS,gone,5\n"),
        ])
    }

    fn week() -> Desk {
        Desk::with(&[
            (
                "meta.json",
                r#"{"cash_units": 4, "cash_unit_rupiah": 1000, "transfer_max_egg": 9, "transfer_max_rice": 9,
                    "value_points": {"egg": 2, "rice": 5, "cash": 1}}"#,
            ),
            ("stock.csv", "kec_id,egg,rice\nK1,3,1\n"),
            (
                "households.csv",
                "hh_id,kec_id,weight,lot,cap_egg,bal_egg,cap_rice,bal_rice,bal_value\nH1,K1,1,2,7,0,3,0,0\nH2,K1,1,1,7,0,3,0,0\n",
            ),
        ])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts another text in the place of one in a file.
    fn change(self, name: &str, from: &str, to: &str) -> Desk {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        std::fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
        self
    }

    fn run(&self, verb: &str) -> Output {
        run(verb, self.folder.path(), &self.path("out.csv"))
    }

    /// What is said of a wrong instance; nothing is written then.
    fn refusal(&self, verb: &str) -> String {
        let output = self.run(verb);
        assert_eq!(output.status.code(), Some(2));
        assert!(!self.path("out.csv").exists());
        String::from_utf8(output.stderr).unwrap()
    }

    fn written(&self) -> String {
        std::fs::read_to_string(self.path("out.csv")).unwrap()
    }
}

fn run(verb: &str, folder: &Path, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asuh"));
    command.args(["pairing", verb]).arg(folder).arg("-o").arg(out).arg("--json").output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_folder_is_paired() {
    let desk = Desk::pairing();
    let said = json(&desk.run("solve"));
    // S keeps C with two units and may not help A, whom T helps with all it has; the rest of S goes to B, then to C.
    assert_eq!(desk.written(), "sponsor_id,child_id,units\nT,A,7\nS,B,5\nS,C,4\n");
    assert_eq!(said["served_units"], 16);
    assert_eq!(said["kept_units"], 2);
    assert_eq!(said["rank_objective"], 3 * 7 + 2 * 5 + 4);
    assert_eq!(said["geo_cost"], 5 * 7 + 5 * 4);
    assert_eq!(said["proof"], "optimal");
    assert_eq!(said["t_sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn a_week_is_shared_out() {
    let desk = Desk::week();
    let said = json(&desk.run("share"));
    assert_eq!((&said["egg"], &said["rice"], &said["cash"]), (&3.into(), &1.into(), &4.into()));
    assert_eq!(desk.written().lines().count(), 3);
}

#[test]
fn what_is_wrong_stands_with_its_file_line_and_value() {
    let wrong = |name: &str, from: &str, to: &str, wanted: &[&str]| {
        let said = Desk::pairing().change(name, from, to).refusal("solve");
        for text in wanted.iter().chain([&name]) {
            assert!(said.contains(text), "{text:?} is not in {said:?}");
        }
    };
    wrong("children.csv", "B,D1,9,4", "B,D1,sembilan,4", &["baris 3", "kolom need", "\"sembilan\""]);
    wrong("children.csv", "B,D1,9,4", "B,D1,-9,4", &["baris 3", "kolom need", "\"-9\""]);
    wrong("children.csv", "B,D1", "B,D7", &["baris 3", "D7", "desa.csv"]);
    wrong("children.csv", "-201,2", "-201,1", &["baris 4", "kolom rank", "B", "C"]);
    wrong("children.csv", "C,D2", "A,D2", &["baris 4", "\"A\" ada dua kali"]);
    wrong("children.csv", "C,D2,9,0,-201,2", "C,D2,9,0,-201", &["baris 4", "5 kolom", "6"]);
    wrong("children.csv", "child_id", "anak", &["baris 1", "kolom child_id tidak ada"]);
    wrong("sponsors.csv", "T,csr,D2,7,2", "T,csr,D2,7,4", &["baris 3", "kolom max_tier", "\"4\""]);
    wrong("sponsors.csv", "T,csr,D2,7,2", "T,csr,D2,1000001,2", &["baris 3", "kolom capacity", "1000001"]);
    wrong("kec_adj.csv", "K1,K2", "K1,K9", &["baris 2", "kolom kec_b", "K9"]);
    wrong("meta.json", "lock", "keras", &["stability", "keras"]);
    wrong("meta.json", "[0, 2, 5, 9]", "[0, 5, 2, 9]", &["tier_cost", "[0,5,2,9]"]);
    wrong("meta.json", "{", "", &["baris 1"]);
    let said = Desk::week().change("households.csv", "H2,K1,1,1", "H2,K9,1,1").refusal("share");
    assert!(said.contains("households.csv") && said.contains("baris 3") && said.contains("K9"), "{said}");
}

#[test]
fn a_folder_without_files_is_refused() {
    let said = Desk::with(&[]).refusal("solve");
    assert!(said.contains("meta.json"), "{said}");
}

/// The instances whose best values are known; they lie beside the checkout or beside a folder of checkouts.
#[test]
fn the_known_best_values_are_printed() {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let Some(dev) =
        folders.find_map(|folder| Some(folder.join("shared/pairing/dev")).filter(|dev| dev.exists()))
    else {
        println!("skipped: no shared/pairing/dev beside the checkout");
        return;
    };
    let desk = Desk::with(&[]);
    let compare = |verb: &str, folder: &Path, names: &[&str]| {
        let best: Value =
            serde_json::from_slice(&std::fs::read(folder.join("optimum.json")).unwrap()).unwrap();
        let said = json(&run(verb, folder, &desk.path("out.csv")));
        for name in names {
            assert_eq!(said[name], best[name], "{name} of {}", folder.display());
        }
    };
    let folders = |dir: &Path| {
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<PathBuf>>()
    };
    let values = ["served_units", "rank_objective", "kept_units", "geo_cost", "t_sha256"];
    folders(&dev)
        .iter()
        .filter(|folder| folder.join("sponsors.csv").exists())
        .for_each(|folder| compare("solve", folder, &values));
    folders(&dev.join("alloc")).iter().for_each(|folder| compare("share", folder, &["x_sha256"]));
}
