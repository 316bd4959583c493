//! Every text that the program asks for exists, in Indonesian and in English.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use asuh_nusantara::Language;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn walk(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "html") {
            into.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Code and templates that ask for texts, with their files.
fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    for folder in ["crates/ground/src", "steps", "crates/asuh/src"] {
        walk(&root().join(folder), &mut sources);
    }
    sources
}

/// Text literals of the form `part.something` in code and templates, with the files they stand in.
fn literals() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (file, text) in sources() {
        // What stands between two literals is no key; and in a template a quoted text may stand within quotes.
        for part in text.split('"') {
            found.entry(part.to_owned()).or_insert_with(|| file.clone());
        }
    }
    found
}

fn known_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("locales")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter(|line| !line.starts_with([' ', '#', '_'])) {
            if let Some((key, _)) = line.split_once(": {").or_else(|| line.split_once(':')) {
                keys.insert(key.trim().trim_matches('"').to_owned());
            }
        }
    }
    keys
}

fn has(language: Language, key: &str) -> bool {
    asuh_words::sentence(language.code(), key).is_some_and(|sentence| sentence != key)
}

#[test]
fn every_key_has_both_languages() {
    let missing: Vec<String> = known_keys()
        .into_iter()
        .flat_map(|key| {
            [Language::Indonesian, Language::English]
                .into_iter()
                .filter(|language| !has(*language, &key))
                .map(|language| format!("{} in {}", key, language.code()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(missing.is_empty(), "texts without a language:\n{}", missing.join("\n"));
}

#[test]
fn english_is_a_translation_and_not_a_copy() {
    let same: Vec<String> = known_keys()
        .into_iter()
        .filter(|key| {
            let [id, en] = [Language::Indonesian, Language::English]
                .map(|language| asuh_words::sentence(language.code(), key).unwrap_or_default());
            id == en && id.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count() > 3
        })
        .collect();
    assert!(same.is_empty(), "the same words in both languages:\n{}", same.join("\n"));
}

#[test]
fn every_key_that_is_used_exists() {
    let (known, names) = (known_keys(), names());
    let stems: BTreeSet<&str> = known.iter().filter_map(|key| key.split('.').next()).collect();
    let mut missing = Vec::new();
    for (literal, file) in literals() {
        let looks_like_a_key = literal.contains('.')
            && literal.split('.').all(|part| {
                !part.is_empty()
                    && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            })
            && stems.contains(literal.split('.').next().unwrap_or_default());
        let has_a_meaning =
            known.contains(&literal) || names.contains(&literal) || is_a_file_or_setting(&literal);
        if looks_like_a_key && !has_a_meaning {
            missing.push(format!("{literal} ({file})"));
        }
    }
    assert!(missing.is_empty(), "texts that are asked for and do not exist:\n{}", missing.join("\n"));
}

/// A key whose end is a value (`cash.state.{}`) has texts under it: when its last is taken away, what asks is told.
#[test]
fn every_beginning_of_a_key_has_texts() {
    let known = known_keys();
    let stems: BTreeSet<&str> = known.iter().filter_map(|key| key.split('.').next()).collect();
    let bare: Vec<String> = literals()
        .into_iter()
        .filter_map(|(literal, file)| Some((literal.split_once('{')?.0.to_owned(), literal, file)))
        .filter(|(beginning, _, _)| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
            beginning.contains('.')
                && beginning.chars().all(plain)
                && stems.contains(beginning.split('.').next().unwrap_or_default())
                && !known.iter().any(|key| key.starts_with(beginning.as_str()))
        })
        .map(|(_, literal, file)| format!("{literal} ({file})"))
        .collect();
    assert!(bare.is_empty(), "no text begins so:\n{}", bare.join("\n"));
}

/// Names of the same form that are no texts: kinds of commands and jobs, capabilities.
fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = asuh::gates::http::routes()
        .rows()
        .iter()
        .filter_map(|route| match route.access {
            asuh_ground::web::Access::Holds(name, _) => Some(name.to_owned()),
            asuh_ground::web::Access::Public => None,
        })
        .collect();
    names.extend(asuh::gates::registry().jobs.iter().map(|job| job.kind.to_owned()));
    for (_, text) in sources() {
        let pieces: Vec<&str> = text.split('"').collect();
        let named = pieces.windows(3).filter(|around| {
            let (before, after) = (around[0], around[2]);
            before.ends_with("KIND: &'static str = ")
                || before.ends_with("kind: ")
                || (before.ends_with("= ") && after.starts_with(": ["))
        });
        names.extend(named.map(|around| around[1].to_owned()));
    }
    names
}

/// A file, or a setting by its name.
fn is_a_file_or_setting(literal: &str) -> bool {
    literal.ends_with(".csv")
        || literal.ends_with(".html")
        || asuh_ground::settings::find(literal).is_some()
        || asuh_ground::settings::find(&format!("{literal}_pattern")).is_some()
}

#[test]
fn every_message_about_a_row_says_how_to_mend_it() {
    let known = known_keys();
    let messages = ["staging.row.", "registry_import.", "growth.import.", "sponsors.import."];
    let without: Vec<&String> = known
        .iter()
        .filter(|key| messages.iter().any(|stem| key.starts_with(stem)))
        .filter(|key| !key.starts_with("registry_import.sample.") && !key.ends_with(".fix"))
        .filter(|key| !known.contains(&format!("{key}.fix")))
        .collect();
    assert!(without.is_empty(), "messages without a remedy: {without:?}");
}
