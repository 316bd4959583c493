//! The walls of the house: reads the sources and fails with the rule and the reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const STEPS: &[&str] = &[
    "registry",
    "growth",
    "sponsors",
    "pairing",
    "collection",
    "custody",
    "distribution",
    "mentoring",
    "convergence",
    "reports",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The files of the application: the ground, the steps and the gates.
fn sources(ending: &str) -> Vec<(String, String)> {
    ["crates/ground/src", "steps", "crates/asuh/src"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), ending))
        .collect()
}

/// Every Rust file of every crate.
fn everything() -> impl Iterator<Item = (String, String)> {
    ["crates", "steps"].into_iter().flat_map(|folder| files(&root().join(folder), "rs"))
}

/// The step that a file belongs to, as its place on the path.
fn step_of(file: &str) -> Option<usize> {
    let rest = file.strip_prefix("steps/")?;
    STEPS.iter().position(|step| rest.starts_with(&format!("{step}/")))
}

fn complain(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "\n{rule}\n  {}\n", broken.join("\n  "));
}

/// What the compiler cannot hold: that nobody adds a dependency that turns the data's way round. What a step
/// does not make public, no other can use.
#[test]
fn data_flows_one_way() {
    let mut broken = Vec::new();
    let mut below = vec!["asuh-ground".to_owned()];
    for (name, folder) in std::iter::once(("asuh-ground".to_owned(), "crates/ground".to_owned()))
        .chain(STEPS.iter().map(|step| (format!("asuh-step-{step}"), format!("steps/{step}"))))
    {
        let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let used = manifest.lines().filter_map(|line| line.split(['.', ' ']).next());
        for used in
            used.filter(|used| used.starts_with("asuh-step-") || ["asuh-ground", "asuh"].contains(used))
        {
            if name == "asuh-ground" || !below.iter().any(|name| name == used) {
                broken.push(format!("{name} uses {used}"));
            }
        }
        below.push(name);
    }
    complain(
        "a step uses the ground and the steps before it; the ground uses neither steps nor gates",
        &broken,
    );
}

#[test]
fn only_the_store_speaks_to_the_database_library() {
    let mut broken = Vec::new();
    for (file, text) in everything() {
        if !file.starts_with("crates/store/")
            && !file.ends_with("tests/it/arch.rs")
            && ["sqlx::", "sqlx_core::", "rusqlite::"].iter().any(|word| text.contains(word))
        {
            broken.push(file);
        }
    }
    complain("only crates/store may use the database library", &broken);
}

/// Which part of the program owns each table: the first word of its schema file's name
/// (`0001_registry_verification.sql` is the registry's).
fn owners() -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for (file, text) in files(&root().join("crates/store/src/schema"), "sql") {
        let name = file.rsplit('/').next().unwrap().trim_end_matches(".sql");
        let owner = name.split('_').nth(1).unwrap().to_owned();
        for line in text.lines() {
            if let Some(rest) = line.trim().strip_prefix("CREATE TABLE ") {
                owners.insert(rest.split([' ', '(']).next().unwrap().to_owned(), owner.clone());
            }
        }
    }
    owners
}

fn words_after<'a>(text: &'a str, keyword: &str) -> Vec<&'a str> {
    text.split(keyword)
        .skip(1)
        .map(|rest| {
            let rest = rest.trim_start_matches([' ', '\n', '\\', '"']);
            rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
        })
        .collect()
}

#[test]
fn a_part_writes_its_own_tables_and_reads_those_below_it() {
    let owners = owners();
    let mut broken = Vec::new();
    for (file, text) in &sources("rs") {
        let (writes_as, reads_to): (Vec<&str>, usize) = match step_of(file) {
            Some(step) => (vec![STEPS[step]], step),
            None if file.starts_with("crates/ground/src/books/") => (vec!["books", "ground"], 0),
            None if file.starts_with("crates/ground/") => (vec!["ground"], 0),
            None => continue,
        };
        for keyword in ["INSERT INTO ", "UPDATE ", "DELETE FROM "] {
            for table in words_after(text, keyword) {
                if let Some(owner) = owners.get(table)
                    && !writes_as.contains(&owner.as_str())
                {
                    broken.push(format!("{file}: writes {table}, which belongs to {owner}"));
                }
            }
        }
        for keyword in [" FROM ", " JOIN "] {
            for table in words_after(text, keyword) {
                let owner = owners.get(table).map_or("", String::as_str);
                if let Some(place) = STEPS.iter().position(|step| *step == owner)
                    && step_of(file).is_some()
                    && place > reads_to
                {
                    broken.push(format!("{file}: reads {table} of the later step {owner}"));
                }
            }
        }
    }
    complain("a part writes only its own tables, and reads its own and those of earlier parts", &broken);
}

#[test]
fn the_pure_crates_stay_pure() {
    let mut broken = Vec::new();
    for name in ["growth", "pairing", "ledger", "nusantara", "matching", "made-up"] {
        let folder = root().join("crates").join(name);
        if !folder.exists() {
            continue;
        }
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let normal = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        if normal.lines().any(|line| line.starts_with("asuh-")) {
            broken.push(format!("crates/{name}: depends on a crate of ours"));
        }
        for (file, text) in files(&folder.join("src"), "rs") {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in
                ["std::fs", "std::net", "std::env", "SystemTime", "Instant::now", "std::thread", "tokio"]
            {
                if code.contains(word) {
                    broken.push(format!("{file}: {word}"));
                }
            }
        }
    }
    complain("pure crates: no input or output, no clock, no threads, nothing of ours", &broken);
}

#[test]
fn templates_keep_the_content_security_policy_and_the_form_ids() {
    // Forms that write nothing twice: the language, signing out, and those that only ask.
    let without_id = ["action=\"/bahasa\"", "action=\"/keluar\"", "data-asks"];
    let mut broken = Vec::new();
    for (file, text) in sources("html") {
        for word in [
            " style=\"",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "<style",
            "http://",
            "https://",
        ] {
            if text.contains(word) {
                broken.push(format!("{file}: {word}"));
            }
        }
        for form in text.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let head = form.split('>').next().unwrap_or_default();
            if head.contains("method=\"post\"")
                && !form.contains("form_id")
                && !without_id.iter().any(|word| head.contains(word))
            {
                broken.push(format!("{file}: a form without its id: <form{head}>"));
            }
        }
        for select in text.split("<script").skip(1) {
            if !select.starts_with(" src=") {
                broken.push(format!("{file}: a script in the page"));
            }
        }
    }
    complain(
        "pages: no inline style or script, nothing from elsewhere, an id in every form that writes",
        &broken,
    );
}

#[test]
fn no_file_is_called_helper_and_none_is_too_long() {
    let mut broken = Vec::new();
    for (file, text) in everything() {
        let name = file.rsplit('/').next().unwrap();
        if ["util.rs", "utils.rs", "helpers.rs", "helper.rs", "common.rs", "manager.rs", "misc.rs"]
            .contains(&name)
        {
            broken.push(format!("{file}: name it after what it holds"));
        }
        if file.contains("/src/") && text.lines().count() > 650 {
            broken.push(format!("{file}: {} lines, split it by meaning", text.lines().count()));
        }
    }
    complain("names and sizes", &broken);
}

#[test]
fn the_architecture_page_names_what_there_is() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut broken = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !page.contains(&format!("crates/{name}")) {
            broken.push(format!("crates/{name} is not in ARCHITECTURE.md"));
        }
    }
    let listed: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    steps/")).collect();
    let listed: Vec<&str> = listed.iter().filter_map(|line| line.split_whitespace().next()).collect();
    let known: Vec<&str> = asuh::steps::ALL.iter().map(|step| step.name).collect();
    if listed != known {
        broken.push(format!("the steps are {known:?}, ARCHITECTURE.md lists {listed:?}"));
    }
    for part in asuh_ground::PARTS {
        if !page.contains(&format!("ground/{}", part.name)) {
            broken.push(format!("ground/{} is not in ARCHITECTURE.md", part.name));
        }
    }
    complain("ARCHITECTURE.md describes the code as it stands", &broken);
}

#[test]
fn every_route_has_its_rule_and_the_table_is_published() {
    let routes = asuh::gates::http::routes();
    let mut table = String::from(
        "# Who may use which page\n\nMade from the routes in the code; `cargo test` fails when it is not true any more \
         (set `ASUH_UPDATE=1` to write it anew).\n\n| method | path | right | roles |\n|---|---|---|---|\n",
    );
    let mut seen = std::collections::BTreeSet::new();
    let mut rows: Vec<String> = Vec::new();
    for route in routes.rows() {
        assert!(
            seen.insert((route.method, route.path)),
            "{} {} stands twice",
            route.method.name(),
            route.path
        );
        let (right, roles) = match route.access {
            asuh_ground::web::Access::Public => ("everyone", String::new()),
            asuh_ground::web::Access::Holds(name, roles) => {
                (name, roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(", "))
            }
        };
        rows.push(format!("| {} | {} | {right} | {roles} |\n", route.method.name(), route.path));
    }
    rows.sort();
    table.extend(rows);
    let path = root().join("docs/access.md");
    if std::env::var("ASUH_UPDATE").is_ok() {
        std::fs::write(&path, &table).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == table,
        "docs/access.md is not true any more: run the tests once with ASUH_UPDATE=1 and read the change"
    );
}
